"""Questions on money and staff that the papers of an item should answer and do not.

What enters: ItemWords and an ItemBriefing. What leaves: Asked; nothing where the answer may stand anywhere in the papers.
What it does not know: how many questions are shown, in which order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ratsassistent.briefings import ItemBriefing
from ratsassistent.writing.findings.asking import (
    APPEALS,
    EXAMINES,
    Asked,
    about,
    amounts_in,
    ask,
    at,
    form_values,
    may_name_amount,
    official,
    quoted,
)
from ratsassistent.writing.findings.item_words import ItemWords, Said
from ratsassistent.writing.text.amounts import Finding, percentages

_WORTH_ASKING = 25_000  # euros: below it nobody asks for follow-up costs
_WORTH_A_SOURCE = 10_000
_PARTS_WITH_COSTS = ("resolution", "costs", "summary", "reason", "statement")

_ONE_STEP = re.compile(
    r"(?i)\bvergabe\b|planmäßig|werkvertrag|planungsleistung|architekt"
)  # of something decided before
_LOST_FIELD = re.compile(r"(?i)laufende Belastung")  # a form with columns: what stands below is not surely read
_REPLACES = re.compile(r"(?i)ersatz(?:beschaff|anschaff|kauf|bau)|austausch")
_BUILDS = re.compile(
    r"(?i)\b(?:\w*(?:neubau|umbau|ausbau|anbau|erweiterung|errichtung|baubeschluss|anschaffung|beschaffung|neugestaltung|generalsanierung|modernisierung)s?"
    r"|bau|kauf|ankauf|erwerb|errichte\w*|gebaut|beschafft|angeschafft|gekauft|erworben)\b"
)
_GIVES = re.compile(r"(?i)\b(?:spenden?|zuwendung\w*|zuschuss\w*|kapital\w*|bürgschaft\w*|darlehen)\b")
_FOLLOW_UP = re.compile(
    r"(?i)folge(?:kosten|lasten|aufw)|betriebskosten|bewirtschaft|unterhalt|wartung|laufende\w*\s+(?:kosten|aufw|betrieb)|jährlich|pro jahr|je jahr|(?:€|euro) im jahr|p\.\s?a\.|abschreib"
    r"|nutzungsdauer|pflege(?:aufwand|kosten)|lebenszyklus|instandhalt"
)
_COVERS = (
    r"deckung|gegenfinanz|planmäßig|umschicht|nachtragshaushalt|anmeld|angemeldet|spende|rücklage|mehrertr|mehreinnahm|förder|zuschuss|zuschüss|verpflichtungserm|eigenmittel|einspar"
    r"|minderaus|refinanz|drittmittel|veranschlag|eingeplant|zur verfügung"
)
_COVER = re.compile(f"(?i){_COVERS}")
_SOURCE = re.compile(
    rf"(?i)haushalt|budget|\bmittel\b|\w+mittel\b|finanzier|kostenstelle|investitionsnummer|produkt|etat\b|wirtschaftsplan|eigenkapital|jahresüberschu|{_COVERS}"
)
_TAX = re.compile(r"(?i)brutto|netto|mwst|mehrwertsteuer|umsatzsteuer|\bust\b")
_EFFECTS = re.compile(r"(?i)finanziell\w*\s+(?:auswirkung|folge|belastung|konsequenz)|haushaltsrelevan")
_YES = re.compile(r"(?i)^ja\b|\binvestition|\bkonsumtiv")
_ACTS = re.compile(
    r"(?i)\b(?:baut|bauen|gebaut|errichte\w*|umgebaut|ausgebaut|ausbau\w*|(?:zu)?rück(?:ge|zu)?bau\w*|abgebaut|baut\b.*\b(?:aus|um|zurück)|schafft|schaffen|geschaffen|beschaff\w*|kauft|kaufen|erwirbt|gewähr(?:t|en|ung)|förder(?:t|n)|gefördert|bezuschuss\w*"
    r"|erhöh\w*|sanier\w*|pflanz\w*|einricht\w*|eingerichtet|richtet\b.*\bein|stellt\b.*\b(?:auf|bereit|ein)|aufgestellt|bereitgestellt|eingestellt|ausgestattet|stattet|anbring\w*|angebracht|markier\w*|erweiter\w*"
    r"|führt\b.*\b(?:ein|durch)|eingeführt|umgestalt\w*|verleg\w*|übernimmt|finanzier\w*|kostenlos\w*|unentgeltlich\w*|anleg\w*|angelegt|legt\b.*\ban|install\w*)\b"
)
_REPORTS = re.compile(r"(?i)sachstand|\bbericht(?:e|s|et)?\b|auskunft|informationen? über")
_COSTS = re.compile(r"(?i)kosten|finanziell|aufw[aä]nd")
_INCOME = re.compile(r"(?i)ertrag|erträge|einzahlung|einnahme")
_NO_FIGURE = re.compile(
    r"(?i)nicht (?:zu )?bezifferbar|nicht zu beziffern|nicht (?:bekannt|abschätzbar|quantifizierbar)|zu ermitteln|noch (?:offen|unbekannt|unklar|zu klären)|wird (?:noch )?ermittelt|unbekannt"
    r"|derzeit offen|kann nicht beziffert"
)
_MONEY_FIELD = re.compile(r"(?i)kosten|bedarf|aufwand|auszahlung|einzahlung|ertrag|betrag|mittel|finanz")
_BUDGET_FIELD = re.compile(
    r"(?i)^finanzierung|mittel .{0,30}(?:haushalt|vorhanden|verfügung|veranschlagt)|veranschlagt"
)
_NOT_BUDGETED = re.compile(r"(?i)^(?:nicht|teilweise) (?:budgetiert|veranschlagt)|^(?:nein|teilweise)\b")
_VAGUE = re.compile(
    r"(?i)\b(?:hohe[rnms]?|erhebliche[rnms]?|beträchtliche[rnms]?|immense[rnms]?|enorme[rnms]?|große[rnms]?|zusätzliche[rnms]?|deutliche[rnms]?)\s+(?:\w+e[rnms]?\s+(?:und\s+\w+e[rnms]?\s+)?)?"
    r"(?:\w*kosten|(?:unterhalt|pflege|kosten|finanz|personal|betreuungs)\w*aufwand|aufwendungen|\w*personalbedarf|personal|stellen)\b|\b(?:ist|sind|wäre|wären|wird|ein|eine|sehr|zu)\s+(?:\w+\s+){0,3}?(?:kosten|personal)intensiv\w*\b|\bkeine\w* personal\w*kapazität\w*|\bkeine\w* personellen (?:kapazität|ressource)\w*|\bpersonellen ausstattung\b[^;]*\bnicht\b"
    r"|\bpersonal\b[^;]*\bzur verfügung gestellt werden\b|\b(?:derzeitigen|vorhandenen|bestehenden) personal\w*\b[^;]*\bnicht\b|\bnicht\b[^;]*\b(?:derzeitigen|vorhandenen|bestehenden) personal\w*\b"
)
_NEGATED = re.compile(r"(?i)\b(?:ohne|nicht|kein\w*|weder|gering\w*|vermeid\w*|weniger)\s+(?:\w+\s+){0,2}$")
_PAST = re.compile(r"(?i)\b(?:war|waren|wurde|wurden|hatte|hatten)\b")
_DENIES = re.compile(
    r"(?i)\b(?:keine?n?|ohne) (?:weiteren? |zusätzliche[nr]? |höhere[nr]? )*(?:\w*kosten|\w*aufwand|personal(?:kosten|aufwand|bedarf)?)\b"
)
_ARISES = re.compile(
    r"(?i)verwaltung|\bstadt\b|städtisch|gemeinde|haushalt|\bwär|\bwürd|erforder|verbunden|entsteh|rechnen|auszugehen|bedeut|verursach|führ|nach sich|zur folge|beding|notwendig|nicht wirtschaftlich"
)
_OF_OTHERS = re.compile(
    r"(?i)\bfür (?:die|den|alle) (?:betriebe|unternehmen|vereine|eltern|familien|bürger\w*|anwohner\w*|eigentümer\w*|bauherr\w*|kund\w+|betreiber\w*)\b"
)
_PERHAPS = re.compile(r"(?i)\b(?:sollten?|könnten?|dürfen|kann|können)\b")
_STAFF = re.compile(r"(?i)personal|personell|stellen\b")
_STAFF_FIGURE = re.compile(
    r"(?i)\d[\d,]*\s*(?:vollzeit|vz[äk]?\b|vk\b|(?:plan)?stellen?\b|personalstellen|stellenanteil|personentage|arbeitsstunden|stunden)|\b(?:eine|zwei|drei|vier) (?:\w+ )?stellen?\b"
)
_ONE_BID = re.compile(
    r"(?i)\b(?:nur|lediglich) (?:ein|1) (?:\w+ )?angebot\b|^ein angebot\b[^;]*\b(?:eingegangen|eingereicht|abgegeben|vor)\b|\bjeweils (?:nur )?ein angebot\b|\bals einziges angebot\b"
    r"|\b(?:nur|lediglich) (?:ein|eine) (?:bieter\w*|firma|unternehmen)\b"
)
_NOT_AWARDED = re.compile(r"(?i)nicht (?:mehr )?vergeben|aufgehoben|neu ausgeschrieben|erneut ausgeschrieben")
_PRICE_CHECKED = re.compile(
    r"(?i)angemess|marktüblich|kosten(?:schätzung|berechnung|ermittlung|vergleich|rahmen|(?:vor)?anschlag)|schätzkosten|schätzpreis"
    r"|auskömm|preisprüfung|\bgeschätzt|vergleichspreis|veranschlagt|\bmehrbetrag|\bminderbetrag|preisspiegel"
)
_ONLY_LATER = re.compile(
    r"(?i)kosten\b[^;]*\b(?:kann|können|lässt|lassen)\b[^;]*\b(?:nur|erst)\b|\b(?:erst|nur)\b[^;]*kosten\b[^;]*\b(?:genannt|beziffert|benannt)\b"
)
_AWARDS = re.compile(
    r"(?i)\bzuschlag (?:auf|an|zu|wird|ist|geht|erhält)\b|\bzuschlag erteil|\bvergabe\b.{0,120}\ban (?:die|den)\b|\bauftrag\w*\b.{0,80}\ban (?:die|den) (?:firma|bieter)|\bvergeben\b.{0,60}\ban\b"
)
_BIDS = re.compile(
    r"(?i)\bangebot|\bbieter|\bbewerb|freihändig|direktvergabe|direktauftrag|in-?house|verhandlungsvergabe"
)
_IF_NOT = r"nicht zustande|andernfalls|ersatzweise|\b(?:falls|wenn|sofern|sollte)\b[^.]{0,80}\b(?:nicht|ausbleib)"
_COUNTED_ON: tuple[tuple[re.Pattern[str], str, re.Pattern[str]], ...] = (
    (
        re.compile(
            r"(?i)\b(?:übrige|restliche|verbleibende|fehlende|offene|ungedeckte)\w*\s+\w*(?:betrag|bedarf|mittel|kosten|summe|anteil)\b.*\bsoll\w*\b"
            r"|\brestbetrag\b.*\b(?:soll\w*|wird)\b.*\b(?:gedeckt|finanziert|angemeldet|eingeworben)"
        ),
        "was geschieht, wenn das nicht oder nur zum Teil gelingt?",
        re.compile(rf"(?i){_IF_NOT}"),
    ),
    (
        re.compile(r"(?i)\b(?:zuwendung\w*|zuschuss\w*|zuschüsse|förder\w+)\b.*\b(?:wurden? (?:\w+ )?beantragt|(?:ist|sind) beantragt|in aussicht gestellt|noch nicht bewilligt|(?:wird|werden) erwartet)\b"),
        "wie geht es weiter, wenn diese Förderung nicht oder geringer bewilligt wird?",
        re.compile(rf"(?i)nicht bewilligt|ohne (?:die )?(?:förderung|zuschuss|zuwendung)|bescheid (?:liegt vor|vom)|wurden? bewilligt|bewilligungsbescheid|{_IF_NOT}"),
    ),
    (
        re.compile(r"(?i)\bsoll(?:en)?\b[^;]*\b(?:vertrag|vereinbarung)\b[^;]*\b(?:ge|abge)schlossen werden"),
        "was gilt, wenn der Vertrag nicht zustande kommt?",
        re.compile(rf"(?i)ohne (?:einen |den )?(?:\w+ )?vertrag|{_IF_NOT}"),
    ),
)  # fmt: skip
_CONTRACT = re.compile(r"(?i)vertrag|vereinbarung")
_FEES = re.compile(r"(?i)\b\w*(?:gebühr|entgelt|elternbeitr|eintrittspreis)\w*")
_RAISES = re.compile(r"(?i)erhöh|anpass|angepasst|anheb|angehoben|neufestsetz|änderung|neukalkul")
_HOW_MANY = re.compile(
    r"(?i)\b\d[\d.]*\s+(?:\w+\s+){0,3}?(?:kinder\w*|familien|haushalte\w*|personen|nutzer\w*|grundstücke\w*|fälle\w*|plätze\w*|besucher\w*|kund\w+|mitglieder|schüler\w*|einwohner\w*|betriebe|gräber|anschlüsse)\b"
    r"|\b(?:kinder|plätze|familien|fälle|haushalte)\s*[|:]\s*\d"
)
_YEARLY = re.compile(
    r"(?i)\bjährlich\w*\b[^;]*\b(?:zuschuss\w*|zuwendung\w*|förderung|beitrag)\b|\b(?:zuschuss\w*|zuwendung\w*|förderung|beitrag)\b[^;]*\b(?:jährlich|pro jahr|im jahr)\b"
)
_DURATION = re.compile(
    r"(?i)befrist|laufzeit|dauerhaft|bis (?:zum|ende|auf weiteres)|für die (?:jahre|dauer)|\b(?:ein|zwei|drei|vier|fünf|zehn|\d+) jahre?n?\b|ab \d{4}|ff\.|widerruf|kündig|einmalig"
)


def form_without_figure(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A form has a field for an amount, and in it that there is none yet."""
    for value in words.forms:
        if _MONEY_FIELD.search(value.name) and _NO_FIGURE.search(value.value):
            text = f"Mit welchem Betrag ist bei „{value.name}“ ungefähr zu rechnen?"
            reason = f"Im Formular steht „{value.value}“{at(value.citation)}."
            yield ask(0.93, "costs", text, reason, value.citation)
            return


