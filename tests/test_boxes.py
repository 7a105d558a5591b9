"""Check boxes that are no characters: drawn, pictured, or buttons of a form, in layouts of invented towns."""

import io
from collections.abc import Callable

import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from ratsassistent.pack.page.boxes import Box, find_boxes
from ratsassistent.pack.page.squares import MAX_OBJECTS

Draw = Callable[[FPDF, float, float, bool], None]  # a box of 4 mm with its upper left corner there, ticked or not
PAGE_HEIGHT = 841.89
MM = 72 / 25.4


def new_page(orientation: str = "portrait") -> FPDF:
    pdf = FPDF(orientation=orientation)
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    return pdf


def boxes_of(data: bytes, page: int = 0) -> list[Box]:
    document = pypdfium2.PdfDocument(data)
    try:
        return find_boxes(document[page])
    finally:
        document.close()


def label(pdf: FPDF, x: float, y: float, words: str) -> None:
    pdf.text(x, y + 3.4, words)


def crossed(pdf: FPDF, x: float, y: float, ticked: bool) -> None:
    pdf.rect(x, y, 4, 4)
    if ticked:
        pdf.line(x + 0.7, y + 0.7, x + 3.3, y + 3.3)
        pdf.line(x + 0.7, y + 3.3, x + 3.3, y + 0.7)


def hooked(pdf: FPDF, x: float, y: float, ticked: bool) -> None:
    """A grey hairline frame; the hook reaches over the edge, as one made by hand."""
    pdf.set_draw_color(120)
    pdf.set_line_width(0.1)
    pdf.rect(x, y, 4, 4)
    pdf.set_draw_color(20, 20, 120)
    pdf.set_line_width(0.5)
    if ticked:
        pdf.line(x + 0.8, y + 2, x + 1.8, y + 3.4)
        pdf.line(x + 1.8, y + 3.4, x + 4.6, y - 0.6)
    pdf.set_draw_color(0)
    pdf.set_line_width(0.2)


def of_four_lines(pdf: FPDF, x: float, y: float, ticked: bool) -> None:
    for x1, y1, x2, y2 in ((0, 0, 4, 0), (4, 0, 4, 4), (0, 4, 4, 4), (0, 0, 0, 4)):
        pdf.line(x + x1, y + y1, x + x2, y + y2)
    if ticked:
        pdf.rect(x + 1, y + 1, 2, 2, style="F")


def with_a_typed_letter(pdf: FPDF, x: float, y: float, ticked: bool) -> None:
    pdf.rect(x, y, 4, 4)
    if ticked:
        pdf.text(x + 0.9, y + 3.2, "X")


def blackened(pdf: FPDF, x: float, y: float, ticked: bool) -> None:
    pdf.rect(x, y, 4, 4, style="DF" if ticked else "D")


def picture(ticked: bool) -> io.BytesIO:
    image = Image.new("RGB", (40, 40), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, 37, 37), outline="black", width=3)
    if ticked:
        draw.line((10, 20, 17, 29, 31, 10), fill="black", width=4)
    out = io.BytesIO()
    image.save(out, format="PNG")
    out.seek(0)
    return out


def pictured(pdf: FPDF, x: float, y: float, ticked: bool) -> None:
    pdf.image(picture(ticked), x, y, 4, 4)


STYLES: list[Draw] = [crossed, hooked, of_four_lines, with_a_typed_letter, blackened, pictured]


