"""PDFs made to hurt: each is read or refused with one German sentence, and the program goes on."""

from __future__ import annotations

import contextlib
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pdfs
import pytest

from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.pack.files import reading
from ratsassistent.pack.files.isolated import Children
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.files.reading import public_copy_safely, read_safely, render_safely

SENTENCE = re.compile(r"[A-ZÄÖÜ][^\n]+\.")
TEXT = b"BT /F1 12 Tf 50 700 Td (Der Rat tagt im Saal) Tj ET"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(data: bytes, extra: bytes = b"", filters: bytes = b"") -> bytes:
    named = b"/Filter " + filters if filters else b""
    return b"<<%s%s/Length %d>>\nstream\n%s\nendstream" % (extra, named, len(data), data)


def bomb(megabytes: int) -> bytes:
    """So many megabytes of blanks, packed. The packer starts afresh at each, so that one can be taken many times."""
    part, packer = b" " * 1_000_000, zlib.compressobj(9, wbits=-15)
    first = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(megabytes):
        check = zlib.adler32(part, check)
    return b"\x78\xda" + first * megabytes + packer.flush() + check.to_bytes(4, "big")


def pdf(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects; 1 is its catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    return bytes(out + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start))


def one_page(contents: bytes, resources: bytes = b"<</Font<</F1 9 0 R>>>>", page: bytes = b"", **more: bytes) -> bytes:
    """A PDF of one page; `more` are further objects as o10=…, and catalogue=… goes into the catalogue."""
    catalogue = more.pop("catalogue", b"")
    box = b"" if b"/MediaBox" in page else b"/MediaBox[0 0 595 842]"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R%s/Resources %s/Contents 4 0 R%s>>" % (box, resources, page),
        4: contents,
        9: FONT,
    }
    objects |= {int(name[1:]): body for name, body in more.items()}
    return pdf(dict(sorted(objects.items())))


def many_pages(count: int) -> bytes:
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/MediaBox[0 0 595 842]/Count %d/Kids[%s]>>"
        % (count, b" ".join(b"%d 0 R" % n for n in range(10, 10 + count))),
        4: stream(TEXT),
        9: FONT,
    }
    page = b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 9 0 R>>>>/Contents 4 0 R>>"
    return pdf(objects | dict.fromkeys(range(10, 10 + count), page))


def page_tree_of_laughs(depth: int) -> bytes:
    """Each node of the page tree names the next one twice."""
    objects = {1: b"<</Type/Catalog/Pages 10 0 R>>", 4: stream(TEXT), 9: FONT}
    for n in range(10, 10 + depth):
        objects[n] = b"<</Type/Pages/Count %d/Kids[%d 0 R %d 0 R]>>" % (2 ** (10 + depth - n), n + 1, n + 1)
    objects[10 + depth] = b"<</Type/Page/Parent 10 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    return pdf(objects)


