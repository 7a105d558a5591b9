"""How well scans are read: pages with real text are printed, scanned badly, recognised, and compared with their text.

    python benchmarks/ocr.py PACK.pdf…  [--pages 20] [--seed 1] [--dpi 200] [--table] [--show]
    python benchmarks/ocr.py PACK.pdf…  --images     every page without usable text: what came of it

A page is painted at 200 dpi, turned by up to one degree, blurred a little, given noise and specks, and saved as JPEG into
a PDF that is nothing but pictures: that file goes through `ocr.recognise` like any other.

Truth is the text layer as pdfium gives it. Pages with under 80 words, or whose text layer has private-use or broken
characters, cannot be a truth and are not drawn. What is folded on both sides before counting: Unicode form (NFKC), white
space, the quotation marks, dashes and bullets that look alike; the " | " of tables goes. Nothing else.

Three errors are printed:
  Zeichen        edit distance over the length of the truth, in the order in which each side has the text. Where a table or
                 form is read in another order than its text layer has, this counts as error though every word is right.
  Zeilen         the same, but each line of the truth may find its best place among the lines read: order is left out.
  Wörter         bag of words: words of the truth that were not read, over all words of the truth.
Umlauts and ß apart: of those in the truth, how many stand opposite the same letter in the alignment.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.scans import ocr

UMLAUTS = "äöüÄÖÜß"
_LOOKALIKES = str.maketrans("„“”‚‘’‟«»´`–—‑−•▪■●·", '"""\'\'\'"""\'\'----•••••')


class NoCache:
    """Nothing is kept, so that every page is timed."""

    def get(self, sha256: str, page: int, engine: str) -> str | None:
        return None

    def put(self, sha256: str, page: int, engine: str, text: str) -> None:
        pass


def fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).replace(" | ", " ")
    return " ".join(re.sub(r"[☐☒•]|\.{4,}|_{3,}", " ", text).split())


def truth_of(page: pypdfium2.PdfPage) -> str | None:
    """The text layer, if it can serve as truth."""
    text = page.get_textpage().get_text_bounded().replace("\r\n", "\n").replace("\ufffe", "-").replace("\u00ad", "-")
    broken = sum(
        unicodedata.category(char) in {"Co", "Cn", "Cc"} or char == "\ufffd" for char in text.replace("\n", "")
    )
    if sum(any(map(str.isalpha, word)) for word in text.split()) < 80 or broken > 3:
        return None
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in {"Co", "Cn", "Cc", "Cf"})


def scan(page: pypdfium2.PdfPage, dpi: int, chance: random.Random) -> Image.Image:
    """A page as a careless clerk scans it."""
    picture = page.render(scale=dpi / 72).to_pil().convert("L")
    angle = chance.uniform(-1, 1)
    picture = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    picture = picture.filter(ImageFilter.GaussianBlur(0.5))
    noise = numpy.random.default_rng(chance.randrange(1 << 30))
    grey = numpy.asarray(picture, dtype=numpy.float32) * 0.94 + 4
    grey += noise.normal(0, 9, grey.shape)
    specks = noise.random(grey.shape)
    grey[specks < 0.0003] = 40
    return Image.fromarray(numpy.clip(grey, 0, 255).astype(numpy.uint8))


def distances(a: str, b: str) -> NDArray[numpy.int32]:
    """The whole table of edit distances between the beginnings of two texts."""
    there = numpy.array([ord(char) for char in b], dtype=numpy.int32)
    steps = numpy.arange(len(b) + 1, dtype=numpy.int32)
    table = numpy.empty((len(a) + 1, len(b) + 1), dtype=numpy.int32)
    table[0] = steps
    for index, char in enumerate(a, 1):
        row = numpy.empty(len(b) + 1, dtype=numpy.int32)
        row[0] = index
        row[1:] = numpy.minimum(table[index - 1, 1:] + 1, table[index - 1, :-1] + (there != ord(char)))
        table[index] = numpy.minimum.accumulate(row - steps) + steps  # an insertion costs one a step
    return table


def opposite(a: str, b: str, table: NDArray[numpy.int32]) -> Iterator[tuple[str, str]]:
    """Each character of `a` and what stands opposite in `b` ("" for nothing), from the end."""
    i, j = len(a), len(b)
    while i:
        if j and table[i, j] == table[i - 1, j - 1] + (a[i - 1] != b[j - 1]):
            yield a[i - 1], b[j - 1]
            i, j = i - 1, j - 1
        elif j and table[i, j] == table[i, j - 1] + 1:
            j -= 1
        else:
            yield a[i - 1], ""
            i -= 1


