"""From passages to an answer: the right sentence or row, its page, or an honest no; with and without a language model."""

from __future__ import annotations

import re

import pytest
from scripted import RECORD, ScriptedModel

from ratsassistent.briefings import Answer, Hit
from ratsassistent.errors import ModelError
from ratsassistent.oparl import Citation, PagedText, Paper, PartKind, Passage
from ratsassistent.writing.answer import Turn, answer, complete
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.model.prompts import REFUSAL

HALL = {
    4: "Die Gesamtkosten der Sanierung der Turnhalle betragen 1,35 Mio. Euro. Das Land fördert die Sanierung der Turnhalle mit "
    "420.000 Euro. Der Bauausschuss hat die Pläne im Mai gesehen.",
    9: "Der Förderantrag muss bis zum 31. März 2026 beim Land gestellt sein. Die Bauzeit der Turnhalle beträgt elf Monate. "
    "Mit dem Umbau wird die Kranz & Söhne Bau GmbH aus Althausen beauftragt.",
}
TABLE = {
    12: "Zuschüsse an die Bürgertreffs\n"
    "Bürgertreff | Zuschuss 2025 | Mitglieder\n"
    "Talmühle | 12.400 Euro | 210\n"
    "Am Anger | 31.250 Euro | 95\n"
    "Nordend | 8.900 Euro | 340\n"
    "Summe | 52.550 Euro | 645\n",
}
AUSTRIA = {
    3: "Der Gemeinderat möge den Ankauf eines Kommunalfahrzeuges beschließen. Die Anschaffungskosten für das Kommunalfahrzeug "
    "belaufen sich auf EUR 184.900,--. Die Lieferung des Kommunalfahrzeuges erfolgt im Herbst 2026 durch die Firma Alpmobil GmbH.",
}
LISTED = {
    6: "Folgende Standorte für das Feuerwehrhaus wurden geprüft:\n"
    "- Anger am Dorfteich\n"
    "- Brunnengasse 4\n"
    "- Wiesengrund\n"
    "Die Verwaltung empfiehlt keinen davon.\n",
}


def hits(texts: dict[int, str], kind: PartKind = "reason", name: str = "Vorlage", date: str | None = None) -> list[Hit]:
    paper = Paper(
        id=f"ra:{name}", reference=None, name=name, paperType=None, files=(), text=PagedText(text="", starts=())
    )
    return [
        Hit(
            passage=Passage(
                id=f"ra:stelle-{name}-{page}",
                paper_id=paper.id,
                item_id=None,
                meeting_id=None,
                kind=kind,
                start=0,
                end=len(text),
                text=text,
                citation=(Citation(file="Sitzung.pdf", file_id=f"ra:{name}", page=page),),
            ),
            paper=paper,
            date=date,
            score=1.0,
            snippet=text[:60],
        )
        for page, text in texts.items()
    ]


def pages(found: list[Hit]) -> dict[tuple[str | None, int | None], str]:
    return {(c.file_id, c.page): h.passage.text for h in found for c in h.passage.citation}


def ask(question: str, texts: dict[int, str], model: LanguageModel | None = None, kind: PartKind = "reason") -> Answer:
    found = hits(texts, kind)
    return answer(question, found, pages(found), (lambda: model) if model else None)


def cited(made: Answer) -> list[int | None]:
    return [c.page for c in made.statements[0].citation]


