"""The German words that `claims` reads by: what money and days are given for, and what makes a value another one.

What enters and leaves: nothing; patterns and lists. What it does not know: papers.
"""

from __future__ import annotations

import re

from ratsassistent.archive.german import stem
from ratsassistent.writing.text.terms import terms


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# A sentence with one of these tells what was, might be or changes: it makes no claim about what is to be.
CHANGES = re.compile(
    r"\b(?:ursprünglich\w*|bisher\w*|bislang|zunächst|damals|damalig\w*|frühere?[rsnm]?|vormals|seinerzeit\w*|vorjahr\w*|statt|anstatt|anstelle|gegenüber"
    r"|(?:im )?vergleich\w*|abweich\w+|differenz\w*|erhöh\w+|gestiegen\w*|steig\w+|stieg(?:en)?|senk\w+|gesenkt\w*|sink\w+|gesunken\w*|sanken?"
    r"|reduzier\w+|verringer\w+|überschr[ie]+t\w+|unterschr[ie]+t\w+|mehrkosten|minderkosten|mehraufwand|mehrbedarf|mehrausgaben|einspar\w+|eingespart\w*|aufgestockt\w*|aufstock\w+|angepasst\w*|anpassung\w*"
    r"|verschob\w+|verschieb\w+|verzöger\w+|verlänger\w+|vorgezogen\w*|aktualisier\w+|indizier\w+|hochgerechnet\w*|korrigier\w+|fortgeschrieb\w+"
    r"|würden?|wären?|könnten?|hätten?|dürften?|käme|sofern|falls|wenn|soweit|alternativ\w*|theoretisch\w*|hypothe\w+|beispiel\w*|z\. ?b\.|bspw\.?"
    r"|betrug(?:en)?|belief(?:en)?|lagen?|kosteten?|hatten?|war(?:en)?|zahlten?|erhielt(?:en)?|beschloss(?:en)?|bewilligte\w*|fehl(?:t|en)\w*|bereits)\b",
    re.IGNORECASE,
)
# Said of a part, or of each of several: such an amount is not the whole that another place names.
PARTIAL = re.compile(
    r"\b(?:davon|hiervon|darin|darunter|abzüglich|zuzüglich|zzgl\.?|abzgl\.?|jeweils|jeweilige\w*|je|pro|weitere[rnsm]?|zusätzlich\w*|restlich\w*|übrig\w*|verbleib\w+"
    r"|anteilig\w*|teilbetrag\w*|rate|teilweise|noch|nochmals|beide\w*|zwei|drei|vier|alle|verschiedene\w*|insbesondere|unter anderem|u\. ?a\.|nur|lediglich|allein\w*"
    r"|differenz|rest|durchschnitt\w*|im mittel|schnitt)\b",
    re.IGNORECASE,
)
LIMIT = re.compile(
    r"\b(?:bis zu|bis|maximal\w*|max\.?|höchstens|mindestens|mind\.?|minimal\w*|mehr als|weniger als|über|unter|oberhalb|unterhalb|ab|zwischen|nicht mehr als|um|obergrenze\w*|wertgrenze\w*)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
ROUND = re.compile(
    r"\b(?:rund|rd\.?|ca\.?|circa|zirka|etwa|ungefähr|knapp|gut|annähernd|nahezu|fast|geschätzt\w*|schätzungsweise|überschlägig|grob|gerundet)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)

_MONEY_NOUN = (
    r"(?:kosten|ausgaben?|aufwand|aufwands|aufwände|aufwendung(?:en)?|auszahlung(?:en)?|summe|betrag|betrags|betrages|volumen|preis|preise|zuschuss|zuschusses|zuschüsse[n]?"
    r"|bezuschussung|zuwendung(?:en)?|förderung|mittel|mitteln|einnahmen?|ertrag|ertrags|erträge[n]?|einzahlung(?:en)?|erlöse?|anteil|anteils|budget|budgets|investition(?:en)?"
    r"|spende|miete|pacht|entgelt|honorar|defizit|darlehen|kredit|bürgschaft|ansatz|ermächtigung(?:en)?|bedarf|wert|entschädigung|rücklage|stammkapital|kapital)"
)
HEADS = re.compile(rf"(?:[A-ZÄÖÜ][\w-]*?)?{_MONEY_NOUN}(?:[/-]\w+)?$", re.IGNORECASE)

# These alone name nothing: the words beside them do ("Kosten der Schadstoffsanierung").
GENERAL = _stems(
    "Kosten Ausgaben Ausgabe Aufwand Aufwendungen Auszahlung Auszahlungen Summe Betrag Betrages Volumen Preis Mittel Mitteln Budget Ansatz Bedarf Wert"
)
GRANT = _stems(
    "Zuschuss Zuschusses Zuschüsse Zuschüssen Bezuschussung Zuwendung Zuwendungen Förderung Fördermittel Fördersumme Förderbetrag Zuschussbetrag"
)
OWN = _stems("Eigenanteil Eigenmittel Eigenmitteln Eigenanteils")
ORDER = _stems("Auftragssumme Auftragswert Angebotssumme Angebotspreis Vergabesumme")
# What never is the one amount of its kind.
VAGUE = _stems(
    """Teilbetrag Restbetrag Mehrbetrag Mehrkosten Minderkosten Zwischensumme Höchstbetrag Mindestbetrag Haushaltsmittel Haushaltsmitteln Finanzmittel Mehraufwand
    Einzelpreis Einzelbetrag Gesamtbudget Restmittel Sachmittel Nettobetrag Bruttobetrag Endbetrag Anteil Anteils Geldbetrag Endsumme Gegenwert Teilkosten
    Übertrag Nebenkosten Gesamtertrag Mehrertrag Haushaltsansatz Planansatz Verlust Jahresbetrag Monatsbetrag"""
)
# Heads that are of one thing only together with further nouns.
NEEDS_WORDS = frozenset({"kost"}) | _stems(
    """Zuschuss Beginn Ende Start Frist Laufzeit Abschluss Schließung Sperrung Umzug Einzug Übergabe Abriss Abbruch Umbau Bezug Ausschreibung Vergabe
    Termin Öffnung Auslegung Offenlage Spende Miete Pacht Entgelt Darlehen Kredit Einnahmen Einnahme Ertrag Erträge Investition Investitionen"""
)
PAYERS = {"landes": "land", "bundes": "bund", "kreis": "kreis", "eu-": "eu", "kommunal": "kommun"}

# Words that say nothing about what an amount is given for.
_ACTORS = """Stadt Gemeinde Markt Kommune Verwaltung Stadtverwaltung Gemeindeverwaltung Gemeinderat Gemeinderates Stadtrat Rat Ausschuss Kreistag Vorlage Beschlussvorlage
    Beschluss Antrag Anlage Tabelle Abbildung Gutachten Kostenberechnung Kostenschätzung Kostenanschlag Berechnung Schätzung Euro EUR Cent Höhe Rahmen Umfang Jahr Jahre Jahren
    Maßnahme Maßnahmen Projekt Projekts Projektes Vorhaben Vorhabens Zeitpunkt Stand Grundlage Basis Kalkulation Ermittlung Planung Entwurfsplanung Haushalt Haushaltsplan Finanzierung
    Bauamt Stadtbauamt Amt Fachamt Architekt Architekturbüro Planer Ingenieurbüro Büro Umsatzsteuer Mehrwertsteuer MwSt Prozent Seite Ergebnis Bereich Folgendes Folge
    Genehmigung Zustimmung Bewilligung Durchführung Umsetzung Realisierung Ausführung DIN KG Kostengruppe Bezeichnung Position Betrag Summe Gesamt Insgesamt Kosten
    Investitionsprogramm Finanzplan Finanzplanung Haushaltsjahr Wirtschaftsplan Bedeutung Zusammenfassung Sachverhalt Begründung Auswirkungen Überblick Kurzfassung
    Baumaßnahme Bauvorhaben Bauprojekt Gesamtmaßnahme Gesamtprojekt Grundstück Grundstücks Grundstückes"""
ACTORS, ACTOR_TERMS = _stems(_ACTORS), frozenset(terms(_ACTORS))
ESTIMATE = re.compile(r"Kosten(?:berechnung|schätzung|anschlag|voranschlag|aufstellung|ermittlung)(?:en)?")
NO_NOUN = frozenset(
    [
        "insgesamt",
        "davon",
        "hiervon",
        "hierfür",
        "dafür",
        "dazu",
        "hierzu",
        "damit",
        "daraus",
        "somit",
        "daher",
        "deshalb",
        "demnach",
        "danach",
        "nach",
        "laut",
        "gemäß",
        "entsprechend",
        "zusammen",
        "voraussichtlich",
        "derzeit",
        "aktuell",
        "zuzüglich",
        "abzüglich",
        "inklusive",
        "einschließlich",
        "brutto",
        "netto",
        "ca",
        "rund",
        "etwa",
        "circa",
        "jährlich",
        "jährliche",
        "einmalig",
        "einmalige",
        "gesamt",
        "zur",
        "zum",
        "im",
        "in",
        "am",
        "an",
        "auf",
        "aus",
        "bei",
        "für",
        "mit",
        "von",
        "vom",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "diese",
        "dieser",
        "dieses",
        "diesem",
        "diesen",
        "ein",
        "eine",
        "einen",
        "einem",
        "einer",
        "und",
        "oder",
        "es",
        "sie",
        "er",
        "wir",
        "ich",
        "siehe",
        "vgl",
        "stand",
        "ja",
        "nein",
        "bitte",
    ]
)
NEUTRAL_ADJECTIVES = re.compile(
    r"(?:voraussichtlich|geschätzt|berechnet|ermittelt|genannt|vorgenannt|o\.g|oben|entstehend|anfallend|erforderlich|notwendig|benötigt|veranschlagt|geplant|vorgesehen|aktuell|"
    r"derzeitig|jetzig|vorliegend|ausgewiesen|angegeben|kalkuliert|prognostiziert|erwartet|zu erwartend|der|die|das|den|dem|des|ein|eine|einen|einem|einer|mit|von|zu|zum|zur|für|ihre|seine|"
    r"und|auf|an|deren|dessen|diese|beantragt|bewilligt|bereit|folgend|reale?)(?:e[rsnm]?)?$",
    re.IGNORECASE,
)

ID = re.compile(
    r"\b(?P<kind>Los(?:e|en)?|Variante[n]?|Option(?:en)?|Alternative[n]?|Modell|Szenario|Standort|Bauabschnitt|BA|Abschnitt|Phase|Stufe|Teil|Haus|Block|Modul|Paket|Fall|Bauteil|Ebene|Gruppe|Kategorie"
    r"|Zone|Stellplatz|Tranche|Tag|Klasse|Angebot|Bieter\w*|Bewerber\w*|Rang|Titel|Gewerk|Baufeld|Flurstück|Fläche|Linie|Gleis|Runde|Quartal|Halbjahr|Fraktion|Nr\.|Nummer|Ziffer|Punkt|Position|Pos\.)[ \t]*"
    r"(?P<id>\d{1,3}[a-z]?\b|[A-H]\b|[IVX]{1,4}\b|\d+/\d+)"
    r"|\b(?P<order>\d{1,2}|[Ee]rste[rnsm]?|[Zz]weite[rnsm]?|[Dd]ritte[rnsm]?)\.?[ \t]+(?P<what>Bauabschnitt\w*|BA|Abschnitt\w*|Stufe|Phase|Rate|Los|Modul|Tranche|Teil\w*|Halbjahr|Quartal)\b"
)
# "Variante A" is a mark; the word alone tells nothing apart.
NUMBERED = _stems(
    "Los Variante Varianten Option Alternative Szenario Standort Bauabschnitt Abschnitt Phase Stufe Modul Paket Kategorie Tranche Bauteil"
)
PERIODS = (
    ("jahr", re.compile(r"\b(?:jährlich\w*|pro Jahr|im Jahr(?! ?\d)|je Jahr|/ ?Jahr|p\. ?a\.|per annum|Jahres\w+|laufende\w*)", re.IGNORECASE)),
    ("monat", re.compile(r"\b(?:monatlich\w*|pro Monat|im Monat|je Monat|/ ?Monat|mtl\.?|Monats\w+)", re.IGNORECASE)),
    ("woche", re.compile(r"\b(?:wöchentlich\w*|pro Woche|täglich\w*|pro Tag|/ ?Tag|stündlich\w*|pro Stunde|/ ?Stunde)", re.IGNORECASE)),
    ("einmal", re.compile(r"\b(?:einmalig\w*)", re.IGNORECASE)),
    ("einheit", re.compile(r"\b(?:pro|je)\s+\w+|/ ?(?:m²|qm|m2|m|km|Stück|Kind|Person|Platz|ha|kWh|t)\b|€/|Euro/|-Preis je\b", re.IGNORECASE)),
)  # fmt: skip
TAXES = (("netto", re.compile(r"\bnetto\w*|ohne (?:Mwst|Umsatz|Mehrwert)|zzgl\.? (?:Mwst|Umsatz|Mehrwert|der gesetzl)|exkl", re.IGNORECASE)),
         ("brutto", re.compile(r"\bbrutto\w*|(?:inkl|einschl|mit)\w*\.? (?:\d+ ?% )?(?:der |gesetzlicher )?(?:Mwst|Umsatzst|Mehrwertst)", re.IGNORECASE)))  # fmt: skip
STAGES = (
    ("schätzung", re.compile(r"\b(?:kosten)?schätzung|\bgrobkosten|\bkostenrahmen|\bmachbarkeitsstudie", re.IGNORECASE)),
    ("berechnung", re.compile(r"\bkostenberechnung", re.IGNORECASE)),
    ("anschlag", re.compile(r"\bkostenanschlag|\bkostenvoranschlag", re.IGNORECASE)),
    ("ergebnis", re.compile(r"\b(?:submission\w*|ausschreibungsergebnis\w*|kostenfeststellung|schlussrechnung|abrechnung|tatsächlich\w*|ist-?kosten|ist-?stand|angebot\w*|bieter\w*|zuschlag\w*|auftragssumme|vergabesumme|rechnungsergebnis|abgerechnet\w*|verausgabt\w*|aufgelaufen\w*)\b", re.IGNORECASE)),
    ("plan", re.compile(r"\b(?:haushaltsansatz|planansatz|haushaltsplan\w*|veranschlagt\w*|eingeplant\w*|wirtschaftsplan\w*|finanzplan\w*|haushaltsmittel\w*|budget\w*|mittelanmeldung)\b", re.IGNORECASE)),
)  # fmt: skip

EVENTS = re.compile(
    r"(?:Bau(?:beginn|start|ende)|Fertigstellung|Bauabschluss|Inbetriebnahme|Inkrafttreten|Eröffnung|Einweihung|Wiedereröffnung|(?:Projekt|Vertrags|Maßnahmen?|Miet|Pacht|Förder|Arbeits|Betriebs|Ausbildungs|Sanierungs|Planungs|Bewilligungs|Bau)"
    r"(?:beginn|start|ende|abschluss|laufzeit)|(?:Antrags|Bewerbungs|Abgabe|Einreichungs|Bindungs?|Binde|Zuschlags|Angebots|Ausschluss|Einwendungs|Melde|Kündigungs|Anmelde|Widerspruchs|Rückmelde|Umsetzungs|Auslegungs)frist"
    r"|(?:Baufertigstellung|Bezugsfertigkeit|Betriebsaufnahme|Antragsschluss|Einsendeschluss|Anmeldeschluss|Bewerbungsschluss|Submissionstermin|Submission|Eröffnungstermin|Stichtag|Wahltag|Wahltermin|Auftragsvergabe|Baubeschluss|Satzungsbeschluss))"
    r"(?:s|es|en|e)?$"
)
OPEN_EVENTS = re.compile(
    r"(?:Beginn|Ende|Start|Frist|Laufzeit|Abschluss|Schließung|Sperrung|Umzug|Einzug|Übergabe|Abriss|Abbruch|Umbau|Bezug|Ausschreibung|Vergabe|Termin|Öffnung|Auslegung|Offenlage)(?:s|es|n)?$"
)
# "Gutachten vom 12.11.2026": papers that have a day.
DATED = _stems(
    """Gutachten Gutachtens Kostenberechnung Kostenschätzung Kostenaufstellung Kostenvoranschlag Kaufvertrag Mietvertrag Zuwendungsbescheid Förderbescheid
    Bewilligungsbescheid Variantenuntersuchung Machbarkeitsstudie Wertgutachten Verkehrswertgutachten Prüfbericht Entwurfsplanung"""
)
IN_FORCE = re.compile(r"\btritt\b.*\bin Kraft\b|\bin Kraft (?:tritt|treten)\b", re.IGNORECASE)
APPLIES = re.compile(r"\bAntr(?:ag|äge)\b.*\b(?:fristgerecht|spätestens|bis)\b")
GRANTED = re.compile(r"Förderung\w*|Zuwendung\w*|Zuschuss\w*|Zuschüsse\w*|Mittel|Fördermittel\w*")
STATUTE = re.compile(
    r"satzung|gebühr|entgelt|ordnung|richtlinie|tarif|beitr[aä]g|preis|regelung|änderung|artikel|inkrafttreten",
    re.IGNORECASE,
)
HOLDS = re.compile(
    r"(?:Satzung|Gebühren\w*|Entgelte?|Ordnung|Richtlinien?|Tarife?|Beiträge|Preise|Regelung)\b[^.]{0,40}\b(?:gilt|gelten)\b[^.]{0,15}\bab\b"
)
