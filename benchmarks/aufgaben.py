"""Ways of putting the task to the language model, on the same items, with the same model, one after the other.

    python benchmarks/aufgaben.py PACK.pdf FACTS.json [PACK.pdf FACTS.json …] [--anzahl N] [--wege drei_saetze,…] [-o DATEI]

For each way and the first N items that have facts: how many items got two sentences that pass every check of the program,
how many sentences, how much of them is copied, how many were refused, tokens read and written, seconds. The checks are
the program's own, so that a way is not praised for what it made up; whether a sentence is *right* only reading tells, so
all sentences are written to a file.

    drei_saetze   one task an item: three sentences of its own about keyed passages (about 260 words)
    eine_frage    one sentence of the papers at a time, with the words the answer begins with; the model writes freely
    wortschatz    the same, and a word that is no form of a word of the source is taken back while it writes (what the
                  program does as a rule)
    nachgebessert the same, and what fails goes back once with what is wrong (what it does with more effort)

`drei_saetze` is not checked as strictly: it has no single source sentence to be held against, so `language` and the
numbers and names on its page decide.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ratsassistent import models
from ratsassistent.briefings import ModelRecord, Statement
from ratsassistent.oparl import AgendaItem
from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.matching.assemble import assemble
from ratsassistent.settings import read_settings
from ratsassistent.writing import briefing
from ratsassistent.writing.checks import language
from ratsassistent.writing.checks.vocabulary import copied_share
from ratsassistent.writing.extracts.reading import reading_for, topics
from ratsassistent.writing.model.keyed import model_statements, whole
from ratsassistent.writing.model.language_model import Message, Reply, in_turn
from ratsassistent.writing.model.llama import LlamaModel
from ratsassistent.writing.model.prompts import _HEADING, _PLACE, _ROLES
from ratsassistent.writing.model.tasks import tasks
from ratsassistent.writing.model.writer import Writer
from ratsassistent.writing.text.cited import PageTexts, page_texts, texts_of

OLD = Path(__file__).parent / "aufgaben" / "drei_saetze.md"


class Ways:
    """The ways, sharing one loaded model that counts its tokens."""

    def __init__(self, model: LlamaModel) -> None:
        self.model = model
        self.read = self.written = 0
        self.guarded = True
        self.tries = 2

    record = property(lambda self: self.model.record)
    context = property(lambda self: self.model.context)

    def close(self) -> None:
        self.model.close()

    def write_all(self, scripts: Any, *, should_stop: Any = None) -> Any:
        return in_turn(self, scripts, should_stop)

    def choose(self, messages: Any, options: Any, **more: Any) -> list[float]:
        return self.model.choose(messages, options, **more)

    def count(self, text: str) -> int:
        return self.model.count(text)

    def write(self, messages: Any, **options: Any) -> Reply:
        """As `LanguageModel.write`; without the guard, or without a second try, where the way has none."""
        if not self.guarded:
            options["allows"] = None
        if self.tries == 1 and "stimmt etwas nicht" in messages[-1].content:
            return Reply(options.get("lead", ""), True, 0, 0, 0, 0.0, 0.0)
        reply = self.model.write(messages, **options)
        self.read += reply.tokens_read
        self.written += reply.tokens_written
        return reply

    def drei_saetze(self, item: AgendaItem, pages: PageTexts) -> tuple[list[Statement], int]:
        """One task for the whole item."""
        chunks = reading_for(item, 260)
        if not chunks:
            return [], 0
        values = {
            "titel": item.name,
            "art": item.papers[0].paperType or "Unterlage",
            "texte": "\n".join(f"[{c.key}] ({c.label}) {c.text}" for c in chunks),
        }
        pieces = _HEADING.split(OLD.read_text(encoding="utf-8"))
        turns = [
            Message(_ROLES[h], _PLACE.sub(lambda m: values[m[1]], body.strip()))  # type: ignore[arg-type]
            for h, body in zip(pieces[1::2], pieces[2::2], strict=True)
        ]
        reply = self.write(turns, max_tokens=160)
        said = model_statements(whole(reply), chunks, pages, "Worum es geht")
        own = [s for s in said if s.origin == "model"]
        good = [s for s in own if s.check == "ok" and not language.faults(s.text)]
        return good, len(own) - len(good)

    def small(self, item: AgendaItem, pages: PageTexts, *, guarded: bool, tries: int) -> tuple[list[Statement], int]:
        """The program's own tasks."""
        self.guarded, self.tries = guarded, tries
        writer = Writer(self)
        said: list[Statement] = []
        refused = 0
        done: dict[str, int] = {}
        for number, task in enumerate(tasks(item, topics(item))):
            if len(said) >= briefing.MOST_SENTENCES or number >= briefing.USUAL.tries:
                break
            if done.get(task.group, 0) >= briefing.WANTED[task.group]:
                continue
            made = writer.write(task, pages)
            refused += len(made.withheld)
            if made.shown:
                said.append(made.shown)
                done[task.group] = done.get(task.group, 0) + 1
        self.guarded, self.tries = True, 2
        return said, refused

    def all(self) -> dict[str, Callable[[AgendaItem, PageTexts], tuple[list[Statement], int]]]:
        """The ways by name."""
        return {
            "drei_saetze": self.drei_saetze,
            "eine_frage": lambda i, p: self.small(i, p, guarded=False, tries=1),
            "wortschatz": lambda i, p: self.small(i, p, guarded=True, tries=1),
            "nachgebessert": lambda i, p: self.small(i, p, guarded=True, tries=2),
        }


