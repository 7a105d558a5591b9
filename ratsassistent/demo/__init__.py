"""The demonstration pack: the papers of one meeting of Wallerfurt, a town that does not exist.

What enters: nothing. What leaves: the paths of the shipped PDF and of what is known to be in it.
What it does not know: how the PDF was made (that is `make_pack`, which needs the test extra) and who reads it.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

PACK = "wallerfurt-gemeinderat-2027-01-26.pdf"
TRUTH = "wahrheit.json"

__all__ = ["demo_pack", "demo_truth"]


def demo_pack() -> Path:
    """The shipped pack as a file on disk, from a checkout and from an installed wheel alike."""
    return Path(str(importlib.resources.files(__name__) / PACK))


def demo_truth() -> Path:
    """What is in the pack: agenda, papers, wordings, facts with pages, questions with answers (JSON)."""
    return Path(str(importlib.resources.files(__name__) / TRUTH))
