"""The demonstration pack: what it claims to hold stands where it claims, and its script makes it again."""

from __future__ import annotations

import functools
import io
import json
import re
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader

from ratsassistent.demo import demo_pack, demo_truth

MAX_BYTES = 3_000_000


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


@functools.cache
def truth() -> dict[str, Any]:
    return json.loads(demo_truth().read_text(encoding="utf-8"))


@functools.cache
def reader() -> PdfReader:
    return PdfReader(demo_pack())


@functools.cache
def pages() -> list[str]:
    return [squeeze(page.extract_text()) for page in reader().pages]


def files() -> list[dict[str, Any]]:
    return [f for item in truth()["agenda"] for paper in item["papers"] for f in paper["files"]]


def item(number: str) -> dict[str, Any]:
    return next(entry for entry in truth()["agenda"] if entry["number"] == number)


def holds(page: int, must: list[str]) -> bool:
    return all(any(squeeze(option) in pages()[page - 1] for option in entry.split("|")) for entry in must)


def test_the_pack_is_shipped_small_and_long_enough():
    assert demo_pack().is_file()
    assert demo_pack().read_bytes()[:5] == b"%PDF-"
    assert demo_pack().stat().st_size < MAX_BYTES
    assert len(reader().pages) == truth()["total_pages"] >= 32


def test_the_pack_has_no_bookmarks():
    assert reader().outline == []


def test_the_agenda_has_a_public_and_a_nonpublic_part():
    agenda = truth()["agenda"]
    assert len(agenda) >= 8
    assert sum(not entry["public"] for entry in agenda) >= 2
    assert [entry["public"] for entry in agenda] == sorted((entry["public"] for entry in agenda), reverse=True)
    assert item("Ö 1")["papers"] == []
    assert item("Ö 1")["first_page"] is None


def test_number_title_and_reference_of_every_item_stand_in_the_invitation():
    first, last = truth()["agenda_pages"]
    invitation = "".join(pages()[first - 1 : last])
    for entry in truth()["agenda"]:
        assert squeeze(entry["number"] + entry["title"]) in invitation
        assert all(squeeze(paper["reference"]) in invitation for paper in entry["papers"])


def test_the_papers_follow_one_another_and_fill_the_pack():
    spans = [truth()["agenda_pages"], *([f["first_page"], f["last_page"]] for f in files())]
    assert spans[0][0] == 1
    assert spans[-1][1] == truth()["total_pages"]
    assert all(after[0] == before[1] + 1 for before, after in pairwise(spans))
    for entry in truth()["agenda"]:
        if entry["papers"]:
            own = [f for paper in entry["papers"] for f in paper["files"]]
            assert (entry["first_page"], entry["last_page"]) == (own[0]["first_page"], own[-1]["last_page"])


def test_every_paper_counts_its_own_pages():
    scanned = truth()["scanned_pages"]
    for first, last in ((f["first_page"], f["last_page"]) for f in files()):
        for page in range(first, last + 1):
            if page not in scanned:
                assert f"Seite{page - first + 1}von{last - first + 1}" in pages()[page - 1]


def test_one_annex_is_long():
    assert max(f["last_page"] - f["first_page"] + 1 for f in files() if "Anlage" in f["name"]) >= 10


def test_nonpublic_pages_say_so_and_public_papers_do_not():
    for entry in truth()["agenda"]:
        if entry["papers"]:
            marks = {
                "Nichtöffentlich–vertraulich" in pages()[page - 1]
                for page in range(entry["first_page"], entry["last_page"] + 1)
            }
            assert marks == {not entry["public"]}


def test_what_is_secret_stands_on_nonpublic_pages_only():
    first = item("N 1")["first_page"]
    for secret in ("1.164.960", "Haselhorst", "Thalbrück"):
        assert not any(secret in page for page in pages()[: first - 1])
        assert any(secret in page for page in pages()[first - 1 :])


def test_only_the_scanned_page_has_no_text_and_it_is_a_picture():
    empty = [number for number, text in enumerate(pages(), start=1) if not text]
    assert empty == truth()["scanned_pages"]
    for number in empty:
        picture = reader().pages[number - 1].images[0].image
        assert picture is not None
        assert picture.width > 1000
        dark, light = picture.convert("L").getextrema()
        assert dark < 100 < 200 < light  # ink on paper, not a blank sheet


def test_facts_stand_on_the_pages_they_claim_and_on_no_others():
    assert len(truth()["facts"]) >= 25
    for fact in truth()["facts"]:
        assert fact["page"] in fact["pages"]
        found = [page for page in range(1, len(pages()) + 1) if holds(page, fact["must"])]
        assert found == fact["pages"], fact["fact"]
        span = item(fact["top"])
        assert span["first_page"] <= fact["page"] <= span["last_page"]


