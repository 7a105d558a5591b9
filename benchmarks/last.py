"""Last: so viele Personen lesen zugleich auf einem Rechner, während die KI schreibt.

Ein echter Server (`starten --fuer-andere`, als stünde ein Zwischenserver davor), Personen mit Kennwort, die tun, was der Browser tut:
anmelden, Seite öffnen, eine Sitzung, Punkte, Bilder der Seiten, suchen; dazwischen denken sie ein paar Sekunden nach und die Seite sieht
von selbst nach Neuem. Daneben rechnet ein Auftrag: erdacht (alle Kerne, niedriger Vorrang wie der Arbeitsprozess) oder mit --modell echt.

    nice -n 19 python benchmarks/last.py --personen 20 --dauer 120 [--ohne-auftrag | --modell] [--json DATEI]
    nice -n 19 python benchmarks/last.py --einzeln 5        # Rechenzeit des Servers je Art von Anfrage, einer nach dem anderen

Auf einem Rechner, auf dem noch anderes läuft, sagt die Wartezeit wenig; die Rechenzeit je Anfrage (`rechenzeit`) gilt auch da.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parent.parent
HOST = "rat.example"
WORD = "ein langes Kennwort für die Last"
QUERIES = [
    "Kosten der Sanierung",
    "Feuerwehr",
    "Haushalt 2027",
    "Wann beginnt der Bau?",
    "Spielplatz",
    "Brücke",
    "Gebühren",
    "Schule",
]
TICK_S = 4.0
BURN = """
import os, time
os.nice(10)
import numpy as np
a = np.random.rand(700, 700).astype(np.float32)
end = time.time() + float({seconds})
while time.time() < end:
    a @ a
"""


class Measured:
    """How long what took, by kind."""

    def __init__(self, cpu: Callable[[], float] | None = None) -> None:
        """:param cpu: the server's CPU seconds until now, where they are to be told by kind."""
        self.seconds: dict[str, list[float]] = {}
        self.cpu_seconds: dict[str, list[float]] = {}
        self.failed: dict[str, int] = {}
        self.cpu = cpu

    def add(self, kind: str, seconds: float) -> None:
        self.seconds.setdefault(kind, []).append(seconds)

    def fail(self, kind: str) -> None:
        self.failed[kind] = self.failed.get(kind, 0) + 1


