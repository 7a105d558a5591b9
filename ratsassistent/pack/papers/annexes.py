"""Annexes that a paper mentions and the pack does not hold.

What enters: the papers of an agenda item, and what else came in. What leaves: MissingAttachments, only where that is sure
enough. What it does not know: other items, other meetings.

Two things are looked at: mentions with a label ("siehe Anlage 3", "Anlagen 1–3", "Anhang II"), and the list under a heading
"Anlagen:". A label is missing where no document of the item carries it; a title without a label where every document that
is there answers to another line of the list. Where a document carries nothing to know it by, the missing one may be it,
and nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import FileSpan, MissingAttachment, Paper

_LABEL = r"(?:\d{1,2}(?:\s?[a-z](?![\w.]))?|[A-H](?![\w.]*\w)|[IVX]{1,4}(?![\w]))"
_WORD = r"(?<![\w-])(?:Anlagen?|Anhang|Anhänge|Beilagen?)"
_MORE = (
    rf"(?:\s*(?:,|;|und|sowie|&|bis|–|-|/)\s*(?:(?:Anlage|Anhang|Beilage)\s*)?(?:Nr\.?\s*)?{_LABEL}(?!\s?\.?\d|\w))*"
)
_MENTION = re.compile(rf"{_WORD}\s+(?:Nr\.?\s*|Nummer\s+)?(?P<labels>{_LABEL}(?!\s*\.\s*\d|\d){_MORE})")
_ONE = re.compile(rf"(?P<join>bis|–|-)?\s*(?:(?:Anlage|Anhang|Beilage)\s*)?(?P<label>{_LABEL})")
# An annex of a law, a contract, another paper; the annex of this paper may be named so, too.
_ELSEWHERE = re.compile(
    r"\s*[.)]?\s*(?:(?:zu[rm]?|de[rs]|in de[rm]|nach|von)\s+(?!(?:dieser|der vorliegenden)?\s*(?:Beschluss|Sitzungs|Informations)?[Vv]orlage\b(?!\s*\S*\d)|[Dd]rucksache\b(?!\s*\S*\d))"
    r"|§|Abs\b|Abschnitt\b|Nr\.|Nummer\b|Zeile\b|Satz\b|(?:[A-ZÄÖÜ]\w*)?(?:[A-ZÄÖÜ](?:V|VO|G|O|GB|RL|StV)|V\b|VO|gesetz|verordnung|richtlinie|ordnung)\b|"
    r"AVV|BauNVO|UVPG|SGB|FFH|VOB|HOAI|TVöD|EU\b)"
)
_LAW_BEFORE = re.compile(
    r"(?:§+\s*\d[\w.,\s]{0,25}|Abs\.\s*\d+,?\s*|Art\.?\s*\d+,?\s*|\d{1,5}/\d{2,5}(?:/\d+)?,?\s*\(?|(?:FFH|EU|EG)[- ]?(?:Richtlinie)?,?\s*)$"
)
# Letters and Roman numerals number many things; they count where something is enclosed with them.
_ENCLOSED = re.compile(
    r"(?i)beigefügt|beiliegend|anliegend|liegt\s+(?:\w+\s+)?bei|\b(?:liegt|ist|sind)\s+als\s*$|(?:^|\W)(?:siehe|s\.|vgl\.|gemäß|laut)\s*$|[(\[]\s*$"
)
_CARRIED = re.compile(
    rf"(?:^[^\w\n]*|\b)(?:Anlage|Anhang|Beilage)[\s_-]*(?:Nr\.?\s*)?(?P<labels>0?{_LABEL}{_MORE})", re.MULTILINE
)
_IN_NAME = re.compile(
    r"(?:^|[\s_-])(?i:Anlagen?|Anhang|Beilagen?|Anl)[\s_.-]*(?i:Nr\.?[\s_-]*)?(?P<label>0?\d{1,2}(?![^\W\d_]{2})|(?:[A-H]|[IVX]{1,4})(?![^\W_]))"
    r"(?:[\s_]*(?:-|–|bis|und|[+&])[\s_]*(?:Anlage[\s_]*)?(?P<last>0?\d{1,2})(?!\d))?"
)
_HEADING = re.compile(
    r"^[^\w\n]*(?:Anlagen?|Anlage/n|Anlage\(n\)|Anlagenverzeichnis|Verzeichnis der Anlagen|Beigefügte (?:Anlagen|Unterlagen)|Beilagen)[ \t]*(?:\(\w+\))?[ \t]*:?[ \t]*$",
    re.MULTILINE,
)
_ENTRY = re.compile(
    rf"^\W{{0,6}}(?:(?:Anlage|Anhang|Beilage)\s*(?:Nr\.?\s*)?(?P<word>{_LABEL})\b\s*[:.)–-]*|(?P<number>\d{{1,2}})[.):]|[•▪–*-])?[ \t]*(?P<title>\S.*)?$"
)
_NOT_LISTED = re.compile(
    r"(?i)^\W*(?:keine?|ohne|entfällt|siehe|seite|beschluss|antrag|sachverhalt|begründung\s*:|finanz|unterschrift|gez\.|im auftrag|der |die |das |"
    r"historie|auswirkung|beratung|hinweis|verteiler|sitzung|(?:ober)?bürgermeister|gremium|ergebnis|abstimmung)"
)
_TELLING = re.compile(r"[^\W\d_]{5,}")
_DULL = re.compile(
    r"(?i)^(?:anlage|anhang|beilage|stadt|gemeinde|entwurf|stand|sowie|nebst|siehe|datei|seite|vorlage|übersicht|beschluss)"
)
_SINGULAR = {"Anlagen": "Anlage", "Anhänge": "Anhang", "Beilagen": "Beilage"}
MAX_LISTED = 15
EDGE = 8  # lines at the head and foot of a document that can carry its label
MOST_STEMS = 0.6  # of a title's telling words: a document that has them is that annex, whatever its label
STEM = 6  # letters of a title's word that have to stand in a document


@dataclass(frozen=True, slots=True)
class _Document:
    """A document of a paper behind the first: the labels that it carries itself, those that stand in it, all its words."""

    own: frozenset[str]
    labels: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line of a list of annexes."""

    label: str | None
    title: str
    start: int
    end: int