@pytest.mark.parametrize("draw", STYLES)
def test_boxes_of_every_make_are_found_in_their_place(draw: Draw) -> None:
    pdf = new_page()
    label(pdf, 20, 40, "Finanzielle Auswirkungen")
    for n, (words, ticked) in enumerate((("ja", True), ("nein", False), ("noch offen", False))):
        draw(pdf, 80 + 30 * n, 40, ticked)
        label(pdf, 86 + 30 * n, 40, words)
    found = boxes_of(bytes(pdf.output()))
    assert [box.ticked for box in found] == [True, False, False]
    for n, box in enumerate(found):
        assert box.left == pytest.approx((80 + 30 * n) * MM, abs=2)
        assert box.top == pytest.approx(PAGE_HEIGHT - 40 * MM, abs=2)
        assert box.right - box.left == pytest.approx(4 * MM, abs=3)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_boxes_of_a_rotated_page_keep_the_axes_of_the_page(degrees: int) -> None:
    pdf = new_page()
    crossed(pdf, 80, 40, True)
    label(pdf, 86, 40, "ja")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(pdf.output()))))
    writer.pages[0].rotate(degrees)
    out = io.BytesIO()
    writer.write(out)
    (box,) = boxes_of(out.getvalue())
    assert box.ticked
    assert box.left == pytest.approx(80 * MM, abs=2)


def test_boxes_inside_a_form_object_stand_where_they_are_shown() -> None:
    stamp = FPDF(format=(60, 20))
    stamp.set_auto_page_break(False)
    stamp.add_page()
    stamp.set_font("helvetica", size=10)
    crossed(stamp, 5, 5, True)
    label(stamp, 11, 5, "einstimmig")
    crossed(stamp, 35, 5, False)
    label(stamp, 41, 5, "vertagt")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(new_page().output()))))
    page = writer.pages[0]
    inner = PdfReader(io.BytesIO(bytes(stamp.output()))).pages[0]
    content = inner.get_contents()
    assert content is not None
    xobject = StreamObject()
    xobject.set_data(content.get_data())
    xobject.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(v) for v in inner.mediabox]),
            NameObject("/Resources"): inner["/Resources"].clone(writer),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Stamp"): writer._add_object(xobject)})}
    )
    content_of_page = StreamObject()
    content_of_page.set_data(b"q 1 0 0 1 100 300 cm /Stamp Do Q")
    page[NameObject("/Contents")] = writer._add_object(content_of_page)
    out = io.BytesIO()
    writer.write(out)
    first, second = boxes_of(out.getvalue())
    assert (first.ticked, second.ticked) == (True, False)
    assert first.left == pytest.approx(100 + 5 * MM, abs=2)
    assert first.top == pytest.approx(300 + 15 * MM, abs=2)


def test_squares_that_are_no_check_boxes_are_left_alone() -> None:
    pdf = new_page()
    for row in range(4):  # the cells of a small table
        for column in range(4):
            pdf.rect(20 + 6 * column, 20 + 6 * row, 6, 6)
    label(pdf, 50, 20, "Besetzung der Stellen")
    pdf.set_fill_color(230, 120, 20)  # a patch of a legend
    pdf.rect(20, 60, 4, 4, style="DF")
    label(pdf, 26, 60, "Schulen")
    pdf.set_fill_color(0)  # a bullet
    pdf.rect(20, 70, 2.5, 2.5, style="F")
    label(pdf, 26, 70, "Erstens die Planung")
    pdf.rect(20, 80, 6, 6)  # a number in a frame
    pdf.text(21.5, 84.2, "7")
    label(pdf, 30, 80, "Stellplätze")
    pdf.rect(20, 95, 60, 5)  # a field to write into
    label(pdf, 82, 95, "Unterschrift")
    pdf.ellipse(20, 105, 4, 4)
    label(pdf, 26, 105, "Kreis")
    pdf.rect(150, 250, 4, 4)  # far from any word
    assert boxes_of(bytes(pdf.output())) == []


def test_a_white_square_and_one_under_a_picture_are_not_seen() -> None:
    pdf = new_page()
    pdf.set_draw_color(255)
    pdf.rect(20, 20, 4, 4)
    label(pdf, 26, 20, "unsichtbar")
    pdf.set_draw_color(0)
    pdf.rect(20, 40, 4, 4)
    label(pdf, 26, 40, "verdeckt")
    pdf.set_fill_color(255)
    pdf.rect(18, 38, 7, 7, style="F")
    assert boxes_of(bytes(pdf.output())) == []


