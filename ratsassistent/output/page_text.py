"""The small pieces of HTML that every part of the page is made of: safe text, German dates, citation buttons.

What enters: objects of `oparl`, plain text from papers and models (untrusted). What leaves: HTML in which all of that
is escaped. What it does not know: Gradio, the archive, where a click leads.

A button says what it wants in `data-` attributes: `data-do` names the action, the others are its values.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Literal

from ratsassistent.oparl import Citation

_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_NEW_LINE = re.compile(r"(?:\(?\d{1,2}[.)]|\(?[a-z]\)|[-–•▪·])\s")  # an enumeration starts a line of its own
_HYPHENATED = re.compile(r"[a-zäöüß]-$")
_TURNS = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)  # would show a sentence in another order than it has
_MOST_WORDS = 1500  # letters of what is looked for on a page
_MOST_PAGES = 3  # a citation of more pages is none (contract)
_UNBROKEN = 16  # letters of an amount or a day

EXTRACT = "Auszug aus den Unterlagen"  # what kind of text it is, as shown

Tone = Literal["info", "good", "warning", "error"]


def safe(text: object) -> str:
    """Text of any origin as HTML that shows exactly this text and does nothing."""
    return html.escape(_TURNS.sub("", str(text)), quote=True)


def action(
    do: str, label: str, *, css: str = "ra-button", name: str | None = None, submits: bool = False, **data: object
) -> str:
    """A button that asks for something.

    :param label: shown as it is (escaped here). :param name: what a screen reader says instead of the label.
    :param submits: it is the one that the enter key presses in its form. :param data: the values of the action; None is
        left out.
    """
    values = "".join(f' data-{key}="{safe(value)}"' for key, value in data.items() if value is not None)
    spoken = f' aria-label="{safe(name)}" title="{safe(name)}"' if name else ""
    kind = "submit" if submits else "button"
    return f'<button type="{kind}" class="{css}" data-do="{do}"{values}{spoken}>{safe(label)}</button>'


def notice(text: str, tone: Tone = "info") -> str:
    """A box with one or two sentences; the tone is told in words too."""
    word = {"info": "", "good": "", "warning": "Hinweis: ", "error": "Fehler: "}[tone]
    role = "alert" if tone == "error" else "status"
    return f'<div class="ra-notice ra-{tone}" role="{role}"><strong>{word}</strong>{safe(text)}</div>'


def count(number: int, one: str, many: str) -> str:
    """A number with its noun: "1 Seite", "2.400 Seiten"."""
    return f"{number:,}".replace(",", ".") + f" {one if number == 1 else many}"


def long_day(start: str | None) -> str:
    """An ISO date or date-time as "Dienstag, 26. Januar 2027, 18:00 Uhr"; empty where none is known."""
    if not start:
        return ""
    try:
        moment = dt.datetime.fromisoformat(start)
    except ValueError:
        return start
    day = f"{_DAYS[moment.weekday()]}, {moment.day}. {_MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M} Uhr" if "T" in start or ":" in start else day


def short_day(start: str | None) -> str:
    """An ISO date or date-time as "26.01.2027"; empty where it is none."""
    try:
        return f"{dt.datetime.fromisoformat(start or ''):%d.%m.%Y}"
    except ValueError:
        return ""


def size(number: int | None) -> str:
    """Bytes as people say them: "1,1 GB"."""
    if not number:
        return "Größe unbekannt"
    if number < 1_000_000_000:
        return f"{number / 1_000_000:.0f} MB"
    return f"{number / 1_000_000_000:.1f} GB".replace(".", ",")


def paragraphs(text: str) -> str:
    """Running text of a PDF as paragraphs: the line breaks of the print are undone, enumerations keep theirs."""
    blocks: list[str] = []
    fresh = True
    for line in (raw.strip() for raw in text.splitlines()):
        if not line:
            fresh = True
        elif fresh or _NEW_LINE.match(line) or not blocks:
            blocks.append(line)
            fresh = False
        elif _HYPHENATED.search(blocks[-1]) and line[0].islower() and not line.startswith(("und ", "oder ", "bzw")):
            blocks[-1] = blocks[-1][:-1] + line
        else:
            blocks[-1] += " " + line
    return "".join(f"<p>{safe(block)}</p>" for block in blocks)


def wording(text: str) -> str:
    """A wording with each of its lines (points, paragraphs, rows of a table) kept apart."""
    pieces: list[str] = []
    rows: list[str] = []
    for line in (*text.split("\n"), ""):
        if " | " in line:
            rows.append(line)
            continue
        if rows:
            pieces.append(table("\n".join(rows)) if len(rows) > 1 else f"<p>{safe(rows[0])}</p>")
            rows = []
        if line.strip():
            pieces.append(f"<p>{safe(line.strip())}</p>")
    return "".join(pieces)


def closed_mark(public: bool | None) -> str:
    """The mark of what is not public, or not known to be."""
    word = "nichtöffentlich" if public is False else "nichtöffentlich behandelt"
    return f'<span class="ra-mark ra-mark-closed">{word}</span>'


def figures(title: str, kind: str, heads: Sequence[str], rows: Sequence[str], more: str, *, shown: int = 4) -> str:
    """A table with a heading of its own; of a long one only the first rows are seen, the rest is folded.

    :param kind: where its words come from. :param rows: HTML of whole rows. :param more: what is folded ("Beträge").
    """
    if not rows:
        return ""
    end = len(rows) if len(rows) <= shown + 1 else shown  # nothing is gained by folding one row
    names = "".join(f'<th scope="col">{safe(name)}</th>' for name in heads)
    head = f"<thead><tr>{names}</tr></thead>"
    rest = ""
    if rows[end:]:
        rest = (
            f'<details class="ra-rest"><summary>{len(rows) - end} weitere {safe(more)}</summary>'
            f"<table>{head}<tbody>{''.join(rows[end:])}</tbody></table></details>"
        )
    return (
        f'<section class="ra-figures"><h3>{safe(title)} <span class="ra-kind">{safe(kind)}</span></h3>'
        f"<table>{head}<tbody>{''.join(rows[:end])}</tbody></table>{rest}</section>"
    )


def cut(text: str, longest: int) -> str:
    """A text in one line, cut at a word where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0].rstrip(" ,;–-") + " …"


