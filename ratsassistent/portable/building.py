"""A portable folder, made from own Python, wheels, models and start files.

What enters: an Order (for which system, where to, what is there already). What leaves: the folder, whole or not at all.
What it does not know: how any of it is fetched or laid out (the other modules here).
"""

from __future__ import annotations

import compileall
import datetime as dt
import importlib.metadata
import os
import py_compile
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ratsassistent import __version__, embedding_files, models
from ratsassistent.errors import InputError
from ratsassistent.loading import bar
from ratsassistent.portable import contents, engine, licences, locks, own_python, texts, wheels
from ratsassistent.portable.licences import Part
from ratsassistent.portable.targets import PYTHON, Target, environment
from ratsassistent.resources import resource
from ratsassistent.sources import human, writing

NAME = "Ratsassistent"
PROGRAM, LICENCES = "programm", "programm/LIZENZEN.txt"
TOO_LARGE = 4 * 2**30 - 1  # bytes of one file on a FAT32 stick
LONGEST = 190  # letters of a path below the folder: Windows takes 260 with what stands before it
MODULES = "ratsassistent"
# The Visual C++ runtime, which PyTorch takes for granted; Microsoft allows passing it on with a program.
RUNTIME = "msvc-runtime"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to make. `into`: the folder that "Ratsassistent" is made in.

    `python`, `engine`: an archive or folder, a wheel; None: fetched (the engine: else built). `store`: where archives and
    wheels are kept for the next time. `folders`: where models are looked for.
    """

    target: Target
    into: Path
    store: Path
    folders: Sequence[Path] = ()
    model: str | None = None
    with_models: bool = True
    python: Path | None = None
    engine: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. `unnamed`: packages that name no licence."""

    folder: Path
    files: int
    size: int
    unnamed: list[str]


def build(order: Order, say: Say) -> Made:
    """Make the folder.

    :raises InputError: it is there already, something cannot be had, or would not fit on a stick.
    :raises ModelError: a model that is wanted is not on this computer, or is damaged.
    :raises StorageError: no room, or no right to write.
    """
    of, folder = order.target, order.into / NAME
    if folder.exists():
        raise InputError(f"{folder} gibt es schon: bitte einen anderen Ordner nennen oder diesen löschen.")
    pinned = _lock(of)
    new = order.into / f".{NAME}.neu"
    with writing(new):
        shutil.rmtree(new, ignore_errors=True)
        (new / PROGRAM).mkdir(parents=True)
    try:
        parts = [_python(order, new, say)]
        parts += _packages(order, pinned, new, say)
        _program(new, of)
        parts.append(_engine(order, new, say))
        held = _models(order, new, say) if order.with_models else []
        _precompile(new, of, say)
        return _finish(order, new, folder, [*parts, *held], say)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def requirements(of: Target) -> list[str]:
    """What the program asks for, as its package says, and what the system needs besides."""
    asked = importlib.metadata.requires(MODULES) or []
    return [*(line for line in asked if "extra ==" not in line), *([RUNTIME] if of.windows else [])]


def _lock(of: Target) -> tuple[locks.Pinned, ...]:
    pinned = locks.read(of.lock)
    missing = locks.lacking(requirements(of), pinned, environment(of))
    if missing:
        raise InputError(f"Die Sperrdatei {of.lock.name} ist veraltet: {'; '.join(missing)}.")
    return pinned


def _python(order: Order, new: Path, say: Say) -> Part:
    source = order.python
    if source is None:
        say(f"Python {PYTHON} für {order.target.name} wird geholt …")
        with bar() as progress:
            source = own_python.fetch(order.target.python, order.store, progress)
    say(f"Python aus {source.name} wird eingerichtet …")
    own_python.lay_out(source, order.target, new / PROGRAM / "python")
    return Part("python", PYTHON, "PSF-2.0", "https://www.python.org")


def _packages(order: Order, pinned: Sequence[locks.Pinned], new: Path, say: Say) -> list[Part]:
    of = order.target
    say(f"{len(pinned) - 1} Pakete für {of.name} werden geholt …")
    found = wheels.download(of.lock, pinned, of, order.store / of.key, leave=[engine.PACKAGE])
    say("Die Pakete werden ausgepackt …")
    python = new / PROGRAM / "python"
    for wheel in found:
        wheels.lay_out(wheel, python / of.site, python)
    _keep_gradio_quiet(python / of.site)
    return [licences.of_wheel(wheel) for wheel in found]


