"""Questions that the papers leave open: each rule asks where the answer is missing, and is silent where it stands anywhere."""

from __future__ import annotations

import datetime as dt
import re

import papers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import Pieces

from ratsassistent.briefings import Contradiction, ItemBriefing, OpenQuestion, Side
from ratsassistent.oparl import (
    AgendaItem,
    Change,
    Citation,
    Consultation,
    FormValue,
    MissingAttachment,
    Paper,
)
from ratsassistent.writing.checks.neutral import recommends_vote
from ratsassistent.writing.extracts.extract import extract_item
from ratsassistent.writing.findings.open_points import open_point
from ratsassistent.writing.findings.questions import MOST, open_questions

CITED = (Citation(file="Paket.pdf", file_id="ra:datei-1", page=3),)


def value(name: str, said: str) -> FormValue:
    return FormValue(name=name, value=said, citation=CITED)


def asked(*found: Paper, name: str = "Sanierung der Sporthalle", **more: object) -> list[OpenQuestion]:
    item = papers.item(*found, name=name).model_copy(update=more)
    return list(open_questions(item, extract_item(item)))


def texts(*found: Paper, name: str = "Sanierung der Sporthalle") -> str:
    return "\n".join(q.text for q in asked(*found, name=name))


def proposal(*sentences: str, resolution: str = "Der Gemeinderat beschließt die Sanierung der Sporthalle.", form: tuple[FormValue, ...] = (), kind: str | None = None) -> Paper:  # fmt: skip
    page: Pieces = [("title", "Beschlussvorlage"), ("resolution", resolution), ("reason", " ".join(sentences))]
    return papers.paper(page, kind=kind).model_copy(update={"form": form})


def motion(demand: str, *answer: str, form: tuple[FormValue, ...] = ()) -> Paper:
    page: Pieces = [("title", "Antrag"), ("motion", demand), ("reason", "Viele Menschen wünschen sich das.")]
    if answer:
        page += [("title", "Stellungnahme"), ("statement", " ".join(answer))]
    return papers.paper(page, kind="Antrag").model_copy(update={"form": form})


def test_an_item_without_papers_or_without_anything_open_is_asked_nothing() -> None:
    assert asked() == []
    assert asked(proposal("Die Halle stammt aus dem Jahr 1968. Sie wird von zwölf Vereinen genutzt.")) == []


# --- what the papers themselves call open ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "In welchem Umfang das Land sich beteiligt, ist nicht abschließend geklärt.",
            "Ist inzwischen geklärt, in welchem Umfang das Land sich beteiligt?",
        ),
        ("Ob das Land die Anlage fördert, ist noch offen.", "Ist inzwischen geklärt, ob das Land die Anlage fördert?"),
        (
            "Es ist weiterhin unklar, wann die Straße wieder geöffnet werden kann.",
            "Ist inzwischen geklärt, wann die Straße wieder geöffnet werden kann?",
        ),
        (
            "Fraglich ist, ob Vereine die Kosten der Halle tragen können.",
            "Ist inzwischen geklärt, ob Vereine die Kosten der Halle tragen können?",
        ),
        (
            "Die Verwaltung prüft, ob Mittel aus dem Landesprogramm eingesetzt werden können.",
            "Wann liegt das Ergebnis der Prüfung vor, ob Mittel aus dem Landesprogramm eingesetzt werden können?",
        ),
        (
            "Ob eine Regelung in der Satzung rechtlich möglich ist wird derzeit geprüft.",
            "Wann liegt das Ergebnis der Prüfung vor, ob eine Regelung in der Satzung rechtlich möglich ist?",
        ),
        (
            "Die Kosten für den Umzug können derzeit nicht beziffert werden.",
            "„Die Kosten für den Umzug können derzeit nicht beziffert werden“ (S. 3) – mit welchem Betrag ist ungefähr zu rechnen?",
        ),
        (
            "Das Gutachten zum Baugrund der Halle liegt bisher noch nicht vor.",
            "„Das Gutachten zum Baugrund der Halle liegt bisher noch nicht vor“ (S. 3) – wann ist damit zu rechnen?",
        ),
        (
            "Die Finanzierung der Sitzgelegenheiten in den Haltestellen ist noch zu klären.",
            "„Die Finanzierung der Sitzgelegenheiten in den Haltestellen ist noch zu klären“ (S. 3) – was ist dazu inzwischen geklärt?",
        ),
        (
            "Die Ergebnisse der Untersuchung werden dem Ausschuss vorgestellt.",
            "„Die Ergebnisse der Untersuchung werden dem Ausschuss vorgestellt“ (S. 3) – wann ist mit dem Ergebnis zu rechnen?",
        ),
    ],
)
def test_what_a_sentence_leaves_open_is_asked_in_its_own_words(sentence: str, question: str) -> None:
    found = open_point(sentence, "S. 3")
    assert found is not None
    assert found.text == question