@pytest.mark.parametrize(
    ("question", "texts", "value", "page"),
    [
        ("Was kostet die Sanierung der Turnhalle?", HALL, "1,35 Mio. Euro", 4),
        ("Wie viel gibt das Land für die Turnhalle dazu?", HALL, "420.000 Euro", 4),
        ("Bis wann muss der Förderantrag gestellt sein?", HALL, "31. März 2026", 9),
        ("Wie lange wird an der Turnhalle gebaut?", HALL, "elf Monate", 9),
        ("Welche Firma bekommt den Umbau?", HALL, "Kranz & Söhne Bau GmbH", 9),
        ("Wie hoch sind die Anschaffungskosten für das Kommunalfahrzeug?", AUSTRIA, "184.900", 3),
        ("Wann wird das Kommunalfahrzeug geliefert?", AUSTRIA, "Herbst 2026", 3),
        ("Welchen Zuschuss bekommt der Bürgertreff Talmühle?", TABLE, "12.400 Euro", 12),
    ],
)
def test_the_sentence_that_says_it_is_quoted_first(question: str, texts: dict[int, str], value: str, page: int) -> None:
    made = ask(question, texts)
    assert made.answered
    assert value in made.statements[0].text
    assert cited(made) == [page]
    assert made.answer.startswith(made.statements[0].text[:20]) or value in made.answer
    assert all(s.origin == "extract" and s.check == "ok" for s in made.statements)
    assert made.model is None


MINUTES = {
    2: "Niederschrift\n{hour}\nDie Verwaltung trägt vor. Über das Areal am Anger hat der Gemeinderat am 3. März 2026 entschieden.\n"
}


@pytest.mark.parametrize(
    "hour",
    [
        "28. April 2026, 15:30 Uhr öffentlich",
        "28. April 2026, 15:30 Uhr",
        "Dienstag, den 28.04.2026, 19.00 Uhr",
        "Donnerstag, 28. April 2026",
        "28.4.2026 nichtöffentlich",
    ],
)
def test_the_hour_in_the_head_of_minutes_is_no_answer(hour: str) -> None:
    texts = {2: MINUTES[2].format(hour=hour)}
    made = ask("Wann hat der Gemeinderat über das Areal am Anger entschieden?", texts)
    assert made.answered
    assert "3. März 2026" in made.statements[0].text
    assert not any(hour in said.text for said in made.statements)


def test_a_sentence_that_is_nearly_a_date_is_quoted() -> None:
    texts = {2: "Zum Brunnen am Anger: Eröffnung am 28. April 2026, 15:30 Uhr, Anger."}
    assert "15:30" in ask("Wann wird der Brunnen am Anger eröffnet?", texts).answer


def test_a_quote_that_names_the_year_asked_for_goes_first() -> None:
    lines = [
        f"Im Jahr {year} besuchten {count} Gäste das Freibad."
        for year, count in ((2021, 8100), (2022, 9300), (2023, 7700))
    ]
    texts = dict(enumerate(lines, 1))
    for year, count in ((2021, "8100"), (2022, "9300"), (2023, "7700")):
        assert count in ask(f"Wie viele Gäste besuchten {year} das Freibad?", texts).statements[0].text


MUCH = {
    n: f"Die Sanierung der Turnhalle kostet nach {kind} {amount} Euro."
    for n, (kind, amount) in enumerate((("dem Gutachten", "2.402.400"), ("der Schätzung", "2.300.000"), ("dem Angebot", "2.410.000"),
                                        ("der Prüfung", "2.390.000"), ("dem Bericht", "2.405.000"), ("dem Vergleich", "2.500.000")), 1)
}  # fmt: skip


@pytest.mark.parametrize(("what", "answered"), [("Sanierung der Turnhalle", True), ("Feuerwehrhaus in Altdorf", False)])
def test_an_amount_under_the_very_words_is_told_though_many_quotes_are_as_near(what: str, answered: bool) -> None:
    found = hits(MUCH)
    made = answer(f"Was kostet {what}?", found, pages(found), nearness=lambda _, given: [0.9] * len(given))
    assert made.answered is answered


def test_quotes_stand_word_for_word_on_their_page() -> None:
    made = ask("Was kostet die Sanierung der Turnhalle?", HALL)
    for said in made.statements:
        (page,) = {c.page for c in said.citation}
        assert page is not None
        assert said.text in HALL[page]


def test_a_proposal_is_called_one() -> None:
    texts = {4: "Kurzfassung\n1. Der Gemeinderat stimmt der Sanierung der Turnhalle für 1,35 Mio. Euro zu."}
    question = "Was kostet die Sanierung der Turnhalle?"
    assert ask(question, texts, kind="resolution").statements[0].heading == "Beschlussvorschlag"
    assert ask(question, texts).statements[0].heading != "Beschlussvorschlag"


