"""The money and the dates of an agenda item's papers, each with the page it stands on.

What enters: papers with their parts. What leaves: filled-in money rows of forms as Statements, the Amounts and the
DateMentions that matter most. What it does not know: the rest of a briefing.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence

from ratsassistent.briefings import Amount, DateMention, Statement
from ratsassistent.oparl import Citation, Consultation, PagedText, Paper, Part, PartKind
from ratsassistent.writing.extracts.select import spans
from ratsassistent.writing.text.amounts import days, money
from ratsassistent.writing.text.sentences import Sentence, clean, is_furniture, labelled_row, sentences

MAX_PAGES = 3  # a citation that names more pages names none
COSTS, DEADLINES = "Kosten", "Fristen"  # labels of statements
_LATER = re.compile(
    r"\b(?:bis|spätestens|frist\w*|ab|zum|voraussichtlich|beginn\w*|start\w*|inbetriebnahme|fertig\w*|tritt|kraft|gilt|laufzeit|geplant|vorgesehen"
    r"|soll(?:en)?|wird|werden|endet|frühestens)\b",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"(?i)\b(?:frist\w*|stichtag|spätestens|fällig|baubeginn|baustart|fertigstellung|eröffnung|inbetriebnahme|laufzeit|befristet|in kraft|ausschreibung|vergabe|abgabe|einreich\w*|antragsschluss|umsetzung|beginn\w*|end(?:e|et|en)"
    r"|geplant|vorgesehen|voraussichtlich|geschlossen|gilt|gelten)\b"
)
_DOCUMENT = re.compile(
    r"(?i)(?:\b\w*(?:gesetz\w*|verordnung|satzung|richtlinie|ordnung|fassung|bekanntmachung|erlass|verfügung|urteil|beschluss\w*|vertrag\w*|schreiben|brief|e-?mail|mail|antrag\w*|anfrage|angebot\w*|gutachten|bericht\w*|vorlage"
    r"|protokoll|niederschrift|sitzung|bescheid\w*|plan|stellungnahme|pressemitteilung|rechnung|schätzung|kostenberechnung|bilanz|version|ausgabe|studie|konzept\w*)\b(?:\s\([^)]*\)|\s[^\s.,;]+){0,4}\s(?:vom|v\.|von|am|des|aus)\s*$"
    r"|\b(?:stand|datum|zuletzt geändert\b.{0,40}|abgerufen(?: am)?|eingegangen(?: am)?|eingang|erstellt(?: am)?|zugriff(?: am)?)\W*(?:vom|am|zum)?\W*$|\b(?:GmbH|AG|Straße \d+|Str\. \d+|\d{5} \w+),?\s(?:den\s)?$)"
)
_SOURCE = re.compile(
    r"\W{0,3}(?:BGBl|GVBl|GVOBl|GBl|\(?BGBl|zuletzt geändert|\(?TOP\b|beschlossen|verabschiedet|beantragt|gestellt)"
)
_TOTAL = re.compile(
    r"\b(?:insgesamt|gesamt\w*|summe|volumen|zuschuss|spende|auftragssumme|angebot\w*)\b", re.IGNORECASE
)
_BOXES = re.compile(r"[☐☒☑□■]")
_LABELLED = re.compile(r"[A-ZÄÖÜ][^:.\d]{3,60}:")
_ROW_WORDS = 60  # of money rows of forms


# "für 2022 anteilig", "in den Jahren 2023 und 2024": a year that something is reckoned for is no date at which anything is due.
_NO_DAY = re.compile(r"(?:für|Jahren)\s+\d{4}$", re.IGNORECASE)
_PLANNED = re.compile(r"\b(?:geplant|vorgesehen|beabsichtigt|angestrebt|terminiert)\b", re.IGNORECASE)


def cite(text: PagedText, start: int, end: int) -> tuple[Citation, ...]:
    """The pages of a stretch; empty if they are more than a citation may name."""
    start, end = trimmed(text.text, start, end)
    citation = text.cite(start, end)
    return citation if len(citation) <= MAX_PAGES else ()


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without white space and page numbers at its ends, so that it cites no page it has no word on."""
    while start < end:
        stop = text.find("\n", start, end)
        line = text[start : end if stop < 0 else stop]
        if line.strip() and not is_furniture(line):
            break
        start = end if stop < 0 else stop + 1
    while end > start:
        cut = text.rfind("\n", start, end)
        line = text[cut + 1 : end]
        if line.strip() and not is_furniture(line):
            break
        end = max(cut, start)
    return start, end


