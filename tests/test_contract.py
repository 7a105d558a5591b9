"""Our objects as JSON and as Markdown: field names, which ids get out, and that papers cannot bring in markup."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import shapes
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.briefings import (
    Amount,
    Answer,
    Briefing,
    Coverage,
    DateMention,
    Hit,
    Intake,
    ItemBriefing,
    ModelRecord,
    Statement,
    Wording,
)
from ratsassistent.jobs import Job
from ratsassistent.oparl import (
    AgendaItem,
    Citation,
    FileSpan,
    Meeting,
    MissingAttachment,
    PagedText,
    PageRef,
    Paper,
    Passage,
    Skipped,
)
from ratsassistent.output import contract, markdown

OURS = Citation(file="Paket.pdf", file_id="ra:datei-1", page=3, quote="drei Worte hier")
OPARL = Citation(file="Anlage.pdf", file_id="https://oparl.example/file/7", page=None)


def make_paper(*spans: tuple[str, int, int]) -> Paper:
    files = tuple(FileSpan(file_id=f"ra:{name}", name=name, first=first, last=last) for name, first, last in spans)
    return Paper(
        id="ra:vorlage-1",
        reference="BV/1",
        name="Brücke",
        paperType=None,
        files=files,
        text=PagedText(text="", starts=()),
    )


def make_briefing(*statements: Statement, resolution: str | None = None, public: bool | None = True) -> Briefing:
    item = ItemBriefing(
        id="ra:top-1",
        number="Ö 1",
        name="Neubau der Brücke",
        public=public,
        level="voll",
        statements=statements,
        resolution=Wording(text=resolution, citation=(OURS,)) if resolution else None,
        amounts=(Amount(text="2 Mio. Euro", value=2e6, citation=(OURS,)),),
        dates=(DateMention(text="April 2024", date="2024-04", citation=(OURS,)),),
        plain_language=(Statement(text="Die Brücke wird neu.", origin="model", citation=(OURS,)),),
        written=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    unreadable = (PageRef(file="Paket.pdf", page=7, reason="kein Text"),)
    return Briefing(
        meeting="ra:sitzung-1",
        name="Rat",
        level="voll",
        agendaItem=(item,),
        coverage=Coverage(pages=9, read=8, unreadable=unreadable),
        model=ModelRecord(name="Prüfmodell", sha256="0" * 64, licence="CC0-1.0"),
    )


SAID = Statement(
    text="Die Brücke kostet 2 Mio. Euro.", origin="model", citation=(OURS, OPARL), check="ok", label="Kosten"
)


def test_citations_name_oparl_files_and_keep_our_own_ids_inside():
    assert contract.citations([OURS, OPARL]) == [
        {"file": "Paket.pdf", "file_id": None, "page": 3, "quote": "drei Worte hier"},
        {"file": "Anlage.pdf", "file_id": "https://oparl.example/file/7", "page": None, "quote": None},
    ]


@pytest.mark.parametrize(
    ("spans", "pages"),
    [
        ([("Paket.pdf", 4, 6), ("Paket.pdf", 9, 11)], [4, 11]),
        ([("Vorlage.pdf", 1, 3), ("Anlage.pdf", 1, 9)], None),
        ([], None),
    ],
)
def test_a_paper_has_pages_only_where_it_lies_in_one_file(spans, pages):
    made = contract.paper(make_paper(*spans))
    assert made["pages"] == pages
    assert made["files"] == [{"name": name, "pages": [first, last]} for name, first, last in spans]
    assert shapes.misfits(made, shapes.PAPER) == []


def test_an_oparl_id_goes_before_our_own():
    assert contract.paper(make_paper().model_copy(update={"oparl_id": "https://oparl.example/p/1"}))["id"].startswith(
        "https"
    )
    assert contract.paper(make_paper())["id"] == "ra:vorlage-1"


def test_what_was_taken_in_has_the_shape_of_the_contract():
    item = AgendaItem(
        id="ra:top-1",
        order=1,
        number=None,
        name="Brücke",
        public=None,
        pages=(4, 6),
        papers=(make_paper(("Paket.pdf", 4, 6)),),
        missing_attachments=(MissingAttachment(name="Anlage 3", citation=(OURS,)),),
    )
    meeting = Meeting(
        id="ra:sitzung-1",
        name="Rat",
        organization=None,
        start=None,
        agendaItem=(item,),
        unassigned_pages=(PageRef(file="Paket.pdf", page=9),),
    )
    made = contract.intake(
        Intake(meetings=(meeting,), loose_papers=(make_paper(),), skipped=(Skipped(path="a.txt", reason="Kein PDF."),))
    )
    assert shapes.misfits(made, shapes.INTAKE) == []
    assert made["meetings"][0]["agendaItem"][0]["public"] is None
    assert json.loads(json.dumps(made)) == made


def test_a_briefing_has_the_shape_of_the_contract():
    made = contract.briefing(make_briefing(SAID, resolution="Der Rat stimmt zu."))
    assert shapes.misfits(made, shapes.BRIEFING) == []
    assert made["agendaItem"][0]["resolution"]["text"] == "Der Rat stimmt zu."
    assert json.loads(json.dumps(made)) == made


def test_an_answer_has_the_shape_of_the_contract():
    given = Answer(
        question="Was?", answered=True, answer=SAID.text, statements=(SAID,), pages_read=8, pages_total=9, seconds=0.1
    )
    assert shapes.misfits(contract.answer(given), shapes.ANSWER) == []


def test_hits_have_the_shape_of_the_contract_also_without_page_or_paper():
    passage = Passage(
        id="ra:stelle-1",
        paper_id="ra:vorlage-1",
        item_id=None,
        meeting_id=None,
        kind="text",
        start=0,
        end=1,
        text="x",
        citation=(OURS,),
    )
    bare = passage.model_copy(update={"citation": ()})
    found = [
        Hit(passage=passage, paper=make_paper(), score=1.23456, snippet="x"),
        Hit(passage=bare, score=0.5, snippet="x"),
    ]
    made = contract.hits(found, 0.0123456)
    assert shapes.misfits(made, shapes.HITS) == []
    assert [h["page"] for h in made["hits"]] == [3, None]


def test_a_listed_job_does_not_tell_what_was_asked_or_answered():
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    job = Job(
        id="ra:auftrag-1",
        kind="frage",
        title="Frage",
        payload={"question": "geheim"},
        result={"answer": "vertraulich"},
        state="fertig",
        created=now,
        updated=now,
    )
    made = contract.job(job)
    assert shapes.misfits({"jobs": [made]}, shapes.JOBS) == []
    assert "geheim" not in json.dumps(made)
    assert "vertraulich" not in json.dumps(made)


def test_the_validator_of_these_tests_finds_what_is_wrong():
    assert shapes.misfits({"name": 1, "sha256": "x"}, shapes.MODEL)
    assert shapes.misfits({"meetings": {}}, {"meetings": [shapes.MEETING]})
    assert shapes.misfits(True, int)
    assert shapes.misfits([1, "2"], [int]) == ["$[1] is no int: '2'"]


# --- Markdown


def shown(text: str) -> str:
    """What a reader of the Markdown sees, each block on a line of its own."""
    from markdown_it import MarkdownIt

    lines: list[str] = []
    for token in MarkdownIt("commonmark", {"html": True}).parse(text):
        if token.type == "inline":
            for child in token.children or []:
                assert child.type in {
                    "text",
                    "text_special",
                    "softbreak",
                    "hardbreak",
                    "strong_open",
                    "strong_close",
                }, child
            lines.append("".join(c.content or ("\n" if "break" in c.type else "") for c in token.children or []))
        assert not token.type.startswith(("html", "code", "fence")), token.type
    return "\n".join(lines)


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def test_a_briefing_in_markdown_says_who_wrote_what_and_where_it_stands():
    wrong = Statement(
        text="Sie kostet 3 Mio. Euro.", origin="model", citation=(OURS,), check="unsupported", failures=("3 Mio. Euro",)
    )
    quoted = Statement(text="Die Brücke ist marode.", origin="extract", citation=(OURS,), label="Sonst")
    text = shown(markdown.render(make_briefing(SAID, wrong, quoted, resolution="1. Der Rat stimmt zu.\n2. Er dankt.")))
    lines = text.splitlines()
    assert "KI Die Brücke kostet 2 Mio. Euro. (Zahlen und Namen stehen auf S. 3)" in lines
    assert "KI Sie kostet 3 Mio. Euro. (S. 3) nicht belegt: 3 Mio. Euro" in lines
    assert "Die Brücke ist marode. (S. 3)" in lines
    assert "8 von 9 Seiten gelesen." in lines
    assert "Beschlussvorschlag (Wortlaut)" in lines
    assert "Prüfmodell" in text


def test_a_resolution_keeps_its_words_and_its_numbers():
    wording = "1. Der Rat stimmt zu.\n2. Kosten: 5 * 3 Euro & mehr.\n- - -\n---\n12) Punkt <zwölf>"
    text = shown(markdown.render(make_briefing(resolution=wording)))
    assert wording in text


def test_what_is_not_public_is_marked():
    assert "Nichtöffentlich" in markdown.render(make_briefing(SAID, public=False))
    assert "Nichtöffentlich" in markdown.render(make_briefing(SAID, public=None))
    said = markdown.render(make_briefing(SAID, public=True))
    assert "Nichtöffentlich" not in said.replace("Nichtöffentliches ist in diesen Unterlagen nicht bekannt", "")


EVIL = [
    "<script>alert(1)</script>",
    "[klick](http://boese.example)",
    "![bild](x.png)",
    "# Überschrift",
    "1. Liste",
    "---",
    "> Zitat",
    "`code`",
    "&lt;b&gt;",
    "<http://boese.example>",
    "| a | b |",
    "Titel\n===",
    "~~~",
    "a  \nb",
    "\\",
]


@pytest.mark.parametrize("evil", EVIL)
def test_words_of_papers_and_model_bring_in_no_markup(evil):
    said = SAID.model_copy(update={"text": evil, "label": evil})
    text = markdown.render(make_briefing(said, resolution=evil))
    harmless = markdown.render(make_briefing(SAID.model_copy(update={"label": "harmlos"}), resolution="harmlos"))
    assert len(headings(text)) == len(headings(harmless))
    assert " ".join(evil.split()) in " ".join(shown(text).split())


PIECES = ["a", "1.", "12)", "---", "-", "+", "===", "=", "*", "_", "#", "<b>", "&lt;", "[a](b)", "![", "`", "~~~", "|", ">",
          "\\", " ", "    ", "\n", "\n\n", "\t", "http://a.b", "<http://a.b>", "www.a.b", "§", ":"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join).filter(str.strip))
def test_a_resolution_of_any_signs_is_shown_as_it_is(wording):
    text = shown(markdown.render(make_briefing(resolution=wording)))
    assert "".join(wording.split()) in "".join(text.split())


def test_addresses_in_papers_become_no_links():
    from markdown_it import MarkdownIt

    html = MarkdownIt("gfm-like", {"linkify": False}).render(
        markdown.escape("http://boese.example www.boese.example 18:30")
    )
    assert html == "<p>http://boese.example www.boese.example 18:30</p>\n"
    assert (
        markdown.escape("http://boese.example www.boese.example 18:30")
        == "http\\://boese.example www\\.boese.example 18:30"
    )
