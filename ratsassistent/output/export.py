"""Briefing, or any document -> a file to hand round: Markdown, DOCX, PDF, or JSON (a briefing only).

What enters: a Briefing or a Document, a format, a path. What leaves: bytes, or a file on disk.
What it does not know: how a format is written; the libraries for that are loaded only when they are needed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Literal, get_args

from ratsassistent.briefings import Briefing
from ratsassistent.errors import InputError
from ratsassistent.output.blocks import Document, Imprint

Format = Literal["md", "docx", "pdf", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
BINARY: frozenset[Format] = frozenset({"docx", "pdf"})  # nothing for a terminal
MEDIA_TYPES: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}


def render(briefing: Briefing, format: Format) -> bytes:
    """The whole briefing as a file's bytes."""
    if format == "pdf":
        from ratsassistent.output import pdf

        return pdf.render(briefing)
    if format == "docx":
        from ratsassistent.output import docx

        return docx.render(briefing)
    if format == "json":
        from ratsassistent.output import contract

        return (json.dumps(contract.briefing(briefing), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    from ratsassistent.output import markdown

    return markdown.render(briefing).encode("utf-8")


def render_document(document: Document, imprint: Imprint, format: Format) -> bytes:
    """Any document as a file's bytes.

    :raises InputError: it cannot be written in this format.
    """
    if format == "pdf":
        from ratsassistent.output import pdf

        return pdf.typeset(document, imprint)
    if format == "docx":
        from ratsassistent.output import docx

        return docx.written(document, imprint)
    if format == "json":
        raise InputError("Dieses Dokument lässt sich nicht als JSON-Datei schreiben.")
    from ratsassistent.output import markdown

    return markdown.written(document, imprint).encode("utf-8")


def write(briefing: Briefing, format: Format, path: Path) -> None:
    """Write the briefing into a file; one that is there is replaced once the new one is complete.

    :raises InputError: the file cannot be written.
    """
    check(path)
    save(render(briefing, format), path)


def check(path: Path, data_folder: Path | None = None) -> None:
    """See before long work whether a file can be written at all.

    :param data_folder: where it must not lie: what is deleted there has to be gone altogether.
    :raises InputError: it cannot.
    """
    if data_folder is not None and path.resolve().is_relative_to(data_folder.resolve()):
        raise InputError(
            f"Die Datei {path} läge im Datenordner, wo das Löschen einer Sitzung sie nicht fände; bitte einen anderen Ordner wählen."
        )
    if path.is_dir():
        raise InputError(f"Die Datei {path} lässt sich nicht schreiben: das ist ein Ordner.")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError(f"Die Datei {path} lässt sich nicht schreiben: den Ordner {folder} gibt es nicht.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(f"Die Datei {path} lässt sich nicht schreiben: dort fehlt die Erlaubnis.")


def save(made: bytes, path: Path) -> None:
    """Write bytes into a file, all of them or none.

    :raises InputError: the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # /dev/stdout
            path.write_bytes(made)
            return
        target = path.resolve()
        draft = target.with_name(f"{target.name}.teil")
        try:
            draft.write_bytes(made)
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"Die Datei {path} lässt sich nicht schreiben: {error.strerror or error}.") from error


def format_of(path: Path | None) -> Format:
    """The format that a file's ending asks for; Markdown where it asks for none."""
    ending = path.suffix.lstrip(".").lower() if path else ""
    return next((known for known in FORMATS if known == ending), "md")


def file_name(briefing: Briefing, format: Format) -> str:
    """A name for the file, from the meeting's: "Gemeinderat-26.01.2027.docx"; the public part says that it is that."""
    stem = re.sub(r"[^\w.]+", "-", briefing.name).strip("-.")[:80] or "Auswertung"
    if briefing.part == "public":
        stem += "-oeffentlicher-Teil"
    return f"{stem}.{format}"
