"""A document -> Markdown, for reading, mailing, printing.

What enters: a Briefing, or any Document. What leaves: a Markdown text with what it says of itself as YAML front matter; it
says of each sentence who wrote it and where it stands. What it does not know: files, the archive.

Words of papers and of the model are untrusted: what would be Markdown or HTML in them is escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from ratsassistent.briefings import Briefing
from ratsassistent.oparl import Citation
from ratsassistent.output import references
from ratsassistent.output.blocks import (
    Block,
    Bullets,
    Document,
    Heading,
    Imprint,
    Line,
    Notice,
    Paragraph,
    Quote,
    Run,
    Table,
    plain,
)
from ratsassistent.output.document import compose
from ratsassistent.output.document_about import marking

# What means something anywhere in a line; the last two keep addresses from becoming links
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$]|(?<=\w):(?=//)|(?<=www)\.)", re.IGNORECASE)


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no link, no HTML, no heading comes out of it."""
    escaped = _SPECIAL.sub(r"\\\1", plain(text))
    escaped = re.sub(r"^(\s*)([-+=:])", r"\1\\\2", escaped, flags=re.MULTILINE)
    return re.sub(r"^(\s*\d+)([.)])(?=\s|$)", r"\1\\\2", escaped, flags=re.MULTILINE)


def pages(given: Iterable[Citation], named: bool = False) -> str:
    """ "(S. 12)", or "(S. 3, 4)"; the file is named where a citation has no page.

    :param named: name the files, because several are cited side by side.
    """
    cited = list(given)
    found = references.pages(cited, frozenset() if named else frozenset(references.key(c) for c in cited))
    return f"({escape(found)})" if found else ""


def render(given: Briefing) -> str:
    """The whole briefing."""
    marked = marking(given)
    return written(compose(given, marked), marked.imprint())


def written(document: Document, imprint: Imprint) -> str:
    """Any document."""
    return "\n".join([*_front_matter(document, imprint), *_document(document)]) + "\n"


def _front_matter(given: Document, imprint: Imprint) -> Iterator[str]:
    """The marking for machines. A JSON string is a YAML string, whatever stands in it."""
    yield "---"
    facts = {"title": given.title, "lang": "de", "keywords": ", ".join(imprint.keywords), **imprint.properties}
    for name, value in facts.items():
        yield f"{name}: {json.dumps(plain(value), ensure_ascii=False)}"
    yield "---"


def _document(given: Document) -> Iterator[str]:
    yield from ("", f"# {escape(given.title)}")
    for sentence in given.subtitle:
        yield from ("", escape(sentence))
    for block in given.blocks:
        yield ""
        yield from _block(block)


def _block(given: Block) -> Iterator[str]:
    match given:
        case Heading(level=level, text=text, kind=kind):
            yield f"{'#' * (level + 1)} {escape(text)}{f' ({escape(kind)})' if kind else ''}".replace("\n", " ")
        case Notice(text=text, more=more):
            yield f"**{escape(text)}**{f' {escape(more)}' if more else ''}"
        case Paragraph(line=line):
            yield _line(line)
        case Bullets(entries=entries):
            yield from (f"- {_line(entry)}" for entry in entries)
        case Quote(lines=lines, line=line):
            # two spaces at the end keep the line break: numbered points stay apart
            yield from (f"> {escape(each)}  " for each in lines)
            if line:
                yield from ("", _line(line))
        case Table():
            yield from _table(given)


def _table(given: Table) -> Iterator[str]:
    def row(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    yield row(escape(name) for name in given.head)
    yield row("---" for _ in given.head)
    yield from (row(_line(cell) for cell in cells) for cells in given.rows)
    if given.line:
        yield from ("", _line(given.line))


def _line(given: Line) -> str:
    return " ".join(_run(run) for run in given)


def _run(given: Run) -> str:
    text = escape(given.text)
    return f"**{text}**" if given.look in ("strong", "mark") else text