class Reader:
    """One person with one browser window."""

    def __init__(
        self, client: httpx.AsyncClient, number: int, measured: Measured, until: float, *, thinks: bool = True
    ) -> None:
        self.client, self.number, self.measured, self.until = client, number, measured, until
        self.thinks = thinks
        self.tab = secrets.token_hex(6)
        self.turn = 0
        self.rng = random.Random(number)
        self.config: dict[str, Any] = {}
        self.lock = asyncio.Lock()

    async def life(self, start_s: float) -> None:
        await asyncio.sleep(start_s)
        if not await self.timed("anmelden", self.sign_in):
            return
        await self.timed("Seite öffnen (HTML)", self.open_page)
        told = await self.timed("Seite öffnen (Inhalt)", lambda: self.event("load", None, [""]))
        ticking = asyncio.create_task(self.ticks())
        try:
            while time.monotonic() < self.until:
                await self.read(told or "")
        finally:
            ticking.cancel()

    async def read(self, start: str) -> None:
        meetings = sorted(set(re.findall(r'data-do="open"[^>]*?data-meeting="([^"]+)"', start)))
        if not meetings:
            self.measured.fail("keine Sitzung zu sehen")
            await asyncio.sleep(5)
            return
        meeting = self.rng.choice(meetings)
        opened = await self.click("Sitzung öffnen", "ra-meetings", do="open", meeting=meeting)
        items = sorted(set(re.findall(r'data-do="item"[^>]*?data-item="([^"]+)"', opened or "")))
        for item in self.rng.sample(items, min(3, len(items))):
            await self.think()
            shown = await self.click("Punkt öffnen", "ra-agenda", do="item", item=item)
            cites = re.findall(r'data-do="cite"[^>]*?data-file="([^"]+)"[^>]*?data-page="(\d+)"', shown or "")
            if cites:
                await self.think()
                file, page = self.rng.choice(cites)
                await self.click("Seitenbild", "ra-item", do="cite", file=file, page=page)
        await self.think()
        await self.click("suchen", "ra-search-form", do="search", text=self.rng.choice(QUERIES), only="suchen")

    async def think(self) -> None:
        await asyncio.sleep(self.rng.uniform(1.5, 5.0) if self.thinks else 0.0)

    async def timed(self, kind: str, what: Any) -> Any:
        async with self.lock:  # one stream a window at a time, so that nothing is mixed up
            begun, spent = time.monotonic(), self.measured.cpu() if self.measured.cpu else 0.0
            try:
                made = await what()
            except (httpx.HTTPError, AssertionError, KeyError, StopIteration) as error:
                self.measured.fail(f"{kind}: {type(error).__name__} {str(error)[:80]}")
                return None
            self.measured.add(kind, time.monotonic() - begun)
            if self.measured.cpu:
                self.measured.cpu_seconds.setdefault(kind, []).append(self.measured.cpu() - spent)
            return made

    async def click(self, kind: str, part: str, **wanted: str) -> str | None:
        self.turn += 1
        data = {**wanted, "window": self.tab, "turn": self.turn}
        return await self.timed(kind, lambda: self.event("act", part, [], data))

    async def ticks(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            await self.timed("nach Neuem sehen", lambda: self.event("tick", None, []))

    async def sign_in(self) -> bool:
        reply = await self.client.post("/anmelden", data={"name": f"Person {self.number}", "kennwort": WORD})
        assert reply.status_code == 303, reply.status_code
        self.client.headers["cookie"] = reply.headers["set-cookie"].split(";")[0]
        return True

    async def open_page(self) -> None:
        reply = await self.client.get("/")
        assert reply.status_code == 200, reply.status_code
        found = re.search(r"window\.gradio_config = (\{.*?\});</script>", reply.text, re.S)
        assert found
        self.config = json.loads(found[1])

    async def event(self, name: str, part: str | None, data: list[Any], event_data: Any = None) -> str:
        """What the browser does for one event: hand it in, listen until it is done; returns all that came as text."""
        ids = {c["props"].get("elem_id"): c["id"] for c in self.config["components"]}
        wanted = ids[part] if part else None
        one = next(d for d in self.config["dependencies"]
                   if any(e == name and (wanted is None or target == wanted) for target, e in d["targets"])
                   and d.get("backend_fn"))  # fmt: skip
        given = data + [None] * (len(one["inputs"]) - len(data))
        body = {
            "data": given,
            "event_data": event_data,
            "fn_index": one["id"],
            "trigger_id": wanted,
            "session_hash": self.tab,
        }
        reply = await self.client.post("/gradio_api/queue/join", json=body)
        assert reply.status_code == 200, (reply.status_code, reply.text[:100])
        event, came = reply.json()["event_id"], []
        async with self.client.stream("GET", f"/gradio_api/queue/data?session_hash={self.tab}") as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                if message.get("event_id") not in {None, event}:
                    continue
                came.append(line)
                if message["msg"] == "process_completed":
                    assert message["success"], line[:200]
                    break
        return html.unescape("".join(came).replace('\\"', '"'))


def program(folder: Path, *words: str, **more: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ratsassistent", "--datenordner", str(folder), *words]
    return subprocess.Popen(command, cwd=ROOT, **more)


def order_real(folder: Path) -> None:
    from ratsassistent import workflow
    from ratsassistent.settings import read_settings

    with workflow.workspace(read_settings(folder)) as ws:
        for meeting in workflow.meetings(ws):
            workflow.order_briefing(ws, meeting.id)


async def run_readers(port: int, persons: int, seconds: float) -> Measured:
    measured = Measured()
    until = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=8)
    clients = [
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits,
                          headers={"host": HOST, "x-forwarded-for": f"10.0.0.{n + 1}", "accept-encoding": "br"})
        for n in range(persons)
    ]  # fmt: skip
    readers = [Reader(client, n, measured, until) for n, client in enumerate(clients)]
    spread = min(10.0, seconds / 6)
    await asyncio.gather(*(one.life(spread * n / persons) for n, one in enumerate(readers)))
    for client in clients:
        await client.aclose()
    return measured


async def one_after_the_other(port: int, rounds: int, cpu: Callable[[], float]) -> Measured:
    """One person who does not think, so that the server's CPU time between two moments is that of one request."""
    measured = Measured(cpu)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        timeout=120,
        headers={"host": HOST, "x-forwarded-for": "10.0.0.1", "accept-encoding": "br"},
    ) as client:
        for number in range(rounds):
            reader = Reader(client, number, measured, 0.0, thinks=False)
            await reader.timed("anmelden", reader.sign_in) if not number else None
            await reader.timed("Seite öffnen (HTML)", reader.open_page)
            told = await reader.timed("Seite öffnen (Inhalt)", lambda r=reader: r.event("load", None, [""]))
            for _ in range(3):
                await reader.read(told or "")
                await reader.timed("nach Neuem sehen", lambda r=reader: r.event("tick", None, []))
    return measured