def missing_attachments(papers: Sequence[Paper], spare: Iterable[str] = ()) -> tuple[MissingAttachment, ...]:
    """The annexes that papers mention, without those that are there.

    A paper without any pages says nothing.

    :param spare: names of files that came in and belong to no item: what they are called by is not missing.
    """
    spare_labels = {label for name in spare for label in _labels_in_name(name)}
    missing: dict[str, MissingAttachment] = {}
    told: set[str] = set()
    kept = [paper for paper in papers if paper.files]
    everywhere = {paper.id: _documents(paper) for paper in kept}
    held = {label for documents in everywhere.values() for document in documents for label in document.labels}
    for paper in kept:
        documents = everywhere[paper.id]
        listed = list(_lists(paper))
        titles = {_base(entry.label): entry.title for entry in listed if entry.label}
        if all(document.own for document in documents):
            labelled = [("Anlage", entry.label, entry.start, entry.end) for entry in listed if entry.label]
            for word, label, start, end in [*_mentions(paper), *labelled]:
                base = _base(label)
                title = titles.get(base, "")
                if base in held | spare_labels | told or (title and _answers(title, documents, MOST_STEMS)):
                    continue
                told.add(base)
                name = f"{word} {label}"
                quote = " ".join(paper.text.text[start:end].split())
                missing[name] = MissingAttachment(name=name, citation=paper.text.cite(start, end, quote))
        for entry in _without_document([e for e in listed if not e.label], documents):
            if not any(_stems(entry.title) & _stems(name) for name in spare):
                missing.setdefault(
                    entry.title,
                    MissingAttachment(name=entry.title, citation=paper.text.cite(entry.start, entry.end, entry.title)),
                )
    return tuple(missing.values())


def _documents(paper: Paper) -> list[_Document]:
    """The annexes of a paper: its files behind the first that are no statement."""
    out = []
    for index, span in enumerate(paper.files):
        start, end = _stretch(paper, span)
        kinds = {part.kind for part in paper.parts if part.start < end and part.end > start}
        if (index == 0 and "annex" not in kinds) or not kinds <= {"annex", "drawing", "form"}:
            continue
        text = paper.text.text[start:end]
        heading = " ".join(
            part.heading or "" for part in paper.parts if part.kind == "annex" and start <= part.start < end
        )
        own_file = sum(other.file_id == span.file_id for other in paper.files) == 1
        name = span.name if own_file else ""
        lines = [line for line in text.split("\n") if line.strip()]
        edge = "\n".join([heading, *lines[:EDGE], *lines[-EDGE:]])
        own = _carried(edge) | _labels_in_name(name)
        if re.search(r"(?i)(?:^|[\s_-])Anlagen(?![A-Za-z])", name.rpartition("/")[2]) and not _labels_in_name(name):
            own = set()  # all of them in one file
        out.append(_Document(frozenset(own), frozenset(_carried(text) | own), f"{name} {heading} {text}"))
    return out


def _carried(text: str) -> set[str]:
    return {_base(label) for match in _CARRIED.finditer(text) for label in _split(match["labels"])}


def _stretch(paper: Paper, span: FileSpan) -> tuple[int, int]:
    """The characters of a paper's text that stand on the pages of a span."""
    starts = paper.text.starts
    mine = [
        n
        for n, start in enumerate(starts)
        if start.file_id == span.file_id and start.page is not None and span.first <= start.page <= span.last
    ]
    if not mine:
        return 0, 0
    last = mine[-1] + 1
    return starts[mine[0]].offset, starts[last].offset if last < len(starts) else len(paper.text.text)


