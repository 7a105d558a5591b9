"""Does a sentence keep together what belongs together in its source?

What enters: a sentence that a model made from one sentence of the papers, and that source. What leaves: what came apart, in
German words; nothing found is no proof.
What it does not know: pages, values, who acts (`check`, `roles`).

A small model that turns a sentence round drops the little words that carry its sense: "bewirbt sich um die Karte" becomes
"bewirbt die Karte", "geht von … aus" becomes "geht von …", and what was said of a Satzung is hung on another noun. Patterns,
no grammar: it looks at the clauses between commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ratsassistent.writing.checks.vocabulary import Vocabulary
from ratsassistent.writing.text.terms import word_set

_PARTICLE = (
    "zurück|zusammen|weiter|bereit|durch|heran|heraus|herein|hervor|hinaus|hinzu|voraus|vorbei|nieder|statt|teil|fest|fort|frei"
    "|nach|auf|aus|bei|dar|ein|her|hin|los|mit|vor|weg|ab|an|um|zu"
)
_LAST_PARTICLE = re.compile(rf"\b(?P<particle>{_PARTICLE})$")
_TWICE = re.compile(rf"\b(?P<particle>{_PARTICLE}), .*\b(?P=particle)[.!?]?$")
_REFLEXIVE = re.compile(r"(?P<verb>\b[a-zäöüß]{3,}(?:t|en|te|ten))\s+(?:[a-zäöüß]+\s+)?sich\b")
_NOUN = re.compile(r"\b[A-ZÄÖÜ][\wäöüß-]{3,}")
_WORD = re.compile(r"[^\W_]+")
# Clauses that need not follow their word: those of the whole sentence, and those that name by gender what they go with.
_FREE = re.compile(
    r"^(?:da|weil|um|wenn|falls|so|sodass|obwohl|damit|während|sofern|soweit|ohne|und|oder|sowie|aber|sondern|dass|ob|wie|wo|bevor|nachdem|bis|wobei|wodurch|was|d(?:er|ie|as|en|em|eren|essen)|welche\w*)\b"
)
_TO_DO = re.compile(r"\bzu [a-zäöüß]+n\b|\b[a-zäöüß]{2,}zu[a-zäöüß]{3,}n\b")
_DENIED = re.compile(r"\b(?:nicht|kein\w*)\b", re.IGNORECASE)
# "Zahl der Plätze": what is said of the number is not said of the places.
_GENITIVE = re.compile(
    r"\b(?P<head>[A-ZÄÖÜ][\wäöüß-]{3,})\s+(?:der|des|eines|einer|dieser|dieses|seiner|ihrer)\s+(?:[a-zäöüß]+e[nrsm]\s+)?(?P<of>[A-ZÄÖÜ][\wäöüß-]{3,})"
)
_HOLLOW = frozenset(  # heads that say nothing by themselves
    ["rahmen", "bereich", "höhe", "zuge", "verlauf", "laufe", "auftrag", "basis", "grundlage", "sinne", "hinblick", "hilfe", "thema",
     "bezug", "wege", "folge", "anfang", "ende", "beginn", "mitte", "auffassung", "ansicht", "sicht", "meinung", "einschätzung"]
)  # fmt: skip
_POINTS = re.compile(r"\b(?:diese[rsnm]?|sie|er|ihm|ihnen|ihn)\b(?!\s+(?:[a-zäöüß]+e[nrsm]?\s+)*[A-ZÄÖÜ0-9])")
# A feminine noun (or one in -ung, -heit …) that something of one is said of: "Die Verwaltung legt", "Die Stadt plant".
_WOMAN_ACTS = re.compile(
    r"^Die (?:[a-zäöüß]+e )?(?P<noun>[A-ZÄÖÜ][\wäöüß-]{3,}) (?:[a-zäöüß]{2,}t|soll|muss|kann|will|darf|wird)\b"
)
_WHERE_TO = re.compile(
    r"\b(?:(?:in|an|auf|für) (?:die|den|das|eine[nr]?|ein)|ins|ans|aufs|zum|zur)\s+(?:[a-zäöüß]+e[nrsm]?\s+)*(?P<noun>[A-ZÄÖÜ][\wäöüß-]{3,})"
)
_THIS = re.compile(
    r"\b[Dd]iese[rsnm]?\s+(?:(?:zwei|drei|beiden|[a-zäöüß]+e[nrsm]?)\s+)?(?P<noun>[A-ZÄÖÜ][\wäöüß-]{3,})"
)
_KNOWN_ANYWAY = frozenset(  # which paper, which place, which year: there is only one
    ["vorlage", "beschlussvorlage", "beschluss", "beschlusses", "antrag", "antrags", "antrages", "anfrage", "jahr", "jahres", "jahre",
     "sitzung", "stelle", "grund", "gründen", "zusammenhang", "hintergrund", "weise", "form", "sinne", "sinn", "ziel", "fall", "punkt"]
)  # fmt: skip
_ONE_ORDERED = re.compile(
    r"(?:(?:Der|Die|Das) \S+(?: \S+){0,5} wird (?:\S+ ){0,4}?|.*\bwird (?:die|der|das) (?:\S+ ){1,4}?)(?:beauftragt|gebeten|ermächtigt|aufgefordert)\b"
)
# what an infinitive may hang on, or a finite verb of more than one
_GOVERNS = re.compile(
    r"\b(?:soll|möge|muss|wird|kann|darf|um|ohne|statt|beauftragt|gebeten|ermächtigt|aufgefordert|beginnt|versucht|hilft)\b"
)
_RESTRICTED = re.compile(
    r"^(?:Der|Die|Das) (?P<noun>[A-ZÄÖÜ]\S+), (?P<clause>(?:[a-zäöü]{2,5} )?(?:der|die|das|den|dem|deren|dessen|denen|welche[rsmn]?)\b[^,]{8,}),"
)
_BODY_ACTS = re.compile(
    r"^(?:Der|Die|Das)\s(?:[A-ZÄÖÜ][\w-]*(?:,|\sund|\sfür)?\s){0,4}?[\w-]*(?:[Rr]at|[Tt]ag|[Aa]usschuss|[Vv]ersammlung|[Vv]ertretung|[Vv]orstand|[Bb]eirat)\s+(?P<verb>[a-zäöüß]+t)\b"
)
_SUBJECT_ACTS = re.compile(
    r"^(?:Der|Die|Das) (?P<subject>[A-ZÄÖÜ][\wäöüß-]+) (?:[A-ZÄÖÜ][\wäöüß-]+ )?(?P<verb>[a-zäöüß]{3,}t)\b(?<!\bist)(?<!wird)(?<!\bhat)"
)
_AUXILIARIES = {
    "werden": re.compile(r"\b(?:wird|werden|wurden?|worden|würden?)\b", re.IGNORECASE),
    "haben": re.compile(r"\b(?:hat|haben|hatten?|hätten?)\b", re.IGNORECASE),
}
_INFINITIVES = {
    "nimmt": "nehmen", "gibt": "geben", "empfiehlt": "empfehlen", "tritt": "treten", "erlässt": "erlassen", "hält": "halten",
    "lässt": "lassen", "spricht": "sprechen", "trifft": "treffen", "verleiht": "verleihen", "beruft": "berufen", "hebt": "heben",
}  # fmt: skip
# What opens a clause, and what of the source may become such a clause.
_OPENERS = (
    (re.compile(r"\b(?:weil|da(?= (?!s\b)))\b"), re.compile(r"\b(?:weil|da|denn|nachdem)\b", re.IGNORECASE)),
    (re.compile(r"\b(?:wenn|falls|sofern)\b"), re.compile(r"\b(?:wenn|falls|sofern|soweit|bei)\b|^[A-ZÄÖÜ][a-zäöü]+(?:t|en) ", re.IGNORECASE)),
    (re.compile(r"\b(?:obwohl|während|nachdem|bevor|wodurch|wobei)\b"), re.compile(r"\b(?:obwohl|obgleich|trotz|während|nachdem|nach|bevor|vor|wodurch|wobei)\b", re.IGNORECASE)),
    (re.compile(r", (?:(?:in|an|auf|mit|von|für|bei|zu|aus|durch) )?(?:der|die|das|dem|den|deren|dessen|welche\w*)(?= [^,]*\b[a-zäöüß]{3,}(?:,|\.$|$))"), re.compile(r", (?:\w+ )?(?:der|die|das|dem|den|deren|dessen|welche\w*)\b")),
)  # fmt: skip
_NOT = re.compile(r"\b(?:nicht|kein(?:e[nrsm]?)?)\b", re.IGNORECASE)
_LITTLE = word_set(
    """der die das den dem des ein eine einen einem einer mehr nur auch zu in im am an mit von vom für zur zum bei über
    ohne so als durch auf nach um und oder ist sind wird werden hat haben"""
)
_STARTS_BARE = re.compile(r"^(?P<noun>[A-ZÄÖÜ][\wäöüß-]{3,}) (?:\d+ )?(?:[a-zäöüß]{3,}(?:t|en|te|ten)|ist|sind|war)\b")
_FIRST_ADVERBS = word_set(  # what else a sentence begins with
    """aktuell allerdings allein anfangs anschließend auch aufgrund außerdem ausgehend beispielsweise bereits bisher
    bislang dabei dadurch dafür dagegen daher damals damit danach daneben dann daran darauf daraus darin darüber darum
    davon dazu demnach demnächst dennoch derzeit deshalb deswegen diese dieser dieses diesen dort ebenfalls ebenso
    entsprechend erst erstmals etwa ferner folglich früher gegebenenfalls gegenwärtig gemeinsam gemäß gerade gestern
    gleichzeitig grundsätzlich heute heutzutage hier hierbei hierdurch hierfür hiermit hierüber hierzu hingegen hinzu
    immer infolge insbesondere insgesamt insofern inzwischen jedoch jetzt jüngst künftig lediglich letztlich letztmals
    mehrfach meist mittelfristig mittlerweile momentan nachdem nachfolgend neben nicht noch normalerweise nunmehr oben
    oftmals parallel perspektivisch schließlich schon seitdem seither selbst somit sondern sonst sowohl später
    seinerzeit stattdessen teils teilweise trotzdem überdies überwiegend ursprünglich vielfach vielmehr vorerst vorher
    wann warum weiter weiterhin weiters welche wenn wesentlich wie wieder wobei wodurch woher wohin zeitgleich zuerst
    zudem zuletzt zugleich zukünftig zunächst zurzeit zusätzlich zuvor zwar zwischenzeitlich dies jene manche viele
    einige mehrere keine alle beide solche lokal zentral"""
)
_YEARS = re.compile(
    r"\b(?:im|in|ab|bis|seit|für|zum|vor|nach|[Jj]ahr\w*)\s+(?:(?:dem|den|der|das|die|zum|[Jj]ahr\w*|\d{1,2}\.|Januar|Februar|März|April|Mai|Juni|Juli"
    r"|August|September|Oktober|November|Dezember|Anfang|Mitte|Ende|Haushalt\w*|und|bis|(?:19|20)\d\d)\s+)*(?P<year>(?:19|20)\d\d)\b"
)


def loosened(text: str, source: str, lead: str = "") -> tuple[str, ...]:
    """What of its source a sentence no longer keeps together.

    :param text: the sentence, without words of ours that stand before it. :param lead: those words.
    """
    found = [name for rule in _RULES for name in rule(text, source)]
    if lead.endswith((" soll", " dass")):
        found += _other_deed(text, source)
    if lead.endswith(" dass"):
        found += _left_infinitive(text, source)
    if lead.startswith("Laut "):
        found += _new_auxiliary(text, source)
    return tuple(dict.fromkeys(found))


def rejoined(text: str, source: str) -> str:
    """The sentence with verbs written together that German writes together: "… auf stellt." is "… aufstellt."."""
    for particle in {p for _, p in _split_verbs(source)}:
        text = re.sub(rf"\b{particle} (?=[a-zäöüß]{{3,}}(?:t|en|te|ten)(?:[,.;]|$))", particle, text)
    return text


def doubled_particle(text: str) -> bool:
    """True for a verb that has its particle twice: "stellt eine Aufgabe dar, die Umsetzung dar."."""
    return _TWICE.search(text) is not None


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in re.split(r"[,;:](?=\s)|[.!?](?=\s|$)", text) if clause.strip()]


def _split_verbs(source: str) -> Iterator[tuple[str, str]]:
    """(clause, particle) of the clauses that end in a particle of their verb."""
    for clause in _clauses(source):
        match = _LAST_PARTICLE.search(clause)
        if match and len(clause.split()) > 2:
            yield clause, match["particle"]


def _without_sich(text: str, source: str) -> Iterator[str]:
    if re.search(r"\bsich\b", text):
        return
    words = {word.casefold() for word in _WORD.findall(text)}
    for clause in _clauses(source):
        if not re.search(r"\bsich\b", clause):
            continue
        match = _REFLEXIVE.search(clause)
        last = clause.split()[-1]
        particle = _LAST_PARTICLE.search(clause)
        verbs = ({match["verb"]} if match else set()) | ({last} if last.islower() and len(last) > 3 else set())
        if match and particle:  # "stimmt sich … ab": "abstimmt", "abzustimmen"
            stem = match["verb"].removesuffix("en").removesuffix("t")
            verbs |= {word for word in words if word.startswith(particle["particle"]) and stem in word}
        if verbs & words:
            yield "es fehlt: sich"


def _without_particle(text: str, source: str) -> Iterator[str]:
    there = [word.casefold() for word in _WORD.findall(text)]
    for clause, particle in _split_verbs(source):
        nouns = _NOUN.findall(clause)
        kept = sum(noun in text for noun in nouns)
        verbs = [w for w in clause.split() if re.fullmatch(r"[A-ZÄÖÜ]?[a-zäöüß]{2,}(?:t|en|te|ten)", w)]
        verb_kept = any(verb.casefold() in there for verb in verbs)
        if not nouns or 2 * kept < len(nouns) or not verb_kept:
            continue
        joined = re.compile(rf"{particle}(?!er\b|em\b|en\b|es\b)[a-zäöüß]{{2,}}(?:t|en|n|end\w*)")
        # "ausgeht" or "… geht … aus.", not "Austausch", "zur", "auf Grundlage"
        if not any(joined.fullmatch(word) for word in _WORD.findall(text)) and not any(
            one.split()[-1] == particle for one in _clauses(text)
        ):
            yield f"es fehlt: {particle}"


def _hung_elsewhere(text: str, source: str) -> Iterator[str]:
    for comma in re.finditer(r"(?P<before>[^\W_]+)[\"“»)]?, (?P<tail>\S+ \S+ \S+)", text):
        tail = comma["tail"]
        if _FREE.match(tail) or _TO_DO.search(text[comma.start("tail") :]):
            continue
        there = re.search(rf"(?P<before>[^\W_]+)[\"“»)]?, {re.escape(tail)}", source)
        if there and there["before"].casefold()[:5] != comma["before"].casefold()[:5]:
            yield f"anders angeschlossen: {tail}"


def _for_ever(text: str, source: str) -> Iterator[str]:
    """What is denied for some years only must not be denied for ever."""
    if not _DENIED.search(text):
        return
    for clause in _clauses(source):
        if _DENIED.search(clause):
            years = [match["year"] for match in _YEARS.finditer(clause)]
            if years and not any(year in text for year in years):
                yield f"es fehlt: {years[-1]}"


def _other_deed(text: str, source: str) -> Iterator[str]:
    """What a body is to do: "fasst den Beschluss, dass eine Schule errichtet wird" is not "soll … errichten"."""
    match = _BODY_ACTS.match(source) or _SUBJECT_ACTS.match(source)
    if match is None:
        return
    if (match.re is _SUBJECT_ACTS and match["subject"] not in text) or (
        match["verb"] == "beschließt" and _TO_DO.search(source)  # "beschließt, … zu bilden": "soll … bilden"
    ):
        return
    infinitive = _INFINITIVES.get(match["verb"], match["verb"])
    if infinitive[:4] not in text.casefold() and not Vocabulary([text]).knows(infinitive):
        yield f"es fehlt: {match['verb']}"


def _left_infinitive(text: str, source: str) -> Iterator[str]:
    """ "Die Verwaltung wird beauftragt, … zu pflanzen" made "dass die Verwaltung … pflanzen", or "… zu pflanzen"."""
    if not _ONE_ORDERED.match(source) or _GOVERNS.search(text):
        return
    for number, clause in enumerate(_clauses(text)):
        last = clause.split()[-1]
        if (number == 0 and _TO_DO.search(clause)) or re.search(rf"\bzu {re.escape(last)}\b", source):
            yield f"kein ganzer Satz: {last}"


def _lost_restriction(text: str, source: str) -> Iterator[str]:
    """A clause that says which one a sentence speaks of: "Die Lage, in der das Zeichen entstand, entspricht nicht …"."""
    match = _RESTRICTED.match(source)
    if match is None:
        return
    words = [word for word in _WORD.findall(match["clause"]) if len(word) >= 5]
    there = Vocabulary([text])
    if words and sum(map(there.knows, words)) * 2 < len(words):
        yield f"es fehlt: {match['noun']}, {match['clause'].strip()}"


def _new_auxiliary(text: str, source: str) -> Iterator[str]:
    """A passive or a perfect where the source has none: "ging ein" becomes "wurde eingegangen", "waren" "wurden"."""
    main = re.sub(r", (?:die|der|das|dem|den|deren|welche\w*)\b[^,]*(?:,|\.$)", " ", source)  # without relative clauses
    for form in _AUXILIARIES.values():
        first = form.match(text.strip())
        if first and not form.search(main):
            yield f"neues Hilfsverb: {first[0]}"


def _without_head(text: str, source: str) -> Iterator[str]:
    there = Vocabulary([text])
    for match in _GENITIVE.finditer(source):
        head = match["head"]
        if head.casefold() not in _HOLLOW and there.knows(match["of"]) and not there.knows(head):
            yield f"es fehlt: {head}"


def _pronoun_replaced(text: str, source: str) -> Iterator[str]:
    """A noun where the source has a pronoun: which noun it stands for is what a small model guesses."""
    points = _POINTS.search(source)
    if points and not _POINTS.search(text):
        kept = next((clause for clause in _clauses(source) if points[0] in clause.split()), "")
        words = {word for word in _WORD.findall(kept) if len(word) >= 5}
        if words & set(_WORD.findall(text)):
            yield f"Bezug: {points[0]}"


def _new_clause(text: str, source: str) -> Iterator[str]:
    """A clause with "da", "wenn", "die …" where the source has none: it was made of something else, and seldom well."""
    for opener, there in _OPENERS:
        found = opener.search(text)
        if found and not opener.search(source) and not there.search(source) and not _TO_DO.search(text[found.end() :]):
            yield f"neuer Nebensatz: {found[0].strip(', ')}"


def _lost_denial(text: str, source: str) -> Iterator[str]:
    """A "nicht" that stood before something the sentence says without it."""
    words = text.split()
    for match in _NOT.finditer(source):
        behind = [w.strip(",.;:„“()") for w in source[match.end() :].split()]
        denied = next((w for w in behind[:4] if w.casefold() not in _LITTLE and len(w) > 3), None)
        if denied is None:
            continue
        for place, word in enumerate(words):
            before = re.split(r",|\bund\b|\boder\b", " ".join(words[max(place - 5, 0) : place]))[-1]
            if word.strip(",.;:„“()") == denied and not _NOT.search(before):
                yield f"es fehlt: {match[0]} {denied}"
                break


def _lost_subject(text: str, source: str) -> Iterator[str]:
    """The noun that a source begins with, without an article: "Anlage 1 stellt den Vergleich dar"."""
    match = _STARTS_BARE.match(source)
    if (
        match is None
        or match["noun"].casefold() in _FIRST_ADVERBS
        or match["noun"].endswith(("weise", "lich", "mals", "tens"))
    ):
        return
    if not Vocabulary([text]).knows(match["noun"]):
        yield f"es fehlt: {match['noun']}"


def _twice(text: str, source: str) -> Iterator[str]:
    """A noun and the verb of the same stem where the source has one of them: "die Entscheidung zu entscheiden"."""
    stems = [word.casefold()[:7] for word in _WORD.findall(text) if len(word) >= 8]
    there = [word.casefold()[:7] for word in _WORD.findall(source) if len(word) >= 7]
    for stem in dict.fromkeys(stems):
        if stems.count(stem) > max(there.count(stem), 1):
            yield f"doppelt: {stem}…"


def _subject_in_another_case(text: str, source: str) -> Iterator[str]:
    """Who does something becomes whom it is done to: "Die Verwaltung legt … vor" and "legt der Verwaltung … vor"."""
    subject = _WOMAN_ACTS.match(source)
    if subject:
        noun = re.escape(subject["noun"])
        if re.search(rf"\bder {noun}\b", text) and not re.search(rf"\b[Dd]ie {noun}\b", text):
            yield f"Fall: der {subject['noun']}"


def points_back(text: str) -> str | None:
    """What a sentence calls "diese Änderung" without having named one: which it is stood in the sentence before.

    Alone it is said of the whole: "diese Änderung hat keine finanziellen Auswirkungen" of one part of a costly matter.
    """
    for match in _THIS.finditer(text):
        noun = match["noun"]
        if noun.casefold() not in _KNOWN_ANYWAY and not Vocabulary([text[: match.start()]]).knows(noun):
            return match[0]
    return None


def _points_to_nothing(text: str, source: str) -> Iterator[str]:
    if found := points_back(text):
        yield f"Bezug: {found}"


def _lost_of_a_denial(text: str, source: str) -> Iterator[str]:
    """Where to: "eine Neuaufnahme in die Planung ist nicht nötig" denies less than "eine Neuaufnahme ist nicht nötig"."""
    if not _DENIED.search(text):
        return
    there = Vocabulary([text])
    for clause in _clauses(source):
        if _DENIED.search(clause):
            yield from (
                f"es fehlt: {match[0]}" for match in _WHERE_TO.finditer(clause) if not there.knows(match["noun"])
            )


_RULES: tuple[Callable[[str, str], Iterator[str]], ...] = (
    _without_sich, _without_particle, _hung_elsewhere, _for_ever, _without_head, _pronoun_replaced, _new_clause, _lost_denial,
    _lost_subject, _lost_restriction, _twice, _points_to_nothing, _subject_in_another_case, _lost_of_a_denial,
)  # fmt: skip
