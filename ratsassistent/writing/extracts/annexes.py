"""Each annex of an agenda item in one line: what it is called, how long it is, and the sentence that says best what is in it.

What enters: an AgendaItem. What leaves: AnnexLines; a sentence is one of the annex, word for word, with its page.
What it does not know: briefings, what else is shown of an item.

An annex without running text (a plan, a table, slides of keywords) has a line and no sentence: silence would hide it, and
a line of a table of contents would say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ratsassistent.briefings import AnnexLine, Statement
from ratsassistent.oparl import AgendaItem, Citation, FileSpan, PagedText, Paper, Part
from ratsassistent.writing.extracts.annex_names import Annex, annex_name
from ratsassistent.writing.extracts.figures import cite
from ratsassistent.writing.extracts.scoring import candidates
from ratsassistent.writing.extracts.select import Candidate
from ratsassistent.writing.text.readable import finite, is_noise, leans

LABEL = "Anlage"  # of the statements
_MOST_WORDS = 40
_MOST_WORDS_OF_A_RESULT = 58  # under "Zusammenfassung"
_LEAST_SENTENCES = 3  # readable ones, or an annex has no running text to choose from
_LEAST_PROSE = 0.25  # share of its words that must stand in such sentences
_LEAST_SMALL = 0.4  # share of words in small letters: cells of a table have fewer
_FIRST_PAGES, _LAST_PAGES = 14, 6  # what a long report says of itself stands at its beginning or end

_SUMMARY = re.compile(
    r"(?i)zusammenfass|fazit|kurzfassung|schlussfolger|auf einen blick|in kürze|kernaussag|management summary|gesamtbewertung|resümee|^\W*(?:\d[\d.]*\s+)?(?:ergebnis|empfehlung|beurteilung)\w*"
)
_PURPOSE = re.compile(
    r"(?i)ausgangssituation|gegenstand|ziel(?:setzung)?(?:e|en)?\b|aufgabenstellung|zweck|anlass|überblick|präambel"
)
_LISTS = re.compile(
    r"(?i)liste\b|auswahl|übersicht|tabelle|katalog|vergleich|synopse|berechnung|auswirkungen|entgelte|daten\b"
)
_POINTS = re.compile(
    r"(?i)\b(?:beispiel\w*|z\. ?b\.|abb\.|tab\.)|\b(?:im|in) (?:abschnitt|kapitel|der folgenden|den folgenden|tabelle|abbildung)|(?:im|in) (?:abschnitt|kapitel) \d+ (?:sind|ist|werden|wird)"
)
_RULES = re.compile(r"(?i)richtlinie|satzung|ordnung|vertrag|vereinbarung")
_SPEAKS_OF_ITSELF = re.compile(
    r"(?i)\b(?:(?:der|das|die) (?:vorliegende\w*|nachfolgende\w*|folgende\w*) \w+|(?:dieses|dieser|diese) (?:gutachten|bericht|konzept|richtlinie|satzung|untersuchung|vereinbarung|übersicht|studie|analyse)"
    r"|(?:das gutachten|der bericht|die untersuchung|die studie|die analyse|das konzept|die richtlinie)\b.{0,40}\b(?:zeigt|empfiehlt|kommt|ergab|ergibt|beschreibt|enthält|stellt|untersucht|regelt|legt)"
    r"|(?:ziel|zweck|gegenstand|aufgabe) (?:de[rs]|ist|der vorliegenden|dieser)|zusammenfassend|im (?:ergebnis|mittel|durchschnitt)|es wird empfohlen|wird empfohlen|zeigt sich)"
)
_BOILERPLATE = re.compile(
    r"(?i)alle rechte vorbehalten|genehmigung des herausgebers|aufgrund (?:von|des|der) §|folgende (?:satzung|verordnung) beschlossen|in den jeweils gültigen|verletzung von verfahrens|quelle|eigene berechnung|abbildung \d|tabelle \d"
    r"|^sehr geehrte|siehe seite|vgl\.|redaktion|bildnachweis|inhaltsverzeichnis|\bkapitel \d|din en|iso \d|auftraggeber|nicht gestattet"
)
# words of one or two letters; others are pieces of words that the PDF has torn
_SHORT = re.compile(
    r"(?:a|ab|am|an|b|ca|cm|d|da|de|du|er|es|et|ff|h|ha|i|im|in|ja|je|kg|km|m|mm|o|ob|qm|s|so|u|um|v|wo|z|zu)"
)

_SPEAKS = ("resolution", "motion", "statement", "summary")
_MINUTES = re.compile(r"(?i)niederschrift|protokoll")


def annex_lines(item: AgendaItem) -> tuple[AnnexLine, ...]:
    """One line for each annex of an item's papers, in order; none for the papers themselves."""
    lines: list[AnnexLine] = []
    for annex in _annexes(item.papers):
        line = _line(annex, item)
        known = line.statement and any(other.statement and other.statement.key == line.statement.key for other in lines)
        lines.append(line.model_copy(update={"statement": None}) if known else line)
    return tuple(lines)


def _annexes(papers: Sequence[Paper]) -> Iterator[Annex]:
    speaking = [p for p in papers if any(q.kind in _SPEAKS for q in p.parts) or _MINUTES.search(p.paperType or "")]
    for paper in papers:
        if speaking and paper not in speaking and not (paper.reference or paper.paperType) and paper.files:
            heading = next((p.heading for p in paper.parts if p.kind in ("annex", "drawing")), None)
            drawn = bool(paper.parts) and all(p.kind == "drawing" for p in paper.parts)
            yield Annex(paper, 0, len(paper.text.text), heading, paper.files[0].name, drawn)
            continue
        found = [_annex(paper, span, papers) for span in paper.files] if len(paper.files) > 1 else []
        kept = [annex for annex in found if annex is not None]
        for annex in kept:
            yield replace(annex, single=len(kept) == 1)


