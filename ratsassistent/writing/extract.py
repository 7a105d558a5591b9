"""Level `auszug`: the briefing of an agenda item in the papers' own words, without a language model.

What enters: an AgendaItem with its Papers and their parts. What leaves: an ItemBriefing whose every statement is a
passage or sentence of a paper with the pages it stands on; and `reading_for`, what a language model should read.
What it does not know: the archive, the page, how a PDF is read.

An item without papers gets no statements: there are no words of a paper to show, and the display says so.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.briefings import ItemBriefing, Statement, Wording
from ratsassistent.oparl import AgendaItem, Citation, Paper, Part, PartKind
from ratsassistent.pack.papers.form_lines import box_stretches
from ratsassistent.writing.amounts import money
from ratsassistent.writing.figures import COSTS, MAX_PAGES, amounts_of, cite, dates_of, money_rows, trimmed
from ratsassistent.writing.rows import form_statements, table_amounts
from ratsassistent.writing.select import Candidate, candidates, choose, overlap, readable, spans, terms, without_bullet
from ratsassistent.writing.sentences import Sentence, clean, clean_lines, sentences

VERSION = "3"  # part of an ItemBriefing's basis: raise it when the same papers would give another briefing

BUDGET = 195  # words of an item's statements

SUMMARY = "Kurzfassung der Vorlage"
MOTION = "Antrag"
ANSWER = "Stellungnahme der Verwaltung"
MAIN = "Das Wichtigste"
DEADLINES = "Fristen"
REASON = "Begründung"
LABELS = (SUMMARY, MOTION, ANSWER, MAIN, COSTS, DEADLINES, REASON)  # in the order they are shown

_BODY: tuple[PartKind, ...] = ("statement", "summary", "costs", "reason", "text", "motion", "annex")
_MOTION_WORDS = 40  # of what a motion asks for, at most, where an answer of the administration follows
_POINTER = re.compile(
    r"^\W*(?:siehe|s\.|vgl\.|vergleiche|wie)\s.{0,60}(?:seite|s\.|anlage|begründung|beschluss)", re.IGNORECASE
)
_WHY = re.compile(
    r"\b(?:weil|da|aufgrund|wegen|denn|begründ\w+|infolge|angesichts|mangels|hintergrund|ursache|grund|gründen)\b",
    re.IGNORECASE,
)
_APPLICANT = re.compile(
    r"(?:Antragsteller\w*:?\s*)?.{0,50}(?:[Ff]raktion|Wählergruppe|Ortschaftsrat|Stadtr[aä]t\w*|Ratsgruppe|Gruppe)\b.{0,40}"
)

_ADDRESS = re.compile(
    r"(?:[Ss]tr(?:aße|asse|\.)|[Pp]latz|[Ww]eg|[Aa]llee|[Gg]asse)\s+\d{1,3}\s?[a-z]?,?\s+(?:[A-Z]{1,2}-)?\d{4,5}\s+[A-ZÄÖÜ]"
)
# A word in small letters that looks like a finite verb or participle; nouns and their articles do not.
_VERB = re.compile(
    r"\b(?:ist|sind|war|wäre|waren|wären|wird|werden|w[uü]rden?|ha(?:t|ben|tten?)|kann|können|soll(?:en|te|ten)?|muss|müssen|darf|dürfen|will|wollen|sei(?:en)?|"
    r"gilt|gibt|liegt|steht|erfolgt|bleibt|geht|\w*(?:zu\w+en|ieren|iert(?:e|en)?)|(?:ge|be|er|ver|ent|zer|vor|aus|ein|ab|an|auf|um)[a-zäöüß]{3,}(?:t|en)|"
    r"[a-zäöüß]{3,}(?:te|ten)|[a-zäöüß]{2,}[bcdfghklmnpqrstvwxzß]t)\b"
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A few consecutive sentences for a language model to read. The model sees `key` and `text`, never a page."""

    key: str  # "S1", "S2", …
    text: str
    citation: tuple[Citation, ...]
    label: str  # where it comes from: "Beschlussvorschlag", "Stellungnahme der Verwaltung", …


