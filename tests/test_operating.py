"""Running it in a town hall: health, numbers, events without content, files for the system, and that the page of instructions is true."""

from __future__ import annotations

import json
import logging
import plistlib
import re
import shlex
import shutil
import subprocess
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pdfs
import pytest
from asked import Echo, Reply, ask
from commands import Run

import ratsassistent
from ratsassistent import __main__, event_log, worker
from ratsassistent.archive import database
from ratsassistent.operating import access, health, writing
from ratsassistent.output.page_door import Door
from ratsassistent.output.page_guard import Guard
from ratsassistent.output.page_operating import Operating
from ratsassistent.settings import Settings
from ratsassistent.workspace import workspace

ROOT = Path(ratsassistent.__file__).parent.parent
HERE = Door()
BEHIND = Door(names=frozenset({"rat.example", "10.0.0.2"}), secure=True, proxy="10.0.0.9", bound="10.0.0.2")
# Words that stand nowhere but in this pack: in a name, a text, a question, a note, the name of a file.
RARE = ("Quixelberg", "Zwurbelsteg", "Knörzelhof", "Vlimmerbach", "Drömmelwicht")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path / "modelle",), threads=2)


def page(settings: Settings, door: Door = HERE, *, only_here: bool = True) -> Operating:
    return Operating(Guard(Echo(), door), settings, door, only_here=only_here)


# --- who may ask for what


def test_on_this_computer_whoever_the_page_is_for_may_ask(settings: Settings) -> None:
    app = page(settings)
    assert [ask(app, path).status for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]
    assert ask(app, "/metrics", "POST").status == 405
    assert ask(app, "/metrics", "HEAD").body == b""
    for path in ("/healthz", "/metrics"):  # another page in the same browser, and a name that leads here
        assert ask(app, path, host="boese.example").status == 403
        assert ask(app, path, origin="http://boese.example").status == 403
    assert ask(app, "/metrics", client=("10.0.0.5", 4000)).status == 401
    neighbour = page(settings, replace(HERE, is_neighbour=lambda _host, _port: True))
    assert [ask(neighbour, path).status for path in ("/healthz", "/readyz", "/metrics", "/")] == [200, 401, 401, 403]
    key = access.make(settings)
    assert ask(neighbour, "/metrics", authorization=f"Bearer {key}").status == 200


def test_where_it_is_offered_to_others_numbers_need_the_key(settings: Settings) -> None:
    app = page(settings, BEHIND, only_here=False)
    through: dict[str, Any] = {"client": ("10.0.0.9", 5000), "host": "rat.example", "x_forwarded_for": "10.3.3.3"}
    itself: dict[str, Any] = {"client": ("127.0.0.1", 5000), "host": "127.0.0.1:7860"}
    own: dict[str, Any] = {"client": ("10.0.0.2", 5000), "host": "10.0.0.2:7860"}
    for way in (through, itself, own):
        assert [ask(app, path, **way).status for path in ("/healthz", "/readyz", "/metrics")] == [200, 401, 401]
    assert ask(app, "/healthz", client=("10.0.0.7", 1), host="rat.example").status == 403  # past the proxy
    assert ask(app, "/", **itself).status == 403
    key = access.make(settings)
    for wrong in ("", key, f"Basic {key}", "Bearer ", f"Bearer {key}x", "Bearer ä"):
        assert ask(app, "/metrics", authorization=wrong, **itself).status == 401
    assert ask(app, "/metrics", authorization=f"Bearer {key}", **through).status == 200
    assert key not in "".join(p.read_text("utf-8", "replace") for p in settings.data_folder.rglob("betrieb*"))
    newer = access.make(settings)
    assert ask(app, "/metrics", authorization=f"Bearer {key}", **itself).status == 401
    assert access.forget(settings)
    assert ask(app, "/metrics", authorization=f"Bearer {newer}", **itself).status == 401


# --- what is said