@pytest.mark.parametrize(
    "sentence",
    [
        "Ob das Land die Anlage fördert, war lange offen.",  # it is no longer
        "Die Bibliothek steht allen offen.",
        "Das Konzept wird bis zum 30. Juni 2025 vorgelegt.",  # it says when
        "Die Ergebnisse werden in der nächsten Sitzung vorgestellt.",
        "Die Anträge werden im Einzelfall geprüft.",  # as a rule, not now
        "Die Kosten betragen 12.000 Euro, weitere lassen sich nicht beziffern.",  # there is a figure
        "Das genaue Pflanzjahr der Bäume ist nicht bekannt.",
        "Für Vorschläge zu einem anderen Standort sind wir offen.",
        "Sollte dies nicht gelingen, wird geprüft, ob ein anderer Einsatz in Betracht kommt.",  # as a rule
        "Es liegt in der Entscheidung des Rates, ob die Verwaltung prüft, ob Poller möglich sind.",
        "Man war übereingekommen zu prüfen, ob die Stelle angegliedert werden könnte.",
        "Wer die Plakate angebracht hat, ist nicht bekannt.",
        "Die Auswirkungen der Pandemie auf die Vereine sind noch nicht absehbar.",
        "Der Planungsstand wird in der Ortschaftsratssitzung vorgestellt.",
        "Eine genauere Karte liegt bisher noch nicht vor, ist aber nicht zwingend erforderlich.",
        "Die psychosozialen Auswirkungen auf Jugendliche können noch nicht abgeschätzt werden.",
        "Die Verwaltung prüft, 1.",
        "Für diese Bereiche kann geprüft werden, ob mobile Schirme aufgestellt werden können.",
        "Kosten | noch nicht beziffert | offen.",
        "Nicht abschließend geklärt",
    ],
)
def test_a_sentence_that_leaves_nothing_open_is_not_asked(sentence: str) -> None:
    assert open_point(sentence, "S. 3") is None


def test_a_clause_ends_where_the_sentence_goes_on() -> None:
    found = open_point(
        "Die Verwaltung wird klären, inwieweit eine Zusammenarbeit möglich ist und im Ausschuss berichten.", "S. 3"
    )
    assert found is not None
    assert found.text == "Wann liegt das Ergebnis der Prüfung vor, inwieweit eine Zusammenarbeit möglich ist?"


def test_what_an_answer_repeats_of_the_motion_is_not_its_own() -> None:
    demand = "Die Stadt startet am Marktplatz ein Pilotprojekt mit zwei Brunnen."
    assert "woran wird gemessen" not in texts(motion(demand, demand, "Zwei Brunnen kosten 20.000 Euro."))


def test_what_a_form_prints_counts_even_where_its_boxes_were_lost() -> None:
    page: Pieces = [("resolution", "Der Auftrag über 90.000 Euro wird vergeben an die Firma Linde."), ("form", "Haushaltsmittel vorhanden\nJa\nNein\nEndpreis (brutto)")]  # fmt: skip
    assert "Haushaltsansatz" not in texts(papers.paper(page))
    assert "Nettobetrag" not in texts(papers.paper(page))


