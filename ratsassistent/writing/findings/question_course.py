"""Questions on what a paper lacks or leaves to be settled: annexes, contradictions, open points, hearings, dates.

What enters: ItemWords and an ItemBriefing. What leaves: Asked; nothing where the answer may stand anywhere in the papers.
What it does not know: how many questions are shown, in which order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ratsassistent.briefings import ItemBriefing
from ratsassistent.oparl import Citation, Consultation, PageStart, Paper
from ratsassistent.writing.findings.asking import EXAMINES, Asked, about, ask, at, official, page_of, quoted
from ratsassistent.writing.findings.item_words import ItemWords
from ratsassistent.writing.findings.open_points import may_be_open, open_point
from ratsassistent.writing.text.amounts import days, money

_REFERS = re.compile(r"(?i)\b(?:anlagen?|anhang|beilage|lageplan|planzeichnung|gutachten|präsentation)\b")
_MOST_NAMED = 3  # annexes or pages by name
_HEARD = re.compile(
    r"(?i)\b(?:ortschaftsr[aä]t\w*|ortsbeir[aä]t\w*|bezirks(?:rat|beirat|vertretung)\w*|\w*elternbeir[aä]t\w*|\w*beirat|träger öffentlicher belange|bürgerverein\w*|anwohner\w*"
    r"|anlieger\w*|eigentümer\w*|denkmalschutzbehörde|naturschutzbehörde|kommunalaufsicht|personalrat)\b[^;]*"
    r"\b(?:noch (?:nicht )?(?:beteiligt|angehört|gehört|eingebunden|informiert|befasst|zu beteiligen|anzuhören)|(?:steht|stehen) noch aus)"
)
_HEARING_FIELD = re.compile(r"(?i)^(?:anhörung|beteiligung)\b")
_YES_ONLY = re.compile(r"(?i)^ja\W*$")
_HEARD_ON = re.compile(r"(?i)(?:durchgeführt|erfolgt|angehört) am\W{0,5}\d")
_DONE = re.compile(
    r"(?i)zugestimmt|zustimm|empfohlen|empfiehlt|empfehlung|einstimmig|mehrheitlich|\d+ (?:ja|nein)\b|vertagt|angehört|abgelehnt|lehnt|beraten|beschlossen|stellung"
)
_ROLE = re.compile(
    r"(?i)^(?:vorberatung|entscheidung|beschluss(?:fassung)?|kenntnisnahme|anhörung|beratung|information)\W*$"
)
_NEW_EDITION = re.compile(
    r"(?i)(?:neue|geänderte|aktualisierte|überarbeitete|korrigierte)\w* (?:fassung|vorlage|kosten)|gegenüber der|änderung\w* (?:gegenüber|zur)|austausch|ergänzungsvorlage|redaktionell"
    r"|wurde\w* (?:\w+ )?(?:geändert|ergänzt|angepasst|korrigiert|aktualisiert)"
)
_SITE = re.compile(
    r"(?i)\b(?:standort(?:entscheidung|wahl|beschluss|festlegung)|(?:am|als|auf dem|für den|neue[rn]?) standort)\b"
)
_OTHER_SITES = re.compile(
    r"(?i)alternativ|variante|standort(?:vergleich|untersuchung|suche|analyse|bewertung|prüfung)|standort\w* .{0,80}(?:geprüft|untersucht|verglichen)|standort \d|standorte"
)
_TRIAL = re.compile(
    r"(?i)\b(?:pilot(?:projekt|phase|modell|versuch|vorhaben|betrieb)\w*|testphase|modellversuch|probebetrieb|verkehrsversuch|versuchsweise|probeweise|testweise)\b"
)
_PAST = re.compile(r"(?i)\b(?:war|waren|wurde|wurden|hatte|hatten)\b")
_PERHAPS = re.compile(r"(?i)\b(?:wären?|würden?|könnten?|sollten?|denkbar|möglich)\b")
_CHECK = re.compile(r"(?i)geprüft|prüfen|prüfung|ergebnis\w* .*vor(?:ge(?:stellt|legt)|liegen)")
_UNTIL = re.compile(r"(?i)\bbis (?:zu[mr]?|ende|mitte|anfang|spätestens)\b|\bvoraussichtlich (?:im|ab)\b")
_EVALUATED = re.compile(
    r"(?i)evalu|aus(?:ge)?wert|bilanz|erfahrung|ergebniss|bericht|zwischenstand|dokumentier|monitoring|erkenntnis|bewert|nach (?:ablauf|abschluss|ende)|begleitforschung"
)
_TIME = re.compile(
    r"(?i)\b(?:halbjährlich\w*|jährlich\w*|vierteljährlich\w*|sofort\w*|bis (?:zu[mr]?|ende|mitte|anfang|spätestens)|spätestens|innerhalb|binnen|nächste\w*|kommende\w*"
    r"|\w*haushalt\w*|schuljahr\w*|quartal\w*|sitzung|frühjahr|sommer\w*|herbst|winter|ab dem|zum \d|regelmäßig|monat\w*|woche\w*|jahr\w*|(?:19|20)\d\d)\b"
)


def missing_annex(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """An annex is mentioned and not in the pack."""
    lacking = words.item.missing_attachments
    if not lacking:
        return
    shown = lacking if len(lacking) <= _MOST_NAMED else lacking[: _MOST_NAMED - 1]
    named = [f"{a.name}{_title(words, a.name)}" if a.name[-1:].isdigit() else f"der Anlage „{a.name}“" for a in shown]
    if len(shown) < len(lacking):
        named.append(f"{len(lacking) - len(shown)} weiteren Anlagen")
    places = " und ".join(dict.fromkeys(page for a in shown if (page := page_of(a.citation))))
    reason = f"Die Unterlagen verweisen{f' auf {places}' if places else ''} darauf; beigelegt ist nichts davon."
    if len(lacking) == 1:
        reason = reason.replace("beigelegt ist nichts davon", "sie liegt nicht bei")
    yield ask(1.0, "annex", f"Was steht in {_listed(named)}?", reason, [c for a in shown for c in a.citation[:1]])


def _listed(names: Sequence[str]) -> str:
    """ "A, B und C"."""
    return " und ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _title(words: ItemWords, label: str) -> str:
    """ " („Gebührenkalkulation vom 23.11.2026“)", where a list of annexes says what the label stands for."""
    pattern = re.compile(rf"{re.escape(label)}\s*(?::|–|-)\s*(?P<title>[A-ZÄÖÜ][^\n(|]{{5,90}})")
    for paper in words.papers:
        found = pattern.search(paper.text.text)
        if found:
            return f" („{' '.join(found['title'].split()).rstrip(' ,;.')}“)"
    return ""


def contradiction(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Two papers, or a paper and its annex, give different amounts or dates for the same thing."""
    for found in brief.contradictions[:2]:
        sides = " oder ".join(f"{side.text}{at(side.citation)}" for side in found.sides[:3])
        kind = "Welcher Betrag" if found.kind == "amount" else "Welcher Termin"
        citation = tuple(side.citation[0] for side in found.sides[:3] if side.citation)
        reason = "Die Unterlagen nennen dafür verschiedene Angaben."
        made = ask(0.97, "contradiction", f"{kind} gilt für „{found.subject}“: {sides}?", reason, citation)
        yield Asked(made.question, made.weight, made.topic, may_repeat=True)


