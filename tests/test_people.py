"""Who may come in: passwords, the brake on guessing, the end of sessions; and the command that says who."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import argon2
import pytest
from argon2 import PasswordHasher
from commands import Result, Run, refused

from ratsassistent import people as rules
from ratsassistent.errors import InputError, NotFound
from ratsassistent.people import People, SignedIn, Wait

GOOD = "vier Wörter sind genug"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE, THERE = "10.0.0.7", "10.0.0.8"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path, clock: Clock) -> People:
    made = People(tmp_path, clock, CHEAP)
    made.add("Anna Beck", GOOD)
    return made


def signed_in(people: People, name: str = "Anna Beck", password: str = GOOD) -> SignedIn:
    made = people.sign_in(name, password, HERE)
    assert isinstance(made, SignedIn)
    return made


def test_name_and_password_let_in_however_they_are_typed(people: People) -> None:
    made = signed_in(people, "  anna   BECK ", GOOD.replace("ö", "o\u0308"))
    assert people.session(made.token) == (made.person.id, "Anna Beck")


def test_neither_password_nor_token_lie_on_the_disk(people: People, tmp_path: Path) -> None:
    token = signed_in(people).token
    people.sign_in("meinGeheimesKennwort", "x", HERE)
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"$argon2id$" in held
    for word in (GOOD, token, "meinGeheimesKennwort", HERE):
        assert word.encode() not in held
    if os.name == "posix":
        assert (tmp_path / "zugang").stat().st_mode & 0o077 == 0
        assert (tmp_path / "zugang" / "zugang.sqlite").stat().st_mode & 0o077 == 0


def test_passwords_of_the_program_itself_cost_as_much_as_they_should() -> None:
    hasher = PasswordHasher()
    assert hasher.memory_cost >= 46 * 1024  # OWASP 2024: 46 MiB with one pass, or more
    assert hasher.time_cost >= 1


@pytest.mark.parametrize("password", ["kurz", "aaaaaaaaaaaaaaaa", "anna beck 2026!", "x" * 300, ""])
def test_what_is_easily_guessed_is_no_password(people: People, password: str) -> None:
    with pytest.raises(InputError):
        people.set_password("Anna Beck", password)


@pytest.mark.parametrize("name", ["", "   ", "x" * 90, "Anna\x00Beck", "A\u202eB"])
def test_what_cannot_be_shown_is_no_name(people: People, name: str) -> None:
    with pytest.raises(InputError):
        people.add(name, GOOD)


def test_five_wrong_tries_slow_down_and_more_double(people: People, clock: Clock) -> None:
    assert [people.sign_in("Anna Beck", "falsch", HERE) for _ in range(5)] == [None] * 5
    waits = []
    for _ in range(8):
        told = people.sign_in("Anna Beck", GOOD, HERE)  # not even the right one is looked at
        assert isinstance(told, Wait)
        waits.append(told.seconds)
        clock.now += told.seconds
        assert people.sign_in("Anna Beck", "falsch", HERE) is None
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]


def test_a_restart_does_not_help(people: People, clock: Clock, tmp_path: Path) -> None:
    for _ in range(5):
        people.sign_in("Anna Beck", "falsch", HERE)
    assert people.sign_in("Anna Beck", GOOD, HERE) == Wait(seconds=15)
    assert People(tmp_path, clock, CHEAP).sign_in("Anna Beck", GOOD, HERE) == Wait(seconds=15)


def test_others_are_not_shut_out_with_the_one_who_guesses(people: People) -> None:
    for _ in range(6):
        people.sign_in("Anna Beck", "falsch", HERE)
    assert isinstance(people.sign_in("Anna Beck", GOOD, THERE), SignedIn)


def test_who_guesses_many_names_is_slowed_down_too(people: People) -> None:
    tries = [people.sign_in(f"Person {n}", "falsch", HERE) for n in range(40)]
    assert tries[:30] == [None] * 30
    assert all(isinstance(one, Wait) for one in tries[30:])


def test_who_guesses_one_name_from_everywhere_is_slowed_down_too(people: People) -> None:
    tries = [people.sign_in("Anna Beck", "falsch", f"10.1.0.{n}") for n in range(60)]
    assert isinstance(tries[-1], Wait)


def test_coming_in_from_an_address_does_not_wipe_out_what_was_tried_there(people: People) -> None:
    people.add("Eve", "auch ein langes Kennwort")
    for n in range(29):
        people.sign_in(f"Person {n}", "falsch", HERE)
    signed_in(people, "Eve", "auch ein langes Kennwort")
    people.sign_in("Person 30", "falsch", HERE)
    assert isinstance(people.sign_in("Person 31", "falsch", HERE), Wait)


def test_many_tries_at_once_gain_nothing(people: People) -> None:
    told: list[object] = []
    threads = [
        threading.Thread(target=lambda: told.append(people.sign_in("Anna Beck", "falsch", HERE))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 20
    assert sum(one is None for one in told) == 5


def test_a_name_that_does_not_exist_is_handled_like_one_that_does(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    is_right = people._is_right
    monkeypatch.setattr(people, "_is_right", lambda hashed, word: looked.append(hashed) or is_right(hashed, word))
    people.block("Anna Beck")
    replies = {
        name: [people.sign_in(name, word, HERE) for word in ("a", "b", "c", "d", GOOD, "f")]
        for name in ("Anna Beck", "Niemand")
    }
    assert replies["Anna Beck"] == replies["Niemand"]  # blocked, not there: the same, with the right password too
    assert len(looked) == 10  # five each: the work is done for both


def test_wrong_tries_are_forgotten_after_a_day(people: People, clock: Clock) -> None:
    for _ in range(5):
        people.sign_in("Anna Beck", "falsch", HERE)
    clock.now += rules.FORGET_S + 1
    assert [people.sign_in("Anna Beck", "falsch", HERE) for _ in range(5)] == [None] * 5


def test_a_clock_set_back_shuts_nobody_out_for_long(people: People, clock: Clock) -> None:
    for _ in range(5):
        people.sign_in("Anna Beck", "falsch", HERE)
    clock.now -= 10**6
    assert people.sign_in("Anna Beck", GOOD, HERE) == Wait(seconds=900)


def test_sessions_end_when_idle_and_after_a_day_of_work(people: People, clock: Clock) -> None:
    token = signed_in(people).token
    clock.now += rules.IDLE_S - 1
    assert people.session(token)
    clock.now += rules.IDLE_S + 1
    assert people.session(token) is None
    token = signed_in(people).token
    while clock.now < 1_800_000_000.0 + 3 * rules.LONGEST_S and people.session(token):
        clock.now += rules.IDLE_S / 2
    assert people.session(token) is None
    assert clock.now < 1_800_000_000.0 + 2 * rules.LONGEST_S


def test_a_page_that_looks_for_news_keeps_no_session_alive(people: People, clock: Clock) -> None:
    token = signed_in(people).token
    for _ in range(5):
        clock.now += rules.IDLE_S / 4
        held = people.session(token, acts=False)
    assert held is None


@pytest.mark.parametrize("change", ["password", "block", "remove", "out"])
def test_sessions_end_at_once(people: People, change: str) -> None:
    token = signed_in(people).token
    if change == "password":
        people.set_password("Anna Beck", "ein ganz anderes Kennwort")
    elif change == "block":
        people.block("Anna Beck")
    elif change == "remove":
        people.remove("Anna Beck")
    else:
        people.sign_out(token)
    assert people.session(token) is None


def test_who_is_blocked_comes_in_again_only_when_unblocked(people: People) -> None:
    people.block("Anna Beck")
    assert people.sign_in("Anna Beck", GOOD, HERE) is None
    people.block("Anna Beck", blocked=False)
    assert isinstance(people.sign_in("Anna Beck", GOOD, HERE), SignedIn)


def test_a_made_up_token_is_nobodys(people: People) -> None:
    assert people.session("x" * 43) is None
    assert people.session("\ud800") is None
    with pytest.raises(NotFound):
        people.block("Niemand")


def test_the_command_says_who_may_come_in(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def access(*words: str, typed: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return run("zugang", *words)

    monkeypatch.setattr(argon2, "PasswordHasher", lambda: CHEAP)
    made = access("anlegen", "Anna", "Beck", typed=f"{GOOD}\n")
    assert (made.status, made.out.splitlines()[0]) == (0, "„Anna Beck“ kann sich jetzt anmelden.")
    assert "Rolle: Mitglied" in made.out
    assert refused(access("anlegen", "Anna Beck", typed=f"{GOOD}\n"))
    assert refused(access("anlegen", "Ohne", typed=""))
    assert access("sperren").status == 2
    assert "gesperrt" not in access("liste").out
    assert access("sperren", "anna beck").status == 0
    shown = access("liste", "--json")
    assert [(p["name"], p["blocked"]) for p in shown.json["people"]] == [("Anna Beck", True)]
    assert "argon2" not in shown.out
    assert refused(access("kennwort", "Niemand", typed="noch ein langes Kennwort\n"))
    assert access("kennwort", "Anna Beck", typed="zu kurz\n").status == 1
    assert access("kennwort", "Anna Beck", typed="noch ein langes Kennwort\n").status == 0
    assert access("entsperren", "Anna Beck").status == 0
    assert access("entfernen", "Anna Beck").status == 0
    assert access("liste", "--json").json == {"people": []}