def outlines(count: int, link: Callable[[int], bytes]) -> bytes:
    """One page and so many bookmarks; `link` says what bookmark n leads on to."""
    more = {f"o{n}": b"<</Title(T%d)/Parent 10 0 R/Dest[3 0 R/Fit]%s>>" % (n, link(n)) for n in range(11, 11 + count)}
    return one_page(stream(TEXT), catalogue=b"/Outlines 10 0 R", o10=b"<</First 11 0 R/Last 11 0 R/Count 1>>", **more)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "an object that is itself": lambda: one_page(b"4 0 R"),
    "objects that are each other": lambda: one_page(b"5 0 R", o5=b"6 0 R", o6=b"5 0 R"),
    "a length that is itself": lambda: one_page(b"<</Length 5 0 R>>\nstream\n" + TEXT + b"\nendstream", o5=b"5 0 R"),
    "contents that hold themselves": lambda: one_page(b"[4 0 R 4 0 R]"),
    "a page that is its own parent": lambda: one_page(stream(TEXT), page=b"/Parent 3 0 R"),
    "a page tree that is its own child": lambda: one_page(
        stream(TEXT), o2=b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"
    ),
    "a page tree of only itself": lambda: one_page(stream(TEXT), o2=b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    "a page tree of laughs": lambda: page_tree_of_laughs(40),
    "a page tree 20,000 deep": lambda: pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>"}
        | {n: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 1) for n in range(2, 20_000)}
        | {20_000: b"<</Type/Page/MediaBox[0 0 9 9]>>"}
    ),
    "more pages than there are": lambda: one_page(stream(TEXT), o2=b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>"),
    "less than no pages": lambda: one_page(stream(TEXT), o2=b"<</Type/Pages/Kids[3 0 R]/Count -5>>"),
    "a form that draws itself": lambda: one_page(
        stream(b"/X Do"),
        b"<</XObject<</X 5 0 R>>>>",
        o5=stream(b"/X Do " + TEXT, b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"),
    ),
    "forms that laugh": lambda: one_page(
        stream(b"/X Do"),
        b"<</XObject<</X 10 0 R>>>>",
        **{
            f"o{n}": stream(b"/X Do " * 10, b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (n + 1))
            for n in range(10, 30)
        },
        o30=stream(TEXT, b"/Subtype/Form/BBox[0 0 9 9]"),
    ),
    "a pattern that paints itself": lambda: one_page(
        stream(b"/Pattern cs /P scn 0 0 500 500 re f " + TEXT),
        b"<</Font<</F1 9 0 R>>/Pattern<</P 5 0 R>>>>",
        o5=stream(
            b"/Pattern cs /P scn 0 0 9 9 re f",
            b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep .0001/YStep .0001"
            b"/Resources<</Pattern<</P 5 0 R>>>>",
        ),
    ),
    "a font of itself": lambda: one_page(
        stream(TEXT), o9=b"<</Type/Font/Subtype/Type0/DescendantFonts[9 0 R]/ToUnicode 9 0 R>>"
    ),
    "a letter that draws itself": lambda: one_page(
        stream(TEXT),
        o9=b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</D 5 0 R>>/FirstChar 68"
        b"/LastChar 68/Widths[9]/Encoding<</Differences[68/D]>>/Resources<</Font<</F1 9 0 R>>>>>>",
        o5=stream(b"9 0 d0 " + TEXT),
    ),
    "a table of letters without end": lambda: one_page(
        stream(TEXT),
        o9=b"<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 5 0 R/DescendantFonts[<</Subtype/CIDFontType2>>]>>",
        o5=stream(b"begincmap 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap"),
    ),
    "bookmarks in a ring": lambda: outlines(2, lambda n: b"/Next %d 0 R/First %d 0 R" % (23 - n, 23 - n)),
    "a bookmark in itself": lambda: outlines(1, lambda n: b"/First 11 0 R/Next 11 0 R/Last 11 0 R"),
    "bookmarks 30,000 deep": lambda: outlines(30_000, lambda n: b"/First %d 0 R/Last %d 0 R" % (n + 1, n + 1)),
    "6,000 bookmarks": lambda: outlines(6_000, lambda n: b"/Next %d 0 R" % (n + 1)),
    "a bomb of blanks": lambda: one_page(stream(bomb(600), filters=b"/FlateDecode")),
    "a bomb in a bomb": lambda: one_page(stream(zlib.compress(bomb(600), 9), filters=b"[/FlateDecode/FlateDecode]")),
    "filters without end": lambda: one_page(stream(TEXT.hex().encode(), filters=b"[" + b"/AHx" * 50_000 + b"]")),
    "a picture as large as a town": lambda: one_page(
        stream(b"500 0 0 500 0 0 cm /X Do"),
        b"<</XObject<</X 5 0 R>>>>",
        o5=stream(
            bomb(500),
            b"/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB",
            b"/FlateDecode",
        ),
    ),
    "a page as large as the world": lambda: one_page(stream(TEXT), page=b"/MediaBox[0 0 1e12 1e12]/UserUnit 75000"),
    "a page of no size": lambda: one_page(stream(TEXT), page=b"/MediaBox[5 5 5 5]/CropBox[9 9 -9 -9]/Rotate 17"),
    "a page in strange numbers": lambda: one_page(
        stream(TEXT), page=b"/MediaBox[-1e308 (x) null 9999999999999999999999]"
    ),
    "60,000 lines": lambda: one_page(stream(zlib.compress(b"0 0 m 9 9 l S\n" * 1_000_000), filters=b"/FlateDecode")),
    "100,000 saved states": lambda: one_page(stream(zlib.compress(b"q " * 100_000 + TEXT), filters=b"/FlateDecode")),
    "600,000 letters in one line": lambda: one_page(
        stream(zlib.compress(b"BT /F1 1 Tf (" + b"a b" * 200_000 + b") Tj ET"), filters=b"/FlateDecode")
    ),
    "a hundred thousand brackets": lambda: one_page(stream(b"[" * 100_000 + TEXT)),
    "brackets in the catalogue": lambda: one_page(stream(TEXT), catalogue=b"/X " + b"[" * 100_000),
    "dictionaries in the catalogue": lambda: one_page(stream(TEXT), catalogue=b"/X " + b"<</A" * 100_000),
    "a table of places that leads back": lambda: re.sub(
        rb"startxref\n(\d+)",
        rb"startxref\n\1",
        pdf({1: b"<</Pages 2 0 R>>", 2: b"<</Kids[]/Count 0>>"}, b"/Prev 9" * 3),
    ),
    "a table of places without end": lambda: one_page(stream(TEXT)).replace(b"xref\n0 10", b"xref\n0 4000000000", 1),
    "a lock without a key": lambda: pdf({1: b"<</Pages 2 0 R>>", 2: b"<</Kids[]>>", 3: b"<<>>"}, b"/Encrypt 3 0 R"),
}


# what can be read of it is read; what cannot says so
READABLE = {"a length that is itself", "bookmarks in a ring", "bookmarks 30,000 deep", "a page as large as the world"}
READABLE |= {"6,000 bookmarks", "more pages than there are", "a page that is its own parent"}
UNREADABLE = {"a bomb of blanks", "a bomb in a bomb", "forms that laugh"}


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of the program, made shorter so that the tests need not wait for them."""
    monkeypatch.setattr(reading, "DRAW_SECONDS", 1.5)
    monkeypatch.setattr(reading, "COPY_SECONDS", 1.5)
    monkeypatch.setattr(reading, "MEGABYTES", 300)


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with Children() as shared:
        yield shared


def outcome(path: Path, children: Children) -> ReadFile | str:
    """What reading gives, or the sentence of the refusal; anything else is a failure of the test."""
    try:
        read = read_safely(path, name="Vorlage.pdf", children=children)
    except UnreadableFile as error:
        said = str(error)
        assert SENTENCE.fullmatch(said)
        return said
    assert [page.number for page in read.pages] == list(range(1, len(read.pages) + 1))
    assert all(page.text or page.reason or page.source == "text" for page in read.pages)
    return read


def assert_expected(name: str, read: ReadFile | str) -> None:
    if name in READABLE:
        assert isinstance(read, ReadFile)
        assert read.pages[0].text == "Der Rat tagt im Saal"
    elif name in UNREADABLE:
        assert isinstance(read, ReadFile)
        assert [(page.source, page.text) for page in read.pages] == [("none", "")]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_or_refused_drawn_or_not_and_copied_or_not(tmp_path, children, name):
    path = tmp_path / "feindlich.pdf"
    path.write_bytes(HOSTILE[name]())
    read = outcome(path, children)
    assert_expected(name, read)
    with contextlib.suppress(UnreadableFile, NotFound):
        assert render_safely(path, 1, width=100).startswith(b"\x89PNG")
    with contextlib.suppress(UnreadableFile):
        public_copy_safely(path, {1}, tmp_path / "kopie.pdf", children)
    path.write_bytes(one_page(stream(TEXT)))
    read = outcome(path, children)
    assert isinstance(read, ReadFile)
    assert [page.text for page in read.pages] == ["Der Rat tagt im Saal"]


def test_a_bomb_costs_its_own_page_only(tmp_path, children):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 9 0 R>>>>/Contents %d 0 R>>"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[6 0 R 7 0 R 8 0 R]/Count 3>>",
        4: stream(TEXT),
        5: stream(zlib.compress(bomb(600), 1), filters=b"[/FlateDecode/FlateDecode]"),
        6: page % 4,
        7: page % 5,
        8: page % 4,
        9: FONT,
    }
    path = tmp_path / "bombe.pdf"
    path.write_bytes(pdf(objects))
    read = outcome(path, children)
    assert isinstance(read, ReadFile)
    assert [page.text for page in read.pages] == ["Der Rat tagt im Saal", "", "Der Rat tagt im Saal"]
    assert read.pages[1].source == "none"


def test_thousands_of_pages_are_read_and_too_many_refused(tmp_path, children):
    path = tmp_path / "lang.pdf"
    path.write_bytes(many_pages(200))
    read = outcome(path, children)
    assert isinstance(read, ReadFile)
    assert {page.text for page in read.pages} == {"Der Rat tagt im Saal"}
    assert len(read.pages) == 200
    path.write_bytes(many_pages(5001))
    assert outcome(path, children) == "Die Datei „Vorlage.pdf“ hat 5001 Seiten; höchstens 5000 sind möglich."


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n" * 500,
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF",
        b"PK\x03\x04 ein Brief",
        b"<html>Anmeldung erforderlich</html>",
        pdfs.pdf_bytes([["x"]], password="geheim"),
        pdfs.pdf_bytes([["x"]])[:-300],
        pdf({1: b"<</Pages 2 0 R>>", 2: b"<</Kids[]/Count 0>>"}),
    ],
)
def test_what_is_no_whole_open_pdf_is_refused(tmp_path, children, data):
    (tmp_path / "a.pdf").write_bytes(data)
    assert isinstance(outcome(tmp_path / "a.pdf", children), str)


def test_actions_are_neither_run_nor_copied(tmp_path, children):
    path, made = tmp_path / "aktion.pdf", tmp_path / "angelegt"
    launch = b"<</S/Launch/F(/bin/touch)/Win<</F(cmd)/P(%s)>>>>" % str(made).encode()
    script = b"<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1/'\\))>>"
    actions = b"/OpenAction %s/AA<</WC %s>>/Names<</JavaScript<</Names[(a) %s]>>>>" % (script, launch, script)
    path.write_bytes(
        one_page(
            stream(TEXT),
            page=b"/AA<</O %s>>/Annots[<</Subtype/Link/Rect[0 0 500 800]/A %s>>]" % (launch, launch),
            catalogue=actions,
        )
    )
    read = outcome(path, children)
    assert isinstance(read, ReadFile)
    assert read.pages[0].text == "Der Rat tagt im Saal"
    render_safely(path, 1, width=100)
    public_copy_safely(path, {1}, tmp_path / "kopie.pdf", children)
    copy = (tmp_path / "kopie.pdf").read_bytes()
    assert b"Launch" in path.read_bytes()
    assert not re.search(rb"Launch|JavaScript|launchURL|touch", copy)
    assert not made.exists()


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = spec_from_file_location("fuzz", Path(__file__).parent.parent / "benchmarks" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["fuzz"] = module  # its dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_mutants_are_read_or_refused(tmp_path, children, fuzz):
    bases = [pdfs.pdf_bytes(pdfs.PACK[:2], bookmarks={1: "Tagesordnung"}), pdfs.scan_bytes(), many_pages(3)]
    tally, path = fuzz.Tally(), tmp_path / "mutant.pdf"
    for number in range(40):
        data, made = fuzz.mutant(bases, 7, number)
        assert (data, made) == fuzz.mutant(bases, 7, number)
        path.write_bytes(data)
        assert fuzz.check(path, tally, children, random.Random(number)) == [], (number, made)
    assert tally.ends["read"] + tally.ends["refused"] >= 40
    assert tally.ends["read"] > 5
    assert tally.ends["refused"] > 5
    assert not [said for said in tally.sentences if not SENTENCE.fullmatch(said)]
