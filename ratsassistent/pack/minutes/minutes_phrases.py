"""The words in which minutes tell how a body decided, and what they mean.

What enters: a phrase. What leaves: an Outcome. What it does not know: numbers, where the phrase stands.
"""

from __future__ import annotations

import re

from ratsassistent.oparl import Outcome

_BODY = (
    r"(?:Stadt|Gemeinde|Kreis|Bezirks|Orts|Ortschafts|Verbands|Markt|Samtgemeinde|Land|Kirchen|Stifts|Einwohner|Grosse[rn]? |Große[rn]? )?"
    r"(?:rat|beirat|Rat|Beirat|Kreistag|tag|senat|Senat|vorstand|verordnetenversammlung|versammlung|vertretung|Plenum|Gremium|Versammlung|Vertretung)"
)
BODY = (
    r"(?:(?:Der|Die|Das|der|die|das)\s+(?:[A-ZÄÖÜ][\w/&,-]*\s+(?:und\s+|für\s+|der\s+|des\s+)*){0,5}?"
    rf"(?:[A-ZÄÖÜ][\wäöüß-]*(?:ausschuss|ausschuß|rat|beirat|tag|senat|versammlung|vertretung|kommission|magistrat)|Ausschuss|Rat|{_BODY}|Kommission|Magistrat|"
    r"Ausschussmitglieder|Ratsmitglieder|Mitglieder|Anwesenden|[A-ZÄÖÜ][A-Za-zÄÖÜ]{1,5}R|[A-ZÄÖÜ]{2,6})\b)"
)
_MATTER = (
    r"(?:[\wÄÖÜäöüß-]*(?:[Aa]ntrag|[Aa]nträge|[Vv]orlagen?|[Vv]orschlag|[Vv]orschläge|[Bb]eschlu(?:ss|ß)|[Ee]mpfehlung|[Nn]iederschrift(?:en)?|[Pp]rotokolls?|"
    r"[Tt]agesordnung(?:spunkte?)?|[Bb]ericht|[Rr]esolution|[Mm]otion|[Pp]ostulat|[Ii]nterpellation|[Aa]nfrage|[Ss]atzung|[Vv]erordnung|[Pp]lan|"
    r"[Dd]ringlichkeit|[Dd]rucksache|[Tt]raktandum|[Tt]raktandenliste|[Gg]eschäft|[Jj]ahresrechnung|[Rr]echnung|[Bb]udget|[Kk]redit|[Ee]ntwurf|[Vv]erhandlungsschrift|"
    r"[Ss]tellungnahme|[Gg]esuch|[Vv]ertrag|[Pp]unkte?|[Ee]invernehmen|[Ss]itzung|[Ll]iste|[Uu]nterlagen|[Mm]itteilung(?:en)?)|TOP\s*\d+[\w.]*)"
)

