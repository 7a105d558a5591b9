"""The check boxes of a page that are no characters: drawn squares, small pictures of squares, buttons of a form.

What enters: a page opened by pypdfium2. What leaves: Boxes with their place and whether they are ticked.
What it does not know: the text of the page, labels, what a tick means.

The drawing commands only tell where a square might be; whether it is one, and whether something is in it, is decided by
looking at the painted page, as a reader does: a cross may be two lines, a polygon, a letter or part of a picture. The
work is bounded: a page with very many objects or of a plan's size is not searched for drawn boxes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ratsassistent.pack.page.squares import Place, find_squares

if TYPE_CHECKING:
    import numpy as np
    import pypdfium2

MAX_AREA = 1_500_000.0  # square points; A2 has 2 million, A3 has 1 million
_SCALE = 3.0  # pixels a point
_MARGIN = round(3 * _SCALE)  # pixels around a place that are looked at, too
_NEAR = round(1.3 * _SCALE)  # an edge may lie so far inside or outside of the bounds that the commands give
_DARKER = 40  # grey levels below the paper that count as ink
_INK_EMPTY = 0.03  # share of the inner area
_SOLID = 0.9
_COLOURED, _BLACK, _WHITE = 40, 90, 200  # levels of 0 to 255
_MARKS = frozenset("xX×✓✔✗✘☒☑⊠■●")
_LABEL_REACH, _LABEL_ABOVE = 170.0, 40.0  # points; a square far from any word is no check box


@dataclass(frozen=True, slots=True)
class Box:
    """A check box: its edges in points, in the axes of the PDF page (origin at the lower left, y grows upwards)."""

    left: float
    bottom: float
    right: float
    top: float
    ticked: bool


def find_boxes(page: pypdfium2.PdfPage) -> list[Box]:
    """The check boxes of a page that are no characters, from top to bottom.

    Finds squares drawn as paths or lines, pictures of squares, and the check boxes and radio buttons of an AcroForm.
    Never raises for what a page holds: one that cannot be searched has no boxes.
    """
    import pypdfium2

    found: list[Box] = []
    try:
        found = _buttons(page)
        width, height = page.get_size()
        if width * height <= MAX_AREA:
            candidates = find_squares(page)
            if candidates:
                found += _seen(page, [place for place in candidates if not _covered(place, found)])
    except (pypdfium2.PdfiumError, OSError, ValueError, MemoryError):
        pass
    return sorted(found, key=lambda box: (-box.top, box.left))


def _covered(place: Place, boxes: Sequence[Box]) -> bool:
    """True where one of the boxes has its middle in the place."""
    return any(
        place.left <= (box.left + box.right) / 2 <= place.right
        and place.bottom <= (box.bottom + box.top) / 2 <= place.top
        for box in boxes
    )


# Buttons of a form


def _buttons(page: pypdfium2.PdfPage) -> list[Box]:
    """The check boxes and radio buttons among the page's widgets, by their appearance state or value."""
    from pypdfium2 import raw

    found = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), 5000)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) != raw.FPDF_ANNOT_WIDGET:
                continue
            if raw.FPDFAnnot_GetFlags(note) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW):
                continue
            ticked = _state(page, note)
            rect = raw.FS_RECTF()
            if ticked is None or not raw.FPDFAnnot_GetRect(note, rect):
                continue
            left, right = sorted((rect.left, rect.right))
            bottom, top = sorted((rect.bottom, rect.top))
            if right - left > 1 and top - bottom > 1:
                found.append(Box(left, bottom, right, top, ticked))
        finally:
            raw.FPDFPage_CloseAnnot(note)
    return found


def _state(page: pypdfium2.PdfPage, note: Any) -> bool | None:
    """Whether a widget is ticked; None where it is no check box or radio button.

    Only those have appearance states (/AS). Where a writer left the state out, the field's own value tells; that may
    be inherited, which pdfium resolves.
    """
    from pypdfium2 import raw

    shown = _string(note, "AS")
    if shown:
        return shown != "Off"
    kind = _string(note, "FT")
    if kind and kind != "Btn":
        return None
    if page.pdf.formenv is None:
        page.pdf.init_forms()
    form = page.pdf.formenv
    if form is None:
        return None
    if raw.FPDFAnnot_GetFormFieldType(form, note) not in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return None
    return bool(raw.FPDFAnnot_IsChecked(form, note)) or _string(note, "V") not in ("", "Off")


