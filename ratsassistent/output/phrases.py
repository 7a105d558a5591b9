"""German phrases that the page, the Markdown and the commands share: votes, outcomes, what a new edition changed.

What enters: objects of `oparl`. What leaves: plain text; whoever shows it escapes it.
What it does not know: HTML, Markdown, commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ratsassistent.briefings import Answer, Briefing, Coverage, FoundWord, ItemSource, Why
from ratsassistent.oparl import AgendaItem, Change, Decision, MissingAttachment, Outcome, PageRef, Vote
from ratsassistent.output import phrases_server, suspicious
from ratsassistent.resolutions import Status

OUTCOMES: dict[Outcome, str] = {
    "accepted": "angenommen",
    "rejected": "abgelehnt",
    "postponed": "vertagt",
    "referred": "verwiesen",
    "noted": "zur Kenntnis genommen",
    "settled": "erledigt",
    "other": "anderes Ergebnis",
}
STATUSES: dict[Status, str] = {
    "open": "offen",
    "in_progress": "in Arbeit",
    "done": "erledigt",
    "dropped": "entfallen",
}
_PARTS = {
    "resolution": "Beschlussvorschlag",
    "summary": "Kurzfassung",
    "reason": "Begründung",
    "costs": "Kosten",
    "motion": "Antrag",
    "statement": "Stellungnahme",
    "consultation": "Beratungsfolge",
    "annex": "Anlage",
    "title": "Kopf der Vorlage",
}


WORDINGS = {"proposal": "Beschlussvorschlag", "motion": "Antrag"}  # whose wording it is, by its kind
NON_PUBLIC = "Nichtöffentlich – vertraulich behandeln."
CONFIDENTIAL_SHORT = "Enthält Nichtöffentliches – nicht weitergeben."
CONFIDENTIAL = "Dieses Papier enthält Nichtöffentliches und darf nicht weitergegeben werden."
NO_PAPERS = "Zu diesem Punkt liegen keine Unterlagen bei."
NO_READABLE_PAPERS = "Zu diesem Punkt liegen keine lesbaren Unterlagen bei."
AUTHORITATIVE = "Maßgeblich sind die Unterlagen."
CHECKED = (
    "jede Zahl, jedes Datum, jeder Betrag, jeder § und jeder Name des Satzes steht auf dieser Seite – mehr nicht: "
    "ob der Satz den Sinn trifft, sieht man nur dort."
)
ALL_SUPPORTED = "Keine: Bei keinem nachgesehenen Satz der KI fehlte eine Zahl oder ein Name auf der genannten Seite."
WITHHELD = (
    "Diese Sätze hat das Sprachmodell geschrieben und das Programm oben weggelassen, weil sie die Prüfung nicht "
    "bestanden haben; sie gelten nicht."
)
RESPONSIBLE = (
    "Diese Auswertung ersetzt die Unterlagen nicht; maßgeblich sind allein sie. Wer sich auf eine Aussage stützt oder "
    "sie weitergibt, ist dafür selbst verantwortlich und liest vorher die genannte Seite. Nichts hier "
    "empfiehlt, wie abzustimmen ist."
)
RESPONSIBLE_USER = (
    "Wer das Programm einsetzt, ob Kommune, Fraktion oder einzelnes Mitglied, ist für seinen Gebrauch selbst verantwortlich. Es ersetzt "
    "die Unterlagen nicht; maßgeblich sind allein sie. Wer sich auf eine Aussage stützt oder sie weitergibt, liest vorher die genannte "
    "Seite. Das Programm empfiehlt nie, wie abzustimmen ist."
)
MAY_BE_WRONG = "Was eine KI geschrieben hat, kann falsch sein."
NOT_FOUND = "In den gelesenen Unterlagen nicht gefunden"
NEAREST = "Könnte damit zu tun haben"
DOUBTED = "Das Sprachmodell hat die folgenden Stellen gelesen und darin keine Antwort erkannt"
UNDERSTOOD = "Verstanden als"
UNKNOWN_PUBLIC = "Ob der Punkt öffentlich ist, sagen die Unterlagen nicht; er wird deshalb so behandelt."


def moved(item: AgendaItem | ItemSource) -> str:
    """That a Nachtrag took an item off the agenda or gave it another number; empty where neither happened."""
    if item.withdrawn:
        return "Dieser Punkt wurde von der Tagesordnung genommen."
    return f"Dieser Punkt hatte vor dem Nachtrag die Nummer {item.formerly}." if item.formerly else ""


def vote(given: Vote) -> str:
    """Counts in words: "31 Ja, 4 Nein, 2 Enthaltungen"; what the minutes do not say is left out."""
    parts = []
    if given.yes is not None:
        parts.append(f"{given.yes} Ja")
    if given.no is not None:
        parts.append(f"{given.no} Nein")
    if given.abstain is not None:
        parts.append(f"{given.abstain} {'Enthaltung' if given.abstain == 1 else 'Enthaltungen'}")
    return ", ".join(parts)


def decision(given: Decision) -> str:
    """What was decided, in one line: the phrase as printed, and the counts where they do not stand in it."""
    counts = vote(given.vote) if given.vote else ""
    printed = " ".join(given.result.split())
    known = given.vote is not None and all(
        str(n) in printed for n in (given.vote.yes, given.vote.no, given.vote.abstain) if n
    )
    return printed if not counts or known else f"{printed} ({counts})"


def named_votes(given: Decision) -> list[tuple[str, str]]:
    """A recorded vote as (how, names) lines, in the order yes, no, abstained, absent."""
    words = {"yes": "Ja", "no": "Nein", "abstain": "Enthaltung", "absent": "nicht anwesend"}
    lines = []
    for key, word in words.items():
        names = [f"{n.name} ({n.group})" if n.group else n.name for n in given.named if n.vote == key]
        if names:
            lines.append((word, ", ".join(names)))
    return lines


def change(given: Change) -> tuple[str, str]:
    """(what kind of change in which part, in German; nothing else) for a heading: "Beschlussvorschlag", "geändert"."""
    kind = "neu" if given.before is None else "entfallen" if given.after is None else "geändert"
    return _PARTS.get(given.part, "Text"), kind


def missing(given: MissingAttachment) -> str:
    """ "Anlage 3, erwähnt auf S. 12, liegt nicht bei"."""
    pages = list(dict.fromkeys(c.page for c in given.citation if c.page))
    where = f", erwähnt auf S. {', '.join(map(str, pages))}," if pages else ""
    return f"{given.name}{where} liegt nicht bei"


def page_list(pages: Iterable[PageRef]) -> list[tuple[str, str]]:
    """Pages put together by file: (file, "S. 3–5, 9"), in the order in which the files first come."""
    by_file: dict[str, list[int]] = {}
    for ref in pages:
        by_file.setdefault(ref.file, []).append(ref.page)
    return [(file, f"S. {runs(sorted(set(numbers)))}") for file, numbers in by_file.items()]


def runs(numbers: list[int]) -> str:
    """Sorted numbers with those in a row as a range: "3–5, 9"."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in found)


