"""The register as objects of OParl 1.1: meetings with their agenda items, results and adopted wordings, papers, bodies.

What enters: Resolutions, their meetings. What leaves: plain dicts for `json.dumps`.
What it does not know: commands, where the objects came from.

What came from an OParl server keeps the id that it has there. What has none gets a URL of the reserved domain `.invalid`: OParl
wants URLs, and nobody is to take these for addresses that answer. Objects stand in each other once: an item in its meeting, a
consultation in its paper, and everything else by id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ratsassistent.oparl import Meeting, Paper
from ratsassistent.pack.oparl_data.oparl_objects import is_summer
from ratsassistent.resolutions import Resolution

SCHEMA = "https://schema.oparl.org/1.1/"
OURS = "https://ratsassistent.invalid/oparl/1.1/"

JSON = dict[str, Any]


def objects(
    resolutions: Iterable[Resolution],
    meetings: Mapping[str, Meeting],
    papers: Mapping[str, Iterable[Paper]],
    when: dt.datetime,
) -> list[JSON]:
    """Bodies, papers and meetings of these resolutions, bodies first.

    :param meetings: by our id, as they are held. :param papers: of each item, those that may be given to the reader.
    :param when: when this is written; OParl wants times of creation and change.
    """
    stamp = when.astimezone(dt.UTC).isoformat(timespec="seconds")
    by_meeting: dict[str, list[Resolution]] = {}
    for one in resolutions:
        by_meeting.setdefault(one.meeting_id, []).append(one)
    bodies: dict[str, JSON] = {}
    made_papers: dict[str, JSON] = {}
    made: list[JSON] = []
    for meeting_id, found in by_meeting.items():
        held = meetings.get(meeting_id)
        own = url("meeting", meeting_id, found[0].meeting_oparl_id or (held.oparl_id if held else None))
        body = found[0].organization or (held.organization if held else None)
        organization = url("organization", body) if body else None
        if body and organization:
            bodies[organization] = _object("Organization", organization, stamp, name=body, organizationType="Gremium")
        orders = {item.id: item.order for item in held.agendaItem} if held else {}
        items: dict[str, JSON] = {}
        for one in found:
            item_url = url("agendaitem", one.item_id, one.item_oparl_id)
            links = [
                _paper(paper, one, own, item_url, organization, stamp, made_papers)
                for paper in papers.get(one.item_id, ())
            ]
            items[item_url] = _joined(items.get(item_url), _item(one, own, item_url, orders, links, stamp))
        made.append(
            _object(
                "Meeting",
                own,
                stamp,
                name=found[0].meeting,
                start=_time(held.start if held else found[0].date),
                meetingState="durchgeführt",
                organization=[organization] if organization else None,
                agendaItem=sorted(items.values(), key=lambda item: item["order"]),
            )
        )
    return [*bodies.values(), *made_papers.values(), *made]


def listed(found: list[JSON]) -> JSON:
    """All of them as the only page of a list."""
    pages = {"totalElements": len(found), "elementsPerPage": len(found), "currentPage": 1, "totalPages": 1}
    return {"data": found, "pagination": pages, "links": {}}


def url(kind: str, own: str, given: str | None = None) -> str:
    """The id of an object: the one that a server gave it, or a URL of ours."""
    if given and given.startswith(("http://", "https://")):
        return given
    return f"{OURS}{kind}/{hashlib.sha256(own.encode()).hexdigest()[:16]}"


def _item(
    given: Resolution, meeting: str, own: str, orders: Mapping[str, int], consultations: list[str], stamp: str
) -> JSON:
    return _object(
        "AgendaItem",
        own,
        stamp,
        meeting=meeting,
        number=given.number,
        order=orders.get(given.item_id, 0),
        name=given.name,
        public=given.public,
        consultation=consultations[0] if consultations else None,
        result=given.result or None,
        resolutionText=given.text,
    )


def _joined(before: JSON | None, item: JSON) -> JSON:
    """One item of which there are several resolutions: OParl knows one result, so they stand one after the other."""
    if before is None:
        return item
    out = dict(before)
    for field, between in (("result", "; "), ("resolutionText", "\n\n")):
        parts = [one[field] for one in (before, item) if one.get(field)]
        if parts:
            out[field] = between.join(dict.fromkeys(parts))
    return out


def _paper(
    paper: Paper, of: Resolution, meeting: str, item: str, organization: str | None, stamp: str, made: dict[str, JSON]
) -> str:
    """Put a paper among those that were made, with this consultation of it; returns the id of the consultation."""
    own = url("paper", paper.id, paper.oparl_id)
    consultation = url("consultation", f"{paper.id} {of.item_id}")
    known = made.setdefault(
        own,
        _object(
            "Paper",
            own,
            stamp,
            name=paper.name,
            reference=paper.reference,
            date=paper.date.isoformat() if paper.date else None,
            paperType=paper.paperType,
            consultation=[],
        ),
    )
    if all(one["id"] != consultation for one in known["consultation"]):
        known["consultation"].append(
            _object(
                "Consultation",
                consultation,
                stamp,
                paper=own,
                agendaItem=item,
                meeting=meeting,
                organization=[organization] if organization else None,
                role=of.role,
            )
        )
    return consultation


def _object(kind: str, own: str, stamp: str, **fields: Any) -> JSON:
    given = {name: value for name, value in fields.items() if value is not None}
    return {"id": own, "type": f"{SCHEMA}{kind}", **given, "created": stamp, "modified": stamp}


def _time(start: str | None) -> str | None:
    """A local time with its zone, as OParl wants it: German time, whatever this computer's is."""
    if not start:
        return None
    try:
        found = dt.datetime.fromisoformat(start)
    except ValueError:
        return None
    if found.tzinfo is None:
        summer = is_summer(found - dt.timedelta(hours=1))
        found = found.replace(tzinfo=dt.timezone(dt.timedelta(hours=2 if summer else 1)))
    return found.isoformat(timespec="seconds")
