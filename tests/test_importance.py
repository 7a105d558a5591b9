"""Which items are written first: an agenda of an invented town in, another order out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.oparl import AgendaItem, FileSpan, FormValue, PagedText, PageStart, Paper, Part, PartKind
from ratsassistent.writing.findings.importance import by_importance, is_formal

DAY = "2027-01-26T18:00"


def paper(
    *parts: tuple[PartKind, str], kind: str | None = None, pages: int = 2, form: tuple[str, str] | None = None
) -> Paper:
    text, made = "", []
    for name, words in parts:
        made.append(Part(kind=name, heading=None, start=len(text), end=len(text) + len(words)))
        text += words + "\n"
    return Paper(
        id="ra:vorlage", reference=None, name="Vorlage", paperType=kind, parts=tuple(made),
        files=(FileSpan(file_id="ra:datei", name="Paket.pdf", first=1, last=pages),),
        text=PagedText(text=text, starts=(PageStart(offset=0, file_id="ra:datei", file="Paket.pdf", page=1),)),
        form=(FormValue(name=form[0], value=form[1], citation=()),) if form else (),
    )  # fmt: skip


def item(number: int, name: str, *papers: Paper, withdrawn: bool = False) -> AgendaItem:
    return AgendaItem(
        id=f"ra:top-{number}",
        order=number,
        number=str(number),
        name=name,
        public=True,
        papers=papers,
        withdrawn=withdrawn,
    )


def numbers(items: list[AgendaItem], **more: object) -> list[str]:
    return [str(i.number) for i in by_importance(items, DAY, **more)]  # type: ignore[arg-type]


SMALL = paper(("resolution", "Der Gemeinderat beschließt die Anschaffung einer Bank für 1.200 Euro."))
LARGE = paper(("resolution", "Der Gemeinderat beschließt den Neubau der Feuerwache für 4.250.000 Euro."))
REPORT = paper(("resolution", "Der Gemeinderat nimmt den Bericht über 9.000.000 Euro zur Kenntnis."), pages=90)
MOTION = paper(("reason", "Die Fraktion regt an, über den Marktplatz zu sprechen."), kind="Antrag")
NOTICE = paper(("reason", "Die Verwaltung teilt mit: Die Brücke kostet 700.000 Euro."), kind="Mitteilungsvorlage")


def test_what_is_decided_goes_before_what_is_told_and_formalities_come_last() -> None:
    agenda = [
        item(1, "Genehmigung der Niederschrift vom 1. Dezember", SMALL),
        item(2, "Bericht zum Haushalt", REPORT),
        item(3, "Sitzbank am Brunnen", SMALL),
        item(4, "Marktplatz", MOTION),
        item(5, "Neubau der Feuerwache", LARGE),
        item(6, "Verschiedenes"),
        item(7, "Turnhalle", LARGE, withdrawn=True),
        item(8, "Brücke", NOTICE),
    ]
    assert numbers(agenda) == ["5", "3", "4", "2", "8", "1", "6", "7"]


def test_what_a_person_wants_first_is_first() -> None:
    agenda = [item(1, "Neubau", LARGE), item(2, "Sitzbank", SMALL), item(3, "Verschiedenes", NOTICE)]
    assert numbers(agenda, first={"ra:top-3"}) == ["3", "1", "2"]


def test_a_deadline_in_the_wording_counts_if_it_is_still_to_come() -> None:
    soon = paper(("resolution", "Der Gemeinderat beschließt die Satzung; sie gilt ab 1. März 2027."))
    past = paper(("resolution", "Der Gemeinderat beschließt die Satzung; sie galt ab 1. März 2021."))
    assert numbers([item(1, "Satzung A", past), item(2, "Satzung B", soon)]) == ["2", "1"]
    assert [i.number for i in by_importance([item(1, "A", past), item(2, "B", soon)])] == ["1", "2"]  # no day is known


def test_money_of_form_and_costs_counts_where_the_wording_names_none() -> None:
    bare = ("resolution", "Der Gemeinderat stimmt dem Vertrag zu.")
    agenda = [
        item(1, "A", paper(bare)),
        item(2, "B", paper(bare, form=("Auszahlungen", "85.000 Euro"))),
        item(3, "C", paper(bare, ("costs", "Es entstehen Kosten von 900.000 Euro."))),
    ]
    assert numbers(agenda) == ["3", "2", "1"]


def test_long_papers_go_before_short_ones() -> None:
    bare = ("resolution", "Der Gemeinderat stimmt dem Bebauungsplan zu.")
    assert numbers([item(1, "A", paper(bare, pages=2)), item(2, "B", paper(bare, pages=60))]) == ["2", "1"]


@pytest.mark.parametrize(
    ("name", "formal"),
    [
        ("Eröffnung und Feststellung der Beschlussfähigkeit", True),
        ("Feststellung der Tagesordnung", True),
        ("Genehmigung der Niederschrift über die öffentliche Sitzung", True),
        ("Protokoll der Sitzung vom 3. Mai", True),
        ("Einwohnerfragestunde", True),
        ("Mitteilungen der Bürgermeisterin", True),
        ("Allfälliges", True),
        ("Feststellung des Jahresabschlusses 2026", False),
        ("Genehmigung einer überplanmäßigen Ausgabe", False),
        ("Protokollierung von Messwerten im Klärwerk", False),
        ("Wahl der Schöffen", False),
        ("Neufassung der Geschäftsordnung", False),
    ],
)
def test_formalities_by_their_names(name: str, formal: bool) -> None:
    assert is_formal(item(1, name)) is formal


@given(st.lists(st.sampled_from([SMALL, LARGE, REPORT, MOTION, NOTICE, None]), max_size=8))
def test_nothing_is_lost_and_ties_keep_their_order(papers: list[Paper | None]) -> None:
    agenda = [item(n, "Punkt", *([p] if p else [])) for n, p in enumerate(papers)]
    ordered = by_importance(agenda, DAY)
    assert sorted(ordered, key=lambda i: i.order) == agenda
    assert by_importance(ordered, DAY) == ordered
    for one in (SMALL, LARGE, REPORT, MOTION, NOTICE):
        same = [i.order for i in ordered if i.papers == (one,)]
        assert same == sorted(same)
