"""The page's HTML and actions: safe, honest, told apart. No browser here; `test_page_browser` has one."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import logging
import socket
import threading
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import full_briefing
import pdfs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent import briefing_jobs, earlier, models, workflow
from ratsassistent.briefing_jobs import Standing
from ratsassistent.briefings import (
    Amount,
    AnnexLine,
    Answer,
    Briefing,
    Contradiction,
    Coverage,
    DateMention,
    Hit,
    Intake,
    ItemAmount,
    ItemBriefing,
    ItemDate,
    ItemRef,
    Mark,
    ModelRecord,
    OpenQuestion,
    Overview,
    Purpose,
    Remark,
    Side,
    Statement,
    ToDecide,
    Wording,
)
from ratsassistent.errors import InputError, ModelError, NotFound
from ratsassistent.jobs import Job
from ratsassistent.oparl import (
    AgendaItem,
    Change,
    Citation,
    Consultation,
    Decision,
    FileSpan,
    FormValue,
    Meeting,
    MissingAttachment,
    NamedVote,
    PagedText,
    PageRef,
    PageStart,
    Paper,
    Passage,
    Skipped,
    Vote,
)
from ratsassistent.output import (
    export,
    page_actions,
    page_agenda,
    page_edit,
    page_intake,
    page_item,
    page_marks,
    page_overview,
    page_text,
    page_today,
    page_views,
    phrases,
)
from ratsassistent.output import page as output_page
from ratsassistent.output.page_actions import FAILED, OVERVIEW, Actions, Chosen
from ratsassistent.output.page_events import Events
from ratsassistent.output.page_guard import Guard
from ratsassistent.output.page_views import PagePicture
from ratsassistent.pack.page.places import Box
from ratsassistent.settings import Settings
from ratsassistent.writing import briefing as writing
from ratsassistent.writing.remarks import NOTE

EVIL = '<script>alert(1)</script> [klick](http://boese.example/) <img src=x onerror=alert(2)> " onclick="x ${1} {{y}}'
ALLOWED = {
    "form", "fieldset", "legend", "select", "option", "input",
    "article", "section", "header", "nav", "aside", "div", "p", "span", "strong", "h1", "h2", "h3", "ul", "ol", "li",
    "button", "del", "ins", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "details", "summary", "progress", "img",
    "label", "textarea", "dl", "dt", "dd", "a", "svg", "rect", "kbd",
}  # fmt: skip


PURPOSES: tuple[Purpose, ...] = ("decide", "note", "discuss")


class Shape(HTMLParser):
    """The elements, attributes and words of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data + " "


def is_harmless(html: str) -> bool:
    shape = Shape(html)
    names = {name for name, _ in shape.attributes}
    sources = [value or "" for name, value in shape.attributes if name == "src"]
    known = all(n.startswith(("data-", "aria-")) or n in {"class", "type", "role", "title", "alt", "src", "scope", "value", "name", "min", "inputmode",
                                                          "max", "tabindex", "disabled", "rows", "maxlength", "href", "download",
                                                          "viewbox", "preserveaspectratio", "x", "y", "width", "height"} for n in names)  # fmt: skip
    pictures = all(s.startswith("data:image/png;base64,") for s in sources)
    links = [value or "" for name, value in shape.attributes if name == "href"]
    files = all(link.partition(";base64,")[0].removeprefix("data:") in export.MEDIA_TYPES.values() for link in links)
    return set(shape.tags) <= ALLOWED and known and pictures and files


def paper(text: str = EVIL, *, public: bool | None = True, file: str = "pack.pdf") -> Paper:
    return Paper(
        id="ra:vorlage-1",
        reference=text,
        name=text,
        paperType=text,
        files=(FileSpan(file_id="ra:datei-1", name=file, first=3, last=5),),
        text=PagedText(text=text, starts=(PageStart(offset=0, file_id="ra:datei-1", file=file, page=3),)),
        public=public,
    )


def cite(page: int | None = 12, file: str = "pack.pdf", quote: str | None = None) -> tuple[Citation, ...]:
    return (Citation(file=file, file_id=f"ra:{file}", page=page, quote=quote),)


def item(*papers: Paper, public: bool | None = True, name: str = "Turnhalle") -> AgendaItem:
    return AgendaItem(id="ra:top-1", order=1, number="Ö 5", name=name, public=public, papers=papers)


def brief(**more: Any) -> ItemBriefing:
    return ItemBriefing(
        **{"id": "ra:top-1", "number": "Ö 5", "name": "Turnhalle", "public": True, "level": "voll", **more}
    )


def job(state: str = "läuft", kind: str = "briefing", **more: Any) -> Job:
    now = dt.datetime.now(dt.UTC)
    return Job(**{"id": "ra:auftrag-1", "kind": kind, "title": "Was kostet es?", "payload": {}, "state": state,
                  "created": now, "updated": now, **more})  # fmt: skip


def answered(*statements: Statement, yes: bool = True) -> Answer:
    return Answer(
        question="Was?", answered=yes, answer=" ".join(s.text for s in statements), statements=statements,
        pages_read=148, pages_total=150, seconds=1.0, model=ModelRecord(name=EVIL, sha256="0", licence="CC0-1.0"),
    )  # fmt: skip