def test_a_sentence_that_points_back_is_quoted_with_the_one_before() -> None:
    before = "Die Grundstücke verlieren dann an Wert."
    found = open_point("Die hierdurch entstehenden Kosten sind noch nicht abzuschätzen.", "S. 3", before)
    assert found is not None
    assert found.text.startswith(f"„{before} Die hierdurch")


def test_what_a_motion_calls_open_is_not_asked_of_the_administration() -> None:
    page: Pieces = [("title", "Antrag"), ("motion", "Die Stadt baut zwei Brunnen."), ("reason", "Ob das Land die Brunnen fördert, ist noch offen."),
                    ("title", "Stellungnahme"), ("statement", "Die Verwaltung baut beide Brunnen für 20.000 Euro.")]  # fmt: skip
    assert texts(papers.paper(page, kind="Antrag")) == ""


def test_a_check_whose_end_is_told_elsewhere_is_not_asked_for() -> None:
    announced = "Die Verwaltung prüft, ob andere Plätze in Frage kommen."
    assert "Ergebnis der Prüfung" in texts(proposal(announced))
    assert (
        texts(proposal(announced, "Die Prüfung der Plätze soll bis zum Ende der Bauarbeiten abgeschlossen sein.")) == ""
    )


# --- money ----------------------------------------------------------------------------------------------------------

BUILT = "Der Gemeinderat beschließt den Neubau der Sporthalle für 1.200.000 Euro."
FROM_BUDGET = "Die Mittel stehen im Haushalt 2025 bereit."


@pytest.mark.parametrize(
    ("open_paper", "part_of_question", "answer"),
    [
        (
            proposal(FROM_BUDGET, resolution=BUILT),
            "jährlichen Folgekosten",
            "Für Wartung und Betrieb fallen 30.000 Euro an.",
        ),
        (
            proposal("Die Halle ist alt.", resolution=BUILT + " Betriebskosten fallen nicht an."),
            "Aus welchem Haushaltsansatz werden die 1.200.000 Euro bezahlt?",
            FROM_BUDGET,
        ),
        (
            proposal("Die Arbeiten sind dringend.", form=(value("Finanzielle Auswirkungen", "ja"),)),
            "Wie hoch sind die finanziellen Auswirkungen",
            "Die Arbeiten kosten 80.000 Euro.",
        ),
        (
            proposal("Die Arbeiten kosten 80.000 Euro.", form=(value("Finanzierung", "nicht budgetiert"),)),
            "Wie wird der Betrag von 80.000 Euro",
            "Die Deckung erfolgt aus der Rücklage.",
        ),
        (
            proposal("Der übrige Betrag von rd. 280.600 Euro soll durch Spenden gedeckt werden."),
            "was geschieht, wenn das nicht oder nur zum Teil gelingt?",
            "Gelingt das nicht, wird nicht gebaut. Falls die Spenden nicht reichen, wird die Halle kleiner.",
        ),
        (
            proposal("Die Fördermittel sind beantragt und werden im Mai erwartet."),
            "wie geht es weiter, wenn diese Förderung nicht oder geringer bewilligt wird?",
            "Ohne die Förderung wird die Maßnahme verschoben.",
        ),
        (
            proposal("Mit den Eigentümern soll ein städtebaulicher Vertrag geschlossen werden."),
            "was gilt, wenn der Vertrag nicht zustande kommt?",
            "Kommt der Vertrag nicht zustande, trägt die Stadt die Kosten.",
        ),
        (
            proposal("Die neuen Geräte bedeuten einen hohen Unterhaltungsaufwand für den Bauhof."),
            "mit welchem Aufwand ist zu rechnen?",
            "Der Unterhalt kostet 9.000 Euro im Jahr.",
        ),
        (
            proposal("Das Amt hat derzeit keine Personalkapazitäten für weitere Projekte."),
            "wie viel Personal wäre dafür nötig?",
            "Nötig wären 1,5 Stellen.",
        ),
        (
            proposal("Ein Angebot ist fristgerecht eingegangen.", resolution="Der Zuschlag geht an die Firma Linde."),
            "woran wurde gemessen, ob der Preis angemessen ist?",
            "Es liegt zwei Prozent unter der Kostenschätzung.",
        ),
        (
            proposal("In diesem Gewerk hat letztlich nur eine Firma ein Angebot abgegeben.", resolution="Der Zuschlag geht an die Firma Linde."),
            "woran wurde gemessen, ob der Preis angemessen ist?",
            "Die Kostenermittlung hatte 436.360,27 Euro ergeben.",
        ),
        (
            proposal("Die Firma ist leistungsfähig.", resolution="Die Vergabe der Arbeiten erfolgt an die Firma Linde."),
            "Wie viele Firmen haben ein Angebot abgegeben",
            "Drei Bieter haben sich beteiligt.",
        ),
        (
            proposal(FROM_BUDGET, "Drei Angebote liegen vor.", resolution="Der Auftrag über 90.000 Euro wird vergeben an die Firma Linde."),
            "ein Brutto- oder ein Nettobetrag?",
            "Der Preis enthält die Umsatzsteuer.",
        ),
        (
            proposal("Die Kosten sind gestiegen.", resolution="Der Gemeinderat beschließt die Erhöhung der Gebühren für die Musikschule."),
            "Für wie viele Zahlende ändern sich die Sätze",
            "Betroffen sind 420 Schülerinnen und Schüler.",
        ),
        (
            proposal("Der Verein leistet viel.", FROM_BUDGET, resolution="Der Verein erhält einen jährlichen Zuschuss von 5.000 Euro."),
            "Für wie viele Jahre gilt die jährliche Zahlung von 5.000 Euro?",
            "Die Förderung ist bis Ende 2028 befristet.",
        ),
    ],
)  # fmt: skip
def test_money_that_is_missing_is_asked_for_and_money_that_is_told_is_not(open_paper: Paper, part_of_question: str, answer: str) -> None:  # fmt: skip
    name = "Neubau, Haushalt und Vergaben"
    assert part_of_question in texts(open_paper, name=name)
    start = len(open_paper.text.text)
    annex: Pieces = [("annex", answer)]
    told = papers.paper([*[(p.kind, open_paper.part_text(p)) for p in open_paper.parts]], annex).model_copy(
        update={"form": open_paper.form}
    )
    assert start
    assert part_of_question not in texts(told, name=name)


