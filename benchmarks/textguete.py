"""Word error of text extraction against a second reading of the same pages.

What enters: a folder with `seiten.json` (a list of {"lesung": file, "datei": PDF, "seite": page, "art": kind}) and the
readings named there, made by looking at the page. What leaves: a table, word error rate by kind of page, for pypdf as it
comes, pdfium as it comes, both with cut words put together, and `pack.pages`.

    python benchmarks/textguete.py FOLDER [--seiten]

Word error rate: edit distance over words in reading order, divided by the words of the reading. Punctuation, bars and
bullets do not count; a word cut at a line's end counts as two wrong words, as a search would not find it. Text in
pictures is in no reading.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from pypdf import PdfReader

from ratsassistent.pack.files.pages import read_pages

_WORD = re.compile(r"[\w§€%²³°]+")


def words(text: str) -> list[str]:
    """The words of a text, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def distance(a: list[str], b: list[str]) -> int:
    """How many words have to be put in, left out or replaced to turn one into the other (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (word != other))
    return row[-1]


def by_pypdf(path: Path, number: int) -> str:
    """As pypdf gives it."""
    return PdfReader(path).pages[number - 1].extract_text()


def by_pdfium(path: Path, number: int) -> str:
    """As pdfium gives it."""
    document = pypdfium2.PdfDocument(path)
    try:
        return document[number - 1].get_textpage().get_text_bounded().encode("utf-8", "replace").decode()
    finally:
        document.close()


def by_us(path: Path, number: int) -> str:
    """As this project gives it."""
    return next(iter(read_pages(path, [number]))).text


def joined(text: str) -> str:
    """The text with words cut at a line's end put together, which anybody could do."""
    text = re.sub(r"[\u0002\ufffe]\s*(?=[a-zäöüß])", "", text)  # pdfium's mark for a hyphen at a line's end
    text = re.sub(r"[\u0002\ufffe]", "-", text)
    return re.sub(r"(\w)[-\u00ad]\s+(?=[a-zäöüß])(?!(?:und|oder|bzw|sowie)\b)", r"\1", text)


ENGINES: dict[str, Callable[[Path, int], str]] = {
    "pypdf": by_pypdf,
    "pdfium": by_pdfium,
    "pypdf gefügt": lambda path, number: joined(by_pypdf(path, number)),
    "pdfium gefügt": lambda path, number: joined(by_pdfium(path, number)),
    "ratsassistent": by_us,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seiten", action="store_true", help="one line a page, too")
    asked = parser.parse_args()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    errors: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    total: dict[str, int] = defaultdict(int)
    pages: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for entry in json.loads((asked.folder / "seiten.json").read_text("utf-8")):
        reading = words((asked.folder / entry["lesung"]).read_text("utf-8"))
        found = {}
        for name, engine in ENGINES.items():
            begun = time.perf_counter()
            text = engine(Path(entry["datei"]), entry["seite"])
            seconds[name] += time.perf_counter() - begun
            found[name] = distance(words(text), reading)
            for kind in (entry["art"], "alle"):
                errors[kind][name] += found[name]
        for kind in (entry["art"], "alle"):
            total[kind] += len(reading)
            pages[kind] += 1
        if asked.seiten:
            shown = "  ".join(f"{name} {count}" for name, count in found.items())
            print(f"{entry['lesung']} {entry['art']:10} {len(reading):4} Wörter  {shown}")
    print(f"{'Art':12}{'Seiten':>7}{'Wörter':>8}" + "".join(f"{name:>15}" for name in ENGINES))
    for kind in sorted(total, key=lambda kind: (kind == "alle", kind)):
        rates = "".join(f"{100 * errors[kind][name] / max(total[kind], 1):>13.1f} %" for name in ENGINES)
        print(f"{kind:12}{pages[kind]:>7}{total[kind]:>8}{rates}")
    print("Sekunden: " + ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items()))


if __name__ == "__main__":
    main()
