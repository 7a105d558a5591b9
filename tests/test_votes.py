"""Votes and results in the words of German, Austrian and Swiss minutes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.oparl import Vote
from ratsassistent.pack.minutes.minutes_counts import WORDS, find_counts, number
from ratsassistent.pack.minutes.votes import find_votes, outcome_of

Numbers = tuple[int | None, int | None, int | None]


def only(text: str) -> tuple[str | None, Numbers | None, bool]:
    """Outcome, numbers and unanimity of the one vote in a text."""
    found = find_votes(text)
    assert len(found) == 1, [vote.result for vote in found]
    vote = found[0].vote
    return found[0].outcome, (vote.yes, vote.no, vote.abstain) if vote else None, found[0].unanimous


@pytest.mark.parametrize(
    ("text", "outcome", "numbers", "unanimous"),
    [
        ("Der Antrag wird mit 31 gegen 4 Stimmen bei 2 Enthaltungen angenommen.", "accepted", (31, 4, 2), False),
        ("Abstimmungsergebnis:\neinstimmig", "accepted", None, True),
        ("Abstimmungsergebnis: einstimmig bei 3 Enthaltungen", "accepted", (None, None, 3), True),
        ("Beschluss: mehrheitlich abgelehnt", "rejected", None, False),
        ("Ja-Stimmen: 12 Nein-Stimmen: 3 Enthaltungen: 1", "accepted", (12, 3, 1), False),
        ("Ja-Stimmen:\n12\nNein-Stimmen:\n3\nEnthaltungen:\n1", "accepted", (12, 3, 1), False),
        ("Abstimmungsergebnis: 9 : 4", "accepted", (9, 4, None), False),
        ("Abstimmungsergebnis: 4:9", "rejected", (4, 9, None), False),
        ("Abst.-Erg.: 9 : 4 : 1", "accepted", (9, 4, 1), False),
        ("Ja 12 / Nein 3 / Enth. 1", "accepted", (12, 3, 1), False),
        ("JA: 12 NEIN: 0", "accepted", (12, 0, None), False),
        ("12 Ja, 3 Nein", "accepted", (12, 3, None), False),
        ("Der Beschlussvorschlag wird mit allen Stimmen angenommen.", "accepted", None, True),
        ("Die Vorlage wird gegen die Stimmen der Fraktion Mitte angenommen.", "accepted", None, False),
        ("Der Antrag wird bei Stimmenthaltung von Ratsfrau Muster angenommen.", "accepted", None, False),
        ("Anwesend: 11\nmit 11 gegen 0 Stimmen", "accepted", (11, 0, None), False),
        ("Der Bericht wird zur Kenntnis genommen.", "noted", None, False),
        ("Der Ausschuss nimmt den Bericht zur Kenntnis.", "noted", None, False),
        ("Der Tagesordnungspunkt wird vertagt.", "postponed", None, False),
        ("Der Tagesordnungspunkt wird von der Tagesordnung abgesetzt.", "postponed", None, False),
        ("Der Antrag wird einstimmig an den Bauausschuss verwiesen.", "referred", None, True),
        ("Beschluss:\nVerwiesen in den Bauausschuss", "referred", None, False),
        ("Beschluss:\nBeratung im Schulausschuss am 3. Februar", "referred", None, False),
        ("Der Antrag wurde zurückgezogen.", "settled", None, False),
        ("Der Antrag ist damit angenommen.", "accepted", None, False),
        ("Der Antrag ist damit abgelehnt.", "rejected", None, False),
        ("Der Antrag wird mit drei Gegenstimmen und einer Enthaltung angenommen.", "accepted", (None, 3, 1), False),
        ("Abstimmung: einstimmig, eine Enthaltung", "accepted", (None, None, 1), True),
        ("Der Einwohnerrat stimmt dem Antrag mit 24 zu 12 Stimmen bei 3 Enthaltungen zu.", "accepted", (24, 12, 3), False),
        ("Das Protokoll wird stillschweigend genehmigt.", "accepted", None, False),
        ("Der Kredit wird mit 18 Ja- gegen 3 Nein-Stimmen bewilligt.", "accepted", (18, 3, None), False),
        ("Der Antrag wird grossmehrheitlich gutgeheissen.", "accepted", None, False),
        ("Einstimmig angenommen.", "accepted", None, True),
        ("mit Stimmenmehrheit angenommen (dafür: ABC, DEF; dagegen: GHI)", "accepted", None, False),
        ("Der Antrag wird mit\n\n33 Ja-Stimmen (ABC-, DEF-Fraktion)\ngegen   1 Stimmenthaltung (GHI)\n\nangenommen.", "accepted", (33, None, 1), False),
        ("Mit 20 gegen 3 Stimmen abgelehnt.", "rejected", (3, 20, None), False),
        ("Abstimmungsergebnis: Ja | Nein | Enthaltung\n12 | 3 | 1", "accepted", (12, 3, 1), False),
        ("Ja | Nein | Enthaltung\n12 | 3 | 1", "accepted", (12, 3, 1), False),
        ("Ja   Nein   Enthaltung\n5   9   0", "rejected", (5, 9, 0), False),
        ("☒ einstimmig ☐ mit Mehrheit ☐ abgelehnt", "accepted", None, True),
        ("☐ einstimmig ☒ mit Stimmenmehrheit   Ja 12 Nein 3 Enthaltung 1 ☐ abgelehnt", "accepted", (12, 3, 1), False),
        ("[ ] einstimmig [x] mehrheitlich angenommen", "accepted", None, False),
        ("Abstimmungsergebnis: 11 Ja-Stimmen, keine Gegenstimmen, 2 Enthaltungen", "accepted", (11, 0, 2), False),
        ("Der Beschluss wird ohne Gegenstimme bei zwei Enthaltungen gefasst.", None, (None, 0, 2), False),
        ("Abstimmungsergebnis: 10 Ja, 10 Nein", None, (10, 10, None), False),
        ("Mehrheitliche Ablehnung (3 Ja-Stimmen, 44 Nein-Stimmen)", "rejected", (3, 44, None), False),
        ("Dem Antrag wird die Dringlichkeit einstimmig zuerkannt.", "accepted", None, True),
        ("Der Vorschlag wurde mehrheitlich ab-\ngelehnt.", "rejected", None, False),
        ("Der Rat beschließt einstimmig, die Halle zu bauen.", "accepted", None, True),
    ],
)  # fmt: skip
def test_one_vote(text: str, outcome: str | None, numbers: Numbers | None, unanimous: bool) -> None:
    assert only(text) == (outcome, numbers, unanimous)


@pytest.mark.parametrize(
    "text",
    [
        "Die Stimmen im Saal wurden lauter, als der Bericht begann.",
        "Der Ausbau ist einstimmiger Wunsch der Anwohner.",
        "Die Mehrheit der Befragten ist mit dem Angebot zufrieden.",
        "Der Gemeinderat hat in seiner letzten Sitzung einstimmig beschlossen, die Straße zu sanieren.",
        "Bereits 2021 wurde vom Kreistag beschlossen, die Linie zu verlängern.",
        "Der Stadtrat möge beschließen, dass ein Brunnen gebaut wird.",
        "Die Verwaltung empfiehlt, den Antrag abzulehnen.",
        "Ich bin dafür, 300 Euro dagegen wären mir zu viel.",
        "Sollte der Antrag abgelehnt werden, bleibt alles beim Alten.",
        "Beginn: 18:30 Uhr, Ende: 21:10 Uhr, Maßstab 1:500",
        "☐ einstimmig ☐ mit Stimmenmehrheit ☐ abgelehnt",
        "Ja-Stimmen: ____ Nein-Stimmen: ____ Enthaltungen: ____",
        "Abstimmungsergebnis:\nKeine Abstimmung",
        "Das Angebot wurde von den Vereinen gut angenommen.",
        "",
    ],
)
def test_no_vote(text: str) -> None:
    assert find_votes(text) == []


def test_several_votes_stay_apart() -> None:
    text = (
        "Abstimmungsergebnis:\n"
        "Beschlussvorlage: Bei 36 Ja-Stimmen und 10 Nein-Stimmen mehrheitlich\nzugestimmt\n"
        "Änderungsantrag Mitte: Bei 4 Ja-Stimmen und 41 Nein-Stimmen mehrheitlich abgelehnt\n"
        "Ziffer 3: Verwiesen in den Schulausschuss\n"
    )
    found = find_votes(text)
    assert [(vote.outcome, vote.vote) for vote in found] == [
        ("accepted", Vote(yes=36, no=10)),
        ("rejected", Vote(yes=4, no=41)),
        ("referred", None),
    ]
    assert all(text[vote.start : vote.end].split() == vote.result.split() for vote in found)


def test_result_is_printed_words() -> None:
    text = "Der Antrag wird gegen die Stimmen der Fraktion Mitte mehrheitlich angenommen."
    assert find_votes(text)[0].result == "gegen die Stimmen der Fraktion Mitte mehrheitlich angenommen"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Dem Antrag der Mitte wird die Dringlichkeit\n\neinstimmig zuerkannt.", "Dringlichkeit einstimmig zuerkannt"),
        ("Die Dringlichkeit wird zuerkannt.", "Dringlichkeit wird zuerkannt"),
        ("Dem Antrag der Mitte wird die Dringlichkeit nicht zuerkannt.", "Dringlichkeit nicht zuerkannt"),
        ("Der Titel wird einstimmig zuerkannt.", "einstimmig zuerkannt"),
        ("Beschluss: keiner, nur Kenntnisnahme", "keiner, nur Kenntnisnahme"),
        ("Beschluss: nur Kenntnisnahme", "nur Kenntnisnahme"),
    ],
)
def test_words_that_make_a_result_plain_stay(text: str, result: str) -> None:
    assert [vote.result for vote in find_votes(text)] == [result]


def test_numbers_that_contradict_stay_as_printed() -> None:
    found = find_votes("Anwesend: 9\nAbstimmungsergebnis: einstimmig angenommen, 12 Ja-Stimmen, 2 Nein-Stimmen")
    assert [(vote.vote, vote.unanimous) for vote in found] == [(Vote(yes=12, no=2), True)]


def test_spoken_results_are_marked() -> None:
    found = find_votes("Ich bitte um Ihr Votum ab jetzt. – Das ist eine mehrheitliche Ablehnung.")
    assert [(vote.outcome, vote.spoken) for vote in found] == [("rejected", True)]


@pytest.mark.parametrize(
    "text",
    [
        "Namentliche Abstimmung:\nJa: Anna Muster (Mitte), Bernd Beispiel (Grün), Dr. Carla Probe\n"
        "Nein: Dieter Test (Mitte)\nEnthaltung: Eva Versuch\n",
        "Namentliche Abstimmung\nMit Ja stimmten: Anna Muster (Mitte); Bernd Beispiel (Grün); Dr. Carla Probe\n"
        "Mit Nein stimmten: Dieter Test (Mitte)\nEnthaltungen: Eva Versuch\n",
        "Es wird namentliche Abstimmung beantragt.\n\nAnna Muster (Mitte) Ja\nBernd Beispiel (Grün) Ja\nDr. Carla Probe Ja\n"
        "Dieter Test (Mitte) Nein\nEva Versuch Enthaltung\n",
        "Namentliche Abstimmung\nName | Fraktion | Ja | Nein | Enthaltung\nAnna Muster | Mitte | x | | \n"
        "Bernd Beispiel | Grün | x | | \nDr. Carla Probe | | x | | \nDieter Test | Mitte | | x | \nEva Versuch | | | | x\n",
        "Namentliche Abstimmung:\nJa (3):\nAnna Muster (Mitte)\nBernd Beispiel (Grün)\nDr. Carla Probe\n"
        "Nein (1):\nDieter Test (Mitte)\nEnthaltungen (1):\nEva Versuch\n",
    ],
)
def test_named_votes(text: str) -> None:
    found = find_votes(text + "\nDer Antrag ist damit mit 3 Ja-Stimmen, 1 Nein-Stimme und 1 Enthaltung angenommen.")
    named = [vote.named for vote in found if vote.named]
    assert len(named) == 1
    assert [(vote.name, vote.vote) for vote in named[0]] == [
        ("Anna Muster", "yes"),
        ("Bernd Beispiel", "yes"),
        ("Dr. Carla Probe", "yes"),
        ("Dieter Test", "no"),
        ("Eva Versuch", "abstain"),
    ]
    assert (named[0][0].group, named[0][2].group) == ("Mitte", None)
    assert found[-1].vote == Vote(yes=3, no=1, abstain=1)


@pytest.mark.parametrize(
    ("phrase", "outcome"),
    [
        ("einstimmig zugestimmt", "accepted"),
        ("mehrheitlich abgelehnt", "rejected"),
        ("nicht angenommen", "rejected"),
        ("verwiesen in Fachausschuss", "referred"),
        ("Kenntnisnahme", "noted"),
        ("Stellungnahme zur Kenntnis genommen", "noted"),
        ("Antrag zurückgezogen", "settled"),
        ("erledigt durch Stellungnahme der Verwaltung", "settled"),
        ("vertagt", "postponed"),
        ("abgesetzt", "postponed"),
        ("ungeändert beschlossen", "accepted"),
        ("keine Abstimmung", None),
        ("Aushang im Foyer", None),
    ],
)
def test_outcome_of(phrase: str, outcome: str | None) -> None:
    assert outcome_of(phrase) == outcome


NUMBERS = st.integers(0, 99)
PHRASES = (
    "Der Antrag wird mit {yes} gegen {no} Stimmen bei {abstain} Enthaltungen angenommen.",
    "Abstimmungsergebnis: {yes} Ja-Stimmen, {no} Nein-Stimmen, {abstain} Enthaltungen",
    "Abstimmungsergebnis:\nJa-Stimmen: {yes}\nNein-Stimmen: {no}\nEnthaltungen: {abstain}",
    "Ja: {yes}   Nein: {no}   Enthaltung: {abstain}",
    "Ja {yes} / Nein {no} / Enth. {abstain}",
    "{yes} Ja, {no} Nein, {abstain} Enthaltungen",
    "dafür: {yes}, dagegen: {no}, Enthaltungen: {abstain}",
    "Die Vorlage wird mit {yes} zu {no} Stimmen bei {abstain} Enthaltungen gutgeheissen.",
    "Abstimmungsergebnis: {yes} : {no} : {abstain}",
    "Ja | Nein | Enthaltung\n{yes} | {no} | {abstain}",
    "Der Beschluss wird gefasst (mit {yes} Ja-Stimmen gegen {no} Gegenstimmen bei {abstain} Stimmenthaltungen).",
    "Bei {yes} Ja-Stimmen, {no} Nein-Stimmen und {abstain} Enthaltungen mehrheitlich zugestimmt",
    "Für-Stimmen: {yes}\nGegenstimmen: {no}\nStimmenthaltungen: {abstain}",
)


@given(st.sampled_from(PHRASES), NUMBERS, NUMBERS, NUMBERS)
def test_numbers_come_back_as_printed(phrase: str, yes: int, no: int, abstain: int) -> None:
    found = find_votes(phrase.format(yes=yes, no=no, abstain=abstain))
    assert [vote.vote for vote in found] == [Vote(yes=yes, no=no, abstain=abstain)]


@given(st.sampled_from(sorted(WORDS)))
def test_number_words(word: str) -> None:
    value = number(word)
    assert 0 <= value <= 99
    assert [(count.role, count.value) for count in find_counts(f"bei {word} Enthaltungen")] == [("abstain", value)]


@given(st.text(alphabet="Ja Nein:12|☐☒\n()–.,einstimmig abgelehnt Der Antrag wird mit gegen Stimmen", max_size=300))
def test_any_text_is_read(text: str) -> None:
    for vote in find_votes(text):
        assert 0 <= vote.start < vote.end <= len(text)
        assert vote.result
