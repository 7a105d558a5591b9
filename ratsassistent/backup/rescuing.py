"""A data folder with a damaged database is built anew from what can still be read, and from its PDFs.

What enters: settings. What leaves: a data folder that opens; a Rescued that says what came over and what is lost.
What it does not know: how a database is read (`archive.rescue`), commands.

What was there is put aside as it lies. The new state gets into its place as a restored one does: whole, or not at all.
PDFs are taken in again where rows are lost; what persons wrote cannot be had again from them.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from ratsassistent import deletions, held, intake, swapping, temporary
from ratsassistent.archive import database, resealing, seal, snapshot
from ratsassistent.archive import rescue as archive_rescue
from ratsassistent.archive.store import FILES, Store
from ratsassistent.backup import restoring
from ratsassistent.errors import InputError
from ratsassistent.oparl import Model
from ratsassistent.settings import Settings
from ratsassistent.workspace import Progress, quiet, workspace


class Rescued(Model):
    """What a rescue came to. `rows`: read of the damaged databases; `read_again`: PDFs; `damaged`: where they lie now."""

    meetings: int
    rows: int
    lost: int
    read_again: int
    damaged: str | None


def rescue(settings: Settings, *, progress: Progress = quiet) -> Rescued:
    """Build a damaged data folder anew.

    What was sealed is decrypted while it is rescued, in a folder that goes, and sealed again with the same passphrase.

    :raises InputError: nothing is damaged. :raises Locked: the non-public part is locked. :raises StorageError: there is no room, or another program works with the data.
    """
    data = settings.data_folder
    archives = {settings.public_folder: True, settings.nonpublic_folder: False}
    damaged = [archive for archive in archives if snapshot.is_damaged(archive)]
    if not damaged:
        raise InputError("Die Daten sind in Ordnung; es gibt nichts zu retten.")
    temporary.sweep(data)
    rows = lost = 0
    with database.storage_errors(data):
        work = temporary.folder(data)
    with work as name, restoring.nobody_at_work(settings), restoring.alone(settings):
        progress("Was da ist, wird beiseitegelegt", 0.0)
        aside = restoring.kept_as_it_lies(settings)
        keys = seal.of(settings.nonpublic_folder)
        state = Path(name) / "neu"
        pdfs: dict[str, Path] = {}
        for archive, public in archives.items():
            new = state / archive.name
            new.mkdir(parents=True)
            sealed = keys if seal.is_sealed(archive) else None
            if archive in damaged:
                progress("Was lesbar ist, wird gerettet", 0.2)
                read, gone = _rescued(archive, new, Path(name) / "beschaedigt", public=public, keys=sealed)
                rows, lost = rows + read, lost + gone
            elif (archive / database.DATABASE).is_file():
                if sealed:
                    new.rmdir()
                    resealing.copy(archive, new, None)
                else:
                    snapshot.copy(archive / database.DATABASE, new / database.DATABASE)
            (new / FILES).mkdir(exist_ok=True)
            for pdf in sorted((archive / FILES).iterdir()) if (archive / FILES).is_dir() else ():
                if not database.is_paper(pdf):
                    continue
                with database.storage_errors(data):
                    copied = _plain(pdf, new / FILES, sealed)
                if copied is not None:
                    pdfs[copied.stem] = (
                        copied if sealed else pdf
                    )  # the later one is the non-public one, which has all pages
        again = _with_names(state, archives, pdfs, Path(name) / "pdf")
        if keys is not None:
            _sealed_again(state / settings.nonpublic_folder.name, keys, settings.nonpublic_folder / seal.KEY_FILE)
        swapping.commit(settings, state)
        swapping.finish(settings)
        kept = temporary.folder(data)
        if again:
            shutil.move(Path(name) / "pdf", kept.name)
    with kept, workspace(settings) as ws:
        progress("Die PDF-Dateien werden neu gelesen", 0.5)
        intake.take_in(ws, [file for file in sorted(Path(kept.name).rglob("*")) if file.is_file()], progress=progress)
        gone_again = deletions.known(ws)
        restoring.apply_deletions(ws, gone_again, None)
        meetings = len(held.meetings(ws, with_papers=False))
    return Rescued(
        meetings=meetings, rows=rows, lost=lost, read_again=len(again), damaged=str(aside) if aside else None
    )


def _plain(pdf: Path, folder: Path, keys: seal.Seal | None) -> Path | None:
    """A copy of a PDF under the name that it has where nothing is encrypted; None where it cannot be decrypted."""
    if keys is None:
        return Path(shutil.copyfile(pdf, folder / pdf.name)) if pdf.suffix == ".pdf" else None
    try:
        held = keys.decrypt(pdf)
    except InputError:
        return None
    target = folder / f"{hashlib.sha256(held).hexdigest()}.pdf"
    target.write_bytes(held)
    return target


def _sealed_again(archive: Path, keys: seal.Seal, key_file: Path) -> None:
    plain = archive.with_name(f"{archive.name}.offen")
    archive.rename(plain)
    resealing.copy(plain, archive, keys)
    shutil.copyfile(key_file, archive / seal.KEY_FILE)
    shutil.rmtree(plain)


def _rescued(archive: Path, new: Path, work: Path, *, public: bool, keys: seal.Seal | None) -> tuple[int, int]:
    """Read a copy, with its log of changes: the damaged files stay as they are."""
    with database.storage_errors(archive):
        work.mkdir(exist_ok=True)
        for file in archive.glob(f"{database.DATABASE}*"):
            shutil.copyfile(file, work / file.name)
        made = archive_rescue.rescue(work / database.DATABASE, new, public=public, keys=keys)
        shutil.rmtree(work)
    return made


def _with_names(state: Path, archives: dict[Path, bool], pdfs: dict[str, Path], folder: Path) -> list[Path]:
    """Copies of the PDFs under the names that they had, as far as these are known."""
    names: dict[str, str] = {}
    for archive, public in archives.items():
        with Store.open(state / archive.name, public=public) as store:
            names |= {file.sha256: file.name for file in store.files()}
    out = []
    for sha256, pdf in pdfs.items():
        name = re.sub(r"[^\w. -]+", "_", Path(names.get(sha256, pdf.name)).name)[-100:]
        name = name if name.lower().endswith(".pdf") else f"{name}.pdf"
        target = folder / sha256[:8] / name
        with database.storage_errors(folder.parent):
            target.parent.mkdir(parents=True)
            shutil.copyfile(pdf, target)
        out.append(target)
    return out