def line_errors(truth: str, read: str) -> int:
    """Edit distance with every line of the truth at its best place in the lines read, and what is left over."""
    lines = [fold(line) for line in truth.splitlines()]
    there = [line for line in (fold(line) for line in read.splitlines()) if line]
    errors = 0
    for line in sorted((line for line in lines if line), key=len, reverse=True):
        best, where = len(line), -1
        for index, other in enumerate(there):
            if abs(len(other) - len(line)) < best:
                distance = int(distances(line, other)[-1, -1])
                if distance < best:
                    best, where = distance, index
        errors += best
        if where >= 0:
            there.pop(where)
    return errors + sum(len(line) for line in there)


def measure(paths: list[Path], count: int, seed: int, dpi: int, table: bool, show: bool) -> None:
    chance = random.Random(seed)
    choice = []
    for path in paths:
        document = pypdfium2.PdfDocument(path)
        choice += [(path, n, text) for n in range(len(document)) if (text := truth_of(document[n]))]
    drawn = sorted(chance.sample(choice, min(count, len(choice))), key=lambda one: (one[0], one[1]))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "scan.pdf"
        pictures = [scan(pypdfium2.PdfDocument(path)[n], dpi, chance) for path, n, _ in drawn]
        pictures[0].save(target, save_all=True, append_images=pictures[1:], resolution=dpi, quality=80)
        read = read_file(target)
        started = time.monotonic()
        read = ocr.recognise(read, NoCache(), None)
        seconds = time.monotonic() - started
    total: Counter[str] = Counter()
    for (path, n, truth), page in zip(drawn, read.pages, strict=True):
        a, b = fold(truth), fold(page.text)
        costs = distances(a, b)
        missing = Counter(a.split()) - Counter(b.split())
        pairs = [(x, y) for x, y in opposite(a, b, costs) if x in UMLAUTS]
        lines = min(line_errors(truth, page.text), int(costs[-1, -1]))
        found = Counter(
            chars=len(a), errors=int(costs[-1, -1]), lines=lines, words=len(a.split()), missing=missing.total(),
            umlauts=len(pairs), wrong=sum(x != y for x, y in pairs),
        )  # fmt: skip
        total += found
        if table:
            print(
                f"{path.name[:32]:32} S. {n + 1:3}  {page.source:4}  Zeichen {_share(found, 'errors', 'chars')}"
                f"  Zeilen {_share(found, 'lines', 'chars')}  Wörter {_share(found, 'missing', 'words')}"
                f"  Umlaute {found['wrong']} von {found['umlauts']} falsch"
            )
        if show:
            print(" ".join(list(missing.elements())[:40]))
    print(f"{len(drawn)} Seiten, {total['chars']} Zeichen, Maschine: {ocr.engine_name()}")
    print(f"Zeichen {_share(total, 'errors', 'chars')}  Zeilen {_share(total, 'lines', 'chars')}")
    print(f"Wörter {_share(total, 'missing', 'words')} von {total['words']}")
    print(f"Umlaute und ß: {_share(total, 'wrong', 'umlauts')} falsch von {total['umlauts']}")
    print(f"{seconds / len(drawn):.2f} s je Seite")


def _share(counts: Counter[str], part: str, whole: str) -> str:
    return f"{100 * counts[part] / max(counts[whole], 1):5.2f} %"


def report_images(paths: list[Path], show: bool) -> None:
    """What became of the pages that have no usable text."""
    states: Counter[str] = Counter()
    for path in paths:
        before = read_file(path)
        after = ocr.recognise(before, NoCache(), None)
        for old, new in zip(before.pages, after.pages, strict=True):
            if old.source == "text" and new.source == "text":
                continue
            what = (
                "gelesen" if new.source == "ocr" and new.text else "leer" if new.source == "ocr" else new.reason or "?"
            )
            states[what] += 1
            print(
                f"{path.name} S. {new.number}: {what} ({len(new.text.split())} Wörter; vorher: {old.reason or 'Text'})"
            )
            if show:
                print(new.text)
    print(dict(states))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--table", action="store_true", help="each page")
    parser.add_argument("--images", action="store_true")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    if args.images:
        report_images(args.paths, args.show)
    else:
        measure(args.paths, args.pages, args.seed, args.dpi, args.table, args.show)


if __name__ == "__main__":
    main()
