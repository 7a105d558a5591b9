"""Forms of invented towns in several layouts: what they say becomes values, what they leave open says nothing."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ratsassistent.oparl import AgendaItem, PagedText, PageStart, Paper
from ratsassistent.pack.papers.form_lines import empty_vote, with_boxes
from ratsassistent.pack.papers.forms import form_values
from ratsassistent.pack.papers.parts import find_parts
from ratsassistent.pack.papers.passages import cut_passages
from ratsassistent.writing.extracts.extract import extract_item, reading_for


def paged(*pages: str) -> PagedText:
    starts, whole = [], ""
    for number, page in enumerate(pages, 1):
        starts.append(PageStart(offset=len(whole), file_id="f", file="f.pdf", page=number))
        whole += page + "\n"
    return PagedText(text=whole, starts=tuple(starts))


def paper(*pages: str) -> Paper:
    text = paged(*pages)
    parts = find_parts(text)
    return Paper(
        id="ra:vorlage-1", reference="V 1", name="Sanierung der Turnhalle", paperType=None, files=(), text=text, parts=parts,
        form=form_values(text, parts),
    )  # fmt: skip


HEAD = "Beschlussvorlage\nVorlage: V 1\nSanierung der Turnhalle\nBeschlussvorschlag:\nDer Rat beschließt die Sanierung der Turnhalle.\n"


def values(form: str) -> dict[str, str]:
    found = paper(HEAD + form).form
    assert len({value.name for value in found}) == len(found)
    return {value.name: value.value for value in found}


@pytest.mark.parametrize(
    "form",
    [
        "Finanzielle Auswirkungen ☐ ja ☒ nein",
        "Finanzielle Auswirkungen: ja ☐ nein ☒",
        "Finanzielle Auswirkungen | ☐ ja | ☒ nein",
        "Finanzielle Auswirkungen | ja ☐ | nein ☒",
        "Finanzielle Auswirkungen | ja | ☐ | nein | ☒",
        "Finanzielle Auswirkungen\n☒ nein ☐ ja",
        "Finanzielle Auswirkungen\nNein ☒\nJa ☐",
        "Finanzielle Auswirkungen\n☐ Ja\n☒ Nein",
        "Finanzielle Auswirkungen:\n☐\nja\n☒\nnein",
        "Finanzielle Auswirkungen:\n[ ] ja [X] nein",
        "Finanzielle Auswirkungen: ( ) ja (x) nein",
        "Finanzielle Auswirkungen\nJa ☐ Nein x",
        "Finanzielle Auswirkungen\nJa: Nein: X",
        "Finanzielle Auswirkungen\n__ ja _x_ nein",
        "Finanzielle Auswirkungen\n□ ja ■ nein",
        "Finanzielle\nAuswirkungen\n☐ ja ☒ nein",
        "Finanzielle Auswirkungen (bitte ankreuzen)\n☐ ja ☒ nein",
        "Finanzielle Auswirkungen\nBei Ja: Erläuterung im Text\n☐ ja ☒ nein",
        "Frage | ja | nein\nFinanzielle Auswirkungen | ☐ | ☒",
        "Finanzielle Auswirkungen\nja nein\n☐ ☒",
        "Finanzielle Auswirkungen ☐ ja ☒X nein",
        "Finanzielle\nAuswirkungen\nGesamtkosten\nder Maßnahme\n(Zuschüsse und\nÄhnliches)\n☐ ja ☒ nein",
        "Finanzielle Auswirkungen | Gesamtkosten der Maßnahme | Einzahlungen\nJa ☐ Nein ☒",
    ],
)
def test_one_answer_in_many_layouts(form: str) -> None:
    assert values(form) == {"Finanzielle Auswirkungen": "nein"}


@pytest.mark.parametrize(
    "form",
    [
        "Finanzielle Auswirkungen ☐ ja ☐ nein",  # nobody answered
        "Finanzielle Auswirkungen ☒ ja ☒ nein",  # contradicts itself
        "Finanzielle Auswirkungen ja ☒ nein",  # whose box is it?
        "Finanzielle Auswirkungen\nja ☐ teilweise ☒ nein",
        "Finanzielle Auswirkungen\nja\n☒\nnein\n☐\nja",
        "Finanzielle Auswirkungen\n☒ ☐",
        "Finanzielle Auswirkungen\nJa Nein",
        "☒ ja ☐ nein",  # to what question?
        "einstimmig ☒ mit Stimmenmehrheit ☐ Ja ___ Nein ___",  # a vote is for the minutes
    ],
)
def test_what_cannot_be_told_has_no_value(form: str) -> None:
    assert values(form) == {}


def test_a_form_with_groups_of_options_and_fields() -> None:
    form = (
        "Finanzielle Auswirkungen\nJa ☒ Nein ☐\n☒ Investition\n☐ Laufende Maßnahme\n"
        "Gesamtkosten: 120.000 Euro\nJährliche Folgekosten:\nProduktsachkonto: 541001.7872\n"
        "Finanzierung\n☐ bereits veranschlagt\n☒ durch Umschichtung innerhalb des\nTeilhaushalts 5\n"
        "CO2-Relevanz: Auswirkung auf das Klima\nBei Ja: Begründung\nNein ☐\nJa ☒ positiv ☐\nnegativ ☒\ngeringfügig ☐\nerheblich ☒\n"
        "Leitthema: Lebendige Mitte\n"
        "Anhörung Ortsrat (§ 7 der Satzung)\nNein ☐ Ja ☒\ndurchgeführt am 3. Mai 2024\n"
        "Abstimmung mit städtischen Gesellschaften\nNein ☐ Ja ☒\nabgestimmt mit Stadtwerken und\nBäderbetrieb"
    )
    found = values(form)
    assert found["Finanzielle Auswirkungen"] == "ja, Investition"
    assert found["Gesamtkosten"] == "120.000 Euro"
    assert found["Produktsachkonto"] == "541001.7872"
    assert found["Finanzierung"] == "durch Umschichtung innerhalb des Teilhaushalts 5"
    assert found["CO2-Relevanz"] == "ja, negativ, erheblich"
    assert found["Leitthema"] == "Lebendige Mitte"
    assert found["Anhörung Ortsrat"] == "ja, durchgeführt am 3. Mai 2024"
    assert found["Abstimmung mit städtischen Gesellschaften"].startswith("ja, abgestimmt mit Stadtwerken")
    assert "Jährliche Folgekosten" not in found


def test_a_letter_typed_for_a_box_in_a_list_of_boxes() -> None:
    form = "Finanzierung\n☐ veranschlagt\nX nicht veranschlagt\n☐ teilweise veranschlagt"
    assert values(form) == {"Finanzierung": "nicht veranschlagt"}


@pytest.mark.parametrize("gap", ["\n", "      "])
def test_boxes_that_left_no_trace_leave_no_claim(gap: str) -> None:
    form = (
        f"Finanzielle Auswirkungen\nGesamtkosten der Maßnahme\nJa{gap}Nein 1.200.000 Euro\n"
        "Haushaltsmittel sind dauerhaft vorhanden\nJa\nNein  Die Finanzierung wird auf Dauer wie folgt gesichert:\n"
        "Durch Wegfall bestehender Aufgaben\nUmschichtungen innerhalb des Dezernates\n"
        "Der Rat beschließt die Maßnahme im gesamtstädtischen Interesse und stimmt einer Etatisierung in den\nFolgejahren zu\n"
    )
    reason = "Begründung:\nDas Dach der Turnhalle ist seit dem Sturm im März undicht."
    held = paper(HEAD + form + reason)
    item = AgendaItem(id="ra:top-1", order=1, number="1", name=held.name, public=True, papers=(held,))
    briefing = extract_item(item)
    read = " ".join(
        [
            *(held.part_text(part) for part in held.parts if part.kind != "form"),
            *(passage.text for passage in cut_passages(held, None, None)),
            *(statement.text for statement in briefing.statements),
            *(chunk.text for chunk in reading_for(item, 400)),
            *(f"{value.name} {value.value}" for value in held.form),
        ]
    )
    for claim in ("Wegfall", "Umschichtung", "Etatisierung", "Folgejahren", "auf Dauer"):
        assert claim not in read
    assert "undicht" in read
    assert not any(value.value in ("ja", "nein") for value in held.form)


def test_the_boxes_of_a_head_tell_whether_a_paper_is_public() -> None:
    assert values("☐ öffentlich ☒ nichtöffentlich") == {"Öffentlichkeit": "nichtöffentlich"}


def test_a_question_of_any_wording_is_found() -> None:
    assert values("Barrierearme Bauweise geprüft?\n☒ ja ☐ nein\nWurde der Seniorenbeirat gehört?\n☐ ja ☒ nein") == {
        "Barrierearme Bauweise geprüft?": "ja",
        "Wurde der Seniorenbeirat gehört?": "nein",
    }


def test_a_value_cites_its_page_and_quotes_the_line() -> None:
    found = paper(HEAD, "Klimarelevanz\n☐ nein\n☒ ja").form
    (citation,) = found[0].citation
    assert (citation.page, citation.quote) == (2, "☒ ja")


def test_words_of_running_text_are_no_form() -> None:
    running = (
        "Begründung:\nDie Halle ist alt (siehe Anlage). Bei 3 x keine Antwort [1] gilt die Zustimmung als erteilt.\n"
        "Kosten: Die Maßnahme kostet 5.000 Euro.\n✓ barrierefrei\n✓ hell und leise"
    )
    assert values(running) == {}
    held = paper(HEAD + running)
    assert "form" not in {part.kind for part in held.parts}


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("einstimmig   mehrheitl.   ohne BE", 0),
        ("abgelehnt | Kenntnis | abgesetzt", 0),
        ("Ja-Stimmen ___ Nein-Stimmen ___ Enthaltungen ___", 0),
        ("28.05.2024 | Stadtrat | einstimmig | mehrheitl.", 24),
        ("einstimmig mit 12 Stimmen angenommen", None),
        ("Der Antrag wurde abgelehnt, die Vorlage vertagt.", None),
    ],
)
def test_empty_rows_of_votes_are_known_by_their_words(line: str, at: int | None) -> None:
    assert empty_vote(line) == at


def test_empty_votes_vanish_from_what_is_read() -> None:
    page = HEAD + (
        "Abstimmungsergebnis:\neinstimmig ☐ mit Stimmenmehrheit ☐ Ja ___ Nein ___ Enthaltung ___\n"
        "Begründung:\nDas Dach der Turnhalle ist seit dem Sturm im März undicht."
    )
    held = paper(page)
    kept = " ".join(held.part_text(part) for part in held.parts if part.kind != "form")
    assert "Stimmenmehrheit" not in kept
    assert "undicht" in kept


# Whatever a form looks like: what is not ticked is read by nobody.

WORDS = [
    "Rücklage", "Umschichtung", "Spende", "Zuschuss", "Kredit", "Mehrertrag", "Wegfall", "Beitrag", "Pacht", "Stiftung", "Umlage", "Darlehen",
]  # fmt: skip
MIDDLES = ["", "innerhalb", "von Bund und Land", "bestehender Aufgaben", "in Höhe von 40.000 Euro", "und weitere"]


@st.composite
def options(draw: st.DrawFn) -> list[tuple[str, bool]]:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=5, unique=True))
    return [
        (
            " ".join(f"{draw(st.sampled_from(['', 'durch']))} {word}{n}wort {draw(st.sampled_from(MIDDLES))}".split()),
            draw(st.booleans()),
        )
        for n, word in enumerate(words)
    ]


BOXES = [("☒", "☐"), ("☑", "□"), ("[x]", "[ ]"), ("[X]", "[]"), ("(x)", "( )"), ("⊠", "☐"), ("✓", "☐"), ("☒X", "☐")]
LABELS = [
    "Finanzierung",
    "Die Kosten werden gedeckt durch",
    "Deckung der Mittel:",
    "Woher kommt das Geld?",
    "Herkunft der Mittel",
]
PLACES = ["", "Begründung:\nDie Turnhalle ist seit dem Sturm im März undicht und wird zur Zeit nicht mehr genutzt.\n", "Finanzielle Auswirkungen\nJa ☒ Nein ☐\n"]  # fmt: skip
AFTER = [
    "",
    "\nBegründung:\nDie Fenster der Turnhalle schließen seit Jahren nicht mehr richtig.",
    "\nAnlagen:\nLageplan",
]


def drawn_up(chosen: list[tuple[str, bool]], box: tuple[str, str], side: str, joint: str) -> str:
    full, empty = box
    cells = [
        f"{full if ticked else empty} {words}" if side == "before" else f"{words} {full if ticked else empty}"
        for words, ticked in chosen
    ]
    return joint.join(cells)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    chosen=options(),
    box=st.sampled_from(BOXES),
    side=st.sampled_from(["before", "behind"]),
    joint=st.sampled_from(["\n", " | ", "   ", "\n\n"]),
    label=st.sampled_from(LABELS),
    above=st.booleans(),
    place=st.sampled_from(PLACES),
    after=st.sampled_from(AFTER),
)
def test_no_unticked_option_reaches_a_reader_and_no_wrong_one_becomes_a_value(
    chosen: list[tuple[str, bool]],
    box: tuple[str, str],
    side: str,
    joint: str,
    label: str,
    above: bool,
    place: str,
    after: str,
) -> None:
    form = label + ("\n" if above or side == "behind" else " ") + drawn_up(chosen, box, side, joint)
    held = paper(HEAD + place + form + after)
    open_words = [re.search(r"\w+wort", words)[0] for words, ticked in chosen if not ticked]  # type: ignore[index]
    item = AgendaItem(id="ra:top-1", order=1, number="1", name=held.name, public=True, papers=(held,))
    briefing = extract_item(item)
    read = [
        *(held.part_text(part) for part in held.parts if part.kind != "form"),
        *(passage.text for passage in cut_passages(held, None, None)),
        *(statement.text for statement in briefing.statements),
        *(amount.context or "" for amount in briefing.amounts),
        *(chunk.text for chunk in reading_for(item, 400)),
        *(value.value for value in held.form),
        briefing.resolution.text if briefing.resolution else "",
    ]
    for word in open_words:
        assert not any(word in text for text in read), (word, held.text.text)
    assert briefing.resolution is not None
    assert "Der Rat beschließt die Sanierung der Turnhalle." in briefing.resolution.text
    if "undicht" in place:
        assert any("undicht" in held.part_text(part) for part in held.parts if part.kind == "reason")
    if "Fenster" in after:
        assert any("Fenster" in held.part_text(part) for part in held.parts if part.kind == "reason")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    chosen=options().filter(lambda chosen: len({ticked for _, ticked in chosen}) == 2),
    box=st.sampled_from(BOXES),
    side=st.sampled_from(["before", "behind"]),
    joint=st.sampled_from(["\n", " | "]),
    label=st.sampled_from(LABELS),
)
def test_what_is_ticked_becomes_the_value_of_its_question(
    chosen: list[tuple[str, bool]], box: tuple[str, str], side: str, joint: str, label: str
) -> None:
    found = paper(
        HEAD + label + "\n" + drawn_up(chosen, box, side, joint) + "\nBegründung:\nDie Fenster sind alt."
    ).form
    assert [(value.name, value.value) for value in found] == [
        (label.strip(":"), ", ".join(words for words, ticked in chosen if ticked))
    ]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="☒☐xX[]()| \nJanei_:abc.12€", max_size=120))
def test_any_text_is_read_without_a_fall(text: str) -> None:
    held = paper(HEAD + text)
    for value in held.form:
        assert value.name
        assert value.value
        assert value.citation
    assert with_boxes(text.replace("\n", " ")) is not None
