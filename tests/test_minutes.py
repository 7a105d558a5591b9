"""Minutes of invented towns in many layouts: items, decisions, adopted wording, and the meeting that they belong to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from ratsassistent.oparl import AgendaItem, Decision, File, Meeting, Page, Vote
from ratsassistent.pack.files.pages import ReadFile, read_file
from ratsassistent.pack.minutes.minutes import Minutes, MinutesEntry, read_minutes, same_meeting, with_minutes
from tests.pdfs import write


def file_of(*pages: str, name: str = "niederschrift.pdf") -> ReadFile:
    digest = hashlib.sha256("\f".join(pages).encode()).hexdigest()
    return ReadFile(
        file=File(id=f"ra:datei-{digest[:16]}", name=name, sha256=digest),
        pages=tuple(Page(number=i, text=text.strip("\n"), source="text") for i, text in enumerate(pages, 1)),
        path=Path(name),
    )


def read(*pages: str) -> Minutes:
    minutes = read_minutes(file_of(*pages))
    assert minutes is not None
    return minutes


def short(decision: Decision) -> tuple[str | None, tuple[int | None, ...] | None, bool, int | None]:
    vote = decision.vote
    numbers = (vote.yes, vote.no, vote.abstain) if vote else None
    return decision.outcome, numbers, decision.unanimous, decision.citation[0].page


def told(entries: Sequence[MinutesEntry]) -> list[tuple[str | None, list[tuple[object, ...]]]]:
    return [(entry.number, [short(decision) for decision in entry.decisions]) for entry in entries]


RHINE = (
    """
Stadt Musterfeld
Niederschrift
über die 7. Sitzung des Rates der Stadt Musterfeld
am Donnerstag, 14. März 2024, 17:30 Uhr, im Ratssaal
Anwesend: Bürgermeisterin Anna Muster, 11 Ratsmitglieder
Entschuldigt: Bernd Beispiel
Schriftführerin: Carla Probe
Beginn: 17:30 Uhr      Ende: 19:05 Uhr

Tagesordnung

Öffentlicher Teil
1. Genehmigung der Niederschrift vom 08.02.2024
2. Neubau der Feuerwache Nord
3. Trinkbrunnen am Markt
Nichtöffentlicher Teil
4. Grundstücksverkauf Gewerbegebiet Ost
""",
    """
- 2 -
Öffentlicher Teil

1. Genehmigung der Niederschrift vom 08.02.2024

Beschluss:
Der Rat genehmigt die Niederschrift über die Sitzung vom 08.02.2024.

Abstimmungsergebnis:
einstimmig bei 3 Enthaltungen

2. Neubau der Feuerwache Nord
Vorlage: BV/0012/2024

Ratsherr Test erläutert die Vorlage. Die Fraktion Mitte beantragt, die Kosten zu deckeln.
Der Änderungsantrag der Fraktion Mitte wird mit 3 gegen 8 Stimmen abgelehnt.

Beschluss:
1. Der Rat beschließt den Neubau der Feuerwache Nord.
2. Die Verwaltung wird beauftragt, die Planung bis zum 30.09.2024
""",
    """
- 3 -
vorzulegen.

Abstimmungsergebnis:
Ja-Stimmen: 8
Nein-Stimmen: 2
Enthaltungen: 1

3. Trinkbrunnen am Markt

Der Antrag wird an den Bauausschuss verwiesen.

Nichtöffentlicher Teil

4. Grundstücksverkauf Gewerbegebiet Ost

Beschluss:
Der Rat stimmt dem Verkauf des Grundstücks zu.