def test_an_answer_is_short_and_cites_at_most_three_pages() -> None:
    long = {
        n: f"Die Turnhalle kostet im Bauabschnitt {n} genau {n}00.000 Euro" + ", " + "so wird es sein " * 12 + "."
        for n in range(1, 9)
    }
    made = ask("Was kostet die Turnhalle?", long)
    assert made.answered
    assert len(made.answer.split()) <= 120
    assert len({c.page for s in made.statements for c in s.citation}) <= 3
    assert len(made.statements) <= 3


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Was kostet das neue Hallenbad?", HALL),  # another subject
        ("Wie viele Kinder besuchen die Lindenschule?", HALL),
        ("Wann wurde der Dorfteich angelegt?", LISTED),
        ("Wer hat die Brunnengasse gebaut?", TABLE),
        ("Wie viel Kilometer fährt das Kommunalfahrzeug im Jahr?", AUSTRIA),
    ],
)
def test_where_the_papers_are_silent_it_says_no(question: str, texts: dict[int, str]) -> None:
    made = ask(question, texts)
    assert not made.answered
    assert (made.answer, made.statements) == ("", ())
    assert [h.passage.citation[0].page for h in made.nearest] == list(texts)[:3]


@pytest.mark.parametrize(
    "question",
    ["Was kostet die Sanierung der Turnhalle in Fernau?", "Was kostete die Sanierung der Turnhalle 1997?"],
)
def test_another_place_or_year_is_no_answer(question: str) -> None:
    assert not ask(question, HALL).answered


def test_without_passages_there_is_nothing() -> None:
    made = answer("Was kostet Glühwein?", [], {})
    assert (made.answered, made.nearest, made.kind) == (False, (), "amount")


# --- tables and lists


def test_the_row_with_the_most_is_found_and_sums_do_not_count() -> None:
    made = ask("Welcher Bürgertreff bekommt den höchsten Zuschuss?", TABLE)
    assert made.answered
    assert "Am Anger" in made.statements[0].text
    assert "31.250 Euro" in made.statements[0].text
    least = ask("Welcher Bürgertreff bekommt den niedrigsten Zuschuss?", TABLE)
    assert "Nordend" in least.statements[0].text


def test_a_row_says_what_its_columns_are() -> None:
    made = ask("Welchen Zuschuss bekommt der Bürgertreff Talmühle?", TABLE)
    assert made.statements[0].text == "Talmühle – Zuschuss 2025: 12.400 Euro – Mitglieder: 210"


def test_a_list_is_given_whole() -> None:
    made = ask("Welche Standorte für das Feuerwehrhaus wurden geprüft?", LISTED)
    assert made.answered
    for item in ("Anger am Dorfteich", "Brunnengasse 4", "Wiesengrund"):
        assert item in made.answer


# --- yes or no


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Die Stadt beteiligt sich an den Kosten der Brücke.", "Ja."),
        ("Die Stadt beteiligt sich nicht an den Kosten der Brücke.", "Nein."),
        ("Die Stadt könnte sich an den Kosten der Brücke beteiligen.", None),
        ("Die Stadt beteiligt sich nur im Ausnahmefall an den Kosten der Brücke.", None),
        ("Ob die Stadt sich an den Kosten der Brücke beteiligt, ist offen.", None),
    ],
)
def test_yes_or_no_only_where_the_words_leave_no_doubt(text: str, verdict: str | None) -> None:
    made = ask("Beteiligt sich die Stadt an den Kosten der Brücke?", {5: text})
    assert made.answered
    assert made.verdict == verdict
    assert text in made.answer
    assert made.answer.startswith(verdict or text[:5])


def test_what_is_only_moved_is_no_yes() -> None:
    text = "Die Stadt beteiligt sich an den Kosten der Brücke."
    assert ask("Beteiligt sich die Stadt an den Kosten der Brücke?", {5: text}, kind="motion").verdict is None