def cpu_of(pid: int) -> tuple[float, float]:
    """CPU seconds until now: of a process, and of its helpers (those that ended, too)."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    helped = own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            if "arbeiten" not in " ".join(child.cmdline()):
                helped += sum(child.cpu_times()[:4])
        except psutil.Error:
            continue
    return own.user + own.system, helped


def watch(pid: int, samples: list[tuple[float, int]], stop: threading.Event) -> None:
    process = psutil.Process(pid)
    while not stop.wait(1.0):
        try:
            family = [process, *process.children(recursive=True)]
            own = process.memory_info().rss
            drawn = sum(p.memory_info().rss for p in family[1:] if "arbeiten" not in " ".join(p.cmdline()))
            samples.append(((own + drawn) / 1e6, len(family) - 1))
        except psutil.Error:
            continue


def share(values: list[float], part: float) -> float:
    return (
        statistics.quantiles(values, n=100, method="inclusive")[round(part * 100) - 1] if len(values) > 1 else values[0]
    )


def told(
    args: argparse.Namespace,
    measured: Measured,
    samples: list[tuple[float, int]],
    spent: tuple[float, float, float],
) -> dict[str, Any]:
    """:param spent: CPU seconds of the server, of its helpers, of this program."""
    memory = [m for m, _ in samples]
    asked = max(1, sum(map(len, measured.seconds.values())))
    return {
        "personen": args.personen, "dauer": args.dauer, "kerne": os.cpu_count(), "last_des_rechners": os.getloadavg(),
        "auftrag": "keiner" if args.ohne_auftrag else "Sprachmodell" if args.modell else "erdacht",
        "speicher_mb": {"anfang": round(memory[0]), "hoechstens": round(max(memory)), "ende": round(memory[-1])},
        "hilfsprozesse_hoechstens": max(n for _, n in samples),
        "rechenzeit": {
            "server_s": round(spent[0], 1), "hilfsprozesse_s": round(spent[1], 1),
            "lasterzeuger_s": round(spent[2], 1), "server_ms_je_anfrage": round(1000 * (spent[0]) / asked, 1),
        },
        "anfragen_je_s": round(asked / args.dauer, 1) if not args.einzeln else None,
        "fehler": measured.failed,
        "schritte": {
            kind: {"anzahl": len(v), "mitte": round(statistics.median(v), 3), "p95": round(share(v, 0.95), 3), "laengste": round(max(v), 3)}
            | ({"rechenzeit_ms": round(1000 * statistics.median(measured.cpu_seconds[kind]))} if measured.cpu else {})
            for kind, v in measured.seconds.items()
        },
    }  # fmt: skip


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--personen", type=int, default=20)
    parser.add_argument("--dauer", type=float, default=120.0)
    parser.add_argument("--port", type=int, default=18300)
    parser.add_argument("--paket", type=Path, action="append", default=[], help="noch ein Paket zum Beispiel dazu")
    parser.add_argument("--daten", type=Path, help="ein Datenordner, in dem schon etwas eingelesen ist (eine Kopie!)")
    parser.add_argument("--ohne-auftrag", action="store_true")
    parser.add_argument("--modell", action="store_true")
    parser.add_argument("--einzeln", type=int, metavar="N", help="N Runden einer Person, mit der Rechenzeit je Anfrage")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    from ratsassistent.people import People

    if not args.modell:  # nor is the machine measured beside it; the search then has its small model only
        os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = tempfile.mkdtemp(prefix="last-ohne-modell-")
    with tempfile.TemporaryDirectory(prefix="last-") as made:
        folder = args.daten or Path(made)
        if not args.daten:
            program(folder, "einlesen", "--beispiel", *map(str, args.paket), stdout=subprocess.DEVNULL).wait()
        from argon2 import PasswordHasher

        people = People(folder, hasher=PasswordHasher())
        known = {person.name for person in people.all()}
        for n in range(args.personen):
            if f"Person {n}" not in known:
                people.add(f"Person {n}", WORD)
        log = (folder / "last.log").open("wb")
        server = program(folder, "starten", "--kein-browser", "--port", str(args.port), "--fuer-andere", HOST, "--hinter-proxy", "127.0.0.1",
                         stdout=log, stderr=log)  # fmt: skip
        burning: list[subprocess.Popen[bytes]] = []
        samples: list[tuple[float, int]] = []
        stop = threading.Event()
        try:
            while "läuft".encode() not in (folder / "last.log").read_bytes():
                assert server.poll() is None, (folder / "last.log").read_text()
                time.sleep(0.5)
            if args.modell:
                order_real(folder)
            elif not args.ohne_auftrag:
                burning = [subprocess.Popen([sys.executable, "-c", BURN.format(seconds=args.dauer + 30)],
                                            env={**os.environ, "OPENBLAS_NUM_THREADS": str(os.cpu_count())})]  # fmt: skip
            time.sleep(5)
            threading.Thread(target=watch, args=(server.pid, samples, stop), daemon=True).start()
            before, own = cpu_of(server.pid), time.process_time()
            if args.einzeln:
                measured = asyncio.run(one_after_the_other(args.port, args.einzeln, lambda: sum(cpu_of(server.pid))))
            else:
                measured = asyncio.run(run_readers(args.port, args.personen, args.dauer))
            after, own = cpu_of(server.pid), time.process_time() - own
        finally:
            stop.set()
            for process in (*burning, server):
                process.kill()
                process.wait()
        log.close()
        print((folder / "last.log").read_text()[-1500:], file=sys.stderr)
    found = told(args, measured, samples, (after[0] - before[0], after[1] - before[1], own))
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if args.json:
        args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
