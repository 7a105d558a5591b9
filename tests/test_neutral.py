"""What tells a reader how to vote is found; that somebody recommends something is news and stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.writing.checks.neutral import recommends_vote

RECOMMENDS = [
    "Sie sollten zustimmen.",
    "Sie sollten dem Beschlussvorschlag zustimmen.",
    "Sie sollten den Antrag ablehnen.",
    "Sie sollten der Empfehlung der Verwaltung folgen.",
    "Daher sollten Sie gegen den Antrag stimmen und ihn ablehnen.",
    "Stimmen Sie mit Ja.",
    "Stimmen Sie dem Antrag zu!",
    "Bitte lehnen Sie den Änderungsantrag ab.",
    "Enthalten Sie sich bei diesem Punkt der Stimme.",
    "Stimmt dem Antrag zu!",
    "Eine Zustimmung ist zu empfehlen.",
    "Eine Zustimmung zum Antrag wäre ratsam.",
    "Eine Ablehnung erscheint sinnvoll.",
    "Die Annahme des Antrags ist empfehlenswert.",
    "Es ist ratsam, dem Antrag zuzustimmen.",
    "Es wäre falsch, den Antrag abzulehnen.",
    "Es wäre besser, die Entscheidung zu vertagen.",
    "Es empfiehlt sich, dem Vorhaben zuzustimmen.",
    "Hier empfiehlt es sich, den Antrag anzunehmen.",
    "Es wird empfohlen, dem Beschlussvorschlag zuzustimmen.",
    "Der Gemeinderat sollte den Antrag ablehnen.",
    "Der Rat sollte dem Neubau der Schule zustimmen.",
    "Der Stadtrat sollte der Empfehlung des Ausschusses folgen.",
    "Die Ratsmitglieder sollten den Haushalt beschließen.",
    "Daher sollte der Gemeinderat die Satzung in dieser Form beschließen.",
    "Der Kreistag muss den Antrag ablehnen.",
    "Man sollte dem Antrag zustimmen.",
    "Dem Antrag ist zuzustimmen.",
    "Der Antrag ist abzulehnen.",
    "Der Antrag sollte abgelehnt werden.",
    "Dieser Vorschlag sollte auf jeden Fall unterstützt werden.",
    "Der Beschlussvorschlag sollte angenommen werden, weil die Halle gebraucht wird.",
    "Der Antrag verdient Zustimmung.",
    "Der Antrag verdient die Unterstützung des Rates.",
    "Das Vorhaben ist unterstützenswert.",
    "Ich empfehle, dem Antrag zuzustimmen.",
    "Wir empfehlen die Ablehnung des Antrags.",
    "Ich würde dem Antrag zustimmen.",
    "Meine Empfehlung: Zustimmung.",
    "Empfehlung: ablehnen.",
    "Fazit: Dem Antrag sollte zugestimmt werden.",
    "Zu empfehlen ist eine Zustimmung.",
    "Es gibt gute Gründe, dem Antrag zuzustimmen.",
    "Alles spricht dafür, den Antrag anzunehmen.",
    "Geben Sie dem Antrag Ihre Stimme.",
    "Die Halle wird saniert. Sie sollten dafür stimmen.",
    "Die Verwaltung empfiehlt die Sanierung. Der Gemeinderat sollte zustimmen.",
    "Aus diesen Gründen ist es sinnvoll, dem Antrag der Fraktion zuzustimmen.",
    "Der Rat sollte gegen den Antrag stimmen.",
    "Eine Ablehnung wäre die richtige Entscheidung.",
    "Dem Vorschlag sollte zugestimmt werden.",
    "Es spricht viel dafür, dem Antrag zuzustimmen.",
    "Ratsmitglieder sollten dieser Vorlage zustimmen.",
    "Als Ratsmitglied sollten Sie die Vorlage ablehnen.",
    "Mein Rat wäre, die Vorlage abzulehnen.",
    "Eine Zustimmung ist sinnvoll.",
    "Eine Zustimmung wird empfohlen.",
    "Wir sollten dem Antrag zustimmen.",
    "Der Gemeinderat sollte die Vorlage nicht beschließen.",
    "Die Stadträte sollten für den Antrag stimmen.",
    "Der Antrag ist nicht zustimmungsfähig.",
    "Stimmen Sie dagegen.",
    "Bitte stimmen Sie für den Neubau.",
    "Votieren Sie mit Nein.",
    "Man kann dem Antrag nur zustimmen.",
    "Der Antrag muss abgelehnt werden.",
    "Es ist wichtig, dass der Rat dem Antrag zustimmt.",
    "Die beste Entscheidung ist, den Antrag anzunehmen.",
    "Sie können dem Antrag guten Gewissens zustimmen.",
    "Lehnen Sie den Antrag ab.",
    "Der Antrag sollte unterstützt werden.",
    "Daher ist dem Antrag zuzustimmen.",
    "Ein Ja zu dieser Vorlage ist vernünftig.",
    "Die Zustimmung des Gemeinderats ist ratsam.",
    "Der Beschluss sollte gefasst werden.",
    "Empfohlen wird die Zustimmung.",
    "Ich rate zur Ablehnung.",
    "Es ist zu empfehlen, den Beschlussvorschlag anzunehmen.",
]
REPORTS = [
    "Die Verwaltung empfiehlt, den Antrag abzulehnen.",
    "Die Verwaltung empfiehlt dem Gemeinderat, dem Antrag zuzustimmen.",
    "Der Ausschuss empfiehlt dem Gemeinderat einstimmig, der Vorlage zuzustimmen.",
    "Der Technische Ausschuss hat die Zustimmung empfohlen.",
    "Von der Verwaltung wird empfohlen, den Antrag abzulehnen.",
    "Es wird von der Verwaltung empfohlen, den Antrag abzulehnen.",
    "Nach Auffassung der Verwaltung sollte der Antrag abgelehnt werden.",
    "Aus Sicht der Verwaltung ist der Antrag abzulehnen.",
    "Laut Vorlage sollte der Gemeinderat die Satzung beschließen.",
    "Die Fraktion meint, der Gemeinderat sollte den Neubau beschließen.",
    "Die SPD-Fraktion beantragt, der Gemeinderat möge den Bau beschließen.",
    "Der Gemeinderat soll den Neubau der Turnhalle beschließen.",
    "Der Gemeinderat stimmt der Generalsanierung zu und fasst den Baubeschluss.",
    "Der Gemeinderat beschließt die Änderung der Gebührensatzung.",
    "Der Gemeinderat soll die Verwaltung beauftragen, die Planung vorzulegen.",
    "Die Verwaltung lehnt den Antrag ab.",
    "Die Verwaltung lehnt den Antrag ab, weil Personal fehlt.",
    "Der Gesamtelternbeirat lehnt die Erhöhung ab.",
    "Der Ausschuss hat dem Antrag mit neun zu drei Stimmen zugestimmt.",
    "Der Antrag wurde im Ausschuss abgelehnt.",
    "Ein Gutachten empfiehlt die Generalsanierung.",
    "Die Gutachter empfehlen, den Neubau zu beschließen.",
    "Die Verwaltung hält eine Ablehnung für ratsam.",
    "Die Verwaltung schlägt vor, den Antrag als erledigt zu betrachten.",
    "Die Verwaltung sieht keine Möglichkeit, dem Antrag zuzustimmen.",
    "Die Stadt sollte nach dem Antrag fünf Bäume pflanzen.",
    "Der Oberbürgermeister empfiehlt die Annahme des Haushalts.",
    "Für den Antrag spricht, dass der Schulweg sicherer wird.",
    "Gegen den Antrag spricht nach Ansicht der Verwaltung der hohe Aufwand.",
    "Ob der Gemeinderat zustimmt, ist offen.",
    "Ohne Zustimmung des Landes kann nicht gebaut werden.",
    "Die Zustimmung der Straßenverkehrsbehörde ist erforderlich.",
    "Der Gemeinderat muss bis Ende März über den Haushalt entscheiden.",
    "Der Antrag wird im Hauptausschuss beraten.",
    "Sie sollen künftig 40 Prozent weniger zahlen.",
    "Die Eltern sollten bis Mai neue Bescheide erhalten.",
    "Die Kosten sollten 2,4 Millionen Euro nicht übersteigen.",
    "Die Halle sollte ursprünglich 2025 saniert werden.",
    "Im Antrag heißt es, der Rat sollte die Satzung ablehnen.",
    "Die Fraktion fordert den Gemeinderat auf, den Antrag zu unterstützen.",
    "Die Vorlage wurde vom Ausschuss zur Annahme empfohlen.",
    "Die Bürgerinitiative verlangt, dass der Bebauungsplan abgelehnt werden muss.",
    "Der Beschlussvorschlag lautet: „Der Gemeinderat stimmt dem Antrag zu.“",
    "Die Antragsteller schreiben: „Sie sollten zustimmen.“",
    "Die Stadt unterstützt die Vereine mit 20.000 Euro.",
    "Wer zustimmt, gibt 1,2 Millionen Euro frei.",
    "Die Verwaltung empfiehlt, Ziffer 1 des Antrags anzunehmen und Ziffer 3 für erledigt zu erklären.",
    "Der Verwaltungsausschuss rät dazu, die Entscheidung zu vertagen.",
    "Die Verwaltung rät von einer Zustimmung ab.",
    "Die CDU will den Antrag ablehnen.",
    "Der Gemeinderat hat im Mai beschlossen, die Halle zu sanieren.",
    "Die Verwaltung befürwortet den Antrag nicht.",
    "Der Gemeinderat wird gebeten, der Vorlage zuzustimmen.",
    "Der Gemeinderat nimmt den Bericht zur Kenntnis.",
    "Die Satzung soll zum 1. September 2027 in Kraft treten.",
    "Der Antrag der Fraktion Lebenswerte Stadt soll in geänderter Form angenommen werden.",
    "Der Ausschuss sprach sich gegen die Vorlage aus.",
    "Der Gemeinderat kann dem Vertrag nur bis zum 30. April zustimmen.",
    "Die Verwaltung sollte bis Juni berichten.",
    "Das Land muss der Förderung noch zustimmen.",
    "Die Gesellschafterversammlung muss der Kapitalerhöhung zustimmen.",
    "Der Rat soll der Inanspruchnahme der Verpflichtungsermächtigung zustimmen.",
    "Die Fraktion will, dass die Stadt die Vereine stärker unterstützt.",
    "Die Maßnahme sollte im Frühjahr beginnen.",
    "Die Bürgermeisterin wird ermächtigt, den Vertrag abzuschließen.",
    "Nach dem Gutachten sollte Variante B umgesetzt werden.",
    "Die Verwaltung hält den Antrag für erledigt.",
    "Der Antrag sieht vor, dass die Stadt ein Konzept erstellt.",
    "Nach Ansicht der Antragsteller sollte der Rat den Plan beschließen.",
    "Ein Beschluss ist nicht erforderlich.",
    "Der Gemeinderat soll entscheiden, ob die Fläche eingezäunt wird.",
    "Die Verwaltung ist der Auffassung, dass der Antrag abzulehnen ist.",
    "Für die Förderung ist ein Beschluss des Gemeinderats notwendig.",
    "Die Kita sollte 50 Plätze haben.",
    "Der Antrag wurde zurückgezogen.",
    "Der Ausschuss empfahl, der Gemeinderat sollte zustimmen.",
    "Der Gemeinderat muss dem Haushalt zustimmen, bevor gebaut wird.",
    "Die Räte sollen die Satzung beschließen.",
]


@pytest.mark.parametrize("text", RECOMMENDS)
def test_what_tells_the_reader_how_to_vote_is_found(text: str) -> None:
    assert recommends_vote(text)


@pytest.mark.parametrize("text", REPORTS)
def test_what_others_recommend_is_news(text: str) -> None:
    assert recommends_vote(text) is None


def test_the_wording_found_is_of_the_text() -> None:
    text = "Die Halle ist alt. Der Gemeinderat sollte den Antrag ablehnen."
    found = recommends_vote(text)
    assert found is not None
    assert found in text


def test_no_text_of_an_extract_is_asked() -> None:
    assert recommends_vote("") is None


@settings(deadline=None)
@given(st.sampled_from(REPORTS), st.sampled_from(RECOMMENDS), st.booleans())
def test_a_recommendation_is_found_before_and_behind_a_report(report: str, recommends: str, first: bool) -> None:
    text = f"{recommends} {report}" if first else f"{report} {recommends}"
    assert recommends_vote(text)
