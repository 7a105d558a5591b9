"""One picture of a page becomes German text: the part of text recognition that runs in a child process.

What enters: the path of a PDF, page numbers, the folder with Tesseract's German data. What leaves: a Reading for each
page: text in reading order, or that there is none.
What it does not know: files that were taken in, caches, progress; `ocr` calls it in a child that may be killed.

A page is painted in grey at 300 dpi, laid straight where the lines slope, turned where it lies on its side or head, and
read by Tesseract's LSTM network. What the network itself doubts is not passed on: a line it is unsure of is left out,
one doubtful word in a good line becomes `GAP`, and a page with too little certain text counts as not readable. So a
photograph, handwriting or a map gives no garbage.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from ratsassistent.oparl import Model
from ratsassistent.pack.page.drawings import names_a_plan, sheet_name
from ratsassistent.pack.page.places import Place
from ratsassistent.pack.scans.ocr_boxes import PicturedBox, find_pictured_boxes

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["GAP", "Reader", "Reading", "read_pictures", "read_places"]

GAP = "[unleserlich]"
BOXES = "☐☒"
SECTION = {"$", "$&", "&$", "8&", "&8", "$8", "8$", "&&", "$$", "S&", "&S"}  # how § comes out
DPI = 300  # what the network was trained for; less loses umlaut dots, more only costs time
MAX_PIXELS = 16_000_000  # A3 at 285 dpi
PAGE_MILLISECONDS = 120_000  # for recognising one picture on a busy machine; a map could take longer
STEEP = 0.008  # radians, half a degree: from here on the picture is laid straight
SURE = 70  # per cent: Tesseract's confidence in words of clean print is 85 to 97, in noise 0 to 50
UNSURE = 50
MOSTLY_DRAWN = 0.5
DOUBTFUL = 25  # of a word in a line that is kept
RELIABLE = 0.35  # share of a line that has to be certain
WIDE_GAP = 2.5  # of the height of the line: cells of a table, two columns
SPECK = 7  # pixels

# The network knows no §: it gives the most similar sign. Only before a number that Abs., Satz, a law … follows.
_PARAGRAPH = re.compile(
    r"(?<![\w.,/-])(?:8|&|\$|S|5)(?:8|&|\$|S)? (?=\d{1,4}[a-z]? (?:Abs|Satz|Nr|ff|[A-ZÄÖÜ]\w{0,12}(?:G|GB|O|V|BauGB|StGB)\b))"
    r"|(?<![\w.,/-])[&$] ?(?=\d)"
)


class Reading(Model):
    """What came of one picture: "text" (in `text`), "blank" paper, a "drawing" (`text` is its name), or no text.

    "slow": it was given up after `PAGE_MILLISECONDS`.
    """

    state: Literal["text", "blank", "drawing", "unreadable", "slow"]
    text: str = ""


@dataclass(frozen=True)
class _Word:
    text: str
    confidence: float  # 0 to 100
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class _Line:
    words: tuple[_Word, ...]
    block: int

    @property
    def height(self) -> float:
        """Median of its words, in pixels."""
        return median(word.bottom - word.top for word in self.words)


def read_pictures(path: str, numbers: Sequence[int], data: str) -> Iterator[tuple[int, Reading]]:
    """Recognise pages of a PDF, one after the other.

    Runs in a child process: it changes the working folder (Tesseract on Windows opens its data by a name in the
    system's own code page, which an umlaut in the path breaks; a relative name has none) and its own priority.

    :param numbers: physical pages, from 1.
    :param data: folder that holds deu.traineddata, and osd.traineddata if pages are to be turned upright.
    """
    import pypdfium2

    whole = Path(path).resolve()
    os.chdir(data)
    os.environ["OMP_THREAD_LIMIT"] = "1"  # one page gains nothing from threads, two children do; set before the import
    _step_back()
    reader = Reader()
    document = pypdfium2.PdfDocument(whole)
    for number in numbers:
        page = document[number - 1]
        width, height = page.get_size()
        picture = _painted(page)
        page.close()
        yield number, reader.read(picture, sheet_name(width, height))


def read_places(source: Path | bytes, number: int, data: str) -> Iterator[list[Place]]:
    """The words on one page of a PDF with their places, in shares of the page as shown.

    Runs in a child process, like `read_pictures`. :param number: physical page, from 1. :param data: as there.
    """
    import pypdfium2

    os.chdir(data)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    yield Reader().places(_painted(pypdfium2.PdfDocument(source)[number - 1]))


def _painted(page: Any) -> Image.Image:
    """A page in grey, as large as is good for recognising it."""
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    return picture


def _step_back() -> None:
    """Let everything else on the machine go first."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process().nice(
            psutil.BELOW_NORMAL_PRIORITY_CLASS if hasattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS") else 5
        )


