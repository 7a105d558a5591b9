"""The documents of a paper become one Paper object.

What enters: documents (runs of sheets) that share a Vorlage number. What leaves: a Paper with files, text, parts, form and
consultations. What it does not know: which documents belong together, meetings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

from ratsassistent.oparl import FileSpan, PagedText, Paper, Part, Public, ra_id
from ratsassistent.pack.agendas.agenda import AgendaEntry
from ratsassistent.pack.papers.consultations import all_consultations
from ratsassistent.pack.papers.forms import form_values
from ratsassistent.pack.papers.heads import Role, is_confidential, squeezed
from ratsassistent.pack.papers.parts import DocumentStart, find_parts
from ratsassistent.pack.papers.sheets import Sheet, paged_text

DRAWING = "Plan oder Zeichnung"
_NOT_A_TITLE = re.compile(
    r"^(?:Vorlagen?\b|Drucksache|Gedruckt|auf 100|Prozent|Eingang|Verantwortlich|Dienststelle|Dezernat|Dez\b|Az\b|Aktenz|Datum|Verfasser|"
    r"Federf|Fachbereich|Amt\b|Amt:|Bearbeit|Sachbearb|Status|Beratungsfolge|Gremi|Termin|TOP\b|Stadt \w+$|Gemeinde \w+$|Landkreis|"
    r"Der (?:Ober)?[Bb]ürgermeister|Die (?:Ober)?[Bb]ürgermeisterin|öffentlich|nichtöffentlich|Einreicher|Antragsteller|"
    r"Sehr geehrte|Liebe[rs]?\s|Guten Tag|Hallo\b|Organisationseinheit|Recyclingpapier|Seite\b|Tel|E-?Mail|.*[Ff]raktion(?:en)?$|.*\d{2}\.\d{2}\.\d{4}$|[\W\d]*$)"
)
_SUBJECT = re.compile(
    r"^\W*(?:Betreff|Betrifft|Gegenstand|Titel|Thema|Bezeichnung)\b\s*(?:der Vorlage)?\s*:?\s*(?P<rest>.*)$"
)
_SUBJECT_END = re.compile(
    r"^\W*(?:Beratungsfolge|Gremi|Beratungsweg|Beschluss|Sachverhalt|Begründung|Kurzfassung|Information|Anlage|Finanz|Antrag|Geplante|"
    r"Status|Der |Die |Das |\d+\.|.*\d{2}\.\d{2}\.\d{4})"
)


@dataclass(slots=True)
class Document:
    """A run of sheets that is one document of a paper."""

    role: Role
    label: str | None
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def first(self) -> Sheet:
        """The sheet that it begins with."""
        return self.sheets[0]

    @property
    def confidential(self) -> bool:
        """True where it says of itself that it is not public."""
        return is_confidential(self.first.page.text)


def paper_of(documents: Sequence[Document], reference: str | None, entry: AgendaEntry | None, public: Public) -> Paper:
    """The Paper that documents make, the paper itself first, then the administration's answer, then the annexes.

    :param reference: the Vorlage number that they share, if any.
    :param entry: the agenda entry that they belong to, if any.
    :param public: what holds for that entry; a paper that says it is confidential is not public whatever holds.
    """
    if len({document.first.read.file.id for document in documents}) > 1 or documents[0].role == "annex":
        documents = sorted(documents, key=lambda d: ("main", "statement", "annex").index(d.role))
    text = paged_text([document.sheets for document in documents])
    at = 0
    starts = []
    for document in documents:
        starts.append(DocumentStart(text.starts[at].offset, document.role, _kind(document), _label(document)))
        at += len(document.sheets)
    text, parts = _with_headings_in_place(text, starts)
    first = documents[0].first
    own = ra_id("vorlage", reference) if reference else ra_id("vorlage", first.read.file.sha256, first.page.number)
    parts = _with_drawings(text, parts, [sheet for document in documents for sheet in document.sheets])
    return Paper(
        id=own,
        reference=reference,
        name=_name(first, entry),
        paperType=next((kind for d in documents if d.role == "main" and (kind := _kind(d))), first.head.kind),
        files=tuple(
            FileSpan(
                file_id=d.first.read.file.id,
                name=d.first.read.file.name,
                first=d.first.page.number,
                last=d.sheets[-1].page.number,
            )
            for d in documents
        ),
        text=text,
        parts=parts,
        form=form_values(text, parts),
        consultations=all_consultations(
            [
                text.text[start.offset : ends.offset if ends else len(text.text)]
                for n, (start, ends) in enumerate(zip(starts, [*starts[1:], None], strict=True))
                if n == 0 or start.role == "statement"
            ]
        ),
        public=False if documents[0].confidential else public,
    )


def _with_headings_in_place(text: PagedText, documents: Sequence[DocumentStart]) -> tuple[PagedText, tuple[Part, ...]]:
    """Text and parts, with a heading that a text frame made come last on its page put where its part begins."""
    parts = find_parts(text, documents)
    whole = text.text
    for before, after in pairwise(parts):
        line = whole[before.end : after.start].strip()
        if before.kind == after.kind and before.heading == after.heading == line and line:
            moved = f"{line}\n{whole[before.start : before.end]}"
            whole = whole[: before.start] + moved.ljust(after.start - before.start, "\n") + whole[after.start :]
    if whole == text.text:
        return text, parts
    text = text.model_copy(update={"text": whole})
    return text, find_parts(text, documents)


def _with_drawings(text: PagedText, parts: Sequence[Part], sheets: Sequence[Sheet]) -> tuple[Part, ...]:
    """Parts with each plan or drawing as one of its own, named as the page is; what stood there before gives way."""
    out = list(parts)
    for at, sheet in enumerate(sheets):
        if sheet.page.kind != "drawing":
            continue
        start = text.starts[at].offset
        end = text.starts[at + 1].offset if at + 1 < len(sheets) else len(text.text)
        kept: list[Part] = []
        for part in out:
            if part.kind == "drawing" or part.end <= start or part.start >= end:
                kept.append(part)
                continue
            kept.extend(
                part.model_copy(update={"start": left, "end": right})
                for left, right in ((part.start, min(part.end, start)), (max(part.start, end), part.end))
                if text.text[left:right].strip()
            )
        name = sheet.page.reason or DRAWING
        out = [*kept, Part(kind="drawing", heading=name, start=start, end=end)]
    return tuple(sorted(out, key=lambda part: (part.start, part.end)))


def _kind(document: Document) -> str | None:
    """The kind of a document; a motion that says so in the name of its file only is one all the same."""
    first = document.first
    if first.head.kind or document.role != "main" or not first.opens_file:
        return first.head.kind
    name = re.sub(r"[_\W]+", " ", first.read.path.stem)
    named = re.search(r"(?i)\b(?:rats|änderungs|ergänzungs|dringlichkeits|haushalts|prüf)?(antrag|anfrage)\b", name)
    if named and not re.search(r"(?i)\b(?:anlage|anhang|stellungnahme|antwort|vorlage)", name):
        return named[0].capitalize()
    return None


def _label(document: Document) -> str | None:
    """The label of an annex, as its first page has it."""
    return (document.first.head.label or document.label) if document.role == "annex" else None


def _name(first: Sheet, entry: AgendaEntry | None) -> str:
    """What a paper is called: its subject; the agenda's wording where the paper has the same."""
    if entry and squeezed(entry.title)[:40] in first.head.key:
        return entry.title
    lines = [line.strip() for line in first.page.text.split("\n") if line.strip()][:25]
    for index, line in enumerate(lines):
        match = _SUBJECT.match(line)
        if match:
            found = [match["rest"]] if match["rest"] else []
            for later in lines[index + 1 : index + 5]:
                if (
                    _SUBJECT_END.match(later)
                    or _NOT_A_TITLE.match(later)
                    or (found and len(found[-1]) < 40 and match["rest"])
                ):
                    break
                found.append(later)
            if found:
                return " ".join(found)[:300]
    if entry:
        return entry.title
    if first.head.kind and (told := _behind_kind(first.head.kind, lines)):
        return told
    return first.bookmark or PurePosixPath(first.read.file.name).stem


def _behind_kind(kind: str, lines: Sequence[str]) -> str | None:
    """The title behind a paper's kind ("Antrag: Mehr Bänke"), or the first line below it that can be one."""
    told = re.search(rf"{re.escape(kind)}\s*:\s*(?P<name>\S.{{7,}})", "\n".join(lines[:15]))
    if told and not _NOT_A_TITLE.match(told["name"]):
        return told["name"][:300].strip()
    at = next((i for i, line in enumerate(lines) if kind in line), -1)
    below = (line for line in lines[at + 1 : at + 12] if len(line) >= 8 and not _NOT_A_TITLE.match(line))
    return next((line[:300] for line in below), None)
