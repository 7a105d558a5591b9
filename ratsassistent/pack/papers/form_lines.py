"""Which lines of a text belong to a form: check boxes, what they stand for, hints how to fill them in, empty votes.

What enters: text of pages. What leaves: lines with every kind of box written as ☒ or ☐, and the stretches that are form.
What it does not know: which option was chosen.

It errs to one side: what an empty box stands for must never be read as something the paper says, so a line with a box
counts as form wherever it stands, and so does the rest of an option that goes on in the next line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.pack.papers.headings import read_heading
from ratsassistent.pack.papers.lines import Line, lines_of

TICKED, EMPTY = "☒", "☐"
BOX = re.compile(f"[{TICKED}{EMPTY}]")
YES_NO = r"(?:ja|nein|keine?|teilweise|entfällt|noch offen|unbekannt)"
ENDS_IN_YES_NO = re.compile(rf"^(?P<before>.*?)\W*\b(?P<option>{YES_NO})\W*$", re.IGNORECASE)
STARTS_YES_NO = re.compile(rf"^\W*{YES_NO}\b", re.IGNORECASE)
YES_NO_ONLY = re.compile(rf"^\W*{YES_NO}\b\W*$", re.IGNORECASE)

_SQUARES = str.maketrans({**dict.fromkeys("☑⊠🗷🗹◉⦿", TICKED), **dict.fromkeys("□▢❏❐❑❒⬜🗆", EMPTY)})
_BRACKETS = (
    (
        re.compile(
            r"\[\s{0,3}[xX✓✔✗✘]\s{0,3}\]|(?<!\w)\(\s{0,2}[xX]\s{0,2}\)(?!\w)|(?<![\w_])_{1,3}[xX]_{1,3}(?![\w_])"
        ),
        TICKED,
    ),
    (re.compile(r"\[\s{0,4}\]|\(\s{0,4}\)"), EMPTY),
    (re.compile(rf"(?<![\w_])_{{1,4}}(?=\s?{YES_NO}\b)", re.IGNORECASE), EMPTY),
)
_MAYBE = re.compile(r"[☐☒☑⊠🗷🗹◉⦿□▢❏❐❑❒⬜🗆\[(_]|(?<![\w-])[xX✓✔✗✘](?![\w-])")
_TYPED_INSIDE = re.compile(rf"{TICKED}\s?[xX✓✔✗✘×](?![\w-])|(?<![\w-])[xX✓✔✗✘×]\s?{TICKED}")
_HOOKS = re.compile(r"[✓✔✗✘■●]")
_HOOK_AT_EDGE = re.compile(r"^\s*[✓✔✗✘■]\s|\s[✓✔✗✘■]\s*$")
_LETTER_FIRST, _LETTER_LAST = re.compile(r"^\s*[xX]\s+(?=[^\W\d])"), re.compile(r"(?<=[^\W\d])\s+[xX]\s*$")
_LETTER_BEHIND = re.compile(r"(?<![\w-])(ja|nein)(\s*:)?(\s*)[xX✓✔✗✘](?![\w-])", re.IGNORECASE)
_LETTER_BEFORE = re.compile(r"(?:^|(?<=[|\s]))(?<!\d\s)[xX✓✔✗✘]\s+(ja|nein)(?![\w-])", re.IGNORECASE)
_LETTER_ALONE = re.compile(r"^\s*[xX✓✔✗✘]\s*$")
_LETTER_CELL = re.compile(r"(?<=\|)\s*[xX✓✔✗✘]\s*(?=\||$)")
_OPTION_PAIR = re.compile(r"(?<![\w-])ja\W{1,6}nein(?![\w-])|(?<![\w-])nein\W{1,6}ja(?![\w-])", re.IGNORECASE)

_LOST_PAIR = re.compile(r"^\W*(?:ja(?:\s|\||/)+nein|nein(?:\s|\||/)+ja)(?![\w-])(?!\s*[,!?])", re.IGNORECASE)
_LOST_ONE = re.compile(r"^[\s|]*(?P<word>ja|nein)(?:\s*$|\s+(?=[A-ZÄÖÜ(|]))", re.IGNORECASE)
_LOST_OPTIONS = 9  # lines below "nein" that may be options whose boxes were lost, too

_HINT = re.compile(
    r"^\W*(?:(?:bei|wenn|falls|sofern|soweit)\s+(?:ja|nein|zutreffend)\b|\(?\s*(?:bitte|zutreffendes|nicht\s?zutreffendes|nur)\b.{0,60}"
    r"(?:ankreuzen|ausfüllen|streichen|eintragen|angeben|beifügen|erläutern)|\(?\s*mehrfach(?:nennung|auswahl)|(?:ggf\.|gegebenenfalls)\s.{3,60}:\W*$)",
    re.IGNORECASE,
)
_VOTE_WORD = (
    r"(?:einstimmig|mehrheitl(?:ich|\.)|(?:mit\s+)?(?:stimmen)?mehrheit|ohne\s+BE|(?:zur\s+)?kenntnis(?:\s*genommen|nahme)?|abgelehnt|abgesetzt|verwiesen|"
    r"vertagt|geändert|zurückgestellt|angenommen|zugestimmt|enthaltung(?:en)?|gegenstimmen?|ja-?\s?stimmen?|nein-?\s?stimmen?|lt\.\s+beschluss\w*|"
    r"laut\s+beschluss\w*|abweichender\s+beschluss|abstimmungsergebnis|beratungsergebnis|beschlussergebnis|stimmberechtigt\w*|anwesend\w*|befangen)"
)
_VOTE_STEMS = (
    "stimm",
    "mehrheit",
    "enthalt",
    "abgelehnt",
    "abgesetzt",
    "verwiesen",
    "vertagt",
    "kenntnis",
    "ergebnis",
    "zurückgestellt",
)
_VOTES = re.compile(_VOTE_WORD, re.IGNORECASE)
_VOTE_REST = re.compile(
    rf"{_VOTE_WORD}|\b(?:TOP|öffentlich|nicht\s?öffentlich|ja|nein|dafür|dagegen|und|mit|bei|siehe|Beschluss)\b|[\W_]",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"(?:[-–,/(]|\b(?:der|die|das|des|dem|den|ein|eine|einer|eines|einem|und|oder|sowie|bzw\.|in|im|an|am|auf|aus|bei|beim|bis|durch|für|gegen|mit|"
    r"nach|ohne|seit|über|um|unter|vom|von|vor|wegen|zu|zum|zur|dass|als|ist|sind|wird|werden|nicht|auch|städtischen?|innerhalb))$",
    re.IGNORECASE,
)
_FULL_WIDTH = 58  # characters; a line that long may well go on in the next one


def with_boxes(line: str) -> str:
    """A line in which every check box is ☒ or ☐ : squares of other shapes, brackets, a letter x beside "ja" or "nein".

    A hook or black square counts only beside other boxes, for both are bullets elsewhere. Offsets are not kept.
    """
    if not _MAYBE.search(line):
        return line
    text = line.translate(_SQUARES)
    for pattern, box in _BRACKETS:
        text = pattern.sub(box, text)
    text = _TYPED_INSIDE.sub(TICKED, text)
    if BOX.search(text) or _OPTION_PAIR.search(text):
        text = _LETTER_CELL.sub(f" {TICKED} ", text)
        text = _HOOKS.sub(TICKED, text)
    if _LETTER_ALONE.match(text):
        return TICKED
    text = _LETTER_BEHIND.sub(rf"\1\2 {TICKED}", text)
    return _LETTER_BEFORE.sub(rf" {TICKED} \1", text)


def marked_lines(lines: Sequence[Line]) -> list[str]:
    """The lines as `with_boxes` gives them; a hook beside a label is a tick, too, where lines near it have boxes."""
    marked = [with_boxes(line.text) for line in lines]
    filled = [n for n, text in enumerate(marked) if text.strip()]
    for order in (range(len(filled)), range(len(filled) - 1, -1, -1)):
        for at in order:
            text = marked[filled[at]]
            near = filled[max(at - 2, 0) : at] + filled[at + 1 : at + 3]
            if _HOOK_AT_EDGE.search(text) and any(BOX.search(marked[n]) for n in near):
                marked[filled[at]] = _HOOKS.sub(TICKED, text)
            elif _LETTER_FIRST.search(text) and any(BOX.match(marked[n].strip()) for n in near):
                marked[filled[at]] = _LETTER_FIRST.sub(f"{TICKED} ", text)
            elif _LETTER_LAST.search(text) and any(BOX.match(marked[n].strip()[-1:]) for n in near):
                marked[filled[at]] = _LETTER_LAST.sub(f" {TICKED}", text)
    return marked


def has_box(line: str) -> bool:
    """True for a line with a check box of any make; a letter alone on its line is none here."""
    return bool(BOX.search(with_boxes(line))) and not _LETTER_ALONE.match(line)


def is_hint(line: str) -> bool:
    """True for a printed hint how to fill in a form."""
    return bool(_HINT.match(line)) and len(line) <= 160


def is_vote(line: str) -> bool:
    """True for a form's row of possible results ("einstimmig  mehrheitl.  Enthaltungen ____")."""
    return empty_vote(line) == 0


