"""How much of what is wrong does the check of written sentences catch, and how much that is true does it flag?

    python benchmarks/pruefer.py PACK.pdf … [--fakten FACTS.json …] [--saetze 200] [--saat 1] [--zeigen KIND]

Takes true sentences of the packs, each with its page: word for word, and put in other words by rules (shortened, numbers
and dates written otherwise, function words exchanged, word order changed, active made passive). In each of them one thing
is altered, `--saetze` in all; of the kinds that fit, always the one with fewest so far is taken, those of the same page first. Kinds ending in "_seite" put in another
value or name of the same page, those ending in "_fremd" one that does not stand on it.

Prints one JSON object: for both modes (with the passage that the sentence is from, and without), true sentences flagged,
and by kind how many alterations were caught. "caught" counts only sentences that pass before they are altered. `--fakten`
adds true sentences that persons or large models wrote of the pack (each with its pages): the harder test, since their words
are not those of the page. Of each, every kind of alteration that fits is tried.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ratsassistent.pack.files.pages import read_file
from ratsassistent.writing.checks.check import check_statement
from ratsassistent.writing.checks.check_nouns import noun
from ratsassistent.writing.text.amounts import days, laws, money, numbers, percentages
from ratsassistent.writing.text.readable import readable
from ratsassistent.writing.text.sentences import clean, sentences

# --- true sentences ----------------------------------------------------------------------------------------------------


@dataclass
class True_:  # noqa: N801 - "True" is taken
    """A true sentence with the page it is from, the passage around it, and how it was put."""

    text: str
    page: str
    passage: str
    how: str


@dataclass
class Book:
    """All names of a pack by kind, and its pages."""

    pages: list[str]
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def true_sentences(book: Book, rng: random.Random, wanted: int) -> list[True_]:
    found: list[True_] = []
    for page in book.pages:
        units = [s for s in sentences(page) if s.kind != "heading"]
        for n, unit in enumerate(units):
            words = unit.text.split()
            if readable(unit) and 8 <= len(words) <= 40 and "|" not in unit.text:
                passage = " ".join(u.text for u in units[max(0, n - 1) : n + 2])
                found.append(True_(re.sub(r"^(?:[•▪■●*–-]|\d\.|\w\))\s+", "", unit.text), page, passage, "woertlich"))
    rng.shuffle(found)
    chosen = found[:wanted]
    return [put_otherwise(item, rng) if n % 5 >= 2 else item for n, item in enumerate(chosen)]


_MONTHS = re.findall(r"\w+", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
_NUMBER_WORDS = {
    "2": "zwei",
    "3": "drei",
    "4": "vier",
    "5": "fünf",
    "6": "sechs",
    "7": "sieben",
    "8": "acht",
    "9": "neun",
    "10": "zehn",
    "12": "zwölf",
}
_SYNONYMS = {
    "jedoch": "allerdings", "aufgrund": "wegen", "sowie": "und", "lediglich": "nur", "zudem": "außerdem", "derzeit": "aktuell",
    "Zudem": "Außerdem", "Derzeit": "Aktuell", "Aufgrund": "Wegen", "bzw.": "oder", "beziehungsweise": "oder", "erforderlich": "notwendig",
    "beabsichtigt": "plant", "gemäß": "nach", "Gemäß": "Nach", "Stadtverwaltung": "Verwaltung", "insbesondere": "vor allem",
    "rund": "etwa", "ca.": "etwa", "zusätzlich": "außerdem", "ebenfalls": "auch", "bereits": "schon", "daher": "deshalb", "Daher": "Deshalb",
    "anhand": "mithilfe", "hinsichtlich": "bei", "mittels": "mit", "Prozent": "%", "%": "Prozent", "Absatz": "Abs.", "€": "Euro", "EUR": "Euro",
}  # fmt: skip


def put_otherwise(item: True_, rng: random.Random) -> True_:
    text, how = item.text, []
    rules: list[tuple[str, Callable[[str], str]]] = [
        ("Zahl", _numbers_otherwise), ("Wörter", _synonyms), ("gekürzt", _shorten), ("Stellung", _reorder), ("Passiv", _passive),
    ]  # fmt: skip
    rng.shuffle(rules)
    for name, rule in rules:
        changed = rule(text)
        if changed != text and len(changed.split()) >= 6:
            text, how = changed, [*how, name]
        if len(how) == 2:
            break
    return True_(text, item.page, item.passage, "umformuliert" if how else "woertlich")


def _numbers_otherwise(text: str) -> str:
    def million(m: re.Match[str]) -> str:
        value = int(m[1].replace(".", ""))
        if value < 1_000_000 or value % 10_000:
            return m[0]
        return f"{value / 1e6:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " Mio. Euro"

    def date(m: re.Match[str]) -> str:
        return f"{int(m[1]):02d}.{_MONTHS.index(m[2]) + 1:02d}.{m[3]}"

    text = re.sub(r"\b(\d{1,3}(?:\.\d{3}){2,})(?:,00|,-+)?\s*(?:Euro|€|EUR)", million, text)
    text = re.sub(rf"\b(\d{{1,2}})\.\s({'|'.join(_MONTHS)})\s(\d{{4}})", date, text)
    return re.sub(
        r"(?<![\d.,/§])\b(\d{1,2})\s(?=(?:Jahre|Monate|Wochen|Stellen|Wohnungen|Plätze|Kinder|Personen)\b)",
        lambda m: _NUMBER_WORDS.get(m[1], m[1]) + " ",
        text,
    )


def _synonyms(text: str) -> str:
    return " ".join(_SYNONYMS.get(word, word) for word in text.split())


def _shorten(text: str) -> str:
    changed = re.sub(r"\s\([^()]{3,60}\)", "", text)
    changed = re.sub(r",\s(?:sodass|so dass|weil|da|um|wobei|damit)\s[^,]{10,}\.$", ".", changed)
    return re.sub(
        r"^(?:Darüber hinaus|Außerdem|Zudem|Insgesamt|Weiterhin|Ferner|Dabei|Hierbei)\s(\w+)\s(die|der|das|ein|eine)\s([A-ZÄÖÜ]\w+)",
        lambda m: f"{m[2].capitalize()} {m[3]} {m[1]}",
        changed,
    )


_FINITE = r"wird|werden|wurde|wurden|ist|sind|war|waren|hat|haben|soll|sollen|kann|können|muss|müssen|erfolgt|beträgt|besteht|betragen|liegt"


def _reorder(text: str) -> str:
    match = re.match(
        rf"((?:Im|In|Am|An|Bei|Beim|Für|Mit|Nach|Seit|Durch|Zum|Zur|Ab|Auf|Aus|Von|Vom)\s(?:[^,;.]+\s){{1,6}}?)({_FINITE})\s((?:der|die|das|eine|ein)\s(?:[a-zäöü]+\s)?[A-ZÄÖÜ][\wäöüß-]+)\s(.*)$",
        text,
    )
    if not match:
        return text
    opening = match[1].strip()
    return f"{match[3][0].upper()}{match[3][1:]} {match[2]} {opening[0].lower()}{opening[1:]} {match[4]}"


def _passive(text: str) -> str:
    match = re.match(
        r"Die (Stadtverwaltung|Verwaltung|Stadt|Gemeinde) (empfiehlt|schlägt vor|plant|beabsichtigt), (.*)$", text
    )
    if match:
        done = {
            "empfiehlt": "empfohlen",
            "schlägt vor": "vorgeschlagen",
            "plant": "geplant",
            "beabsichtigt": "beabsichtigt",
        }[match[2]]
        return f"Von der {match[1]} wird {done}, {match[3]}"
    return text


# --- names -------------------------------------------------------------------------------------------------------------

_TITLE = r"(?:Herrn?|Frau|Dr\.|Stadtrat|Stadträtin|Bürgermeister(?:in)?|Oberbürgermeister(?:in)?)"
_NAME_PATTERNS = {
    "person": rf"\b{_TITLE}\s(?:{_TITLE}\s)?((?!Dr\b|Prof\b|Bürger|Ober|Stadt|Gemeinde)[A-ZÄÖÜ][a-zäöüß]{{3,}}(?:-[A-Z][a-zäöüß]+)?)\b",
    "partei": r"\b(CDU|SPD|FDP|AfD|GRÜNE|GRÜNEN|Grünen|FW|KAL|DIE LINKE|Freie Wähler|NEOS|FPÖ|ÖVP|SPÖ|CSU|FWG|BIZ|ödp)\b(?!-?\w)",
    "strasse": r"(?<![\w-])([A-ZÄÖÜ][a-zäöüß]{3,}(?:straße|allee|platz|weg|ring|gasse))\b",
    "firma": r"\b([A-ZÄÖÜ][\wäöüß]{3,})\s(?:GmbH|AG|e\.\s?V\.|KG)\b",
    "ort": r"\b(?:in|nach|aus|von)\s([A-ZÄÖÜ][a-zäöüß]{4,})\b(?!\s(?:von|der|des|zu|zum|und|auf|GmbH))",
}
_NO_PLACE = r"(?:Form|Höhe|Bezug|Kraft|Folge|Zusammen\w+|Anbetracht|Rechnung|Aussicht|Ausnahme\w*|Abstimmung|Betrieb|Einzel\w*|Teil\w*|Richtung|Absprache|Anspruch|Betracht|Verbindung|Frage|Bereich\w*)"
_NO_STREET = r"(?:Arbeitsplatz|Spielplatz|Stellplatz|Parkplatz|Radweg|Gehweg|Fußweg|Schulweg|Sportplatz|Ausbildungsplatz|Fahrradstraße|Hauptstraße|Landesstraße|Kreisstraße|Bundesstraße|Betreuungsplatz|Lagerplatz|Wirtschaftsweg|Rettungsweg|Fahrweg|Feldweg|Vorplatz|Kinderspielplatz|Bolzplatz|Studienplatz|Rad\w*|Nebenstraße|Wendeplatz|Kitaplatz|Heimplatz|\w*stellplatz|\w*spielplatz|\w*arbeitsplatz|Einbahnstraße|Anliegerstraße|Erschließungsstraße|Planstraße|Schulplatz|Hinweg|Ausweg)"
_SURNAMES = {"Müller", "Bauer", "Koch", "Schneider", "Wolf", "Maier", "Lenz"}
_STRANGERS = {
    "person": ["Tannhausen", "Quendler", "Obermoser", "Fischbacher"], "partei": ["Bürgerbund", "ZBK"], "strasse": ["Quittenallee", "Zirbelstraße", "Tannhäuserweg"],
    "firma": ["Kesselring", "Hammermann", "Zirbelbau"], "ort": ["Wallerfurt", "Lindenau", "Tauplitz"],
}  # fmt: skip


def find_names(book: Book) -> None:
    whole = "\n".join(clean(page) for page in book.pages)
    for kind, pattern in _NAME_PATTERNS.items():
        for match in re.finditer(pattern, whole):
            name = match[1]
            if kind == "strasse" and re.fullmatch(_NO_STREET, name):
                continue
            common = noun(name) == "noun"  # the same list as the checker has: what it lacks is no fair test of names
            if kind in ("ort", "firma", "person") and common and name not in _SURNAMES:
                continue
            if kind == "ort" and (re.fullmatch(_NO_PLACE, name) or len(re.findall(rf"\b{name}\b", whole)) < 2):
                continue
            if kind == "strasse" and common and not re.search("(?:straße|allee|gasse)$", name):
                continue
            book.names[kind].add(name)
    book.names["ort"] -= book.names["person"]
    book.names["firma"] -= {n for n in book.names["firma"] if re.search(rf"\b(?:in|Stadt|Gemeinde)\s{n}\b", whole)}


# --- alterations -------------------------------------------------------------------------------------------------------

Alteration = tuple[str, str]  # kind, text


def alterations(item: True_, book: Book, rng: random.Random) -> Iterator[Alteration]:
    """Everything that can be made wrong in a sentence, one of each kind."""
    text, page = item.text, clean(item.page)
    spans = {
        "betrag": [(f.start, f.end, round(f.value, 2)) for f in money(text)],
        "anteil": [(f.start, f.end, f.value) for f in percentages(text)],
        "datum": [(d.start, d.end, d.date) for d in days(text, years=False)],
        "paragraf": [(f.start, f.end, f.text) for f in laws(text)],
    }
    taken = [s[:2] for found in spans.values() for s in found]
    spans["zahl"] = [
        (f.start, f.end, f.value) for f in numbers(text)
        if f.text[:1].isdigit() and not any(a < f.end and f.start < b for a, b in taken) and not re.search(r"[§/\w.-]$", text[: f.start].rstrip()[-1:] if text[: f.start].rstrip()[-1:] in "§/-" else "")
    ]  # fmt: skip
    here = {
        "betrag": {round(f.value, 2): f.text for f in money(page)},
        "anteil": {f.value: f.text for f in percentages(page)},
        "datum": {d.date: d.text for d in days(page, years=False)},
        "paragraf": {f.text: f.text for f in laws(page)},
        "zahl": {
            f.value: f.text for f in numbers(page) if f.text[:1].isdigit() and not re.search(r"§\s*$", page[: f.start])
        },
    }
    for kind, found in spans.items():
        if not found:
            continue
        start, end, _ = rng.choice(found)
        mine = {v for _, _, v in found}
        others = sorted((str(t) for v, t in here[kind].items() if v not in mine and not _same_day(v, mine)), key=str)
        if kind == "zahl":  # a year for a year, a small number for a small one
            others = [
                o
                for o in others
                if (len(o) == 4 == end - start and o[:2] == text[start : start + 2]) or 4 not in (len(o), end - start)
            ]
        if others:
            yield f"{kind}_seite", text[:start] + rng.choice(others) + text[end:]
        strange = _strange(text[start:end], page, rng)
        if strange:
            yield f"{kind}_fremd", text[:start] + strange + text[end:]
    for kind, names in book.names.items():
        mine_names = [
            (m.start(), m[0]) for n in names for m in re.finditer(rf"(?<![\w-]){re.escape(n)}(?![\w-])", text)
        ]
        if not mine_names:
            continue
        at, name = rng.choice(sorted(mine_names))
        on_page = sorted(
            n
            for n in names
            if re.search(rf"(?<![\w-]){re.escape(n)}(?![\w-])", page) and n not in text and n[:4] != name[:4]
        )
        if on_page:
            yield "name_seite", text[:at] + rng.choice(on_page) + text[at + len(name) :]
        strangers = [n for n in _STRANGERS[kind] if n not in page]
        if strangers:
            yield "name_fremd", text[:at] + rng.choice(strangers) + text[at + len(name) :]
    yield from _turned(text)


def _same_day(value: object, mine: set[object]) -> bool:
    return isinstance(value, str) and any(
        isinstance(m, str) and (value.startswith(m[:7]) or m.startswith(value))
        for m in mine
        if len(str(m)) < 10 or len(value) < 10
    )


def _strange(printed: str, page: str, rng: random.Random) -> str | None:
    """The same with one digit changed so that it stands nowhere on the page."""
    places = [n for n, c in enumerate(printed) if c.isdigit()]
    squeezed = re.sub(r"\s", "", page)
    for _ in range(20):
        if not places:
            return None
        at = rng.choice(places)
        digit = rng.choice([d for d in "123456789" if d != printed[at]])
        changed = printed[:at] + digit + printed[at + 1 :]
        figures = re.sub(r"\s", "", changed)
        wrong_day = re.match(r"(\d{1,2})\.\s?(\d{1,2})?", changed)
        if (
            wrong_day
            and re.search(r"\d\.\s?(?:\d|[A-Z])", changed)
            and (int(wrong_day[1]) > 28 or int(wrong_day[2] or 1) > 12)
        ):
            continue
        if not re.search(rf"(?<![\d.,]){re.escape(figures)}(?![\d])", squeezed) and figures not in squeezed:
            return changed
    return None


_TURNS = [
    ("richtung", r"\berhöht\b", "verringert"), ("richtung", r"\bverringert\b", "erhöht"), ("richtung", r"\bsteigt\b", "sinkt"), ("richtung", r"\bsinkt\b", "steigt"),
    ("richtung", r"\bgestiegen\b", "gesunken"), ("richtung", r"\bgesunken\b", "gestiegen"), ("richtung", r"\bErhöhung\b", "Senkung"), ("richtung", r"\bReduzierung\b", "Erhöhung"),
    ("richtung", r"\breduziert\b", "erhöht"), ("richtung", r"\bAnstieg\b", "Rückgang"), ("richtung", r"\bRückgang\b", "Anstieg"), ("richtung", r"\bmehr als\b", "weniger als"),
    ("richtung", r"\bmindestens\b", "höchstens"), ("richtung", r"\bmaximal\b", "mindestens"), ("richtung", r"\bhöhere(?=[nrms]?\b)", "niedrigere"), ("richtung", r"\bgeringere(?=[nrms]?\b)", "höhere"),
    ("richtung", r"\bbis zum (?=\d)", "ab dem "), ("richtung", r"\bbis (?=(?:20\d\d|Ende|Mitte))", "ab "), ("richtung", r"\bab (?=20\d\d)", "bis "), ("richtung", r"\bunterhalb\b", "oberhalb"),
    ("richtung", r"\bnach (?=dem \d)", "vor "), ("richtung", r"\bVerlängerung\b", "Verkürzung"), ("richtung", r"\bvergrößert\b", "verkleinert"),
    ("richtung", r"\bsenken\b", "erhöhen"), ("richtung", r"\berhöhen\b", "senken"), ("richtung", r"\breduzieren\b", "steigern"), ("richtung", r"\bZunahme\b", "Abnahme"), ("richtung", r"\bMehrkosten\b", "Minderkosten"),
    ("urteil", r"\babgelehnt\b", "angenommen"), ("urteil", r"\bangenommen\b", "abgelehnt"), ("urteil", r"\bzugestimmt\b", "widersprochen"), ("urteil", r"\bstimmt (.{3,60}) zu\b", r"lehnt \1 ab"),
    ("urteil", r"\blehnt (.{3,60}) ab\b", r"befürwortet \1"), ("urteil", r"\bbefürwortet\b", "lehnt ab"), ("urteil", r"\beinstimmig\b", "mehrheitlich"), ("urteil", r"\bgenehmigt\b", "abgelehnt"),
    ("verneint_weg", r"\bnicht (?!nur|öffentlich|zuletzt)", ""), ("verneint_weg", r"\bkeine(?=[nrms]?\b)", "eine"), ("verneint_weg", r"\bkein\b", "ein"), ("verneint_weg", r"\bohne\b", "mit"),
    ("verneint_dazu", r"\b(erforderlich|notwendig|möglich|vorgesehen|geplant|zulässig|umgesetzt|gefördert|durchgeführt|berücksichtigt|beschlossen|angeboten|errichtet|sichergestellt|eingesetzt|finanziert|gebaut|erhalten|genutzt|abgeschlossen|erreicht|verbessert)\b", r"nicht \1"),
    ("verneint_dazu", r"\b(wird|werden|wurde|wurden|soll|sollen|kann|können) (eine|ein|einen) ", r"\1 k\2 "), ("verneint_dazu", r"\b(eine|ein|einen) (?=\w+e[nrs]? [A-Z]|[A-Z])", r"k\1 "),
    ("handelnde", r"\bDie (?:Stadtv|V)erwaltung (?=empfiehlt|schlägt|hat|sieht|lehnt|plant|prüft|wird|beabsichtigt)", "Die CDU-Fraktion "), ("handelnde", r"\bDie (?:[\w/ ]+-)?Fraktion (?=beantragt|fordert|bittet|hat|möchte)", "Die Verwaltung "),
    ("handelnde", r"\bDer (Gemeinderat|Stadtrat) (?=beschließt|beauftragt|stimmt|hat)", "Die Verwaltung "), ("handelnde", r"\bDie (?:Stadtv|V)erwaltung (?=empfiehlt|schlägt|lehnt)", "Der Gemeinderat "),
    ("geplant_geschehen", r"\bsoll ((?:\S+ ){1,12})(\w+t|\w+en) werden\.", r"wurde \1\2."), ("geplant_geschehen", r"\bDer (Gemeinderat|Stadtrat|Ausschuss) beschließt\b", r"Der \1 hat beschlossen:"), ("geplant_geschehen", r"\bist geplant\b", "ist abgeschlossen"),
    ("geplant_geschehen", r"\bsollen ((?:\S+ ){1,12})(\w+t|\w+en) werden\.", r"wurden \1\2."), ("geplant_geschehen", r"\b(empfiehlt|empfohlen)\b", r"beschlossen"),
]  # fmt: skip


def _turned(text: str) -> Iterator[Alteration]:
    done = set()
    for kind, pattern, instead in _TURNS:
        changed = re.sub(pattern, instead, text, count=1)
        if kind not in done and changed != text:
            done.add(kind)
            yield kind, changed


# --- the measurement ---------------------------------------------------------------------------------------------------


_SAME_PAGE = (
    0.35  # at least this share of the alterations puts in a value or name of the same page, where there are any
)


def measure(books: Sequence[Book], wanted: int, seed: int, show: str | None) -> dict[str, object]:
    rng = random.Random(seed)
    share = [round(wanted * len(b.pages) / sum(len(x.pages) for x in books)) or 1 for b in books]
    items = [(item, book) for book, n in zip(books, share, strict=True) for item in true_sentences(book, rng, 2 * n)]
    rng.shuffle(items)
    used: Counter[str] = Counter()
    chosen: list[tuple[True_, str, str]] = []
    for item, book in items:
        possible = dict(alterations(item, book, rng))
        same_page = sum(n for k, n in used.items() if k.endswith("_seite"))
        if any(k.endswith("_seite") for k in possible) and same_page < _SAME_PAGE * wanted:
            possible = {k: v for k, v in possible.items() if k.endswith("_seite")}
        if possible and len(chosen) < wanted:
            kind = min(sorted(possible), key=lambda k: used[k])
            used[kind] += 1
            chosen.append((item, kind, possible[kind]))
    report: dict[str, object] = {
        "saetze": len(items),
        "veraendert": len(chosen),
        "davon_von_derselben_seite": sum(n for k, n in used.items() if k.endswith("_seite")),
    }
    for mode in ("mit_stelle", "ohne_stelle"):
        begin, checks = time.process_time(), 0
        flagged: dict[str, list[bool]] = defaultdict(list)
        caught: dict[str, list[bool]] = defaultdict(list)
        by_wording: dict[str, list[bool]] = defaultdict(list)
        passed: dict[int, bool] = {}
        for item, _ in items:
            result = check_statement(item.text, [item.page], item.passage if mode == "mit_stelle" else None)
            passed[id(item)] = result.ok
            flagged[item.how].append(not result.ok)
            checks += 1
            if show == "wahr" and not result.ok:
                print(f"[{mode}] {item.how}: {item.text}\n     {result.explained}")
        for item, kind, text in chosen:
            if not passed[id(item)]:
                continue
            result = check_statement(text, [item.page], item.passage if mode == "mit_stelle" else None)
            caught[kind].append(not result.ok)
            by_wording[item.how].append(not result.ok)
            checks += 1
            if show == kind and not result.ok:
                print(f"[{mode}] {kind} gefunden: {text}\n     {result.explained}")
            if show == kind and result.ok:
                print(f"[{mode}] {kind} übersehen: {text}\n     statt: {item.text}")
        report[mode] = {
            "wahr_beanstandet": _shares(flagged),
            "gefunden": _shares(caught),
            "gefunden_nach_wortlaut": _shares(by_wording),
            "gefunden_fremder_wert": _share([c for k, v in caught.items() if k.endswith("_fremd") for c in v]),
            "gefunden_wert_derselben_seite": _share([c for k, v in caught.items() if k.endswith("_seite") for c in v]),
            "gefunden_verneinung": _share([c for k, v in caught.items() if k.startswith("verneint") for c in v]),
            "gefunden_richtung_urteil": _share([c for k in ("richtung", "urteil") for c in caught.get(k, [])]),
            "gefunden_alle_zweite_art": _share([c for k, v in caught.items() if not k.endswith("_fremd") for c in v]),
            "ms_je_pruefung_mit_einlesen_der_seite": round((time.process_time() - begin) / checks * 1000, 2),
        }
    return report


def _share(values: Sequence[bool]) -> str:
    return f"{sum(values)}/{len(values)} = {sum(values) / len(values):.2f}" if values else "0/0"


def _shares(groups: dict[str, list[bool]]) -> dict[str, str]:
    made = {name: _share(values) for name, values in sorted(groups.items())}
    return {**made, "alle": _share([v for values in groups.values() for v in values])}


def facts(path: Path, book: Book, seed: int, show: bool) -> dict[str, object]:
    """True sentences about a pack that were written elsewhere, held against their pages: flagged, and caught if altered."""
    rng = random.Random(seed)
    flagged: dict[str, list[bool]] = defaultdict(list)
    caught: dict[str, list[bool]] = defaultdict(list)
    for item in json.loads(path.read_text(encoding="utf-8"))["items"]:
        for fact in item["facts"]:
            text, best = fact["fact"], book.pages[fact["page"] - 1]
            result = check_statement(text, [best])
            several = check_statement(text, [book.pages[n - 1] for n in fact.get("pages", [fact["page"]])[:3]])
            flagged["beste_seite"].append(not result.ok)
            flagged["bis_drei_seiten"].append(not several.ok)
            if show and not result.ok:
                print(f"[fakt] S. {fact['page']}: {text}\n     {result.explained} | {several.explained}")
            if not result.ok:
                continue
            for kind, altered in alterations(True_(text, best, best, "fakt"), book, rng):
                found = not check_statement(altered, [best]).ok
                caught[kind].append(found)
                if show and not found:
                    print(f"[fakt {kind}] übersehen: {altered}\n     statt: {text}")
    groups = {
        "fremd": [c for k, v in caught.items() if k.endswith("_fremd") for c in v],
        "seite": [c for k, v in caught.items() if k.endswith("_seite") for c in v],
        "sinn": [c for k, v in caught.items() if not k.endswith(("_fremd", "_seite")) for c in v],
    }
    return {
        "beanstandet": {name: _share(values) for name, values in flagged.items()},
        "gefunden": {**_shares(caught), **{f"gefunden_{name}": _share(values) for name, values in groups.items()}},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packs", nargs="+", type=Path)
    parser.add_argument("--fakten", nargs="*", type=Path, default=[], help="FACTS.json, named like its pack")
    parser.add_argument("--saetze", type=int, default=200)
    parser.add_argument("--saat", type=int, default=1)
    parser.add_argument("--zeigen", help="a kind of alteration, 'wahr' or 'fakten': print each case")
    arguments = parser.parse_args()
    books = []
    report: dict[str, object] = {}
    for path in arguments.packs:
        book = Book([page.text for page in read_file(path).pages if page.text.strip() or len(path.parts)])
        find_names(book)
        books.append(book)
        for file in arguments.fakten:
            if file.name.startswith(path.stem):
                report[f"fakten {path.stem}"] = facts(file, book, arguments.saat, arguments.zeigen == "fakten")
    report |= measure(
        [b for b in books if any(p.strip() for p in b.pages)], arguments.saetze, arguments.saat, arguments.zeigen
    )
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
