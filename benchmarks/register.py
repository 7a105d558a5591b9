"""What the register holds, against what a person marked beforehand.

    python benchmarks/register.py protokolle --pdf ../shared/data/pdf --oparl …/papers.jsonl.gz
    python benchmarks/register.py ausgaenge --datenordner DIR
    python benchmarks/register.py frueher --datenordner DIR
    python benchmarks/register.py schnell --datenordner DIR

`protokolle`: the decisions of minutes (`protokolle.json`: file, page, outcome, result, vote, checksum of the wording), marked
by somebody who had read the pages and not what the program gives. For each marked decision the program's decision on that
page (of OParl: in that file) with the same outcome and numbers is taken, else the next one that nobody took. Printed are the
shares of right results, votes and exact wordings (no wording where none was adopted counts too), and what is wrong.
White space and hyphens do not count in a wording.

`ausgaenge`: `outcome` against `ausgaenge.json`, where each distinct `result` of a sample was judged by hand: over the sample
as drawn, and with each distinct phrase counted once. `frueher`: links to earlier resolutions that were judged (`frueher.json`, three
drawn samples of 40; the rules were changed after the first two): of those that are still given the share that is useful. `schnell`: seconds of 60 queries on an archive.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import statistics
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ratsassistent import earlier, register, workflow
from ratsassistent.archive.register import Register
from ratsassistent.oparl import Decision, File, Page, Vote
from ratsassistent.pack.files.pages import ReadFile, read_file
from ratsassistent.pack.minutes.minutes import read_minutes
from ratsassistent.settings import read_settings

HERE = Path(__file__).parent


def tight(text: str) -> str:
    """A wording without white space and hyphens."""
    return re.sub(r"[\s\u00ad\u2010\u2011-]", "", unicodedata.normalize("NFC", text))


def decisions_of(read: ReadFile) -> list[Decision]:
    """All decisions of one file, in order, each once."""
    minutes = read_minutes(read)
    out: list[Decision] = []
    for entry in minutes.entries if minutes else ():
        out += [made for made in entry.decisions if made not in out]
    return out


def oparl_files(path: Path, wanted: set[str]) -> Iterable[tuple[str, str, str]]:
    """Id, name and text of the files wanted."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not any(key in line for key in wanted):
                continue
            paper = json.loads(line)
            for field in ("mainFile", "auxiliaryFile"):
                given = paper.get(field) or []
                for file in given if isinstance(given, list) else [given]:
                    if file.get("id") in wanted:
                        yield file["id"], file.get("name") or "", file.get("text") or ""


def compare(marked: dict[str, Any], found: Decision | None) -> dict[str, bool]:
    """Whether result, numbers and wording are right; a case marked as unclear is right both ways."""
    unclear = "unclear" in marked.get("note", "")
    if found is None:
        gone = unclear and "no decision" in marked["note"]
        return {"result": gone, "vote": gone or marked["vote"] is None, "wording": gone or marked["wording"] is None}
    mine, theirs = _folded(marked["result"]), _folded(found.result)
    outcome = found.outcome == marked["outcome"] or (unclear and found.outcome == "accepted")
    vote = Vote(**marked["vote"]) if marked["vote"] else None
    wording = marked["wording"]
    if wording is None:
        same = found.text is None or unclear
    else:
        same = found.text is not None and hashlib.sha256(tight(found.text).encode()).hexdigest() == wording["sha256"]
        same = same or (unclear and found.text is None)
    return {"result": outcome and (mine in theirs or theirs in mine), "vote": found.vote == vote, "wording": same}


def _folded(text: str) -> str:
    return re.sub(r"[^a-zäöü0-9]", "", text.casefold())


def minutes_measure(args: argparse.Namespace) -> None:
    """Print the figures for minutes."""
    marked = json.loads((HERE / "protokolle.json").read_text(encoding="utf-8"))
    files: dict[str, list[Decision]] = {}
    for name in dict.fromkeys(entry["file"] for entry in marked if entry["page"]):
        files[name] = decisions_of(read_file(args.pdf / name))
    wanted = {entry["file"] for entry in marked if not entry["page"]}
    for key, name, text in oparl_files(args.oparl, wanted):
        if key not in files:
            page = Page(number=1, text=clean(text), source="text")
            files[key] = decisions_of(ReadFile(file=File(id=key, name=name, sha256=""), pages=(page,), path=Path(name)))
    used: dict[str, list[Decision]] = {}
    total: Counter[str] = Counter()
    for entry in marked:
        taken = used.setdefault(entry["file"], [])
        rest = [d for d in files.get(entry["file"], []) if d not in taken]
        here = [d for d in rest if not entry["page"] or entry["page"] in {c.page for c in d.citation}]
        ranked = sorted(here, key=lambda d: -sum(compare(entry, d).values()))
        best = next((d for d in ranked if d.outcome == entry["outcome"]), ranked[0] if ranked else None)
        right = compare(entry, best)
        if best is not None:
            taken.append(best)
        total.update(key for key, value in right.items() if value)
        if not all(right.values()):
            told = best and {
                "result": best.result,
                "outcome": best.outcome,
                "vote": best.vote and best.vote.model_dump(),
                "text": best.text and f"{best.text[:70]} … {best.text[-50:]} ({len(tight(best.text))})",
            }
            print(json.dumps({"marked": entry, "wrong": [k for k, v in right.items() if not v], "found": told},
                             ensure_ascii=False))  # fmt: skip
    shares = {key: round(total[key] / len(marked), 3) for key in ("result", "vote", "wording")}
    print(json.dumps({"decisions": len(marked), "unclear": sum("note" in e for e in marked), **shares}))


