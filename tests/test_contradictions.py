"""Contradictions: papers of invented towns in; what two places say differently of one thing out, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import workflow
from ratsassistent.briefings import Contradiction
from ratsassistent.oparl import Citation, FileSpan, FormValue, PagedText, PageStart, Paper, Part, PartKind
from ratsassistent.workflow import Workspace
from ratsassistent.writing.findings.claim import Value, bounds, day_span
from ratsassistent.writing.findings.claims import claims_of
from ratsassistent.writing.findings.contradictions import contradictions, is_slip
from ratsassistent.writing.text.amounts import money

Pieces = list[tuple[PartKind, str]]  # of one page


def paper(
    *pages: Pieces, name: str = "Sanierung der Sporthalle", number: int = 1, form: tuple[FormValue, ...] = ()
) -> Paper:
    """A paper in one file, its annexes in others: a new file begins with each annex."""
    text, starts, parts, spans = "", [], [], []
    for page, pieces in enumerate(pages, 1):
        starts.append(PageStart(offset=len(text), file_id=f"ra:datei-{number}", file="Paket.pdf", page=page))
        if page == 1 or pieces[0][0] == "annex":
            spans.append(FileSpan(file_id=f"ra:datei-{number}", name="Paket.pdf", first=page, last=page))
        else:
            spans[-1] = spans[-1].model_copy(update={"last": page})
        for kind, words in pieces:
            parts.append(Part(kind=kind, heading=None, start=len(text), end=len(text) + len(words)))
            text += words + "\n"
    return Paper(
        id=f"ra:vorlage-{number}",
        reference=f"V/{number}",
        name=name,
        paperType=None,
        files=tuple(spans),
        text=PagedText(text=text, starts=tuple(starts)),
        parts=tuple(parts),
        form=form,
    )


def vorlage(words: str, annex: str, kind: PartKind = "reason") -> tuple[Paper, ...]:
    """A paper of one page with an annex of one page."""
    return (paper([(kind, words)], [("annex", f"Anlage 1\n{annex}")]),)


def sides(found: tuple[Contradiction, ...]) -> list[list[tuple[str, int | None]]]:
    return [[(s.text, s.citation[0].page) for s in c.sides] for c in found]


# --- what is one -----------------------------------------------------------------------------------------------------

CONTRADICTIONS = {
    "sentence against a row": vorlage(
        "Für die Schadstoffsanierung rechnet das Gutachten mit 86.500 €.",
        "Kostengruppe | Betrag\nBaukonstruktionen | 1.148.000 €\nSchadstoffsanierung | 68.500 €",
    ),
    "total of the resolution against the annex": vorlage(
        "Der Gemeinderat stimmt der Sanierung mit Gesamtkosten von 2.402.400 € zu.",
        "Position | Betrag\nRohbau | 900.000 €\nGesamtkosten | 2.612.900 €",
        "resolution",
    ),
    "row against row": vorlage(
        "Kostengruppe | Betrag (brutto)\nAußenanlagen | 46.000 €\nAusstattung | 58.500 €",
        "Kostengruppe | Betrag\nAußenanlagen | 51.300 €\nAusstattung | 58.500 €",
        "costs",
    ),
    "the grant of the Land": vorlage(
        "Der Landeszuschuss beträgt 594.000 €.", "Mit Bescheid wurde ein Zuschuss des Landes in Höhe von 549.000 € zugesagt."
    ),
    "purchase price": vorlage(
        "Der Kaufpreis beträgt 1.164.960 €.", "Der Kaufpreis für das Grundstück beträgt 1.271.300 Euro.", "resolution"
    ),
    "form against text": (
        paper(
            [("reason", "Die Gesamtkosten belaufen sich auf 612.300 Euro.")],
            form=(
                FormValue(
                    name="Gesamtkosten",
                    value="608.688,57 Euro",
                    citation=(Citation(file="Paket.pdf", file_id="ra:datei-1", page=1),),
                ),
            ),
        ),
    ),
    "amount in words": vorlage(
        "Der Baukostenzuschuss beträgt zwölftausend Euro.", "Der Baukostenzuschuss beträgt 15.500 Euro."
    ),
    "thousands against euros": vorlage(
        "Die Baunebenkosten betragen 398.500 Euro.", "Baunebenkosten: 431 TEUR"
    ),
    "rounded, but too far": vorlage("Die Baukosten betragen rund 1,2 Mio. Euro.", "Die Baukosten betragen 1.487.000 Euro."),
    "digits changed over, without a label": (
        paper(
            [("resolution", "Der Auftrag wird an die Firma Grünbau zum Angebotspreis von 608.688,57 Euro vergeben.")],
            [("reason", "Das wirtschaftlichste Gebot gab die Firma Grünbau mit 608.868,57 Euro ab.")],
        ),
    ),
    "the resolution stands twice with two days": (
        paper(
            [("resolution", "Der Ausschuss beschließt, dem Bürgerverein ab dem 1. April 2027 einen Zuschuss von 1.454 Euro zu gewähren.")],
            [("reason", "Der Verein betreibt ein Haus.")],
            [("resolution", "Der Ausschuss beschließt, dem Bürgerverein ab dem 1. Juni 2027 einen Zuschuss von 1.454 Euro zu gewähren.")],
        ),
    ),
    "the resolution stands twice": (
        paper(
            [("resolution", "Der Gemeinderat gewährt dem Verein einmalig eine zweckgebundene Spende von 175.000 Euro.")],
            [("reason", "Der Verein baut sein Heim um.")],
            [("resolution", "Der Gemeinderat gewährt dem Verein einmalig eine zweckgebundene Spende von 195.000 Euro.")],
        ),
    ),
    "a donation that the resolution names at length": (
        paper(
            [("resolution", "Die Stadt gewährt zum Bau des Hospizes in Auental eine zweckgebundene Spende von 175.000 Euro.")],
            [("reason", "Mit einer Spende von 195.500 Euro soll geholfen werden.")],
        ),
    ),
    "an annex that has the amount for something else, too": vorlage(
        "Position | Betrag\nAußenanlagen | 46.000 €", "Position | Betrag\nAußenanlagen | 53.900 €\nSpielgeräte | 46.000 €", "costs"
    ),
    "variant B in both": vorlage(
        "Variante | Gesamtkosten | Bauzeit\nA: Umbau | 1.345.000 € | 8 Monate\nB: Neubau | 2.402.400 € | 14 Monate",
        "10.2 Variante B\nDie Kosten betragen 2.731.100 €, die Nutzungsdauer 40 Jahre.",
    ),
    "begin of the works": vorlage("Baubeginn ist im Juni 2027.", "Termin | Schritt\nBaubeginn | September 2027"),
    "completion": vorlage("Fertigstellung: 31.08.2028", "Die Fertigstellung ist für den 30.11.2028 vorgesehen.", "costs"),
    "in force": vorlage(
        "Die Satzung tritt am 1. Januar 2027 in Kraft.", "§ 7 Inkrafttreten\nDiese Satzung tritt am 1. Juli 2027 in Kraft.", "resolution"
    ),
    "deadline for applications": vorlage(
        "Die Antragsfrist endet am 28.02.2027.", "Der Antrag ist rechtzeitig zu stellen; die Antragsfrist läuft bis 15.02.2027."
    ),
    "deadline in a sentence and in a time table": vorlage(
        "Die Verwaltung stellt den Antrag auf Förderung aus dem Landesprogramm fristgerecht bis zum 28.02.2027.",
        "Termin | Schritt\n15.02.2027 | Ende der Antragsfrist des Landesprogramms", "resolution",
    ),
    "fees hold from": vorlage(
        "Die Gebührensätze gelten ab dem 1. September 2027.", "Diese Satzung tritt am 1. Oktober 2027 in Kraft.", "resolution"
    ),
    "date of the report": (
        paper(
            [("resolution", "Dem Gutachten vom 12.11.2026 (Anlage 1) wird gefolgt.")],
            [("reason", "Das Gutachten vom 21.11.2026 empfiehlt die Sanierung.")],
        ),
    ),
    "two papers of one item": (
        paper([("costs", "Die Baukosten betragen 412.000 Euro.")]),
        paper([("reason", "Nach der Berechnung betragen die Baukosten 448.700 Euro.")], number=2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("papers", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_different_values_for_the_same_thing_are_found(papers: tuple[Paper, ...]) -> None:
    found = contradictions(papers)
    assert len(found) == 1, [(c.subject, [s.context for s in c.sides]) for c in found]
    assert len({s.text for s in found[0].sides}) == 2
    for side in found[0].sides:
        assert side.citation
        assert side.text.split()[0] in side.context


# --- what is none ----------------------------------------------------------------------------------------------------

NO_CONTRADICTIONS = {
    "the same": vorlage("Die Gesamtkosten betragen 2.402.400 €.", "Gesamtkosten: 2.402.400,00 Euro"),
    "rounded": vorlage("Die Gesamtkosten betragen rund 1,2 Mio. Euro.", "Gesamtkosten | 1.187.000 €\nSumme | 1.187.000 €"),
    "rounded without saying so": vorlage("Die Gesamtkosten betragen 1,19 Mio. Euro.", "Gesamtkosten: 1.187.350 €"),
    "thousands": vorlage("Gesamtkosten: 2.402 TEUR", "Gesamtkosten: 2.402.400 €", "costs"),
    "net and gross by name": vorlage("Die Baukosten betragen netto 100.300 €.", "Die Baukosten betragen brutto 119.357 €."),
    "net and gross by the rate": vorlage("Die Baukosten betragen 100.000 €.", "Baukosten: 119.000 €"),
    "Austrian rate": vorlage("Die Baukosten betragen 200.000 €.", "Baukosten: 240.000 €"),
    "part of the whole": vorlage(
        "Die Gesamtkosten betragen 2.000.000 €, davon entfallen auf den Rohbau 1.250.000 €.", "Rohbau | 1.250.000 €"
    ),
    "lots": vorlage("Für Los 1 beträgt die Auftragssumme 52.000 €.", "Los 2: Die Auftragssumme beträgt 81.500 €."),
    "variants": vorlage("Variante A: Die Gesamtkosten betragen 1.345.000 €.", "Variante B: Die Gesamtkosten betragen 2.402.400 €."),
    "variants by heading": vorlage(
        "Die Gesamtkosten nach Variante B betragen 2.402.400 €.", "10.1 Variante A\nDie Gesamtkosten betragen 1.345.000 €."
    ),
    "years in columns": vorlage(
        "Im Jahr 2027 betragen die Personalkosten 84.000 €.", "Position | 2027 | 2028\nPersonalkosten | 84.000 € | 91.300 €"
    ),
    "years in sentences": vorlage("Der Betriebskostenzuschuss 2025 beträgt 40.100 €.", "Der Betriebskostenzuschuss 2026 beträgt 43.900 €."),
    "a month and a year": vorlage("Die Mietkosten betragen 1.200 € im Monat.", "Die Mietkosten betragen 14.400 € im Jahr."),
    "of each and in all": vorlage("Die Mietkosten betragen 7.350 €.", "Die Mietkosten betragen jeweils 2.450 €."),
    "what it was and what it is": vorlage(
        "Die Gesamtkosten betragen 2.402.400 €.", "Die ursprünglichen Gesamtkosten von 1.980.000 € sind überholt."
    ),
    "a stated increase": vorlage(
        "Die Gesamtkosten erhöhen sich von 1.980.000 € auf 2.402.400 €.", "Gesamtkosten: 1.980.000 €"
    ),
    "both known to the paper": vorlage(
        "Die Baukosten betragen 448.700 Euro. Im Vorentwurf hatte das Büro 412.000 Euro genannt.", "Baukosten: 412.000 Euro"
    ),
    "estimate and calculation": vorlage(
        "Nach der Kostenberechnung betragen die Baukosten 448.700 Euro.", "Nach der Kostenschätzung betragen die Baukosten 412.000 Euro."
    ),
    "budgeted and tendered": vorlage(
        "Im Haushaltsplan sind Baukosten von 400.000 Euro veranschlagt.", "Nach der Submission betragen die Baukosten 431.900 Euro."
    ),
    "sums of rows": vorlage("Kostengruppe | Betrag\nDach | 10.000 €\nSumme | 21.300 €", "Kostengruppe | Betrag\nTor | 9.500 €\nSumme | 18.700 €"),
    "parts that make the other": vorlage(
        "Die Baukosten betragen 480.000 €.", "Die Baukosten betragen 395.000 €. Die Ausstattung kostet 85.000 €."
    ),
    "what a motion says against the answer": (
        paper(
            [("motion", "Wir beantragen einen Zebrastreifen."), ("reason", "Die Baukosten betragen nur 12.000 Euro.")],
            [("title", "Stellungnahme"), ("statement", "Die Baukosten betragen 38.500 Euro.")],
        ),
    ),
    "a letter against the paper": vorlage(
        "Die Baukosten betragen 38.500 Euro.", "Sehr geehrte Damen und Herren,\ndie Baukosten betragen 20.900 Euro, wie uns gesagt wurde."
    ),
    "limits": vorlage("Die Baukosten betragen höchstens 50.000 Euro.", "Baukosten: 41.300 Euro"),
    "a range": vorlage("Die Baukosten liegen zwischen 40.000 und 60.000 Euro.", "Baukosten: 47.300 Euro"),
    "several of one name": vorlage(
        "Die Baukosten betragen 38.500 Euro.", "Haus 1\nDie Baukosten betragen 20.900 Euro.\nHaus 2\nDie Baukosten betragen 31.700 Euro."
    ),
    "different things": vorlage("Die Baukosten der Turnhalle betragen 380.500 Euro.", "Die Baukosten der Mensa betragen 209.000 Euro."),
    "other payers": vorlage("Der Zuschuss des Landes beträgt 59.000 €.", "Der Zuschuss des Bundes beträgt 118.400 €."),
    "grant and own share": vorlage("Der Landeszuschuss beträgt 59.000 €.", "Der Eigenanteil beträgt 118.400 €."),
    "subtrahend": vorlage("Die Baukosten betragen 448.700 Euro.", "Abzüglich der Baukosten von 20.300 Euro verbleiben Mittel."),
    "conditional": vorlage("Die Baukosten betragen 448.700 Euro.", "Bei einem Neubau würden die Baukosten 912.400 Euro betragen."),
    "a month and its day": vorlage("Baubeginn ist im Juni 2027.", "Baubeginn: 14.06.2027"),
    "a year and its autumn": vorlage("Die Fertigstellung ist 2028 vorgesehen.", "Fertigstellung: Herbst 2028"),
    "by the end of": vorlage("Die Fertigstellung erfolgt bis 31.12.2028.", "Fertigstellung: August 2028"),
    "begin and end": vorlage("Baubeginn: Juni 2027", "Bauende: August 2028"),
    "sections": vorlage("Baubeginn des 1. Bauabschnitts ist im Juni 2027.", "Baubeginn des 2. Bauabschnitts ist im März 2028."),
    "an old statute": vorlage("Die Satzung tritt am 1. Januar 2027 in Kraft.", "Diese Satzung tritt am 1. Januar 1992 in Kraft.", "resolution"),
    "a moved date": vorlage("Baubeginn ist im Juni 2027.", "Der Baubeginn wurde vom März 2027 verschoben."),
    "two reports": vorlage("Das Gutachten vom 12.11.2026 liegt vor.", "Das Gutachten vom 03.04.2024 ist überholt."),
    "two annexes of two sites": (
        paper(
            [("reason", "Zwei Kitas werden gefördert.")],
            [("annex", "Kita Ulmenweg\nPersonalkosten | 84.300 €")],
            [("annex", "Kita Rosengasse\nPersonalkosten | 91.700 €")],
        ),
    ),
    "labels behind their amounts": vorlage(
        "Die Sachaufwendungen betragen 170.000 Euro.", "Es entfallen 170.500 € Sachaufwendungen 175.128 € Personalaufwand."
    ),
    "an indexed calculation": (
        paper(
            [("summary", "Die Gesamtkosten liegen 12 % über der indizierten Kostenberechnung von 5,54 Mio. Euro.")],
            [("reason", "Die Kostenberechnung von 5,13 Mio. Euro ergibt nach Indizierung 5,54 Mio. Euro.")],
        ),
    ),
    "both in one sentence": (
        paper(
            [("summary", "Die Baukosten betragen 412.300 Euro.")],
            [("reason", "Die Baukosten betragen 448.700 Euro; der Ausschuss ging von 412.300 Euro aus.")],
        ),
    ),
    "needs with codes": (
        paper([("reason", "Der Antrag entspricht der Bedarfsmeldung B.10 mit einem Gesamtbetrag von 30.100 Euro.")]),
        paper([("reason", "Der Antrag entspricht der Bedarfsmeldung B.15 mit einem Gesamtbetrag von 22.312 Euro.")], number=2),
    ),
    "table of prices": vorlage(
        "Gemeinde | Beitrag\nBuchfeld | 452 €\nRauten | 425 €", "Gemeinde | Beitrag\nAmmer | 452 €\nLinz | 425 €"
    ),
}  # fmt: skip


@pytest.mark.parametrize("papers", NO_CONTRADICTIONS.values(), ids=NO_CONTRADICTIONS.keys())
def test_what_may_be_another_thing_is_none(papers: tuple[Paper, ...]) -> None:
    found = contradictions(papers)
    assert not found, [(c.subject, [s.context for s in c.sides]) for c in found]


# --- how it is shown -------------------------------------------------------------------------------------------------


def test_every_document_that_says_it_is_a_side_in_reading_order() -> None:
    found = contradictions(
        (
            paper(
                [("reason", "Für die Schadstoffsanierung rechnet das Gutachten mit 86.500 €.")],
                [("annex", "Anlage 1\nSchadstoffsanierung | 68.500 €")],
                [
                    (
                        "annex",
                        "Anlage 2\nDie Kosten der Schadstoffsanierung einschließlich Entsorgung schätzen wir auf 68.500 €.",
                    )
                ],
            ),
        )
    )
    assert sides(found) == [[("86.500 €", 1), ("68.500 €", 2), ("68.500 €", 3)]]
    assert found[0].kind == "amount"
    assert found[0].subject == "Schadstoffsanierung"


def test_a_cell_is_shown_with_the_name_of_its_column() -> None:
    (found,) = contradictions(CONTRADICTIONS["row against row"])
    assert "Betrag: 51.300 €" in found.sides[1].context or "51.300 €" in found.sides[1].context
    assert found.subject == "Außenanlagen"


def test_dates_are_of_their_own_kind() -> None:
    (found,) = contradictions(CONTRADICTIONS["begin of the works"])
    assert (found.kind, found.subject) == ("date", "Baubeginn")
    assert [s.text for s in found.sides] == ["Juni 2027", "September 2027"]


def test_a_long_table_hides_none() -> None:
    rows = "\n".join(f"Gewerk {chr(65 + n // 26)}{chr(97 + n % 26)}bau | {n + 11}.{n + 7:03d} €" for n in range(200))
    (found,) = contradictions(
        vorlage("Für die Schadstoffsanierung werden 86.500 € veranschlagt.", f"{rows}\nSchadstoffsanierung | 68.500 €")
    )
    assert found.subject == "Schadstoffsanierung"


def test_no_papers_and_empty_papers_have_none() -> None:
    assert contradictions(()) == ()
    assert contradictions((paper([("reason", "")]),)) == ()


def test_a_form_that_nobody_filled_in_is_not_read() -> None:
    papers = vorlage("Gesamtkosten: 1.000.000 Euro", "Gesamtkosten: 2.345.000 Euro", "form")
    assert contradictions(papers) == ()


def test_the_demonstration_pack_has_the_one_that_was_put_there(ws: Workspace, truth: dict) -> None:  # type: ignore[type-arg]
    (meeting,) = workflow.meetings(ws)
    found = [(item.number, c) for item in meeting.agendaItem for c in contradictions(item.papers)]
    (expected,) = truth["contradictions"]
    ((number, contradiction),) = found
    assert number == expected["top"]
    assert [s.citation[0].page for s in contradiction.sides] == expected["pages"]
    assert all(must in side.text for must, side in zip(expected["must"], contradiction.sides, strict=True))


# --- its parts -------------------------------------------------------------------------------------------------------


def amount(number: float) -> Value:
    return Value("amount", number, *bounds(number, False), f"{number}", "", None)


@given(st.integers(1, 10**10))
def test_an_amount_lies_within_its_own_bounds(cents: int) -> None:
    value = cents / 100
    low, high = bounds(value, False)
    assert low <= value <= high
    assert high - low <= max(value * 0.11, 1.01)
    wide = bounds(value, True)
    assert wide[0] <= low
    assert high <= wide[1]


@given(st.integers(100, 10**9), st.integers(100, 10**9))
def test_a_slip_is_one_in_both_directions(a: int, b: int) -> None:
    assert is_slip(amount(a), amount(b)) == is_slip(amount(b), amount(a))


@given(st.integers(10**4, 10**8), st.integers(0, 6))
def test_neighbouring_digits_changed_over_are_a_slip(number: int, at: int) -> None:
    digits = list(str(number))
    at %= len(digits) - 1
    digits[at], digits[at + 1] = digits[at + 1], digits[at]
    other = int("".join(digits))
    significant = len(str(max(number, other)).rstrip("0"))
    if other != number and digits[0] != "0" and significant >= 4:
        assert is_slip(amount(number), amount(other))


@given(st.dates())
def test_a_day_lies_in_its_month_and_its_year(day) -> None:  # type: ignore[no-untyped-def]
    if day.year < 1900:
        return
    exact, month, year = (day_span(day.isoformat()[:length]) for length in (10, 7, 4))
    assert exact
    assert month
    assert year
    assert year[0] <= month[0] <= exact[0] == exact[1] <= month[1] <= year[1]


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    for claim in claims_of((paper([("reason", text)], [("annex", text)]),)):
        assert claim.citation
    assert (
        contradictions((paper([("reason", text)], [("annex", text)]),)) == ()
        or money(text)
        or any(c.isdigit() for c in text)
    )