def extract_item(item: AgendaItem) -> ItemBriefing:
    """The briefing of one agenda item at level `auszug`."""
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    wording = resolution_of(papers)
    shown: list[Counter[str]] = [terms(wording.text)] if wording else []
    budget = BUDGET
    statements: list[tuple[str, tuple[int, int], Statement]] = []

    def add(label: str, place: tuple[int, int], statement: Statement) -> None:
        nonlocal budget
        statements.append((label, place, statement))
        shown.append(terms(statement.text))
        budget -= len(statement.text.split())

    for place, statement in _opening(papers, shown, budget):
        add(statement.label or MAIN, place, statement)
    for place, row in money_rows(papers):
        if len(row.text.split()) <= budget:
            add(COSTS, place, row)
    known = {round(amount.value) for _, _, shown_before in statements for amount in money(shown_before.text)}
    for place, row in (*form_statements(main_first(item.papers)), *table_amounts(papers, known)):
        if len(row.text.split()) <= budget and not _stands_in(row.text, statements):
            add(COSTS, place, row)
    pool = [
        c for c in candidates(papers, item.name, _BODY) if not is_noise(c.text) and not _stands_in(c.text, statements)
    ]
    for candidate in choose(pool, budget, shown):
        paper = papers[candidate.paper]
        citation = cite(paper.text, candidate.sentence.start, candidate.sentence.end)
        if citation:
            label = _label(candidate)
            statement = Statement(text=candidate.text, origin="extract", citation=citation, check="ok", label=label)
            statements.append((label, (candidate.paper, candidate.sentence.start), statement))
    statements.sort(key=lambda s: (LABELS.index(s[0]), s[1]))
    return ItemBriefing(
        id=item.id,
        number=item.number,
        name=item.name,
        public=item.public,
        level="auszug",
        statements=tuple(s for _, _, s in statements),
        resolution=wording,
        amounts=amounts_of(papers),
        dates=dates_of(papers),
        basis=basis_of(item),
    )


def basis_of(item: AgendaItem) -> str:
    """A hash of everything that `extract_item` reads: the same basis gives the same briefing."""
    digest = hashlib.sha256(f"auszug {VERSION}\x1f{item.name}".encode())
    for paper in item.papers:
        digest.update(paper.model_dump_json(include={"name", "text", "parts", "form"}).encode())
    return digest.hexdigest()


def without_boxes(paper: Paper) -> Paper:
    """A paper with white space in place of every check box and its option, so that no sentence or amount comes of one.

    All offsets stay. What is ticked is in `Paper.form`; in a proposed wording it belongs to the wording and stays.
    """
    kept = [(part.start, part.end) for part in paper.parts if part.kind == "resolution"]
    return _blanked(
        paper,
        [
            (start, end)
            for start, end in box_stretches(paper.text.text)
            if not any(first <= start and end <= last for first, last in kept)
        ],
    )


def _blanked(paper: Paper, stretches: Sequence[tuple[int, int]]) -> Paper:
    if not stretches:
        return paper
    pieces, at = [], 0
    for start, end in stretches:  # in order, without overlap
        pieces += [paper.text.text[at:start], re.sub(r"[^\n]", " ", paper.text.text[start:end])]
        at = end
    text = "".join([*pieces, paper.text.text[at:]])
    return paper.model_copy(update={"text": paper.text.model_copy(update={"text": text})})


def main_first(papers: Sequence[Paper]) -> list[Paper]:
    """The papers with the one that carries a complete resolution first; their order otherwise stays."""
    return sorted(papers, key=lambda p: not any(part.kind == "resolution" and part.complete for part in p.parts))


def resolution_of(papers: Sequence[Paper]) -> Wording | None:
    """The operative wording proposed, whole; None if no paper proposes one.

    The complete wording goes before a Kurzfassung of it; several complete ones of a paper that differ are all shown.
    """
    for complete in (True, False):
        for paper in papers:
            texts: list[str] = []
            citations: list[Citation] = []
            for part in spans(paper, ["resolution"]):
                text = clean_lines(paper.part_text(part))
                if part.complete is not complete or not text or _POINTER.match(text):
                    continue
                if any(overlap(terms(text), terms(t)) > 0.85 for t in texts):
                    continue
                start, end = trimmed(paper.text.text, part.start, part.end)
                texts.append(text)
                citations += [c for c in paper.text.cite(start, end) if c not in citations]
            if texts:
                return Wording(text="\n".join(texts), citation=tuple(citations))
    return None


def reading_for(item: AgendaItem, words: int) -> tuple[Chunk, ...]:
    """The passages of an item's papers most worth reading, about `words` words in all, in reading order.

    Chunks hold one or two neighbouring sentences. The resolution and the rows of forms are left out where there is
    anything else: both are shown beside the summary word for word, and a small model would only copy them.
    """
    papers = [without_boxes(paper) for paper in main_first(item.papers)]
    pieces: list[tuple[tuple[int, int], str, tuple[Citation, ...], str]] = []
    shown: list[Counter[str]] = []
    wording = resolution_of(papers)
    if wording:
        shown.append(terms(wording.text))
    pool = candidates(papers, item.name, _BODY)
    for candidate in pool:  # a question is worth reading where its answer follows, and pronouns do no harm in context
        candidate.reasons.pop("leans", None)
        candidate.score = sum(candidate.reasons.values())
    chosen = choose(pool, words, shown, limit=len(pool))
    for group in _neighbours(chosen):
        paper = papers[group[0].paper]
        citation = cite(paper.text, group[0].sentence.start, group[-1].sentence.end)
        if citation:
            place = (group[0].paper, group[0].sentence.start)
            pieces.append((place, " ".join(c.text for c in group), citation, _source(group[0].kind)))
    pieces.sort(key=lambda p: p[0])
    if not pieces and wording:
        text = " ".join(wording.text.split()[:words])
        pieces.append(((-1, 0), text, wording.citation[:MAX_PAGES], "Beschlussvorschlag"))
    return tuple(Chunk(f"S{n}", text, citation, label) for n, (_, text, citation, label) in enumerate(pieces, 1))


