"""A ZIP archive becomes files in a folder of our own.

What enters: a ZIP that somebody sent. What leaves: the PDFs and OParl files in it with their paths inside, and what was
left out with one German sentence each. What it does not know: folders and files outside the ZIP.

A ZIP is foreign data: its names are never used as paths outside the work folder, links in it are not followed, and what
it unpacks to, a ZIP in the ZIP included, is bounded in number and size, whatever its directory says.
"""

from __future__ import annotations

import contextlib
import errno
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath

from ratsassistent.oparl import Skipped
from ratsassistent.pack.files.filetypes import ending_of, is_ignored, why_not

MAX_ZIP_FILES = 2000
MAX_ZIP_BYTES = 2_000_000_000  # of all unpacked files together
MAX_RATIO = 200  # unpacked to packed, of one file over a megabyte; a PDF is hardly ever packed tighter
MAX_DIRECTORY = 4_000_000  # bytes of the table of contents: 2,000 entries with long names take a tenth of that
READ_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}  # LZMA may ask for gigabytes

BROKEN = "Das ZIP-Archiv ist beschädigt."
TOO_MANY = f"Das ZIP-Archiv enthält mehr als {MAX_ZIP_FILES} Dateien."
_DEVICES = {"con", "prn", "aux", "nul", "clock$"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
_TOP = re.compile(r"(?i)\bTOP[\s_-]*[ÖN]?[\s_-]*\d")
_GERMAN = set("äöüßÄÖÜ§–„“")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_ERRORS = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, zlib.error)


