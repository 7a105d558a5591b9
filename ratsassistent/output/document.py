"""Briefing -> Document: the paper that a Fraktion hands round, before it becomes Markdown, DOCX or PDF.

What enters: a Briefing. What leaves: a Document (title, overview, table of items, the items, what wrote it and how far it
can be trusted). What it does not know: formats, the archive.
"""

from __future__ import annotations

from collections.abc import Iterator

from ratsassistent.briefings import Briefing, ItemBriefing, ItemRef, ItemSource, Overview, Purpose, ToDecide
from ratsassistent.output import phrases
from ratsassistent.output.blocks import (
    Block,
    Bullets,
    Document,
    Heading,
    Line,
    Notice,
    Paragraph,
    Run,
    bullets,
    line,
    note,
    one_line,
    strong,
    table,
    with_sound_links,
)
from ratsassistent.output.document_about import ANCHOR, Marking, about, marking
from ratsassistent.output.document_item import anchor, item_blocks, item_title, spans
from ratsassistent.output.page_text import long_day, short_name
from ratsassistent.output.references import Home, cited, excerpt, home_of, key, pages, where

_PURPOSES: dict[Purpose, str] = {
    "decide": "Zu beschließen", "discuss": "Zu beraten", "note": "Zur Kenntnis zu nehmen",
}  # fmt: skip


def compose(given: Briefing, marked: Marking | None = None) -> Document:
    """Everything that a reader of a briefing is told, in the order in which it is read."""
    marked = marked or marking(given)
    sources = {source.item_id: source for source in given.sources}
    everything = [c for item in given.agendaItem for c in cited(item)]
    home = home_of(everything)
    pack = next((c.file for c in everything if key(c) in home), None)
    blocks = [*_front(given, marked, pack), *_overview(given, home)]
    if given.meeting is not None and len(given.agendaItem) > 1:
        blocks += _agenda(given, sources, home)
    for item in given.agendaItem:
        blocks += item_blocks(item, sources.get(item.id), home)
    blocks += about(given, marked, home)
    return Document(
        title=one_line(given.name) or "Auswertung",
        subtitle=tuple(_subtitle(given)),
        running=one_line(given.name),
        warning="" if marked.public else phrases.CONFIDENTIAL_SHORT,
        blocks=tuple(with_sound_links(blocks)),
    )


def _subtitle(given: Briefing) -> Iterator[str]:
    what = "Auswertung der Sitzungsunterlagen" if given.meeting else "Auswertung einer einzelnen Vorlage"
    body = one_line(given.organization or "")
    known = body and body.casefold() not in given.name.casefold()
    yield " · ".join(filter(None, (what, body if known else "", one_line(long_day(given.start)))))
    if given.meeting is None:
        names = [" ".join(filter(None, (p.paperType, p.reference))) for s in given.sources for p in s.papers]
        yield from (one_line(name) for name in names if name)


def _front(given: Briefing, marked: Marking, pack: str | None) -> list[Block]:
    """What a reader has to know before the first sentence."""
    blocks: list[Block] = []
    if not marked.public:
        which = ", ".join(_short(i.number, i.name) for i in given.agendaItem if i.public is not True)
        blocks.append(Notice(phrases.CONFIDENTIAL, f"Nichtöffentlich oder nicht als öffentlich bekannt: {which}."))
    whole = [phrases.coverage_read(given.coverage), *(sentence for sentence, _ in phrases.coverage(given.coverage))]
    if given.coverage.unreadable:
        n = len(given.coverage.unreadable)
        whole.insert(1, "1 Seite war nicht lesbar." if n == 1 else f"{n} Seiten waren nicht lesbar.")
    blocks += [
        Paragraph(line(phrases.holds(given))),
        Paragraph(line(marked.sentence(), phrases.AUTHORITATIVE, _numbering(marked, pack))),
        Paragraph(line(*whole, Run("Einzelheiten am Ende.", target=ANCHOR))),
    ]
    late = [i for i in given.agendaItem if i.level != given.level]
    if late:
        n = len(late)
        points = "1 Punkt steht" if n == 1 else f"{n} Punkten steht"
        blocks.append(Paragraph(line(f"Zu {points} die Zusammenfassung noch aus; dort steht der Auszug.")))
    return blocks


