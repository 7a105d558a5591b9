"""Writes the demonstration pack: `python -m ratsassistent.demo.make_pack` (needs the test extra).

What enters: the texts in `quelle/`. What leaves: the PDF and `wahrheit.json` beside this file, or in the folder that the
command names. The same texts give the same pages; nothing is taken from the clock or the network.
What it does not know: the program that reads the pack. The pages of the ground truth come from the drawing (which paper
stands where) and from looking up each fact's words in the drawn pages of the paper that the fact names.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from ratsassistent.demo import PACK, TRUTH
from ratsassistent.demo.blocks import Block, Source, read_source, source_text
from ratsassistent.demo.layout import draw_pack

Json = dict[str, Any]


def squeeze(text: str) -> str:
    """A text without white space and emphasis marks, for looking words up in a drawn page."""
    return re.sub(r"\s", "", text.replace("**", ""))


def plan() -> Json:
    """The meeting: agenda items, their papers, their source files."""
    return tomllib.loads(source_text("sitzung.toml"))


def all_sources(meeting: Json) -> list[Source]:
    """All source texts in the order of the pack."""
    names = [meeting["einladung"]]
    names += [f["quelle"] for item in meeting["top"] for paper in item.get("papier", []) for f in paper["dateien"]]
    return [read_source(name) for name in names]


def resolution(source: Source) -> str | None:
    """The wording under the heading „Beschlussvorschlag“ of a source, numbers included; None where there is none."""
    lines: list[str] = []
    inside = False
    for block in source.blocks:
        if block.kind == "h2":
            inside = block.text == "Beschlussvorschlag"
        elif inside:
            lines.append(f"{block.options['mark']} {block.text}" if block.kind == "item" else block.text)
    return "\n".join(lines) or None


def motion(source: Source) -> str | None:
    """What a motion wants resolved: the list after „möge beschließen:“; None where there is none."""
    lines: list[str] = []
    for before, block in pairwise((Block("text"), *source.blocks)):
        if block.kind == "item" and (lines or before.text.endswith("möge beschließen:")):
            lines.append(f"{block.options['mark']} {block.text}")
        elif lines:
            break
    return "\n".join(lines) or None


def agenda_truth(meeting: Json, sources: dict[str, Source], spans: dict[str, tuple[int, int]]) -> list[Json]:
    """The agenda with the pages of every item, paper and file."""
    agenda = []
    for item in meeting["top"]:
        papers: list[Json] = []
        wordings: list[str] = []
        motions: list[str] = []
        missing: list[Json] = []
        for paper in item.get("papier", []):
            files = [
                {"name": f["name"], "first_page": spans[f["quelle"]][0], "last_page": spans[f["quelle"]][1]}
                for f in paper["dateien"]
            ]
            papers.append({"reference": paper["nummer"], "type": paper["art"], "files": files})
            wordings += [text for f in paper["dateien"] if (text := resolution(sources[f["quelle"]]))]
            motions += [text for f in paper["dateien"] if (text := motion(sources[f["quelle"]]))]
            missing += [{"name": name, "paper": paper["nummer"]} for name in paper.get("fehlende_anlagen", [])]
        pages = [page for paper in papers for f in paper["files"] for page in (f["first_page"], f["last_page"])]
        agenda.append({
            "number": item["nummer"],
            "title": item["titel"],
            "public": item["oeffentlich"],
            "first_page": min(pages, default=None),
            "last_page": max(pages, default=None),
            "papers": papers,
            "resolution": wordings[0] if wordings else None,
            "motion": motions[0] if motions else None,
            "missing_attachments": missing,
        })  # fmt: skip
    return agenda


def pages_with(must: list[str], pages: list[str], span: tuple[int, int] | None) -> list[int]:
    """The pages (from 1) that hold every string of `must`, alternatives parted by `|`."""
    first, last = span or (1, len(pages))
    wanted = [[squeeze(option) for option in entry.split("|")] for entry in must]
    return [
        number
        for number in range(first, last + 1)
        if all(any(option in squeeze(pages[number - 1]) for option in options) for options in wanted)
    ]


def located(entry: Json, pages: list[str], spans: dict[str, tuple[int, int]]) -> Json:
    """A fact or question with its pages instead of its source.

    :raises ValueError: its words do not stand on one page of the paper that it names.
    """
    source = entry.pop("quelle", None)
    if source is None:
        return {**entry, "page": None, "pages": []}
    best = pages_with(entry["must"], pages, spans[source])
    if not best:
        raise ValueError(f"steht nicht auf einer Seite von {source}: {entry}")
    return {**entry, "page": best[0], "pages": pages_with(entry["must"], pages, None)}


def truth(meeting: Json, sources: dict[str, Source], spans: dict[str, tuple[int, int]], pages: list[str]) -> Json:
    """The ground truth as it goes into `wahrheit.json`."""
    known = tomllib.loads(source_text("wahrheit.toml"))
    return {
        "pdf": PACK,
        "meeting": meeting["sitzung"],
        "organization": meeting["gremium"],
        "town": meeting["stadt"],
        "start": meeting["beginn"],
        "total_pages": len(pages),
        "agenda_pages": list(spans[meeting["einladung"]]),
        "scanned_pages": [spans[s.name][0] for s in sources.values() if s.head["layout"] == "scan"],
        "agenda": agenda_truth(meeting, sources, spans),
        "facts": [located(fact, pages, spans) for fact in known["fakt"]],
        "questions": [located(question, pages, spans) for question in known["frage"]],
        "contradictions": [
            {**entry, "pages": [pages_with([m], pages, spans[q])[0] for m, q in zip(entry["must"], sides, strict=True)]}
            for entry in known["widerspruch"]
            for sides in [entry.pop("quellen")]
        ],
    }


def make() -> tuple[bytes, Json]:
    """Draw the pack; the PDF's bytes and the ground truth."""
    meeting = plan()
    sources = {source.name: source for source in all_sources(meeting)}
    pdf = draw_pack(list(sources.values()))
    spans = pdf.spans
    data = bytes(pdf.output())
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    return data, truth(meeting, sources, spans, pages)


def main() -> None:
    """Write both files beside this module, or into the folder given as the only argument."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    data, known = make()
    (folder / PACK).write_bytes(data)
    (folder / TRUTH).write_text(
        json.dumps(known, ensure_ascii=False, indent=1).replace("\u00a0", " ") + "\n", encoding="utf-8"
    )
    print(f"{folder / PACK}: {known['total_pages']} Seiten, {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