Abstimmungsergebnis:
einstimmig
""",
)


def test_german_minutes_with_blocks() -> None:
    minutes = read(*RHINE)
    assert (minutes.kind, minutes.organization, minutes.start) == (
        "Niederschrift",
        "Rat der Stadt Musterfeld",
        "2024-03-14T17:30",
    )
    assert told(minutes.entries) == [
        ("1", [("accepted", (None, None, 3), True, 2)]),
        ("2", [("rejected", (3, 8, None), False, 2), ("accepted", (8, 2, 1), False, 3)]),
        ("3", [("referred", None, False, 3)]),
        ("4", [("accepted", None, True, 3)]),
    ]
    assert [entry.public for entry in minutes.entries] == [True, True, True, False]
    assert [(entry.first, entry.last) for entry in minutes.entries] == [(2, 2), (2, 3), (3, 3), (3, 3)]
    adopted = minutes.entries[1].decisions[1].text
    assert adopted == (
        "1. Der Rat beschließt den Neubau der Feuerwache Nord.\n"
        "2. Die Verwaltung wird beauftragt, die Planung bis zum 30.09.2024\nvorzulegen."
    )
    assert minutes.entries[1].decisions[0].text is None
    assert minutes.entries[1].references == ("BV/0012/2024",)


AUSTRIA = """
Marktgemeinde Oberbeispiel
Verhandlungsschrift
über die am Montag, dem 12. Februar 2024 um 19.00 Uhr im Gemeindeamt abgehaltene öffentliche Sitzung des Gemeinderates
Anwesende: Bgm. Muster, Vzbgm. Probe und 17 Mitglieder
Entschuldigt: GR Beispiel
Schriftführer: AL Test

1.)

Begrüßung und Feststellung der Beschlussfähigkeit

Der Bürgermeister begrüßt die Anwesenden und stellt die Beschlussfähigkeit fest.

2.)

Verordnung über die Änderung des Flächenwidmungsplanes Nr. 3
Zl. 031-2/2024

Der Antrag (Beilage 1) lautet nach Vorberatung im Bauausschuss, der Gemeinderat möge die
beigefügte Verordnung beschließen.

GR. Muster: Ich halte das für keinen guten Weg und bin nicht dafür.

Der Antrag zu Punkt 2. der Tagesordnung wird mit

14 Ja-Stimmen (ABC-, DEF-Fraktion)
gegen   5 Stimmenthaltungen (GHI-Fraktion)

angenommen.

3.)

Subvention Musikverein

Der Antrag lautet:

Dem Musikverein wird eine Subvention von 1.500 Euro gewährt.

Einstimmig angenommen.

4.)

Rechnungsabschluss 2023

Der Rechnungsabschluss wird mit Stimmenmehrheit angenommen (dafür: ABC, DEF; dagegen: GHI).
"""


def test_austrian_minutes() -> None:
    minutes = read(AUSTRIA)
    assert (minutes.kind, minutes.start) == ("Verhandlungsschrift", "2024-02-12T19:00")
    assert told(minutes.entries) == [
        ("1", []),
        ("2", [("accepted", (14, None, 5), False, 1)]),
        ("3", [("accepted", None, True, 1)]),
        ("4", [("accepted", None, False, 1)]),
    ]
    assert minutes.entries[1].title == "Verordnung über die Änderung des Flächenwidmungsplanes Nr. 3"
    assert minutes.entries[1].decisions[0].text == "der Gemeinderat möge die\nbeigefügte Verordnung beschließen."
    assert minutes.entries[2].decisions[0].text == "Dem Musikverein wird eine Subvention von 1.500 Euro gewährt."
    assert "dafür: ABC, DEF; dagegen: GHI" in minutes.entries[3].decisions[0].result


SWISS = """
Einwohnerrat Beispielwil
Protokoll der 4. Sitzung des Einwohnerrates
Donnerstag, 20. Juni 2024, 19.00 Uhr
Anwesend: 39 Mitglieder
Entschuldigt: 1 Mitglied
Vorsitz: Präsident Muster
Protokoll: Ratsschreiberin Probe

Traktandum 1: Protokoll der Sitzung vom 2. Mai 2024

Das Protokoll wird stillschweigend genehmigt.

Traktandum 2: Kreditabrechnung Schulhaus Nord

Eintreten ist unbestritten.

Beschluss
Der Einwohnerrat genehmigt die Kreditabrechnung mit 24 zu 12 Stimmen bei 3 Enthaltungen.

Traktandum 3: Motion betreffend Tempo 30

Die Motion wird mit 20 gegen 16 Stimmen nicht überwiesen.

Traktandum 4: Interpellation Spielplätze

Die Interpellation ist damit erledigt.
"""


def test_swiss_minutes() -> None:
    minutes = read(SWISS)
    assert (minutes.organization, minutes.start) == ("Einwohnerrat", "2024-06-20T19:00") or minutes.organization == (
        "Einwohnerrat Beispielwil"
    )
    assert told(minutes.entries) == [
        ("1", [("accepted", None, False, 1)]),
        ("2", [("accepted", (24, 12, 3), False, 1)]),
        ("3", [("rejected", (16, 20, None), False, 1)]),
        ("4", [("settled", None, False, 1)]),
    ]


BOXES = """
Gemeinde Unterprobe
Öffentliche Niederschrift
Gremium: Bauausschuss
Sitzungsdatum: 05.03.2024
Sitzungsbeginn: 18:00 Uhr
Sitzungsende: 19:10 Uhr
Anwesenheitsliste: 9 Mitglieder

