"""Fetching from an OParl server of this test suite, with all the faults that servers have, and from a watched folder."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pdfs
import pytest
from commands import Run, refused
from oparl_server import Answer, Oparl, serving

from ratsassistent import deleting, held, intake, remarks, swapping, workflow
from ratsassistent.archive import fulltext
from ratsassistent.backup import making, restoring
from ratsassistent.errors import InputError, NotFound, StorageError
from ratsassistent.fetching import addresses, client, folder, keeping, laid, lists, opted, progress, run
from ratsassistent.fetching.client import Manners
from ratsassistent.fetching.opted import Source
from ratsassistent.output import data_sheet, fetch_command, page_fetch
from ratsassistent.pack.files.isolated import Children
from ratsassistent.proof import sheet
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace, workspace

NOW = dt.datetime(2031, 2, 25, 9, tzinfo=dt.UTC)
QUICK = Manners(pause_s=0.0, tries=3, timeout_s=5.0)
BRIDGE = "Der Gemeinderat beschließt den Neubau der Brücke am Mühlbach zum Preis von 480.000 Euro."
MAIN = [["Beschlussvorlage", "Vorlage Nr.: 2031/017", "Neubau der Brücke am Mühlbach", "Beschlussvorschlag:", BRIDGE,
         "Begründung:", "Die alte Brücke ist seit dem Hochwasser gesperrt. Der Umweg über den Anger dauert zwanzig Minuten."]]  # fmt: skip
ANNEX = [["Anlage 1", "Lageplan der Brücke mit einem lichten Maß von zwei Metern und sieben Zentimetern"]]


def day(number: int) -> dt.datetime:
    return dt.datetime(2031, 2, number, 12, tzinfo=dt.UTC)


def file(oparl: Oparl, key: str, body: bytes, kind: str = "application/pdf", **more: Any) -> dict[str, Any]:
    oparl.files[f"/datei/{key}"] = kind, body
    return {"id": oparl.url(f"file/{key}"), "type": "https://schema.oparl.org/1.1/File", "name": key, "mimeType": kind,
            "accessUrl": oparl.url(f"datei/{key}"), **more}  # fmt: skip


def consultation(oparl: Oparl, key: str) -> dict[str, Any]:
    return {"id": oparl.url(f"consultation/{key}"), "type": "https://schema.oparl.org/1.1/Consultation", "paper": oparl.url(f"paper/{key}"),
            "meeting": oparl.url("meeting/3"), "agendaItem": oparl.url(f"agendaItem/{key}"), "organization": [oparl.url("organization/1")],
            "role": "Entscheidung"}  # fmt: skip


def item(oparl: Oparl, key: str, name: str, order: int, **more: Any) -> dict[str, Any]:
    return {"id": oparl.url(f"agendaItem/{key}"), "type": "https://schema.oparl.org/1.1/AgendaItem", "meeting": oparl.url("meeting/3"),
            "number": f"Ö {order}", "order": order, "name": name, "public": True, "consultation": oparl.url(f"consultation/{key}"), **more}  # fmt: skip


def meeting(oparl: Oparl, modified: dt.datetime, *items: dict[str, Any], **more: Any) -> None:
    oparl.put("meeting", "3", modified, **{
        "name": "12. Sitzung des Gemeinderates", "start": "2031-03-04T18:00:00+01:00", "organization": [oparl.url("organization/1")],
        "agendaItem": list(items), **more,
    })  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Oparl]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def reader() -> Iterator[Children]:
    with Children() as made:
        yield made


@pytest.fixture(autouse=True)
def _one_reader_for_all(reader: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFs are read by other processes, as ever; but starting these for each run is what would take the time."""
    for module in (run, intake):
        monkeypatch.setattr(module, "Children", lambda: nullcontext(reader))
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # no test can cut the power


@pytest.fixture
def oparl(server: Oparl) -> Oparl:
    """A town with a meeting of three items and three papers."""
    base = server.base
    server.__init__()  # type: ignore[misc]
    server.base = base
    server.put("organization", "1", day(1), name="Gemeinderat", shortName="GR")
    meeting(server, day(2), item(server, "17", "Neubau der Brücke am Mühlbach", 1, result="mehrheitlich zugestimmt"),
            item(server, "18", "Beleuchtung am Anger", 2), item(server, "19", "Personal der Kita", 3, public=None))  # fmt: skip

    def text(key: str) -> dict[str, Any]:
        return {
            "id": server.url(f"file/text{key}"),
            "name": "Vorlage",
            "mimeType": "text/plain",
            "text": f"Der Text der Vorlage {key}.",
        }

    for key, name in (
        ("17", "Neubau der Brücke am Mühlbach"),
        ("18", "Beleuchtung am Anger"),
        ("19", "Personal der Kita"),
    ):
        server.put("paper", key, day(3), name=name, reference=f"2031/0{key}", paperType="Beschlussvorlage",
                   consultation=[consultation(server, key)], mainFile=text(key))  # fmt: skip
    return server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path / "modelle",), threads=2)


@pytest.fixture
def ws(settings: Settings) -> Iterator[Workspace]:
    with workspace(settings) as opened:
        yield opened


def source(oparl: Oparl, **more: Any) -> Source:
    return opted.source(oparl.url("system"), **more)


def fetched(
    ws: Workspace, oparl: Oparl, given: Source | None = None, when: dt.datetime = NOW, **more: Any
) -> progress.Report:
    waited: list[float] = more.pop("waited", [])
    manners = replace(QUICK, **more)
    return run.fetch(ws, given or source(oparl), manners=manners, wait=waited.append, clock=lambda: when)


