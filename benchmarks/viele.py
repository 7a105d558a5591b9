"""Ein Archiv von 40.000 Dateien: wie lange es dauert, bis es da ist, wie groß es ist, wie schnell gesucht wird, in SQLite und in PostgreSQL.

    python benchmarks/viele.py erzeugen --vorlage ../shared/data/karlsruhe/dev --nach DATEN [--dateien 40000]
    python benchmarks/viele.py einlesen --daten DATEN --ordner ORDNER
    python benchmarks/viele.py vektoren --ordner ORDNER
    python benchmarks/viele.py umziehen --ordner ORDNER --url postgresql://…      # von SQLite nach PostgreSQL
    python benchmarks/viele.py suchen --ordner ORDNER --fragen ../shared/data/karlsruhe/dev/keypoint_queries.jsonl --personen 1,10,50
                                      [--pause 10] [--dauer 60]
    python benchmarks/viele.py groesse --ordner ORDNER

`erzeugen` schreibt OParl-Daten, die es nicht gibt: die Vorlagen des Archivs mehrmals, ab dem zweiten Mal jeder Absatz aus einer anderen
Datei und jede Zahl eine andere, damit Wörter so häufig sind wie im echten Archiv, die Texte aber verschieden. `vektoren` legt statt der
Vektoren des großen Einbettungsmodells (Stunden auf zwei Kernen) solche ab, die aus denen des kleinen gerechnet sind: für die Dauer
einer Suche ist gleich, was in ihnen steht. Die Frage selbst wird mit dem großen Modell gelesen, wo es da ist. Bei `suchen` fragt jede
Person, wartet die Antwort ab und dann die Pause; 0: gleich wieder. Gezählt wird, was nach den ersten drei Anfragen je Person kommt.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ratsassistent import pool, relocating, searching, workflow
from ratsassistent.archive import openings, vectors
from ratsassistent.archive.index import STATIC, TRANSFORMER
from ratsassistent.meaning.embedder import Embedder, Vectors
from ratsassistent.settings import Settings

_PARAGRAPHS = re.compile(r"\n\s*\n")
_DIGITS = re.compile(r"\d+")
WARM = 3


# --- the data ------------------------------------------------------------------------------------------------------


def lines(file: Path) -> Iterator[Any]:
    """The objects of a file of packed JSON lines."""
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        for line in opened:
            yield json.loads(line)


def make(source: Path, target: Path, files: int, seed: int = 5) -> dict[str, Any]:
    """Write the archive several times, each time with other texts, ids, references and days."""
    rng = random.Random(seed)
    target.mkdir(parents=True, exist_ok=True)
    papers, meetings = list(lines(source / "papers.jsonl.gz")), list(lines(source / "meetings.jsonl.gz"))
    texts = [text for paper in papers for file in _files(paper) if (text := file.get("text"))]
    paragraphs = [part for text in texts for part in _PARAGRAPHS.split(text) if part.strip()]
    (target / "organizations.json").write_bytes((source / "organizations.json").read_bytes())
    made = written = 0
    with gzip.open(target / "papers.jsonl.gz", "wt", encoding="utf-8", compresslevel=1) as out, gzip.open(
        target / "meetings.jsonl.gz", "wt", encoding="utf-8", compresslevel=1
    ) as met:  # fmt: skip
        for copy in range(1 + files // max(sum(len(_files(p)) for p in papers), 1)):
            for meeting in meetings:
                met.write(json.dumps(_moved(meeting, copy), ensure_ascii=False) + "\n")
            for paper in papers:
                if made >= files:
                    break
                one = _moved(paper, copy)
                for file in _files(one):
                    made += 1
                    if copy and file.get("text"):
                        file["text"] = _mixed(file["text"], paragraphs, rng)
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
                written += 1
    return {"papers": written, "files": made}


def _files(paper: dict[str, Any]) -> list[dict[str, Any]]:
    return [*([paper["mainFile"]] if paper.get("mainFile") else []), *paper.get("auxiliaryFile", [])]


def _moved(thing: dict[str, Any], copy: int) -> dict[str, Any]:
    """The same with other ids, so many decades earlier: meetings of the same bodies on other days."""
    if not copy:
        return json.loads(json.dumps(thing))
    told = json.dumps(thing, ensure_ascii=False)
    told = re.sub(r'"(https?://[^"]*/(?:paper|meeting|agendaItem|file|consultation)[^"]*)"', rf'"\1-{copy}"', told)
    told = re.sub(r'"(20\d\d)(-\d\d-\d\d)', lambda m: f'"{int(m[1]) - 6 * copy}{m[2]}', told)
    found: dict[str, Any] = json.loads(told)
    if "reference" in found:
        found["reference"] = re.sub(r"\d{4}", lambda m: str(int(m[0]) - 6 * copy), str(found["reference"]), count=1)
    return found


def _mixed(text: str, paragraphs: Sequence[str], rng: random.Random) -> str:
    length, parts = 0, list[str]()
    while length < len(text):
        parts.append(rng.choice(paragraphs))
        length += len(parts[-1]) + 2
    return _DIGITS.sub(lambda m: "".join(rng.choice("0123456789") for _ in m[0]), "\n\n".join(parts))[
        : max(len(text), 1)
    ]


# --- taking in -------------------------------------------------------------------------------------------------------


def timed(work: Callable[[], Any]) -> dict[str, Any]:
    """How long it takes, and how much memory the process had at most until then."""
    clock, processor = time.monotonic(), time.process_time()
    made = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {
        "seconds": round(time.monotonic() - clock, 1),
        "processor": round(time.process_time() - processor, 1),
        "peak_mb": peak,
    }
    return {**figures, **(made if isinstance(made, dict) else {})}


def take_in(settings: Settings, data: Path) -> dict[str, Any]:
    """Take the OParl data in, with full text and the small model's vectors."""
    with workflow.workspace(settings) as ws:
        workflow.take_in(ws, sorted(data.glob("*.json*")))
        return {"passages": sum(sum(1 for _ in store.passages()) for store in ws.stores)}