TOP Ö 1 Bauvoranfrage Feldweg 3

Sachverhalt:
Der Bau der Halle ist einstimmiger Wunsch der Anwohner.

Beschluss:
Das Einvernehmen wird hergestellt.

☒ einstimmig   ☐ mit Stimmenmehrheit   Ja ___ Nein ___ Enthaltung ___

TOP Ö 2 Bebauungsplan Nr. 12

Beschlussvorschlag:
Der Aufstellung des Bebauungsplans wird zugestimmt.

☐ einstimmig   ☒ mit Stimmenmehrheit   Ja 6 Nein 2 Enthaltung 1
☒ laut Beschlussvorschlag

TOP Ö 3 Bericht des Bauamts

Der Ausschuss nimmt den Bericht zur Kenntnis.

TOP N 1 Vergabe der Dachdeckerarbeiten

Beschluss:
Der Auftrag geht an den wirtschaftlichsten Bieter.

Abstimmungsergebnis: 9 : 0
"""


def test_boxes() -> None:
    minutes = read(BOXES)
    assert (minutes.organization, minutes.start) == ("Bauausschuss", "2024-03-05T18:00")
    assert [short(entry.decisions[0]) for entry in minutes.entries] == [
        ("accepted", None, True, 1),
        ("accepted", (6, 2, 1), False, 1),
        ("noted", None, False, 1),
        ("accepted", (9, 0, None), False, 1),
    ]
    assert [entry.public for entry in minutes.entries] == [True, True, True, False]
    assert [entry.decisions[0].text for entry in minutes.entries] == [
        "Das Einvernehmen wird hergestellt.",
        "Der Aufstellung des Bebauungsplans wird zugestimmt.",
        None,
        "Der Auftrag geht an den wirtschaftlichsten Bieter.",
    ]


TABLE = """
Markt Hinterbeispiel
Sitzungsprotokoll des Marktgemeinderats
Sitzung vom 11.04.2024, Beginn 19:00 Uhr
Anwesend waren 15 Mitglieder, entschuldigt fehlte ein Mitglied. Vorsitz: Bürgermeister Muster

§ 12 Haushaltssatzung 2024

Beschluss:
Die Haushaltssatzung wird erlassen.

Anwesend | Ja | Nein | Enthaltung
15 | 12 | 3 | 0

§ 13 Zuschuss Sportverein

Beschluss:
Der Sportverein erhält einen Zuschuss von 2.000 Euro.

Anwesend: 15
mit 15 gegen 0 Stimmen

§ 14 Verschiedenes

Herr Muster fragt nach dem Stand der Arbeiten.
"""


def test_bavarian_minutes_with_table() -> None:
    minutes = read(TABLE)
    assert told(minutes.entries) == [
        ("§ 12", [("accepted", (12, 3, 0), False, 1)]),
        ("§ 13", [("accepted", (15, 0, None), False, 1)]),
        ("§ 14", []),
    ]
    assert minutes.entries[0].decisions[0].text == "Die Haushaltssatzung wird erlassen."
    assert minutes.entries[1].decisions[0].text == "Der Sportverein erhält einen Zuschuss von 2.000 Euro."


PROSE = """
Stadt Nebenfeld                                     Nebenfeld, 27. Mai 2024
Niederschrift
Besprechung am: 22. Mai 2024  Beginn: 18:35 Uhr
Ende: 20:40 Uhr
Thema: 2. Sitzung des Ortsbeirates Nebenfeld
Anwesende  Entschuldigt  Verteiler

Die Vorsitzende eröffnet die Sitzung. Die Tagesordnung wird verlesen und einvernehmlich genehmigt.

TOP 1: Rückblick
Herr Muster berichtet. Im Vorjahr wurde der Ausbau vom Kreistag abgelehnt. Die Planungen laufen.
Die Anlage soll überarbeitet werden (Abstimmung 9:0 Stimmen).

