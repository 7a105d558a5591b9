"""Objects fetched one by one, because others name them and they were not among those of the lists.

What enters: a Client, what is laid down, ids. What leaves: more that is laid down; what could not be had.
What it does not know: the archive.

After the first time the lists bring only what changed: a paper without the meeting that it goes to, an agenda item without its
meeting. A paper is understood with its meeting only, and a meeting is read whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent.fetching import addresses
from ratsassistent.fetching.client import Client, Exhausted, Failed
from ratsassistent.fetching.laid import Laid, embedded, kind_of, references
from ratsassistent.oparl import Model
from ratsassistent.pack.oparl_data.oparl_objects import flag, text
from ratsassistent.workspace import Progress, quiet

MOST = 3000  # in one run
_ROUNDS = 3
# What is needed of what an object names, by what the outermost object is.
_NEEDED = {
    "Paper": {"File", "Consultation", "Meeting"},
    "Meeting": {"AgendaItem", "File"},
    "AgendaItem": {"Meeting"},
    "Consultation": {"Paper", "Meeting"},
    "File": {"Paper", "Meeting"},
}


class Completed(Model):
    """`again`: what is to be tried next time. `failed`: how many could not be had."""

    again: tuple[str, ...] = ()
    failed: int = 0
    note: str | None = None


def complete(client: Client, laid: Laid, again: Iterable[str], *, progress: Progress = quiet) -> Completed:
    """Fetch what was asked for by id, and what is needed to understand what is there."""
    wanted = dict.fromkeys(key for key in again if not laid.has(key))
    tried: set[str] = set()
    failed = 0
    for _ in range(_ROUNDS):
        wanted |= dict.fromkeys(_missing(laid))
        queue = [key for key in wanted if key not in tried and not laid.has(key)]
        wanted = {}
        for number, key in enumerate(queue):
            if laid.has(key):  # came with another one meanwhile
                continue
            if len(tried) >= MOST:
                return Completed(
                    again=tuple(queue[number:]),
                    failed=failed,
                    note="Für einen Durchgang ist es genug; der Rest folgt beim nächsten Mal.",
                )
            tried.add(key)
            progress(f"Einzelne Angaben werden abgerufen: {len(tried)}", None)
            try:
                found = client.json(key)
            except Exhausted as error:
                return Completed(again=tuple(queue[number:]), failed=failed, note=str(error))
            except (Failed, addresses.NotAllowed):
                failed += 1
                continue
            if isinstance(found, dict) and text(found.get("id")) and "data" not in found:
                laid.add([found])
            else:
                failed += 1
    return Completed(failed=failed)


def _missing(laid: Laid) -> list[str]:
    out: dict[str, None] = {}
    for value in laid.all():
        if flag(value.get("deleted")):
            continue
        needed = _NEEDED.get(kind_of(value) or "", set())
        out |= {key: None for kind, key in references(value) if kind in needed and not laid.has(key) and "://" in key}
    return list(out)


def tombstones(laid: Laid) -> dict[str, str]:
    """What the server says is deleted: the kind of each, by id."""
    out: dict[str, str] = {}
    for value in laid.all():
        for kind, found in embedded(value):
            key = text(found.get("id"))
            if key and kind and flag(found.get("deleted")):
                out[key] = kind
    return out
