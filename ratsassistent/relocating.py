"""The rows of both archives move from SQLite files into a PostgreSQL database, or back.

What enters: settings, the address of a database. What leaves: a data folder whose archives lie there; the PDFs stay in the folder.
What it does not know: how rows are copied (`archive.copying`), commands.

Each archive moves by itself, and is the new one from the moment that `archiv.toml` is there (or gone): whatever happens in
between, one of the two holds. The SQLite file that was left is kept for some days, as before an upgrade.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from ratsassistent import temporary
from ratsassistent.archive import copying, database, postgres, resealing, seal, snapshot, whereabouts
from ratsassistent.archive.store import Store
from ratsassistent.backup import restoring
from ratsassistent.errors import InputError
from ratsassistent.settings import Settings
from ratsassistent.workspace import Progress, quiet, workspace


def where(settings: Settings) -> dict[str, str]:
    """Where the rows of each archive lie, in words."""
    return {
        folder.name: place.shown if (place := whereabouts.place_of(folder)) else str(folder / database.DATABASE)
        for folder in (settings.public_folder, settings.nonpublic_folder)
    }


def to_postgres(
    settings: Settings, url: str, prefix: str = "", allowed: tuple[str, ...] = (), *, progress: Progress = quiet
) -> int:
    """Move both archives into a database; returns how many rows.

    :param prefix: of the names of the two schemas, where several data folders share a database.
    :param allowed: names of hosts that may lie outside private networks.
    :raises InputError: that is no such address, something lies there already, or the non-public part is sealed.
    :raises StorageError: the database cannot be reached, or others work with the data.
    """
    archives = [(settings.nonpublic_folder, False), (settings.public_folder, True)]
    places = {folder: whereabouts.made(url, f"{prefix}{folder.name}", allowed) for folder, _ in archives}
    if seal.is_sealed(settings.nonpublic_folder):
        raise InputError(
            "Der nichtöffentliche Teil ist mit einem Kennwort verschlüsselt, und das gibt es in PostgreSQL nicht; bitte die "
            "Verschlüsselung erst aufheben und den Datenträger des Datenbankservers verschlüsseln."
        )
    count = 0
    with workspace(settings):
        pass  # it is there, and of this version
    with restoring.nobody_at_work(settings), restoring.alone(settings):
        for folder, public in archives:
            if whereabouts.place_of(folder) is not None:
                continue
            progress(f"Die Ablage „{folder.name}“ wird kopiert", None)
            place = places[folder]
            with ExitStack() as stack:
                empty = stack.enter_context(resealing.held_fast(folder))
                work = Path(stack.enter_context(temporary.folder(folder)))
                whereabouts.note(work, place)
                source = stack.enter_context(Store.open(folder, public=public))
                target = stack.enter_context(Store.open(work, public=public))
                count += copying.copy(source, target, lambda name: progress(f"Tabelle {name}", None))
                snapshot.copy(folder / database.DATABASE, folder / database.LEFT)
                whereabouts.note(folder, place)  # from here on the new one holds
                empty()
            snapshot.remove(folder / database.DATABASE)
    return count


def to_sqlite(settings: Settings, *, progress: Progress = quiet) -> int:
    """Move both archives back into files; returns how many rows. Their schemas go; backups of the server still have them.

    :raises StorageError: the database cannot be reached, or others work with the data.
    """
    count = 0
    with restoring.nobody_at_work(settings), restoring.alone(settings):
        for folder, public in ((settings.nonpublic_folder, False), (settings.public_folder, True)):
            place = whereabouts.place_of(folder)
            if place is None:
                continue
            progress(f"Die Ablage „{folder.name}“ wird kopiert", None)
            with temporary.folder(folder) as name:
                work = Path(name) / "neu"
                with Store.open(folder, public=public) as source, Store.open(work, public=public) as target:
                    count += copying.copy(source, target, lambda name: progress(f"Tabelle {name}", None))
                snapshot.copy(work / database.DATABASE, folder / database.DATABASE)
            (folder / whereabouts.FILE).unlink()  # from here on the file holds
            with database.storage_errors(folder):
                postgres.drop(place)
    return count