class Projected:
    """Stands for the large model: its vectors are those of the small one, turned into as many dimensions, with some noise."""

    def __init__(self, static: Embedder, real: Embedder | None) -> None:
        self.static, self.real = static, real
        rng = np.random.default_rng(7)
        self.dimensions = real.dimensions if real else 384
        self._turn = rng.standard_normal((static.dimensions, self.dimensions)).astype(np.float32)

    @property
    def key(self) -> str:
        """Not the key of the real model: these vectors are never taken for its."""
        return "gerechnet"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        return self._turned(self.static.passages(texts))

    def questions(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`; the real model reads them too, for the time that takes."""
        if self.real is not None:
            self.real.questions(texts)
        return self._turned(self.static.questions(texts))

    def release(self) -> None:
        """See `Embedder`."""

    def _turned(self, given: Vectors) -> Vectors:
        turned = given @ self._turn
        return (turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def with_projected(ws: workflow.Workspace) -> workflow.Workspace:
    """The workspace whose large model is the one that stands for it."""
    static = ws.meaning.static
    if static is None:
        raise SystemExit("Das kleine Modell fehlt.")
    if not isinstance(ws.meaning.transformer, Projected):
        ws.meaning.transformer = Projected(static, ws.meaning.transformer)
    return ws


def make_vectors(settings: Settings) -> dict[str, Any]:
    """Vectors of all passages and beginnings."""
    with workflow.workspace(settings) as ws:
        model = with_projected(ws).meaning.transformer
        assert model is not None
        count = 0
        for store in ws.stores:
            assert ws.meaning.static is not None
            vectors.fill(store, ws.meaning.static, STATIC, batch=2048)
            openings.fill(store, model)
            count += vectors.fill(store, model, TRANSFORMER, batch=2048)
        return {"made": count}


def sizes(settings: Settings) -> dict[str, Any]:
    """What lies on the disk, and in PostgreSQL."""
    found: dict[str, Any] = {
        name: round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6)
        for name, folder in (("public_mb", settings.public_folder), ("nonpublic_mb", settings.nonpublic_folder))
    }
    with workflow.workspace(settings) as ws, ws.public.reading() as connection:
        from sqlalchemy import text

        if connection.dialect.name == "postgresql":
            query = (
                "SELECT c.relname, pg_total_relation_size(c.oid) / 1000000 AS mb, pg_indexes_size(c.oid) / 1000000 AS of_indexes FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY 2 DESC LIMIT 8"
            )
            found["postgresql_mb"] = {
                row.relname: [int(row.mb), int(row.of_indexes)] for row in connection.execute(text(query))
            }
        else:
            query = "SELECT name, sum(pgsize) / 1000000 AS mb FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 10"
            try:
                found["sqlite_mb"] = {row.name: int(row.mb) for row in connection.execute(text(query))}
            except Exception as error:
                found["sqlite_mb"] = str(error)[:60]
    return found


# --- searching -------------------------------------------------------------------------------------------------------


def search(settings: Settings, asked: Sequence[str], people: int, pause: float, duration: float) -> dict[str, Any]:
    """So many people search at the same time, as on the page: one process, the same opened archive."""
    taken: list[float] = []
    every = empty = errors = 0
    lock, end = threading.Lock(), time.monotonic() + duration
    began = threading.Barrier(people + 1)

    def person(number: int) -> None:
        nonlocal every, empty, errors
        rng = random.Random(number)
        began.wait()
        time.sleep(rng.uniform(0, pause))  # people do not all ask in the same second
        done = 0
        while time.monotonic() < end or done < WARM + 2:
            start = time.monotonic()
            try:
                with pool.lent(settings) as ws:
                    hits = searching.find(with_projected(ws), rng.choice(asked), limit=20)
            except Exception as error:
                print(f"{type(error).__name__}: {error}"[:200], flush=True)
                with lock:
                    errors += 1
                return
            took, done = time.monotonic() - start, done + 1
            with lock:
                every += 1
                empty += not hits
                if done > WARM:
                    taken.append(took)
            time.sleep(rng.uniform(0.5, 1.5) * pause)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    processor, clock = time.process_time(), time.monotonic()
    began.wait()
    for thread in threads:
        thread.join()
    clock = time.monotonic() - clock
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else [0.0] * 99
    return {
        "people": people, "pause_s": pause, "searches": len(taken), "per_second": round(every / clock, 2),
        "median_s": round(cuts[49], 2), "p95_s": round(cuts[94], 2), "worst_s": round(max(taken, default=0), 2),
        "processor_of_one_s": round((time.process_time() - processor) / max(every, 1), 2), "empty": empty, "errors": errors,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def searches(
    settings: Settings, file: Path, people: Sequence[int], pause: float, duration: float
) -> list[dict[str, Any]]:
    """The same for several numbers of people, one after the other."""
    asked = [json.loads(line)["query"] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = []
    pool.begin(settings)
    try:
        with pool.lent(settings) as ws:
            clock = time.monotonic()
            for store in ws.stores:
                for model in (with_projected(ws).meaning.static, ws.meaning.transformer):
                    if model is not None:
                        vectors.nearest(store, model, model.questions(["Beschluss"])[0], 5)
            rows.append({"ready_s": round(time.monotonic() - clock, 1)})
        for count in people:
            rows.append(search(settings, asked, count, pause, duration))
            print(json.dumps(rows[-1]), flush=True)
    finally:
        pool.end(settings)
    return rows


def main() -> None:
    """Do what was asked for and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("was", choices=("erzeugen", "einlesen", "vektoren", "umziehen", "suchen", "groesse"))
    parser.add_argument("--vorlage", type=Path)
    parser.add_argument("--nach", type=Path)
    parser.add_argument("--daten", type=Path)
    parser.add_argument("--ordner", type=Path, default=Path("viele"))
    parser.add_argument("--modelle", type=Path, action="append", default=[])
    parser.add_argument("--dateien", type=int, default=40_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--fragen", type=Path)
    parser.add_argument("--personen", default="1,10,50")
    parser.add_argument("--pause", type=float, default=10.0)
    parser.add_argument("--dauer", type=float, default=60.0)
    args = parser.parse_args()
    settings = Settings(data_folder=args.ordner, model_folders=tuple(args.modelle or [Path("keine")]))
    doing: dict[str, Callable[[], Any]] = {
        "erzeugen": lambda: make(args.vorlage, args.nach, args.dateien),
        "einlesen": lambda: timed(lambda: take_in(settings, args.daten)),
        "vektoren": lambda: timed(lambda: make_vectors(settings)),
        "umziehen": lambda: timed(lambda: {"rows": relocating.to_postgres(settings, args.url, "viele")}),
        "suchen": lambda: searches(
            settings, args.fragen, [int(n) for n in args.personen.split(",")], args.pause, args.dauer
        ),
        "groesse": lambda: sizes(settings),
    }
    print(json.dumps(doing[args.was](), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
