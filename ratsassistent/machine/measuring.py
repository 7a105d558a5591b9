"""A short measurement: a few settings of the engine are tried with the model that is set, and the best are chosen.

What enters: a model file, what computer this is. What leaves: a Profile.
What it does not know: where a profile is kept, council papers.

It runs in a process of its own (`python -m ratsassistent.machine.measuring`), which gives its memory back at the end and
takes nothing with it should the engine crash. Tried are: weights laid out anew for this processor or as they are in the
file, the number of threads, how much is read at a time, and how many texts are written side by side. "Quantisation" is
no more than that first choice and, where memory is short, a key-value cache of 8-bit numbers: the catalogue has one file
for each model. Each try stops the rest when time is up, slow computers keep the defaults for what was not tried.
"""

from __future__ import annotations

import datetime as dt
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import psutil

from ratsassistent.errors import Interrupted, ModelError
from ratsassistent.machine import engine_check, hardware
from ratsassistent.machine.hardware import Processor
from ratsassistent.machine.profile import Profile
from ratsassistent.writing.model.engine import Cache

BUDGET = 55.0  # seconds after which nothing more is tried; loading and the try that is on come on top
MOST_SECONDS = 180.0  # for all of it: a computer so busy is not measured
LOOK_SECONDS = 0.5  # between two looks at whether to go on
BATCHES = (128, 256, 512)  # tokens read at a time; the first is the default, each next one is tried where it paid off
SIDES = (1, 4, 8, 16, 24)
MANY = 16  # texts side by side while other settings are compared
BETTER = 1.04  # what is not faster by that much does not displace a default: so much the figures vary anyway
ENOUGH = 0.93  # of the best rate: more texts side by side take memory, and the first of them is ready later
BUSY = 0.25  # of all cores' time; from there on other programs spoil the figures
READ_PER_WRITTEN = 2  # tokens that a briefing reads for each that it writes, prompts' shared beginnings aside

Told = Callable[[str, float | None], None]


class Timed(Protocol):
    """What is measured (`writing.model.bench.Bench`); tests put another in its place."""

    def use(self, *, threads: int, reading_threads: int, batch: int, cache: Cache = "f16") -> None:
        """Go on with these settings."""
        ...

    def read(self, tokens: int) -> float:
        """Tokens a second."""
        ...

    def write(self, steps: int, side_by_side: int) -> float:
        """Tokens a second of all together."""
        ...

    def close(self) -> None:
        """Free the memory."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the tries. The fields are those of `Profile`."""

    threads: int
    reading_threads: int
    batch: int = BATCHES[0]
    repack: bool = True
    side_by_side: int = 1
    small_cache: bool = True
    read_tokens_per_s: float = 0.0
    write_tokens_per_s: tuple[tuple[int, float], ...] = ()


def choose(
    load: Callable[[bool], Timed],
    processor: Processor,
    *,
    can_repack: bool,
    short_of_memory: bool = False,
    tell: Told = lambda message, done: None,
    clock: Callable[[], float] = time.monotonic,
    budget: float = BUDGET,
) -> Found:
    """Try settings, one after the other, and keep the best of each.

    :param load: loads the model, with its weights laid out anew or not; only one is loaded at a time.
    :param can_repack: False where laid-out weights crash the engine (AMX).
    :param short_of_memory: also see whether a small cache works.
    """
    end = clock() + budget
    default = processor.cores
    found = Found(default, default, repack=can_repack)
    tell("Das Sprachmodell wird geladen", 0.0)
    rates: dict[bool, _Rates] = {}
    engine: Timed | None = None
    try:
        for repack in (False, True) if can_repack else (False,):
            if engine:
                engine.close()
            engine = load(repack)
            tell("Anordnung der Gewichte", 0.25 if repack else 0.05)
            rates[repack] = _tried(engine, default, BATCHES[0], warm_up=True)
        assert engine is not None
        # Laid out anew, the weights are copied into memory of our own: that has to pay.
        if can_repack and rates[False].cost < rates[True].cost * BETTER:
            engine.close()
            engine = load(False)
            _warm(engine, default, BATCHES[0])
            found = replace(found, repack=False)

        def go_on() -> bool:
            return clock() < end

        found = _threads(engine, found, processor, rates[found.repack], tell, go_on)
        found = _batch(engine, found, tell, go_on)
        found = _sides(engine, found, tell, go_on)
        if short_of_memory:
            found = _small_cache(engine, found, tell)
    finally:
        if engine:
            engine.close()
    return found