def _keep_gradio_quiet(site: Path) -> None:
    """Gradio writes a random number beside its modules, once. A folder in its place: a new number at each start, unwritten."""
    if (site / "gradio").is_dir():
        place = site / "gradio" / "hash_seed.txt"
        place.mkdir()
        (place / "README").write_text("A folder, so that Gradio writes no file here.\n", encoding="ascii")


def _engine(order: Order, new: Path, say: Say) -> Part:
    of, python = order.target, new / PROGRAM / "python"
    version = next(pin.version for pin in locks.read(of.lock) if pin.name == engine.PACKAGE)
    wheel = order.engine or _fetched_engine(order, say) or engine.build(version, of, order.store / "rechenwerk", say)
    part = licences.of_wheel(wheel)
    if (part.name, part.version) != (engine.PACKAGE, version):
        raise InputError(f"{wheel.name} ist nicht llama-cpp-python {version}.")
    wheels.lay_out(wheel, python / of.site, python, names=["llama_cpp/", "llama_cpp_python.libs/"])
    if not any((python / of.site / "llama_cpp" / "lib").glob("*.dll" if of.windows else "*.so*")):
        raise InputError(f"{wheel.name} ist für ein anderes System.")
    moved = engine.settle(python, of)
    if moved:
        say(f"Das Rechenwerk nimmt sich auf jedem Rechner, was dort geht: {', '.join(moved)}.")
    return part


def _fetched_engine(order: Order, say: Say) -> Path | None:
    """The developers' own wheel, where it can be had and its checksum is known."""
    try:
        with bar() as progress:
            return own_python.fetch(order.target.engine, order.store, progress)
    except InputError as error:
        say(f"{error} Das Rechenwerk wird deshalb gebaut (zehn Minuten und mehr).")
        return None