def names(ws: Workspace) -> set[str]:
    return {paper.name for one in held.meetings(ws) for i in one.agendaItem for paper in i.papers}


def with_files(oparl: Oparl) -> None:
    oparl.put("paper", "17", day(3), name="Neubau der Brücke am Mühlbach", reference="2031/017", paperType="Beschlussvorlage",
              consultation=[consultation(oparl, "17")], mainFile=file(oparl, "Vorlage", pdfs.pdf_bytes(MAIN)),
              auxiliaryFile=[file(oparl, "Anlage 1", pdfs.pdf_bytes(ANNEX)), file(oparl, "Seite", b"<html>Anmeldung</html>")])  # fmt: skip


# --- what comes


def test_meetings_papers_and_files_come_into_the_store_where_they_belong(ws: Workspace, oparl: Oparl) -> None:
    with_files(oparl)
    done = fetched(ws, oparl, source(oparl, nightly=True))
    assert done.ordered == 1  # a meeting to come, for the night
    assert [job.kind for job in ws.jobs.all()] == ["briefing"]
    (found,) = held.meetings(ws)
    assert [i.name for i in found.agendaItem] == [
        "Neubau der Brücke am Mühlbach",
        "Beleuchtung am Anger",
        "Personal der Kita",
    ]
    assert [i.id for i in ws.nonpublic.meetings()[0].agendaItem] == [found.agendaItem[2].id]  # not clearly public
    (paper,) = found.agendaItem[0].papers
    assert BRIDGE in " ".join(paper.text.text.split())
    assert "sieben Zentimetern" in paper.text.text
    assert paper.consultations[0].date == dt.date(2031, 3, 4)
    assert [(start.file, start.page) for start in paper.text.starts] == [("Vorlage", 1), ("Anlage 1", 1)]
    annex = paper.text.starts[1].file_id
    assert ws.public.file_path(annex).read_bytes() == oparl.files["/datei/Anlage 1"][1]
    assert ws.nonpublic.file(annex) is None
    assert ws.public.paper_by_oparl_id(oparl.url("paper/17")) is not None
    assert not held.loose_papers(ws)
    assert (done.meetings, done.papers, done.files) == (1, 3, 3)
    assert [note for note in done.notes if "keine PDF-Datei" in note]
    assert len(oparl.agents) == 1
    assert "Ratsassistent/" in oparl.agents.pop()


def test_what_is_attached_to_an_item_has_its_pages_too_and_the_item_keeps_its_paper(
    ws: Workspace, oparl: Oparl
) -> None:
    wording = [["Beschluss", "Der Gemeinderat beschließt den Neubau der Brücke."]]
    closed = [["Nichtöffentliche Vorlage", "Vorlage Nr.: 2031/018", "Der Preis der Leuchten beträgt 9.000 Euro."]]
    meeting(oparl, day(2), item(oparl, "17", "Neubau der Brücke am Mühlbach", 1, resolutionFile=file(oparl, "Auszug", pdfs.pdf_bytes(wording))),
            item(oparl, "18", "Beleuchtung am Anger", 2))  # fmt: skip
    oparl.put("paper", "18", day(3), name="Beleuchtung am Anger", reference="2031/018", consultation=[consultation(oparl, "18")],
              mainFile=file(oparl, "Leuchten", pdfs.pdf_bytes(closed)))  # fmt: skip
    fetched(ws, oparl)
    (found,) = held.meetings(ws)
    bridge, light = found.agendaItem
    assert ["beschließt den Neubau" in (d.text or "") for d in bridge.decisions] == [True]
    assert sorted(p.name for p in bridge.papers) == ["Neubau der Brücke am Mühlbach"] * 2
    assert [(s.file, s.page) for p in bridge.papers for s in p.text.starts if s.page] == [("Auszug", 1)]
    assert [(p.reference, p.public, [s.page for s in p.text.starts]) for p in light.papers] == [
        ("2031/018", False, [1])
    ]
    assert not any("9.000" in p.text.text for p in ws.public.loose_papers())
    assert b"9.000" not in b"".join(p.read_bytes() for p in ws.settings.public_folder.rglob("*") if p.is_file())


def test_minutes_come_once_and_stay_where_they_are(ws: Workspace, oparl: Oparl) -> None:
    minutes = [["Niederschrift", "über die 12. Sitzung des Gemeinderates am 04.03.2031", "TOP 1 Neubau der Brücke am Mühlbach",
                "Beschluss: Der Gemeinderat stimmt zu.", "Abstimmungsergebnis: 12 Ja, 3 Nein"]]  # fmt: skip
    given = file(oparl, "Niederschrift", pdfs.pdf_bytes(minutes))
    for name, when in (
        ("12. Sitzung des Gemeinderates", NOW),
        ("12. Sitzung des Gemeinderates (verlegt)", NOW + dt.timedelta(days=2)),
    ):
        meeting(
            oparl,
            when - dt.timedelta(days=1),
            item(oparl, "17", "Neubau der Brücke am Mühlbach", 1),
            name=name,
            resultsProtocol=given,
        )
        fetched(ws, oparl, when=when)
        held_files = [(store, one.id) for store in ws.stores for one in store.files() if store.page_count(one.id)]
        assert held_files
        assert all(store.file_path(key).is_file() for store, key in held_files)
        lying = {path for store in ws.stores for path in store.folder.rglob("*.pdf")}
        assert lying == {store.file_path(key) for store, key in held_files}
    assert oparl.conditional == ["/datei/Niederschrift"]


