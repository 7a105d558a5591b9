"""The German phrases that page, Markdown and commands share."""

import pytest

from ratsassistent.briefings import Coverage
from ratsassistent.oparl import (
    AgendaItem,
    Change,
    Citation,
    Decision,
    Meeting,
    MissingAttachment,
    NamedVote,
    PageRef,
    Vote,
)
from ratsassistent.output import phrases


def item(name, number="5", **more):
    return AgendaItem(id=f"ra:{name}", order=1, number=number, name=name, public=True, **more)


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        (Vote(yes=31, no=4, abstain=2), "31 Ja, 4 Nein, 2 Enthaltungen"),
        (Vote(yes=8, no=0, abstain=1), "8 Ja, 0 Nein, 1 Enthaltung"),
        (Vote(no=3), "3 Nein"),
        (Vote(), ""),
    ],
)
def test_a_vote_says_only_what_is_known(vote, said):
    assert phrases.vote(vote) == said


def test_counts_are_added_only_where_the_printed_phrase_lacks_them():
    assert (
        phrases.decision(Decision(result="mit 31 gegen 4\nStimmen", vote=Vote(yes=31, no=4)))
        == "mit 31 gegen 4 Stimmen"
    )
    assert phrases.decision(Decision(result="mehrheitlich", vote=Vote(yes=12, no=3))) == "mehrheitlich (12 Ja, 3 Nein)"
    assert phrases.decision(Decision(result="einstimmig", unanimous=True)) == "einstimmig"


def test_a_recorded_vote_is_listed_by_how_they_voted():
    given = Decision(
        result="abgelehnt",
        named=(
            NamedVote(name="Vogt", vote="no"),
            NamedVote(name="Adam", group="Freie", vote="yes"),
            NamedVote(name="Beck", vote="no"),
        ),
    )
    assert phrases.named_votes(given) == [("Ja", "Adam (Freie)"), ("Nein", "Vogt, Beck")]


def test_what_a_nachtrag_did_is_said_in_a_sentence():
    assert phrases.moved(item("Haushalt", formerly="4")) == "Dieser Punkt hatte vor dem Nachtrag die Nummer 4."
    assert "von der Tagesordnung genommen" in phrases.moved(item("Haushalt", withdrawn=True, formerly="4"))
    assert phrases.moved(item("Haushalt")) == ""


def test_a_change_is_new_left_out_or_changed():
    assert phrases.change(Change(part="resolution", before=None, after="x")) == ("Beschlussvorschlag", "neu")
    assert phrases.change(Change(part="costs", before="x", after=None)) == ("Kosten", "entfallen")
    assert phrases.change(Change(part="text", before="x", after="y")) == ("Text", "geändert")


def test_pages_in_a_row_are_said_as_a_range():
    refs = [PageRef(file="a.pdf", page=n) for n in (5, 3, 4, 9)] + [PageRef(file="b.pdf", page=1)]
    assert phrases.page_list(refs) == [("a.pdf", "S. 3–5, 9"), ("b.pdf", "S. 1")]


def test_coverage_names_scans_plans_gaps_and_missing_annexes():
    missing = MissingAttachment(name="Anlage 3", citation=(Citation(file="a.pdf", page=12),))
    meeting = Meeting(
        id="m",
        name="Rat",
        organization=None,
        start=None,
        agendaItem=(
            item("Haushalt", missing_attachments=(missing,)),
            item("Anfragen", number=None),
            item("Entfallen", withdrawn=True),
        ),
        unassigned_pages=(PageRef(file="a.pdf", page=2),),
    )
    covered = Coverage(
        pages=9,
        read=9,
        ocr=(PageRef(file="a.pdf", page=7),),
        drawings=tuple(PageRef(file="a.pdf", page=n) for n in (8, 9)),
    ).with_gaps([meeting])
    notes = dict(phrases.coverage(covered))
    assert [n for n in notes if "Texterkennung" in n] == [
        "1 Seite war ein Scan und wurde mit Texterkennung gelesen; einzelne Buchstaben können falsch sein."
    ]
    assert notes["2 Seiten sind Pläne oder Zeichnungen; sie werden genannt, aber nicht zusammengefasst."] == [
        "a.pdf: S. 8–9"
    ]
    assert notes["1 Seite gehört zu keinem Tagesordnungspunkt."] == ["a.pdf: S. 2"]
    assert notes["1 erwähnte Anlage fehlt."] == ["Anlage 3, erwähnt auf S. 12, liegt nicht bei"]
    assert notes["Zu 2 Tagesordnungspunkten liegen keine Unterlagen bei."] == ["TOP 5: Haushalt", "Anfragen"]


def test_a_pack_that_was_read_whole_needs_no_words():
    assert phrases.coverage(Coverage(pages=9, read=9)) == []


@pytest.mark.parametrize(
    ("failures", "said"),
    [
        (("Wortstellung", "abgeschrieben"), "schlechtes Deutsch; fast Wort für Wort wie in den Unterlagen"),
        (("Grammatik", "kein Verb", "Geschlecht: der Maske"), "schlechtes Deutsch"),
        (("nicht im Text: Maske",), "„Maske“ steht nicht in dem Satz, aus dem er ist"),
        (("es fehlt: Haushalt",), "„Haushalt“ ist weggefallen"),
        (("„9 Euro“ steht nicht auf der Seite",), "„9 Euro“ steht nicht auf der Seite"),
        ((), "steht so nicht in den Unterlagen"),
    ],
)
def test_why_a_sentence_is_not_shown_is_said_in_everyday_words(failures, said):
    assert phrases.refused(failures) == said
