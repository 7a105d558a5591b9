"""Schreibt die ersten Punkte einer Sitzung mit dem eingestellten Sprachmodell (Server oder dieser Rechner) und hält fest, was herauskam.

    python benchmarks/server.py DATENORDNER AUSGABE.json --punkte 5
    python benchmarks/server.py --vergleiche A.json B.json

Der Datenordner hält eine eingelesene Sitzung; ist in ihm ein Server eingestellt (`modelle server`), schreibt der. Nichts wird abgelegt:
geschrieben wird in einer Kopie.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from ratsassistent import briefing_items, workflow
from ratsassistent.settings import read_settings


def written(folder: Path, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "daten"
        shutil.copytree(folder, copy)
        settings = read_settings(copy)
        with workflow.workspace(settings) as ws:
            chosen = workflow.meeting(ws, workflow.meetings(ws, with_papers=False)[0].id)
            items = [item for item in chosen.agendaItem if item.has_files][:count]
            model = workflow.load_model(ws)
            record, began = workflow.model_record(settings), time.monotonic()
            rows = []
            for item, made in briefing_items.made_of(ws, chosen.id, items, "voll", record, load=lambda: model):
                rows.append(
                    {
                        "item": item.number,
                        "at": round(time.monotonic() - began, 1),
                        "said": [s.text for s in made.statements if s.origin == "model"],
                        "withheld": [[s.text, list(s.failures)] for s in made.withheld],
                        "tokens": made.tokens.model_dump() if made.tokens else None,
                        "energy": [made.energy_wh, made.energy_how],
                        "replies": [r.model_dump() for r in made.replies],
                    }
                )
            seconds = time.monotonic() - began
            return {"model": record.model_dump(), "seconds": round(seconds, 1), "rows": rows}


def compared(one: dict[str, Any], other: dict[str, Any]) -> None:
    for name, made in (("A", one), ("B", other)):
        replies = [r for row in made["rows"] for r in row["replies"]]
        tokens = [row["tokens"] or {} for row in made["rows"]]
        print(
            f"{name}: {made['model']['name']} ({made['model'].get('server') or 'dieser Rechner'}), {len(made['rows'])} Punkte, "
            f"{made['seconds']} s; Antworten {len(replies)}, gezeigte Sätze {sum(len(row['said']) for row in made['rows'])}, "
            f"zurückgehalten {sum(len(row['withheld']) for row in made['rows'])}, zurückgenommene Wörter {sum(r['taken_back'] for r in replies)}, "
            f"Zweifel im Mittel {statistics.mean(r['doubt'] for r in replies):.3f}; Wortstücke gelesen "
            f"{sum(t.get('read', 0) for t in tokens)}, geschrieben {sum(t.get('written', 0) for t in tokens)}"
        )
    mine = {r["key"]: r for row in one["rows"] for r in row["replies"]}
    theirs = {r["key"]: r for row in other["rows"] for r in row["replies"]}
    both = mine.keys() & theirs.keys()
    same = [key for key in both if mine[key]["text"] == theirs[key]["text"]]
    print(f"dieselben Aufträge: {len(both)}, davon wörtlich gleich beantwortet: {len(same)}")
    for key in sorted(both - set(same)):
        print(f"  A: {mine[key]['text']}\n  B: {theirs[key]['text']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs=2, type=Path)
    parser.add_argument("--punkte", type=int, default=5)
    parser.add_argument("--vergleiche", action="store_true")
    args = parser.parse_args()
    if args.vergleiche:
        compared(*(json.loads(path.read_text(encoding="utf-8")) for path in args.paths))
        return
    made = written(args.paths[0], args.punkte)
    args.paths[1].write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(made['rows'])} Punkte in {made['seconds']} s")


if __name__ == "__main__":
    main()