_Seen = tuple[list[_Line], "Image.Image"]


class Reader:
    """Tesseract, loaded once for many pages; its data lie in the working folder."""

    def __init__(self) -> None:
        import tesserocr

        self._lib = tesserocr
        self._api = tesserocr.PyTessBaseAPI(
            path=".",
            lang="deu",
            oem=tesserocr.OEM.LSTM_ONLY,
            psm=tesserocr.PSM.AUTO,
            variables={"debug_file": os.devnull},
        )
        self._slope = 0.0  # radians by which the last picture was laid straight
        self._turned: Any = None  # for finding out which way is up, loaded when first needed

    def read(self, picture: Image.Image, sheet: str) -> Reading:
        """Recognise one picture; grey, about 300 dpi.

        :param sheet: name of the paper format, for a drawing.
        """
        picture = _without_specks(picture)
        if _is_blank(picture):
            return Reading(state="blank")
        seen = self._lines(picture)
        if seen is None:
            return Reading(state="slow")
        if not _is_readable(seen[0]):
            seen = self._tried_again(picture, seen)
        lines, straight = seen
        text = _as_text([line for line in lines if _is_reliable(line)])
        if names_a_plan(text) and not _has_prose(text) and _ink_beside(straight, lines) > MOSTLY_DRAWN:
            return Reading(state="drawing", text=f"Plan oder Zeichnung ({sheet})")
        if not _is_readable(lines) or not text.strip():
            return Reading(state="unreadable")
        return Reading(state="text", text=text)

    def places(self, picture: Image.Image) -> list[Place]:
        """The words of one picture with their places, whichever way it lies."""
        upright, turn = picture, 0
        seen = self._lines(picture)
        if seen is not None and not _is_readable(seen[0]):
            turn = self._turn(picture)
            if turn:
                upright = picture.rotate(turn, expand=True, fillcolor=255)
                seen = self._lines(upright)
        lines, _ = seen or ([], upright)
        back = _WayBack(picture.size, upright.size, turn, self._slope)
        return [back.place(word) for line in lines for word in line.words]

    def _tried_again(self, picture: Image.Image, seen: _Seen) -> _Seen:
        """The picture turned, if it lay wrong; else its scattered words, such as the labels and title of a map."""
        turn = self._turn(picture)
        if turn:
            turned = self._lines(picture.rotate(turn, expand=True, fillcolor=255))
            if turned is not None and _certain(turned[0]) > _certain(seen[0]):
                return turned
        if seen[0]:
            return seen
        self._api.SetPageSegMode(self._lib.PSM.SPARSE_TEXT)
        try:
            return self._lines(picture) or seen
        finally:
            self._api.SetPageSegMode(self._lib.PSM.AUTO)

    def _lines(self, picture: Image.Image) -> _Seen | None:
        """The lines of a picture in reading order, and the picture laid straight; None where it took too long."""
        from PIL import Image as Pictures

        self._show(picture)
        layout = self._api.AnalyseLayout()
        if layout is None:
            return [], picture
        slope = layout.Orientation()[3]  # radians; one down to the right counts as negative
        straight, self._slope = picture, 0.0
        if STEEP < abs(slope) < 0.2:
            self._slope = slope
            straight = picture.rotate(
                math.degrees(slope), resample=Pictures.Resampling.BICUBIC, fillcolor=_paper(picture)
            )
        boxes, cleaned = find_pictured_boxes(straight)
        if cleaned is not picture:
            self._show(cleaned)
        if not self._api.Recognize(PAGE_MILLISECONDS):
            return None
        return _with_boxes(_collect(self._api.GetIterator(), self._lib.RIL), boxes), straight

    def _show(self, picture: Image.Image) -> None:
        self._api.SetImageBytes(picture.tobytes(), picture.width, picture.height, 1, picture.width)
        self._api.SetSourceResolution(DPI)

    def _turn(self, picture: Image.Image) -> int:
        """By how many degrees to turn a picture to the left so that its text stands upright; 0 if that is not clear."""
        if self._turned is None:
            try:
                self._turned = self._lib.PyTessBaseAPI(
                    path=".", lang="osd", oem=self._lib.OEM.TESSERACT_ONLY, psm=self._lib.PSM.OSD_ONLY
                )
            except RuntimeError:  # no data for it
                self._turned = False
        if not self._turned:
            return 0
        self._turned.SetImageBytes(picture.tobytes(), picture.width, picture.height, 1, picture.width)
        self._turned.SetSourceResolution(DPI)
        found = self._turned.DetectOrientationScript()
        if not found or found["orient_conf"] < 1.0:
            return 0
        return int(found["orient_deg"])


