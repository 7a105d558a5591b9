"""A page for several people that leads to a provider, and the browser of one of them."""

from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher
from asked import Echo, Reply, ask
from oidc_server import CLIENT, SECRET

from ratsassistent.oidc import provider as settings
from ratsassistent.oidc.persons import Persons
from ratsassistent.output.page_door import Door
from ratsassistent.output.page_elsewhere import Elsewhere
from ratsassistent.output.page_guard import PERSON, Guard
from ratsassistent.output.page_signin import SignIn
from ratsassistent.people import People

GOOD = "vier Wörter sind genug"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class House:
    """A page for several people, one of whom (Carla) has a password. `now`: of sign-ins under way; `clock`: of all else."""

    def __init__(self, folder: Path, issuer: str, **more: object) -> None:
        self.now, self.clock = 0.0, 1_800_000_000.0
        self.people = People(folder, lambda: self.clock, CHEAP)
        self.people.add("Carla", GOOD)
        settings.store(folder, settings.made(issuer, CLIENT, **more), SECRET)  # type: ignore[arg-type]
        self.folder, self.issuer, self.persons = folder, issuer, Persons(self.people)
        self.door = Door(names=frozenset({"rat.example"}), secure=True)
        self.reached = Echo()
        self.elsewhere = Elsewhere(self.people, folder, self.door, "https://rat.example/", clock=lambda: self.now)
        self.guard = Guard(
            self.reached, self.door, around=lambda app: SignIn(app, self.people, self.door, self.elsewhere)
        )
        self.cookies: dict[str, str] = {}

    def ask(self, path: str = "/", method: str = "GET", body: bytes = b"", **more: str) -> Reply:
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        heads = {"host": "rat.example", "cookie": held, **more}
        reply = ask(self.guard, path, method, client=("10.0.0.7", 1), body=body, **heads)
        for name, value in reply.heads:
            if name == b"set-cookie":
                key, _, rest = value.decode().partition("=")
                self.cookies[key] = rest.partition(";")[0]
                if "Max-Age=0" in rest:
                    del self.cookies[key]
        return reply

    def there(self) -> str:
        """Where the browser is sent to sign in."""
        reply = self.ask("/anmelden/konto")
        assert reply.status == 303, reply.text
        return reply.head("location")

    def back(self, address: str) -> Reply:
        """As a browser asks that another page has sent here."""
        path = address.removeprefix("https://rat.example")
        return self.ask(path, sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document")

    def who(self) -> str | None:
        """Who is signed in."""
        self.reached.scopes.clear()
        self.ask("/")
        return self.reached.scopes[0][PERSON][1] if self.reached.scopes else None
