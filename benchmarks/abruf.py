"""Fetching real OParl objects from this project's own test server, by hand: how long, how many requests, whether all is there.

`python benchmarks/abruf.py [PAPERS]` serves papers, meetings and bodies of ../shared/data (which stay there), fetches them into a
new folder, fetches again, kills a run half way and goes on, has the server delete some, and prints the figures.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pdfs  # noqa: E402
from oparl_server import Oparl, serving  # noqa: E402

from ratsassistent import held  # noqa: E402
from ratsassistent.archive import counting  # noqa: E402
from ratsassistent.fetching import client, lists, opted, run  # noqa: E402
from ratsassistent.fetching.client import Manners  # noqa: E402
from ratsassistent.settings import Settings  # noqa: E402
from ratsassistent.workspace import Workspace, workspace  # noqa: E402

SHARED = Path("/work/shared/data")
_PLAIN = str.maketrans({"„": '"', "“": '"', "–": "-", "€": "EUR"})
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)


def publish(oparl: Oparl, most: int) -> int:
    """Put papers and all that they need on the server; the words of each file as a PDF that is made here (nobody has the originals)."""

    data = next(SHARED.glob("*/*/papers.jsonl.gz")).parent
    with gzip.open(data / "papers.jsonl.gz", "rt") as stream:
        here = json.loads(stream.readline())["body"]

    def load(name: str) -> list[dict[str, Any]]:
        raw = (
            gzip.decompress((data / name).read_bytes()).decode() if name.endswith(".gz") else (data / name).read_text()
        )
        raw = raw.replace(here, oparl.base + "/x").replace('"accessUrl"', '"alt"').replace('"downloadUrl"', '"alt2"')
        return json.loads(raw) if name.endswith(".json") else [json.loads(line) for line in raw.split("\n") if line]

    meetings = {meeting["id"]: meeting for meeting in load("meetings.jsonl.gz")}
    papers = [
        p for p in load("papers.jsonl.gz") if any(c.get("meeting") in meetings for c in p.get("consultation", []))
    ][-most:]
    wanted = {c.get("meeting") for paper in papers for c in paper.get("consultation", [])}
    for kind, values in (
        ("organization", load("organizations.json")),
        ("meeting", [m for m in meetings.values() if m["id"] in wanted]),
        ("paper", papers),
    ):
        oparl.lists[kind] = {value["id"]: {"modified": NOW.isoformat(), **value} for value in values}
    for paper in papers:
        for field in ("mainFile", "auxiliaryFile"):
            given = paper.get(field)
            for file in given if isinstance(given, list) else [given]:
                if isinstance(file, dict) and file.get("text"):
                    _as_pdf(oparl, file)
    return len(papers)


def _as_pdf(oparl: Oparl, file: dict[str, Any]) -> None:
    """Let the server have a file's words as a PDF, and no longer as text."""
    words = file.pop("text").translate(_PLAIN).encode("latin-1", "ignore").decode("latin-1")
    lines = [part for line in words.split("\n") for part in textwrap.wrap(line, 90) or [""]]
    pages = [lines[start : start + 50] for start in range(0, len(lines), 50)]
    path = f"/pdf/{len(oparl.files)}.pdf"
    oparl.files[path] = ("application/pdf", pdfs.pdf_bytes(pages))
    file |= {"accessUrl": oparl.url(path.strip("/")), "mimeType": "application/pdf"}


def counted(ws: Workspace) -> tuple[int, int, int]:
    """Meetings, papers at items, papers by themselves."""
    meetings = held.meetings(ws, with_text=False)
    return (
        len(meetings),
        len({p.id for m in meetings for i in m.agendaItem for p in i.papers}),
        len(held.loose_papers(ws, with_text=False)),
    )


def pages_held(ws: Workspace) -> int:
    """How many pages both archives have."""
    return sum(counting.of(store).pages for store in ws.stores)


def main() -> None:
    """Run it all."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    manners = Manners(pause_s=0.0)
    with serving() as oparl, tempfile.TemporaryDirectory() as folder:
        print("papers", publish(oparl, most), "meetings", len(oparl.lists["meeting"]), "PDFs", len(oparl.files))
        source = opted.source(oparl.url("system"))
        settings = Settings(data_folder=Path(folder) / "d", model_folders=(Path(folder) / "m",), threads=2)
        with workspace(settings) as ws:
            real, left = client.Client.json, [40]

            def dies(self: client.Client, address: str) -> Any:
                left[0] -= 1
                if left[0] == 0:
                    raise KeyboardInterrupt
                return real(self, address)

            client.Client.json = dies  # type: ignore[method-assign]
            try:
                run.fetch(ws, source, manners=manners, clock=lambda: NOW)
            except KeyboardInterrupt:
                print("killed after", len(oparl.asked), "requests")
            client.Client.json = real  # type: ignore[method-assign]
            before = len(oparl.asked)
            for what, when in (("first", NOW), ("second", NOW + dt.timedelta(days=2))):
                began = time.monotonic()
                done = run.fetch(ws, source, manners=manners, clock=lambda now=when: now)  # type: ignore[misc]
                print(
                    what,
                    f"{time.monotonic() - began:.1f} s",
                    done.requests,
                    "requests",
                    done.papers,
                    "papers",
                    done.files,
                    "files",
                    pages_held(ws),
                    "pages",
                    f"CPU {time.process_time():.0f} s",
                    done.notes,
                    counted(ws),
                )
            print(
                "requests asked twice after the kill:",
                len(oparl.asked) - len(set(oparl.asked)),
                "of",
                len(oparl.asked) - before,
            )
            gone = list(oparl.lists["paper"])[:10]
            stamp = (NOW + dt.timedelta(days=3)).isoformat()
            for key in gone:
                oparl.lists["paper"][key] = {
                    "id": key,
                    "type": "https://schema.oparl.org/1.1/Paper",
                    "deleted": True,
                    "modified": stamp,
                }
            began = time.monotonic()
            done = run.fetch(ws, source, manners=manners, clock=lambda: NOW + dt.timedelta(days=4))
            print(
                "deleted",
                done.deleted_papers,
                f"{time.monotonic() - began:.1f} s",
                done.requests,
                "requests",
                counted(ws),
                lists.OVERLAP,
            )


if __name__ == "__main__":
    main()