def _program(new: Path, of: Target) -> None:
    """The program itself: its modules, and what they bring with them, as its own wheel has it."""
    package = new / PROGRAM / "python" / of.site / MODULES
    source = Path(__file__).resolve().parent.parent
    with writing(package):
        shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__", "_data"))
        for name in (("models", "catalogue.toml"), ("models", "statisch"), ("prompts",)):
            there, place = resource(*name), package / "_data" / Path(*name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(there, place) if there.is_dir() else shutil.copy2(there, place)
        about = package.with_name(f"{MODULES}-{__version__}.dist-info")
        about.mkdir()
        told = f"Metadata-Version: 2.4\nName: {MODULES}\nVersion: {__version__}\nLicense-Expression: EUPL-1.2\n"
        (about / "METADATA").write_text(told, encoding="utf-8")
        for licence in (source.parent / "LICENSE", *_own_licence()):
            if licence.is_file():
                shutil.copy2(licence, about / "LICENSE")


def _own_licence() -> list[Path]:
    held = importlib.metadata.files(MODULES) or []
    return [Path(str(entry.locate())) for entry in held if entry.name == "LICENSE"]


def _models(order: Order, new: Path, say: Say) -> list[Part]:
    """The set language model and the embedding model, checked, with time stamps that a stick can keep."""
    catalogue = models.load_catalogue()
    entry = catalogue.get(order.model) if order.model else catalogue.default
    into = new / "programm" / "modelle"
    say(f"Die Modelle werden kopiert: {entry.name} …")
    found = models.find(entry, order.folders)
    if found is None:
        raise InputError(f"{entry.name} liegt nicht auf diesem Rechner: bitte mit „ratsassistent modelle laden“ holen.")
    with writing(into / entry.file):
        into.mkdir(parents=True)
        shutil.copyfile(found, into / entry.file)
        even_time(into / entry.file)
    models.verify(into / entry.file, entry, anew=True)
    parts = [Part(entry.name, "", entry.licence, entry.licence_url)]
    embedding = catalogue.default_embedding
    if embedding is None or (lies := embedding_files.find(embedding, order.folders)) is None:
        say("Das Einbettungsmodell der Suche liegt nicht auf diesem Rechner; ohne es wird schlechter gesucht.")
        return parts
    with writing(into / embedding.folder):
        shutil.copytree(lies, into / embedding.folder)
        for file in embedding_files.LARGE:
            even_time(into / embedding.folder / file)
    embedding_files.note_times(into / embedding.folder, embedding)
    return [*parts, Part(embedding.name, "", embedding.licence, embedding.licence_url)]


def even_time(path: Path) -> None:
    """A time stamp in whole even seconds, which is all that a FAT stick keeps: a moved model is not hashed anew."""
    seconds = int(path.stat().st_mtime) // 2 * 2
    os.utime(path, (seconds, seconds))


def _precompile(new: Path, of: Target, say: Say) -> None:
    """Compile the modules once: a stick is slow and may be read-only. Time stamps do not count: FAT has coarse ones."""
    if f"{sys.version_info[0]}.{sys.version_info[1]}" != PYTHON:
        say(f"Nicht vorübersetzt (dazu müsste dies Python {PYTHON} sein): der Start vom Stick dauert länger.")
        return
    say("Die Module werden vorübersetzt …")
    python = new / PROGRAM / "python"
    compileall.compile_dir(
        str((python / of.site).parent),
        quiet=2,
        maxlevels=20,
        stripdir=str(new),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _finish(order: Order, new: Path, folder: Path, parts: Sequence[Part], say: Say) -> Made:
    of = order.target
    say("Startdateien, Lizenzen und Inhaltsliste werden geschrieben …")
    own = Part(MODULES, __version__, "EUPL-1.2", "")
    with writing(new / LICENCES):
        listed = licences.listing([own, *parts])
        (new / LICENCES).write_text(
            texts.licence_head() + listed, encoding="utf-8", newline="\r\n" if of.windows else "\n"
        )
        licences.write(parts, new / PROGRAM / "lizenzen")
        _python_licence(new)
        size = sum(path.stat().st_size for path in new.rglob("*") if path.is_file())
        facts = _facts(order, new, size)
        for name, text in {**texts.start_files(of), texts.LEAFLET: texts.leaflet(of, facts)}.items():
            (new / name).write_bytes(text.encode("utf-8"))
            if name.endswith((".sh", ".desktop")):
                (new / name).chmod(0o755)
        problems = unfit(new)
        if problems:
            raise InputError(f"Der Ordner passt so auf keinen Stick: {'; '.join(problems[:5])}.")
        files = contents.write(new)
        os.replace(new, folder)
    return Made(folder, files, size, licences.unnamed(parts))


def _python_licence(new: Path) -> None:
    for name in ("LICENSE.txt", f"lib/python{PYTHON}/LICENSE.txt", "LICENSE"):
        path = new / PROGRAM / "python" / name
        if path.is_file():
            shutil.copy2(path, new / PROGRAM / "lizenzen" / "python.txt")
            return


def oldest_glibc(python: Path) -> int:
    """The x of the "glibc 2.x" that a Linux must have at least, as the libraries and programs in a folder say."""
    wanted = {int(found) for path in _libraries(python) for found in re.findall(rb"GLIBC_2\.(\d+)", path.read_bytes())}
    return max(wanted, default=17)


def _libraries(python: Path) -> list[Path]:
    return [p for p in sorted(python.rglob("*")) if p.is_file() and (".so" in p.name or p.suffix == ".exe")]


def _linux(python: Path) -> str:
    minor = oldest_glibc(python)
    year = next((year for newest, year in ((31, 2020), (35, 2022), (36, 2023)) if minor <= newest), 2024)
    return f"ein Linux von {year} oder neuer (glibc 2.{minor})"


def _facts(order: Order, new: Path, size: int) -> texts.Facts:
    catalogue = models.load_catalogue()
    entry = catalogue.get(order.model) if order.model else catalogue.default
    embedding = catalogue.default_embedding
    return texts.Facts(
        version=__version__,
        model=f"{entry.name} ({entry.licence})" if order.with_models else None,
        embedding=f"{embedding.name} ({embedding.licence})" if order.with_models and embedding else None,
        size=human(size),
        made=dt.datetime.now(tz=dt.UTC).date().strftime("%d.%m.%Y"),
        engine="ein Prozessor von Intel oder AMD mit 64 Bit",
        system="Windows 10 oder 11" if order.target.windows else _linux(new / PROGRAM / "python"),
    )


def unfit(folder: Path) -> list[str]:
    """What a stick, or Windows, cannot take: one German line each."""
    lines: list[str] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            lines.append(f"{name} ist ein Verweis")
        elif path.is_file() and path.stat().st_size > TOO_LARGE:
            lines.append(f"{name} ist größer als 4 GB (FAT32)")
        if len(name) > LONGEST:
            lines.append(f"{name} hat einen zu langen Pfad ({len(name)} Zeichen)")
        if re.search(r'[<>:"|?*\\\x00-\x1f]|[ .]$', path.name):
            lines.append(f"{name} heißt so, wie unter Windows nichts heißen darf")
        if (other := seen.setdefault(name.casefold(), name)) != name:
            lines.append(f"{name} und {other} unterscheiden sich nur in Groß- und Kleinschreibung")
    return lines