def test_a_form_without_a_figure_is_asked_for_it_and_what_nobody_filled_in_is_no_answer() -> None:
    form = (value("Gesamtkosten", "derzeit nicht zu beziffern"),)
    found = asked(motion("Die Stadt baut zwei Brunnen.", "Die Verwaltung hält Brunnen für sinnvoll.", form=form))
    assert [q.text for q in found] == ["Mit welchem Betrag ist bei „Gesamtkosten“ ungefähr zu rechnen?"]
    assert "derzeit nicht zu beziffern" in found[0].reason
    empty: Pieces = [("resolution", BUILT), ("form", "Jährliche Folgekosten:\n☐ ja ☐ nein"), ("reason", FROM_BUDGET)]
    assert "jährlichen Folgekosten" in texts(papers.paper(empty), name="Neubau der Sporthalle")


def test_a_motion_without_costs_is_asked_what_it_costs_unless_it_only_wants_to_know() -> None:
    assert "kosten, und woraus würde sie bezahlt?" in texts(motion("Die Stadt baut am Marktplatz zwei Brunnen."))
    assert "kosten" not in texts(motion("Die Stadt baut am Marktplatz zwei Brunnen für 20.000 Euro."))
    assert "kosten" not in texts(motion("Die Verwaltung prüft, ob am Marktplatz Brunnen möglich sind."))
    assert "kosten" not in texts(motion("Der Gemeinderat appelliert an die Landesregierung, Brunnen zu fördern."))


# --- course ---------------------------------------------------------------------------------------------------------


