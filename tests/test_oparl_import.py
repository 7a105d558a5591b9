import datetime as dt
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import oparl_data as data
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ratsassistent.archive.importing import take_in_oparl
from ratsassistent.archive.index import Index
from ratsassistent.archive.store import Store
from ratsassistent.errors import Interrupted
from ratsassistent.oparl import (
    AgendaItem,
    File,
    FileSpan,
    Meeting,
    Page,
    PagedText,
    PageStart,
    Paper,
    Part,
    Skipped,
    ra_id,
)
from ratsassistent.pack.oparl_data import oparl_read
from ratsassistent.pack.oparl_data.oparl_objects import body, flag, moment, take_apart, text, texts, whole
from ratsassistent.pack.oparl_data.oparl_read import Found, read_objects
from ratsassistent.pack.papers.passages import cut_passages


class Archives:
    """Both archives, and short ways to fill them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = Store.open(folder / "oeffentlich", public=True)
        self.nonpublic = Store.open(folder / "nichtoeffentlich", public=False)
        self.count = 0

    def take_in(self, *objects, **more):
        self.count += 1
        path = data.write(self.folder / f"daten{self.count}.jsonl", *objects)
        return take_in_oparl([(path, path.name)], self.public, self.nonpublic, **more)

    def take_in_pdf(self, meeting=None, loose=()):
        """What `intake` does with a meeting whose pages are read."""
        held = self.public.same_meeting(meeting) if meeting else None
        if held is not None:
            from ratsassistent.pack.agendas.nachtrag import merge_meetings

            meeting = merge_meetings(held, meeting)
        papers = [(p, i.id, meeting.id) for i in meeting.agendaItem for p in i.papers] if meeting else []
        papers += [(p, None, None) for p in loose]
        self.public.save_pack(
            meetings=[meeting] if meeting else [],
            loose_papers=loose,
            files=[(File(id="ra:datei-paket", name="paket.pdf", sha256="s"), pages())],
            passages=[x for p, item_id, meeting_id in papers for x in cut_passages(p, item_id, meeting_id)],
        )

    def close(self):
        self.public.close()
        self.nonpublic.close()


@pytest.fixture
def archives(tmp_path):
    opened = Archives(tmp_path)
    yield opened
    opened.close()


def values(path):
    return [f.value if isinstance(f, Found) else f for f in read_objects(path, path.name)]


def pages():
    return [Page(number=n, text=t, source="text", public=True) for n, t in enumerate(("Tagesordnung", data.TEXT), 1)]


def pdf_paper(words=data.TEXT, reference="2031/017", public=True):
    return Paper(
        id=ra_id("vorlage", reference),
        reference=reference,
        name="Neubau der Brücke am Mühlbach",
        paperType=None,
        files=(FileSpan(file_id="ra:datei-paket", name="paket.pdf", first=2, last=2),),
        text=PagedText(text=words, starts=(PageStart(offset=0, file_id="ra:datei-paket", file="paket.pdf", page=2),)),
        parts=(Part(kind="reason", heading=None, start=0, end=len(words)),),
        public=public,
    )


def pdf_meeting(*papers, organization="Gemeinderat der Stadt Lindenau", start="2031-03-04", public=True):
    own = ra_id("sitzung", organization, start[:10])
    item = AgendaItem(
        id=ra_id("top", own, "bruecke"), order=1, number="4", name="Neubau der Brücke am Mühlbach", public=public,
        papers=papers or (pdf_paper(),), pages=(2, 2),
    )  # fmt: skip
    return Meeting(
        id=own, name="Sitzung des Gemeinderats", organization=organization, start=start, agendaItem=(item,)
    )  # fmt: skip


# --- files


SHAPES = {
    "ein Objekt": lambda o: json.dumps(o[0]),
    "eingerückt": lambda o: json.dumps(o[0], indent=2),
    "Liste": json.dumps,
    "Liste, eingerückt": lambda o: json.dumps(o, indent=1),
    "Liste, je Zeile eins": lambda o: "[\n" + ",\n".join(map(json.dumps, o)) + "\n]",
    "Listenseite": lambda o: json.dumps({"data": o, "pagination": {"x": 1}, "links": {"next": "y"}}),
    "Listenseite, Links zuerst": lambda o: json.dumps({"links": {"data": []}, "data": o}, indent=2),
    "Zeilen": lambda o: "\n".join(map(json.dumps, o)),
    "Zeilen aus Seiten": lambda o: "\n".join(json.dumps({"data": [one]}) for one in o),
    "hintereinander": lambda o: "".join(json.dumps(one, indent=1) for one in o),
    "BOM": lambda o: "\ufeff" + json.dumps(o),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_shape_gives_the_same_objects(tmp_path, shape, packed):
    objects = [data.paper(n, **{"vendor:feld": [1, {"a": None}]}) for n in (1, 2, 3)]
    words = SHAPES[shape](objects).encode()
    path = tmp_path / "daten.json"
    path.write_bytes(gzip.compress(words) if packed else words)
    assert values(path) == (objects if "Objekt" not in shape and shape != "eingerückt" else objects[:1])


def test_a_broken_line_is_named_and_the_rest_goes_on(tmp_path):
    path = data.write(tmp_path / "daten.jsonl", data.paper(1), '{"id": kaputt', "", "[5]", data.paper(2))
    first, broken, strange, second = values(path)
    assert (first["reference"], second["reference"]) == ("2031/001", "2031/002")
    assert (broken.path, broken.reason) == ("daten.jsonl, Zeile 2", "Diese Zeile ist kein gültiges JSON.")
    assert strange.path == "daten.jsonl, Zeile 4"


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path):
    path = tmp_path / "daten.json"
    path.write_text(json.dumps([data.paper(1), data.paper(2)])[:-40])
    whole_one, broken = values(path)
    assert whole_one["reference"] == "2031/001"
    assert "bricht ab" in broken.reason


@pytest.mark.parametrize("words", [b"", b" \n", b"5", b"hallo", b"[" * 100_000, b"\xff\xfe{\x00", b"\x1f\x8bkein gzip"])
def test_what_is_no_json_is_one_sentence(tmp_path, words):
    path = tmp_path / "daten.json"
    path.write_bytes(words)
    (skipped,) = values(path)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.endswith(".")


def test_bombs_are_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(oparl_read, "MAX_OBJECT", 100_000)
    monkeypatch.setattr(oparl_read, "RATIO_FROM", 1_000_000)
    long = json.dumps(data.paper(1, name="x" * 300_000))
    lines = data.write(tmp_path / "zeilen.jsonl", data.paper(1), long, data.paper(2))
    assert [v.reason if isinstance(v, Skipped) else v["reference"] for v in values(lines)] == [
        "2031/001", "Diese Zeile ist länger, als ein Objekt sein darf.", "2031/002",
    ]  # fmt: skip
    listed = tmp_path / "liste.json"
    listed.write_text(json.dumps([data.paper(1), data.paper(2, name="x" * 3_000_000)]))
    assert "länger" in values(listed)[-1].reason
    packed = tmp_path / "bombe.gz"
    packed.write_bytes(gzip.compress(b'{"id":"1"}\n{"id":"2"}\n' + b"\n" * 20_000_000))
    assert "verdächtig stark gepackt" in values(packed)[-1].reason


def test_a_file_of_nonsense_is_not_reported_line_by_line(tmp_path):
    path = data.write(tmp_path / "daten.jsonl", data.paper(1), *["{"] * 500)
    reports = [v for v in values(path) if isinstance(v, Skipped)]
    assert len(reports) == oparl_read.MAX_REPORTS + 1
    assert "450" in reports[-1].reason


# --- fields


def test_times_are_local_days():
    assert moment("2031-03-04T18:00:00+01:00") == "2031-03-04T18:00"
    assert moment("2031-07-01T22:30:00Z") == "2031-07-02T00:30"
    assert moment("2031-12-31T23:30:00+00:00") == "2032-01-01T00:30"
    assert moment("4.3.2031, 17:15") == "2031-03-04T17:15"
    assert moment("2031-03-04") == moment("2031-03-04T00:00:00+01:00") == "2031-03-04"
    assert [moment(x) for x in ("gestern", "2031-02-30", 5, None, ["x"])] == [None] * 5


def test_markup_becomes_text():
    html = "<p>Der Rat <b>beschließt</b>:</p><ul><li>Bau&nbsp;A</li><li>Bau B &lt; C</li></ul><script>x()</script>"
    assert body(html).split() == ["Der", "Rat", "beschließt:", "-", "Bau", "A", "-", "Bau", "B", "<", "C"]
    assert body("5 < 6 und 7 > 3 & mehr") == "5 < 6 und 7 > 3 & mehr"
    assert body("A\x00B\ud800") == "AB"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted(
    {
        *data.paper(),
        *data.meeting(),
        *data.item(),
        *data.file(1, "x", "y"),
        "deleted",
        "resolutionFile",
        "resolutionText",
        "votes",
    }
)


@given(JSON)
def test_readers_of_fields_never_fail(value):
    for read in (text, texts, body, flag, whole, moment):
        read(value)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), JSON, max_size=8))
def test_taking_apart_never_fails(value):
    for raw in take_apart(value):
        assert raw is None or raw.id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from([data.paper, data.meeting, data.item]), st.sampled_from(FIELDS), JSON), max_size=6
    )
)
def test_wrong_types_never_stop_an_import(archives, wrong):
    objects = [make(**{field: value}) for make, field, value in wrong if field not in {"text"}]
    archives.take_in(*objects, data.paper(99, name="Der gute Rest"))
    assert any(p.name == "Der gute Rest" for p in archives.public.papers_by_reference("2031/099"))


# --- meetings and papers


def test_a_meeting_with_its_papers(archives):
    done = archives.take_in(data.paper(), data.meeting(), data.organization())
    (meeting,) = archives.public.meetings()
    (item,) = meeting.agendaItem
    (paper,) = item.papers
    assert (meeting.oparl_id, meeting.organization, meeting.start) == (
        f"{data.URL}/meeting/3", "Gemeinderat", "2031-03-04T18:00",
    )  # fmt: skip
    assert (item.number, item.public, item.oparl_id) == ("Ö 4", True, f"{data.URL}/agendaItem/17")
    assert (paper.reference, paper.date, paper.oparl_id) == ("2031/017", dt.date(2031, 2, 20), f"{data.URL}/paper/17")
    assert [paper.part_text(p) for p in paper.parts if p.kind == "resolution"] == [data.PROPOSAL]
    assert {p.kind for p in paper.parts} >= {"resolution", "reason", "statement"}
    (consultation,) = paper.consultations
    assert (consultation.organization, consultation.date, consultation.role) == (
        "Gemeinderat", dt.date(2031, 3, 4), "Entscheidung",
    )  # fmt: skip
    (decision,) = item.decisions
    assert (decision.result, decision.outcome) == ("mehrheitlich zugestimmt", "accepted")
    assert (done.papers, done.files, len(done.meetings), done.skipped) == (1, 2, 1, ())
    assert [p.reference for p in done.meetings[0].agendaItem[0].papers] == ["2031/017"]
    assert archives.nonpublic.meetings() == []


def test_citations_name_the_file_and_no_page(archives):
    archives.take_in(data.paper(), data.meeting(), data.organization())
    hits = Index(archives.public).search("Umweg über den Anger")
    (citation,) = hits[0].passage.citation
    assert (citation.file, citation.file_id, citation.page) == ("Vorlage", f"{data.URL}/file/170", None)
    assert hits[0].paper.reference == "2031/017"
    assert hits[0].date == "2031-03-04"
    assert archives.public.page_counts(None) == (0, 0)


def parts_of_the_whole():
    """The same data with nothing embedded, in many files and the wrong order."""
    paper, meeting = data.paper(), data.meeting()
    consultation, main, further = paper["consultation"][0], paper["mainFile"], paper["auxiliaryFile"][0]
    apart = {**paper, "mainFile": main["id"], "auxiliaryFile": [further["id"]], "consultation": [consultation["id"]]}
    items = meeting["agendaItem"]
    return [
        {**meeting, "agendaItem": [i["id"] for i in items]},
        *items,
        further,
        apart,
        consultation,
        data.organization(),
        main,
    ]


def test_references_in_any_order_and_over_several_files(archives, tmp_path):
    archives.take_in(data.paper(), data.meeting(), data.organization())
    whole_one = archives.public.meetings()
    other = Archives(tmp_path / "anders")
    paths = [data.write(tmp_path / f"teil{n}.json.gz", one) for n, one in enumerate(parts_of_the_whole())]
    take_in_oparl([(p, p.name) for p in reversed(paths)], other.public, other.nonpublic)
    assert other.public.meetings() == whole_one
    other.close()


@pytest.mark.parametrize("paper_first", [True, False])
def test_papers_and_meetings_find_each_other_over_two_take_ins(archives, paper_first):
    steps = [[data.paper()], [data.meeting(), data.organization()]]
    for step in steps if paper_first else reversed(steps):
        archives.take_in(*step)
    (meeting,) = archives.public.meetings()
    assert [p.reference for p in meeting.agendaItem[0].papers] == ["2031/017"]
    assert archives.public.loose_papers() == []
    assert {p.item_id for p in archives.public.passages()} >= {meeting.agendaItem[0].id}


def test_objects_without_a_type_are_known_by_their_fields(archives):
    objects = [data.paper(), data.meeting(), data.organization()]
    archives.take_in(*({k: v for k, v in one.items() if k != "type"} for one in objects))
    assert archives.public.meetings()[0].agendaItem[0].papers[0].reference == "2031/017"


def test_what_is_not_known_to_be_public_is_kept_apart(archives):
    unknown = data.item(18, number="N 1", name="Grundstück am Anger", public=None)
    secret = data.item(19, number="N 2", name="Personalsache", public=False)
    archives.take_in(data.meeting(data.item(), unknown, secret), data.paper(), data.paper(18), data.paper(19))
    assert [i.number for i in archives.public.meetings()[0].agendaItem] == ["Ö 4"]
    hidden = archives.nonpublic.meetings()[0].agendaItem
    assert [(i.number, i.public, i.papers[0].reference) for i in hidden] == [
        ("N 1", None, "2031/018"), ("N 2", False, "2031/019"),
    ]  # fmt: skip
    assert archives.public.papers_by_reference("2031/018") == archives.public.papers_by_reference("2031/019") == []


def test_a_paper_without_an_item_was_published(archives):
    archives.take_in(data.paper(consultation=[]))
    (loose,) = archives.public.loose_papers()
    assert (loose.public, loose.reference) == (True, "2031/017")


def test_an_item_with_a_file_of_its_own_keeps_its_paper(archives):
    wording = data.file(90, "Auszug", "Der Gemeinderat beschließt den Neubau.")
    archives.take_in(data.meeting(data.item(resolutionFile=wording)), data.paper())
    (meeting,) = archives.public.meetings()
    assert sorted(len(p.text.text) > 60 for p in meeting.agendaItem[0].papers) == [False, True]
    assert not archives.public.loose_papers()


def test_a_paper_that_is_not_public_at_a_public_item_lies_apart(archives):
    archives.take_in(data.meeting(data.item()), data.paper(public=False))
    (public,), (apart,) = archives.public.meetings(), archives.nonpublic.meetings()
    assert public.agendaItem[0].id == apart.agendaItem[0].id
    assert not public.agendaItem[0].papers
    assert [p.public for p in apart.agendaItem[0].papers] == [False]


def test_deleted_objects_are_passed_over(archives):
    gone = data.item(18, deleted=True, name="Entfallen")
    archives.take_in(data.meeting(data.item(), gone), data.paper(18, deleted=True), {"id": "x", "deleted": True})
    (meeting,) = archives.public.meetings()
    assert [i.name for i in meeting.agendaItem] == ["Neubau der Brücke am Mühlbach"]
    assert archives.public.papers_by_reference("2031/018") == []


def test_decisions_take_wording_and_votes_from_where_they_stand(archives):
    wording = "Der Gemeinderat beschließt den Neubau der Brücke. Abstimmungsergebnis: 12 Ja-Stimmen, 3 Nein-Stimmen"
    one = data.item(1, result="beschlossen", resolutionFile=data.file(900, "Beschluss", wording))
    two = data.item(
        2, result="abgelehnt", resolutionText="<p>Der Antrag wird abgelehnt.</p>", votes={"Ja": 4, "Nein": "9"}
    )
    none = data.item(3, result=None)
    archives.take_in(data.meeting(one, two, none))
    first, second, third = archives.public.meetings()[0].agendaItem
    assert (first.decisions[0].text, first.decisions[0].vote.yes, first.decisions[0].vote.no) == (wording, 12, 3)
    assert first.decisions[0].citation[0].file_id == f"{data.URL}/file/900"
    assert (second.decisions[0].outcome, second.decisions[0].vote.no) == ("rejected", 9)
    assert second.decisions[0].text == "Der Antrag wird abgelehnt."
    assert third.decisions == ()
    assert Index(archives.public).search("Neubau Brücke")[0].passage.item_id == first.id


def test_minutes_of_a_meeting_are_found_and_go_with_it(archives):
    minutes = data.file(
        950, "Niederschrift", "Der Vorsitzende eröffnet die Sitzung. Herr Ahrens fragt nach dem Stauwehr."
    )
    archives.take_in(data.meeting(resultsProtocol=minutes))
    (hit,) = Index(archives.public).search("Stauwehr")
    assert hit.meeting == archives.public.meetings()[0].id
    archives.public.delete_meeting(hit.meeting)
    assert Index(archives.public).search("Stauwehr") == []
    assert archives.public.files() == []


def test_files_without_text_are_counted(archives):
    done = archives.take_in(data.paper(mainFile=data.file(1, "Vorlage")))
    assert done.files_without_text == 1
    assert "keinen Text" in done.skipped[0].reason


def test_two_papers_with_one_number_stay_two(archives):
    archives.take_in(data.paper(1, reference="2031/500"), data.paper(2, reference="2031/500"))
    assert len(archives.public.papers_by_reference("2031/500")) == 2


# --- again


def everything(store):
    import sqlite3

    with sqlite3.connect(store.folder / "archiv.sqlite") as connection:
        return list(connection.iterdump())


def test_the_same_again_changes_nothing(archives):
    objects = [
        data.paper(),
        data.paper(5, consultation=[]),
        data.meeting(data.item(), data.item(6, public=False)),
        data.organization(),
    ]
    first = archives.take_in(*objects)
    before = everything(archives.public), everything(archives.nonpublic)
    again = archives.take_in(*objects)
    assert (everything(archives.public), everything(archives.nonpublic)) == before
    assert (again.papers, again.files, again.unchanged) == (first.papers, first.files, 3)
    assert [m.id for m in again.meetings] == [m.id for m in first.meetings]
    assert [[p.id for p in i.papers] for i in again.meetings[0].agendaItem] == [
        [p.id for p in i.papers] for i in first.meetings[0].agendaItem
    ]


def test_a_changed_paper_replaces_its_words(archives):
    archives.take_in(data.paper(), data.meeting())
    changed = data.paper(mainFile=data.file(170, "Vorlage", data.TEXT.replace("Anger", "Kirchplatz")))
    done = archives.take_in(changed, data.meeting())
    assert done.unchanged == 1
    assert Index(archives.public).search("Kirchplatz")
    assert Index(archives.public).search("Anger") == []


def test_results_that_come_later_are_added(archives):
    archives.take_in(data.meeting(data.item(result=None)), data.paper())
    archives.take_in(data.meeting())
    (item,) = archives.public.meetings()[0].agendaItem
    assert item.decisions[0].result == "mehrheitlich zugestimmt"
    assert item.papers
    archives.take_in(data.meeting(data.item(result=None)))
    assert archives.public.meetings()[0].agendaItem[0].decisions[0].result == "mehrheitlich zugestimmt"


def test_a_deleted_meeting_comes_back_when_it_is_taken_in_again(archives):
    archives.take_in(data.paper(), data.meeting())
    (meeting,) = archives.public.meetings()
    archives.public.delete_meeting(meeting.id)
    assert archives.public.meetings() == archives.public.files() == []
    archives.take_in(data.paper(), data.meeting())
    assert [p.reference for p in archives.public.meeting(meeting.id).agendaItem[0].papers] == ["2031/017"]


def test_a_stopped_import_keeps_what_is_done(archives, monkeypatch):
    monkeypatch.setattr("ratsassistent.archive.importing.PAPERS_A_STEP", 5)
    papers = [data.paper(n, consultation=[]) for n in range(1, 31)]
    calls = iter(range(100))
    with pytest.raises(Interrupted):
        archives.take_in(*papers, should_stop=lambda: next(calls) >= 4)
    held = len(archives.public.loose_papers(with_text=False))
    assert 0 < held < 30
    assert archives.take_in(*papers).unchanged == held
    assert len(archives.public.loose_papers()) == 30


def test_a_killed_import_goes_on(tmp_path):
    path = data.write(tmp_path / "daten.jsonl", *(data.paper(n, consultation=[]) for n in range(1, 301)))
    code = """