def test_the_paper_itself_is_found_among_further_files_and_what_is_read_as_another_paper_is_not_kept(
    ws: Workspace, oparl: Oparl
) -> None:
    other = [
        [
            "Beschlussvorlage",
            "Vorlage Nr.: 2030/555",
            "Zur Vorlage 2031/018",
            "Beschlussvorschlag:",
            "Der Rat stimmt zu.",
        ]
    ]
    for key, pages in (("17", MAIN), ("18", other)):
        oparl.put("paper", key, day(3), name="Brücke und Licht", reference=f"2031/0{key}", consultation=[consultation(oparl, key)],
                  auxiliaryFile=[file(oparl, f"Anlage {key}", pdfs.pdf_bytes(ANNEX)), file(oparl, f"Vorlage {key}", pdfs.pdf_bytes(pages))])  # fmt: skip
    fetched(ws, oparl)
    (found,) = held.meetings(ws)
    (paper,), (light,) = found.agendaItem[0].papers, found.agendaItem[1].papers
    assert [(start.file, start.page) for start in paper.text.starts] == [("Vorlage 17", 1), ("Anlage 17", 1)]
    assert "Der Rat stimmt zu." in light.text.text
    assert not held.loose_papers(ws)


def test_the_next_time_only_what_changed_is_asked_for_and_a_file_that_is_the_same_is_not_sent_again(
    ws: Workspace, oparl: Oparl
) -> None:
    with_files(oparl)
    oparl.lists["paper"][oparl.url("paper/17")]["auxiliaryFile"].pop()
    fetched(ws, oparl)
    oparl.asked.clear()
    again = fetched(ws, oparl, source(oparl, nightly=True), when=NOW + dt.timedelta(days=1))
    assert (again.meetings, again.papers, again.files, again.ordered, again.unfinished) == (0, 0, 0, 0, False)
    assert all("modified_since=2031-02-24T09" in path for path in oparl.asked if path.startswith("/list/"))
    assert len([path for path in oparl.asked if path.startswith("/list/")]) == 6
    assert not [path for path in oparl.asked if path.startswith("/datei/")]
    paper = oparl.lists["paper"][oparl.url("paper/17")]
    oparl.put(
        "paper",
        "17",
        NOW + dt.timedelta(days=2),
        **{
            **{k: v for k, v in paper.items() if k not in {"id", "type", "created", "modified"}},
            "name": "Neubau der Mühlbachbrücke",
        },
    )
    third = fetched(ws, oparl, when=NOW + dt.timedelta(days=3))
    assert (third.papers, third.files) == (1, 0)
    assert sorted(oparl.conditional) == ["/datei/Anlage%201", "/datei/Vorlage"]
    (found,) = held.meetings(ws)
    (changed,) = found.agendaItem[0].papers
    assert "sieben Zentimetern" in changed.text.text
    assert [start.page for start in changed.text.starts] == [1, 1]  # the pages that the archive has
    assert changed.name == "Neubau der Mühlbachbrücke"
    assert changed.consultations[0].date == dt.date(2031, 3, 4)  # the meeting was fetched by itself


class Killed(BaseException):
    pass


def killed(ws: Workspace, oparl: Oparl, at: str) -> None:
    """A run that ends without a word where it asks for this address."""
    real = client.Client.json

    def dies(self: client.Client, address: str) -> Any:
        if at in address:
            raise Killed
        return real(self, address)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(client.Client, "json", dies)
        with pytest.raises(Killed):
            fetched(ws, oparl)


def test_a_run_that_was_killed_goes_on_where_it_stopped(ws: Workspace, oparl: Oparl) -> None:
    killed(ws, oparl, "paper?page=2")
    assert not held.meetings(ws)
    where = progress.folder_of(ws.settings, source(oparl)) / laid.FILE
    with where.open("ab") as stream:
        stream.write(b'{"id": "halbe Ze')  # killed while it wrote
    oparl.asked.clear()
    done = fetched(ws, oparl)
    assert [path for path in oparl.asked if path.startswith("/list/")] == ["/list/paper?page=2"]
    assert (done.meetings, done.papers) == (1, 3)
    assert not [note for note in done.notes if "JSON" in note]
    assert not where.exists()


def test_where_the_archive_is_sealed_nothing_lies_beside_it(
    ws: Workspace, oparl: Oparl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "may_lie_there", lambda _: False)

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(run._Run, "_take_in", dies)
        with pytest.raises(Killed):
            fetched(ws, oparl)
    assert not [path for path in ws.settings.data_folder.rglob("*.jsonl") if b"Anger" in path.read_bytes()]
    assert fetched(ws, oparl).papers == 3  # from the beginning
    oparl.asked.clear()
    fetched(ws, oparl, when=NOW + dt.timedelta(days=1))
    assert all("modified_since" in path for path in oparl.asked if path.startswith("/list/"))


def test_half_a_line_does_not_spoil_the_next_one(tmp_path: Path) -> None:
    (tmp_path / laid.FILE).write_bytes(b'{"id": "a", "name": "eins"}\n{"id": "b", "na')
    first = laid.Laid(tmp_path)
    assert not first.has("b")
    first.add([{"id": "c", "name": "drei"}, {"id": "a", "name": "anders"}])
    first.close()
    again = laid.Laid(tmp_path)
    assert [one["name"] for one in again.all()] == ["drei", "anders"]
    again.clear()
    assert not list(tmp_path.iterdir())


