"""How fast and how good is level `auszug`, without a language model?

    python benchmarks/auszug.py PACK.pdf … [--fakten FACTS.json …] [--bewertung score.py]

Reads each pack, cuts it into items and writes the Auszug of each; prints one JSON line a pack with seconds, items, words.
Where facts files (in the order of the packs) and the scoring script are given, its figures are added.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ratsassistent.briefings import ItemBriefing
from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.matching.assemble import assemble
from ratsassistent.writing.extracts.extract import extract_item


def run(pack: Path) -> tuple[dict[str, object], list[ItemBriefing]]:
    """One pack from file to Auszug: figures and the briefings of its items."""
    begin = time.perf_counter()
    read = read_file(pack)
    done_reading = time.perf_counter()
    meetings = assemble([read]).meetings
    done_cutting = time.perf_counter()
    items = [extract_item(item) for meeting in meetings for item in meeting.agendaItem]
    end = time.perf_counter()
    words = [sum(len(s.text.split()) for s in item.statements) for item in items if item.statements]
    figures: dict[str, object] = {
        "pack": pack.name,
        "pages": len(read.pages),
        "items": len(items),
        "with_statements": len(words),
        "with_resolution": sum(item.resolution is not None for item in items),
        "median_words": statistics.median(words) if words else 0,
        "seconds_reading": round(done_reading - begin, 2),
        "seconds_cutting": round(done_cutting - done_reading, 2),
        "seconds_auszug": round(end - done_cutting, 2),
    }
    return figures, items


def score(script: Path, items: list[ItemBriefing], facts: Path, pack: Path, seconds: float) -> dict[str, object]:
    """What the scoring script says of these briefings."""
    brief = {"agendaItem": [item.model_dump(mode="json") for item in items], "seconds": round(seconds, 2)}
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(brief, file)
        file.flush()
        command = [sys.executable, str(script), "briefing", file.name, str(facts), str(pack)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packs", nargs="+", type=Path)
    parser.add_argument("--fakten", nargs="*", type=Path, default=[])
    parser.add_argument("--bewertung", type=Path)
    arguments = parser.parse_args()
    if arguments.fakten and (len(arguments.fakten) != len(arguments.packs) or not arguments.bewertung):
        parser.error("--fakten braucht eine Datei je Paket und --bewertung")
    for number, pack in enumerate(arguments.packs):
        begin = time.perf_counter()
        figures, items = run(pack)
        if arguments.fakten:
            seconds = time.perf_counter() - begin
            figures["score"] = score(arguments.bewertung, items, arguments.fakten[number], pack, seconds)
        print(json.dumps(figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
