"""One reply as it grows: which of its words may stay, whether it is complete, how unsure the model was.

What enters: a Request, bits of a stream. What leaves: when to leave the stream, and a Reply's text and doubt.
What it does not know: HTTP, grammars, other replies.

It does for a server's reply what `choosing.Writing` does token by token for the model of this computer: a word that is refused is
taken back, if the server can be told how a reply must begin; else it stays, counts as refused, and the checks see to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ratsassistent.writing.model.choosing import TAKE_BACK, ends_word
from ratsassistent.writing.model.language_model import Request
from ratsassistent.writing.remote import forms

LONGEST_TOKEN = 40  # letters; more than this for each token that was allowed is no reply to what was asked
_LAST_WORD = re.compile(r"[\w.,'’/-]*\W*\Z")
_LONG_PIECE = 20  # letters of several tokens that came at once

End = Literal["on", "enough", "hopeless", "back", "long"]


@dataclass(slots=True)
class Bit:
    """What one event of a stream adds. `odds`: logarithms of the probabilities of its tokens, where the server tells them."""

    text: str = ""
    odds: tuple[tuple[str, float], ...] = ()
    reason: str | None = None  # why it ended, if it did

    @classmethod
    def of(cls, event: dict[str, Any]) -> Bit | None:
        """Read an event; None where it has nothing of a reply (the count of tokens at the end, a sign of life).

        :raises ValueError: it is not of the shape that chat servers agree on.
        """
        choices = event.get("choices")
        if choices in (None, []):
            return None
        try:
            choice = choices[0]
            said = choice.get("delta") or choice.get("message") or {}
            text, reason = said.get("content"), choice.get("finish_reason")
            told = (choice.get("logprobs") or {}).get("content") or ()
            odds = tuple((str(one["token"]), _odds(one["logprob"])) for one in told)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise ValueError("no chat completion") from error
        if not isinstance(text, str | None) or not isinstance(reason, str | None):
            raise ValueError("no chat completion")
        return cls(text or "", odds, reason)


def _odds(given: Any) -> float:
    value = float(given)
    return min(value, 0.0) if math.isfinite(value) else -100.0


@dataclass
class Growing:
    """A reply under way. `lead`: what it was forced to begin with; `taken_back` and `doubts` (place in the text, nats) of what was
    written of it before. `in_json`: it comes as a JSON object. `retakes`: a refused word can be taken back.
    """

    request: Request
    lead: str
    taken_back: int = 0
    doubts: list[tuple[int, float]] = field(default_factory=list)
    in_json: bool = False
    retakes: bool = True
    text: str = ""
    tokens: int = 0
    finished: bool = False
    ended: bool = False
    refused: str = ""  # the word that has to go, and its place
    refused_at: int = 0
    _raw: str = ""
    _looked: int = 0

    def add(self, bit: Bit) -> End:
        """Take a bit; says whether to go on, or why not."""
        begin = len(self._raw)
        self._raw += bit.text
        self.tokens += len(bit.odds) or bool(bit.text)
        grown = forms.inside(self._raw) if self.in_json else self._raw
        if len(grown) > self.request.max_tokens * LONGEST_TOKEN + len(self.lead):
            return "long"
        self._note(bit, begin)
        many = len(bit.odds) > 1 or len(bit.text) > _LONG_PIECE
        for end in range(len(self.text) + 1, len(grown) + 1) if many else [len(grown)]:
            self.text = grown[:end]
            if (step := self._step()) != "on":
                return step
        if bit.reason is not None:
            self.ended, self.finished = True, bit.reason == "stop"
            return self._words(last=True)
        return "on"

    @property
    def doubt(self) -> float:
        """The mean surprise of its tokens."""
        return sum(value for _, value in self.doubts) / max(len(self.doubts), 1)

    @property
    def most_doubt(self) -> float:
        """That of the least likely one."""
        return max((value for _, value in self.doubts), default=0.0)

    def _note(self, bit: Bit, place: int) -> None:
        before = len(self._raw) - len(forms.inside(self._raw)) if self.in_json else 0
        for token, odds in bit.odds:
            if place - before >= len(self.lead) and token.strip():
                self.doubts.append((place - before, -odds))
            place += len(token)

    def _step(self) -> End:
        if (told := self._words()) != "on":
            return told
        if self.request.enough and len(self.text) > len(self.lead) and self.request.enough(self.text):
            if (told := self._words(last=True)) == "back":
                return told
            self.finished = True
            return "enough"
        return "on"

    def _words(self, *, last: bool = False) -> End:
        """Look at the words that are complete since the last look."""
        if not self.request.allows and not self.request.gives_up:
            return "on"
        for end in self._ends(last):
            if self.request.allows and self.taken_back < TAKE_BACK and not self.request.allows(self.text[:end]):
                start = end - len(_LAST_WORD.search(self.text[:end])[0])  # type: ignore[index]  # matches every text
                if start >= len(self.lead):
                    self.taken_back += 1
                    if self.request.gives_up and self.request.gives_up(self.most_doubt, self.taken_back):
                        return "hopeless"  # before another request is made for it
                    if self.retakes and (word := forms.beginning(self.text[start:end])):
                        self.refused, self.refused_at = word, start
                        return "back"
            if self.request.gives_up and not last and self.request.gives_up(self.most_doubt, self.taken_back):
                return "hopeless"
        return "on"

    def _ends(self, last: bool) -> Iterator[int]:
        """Places behind words that were not looked at yet."""
        text, begin = self.text, max(self._looked, len(self.lead))
        for end in range(begin + 1, len(text)):
            if ends_word(text[:end], text[: end + 1]) and not text[end - 1].isspace():
                self._looked = end
                yield end
        if last and len(text) > max(self._looked, len(self.lead)):
            self._looked = len(text)
            yield len(text)


def kept_before(doubts: Sequence[tuple[int, float]], place: int) -> list[tuple[int, float]]:
    """The doubts about what stands before a place."""
    return [(at, value) for at, value in doubts if at < place]
