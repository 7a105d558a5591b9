import zipfile
from pathlib import Path

import pdfs
import pytest

from ratsassistent.oparl import File, Page
from ratsassistent.pack.agendas.agenda import AgendaEntry
from ratsassistent.pack.files.inputs import gather_inputs
from ratsassistent.pack.files.pages import ReadFile, read_file
from ratsassistent.pack.matching.assemble import Pack, assemble
from ratsassistent.pack.matching.folders import day_in_name, number_key, one_item_folders, places
from ratsassistent.pack.matching.likeness import like_title, most_alike, plan_keys

AGENDA = [
    "Gemeinde Quellental",
    "Gemeinderat",
    "Einladung zur 4. Sitzung",
    "Montag, 10. Mai 2027, 19:00 Uhr",
    "Tagesordnung",
    "Öffentlicher Teil",
    "1. Bekanntgaben",
    "2. Sanierung der Mühlbrücke",
    "3. Neue Gebühren für den Wochenmarkt",
    '4. Bebauungsplan Nr. 17 "Am Hopfengarten", Satzungsbeschluss',
    "Nichtöffentlicher Teil",
    "1. Personalangelegenheiten",
    "2. Ankauf eines Grundstücks",
]
BRIDGE = [
    "Sitzungsvorlage Nr. 12/2027",
    "Sachbearbeitung: Bauamt",
    "Betreff: Sanierung der Mühlbrücke",
    "Beschlussvorschlag:",
    "Die Mühlbrücke wird für 310.000 Euro saniert.",
]
MARKET = [
    "Sitzungsvorlage Nr. 13/2027",
    "Sachbearbeitung: Kämmerei",
    "Betreff: Neue Gebühren für den Wochenmarkt",
    "Beschlussvorschlag:",
    "Die Satzung wird beschlossen.",
]
BLANK = ["Tragwerk und Lager", "Der Zustand ist ausreichend."]


def entries(*numbers: tuple[str, bool]) -> list[AgendaEntry]:
    return [
        AgendaEntry(order=n, number=number, title=f"Sache {n}", public=public, page=1)
        for n, (number, public) in enumerate(numbers, 1)
    ]


def a_file(path: str, name: str | None = None) -> ReadFile:
    page = Page(number=1, text="", source="text")
    return ReadFile(
        file=File(id=path, name=name or Path(path).name, sha256=path), pages=(page,), path=Path("/p") / path
    )


def told(path: str, *numbers: tuple[str, bool]) -> set[int]:
    files = [a_file(path), a_file("Einladung.pdf")]
    place = places(files[:1], entries(*numbers), {}, files).get(path)
    return set(place.entries) if place else set()


PARTS = (("1", True), ("2", True), ("2.1", True), ("1", False), ("2", False))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("TOP 2/Plan.pdf", {1, 4}),
        ("Öffentlicher Teil/TOP 2/Plan.pdf", {1}),
        ("nichtöffentlich/TOP 2/Plan.pdf", {4}),
        ("TOP 02.1 Brücke/Plan.pdf", {2}),
        ("Top_2.1/Anlagen/Plan.pdf", {2}),
        ("Ö 2/Plan.pdf", {1}),
        ("N2 Ankauf/Plan.pdf", {4}),
        ("Unterlagen/TOP N 1 Vertrag.pdf", {3}),
        ("TOP 9/Plan.pdf", set()),
        ("2027-05-10/Plan.pdf", set()),
        ("Stoppelfeld 2/Plan.pdf", set()),
    ],
)
def test_what_the_name_of_a_folder_or_file_tells(path, found):
    assert told(path, *PARTS) == found


def test_bare_numbers_are_those_of_items_only_where_something_bears_it_out():
    files = [a_file("02 Brücke/a.pdf"), a_file("03 Markt/b.pdf"), a_file("Einladung.pdf")]
    agenda = entries(("1", True), ("2", True), ("3", True))
    assert places(files[:2], agenda, {}, files)["02 Brücke/a.pdf"].entries == frozenset()
    borne_out = places(files[:2], agenda, {"03 Markt/b.pdf": 2}, files)
    assert borne_out["02 Brücke/a.pdf"].entries == {1}
    contradicted = places(files[:2], agenda, {"03 Markt/b.pdf": 0}, files)
    assert contradicted["02 Brücke/a.pdf"].entries == frozenset()


def test_a_folder_speaks_for_all_in_it_only_where_folders_are_sorted_by_items():
    files = [a_file("brücke/a.pdf"), a_file("brücke/b.pdf"), a_file("markt/c.pdf"), a_file("Anlagen/d.pdf")]
    place = places(files, [], {})
    assert place["brücke/b.pdf"].folder == "brücke"
    assert "Anlagen/d.pdf" not in place  # sorted by kind
    assert one_item_folders(place, {"brücke/a.pdf": 1, "markt/c.pdf": 2}) == {"brücke": 1, "markt": 2}
    assert one_item_folders(place, {"brücke/a.pdf": 1}) == {}


@pytest.mark.parametrize(
    ("one", "two"), [("TOP Ö 5.", "5"), ("05", "5"), ("4_1", "4.1"), ("N 3", "3"), ("10", "10"), ("TOP 2.10", "2.10")]
)
def test_ways_to_print_a_number(one, two):
    assert number_key(one) == number_key(two)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2027-05-10_Anhang.pdf", "2027-05-10"),
        ("Folien_20270510.pdf", "2027-05-10"),
        ("10.05.2027 Antrag.pdf", "2027-05-10"),
        ("Stromnetz_10052027.pdf", "2027-05-10"),
        ("Vorlage 12-2027.pdf", None),
        ("12345678.pdf", None),
    ],
)
def test_the_day_in_a_name(name, day):
    assert day_in_name(name) == day


