"""How many questions are answered rightly, wrongly, or not at all; and how sure an answer must be.

    python benchmarks/fragen.py DATENORDNER FRAGEN … [--modell] [--ausfuehrlich] [--anpassen] [--stapel AUS.jsonl]

FRAGEN are JSON lists or lines: {"id", "question", "must", "pages", "file_ids", "pack" or "file", "answerable"}. `pack`
ends in the day of a meeting that is held: only that one is asked. `file` is a path: only the file with that name is asked.
With neither, everything held is asked. `must` as in the shared `score.py`: alternatives parted by |.

Prints one JSON line with the figures of each file: right, wrong, refused, gold cited (of the answerable), rightly refused
(of the others). `--anpassen` fits the weights of `writing/answers/verdict.py` to them: an answer that is right counts as
one to be given, a wrong one and any to a question without answer as one to be withheld; each fold's questions are judged
by weights fitted to the other folds. Never fit to the questions that are for reporting only.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ratsassistent import closest, workflow
from ratsassistent.briefings import Answer, Hit
from ratsassistent.cited import cited_texts
from ratsassistent.settings import read_settings
from ratsassistent.writing import answer as answering
from ratsassistent.writing.answers import verdict
from ratsassistent.writing.answers.quotes import quotes
from ratsassistent.writing.answers.ranking import rank

WORDS = 120  # of an answer that count
PAGES = 3  # an answer that cites more cites nothing
FOLDS = 5


@dataclass
class Judged:
    """A question with its answer, and whether that is right."""

    asked: dict[str, Any]
    made: Answer
    right: bool
    cited: bool
    features: dict[str, float] | None = None
    by_meaning: bool = False


def has(text: str, must: list[str]) -> bool:
    """Whether every entry stands in a text by itself."""

    def flat(words: str) -> str:
        return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", words).replace("\u00ad", "").casefold())

    held = flat(text) + " " + flat(re.sub(r"(\w)[-\u00ad]\s+(?=[a-zäöüß])", r"\1", text))
    for entry in must:
        for option in (flat(o).strip() for o in entry.split("|")):
            before = r"(?<![\w.,])" if option[:1].isdigit() else r"(?<!\w)"
            after = (
                r"(?!\d|\.\d|,\d(?!\d))" if option[-1:].isdigit()
                else r"(?!\w)" if len(option.split()[-1]) <= 3 or len(option) <= 4 else ""
            )  # fmt: skip
            if re.search(before + re.escape(option) + after, held):
                break
        else:
            return False
    return True


def read(path: Path) -> list[dict[str, Any]]:
    """The questions of a file."""
    text = path.read_text(encoding="utf-8")
    return (
        json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line]
    )


class Asker:
    """Puts questions to a data folder as the program does, or to one file of it."""

    def __init__(self, ws: workflow.Workspace, *, model: bool, features: bool) -> None:
        self.ws, self.model, self.features = ws, model, features
        self.meetings = {m.start[:10]: m.id for m in workflow.meetings(ws) if m.start}

    def __call__(self, asked: dict[str, Any]) -> Judged:
        """Ask, and judge the answer."""
        pack = str(asked.get("pack") or "")
        file = asked.get("file") or (pack.removeprefix("pdf/") if pack.startswith("pdf/") else None)
        day = re.search(r"\d{4}-\d\d-\d\d", pack) if pack and not file else None
        meeting = self.meetings[day[0]] if day else None
        question = answering.complete(asked["question"])
        hits = self._hits(question, meeting, Path(file).name if file else None)
        pages = cited_texts(self.ws, hits)

        def nearness(given: Any, found: Any) -> list[float | None]:
            return closest.cosines(self.ws, question.search, given, found, seconds=1e9)

        model = (lambda: workflow.load_model(self.ws)) if self.model else None
        started = time.monotonic()
        made = answering.answer(question, hits, pages, model, nearness=nearness)
        made = made.model_copy(update={"seconds": round(time.monotonic() - started, 2)})
        right = made.answered and has(" ".join(made.answer.split()[:WORDS]), asked.get("must") or [])
        citations = [c for s in made.statements for c in s.citation]
        places = {(c.file, c.page) for c in citations}
        gold = {str(f) for f in [*(asked.get("file_ids") or []), *(asked.get("other_file_ids") or [])]}
        files = {str(c.file_id or "").rsplit("/", 1)[-1] for c in citations}
        cited = len(places) <= PAGES and bool(
            files & gold or {c.page for c in citations} & set(asked.get("pages") or [])
        )
        judged = Judged(asked, made, right, right and cited)
        if self.features and hits:
            self._add_features(judged, question, hits, pages, nearness)
        return judged

    def _hits(self, question: answering.Asked, meeting: str | None, file: str | None) -> list[Hit]:
        limit = answering.PASSAGES if file is None else 200
        hits = workflow.find(self.ws, question.search, limit=limit, wanted=meeting)
        if file is not None:
            hits = [h for h in hits if any(c.file == file for c in h.passage.citation)]
        return hits[: answering.PASSAGES]

    def _add_features(self, judged: Judged, question: Any, hits: list[Hit], pages: Any, nearness: Any) -> None:
        found = quotes(hits, pages)
        ranked = rank(found, question.question, nearness(hits, found), answering.town(pages))
        if not ranked:
            return
        best = max(ranked[:3], key=lambda r: verdict.sureness(r, question.question))
        judged.features = verdict.inputs(best.features, question.question)
        judged.by_meaning = best.features.cosine > 0
        least = verdict.LEAST, verdict.LEAST_BY_WORDS
        verdict.LEAST = verdict.LEAST_BY_WORDS = -1.0
        try:
            forced = answering.answer(question, hits, pages, nearness=nearness)
        finally:
            verdict.LEAST, verdict.LEAST_BY_WORDS = least
        judged.right = has(" ".join(forced.answer.split()[:WORDS]), judged.asked.get("must") or [])


def figures(judged: list[Judged]) -> dict[str, Any]:
    """The figures of a set of questions."""
    able = [j for j in judged if j.asked.get("answerable", True)]
    unable = [j for j in judged if not j.asked.get("answerable", True)]
    seconds = sorted(j.made.seconds for j in judged)
    return {
        "questions": len(able),
        "right": round(sum(j.right and j.made.answered for j in able) / max(len(able), 1), 3),
        "wrong": round(sum(j.made.answered and not j.right for j in able) / max(len(able), 1), 3),
        "refused": round(sum(not j.made.answered for j in able) / max(len(able), 1), 3),
        "right_and_cited": round(sum(j.cited and j.made.answered for j in able) / max(len(able), 1), 3),
        "unanswerable": len(unable),
        "rightly_refused": round(sum(not j.made.answered for j in unable) / max(len(unable), 1), 3),
        "seconds_median": seconds[len(seconds) // 2] if seconds else None,
    }


def fit(judged: list[Judged]) -> Iterator[str]:
    """The weights that tell right answers from wrong ones and from those to questions without an answer."""
    held = [j for j in judged if j.features]
    if not held:
        return
    names = list(held[0].features or {})
    values = np.array([[1.0, *(j.features[n] for n in names)] for j in held if j.features])
    wanted = np.array([bool(j.asked.get("answerable", True) and j.right) for j in held], dtype=float)
    weights = _weights(values, wanted)
    order = np.random.default_rng(5).permutation(len(held))
    sure = np.zeros(len(held))
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        sure[out] = 1 / (1 + np.exp(-values[out] @ _weights(values[rest], wanted[rest])))
    yield json.dumps({"bias": round(weights[0], 2), **dict(zip(names, weights[1:].round(2), strict=True))})
    able = np.array([bool(j.asked.get("answerable", True)) for j in held])
    for least in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        given = sure >= least
        yield json.dumps(
            {
                "least": least,
                "right": round(float((given & (wanted > 0)).sum() / max(able.sum(), 1)), 3),
                "wrong": round(float((given & able & (wanted == 0)).sum() / max(able.sum(), 1)), 3),
                "rightly_refused": round(float((~given & ~able).sum() / max((~able).sum(), 1)), 3),
            }
        )


def _weights(values: np.ndarray, wanted: np.ndarray, ridge: float = 1.0) -> np.ndarray:
    """Logistic regression by Newton's method; the bias is not held down."""
    weights = np.zeros(values.shape[1])
    hold = np.diag([0.0] + [ridge] * (values.shape[1] - 1))
    for _ in range(50):
        given = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (wanted - given) - hold @ weights
        bend = (values * (given * (1 - given))[:, None]).T @ values + hold
        weights = weights + np.linalg.solve(bend + 1e-6 * np.eye(len(weights)), slope)
    return weights


