"""The briefing of one agenda item as blocks: the proposed resolution first, then what is known about it.

What enters: an ItemBriefing, and what it was read from. What leaves: blocks that name the page of every sentence and say
who wrote it. What it does not know: formats, other items, the archive.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from ratsassistent.briefings import Amount, AnnexLine, DateMention, ItemBriefing, ItemSource, PaperChanges, Statement
from ratsassistent.oparl import Citation, Consultation, Decision, FileSpan
from ratsassistent.output import phrases, suspicious
from ratsassistent.output.blocks import (
    Block,
    Bullets,
    Heading,
    Line,
    Notice,
    Paragraph,
    Table,
    bullets,
    line,
    mark,
    note,
    quote,
    strong,
    table,
)
from ratsassistent.output.page_text import is_table
from ratsassistent.output.references import Home, cited, excerpt, pages, short, sole_file, statement, where

WORDING = "Wortlaut"
_KINDS = {"verbatim": WORDING, "extract": "Auszug", "model": "von der KI geschrieben", "person": None}
_EXTRACT = "Aus den Unterlagen"
_NOTES = "Anmerkungen"
_CONTRADICTIONS = "Widersprüche in den Unterlagen"


def anchor(item_id: str) -> str:
    """The name of an item's heading inside the document."""
    return "top-" + hashlib.sha256(item_id.encode("utf-8", "replace")).hexdigest()[:16]


def item_title(number: str | None, name: str) -> str:
    """ "TOP 5: Haushalt", or the name alone where it has no number."""
    return f"TOP {number}: {name}" if number else name


def item_blocks(item: ItemBriefing, source: ItemSource | None, home: Home) -> list[Block]:
    """The heading of an item and all that is to be said about it.

    :param home: the file of nearly all papers, if there is one; else an item with one file need not name it.
    """
    blocks: list[Block] = [Heading(1, item_title(item.number, item.name), anchor=anchor(item.id))]
    if item.public is not True:
        unknown = phrases.UNKNOWN_PUBLIC if item.public is None else ""
        blocks.append(Notice(phrases.NON_PUBLIC, unknown))
    blocks += [*_origin(source, home), *suspicious.blocks(item.suspicious)]
    home = home or sole_file(cited(item))
    body = [
        *_official(item, home), *_statements(item, home), *_figures(item, home), *_earlier(item), *_around(item, home),
    ]  # fmt: skip
    return [*blocks, *(body or _nothing(source))]


def papers(source: ItemSource, home: Home) -> list[str]:
    """Each paper of an item in one line: kind, number, and its pages; its name where it has no number."""
    lines = []
    for paper in source.papers:
        name = " ".join(filter(None, (paper.paperType, paper.reference))) if paper.reference else paper.name
        places = spans(paper.files, home)
        lines.append(f"{name}: {'; '.join(places)}" if places else f"{name}: liegt nicht bei")
    return lines


def spans(files: Iterable[FileSpan], home: Home) -> list[str]:
    """Where papers lie: "Vorlage, S. 3–17"; "S. 3–17" in the file that needs no name; files without pages by name."""
    numbers: dict[tuple[str, str], set[int]] = {}
    for span in files:
        numbers.setdefault((span.file_id, span.name), set()).update(range(span.first, span.last + 1))
    places = []
    for (file_id, name), found in numbers.items():
        shown = f"S. {phrases.runs(sorted(found))}" if found else ""
        places.append(shown if shown and file_id in home else ", ".join(filter(None, (short(name), shown))))
    return places


def _origin(source: ItemSource | None, home: Home) -> list[Block]:
    if source is None:
        return []
    lines = [moved] if (moved := phrases.moved(source)) else []
    lines += papers(source, home)
    return [Paragraph(line(note(" · ".join(lines))), keep=True)] if lines else []


def _nothing(source: ItemSource | None) -> list[Block]:
    without = source is not None and not any(p.files for p in source.papers)
    return [Paragraph(line(phrases.NO_PAPERS if without else phrases.NO_READABLE_PAPERS))]


def _official(item: ItemBriefing, home: Home) -> list[Block]:
    """What is proposed and what was decided, word for word."""
    blocks: list[Block] = []
    if item.resolution:
        blocks.append(Heading(2, phrases.WORDINGS[item.resolution.kind], WORDING))
        blocks.append(quote(item.resolution.text, where(item.resolution.citation, home)))
    if item.decisions:
        title = "Ergebnis laut Niederschrift" if len(item.decisions) == 1 else "Ergebnisse laut Niederschrift"
        blocks.append(Heading(2, title, "wie protokolliert"))
    for each in item.decisions:
        blocks += _decision(each, home)
    return blocks


