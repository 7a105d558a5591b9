"""Full-text search: what a user types becomes passages, the best first.

What enters: a question or some words in everyday German, and filters. What leaves: Hits.
What it does not know: FTS5 (`fulltext`), stems (`german`), language models, vectors.

Two steps. The full text table gives the 300 best rows by bm25 that hold any word of the query; these are then ranked
word by word, where a word of the query is found

* as it is (its stem; a little more if also its ending is the same),
* at the beginning or end of a longer word ("Baum" in "Baumpflanzung", "Straßenbaum"), for less,
* by its parts, if it is itself a compound of words that occur in the papers ("Krippenplatz": "Krippe", "Platz"),
* in the title, agenda item or heading that the passage stands under, for less.

Rare words weigh more (bm25's idf). A passage that covers more of the question goes first, and one with a number or
date if the question asks for one. Of passages with the same words only the best is kept.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from ratsassistent.archive import fulltext, german, saving, tables
from ratsassistent.archive.store import Store
from ratsassistent.briefings import Hit
from ratsassistent.oparl import AgendaItem, Meeting, Paper, Passage

CANDIDATES = 300
MOST_WORDS = 60  # of a query
SNIPPET_WORDS = 35

_K1, _B = 1.2, 0.5  # bm25: how soon repetition stops counting, how much long passages lose
_SAME_FORM, _IN_COMPOUND, _PART, _HEAD = 0.3, 0.3, 0.3, 0.4
_COVERAGE, _CUE = 0.3, 0.5
_SHORTEST, _COMPOUND = 4, 7  # letters of a stem: to be looked for within words; to be taken apart

_ASKS_NUMBER = re.compile(
    r"\b(wie ?viele?[nrms]?|wie (hoch|gross|lang|lange|stark|teuer|weit|oft|alt|schwer|breit)|was (kostet|kosten)|"
    r"wieviel|welche[rnms]? (anteil|betrag|summe|hohe|zahl|anzahl)|(was|wer) .*\b(zahlen|zahlt|bezahlen|bezahlt|kostet))\b"
)
_ASKS_DATE = re.compile(r"\bwann\b|\bwelche[nms]? (tag|datum|jahr|monat|termin)\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DATE = re.compile(
    r"\b(?:\d{1,2}\.\s?(?:\d{1,2}\.|Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|"
    r"Dezember)|(?:19|20)\d\d\b)"
)


@dataclass(slots=True)
class _Word:
    """One word of a query: what it may look like in a text, and how much it says."""

    plain: str
    stem: str
    within: bool  # also looked for within longer words
    parts: dict[str, float] = field(default_factory=dict)  # stems of a compound's parts, with their weight
    idf: float = 0.0

    def lookups(self) -> list[tuple[str, str, bool]]:
        found = [("stem", self.stem, False), ("head", self.stem, False)]
        return found + self.inexact()

    def inexact(self) -> list[tuple[str, str, bool]]:
        found = [("stem", part, False) for part in self.parts]
        if self.within:
            found += [("stem", self.stem, True), ("tail", self.stem[::-1], True)]
        return found

    def weight(self, stem: str) -> float:
        """How well a stem of a text stands for this word, 0 to 1."""
        if stem == self.stem:
            return 1.0
        if stem in self.parts:
            return self.parts[stem]
        if self.within and len(stem) > len(self.stem) and (
            stem.startswith(self.stem) or (len(stem) >= fulltext.TAIL_LENGTH and stem.endswith(self.stem))
        ):  # fmt: skip
            return _IN_COMPOUND
        return 0.0


class Index:
    """Search over the passages of one archive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def search(
        self,
        query: str,
        *,
        limit: int = 50,
        meeting_id: str | None = None,
        item_id: str | None = None,
        organization: str | None = None,
        since: dt.date | str | None = None,
        until: dt.date | str | None = None,
        paper_type: str | None = None,
    ) -> list[Hit]:
        """The passages that fit the query best; empty if none holds any of its words.

        :param query: any text at all; nothing in it is a command.
        :param organization: only meetings whose organization's name holds this; case and white space do not matter.
        :param since: only meetings on this day (ISO) or later; `until`: on this day or earlier.
        :param paper_type: only papers whose type holds this ("Antrag").
        :raises StorageError: the archive cannot be read.
        """
        among = _among(meeting_id, item_id, organization, since, until, paper_type)
        with self._store.reading() as connection:
            words = _words(connection, query, fulltext.size(connection))
            if not words or limit < 1:
                return []
            lookups = list(dict.fromkeys(lookup for word in words for lookup in word.lookups()))
            found = fulltext.candidates(connection, lookups, among, max(CANDIDATES, 2 * limit))
            mean = sum(stems.count(" ") + 1 for _, _, stems, _ in found) / max(len(found), 1)
            weights: dict[str, list[float]] = {}
            scores = {row: _score(words, plain, stems, head, mean, weights) for row, plain, stems, head in found}
            return self._hits(connection, query, words, scores, limit)

    def _hits(
        self, connection: Connection, query: str, words: Sequence[_Word], scores: dict[int, float], limit: int
    ) -> list[Hit]:
        passage, item, meeting = tables.passage, tables.agenda_item, tables.meeting
        rows = connection.execute(
            select(
                passage.c.rowid, passage.c.text_key, passage.c.body, meeting.c.body.label("meeting"),
                item.c.body.label("item"),
            )
            .outerjoin(meeting, meeting.c.id == passage.c.meeting_id)
            .outerjoin(item, item.c.id == passage.c.item_id)
            .where(passage.c.rowid.in_(list(scores)))
        ).all()  # fmt: skip
        cue = _cue(query)
        ranked = []
        for row in rows:
            body = Passage.model_validate_json(row.body)
            ranked.append((scores[row.rowid] * cue(body.text), body, row))
        # With equal scores the passage that belongs to a meeting goes first, and then the order is always the same.
        ranked.sort(key=lambda entry: (-entry[0], entry[1].meeting_id is None, entry[1].id))
        papers: dict[str, Paper | None] = {}
        seen: set[str] = set()
        hits = []
        for score, body, row in ranked:
            if row.text_key in seen:
                continue
            seen.add(row.text_key)
            if body.paper_id not in papers:
                papers[body.paper_id] = _paper(connection, body.paper_id)
            hits.append(self._hit(score, body, papers[body.paper_id], row, words))
            if len(hits) == limit:
                break
        return hits

    def _hit(self, score: float, passage: Passage, paper: Paper | None, row: Any, words: Sequence[_Word]) -> Hit:
        meeting = None if row.meeting is None else Meeting.model_validate_json(row.meeting)
        public = None if row.item is None else AgendaItem.model_validate_json(row.item).public
        if row.item is None and paper is not None:
            public = paper.public
        return Hit(
            passage=passage,
            paper=paper,
            meeting=passage.meeting_id,
            organization=meeting.organization if meeting else None,
            date=meeting.start[:10] if meeting and meeting.start else None,
            public=True if self._store.public else public,
            score=round(score, 4),
            snippet=_snippet(passage.text, words),
        )


