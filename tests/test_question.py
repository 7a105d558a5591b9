from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.writing.answers.conversation import Turn, complete
from ratsassistent.writing.answers.question import is_question, understand


@pytest.mark.parametrize(
    ("question", "kind", "unit"),
    [
        ("Was kostet die neue Turnhalle?", "amount", "euro"),
        ("Wie teuer wird das Feuerwehrhaus?", "amount", "euro"),
        ("Wie hoch ist der Zuschuss für den Musikverein?", "amount", "euro"),
        ("Bis zu welcher Summe bürgt die Gemeinde?", "amount", "euro"),
        ("Wie viel gibt der Kreis für die Brücke dazu?", "amount", "euro"),
        ("Wie viele Bäume werden gefällt?", "number", None),
        ("Wie hoch ist der Anteil der Ganztagskinder?", "number", "percent"),
        ("Wie hoch sind die neuen Bäume?", "number", "length"),
        ("Wie breit wird der Radweg?", "number", "length"),
        ("Wie groß ist das Grundstück am Bach?", "number", "area"),
        ("Wie lange dauert der Bau?", "duration", "time"),
        ("Wann wird die Brücke gesperrt?", "date", None),
        ("Bis wann gilt der Vertrag mit dem Bauhof?", "date", None),
        ("In welchem Jahr wurde die Kirche gekauft?", "date", None),
        ("Wer leitet die Musikschule?", "who", None),
        ("Welche Firma baut das Rathaus um?", "who", None),
        ("Wo entsteht der Spielplatz?", "where", None),
        ("An welcher Straße liegt die neue Halle?", "where", None),
        ("Ist der Kreis zuständig?", "yesno", None),
        ("Gibt es Einwände gegen den Bebauungsplan?", "yesno", None),
        ("Warum wird die Linde gefällt?", "why", None),
        ("Aus welchem Grund wurde vertagt?", "why", None),
        ("Wie ging die Abstimmung über die Hundesteuer aus?", "vote", None),
        ("Welche Standorte wurden geprüft und verworfen?", "list", None),
        ("Welche Krankheit haben die Kastanien?", "what", None),
    ],
)
def test_the_kind_of_a_question(question: str, kind: str, unit: str | None) -> None:
    made = understand(question)
    assert (made.kind, made.unit) == (kind, unit)


def test_two_things_asked_at_once() -> None:
    made = understand("Welche Firma baut die Halle, und was kostet das?")
    assert made.kinds == ("who", "amount")
    assert understand("Wer liefert die Stühle und zu welchem Preis?").kinds == ("who", "amount")


def test_its_words_are_those_that_say_what_it_is_about() -> None:
    made = understand("Wie viele Stimmen bekam 2023 der Antrag 2022/0815 zum Freibad in der Gemeinde?")
    assert set(made.words) >= {"Freibad", "Antrag"}
    assert not {"Wie", "viele", "bekam", "2023", "Gemeinde"} & set(made.words)
    assert made.years == (2023,)
    assert made.references == ("2022/0815",)
    assert made.numbers >= {"2023"}


def test_most_and_least() -> None:
    assert understand("Welcher Verein bekommt den höchsten Zuschuss?").extreme == "most"
    assert understand("In welchem Ortsteil ist die Quote am niedrigsten?").extreme == "least"
    assert understand("Wie viel darf es höchstens kosten?").extreme is None
    assert understand("Wie viele Plätze fehlen für die Kleinsten?").extreme is None
    assert understand("Wann tagt der Rat zum ersten Mal?").extreme is None


def test_a_school_year_is_no_paper() -> None:
    made = understand("Wie viele Kinder kamen 2021/22 in die Schule?")
    assert made.references == ()
    assert made.years == (2021,)


@pytest.mark.parametrize(
    "question",
    [
        "Wie haben sich die Kita-Gebühren seit 2019 entwickelt?",
        "Wie hat sich der Hebesatz in den letzten Jahren verändert?",
    ],
)
def test_a_development_is_asked_for(question: str) -> None:
    assert understand(question).over_time


@given(st.text(max_size=300))
def test_any_text_is_understood_somehow(text: str) -> None:
    made = understand(text)
    assert made.kind in ("amount", "number", "date", "duration", "who", "where", "yesno", "list", "why", "vote", "what")
    assert all(word in made.text for word in made.words)
    assert made == understand(text)


