"""A briefing in which everything occurs that a briefing can hold, for the tests of the export."""

from __future__ import annotations

import datetime as dt

from ratsassistent.briefings import (
    Amount,
    AnnexLine,
    Briefing,
    Contradiction,
    Coverage,
    DateMention,
    ItemAmount,
    ItemBriefing,
    ItemDate,
    ItemRef,
    ItemSource,
    ModelRecord,
    OpenQuestion,
    Overview,
    PaperChanges,
    PaperPages,
    PromptRecord,
    Remark,
    Side,
    Statement,
    ToDecide,
    Wording,
)
from ratsassistent.oparl import (
    Change,
    Citation,
    Consultation,
    Decision,
    FileSpan,
    FormValue,
    MissingAttachment,
    NamedVote,
    PageRef,
    Vote,
)
from ratsassistent.resolutions import EarlierResolution, Resolution

PACK = "Sitzungspaket Wallerfurt.pdf"
MODEL = ModelRecord(name="Prüfmodell 1B", sha256="ab" * 32, licence="Apache-2.0")
PROMPT = PromptRecord(name="zusammenfassung", sha256="cd" * 32)
WHEN = dt.datetime(2027, 1, 20, 9, 30, 12, 345, tzinfo=dt.UTC)
RESOLUTION = (
    "1. Der Rat stimmt der Sanierung der Brücke „Am Wehr“ zu.\n"
    "2. Die Kosten von 1.200.000 € werden genehmigt; § 45 GemO gilt.\n"
    "   a) Straße,\n"
    "   b) Geländer."
)


def on(*pages: int, file: str = PACK) -> tuple[Citation, ...]:
    return tuple(Citation(file=file, file_id=f"ra:{file}", page=page, quote=None) for page in pages)


def said(text: str, origin: str = "extract", page: int = 12, **more: object) -> Statement:
    return Statement.model_validate({"text": text, "origin": origin, "citation": on(page), **more})


WRONG = said("Sie kostet 9 Mio. Euro.", "model", check="unsupported", failures=("9 Mio. Euro",), label="Worum es geht")
GOOD = said("Die Brücke wird für 1,2 Mio. Euro saniert.", "model", check="ok", label="Worum es geht")
CORRECTED = said(
    "Die Sperrung dauert acht Wochen.",
    "person",
    label="Fristen",
    author="A. Muster",
    replaces="Die Sperrung dauert acht Monate.",
)


def decided_before(public: bool | None = True, **more: object) -> EarlierResolution:
    """An earlier resolution on the same matter as the bridge."""
    values = {"id": "ra:beschluss-1", "item_id": "ra:top-9", "meeting_id": "ra:sitzung-9", "meeting": "8. Sitzung",
              "organization": "Bauausschuss", "date": "2026-11-12", "number": "Ö 3", "name": "Prüfung der Brücke „Am Wehr“",
              "public": public, "result": "Mehrheitlich zugestimmt", "outcome": "accepted",
              "citation": on(4, file="Niederschrift 2026.pdf"), **more}  # fmt: skip
    reasons = ("dieselbe Vorlage, am 12.11.2026 im Bauausschuss angenommen", "in beiden Titeln „Am Wehr“")
    return EarlierResolution(resolution=Resolution.model_validate(values), reasons=reasons, score=3.0)


