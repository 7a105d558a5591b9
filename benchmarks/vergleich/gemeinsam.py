"""What both peers are given alike: the model, the pack cut into items, and the shape that their texts are handed in.

What enters: a model file, a pack and its borders. What leaves: items with the text of their pages, one answer function,
and JSON that `score.py briefing` reads, with seconds and tokens of each item beside it.
What it does not know: LlamaIndex, LangChain, the program `ratsassistent` (it is not installed where this runs).

Setting up, once, from the checkout; llama-cpp-python is not compiled again but copied, so that both sides run on the very
same engine:

    python3.11 -m venv /tmp/vergleich/venv
    /tmp/vergleich/venv/bin/pip install llama-index-core langchain-core langchain-text-splitters pypdf psutil \\
        numpy diskcache jinja2 typing_extensions
    cp -r .venv/lib/python3.11/site-packages/llama_cpp* /tmp/vergleich/venv/lib/python3.11/site-packages/

Then, for each of llamaindex.py and langchain_mr.py:

    /tmp/vergleich/venv/bin/python benchmarks/vergleich/llamaindex.py PACK.pdf --grenzen PACK.truth.json \\
        --tops 1,2.1,2.2,2.3,2.6 --aus /tmp/vergleich/out/llamaindex.json

The peers are given what a user who means well would give them: the item borders, all cores, the model's own chat template,
temperature 0, the task in German, room for 200 words. What they add themselves stays as it is, in English where it is.
A sentence of theirs names no page; each is handed in as citing all pages of its item, so that its numbers can be looked up.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from zaehlwerk import Memory, Meter, machine

MODEL = Path.home() / ".cache/ratsassistent/modelle/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
WORDS = 200
TASK = (
    "Fasse den Tagesordnungspunkt „{title}“ für ein Ratsmitglied auf Deutsch zusammen: worum es geht, was beschlossen werden "
    "soll, was es kostet, welche Zahlen und Fristen wichtig sind. Höchstens {words} Wörter."
)


@dataclass(frozen=True)
class Item:
    """An agenda item as the peers see it."""

    number: str
    title: str
    pages: tuple[int, ...]
    text: str

    @property
    def task(self) -> str:
        """What is asked about it."""
        return TASK.format(title=self.title, words=WORDS)


def arguments(about: str | None) -> argparse.Namespace:
    """What both scripts are told."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--grenzen", type=Path, required=True, help="truth.json, or what `einlesen --json` printed")
    parser.add_argument("--tops", default="", help="numbers of items, parted by commas; without: all that have pages")
    parser.add_argument("--modell", type=Path, default=MODEL)
    parser.add_argument("--kontext", type=int, default=6144, help="tokens of prompt and answer together")
    parser.add_argument("--antwort", type=int, default=450, help="tokens of an answer: 200 German words and some")
    parser.add_argument("--faden", type=int, default=psutil.cpu_count(logical=False), help="threads")
    parser.add_argument("--zeichen", type=int, default=0, help="only the first so many characters of an item (a try)")
    parser.add_argument("--aus", type=Path, required=True, help="the JSON file to write")
    return parser.parse_args()


def items(given: argparse.Namespace) -> list[Item]:
    """The items asked for, in the order of the agenda."""
    from pypdf import PdfReader

    text = [page.extract_text() or "" for page in PdfReader(given.pack).pages]
    wanted = [number.strip() for number in given.tops.split(",") if number.strip()]
    found = []
    for number, title, pages in _borders(json.loads(given.grenzen.read_text(encoding="utf-8"))):
        if pages and (not wanted or number in wanted):
            whole = "\n\n".join(text[page - 1] for page in pages)
            found.append(Item(number, title, pages, whole[: given.zeichen or None]))
    if missing := set(wanted) - {item.number for item in found}:
        sys.exit(f"Kein TOP {', '.join(sorted(missing))} mit Unterlagen in {given.grenzen}.")
    return found


def _borders(data: dict[str, Any]) -> list[tuple[str, str, tuple[int, ...]]]:
    if "agenda" in data:
        return [
            (str(item["number"]), item["title"], tuple(range(item["first_page"], item["last_page"] + 1)))
            for item in data["agenda"]
            if item["number"] and item["first_page"]
        ]
    return [
        (item["number"], item["name"], tuple(range(item["pages"][0], item["pages"][1] + 1)))
        for item in data["meetings"][0]["agendaItem"]
        if item["number"] and item["pages"] and item["papers"]
    ]