def main() -> None:
    """Ask all questions of the files and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--modell", action="store_true", help="with the language model")
    parser.add_argument("--ausfuehrlich", action="store_true", help="a line for each question")
    parser.add_argument("--anpassen", action="store_true", help="fit the weights of the refusal")
    parser.add_argument("--nur", metavar="REGEX", default="", help="only questions whose id fits")
    given = parser.parse_args()
    everything: list[Judged] = []
    with workflow.workspace(read_settings(given.folder)) as ws:
        ask = Asker(ws, model=given.modell, features=given.anpassen)
        for path in given.questions:
            judged = []
            for asked in read(path):
                if not re.search(given.nur, asked["id"]) or ("must" not in asked and asked.get("answerable", True)):
                    continue
                judged.append(ask(asked))
                if given.ausfuehrlich:
                    _show(judged[-1])
            everything += judged
            print(json.dumps({"file": path.name, **figures(judged)}, ensure_ascii=False), flush=True)
    if given.anpassen:
        for line in fit(everything):
            print(line)


def _show(judged: Judged) -> None:
    able = judged.asked.get("answerable", True)
    good = judged.made.answered and judged.right if able else not judged.made.answered
    mark = "ok" if good else "wrong" if judged.made.answered else "refused"
    print(
        json.dumps(
            {
                "id": judged.asked["id"], "mark": mark, "kind": judged.made.kind, "question": judged.asked["question"],
                "must": judged.asked.get("must"), "answer": judged.made.answer,
                "pages": [c.page for s in judged.made.statements for c in s.citation], "gold": judged.asked.get("pages"),
                "features": judged.features,
            },
            ensure_ascii=False,
        ),
        flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
