"""JSON objects of OParl taken apart: each thing by itself, and what points at what.

What enters: JSON objects as servers and exports give them, with vendor fields, missing types and wrong types in them.
What leaves: RawObjects (kind, id, fields; whatever was embedded is one of its own), and readers that make plain values
of fields without ever failing. What it does not know: files on disk, our own models, the archive.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Literal, cast

Kind = Literal["Meeting", "AgendaItem", "Paper", "Consultation", "File", "Organization"]
Fields = dict[str, Any]

KINDS: frozenset[str] = frozenset({"Meeting", "AgendaItem", "Paper", "Consultation", "File", "Organization"})
PASSED_OVER = frozenset({"System", "Body", "Person", "Membership", "Location", "LegislativeTerm"})
NO_ID = "ra:ohne-kennung-"  # begins the ids that objects without one get here

# Which fields of a kind hold objects of another, embedded or by id.
CHILDREN: dict[str, dict[str, Kind]] = {
    "Meeting": {
        "agendaItem": "AgendaItem", "organization": "Organization", "invitation": "File", "resultsProtocol": "File",
        "verbatimProtocol": "File", "auxiliaryFile": "File",
    },
    "AgendaItem": {"consultation": "Consultation", "resolutionFile": "File", "auxiliaryFile": "File", "meeting": "Meeting"},
    "Paper": {"mainFile": "File", "auxiliaryFile": "File", "consultation": "Consultation", "underDirectionOf": "Organization"},
    "Consultation": {
        "agendaItem": "AgendaItem", "organization": "Organization", "paper": "Paper", "meeting": "Meeting",
    },
    "File": {},
    "Organization": {},
}  # fmt: skip
# Which fields of a kind say what it belongs to, so that it is found from there.
PARENTS: dict[str, tuple[str, ...]] = {
    "AgendaItem": ("meeting", "consultation", "paper"),  # a Consultation that does not say where it is consulted
    "Consultation": ("paper", "agendaItem"),
    "File": ("paper", "meeting", "agendaItem"),
}
_NESTED = {"Body": ("paper", "meeting", "organization", "agendaItem", "consultation", "file"), "System": ("body",)}
_BLOCK = {
    "p",
    "br",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "table",
    "blockquote",
    "section",
}
_SILENT = {"script", "style", "head", "title", "template"}
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|a|table|tr|td|th|h[1-6]|font|html|body|sup|sub)\b[^<>]{0,2000}>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_UNFIT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_GERMAN_DAY = re.compile(r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,]+(\d{1,2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class RawObject:
    """One object of OParl. In `fields` every embedded object is its id; `parents` are the ids it belongs to."""

    kind: Kind
    id: str
    fields: Fields
    parents: tuple[str, ...] = ()


def take_apart(value: Fields, kind: Kind | None = None, parent: str = "") -> Iterator[RawObject | None]:
    """The object and all that is embedded in it, each once; None for an object that says nothing known.

    Deleted objects are left out, and so is what is embedded in them.

    :param kind: what it is where the place says so (a File in `mainFile`); otherwise its `type` or its fields tell.
    :param parent: the id of the object that it is embedded in.
    """
    if flag(value.get("deleted")):
        return
    named = _last(text(value.get("type")))
    if kind is None and named in _NESTED:
        for child in (child for field in _NESTED[named] for child in _listed(value.get(field))):
            if isinstance(child, dict):
                yield from take_apart(child)
        return
    if kind is None and named in PASSED_OVER:
        return
    known = kind or (cast(Kind, named) if named in KINDS else None if named else guess(value))
    if known is None:
        yield None
        return
    own = text(value.get("id")) or _own_id(value, known, parent)
    fields: Fields = {k: v for k, v in value.items() if k != "id"}
    for field, child_kind in CHILDREN[known].items():
        if field not in value:
            continue
        ids: list[str] = []
        for number, child in enumerate(_listed(value[field])):
            if isinstance(child, dict) and not flag(child.get("deleted")):
                child_id = text(child.get("id")) or _own_id(child, child_kind, f"{own} {field} {number}")
                yield from take_apart({**child, "id": child_id}, child_kind, own)
                ids.append(child_id)
            elif not isinstance(child, dict) and (reference := text(child)) is not None:
                ids.append(reference)
        fields[field] = ids
    parents = [p for field in PARENTS.get(known, ()) for p in texts(fields.get(field))]
    if parent and known in PARENTS and parent not in parents:
        parents.append(parent)
    yield RawObject(known, own, fields, tuple(dict.fromkeys(parents)))


def guess(value: Fields) -> Kind | None:
    """The kind of an object without a type, by its fields."""
    has = value.keys()
    of_paper = {"paperType", "mainFile", "underDirectionOf", "originatorPerson", "originatorOrganization"}
    of_item = {"resolutionText", "resolutionFile", "result", "order"}
    signs: tuple[tuple[Kind, bool], ...] = (
        (
            "Meeting",
            isinstance(value.get("agendaItem"), list) or {"start", "organization"} <= has or "invitation" in has,
        ),
        ("Paper", bool(has & of_paper)),
        ("File", bool(has & {"mimeType", "accessUrl", "downloadUrl", "fileName", "sha1Checksum", "sha512Checksum"})),
        ("Consultation", "paper" in has and bool(has & {"agendaItem", "role", "authoritative", "meeting"})),
        ("AgendaItem", "name" in has and (bool(has & of_item) or {"meeting", "number"} <= has)),
        ("Paper", "reference" in has or isinstance(value.get("consultation"), list)),
        ("File", "text" in has),
        (
            "Organization",
            "name" in has and bool(has & {"organizationType", "classification", "shortName", "membership"}),
        ),
    )
    return next((kind for kind, fits in signs if fits), None)


# --- readers of fields: whatever stands there, a plain value or None


def text(value: object) -> str | None:
    """A short text, such as a name or id; numbers count, an object gives its name or id, a list its first entry."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return text(value.get("name")) or text(value.get("id")) if not isinstance(value.get("name"), dict) else None
    if isinstance(value, list):
        return next((found for part in value[:20] if not isinstance(part, list) and (found := text(part))), None)
    if not isinstance(value, str):
        return None
    return " ".join(plain(value).split()) or None


