"""The end of a document, and its marking for machines: what wrote it, from what, how far it can be trusted.

What enters: a Briefing. What leaves: blocks for the reader, and the same facts as names and values for the metadata of a
file (AI Act, Article 50(2)). What it does not know: formats.

A document in which no sentence was written by a model never says that one was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ratsassistent import __version__
from ratsassistent.briefings import Briefing, ItemBriefing, ModelRecord, PromptRecord, Statement
from ratsassistent.oparl import PageRef
from ratsassistent.output import phrases, phrases_server
from ratsassistent.output.blocks import (
    Block,
    Heading,
    Imprint,
    Line,
    Paragraph,
    bullets,
    line,
    note,
    one_line,
    strong,
    table,
)
from ratsassistent.output.references import Home, cited, statement

# The vocabulary that news agencies and picture banks mark AI content with; the value for a mixture of both
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
PROGRAM = f"Ratsassistent {__version__}"
ANCHOR = "ueber"

Share = Literal["partly", "none"]


@dataclass(frozen=True, slots=True)
class Marking:
    """What a machine can read about a document. `ai_text` "partly": some of its sentences were written by a model."""

    ai_text: Share
    models: tuple[ModelRecord, ...]
    prompts: tuple[PromptRecord, ...]
    written: dt.datetime | None
    sources: tuple[str, ...]
    public: bool

    @property
    def assisted(self) -> bool:
        """A sentence of the document was written by a model."""
        return self.ai_text == "partly"

    def properties(self) -> dict[str, str]:
        """The marking as names and values, the same in every format."""
        found: dict[str, str] = {"AIGeneratedText": self.ai_text}
        if self.assisted:
            found["DigitalSourceType"] = SOURCE_TYPE
        if self.models:
            found["AIModel"] = "; ".join(m.name for m in self.models)
            found["AIModelSHA256"] = "; ".join(m.sha256 for m in self.models)
            found["AIModelLicence"] = "; ".join(m.licence for m in self.models)
            if servers := [m.server for m in self.models if m.server]:
                found["AIModelServer"] = "; ".join(servers)
        if self.prompts:
            found["AIPrompts"] = "; ".join(f"{p.name} sha256:{p.sha256}" for p in self.prompts)
        if self.written:
            found["Written"] = self.written.isoformat(timespec="seconds")
        return found | {
            "SourceFiles": "; ".join(self.sources),
            "ContainsNonPublic": "no" if self.public else "yes",
            "Software": PROGRAM,
        }

    def keywords(self) -> tuple[str, ...]:
        """The same in a few words, for the field that every program shows."""
        how = ("KI-unterstützt", "teilweise von einer KI geschrieben", "AI-assisted") if self.assisted else ()
        return (*(how or ("ohne Sprachmodell" if not self.models else "ohne Sätze einer KI",)), "Sitzungsunterlagen")

    def label(self) -> str:
        """The same in two or three words, for the foot of every page."""
        return "KI-unterstützt" if self.assisted else "Ohne Sätze einer KI" if self.models else "Ohne Sprachmodell"

    def sentence(self) -> str:
        """The same as one German sentence."""
        names = phrases_server.all_named(self.models) or f"Sprachmodell, {phrases_server.HERE}"
        if self.assisted:
            return f"Einzelne Sätze hat eine KI geschrieben ({names}); sie sind mit „KI“ gekennzeichnet."
        if self.models:
            return f"Ein Sprachmodell hat mitgelesen ({names}), aber kein Satz hier ist von ihm formuliert."
        return "Ohne Sprachmodell erstellt: Wortlaut und Auszüge der Unterlagen, vom Programm ausgewählt."

    def imprint(self) -> Imprint:
        """All of it as a file holds it."""
        return Imprint(
            label=self.label(),
            description=self.sentence(),
            keywords=self.keywords(),
            properties=self.properties(),
            category="Sitzungsunterlagen",
            written=self.written,
        )


def marking(given: Briefing) -> Marking:
    """Find out what wrote a briefing, and from what."""
    models = (
        m.model_copy(update={"name": one_line(m.name), "sha256": one_line(m.sha256), "licence": one_line(m.licence)})
        for m in (given.model, *(item.model for item in given.agendaItem))
        if m
    )
    prompts = (
        PromptRecord(name=one_line(p.name), sha256=one_line(p.sha256)) for i in given.agendaItem for p in i.prompts
    )
    written = [item.written for item in given.agendaItem if item.written]
    return Marking(
        ai_text="partly" if any(_by_model(item) for item in given.agendaItem) else "none",
        models=tuple(dict.fromkeys(models)),
        prompts=tuple(dict.fromkeys(prompts)),
        written=max(written, default=None),
        sources=_sources(given),
        public=all(item.public is True for item in given.agendaItem),
    )


def said(item: ItemBriefing) -> list[Statement]:
    """Every statement that a reader is shown of an item, what was withheld included."""
    annexes = [a.statement for a in item.annexes if a.statement]
    return [*item.statements, *annexes, *(item.plain_language or ()), *item.withheld]


@dataclass(frozen=True, slots=True)
class Checks:
    """What the check made of the sentences that a model wrote."""

    supported: int  # all figures and names stand on the page cited
    unsupported: int  # shown, with the mark that something does not
    unchecked: int  # shown, not looked at
    withheld: int  # not shown, because the check refused them

    @property
    def written(self) -> int:
        """All of them."""
        return self.supported + self.unsupported + self.unchecked + self.withheld


def checks(items: Iterable[ItemBriefing]) -> Checks:
    """Count what became of the sentences that a model wrote."""
    found = {"ok": 0, "unsupported": 0, "none": 0}
    withheld = 0
    for item in items:
        refused = {s.key for s in item.withheld}
        withheld += len(item.withheld)
        for each in said(item):
            if each.origin == "model" and each.key not in refused:
                found[each.check] += 1
    return Checks(found["ok"], found["unsupported"], found["none"], withheld)


def _by_model(item: ItemBriefing) -> bool:
    asked = any(q.origin == "model" for q in item.open_questions)
    corrected = item.model is not None and any(s.replaces for s in item.statements)  # the old wording is shown too
    return asked or corrected or any(s.origin == "model" for s in said(item))


def _sources(given: Briefing) -> tuple[str, ...]:
    names = [span.name for source in given.sources for paper in source.papers for span in paper.files]
    names += [c.file for item in given.agendaItem for c in cited(item)]
    names += [c.file for item in given.agendaItem for one in item.earlier for c in one.resolution.citation]
    refs = (*given.coverage.unreadable, *given.coverage.ocr, *given.coverage.drawings, *given.coverage.unassigned)
    return tuple(dict.fromkeys(one_line(name) for name in (*names, *(ref.file for ref in refs))))


def about(given: Briefing, marked: Marking, home: Home) -> list[Block]:
    """The last section of a document."""
    return [
        Heading(1, "Über diese Auswertung", anchor=ANCHOR),
        *_facts(given, marked),
        *_signs(given, marked),
        *_unsupported(given, marked, home),
        *_read(given),
        Heading(2, "Wer verantwortlich ist"),
        Paragraph(line(phrases.RESPONSIBLE)),
    ]


def _facts(given: Briefing, marked: Marking) -> list[Block]:
    law = "Kennzeichnung nach Artikel 50 der KI-Verordnung (Verordnung (EU) 2024/1689): " if marked.assisted else ""
    rows: list[tuple[Line, ...]] = []

    def row(name: str, *values: str) -> None:
        rows.extend((line(strong(name) if n == 0 else None), line(value)) for n, value in enumerate(values) if value)

    for model in marked.models:
        row("Sprachmodell", f"{model.name} (Lizenz: {phrases_server.licence(model)})")
        if model.server:
            row("Geschrieben", f"{phrases_server.where(model)}; Hersteller: {phrases_server.publisher(model)}")
        row("Prüfsumme des Modells", f"sha256 {model.sha256}" if model.sha256 else "")
    for n, prompt in enumerate(marked.prompts):
        row("Aufträge an das Modell" if n == 0 else "", f"{prompt.name} (sha256 {prompt.sha256})")
    row("Ausgewertet", f"{marked.written.astimezone():%d.%m.%Y, %H:%M Uhr}" if marked.written else "")
    row(
        "Programm", PROGRAM + (", ohne Verbindung zum Internet" if all(m.server is None for m in marked.models) else "")
    )
    row("Stromverbrauch", phrases.energy(given.energy_wh, given.energy_how) or "")
    row("Unterlagen" if len(marked.sources) > 1 else "Unterlage", *marked.sources)
    return [Paragraph(line(law + marked.sentence())), *table(("Angabe", "Wert"), rows, (1, 3))]


def _signs(given: Briefing, marked: Marking) -> list[Block]:
    origins = {s.origin for item in given.agendaItem for s in said(item)}
    entries = [line(strong("Wortlaut:"), "Text der Unterlagen, unverändert.")]
    entries.append(line(strong("Auszug, oder kein Zeichen:"), "ein Satz der Unterlagen, vom Programm ausgewählt."))
    if marked.assisted:
        entries += [
            line(strong("KI:"), "von einem Sprachmodell formuliert; das kann falsch sein."),
            line(strong("„Zahlen und Namen stehen auf S. …“:"), phrases.CHECKED),
            line(strong("nicht belegt:"), "mindestens eine Angabe des Satzes steht nicht auf der genannten Seite."),
        ]
    if "person" in origins:
        entries.append(line(strong("Anmerkung, Berichtigt:"), "von der genannten Person geschrieben."))
    return [Heading(2, "Was die Zeichen bedeuten"), *bullets(entries)]


def _unsupported(given: Briefing, marked: Marking, home: Home) -> list[Block]:
    """What the check did not find, in one list for the whole document."""
    shown: list[Line] = []
    held_back: list[Line] = []
    for item in given.agendaItem:
        top = f"TOP {item.number}:" if item.number else f"{item.name}:"
        withheld = {s.key for s in item.withheld}
        shown += (
            line(strong(top), *statement(s, home))
            for s in said(item)
            if s.check == "unsupported" and s.key not in withheld
        )
        held_back += (line(strong(top), *statement(s, home)) for s in item.withheld)
    blocks: list[Block] = []
    if shown or marked.assisted:
        blocks += [Heading(2, "Nicht belegte Aussagen"), *(bullets(shown) or [Paragraph(line(phrases.ALL_SUPPORTED))])]
    if held_back:
        blocks.append(Heading(2, "Vom Programm zurückgehalten"))
        blocks.append(Paragraph(line(phrases.WITHHELD)))
        blocks += bullets(held_back)
    return blocks


def _read(given: Briefing) -> list[Block]:
    covered = given.coverage
    blocks: list[Block] = [
        Heading(2, "Was gelesen wurde"),
        Paragraph(line(phrases.coverage_read(covered))),
    ]
    blocks += bullets(
        line(f"Nicht lesbar: {file}, {numbers}", note(reason)) for file, numbers, reason in _unreadable(given)
    )
    for sentence, details in phrases.coverage(covered):
        blocks += [Paragraph(line(sentence)), *bullets(line(detail) for detail in details)]
    return blocks


def _unreadable(given: Briefing) -> Iterable[tuple[str, str, str]]:
    """Unreadable pages put together by reason and file."""
    by_reason: dict[str, list[PageRef]] = {}
    for ref in given.coverage.unreadable:
        by_reason.setdefault(ref.reason or "kein lesbarer Text", []).append(ref)
    for reason, refs in by_reason.items():
        for file, numbers in phrases.page_list(refs):
            yield file, numbers, reason
