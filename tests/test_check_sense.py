"""Negations, directions, bounds, verdicts, actors: what turns the meaning round, and what only puts it in other words."""

import pytest

from ratsassistent.writing.checks.check import CONTRARY, DENIED, NOT_DENIED, check_statement
from ratsassistent.writing.checks.check_actors import PLANNED, PROPOSED, WRONG_ACTOR

PAGE = """Antrag der SPD-Fraktion: Mehr Bäume am Marktplatz
Die SPD-Fraktion beantragt, am Marktplatz zwanzig Bäume zu pflanzen.
Stellungnahme der Verwaltung
Die Verwaltung schlägt vor, den Antrag an den Umweltausschuss zu verweisen. Unter dem Marktplatz liegt eine Tiefgarage,
deshalb können dort keine großen Bäume gepflanzt werden. Die Pflege würde die Ausgaben um 12.000 Euro im Jahr erhöhen.
Die Förderung durch den Bund läuft bis zum 31. Oktober 2031. Mindestens 30 Prozent der Kosten trägt die Stadt selbst.
Der Denkmalschutz lehnt eine Bepflanzung des Platzes ab. Die Bewässerung soll im Frühjahr 2032 erneuert werden.
Der Gemeinderat beschließt auf Vorschlag des Umweltausschusses über das weitere Vorgehen.
"""
FITTING = [
    "Die SPD möchte zwanzig Bäume am Marktplatz pflanzen lassen.",
    "Wegen der Tiefgarage sind große Bäume am Marktplatz nicht möglich.",
    "Durch die Pflege steigen die Ausgaben jährlich um 12.000 Euro.",
    "Der Bund fördert das nur bis zum 31. Oktober 2031.",
    "Die Stadt muss mindestens 30 Prozent der Kosten tragen.",
    "Der Denkmalschutz ist gegen eine Bepflanzung des Platzes.",
    "Die Verwaltung will den Antrag in den Umweltausschuss geben.",
    "Von der SPD-Fraktion wird beantragt, zwanzig Bäume zu pflanzen.",
    "Die Bewässerung soll im Frühjahr 2032 erneuert werden.",
    "Über das weitere Vorgehen entscheidet der Gemeinderat.",
]
TURNED = [
    ("Unter dem Marktplatz liegt eine Tiefgarage, deshalb können dort große Bäume gepflanzt werden.", DENIED),
    ("Die Förderung durch den Bund läuft nicht bis zum 31. Oktober 2031.", NOT_DENIED),
    ("Die Pflege würde die Ausgaben um 12.000 Euro im Jahr senken.", CONTRARY),
    ("Die Pflege würde die Ausgaben auf 12.000 Euro im Jahr erhöhen.", CONTRARY),
    ("Die Förderung durch den Bund läuft ab dem 31. Oktober 2031.", CONTRARY),
    ("Höchstens 30 Prozent der Kosten trägt die Stadt selbst.", CONTRARY),
    ("Der Denkmalschutz befürwortet eine Bepflanzung des Platzes.", CONTRARY),
    ("Die Verwaltung hat beantragt, am Marktplatz zwanzig Bäume zu pflanzen.", WRONG_ACTOR),
    ("Die SPD-Fraktion schlägt vor, den Antrag an den Umweltausschuss zu verweisen.", WRONG_ACTOR),
    ("Die Verwaltung beschließt über das weitere Vorgehen.", WRONG_ACTOR),
    ("Der Gemeinderat hat den Antrag beschlossen.", PROPOSED),
    ("Die Bewässerung wurde im Frühjahr 2032 erneuert.", PLANNED),
]


@pytest.mark.parametrize("sentence", FITTING)
def test_other_words_pass(sentence: str) -> None:
    assert check_statement(sentence, [PAGE]).explained == ()


@pytest.mark.parametrize(("sentence", "kind"), TURNED)
def test_a_sentence_turned_round_fails_and_says_how(sentence: str, kind: str) -> None:
    result = check_statement(sentence, [PAGE])
    assert kind in result.kinds, result.explained


def test_minutes_decide_in_the_present_tense() -> None:
    minutes = "Niederschrift\nDer Gemeinderat beschließt den Bau der Halle. Abstimmung: einstimmig angenommen."
    proposal = "Beschlussvorschlag\nDer Gemeinderat beschließt den Bau der Halle."
    assert check_statement("Der Gemeinderat hat den Bau der Halle beschlossen.", [minutes]).ok
    assert check_statement("Der Gemeinderat hat den Bau der Halle beschlossen.", [proposal]).kinds == (PROPOSED,)
    assert check_statement("Der Gemeinderat soll den Bau der Halle beschließen.", [proposal]).ok


def test_two_parties_are_told_apart() -> None:
    page = "Die CDU-Fraktion beantragt einen Zebrastreifen am Bahnhof. Die GRÜNE-Fraktion fragt nach den Kosten."
    assert check_statement("Die CDU beantragt einen Zebrastreifen.", [page]).ok
    assert not check_statement("Die GRÜNEN beantragen einen Zebrastreifen am Bahnhof.", [page]).ok


def test_a_sentence_of_the_page_passes_but_not_without_the_denial_at_its_end() -> None:
    page = "Die Fraktion der Mitte unterstützt den Antrag nicht. Der Rat tagt am 3. Mai 2031."
    passage = "Der Rat tagt am 3. Mai 2031."
    assert check_statement("Die Fraktion der Mitte unterstützt den Antrag nicht.", [page], passage).ok
    assert not check_statement("Die Fraktion der Mitte unterstützt den Antrag.", [page]).ok
