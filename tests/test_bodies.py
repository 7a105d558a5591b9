"""Bodies, memberships with their days, exclusions; and that accounts of before there were roles lose and gain nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.bodies import Bodies, Membership, Organization
from ratsassistent.errors import InputError, NotFound
from ratsassistent.people import People

GOOD = "vier Wörter sind genug"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BODY = Organization(id="ra:organization-1", name="Gemeinderat", classification="Gremium")
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31))


@given(first=st.none() | DAYS, last=st.none() | DAYS, day=DAYS)
def test_a_membership_holds_from_its_first_day_to_its_last(
    first: dt.date | None, last: dt.date | None, day: dt.date
) -> None:
    held = Membership(id="m", person_id="p", organization=BODY, startDate=first, endDate=last).holds(day)
    after = first is None or (day - first).days >= 0
    before = last is None or (last - day).days >= 0
    assert held == (after and before)


def test_accounts_of_before_there_were_roles_see_what_they_saw(tmp_path: Path) -> None:
    people = People(tmp_path, hasher=CHEAP)
    people.add("Anna Beck", GOOD)
    file = tmp_path / "zugang" / "zugang.sqlite"
    with sqlite3.connect(file) as connection:  # as the version before left it
        connection.execute("ALTER TABLE person DROP COLUMN role")
        for table in ("organization", "membership", "exclusion", "opening", "choice"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    again = People(tmp_path, hasher=CHEAP)
    assert [one.role for one in again.all()] == ["sitzungsdienst"]
    assert again.add("Cem Demir", GOOD).role == "mitglied"  # and those who come later see what is public
    assert [one.role for one in People(tmp_path, hasher=CHEAP).all()] == ["sitzungsdienst", "mitglied"]
    assert Bodies(tmp_path).add_organization("Gemeinderat").classification == "Gremium"


def test_a_body_is_known_by_its_name_however_it_is_typed(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path)
    made = bodies.add_organization("Ausschuss für Bau  und Verkehr")
    assert bodies.add_organization("ausschuss für bau und verkehr") == made
    assert bodies.organization("AUSSCHUSS FÜR BAU UND VERKEHR") == bodies.organization(made.id) == made
    with pytest.raises(InputError):
        bodies.add_organization("Ausschuss für Bau und Verkehr", "Fraktion")
    with pytest.raises(InputError):
        bodies.add_organization("  ")
    with pytest.raises(NotFound):
        bodies.organization("Kreistag")


def test_who_belongs_to_which_fraktion_depends_on_the_day(tmp_path: Path) -> None:
    anna = People(tmp_path, hasher=CHEAP).add("Anna Beck", GOOD)
    bodies = Bodies(tmp_path)
    red, blue = (bodies.add_organization(name, "Fraktion") for name in ("Fraktion Rot", "Fraktion Blau"))
    bodies.add_membership(anna.id, bodies.add_organization("Gemeinderat"))
    bodies.add_membership(anna.id, red, end=dt.date(2027, 3, 31))
    changed = bodies.add_membership(anna.id, blue, start=dt.date(2027, 4, 1))
    assert bodies.fractions(anna.id, dt.date(2027, 3, 31)) == [red]
    assert bodies.fractions(anna.id, dt.date(2027, 4, 1)) == [blue]
    bodies.end_membership(changed.id, dt.date(2027, 5, 1))
    assert bodies.fractions(anna.id, dt.date(2027, 5, 2)) == []
    with pytest.raises(InputError):
        bodies.end_membership(changed.id, dt.date(2027, 3, 1))
    bodies.remove_organization("Fraktion Blau")
    assert [one.organization.name for one in bodies.memberships(anna.id)] == ["Gemeinderat", "Fraktion Rot"]


def test_the_sitzungsdienst_is_never_excluded(tmp_path: Path) -> None:
    people, bodies = People(tmp_path, hasher=CHEAP), Bodies(tmp_path)
    anna, cem = people.add("Anna Beck", GOOD), people.add("Cem Demir", GOOD, "sitzungsdienst")
    with pytest.raises(InputError):
        bodies.exclude(cem.id, "m1", "i1")
    bodies.exclude(anna.id, "m1", "i1", by=cem.id)
    with pytest.raises(InputError):
        people.set_role("Anna Beck", "sitzungsdienst")
    bodies.readmit(anna.id, "i1")
    assert people.set_role("Anna Beck", "sitzungsdienst").role == "sitzungsdienst"
    with pytest.raises(NotFound):
        bodies.readmit(anna.id, "i1")
    with pytest.raises(NotFound):
        bodies.exclude("ra:person-nobody", "m1", "i1")
