"""The benchmark's command line and tables. It runs long, so it is not run here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "bewertung.py"


@pytest.fixture(scope="module")
def bewertung() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bewertung", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bewertung"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    (tmp_path / "packs").mkdir()
    (tmp_path / "score.py").touch()
    return ["--daten", str(tmp_path), "--bewertung", str(tmp_path / "score.py")]


def test_its_arguments(bewertung: ModuleType, given: list[str]) -> None:
    plain = bewertung.arguments(given)
    assert (plain.stufe, plain.fragen, plain.ordner) == ("auszug", False, Path("benchmarks/ergebnisse"))
    full = bewertung.arguments([*given, "--stufe", "voll", "--fragen", "--pakete", "rat", "--ordner", "x"])
    assert (full.stufe, full.fragen, full.pakete, full.ordner) == ("voll", True, ["rat"], Path("x"))


@pytest.mark.parametrize(
    "wrong", [["--stufe", "halb"], ["--archivfragen"], ["--daten", "gibtsnicht"], ["--bewertung", "gibtsnicht.py"]]
)
def test_wrong_arguments_are_refused(
    bewertung: ModuleType, given: list[str], wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        bewertung.arguments([*given, *wrong])
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_pooled_shares_are_weighted_and_counts_added(bewertung: ModuleType) -> None:
    one = {"fact_recall": 1.0, "facts": 10, "quotes": 3}
    other = {"fact_recall": 0.5, "facts": 30, "quotes": 4}
    pooled = bewertung.pool([{"auszug": one}, {"auszug": other}, {"error": "nicht gelesen"}], "auszug")
    assert pooled == {"fact_recall": 0.625, "quotes": 7}


def test_a_table_is_markdown_with_german_numbers(bewertung: ModuleType) -> None:
    assert (
        bewertung.table(["a", "b"], [["x", 0.5], ["y", None]]) == "| a | b |\n| --- | --- |\n| x | 0,500 |\n| y | – |"
    )
