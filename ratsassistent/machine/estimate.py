"""How long a briefing is going to take on this computer: said before it starts, and corrected while it goes on.

What enters: agenda items, the Profile of this computer, how far the work is. What leaves: an Estimate, German words for it.
What it does not know: what is written already (whoever asks leaves those items out), jobs.

The work is counted without the model: the sentences that it would be asked for (`tasks` says which, at most those that the
briefing tries), the letters of each as tokens, and what of them has to be read and written. Divided by the measured rates
that gives seconds. What cannot be counted (how often a sentence fails and is asked for again, what the checks take, other
programs) is one factor, which finished briefings correct: after each, half of what was off is taken into the profile.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ratsassistent.briefings import Level
from ratsassistent.machine.profile import Profile
from ratsassistent.oparl import AgendaItem
from ratsassistent.writing.briefing import USUAL, WANTED, Effort
from ratsassistent.writing.extracts.reading import topics
from ratsassistent.writing.model.tasks import Group, Task, tasks

LETTERS_PER_TOKEN = 3.4  # German with the default model; others are near
BEGINNING = 700  # tokens that all prompts of a kind share; read once for each kind
AROUND = 16  # tokens around a task's own words: marks of the chat, "Text:", "Anfang:"
AGAIN = 0.42  # of the sentences are refused, and asked for once more where the effort is for that
AGAIN_READ = 120  # tokens read for that: the refused sentence, and what was wrong with it
SUCCEEDS = 0.38  # of the sentences asked for can be shown in the end
WRITTEN = 0.8  # tokens written for each of the sentence that it is made from
EXTRACT = 0.25  # seconds for all that is done of an item without the model
LOADING = 3.0  # seconds until the model is in memory
# Where nothing was measured: a modest office PC with the default model.
READ_RATE, WRITE_RATE, SIDE_GAIN = 60.0, 8.0, 1.5
BEHIND = 0.6  # of the rate of reading from an empty cache, what is left behind a beginning (0.55 to 0.65 on two cores)
MOST_CORRECTION = 4.0  # whatever happened: no more than that much slower or faster than counted
STUCK = 0.1  # of what lies ahead: less than that is never said while an item is late
PRIOR = 0.15  # of the whole: as much as this has to be done before what was seen weighs as much as what was estimated


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long it takes, and from what that is computed. `parts`: seconds of each item by its id.

    `known` is False where this computer was never measured: then it is a guess.
    """

    seconds: float
    items: int
    tokens_read: int
    tokens_written: int
    known: bool
    parts: Mapping[str, float] = field(default_factory=dict)
    server: str = ""  # where it is written, if not here: how fast that is, nobody here knows

    def sentence(self) -> str:
        """In one German sentence."""
        if not self.items:
            return "Es ist schon alles geschrieben."
        what = "1 Tagesordnungspunkt" if self.items == 1 else f"{self.items} Tagesordnungspunkte"
        if self.server:
            return f"{what}, geschrieben auf dem Server {self.server}; wie lange er braucht, ist nicht bekannt."
        where = "auf diesem Rechner" if self.known else "(grob geschätzt: dieser Rechner ist noch nicht vermessen)"
        return f"{what}: {duration(self.seconds)} {where}."


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done for each item by its id: tokens to be read anew, and to be written.

    `at_once`: sentences that can be written side by side, since none of them waits for another.
    """

    items: Mapping[str, tuple[float, float]]
    at_once: int = 0


def estimate(
    items: Iterable[AgendaItem],
    profile: Profile | None,
    level: Level,
    effort: Effort = USUAL,
    *,
    beginnings_kept: bool = False,
) -> Estimate:
    """Count the work that these items are, and say how long this computer takes for it.

    :param items: those that are still to be written.
    :param effort: how hard is tried.
    :param beginnings_kept: what the model has read of the prompts lies on the disk from an earlier run.
    """
    counted = work(items, level, effort, beginnings_kept=beginnings_kept)
    sure = profile if profile and not profile.busy else None
    return timed(counted, sure, guess=level == "voll" and sure is None)


def work(items: Iterable[AgendaItem], level: Level, effort: Effort = USUAL, *, beginnings_kept: bool = False) -> Work:
    """Count the work that items are; some hundredths of a second for each."""
    counted: dict[str, tuple[float, float]] = {}
    at_once = 0.0
    kinds: set[str] = set()
    for item in items:
        asked = expected(tasks(item, topics(item)), effort) if level == "voll" else []
        read, written = _tokens(asked, effort)
        new = {task.prompt for task, _ in asked} - kinds
        kinds |= new
        counted[item.id] = (read + (0 if beginnings_kept else BEGINNING * len(new)), written)
        at_once += min(sum(chance for _, chance in asked), effort.sentences)
    return Work(counted, round(at_once))


def timed(given: Work, profile: Profile | None, *, guess: bool = False) -> Estimate:
    """How long this computer takes for that.

    :param guess: it is not known how fast it is.
    """
    for_read, for_written = _costs(profile, given.at_once)
    factor = profile.correction if profile else 1.0
    parts = {
        item: EXTRACT + (read * for_read + written * for_written) * factor
        for item, (read, written) in given.items.items()
    }
    read_all, written_all = (sum(tokens[n] for tokens in given.items.values()) for n in (0, 1))
    whole = sum(parts.values()) + (LOADING if written_all else 0.0)
    return Estimate(whole, len(parts), round(read_all), round(written_all), not guess, parts)


def _costs(profile: Profile | None, at_once: int) -> tuple[float, float]:
    """Seconds for each token that is read, and for each that is written with so many sentences at once.

    Prompts are read in steps of their own (`writing.model.schedule`), not all of them wide, and behind the beginning that
    they share: that takes longer than what was measured from an empty cache.
    """
    if profile is None:
        return 1 / READ_RATE, 1 / (WRITE_RATE * (SIDE_GAIN if at_once > 1 else 1))
    side = max(1, min(profile.side_by_side, at_once))
    return 1 / (BEHIND * profile.read_tokens_per_s), 1 / profile.writing_rate(side)


def expected(wanted: list[Task], effort: Effort = USUAL) -> list[tuple[Task, float]]:
    """The tasks that are going to be asked, each with how likely it is that its turn comes."""
    found: list[tuple[Task, float]] = []
    done: dict[Group, float] = dict.fromkeys(WANTED, 0.0)
    said = 0.0
    for task in wanted[: effort.tries]:
        if said >= effort.sentences:
            break
        chance = min(1.0, max(0.0, (WANTED[task.group] - done[task.group]) / SUCCEEDS))
        if chance <= 0:
            continue
        found.append((task, chance))
        done[task.group] += chance * SUCCEEDS
        said += chance * SUCCEEDS
    return found


def _tokens(asked: list[tuple[Task, float]], effort: Effort) -> tuple[float, float]:
    """Tokens to be read anew and to be written."""
    read = written = 0.0
    again = AGAIN if effort.again else 0.0
    for task, chance in asked:
        source = len(task.source) / LETTERS_PER_TOKEN
        lead = len(task.lead) / LETTERS_PER_TOKEN
        read += chance * (source + 2 * lead + AROUND + again * AGAIN_READ)
        written += chance * (1 + again) * WRITTEN * source
    return read, written


def remaining(given: Estimate, done_items: Collection[str], elapsed: float, since: float = 0.0) -> float:
    """Seconds that are left, corrected by what the finished items took.

    :param done_items: ids of the items that are finished; ids that the estimate does not know count for nothing.
    :param elapsed: seconds since it began.
    :param since: of these, seconds since the last item was finished (all of them before the first one).
    """
    done = sum(seconds for item, seconds in given.parts.items() if item in done_items)
    left = sum(seconds for item, seconds in given.parts.items() if item not in done_items)
    if left <= 0:
        return 0.0
    loading = given.seconds - sum(given.parts.values())
    prior = PRIOR * (done + left)
    pace = (max(0.0, elapsed - since - loading) + prior) / (done + prior) if done else 1.0
    ahead = left * pace + (0.0 if done else loading)
    return max(ahead - since, STUCK * ahead)


def learned(profile: Profile, before: Estimate, seconds: float) -> Profile:
    """The profile with what a finished run taught: the factor moves half the way (in proportion) to what it should have been.

    The first run is believed entirely. Runs that read and wrote next to nothing teach nothing, nor is anything learnt about
    a profile that other programs disturbed.

    :param before: what was estimated with this very profile for the items that were then written.
    :param seconds: what they took, with loading the model.
    """
    fixed = EXTRACT * before.items + LOADING
    expected_seconds = before.seconds - fixed
    if profile.busy or before.tokens_written < 100 or expected_seconds <= 0 or seconds <= fixed:
        return profile
    ratio = (seconds - fixed) / expected_seconds
    factor = profile.correction * (ratio if profile.runs == 0 else math.sqrt(ratio))
    factor = min(MOST_CORRECTION, max(1 / MOST_CORRECTION, factor))
    return profile.model_copy(update={"correction": round(factor, 3), "runs": profile.runs + 1})


def duration(seconds: float) -> str:
    """A time in German, as exact as such an estimate can be: "etwa 14 Minuten"."""
    minutes = seconds / 60
    if minutes < 0.92:
        return "unter 1 Minute"
    if minutes < 30:
        whole = max(1, round(minutes))
    elif minutes < 57.5:
        whole = 5 * round(minutes / 5)
    else:
        halves = max(2, round(minutes / 30))
        hours = f"{halves // 2 or ''}{'½' if halves % 2 else ''}"
        return "etwa 1 Stunde" if halves == 2 else f"etwa {hours} Stunden"
    return "etwa 1 Minute" if whole == 1 else f"etwa {whole} Minuten"


def time_left(seconds: float) -> str:
    """What is left, for a line of progress: "noch etwa 4 Minuten"."""
    return f"noch {duration(seconds)}"