def everything_with(text: str) -> list[str]:
    """Every view of the page, with `text` wherever a paper, a model, a file name or a user puts words."""
    one = paper(text, file=text + ".pdf")
    said = [
        Statement(
            text=text, origin=origin, citation=cite(quote=text, file=text), check=check, label=text, failures=(text,)
        )
        for origin in ("verbatim", "extract", "model", "person")
        for check in ("ok", "unsupported", "none")
    ]
    said += [
        Statement(text=text, origin="person", citation=cite(quote=text, file=text), label=label, author=text,
                  replaces=text, confirmed=True, heading=text)
        for label in (text, page_item.ABOUT)
    ]  # fmt: skip
    said += [
        Statement(text=text, origin="person", citation=(), label=NOTE, author=text, about=about)
        for about in (text, text + "!", None)
    ]
    remarks = tuple(
        Remark(id=text + kind, item_id="ra:top-1", kind=kind, target=text, target_text=text, text=text, author=text,
               label=label, written=dt.datetime.now(dt.UTC))
        for kind, label in (("confirm", text), ("correct", text), ("remove", text), ("note", NOTE))
    )  # fmt: skip
    full = brief(
        name=text, statements=tuple(said), remarks=remarks, withheld=tuple(said[:1]),
        dates=tuple(DateMention(text=text, date="2027", citation=cite(), context=text) for _ in range(9)),
        consultations=(Consultation(organization=text, role=text, result=text, date=dt.date(2027, 1, 26)),),
        annexes=(AnnexLine(name=text, pages=1, statement=said[0], citation=cite(file=text)),), resolution=Wording(text=text, citation=cite(file=text)),
        amounts=(Amount(text=text, value=1.0, citation=cite(), context=text),), contradictions=(Contradiction(kind='amount', subject=text, sides=(Side(text=text, context=text, citation=cite()),)),),
        open_questions=(OpenQuestion(text=text, reason=text),), plain_language=tuple(said), model=ModelRecord(name=text, sha256="0", licence=text),
        form=(FormValue(name=text, value=text, citation=cite(quote=text)),),
        drawings=(PageRef(file=text, file_id=text, page=4, reason=text),),
    )  # fmt: skip
    change = Change(part="resolution", before=text, after=text, citation_before=cite(file=text), citation_after=cite())
    agenda = item(one.model_copy(update={"changes": (change,)}), name=text, public=None).model_copy(
        update={
            "formerly": text,
            "missing_attachments": (MissingAttachment(name=text, citation=cite(file=text)),),
            "decisions": (
                Decision(
                    result=text, text=text, citation=cite(quote=text), vote=Vote(yes=3),
                    named=(NamedVote(name=text, group=text, vote="yes"),),
                ),
            ),
        }
    )  # fmt: skip
    meeting = Meeting(id=text, name=text, organization=text, start=text, agendaItem=(agenda,))
    ref = PageRef(file=text, file_id=text, page=3, reason=text)
    where = ItemRef(id=text, number=text, name=text)
    glance = Overview(
        decide=tuple(ToDecide(item=where, purpose=p, what=text, citation=cite(file=text)) for p in PURPOSES),
        amounts=tuple(ItemAmount(item=where, amount=full.amounts[0]) for _ in range(8)),
        dates=(ItemDate(item=where, date=full.dates[0]),), lacks=(text,),
    )  # fmt: skip
    made = Briefing(meeting=text, name=text, level="voll", agendaItem=(full,), coverage=Coverage(pages=3, read=2))
    return [
        page_item.item(agenda, full),
        page_item.item(agenda, full.model_copy(update={"plain_language": None}), ordered=True),
        page_overview.overview(glance),
        page_views.download_links([(text, text, export.MEDIA_TYPES[kind], b"x") for kind in export.FORMATS]),
        page_agenda.agenda(meeting, made.model_copy(update={"overview": glance}), text, True),
        page_item.answer(answered(*said)),
        page_item.answer(answered(*said, yes=False)),
        page_intake.summary(
            Intake(
                meetings=(meeting,),
                loose_papers=(one,),
                pages_total=3,
                pages_text=2,
                coverage=Coverage(pages=3, read=2, unreadable=(ref,)),
                skipped=(Skipped(path=text, reason=text),),
            )
        ),
        page_views.meetings([meeting], text),
        page_views.loose_papers([one.model_copy(update={"public": None})]),
        page_views.meeting_head(
            meeting,
            Coverage(
                pages=3,
                read=2,
                unreadable=(ref,),
                ocr=(ref,),
                drawings=(ref,),
                unassigned=(ref,),
                without_papers=(text,),
                missing=(MissingAttachment(name=text, citation=cite(file=text)),),
            ),
        ),
        page_agenda.agenda(meeting, made, "ra:top-1"),
        page_views.finished(
            made.model_copy(
                update={
                    "agendaItem": (full.model_copy(update={"seconds": 42.0}),),
                    "energy_wh": 1.0,
                    "energy_how": text,
                }
            )
        ),
        page_views.question(job(title=text, message=text)),
        page_views.picture(PagePicture(text, text, 1, 2, b"png", False, text)),
        page_views.picture(PagePicture(text, text, 1, 2, b"png", False, text, True, (Box(0.1, 0.2, 0.3, 0.4),))),
        page_marks.steps(agenda, agenda) + page_marks.switches(text, None) + page_marks.keys(),
        page_today.card(
            meeting.model_copy(update={"start": dt.date.today().isoformat()}),
            made,
            {"ra:top-1": Mark(item_id="ra:top-1", important=True)},
            dt.date.today(),
            [meeting],
        ),
        page_text.notice(text, "error"),
    ]