def consultations_of(papers: Sequence[Paper]) -> tuple[Consultation, ...]:
    """The Beratungsfolge of an item's papers, by date; the same body on the same day once, with most said of it."""
    found: dict[tuple[str, dt.date | None], Consultation] = {}
    for consultation in (c for paper in papers for c in paper.consultations):
        key = (re.sub(r"[\W_]", "", consultation.organization.casefold()), consultation.date)
        other = found.get(key)
        if other is None or _said(other) < _said(consultation):
            found[key] = consultation
    return tuple(sorted(found.values(), key=lambda c: c.date or dt.date.max))


def _said(consultation: Consultation) -> int:
    return sum(value is not None for value in (consultation.number, consultation.role, consultation.result))


def money_rows(papers: Sequence[Paper]) -> Iterator[tuple[tuple[int, int], Statement]]:
    """Filled-in money rows of a form ("Gesamtkosten: 1.427.063,16 Euro"), each with the label it stands under.

    At most `_ROW_WORDS` words in all; a row whose amounts were all shown before is left out.
    """
    known: set[int] = set()
    left = _ROW_WORDS
    for number, paper in enumerate(papers):
        for run in _form_runs(paper):
            for start, end in _money_rows(paper.text.text, run):
                wording = clean(_rows_in_words(paper.text.text[start:end]))
                values = {round(f.value) for f in money(wording)}
                words = len(wording.split())
                named = re.search(r"[A-Za-zÄÖÜäöüß]{4,}", re.sub(r"(?i)euro|eur", "", wording))
                if not named or not wording[0].isupper() or words > left or not any(values) or values <= known:
                    continue
                citation = cite(paper.text, start, end)
                if citation:
                    known |= values
                    left -= words
                    yield (
                        (number, start),
                        Statement(text=wording, origin="extract", citation=citation, check="ok", label=COSTS),
                    )


def _rows_in_words(text: str) -> str:
    """Rows of a table as running text: "Zuschüsse: Land: 250.000 Euro; Stadt: 100.000 Euro"."""
    if " | " not in text:
        return text
    lines = [line.strip().replace(" | ", ": ") for line in text.split("\n") if line.strip()]
    return "".join(f"{line} " if line.endswith(":") else f"{line}; " for line in lines).rstrip("; ")


def _form_runs(paper: Paper) -> list[Part]:
    """Neighbouring form and cost parts as one stretch: a form's label may stand in one and its figure in the next."""
    runs: list[Part] = []
    for part in spans(paper, ["form", "costs", "title"]):
        last = runs[-1] if runs else None
        if last and "title" not in (last.kind, part.kind) and 0 <= part.start - last.end <= 200:
            kind: PartKind = "form" if "form" in (last.kind, part.kind) else "costs"
            runs[-1] = last.model_copy(update={"end": part.end, "kind": kind})
        else:
            runs.append(part)
    return runs


def _money_rows(text: str, part: Part) -> Iterator[tuple[int, int]]:
    """Stretches of one label and the amounts under it. In running text ("costs") only what has a label of its own."""
    position = part.start
    label: tuple[int, int] | None = None
    row: tuple[int, int] | None = None
    broken: int | None = None  # where a word cut at the end of the line above begins
    for line in text[part.start : part.end].split("\n"):
        start, end = position, position + len(line)
        position = end + 1
        stripped = line.strip()
        if not stripped:
            continue
        boxed = _BOXES.search(stripped) is not None
        amounts = [] if boxed else money(stripped)
        labelled = _LABELLED.match(stripped) is not None
        if row and amounts and not labelled and (part.kind != "costs" or len(stripped.split()) <= 8):
            row = (row[0], end)
        else:
            if row:
                yield row
            row = None
            if (
                amounts
                and len(stripped.split()) <= 16
                and (labelled or label or broken is not None or part.kind != "costs")
            ):
                above = label[0] if label and start - label[1] <= 160 and not labelled else start
                row = (min(above, broken if broken is not None else above), end)
        if boxed:
            label = None
        elif stripped.endswith(":") and len(stripped) < 80 and not amounts:
            label = (start, end)
        elif part.kind == "costs" and not amounts:
            label = None
        broken = start if stripped.endswith("-") and len(stripped.split()) <= 4 else None
    if row:
        yield row


_PLACE: dict[PartKind, float] = {
    "resolution": 1.6, "costs": 1.2, "form": 1.1, "summary": 1.2, "statement": 0.9, "reason": 0.8, "motion": 0.4, "text": 0.5,
    "title": 0.3, "annex": 0.0,
}  # fmt: skip


