"""What persons said, laid over what the program wrote: no words of theirs are lost, none of the paper's are touched."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.briefings import AnnexLine, ItemBriefing, Remark, RemarkKind, Statement, Wording
from ratsassistent.oparl import Citation
from ratsassistent.writing.remarks import NOTE, applied, behind, in_order, is_note, statements_of

START = dt.datetime(2027, 3, 1, 12, 0, tzinfo=dt.UTC)
PAGE = Citation(file="paket.pdf", file_id="ra:datei-1", page=4)
PAGES = {("ra:datei-1", 4): "Die Halle kostet 120.000 Euro. Der Bau beginnt im Mai 2027."}


def said(text: str, label: str | None = "Kosten", origin: str = "model", **more: object) -> Statement:
    return Statement.model_validate(
        {"text": text, "origin": origin, "citation": (PAGE,), "check": "ok", "label": label, **more}
    )


COST = said("Die Halle kostet 100.000 Euro.")
START_OF_WORK = said("Der Bau beginnt im Mai.", "Fristen")
REASON = said("Die Halle ist alt.", "Worum es geht", "extract")
RESOLUTION = Wording(text="Der Rat beschließt den Bau der Halle.", citation=(PAGE,))


def briefing(*statements: Statement, **more: object) -> ItemBriefing:
    values = {"id": "ra:top-1", "number": "3", "name": "Halle", "public": True, "level": "voll", **more}
    return ItemBriefing.model_validate({"resolution": RESOLUTION, "statements": statements, **values})


class Person:
    """Says one thing after the other."""

    def __init__(self, name: str | None = "Erika Muster") -> None:
        self.name = name
        self.remarks: list[Remark] = []

    def says(self, kind: RemarkKind, about: Statement | None = None, text: str | None = None) -> Remark:
        number = len(self.remarks)
        self.remarks.append(
            Remark(
                id=f"ra:anmerkung-{number}",
                item_id="ra:top-1",
                kind=kind,
                target=about.key if about else None,
                target_text=(about.replaces or about.text) if about else None,
                label=about.label if about else None,
                text=text,
                author=self.name,
                written=START + dt.timedelta(seconds=number),
                citation=about.citation if about else (),
            )
        )
        return self.remarks[-1]

    def lays(self, item: ItemBriefing) -> ItemBriefing:
        return applied(item, self.remarks, PAGES)

    def shown(self, *statements: Statement) -> list[str]:
        return [s.text for s in self.lays(briefing(*statements)).statements]


@pytest.fixture
def person() -> Person:
    return Person()


def test_nothing_said_changes_nothing() -> None:
    item = briefing(COST)
    assert applied(item, []) is item


def test_a_confirmation_is_seen_and_changes_no_word(person: Person) -> None:
    remark = person.says("confirm", COST)
    made = person.lays(briefing(COST, REASON))
    assert made.statements == (COST.model_copy(update={"confirmed": True}), REASON)
    assert made.remarks == (remark,)


def test_a_correction_stands_in_place_of_the_statement_with_the_old_wording_and_the_page(person: Person) -> None:
    person.says("correct", COST, "Die Halle kostet 120.000 Euro.")
    (corrected, _) = person.lays(briefing(COST, REASON)).statements
    assert (corrected.text, corrected.origin) == ("Die Halle kostet 120.000 Euro.", "person")
    assert (corrected.author, corrected.replaces) == ("Erika Muster", COST.text)
    assert (corrected.citation, corrected.label) == ((PAGE,), "Kosten")
    assert (corrected.check, corrected.key) == ("ok", COST.key)


def test_a_persons_words_are_looked_up_too_but_only_marked(person: Person) -> None:
    person.says("correct", COST, "Die Halle kostet 150.000 Euro.")
    (corrected,) = person.lays(briefing(COST)).statements
    assert (corrected.text, corrected.check) == ("Die Halle kostet 150.000 Euro.", "unsupported")
    assert "150.000 Euro" in corrected.failures


def test_what_cannot_be_looked_up_is_not_called_wrong(person: Person) -> None:
    person.says("correct", COST, "Die Halle kostet 150.000 Euro.")
    (corrected,) = applied(briefing(COST), person.remarks).statements
    assert (corrected.check, corrected.failures) == ("none", ())


def test_what_is_removed_does_not_come_back(person: Person) -> None:
    person.says("remove", COST)
    assert person.shown(COST, REASON) == [REASON.text]
    assert person.shown(REASON) == [REASON.text]
    rewrapped = COST.model_copy(update={"text": "Die Halle  kostet\n100.000 Euro"})
    assert person.shown(rewrapped, REASON) == [REASON.text]


def test_another_value_is_another_wording(person: Person) -> None:
    person.says("remove", said("Der Anteil steigt um 10,5 Prozent."))
    others = ["Der Anteil steigt um 105 Prozent.", "Der Anteil steigt um -10,5 Prozent."]
    assert person.shown(*(said(text) for text in others)) == others
    assert said("Es sind 5 %").key != said("Es sind 5 €").key
    assert said("Es sind 1.5 Mio. Franken").key != said("Es sind 15 Mio. Franken").key
    assert said("Es sind 1.500 Euro.").key == said("Es sind 1500 Euro").key


def test_a_note_stands_behind_its_statement_and_one_to_the_item_at_the_end(person: Person) -> None:
    person.says("note", None, "Mit dem Kämmerer sprechen.")
    person.says("note", COST, "Stand vom Mai.")
    person.says("note", COST, "Ohne Steuer.")
    made = person.lays(briefing(COST, REASON))
    assert [(s.text, s.label) for s in made.statements] == [
        (COST.text, "Kosten"), ("Stand vom Mai.", NOTE), ("Ohne Steuer.", NOTE),
        (REASON.text, "Worum es geht"), ("Mit dem Kämmerer sprechen.", NOTE),
    ]  # fmt: skip
    assert {(s.origin, s.author, s.citation, s.check) for s in made.statements if s.label == NOTE} == {
        ("person", "Erika Muster", (), "none")
    }
    assert [s.about for s in made.statements] == [None, COST.text, COST.text, None, None]


def test_a_note_names_the_wording_that_stands_there_now(person: Person) -> None:
    person.says("note", COST, "Stand vom Mai.")
    person.says("correct", COST, "Sie kostet 120.000 Euro.")
    person.says("correct", person.lays(briefing(COST)).statements[1], "Stand vom Juni.")
    note = person.lays(briefing(COST)).statements[1]
    assert (note.text, note.about, note.replaces) == ("Stand vom Juni.", "Sie kostet 120.000 Euro.", "Stand vom Mai.")


def test_what_has_lost_its_statement_stays_at_its_label_with_the_wording_it_was_about(person: Person) -> None:
    person.says("correct", COST, "Die Halle kostet 120.000 Euro.")
    person.says("note", START_OF_WORK, "Ferien beachten.")
    person.says("confirm", REASON)
    other = said("Es werden Kosten erwartet.")
    made = person.lays(briefing(other, said("Der Rat tagt.", "Worum es geht")))
    assert [(s.text, s.label, s.replaces, s.about) for s in made.statements] == [
        (other.text, "Kosten", None, None),
        ("Die Halle kostet 120.000 Euro.", "Kosten", COST.text, None),
        ("Der Rat tagt.", "Worum es geht", None, None),
        ("Ferien beachten.", NOTE, None, START_OF_WORK.text),
    ]
    assert made.statements[1].check == "ok"
    assert [r.kind for r in made.remarks] == ["correct", "note", "confirm"]  # kept, though one does not show
    assert person.lays(briefing(REASON)).statements[0].confirmed


def test_notes_about_what_is_removed_stay_without_its_wording(person: Person) -> None:
    person.says("note", COST, "Zahl ist überholt.")
    person.says("remove", COST)
    for statements in ((COST, REASON), (REASON,)):
        made = person.lays(briefing(*statements))
        assert "Zahl ist überholt." in [s.text for s in made.statements]
        assert all(s.about is None for s in made.statements)


@pytest.mark.parametrize(
    ("kinds", "shown", "confirmed"),
    [
        (["correct", "correct"], "Zweite Fassung.", False),
        (["confirm", "correct"], "Zweite Fassung.", False),
        (["correct", "confirm"], "Erste Fassung.", True),
        (["correct", "remove"], None, False),
        (["remove", "correct"], "Zweite Fassung.", False),
        (["remove", "confirm"], COST.text, True),
        (["confirm", "remove"], None, False),
    ],
)
def test_what_is_said_last_holds(person: Person, kinds: list[RemarkKind], shown: str | None, confirmed: bool) -> None:
    for kind, text in zip(kinds, ["Erste Fassung.", "Zweite Fassung."], strict=True):
        person.says(kind, COST, text if kind == "correct" else None)
    made = person.lays(briefing(COST)).statements
    assert [(s.text, s.confirmed) for s in made] == ([(shown, confirmed)] if shown else [])
    assert all(s.replaces in {None, COST.text} for s in made)


def test_a_note_can_be_corrected_removed_and_annotated_like_any_statement(person: Person) -> None:
    person.says("note", COST, "Stand vom Mai.")
    note = person.lays(briefing(COST)).statements[1]
    assert is_note(note)
    person.says("note", note, "Welches Jahr?")
    person.says("correct", note, "Stand vom Juni.")
    assert person.shown(COST) == [COST.text, "Stand vom Juni.", "Welches Jahr?"]
    person.says("remove", person.lays(briefing(COST)).statements[1])
    assert person.shown(COST) == [COST.text, "Welches Jahr?"]


def test_a_note_in_the_words_of_a_statement_is_not_that_statement(person: Person) -> None:
    person.says("note", None, COST.text)
    person.says("remove", COST)
    assert [(s.text, s.label) for s in person.lays(briefing(COST)).statements] == [(COST.text, NOTE)]


def test_notes_about_each_other_end(person: Person) -> None:
    one, two = said("Eins", None), said("Zwei", None)
    person.says("note", two, "Eins")
    person.says("note", said("Eins", NOTE, "person"), "Zwei")
    person.says("note", said("Zwei", NOTE, "person"), "Eins")
    assert sorted(person.shown()) == ["Eins", "Eins", "Zwei"]
    assert sorted(person.shown(one, two)) == ["Eins", "Eins", "Eins", "Zwei", "Zwei"]


def test_plain_language_and_annexes_are_corrected_where_they_stand(person: Person) -> None:
    plain, annex = said("Die Halle wird neu.", "In einfacher Sprache"), said("Das Gutachten lobt die Halle.", None)
    item = briefing(COST, plain_language=(plain,), annexes=(AnnexLine(name="Gutachten", pages=9, statement=annex),))
    person.says("correct", plain, "Die Stadt baut eine Halle.")
    person.says("correct", annex, "Das Gutachten tadelt die Halle.")
    person.says("note", annex, "Seite 7 lesen.")
    made = person.lays(item)
    assert made.plain_language is not None
    assert [s.text for s in made.plain_language] == ["Die Stadt baut eine Halle."]
    assert made.annexes[0].statement is not None
    assert made.annexes[0].statement.text == "Das Gutachten tadelt die Halle."
    assert [(s.text, s.about) for s in made.statements] == [(COST.text, None), ("Seite 7 lesen.", annex.text)]
    person.says("remove", annex)
    assert person.lays(item).annexes[0].statement is None
    assert person.lays(item).annexes[0].name == "Gutachten"


def test_what_was_withheld_is_shown_only_in_a_persons_words(person: Person) -> None:
    wrong, other = said("Die Halle kostet 9 Euro."), said("Die Halle ist blau.")
    item = briefing(REASON, withheld=(wrong, other))
    assert set(statements_of(item)) == {REASON, wrong, other}
    person.says("correct", wrong, "Die Halle kostet 120.000 Euro.")
    person.says("confirm", other)
    made = person.lays(item)
    assert [s.text for s in made.statements] == [REASON.text, "Die Halle kostet 120.000 Euro."]
    assert [(s.text, s.confirmed) for s in made.withheld] == [(other.text, True)]


def test_the_remarks_behind_a_statement_are_found(person: Person) -> None:
    confirmed, corrected = person.says("confirm", COST), person.says("correct", COST, "Sie kostet viel.")
    note, _ = person.says("note", COST, "Sagt wer?"), person.says("note", None, "Zum Punkt.")
    made = person.lays(briefing(COST, REASON))
    assert behind(made, made.statements[0]) == (confirmed, corrected)
    assert behind(made, made.statements[1]) == (note,)
    assert behind(made, made.statements[2]) == ()


def test_who_gave_no_name_has_none() -> None:
    nobody = Person(None)
    nobody.says("note", None, "Zum Punkt.")
    assert nobody.lays(briefing()).statements[0].author is None


# --- any sequence of remarks, any run

WORDINGS = [
    said(f"Satz {letter} nennt {n},5 Prozent.", label)
    for n, (letter, label) in enumerate(
        [("A", "Kosten"), ("B", "Kosten"), ("C", "Fristen"), ("D", None), ("E", "Worum es geht"), ("F", None)]
    )
]
WORDS = ["Nein.", "Doch.", "Satz A nennt 0,5 Prozent.", "Es sind 120.000 Euro."]
RUNS = st.lists(st.sampled_from(WORDINGS), unique_by=lambda s: s.text, max_size=6)
SPOKEN = st.lists(
    st.tuples(
        st.sampled_from(["confirm", "correct", "remove", "note"]),
        st.integers(-1, 12),  # a wording, or a note said before; -1: the item
        st.sampled_from(WORDS),
    ),
    max_size=12,
)


def spoken(script: list[tuple[RemarkKind, int, str]]) -> list[Remark]:
    person = Person()
    notes: list[Statement] = []
    for kind, place, text in script:
        about = [*WORDINGS, *notes][place % (len(WORDINGS) + len(notes))] if place >= 0 else None
        if about is None and kind != "note":
            continue
        person.says(kind, about, text if kind in {"correct", "note"} else None)
        if kind == "note":
            notes.append(Statement(text=text, origin="person", citation=(), label=NOTE))
    return person.remarks


def holding(remarks: list[Remark]) -> tuple[set[str], set[tuple[str, bool]]]:
    """Reckoned on its own: a person's texts that have to be seen, and the wordings (key, a note?) that must not."""
    last: dict[tuple[str, bool], Remark] = {}
    corrections: dict[tuple[str, bool], Remark] = {}
    for remark in remarks:
        if remark.kind != "note":
            key = (remark.target or "", remark.label == NOTE)
            last[key] = remark
            if remark.kind == "correct":
                corrections[key] = remark
    gone = {key for key, remark in last.items() if remark.kind == "remove"}
    texts = {r.text or "" for key, r in corrections.items() if key not in gone}
    for remark in remarks:
        key = (Statement(text=remark.text or "", origin="person", citation=()).key, True)
        if remark.kind == "note" and key not in gone and key not in corrections:
            texts.add(remark.text or "")
    return texts, gone