def empty_vote(line: str) -> int | None:
    """Where a form's empty row of possible results begins in a line; None where there is none.

    The line of a Beratungsfolge may end in one: "28.05.2024 Stadtrat | einstimmig | mehrheitl.".
    """
    folded = line.casefold()
    if sum(stem in folded for stem in _VOTE_STEMS) < 1:
        return None
    found = list(_VOTES.finditer(line))
    if len(found) < 2 or re.search(r"\d", line[found[0].start() :]):
        return None
    if _VOTE_REST.sub("", line[found[0].start() :]):
        return None
    before = line[: found[0].start()]
    return found[0].start() if _VOTE_REST.sub("", before) else 0


def goes_on(line: Line, below: Line) -> bool:
    """True where the option that ends a line with a box goes on in the line below."""
    text, later = line.text.strip(), below.text.strip()
    if not text or not later or has_box(later) or is_hint(later):
        return False
    tail = BOX.split(with_boxes(text))[-1].strip()
    if not tail:  # the box stands behind its label
        return False
    if later[:1].islower() or later[:1] in ")/":
        return True
    heading = read_heading(later)
    if re.search(r"[.!?:;]$", text) or (heading is not None and not heading.kept):
        return False
    return bool(_OPEN_END.search(text)) or (len(text) >= _FULL_WIDTH and not YES_NO_ONLY.match(tail))


