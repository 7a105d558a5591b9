import pytest

from ratsassistent.pack.papers.heads import is_confidential, is_minutes, is_running_line, read_page_head
from ratsassistent.pack.papers.running import running_lines
from ratsassistent.pack.papers.sheets import without_lines


@pytest.mark.parametrize(
    "text",
    [
        "Vertraulich\nAnlage 2",
        "Streng vertraulich!\nGutachten",
        "Nichtöffentliche Beschlussvorlage\nVorlage: 1/2027",
        "Gemeinde Quellental\nVorlage Nr.: 12/2027\nStatus: nichtöffentlich\nAmt: Bauamt",
        "- nicht öffentlich -\nAntrag",
        "VERTRAULICH - nur für Ratsmitglieder\nBericht",
        "Nichtöffentliche Anlage 3",
        "Öffentlichkeitsstatus: nicht öffentlich\nVorlage",
        "Vorlage 3/2027\n☐ öffentlich ☒ nichtöffentlich\nBetreff",
        "Nur für den Dienstgebrauch\nLagebericht",
    ],
)
def test_a_document_that_says_it_is_not_public(text):
    assert is_confidential(text)


@pytest.mark.parametrize(
    "text",
    [
        "Beschlussvorlage\nBeratungsfolge\nHauptausschuss\nnichtöffentlich\nRat\nöffentlich",
        "Vorlage\nöffentlich\nnichtöffentlich",  # a choice that nobody made
        "Vorlage 3/2027\n☒ öffentlich ☐ nichtöffentlich",
        "☐ nichtöffentlich\nVorlage",
        "Vertraulichkeit der Beratung in den Ausschüssen\nDer Rat berät.",
        "Bekanntgabe nichtöffentlich gefasster Beschlüsse\nDer Rat hat beschlossen.",
        "\n".join(["Vorlage", *["Zeile"] * 20, "vertraulich"]),
        "",
    ],
)
def test_a_document_that_does_not(text):
    assert not is_confidential(text)


@pytest.mark.parametrize(
    ("lines", "kind", "role", "references"),
    [
        (["Beschlussvorlage", "Vorlage: BV/0012/2027", "Amt: Bauamt"], "Beschlussvorlage", "main", ("BV/0012/2027",)),
        (["Drucksache Nr. 20/1234", "Antrag", "der Fraktion Mitte"], "Antrag", "main", ("20/1234",)),
        (
            ["Stellungnahme zum Antrag", "Vorlage: AN/0003/2027"],
            "Stellungnahme zum Antrag",
            "statement",
            ("AN/0003/2027",),
        ),
        (["Anlage 2 zu BV/0012/2027", "Lageplan"], None, "annex", ("BV/0012/2027",)),
    ],
)
def test_kinds_and_numbers_at_the_head(lines, kind, role, references):
    head = read_page_head("\n".join([*lines, "Text", "Text", "Text"]))
    assert (head.kind, head.role, head.references) == (kind, role, references)


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("- 3 -", True),
        ("Seite 2 von 8", True),
        ("Vorlage BV/0012/2027 Seite 2 von 4", True),
        ("3", False),
        ("Seite", False),
    ],
)
def test_lines_that_count_pages(line, counts):
    assert is_running_line(line) is counts


def test_minutes_are_known_by_who_was_there():
    assert is_minutes("Niederschrift\nüber die 3. Sitzung des Gemeinderats\nAnwesend: 12 Mitglieder")
    assert not is_minutes("Genehmigung der Niederschrift\nDer Rat genehmigt sie.")


BODY = [[f"{first * 4}{second * 3} steht hier im Satz." for first in "abcdefgh"] for second in "wxyz"]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("Gemeinde Quellental · Bauamt", "Vorlage 12/2027 Seite {n} von 4"),
        ("Bebauungsplan Nr. 17 - Begründung", "Büro Nord GmbH | {n}"),
        ("Stand: März 2027", "- {n} -"),
        ("{n} | Jahresbericht der Musikschule", "www.quellental.example"),
    ],
)
def test_running_heads_and_feet_go_and_the_text_stays(head, foot):
    texts = ["\n".join([head.format(n=n + 1), *body, foot.format(n=n + 1)]) for n, body in enumerate(BODY)]
    drops = running_lines(texts)
    kept = [without_lines(text, drop).split("\n") for text, drop in zip(texts, drops, strict=True)]
    assert kept[1:] == BODY[1:]
    assert [line for line in kept[0] if line in BODY[0]] == BODY[0]  # the first page may keep its letterhead


def test_what_two_pages_share_by_chance_stays():
    texts = ["\n".join([*body, "Ja"]) for body in BODY[:2]]
    assert running_lines(texts) == [set(), set()]
