"""Does a text tell its reader how to vote?

What enters: text, as a language model wrote it. What leaves: the wording that recommends a vote, or None.
What it does not know: who wrote the text, what the papers say.

That somebody recommends something is news ("Die Verwaltung empfiehlt, den Antrag abzulehnen") and stays. A recommendation
without anybody who makes it is the writer's own, and a writer that is a program has none to make. Addressing the reader
counts always, whoever is named beside it.
"""

from __future__ import annotations

import re

from ratsassistent.writing.text.sentences import sentences

_VOTE = (
    r"(?:zu(?:zu)?stimm\w*|zustimmung|zugestimmt|ablehn\w*|abzulehnen|abgelehnt|ablehnung|lehn\w*\b.{0,80}\bab\b|stimm\w*\b.{0,80}\b(?:zu|dafür|dagegen)\b|annehm\w*|anzunehmen|angenommen|annahme"
    r"|(?:da(?:für|gegen)|mit (?:[„\"]?)(?:ja|nein)(?:[“\"]?))(?: zu)? (?:ab(?:zu)?)?stimm\w*|beschließ\w*|beschlossen|zu beschließen|unterstütz\w*|zu unterstützen|befürwort\w*|mittragen|mitzutragen|mitgetragen"
    r"|verabschied\w*|zurück(?:zu)?weis\w*|zurückgewiesen|enthalt\w*|zu enthalten|bewillig\w*|vertag\w*|zu vertagen|verwerfen|verworfen|gebilligt|billig\w*|freigeben|freigegeben"
    r"|(?:für|gegen) (?:de[nr]|die|das|eine?n?|diese[nrs]?)\b.{0,60}?\bstimm\w*|(?:der|dieser|ihrer|deren) \w*empfehlung\w* (?:\w+ ){0,3}folg\w*|folgen|zu folgen|gefolgt)"
)
_MATTER = r"(?:(?:dies\w+|de[rmns]|die|das|ein\w*|eine[rmns]?)\s+)?(?:\w+\s+){0,3}?\w*(?:antrag|anträge|vorlage|vorschlag|vorhaben|beschluss|projekt|satzung|maßnahme|entwurf|plan|wahl|haushalt)\w*"
_COUNCIL = r"(?:\w*rat(?:es|s)?\b|ratsmitglied\w*|(?:stadt|gemeinde|kreis)r[aä]t\w*|ratsfrauen|\w*ausschuss\w*|gremium|kreistag\w*|\w*vertretung|bezirksvertretung|\w*mitglied\w*|fraktion(?:en)?|abgeordnete\w*|man|jede[rn]?)"

