"""Pages and agenda items become Papers.

What enters: a ReadFile, or the sheets of several, and an Agenda. What leaves: for each entry its Papers with files, text,
parts and consultations, and the pages that belong to none. What it does not know: meetings, what is public page by page.

A Paper is what shares one Vorlage number: the paper itself, the administration's Stellungnahme, its Anlagen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import PurePosixPath

from ratsassistent.oparl import FileSpan, Model, PagedText, Paper, Part, Public, ra_id
from ratsassistent.pack.agenda import Agenda, AgendaEntry
from ratsassistent.pack.align import align, keys_in_name
from ratsassistent.pack.consultations import find_consultations
from ratsassistent.pack.heads import Role, squeezed
from ratsassistent.pack.pages import ReadFile
from ratsassistent.pack.parts import DocumentStart, find_parts
from ratsassistent.pack.references import find_key, fuller, reference_key
from ratsassistent.pack.sheets import Sheet, paged_text, sheets_of

__all__ = ["Cut", "cut_papers", "cut_sheets", "find_parts", "loose_papers"]

_NOT_A_TITLE = re.compile(
    r"^(?:Vorlagen?\b|Drucksache|Gedruckt|auf 100|Prozent|Eingang|Verantwortlich|Dienststelle|Dezernat|Dez\b|Az\b|Aktenz|Datum|Verfasser|"
    r"Federf|Fachbereich|Amt\b|Amt:|Bearbeit|Sachbearb|Status|Beratungsfolge|Gremi|Termin|TOP\b|Stadt \w+$|Gemeinde \w+$|Landkreis|"
    r"Der (?:Ober)?[Bb]ürgermeister|Die (?:Ober)?[Bb]ürgermeisterin|öffentlich|nichtöffentlich|Einreicher|Antragsteller|"
    r"Organisationseinheit|Recyclingpapier|Seite\b|Tel|E-?Mail|.*[Ff]raktion(?:en)?$|.*\d{2}\.\d{2}\.\d{4}$|[\W\d]*$)"
)
_SUBJECT = re.compile(
    r"^\W*(?:Betreff|Betrifft|Gegenstand|Titel|Thema|Bezeichnung)\b\s*(?:der Vorlage)?\s*:?\s*(?P<rest>.*)$"
)
_SUBJECT_END = re.compile(
    r"^\W*(?:Beratungsfolge|Gremi|Beratungsweg|Beschluss|Sachverhalt|Begründung|Kurzfassung|Information|Anlage|Finanz|Antrag|Geplante|"
    r"Status|Der |Die |Das |\d+\.|.*\d{2}\.\d{2}\.\d{4})"
)


class Cut(Model):
    """The papers of each agenda entry (same order and length as the entries), and pages that belong to none."""

    papers: tuple[tuple[Paper, ...], ...]
    unassigned: tuple[tuple[str, int], ...] = ()  # file id, physical page


@dataclass(slots=True)
class _Document:
    """A run of sheets that is one document of a paper."""

    role: Role
    label: str | None
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def first(self) -> Sheet:
        return self.sheets[0]


def cut_papers(read: ReadFile, agenda: Agenda) -> Cut:
    """Cut the pages behind the agenda of a combined pack into papers."""
    covered = set(agenda.pages)
    rest = [page.number for page in read.pages if page.number not in covered]
    return cut_sheets(sheets_of(read, rest, opens_file=False), agenda)


def cut_sheets(sheets: Sequence[Sheet], agenda: Agenda) -> Cut:
    """Cut a pile of pages, from one file or many, into the papers of an agenda."""
    way = align(sheets, agenda.entries, agenda.start[:10] if agenda.start else None)
    papers = []
    for index, entry in enumerate(agenda.entries):
        mine = [sheet for sheet, at in zip(sheets, way, strict=True) if at == index]
        papers.append(tuple(_papers_of_entry(mine, entry)))
    unassigned = tuple(
        (sheet.read.file.id, sheet.page.number) for sheet, at in zip(sheets, way, strict=True) if at is None
    )
    return Cut(papers=tuple(papers), unassigned=unassigned)


def loose_papers(sheets: Sequence[Sheet], public: Public) -> tuple[Paper, ...]:
    """The papers in sheets that belong to no agenda; a file named after a paper that is there goes with it."""
    groups: list[tuple[str | None, list[_Document]]] = []
    for _, pile in groupby(sheets, key=lambda sheet: sheet.read.file.id):
        groups.extend(_group(_documents(list(pile)), ()))
    piles: dict[str, list[_Document]] = {}
    for reference, documents in groups:
        if reference:
            piles.setdefault(find_key(reference_key(reference), piles) or reference_key(reference), []).extend(
                documents
            )
    out: list[tuple[str | None, list[_Document]]] = []
    for reference, documents in groups:
        key = find_key(reference_key(reference), piles) if reference else None
        if key and piles[key]:
            out.append((reference, piles[key]))
            piles[key] = []
        elif not key:
            out.append((None, documents))
    return tuple(_paper(group, reference, None, public) for reference, group in _with_namesakes(out))


def _with_namesakes(
    groups: Sequence[tuple[str | None, list[_Document]]],
) -> list[tuple[str | None, list[_Document]]]:
    """Groups with files without a number of their own put to the paper that their names begin with."""
    known = {reference_key(reference): documents for reference, documents in groups if reference}
    out = []
    for reference, documents in groups:
        first = documents[0].first
        named = keys_in_name(first.read.file.name, known) if first.opens_file and not reference else set()
        at = [key for key in named if key in known]
        if len(at) == 1:
            for document in documents:
                document.role = "statement" if document.role == "statement" else "annex"
            known[at[0]].extend(documents)
        else:
            out.append((reference, documents))
    return out


def _papers_of_entry(sheets: Sequence[Sheet], entry: AgendaEntry) -> list[Paper]:
    """The papers of one entry; a number that the agenda names but the pack does not hold is a paper without pages."""
    groups = _group(_documents(sheets), entry.references) if sheets else []
    papers = [_paper(group, reference, entry, entry.public) for reference, group in groups]
    held = {reference_key(paper.reference) for paper in papers if paper.reference}
    for reference in entry.references:
        if not find_key(reference_key(reference), held):
            papers.append(
                Paper(
                    id=ra_id("vorlage", reference),
                    reference=reference,
                    name=entry.title,
                    paperType=None,
                    files=(),
                    text=PagedText(text="", starts=()),
                    public=entry.public,
                )
            )
    return papers


def _documents(sheets: Sequence[Sheet]) -> list[_Document]:
    """Cut an item's sheets where a document begins."""
    documents: list[_Document] = []
    has_main = any(sheet.head.strong and sheet.head.role == "main" for sheet in sheets)
    for index, sheet in enumerate(sheets):
        if not documents or _begins_document(sheets, index, documents[-1]):
            head = sheet.head
            role: Role = head.role or "annex"
            if not head.strong and role != "statement":
                role = "annex" if documents or has_main else "main"
            documents.append(_Document(role, head.label if role == "annex" else None))
        documents[-1].sheets.append(sheet)
    return documents


