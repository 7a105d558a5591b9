"""Each annex has its line: its name, its length, and a sentence of it where it has running text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.briefings import AnnexLine
from ratsassistent.oparl import AgendaItem, FileSpan, PagedText, PageStart, Paper, Part, PartKind
from ratsassistent.writing.extracts.annexes import annex_lines

Document = tuple[PartKind, str, list[str]]  # kind, name of its file, its pages

MAIN: Document = (
    "reason",
    "Paket.pdf",
    ["Die Halle wird saniert. Näheres zeigen die Anlagen.\nAnlagen\n– Anlage 1: Kostenberechnung vom 18.12.2026\n– Anlage 2: Zustandsgutachten der Turnhalle"],
)  # fmt: skip
PROSE = (
    "Das Tragwerk aus Holz ist standsicher und kann erhalten werden. Die Heizung stammt aus dem Jahr 2006 und ist häufig gestört. "
    "Das Dach ist an vier Stellen undicht und muss ganz erneuert werden. Im Boden wurden Schadstoffe gefunden, die entfernt werden müssen. "
)
REPORT: Document = (
    "annex",
    "Paket.pdf",
    [
        "Ingenieurbüro Linde GmbH\n12345 Erlenau\nTelefon 0711 223344\nAnlage 2\nTurnhalle der Lindenschule\nZustandsgutachten und Variantenuntersuchung",
        "Inhaltsverzeichnis\n1 Anlass .......... 3\n2 Zustand .......... 4\n3 Zusammenfassung .......... 9",
        "1 Zustand der Bauteile\n" + PROSE,
        "2 Weitere Bauteile\n" + PROSE.replace("Dach", "Fenster").replace("Heizung", "Lüftung"),
        "3 Zusammenfassung\nDas Gutachten empfiehlt die Generalsanierung der Halle mit Gesamtkosten von rund 2,4 Millionen Euro. Sie dauert 14 Monate.",
    ],
)  # fmt: skip
TABLE: Document = ("annex", "Paket.pdf", ["Anlage 1\nKostenberechnung\n300 | Bauwerk | 1.148.000 €\n400 | Technik | 612.500 €\nSumme | | 2.402.400 €"])  # fmt: skip


def paper(*documents: Document, kind: str | None = "Beschlussvorlage", name: str = "Sanierung der Turnhalle") -> Paper:
    """A paper of these documents; those of one file stand there one behind the other."""
    text, starts, parts, files = "", [], [], []
    last: dict[str, int] = {}
    for part, file, pages in documents:
        first, begin = last.get(file, 0) + 1, len(text)
        for number, words in enumerate(pages, first):
            starts.append(PageStart(offset=len(text), file_id=file, file=file, page=number))
            if not text and kind:  # the paper itself proposes something
                text = "Der Rat stimmt zu.\n"
                parts.append(Part(kind="resolution", heading=None, start=0, end=len(text)))
                begin = len(text)
            text += words + "\n"
        last[file] = first + len(pages) - 1
        head = next((line for line in pages[0].split("\n") if line.strip()), None)
        parts.append(Part(kind=part, heading=head, start=begin, end=len(text)))
        files.append(FileSpan(file_id=file, name=file, first=first, last=last[file]))
    return Paper(
        id="ra:vorlage-1", reference="V/7" if kind else None, name=name, paperType=kind, files=tuple(files),
        text=PagedText(text=text, starts=tuple(starts)), parts=tuple(parts),
    )  # fmt: skip


def lines(*papers: Paper) -> tuple[AnnexLine, ...]:
    return annex_lines(
        AgendaItem(id="x", order=1, number="2", name="Sanierung der Turnhalle", public=True, papers=papers)
    )


def test_each_annex_has_a_line_in_order_with_its_length_and_its_title_from_the_list() -> None:
    found = lines(paper(MAIN, TABLE, REPORT))
    assert [(line.name, line.pages) for line in found] == [
        ("Anlage 1: Kostenberechnung vom 18.12.2026", 1),
        ("Anlage 2: Zustandsgutachten der Turnhalle", 5),
    ]
    assert [[c.page for c in line.citation] for line in found] == [[2], [3]]


def test_the_sentence_is_of_its_summary_word_for_word_with_its_page() -> None:
    statement = lines(paper(MAIN, TABLE, REPORT))[1].statement
    assert statement is not None
    assert statement.text.startswith("Das Gutachten empfiehlt die Generalsanierung der Halle")
    assert (statement.origin, statement.check) == ("extract", "ok")
    assert [c.page for c in statement.citation] == [7]


def test_a_table_slides_and_a_plan_have_a_line_and_no_sentence() -> None:
    slides: Document = (
        "annex",
        "Folien.pdf",
        ["Projekthistorie\n• Sanierung\n• Digitalpakt", "Zeitplan\n• Mai: Beginn\n• Juli: Umzug"],
    )
    plan: Document = ("drawing", "Lageplan.pdf", ["N\nIV\n12\nWD"])
    found = lines(paper(MAIN, TABLE, slides, plan))
    assert [line.statement for line in found] == [None, None, None]
    assert [line.pages for line in found] == [1, 2, 1]


def test_a_table_of_contents_is_never_the_sentence() -> None:
    contents: Document = ("annex", "A.pdf", ["Bericht\nInhalt\n" + "\n".join(f"{n} Kapitel {n} über die Halle .......... {n}" for n in range(1, 40))])  # fmt: skip
    assert lines(paper(MAIN, contents))[0].statement is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Stadt Erlenau\nAmt für Soziales\nFörderrichtlinie\nQuartiersarbeit\nAuf der Grundlage des Konzepts", "Förderrichtlinie Quartiersarbeit"),
        ("Linde und Partner mbB\n54321 Erlenau\nSchalltechnisches Gutachten für die Einfriedung einer\nFläche am Schlosspark", "Schalltechnisches Gutachten für die Einfriedung einer Fläche am Schlosspark"),
        ("Entgelte der städtischen Horte 2023/2024\nAngebotsform\nEntgelt", "Entgelte der städtischen Horte 2023/2024"),
        ("Erika Muster\nSeestraße 4\n12345 Erlenau\nErlenau, 3. Mai 2025\nGefahr an der Schule\nSehr geehrte Damen und Herren,", "Schreiben: Gefahr an der Schule"),
        ("1. Einleitung\nDie im Februar vorgelegte Untersuchung der Schulen und ihrer Räume wurde nun zu einem\nBericht weiterentwickelt.", "Anlage zu „Sanierung der Turnhalle“"),
    ],
)  # fmt: skip
def test_the_name_is_a_title_and_no_letterhead(head: str, name: str) -> None:
    plain: Document = ("reason", "Paket.pdf", ["Die Halle wird saniert."])
    annex: Document = ("annex", "Paket.pdf", [head])
    other: Document = ("annex", "Paket.pdf", ["Anlage 9\nZeitplan"])
    assert lines(paper(plain, annex, other))[0].name == name


def test_a_file_of_its_own_gives_its_name_where_the_annex_has_none() -> None:
    plain: Document = ("reason", "V-7.pdf", ["Die Halle wird saniert."])
    annex: Document = ("annex", "2025-05-03_Anhang_Soziale_Entwicklung.pdf", ["N\n1:500"])
    assert lines(paper(plain, annex))[0].name == "Soziale Entwicklung"


def test_the_only_annex_is_the_one_that_the_paper_lists() -> None:
    listed: Document = (
        "reason",
        "Paket.pdf",
        ["Siehe das Schreiben.\nAnlage 1: Schreiben der Anwohner vom 11.11.2026"],
    )
    annex: Document = ("annex", "Paket.pdf", ["Erika Muster\nSeestraße 4\n12345 Erlenau"])
    assert lines(paper(listed, annex))[0].name == "Anlage 1: Schreiben der Anwohner vom 11.11.2026"


def test_papers_themselves_answers_and_minutes_are_no_annexes() -> None:
    answer: Document = ("statement", "Paket.pdf", ["Die Verwaltung stimmt zu."])
    assert lines(paper(MAIN, answer)) == ()
    assert lines() == ()
    minutes = paper(("text", "Protokoll.pdf", ["Es wurde beraten."]), kind="Niederschrift")
    slides = paper(("text", "Vortrag.pdf", ["Soziale Entwicklung\n• Zahlen", "• Fragen"]), kind=None)
    assert [(line.name, line.pages) for line in lines(slides, minutes)] == [("Vortrag", 2)]


def test_two_annexes_do_not_show_the_same_sentence() -> None:
    kind, file, pages = REPORT
    again: Document = (kind, file, [pages[0].replace("Anlage 2", "Anlage 3"), *pages[1:]])
    statements = [line.statement for line in lines(paper(MAIN, REPORT, again))]
    assert statements[0] is not None
    assert statements[1] is None


def test_words_that_the_pdf_has_torn_are_not_shown() -> None:
    torn = (
        PROSE.replace("Tragwerk", "Tragwer k")
        .replace("Heizung", "Heiz ung")
        .replace("Dach", "D ach")
        .replace("Schadstoffe", "Scha dst offe")
    )
    annex: Document = ("annex", "Paket.pdf", ["Anlage 1\nBericht zum Zustand\n" + torn])
    statement = lines(paper(MAIN, annex))[0].statement
    assert statement is None or not re.search(r"\b(?:k|D)\b", statement.text)


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from([*PROSE.split(". "), "Anlage 1", "Summe | 12 €", "1 Anlass ..... 3", "", "Inhalt"]),
            max_size=8,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_an_annex_holds_its_line_names_it_and_quotes_it(pages: list[list[str]]) -> None:
    annex: Document = ("annex", "Paket.pdf", [".\n".join(page) for page in pages])
    (line,) = lines(paper(MAIN, annex))
    assert line.name.strip()
    assert line.pages == len(pages)
    if line.statement is not None:
        page = {c.page for c in line.statement.citation}
        assert page <= set(range(2, 2 + len(pages)))
        assert re.sub(r"\W", "", line.statement.text) in re.sub(r"\W", "", "".join(annex[2]))
