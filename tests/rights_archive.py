"""Two bodies with non-public items of their own, whose rare words stand nowhere else; and persons who belong to one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pdfs
import pytest
from argon2 import PasswordHasher
from conftest import settings_for
from test_corrections import without_children

from ratsassistent import workflow
from ratsassistent.bodies import Bodies
from ratsassistent.people import People, Person
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "vier Wörter sind genug"
COUNCIL, BUILDING = "Rat der Stadt Musterfeld", "Bauausschuss"
# what stands in non-public parts only: of the council's first and second item, of the building committee's
FIRST, SECOND, OTHER = (
    ("Zaunkönigweg", "Quittenbaum"),
    ("Holunderstrauch", "Sperlingsgasse"),
    ("Kiebitzwiese", "Wacholder"),
)


def _agenda(body: str, day: str, closed: Sequence[tuple[str, str]]) -> list[str]:
    lines = [
        "Stadt Musterfeld", body, "Einladung zur 7. Sitzung", f"Termin: {day}, 17:30 Uhr", "Tagesordnung", "Öffentlicher Teil",
        "Ö 1   Genehmigung der Niederschrift", "Ö 2   Trinkbrunnen am Markt", "      Vorlage: AN/0045/2024",
        "Nichtöffentlicher Teil",
    ]  # fmt: skip
    for number, (title, reference) in enumerate(closed, 1):
        lines += [f"N {number}   {title}", f"      Vorlage: {reference}"]
    return lines


def _closed(reference: str, title: str, body: str, words: Iterable[str]) -> list[str]:
    first, second = words
    return [
        "Beschlussvorlage", "- nichtöffentlich -", f"Vorlage: {reference}", "Betreff:", title, "Beratungsfolge:", f"{body} 14.03.2024 N",
        "Beschlussvorschlag:", f"Der Verkauf des Grundstücks {first} an die Firma {second} für 480.000 Euro wird beschlossen.",
        "Begründung:", f"Die Firma {second} hat bis zum 30.09.2024 das höchste Gebot für {first} abgegeben.",
    ]  # fmt: skip


def _open(reference: str) -> list[str]:
    return [
        "Beschlussvorlage", f"Vorlage: {reference}", "Betreff:", "Trinkbrunnen am Markt", "Beschlussvorschlag:",
        "Die Stadt stellt auf dem Marktplatz zwei Trinkbrunnen für 12.000 Euro auf.", "Begründung:",
        "Im Sommer ist es auf dem Marktplatz heiß.",
    ]  # fmt: skip


def write_packs(folder: Path) -> list[Path]:
    """A pack of each body; the council has two non-public items."""
    council = [("Grundstück Zaunkönigweg", "BV/0091/2024"), ("Grundstück Holunderstrauch", "BV/0092/2024")]
    building = [("Grundstück Kiebitzwiese", "BV/0093/2024")]
    return [
        pdfs.write(folder / "rat.pdf", [
            _agenda(COUNCIL, "Donnerstag, 14. März 2024", council), _open("AN/0045/2024"),
            _closed("BV/0091/2024", council[0][0], COUNCIL, FIRST), _closed("BV/0092/2024", council[1][0], COUNCIL, SECOND),
        ]),
        pdfs.write(folder / "bau.pdf", [
            _agenda(BUILDING, "Dienstag, 5. März 2024", building), _open("AN/0045/2024"),
            _closed("BV/0093/2024", building[0][0], BUILDING, OTHER),
        ]),
    ]  # fmt: skip


def take_in(folder: Path) -> Path:
    """A data folder with both packs."""
    with pytest.MonkeyPatch.context() as patch:
        without_children(patch)
        with workflow.workspace(settings_for(folder / "daten")) as ws:
            workflow.take_in(ws, write_packs(folder))
    return folder / "daten"


@dataclass(frozen=True)
class Town:
    """A data folder with persons."""

    settings: Settings
    people: People
    bodies: Bodies
    clerk: Person
    council: Person  # member of the council
    builder: Person  # member of the building committee
    reader: Person  # nothing but a right to read

    def as_person(self, person: Person | None) -> Settings:
        """The settings of a page that this person has signed in to."""
        settings = replace(self.settings, accounts=True)
        return replace(settings, person=person.id, name=person.name) if person else settings

    @contextmanager
    def workspace(self, person: Person | None) -> Iterator[Workspace]:
        """What this person works with."""
        with workflow.workspace(self.as_person(person)) as ws:
            yield ws


def town(data: Path) -> Town:
    """Persons for such a folder."""
    people, bodies = People(data, hasher=CHEAP), Bodies(data)
    clerk = people.add("Clara Amt", GOOD, "sitzungsdienst")
    members = {}
    for name, body in (("Rita Rat", COUNCIL), ("Bruno Bau", BUILDING)):
        members[body] = people.add(name, GOOD)
        bodies.add_membership(members[body].id, bodies.add_organization(body))
    reader = people.add("Lena Lese", GOOD, "leserecht")
    return Town(settings_for(data), people, bodies, clerk, members[COUNCIL], members[BUILDING], reader)
