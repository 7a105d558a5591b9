"""A paper of which only some pages are left: nothing of the others in it, and what is left stands where it stood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.oparl import Change, Citation, Consultation, FileSpan, FormValue, PagedText, PageStart, Paper, Part
from ratsassistent.pack.papers.cutting import pages_of, without_pages

FILE = "ra:datei-1"


def paper(texts: list[str], **more: object) -> Paper:
    text, starts = "", []
    for number, page in enumerate(texts, 1):
        starts.append(PageStart(offset=len(text), file_id=FILE, file="a.pdf", page=number))
        text += page + "\n"
    whole = PagedText(text=text, starts=tuple(starts))
    part = Part(kind="reason", heading="Begründung", start=0, end=len(text))
    made = Paper(
        id="ra:vorlage-1", reference="V/1", name="Brücke", paperType="Vorlage",
        files=(FileSpan(file_id=FILE, name="a.pdf", first=1, last=len(texts)),), text=whole, parts=(part,),
    )  # fmt: skip
    return made.model_copy(update=more)


def cut(given: Paper, gone: set[int], printed: dict[int, str] | None = None) -> Paper:
    texts = {(FILE, page): text for page, text in (printed or {}).items()}
    return without_pages(given, {(FILE, page) for page in gone}, texts, "Anderer Name")


@given(st.lists(st.text(alphabet="abc \n", min_size=1, max_size=12), min_size=1, max_size=7), st.data())
def test_what_is_left_is_what_stood_on_the_pages_that_are_left(texts: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(1, len(texts)), max_size=len(texts)))
    whole = paper(texts)
    left = cut(whole, gone, dict(enumerate(texts, 1)))
    kept = [n for n in range(1, len(texts) + 1) if n not in gone]
    assert [key[1] for key in pages_of([left])] == kept
    assert left.text.text == "".join(f"{texts[n - 1]}\n" for n in kept)
    assert [left.text.at(start.offset).page for start in left.text.starts] == kept
    for part in left.parts:  # each piece of a part says the words that it said
        assert left.part_text(part) in whole.text.text
    if not gone:
        assert left == whole


def test_a_word_that_runs_over_the_edge_keeps_to_its_page() -> None:
    whole = paper(["Sie zahlt den Kaufpreisgeheim.", "Mehr dazu hier."])  # made whole when the paper was read
    left = cut(whole, {2}, {1: "Sie zahlt den Kaufpreis-"})
    assert left.text.text.split() == ["Sie", "zahlt", "den", "Kaufpreis-"]
    assert len(left.text.text) == len("Sie zahlt den Kaufpreisgeheim.\n")  # so that parts hold
    assert cut(whole, set(), {}).text.text == whole.text.text


def test_what_cites_a_page_that_goes_goes_with_it() -> None:
    def at(page: int) -> tuple[Citation, ...]:
        return (Citation(file="a.pdf", file_id=FILE, page=page),)

    whole = paper(
        ["eins", "zwei", "drei"],
        form=(FormValue(name="Kosten", value="ja", citation=at(1)), FormValue(name="Preis", value="9", citation=at(2))),
        changes=(Change(part="text", before="zwei", after=None, citation_before=at(2)),),
        consultations=(Consultation(organization="Rat"),),
    )
    left = cut(whole, {2}, {1: "eins", 3: "drei"})
    assert [value.name for value in left.form] == ["Kosten"]
    assert left.changes == ()
    assert (left.name, left.consultations) == ("Brücke", whole.consultations)
    assert [(s.first, s.last) for s in left.files] == [(1, 1), (3, 3)]
    assert [left.part_text(p) for p in left.parts] == ["eins\n", "drei\n"]
    assert not left.parts[0].complete
    first_gone = cut(whole, {1}, {})
    assert (first_gone.name, first_gone.consultations, first_gone.paperType) == ("Anderer Name", (), None)
