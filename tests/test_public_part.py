"""A file of the public part: nothing of what is not public is in it, not even a title; and what the page asks before it is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Run, refused
from harmless import words_of
from test_corrections import PAGE, SECRETS, held, in_process, taken_pack
from wallerfurt import only_meeting

from ratsassistent import corrections, public_part, workflow
from ratsassistent.briefings import Briefing
from ratsassistent.corrections import Place
from ratsassistent.errors import InputError
from ratsassistent.output import export, page_export
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.public_part import Shares
from ratsassistent.workflow import Workspace

__all__ = ["held", "in_process", "taken_pack"]  # fixtures
CLOSED_TITLE = "Grundstücksverkauf Gewerbegebiet Ost"


@pytest.fixture
def mixed(held: Workspace) -> Workspace:
    """A pack with a non-public item, a public item of which a page is hidden, and one of which nobody knows."""
    meeting = only_meeting(held)
    corrections.correct(held, meeting, Place(paper="BV/0012/2024", pages=(PAGE, PAGE)), public=False)
    return held


def texts(made: Briefing) -> Iterator[str]:
    for form in ("md", "json"):
        yield export.render(made, form).decode("utf-8")  # type: ignore[arg-type]


def test_nothing_that_is_not_public_is_in_the_public_part(mixed: Workspace) -> None:
    meeting = only_meeting(mixed)
    workflow.remark(mixed, meeting, "N 1", "note", text="Bieter war die Firma Zaunkönig.")
    whole, part = workflow.stored_briefing(mixed, meeting, linked=True), public_part.stored(mixed, meeting)
    closed = (CLOSED_TITLE, "N 1", "Zaunkönig", "Vergleichssumme", *SECRETS)
    assert all(words in text for words in (CLOSED_TITLE, "N 1", "Zaunkönig") for text in texts(whole))
    for text in texts(part):
        assert [words for words in closed if words in text] == []
        assert "Neubau der Feuerwache Nord" in text
    assert [item.public for item in part.agendaItem] == [True, True, True]
    assert (part.coverage.pages, whole.coverage.pages) == (
        5,
        8,
    )  # the page of the agenda names items that are not public
    markdown = export.render(part, "md").decode()
    assert "nur, was öffentlich ist" in markdown
    assert "2 Punkte öffentlich, 2 Punkte nichtöffentlich" in export.render(whole, "md").decode()
    assert export.file_name(part, "pdf").endswith("-oeffentlicher-Teil.pdf")


def test_what_is_not_known_to_be_public_is_not_in_it(mixed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items of unknown state lie in the other archive; where a whole meeting does, there is no public part."""
    assert public_part.shares(workflow.meeting(mixed, only_meeting(mixed))) == Shares(3, 1, 1)
    unknown = workflow.meeting(mixed, only_meeting(mixed))
    unknown = unknown.model_copy(
        update={"agendaItem": tuple(i.model_copy(update={"public": None}) for i in unknown.agendaItem)}
    )
    assert public_part.shares(unknown) == Shares(0, 4)
    monkeypatch.setattr(type(mixed.public), "meeting", lambda *_: None)
    with pytest.raises(InputError, match="nichts als öffentlich bekannt"):
        public_part.meeting_of(mixed, only_meeting(mixed))


def test_the_command_writes_the_public_part(mixed: Workspace, run: Run, tmp_path: Path) -> None:
    meeting, target = only_meeting(mixed), tmp_path / "teil.md"
    assert run("briefing", meeting, "--nur-oeffentlich", "-o", target).status == 0
    assert CLOSED_TITLE not in target.read_text("utf-8")
    assert "Feuerwache" in target.read_text("utf-8")
    assert refused(run("briefing", meeting, "--nur-oeffentlich", "--top", "N 1"))
    assert run("briefing", meeting, "--nur-oeffentlich", "--json").json["agendaItem"][0]["public"] is True


def test_the_page_asks_what_is_to_be_in_the_file_and_says_what_is_missing() -> None:
    words = words_of(page_export.choice(Shares(12, 5, 1), 5, 17))
    assert "Zu 5 von 17 Punkten fehlt noch die Zusammenfassung der KI." in words
    assert "Nur den öffentlichen Teil 12 Punkte" in words
    assert "In einem Punkt ist eine Unterlage nichtöffentlich; sie bleibt weg." in words
    assert "Alles, auch Nichtöffentliches 17 Punkte" in words
    assert "öffentlichen Teil" not in words_of(page_export.choice(Shares(12, 0), 0, 12))
    assert "fehlt" not in words_of(page_export.choice(Shares(12, 0), 0, 12))
    assert "bitte nicht weitergeben" in words_of(page_export.choice(Shares(0, 3), 3, 3)).casefold()


def test_the_files_of_the_page_say_which_part_they_hold(mixed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "render", lambda made, form: made.part.encode())
    actions, chosen = Actions(mixed.settings), Chosen(meeting=only_meeting(mixed))
    public, whole = (words_of(actions.downloads(chosen, part)) for part in ("public", "whole"))
    assert public.startswith("Nur der öffentliche Teil.")
    assert "nicht weitergeben" not in public
    assert whole.startswith("Alle Punkte, auch die nichtöffentlichen.")
    assert "nicht weitergeben" in whole
