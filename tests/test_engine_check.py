from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ratsassistent.errors import ModelError
from ratsassistent.machine import engine_check, hardware
from ratsassistent.machine.engine_check import ensure_engine_runs, explained

DIES = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGILL)"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_missing_instruction_is_a_sentence_and_is_tried_again(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ModelError, match=r"anderen Prozessor gebaut.*start\.py"):
            ensure_engine_runs(tmp_path, DIES)
    ensure_engine_runs(tmp_path, [sys.executable, "-c", ""])
    ensure_engine_runs(tmp_path, DIES)  # it has run here: nothing is tried any more


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_another_processor_or_another_library_is_tried_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_engine_runs(tmp_path, [sys.executable, "-c", ""])
    with monkeypatch.context() as other:
        other.setattr(hardware, "engine_library", lambda: "andere")
        with pytest.raises(ModelError):
            ensure_engine_runs(tmp_path, DIES)
    with monkeypatch.context() as other:
        other.setattr(hardware, "processor", lambda: hardware.Processor("Pentium III", 1, 1))
        with pytest.raises(ModelError, match="Pentium III"):
            ensure_engine_runs(tmp_path, DIES)


def test_the_engine_of_this_machine_runs(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", engine_check.CHECK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ensure_engine_runs(tmp_path)
    assert (tmp_path / "rechner.json").is_file()


def test_what_takes_too_long_or_cannot_be_started_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_engine_runs(tmp_path, [str(tmp_path / "gibtsnicht")])
    monkeypatch.setattr(engine_check, "PATIENCE", 0.05)
    ensure_engine_runs(tmp_path, [sys.executable, "-c", "import time; time.sleep(30)"])
    assert not (tmp_path / "rechner.json").exists()


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (-4, "", "nicht kennt"),
        (0xC000001D, "", "nicht kennt"),
        (0xC000001D - 2**32, "", "nicht kennt"),
        (-11, "", "stürzt"),
        (0xC0000005, "", "stürzt"),
        (-6, "", "stürzt"),
        (-9, "", "Arbeitsspeicher"),
        (1, "Traceback\n  File x\nImportError: libgomp.so.1 fehlt\n\n", "libgomp.so.1 fehlt"),
        (3, "", "Status 3"),
    ],
)
def test_each_end_has_its_sentence(status: int, said: str, expected: str) -> None:
    if status < 0 and not hasattr(signal, "SIGKILL"):
        pytest.skip("signals")
    sentence = explained(status, said, "AMD X2")
    assert expected in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_portable_folder_sends_nobody_to_start_py(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine_check.PORTABLE, "1")
    said = engine_check.explained(-4, "", "Alter Prozessor")
    assert "start.py" not in said
    assert "Auszüge und Suche gehen auch ohne" in said