def _words(connection: Connection, query: str, total: int) -> list[_Word]:
    """The words of a query that say something, rarest weighed most."""
    tokens = list(german.tokens(query))
    telling = [token for token in tokens if not german.is_stop_word(token)] or tokens
    words: dict[str, _Word] = {}
    for token in telling[:MOST_WORDS]:
        whole = _Word(token.plain, token.stem, len(token.stem) >= _SHORTEST and token.stem.isalpha())
        words.setdefault(whole.stem, whole)
        if token.is_law or (token.is_number and fulltext.known(connection, [token.stem])):
            continue  # a number that occurs is looked for as a whole only, a § always
        for part in token.parts:
            stem = german.stem(part)
            words.setdefault(stem, _Word(german.fold(part), stem, len(stem) >= _SHORTEST and stem.isalpha()))
    for word in words.values():
        if word.within and len(word.stem) >= _COMPOUND:
            word.parts = _parts(connection, word.stem)
        exact = fulltext.count(connection, word.lookups()[:2])
        inexact = fulltext.count(connection, word.inexact()) if word.inexact() else 0
        frequency = exact + _IN_COMPOUND * max(inexact - exact, 0)
        word.idf = math.log(1 + (max(total - frequency, 0) + 0.5) / (frequency + 0.5))
    return list(words.values())


def _parts(connection: Connection, stem: str) -> dict[str, float]:
    """The parts of a compound, if both occur in the papers: krippenplatz -> krippe and platz (in their stems)."""
    cuts: list[tuple[str, str]] = []
    for cut in range(_SHORTEST, len(stem) - _SHORTEST + 1):
        left, right = stem[:cut], stem[cut:]
        for joint in ("", "s", "n", "en", "es", "er", "e"):
            if left.endswith(joint) and len(left) - len(joint) >= _SHORTEST:
                cuts.append((left.removesuffix(joint), right))
    known = fulltext.known(connection, {part for pair in cuts for part in pair})
    parts: dict[str, float] = {}
    for left, right in cuts:
        if left in known and right in known:
            parts |= {left: _PART, right: _PART * 0.7}  # the first part tells a compound from its kind
    parts.pop(stem, None)
    return parts


