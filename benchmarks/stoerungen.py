"""What happens when the disk is full or read-only, two programs work on one folder, a database is damaged or too new?

    python benchmarks/stoerungen.py [--folder FOLDER]

What enters: nothing; a small pack is made here. The disks are file systems in memory of a namespace of its own (Linux,
`unshare`); where that is not allowed, these faults are left out, and it says so. What leaves: a table in Markdown on standard
output: what was done, the exit status, the sentence; and exit status 1 if anything answered with more than a sentence, or
if something was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
INSIDE = "RATSASSISTENT_STOERUNGEN"
WORDS = "ein Kennwort zum Messen"
# Nobody's home: where a model is found, each command leaves a worker behind that loads it and works for minutes.
NOWHERE = os.path.join(tempfile.gettempdir(), "ratsassistent-ohne-modell")
os.environ.update(dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), NOWHERE))

bad: list[str] = []


def fault(words: str) -> None:
    """Note what must not be."""
    bad.append(words)
    print(f"FEHLER {words}", flush=True)


def call(folder: Path, *arguments: object, expect: int | None = None) -> tuple[int, str]:
    """Run a command; notes whatever is no single German sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "ratsassistent", "--datenordner", str(folder), *map(str, arguments)],
        check=False, capture_output=True, text=True, cwd=ROOT, input="", timeout=300,
        env={**os.environ, "RATSASSISTENT_KENNWORT": WORDS},
    )  # fmt: skip
    said = done.stderr.strip()
    if "Traceback" in said or done.returncode not in (0, 1, 2) or (done.returncode and not said.endswith((".", "!"))):
        fault(f"{arguments}: {said[-1500:]}")
    if expect is not None and done.returncode != expect:
        fault(f"{arguments}: status {done.returncode}, not {expect}: {said[-300:]}")
    return done.returncode, said.splitlines()[-1] if said and done.returncode else done.stdout.strip().splitlines()[
        0
    ] if done.stdout.strip() else ""


def told(fault: str, what: str, answer: tuple[int, str]) -> None:
    """A row of the table."""
    print(f"| {fault} | {what} | {answer[0]} | {answer[1].replace('|', '/')[:240]} |", flush=True)


