"""Rows of a table become one line; what is no table stays as it is. The pages are made by fpdf2."""

import io

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.pack.agendas.agenda import find_agenda
from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.page.glyphs import Rule, read_sheet
from ratsassistent.pack.page.layout import lines_of
from ratsassistent.pack.page.tables import MAX_RULES, Placed, grids, joined, rows_of
from ratsassistent.pack.papers.consultations import find_consultations

BUDGET = [
    ("Aufwand", "Ansatz 2026", "Ansatz 2027"),
    ("Personalkosten", "120.000 €", "125.000 €"),
    ("Bewirtschaftung der Gebäude und Anlagen", "48.500 €", "51.250 €"),
    ("Summe", "168.500 €", "176.250 €"),
]


def new_page():
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.core_fonts_encoding = "windows-1252"
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    return pdf


def lines(pdf):
    import pypdfium2

    document = pypdfium2.PdfDocument(io.BytesIO(bytes(pdf.output())))
    try:
        return "\n".join(line.text for line in lines_of(read_sheet(document[0]))).split("\n")
    finally:
        document.close()


def table(pdf, rows, widths, **options):
    with pdf.table(col_widths=widths, width=sum(widths), align="LEFT", **options) as drawn:
        for row in rows:
            line = drawn.row()
            for cell in row:
                line.cell(cell)


def test_a_ruled_table_keeps_amounts_with_their_labels():
    pdf = new_page()
    pdf.cell(0, 8, "Die Kosten im Einzelnen:", new_x="LMARGIN", new_y="NEXT")
    table(pdf, BUDGET, (40, 30, 30))
    pdf.cell(0, 8, "Die Deckung ist gesichert.")
    assert lines(pdf) == [
        "Die Kosten im Einzelnen:",
        "Aufwand | Ansatz 2026 | Ansatz 2027",
        "Personalkosten | 120.000 € | 125.000 €",
        "Bewirtschaftung der Gebäude und Anlagen | 48.500 € | 51.250 €",
        "Summe | 168.500 € | 176.250 €",
        "Die Deckung ist gesichert.",
    ]


def test_an_empty_cell_keeps_its_place_and_cut_words_are_put_together():
    pdf = new_page()
    rows = [("Maßnahme", "2026", "2027"), ("Straßen-\nbeleuchtung", "", "9.000"), ("Wege", "1.000", "")]
    table(pdf, rows, (40, 30, 30))
    assert lines(pdf) == ["Maßnahme | 2026 | 2027", "Straßenbeleuchtung | | 9.000", "Wege | 1.000"]


def test_a_form_of_labels_and_values_gets_no_bars():
    pdf = new_page()
    rows = [("Vorlage:", "BV/0815/2027", "Datum:", "01.02.2027"), ("Amt:", "Bauamt", "Bearbeiter:", "Beispiel")]
    table(pdf, rows, (30, 40, 30, 40))
    assert lines(pdf) == ["Vorlage: BV/0815/2027 | Datum: 01.02.2027", "Amt: Bauamt | Bearbeiter: Beispiel"]


def test_the_head_of_a_paper_needs_no_colons():
    pdf = new_page()
    rows = [
        ("Vorlage Nr.", "BV/0815/2027", "Datum", "01.02.2027"),
        ("Amt", "Bauamt", "", ""),
        ("Betreff", "Neue Wache", "", ""),
    ]
    table(pdf, rows, (30, 40, 30, 40), first_row_as_headings=False)
    assert lines(pdf) == ["Vorlage Nr. BV/0815/2027 | Datum 01.02.2027", "Amt Bauamt", "Betreff Neue Wache"]


def test_an_office_as_heading_of_a_column_is_no_head_of_a_paper():
    pdf = new_page()
    table(pdf, [("Amt", "Stellen"), ("Bauamt", "12"), ("Schulamt", "7")], (40, 40))
    assert lines(pdf) == ["Amt | Stellen", "Bauamt | 12", "Schulamt | 7"]


def test_the_rows_of_a_beratungsfolge_have_no_bars():
    pdf = new_page()
    rows = [
        ("Gremium", "Termin", "TOP", "Ergebnis"),
        ("Ausschuss für Umwelt und Technik", "05.03.2027", "4", "zugestimmt"),
        ("Gemeinderat", "14.03.2027", "2.1", ""),
    ]
    table(pdf, rows, (40, 30, 15, 40))
    assert lines(pdf) == [
        "Gremium Termin TOP Ergebnis",
        "Ausschuss für Umwelt und Technik 05.03.2027 4 zugestimmt",
        "Gemeinderat 14.03.2027 2.1",
    ]


def test_a_frame_around_running_text_is_no_table():
    pdf = new_page()
    text = "Der Rat beschließt den Plan in der Fassung vom März und beauftragt das Amt mit der Umsetzung. " * 9
    table(pdf, [("Beschluss", text), ("Grund", text)], (30, 150), first_row_as_headings=False)
    assert not any("|" in line for line in lines(pdf))