@given(RUNS, RUNS, RUNS, SPOKEN, st.randoms())
def test_no_words_of_a_person_are_lost_whatever_a_run_writes(main, plain, withheld, script, random) -> None:
    remarks = spoken(script)
    item = briefing(*main, plain_language=tuple(plain), withheld=tuple(withheld))
    made = applied(item, remarks, PAGES)
    shown = [*made.statements, *(made.plain_language or ())]
    texts, gone = holding(remarks)
    assert texts <= {s.text for s in shown if s.origin == "person"}
    assert not gone & {(s.key, is_note(s)) for s in [*shown, *made.withheld]}
    # the same again in any order
    shuffled = list(remarks)
    random.shuffle(shuffled)
    assert applied(item, shuffled, PAGES) == made
    # nothing but the statements is touched, and nothing is made up
    untouched = {"statements", "plain_language", "withheld", "remarks"}
    assert made.model_dump(exclude=untouched) == item.model_dump(exclude=untouched)
    assert made.remarks == in_order(remarks)
    assert {s.text for s in shown if s.origin != "person"} <= {s.text for s in (*main, *plain)}
    assert {s.text for s in shown if s.origin == "person"} <= {r.text for r in remarks}
    # what nobody spoke of stands as it stood, in its order
    spoken_of = {r.target for r in remarks}
    assert [s for s in made.statements if s.key not in spoken_of and s.origin != "person"] == [
        s for s in main if s.key not in spoken_of
    ]


@given(RUNS, SPOKEN)
def test_a_correction_always_says_what_it_replaces_and_who_wrote_it(run, script) -> None:
    wordings = {w.text for w in WORDINGS}
    for statement in applied(briefing(*run), spoken(script), PAGES).statements:
        if statement.origin == "person":
            assert statement.author == "Erika Muster"
            assert is_note(statement) or statement.replaces in wordings
        else:
            assert statement.author is statement.replaces is statement.about is None
            continue
        assert statement.about is None or is_note(statement)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_can_be_said_of_any_words(wording, text) -> None:
    person = Person()
    statement = said(wording)
    person.says("correct", statement, text)
    person.says("note", statement, text)
    assert person.shown(statement) == [text, text]
    assert person.shown() == [text, text]