@dataclass(frozen=True, slots=True)
class _Rates:
    """Tokens a second with some settings: reading, writing one text, writing several side by side (all together)."""

    reading: float
    one: float
    many: float

    @property
    def cost(self) -> float:
        """Seconds for each token that a briefing writes: several at once, and what is read for it."""
        return READ_PER_WRITTEN / self.reading + 1 / self.many


def _warm(engine: Timed, threads: int, batch: int) -> None:
    engine.use(threads=threads, reading_threads=threads, batch=batch)
    engine.read(32)  # brings the file into memory


def _tried(engine: Timed, threads: int, batch: int, *, warm_up: bool = False) -> _Rates:
    if warm_up:
        _warm(engine, threads, batch)
    engine.use(threads=threads, reading_threads=threads, batch=batch)
    return _Rates(engine.read(128), engine.write(6, 1), engine.write(4, MANY))


def _threads(
    engine: Timed, found: Found, processor: Processor, known: _Rates, tell: Told, go_on: Callable[[], bool]
) -> Found:
    """Reading, and writing side by side, is arithmetic and likes every thread; writing one text waits for memory.

    The engine takes `threads` where it reads a single token at a time, `reading_threads` for all else.
    """
    rates = {found.threads: known}
    for number in dict.fromkeys([processor.threads, max(1, processor.cores // 2)]):
        if number in rates or not go_on():
            continue
        tell(f"{number} von {processor.threads} Kernen" if number > 1 else "Ein Kern", 0.4)
        rates[number] = _tried(engine, number, found.batch)
    one = _best({number: rate.one for number, rate in rates.items()}, found.threads)
    many = _best({number: 1 / rate.cost for number, rate in rates.items()}, found.threads)
    return replace(
        found,
        threads=one,
        reading_threads=many,
        read_tokens_per_s=rates[many].reading,
        write_tokens_per_s=((1, rates[one].one),),
    )


def _batch(engine: Timed, found: Found, tell: Told, go_on: Callable[[], bool]) -> Found:
    for number, batch in enumerate(BATCHES[1:]):
        if not go_on():
            break
        tell(f"Lesen in Schritten von {batch} Wortstücken", 0.55 + number * 0.08)
        engine.use(threads=found.threads, reading_threads=found.reading_threads, batch=batch)
        rate = engine.read(batch)
        if rate < BETTER * found.read_tokens_per_s:
            break
        found = replace(found, batch=batch, read_tokens_per_s=rate)
    return found


def _sides(engine: Timed, found: Found, tell: Told, go_on: Callable[[], bool]) -> Found:
    engine.use(threads=found.threads, reading_threads=found.reading_threads, batch=found.batch)
    engine.read(256)  # what is written stands behind something, as in earnest
    rates: dict[int, float] = {}
    for number, count in enumerate(SIDES):
        if rates and not go_on():
            break
        tell(f"Schreiben von {count} Texten zugleich" if count > 1 else "Schreiben", 0.7 + number * 0.05)
        rates[count] = engine.write(8 if count == 1 else 4, count)
    side = next(count for count, rate in rates.items() if rate >= ENOUGH * max(rates.values()))
    return replace(found, side_by_side=side, write_tokens_per_s=tuple(rates.items()))


def _small_cache(engine: Timed, found: Found, tell: Told) -> Found:
    tell("Sparsamer Zwischenspeicher", 0.98)
    try:
        engine.use(threads=found.threads, reading_threads=found.reading_threads, batch=found.batch, cache="q8_0")
        engine.read(64)
        engine.write(2, 1)
    except ModelError:
        return replace(found, small_cache=False)
    return found


def _best(rates: dict[int, float], default: int) -> int:
    best = max(rates, key=lambda n: rates[n])
    return best if rates[best] > BETTER * rates.get(default, 0.0) else default


def measure(
    path: Path,
    name: str,
    sha256: str,
    *,
    short_of_memory: bool = False,
    tell: Told = lambda message, done: None,
    should_stop: Callable[[], bool] | None = None,
    command: Sequence[str] | None = None,
) -> Profile:
    """Measure a model in a process of its own.

    :param path: its file, already verified.
    :param command: what to run instead of this module.
    :raises Interrupted: `should_stop` said so. :raises ModelError: the engine does not run, or not with this model.
    """
    started = time.monotonic()
    worked_before = _worked()
    processor = hardware.processor()
    command = command or [sys.executable, "-m", __name__, str(path), "knapp" if short_of_memory else "reichlich"]
    result: dict[str, Any] | None = None
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True, encoding="utf-8"
        ) as child,
    ):
        try:
            for line in _lines(child, started + MOST_SECONDS, should_stop):
                said = json.loads(line)
                if "tell" in said:
                    tell(f"Der Rechner wird vermessen: {said['tell']}", said["done"])
                result = said.get("result", result)
            status = child.wait()
        except BaseException:
            child.kill()
            raise
        errors.seek(0)
        complaint = errors.read().decode("utf-8", "replace")
    if result is not None and "error" in result:
        raise ModelError(str(result["error"]))
    if status != 0 or result is None:
        raise ModelError(engine_check.explained(status, complaint, processor.name))
    others = _worked() - worked_before - float(result.pop("core_seconds"))
    rates = {int(count): round(rate, 2) for count, rate in result.pop("write_tokens_per_s")}
    return Profile(
        model=name,
        model_sha256=sha256,
        engine=hardware.engine_version(),
        processor=processor.name,
        cores=processor.cores,
        memory_mb=hardware.memory().total // 1_000_000,
        write_tokens_per_s=rates,
        busy=others > BUSY * (time.monotonic() - started) * (psutil.cpu_count() or 1),
        measured=dt.datetime.now(dt.UTC),
        seconds=round(time.monotonic() - started, 1),
        **result,
    )


def _lines(child: subprocess.Popen[str], end: float, should_stop: Callable[[], bool] | None) -> Iterator[str]:
    """What a process writes, line by line. Asks whether to go on also while it is silent.

    :raises Interrupted: `should_stop` said so. :raises ModelError: it takes too long.
    """
    heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listen() -> None:
        for line in child.stdout or ():
            heard.put(line)
        heard.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        if should_stop and should_stop():
            raise Interrupted("Die Messung wurde angehalten.")
        if time.monotonic() > end:
            raise ModelError("Der Rechner ist mit anderem beschäftigt und lässt sich gerade nicht vermessen.")
        try:
            line = heard.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            return
        yield line


def _main(path: str, memory: str) -> int:
    """The process that measures: lines of JSON on standard output, the result in the last one."""
    from ratsassistent.writing.model.bench import Bench
    from ratsassistent.writing.model.engine import engine_uses_amx

    def say(**what: object) -> None:
        print(json.dumps(what), flush=True)

    try:
        found = choose(
            lambda repack: Bench(Path(path), repack=repack),
            hardware.processor(),
            can_repack=not engine_uses_amx(),
            short_of_memory=memory == "knapp",
            tell=lambda message, done: say(tell=message, done=done),
        )
    except ModelError as error:
        say(result={"error": str(error)})
        return 1
    fields = {name: getattr(found, name) for name in Found.__dataclass_fields__}
    fields["read_tokens_per_s"] = round(found.read_tokens_per_s, 1)
    say(result={**fields, "peak_memory_mb": _peak_mb(), "core_seconds": time.process_time()})
    return 0


def is_busy(seconds: float = 0.4) -> bool:
    """Whether other programs are at work just now: then measuring would be for nothing."""
    return psutil.cpu_percent(interval=seconds) > 100 * BUSY


def _worked() -> float:
    """Seconds that the cores of this computer have been at work since it was started."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    return float(sum(times) - idle - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0))


def _peak_mb() -> int:
    """The most memory that this process had so far."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset // 1_000_000)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 1_000_000)


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:]))
