"""The same motion under the names of different groups is treated alike: nothing but the name itself may differ.

The packs go through the whole way, from a PDF to the Auszug, the questions and what a language model gets to read.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pdfs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.briefings import ItemBriefing
from ratsassistent.oparl import AgendaItem, PagedText, PageStart
from ratsassistent.pack.files.pages import read_file
from ratsassistent.pack.matching.assemble import assemble
from ratsassistent.pack.papers.parts import find_parts
from ratsassistent.writing.extracts.extract import extract_item
from ratsassistent.writing.extracts.reading import reading_for, topics
from ratsassistent.writing.findings.questions import open_questions
from ratsassistent.writing.model.tasks import tasks

# Whether a name is short, in capitals, of several words or unknown must not matter.
NAMES = ("CDU", "SPD", "GRÜNE", "FDP", "AfD", "Die Linke", "Freie Wähler", "Wir für Erlenau")

TITLE = "Trinkbrunnen und Schatten auf dem Marktplatz"
DEMANDS = [
    "1. Die Verwaltung stellt bis zum 30.06.2025 auf dem Marktplatz zwei Trinkbrunnen auf.",
    "2. Für die Sommermonate werden vier Sonnensegel über den Bänken am Rathaus angebracht.",
    "3. Die Verwaltung berichtet im Herbst 2025, wie das Angebot angenommen wurde.",
]
REASONS = [
    "Der Marktplatz hat sich in den vergangenen drei Sommern auf bis zu 41 Grad aufgeheizt. Vor",
    "allem ältere Menschen und Familien mit kleinen Kindern meiden den Platz an heißen Tagen. Nach",
    "einer Zählung des Einzelhandels kamen im Juli 2024 nachmittags 38 Prozent weniger Besucher als",
    "im Mai. Trinkbrunnen kosten nach Angaben anderer Städte zwischen 8.000 und 15.000 Euro je Stück.",
    "Das Land fördert solche Anlagen mit bis zu 50 Prozent der Kosten. Der Antrag muss dort bis",
    "zum 31. März 2025 gestellt sein. Deshalb soll der Gemeinderat noch im Februar entscheiden.",
]
ANSWER = [
    "Die Verwaltung unterstützt das Anliegen und schlägt vor, zunächst einen Trinkbrunnen aufzustellen.",
    "Ein zweiter Brunnen lässt sich nicht anschließen, weil die Leitung am Rathaus zu klein ist. Die",
    "Anschaffung kostet 12.400 Euro, der Anschluss weitere 6.800 Euro. Ob das Land die Anlage fördert,",
    "ist noch nicht entschieden. Sonnensegel lehnt die Feuerwehr ab, weil die Drehleiter den Platz braucht.",
    "Für Aufbau und Abbau steht außerdem kein Personal zur Verfügung.",
]


def agenda(name: str, entry: str) -> list[str]:
    return [
        "Stadt Erlenau",
        "Gemeinderat der Stadt Erlenau",
        "Einladung zur 3. Sitzung",
        "Termin: Donnerstag, 20. Februar 2025, 18:00 Uhr",
        "Tagesordnung",
        "Öffentlicher Teil",
        "1   Genehmigung der Niederschrift",
        f"2   {entry.format(name=name)}",
        "     Vorlage: AN/0017/2025",
        "3   Verschiedenes",
    ]


def form(name: str) -> list[list[str]]:
    """A form with the group's name on a line of its own, and the administration's answer behind it."""
    return [
        agenda(name, TITLE),
        [
            "Antrag", f"{name}-Gemeinderatsfraktion", "Eingang: 14.01.2025", "Vorlage Nr.: AN/0017/2025", TITLE, "Gremium Termin TOP",
            "Gemeinderat 20.02.2025 2", "Der Gemeinderat möge beschließen:", *DEMANDS, "Begründung:", *REASONS, "Unterzeichnet von:", "Erika Beispiel",
        ],
        [
            "Stellungnahme zum Antrag", f"{name}-Gemeinderatsfraktion   Vorlage Nr.: AN/0017/2025", "Dienststelle: Tiefbauamt", TITLE,
            "Kurzfassung", ANSWER[0], "Ergänzende Erläuterungen", *ANSWER[1:],
        ],
    ]  # fmt: skip


def headed(name: str) -> list[list[str]]:
    """The name in the agenda's entry and in the heading of the motion, as "Fraktion …"."""
    return [
        agenda(name, TITLE + " - Antrag der Fraktion {name}"),
        [
            f"Antrag der Fraktion {name}", "Vorlage: AN/0017/2025", "Datum: 14.01.2025", "Betreff:", TITLE, "Beratungsfolge:",
            "Gemeinderat 20.02.2025 Ö 2 Entscheidung", "Beschlussvorschlag:", *DEMANDS, "Begründung:", *REASONS,
        ],
    ]  # fmt: skip


def bare(name: str) -> list[list[str]]:
    """The name alone, without a word that says that it is a group."""
    return [
        agenda(name, "Antrag {name}: " + TITLE),
        [
            "Antrag", "Vorlage: AN/0017/2025", f"Antragsteller: {name}", "Betreff:", TITLE, "Beratungsfolge:",
            "Gemeinderat 20.02.2025 Ö 2 Entscheidung", "Antrag:", *DEMANDS, "Begründung:", *REASONS,
        ],
        ["Stellungnahme der Verwaltung", "Vorlage: AN/0017/2025", "Amt: Tiefbauamt", TITLE, "Stellungnahme der Verwaltung:", *ANSWER],
    ]  # fmt: skip


