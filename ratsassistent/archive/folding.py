"""Near-duplicates among passages: the same paper in committee and council, another edition of it.

What enters: texts, the best first. What leaves: which of them says nothing that an earlier one doesn't.
What it does not know: where texts come from, scores.

Two passages are the same where they share most of their runs of three words and all of their numbers: a sentence with
another amount or date is another sentence.
"""

from __future__ import annotations

ALIKE = 0.75  # of the runs of both, those that they share
RUN = 3  # words
LOOK_BACK = 60  # how many of those that are kept a passage is compared with


class Folder:
    """Remembers the passages that were kept; each new one is told the kept one that it repeats."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, frozenset[str], frozenset[str]]] = []
        self._exact: dict[str, int] = {}

    def place(self, text_key: str, plain: str) -> int | None:
        """The place (from 0) of the kept passage that this one repeats; None where it is new, and kept.

        :param text_key: equal for the same words. :param plain: the words as they are indexed.
        """
        if text_key in self._exact:
            return self._exact[text_key]
        words = plain.split()
        runs = frozenset(" ".join(words[n : n + RUN]) for n in range(max(len(words) - RUN + 1, 1)))
        numbers = frozenset(word for word in words if word[0].isdigit())
        first = max(len(self._kept) - LOOK_BACK, 0)
        for number, (_, others, other_numbers) in enumerate(self._kept[first:], first):
            if numbers == other_numbers and len(runs & others) >= ALIKE * len(runs | others):
                self._exact[text_key] = number
                return number
        self._exact[text_key] = len(self._kept)
        self._kept.append((text_key, runs, numbers))
        return None