def option_lines(lines: list[Line]) -> list[bool]:
    """For each line, whether it holds a check box or the rest of an option."""
    held = [False] * len(lines)
    marked = marked_lines(lines)
    lines = [Line(line.start, line.end, text) for line, text in zip(lines, marked, strict=True)]
    for index, line in enumerate(lines):
        held[index] = (
            has_box(line.text)
            or (bool(_LETTER_ALONE.match(line.text)) and _beside_boxes(lines, index))
            or (index > 0 and held[index - 1] and _rest_of_option(lines, index, held))
        )
    _hold_lost_pairs(lines, held)
    return held


def is_lost_pair(line: str) -> bool:
    """True for "ja   nein" without boxes: they were pictures or buttons that left no trace, so nothing is answered."""
    return bool(_LOST_PAIR.match(line)) and not re.match(r"\W*(?:ja|nein)\W*\d", line, re.IGNORECASE)


def offers_choice(lines: Sequence[Line], index: int) -> bool:
    """True where a line has check boxes, or is a "ja" or "nein" whose boxes were lost."""
    text = lines[index].text
    if has_box(text) or is_lost_pair(text):
        return True
    word = _LOST_ONE.match(text)
    if not word:
        return False
    for near in (*reversed(lines[max(index - 3, 0) : index]), *lines[index + 1 : index + 4]):
        other = _LOST_ONE.match(near.text)
        if other and other["word"].casefold() != word["word"].casefold():
            return True
    return False


def _hold_lost_pairs(lines: Sequence[Line], held: list[bool]) -> None:
    """Mark "ja" and "nein" without boxes, and what "nein" offers below: "Die Finanzierung wird gesichert durch: …"."""
    for index, line in enumerate(lines):
        if held[index] or not offers_choice(lines, index):
            continue
        held[index] = True
        text = line.text.strip()
        if not (text.endswith(":") or len(text) >= _FULL_WIDTH):
            continue
        for later in range(index + 1, min(index + 1 + _LOST_OPTIONS, len(lines))):
            below = lines[later].text.strip()
            heading = read_heading(below)
            if (
                heading is not None
                or (not below and later > index + 1)
                or re.search(r"[:?]$", below)
                or "relevan" in below
            ):
                break
            held[later] = True


