"""The command `suche`: words or a question become places in the papers, each with why it was found.

What enters: parsed arguments, settings. What leaves: text or JSON on standard output.
What it does not know: how anything is found.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ratsassistent import workflow
from ratsassistent.errors import UsageError
from ratsassistent.output import contract
from ratsassistent.settings import Settings

_PUBLIC = {"alle": None, "oeffentlich": True, "nichtoeffentlich": False}


def run(args: argparse.Namespace, settings: Settings, batch: Callable[[Path], Iterator[dict[str, Any]]]) -> int:
    """Search once, or (`--stapel`) for each line of a file; returns the exit status.

    :param batch: reads that file.
    """
    if bool(args.query) == bool(args.stapel):
        raise UsageError("Bitte Suchwörter angeben, oder mit --stapel eine Datei voller Suchen.")
    filters = {"since": args.von, "until": args.bis, "organization": args.gremium, "paper_type": args.art}
    with workflow.workspace(settings) as ws:

        def search(query: str, meeting: str | None) -> dict[str, Any]:
            started = time.monotonic()
            found = workflow.find(
                ws, query, limit=args.anzahl, wanted=meeting, public=_PUBLIC[args.oeffentlichkeit], one_a_file=True,
                **filters,
            )  # fmt: skip
            return contract.hits(found, time.monotonic() - started)

        if args.stapel:
            for entry in list(batch(args.stapel)):
                made = search(str(entry.get("query", "")), entry.get("meeting") or args.sitzung)
                print(json.dumps({"id": entry.get("id"), **made}, ensure_ascii=False), flush=True)
            return 0
        made = search(args.query, args.sitzung)
    if args.json:
        print(json.dumps(made, ensure_ascii=False, indent=1))
        return 0
    for hit in made["hits"]:
        page = f", S. {hit['page']}" if hit["page"] else ""
        print(f"{hit['file']['name']}{page}: {hit['snippet']}")
        if hit["why"]:
            print(f"  {hit['why']['text']}")
        for other in hit["duplicates"]:
            page = f", S. {other['page']}" if other["page"] else ""
            print(f"  Ebenso: {other['file']['name']}{page}")
    if not made["hits"]:
        print("Nichts gefunden.")
    return 0