def coverage_read(given: Coverage) -> str:
    """ "8 von 9 Seiten gelesen." """
    return f"{given.read} von {given.pages} Seiten gelesen."


def coverage(given: Coverage) -> list[tuple[str, list[str]]]:
    """What a reader has to know about the reading of a pack: (sentence, details), only where there is something to say."""
    notes: list[tuple[str, list[str]]] = []
    if given.suspicious:
        notes.append((suspicious.counted(len(given.suspicious)), suspicious.listed(given.suspicious)))

    def note(pages: tuple[PageRef, ...], one: str, many: str) -> None:
        if pages:
            sentence = one if len(pages) == 1 else many.format(n=len(pages))
            notes.append((sentence, [f"{file}: {numbers}" for file, numbers in page_list(pages)]))

    note(
        given.ocr,
        "1 Seite war ein Scan und wurde mit Texterkennung gelesen; einzelne Buchstaben können falsch sein.",
        "{n} Seiten waren Scans und wurden mit Texterkennung gelesen; einzelne Buchstaben können falsch sein.",
    )
    note(
        given.drawings,
        "1 Seite ist ein Plan oder eine Zeichnung; sie wird genannt, aber nicht zusammengefasst.",
        "{n} Seiten sind Pläne oder Zeichnungen; sie werden genannt, aber nicht zusammengefasst.",
    )
    note(
        given.unassigned,
        "1 Seite gehört zu keinem Tagesordnungspunkt.",
        "{n} Seiten gehören zu keinem Tagesordnungspunkt.",
    )
    if given.missing:
        sentence = (
            "1 erwähnte Anlage fehlt." if len(given.missing) == 1 else f"{len(given.missing)} erwähnte Anlagen fehlen."
        )
        notes.append((sentence, [missing(m) for m in given.missing]))
    if given.without_papers:
        n = len(given.without_papers)
        one = "Zu 1 Tagesordnungspunkt liegen keine Unterlagen bei."
        notes.append(
            (one if n == 1 else f"Zu {n} Tagesordnungspunkten liegen keine Unterlagen bei.", list(given.without_papers))
        )
    return notes


def judged(given: Answer) -> str:
    """That a language model read the places quoted, and what it made of them; empty where none did."""
    if given.judge is None or given.doubted:
        return ""
    return f"Ob diese Stellen die Frage beantworten, hat zusätzlich ein Sprachmodell geprüft ({phrases_server.named(given.judge)}); es kann sich irren."


def pages_read(given: Answer) -> str:
    """How much was read before it was answered: "38 von 40 Seiten gelesen"."""
    return f"{given.pages_read} von {given.pages_total} {'Seite' if given.pages_total == 1 else 'Seiten'} gelesen"