def letter(name: str) -> list[list[str]]:
    """A letter to the mayor."""
    return [
        agenda(name, TITLE),
        [
            f"{name}", "Fraktion im Gemeinderat der Stadt Erlenau", "An die Bürgermeisterin", "Marktplatz 1", "12345 Erlenau", "Erlenau, 14. Januar 2025",
            f"Antrag: {TITLE}", "Vorlage: AN/0017/2025", "Sehr geehrte Frau Bürgermeisterin,",
            f"die Fraktion {name} beantragt, der Gemeinderat möge beschließen:", *DEMANDS, "Begründung", *REASONS,
            "Mit freundlichen Grüßen", "Erika Beispiel", f"Vorsitzende der Fraktion {name}",
        ],
    ]  # fmt: skip


def plain(name: str) -> list[list[str]]:
    """A plain sheet with the name on top."""
    return [
        agenda(name, TITLE),
        [
            f"{name}", "Antrag zur Sitzung des Gemeinderats am 20.02.2025", "Vorlage: AN/0017/2025", TITLE,
            f"{name} beantragt:", *DEMANDS, "Begründung:", *REASONS, f"Für {name}", "Erika Beispiel",
        ],
    ]  # fmt: skip


LAYOUTS = {"form": form, "headed": headed, "bare": bare, "letter": letter, "plain": plain}


@cache
def item(layout: str, name: str) -> AgendaItem:
    with TemporaryDirectory() as folder:
        pack = assemble([read_file(pdfs.write(Path(folder) / "pack.pdf", LAYOUTS[layout](name)))])
    (meeting,) = pack.meetings
    return meeting.agendaItem[1]


@cache
def brief(layout: str, name: str) -> ItemBriefing:
    return extract_item(item(layout, name))


def unnamed(text: str, name: str) -> str:
    return re.sub(re.escape(name), "NAME", text)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
class TestAlike:
    def test_the_parts_are_the_same(self, layout: str, name: str) -> None:
        def parts(of: str) -> list[tuple[str, str]]:
            return [(p.kind, unnamed(q.part_text(p), of)) for q in item(layout, of).papers for p in q.parts]

        assert parts(name) == parts(NAMES[0])

    def test_the_auszug_is_the_same(self, layout: str, name: str) -> None:
        def shown(of: str) -> list[tuple[object, ...]]:
            return [
                (
                    unnamed(s.label or "", of),
                    s.origin,
                    unnamed(s.text, of),
                    s.check,
                    s.heading,
                    [c.page for c in s.citation],
                )
                for s in brief(layout, of).statements
            ]

        assert shown(name) == shown(NAMES[0])
        assert shown(name)

    def test_the_wording_the_amounts_and_the_dates_are_the_same(self, layout: str, name: str) -> None:
        def kept(of: str) -> tuple[object, ...]:
            made = brief(layout, of)
            wording = unnamed(made.resolution.text, of) if made.resolution else None
            return wording, [a.text for a in made.amounts], [d.text for d in made.dates]

        assert kept(name) == kept(NAMES[0])
        assert kept(name)[0]

    def test_the_questions_are_the_same(self, layout: str, name: str) -> None:
        def asked(of: str) -> list[tuple[str, str]]:
            found = open_questions(item(layout, of), brief(layout, of))
            return [(unnamed(q.text, of), unnamed(q.reason, of)) for q in found]

        assert asked(name) == asked(NAMES[0])

    @pytest.mark.parametrize("words", [60, 260])
    def test_a_model_reads_the_same(self, layout: str, name: str, words: int) -> None:
        def read(of: str) -> list[tuple[str, str, str]]:
            return [(c.key, c.label, unnamed(c.text, of)) for c in reading_for(item(layout, of), words)]

        assert read(name) == read(NAMES[0])
        assert read(name)

    def test_the_tasks_for_a_model_are_the_same(self, layout: str, name: str) -> None:
        def leads(of: str) -> list[tuple[str, str]]:
            return [
                (unnamed(t.lead, of).removeprefix("Die "), unnamed(t.source, of))
                for t in tasks(item(layout, of), topics(item(layout, of)))
            ]

        assert leads(name) == leads(NAMES[0])

    def test_the_passages_for_each_question_to_a_model_are_the_same(self, layout: str, name: str) -> None:
        def read(of: str) -> list[object]:
            found = topics(item(layout, of))
            groups = (found.about, found.proposal, found.answer, found.why, found.effect)
            return [*([(c.key, unnamed(c.text, of)) for c in group] for group in groups), found.applicant is None]

        assert read(name) == read(NAMES[0])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_who_asks_is_named(layout: str, name: str) -> None:
    assert topics(item(layout, name)).applicant is not None
    assert name in (topics(item(layout, name)).applicant or "")


_WORDS = (
    "Bürger",
    "Liste",
    "Erlenau",
    "Unser",
    "Dorf",
    "Grün",
    "ROT",
    "Aktiv",
    "Bündnis",
    "ÖDP",
    "BfE",
    "Volt",
    "Junge",
    "Stadt",
    "21",
    "e.V.",
    "für",
    "und",
    "Die",
    "Wir",
)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=5)
    .map(" ".join)
    .filter(lambda n: n[0].isupper() and n[-1].isalnum()),
    st.sampled_from(sorted(LAYOUTS)),
)
def test_any_name_leaves_the_parts_as_they_are(name: str, layout: str) -> None:
    def parts(of: str) -> list[tuple[str, str]]:
        text = "\n".join("\n".join(page) for page in LAYOUTS[layout](of)[1:])
        paged = PagedText(text=text, starts=(PageStart(offset=0, file_id="f", file="f.pdf", page=1),))
        return [(p.kind, text[p.start : p.end].count("\n")) for p in find_parts(paged)]

    assert parts(name) == parts("CDU")
