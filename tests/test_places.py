"""Where a quotation stands on a page: on PDF pages and on pictures of pages."""

from __future__ import annotations

from pathlib import Path

import pdfs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.errors import NotFound, UnreadableFile
from ratsassistent.pack.files.page_places import places_safely
from ratsassistent.pack.page.glyphs import Glyph, Sheet
from ratsassistent.pack.page.places import Box, Place, find, of_sheet

_LINES = [
    "Beschlussvorschlag: Der Gemeinderat stimmt dem Bau der neuen",
    "Turnhalle an der Grundschule Wallerfurt zu und bewilligt dafür",
    "außerplanmäßig 1.250.000 Euro aus der allgemeinen Rücklage.",
]


def _typed(lines: list[str], *, turn: int = 0) -> list[Place]:
    """A page of lines, each letter ten wide and a line every twenty, as `glyphs` would give it."""
    sheet = Sheet(1000, 1000)
    for row, line in enumerate(lines):
        for column, char in enumerate(line):
            if char != " ":
                sheet.glyphs.append(
                    Glyph(char, 10.0 * column, 10.0 * column + 10, 100 + 20.0 * row, 12.0, turn, len(sheet.glyphs))
                )
    return of_sheet(sheet)


def test_a_quotation_over_two_lines_gives_a_box_for_each() -> None:
    boxes = find(_typed(_LINES), "dem Bau der neuen Turnhalle an der Grundschule")
    assert len(boxes) == 2
    assert boxes[0].left == pytest.approx(0.1 * _LINES[0].index("dem Bau") / 10, abs=0.001)
    assert boxes[0].right == pytest.approx(0.01 * len(_LINES[0]), abs=0.001)
    assert boxes[1].left == 0
    assert boxes[0].bottom < boxes[1].bottom


def test_hyphens_spaces_and_bars_of_a_quotation_do_not_matter() -> None:
    page = _typed(["Die Gebüh-", "ren steigen auf", "12,50 Euro  je Tag"])
    assert len(find(page, "Die Gebühren steigen auf | 12,50 Euro je Tag")) == 3


def test_what_is_not_there_has_no_box() -> None:
    page = _typed(_LINES)
    assert find(page, "Der Ausschuss lehnt den Antrag der Fraktion einstimmig ab") == []
    assert find(page, "") == []
    assert find(page, "…") == []
    assert find([], "Turnhalle") == []


def test_most_of_a_quotation_is_enough_and_a_small_part_is_not() -> None:
    page = _typed(_LINES)
    assert find(page, "bewilligt dafür außerplanmäßig [unleserlich] aus der allgemeinen Rücklage")
    assert not find(
        page, "Der Gemeinderat stimmt der Vergabe der Reinigung aller Schulen an die Firma Blitz im Jahr 2031 nicht zu"
    )


def test_a_short_quotation_is_marked_wherever_it_stands() -> None:
    assert len(find(_typed(["1.200 Euro und", "noch einmal 1.200 Euro"]), "1.200 Euro")) == 2


def test_two_columns_are_not_joined_to_one_box() -> None:
    page = _typed(["links steht der Antrag" + " " * 40 + "rechts steht der Preis"])
    boxes = find(page, "links steht der Antrag rechts steht der Preis")
    assert len(boxes) == 2
    assert boxes[0].right < boxes[1].left


@pytest.mark.parametrize(("turn", "tall"), [(0, False), (1, True), (2, False), (3, True)])
def test_turned_text_is_marked_where_it_is_seen(turn: int, tall: bool) -> None:
    (box,) = find(_typed(["Lageplan des Grundstücks"], turn=turn), "Lageplan des Grundstücks")
    assert (box.bottom - box.top > box.right - box.left) == tall
    assert 0 <= box.left < box.right <= 1
    assert 0 <= box.top < box.bottom <= 1


_texts = st.text(st.sampled_from("abcdefghijklmnop ßÄ§-1,"), min_size=1, max_size=60)


@given(st.lists(_texts, min_size=1, max_size=6), st.data())
def test_any_stretch_of_a_page_is_found_on_it(lines: list[str], data: st.DataObject) -> None:
    whole = " ".join(lines)
    start = data.draw(st.integers(0, len(whole) - 1))
    quote = whole[start : data.draw(st.integers(start, len(whole)))]
    boxes = find(_typed(lines), quote)
    letters = [char for char in quote.casefold() if char.isalnum()]
    assert bool(boxes) == (len(letters) >= 4)
    for box in boxes:
        assert box.left < box.right
        assert box.top < box.bottom


@given(_texts, _texts)
def test_no_quotation_breaks_the_search(page: str, quote: str) -> None:
    assert all(isinstance(box, Box) for box in find(_typed([page]), quote))


def test_the_words_of_a_pdf_page_are_found_in_a_child_process(tmp_path: Path) -> None:
    path = pdfs.write(
        tmp_path / "vorlage.pdf", [["Erste Seite"], ["Der Gemeinderat beschließt", "die Gebührensatzung."]]
    )
    boxes = find(places_safely(path, 2), "Gemeinderat beschließt die Gebührensatzung")
    assert len(boxes) == 2
    assert boxes[0].bottom <= boxes[1].bottom
    with pytest.raises(NotFound):
        places_safely(path, 3)
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.4 nichts")
    with pytest.raises(UnreadableFile):
        places_safely(tmp_path / "kaputt.pdf", 1)


def test_of_a_wording_that_runs_over_two_pages_each_page_shows_its_part() -> None:
    rest = "Die Verwaltung wird beauftragt, bis zum Herbst einen Bericht über den Stand der Arbeiten vorzulegen."
    whole = (
        " ".join(_LINES)
        + " Im Einzelnen gilt das, was in der Anlage zu dieser Vorlage steht, und außerdem: " * 3
        + rest
    )
    assert len(find(_typed(_LINES), whole)) == 3
    assert len(find(_typed([rest]), whole)) == 1
