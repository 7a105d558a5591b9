"""What a PDF page draws, as pdfium sees it: letters with their places, ruling lines, pictures.

What enters: an open pypdfium2 page (the caller holds the lock: pdfium is not thread-safe). What leaves: Glyphs, Rules
and Boxes in points as the page is *shown*: rotation applied, origin at the top left, y growing downwards.
What it does not know: words, lines, tables, German.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ratsassistent.pack.page.matrices import Matrix, matrix_of

MAX_GLYPHS = 60_000  # more is a drawing whose lettering nobody reads in order
MAX_PATHS = 20_000  # path objects looked at for ruling lines
MAX_DEPTH = 3  # forms within forms
MAX_SHADES = 400
_SHADE = 12.0, 4.0  # points across and down of a filled area that can hide a word
_HYPHENS = {0x02, 0xFFFE}  # pdfium's own marks for a hyphen at the end of a line


@dataclass(slots=True)
class Glyph:
    """One letter. `left`, `right` run along its own baseline; `turn` is that baseline's direction in quarter turns.

    For `turn` 0 the frame is the page as shown; for the others it is the page turned so that the letter stands upright.
    `space`: white space was written between this letter and the one before it in the content stream.
    """

    char: str
    left: float
    right: float
    base: float
    em: float
    turn: int
    order: int
    space: bool = False
    filled: bool = False  # written into a form or as a note, after the page was made
    item: int = 0  # the text object it belongs to


@dataclass(slots=True)
class Rule:
    """A straight line, or the edge of a filled box, longer than wide. Horizontal where `top == bottom`."""

    left: float
    top: float
    right: float
    bottom: float


class Shade(NamedTuple):
    """A filled area or a picture: its box as shown, when it is painted, and its colour; None for a picture."""

    box: tuple[float, float, float, float]
    order: int
    ink: tuple[int, int, int, int] | None


class Ink(NamedTuple):
    """How a text object is painted: when, in which colour (red, green, blue, opacity); `handle` is pdfium's."""

    handle: Any
    order: int
    colour: tuple[int, int, int, int] | None


