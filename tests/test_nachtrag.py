"""A Nachtrag changes the agenda; the items stay the items they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.oparl import AgendaItem, File, FileSpan, Meeting, Page, PagedText, PageStart, Paper
from ratsassistent.pack.agendas.agenda import Agenda, AgendaEntry, find_agenda
from ratsassistent.pack.agendas.agenda_changes import changes, plain_title, supplement, without_new
from ratsassistent.pack.agendas.nachtrag import apply, grouped, item_ids, merge_meetings, same_meeting
from ratsassistent.pack.files.pages import ReadFile

HEAD = ["Gemeinde Lindau am Bach", "Sitzung des Gemeinderates am Dienstag, 09.03.2027, 19:00 Uhr"]
BASE = [
    "Einladung",
    *HEAD,
    "Tagesordnung",
    "Öffentlicher Teil",
    "1. Eröffnung der Sitzung",
    "2. Haushaltssatzung 2027",
    "Vorlage: BV/0002/2027",
    "3. Neubau der Feuerwache",
    "Vorlage: BV/0003/2027",
    "4. Straßenausbau Hofgasse",
    "5. Verschiedenes",
    "Nichtöffentlicher Teil",
    "1. Grundstücksverkauf Gewerbegebiet",
    "2. Verschiedenes",
]


def agenda(lines: list[str]) -> Agenda:
    found = find_agenda(
        ReadFile(
            file=File(id="ra:datei-1", name="x.pdf", sha256="0"),
            pages=(Page(number=1, text="\n".join(lines), source="text"),),
            path=Path("x.pdf"),
        )
    )
    assert found
    return found


def merged(*lines: str) -> list[tuple[str | None, str, str | None, bool]]:
    later = agenda([*HEAD, *lines])
    assert later.supplement
    return told(apply(agenda(BASE), later))


def told(found: Agenda) -> list[tuple[str | None, str, str | None, bool]]:
    return [(e.number, e.title, e.formerly, e.withdrawn) for e in found.entries]


def numbers(found: list[tuple[str | None, str, str | None, bool]]) -> list[tuple[str | None, str | None]]:
    return [(number, formerly) for number, _, formerly, _ in found]


def test_new_items_come_in_at_their_place():
    found = merged(
        "1. Nachtrag zur Tagesordnung",
        "Öffentlicher Teil",
        "4a. Winterdienst",
        "Vorlage: BV/0009/2027",
        "6. Spielplatz",
    )
    assert [number for number, *_ in found] == ["1", "2", "3", "4", "4a", "5", "6", "1", "2"]
    assert found[4][1] == "Winterdienst"


def test_an_inserted_item_moves_those_behind_it():
    found = merged(
        "Ergänzung der Tagesordnung",
        "Öffentlicher Teil",
        "Neuer TOP 3: Wahl der Schiedsperson",
        "Die bisherigen TOP 3 bis 5 werden TOP 4 bis 6.",
    )
    assert [(number, title, formerly) for number, title, formerly, _ in found[:6]] == [
        ("1", "Eröffnung der Sitzung", None),
        ("2", "Haushaltssatzung 2027", None),
        ("TOP 3", "Wahl der Schiedsperson", None),
        ("4", "Neubau der Feuerwache", "3"),
        ("5", "Straßenausbau Hofgasse", "4"),
        ("6", "Verschiedenes", "5"),
    ]
    assert numbers(found)[6:] == [("1", None), ("2", None)]


def test_nothing_is_said_of_the_others_but_two_items_cannot_have_one_number():
    found = merged(
        "Nachtrag", "Die Tagesordnung wird um folgenden Punkt erweitert:", "Öffentlicher Teil", "TOP 4: Winterdienst"
    )
    assert numbers(found)[:6] == [("1", None), ("2", None), ("3", None), ("TOP 4", None), ("5", "4"), ("6", "5")]


def test_a_nachtrag_that_counts_its_own_items_moves_nothing():
    found = merged("Nachtrag zur Tagesordnung", "Öffentlicher Teil", "1. Winterdienst", "2. Spielplatz")
    assert [(number, title) for number, title, *_ in found[5:7]] == [("1", "Winterdienst"), ("2", "Spielplatz")]
    assert all(formerly is None for *_, formerly, _ in found)


@pytest.mark.parametrize(
    "line",
    [
        "TOP 4 wird von der Tagesordnung abgesetzt.",
        "Der Tagesordnungspunkt 4 wird zurückgezogen.",
        "TOP 4 Straßenausbau Hofgasse wird von der Tagesordnung genommen.",
        "Der Punkt 4 „Straßenausbau Hofgasse“ wurde abgesetzt.",
        "TOP 4 entfällt.",
        "Von der Tagesordnung wird TOP 4 abgesetzt.",
        "Abgesetzt wird TOP 4",
        "TOP 4 (abgesetzt)",
        "4. - abgesetzt -",
    ],
)
def test_withdrawn_items_stay(line):
    found = merged("Änderung der Tagesordnung", "Öffentlicher Teil", line)
    assert [(number, title) for number, title, _, gone in found if gone] == [("4", "Straßenausbau Hofgasse")]
    assert len(found) == 7
    assert all(formerly is None for _, _, formerly, _ in found)


def test_several_are_withdrawn_under_one_heading():
    found = merged(
        "1. Nachtrag zur Tagesordnung",
        "Öffentlicher Teil",
        "Folgende Punkte werden von der Tagesordnung abgesetzt:",
        "TOP 2 Haushaltssatzung 2027",
        "TOP 4 Straßenausbau Hofgasse",
        "Die Tagesordnung wird um folgende Punkte ergänzt:",
        "TOP 6 Spielplatz",
    )
    assert [title for _, title, _, gone in found if gone] == ["Haushaltssatzung 2027", "Straßenausbau Hofgasse"]
    assert ("TOP 6", "Spielplatz", None, False) in found


def test_a_number_alone_that_two_parts_have_is_not_guessed():
    found = merged("Änderung der Tagesordnung", "TOP 2 wird abgesetzt.")
    assert [title for _, title, _, gone in found if gone] == ["(TOP 2)"]


def test_the_whole_agenda_printed_again():
    found = merged(
        "Neufassung der Tagesordnung",
        "Öffentlicher Teil",
        "1. Eröffnung der Sitzung",
        "2. Wahl der Schiedsperson",
        "3. Haushaltssatzung 2027",
        "4. Neubau der Feuerwache (bisher TOP 3)",
        "5. Verschiedenes",
        "Nichtöffentlicher Teil",
        "1. Grundstücksverkauf Gewerbegebiet",
        "2. Verschiedenes",
    )
    assert found == [
        ("1", "Eröffnung der Sitzung", None, False),
        ("2", "Wahl der Schiedsperson", None, False),
        ("3", "Haushaltssatzung 2027", "2", False),
        ("4", "Neubau der Feuerwache", "3", False),
        ("4", "Straßenausbau Hofgasse", None, True),
        ("5", "Verschiedenes", None, False),
        ("1", "Grundstücksverkauf Gewerbegebiet", None, False),
        ("2", "Verschiedenes", None, False),
    ]


def test_an_item_brought_forward():
    found = merged(
        "1. Nachtrag zur Tagesordnung", "Öffentlicher Teil", "TOP 4 wird vorgezogen und als TOP 2 behandelt."
    )
    assert ("2", "Straßenausbau Hofgasse", "4", False) in found


def test_a_remark_below_an_item_withdraws_it():
    found = merged(
        "1. Nachtrag",
        "Tagesordnung",
        "Öffentlicher Teil",
        "Punkt 3: Neubau der Feuerwache",
        "Der Punkt wird von der Tagesordnung abgesetzt.",
    )
    assert [title for _, title, _, gone in found if gone] == ["Neubau der Feuerwache"]


def test_the_parts_of_one_meeting_in_two_agendas():
    public = agenda([*HEAD, "Tagesordnung der öffentlichen Sitzung", "1. Eröffnung", "2. Haushalt", "3. Verschiedenes"])
    secret = agenda([*HEAD, "Tagesordnung der nichtöffentlichen Sitzung", "1. Personal", "2. Verschiedenes"])
    both = apply(public, secret)
    assert [(e.number, e.public, e.withdrawn) for e in both.entries] == [
        ("1", True, False),
        ("2", True, False),
        ("3", True, False),
        ("1", False, False),
        ("2", False, False),
    ]


def test_changes_in_words():
    def said(text):
        return [(c.number, c.formerly, c.withdrawn) for c in changes(text)]

    assert said("Die Tagesordnungspunkte 5, 7 und 9 werden abgesetzt.") == [
        ("5", None, True),
        ("7", None, True),
        ("9", None, True),
    ]
    assert said("TOP N 3 wird zurückgezogen") == [("N 3", None, True)]
    assert said("Die bisherigen Tagesordnungspunkte 5 bis 7 werden Tagesordnungspunkte 6 bis 8") == [
        ("6", "5", False),
        ("7", "6", False),
        ("8", "7", False),
    ]
    assert said("Der bisherige TOP 5 wird zu TOP 9.") == [("9", "5", False)]
    assert said("Die TOP 12 bis 14 verschieben sich auf 13 bis 15") == [
        ("13", "12", False),
        ("14", "13", False),
        ("15", "14", False),
    ]
    assert said("Der Rat wird um 5 Mitglieder erweitert") == []
    assert said("TOP 5 Bericht über abgesetzte Fahrzeuge") == []
    assert without_new("Neuer TOP 5: Halle") == "TOP 5: Halle"
    assert without_new("Als TOP 5 wird zusätzlich aufgenommen: Halle") == "TOP 5: Halle"
    assert plain_title("Halle (bisher TOP 7)") == ("Halle", "7", False)
    assert plain_title("Halle - abgesetzt -") == ("Halle", None, True)
    assert plain_title("- abgesetzt -") == ("- abgesetzt -", None, True)
    assert plain_title("Umbau der alten Schule 5") == ("Umbau der alten Schule 5", None, False)


@pytest.mark.parametrize(
    ("head", "rank"),
    [
        ("1. Nachtrag", 1),
        ("2. Nachtrag zur Einladung", 2),
        ("Nachtrag Nr. 3 zur Tagesordnung", 3),
        ("Ergänzung der Tagesordnung", 1),
        ("Geänderte Tagesordnung", 1),
        ("Nachtraktanden", 1),
        ("die Tagesordnung wird um folgende Punkte erweitert:", 1),
        ("Nachtragshaushalt 2027", 0),
        ("Einladung zur Sitzung", 0),
        ("Bericht über den Nachtrag zum Vertrag", 0),
    ],
)
def test_which_agenda_is_a_nachtrag(head, rank):
    assert supplement(head) == rank


def entry(order, number, title, public=True, references=()):
    return AgendaEntry(order=order, number=number, title=title, public=public, references=references, page=1)


def test_ids_do_not_hang_on_number_or_publicity():
    one = [entry(1, "1", "Eröffnung"), entry(2, "2", "Neubau der Halle", None), entry(3, "3", "Verschiedenes")]
    two = [
        entry(1, "1", "Eröffnung"),
        entry(2, "2", "Wahl"),
        entry(3, "Ö 3", "Neubau  der Halle"),
        entry(4, "4", "Verschiedenes"),
    ]
    ids = item_ids("ra:sitzung-1", one)
    later = item_ids("ra:sitzung-1", two)
    assert ids == [later[0], later[2], later[3]]
    assert item_ids("ra:sitzung-2", one)[0] != ids[0]


def test_ids_of_equal_titles_differ_and_last():
    many = [
        entry(1, "5", "Bauanträge"),
        entry(2, "5.1", "Anfragen"),
        entry(3, "6", "Schulen"),
        entry(4, "6.1", "Anfragen"),
        entry(5, "7", "Antrag", True, ("AN/0001/2027",)),
        entry(6, "8", "Antrag", True, ("AN/0002/2027",)),
        entry(7, "1", "Verschiedenes", False),
        entry(8, "2", "Verschiedenes", False),
    ]
    ids = item_ids("ra:sitzung-1", many)
    assert len(set(ids)) == len(ids)
    assert item_ids("ra:sitzung-1", [e.model_copy(update={"number": f"9{e.number}"}) for e in many])[4:6] == ids[4:6]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["Anfragen", "Verschiedenes", "Halle", ""]), max_size=12))
def test_ids_are_always_unlike(titles):
    ids = item_ids("ra:sitzung-1", [entry(n, str(n), title, n % 2 == 0) for n, title in enumerate(titles, 1)])
    assert len(set(ids)) == len(titles)


def paper(reference: str, text: str = "Text") -> Paper:
    place = PageStart(offset=0, file_id="ra:datei-2", file="p.pdf", page=1)
    return Paper(
        id=f"ra:vorlage-{reference}",
        reference=reference,
        name=reference,
        paperType=None,
        files=(FileSpan(file_id="ra:datei-2", name="p.pdf", first=1, last=1),),
        text=PagedText(text=text, starts=(place,)),
    )


def meeting(found: Agenda, papers: dict[str, Paper] | None = None) -> Meeting:
    own = "ra:sitzung-1"
    ids = item_ids(own, found.entries)
    return Meeting(
        id=own,
        name=found.name,
        organization=found.organization,
        start=found.start,
        agendaItem=tuple(
            AgendaItem(
                id=i,
                order=e.order,
                number=e.number,
                name=e.title,
                public=e.public,
                formerly=e.formerly,
                withdrawn=e.withdrawn,
                papers=tuple(p for t, p in (papers or {}).items() if t in e.title),
            )
            for i, e in zip(ids, found.entries, strict=True)
        ),
    )


NACHTRAG = [
    *HEAD,
    "2. Nachtrag zur Tagesordnung",
    "Öffentlicher Teil",
    "Neuer TOP 3: Wahl der Schiedsperson",
    "Die bisherigen TOP 3 bis 5 werden TOP 4 bis 6.",
    "TOP 2 wird abgesetzt.",
]


def test_meetings_keep_the_ids_of_their_items():
    base = meeting(agenda(BASE), {"Feuerwache": paper("BV/0003/2027")})
    after = merge_meetings(base, meeting(agenda(NACHTRAG), {"Schiedsperson": paper("BV/0011/2027")}))
    ids = {item.name: item.id for item in base.agendaItem if item.public}
    assert after.name == base.name
    assert [(i.order, i.number, i.name, i.formerly, i.withdrawn) for i in after.agendaItem][:6] == [
        (1, "1", "Eröffnung der Sitzung", None, False),
        (2, "2", "Haushaltssatzung 2027", None, True),
        (3, "TOP 3", "Wahl der Schiedsperson", None, False),
        (4, "4", "Neubau der Feuerwache", "3", False),
        (5, "5", "Straßenausbau Hofgasse", "4", False),
        (6, "6", "Verschiedenes", "5", False),
    ]
    assert all(ids.get(item.name, item.id) == item.id for item in after.agendaItem if item.public)
    assert [p.reference for item in after.agendaItem for p in item.papers] == ["BV/0011/2027", "BV/0003/2027"]
    assert merge_meetings(after, meeting(agenda(NACHTRAG))).agendaItem == after.agendaItem  # taken in once more


def test_the_nachtrag_may_come_first():
    change = meeting(agenda(NACHTRAG))
    after = merge_meetings(change, meeting(agenda(BASE)))
    assert [(i.number, i.formerly) for i in after.agendaItem][:6] == [
        ("1", None),
        ("2", None),
        ("TOP 3", None),
        ("4", "3"),
        ("5", "4"),
        ("6", "5"),
    ]
    new = next(item for item in after.agendaItem if item.name == "Wahl der Schiedsperson")
    assert new.id in {item.id for item in change.agendaItem}
    assert not after.name.startswith("Nachtrag")


def test_the_newer_edition_of_a_paper_is_kept():
    base = meeting(agenda(BASE), {"Feuerwache": paper("BV/0003/2027", "alt")})
    again = meeting(agenda(BASE), {"Feuerwache": paper("BV/0003/2027", "neu")})
    after = merge_meetings(base, again)
    assert [p.text.text for item in after.agendaItem for p in item.papers] == ["neu"]
    assert len(after.agendaItem) == len(base.agendaItem)


def test_a_meeting_keeps_the_files_of_both_its_agendas():
    base = meeting(agenda(BASE)).model_copy(update={"file_ids": ("ra:datei-1", "ra:datei-2")})
    later = meeting(agenda(NACHTRAG)).model_copy(update={"file_ids": ("ra:datei-2", "ra:datei-3")})
    assert merge_meetings(base, later).file_ids == ("ra:datei-1", "ra:datei-2", "ra:datei-3")
    assert set(merge_meetings(later, base).file_ids) == {"ra:datei-1", "ra:datei-2", "ra:datei-3"}


def test_agendas_of_one_meeting_are_put_together():
    other = [
        "Einladung",
        "Sitzung des Bauausschusses am Dienstag, 09.03.2027, 17:00 Uhr",
        "Tagesordnung",
        "1. Wege",
        "2. Brücken",
    ]
    found = [
        agenda(NACHTRAG),
        agenda(other),
        agenda([*HEAD, "1. Nachtrag zur Tagesordnung", "6. Spielplatz"]),
        agenda(BASE),
    ]
    assert grouped(found) == [[3, 2, 0], [1]]
    assert same_meeting(found[0], found[3])
    assert not same_meeting(found[1], found[3])


def test_alike_is_not_the_same():
    base = agenda(
        [*HEAD, "Tagesordnung", "Öffentlicher Teil", "1. Bebauungsplan Nr. 17 – Offenlage", "2. Bauantrag Weg 5"]
    )
    later = agenda(
        [
            *HEAD,
            "Nachtrag zur Tagesordnung",
            "Öffentlicher Teil",
            "3. Bebauungsplan Nr. 18 – Offenlage",
            "4. Bauantrag Weg 7",
        ]
    )
    assert len(apply(base, later).entries) == 4


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_item_that_moves_keeps_its_id(data):
    titles = ["Haushalt", "Feuerwache", "Straßenbau", "Schulhof", "Klimaplan", "Radweg", "Spielplatz", "Friedhof"]
    size = data.draw(st.integers(4, 8))
    order = data.draw(st.permutations(titles[:size]))
    again = [*HEAD, "Geänderte Tagesordnung", "Öffentlicher Teil", *(f"{n}. {t}" for n, t in enumerate(order, 1))]
    plain = [*HEAD, "Tagesordnung", "Öffentlicher Teil", *(f"{n}. {t}" for n, t in enumerate(titles[:size], 1))]
    base = meeting(agenda(plain))
    after = merge_meetings(base, meeting(agenda(again)))
    ids = {item.name: item.id for item in base.agendaItem}
    old = {item.name: item.number for item in base.agendaItem}
    assert [item.name for item in after.agendaItem] == list(order)
    assert {item.name: item.id for item in after.agendaItem} == ids
    assert [item.number for item in after.agendaItem] == [str(n) for n in range(1, size + 1)]
    assert all(i.formerly == (None if i.number == old[i.name] else old[i.name]) for i in after.agendaItem)


def state(found: Meeting) -> list[tuple[str, str | None, str, str | None, bool]]:
    return [(i.id, i.number, i.name, i.formerly, i.withdrawn) for i in found.agendaItem]


def test_what_is_handed_in_again_changes_nothing():
    base, later = agenda(BASE), agenda(NACHTRAG)
    after = merge_meetings(meeting(base), meeting(later))
    assert state(merge_meetings(after, meeting(base))) == state(after)
    assert state(merge_meetings(after, meeting(later))) == state(after)
    assert state(merge_meetings(after, meeting(apply(base, later)))) == state(after)
    assert state(merge_meetings(meeting(base), meeting(apply(base, later)))) == state(after)


def test_two_supplements_one_after_the_other():
    first = [*HEAD, "1. Nachtrag zur Tagesordnung", "Öffentlicher Teil", "Neuer TOP 2: Wahl der Schiedsperson"]
    second = [
        *HEAD,
        "2. Nachtrag zur Tagesordnung",
        "Öffentlicher Teil",
        "TOP 4 Neubau der Feuerwache wird abgesetzt.",
        "7. Spielplatz",
    ]
    found = told(apply(apply(agenda(BASE), agenda(first)), agenda(second)))
    assert found[:7] == [
        ("1", "Eröffnung der Sitzung", None, False),
        ("TOP 2", "Wahl der Schiedsperson", None, False),
        ("3", "Haushaltssatzung 2027", "2", False),
        ("4", "Neubau der Feuerwache", "3", True),
        ("5", "Straßenausbau Hofgasse", "4", False),
        ("6", "Verschiedenes", "5", False),
        ("7", "Spielplatz", None, False),
    ]


def test_a_secret_item_never_becomes_public():
    base = agenda(
        [
            *HEAD,
            "Tagesordnung",
            "Nichtöffentlicher Teil",
            "1. Grundstücksverkauf am Wehr",
            "Vorlage: BV/0020/2027",
            "2. Klage",
        ]
    )
    later = agenda(
        [
            *HEAD,
            "Nachtrag zur Tagesordnung",
            "Öffentlicher Teil",
            "9. Grundstücksverkauf am Wehr",
            "Vorlage: BV/0020/2027",
        ]
    )
    assert all(e.public is False for e in apply(base, later).entries if "Grundstück" in e.title)
