"""Tables with a few ruling lines only."""

from ratsassistent.pack.page.glyphs import Rule
from ratsassistent.pack.page.open_tables import open_grids
from ratsassistent.pack.page.tables import Placed, rows_of

COLUMNS = (10, 120, 230)


def cells(rows):
    """Words of a table: a row is cells, a cell is lines; letters are 10 points high, lines 12 apart."""
    words, y = [], 30.0
    for row in rows:
        for left, cell in zip(COLUMNS, row, strict=True):
            words += [Placed(text, left, left + 6.0 * len(text), y + 12 * n, 10) for n, text in enumerate(cell)]
        y += 12 * max(len(cell) for cell in row) + 4
    return words


ROWS = [
    [["Kriterium"], ["Standort", "Nord"], ["Standort", "Süd"]],
    [["Eigentum"], ["städtisch"], ["privat"]],
    [["Freimachung"], ["bebaut (Abriss", "nötig)"], ["frei"]],
    [["Kosten"], ["1,2 Mio. Euro"], ["0,9 Mio. Euro"]],
]
TEXT = [
    "Kriterium | Standort Nord | Standort Süd",
    "Eigentum | städtisch | privat",
    "Freimachung | bebaut (Abriss nötig) | frei",
    "Kosten | 1,2 Mio. Euro | 0,9 Mio. Euro",
]


def read(rules, words):
    found = open_grids(rules, words, [])
    return [row for grid in found for row in rows_of(grid, [w for w in words if grid.holds(*w.middle)]) or []]


def test_lines_between_the_rows_are_enough():
    borders = (18, 50, 66, 94, 112)
    assert read([Rule(8, y, 330, y) for y in borders], cells(ROWS)) == TEXT


def test_one_line_beside_the_labels_and_one_below_the_head():
    rules = [Rule(8, 47, 330, 47), Rule(8, 112, 330, 112), Rule(110, 15, 110, 115)]
    assert read(rules, cells(ROWS)) == TEXT


def test_one_line_below_the_head_and_one_beside_the_labels_that_begins_there():
    flat = [Rule(8, 34, 108, 34), Rule(112, 34, 218, 34), Rule(218, 34, 330, 34)]  # each cell's part of one line
    down = [Rule(110, a, 110, b) for a, b in ((34, 50), (50, 78), (78, 100))]
    prose = [Placed(text, 10, 300, 4.0 + 12 * n, 10) for n, text in enumerate(["Die Kosten stehen unten.", ""]) if text]
    rows = [[["Kriterium"], ["Standort"], ["Standort Süd"]], *ROWS[1:]]
    assert read([*flat, *down], [*prose, *cells(rows)]) == ["Kriterium | Standort | Standort Süd", *TEXT[1:]]


def test_the_seams_of_a_line_part_rows_and_columns():
    tight = [[["Kriterium"], ["Nord"], ["Süd"]], [["Lage im"], ["gut"], ["schlecht"]], [["Ort"], ["nah"], ["fern"]]]
    words = cells(tight)
    down = [Rule(110, top, 110, bottom) for top, bottom in ((18, 34), (34, 50), (50, 68))]
    rules = [*down, Rule(8, 18, 330, 18), Rule(8, 68, 330, 68)]
    assert read(rules, words) == ["Kriterium | Nord | Süd", "Lage im | gut | schlecht", "Ort | nah | fern"]


def test_running_text_between_two_rules_is_no_table():
    words = []
    for line in range(12):
        x = 10.0
        for n in range(8):
            text = "Wort" * (1 + (line + n) % 3)
            words.append(Placed(text, x, x + 5.0 * len(text), 30 + 12 * line, 10))
            x += 5 * len(text) + 3
    rules = [Rule(8, y, 330, y) for y in (18, 60, 110, 180)]
    assert read(rules, words) == []


def test_an_underlined_heading_is_no_table():
    words = cells([[["Betreff"], ["Neubau"], ["Wache"]]])
    assert read([Rule(8, 32, 330, 32), Rule(8, 120, 330, 120)], words) == []
