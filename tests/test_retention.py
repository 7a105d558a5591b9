"""Questions and ended work go after their time, and nothing else does."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pytest
from conftest import settings_for

from ratsassistent import retention, workflow
from ratsassistent.errors import InputError
from ratsassistent.jobs import Jobs
from ratsassistent.settings import Settings, read_settings
from ratsassistent.workspace import Workspace

NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
SECRET = "Wassergrundstueck"


def answered(ws: Workspace, question: str, days_ago: float) -> str:
    """A question that was answered so long ago; returns the job's id."""
    jobs = Jobs(ws.nonpublic, clock=(NOW - dt.timedelta(days=days_ago)).timestamp)
    job = jobs.add("frage", question, {"question": question, "meeting": None, "before": None}, worker="test")
    assert jobs.finish(job.id, {"answer": question})
    return job.id


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temp"))
    return settings_for(tmp_path / "daten")


def test_old_answers_go_and_their_words_leave_the_disk(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        old, young = answered(ws, SECRET, 90.5), answered(ws, "Was kostet es?", 89.5)
        assert retention.tidy(ws, NOW) == 1
        assert [job.id for job in ws.jobs.all()] == [young]
        assert old != young
    held = b"".join(file.read_bytes() for file in settings.nonpublic_folder.glob("archiv.sqlite*"))
    assert SECRET.encode() not in held


def test_what_waits_or_rests_stays_however_old(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        jobs = Jobs(ws.nonpublic, clock=(NOW - dt.timedelta(days=400)).timestamp)
        waiting = jobs.add("briefing", "Rat", {"meeting": "ra:1"})
        resting = jobs.pause(jobs.add("briefing", "Ausschuss", {"meeting": "ra:2"}).id)
        stopped = jobs.cancel(jobs.add("briefing", "Beirat", {"meeting": "ra:3"}).id)
        assert retention.tidy(ws, NOW) == 1
        left = {job.id for job in ws.jobs.all()}
    assert left == {waiting.id, resting.id}
    assert stopped.id not in left


def test_without_a_limit_nothing_goes(settings: Settings) -> None:
    with workflow.workspace(settings) as ws:
        answered(ws, "Was kostet es?", 4000)
        ws.settings = Settings(settings.data_folder, settings.model_folders, question_days=0)
        assert retention.tidy(ws, NOW) == 0
        assert len(ws.jobs.all()) == 1


def test_copies_that_a_crash_left_behind_are_removed(settings: Settings, tmp_path: Path) -> None:
    old, young, other = (tmp_path / "temp" / name for name in ("ratsassistent-a", "ratsassistent-b", "fremd-c"))
    for folder in (old, young, other):
        folder.mkdir(parents=True)
        (folder / "vorlage.pdf").write_bytes(b"%PDF")
    past = time.time() - 3 * 24 * 3600
    for folder in (old, other):
        os.utime(folder, (past, past))
    with workflow.workspace(settings) as ws:
        retention.tidy(ws, NOW)
    assert [folder.exists() for folder in (old, young, other)] == [False, True, True]


def test_how_long_questions_are_kept_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RATSASSISTENT_FRAGEN_TAGE", raising=False)
    assert read_settings(tmp_path).question_days == 90
    (tmp_path / "einstellungen.toml").write_text("fragen_tage = 0\n")
    assert read_settings(tmp_path).question_days == 0
    monkeypatch.setenv("RATSASSISTENT_FRAGEN_TAGE", "14")
    assert read_settings(tmp_path).question_days == 14
    monkeypatch.setenv("RATSASSISTENT_FRAGEN_TAGE", "-1")
    with pytest.raises(InputError, match="nicht kleiner als 0"):
        read_settings(tmp_path)
