"""Which token comes next: the likeliest, those written lately made a little less likely, and no word that is refused.

What enters: the scores that an engine gives for the next place, one step after the other. What leaves: the token to read
next, or that the text is complete.
What it does not know: engines, other texts that are written at the same time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from ratsassistent.writing.model.language_model import Request

REPEAT_WINDOW = 192  # tokens that the repetition penalty looks back on
REPEAT_PENALTY = 1.07  # weak: German needs its articles again and again, small models run in circles without it
SOURCE = 400  # tokens before a text that guesses are taken from
GUESSED = 3  # tokens guessed at once
TAKE_BACK = 12  # refused words in a reply; after that the model writes on as it likes

_LAST_WORD = re.compile(r"[\w.,'’/-]*\W*\Z")


class Vocabulary(Protocol):
    """What is asked of an engine here."""

    def ends(self, token: int) -> bool:
        """Whether the model says with this token that it has said all."""
        ...

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say."""
        ...


class Next(NamedTuple):
    """What to read next. `token`: this one; None: nothing, the text is complete. `back`: forget so many tokens of the text
    first, and compute anew what follows the one before them."""

    token: int | None = None
    back: int = 0


class Writing:
    """One text as it grows, token by token.

    `prompt`: the tokens before it. Where the last two tokens stand in its end, what follows there is a good guess at what
    comes next: a sentence about a text repeats much of it ("prompt lookup decoding", Saxena 2023; of three tokens guessed so
    for sentences of briefings, 87 % came).
    """

    def __init__(self, request: Request, words: Vocabulary, prompt: Sequence[int] = ()) -> None:
        lead = request.lead
        self._words = words
        self._most = request.max_tokens
        self._on_text, self._enough = _whole(request.on_text, lead), _whole(request.enough, lead)
        self._allows = _whole(request.allows, lead)
        self._gives_up = request.gives_up
        self.written: list[int] = []
        self.doubts: list[float] = []
        self.finished = False
        self.taken_back = 0
        self._refused: dict[int, set[int]] = {}  # place -> tokens that began a refused word there
        self._text = ""
        tail = self._tail = list(prompt[-SOURCE:])
        self._follows = {pair: place + 2 for place, pair in enumerate(pairwise(tail))}

    def guess(self, then: int) -> list[int]:
        """The tokens that may come behind what is written and this token, which is to be read next; often none."""
        before = self.written[-2] if len(self.written) > 1 else self._tail[-1] if self._tail else -1
        place = self._follows.get((before, then), len(self._tail))
        most = min(GUESSED, self._most - len(self.written) - 1)
        return self._tail[place : place + max(most, 0)]

    def next(self, scores: Any) -> Next:
        """Take a token by the scores of all, an array of one number for each token of the vocabulary."""
        written = self.written
        if len(written) >= self._most:
            return Next()
        token, doubt = likeliest(scores, written[-REPEAT_WINDOW:], self._refused.get(len(written), ()))
        ends = self._words.ends(token)
        text = self._text
        if text and (self._allows or self._gives_up) and (ends or ends_word(text, self._words.text([*written, token]))):
            if self._allows and self.taken_back < TAKE_BACK:
                begin = self._word_begins(text)
                if not self._allows(text) and begin < len(written):
                    return self._take_back(begin)
            if not ends and self._gives_up and self._gives_up(max(self.doubts), self.taken_back):
                return Next()
        if ends:
            self.finished = True
            return Next()
        written.append(token)
        self.doubts.append(doubt)
        self._text = text = self._words.text(written)
        if self._on_text:
            self._on_text(text)
        if self._enough and self._enough(text):
            self.finished = True
            return Next()
        return Next() if len(written) >= self._most else Next(token)

    def _take_back(self, begin: int) -> Next:
        count = len(self.written) - begin
        self.taken_back += 1
        self._refused = {place: bad for place, bad in self._refused.items() if place <= begin}
        self._refused.setdefault(begin, set()).add(self.written[begin])
        del self.written[begin:], self.doubts[begin:]
        self._text = self._words.text(self.written)
        return Next(back=count)

    def _word_begins(self, text: str) -> int:
        """The place of the token that the last word of `text` begins in."""
        start = len(text) - len(_LAST_WORD.search(text)[0])  # type: ignore[index]  # matches every text
        place = len(self.written)
        while place > 0 and len(self._words.text(self.written[:place])) > start:
            place -= 1
        return place


def likeliest(scores: Any, recent: Sequence[int], but: Collection[int]) -> tuple[int, float]:
    """The token with the highest score, recent ones made a little less likely; and how unlikely it was, in nats.

    :param but: tokens that may not come here.
    """
    import numpy as np

    choices = scores.copy()
    at = np.array(sorted(set(recent)), dtype=np.int64)
    if at.size:
        seen = choices[at]
        choices[at] = np.where(seen > 0, seen / REPEAT_PENALTY, seen * REPEAT_PENALTY)
    if but:
        choices[list(but)] = -np.inf
    best = int(choices.argmax())
    peak = float(scores.max())
    return best, peak + float(np.log(np.exp(scores - peak).sum())) - float(scores[best])


def ends_word(text: str, longer: str) -> bool:
    """True if what `longer` adds to `text` does not continue its last word."""
    added = longer[len(text) :]
    inside = "-'’.,:/" if text[-1:].isdigit() else "-'’"  # "4,2", "28.06.2022"
    return bool(added) and not (added[0].isalnum() or added[0] in inside or (text[-1:] in "-/" and added[0] != " "))


def _whole(of: Callable[[str], Any] | None, lead: str) -> Callable[[str], Any] | None:
    return (lambda text: of(lead + text)) if of and lead else of
