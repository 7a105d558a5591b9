"""The glossary: its entries are short, sound German, and each term is found where it occurs and nowhere else."""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from commands import program, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.errors import RatsassistentError
from ratsassistent.glossary import entries, find, look_up, similar, terms_in, topics
from ratsassistent.glossary.finding import spellings
from ratsassistent.glossary.loading import load

ALL = entries()
BY_TERM = {entry.term: entry for entry in ALL}
# Where a section sign stands, one of these says whose law it is.
FEDERAL = r"Baugesetzbuch|BauGB|UStG|Umsatzsteuergesetz|EEG|SGB|Sozialgesetzbuch|Grundgesetz"
STATES = (
    r"Baden-Württemberg|Bayern|bayerisch|Berlin|Brandenburg|Bremen|Hamburg|Hessen|hessisch|Mecklenburg|Niedersachsen|"
    r"Nordrhein-Westfalen|Rheinland-Pfalz|Saarland|Sachsen|Schleswig-Holstein|Thüringen|Österreich|Schweiz"
)
ENGLISH = re.compile(r"\b(?:the|of|and|is|are|for|with|that|this|council|budget is|which|by)\b")


def marked(text: str) -> list[tuple[str, str]]:
    """What is found in a text: the words as they stand there, and the headword that explains them."""
    return [(text[start:end], entry.term) for start, end, entry in find(text)]


def headwords(text: str) -> list[str]:
    return [entry.term for _, _, entry in find(text)]


# --- the entries


def test_there_are_enough_entries_of_each_field() -> None:
    assert len(ALL) >= 200
    sizes = {topic: sum(entry.topic == topic for entry in ALL) for topic in topics()}
    assert len(sizes) == 12
    assert min(sizes.values()) >= 10
    assert sum(entry.common for entry in ALL) < len(ALL) / 4


def test_headwords_are_unique() -> None:
    assert len(BY_TERM) == len(ALL)


def unsound(text: str) -> list[str]:
    """What is wrong with an explanation, as far as a rule can tell."""
    sentences = re.findall(r"[.!?](?=\s|$)", text)
    # Fixed shares ("ein Fünftel der Mitglieder") and periods of municipal law differ from state to state.
    fixed = re.search(r"\bein (?:Fünftel|Viertel|Drittel|Zehntel)\b|\b\d+ (?:Tage|Wochen|Prozent der Wahl)", text)
    nameless = [
        match.group()
        for match in re.finditer(r"§.*", text)
        if not re.match(rf"§\s*\d+[a-z]?[^.;]*?(?:{FEDERAL}|{STATES})", match.group())
    ]
    wrong = {
        "length": not 10 <= len(text.split()) <= 45,
        "sentences": not 1 <= len(sentences) <= 3 or text[-1] not in ".?" or "  " in text,
        "English": ENGLISH.search(text),
        "addresses the reader": re.search(r"\b(?:Sie|Ihnen) (?:können|müssen|sollten|dürfen|haben|als)\b", text),
        "advice how to vote": re.search(r"\bsollten? (?:zustimmen|ablehnen|dafür|dagegen)", text),
        "§ without its law": nameless,
        "a state's rule as everybody's": fixed and not re.search(STATES, text),
    }
    return [what for what, is_so in wrong.items() if is_so]


def test_entries_are_short_plain_german_and_careful_with_the_law() -> None:
    assert {entry.term: faults for entry in ALL if (faults := unsound(entry.text))} == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Zu kurz.", "length"),
        ("Ein Wort " * 23 + ".", "length"),
        ("Erstens gilt das eine. Zweitens gilt das andere. Drittens auch. Viertens sowieso.", "sentences"),
        ("Der Rat decides about the budget und das gilt dann für alle Bürger.", "English"),
        ("Das regelt § 34 genau, und der Rat muss sich immer daran halten.", "§ without its law"),
        ("Sie können dazu jederzeit einen Antrag an den ganzen Rat der Gemeinde stellen.", "addresses the reader"),
        (
            "Verlangen kann das ein Fünftel der Mitglieder, und der Rat muss dann so abstimmen.",
            "a state's rule as everybody's",
        ),
        ("Die Mitglieder sollten zustimmen, weil der Vorschlag gut ist und wenig kostet.", "advice how to vote"),
    ],
)
def test_an_unsound_entry_would_be_noticed(text: str, fault: str) -> None:
    assert fault in unsound(text)


def test_what_an_entry_refers_to_exists() -> None:
    dangling = [
        (entry.term, other) for entry in ALL for other in entry.see if other not in BY_TERM or other == entry.term
    ]
    assert not dangling


def test_no_form_belongs_to_two_entries() -> None:
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in ALL:
        for words, _ in spellings(entry):
            for spelling in itertools.product(*(sorted(word.spellings) for word in words)):
                owners[spelling].add(entry.term)
    assert not {spelling: terms for spelling, terms in owners.items() if len(terms) > 1}