def numbers(reply: Reply) -> dict[str, float]:
    found = re.findall(r"(?m)^(ratsassistent_\S+?) (\S+)$", reply.text)
    return {name: float(value) for name, value in found}


def test_numbers_say_how_much_and_never_what(settings: Settings, run: Run, tmp_path: Path) -> None:
    pack = pdfs.write(tmp_path / "Quixelberg.pdf", [pdfs.AGENDA, pdfs.FIRE_1, pdfs.FIRE_2])
    with workspace(settings) as ws:
        from ratsassistent import workflow

        workflow.take_in(ws, [pack])
        jobs = ws.jobs
        jobs.add("frage", "Was kostet der Zwurbelsteg?", {"question": "Was kostet der Zwurbelsteg?"})
        assert jobs.fail(
            jobs.add("briefing", "Sitzung am Vlimmerbach", {"meeting": "x"}, worker="hier").id, "Kein Platz."
        )
    app = page(settings)
    for path in ("/", "/assets/a.js", "/gibt-es-nicht", "/gradio_api/queue/data?session_hash=a"):
        ask(app, path)
    found = ask(app, "/metrics")
    told = numbers(found)
    assert told['ratsassistent_jobs{kind="question",state="waiting"}'] == 1
    assert told['ratsassistent_jobs{kind="briefing",state="failed"}'] == 1
    pages = {part: told[f'ratsassistent_held{{part="{part}",what="pages"}}'] for part in ("public", "nonpublic")}
    assert pages["public"] + pages["nonpublic"] >= 3
    assert told['ratsassistent_store_info{kind="sqlite"}'] == 1
    assert told["ratsassistent_locked"] == 0
    assert told["ratsassistent_worker_running"] == 0
    assert told["ratsassistent_backup_last_timestamp_seconds"] == 0
    assert told["ratsassistent_disk_free_bytes"] > 0
    assert told['ratsassistent_http_requests_total{kind="page",status="2xx"}'] == 1
    assert told['ratsassistent_http_requests_total{kind="other",status="4xx"}'] == 1
    assert told['ratsassistent_http_requests_total{kind="stream",status="2xx"}'] == 1
    assert 'ratsassistent_http_seconds_count{kind="stream"}' not in told
    for word in (*RARE, "Feuerwehr", str(tmp_path), "gibt-es-nicht"):
        assert word not in found.text


