"""The page's server has as long to come up as an old computer needs, and no longer where it cannot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from gradio import http_server

from ratsassistent.output import page_patience

pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio")


class Coming(http_server.Server):
    """A server of which only its coming up is there."""

    def __init__(self, comes: Callable[[Coming], None]) -> None:
        self.started, self.reloader, self._comes = False, None, comes

    def run(self) -> None:
        self._comes(self)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server.Server, "run_in_thread", http_server.Server.run_in_thread)
    page_patience.be_patient()


def test_a_slow_one_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]  # each look takes a second: it comes after nine

    def monotonic() -> float:
        now[0] += 1.0
        return now[0]

    monkeypatch.setattr(page_patience, "time", SimpleNamespace(monotonic=monotonic, sleep=time.sleep))

    def comes(server: Coming) -> None:
        while now[0] < 9:
            threading.Event().wait(0.001)
        server.started = True

    server = Coming(comes)
    server.run_in_thread()
    assert server.started


def test_one_that_has_ended_is_given_up_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(http_server.ServerFailedToStartError):
        Coming(lambda _: None).run_in_thread()
    assert time.monotonic() - began < page_patience.START_SECONDS / 2


def test_one_that_never_comes_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_patience, "START_SECONDS", 0.1)
    end = threading.Event()
    with pytest.raises(http_server.ServerFailedToStartError):
        Coming(lambda _: end.wait(20)).run_in_thread()  # type: ignore[arg-type,return-value]
    end.set()