def clean(text: str) -> str:
    """The text of an OParl file as it is taken in."""
    from ratsassistent.pack.page.text import clean_text

    return clean_text(text).strip()


def outcomes_measure(args: argparse.Namespace) -> None:
    """Print how many outcomes are as judged."""
    judged = json.loads((HERE / "ausgaenge.json").read_text(encoding="utf-8"))
    with workflow.workspace(read_settings(args.datenordner, None)) as ws:
        held = register.resolutions(ws)
    by_place: dict[tuple[str | None, str], list[Any]] = {}
    for one in held:
        by_place.setdefault((one.date, _folded(one.name)[:60]), []).append(one)
    right, missing, wrong = 0, 0, Counter[str]()
    phrases: dict[str, bool] = {}
    for place, entry in enumerate(judged["sample"] + judged["strata"]):
        found = by_place.get((entry["date"], _folded(entry["title"])[:60]), [])
        found = [one for one in found if one.result == entry["result"]]
        wanted = judged["phrases"][entry["result"]]["outcome"]
        good = bool(found) and all(one.outcome == wanted for one in found)
        phrases[entry["result"]] = phrases.get(entry["result"], True) and good
        if place < len(judged["sample"]):
            right += good
            missing += not found
        if not good:
            wrong[f"{entry['result']} -> {[one.outcome for one in found]}, judged {wanted}"] += 1
    for told, count in wrong.items():
        print(json.dumps({"wrong": told, "times": count}, ensure_ascii=False))
    sample = len(judged["sample"])
    print(json.dumps({"sample": sample, "right": round(right / sample, 3), "not held": missing,
                      "phrases": len(phrases), "phrases right": round(sum(phrases.values()) / len(phrases), 3),
                      "held": len(held)}))  # fmt: skip


def links_measure(args: argparse.Namespace) -> None:
    """Print how many of the judged links are still given, and how many of these are useful."""
    judged = json.loads((HERE / "frueher.json").read_text(encoding="utf-8"))
    given: dict[str, set[str]] = {}
    with workflow.workspace(read_settings(args.datenordner, None)) as ws:
        store = Register(ws.public)
        for item_id in {entry["item"] for entry in judged}:
            found = store.source(item_id)
            links = earlier.of_item(ws, found[1], found[0]) if found else ()
            given[item_id] = {link.resolution.id for link in links}
    for sample in sorted({entry["sample"] for entry in judged}):
        mine = [entry for entry in judged if entry["sample"] == sample]
        still = [entry for entry in mine if entry["resolution"] in given[entry["item"]]]
        useful = sum(entry["useful"] for entry in still)
        print(json.dumps({"sample": sample, "judged": len(mine), "useful as judged": sum(e["useful"] for e in mine),
                          "still given": len(still), "useful of these": round(useful / max(len(still), 1), 3)}))  # fmt: skip


def speed_measure(args: argparse.Namespace) -> None:
    """Print how long queries take."""
    words = ["", "Radverkehr", "Bebauungsplan Satzungsbeschluss", "Kita Gebühren", "2021/0345", "Haushalt 2024", "Straßenbahn",
             "Spielplatz sanieren", "Verkauf Grundstück", "Schwimmbad Eintrittspreise"]  # fmt: skip
    took: list[float] = []
    with workflow.workspace(read_settings(args.datenordner, None)) as ws:
        register.bring_up_to_date(ws)
        for _ in range(2):
            for text in words:
                for filters in (
                    {},
                    {"organization": "Gemeinderat"},
                    {"since": "2021-01-01", "outcomes": ("accepted",)},
                ):
                    started = time.perf_counter()
                    register.resolutions(ws, text, limit=20, **filters)
                    took.append(time.perf_counter() - started)
        held = len(register.resolutions(ws))
    print(json.dumps({"held": held, "queries": len(took), "median": round(statistics.median(took), 3),
                      "95%": round(sorted(took)[int(0.95 * len(took))], 3), "slowest": round(max(took), 3)}))  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one of the measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    minutes = kinds.add_parser("protokolle")
    minutes.add_argument("--pdf", type=Path, required=True)
    minutes.add_argument("--oparl", type=Path, required=True)
    minutes.set_defaults(run=minutes_measure)
    for name, run in (("ausgaenge", outcomes_measure), ("frueher", links_measure), ("schnell", speed_measure)):
        kind = kinds.add_parser(name)
        kind.add_argument("--datenordner", required=True)
        kind.set_defaults(run=run)
    args = parser.parse_args(arguments)
    args.run(args)


if __name__ == "__main__":
    main()