def _decision(given: Decision, home: Home) -> list[Block]:
    blocks: list[Block] = []
    if given.subject:
        blocks.append(Paragraph(line(f"Abgestimmt wurde über: „{given.subject}“")))
    blocks.append(Paragraph(line(strong("Ergebnis:"), phrases.decision(given), where(given.citation, home))))
    if given.text:
        blocks += [Paragraph(line("Beschluss im Wortlaut:"), keep=True), quote(given.text)]
    blocks += bullets(line(strong(f"{how}:"), names) for how, names in phrases.named_votes(given))
    return blocks


def _statements(item: ItemBriefing, home: Home) -> list[Block]:
    """Statements under their labels, in the order in which the labels first come."""
    grouped: dict[str, list[Statement]] = {}
    for each in item.statements:
        default = _NOTES if each.origin == "person" else _EXTRACT
        grouped.setdefault(each.label or default, []).append(each)
    blocks: list[Block] = []
    wording = phrases.WORDINGS[item.resolution.kind] if item.resolution else None
    for label, members in grouped.items():
        # a heading that is there twice would look as if the wording went on
        blocks += _group(f"Zum {label}" if label == wording else label, members, item, home)
    return blocks


def _group(label: str, members: Sequence[Statement], item: ItemBriefing, home: Home) -> list[Block]:
    origins = {m.origin for m in members}
    alone = len(origins) == 1  # then the heading says it once for all
    blocks: list[Block] = [Heading(2, label, _KINDS[members[0].origin] if alone else None)]
    open_list: list[Line] = []
    for each in members:
        kind = WORDING if each.origin == "verbatim" and not alone else None
        if is_table(each.text):
            blocks += [*bullets(open_list), _rows(each, home, kind)]
            open_list = []
        else:
            open_list.append(statement(each, home, kind=kind, remarks=item.remarks))
    return [*blocks, *bullets(open_list)]


def _rows(given: Statement, home: Home, kind: str | None) -> Table:
    """Rows of a table in the papers, below the names of their columns."""
    head, *rows = ([cell.strip() for cell in row.split("|")] for row in given.text.split("\n"))
    width = max(len(head), *(len(row) for row in rows))
    filled = [[*row, *[""] * (width - len(row))] for row in [head, *rows]]
    about = statement(given.model_copy(update={"text": ""}), home, kind=kind)
    widths = (2, *[1] * (width - 1))
    lines = (tuple(line(cell) for cell in row) for row in filled[1:])
    return Table(tuple(filled[0]), tuple(lines), widths, about)


def _figures(item: ItemBriefing, home: Home) -> list[Block]:
    """Amounts, days, the way through the committees, and what the form says."""
    blocks: list[Block] = []
    said = _tight(" ".join([item.resolution.text if item.resolution else "", *(s.text for s in item.statements)]))
    both: list[tuple[str, str, Sequence[Amount] | Sequence[DateMention]]]
    both = [("Beträge", "Betrag", item.amounts), ("Termine und Fristen", "Datum", item.dates)]
    for title, head, found in both:
        rows = [
            (
                line(strong("; ".join(texts))),
                line(excerpt(context, texts[0], _tight(context) in said)),
                line(note(pages(citation, home))),
            )
            for context, texts, citation in _merged(found)
        ]
        if rows:
            blocks += [Heading(2, title, "Auszug"), *table((head, "Zusammenhang", "Seite"), rows, (5, 13, 4))]
    if item.consultations:
        steps = [
            (line(c.organization), line(_day(c)), line(c.role), line(c.number), line(c.result))
            for c in item.consultations
        ]
        head_row = ("Gremium", "Termin", "Zuständigkeit", "TOP", "Ergebnis")
        blocks += [Heading(2, "Beratungsfolge"), *_only_filled(head_row, steps, (6, 4, 4, 2, 6))]
    if item.form:
        rows = [(line(f.name), line(f.value), line(note(pages(f.citation, home)))) for f in item.form]
        blocks += [
            Heading(2, "Angaben im Formular", "Auszug"), *table(("Angabe", "Eintrag", "Seite"), rows, (8, 10, 4)),
        ]  # fmt: skip
    return blocks


def _tight(text: str | None) -> str:
    return re.sub(r"\W", "", text or "")


