"""The words by which an order to a reading program is told from what council papers say anyway.

What enters: nothing. What leaves: patterns over folded text (`folding.folded`: small letters).
What it does not know: where in a paper the words stand, what becomes of a find.

An order is what nobody says to a councillor: to forget instructions, to write a summary in a certain way, to keep a fact
from the reader; or whatever is said to an AI by name. That a body recommends something is no order.
"""

from __future__ import annotations

import re

_I = r"[il1|]"  # text recognition takes them for each other
_GAP = r"[^.!?]{0,90}?"
_HYPHENATED = r"(?!-(?!system|modell|assist|programm|tool|agent|werkzeug|anwend|bot))"

MACHINE = (
    r"(?:(?:auswertungs|lese|zusammenfassungs|analyse|assistenz|textanalyse|vorlese|such|zusammenfass\w*)-?(?:programm|system|software|werkzeug|dienst|automat|roboter|modell)(?:e[ns]?|s|en)?"
    r"|(?:ki|k\.\s?i\.|ai|llm)"
    + _HYPHENATED
    + r"(?:-?(?:system|modell|assistent|programm|anwendung|tool|agent|werkzeug|bot)\w{0,3})?"
    r"|(?:ki|ai)-(?:gest[uü]tzte[nrs]?|basierte[nrs]?) (?:system|programm|auswertung|zusammenfassung|software|werkzeug|assistent|helfer)\w{0,3}"
    r"|(?:gro(?:ß|ss)e[sn]? )?sprachmodell\w{0,3}|sprachassistent\w{0,2}|chat-?bots?|chatgpt|copilot|language models?|llms?"
    r"|k[uü]nstliche[nr]? " + _I + r"nte" + _I + _I + r"igenz(?:en)?"
    r"|(?:digitale|virtuelle|automatische|automatisierte|maschinelle|elektronische|auswertende|lesende|computergest[uü]tzte|zusammenfassende)[nrsm]? (?:assistent|assistenz|leser|auswerter|auswertung|helfer|"
    r"zusammenfassung|verarbeitung|programm|system|software|ki|maschine|werkzeug|auswertungsprogramm|lesehilfe|textverarbeitung)\w{0,5}"
    r"|ratsassistent\w{0,2}|ki-assistent\w{0,2}|(?:text|lese|chat)-?(?:roboter|bot|automat)\w{0,2}|programme? zur (?:text)?zusammenfassung"
    r"|(?:programm|software|system|maschine|algorithmus|computer|ki|bot),? (?:das|die|der|welche[rs]?) (?:das hier|hier|dies\w{0,2})\b[^.!?]{0,40}?(?:liest|lesen|auswertet|auswerten|verarbeitet|verarbeiten|zusammenfasst|zusammenfassen))"
)
_ORDERS = r"(?:anweisung|instruktion|vorgabe|rege[l1i]n?|richt[l1i]inie|befeh[l1i]|auftr[aä]g|prompt|weisung|kommando|systemanweisung|systemprompt|einstellung|programmierung)"
_EARLIER = r"(?:alle[sr]?|s[aä]mtliche|bisherige|vorherige|vorige|vorangegangene|vorangehende|vorstehende|obige|fr[uü]here|sonstige|andere|ihre|deine|eure|system|urspr[uü]ngliche|zuvor|bestehende|geltende|anderslautende|jegliche|erhaltene)"
_OUTPUT = r"(?:zusammenfassung|ausgabe|kurzfassung|auswertung|output|[uü]bersicht|antwort|inhaltsangabe|darstellung)"
_VOTE = r"(?:zustimm\w*|zuzustimmen|annahme|anzunehmen|ablehn\w*|abzulehnen|dafuer|dafür|dagegen|ja-stimme|unterst[uü]tz\w*|bef[uü]rwort\w*)"
# verbs that only make sense as an order to whoever writes
_DO = (
    r"(?:"
    + _I
    + r"gnorier|vergiss|vergessen sie|empfieh[l1i]\b|empfehlen sie|erw[aä]hne|nenne|schreib|antworte|g"
    + _I
    + r"b\b|geben sie|fass|verschweig|lass|stel[l1]|bewerte|beginne|f[uü]ge|weise|sage|behaupte|[uü]bergeh|[uü]berspring"
    r"|formulier|nimm|nehmen sie|zeige|beschr[aä]nk|zitier|k[uü]rz|ersetz|unterlass|markier|streich|zeichne|betone|hebe|raten sie|rate\b|verwende|benutze|f[uü]hre|beachte|kennzeichne|betrachte|tu\b|halte|setze|setzen sie|gehe|geh\b|[uü]bernimm)"
)
_NOT_TOLD = r"(?:erw[aä]hn|nenn|aufnehm|aufzunehm|aufgenomm|anzeig|ausgeb|auszugeb|wiedergeb|wiederzugeb|ber[uü]cksicht|auff[uü]hr|aufzuf[uü]hr|zusammenfass|zusammenzufass|weglass|wegzulass|weggelass|ansprech|anzusprech|verschweig|auslass|auszulass|thematisier|darstell|darzustell)"
# how an order would have something told, or not told
_OMIT = (
    rf"(?:wegl[aä]ss\w*|weg(?:zu)?lassen|weggelassen|ausl[aä]ss\w*|aus(?:zu)?lassen|unerw[aä]hnt|unterschl[aä]g\w*|verschw[ei]+g\w*|[uü]berspring\w*|[uü]berles\w*|[uü]bergeh\w*|unter den tisch|ausblend\w*|auszublend\w*|streichen|\w+ fallen lassen"
    rf"|(?:nicht|keine?\w?|nirgends|nie)\b[^.!?]{{0,40}}?{_NOT_TOLD}\w*|in keiner \w+ vorkommen|leave out|omit|skip)"
)
_COLOUR = r"(?:loben|lobe|lobt|lob(?:en)?swert|preisen|zu werben|werbung f[uü]r|nur (?:positiv|die vorteile|vorteile|gutes)|als \w+ (?:zu )?(?:beschreib|bezeichn|darstell|schilder|bewert)\w*|\w+ (?:darzustellen|zu beschreiben|zu bezeichnen)|gut(?:zu)?hei(?:ß|ss)en)"
_URGE = r"(?:nahe(?:zu)?legen|empfehl\w*|empfiehlt|empfohlen|vor(?:zu)?schlagen|bef[uü]rworten|zustimm\w*|zuzustimmen|\bannahme|ablehn\w*|zu raten|\brate[nt]?\b)"
_MUST = r"(?:soll|sollen|sollst|muss|m[uü]ssen|m[oö]ge|m[oö]gen|darf|d[uü]rfen|bitte|bitten|wird gebeten|hat)"
_ASKED = r"(?:wird|werden|ist|sind) (?:hiermit |ausdr[uü]cklich |daher |h[oö]flich |freundlich )?(?:gebeten|angewiesen|aufgefordert|ersucht|gehalten|verpflichtet|beauftragt)"
ORDERISH = re.compile(
    rf"\b{_DO}|\b(?:soll|sollst|sollen|darf|darfst|d[uü]rfen|muss|musst|m[uü]ssen|m[oö]ge|bitten?|gebeten|angewiesen|aufgefordert|you must|please|do not|recommend)\b|\b(?:nicht|keine?\w?)\b{_GAP}{_NOT_TOLD}"
    rf"|\b(?:{_OMIT}|{_COLOUR}|{_URGE})|\bnur\b"
    r"|\b(?:ist|sind)\b[^.!?]{0,80}?\bzu \w+en\b|\b\w+zu\w+en\b"
)

