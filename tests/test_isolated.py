"""Work in a child process: what it yields comes back, and nothing it does harms the parent."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ratsassistent.errors import Ambiguous, UnreadableFile
from ratsassistent.pack.files import isolated
from ratsassistent.pack.files.isolated import ChildFailed, Children, Crashed, NotStarted, TooBig, TooSlow, run_isolated


def squares(count: int) -> Iterator[int]:
    for number in range(count):
        yield number * number


def pids(count: int) -> Iterator[int]:
    for _ in range(count):
        yield os.getpid()


def one_then(what: str) -> Iterator[str]:
    yield "eins"
    if what == "hang":
        time.sleep(1000)
    elif what == "hang in C":
        re.match(r"(a|aa)+$", "a" * 100 + "b")  # no other thread of the process runs meanwhile
    elif what == "swell":
        held = []
        while True:
            held.append(bytes(range(256)) * 40_000)
    elif what == "swell at once":
        bytearray(40_000_000_000)
    elif what == "segfault":
        ctypes.string_at(0)
    elif what == "exit":
        os._exit(0)
    elif what == "sys.exit":
        sys.exit(1)
    elif what == "print":
        print("Unrat", flush=True)
        os.write(2, b"Unrat")
    elif what == "refuse":
        raise UnreadableFile("Die Datei ist leer.")
    elif what == "unpicklable error":
        raise Ambiguous("mehrere", ["a", "b"])
    elif what == "unpicklable":
        yield (lambda: 0)  # type: ignore[misc]
    yield "zwei"


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with Children() as shared:
        yield shared


def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_what_the_function_yields_comes_back_in_order_and_the_child_is_gone():
    seen = list(run_isolated(pids, 3, seconds=30, megabytes=500))
    assert len(set(seen)) == 1
    assert seen[0] != os.getpid()
    assert not psutil.pid_exists(seen[0])


def test_a_child_serves_several_calls_one_after_the_other(children):
    first = list(children.run(pids, 1, seconds=30, megabytes=500))
    assert list(children.run(squares, 5, seconds=30, megabytes=500, ahead=3)) == [0, 1, 4, 9, 16]
    assert list(children.run(squares, 0, seconds=30, megabytes=500, ahead=3)) == []
    assert list(children.run(pids, 1, seconds=30, megabytes=500)) == first


def test_two_calls_at_once_have_two_children(children):
    one = children.run(pids, 2, seconds=30, megabytes=500)
    two = children.run(pids, 2, seconds=30, megabytes=500)
    mixed = [next(one), next(two), next(one), next(two)]
    assert mixed[0] == mixed[2] != mixed[1] == mixed[3]
    assert [*one, *two] == []


@pytest.mark.parametrize(
    ("what", "failure"),
    [
        ("hang", TooSlow),
        ("hang in C", TooSlow),
        ("swell", TooBig),
        ("swell at once", TooBig),
        ("segfault", Crashed),
        ("exit", Crashed),
        ("sys.exit", Crashed),
        ("unpicklable error", Crashed),
    ],
)
def test_a_child_that_misbehaves_fails_alone(children, what, failure):
    items = children.run(one_then, what, seconds=1.0, megabytes=300)
    assert next(items) == "eins"
    with pytest.raises(failure, match=r"\A[A-ZÄÖÜ][^\n]+\.\Z") as caught:
        next(items)
    assert isinstance(caught.value, ChildFailed)
    assert list(children.run(squares, 2, seconds=30, megabytes=500)) == [0, 1]


def test_an_item_that_cannot_be_sent_is_an_error_not_a_hang(children):
    items = children.run(one_then, "unpicklable", seconds=30, megabytes=500)
    assert next(items) == "eins"
    with pytest.raises(Exception, match=r"pickle|abgestürzt"):
        next(items)


def test_an_exception_of_the_function_comes_through_and_the_child_serves_on(children):
    before = list(children.run(pids, 1, seconds=30, megabytes=500))
    with pytest.raises(UnreadableFile, match="Die Datei ist leer"):
        list(children.run(one_then, "refuse", seconds=30, megabytes=500))
    assert list(children.run(pids, 1, seconds=30, megabytes=500)) == before


def test_a_function_that_cannot_be_found_is_no_hang(children):
    with pytest.raises(Exception, match=r"pickle|lambda"):
        list(children.run(lambda: iter(()), seconds=30, megabytes=500))


def dies_at_once(calls: object, answers: object, idle_seconds: float | None) -> None:
    os._exit(1)


def test_where_no_child_comes_up_the_work_is_not_blamed(monkeypatch):
    monkeypatch.setattr(isolated, "serve", dies_at_once)
    with pytest.raises(NotStarted, match="kein Hilfsprozess"):
        list(run_isolated(squares, 1, seconds=30, megabytes=500))


def test_nothing_a_child_prints_reaches_our_output(children, capfd):
    assert list(children.run(one_then, "print", seconds=30, megabytes=500)) == ["eins", "zwei"]
    assert capfd.readouterr() == ("", "")


def test_who_stops_listening_ends_the_child(children):
    items = children.run(pids, 5, seconds=30, megabytes=500)
    pid = next(items)
    items.close()
    assert gone(pid)


def test_a_slow_listener_is_not_a_slow_child(children):
    items = children.run(squares, 6, seconds=0.5, megabytes=500, ahead=2)
    seen = []
    for item in items:
        time.sleep(0.8 if len(seen) < 2 else 0)
        seen.append(item)
    assert seen == [0, 1, 4, 9, 16, 25]


def test_it_works_from_a_thread_too(children):
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.extend(children.run(squares, 3, seconds=30, megabytes=500)))
    thread.start()
    thread.join()
    assert seen == [0, 1, 4]


def test_closing_the_group_ends_a_child_at_work():
    with Children() as group:
        items = group.run(pids, 5, seconds=30, megabytes=500)
        pid = next(items)
    assert gone(pid)
    with pytest.raises(ChildFailed):
        list(items)


def test_an_idle_child_ends_itself_and_the_next_call_gets_a_new_one():
    with Children(idle_seconds=0.2) as group:
        (first,) = group.run(pids, 1, seconds=30, megabytes=500)
        assert gone(first)
        (second,) = group.run(pids, 1, seconds=30, megabytes=500)
        assert second != first


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("what", ["rest", "hang"])
def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path, what: str):
    script = tmp_path / "haupt.py"
    script.write_text(
        "import sys\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from test_isolated import pids, one_then\n"
        "from ratsassistent.pack.files.isolated import Children\n"
        "if __name__ == '__main__':\n"
        "    group = Children()\n"
        "    (pid,) = group.run(pids, 1, seconds=60, megabytes=500)\n"
        "    print(pid, flush=True)\n"
        f"    work = group.run(one_then, {what!r}, seconds=60, megabytes=500)\n"
        "    next(work)\n"
        "    print('weiter', flush=True)\n"
        "    (next(work) if " + repr(what) + " == 'hang' else sys.stdin.read())\n",
        encoding="utf-8",
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, env=env, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline() == "weiter\n"
        assert psutil.pid_exists(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert gone(pid)