def _labels_in_name(name: str) -> set[str]:
    found = set()
    for match in _IN_NAME.finditer(name.rpartition("/")[2]):
        found.add(_base(match["label"]))
        if match["last"] and match["label"].isdigit():
            found.update(
                str(n) for n in range(int(match["label"]), min(int(match["last"]), int(match["label"]) + 20) + 1)
            )
    return found


def _mentions(paper: Paper) -> Iterator[tuple[str, str, int, int]]:
    """What the paper itself mentions: "Anlage" or the like, its label, and where."""
    text = paper.text.text
    for part in paper.parts:
        if part.kind in {"annex", "drawing", "form", "title"}:
            continue
        for match in _MENTION.finditer(text, part.start, part.end):
            before, behind = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 60]
            if _ELSEWHERE.match(behind) or _LAW_BEFORE.search(before):
                continue
            labels = match["labels"]
            if not match[0].startswith(("Anlagen", "Anhänge", "Beilagen")):
                labels = re.sub(r"(?<=\d)[-–]\d.*$", "", labels)  # "Anlage 1-5" is the fifth sheet of annex 1
            for label in _split(labels):
                # A motion speaks of the annexes of what it wants to change.
                plain = label[0].isdigit() and part.kind not in {"motion", "statement"}
                if plain or _ENCLOSED.search(before) or _ENCLOSED.search(behind[:30]):
                    yield _SINGULAR.get(match[0].split()[0], match[0].split()[0]), label, match.start(), match.end()


def _split(labels: str) -> list[str]:
    """The single labels of "1, 2 und 4", "1–3", "8a bis 8f"."""
    out: list[str] = []
    for match in _ONE.finditer(labels):
        label = "".join(match["label"].split())
        if match["join"] and out and out[-1].isdigit() and label.isdigit():
            out.extend(str(n) for n in range(int(out[-1]) + 1, min(int(label), int(out[-1]) + 20) + 1))
        elif match["join"] and out and len(out[-1]) == len(label) == 1 and out[-1].isalpha() and label > out[-1]:
            out.extend(chr(n) for n in range(ord(out[-1]) + 1, ord(label) + 1))
        else:
            out.append(label)
    return out


def _base(label: str) -> str:
    """What two spellings of a label have in common: "2a" may lie inside annex 2, "02" is 2."""
    plain = label.strip()
    return re.sub(r"\D", "", plain).lstrip("0") or "0" if plain[:1].isdigit() else plain.upper()


def _lists(paper: Paper) -> Iterator[_Listed]:
    """The lines under a heading "Anlagen:" in what is no annex itself."""
    text = paper.text.text
    for heading in _HEADING.finditer(text):
        if any(part.kind in {"annex", "drawing"} and part.start <= heading.start() < part.end for part in paper.parts):
            continue
        at, count = heading.end() + 1, 0
        styles: set[str] = set()
        for line in text[at:].split("\n")[: MAX_LISTED + 3]:
            start, at = at, at + len(line) + 1
            match = _ENTRY.match(line)
            title = " ".join((match["title"] or "").split()) if match else ""
            if not line.strip():
                if styles == {"plain"}:  # nothing but the room below it says where such a list ends
                    break
                continue
            if not match or not title or len(title) > 110 or _NOT_LISTED.match(title) or count >= MAX_LISTED:
                break
            style = "label" if match["word"] or match["number"] else "mark" if match.start("title") > 1 else "plain"
            if styles and style not in styles:
                if style == "plain" and "label" in styles | {"mark"} and line[:1] in " \t":
                    continue  # an entry that runs on
                break
            styles.add(style)
            label = match["word"] or match["number"]
            if style == "plain" and (title.endswith((".", ":")) or len(title.split()) > 9):
                break
            count += 1
            yield _Listed("".join(label.split()) if label else None, title, start, start + len(line))


def _without_document(listed: Sequence[_Listed], documents: Sequence[_Document]) -> list[_Listed]:
    """The lines of a list that no document answers to, where every document answers to some line."""
    told = [entry for entry in listed if _stems(entry.title)]
    if len(told) != len(listed) or not documents or not told:
        return []
    answered = [any(_answers(entry.title, [document]) for entry in told) for document in documents]
    if not all(answered) or len(documents) >= len(told):
        return []
    return [entry for entry in told if not _answers(entry.title, documents)]


def _answers(title: str, documents: Sequence[_Document], share: float = 0.0) -> bool:
    """True where telling words of a title (at least one, and this share of them) stand in one of the documents."""
    stems = _stems(title)
    least = max(1.0, share * len(stems))
    return bool(stems) and any(
        sum(stem in words for stem in stems) >= least for words in (d.words.casefold() for d in documents)
    )


def _stems(title: str) -> set[str]:
    """The beginnings of the telling words, as they are and as file names write them."""
    words = {word.casefold()[:STEM] for word in _TELLING.findall(title) if not _DULL.match(word)}
    plain = {word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")[:STEM] for word in words}
    return words | plain
