"""What changed from one edition of a Paper to the next.

What enters: two Papers, the earlier and the later edition. What leaves: Changes, the proposed wording first.
What it does not know: which edition is the newer one, the archive.

Sentences are compared part by part, by their letters and digits only: white space, hyphens at line ends, running heads,
page numbers and the day of printing make no change. A sentence that only moved, within its part or to another one, is
none either.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from ratsassistent.oparl import Change, Paper, Part, PartKind

MOST = 40
LONGEST = 1200  # characters of a sentence in a change
ALIKE = 0.5  # from here on a changed sentence is shown with what it was, not as one gone and one new
MOST_SENTENCES = 4000  # of one kind of part; more than that is not compared

# What a reader wants to know first. A form has no words of its own, a drawing is not read.
_ORDER: tuple[PartKind, ...] = (
    "resolution", "motion", "costs", "summary", "reason", "statement", "consultation", "text", "title", "annex",
)  # fmt: skip
_LEFT_OUT = {"form", "drawing"}
_SENTENCE = re.compile(
    r"(?<=[.!?:;])(?<!\d\.)(?<!\b[A-Za-zÄÖÜäöü]\.)(?<!\bNr\.)(?<!\bAbs\.)(?<!\bArt\.)(?<!\bbzw\.)(?<!\bca\.)(?<!\bMio\.)(?<!\bgem\.)(?<!\bvgl\.)"
    r"[\"“»)]?\s+(?=[A-ZÄÖÜ„\"(•–\d§-])|\n\s*\n|\n(?=\s*(?:[•▪–*-]|\d{1,2}[.)]|[a-z]\))\s)"
)
_FURNITURE = re.compile(
    r"(?i)^\W*(?:(?:seite|s\.)\s*\d+(?:\s*(?:von|/)\s*\d+)?|\d{1,4}(?:\s*(?:von|/)\s*\d+)?"
    r"|(?:(?:ausdruck|druck|stand|gedruckt|erstellt|datum|druckdatum|ausgedruckt|aktualisiert|letzte änderung)\b\W*(?:am|vom)?\W*)?"
    r"(?:\d{1,2}\.\s?(?:\d{1,2}\.|[a-zä]{3,9})\s?\d{2,4}|\d{4}-\d{2}-\d{2})(?:\W+\d{1,2}[:.]\d{2}(?:\s*uhr)?)?)\W*$"
)
_MARKS = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)")  # "10,5" stays apart from "105"


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    kind: PartKind
    key: str


def compare(earlier: Paper, later: Paper) -> tuple[Change, ...]:
    """The differences between two editions, at most `MOST`; what the wording of the resolution says comes first.

    A change cites where its words stand in the edition that has them.
    """
    before, after = _sentences(earlier), _sentences(later)
    held, new = Counter(s.key for s in before), Counter(s.key for s in after)
    gone = [s for s in before if _surplus(held, new, s.key)]
    come = [s for s in after if _surplus(new, held, s.key)]
    gone, come = _without_joins(gone, come)
    changes: list[tuple[int, int, Change]] = []
    for kind in _ORDER:
        mine = [s for s in gone if s.kind == kind]
        theirs = [s for s in come if s.kind == kind]
        for old, now in _paired(mine, theirs):
            place = now.start if now else old.start if old else 0
            changes.append((_ORDER.index(kind), place, _change(kind, earlier, old, later, now)))
    changes.sort(key=lambda entry: entry[:2])
    return tuple(change for _, _, change in changes[:MOST])


def same_words(one: Paper, two: Paper) -> bool:
    """True where two editions differ in white space, line ends and page furniture at most."""
    if one.text.text == two.text.text:
        return True
    return _key("\n".join(_kept_lines(one.text.text))) == _key("\n".join(_kept_lines(two.text.text)))


def _surplus(mine: Counter[str], theirs: Counter[str], key: str) -> bool:
    """True for each occurrence that the other side does not have; counts it off."""
    if mine[key] > theirs[key]:
        mine[key] -= 1
        return True
    return False


def _sentences(paper: Paper) -> list[_Sentence]:
    out: list[_Sentence] = []
    counts: Counter[PartKind] = Counter()
    for part in paper.parts:
        if part.kind in _LEFT_OUT:
            continue
        for sentence in _cut(paper, part):
            counts[part.kind] += 1
            if counts[part.kind] <= MOST_SENTENCES:
                out.append(sentence)
    return out


def _cut(paper: Paper, part: Part) -> list[_Sentence]:
    text = _quiet(paper.text.text, part.start, part.end)
    borders = [part.start]
    for match in _SENTENCE.finditer(text, part.start, part.end):
        borders.append(match.end())
    borders.append(part.end)
    out = []
    for start, end in pairwise(borders):
        words = text[start:end]
        key = _key(words)
        if key:
            left = len(words) - len(words.lstrip())
            out.append(_Sentence(start + left, start + len(words.rstrip()), part.kind, key))
    return out


def _quiet(text: str, start: int, end: int) -> str:
    """The text up to `end`, with blanks in place of the lines between `start` and `end` that are page furniture."""
    lines = text[start:end].split("\n")
    return text[:start] + "\n".join(" " * len(line) if _FURNITURE.match(line) else line for line in lines)


def _kept_lines(words: str) -> list[str]:
    return [line for line in words.split("\n") if not _FURNITURE.match(line)]


def _key(words: str) -> str:
    squeezed = "".join(unicodedata.normalize("NFKC", words).replace("\u00ad", "").casefold().split())
    return _MARKS.sub("", squeezed)


def _without_joins(gone: list[_Sentence], come: list[_Sentence]) -> tuple[list[_Sentence], list[_Sentence]]:
    """Leave out sentences that are the same words cut in other places: a full stop lost, a list on one line."""
    old, new = "\x1f".join(s.key for s in gone), "\x1f".join(s.key for s in come)
    old_run, new_run = old.replace("\x1f", ""), new.replace("\x1f", "")
    if old_run == new_run:
        return [], []
    return (
        [s for s in gone if len(s.key) < 12 or s.key not in new_run],
        [s for s in come if len(s.key) < 12 or s.key not in old_run],
    )


def _paired(gone: Sequence[_Sentence], come: Sequence[_Sentence]) -> list[tuple[_Sentence | None, _Sentence | None]]:
    """Each new sentence with the one that it replaces, if any; both in their order."""
    pairs: list[tuple[_Sentence | None, _Sentence | None]] = []
    left = list(gone[: 4 * MOST])
    for now in come[: 4 * MOST]:
        best, at = ALIKE, -1
        for index, old in enumerate(left):
            likeness = _likeness(old.key, now.key, best)
            if likeness > best:
                best, at = likeness, index
        pairs.append((left.pop(at) if at >= 0 else None, now))
    pairs.extend((old, None) for old in left)
    return pairs


def _likeness(one: str, two: str, least: float) -> float:
    short, long = sorted((len(one), len(two)))
    if 2 * short / (short + long) <= least:
        return 0.0
    matcher = SequenceMatcher(None, one[:LONGEST], two[:LONGEST], autojunk=False)
    if matcher.real_quick_ratio() <= least or matcher.quick_ratio() <= least:
        return 0.0
    return matcher.ratio()


def _change(kind: PartKind, earlier: Paper, old: _Sentence | None, later: Paper, now: _Sentence | None) -> Change:
    return Change(
        part=kind,
        before=_words(earlier, old) if old else None,
        after=_words(later, now) if now else None,
        citation_before=earlier.text.cite(old.start, old.end, _words(earlier, old)) if old else (),
        citation_after=later.text.cite(now.start, now.end, _words(later, now)) if now else (),
    )


def _words(paper: Paper, sentence: _Sentence) -> str:
    lines = _kept_lines(paper.text.text[sentence.start : sentence.end])
    found = " ".join(" ".join(lines).split())
    return found if len(found) <= LONGEST else found[:LONGEST].rsplit(" ", 1)[0] + " …"
