"""How good and how fast is the search, beside plain FTS5?

    python benchmarks/suche.py --daten ../shared/data/karlsruhe/dev --bewertung ../shared/eval/score.py --ordner FOLDER
                               [--modelle FOLDER] [--einlesen] [--nur güte,stellen,zeiten,tempo,speicher] [--fragen N]

FOLDER is a data folder with the whole archive and the packs; `--einlesen` makes it (that takes a while). `--modelle` is
a model folder that holds the embedding model; without it the search has what it has without one. One JSON object of
figures comes out:

* güte: keypoint queries and `paraphrasen.jsonl` (recall, MRR), and the same from plain FTS5 (unicode61, bm25, all words
  of the query joined by OR) over the same passages. The weight of the static model was chosen on all of these queries, so
  they are no held-out measure of it; the halves are given to show how much a half differs.
* stellen: the questions on packs, gold page among the first passages.
* zeiten: percentiles over N queries, first stage and with the transformer where no vector is kept yet.
* tempo: passages a second for the first stage (full text and static vectors), from papers to a searchable archive.
* speicher: the peak memory of a process that searches.

Times are given as seconds on the clock and as seconds of processor time: the second is what a machine that does nothing
else would need on one core.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ratsassistent import workflow
from ratsassistent.archive import index, vectors
from ratsassistent.archive.store import Store
from ratsassistent.meaning.embedder import Embedder, Vectors
from ratsassistent.oparl import Paper
from ratsassistent.output import contract
from ratsassistent.pack.papers.passages import cut_passages
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace

HERE = Path(__file__).parent
PLAIN = "vergleich.sqlite"
LIMIT = 10
Found = list[dict[str, Any]]


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daten", type=Path, required=True)
    parser.add_argument("--bewertung", type=Path, required=True)
    parser.add_argument("--ordner", type=Path, required=True)
    parser.add_argument("--modelle", type=Path, default=Path("keine"))
    parser.add_argument("--einlesen", action="store_true")
    parser.add_argument("--nur", default="güte,stellen,zeiten,tempo,speicher")
    parser.add_argument("--fragen", type=int, default=500)
    parser.add_argument("--hoechstens", type=int, help="only so many queries of each kind")
    args = parser.parse_args()
    settings = Settings(data_folder=args.ordner, model_folders=(args.modelle,))
    wanted = args.nur.split(",")
    if wanted == ["speicher-hier"]:
        print(json.dumps(peak_memory(settings, queries(args.daten)[:20])))
        return
    figures: dict[str, Any] = {}
    if args.einlesen:
        figures["einlesen"] = build(settings, args.daten)
    score = _score(args.bewertung)
    with workflow.workspace(settings) as ws:
        figures["archiv"] = about(ws)
        if "güte" in wanted:
            figures["güte"] = quality(ws, args.daten, score, args.hoechstens)
        if "stellen" in wanted:
            figures["stellen"] = places(ws, args.daten, score)
        if "zeiten" in wanted:
            figures["zeiten"] = times(ws, queries(args.daten)[: args.fragen])
        if "tempo" in wanted:
            figures["tempo"] = pace(ws)
    if "speicher" in wanted:
        command = [sys.executable, __file__, *sys.argv[1:], "--nur", "speicher-hier"]
        made = subprocess.run([c for c in command if c != "--einlesen"], capture_output=True, text=True, check=True)
        figures["speicher"] = json.loads(made.stdout)
    print(json.dumps(figures, ensure_ascii=False, indent=1))


def build(settings: Settings, data: Path) -> dict[str, Any]:
    """Take in the whole archive and the packs."""
    names = ["organizations.json", "meetings.jsonl.gz", "papers.jsonl.gz"]
    packs = sorted(p for p in (data / "packs").glob("*.pdf") if "bookmarks" not in p.name)
    clock, processor = time.monotonic(), time.process_time()
    with workflow.workspace(settings) as ws:
        workflow.take_in(ws, [data / name for name in names])
        workflow.take_in(ws, packs)
    return {"seconds": round(time.monotonic() - clock), "processor": round(time.process_time() - processor)}


def about(ws: Workspace) -> dict[str, Any]:
    """How much there is to search, and with what."""
    counts = [sum(1 for _ in store.passages()) for store in ws.stores]
    models = [model for model in (ws.meaning.static, ws.meaning.transformer) if model]
    lacking = {model.key[:24]: sum(vectors.lacking(store, model) for store in ws.stores) for model in models}
    return {"passages": counts, "models_and_passages_without_vectors": lacking}


# --- how good ------------------------------------------------------------------------------------------------------


def quality(ws: Workspace, data: Path, score: Any, most: int | None) -> dict[str, Any]:
    """Recall and MRR of whole-archive queries, ours and those of plain FTS5."""
    keypoints = _lines(data / "keypoint_queries.jsonl")
    sets = {
        "keypoints": keypoints,
        "keypoints_first_half": keypoints[::2],
        "keypoints_second_half": keypoints[1::2],
        "paraphrases": _lines(HERE / "paraphrasen.jsonl"),
    }
    plain = Plain(ws)
    found: dict[str, tuple[Found, Found]] = {}
    figures = {}
    for name, asked in sets.items():
        chosen = asked[:most]
        for entry in chosen:
            if entry["id"] not in found:
                hits = workflow.find(ws, entry["query"], limit=LIMIT, one_a_file=True)
                found[entry["id"]] = contract.hits(hits, 0.0)["hits"], plain.search(entry["query"])
        figures[name] = {
            who: score.search([{"id": e["id"], "hits": found[e["id"]][n]} for e in chosen], chosen)
            for n, who in enumerate(("ratsassistent", "fts5"))
        }
    return figures


def places(ws: Workspace, data: Path, score: Any) -> dict[str, Any]:
    """Gold pages of the questions on packs among the first passages."""
    asked = [q for q in json.loads((data / "questions.json").read_text("utf-8")) if q.get("pack")]
    days = {m.start[:10]: m.id for m in workflow.meetings(ws, with_papers=False) if m.start}
    held = {m.id for m in workflow.meetings(ws, with_papers=False) if m.file_ids or not m.oparl_id}
    plain = Plain(ws)
    ours, theirs = [], []
    for question in asked:
        day = question["pack"][-10:]
        meetings = [m.id for m in workflow.meetings(ws, with_papers=False) if (m.start or "").startswith(day)]
        meeting = next((m for m in meetings if m in held), days[day])
        hits = workflow.find(ws, question["question"], limit=LIMIT, wanted=meeting)
        ours.append({"id": question["id"], "hits": contract.hits(hits, 0.0)["hits"]})
        theirs.append({"id": question["id"], "hits": plain.search(question["question"], meeting)})
    return {"ratsassistent": score.passages(ours, asked), "fts5": score.passages(theirs, asked)}


class Plain:
    """Plain FTS5 over the same passages, in a file beside the data folder."""

    def __init__(self, ws: Workspace) -> None:
        path = ws.settings.data_folder / PLAIN
        new = not path.exists()
        self._database = sqlite3.connect(path)
        if new:
            self._fill(ws)

    def _fill(self, ws: Workspace) -> None:
        self._database.execute(
            "CREATE VIRTUAL TABLE text USING fts5(words, file UNINDEXED, name UNINDEXED, page UNINDEXED, meeting UNINDEXED)"
        )
        for store in ws.stores:
            for passage in store.passages():
                cited = next(iter(passage.citation), None)
                row = (cited.file_id, cited.file, cited.page) if cited else (None, None, None)
                values = (passage.text, *row, passage.meeting_id)
                self._database.execute("INSERT INTO text VALUES (?, ?, ?, ?, ?)", values)
        self._database.commit()

    def search(self, query: str, meeting: str | None = None) -> Found:
        """The first hits, one a file (one a page in a meeting), as `suche --json` gives them."""
        expression = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query))
        statement = "SELECT file, name, page FROM text WHERE text MATCH ?"
        values = [expression]
        if meeting:
            statement += " AND meeting = ?"
            values.append(meeting)
        rows = self._database.execute(statement + " ORDER BY bm25(text) LIMIT 200", values)
        hits: dict[tuple[str, int | None], dict[str, Any]] = {}
        for file, name, page in rows:
            hits.setdefault((file, page), {"file": {"id": file, "name": name}, "page": page, "duplicates": []})
        return list(hits.values())[:LIMIT]


# --- how fast, how large -------------------------------------------------------------------------------------------


class _Forgetful:
    """The transformer under another name, so that no vector of it is kept."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.key, self.dimensions = f"messung {inner.key}", inner.dimensions

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._inner.passages(texts)

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._inner.questions(texts)


