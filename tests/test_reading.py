"""Reading in children gives what reading here gives, and a bad page costs only itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pdfs
import psutil
import pytest
from PIL import Image
from pypdf import PdfReader

from ratsassistent.errors import Interrupted, NotFound, UnreadableFile
from ratsassistent.oparl import Page
from ratsassistent.pack.files import reading
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.pages import BROKEN, read_file, read_pages
from ratsassistent.pack.files.reading import public_copy_safely, read_safely, render_safely


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with Children() as shared:
        yield shared


def treacherous(path: Path, numbers: Sequence[int]) -> Iterator[Page]:
    """Reads like `read_pages`; what stands on a page says what becomes of the child."""
    for page in read_pages(path, numbers):
        if "ABSTURZ" in page.text:
            os._exit(11)
        if "SCHLEIFE" in page.text:
            time.sleep(1000)
        if "FEHLER" in page.text:
            raise ValueError(page.text)
        if "SPEICHER" in page.text:
            held = b"x" * (1_000_000 * int(page.text.split()[1]))
            time.sleep(0.5)
            del held
        yield page


@pytest.fixture
def traps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_read", treacherous)
    monkeypatch.setattr(reading, "LOST_SECONDS", 1000.0)  # a busy machine is slow to start children


def reasons(path: Path, children: Children) -> list[str | None]:
    return [page.reason for page in read_safely(path, children=children).pages]


def test_it_gives_what_reading_in_this_process_gives(tmp_path, children):
    path = tmp_path / "pack.pdf"
    path.write_bytes(pdfs.pdf_bytes(pdfs.PACK * 4, bookmarks={1: "Tagesordnung", 4: "Vorlage"}))
    seen: list[float] = []
    read = read_safely(path, name="Unterlagen.pdf", progress=seen.append, children=children)
    assert read == read_file(path, name="Unterlagen.pdf")
    assert [page.number for page in read.pages] == list(range(1, 29))
    assert seen == sorted(seen)
    assert len(seen) == 28
    assert seen[-1] == 1.0


def test_what_is_refused_here_is_refused_there_in_the_same_words(tmp_path, children):
    held = {
        "leer.pdf": b"",
        "text.pdf": b"nur Text",
        "halb.pdf": pdfs.pdf_bytes([["x"]])[:400],
        "geheim.pdf": pdfs.pdf_bytes([["x"]], password="pw"),
    }
    for name, data in held.items():
        (tmp_path / name).write_bytes(data)
    for path in [*(tmp_path / name for name in held), tmp_path / "fehlt.pdf"]:
        with pytest.raises(UnreadableFile) as here:
            read_file(path)
        with pytest.raises(UnreadableFile) as there:
            read_safely(path, children=children)
        assert str(there.value) == str(here.value)
    with pytest.raises(UnreadableFile, match="hat 7 Seiten; höchstens 3"):
        read_safely(pdfs.write(tmp_path / "lang.pdf", pdfs.PACK), max_pages=3, children=children)


@pytest.mark.parametrize("count", [4, 30])
def test_a_page_that_brings_its_child_down_is_unreadable_and_the_rest_goes_on(tmp_path, traps, children, count):
    lines = [["ABSTURZ" if n == 2 else "FEHLER" if n == 3 else f"Seite {n}"] for n in range(1, count + 1)]
    read = read_safely(pdfs.write(tmp_path / "a.pdf", lines), children=children)
    assert [page.number for page in read.pages] == list(range(1, count + 1))
    assert [page.number for page in read.pages if page.source == "none"] == [2, 3]
    assert [page.reason for page in read.pages[1:3]] == [reading.CRASHED, BROKEN]
    assert [page.text for page in read.pages[3:]] == [f"Seite {n}" for n in range(4, count + 1)]


def test_a_page_that_takes_too_long_is_given_up(tmp_path, traps, monkeypatch, children):
    monkeypatch.setattr(reading, "PAGE_SECONDS", 3.0)
    path = pdfs.write(tmp_path / "a.pdf", [["gut"], ["SCHLEIFE"], ["auch gut"]])
    assert reasons(path, children) == [None, reading.SLOW, None]


def test_a_page_too_big_for_half_of_the_memory_gets_all_of_it(tmp_path, traps, monkeypatch, children):
    monkeypatch.setattr(reading, "MEGABYTES", 400)  # two children, 200 each
    lines = [["SPEICHER 150" if n == 5 else "SPEICHER 900" if n == 8 else f"Seite {n}"] for n in range(1, 31)]
    found = reasons(pdfs.write(tmp_path / "a.pdf", lines), children)
    assert {number: reason for number, reason in enumerate(found, 1) if reason} == {8: reading.BIG}


def test_a_file_that_goes_on_failing_is_given_up(tmp_path, traps, monkeypatch, children):
    monkeypatch.setattr(reading, "LOST_SECONDS", 2.0)
    path = pdfs.write(tmp_path / "a.pdf", [["lesbar"], *[["SCHLEIFE"]] * 22])
    found = reasons(path, children)
    assert len(found) == 23
    assert found[0] is None
    assert set(found[1:]) == {reading.SLOW, reading.GIVEN_UP}
    with pytest.raises(UnreadableFile, match="ist beschädigt und lässt sich nicht lesen"):
        read_safely(pdfs.write(tmp_path / "b.pdf", [["ABSTURZ"]] * 20), children=children)


def never_opens(path: Path, name: str, max_pages: int) -> Iterator[reading.Opened]:
    while max_pages:
        time.sleep(1)
    yield reading.pages.open_file(path)


def dies_at_once(path: Path, name: str, max_pages: int) -> Iterator[reading.Opened]:
    os._exit(1)
    yield reading.pages.open_file(path)


def too_deep(path: Path, name: str, max_pages: int) -> Iterator[reading.Opened]:
    yield next(too_deep(path, name, max_pages))


@pytest.mark.parametrize(
    ("opening", "sentence"),
    [
        (never_opens, "Die Datei „a.pdf“ lässt sich nicht in vertretbarer Zeit öffnen."),
        (dies_at_once, "Die Datei „a.pdf“ ist beschädigt und lässt sich nicht lesen."),
        (too_deep, "Die Datei „a.pdf“ ist beschädigt und lässt sich nicht lesen."),
    ],
)
def test_a_file_that_cannot_be_opened_gets_a_sentence(tmp_path, monkeypatch, children, opening, sentence):
    monkeypatch.setattr(reading, "OPEN_SECONDS", 0.5)
    monkeypatch.setattr(reading, "_opened", opening)
    with pytest.raises(UnreadableFile) as caught:
        read_safely(pdfs.write(tmp_path / "a.pdf", [["x"]]), children=children)
    assert str(caught.value) == sentence


def test_reading_stops_where_progress_says_so_and_no_child_is_left(tmp_path):
    path = pdfs.write(tmp_path / "a.pdf", pdfs.PACK * 5)
    before = {child.pid for child in psutil.Process().children()}

    def stop(share: float) -> None:
        if share > 0.2:
            raise Interrupted("Angehalten.")

    with pytest.raises(Interrupted):
        read_safely(path, progress=stop)
    left = [c for c in psutil.Process().children() if c.pid not in before and "spawn_main" in " ".join(c.cmdline())]
    assert left == []


def test_pictures_and_public_copies_are_made_in_children_too(tmp_path, children, monkeypatch):
    path = pdfs.write(tmp_path / "a.pdf", [["Eins"], ["Zwei"]])
    assert abs(Image.open(BytesIO(render_safely(path, 1, width=300))).width - 300) <= 1
    with pytest.raises(NotFound, match="keine Seite 3"):
        render_safely(path, 3)
    target = tmp_path / "kopie.pdf"
    public_copy_safely(path, {2}, target, children)
    assert [page.extract_text() for page in PdfReader(target).pages] == ["", "Zwei"]
    (tmp_path / "b.pdf").write_text("kein PDF")
    with pytest.raises(UnreadableFile):
        render_safely(tmp_path / "b.pdf", 1)
    with pytest.raises(UnreadableFile):
        public_copy_safely(tmp_path / "b.pdf", {1}, tmp_path / "c.pdf", children)
    monkeypatch.setattr(reading, "_copied", dies_half_way)
    with pytest.raises(UnreadableFile, match="beschädigt"):
        public_copy_safely(path, {1}, tmp_path / "d.pdf", children)
    assert not (tmp_path / "d.pdf").exists()
    monkeypatch.setattr(reading, "_rendered", dies_half_way)
    with pytest.raises(UnreadableFile, match=r"Seite 1 von „a\.pdf“ lässt sich nicht darstellen"):
        render_safely(path, 1)


def dies_half_way(path: Path, keep: object, target: object) -> Iterator[bytes]:
    if isinstance(target, Path):
        target.write_bytes(b"%PDF-")
    os._exit(1)
    yield b""