def sound(folder: Path, what: str, meetings: int) -> None:
    """Note what was lost: fewer meetings, a fault in a database, something left half written."""
    for archive in ("oeffentlich", "nichtoeffentlich"):
        with closing(sqlite3.connect(folder / archive / "archiv.sqlite")) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            if found != [("ok",)]:
                fault(f"{what}: {archive}: {found}")
    status, said = call(folder, "sitzungen", expect=0)
    done = subprocess.run(
        [sys.executable, "-m", "ratsassistent", "--datenordner", str(folder), "sitzungen", "--json"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    held = len(json.loads(done.stdout)["meetings"]) if done.returncode == 0 else -1
    if held != meetings:
        fault(f"{what}: {held} meetings, not {meetings}: {status} {said}")
    for half in [p for p in folder.rglob("*") if p.name.endswith((".teil", ".neu"))]:
        fault(f"{what}: left over: {half}")


def full(packs: list[Path], disk: Path) -> None:
    """A disk without room."""
    folder = disk / "daten"
    call(folder, "einlesen", packs[0], expect=0)
    for room in (0, 40, 400):
        free = shutil.disk_usage(disk).free
        with (disk / "ballast").open("wb") as stream:
            stream.write(os.urandom(max(0, free - room * 1024)))
        for name, command in {
            "sitzungen": ("sitzungen",), "einlesen": ("einlesen", packs[1]), "anmerken": ("anmerken", "2024-03", "--top", "Ö 2", "--notiz", "Frage"),
            "frage": ("frage", "Was kostet die Feuerwache?", "--ohne-modell"), "briefing": ("briefing", "2024-03"), "sichern": ("sichern",),
            "korrigieren": ("korrigieren", "2024-03", "--vorlage", "BV/0012/2024", "--nichtoeffentlich"),
        }.items():  # fmt: skip
            told(f"Datenträger voll, {room} KB frei", name, call(folder, *command))
        (disk / "ballast").unlink()
        sound(folder, f"full {room}", 1 if room < 400 else len(_meetings(folder)))
    call(folder, "einlesen", packs[1], expect=0)
    free = shutil.disk_usage(disk).free
    (disk / "ballast").write_bytes(os.urandom(max(0, free - 8 * 1024)))
    answer = call(folder, "loeschen", "2024-04")
    told("Datenträger voll, 8 KB frei", "loeschen", answer)
    (disk / "ballast").unlink()
    if "vorgemerkt" not in answer[1]:  # nothing was begun
        sound(folder, "full, not deleted", 2)
        told("danach, mit Platz", "loeschen", call(folder, "loeschen", "2024-04", expect=0))
    sound(folder, "full, deleted", 1)
    secret = folder.rglob("*")
    if any(p.is_file() and b"Trinkbrunnen am April" in p.read_bytes() for p in secret):
        fault("words of what was deleted on a full disk are still there")
    told("danach, mit Platz", "einlesen", call(folder, "einlesen", packs[1], expect=0))


def _meetings(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "oeffentlich" / "archiv.sqlite")) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM meeting")]


def read_only(packs: list[Path], disk: Path) -> None:
    """A folder that cannot be written."""
    folder = disk / "daten"
    call(folder, "einlesen", packs[0], expect=0)
    again = disk.with_name("nur-lesen")  # the same folder under another name: the first one may be busy
    again.mkdir()
    subprocess.run(["mount", "--bind", str(disk), str(again)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(again)], check=True)
    for name, command in {
        "sitzungen": ("sitzungen",), "einlesen": ("einlesen", packs[1]), "loeschen": ("loeschen", "2024"), "sichern": ("sichern",),
        "wiederherstellen": ("wiederherstellen", packs[2], "--ja"), "starten": ("starten", "--kein-browser"),
    }.items():  # fmt: skip
        told("Datenordner schreibgeschützt", name, call(again / "daten", *command, expect=1))
    sound(folder, "read only", 1)


def two(packs: list[Path], base: Path) -> None:
    """Several programs at once on one folder."""
    for number in range(5):
        folder = base / f"zwei-{number}"
        call(folder, "einlesen", packs[0], expect=0)
        commands = [
            ("einlesen", packs[1]),
            ("einlesen", packs[1]),
            ("sichern", "-o", base / f"zwei-{number}.zip"),
            ("loeschen", "2024-03"),
            ("sitzungen",),
        ]
        running = [
            subprocess.Popen([sys.executable, "-m", "ratsassistent", "--datenordner", str(folder), *map(str, c)], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "RATSASSISTENT_KENNWORT": WORDS})
            for c in commands
        ]  # fmt: skip
        for command, process in zip(commands, running, strict=True):
            out, err = process.communicate(timeout=300)
            if "Traceback" in err or process.returncode not in (0, 1):
                fault(f"two: {command}: {err[-1500:]}")
            if number == 0:
                told(
                    "fünf Programme zugleich",
                    command[0],
                    (process.returncode, ((err if process.returncode else out or err).strip().splitlines() or [""])[0]),
                )
        sound(folder, f"two {number}", 1)