UNANIMOUS = re.compile(
    r"\b(?:einstimmig(?:e[rsnm]?)?|Einstimmigkeit|einhellig|mit (?:allen|sämtlichen) (?:\w+ )?Stimmen)\b", re.IGNORECASE
)
MANNER = re.compile(
    r"\b(?:einstimmig(?:e(?=\s+(?:Zustimmung|Annahme|Ablehnung|Empfehlung|Beschlussfassung|Genehmigung|Kenntnisnahme)))?|Einstimmigkeit|einhellig|einvernehmlich|"
    r"mit (?:allen|sämtlichen) (?:\w+ )?Stimmen|"
    r"(?:gro(?:ss|ß))?mehrheitlich(?:e(?=\s+(?:Zustimmung|Annahme|Ablehnung|Empfehlung|Beschlussfassung)))?|"
    r"(?:mit|bei|durch)\s+(?:\w{3,14}\s+){0,2}?(?:Stimmen|Zweidrittel|Dreiviertel)?-?mehrheit|(?:mit\s+)?Stimmenmehrheit|Mehrheitsbeschlu(?:ss|ß)|"
    r"(?:(?:bzw|infolge|wegen|bei|durch)\s+)?Stimmengleichheit|stillschweigend|per Akklamation|(?:mit\s+)?Stichentscheid(?:\s+(?:de[sr])\s+\w+)?|"
    r"gegen die Stimmen?\s+(?:de[rs]|von)\s+[\wÄÖÜäöüß/&.,+ -]{2,90}?(?=\s+(?:mehrheitlich|angenommen|abgelehnt|beschlossen|genehmigt|zugestimmt|bei\b|und\b)|[.;:()\n]|$)|"
    r"bei (?:Stimm)?enthaltung(?:en)?\s+(?:de[rs]|von)\s+[\wÄÖÜäöüß/&.,+ -]{2,90}?(?=\s+(?:mehrheitlich|einstimmig|angenommen|abgelehnt|beschlossen|genehmigt|zugestimmt|und\b)|[.;:()\n]|$))"
    r"(?![\w-])",
    re.IGNORECASE,
)
# Most telling first: "zurückverwiesen" before "verwiesen", "nicht angenommen" before "angenommen".
_OUTCOME_WORDS: tuple[tuple[str, Outcome], ...] = (
    (
        r"(?:nicht|weder)\s+(?:\w+\s+)?(?:angenommen|zugestimmt|beschlossen|genehmigt|gefolgt|erteilt|erheblich erklärt|überwiesen|eingetreten|zuerkannt|gewählt|entsprochen|stattgegeben)"
        r"|abgelehnt|Ablehnung|verworfen|zurückgewiesen|keine Mehrheit|versagt|abgewiesen|unterl(?:iegt|egen|ag)",
        "rejected",
    ),
    (
        r"(?:wieder )?von der Tagesordnung (?:genommen|abgesetzt)|vertagt|Vertagung|zurückgestellt|Zurückstellung|rückgestellt|verschoben|abgesetzt|Absetzung|ausgesetzt",
        "postponed",
    ),
    (
        r"zurückverwiesen|(?:zur\s+\w+\s+)?(?:verwiesen|überwiesen|zugewiesen)(?=\s+(?:in|an|zur?)\b|\W|$)|Verweisung|Überweisung|Zuweisung|Rücküberweisung"
        r"|(?:Weiterbe|Be)(?:handlung|ratung) (?:im|in der|in dem|in den|in)\s+(?:[\wÄÖÜäöüß-]+\s+){0,3}?[\wÄÖÜäöüß-]*(?:[Aa]usschuss|[Aa]usschüssen|[Bb]eirat|[Rr]at|[Kk]ommission|[Gg]remium|[Gg]remien|[Aa]rbeitskreis|[Ff]raktionen)",
        "referred",
    ),
    (
        r"(?:zustimmend |zur |wohlwollend )*(?:zur )?Kenntnis genommen|nimmt?\s+(?:zustimmend\s+)?(?:zur\s+)?Kenntnis|Kenntnisnahme|zur Kenntnis gebracht|zur Kenntnis",
        "noted",
    ),
    (
        r"(?:für\s+)?erledigt(?:\s+erklärt)?|zurückgezogen|zurückgenommen|Rücknahme|abgeschrieben|Abschreibung|gegenstandslos|als beantwortet",
        "settled",
    ),
    (
        r"angenommen|Annahme|zugestimmt|Zustimmung|beschlossen|Beschlussfassung|genehmigt|Genehmigung|gebilligt|bewilligt|befürwortet|zuerkannt|gewählt|bestätigt|verabschiedet"
        r"|gutgehei(?:ss|ß)en|stattgegeben|entsprochen|gefolgt|empfohlen|erheblich erklärt|obsiegt|festgestellt|erteilt|entlastet|beschliesst|einverstanden|verliehen|zugestimmt",
        "accepted",
    ),
)
_MEANINGS = tuple((re.compile(rf"\b(?:{words})(?![\w-])", re.IGNORECASE), outcome) for words, outcome in _OUTCOME_WORDS)
OUTCOMES = re.compile(
    rf"(?<![\w-])(?:(?:ungeändert|unverändert|geändert|abgeändert|mit Änderungen|wie vorgeschlagen|teilweise|in geänderter Fassung|so)\s+)?"
    rf"(?:{'|'.join(words for words, _ in _OUTCOME_WORDS)})(?![\w-])",
    re.IGNORECASE,
)
# These name a result only beside a number or a manner, or behind a label.
FAINT = re.compile(
    r"(?i)(?:so )?(?:bestätigt|festgestellt|erteilt|entlastet|empfohlen|gefolgt|entsprochen|einverstanden|verliehen|gewählt|ausgesetzt|gegenstandslos|verschoben|versagt|befürwortet|"
    r"zur Kenntnis|zur Kenntnis gebracht|als beantwortet|unterl\w+|obsiegt|keine Mehrheit)"
)
# What may stand between the parts of one vote.
_SMALL = (
    r"wird|wurde|werden|wurden|ist|sind|gilt|sei|damit|somit|daher|so|hiermit|mit|bei|gegen|und|sowie|oder|der|die|das|den|dem|des|von|vom|zu|zur|zum|als|in|im|es|sich|ein|eine|einer|einem|"
    r"Stimmen?|Stimmabgaben?|abgegebenen?|gültigen?|anwesenden?|Anwesenden?|Anwesend|Mitgliedern?|Ratsmitgliedern?|Gemeinderatsmitgliedern?|Stimmberechtigten?|Abstimmung|"
    r"Antrag|Antrags|Beschluss|Beschlussvorschlag|Beschlussantrag|Vorschlag|Vorlage|Empfehlung|Verwaltungsvorschlag|folgenden?|folgender|dafür|dagegen|Ja|Nein|Enthaltungen?|Stimmenthaltungen?|Anzahl|"
    r"Rest|restlichen?|übrigen?|Zustimmungen|entsprechend|gemäß|laut|lt|Fassung|dieser|vorliegenden?|geänderten?|jeweils|auch|ebenfalls|nur|insgesamt|beschlossen|Person(?:en)?"
)
FILLER = re.compile(
    rf"(?:\s|[,;:/|–—.•*)+-]|\([^()]{{0,160}}\)|\((?![^()]{{0,160}}\))|(?:{_SMALL})(?!\w))*", re.IGNORECASE
)
LABEL = re.compile(
    r"(?:^|[\n.:;)•|*-]\s*|\s)(?:(?:Abstimmungs|Beschluss|Beratungs|Sitzungs)-?\s?[Ee]rgebnis(?:se)?|Abstimmung(?:sverhältnis)?|Abst\.\s?-?\s?Erg(?:ebnis|\.)?|Ergebnis(?:\s+der\s+(?:Abstimmung|Beratung))?|"
    r"Beschlu(?:ss|ß)(?:fassung|art|status)?|Entscheid(?:ung)?|Votum|Stimmenverhältnis|Wahlergebnis|Stimmabgabe|Der Beschluss erfolgte|Stadtratsbeschluss|Gemeinderatsbeschluss|:\/\/:)"
    r"(?:\s+(?:de[rs]\s+)?(?:Gemeinderat(?:e?s)?|Stadtrat(?:e?s)?|Rat(?:e?s)?|Ausschuss(?:es)?|Kreistag(?:e?s)?|[A-ZÄÖÜ][\wäöüß]{1,24}))?(?:\s+Nr\.?\s*[\d/.-]+)?"
    r"\s*(?:[:=|–-]|\n)\s*(?:(?:keine[rn]?,?\s+)?nur\s+)?(?:[^\n.:]{0,70}:\s*)?(?:[•*-]\s*)?(?:(?:wird|mit|bei|der Antrag wird|dem Antrag wird)\s+)*$",
    re.IGNORECASE,
)
RESULT_LINE = re.compile(
    r"(?:ungeändert|unverändert|geändert|abweichend)\s+(?:beschlossen|empfohlen)|"
    r"(?:zur\s+)?Kenntnis(?:nahme|\s+genommen)(?:\s+(?:der|des|von|im)\s.{3,80})?|"
    r"(?:Vertagung|vertagt|abgesetzt|zurückgestellt|verschoben|zurückgezogen|erledigt|abgelehnt|angenommen|beschlossen|zugestimmt|genehmigt|verwiesen|verweist|überwiesen)"
    r"(?:\s+(?:mit|durch|in|an|zur?|im|auf|von|bis|am|wegen|und)\s.{2,90})?|"
    r"(?:Ablehnung|Zustimmung|Annahme|Verweisung|Vertagung|Überweisung|Absetzung|Genehmigung)(?:\s+(?:de[rs]|zu[rm]?|in|an|im|auf|von)\s.{2,90})?|"
    r"(?:mit|durch)\s+(?:der |die )?(?:Stellungnahme|Antwort|Beantwortung|Ausführungen)\s.{0,60}\b(?:erledigt|einverstanden)|"
    r"(?:Weiterbe|Be)(?:handlung|ratung) (?:im|in)\s.{2,110}|laut (?:Beschluss)?vorschlag|wie vorgeschlagen|(?:der )?Antrag (?:ist )?(?:zurückgezogen|erledigt|abgelehnt|angenommen)|"
    r"lt\.?\s+Beschlussvorschlag|(?:Stellungnahme )?zur Kenntnis genommen",
    re.IGNORECASE,
)
# A sentence that says what a body does, without "angenommen" or the like.
ACTION: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    (re.compile(rf"{BODY}\s[^.;]{{0,160}}?\blehn(?:t|en)\b[^.;]{{0,160}}?\bab\b"), "rejected"),
    (re.compile(r"\blehn(?:t|en)\s+(?:der|die|das)\s[^.;]{0,200}?\bab\b"), "rejected"),
    (
        re.compile(rf"{BODY}\s[^.;]{{0,160}}?\b(?:spricht|sprechen)\s+sich\s[^.;]{{0,120}}?\b(?:dagegen|gegen)\b"),
        "rejected",
    ),
    (
        re.compile(
            rf"{BODY}\s[^.;]{{0,200}}?\b(?:nimmt|nehmen)\b[^.;]{{0,260}}?\b(?:zur\s+)?Kenntnis\b(?!\s+und\s+(?:beschließt|stimmt|beschliesst))"
        ),
        "noted",
    ),
    (re.compile(rf"{BODY}\s[^.;]{{0,160}}?\b(?:vertagt|vertagen)\b"), "postponed"),
    (re.compile(rf"{BODY}\s[^.;]{{0,160}}?\bstell(?:t|en)\b[^.;]{{0,160}}?\bzurück\b"), "postponed"),
    (re.compile(rf"{BODY}\s[^.;]{{0,160}}?\bsetz(?:t|en)\b[^.;]{{0,160}}?\bvon der Tagesordnung ab\b"), "postponed"),
    (
        re.compile(rf"{BODY}\s[^.;]{{0,160}}?\b(?:verweist|überweist|verweisen)\b(?=[^.;]{{0,160}}?\b(?:an|in)\s)"),
        "referred",
    ),
    (re.compile(rf"{BODY}\s[^.;]{{0,160}}?\bstimm(?:t|en)\b[^.;]{{0,260}}?\b(?:zu|dafür)\b"), "accepted"),
    (re.compile(r"\b(?:stimmt|stimmen)\s+(?:der|die|das)\s[^.;]{0,200}?\b(?:zu|dafür)\b"), "accepted"),
    (
        re.compile(
            rf"{BODY}\s[^.;]{{0,160}}?\b(?:beschlie(?:ß|ss)t|beschlie(?:ß|ss)en|genehmigt|wählt|billigt|bewilligt|empfiehlt|bestätigt|erteilt|befürwortet|fasst|fassen|setzt|gibt|bestellt|verleiht)\b"
        ),
        "accepted",
    ),
    (re.compile(rf"{BODY}\s[^.;]{{0,60}}?\b(?:stellt|fragt|beantragt|bittet|fordert)\b"), "accepted"),
    (
        re.compile(r"\b(?:beschlie(?:ß|ss)t|genehmigt|bewilligt|wählt|empfiehlt)\s+(?:der|die|das)\s+[A-ZÄÖÜ]"),
        "accepted",
    ),
)
SUBJECT_ACTS = re.compile(
    rf"(?:\b(?:Der|Die|Das|Dem|Den|Diese[rsm]?|Beide|Alle|Sämtliche|Über|Ein|Eine)\s[^.!?;]{{0,160}}?)?\b{_MATTER}\b[^!?;]{{0,220}}?\b(?:wird|ist|gilt|werden|sind|wurde|wurden|bleibt)\b"
)
BODY_ACTS = re.compile(rf"{BODY}\s[^.;]{{0,120}}?\b(?:nimmt|nehmen|hat|haben|wird|beschlie(?:ß|ss)t)\b")
# The chair speaks in a verbatim record: what stands right before the result, and within.
SPOKEN_BEFORE = re.compile(
    r"(?:\b(?:[Dd]as (?:ist|war|wäre)|[Dd]amit ist|[Ss]omit ist|[Dd]ann ist|[Aa]lso|[Ww]ieder|[Ss]o),?\s+(?:\w+\s+){0,5}|[.!?]\s+[–-]\s*(?:(?:Der|Die|Das|Damit|Auch|Somit)\s[^.:]{0,80})?)$"
)
SPEECH = re.compile(r"\b(?:[Ii]ch|[Ww]ir|[Uu]ns(?:er\w*)?|[Mm]ir|[Mm]ich|[Mm]ein\w*|Ihnen|Ihren?|Ihrem)\b")
# Wished, supposed, still to come.
NOT_YET = re.compile(
    r"\b(?:möge|mögen|sollen?|sollten?|würden?|könnten?|kann|können|darf|muss|wenn|falls|sofern|ob|bevor|bis|müssen?|müssten?|dürfen?|hoffe\w*|bitten?|ersuch\w*|schlägt|schlagen|empfohlen, |beabsichtigt|zunächst noch)\b"
)
MOTION = re.compile(
    r"\b\w*(?:[Aa]ntrag|[Aa]nträge|[Vv]orlage|[Vv]orschlag|[Tt]agesordnungspunkt|[Tt]agesordnung|TOP|[Pp]unkt|[Nn]iederschrift|[Pp]rotokoll|[Mm]otion|[Pp]ostulat|[Aa]nfrage|[Bb]ericht)\b"
)
# What stands behind a result that is only told in a clause beside: "…, die das Mandat abgelehnt haben".
TOLD_BARE = re.compile(r"\s*(?:haben?|hat|hatten?|waren?|war|wurden?|worden)\b")
# Told of another day or body.
REPORT = re.compile(
    r"\b(?:bereits|seinerzeit|damals|soeben|zuletzt|mehrfach|schon|früher|vor (?:kurzem|\w+ (?:Jahren|Monaten|Wochen))|in (?:seiner|ihrer|der) (?:letzten|vorigen|vergangenen|ersten|\w+) Sitzung|im Jahre?\s+(?:19|20)\d\d|im Vorjahr|wie)\b"
    r"[^.]{0,120}\b(?:beschlossen|abgelehnt|angenommen|zugestimmt|genehmigt|gewählt|verwiesen|vertagt|Kenntnis|zurückgestellt|zurückgezogen)\b"
    r"|\b(?:hat|haben|hatte|hatten|habe)\b[^.;]{0,160}\b(?:beschlossen|abgelehnt|angenommen|zugestimmt|genehmigt|verabschiedet|gewählt|gefasst|zurückgezogen|zurückgestellt)\b(?![^.]{0,40}:)"
    r"|\b(?:wurde|wurden|war|waren)\b[^.]{0,140}\b(?:am|vom|im|durch|seitens|von)\b[^.]{0,80}\b(?:beschlossen|abgelehnt|angenommen|zugestimmt|genehmigt|verabschiedet)\b"
    r"|\bbeschlossene[nrsm]?\b[^.]{0,60}$"
)
# A motion that the administration's answer has dealt with.
_BY_STATEMENT = re.compile(
    r"(?i)\b(?:einverstanden|zustimmung|zugestimmt)\b.{0,12}\b(?:stellungnahme|antwort|ausführungen)\b|"
    r"\b(?:stellungnahme|antwort|ausführungen)\b.{0,30}\beinverstanden\b"
)


def outcome_of(phrase: str) -> Outcome | None:
    """What a result means ("mehrheitlich abgelehnt": rejected), or None where it says nothing of an outcome.

    "Zurückgezogen" and "erledigt" are settled, "abgesetzt" and "zurückgestellt" postponed. A phrase that only says how
    was voted ("einstimmig") counts as accepted.
    """
    text = " ".join(phrase.split())
    if re.search(r"(?i)\bkeine (?:Abstimmung|Beschlussfassung|Mitteilungen)\b|\bohne (?:Abstimmung|Beschluss)", text):
        return None
    if _BY_STATEMENT.search(text):
        return "settled"
    for pattern, outcome in _MEANINGS:
        if pattern.search(text):
            return outcome
    return "accepted" if MANNER.search(text) else None