def _merged(given: Iterable[Amount | DateMention]) -> list[tuple[str | None, list[str], tuple[Citation, ...]]]:
    """Figures of one sentence or row put together: (context, figures, pages), in the order in which they come."""
    merged: dict[tuple[object, ...], tuple[str | None, list[str], tuple[Citation, ...]]] = {}
    for n, each in enumerate(given):
        places = tuple((c.file_id or c.file, c.page) for c in each.citation)
        key = (each.context, places) if each.context else (n,)
        _, texts, _ = merged.setdefault(key, (each.context, [], each.citation))
        if each.text not in texts:
            texts.append(each.text)
    return list(merged.values())


def _day(given: Consultation) -> str:
    return f"{given.date:%d.%m.%Y}" if given.date else ""


def _only_filled(head: tuple[str, ...], rows: Sequence[tuple[Line, ...]], widths: tuple[int, ...]) -> list[Block]:
    """A table without the columns that are empty in every row."""
    kept = [n for n in range(len(head)) if any(row[n] for row in rows)]
    return table(
        tuple(head[n] for n in kept), [tuple(row[n] for n in kept) for row in rows], tuple(widths[n] for n in kept)
    )


def _earlier(item: ItemBriefing) -> list[Block]:
    """Earlier resolutions on the same matter: why each is linked, what came of it, and where that stands."""
    entries = []
    for each in item.earlier:
        one = each.resolution
        # `earlier` links none of these; should it ever, a paper to hand round is no place for them.
        if item.public is True and one.public is not True:
            continue
        source = pages(one.citation) or one.meeting
        result = f" Ergebnis: „{one.result}“" if one.result else ""
        entries.append(line(strong(f"{one.name}:"), f"{'; '.join(each.reasons)}.{result}", note(f"({source})")))
    return [Heading(2, "Frühere Beschlüsse dazu", "vom Programm verknüpft"), *bullets(entries)] if entries else []


def _around(item: ItemBriefing, home: Home) -> list[Block]:
    """Annexes, contradictions, questions, plain language, changes, and what is missing or only named."""
    blocks: list[Block] = []

    def section(title: str, kind: str | None, entries: Iterable[Line]) -> None:
        lines = bullets(entries)
        if lines:
            blocks.extend([Heading(2, title, kind), *lines])

    section(
        "Anlagen",
        None,
        (
            line(
                strong(a.name),
                f"({_length(a, home)}){':' if a.statement else ''}",
                *(statement(a.statement, home) if a.statement else ()),
            )
            for a in item.annexes
        ),
    )
    for each in item.contradictions:
        sides = (line(strong(s.text), excerpt(s.context, s.text), where(s.citation, home)) for s in each.sides)
        if not any(isinstance(b, Heading) and b.text == _CONTRADICTIONS for b in blocks):
            blocks.append(Heading(2, _CONTRADICTIONS, "bitte nachfragen"))
        blocks += [
            Paragraph(line(strong(f"{each.subject}:"), "Die Unterlagen nennen Verschiedenes."), keep=True),
            *bullets(sides),
        ]
    section(
        "Mögliche Fragen",
        "Vorschläge",
        (
            line(mark("KI") if q.origin == "model" else None, q.text, note(q.reason), where(q.citation, home))
            for q in item.open_questions
        ),
    )
    plain = item.plain_language or ()
    whose = "von der KI geschrieben" if any(s.origin == "model" for s in plain) else None
    section("In einfacher Sprache", whose, (statement(s, home, remarks=item.remarks) for s in plain))
    for changed in item.changes:
        blocks += _changes(changed, home)
    section("Fehlt in den Unterlagen", None, (line(phrases.missing(m)) for m in item.missing_attachments))
    section(
        "Pläne und Zeichnungen",
        "nicht zusammengefasst",
        (line(r.reason or "Plan oder Zeichnung", where([Citation(file=r.file, file_id=r.file_id, page=r.page)], home))
         for r in item.drawings),
    )  # fmt: skip
    return blocks


def _length(given: AnnexLine, home: Home) -> str:
    length = f"{given.pages} {'Seite' if given.pages == 1 else 'Seiten'}"
    return ", ".join(filter(None, (length, pages(given.citation, home))))


def _changes(given: PaperChanges, home: Home) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "Geändert gegenüber der früheren Fassung"),
        Paragraph(line(note(given.paper)), keep=True),
    ]
    entries: list[Line] = []
    for each in given.changes:
        part, kind = phrases.change(each)
        before = line(strong("bisher:"), f"„{each.before}“", where(each.citation_before, home)) if each.before else ()
        after = line(strong("jetzt:"), f"„{each.after}“", where(each.citation_after, home)) if each.after else ()
        entries.append(line(f"{part}, {kind}:", *before, *after))
    return [*blocks, Bullets(tuple(entries))] if entries else blocks