# Said to the reader, or by a writer who says "ich" or "wir".
_ADDRESSED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:sie|ihr|du)\s+(?:\w+\s+){{0,2}}?(?:sollten|sollen|solltet|solltest|müssen|müssten|können getrost|könnten|dürfen|dürften nicht)\b.{{0,120}}?\b{_VOTE}",
        rf"\b(?:sollten|müssen|müssten)\s+sie\b.{{0,120}}?\b{_VOTE}",
        r"^\W*(?:bitte\s+)?(?:stimmen|lehnen|nehmen|unterstützen|folgen|enthalten|votieren|beschließen|entscheiden)\s+(?:bitte\s+)?sie\b(?!.*\?)",
        r"^\W*(?:bitte\s+)?(?:stimmt|stimme|lehnt|lehne|votiert|votiere)\b(?!\s+(?:der|die|das)\s+\w*(?:rat|ausschuss|verwaltung|fraktion)\b).{0,80}\b(?:zu|ab|dafür|dagegen|mit ja|mit nein)\s*[.!]",
        rf"\b(?:ich|wir)\s+(?:\w+\s+){{0,2}}?(?:empfehle[n]?|rate[n]?|schlage[n]?|plädiere[n]?|würde[n]?|halte[n]?|befürworte[n]?|unterstütze[n]?|finde[n]?)\b.{{0,140}}?\b{_VOTE}",
        rf"\b(?:empfehle[n]?|rate[n]?|schlage[n]?|plädiere[n]?)\s+(?:ich|wir)\b.{{0,140}}?\b{_VOTE}",
        r"\b(?:ich|wir)\s+(?:\w+\s+){0,2}?(?:befürworte[n]?|unterstütze[n]?|lehne[n]?)\b",
        rf"\b(?:mein|unser)e?\s+(?:rat|empfehlung|votum|vorschlag)\b.{{0,60}}?\b{_VOTE}",
        rf"\b(?:ihnen|dir|euch)\s+(?:\w+\s+){{0,2}}?(?:zu|an|na)\w*\b.{{0,60}}?\b{_VOTE}",
        r"\b(?:ihre|deine|eure)\s+(?:zustimmung|stimme|ablehnung|unterstützung)\b.{0,80}\b(?:verdient|geben|wichtig|richtig|sinnvoll|ratsam|angebracht|erhalten)\b",
        rf"\bsie\s+(?:können|dürfen)\b.{{0,60}}\b(?:guten gewissens|bedenkenlos|ohne bedenken|getrost|nur)\b.{{0,60}}?\b{_VOTE}",
        rf"\bwir\s+(?:sollten|müssen)\b.{{0,100}}?\b{_VOTE}",
        r"\bgeben sie\b.{0,60}\b(?:stimme|zustimmung)\b",
    )
)
# Said without anybody who says it.
_UNSIGNED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_COUNCIL}\b(?:\s+\w+){{0,4}}?\s+(?:sollten?|müssten?|dürfte)\b.{{0,160}}?\b{_VOTE}",
        rf"\b{_COUNCIL}\b(?:\s+\w+){{0,4}}?\s+(?:muss|müssen|darf|dürfen)\b.{{0,160}}?\b(?:ablehn\w*|zurückweis\w*|nicht (?:zustimm|beschließ|annehm)\w*)",
        rf"\b(?:sollten?|müssten?)\s+(?:d(?:er|ie|as)\s+)?{_COUNCIL}\b.{{0,160}}?\b{_VOTE}",
        rf"\bman kann\b.{{0,80}}\bnur\b.{{0,30}}?\b{_VOTE}",
        rf"\bes spricht (?:viel|vieles|einiges|alles|mehr|wenig|nichts) (?:dafür|dagegen)\b.{{0,100}}?\b{_VOTE}",
        rf"\b(?:beste|richtige|vernünftige|kluge|falsche) (?:entscheidung|wahl|lösung|antwort) (?:ist|wäre)\b.{{0,60}}?\b{_VOTE}",
        rf"\b(?:ist|sind)\s+{_MATTER}\s+(?:\w+\s+){{0,3}}?(?:abzulehnen|anzunehmen|zuzustimmen|zu unterstützen|zu befürworten|zurückzuweisen)\b",
        r"\b(?:ein|das) (?:klares |deutliches )?[„\"]?(?:ja|nein)[“\"]? (?:zu|zum|zur)\b.{0,60}\b(?:ist|wäre) (?:\w+ ){0,2}?(?:ratsam|sinnvoll|richtig|angebracht|vernünftig|geboten|klug|falsch)\b",
        rf"^\W*(?:empfohlen|geraten|angeraten) wird\b.{{0,60}}?\b{_VOTE}",
        rf"\b{_MATTER}\s+(?:\w+\s+){{0,3}}?(?:sollten?|müssten?|muss|müssen|darf nicht|dürfen nicht)\s+(?:\w+\s+){{0,6}}?(?:abgelehnt|angenommen|beschlossen|unterstützt|befürwortet|zugestimmt|mitgetragen|zurückgewiesen|verworfen|vertagt|gebilligt|bewilligt|freigegeben|verabschiedet|gefasst)\s+werden\b",
        rf"\b(?:sollten?|müsste|muss|darf)\s+(?:man\s+)?{_MATTER}.{{0,60}}?\b(?:abgelehnt|angenommen|beschlossen|unterstützt|zugestimmt|mitgetragen)\s+werden\b",
        rf"\b{_MATTER}\s+(?:ist|sind)\s+(?:\w+\s+){{0,4}}?(?:abzulehnen|anzunehmen|zuzustimmen|zu unterstützen|zu befürworten|zu beschließen|zurückzuweisen|zu verabschieden|zu billigen)\b",
        r"\b(?:zustimmung|ablehnung|annahme|unterstützung|enthaltung|vertagung|beschlussfassung|ja-stimme|nein-stimme|votum)\b\s+(?:\w+\s+){0,4}?(?:ist|wäre|wird|erscheint|scheint|bietet sich|liegt|lohnt)\b(?:\s+\w+){0,4}?\s*\b(?:zu empfehlen|empfohlen|empfehlenswert|ratsam|sinnvoll|richtig|angebracht|geboten|notwendig|vernünftig|an|nahe|geraten|wünschenswert|die beste|der beste|das beste|die richtige)\b",
        rf"\b(?:es|hier)\s+(?:\w+\s+)?(?:empfiehlt sich|bietet sich an)\b.{{0,120}}?\b{_VOTE}",
        rf"\bempfiehlt\s+(?:es\s+)?sich\b.{{0,120}}?\b{_VOTE}",
        rf"\b(?:es\s+(?:ist|wäre|erscheint|scheint)|(?:ist|wäre|erscheint)\s+es)\s+(?:\w+\s+){{0,3}}?(?:ratsam|empfehlenswert|sinnvoll|richtig|falsch|besser|angebracht|geboten|vernünftig|klug|unklug|wichtig|notwendig|zu empfehlen|wünschenswert|an der zeit)\b.{{0,120}}?\b{_VOTE}",
        rf"\b(?:ratsam|empfehlenswert|sinnvoll|richtig|falsch|angebracht|vernünftig|klug)\s+(?:ist|wäre)\s+(?:es\b|eine?\b).{{0,120}}?\b{_VOTE}",
        rf"\b(?:es\s+(?:wird|ist)|wird)\s+(?:\w+\s+){{0,3}}?(?:empfohlen|angeraten|geraten|nahegelegt|zu empfehlen)\b.{{0,140}}?\b{_VOTE}",
        rf"\b{_VOTE}.{{0,60}}\b(?:wird|ist)\s+(?:\w+\s+){{0,2}}?(?:dringend\s+)?(?:empfohlen|angeraten|zu empfehlen)\b",
        rf"\bzu empfehlen ist\b.{{0,120}}?\b{_VOTE}",
        rf"\b{_MATTER}\s+(?:\w+\s+){{0,3}}?(?:verdient|verdienen)\s+(?:\w+\s+){{0,3}}?(?:zustimmung|unterstützung|ablehnung|die zustimmung|ein ja|ein nein)\b",
        rf"\b{_MATTER}\s+(?:ist|sind|erscheint)\s+(?:\w+\s+){{0,3}}?(?:zustimmungswürdig|unterstützenswert|ablehnungswürdig|zustimmungsfähig|abzulehnen|nicht unterstützenswert)\b",
        rf"\b(?:gute|gewichtige|viele|alle|überzeugende)\s+(?:gründe|argumente)\b.{{0,60}}?\b(?:dafür|dagegen|dem|der|den|für eine|gegen eine)\b.{{0,100}}?\b{_VOTE}",
        rf"\balles\s+spricht\s+(?:für|gegen|dafür|dagegen)\b.{{0,100}}?\b{_VOTE}",
        rf"^\W*(?:\w+\s+)?(?:empfehlung|abstimmungsempfehlung|wahlempfehlung|votum|fazit|rat)\s*:\s*(?:\w+\s+){{0,6}}?{_VOTE}",
        r"^\W*(?:zustimmen|ablehnen|annehmen|dafür stimmen|dagegen stimmen)\s*[.!]?\s*$",
    )
)
_WHO = (
    r"(?:\w*verwaltung|\w*ausschuss(?:es)?|\w*fraktion(?:en)?|\w*beir(?:at|ates|äte)|(?:ober)?bürgermeister(?:in)?s?|landr(?:at|ätin)\w*|ortschaftsr(?:at|ates|äte)|ortsbeirat\w*|antragsteller\w*|gutachten|gutachter\w*|dezernat\w*|dezernent\w*"
    r"|\w*amt(?:es|s)?|kämmer\w*|vorlage|beschlussvorlage|stellungnahme|beschlussvorschlag\w*|unterlagen?|papier|antrag|\w*gruppe|\w*initiative|\w*verein\w*|\w*verband\w*|magistrat\w*|gemeindevorstand\w*|stadtrat|stadtwerke|aufsichtsrat\w*"
    r"|kommission|jury|planungsbüro|ingenieurbüro|fachbüro|sachverständige\w*|rechnungsprüfung\w*|kommunalaufsicht|bürgerliste|liste|partei|opposition|mehrheit|minderheit|spd|cdu|csu|fdp|afd|grünen?|linken?|freien? wähler)"
)
_ATTRIBUTED = re.compile(
    rf"\b{_WHO}\b[^.;:]{{0,140}}?\b(?:empfiehlt|empfehlen|empfahl\w*|empfohlen|rät|raten|riet\w*|schlägt|schlagen|schlug\w*|hält|halten|meint|meinen|ist der|sind der|spricht sich|sprechen sich|sprach\w* sich|plädier\w*|möchte\w*"
    r"|will|wollen|fordert|fordern|forderte\w*|beantragt\w*|bittet|bitten|argumentier\w*|sieht|sehen|erklär\w*|vertritt|schreibt|betont\w*|findet|verlangt|votier\w*|lehnt|lehnen|befürworte\w*|begründe\w*)\b"
    rf"|\b(?:nach|laut|gemäß|aus|entsprechend)\s+(?:(?:de[rms]|den|einer?|einem|eines)\s+)?(?:\w+\s+)?(?:(?:ansicht|auffassung|einschätzung|meinung|sicht|vorschlag|angaben|überzeugung|bewertung|empfehlung|aussage)\s+(?:de[rs]|von|vom|eine[rs])?\s*)?(?:\w+\s+){{0,2}}?{_WHO}\b"
    rf"|\b{_WHO}\s+zufolge\b|\b(?:von|vom|seitens|durch|im|in der|in dem)\s+(?:de[rmns]\s+)?(?:\w+\s+)?{_WHO}\b[^.;]{{0,60}}?\b(?:empfohlen|vorgeschlagen|geraten|heißt es|steht|befürwortet|beantragt|gefordert|nahegelegt)\b"
    rf"|\b(?:empfohlen|vorgeschlagen|geraten|nahegelegt)\b.{{0,20}}\b(?:von|vom|seitens|durch)\b|\b(?:wird|werden)\s+(?:von|vom|seitens|durch)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[„»\"][^“«\"]{3,300}[“«\"]")


def recommends_vote(text: str) -> str | None:
    """The wording of a text that tells the reader how to vote, None where there is none.

    Words in quotation marks are somebody else's and are not looked at.
    """
    for sentence in sentences(_QUOTED.sub("„…“", text)) or ():
        said = sentence.text
        for pattern in _ADDRESSED:
            found = pattern.search(said)
            if found:
                return found[0].strip()
        if _ATTRIBUTED.search(said):
            continue
        for pattern in _UNSIGNED:
            found = pattern.search(said)
            if found:
                return found[0].strip()
    return None
