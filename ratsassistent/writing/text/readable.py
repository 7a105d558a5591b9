"""Can a sentence of a paper be quoted alone?

What enters: sentences as they were cut from a paper. What leaves: whether one is whole running text, whether it is a
fragment of slides or of a table, whether it leans on the sentence before it.
What it does not know: what a sentence is worth, papers.
"""

from __future__ import annotations

import re
from typing import Literal

from ratsassistent.writing.text.sentences import Sentence

Leaning = Literal[0, 1, 2]

# Pronouns and the like at the beginning: without the sentence before nobody knows what is meant.
_LEANS = re.compile(
    r"(?:Dies(?:e[rsmn]?)?|Dabei|Hierbei|Hierdurch|Hierfür|Hierzu|Hiervon|Hierin|Hieraus|Hiermit|Damit|Dadurch|Dafür|Dagegen|Dazu|Davon|Daraus|Daran|Darauf|Darin|Darunter|Daneben|Danach"
    r"|Dort|Da(?:nn|mals)|Er|Sie|Es sei|Ihre?[rnms]?|Sein[ers]{0,2}|Deren|Dessen|Letztere\w*|Erstere\w*|Erster[esn]{0,2}|Beide[rns]?|So|Die entspricht|Das (?:ist|sind|entspricht|bedeutet|heißt|führt)|Solche\w*|Jene\w*|Wobei|Wodurch|Womit"
    r"|Welche[rsn]?|Gleiches|Selbiges|Ebenso|Ebenfalls|Genauso|Denn|Im Folgenden|Folgende\w*|Es (?:ist der|handelt|geht dabei|wird dabei)|Und|Oder|Infolge ?dessen|(?:Im|Am|Zur|In der|Zum) (?:gleichen|selben)|Stattdessen|Demnach|Demzufolge"
    r"|(?:In|An|Für|Zu|Bei|Mit|Von|Auf|Aus|Nach|Durch|Über|Um|Ab|Bis|Während|Wegen|Innerhalb|Neben|Unter|Anstelle|Anstatt|Statt|Anhand|Mithilfe|Aufgrund|Infolge|Trotz|Hinsichtlich|Angesichts|Bezüglich) (?:dies\w+|jene\w*|deren|dessen|beiden?|ihn\w*))\b"
)
# Connectives and pointers: understandable alone, but better with the sentence before.
_HINTS = re.compile(
    r"(?:Zudem|Außerdem|Ferner|Auch|Darüber hinaus|Aber|Allerdings|Jedoch|Dennoch|Trotzdem|Somit|Daher|Deshalb|Deswegen|Folglich|Entsprechend|Insofern|Insoweit|Zunächst|Anschließend|Weiterhin|Weiter|Nun|Letztlich|Hinzu|Vor diesem Hintergrund"
    r"|Aus diese[mn] Gr[uü]nd\w*)\b|\b(?:diese[rsmn]?|jene[rsmn]?)\s(?:Vorlage|Beschl\w+|[Zz]wei|[Dd]rei|[Vv]ier|Punkt\w*|Vorschl\w+|Variante\w*|Maßnahme\w*|Fl[aä]che\w*|Standort\w*|Gruppe\w*)"
    r"|\b(?:o\.\s?g\.|s\.\s?o\.|vorgenannt\w*|obengenannt\w*|oben genannt\w*|zuvor genannt\w*|obig\w*|genannten|wie oben|wie folgt|nachfolgend\w*|nachstehend\w*|dieses? Konzept\w*)\b"
)
_ADDRESS = re.compile(
    r"(?:[Ss]tr(?:aße|asse|\.)|[Pp]latz|[Ww]eg|[Aa]llee|[Gg]asse)\s+\d{1,3}\s?[a-z]?,?\s+(?:[A-Z]{1,2}-)?\d{4,5}\s+[A-ZÄÖÜ]"
)
# A finite verb: auxiliaries and the commonest first, then what is shaped like one.
_FINITE = re.compile(
    r"\b(?:ist|sind|war|waren|wäre|wären|sei|seien|wird|werden|wurden?|würden?|hat|haben|hatten?|hätten?|kann|können|konnten?|könnten?|soll|sollen|sollten?|muss|müssen|mussten?|müssten?"
    r"|darf|dürfen|durften?|will|wollen|möchten?|mögen?|gibt|gab|ging|gingen|kommt|kam|kamen|nimmt|nahm|liegt|lag|lagen|steht|stand|standen|bleibt|blieb|fällt|fiel|lässt|ließ|sieht|sah|trägt|trug"
    r"|stieg|stiegen|sank|sanken|fand|fanden|schlug|lief|galt|ergab|begann|erhielt|hält|hielt|beschloss|entsprach|betrug|trat|bot|wies|zeigt|führt)\b"
)
# "-t" is no ending of an adjective before its noun, the others may be; "geplant" alone is a participle.
_SHAPED = re.compile(r"\b(?:((?!ge\w+t\b)[a-zäöüß]{2,}t)|([a-zäöüß]{2,}(?:te|ten|en|ern|eln))(?!\s+[A-ZÄÖÜ]))\b")
_NOISE = re.compile(
    r"https?:|www\.|@\w|\b(?:Tel(?:efon)?|Fax|E-Mail|IBAN|gez\.)\b|unterzeichne|mit freundlichen grüßen|\bISBN\b|copyright|©|\.{4,}|impressum"
    r"|\bwir bitten um (?:behandlung|aufnahme|beantwortung|beratung|zustimmung)|wie folgt (?:aufgeteilt|dar|zusammen)|siehe (?:anlage|beschluss|seite)|(?:ist|sind) (?:als anlage|der anlage|im erläuterungsteil)|in der anlage (?:beigefügt|dargestellt)|[☐☒☑□■]"
    r"|\*\*|\bQuellen?:|\b(?:Abbildung|Abb\.|Tabelle|Tab\.|Diagramm)\s*\d+\s*:|^\((?!.*\)\W*$)",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"(?i)\b(?:ist|sind|wird|werden|kann|können)\b.{0,60}\b(?:in|der|den|dem|als|aus|im|unter|zur|beigefügten?)\s(?:\w+\s)?(?:anlage\w*|anhang|tabelle\w*|abbildung\w*|übersicht|seite|kapitel|karte|plan)\b.{0,60}"
    r"\b(?:dokumentiert|dargestellt|beschrieben|erläutert|enthalten|zu entnehmen|entnommen|beigefügt|aufgeführt|ersichtlich|abgebildet)\b"
    r"|\bfinde[nt]\s(?:sie|sich)\b.{0,60}\b(?:anlage\w*|anhang|seite|homepage|internet)|\bbeachten sie\b"
)
_TORN = re.compile(r"\([^)]*\)(?!\W*$)")  # begins with a bracket and goes on: the rest of something
_CUT = re.compile(r"\b(?:ca|rd|bzw|inkl|exkl|gem|ggf|Nr|z\.\s?B|Abs|vgl|zzgl|lt|og|einschl|sog|insb)\.$")
_LAW = re.compile(r"\b(?:BGBl|GVBl|GVOBl|GBl|LGBl)\b|^(?:DIN|VDI|ISO|EN)\s\S*\d")
_FIGURE = re.compile(r"\d\s?(?:€|%|Euro|EUR|Prozent|[a-zA-ZÄÖÜäöüß²]{2,})|\b\d+(?:[.,]\d+)*\s+[A-ZÄÖÜ][a-zäöü]{3,}")
# Words that end like verbs and are none.
_NO_VERBS = frozenset(
    [
        "nicht",
        "erst",
        "selbst",
        "sonst",
        "fast",
        "dort",
        "jetzt",
        "statt",
        "samt",
        "laut",
        "direkt",
        "zuletzt",
        "bereit",
        "insgesamt",
        "gesamt",
        "bekannt",
        "unbekannt",
        "seit",
        "mit",
        "oft",
        "gut",
        "acht",
        "weit",
        "breit",
        "damit",
        "somit",
        "zumeist",
        "meist",
        "längst",
        "zunächst",
        "gerecht",
        "recht",
        "leicht",
        "dicht",
        "schlecht",
        "echt",
        "mindestens",
        "möglichst",
        "höchst",
        "ernst",
        "bestimmt",
        "vorerst",
        "anhand",
        "anstatt",
        "soweit",
        "jederzeit",
        "derzeit",
        "neben",
        "gegen",
        "wegen",
        "zwischen",
        "oben",
        "unten",
        "außen",
        "innen",
        "hinten",
        "wegen",
        "einen",
        "keinen",
        "seinen",
        "ihren",
        "deren",
        "diesen",
        "jenen",
        "allen",
        "vielen",
        "einigen",
        "beiden",
        "anderen",
        "weiteren",
        "den",
        "von",
        "nördlichen",
        "zehn",
        "sieben",
        "neun",
        "elf",
        "wie",
        "heute",
        "bitte",
        "rechts",
        "links",
        "seiten",
        "zugunsten",
        "zuungunsten",
        "infolge",
        "hinsichtlich",
        "trotz",
        "entgegen",
        "entlang",
        "gemäß",
        "zufolge",
        "sowie",
        "alten",
        "neuen",
        "öffentlichen",
        "städtischen",
        "eigenen",
        "konkret",
        "unten",
        "hinten",
        "mitten",
        "inmitten",
        "daneben",
        "dagegen",
        "hingegen",
        "dazwischen",
        "deswegen",
        "meinetwegen",
        "etwa",
        "rund",
        "weiter",
        "immer",
        "dessen",
        "unser",
        "euer",
        "schon",
        "eben",
        "gestern",
        "morgen",
        "übrigen",
        "ersten",
        "zweiten",
        "dritten",
        "letzten",
    ]
)


