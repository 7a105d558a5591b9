"""Recorded votes: who voted how, in lists and tables; and votes whose numbers stand in a table.

What enters: text with its lines. What leaves: NamedVotes and Votes with their place.
What it does not know: what was voted on, and what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from ratsassistent.oparl import NamedVote, Vote
from ratsassistent.pack.papers.lines import Line, lines_of

Way = Literal["yes", "no", "abstain", "absent"]

MAX_NAMES = 200
_CUE = re.compile(
    r"(?i)namentliche[rn]?\s+(?:Abstimmung|Stimmabgabe|Stimmen)|Abstimmungsverhalten|Namensaufruf|haben? (?:wie folgt )?(?:ab)?gestimmt"
)
_WAYS: tuple[tuple[re.Pattern[str], Way], ...] = (
    (re.compile(r"(?i)(?:mit\s+)?nein\b|dagegen\b|gegenstimmen?\b|contra\b|kontra\b|ablehn\w*"), "no"),
    (re.compile(r"(?i)enthalt\w*|stimmenthaltung\w*|enth\b\.?"), "abstain"),
    (
        re.compile(r"(?i)abwesend\w*|nicht anwesend|entschuldigt|fehlend\w*|nicht (?:ab)?gestimmt|nicht teilgenommen"),
        "absent",
    ),
    (re.compile(r"(?i)(?:mit\s+)?ja\b|dafür\b|zustimm\w*|pro\b"), "yes"),
)
_HEAD = re.compile(
    r"^\W*(?:(?:Es|Folgende Mitglieder)\s+(?:haben\s+)?(?:stimmt?e?n?\s+)?)?(?P<way>(?:Mit\s+)?(?:Ja|Nein)(?:-?Stimmen?)?|(?:Stimm)?-?Enthaltung(?:en)?|Enthalten|Dafür|Dagegen|"
    r"Gegenstimmen?|Abwesend|Nicht anwesend|Pro|Contra|Kontra|Zustimmung|Ablehnung)"
    r"(?:\s+(?:stimmten|stimmen|haben gestimmt|(?:haben|hat)(?:\s+sich)?|gestimmt haben|votierten))*\s*(?:\(?\s*(?P<count>\d{1,3})\s*(?:Stimmen?)?\s*\)?)?\s*[:–|-]\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?P<name>(?:(?:Frau|Herr|Herrn|Hr\.|Fr\.|Dr\.|Prof\.|Mag\.|Ing\.|Dipl\.\S+|Stadtr[aä]t(?:in)?|Gemeinder[aä]t(?:in)?|Ratsherr|Ratsfrau|Ratsmitglied|Kreisr[aä]t(?:in)?|GR|StR|KR|Bgm\.?|"
    r"(?:Ober|Erste[r]? )?[Bb]ürgermeister(?:in)?|OB|BM|Vorsitzender?)\s+)*"
    r"[A-ZÄÖÜ][\wÄÖÜäöüßéèáàçñöü’'-]+(?:\s+(?:von|van|de|der|zu|da|di|[A-ZÄÖÜ][\wäöüßéèáàçñ’'.-]*)){0,4}(?:,\s+(?:(?:Dr|Prof)\.\s*)?[A-ZÄÖÜ][\wäöüßé-]+(?:\s[A-ZÄÖÜ][\wäöüßé-]+)?)?)"
    r"(?:\s*[(\[](?P<group>[^()\[\]]{1,50})[)\]])?$"
)
_ROW = re.compile(
    r"^\W*(?P<name>[A-ZÄÖÜ][^|\n:]{2,60}?)\s*(?:\|\s*(?P<group>[A-ZÄÖÜ][^|\n\d]{1,40}?)\s*|[(\[](?P<group2>[^()\[\]]{1,40})[)\]]\s*)?(?:\||:|\s[–-]\s|\s{2,}|\s)\s*"
    r"(?P<way>Ja|Nein|Enthaltung|Enth\.?|enthalten|abwesend|nicht anwesend|dafür|dagegen|JA|NEIN)\s*$"
)
_CROSS = re.compile(r"^[xX✓✗☒+●]$")
_TABLE_WAYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)^(?:stimmen\s+)?(?:ja|dafür|pro|zustimmung|ja-?\s?stimmen?|für)$"), "yes"),
    (
        re.compile(
            r"(?i)^(?:stimmen\s+)?(?:nein|dagegen|contra|kontra|ablehnung|nein-?\s?stimmen?|gegenstimmen?|gegen)$"
        ),
        "no",
    ),
    (re.compile(r"(?i)^(?:(?:stimm)?-?enthaltung(?:en)?|enth\.?)$"), "abstain"),
    (
        re.compile(
            r"(?i)^(?:anwesende?|abwesend|nicht anwesend|befangen|gesamt|mitglieder|stimmberechtigte?|einstimmig|mit stimmenmehrheit|ungültige?|persönlich beteiligt)$"
        ),
        "other",
    ),
)


def find_named(text: str) -> list[tuple[int, int, tuple[NamedVote, ...]]]:
    """Lists of who voted how: where each stands, and the votes by name."""
    out = []
    lines = lines_of(text)
    taken = -1
    for index, line in enumerate(lines):
        if index <= taken or not _CUE.search(line.text):
            continue
        votes, last = _block(lines, index + 1)
        if len(votes) >= 2:
            out.append((line.start, lines[last].end, tuple(votes[:MAX_NAMES])))
            taken = last
    return out


def table_counts(text: str) -> Iterator[tuple[int, int, Vote]]:
    """Votes in a table: a row of roles ("Ja | Nein | Enthaltung") over a row of numbers."""
    lines = [line for line in lines_of(text) if line.text.strip()]
    for line, line_below in pairwise(lines):
        head, below = line.text, line_below.text
        if len(head) > 200 or not re.search(r"(?i)ja|nein|enth|dafür|dagegen", head):
            continue
        roles = [_role(cell) for cell in _cells(re.sub(r"^[^|:]{3,40}:\s*(?=[^:]*\|)", "", head))]
        if None in roles or len([role for role in roles if role != "other"]) < 2:
            continue
        numbers = _cells(below)
        if len(numbers) != len(roles) or not all(re.fullmatch(r"\d{1,4}|[–—-]+|keine", n, re.I) for n in numbers):
            continue
        values = {role: int(n) for role, n in zip(roles, numbers, strict=True) if n.isdecimal()}
        if any(role in values for role in ("yes", "no", "abstain")):
            vote = Vote(yes=values.get("yes"), no=values.get("no"), abstain=values.get("abstain"))
            yield line.start, line_below.end, vote


def _cells(line: str) -> list[str]:
    """The cells of a table's row: parted by "|", or by wide gaps, or single words."""
    text = line.strip().strip("|").strip()
    if "|" in text:
        return [cell.strip(" :") for cell in text.split("|")]
    return [cell.strip(" :") for cell in (re.split(r"\s{2,}|\t", text) if re.search(r"\s{2,}", text) else text.split())]


