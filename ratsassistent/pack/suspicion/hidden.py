"""Letters on a page that nobody sees: painted in the colour of the paper, covered, off the page, or too small to read.

What enters: an open pypdfium2 page (the caller holds the lock) and the Sheet that was read from it. What leaves: Suspicions;
the letters that they are about are taken off the Sheet, so that no text of the page has them.
What it does not know: what the letters order (`orders` tells), files.

What looks hidden by its colour or by what is painted over it is put to the proof: the page is painted twice, with it and
without it, and only what makes no difference is hidden. White letters in a dark heading are seen; a scan's invisible text is
nothing to report. A few hidden words (a mark of a printer, a placeholder of a form) stay what they are; a sentence is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ratsassistent.oparl import Citation, Suspicion
from ratsassistent.pack.page.glyphs import Glyph, Ink, Shade, Sheet
from ratsassistent.pack.suspicion.orders import reported

WHITE, FAINT = 225, 40  # of 255: a colour as light, an opacity as low as this may not be seen
TINY = 2.0  # points
FEWEST = 6  # words of hidden text that are worth a report by themselves
LONGEST = 700  # letters of a quote
SCAN = 0.5  # share of the page: a picture as large is a scan, and the letters beneath it its recognised text
ALIKE = 24  # of 255: colours nearer than this are the same
DIFFERENCE = 6  # of 255: a pixel that changes by less does not change
MOST_PATHS = 4000  # of a page that is painted to see whether a text that orders nothing is hidden
SCALE, MOST_PIXELS = 1.5, 4_000_000
_HOW = {
    "off": "neben der sichtbaren Seite",
    "invisible": "unsichtbare Schrift",
    "dust": "winzige Schrift",
    "tiny": "winzige Schrift",
    "covered": "hinter einem Bild oder einer Fläche",
    "same": "Schrift in der Farbe des Untergrunds",
    "white": "weiße Schrift auf weißem Grund",
}
_SMALL_WORDS = re.compile(
    r"\b(?:der|die|das|den|dem|und|ist|sind|nicht|wird|werden|ein|eine|für|mit|von|zu|the|and|is|to|of)\b"
)


def take_out(page: Any, sheet: Sheet, number: int) -> tuple[Suspicion, ...]:
    """What of a page is hidden and says something; its letters leave the sheet.

    :param number: the physical page, from 1.
    """
    found: list[Suspicion] = []
    for why in ("off", "invisible", "dust"):
        found += _suspicion(why, [glyph for reason, glyph in sheet.dropped if reason == why], number)
    small = [glyph for glyph in sheet.glyphs if glyph.em < TINY]
    hidden = {"tiny": small} | _unseen(page, sheet)
    for why, glyphs in hidden.items():
        told = _suspicion(why, glyphs, number)
        if told:
            gone = {id(glyph) for glyph in glyphs}
            sheet.glyphs[:] = [glyph for glyph in sheet.glyphs if id(glyph) not in gone]
            found += told
    return tuple(found)


def _suspicion(why: str, glyphs: Sequence[Glyph], number: int) -> list[Suspicion]:
    """What hidden letters amount to: an order, a text, or nothing worth a word."""
    text = _text(glyphs) if len(glyphs) > 8 else ""
    if not text:
        return []
    if not _tells(text):
        return []
    order = bool(reported(text))
    quote = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    cited = Citation(file="", page=number, quote=quote)
    return [Suspicion(kind="order" if order else "hidden", how=_HOW[why], citation=cited)]


def _tells(text: str) -> bool:
    """Whether a text is an order, or running text of some length: no lettering of a plan, no mark of a printer."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    runs_on = len(words) >= FEWEST and len(set(_SMALL_WORDS.findall(text.lower()))) > 1
    return (runs_on and sum(len(word) < 3 for word in words) <= 0.6 * len(words)) or bool(reported(text))


def _text(glyphs: Iterable[Glyph]) -> str:
    """Letters as words, in the order of the file."""
    out: list[str] = []
    last: Glyph | None = None
    for glyph in glyphs:
        apart = last is not None and (
            glyph.space
            or abs(glyph.base - last.base) > 0.6 * max(glyph.em, last.em)
            or not -0.5 * glyph.em <= glyph.left - last.right <= 0.3 * glyph.em
        )
        out.append(f" {glyph.char}" if apart else glyph.char)
        last = glyph
    return " ".join("".join(out).split())