def without_bullet(text: str) -> str:
    """The wording without the sign or dash of a list item; numbers such as "1." stay."""
    return re.sub(r"^(?:[•▪■●○◦‣·\uf000-\uf0ff➢➔►*]|[-–—]\s)\s*", "", text)


def readable(sentence: Sentence) -> bool:
    """True for a whole sentence of running text; False for headings, rows, form lines, signatures and debris."""
    if sentence.kind in ("heading", "row", "furniture"):
        return False
    text = without_bullet(sentence.text)
    words = text.split()
    if not 5 <= len(words) <= 65 or _NOISE.search(text):
        return False
    if text[-1] not in '.!?“”"»' and not (sentence.kind == "item" and len(words) >= 7 and text[-1] not in ":,;-–"):
        return False
    if not (text[0].isupper() or text[0].isdigit() or text[0] in '„"“»§(') or _TORN.match(text):
        return False
    letters = sum(c.isalpha() for c in text)
    small = sum(w[:1].islower() for w in words)
    single = sum(len(w) == 1 for w in words)
    return letters >= 0.62 * len(text.replace(" ", "")) and small * 4 >= len(words) and single * 4 <= len(words)


def is_noise(text: str) -> bool:
    """True for what is no statement though it may look like a sentence: cells of a table, an address, a law's title, a
    bullet point of slides that has neither a verb nor a figure, brackets without their other half, a stretch that ends with an abbreviation."""
    if text.count(" | ") or _CUT.search(text) or _ADDRESS.search(text) or _POINTS.search(text) or not _balanced(text):
        return True
    return not (finite(text) or _FIGURE.search(text)) or (_LAW.search(text) is not None and not finite(text))


def finite(text: str) -> bool:
    """Has this a finite verb? Shapes tell, since an adjective that ends like a verb stands before its noun."""
    outside = re.sub(r"\([^()]*\)", " ", text)
    return bool(_FINITE.search(outside)) or any((m[1] or m[2]) not in _NO_VERBS for m in _SHAPED.finditer(outside))


def _balanced(text: str) -> bool:
    """Every bracket has its other half; the one of a list's label ("a)") has none."""
    depth = 0
    for match in re.finditer(r"\(|(?<!\w)\w{1,2}\)|\)", text):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")" or depth > 0:
            depth -= 1
        if depth < 0:
            return False
    return depth == 0


def leaning(text: str) -> Leaning:
    """2: cannot be understood without the sentence before it ("Dies ist günstiger."); 1: better with it; 0: alone."""
    return 2 if _LEANS.match(text) else 1 if _HINTS.search(text) else 0


def leans(text: str) -> bool:
    """True for a sentence that cannot be understood without the one before it."""
    return leaning(text) == 2
