"""Who is let in with an account of the OpenID provider: whose it is, who was invited, who comes unasked.

What enters: Accounts that the provider vouches for (`flow`). What leaves: a session of that person; or NotKnown, Shut.
What it does not know: how an account is proved, pages.

An account belongs to a person by issuer and subject, which are never given to anybody else; an e-mail address is. An invitation by
e-mail address or another claim holds once and for a time: at the first sign-in it becomes a tie to the subject.
"""

from __future__ import annotations

import unicodedata

from ratsassistent.archive import outside_table as table
from ratsassistent.errors import InputError, NotFound, RatsassistentError
from ratsassistent.oidc.flow import Account
from ratsassistent.oidc.provider import Provider
from ratsassistent.oparl import Model
from ratsassistent.people import MAX_NAME, People, Person, Role, SignedIn

INVITED_S = 30 * 86400.0  # how long an invitation holds
_MOST_CLAIM = 255
_NAMES = ("name", "preferred_username", "email")  # what a newcomer is called, the best first


class Invitation(Model):
    """That somebody is expected: of whom the provider says `claim` = `value`."""

    person_id: str
    name: str
    issuer: str
    claim: str
    value: str
    created: float


class NotKnown(RatsassistentError):
    """The account is nobody's here; the text is what to tell whom, in German."""


class Shut(RatsassistentError):
    """The person may not come in any more; the text says so in German."""


