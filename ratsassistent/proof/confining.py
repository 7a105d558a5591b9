"""Runs a part of the program where nothing can leave the machine, with the strongest means that this system allows.

What enters: the words of a Python module to run, a folder of its own, environment. What leaves: what the run printed line by line,
how it ended, which means were in force and why others were not, and what was seen.
What it does not know: what is run, what of the seen is a fault.

Three means, each alone or together: a network namespace (the kernel has no way out), a seccomp filter (the kernel asks us
about each connection and each file, of C code too), Python's audit hooks (everywhere, Python only). A run in which the
kernel helps with neither is watched, and Python is kept from connecting, but C code is not; the report says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ratsassistent.errors import RatsassistentError
from ratsassistent.proof import hook, kernel_filter, namespace
from ratsassistent.proof.watching import Seen, Watcher

MeansName = Literal["namespace", "filter", "hook"]
NOTES = "protokoll"
_LIMIT = 3600.0  # seconds
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Means:
    """Whether one of the means was in force; `reason`: why not, a German clause."""

    name: MeansName
    active: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """How a confined run ended. `processes`: how many processes with Python in them watched themselves."""

    status: int
    means: tuple[Means, ...]
    seen: Seen
    processes: int

    @property
    def kernel_blocks(self) -> bool:
        """Whether the kernel kept C code, too, from leaving the machine."""
        return any(m.active for m in self.means if m.name != "hook")


def run(
    words: Sequence[str],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda _: None,
    without: Sequence[MeansName] = (),
) -> Run:
    """Run ``python <words>`` confined; what it writes on standard error goes to `ausgabe.log` in the folder.

    :param folder: exists and belongs to this run alone; the hooks' notes go there.
    :param environment: on top of this process's.
    :param without: means that are not to be used even where they could.
    :raises RatsassistentError: it does not end.
    """
    notes = folder / NOTES
    notes.mkdir(exist_ok=True)
    command = [sys.executable, *words]
    given = {**os.environ, **(environment or {}), hook.VARIABLE: str(notes)}
    with (folder / "ausgabe.log").open("ab") as log:
        status, means, seen = (_on_linux if sys.platform == "linux" else _elsewhere)(
            command, folder, given, on_line, log.fileno(), without
        )
    processes = seen.take_notes(notes)
    hooked = Means("hook", processes > 0, "" if processes else "kein Prozess des Programms hat sich gemeldet")
    return Run(status, (*means, hooked), seen, processes)


def _elsewhere(
    command: Sequence[str], folder: Path, given: Mapping[str, str], on_line: Callable[[str], None], log: int, _: object
) -> tuple[int, list[Means], Seen]:
    began = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - our own program, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        env=dict(given),
        text=True,
        encoding="utf-8",
    ) as child:
        for line in child.stdout or ():
            on_line(line.rstrip("\n"))
            if time.monotonic() - began > _LIMIT:
                child.kill()
                raise RatsassistentError("Der Selbsttest kam nicht zu seinem Ende und wurde abgebrochen.")
        status = child.wait()
    only = "gibt es nur unter Linux"
    return status, [Means("namespace", False, only), Means("filter", False, only)], Seen()


def _on_linux(
    command: Sequence[str], folder: Path, given: Mapping[str, str], on_line: Callable[[str], None], log: int,
    without: Sequence[MeansName],
) -> tuple[int, list[Means], Seen]:  # fmt: skip
    c = kernel_filter.libc()
    left_out = "wurde nicht verlangt"
    no_namespace = left_out if "namespace" in without else namespace.why_not(c)
    no_filter = left_out if "filter" in without else kernel_filter.why_not()
    told, telling = os.pipe()  # from the child before it becomes another program: the number of its descriptor
    waits, go = os.pipe()  # to it: begin
    lines, printing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setsid()
            blocked = _prepare(c, not no_namespace, not no_filter, telling, waits)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for number, to in ((0, nothing), (1, printing), (2, log)):
                os.dup2(number if to == number else to, number)
            os.execve(command[0], list(command), {**given, **({hook.KERNEL: "1"} if blocked else {})})  # noqa: S606 - ours
        os._exit(127)
    for mine in (telling, waits, printing):
        os.close(mine)
    ended: list[int] = []
    try:
        answer = json.loads(os.read(told, 4096) or b'{"error": "kein Prozess"}')
        listener = None
        if "fd" in answer:
            try:
                listener = kernel_filter.Listener(kernel_filter.descriptor_of(c, child, answer["fd"]))
            except OSError as error:
                no_filter = f"der Kern lässt nicht zuhören ({os.strerror(error.errno or 0)})"
        elif not no_filter:
            no_filter = str(answer.get("error", "der Kern lehnt ab"))
        if "fd" in answer and listener is None:  # it would wait for answers for ever: once more, without
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return _on_linux(command, folder, given, on_line, log, [*without, "filter"])
        os.write(go, b"x")
        seen = _attend(child, listener, folder, lines, on_line, ended)
    finally:
        for each in (told, go, lines):
            os.close(each)
        if not ended:
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
    means = [
        Means("namespace", not no_namespace, no_namespace or ""),
        Means("filter", listener is not None, no_filter or ""),
    ]
    return ended[0], means, seen


def _prepare(c: ctypes.CDLL, own_network: bool, filtered: bool, telling: int, waits: int) -> bool:
    """In the child, before it becomes the program: confine it, say so, wait; returns whether the kernel blocks."""
    if own_network:
        namespace.enter(c)
    answer: dict[str, object] = {}
    if filtered:
        try:
            answer["fd"] = kernel_filter.install(c)
        except OSError as error:
            answer["error"] = f"der Kern lehnt ab ({os.strerror(error.errno or 0)})"
    # Nobody would answer its questions any more: it ends with us, however that comes about
    c.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), *[ctypes.c_ulong(0)] * 3)
    os.write(telling, json.dumps(answer).encode("ascii"))
    os.read(waits, 1)
    return own_network or "fd" in answer


def _attend(
    child: int, listener: kernel_filter.Listener | None, folder: Path, lines: int, on_line: Callable[[str], None],
    ended: list[int],
) -> Seen:  # fmt: skip
    """Answer and listen until the child and all that it started are gone."""
    began = time.monotonic()

    def has_ended() -> bool:
        if not ended:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                ended.append(os.waitstatus_to_exitcode(status))
            elif time.monotonic() - began > _LIMIT:
                raise RatsassistentError("Der Selbsttest kam nicht zu seinem Ende und wurde abgebrochen.")
        return bool(ended)

    seen = Seen()
    if listener is not None:
        watcher = Watcher(listener, folder)
        seen = watcher.seen
        try:
            watcher.serve(has_ended, lines, on_line)
        finally:
            os.close(listener.fd)
    with os.fdopen(os.dup(lines), "r", encoding="utf-8", errors="replace") as rest:
        if listener is None:
            for line in rest:
                on_line(line.rstrip("\n"))
                has_ended()
    while not has_ended():
        time.sleep(0.02)
    return seen
