"""Is the proposed resolution shown whole and word for word, as it was marked beforehand?

    python benchmarks/beschluesse.py PACK.pdf … --wortlaut TRUTH.json [--summen-schreiben benchmarks/beschluesse.json]
    python benchmarks/beschluesse.py PACK.pdf … --summen benchmarks/beschluesse.json

TRUTH.json is a list: {"pack": name of the file, "number": of the agenda item (null for a paper of its own), "pages",
"text": the wording (null where nothing is proposed), "facts": how often it counts among the items with facts}. It was
written by a person who had read the pages and not what the program gives; it holds words of the papers and stays outside
the project. What is kept here are checksums of it, so that anyone who has the packs can repeat the comparison.

White space, hyphens and the shape of bullets do not count. Prints one JSON line an item that is not the same, and one
with the figures: "missing" are words of the marked wording that are not shown, "extra" shown ones that are not in it,
"invented" items where something is shown and nothing proposed, "none" those where something is proposed and nothing shown.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from ratsassistent.briefings import Wording
from ratsassistent.oparl import AgendaItem, Meeting, Paper
from ratsassistent.pack.files.pages import ReadFile, read_file
from ratsassistent.pack.matching.assemble import assemble
from ratsassistent.writing.extracts.extract import extract_item

_BULLETS = re.compile(r"[•▪■●○◦‣·▫\uf0a7\uf0b7\uf02d\uf0d8]")
_NOT_PRINTED = re.compile(r"[\u00ad\ufffe\u200b]|[-\u2010\u2011]\s*")


def plain(text: str) -> str:
    """The wording as it is compared: letters' forms folded, bullets alike, no hyphens."""
    return _BULLETS.sub("•", _NOT_PRINTED.sub("", unicodedata.normalize("NFC", text)))


def tight(text: str) -> str:
    """The same without white space."""
    return re.sub(r"\s", "", plain(text))


def words(text: str) -> list[str]:
    """The words of a wording, for counting those that are missing or too many."""
    return re.findall(r"\w+", plain(text))


def checksum(text: str) -> str:
    """A checksum of the wording without white space."""
    return hashlib.sha256(tight(text).encode()).hexdigest()


def given(reads: Iterable[ReadFile]) -> dict[tuple[str, str | None], Wording | None]:
    """The resolution of each item of each file, by the file's checksum and the item's number.

    Several papers without an agenda in one file stand under None; the first that proposes something counts.
    """
    out: dict[tuple[str, str | None], Wording | None] = {}
    for read in reads:
        pack = assemble([read])
        for item in _items(pack.meetings, pack.loose_papers):
            key = (read.file.sha256, item.number)
            out[key] = out.get(key) or extract_item(item).resolution
    return out


def _items(meetings: Sequence[Meeting], papers: Sequence[Paper]) -> Iterable[AgendaItem]:
    for meeting in meetings:
        yield from meeting.agendaItem
    for order, paper in enumerate(papers):
        yield AgendaItem(id=paper.id, order=order, number=None, name=paper.name, public=None, papers=(paper,))


def compare(entry: dict[str, Any], wording: Wording | None) -> dict[str, Any]:
    """What is wrong with the wording shown for one item; "verdict" "same" where nothing is."""
    wanted = entry.get("text")
    told: dict[str, Any] = {"pack": entry.get("pack") or entry["file"][:12], "number": entry["number"]}
    if not entry.get("sha256") and wanted is None:
        return {**told, "verdict": "invented" if wording else "same", **({"shown": wording.text} if wording else {})}
    if wording is None:
        return {**told, "verdict": "none"}
    pages = sorted({citation.page for citation in wording.citation if citation.page})
    told["pages"] = "same" if pages == sorted(entry["pages"]) else {"shown": pages, "marked": entry["pages"]}
    if checksum(wording.text) == (entry.get("sha256") or checksum(wanted or "")):
        return {**told, "verdict": "same"}
    if wanted is None:
        return {**told, "verdict": "differs"}
    one, two = words(wanted), words(wording.text)
    missing, extra = [], []
    for tag, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag != "equal":
            missing += one[a:b]
            extra += two[c:d]
    kinds = [name for name, found in (("missing", missing), ("extra", extra)) if found]
    return {**told, "verdict": "+".join(kinds) or "signs", "missing": " ".join(missing), "extra": " ".join(extra)}


def figures(entries: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many are the same: among the items with facts (each as often as the facts name it), and among all marked."""
    out: dict[str, Any] = {}
    for name, weights in (("with_facts", [e.get("facts", 0) for e in entries]), ("all", [1] * len(entries))):
        verdicts: Counter[str] = Counter()
        pages = 0
        for one, weight in zip(found, weights, strict=True):
            verdicts[one["verdict"]] += weight
            pages += weight * (one.get("pages", "same") == "same")
        total = sum(weights)
        share = round(verdicts["same"] / total, 3) if total else None
        out[name] = {"items": total, "same": share, "pages_right": round(pages / total, 3) if total else None,
                     "verdicts": {key: n for key, n in sorted(verdicts.items()) if n}}  # fmt: skip
    return out


def sums(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The marked wordings as checksums, the files by theirs."""
    return [
        {
            "file": entry["file"],
            "number": entry["number"],
            "pages": entry["pages"],
            "facts": entry.get("facts", 0),
            "sha256": checksum(entry["text"]) if entry["text"] is not None else None,
        }
        for entry in entries
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packs", nargs="+", type=Path)
    parser.add_argument("--wortlaut", type=Path)
    parser.add_argument("--summen", type=Path)
    parser.add_argument("--summen-schreiben", type=Path)
    arguments = parser.parse_args()
    source = arguments.wortlaut or arguments.summen or parser.error("--wortlaut oder --summen fehlt")
    reads = [read_file(path) for path in arguments.packs]
    known = {read.path.stem: read.file.sha256 for read in reads}
    entries = []
    for entry in json.loads(source.read_text(encoding="utf-8")):
        file = entry.get("file") or known.get(Path(entry["pack"]).name.removesuffix(".pdf"))
        if file in known.values():
            entries.append({**entry, "file": file})
    if arguments.summen_schreiben:
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in sums(entries))
        arguments.summen_schreiben.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    shown = given(reads)
    found = [compare(entry, shown.get((entry["file"], entry["number"]))) for entry in entries]
    for one in found:
        if one["verdict"] != "same" or one.get("pages", "same") != "same":
            print(json.dumps(one, ensure_ascii=False))
    print(json.dumps(figures(entries, found), ensure_ascii=False))


if __name__ == "__main__":
    main()
