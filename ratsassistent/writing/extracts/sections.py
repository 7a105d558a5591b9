"""Which heading of a paper a sentence stands under, and whether it can be quoted without it.

What enters: the sentences and headings of one part of a paper, in order, and the wording that is proposed. What leaves:
for each sentence its Section, or none. What it does not know: parts, pages, what a sentence is worth.

Sections of one kind that stand side by side are *parallel*: one a site, a variant, a lot, a bidder, a district, a year, a
question. What one of them says holds for its own subject alone, so nothing of it may be quoted without its heading. They
are known by a word that their headings share ("Standort …", "Los …"), by saying nearly the same of each, or by asking.
The section that the proposed wording names is *chosen*, those beside it are *others*.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ratsassistent.pack.papers.headings import read_heading
from ratsassistent.writing.text.sentences import Sentence
from ratsassistent.writing.text.terms import overlap, terms

State = Literal["chosen", "other"]

MOST_WORDS = 12  # of a heading that is shown
_MOST_SIMILAR = 60  # sentences of a section that are compared with those of the others

_LABEL = re.compile(
    r"\s*(?:[-–•]\s*)?(?P<label>\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4}|[a-zA-Z])[.)]+(?!\d)|\d{1,2}(?:\.\d{1,2})*(?=\s))\s*(?=\S)"
)
_KINDS = (
    r"standort|varianten?|option|alternative|los|lose|bieter(?:in)?|bewerber(?:in)?|angebot|szenario|modell|modul|baustein|fläche|grundstück|areal|gelände|flurstück|"
    r"stadtteil|ortsteil|ortschaft|stadtbezirk|bezirk|quartier|gebiet|sprengel|bauabschnitt|abschnitt|baufeld|schule|gymnasium|kita|kindergarten|kindertagesstätte|halle|gebäude|"
    r"haus|straße|strasse|brücke|platz|frage|punkt|ziffer|antrag|änderungsantrag|maßnahme|projekt|vorhaben|jahr|haushaltsjahr|schuljahr|fraktion|einwender(?:in)?|"
    r"stellungnahme|einwendung|behörde|träger|firma|phase|stufe|teil|gruppe|verein|fall"
)
_KIND = re.compile(rf"(?i)\b[\wäöüß-]*?(?P<kind>{_KINDS})(?:en|n|s|es)?\b")
_RUN_IN = re.compile(
    r"(?P<label>(?:Zu\s+)?(?:(?:Frage|Punkt|Ziffer|Nr\.?|Nummer|Standort|Variante|Option|Alternative|Los|Bieter(?:in)?|Szenario|Modell|Bauabschnitt|Antrag)"
    r"\s+(?:[A-Z]|\d{1,2}[a-z]?|[IVX]{1,4})(?:\s*\([^)]{2,40}\))?|(?<=Zu\s)\d{1,2}))\s*[:.–)]+\s+(?=\S)"
)
_GENERIC = re.compile(
    r"(?i)^\W*(?:[\dIVX.]+\s+)?(?:allgemein\w*|einleitung|vorbemerkung\w*|fazit|ergebnis\w*|zusammenfassung|planung|verfahren\w*|bewertung|ausblick|hintergrund|grundlagen|umsetzung|"
    r"ziele?|zielsetzung|anlagen?|quellen?|hinweise?|termine?|zeitplan|zeitschiene|kosten\w*|finanz\w*|weitere[sr]?\s.*|bisherige[sr]?\s.*|nächste\s.*|beteiligung\w*)\W*$"
)
_CONCLUDES = re.compile(
    r"(?:Im Ergebnis (?:de[rs]|aller|wird|werden|sind)\b|Zusammenfassend|Zusammengefasst|Als Fazit|Fazit|Im Vergleich|(?:Nach|In) Abwägung (?:aller|der)"
    r"|(?:Alle|Beide|Sämtliche|Allen|Bei allen|Bei beiden)\s"
    r"|(?:Die|Den|Bei den|Von den)\s(?:übrigen|anderen|weiteren|genannten|untersuchten|geprüften|beiden|drei|vier|fünf|sechs)\s)"
)
RECOMMENDS = re.compile(
    r"(?i)\b(?:empf(?:iehl|ehl|ohl)\w*|vorgeschlagen|schlägt\b.*\bvor|vorzugswürdig\w*|favorisier\w*|bevorzug\w*|vorzugs\w+|zuschlag|weiterverfolg\w*|weiterzuverfolgen|ausgewählt|wirtschaftlichste\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Section:
    """The heading that a sentence stands under, word for word and short, and how it stands to those beside it."""

    heading: str
    start: int  # where the heading begins in the paper's text
    parallel: bool = False
    question: bool = False
    generic: bool = False
    state: State | None = None
    words: frozenset[str] = frozenset()  # what tells it from the sections beside it


@dataclass(slots=True)
class _Head:
    at: int  # index of its sentence
    end: int  # index behind its last sentence
    text: str
    start: int
    style: str
    kind: str | None
    run_in: bool = False
    question: bool = False
    generic: bool = False
    parallel: bool = False
    last: bool = False  # of its siblings
    state: State | None = None
    words: frozenset[str] = frozenset()


def sections(found: Sequence[Sentence], proposed: str) -> list[Section | None]:
    """For each of these sentences and headings of one part the section it stands in.

    :param proposed: title and proposed wording: what they name among parallel sections is the chosen one.
    """
    heads = list(_heads(found))
    _close(heads, len(found))
    for group in _siblings(heads):
        _judge(group, found, proposed)
    placed: list[Section | None] = [None] * len(found)
    for head in heads:  # inner ones come later and win
        made = Section(
            shortened(head.text), head.start, head.parallel, head.question, head.generic, head.state, head.words
        )
        for index in range(head.at if head.run_in else head.at + 1, head.end):
            placed[index] = made
    return placed


def shortened(heading: str) -> str:
    """The heading without its number and colon, cut to twelve words at a comma where there is one."""
    bare = _LABEL.sub("", heading, count=1) if len(heading.split()) > 1 else heading
    bare = bare.strip().rstrip(":").strip()
    words = bare.split()
    if len(words) <= MOST_WORDS:
        return bare
    clause = re.split(r",\s", bare)[0]
    cut = clause if 3 <= len(clause.split()) < MOST_WORDS else " ".join(words[: MOST_WORDS - 1])
    if cut.count("(") > cut.count(")"):
        cut = cut[: cut.rindex("(")]
    return f"{cut.rstrip(' ,;:')} …"


def _heads(found: Sequence[Sentence]) -> Iterator[_Head]:
    for index, sentence in enumerate(found):
        text = sentence.text
        run_in = _RUN_IN.match(text)
        if sentence.opens and run_in and sentence.kind in ("sentence", "item"):
            kind = _kind(run_in["label"])
            yield _Head(index, len(found), run_in["label"], sentence.start, f"run-in {kind}", kind, run_in=True)
        elif _is_head(found, index):
            label = _LABEL.match(text)
            question = text.rstrip('“"').endswith("?")
            known = read_heading(text)
            generic = bool(known and known.kind != "text") or bool(_GENERIC.match(text))
            style = _style(label["label"]) if label else "named:" if text.endswith(":") else "named"
            yield _Head(index, len(found), text, sentence.start, style, _kind(text), question=question, generic=generic)


def _is_head(found: Sequence[Sentence], index: int) -> bool:
    """A heading with text below it; in a heap of short lines (a table, a figure) only what looks like more than a cell."""
    sentence = found[index]
    text, below = sentence.text, found[index + 1] if index + 1 < len(found) else None
    if below is None or not re.search(r"[^\W\d]{3}", text) or sentence.kind in ("row", "furniture"):
        return False
    if re.search(r"\d\s?(?:€|Euro|EUR|%)|@|www\.|\b(?:Tel|Fax)\b|\b\d{5}\b", text) or " | " in text:
        return False
    label = _LABEL.match(text)
    words = len(text.split())
    if sentence.kind == "heading":
        around = [s.kind == "heading" for s in found[max(index - 1, 0) : index + 3]]
        heap = sum(around) >= 3
        return words <= 16 and (not heap or bool(label) or _KIND.match(text) is not None)
    if not label or not sentence.opens or text.endswith((".", ",", ";", "-")) or below.kind in ("row", "heading"):
        return False
    if text.endswith("?"):
        return words <= 60 and not _same_label(label["label"], below.text)
    return words <= 14 and bool(re.match(r"[A-ZÄÖÜ„\"\d]", text[label.end() :]))


def _same_label(label: str, below: str) -> bool:
    """True where the line below is the next one of the same list: then neither is a heading."""
    other = _LABEL.match(below)
    return bool(other) and other is not None and _style(other["label"]) == _style(label)


def _style(label: str) -> str:
    bare = label.strip("().")
    if bare[:1].isdigit():
        return f"number {bare.count('.')}{')' if label.endswith(')') else ''}"
    if re.fullmatch(r"[IVX]+", bare) and bare not in ("C", "D"):
        return "roman"
    return "capital" if bare.isupper() else "letter"


def _kind(text: str) -> str | None:
    """What a heading says it is about: "Standort Moselweg" a Standort, "Schulfläche Nord" a Fläche, "2025" a year."""
    bare = re.sub(r"^(?:Zu[mr]?|Antwort (?:auf|zu)|Ad)\s+", "", _LABEL.sub("", text, count=1))
    match = _KIND.match(bare) or (_KIND.search(bare) if len(bare.split()) <= 4 else None)
    if match:
        return match["kind"].lower().removesuffix("n" if match["kind"].lower() == "varianten" else "\0")
    return "jahr" if re.fullmatch(r"\W*(?:19|20)\d\d(?:/\d{2,4})?\W*", bare) else None


def _close(heads: list[_Head], end: int) -> None:
    """Each head ends where the next one of its own or a higher rank begins; a style that comes first ranks higher."""
    open_heads: list[_Head] = []
    for head in heads:
        styles = [h.style for h in open_heads]
        if head.style in styles:
            while open_heads and open_heads[-1].style != head.style:
                open_heads.pop().end = head.at
            open_heads.pop().end = head.at
        elif open_heads and open_heads[-1].run_in and not head.run_in:
            open_heads.pop().end = head.at
        open_heads.append(head)
    for head in open_heads:
        head.end = min(head.end, end)


def _siblings(heads: Sequence[_Head]) -> Iterator[list[_Head]]:
    """Heads of one style inside the same outer head; a numbering that begins again begins another group."""
    groups: dict[tuple[int, str, int], list[_Head]] = {}
    begun: dict[tuple[int, str], tuple[int, int]] = {}  # how often, and the last number
    for number, head in enumerate(heads):
        outer = next((n for n in range(number - 1, -1, -1) if heads[n].at < head.at < heads[n].end), -1)
        count, last = begun.get((outer, head.style), (0, -1))
        value = _number(head.text)
        if value is not None and value <= last:
            count += 1
        begun[outer, head.style] = count, value if value is not None else last
        groups.setdefault((outer, head.style, count), []).append(head)
    for group in groups.values():
        group[-1].last = True
        yield group


def _number(text: str) -> int | None:
    """The last part of a heading's number: 2 of "3.2"."""
    label = _LABEL.match(text)
    digits = re.findall(r"\d+", label["label"]) if label else []
    return int(digits[-1]) if digits else None


