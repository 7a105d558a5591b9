"""Several texts at once on one engine: which tokens are read in which step, and what of them is kept for later.

What enters: an engine that reads rows of several sequences in one step, tasks (tokens to begin with, and what to do with the
scores behind them). What leaves: the tasks, done; each with its share of the time.
What it does not know: chats, papers, how a token is chosen (`choosing`).

A step of many rows takes far less time for each than a step of one: a processor fetches the weights once and uses them for all
of them. So a step holds the next token of every text that is being written ("continuous batching": Yu et al., OSDI 2022). But
from `TILE` rows on, llama.cpp's attention works in tiles of that many rows by as many places of its memory, and computes a tile
whole where one of its rows needs one of its places: rows of many texts make nearly all tiles needed. (Measured with 24 texts on
two cores: 63 rows in 0.89 s, 72 in 1.53 s; 256 rows of one prompt in 2.15 s, with 72 of those 24 texts among them in 2.72 s.)
So prompts are read in wide steps of their own, and texts written in steps below that width, which take in what little there
may be to read.

What a sequence has read stays until its room is needed, the one used longest ago going first; what nobody will ask for again
(`Work.lasting`) goes at once, since places in use cost time in every step. A task whose tokens begin like those of a sequence
that is there, or is just being read, takes over that beginning: the examples of a prompt are read once, however many sentences
are asked for with it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from ratsassistent.errors import Interrupted, ModelError
from ratsassistent.writing.model.choosing import Next
from ratsassistent.writing.model.engine import MOST_SEQUENCES, Row

TILE = 64  # rows: GGML_FA_TILE_Q of llama.cpp (ggml-cpu/common.h)
WIDE = 4 * TILE  # rows of a prompt that are read faster each than fewer (256: 119 a second, 64: 90)
ENOUGH = 16  # texts that fill a step of writing, with their guesses
SHARED = 8  # tokens of a beginning that are worth waiting for while another text is reading them


class Rows(Protocol):
    """What is asked of an engine here; see `engine.Weights`."""

    context: int
    batch: int
    cuts: bool

    def read(self, rows: Sequence[Row]) -> list[Any]:
        """Read rows; the scores behind each wanted one."""
        ...

    def copy(self, source: int, target: int, count: int) -> None:
        """Let an empty sequence begin with the first tokens of another one."""
        ...

    def cut(self, sequence: int, place: int) -> None:
        """Forget a sequence from a place on; from 0 on where it cannot do that (`cuts`)."""
        ...


@dataclass(eq=False, slots=True)
class Work:
    """One text: what it begins with, and what is done with the scores behind it.

    `room`: tokens that may come behind `prompt`. `think`: given the scores, says what to read next. `rank`: lower goes first.
    `guess`: what may come behind the token that is to be read next; read in the same step, and forgotten where it did not come.
    `lasting`: tokens of the prompt that other texts may begin with; None: all of it, and what was written.
    What is found out: `read` and `reused` tokens of the prompt, seconds of reading and writing.
    """

    prompt: list[int]
    room: int
    think: Callable[[Any], Next]
    rank: int = 0
    guess: Callable[[int], Sequence[int]] | None = None
    lasting: int | None = None
    read: int = 0
    reused: int = 0
    reading: float = 0.0
    writing: float = 0.0


@dataclass(eq=False, slots=True)
class _Sequence:
    """A sequence in the engine's memory: its tokens, and the room that each takes (shared ones have the same cell)."""

    number: int
    tokens: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Live:
    """A work that is under way, in its sequence. `todo`: tokens to read next, the last of them with scores."""

    work: Work
    sequence: _Sequence
    todo: list[int]

    @property
    def writes(self) -> bool:
        return len(self.sequence.tokens) + len(self.todo) > len(self.work.prompt)

    def still_needs(self) -> int:
        """Tokens that may still have to find room."""
        return max(len(self.work.prompt) + self.work.room - len(self.sequence.tokens), len(self.todo))