def _begins_document(sheets: Sequence[Sheet], index: int, current: _Document) -> bool:
    """True where the sheet is the first one of a document."""
    sheet, before = sheets[index], sheets[index - 1]
    if sheet.read.file.id != before.read.file.id or sheet.page.number != before.page.number + 1:
        return True
    opens = sheet.head.strong or bool(sheet.bookmark) or (sheet.head.sure and sheet.head.running == 1)
    if sheet.continues or opens:
        return not sheet.continues
    if sum(bool(other.bookmark) for other in sheets) >= 2:
        return False  # bookmarks tell where every document begins
    if sheet.head.label is not None and sheet.head.label != current.label:
        return bool(sheet.head.label) or current.role != "annex"
    return _counting_stops(sheets, index, current)


def _counting_stops(sheets: Sequence[Sheet], index: int, current: _Document) -> bool:
    """True where a document that counts its pages has come to its end: this page has no number, and none goes on."""
    counted = [sheet.head.running for sheet in current.sheets if sheet.head.sure and sheet.head.running]
    if not counted or sheets[index].head.sure:
        return False
    last = current.sheets[-1].head
    if last.sure and last.running and last.running == last.total:
        return True  # "Seite 2 von 2"
    for later in sheets[index + 1 : index + 6]:
        if later.head.strong or (later.head.sure and later.head.running == 1):
            break
        if later.head.sure:
            return later.head.running != counted[-1] + 1
    return True


