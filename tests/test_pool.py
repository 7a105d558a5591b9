"""A data folder that is kept open: nothing stale is shown, whoever changed it, and nothing of one part in the other."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import settings_for

from ratsassistent import deleting, held, memory, pool, public_part, sealing, swapping, workflow
from ratsassistent.archive import database, deletion
from ratsassistent.archive.searches_table import Searches
from ratsassistent.archive.store import Store
from ratsassistent.errors import NotFound, StorageError
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace


@pytest.fixture
def settings(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    made = settings_for(data)
    pool.begin(made)
    yield made
    pool.end(made)


def keep(ws: Workspace, words: str) -> None:
    Searches(ws.nonpublic).keep(words, {})


def the_only(ws: Workspace) -> str:
    (meeting,) = workflow.meetings(ws, with_papers=False)
    return meeting.id


def test_one_folder_is_opened_for_all_and_each_has_settings_of_their_own(settings: Settings) -> None:
    with workflow.workspace(settings) as one, workflow.workspace(replace(settings, person="eve", name="Eve")) as other:
        assert one.public is other.public
        assert one.nonpublic is other.nonpublic
        assert (one.jobs._person, other.jobs._person) == (None, "eve")
    with workflow.workspace(settings) as again:
        assert again.public is one.public
    with workflow.workspace(settings_for(settings.data_folder.parent / "andere")) as apart:
        assert apart.public is not one.public


def test_what_was_read_is_remembered_until_anybody_writes_anything(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        workflow.stored_briefing(ws, the_only(ws))  # writes what is not there yet
        first = workflow.stored_briefing(ws, the_only(ws))
        assert workflow.stored_briefing(ws, the_only(ws)) is first
        assert held.meeting(ws, the_only(ws)) is held.meeting(ws, the_only(ws))
        keep(ws, "Turnhalle")
        second = workflow.stored_briefing(ws, the_only(ws))
        assert second is not first
        assert second == first
        with pool.fresh(settings) as other:  # as another process
            keep(other, "Brücke")
        assert workflow.stored_briefing(ws, the_only(ws)) is not second


def test_what_another_program_deletes_corrects_or_says_shows_at_once(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        meeting = workflow.meeting(ws, the_only(ws))
        item = next(item for item in meeting.agendaItem if item.has_files and item.public)
        workflow.stored_briefing(ws, meeting.id)
        with pool.fresh(settings) as other:
            workflow.remark(other, meeting.id, item.id, "note", text="Das ist zu teuer.")
        brief = workflow.stored_briefing(ws, meeting.id)
        assert [r.text for i in brief.agendaItem for r in i.remarks] == ["Das ist zu teuer."]
        with pool.fresh(settings) as other:
            workflow.delete(other, meeting.id)
        assert workflow.meetings(ws) == []
        assert held.meeting(ws, meeting.id) is None
        with pytest.raises(NotFound):
            workflow.stored_briefing(ws, meeting.id)


def test_the_public_part_is_not_taken_from_what_is_remembered_of_the_whole(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        whole = workflow.meeting(ws, the_only(ws))
        workflow.stored_briefing(ws, whole.id)
        assert any(item.public is not True for item in whole.agendaItem)
        with public_part.alone(ws) as part:
            assert all(item.public for item in workflow.meeting(part, whole.id).agendaItem)
            assert all(item.public for item in workflow.stored_briefing(part, whole.id).agendaItem)
        assert workflow.meeting(ws, whole.id) == whole


def test_a_deletion_that_was_only_begun_is_ended_before_anything_is_shown(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        meeting = the_only(ws)
    with Store.open(settings.nonpublic_folder, public=False) as store:  # a program that was killed then
        deletion.begin(store, meeting)
    with workflow.workspace(settings) as ws:
        assert workflow.meetings(ws) == []
        assert not deletion.begun(ws.nonpublic)


def test_another_folder_in_its_place_is_opened_anew(settings: Settings, tmp_path: Path) -> None:
    with workflow.workspace(settings) as before:
        assert workflow.meetings(before)
    os.rename(settings.data_folder, tmp_path / "weg")
    with workflow.workspace(settings) as ws:
        assert ws.public is not before.public
        assert workflow.meetings(ws) == []
    shutil.rmtree(settings.data_folder)
    shutil.copytree(tmp_path / "weg", settings.data_folder)
    (settings.public_folder / database.DATABASE).unlink()
    with pytest.raises(StorageError), workflow.workspace(settings):
        pass


def test_a_restored_state_is_put_in_place_and_shown(settings: Settings, tmp_path: Path) -> None:
    empty = settings_for(tmp_path / "leer")
    with pool.fresh(empty):
        pass
    with workflow.workspace(settings) as ws:
        assert workflow.meetings(ws)
    shutil.copytree(empty.data_folder, settings.data_folder / "neu")
    swapping.commit(settings, settings.data_folder / "neu")
    with workflow.workspace(settings) as ws:
        assert workflow.meetings(ws) == []
    assert not (settings.data_folder / swapping.PLACE).exists()


def test_what_is_locked_is_let_go_of_and_not_shown(settings: Settings, quick_keys: None) -> None:
    def public() -> set[bool | None]:
        with workflow.workspace(settings) as ws:
            return {item.public for item in workflow.meeting(ws, the_only(ws)).agendaItem}

    assert public() == {True, False}
    pool.close_all()  # as the page does
    sealing.seal_up(settings, "Kirchturm Regen Fahrrad")
    assert public() == {True, False}
    with workflow.workspace(settings) as ws:
        kept = memory._memories[ws.public][1]
        workflow.stored_briefing(ws, the_only(ws))
    sealing.lock(settings)
    assert public() == {True}
    assert not kept._values
    sealing.unlock(settings, "Kirchturm Regen Fahrrad")
    assert public() == {True, False}


def test_on_call_all_is_let_go_of_at_once_and_what_is_in_use_when_it_is_given_back(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        workflow.stored_briefing(ws, the_only(ws))
        kept = memory._memories[ws.public][1]
        pool.close_all()
        assert not kept._values
        assert the_only(ws)  # whoever has it finishes
        with workflow.workspace(settings) as other:
            assert other.public is not ws.public
    assert ws.public not in memory._memories
    with workflow.workspace(settings) as ws:
        pass
    pool.close_all()
    assert ws.public not in memory._memories


def test_an_error_on_opening_is_said_each_time_and_keeps_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Workspace) -> None:
        raise StorageError("voll")

    with monkeypatch.context() as patch:
        patch.setattr(deleting, "finish", fails)
        with workflow.workspace(settings) as ws:  # a full disk keeps nobody from reading
            assert workflow.meetings(ws)
    pool.close_all()
    with monkeypatch.context() as patch:
        patch.setattr(pool, "opened", lambda _: fails(ws))
        for _ in range(2):
            with pytest.raises(StorageError, match="voll"), workflow.workspace(settings):
                pass
    with workflow.workspace(settings) as ws:
        assert workflow.meetings(ws)


# --- what is remembered


def test_what_changes_while_a_value_is_made_is_not_missed(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:

        def made() -> int:
            keep(ws, "mitten darin")
            return len(Searches(ws.nonpublic).all())

        assert memory.remembered(ws, "wert", made) == 1
        assert memory.remembered(ws, "wert", lambda: 2) == 2


def test_several_who_want_the_same_have_it_made_once_and_errors_are_not_kept(settings: Settings) -> None:
    begun, go_on, calls = threading.Event(), threading.Event(), []
    with workflow.workspace(settings) as ws:

        def slowly() -> str:
            calls.append(1)
            begun.set()
            go_on.wait()
            return "da"

        found: list[str] = []
        threads = [
            threading.Thread(target=lambda: found.append(memory.remembered(ws, "wert", slowly))) for _ in range(4)
        ]
        threads[0].start()
        begun.wait()
        for thread in threads[1:]:
            thread.start()
        go_on.set()
        for thread in threads:
            thread.join()
        assert (found, calls) == (["da"] * 4, [1])
        with pytest.raises(ZeroDivisionError):
            memory.remembered(ws, "fehler", lambda: 1 // 0)
        assert memory.remembered(ws, "fehler", lambda: 1) == 1


def test_memory_is_bounded_and_the_least_used_goes_first(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        kept = memory._memories[ws.public][1]
        heavy = memory.MOST // 3
        for name in "abc":
            memory.remembered(ws, name, lambda name=name: name, lambda _: heavy)
        memory.remembered(ws, "a", lambda: "anders")
        memory.remembered(ws, "d", lambda: "d", lambda _: heavy)
        assert [name for name in kept._values if name in "abcd"] == ["c", "a", "d"]
        memory.remembered(ws, "zu schwer", lambda: "e", lambda _: memory.MOST + 1)
        assert "zu schwer" not in kept._values