def _neighbours(chosen: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    group: list[Candidate] = []
    for candidate in chosen:
        if group and (candidate.order != group[-1].order + 1 or candidate.part != group[-1].part or len(group) == 2):
            yield group
            group = []
        group.append(candidate)
    if group:
        yield group


def _source(kind: PartKind) -> str:
    names: dict[PartKind, str] = {
        "summary": "Kurzfassung", "reason": REASON, "costs": COSTS, "motion": MOTION, "statement": ANSWER, "annex": "Anlage",
    }  # fmt: skip
    return names.get(kind, "Vorlage")


def _opening(
    papers: Sequence[Paper], shown: Sequence[Counter[str]], budget: int
) -> Iterator[tuple[tuple[int, int], Statement]]:
    """The paper's own Kurzfassung, what a motion asks for, and how the administration answers."""
    answered = any(p.kind in ("statement", "summary") for paper in papers for p in paper.parts)
    seen = list(shown)
    for number, paper in enumerate(papers):
        motions = spans(paper, ["motion"])
        for part in spans(paper, ["summary"]):
            label = ANSWER if motions or any(p.kind == "statement" for p in paper.parts) else SUMMARY
            limit = budget * 3 // 5
            for start, end, text in _leading(paper, part, limit):
                if overlap(terms(text), _merged(seen)) > 0.8:
                    continue
                citation = cite(paper.text, start, end)
                if citation:
                    seen.append(terms(text))
                    yield (
                        (number, start),
                        Statement(text=text, origin="verbatim", citation=citation, check="ok", label=label),
                    )
        if motions:
            yield from _applicant(number, paper)
        for part in motions[:1]:
            for start, end, text in _leading(paper, part, _MOTION_WORDS if answered else budget // 2):
                if overlap(terms(text), _merged(seen)) > 0.8:
                    continue
                citation = cite(paper.text, start, end)
                if citation:
                    yield (
                        (number, start),
                        Statement(text=text, origin="verbatim", citation=citation, check="ok", label=MOTION),
                    )


def _applicant(number: int, paper: Paper) -> Iterator[tuple[tuple[int, int], Statement]]:
    """Who asks: the line of the head that names a Fraktion or members."""
    for part in spans(paper, ["title"])[:1]:
        position = part.start
        for line in paper.text.text[part.start : part.end].split("\n"):
            stripped = line.strip()
            if _APPLICANT.fullmatch(stripped) and len(stripped.split()) <= 8 and not re.search(r"[\d@]|www", stripped):
                citation = cite(paper.text, position, position + len(line))
                yield (
                    (number, position),
                    Statement(text=stripped, origin="verbatim", citation=citation, check="ok", label=MOTION),
                )
                return
            position += len(line) + 1


def _merged(counters: Sequence[Counter[str]]) -> Counter[str]:
    merged: Counter[str] = Counter()
    for counter in counters:
        merged |= counter
    return merged


def _leading(paper: Paper, part: Part, limit: int) -> Iterator[tuple[int, int, str]]:
    """The first sentences of a part as one stretch, as many as fit the limit; at least one where it is short enough."""
    group: list[Sentence] = []
    words = 0
    for sentence in sentences(paper.text.text, part.start, part.end):
        if sentence.kind in ("row",) or (sentence.kind == "heading" and not group):
            continue
        count = len(sentence.text.split())
        if words + count > limit:
            break
        if sentence.kind == "heading" or not (readable(sentence) or group):
            if sentence.kind == "heading":
                break
            continue
        group.append(sentence)
        words += count
    if group:
        start, end = group[0].start, group[-1].end
        yield start, end, without_bullet(clean(paper.text.text[start:end]))


def is_noise(text: str) -> bool:
    """True for what is no statement though it may look like a sentence: cells of a table, an address, a bullet point
    of slides that has neither a verb nor a figure."""
    if text.count(" | ") or _ADDRESS.search(text):
        return True
    return text[-1] not in '.!?“”"»' and not re.search(r"\d", text) and not _VERB.search(text)


def _stands_in(text: str, statements: Sequence[tuple[str, tuple[int, int], Statement]]) -> bool:
    bare = re.sub(r"\W", "", text)
    return any(bare in re.sub(r"\W", "", s.text) for _, _, s in statements)


def _label(candidate: Candidate) -> str:
    if candidate.kind == "statement":
        return ANSWER
    if candidate.kind == "motion":
        return MOTION
    if candidate.has_money:
        return COSTS
    if candidate.has_deadline:
        return DEADLINES
    return REASON if _WHY.search(candidate.text) else MAIN
