"""A meeting on one page: a meeting of an invented town in, what is decided, costs, falls due and is lacking out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import workflow
from ratsassistent.briefings import Amount, Coverage, DateMention, ItemBriefing, Overview, Wording
from ratsassistent.oparl import (
    AgendaItem,
    Citation,
    Consultation,
    FileSpan,
    FormValue,
    Meeting,
    MissingAttachment,
    PagedText,
    PageRef,
    PageStart,
    Paper,
    Part,
    PartKind,
)
from ratsassistent.workflow import Workspace
from ratsassistent.writing.extracts.extract import extract_item
from ratsassistent.writing.findings.overview import AMOUNTS, DATES, first_line, overview

FILE, FILE_ID = "Paket.pdf", "ra:datei-1"
NOTHING = Coverage(pages=0, read=0)


def cited(page: int = 3) -> tuple[Citation, ...]:
    return (Citation(file=FILE, file_id=FILE_ID, page=page),)


def paper(
    *parts: tuple[PartKind, str],
    page: int = 3,
    kind: str | None = None,
    role: str | None = None,
    form: tuple[tuple[str, str], ...] = (),
) -> Paper:
    text, made = "", []
    for name, words in parts:
        made.append(Part(kind=name, heading=None, start=len(text), end=len(text) + len(words)))
        text += words + "\n"
    consultation = Consultation(organization="Gemeinderat", date=dt.date(2027, 1, 26), role=role)
    return Paper(
        id=f"ra:vorlage-{page}",
        reference=None,
        name="Vorlage",
        paperType=kind,
        files=(FileSpan(file_id=FILE_ID, name=FILE, first=page, last=page),),
        text=PagedText(text=text, starts=(PageStart(offset=0, file_id=FILE_ID, file=FILE, page=page),)),
        parts=tuple(made),
        consultations=(consultation,) if role else (),
        form=tuple(FormValue(name=n, value=v, citation=cited(page)) for n, v in form),
    )


def item(number: str | None, name: str, *papers: Paper, **more: Any) -> AgendaItem:
    fields: dict[str, Any] = {"public": True, **more}
    order = int("".join(c for c in number or "" if c.isdigit()) or 0)
    return AgendaItem(id=f"ra:top-{number}-{name}", order=order, number=number, name=name, papers=papers, **fields)


def brief(
    of: AgendaItem,
    wording: str | None = None,
    amounts: tuple[tuple[str, float, str], ...] = (),
    dates: tuple[tuple[str, str, str], ...] = (),
) -> ItemBriefing:
    return ItemBriefing(
        id=of.id,
        number=of.number,
        name=of.name,
        public=of.public,
        level="auszug",
        resolution=Wording(text=wording, citation=cited()) if wording else None,
        amounts=tuple(Amount(text=t, value=v, citation=cited(), context=c) for t, v, c in amounts),
        dates=tuple(DateMention(text=t, date=d, citation=cited(), context=c) for t, d, c in dates),
    )


def page(
    *briefed: tuple[AgendaItem, ItemBriefing | None],
    coverage: Coverage = NOTHING,
    start: str | None = "2027-01-26T18:30",
) -> Overview:
    meeting = Meeting(
        id="ra:sitzung-1",
        name="Gemeinderat, 26.01.2027",
        organization="Gemeinderat",
        start=start,
        agendaItem=tuple(i for i, _ in briefed),
    )
    return overview(meeting, [b for _, b in briefed if b], coverage)


def only(of: AgendaItem, **made: Any) -> Overview:
    return page((of, brief(of, **made)))


# --- what is decided -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wording", "purpose"),
    [
        ("Der Gemeinderat stimmt der Sanierung der Halle zu.", "decide"),
        ("Der Gemeinderat nimmt den Bericht zur Kenntnis.", "note"),
        ("Die Ausführungen der Verwaltung werden zur Kenntnis genommen.", "note"),
        ("Der Ausschuss nimmt von der Planung zustimmend Kenntnis und beauftragt die Verwaltung mit der Ausschreibung.", "decide"),
        ("Der Gemeinderat nimmt Kenntnis. Die Verwaltung empfiehlt, an der Planung festzuhalten.", "note"),
        ("1. Der Bericht wird zur Kenntnis genommen.\n2. Der Jahresabschluss wird festgestellt; er stellt den Verlust fest.", "decide"),
        ("Die Stadt kauft das Haus am Markt.", "decide"),
    ],
)  # fmt: skip
def test_the_wording_says_whether_there_is_something_to_decide(wording: str, purpose: str) -> None:
    of = item("1", "Halle", paper(("resolution", wording)))
    (line,) = only(of, wording=wording).decide
    assert line.purpose == purpose
    assert line.what is not None
    assert line.what in " ".join(wording.split())


@pytest.mark.parametrize(
    ("kind", "name", "purpose"),
    [
        ("Mitteilungsvorlage", "Energiebericht", "note"),
        ("Anfrage", "Leerstand", "note"),
        ("Informationsvorlage", "Verkehr", "note"),
        ("Antrag", "Zebrastreifen", "discuss"),
        ("Beschlussvorlage", "Halle", "discuss"),
        (None, "Verkehr in der Altstadt", "discuss"),
    ],
)
def test_without_a_wording_the_kind_of_the_paper_says_it(kind: str | None, name: str, purpose: str) -> None:
    (line,) = only(item("1", name, paper(("reason", "Es gibt viel zu sagen."), kind=kind))).decide
    assert (line.purpose, line.what) == (purpose, None)


def test_a_beratungsfolge_of_this_day_says_it_first() -> None:
    told = paper(("resolution", "Der Gemeinderat beschließt die Satzung."), role="Kenntnisnahme")
    (line,) = only(item("1", "Satzung", told), wording="Der Gemeinderat beschließt die Satzung.").decide
    assert line.purpose == "note"


def test_items_come_in_the_order_of_the_agenda_and_headings_do_not_come() -> None:
    items = [
        item(None, "ANTRÄGE"),
        item("2", "Altstadt"),
        item("2.1", "Bäume", paper(("motion", "Bäume pflanzen."))),
        item("3", "abgesetzt", withdrawn=True),
        item("4", "Verschiedenes"),
    ]
    made = page(*[(i, brief(i)) for i in items])
    assert [line.item.number for line in made.decide] == ["2.1", "4"]
    assert "TOP 3 ist abgesetzt." in made.lacks


def test_a_nonpublic_item_is_marked_as_one() -> None:
    of = item("N 1", "Grundstück Haselhorst", paper(("resolution", "Die Stadt erwirbt das Grundstück.")), public=False)
    (line,) = only(of, wording="Die Stadt erwirbt das Grundstück.").decide
    assert line.item.public is False


@pytest.mark.parametrize(
    ("wording", "line"),
    [
        ("Der Gemeinderat beschließt die Satzung. Sie gilt ab sofort.", "Der Gemeinderat beschließt die Satzung."),
        ("Der Gemeinderat beschließt:\n1. Die Halle wird saniert.\n2. Der Weg wird gebaut.", "Der Gemeinderat beschließt: 1. Die Halle wird saniert."),
        ("1. Die Halle wird nach § 2 Abs. 1 BauGB am 1. Mai 2027 geschlossen.\n2. Mehr.", "1. Die Halle wird nach § 2 Abs. 1 BauGB am 1. Mai 2027 geschlossen."),
        ("Der Rat stimmt der Vergabe zu\n- Los 1 an die Firma Grünbau\n- Los 2 an die Firma Steinbau", "Der Rat stimmt der Vergabe zu - Los 1 an die Firma Grünbau - Los 2 an die Firma Steinbau"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_line_is_the_first_whole_sentence_with_what_it_leads_in(wording: str, line: str) -> None:
    assert first_line(wording) == line


def test_a_long_lead_in_stands_alone() -> None:
    lead = "Der Gemeinderat stimmt " + "nach ausführlicher Vorberatung " * 8 + "der Vergabe wie folgt zu:"
    points = "\nLos 1 " + "mit vielen Worten " * 8 + "\nLos 2"
    assert first_line(lead + points) == lead


@given(st.text(alphabet="Aab c.:\n12", max_size=120))
def test_a_line_is_words_of_the_wording_and_nothing_else(wording: str) -> None:
    assert first_line(wording) in " ".join(wording.split())


def test_the_page_of_the_line_is_cited_and_not_that_of_the_whole_wording() -> None:
    of = item("1", "Halle", paper(("resolution", "Der Gemeinderat stimmt der Sa-\nnierung zu.\nMehr."), page=7))
    (line,) = only(of, wording="Der Gemeinderat stimmt der Sanierung zu.\nMehr.").decide
    assert [c.page for c in line.citation] == [7]


# --- amounts ---------------------------------------------------------------------------------------------------------


def decided(
    number: str, words: str, *amounts: tuple[str, float, str], extra: str = ""
) -> tuple[AgendaItem, ItemBriefing]:
    of = item(number, f"Punkt {number}", paper(("resolution", words), ("costs", extra)))
    return of, brief(of, wording=words, amounts=amounts)


def test_the_five_largest_of_what_is_decided_one_of_each_item() -> None:
    made = page(
        *[
            decided(
                str(n),
                f"Der Gemeinderat bewilligt {n}00.000 Euro.",
                (f"{n}00.000 Euro", n * 1e5, "Der Gemeinderat bewilligt."),
            )
            for n in range(1, 8)
        ]
    )
    assert [a.amount.value for a in made.amounts] == [7e5, 6e5, 5e5, 4e5, 3e5]
    assert len(made.amounts) == AMOUNTS
    assert [a.item.number for a in made.amounts] == ["7", "6", "5", "4", "3"]


def test_an_amount_of_the_resolution_goes_before_a_larger_one_in_passing() -> None:
    made = page(
        decided(
            "1",
            "Dem Verein wird ein Zuschuss von 12.000 Euro gewährt.",
            ("310 Mio. Euro", 3.1e8, "Das Haushaltsvolumen der Stadt beträgt 310 Mio. Euro."),
            ("12.000 Euro", 12e3, "Dem Verein wird ein Zuschuss von 12.000 Euro gewährt."),
        )
    )
    assert [a.amount.text for a in made.amounts] == ["12.000 Euro"]


@pytest.mark.parametrize(
    "context",
    [
        "Die Bilanzsumme der Stadtwerke beträgt 80.000.000 Euro.",
        "Der Umsatz der Gesellschaft stieg auf 80.000.000 Euro.",
        "Das Stammkapital beträgt 80.000.000 Euro.",
    ],
)
def test_a_balance_sheet_is_no_amount_that_matters(context: str) -> None:
    made = page(
        decided("1", "Der Jahresabschluss wird festgestellt.", ("80.000.000 Euro", 8e7, context), extra=context)
    )
    assert made.amounts == ()


def test_a_price_of_a_unit_is_none() -> None:
    words = "Die Stadt erwirbt das Flurstück zu 180 € je Quadratmeter, insgesamt 116.496 €."
    made = page(decided("1", words, ("180 €", 180.0, words), ("116.496 €", 116496.0, words)))
    assert [a.amount.text for a in made.amounts] == ["116.496 €"]


def test_the_same_sum_counts_once_and_gross_and_net_of_one_item() -> None:
    both = "Vergabe zu 119.000 Euro brutto (100.000 Euro netto)."
    made = page(
        decided("1", both, ("119.000 Euro", 119e3, both), ("100.000 Euro", 100e3, both)),
        decided("2", "Vergabe zu 119.000 Euro.", ("119.000 Euro", 119e3, "Vergabe")),
        decided("3", "Vergabe zu 40.000 Euro.", ("40.000 Euro", 40e3, "Vergabe")),
    )
    assert [(a.item.number, a.amount.value) for a in made.amounts] == [("1", 119e3), ("3", 40e3)]


def test_lots_of_one_item_fill_what_is_left() -> None:
    words = "Vergeben werden Los 1 zu 220.000 Euro und Los 2 zu 52.000 Euro."
    made = page(decided("1", words, ("220.000 Euro", 22e4, words), ("52.000 Euro", 52e3, words)))
    assert [a.amount.value for a in made.amounts] == [22e4, 52e3]


def test_what_is_only_told_is_no_amount_of_today() -> None:
    of = item("1", "Energiebericht", paper(("costs", "Kosten: 886.700 Euro"), kind="Mitteilung"))
    assert only(of, amounts=(("886.700 Euro", 886700.0, "Kosten: 886.700 Euro"),)).amounts == ()


def test_an_amount_of_a_form_gets_the_label_of_the_form() -> None:
    of = item(
        "1",
        "Horte",
        paper(
            ("resolution", "Der Rat beschließt die Entgelte."),
            ("form", "59.000 Euro"),
            form=(("Jährlicher Ertrag", "59.000 Euro"),),
        ),
    )
    (found,) = only(
        of, wording="Der Rat beschließt die Entgelte.", amounts=(("59.000 Euro", 59e3, "59.000 Euro"),)
    ).amounts
    assert found.amount.context == "Jährlicher Ertrag: 59.000 Euro"


def test_money_at_hand_yields_to_what_it_costs() -> None:
    costs = "Summe | 54.000 Euro. Im Haushalt stehen 60.000 Euro zur Verfügung."
    made = page(
        decided(
            "1",
            "Der Plan wird aufgestellt.",
            ("60.000 Euro", 6e4, "Im Haushalt stehen 60.000 Euro zur Verfügung."),
            ("54.000 Euro", 54e3, "Summe – 54.000 Euro"),
            extra=costs,
        )
    )
    assert [a.amount.value for a in made.amounts] == [54e3]


# --- dates -----------------------------------------------------------------------------------------------------------


def due(*dates: tuple[str, str, str], **more: Any) -> list[str]:
    of = item("1", "Halle", paper(("resolution", "Die Halle wird saniert.")))
    made = page((of, brief(of, wording="Die Halle wird saniert.", dates=dates)), **more)
    return [d.date.date for d in made.dates]


def test_deadlines_come_soonest_first_and_not_what_is_over() -> None:
    assert due(
        ("31.08.2028", "2028-08-31", "Fertigstellung bis 31.08.2028"),
        ("28.02.2027", "2027-02-28", "Der Antrag ist bis zum 28.02.2027 zu stellen."),
        ("12.11.2026", "2026-11-12", "Die Frist lief bis zum 12.11.2026."),
        ("26.01.2027", "2027-01-26", "bis zum 26.01.2027"),
        ("Juni 2027", "2027-06", "Baubeginn ist voraussichtlich im Juni 2027."),
    ) == ["2027-02-28", "2027-06", "2028-08-31"]


@pytest.mark.parametrize(
    "context",
    [
        "Die Vorlage wird im Gemeinderat am 23.03.2027 beraten.",
        "Vorberatung im Technischen Ausschuss am 23.03.2027",
        "Sitzung am 23.03.2027",
        "Stand: 23.03.2027",
    ],
)
def test_a_sitting_is_no_deadline(context: str) -> None:
    assert due(("23.03.2027", "2027-03-23", context)) == []


def test_a_bare_year_is_none_the_end_of_one_is() -> None:
    assert due(("im Jahr 2028", "2028", "Im Jahr 2028 wird gebaut.")) == []
    assert due(("Ende 2028", "2028", "Die Halle wird bis Ende 2028 saniert.")) == ["2028"]


def test_at_most_eight_and_none_where_the_day_of_the_meeting_is_not_known() -> None:
    many = tuple((f"bis {n}.3.2027", f"2027-03-{n:02d}", f"Abgabe bis {n}.3.2027") for n in range(1, 15))
    assert len(due(*many)) == DATES
    assert due(*many) == sorted(due(*many))
    assert due(*many, start=None) == []


def test_one_date_of_each_sentence_goes_before_the_second_of_one() -> None:
    ranges = tuple(
        (f"{d}.{m}.2027", f"2027-{m:02d}-{d:02d}", f"Phase {m} läuft vom 1.{m}.2027 bis zum 9.{m}.2027.")
        for m in range(3, 11)
        for d in (1, 9)
    )
    assert [date[5:7] for date in due(*ranges)] == [f"{m:02d}" for m in range(3, 11)]


def test_a_date_that_a_motion_argues_with_is_none() -> None:
    asked = paper(
        ("motion", "Wir beantragen einen Zebrastreifen bis zum 1.9.2027."),
        ("reason", "Andernorts soll es im Dezember 2027 so weit sein."),
    )
    of = item("1", "Zebrastreifen", asked)
    made = only(
        of,
        dates=(
            ("1.9.2027", "2027-09-01", "Wir beantragen einen Zebrastreifen bis zum 1.9.2027."),
            ("Dezember 2027", "2027-12", "Andernorts soll es im Dezember 2027 so weit sein."),
        ),
    )
    assert [d.date.date for d in made.dates] == ["2027-09-01"]


# --- what is lacking -------------------------------------------------------------------------------------------------


def lacking(of: AgendaItem, wording: str | None = None, coverage: Coverage = NOTHING) -> tuple[str, ...]:
    return page((of, brief(of, wording=wording)), coverage=coverage).lacks


def missing(name: str, page_number: int = 4) -> MissingAttachment:
    return MissingAttachment(name=name, citation=cited(page_number))


def test_an_annex_that_the_resolution_rests_on_is_named_as_such() -> None:
    of = item(
        "4",
        "Plan „Obere Au“",
        paper(("resolution", "Der Plan (Anlage 2) wird gebilligt.")),
        missing_attachments=(missing("Anlage 2"), missing("Anlage 3", 9)),
    )
    assert lacking(of, "Der Plan (Anlage 2) wird gebilligt.") == (
        "Der Beschlussvorschlag zu TOP 4 „Plan ‚Obere Au‘“ nennt Anlage 2; im Paket fehlt sie.",
        "Zu TOP 4 „Plan ‚Obere Au‘“ fehlt Anlage 3 (genannt auf S. 9).",
    )  # fmt: skip


def test_anlage_1_is_not_anlage_12() -> None:
    of = item(
        "4", "Plan", paper(("resolution", "Anlage 12 wird gebilligt.")), missing_attachments=(missing("Anlage 1"),)
    )
    assert lacking(of, "Anlage 12 wird gebilligt.") == ("Zu TOP 4 „Plan“ fehlt Anlage 1 (genannt auf S. 4).",)


def test_items_without_papers_are_named_routine_ones_are_not() -> None:
    items = [item("1", "Bekanntgaben"), item("2", "Neubau der Brücke"), item("3", "Verschiedenes")]
    made = page(*[(i, None) for i in items])
    assert made.lacks == ("Zu TOP 2 „Neubau der Brücke“ liegen keine Unterlagen vor.",)


def test_many_without_papers_are_one_sentence() -> None:
    made = page(*[(item(str(n), f"Neubau {n}"), None) for n in range(1, 6)])
    assert made.lacks == ("Ohne Unterlagen sind TOP 1, TOP 2, TOP 3, TOP 4 und TOP 5.",)


def test_pages_that_nobody_read_and_that_belong_nowhere() -> None:
    refs = tuple(PageRef(file=FILE, file_id=FILE_ID, page=n, reason="leer") for n in (4, 5, 6, 9))
    made = page(coverage=Coverage(pages=9, read=8, unreadable=refs[:1], unassigned=refs))
    assert made.lacks == (
        "1 Seite war nicht zu lesen: S. 4 (Paket.pdf).",
        "4 Seiten gehören zu keinem Tagesordnungspunkt: S. 4–6, 9 (Paket.pdf).",
    )


def test_costs_without_an_amount() -> None:
    ticked = paper(("resolution", "Die Bäume werden erhalten."), form=(("Finanzielle Auswirkungen", "ja"),))
    spent = paper(("resolution", "Der Auftrag wird an die Firma Grünbau vergeben."), page=5)
    priced = paper(("resolution", "Der Auftrag wird an die Firma Grünbau zu 5.000 Euro vergeben."), page=6)
    items = [item("1", "Bäume", ticked), item("2", "Grün", spent), item("3", "Gelb", priced)]
    made = page(*[(i, brief(i, wording=i.papers[0].part_text(i.papers[0].parts[0]))) for i in items])
    assert made.lacks == (
        "Bei TOP 1 „Bäume“ sind finanzielle Auswirkungen angekreuzt; ein Betrag steht nicht in den Unterlagen.",
        "Bei TOP 2 „Grün“ geht es um Ausgaben oder einen Auftrag; ein Betrag steht nicht in den Unterlagen.",
    )


def test_what_is_lacking_tells_nothing_of_a_nonpublic_item_but_its_number() -> None:
    of = item("N 2", "Kündigung Haselhorst", public=None)
    other = item(
        "N 3",
        "Darlehen Thalbrück",
        paper(("resolution", "Siehe Gutachten Thalbrück.")),
        public=False,
        missing_attachments=(missing("Gutachten Thalbrück"),),
    )
    made = page((of, None), (other, brief(other, wording="Siehe Gutachten Thalbrück.")))
    assert made.lacks == ("Zu TOP N 3 fehlt eine genannte Anlage.", "Zu TOP N 2 liegen keine Unterlagen vor.")  # fmt: skip


def test_a_confidential_paper_makes_a_public_item_a_nonpublic_one() -> None:
    words = "Die Stadt erwirbt das Grundstück Haselhorst für 1.164.960 Euro bis zum 30.04.2027."
    of = item(
        "5", "Grundstück Haselhorst", paper(("resolution", words)), missing_attachments=(missing("Vertrag Haselhorst"),)
    )
    made = brief(
        of, wording=words, amounts=(("1.164.960 Euro", 1164960.0, words),), dates=(("30.04.2027", "2027-04-30", words),)
    )
    found = page((of, made.model_copy(update={"public": False})))
    assert [entry.item.public for entry in (*found.decide, *found.amounts, *found.dates)] == [False] * 3
    assert "Haselhorst" not in " ".join(found.lacks)


# --- the demonstration pack ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(taken_in: Any) -> Overview:
    from conftest import settings_for

    with workflow.workspace(settings_for(taken_in)) as ws:
        return of_meeting(ws)


def of_meeting(ws: Workspace) -> Overview:
    (meeting,) = workflow.meetings(ws)
    return overview(meeting, [extract_item(i) for i in meeting.agendaItem], workflow.coverage(ws, meeting.id, meeting))


def test_of_the_demonstration_pack(demo: Overview) -> None:
    purposes = {line.item.number: line.purpose for line in demo.decide}
    assert [n for n, p in purposes.items() if p == "decide"] == ["Ö 2", "Ö 3", "Ö 4", "Ö 5", "N 1", "N 2"]
    assert all(purposes[n] == "note" for n in ("Ö 6", "Ö 7"))
    assert [(a.item.number, a.amount.value) for a in demo.amounts][:2] == [("Ö 2", 2402400.0), ("N 1", 1164960.0)]
    assert ("Ö 2", "2027-02-28") in [(d.item.number, d.date.date) for d in demo.dates]
    assert [d.date.date for d in demo.dates] == sorted(d.date.date for d in demo.dates)
    assert any("Anlage 3" in line for line in demo.lacks)


def test_every_line_of_the_demonstration_pack_has_its_page(demo: Overview) -> None:
    assert all(line.citation for line in demo.decide if line.what)
    assert all(a.amount.citation for a in demo.amounts)
    assert all(d.date.citation for d in demo.dates)