def unread_pages(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """The proposal refers to an annex of which a page could not be read."""
    if not _REFERS.search(words.resolution):
        return
    unread = [start for paper in words.papers for start in _unread(paper)]
    if not unread:
        return
    shown = unread[:_MOST_NAMED]
    pages = _listed([f"S. {start.page}" for start in shown])
    more = " und weiteren Seiten" if len(unread) > len(shown) else ""
    citation = [Citation(file=start.file, file_id=start.file_id, page=start.page) for start in shown]
    text = f"Was steht auf {pages}{more} von „{unread[0].file}“?"
    yield ask(0.55, "unread", text, "Der Vorschlag verweist auf Anlagen; diese Seiten waren nicht zu lesen.", citation)


def _unread(paper: Paper) -> Iterator[PageStart]:
    """The pages of a paper's annexes that hold no text and are no drawing."""
    text = paper.text.text
    for n, start in enumerate(paper.text.starts):
        end = paper.text.starts[n + 1].offset if n + 1 < len(paper.text.starts) else len(text)
        drawn = any(p.kind == "drawing" and p.start <= start.offset < max(p.end, p.start + 1) for p in paper.parts)
        if n and start.page is not None and not text[start.offset : end].strip() and not drawn:
            yield start


def called_open(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """The administration itself says that something is open, being checked, outstanding."""
    before = ""
    dated = any(_CHECK.search(s.text) and (_UNTIL.search(s.text) or days(s.text)) for s in official(words))
    for said in words.said:
        tells = said.speaker == "paper" and said.kind != "resolution"
        citation = words.cite(said) if tells and may_be_open(said.text) else ()
        if citation:
            point = open_point(said.text, page_of(citation), said.question or before)
            elsewhere = said.aside and point is not None and point.topic not in ("funding", "costs")
            if point and not elsewhere and not (point.topic == "check" and dated):
                made = ask(point.weight, point.topic, point.text, point.reason, citation)
                yield Asked(made.question, made.weight, made.topic, may_repeat=point.weight > 0.7)
        before = said.text if said.speaker == "paper" else ""


def hearing(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Somebody who has to be heard has not been, or the form says "yes" and not with what result."""
    for said in official(words):
        quote = quoted(words, said) if _HEARD.search(said.text) else None
        if quote:
            reason = "Ein Ergebnis der Beteiligung steht nicht in den Unterlagen."
            yield ask(0.75, "hearing", f"{quote[0]} – wann und mit welchem Ergebnis geschieht das?", reason, quote[1])
            return
    for value in words.forms:
        if not (_HEARING_FIELD.search(value.name) and _YES_ONLY.search(value.value)):
            continue
        body = value.name.split()[-1][:9]
        told = _HEARD_ON.search(words.printed) or any(body in s.text and _DONE.search(s.text) for s in official(words))
        if not told and not any(body in c.organization for c in words.consultations):
            reason = f"Im Formular steht dazu nur „{value.value}“{at(value.citation)}."
            yield ask(0.7, "hearing", f"Was hat die „{value.name}“ ergeben?", reason, value.citation)
            return


def earlier_consultation(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """The form prints results of consultations, but not that of one that came before."""
    dated = sorted((c.date, n, c) for n, c in enumerate(words.consultations) if c.date)
    last = max((n for n, (_, _, row) in enumerate(dated) if row.result and not _ROLE.search(row.result)), default=-1)
    for day, _, row in dated[: max(last, 0)]:
        if row.result is None and not _told_of(words, row):
            text = f"Zu welchem Ergebnis kam die Beratung in „{row.organization}“ am {day:%d.%m.%Y}?"
            reason = "Die Beratungsfolge nennt die Beratung, ein Ergebnis steht weder dort noch im Text."
            yield ask(0.6, "consultation", text, reason)
            return


def _told_of(words: ItemWords, row: Consultation) -> bool:
    """True where a line of any paper, the table itself included, may say what came of a consultation."""
    name = row.organization.split()[-1][:12]
    table = [
        line for p in words.papers for q in p.parts if q.kind == "consultation" for line in p.part_text(q).split("\n")
    ]
    return any(name in line and _DONE.search(line) for line in [*words.everything.split("\n"), *table])


def changed_without_reason(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A later edition changed the proposal or an amount and does not say for what reason."""
    if _NEW_EDITION.search(words.everything):
        return
    for change in (c for paper in words.papers for c in paper.changes if c.part in ("resolution", "costs", "form")):
        old, new = money(change.before or ""), money(change.after or "")
        if len(old) == len(new) == 1 and old[0].value != new[0].value:
            text = f"Aus welchem Grund wurden aus {old[0].text} in der neuen Fassung {new[0].text}?"
        elif change.part == "resolution" and change.before and change.after:
            text = "Aus welchem Grund wurde der Beschlussvorschlag gegenüber der früheren Fassung geändert?"
        else:
            continue
        reason = "Die neue Fassung weicht von der früheren ab; ein Grund steht nicht darin."
        yield ask(0.75, "edition", text, reason, (*change.citation_before, *change.citation_after))
        return


def other_sites(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A site is chosen, and no other is named."""
    if words.moves or _OTHER_SITES.search(words.everything):
        return
    if _SITE.search(f"{words.item.name}\n{words.resolution}"):
        text = f"Welche anderen Standorte kamen{about(words, 'für')} in Betracht?"
        yield ask(0.65, "sites", text, "Die Unterlagen nennen nur den vorgeschlagenen Standort.")


def trial_without_evaluation(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Something is to be tried out, and nothing says how its success is judged."""
    if _EVALUATED.search(words.official):
        return
    for said in official(words):
        trial = _TRIAL.search(said.text) and not (_PAST.search(said.text) or _PERHAPS.search(said.text))
        quote = quoted(words, said) if trial else None
        if quote:
            reason = "Wann und woran der Erfolg gemessen wird, steht nicht in den Unterlagen."
            yield ask(0.7, "trial", f"{quote[0]} – wann und woran wird gemessen, ob es sich bewährt?", reason, quote[1])
            return


def when_due(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A motion wants something examined and reported; neither it nor an answer says by when."""
    if not words.moves or words.answered:
        return
    wanted = [said for said in words.said if said.kind == "motion" and EXAMINES.search(said.text)]
    if not wanted or any(_TIME.search(said.text) or days(said.text) for said in words.said if said.kind == "motion"):
        return
    quote = quoted(words, wanted[0])
    if quote:
        text = f"{quote[0]} – bis wann soll das Ergebnis vorliegen?"
        yield ask(0.6, "due", text, "Der Antrag nennt keinen Zeitpunkt; eine Stellungnahme liegt nicht bei.", quote[1])
