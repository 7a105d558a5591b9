"""`ratsassistent datenblatt`: the data sheet for the data protection officer and the drafts that go with it, as a file or text.

What enters: the command's words. What leaves: Markdown or one JSON object on standard output, or a PDF, Word or Markdown file.
What it does not know: what stands in the documents (`data_sheet`, which is loaded when it is needed).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ratsassistent.errors import UsageError
from ratsassistent.settings import Settings

KINDS = ("datenblatt", "verzeichnis", "schwellwert")


def add(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument(
        "kind",
        metavar="|".join(KINDS),
        nargs="?",
        choices=KINDS,
        default="datenblatt",
        help="das Datenblatt (sonst), oder der Entwurf für das Verzeichnis oder die Schwellwertanalyse",
    )
    sub.add_argument(
        "-o", "--ausgabe", metavar="DATEI", type=Path, help="eine Datei mit der Endung .pdf, .docx oder .md"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write one of the documents; returns the exit status.

    :raises UsageError: the file's ending names no format that there is.
    :raises InputError: the file cannot be written.
    """
    from ratsassistent.output import data_sheet, export

    kind = data_sheet.KINDS[KINDS.index(args.kind)]
    facts = data_sheet.facts(settings)
    document, imprint = data_sheet.document(kind, facts), data_sheet.imprint(kind, facts)
    if args.ausgabe:
        form = export.format_of(args.ausgabe)
        if form == "json" or args.ausgabe.suffix.lower() != f".{form}":
            raise UsageError("Bitte eine Datei mit der Endung .pdf, .docx oder .md angeben.")
        export.check(args.ausgabe)
        export.save(export.render_document(document, imprint, form), args.ausgabe)
    text = export.render_document(document, imprint, "md").decode("utf-8")
    if args.json:
        file = str(args.ausgabe) if args.ausgabe else None
        print(json.dumps({"kind": kind, "title": document.title, "text": text, "file": file}, ensure_ascii=False))
    elif not args.ausgabe:
        print(text, end="")
    return 0
