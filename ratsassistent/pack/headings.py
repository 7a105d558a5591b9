"""The headings that German towns put over the parts of a paper.

What enters: one line. What leaves: the kind of part that it heads, or none.
What it does not know: what stands around the line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ratsassistent.oparl import PartKind
from ratsassistent.pack.consultations import HEADER as CONSULTATION

SIGNATURE = "Unterschrift"  # the heading of a part that holds the names under a paper
_NUMBERED = r"^\W*(?:(?:\d{1,2}|[IVX]{1,4}|[A-Ha-h])[.)]\s*)?"
_END = r"\s*:?\s*$"
_BODY = r"(?:[\wÄÖÜäöüß/-]+\s+){0,6}?[\wÄÖÜäöüß/-]+"

_RESOLUTION = re.compile(
    _NUMBERED
    + r"(?P<name>(?:Beschlu(?:ss|ß)(?:vorschlag|antrag|entwurf|empfehlung|formulierung|text|vorlage zur Abstimmung)?|"
    r"Beschlussvorschläge|Vorschlag zum Beschluss|Entscheidungsvorschlag|Antrag der Verwaltung|Antrag des (?:Ober)?bürgermeisters|"
    r"Verwaltungsvorschlag|Tenor|Empfehlung der Verwaltung)"
    r"(?:\s*\((?P<note>[^)]{2,60})\))?"
    r"(?:\s+(?:der|des|für|an|zur|zum|durch)\s+" + _BODY + r")?)" + _END
)
_TO_COUNCIL = re.compile(r"^\W*Antrag an (?:den|die|das)\s+[A-ZÄÖÜ].{2,120}$")
_PHRASE = re.compile(
    r"^\W*(?:D(?:er|ie|as)\s+[\wÄÖÜäöüß ,/.-]{3,110}?\s+(?:möge(?:n)?|wolle|wird gebeten,?|werden gebeten,?)\s*(?:(?:folgendes|wie folgt)\s+)?"
    r"(?:zu\s+)?(?:beschließen|zu beschließen)\b|(?:[Ww]ir|[Ii]ch|[Dd]ie Fraktion\w*|[Dd]ie [\wÄÖÜ/-]*[Ff]raktion(?:en)?)\s.{0,60}beantrag(?:en|t|e)\b)"
)
_SUMMARY = re.compile(
    _NUMBERED
    + r"(?P<name>(?:Kurzfassung|Zusammenfassung|Kurzinformation|Kurzdarstellung|Information|Management Summary|Auf einen Blick|Kernaussagen?|"
    r"Das Wichtigste in Kürze|Inhalt der Mitteilung|Mitteilung)(?:\s*\([^)]{2,40}\))?(?:\s+de[rs]\s+\w+)?)" + _END
)
_REASON_WORD = (
    r"(?:Sachverhalt(?:sdarstellung)?|Sachdarstellung|Sach- und Rechtslage|Sachstand(?:sbericht)?|Sachlage|Begründung|Einordnung|"
    r"(?:Ergänzende\s+)?Erläuterung(?:en)?|Ausgangslage|Ausgangssituation|Problembeschreibung|Problem|Anlass|Vorbemerkung(?:en)?|"
    r"Rechtslage|Beratungsgegenstand|Stellungnahme der Verwaltung|Darstellung des Sachverhalts?|Ziel(?:setzung)?|Lösung|Alternativen?|"
    r"Zeitplan|Weiteres (?:Vorgehen|Verfahren)|Nächste Schritte|Antwort(?: der Verwaltung)?|Beantwortung(?: der (?:Anfrage|Fragen))?|"
    r"Ergebnis/Wirkungen|Programme / Produkte|Prozesse und Strukturen|Bericht)"
)
_REASON = re.compile(
    _NUMBERED
    + rf"(?P<name>{_REASON_WORD}(?:\s*(?:/|,|und|mit|sowie|&|\|)\s*{_REASON_WORD})*(?:\s+(?:der|des|zum|zur)\s+{_BODY})?)"
    + _END
)
_COSTS = re.compile(
    _NUMBERED
    + r"(?P<name>(?:Finanzielle (?:Auswirkungen?|Folgen|Belastung)|Finanzierung|Finanzen|Kosten|Folgekosten|Haushaltsmittel|Haushaltsrechtliche\s\w+|"
    r"Auswirkungen auf den Haushalt|Haushaltsmäßige \w+|Deckung(?:svorschlag)?|"
    r"Finanzielle|Kosten\s*(?:/|und)\s*(?:Finanzierung|Folgekosten|Nutzen)|Gesamtkosten der Maßnahme)"
    r"(?:\s*/\s*[\w -]{3,40})?(?:\s+(?:der|des|für|auf)\s+" + _BODY + r")?(?:\s*\([^)]{2,40}\))?)" + _END
)
_FORM = re.compile(
    r"^\W*(?:CO\s?[2₂]?\s*-?\s*Relevanz|CO$|Klima(?:relevanz|check|schutz|auswirkung)|Auswirkungen? auf (?:den|das|die) (?:Klima|Umwelt|Haushalt)|Auswirkungen\W*$|IQ-relevant|"
    r"Anhörung (?:des )?Ort|Abstimmung mit|Nachhaltigkeits|Gleichstellung|Beteiligung de[rs]|Inklusions?relevan|Demogra(?:ph|f)ie|"
    r"Abstimmungsergebnis|Beratungsergebnis|Beschlussergebnis|Korridorthema|Gegenfinanzierung|Familienverträglich|Prüfung der|Haushaltsjahr\s*:|Produkt\s*:|"
    r"Historie|Mitzeichnung|Beteiligte (?:Ämter|Dienststellen|Fachbereiche))",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^\W*(?:Unterzeichnet(?:\s+von)?\W*$|gez\.|Gezeichnet\b|In Vertretung\b|i\.\s?[VA]\.(?!\s?\w\.|\w)|Mit freundliche[nm] Gr|Unterschrift|Für die \w*[Ff]raktion\W*$|"
    r"(?:Der|Die) (?:Ober)?[Bb]ürgermeister(?:in)?\W*$|(?:Ober)?[Bb]ürgermeister(?:in)?\W*$|Dezernent(?:in)?\W*$|(?:Amts|Fachbereichs)leiter(?:in|ung)?\W*$|"
    r"[Ff]raktionsvorsitzende[r]?\W*$|.{3,40}\bStadtrat\W*$)"
)
_ANNEXES = re.compile(
    r"^\W*(?:Anlagen?|Anlage/n|Anlage\(n\)|Anlagenverzeichnis|Verzeichnis der Anlagen|Beigefügte Unterlagen)\W*$"
)
_ASKS = re.compile(
    r"^\W*(?:Antrag(?:stext)?|Anfrage|Wir fragen(?: daher)?|Fragen|Es wird beantragt|Der Antrag lautet)\s*:\W*$"
)
_SECTION = re.compile(
    r"^\W{0,3}(?!\d{1,2}\.\s*(?:Quartal|Halbjahr|Bauabschnitt|Rate|Lesung|Klasse|Januar|Februar|März|April|Mai|Juni|Juli|August|Septem|Oktob|Novem|Dezem))"
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,4})[.)]?\s+[A-ZÄÖÜ][^.;!?]{2,70}$"
)
_MOTION = re.compile(r"(?i)antrag|anfrage")

INLINE = re.compile(
    r"^\W*(?P<name>Beschlu(?:ss|ß)(?:vorschlag|antrag|entwurf|empfehlung)?|Begründung|Sachverhalt|Kurzfassung|Zusammenfassung|Finanzielle Auswirkungen|Kosten|"
    r"Finanzierung|Antrag|Stellungnahme der Verwaltung)\s*:\s+(?=\S)"
)


class Heading(NamedTuple):
    """A line that heads a part. `kept`: the line itself belongs to the wording. `short`: it says "Kurzfassung"."""

    kind: PartKind
    name: str | None
    kept: bool = False
    short: bool = False


def read_heading(line: str) -> Heading | None:
    """The part that a line heads, or None."""
    text = " ".join(line.split())
    if not text or len(text) > 140:
        return None
    found = _whole_line(text)
    if found:
        return found
    if _PHRASE.match(text):
        return Heading("resolution", None, kept=True)
    return None


_KINDS: tuple[tuple[re.Pattern[str], PartKind], ...] = (
    (CONSULTATION, "consultation"),
    (_SUMMARY, "summary"),
    (_REASON, "reason"),
    (_COSTS, "costs"),
    (_ASKS, "motion"),
    (_ANNEXES, "text"),
    (_FORM, "form"),
)


def _whole_line(text: str) -> Heading | None:
    if len(text) > 110:
        return None
    match = _RESOLUTION.match(text)
    if match:
        return Heading("resolution", text, short=bool(match["note"] and re.search(r"(?i)kurz", match["note"])))
    if _TO_COUNCIL.match(text) and not text.endswith("."):
        return Heading("resolution", text)
    for pattern, kind in _KINDS:
        if pattern.match(text):
            return Heading(kind, text)
    return Heading("text", SIGNATURE, kept=True) if _SIGNED.match(text) and len(text) <= 90 else None


def is_section(line: str) -> bool:
    """True for a numbered heading of the running text ("2. Ausgangslage und Ziel")."""
    return len(line) <= 90 and bool(_SECTION.match(line.rstrip())) and not re.search(r"[,:–-]\s*$", line)


def asks(kind: str | None) -> bool:
    """True for a kind of paper that asks for something: Antrag, Anfrage."""
    return bool(kind and _MOTION.search(kind) and not re.search(r"(?i)vorlage|stellungnahme|antwort", kind))
