"""Whose words a part of a paper is: who asks for something, who answers, and the labels under which both are shown.

What enters: papers with their parts. What leaves: labels, who asks, and how plainly a sentence says yes or no.
What it does not know: which sentences are shown, briefings.

A label says no more than the paper does: "Stellungnahme der Verwaltung" only where the head of that document names an
office, or its words say that the administration speaks; else who signed it, or just "Stellungnahme".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Citation, Paper, Part, PartKind
from ratsassistent.writing.extracts.figures import COSTS, DEADLINES, cite

SUMMARY = "Kurzfassung der Vorlage"
MOTION = "Antrag"
QUESTION = "Anfrage"
ANSWER = "Stellungnahme der Verwaltung"
OPINION = "Stellungnahme"  # of somebody else, or nobody knows whose
MAIN = "Das Wichtigste"
REASON = "Begründung"
ANNEX = "Aus den Anlagen"
LABELS = (SUMMARY, MOTION, QUESTION, ANSWER, OPINION, MAIN, COSTS, DEADLINES, REASON, ANNEX)  # in the order shown

BODY: tuple[PartKind, ...] = ("statement", "summary", "costs", "reason", "text", "motion", "annex")
WHY = re.compile(
    r"\b(?:weil|da|aufgrund|wegen|denn|begründ\w+|infolge|angesichts|mangels|hintergrund|ursache|grund|gründen)\b",
    re.IGNORECASE,
)
_HEAD_LINES = 6  # of a document in which its letterhead stands
_OFFICE = re.compile(
    r"Stellungnahme der (?:\w+)?[Vv]erwaltung|Antwort der (?:\w+)?[Vv]erwaltung|Verantwortlich|Dienststelle|Dezernat|\bDez\.|\bAmt\b|[Ff]achbereich|[Ff]achdienst|"
    r"Verfasser|[Ff]ederführ|Bearbeit|Sachgebiet|Referat|Organisationseinheit|Magistrat|Gemeindevorstand|Stadtbaudirektion|Geschäftszeichen|"
    r"\b(?:Stadt|Gemeinde|Kreis)verwaltung\b|\b\w+amt\b|^\W*(?:Die|Der) (?:Ober)?[Bb]ürgermeister(?:in)?\W*$",
    re.MULTILINE,
)
_ADDRESSEE = re.compile(r"\W*(?:Sehr geehrte|Liebe|Herrn?\b|Frau\b|An\s|Alle\b|z\.\s?Hd|Eingang|Eingegangen)")
_BODY_NAMED = (
    r"(?:[\wÄÖÜäöüß/.|-]*\s?-?[Ff]raktion(?:en)?|[\wÄÖÜäöüß-]*[Bb]eirat|[\wÄÖÜäöüß-]*[Oo]rtschaftsrat|[Oo]rts(?:bei)?rat|[Bb]ezirksvertretung|[Jj]ugend(?:gemeinde|bei)?rat|"
    r"[Ee]lternbeirat|[Pp]ersonalrat|Wählergruppe|Wählergemeinschaft|Ratsgruppe|Gruppe|Stadträt(?:in|e|innen)|Stadtrat|Gemeinderät(?:in|e|innen)|[\wÄÖÜäöüß-]*[Vv]erein|[\wÄÖÜäöüß-]*[Vv]erband|"
    r"[\wÄÖÜäöüß-]*initiative|[\wÄÖÜäöüß-]*[Bb]eauftragte[rn]?)"
)
_APPLICANT = re.compile(rf"(?:Antragsteller\w*:?\s*)?(?:[^\n:]{{0,50}}\s)?{_BODY_NAMED}\b(?:[^\n:]{{0,40}})")
_OTHERS = re.compile(
    rf"(?:.{{0,50}}\s)?{_BODY_NAMED}\b.{{0,40}}|.{{2,50}}\b(?:GmbH|gGmbH|AG|KG|e\.\s?V\.|eG|Kammer|IHK|HWK|Polizei\w*|Universität|Hochschule|Landratsamt|Regierungspräsidium|Bezirksregierung)\b.{{0,30}}"
)
_JUST_GROUP = re.compile(r"(?:\w*[Ff]raktion|Wählergruppe|Gruppe) im \w+(?:rat|tag|vertretung)\b")
_MOTION_HEAD = re.compile(r"\W*(?:[\w-]*[Aa]ntrag|[\w-]*[Aa]nfrage)\s+(?:der|des|von)\b")
_FIELD = re.compile(
    r"(?:Antragsteller\w*|Antragstellend\w*|Einreicher\w*|Eingereicht (?:von|durch))\s*:\s*(?P<who>[^\W\d_][^:]{1,60})$"
)
_MOVES = re.compile(
    r"(?m)^[ \t]*(?:die[ \t]+)?(?P<who>(?!(?:[Ww]ir|[Ii]ch|Hiermit|Es|Daher|Deshalb|Die Verwaltung|Verwaltung)\b[ \t]+beantrag)[^\W\d_][^\n:,;]{1,60}?)[ \t]+beantrag(?:t|en)\b"
)
_OF_WHOM = re.compile(
    rf"\b(?:Antrag|Anfrage)\s+(?P<who>(?:der|des|von)\s+[^\n:.,]{{0,40}}{_BODY_NAMED}\b[^\n:.,;]{{0,40}})"
)
_PLACE_AND_DAY = re.compile(r"\s{2,}.*$|,?\s+(?:den\s+)?\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄÖÜ]\w+)\s?\d{2,4}.*$")
_OWN_VOICE = re.compile(
    r"\b(?:Die (?:\w+)?[Vv]erwaltung (?:empfiehlt|schlägt|lehnt|sieht|hält|befürwortet|unterstützt|stimmt|sagt|verweist|nimmt|wird|hat)"
    r"|(?:empfiehlt|schlägt|lehnt|sieht|hält|befürwortet) die (?:\w+)?[Vv]erwaltung|[Aa]us Sicht der (?:\w+)?[Vv]erwaltung"
    r"|[Nn]ach (?:Auffassung|Einschätzung|Ansicht) der (?:\w+)?[Vv]erwaltung)\b"
)
_VERDICT = re.compile(
    r"\b(?:empf(?:iehlt|ehlen|ohlen)|schl(?:ägt|agen)|bittet|beantragt)\b.{0,200}\b(?:antr[aä]g\w*|anfrage|ziffer\w*|punkt\w*|abzulehnen|abzusehen|zuzustimmen|anzunehmen|erledigt|zurückzu\w+|ablehnung|zustimmung|annahme"
    r"|nicht weiter\w*|nicht zu verfolgen|zu verzichten|zurückzustellen)\b"
    r"|\b(?:antr[aä]g\w*|anfrage|anliegen|ziffer \w+)\b.{0,120}\b(?:erledigt|abgelehnt|abzulehnen|ablehnung|zugestimmt|zuzustimmen|nicht zustimmen|zurückgestellt|nicht weiter\w*|nicht unterstützt|nicht entsprochen|entsprochen|verwiesen)\b"
    r"|\b(?:lehnt|befürwortet|unterstützt|begrüßt)\b.{0,80}\b(?:antrag|anfrage|vorschlag|forderung|anliegen|vorhaben)\w*"
    r"|\b(?:antrag|vorschlag|forderung|anliegen)\w*\b.{0,80}\b(?:wird|werden)\b.{0,60}\b(?:befürwortet|unterstützt|begrüßt|abgelehnt|aufgegriffen)\b"
    r"|\bverwaltung\b.{0,20}\b(?:lehnt|stimmt)\b.{0,120}\b(?:ab|zu)\b",
    re.IGNORECASE,
)
_TENDENCY = re.compile(
    r"\b(?:nicht|kein\w*)\b.{0,40}\b(?:möglich|erforderlich|notwendig|zulässig|umsetzbar|zielführend|sinnvoll|vorgesehen|geplant|darstellbar|leistbar|zuständig\w*|handlungsbedarf|bedarf|option)\b"
    r"|\bsagt\b.{0,200}\bzu\b|\bwird\b.{0,80}\b(?:geprüft|prüfen|umgesetzt|aufgenommen|unterstützt|befürwortet)\b|\bteils\b.{0,80}\bteils\b|\b(?:kommt|gelangt)\b.{0,40}\bzu(?:m| dem) (?:ergebnis|schluss)\b|\bverzicht\w+|\bist bereits\b|\bvon vorteil\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a paper: the motion, an answer to it, an annex. `head` is what stands before its first body part."""

    start: int
    end: int
    head: str
    parts: tuple[Part, ...]

    @property
    def asks(self) -> bool:
        """True for a motion or question."""
        return any(part.kind == "motion" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks for something, as the head of a motion says it."""

    text: str
    start: int
    citation: tuple[Citation, ...]


def documents(paper: Paper) -> list[Document]:
    """The documents of a paper, in order: each begins with a head ("title") behind other parts, or is an annex."""
    groups: list[list[Part]] = []
    for part in sorted(paper.parts, key=lambda p: p.start):
        last = groups[-1][-1] if groups else None
        heads_on = last is not None and last.kind in ("title", "consultation", "form")
        if last is None or part.kind == "annex" or (part.kind == "title" and not heads_on) or last.kind == "annex":
            groups.append([])
        groups[-1].append(part)
    made = []
    for group in groups:
        body = next((p for p in group if p.kind not in ("title", "consultation", "form")), None)
        head = paper.text.text[group[0].start : body.start if body else group[-1].end]
        made.append(Document(group[0].start, group[-1].end, head[:2000], tuple(group)))
    return made


def document_of(paper: Paper, part: Part) -> Document | None:
    """The document that a part belongs to."""
    return next((d for d in documents(paper) if d.start <= part.start < d.end), None)


def speaker_label(paper: Paper, part: Part) -> str:
    """The label of an answer or opinion: of the administration, of who is named in its head, or of nobody known."""
    document = document_of(paper, part)
    head = document.head if document else ""
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    own = "\n".join(line for line in lines if not _ADDRESSEE.match(line))
    words = paper.text.text[part.start : part.end]
    if _OFFICE.search(own) or _OFFICE.search(part.heading or "") or _OFFICE.search(paper.paperType or ""):
        return ANSWER
    named = next((_bare(line) for line in lines[:_HEAD_LINES] if _is_sender(line)), None)
    if named:
        return f"{OPINION} ({named})"
    return ANSWER if _OWN_VOICE.search(words) else OPINION


def motion_label(paper: Paper, part: Part) -> str:
    """ "Anfrage" for what asks a question, "Antrag" for what asks for a decision."""
    document = document_of(paper, part)
    named = " ".join(filter(None, (paper.paperType, part.heading, (document.head if document else "")[:200])))
    asks, wants = re.search(r"(?i)anfrage", named), re.search(r"(?i)(?<!an)antrag", named)
    return QUESTION if asks and (not wants or asks.start() < wants.start()) else MOTION


def applicants(papers: Sequence[Paper]) -> Iterator[Applicant]:
    """Who asks: of each motion the line of its head that names a Fraktion, a council member or another body."""
    for paper in papers:
        for document in documents(paper):
            if not document.asks and not _MOTION_HEAD.match(document.head):
                continue  # (a motion may have its wording under "Beschlussvorschlag")
            named = _senders(document) or _who_moves(paper, document)
            if named:
                start, end = named[0][1], named[-1][2]
                yield Applicant(", ".join(words for words, _, _ in named), start, cite(paper.text, start, end))


def _senders(document: Document) -> list[tuple[str, int, int]]:
    """The lines of a head that name who writes, in a row, with where they stand; else whose motion its subject says it is."""
    named: list[tuple[str, int, int]] = []
    position, above = document.start, ("", 0, 0)
    for line in document.head.split("\n"):
        words, place = line.strip(), (position, position + len(line))
        position += len(line) + 1
        field = _FIELD.match(words)
        if _JUST_GROUP.match(words) and above[0] and not _ADDRESSEE.match(above[0]):
            named.append((_bare(above[0]), above[1], above[2]))  # a letterhead: the name, and below it what it is
            break
        if _is_sender(words):
            named.append((_bare(words), *place))
        elif field:
            named.append((_bare(field["who"]), *place))  # whatever it is called
        elif named and words:
            break  # several in a row ask together
        above = (words, *place) if words else above
    if named:
        return named
    match = _OF_WHOM.search(document.head)
    return (
        [(" ".join(match["who"].split()), document.start + match.start(), document.start + match.end())]
        if match
        else []
    )


def _who_moves(paper: Paper, document: Document) -> list[tuple[str, int, int]]:
    """Who asks, from the sentence that does: "Wir für Erlenau beantragt:"."""
    match = _MOVES.search(paper.text.text, document.start, min(document.end, document.start + 2000))
    return [(" ".join(match["who"].split()), match.start("who"), match.end("who"))] if match else []


def _is_sender(line: str) -> bool:
    """A line of a letterhead that names who writes, and nothing else."""
    bare = _bare(line)
    named = _APPLICANT.fullmatch(bare) or _OTHERS.fullmatch(bare)
    return (
        bool(named) and len(bare.split()) <= 8 and not re.search(r"[\d@?]|www|·", bare) and not _ADDRESSEE.match(bare)
    )


def _bare(line: str) -> str:
    return _PLACE_AND_DAY.sub("", line).strip(" ,;|")


def rank(label: str | None) -> int:
    """The place of a label in the order shown; "Stellungnahme (Seniorenbeirat)" has that of "Stellungnahme"."""
    base = (label or "").split(" (")[0]
    return LABELS.index(base) if base in LABELS else len(LABELS)


def verdict(text: str) -> int:
    """How plainly a sentence says what becomes of a motion: 2 it says so, 1 it leans to a yes or no, 0 neither."""
    return 2 if _VERDICT.search(text) else 1 if _TENDENCY.search(text) else 0
