"""The source texts of the demonstration pack: a small Markdown dialect becomes blocks.

What enters: a text with a TOML head between two lines `+++`, then paragraphs, `##` and `###` headings, lists
(`1.`, `a)`, `-`), `---` for a new page, and directives: a line `{name options}` with the lines that follow it.
What leaves: a Source with its head and its Blocks.
What it does not know: fonts, pages, PDF.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

ITEM = re.compile(r"(\d+\.|[a-z]\)|-)\s+(.*)")
DIRECTIVE = re.compile(r"\{(\w+)((?:\s+[\w=,.-]+)*)\}")


@dataclass(frozen=True)
class Block:
    """One block: `kind` is text, h2, h3, item, page, or the name of a directive."""

    kind: str
    text: str = ""
    lines: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[list[str]]:
        """The lines of a directive as table cells, parted by `|`."""
        return [[cell.strip() for cell in line.split("|")] for line in self.lines]

    def numbers(self, option: str) -> list[int]:
        """An option that is a list of numbers, e.g. `rechts=2,3`; empty where it is not given."""
        return [int(n) for n in self.options.get(option, "").split(",") if n]


@dataclass(frozen=True)
class Source:
    """One source text: `name` is that of its file, `head` its TOML head."""

    name: str
    head: dict[str, Any]
    blocks: tuple[Block, ...]


def source_text(name: str) -> str:
    """A file of the folder `quelle`, as text."""
    return (files("ratsassistent.demo") / "quelle" / name).read_text(encoding="utf-8")


def read_source(name: str) -> Source:
    """Read `quelle/<name>.md`.

    :raises ValueError: the head is not TOML or not closed.
    """
    _, head, body = source_text(f"{name}.md").split("+++\n", 2)
    return Source(name, tomllib.loads(head), tuple(parse(body)))


def bound(text: str) -> str:
    """A text whose amounts and paragraphs do not break: a protected space before € and after §, as office programs set."""
    return re.sub(r"(§§?) (?=\d)", "\\1\u00a0", re.sub(r"(?<=\d) (?=€)", "\u00a0", text))


def parse(body: str) -> list[Block]:
    """Cut a text into blocks. Lines of one paragraph are joined by a line break, as letters need it."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", bound(body.strip())):
        lines = chunk.split("\n")
        directive = DIRECTIVE.fullmatch(lines[0].strip())
        if directive:
            pairs = (option.partition("=") for option in directive[2].split())
            blocks.append(Block(directive[1], lines=tuple(lines[1:]), options={k: v for k, _, v in pairs}))
        elif chunk.strip() == "---":
            blocks.append(Block("page"))
        elif lines[0].startswith("#"):
            marks, _, text = lines[0].partition(" ")
            blocks.append(Block(f"h{len(marks)}", text))
        elif all(ITEM.match(line) for line in lines):
            for line in lines:
                match = ITEM.match(line)
                assert match is not None
                blocks.append(Block("item", match[2], options={"mark": "–" if match[1] == "-" else match[1]}))
        else:
            blocks.append(Block("text", chunk))
    return blocks
