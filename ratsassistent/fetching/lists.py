"""The lists of an OParl server, walked page by page: all of them the first time, later what has changed since.

What enters: a Client, the Kept state, where objects are laid down. What leaves: the same state, further on; German sentences
about lists that could not be walked to their end. What it does not know: what becomes of objects.

A server may send the same page again, one page after the other without end, or leave the filter out: each walk is bounded,
never asks for an address twice, and stops where nothing new comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ratsassistent.fetching import addresses
from ratsassistent.fetching.client import Client, Exhausted, Failed
from ratsassistent.fetching.laid import Laid
from ratsassistent.fetching.progress import Cursor, Kept
from ratsassistent.oparl import Model
from ratsassistent.pack.oparl_data.oparl_objects import text, texts
from ratsassistent.workspace import Progress, quiet

# What a Body has, in the order in which it is needed. The first time the last three stand in the others already.
FIRST = ("organization", "meeting", "paper")
LATER = ("agendaItem", "consultation", "file")
OVERLAP = dt.timedelta(days=1)  # clocks differ, and some servers know days only
MOST_BODIES = 50
MOST_PAGES = 20_000  # of one list in one run
MOST_STALE = 3  # pages without anything new
NAMES = {"organization": "Gremien", "meeting": "Sitzungen", "paper": "Vorlagen", "agendaItem": "Tagesordnungspunkte",
         "consultation": "Beratungen", "file": "Dateien"}  # fmt: skip

Clock = Callable[[], dt.datetime]


class Walked(Model):
    """What a walk came to. `whole`: all lists were walked to their ends."""

    whole: bool = True
    notes: tuple[str, ...] = ()


def now() -> dt.datetime:
    """The time in UTC."""
    return dt.datetime.now(dt.UTC)


def bodies(client: Client) -> list[dict[str, Any]]:
    """The bodies of a server: its address may be that of the system, of the list of bodies, or of one body.

    :raises Failed: it is no OParl.
    """
    found = client.json(client.source.address)
    if isinstance(found, dict) and isinstance(found.get("body"), str) and "data" not in found:
        found = client.json(found["body"])
    elif isinstance(found, dict) and isinstance(found.get("body"), list):
        found = [client.json(one) if isinstance(one, str) else one for one in found["body"][:MOST_BODIES]]
    given = (
        found
        if isinstance(found, list)
        else found.get("data")
        if isinstance(found, dict) and "data" in found
        else [found]
    )
    out = [one for one in given if isinstance(one, dict) and _has_list(one)] if isinstance(given, list) else []
    if not out:
        raise Failed(
            f"{addresses.shown(client.source.address)} ist kein OParl-Server: Dort steht kein System und keine Körperschaft nach OParl."
        )
    return out[:MOST_BODIES]


def walk(
    client: Client, kept: Kept, laid: Laid, *, durable: bool, progress: Progress = quiet, clock: Clock = now
) -> Walked:
    """Walk all lists, from where each stands; objects are laid down page by page.

    :param durable: what is laid down outlives a crash, so the state may say so page by page.
    :raises Exhausted: never; the walk says that it is not whole.
    """
    notes: list[str] = []
    whole = True
    for body in bodies(client):
        for name in (*FIRST, *LATER):
            url = body.get(name)
            if not isinstance(url, str):
                continue
            cursor = kept.state.cursors.get(url, Cursor())
            if cursor.reached or (
                name in LATER and cursor.complete is None and cursor.next is None and _is_first(kept, body)
            ):
                if (
                    not cursor.reached
                ):  # what the first walk brings holds these; from the next time on they are looked at
                    _put(kept, url, Cursor(began=clock(), reached=True))
                continue
            try:
                for count in _pages(client, kept, url, laid, durable, clock):
                    progress(f"{NAMES[name]} werden abgerufen: {count}", None)
            except Exhausted as error:
                return Walked(whole=False, notes=(*notes, str(error)))
            except Failed as error:
                whole = False
                notes.append(str(error))
            except addresses.NotAllowed as error:
                whole = False
                notes.append(f"{NAMES[name]}: {error}")
    return Walked(whole=whole, notes=tuple(dict.fromkeys(notes)))


def taken_in(kept: Kept) -> None:
    """All that was laid down is in the archive: walks that reached their end are complete."""
    for url, cursor in kept.state.cursors.items():
        if cursor.reached:
            _put(kept, url, Cursor(complete=cursor.began))


def filtered(url: str, since: dt.datetime | None) -> str:
    """The address of a list with the filter for what has changed since then."""
    if since is None:
        return url
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "modified_since"]
    query.append(("modified_since", since.astimezone(dt.UTC).isoformat(timespec="seconds")))
    return urlunsplit(parts._replace(query=urlencode(query)))


def _pages(client: Client, kept: Kept, url: str, laid: Laid, durable: bool, clock: Clock) -> Iterator[int]:
    """Walk one list; gives after each page how many objects it had so far."""
    cursor = kept.state.cursors.get(url, Cursor())
    if cursor.next is None:
        since = cursor.complete - OVERLAP if cursor.complete else None
        cursor = cursor.model_copy(update={"began": clock(), "since": since, "next": filtered(url, since)})
    asked: set[str] = set()
    known: set[str] = set()
    resumed = url in kept.state.cursors and kept.state.cursors[url].next is not None
    stale = count = 0
    while cursor.next is not None:
        page = cursor.next
        if page in asked or len(asked) >= MOST_PAGES:
            _put(kept, url, cursor.model_copy(update={"next": None, "reached": page in asked}))
            raise Failed(
                f"{addresses.shown(url)}: Die Liste nimmt kein Ende; sie wurde so weit gelesen, wie Neues kam."
            )
        try:
            values, following = _listed(client.json(page), page)
        except Exhausted:
            raise
        except (Failed, addresses.NotAllowed):
            if resumed and not asked:  # where it stopped last time is no place any more: from the beginning next time
                _put(kept, url, cursor.model_copy(update={"next": None}))
            raise
        asked.add(page)
        ids = {key for value in values if (key := text(value.get("id")))}
        stale = 0 if ids - known else stale + 1
        known |= ids
        if stale > MOST_STALE:
            following = page  # which was asked for already
        laid.add(values)
        count += len(values)
        cursor = cursor.model_copy(update={"next": following, "reached": following is None})
        _put(kept, url, cursor)
        if durable:
            kept.save()
        yield count


def _listed(page: Any, url: str) -> tuple[list[dict[str, Any]], str | None]:
    """The objects of a page, and the address of the next one."""
    if isinstance(page, list):
        return [one for one in page if isinstance(one, dict)], None
    if not isinstance(page, dict) or not isinstance(page.get("data"), list):
        raise Failed(f"{addresses.shown(url)}: Das ist keine Liste nach OParl.")
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    values = [one for one in page["data"] if isinstance(one, dict)]
    return values, urljoin(url, following) if isinstance(following, str) and following.strip() else None


def _put(kept: Kept, url: str, cursor: Cursor) -> None:
    kept.state = kept.state.model_copy(update={"cursors": {**kept.state.cursors, url: cursor}})


def _is_first(kept: Kept, body: dict[str, Any]) -> bool:
    """Whether the lists that matter were never walked to their end before."""
    return all(
        (kept.state.cursors.get(url) or Cursor()).complete is None
        for name in FIRST
        for url in texts(body.get(name))[:1]
    )


def _has_list(body: dict[str, Any]) -> bool:
    return any(isinstance(body.get(name), str) for name in FIRST)