def _group(documents: Sequence[_Document], expected: Sequence[str]) -> list[tuple[str | None, list[_Document]]]:
    """Documents that share a Vorlage number, in order; the agenda's numbers fill in where a paper's own is not read."""
    wanted = {reference_key(reference): reference for reference in expected}
    groups: list[tuple[str | None, list[_Document]]] = []
    for document in documents:
        own = _own_reference(document, wanted)
        key = reference_key(own) if own else None
        same = next((i for i, (ref, _) in enumerate(groups) if key and ref and _same(reference_key(ref), key)), None)
        opens = document.role == "main" and (document.first.head.strong or document.first.opens_file)
        if same is not None and own:
            groups[same] = (fuller(groups[same][0] or own, own), [*groups[same][1], document])
        elif not groups or (opens and own and ((key and find_key(key, wanted)) or groups[-1][0])):
            groups.append((own, [document]))
        elif opens and not own and len(wanted) > len(groups):
            groups.append((None, [document]))
        elif own and groups[-1][0] is None:
            groups[-1] = (own, [*groups[-1][1], document])
        else:
            groups[-1][1].append(document)
    missing = [ref for key, ref in wanted.items() if not any(r and _same(reference_key(r), key) for r, _ in groups)]
    strange = [i for i, (ref, _) in enumerate(groups) if not ref or not find_key(reference_key(ref), wanted)]
    if len(missing) == 1 and len(strange) == 1:
        groups[strange[0]] = (missing[0], groups[strange[0]][1])
    return _with_early_annexes(groups)


def _with_early_annexes(
    groups: list[tuple[str | None, list[_Document]]],
) -> list[tuple[str | None, list[_Document]]]:
    """Groups with annexes that came before their paper put behind it: files are sorted by their names."""
    papers = [group for group in groups if group[0]]
    if not papers:
        return groups
    out = [*papers]
    for index, (reference, documents) in enumerate(groups):
        if reference:
            continue
        named = [reference_key(r) for d in documents for r in d.first.head.references]
        own = [pile for r, pile in papers if any(_same(reference_key(r or ""), key) for key in named)]
        if all(document.role == "annex" for document in documents) and (own or len(papers) == 1):
            pile = (own or [papers[0][1]])[0]
            pile[:0] = documents
        else:
            out.insert(min(index, len(out)), (reference, documents))
    return out


def _same(one: str, two: str) -> bool:
    return find_key(one, [two]) is not None


def _own_reference(document: _Document, wanted: dict[str, str]) -> str | None:
    """The number that a document's first page gives, as the agenda prints it where that has all of it."""
    first = document.first
    if first.opens_file:
        named = [key for key in keys_in_name(first.read.file.name, wanted) if key in wanted]
        if len(named) == 1:
            return wanted[named[0]]
    if document.role == "annex":
        return None
    found = document.first.head.references or tuple(
        r for s in document.sheets for r in s.head.references if s.head.sure
    )
    for reference in found:
        same = find_key(reference_key(reference), wanted)
        if same:
            return fuller(wanted[same], reference)
    return found[0] if found and document.role == "main" else None


def _paper(documents: Sequence[_Document], reference: str | None, entry: AgendaEntry | None, public: Public) -> Paper:
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
        consultations=find_consultations(text.text[: starts[1].offset] if len(starts) > 1 else text.text),
        public=public,
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


def _kind(document: _Document) -> str | None:
    """The kind of a document; a motion that says so in the name of its file only is one all the same."""
    first = document.first
    if first.head.kind or document.role != "main" or not first.opens_file:
        return first.head.kind
    name = re.sub(r"[_\W]+", " ", first.read.path.stem)
    named = re.search(r"(?i)\b(?:rats|änderungs|ergänzungs|dringlichkeits|haushalts|prüf)?(antrag|anfrage)\b", name)
    if named and not re.search(r"(?i)\b(?:anlage|anhang|stellungnahme|antwort|vorlage)", name):
        return named[0].capitalize()
    return None


def _label(document: _Document) -> str | None:
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
    if not first.head.kind:
        return first.bookmark or PurePosixPath(first.read.file.name).stem
    after_kind = next((i for i, line in enumerate(lines) if first.head.kind and first.head.kind in line), -1)
    for line in lines[after_kind + 1 : after_kind + 12]:
        if len(line) >= 8 and not _NOT_A_TITLE.match(line):
            return line[:300]
    return first.bookmark or first.read.path.stem
