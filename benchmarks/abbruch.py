"""Is anything lost or left half done when the program is killed at any moment?

    python benchmarks/abbruch.py [N] [--seed 1] [--folder FOLDER] [--keep]

What enters: nothing; the packs, the model and what a person does are made here. Each run (until N were killed) begins with a copy of a
data folder, does one kind of work in a process of its own and kills it (SIGKILL, with its children) at a random moment,
the same for the same seed. Then the folder is opened by another process, looked through, and the work is done again:
what is there then has to be what is there without a kill.
What leaves: a table on standard output, and exit status 1 if anything was lost, left over or not to be opened.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

PASSPHRASE = "ein Kennwort zum Messen"
KINDS = (
    "einlesen",
    "erschließen",
    "auswerten",
    "löschen",
    "umstellen",
    "sichern",
    "wiederherstellen",
    "korrigieren",
    "verschließen",
    "aufheben",
)
# Which rows say the same whenever the work was done: columns that hold times, processes or random ids are left out.
_CHANGING = {
    "job": None, "pending": None, "deleted": ("id", "kind"), "kept_search": ("body",), "embedding_model": ("role", "key"),
    "vector": ("row", "body"), "passage": ("id", "paper_id", "item_id", "meeting_id", "start", "text_key", "head", "body"),
    "correction": ("meeting_id",), "found": ("meeting_id", "done"), "remark": ("item_id", "meeting_id"), "edition": ("paper_id", "item_id", "body"),
    "briefing": ("item_id", "level", "meeting_id"),
}  # fmt: skip


# --- what is done, in a process of its own ---------------------------------------------------------------------------


def _settings(folder: Path) -> Any:
    from ratsassistent.settings import Settings

    return Settings(data_folder=folder / "daten", model_folders=(folder / "modelle",), threads=1)


def _opened(folder: Path) -> Any:
    from ratsassistent import workflow

    _keys()
    workflow.background.ensure_worker = lambda _: False
    return workflow.workspace(_settings(folder))


@cache
def _keys() -> Any:
    """The same keys in every run, known to every process, and key files without the second that a passphrase takes."""
    from ratsassistent.archive import seal
    from ratsassistent.archive.seal import Seal

    made = Seal(b"1" * 16, b"2" * 32, b"3" * 32, Seal.new().identity)
    seal.Seal.new = staticmethod(lambda: made)
    seal.wrap = lambda keys, _: keys.dump().encode()
    seal.unwrap = lambda file, _: seal.Seal.load(file.read_text("utf-8"))
    seal.remember(made)
    return made


def _connect(file: Path) -> Any:
    from ratsassistent.archive import seal

    _keys()
    return seal.connect(file, timeout_s=30)


def _pdf(place: Path, sha256: str) -> str:
    return str(_keys().file_name(sha256)) if (place / "schluessel.age").exists() else f"{sha256}.pdf"


def _model() -> Any:
    from scripted import ScriptedModel

    return ScriptedModel(lambda _: "Die alte Wache ist zu klein.")


def work(kind: str, folder: Path) -> None:
    """One kind of work; done again it changes nothing more."""
    from embedders import HashEmbedder

    from ratsassistent import correcting, corrections, register, workflow
    from ratsassistent.archive import vectors
    from ratsassistent.backup import making, restoring

    if kind in ("umstellen", "verschließen", "aufheben"):
        _seal(kind, folder)
        return
    if kind == "wiederherstellen":
        restoring.restore(_settings(folder), folder / "sicherung.zip", PASSPHRASE)
        return
    with _opened(folder) as ws:
        meetings = sorted(workflow.meetings(ws), key=lambda m: m.start or "")
        if kind == "einlesen":
            workflow.take_in(ws, [folder / "neu.pdf"])
        elif kind == "erschließen":
            for store in ws.stores:
                vectors.fill(store, HashEmbedder(), "static", batch=2)
        elif kind == "auswerten":
            ws.model = _model()
            workflow.brief(ws, meetings[0].id, "voll")
        elif kind == "löschen":
            for one in meetings:
                if (one.start or "").startswith("2024-03-14"):
                    workflow.delete(ws, one.id)
        elif kind == "sichern":
            making.make(ws, PASSPHRASE, folder / "neue.zip")
        elif kind == "korrigieren":
            correcting.put_in_order(ws)
            if not corrections.corrections(ws, meetings[0].id):
                corrections.correct(ws, meetings[0].id, corrections.Place(paper="BV/0012/2024"), public=False)
        register.bring_up_to_date(ws)  # as whoever looks at the register does


def _seal(kind: str, folder: Path) -> None:
    from ratsassistent import sealing

    settings = _settings(folder)
    with _opened(folder):
        pass  # it is brought up to date, and what was interrupted is ended
    if kind == "verschließen" and not sealing.is_sealed(settings):
        sealing.seal_up(settings, PASSPHRASE)
    elif kind == "aufheben" and sealing.is_sealed(settings):
        sealing.unseal(settings, PASSPHRASE)


def begin(folder: Path) -> None:
    """A data folder with one meeting, and the pack of another."""
    import pdfs

    from ratsassistent import workflow

    pack = pdfs.write(folder / "paket.pdf", pdfs.PACK)
    other = [[line.replace("14. März 2024", "11. April 2024").replace("14.03.2024", "11.04.2024").replace("Feuerwache", "Bücherei")
              .replace("/2024", "/2025") for line in page] for page in pdfs.PACK]  # fmt: skip
    pdfs.write(folder / "neu.pdf", other)
    with _opened(folder) as ws:
        workflow.take_in(ws, [pack])


def prepare(kind: str, folder: Path) -> None:
    """A data folder as it is before that work."""
    from ratsassistent import workflow
    from ratsassistent.archive.searches_table import Searches
    from ratsassistent.backup import making

    with _opened(folder) as ws:
        (meeting,) = workflow.meetings(ws)
        ws.model = _model()
        if kind in ("löschen", "korrigieren", "sichern", "wiederherstellen", "umstellen", "verschließen", "aufheben"):
            workflow.brief(ws, meeting.id, "voll")
            workflow.remark(ws, meeting.id, "Ö 2", "note", text="Nachfragen")
            workflow.put_mark(ws, meeting.id, meeting.agendaItem[1].id, important=True)
            Searches(ws.nonpublic).keep("Wache", {"meeting": meeting.id})
        if kind == "wiederherstellen":
            making.make(ws, PASSPHRASE, folder / "sicherung.zip")
            workflow.take_in(ws, [folder / "neu.pdf"])
    if kind == "aufheben":
        from ratsassistent import sealing

        sealing.seal_up(_settings(folder), PASSPHRASE)
    if kind == "umstellen":
        for archive in ("oeffentlich", "nichtoeffentlich"):
            _back(folder / "daten" / archive / "archiv.sqlite")


def _back(file: Path) -> None:
    """A database as an older program left it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for table in ("deleted", "mark", "kept_search", "deadline", "deadline_rule"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        for column in ("person",):
            if any(row[1] == column for row in connection.execute("PRAGMA table_info(job)")):
                connection.execute(f"ALTER TABLE job DROP COLUMN {column}")
        connection.execute("UPDATE alembic_version SET version_num = '0008'")


# --- looking through a folder ------------------------------------------------------------------------------------------


def faults(folder: Path) -> list[str]:
    """What is wrong with a data folder that has just been opened and closed."""
    out = []
    for archive in ("oeffentlich", "nichtoeffentlich"):
        place = folder / "daten" / archive
        with closing(_connect(place / "archiv.sqlite")) as connection:

            def rows(query: str, of: sqlite3.Connection = connection) -> list[Any]:
                return [row[0] for row in of.execute(query)]

            out += [f"{archive}: {word}" for word in rows("PRAGMA integrity_check") if word != "ok"]
            out += [f"{archive}: foreign key {row}" for row in connection.execute("PRAGMA foreign_key_check")]
            connection.execute("INSERT INTO passage_text (passage_text) VALUES ('integrity-check')")
            checks = {
                "passage without full text": "SELECT rowid FROM passage WHERE rowid NOT IN (SELECT rowid FROM passage_text)",
                "full text without passage": "SELECT rowid FROM passage_text WHERE rowid NOT IN (SELECT rowid FROM passage)",
                "vector without passage": "SELECT number FROM vector WHERE row NOT IN (SELECT rowid FROM passage)",
                "passage of no paper": "SELECT id FROM passage WHERE paper_id NOT IN (SELECT id FROM paper)",
                "passage of no item": "SELECT id FROM passage WHERE item_id IS NOT NULL AND item_id NOT IN (SELECT id FROM agenda_item)",
                "page of no file": "SELECT file_id FROM page WHERE file_id NOT IN (SELECT id FROM file)",
                "paper that is nowhere": "SELECT id FROM paper WHERE NOT loose AND id NOT IN (SELECT paper_id FROM item_paper)",
                "item without a meeting": "SELECT id FROM agenda_item WHERE meeting_id NOT IN (SELECT id FROM meeting)",
                "briefing of nothing": "SELECT item_id FROM briefing WHERE item_id NOT IN (SELECT id FROM agenda_item UNION SELECT id FROM paper)",
                "work that was not ended": "SELECT task FROM pending",
                "correction half done": "SELECT meeting_id FROM found WHERE NOT done",
            }
            out += [f"{archive}: {name}: {row}" for name, query in checks.items() for row in rows(query)]
            known = set(rows("SELECT sha256 FROM file"))
        files = {path.name for path in (place / "dateien").iterdir()}
        out += [f"{archive}: file without a row: {name}" for name in files - {_pdf(place, sha) for sha in known}]
        out += [f"{archive}: row without its file: {sha}" for sha in known if _pdf(place, sha) not in files]
    kept = {
        "archiv.sqlite",
        "archiv.sqlite-wal",
        "archiv.sqlite-shm",
        "dateien",
        "archiv.sperre",
        "einlesen.sperre",
        "arbeiter.sperre",
        "schluessel.age",
    }
    for path in [
        *(folder / "daten").iterdir(),
        *(folder / "daten" / "nichtoeffentlich").iterdir(),
        *(folder / "daten" / "oeffentlich").iterdir(),
    ]:
        allowed = path.name in kept or path.name.startswith(
            ("archiv.vor-umstellung-", "loeschprotokoll", "sicherung", "oeffentlich", "nichtoeffentlich")
        )
        if (not allowed and path.name != "wiederherstellung.sperre") or path.name.endswith((".teil", ".neu")):
            out.append(f"left over: {path.relative_to(folder)}")
    return out


def state(folder: Path) -> dict[str, str]:
    """What both archives hold, table by table, as checksums; and the files."""
    out = {}
    for archive in ("oeffentlich", "nichtoeffentlich"):
        place = folder / "daten" / archive
        with closing(_connect(place / "archiv.sqlite")) as connection:
            names = [
                row[0]
                for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            for name in names:
                if name.startswith(("passage_text", "passage_word", "sqlite_")):
                    continue
                columns = _CHANGING.get(name, "*")
                if columns is None:
                    continue
                asked = "*" if columns == "*" else ", ".join(f'"{column}"' for column in columns)
                found = sorted(map(repr, connection.execute(f'SELECT {asked} FROM "{name}"')))
                out[f"{archive}.{name}"] = (
                    f"{len(found)} {hashlib.sha256(chr(10).join(found).encode()).hexdigest()[:12]}"
                )
        out[f"{archive}.dateien"] = " ".join(sorted(path.name[:12] for path in (place / "dateien").iterdir()))
    return out


# --- killing -----------------------------------------------------------------------------------------------------------


@dataclass
class Figures:
    """What came of the runs of one kind of work."""

    runs: int = 0
    killed: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def run(do: Callable[[], object], kill_after: float | None = None) -> tuple[bool, str]:
    """Something done in a process of its own, with its children; says whether it was killed, and what went wrong.

    The process is forked, so that all of its time is work and none of it the start of Python.
    """
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.setsid()
                for number in (1, 2):
                    os.dup2(said.fileno(), number)
                do()
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        killed, status = _waited(child, kill_after)
        said.seek(0)
        words = said.read().decode("utf-8", "replace")
    return killed, "" if killed or status == 0 else words[-1500:] or f"status {status}"


def _waited(child: int, seconds: float | None) -> tuple[bool, int]:
    until = time.monotonic() + (600.0 if seconds is None else seconds)
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return False, status
        time.sleep(0.0005)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    with suppress(ProcessLookupError):  # it has not yet a group of its own
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True, 0


def one(kind: str, before: Path, place: Path, moment: float | None) -> tuple[bool, list[str], dict[str, str]]:
    """Copy a folder, kill the work at a moment, open it, and do the work again."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(before, place)
    killed, said = run(lambda: work(kind, place), moment)
    wrong = [f"without a kill: {said}"] if said else []
    _, said = run(lambda: reopen(place))
    wrong += [f"does not open: {said}"] if said else faults(place)
    _, said = run(lambda: work(kind, place))
    wrong += [f"does not go on: {said}"] if said else faults(place)
    return killed, wrong, state(place)


def reopen(folder: Path) -> None:
    """What the page does when it starts."""
    from ratsassistent import corrections, deleting, retention

    with _opened(folder) as ws:
        corrections.put_in_order(ws)
        retention.tidy(ws)
        deleting.tidy(ws)


def main(arguments: list[str]) -> int:
    """Run as the head of this file says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--keep", action="store_true", help="keep folders that show a fault")
    given = parser.parse_args(arguments)
    base = given.folder or Path(tempfile.mkdtemp(prefix="abbruch-"))
    figures, bad = kill_many(given.count, given.seed, base, tuple(given.kinds), keep=given.keep, say=print)
    print(
        json.dumps(
            {k: {"runs": f.runs, "killed": f.killed, "wrong": f.wrong} for k, f in figures.items()},
            ensure_ascii=False,
            indent=1,
        )
    )
    if not given.folder and not given.keep:
        shutil.rmtree(base, ignore_errors=True)
    return 1 if bad else 0


def _load(folder: Path) -> None:
    """Import here what all the work needs, so that a forked process begins with it."""
    import embedders
    import pyrage
    import sqlcipher3

    import ratsassistent.backup.restoring
    from ratsassistent import workflow

    folder.mkdir(parents=True)
    with _opened(folder) as ws:
        workflow.find(ws, "Wache")
    shutil.rmtree(folder)
    assert embedders
    assert pyrage
    assert sqlcipher3
    assert ratsassistent


def _must(do: Callable[[], object]) -> None:
    _, said = run(do)
    if said:
        raise SystemExit(said)


def kill_many(
    count: int,
    seed: int,
    base: Path,
    kinds: tuple[str, ...] = KINDS,
    *,
    keep: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[dict[str, Figures], list[str]]:
    """Kill so many runs; returns what came of each kind of work, and everything that was wrong."""
    chance = random.Random(seed)
    figures: dict[str, Figures] = defaultdict(Figures)
    bad: list[str] = []
    lasts: dict[str, float] = {}
    wanted: dict[str, dict[str, str]] = {}
    first = base / "anfang"
    _load(base / "geladen")
    _must(lambda: begin(first))
    for number in range(2 * count):  # of some the work has ended before: they do not count
        if sum(one_.killed for one_ in figures.values()) == count:
            break
        kind = min(kinds, key=lambda name: (figures[name].killed, kinds.index(name)))
        before = base / f"vorher-{KINDS.index(kind)}"
        if kind not in wanted:
            shutil.copytree(first, before)
            _must(lambda kind=kind, before=before: prepare(kind, before))
            _, wrong, wanted[kind] = one(kind, before, base / "ganz", None)
            bad += [f"{kind}, without a kill: {word}" for word in wrong]
            shutil.rmtree(base / "ganz")
            shutil.copytree(before, base / "ganz")
            begun = time.monotonic()
            _must(lambda kind=kind: work(kind, base / "ganz"))
            lasts[kind] = time.monotonic() - begun
        made = figures[kind]
        moment = lasts[kind] * chance.random()
        place = base / f"lauf-{number}"
        begun = time.monotonic()
        killed, wrong, after = one(kind, before, place, moment)
        made.seconds += time.monotonic() - begun
        made.runs += 1
        made.killed += killed
        wrong += [
            f"not the same result: {name}: {after.get(name)} for {value}"
            for name, value in wanted[kind].items()
            if after.get(name) != value
        ]
        for word in wrong:
            made.wrong[word.split(":")[0] if word.startswith(("does", "without")) else word[:120]] += 1
            bad.append(f"{number} {kind} {moment:.2f}s: {word}")
            say(bad[-1])
        if not (keep and wrong):
            shutil.rmtree(place, ignore_errors=True)
        if number % 10 == 9:
            say(f"{sum(one_.killed for one_ in figures.values())} of {count}, {len(bad)} faults")
    return figures, bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
