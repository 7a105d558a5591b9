"""What kind of file somebody handed in, and what to say of those that are not read.

What enters: a file name, and the first bytes of the file where the name says nothing. What leaves: whether it is read, as
what, or one German sentence. What it does not know: disks and archives.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

OPARL_ENDINGS = {".json", ".jsonl", ".ndjson", ".gz"}
IGNORED = {"thumbs.db", "desktop.ini", ".ds_store"}

_OFFICE = {".doc", ".docx", ".docm", ".odt", ".rtf", ".xls", ".xlsx", ".xlsm", ".ods", ".ppt", ".pptx", ".odp"}
_OFFICE |= {".csv", ".txt", ".md", ".html", ".htm", ".xml", ".pages", ".wpd", ".vsd", ".vsdx"}
_PICTURES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".bmp", ".webp", ".heic", ".heif", ".jp2", ".svg"}
_MAILS = {".eml", ".msg", ".pst", ".mbox"}
_ARCHIVES = {".rar", ".7z", ".tar", ".tgz", ".bz2", ".xz", ".cab", ".iso"}
_HALF = {".crdownload", ".part", ".partial", ".download", ".tmp"}
_SIGNATURES = {".p7s", ".p7m", ".pkcs7", ".sig", ".asc"}
_SENTENCES = [
    (_OFFICE, "Dateien der Art „{ending}“ werden nicht gelesen; bitte als PDF speichern."),
    (_PICTURES, "Bilder werden nicht gelesen; bitte eingescannte Seiten als PDF-Datei speichern."),
    (_MAILS, "E-Mails werden nicht gelesen; bitte die Anhänge als PDF-Dateien speichern."),
    (_ARCHIVES, "Archive der Art „{ending}“ werden nicht ausgepackt; bitte als ZIP-Archiv oder als Ordner übergeben."),
    (_HALF, "Diese Datei ist noch nicht fertig heruntergeladen."),
    (_SIGNATURES, "Signaturen werden nicht gelesen; das unterschriebene Dokument bitte als PDF übergeben."),
]


def ending_of(name: str) -> str:
    """The ending of a file name in small letters, without the blanks that a careless rename leaves."""
    return PurePosixPath(name.strip().rstrip(".").rstrip()).suffix.casefold()


def is_oparl(name: str) -> bool:
    """Whether a file is called like OParl data."""
    return ending_of(name) in OPARL_ENDINGS


def is_ignored(inner: PurePosixPath) -> bool:
    """Whether a file is the business of some system or program, not of the council."""
    if any(part.startswith((".", "__MACOSX", "~$")) and part != ".." for part in inner.parts):
        return True
    return inner.name.casefold() in IGNORED


def why_not(name: str, head: Callable[[], bytes]) -> str | None:
    """Why a file is not taken in, as a German sentence, or None.

    :param head: gives the first kilobyte of the file; asked where the name says nothing.
    """
    ending = ending_of(name)
    if ending == ".gz" and ending_of(name.strip()[:-3]) == ".tar":
        ending = ".tgz"
    if ending == ".pdf" or ending in OPARL_ENDINGS:
        return None
    for endings, sentence in _SENTENCES:
        if ending in endings:
            return sentence.format(ending=ending)
    if b"%PDF-" in head():  # "Anlage zu § 3.2", or no ending at all
        return None
    kind = f"Dateien der Art „{ending}“" if re.fullmatch(r"\.\w{1,12}", ending) else "Dateien dieser Art"
    return f"{kind} werden nicht gelesen; bitte als PDF speichern."