def test_hostile_words_stay_words() -> None:
    for html in everything_with(EVIL):
        assert is_harmless(html), html
        assert "<script>alert(1)</script>" in Shape(html).words or "…" in Shape(html).words


@given(st.text(max_size=60))
def test_any_words_stay_words(text: str) -> None:
    assert all(is_harmless(html) for html in everything_with(text))


def test_is_harmless_sees_harm() -> None:
    assert not is_harmless("<p onclick='x'>a</p>")
    assert not is_harmless("<script>a</script>")
    assert not is_harmless("<img src='http://boese.example/a.png'>")
    assert not is_harmless("<a href='http://boese.example/'>a</a>")
    assert not is_harmless("<a href='data:text/html;base64,PGI+'>a</a>")


def test_kinds_of_text_are_named_in_words() -> None:
    html = page_item.item(
        item(paper("x")),
        brief(
            resolution=Wording(text="Der Rat beschließt.", citation=cite(12)),
            statements=(
                Statement(text="Das Dach ist undicht.", origin="extract", citation=cite(13), label="Sachverhalt"),
                Statement(text="Es kostet 5 Euro.", origin="model", citation=cite(12), check="ok"),
                Statement(
                    text="Es kostet 9 Euro.",
                    origin="model",
                    citation=cite(14),
                    check="unsupported",
                    failures=("9 Euro",),
                ),
            ),
            model=ModelRecord(name="Prüfmodell", sha256="0", licence="CC0-1.0"),
        ),
    )
    words = " ".join(Shape(html).words.split())
    assert "Von der KI geschrieben (Prüfmodell) – bitte an der Quelle prüfen" in words
    assert "Zahlen und Namen stehen auf S. 12" in words
    assert "nicht belegt: 9 Euro" in words
    assert words.index("Beschlussvorschlag Wortlaut Der Rat beschließt.") < words.index("Von der KI geschrieben")
    assert "Sachverhalt Auszug aus den Unterlagen Das Dach ist undicht." in words
    assert "geprüft" not in words


def test_an_item_without_papers_says_so() -> None:
    assert page_item.NO_PAPERS in page_item.item(item(), brief(level="auszug"))
    assert page_item.NO_PAPERS not in page_item.item(item(paper("x")), brief())


@pytest.mark.parametrize("public", [False, None])
def test_nonpublic_items_carry_a_banner(public: bool | None) -> None:
    assert "Nichtöffentlich" in page_item.item(item(public=public), None)
    assert "Nichtöffentlich" not in page_item.item(item(public=True), None)


def test_a_citation_is_a_button_with_file_and_page() -> None:
    shape = Shape(page_text.citations(cite(12, "a.pdf")))
    assert ("data-file", "ra:a.pdf") in shape.attributes
    assert ("data-page", "12") in shape.attributes
    assert shape.words.strip() == "S. 12"
    assert Shape(page_text.citations(cite(None))).tags == ["span", "span"]  # no page: named, nothing to click
    assert "a, S. 12" in page_text.citations(cite(12, "a.pdf"), with_file=True)


def test_a_citation_of_more_than_three_pages_is_none() -> None:
    many = tuple(c for page in range(1, 5) for c in cite(page))
    assert page_text.citations(many) == ""
    assert page_text.citations(many[:3]).count("<button") == 3


def test_an_honest_no_names_the_pages_read() -> None:
    words = " ".join(Shape(page_item.answer(answered(yes=False))).words.split())
    assert words == "In den gelesenen Unterlagen nicht gefunden (148 von 150 Seiten gelesen)."


def test_printed_line_breaks_are_undone_and_enumerations_kept() -> None:
    text = "Der Gemeinderat stimmt der Sanie-\nrung zu und\nbeschließt:\n1. Kosten von 5 Mio.\n   Euro\n2. Beginn 2027"
    assert page_text.paragraphs(text) == (
        "<p>Der Gemeinderat stimmt der Sanierung zu und beschließt:</p><p>1. Kosten von 5 Mio. Euro</p><p>2. Beginn 2027</p>"
    )
    assert page_text.paragraphs("Kosten- \nund Finanzierung") == "<p>Kosten- und Finanzierung</p>"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2027-01-26T18:30", "Dienstag, 26. Januar 2027, 18:30 Uhr"),
        ("2027-01-26", "Dienstag, 26. Januar 2027"),
        (None, ""),
        ("irgendwann", "irgendwann"),
    ],
)
def test_days_are_said_in_german(start: str | None, said: str) -> None:
    assert page_text.long_day(start) == said