@dataclass(slots=True)
class Sheet:
    """All that was found on one page. `cover` is the share of the page that pictures cover, 0 to 1.

    `inks` are those of its text objects; `dropped` the letters that nobody can see, in order, each with why: "off" the
    page, "invisible" by its own mode, "dust" of no size.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    pictures: list[tuple[float, float, float, float]] = field(default_factory=list)
    paths: int = 0
    cover: float = 0.0
    bad_codes: int = 0  # letters whose font does not say which letter they are
    shades: list[Shade] = field(default_factory=list)
    orders: dict[int, int] = field(default_factory=dict)  # text object -> when it is painted
    inks: dict[int, Ink] = field(default_factory=dict)
    dropped: list[tuple[str, Glyph]] = field(default_factory=list)


class Frame:
    """Turns points of PDF user space into points of the page as shown (y down)."""

    def __init__(self, page: Any) -> None:
        left, bottom, right, top = page.get_bbox()
        self.box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        self.rotation = page.get_rotation() % 360
        across, down = self.box[2] - self.box[0], self.box[3] - self.box[1]
        self.width, self.height = (down, across) if self.rotation in (90, 270) else (across, down)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point as shown."""
        left, bottom, right, top = self.box
        if self.rotation == 90:
            return y - bottom, x - left
        if self.rotation == 180:
            return right - x, y - bottom
        if self.rotation == 270:
            return top - y, right - x
        return x - left, top - y

    def box_of(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """A rectangle as shown: left, top, right, bottom."""
        if self.rotation == 0:
            return left - self.box[0], self.box[3] - top, right - self.box[0], self.box[3] - bottom
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def turn(self, a: float, b: float) -> int | None:
        """Direction of a baseline (a, b) of user space on the page as shown, in quarter turns clockwise; None: slanted."""
        angle = math.degrees(math.atan2(-b, a)) + self.rotation
        quarter = round(angle / 90)
        return quarter % 4 if abs(angle - 90 * quarter) < 12 else None

    def upright(self, box: tuple[float, float, float, float], turn: int) -> tuple[float, float, float, float]:
        """A box as shown, in the frame in which letters of that turn stand upright."""
        left, top, right, bottom = box
        if turn == 1:  # reads downwards
            return top, self.width - right, bottom, self.width - left
        if turn == 2:
            return self.width - right, self.height - bottom, self.width - left, self.height - top
        if turn == 3:  # reads upwards
            return self.height - bottom, left, self.height - top, right
        return box


def read_sheet(page: Any, fixed: int | None = None) -> Sheet:
    """Everything on a page.

    :param page: a `pypdfium2.PdfPage`.
    :param fixed: how many letters belong to the page itself; those after them were filled in and join any line.
    :raises pypdfium2.PdfiumError: the page cannot be read.
    """
    frame = Frame(page)
    sheet = Sheet(frame.width, frame.height)
    _objects(page, frame, sheet)
    _glyphs(page, frame, sheet, fixed)
    return sheet


def add_boxes(sheet: Sheet, boxes: Iterable[tuple[float, float, float, float, bool]], frame: Frame) -> None:
    """Put ☒ or ☐ among the letters, before the label of each box, or behind it where none follows.

    :param boxes: left, bottom, right, top in PDF user space, and whether it is ticked.
    """
    for left, bottom, right, top, ticked in boxes:
        edges = frame.box_of(left, bottom, right, top)
        middle = (edges[1] + edges[3]) / 2
        inside = [g for g in sheet.glyphs if g.turn == 0 and _within(g, edges)]
        if any(g.char in "☐☒☑" for g in inside):
            continue  # the box is written as a character already
        for glyph in inside:
            sheet.glyphs.remove(glyph)  # the "x" that somebody typed into the box
        near = [g for g in sheet.glyphs if g.turn == 0 and g.base - 0.9 * g.em <= middle <= g.base + 0.4 * g.em]
        following = [g for g in near if -1 <= g.left - edges[2] < 4 * g.em]
        leading = [g for g in near if -1 <= edges[0] - g.right < 12 * g.em]
        char = "☒" if ticked else "☐"
        if following:
            label = min(following, key=lambda g: g.left)
            label.space = True
            end = min(edges[2], label.left - 0.25 * label.em)
            box = Glyph(char, end - 0.6 * label.em, end, label.base, label.em, 0, label.order, True)
            sheet.glyphs.insert(sheet.glyphs.index(label), box)
        elif leading:
            label = max(leading, key=lambda g: g.right)
            start = max(edges[0], label.right + 0.25 * label.em)
            box = Glyph(char, start, start + 0.6 * label.em, label.base, label.em, 0, label.order, True)
            sheet.glyphs.insert(sheet.glyphs.index(label) + 1, box)
        else:
            em = max(edges[3] - edges[1], 4.0)
            sheet.glyphs.append(Glyph(char, edges[0], edges[2], edges[3], em, 0, len(sheet.glyphs), True))


def _within(glyph: Glyph, edges: tuple[float, float, float, float]) -> bool:
    x, y = (glyph.left + glyph.right) / 2, glyph.base - 0.3 * glyph.em
    return edges[0] <= x <= edges[2] and edges[1] <= y <= edges[3]


def _objects(page: Any, frame: Frame, sheet: Sheet) -> None:
    """Ruling lines and pictures."""
    from pypdfium2 import raw

    covered = 0.0
    for order, (item, matrix) in enumerate(_walk(raw, page.raw, None, 0)):
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            sheet.orders[ctypes.addressof(item.contents)] = order
        if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            continue
        bounds = [ctypes.c_float() for _ in range(4)]
        if not raw.FPDFPageObj_GetBounds(item, *bounds):
            continue
        left, bottom, right, top = (value.value for value in bounds)
        if matrix is not None:
            left, bottom, right, top = matrix.box(left, bottom, right, top)
        box = frame.box_of(left, bottom, right, top)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            sheet.pictures.append(box)
            covered += _inside(box, sheet)
            sheet.shades.append(Shade(box, order, None))
            continue
        sheet.paths += 1
        if sheet.paths <= MAX_PATHS and kind == raw.FPDF_PAGEOBJ_PATH:
            sheet.rules.extend(_rules(raw, item, box))
            if box[2] - box[0] >= _SHADE[0] and box[3] - box[1] >= _SHADE[1] and len(sheet.shades) < MAX_SHADES:
                ink = ink_of(raw, item)
                if ink is not None and ink[3] > 127 and _is_filled(raw, item):
                    sheet.shades.append(Shade(box, order, ink))
        if sheet.paths > MAX_PATHS * 2:
            break
    sheet.cover = min(covered / max(sheet.width * sheet.height, 1.0), 1.0)


def _walk(raw: Any, page: Any, matrix: Matrix | None, depth: int) -> Iterator[tuple[Any, Any]]:
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM:
            yield from _walk_form(raw, item, matrix, depth)
        else:
            yield item, matrix


def _walk_form(raw: Any, form: Any, matrix: Matrix | None, depth: int) -> Iterator[tuple[Any, Any]]:
    own = matrix_of(form) if depth < MAX_DEPTH else None
    if own is None:
        return
    inner = own if matrix is None else own.then(matrix)
    for index in range(raw.FPDFFormObj_CountObjects(form)):
        item = raw.FPDFFormObj_GetObject(form, index)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM:
            yield from _walk_form(raw, item, inner, depth + 1)
        else:
            yield item, inner


def _rules(raw: Any, item: Any, box: tuple[float, float, float, float]) -> Iterator[Rule]:
    """The ruling lines that a path draws: a thin one is a line, a box of up to 5 segments has four edges."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    if high <= 3 and wide > 8:
        yield Rule(left, (top + bottom) / 2, right, (top + bottom) / 2)
    elif wide <= 3 and high > 4:
        yield Rule((left + right) / 2, top, (left + right) / 2, bottom)
    elif wide > 8 and high > 6 and raw.FPDFPath_CountSegments(item) <= 6 and _is_stroked(raw, item):
        yield Rule(left, top, right, top)
        yield Rule(left, bottom, right, bottom)
        yield Rule(left, top, left, bottom)
        yield Rule(right, top, right, bottom)


def _is_stroked(raw: Any, item: Any) -> bool:
    """True for a box with a drawn edge; one that is only filled is the shade behind words, or a white patch."""
    filling, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(item, filling, stroke)) and bool(stroke.value)


def _is_filled(raw: Any, item: Any) -> bool:
    filling, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(item, filling, stroke)) and bool(filling.value)


def ink_of(raw: Any, item: Any) -> tuple[int, int, int, int] | None:
    """The colour that an object is filled with: red, green, blue, opacity; None where pdfium cannot tell."""
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, opacity):
        return None
    return red.value, green.value, blue.value, opacity.value


def _inside(box: tuple[float, float, float, float], sheet: Sheet) -> float:
    across = min(box[2], sheet.width) - max(box[0], 0.0)
    down = min(box[3], sheet.height) - max(box[1], 0.0)
    return max(across, 0.0) * max(down, 0.0)


@dataclass(slots=True)
class _Font:
    em: float
    turn: int | None
    plain: bool  # the baseline runs along the x axis of user space
    hidden: bool


def _glyphs(page: Any, frame: Frame, sheet: Sheet, fixed: int | None) -> None:
    """The letters in the order of the content stream, without those nobody can see and those printed twice."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    try:
        handle = textpage.raw
        box, loose = [ctypes.c_double() for _ in range(4)], raw.FS_RECTF()
        x, y = ctypes.c_double(), ctypes.c_double()
        fonts: dict[int, _Font] = {}
        printed: dict[tuple[str, int, int], list[tuple[float, float, int]]] = {}
        space, high = False, 0
        for index in range(min(raw.FPDFText_CountChars(handle), MAX_GLYPHS)):
            code = raw.FPDFText_GetUnicode(handle, index)
            char = "-" if code in _HYPHENS else chr(code) if 0 < code < 0x110000 else "\ufffd"
            if char.isspace() or code == 0xA0:
                space = True
                continue
            if 0xD800 <= code < 0xDC00:  # the first half of a letter beyond 16 bits
                high = code
                continue
            if 0xDC00 <= code < 0xE000:
                char = chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00) if high else "\ufffd"
            high = 0
            item = raw.FPDFText_GetTextObject(handle, index)
            address = ctypes.addressof(item.contents) if item else 0
            font = fonts.get(address)
            if font is None:
                font = fonts[address] = _font(raw, handle, index, item, frame)
                _note_ink(sheet, raw, item, address)
            raw.FPDFText_GetCharOrigin(handle, index, x, y)
            turn = font.turn if font.turn is not None else 4
            if font.plain and raw.FPDFText_GetLooseCharBox(handle, index, loose) and loose.right > loose.left:
                shown = frame.box_of(loose.left, loose.bottom, loose.right, loose.top)
            else:
                raw.FPDFText_GetCharBox(handle, index, *box)
                shown = frame.box_of(box[0].value, box[2].value, box[1].value, box[3].value)
            if (why := _unseen(shown, sheet, font)) is not None:
                space = _drop(sheet, why, Glyph(char, shown[0], shown[2], shown[3], font.em, 0, index, space))
                continue
            if not index % 4 and raw.FPDFText_HasUnicodeMapError(handle, index) == 1:
                sheet.bad_codes += 4  # one letter in four is asked
            filled = fixed is not None and index >= fixed
            at = frame.point(x.value, y.value)
            upright = frame.upright(shown, turn % 4)
            base = frame.upright((*at, *at), turn % 4)[1]
            if _printed_twice(printed, char, (upright[0], base, address), font.em):
                continue
            sheet.glyphs.append(
                Glyph(char, upright[0], upright[2], base, font.em, turn, len(sheet.glyphs), space, filled, address)
            )
            space = False
    finally:
        textpage.close()


