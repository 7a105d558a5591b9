"""How long does a pack take, from file to `auszug`, to the first item of the model, to complete `voll`; and where does it go?

    python benchmarks/tempo.py PACK.pdf --aus OUT.json [--tops 1,2.1,2.2] [--ohne-modell] [--aenderung 10]
        [--bewertung score.py --fakten PACK.facts.json]

What enters: a pack as one PDF. What leaves: a JSON file with the figures and the briefing as `briefing --json` gives it
(words of the papers: never commit it), and the figures on standard output.
What it does not know: the program's inside. It calls `workflow.take_in` and `workflow.brief` in an empty data folder, and
hangs a meter at the engine (zaehlwerk.py).

`--tops`: level `voll` is written for these items only, from a copy of the pack without the pages of the others; its
pages are told by their numbers in the whole pack. That is what LlamaIndex and LangChain are given (vergleich/).
`--aenderung`: afterwards the same again (nothing is to be computed), and once more after the last page of that item has
been taken out of the pack (only that item is).

No worker runs beside it: in the program, the vectors of the search and the briefings are jobs of one queue, one after the
other. `memory` is therefore that of the process that writes, with the children that read the PDF.

seconds_start is what Python and the program's modules take from the start of the process on; it is part of the figures
"file_to_…", since who calls a command waits for it, too. tokens_… are the program's own count for the items, kept with
them (what comes from the archive counts as when it was written). `engine` is what was computed now: its `rows_written`
are more than `tokens_written` where words were taken back or guesses were wrong.

`--vorlage DATENORDNER`: as on any day but the first, the measurement of this computer (`modelle messen`) and what the
model has read of the prompts are there already; what of it is lacking there is put there afterwards. `--nebeneinander 1`
writes one text at a time, to see what writing several gains.

With another build of the engine, for example one for AVX2 (a laptop without AVX-512 and AMX), from llama-cpp-python's
source package of the version in pyproject.toml, unpacked at SRC:

    cmake -S SRC -B BUILD -G Ninja -DCMAKE_BUILD_TYPE=Release -DLLAVA_BUILD=OFF -DSKBUILD_PLATLIB_DIR=/tmp/none \\
        -DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON \\
        -DGGML_AVX512=OFF -DGGML_AVX512_VBMI=OFF -DGGML_AVX512_VNNI=OFF -DGGML_AVX512_BF16=OFF \\
        -DGGML_AMX_TILE=OFF -DGGML_AMX_INT8=OFF -DGGML_AMX_BF16=OFF
    cmake --build BUILD --target llama && cp -a BUILD/bin/lib*.so* LIBS/
    LLAMA_CPP_LIB_PATH=LIBS python benchmarks/tempo.py …      (or any command of the program; rohtempo.py too)

`machine.engine` in the output names the instructions that the engine in use was built for.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
from pypdf import PdfReader, PdfWriter
from vergleich.tabelle import score
from zaehlwerk import Memory, Meter, machine

from ratsassistent import language_models, worker, workflow
from ratsassistent.briefings import Briefing, ItemBriefing
from ratsassistent.machine import fit
from ratsassistent.machine.profile import FILE
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import contract
from ratsassistent.settings import read_settings

Figures = dict[str, Any]
KNOWN = (FILE, language_models.FOLDER)  # in a data folder: nothing of any paper
_PROCESS_STARTED = psutil.Process().create_time()


def pages_of(items: Iterable[AgendaItem]) -> set[int]:
    """The pages of a pack that the papers of these items have."""
    return {
        page
        for item in items
        for paper in item.papers
        for span in paper.files
        for page in range(span.first, span.last + 1)
    }


def without(pack: Path, pages: set[int], folder: Path) -> tuple[Path, list[int]]:
    """A copy of a pack without these pages, and of each page that is left its number in the whole pack."""
    kept = [number for number in range(1, len(PdfReader(pack).pages) + 1) if number not in pages]
    writer = PdfWriter()
    reader = PdfReader(pack)
    for number in kept:
        writer.add_page(reader.pages[number - 1])
    folder.mkdir(parents=True)
    writer.write(folder / pack.name)
    return folder / pack.name, kept


def renumbered(made: Any, numbers: Sequence[int]) -> Any:
    """The same JSON with every `page` as it is numbered in the whole pack."""
    if isinstance(made, dict):
        return {
            key: numbers[value - 1] if key == "page" and isinstance(value, int) else renumbered(value, numbers)
            for key, value in made.items()
        }
    return [renumbered(one, numbers) for one in made] if isinstance(made, list) else made


class Run:
    """One data folder, with what happens in it timed."""

    def __init__(self, ws: workflow.Workspace, meter: Meter, thorough: bool) -> None:
        self.ws, self.meter, self.thorough = ws, meter, thorough

    def take_in(self, pack: Path) -> tuple[Meeting, float]:
        """Take the pack in: its meeting, and the seconds."""
        started = time.perf_counter()
        taken = workflow.take_in(self.ws, [pack])
        if not taken.meetings:
            sys.exit(f"In {pack} wurde keine Sitzung erkannt.")
        return taken.meetings[0], time.perf_counter() - started

    def brief(self, meeting: Meeting, level: Any) -> tuple[Briefing, Figures]:
        """Write a level: the briefing and what it took. The model is loaded within, as a user waits for it."""
        self.meter.take()
        began = dt.datetime.now(dt.UTC)
        started = time.perf_counter()
        loading = 0.0
        if level == "voll" and self.ws.model is None:
            workflow.load_model(self.ws)
            loading = time.perf_counter() - started
            self.meter.take()  # trying the engine belongs to loading
        came: list[tuple[float, ItemBriefing]] = []
        on_item: Callable[[ItemBriefing], None] = lambda item: came.append((time.perf_counter() - started, item))  # noqa: E731
        made = workflow.brief(self.ws, meeting.id, level, thorough=self.thorough, on_item=on_item)
        seconds = time.perf_counter() - started
        work = self.meter.take()
        figures: Figures = {
            "seconds": round(seconds, 2),
            "seconds_loading": round(loading, 2),
            "seconds_reading": round(work.seconds_reading, 2),
            "seconds_writing": round(work.seconds_writing, 2),
            "seconds_else": round(seconds - loading - work.seconds_reading - work.seconds_writing, 2),
            "first_model_item": next((round(at, 2) for at, item in came if _by_model(item)), None),
            "items": len(made.agendaItem),
            "items_by_model": sum(bool(_by_model(item)) for item in made.agendaItem),
            "sentences_by_model": sum(_by_model(item) for item in made.agendaItem),
            "sentences_withheld": sum(len(item.withheld) for item in made.agendaItem),
            "written_now": [
                item.number for item in made.agendaItem if item.written and item.written >= began and item.tokens
            ],
            "came": [[item.number, round(at, 2), _by_model(item)] for at, item in came],
        }
        if level == "voll":
            tokens = [item.tokens for item in made.agendaItem if item.tokens]
            figures |= {
                "tokens_read": sum(t.read for t in tokens),
                "tokens_reused": sum(t.reused for t in tokens),
                "tokens_written": sum(t.written for t in tokens),
                "tokens_written_a_second": round(sum(t.written for t in tokens) / work.seconds_writing, 1)
                if work.seconds_writing
                else None,
                "engine": work.figures(),
                "energy_wh": made.energy_wh,
            }
        return made, figures


def _by_model(item: ItemBriefing) -> int:
    return sum(s.origin == "model" and s.check == "ok" for s in item.statements)


def main() -> None:
    """Measure one pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--aus", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--tops", default="", help="numbers of items, parted by commas")
    parser.add_argument("--ohne-modell", action="store_true", help="only to level auszug")
    parser.add_argument("--aenderung", metavar="TOP", help="again, and again after a change to this item")
    parser.add_argument("--gruendlich", action="store_true", help="let the model try longer")
    parser.add_argument("--vorlage", type=Path, help="a data folder with what was measured and read of the prompts")
    parser.add_argument("--nebeneinander", type=int, metavar="N", help="texts written at once, at most")
    parser.add_argument("--bewertung", type=Path, help="score.py")
    parser.add_argument("--fakten", type=Path)
    given = parser.parse_args()
    if bool(given.bewertung) != bool(given.fakten):
        parser.error("--bewertung und --fakten gehören zusammen")
    start = time.time() - _PROCESS_STARTED
    worker.ensure_worker = lambda settings: False
    engines = _watch_engine(given.nebeneinander)
    memory = Memory()
    meter = Meter()
    tops = [number.strip() for number in given.tops.split(",") if number.strip()]
    out: Figures = {"of": "ratsassistent", "pack": given.pack.name, "tops": tops, "thorough": given.gruendlich}
    out["machine"] = machine()
    with tempfile.TemporaryDirectory(prefix="tempo-") as name:
        out |= _measure(given, Path(name), tops, start, meter)
    out["engine"] = engines[-1] if engines else None
    out["memory"] = memory.figures()
    memory.close()
    if given.bewertung:
        out["score"] = score(given.bewertung, out, given.fakten, given.pack, tops)
    given.aus.parent.mkdir(parents=True, exist_ok=True)
    given.aus.write_text(json.dumps(out, ensure_ascii=False, indent=1), encoding="utf-8")
    shown = {key: value for key, value in out.items() if key != "agendaItem"}
    print(json.dumps(shown, ensure_ascii=False, indent=1))


