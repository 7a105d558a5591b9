"""Several persons with one program: their jobs take turns, what they enter carries their name, pages are drawn once for all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ratsassistent import shown_pages
from ratsassistent.archive.store import Store
from ratsassistent.errors import Interrupted
from ratsassistent.jobs import Jobs
from ratsassistent.output.page_guard import PERSON
from ratsassistent.output.page_person import acting
from ratsassistent.settings import Settings


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "nichtoeffentlich", public=False) as opened:
        yield opened


@pytest.mark.skipif(os.name != "posix", reason="rights of files as Linux and macOS have them")
def test_other_users_of_the_machine_cannot_look_into_an_archive(store: Store) -> None:
    assert store.folder.stat().st_mode & 0o077 == 0


def of(store: Store, person: str | None) -> Jobs:
    return Jobs(store, person=person)


def worked_off(store: Store) -> list[str]:
    jobs, titles = Jobs(store), []
    while job := jobs.claim("w"):
        titles.append(job.title)
        jobs.finish(job.id, None)
    return titles


def test_jobs_of_several_persons_take_turns(store: Store) -> None:
    for number in range(3):
        of(store, "anna").add("briefing", f"anna {number}", {"a": number})
    for number in range(2):
        of(store, "eve").add("briefing", f"eve {number}", {"e": number})
    of(store, None).add("briefing", "befehl", {"x": 1})
    shown = [job.title for job in Jobs(store).queue()]
    assert shown == ["anna 0", "eve 0", "befehl", "anna 1", "eve 1", "anna 2"]
    assert worked_off(store) == shown


def test_who_had_a_turn_longest_ago_comes_first(store: Store) -> None:
    of(store, "anna").add("briefing", "anna 0", {"a": 0})
    assert worked_off(store) == ["anna 0"]
    of(store, "anna").add("briefing", "anna 1", {"a": 1})
    of(store, "eve").add("briefing", "eve 0", {"e": 0})
    assert worked_off(store) == ["eve 0", "anna 1"]


def test_for_one_person_the_order_is_that_of_ordering_as_before(store: Store) -> None:
    for number in range(4):
        of(store, None).add("briefing", str(number), {"a": number})
    Jobs(store).move_up(Jobs(store).queue()[2].id)
    assert worked_off(store) == ["2", "0", "1", "3"]


def test_nobody_puts_himself_before_others(store: Store) -> None:
    of(store, "anna").add("briefing", "anna 0", {"a": 0})
    of(store, "eve").add("briefing", "eve 0", {"e": 0})
    last = of(store, "eve").add("briefing", "eve 1", {"e": 1})
    jobs = Jobs(store)
    running = jobs.claim("w")
    assert running
    assert running.title == "anna 0"
    Jobs(store).move_up(last.id)
    jobs.beat(running.id, 1, 3, "", gives_way=True)  # goes on
    of(store, "anna").add("briefing", "anna 1", {"a": 1})
    Jobs(store).move_up(next(j.id for j in Jobs(store).queue() if j.title == "anna 1"))
    with pytest.raises(Interrupted):  # the own one may be put before it
        jobs.beat(running.id, 2, 3, "", gives_way=True)
    assert [job.title for job in Jobs(store).queue()][1:] == ["eve 1", "anna 1", "eve 0"]


def test_a_question_still_comes_before_everybodys_summaries(store: Store) -> None:
    of(store, "anna").add("briefing", "anna 0", {"a": 0})
    of(store, "eve").add("frage", "eve fragt", {"question": "?"})
    of(store, "eve").add("frage", "eve fragt noch etwas", {"question": "??"})
    of(store, "anna").add("frage", "anna fragt", {"question": "???"})
    assert worked_off(store) == ["eve fragt", "anna fragt", "eve fragt noch etwas", "anna 0"]


def test_a_click_carries_the_name_of_who_has_signed_in(tmp_path: Path) -> None:
    from gradio.context import LocalContext

    settings = Settings(tmp_path, (), name="Rechner")
    assert acting(settings) == settings
    token = LocalContext.request.set(SimpleNamespace(request=SimpleNamespace(scope={PERSON: ("ra:person-1", "Anna")})))
    try:
        assert (acting(settings).person, acting(settings).name) == ("ra:person-1", "Anna")
    finally:
        LocalContext.request.reset(token)


def test_a_page_that_many_ask_for_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []
    at_work, most = [0], [0]
    begun = threading.Event()

    def draw(path: Path, page: int, width: int) -> bytes:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        begun.wait(0.05)
        drawn.append((page, width))
        at_work[0] -= 1
        return b"x" * 100

    file = tmp_path / "x.pdf"
    file.write_bytes(b"1")
    monkeypatch.setattr(shown_pages, "render_safely", draw)
    pictures = shown_pages.Pictures(most_bytes=450, at_once=2)
    threads = [threading.Thread(target=pictures.of, args=(file, n % 4, 100)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == [(page, 100) for page in range(4)]
    assert most[0] <= 2
    pictures.of(file, 7, 100)  # the oldest goes
    assert sum(map(len, pictures._kept.values())) <= 450
    file.write_bytes(b"22")  # another file: drawn anew
    pictures.of(file, 7, 100)
    assert drawn.count((7, 100)) == 2
    assert pictures._making == {}