def _contexts(paper: Paper, kinds: Sequence[PartKind]) -> Iterator[tuple[Part, Sentence]]:
    for part in spans(paper, kinds):
        for sentence in sentences(paper.text.text, part.start, part.end):
            yield part, sentence


def amounts_of(papers: Sequence[Paper]) -> tuple[Amount, ...]:
    """Up to eight amounts: of the resolution and the form first, then by what the sentence says and by size."""
    best: dict[int, tuple[float, Amount]] = {}
    for paper in papers:
        for part, sentence in _contexts(paper, tuple(_PLACE)):
            raw = paper.text.text[sentence.start : sentence.end]
            for finding in money(raw):
                citation = cite(paper.text, sentence.start + finding.start, sentence.start + finding.end)
                if finding.value < 1 or not citation:
                    continue
                worth = (
                    _PLACE[part.kind]
                    + 0.12 * math.log10(finding.value)
                    + (0.3 if _TOTAL.search(sentence.text) else 0.0)
                )
                if sentence.kind == "row" and part.kind == "annex":
                    worth -= 0.5
                at = sentence.start + finding.start
                row = _row_at(paper.text.text, at)
                context = labelled_row(paper.text.text, at, at + 1) if row else sentence.text
                amount = Amount(text=finding.text, value=finding.value, citation=citation, context=context[:400])
                key = round(finding.value * 100)
                if key not in best or best[key][0] < worth:
                    best[key] = (worth, amount)
    ranked = sorted(best.values(), key=lambda b: (-b[0], -b[1].value))
    return tuple(amount for _, amount in ranked[:8])


def _row_at(text: str, offset: int) -> bool:
    """True where the line at an offset is a row of a table."""
    end = text.find("\n", offset)
    return " | " in text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]


def dates_of(papers: Sequence[Paper]) -> tuple[DateMention, ...]:
    """Up to eight deadlines and milestones, what is still to come, soonest first where they matter alike.

    Not read: Beratungsfolge and forms (meetings are no deadlines), annexes. Not taken: the date of a law, a letter, an
    offer or an earlier resolution, the state of a figure, and what lies before the meeting, unless it is resolved.
    """
    today = today_of(papers)
    best: dict[str, tuple[float, DateMention]] = {}
    for paper in papers:
        for part, sentence in _contexts(paper, [k for k in _PLACE if k not in ("form", "title", "annex")]):
            raw = paper.text.text[sentence.start : sentence.end]
            for day in days(raw):
                before, after = clean(raw[max(0, day.start - 60) : day.start]), clean(raw[day.end : day.end + 40])
                citation = cite(paper.text, sentence.start + day.start, sentence.start + day.end)
                resolved = part.kind == "resolution" or (part.kind == "motion" and bool(today))
                spoken_of = _NO_DAY.match(day.text) and not _PLANNED.search(sentence.text)
                if not citation or day.date.startswith("--") or spoken_of or _of_a_document(before, after):
                    continue
                past = bool(today) and day.date < today[: len(day.date)]
                due = bool(_LATER.search(before) or _DUE.search(sentence.text))
                if (past and not (resolved and due)) or not (due or resolved or (today and len(day.date) > 4)):
                    continue
                exact = 0.15 * min(len(day.date) - 4, 6) / 2
                worth = _PLACE[part.kind] + exact + (0.7 if due else 0.0) + (0.4 if today and not past else 0.0)
                mention = DateMention(text=day.text, date=day.date, citation=citation, context=sentence.text[:400])
                if day.date not in best or best[day.date][0] < worth:
                    best[day.date] = (worth, mention)
    ranked = sorted(best.values(), key=lambda b: (-b[0], b[1].date))
    return tuple(mention for _, mention in ranked[:8])


def today_of(papers: Sequence[Paper]) -> str:
    """The day from which on something is still to come; "" if not known.

    That of the first consultation, else of the paper, else the last one in a head ("Eingang: 26.01.2026").
    """
    found = [c.date for p in papers for c in p.consultations if c.date] or [p.date for p in papers if p.date]
    if found:
        return min(found).isoformat()
    heads = [day.date for p in papers for part in spans(p, ["title"]) for day in days(p.part_text(part))]
    return max((date for date in heads if re.fullmatch(r"(?:19|20)\d\d-\d\d-\d\d", date)), default="")


def _of_a_document(before: str, after: str) -> bool:
    """True for the date of a law, a letter, an offer, a sitting that was, or of the state of some figures."""
    return bool(_DOCUMENT.search(before) or _SOURCE.match(after))