def _watch_engine(side_by_side: int | None) -> list[Figures]:
    """See with which settings the model is loaded, and let it write fewer texts at once."""
    chosen: list[Figures] = []
    choose = fit.engine_for

    def watched(*args: Any, **kwargs: Any) -> Any:
        engine = choose(*args, **kwargs)
        if side_by_side is not None:
            engine = replace(engine, side_by_side=side_by_side)
        chosen.append(asdict(engine))
        return engine

    fit.engine_for = watched
    return chosen


def _opened(folder: Path, like: Path | None) -> AbstractContextManager[workflow.Workspace]:
    """A new data folder, with what one that is kept knows of this computer and of the prompts."""
    folder.mkdir()
    if like:
        _hand_on(like, folder)
    return workflow.workspace(read_settings(folder))


def _hand_on(source: Path, target: Path) -> None:
    for name in KNOWN:
        if (source / name).is_dir() and not (target / name).exists():
            shutil.copytree(source / name, target / name)
        elif (source / name).is_file() and not (target / name).exists():
            shutil.copy(source / name, target / name)


def _measure(given: argparse.Namespace, folder: Path, tops: list[str], start: float, meter: Meter) -> Figures:
    out: Figures = {"seconds_start": round(start, 2)}
    pack, numbers = given.pack, list(range(1, len(PdfReader(given.pack).pages) + 1))
    with _opened(folder / "whole", given.vorlage) as ws:
        run = Run(ws, meter, given.gruendlich)
        meeting, seconds = run.take_in(pack)
        made, out["auszug"] = run.brief(meeting, "auszug")
        out["seconds_take_in"] = round(seconds, 2)
        out["file_to_auszug"] = round(start + seconds + out["auszug"]["seconds"], 2)
        out["pages"] = len(numbers)
        if not tops and not given.ohne_modell:
            return out | _voll(run, meeting, given, folder, start + seconds, numbers, pack)
        others = [item for item in meeting.agendaItem if item.number not in tops]
        wanted = [item for item in meeting.agendaItem if item.number in tops]
        dropped = pages_of(others) - pages_of(wanted)
    if given.ohne_modell:
        return out | _handed_in(made, numbers)
    if len(wanted) < len(tops):
        sys.exit(f"Erkannt wurden nur die TOP {', '.join(str(i.number) for i in wanted)}.")
    pack, numbers = without(pack, dropped, folder / "cut")
    with _opened(folder / "part", given.vorlage) as ws:
        run = Run(ws, meter, given.gruendlich)
        meeting, seconds = run.take_in(pack)
        return out | _voll(run, meeting, given, folder, start + seconds, numbers, pack)


