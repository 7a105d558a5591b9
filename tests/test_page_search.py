"""The view „Suchen“: what is shown of hits, safe and honest, and what its buttons do on a real archive."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import oparl_data
import pytest
from conftest import settings_for
from harmless import EVIL, Shape, is_harmless, words_of
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import searching, workflow
from ratsassistent.briefings import Duplicate, FoundWord, Hit, Why
from ratsassistent.errors import InputError
from ratsassistent.oparl import Citation, PagedText, Paper, Passage
from ratsassistent.output import page_search
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_lookup import LookUp
from ratsassistent.output.page_search import MOST, STEP, Search
from ratsassistent.searching import Choices, marked

CHOICES = Choices(("Gemeinderat",), ("Antrag",), (("m", "12. Sitzung", "2031-03-04T18:00"),))


def hit(text: str = "Die Gebühren steigen.", *found: FoundWord, page: int | None = 3, **more: Any) -> Hit:
    place = Citation(file="vorlage.pdf", file_id="f" if page else None, page=page)
    passage = Passage(id="p", paper_id="v", item_id="i", meeting_id="m", kind="reason", start=0, end=1, text=text,
                      citation=(place,))  # fmt: skip
    paper = Paper(id="v", reference="2031/017", name="Neue Gebühren", paperType="Antrag", files=(),
                  text=PagedText(text="", starts=()))  # fmt: skip
    made = {"passage": passage, "paper": paper, "meeting": "m", "organization": "Gemeinderat", "date": "2031-03-04",
            "public": True, "score": 1.0, "snippet": text, "why": Why(words=found)}  # fmt: skip
    return Hit(**{**made, **more})


def shown(*found: Hit, asked: Search | None = None, **more: Any) -> str:
    options = {"by_meaning": True, "holds_anything": True, **more}
    return page_search.results(asked or Search(text="Gebühren"), found, CHOICES, **options)


def everything_with(text: str) -> list[str]:
    place = Citation(file=text, file_id=text, page=3)
    one = hit(text, FoundWord(word=text, found=text, how="exact"), organization=text, date=text, meeting=text,
              duplicates=tuple(Duplicate(file=text + n, file_id=text, page=3) for n in "abcde"))  # fmt: skip
    paper = one.paper.model_copy(update={"name": text, "reference": text, "paperType": text}) if one.paper else None
    one = one.model_copy(update={"paper": paper, "passage": one.passage.model_copy(update={"citation": (place,)})})
    asked = Search(text=text, organization=text, paper_type=text, meeting=text)
    choices = Choices((text,), (text,), ((text, text, text),))
    return [
        page_search.form(choices, asked),
        page_search.results(asked, [one, hit(text, page=None, public=None)], choices, by_meaning=False, holds_anything=True),
        page_search.results(asked, [], choices, by_meaning=True, holds_anything=True),
    ]  # fmt: skip


def test_hostile_words_stay_words() -> None:
    for html in everything_with(EVIL):
        assert is_harmless(html), html
        assert "<script>alert(1)</script>" in words_of(html)


@given(st.text(max_size=60))
def test_any_words_stay_words(text: str) -> None:
    assert all(is_harmless(html) for html in everything_with(text))


# --- hits


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=12), max_size=3))
def test_marks_change_no_letter(text: str, words: list[str]) -> None:
    found = [FoundWord(word=word, found=word, how="exact") for word in words]
    assert "".join(piece for piece, _ in marked(hit(text, *found))) == text


def test_the_found_words_are_marked_in_every_form_and_nothing_else() -> None:
    text = "(Gebühren), die Gebühr der Schwimmbäder und ein Gebührenbescheid"
    found = FoundWord(word="Gebühr", found="Gebühr", how="exact")
    html = shown(hit(text, found, FoundWord(word="Bäder", found="Schwimmbäder", how="compound")))
    assert re.findall("<mark>(.*?)</mark>", html) == ["Gebühren", "Gebühr", "Schwimmbäder"]
    assert "Gefunden wegen: „Gebühr“ wörtlich, „Bäder“ in „Schwimmbäder“" in words_of(html)


def test_a_hit_leads_to_its_page_and_to_its_agenda_item() -> None:
    shape = Shape(shown(hit("Die Gebühren steigen."), hit("Ohne Seite.", page=None)))
    assert shape.values("data-do") == ["cite", "cite", "open", "open"]  # title and page; without a page there is none
    assert shape.values("data-page") == ["3", "3"]
    assert shape.values("data-item") == ["i", "i"]
    assert "Antrag 2031/017 · Gemeinderat · 04.03.2031" in shape.words


def test_what_is_not_public_says_so() -> None:
    assert "nichtöffentlich" in words_of(shown(hit(public=False)))
    assert "nichtöffentlich behandelt" in words_of(shown(hit(public=None)))
    assert "nichtöffentlich" not in words_of(shown(hit()))


def test_the_same_words_elsewhere_are_named_and_many_are_folded() -> None:
    def html(number: int) -> str:
        places = tuple(Duplicate(file=f"rat-{n}.pdf", file_id="f", page=n + 1) for n in range(number))
        return shown(hit(duplicates=places))

    assert "Auch in: S. 1 rat-0 S. 2 rat-1" in words_of(html(2))
    assert "<details" not in html(3)
    assert "Auch in 4 weiteren Unterlagen" in words_of(html(4))


def test_only_the_first_are_shown_and_more_can_be_had() -> None:
    found = [hit(f"Stelle {n}.") for n in range(1, 61)]
    first = Shape(shown(*found))
    assert first.words.startswith("60 Treffer für „Gebühren“")
    assert first.tags.count("li") == STEP
    assert "Weitere 25 Treffer anzeigen" in first.words
    assert first.values("data-new") == []
    second = shown(*found, asked=Search(text="Gebühren", shown=2 * STEP))
    assert Shape(second).tags.count("li") == 2 * STEP
    assert "Weitere 10 Treffer anzeigen" in words_of(second)
    assert "Stelle 26." in words_of(second.partition('data-new="1"')[2].partition("</li>")[0])
    last = shown(*found, asked=Search(text="Gebühren", shown=3 * STEP))
    assert 'data-do="more"' not in last


def test_where_there_are_too_many_it_says_so() -> None:
    found = [hit(f"Stelle {n}.") for n in range(MOST + 1)]
    first = words_of(shown(*found))
    assert first.startswith(
        "Die besten Treffer für „Gebühren“ Sehr viele Stellen haben mehr oder weniger damit zu tun;"
    )
    assert str(MOST) not in first  # a number that says nothing
    assert "Sehr viele" not in words_of(shown(*found[:MOST]))
    whole = words_of(shown(*found, asked=Search(text="Gebühren", shown=MOST)))
    assert "Mehr Treffer zeigt das Programm nicht." in whole
    assert f"Stelle {MOST}." not in whole


def test_who_asks_a_whole_question_is_told_where_it_is_answered() -> None:
    told = "Eine Antwort auf die Frage gibt es unter „Fragen“."
    assert told in words_of(shown(hit(), hit(), asked=Search(text="Wie hoch sind die Gebühren?")))
    assert told not in words_of(shown(hit(), hit()))


def test_nothing_found_says_what_one_can_try() -> None:
    plain = words_of(shown())
    assert plain.startswith("Nichts gefunden für „Gebühren“ Das können Sie versuchen:")
    assert "Eingrenzung" not in plain
    narrowed = words_of(shown(asked=Search(text="Gebühren", meeting="m", since="2031-01-01", public="ja")))
    assert "Eingegrenzt auf: ab 01.01.2031 · Sitzung: 12. Sitzung · nur Öffentliches" in narrowed
    assert "Heben Sie die Eingrenzung auf" in narrowed
    assert "noch keine Unterlagen da" in words_of(shown(holds_anything=False))


def test_without_an_embedding_model_it_says_so_in_one_sentence() -> None:
    note = "Das Modell für die Suche nach der Bedeutung ist nicht auf diesem Rechner."
    for found in ([hit()], []):
        assert note in words_of(shown(*found, by_meaning=False))
        assert note not in words_of(shown(*found))


# --- the form


def test_every_field_has_a_label_and_keeps_what_was_chosen() -> None:
    html = page_search.form(CHOICES, Search(text="Bäder", meeting="m", public="nein", since="2031-01-02"))
    fields = re.findall(r"<label[^>]*>[^<]+<(?:input|select)[^>]*name=\"(\w+)\"", html)
    assert fields == ["text", "since", "until", "organization", "paper_type", "meeting", "public"]
    assert re.findall(r'<option value="([^"]*)" selected', html) == ["", "", "m", "nein"]
    assert 'value="2031-01-02"' in html
    assert "04.03.2031 · 12. Sitzung" in words_of(html)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"text": "  "}, "wonach gesucht"),
        ({"text": "x", "since": "morgen"}, "„morgen“ ist kein Datum"),
        ({"text": "x", "since": "2031-02-01", "until": "2031-01-01"}, "endet, bevor er anfängt"),
    ],
)
def test_a_form_that_makes_no_sense_is_told(wanted: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Search.of(wanted)


def test_a_form_is_read_as_it_is() -> None:
    wanted = {"text": " zwei  Wörter", "since": "20310101", "public": "vielleicht", "organization": " Rat "}
    assert Search.of(wanted) == Search(text="zwei Wörter", since="2031-01-01", organization="Rat")


# --- on the demonstration pack


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


def press(events: Events, asked: Search | None, **wanted: str) -> dict[Any, Any]:
    """What a button of the view changes."""
    changed: dict[Any, Any] = {}
    for step in events.act_finding(Chosen(), asked, SimpleNamespace(_data=wanted)):
        changed |= step
    return changed


@pytest.fixture
def events(data: Path) -> Events:
    return Events(Parts(), Actions(settings_for(data)))  # type: ignore[arg-type]


def test_from_a_word_to_the_page_and_to_the_agenda_item(events: Events) -> None:
    (changed,) = events.open_search(None)
    assert is_harmless(changed["search_form"])
    found = press(events, None, do="search", text="Turnhalle Lindenschule")
    assert found["searched"] == Search(text="Turnhalle Lindenschule")
    assert is_harmless(found["hits"])
    assert re.search("<mark>(Turnhalle|Lindenschule)</mark>", found["hits"])
    place = re.search(r'data-do="cite" data-file="([^"]+)" data-page="(\d+)"', found["hits"])
    assert place
    page = press(events, found["searched"], do="cite", file=place[1], page=place[2])["found_page"]
    assert f"Seite {place[2]}" in words_of(page)
    assert 'data-do="close"' in page
    assert 'data-do="close"' not in press(events, None, do="close")["found_page"]
    meeting = re.search(r'data-meeting="([^"]+)" data-item="([^"]+)"', found["hits"])
    assert meeting
    opened = press(events, None, do="open", meeting=meeting[1], item=meeting[2])
    assert opened["chosen"].item == meeting[2]


def test_filters_narrow_the_search(events: Events) -> None:
    def number(**wanted: str) -> int:
        head = re.search(r"<h2>(\d+) Treffer", press(events, None, do="search", text="Wallerfurt", **wanted)["hits"])
        return int(head[1]) if head else 0

    everything = number()
    assert everything >= number(public="ja") > 0
    assert everything > number(public="nein") > 0
    assert number(until="1999-12-31") == 0
    assert number(organization="Hühnerzuchtverein") == 0


def test_models_stay_from_one_search_to_the_next_and_what_comes_in_is_found(data: Path, tmp_path: Path) -> None:
    lookup = LookUp(settings_for(data))
    assert "Mühlbach</mark>" not in lookup.search(Search(text="Mühlbach"))
    kept = lookup._ready.workspace()
    file = oparl_data.write(tmp_path / "d.jsonl", oparl_data.organization(), oparl_data.meeting(), oparl_data.paper())
    with workflow.workspace(lookup.settings) as ws:
        workflow.take_in(ws, [file])
    assert "<mark>Mühlbach</mark>" in lookup.search(Search(text="Mühlbach"))
    with workflow.workspace(lookup.settings) as ws:
        workflow.delete(ws, next(m.id for m in workflow.meetings(ws) if m.name.startswith("12. Sitzung")))
    assert "Mühlbach</mark>" not in lookup.search(Search(text="Mühlbach"))
    assert lookup._ready.workspace() is kept


def test_an_error_stands_where_the_hits_would(events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise RuntimeError("geheim")

    monkeypatch.setattr(events.lookup, "search", fails)
    html = press(events, None, do="search", text="Turnhalle")["hits"]
    assert "Das hat nicht geklappt" in words_of(html)
    assert "geheim" not in html


def test_the_note_on_meaning_goes_with_the_models(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = LookUp(settings_for(data))
    for there in (False, True):
        monkeypatch.setattr(searching, "by_meaning", lambda _, there=there: there)
        assert ("nur nach den Wörtern selbst" in lookup.search(Search(text="Turnhalle"))) is not there
