"""An engine without a model: what follows a sequence depends on its tokens alone, and it minds where each of them lies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ratsassistent.errors import ModelError
from ratsassistent.writing.model.engine import Engine, Row

WORDS = [
    "<ende>",
    "<|a|>",
    *(
        f" {w}"
        for w in [
            "der",
            "die",
            "das",
            "Rat",
            "Stadt",
            "Haus",
            "Dach",
            "Geld",
            "soll",
            "wird",
            "kauft",
            "baut",
            "nicht",
            "und",
            "7",
            "9",
        ]
    ),
    "s",
    ".",
    "\n",
]


class FakeWeights:
    """As `engine.Weights`: words of a small language, one token each; every other sign is a token of its own.

    It fails the test where rows do not follow each other, or where more tokens are kept than there is room for.
    """

    def __init__(self, path: Path = Path("x"), engine: Engine | None = None) -> None:
        engine = engine or Engine(context=400, batch=16)
        self.context, self.batch = engine.context, engine.batch
        self.cells: dict[int, list[tuple[int, int]]] = {}  # sequence -> (cell, token)
        self.next_cell = 0
        self.rows = self.steps = self.most = 0
        self.read_tokens: list[int] = []
        self.fails_at = 0  # the step at which the engine fails; 0: never
        self.cuts = True  # whether it can drop a part of a sequence
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def read(self, rows: Sequence[Row]) -> list[Any]:
        assert 0 < len(rows) <= self.batch
        self.steps += 1
        if self.steps == self.fails_at:
            self.cells.clear()
            raise ModelError("Das Sprachmodell ist beim Rechnen gescheitert (Fehler 1).")
        scores = []
        for row in rows:
            held = self.cells.setdefault(row.sequence, [])
            assert row.place == len(held), "a token at a place that is not the next one of its sequence"
            held.append((self.next_cell, row.token))
            self.next_cell += 1
            if row.wanted:
                scores.append(self.after([token for _, token in held]))
        self.rows += len(rows)
        self.most = max(self.most, len(rows))
        used = {cell for held in self.cells.values() for cell, _ in held}
        assert len(used) <= self.context, "more tokens than there is room for"
        return scores

    def after(self, tokens: Sequence[int]) -> Any:
        """The scores behind these tokens: the same ones always, others for others."""
        numbers = random.Random(",".join(map(str, tokens)))
        return np.array([numbers.uniform(-4, 4) for _ in range(len(WORDS) + 256)], dtype=np.float32) - np.array(
            [0.0] * len(WORDS) + [50.0] * 256, dtype=np.float32
        )

    def copy(self, source: int, target: int, count: int) -> None:
        assert not self.cells.get(target)
        assert len(self.cells[source]) >= count
        self.cells[target] = self.cells[source][:count]

    def cut(self, sequence: int, place: int) -> None:
        assert self.cuts or place == 0
        self.cells[sequence] = self.cells.get(sequence, [])[:place]

    def save(self, sequence: int, tokens: Sequence[int], path: Path) -> bool:
        assert [token for _, token in self.cells[sequence]] == list(tokens)
        path.write_text(",".join(map(str, tokens)), encoding="ascii")
        return True

    def load(self, sequence: int, tokens: Sequence[int], path: Path) -> bool:
        if path.read_text(encoding="ascii") != ",".join(map(str, tokens)):
            return False
        self.cells[sequence] = [(self.next_cell + n, token) for n, token in enumerate(tokens)]
        self.next_cell += len(tokens)
        return True

    def template(self) -> str:
        return "{% for m in messages %}<|a|>{{ m.content }}\n{% endfor %}<|a|>"

    def begin_token(self) -> int | None:
        return None

    def edge_tokens(self) -> tuple[str, str]:
        return "", ""

    def ends(self, token: int) -> bool:
        return token == 0

    def tokens(self, text: str, *, special: bool) -> list[int]:
        found: list[int] = []
        while text:
            known = [n for n, word in enumerate(WORDS) if text.startswith(word) and (special or n > 1)]
            best = max(known, key=lambda n: len(WORDS[n]), default=None)
            if best is None:
                found.append(len(WORDS) + ord(text[0]) % 256)
                text = text[1:]
            else:
                found.append(best)
                text = text[len(WORDS[best]) :]
        return found

    def text(self, tokens: Sequence[int]) -> str:
        return "".join(WORDS[t] if t < len(WORDS) else "?" for t in tokens)

    def piece(self, token: int, *, special: bool = False) -> bytes:
        return self.text([token]).encode()