def _voll(
    run: Run, meeting: Meeting, given: argparse.Namespace, folder: Path, before: float, numbers: list[int], pack: Path
) -> Figures:
    made, figures = run.brief(meeting, "voll")
    out = {"voll": figures} | _handed_in(made, numbers)
    for what, seconds in (("first_model_item", figures["first_model_item"]), ("voll", figures["seconds"])):
        out[f"file_to_{what}"] = round(before + seconds, 2) if seconds is not None else None
    if given.vorlage:
        given.vorlage.mkdir(parents=True, exist_ok=True)
        _hand_on(run.ws.settings.data_folder, given.vorlage)
    if given.aenderung:
        out["again"] = run.brief(meeting, "voll")[1]
        changed = [item for item in meeting.agendaItem if item.number == given.aenderung]
        if not changed or not pages_of(changed):
            sys.exit(f"TOP {given.aenderung} hat hier keine Seiten.")
        copy, _ = without(pack, {max(pages_of(changed))}, folder / "changed")
        meeting, seconds = run.take_in(copy)
        out["after_change"] = {"seconds_take_in": round(seconds, 2)} | run.brief(meeting, "voll")[1]
    return out


def _handed_in(made: Briefing, numbers: list[int]) -> Figures:
    """The briefing as the command prints it, with the pages of the whole pack."""
    whole = renumbered(contract.briefing(made), numbers)
    return {"agendaItem": whole["agendaItem"], "seconds": made.seconds, "model": whole["model"]}


if __name__ == "__main__":
    main()