def times(ws: Workspace, asked: Sequence[str]) -> dict[str, Any]:
    """Percentiles of the time that a search takes."""
    whole = ws.meaning
    first = index.Meaning(static=whole.static)
    figures = {"first_stage": _percentiles(lambda query: _search(ws, first, query), asked)}
    if whole.transformer is None:
        return figures
    bare: Embedder = _Forgetful(whole.transformer)
    role, index.TRANSFORMER = index.TRANSFORMER, "messung"
    try:
        both = index.Meaning(static=whole.static, transformer=bare)
        both.question(bare, "Laden")
        figures["no_vectors_kept"] = _percentiles(
            lambda query: _search(ws, both, query), asked[:100], lambda: [vectors.drop(s, "messung") for s in ws.stores]
        )
    finally:
        index.TRANSFORMER = role
    figures["vectors_kept_as_they_are"] = _percentiles(lambda query: _search(ws, whole, query), asked[:100])
    ws.embedding = whole
    return figures


def _search(ws: Workspace, meaning: index.Meaning, query: str) -> None:
    ws.embedding = meaning
    workflow.find(ws, query, limit=LIMIT, one_a_file=True)


def _percentiles(
    search: Callable[[str], Any], asked: Sequence[str], before: Callable[[], Any] = lambda: None
) -> dict[str, Any]:
    search(asked[0])  # opens files, reads vectors
    clock, processor = [], []
    for query in asked:
        before()
        a, b = time.monotonic(), time.process_time()
        search(query)
        clock.append(time.monotonic() - a)
        processor.append(time.process_time() - b)

    def at(values: list[float], part: float) -> float:
        return round(sorted(values)[min(int(part * len(values)), len(values) - 1)], 3)

    names = {"seconds": clock, "processor": processor}
    return {"queries": len(asked)} | {
        name: {"p50": at(v, 0.5), "p95": at(v, 0.95), "max": at(v, 1.0)} for name, v in names.items()
    }


