"""The non-public part of a data folder is sealed with a passphrase, opened, locked again, unsealed.

What enters: settings, a passphrase. What leaves: a data folder whose non-public archive is encrypted, or no longer; keys in
this process.
What it does not know: ciphers (`archive.seal`), commands, the page.

Sealing writes the encrypted archive beside the other one and puts it in its place as a restored one is (`swapping`): whole,
or not at all.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from ratsassistent import leftovers, pool, shown_pages, swapping, temporary
from ratsassistent.archive import database, resealing, seal, whereabouts
from ratsassistent.backup import restoring
from ratsassistent.errors import InputError
from ratsassistent.settings import Settings
from ratsassistent.workspace import Progress, quiet, workspace

FREE_TRIES = 5  # before a wrong passphrase costs time
SLOWER_S = 10.0  # for each further one
MOST_S = 600.0

_trying = threading.Lock()


@dataclass
class _Brake:
    """How often a wrong passphrase was given, and until when nobody may try again."""

    wrong: int = 0
    not_before: float = 0.0

    def failed(self) -> None:
        self.wrong += 1
        if self.wrong >= FREE_TRIES:
            self.not_before = time.monotonic() + min(SLOWER_S * (self.wrong - FREE_TRIES + 1), MOST_S)


_brakes: defaultdict[Path, _Brake] = defaultdict(_Brake)


def is_sealed(settings: Settings) -> bool:
    """Whether the non-public part is encrypted."""
    return seal.is_sealed(settings.nonpublic_folder)


def is_locked(settings: Settings) -> bool:
    """Whether it is, and this process may not open it."""
    return seal.is_locked(settings.nonpublic_folder)


def seal_up(settings: Settings, passphrase: str, *, progress: Progress = quiet) -> None:
    """Encrypt the non-public part; this process keeps it open.

    :raises InputError: it is sealed already, or the passphrase is too short.
    :raises StorageError: there is no room, or another program works with the data; then nothing has changed.
    """
    if is_sealed(settings):
        raise InputError("Der nichtöffentliche Teil ist schon mit einem Kennwort gesichert.")
    if whereabouts.place_of(settings.nonpublic_folder) is not None:
        raise InputError(
            "Die Daten liegen in PostgreSQL; dort verschlüsselt die Verwaltung den Datenträger des Servers."
        )
    keys = seal.Seal.new()
    wrapped = seal.wrap(keys, passphrase)
    _change(settings, keys, wrapped, progress)
    seal.remember(keys, settings.nonpublic_folder)
    leftovers.remove(settings, ())  # a log may quote papers


def unseal(settings: Settings, passphrase: str, *, progress: Progress = quiet) -> None:
    """Let the non-public part lie unencrypted from now on.

    :raises InputError: it is not sealed, or the passphrase does not fit. :raises StorageError: as `seal_up`.
    """
    unlock(settings, passphrase)
    _change(settings, None, b"", progress)


def change_passphrase(settings: Settings, old: str, new: str) -> None:
    """From now on another passphrase opens it. Backups made before keep the one they were made with.

    :raises InputError: it is not sealed, the old one does not fit, or the new one is too short.
    """
    keys = unlock(settings, old)
    file = settings.nonpublic_folder / seal.KEY_FILE
    part = file.with_name(f"{file.name}.teil")
    with database.storage_errors(file.parent):
        try:
            part.write_bytes(seal.wrap(keys, new))
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


def unlock(settings: Settings, passphrase: str) -> seal.Seal:
    """Open the non-public part for this process. From the sixth wrong passphrase on, one has to wait.

    :raises InputError: it is not sealed, the passphrase does not fit, or it is too early for another try.
    """
    if not is_sealed(settings):
        raise InputError("Der nichtöffentliche Teil ist nicht mit einem Kennwort gesichert.")
    with _trying:  # one after the other: each takes memory and a second
        brake = _brakes[settings.nonpublic_folder]
        left = brake.not_before - time.monotonic()
        if left > 0:
            raise InputError(
                f"Das Kennwort war mehrmals falsch; bitte in {int(left) + 1} Sekunden noch einmal versuchen."
            )
        try:
            keys = seal.unlock(settings.nonpublic_folder, passphrase)
        except InputError:
            brake.failed()
            raise
        del _brakes[settings.nonpublic_folder]
        return keys


def lock(settings: Settings) -> None:
    """Forget the keys, in this process and, at their next look, in all others that work with this data folder.

    :raises InputError: it is not sealed.
    """
    if not is_sealed(settings):
        raise InputError("Der nichtöffentliche Teil ist nicht mit einem Kennwort gesichert.")
    with database.storage_errors(settings.nonpublic_folder):
        seal.close(settings.nonpublic_folder)
    pool.close_all()  # and what is remembered of it
    shown_pages.forget()


def _change(settings: Settings, keys: seal.Seal | None, wrapped: bytes, progress: Progress) -> None:
    data, archive = settings.data_folder, settings.nonpublic_folder

    def told(done: int, total: int) -> None:
        progress("Die Dateien werden umgeschrieben", done / total if total else None)

    with workspace(settings) as ws:  # it is there, and of this version
        ws.need_open()
    pool.close_all()  # Windows replaces no file that somebody has open
    progress("Der nichtöffentliche Teil wird umgeschrieben", None)
    temporary.sweep(data)
    with ExitStack() as stack:
        stack.enter_context(restoring.nobody_at_work(settings))
        stack.enter_context(restoring.alone(settings))
        with database.storage_errors(data):
            work = stack.enter_context(temporary.folder(data))
        state = Path(work) / "neu"
        empty = stack.enter_context(resealing.held_fast(archive))
        resealing.copy(archive, state / archive.name, keys, told)
        if keys is not None:
            with database.storage_errors(data):
                (state / archive.name / seal.KEY_FILE).write_bytes(wrapped)
        swapping.commit(settings, state)  # from here on the new one holds
        with suppress(Exception):  # `finish` replaces it all the same
            empty()
    swapping.finish(settings)