def bridge() -> ItemBriefing:
    """An item with all that an item can have."""
    return ItemBriefing(
        id="ra:top-1",
        number="Ö 5",
        name="Sanierung der Brücke „Am Wehr“",
        public=True,
        level="voll",
        resolution=Wording(text=RESOLUTION, citation=on(11)),
        statements=(
            GOOD,
            WRONG,
            said("Die Fahrbahn ist gerissen.", label="Worum es geht", confirmed=True),
            said("Die Brücke stammt von 1931 und trägt 3,5 Tonnen.", "verbatim", label="Kurzfassung der Vorlage"),
            said("Variante | Kosten\nA | 1.200.000 €\nB | 2.500.000 €", label="Kosten", page=13),
            said("Der Kreis zahlt die Hälfte.", label="Kosten", heading="Standort B", page=13),
            CORRECTED,
            said("Bitte beim Bauamt nach dem Prüfbericht fragen.", "person", author="A. Muster"),
        ),
        amounts=(
            Amount(text="1.200.000 €", value=1.2e6, citation=on(11), context="2. Die Kosten von 1.200.000 € werden"),
        ),
        dates=(
            DateMention(text="bis 30.06.2027", date="2027-06-30", citation=on(14), context="fertig bis 30.06.2027"),
        ),
        consultations=(
            Consultation(organization="Bauausschuss", date=dt.date(2027, 1, 12), role="Vorberatung", result="ja"),
            Consultation(organization="Gemeinderat", date=dt.date(2027, 1, 26), role="Entscheidung"),
        ),
        form=(FormValue(name="Finanzielle Auswirkungen", value="ja", citation=on(11)),),
        annexes=(
            AnnexLine(
                name="Anlage 1: Prüfbericht",
                pages=9,
                statement=said("Die Note ist 3,2.", page=16),
                citation=on(16),
            ),
            AnnexLine(name="Anlage 2: Lageplan", pages=1, citation=on(25)),
        ),
        contradictions=(
            Contradiction(
                kind="amount",
                subject="Gesamtkosten",
                sides=(
                    Side(text="1.200.000 €", context="Die Kosten von 1.200.000 €", citation=on(11)),
                    Side(text="1.400.000 €", context="Summe | 1.400.000 €", citation=on(19)),
                ),
            ),
        ),
        open_questions=(
            OpenQuestion(text="Was kostet der Unterhalt?", reason="Folgekosten sind nicht genannt.", citation=on(13)),
            OpenQuestion(text="Warum nicht Variante B?", reason="Sie wird nicht abgewogen.", origin="model"),
        ),
        withheld=(said("Die Brücke gehört dem Land.", "model", check="unsupported", failures=("Land",)),),
        plain_language=(said("Die Brücke wird repariert.", "model", check="ok"),),
        decisions=(
            Decision(
                result="mehrheitlich angenommen",
                vote=Vote(yes=14, no=3, abstain=1),
                subject="den Antrag der Verwaltung",
                text="Der Rat stimmt zu.",
                named=(NamedVote(name="Adam", group="Freie", vote="yes"), NamedVote(name="Beck", vote="no")),
                citation=on(2, file="Niederschrift.pdf"),
            ),
        ),
        changes=(
            PaperChanges(
                paper="Beschlussvorlage BV 2027/003",
                changes=(
                    Change(
                        part="costs",
                        before="1.100.000 €",
                        after="1.200.000 €",
                        citation_before=on(4, file="alt.pdf"),
                        citation_after=on(13),
                    ),
                ),
            ),
        ),
        missing_attachments=(MissingAttachment(name="Anlage 3", citation=on(14)),),
        earlier=(decided_before(),),
        drawings=(PageRef(file=PACK, page=25, reason="Lageplan"),),
        remarks=(
            Remark(
                id="ra:notiz-1",
                item_id="ra:top-1",
                kind="confirm",
                target=said("Die Fahrbahn ist gerissen.").key,
                author="B. Beispiel",
                written=WHEN,
            ),
        ),
        model=MODEL,
        prompts=(PROMPT,),
        written=WHEN,
    )


def plot(public: bool | None = False) -> ItemBriefing:
    """A non-public item."""
    return ItemBriefing(
        id="ra:top-2",
        number="N 1",
        name="Kauf eines Grundstücks",
        public=public,
        level="auszug",
        statements=(said("Der Preis ist 80.000 €.", page=30, check="ok", label="Das Wichtigste"),),
        written=WHEN,
    )


def nothing() -> ItemBriefing:
    """An item without papers."""
    return ItemBriefing(id="ra:top-3", number="Ö 6", name="Verschiedenes", public=True, level="voll")


def full(*more: ItemBriefing) -> Briefing:
    """The whole meeting, with further items at its end."""
    first, last = ItemRef(id="ra:top-1", number="Ö 5", name="Sanierung der Brücke „Am Wehr“", public=True), nothing()
    return Briefing(
        meeting="ra:sitzung-1",
        name="Gemeinderat, 26.01.2027",
        organization="Gemeinderat",
        start="2027-01-26T18:30",
        level="voll",
        agendaItem=(bridge(), last, *more),
        sources=(
            ItemSource(
                item_id="ra:top-1",
                formerly="Ö 4",
                papers=(
                    PaperPages(
                        reference="BV 2027/003",
                        paperType="Beschlussvorlage",
                        name="Sanierung der Brücke",
                        files=(FileSpan(file_id=f"ra:{PACK}", name=PACK, first=11, last=25),),
                    ),
                ),
            ),
            ItemSource(item_id="ra:top-3"),
        ),
        coverage=Coverage(
            pages=40,
            read=39,
            unreadable=(PageRef(file=PACK, page=33, reason="Die Seite ist leer gescannt."),),
            ocr=(PageRef(file=PACK, page=34),),
        ),
        overview=Overview(
            decide=(
                ToDecide(item=first, purpose="decide", what="Der Rat stimmt der Sanierung zu.", citation=on(11)),
                ToDecide(item=ItemRef(id="ra:fort", number="Ö 9", name="Bericht"), purpose="note"),
            ),
            amounts=(
                ItemAmount(
                    item=first, amount=Amount(text="1.200.000 €", value=1.2e6, citation=on(11), context="Kosten")
                ),
            ),
            dates=(
                ItemDate(
                    item=first,
                    date=DateMention(text="30.06.2027", date="2027-06-30", citation=on(14), context="fertig bis"),
                ),
            ),
            lacks=("Anlage 3 zur Brücke liegt nicht bei.",),
        ),
        model=MODEL,
        energy_wh=12.34,
    )


def extract_only() -> Briefing:
    """One public item, made without a language model."""
    item = plot(public=True)
    return Briefing(
        meeting="ra:sitzung-2",
        name="Bauausschuss, 12.01.2027",
        level="auszug",
        agendaItem=(item,),
        coverage=Coverage(pages=3, read=3),
    )
