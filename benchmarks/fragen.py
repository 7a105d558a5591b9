"""How many questions are answered rightly, wrongly, or not at all; and how sure an answer must be.

    python benchmarks/fragen.py DATENORDNER FRAGEN … [--modell] [--ausfuehrlich] [--anpassen] [--stapel AUS.jsonl]

FRAGEN are JSON lists or lines: {"id", "question", "must", "pages", "file_ids", "pack" or "file", "answerable"}. `pack`
ends in the day of a meeting that is held: only that one is asked. `file` is a path: only the file with that name is asked; `meeting` the id of one.
With neither, everything held is asked. `must` as in the shared `score.py`: alternatives parted by |.

Lines with "facts" are questions over time: how many facts stand in the answer, dated; lines with "turns" are conversations:
the second question is asked with the answer to the first. Both are asked without the language model.

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

from ratsassistent import asking, closest, workflow
from ratsassistent.briefings import Answer, Hit
from ratsassistent.cited import cited_texts
from ratsassistent.settings import read_settings
from ratsassistent.writing import answer as answering
from ratsassistent.writing.answers import judging, verdict
from ratsassistent.writing.answers.quotes import quotes
from ratsassistent.writing.answers.ranking import rank

WORDS = 120  # of an answer that count
PAGES = 3  # an answer that cites more cites nothing
FOLDS = 5
FITTED = ("front", "lead", "gap", "yesno", "reasons")  # of `verdict.inputs`, with meanings compared


@dataclass
class Judged:
    """A question with its answer, and whether that is right."""

    asked: dict[str, Any]
    made: Answer
    right: bool
    cited: bool
    features: dict[str, float] | None = None
    odds: float | None = None  # of a yes, in the language model's opinion


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
        meeting = self.meetings[day[0]] if day else asked.get("meeting")
        question = answering.complete(asked["question"])
        hits = self._hits(question, meeting, Path(file).name if file else None)
        pages = cited_texts(self.ws, hits)

        def nearness(given: Any, found: Any) -> list[float | None]:
            return closest.cosines(self.ws, question.search, given, found, seconds=1e9)

        model = (lambda: workflow.load_model(self.ws)) if self.model and not self.features else None
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
        within = answering.WITHIN if file is None else 0
        vote = asking.VOTE if question.question.kind == "vote" else ""
        hits = workflow.find(self.ws, question.search, limit=limit, wanted=meeting, within=within, within_for=vote)
        if file is not None:
            hits = [h for h in hits if any(c.file == file for c in h.passage.citation)]
        return hits[: answering.PASSAGES + within]

    def _add_features(self, judged: Judged, question: Any, hits: list[Hit], pages: Any, nearness: Any) -> None:
        found = quotes(hits, pages)
        town = answering.town(pages)
        ranked = rank(found, question.question, nearness(hits, found), town)
        if not ranked or not verdict.sureness(ranked, question.question, pages, town):
            return
        judged.features = verdict.inputs(ranked, ranked[0], question.question)
        least = verdict.LEAST, verdict.LEAST_BY_WORDS
        verdict.LEAST = verdict.LEAST_BY_WORDS = -1.0
        try:
            forced = answering.answer(question, hits, pages, nearness=nearness)
        finally:
            verdict.LEAST, verdict.LEAST_BY_WORDS = least
        judged.right = has(" ".join(forced.answer.split()[:WORDS]), judged.asked.get("must") or [])
        if self.model:
            judged.odds = judging.odds(question.search, forced.statements, workflow.load_model(self.ws))


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
    """The weights that tell right answers from wrong ones and from those to questions without an answer.

    First of what speaks for the quotes, then of that together with the language model's opinion, where it was asked.
    """
    held = [j for j in judged if j.features]
    if not held:
        return
    wanted = np.array([bool(j.asked.get("answerable", True) and j.right) for j in held], dtype=float)
    able = np.array([bool(j.asked.get("answerable", True)) for j in held])
    values = np.array([[1.0, *(j.features[n] for n in FITTED)] for j in held if j.features])
    yield json.dumps({"bias": 0.0} | dict(zip(("bias", *FITTED), _weights(values, wanted).round(2), strict=True)))
    sure = _held_out(values, wanted)
    yield from _at_limits(sure, wanted, able)
    if any(j.odds is None for j in held):
        return
    sure = np.clip(sure, 0.01, 0.99)
    both = np.array(
        [[1.0, np.log(s / (1 - s)), min(max(j.odds or 0.0, -6.0), 6.0)] for s, j in zip(sure, held, strict=True)]
    )
    yield json.dumps(dict(zip(("bias", "sure", "odds"), _weights(both, wanted).round(2), strict=True)))
    yield from _at_limits(_held_out(both, wanted), wanted, able)


def _held_out(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How sure each is by weights that were fitted without its fold."""
    order = np.random.default_rng(5).permutation(len(values))
    sure = np.zeros(len(values))
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        sure[out] = 1 / (1 + np.exp(-values[out] @ _weights(values[rest], wanted[rest])))
    return sure


def _at_limits(sure: np.ndarray, wanted: np.ndarray, able: np.ndarray) -> Iterator[str]:
    for least in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        given = sure >= least
        yield json.dumps(
            {
                "least": least,
                "right_kept": round(float((given & (wanted > 0)).sum() / max(wanted.sum(), 1)), 3),
                "wrong_kept": round(
                    float((given & able & (wanted == 0)).sum() / max((able & (wanted == 0)).sum(), 1)), 3
                ),
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
                if "facts" in asked or "turns" in asked:
                    told = over_time(ws, asked) if "facts" in asked else conversation(ws, asked, ask.meetings)
                    print(json.dumps(told, ensure_ascii=False), flush=True)
                    continue
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


def over_time(ws: workflow.Workspace, asked: dict[str, Any]) -> dict[str, Any]:
    """How many of the facts that a development consists of stand in the answer, and whether it is a dated list."""
    made = asking.ask(ws, asked["question"])
    found = [fact for fact in asked["facts"] if has(made.answer, fact["must"])]
    in_place = sum(
        any((s.label or "").endswith(str(fact["date"])[:4]) and has(s.text, fact["must"]) for s in made.statements)
        for fact in found
    )
    return {
        "id": asked["id"], "facts": len(asked["facts"]), "found": len(found), "dated": made.dated, "under_their_year": in_place,
        "answered": made.answered, "seconds": made.seconds,
    }  # fmt: skip


def conversation(ws: workflow.Workspace, asked: dict[str, Any], meetings: dict[str, str]) -> dict[str, Any]:
    """Whether each turn of a conversation is answered rightly."""
    day = re.search(r"\d{4}-\d\d-\d\d", str(asked.get("pack") or ""))
    before: list[Answer] = []
    right = []
    for turn in asked["turns"]:
        made = asking.ask(ws, turn["question"], wanted=meetings[day[0]] if day else None, before=before)
        right.append(made.answered and has(" ".join(made.answer.split()[:WORDS]), turn["must"]))
        before.append(made)
    return {"id": asked["id"], "right": right, "understood": before[-1].asked}


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
                "sure": judged.made.sure, "doubted": judged.made.doubted, "seconds": judged.made.seconds,
            },
            ensure_ascii=False,
        ),
        flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