def damaged(packs: list[Path], base: Path) -> None:
    """Databases that are not whole."""
    whole = base / "ganz"
    call(whole, "einlesen", packs[0], expect=0)
    call(whole, "anmerken", "2024", "--top", "Ö 2", "--notiz", "Kuckuck")

    def at(place: int, size: int):  # type: ignore[no-untyped-def]
        def bend(file: Path) -> None:
            with file.open("r+b") as stream:
                stream.seek(place if place >= 0 else file.stat().st_size // 2 // 4096 * 4096)
                stream.write(b"\xa5" * size)

        return bend

    ways = {
        "Kopf (100 Bytes) überschrieben": at(0, 100), "erste Seite überschrieben": at(0, 4096), "Seiten in der Mitte überschrieben": at(-1, 4 * 4096),
        "Datei halb abgeschnitten": lambda f: os.truncate(f, f.stat().st_size // 2 // 4096 * 4096),
        "Datei leer": lambda f: os.truncate(f, 0), "Datei ist etwas anderes": lambda f: f.write_text("Das ist ein Brief."),
    }  # fmt: skip
    for name, bend in ways.items():
        folder = base / f"schaden-{len(list(base.iterdir()))}"
        shutil.copytree(whole, folder)
        call(folder, "sichern", "-o", base / "schaden.zip", expect=0)
        bend(folder / "nichtoeffentlich" / "archiv.sqlite")
        told(f"Datenbank: {name}", "briefing", call(folder, "briefing", "2024", expect=0 if "Mitte" in name else 1))
        told(f"Datenbank: {name}", "sichern", call(folder, "sichern", expect=1))
        second = base / f"schaden-{len(list(base.iterdir()))}-2"
        shutil.copytree(folder, second)
        told(
            f"Datenbank: {name}",
            "wiederherstellen DATEI",
            call(folder, "wiederherstellen", base / "schaden.zip", "--ja", expect=0),
        )
        sound(folder, f"damaged, restored: {name}", 1)
        told(
            f"Datenbank: {name}",
            "wiederherstellen --retten",
            call(second, "wiederherstellen", "--retten", "--ja", expect=0),
        )
        sound(second, f"damaged, rescued: {name}", 1)
    folder = base / "wal"
    shutil.copytree(whole, folder)
    with closing(sqlite3.connect(folder / "nichtoeffentlich" / "archiv.sqlite")) as reader:  # so that the log stays
        reader.execute("SELECT count(*) FROM meeting").fetchone()
        call(folder, "anmerken", "2024", "--top", "N 1", "--notiz", "Zweite Notiz")
        log = folder / "nichtoeffentlich" / "archiv.sqlite-wal"
        kept = base / "wal-abgeschnitten"
        shutil.copytree(folder, kept)
    log = kept / "nichtoeffentlich" / "archiv.sqlite-wal"
    os.truncate(log, log.stat().st_size * 2 // 3)
    (kept / "nichtoeffentlich" / "archiv.sqlite-shm").unlink(missing_ok=True)
    told("Datenbank: Protokolldatei (WAL) abgeschnitten", "sitzungen", call(kept, "sitzungen", expect=0))
    sound(kept, "wal", 1)


def too_new(packs: list[Path], base: Path) -> None:
    """An older program on newer data."""
    folder = base / "neuer"
    call(folder, "einlesen", packs[0], expect=0)
    call(folder, "sichern", "-o", base / "neuer.zip", expect=0)
    for archive in ("oeffentlich", "nichtoeffentlich"):
        with closing(sqlite3.connect(folder / archive / "archiv.sqlite")) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (folder / "nichtoeffentlich" / "archiv.sqlite").read_bytes()
    for command in (
        ("sitzungen",),
        ("einlesen", packs[1]),
        ("sichern",),
        ("loeschen", "2024"),
        ("wiederherstellen", base / "neuer.zip", "--ja"),
        ("wiederherstellen", "--retten", "--ja"),
    ):
        told(
            "Daten von einer neueren Version",
            " ".join(map(str, command[:1])) + (" --retten" if "--retten" in command else ""),
            call(folder, *command, expect=1),
        )
    if (folder / "nichtoeffentlich" / "archiv.sqlite").read_bytes() != before:
        fault("newer data were changed")


def main() -> int:
    """Run as the head of this file says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", nargs="*", default=["full", "read_only", "two", "damaged", "too_new"])
    given = parser.parse_args()
    base = given.folder or Path(tempfile.mkdtemp(prefix="stoerungen-"))
    base.mkdir(parents=True, exist_ok=True)
    if INSIDE not in os.environ:
        tried = subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "none", str(base)], check=False, capture_output=True, text=True
        )
        if tried.returncode == 0:
            inside = ["unshare", "-rm", sys.executable, __file__, "--folder", str(base), "--only", *given.only]
            return subprocess.run(inside, check=False, env={**os.environ, INSIDE: "1"}).returncode
        print(
            f"Ohne eigene Dateisysteme ({tried.stderr.strip()}): voller und schreibgeschützter Datenträger fehlen.",
            file=sys.stderr,
        )
    import pdfs

    other = [[line.replace("14. März 2024", "11. April 2024").replace("14.03.2024", "11.04.2024").replace("/2024", "/2025")
              .replace("Brunnen für", "Trinkbrunnen am April für") for line in page] for page in pdfs.PACK]  # fmt: skip
    packs = [pdfs.write(base / "eins.pdf", pdfs.PACK), pdfs.write(base / "zwei.pdf", other)]
    made = base / "zum-sichern"
    call(made, "einlesen", packs[0], expect=0)
    call(made, "sichern", "-o", base / "s.zip", expect=0)
    packs.append(base / "s.zip")
    print("| Störung | Befehl | Rückgabewert | erste Zeile der Antwort |\n|---|---|---|---|")
    if INSIDE in os.environ:
        for work, size in ((full, "6m"), (read_only, "30m")):
            if work.__name__ not in given.only:
                continue
            disk = base / work.__name__
            disk.mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(disk)], check=True)
            work(packs, disk)
    for work in (two, damaged, too_new):
        if work.__name__ in given.only:
            work(packs, base)
    if not given.folder:
        shutil.rmtree(base, ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