NOUNS = st.sampled_from(["Turnhalle", "Brücke", "Bücherei", "Kläranlage", "Feuerwache", "Ortsdurchfahrt"])
FRAMES = {
    "Was kostet die {}?": "amount",
    "Bis wann wird die {} gebaut?": "date",
    "Warum wird die {} geschlossen?": "why",
    "Wer hat die {} beantragt?": "who",
    "Wie viele Leute nutzen die {}?": "number",
    "Wird die {} verkauft?": "yesno",
}


@given(NOUNS, st.sampled_from(sorted(FRAMES)))
def test_what_it_is_about_does_not_change_the_kind(noun: str, frame: str) -> None:
    made = understand(frame.format(noun))
    assert made.kind == FRAMES[frame]
    assert noun in made.words
    assert not made.leans


# --- conversations

BEFORE = [Turn("Wann wird die Turnhalle der Lindenschule saniert?", (("ra:datei-1", 9),))]


@pytest.mark.parametrize(
    ("follow_up", "kind"),
    [("Und was kostet das?", "amount"), ("Bis wann?", "date"), ("Wer bezahlt das?", "who"), ("Und warum?", "why")],
)
def test_a_follow_up_keeps_its_kind_and_gets_the_subject(follow_up: str, kind: str) -> None:
    made = complete(follow_up, BEFORE)
    assert made.question.kind == kind
    assert {"Turnhalle", "Lindenschule"} <= set(made.question.words)
    assert "Turnhalle" in made.search
    assert made.near == {("ra:datei-1", 9)}
    assert made.question.text == follow_up


@pytest.mark.parametrize(
    "follow_up",
    ["Wer hat den Antrag dazu gestellt?", "Was hält die Fraktion der Grünen davon?", "Wie viele Kinder turnen dort?"],
)
def test_a_question_with_a_noun_of_its_own_may_point_back(follow_up: str) -> None:
    made = complete(follow_up, BEFORE)
    assert "Turnhalle" in made.search
    assert made.near == {("ra:datei-1", 9)}


@pytest.mark.parametrize(
    "alone",
    ["Was sagt die Verwaltung dazu, dass Bäume gefällt werden?", "Was kostet die Feuerwache, und wer zahlt dafür?",
     "Was sagt die Verwaltung im Ausschuss für Umwelt und Bauen zum Antrag dazu?"],
)  # fmt: skip
def test_what_is_meant_may_be_said_in_the_question_itself(alone: str) -> None:
    assert complete(alone, BEFORE).search == alone


def test_a_question_that_found_nothing_has_a_subject_and_the_pages_of_the_answer_before_it() -> None:
    nothing = Turn("Und wer bezahlt das? (Turnhalle Lindenschule)")
    made = complete("Und bis wann?", [*BEFORE, nothing])
    assert {"Turnhalle", "Lindenschule"} <= set(made.question.words)
    assert made.near == {("ra:datei-1", 9)}
    other = Turn("Was kostet das Stadion?")
    made = complete("Und bis wann?", [*BEFORE, other])
    assert "Stadion" in made.search
    assert "Turnhalle" not in made.search
    assert made.near == frozenset()
    bare = complete("Und bis wann?", [*BEFORE, Turn("Und das?")])
    assert "Turnhalle" in bare.search


def test_a_question_that_stands_by_itself_is_not_completed() -> None:
    made = complete("Was kostet die Feuerwache in Althausen?", BEFORE)
    assert "Turnhalle" not in made.question.words
    assert made.search == "Was kostet die Feuerwache in Althausen?"
    assert made.near == frozenset()


def test_the_same_is_asked_of_something_else() -> None:
    made = complete("Und für die Bücherei?", [Turn("Was kostet die Sanierung der Turnhalle?")])
    assert made.question.kind == "amount"
    assert "Bücherei" in made.question.words
    assert "Turnhalle" not in made.question.words


def test_without_a_question_before_nothing_is_added() -> None:
    assert complete("Und was kostet das?").search == "Und was kostet das?"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Was kostet die Turnhalle", True),
        ("Bis wann gilt der Vertrag", True),
        ("In welchem Ausschuss war das Thema", True),
        ("Gibt es Einwände", True),
        ("ist die Brücke sicher", True),
        ("und wie viel zahlt der Kreis", True),
        ("Ich möchte wissen, wer die Schule leitet", True),
        ("Nennen Sie die Standorte", True),
        ("Turnhalle?", True),
        ("Turnhalle", False),
        ("Was", False),
        ("Gebühren der Schwimmbäder", False),
        ("Straßen wie die Hauptstraße", False),
        ("In der Hauptstraße", False),
        ("Beschluss 2031/017", False),
        ("", False),
    ],
)
def test_a_question_is_told_from_a_few_words(text: str, asks: bool) -> None:
    assert is_question(text) is asks