def held(pack: Pack, public: bool = True) -> dict[str, list[str]]:
    (meeting,) = pack.meetings
    return {
        item.number or "": sorted(span.name for paper in item.papers for span in paper.files)
        for item in meeting.agendaItem
        if item.public is public
    }


FOLDERS = {
    "Tagesordnung.pdf": [AGENDA],
    "Öffentlich/TOP 2/Vorlage.pdf": [BRIDGE],
    "Öffentlich/TOP 2/Anlage.pdf": [BLANK],
    "Öffentlich/TOP 3/Vorlage.pdf": [MARKET],
    "Nichtöffentlich/TOP 2/Vertrag.pdf": [["Kaufvertrag", "Entwurf vom Notar"]],
}


def test_folders_for_each_item_with_the_same_names_in_several(tmp_path):
    for name, pages in FOLDERS.items():
        pdfs.write(tmp_path / "Sitzung" / name, pages)
    bundle = tmp_path / "sitzung.zip"
    with zipfile.ZipFile(bundle, "w") as out:
        for name in FOLDERS:
            out.write(tmp_path / "Sitzung" / name, name)
    for number, source in enumerate((tmp_path / "Sitzung", bundle)):
        inputs = gather_inputs([source], tmp_path / f"work{number}")
        pack = assemble([read_file(path, name=name) for path, name in inputs.pdfs])
        assert not inputs.skipped
        public = held(pack)
        assert [name.rpartition("/")[2] for name in public["2"]] == ["Anlage.pdf", "Vorlage.pdf"]
        assert [name.rpartition("/")[2] for name in public["3"]] == ["Vorlage.pdf"]
        assert held(pack, public=False)["2"] == ["Vertrag.pdf"]
        marks = {read.file.name.rpartition("/")[2]: read.pages[0].public for read in pack.files}
        assert (marks["Anlage.pdf"], marks["Vertrag.pdf"]) == (True, False)


def test_a_number_of_both_parts_alone_does_not_bring_a_file_into_the_open(tmp_path):
    files = {"Tagesordnung.pdf": [AGENDA], "TOP 2/Gutachten.pdf": [BLANK], "TOP 3/Vorlage.pdf": [MARKET]}
    read = [read_file(pdfs.write(tmp_path / name, pages)) for name, pages in files.items()]
    pack = assemble(read)
    assert held(pack)["2"] == []
    assert [paper.files[0].name for paper in pack.loose_papers] == ["Gutachten.pdf"]
    assert ("Gutachten.pdf", 1) in [(page.file, page.page) for page in pack.meetings[0].unassigned_pages]


def test_what_belongs_to_a_building_plan_goes_with_it(tmp_path):
    files = {
        "Tagesordnung.pdf": [AGENDA],
        "BPlan-17-Begründung.pdf": [["Begründung", "zum Bebauungsplan Nr. 17", '"Am Hopfengarten"']],
        "Lageplan.pdf": [["N", "1:500", "Gemeinde Quellental Bebauungsplan Nr.17"]],
        "B-Plan_18_Begründung.pdf": [["Begründung", "zum Bebauungsplan Nr. 18"]],
    }
    pack = assemble([read_file(pdfs.write(tmp_path / name, pages)) for name, pages in files.items()])
    assert held(pack)["4"] == ["BPlan-17-Begründung.pdf", "Lageplan.pdf"]
    assert [paper.files[0].name for paper in pack.loose_papers] == ["B-Plan_18_Begründung.pdf"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Bebauungsplan Nr. 17 a „Am See“", {"b17a"}),
        ("BPlan-336-Satzung", {"b336"}),
        ("des Bebauungsplans Nr. 4/2", {"b42"}),
        ("Flächennutzungsplan Nr. 3", {"f3"}),
        ("Der Bebauungsplan wird beschlossen", set()),
    ],
)
def test_building_plans_are_known_by_kind_and_number(text, keys):
    assert plan_keys(text) == keys


WORDS = {
    "brücke": "Mühlbrücke Widerlager Korrosion Tragwerk Fahrbahn Brückenprüfung Bauwerk Sanierung",
    "markt": "Wochenmarkt Standgebühren Marktsatzung Händler Gebührensatz Stände Marktfläche",
    "kita": "Kindergarten Betreuungszeiten Elternbeiträge Gruppen Erzieherinnen Krippe",
}


def test_a_document_goes_with_what_it_is_far_more_like_than_anything_else():
    report = "Prüfbericht Mühlbrücke: Korrosion am Widerlager, Tragwerk und Fahrbahn geschädigt, Brückenprüfung fällig"
    nothing = "Allgemeine Hinweise zum Datenschutz und zur Barrierefreiheit dieser Unterlagen im Ratssaal"
    found = most_alike({"bericht": report, "hinweise": nothing}, WORDS, {})
    assert found == {"bericht": "brücke"}
    between = f"{WORDS['brücke']} {WORDS['markt']}"
    assert most_alike({"beides": between}, WORDS, {}) == {}


def test_a_title_in_other_words():
    titles = {1: "Sozialentwicklung im Ortsteil", 2: "Lärmschutz an der Bahnstrecke", 3: "Anfragen aus der Bevölkerung"}
    heads = {
        "a": "2027-05-10_Anhang_Soziale_Entwicklung",
        "b": "Laermschutzwand Bahnstrecke",
        "c": "Anfragen aus der Bevölkerung",  # may be about anything
        "d": "Präsentation",
    }
    assert like_title(heads, titles, "Ortsteil") == {"a": 1, "b": 2}
