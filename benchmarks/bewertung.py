"""How well does the whole program do on packs whose content is known?

    python benchmarks/bewertung.py --daten ../shared/data/karlsruhe/dev --bewertung ../shared/eval/score.py
        [--stufe auszug|voll] [--fragen] [--ordner benchmarks/ergebnisse]

What enters: a folder with ``packs/*.pdf``, ``*.truth.json``, ``*.facts.json`` and ``questions.json``, and the scoring
script. What leaves: a Markdown table on standard output and one JSON file with all figures; no word of a paper is kept.
What it does not know: the program's inside. It runs the commands as a user does, in a data folder of its own, and the
seconds are those on the clock, start of the program included.

With --fragen all packs are taken in first; each question is put to the meeting of its pack. Questions on the archive
are left out unless the data folder holds it (--datenordner, --archivfragen).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil

Figures = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent  # the checkout whose program is measured

# Heading, where the figure comes from, and by which figure it is weighted when the packs are pooled (None: added up).
COLUMNS: tuple[tuple[str, str, str, str | None], ...] = (
    ("Seiten richtig zugeordnet", "structure", "pages_in_the_right_item", "pages"),
    ("Vorlagen gefunden", "structure", "references_found", "references"),
    ("TOP gefunden", "structure", "agenda_items_found", "agenda_items"),
    ("Fakten genannt", "briefing", "fact_recall", "facts"),
    ("… mit Fundstelle", "briefing", "fact_cited", "facts"),
    ("Wörter je TOP", "briefing", "words_per_item", "items"),
    ("TOP mit 2 belegten KI-Sätzen", "briefing", "items_with_two_sound_model_sentences", "items"),
    ("KI-Sätze", "briefing", "model_sentences", None),
    ("davon abgeschrieben", "briefing", "model_text_copied", "model_sentences"),
    ("Zahlen falsch belegt", "briefing", "numbers_shown_as_supported_but_not_on_the_cited_page", None),
    ("Zitate", "briefing", "quotes", None),
    ("Zitate nicht auf der Seite", "briefing", "quotes_not_on_the_cited_page", None),
)
QUESTION_COLUMNS: tuple[tuple[str, str], ...] = (
    ("Fragen", "questions"),
    ("richtig", "right"),
    ("richtig mit Fundstelle", "right_and_gold_cited"),
    ("falsch beantwortet", "answered_but_wrong"),
    ("unbeantwortbar", "unanswerable"),
    ("zu Recht nicht beantwortet", "rightly_not_answered"),
)


class Failed(Exception):
    """A command did not end with status 0; the text is what it said."""


class Bench:
    """One run: where data and raw output lie, and how commands are called."""

    def __init__(self, data_folder: Path, raw: Path, score: Path, model: str | None) -> None:
        self.raw = raw
        self.score_script = score
        named = ["--modell", model] if model else []
        self.command = [sys.executable, "-m", "ratsassistent", "--datenordner", str(data_folder), *named]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self.environment = {**os.environ, "PYTHONPATH": path}

    def run(self, *arguments: str) -> tuple[str, float]:
        """Standard output of a command, and the seconds it took.

        :raises Failed: it did not end with status 0.
        """
        begin = time.perf_counter()
        done = subprocess.run([*self.command, *arguments], capture_output=True, env=self.environment, check=False)
        seconds = time.perf_counter() - begin
        if done.returncode != 0:
            raise Failed(done.stderr.decode("utf-8", "replace").strip() or f"status {done.returncode}")
        return done.stdout.decode("utf-8"), seconds

    def keep(self, name: str, text: str) -> Path:
        """Write what a command printed, for the scoring script."""
        path = self.raw / name
        path.write_text(text, encoding="utf-8")
        return path

    def score(self, *arguments: str | Path) -> Figures:
        """The figures of the scoring script."""
        command = [sys.executable, str(self.score_script), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr.strip().splitlines()[-1])
        figures: Figures = json.loads(done.stdout)
        return figures


def packs_of(data: Path, wanted: Sequence[str]) -> list[tuple[str, Path, Figures]]:
    """Name, PDF and truth of each pack whose name holds one of the words (or of all)."""
    found = []
    for file in sorted((data / "packs").glob("*.truth.json")):
        truth = json.loads(file.read_text(encoding="utf-8"))
        name = file.name.removesuffix(".truth.json")
        if not wanted or any(word in name for word in wanted):
            found.append((name, file.parent / truth["pdf"], truth))
    return found


def measure(bench: Bench, name: str, pdf: Path, truth: Figures, levels: Iterable[str]) -> Figures:
    """One pack: taken in, cut, briefed at each level; figures and seconds, or why not."""
    packs = pdf.parent
    figures: Figures = {"pack": name, "pages": truth["total_pages"], "seconds": {}}
    try:
        text, figures["seconds"]["einlesen"] = bench.run("einlesen", str(pdf), "--json")
        ingest = bench.keep(f"{name}.einlesen.json", text)
        figures["meeting"] = json.loads(text)["meetings"][0]["id"]
        figures["structure"] = bench.score("structure", ingest, packs / f"{name}.truth.json")
        figures["structure"]["references"] = sum(len(item["papers"]) for item in truth["agenda"] if item["number"])
        facts = packs / f"{name}.facts.json"
        items = len(json.loads(facts.read_text(encoding="utf-8"))["items"])
        for level in levels:
            print(f"{name}: {level} …", file=sys.stderr, flush=True)
            text, figures["seconds"][level] = bench.run("briefing", figures["meeting"], "--stufe", level, "--json")
            brief = bench.keep(f"{name}.{level}.json", text)
            figures[level] = {**bench.score("briefing", brief, facts, pdf), "items": items}
            figures["model"] = json.loads(text)["model"] or figures.get("model")
    except (Failed, IndexError) as error:
        figures["error"] = str(error) or "no meeting was recognised"
    return figures


def ask(bench: Bench, data: Path, meetings: dict[str, str], *, archive: bool) -> Figures:
    """The questions on the packs that were taken in (and on the archive), in one call of `frage --stapel`."""
    asked = json.loads((data / "questions.json").read_text(encoding="utf-8"))
    asked = [q for q in asked if q.get("pack") in meetings or (archive and q.get("pack") is None)]
    lines = [{"id": q["id"], "question": q["question"], "meeting": meetings.get(q.get("pack"))} for q in asked]
    stack = bench.keep("fragen.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    questions = bench.keep("questions.json", json.dumps(asked, ensure_ascii=False))
    try:
        text, seconds = bench.run("frage", "--stapel", str(stack))
        answers = bench.keep("antworten.jsonl", text)
        figures: Figures = {"alle": bench.score("questions", answers, questions)}
        for pack in meetings:
            figures[pack] = bench.score("questions", answers, questions, "--pack", pack)
        given = {a["id"]: a for a in map(json.loads, text.splitlines())}
        figures["seconds"] = seconds
        figures["seconds_per_question"] = seconds / max(len(asked), 1)
        figures["not_answered"] = [q["id"] for q in asked if q["answerable"] and not given[q["id"]]["answered"]]
        figures["answered_although_unanswerable"] = [
            q["id"] for q in asked if not q["answerable"] and given[q["id"]]["answered"]
        ]
    except Failed as error:
        return {"error": str(error)}
    return figures


def pool(results: Sequence[Figures], level: str) -> Figures:
    """All packs together: shares weighted by what they are shares of, counts added up."""
    sums: Figures = {}
    for _, part, key, weight in COLUMNS:
        source = level if part == "briefing" else part
        known = [r[source] for r in results if key in r.get(source, {})]
        if not known:
            continue
        if weight is None:
            sums[key] = sum(f[key] for f in known)
        else:
            total = sum(f[weight] for f in known)
            sums[key] = round(sum(f[key] * f[weight] for f in known) / total, 3) if total else None
    return sums


def machine() -> Figures:
    """What the figures were measured on."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    return {
        "processor": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_at_start": round(psutil.getloadavg()[0], 1),
    }


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}".replace(".", ",") if isinstance(value, float) and value <= 1 else f"{value:.0f}"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *([v if isinstance(v, str) else _cell(v) for v in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(result: Figures) -> str:
    """The figures as Markdown."""
    facts, packs = result["machine"], result["packs"]
    model = next((p["model"] for p in packs if p.get("model")), None)
    parts = [
        f"# Bewertung vom {result['date']}",
        f"{result['program']}; {facts['processor']}, {facts['cores']} Kerne, {facts['memory_gb']} GB, "
        f"Last zu Beginn {facts['load_at_start']}; Sprachmodell: {model['name'] if model else 'keines'}",
    ]
    for level in result["levels"]:
        head = [level, *(p["pack"] for p in packs), "zusammen"]
        rows: list[list[Any]] = []
        for title, part, key, _ in COLUMNS:
            source = level if part == "briefing" else part
            rows.append([title, *(p.get(source, {}).get(key) for p in packs), result["pooled"][level].get(key)])
        for step in ("einlesen", level):
            seconds = [p["seconds"].get(step) for p in packs]
            rows.append([f"Sekunden {step}", *(s and round(s) for s in seconds), round(sum(s or 0 for s in seconds))])
        parts.append(table(head, rows))
    questions = result.get("questions")
    if questions and "error" not in questions:
        names = [name for name in questions if isinstance(questions[name], dict)]
        rows = [[title, *(questions[name][key] for name in names)] for title, key in QUESTION_COLUMNS]
        parts.append(table(["Fragen", *names], rows))
        parts.append(f"{questions['seconds_per_question']:.1f} Sekunden je Frage.".replace(".", ",", 1))
    errors = [f"- {p['pack']}: {p['error']}" for p in packs if "error" in p]
    errors += [f"- Fragen: {questions['error']}"] if questions and "error" in questions else []
    return "\n\n".join([*parts, *(["Fehler:\n" + "\n".join(errors)] if errors else [])])


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daten", type=Path, required=True, help="Ordner mit packs/ und questions.json")
    parser.add_argument("--bewertung", type=Path, required=True, help="das Programm score.py")
    parser.add_argument("--stufe", choices=["auszug", "voll"], default="auszug", help="voll: auch mit Sprachmodell")
    parser.add_argument("--fragen", action="store_true", help="auch die Fragen stellen (braucht das Sprachmodell)")
    parser.add_argument("--archivfragen", action="store_true", help="auch die Fragen zum Archiv (siehe --datenordner)")
    parser.add_argument("--pakete", nargs="*", default=[], help="nur Pakete, deren Name eines dieser Wörter enthält")
    parser.add_argument("--modell", help="Sprachmodell aus dem Katalog")
    parser.add_argument("--datenordner", type=Path, help="sonst ein leerer, der danach gelöscht wird")
    parser.add_argument("--roh", type=Path, help="hier bleibt liegen, was die Befehle ausgegeben haben")
    parser.add_argument("--ordner", type=Path, default=Path("benchmarks/ergebnisse"), help="für die JSON-Datei")
    parsed = parser.parse_args(given)
    if not (parsed.daten / "packs").is_dir():
        parser.error(f"in {parsed.daten} gibt es keinen Ordner packs")
    if not parsed.bewertung.is_file():
        parser.error(f"{parsed.bewertung} gibt es nicht")
    if parsed.archivfragen and not (parsed.fragen and parsed.datenordner):
        parser.error("--archivfragen braucht --fragen und einen --datenordner, der das Archiv enthält")
    return parsed


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print, write.

    :returns: 1 if anything could not be measured.
    """
    args = arguments(given)
    packs = packs_of(args.daten, args.pakete)
    levels = ["auszug", "voll"] if args.stufe == "voll" else ["auszug"]
    now = dt.datetime.now().astimezone()
    result: Figures = {"date": now.isoformat(timespec="seconds"), "machine": machine()}
    with tempfile.TemporaryDirectory(prefix="bewertung-") as folder:
        raw = args.roh or Path(folder) / "roh"
        raw.mkdir(parents=True, exist_ok=True)
        bench = Bench(args.datenordner or Path(folder) / "daten", raw, args.bewertung, args.modell)
        result["program"] = bench.run("--version")[0].strip()
        result["levels"] = levels
        result["packs"] = [measure(bench, *pack, levels) for pack in packs]
        result["pooled"] = {level: pool(result["packs"], level) for level in levels}
        if args.fragen:
            meetings = {p["pack"]: p["meeting"] for p in result["packs"] if "meeting" in p}
            result["questions"] = ask(bench, args.daten, meetings, archive=args.archivfragen)
    args.ordner.mkdir(parents=True, exist_ok=True)
    target = args.ordner / f"bewertung-{args.stufe}-{now:%Y-%m-%d-%H%M}.json"
    target.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(report(result))
    print(f"\n{target}", file=sys.stderr)
    failed = not packs or any("error" in p for p in [*result["packs"], result.get("questions", {})])
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
