"""What a click in „Personen und Rechte“ does, and what the page says of rights at a meeting and at an item.

What enters: settings of who is at the other end, what was clicked. What leaves: HTML (`page_rights`).
What it does not know: how HTML is made, SQL, Gradio.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ratsassistent import rights, workflow
from ratsassistent.access_log import AccessLog, day_of
from ratsassistent.bodies import Bodies
from ratsassistent.errors import InputError, NotFound, RatsassistentError
from ratsassistent.oparl import AgendaItem, Meeting
from ratsassistent.output import page_rights, rights_command
from ratsassistent.output import phrases_rights as words
from ratsassistent.output.page_allowed import Allowed
from ratsassistent.people import ROLES, People
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

_LAST = "Mindestens eine Person muss zum Sitzungsdienst gehören; sonst kann auf der Seite niemand mehr Rechte vergeben."


class Persons(Allowed):
    """Persons and their rights as one page sees them; only for the Sitzungsdienst, and where people sign in."""

    @property
    def there(self) -> bool:
        """Whether whoever is at the other end sees this part of the help."""
        return self.settings.accounts and self.may("accounts")

    def view(self, told: str = "", *, wrong: bool = False) -> str:
        """The part of the help. :raises NotAllowed: who asks may not see it."""
        settings = self._for_clerks()
        bodies, people = Bodies(settings.data_folder), People(settings.data_folder)
        entered = bodies.organizations()
        with workflow.workspace(settings) as ws:
            others = rights_command.unknown_bodies(ws, entered)
            excluded: dict[str, list[tuple[str, str]]] = {}
            for one in bodies.exclusions():
                where = rights_command.place(ws, one.meeting_id, one.item_id)
                excluded.setdefault(one.person_id, []).append((one.item_id, where))
        return page_rights.view(
            people.all(), entered, bodies.memberships(), excluded, others, dt.date.today(), told=told, wrong=wrong
        )

    def act(self, wanted: Mapping[str, Any]) -> str:
        """Do what was clicked; returns the part of the help. :raises NotAllowed: who asks may not."""
        how = str(wanted.get("how"))
        settings = self._for_clerks()
        if how in {"log", "days"}:
            return self._log(settings, wanted.get("days") if how == "days" else None)
        does: dict[str, Callable[[Settings, Mapping[str, Any]], str]] = {
            "role": _role, "join": _join, "leave": _leave, "drop": _drop, "body": _body, "readmit": _readmit,
        }  # fmt: skip
        try:
            if how not in does:
                raise InputError("Das gibt es hier nicht.")
            return self.view(does[how](settings, wanted))
        except RatsassistentError as error:
            return self.view(str(error), wrong=True)

    def exclude(self, wanted: Mapping[str, Any]) -> str:
        """Exclude a person from an item, or let it take part again; returns what was done, in words.

        :raises NotFound: it is not there any more. :raises NotAllowed: who asks may not.
        """
        settings = self._for_clerks()
        bodies, person = Bodies(settings.data_folder), str(wanted.get("person"))
        with workflow.workspace(settings) as ws:
            meeting = workflow.meeting(ws, str(wanted.get("meeting")))
            item = workflow.item_of(meeting, str(wanted.get("item")))
        if wanted["do"] == "readmit":
            bodies.readmit(person, item.id)
            return "Der Eintrag ist aufgehoben."
        bodies.exclude(person, meeting.id, item.id, by=settings.person)
        return f"{words.EXCLUDED}. {words.EXCLUDED_ABOUT}"

    # --- at a meeting and at an item

    def about_meeting(self, ws: Workspace, held: Meeting) -> str:
        """What is said at the head of a meeting."""
        if ws.rights is None:
            return ""
        if ws.rights.seen is None:
            return page_rights.without_body() if rights.is_of_nobody(ws, held.id) else ""
        return page_rights.excluded_from(rights.excluded_numbers(ws, held.id))

    def about_item(self, ws: Workspace, held: Meeting, item: AgendaItem) -> tuple[str, str]:
        """What is said before an item, and what stands behind it."""
        if ws.rights is None:
            return "", ""
        before = page_rights.at_excluded_item() if item.id in ws.rights.excluded else ""
        if not ws.may("accounts"):
            return before, ""
        data = ws.settings.data_folder
        excluded = frozenset(one.person_id for one in Bodies(data).exclusions() if one.item_id == item.id)
        return before, page_rights.at_item(held.id, item, People(data).all(), excluded)

    # ---

    def _for_clerks(self) -> Settings:
        settings = self.settings
        rights.role(settings).need("accounts")
        return settings

    def _log(self, settings: Settings, days: Any) -> str:
        log, told = AccessLog(settings.data_folder), ""
        if days is not None:
            log.keep_for(int(days) if str(days).isdecimal() else 0)
            told = "Gespeichert; Älteres ist gelöscht."
        found = log.openings()
        with workflow.workspace(settings) as ws:
            rows = [
                (f"{day_of(one):%d.%m.%Y %H:%M}", one.name or "(Zugang gelöscht)", rights_command.opening(ws, one))
                for one in found[: page_rights.MOST]
            ]
        return page_rights.log(rows, len(found), log.days, rights_command.as_csv(found), told)


def _role(settings: Settings, wanted: Mapping[str, Any]) -> str:
    people = People(settings.data_folder)
    person = people.named(str(wanted.get("person")))
    role = next((one for one in ROLES if one == wanted.get("role")), None)
    if role is None:
        raise InputError("Diese Rolle gibt es nicht.")
    others = [p for p in people.all() if p.role == "sitzungsdienst" and p.id != person.id and p.blocked is None]
    if role != "sitzungsdienst" and not others:
        raise InputError(_LAST)
    people.set_role(person.name, role)
    return f"„{person.name}“: {words.ROLES[role]}."


def _join(settings: Settings, wanted: Mapping[str, Any]) -> str:
    bodies, person = Bodies(settings.data_folder), People(settings.data_folder).named(str(wanted.get("person")))
    name = str(wanted.get("body"))
    try:
        body = bodies.organization(name)
    except NotFound:
        with workflow.workspace(settings) as ws:
            if name not in rights_command.unknown_bodies(ws, []):
                raise
        body = bodies.add_organization(name)
    made = bodies.add_membership(person.id, body, start=_day(wanted.get("first")))
    return f"„{person.name}“: {words.membership(made, dt.date.today())}."


def _leave(settings: Settings, wanted: Mapping[str, Any]) -> str:
    last = _day(wanted.get("last")) or dt.date.today()
    Bodies(settings.data_folder).end_membership(str(wanted.get("membership")), last)
    return f"Die Mitgliedschaft endet am {last:%d.%m.%Y}; danach ist auch Nichtöffentliches von früher nicht mehr zu sehen."


def _drop(settings: Settings, wanted: Mapping[str, Any]) -> str:
    Bodies(settings.data_folder).remove_membership(str(wanted.get("membership")))
    return "Der Eintrag ist gelöscht."


def _body(settings: Settings, wanted: Mapping[str, Any]) -> str:
    kind = "Fraktion" if wanted.get("kind") == "Fraktion" else "Gremium"
    made = Bodies(settings.data_folder).add_organization(str(wanted.get("body", "")), kind)  # type: ignore[arg-type]
    return f"„{made.name}“ ist als {made.classification} eingetragen."


def _readmit(settings: Settings, wanted: Mapping[str, Any]) -> str:
    Bodies(settings.data_folder).readmit(str(wanted.get("person")), str(wanted.get("item")))
    return "Der Eintrag ist aufgehoben."


def _day(given: Any) -> dt.date | None:
    text = str(given or "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError("Bitte einen Tag wählen, zum Beispiel den 31.12.2027.") from None