def _role(cell: str) -> str | None:
    return next((role for pattern, role in _TABLE_WAYS if pattern.match(cell.strip())), None)


def _way(text: str) -> Way | None:
    return next((way for pattern, way in _WAYS if pattern.match(text.strip())), None)


def _block(lines: Sequence[Line], first: int) -> tuple[list[NamedVote], int]:
    """The votes by name in the lines from `first` on, and the last line that belongs to them."""
    votes: list[NamedVote] = []
    way: Way | None = None
    columns: list[str | None] = []
    last = first - 1
    misses = 0
    for index in range(first, min(len(lines), first + 160)):
        line = lines[index].text.strip()
        if not line:
            continue
        head = _HEAD.match(line)
        row = _ROW.match(line)
        crossed = _crossed(line, columns)
        if crossed:
            votes.append(crossed)
        elif head and not (row and not head["rest"]):
            way = _way(head["way"])
            votes.extend(_names(head["rest"], way))
        elif row and (own := _way(row["way"])):
            group = row["group"] or row["group2"]
            votes.append(NamedVote(name=_clean(row["name"]), group=_clean(group) if group else None, vote=own))
        elif way and (found := _names(line, way)):
            votes.extend(found)
        elif "|" in line and sum(_role(cell) not in {None, "other"} for cell in _cells(line)) >= 2:
            columns = [_role(cell) for cell in _cells(line)]
        elif re.fullmatch(r"(?i)\W*(?:Name|Mitglied|Nr\.?)\b.*", line):
            pass
        else:
            misses += 1
            if misses > 2 or votes:
                break
            continue
        misses = 0
        last = index
    return votes, max(last, 0)


def _crossed(line: str, columns: list[str | None]) -> NamedVote | None:
    """A row of a table with a cross below "Ja", "Nein" or "Enthaltung"."""
    if not columns or "|" not in line:
        return None
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    marks = [
        role for cell, role in zip(cells, columns, strict=False) if _CROSS.match(cell) and role not in {None, "other"}
    ]
    names = [cell for cell, role in zip(cells, columns, strict=False) if role is None and re.match(r"[A-ZÄÖÜ]\w", cell)]
    if len(marks) != 1 or not names or marks[0] not in ("yes", "no", "abstain"):
        return None
    way: Way = "yes" if marks[0] == "yes" else "no" if marks[0] == "no" else "abstain"
    return NamedVote(name=_clean(names[0]), group=_clean(names[1]) if len(names) > 1 else None, vote=way)


def _names(text: str, way: Way | None) -> list[NamedVote]:
    """The names in a line, none where anything in it is no name."""
    if way is None or not text.strip() or re.fullmatch(r"\W*(?:keine|niemand|\d{1,3})?\W*", text, re.IGNORECASE):
        return []
    found = []
    pieces = text.split(";") if ";" in text else re.split(r",(?![^(]*\))|\bund\b", text)
    for printed in pieces:
        piece = " ".join(printed.split()).strip(" .•–-")
        if not piece:
            continue
        match = _NAME.match(piece)
        if not match:
            return []
        found.append(NamedVote(name=match["name"], group=match["group"], vote=way))
    return found


def _clean(text: str) -> str:
    return " ".join(text.split()).strip(" ,;:|")
