"""Pages and agenda items become Papers.

What enters: a ReadFile, or the sheets of several, and an Agenda. What leaves: for each entry its Papers with files, text,
parts and consultations, and the pages that belong to none. What it does not know: meetings, what is public page by page.

A Paper is what shares one Vorlage number: the paper itself, the administration's Stellungnahme, its Anlagen.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import groupby

from ratsassistent.oparl import Model, PagedText, Paper, Public, ra_id
from ratsassistent.pack.agendas.agenda import Agenda, AgendaEntry
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.matching.align import align, keys_in_name
from ratsassistent.pack.papers.documents import Document, paper_of
from ratsassistent.pack.papers.heads import Role
from ratsassistent.pack.papers.references import find_key, fuller, reference_key
from ratsassistent.pack.papers.sheets import Sheet, sheets_of


class Cut(Model):
    """The papers of each agenda entry (same order and length as the entries), and pages that belong to none."""

    papers: tuple[tuple[Paper, ...], ...]
    unassigned: tuple[tuple[str, int], ...] = ()  # file id, physical page


def cut_papers(read: ReadFile, agenda: Agenda) -> Cut:
    """Cut the pages behind the agenda of a combined pack into papers."""
    covered = set(agenda.pages)
    rest = [page.number for page in read.pages if page.number not in covered]
    return cut_sheets(sheets_of(read, rest, opens_file=False), agenda)


def cut_sheets(
    sheets: Sequence[Sheet], agenda: Agenda, root: Sequence[ReadFile] = (), vague: Container[str] = ()
) -> Cut:
    """Cut a pile of pages, from one file or many, into the papers of an agenda.

    :param root: all files of the take-in; they show which folder is common to all.
    :param vague: ids of files that may belong to another meeting as well: they need a sign of their own.
    """
    common = f"{agenda.organization or ''} {agenda.name}"
    way = align(sheets, agenda.entries, agenda.start[:10] if agenda.start else None, root, common, vague)
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
    groups: list[tuple[str | None, list[Document]]] = []
    for _, pile in groupby(sheets, key=lambda sheet: sheet.read.file.id):
        groups.extend(_group(documents_of(list(pile)), ()))
    piles: dict[str, list[Document]] = {}
    for reference, documents in groups:
        if reference:
            piles.setdefault(find_key(reference_key(reference), piles) or reference_key(reference), []).extend(
                documents
            )
    for pile_of_one in piles.values():
        if any(document.role == "main" and document.first.head.strong for document in pile_of_one):
            for document in pile_of_one:  # an annex in a file of its own, which alone would be taken for a paper
                if document.first.head.role == "annex":
                    document.role, document.label = "annex", document.first.head.label
    out: list[tuple[str | None, list[Document]]] = []
    for reference, documents in groups:
        key = find_key(reference_key(reference), piles) if reference else None
        if key and piles[key]:
            out.append((reference, piles[key]))
            piles[key] = []
        elif not key:
            out.append((None, documents))
    return tuple(
        paper for reference, group in _with_namesakes(out) for paper in _by_publicity(group, reference, None, public)
    )


def _by_publicity(
    documents: Sequence[Document], reference: str | None, entry: AgendaEntry | None, public: Public
) -> list[Paper]:
    """The paper of these documents, and beside it the annexes that say they are not public, where the paper is."""
    closed = [d for d in documents if d.role == "annex" and d.confidential]
    if public is False or not closed or len(closed) == len(documents):
        return [paper_of(documents, reference, entry, public)]
    whole = paper_of([d for d in documents if d not in closed], reference, entry, public)
    if whole.public is False:
        return [paper_of(documents, reference, entry, False)]
    apart = []
    for document in closed:
        paper = paper_of([document], None, entry, False)
        label = f"Anlage {document.label}" if document.label else "Anlage"
        apart.append(paper.model_copy(update={"name": f"{label} (nichtöffentlich): {whole.name}"[:300]}))
    return [whole, *apart]


def _with_namesakes(
    groups: Sequence[tuple[str | None, list[Document]]],
) -> list[tuple[str | None, list[Document]]]:
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
    groups = _group(documents_of(sheets), entry.references) if sheets else []
    papers = [paper for reference, group in groups for paper in _by_publicity(group, reference, entry, entry.public)]
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


def documents_of(sheets: Sequence[Sheet]) -> list[Document]:
    """Cut sheets where a document begins."""
    documents: list[Document] = []
    has_main = any(sheet.head.strong and sheet.head.role == "main" for sheet in sheets)
    for index, sheet in enumerate(sheets):
        if not documents or _begins_document(sheets, index, documents[-1]):
            head = sheet.head
            role: Role = head.role or "annex"
            if not head.strong and role != "statement":
                role = "annex" if documents or has_main else "main"
            documents.append(Document(role, head.label if role == "annex" else None))
        documents[-1].sheets.append(sheet)
    return documents


def _begins_document(sheets: Sequence[Sheet], index: int, current: Document) -> bool:
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


def _counting_stops(sheets: Sequence[Sheet], index: int, current: Document) -> bool:
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


def _group(documents: Sequence[Document], expected: Sequence[str]) -> list[tuple[str | None, list[Document]]]:
    """Documents that share a Vorlage number, in order; the agenda's numbers fill in where a paper's own is not read."""
    wanted = {reference_key(reference): reference for reference in expected}
    groups: list[tuple[str | None, list[Document]]] = []
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
    groups: list[tuple[str | None, list[Document]]],
) -> list[tuple[str | None, list[Document]]]:
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


def _own_reference(document: Document, wanted: dict[str, str]) -> str | None:
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