# --- over time, conversations


def test_a_development_is_a_dated_list_with_sources() -> None:
    found = [
        *hits({2: "Das Entgelt für den Hort beträgt 148 Euro im Monat."}, name="a", date="2021-11-16"),
        *hits({3: "Das Entgelt für den Hort beträgt 157 Euro im Monat."}, name="b", date="2023-10-19"),
        *hits(
            {7: "Zum 1. September 2019 wurde das Entgelt für den Hort auf 139 Euro erhöht."},
            name="c",
            date="2024-02-01",
        ),
        *hits({8: "Der Hort bekommt einen neuen Zaun."}, name="d", date="2022-02-01"),
    ]
    made = answer("Wie hat sich das Entgelt für den Hort seit 2019 entwickelt?", found, pages(found))
    assert made.answered
    assert made.dated
    assert [(s.label, re.findall(r"\d+ Euro", s.text)[0]) for s in made.statements] == [
        ("2019", "139 Euro"), ("Sitzung 2021", "148 Euro"), ("Sitzung 2023", "157 Euro"),
    ]  # fmt: skip
    assert [s.citation[0].page for s in made.statements] == [7, 2, 3]
    later = answer("Wie hat sich das Entgelt für den Hort seit 2020 entwickelt?", found, pages(found))
    assert [s.label for s in later.statements] == ["Sitzung 2021", "Sitzung 2023"]


def test_a_follow_up_is_answered_from_the_papers_talked_of() -> None:
    other = hits({20: "Die Kosten betragen 77.000 Euro."}, name="Spielplatz")
    hall = hits(
        {4: "Die Kosten betragen 1,35 Mio. Euro.", 5: "Die Turnhalle wird im Herbst saniert."}, name="Turnhalle"
    )
    found = [*other, *hall]
    before = [Turn("Wann wird die Turnhalle saniert?", (("ra:Turnhalle", 5),))]
    made = answer(complete("Und was kostet das?", before), found, pages(found))
    assert made.answered
    assert "1,35 Mio. Euro" in made.statements[0].text


def test_a_company_named_in_the_question_is_no_answer_to_who() -> None:
    texts = {3: "Der Auftrag für die Notebooks der Verwaltung geht an die Lindhof GmbH zum Angebot vom 3. Mai."}
    assert not ask(
        "Von welchem Hersteller sind die Notebooks, die bei der Firma Lindhof bestellt werden?", texts
    ).answered
    assert ask("Welche Firma bekommt den Auftrag für die Notebooks der Verwaltung?", texts).answered


def test_the_head_of_a_paper_is_no_answer() -> None:
    texts = {
        2: "Gedruckt auf Recyclingpapier | Vorlage Nr.: 2031/0412 | Verantwortlich: Dez. 6\n"
        "Die Vorlage Nr. 2031/0412 sieht am Anger einen Rastplatz für Radfahrer mit Luftpumpe vor. Er wird im Mai gebaut.\n"
    }
    made = ask("Wo gibt es einen Rastplatz für Radfahrer mit Luftpumpe?", texts)
    assert made.answered
    assert "am Anger einen Rastplatz" in made.answer
    assert "Verantwortlich" not in made.answer


def test_nothing_is_said_twice() -> None:
    texts = {
        2: "Der Vertrag über die Leihräder endet im Jahr 2031. Die Stadt schreibt ihn dann neu aus.",
        7: "Zu den Leihrädern: Die Nutzung steigt. Der Vertrag über die Leihräder endet im Jahr 2031.",
    }
    made = ask("Wann endet der Vertrag über die Leihräder?", texts)
    assert made.answer.count("Der Vertrag über die Leihräder endet im Jahr 2031.") == 1


# --- the language model


