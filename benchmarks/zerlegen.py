"""Cut a pack into one file a document or paper, as clerks hand it in, and measure what the cut pack is read as.

    python benchmarks/zerlegen.py PACK.pdf TRUTH.json TARGET [--namen NAMES] [--je datei|vorlage] [--zip] [--start N]
    python benchmarks/zerlegen.py PACK.pdf TRUTH.json TARGET --bewertung score.py [--alle]

What enters: a pack as one PDF and its truth (`agenda_pages`, `agenda[].papers[].files[]` with first and last page). What
leaves: TARGET/ with the files (or TARGET.zip) and TARGET.manifest.json, `{file name: first page of the pack}`, as
`score.py structure --manifest` reads it. A name that stands in several folders is listed as its path inside TARGET, as
`einlesen` names it. `--bewertung` also takes the files in and prints the figures, one JSON line a way of naming; `--alle`
goes through all ways. Random names come from a seed (`--start`), so that a run can be repeated.

    sprechend  TOP 05/2027-0012 Beschlussvorlage.pdf, TOP 05/2027-0012 Anlage 1.pdf
    amt        TOP 5/05_Vorlage.pdf, TOP 5/Anlage 1.pdf        (the same names in several folders)
    ordner     05 Title of the item/8f3a2c91.pdf               (only the folder tells)
    nummer     5/1.pdf, 5/2.pdf                                (bare numbers)
    flach      2027-0012 Beschlussvorlage.pdf                  (no folders)
    zufall     8f3a2c91.pdf                                    (no folders, names say nothing)
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pypdf import PdfReader, PdfWriter

NAMES = ("sprechend", "amt", "ordner", "nummer", "flach", "zufall")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to be written: where it goes, and its pages in the pack, both counted from 1."""

    path: PurePosixPath
    first: int
    last: int


def pieces(truth: dict[str, Any], names: str, whole_papers: bool, seed: int) -> list[Piece]:
    """The files that a pack is cut into."""
    chance = random.Random(seed)

    def code() -> str:
        return f"{chance.getrandbits(32):08x}.pdf"

    first, last = truth["agenda_pages"][0], truth["agenda_pages"][-1]
    out = [Piece(PurePosixPath(code() if names == "zufall" else "00 Tagesordnung.pdf"), first, last)]
    for item in truth["agenda"]:
        count = 0
        for paper in item["papers"]:
            files = paper["files"]
            if whole_papers and files:
                files = [{**files[0], "last_page": files[-1]["last_page"]}]
            annexes = 0
            for index, file in enumerate(files):
                count += 1
                role = "Stellungnahme" if re.match(r"(?i)stn\b|stellungn", file["name"]) else "Anlage"
                annexes += index > 0 and role == "Anlage"
                label = str(paper["type"]).replace("/", "-") if index == 0 else role
                label += f" {annexes}" if index > 0 and role == "Anlage" else ""
                place = _place(names, item, paper, label, count, code)
                while any(place == piece.path for piece in out):
                    place = place.with_stem(f"{place.stem} ({count})")
                out.append(Piece(place, file["first_page"], file["last_page"]))
    return out


def _place(names: str, item: dict[str, Any], paper: dict[str, Any], label: str, count: int, code: Any) -> PurePosixPath:
    """Folder and name of one file."""
    number = str(item["number"])
    padded = number if "." in number else number.zfill(2)
    title = re.sub(r"[^\w ,.-]", "", item["title"])[:60].strip(" .")
    reference = re.sub(r"[/ ]", "-", str(paper["reference"]))
    if names == "sprechend":
        return PurePosixPath(f"TOP {padded}") / f"{reference} {label}.pdf"
    if names == "amt":
        kind = f"{padded}_Vorlage" if count == 1 else label
        return PurePosixPath(f"TOP {number}") / f"{kind}.pdf"
    if names == "ordner":
        return PurePosixPath(f"{padded} {title}") / str(code())
    if names == "nummer":
        return PurePosixPath(number) / f"{count}.pdf"
    return PurePosixPath(f"{reference} {label}.pdf" if names == "flach" else str(code()))


def write(pack: Path, cut: list[Piece], target: Path, as_zip: bool) -> dict[str, int]:
    """Write the files and the manifest. Returns the manifest."""
    shutil.rmtree(target, ignore_errors=True)
    reader = PdfReader(pack)
    for piece in cut:
        writer = PdfWriter()
        for number in range(piece.first, piece.last + 1):
            writer.add_page(reader.pages[number - 1])
        path = target / piece.path
        path.parent.mkdir(parents=True, exist_ok=True)
        writer.write(path)
    count = Counter(piece.path.name for piece in cut)
    manifest = {p.path.name if count[p.path.name] == 1 else str(p.path): p.first for p in cut}
    if as_zip:
        with zipfile.ZipFile(target.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as bundle:
            for piece in cut:
                bundle.write(target / piece.path, str(piece.path))
    target.with_suffix(".manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    return manifest


def score(script: Path, truth: Path, target: Path, as_zip: bool) -> dict[str, Any]:
    """What the scoring script says of the cut pack, taken in with data of its own."""
    source = target.with_suffix(".zip") if as_zip else target
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ratsassistent", "--datenordner", folder, "einlesen", str(source), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        result = Path(folder) / "einlesen.json"
        result.write_text(done.stdout, "utf-8")
        manifest = target.with_suffix(".manifest.json")
        command = [sys.executable, str(script), "structure", str(result), str(truth), "--manifest", str(manifest)]
        figures: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return {**figures, "seconds": json.loads(done.stdout)["seconds"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--namen", choices=NAMES, default="sprechend")
    parser.add_argument("--je", choices=["datei", "vorlage"], default="datei")
    parser.add_argument("--zip", action="store_true")
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--bewertung", type=Path)
    parser.add_argument("--alle", action="store_true")
    arguments = parser.parse_args()
    truth = json.loads(arguments.truth.read_text("utf-8"))
    for names in NAMES if arguments.alle else (arguments.namen,):
        target = arguments.target / names if arguments.alle else arguments.target
        cut = pieces(truth, names, arguments.je == "vorlage", arguments.start)
        write(arguments.pack, cut, target, arguments.zip)
        line: dict[str, Any] = {"pack": arguments.pack.name, "namen": names, "je": arguments.je, "files": len(cut)}
        if arguments.bewertung:
            line |= score(arguments.bewertung, arguments.truth, target, arguments.zip)
        print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