def _numbering(marked: Marking, pack: str | None) -> str:
    """What "S. 12" means, since the number printed on a page is often another."""
    if not marked.sources:
        return ""
    of = f"der Datei {short_name(pack, 60)}" if pack else "der genannten Datei"
    others = " Bei anderen Dateien steht der Name dabei." if pack and len(marked.sources) > 1 else ""
    return f"„S. 12“ heißt: die zwölfte Seite {of}, nicht die aufgedruckte Seitenzahl.{others}"


def _short(number: str | None, name: str) -> str:
    return f"TOP {number}" if number else one_line(name)


def _overview(given: Briefing, home: Home) -> list[Block]:
    if given.overview is None:
        return []
    found = given.overview
    blocks: list[Block] = [Heading(1, "Auf einen Blick", anchor="ueberblick")]
    for purpose, title in _PURPOSES.items():
        entries = tuple(_to_decide(d, home) for d in found.decide if d.purpose == purpose)
        blocks += [Heading(2, title), Bullets(entries)] if entries else []
    blocks += _largest(found, home)
    if found.lacks:
        blocks += [Heading(2, "Was in den Unterlagen fehlt"), *bullets(line(sentence) for sentence in found.lacks)]
    return blocks if len(blocks) > 1 else []


def _to_decide(given: ToDecide, home: Home) -> Line:
    title = Run(item_title(given.item.number, given.item.name), "strong", anchor(given.item.id))
    return line(title, note("nichtöffentlich") if given.item.public is not True else None, given.what,
                where(given.citation, home))  # fmt: skip


def _largest(found: Overview, home: Home) -> list[Block]:
    def rows(entries: list[tuple[ItemRef, str, str | None, str]]) -> list[tuple[Line, ...]]:
        return [
            (line(strong(text)), line(Run(ref.number or ref.name, target=anchor(ref.id))),
             line(excerpt(context, text)), line(note(place)))
            for ref, text, context, place in entries
        ]  # fmt: skip

    amounts = [(a.item, a.amount.text, a.amount.context, pages(a.amount.citation, home)) for a in found.amounts]
    dates = [(d.item, d.date.text, d.date.context, pages(d.date.citation, home)) for d in found.dates]
    widths = (5, 2, 11, 4)
    blocks: list[Block] = []
    if amounts:
        head = ("Betrag", "TOP", "Zusammenhang", "Seite")
        blocks += [Heading(2, "Die größten Beträge", "Auszug"), *table(head, rows(amounts), widths)]
    if dates:
        head = ("Datum", "TOP", "Zusammenhang", "Seite")
        blocks += [Heading(2, "Termine und Fristen", "Auszug"), *table(head, rows(dates), widths)]
    return blocks


def _agenda(given: Briefing, sources: dict[str, ItemSource], home: Home) -> list[Block]:
    """The table of items: where each lies in the pack."""
    rows = []
    for item in given.agendaItem:
        source = sources.get(item.id)
        title = line(Run(item.name, target=anchor(item.id)), *(note(remark) for remark in _remarks(item, source)))
        rows.append((line(item.number), title, line(note(_place(item, source, home)))))
    return [
        Heading(1, "Tagesordnung", anchor="tagesordnung"),
        *table(("TOP", "Gegenstand", "Seiten der Unterlagen"), rows, (3, 15, 6)),
    ]


def _remarks(item: ItemBriefing, source: ItemSource | None) -> list[str]:
    found = []
    if item.public is not True:
        found.append("nichtöffentlich")
    if source and source.withdrawn:
        found.append("abgesetzt")
    elif source and source.formerly:
        found.append(f"früher TOP {source.formerly}")
    return found


def _place(item: ItemBriefing, source: ItemSource | None, home: Home) -> str:
    """Where an item's papers lie; where that is not known, the pages that its text cites."""
    if source is None:
        return pages(cited(item), home)
    places = spans((span for paper in source.papers for span in paper.files), home)
    if not places:
        return "keine Unterlagen"
    more = len(places) - 2
    shown = places[:2] if more > 0 else places
    return "; ".join([*shown, *([f"{more} weitere Dateien" if more > 1 else "1 weitere Datei"] if more > 0 else [])])