def _judge(group: list[_Head], found: Sequence[Sentence], proposed: str) -> None:
    """Say which heads of a group are parallel, where the last one ends, and which of them is proposed."""
    own = [head for head in group if not head.generic]
    kinds = Counter(head.kind for head in own if head.kind)
    shared = {kind for kind, count in kinds.items() if count >= 2}
    alike = _alike(own, found)
    numbered = all(head.style.startswith(("number", "roman", "letter", "capital")) for head in own)
    most = numbered and sum(head.kind in shared for head in own) * 2 >= len(own)
    for head in own:
        same_kind = head.kind in shared or (most and bool(shared))
        head.parallel = same_kind or id(head) in alike or head.question or head.run_in
    parallel = [head for head in own if head.parallel]
    tokens = {id(head): naming(head.text) for head in parallel}
    for head in parallel:
        beside = set().union(*(tokens[id(other)] for other in parallel if other is not head))
        head.words = frozenset(tokens[id(head)] - beside)
    if len(parallel) < 2:
        return
    _end_last(parallel, found)
    recommended = " ".join(s.text for s in found if s.kind != "heading" and RECOMMENDS.search(s.text))
    for text in (proposed, recommended):
        named = [head for head in parallel if _names(head, text)]
        if named and (text is proposed or len(named) < len(parallel)):  # several lots may all be awarded
            for head in parallel:
                head.state = "chosen" if head in named else "other"
        if named:
            return