def pace(ws: Workspace, most: int = 300) -> dict[str, Any]:
    """Passages a second: papers that are read already become a searchable archive."""
    papers: list[Paper] = []
    for meeting in workflow.meetings(ws, with_papers=False)[::5]:
        whole = workflow.meeting(ws, meeting.id)
        papers += [p for item in whole.agendaItem for p in item.papers if p.text.text]
        if len(papers) >= most:
            break
    papers = list({p.id: p.model_copy(update={"public": None}) for p in papers}.values())[:most]
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), public=False) as store:
        cut = [cut_passages(paper, None, None) for paper in papers]
        count = sum(map(len, cut))
        clock, processor = time.monotonic(), time.process_time()
        for start in range(0, len(papers), 30):
            part = slice(start, start + 30)
            store.save_pack(loose_papers=papers[part], passages=[p for ps in cut[part] for p in ps])
        texts = time.process_time() - processor
        if ws.meaning.static is not None:
            vectors.fill(store, ws.meaning.static, index.STATIC)
        seconds, worked = time.monotonic() - clock, time.process_time() - processor
    return {
        "passages": count,
        "a_second": round(count / seconds),
        "a_second_of_processor": round(count / worked),
        "full_text_alone_a_second_of_processor": round(count / texts),
    }


def peak_memory(settings: Settings, asked: Sequence[str]) -> dict[str, Any]:
    """The most memory that this process had at once, after some searches."""
    with workflow.workspace(settings) as ws:
        for query in asked:
            workflow.find(ws, query, limit=LIMIT, one_a_file=True)
    return {"peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def queries(data: Path) -> list[str]:
    """Queries of all kinds, mixed: keypoints, sentences of summaries, paraphrases, questions."""
    made = [entry["query"] for entry in _lines(data / "keypoint_queries.jsonl")]
    made += [entry["query"] for entry in _lines(HERE / "paraphrasen.jsonl")]
    made += [q["question"] for q in json.loads((data / "questions.json").read_text("utf-8"))]
    for entry in _lines(data / "reference_summaries.jsonl"):
        made += re.split(r"(?<=[.!?])\s+", entry["summary"])[:2]
    random.Random(5).shuffle(made)
    return made


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _score(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