def test_every_form_is_found_as_its_own_entry() -> None:
    forms = {form: entry.term for entry in ALL for form in (*entry.forms, *entry.exact)}
    forms |= {entry.term: entry.term for entry in ALL if not entry.only_forms}
    found = {form: marked(f"Über {form} ist zu beraten.") for form in forms}
    assert {form: hits for form, hits in found.items() if hits != [(form, forms[form])]} == {}


def test_austrian_and_swiss_words_are_explained_as_such() -> None:
    for word, country in [
        ("Voranschlag", "Österreich"),
        ("Stadtsenat", "österreichisch"),
        ("Traktandum", "Schweiz"),
        ("Postulat", "Schweiz"),
        ("Gemeindevorstand", "Österreich"),
    ]:
        assert country in BY_TERM[word].text


# --- finding them


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Die Verpflichtungsermächtigungen werden erhöht.",
            [("Verpflichtungsermächtigungen", "Verpflichtungsermächtigung")],
        ),
        ("des Nachtragshaushaltes", [("Nachtragshaushaltes", "Nachtragshaushalt")]),
        ("in den Hebesätzen", [("Hebesätzen", "Hebesatz")]),
        ("die Beschlüsse der Gremien", [("Gremien", "Gremium")]),
        ("der Kämmerin", [("Kämmerin", "Kämmerer")]),
        ("im Wege öffentlicher Auslegung", [("öffentlicher Auslegung", "Offenlage")]),
        ("mit städtebaulichen Verträgen", [("städtebaulichen Verträgen", "städtebaulicher Vertrag")]),
        (
            "den vorhabenbezogenen Bebauungsplänen",
            [("vorhabenbezogenen Bebauungsplänen", "vorhabenbezogener Bebauungsplan")],
        ),
        ("BAULEITPLANUNG DER STADT", [("BAULEITPLANUNG", "Bauleitplanung")]),
        ("die Strassenausbaubeiträge", [("Strassenausbaubeiträge", "Straßenausbaubeitrag")]),
        ("nach § 34 Abs. 1 BauGB zulässig", [("§ 34 Abs. 1 BauGB", "Innenbereich")]),
        ("nach § 35 des Baugesetzbuchs", [("§ 35 des Baugesetzbuchs", "Außenbereich")]),
    ],
)
def test_inflected_forms_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Abwassersatzung gilt.", [("Abwassersatzung", "Satzung")]),
        ("der Friedhofsgebühren", [("Friedhofsgebühren", "Gebühr")]),
        ("Die Gewinn-Rücklage", [("Gewinn-Rücklage", "Rücklage")]),
        ("der Sportausschuss", [("Sportausschuss", "Ausschuss")]),
        ("ein Bauantrag", [("Bauantrag", "Baugenehmigung")]),  # an entry of its own, not a motion
        ("ein Förderantrag", [("Förderantrag", "Fördermittel")]),
        ("die Besatzung", []),
        ("Die Verkehrssatzungen und die Satzung", [("Verkehrssatzungen", "Satzung"), ("Satzung", "Satzung")]),
        ("ein Mietantrag", []),  # "Antrag" has no compounds
    ],
)
def test_compounds_are_found_by_their_last_part_where_the_entry_allows_it(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("VE von 2 Mio. Euro", ["Verpflichtungsermächtigung"]),
        ("zwei VEs", ["Verpflichtungsermächtigung"]),
        ("der VERBAND und Ve und ve", []),
        ("B-Pläne", ["Bebauungsplan"]),
        ("die TöB und die TÖB", ["Träger öffentlicher Belange"] * 2),
        ("ÖPNV-Anbindung", ["ÖPNV"]),
        ("SGB VIII", ["SGB VIII"]),
        ("30 kW und KW 12", []),
        ("eine Stelle (kw)", ["kw-Vermerk"]),
        ("die Software SAP", []),
        ("die saP", ["artenschutzrechtliche Prüfung"]),
    ],
)
def test_abbreviations_are_found_in_their_own_letters_only(text: str, expected: list[str]) -> None:
    assert headwords(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "die Kammer tagt",  # Kämmerer
        "eine Lösung",  # Los
        "es geht los",
        "die Rate und der Rater",
        "im guten Benehmen der Kinder",  # only "im Benehmen", "ins Benehmen"
        "sein gutes Benehmen",
        "die Entlastung der Innenstadt",
        "Zuschläge für Nachtarbeit",
        "inklusive Mehrwertsteuer",
        "sie beschließen, er befreit, wir wägen ab",
        "die Vergabe der Kita-Plätze",
        "private Haushalte",
    ],
)
def test_everyday_words_are_not_taken_for_terms(text: str) -> None:
    assert headwords(text) == []


def test_the_longest_match_wins() -> None:
    assert headwords("die Nachtragshaushaltssatzung") == ["Nachtragshaushalt"]
    assert headwords("über- und außerplanmäßige Aufwendungen") == ["überplanmäßige Aufwendung"]
    assert headwords("vorhabenbezogener Bebauungsplan") == ["vorhabenbezogener Bebauungsplan"]
    assert headwords("gemeindliches Einvernehmen") == ["gemeindliches Einvernehmen"]