def _note_ink(sheet: Sheet, raw: Any, item: Any, address: int) -> None:
    if item:
        sheet.inks[address] = Ink(item, sheet.orders.get(address, -1), ink_of(raw, item))


def _drop(sheet: Sheet, why: str, glyph: Glyph) -> bool:
    """Put a letter aside that nobody sees; its space is used up."""
    sheet.dropped.append((why, glyph))
    return False


def _font(raw: Any, handle: Any, index: int, item: Any, frame: Frame) -> _Font:
    matrix = raw.FS_MATRIX()
    size = raw.FPDFText_GetFontSize(handle, index) or 1.0
    if not raw.FPDFText_GetMatrix(handle, index, matrix):
        return _Font(size, 0, True, False)
    em = abs(size) * (math.hypot(matrix.c, matrix.d) or math.hypot(matrix.a, matrix.b) or 1.0)
    turn = frame.turn(matrix.a, matrix.b)
    plain = matrix.a > 0 and abs(matrix.b) < 0.01 * matrix.a and frame.rotation == 0
    hidden = bool(item) and raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
    return _Font(max(em, 0.1), turn, plain, hidden)


def _unseen(shown: tuple[float, float, float, float], sheet: Sheet, font: _Font) -> str | None:
    """Why a letter is not seen: it is "off" the page, of no size ("dust"), or "invisible"; None where it is.

    Invisible letters over a picture are its OCR text.
    """
    x, y = (shown[0] + shown[2]) / 2, (shown[1] + shown[3]) / 2
    if not (-2 <= x <= sheet.width + 2 and -2 <= y <= sheet.height + 2):
        return "off"
    if font.em < 0.6:
        return "dust"
    if font.hidden and not any(p[0] <= x <= p[2] and p[1] <= y <= p[3] for p in sheet.pictures):
        return "invisible"
    return None


def _printed_twice(
    printed: dict[tuple[str, int, int], list[tuple[float, float, int]]],
    char: str,
    place: tuple[float, float, int],
    em: float,
) -> bool:
    """True where another text object has put the same letter there already (bold made by printing twice, shadows).

    :param place: x, y and the text object. Within one object the same letter at one place is half of a ligature (ff).
    """
    reach = max(0.12 * em, 0.2)
    x, y, item = place
    cell = 4 * reach
    for i in {int((x - reach) / cell), int((x + reach) / cell)}:
        for j in {int((y - reach) / cell), int((y + reach) / cell)}:
            for other in printed.get((char, i, j), ()):
                if other[2] != item and abs(other[0] - x) < reach and abs(other[1] - y) < reach:
                    return True
    printed.setdefault((char, int(x / cell), int(y / cell)), []).append(place)
    return False