def test_columns_of_numbers_without_rules_are_a_table():
    pdf = new_page()
    pdf.text(20, 14, "Der Haushalt in Zahlen")
    for row, cells in enumerate(BUDGET):
        for x, cell in zip((20, 110, 150), cells, strict=True):
            pdf.text(x, 20 + 6 * row, cell)
    assert lines(pdf) == [
        "Der Haushalt in Zahlen",
        "Aufwand | Ansatz 2026 | Ansatz 2027",
        "Personalkosten | 120.000 € | 125.000 €",
        "Bewirtschaftung der Gebäude und Anlagen | 48.500 € | 51.250 €",
        "Summe | 168.500 € | 176.250 €",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "Neubau der Feuerwache"), ("2", "Haushalt 2027"), ("3", "Verschiedenes"), ("4", "Anfragen")],
        [("Bauausschuss", "05.03.2027"), ("Hauptausschuss", "07.03.2027"), ("Rat", "14.03.2027")],
        [("Erika Muster", "Hans Beispiel"), ("Ute Probe", "Jan Test"), ("Ida Fall", "Udo Satz")],
    ],
)
def test_agendas_days_and_names_in_columns_are_no_table(rows):
    pdf = new_page()
    for row, cells in enumerate(rows):
        for x, cell in zip((20, 90), cells, strict=True):
            pdf.text(x, 20 + 6 * row, cell)
    assert lines(pdf) == ["   ".join(cells) for cells in rows]


def test_two_tables_side_by_side_with_the_same_rows_are_one():
    rules = []
    for left, right in ((0, 100), (110, 300)):
        rules += [Rule(left, y, right, y) for y in (0, 20, 40, 60)]
        rules += [Rule(x, 0, x, 60) for x in (left, (left + right) / 2, right)]
    (grid,) = grids(rules)
    words = [Placed(f"{row}{column}", x, x + 10, 14 + 20 * row, 10) for row in range(3) for column, x in enumerate((10, 60, 120, 220))]  # fmt: skip
    assert rows_of(grid, words) == ["00 | 01 | 02 | 03", "10 | 11 | 12 | 13", "20 | 21 | 22 | 23"]


def test_a_cell_over_two_columns_stays_one_cell():
    rules = [Rule(0, y, 200, y) for y in (0, 20, 40, 60)]
    rules += [Rule(0, 0, 0, 60), Rule(200, 0, 200, 60), Rule(100, 20, 100, 60)]
    (grid,) = grids(rules)
    words = [Placed("Kopf über beides", 50, 150, 14, 10)]
    words += [Placed(text, x, x + 20, y, 10) for text, x, y in (("a", 10, 34), ("b", 110, 34), ("c", 10, 54), ("d", 110, 54))]  # fmt: skip
    assert rows_of(grid, words) == ["Kopf über beides", "a | b", "c | d"]


def test_lines_of_a_cell_are_joined():
    assert joined(["Straßen-", "beleuchtung im", "Ort"]) == "Straßenbeleuchtung im Ort"
    assert joined(["Bau-", "und Planung"]) == "Bau- und Planung"
    assert joined(["CDU-", "Fraktion"]) == "CDU-Fraktion"


def test_a_drawing_with_thousands_of_lines_is_not_searched_for_tables():
    assert grids([Rule(0, y, 100, y) for y in range(MAX_RULES + 1)]) == []


side = st.floats(0, 500)


@settings(max_examples=80)
@given(st.lists(st.tuples(side, side, side, st.booleans()), max_size=25), st.lists(st.tuples(side, side), max_size=20))
def test_any_lines_and_words_are_survived_and_no_word_is_lost(lines, places):
    rules = [Rule(min(a, b), c, max(a, b), c) if flat else Rule(c, min(a, b), c, max(a, b)) for a, b, c, flat in lines]
    words = [Placed(f"w{n}", x, x + 10, y, 10) for n, (x, y) in enumerate(places)]
    for grid in grids(rules):
        inside = [word for word in words if grid.holds(*word.middle)]
        rows = rows_of(grid, inside)
        if rows is not None:
            assert sorted(" ".join(rows).replace("|", " ").split()) == sorted(word.text for word in inside)


def test_public_and_non_public_are_told_apart_in_a_ruled_beratungsfolge():
    pdf = new_page()
    pdf.cell(0, 8, "Beratungsfolge dieser Vorlage", new_x="LMARGIN", new_y="NEXT")
    rows = [
        ("Gremium", "Termin", "TOP", "ö", "nö", "Ergebnis"),
        ("Ausschuss für Umwelt und Technik", "05.03.2027", "4", "", "x", ""),
        ("Gemeinderat", "14.03.2027", "2.1", "x", "", "zugestimmt"),
    ]
    table(pdf, rows, (40, 30, 15, 12, 12, 40))
    found = find_consultations("\n".join(lines(pdf)))
    assert [(c.organization, c.number, c.public) for c in found] == [
        ("Ausschuss für Umwelt und Technik", "4", False),
        ("Gemeinderat", "2.1", True),
    ]


def test_an_agenda_in_a_ruled_table_is_an_agenda(tmp_path):
    pdf = new_page()
    for text in (
        "Stadt Musterfeld",
        "Rat der Stadt Musterfeld",
        "Einladung zur 7. Sitzung",
        "Termin: Donnerstag, 14. März 2024, 17:30 Uhr",
        "Tagesordnung",
        "Öffentlicher Teil",
    ):
        pdf.cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    rows = [
        ("TOP", "Betreff", "Vorlage"),
        ("Ö 1", "Genehmigung der Niederschrift", ""),
        ("Ö 2", "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses am Ring", "BV/0012/2024"),
        ("Ö 3", "Trinkbrunnen am Markt", "AN/0045/2024"),
    ]
    table(pdf, rows, (20, 90, 40), first_row_as_headings=False)
    path = tmp_path / "a.pdf"
    path.write_bytes(bytes(pdf.output()))
    agenda = find_agenda(read_file(path))
    assert agenda is not None
    assert [(e.number, e.title, e.references) for e in agenda.entries] == [
        ("Ö 1", "Genehmigung der Niederschrift", ()),
        ("Ö 2", "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses am Ring", ("BV/0012/2024",)),
        ("Ö 3", "Trinkbrunnen am Markt", ("AN/0045/2024",)),
    ]