def _annex(paper: Paper, span: FileSpan, papers: Sequence[Paper]) -> Annex | None:
    """The annex on the pages of a span, if that is one."""
    start, end = _stretch(paper.text, span)
    parts = [p for p in paper.parts if p.start < max(end, start + 1) and p.end > start]
    kinds = {part.kind for part in parts}
    if not kinds & {"annex", "drawing"} or not kinds <= {"annex", "drawing", "form"}:
        return None
    own = sum(other.file_id == span.file_id for p in papers for other in p.files) == 1
    heading = next((p.heading for p in parts if p.kind in ("annex", "drawing")), None)
    return Annex(paper, start, end, heading, span.name if own else None, "annex" not in kinds)


def _stretch(text: PagedText, span: FileSpan) -> tuple[int, int]:
    """The characters of a paper's text that stand on the pages of a span."""
    mine = [
        n
        for n, s in enumerate(text.starts)
        if s.file_id == span.file_id and s.page is not None and span.first <= s.page <= span.last
    ]
    if not mine:
        return 0, 0
    last = mine[-1] + 1
    return text.starts[mine[0]].offset, text.starts[last].offset if last < len(text.starts) else len(text.text)


def _line(annex: Annex, item: AgendaItem) -> AnnexLine:
    pages = [s for s in annex.paper.text.starts if annex.start <= s.offset < max(annex.end, annex.start + 1)]
    first = tuple(Citation(file=s.file, file_id=s.file_id, page=s.page) for s in pages[:1])
    name = annex_name(annex)
    statement = None if annex.drawn else _statement(annex, item, name)
    return AnnexLine(name=name, pages=max(len(pages), 1), statement=statement, citation=first)


# What is in it


def _statement(annex: Annex, item: AgendaItem, name: str) -> Statement | None:
    """The sentence that says best what is in it, None where it has no running text."""
    text = annex.paper.text
    stretches = list(_read_of(annex))
    parts = tuple(Part(kind="annex", heading=annex.heading, start=start, end=end) for start, end in stretches)
    pool = candidates([annex.paper.model_copy(update={"parts": parts})], item.name, ["annex"])
    words = sum(len(text.text[start:end].split()) for start, end in stretches)
    short = len([s for s in text.starts if annex.start <= s.offset < annex.end]) == 1
    fit = [c for c in pool if _fits(c) and not (short and c.sentence.kind == "item")]
    if len(fit) < _LEAST_SENTENCES or sum(len(c.text.split()) for c in pool) < _LEAST_PROSE * words:
        return None
    alone = [c for c in fit if c.heading is None] or fit
    rules = _RULES.search(name) is not None
    best = max(alone, key=lambda c: _worth(c, annex, rules))
    if _LISTS.search(name) and not _SPEAKS_OF_ITSELF.search(best.text):
        return None  # a line of a list says nothing of the list
    citation = cite(text, best.sentence.start, best.sentence.end)
    if not citation:
        return None
    return Statement(text=best.text, origin="extract", citation=citation, check="ok", label=LABEL, heading=best.heading)


def _read_of(annex: Annex) -> Iterator[tuple[int, int]]:
    """What of an annex is read: all of it, or the first and last pages of a long one."""
    offsets = [s.offset for s in annex.paper.text.starts if annex.start <= s.offset < annex.end]
    if len(offsets) <= _FIRST_PAGES + _LAST_PAGES:
        yield annex.start, annex.end
        return
    yield annex.start, offsets[_FIRST_PAGES]
    yield offsets[-_LAST_PAGES], annex.end


def _fits(candidate: Candidate) -> bool:
    text = candidate.text
    heading = candidate.section.heading if candidate.section else ""
    most = _MOST_WORDS_OF_A_RESULT if _SUMMARY.search(heading) else _MOST_WORDS
    whole = text[-1] in ".!“”" and 8 <= len(text.split()) <= most and text.count("„") == text.count("“")
    small = sum(word[:1].islower() for word in text.split())
    if (
        not whole
        or small < _LEAST_SMALL * len(text.split())
        or leans(text)
        or is_noise(text)
        or not finite(text)
        or _BOILERPLATE.search(text)
    ):
        return False
    return all(_SHORT.fullmatch(word) for word in re.findall(r"(?<![\w.*/-])[a-zäöü]{1,2}(?![\w.*/-])", text))


def _worth(candidate: Candidate, annex: Annex, rules: bool) -> float:
    """Its score as any sentence, and how far it speaks of the whole: under which heading, in which words, where."""
    heading = candidate.section.heading if candidate.section else ""
    worth = candidate.score + (1.3 if _SUMMARY.search(heading) else 0.6 if _PURPOSE.search(heading) else 0.0)
    worth += 0.8 if _SPEAKS_OF_ITSELF.search(candidate.text) else 0.0
    share = (candidate.sentence.start - annex.start) / max(annex.end - annex.start, 1)
    worth += 0.4 if share < 0.12 or share > 0.92 else 0.0
    worth += 0.5 * (1 - share) if rules else 0.0  # they begin with what they are for
    worth -= 0.5 if candidate.leans else 0.0
    return worth - (0.9 if _POINTS.search(candidate.text) else 0.0)
