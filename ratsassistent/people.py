"""Who may come in when the page is offered to others: persons with a password each, their sessions, and the brake on guessing.

What enters: names, passwords, addresses, tokens of cookies, the time. What leaves: a Person, a new token, or how long to wait.
What it does not know: HTTP, what a person may see and do once inside (`rights`), SQL.

Passwords are kept as Argon2id hashes. A wrong name costs the same time and gets the same answer as a wrong password. Tries are
counted *before* the password is looked at, so that many at once gain nothing, and on disk, so that a restart gains nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from ratsassistent.archive import people as table
from ratsassistent.archive import rights_table
from ratsassistent.errors import InputError, NotFound
from ratsassistent.oparl import Model

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MAX_NAME = 80  # letters
MIN_PASSWORD, MAX_PASSWORD = 12, 256
FEWEST_LETTERS = 5  # different ones in a password
IDLE_S = 2 * 3600.0  # a session in which nothing was clicked for so long ends
LONGEST_S = 12 * 3600.0  # and every session after that: once a day
MOST_SESSIONS = 20  # of one person
NOTE_S = 60.0  # a session's use is written down at most so often
FREE = {"beide": 5, "adresse": 30, "name": 50}  # wrong tries before the brake: name from an address, address, name
FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 15 * 60.0
FORGET_S = 24 * 3600.0  # after the last wrong try
NO_PASSWORD = "!"  # noqa: S105 - in place of a hash: comes in with an account elsewhere only (`oidc`)
AT_ONCE = 2  # passwords looked at: each takes 64 MiB for a moment


Role = Literal["sitzungsdienst", "mitglied", "leserecht"]
ROLES: tuple[Role, ...] = get_args(Role)


class Person(Model):
    """Somebody who may come in, or could once; what the role allows says `rights`."""

    id: str
    name: str
    role: Role = "mitglied"
    blocked: float | None = None
    created: float
    changed: float
    seen: float | None = None


class SignedIn(Model):
    """Who has come in, and the token for the cookie."""

    person: Person
    token: str


class Wait(Model):
    """Too many wrong tries: none is looked at for so many seconds."""

    seconds: int


class People:
    """The persons of a data folder."""

    def __init__(
        self, data_folder: Path, clock: Callable[[], float] = time.time, hasher: PasswordHasher | None = None
    ) -> None:
        """Open what the data folder knows of persons.

        :param hasher: other costs than the library's own (RFC 9106: 64 MiB, three passes), for tests.
        :raises StorageError: it cannot be read or written.
        """
        import argon2  # only where somebody else may come in

        self.table = table.PeopleTable(data_folder)
        self._clock = clock
        self._hasher = hasher or argon2.PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        with self.table.writing() as connection:
            self._secret = table.kept_secret(connection, "versuche", secrets.token_hex(32)).encode()

    @cached_property
    def nobody(self) -> str:
        """The hash that a name which does not exist is compared with; to be asked for before the first tries to come in."""
        return self._hasher.hash(secrets.token_urlsafe(16))

    # --- persons

    def all(self) -> list[Person]:
        """All persons by name."""
        with self.table.reading() as connection:
            return [_person(row) for row in table.people(connection)]

    def add(self, name: str, password: str, role: Role = "mitglied") -> Person:
        """A new person; without memberships a Mitglied sees only what is public.

        :raises InputError: there is one of that name, or name or password do not do.
        """
        shown = _shown(name)
        return self._add(shown, self._hash(shown, password), role)

    def add_without_password(self, name: str, role: Role) -> Person:
        """A new person who comes in with an account elsewhere (`oidc`), not with a password.

        :raises InputError: there is one of that name, or the name does not do.
        """
        return self._add(_shown(name), NO_PASSWORD, role)

    def _add(self, shown: str, hashed: str, role: Role) -> Person:
        now = self._clock()
        made = Person(id=f"ra:person-{uuid.uuid4().hex[:16]}", name=shown, role=role, created=now, changed=now)
        with self.table.writing() as connection:
            if table.find_person(connection, _key(shown)):
                raise InputError(f"Für „{shown}“ gibt es schon einen Zugang.")
            table.add_person(connection, {**made.model_dump(), "key": _key(shown), "password": hashed})
        return made

    def set_password(self, name: str, password: str) -> Person:
        """Give a person another password; whoever is in under that name is out, and wrong tries are forgotten.

        :raises NotFound: there is no such person. :raises InputError: the password does not do.
        """
        known = self._find(name)
        values = {"password": self._hash(known.name, password), "changed": self._clock()}
        with self.table.writing() as connection:
            table.change_person(connection, known.id, values, end_sessions=True)
            table.forget_tries(connection, [self._keyed("name", _key(name))])
        return self._find(name)

    def block(self, name: str, *, blocked: bool = True) -> Person:
        """Let a person not come in any more, or again; whoever is in under that name is out.

        :raises NotFound: there is no such person.
        """
        known = self._find(name)
        with self.table.writing() as connection:
            values = {"blocked": self._clock() if blocked else None}
            table.change_person(connection, known.id, values, end_sessions=True)
        return self._find(name)

    def set_role(self, name: str, role: Role) -> Person:
        """Give a person another role; it holds from the next click on.

        :raises NotFound: there is no such person. :raises InputError: it is excluded from items, and the Sitzungsdienst sees all.
        """
        known = self._find(name)
        with self.table.writing() as connection:
            if role == "sitzungsdienst" and rights_table.exclusions(connection, known.id):
                raise InputError(
                    f"„{known.name}“ ist als befangen eingetragen; der Sitzungsdienst sieht aber alles. "
                    "Bitte zuerst die Einträge aufheben."
                )
            table.change_person(connection, known.id, {"role": role})
        return self._find(name)

    def role_of(self, person_id: str) -> Role | None:
        """The role of a person; None: there is none any more, or it may not come in."""
        with self.table.reading() as connection:
            return cast(Role | None, rights_table.role_of(connection, person_id))

    def named(self, name: str) -> Person:
        """The person of this name or with this id.

        :raises NotFound: there is none.
        """
        return next((one for one in self.all() if one.id == name), None) or self._find(name)

    def remove(self, name: str) -> Person:
        """Delete a person.

        :raises NotFound: there is no such person.
        """
        known = self._find(name)
        with self.table.writing() as connection:
            table.remove_person(connection, known.id)
        return known

    # --- coming in

    def sign_in(self, name: str, password: str, address: str) -> SignedIn | Wait | None:
        """Let somebody in; None: name or password are wrong, or the person is blocked."""
        now, key = self._clock(), _key(name)
        keys = {
            "beide": self._keyed("beide", key, address),
            "adresse": self._keyed("adresse", address),
            "name": self._keyed("name", key),
        }
        with self.table.writing() as connection:
            table.forget_old_tries(connection, now - FORGET_S)
            known = table.tries(connection, keys.values())
            longest = max((_left(row, now) for row in known.values()), default=0.0)
            if longest > 0:
                return Wait(seconds=math.ceil(longest))
            for kind, hashed in keys.items():
                count = known[hashed]["count"] + 1 if hashed in known else 1
                until = now + _wait(count, FREE[kind])
                table.put_try(connection, {"key": hashed, "count": count, "last": now, "until": until})
            found = table.find_person(connection, key)
        has_one = found is not None and found["password"] != NO_PASSWORD
        right = self._is_right(found["password"] if found and has_one else self.nobody, password)
        if found is None or not right or found["blocked"] is not None:
            return None
        return self._let_in(found, password, keys, known, now)

    def _let_in(
        self, found: table.Row, password: str, keys: dict[str, str], known: dict[str, table.Row], now: float
    ) -> SignedIn | None:
        token = secrets.token_urlsafe(32)
        values: table.Row = {"seen": now}
        if self._hasher.check_needs_rehash(found["password"]):
            values["password"] = self._hasher.hash(_normal(password))
        with self.table.writing() as connection:
            still = table.find_person(connection, found["key"])
            if still is None or still["blocked"] is not None or still["password"] != found["password"]:
                return None  # changed in the meantime
            table.forget_tries(connection, [keys["beide"], keys["name"]])
            before = known.get(keys["adresse"])  # this try was none; what others did from there still counts
            table.forget_tries(connection, [keys["adresse"]])
            if before:
                table.put_try(connection, before)
            table.change_person(connection, found["id"], values)
            table.end_old_sessions(connection, now - LONGEST_S, now - IDLE_S)
            table.add_session(connection, _hashed(token), found["id"], now, MOST_SESSIONS)
        return SignedIn(person=_person({**found, **values}), token=token)

    def let_in(self, person_id: str) -> SignedIn | None:
        """Let in a person who has proved elsewhere who it is; None: it is blocked, or there is none."""
        now, token = self._clock(), secrets.token_urlsafe(32)
        with self.table.writing() as connection:
            found = next((row for row in table.people(connection) if row["id"] == person_id), None)
            if found is None or found["blocked"] is not None:
                return None
            table.change_person(connection, person_id, {"seen": now})
            table.end_old_sessions(connection, now - LONGEST_S, now - IDLE_S)
            table.add_session(connection, _hashed(token), person_id, now, MOST_SESSIONS)
        return SignedIn(person=_person({**found, "seen": now}), token=token)

    def waits(self, address: str) -> Wait | None:
        """Count a try from an address that is not one with a password; Wait: there were too many wrong ones, it does not count."""
        now, key = self._clock(), self._keyed("adresse", address)
        with self.table.writing() as connection:
            table.forget_old_tries(connection, now - FORGET_S)
            known = table.tries(connection, [key]).get(key)
            if known is not None and _left(known, now) > 0:
                return Wait(seconds=math.ceil(_left(known, now)))
            count = known["count"] + 1 if known else 1
            until = now + _wait(count, FREE["adresse"])
            table.put_try(connection, {"key": key, "count": count, "last": now, "until": until})
        return None

    def was_right(self, address: str) -> None:
        """The last try from an address was none that counts."""
        key = self._keyed("adresse", address)
        with self.table.writing() as connection:
            known = table.tries(connection, [key]).get(key)
            if known is not None:
                table.put_try(connection, {**known, "count": max(0, known["count"] - 1), "until": 0.0})

    def end_sessions(self, person_id: str) -> None:
        """Whoever is in as this person is out."""
        with self.table.writing() as connection:
            table.end_sessions_of(connection, person_id)

    def now(self) -> float:
        """The time that counts here."""
        return self._clock()

    @staticmethod
    def hashed(token: str) -> str:
        """A session's token as it is kept."""
        return _hashed(token)

    def session(self, token: str, *, acts: bool = True) -> tuple[str, str] | None:
        """Whose session a cookie's token is: id and name; None: of nobody (any more).

        :param acts: the person does something; that a page looks for news by itself does not keep a session alive.
        """
        now, hashed = self._clock(), _hashed(token)
        with self.table.reading() as connection:
            row = table.find_session(connection, hashed)
        if row is None or row["blocked"] is not None:
            return None
        if now - row["created"] > LONGEST_S or now - row["used"] > IDLE_S:
            return None
        if acts and now - row["used"] > NOTE_S:
            with self.table.writing() as connection:
                table.use_session(connection, hashed, now)
        return str(row["person_id"]), str(row["name"])

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self.table.writing() as connection:
            table.end_session(connection, _hashed(token))

    # ---

    def _find(self, name: str) -> Person:
        with self.table.reading() as connection:
            row = table.find_person(connection, _key(name))
        if row is None:
            raise NotFound(f"Für „{' '.join(name.split())}“ gibt es keinen Zugang.")
        return _person(row)

    def _hash(self, name: str, password: str) -> str:
        _check(name, _normal(password))
        return self._hasher.hash(_normal(password))

    def _is_right(self, hashed: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._turns:
            try:
                return self._hasher.verify(hashed, _normal(password)[: MAX_PASSWORD + 1])
            except (VerificationError, InvalidHashError):
                return False

    def _keyed(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _wait(count: int, free: int) -> float:
    """How long no try is looked at after so many wrong ones: doubling from the last free one on."""
    return 0.0 if count < free else min(FIRST_WAIT_S * 2.0 ** min(count - free, 20), LONGEST_WAIT_S)


def _left(row: table.Row, now: float) -> float:
    return min(float(row["until"]) - now, LONGEST_WAIT_S)  # the clock may have been set


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _normal(text: str) -> str:
    """The same letters, however a keyboard has put them together."""
    return unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))


def _shown(name: str) -> str:
    shown = " ".join(_normal(name).split())
    if not shown or len(shown) > MAX_NAME or not shown.isprintable():
        raise InputError(f"Bitte einen Namen mit höchstens {MAX_NAME} Zeichen angeben.")
    return shown


def _key(name: str) -> str:
    return " ".join(_normal(name).casefold().split())[: 2 * MAX_NAME]


def _check(name: str, password: str) -> None:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InputError(
            f"Das Kennwort muss mindestens {MIN_PASSWORD} und darf höchstens {MAX_PASSWORD} Zeichen haben. "
            "Gut sind vier oder mehr zufällige Wörter."
        )
    if len(set(password.casefold())) < FEWEST_LETTERS or _key(name) in password.casefold():
        raise InputError(
            "Dieses Kennwort ist zu leicht zu erraten: Es besteht aus zu wenigen Zeichen oder enthält den Namen."
        )


def _person(row: table.Row) -> Person:
    return Person.model_validate({name: row[name] for name in Person.model_fields})
