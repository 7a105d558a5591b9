from pathlib import Path

import pdfs
import pytest

from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.papers.annexes import missing_attachments
from ratsassistent.pack.papers.papers import loose_papers
from ratsassistent.pack.papers.sheets import sheets_of

HEAD = [
    "Beschlussvorlage",
    "Vorlage: VO/0031/2027",
    "Fachbereich: Tiefbau",
    "Betreff: Ausbau der Lindenstraße",
    "Beschlussvorschlag:",
    "Der Rat beschließt den Ausbau.",
    "Sachverhalt:",
]
FIRST = ["Anlage 1 zu VO/0031/2027", "Lageplan der Lindenstraße"]


def missing(folder: Path, lines: list[str], annexes: dict[str, list[str]]) -> list[str]:
    """What is missing of a paper that says these lines and has these annexes."""
    files = {"VO-0031-2027.pdf": [*HEAD, *lines], **annexes}
    read = [read_file(pdfs.write(folder / name, [page])) for name, page in files.items()]
    papers = loose_papers([sheet for one in read for sheet in sheets_of(one)], True)
    assert len(papers) == 1
    return [attachment.name for attachment in missing_attachments(papers)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Näheres zeigt Anlage 2.", ["Anlage 2"]),
        ("Näheres zeigt die Anlage Nr. 1.", []),
        ("Näheres zeigen die Anlagen 1-3.", ["Anlage 2", "Anlage 3"]),
        ("Siehe Anlagen 1, 2 und 4.", ["Anlage 2", "Anlage 4"]),
        ("Siehe Anlagen 1 bis 2.", ["Anlage 2"]),
        ("Die Kosten stehen in Anlage 1a.", []),
        ("Der Plan Anlage 1-5 zeigt die Kanäle.", []),
        ("Die Berechnung ist als Anlage B beigefügt.", ["Anlage B"]),
        ("Der Bericht liegt als Anhang II bei.", ["Anhang II"]),
        ("Die Art steht in Anhang II der FFH-Richtlinie.", []),
        ("Siehe Anlage 3 der Betriebssatzung.", []),
        ("Siehe Anlage 3 zum Vertrag.", []),
        ("Siehe Anlage 3 zu dieser Vorlage.", ["Anlage 3"]),
        ("Das regelt Anlage 1 BauNVO und Anlage 2 BImSchV.", []),
        ("Das folgt aus § 50 Abs. 1, Anhang 3.", []),
        ("Wie in Vorlage VO/0007/2026, Anlage 5) dargestellt.", []),
        ("Die technischen Anlagen 2.1 und die PV-Anlage 4 bleiben.", []),
    ],
)
def test_mentions_of_annexes(tmp_path, line, names):
    assert missing(tmp_path, [line], {"VO-0031-2027 Anlage 1.pdf": FIRST}) == names


def test_a_document_without_a_label_may_be_the_missing_one(tmp_path):
    annexes = {"VO-0031-2027 Anlage 1.pdf": FIRST, "VO-0031-2027 Plan.pdf": ["Querschnitt", "Fahrbahn und Gehweg"]}
    assert missing(tmp_path, ["Siehe Anlage 2."], annexes) == []


def test_all_annexes_in_one_file(tmp_path):
    annexes = {"VO-0031-2027 Anlagen.pdf": ["Lagepläne", "Anlage 4 Querschnitt", "Zeile"]}
    assert missing(tmp_path, ["Siehe Anlage 2."], annexes) == []
    named = {"VO-0031-2027 Anlage 1-3.pdf": ["Lagepläne", "Querschnitt"]}
    assert missing(tmp_path / "b", ["Siehe Anlage 3."], named) == []


def test_a_list_of_annexes_with_numbers(tmp_path):
    lines = ["Text.", "Anlagen:", "1. Lageplan", "2. Kostenberechnung", "3. Bauzeitenplan"]
    annexes = {"VO-0031-2027 Anlage 1.pdf": FIRST, "VO-0031-2027 Anlage 3.pdf": ["Anlage 3", "Bauzeiten"]}
    assert missing(tmp_path, lines, annexes) == ["Anlage 2"]


def test_a_list_of_annexes_by_title(tmp_path):
    lines = ["Text.", "Anlagen:", "- Lageplan", "- Kostenberechnung"]
    annexes = {"VO-0031-2027 Lageplan.pdf": ["Maßstab 1:500"]}
    assert missing(tmp_path, lines, annexes) == ["Kostenberechnung"]
    other = {"VO-0031-2027 Anlage.pdf": ["Maßstab 1:500"]}  # may be either of the two
    assert missing(tmp_path / "b", lines, other) == []
    both = {**annexes, "VO-0031-2027 Anlage.pdf": ["Kostenberechnungen nach Gewerken"]}
    assert missing(tmp_path / "c", lines, both) == []


@pytest.mark.parametrize("line", ["keine", "entfällt", "Beschluss:", "Die Verwaltung legt dar, wie es weitergeht."])
def test_no_list_under_the_heading(tmp_path, line):
    assert missing(tmp_path, ["Anlagen:", line], {"VO-0031-2027 Lageplan.pdf": ["Maßstab 1:500"]}) == []


def test_what_came_in_elsewhere_is_not_missing(tmp_path):
    read = read_file(pdfs.write(tmp_path / "v.pdf", [[*HEAD, "Siehe Anlage 2."]]))
    papers = loose_papers(sheets_of(read), True)
    assert [a.name for a in missing_attachments(papers)] == ["Anlage 2"]
    assert missing_attachments(papers, ["Anlage_02_Kosten.pdf"]) == ()