class Schedule:
    """The sequences of one engine, and the works that wait for them or are under way."""

    def __init__(self, engine: Rows, side_by_side: int) -> None:
        """`side_by_side`: works under way at once, at most."""
        self._engine = engine
        self._most = max(1, min(side_by_side, engine.batch, MOST_SEQUENCES - 1))
        self._free = list(range(MOST_SEQUENCES - 1, -1, -1))
        self._kept: OrderedDict[int, _Sequence] = OrderedDict()  # by number; used longest ago first
        self._live: list[_Live] = []
        self._cells = count()

    def run(
        self,
        works: Sequence[Work],
        more: Callable[[Work], Sequence[Work]],
        should_stop: Callable[[], bool] | None = None,
    ) -> Iterator[Work]:
        """Do works, those of lower rank first; gives each when it is done.

        :param more: told of each work that is done, says what there is to do because of it.
        :raises Interrupted: `should_stop` said so. :raises ModelError: a text is too long, or the engine fails.
        """
        waiting = sorted(works, key=lambda work: work.rank)
        try:
            while waiting or self._live:
                if should_stop and should_stop():
                    raise Interrupted("Die Arbeit wurde angehalten.")
                self._admit(waiting)
                for work in self._step():
                    waiting = sorted([*waiting, *more(work)], key=lambda one: one.rank)
                    yield work
        finally:  # ended early, or by an error: what was read is kept
            for live in self._live:
                self._kept[live.sequence.number] = live.sequence
            self._live.clear()

    def keep(self, tokens: list[int], load: Callable[[int], bool]) -> bool:
        """Take in a sequence from elsewhere: `load` puts it into the engine under the number it is given."""
        if self._longest(tokens)[1] >= len(tokens) or not self._make_room(len(tokens)):
            return False
        made = self._new()
        if not load(made.number):
            self._drop(made)
            return False
        made.tokens, made.cells = list(tokens), [next(self._cells) for _ in tokens]
        self._kept[made.number] = made
        return True

    def holding(self, tokens: list[int]) -> int | None:
        """The number of a sequence that begins with these tokens, cut to them; None where none does."""
        found, length = self._longest(tokens)
        if found is None or length < len(tokens) or self._live or not self._make_room(0):
            return None
        made = self._new()
        self._copy(found, made, length)
        self._kept[made.number] = made
        return made.number

    # --- which work begins, and with what ----------------------------------------------------------------------------

    def _admit(self, waiting: list[Work]) -> None:
        """Begin works, in their order, as long as there is room; one whose beginning is just being read waits for that."""
        place = 0
        while place < len(waiting) and len(self._live) < self._most:
            work = waiting[place]
            if len(work.prompt) + work.room > self._engine.context:
                raise ModelError(
                    f"Der Text ist mit {len(work.prompt)} Wortstücken zu lang für das Sprachmodell "
                    f"({self._engine.context} zusammen mit der Antwort)."
                )
            found, length = self._longest(work.prompt[:-1])  # the last token has to be read: it gives the scores
            if self._coming(work.prompt) >= length + SHARED:
                place += 1
                continue
            if found is not None:
                self._touch(found)
            if not self._make_room(len(work.prompt) - length + work.room, spare=found):
                if self._live:
                    return
                found, length = None, 0  # nothing is under way and the rest of the room is not enough: without it then
                self._make_room(len(work.prompt) + work.room)
            made = self._new()
            if found is not None and length:
                self._copy(found, made, length)
            work.reused = len(made.tokens)
            work.read = len(work.prompt) - work.reused
            self._live.append(_Live(work, made, work.prompt[work.reused :]))
            del waiting[place]

    def _longest(self, tokens: list[int]) -> tuple[_Sequence | None, int]:
        """The sequence that has most of a beginning in common with these tokens, and how much; the one used last wins."""
        if not self._engine.cuts:
            return None, 0
        best: _Sequence | None = None
        length = 0
        for one in (*(live.sequence for live in self._live), *reversed(self._kept.values())):
            if (same := _common(one.tokens, tokens)) > length:
                best, length = one, same
        return best, length

    def _coming(self, tokens: list[int]) -> int:
        """How much of this beginning there will be once what is being read has been read."""
        reading = [one.work.prompt for one in self._live if not one.writes] if self._engine.cuts else []
        return max((_common(prompt, tokens) for prompt in reading), default=0)

    def _make_room(self, wanted: int, spare: _Sequence | None = None) -> bool:
        """Let go of kept sequences until so many tokens more have room, beside what the works under way may need."""
        promised = wanted + sum(live.still_needs() for live in self._live)
        while self._used() + promised > self._engine.context or not self._free:
            oldest = next((one for one in self._kept.values() if one is not spare), None)
            if oldest is None:
                return False
            del self._kept[oldest.number]
            self._drop(oldest)
        return True

    def _used(self) -> int:
        held = [live.sequence for live in self._live]
        return len({cell for one in (*held, *self._kept.values()) for cell in one.cells})

    # --- one step ----------------------------------------------------------------------------------------------------

    def _step(self) -> list[Work]:
        """Read one batch: of the prompts where there is much to read; else the next token of each text being written,
        guesses at what follows it, and what there is of prompts."""
        rows: list[Row] = []
        taken: list[tuple[_Live, int, list[int]]] = []  # how much of what is to be read, and the guesses behind it
        writing = [live for live in self._live if live.writes]
        reading = [live for live in self._live if not live.writes]
        most = self._engine.batch
        if reading and most >= TILE and self._is_time_to_read(len(writing), sum(len(live.todo) for live in reading)):
            writing = []
        elif writing:
            most = min(most, max(TILE - 1, len(writing)))
        room = most - sum(len(live.todo) for live in writing)
        for live in (*writing, *reading):
            size = min(len(live.todo), most - len(rows))
            if size <= 0:
                break
            guesses: list[int] = []
            if live.writes and live.work.guess and self._engine.cuts and len(live.todo) == 1:
                guesses = list(live.work.guess(live.todo[0]))[: max(room, 0)]
                room -= len(guesses)
            begin, last = len(live.sequence.tokens), len(live.todo) - 1
            for n, token in enumerate((*live.todo[:size], *guesses)):
                rows.append(Row(live.sequence.number, begin + n, token, n >= last))
            taken.append((live, size, guesses))
        started = time.monotonic()
        try:
            scores = iter(self._engine.read(rows))
        except ModelError:
            self._lose_all()
            raise
        each = (time.monotonic() - started) / len(rows)
        done: list[Work] = []
        for live, size, guesses in taken:
            if live.writes:
                live.work.writing += each * (size + len(guesses))
            else:
                live.work.reading += each * size
            self._grow(live.sequence, live.todo[:size])
            del live.todo[:size]
            if not live.todo and self._ended(
                live, self._came(live, [next(scores) for _ in range(1 + len(guesses))], guesses)
            ):
                self._live.remove(live)
                self._rest(live)
                done.append(live.work)
        return done

    def _is_time_to_read(self, writing: int, to_read: int) -> bool:
        """Whether a step of its own for prompts pays: it is a wide one, or else too few texts would be written."""
        wide = min(self._engine.batch, WIDE)
        return to_read >= wide or (writing < ENOUGH and writing + to_read >= TILE)

    def _came(self, live: _Live, scores: Sequence[Any], guesses: Sequence[int]) -> Next:
        """What comes behind what was read, and behind each guess that came true; the others are forgotten."""
        then = live.work.think(scores[0])
        right = 0
        while right < len(guesses) and then.token == guesses[right]:
            self._grow(live.sequence, [guesses[right]])
            right += 1
            then = live.work.think(scores[right])
        if right < len(guesses):
            self._engine.cut(live.sequence.number, len(live.sequence.tokens))
        return then

    def _grow(self, sequence: _Sequence, tokens: Sequence[int]) -> None:
        sequence.tokens += tokens
        sequence.cells += [next(self._cells) for _ in tokens]

    def _ended(self, live: _Live, then: Next) -> bool:
        """Do what comes after a token; True where the text is complete."""
        if then.token is not None:
            live.todo = [then.token]
        elif then.back:
            sequence = live.sequence
            tokens = sequence.tokens[: len(sequence.tokens) - then.back]
            place = len(tokens) - 1 if self._engine.cuts else 0
            self._engine.cut(sequence.number, place)
            del sequence.tokens[place:], sequence.cells[place:]
            live.todo = tokens[len(sequence.tokens) :]
        return then.token is None and not then.back

    # --- sequences ---------------------------------------------------------------------------------------------------

    def _rest(self, live: _Live) -> None:
        """Keep of what a work that is done has read what another may begin with, unless there is that already."""
        one, lasting = live.sequence, live.work.lasting
        if lasting is not None and self._engine.cuts:
            others = (*(other.sequence for other in self._live), *self._kept.values())
            if any(_common(other.tokens, one.tokens) >= lasting for other in others):
                self._drop(one)
                return
            self._engine.cut(one.number, lasting)
            del one.tokens[lasting:], one.cells[lasting:]
        self._kept[one.number] = one

    def _new(self) -> _Sequence:
        return _Sequence(self._free.pop())

    def _drop(self, one: _Sequence) -> None:
        self._engine.cut(one.number, 0)
        self._free.append(one.number)

    def _copy(self, source: _Sequence, target: _Sequence, length: int) -> None:
        self._engine.copy(source.number, target.number, length)
        target.tokens, target.cells = source.tokens[:length], source.cells[:length]

    def _touch(self, one: _Sequence) -> None:
        if one.number in self._kept:
            self._kept.move_to_end(one.number)

    def _lose_all(self) -> None:
        """The engine has lost what it had read."""
        for one in (*(live.sequence for live in self._live), *self._kept.values()):
            self._drop(one)
        self._live.clear()
        self._kept.clear()


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts have in common at their beginning."""
    most = min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    low, high = 0, most  # the beginnings are alike up to some place: halve the distance (slices compare quickly)
    while low + 1 < high:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