def test_questions_have_answers_on_their_pages_or_none_at_all():
    questions = truth()["questions"]
    assert len(questions) == len({question["id"] for question in questions}) == 12
    assert sum(not question["answerable"] for question in questions) == 4
    for question in questions:
        if question["answerable"]:
            assert question["answer"]
            assert holds(question["page"], question["must"]), question["question"]
            asked_of = [
                e for e in truth()["agenda"] if e["papers"] and e["first_page"] <= question["page"] <= e["last_page"]
            ]
            assert [entry["public"] for entry in asked_of] == [question["public"]]
        else:
            assert (question["page"], question["pages"], question["must"]) == (None, [], [])
            assert question["why"]


def test_the_wording_of_resolutions_and_motions_stands_whole_in_the_item():
    with_wording = [entry for entry in truth()["agenda"] if entry["resolution"]]
    assert {entry["number"] for entry in with_wording} == {"Ö 2", "Ö 3", "Ö 4", "Ö 5", "N 1", "N 2"}
    for entry in truth()["agenda"]:
        for wording in filter(None, (entry["resolution"], entry["motion"])):
            # A foot line may stand between two points, so each point is looked for by itself.
            points = re.split(r"\n(?=\d+\.)", wording)
            text = "".join(pages()[entry["first_page"] - 1 : entry["last_page"]])
            assert len(points) >= 3
            assert all(squeeze(point) in text for point in points)


def test_missing_attachments_are_mentioned_but_not_there():
    missing = [(entry, lack) for entry in truth()["agenda"] for lack in entry["missing_attachments"]]
    assert len(missing) >= 1
    for entry, lack in missing:
        assert any(squeeze(lack["name"]) in text for text in pages()[entry["first_page"] - 1 : entry["last_page"]])
        assert not any(f["name"].startswith(lack["name"]) for paper in entry["papers"] for f in paper["files"])


def test_the_contradiction_is_really_there():
    for entry in truth()["contradictions"]:
        assert len(set(entry["must"])) > 1
        assert all(holds(page, [amount]) for amount, page in zip(entry["must"], entry["pages"], strict=True))


def test_one_amount_is_written_in_words():
    assert "einhundertvierundsechzigtausendneunhundertsechzigEuro" in "".join(pages())


# The script -----------------------------------------------------------------------------------------------------------


def number_of(cell: str) -> int | None:
    """A whole number as printed (1.234 €), 0 for a dash, None for anything else."""
    cell = re.sub(r"\s*(€|m²)$", "", cell)
    if cell == "–":
        return 0
    return int(cell.replace(".", "")) if re.fullmatch(r"\d{1,3}(\.\d{3})*", cell) else None


def test_the_sums_of_all_tables_add_up():
    from ratsassistent.demo.make_pack import all_sources, plan

    checked = 0
    for source in all_sources(plan()):
        for block in source.blocks:
            if "summe" not in block.options or "fett" in block.options:
                continue
            _, *body, total = block.rows
            for column in (n - 1 for n in block.numbers("rechts")):
                parts = [number_of(row[column]) for row in body]
                assert None not in parts, (source.name, parts)
                assert sum(part for part in parts if part is not None) == number_of(total[column]), source.name
                checked += 1
    assert checked >= 12


def test_the_cost_estimate_adds_up_in_both_columns():
    from ratsassistent.demo.blocks import read_source

    table = next(block for block in read_source("turnhalle-anlage1").blocks if block.kind == "tabelle")
    *groups, before, reserve, total = [number_of(row[3]) for row in table.rows[1:] if row[3]]
    singles = [number_of(row[2]) for row in table.rows[1:] if row[2]]
    assert sum(n or 0 for n in groups) == sum(n or 0 for n in singles) == before
    assert (before or 0) + (reserve or 0) == total
    assert reserve == (before or 0) * 5 // 100


def test_the_script_makes_the_shipped_pack_again():
    from ratsassistent.demo.make_pack import make

    data, known = make()
    again = PdfReader(io.BytesIO(data))
    assert [squeeze(page.extract_text()) for page in again.pages] == pages()
    assert json.loads(json.dumps(known, ensure_ascii=False).replace("\u00a0", " ")) == truth()


def test_the_same_texts_give_the_same_bytes():
    from ratsassistent.demo.blocks import read_source
    from ratsassistent.demo.layout import draw_pack

    sources = [read_source(name) for name in ("schulweg-schreiben", "personal-vorlage")]
    assert bytes(draw_pack(sources).output()) == bytes(draw_pack(sources).output())


def test_a_fact_that_stands_nowhere_stops_the_script():
    from ratsassistent.demo.make_pack import located

    with pytest.raises(ValueError, match="steht nicht"):
        located({"must": ["4711 Euro"], "quelle": "a"}, ["Hier steht nichts davon."], {"a": (1, 1)})
