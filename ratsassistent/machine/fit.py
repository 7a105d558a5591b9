"""The settings of the engine for this computer: what was measured, cut to what fits into memory and is wanted now.

What enters: a model of the catalogue, memory, processor, profile, settings. What leaves: an Engine, or a ModelError that
says what to do where the model does not fit.
What it does not know: how an engine works with its settings.

"Quantisation" here means two things only, since the catalogue has one file for each model: whether its weights are laid
out anew for this processor at loading (`repack`; measured, and off where the engine uses AMX), and whether the key-value
cache holds 16-bit or 8-bit numbers (`cache`; 8 only where memory is short).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ratsassistent import models
from ratsassistent.catalogue import ModelEntry
from ratsassistent.errors import Interrupted, ModelError
from ratsassistent.machine import engine_check, hardware, measuring, power, profile
from ratsassistent.machine.hardware import GB, Memory, Processor
from ratsassistent.machine.profile import Profile
from ratsassistent.settings import Settings
from ratsassistent.writing.model.engine import Engine

FOR_OTHERS = 1_500_000_000  # bytes that stay free for other programs, but never more than a quarter of all
PROGRAM = 500_000_000  # bytes of the program beside the model: Python, the archive, what the engine computes with
CONTEXT = 6144  # tokens: the beginnings that prompts share, the longest question with its passages, some short texts
FOR_MANY = 8192  # for more than eight texts side by side
LEAST_CONTEXT = 3072  # with less, a question does not fit beside its passages
CACHE_PER_TOKEN = 40_000  # bytes, where the catalogue does not let it be computed
SMALL = 0.54  # of a 16-bit cache, what one of 8-bit numbers takes
USUAL = Engine()  # where nobody has measured


def needed(entry: ModelEntry, context: int, cache: str = "f16") -> int:
    """Bytes of memory for a model with so many tokens of context, the program included."""
    per_token, file = _parts(entry)
    return int(file + PROGRAM + per_token * min(context, entry.context) * (SMALL if cache == "q8_0" else 1))


def _parts(entry: ModelEntry) -> tuple[float, float]:
    """Bytes of the cache for each token, and of the file: `memory_mb` is both (for 8,192 tokens) and the program."""
    tokens = min(8192, entry.context)
    whole = entry.memory_mb * 1_000_000 - PROGRAM
    if entry.size_bytes is None:
        return CACHE_PER_TOKEN, max(0, whole - CACHE_PER_TOKEN * tokens)
    return max(0, whole - entry.size_bytes) / tokens, entry.size_bytes


def free_for(memory: Memory) -> int:
    """Bytes that we may use: what is available but for what other programs are left."""
    return memory.available - min(FOR_OTHERS, memory.total // 4)


def plan(
    memory: Memory,
    processor: Processor,
    entry: ModelEntry,
    *,
    measured: Profile | None = None,
    threads: int | None = None,
    gently: bool = False,
    others: Iterable[ModelEntry] = (),
) -> Engine:
    """Choose the settings for a model.

    :param measured: the profile of this computer with this model; without one, or where other programs disturbed the
        measurement, defaults that work everywhere.
    :param threads: as many as somebody has set.
    :param gently: use half the threads.
    :param others: models that may be proposed where this one does not fit.
    :raises ModelError: it does not fit into memory; the sentence says what to do.
    """
    free = free_for(memory)
    measured = None if measured and measured.busy else measured
    best = measured.side_by_side if measured else USUAL.side_by_side
    few = min(best, 2)
    small = "q8_0" if measured is None or measured.small_cache else "f16"
    tries = [(best, FOR_MANY if best > 8 else CONTEXT, "f16"), (min(best, 8), CONTEXT, "f16"), (few, 4096, "f16")]
    tries += [(1, 4096, small), (1, LEAST_CONTEXT, small)]
    for side, context, cache in tries:
        if needed(entry, context, cache) <= free:
            writing = threads or (measured.threads if measured else processor.cores)
            reading = threads or (measured.reading_threads if measured else processor.cores)
            return Engine(
                threads=power.threads(writing, gently=gently),
                reading_threads=power.threads(reading, gently=gently),
                batch=measured.batch if measured else USUAL.batch,
                context=min(context, entry.context),
                side_by_side=side,
                repack=measured.repack if measured else USUAL.repack,
                cache="q8_0" if cache == "q8_0" else "f16",
            )
    raise ModelError(_too_large(entry, free, needed(entry, LEAST_CONTEXT, small), others))


def is_short(memory: Memory, entry: ModelEntry) -> bool:
    """Whether memory is so short that a small cache may be wanted."""
    return needed(entry, FOR_MANY) > free_for(memory)


def _too_large(entry: ModelEntry, free: int, need: int, others: Iterable[ModelEntry]) -> str:
    def in_gb(size: float) -> str:
        return f"{max(size, 0) / GB:.1f} GB".replace(".", ",")

    smaller = [other for other in others if needed(other, LEAST_CONTEXT) < need]
    fits = max(
        (m for m in smaller if needed(m, LEAST_CONTEXT) <= free), key=lambda m: needed(m, LEAST_CONTEXT), default=None
    )
    if fits:
        advice = f" oder das kleinere Modell „{fits.key}“ einstellen (braucht {in_gb(needed(fits, LEAST_CONTEXT))})"
    elif smaller:
        advice = ", denn auch ein kleineres Modell passt so nicht"
    else:
        advice = ", denn ein kleineres Modell gibt es nicht"
    return (
        f"Das Sprachmodell „{entry.name}“ passt nicht in den freien Arbeitsspeicher: Es braucht {in_gb(need)}, frei sind "
        f"dafür {in_gb(free)}. Bitte andere Programme schließen{advice}; Auszüge und Suche gehen auch ohne."
    )


def _quiet(message: str, done: float | None) -> None:
    """The progress that nobody watches."""


def engine_for(settings: Settings, entry: ModelEntry, sha256: str) -> Engine:
    """The settings with which to load a model here and now. The engine is tried before, so that loading cannot crash.

    :raises ModelError: the engine does not run on this processor, or the model does not fit into memory.
    """
    engine_check.ensure_engine_runs(settings.data_folder)
    return plan(
        hardware.memory(),
        hardware.processor(),
        entry,
        measured=stored(settings, sha256),
        threads=settings.threads,
        gently=power.gentle(settings.gentle, power.power()),
        others=models.load_catalogue().entries,
    )


def stored(settings: Settings, sha256: str) -> Profile | None:
    """What was measured of a model on this computer earlier, if it was."""
    return profile.load(settings.data_folder, profile.key(sha256))


def fitted(
    settings: Settings,
    *,
    anew: bool = False,
    tell: measuring.Told = _quiet,
    should_stop: Callable[[], bool] | None = None,
) -> Profile | None:
    """The profile of this computer with the model that is set: measured now (under a minute) where there is none.

    To be called before the first long work, in the worker. Nothing is measured where the model is missing or does not fit,
    where the computer is on its battery or busy, or where measuring fails: all that works without a profile, with defaults.
    A profile that other programs disturbed is made anew when the computer is idle.

    :param anew: measure although there is a profile, and say what hinders it.
    :param tell: given a German line and how much is done.
    :raises Interrupted: `should_stop` said so.
    :raises ModelError: only with `anew`.
    """
    try:
        entry = models.load_catalogue().get(settings.model)
        path = models.find(entry, settings.model_folders)
        if path is None:
            raise ModelError(
                f"{entry.name} ist nicht auf diesem Rechner; holen mit „ratsassistent modelle laden {entry.key}“."
            )
        sha256 = entry.sha256 or models.verify(path, entry)
        known = None if anew else stored(settings, sha256)
        if known and not known.busy:
            return known
        if not anew and (power.power().on_battery or measuring.is_busy()):
            return known
        return _measured(settings, entry, path, sha256, tell, should_stop)
    except Interrupted:
        raise
    except ModelError:
        if anew:
            raise
        return None


def needs_measuring(settings: Settings) -> bool:
    """Whether `fitted` would measure: the model that is set is here, and this computer was not measured with it yet."""
    try:
        entry = models.load_catalogue().get(settings.model)
    except ModelError:
        return False
    if models.find(entry, settings.model_folders) is None or power.power().on_battery:
        return False
    known = stored(settings, entry.sha256 or "")
    return known is None or known.busy


def _measured(
    settings: Settings,
    entry: ModelEntry,
    path: Path,
    sha256: str,
    tell: measuring.Told,
    should_stop: Callable[[], bool] | None,
) -> Profile:
    models.verify(path, entry)
    engine_check.ensure_engine_runs(settings.data_folder)
    memory = hardware.memory()
    plan(memory, hardware.processor(), entry, others=models.load_catalogue().entries)  # raises where it does not fit
    before = stored(settings, sha256)
    made = measuring.measure(
        path, entry.name, sha256, short_of_memory=is_short(memory, entry), tell=tell, should_stop=should_stop
    )
    if before:  # what finished briefings taught still holds
        made = made.model_copy(update={"correction": before.correction, "runs": before.runs})
    if before and made.busy and not before.busy:
        return made  # the old one is better
    profile.save(settings.data_folder, profile.key(sha256), made)
    return made
