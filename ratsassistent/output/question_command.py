"""The command `frage`: a question becomes an answer with its pages, or an honest no.

What enters: parsed arguments, settings. What leaves: text or JSON on standard output.
What it does not know: how an answer is made.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ratsassistent import workflow
from ratsassistent.briefings import Answer
from ratsassistent.errors import UsageError
from ratsassistent.output import contract, markdown, phrases
from ratsassistent.settings import Settings


def run(args: argparse.Namespace, settings: Settings, batch: Callable[[Path], Iterator[dict[str, Any]]]) -> int:
    """Answer one question, or (`--stapel`) each line of a file; returns the exit status.

    :param batch: reads that file. Lines with the same "conversation" are questions of one conversation, in their order.
    """
    if bool(args.question) == bool(args.stapel):
        raise UsageError("Bitte eine Frage stellen, oder mit --stapel eine Datei voller Fragen.")
    if args.top and not args.sitzung:
        raise UsageError("Bitte zu --top auch --sitzung angeben.")
    with workflow.workspace(settings) as ws:
        if args.stapel:
            said: dict[str, list[Answer]] = {}
            for entry in list(batch(args.stapel)):
                before = said.setdefault(str(entry["conversation"]), []) if entry.get("conversation") else []
                made = workflow.ask(
                    ws,
                    str(entry.get("question", "")),
                    wanted=entry.get("meeting") or args.sitzung,
                    top=entry.get("top") or args.top,
                    before=before,
                    quotes_only=args.ohne_modell,
                )
                before.append(made)
                print(json.dumps({"id": entry.get("id"), **contract.answer(made)}, ensure_ascii=False), flush=True)
            return 0
        made = workflow.ask(ws, args.question, wanted=args.sitzung, top=args.top, quotes_only=args.ohne_modell)
    if args.json:
        print(json.dumps(contract.answer(made), ensure_ascii=False, indent=1))
    else:
        for line in _lines(made):
            print(line)
    return 0


def _lines(made: Answer) -> Iterator[str]:
    if made.answered:
        if made.verdict:
            yield made.verdict
        for statement in made.statements:
            who = "KI" if statement.origin == "model" else statement.label if made.dated else "Im Wortlaut"
            yield f"{who}: {statement.text} {markdown.pages(statement.citation)}"
        return
    yield f"{phrases.NOT_FOUND} ({phrases.pages_read(made)})."
    if made.doubted:
        yield f"{phrases.DOUBTED}:"
        for statement in made.statements:
            yield f"- {statement.text} {markdown.pages(statement.citation)}"
    if made.nearest:
        yield f"{phrases.NEAREST}:"
    for hit in made.nearest:
        yield f"- {hit.snippet} {markdown.pages([hit.shown_at] if hit.shown_at else [])}"
