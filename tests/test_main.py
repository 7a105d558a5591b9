"""The commands: exit statuses, one JSON object on standard output, one German sentence on standard error."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapes
from commands import Run, environment, is_one_sentence, program, refused
from conftest import rows
from scripted import ScriptedModel

from ratsassistent import workflow

MEETING = "2027-01-26"
EMPTY = "Wie viele Wohnungen der Stadt stehen leer?"
FEES = "Wie viel müssen Familien mit zwei Kindern künftig für die Ganztagsgruppe zahlen?"


# --- as a program


def test_the_program_takes_in_the_example_and_lists_it(tmp_path: Path) -> None:
    taken = program("--datenordner", tmp_path / "daten", "einlesen", "--beispiel", "--json")
    assert taken.status == 0
    assert taken.err == ""
    assert shapes.misfits(taken.json, shapes.INTAKE) == []
    assert taken.json["pages"]["total"] == 40
    held = program("sitzungen", "--json", RATSASSISTENT_DATENORDNER=str(tmp_path / "daten"))
    assert [m["id"] for m in held.json["meetings"]] == [m["id"] for m in taken.json["meetings"]]


def test_a_question_needs_no_model(data: Path) -> None:
    asked = program("--datenordner", data, "frage", EMPTY, "--json")
    assert asked.status == 0
    assert "14 Wohnungen" in asked.json["answer"]
    assert asked.json["model"] is None


def test_a_wrong_use_of_the_program_is_status_2_in_german() -> None:
    wrong = program("briefing", "--stufe", "alles")
    assert (wrong.status, wrong.out) == (2, "")
    assert "--hilfe" in wrong.err
    assert "Traceback" not in wrong.err


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that close do not raise there")
def test_a_reader_that_goes_away_is_no_error(data: Path) -> None:
    command = [sys.executable, "-m", "ratsassistent", "--datenordner", str(data), "briefing", MEETING, "--json"]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) in {0, 1}


# --- usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["gibtsnicht"],
        ["einlesen", "--unbekannt"],
        ["briefing", MEETING, "--stufe", "alles"],
        ["briefing", MEETING, "--format", "odt"],
        ["suche", "x", "--anzahl", "viele"],
        ["modelle"],
        ["modelle", "löschen"],
        ["auftraege", "löschen"],
        ["loeschen"],
    ],
)
def test_a_wrong_use_is_status_2(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Der Befehl ist so nicht verständlich")


@pytest.mark.parametrize("arguments", [["--help"], ["--hilfe"], ["einlesen", "-h"], ["--version"]])
def test_help_is_status_0(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.status == 0
    assert result.err == ""
    assert result.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["einlesen"],
        ["briefing"],
        ["briefing", MEETING, "--papier", "1"],
        ["frage"],
        ["frage", ""],
        ["suche"],
        ["auftraege", "anhalten"],
    ],
)
def test_what_lacks_something_is_status_2_in_one_sentence(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Bitte ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["frage", "  "],
        ["--modell", "gibtsnicht", "modelle", "liste"],
        ["modelle", "pruefen", "gibtsnicht"],
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(run: Run, arguments: list[str]) -> None:
    assert refused(run(*arguments))


# --- briefing


def test_briefing_as_json(run: Run, data: Path) -> None:
    for arguments in (["--json"], ["--format", "json"]):
        made = run("briefing", MEETING, *arguments)
        assert made.status == 0
        assert made.err == ""
        assert shapes.misfits(made.json, shapes.BRIEFING) == []
        assert made.json["model"] is None
        assert made.json["coverage"]["pages"] == 40
        assert {s["origin"] for i in made.json["agendaItem"] for s in i["statements"]} <= {"verbatim", "extract"}
        assert {s["check"] for i in made.json["agendaItem"] for s in i["statements"]} <= {"ok", "none"}
    given = [c for i in made.json["agendaItem"] for s in i["statements"] for c in s["citation"]]
    assert {c["file_id"] for c in given} == {None}
    ids = {i["id"]: i["number"] for i in run("sitzungen", "--json").json["meetings"][0]["agendaItem"]}
    assert {i["id"]: i["number"] for i in made.json["agendaItem"]} == ids


def test_briefing_as_markdown_into_a_file(run: Run, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "auswertung.md"
    made = run("briefing", MEETING, "--format", "md", "-o", target)
    assert (made.status, made.out) == (0, "")
    text = target.read_text(encoding="utf-8")
    assert text == run("briefing", MEETING).out
    assert text.count("\n## TOP ") == 10
    assert text.count("Nichtöffentlich") >= 2
    assert "40 von 40 Seiten gelesen." in text
    assert re.search(r"\(S\. 3\)", text)
    both = run("briefing", MEETING, "--json", "-o", tmp_path / "auswertung.json")
    assert both.json == json.loads((tmp_path / "auswertung.json").read_text(encoding="utf-8"))


def test_a_file_that_cannot_be_written_is_one_sentence(run: Run, data: Path, tmp_path: Path) -> None:
    assert refused(run("briefing", MEETING, "-o", tmp_path / "gibtsnicht" / "a.md"))
    assert refused(run("briefing", MEETING, "-o", tmp_path))


def test_one_item_by_number_or_id_and_what_is_ambiguous(run: Run, data: Path) -> None:
    (item,) = run("briefing", MEETING, "--top", "Ö 2", "--json").json["agendaItem"]
    assert [i["id"] for i in run("briefing", MEETING, "--top", item["id"], "--json").json["agendaItem"]] == [item["id"]]
    twice = run("briefing", MEETING, "--top", "1", "--json")
    assert (twice.status, twice.out) == (1, "")
    first, *choices = twice.err.strip().splitlines()
    assert is_one_sentence(first.removesuffix(":") + ".")
    assert [c.split()[0].startswith("ra:top-") for c in choices] == [True, True]
    for choice in choices:
        assert run("briefing", MEETING, "--top", choice.split()[0], "--json").status == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["briefing", "Bad Nirgendwo"],
        ["briefing", MEETING, "--top", "99"],
        ["briefing", "--papier", "BV 9999/999"],
        ["frage", "Was?", "--sitzung", "Bad Nirgendwo"],
        ["suche", "Turnhalle", "--sitzung", "Bad Nirgendwo"],
        ["loeschen", "Bad Nirgendwo"],
        ["freigeben", "BV 2027/003"],
        ["auftraege", "abbrechen", "ra:auftrag-0"],
        ["auftraege", "anhalten", "ra:auftrag-0"],
        ["auftraege", "fortsetzen", "ra:auftrag-0"],
    ],
)
def test_what_is_not_there_is_one_sentence_and_changes_nothing(run: Run, data: Path, arguments: list[str]) -> None:
    before = rows(data)
    assert refused(run(*arguments))
    assert refused(run(*arguments, "--json"))
    assert rows(data) == before


def test_voll_names_the_model_and_marks_its_sentences(run: Run, data: Path, model: ScriptedModel) -> None:
    made = run("briefing", MEETING, "--stufe", "voll", "--top", "Ö 2", "--json").json
    assert shapes.misfits(made, shapes.BRIEFING) == []
    assert made["level"] == "voll"
    assert model.asked
    asked = len(model.asked)
    plain = run("briefing", MEETING, "--einfach", "--top", "Ö 2", "--json").json
    assert plain["agendaItem"][0]["plain_language"] is not None
    assert len(model.asked) == asked + sum(s["origin"] == "model" for s in plain["agendaItem"][0]["statements"])


def test_voll_without_a_model_is_one_sentence(run: Run, data: Path) -> None:
    result = run("briefing", MEETING, "--stufe", "voll")
    assert refused(result)
    assert "modelle laden" in result.err
    assert run("briefing", MEETING).status == 0


# --- questions and search


def test_frage(run: Run, data: Path) -> None:
    made = run("frage", EMPTY, "--json")
    assert (made.status, made.err) == (0, "")
    assert shapes.misfits(made.json, shapes.ANSWER) == []
    assert made.json["answered"] is True
    assert made.json["kind"] == "number"
    assert made.json["nearest"] == []
    assert "14 Wohnungen" in made.json["answer"]
    assert {c["page"] for s in made.json["statements"] for c in s["citation"]} == {34}
    plain = run("frage", EMPTY, "--sitzung", MEETING)
    assert re.search(r"^Im Wortlaut: .*14 Wohnungen.*\(S\. 34\)", plain.out, re.MULTILINE)


def test_frage_to_one_item(run: Run, data: Path) -> None:
    made = run("frage", EMPTY, "--sitzung", MEETING, "--top", "Ö 2", "--json")
    assert made.status == 0
    assert made.json["pages_total"] < 40
    assert run("frage", EMPTY, "--top", "Ö 2").status == 2


def test_a_sentence_of_the_model_is_marked(run: Run, data: Path, model: ScriptedModel) -> None:
    made = run("frage", FEES, "--json").json
    assert made["answered"] is True
    assert model.asked
    asked = len(model.asked)
    assert run("frage", FEES, "--ohne-modell", "--json").json["model"] is None
    assert len(model.asked) == asked


def test_frage_that_the_papers_do_not_answer(run: Run, data: Path) -> None:
    made = run("frage", "Wie hoch ist der Hebesatz der Grundsteuer B?", "--json")
    assert made.status == 0
    assert made.json["answered"] is False
    assert made.json["answer"] == ""
    assert shapes.misfits({"hits": made.json["nearest"], "seconds": 0.1}, shapes.HITS) == []
    plain = run("frage", "Wie hoch ist der Hebesatz der Grundsteuer B?")
    assert plain.out.startswith("In den gelesenen Unterlagen nicht gefunden (40 von 40 Seiten gelesen).\n")
    assert "Könnte damit zu tun haben:" in plain.out


def stack(path: Path, *entries: dict[str, Any]) -> Path:
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    return path


def test_a_stack_of_questions_is_one_line_each_with_its_id(
    run: Run, data: Path, tmp_path: Path, model: ScriptedModel
) -> None:
    meeting = run("sitzungen", "--json").json["meetings"][0]["id"]
    file = stack(
        tmp_path / "fragen.jsonl",
        {"id": "a", "question": EMPTY, "meeting": meeting, "conversation": "k"},
        {"id": "b", "question": "Wie hoch ist der Hebesatz?"},
        {"id": 3, "question": EMPTY, "meeting": None},
        {"id": 4, "question": "Und wer ist dort zuständig?", "conversation": "k"},
    )
    made = run("frage", "--stapel", file)
    assert made.status == 0
    assert [(line["id"], line["answered"]) for line in made.lines][:3] == [("a", True), ("b", False), (3, True)]
    assert "Wohnungen" in made.lines[3]["asked"]
    assert all(shapes.misfits(line, shapes.ANSWER) == [] for line in made.lines)
    assert [line["id"] for line in run("frage", "--stapel", file, "--json").lines] == ["a", "b", 3, 4]


def test_suche(run: Run, data: Path) -> None:
    made = run("suche", "Bustransfer", "--json")
    assert shapes.misfits(made.json, shapes.HITS) == []
    assert made.json["hits"][0]["page"] in {5, 7}
    assert made.json["hits"][0]["date"].startswith(MEETING)
    assert made.json["hits"][0]["paper"]["reference"] == "BV 2027/003"
    assert "pdf, S. 5: " in run("suche", "Bustransfer Schulwoche").out
    assert len(run("suche", "Verwaltung", "--anzahl", 2, "--json").json["hits"]) == 2
    assert run("suche", "Bustransfer", "--bis", "2026-12-31", "--json").json["hits"] == []
    assert run("suche", "Bustransfer", "--gremium", "Ortsbeirat", "--json").json["hits"] == []
    nothing = run("suche", "Xylophonquark")
    assert (nothing.status, nothing.out.strip()) == (0, "Nichts gefunden.")


def test_a_stack_of_searches_is_one_line_each_with_its_id(run: Run, data: Path, tmp_path: Path) -> None:
    meeting = run("sitzungen", "--json").json["meetings"][0]["id"]
    file = stack(
        tmp_path / "suchen.jsonl",
        {"id": "a", "query": "Bustransfer", "meeting": meeting},
        {"id": "b", "query": "Xylophonquark"},
    )
    made = run("suche", "--stapel", file)
    assert [(line["id"], bool(line["hits"])) for line in made.lines] == [("a", True), ("b", False)]
    assert all(shapes.misfits(line, shapes.HITS) == [] for line in made.lines)


@pytest.mark.parametrize("command", ["frage", "suche"])
@pytest.mark.parametrize("content", [b"kein JSON\n", b"[1, 2]\n", b"\xff\xfe\x00", None])
def test_a_stack_that_is_none_is_one_sentence(
    run: Run, data: Path, tmp_path: Path, command: str, content: bytes | None
) -> None:
    file = tmp_path / "stapel.jsonl"
    if content is not None:
        file.write_bytes(content)
    assert refused(run(command, "--stapel", file))
    assert refused(run(command, "--stapel", tmp_path))


@pytest.mark.parametrize("day", ["2027-01-26", "26.01.2027", "26.1.2027"])
def test_days_are_given_as_people_write_them(run: Run, data: Path, day: str) -> None:
    assert run("suche", "Bustransfer", "--von", day, "--bis", day, "--json").json["hits"]
    assert run("suche", "Bustransfer", "--von", "27.01.2027", "--json").json["hits"] == []
    assert run("suche", "Bustransfer", "--bis", "25.01.2027", "--json").json["hits"] == []


@pytest.mark.parametrize(
    "wrong", [["--von", "gestern"], ["--bis", "31.02.2026"], ["--bis", ""], ["--anzahl", "0"], ["--anzahl", "-3"]]
)
def test_a_filter_that_is_none_is_status_2(run: Run, data: Path, wrong: list[str]) -> None:
    result = run("suche", "Turnhalle", *wrong)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Der Befehl ist so nicht verständlich")


# --- the rest


def test_sitzungen(run: Run, data: Path) -> None:
    made = run("sitzungen", "--json")
    assert [shapes.misfits(m, shapes.MEETING) for m in made.json["meetings"]] == [[]]
    assert made.json["loose_papers"] == []
    assert MEETING in run("sitzungen").out


def test_sitzungen_of_nothing(run: Run) -> None:
    made = run("sitzungen")
    assert (made.status, made.out) == (0, "")
    assert "--beispiel" in made.err


def test_loeschen(run: Run, data: Path) -> None:
    meeting = run("sitzungen", "--json").json["meetings"][0]["id"]
    assert run("loeschen", meeting, "--json").json == {"deleted": meeting, "backups": []}
    assert run("sitzungen", "--json").json["meetings"] == []
    assert list(data.rglob("*.pdf")) == []


def test_auftraege(run: Run, data: Path, ws: workflow.Workspace) -> None:
    assert run("auftraege", "--json").json == {"jobs": []}
    assert run("auftraege").status == 0
    job = workflow.order_briefing(ws, MEETING)
    question = workflow.order_question(ws, "Was kostet die Turnhalle?")
    listed = run("auftraege", "--json").json
    assert shapes.misfits(listed, shapes.JOBS) == []
    assert {j["id"] for j in listed["jobs"]} == {job.id, question.id}
    states = []
    for what in ("anhalten", "fortsetzen", "abbrechen"):
        assert run("auftraege", what, job.id).status == 0
        states.append(ws.jobs.get(job.id).state)
    assert states == ["pausiert", "wartet", "abgebrochen"]


def test_modelle_liste(run: Run, tmp_path: Path) -> None:
    made = run("modelle", "liste", "--json")
    assert shapes.misfits(made.json, shapes.MODELS) == []
    assert sum(m["chosen"] for m in made.json["models"]) == 1
    assert {m["state"] for m in made.json["models"]} == {"fehlt"}
    assert len([m for m in made.json["models"] if "de" in m["languages"]]) >= 3
    chosen = run("--modell", made.json["models"][-1]["key"], "modelle", "liste", "--json").json
    assert [m["chosen"] for m in chosen["models"]][-1] is True
    assert "eingestellt" in run("modelle", "liste").out


@pytest.mark.parametrize("what", ["pruefen", "messen"])
def test_a_model_that_is_not_there_is_one_sentence(run: Run, what: str) -> None:
    assert refused(run("modelle", what))


def test_a_model_from_a_stick_that_has_none_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    result = run("modelle", "laden", "--von", tmp_path / "stick")
    assert (result.status, result.out) == (1, "")
    assert is_one_sentence(result.err.strip().splitlines()[-1])


def test_settings_that_cannot_be_read_are_one_sentence(run: Run, data: Path) -> None:
    (data / "einstellungen.toml").write_text("port = achtzig")
    assert refused(run("sitzungen"))
    (data / "einstellungen.toml").write_text('port = "achtzig"')
    assert refused(run("sitzungen"))


def test_a_data_folder_that_cannot_be_used_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "daten").write_text("eine Datei, kein Ordner")
    assert refused(run("sitzungen"))


def test_a_damaged_archive_is_one_sentence(run: Run, data: Path) -> None:
    for file in data.rglob("*.sqlite"):
        file.write_bytes(b"kein SQLite " * 500)
    for arguments in (["sitzungen"], ["einlesen", "--beispiel"], ["suche", "x"]):
        assert refused(run(*arguments))


def test_an_own_prompt_that_lacks_a_place_is_one_sentence(run: Run, data: Path, model: ScriptedModel) -> None:
    (data / "prompts").mkdir()
    (data / "prompts" / "frage.md").write_text("# Auftrag\n{{frage}}\n", encoding="utf-8")
    assert refused(run("frage", FEES))