def _beside_boxes(lines: list[Line], index: int) -> bool:
    """True where the line above or below is "ja" or "nein", or has boxes: then a letter alone is a tick."""
    near = lines[max(index - 1, 0) : index] + lines[index + 1 : index + 2]
    return any(YES_NO_ONLY.match(line.text) or has_box(line.text) for line in near)


def _rest_of_option(lines: Sequence[Line], index: int, held: Sequence[bool]) -> bool:
    """True where a line without a box belongs to the box above: its label, or a label that goes on."""
    first = index - 1
    while first > 0 and held[first] and not has_box(lines[first].text):
        first -= 1
    if index - first > 5:
        return False
    above, line = lines[index - 1], lines[index]
    if BOX.fullmatch(with_boxes(above.text).strip()):
        return bool(line.text.strip())  # a box alone on its line, and its label (or the next one) below
    if first == index - 1:
        return goes_on(above, line)
    text, later = above.text.strip(), line.text.strip()
    ended = bool(re.search(r"[.!?:;]$", text))
    return bool(later) and (
        later[:1].islower() or (not ended and bool(_OPEN_END.search(text) or len(text) >= _FULL_WIDTH))
    )


def is_choice(text: str) -> bool:
    """True where there is something to choose: an empty box, or boxes beside "ja" or "nein". Else ☒ is a bullet."""
    for line in text.split("\n"):
        marked = with_boxes(line)
        if is_lost_pair(line) or _LOST_ONE.match(line):
            return True
        if EMPTY in marked or (TICKED in marked and re.search(r"\b(?:ja|nein)\b", text, re.IGNORECASE)):
            return True
    return False


def box_stretches(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The stretches of characters [start, end) that are check boxes with their options, or an empty row of votes."""
    lines = lines_of(text, start, end)
    held = option_lines(lines) if is_choice(text[start:end]) else [False] * len(lines)
    out: list[tuple[int, int]] = []
    for line, taken in zip(lines, held, strict=True):
        at = 0 if taken else empty_vote(line.text)
        if at is None or not line.text.strip():
            continue
        if out and not text[out[-1][1] : line.start + at].strip():
            out[-1] = (out[-1][0], line.end)
        else:
            out.append((line.start + at, line.end))
    return out


def form_stretches(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """As `box_stretches`, with the questions above the boxes, hints, and the few short lines between two of them."""
    lines = lines_of(text, start, end)
    found = box_stretches(text, start, end)
    if not found:
        return []
    index = {line.start: n for n, line in enumerate(lines)}
    out: list[tuple[int, int]] = []
    for box, end_of_box in found:
        at, first = index.get(box), box
        if at is not None and not empty_vote(lines[at].text):
            first = min(box, _question_start(lines, at, out[-1][1] if out else start))
        last = _hints_end(lines, end_of_box)
        if out and _only_form_between(text[out[-1][1] : first]):
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def _question_start(lines: Sequence[Line], index: int, floor: int) -> int:
    """Where the question above the boxes of a line begins: up to three short lines, none of them a sentence."""
    start = lines[index].start
    for line in reversed(lines[max(index - 4, 0) : index]):
        text = line.text.strip()
        if line.start < floor or not text:
            break
        if is_hint(text):
            start = line.start
            continue
        heading = read_heading(text)
        if heading is not None and heading.kind not in {"form", "costs"}:
            break
        if re.search(r"[.;!]$", text) or len(text) > 110 or _speaks(text):
            break
        start = line.start
        if text[:1].isupper() or heading is not None:
            break  # a line that begins a question; one in small letters goes on from the line above
    return start


def _speaks(text: str) -> bool:
    """True for a line of running text: long, and not a question."""
    return len(text) > 70 and not text.endswith(("?", ":"))


def _hints_end(lines: Sequence[Line], end: int) -> int:
    for line in lines:
        if line.start <= end:
            continue
        if not is_hint(line.text):
            break
        end = line.end
    return end


def _only_form_between(gap: str) -> bool:
    """True where between two groups of boxes stand only labels and hints, no sentence, amount or heading of a part."""
    between = [line.strip() for line in gap.split("\n") if line.strip()]
    if len(between) > 3:
        return False
    for line in between:
        heading = read_heading(line)
        if (
            (heading is not None and heading.kind not in {"form", "costs"})
            or re.search(r"\d|[.!;]$", line)
            or len(line) > 60
        ):
            return False
    return True
