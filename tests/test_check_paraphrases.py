"""Sixty sentences as a small language model would write them about invented papers: half true, half with one subtle error.

They were written before the check had seen them. Of the first forty it then flagged 1 of 20 true ones and caught 8 of 20
errors; when it had been improved, of the last twenty (library, water) none of 10 and 6 of 10. None is unseen any more. What it still misses is marked as expected to fail;
`strict` tells when one of them gets better.
"""

import pytest

from ratsassistent.writing.checks.check import check_statement

MOTION = """Antrag der Fraktion Bürgerliste vom 4. März 2031
Kindertagesstätte an der Quittenallee
Die Fraktion Bürgerliste beantragt, auf dem Grundstück an der Quittenallee eine Kindertagesstätte mit 60 Plätzen zu
errichten. In Wallerfurt fehlen nach Ansicht der Fraktion seit dem Kindergartenjahr 2029/30 mehr als 80 Betreuungsplätze.
Stellungnahme der Verwaltung
Die Verwaltung empfiehlt, den Antrag abzulehnen. Das Grundstück liegt im Überschwemmungsgebiet der Quirle und kann nicht
bebaut werden. Nach der Bedarfsplanung fehlen derzeit 35 Plätze. Ein Neubau würde rund 3,9 Mio. Euro kosten; im Haushalt
2031 sind dafür keine Mittel veranschlagt. Stattdessen soll die Einrichtung am Zirbelweg bis Herbst 2032 um zwei Gruppen
erweitert werden. Die Kosten der Erweiterung trägt zu 70 Prozent das Land.
"""
TENDER = """Vorlage 114/2031
Vergabe der Dacharbeiten an der Quirltalschule
Für die Dacharbeiten an der Quirltalschule sind vier Angebote eingegangen. Das wirtschaftlichste Angebot hat die Firma
Hammermann GmbH mit 412.600,00 Euro abgegeben. Das Angebot der Kesselring KG liegt bei 448.150,00 Euro. Die
Kostenberechnung des Architekturbüros Tannhuber lag bei 395.000 Euro; die Mehrkosten von 17.600 Euro werden aus der
Rückstellung für Bauunterhalt gedeckt.
Die Arbeiten sollen am 1. Juli 2031 beginnen und vor dem Ende der Sommerferien abgeschlossen werden.
Beschlussvorschlag: Der Bauausschuss beauftragt die Hammermann GmbH mit den Dacharbeiten zum Preis von 412.600,00 Euro.
"""
TRAFFIC = """Tempo 30 in der Lindenauer Straße
Die Gemeindeverwaltung schlägt dem Gemeinderat vor, in der Lindenauer Straße zwischen Rathausplatz und Mühlgraben
Tempo 30 einzuführen. Anlass ist eine Verkehrszählung vom Oktober 2030, bei der 9.400 Fahrzeuge am Tag gezählt wurden,
1.100 mehr als fünf Jahre zuvor. Der Anteil des Schwerverkehrs sank von 8 auf 5 Prozent.
Die Polizei hat gegen die Anordnung keine Bedenken. Der Verkehrsverbund lehnt sie ab, weil die Buslinie 12 dadurch
ihren Anschluss am Bahnhof verpasst. Die Beschilderung kostet 6.200 Euro. Ein Radweg ist in der Lindenauer Straße nicht
vorgesehen. Die Regelung soll zunächst auf zwei Jahre befristet werden.
"""
MINUTES = """Niederschrift über die 7. Sitzung des Stadtrats am 18. Juni 2031
TOP 4 Sanierung des Hallenbads
Bürgermeisterin Wiebke Quendler erläutert die Vorlage. Die Sanierung kostet nach ihren Worten 11,2 Mio. Euro.
Stadtrat Obermoser (ZBK) beantragt, die Entscheidung zu vertagen, bis das Gutachten zur Statik vorliegt. Der Antrag auf
Vertagung wird mit 9 zu 17 Stimmen abgelehnt. Stadträtin Fischbacher fragt nach den Folgekosten; die Kämmerei wird sie
schriftlich nachreichen.
Der Stadtrat stimmt der Sanierung mit 18 Ja-Stimmen bei 8 Gegenstimmen zu. Das Bad bleibt von April bis November 2032
geschlossen.
"""
FEES = """Neufassung der Friedhofsgebühren
Der Kostendeckungsgrad der Friedhöfe ist seit 2026 von 71 auf 62 Prozent gesunken. Ursache sind höhere Personalkosten und
weniger Erdbestattungen. Die Verwaltung schlägt deshalb vor, die Gebühren zum 1. Januar 2032 zu erhöhen.
Urnengrab, 15 Jahre: bisher 620 Euro, künftig 710 Euro
Reihengrab, 20 Jahre: bisher 1.140 Euro, künftig 1.290 Euro
Benutzung der Trauerhalle: bisher 240 Euro, künftig 240 Euro
Damit steigen die Einnahmen voraussichtlich um 86.000 Euro im Jahr. Der Kostendeckungsgrad erreicht dann 70 Prozent.
Die Grabpflege durch die Gemeinde entfällt. Der Hauptausschuss hat die Neufassung am 2. September 2031 vorberaten und
empfiehlt sie mit sechs zu drei Stimmen.
"""
LIBRARY = """Anfrage der Fraktion Freie Liste vom 9. Jänner 2032: Öffnungszeiten der Stadtbücherei
Die Fraktion Freie Liste fragt, ob die Stadtbücherei am Samstag länger öffnen kann. Sie verweist auf 1.340 Unterschriften.
Antwort der Verwaltung: Die Bücherei ist derzeit 31 Stunden in der Woche geöffnet. Für vier weitere Stunden am Samstag
wären zusätzlich 0,6 Stellen nötig, das entspricht 38.500 Euro im Jahr. Die Personalvertretung hat der Ausweitung nicht
zugestimmt. Die Zahl der Entlehnungen ging 2031 um 7 Prozent auf 118.000 zurück, die der Besuche nahm um 3 Prozent zu.
Ein Probebetrieb von März bis August 2032 ist denkbar. Der Kulturausschuss soll im Februar 2032 darüber beraten.
"""
WATER = """Wasserversorgung Obertal
Der Zweckverband Quirlwasser plant, den Hochbehälter am Tannbühel bis Ende 2033 zu ersetzen. Der alte Behälter stammt aus
dem Jahr 1958 und fasst 600 Kubikmeter, der neue soll 1.500 Kubikmeter fassen. Nach der Kostenschätzung vom Mai 2031
kostet der Neubau 2,4 Mio. Franken. Der Kanton beteiligt sich mit 480.000 Franken; die Gemeinde Obertal trägt 620.000
Franken, den Rest der Zweckverband. Der Wasserzins bleibt unverändert. Während der Bauzeit wird das Wasser über die
Leitung der Nachbargemeinde Steinach bezogen. Das Baugesuch wurde am 12. Juni 2031 eingereicht, eine Bewilligung liegt
noch nicht vor. Die Rechnungsprüfungskommission empfiehlt dem Gemeinderat, den Kredit zu genehmigen.
"""
TRUE = [
    (MOTION, "Die Bürgerliste möchte an der Quittenallee eine Kita mit 60 Plätzen bauen lassen."),
    (MOTION, "Die Verwaltung lehnt den Bau ab, weil das Grundstück im Überschwemmungsgebiet liegt."),
    (MOTION, "Der Neubau würde etwa 3,9 Millionen Euro kosten, für die im Haushalt 2031 kein Geld eingeplant ist."),
    (MOTION, "Als Alternative soll die Einrichtung am Zirbelweg bis Herbst 2032 um zwei Gruppen wachsen."),
    (TENDER, "Die Hammermann GmbH soll für 412.600 Euro den Auftrag für die Dacharbeiten an der Quirltalschule erhalten."),
    (TENDER, "Insgesamt wurden vier Angebote abgegeben."),
    (TENDER, "Das Angebot liegt 17.600 Euro über der Kostenberechnung; der Betrag kommt aus einer Rückstellung."),
    (TENDER, "Gebaut werden soll ab dem 1. Juli 2031, noch in den Sommerferien."),
    (TRAFFIC, "In der Lindenauer Straße soll nach dem Willen der Gemeindeverwaltung Tempo 30 gelten."),
    (TRAFFIC, "Bei der Zählung im Oktober 2030 fuhren dort täglich 9.400 Fahrzeuge."),
    (TRAFFIC, "Der Verkehrsverbund ist dagegen, da die Buslinie 12 sonst ihren Anschluss verpasst."),
    (TRAFFIC, "Die Schilder kosten 6.200 Euro, die Regelung gilt vorerst zwei Jahre."),
    (MINUTES, "Der Stadtrat hat der Sanierung des Hallenbads mit 18 zu 8 Stimmen zugestimmt."),
    (MINUTES, "Stadtrat Obermoser wollte die Entscheidung vertagen, fand dafür aber keine Mehrheit."),
    (MINUTES, "Von April bis November 2032 ist das Bad zu."),
    (MINUTES, "Nach den Folgekosten fragte Stadträtin Fischbacher."),
    (FEES, "Die Friedhofsgebühren sollen zum 1. Januar 2032 steigen."),
    (FEES, "Ein Urnengrab kostet künftig 710 statt 620 Euro."),
    (FEES, "Die Gebühren decken nur noch 62 Prozent der Kosten, 2026 waren es 71 Prozent."),
    (FEES, "Durch die Erhöhung nimmt die Gemeinde jährlich etwa 86.000 Euro mehr ein."),
    (LIBRARY,"Die Freie Liste möchte wissen, ob die Stadtbücherei samstags länger offen haben kann."),
    (LIBRARY,"Vier zusätzliche Stunden am Samstag würden jährlich 38.500 Euro kosten."),
    (LIBRARY,"Die Personalvertretung ist gegen die Ausweitung."),
    (LIBRARY,"Es wurden 2031 weniger Medien entlehnt, aber es kamen mehr Besucher."),
    (LIBRARY,"Im Februar 2032 soll der Kulturausschuss darüber sprechen."),
    (WATER,"Der Zweckverband will den alten Hochbehälter am Tannbühel bis Ende 2033 durch einen neuen ersetzen."),
    (WATER,"Der neue Behälter soll mit 1.500 Kubikmetern mehr als doppelt so viel fassen wie der alte."),
    (WATER,"Von den Kosten übernimmt die Gemeinde Obertal 620.000 Franken."),
    (WATER,"Am Wasserzins ändert sich nichts."),
    (WATER,"Die Bewilligung für den Bau fehlt noch."),
]  # fmt: skip
WRONG = [
    (MOTION, "Die Verwaltung hat beantragt, an der Quittenallee eine Kindertagesstätte mit 60 Plätzen zu errichten."),
    (MOTION, "Die Fraktion Bürgerliste empfiehlt, den Antrag abzulehnen."),
    (MOTION, "Die Kosten des Neubaus an der Quittenallee trägt zu 70 Prozent das Land."),
    (MOTION, "Nach der Bedarfsplanung fehlen derzeit 80 Plätze."),
    (TENDER, "Der Bauausschuss hat die Hammermann GmbH mit den Dacharbeiten beauftragt."),
    (TENDER, "Die Kesselring KG hat das wirtschaftlichste Angebot abgegeben."),
    (TENDER, "Die Dacharbeiten an der Quirltalschule kosten 395.000 Euro."),
    (TENDER, "Die Arbeiten wurden vor dem Ende der Sommerferien abgeschlossen."),
    (TRAFFIC, "Der Gemeinderat hat Tempo 30 in der Lindenauer Straße beschlossen."),
    (TRAFFIC, "Die Polizei lehnt die Anordnung ab."),
    (TRAFFIC, "Der Anteil des Schwerverkehrs stieg von 5 auf 8 Prozent."),
    (TRAFFIC, "In der Lindenauer Straße ist ein Radweg vorgesehen."),
    (MINUTES, "Die Bürgermeisterin beantragt, die Entscheidung zu vertagen."),
    (MINUTES, "Der Antrag auf Vertagung wurde mit 18 Ja-Stimmen angenommen."),
    (MINUTES, "Der Stadtrat lehnt die Sanierung des Hallenbads mit 18 zu 8 Stimmen ab."),
    (MINUTES, "Das Gutachten zur Statik kostet 11,2 Mio. Euro."),
    (FEES, "Ein Reihengrab kostet künftig 710 Euro."),
    (FEES, "Die Gebühren werden zum 1. Januar 2032 gesenkt."),
    (FEES, "Der Gemeinderat hat die Gebühren zum 1. Januar 2032 erhöht."),
    (FEES, "Der Kostendeckungsgrad steigt um 86.000 Euro im Jahr."),
    (LIBRARY,"Die Verwaltung fragt, ob die Stadtbücherei am Samstag länger öffnen kann."),
    (LIBRARY,"Die Personalvertretung hat der Ausweitung zugestimmt."),
    (LIBRARY,"Die Zahl der Besuche ging 2031 um 7 Prozent zurück."),
    (LIBRARY,"Die Bücherei soll künftig 38.500 Stunden in der Woche geöffnet sein."),
    (LIBRARY,"Der Kulturausschuss hat im Februar 2032 einen Probebetrieb beschlossen."),
    (WATER,"Der alte Behälter fasst 1.500 Kubikmeter."),
    (WATER,"Die Gemeinde Obertal trägt 480.000 Franken der Kosten."),
    (WATER,"Die Rechnungsprüfungskommission hat den Kredit genehmigt."),
    (WATER,"Der Hochbehälter wurde bis Ende 2033 ersetzt."),
    (WATER,"Während der Bauzeit wird das Wasser über die Leitung der Gemeinde Obertal bezogen."),
]  # fmt: skip
FLAGGED: set[str] = set()
MISSED = {
    "Die Kosten des Neubaus an der Quittenallee trägt zu 70 Prozent das Land.",  # of the extension, says the page
    "Die Dacharbeiten an der Quirltalschule kosten 395.000 Euro.",  # that was the estimate
    "Das Gutachten zur Statik kostet 11,2 Mio. Euro.",
    "Der Kostendeckungsgrad steigt um 86.000 Euro im Jahr.",
    "Die Zahl der Besuche ging 2031 um 7 Prozent zurück.",  # that of loans did
    "Der alte Behälter fasst 1.500 Kubikmeter.",
    "Während der Bauzeit wird das Wasser über die Leitung der Gemeinde Obertal bezogen.",
}


def _marked(cases: list[tuple[str, str]], wrong: set[str]) -> list[object]:
    return [
        pytest.param(page, text, marks=[pytest.mark.xfail(strict=True)] if text in wrong else [], id=text)
        for page, text in cases
    ]


@pytest.mark.parametrize(("page", "text"), _marked(TRUE, FLAGGED))
def test_a_true_paraphrase_passes(page: str, text: str) -> None:
    assert check_statement(text, [page]).explained == ()


@pytest.mark.parametrize(("page", "text"), _marked(WRONG, MISSED))
def test_a_subtle_error_is_caught(page: str, text: str) -> None:
    assert not check_statement(text, [page]).ok