def test_a_word_cut_at_the_end_of_a_line_is_one_word() -> None:
    assert headwords("die Verpflichtungser-\nmächtigung und die Trä-\n ger öffentlicher Be-\nlange") == [
        "Verpflichtungsermächtigung",
        "Träger öffentlicher Belange",
    ]
    assert headwords("Bauleit\u00adplanung") == ["Bauleitplanung"]
    assert headwords("das Bürger*innenbegehren der Mandatsträger:innen") == ["Bürgerbegehren", "Mandat"]


def test_terms_of_several_texts_come_once_in_the_order_of_first_occurrence() -> None:
    texts = ["Der Hebesatz bleibt.", "Die VE steht in der Haushaltssatzung.", "Der Hebesatz der VE."]
    assert [e.term for e in terms_in(texts)] == ["Hebesatz", "Verpflichtungsermächtigung", "Haushaltssatzung"]


def test_a_limit_keeps_rarer_terms_and_the_order() -> None:
    texts = ["Der Antrag der Fraktion zum Hebesatz, eine Anfrage und die Umlegung."]
    assert [e.term for e in terms_in(texts)] == ["Antrag", "Fraktion", "Hebesatz", "Anfrage", "Umlegung"]
    assert [e.term for e in terms_in(texts, 3)] == ["Antrag", "Hebesatz", "Umlegung"]
    assert [e.term for e in terms_in(texts, common=False)] == ["Hebesatz", "Umlegung"]
    assert terms_in(texts, 0) == ()
    assert terms_in([]) == ()


_PIECES = st.sampled_from(
    [form for entry in ALL for form in (entry.term, *entry.forms, *entry.exact)]
    + ["der", "und", ", ", "-\n", "\n", " § ", "-", "straße", "Haus", "*innen", "\u00ad", "/", "2b", "öffentlich"]
)
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=12).map(" ".join), st.lists(_PIECES, max_size=8).map("".join))


@settings(deadline=None)  # the first call reads the glossary
@given(_TEXTS)
def test_what_is_found_lies_in_the_text_does_not_overlap_and_is_the_same_each_time(text: str) -> None:
    found = find(text)
    assert found == find(text)
    before = 0
    for start, end, entry in found:
        assert before <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        assert BY_TERM[entry.term] is entry
        before = end


@settings(deadline=None)
@given(st.lists(_TEXTS, max_size=4), st.integers(0, 5))
def test_terms_of_texts_are_those_found_in_them(texts: list[str], limit: int) -> None:
    every = terms_in(texts)
    assert [e.term for e in every] == list(dict.fromkeys(e.term for t in texts for _, _, e in find(t)))
    kept = terms_in(texts, limit)
    assert len(kept) == min(limit, len(every))
    assert [e for e in every if e in kept] == list(kept)


# --- looking one up, and the command


def test_a_word_is_looked_up_by_headword_form_and_inflection() -> None:
    for word in ("Hebesatz", "hebesatz", "Hebesätze", "hebesätze"):
        assert [entry.term for entry in look_up(word)] == ["Hebesatz"]
    assert [entry.term for entry in look_up("VE")] == ["Verpflichtungsermächtigung"]
    assert {entry.term for entry in look_up("Veränderungs")} == {"Veränderungssperre", "Veränderungsliste"}
    assert look_up("Zwetschgenkuchen") == ()
    assert look_up("  ") == ()
    assert "Veränderungssperre" in similar("Veränderungsspere")


def test_the_command_explains_a_word() -> None:
    told = program("glossar", "träger", "öffentlicher", "Belange")
    assert told.status == 0
    assert told.out.startswith("Träger öffentlicher Belange (Planen und Bauen)\n")
    assert max(map(len, told.out.splitlines())) <= 100
    said = program("glossar", "VE", "--json")
    assert [entry["term"] for entry in said.json["entries"]] == ["Verpflichtungsermächtigung"]
    assert set(said.json["entries"][0]) == {"term", "text", "topic", "forms", "see", "common"}


def test_the_command_lists_all_headwords() -> None:
    listed = program("glossar")
    assert listed.status == 0
    words = " ".join(listed.out.split())
    assert all(entry.term in words for entry in ALL)
    assert len(json.loads(program("glossar", "--json").out)["entries"]) == len(ALL)


def test_the_command_says_what_it_does_not_know() -> None:
    unknown = program("glossar", "Veränderungsspere", "--json")
    assert refused(unknown)
    assert "Veränderungssperre" in unknown.err


@pytest.mark.parametrize("text", [None, "title = ", 'title = "X"', 'title = "X"\n[[entry]]\nterm = 3\n', "entry = 5"])
def test_a_damaged_glossary_is_one_sentence(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "sitzung.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RatsassistentError, match=r"sitzung\.toml"):
        load(tmp_path)
