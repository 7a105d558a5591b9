"""The view „Fragen und suchen“: what is shown, safe and honest, and what its buttons do on a real archive."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import oparl_data
import pytest
from conftest import settings_for
from harmless import EVIL, Shape, is_harmless, words_of
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import searching, worker, workflow
from ratsassistent.archive.searches_table import KeptSearch
from ratsassistent.briefings import Duplicate, FoundWord, Hit, Why
from ratsassistent.errors import InputError
from ratsassistent.jobs import Job
from ratsassistent.oparl import Citation, PagedText, Paper, Passage
from ratsassistent.output import page_hits, page_recent, page_search
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_hits import MOST
from ratsassistent.output.page_lookup import LookUp
from ratsassistent.output.page_search import STEP, Opened, Search
from ratsassistent.searching import Choices, marked

CHOICES = Choices(("Gemeinderat",), ("Antrag",), (("m", "12. Sitzung", "2031-03-04T18:00"),))
WITHIN = Opened("m", "12. Sitzung", "i", "TOP 4: Brücke")
NOW = dt.datetime(2031, 3, 5, 12, tzinfo=dt.UTC)


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
    options = {"by_meaning": True, "holds_anything": True, "within": WITHIN, **more}
    return page_hits.results(asked or Search(text="Gebühren"), found, **options)


def question(text: str, created: dt.datetime = NOW, **payload: Any) -> Job:
    given = {"question": text, "meeting": None, **payload}
    return Job(id=text, kind="frage", title=text, payload=given, state="fertig", created=created, updated=created)


def everything_with(text: str) -> list[str]:
    place = Citation(file=text, file_id=text, page=3)
    one = hit(text, FoundWord(word=text, found=text, how="exact"), organization=text, date=text, meeting=text,
              duplicates=tuple(Duplicate(file=text + n, file_id=text, page=3) for n in "abcde"))  # fmt: skip
    paper = one.paper.model_copy(update={"name": text, "reference": text, "paperType": text}) if one.paper else None
    one = one.model_copy(update={"paper": paper, "passage": one.passage.model_copy(update={"citation": (place,)})})
    asked = Search(text=text, organization=text, paper_type=text, meeting=text, item=text)
    choices, within = Choices((text,), (text,), ((text, text, text),)), Opened(text, text, text, text)
    job = question(text, meeting=text)
    kept = KeptSearch(id=text, text=text, narrowed={"organization": text}, created=NOW)
    return [
        page_search.form(choices, asked, within, Opened(text + "!", text, text + "!", text)),
        page_hits.results(asked, [one, hit(text, page=None, public=None)], by_meaning=False, holds_anything=True, within=within),
        page_hits.results(asked, [], by_meaning=True, holds_anything=True, within=within),
        page_recent.recent([job], [kept], lambda search: search.text, now=NOW),
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
    assert shape.values("data-do")[1:] == ["cite", "cite", "cite", "open", "open"]  # picture, title, page; or none
    assert shape.values("data-page") == ["3"] * 3
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
    found = [hit(f"Stelle {n}.") for n in range(1, 2 * STEP + 6)]
    first = Shape(shown(*found))
    assert first.words.startswith(f"{2 * STEP + 5} Treffer für „Gebühren“")
    assert first.tags.count("li") == STEP
    assert f"Weitere {STEP} Treffer anzeigen" in first.words
    assert first.values("data-new") == []
    second = shown(*found, asked=Search(text="Gebühren", shown=2 * STEP))
    assert Shape(second).tags.count("li") == 2 * STEP
    assert "Weitere 5 Treffer anzeigen" in words_of(second)
    assert f"Stelle {STEP + 1}." in words_of(second.partition('data-new="1"')[2].partition("</li>")[0])
    last = shown(*found, asked=Search(text="Gebühren", shown=3 * STEP))
    assert 'data-do="more"' not in last


def test_where_there_are_too_many_it_says_so() -> None:
    found = [hit(f"Stelle {n}.") for n in range(MOST + 1)]
    first = words_of(shown(*found))
    assert first.startswith("Die besten Treffer für „Gebühren“")
    assert "Sehr viele Stellen haben mehr oder weniger damit zu tun;" in first
    assert str(MOST) not in first  # a number that says nothing
    assert "Sehr viele" not in words_of(shown(*found[:MOST]))
    whole = words_of(shown(*found, asked=Search(text="Gebühren", shown=MOST)))
    assert "Mehr Treffer zeigt das Programm nicht." in whole
    assert f"Stelle {MOST}." not in whole


def test_nothing_found_says_what_one_can_try() -> None:
    plain = words_of(shown())
    assert plain.startswith("Nichts gefunden für „Gebühren“ Das können Sie versuchen:")
    assert "Eingrenzung" not in plain
    narrowed = words_of(shown(asked=Search(text="Gebühren", meeting="m", since="2031-01-01", public="ja")))
    assert "Eingegrenzt auf: Ab 01.01.2031 · Sitzung: 12. Sitzung · Nur Öffentliches" in narrowed
    assert "Heben Sie die Eingrenzung auf" in narrowed
    assert "noch keine Unterlagen da" in words_of(shown(holds_anything=False))


def test_without_an_embedding_model_it_says_so_in_one_sentence() -> None:
    note = "Das Modell für die Suche nach der Bedeutung ist nicht auf diesem Rechner."
    for found in ([hit()], []):
        assert note in words_of(shown(*found, by_meaning=False))
        assert note not in words_of(shown(*found))


# --- the form


def test_every_field_has_a_label_and_keeps_what_was_chosen() -> None:
    html = page_search.form(CHOICES, Search(text="Bäder", meeting="m", public="nein", since="2031-01-02"), WITHIN)
    fields = re.findall(r"<label[^>]*>[^<]+<(?:input|select)[^>]*name=\"(\w+)\"", html)
    assert fields == ["text", "since", "until", "organization", "paper_type", "meeting", "public"]
    assert re.findall(r'<option value="([^"]*)" selected', html) == ["", "", "m", "nein"]
    assert 'value="2031-01-02"' in html
    assert "04.03.2031 · 12. Sitzung" in words_of(html)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"text": "  "}, "Frage oder ein paar Wörter"),
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


# --- chips


def test_what_it_is_narrowed_to_is_seen_as_chips_each_with_a_button_that_says_what_it_does() -> None:
    asked = Search(
        since="2031-01-01", until="2031-02-01", organization="Gemeinderat", meeting="m", item="i", public="ja"
    )
    shape = Shape(page_search.form(CHOICES, asked, WITHIN))
    assert "01.01.2031 bis 01.02.2031" in shape.words
    assert "Tagesordnungspunkt: TOP 4: Brücke: nicht mehr eingrenzen" in shape.values("aria-label")
    assert shape.values("data-drop")[:5] == ["since until", "organization", "meeting", "item", "public"]
    assert Shape(page_search.form(CHOICES, None)).values("data-drop") == [" ".join(page_search.FILTERS)]  # in the fold


def test_what_is_open_can_be_chosen_with_one_click_until_it_is() -> None:
    def offered(asked: Search | None) -> list[str]:
        return re.findall(r"\+ Nur (dies\w+ \w+)", page_search.form(CHOICES, asked, WITHIN, WITHIN))

    assert offered(None) == ["diese Sitzung", "dieser Tagesordnungspunkt"]
    assert offered(Search(meeting="m")) == ["dieser Tagesordnungspunkt"]
    assert offered(Search(meeting="m", item="i")) == []


def test_without_its_meeting_an_item_narrows_nothing() -> None:
    assert Search(meeting="m", item="i", public="ja").without(["meeting"]) == Search(public="ja")
    assert Search.of({"text": "x", "item": "i"}) == Search(text="x")


@given(st.builds(Search, st.text(), *[st.sampled_from(["", "2031-01-01"])] * 2, st.text(), st.text(), st.text(), st.text(), st.sampled_from(["", "ja", "nein"])))  # fmt: skip
def test_a_question_knows_what_it_was_narrowed_to(asked: Search) -> None:
    payload = {"question": asked.text, "meeting": asked.meeting, "top": asked.item, "narrowed": asked.filters}
    assert page_search.asked_of(payload) == asked


# --- what was asked before


def test_the_newest_is_listed_first_and_each_can_be_deleted() -> None:
    today, then = NOW - dt.timedelta(hours=1), NOW - dt.timedelta(days=1)
    kept = KeptSearch(id="s", text="Schwimmbad", narrowed={"public": "ja"}, created=then)
    asked = [question("Was kostet es?", NOW - dt.timedelta(days=2)), question("Wer baut?", today)]
    html = page_recent.recent(
        asked, [kept], lambda search: "Nur Öffentliches" if search.public else "", now=NOW, days=90
    )
    words = words_of(html)
    assert re.findall(r"(?:Frage|Suche) · (?:heute|gestern|03.03.2031)", words) == [
        "Frage · heute", "Suche · gestern", "Frage · 03.03.2031",
    ]  # fmt: skip
    assert "Suche · gestern · Nur Öffentliches" in words
    assert "höchstens 90 Tage" in words
    assert "Frage löschen: Wer baut?" in Shape(html).values("aria-label")
    assert "Wer baut?" not in page_recent.recent(asked, [kept], lambda _: "", now=NOW, shown="Wer baut?")
    assert page_recent.recent([], [], lambda _: "") == ""


# --- on the demonstration pack


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


def press(events: Events, asked: Search | None, chosen: Chosen | None = None, **wanted: str) -> dict[Any, Any]:
    """What a button of the view changes, when the thread that answers is done."""
    changed: dict[Any, Any] = {}
    for step in events.finding.act(chosen or Chosen(), asked, SimpleNamespace(_data=wanted)):
        changed |= step
    for thread in threading.enumerate():
        if thread.name == "frage":
            thread.join(20)
    return changed


@pytest.fixture
def events(data: Path, monkeypatch: pytest.MonkeyPatch) -> Events:
    monkeypatch.setattr(worker, "ensure_worker", lambda _: False)
    return Events(Parts(), Actions(settings_for(data)))  # type: ignore[arg-type]


def test_a_question_is_answered_above_its_hits_and_a_few_words_are_not(events: Events) -> None:
    found = press(events, None, do="search", text="Wer wird Leiterin des Stadtbauamts?", public="nein")
    assert "Sie haben eine Frage gestellt" in words_of(found["hits"])
    (job,) = events.do.questions()
    assert found["chosen"].question == job.id
    assert job.payload["narrowed"] == {"public": False}
    assert "Eingegrenzt auf: Nur Nichtöffentliches" in words_of(events.finding.answer(job))
    narrowed = press(
        events, found["searched"], found["chosen"], do="narrow", text="anderes", drop="public", public="nein"
    )
    assert narrowed["searched"] == Search(text="Wer wird Leiterin des Stadtbauamts?")
    assert len(events.do.questions()) == 2
    words = press(events, narrowed["searched"], narrowed["chosen"], do="search", text="Leiterin Stadtbauamt")
    assert (words["answer"], words["chosen"].question) == ("", None)
    assert "Antwort suchen" in words_of(words["hits"])
    wanted = press(events, words["searched"], words["chosen"], do="answer")
    assert events.do.questions()[0].payload["question"] == "Leiterin Stadtbauamt"
    assert wanted["chosen"].question == events.do.questions()[0].id


def test_the_open_meeting_and_item_narrow_with_one_click(events: Events) -> None:
    with workflow.workspace(events.do.settings) as ws:
        meeting = workflow.meeting(ws, workflow.meetings(ws)[0].id)
    item = next(i for i in meeting.agendaItem if "Turnhalle" in i.name)
    chosen = Chosen(meeting=meeting.id, item=item.id)
    (opened,) = events.finding.open(chosen, None)
    assert "+ Nur dieser Tagesordnungspunkt" in words_of(opened["search_form"])
    form = press(events, None, chosen, do="narrow", text="Gebühren", only=meeting.id, top=item.id)
    assert form["searched"] == Search(meeting=meeting.id, item=item.id)  # nothing was looked for yet
    assert f"Tagesordnungspunkt: {item.title[:40]}" in words_of(form["search_form"])
    found = press(events, form["searched"], chosen, do="search", text="Turnhalle", meeting=meeting.id, item=item.id)
    assert set(re.findall(r'data-meeting="[^"]+" data-item="([^"]+)"', found["hits"])) == {item.id}
    elsewhere = press(events, found["searched"], chosen, do="search", text="Turnhalle", meeting="", item=item.id)
    assert elsewhere["searched"] == Search(text="Turnhalle")
    with workflow.workspace(events.do.settings) as ws:
        assert [kept.narrowed for kept in events.lookup.searches()] == [{}, {"item": item.id, "meeting": meeting.id}]
        workflow.delete(ws, meeting.id)
    assert [kept.narrowed for kept in events.lookup.searches()] == [{}]


def test_what_was_asked_and_searched_can_be_opened_again_and_deleted(events: Events) -> None:
    press(events, None, do="search", text="Turnhalle", public="ja")
    press(events, None, do="search", text="Turnhalle", public="ja")
    press(events, None, do="search", text="Schwimmbad")
    shown = press(events, None, do="search", text="Was kostet die Turnhalle?")
    newest, oldest = events.lookup.searches()
    assert (newest.text, oldest.text) == ("Schwimmbad", "Turnhalle")  # the same again is one
    again = press(events, None, do="again", search=oldest.id)
    assert again["searched"] == Search(text="Turnhalle", public="ja")
    job = str(shown["chosen"].question)
    asked = press(events, None, do="again", job=job)
    assert "Was kostet die Turnhalle?" in words_of(asked["answer"])
    assert "Treffer" in words_of(asked["hits"])
    left = press(events, again["searched"], again["chosen"], do="forget", search=newest.id)
    assert "hits" not in left  # what is shown stays
    assert "<summary>Frühere Fragen und Suchen (2)" in left["earlier"]
    gone = press(events, asked["searched"], asked["chosen"], do="forget", job=job)
    assert (gone["answer"], gone["hits"], events.do.questions()) == ("", "", [])
    assert "Turnhalle" in words_of(gone["earlier"])
    press(events, None, do="search", text="Was kostet die Turnhalle?")
    press(events, None, do="forget-all")
    assert (events.do.questions(), events.lookup.searches()) == ([], [])


def test_pages_are_pictured_but_never_more_than_the_search_shows(events: Events) -> None:
    found = press(events, None, do="search", text="Wallerfurt")
    keys = {public: re.findall(r'data-thumb="([^"]+)"', press(events, None, do="search", text="Wallerfurt", public=public)["hits"])[0]
            for public in ("ja", "nein")}  # fmt: skip
    before = {
        file: file.stat().st_size for file in events.do.settings.data_folder.rglob("*") if file.suffix != ".sqlite-wal"
    }

    def drawn(asked: Search) -> dict[str, str]:
        made = press(events, asked, do="thumbs", keys="\n".join([*keys.values(), "7 gibtesnicht", "", "x y"]))["thumbs"]
        return {key: url[:22] for key, url in json.loads(made).items()}

    picture = "data:image/png;base64,"
    everything = drawn(found["searched"])
    assert everything == {keys["ja"]: picture, keys["nein"]: picture, "7 gibtesnicht": "", "": "", "x y": ""}
    only_public = drawn(Search(text="Wallerfurt", public="ja"))
    assert (only_public[keys["ja"]], only_public[keys["nein"]]) == (picture, "")
    assert before == {file: file.stat().st_size for file in before}  # nothing of it is on the disk
    with workflow.workspace(events.do.settings) as ws:
        workflow.delete(ws, workflow.meetings(ws)[0].id)
    assert set(drawn(found["searched"]).values()) == {""}


def test_from_a_word_to_the_page_and_to_the_agenda_item(events: Events) -> None:
    (changed,) = events.finding.open(Chosen(), None)
    assert is_harmless(changed["search_form"])
    found = press(events, None, do="search", text="Turnhalle Lindenschule")
    assert found["searched"] == Search(text="Turnhalle Lindenschule")
    assert is_harmless(found["hits"])
    assert found["answer"] == ""
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
    def fails(*_: object, **__: object) -> str:
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