def yes_without_amount(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A form says that there are financial effects, and no paper says how large they are."""
    if may_name_amount(words.printed_official) or any(_NO_FIGURE.search(v.value) for v in words.forms):
        return
    for value in form_values(words, _EFFECTS):
        budgeted = any(_BUDGET_FIELD.search(v.name) and "budgetiert" in v.value for v in words.forms)
        if value.value.casefold().startswith("nein") and not budgeted:
            continue
        if _YES.search(value.value):
            later = next((quoted(words, said) for said in official(words) if _ONLY_LATER.search(said.text)), None)
            if later:
                reason = "Einen Betrag nennt die Verwaltung noch nicht."
                yield ask(0.9, "costs", f"{later[0]} – wann ist damit zu rechnen?", reason, later[1])
                return
            text = f"Wie hoch sind die finanziellen Auswirkungen{about(words, 'bei')}?"
            reason = f"Im Formular steht bei „{value.name}“ „{value.value}“{at(value.citation)}; einen Betrag nennt die Verwaltung nicht."
            yield ask(0.9, "costs", text, reason, value.citation)
            return


def not_in_the_budget(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A form says that the money is not in the budget, and no paper says where it comes from."""
    given = any(_INCOME.search(f"{v.name} {v.value}") for v in words.forms if v.name != "Gegenfinanzierung durch")
    amount = _largest(words, _PARTS_WITH_COSTS)
    told = any(_SOURCE.search(said.text) for said in official(words))
    if given or amount is None or told or _COVER.search(words.everything):
        return
    for value in form_values(words, _BUDGET_FIELD):
        if _NOT_BUDGETED.search(value.value):
            part = "teilweise" in value.value.casefold()
            which = f"der Teil der {amount[1].text}, der" if part else f"der Betrag von {amount[1].text}, der"
            text = f"Wie wird {which} nach dem Formular nicht im Haushalt steht, finanziert?"
            reason = f"Eine Deckung steht nicht in den Unterlagen{at(value.citation)}."
            yield ask(0.85, "cover", text, reason, value.citation)
            return


def no_source_named(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Money is to be spent, and no paper says a word of where it comes from."""
    if words.moves or any(_BUDGET_FIELD.search(v.name) for v in words.forms) or _SOURCE.search(words.printed):
        return
    spent = [(s, f) for s in official(words) if s.kind == "resolution" for f in amounts_in(s.text)]
    said, amount = max(spent, key=lambda pair: pair[1].value, default=(None, None))
    if said is None or amount is None or amount.value < _WORTH_A_SOURCE or _INCOME.search(words.resolution):
        return
    citation = words.cite(said)
    text = f"Aus welchem Haushaltsansatz werden die {amount.text} bezahlt?"
    yield ask(0.8, "cover", text, f"Der Vorschlag nennt den Betrag{at(citation)}, aber keine Mittel dafür.", citation)


def gross_or_net(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A firm is to get the work, and nothing says whether the price is with tax."""
    if words.moves or not _AWARDS.search(words.resolution) or _TAX.search(words.printed):
        return
    amount = _largest(words, _PARTS_WITH_COSTS)
    if amount is None or amount[1].value < _WORTH_A_SOURCE:
        return
    citation = words.cite(amount[0])
    text = f"Sind die {amount[1].text}{at(citation)} ein Brutto- oder ein Nettobetrag?"
    yield ask(0.52, "tax", text, "Die Unterlagen sagen es nicht.", citation)


def follow_up_costs(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Something lasting is built or bought, and nothing says what it costs afterwards."""
    amount = _largest(words, _PARTS_WITH_COSTS)
    if (
        words.moves
        or not _BUILDS.search(words.item.name)
        or _ONE_STEP.search(f"{words.item.name} {words.resolution}")
        or _LOST_FIELD.search(words.printed)
        or _GIVES.search(words.item.name)
        or _FOLLOW_UP.search(words.everything)
    ):
        return
    if amount is None or amount[1].value < _WORTH_ASKING or _REPLACES.search(words.everything):
        return
    citation = words.cite(amount[0])
    text = f"Wie hoch sind die jährlichen Folgekosten{about(words, 'von')}, etwa für Betrieb und Unterhalt?"
    reason = f"Die Unterlagen nennen {amount[1].text}{at(citation)}, aber keine Folgekosten."
    yield ask(0.82, "follow-up", text, reason, citation)


def _largest(words: ItemWords, kinds: tuple[str, ...]) -> tuple[Said, Finding] | None:
    """The largest amount that the administration names in parts of these kinds."""
    found = [(s, f) for s in official(words) if s.kind in kinds for f in amounts_in(s.text)]
    return max(found, key=lambda pair: pair[1].value, default=None)


def counted_on(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Money or a contract is counted on that is not there yet, and nothing says what happens without it."""
    for pattern, question, answered in _COUNTED_ON:
        if answered.search(words.everything) or (
            "Vertrag" in question and _CONTRACT.search(f"{words.item.name} {words.resolution}")
        ):
            continue
        for said in official(words):
            quote = quoted(words, said) if pattern.search(said.text) and not said.aside else None
            if quote:
                reason = "Was sonst geschieht, steht nicht in den Unterlagen."
                yield Asked(
                    ask(0.78, "counted on", f"{quote[0]} – {question}", reason, quote[1]).question,
                    0.78,
                    "counted on",
                    True,
                )
                break


def vague_cost(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """The administration speaks of high costs or a lack of staff, and no paper gives a figure."""
    for said in official(words):
        found = _VAGUE.search(said.text)
        if not found or said.aside or _PAST.search(said.text) or amounts_in(said.text) or percentages(said.text):
            continue
        staff = bool(_STAFF.search(found[0]))
        if _DENIES.search(said.text):
            continue
        if _STAFF_FIGURE.search(words.official) if staff else may_name_amount(words.printed_official):
            continue
        if not staff and not _of_the_town(said.text, found.start()):
            continue
        quote = quoted(words, said)
        if quote:
            wanted = "wie viel Personal wäre dafür nötig?" if staff else "mit welchem Aufwand ist zu rechnen?"
            reason = "Eine Zahl steht dazu nicht in den Unterlagen."
            yield ask(0.74, "staff" if staff else "costs", f"{quote[0]} – {wanted}", reason, quote[1])
            return


def _of_the_town(text: str, at: int) -> bool:
    """True where costs arise for the town itself, and surely."""
    denied = _NEGATED.search(text[:at]) or _PERHAPS.search(text)
    return _ARISES.search(text) is not None and not (denied or _OF_OTHERS.search(text))


def single_bid(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """There was one bid only, and nothing says how its price was judged."""
    if _PRICE_CHECKED.search(words.everything):
        return
    for said in official(words):
        single = _ONE_BID.search(said.text) and not _NOT_AWARDED.search(said.text)
        quote = quoted(words, said) if single else None
        if quote:
            text = f"{quote[0]} – woran wurde gemessen, ob der Preis angemessen ist?"
            yield ask(
                0.76, "bids", text, "Eine Schätzung oder ein Vergleichspreis steht nicht in den Unterlagen.", quote[1]
            )
            return


def number_of_bids(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Work is given to a firm, and nothing says how many had offered to do it."""
    if words.moves or not _AWARDS.search(words.resolution) or _BIDS.search(words.everything):
        return
    text = "Wie viele Firmen haben ein Angebot abgegeben, und wie weit lagen die Preise auseinander?"
    yield ask(0.72, "bids", text, "Die Unterlagen nennen nur, wer den Auftrag erhalten soll.")


def how_many_pay(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """Fees change, and nothing says for how many."""
    named = f"{words.item.name}\n{words.resolution}"
    if words.moves or not (_FEES.search(named) and _RAISES.search(named)) or _HOW_MANY.search(words.everything):
        return
    text = f"Für wie viele Zahlende ändern sich die Sätze{about(words, 'bei')}?"
    yield ask(0.66, "affected", text, "Die Unterlagen nennen die neuen Sätze, aber nicht, wie viele sie zahlen.")


def for_how_long(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A yearly grant is proposed, and nothing says for how long."""
    if words.moves or not _YEARLY.search(words.resolution) or _DURATION.search(words.everything):
        return
    amounts = amounts_in(words.resolution)
    said = f" von {amounts[0].text}" if amounts else ""
    text = f"Für wie viele Jahre gilt die jährliche Zahlung{said}?"
    yield ask(0.66, "duration", text, "Eine Laufzeit steht nicht in den Unterlagen.")


def motion_without_costs(words: ItemWords, brief: ItemBriefing) -> Iterator[Asked]:
    """A motion wants something done, and neither it nor an answer says what that costs."""
    demands = [said for said in words.said if said.kind == "motion"]
    if (
        not words.moves
        or not demands
        or any(_EFFECTS.search(v.name) for v in words.forms)
        or may_name_amount(words.printed)
    ):
        return
    if any(EXAMINES.search(said.text) and _COSTS.search(said.text) for said in demands):
        return  # it asks for the costs itself
    if _REPORTS.search(words.item.name) or any(_REPORTS.search(said.text) for said in demands):
        return
    acts = (s for s in demands if _ACTS.search(s.text) and not (EXAMINES.search(s.text) or APPEALS.search(s.text)))
    done = next((said for said in acts if len(said.text.split()) > 5), None)
    if done is None:
        return
    text = f"Was würde die Umsetzung des Antrags{about(words, '')} kosten, und woraus würde sie bezahlt?"
    lacking = "Antrag und Stellungnahme nennen" if words.answered else "Der Antrag nennt"
    rest = "" if words.answered else "; eine Stellungnahme der Verwaltung liegt nicht bei"
    yield ask(0.64, "costs", text, f"{lacking} keinen Betrag{rest}.", words.cite(done))
