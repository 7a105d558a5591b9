"""What belongs together in a source stays together in the sentence made from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.checks.bindings import doubled_particle, loosened, rejoined


@pytest.mark.parametrize(
    ("text", "source", "lost"),
    [
        (
            "hat diese Änderung keine finanziellen Auswirkungen zur Folge.",
            "Da die Förderung insgesamt dem bisherigen Kontingent entspricht, hat diese Änderung keine finanziellen Auswirkungen zur Folge.",
            "Bezug: diese Änderung",
        ),
        (
            "ist eine Neuaufnahme der Gruppen nicht erforderlich.",
            "Eine Neuaufnahme der Gruppen in die Bedarfsplanung ist nicht erforderlich.",
            "es fehlt: in die Bedarfsplanung",
        ),
        (
            "legt der Verwaltung nun einen Bericht zur Lage vor.",
            "Die Verwaltung legt nun einen Bericht zur Lage vor.",
            "Fall: der Verwaltung",
        ),
        (
            "Die Wählergruppe möchte, dass die Gemeinde die Einführung der Bürgerkarte bewirbt.",
            "Die Gemeinde bewirbt sich beim Ministerium um die Einführung der Bürgerkarte.",
            "sich",
        ),
        (
            "wird ein geringer Nutzen erwartet, wenn man von dem Austausch der Geräte geht.",
            "Geht man von dem Austausch der Geräte aus, wird ein geringer Nutzen erwartet.",
            "aus",
        ),
        (
            "soll die Ausführungen zur Kenntnis nehmen und der Vergabe der Arbeiten stimmen.",
            "Der Ausschuss nimmt die Ausführungen zur Kenntnis und stimmt der Vergabe der Arbeiten zu.",
            "zu",
        ),
        (
            "können Ausschüsse gebildet werden, zuletzt geändert durch Beschluss.",
            "Nach der Satzung vom 2. Mai 1991, zuletzt geändert durch Beschluss vom 3. Juni 2014, können Ausschüsse gebildet werden.",
            "zuletzt geändert",
        ),
        (
            "muss die Leitung nicht geändert werden, da sie nicht bestimmt ist.",
            "Da die Anzahl der Leitungen nicht bestimmt ist, muss sie nicht geändert werden.",
            "Anzahl",
        ),
        (
            "muss die Satzung der Gemeinde nicht geändert werden.",
            "Weil die Anzahl nicht in der Satzung der Gemeinde steht, muss diese nicht geändert werden.",
            "diese",
        ),
        (
            "ist die Sanierung nicht umsetzbar, da die Lage angespannt ist.",
            "Die Sanierung ist aufgrund der angespannten Lage nicht umsetzbar.",
            "neuer Nebensatz: da",
        ),
        (
            "fand eine Reise nach Indien statt, die vom 7. bis 13. Februar stattfand.",
            "Zuletzt fand vom 7. bis 13. Februar eine Reise nach Indien statt.",
            "neuer Nebensatz: die",
        ),
        (
            "wurde ein Angebot ausgeschlossen, weil es nicht formgerecht war und die erforderlichen Angaben enthielt.",
            "Ein Angebot wurde ausgeschlossen, weil es nicht formgerecht war und nicht die erforderlichen Angaben enthielt.",
            "nicht erforderlichen",
        ),
        (
            "die Verwaltung mit den Unternehmen dazu abstimmt, welche Säulen nötig sind.",
            "Die Verwaltung stimmt sich mit den Unternehmen dazu ab, welche Säulen nötig sind.",
            "sich",
        ),
        (
            "erweitert die Sammlung um eine Plastik.",
            "Sympathikus erweitert die Sammlung um eine Plastik.",
            "Sympathikus",
        ),
        ("ist eines der neun Themen.", "Innenstadt ist eines der neun Themen.", "Innenstadt"),
        ("stellt den Vergleich der Satzungen dar.", "Anlage 1 stellt den Vergleich der Satzungen dar.", "Anlage"),
        (
            "soll die Entscheidung über den Verkauf entscheiden.",
            "Die Entscheidung über den Verkauf obliegt dem Rat.",
            "doppelt",
        ),
        (
            "ist keine Erhöhung der Entgelte vorgesehen.",
            "Eine Erhöhung der Entgelte ist in den Jahren 2027 und 2028 nicht vorgesehen.",
            "2028",
        ),
    ],
)
def test_what_came_apart_is_named(text: str, source: str, lost: str) -> None:
    assert any(lost in found for found in loosened(text, source))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Die Gemeinde bewirbt sich um die Karte.", "Die Gemeinde bewirbt sich beim Ministerium um die Karte."),
        ("hält eine Einbindung für unmöglich.", "Nach Auffassung der Verwaltung ist eine Einbindung unmöglich."),
        ("fehlen Plätze.", "Es fehlen Plätze, und die Eltern wissen, dass sie warten müssen."),
        ("ist die Halle nicht mehr in Betrieb.", "Die Halle ist aus Gründen der Sicherheit nicht mehr in Betrieb."),
        ("gibt es gute Gründe, die Bäume zu erhalten.", "Es gibt gute Gründe die Bäume zu erhalten."),
        (
            "bleiben die Dienste auf Kosten sitzen, weil die Kasse ablehnt.",
            "Die Dienste bleiben auf Kosten sitzen, denn die Kasse lehnt ab.",
        ),
        ("wurde der Plan geändert.", "Nachträglich wurde der Plan geändert."),
        ("stehen noch 48 Bäume.", "Heute stehen noch 48 Bäume."),
        ("Die Karte soll kommen.", "Die Gemeinde bewirbt sich beim Ministerium darum, dass die Karte kommen soll."),
        ("muss von einem Austausch ausgegangen werden.", "Man geht von einem Austausch aus."),
        (
            "kann die Halle genutzt werden, die 2019 saniert wurde.",
            "Die Halle, die 2019 saniert wurde, kann genutzt werden.",
        ),
        (
            "ist eine Erhöhung in den Jahren 2027 und 2028 nicht vorgesehen.",
            "Eine Erhöhung ist in den Jahren 2027 und 2028 nicht vorgesehen.",
        ),
        (
            "sind Maßnahmen schon begonnen, so dass diese Maßnahmen keine Kosten zur Folge haben.",
            "Maßnahmen sind schon begonnen, so dass diese Maßnahmen keine Kosten zur Folge haben.",
        ),
        ("folgt die Verwaltung dieser Vorlage nicht.", "Die Verwaltung folgt dieser Vorlage nicht."),
        (
            "legt die Verwaltung dem Rat der Stadt einen Bericht vor.",
            "Die Verwaltung legt dem Rat der Stadt einen Bericht vor.",
        ),
        ("ist keine Erhöhung vorgesehen.", "Eine Erhöhung ist nicht vorgesehen."),
        (
            "Die Verwaltung empfiehlt, von der Einzäunung abzusehen.",
            "Die Verwaltung empfiehlt auf Grundlage des Gutachtens, von der Einzäunung abzusehen.",
        ),
        (
            "ist die Halle nötig, weil der Verein wächst.",
            "Die neue Halle ist, weil der Verein wächst, in Nord nötig.",
        ),
    ],
)
def test_what_is_kept_together_passes(text: str, source: str) -> None:
    assert loosened(text, source) == ()


def test_a_verb_is_written_together_again() -> None:
    source = "Das Jobcenter stellt ein Programm auf, um zu helfen."
    assert rejoined("Sie möchte, dass es ein Programm auf stellt, um zu helfen.", source).count("aufstellt,") == 1
    assert rejoined("Sie steht auf der Liste.", source) == "Sie steht auf der Liste."


def test_a_particle_stands_once() -> None:
    assert doubled_particle("Laut Verwaltung stellt eine Aufgabe dar, die Umsetzung des Anspruchs dar.")
    assert not doubled_particle("Die Verwaltung stellt dar, wie es weitergeht.")
    assert not doubled_particle("Er nimmt an, dass sie ihn annimmt.")


@given(st.text(alphabet="abdenruswißtä ,.GS0", max_size=80))
def test_a_sentence_keeps_all_of_itself(text: str) -> None:
    assert loosened(text, text) == ()


def test_a_body_does_what_the_source_lets_it_do() -> None:
    source = "Der Stadtrat fasst den Grundsatzbeschluss, dass am Anger eine Schule errichtet werden soll."
    assert "es fehlt: fasst" in loosened(
        "den Grundsatzbeschluss über die Schule errichten.", source, "Der Stadtrat soll"
    )
    assert "es fehlt: fasst" not in loosened("den Grundsatzbeschluss fassen.", source, "Der Stadtrat soll")


@pytest.mark.parametrize(
    ("rest", "source"),
    [
        ("den Bericht zur Kenntnis nehmen.", "Der Rat nimmt den Bericht zur Kenntnis."),
        ("die Satzung beschließen.", "Der Rat beschließt die Satzung."),
        ("eine Kommission bilden.", "Der Rat beschließt, eine Kommission zu bilden."),
        ("der Vergabe zustimmen.", "Der Rat stimmt der Vergabe zu."),
    ],
)
def test_its_verb_may_change_its_form(rest: str, source: str) -> None:
    assert loosened(rest, source, "Der Rat soll") == ()


@pytest.mark.parametrize(
    ("rest", "source"),
    [
        ("wurde der Vorschlag durch Mail eingegangen.", "Mit Mail vom 9. April ging der Vorschlag ein."),
        (
            "wurden die Grenzen die größten Zugeständnisse.",
            "Die Grenzen waren die größten Zugeständnisse, die eingeräumt wurden.",
        ),
    ],
)
def test_no_passive_is_made_up(rest: str, source: str) -> None:
    assert any("neues Hilfsverb" in found for found in loosened(rest, source, "Laut Vorlage"))


def test_a_passive_of_the_source_stays_one() -> None:
    assert loosened("wird die Halle saniert.", "Die Halle wird saniert.", "Laut Vorlage") == ()


def test_what_an_office_is_to_do_is_kept() -> None:
    source = "Die Verwaltung setzt sich dafür ein, dass in den Verträgen bessere Grenzen vereinbart werden."
    lead = "Beantragt wird, dass"
    assert "es fehlt: setzt" in loosened(
        "die Verwaltung in den Verträgen bessere Grenzen vereinbart werden soll.", source, lead
    )
    assert "es fehlt: setzt" not in loosened("sich die Verwaltung für bessere Grenzen einsetzt.", source, lead)


ORDERED = "Die Verwaltung wird beauftragt, an der Marktstraße keine Ahornbäume, sondern höhere Bäume zu pflanzen."


@pytest.mark.parametrize(
    ("text", "source", "sound"),
    [
        ("die Verwaltung an der Marktstraße keine Ahornbäume, sondern höhere Bäume pflanzen.", ORDERED, False),
        ("die Verwaltung an der Marktstraße höhere Bäume pflanzen.", ORDERED, False),
        ("die Verwaltung an der Marktstraße höhere Bäume pflanzt.", ORDERED, True),
        ("die Verwaltung beauftragt wird, an der Marktstraße höhere Bäume zu pflanzen.", ORDERED, True),
        ("die Verwaltung an der Marktstraße höhere Bäume pflanzen soll.", ORDERED, True),
        (
            "die Wohnbau GmbH den Abriss zu prüfen und voranzutreiben.",
            "Hinsichtlich der Kirche wird die Wohnbau GmbH beauftragt, den Abriss zu prüfen und voranzutreiben.",
            False,
        ),
        (
            "die Ämter höhere Bäume pflanzen.",
            "Die Ämter werden beauftragt, höhere Bäume zu pflanzen.",
            True,
        ),
    ],
)
def test_an_order_becomes_a_whole_clause(text: str, source: str, sound: bool) -> None:
    found = [one for one in loosened(text, source, "Die Fraktion möchte, dass") if "kein ganzer Satz" in one]
    assert (not found) == sound


def test_which_one_a_sentence_speaks_of_is_kept() -> None:
    source = (
        "Die Verkehrslage, in deren Zusammenhang dieses Zeichen entstanden ist, entspricht nicht der heutigen Menge."
    )
    lost = "entspricht die Verkehrslage nicht der heutigen Menge."
    kept = "entspricht die Verkehrslage, in deren Zusammenhang das Zeichen entstanden ist, nicht der heutigen Menge."
    assert any("Zusammenhang" in one for one in loosened(lost, source, "Laut Antrag"))
    assert not any("Zusammenhang" in one for one in loosened(kept, source, "Laut Antrag"))