@dataclass(frozen=True)
class _WayBack:
    """From a picture that was turned by quarters and laid straight back to the one that was given."""

    given: tuple[int, int]  # width, height in pixels
    upright: tuple[int, int]
    turn: int  # degrees to the left
    slope: float  # radians

    def place(self, word: _Word) -> Place:
        """A word with its box in shares of the given picture."""
        corners = [self._point(x, y) for x in (word.left, word.right) for y in (word.top, word.bottom)]
        across, down = zip(*corners, strict=True)
        width, height = self.given
        box = (min(across) / width, min(down) / height, max(across) / width, max(down) / height)
        return Place(word.text, *box, self.turn in (90, 270))

    def _point(self, x: float, y: float) -> tuple[float, float]:
        if self.slope:
            middle, centre = self.upright[0] / 2, self.upright[1] / 2
            dx, dy = x - middle, y - centre
            cos, sin = math.cos(self.slope), math.sin(self.slope)
            x, y = middle + cos * dx - sin * dy, centre + sin * dx + cos * dy
        width, height = self.given
        if self.turn == 90:
            return width - y, x
        if self.turn == 180:
            return width - x, height - y
        if self.turn == 270:
            return y, height - x
        return x, y


def _without_specks(picture: Image.Image) -> Image.Image:
    """The picture without dust: dark dots of a few pixels with nothing near them. An i-dot in small print has twenty."""
    from PIL import ImageChops, ImageFilter

    dark = picture.point([255 * (grey < 150) for grey in range(256)])
    # a box of 9 x 9: its mean tells how many dark pixels lie in it
    lonely = dark.filter(ImageFilter.BoxBlur(4)).point([255 * (0 < mean <= SPECK * 255 // 81) for mean in range(256)])
    specks = ImageChops.multiply(dark, lonely).filter(ImageFilter.MaxFilter(3))  # with their grey edges
    cleaned = picture.copy()
    cleaned.paste(_paper(picture), mask=specks)
    return cleaned


def _paper(picture: Image.Image) -> int:
    """The grey that most of the sheet has."""
    counts = picture.histogram()
    return max(range(256), key=lambda grey: sum(counts[max(0, grey - 4) : grey + 5]))


def _is_blank(picture: Image.Image) -> bool:
    """Whether next to nothing on the sheet differs from its paper, the shadows at its edges left out."""
    small = picture.resize((400, max(1, 400 * picture.height // picture.width)))
    edge, foot = small.width // 20, small.height // 20
    counts = small.crop((edge, foot, small.width - edge, small.height - foot)).histogram()
    total = sum(counts)
    paper = _paper(small)
    inked = total - sum(counts[max(0, paper - 40) : paper + 41])
    return inked < 0.0001 * total


def _collect(words: Any, level: Any) -> list[_Line]:
    """Tesseract's words as lines, in its reading order."""
    lines: list[_Line] = []
    if words is None or words.Empty(level.WORD):
        return lines
    block, current = 0, []
    while True:
        if words.IsAtBeginningOf(level.BLOCK):
            block += 1
        text = (words.GetUTF8Text(level.WORD) or "").strip()
        box = words.BoundingBox(level.WORD)
        if text and box:
            if text in SECTION:
                text = "§"
            current.append(_Word(text, words.Confidence(level.WORD), *box))
        if words.IsAtFinalElement(level.TEXTLINE, level.WORD):
            current = [word for word in current if _is_meant(word)]
            if current:
                lines.append(_Line(tuple(current), block))
            current = []
        if not words.Next(level.WORD):
            return lines


def _is_meant(word: _Word) -> bool:
    """False for leaders, rules and dirt read as signs."""
    if any(char.isalnum() for char in word.text) or word.text in BOXES + "§&%€":
        return True
    if word.text in "-–—=/+„“()":
        return word.confidence >= 30
    return word.confidence >= 60 and word.text.strip("|_—–-=~.'‘’`´:;,\\/ ") != ""


def _with_boxes(lines: list[_Line], boxes: Sequence[PicturedBox]) -> list[_Line]:
    """Put each check box into the line it stands in, the one whose words are nearest to its right."""
    for box in boxes:
        middle = (box.top + box.bottom) / 2
        found: tuple[int, int] | None = None
        for index, line in enumerate(lines):
            for word in line.words:
                away = word.left - box.right
                inside = (
                    word.top - 0.3 * (word.bottom - word.top) < middle < word.bottom + 0.3 * (word.bottom - word.top)
                )
                if inside and away > -5 and (found is None or away < found[0]):
                    found = (away, index)
        if found and found[0] < 12 * (box.right - box.left):
            sign = _Word(BOXES[box.ticked], 100, box.left, box.top, box.right, box.bottom)
            line = lines[found[1]]
            words = tuple(sorted((*line.words, sign), key=lambda word: word.left))
            lines[found[1]] = _Line(words, line.block)
    return lines


def _is_word(word: _Word) -> bool:
    """A word or number that Tesseract is sure of."""
    letters = sum(char.isalpha() for char in word.text)
    return word.confidence >= SURE and (letters >= 3 or any(char.isdigit() for char in word.text))


def _is_like_a_word(text: str) -> bool:
    """Whether the form is that of a German word of four letters and more: small after the first, with vowels enough."""
    core = text.strip("„“(.,;:)")
    vowels = sum(char in "aeiouäöüy" for char in core.lower())
    return len(core) >= 4 and core.isalpha() and core[1:].islower() and 0.2 <= vowels / len(core) <= 0.6


def _certain(lines: Sequence[_Line]) -> int:
    """How many characters stand in words that are certain."""
    return sum(len(word.text) for line in lines for word in line.words if _is_word(word))


def _is_readable(lines: Sequence[_Line]) -> bool:
    """Whether most of what was recognised is certain."""
    everything = sum(len(word.text) for line in lines for word in line.words)
    certain = _certain(lines)
    return certain >= 5 and certain >= 0.5 * everything


def _is_reliable(line: _Line) -> bool:
    """Whether enough of a line is certain. Words count, not letters: leader dots are read as one long word of nonsense."""
    words = [word for word in line.words if word.text not in BOXES]
    return sum(word.confidence >= SURE for word in words) >= max(1.0, RELIABLE * len(words))


def _ink_beside(picture: Image.Image, lines: Sequence[_Line]) -> float:
    """How much of the ink on a sheet stands outside of the words, 0 to 1; 0 for a sheet with little on it."""
    rest = picture.point([255 * (grey < 150) for grey in range(256)])
    ink = rest.histogram()[255]
    if ink < 0.01 * rest.width * rest.height:
        return 0.0
    for line in lines:
        if _is_reliable(line):
            for word in line.words:
                rest.paste(0, (word.left, word.top, word.right, word.bottom))
    return rest.histogram()[255] / ink


def _has_prose(text: str) -> bool:
    """Whether there are sentences: several lines of six words and more, half of them beginning small."""
    prose = 0
    for line in text.splitlines():
        parts = line.split()
        prose += len(parts) >= 6 and 2 * sum(part[0].islower() for part in parts) >= len(parts)
    return prose >= 4


def _as_text(lines: Sequence[_Line]) -> str:
    """Lines as text: blocks parted by an empty line, cells of a table by " | "."""
    out: list[str] = []
    before: int | None = None
    for line in lines:
        if before is not None and line.block != before:
            out.append("")
        before = line.block
        out.append(_line_text(line))
    out = [text for text in out if text.strip(" |") or not text]
    return "\n".join(out)


def _line_text(line: _Line) -> str:
    """The words of a line; where they stand far apart, cells of a row. A cell without anything sure is a picture."""
    sure = sum(word.confidence >= SURE for word in line.words) >= 0.6 * len(line.words)
    cells: list[list[_Word]] = [[]]
    for index, word in enumerate(line.words):
        if index and word.left - line.words[index - 1].right > WIDE_GAP * line.height:
            cells.append([])
        cells[-1].append(word)
    shown = []
    for cell in cells:
        if any(word.confidence >= UNSURE for word in cell):
            # The network sometimes gives no confidence at all to a long word it reads well, never to be trusted with digits.
            words = [
                w.text if w.confidence >= DOUBTFUL or w.text in "§&" or (sure and _is_like_a_word(w.text)) else GAP
                for w in cell
            ]
            shown.append(" ".join(w for i, w in enumerate(words) if w != GAP or i == 0 or words[i - 1] != GAP))
    return _PARAGRAPH.sub("§ ", " | ".join(shown).replace("ı", "i"))
