"""A server that writes, from end to end: briefings, questions, the worker, what is said of it everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import exported
import pytest
from chat_server import MODEL, Answer, ChatServer, lead_of, serving
from commands import Run, is_one_sentence
from scripted import ScriptedModel

from ratsassistent import briefing_jobs, language_models, model_server, question_jobs, workflow
from ratsassistent.briefings import Briefing, ItemBriefing, ModelRecord
from ratsassistent.errors import InputError, ServerError
from ratsassistent.machine.energy import ELSEWHERE
from ratsassistent.output import (
    contract,
    data_sheet,
    document_about,
    export,
    page_about,
    page_queue,
    page_title,
    phrases,
    phrases_server,
)
from ratsassistent.proof import sheet
from ratsassistent.workspace import Workspace
from ratsassistent.writing.remote import talk

ITEM = "Ö 5"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, nobody_elses_folders: None) -> None:
    monkeypatch.setattr(talk, "WAITS", (0.0, 0.0, 0.0, 0.0))


def says(body: dict[str, Any]) -> Answer | str:
    """Words of the paper itself behind what the sentence begins with; a yes to whoever asks for a word."""
    if body["max_tokens"] == 1:
        return Answer("Ja", how="json", first={"Ja": -0.1, "Nein": -2.5})
    source = body["messages"][-1]["content"].removeprefix("Text: ").partition("\n")[0]
    return f"{lead_of(body)} {' '.join(source.split()[:9])}."


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving(says) as one:
        yield one


def use(ws: Workspace, server: ChatServer, **more: Any) -> None:
    model_server.store(ws.settings.data_folder, model_server.made(server.address, MODEL, **more))


def briefed(ws: Workspace) -> Briefing:
    (meeting,) = workflow.meetings(ws, with_papers=False)
    return workflow.brief(ws, meeting.id, "voll", top=ITEM)


def written(ws: Workspace) -> ItemBriefing:
    return briefed(ws).agendaItem[0]


def test_a_briefing_names_the_server_and_invents_no_figure_for_its_energy(ws: Workspace, server: ChatServer) -> None:
    use(ws, server)
    language_models.remote_of(ws.settings, model_server.made(server.address, MODEL)).able()  # what „--pruefen“ does
    made = written(ws)
    place = f"127.0.0.1:{server.port}"
    assert server.asked
    assert made.model == ModelRecord(name=MODEL, sha256="", licence="Apache-2.0", server=place, publisher="unbekannt")
    assert (made.energy_wh, made.energy_how) == (None, ELSEWHERE)
    assert phrases.took(90, made.energy_wh, phrases.known_how(made.energy_how)).endswith("Strom: nicht bekannt.")
    asked = len(server.asked)
    again = briefed(ws)  # from the archive
    assert (again.agendaItem[0].written, len(server.asked)) == (made.written, asked)
    assert again.energy_how == ELSEWHERE
    assert contract.briefing(again)["model"]["server"] == place


def test_where_the_server_is_away_the_briefing_fails_with_a_sentence_or_this_computer_writes(
    ws: Workspace, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(ws, server)
    server.close()
    with pytest.raises(ServerError, match="nicht zu erreichen"):
        written(ws)
    local = ScriptedModel(lambda _: "Unsinn ohne Beleg 987.654.321 Euro.")
    monkeypatch.setattr(language_models, "load", lambda *_: local)
    use(ws, server, fallback="lokal")
    ws.model = None
    made = written(ws)
    assert local.asked
    assert made.model == language_models.local_record(ws.settings)
    assert made.model.server is None
    (meeting,) = workflow.meetings(ws)
    chosen = workflow.meeting(ws, meeting.id)
    assert made.id not in {item.id for item in workflow.unwritten(ws, chosen)}  # it is not written again and again
    use(ws, server)
    assert made.id in {item.id for item in workflow.unwritten(ws, chosen)}


def test_what_is_not_public_and_questions_stay_here_where_that_is_wished(
    ws: Workspace, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = ScriptedModel(lambda _: "Unsinn ohne Beleg 987.654.321 Euro.")
    local.record = language_models.local_record(ws.settings)  # type: ignore[misc]
    monkeypatch.setattr(language_models, "load", lambda *_: local)
    use(ws, server, public_only=True)
    (meeting,) = workflow.meetings(ws)
    made = workflow.brief(ws, meeting.id, "voll")
    items = {item.id: item for item in workflow.meeting(ws, meeting.id).agendaItem}
    whose = {items[item.id].public: item.model.server for item in made.agendaItem if item.model is not None}
    assert whose == {True: f"127.0.0.1:{server.port}", False: None}
    sent = "".join(str(body) for body in server.asked)
    assert "Turnhalle" in sent
    closed = [paper for item in items.values() if item.public is not True for paper in item.papers]
    assert closed
    for paper in closed:
        assert not any(line in sent for line in paper.text.text.splitlines() if len(line) > 30)
    assert workflow.unwritten(ws, workflow.meeting(ws, meeting.id)) == []
    asked, before = len(server.asked), len(local.asked)
    assert workflow.ask(ws, "Bis wann muss der Förderantrag für die Turnhalle gestellt werden?").judge == local.record
    assert (len(server.asked), len(local.asked) > before) == (asked, True)
    server.close()
    ws.model = None
    assert workflow.brief(ws, meeting.id, "voll").agendaItem == made.agendaItem
    slogan = page_title.slogan(ws.settings)
    assert "öffentlichen Unterlagen" in slogan
    assert "auch aus" not in slogan


def test_a_question_is_judged_by_the_server_or_by_this_computer(
    ws: Workspace, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(ws, server, fallback="lokal")
    question = "Bis wann muss der Förderantrag für die Turnhalle gestellt werden?"
    made = workflow.ask(ws, question)
    assert made.judge is not None
    assert made.judge.server == f"127.0.0.1:{server.port}"
    assert f"Server {made.judge.server}" in phrases.judged(made)
    server.close()
    local = ScriptedModel(lambda _: "NICHT GEFUNDEN")
    local.record = language_models.local_record(ws.settings)  # type: ignore[misc]
    monkeypatch.setattr(language_models, "load", lambda *_: local)
    made = workflow.ask(ws, question)
    assert made.judge == language_models.local_record(ws.settings)


def test_the_worker_asks_the_same_server_and_says_why_a_job_failed(
    ws: Workspace, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(briefing_jobs.background, "ensure_worker", lambda _: True)
    use(ws, server)
    asked = question_jobs.order(ws, "Bis wann muss der Förderantrag für die Turnhalle gestellt werden?")
    (meeting,) = workflow.meetings(ws)
    ordered = briefing_jobs.order(ws, meeting.id, item=ITEM)
    workflow.work(ws, idle_exit_s=0)
    states = {job.id: job for job in ws.jobs.all()}
    assert [states[one.id].state for one in (asked, ordered)] == ["fertig", "fertig"]
    assert server.asked
    server.close()
    ws.model = None
    again = briefing_jobs.order(ws, meeting.id, item="Ö 4")
    workflow.work(ws, idle_exit_s=0)
    failed = ws.jobs.get(again.id)
    assert failed.state == "fehler"
    assert "nicht zu erreichen" in str(failed.error)


def test_a_worker_that_runs_goes_when_another_server_is_set(
    ws: Workspace, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(workflow.background, "ensure_worker", started.append)
    stale: list[bool] = []

    def run(*_: object, is_stale: Any, **__: object) -> None:
        stale.append(is_stale())
        use(ws, server)
        stale.append(is_stale())

    monkeypatch.setattr(workflow.background, "run_worker", run)
    workflow.work(ws)
    assert stale == [False, True]
    assert started


def test_the_page_says_it_before_and_lastingly(ws: Workspace, server: ChatServer) -> None:
    assert "Nichts davon geht ins Internet" in page_title.slogan(ws.settings)
    use(ws, server)
    slogan = page_title.slogan(ws.settings)
    assert f"an den Server 127.0.0.1:{server.port}" in slogan
    assert "auch aus nichtöffentlichen" in slogan
    css = (Path(page_title.__file__).parent / "page.css").read_text("utf-8")
    assert 'class="ra-where"' in page_title.title(ws.settings)  # not the class that is hidden while somebody reads
    assert not any("display: none" in line for line in css.splitlines() if ".ra-where" in line)
    given = model_server.made("http://ki.rathaus.local:8000", MODEL)
    offer = page_queue.Offer(3, elsewhere=phrases_server.by_server(given))
    html = page_queue.controls(None, offer, page_queue.Working(), page_queue.dt.datetime.now(page_queue.dt.UTC))
    assert "auf dem Server ki.rathaus.local:8000 im Netz Ihrer Verwaltung" in html


RECORD = ModelRecord(
    name="rathaus-7b", sha256="", licence="unbekannt", server="ki.rathaus.local:8000", publisher="unbekannt"
)


def test_page_and_file_say_where_it_was_written() -> None:
    rows = dict(page_about.model_rows(RECORD, page_about.Known()))
    assert "Geschrieben auf dem Server ki.rathaus.local:8000 im Netz Ihrer Verwaltung" in rows["Wo es rechnet"]
    assert rows["Lizenz"] == "unbekannt (der Server nennt keine)"
    assert "Prüfsumme (SHA-256)" not in rows
    marked = document_about.Marking("partly", (RECORD,), (), None, (), True)
    assert "auf diesem Rechner" not in marked.sentence()
    assert marked.properties()["AIModelServer"] == "ki.rathaus.local:8000"
    outside = RECORD.model_copy(update={"outside": True})
    assert "außerhalb des eigenen Netzes, von Ihrer Verwaltung ausdrücklich erlaubt" in phrases_server.where(outside)


@pytest.mark.parametrize("kind", data_sheet.KINDS)
def test_the_documents_for_data_protection_name_the_server(ws: Workspace, kind: data_sheet.Kind) -> None:
    given = model_server.made(
        "https://sprachmodell-cluster.rechenzentrum.kreisstadt.example:8443", MODEL, fallback="lokal"
    )
    model_server.store(ws.settings.data_folder, given)
    facts = data_sheet.facts(ws.settings)
    made = export.render_document(data_sheet.document(kind, facts), data_sheet.imprint(kind, facts), "pdf")
    text = exported.tight(exported.text_of("pdf", made)).replace("-", "")
    assert "sprachmodellcluster.rechenzentrum.kreisstadt.example:8443" in text
    assert "verlassendenRechnernicht" not in text
    if kind == "datenblatt":
        assert len(exported.pdf(made).pages) == 1


def test_the_self_test_lists_it_among_the_addresses_that_are_asked(ws: Workspace) -> None:
    before = list(sheet.addresses(ws.settings))
    model_server.store(ws.settings.data_folder, model_server.made("http://ki.rathaus.local:8000", MODEL))
    (added,) = set(sheet.addresses(ws.settings)) - set(before)
    assert added.address == "http://ki.rathaus.local:8000/v1"


# --- the command -------------------------------------------------------------------------------------------------------


def test_an_administrator_sets_shows_tries_and_takes_away_a_server(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "schluessel"
    key.write_text("sehr-geheim")
    key.chmod(0o600)
    with serving(says, key="sehr-geheim") as server:
        words = (
            "modelle",
            "server",
            server.address,
            "--modell",
            MODEL,
            "--schluessel-datei",
            key,
            "--rueckfall",
            "lokal",
            "--zugleich",
            3,
        )
        made = run(*words, "--pruefen", "--json")
        assert (made.status, made.json["server"]["fallback"], made.json["check"]["form"]) == (0, "lokal", "grammar")
        shown = run("modelle", "server")
        assert "auch aus nichtöffentlichen" in shown.out
        assert str(server.port) in shown.out
        assert not any("sehr-geheim" in text for text in (made.out, made.err, shown.out, *_files(tmp_path / "daten")))
        assert run("modelle", "server", "--aus", "--json").json == {"server": None}
        assert "Kein Server" in run("modelle", "server").out
        assert not list((tmp_path / "daten").glob("server*.json"))


def _files(folder: Path) -> list[str]:
    return [file.read_text() for file in folder.glob("*.json")]


@pytest.mark.parametrize(
    "words",
    [
        ("server", "http://8.8.8.8", "--modell", MODEL),
        ("server", "https://169.254.169.254", "--modell", MODEL),
        ("server", "http://10.0.0.1", "--modell", MODEL, "--erlauben", "ki.example"),
        ("server", "http://10.0.0.1"),
        ("server", "--modell", MODEL),
        ("server", "--aus", "--pruefen"),
        ("server", "--pruefen"),
        ("liste", "--aus"),
        ("server", "http://10.0.0.1", "--modell", MODEL, "--zugleich", "0"),
        ("server", "http://10.0.0.1", "--modell", MODEL, "--schluessel-datei", "/gibt/es/nicht"),
    ],
)
def test_what_cannot_be_set_is_refused_in_one_sentence(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    made = run("modelle", *words)
    assert made.status in {1, 2}
    assert is_one_sentence(made.err)
    assert not (tmp_path / "daten" / model_server.FILE).exists()


def test_a_setting_that_cannot_be_read_is_said_and_can_be_taken_away(run: Run, tmp_path: Path) -> None:
    (tmp_path / "daten").mkdir(exist_ok=True)
    (tmp_path / "daten" / model_server.FILE).write_text("kaputt")
    assert is_one_sentence(run("modelle", "server").err)
    with pytest.raises(InputError):
        model_server.of(tmp_path / "daten")
    assert run("modelle", "server", "--aus").status == 0