def test_a_missing_annex_comes_first_with_the_title_that_the_paper_gives_it() -> None:
    page: Pieces = [
        ("resolution", BUILT),
        ("reason", "Ob das Land fördert, ist offen. Näheres zeigt Anlage 3."),
        ("text", "Anlagen\n– Anlage 3: Gebührenkalkulation vom 23.11.2026"),
    ]
    missing = (MissingAttachment(name="Anlage 3", citation=CITED),)
    first, *_ = asked(papers.paper(page), missing_attachments=missing)
    assert first.text == "Was steht in Anlage 3 („Gebührenkalkulation vom 23.11.2026“)?"
    assert first.citation == CITED
    many = tuple(MissingAttachment(name=f"Anlage {n}", citation=CITED) for n in range(4, 9))
    assert (
        asked(papers.paper(page), missing_attachments=many)[0].text
        == "Was steht in Anlage 4, Anlage 5 und 3 weiteren Anlagen?"
    )


def test_a_contradiction_is_asked_with_both_sides() -> None:
    item = papers.item(proposal(FROM_BUDGET))
    sides = tuple(
        Side(text=t, context="", citation=(CITED[0].model_copy(update={"page": p}),))
        for t, p in (("1,2 Mio. Euro", 4), ("1.300.000 Euro", 9))
    )
    brief = extract_item(item).model_copy(
        update={"contradictions": (Contradiction(kind="amount", subject="Gesamtkosten", sides=sides),)}
    )
    assert open_questions(item, brief)[0].text == "Welcher Betrag gilt für „Gesamtkosten“: 1,2 Mio. Euro (S. 4) oder 1.300.000 Euro (S. 9)?"  # fmt: skip


def test_a_hearing_that_is_still_to_come_is_asked_for() -> None:
    sentence = "Der Ortschaftsrat wurde zu dem Vorhaben noch nicht angehört."
    assert "wann und mit welchem Ergebnis geschieht das?" in texts(proposal(sentence))
    ticked = (value("Anhörung Ortschaftsrat", "ja"),)
    assert "Was hat die „Anhörung Ortschaftsrat“ ergeben?" in texts(proposal("Die Halle ist alt.", form=ticked))
    assert texts(proposal("Der Ortschaftsrat hat der Sanierung zugestimmt.", form=ticked)) == ""


def test_the_result_of_an_earlier_consultation_is_asked_for_only_where_the_form_prints_results() -> None:
    def way(result: str | None, told: str = "Die Halle ist alt.") -> Paper:
        rows = (
            Consultation(organization="Bauausschuss", date=dt.date(2025, 1, 14)),
            Consultation(organization="Hauptausschuss", date=dt.date(2025, 1, 21), result=result),
            Consultation(organization="Gemeinderat", date=dt.date(2025, 1, 28)),
        )
        return proposal(told).model_copy(update={"consultations": rows})

    assert "„Bauausschuss“ am 14.01.2025" in texts(way("zugestimmt"))
    assert texts(way(None)) == ""
    assert texts(way("zugestimmt", "Der Bauausschuss hat die Vorlage einstimmig empfohlen.")) == ""


def test_a_changed_edition_is_asked_for_its_reason() -> None:
    change = Change(
        part="costs", before="Gesamtkosten: 80.000 Euro", after="Gesamtkosten: 95.000 Euro", citation_after=CITED
    )
    changed = proposal("Die Halle ist alt.").model_copy(update={"changes": (change,)})
    assert "wurden aus 80.000 Euro in der neuen Fassung 95.000 Euro?" in texts(changed)
    told = proposal("Die Kostenberechnung wurde aktualisiert, weil Stahl teurer ist.").model_copy(
        update={"changes": (change,)}
    )
    assert texts(told) == ""


def test_other_sites_a_trial_and_a_deadline_are_asked_for() -> None:
    site = proposal(
        "Das Grundstück ist erschlossen.",
        resolution="Der Rat beschließt den Standort am Bahnhof. Als Standort dient Flurstück 7.",
    )
    assert "Welche anderen Standorte kamen" in texts(site)
    assert texts(proposal("Zwei Varianten wurden verglichen.", resolution="Als Standort dient Flurstück 7.")) == ""
    trial = "Das Angebot startet als Pilotprojekt in zwei Stadtteilen."
    assert "woran wird gemessen" in texts(proposal(trial))
    assert texts(proposal(trial, "Nach einem Jahr wird es ausgewertet.")) == ""
    wish = "Die Verwaltung prüft, ob am Marktplatz Brunnen möglich sind"
    assert "bis wann soll das Ergebnis vorliegen?" in texts(motion(wish + "."))
    assert texts(motion(wish + " und berichtet bis Ende März.")) == ""


