from hypothesis import given, settings
from hypothesis import strategies as st

from ratsassistent.oparl import PagedText, PageStart, Paper, Part
from ratsassistent.pack.papers.passages import cut_passages

SENTENCE = "Die Verwaltung prüft bis zum 3. Quartal, ob z. B. der Weg nach § 5 Abs. 2 BauGB gebaut wird."


def paper(pages: list[str], parts: list[tuple[str, int, int]] | None = None) -> Paper:
    starts, text = [], ""
    for number, page in enumerate(pages, 1):
        starts.append(PageStart(offset=len(text), file_id="f", file="f.pdf", page=number))
        text += page + "\n"
    cut = parts or [("reason", 0, len(text))]
    return Paper(
        id="ra:vorlage-1",
        reference="1/2024",
        name="Weg",
        paperType=None,
        files=(),
        text=PagedText(text=text, starts=tuple(starts)),
        parts=tuple(Part(kind=kind, heading=None, start=start, end=end) for kind, start, end in cut),  # type: ignore[arg-type]
    )


def test_passages_are_exact_and_end_with_a_sentence():
    made = paper(["\n".join([SENTENCE] * 20), "\n".join([SENTENCE] * 20)])
    passages = cut_passages(made, "ra:top-1", "ra:sitzung-1")
    assert len(passages) > 3
    for passage in passages:
        assert passage.text == made.text.text[passage.start : passage.end]
        assert passage.text.endswith("gebaut wird.")
        assert passage.text.startswith("Die Verwaltung")
        assert len(passage.text.split()) <= 135
        assert (passage.item_id, passage.meeting_id, passage.paper_id) == ("ra:top-1", "ra:sitzung-1", made.id)
    assert [c.page for c in passages[0].citation] == [1]
    assert [c.page for c in passages[-1].citation] == [2]
    assert len({passage.id for passage in passages}) == len(passages)
    joined = " ".join(passage.text for passage in passages)
    assert joined.split() == made.text.text.split()  # nothing is lost


def test_no_passage_from_a_form_or_over_the_border_of_a_part():
    text = "Der Rat beschließt den Weg. Ja Nein Weil er fehlt."
    made = paper([text], [("resolution", 0, 27), ("form", 28, 35), ("reason", 36, len(text))])
    assert [(p.kind, p.text) for p in cut_passages(made, None, None)] == [
        ("resolution", "Der Rat beschließt den Weg."),
        ("reason", "Weil er fehlt."),
    ]


def test_a_passage_never_reaches_over_more_than_three_pages():
    made = paper([f"Karte {number}" for number in range(1, 12)])
    passages = cut_passages(made, None, None)
    assert passages
    assert max(len(passage.citation) for passage in passages) <= 3
    assert {c.page for passage in passages for c in passage.citation} == set(range(1, 12))


def test_the_same_words_twice_have_their_own_places():
    made = paper(["Kurz gesagt ja.\n\n" + "Wort " * 128 + "Ende.\n\nKurz gesagt ja."])
    places = [passage.start for passage in cut_passages(made, None, None) if "Kurz gesagt ja." in passage.text]
    assert len(places) == 2
    assert places[0] < places[1]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(alphabet="ab. \n12§-•", max_size=400), min_size=1, max_size=6))
def test_offsets_are_exact_for_any_text(pages):
    made = paper(pages)
    at = 0
    for passage in cut_passages(made, None, None):
        assert passage.text == made.text.text[passage.start : passage.end]
        assert at <= passage.start
        assert 1 <= len(passage.citation) <= 3
        at = passage.end


def test_no_passage_reaches_over_a_page_that_ends_with_a_sentence():
    half = "\n".join([SENTENCE] * 9)
    made = paper([half, half])
    assert [[c.page for c in passage.citation] for passage in cut_passages(made, None, None)] == [[1], [1], [2], [2]]
    broken = paper([half + " Und das", "ist nicht alles. " + half])
    assert [1, 2] in [[c.page for c in passage.citation] for passage in cut_passages(broken, None, None)]