import sys
from pathlib import Path
from ratsassistent.archive import importing
from ratsassistent.archive.store import Store
importing.PAPERS_A_STEP = 5
folder, path = map(Path, sys.argv[1:])
with Store.open(folder / "o", True) as public, Store.open(folder / "n", False) as nonpublic:
    importing.take_in_oparl([(path, path.name)], public, nonpublic, progress=lambda line, _: print(line, flush=True))
"""
    command = [sys.executable, "-c", code, str(tmp_path), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("Vorlage ") and int(line.split()[1]) > 20:
                os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                break
    time.sleep(0.05)
    with Store.open(tmp_path / "o", True) as public, Store.open(tmp_path / "n", False) as nonpublic:
        held = len(public.loose_papers(with_text=False))
        assert 15 <= held < 300
        done = take_in_oparl([(path, path.name)], public, nonpublic)
        assert (done.papers, done.unchanged) == (300, held)
        assert len(public.loose_papers(with_text=False)) == 300


# --- the same things from PDF


@pytest.mark.parametrize("pdf_first", [True, False])
def test_a_meeting_from_pdf_and_oparl_is_one(archives, pdf_first):
    steps = [
        lambda: archives.take_in_pdf(pdf_meeting()),
        lambda: archives.take_in(data.paper(), data.meeting(), data.organization()),
    ]
    for step in steps if pdf_first else reversed(steps):
        step()
    for again in steps:
        (meeting,) = archives.public.meetings()
        (item,) = meeting.agendaItem
        (paper,) = item.papers
        assert meeting.oparl_id == f"{data.URL}/meeting/3"
        assert item.oparl_id == f"{data.URL}/agendaItem/17"
        assert item.decisions[0].result == "mehrheitlich zugestimmt"
        assert (paper.oparl_id, paper.date) == (f"{data.URL}/paper/17", dt.date(2031, 2, 20))
        assert [(s.file_id, s.first) for s in paper.files] == [("ra:datei-paket", 2), (f"{data.URL}/file/171", 1)]
        assert paper.text.text.startswith(data.TEXT)
        assert "Wasserwirtschaftsamt" in paper.text.text  # a file that the PDF does not have
        (hit, *_) = Index(archives.public).search("Umweg über den Anger")
        assert [(c.file_id, c.page) for c in hit.passage.citation] == [("ra:datei-paket", 2)]
        assert len(Index(archives.public).search("Wasserwirtschaftsamt")) == 1
        assert archives.public.paper(paper.id) == paper
        again()


def test_a_published_paper_whose_pages_are_held_back_is_named(archives):
    loose = pdf_paper(public=None)
    archives.nonpublic.save_pack(loose_papers=[loose], passages=cut_passages(loose, None, None))
    assert archives.take_in(data.paper()).publishable == (loose.id,)
    other = pdf_paper(
        words="Ganz andere Worte stehen in diesem Entwurf, der nie veröffentlicht wurde.",
        reference="2031/020",
        public=None,
    )
    archives.nonpublic.save_pack(loose_papers=[other], passages=cut_passages(other, None, None))
    assert archives.take_in(data.paper(20)).publishable == ()


@pytest.mark.parametrize(
    ("organization", "start", "same"),
    [
        ("Gemeinderat", "2031-03-04", True),
        ("Gemeinderates der Stadt Lindenau", "2031-03-04T18:00", True),
        ("Gemeinderat", "2031-03-05", False),
        ("Ortschaftsrat Ufer", "2031-03-04", False),
        ("Bauausschuss", "2031-03-04", False),
    ],
)
def test_only_the_same_body_on_the_same_day_is_the_same_meeting(archives, organization, start, same):
    archives.take_in(data.meeting(), data.organization())
    wanted = Meeting(id="", name=organization, organization=organization, start=start, agendaItem=())
    held = archives.public.same_meeting(wanted)
    assert (held is not None) == same


def test_an_import_without_names_of_bodies_knows_them_from_an_earlier_one(archives):
    archives.take_in(data.organization(name="Rat der Gemeinde Lindenau"))
    archives.take_in(data.meeting())
    assert archives.public.meetings()[0].organization == "Rat der Gemeinde Lindenau"


def test_workers_give_the_same_as_one_process(archives, tmp_path, monkeypatch):
    papers = [data.paper(n) for n in range(1, 7)]
    archives.take_in(*papers)
    monkeypatch.setattr("ratsassistent.archive.converting.WORTH_IT", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    other = Archives(tmp_path / "anders")
    other.take_in(*papers)
    assert other.public.loose_papers() == archives.public.loose_papers()
    assert other.public.passages() == archives.public.passages()
    other.close()
