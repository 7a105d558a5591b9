"""The headings that towns in Germany, Austria and Switzerland put over the parts of a paper.

What enters: one line. What leaves: the kind of part that it heads, or none.
What it does not know: what stands around the line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ratsassistent.oparl import PartKind
from ratsassistent.pack.papers.consultations import HEADER as CONSULTATION

SIGNATURE = "Unterschrift"  # the heading of a part that holds the names under a paper
_NUMBERED = r"^\W*(?:(?:\d{1,2}(?:\.\d{1,2})?|[IVX]{1,4}|[A-Ha-h])[.)]\s*|\d{1,2}(?:\.\d{1,2})?\s+)?"
_END = r"\s*:?\s*$"
_BODY = r"(?:[\wÄÖÜäöüß/-]+\s+){0,6}?[\wÄÖÜäöüß/-]+"
_BODIES = (
    r"(?:Verwaltung|(?:Ober|Land|Stadt)?[Bb]ürgermeister(?:in|s)?|Magistrat(?:s|es)?|(?:Gemeinde|Stadt|Regierungs|Kirchen)rat(?:s|es)?|"
    r"Gemeindevorstand(?:s|es)?|Senat(?:s|es)?|Landrat(?:s|es)?|Referent(?:en|in)?|Kommission|Büros?|[\wÄÖÜäöüß/-]*[Aa]usschuss(?:es)?)"
)

_RESOLUTION = re.compile(
    _NUMBERED
    + r"(?P<name>(?:Es ergeht folgende[rs]?\s+)?(?:Beschlu(?:ss|ß)(?:vorschlag|antrag|entwurf|empfehlung|formulierung|text|tenor|punkte|vorlage zur Abstimmung)?|"
    r"Beschluss(?:vorschläge|anträge|entwürfe|empfehlungen)|Vorschlag zu[mr] Beschluss(?:fassung)?|Vorgeschlagener Beschluss|"
    r"(?:Antrag|Vorschlag der Verwaltung) zur Beschlussfassung|(?:Entscheidungs|Verfügungs|Verwaltungs|Abstimmungs)vorschlag|Verfügungsentwurf|Empfehlungsbeschluss|Tenor|Dispositiv|"
    rf"Anträge|(?:Antrag|Anträge) (?:der|des) {_BODIES}|(?:Empfehlung|Vorschlag) (?:der|des) {_BODIES}|Amtsantrag|Schlussantrag|Referentenantrag)"
    r"(?:\s+(?:Nr\.?\s*)?\d{1,2}\b|\s+(?:[Vv]ariante|[Aa]lternative|[Oo]ption)\s+\w{1,3}\b)?"
    r"(?:\s*\((?P<note>[^)]{2,60})\))?"
    r"(?:\s+(?:der|des|für|an|zur|zum|durch)\s+" + _BODY + r")?)" + _END
)
TO_COUNCIL = re.compile(r"^\W*(?:[IVX]{1,4}\.\s*)?Antrag an (?:(?:den|die|das)\s+)?[A-ZÄÖÜ].{2,120}$")
_PHRASE = re.compile(
    r"^\W*(?:D(?:er|ie|as)\s+[\wÄÖÜäöüß ,/.-]{3,110}?\s+(?:möge(?:n)?|wolle(?:n)?|wird gebeten,?|werden gebeten,?)\s*(?:(?:folgendes|wie folgt)\s+)?"
    r"(?:zu\s+)?(?:beschlie(?:ß|ss)en|zu beschlie(?:ß|ss)en)\b|"
    r"D(?:er|ie|as)\s+[\wÄÖÜäöüß/-]+(?:\s+[\wÄÖÜäöüß/,-]+){0,9}?\s+(?:beschlie(?:ß|ss)t|beantragt|wird gebeten|wird ersucht)[\w ,]{0,70}:\s*$|[^\W\d_][^\n:;]{1,80}\sbeantrag(?:t|en):\s*$|"
    r"D(?:er|ie|as)\s+[\wÄÖÜäöüß ,/.-]{3,80}?\s+(?:empfiehlt|schlägt|schlagen|empfehlen)\b.{0,90}\b(?:folgende[nrs]?\b.{0,40}|wie folgt\b.{0,30}|zu beschlie(?:ß|ss)en|zu fassen)\s*:\s*$|"
    r"(?:[Ww]ir|[Ii]ch|[Dd]ie Fraktion\w*|[Dd]ie [\wÄÖÜ/-]*[Ff]raktion(?:en)?)\s.{0,60}beantrag(?:en|t|e)\b|"
    r"(?:Hiermit|Daher|Deshalb|Somit) beantrag(?:en|t|e)\s+(?:wir|ich|die)\b)"
)
_SUMMARY = re.compile(
    _NUMBERED
    + r"(?P<name>(?:Kurzfassung|Zusammenfassung|Zusammenfassende Darstellung|Kurzinformation|Kurzdarstellung|Kurzbeschreibung|Kurzbericht|Information|"
    r"(?:Management|Executive)[ -]Summary|Auf einen Blick|In Kürze|Inhalt in Kürze|Worum (?:geht es|es geht)\??|Kernaussagen?|Kernpunkte|"
    r"Das Wichtigste in Kürze|Inhalt der Mitteilung|Mitteilung)(?:\s*\([^)]{2,40}\))?(?:\s+de[rs]\s+\w+)?)" + _END
)
_REASON_WORD = (
    r"(?:Sachverhalt(?:sdarstellung|sbeschreibung)?|Sachdarstellung|Sach- und Rechtslage|Sachstand(?:sbericht)?|Sachlage|Tatbestand|Begründung|Einordnung|"
    r"(?:Ergänzende\s+|Weitere\s+)?Erläuterung(?:en)?|Erläuternder Bericht|Ausgangslage|Ausgangssituation|Ausgangspunkt|Problembeschreibung|Problemstellung|Problem|"
    r"Problem- und Zielstellung|Anlass|Vorbemerkung(?:en)?|Vorgeschichte|Hintergrund|Einleitung|Vorgang|Erwägung(?:en)?|In Erwägung|Würdigung|Beurteilung|"
    r"Rechtslage|Rechtliche (?:Grundlagen?|Würdigung|Beurteilung)|Rechtsgrundlagen?|Beratungsgegenstand|Stellungnahme der Verwaltung|"
    r"Darstellung des Sachverhalts?|Ziel(?:setzung)?|Lösung|Alternativen?|Amtsbericht|Amtsvortrag|Motivenbericht|Vortrag de[rs] Referent(?:en|in)|"
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
    + r"(?P<name>(?:(?:Personelle und f|F)inanzielle (?:Auswirkungen?|Folgen|Belastung(?:en)?|Konsequenzen|Ressourcen)|Finanzielle und personelle \w+|"
    r"Finanzielles|Finanzierung(?:splan|svorschlag)?|Finanzen|Finanzbedarf|Kosten|Kostenfolgen?|Kostenschätzung|Kosten(?:übersicht|rahmen)|Folgekosten|Haushaltsmittel|"
    r"Haushaltsrechtliche\s\w+|Haushaltswirtschaftliche\s\w+|(?:Mittel|Kredit)bedarf|Mittelbereitstellung|Ressourcen(?:bedarf)?|Bedeckung(?:svorschlag)?|"
    r"Auswirkungen auf (?:den (?:Finanz)?[Hh]aushalt|das Budget)|Haushaltsmäßige \w+|Deckung(?:svorschlag)?|"
    r"Finanzielle|Kosten\s*(?:/|und)\s*(?:Finanzierung|Folgekosten|Nutzen|Bedeckung|Deckung)|Gesamtkosten der Maßnahme)"
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
    r"^\W*(?:[Uu]nterzeichnet(?:\s+von\b.{0,60}|\W*)$|gez\.|Gezeichnet\b|In Vertretung\b|i\.\s?[VA]\.(?!\s?\w\.|\w)|Mit freundliche[nm] Gr|Unterschrift|Für die [\w/-]*[Ff]raktion\b.{0,30}$|"
    r"(?:Der|Die) (?:(?:Ober)?[Bb]ürgermeister|(?:Abteilungs|Amts|Fachbereichs|Referats|Dienststellen)leiter|Referent|Dezernent|Landrat)(?:in)?\W*$|"
    r"[A-ZÄÖÜ][\wäöüßÄÖÜ ()/-]{2,30},\s*(?:(?:den|am)\s+)?\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄÖÜ][a-zä]+)\s?\d{4}\W*$|"
    r"(?:Ober)?[Bb]ürgermeister(?:in)?\W*$|Dezernent(?:in)?\W*$|(?:Amts|Fachbereichs)leiter(?:in|ung)?\W*$|"
    r"[Ff]raktionsvorsitzende[r]?\W*$|.{3,40}\bStadtrat\W*$)"
)
_OFFICE = re.compile(
    r"^\W*(?:[IVX]{1,4}|\d{1,2})[.)]\s*(?:z\.?\s?d\.?\s?(?:A|Akten)\b|Z(?:um Akt|u den Akten)\b|Wv\b|Wiedervorlage\b|Abdruck\b|Auf die Tagesordnung\b|In die Sitzung\b|"
    r"Übersendung der\b|Beschluss nach Antrag\b|Per (?:E-?)?Mail\b|Ablage\b|Nachricht hiervon\b|Kontierungsobjekt)",
    re.IGNORECASE,
)
_ANNEXES = re.compile(
    r"^\W*(?:Anlagen?|Anlage/n|Anlage\(n\)|Anlagenverzeichnis|Verzeichnis der (?:Anlagen|Beilagen)|Beigefügte Unterlagen|Beilagen?|Beilage\(n\)|"
    r"Beilagenverzeichnis|Anhänge|Aktenauflage)\W*$"
)
_ASKS = re.compile(
    r"^\W*(?:(?:(?:\d{1,2}|[IVX]{1,4}|[A-H])[.)]\s*)?(?:Unser\s+)?(?:Antrag(?:stext|sinhalt)?|Antragsgegenstand)\s*:|(?:\d{1,2}|[IVX]{1,4}|[A-H])[.)]\s+Antrag|"
    r"(?:Anfrage|Wir fragen(?: daher)?|Fragen|Es wird (?:daher |hiermit )?beantragt|Der Antrag lautet)\s*:)\W*$"
)
_SECTION = re.compile(
    r"^\W{0,3}(?!\d{1,2}\.\s*(?:Quartal|Halbjahr|Bauabschnitt|Rate|Lesung|Klasse|Januar|Februar|März|April|Mai|Juni|Juli|August|Septem|Oktob|Novem|Dezem))"
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,4})[.)]?\s+[A-ZÄÖÜ][^.;!?]{2,70}$"
)
_MOTION = re.compile(r"(?i)antrag|anfrage")

INLINE = re.compile(
    r"^\W*(?P<name>Beschlu(?:ss|ß)(?:vorschlag|antrag|entwurf|empfehlung)?|Begründung|Sachverhalt|Sachdarstellung|Ausgangslage|Kurzfassung|Zusammenfassung|"
    r"Finanzielle Auswirkungen|Kosten|Kostenfolgen?|Deckungsvorschlag|Bedeckung|Finanzierung|Antrag(?:stext)?|Dispositiv|Stellungnahme der Verwaltung)"
    r"\s*:\s+(?=\S)"
)
# what text recognition and other spellings make of the word
_SPELLINGS = re.compile(
    r"^(?P<number>\W*(?:\w{1,4}[.)]\s*)?)Besch[lI1|]u(?P<s>ss|ß)[ -]?(?P<rest>[Vv]orschlag|[Aa]ntrag|[Ee]ntwurf|[Ee]mpfehlung)"
)
_SMALL = {"und", "der", "des", "die", "das", "zum", "zur", "an", "den", "für", "auf", "einen", "in", "mit", "oder"}


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
    if text.isupper() and len(text) > 5:
        words = text.split()
        text = " ".join(w.lower() if n and w.lower() in _SMALL else w.capitalize() for n, w in enumerate(words))
    text = _SPELLINGS.sub(lambda m: f"{m['number']}Beschlu{m['s']}{m['rest'].lower()}", text)
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
    (_OFFICE, "text"),
    (_ANNEXES, "text"),
    (_FORM, "form"),
)


def _whole_line(text: str) -> Heading | None:
    if len(text) > 110:
        return None
    match = _RESOLUTION.match(text)
    if match and re.search(r"(?i)\bintern\b", match["note"] or ""):
        return Heading("form", text)  # what the office does with the paper
    if match:
        return Heading("resolution", text, short=bool(match["note"] and re.search(r"(?i)kurz", match["note"])))
    if TO_COUNCIL.match(text) and not text.endswith("."):
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