def texts(value: object) -> list[str]:
    """All short texts of a field that may hold one or many."""
    return [found for part in _listed(value) if (found := text(part))]


def body(value: object) -> str:
    """A long text with its lines; markup is taken out, and what a database or a page cannot hold."""
    if isinstance(value, list):
        value = "\n\n".join(part for part in value if isinstance(part, str))
    return plain(value) if isinstance(value, str) else ""


def flag(value: object) -> bool | None:
    """True or False however it is written, None for anything else."""
    if isinstance(value, str):
        return {"true": True, "ja": True, "1": True, "false": False, "nein": False, "0": False}.get(
            value.strip().lower()
        )
    return bool(value) if isinstance(value, bool) or value in (0, 1) else None


def whole(value: object) -> int | None:
    """A whole number of a size that a row can have."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,9}\s*", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9 else None


def moment(value: object) -> str | None:
    """A day or a day with time as ISO text in local German time ("2031-03-04T17:30"); a time of 0:00 is only a day."""
    given = text(value)
    if given is None:
        return None
    if german := _GERMAN_DAY.match(given):
        day, month, year, hour, minute = (int(part or 0) for part in german.groups())
        found = _moment(year, month, day, hour, minute)
    else:
        try:
            found = dt.datetime.fromisoformat(given)
        except ValueError:
            found = _day_of(given)
    if found is None:
        return None
    if found.tzinfo is not None:
        local = found.utcoffset() or dt.timedelta(0)
        found = found.replace(tzinfo=None)
        if not local:  # in UTC: the day may be another one here
            try:
                found += dt.timedelta(hours=2 if is_summer(found) else 1)
            except OverflowError:
                return None
    return found.isoformat(timespec="minutes") if (found.hour, found.minute) != (0, 0) else found.date().isoformat()


def day(value: object) -> dt.date | None:
    """The day of a date or time."""
    found = moment(value)
    return dt.date.fromisoformat(found[:10]) if found else None


def plain(value: str) -> str:
    """Text without markup, entities and characters that nothing can show."""
    value = _UNFIT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if "<" in value and _MARKUP.search(value):
        reader = _Stripper()
        reader.feed(value)
        reader.close()
        return re.sub(r"\n{3,}", "\n\n", "".join(reader.out)).strip()
    return html.unescape(value) if "&" in value and _ENTITY.search(value) else value


class _Stripper(HTMLParser):
    """Collects what a page would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCK:
            self.out.append("\n")
        elif tag in {"td", "th"} and self.out and not self.out[-1].endswith("\n"):
            self.out.append(" | ")
        if tag == "li":
            self.out.append("- ")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(self._silent - (tag in _SILENT), 0)
        if tag in _BLOCK - {"br"}:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(_UNFIT.sub("", data))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _last(type_url: str | None) -> str:
    return (type_url or "").rstrip("/").rpartition("/")[2]


def _own_id(value: Fields, kind: str, parent: str) -> str:
    """A lasting id for an object that came without one: by where it stands and what identifies it."""
    telling = {key: value.get(key) for key in ("name", "reference", "start", "number", "fileName", "date", "role")}
    if not any(telling.values()):
        telling = value
    given = json.dumps([kind, parent, telling], sort_keys=True, default=str)
    return NO_ID + hashlib.sha256(given.encode()).hexdigest()[:16]


def _moment(year: int, month: int, day: int, hour: int, minute: int) -> dt.datetime | None:
    try:
        return dt.datetime(year, month, day, hour, minute)
    except ValueError:
        return None


def _day_of(given: str) -> dt.datetime | None:
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", given)
    return _moment(int(found[1]), int(found[2]), int(found[3]), 0, 0) if found else None


def is_summer(moment: dt.datetime) -> bool:
    """Whether a time in UTC is daylight saving time in the EU: from the last Sunday of March to that of October, at 1:00 UTC."""

    def last_sunday(month: int) -> dt.datetime:
        end = dt.datetime(moment.year, month, 31, 1)
        return end - dt.timedelta(days=(end.weekday() + 1) % 7)

    return last_sunday(3) <= moment < last_sunday(10)