def _score(
    words: Sequence[_Word], plain: str, stems: str, head: str, mean: float, weights: dict[str, list[float]]
) -> float:
    """How well a row fits: bm25 over the query's words, times how much of the query is covered.

    :param mean: length of a row on average, in words.
    :param weights: what each stem met so far is worth for each word; filled here.
    """
    text, forms = stems.split(), set(plain.split())
    found = [0.0] * len(words)
    for stem in text:
        if stem not in weights:
            weights[stem] = [word.weight(stem) for word in words]
            if not any(weights[stem]):
                weights[stem] = []
        for number, weight in enumerate(weights[stem]):
            found[number] += weight
    above = [0.0] * len(words)
    for stem in head.split():
        for number, word in enumerate(words):
            above[number] = max(above[number], word.weight(stem))
    norm = _K1 * (1 - _B + _B * len(text) / max(mean, 1.0))
    score = 0.0
    for number, word in enumerate(words):
        weight = found[number] + _SAME_FORM * (word.plain in forms) + _HEAD * above[number]
        score += word.idf * weight * (_K1 + 1) / (weight + norm)
    whole = sum(word.idf for word in words) or 1.0
    covered = sum(word.idf * min(found[n] + _HEAD * above[n], 1.0) for n, word in enumerate(words)) / whole
    return score * (1 - _COVERAGE + _COVERAGE * covered)


def _cue(query: str) -> Any:
    """What a passage's score is multiplied by, for holding the kind of thing that the question asks for."""
    folded = " ".join(german.fold(query).split())
    if _ASKS_DATE.search(folded):
        return lambda text: 1 + _CUE * bool(_DATE.search(text))
    if _ASKS_NUMBER.search(folded):
        return lambda text: 1 + _CUE * min(len(_NUMBER.findall(text)) / 6, 1.0)
    return lambda text: 1.0


def _snippet(text: str, words: Sequence[_Word]) -> str:
    """The stretch of the passage that holds most of what was looked for, as plain text on one line."""
    pieces = text.split()
    worth = [0.0]  # up to each piece
    for piece in pieces:
        here = max((w.idf * w.weight(t.stem) for t in german.pieces(piece) for w in words), default=0.0)
        worth.append(worth[-1] + here)
    starts = range(max(len(pieces) - SNIPPET_WORDS, 0) + 1)
    held = [worth[min(start + SNIPPET_WORDS, len(pieces))] - worth[start] for start in starts]
    fitting = [start for start in starts if held[start] >= max(held) - 1e-9]
    best = fitting[len(fitting) // 2] if fitting[0] else 0  # what was found stands in the middle
    cut = " ".join(pieces[best : best + SNIPPET_WORDS])
    return ("… " if best else "") + cut + (" …" if best + SNIPPET_WORDS < len(pieces) else "")


def _among(
    meeting_id: str | None,
    item_id: str | None,
    organization: str | None,
    since: dt.date | str | None,
    until: dt.date | str | None,
    paper_type: str | None,
) -> Select[Any] | None:
    """The rows that pass the filters, or None if there is no filter."""
    passage, meeting, paper = tables.passage, tables.meeting, tables.paper
    conditions = []
    if meeting_id is not None:
        conditions.append(passage.c.meeting_id == meeting_id)
    if item_id is not None:
        conditions.append(passage.c.item_id == item_id)
    if organization:
        conditions.append(meeting.c.organization_key.contains(german.fold_name(organization), autoescape=True))
    if since is not None:
        conditions.append(meeting.c.start >= str(since))
    if until is not None:
        conditions.append(meeting.c.start < str(until) + "~")  # behind every time of that day
    if paper_type:
        conditions.append(paper.c.type_key.contains(german.fold_name(paper_type), autoescape=True))
    if not conditions:
        return None
    query = select(passage.c.rowid).outerjoin(meeting, meeting.c.id == passage.c.meeting_id)
    return query.join(paper, paper.c.id == passage.c.paper_id).where(*conditions)


def _paper(connection: Connection, paper_id: str) -> Paper | None:
    """The paper without its text, which nobody needs to name it and which may be a book."""
    query = select(saving.without_text(tables.paper.c.body)).where(tables.paper.c.id == paper_id)
    body = connection.execute(query).scalar()
    return None if body is None else Paper.model_validate_json(body)