def _alike(group: Sequence[_Head], found: Sequence[Sentence]) -> set[int]:
    """The heads (by id) of which much is said that is said of another one in nearly the same words."""
    bodies = [
        [terms(s.text) for s in found[head.at + 1 : min(head.end, head.at + _MOST_SIMILAR)] if s.kind != "heading"]
        for head in group
    ]
    alike: set[int] = set()
    for head, body in zip(group, bodies, strict=True):
        said = [words for words in body if len(words) >= 4]
        others = [words for other in bodies if other is not body for words in other if len(words) >= 4]
        same = sum(any(overlap(a, b) > 0.6 and overlap(b, a) > 0.6 for b in others) for a in said)
        if same >= 2 and same * 4 >= len(said):
            alike.add(id(head))
    return alike


def _end_last(group: Sequence[_Head], found: Sequence[Sentence]) -> None:
    """A conclusion has no heading of its own: the last section ends where it begins.

    It is known by its words, by naming what another section is about, or as a paragraph behind sections of list items only.
    """
    last = group[-1]
    listed = all(
        s.kind == "item"
        for head in group[:-1]
        for s in found[head.at + 1 : head.end]
        if s.opens and s.kind in ("item", "sentence")
    )
    others = set().union(*(head.words for head in group[:-1]))
    for index in range(last.at + 1, last.end):
        sentence = found[index]
        if sentence.kind in ("heading", "row") or not sentence.opens:
            continue
        tokens = naming(sentence.text)
        names_other = bool(tokens & {w for w in others if len(w) > 3}) and not tokens & last.words
        if (
            _CONCLUDES.match(sentence.text)
            or names_other
            or (listed and len(group) > 1 and sentence.kind == "sentence")
        ):
            last.end = index
            return


def _names(head: _Head, text: str) -> bool:
    """Does this text name what the head is about: by a word that no other head has, or as "Variante B", "Lose 3 und 4"?"""
    long = {w for w in head.words if len(w) > 3}
    if long & naming(text):
        return True
    labels = {w for w in head.words if len(w) <= 3 and (w.isdigit() or w.isupper())}
    if not head.kind or not labels:
        return False
    for match in re.finditer(
        rf"(?i)\b{head.kind}\w{{0,2}}\s+(?P<list>[A-Z\d]{{1,3}}\b(?:\s*(?:,|und|bis|sowie|/)\s*[A-Z\d]{{1,3}}\b)*)",
        text,
    ):
        if labels & set(re.findall(r"[A-Z\d]{1,3}", match["list"])):
            return True
    return False


def naming(text: str) -> set[str]:
    """What may tell one thing from another: folded content words, and single capitals and numbers as they are ("B", "3")."""
    bare = re.sub(r"^\s*\(?(?:\d{1,2}(?:\.\d{1,2})*)[.)]+\s+", "", text)
    return {t for t in terms(bare) if len(t) > 3} | set(re.findall(r"(?<!\w)(?:[A-Z]|\d{1,3}|[IVX]{2,3})(?!\w)", bare))