def test_sizes_and_counts() -> None:
    assert page_text.size(1_117_320_768) == "1,1 GB"
    assert page_text.size(491_400_064) == "491 MB"
    assert page_text.count(1, "Seite", "Seiten") == "1 Seite"
    assert page_text.count(2400, "Seite", "Seiten") == "2.400 Seiten"


def test_the_nearest_places_are_named_without_claiming_anything() -> None:
    passage = Passage(
        id="ra:stelle-1", paper_id="ra:vorlage-1", item_id=None, meeting_id=None, kind="reason", start=0, end=4, text=EVIL,
        citation=cite(file=EVIL),
    )  # fmt: skip
    given = answered(yes=False).model_copy(
        update={"nearest": (Hit(passage=passage, score=1.0, snippet=EVIL),), "asked": EVIL}
    )
    html = page_item.answer(given)
    assert is_harmless(html)
    assert "Könnte damit zu tun haben" in html
    assert "Verstanden als" in html
    assert "In den gelesenen Unterlagen nicht gefunden (148 von 150 Seiten gelesen)." in html
    assert page_item.answer(answered(yes=True).model_copy(update={"verdict": "Nein."})).count("Nein.") == 1


def test_quotes_that_the_model_doubted_are_shown_as_no_answer() -> None:
    found = answered(yes=True)
    quoted = (Statement(text=EVIL, origin="extract", citation=cite(file=EVIL), check="ok", label="Im Wortlaut"),)
    given = found.model_copy(update={"answered": False, "answer": "", "doubted": True, "statements": quoted})
    html = page_item.answer(given)
    assert is_harmless(html)
    assert "In den gelesenen Unterlagen nicht gefunden (148 von 150 Seiten gelesen)." in html
    assert "Das Sprachmodell hat die folgenden Stellen gelesen und darin keine Antwort erkannt:" in html
    assert html.index("keine Antwort erkannt") < html.index("ra-cites")


def test_an_answer_names_the_model_that_judged_it() -> None:
    given = answered().model_copy(update={"judge": ModelRecord(name=EVIL, sha256="0", licence="CC0-1.0")})
    html = page_item.answer(given)
    assert is_harmless(html)
    assert "hat zusätzlich ein Sprachmodell geprüft" in html
    assert "geprüft (" not in page_item.answer(answered())
    assert phrases.judged(given.model_copy(update={"doubted": True})) == ""


def test_the_growing_answer_hides_the_models_marks() -> None:
    assert "Es kostet 5 Euro." in page_views.question(job(kind="frage", message="Es kostet 5 Euro [S1]."))


# --- actions, on a real archive


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path / "modelle",))


def test_taking_in_shows_progress_and_then_what_was_read(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "kaputt.pdf"
    broken.write_text("das ist kein PDF", encoding="utf-8")
    pack = pdfs.write(tmp_path / "sitzung.pdf", [pdfs.AGENDA, pdfs.FIRE_1])
    steps = list(Actions(settings).take_in([pack, broken]))
    assert all("<progress" in html for html, done in steps if done is None)
    html, done = steps[-1]
    assert done is not None
    assert len(done.meetings) == 1
    words = Shape(html).words
    assert "2 von 2 Seiten gelesen" in words
    assert "kaputt" in words
    assert done.skipped[0].reason in words


def test_an_opened_meeting_starts_at_its_overview_and_an_item_at_its_papers(settings: Settings, tmp_path: Path) -> None:
    actions = Actions(settings)
    done = list(actions.take_in([pdfs.write(tmp_path / "sitzung.pdf", [pdfs.AGENDA, pdfs.FIRE_1])]))[-1][1]
    assert done is not None
    meeting = done.meetings[0]
    reading = actions.open(Chosen(meeting=meeting.id))
    assert reading.chosen.item == OVERVIEW
    assert "Auf einen Blick" in Shape(reading.item).words
    assert actions.first_page(reading.chosen) is None
    assert "Zusammenfassung schreiben lassen" in reading.controls
    shown = next(i for i in meeting.agendaItem if i.papers)
    reading = actions.open(Chosen(meeting=meeting.id, item=shown.id))
    assert reading.chosen.item == shown.id
    assert "Feuerwache" in reading.item
    place = actions.first_page(reading.chosen)
    assert place is not None
    assert place[1] == 2
    (picture,) = actions.picture(*place)
    assert "Seite 2" in Shape(picture).words
    assert is_harmless(picture)
    with pytest.raises(NotFound):
        next(actions.picture(place[0], 99))


def test_without_a_model_nothing_is_ordered(settings: Settings) -> None:
    actions = Actions(settings)
    assert "Sprachmodell laden" in actions.model_box()
    with pytest.raises(InputError):
        actions.ask("  ", None)
    assert actions.questions() == []


def test_a_loose_paper_is_kept_back_until_someone_releases_it(settings: Settings, tmp_path: Path) -> None:
    actions = Actions(settings)
    done = list(actions.take_in([pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1])]))[-1][1]
    assert done is not None
    (loose,) = done.loose_papers
    assert "Diese Vorlage ist öffentlich" in actions.lists(Chosen())[2]
    assert page_item.NON_PUBLIC in actions.open(Chosen(paper=loose.id)).item
    actions.release(loose.id)
    assert "Diese Vorlage ist öffentlich" not in actions.lists(Chosen())[2]
    assert page_item.NON_PUBLIC not in actions.open(Chosen(paper=loose.id)).item