def _string(note: Any, key: str) -> str:
    """A name or string of an annotation's dictionary, "" where it has none."""
    from pypdfium2 import raw

    name = key.encode()
    size = raw.FPDFAnnot_GetStringValue(note, name, None, 0)
    if not 2 < size <= 1024:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(note, name, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").strip()


# The painted page


def _seen(page: pypdfium2.PdfPage, places: Sequence[Place]) -> list[Box]:
    """Those of the places that look like a check box with a label, with what is in them."""
    import numpy as np

    text = page.get_textpage()
    written = [(place, _mark(text.get_text_bounded(*place))) for place in places]
    places = [place for place, mark in written if mark is not None and _labelled(text, place)]
    if not places:
        return []
    bitmap = page.render(scale=_SCALE, may_draw_forms=False)
    pixels = np.asarray(bitmap.to_numpy())[:, :, :3]
    to_pixels = bitmap.get_posconv(page)
    looks: list[tuple[Place, str]] = []
    # The outermost of squares inside one another is the box: a frame of two lines, a box with a smaller fill.
    for place in sorted(places, key=lambda p: -p.width * p.height):
        corners = [to_pixels.to_bitmap(x, y) for x, y in ((place.left, place.bottom), (place.right, place.top))]
        (left, right), (top, bottom) = (sorted(corner[axis] for corner in corners) for axis in (0, 1))
        look = _look(pixels, left, top, right, bottom)
        if look is not None and not any(_covered(other, [Box(*place, ticked=False)]) for other, _ in looks):
            looks.append((place, look))
    # A black square alone is a bullet; beside empty boxes of its size it is one that was filled in.
    sides = [place.width for place, look in looks if look == "empty"]
    return [
        Box(*place, ticked=look != "empty")
        for place, look in looks
        if look != "solid" or any(abs(place.width - side) <= 1 for side in sides)
    ]


def _mark(text: str) -> bool | None:
    """True for a typed mark inside a square, False for nothing; None for other text: then the square is a frame."""
    bare = "".join(text.split()).strip(" .,:;|_")
    if not bare:
        return False
    return True if len(bare) <= 2 and set(bare) <= _MARKS else None


def _labelled(text: pypdfium2.PdfTextPage, place: Place) -> bool:
    """True where a word stands beside or above the place."""
    low, high = place.bottom - 1, place.top + 1
    around = (
        (place.right, low, place.right + _LABEL_REACH, high),
        (max(place.left - _LABEL_REACH, 0), low, place.left, high),
        (place.left - 20, place.top, place.right + 20, place.top + _LABEL_ABOVE),
    )
    return any(sum(char.isalpha() for char in text.get_text_bounded(*area)) >= 2 for area in around)


def _look(pixels: np.ndarray, left: int, top: int, right: int, bottom: int) -> str | None:
    """What a place looks like: "empty", "ticked" or "solid" box; None where no frame closes around a white inside.

    :param pixels: the page, height x width x 3 colours.
    """
    margin = _MARGIN
    if left < margin or top < margin or right + margin >= pixels.shape[1] or bottom + margin >= pixels.shape[0]:
        return None
    window = pixels[top - margin : bottom + margin + 1, left - margin : right + margin + 1]
    grey = window.mean(axis=2)
    ink = grey < sorted(grey.ravel())[int(grey.size * 0.9)] - _DARKER
    inside = _inside(ink)
    if inside is None:
        return None
    inner = ink[inside]
    share = float(inner.mean())
    solid = share >= _SOLID
    colours = window[inside][inner if solid else ~inner].mean(axis=0)
    level = float(colours.mean())
    # A coloured or grey patch belongs to a map's legend or is an icon.
    if colours.max() - colours.min() > _COLOURED or (level >= _BLACK if solid else level < _WHITE):
        return None
    return "solid" if solid else "ticked" if share > _INK_EMPTY else "empty"


def _inside(ink: np.ndarray) -> tuple[slice, slice] | None:
    """The area within the frame; None where no frame of four straight edges stands there by itself."""
    height, width = ink.shape
    frame = []
    for side in (ink, ink[::-1], ink.T, ink.T[::-1]):
        corner = _MARGIN + round(0.08 * (side.shape[1] - 2 * _MARGIN))
        shares = side[_MARGIN - _NEAR : _MARGIN + _NEAR + 1, corner : side.shape[1] - corner].mean(axis=1)
        if shares.max() < 0.85:
            return None
        frame.append(_MARGIN - _NEAR + int(shares.argmax()))
    # Lines that go on beyond the corners are those of a table.
    outside = ink.copy()
    free = _MARGIN - _NEAR
    outside[free : height - free, free : width - free] = False
    if outside.sum() > 0.3 * (ink.size - (height - 2 * free) * (width - 2 * free)):
        return None
    edge = round(1.2 * _SCALE)
    top, bottom, left, right = (at + edge for at in frame)
    if height - top - bottom < 3 or width - left - right < 3:
        return None
    return slice(top, height - bottom), slice(left, width - right)
