"""The confined run itself: a small pack end to end, in a data folder of its own, step by step.

What enters: a folder with `auftrag.json` (pages, whether a language model is wanted, settings). What leaves: a line on
standard output for each step, and `ergebnis.json` in that folder.
What it does not know: how it is confined, who watches, what of it is a fault.

Run as ``python -m ratsassistent.proof.steps FOLDER``; nobody but `confining` does.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import http.client
import json
import os
import platform
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ratsassistent import telemetry
from ratsassistent.errors import RatsassistentError
from ratsassistent.proof import hook, namespace
from ratsassistent.settings import Settings, read_settings

ORDER, RESULT = "auftrag.json", "ergebnis.json"
DATA, TEMPORARY, PACK = "daten", "temp", "unterlagen.pdf"
MARK = "SCHRITT "
NOWHERE = "192.0.2.1"  # RFC 5737: an address that belongs to nobody
NOWHERE_PORT = 443
QUERY, QUESTION = "Sanierung Turnhalle Kosten", "Was kostet die Sanierung der Turnhalle?"
_PORT = 18860

T = TypeVar("T")


@dataclass
class Steps:
    """What was done so far; a step that fails does not keep the next from being tried."""

    done: list[dict[str, Any]] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """One step; the function that it gives says in German what came of it."""
        print(f"{MARK}{name}", flush=True)
        row: dict[str, Any] = {"name": name, "ok": True, "result": ""}
        began = time.monotonic()
        try:
            yield lambda text: row.update(result=text)
        except Exception as error:
            told = str(error) if isinstance(error, RatsassistentError) else f"{type(error).__name__}: {error}"
            row.update(ok=False, result=told[:300])
        row["seconds"] = round(time.monotonic() - began, 1)
        self.done.append(row)


def main(folder: Path) -> int:
    """Do all steps; returns the exit status: 0 where each went well."""
    telemetry.off()
    order = json.loads((folder / ORDER).read_text(encoding="utf-8"))
    settings = read_settings(folder / DATA, order.get("model"))
    none = (folder / TEMPORARY / "modelle",)
    folders = tuple(Path(each) for each in order["model_folders"]) if order["with_models"] else none
    settings = replace(settings, model_folders=folders)
    settings = replace(settings, threads=order.get("threads") or settings.threads)
    steps = Steps()
    control = _control(steps, c_code=hook.KERNEL in os.environ)
    models_used = _pack(steps, settings, folder, order)
    with steps.step("Oberfläche") as say:
        say(_page(replace(settings, model_folders=none, port=_PORT)))
    switches = [(s.library, s.asked, s.reports) for s in telemetry.in_effect()]
    _delete(steps, settings)
    _end_children()
    result = {
        "steps": steps.done,
        "control": control,
        "models": models_used,
        "switches": switches,
        "interfaces": namespace.interfaces(),
        "libraries": _loaded(),
    }
    (folder / RESULT).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0 if all(row["ok"] for row in steps.done) else 1


def _control(steps: Steps, *, c_code: bool) -> dict[str, str]:
    """Try on purpose what must not work, so that it is known that it would be noticed.

    :param c_code: from C as well; only where the kernel blocks it, for else it would really go out.
    """
    tried: dict[str, str] = {}
    with steps.step("Gegenprobe") as say:
        try:
            with socket.socket() as one:
                one.settimeout(3)
                one.connect((NOWHERE, NOWHERE_PORT))
            tried["Python"] = "verbunden"
        except OSError as error:
            tried["Python"] = type(error).__name__
        if c_code:
            tried["C"] = _connect_from_c()
        say("Versuche, eine fremde Adresse zu erreichen: " + ", ".join(f"{who} {what}" for who, what in tried.items()))
    return tried


def _connect_from_c() -> str:
    """The same past Python, as a library in C would do it; how it ended."""
    c = ctypes.CDLL(None, use_errno=True)
    fd = c.socket(int(socket.AF_INET), int(socket.SOCK_STREAM), 0)
    if fd < 0:
        return errno.errorcode.get(ctypes.get_errno(), "?")
    address = (
        struct.pack("=H", int(socket.AF_INET)) + struct.pack("!H", NOWHERE_PORT) + socket.inet_aton(NOWHERE) + bytes(8)
    )
    failed = c.connect(fd, address, len(address))
    number = ctypes.get_errno()
    os.close(fd)
    return errno.errorcode.get(number, "?") if failed else "verbunden"


def _pack(steps: Steps, settings: Settings, folder: Path, order: dict[str, Any]) -> list[dict[str, Any]]:
    """Take in, extract, search, ask, write, export; returns the models that were used."""
    from ratsassistent import workflow
    from ratsassistent.output import export

    used: list[dict[str, Any]] = []
    pack = folder / TEMPORARY / PACK
    with workflow.workspace(settings) as ws:
        meeting = ""
        with steps.step("Einlesen") as say:
            _cut(pack, order.get("pages"))
            made = workflow.take_in(ws, [pack])
            meeting = made.meetings[0].id
            items = len(made.meetings[0].agendaItem)
            say(f"{made.pages_total} Seiten, davon {made.pages_ocr} durch Texterkennung; {items} Tagesordnungspunkte")
        briefing = None
        with steps.step("Auszug") as say:
            briefing = workflow.brief(ws, meeting)
            said = sum(len(item.statements) for item in briefing.agendaItem)
            say(f"{said} Sätze zu {len(briefing.agendaItem)} Punkten")
        with steps.step("Suche") as say:
            hits = workflow.find(ws, QUERY, limit=5)
            used += _embeddings(settings)
            say(f"{len(hits)} Fundstellen")
        with steps.step("Frage ohne Sprachmodell") as say:
            answer = workflow.ask(ws, QUESTION, quotes_only=True)
            say("Zitat mit Seite" if answer.answered else "nicht gefunden")
        if _language_model(settings) is None:
            why = "liegt nicht auf diesem Rechner" if order["with_models"] else "wurde nicht verlangt"
            steps.done.append({"name": "Sprachmodell", "ok": True, "result": f"ausgelassen: {why}", "seconds": 0.0})
        else:
            used += _with_model(steps, settings, ws, meeting)
        with steps.step("Ausfuhr") as say:
            assert briefing is not None
            sizes = []
            for form in ("pdf", "docx", "md"):
                data = export.render(briefing, form)
                export.save(data, folder / TEMPORARY / f"auszug.{form}")
                sizes.append(f"{form.upper()} {len(data) // 1000} kB")
            say(", ".join(sizes))
    return used


def _cut(target: Path, pages: list[int] | None) -> None:
    """The demonstration pack, or some of its pages, as a file."""
    from pypdf import PdfReader, PdfWriter

    from ratsassistent.demo import demo_pack

    if not pages:
        target.write_bytes(demo_pack().read_bytes())
        return
    reader, writer = PdfReader(demo_pack()), PdfWriter()
    for number in pages:
        writer.add_page(reader.pages[number - 1])
    with target.open("wb") as file:
        writer.write(file)


def _language_model(settings: Settings) -> Path | None:
    from ratsassistent import models

    return models.find(models.load_catalogue().get(settings.model), settings.model_folders)


def _with_model(steps: Steps, settings: Settings, ws: Any, meeting: str) -> list[dict[str, Any]]:
    from ratsassistent import models, workflow

    entry = models.load_catalogue().get(settings.model)
    digest = ""
    with steps.step("Sprachmodell: ein Punkt") as say:
        path = _language_model(settings)
        assert path is not None
        digest = models.verify(path, entry)
        item = next(i for i in workflow.meeting(ws, meeting).agendaItem if i.has_files)
        made = workflow.brief(ws, meeting, "voll", top=item.id).agendaItem[0]
        say(f"{sum(s.origin == 'model' for s in made.statements)} Sätze des Modells")
    with steps.step("Sprachmodell: eine Frage") as say:
        answer = workflow.ask(ws, QUESTION)
        say("beantwortet" if answer.answered else "nicht gefunden")
        workflow.for_embedding_model(ws)
    return [{"name": entry.name, "sha256": digest, "licence": entry.licence, "for": "Sprachmodell"}]


def _embeddings(settings: Settings) -> list[dict[str, Any]]:
    """The embedding models that a search used."""
    from ratsassistent import embedding_files
    from ratsassistent.catalogue import load_catalogue
    from ratsassistent.loading import sha256_of
    from ratsassistent.meaning import static
    from ratsassistent.resources import resource

    weights = resource("models") / "statisch" / static.WEIGHTS
    found: list[dict[str, Any]] = []
    if weights.is_file():
        digest = sha256_of(weights, lambda *_: None)
        found.append({"name": "statisches Einbettungsmodell", "sha256": digest, "licence": "EUPL-1.2", "for": "Suche"})
    entry = load_catalogue().default_embedding
    path = embedding_files.find(entry, settings.model_folders) if entry else None
    if entry and path:
        digest = embedding_files.weights_sha256(path)
        found.append({"name": entry.name, "sha256": digest, "licence": entry.licence, "for": "Suche"})
    return found


def _page(settings: Settings) -> str:
    """Serve the page, look at it as a browser would, end it; says where it was."""
    from ratsassistent.output import page

    blocks, address = page.start(settings)
    try:
        where = address.removeprefix("http://").rstrip("/")
        connection = http.client.HTTPConnection(where, timeout=120)
        connection.request("GET", "/")
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200 or b"Ratsassistent" not in body:
            raise RatsassistentError(f"Die Oberfläche antwortet mit {answer.status}.")
        return f"unter {where} geöffnet und abgerufen"
    finally:
        blocks.close(verbose=False)


def _delete(steps: Steps, settings: Settings) -> None:
    from ratsassistent import workflow

    with steps.step("Löschen") as say, workflow.workspace(settings) as ws:
        for meeting in workflow.meetings(ws):
            workflow.delete(ws, meeting.id)
        left = len(workflow.meetings(ws)) + len(workflow.loose_papers(ws))
        pages = list(settings.data_folder.rglob("*.pdf"))
        if left or pages:
            raise RatsassistentError(f"Nach dem Löschen sind noch {left} Sitzungen und {len(pages)} PDF-Dateien da.")
        say("keine Sitzung und keine PDF-Datei mehr im Datenordner")


def _end_children() -> None:
    """What this run started and still lives (a worker that waits for jobs)."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.terminate()


def _loaded() -> list[str]:
    """The shared libraries in this process, where the system tells."""
    if platform.system() == "Darwin":
        return []
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        return sorted(
            {m.path for m in psutil.Process().memory_maps() if ".so" in m.path or m.path.lower().endswith(".dll")}
        )
    return []


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