def why(given: Why) -> str:
    """Why a passage was found, as one sentence."""
    if not given.words:
        return "Gefunden wegen ähnlicher Bedeutung; keines der gesuchten Wörter kommt vor."
    words = ", ".join(map(_found, given.words))
    return f"Gefunden wegen: {words}" + ("; auch wegen ähnlicher Bedeutung." if given.meaning >= 0.3 else ".")


def _found(given: FoundWord) -> str:
    return {
        "exact": f"„{given.word}“ wörtlich",
        "inflected": f"„{given.word}“ als „{given.found}“",
        "compound": f"„{given.word}“ in „{given.found}“",
        "part": f"„{given.word}“ durch „{given.found}“",
        "head": f"„{given.word}“ im Titel oder in der Überschrift",
    }[given.how]


NOT_KNOWN = "nicht bekannt"


def energy(wh: float | None, how: str | None) -> str | None:
    """The energy that a briefing took, and how it is known; None where it is not."""
    if wh is None:
        return how if how and how.startswith(NOT_KNOWN) else None
    amount = "unter 0,1" if wh < 0.1 else f"{wh:.1f}".replace(".", ",")
    return f"{amount} Wh ({how})" if how else f"{amount} Wh"


def known_how(how: str | None) -> str | None:
    """Whether energy was measured or estimated, in a word or two; the rest stands in „Über diese Auswertung“."""
    if not how:
        return None
    if how.startswith(NOT_KNOWN):
        return NOT_KNOWN
    known = [word for word in ("gemessen", "geschätzt") if word in how]
    return f"teils {known[0]}, teils {known[1]}" if len(known) == 2 else how.split(" ", 1)[0]


def took(seconds: float, wh: float | None, how: str | None) -> str:
    """How long a model wrote, and how much energy that took: "Geschrieben in 42 Sekunden; Strom: 0,9 Wh (geschätzt …)."."""
    if seconds < 1:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        time = f"{rest} Sekunden" if rest != 1 else "1 Sekunde"
    else:
        time = f"{minutes} {'Minute' if minutes == 1 else 'Minuten'}"
        if rest and minutes < 10:
            time += f" und {rest} {'Sekunde' if rest == 1 else 'Sekunden'}"
    used = energy(wh, how)
    return f"Geschrieben in {time}{f'; Strom: {used}' if used else ''}."


def holds(given: Briefing) -> str:
    """Which parts of a meeting a file holds, as one or two sentences."""
    shut = [item for item in given.agendaItem if item.public is not True]
    if given.part == "public":
        return "Diese Datei enthält nur, was öffentlich ist. Von nichtöffentlichen Punkten steht nichts darin, auch kein Titel."
    if not shut:
        return "Diese Datei enthält nur Öffentliches; Nichtöffentliches ist in diesen Unterlagen nicht bekannt."
    if len(shut) == len(given.agendaItem):
        return "Diese Datei enthält nur Nichtöffentliches, oder was nicht als öffentlich bekannt ist."
    return (
        f"Diese Datei enthält Öffentliches und Nichtöffentliches: {_points(len(given.agendaItem) - len(shut))} öffentlich, "
        f"{_points(len(shut))} nichtöffentlich oder nicht als öffentlich bekannt."
    )


_BAD_GERMAN = frozenset(
    {"kein ganzer Satz", "offene Klammer", "Großschreibung", "nicht deutsch", "fremde Zeichen", "Wiederholung", "Grammatik",
     "kein Verb", "Wortstellung"}
)  # fmt: skip
_REFUSED = {
    "abgeschrieben": "fast Wort für Wort wie in den Unterlagen",
    "unsicher": "die KI war sich selbst nicht sicher",
    "Formulartext": "Text eines Formulars",
    "zu kurz": "sagt zu wenig",
    "zu lang": "ein zu langer Satz",
    "Begründung nicht im Text": "nennt eine Begründung, die dort nicht steht",
}
_REFUSED_WORDS = {
    "nicht im Text": "{} steht nicht in dem Satz, aus dem er ist",
    "es fehlt": "{} ist weggefallen",
    "anders": "anders als in den Unterlagen: {}",
}


def refused(failures: Sequence[str]) -> str:
    """Why a sentence of the model is not shown, in everyday words."""
    made: list[str] = []
    for failure in failures:
        kind, colon, words = failure.partition(": ")
        if failure in _BAD_GERMAN or kind == "Geschlecht":
            made.append("schlechtes Deutsch")
        elif failure in _REFUSED:
            made.append(_REFUSED[failure])
        elif colon and kind in _REFUSED_WORDS:
            quoted = f"„{words}“" if kind != "anders" else words
            made.append(_REFUSED_WORDS[kind].format(quoted))
        else:
            made.append(failure)
    return "; ".join(dict.fromkeys(made)) or "steht so nicht in den Unterlagen"


def _points(number: int) -> str:
    return "1 Punkt" if number == 1 else f"{number} Punkte"