TOP 2: Müll am Marktplatz
Der Platz ist vermüllt. Die Stimmen aus dem Publikum sind laut. Der Ortsbeirat stellt daher einstimmig folgenden Antrag:
Die Verwaltung möge zusätzliche Mülleimer aufstellen.

Wortmeldungen aus der Bürgerschaft:
Wann kommt der Radweg?

TOP 3: Sonstiges
Keine Wortmeldungen.
"""


def test_minutes_in_prose() -> None:
    minutes = read(PROSE)
    assert (minutes.organization, minutes.start) == ("Ortsbeirat Nebenfeld", "2024-05-22T18:35")
    assert told(minutes.entries) == [
        (None, [("accepted", None, False, 1)]),
        ("1", [("accepted", (9, 0, None), False, 1)]),
        ("2", [("accepted", None, True, 1)]),
        ("3", []),
    ]
    assert minutes.entries[2].decisions[0].text == "Die Verwaltung möge zusätzliche Mülleimer aufstellen."


VERBATIM = """
Niederschrift 12. Plenarsitzung des Stadtrats
9. April 2024, 15:30 Uhr
öffentlich
Vorsitzende: Oberbürgermeisterin Muster

Punkt 18 der Tagesordnung: Redezeiten im
Stadtrat
Vorlage: 2024/0192
dazu:
Änderungsantrag: Mitte

Beschluss:
Der Stadtrat beschließt die Redezeiten.

Abstimmungsergebnis:
Beschlussvorlage: Bei 36 Ja-Stimmen und 10 Nein-Stimmen mehrheitlich
zugestimmt
Änderungsantrag Mitte: Bei 4 Ja-Stimmen und 41 Nein-Stimmen mehrheitlich abgelehnt

Die Vorsitzende ruft Punkt 18 auf.

Stadtrat Test (Mitte): Wir haben das schon einmal abgelehnt, und wir stimmen wieder dagegen.

Die Vorsitzende: Ich bitte um Ihr Votum ab jetzt. – Das ist eine mehrheitliche Ablehnung.

Dann die Vorlage. – Das ist eine mehrheitliche Annahme.

Zur Beurkundung:
Die Schriftführerin
"""


def test_extract_of_verbatim_minutes() -> None:
    minutes = read(VERBATIM)
    assert told(minutes.entries) == [
        ("18", [("accepted", (36, 10, None), False, 1), ("rejected", (4, 41, None), False, 1)])
    ]
    assert minutes.entries[0].title == "Redezeiten im Stadtrat"
    assert minutes.entries[0].decisions[0].text == "Der Stadtrat beschließt die Redezeiten."
    assert minutes.entries[0].decisions[1].text is None


def test_result_in_the_place_of_the_wording() -> None:
    head = VERBATIM.partition("Beschluss:")[0]
    minutes = read(head + "Beschluss:\nKenntnisnahme\n\nAbstimmungsergebnis:\nKeine Abstimmung\n\nZur Beurkundung:\n")
    assert [(d.result, d.outcome, d.text) for d in minutes.entries[0].decisions] == [("Kenntnisnahme", "noted", None)]
    minutes = read(
        head + "Beschluss:\nKenntnisnahme\n\nAbstimmungsergebnis:\nBei 2 Ja-Stimmen und 42 Nein-Stimmen abgelehnt\n"
    )
    assert [(d.outcome, d.vote) for d in minutes.entries[0].decisions] == [("rejected", Vote(yes=2, no=42))]


NAMED = """
Protokoll über die Sitzung des Kreistags des Landkreises Probe
Sitzung am Montag, 17.06.2024, Beginn: 14:00 Uhr
Anwesend: 5 Mitglieder, Vorsitz: Landrätin Muster, Schriftführer: Test

TOP 1 Klinikreform

Auf Antrag wird namentlich abgestimmt.

Beschluss:
Der Kreistag beschließt die Klinikreform.

Namentliche Abstimmung:
Ja: Anna Muster (Mitte), Bernd Beispiel (Grün), Carla Probe
Nein: Dieter Test (Mitte)
Enthaltung: Eva Versuch

Abstimmungsergebnis: 3 Ja, 1 Nein, 1 Enthaltung

TOP 2 Zuschüsse