# where an imperative stands: no "ich" goes before it
_ORDERED = r"(?:^|[.!?:;,„\"»(\n]\s*|\b(?:und|oder|sondern|bitte|stattdessen|dann|also) )"

_ADDRESS = (
    r"(?:(?:arbeits|dienst|system|verfahrens|bearbeitungs)?-?(?:hinweise?|nachricht|anweisung|auftrag|bitte|mitteilung|information|instruktion|vermerk|notiz|befeh[l1]|aufforderung|beschlussvorschlag|botschaft|message|note|instructions?|regel)(?:en)?)"
    r" (?:an|f[uü]r|to|for)\b(?: (?:das|die|den|der|alle|jede[sn]?|eine?[ns]?|etwaige|etwaigen|m[oö]gliche|the|any|all|unser\w*|dieses|ihr\w*))?(?: (?!nutz|einsatz|umgang|verwend|einf[uü]hr|beschaff)[\w-]+){0,2}? "
)

# --- What fires by itself: nobody says so to a reader of flesh and blood.
ALONE: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        # forget your instructions
        rf"\b(?:{_I}gnorier(?:e|st)?|vergiss|missachte|verwirf|[uü]bergehe|[uü]berschreibe)\b(?! nicht){_GAP}(?:\b|\w)(?:{_ORDERS}|{_EARLIER}\w? (?:text|inhalt|angaben)|(?:a[l1{_I}][l1{_I}]es|das) (?:obige|bisherige|vorherige|vorstehende|zuvor|vorangegangene|vorige|davor))",
        rf"\b(?:{_I}gnorieren|vergessen|missachten|verwerfen|[uü]bergehen) sie\b(?! (?:bitte )?nicht){_GAP}\b{_EARLIER}\w{{0,2}}\b{_GAP}(?:{_ORDERS}|\btext\b|\bgesagte)",
        rf"(?:^|[.!?:;„\"(\n]\s*|bitte ){_I}gnoriert\b{_GAP}\b{_EARLIER}\w{{0,2}}\b{_GAP}{_ORDERS}",
        rf"\b{_EARLIER}\w{{0,2}} (?:[\w-]+ ){{0,3}}?[\w-]*{_ORDERS}\w*\b[^.!?]{{0,70}}?\b(?:{_I}gnorieren|vergessen|missachten|verwerfen|au(?:ß|ss)er kraft|unbeachtlich|nicht mehr zu beachten|nicht zu beachten|hinf[aä]llig)\b(?! ist verboten| ist untersagt)(?=[^.!?]{{0,40}}?(?:[.!\n]|und |,|$))",
        rf"\b(?:system-?prompt|systemanweisung|entwicklermodus|developer mode|jailbreak|dan-modus)\w*\b{_GAP}\b(?:{_DO}|gilt|lautet|aktiv|neu|ge[aä]ndert|ersetzt|offenleg|ausgeb|auszugeben)",
        # recommend, hide, claim: second person singular, as no paper speaks
        r"\bempfieh[l1]\b(?! (?:ich|er|sie)\b)",
        rf"{_ORDERED}(?:verschweige|unterschlage|verheimliche)\b(?! ich)",
        rf"(?:{_ORDERED}erw[aä]hne\b(?! ich)|\berw[aä]hnen sie\b)[^.!?]{{0,70}}?\b(?:nicht|keine?\w?|niemals|mit keinem wort|nirgends|auf keinen fall|nur)\b",
        rf"{_ORDERED}(?:nenne|zeige|zitiere|sage|verrate)\b(?! ich)(?: mir| ihm| ihr| ihnen)? (?:\w+ ){{0,6}}?(?:nicht|keine?\w?|niemals|auf keinen fall)\b(?! ich)",
        rf"{_ORDERED}behaupte,|{_ORDERED}gib (?:vor|nur|ausschlie\w+|stets|immer|bitte|stattdessen|als (?:antwort|ergebnis|zusammenfassung)|folgende\w*|in de[rn])\b|\bantworte (?:nur|ausschlie\w+|stets|immer|auf|mit|jetzt|ab sofort|bitte|dem|den|dann|stattdessen|k[uü]nftig|wie|in)\b",
        rf"\b(?:empfehlen|raten) sie (?:\w+ ){{0,6}}?(?:nutze\w*|leser\w*|ratsmitglied\w*|mandats\w*|anwender\w*|fragenden|stadtr[aä]t\w*|gemeinder[aä]t\w*|rat|abgeordneten|jedem|allen)\b{_GAP}{_VOTE}",
        # who the reader is told to be
        rf"\bdu bist (?:jetzt |nun |ab sofort |ab jetzt |von nun an )?(?:ein\w* |der |die |kein\w* )?(?:[\w-]+ ){{0,3}}?(?:{MACHINE}|\w*assistent\w*|\w*modell|helfer\w*|bot\b|berater\w*|pressesprecher\w*|f[uü]rsprecher\w*|bef[uü]rworter\w*)",
        r"\bdu bist (?:jetzt|nun|ab sofort|ab jetzt|von nun an)\b|\b(?:ab sofort|ab jetzt|von nun an|ab hier) (?:bist|sollst|antwortest|schreibst|giltst|gilt f[uü]r dich|befolgst|arbeitest) ?(?:du|dich)?\b",
        rf"\bsie sind (?:jetzt |nun |ab sofort |als )?(?:ein\w* |kein\w* |das |die )?(?:{MACHINE})",
        r"\btu(?:e)? so,? als\b|\bstell dir vor,? du (?:bist|w[aä]rst|seist)\b|\bspiele? die rolle\b|\bverhalte dich (?:wie|so|ab)\b|\bnimm die rolle\b|\bdeine (?:neue )?(?:aufgabe|rolle|anweisung\w*|befehle|programmierung|instruktion\w*) (?:ist|lautet|lauten|sind|besteht)\b|\bdeine (?:neue[nr]? )?(?:system)?(?:anweisung|instruktion|vorgabe|programmierung)\w*\b",
        rf"\b(?:wenn|falls|sofern|soweit|sollten|solltest|sollte) (?:du|sie|ihr|dies(?:e\w?|en text)?)\b[^.!?]{{0,60}}?\b(?:als |von |ein\w* |durch )(?:ein\w* |einer |das |die )?(?:[\w-]+ )?{MACHINE}\b",
        rf"\bals {MACHINE}\b (?:hast|sollst|musst|darfst|bist|wirst|haben sie|m[uü]ssen sie|sollen sie|sollten sie|sind sie|werden sie|d[uü]rfen sie|verpflichte)",
        rf"\b(?:liebe[rs]?|sehr geehrte[rs]?|hallo|werte[rs]?|achtung|hey|guten tag),?\s+(?:(?:das|die|der|an) )?{MACHINE}\b",
        # what the summary has to say
        rf"\b(?:schreib|schreibe|beginne|beende|f[uü]ge|nenne|nimm|fasse|formuliere|erg[aä]nze|wiederhole|starte|stelle|setze|lass|lasse|baue|vermeide|verwende)\b(?! (?:ich|wir|er|es)\b)[^.!?]{{0,110}}?\b(?:dein\w*|der|die|jede[rnm]?|eine[rnm]?|in|ihre[rnm]?|am ende|am anfang) (?:[\w-]+ )?{_OUTPUT}\b",
        r"\bfass(?:e)? (?:diese[nsr]?|den|das|die|alles)\b[^.!?]{0,90}?\b(?:zusammen|so)\b",
        r"\b(?:in|bei|f[uü]r|aus|zu) (?:der|deiner|jeder|einer|ihrer|allen|jeglicher) (?:(?:automatischen|maschinellen|automatisierten|ki-gest[uü]tzten|elektronischen|digitalen|kurzen|knappen|von \w+ erstellten) ){0,2}(?:ki-)?(?:zusammenfassung|kurzfassung|auswertung|ausgabe|inhaltsangabe)\w{0,2}\b[^.!?]{0,110}?\b(?:nicht zu (?:erw[aä]hnen|nennen|behandeln|thematisieren|ber[uü]cksichtigen)|wegzulassen|auszulassen|zu verschweigen|nicht aufzunehmen|nicht aufzuf[uü]hren|nicht darzustellen|zu empfehlen|unerw[aä]hnt|zu [uü]bergehen)\b",
        rf"\b(?:automatische|maschinelle|automatisierte|elektronische|digitale|ki-gest[uü]tzte|computergest[uü]tzte)[nr]? (?:zusammenfassung|auswertung|kurzfassung|inhaltsangabe|verarbeitung)\w{{0,2}}\b[^.!?]{{0,120}}?(?:\b(?:nicht|keine?\w?|nur|ausschlie\w+|stets|unbedingt)\b[^.!?]{{0,60}}?{_NOT_TOLD}|\bzu empfehlen\b|\b{_VOTE}\b|wegzulassen|zu verschweigen)",
        r"\b(?:bitte )?(?:lassen|nehmen|erw[aä]hnen|f[uü]hren|geben|stellen|weisen|schreiben|beschr[aä]nken|fassen|unterlassen|beenden|beginnen) sie\b[^.!?]{0,110}?\b(?:ihrer|ihre|der|dieser|jeder) (?:automatischen |maschinellen )?(?:zusammenfassung|kurzfassung|ausgabe|ki-auswertung|inhaltsangabe)\b",
        rf"\b(?:in|bei) ihrer (?:zusammenfassung|kurzfassung|ausgabe|inhaltsangabe|maschinellen auswertung|automatischen auswertung)\b[^.!?]{{0,120}}?\b(?:nicht|keine?\w?|nur|ausschlie\w+|empfehl\w+|weg|{_VOTE})\b",
        rf"\b(?:beim|bei der|bei jeder|in jeder|in keiner|f[uü]r die|f[uü]r jede) (?:zusammenfassen|zusammenfassung|wiedergabe|kurzfassung|maschinellen? \w+|automatischen? \w+)\b[^.!?]{{0,110}}?(?:\b{_OMIT}|\b{_COLOUR}|\bzu empfehlen\b|\bempfehlen\b|\bnur ein|\bausgegeben)",
        rf"\b{_OMIT}[^.!?]{{0,60}}?\bin keiner (?:zusammenfassung|kurzfassung|auswertung)\b|\bin keiner (?:zusammenfassung|kurzfassung) (?:vorkommen|stehen|erscheinen)\b",
        r"\bdein\w{0,2} (?:\w+ )?(?:ausgabe|zusammenfassung|auswertung|kurzfassung|arbeitsergebnis|ergebnis)\b|\b(?:ergebnis|ziel) deiner arbeit\b|\bf[uü]r dich (?:gilt|gelten|ohne belang|nicht mehr|ab)\b|\b(?:ab jetzt|ab sofort|ab hier|von nun an|von jetzt an)\b[^.!?]{0,40}?\b(?:du|dich|dein\w{0,2})\b|\bdein\w{0,2} aufgabe\b[^.!?]{0,20}?\b(?:ab jetzt|ab sofort|jetzt|nun)\b",
        r"\bwas (?:man )?dir (?:\w+ ){0,2}?(?:vorher|zuvor|bisher|fr[uü]her|davor)\b|\bwas (?:vorher|zuvor|bisher) (?:stand|gesagt|aufgetragen|kam)\b|\balles (?:vorherige|bisherige|obige|zuvor \w+) (?:zu )?(?:vergessen|ignorieren|missachten)\b",
        rf"{_ORDERED}(?:rate|rate(?:n sie)?) (?:den|dem|jedem|jeder|allen|zu|zur|zum|von|dazu|der)\b|{_ORDERED}(?:sag|sage|schreib|schreibe|melde|erz[aä]hle?|teile?) (?:bitte )?(?:dem|den|jedem|allen|der) (?:\w+ )?(?:rat|r[aä]te\w*|\w+r[aä]te\w*|nutzer\w*|leser\w*|\w*mitglied\w*|fragenden|gremium|anwender\w*|leuten)\b",
        rf"{_ORDERED}(?:lass|lasse|blende)\b[^.!?]{{0,80}}?\b(?:weg|aus|unerw[aä]hnt|unter den tisch)\b|{_ORDERED}(?:lobe|[uü]berspringe|bewirb) (?:die|den|das|alle|de[rm])\b",
        r"\bneue (?:regel|system(?:vorgabe|anweisung|nachricht|regel)|anweisung|instruktion)\w{0,2}\b[^.!?]{0,25}?\b(?:ab hier|ab jetzt|ab sofort|f[uü]r (?:die|jede|deine) (?:zusammenfassung|auswertung|kurzfassung|ki))\b|\bsystem(?:vorgabe|nachricht)\b[^.!?]{0,20}?(?:ab hier|:)",
        # said of whoever reads by machine
        rf"\b(?:falls|wenn|sofern|soweit|f[uü]r den fall|sollte|wer immer|wer auch immer|wer)\b[^.!?]{{0,70}}?\b(?:maschinell|automatisch|automatisiert|computer|programm|roboter|{MACHINE})\b[^.!?]{{0,40}}?\b(?:gelesen|liest|lesen|verarbeitet|verarbeiten|ausgewertet|auswertet|zusammengefasst|zusammenfasst)\b[^.!?]{{0,160}}?(?:\b{_OMIT}|\b{_COLOUR}|\b{_URGE}|\bbitte|\blass\b|\bdu\b)",
        rf"(?:^|[.!?]\s|\n)\W*an (?:alle |die |das |den |jede\w? |jedes |etwaige |unser\w* )?(?:\w+ )?{MACHINE}\s*[:!–-]",
        rf"\b{MACHINE}\b(?![\w-])[^.!?]{{0,60}}?\b{_ASKED}\b[^.!?]{{0,140}}?(?:\b{_OMIT}|\b{_COLOUR}|\b{_URGE})",
        rf"\b(?:die|das|der|jede[rs]?|eine?|alle|diese[rs]?) (?:[\w-]+ )?{MACHINE}\b(?![\w-])[^.!?]{{0,60}}?\b{_MUST}\b[^.!?]{{0,140}}?(?:\b{_OMIT}|\b{_COLOUR})",
        rf"(?:^|[.!?]\s|\n)\W*(?:die |das |jede )?{MACHINE} (?:soll|sollte|muss|m[oö]ge) (?:bitte )?(?:schreiben|sagen|antworten|melden|ausgeben|behaupten)\b",
        rf"\b(?:programm|software|system|maschine|algorithmus|computer|ki|bot),? (?:das|die|der|welche[rs]?) (?:das hier|hier|dies\w{{0,2}})\b[^.!?]{{0,40}}?(?:liest|lesen|auswertet|verarbeitet|zusammenfasst)\b[^.!?]{{0,30}}?\b{_MUST}\b",
        # said of the AI in the third person
        rf"\b(?:{MACHINE}|assistent)\b[^.!?]{{0,40}}?\b(?:wird|werden|ist|sind) (?:hiermit |ausdr[uü]cklich |daher |h[oö]flich |freundlich )?(?:gebeten|angewiesen|aufgefordert|ersucht|gehalten|verpflichtet)\b{_GAP}(?:empf|{_NOT_TOLD}|{_I}gnor|{_VOTE}|schreib|antwort|darzustell|hinzuweis|bewert|weglass)",
        rf"\b(?:die|das|der|jede|jedes|jeder|ein|eine) (?:[\w-]+ )?(?:{MACHINE}|assistent)\b[^.!?]{{0,50}}?\b(?:soll|muss|hat|darf|m[oö]ge|empfiehlt|r[aä]t|verschweigt|stimmt)\b[^.!?]{{0,110}}?\b(?:diese[rsnm]? (?:vorlage|text|dokument|unterlage|seite|antrag|papier)\w{{0,2}}[^.!?]{{0,60}}?(?:{_VOTE}|empf)|{_VOTE}\b|verschweigen|zu verschweigen|nicht (?:zu )?erw[aä]hnen|{_I}gnorieren)",
    )
)
# --- Marks of a chat, which papers never hold.
MARKUP = re.compile(
    r"<\|[^|>\n]{1,30}\|>|\[/?inst\]|<</?sys>>|</?(?:system|assistant|user|instructions?|prompt|tool_call|im_start|im_end|start_of_turn|end_of_turn|human)>"
    r"|\[/?system\]|(?:^|\n)\s*#{2,4}\s*(?:system|instruction|assistant|user|response|anweisung an)s?\b\s*:?|\{\s*[\"']role[\"']\s*:|\b(?:begin|start|end) (?:of )?(?:the )?system[ -]?prompt\b|<start_of_turn>|<end_of_turn>"
)
# --- Fires where an order follows within a few sentences.
ADDRESSED = re.compile(rf"\b{_ADDRESS}(?:{MACHINE}|assistent\w*|algorithm\w+)(?![\w-])")
CALLED = re.compile(  # an AI by name, and a colon or comma behind
    rf"(?:^|\n|[.!?:]\s)\W*(?:(?:liebe[rs]?|werte[rs]?|hallo|an|achtung|hey|hinweis|bitte)\s+(?:die |das |den |alle )?)?(?:{MACHINE}|@bot|@ki|algorithmus|textroboter)\s*[:,!]\s"
)
ASKS = re.compile(
    rf"\b(?:bitte|nur|du|dein\w*|dich|sei|seien sie|soll|sollst|sie)\b|\b(?:{_OMIT}|{_COLOUR}|{_URGE})|\b{_DO}"
)
SPEAKER = re.compile(
    rf"(?:^|\n|[.!?]\s)\W*(?:system|assistant|assistent|user|human|ki|ai|llm|sprachmodell|chatbot|auswertungsprogramm|programm|an (?:alle |die |das |den )?{MACHINE}|@?(?:ki|ai|chatgpt|assistent))\s*[:,!]\s"
)
# --- Other languages; over text whose letters are left as they are.
FOREIGN: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass|neglect)\b(?: \w+){0,6}? (?:instructions?|prompts?|rules|guidelines|directions?|directives|orders|above|context|programming)\b",
        r"\byou are (?:now )?(?:an?|the|no longer) (?:[\w-]+ ){0,3}?(?:ai|assistant|language model|llm|chatbot|bot|model)\b",
        r"\b(?:as an|if you(?:'re| are) an?|dear|attention|hello|hey|note (?:to|for)|instructions? (?:for|to)|message (?:for|to)) (?:any |all |the )?(?:ai|llm|language model|assistant|chatbot|automated|summari[sz]er|reading program)",
        r"\b(?:do not|don't|never) (?:mention|reveal|include|summari[sz]e|disclose|list)\b[^.!?]{0,60}|\b(?:reply|respond|answer|print|output|write) (?:only|exactly|solely|nothing but)\b",
        r"\b(?:to|dear|attention|hello|hey|note to),? (?:the |any |all |every )?(?:ai|model|llm|language model|assistant|chatbot|bot|machine)s?\b[^.!?]{0,100}\b(?:please|kindly|you|must|should|leave|skip|ignore|tell|recommend|follow|praise)\b",
        r"\b(?:kindly|please) (?:leave out|omit|skip|ignore|recommend|tell|praise|approve|vote)\b|\b(?:tell|urge) (?:everyone|them|the council\w*|members) to vote\b",
        r"\bne mentionne[zr]? pas\b|\bconseille[zr]? (?:de|d'|à)\b[^.!?]{0,30}(?:vot|approuv)|(?:à l'attention de|cher|chère)\b[^.!?]{0,20}(?:intelligence artificielle|modèle|assistant)",
        r"\bin your (?:summary|response|output|reply|answer)\b|\byour (?:summary|response|output) (?:must|should|shall|has to)\b|\b(?:recommend|advise|tell) (?:the )?(?:council\w*|user|reader|voters?|members?)\b[^.!?]{0,50}(?:approv|vote|reject|accept|adopt)",
        r"\b(?:ignore[zr]?|oublie[zr]?|négligez|ne tenez pas compte)\b[^.!?]{0,60}(?:instructions|consignes|directives|règles)|\brecommande[zr]?\b[^.!?]{0,40}(?:approbation|approuver|voter|adoption|adopter)",
        r"\b(?:ignora|ignore|olvida|olvide|descarta)\b[^.!?]{0,60}(?:instrucci|indicacion|órdenes|reglas)|\brecom[ie]+[ne]nd?a\b[^.!?]{0,40}(?:aprob|votar)",
        r"\b(?:ignora|ignori|dimentica|dimentichi)\b[^.!?]{0,60}(?:istruzion|indicazion|direttiv|regol)|\b(?:raccomanda|consiglia)\b[^.!?]{0,40}(?:approv|votare)",
        r"\b(?:negeer|vergeet|ignorer|glem|ignorera|glöm)\b[^.!?]{0,60}(?:instructies|aanwijzingen|instruks|instruktion|anvisning|regler)",
        r"(?:talimat|yönerge|komut|kural)\w*[^.!?]{0,50}(?:yok say|görmezden gel|unut|dikkate alma|göz ardı)",
        r"\b(?:zignoruj|ignoruj|zapomnij|pomiń)\w*[^.!?]{0,60}(?:instrukc|polece|wytyczn|zasad)|\b(?:ignoruj|zapomeň)\w*[^.!?]{0,60}(?:pokyn|instrukc)",
        r"(?:игнорируй|проигнорируй|забудь|не обращай|не учитывай|ігноруй|проігноруй)\w*[^.!?]{0,60}(?:инструкци|указани|команд|правил|інструкці|вказів|наказ)|рекомендуй\w*[^.!?]{0,40}(?:одобр|утверд|проголос|поддерж)",
        r"تجاهل[^.!؟]{0,60}(?:التعليمات|الأوامر|تعليمات)|(?:忽略|忽视|无视|無視)[^。]{0,15}(?:指令|指示|说明|命令)",
    )
)  # fmt: skip
# What was squeezed together from spaced letters.
SQUEEZED = re.compile(
    r"ignoriere\w{0,40}(?:anweisung|vorgab|instruktion|regel|befehl)|vergiss\w{0,40}(?:anweisung|vorgab|instruktion)|empfiehl(?!t)|ignore\w{0,30}(?:instruction|prompt)|verschweige"
)
# Any of these must be there, or nothing above can be: a quick look saves the slow one.
QUICK = re.compile(
    rf"{_I}gnor|verg[ei]ss|missacht|verw[ie]rf|[uü]bergeh|[uü]berschreib|prompt|entwicklermodus|developer mode|jailbreak|systemanweis|empfieh[l1]\b|empfehlen\s+sie|raten\s+sie|verschweig|unterschlag|verheimlich|erw[aä]hne\b|erw[aä]hnen sie|\b(?:nenne|zeige|zitiere|sage|verrate|behaupte|gib|antworte|"
    rf"du|dich|dein\w*|dir|tue?|schreib|schreibe|beginne|fasse?|formuliere|lasse?|starte|wiederhole|beende|f[uü]ge|vermeide|stelle)\b|\bsie\s+sind\b|zusammenfass|anweisung|zusammenfassung|kurzfassung|auswertung|ausgabe|inhaltsangabe|\b(?:ki|ai|llms?)\b|intelligen|sprachmodell|chat|copilot|assisten|auswert|programm|software|algorithm|computer"
    r"|maschin|roboter|\bbots?\b|\brate\b|\brate[nt]?\s|\bsag\b|\bmelde\b|\blobe\b|\blass\b|wiedergabe|vorher|zuvor|artificielle|mentionne|conseille|kindly|please|vote|system|<\||\[/?inst|<<|role[\"']|#{2,4}|instruction|guideline|\byou\b|your|language model|do not|don't|never|(?:reply|respond|answer|print|output|write) |instru|consigne|directiv|reglas|regol|aanwijz|anvisning|talimat|yönerge|komut|polece|wytyczn|pokyn|инструкц|указани|команд|інструкц|вказів|одобр|التعليمات|تعليمات|指令|指示"
)
TURNED_QUICK = re.compile(
    r"vtabevrer|iretvff|rzcsvruy|navjrvfhat|vtaber|vafgehpgvba|ireshpujrvtr|ereirongi|ssigrev|lheifpme|gnusiewna|erongi|noitcurtsni|egiewhcsrev"
)
# A quoted order in a text that tells of such attacks is none.
TELLS_OF = re.compile(
    r"\b(?:angreif\w*|angriff\w*|prompt[- ]?injection\w*|injection|injektion|beispiel\w*|beispielsweise|etwa|z\. ?b\.|manipul\w*|schwachstelle\w*|sicherheitsl\w*|bsi|warnt|warnung|phishing|missbrauch\w*|kriminell\w*|t[aä]ter\w*|eingeschleust\w*|versteckt\w*)\b"
)
FOLLOWS = re.compile(
    rf"^\W*(?:(?:und|dann|danach|stattdessen|ausserdem|außerdem|weiterhin|zudem|bitte|sondern|auch) )?(?:{_DO}|{_DO}\w*(?:e|en sie)\b)|\b(?:du|dein\w*|dich|dir)\b|\b(?:your?|please)\b|^\W*(?:\w+ ){{0,2}}?\w+en sie\b|^\W*(?:{MACHINE}|assistent|system|assistant)\b\s*[:,]|\b{MACHINE}\b|\b(?:stimmen|lehnen|empfehlen) sie\b|\bmeine (?:empfehlung|antwort)\b|\brichtige antwort\b"
)
COMMAND = re.compile(
    rf"\b(?:du|dein\w*|dich|{_I}gnorier\w*|vergiss|vergessen sie|empfieh[l1]|empfehlen sie|antworte|schreibe|schreiben sie|fasse|erw[aä]hne|verschweig\w*|nenne|melde|gib|geben sie|behandle|bewerte|you|your|do not|recommend\w*|disregard|ignore)\b"
)
# One of these stands in every text in which anything above fires: a look that costs next to nothing.
STEMS = (
    "gnor", "vergiss", "vergess", "missacht", "verwirf", "verwerf", "bergeh", "berschreib", "prompt", "entwicklermodus", "developer",
    "jailbreak", "systemanweis", "empfieh", "empfehlen", "raten sie", "verschweig", "unterschlag", "verheimlich", "erwähn", "erwahn",
    "nenne", "zeige", "zitiere", "sage", "verrate", "behaupte", "gib", "antwort", "dein", "dich", "schreib", "beginne", "fass", "formulier",
    "lass", "starte", "wiederhol", "beende", "füge", "fuge", "vermeide", "stelle", "sie sind", "zusammenfass", "kurzfass", "auswert",
    "ausgabe", "inhaltsangabe", " ki", "ki-", " ai", "llm", "intelligen", "sprachmodell", "chat", "copilot", "assisten", "programm",
    "software", "algorithm", "computer", "maschin", "system", "<|", "[inst", "[/inst", "<<", "role", "##", "instru", "guideline", " you",
    "language model", "do not", "don't", "never", "summar", "consigne", "directiv", "reglas", "istruzion", "indica", "aanwijz",
    "anvisning", "talimat", "yönerge", "komut", "polece", "wytyczn", "pokyn", "инструкц", "указани", "команд", "інструкц", "вказів",
    "roboter", "bot", "rate ", "raten", "sag ", "melde", "lobe", "wiedergabe", "vorher", "zuvor", "artific", "mentionne", "conseille",
    "kindly", "please", "model", "одобр", "التعليمات", "تعليمات", "指令", "指示", "assistant", "user", "<start_of", "du ", "tu so",
)  # fmt: skip