def test_pages_that_could_not_be_read_are_named_where_the_proposal_refers_to_annexes() -> None:
    page: Pieces = [("resolution", "Der Rat beschließt den Plan gemäß Anlage 1."), ("reason", "Die Halle ist alt.")]
    whole = papers.paper(page, [("annex", "Anlage 1")], [])
    found = asked(whole)
    assert [q.text for q in found] == ["Was steht auf S. 5 von „Paket.pdf“?"]
    assert [c.page for c in found[0].citation] == [5]


# --- all of them ------------------------------------------------------------------------------------------------------

RICH = (
    "Ob das Land die Halle fördert, ist offen.",
    "Wann die Schule umzieht, ist noch nicht entschieden.",
    "Wer die Kosten des Umzugs trägt, ist ungeklärt.",
    "Die Verwaltung prüft, ob Container in Frage kommen.",
    "Das Amt hat keine Personalkapazitäten für den Umzug.",
)


def test_there_are_never_more_than_three_and_fewer_where_nothing_is_decided() -> None:
    assert len(asked(proposal(*RICH))) == MOST
    told = proposal(*RICH, resolution="Der Ausschuss nimmt den Bericht zur Kenntnis.")
    assert len(asked(told)) == 2
    bare = papers.paper([("reason", BUILT)], kind="Mitteilungsvorlage")
    assert asked(bare) == []


def test_questions_ask_for_different_things_first() -> None:
    found = [q.text for q in asked(proposal(*RICH, form=(value("Gesamtkosten", "noch offen"),)))]
    assert found[0].startswith("Mit welchem Betrag")
    assert sum("Ist inzwischen geklärt" in t for t in found) == 1


SENTENCES = (
    *RICH, BUILT, FROM_BUDGET, "Der Zuschlag geht an die Firma Linde.", "Ein Angebot ist eingegangen.", "Die Fördermittel sind beantragt.", "Als Standort dient Flurstück 7.",
    "Das Angebot startet als Pilotprojekt.", "Die Gebühren werden erhöht.", "Der Ortschaftsrat wurde noch nicht beteiligt.", "Die Kosten sind nicht zu beziffern.",
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(SENTENCES), max_size=6),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6),
    st.booleans(),
)
def test_every_question_is_one_cites_pages_of_the_papers_and_takes_no_side(resolution: list[str], reason: list[str], moved: bool) -> None:  # fmt: skip
    page: Pieces = [
        ("motion" if moved else "resolution", " ".join(resolution)),
        ("statement" if moved else "reason", " ".join(reason)),
    ]
    source = papers.paper(page, kind="Antrag" if moved else None)
    found = asked(source)
    assert len(found) <= MOST
    assert len({q.text for q in found}) == len(found)
    for question in found:
        assert question.text.endswith("?")
        assert question.reason.endswith(".")
        assert question.origin == "rule"
        assert not re.search(r"(?i)warum nicht|wieso nicht|endlich|\bnur so\b", question.text)
        assert recommends_vote(question.text) is None
        assert recommends_vote(question.reason) is None
        assert {c.page for c in question.citation} <= {3}
        for quote in re.findall(r"„([^“]+)“ \(S\.", question.text):
            assert quote in " ".join(source.text.text.split())


def test_items_of_no_substance_do_not_fail() -> None:
    for text in ("", " ", "\n\n", "Anlage", "☐ ja ☐ nein"):
        empty = papers.paper([("text", text)])
        assert (
            open_questions(papers.item(empty), ItemBriefing(id="x", number=None, name="x", public=None, level="auszug"))
            == ()
        )
    nothing = AgendaItem(id="x", order=1, number=None, name="", public=None)
    assert open_questions(nothing, extract_item(nothing)) == ()