def with_buttons(*widgets: dict[str, object]) -> bytes:
    """A page whose form has these widgets, 12 points wide, one below the other."""
    pdf = new_page()
    label(pdf, 30, 20, "Auswahl")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(pdf.output()))))
    notes, fields = ArrayObject(), ArrayObject()
    for n, entries in enumerate(widgets):
        bottom = 700 - 30 * n
        note = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Rect"): ArrayObject([FloatObject(v) for v in (60, bottom, 72, bottom + 12)]),
                **{NameObject(key): value for key, value in entries.items()},
            }
        )
        reference = writer._add_object(note)
        notes.append(reference)
        owner = note if "/FT" in entries else entries["/Parent"]
        assert isinstance(owner, DictionaryObject)
        owner[NameObject("/T")] = TextStringObject(f"Feld {n}")
        if "/FT" in entries:
            fields.append(reference)
        else:
            fields.append(writer._add_object(owner))
            note[NameObject("/Parent")] = fields[-1]
            owner[NameObject("/Kids")] = ArrayObject([reference])
    writer.pages[0][NameObject("/Annots")] = notes
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def name(value: str) -> NameObject:
    return NameObject("/" + value)


def test_the_buttons_of_a_form_tell_their_state() -> None:
    inherited = DictionaryObject({NameObject("/FT"): name("Btn"), NameObject("/V"): name("Off")})
    found = boxes_of(
        with_buttons(
            {"/FT": name("Btn"), "/AS": name("Ja"), "/V": name("Ja")},
            {"/FT": name("Btn"), "/AS": name("Off")},
            {"/FT": name("Btn"), "/Ff": NumberObject(1 << 15), "/AS": name("Wahl2")},  # a radio button
            {"/FT": name("Btn"), "/V": name("Yes")},  # no appearance state
            {"/Parent": inherited},
            {"/FT": name("Btn"), "/Ff": NumberObject(1 << 16)},  # a push button
            {"/FT": name("Tx")},
            {"/FT": name("Btn"), "/AS": name("Ja"), "/F": NumberObject(2)},  # hidden
        )
    )
    assert [box.ticked for box in found] == [True, False, True, True, False]
    assert (found[0].left, found[0].bottom, found[0].right, found[0].top) == (60, 700, 72, 712)


def test_a_button_whose_appearance_is_a_drawn_box_counts_once() -> None:
    pdf = new_page()
    crossed(pdf, 20, 20, True)
    label(pdf, 26, 20, "ja")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(pdf.output()))))
    place = (20 * MM, PAGE_HEIGHT - 24 * MM, 24 * MM, PAGE_HEIGHT - 20 * MM)
    note = DictionaryObject(
        {
            NameObject("/Type"): name("Annot"),
            NameObject("/Subtype"): name("Widget"),
            NameObject("/FT"): name("Btn"),
            NameObject("/AS"): name("Ja"),
            NameObject("/Rect"): ArrayObject([FloatObject(v) for v in place]),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    out = io.BytesIO()
    writer.write(out)
    assert [box.ticked for box in boxes_of(out.getvalue())] == [True]


def test_a_page_of_very_many_lines_is_not_searched() -> None:
    pdf = new_page()
    crossed(pdf, 20, 20, True)
    label(pdf, 26, 20, "ja")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(pdf.output()))))
    page = writer.pages[0]
    content = page.get_contents()
    assert content is not None
    content.set_data(content.get_data() + b"\n0 0 m 3 3 l S" * (MAX_OBJECTS + 1))
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    assert boxes_of(out.getvalue()) == []


def test_a_page_without_boxes_is_not_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = new_page()
    pdf.cell(0, 6, "Nur Text")
    pdf.rect(10, 30, 190, 100)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("painted")

    monkeypatch.setattr(pypdfium2.PdfPage, "render", refuse)
    assert boxes_of(bytes(pdf.output())) == []