Die Punkte werden einzeln abgestimmt.
Ziffer 1: Einstimmig angenommen.
Ziffer 2: Mit 2 Ja-Stimmen und 3 Nein-Stimmen abgelehnt.
Ziffer 3: vertagt
"""


def test_named_votes_and_points_voted_one_by_one() -> None:
    minutes = read(NAMED)
    first, second = minutes.entries
    assert [short(decision) for decision in first.decisions] == [("accepted", (3, 1, 1), False, 1)]
    assert [(vote.name, vote.vote) for vote in first.decisions[0].named][:4] == [
        ("Anna Muster", "yes"),
        ("Bernd Beispiel", "yes"),
        ("Carla Probe", "yes"),
        ("Dieter Test", "no"),
    ]
    assert first.decisions[0].text == "Der Kreistag beschließt die Klinikreform."
    assert [short(decision)[:2] for decision in second.decisions][:2] == [
        ("accepted", None),
        ("rejected", (2, 3, None)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Einladung\nzur 7. Sitzung des Rates der Stadt Musterfeld\nam 14.03.2024, Beginn 17:30 Uhr\nTagesordnung\n"
        "1. Genehmigung der Niederschrift vom 08.02.2024\n2. Verschiedenes\nDer Vorsitzende",
        "Beschlussvorlage\nVorlage: BV/0012/2024\nBetreff: Neubau\nBeratungsfolge:\nRat 14.03.2024 einstimmig beschlossen\n"
        "Ja 12 Nein 0 Enthaltungen 1\nBeschlussvorschlag:\nDer Rat beschließt den Neubau.\nAbstimmungsergebnis: einstimmig",
        "Beschlussvorlage\nVorlage: BV/0013/2024\nBetreff:\nNiederschrift über die Sitzung vom 08.02.2024\n"
        "Anwesende, Vorsitz und Schriftführung sind zu prüfen. Beginn und Ende fehlen. Beschluss: einstimmig",
        "Gutachten zum Lärmschutz\nDas Protokoll der Messung liegt bei.\nAnwesend waren zwei Ingenieure.",
        "",
    ],
)
def test_no_minutes(text: str) -> None:
    assert read_minutes(file_of(text)) is None


def agenda(*items: tuple[str, str, bool], organization: str = "Rat der Stadt Musterfeld") -> Meeting:
    return Meeting(
        id="ra:sitzung-1",
        name="7. Sitzung",
        organization=organization,
        start="2024-03-14",
        agendaItem=tuple(
            AgendaItem(id=f"ra:top-{order}", order=order, number=number, name=name, public=public)
            for order, (number, name, public) in enumerate(items, 1)
        ),
    )


def test_decisions_go_to_the_items_of_the_meeting() -> None:
    meeting = agenda(
        ("Ö 1", "Genehmigung der Niederschrift vom 08.02.2024", True),
        ("Ö 2", "Trinkbrunnen am Markt", True),
        ("Ö 3", "Neubau der Feuerwache Nord und Erweiterung des Gerätehauses", True),
        ("N 4", "Grundstücksverkauf Gewerbegebiet Ost", False),
    )
    other = meeting.model_copy(update={"id": "ra:sitzung-2", "start": "2024-04-14"})
    after, untouched = with_minutes([meeting, other], read(*RHINE))
    assert untouched == other
    assert [[decision.outcome for decision in item.decisions] for item in after.agendaItem] == [
        ["accepted"],
        ["referred"],
        ["rejected", "accepted"],
        ["accepted"],
    ]
    assert [item.id for item in after.agendaItem] == [item.id for item in meeting.agendaItem]
    assert after.start == "2024-03-14T17:30"
    brunnen = after.agendaItem[1].papers[0]
    assert brunnen.paperType == "Niederschrift"
    assert (brunnen.files[0].first, brunnen.files[0].last) == (3, 3)
    assert "Bauausschuss" in brunnen.text.text
    assert "Feuerwache" not in brunnen.text.text
    wache = after.agendaItem[2].papers[0]
    at = wache.text.text.index("vorzulegen")
    assert (wache.text.at(0).page, wache.text.at(at).page) == (2, 3)
    assert after.agendaItem[3].papers[0].public is False


def test_minutes_taken_in_again_change_nothing() -> None:
    once = with_minutes([], read(*RHINE))
    assert with_minutes(once, read(*RHINE)) == once


def test_minutes_without_an_agenda_make_a_meeting() -> None:
    (meeting,) = with_minutes([], read(*RHINE))
    assert meeting.organization == "Rat der Stadt Musterfeld"
    assert [(item.number, item.public, item.pages) for item in meeting.agendaItem] == [
        ("1", True, (2, 2)),
        ("2", True, (2, 3)),
        ("3", True, (3, 3)),
        ("4", False, (3, 3)),
    ]
    assert all(item.decisions and item.papers for item in meeting.agendaItem)
    citation = meeting.agendaItem[1].decisions[1].citation[0]
    assert (citation.page, citation.quote) == (3, "Ja-Stimmen: 8 Nein-Stimmen: 2 Enthaltungen: 1")


def test_an_urgent_motion_is_added_to_the_agenda() -> None:
    meeting = agenda(("1", "Haushaltssatzung 2024", True), organization="Marktgemeinderat")
    minutes = read(TABLE.replace("11.04.2024", "14.03.2024"))
    (after,) = with_minutes([meeting], minutes)
    assert [item.name for item in after.agendaItem] == ["Haushaltssatzung 2024", "Zuschuss Sportverein"]


def test_same_meeting_needs_body_and_day() -> None:
    minutes = read(*RHINE)
    assert same_meeting(minutes, "Rat", "2024-03-14")
    assert same_meeting(minutes, None, "2024-03-14T18:00")
    assert not same_meeting(minutes, "Bauausschuss", "2024-03-14")
    assert not same_meeting(minutes, "Rat der Stadt Musterfeld", "2024-02-08")
    assert not same_meeting(minutes, "Rat der Stadt Musterfeld", None)


def test_bodies_of_the_same_day_are_told_apart() -> None:
    minutes = read(*RHINE).model_copy(update={"organization": "Rat"})
    assert not same_meeting(minutes, "Seniorenbeirat", "2024-03-14")
    unnamed = minutes.model_copy(update={"organization": None})
    one, two = agenda(("1", "Haushalt", True)), agenda(("1", "Straßen", True), organization="Bauausschuss")
    assert len(with_minutes([one, two], unnamed)) == 3


def test_extracts_of_one_meeting_come_together() -> None:
    second = VERBATIM.replace("Punkt 18", "Punkt 19").replace("Redezeiten im\nStadtrat", "Radweg am Kanal")
    second = second.partition("Abstimmungsergebnis:")[0].replace(
        "Beschluss:\nDer Stadtrat beschließt die Redezeiten.\n", ""
    )
    meetings = with_minutes(with_minutes([], read(VERBATIM)), read(second))
    assert [[item.name for item in meeting.agendaItem] for meeting in meetings] == [
        ["Redezeiten im Stadtrat", "Radweg am Kanal"]
    ]


def test_pages_without_an_item_are_named() -> None:
    (meeting,) = with_minutes([], read(*RHINE))
    assert [(ref.page, ref.reason) for ref in meeting.unassigned_pages] == [(1, "gehört zu keinem Tagesordnungspunkt")]


def test_minutes_from_a_real_pdf(tmp_path: Path) -> None:
    path = write(tmp_path / "niederschrift.pdf", [page.strip("\n").split("\n") for page in RHINE])
    minutes = read_minutes(read_file(path))
    assert minutes is not None
    assert [entry.number for entry in minutes.entries if entry.decisions] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "pages", [RHINE, (AUSTRIA,), (SWISS,), (BOXES,), (TABLE,), (PROSE,), (VERBATIM,), (NAMED,)], ids=range(8)
)
def test_text_without_empty_lines_reads_the_same(pages: tuple[str, ...]) -> None:
    dense = ["\n".join(line for line in page.split("\n") if line.strip()) for page in pages]
    spaced, tight = read(*pages), read(*dense)
    assert told(tight.entries) == told(spaced.entries)
    assert [entry.title for entry in tight.entries] == [entry.title for entry in spaced.entries]
    assert [[decision.text for decision in entry.decisions] for entry in tight.entries] == [
        [decision.text and "\n".join(filter(None, decision.text.split("\n"))) for decision in entry.decisions]
        for entry in spaced.entries
    ]


HEAD = """
Gemeinde Quellbach
Niederschrift
über die 3. Sitzung des Bauausschusses
am 14.03.2024, Beginn: 18:00 Uhr, Ende: 19:00 Uhr
Anwesend: 9 Mitglieder
Vorsitz: Frau Muster, Schriftführer: Herr Test

