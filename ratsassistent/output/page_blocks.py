"""A document made of blocks as HTML, so that what can be saved as a file can be read on the page, too.

What enters: blocks (`blocks`). What leaves: escaped HTML. What it does not know: what stands in a document, formats, Gradio.
"""

from __future__ import annotations

from collections.abc import Iterable

from ratsassistent.output.blocks import Block, Bullets, Heading, Line, Notice, Paragraph, Quote, Run, Table
from ratsassistent.output.page_text import notice, safe


def html(blocks: Iterable[Block]) -> str:
    """All blocks; a heading of level 1 is an h3."""
    return "".join(map(_block, blocks))


def _block(given: Block) -> str:
    match given:
        case Heading(level=level, text=text):
            return f"<h{level + 2}>{safe(text)}</h{level + 2}>"
        case Notice(text=text, more=more):
            return notice(f"{text} {more}".strip())
        case Paragraph(line=line):
            return f"<p>{_line(line)}</p>"
        case Bullets(entries=entries):
            return f"<ul>{''.join(f'<li>{_line(entry)}</li>' for entry in entries)}</ul>"
        case Quote(lines=lines, line=line):
            return f"<blockquote>{''.join(f'<p>{safe(each)}</p>' for each in lines)}</blockquote><p>{_line(line)}</p>"
        case Table():
            return _table(given)


def _table(given: Table) -> str:
    names = "".join(f'<th scope="col">{safe(name)}</th>' for name in given.head)
    rows = "".join(
        f'<tr><th scope="row">{_line(first)}</th>{"".join(f"<td>{_line(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in given.rows
    )
    below = f"<p>{_line(given.line)}</p>" if given.line else ""
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="ra-figures ra-sheet-table">{table}</div>{below}'


def _line(given: Line) -> str:
    return " ".join(map(_run, given))


def _run(given: Run) -> str:
    text = safe(given.text)
    match given.look:
        case "strong":
            return f"<strong>{text}</strong>"
        case "mark":
            return f'<span class="ra-mark">{text}</span>'
        case "note":
            return f'<span class="ra-small">{text}</span>'
    return text