def test_in_a_bounded_run_the_rest_comes_next_time(ws: Workspace, oparl: Oparl) -> None:
    first = fetched(ws, oparl, run_requests=5)  # robots, system, bodies, organizations, meetings
    assert first.unfinished
    assert (first.meetings, first.papers) == (1, 0)
    second = fetched(ws, oparl)
    assert not second.unfinished
    assert second.papers == 3
    assert names(ws) == {"Neubau der Brücke am Mühlbach", "Beleuchtung am Anger", "Personal der Kita"}


# --- what goes


def test_what_the_server_deleted_is_deleted_here_with_what_was_said_of_it(
    ws: Workspace, oparl: Oparl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_files(oparl)
    anew: list[object] = []
    merge = fulltext.merge

    def merged(connection: Any) -> None:
        anew.append(connection.engine)
        merge(connection)

    monkeypatch.setattr(fulltext, "merge", merged)
    fetched(ws, oparl)
    (found,) = held.meetings(ws)
    assert found.agendaItem[0].papers
    remarks.remark(ws, None, "2031/017", "note", text="Wer zahlt den Umweg?")
    for key in ("17", "18"):
        oparl.withdraw("paper", key, NOW + dt.timedelta(hours=1))
    anew.clear()
    done = fetched(ws, oparl, when=NOW + dt.timedelta(days=1))
    assert (done.deleted_papers, done.deleted_meetings, done.deleted_remarks) == (2, 0, 1)
    assert len(anew) == len(set(anew))  # however much goes, a database is written anew once
    assert names(ws) == {"Personal der Kita"}
    everything = b"".join(p.read_bytes() for p in ws.settings.data_folder.rglob("*") if p.is_file())
    assert b"480.000 Euro" not in everything
    assert b"Umweg" not in everything
    told = fetch_command.sentence(done)
    assert "Gelöscht, weil der Server gelöscht hat: 2 Vorlagen. Mit gelöscht: 1 Anmerkung oder Notiz dazu." in told


def test_a_deleted_meeting_goes_and_its_papers_that_are_still_there_come_again(ws: Workspace, oparl: Oparl) -> None:
    fetched(ws, oparl)
    oparl.withdraw("meeting", "3", NOW + dt.timedelta(hours=1))
    done = fetched(ws, oparl, when=NOW + dt.timedelta(days=1))
    assert done.deleted_meetings == 1
    assert not held.meetings(ws)
    assert {p.name for p in held.loose_papers(ws)} == {
        "Neubau der Brücke am Mühlbach",
        "Beleuchtung am Anger",
        "Personal der Kita",
    }


@pytest.mark.parametrize("way", ["lists", "embedded"])
def test_a_deleted_item_or_file_goes_and_the_rest_is_fetched_again(ws: Workspace, oparl: Oparl, way: str) -> None:
    with_files(oparl)
    oparl.lists["paper"][oparl.url("paper/17")]["auxiliaryFile"].pop()  # one that failed would be tried again anyway
    fetched(ws, oparl)
    later = NOW + dt.timedelta(hours=1)
    kept = [
        item(oparl, "17", "Neubau der Brücke am Mühlbach", 1),
        item(oparl, "19", "Personal der Kita", 3, public=None),
    ]
    gone = {"id": oparl.url("agendaItem/18"), "type": "https://schema.oparl.org/1.1/AgendaItem", "deleted": True}
    paper = oparl.lists["paper"][oparl.url("paper/17")]
    if way == "lists":
        meeting(oparl, day(2), *kept)  # the server does not say that the meeting has changed
        oparl.withdraw("agendaItem", "18", later)
        paper["auxiliaryFile"] = []
        oparl.withdraw("file", "Anlage 1", later)
    if way == "embedded":
        paper |= {"auxiliaryFile": [{**paper["auxiliaryFile"][0], "deleted": True}], "modified": later.isoformat()}
        meeting(oparl, later, *kept, gone)
    fetched(ws, oparl, when=NOW + dt.timedelta(days=1))
    (found,) = held.meetings(ws)
    assert [i.name for i in found.agendaItem] == ["Neubau der Brücke am Mühlbach", "Personal der Kita"]
    (left,) = found.agendaItem[0].papers
    assert BRIDGE in " ".join(left.text.text.split())
    assert "sieben Zentimetern" not in left.text.text
    everything = b"".join(p.read_bytes() for p in ws.settings.data_folder.rglob("*") if p.is_file())
    assert b"sieben Zentimetern" not in everything


def test_what_a_person_deleted_here_does_not_come_back(ws: Workspace, oparl: Oparl) -> None:
    fetched(ws, oparl)
    (found,) = held.meetings(ws)
    deleting.delete(ws, found.id)
    later = NOW + dt.timedelta(days=2)
    for kind in ("meeting", "paper"):
        for one in oparl.lists[kind].values():
            one["modified"] = later.isoformat()
    done = fetched(ws, oparl, when=later)
    assert not held.meetings(ws)
    assert [note for note in done.notes if "nicht wieder aufgenommen" in note]


# --- servers with faults


class Walk:
    """The lists alone, without an archive."""

    def __init__(self, settings: Settings, oparl: Oparl, **more: Any) -> None:
        self.waited: list[float] = []
        self.kept = progress.Kept(settings, source(oparl))
        self.laid = laid.Laid(self.kept.folder)
        with client.Client(source(oparl), replace(QUICK, **more), self.waited.append) as asked:
            asked.look_at_rules()
            self.done = lists.walk(asked, self.kept, self.laid, durable=True, clock=lambda: NOW)
        self.said = " ".join(self.done.notes)
        self.requests = asked.requests
        self.names = {one["name"] for one in self.laid.all()}


ALL = {
    "Gemeinderat",
    "12. Sitzung des Gemeinderates",
    "Neubau der Brücke am Mühlbach",
    "Beleuchtung am Anger",
    "Personal der Kita",
}


def test_a_server_that_wants_time_gets_it(settings: Settings, oparl: Oparl) -> None:
    left = [(429, {"Retry-After": "7"}, b""), (503, {}, b""), (429, {"Retry-After": "7"}, b"")]
    oparl.fault = lambda path: left.pop() if path.startswith("/list/paper") and left else None
    walk = Walk(settings, oparl, tries=4)
    assert walk.names == ALL
    assert walk.waited.count(7.0) == 2


def test_a_server_that_wants_much_time_is_left_alone_until_next_time(settings: Settings, oparl: Oparl) -> None:
    oparl.fault = lambda path: (429, {"Retry-After": "86400"}, b"") if path.startswith("/list/paper") else None
    walk = Walk(settings, oparl)
    assert not walk.done.whole
    assert not [seconds for seconds in walk.waited if seconds > 300]
    oparl.fault = lambda _: None
    oparl.asked.clear()
    assert Walk(settings, oparl).names == ALL
    assert not [path for path in oparl.asked if path.startswith("/list/meeting")]  # that was read


def test_between_two_requests_is_a_pause(settings: Settings, oparl: Oparl) -> None:
    oparl.robots = "User-agent: *\nCrawl-delay: 3\nDisallow: /\n"
    walk = Walk(settings, oparl, pause_s=1.0)
    assert walk.names == ALL
    assert len(walk.waited) >= walk.requests - 2
    assert max(walk.waited) > 2


def test_who_shuts_this_program_out_is_not_asked(settings: Settings, oparl: Oparl) -> None:
    oparl.robots = "User-agent: ratsassistent\nDisallow: /\n"
    with pytest.raises(client.Failed, match=r"robots\.txt"):
        Walk(settings, oparl)
    assert oparl.asked == ["/robots.txt"]


def page(**more: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps({"links": {}, "pagination": {}, **more}).encode()


@pytest.mark.parametrize("way", ["always the same", "always another"])
def test_lists_without_end_end(settings: Settings, oparl: Oparl, way: str) -> None:
    paper = oparl.lists["paper"][oparl.url("paper/18")]
    turn = iter(range(10**6))

    def endless(path: str) -> Answer | None:
        number = 1 if way == "always the same" else next(turn)
        links = {"next": oparl.url(f"list/paper?page={number}")}
        return page(data=[paper], links=links) if path.startswith("/list/paper") else None

    oparl.fault = endless
    walk = Walk(settings, oparl)
    assert not walk.done.whole
    assert "nimmt kein Ende" in walk.said
    assert walk.requests < 15
    assert "Beleuchtung am Anger" in walk.names


@pytest.mark.parametrize(
    ("following", "said"),
    [("https://anderswo.example/list", "auf einem anderen Rechner"), ("http://127.0.0.2/list", "auf einem anderen Rechner"),
     ("file:///etc/passwd", "keine Adresse"), ("https://127.0.0.1@anderswo.example/", "Kennwort")],
)  # fmt: skip
def test_a_list_that_leads_elsewhere_is_not_followed(
    settings: Settings, oparl: Oparl, following: str, said: str
) -> None:
    oparl.fault = lambda path: page(data=[], links={"next": following}) if path.startswith("/list/meeting") else None
    walk = Walk(settings, oparl)
    assert said in walk.said
    assert not walk.done.whole
    assert "Personal der Kita" in walk.names  # the other lists are read all the same


def test_redirects_stay_on_the_server(settings: Settings, oparl: Oparl) -> None:
    to = {
        "/list/meeting": "/list/meeting?page=1",
        "/list/organization": "https://anderswo.example/",
        "/list/paper": "/list/paper",
    }
    oparl.fault = lambda path: (302, {"Location": to[path]}, b"") if path in to else None
    walk = Walk(settings, oparl)
    assert walk.names == {"12. Sitzung des Gemeinderates"}
    assert "anderswo.example" in walk.said
    assert "leitet immer weiter um" in walk.said


def test_answers_that_are_broken_or_too_large_are_said_and_the_rest_is_read(ws: Workspace, oparl: Oparl) -> None:
    with_files(oparl)
    huge = {
        "/datei/Vorlage": (200, {"Content-Length": "900000000"}, b""),
        "/list/organization": (200, {}, b'{"data": ['),
    }
    oparl.fault = huge.get
    done = fetched(ws, oparl, file_bytes=1_000_000)
    told = " ".join(done.notes)
    assert "900 MB zu groß" in told
    assert "kein gültiges JSON" in told
    assert done.meetings == 1
    oparl.fault = lambda path: (
        (200, {"Content-Length": ""}, b"%PDF-" + bytes(2_000_000)) if path == "/datei/Vorlage" else None
    )
    again = fetched(ws, oparl, file_bytes=1_000_000)  # what could not be had is tried again, some times
    assert "größer als 1 MB" in " ".join(again.notes)
    kept = progress.last(ws.settings, source(oparl))
    assert kept
    assert not [note for note in kept.notes if "Vorlage" in note]  # names of papers are told and not kept
    assert "größer als 1 MB" in " ".join(fetched(ws, oparl, file_bytes=1_000_000).notes)  # the third time
    oparl.asked.clear()
    fetched(ws, oparl, file_bytes=1_000_000)  # and no more
    assert "/datei/Vorlage" not in oparl.asked


def test_what_is_no_oparl_says_so(ws: Workspace, oparl: Oparl) -> None:
    oparl.fault = lambda path: (200, {"Content-Type": "text/html"}, b"<html>") if path == "/system" else None
    done = fetched(ws, oparl)
    assert done.notes == (f"{oparl.url('system')}: Die Antwort ist kein gültiges JSON.",)
    oparl.fault = lambda path: page(data=[{"name": "nichts"}]) if path == "/system" else None
    assert "kein OParl-Server" in fetched(ws, oparl).notes[0]


def test_two_runs_at_once_do_not_happen(ws: Workspace, oparl: Oparl) -> None:
    given = source(oparl)

    def inner(_seconds: float) -> None:
        with pytest.raises(InputError, match="gerade schon"):
            run.fetch(ws, given, manners=QUICK)

    oparl.fault = lambda path: (503, {}, b"") if path == "/robots.txt" else None
    run.fetch(ws, given, manners=replace(QUICK, pause_s=0.001, run_requests=3), wait=inner)


# --- addresses and opting in


@pytest.mark.parametrize(
    "address",
    [
        "http://93.184.216.34/oparl",
        "ftp://rat.example/",
        "https://",
        "https://n:k@rat.example/",
        "rat example",
        "https://rat.example:99999/",
    ],
)
def test_addresses_that_may_not_be_asked(address: str) -> None:
    with pytest.raises(InputError):
        addresses.checked(address)


def test_addresses_that_may_be_asked() -> None:
    assert addresses.checked("Rat.Example/oparl?x=1#teil") == "https://rat.example/oparl?x=1"
    assert addresses.checked("http://10.1.2.3:8080/oparl") == "http://10.1.2.3:8080/oparl"
    assert addresses.follow("https://rat.example:443/a", "https://rat.example/") == "https://rat.example/a"
    assert addresses.follow("https://dateien.example/a", "https://rat.example/", frozenset({"dateien.example"}))
    for elsewhere in (
        "https://dateien.example/a",
        "https://rat.example:8443/a",
        "http://rat.example/a",
        "https://rat.example.boese.example/",
    ):
        with pytest.raises(InputError):
            addresses.follow(elsewhere, "https://rat.example/")


def test_nothing_is_asked_until_somebody_opts_in(run: Run, tmp_path: Path, oparl: Oparl) -> None:
    def abrufen(*words: str) -> Any:
        return run("abrufen", *words)

    assert run("abrufen").status == 2
    assert "nichts eingerichtet" in run("abrufen", "--liste").out
    asked = run("abrufen", "einrichten", oparl.url("system"))
    assert asked.status == 2  # not without a yes
    assert oparl.base.removeprefix("http://") in asked.out
    assert not oparl.asked
    assert run("abrufen", "einrichten", oparl.url("system"), "--ja").status == 0
    assert not oparl.asked  # setting up asks nobody
    assert oparl.url("system") in run("abrufen", "--liste").out
    assert refused(run("abrufen", "--aus", "https://anders.example/"))
    assert run("abrufen", "--aus").status == 0
    assert run("abrufen").status == 2


def test_the_sheets_and_the_page_say_what_was_opted_into(settings: Settings, ws: Workspace, oparl: Oparl) -> None:
    assert page_fetch.line(settings) == ""
    assert "nicht eingerichtet" in data_sheet.facts(settings).fetching
    assert not list(sheet.opted_in(settings))
    made = opted.add_source(settings, oparl.url("system"), file_hosts=["dateien.example"])
    assert "dateien.example" in data_sheet.facts(settings).fetching
    assert {one.address for one in sheet.opted_in(settings)} == {oparl.base, "http://dateien.example"}
    assert "Noch nie abgerufen" in page_fetch.line(settings)
    fetched(ws, oparl, made)
    assert "neu oder geändert 1 Sitzung und 3 Vorlagen" in page_fetch.line(settings)


def test_a_restored_archive_goes_on_from_where_it_stood_and_asks_nobody_new(
    ws: Workspace, oparl: Oparl, tmp_path: Path
) -> None:
    made = opted.add_source(ws.settings, oparl.url("system"))
    fetched(ws, oparl, made)
    backup = making.make(ws, None, tmp_path / "sicherung.zip")
    name = oparl.put("paper", "20", NOW + dt.timedelta(hours=1), name="Später gekommen", reference="2031/020",
                     mainFile={"id": oparl.url("file/20"), "name": "V", "mimeType": "text/plain", "text": "Später."})["name"]  # fmt: skip
    fetched(ws, oparl, made, NOW + dt.timedelta(days=1))
    assert [p.name for p in held.loose_papers(ws)] == [name]
    opted.remove(ws.settings, None)
    ws.close()
    restoring.restore(ws.settings, Path(backup.file), None)
    assert opted.read(ws.settings).sources == ()
    with workspace(ws.settings) as again:
        assert not held.loose_papers(again)
        oparl.asked.clear()
        fetched(again, oparl, made, NOW + dt.timedelta(days=2))
        assert [p.name for p in held.loose_papers(again)] == [name]  # what came since then is not taken for known
        assert all("modified_since" in path for path in oparl.asked if path.startswith("/list/"))


def test_an_older_backup_says_nothing_of_whom_this_computer_may_ask(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "stand"
    place.mkdir()
    settings.data_folder.mkdir()
    for name in (swapping.OPTED, swapping.OPERATING, "einstellungen.toml"):
        (place / name).write_text("{}")
    swapping._put_settings(place, settings)
    assert [file.name for file in settings.data_folder.iterdir()] == ["einstellungen.toml"]


# --- by itself


def test_a_server_is_asked_once_a_night_where_that_is_wished(settings: Settings, oparl: Oparl) -> None:
    night, noon = dt.datetime(2031, 2, 25, 23).astimezone(), dt.datetime(2031, 2, 26, 12).astimezone()
    asked: list[str] = []

    def fetch(ws: Workspace, one: Source) -> None:
        asked.append(one.address)
        kept = progress.Kept(settings, one)
        kept.state = kept.state.model_copy(update={"last": progress.Report(address=one.address, began=night)})
        kept.save()

    keeping.look(settings, night, fetch)
    opted.add_source(settings, oparl.url("system"))
    keeping.look(settings, night, fetch)
    assert not asked
    opted.add_source(settings, oparl.url("system"), nightly=True)
    for when in (
        noon,
        night,
        night + dt.timedelta(hours=2),
        night + dt.timedelta(hours=13),
        night + dt.timedelta(days=1),
    ):
        keeping.look(settings, when, fetch)
    assert len(asked) == 2


def test_what_went_wrong_in_the_night_is_said_on_the_page_and_tried_again_an_hour_later(
    settings: Settings, oparl: Oparl, tmp_path: Path
) -> None:
    night = dt.datetime(2031, 2, 25, 23).astimezone()
    opted.add_source(settings, oparl.url("system"), nightly=True)
    there = tmp_path / "Eingang"
    there.mkdir()
    opted.add_folder(settings, there)
    old(pdfs.write(there / "Einladung.pdf", [pdfs.AGENDA]))
    asked: list[dt.datetime] = []
    tried: keeping.Tried = {}

    def breaks(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    def fails(_ws: Workspace, _one: Source) -> None:
        asked.append(dt.datetime.now(dt.UTC))
        raise StorageError("Auf dem Datenträger ist kein Platz.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(folder, "look", breaks)
        for minutes in (0, 1, 30, 61):
            keeping.look(settings, night + dt.timedelta(minutes=minutes), fails, tried)
    assert len(asked) == 2
    said = page_fetch.line(settings)
    assert "ist nicht gelungen. Auf dem Datenträger ist kein Platz." in said
    assert "Zuletzt ging es nicht: Beim Abrufen ist ein unerwarteter Fehler aufgetreten (ZeroDivisionError)." in said
    keeping.look(settings, night + dt.timedelta(hours=2), fails, tried)
    assert "Zuletzt ging es nicht" not in page_fetch.line(settings)
    there.rename(tmp_path / "weg")
    assert "Der Ordner ist zurzeit nicht da." in page_fetch.line(settings)


def test_a_pause_that_a_server_asks_for_holds_for_the_next_run_too(ws: Workspace, oparl: Oparl) -> None:
    oparl.fault = lambda path: (503, {"Retry-After": "86400"}, b"") if path == "/system" else None
    given = source(oparl, nightly=True)
    done = fetched(ws, oparl, given)
    assert done.failed
    assert "Er hat um eine Pause bis" in fetch_command.sentence(done)
    oparl.asked.clear()
    with pytest.raises(InputError, match="um eine Pause gebeten: bis"):
        fetched(ws, oparl, given, NOW + dt.timedelta(hours=20))
    night = dt.datetime(2031, 2, 25, 23).astimezone()
    assert not keeping.is_due(ws.settings, given, night)
    assert not oparl.asked
    assert keeping.is_due(ws.settings, given, night + dt.timedelta(days=1))


# --- a watched folder


def old(path: Path, seconds: float = 100.0) -> Path:
    changed = path.stat().st_mtime - seconds
    os.utime(path, (changed, changed))
    return path


def test_what_is_put_into_a_watched_folder_is_taken_in_once(ws: Workspace, tmp_path: Path) -> None:
    there = tmp_path / "Eingang"
    (there / "Sitzung").mkdir(parents=True)
    watched = opted.add_folder(ws.settings, there)
    pack = old(pdfs.write(there / "Sitzung" / "Einladung.pdf", [pdfs.AGENDA]))
    old(pdfs.write(there / "Sitzung" / "Vorlage.pdf", [pdfs.FIRE_1, pdfs.FIRE_2]))
    broken = there / "kaputt.pdf"
    broken.write_bytes(b"das ist keine PDF-Datei %%EOF")
    old(broken)
    (there / "Notiz.txt").write_text("nicht lesen")
    before = pack.read_bytes()
    assert folder.has_news(ws.settings, watched)
    first = folder.look(ws, watched)
    assert (first.files, first.meetings, first.waiting) == (2, 1, 0)
    assert [one.path for one in first.skipped] == ["kaputt.pdf"]
    assert pack.read_bytes() == before
    (found,) = held.meetings(ws)
    assert [i.papers[0].reference for i in found.agendaItem if i.papers and i.papers[0].files] == ["BV/0012/2024"]
    assert not folder.has_news(ws.settings, watched)
    assert folder.look(ws, watched) == folder.Looked()  # neither taken in nor complained of again
    deleting.delete(ws, found.id)
    old(pack, 5.0)  # touched, and the same
    copied = there / "Kopie.pdf"
    copied.write_bytes(before)
    old(copied)
    assert folder.look(ws, watched) == folder.Looked()
    assert not held.meetings(ws)
    assert "2 Dateien eingelesen" in page_fetch.line(ws.settings)
    assert "1 Datei war nicht lesbar" in page_fetch.line(ws.settings)


def test_a_file_that_still_grows_waits_and_all_beside_it(ws: Workspace, tmp_path: Path) -> None:
    there = tmp_path / "Eingang"
    there.mkdir()
    watched = opted.add_folder(ws.settings, there)
    old(pdfs.write(there / "Einladung.pdf", [pdfs.AGENDA]))
    growing = there / "Vorlage.pdf"
    whole = pdfs.pdf_bytes([pdfs.FIRE_1])
    growing.write_bytes(whole[:900])
    start = growing.stat().st_mtime
    assert folder.look(ws, watched, now=lambda: start + 1).waiting == 2
    assert folder.look(ws, watched, now=lambda: start + 20).files == 0  # quiet, but half a PDF
    growing.write_bytes(whole)
    os.utime(growing, (start + 21, start + 21))
    assert folder.look(ws, watched, now=lambda: start + 22).waiting == 2
    assert folder.look(ws, watched, now=lambda: start + 40).files == 2


def test_the_open_program_looks_into_the_folder_by_itself(settings: Settings, tmp_path: Path) -> None:
    there = tmp_path / "Eingang"
    there.mkdir()
    opted.add_folder(settings, there)
    keeping.look(settings)
    assert not settings.public_folder.exists()  # nothing new: not even opened
    old(pdfs.write(there / "Einladung.pdf", [pdfs.AGENDA]))
    keeping.look(settings)
    with workspace(settings) as opened:
        assert len(held.meetings(opened)) == 1


def test_folders_that_cannot_be_watched(settings: Settings, tmp_path: Path) -> None:
    settings.data_folder.mkdir()
    for path in (settings.data_folder, tmp_path, tmp_path / "fehlt"):
        with pytest.raises(InputError):
            opted.add_folder(settings, path)
    with pytest.raises(NotFound):
        opted.remove(settings, "https://rat.example/")


# --- the register, given again

# Of each kind the fields that OParl 1.1 knows and the register gives: a text, a URL, URLs, a number, a time, a day, yes or no, objects.
FIELDS = {
    "Organization": {"name": "text", "organizationType": "text"},
    "Paper": {"name": "text", "reference": "text", "date": "day", "paperType": "text", "consultation": "Consultation"},
    "Meeting": {"name": "text", "start": "time", "meetingState": "text", "organization": "urls", "agendaItem": "AgendaItem"},
    "AgendaItem": {"meeting": "url", "number": "text", "order": "number", "name": "text", "public": "bool", "consultation": "url",
                   "result": "text", "resolutionText": "text"},
    "Consultation": {"paper": "url", "agendaItem": "url", "meeting": "url", "organization": "urls", "role": "text"},
}  # fmt: skip


def faults(value: dict[str, Any]) -> Iterator[str]:
    """What is not as OParl 1.1 wants an object."""
    kind = value["type"].removeprefix("https://schema.oparl.org/1.1/")
    known = {**FIELDS[kind], "id": "url", "type": "url", "created": "time", "modified": "time"}
    needed = {"id", "type", "created", "modified"} | ({"order"} if kind == "AgendaItem" else set())
    yield from (f"{kind} lacks {name}" for name in needed - value.keys())
    for name, given in value.items():
        what = known.get(name, "unknown")
        if what == "day":
            fits = bool(dt.date.fromisoformat(given))
        elif what == "time":
            fits = "T" in given and dt.datetime.fromisoformat(given).tzinfo is not None
        elif what in {"text", "url"}:
            fits = isinstance(given, str) and given.startswith("http" if what == "url" else "") and given != ""
        elif what in {"number", "bool"}:
            fits = type(given) is (int if what == "number" else bool)
        else:
            fits = isinstance(given, list) and (what in FIELDS or (what == "urls" and given != []))
        if not fits:
            yield f"{kind}.{name}: {given}"
        if what in FIELDS:
            for inner in given:
                yield from faults(inner)


def test_the_register_as_oparl_can_be_taken_in_again(ws: Workspace, oparl: Oparl, tmp_path: Path) -> None:
    from ratsassistent.output import register_command  # noqa: F401 - the command below

    fetched(ws, oparl)
    from ratsassistent.__main__ import main

    target = tmp_path / "register.json"
    assert (
        main(["--datenordner", str(ws.settings.data_folder), "beschluesse", "--format", "oparl", "-o", str(target)])
        == 0
    )
    given = json.loads(target.read_text("utf-8"))
    kinds = [one["type"].rsplit("/", 1)[1] for one in given["data"]]
    assert kinds == ["Organization", "Paper", "Meeting"]
    told = given["data"][2]
    assert told["id"] == oparl.url("meeting/3")
    assert told["start"] == "2031-03-04T18:00:00+01:00"
    (one,) = told["agendaItem"]
    assert (one["id"], one["result"], one["public"]) == (oparl.url("agendaItem/17"), "mehrheitlich zugestimmt", True)
    assert given["data"][1]["consultation"][0]["agendaItem"] == one["id"]
    assert {"data", "pagination", "links"} == given.keys()
    assert not [fault for value in given["data"] for fault in faults(value)]
    with workspace(replace(ws.settings, data_folder=tmp_path / "zweiter")) as second:
        workflow.take_in(second, [target])
        (back,) = held.meetings(second)
        assert [(i.name, i.decisions[0].result) for i in back.agendaItem] == [
            ("Neubau der Brücke am Mühlbach", "mehrheitlich zugestimmt")
        ]
        assert [p.reference for p in held.loose_papers(second)] == [
            "2031/017"
        ]  # without a file a paper stands by itself


def test_addresses_of_lists_keep_their_own_words() -> None:
    url = lists.filtered("https://rat.example/list?body=1&modified_since=alt", NOW)
    assert url == "https://rat.example/list?body=1&modified_since=2031-02-25T09%3A00%3A00%2B00%3A00"
    assert client.retry_after("Wed, 25 Feb 2031 09:00:30 GMT", NOW) == 30.0
    assert client.retry_after("bald") is None