"""
URGENT = """
TOP 1: Dringlichkeitsantrag der ABC-Fraktion betreffend einen Hilfsfonds

Nachdem keine Wortmeldungen erfolgen, wird sofort darüber abgestimmt.

Dem Antrag der ABC-Fraktion wird die Dringlichkeit

einstimmig zuerkannt.

Bgm. Muster: Die Preise sind gestiegen, und viele können nicht mehr zahlen.

Der Antrag zur Geschäftsordnung von GR. Probe, MBA auf Zuweisung
in den Sozialausschuss wird mit

1 Ja-Stimme (GHI)
gegen   35 Nein-Stimmen (ABC, DEF)

abgelehnt.

GR. Beispiel: Ich halte das für richtig.

Der Abänderungsantrag (wie auf Seite 13 angeführt) der DEF-Fraktion wird mit

14 Ja-Stimmen (DEF, GHI)
gegen   22 Nein-Stimmen (ABC)

abgelehnt.

Der Dringlichkeitsantrag (Anlage 2) der ABC-Fraktion wird mit

31 Ja-Stimmen (ABC)
gegen   5 Nein-Stimmen (DEF)

angenommen.

TOP 2: Verschiedenes

Keine Wortmeldungen.
"""


def test_each_of_several_votes_says_what_it_was_about() -> None:
    made = read(HEAD + URGENT).entries[0].decisions
    assert [(decision.outcome, decision.subject) for decision in made] == [
        ("accepted", "Dem Antrag der ABC-Fraktion"),
        ("rejected", "Der Antrag zur Geschäftsordnung von GR. Probe, MBA auf Zuweisung in den Sozialausschuss"),
        ("rejected", "Der Abänderungsantrag (wie auf Seite 13 angeführt) der DEF-Fraktion"),
        ("accepted", "Der Dringlichkeitsantrag (Anlage 2) der ABC-Fraktion"),
    ]
    assert made[0].result == "Dringlichkeit einstimmig zuerkannt"


def test_the_label_of_a_line_is_the_subject() -> None:
    made = read(VERBATIM).entries[0].decisions
    assert [decision.subject for decision in made] == ["Beschlussvorlage", "Änderungsantrag Mitte"]
    assert [decision.subject for decision in read(NAMED).entries[1].decisions][:2] == ["Ziffer 1", "Ziffer 2"]


def test_a_wording_that_is_shown_needs_no_subject() -> None:
    assert [entry.decisions[0].subject for entry in read(BOXES).entries if entry.decisions[0].text] == [None] * 3
    second = read(*RHINE).entries[1].decisions
    assert [decision.subject for decision in second] == ["Der Änderungsantrag der Fraktion Mitte", None]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Die Fraktion Mitte stellt den Antrag auf Vertagung.\n\nAbstimmungsergebnis: 3 Ja, 6 Nein", "Die Fraktion Mitte stellt den Antrag auf Vertagung"),
        ("Abstimmung über den Änderungsantrag der Mitte:\n3 Ja, 6 Nein", "Abstimmung über den Änderungsantrag der Mitte"),
        ("Antrag: Mitte\nVorlage: 2024/0012\n\nBeschluss:\nKenntnisnahme", None),
        ("Der Weg ist lang.\n\nAbstimmungsergebnis: 3 Ja, 6 Nein", None),
        ("Der Antrag lautet:\n\nDem Verein wird eine Subvention von 100 Euro gewährt.\n\nMit 3 Ja-Stimmen gegen 6 Nein-Stimmen abgelehnt.", "Dem Verein wird eine Subvention von 100 Euro gewährt."),
        ("Der Ausschuss stimmt dem Bericht mit 6 zu 3 Stimmen zu.", "Der Ausschuss stimmt dem Bericht mit 6 zu 3 Stimmen zu"),
        ("Beschluss Beirat: keiner, nur Kenntnisnahme", None),
    ],
)  # fmt: skip
def test_subject_of_one_vote(text: str, subject: str | None) -> None:
    made = read(f"{HEAD}TOP 1: Wege\n\n{text}\n\nTOP 2: Verschiedenes\n\nNichts.\n").entries[0].decisions
    assert [decision.subject for decision in made] == [subject]


def test_a_long_subject_is_cut() -> None:
    long = (
        "Der Antrag der Fraktion Mitte "
        + " ".join(f"wort{n}" for n in range(45))
        + " wird mit 3 gegen 6 Stimmen abgelehnt."
    )
    (made,) = read(f"{HEAD}TOP 1: Wege\n\n{long}\n\nTOP 2: Verschiedenes\n\nNichts.\n").entries[0].decisions
    assert made.subject is not None
    assert len(made.subject.split()) == 41
    assert long.startswith(made.subject.removesuffix(" …"))


def test_a_title_ends_before_a_list() -> None:
    text = (
        "1) Brunnen am Anger - Fr. Probe\nMehrere Maßnahmen sind in Diskussion bei der Verwaltung:\n"
        "•   Bäume am Rand\n•   Bänke am Weg\n\nDie Planung beginnt bald.\nBeschluss Beirat: keiner, nur Kenntnisnahme\n"
        "2) Radwege\n–   Weg am Bach\n–   Weg am Hang\n\nHerr Test berichtet.\nBeschluss Beirat: keiner, Information\n"
    )
    one, two = read(HEAD + text).entries
    assert (one.title, two.title) == ("Brunnen am Anger - Fr. Probe", "Radwege")
    assert [(decision.result, decision.outcome) for decision in one.decisions] == [
        ("keiner, nur Kenntnisnahme", "noted")
    ]


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("TOP 2 und 3", ["2", "3"]),
        ("TOP 2, 3 und 4", ["2", "3", "4"]),
        ("TOP 2 bis 4", ["2", "3", "4"]),
        ("TOP 2 - 4", ["2", "3", "4"]),
        ("TOP 2 - 10 Jahre Partnerschaft", ["2"]),
    ],
)
def test_one_heading_for_several_items(heading: str, numbers: list[str]) -> None:
    text = f"TOP 1: Rückblick\n\nHerr Test berichtet.\n\n{heading}: Lärm und Treffpunkte\n\nDer Antrag der Mitte wird abgelehnt.\n"
    entries = read(HEAD + text).entries
    assert [entry.number for entry in entries] == ["1", *numbers]
    assert all([decision.outcome for decision in entry.decisions] == ["rejected"] for entry in entries[1:])
    assert {(entry.first, entry.last, entry.start) for entry in entries[1:]} == {(1, 1, entries[1].start)}


def test_items_under_one_heading_both_get_it() -> None:
    meeting = agenda(
        ("1", "Rückblick", True), ("2", "Lärm", True), ("3", "Stellenplan", True), organization="Bauausschuss"
    )
    text = "TOP 1: Rückblick\n\nHerr Test berichtet.\n\nTOP 2 und 3: Lärm und Treffpunkte\n\nDer Antrag der Mitte wird abgelehnt.\n"
    (after,) = with_minutes([meeting], read(HEAD + text))
    assert [[decision.outcome for decision in item.decisions] for item in after.agendaItem] == [
        [],
        ["rejected"],
        ["rejected"],
    ]
    assert [len(item.papers) for item in after.agendaItem] == [1, 1, 1]
    one = agenda(("1", "Rückblick", True), ("2", "Lärm", True), organization="Bauausschuss")
    assert [item.number for item in with_minutes([one], read(HEAD + text))[0].agendaItem] == ["1", "2"]


@pytest.mark.parametrize(
    ("genitive", "body"),
    [("Bauausschusses", "Bauausschuss"), ("Rates", "Rat"), ("Ortsbeirats", "Ortsbeirat"), ("Kreistages", "Kreistag")],
)
def test_a_body_in_the_genitive_is_the_same(genitive: str, body: str) -> None:
    minutes = read(*RHINE).model_copy(update={"organization": genitive})
    assert same_meeting(minutes, body, "2024-03-14T19:00")
    assert not same_meeting(minutes, "Schulausschuss", "2024-03-14")


def test_a_meeting_names_the_file_of_its_minutes() -> None:
    minutes = read(*RHINE)
    meeting = agenda(("Ö 1", "Trinkbrunnen am Markt", True)).model_copy(update={"file_ids": ("ra:datei-1",)})
    (after,) = with_minutes([meeting], minutes)
    assert after.file_ids == ("ra:datei-1", minutes.file.id)
    assert with_minutes([after], minutes)[0].file_ids == after.file_ids
    assert with_minutes([], minutes)[0].file_ids == (minutes.file.id,)