@dataclass(slots=True)
class Unpacked:
    """(path on disk, path inside the ZIP) of each file, and what was left out."""

    files: list[tuple[Path, PurePosixPath]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    bytes_left: int = 0
    entries_left: int = 0


def unpack(archive: Path, work_folder: Path) -> Unpacked:
    """Unpack a ZIP, and the ZIPs directly in it, below `work_folder`.

    Files of one folder of the ZIP lie together in a folder of that name.
    """
    out = Unpacked(bytes_left=MAX_ZIP_BYTES, entries_left=MAX_ZIP_FILES)
    base = work_folder / sha256(str(archive.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    _unpack(archive, PurePosixPath(), base, str(archive), out)
    return out


def _unpack(archive: Path, above: PurePosixPath, base: Path, said: str, out: Unpacked) -> None:
    """One ZIP; `above` is the path of a ZIP inside a ZIP, without its ending, which is then a folder like others."""

    def leave_out(inner: str, reason: str) -> None:
        out.skipped.append(Skipped(path=f"{said}: {inner}" if inner else said, reason=reason))

    try:
        if _directory_size(archive) > MAX_DIRECTORY:
            leave_out("", TOO_MANY)
            return
        with zipfile.ZipFile(archive) as bundle:
            entries = [entry for entry in bundle.infolist() if not entry.is_dir()]
            if len(entries) > out.entries_left:
                leave_out("", TOO_MANY)
                return
            out.entries_left -= len(entries)
            for entry in entries:
                inner = PurePosixPath(entry_name(entry))
                if is_ignored(inner):
                    continue
                reason = _refused(entry, inner, out.bytes_left, nested=bool(above.parts))
                if reason is None:
                    reason = _take(bundle, entry, above / inner, base, said, out)
                if reason:
                    leave_out(_printable(inner), reason)
    except _ERRORS:
        leave_out("", BROKEN)
    except OSError as error:
        full = "Für das Auspacken des ZIP-Archivs fehlt Platz auf der Festplatte."
        leave_out("", full if error.errno in _FULL else "Das ZIP-Archiv lässt sich nicht auspacken.")


def _take(
    bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, inner: PurePosixPath, base: Path, said: str, out: Unpacked
) -> str | None:
    """Write one entry to disk and note it, or open it if it is a ZIP; why not, or None."""
    target: Path | None = None
    try:
        is_zip = ending_of(inner.name) == ".zip"
        reason = None if is_zip else why_not(inner.name, partial(_head, bundle, entry))
        if reason:
            return reason
        target = _place(inner, base, Path(said).stem)
        out.bytes_left -= _copy_out(bundle, entry, target)
    except (*_ERRORS, OSError) as error:
        if target:
            target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        return "Diese Datei im ZIP-Archiv ist beschädigt."
    if is_zip:
        _unpack(target, inner.with_suffix(""), base, f"{said}: {_printable(inner)}", out)
        target.unlink(missing_ok=True)
    else:
        out.files.append((target, PurePosixPath(_printable(inner))))
    return None


def _refused(entry: zipfile.ZipInfo, inner: PurePosixPath, budget: int, nested: bool) -> str | None:
    """Why an entry of a ZIP is not unpacked, whatever kind of file it is, or None."""
    named = entry.orig_filename
    leads_away = inner.is_absolute() or ".." in inner.parts or bool(re.match(r"[A-Za-z]:", str(inner)))
    refusals = (
        (leads_away or "\0" in named or not inner.name, "Der Name dieser Datei im ZIP-Archiv ist nicht zulässig."),
        (stat.S_ISLNK(entry.external_attr >> 16), "Verknüpfungen in ZIP-Archiven wird nicht gefolgt."),
        (
            nested and ending_of(inner.name) == ".zip",
            "Dieses ZIP-Archiv ist zweimal in andere verpackt; bitte vorher auspacken.",
        ),
        (bool(entry.flag_bits & 1), "Diese Datei im ZIP-Archiv ist mit einem Passwort geschützt."),
        (
            entry.compress_type not in READ_METHODS,
            "Diese Datei ist im ZIP-Archiv auf eine Art gepackt, die nicht gelesen wird.",
        ),
        (
            entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1),
            "Diese Datei im ZIP-Archiv ist verdächtig stark gepackt.",
        ),
        (entry.file_size > budget, "Das ZIP-Archiv ist ausgepackt zu groß."),
    )
    return next((sentence for refused, sentence in refusals if refused), None)


def _head(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with bundle.open(entry) as source:
        return source.read(1024)


def _copy_out(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> int:
    """Write one entry, give its size; the directory may lie about it, so reading stops where it says the entry ends."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with bundle.open(entry) as source, target.open("xb") as out:
        while chunk := source.read(1 << 20):
            size += len(chunk)
            if size > entry.file_size:
                raise zipfile.BadZipFile("an entry is larger than its directory says")
            out.write(chunk)
    return size


def _place(inner: PurePosixPath, base: Path, archive: str) -> Path:
    """Where an entry goes: below `base`, in folders that are called like its own, under a name that is free.

    Files at the top of an archive that is called after an agenda item lie in a folder of that name.
    """
    folders = inner.parent.parts or ((archive,) if _TOP.search(archive) else ("Dateien",))
    folder = base.joinpath(*(_safe(part, 60) for part in folders[-3:]))
    name = _safe(inner.name, 100)
    for number in count(2):
        target = folder / name
        if not target.exists():  # a system may hold „A.pdf“ and „a.pdf“ for the same
            return target
        stem, dot, ending = _safe(inner.name, 100).rpartition(".")
        name = f"{stem or ending} ({number}){dot}{ending if stem else ''}"
    raise AssertionError


def _safe(part: str, length: int) -> str:
    """A part of a path that every system takes; the ending stays."""
    part = re.sub(r"[^\w.()§,;+&=\[\] -]", "_", part).strip(" .") or "_"
    stem, dot, ending = part.rpartition(".")
    if len(part) > length:
        part = f"{stem[: length - len(ending) - 1]}{dot}{ending}" if dot and len(ending) <= 8 else part[:length]
    return f"_{part}" if part.partition(".")[0].strip().casefold() in _DEVICES else part.strip()


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The path of an entry as its maker meant it, with "/" between its parts.

    Old programs write names in the character set of their system without saying which; `zipfile` then takes them for
    code page 437. A field of Info-ZIP's may hold the name in UTF-8 (APPNOTE 4.6.9).
    """
    name = entry.orig_filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437", "replace")
        name = _unicode_path(entry.extra, raw) or _guessed(raw)
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in an Info-ZIP Unicode Path field, if there is one and it belongs to this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == 0x7075 and 5 <= size <= len(extra) - 4:
            version, checksum = struct.unpack("<BL", extra[4:9])
            if version == 1 and checksum == zlib.crc32(raw):
                with contextlib.suppress(UnicodeDecodeError):
                    return extra[9 : 4 + size].decode("utf-8")
        extra = extra[4 + size :]
    return None


def _guessed(raw: bytes) -> str:
    """A name in an unnamed character set: UTF-8 if it can be; Windows' if that gives letters and DOS's gives none."""
    with contextlib.suppress(UnicodeDecodeError):
        return raw.decode("utf-8")
    dos = raw.decode("cp437")
    with contextlib.suppress(UnicodeDecodeError):
        windows = raw.decode("cp1252")
        if sum(c in _GERMAN for c in windows) > sum(c in _GERMAN for c in dos):
            return windows
    return dos


def _directory_size(archive: Path) -> int:
    """How large a ZIP says its table of contents is, which `zipfile` would read whole, into memory."""
    with archive.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 70_000))
        tail = stream.read()
    sizes = [0]
    for end in re.finditer(rb"PK\x05\x06", tail):
        sizes += struct.unpack("<L", tail[end.start() + 12 : end.start() + 16].ljust(4, b"\0"))
    for end in re.finditer(rb"PK\x06\x06", tail):
        sizes += struct.unpack("<Q", tail[end.start() + 40 : end.start() + 48].ljust(8, b"\0"))
    return max(size for size in sizes if size != 0xFFFFFFFF)


def _printable(inner: PurePosixPath) -> str:
    """A path to show: without control characters, and not endlessly long."""
    text = "".join("_" if unicodedata.category(c)[0] == "C" else c for c in str(inner))
    return text if len(text) <= 250 else f"{text[:200]}…{text[-40:]}"
