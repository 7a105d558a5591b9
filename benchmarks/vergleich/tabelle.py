"""One table of all that was measured side by side, and the score of each.

    python benchmarks/vergleich/tabelle.py OUT.json … [--bewertung score.py --fakten PACK.facts.json --pack PACK.pdf --tops 1,2.1]

What enters: what tempo.py, llamaindex.py and langchain_mr.py wrote. What leaves: a Markdown table on standard output; no
word of a paper. What it does not know: how they were made. It needs nothing but Python (score.py needs pypdf).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


def score(script: Path, made: Figures, facts: Path, pack: Path, tops: Sequence[str] = ()) -> Figures:
    """What the scoring script says of a briefing; of these items only, where some are named."""
    known = json.loads(facts.read_text(encoding="utf-8"))
    if tops:
        known["items"] = [item for item in known["items"] if str(item["number"]) in tops]
    with tempfile.TemporaryDirectory() as name:
        brief, some = Path(name) / "brief.json", Path(name) / "facts.json"
        brief.write_text(
            json.dumps({"agendaItem": made["agendaItem"], "seconds": made.get("seconds")}), encoding="utf-8"
        )
        some.write_text(json.dumps(known), encoding="utf-8")
        command = [sys.executable, str(script), "briefing", str(brief), str(some), str(pack)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: Figures = json.loads(done.stdout)
    numbers = figures["numbers_in_model_sentences"]
    wrong = figures["numbers_shown_as_supported_but_not_on_the_cited_page"]
    return figures | {"numbers_not_on_the_page": round(wrong / numbers, 3) if numbers else None}


def row(made: Figures) -> Figures:
    """The figures of one file that stand in the table."""
    if "voll" in made:
        voll, engine = made["voll"], made["voll"]["engine"]
        return {
            "seconds": voll["seconds"], "loading": voll["seconds_loading"], "reading": voll["seconds_reading"],
            "writing": voll["seconds_writing"], "else": voll["seconds_else"], "read": engine["tokens_read"],
            "reused": voll["tokens_reused"], "written": voll["tokens_written"],
            "read/s": engine["tokens_read_a_second"], "written/s": _rate(voll["tokens_written"], voll["seconds_writing"]),
            "GB": made["memory"]["together_gb"], "to auszug": made["file_to_auszug"],
            "to first": made["file_to_first_model_item"], "to voll": made["file_to_voll"],
        }  # fmt: skip
    items = made.get("items")
    if not items:
        return {"seconds": made["seconds"]}

    def total(key: str) -> Any:
        return round(sum(item[key] for item in items), 2)

    return {
        "seconds": round(total("seconds") + made["seconds_loading"], 2), "loading": made["seconds_loading"], "reading": total("seconds_reading"),
        "writing": total("seconds_writing"), "else": total("seconds_else"), "read": total("tokens_read"),
        "reused": total("tokens_reused"), "written": total("tokens_written"),
        "read/s": _rate(total("tokens_read"), total("seconds_reading")),
        "written/s": _rate(total("tokens_written"), total("seconds_writing")), "GB": made["memory"]["together_gb"],
    }  # fmt: skip


def _rate(count: float, seconds: float) -> float | None:
    return round(count / seconds, 1) if seconds else None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("made", nargs="+", type=Path)
    parser.add_argument("--bewertung", type=Path)
    parser.add_argument("--fakten", type=Path)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--tops", default="")
    given = parser.parse_args()
    if given.bewertung and not (given.fakten and given.pack):
        parser.error("--bewertung braucht --fakten und --pack")
    rows: list[Figures] = []
    for path in given.made:
        made = json.loads(path.read_text(encoding="utf-8"))
        cells: Figures = {"": path.stem} | row(made)
        if given.bewertung:
            tops = [number for number in given.tops.split(",") if number]
            scored = score(given.bewertung, made, given.fakten, given.pack, tops)
            cells |= {
                "recall": scored["fact_recall"], "cited": scored["fact_cited"], "words": scored["words_per_item"],
                "numbers wrong": f"{scored['numbers_shown_as_supported_but_not_on_the_cited_page']} of {scored['numbers_in_model_sentences']}",
                "copied": scored["model_text_copied"],
            }  # fmt: skip
        rows.append(cells)
    columns = list(dict.fromkeys(key for cells in rows for key in cells))
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for cells in rows:
        print("| " + " | ".join("" if cells.get(c) is None else str(cells[c]) for c in columns) + " |")


if __name__ == "__main__":
    main()
