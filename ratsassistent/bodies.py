"""Bodies and who belongs to them, from which day to which; who is excluded from which item.

What enters: names, days, ids. What leaves: Organizations and Memberships (OParl 1.1), Exclusions.
What it does not know: what a membership allows (`rights`), who is at the page, SQL.

A membership holds on its first and on its last day, and on every day between them; a missing end means until further notice.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from ratsassistent.archive import people as database
from ratsassistent.archive import rights_table as table
from ratsassistent.archive.german import fold_name
from ratsassistent.errors import InputError, NotFound
from ratsassistent.oparl import Model

Classification = Literal["Gremium", "Fraktion"]
CLASSIFICATIONS: tuple[Classification, ...] = get_args(Classification)
MAX_NAME = 200  # letters


class Organization(Model):
    """A Gremium or a Fraktion (OParl Organization)."""

    id: str
    name: str
    classification: Classification


class Membership(Model):
    """That a person belongs to a body (OParl Membership); both days count."""

    id: str
    person_id: str
    organization: Organization
    role: str | None = None
    startDate: dt.date | None = None  # noqa: N815 - OParl's name
    endDate: dt.date | None = None  # noqa: N815 - OParl's name

    def holds(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return (self.startDate is None or self.startDate <= day) and (self.endDate is None or day <= self.endDate)


class Exclusion(Model):
    """That a person is excluded from an agenda item (Befangenheit)."""

    person_id: str
    item_id: str
    meeting_id: str
    created: float
    by: str | None = None


class Bodies:
    """The bodies of a data folder, and who belongs to them."""

    def __init__(self, data_folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Open what the data folder knows of them. :raises StorageError: it cannot be read or written."""
        self._table, self._clock = database.PeopleTable(data_folder), clock

    # --- bodies

    def organizations(self) -> list[Organization]:
        """All bodies, Gremien first."""
        with self._table.reading() as connection:
            return [_organization(row) for row in table.organizations(connection)]

    def add_organization(self, name: str, classification: Classification = "Gremium") -> Organization:
        """A new body, or the one that is called so already.

        :param name: of a Gremium as its meetings have it.
        :raises InputError: the name does not do, or a body of the other kind is called so.
        """
        shown = " ".join(name.split())
        if not shown or len(shown) > MAX_NAME or not shown.isprintable() or not fold_name(shown):
            raise InputError(f"Bitte den Namen des Gremiums oder der Fraktion angeben (höchstens {MAX_NAME} Zeichen).")
        with self._table.writing() as connection:
            known = table.find_organization(connection, fold_name(shown))
            if known is None:
                known = {
                    "id": f"ra:organization-{uuid.uuid4().hex[:16]}",
                    "name": shown,
                    "classification": classification,
                }
                table.add_organization(connection, {**known, "key": fold_name(shown)})
        if known["classification"] != classification:
            raise InputError(f"„{known['name']}“ ist schon als {known['classification']} eingetragen.")
        return _organization(known)

    def organization(self, wanted: str) -> Organization:
        """The body of this name or with this id. :raises NotFound: there is none."""
        with self._table.reading() as connection:
            row = table.find_organization(connection, wanted) or table.find_organization(connection, fold_name(wanted))
        if row is None:
            raise NotFound(f"Ein Gremium oder eine Fraktion „{' '.join(wanted.split())}“ ist nicht eingetragen.")
        return _organization(row)

    def remove_organization(self, wanted: str) -> Organization:
        """Delete a body with all memberships in it. :raises NotFound: there is none."""
        known = self.organization(wanted)
        with self._table.writing() as connection:
            table.remove_organization(connection, known.id)
        return known

    # --- memberships

    def memberships(self, person_id: str | None = None) -> list[Membership]:
        """The memberships of a person, or of all, those that ended included."""
        with self._table.reading() as connection:
            return [membership_of(row) for row in table.memberships(connection, person_id)]

    def add_membership(
        self,
        person_id: str,
        organization: Organization,
        *,
        start: dt.date | None = None,
        end: dt.date | None = None,
        role: str | None = None,
    ) -> Membership:
        """Let a person belong to a body. :raises InputError: the last day is before the first one."""
        if start is not None and end is not None and end < start:
            raise InputError("Das Ende liegt vor dem Beginn; bitte die beiden Tage prüfen.")
        made = Membership(
            id=f"ra:membership-{uuid.uuid4().hex[:16]}",
            person_id=person_id,
            organization=organization,
            role=role,
            startDate=start,
            endDate=end,
        )
        values = made.model_dump(mode="json", exclude={"organization"})
        with self._table.writing() as connection:
            table.add_membership(connection, {**values, "organization_id": organization.id})
        return made

    def end_membership(self, membership_id: str, last: dt.date) -> None:
        """Let a membership end with a day, which still counts.

        :raises NotFound: there is none with this id. :raises InputError: it begins later.
        """
        known = next((one for one in self.memberships() if one.id == membership_id), None)
        if known is None:
            raise NotFound("Diese Mitgliedschaft gibt es nicht mehr.")
        if known.startDate is not None and last < known.startDate:
            raise InputError("Das Ende liegt vor dem Beginn; bitte den Tag prüfen oder die Mitgliedschaft löschen.")
        with self._table.writing() as connection:
            table.change_membership(connection, membership_id, {"endDate": last.isoformat()})

    def remove_membership(self, membership_id: str) -> None:
        """Delete a membership that never was. :raises NotFound: there is none with this id."""
        with self._table.writing() as connection:
            if not table.remove_membership(connection, membership_id):
                raise NotFound("Diese Mitgliedschaft gibt es nicht mehr.")

    def fractions(self, person_id: str, day: dt.date | None = None) -> list[Organization]:
        """The Fraktionen that a person belongs to on a day (today); in nearly all towns one, or none."""
        when = day or dt.date.today()
        found = [one for one in self.memberships(person_id) if one.holds(when)]
        kinds = {
            one.organization.id: one.organization for one in found if one.organization.classification == "Fraktion"
        }
        return list(kinds.values())

    # --- exclusions

    def exclusions(self, person_id: str | None = None) -> list[Exclusion]:
        """Who is excluded from which item."""
        with self._table.reading() as connection:
            return [Exclusion.model_validate(row) for row in table.exclusions(connection, person_id)]

    def exclude(self, person_id: str, meeting_id: str, item_id: str, by: str | None = None) -> None:
        """Exclude a person from an item.

        :raises NotFound: there is no such person. :raises InputError: it is the Sitzungsdienst, who sees everything.
        """
        values = {
            "person_id": person_id,
            "item_id": item_id,
            "meeting_id": meeting_id,
            "created": self._clock(),
            "by": by,
        }
        with self._table.writing() as connection:
            role = table.roles(connection).get(person_id)
            if role is None:
                raise NotFound("Diese Person hat keinen Zugang.")
            if role == "sitzungsdienst":
                raise InputError(
                    "Wer zum Sitzungsdienst gehört, sieht alles und kann nicht als befangen eingetragen werden; "
                    "bitte zuerst die Rolle ändern."
                )
            table.put_exclusion(connection, values)

    def readmit(self, person_id: str, item_id: str) -> None:
        """Let a person take part again. :raises NotFound: it was not excluded."""
        with self._table.writing() as connection:
            if not table.remove_exclusion(connection, person_id, item_id):
                raise NotFound("Diese Person ist zu diesem Punkt nicht als befangen eingetragen.")


def _organization(row: database.Row) -> Organization:
    return Organization(id=row["id"], name=row["name"], classification=row["classification"])


def membership_of(row: database.Row) -> Membership:
    """A membership as the table has it, with its body."""
    body = Organization(id=row["organization_id"], name=row["name"], classification=row["classification"])
    fields = {name: row[name] for name in ("id", "person_id", "role", "startDate", "endDate")}
    return Membership.model_validate({**fields, "organization": body})