class Model:
    """The model behind `llama_cpp.Llama`, as both peers call it: one prompt in, its answer out."""

    def __init__(self, given: argparse.Namespace) -> None:
        import llama_cpp
        import llama_cpp.llama_cpp as low

        self.meter = Meter()
        if b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info():
            _without_repacking(low)
        started = time.perf_counter()
        self.llama = llama_cpp.Llama(
            str(given.modell), n_ctx=given.kontext, n_threads=given.faden, n_threads_batch=given.faden, verbose=False
        )
        self.seconds_loading = round(time.perf_counter() - started, 2)
        self.context = given.kontext
        self.tokens_prompted = self.tokens_written = self.calls = 0

    def count(self, text: str) -> list[int]:
        """The tokens of a text."""
        tokens: list[int] = self.llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=False)
        return tokens

    def answer(self, prompt: str, most: int) -> str:
        """What the model says to a prompt, through its own chat template."""
        reply: Any = self.llama.create_chat_completion(
            [{"role": "user", "content": prompt}], max_tokens=most, temperature=0.0
        )
        self.calls += 1
        self.tokens_prompted += reply["usage"]["prompt_tokens"]
        self.tokens_written += reply["usage"]["completion_tokens"]
        return str(reply["choices"][0]["message"]["content"] or "").strip()


def _without_repacking(low: Any) -> None:
    """`Llama` cannot switch it off, and on processors with AMX it crashes."""
    default = low.llama_model_default_params

    def params() -> Any:
        made = default()
        made.use_extra_bufts = False
        return made

    low.llama_model_default_params = params


def run(name: str, given: argparse.Namespace, model: Model, summarise: Callable[[Item], str]) -> None:
    """Let a peer summarise every item, and write the file after each."""
    memory = Memory()
    wanted = items(given)
    out: dict[str, Any] = {
        "of": name, "machine": machine(), "pack": given.pack.name, "context": given.kontext, "threads": given.faden,
        "seconds_loading": model.seconds_loading, "seconds": 0.0, "items": [], "agendaItem": [],
    }  # fmt: skip
    for item in wanted:
        model.meter.take()
        prompted, written, calls = model.tokens_prompted, model.tokens_written, model.calls
        started = time.perf_counter()
        text = summarise(item)
        seconds = time.perf_counter() - started
        work = model.meter.take()
        out["seconds"] = round(out["seconds"] + seconds, 2)
        out["items"].append({
            "number": item.number, "characters": len(item.text), "seconds": round(seconds, 2), "calls": model.calls - calls,
            "tokens_prompted": model.tokens_prompted - prompted, "tokens_written": model.tokens_written - written,
            "tokens_reused": model.tokens_prompted - prompted - work.tokens_read,
            "seconds_else": round(seconds - work.seconds_reading - work.seconds_writing, 2),
            "words": len(text.split()), **work.figures(),
        })  # fmt: skip
        out["agendaItem"].append({
            "id": item.number, "number": item.number, "name": item.title, "public": True, "resolution": None,
            "statements": [
                {"text": sentence, "origin": "model", "check": "none",
                 "citation": [{"file": given.pack.name, "page": page} for page in item.pages]}
                for sentence in sentences(text)
            ],
        })  # fmt: skip
        out["memory"] = memory.figures()
        given.aus.parent.mkdir(parents=True, exist_ok=True)
        given.aus.write_text(json.dumps(out, ensure_ascii=False, indent=1), encoding="utf-8")
        print(f"TOP {item.number}: {seconds:.0f} s, {len(text.split())} Wörter", file=sys.stderr, flush=True)
    memory.close()


def sentences(text: str) -> list[str]:
    """A text cut at the ends of lines and of sentences; nothing of it is lost."""
    parts = re.split(r"\n+|(?<=[a-zäöüß)“\"]{2}[.!?])\s+(?=[A-ZÄÖÜ„*-])", text)
    return [" ".join(part.split()) for part in parts if part and part.strip()]