def test_loading_the_model_shows_how_far_it_is_and_why_it_failed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway, go_on = threading.Event(), threading.Event()

    def fetch(*_: object, progress: Any, **__: object) -> None:
        progress("Hugging Face", 500_000_000, 1_000_000_000)
        halfway.set()
        assert go_on.wait(10)
        raise ModelError("Das Modell ist nirgends zu bekommen.")

    monkeypatch.setattr(models, "fetch", fetch)
    actions = Actions(settings)
    actions.loading.start(settings)
    assert halfway.wait(10)
    assert "500 MB von 1,0 GB" in actions.model_box()
    go_on.set()
    actions.loading.join(10)
    assert "nirgends zu bekommen" in actions.model_box()
    assert "Sprachmodell laden" in actions.model_box()  # to try again


def test_serving_says_where_the_page_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    ended: list[bool] = []

    class Blocks:
        def block_thread(self) -> None:
            ended.append(True)

    monkeypatch.setattr(output_page, "start", lambda *_: (Blocks(), "http://127.0.0.1:7861/"))
    monkeypatch.setattr("webbrowser.open", opened.append)
    output_page.serve(settings, open_browser=False)
    assert opened == []
    output_page.serve(settings)
    assert opened == ["http://127.0.0.1:7861/"]
    assert capsys.readouterr().out.splitlines()[0].startswith("Ratsassistent läuft unter http://127.0.0.1:7861/")


