"""What the page says of itself: what stands behind a briefing, the view „Hilfe“, and nothing of it that papers could misuse."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import exported
import full_briefing as sample
import pytest
from conftest import settings_for

from ratsassistent import models
from ratsassistent.briefings import ItemBriefing, PromptRecord, Statement
from ratsassistent.errors import InputError, NotFound
from ratsassistent.glossary import entries
from ratsassistent.glossary.loading import Entry
from ratsassistent.oparl import AgendaItem
from ratsassistent.output import (
    export,
    page_about,
    page_glossary,
    page_help,
    page_item,
    page_proof,
    page_trust,
    phrases,
)
from ratsassistent.output.document_about import checks, marking
from ratsassistent.output.page_about import Known
from ratsassistent.output.page_help import Help
from ratsassistent.output.page_proof import Proving
from ratsassistent.workspace import Workspace
from ratsassistent.writing.model.prompts import load_prompt, prompt_text

EVIL = "<img src=x onerror=\"alert(1)\"> ' onclick='x"
TAGS = {
    "article", "section", "nav", "div", "p", "span", "strong", "em", "del", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "button",
    "details", "summary", "label", "input", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "progress", "a",
}  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


def words(html: str) -> str:
    return " ".join(Tags(html).words.split())


def is_harmless(html: str) -> bool:
    shape = Tags(html)
    return shape.tags <= TAGS and not any(name.startswith("on") or name in {"src", "style"} for name in shape.names)


def by_model(text: str, check: str = "ok", **more: Any) -> Statement:
    return sample.said(text, "model", check=check, label="Worum es geht", **more)


# --- what stands behind a briefing


def test_the_panel_says_who_wrote_from_what_and_who_is_responsible() -> None:
    given = sample.full()
    known = Known({sample.MODEL.name: "Prüfhaus, Nirgendwo"}, {sample.PROMPT.sha256: "# Auftrag\nText: {{satz}}"})
    text = words(page_about.panel(given, known))
    for needed in (
        marking(given).sentence(), "Artikel 50", sample.MODEL.name, "Prüfhaus, Nirgendwo", "Apache-2.0", sample.MODEL.sha256[:16],
        "12,3 Wh", "39 von 40 Seiten gelesen", "1 Seite war nicht lesbar", sample.PACK, "Text: {{satz}}", phrases.RESPONSIBLE,
    ):  # fmt: skip
        assert needed in text, needed


def test_panel_and_exported_file_name_the_same_facts() -> None:
    given = sample.full()
    text, front = words(page_about.panel(given, Known())), exported.front_matter(export.render(given, "md"))
    for name in ("AIModel", "AIModelLicence"):
        assert front[name] in text
    assert all(source in text for source in front["SourceFiles"].split("; "))


def test_refused_and_unsupported_sentences_can_be_reached() -> None:
    refused = by_model("Die Brücke wird abgerissen.", "unsupported", failures=("abgerissen",))
    one = sample.bridge().model_copy(update={"withheld": (refused,)})
    given = sample.full().model_copy(update={"agendaItem": (one,)})
    html = page_about.panel(given, Known())
    assert "Die Brücke wird abgerissen." in html
    assert 'data-do="item"' in html
    assert f'data-item="{one.id}"' in html
    made = checks([one])
    assert (made.supported, made.unsupported, made.withheld) == (2, 1, 1)
    assert "4 Sätze der KI: bei 2 stehen" in words(html)


def test_a_sentence_that_was_refused_is_not_counted_as_shown() -> None:
    refused = by_model("Falsch.", "unsupported")
    item = ItemBriefing(
        id="1", number=None, name="x", public=True, level="voll", statements=(refused,), withheld=(refused,)
    )
    assert checks([item]).written == 1
    assert checks([item]).withheld == 1


def test_without_a_model_nothing_is_said_to_be_checked() -> None:
    text = words(page_about.panel(sample.extract_only(), Known()))
    assert "Ohne Sprachmodell erstellt" in text
    assert "Artikel 50" not in text
    assert "Was geprüft wurde" not in text
    assert "Aufträge an das Sprachmodell" not in text
    assert page_about.of_item(sample.plot(public=True)) == ""


def test_a_prompt_that_was_changed_since_is_not_passed_off_as_the_one_used() -> None:
    text = words(page_about.panel(sample.full(), Known(wordings={"ef" * 32: "ein anderer Auftrag"})))
    assert "ein anderer Auftrag" not in text
    assert "wurde seitdem geändert" in text


def test_an_item_says_the_same_in_a_line() -> None:
    item = sample.bridge()
    line = words(page_about.of_item(item))
    assert sample.MODEL.name in line
    assert page_about.moment(sample.WHEN) in line
    assert (
        "der KI: bei 2 stehen alle Zahlen und Namen auf der genannten Seite, 1 ist als „nicht belegt“ gekennzeichnet"
        in line
    )
    agenda = AgendaItem(id=item.id, order=1, number="Ö 5", name="x", public=True)
    assert line in words(page_item.item(agenda, item))


def test_an_item_says_how_long_it_took_where_no_sentence_is_left_to_say_it() -> None:
    refused = by_model("Falsch.", "unsupported")
    item = sample.bridge().model_copy(
        update={"statements": (), "plain_language": None, "withheld": (refused,), "seconds": 42.0, "energy_wh": 0.9}
    )
    assert "1 wird nicht gezeigt. Geschrieben in 42 Sekunden; Strom: 0,9 Wh." in words(page_about.of_item(item))
    assert "42 Sekunden" not in page_about.of_item(sample.bridge().model_copy(update={"seconds": 42.0}))


def test_whatever_papers_and_models_are_called_the_panel_is_harmless() -> None:
    prompt = PromptRecord(name=EVIL, sha256="12" * 32)
    model = sample.MODEL.model_copy(update={"name": EVIL, "licence": EVIL, "sha256": EVIL})
    refused = by_model(EVIL, "unsupported", failures=(EVIL,))
    one = sample.bridge().model_copy(
        update={"name": EVIL, "number": EVIL, "id": EVIL, "model": model, "prompts": (prompt,), "withheld": (refused,)}
    )
    given = sample.full().model_copy(update={"agendaItem": (one,), "model": model, "energy_how": EVIL})
    html = page_about.panel(given, Known({EVIL: EVIL}, {prompt.sha256: EVIL})) + page_about.of_item(one)
    assert is_harmless(html)
    assert html.count("&lt;img") >= 8


def test_the_panel_of_a_meeting_that_is_held(ws: Workspace, tmp_path: Path) -> None:
    from ratsassistent import workflow

    held = workflow.meetings(ws)[0]
    html = Help(ws.settings).about(ws, workflow.stored_briefing(ws, held.id))
    assert "40 von 40 Seiten gelesen" in html
    assert is_harmless(html)


def test_the_words_of_a_prompt_have_the_checksum_that_texts_record(tmp_path: Path) -> None:
    text, digest = prompt_text("sachverhalt")
    assert digest == load_prompt("sachverhalt").sha256
    assert "# Auftrag" in text
    (tmp_path / "sachverhalt.md").write_text(text.replace("einfachen", "klaren"), encoding="utf-8")
    assert prompt_text("sachverhalt", tmp_path)[1] == load_prompt("sachverhalt", tmp_path).sha256 != digest


def test_an_unreadable_prompt_of_the_municipality_does_not_close_the_meeting(ws: Workspace) -> None:
    ws.own_prompts.mkdir()
    (ws.own_prompts / "sachverhalt.md").write_bytes(b"\xff\xfe\xff")
    assert "Wer verantwortlich ist" in Help(ws.settings).about(ws, sample.full())


# --- the view „Hilfe“


@pytest.fixture
def help_(tmp_path: Path) -> Help:
    return Help(settings_for(tmp_path / "daten"))


def test_each_part_begins_with_a_heading_and_leads_to_the_others(help_: Help) -> None:
    parts = ("kurs", "glossar", "datenschutz", "nachweis", "programm")
    for part in parts:
        html = help_.view(part)
        assert is_harmless(html)
        assert html.count("<h2") == 1
        assert html.count('aria-current="page"') == 1
        for other in parts:
            assert f'data-part="{other}"' in html


@pytest.mark.parametrize(("part", "lesson"), [(None, None), ("fremd", None), ("<b>", "1")])
def test_an_unknown_part_is_the_beginning(help_: Help, part: str | None, lesson: str | None) -> None:
    html = help_.view(part, lesson)
    assert html.count("ra-help-card") == len(get_args(page_help.Part)) - 1  # persons: only where people sign in
    assert "<h2" not in html


@pytest.mark.parametrize("lesson", [None, "", "0", "99", "-1", "eins", "²"])
def test_an_unknown_lesson_is_the_beginning_of_the_course(help_: Help, lesson: str | None) -> None:
    assert "Mit dem ersten Teil beginnen" in help_.view("kurs", lesson)


def test_the_program_says_which_model_is_set_and_where_data_lie(help_: Help) -> None:
    text = words(help_.view("programm"))
    entry = models.load_catalogue().default
    for needed in (
        entry.name,
        entry.publisher,
        entry.licence,
        "noch nicht geladen",
        str(help_.settings.data_folder),
        "EUPL-1.2",
    ):
        assert needed in text


def test_the_data_sheet_stands_on_the_page_and_is_made_a_file_when_asked_for(help_: Help) -> None:
    html = help_.view("datenschutz")
    assert "href" not in html
    assert str(help_.settings.data_folder) in words(html)
    made = help_.files()
    links = re.findall(r'download="([^"]+)" href="data:([^;]+);base64,', made)
    assert [name for name, _ in links] == [
        f"ratsassistent-{kind}.{form}"
        for kind in ("datenblatt", "verzeichnis", "schwellwert")
        for form in ("pdf", "docx")
    ]
    assert {kind for _, kind in links} == {export.MEDIA_TYPES["pdf"], export.MEDIA_TYPES["docx"]}
    assert made in help_.view("datenschutz", files=made)


def test_a_page_of_the_demonstration_pack_is_shown_without_taking_it_in(help_: Help) -> None:
    shown = help_.demo_page(3)
    assert "data:image/png;base64," in shown
    assert "Nichtöffentlich" not in shown
    assert f'data-file="{page_help.page_course.DEMO}"' in shown
    assert "Nichtöffentlich" in help_.demo_page(38)
    for beyond in (0, 41):
        with pytest.raises(NotFound):
            help_.demo_page(beyond)
    assert not help_.settings.data_folder.exists()


def clicks(help_: Help) -> tuple[Any, page_trust.HelpEvents]:
    """What a click in the view does, and the handlers."""
    names = {"help": "text", "help_page": "page", "proof": "proof", "proof_drawn": "drawn", "proof_timer": "timer"}
    events = page_trust.HelpEvents(SimpleNamespace(**names), help_)  # type: ignore[arg-type]
    return lambda **wanted: list(events.act(None, SimpleNamespace(_data=wanted))), events  # type: ignore[arg-type]


def test_clicks_in_the_view_change_its_two_parts(help_: Help) -> None:
    click = clicks(help_)[0]
    (lesson,) = click(do="help", part="kurs", lesson="2")
    assert "Warum es sich irrt" in lesson["text"]
    assert lesson["proof"] == ""
    assert "<img" not in lesson["page"]
    (shown,) = click(do="cite", file="beispiel", page="30")
    assert "<strong>Seite 30</strong>" in shown["page"]
    (closed,) = click(do="close")
    assert "<img" not in closed["page"]
    waiting, ready = click(do="files")
    assert "<progress" in waiting["text"]
    assert ready["text"].count("download=") == 6
    assert click(do="fremd") == []


# --- the self-test


REPORT = {
    "passed": True, "faults": [], "means": [{"name": "filter", "active": True, "reason": ""}, {"name": "hook", "active": True, "reason": ""}],
    "loaded": {"models": [{"for": "Suche"}]},
}  # fmt: skip
STANDS_FOR = """
import json, os, sys, time
print("Einlesen …", file=sys.stderr, flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
print("Auszug …", file=sys.stderr)
report = {report!r}
if report is None:
    sys.exit("Der Ordner ist nicht beschreibbar.")
open(sys.argv[sys.argv.index("-o") + 1], "wb").write(b"%PDF-1.7")
print(json.dumps(report))
"""


def proving(help_: Help, tmp_path: Path, report: Any) -> Proving:
    code = STANDS_FOR.format(go=str(tmp_path / "weiter"), report=report)
    help_.proving = Proving(help_.settings, [sys.executable, "-c", code])
    return help_.proving


def test_the_self_test_runs_beside_the_page_and_ends_in_a_sheet(help_: Help, tmp_path: Path) -> None:
    made = proving(help_, tmp_path, REPORT)
    click, events = clicks(help_)
    (opened,) = click(do="help", part="nachweis")
    assert "Offline-Nachweis erstellen" in words(opened["proof"])
    assert 'data-model="1"' not in opened["proof"]  # there is none here
    assert not opened["timer"].active
    (begun,) = click(do="prove")
    assert begun["timer"].active
    while "Einlesen" not in made.html():
        assert made.running
        time.sleep(0.01)
    (seen,) = events.look(begun["drawn"])
    assert "Schritt 1 von 8: Einlesen …" in words(seen["proof"])
    assert click(do="prove")[0]["proof"] == seen["proof"], "a second click begins no second one"
    assert list(events.look(seen["drawn"])) == list(events.look("")) == []
    (tmp_path / "weiter").touch()
    made.join(60)
    (done,) = events.look(seen["drawn"])
    assert not done["timer"].active
    assert is_harmless(done["proof"])
    said = words(done["proof"])
    for needed in (
        "Bestanden.",
        "Zugesehen hat das Betriebssystem selbst",
        "Das Sprachmodell war nicht dabei.",
        "Noch einmal erstellen",
    ):
        assert needed in said
    assert re.search(r'download="[\w-]+\.pdf" href="data:application/pdf;base64,JVBERi0xLjc="', done["proof"])


@pytest.mark.parametrize(
    ("report", "told"),
    [
        ({**REPORT, "passed": False, "faults": [f"Gefragt wurde {EVIL}.", "Noch etwas."]}, "Nicht bestanden. Gefragt wurde <img"),
        (None, "Der Ordner ist nicht beschreibbar."),
    ],
)  # fmt: skip
def test_a_self_test_that_fails_says_why(help_: Help, tmp_path: Path, report: Any, told: str) -> None:
    made = proving(help_, tmp_path, report)
    (tmp_path / "weiter").touch()
    made.start(with_model=True)
    made.join(60)
    assert is_harmless(made.html())
    assert told in words(made.html())
    assert ("eine weitere Beanstandung" in words(made.html())) is ("download=" in made.html()) is (report is not None)


def test_only_python_watching_is_not_passed_off_as_more() -> None:
    told = page_proof.sentences({**REPORT, "means": REPORT["means"][1:]})  # type: ignore[index]
    assert "nur die Programmiersprache Python" in told
    assert "Betriebssystem" not in told


def test_from_elsewhere_nobody_starts_it(help_: Help, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_proof, "acting", lambda given: replace(given, person="ra:person-1"))
    with pytest.raises(InputError, match="an dem Rechner"):
        help_.proving.start(with_model=False)
    assert not help_.proving.running
    assert "<button" not in help_.proving.html()


# --- the glossary


def test_the_glossary_has_every_term_once_under_its_letter() -> None:
    html = page_glossary.glossary(entries())
    found = re.findall(r'data-entry="([^"]+)"', html)
    assert len(found) == len(set(found)) == len(entries())
    letters = re.findall(r'<section data-letter="([^"]+)"', html)
    assert letters == sorted(letters)
    assert len(letters) == len(set(letters))
    assert re.findall(r'data-glossary="letter" data-to="([^"]+)"', html) == letters
    umlaut = html.index('data-entry="Ältestenrat"') if 'data-entry="Ältestenrat"' in html else None
    assert umlaut is None or html.index('data-letter="A"') < umlaut < html.index('data-letter="B"')
    assert 'type="search"' in html
    assert "data-filter" in html


def test_the_glossary_links_only_to_terms_it_has_and_shows_markup_as_text() -> None:
    html = page_glossary.glossary([
        Entry(term=EVIL, text=EVIL, topic=EVIL, forms=(EVIL,), see=("fehlt", "§ 34")),
        Entry(term="§ 34", text="Ein Paragraf.", topic="Recht"),
    ])  # fmt: skip
    assert is_harmless(html)
    assert re.findall(r'data-glossary="term" data-to="([^"]+)"', html) == ["§ 34"]