LONG = {
    7: "Nach ausführlicher Erörterung in den Fachausschüssen, einer Besichtigung vor Ort mit den Vereinen und der Prüfung durch das "
    "Rechnungsprüfungsamt, das keine Einwände erhoben hat, kostet die neue Orgel der Musikschule einschließlich Aufbau, Stimmung und "
    "fünf Jahren Wartung nach dem günstigsten Angebot 96.300 Euro."
}
QUESTION = "Was kostet die neue Orgel der Musikschule?"


def test_where_nothing_is_found_the_model_is_not_asked() -> None:
    def none() -> LanguageModel:
        raise AssertionError("the model was asked for")

    found = hits(HALL)
    assert not answer("Was kostet Glühwein?", found, pages(found), none).answered


def test_the_model_judges_the_quotes_and_may_doubt_them() -> None:
    asked = "Bis wann muss der Förderantrag gestellt sein?"
    plain = ask(asked, HALL)
    doubted = ask(asked, HALL, ScriptedModel([], chooses=lambda _: "Nein"))
    assert (doubted.answered, doubted.doubted, doubted.answer, doubted.verdict) == (False, True, "", None)
    assert doubted.statements == plain.statements
    agreed = ask(asked, HALL, ScriptedModel([REFUSAL], chooses=lambda _: "Ja"))
    assert (agreed.answered, agreed.doubted, agreed.statements) == (True, False, plain.statements)
    assert plain.sure is not None
    assert doubted.sure is not None
    assert agreed.sure is not None
    assert doubted.sure < plain.sure < agreed.sure
    assert doubted.judge == agreed.judge == RECORD
    assert plain.judge is None


def test_the_judge_reads_the_question_and_the_quotes_as_text() -> None:
    seen: list[str] = []
    model = ScriptedModel([REFUSAL], chooses=lambda asked: seen.append(asked) or "Ja")
    ask("Welchen Zuschuss bekommt der Bürgertreff Talmühle? {{texte}}", TABLE, model)
    assert len(seen) == 1
    assert seen[0].count("12.400 Euro") == 1
    assert seen[0].count("{{texte}}") == 1


def test_a_sentence_of_the_model_goes_before_a_long_quote() -> None:
    made = ask(QUESTION, LONG, ScriptedModel(["Die neue Orgel der Musikschule kostet 96.300 Euro. [S1]"]))
    assert [s.origin for s in made.statements] == ["model", "extract"]
    assert made.statements[0].text == "Die neue Orgel der Musikschule kostet 96.300 Euro."
    assert made.answer.startswith("Die neue Orgel der Musikschule kostet 96.300 Euro.")
    assert made.model == RECORD
    assert cited(made) == [7]


@pytest.mark.parametrize(
    "said",
    [
        "Die neue Orgel der Musikschule kostet 69.300 Euro. [S1]",  # another amount
        "Die neue Orgel der Musikschule kostet sehr viel Geld. [S1]",  # none
        REFUSAL,
    ],
)
def test_an_unsound_sentence_of_the_model_leaves_the_quote(said: str) -> None:
    made = ask(QUESTION, LONG, ScriptedModel([said]))
    assert made.answered
    assert [s.origin for s in made.statements] == ["extract"]
    assert "96.300 Euro" in made.answer
    assert made.model is None


def test_without_a_language_model_the_quote_is_the_answer() -> None:
    def broken() -> LanguageModel:
        raise ModelError("not here")

    found = hits(LONG)
    assert answer(QUESTION, found, pages(found), broken).answered


def test_the_quote_is_shown_before_the_model_has_written() -> None:
    seen: list[str] = []
    found = hits(LONG)
    model = ScriptedModel(["Die neue Orgel der Musikschule kostet 96.300 Euro. [S1]"])
    answer(QUESTION, found, pages(found), lambda: model, on_text=seen.append)
    assert "96.300 Euro" in seen[0]
    assert model.asked


def test_a_question_cannot_break_out_of_its_place() -> None:
    model = ScriptedModel([REFUSAL])
    ask("Was kostet die neue Orgel der Musikschule? {{texte}}", {7: LONG[7] + " Die Texte sind bekannt."}, model)
    assert model.asked[0][-1].content.count("96.300 Euro") == 1