@dataclass
class Sum:
    """What came of one way."""

    items: int = 0
    two: int = 0
    sentences: int = 0
    refused: int = 0
    copied: list[float] = field(default_factory=list)
    seconds: float = 0.0
    tokens: tuple[int, int] = (0, 0)

    def row(self, name: str) -> str:
        """One row of the table."""
        n = max(self.items, 1)
        return (
            f"| {name} | {self.two / n:.2f} | {self.sentences / n:.1f} | {self.refused / n:.1f} "
            f"| {sum(self.copied) / max(len(self.copied), 1):.2f} | {self.tokens[0] / n:.0f} | {self.tokens[1] / n:.0f} "
            f"| {self.seconds / n:.1f} |"
        )


def items_with_facts(files: list[Path]) -> Iterator[AgendaItem]:
    """The items of packs that have facts, in order."""
    for pack, facts in zip(files[::2], files[1::2], strict=True):
        wanted = {entry["number"] for entry in json.loads(facts.read_text(encoding="utf-8"))["items"]}
        for meeting in assemble([read_file(pack)]).meetings:
            for item in meeting.agendaItem:
                if (item.number or "").removeprefix("Ö").strip() in wanted:
                    yield item


def main() -> None:
    """Run the ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--anzahl", type=int, default=12)
    parser.add_argument("--wege", default="drei_saetze,eine_frage,wortschatz,nachgebessert")
    parser.add_argument("-o", type=Path, help="all sentences as JSON lines")
    args = parser.parse_args()
    settings = read_settings()
    entry = models.load_catalogue().get(settings.model)
    path = models.find(entry, settings.model_folders)
    if path is None:
        sys.exit("Das Sprachmodell fehlt: ratsassistent modelle laden")
    record = ModelRecord(name=entry.name, sha256=entry.sha256 or "", licence=entry.licence)
    ways = Ways(LlamaModel(path, record))
    found = list(items_with_facts(args.files))
    chosen = found[:: max(len(found) // args.anzahl, 1)][: args.anzahl]
    out = args.o.open("w", encoding="utf-8") if args.o else None
    print(f"{len(chosen)} Punkte, {entry.name}\n")
    print(
        "| Weg | zwei Sätze | Sätze je Punkt | abgelehnt je Punkt | abgeschrieben | gelesen | geschrieben | Sekunden je Punkt |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in args.wege.split(","):
        total = Sum()
        before = (ways.read, ways.written)
        for item in chosen:
            pages = page_texts(item.papers)
            begin = time.perf_counter()
            said, refused = ways.all()[name](item, pages)
            total.seconds += time.perf_counter() - begin
            total.items += 1
            total.two += len(said) >= 2
            total.sentences += len(said)
            total.refused += refused
            total.copied += [copied_share(s.text, texts_of(pages, s.citation)) for s in said]
            if out:
                for s in said:
                    pages_cited = [c.page for c in s.citation]
                    out.write(
                        json.dumps(
                            {"weg": name, "top": item.number, "satz": s.text, "seiten": pages_cited}, ensure_ascii=False
                        )
                        + "\n"
                    )
                out.flush()
        total.tokens = (ways.read - before[0], ways.written - before[1])
        print(total.row(name), flush=True)


if __name__ == "__main__":
    main()