class Persons:
    """The persons of a data folder, as owners of accounts elsewhere."""

    def __init__(self, people: People) -> None:
        self._people = people

    # --- letting in

    def knows(self, account: Account) -> bool:
        """Whether it is known whose account this is."""
        with self._people.table.reading() as connection:
            return table.owner(connection, account.issuer, account.subject) is not None

    def let_in(self, account: Account, provider: Provider) -> SignedIn:
        """Let the owner of an account in; an invited person and, where wished, a newcomer becomes its owner.

        :raises NotKnown: it is nobody's. :raises Shut: the owner may not come in.
        """
        with self._people.table.reading() as connection:
            person_id = table.owner(connection, account.issuer, account.subject)
        if person_id is None:
            person_id = self._become(account, provider)
        made = self._people.let_in(person_id)
        if made is None:
            raise Shut("Ihr Zugang zu Ratsassistent ist gesperrt. Bitte wenden Sie sich an den Sitzungsdienst.")
        with self._people.table.writing() as connection:
            table.note_origin(connection, self._people.hashed(made.token), account.issuer)
        return made

    def origin(self, token: str) -> str | None:
        """The issuer of the account that a session began with; None: it began here, or is over."""
        with self._people.table.reading() as connection:
            return table.origin(connection, self._people.hashed(token))

    def _become(self, account: Account, provider: Provider) -> str:
        now = self._people.now()
        invited = [one for one in self.invitations() if one.issuer == account.issuer and _fits(one, account)]
        fresh = [one for one in invited if 0 <= now - one.created <= INVITED_S]
        if len({one.person_id for one in fresh}) == 1:
            person_id = fresh[0].person_id
        elif provider.newcomers and not invited:
            person_id = self._newcomer(account).id
        else:
            raise NotKnown(_tell(account, provider))
        with self._people.table.writing() as connection:
            known = table.owner(connection, account.issuer, account.subject)  # two windows at once
            if known is not None:
                return known
            table.bind(
                connection,
                {"issuer": account.issuer, "subject": account.subject, "person_id": person_id, "created": now},
            )
        return person_id

    def _newcomer(self, account: Account) -> Person:
        """A person with Leserecht for somebody who came unasked, called so that nobody is mistaken for another."""
        given = next((text for claim in _NAMES if (text := account.text(claim))), account.subject)
        plain = "".join(c for c in unicodedata.normalize("NFKC", given) if c.isprintable()).strip()
        plain = " ".join(plain.split())[: MAX_NAME - 6] or "Ohne Namen"
        for number in range(1, 1000):
            try:
                return self._people.add_without_password(plain if number == 1 else f"{plain} ({number})", "leserecht")
            except InputError:
                continue
        raise NotKnown("Es gibt schon zu viele Zugänge mit Ihrem Namen. Bitte wenden Sie sich an den Sitzungsdienst.")

    # --- what an administrator settles

    def invite(self, name: str, issuer: str, claim: str, value: str, role: Role | None = None) -> Invitation:
        """Expect a person, who is made where there is none of that name, at the first sign-in of whom `claim` is `value`.

        :raises InputError: name, claim or value do not do, or the person has an account already.
        """
        kind, wanted = claim.strip(), _folded(claim, value)
        if not kind or not wanted or max(len(kind), len(wanted)) > _MOST_CLAIM or not (kind + wanted).isprintable():
            raise InputError("Bitte sagen, woran die Person zu erkennen ist: --email ADRESSE oder --merkmal NAME=WERT.")
        if kind == "email" and "@" not in wanted:
            raise InputError(f"„{value}“ ist keine E-Mail-Adresse.")
        taken = [one for one in self.invitations() if (one.issuer, one.claim, one.value) == (issuer, kind, wanted)]
        try:
            person = self._people.named(name)
        except NotFound:
            person = None
        if any(person is None or one.person_id != person.id for one in taken):
            raise InputError(f"Mit dieser Angabe ist schon „{taken[0].name}“ eingeladen.")
        if person is None:
            person = self._people.add_without_password(name, role or "mitglied")
        elif role is not None and role != person.role:
            person = self._people.set_role(person.name, role)
        if self.accounts(person.id):
            raise InputError(
                f"„{person.name}“ meldet sich schon mit einem solchen Konto an; bitte es zuerst lösen (zugang oidc loesen)."
            )
        values = {
            "person_id": person.id,
            "issuer": issuer,
            "claim": kind,
            "value": wanted,
            "created": self._people.now(),
        }
        with self._people.table.writing() as connection:
            table.invite(connection, values)
        return Invitation.model_validate({**values, "name": person.name})

    def invitations(self) -> list[Invitation]:
        """All open invitations, those whose time is over included."""
        with self._people.table.reading() as connection:
            return [Invitation.model_validate(row) for row in table.invitations(connection)]

    def is_over(self, invitation: Invitation) -> bool:
        """Whether an invitation's time is over."""
        return self._people.now() - invitation.created > INVITED_S

    def accounts(self, person_id: str) -> list[tuple[str, str]]:
        """Issuer and subject of a person's accounts."""
        with self._people.table.reading() as connection:
            return [(row["issuer"], row["subject"]) for row in table.identities(connection, person_id)]

    def release(self, name: str) -> Person:
        """Untie a person from the accounts elsewhere, and take back the invitation; whoever is in is out.

        :raises NotFound: there is no such person, or it has neither.
        """
        person = self._people.named(name)
        with self._people.table.writing() as connection:
            gone = table.release(connection, person.id)
        if not gone:
            raise NotFound(f"„{person.name}“ hat weder ein solches Konto noch eine Einladung.")
        self._people.end_sessions(person.id)
        return person


def _folded(claim: str, value: str) -> str:
    """A claim's value as it is compared: capital letters make a difference in identifiers, but not in addresses."""
    plain = " ".join(value.split())
    return plain.casefold() if claim.strip() == "email" else plain


def _fits(invitation: Invitation, account: Account) -> bool:
    if invitation.claim == "email":
        return bool(account.email) and _folded("email", account.email) == invitation.value
    given = account.subject if invitation.claim == "sub" else account.text(invitation.claim)
    return bool(given) and given == invitation.value


def _tell(account: Account, provider: Provider) -> str:
    mail = f" und der E-Mail-Adresse {account.email}" if account.email else ""
    return (
        f"Ihr {provider.name} ist in Ratsassistent noch niemandem zugeordnet. Bitte sagen Sie dem Sitzungsdienst, dass Sie einen Zugang "
        f"brauchen, und nennen Sie ihm Ihren Namen mit der Kennung {account.subject}{mail}."
    )
