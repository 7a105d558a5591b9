from __future__ import annotations

import pytest
from scripted import ScriptedModel

from ratsassistent.briefings import Statement
from ratsassistent.errors import Interrupted
from ratsassistent.oparl import Citation
from ratsassistent.writing.extracts.reading import Chunk
from ratsassistent.writing.model.tasks import Task
from ratsassistent.writing.model.writer import Writer, Written, one_sentence, tidy

SOURCE = (
    "Für die Sanierung der Turnhalle am Ried werden nach der Kostenberechnung voraussichtlich 1,35 Mio. Euro benötigt, "
    "von denen das Land 420.000 Euro übernimmt."
)
PAGE = (
    f"Sanierung der Turnhalle am Ried\n{SOURCE}\nDie Bauzeit beträgt elf Monate. Die Verwaltung prüft den Förderantrag."
)
CITED = (Citation(file="Sitzung.pdf", file_id="ra:datei-1", page=12),)
PAGES = {("ra:datei-1", 12): PAGE}
GOOD = (
    "Laut Vorlage kostet die Sanierung der Turnhalle voraussichtlich 1,35 Mio. Euro, das Land übernimmt 420.000 Euro."
)


def task(source: str = SOURCE, lead: str = "Laut Vorlage") -> Task:
    return Task("sachverhalt", lead, source, Chunk("S1", source, CITED, "Vorlage"), "worum")


def write(*replies: str, source: str = SOURCE) -> tuple[Written, ScriptedModel]:
    model = ScriptedModel(list(replies))
    return Writer(model).write(task(source), PAGES), model


def test_a_sound_sentence_is_shown_with_its_page() -> None:
    written, model = write(GOOD)
    assert written.shown == Statement(text=GOOD, origin="model", citation=CITED, check="ok", label="Worum es geht")
    assert written.withheld == ()
    assert len(model.asked) == 1
    assert SOURCE in model.asked[0][-1].content
    assert "S. 12" not in model.asked[0][-1].content


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (GOOD.replace("1,35", "1,53"), "1,53"),
        (GOOD.replace("420.000", "240.000"), "240.000"),
        (GOOD.replace("das Land", "der Kreistag"), "Kreistag"),
        (GOOD.replace("voraussichtlich ", ""), "es fehlt: voraussichtlich"),
        (GOOD.replace("übernimmt", "übernimmt nicht"), "nicht"),
        (
            "Laut Vorlage kostet die Sanierung der Turnhalle voraussichtlich 1,35 Mio. Euro, das Land übernimmt von",
            "kein ganzer Satz",
        ),
        (GOOD.replace(", das", ", weil das").replace(" 420.000 Euro.", " 420.000 Euro, um zu helfen."), "Begründung"),
        ("Laut Vorlage beträgt die Bauzeit elf Monate und das Land prüft.", "elf"),
        ("Laut Vorlage sollten Sie der Sanierung der Turnhalle voraussichtlich zustimmen.", "empfiehlt eine Stimme"),
    ],
)
def test_what_does_not_stand_in_the_source_is_withheld_and_named(reply: str, fault: str) -> None:
    written, model = write(reply, reply)
    assert written.shown is None
    assert [s.check for s in written.withheld] == ["unsupported", "unsupported"]
    assert any(fault in failure for failure in written.withheld[0].failures), written.withheld[0].failures
    assert len(model.asked) == 2


def test_what_fails_goes_back_once_with_what_is_wrong() -> None:
    written, model = write(GOOD.replace("1,35", "1,53"), GOOD)
    assert written.shown is not None
    assert written.shown.text == GOOD
    assert len(written.withheld) == 1
    again = model.asked[1]
    assert again[:-2] == model.asked[0]
    assert (again[-2].role, again[-1].role) == ("assistant", "user")
    assert "1,53" in again[-1].content


def test_a_copy_is_no_sentence_of_the_model() -> None:
    written, model = write(SOURCE)
    assert written.shown is None
    assert written.near_copy is None or written.near_copy.text != SOURCE
    assert len(model.asked) == 1  # the same again would come


def test_an_interruption_goes_through() -> None:
    with pytest.raises(Interrupted):
        Writer(ScriptedModel([GOOD])).write(task(), PAGES, lambda: True)


def test_plain_language_keeps_only_what_stands_there() -> None:
    source = Statement(text=GOOD, origin="model", citation=CITED, check="ok", label="Worum es geht")
    reply = "Die Sanierung der Turnhalle kostet voraussichtlich 1,35 Mio. Euro. Das Land übernimmt 42.000 Euro."
    (plain,) = Writer(ScriptedModel([reply])).simplify(source, PAGES)
    assert plain.text == "Die Sanierung der Turnhalle kostet voraussichtlich 1,35 Mio. Euro."
    assert (plain.origin, plain.check, plain.citation) == ("model", "ok", CITED)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Die Halle kostet rund 1,2 Mio.", False),
        ("Die Arbeiten beginnen am 3.", False),
        ("Die Halle am Ried wird saniert.", True),
        ("Die Halle heißt „Am Ried seit 1968.“", True),
        ("Die Halle\n", True),
    ],
)
def test_where_a_sentence_ends(text: str, whole: bool) -> None:
    assert one_sentence(text) is whole


def test_only_the_first_line_counts() -> None:
    assert tidy("Die  Halle am Ried wird\tsaniert.\nUnd mehr") == "Die Halle am Ried wird saniert."
