"""The file of a backup: written, and read again piece by piece, so that it may be larger than memory.

What enters: files with the names that they have in the backup, a passphrase. What leaves: one file; from such a file its
pieces, each checked against its checksum.
What it does not know: what is in the pieces, where they belong.

It is a ZIP with a note for people (`LIESMICH.txt`), a head without any content, and a TAR. The TAR is encrypted in the
format of age (age-encryption.org) to a key of its own, and that key with the passphrase; so `age` and `tar` open it, too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from pydantic import ValidationError

from ratsassistent.archive import database
from ratsassistent.errors import InputError
from ratsassistent.oparl import Model

FORMAT = 1
_HEAD, _KEY, _README, _LIST = "kopf.json", "schluessel.age", "LIESMICH.txt", "verzeichnis.json"
_PLAIN, _SEALED = "inhalt.tar", "inhalt.tar.age"
_BLOCK = 1 << 20
_WORDS = """Das ist eine Sicherung von Ratsassistent.

Zurückspielen:  ratsassistent wiederherstellen DATEI

{how}Darin liegen die Datenbanken (SQLite), die PDF-Dateien und die Einstellungen. In verzeichnis.json steht zu jeder Datei die
Prüfsumme (SHA-256).
"""
_SEALED_WORDS = """Sie ist mit einem Kennwort verschlüsselt (Format „age“, https://age-encryption.org). Ohne Kennwort kann sie niemand öffnen,
auch nicht die Entwickler. Ohne das Programm geht es so:

    age -d -i schluessel.age inhalt.tar.age > inhalt.tar
    tar -xf inhalt.tar

"""
_PLAIN_WORDS = """Sie ist NICHT verschlüsselt: Wer diese Datei hat, kann alles lesen. Ohne das Programm: tar -xf inhalt.tar

"""

NOT_OURS = "Die Datei {file} ist keine Sicherung von Ratsassistent."
DAMAGED = "Die Sicherung {file} ist beschädigt und lässt sich nicht verwenden; bitte eine andere nehmen."
WRONG = "Das Kennwort passt nicht zu dieser Sicherung."
NEWER = "Die Sicherung {file} stammt von einer neueren Version von Ratsassistent; bitte die neuere Version verwenden."
LACKING = "Diese Sicherung ist verschlüsselt; bitte das Kennwort angeben."


class Head(Model):
    """What anybody may know of a backup: nothing of what is in it."""

    format: int = FORMAT
    id: str
    program: str
    revision: str  # of the databases
    created: dt.datetime
    encrypted: bool


class Piece(Model):
    """A file in a backup."""

    name: str  # below the data folder, with slashes
    size: int
    sha256: str


class Listing(Model):
    """All that is in a backup; it is its last piece. `meetings`: their ids."""

    head: Head
    pieces: tuple[Piece, ...]
    meetings: tuple[str, ...] = ()


Take = Callable[[str, IO[bytes]], None]  # the name of a piece, and its bytes


def write(
    target: Path, head: Head, files: Sequence[tuple[str, Path]], meetings: Sequence[str], passphrase: str | None
) -> Listing:
    """Write a backup; nothing is at `target` until it is complete and on the disk.

    :raises StorageError: there is no room, or a file cannot be read or written.
    """
    part = target.with_name(target.name + ".teil")
    with database.storage_errors(target.parent):
        try:
            with part.open("wb") as raw:
                with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as outer:
                    how = _SEALED_WORDS if passphrase is not None else _PLAIN_WORDS
                    outer.writestr(_README, _WORDS.format(how=how))
                    outer.writestr(_HEAD, head.model_dump_json(indent=1))
                    listing = _write_content(outer, head, files, meetings, passphrase)
                raw.flush()
                os.fsync(raw.fileno())
            os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return listing


def read_head(file: Path) -> Head:
    """What a backup says of itself without its passphrase.

    :raises InputError: there is no such file, or it is none of ours, damaged, or of a newer program.
    """
    with _outer(file) as outer:
        return _head(outer, file)


def read(file: Path, passphrase: str | None, take: Take) -> Listing:
    """Read a backup whole, and give each piece to `take` as it comes; every byte is checked.

    :raises InputError: it is none of ours, damaged, of a newer program, or the passphrase does not fit.
    """
    with _outer(file) as outer:
        head = _head(outer, file)
        if not head.encrypted:
            with outer.open(_PLAIN) as content:
                return _checked(content, head, take, file)
        if passphrase is None:
            raise InputError(LACKING)
        key = unseal(outer.read(_KEY), passphrase)
        with outer.open(_SEALED) as sealed, _decrypted(sealed, key) as content:
            return _checked(content, head, take, file)


def _write_content(
    outer: zipfile.ZipFile,
    head: Head,
    files: Sequence[tuple[str, Path]],
    meetings: Sequence[str],
    passphrase: str | None,
) -> Listing:
    if passphrase is None:
        with outer.open(_PLAIN, "w", force_zip64=True) as out:
            return _write_tar(out, head, files, meetings)
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    outer.writestr(_KEY, seal(str(identity), passphrase))
    made: list[Listing] = []
    with outer.open(_SEALED, "w", force_zip64=True) as out:
        tap = _Tap(out)
        with _piped(lambda pipe: made.append(_write_tar(pipe, head, files, meetings))) as content:
            try:
                pyrage.encrypt_io(content, tap, [identity.to_public()])
            except pyrage.EncryptError:
                if tap.error is not None:
                    raise tap.error from None
                raise
    return made[0]


def _write_tar(out: IO[bytes], head: Head, files: Sequence[tuple[str, Path]], meetings: Sequence[str]) -> Listing:
    pieces = []
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, path in files:
            with path.open("rb") as stream:
                info = tarfile.TarInfo(name)
                info.size = os.fstat(stream.fileno()).st_size
                info.mode = 0o600
                reader = _Hashing(stream)
                tar.addfile(info, reader)
            pieces.append(Piece(name=name, size=info.size, sha256=reader.digest.hexdigest()))
        listing = Listing(head=head, pieces=tuple(pieces), meetings=tuple(meetings))
        last = listing.model_dump_json().encode()
        info = tarfile.TarInfo(_LIST)
        info.size, info.mode = len(last), 0o600
        tar.addfile(info, io.BytesIO(last))
    return listing


def _checked(content: IO[bytes], head: Head, take: Take, file: Path) -> Listing:
    found: list[Piece] = []
    listing: Listing | None = None
    damaged = InputError(DAMAGED.format(file=file))
    try:
        with tarfile.open(fileobj=content, mode="r|") as tar:
            for info in tar:
                stream = tar.extractfile(info) if info.isreg() else None
                if stream is None or listing is not None:
                    raise damaged
                if info.name == _LIST:
                    listing = Listing.model_validate_json(stream.read())
                    continue
                reader = _Hashing(stream)
                take(info.name, cast(IO[bytes], reader))
                while reader.read(_BLOCK):
                    pass
                found.append(Piece(name=info.name, size=info.size, sha256=reader.digest.hexdigest()))
        while content.read(_BLOCK):  # to the end, where its checksum is
            pass
    except (tarfile.TarError, zipfile.BadZipFile, ValidationError, EOFError) as error:
        raise damaged from error
    if listing is None or listing.pieces != tuple(found) or listing.head != head:
        raise damaged
    return listing


def seal(identity: str, passphrase: str) -> bytes:
    """A key locked with a passphrase; takes a second on purpose (scrypt), so that nobody tries many."""
    import pyrage

    return bytes(pyrage.passphrase.encrypt(f"{identity}\n".encode(), passphrase))


def unseal(sealed: bytes, passphrase: str) -> str:
    """The key again.

    :raises InputError: the passphrase does not fit.
    """
    import pyrage

    try:
        return str(pyrage.passphrase.decrypt(sealed, passphrase).decode().strip())
    except pyrage.DecryptError as error:
        raise InputError(WRONG) from error


@contextmanager
def _decrypted(sealed: IO[bytes], key: str) -> Iterator[IO[bytes]]:
    import pyrage

    identity = pyrage.x25519.Identity.from_str(key)

    def decrypt(pipe: IO[bytes]) -> None:
        try:
            pyrage.decrypt_io(sealed, pipe, [identity])
        except BrokenPipeError:
            raise
        except OSError as error:  # so the library says that bytes were changed
            raise zipfile.BadZipFile(str(error)) from error

    with _piped(decrypt) as content:
        yield content


@contextmanager
def _piped(work: Callable[[IO[bytes]], object]) -> Iterator[IO[bytes]]:
    """What `work` writes in a thread of its own can be read here meanwhile."""
    reading, writing = os.pipe()
    met: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as pipe:
                work(pipe)
        except BrokenPipeError:
            pass  # nobody reads any more: that side says why
        except BaseException as error:
            met.append(error)

    thread = threading.Thread(target=run, daemon=True, name="sicherung")
    thread.start()
    try:
        with os.fdopen(reading, "rb") as content:
            yield content
    except InputError as error:  # what came was not whole: the other side knows why
        thread.join()
        raise (met[0] if met else error) from None
    except BaseException:
        thread.join()
        raise
    thread.join()
    if met:
        raise met[0]


@contextmanager
def _outer(file: Path) -> Iterator[zipfile.ZipFile]:
    import pyrage

    if not file.is_file():
        raise InputError(f"Die Datei {file} gibt es nicht.")
    try:
        with zipfile.ZipFile(file) as outer:
            if _HEAD not in outer.namelist():
                raise InputError(NOT_OURS.format(file=file))
            yield outer
    except zipfile.BadZipFile as error:
        raise InputError((DAMAGED if _begins_like_ours(file) else NOT_OURS).format(file=file)) from error
    except (pyrage.DecryptError, KeyError, EOFError) as error:
        raise InputError(DAMAGED.format(file=file)) from error
    except OSError as error:
        raise InputError(f"Die Datei {file} lässt sich nicht lesen: {error.strerror or error}.") from error


def _begins_like_ours(file: Path) -> bool:
    with suppress(OSError), file.open("rb") as stream:
        return _README.encode() in stream.read(200)
    return False


def _head(outer: zipfile.ZipFile, file: Path) -> Head:
    try:
        raw = json.loads(outer.read(_HEAD))
        if isinstance(raw, dict) and isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
            raise InputError(NEWER.format(file=file))
        return Head.model_validate(raw)
    except ValueError as error:
        raise InputError(DAMAGED.format(file=file)) from error


class _Hashing(io.RawIOBase):
    """A stream whose bytes are counted into a checksum as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int | None = -1) -> bytes:
        data = self._stream.read(-1 if size is None else size)
        self.digest.update(data)
        return data


class _Tap(io.RawIOBase):
    """A stream that remembers what went wrong in it: the library says it in its own words only."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.error: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return self._stream.write(bytes(data))
        except BaseException as error:
            self.error = error
            raise
