"""Which licences the parts of a portable folder have, and their texts.

What enters: wheels, the models that are included. What leaves: one list for people, and a folder with the licence texts.
What it does not know: what a licence asks for.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_UNKNOWN = "nicht angegeben"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is included. `texts`: where its licence is spelt out, file name and text."""

    name: str
    version: str
    licence: str
    home: str = ""
    texts: tuple[tuple[str, str], ...] = ()


def of_wheel(wheel: Path) -> Part:
    """What a wheel says of itself: the licence expression, else the old field if it is short, else the classifiers."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        about = next(name for name in names if name.endswith(".dist-info/METADATA") and name.count("/") == 1)
        told = Parser().parsestr(archive.read(about).decode("utf-8", "replace"))
        folder = about.rsplit("/", 1)[0] + "/"
        texts = tuple(
            (name.removeprefix(folder), archive.read(name).decode("utf-8", "replace"))
            for name in sorted(names)
            if name.startswith(folder) and not name.endswith("/") and _is_text(name.removeprefix(folder))
        )
    return Part(
        str(canonicalize_name(str(told["Name"]))), str(told["Version"]), _licence(told), _home(told), _once(texts)
    )


def told_by(metadata: Message) -> tuple[str, str]:
    """What a package's metadata says: the licence (or that none is named) and the address of the project."""
    return _licence(metadata), _home(metadata)


def listing(parts: Iterable[Part]) -> str:
    """A list for people: name, version, licence, address."""
    rows = sorted(parts, key=lambda part: part.name)
    width = max((len(part.name) + len(part.version) + 1 for part in rows), default=0)
    lines = [f"{f'{p.name} {p.version}':<{width}}  {p.licence}{f'  ({p.home})' if p.home else ''}" for p in rows]
    return "\n".join(lines) + "\n"


def write(parts: Iterable[Part], folder: Path) -> None:
    """Write the licence texts, one file for each part that has some."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        if part.texts:
            text = "\n\n".join(f"===== {name} =====\n\n{text.strip()}" for name, text in part.texts)
            (folder / f"{part.name}.txt").write_text(text + "\n", encoding="utf-8", newline="\n")


def unnamed(parts: Iterable[Part]) -> list[str]:
    """The parts that name no licence and bring no text: somebody has to look."""
    return sorted(part.name for part in parts if part.licence == _UNKNOWN and not part.texts)


def _is_text(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] in {"licenses", "license_files"} or bool(_TEXT.search(path.name))


def _licence(told: Message) -> str:
    get, get_all = told.get, told.get_all
    if expression := get("License-Expression"):
        return " ".join(str(expression).split())
    old = " ".join(str(get("License") or "").split())
    if old and len(old) <= 60 and old.casefold() not in {"unknown", "other"}:
        return old
    classes = [
        str(c).rsplit("::", 1)[1].strip() for c in get_all("Classifier") or () if str(c).startswith("License ::")
    ]
    return ", ".join(c for c in classes if c != "OSI Approved") or _UNKNOWN


def _home(told: Message) -> str:
    get, get_all = told.get, told.get_all
    urls = dict(str(url).split(", ", 1) for url in get_all("Project-URL") or () if ", " in str(url))
    lower = {name.casefold(): url for name, url in urls.items()}
    for name in ("homepage", "source", "repository", "source code", "github"):
        if name in lower:
            return lower[name].strip()
    return str(get("Home-page") or "").strip()


def _once(texts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The same text under several names once only (PyTorch brings the same licence a dozen times)."""
    seen: dict[str, str] = {}
    for name, text in texts:
        seen.setdefault(text.strip(), name)
    return tuple((name, text) for text, name in seen.items() if text)