def test_what_is_wrong_is_seen_from_outside(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with workspace(settings):
        pass
    app = page(settings)
    assert ask(app, "/readyz").status == 200
    monkeypatch.setattr(health, "free", lambda _settings: 1000)
    full = ask(app, "/readyz")
    assert (full.status, json.loads(full.text)["disk"]) == (503, "full")
    monkeypatch.undo()
    (settings.public_folder / database.DATABASE).write_bytes(b"kein Archiv" * 1000)
    for left in settings.public_folder.glob(f"{database.DATABASE}-*"):
        left.unlink()
    broken = ask(app, "/readyz")
    assert (broken.status, json.loads(broken.text)["archive"]) == (503, "StorageError")
    assert ask(app, "/healthz").status == 200
    told = ask(app, "/metrics")
    assert told.status == 200
    assert "ratsassistent_disk_free_bytes" in told.text


def test_the_command_says_the_same(run: Run) -> None:
    done = run("betrieb", "--json")
    assert (done.status, done.json["ready"], done.json["archive"]) == (0, True, "ok")
    assert "lesbar" in run("betrieb").out
    key = run("betrieb", "schluessel", "--json").json["key"]
    assert len(key) > 40
    assert run("betrieb", "schluessel", "--aus").status == 0
    assert run("betrieb", "gesund", "--adresse", "http://127.0.0.1:9").status == 1


# --- events


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "protokoll"
    monkeypatch.setenv(event_log.VARIABLE, str(folder))
    yield folder
    event_log.end()


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_no_word_of_any_paper_question_or_name_is_in_the_log(
    run: Run, log: Path, tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "Quixelberg"
    folder.mkdir()
    agenda = [line.replace("Gemeinderat", "Gemeinderat Quixelberg") for line in pdfs.AGENDA]
    pdfs.write(folder / "Drömmelwicht.pdf", [agenda, [*pdfs.FIRE_1, "Am Zwurbelsteg wohnt Familie Knörzelhof."]])
    (folder / "Vlimmerbach.pdf").write_bytes(b"%PDF- kaputt")
    assert run("einlesen", str(folder)).status == 0
    run("suche", "Zwurbelsteg")
    run("frage", "Wer wohnt am Zwurbelsteg?", "--ohne-modell")
    run("loeschen", "Vlimmerbach")  # which there is not: an error that quotes it
    run("briefing", "Quixelberg")

    def breaks(_job: Any, _progress: Any) -> Any:
        raise ValueError("Familie Knörzelhof, Am Zwurbelsteg 3")

    with workspace(settings) as ws:
        event_log.begin("arbeiten")
        ws.jobs.add("frage", "Wer wohnt am Zwurbelsteg?", {"question": "Wer wohnt am Zwurbelsteg?"})
        assert worker.run_worker(ws.jobs, {"frage": breaks}, once=True) == 1
    logging.getLogger("fremd").error("in %s", "Quixelberg")
    logging.getLogger("ratsassistent.fremd").warning(f"Datei {'Drömmelwicht'}.pdf")
    warnings.warn("Vlimmerbach", stacklevel=1)
    thread = threading.Thread(target=breaks, args=(None, None))
    thread.start()
    thread.join()
    ask(page(settings), "/Zwurbelsteg?Familie=Knörzelhof")
    event_log.note("question", kind="Wer wohnt am Zwurbelsteg?", Zwurbelsteg=1, files=2)
    found = lines(log)
    written = b"".join(file.read_bytes() for file in log.iterdir())
    for word in RARE:
        assert word.encode() not in written, word
        assert json.dumps(word)[1:-1].encode() not in written, word
    events = {(one["event"], one.get("error")) for one in found}
    assert {("take_in", None), ("job", "ValueError"), ("crash", "ValueError"), ("request", None)} <= events
    (taken,) = [one for one in found if one["event"] == "take_in"]
    assert (taken["pages"], taken["skipped"]) == (2, 1)
    assert taken["seconds"] >= 0
    (crash,) = [one for one in found if one["event"] == "crash"]
    assert crash["places"][-1].startswith("test_operating.py:")
    assert {one["module"] for one in found if one["event"] == "message"} >= {
        "fremd",
        "py.warnings",
        "ratsassistent.worker",
    }


def test_without_being_asked_for_there_is_no_log(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(event_log.VARIABLE, raising=False)
    run("sitzungen")
    assert not event_log.is_on()
    assert not list(tmp_path.rglob("*.jsonl"))


def test_the_log_is_kept_to_a_size(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "MOST_BYTES", 2000)
    event_log.begin("starten")
    for number in range(200):
        event_log.note("request", kind="page", status=200, seconds=number)
    files = list(log.iterdir())
    assert len(files) == event_log.KEPT + 1
    assert all(file.stat().st_size <= 2000 for file in files)


# --- files for the system


def test_units_are_filled_in_and_systemd_takes_them(tmp_path: Path) -> None:
    odd = Settings(data_folder=tmp_path / "Daten 100%", model_folders=(tmp_path / "m",))
    program = tmp_path / "mit Leerzeichen" / "ratsassistent"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    made = writing.systemd(
        odd, ["--fuer-andere", "rat.example", "--hinter-proxy", "127.0.0.1"], program=[str(program)], user="root"
    )
    text = "\n".join(made.values())
    assert not re.search(r"@[A-Z]+@", text)
    main = made["ratsassistent.service"]
    assert (
        f'ExecStart="{program}" --datenordner "{tmp_path}/Daten 100%%" starten --kein-browser --fuer-andere rat.example'
        in main
    )
    assert "IPAddressDeny=any" in main
    assert "IPAddressDeny" not in made["ratsassistent-abruf.service"]  # the only one that may ask the internet
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "LimitCORE=0",
        "CapabilityBoundingSet=",
    ):
        assert all(line in unit for name, unit in made.items() if name.endswith(".service"))
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here")
    folder = tmp_path / "einheiten"
    folder.mkdir()
    for name, unit in made.items():
        (folder / name).write_text(unit, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", *(str(one) for one in sorted(folder.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert not [line for line in done.stderr.splitlines() if str(folder) in line]


def test_tasks_for_windows_and_macos_are_well_formed(tmp_path: Path, run: Run) -> None:
    odd = Settings(data_folder=tmp_path / "Müller & <Söhne>", model_folders=(tmp_path / "m",))
    program = ["C:\\Programme\\R & A\\ratsassistent.exe"]
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    for text in writing.windows(odd, program=program).values():
        task = ElementTree.fromstring(text.split("\n", 1)[1])
        assert task.findtext(f".//{space}Command") == program[0]
        assert f'"{odd.data_folder}"' in str(task.findtext(f".//{space}Arguments"))
    plist = plistlib.loads(writing.macos(odd, program=program)["de.ratsassistent.plist"].encode())
    assert plist["ProgramArguments"] == [*program, "--datenordner", str(odd.data_folder), "starten", "--kein-browser"]
    target = tmp_path / "aufgaben"
    assert run("betrieb", "windows", "-o", str(target)).status == 0
    assert (target / "Ratsassistent.xml").read_bytes().startswith(b"\xff\xfe")


def test_the_container_file_copies_what_there_is_and_runs_as_nobody_special() -> None:
    text = writing.container(Settings(data_folder=Path("/daten"), model_folders=(Path("/modelle"),)))["Containerfile"]
    copied = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", text)
    assert copied
    assert all((ROOT / name).exists() for line in copied for name in line.split())
    last = text.rpartition("\nFROM ")[2]
    assert "\nUSER 10001\n" in last
    assert "HEALTHCHECK" in last
    assert "build-essential" not in last


# --- the page of instructions


def test_every_command_of_the_instructions_is_understood() -> None:
    text = (ROOT / "VERWALTUNG.md").read_text("utf-8")
    parser = __main__._parser()
    found = re.findall(r"(?m)(?:^|`)(?:/opt/\S+/)?(ratsassistent (?!-(?!-datenordner))[^`\n#|]*)", text)
    assert len(found) > 12
    for line in found:
        words = shlex.split(line.replace("…", "").strip())[1:]
        try:
            parser.parse_args(words)
        except SystemExit:
            pytest.fail(f"not understood: {line}")
    for named in re.findall(r"`([\w./-]+\.(?:service|timer|md|py))`", text):
        assert named in writing.UNITS or (ROOT / named).exists(), named


def test_the_backup_that_the_unit_makes_lies_in_the_folder_and_can_be_restored(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("einlesen", str(pdfs.write(tmp_path / "Einladung.pdf", [pdfs.AGENDA])))
    unit = writing.systemd(
        Settings(data_folder=tmp_path / "d", model_folders=(tmp_path / "m",)), [], program=["/opt/x"]
    )["ratsassistent-sicherung.service"]
    (start,) = re.findall(r"(?m)^ExecStart=(.+)$", unit)
    words = shlex.split(start)
    target = tmp_path / "sicherungen"
    target.mkdir()
    monkeypatch.setenv("RATSASSISTENT_KENNWORT", "ein sehr langes Kennwort")
    assert run(*(str(target) if word == writing.BACKUPS else word for word in words[3:])).status == 0
    (file,) = target.glob("*.zip")
    probe = ("--datenordner", str(tmp_path / "probe"))
    assert run(*probe, "wiederherstellen", str(file), "--ja").status == 0
    assert len(run(*probe, "sitzungen", "--json").json["meetings"]) == 1