def test_the_first_free_port_is_taken(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert output_page._free_port(replace(settings, port=port)) > port


def test_an_unknown_error_is_one_sentence_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert page_actions.sentence(ValueError("vertraulich")) == FAILED
    assert "ValueError" in caplog.text
    assert "vertraulich" not in caplog.text
    assert page_actions.sentence(NotFound("Gibt es nicht.")) == "Gibt es nicht."


def test_an_error_while_reading_is_told_on_the_page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("geheim")

    monkeypatch.setattr(workflow, "take_in", fails)
    html, done = list(Actions(settings).take_in([]))[-1]
    assert done is None
    assert FAILED in Shape(html).words
    assert "geheim" not in html


def test_a_handler_with_nothing_to_say_leaves_the_page_as_it_is() -> None:
    """A generator that yields nothing would have Gradio empty every component."""
    import gradio as gr

    from ratsassistent.output.page_layout import _guarded

    assert list(_guarded(lambda: iter(()), 0)()) == [gr.skip()]
    assert list(_guarded(lambda value: iter([{}]), 1)("x")) == [gr.skip()] * 2


# --- what persons say, the overview, files to hand round


def words_of(html: str) -> str:
    return " ".join(Shape(html).words.split())


def told(text: str, **more: Any) -> Statement:
    return Statement(
        **{"text": text, "origin": "model", "citation": cite(12), "check": "ok", "label": "Worum es geht", **more}
    )


def test_a_correction_is_a_persons_words_with_what_stood_before() -> None:
    mended = told("Sie kostet 5 Mio. Euro.", origin="person", author="A. Braun", replaces="Sie kostet 9 Mio. Euro.")
    html = page_item.item(item(paper("x")), brief(statements=(told("Die Halle wird saniert."), mended)))
    box, _, rest = html.partition('<section class="ra-person">')
    assert "Sie kostet" not in box[box.index("ra-ai-box") :]
    words = words_of(rest)
    assert words.startswith("Worum es geht von einer Person berichtigt Sie kostet 5 Mio. Euro. S. 12")
    assert "Berichtigt von A. Braun Vorher stand hier: Sie kostet 9 Mio. Euro." in words
    assert "KI" not in words


def test_a_note_stands_beside_its_sentence_or_names_what_it_was_about() -> None:
    sentence = told("Die Halle wird saniert.", origin="extract", label="Sachverhalt")
    notes = [Statement(text=f"Notiz {n}", origin="person", citation=(), label=NOTE, author="A. Braun", about=about)
             for n, about in enumerate((sentence.text, "Das steht nicht mehr da.", None))]  # fmt: skip
    said = Remark(id="ra:anmerkung-1", item_id="ra:top-1", kind="note", text="Notiz 0", written=dt.datetime.now(dt.UTC))
    html = page_item.item(item(paper("x")), brief(statements=(sentence, *notes), remarks=(said,)))
    before, after = words_of(html).split("Notizen", 1)
    assert "Die Halle wird saniert. S. 12 bearbeiten" in before
    assert "Notiz von A. Braun Notiz 0 Zurücknehmen" in before
    assert "Notiz von A. Braun Zu: „Das steht nicht mehr da.“ Notiz 1" in after
    assert "Notiz von A. Braun Notiz 2" in after
    assert "von einer Person berichtigt" not in words_of(html)


def test_edit_menus_are_folded_and_each_field_has_a_name_of_its_own() -> None:
    html = page_item.item(item(paper("x")), brief(statements=(told("Eins ist so."), told("Zwei ist so."))))
    shape = Shape(html)
    drafts = [value for name, value in shape.attributes if name == "data-draft"]
    assert len(drafts) == len(set(drafts)) == 5  # two sentences, correction and note each, and the note to the item
    assert not any(name == "open" for name, _ in shape.attributes)
    assert 'data-kind="confirm"' in html
    assert "✓ Stimmt" not in page_edit.menu(told("Eins.", confirmed=True), "ra:top-1")


def test_the_wording_comes_first_then_what_it_is_about_then_the_rest() -> None:
    decided = Decision(result="einstimmig beschlossen", citation=cite(40))
    agenda = item(paper("x")).model_copy(update={"decisions": (decided,)})
    full = brief(
        resolution=Wording(text="1. Der Rat beschließt.\n2. Er bewilligt 5 Euro.", citation=cite(3)),
        statements=(told("Sie wird saniert."), told("Das Dach ist undicht.", origin="extract", label="Sachverhalt")),
        open_questions=(OpenQuestion(text="Was folgt daraus?", reason="Folgekosten fehlen."),),
        withheld=(told("Sie kostet 99 Euro.", check="unsupported", failures=("99 Euro",)),),
    )  # fmt: skip
    whole = page_item.item(agenda, full)
    words = words_of(whole.partition('<nav class="ra-jumps"')[0] + whole.rpartition("</details></nav>")[2])
    order = ["Beschlussvorschlag Wortlaut 1. Der Rat beschließt. 2. Er bewilligt 5 Euro.", "Worum es geht", "einstimmig",
             "Sachverhalt", "Mögliche Fragen", "Unterlage zu diesem Punkt", "Notiz zu diesem Punkt schreiben",
             "1 Satz der KI wird nicht gezeigt"]  # fmt: skip
    assert [words.index(part) for part in order] == sorted(words.index(part) for part in order)
    motion = full.model_copy(update={"resolution": Wording(text="x", citation=cite(), kind="motion")})
    assert "Antrag Wortlaut x" in words_of(page_item.item(agenda, motion))


def test_long_tables_are_folded_and_short_ones_are_not() -> None:
    def shown(number: int) -> tuple[str, str]:
        amounts = tuple(Amount(text=f"{n} Euro", value=n, citation=cite()) for n in range(number))
        html = page_item.item(item(paper("x")), brief(amounts=amounts))
        seen, _, folded = html.partition('<details class="ra-rest">')
        return seen, folded

    seen, folded = shown(9)
    assert ("3 Euro" in seen, "4 Euro" in seen, "8 Euro" in folded) == (True, False, True)
    assert "5 weitere Beträge" in folded
    assert shown(5)[1] == ""


def test_the_overview_lists_what_is_decided_and_every_line_leads_to_its_item() -> None:
    known = ItemRef(id="ra:top-1", number="Ö 1", name="Turnhalle", public=True)
    closed = ItemRef(id="ra:top-2", number="N 1", name="Grundstück", public=False)
    unknown = ItemRef(id="ra:top-3", number=None, name="Sonstiges", public=None)
    amount = Amount(text="5 Euro", value=5, citation=cite(7), context="Sie kostet 5 Euro.")
    date = DateMention(text="1. Mai", date="2027-05-01", citation=cite(8), context="bis 1. Mai")
    given = Overview(
        decide=(ToDecide(item=known, purpose="decide", what="Der Rat beschließt", citation=cite(3)),
                ToDecide(item=unknown, purpose="note")),
        amounts=(ItemAmount(item=closed, amount=amount),), dates=(ItemDate(item=known, date=date),), lacks=("Es fehlt Anlage 2.",),
    )  # fmt: skip
    html = page_overview.overview(given)
    words = words_of(html)
    assert words.startswith(
        f"{phrases.CONFIDENTIAL_SHORT} Auf einen Blick Zu beschließen Wortlaut, gekürzt TOP Ö 1: Turnhalle"
    )
    assert "„Der Rat beschließt“ S. 3" in words
    assert "5 Euro Sie kostet 5 Euro. TOP N 1: Grundstück nichtöffentlich S. 7" in words
    assert "Sonstiges nichtöffentlich behandelt" in words
    assert "Es fehlt Anlage 2." in words
    leads = [value for name, value in Shape(html).attributes if name == "data-item"]
    assert leads == ["ra:top-1", "ra:top-3", "ra:top-2", "ra:top-1"]
    only_public = given.model_copy(update={"amounts": (), "decide": given.decide[:1]})
    assert "ichtöffentlich" not in page_overview.overview(only_public)
    assert page_overview.overview(None) == ""


def test_an_item_that_tells_of_something_confidential_has_the_banner_too() -> None:
    html = page_item.item(item(paper("x")), brief(public=False))
    assert page_item.NON_PUBLIC in html
    assert "ra-item ra-nonpublic" in html


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


@pytest.fixture
def actions(data: Path, monkeypatch: pytest.MonkeyPatch) -> Actions:
    """On the demonstration pack, with a model that is only said to be there."""
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    monkeypatch.setattr(models, "find", lambda *_: Path("modell.gguf"))
    return Actions(Settings(data_folder=data, model_folders=(data / "modelle",)))


@pytest.fixture
def opened(actions: Actions) -> Chosen:
    """Its first item with papers, for which the model has written two sentences."""
    with workflow.workspace(actions.settings) as ws:
        meeting = workflow.meeting(ws, workflow.meetings(ws)[0].id)
        agenda = next(i for i in meeting.agendaItem if i.papers)
        made = workflow._brief_item(ws, meeting.id, agenda, "auszug")
        record = workflow.model_record(actions.settings)
        spot = next(s.citation for s in made.statements if s.citation)
        written = tuple(told(text, citation=spot) for text in ("Die Halle wird saniert.", "Die Halle ist alt."))
        basis = writing.task(agenda, "voll", record, None).basis
        ws.public.save_briefing(
            meeting.id,
            made.model_copy(
                update={"level": "voll", "basis": basis, "model": record, "statements": (*written, *made.statements)}
            ),
        )
    return Chosen(meeting=meeting.id, item=agenda.id)


def press(actions: Actions, chosen: Chosen, **wanted: str) -> dict[Any, Any]:
    """What a button in an HTML part changes."""
    changed: dict[Any, Any] = {}
    for step in Events(Parts(), actions).act_reading(chosen, SimpleNamespace(_data=wanted)):  # type: ignore[arg-type]
        changed |= step
    return changed


def test_what_a_person_says_is_kept_shown_and_taken_back(actions: Actions, opened: Chosen) -> None:
    first, second = told("Die Halle wird saniert."), told("Die Halle ist alt.")
    place = {"do": "remark", "item": opened.item or "", "target": first.key}
    shown = press(actions, opened, **place, kind="confirm")
    assert "von einer Person an der Quelle bestätigt" in words_of(shown["item"])
    assert shown["files_made"] == ""  # files made before do not have it
    shown = press(actions, opened, **place, kind="correct", text="Die Halle wird <b>neu</b> gebaut.", words="True")
    assert "Vorher stand hier: Die Halle wird saniert." in words_of(shown["item"])
    assert "Die Halle wird <b>neu</b> gebaut." in words_of(shown["item"])
    press(actions, opened, **place, kind="note", text="Bitte nachfragen.", words="True")
    press(actions, opened, **{**place, "target": second.key}, kind="remove")
    shown = press(actions, opened, do="remark", item=opened.item or "", kind="note", text="Ortstermin?", words="True")
    assert is_harmless(shown["item"])
    words = words_of(shown["item"])
    assert "Die Halle ist alt." not in words.split("Anmerkungen zu diesem Punkt")[0]
    assert "5 Anmerkungen zu diesem Punkt" in words
    assert "Bitte nachfragen." in words.rsplit("Notizen", 1)[0]
    with workflow.workspace(actions.settings) as ws:
        kept = workflow.remarks(ws, opened.meeting or "")
    assert [r.kind for r in kept] == ["confirm", "correct", "note", "remove", "note"]
    for remark in kept:
        shown = press(actions, opened, do="withdraw", remark=remark.id)
    assert "Anmerkung" not in words_of(shown["item"])
    assert "Die Halle ist alt." in words_of(shown["item"])
    with workflow.workspace(actions.settings) as ws:
        assert workflow.remarks(ws, opened.meeting or "") == ()


def test_what_a_button_never_says_is_refused(actions: Actions, opened: Chosen) -> None:
    with pytest.raises(InputError):
        actions.remark(opened, opened.item or "", "ersetzen", None, "x")
    with pytest.raises(InputError):
        actions.remark(opened, opened.item or "", "note", None, "   ")
    with pytest.raises(NotFound):
        actions.remark(opened, opened.item or "", "confirm", "ra:satz-gibtesnicht", None)


def test_a_loose_paper_can_be_annotated(settings: Settings, tmp_path: Path) -> None:
    actions = Actions(settings)
    done = list(actions.take_in([pdfs.write(tmp_path / "vorlage.pdf", [pdfs.FIRE_1])]))[-1][1]
    assert done is not None
    chosen = Chosen(paper=done.loose_papers[0].id)
    shown = press(actions, chosen, do="remark", item=chosen.paper or "", kind="note", text="Wer zahlt?", words="True")
    assert "Wer zahlt?" in words_of(shown["item"])
    assert page_item.NON_PUBLIC in shown["item"]


def test_only_what_has_changed_is_drawn_anew(actions: Actions, opened: Chosen) -> None:
    """A reader may be writing a note while the model goes on with other items."""
    events = Events(Parts(), actions)  # type: ignore[arg-type]
    actions.work.order(opened.meeting or "")
    seen = press(actions, opened, do="item", item=opened.item or "")["seen"]
    with workflow.workspace(actions.settings) as ws:
        queue = ws.jobs  # keeps its claims
        ordered = queue.claim("prüfung")
        assert ordered is not None
        queue.beat(ordered.id, 1, 9, "", Standing(at=dt.datetime.now(dt.UTC)).model_dump(mode="json"))
        (changed,) = events.tick(opened, seen)
        assert "item" not in changed
        assert "1 von 9 Punkten fertig" in words_of(changed["line"])
        assert list(events.tick(opened, changed["seen"])) == []
        actions.remark(opened, opened.item or "", "note", None, "Aus einem anderen Fenster.")
        queue.beat(ordered.id, 2, 9, "TOP 2 ist fertig")
        (changed,) = events.tick(opened, changed["seen"])
        assert "Aus einem anderen Fenster." in words_of(changed["item"])
        assert "agenda" not in changed


def test_the_plain_language_is_ordered_for_one_item(actions: Actions, opened: Chosen) -> None:
    assert "In einfacher Sprache schreiben lassen" in actions.open(opened).item
    shown = press(actions, opened, do="plain", item=opened.item or "")
    assert "In einfacher Sprache schreiben lassen" not in shown["item"]
    assert "wird geschrieben" in words_of(shown["item"])
    with workflow.workspace(actions.settings) as ws:
        (ordered,) = ws.jobs.all()
    assert ordered.payload["plain"] == opened.item


@pytest.mark.parametrize(
    ("simpler", "says"),
    [
        ((told("Die Halle wird heil gemacht.", label="In einfacher Sprache"),), "In einfacher Sprache Die Halle wird heil gemacht."),
        ((), "fand die KI keinen Satz"),
    ],
)  # fmt: skip
def test_the_plain_language_is_shown_or_its_lack_is_said(simpler: tuple[Statement, ...], says: str) -> None:
    html = page_item.item(item(paper("x")), brief(statements=(told("Sie wird saniert."),), plain_language=simpler))
    assert says in words_of(html)
    assert 'data-do="plain"' not in html


def test_a_running_summary_is_told_though_something_newer_was_ordered() -> None:
    running, newer = job("läuft"), job("fertig", id="ra:auftrag-2", payload={"plain": "ra:top-1"})
    assert briefing_jobs.foremost([newer, running]) == running
    assert briefing_jobs.foremost([newer]) == newer
    assert briefing_jobs.foremost([]) is None


def test_the_files_to_hand_round_are_real(actions: Actions, opened: Chosen, monkeypatch: pytest.MonkeyPatch) -> None:
    press(actions, opened, do="remark", item=opened.item or "", kind="note", text="Eigene Bemerkung", words="True")
    links_of = {opened.item: (full_briefing.decided_before(),)}
    monkeypatch.setattr(earlier, "of_meeting", lambda *_: links_of)
    html = actions.downloads(opened)
    assert is_harmless(html)
    assert phrases.CONFIDENTIAL_SHORT in words_of(html)  # the demonstration pack has a non-public part
    shape = Shape(html)
    links = [value or "" for name, value in shape.attributes if name == "href"]
    names = [value or "" for name, value in shape.attributes if name == "download"]
    assert [Path(name).suffix for name in names] == [".docx", ".pdf", ".md"]
    made = [base64.b64decode(link.partition(";base64,")[2]) for link in links]
    assert made[0].startswith(b"PK")
    assert made[1].startswith(b"%PDF-")
    assert "Eigene Bemerkung" in made[2].decode("utf-8")
    assert made[2].decode("utf-8").count("Prüfung der Brücke") == 1  # decided before on the same matter


# --- the guard around the server


def answer_of(host: str, path: str = "/") -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
        await send({"type": "http.response.body", "body": b'<html lang="en"><hea', "more_body": True})
        await send({"type": "http.response.body", "body": b"d></head></html>"})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    scope = {"type": "http", "path": path, "method": "GET", "headers": [(b"host", host.encode())]}
    asyncio.run(Guard(app)(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:])


def test_the_start_page_is_german_and_loads_nothing_from_elsewhere() -> None:
    status, headers, body = answer_of("127.0.0.1:7860")
    assert status == 200
    assert body.startswith(b'<html lang="de"><head><script>')
    assert int(headers[b"content-length"]) == len(body)
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_other_paths_are_passed_on_as_they_are() -> None:
    assert answer_of("localhost:1", "/assets/x.js")[2] == b'<html lang="en"><head></head></html>'


@pytest.mark.parametrize("host", ["boese.example", "127.0.0.1.boese.example:7860", ""])
def test_a_foreign_name_gets_nothing(host: str) -> None:
    assert answer_of(host)[0] == 403


def test_rows_of_a_table_are_shown_as_one() -> None:
    rows = Statement(text="Aufwand | 2026\n<b>Personal</b> | 120.000 Euro", origin="extract", citation=cite())
    html = page_item.item(item(paper("x")), brief(statements=(rows,)))
    assert '<th scope="col">2026</th>' in html
    assert '<th scope="row">&lt;b&gt;Personal&lt;/b&gt;</th><td>120.000 Euro</td>' in html
    assert is_harmless(html)