def _unseen(page: Any, sheet: Sheet) -> dict[str, list[Glyph]]:
    """The letters that make no difference to the picture of the page, by what hides them."""
    runs: dict[int, list[Glyph]] = {}
    for glyph in sheet.glyphs:
        if glyph.item in sheet.inks and glyph.turn == 0:
            runs.setdefault(glyph.item, []).append(glyph)
    area = max(sheet.width * sheet.height, 1.0)
    shades = [s for s in sheet.shades if s.ink is not None or _area(s.box) < SCAN * area]
    scanned = any(s.ink is None and _area(s.box) >= SCAN * area for s in sheet.shades)
    suspects: dict[int, tuple[str, tuple[float, float, float, float]]] = {}
    for item, glyphs in runs.items():
        box = _box(glyphs)
        why = _suspect(sheet.inks[item], box, shades, on_scan=scanned)
        if why:
            suspects[item] = why, box
    said = _text(glyph for item in suspects for glyph in runs[item])
    if not _tells(said) or (sheet.paths > MOST_PATHS and not reported(said)):  # painting twice takes its time
        return {}
    changed = _proof(page, [sheet.inks[item] for item in suspects], [box for _, box in suspects.values()], sheet)
    hidden: dict[str, list[Glyph]] = {}
    for (item, (why, _)), seen in zip(suspects.items(), changed, strict=True):
        if not seen:
            hidden.setdefault(why, []).extend(runs[item])
    return hidden


def _suspect(ink: Ink, box: tuple[float, float, float, float], shades: Sequence[Shade], *, on_scan: bool) -> str | None:
    """Why a text object may not be seen, by its colour and by what is painted beneath it and over it."""
    over = [s for s in shades if s.order > ink.order >= 0 and _covers(s.box, box)]
    if over:
        return "covered"
    if ink.colour is None or on_scan:
        return None
    below = [s for s in shades if s.order < ink.order and _covers(s.box, box)]
    ground = below[-1].ink if below else (255, 255, 255, 255)
    if ink.colour[3] <= FAINT:
        return "same"
    if ground is None:  # a picture: only painting tells
        return "same" if min(ink.colour[:3]) >= WHITE else None
    if max(abs(a - b) for a, b in zip(ink.colour[:3], ground[:3], strict=True)) < ALIKE:
        return "white" if min(ink.colour[:3]) >= WHITE else "same"
    return None


def _covers(shade: tuple[float, float, float, float], box: tuple[float, float, float, float]) -> bool:
    """Whether an area lies over nearly all of a box."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return (
        shade[0] <= x <= shade[2]
        and shade[1] <= y <= shade[3]
        and shade[0] <= box[0] + 0.15 * (box[2] - box[0])
        and shade[2] >= box[2] - 0.15 * (box[2] - box[0])
    )


def _area(box: tuple[float, float, float, float]) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _box(glyphs: Sequence[Glyph]) -> tuple[float, float, float, float]:
    return (
        min(g.left for g in glyphs),
        min(g.base - 0.8 * g.em for g in glyphs),
        max(g.right for g in glyphs),
        max(g.base + 0.25 * g.em for g in glyphs),
    )


def _proof(
    page: Any, inks: Sequence[Ink], boxes: Sequence[tuple[float, float, float, float]], sheet: Sheet
) -> Iterator[bool]:
    """For each of these text objects, whether the picture of the page changes where it stands when they are left out."""
    from pypdfium2 import raw

    area = max(sheet.width * sheet.height, 1.0)
    scale = min(SCALE, (MOST_PIXELS / area) ** 0.5)
    whole = _painted(page, scale)
    for ink in inks:
        raw.FPDFPageObj_SetIsActive(ink.handle, False)
    try:
        without = _painted(page, scale)
    finally:
        for ink in inks:
            raw.FPDFPageObj_SetIsActive(ink.handle, True)
    high, wide = whole.shape[:2]
    for left, top, right, bottom in boxes:
        rows = slice(max(int(top * scale) - 1, 0), min(int(bottom * scale) + 2, high))
        columns = slice(max(int(left * scale) - 1, 0), min(int(right * scale) + 2, wide))
        one, other = whole[rows, columns].astype(int), without[rows, columns].astype(int)
        yield bool(one.size) and int(abs(one - other).max()) > DIFFERENCE


def _painted(page: Any, scale: float) -> Any:
    """The picture of a page in greys."""
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        return bitmap.to_numpy().copy()
    finally:
        bitmap.close()