def item_title(number: str | None, name: str) -> str:
    """An agenda item as it is called: "TOP 5: Schulhof", or its name alone."""
    return f"TOP {number}: {name}" if number else name


def row_head(text: str) -> str:
    """The head of a row, an amount or a day; a short one is never broken."""
    return f'<th scope="row"{" data-short" if len(text) <= _UNBROKEN else ""}>{safe(text)}</th>'


def is_table(text: str) -> bool:
    """True for a statement that is rows of a table below the names of their columns."""
    lines = text.split("\n")
    return len(lines) > 1 and all(" | " in line for line in lines)


def table(text: str) -> str:
    """Such a statement as a small table."""
    head, *rows = (
        [safe(cell.strip()).replace(" €", "\u00a0€") for cell in line.split("|")] for line in text.split("\n")
    )
    names = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return f'<div class="ra-rows" tabindex="0" role="group" aria-label="Tabelle aus den Unterlagen"><table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></div>'


def progress_bar(done: float | None, label: str) -> str:
    """How much is done, 0 to 1, with its words; None draws a bar that only says that something goes on."""
    value = "" if done is None else f' value="{max(0.0, min(done, 1.0)):.3f}" max="1"'
    return f'<div class="ra-progress" role="status"><span>{safe(label)}</span><progress{value} aria-hidden="true"></progress></div>'


def citations(found: Sequence[Citation], *, with_file: bool = False, said: str | None = None) -> str:
    """A button for each cited page.

    :param with_file: name the file on the button, because several files are cited side by side.
    :param said: the words that are to be found there, where a citation does not quote any itself.
    """
    if not found or len({(c.file, c.page) for c in found}) > _MOST_PAGES:
        return ""
    buttons = []
    for key in dict.fromkeys((c.file, c.file_id, c.page) for c in found):
        file, file_id, page = key
        quote = next((c.quote for c in found if (c.file, c.file_id, c.page) == key and c.quote), None)
        words = quote or (" ".join(said.split())[:_MOST_WORDS] if said else None)
        buttons.append(_citation(file, file_id, page, words, with_file))
    return f'<span class="ra-cites">{"".join(buttons)}</span>'


def _citation(file: str, file_id: str | None, page: int | None, quote: str | None, with_file: bool) -> str:
    short = short_name(file)
    if page is None or file_id is None:
        where = f"{short}, S. {page}" if page is not None else short
        return f'<span class="ra-source">{safe(where)}</span>'
    label = f"{short}, S. {page}" if with_file else f"S. {page}"
    spoken = f"Seite {page} von {file} zeigen"
    return action("cite", label, css="ra-cite", name=spoken, file=file_id, page=page, quote=quote)


def several_files(found: Iterable[Citation]) -> bool:
    """Whether citations come from more than one file, so that a page number alone does not say enough."""
    return len({c.file_id or c.file for c in found}) > 1


def short_name(file: str, longest: int = 28) -> str:
    """A file's name without folder and ending, cut where it is long."""
    stem = PurePath(file).stem or file
    return stem if len(stem) <= longest else stem[: longest - 1] + "…"


def places(found: Sequence[Citation]) -> str:
    """The cited pages in words: "S. 12", "S. 12 und 13"."""
    pages = [str(p) for p in dict.fromkeys(c.page for c in found) if p is not None]
    if not pages:
        return "der genannten Stelle"
    return "S. " + (pages[0] if len(pages) == 1 else f"{', '.join(pages[:-1])} und {pages[-1]}")
