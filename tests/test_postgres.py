"""The archive in PostgreSQL: the same tests as with SQLite, moving there and back, backups, and what its errors mean."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pdfs
import postgres_server
import pytest
from commands import ROOT, Run, is_one_sentence
from conftest import settings_for

from ratsassistent import relocating, sealing, workflow
from ratsassistent.archive import copying, database, near, postgres
from ratsassistent.archive.store import Store
from ratsassistent.backup import making, restoring
from ratsassistent.bodies import Bodies
from ratsassistent.errors import InputError, StorageError
from ratsassistent.people import People
from ratsassistent.remarks import AUDIENCES
from ratsassistent.settings import Settings

pytestmark = pytest.mark.skipif(postgres_server.programs() is None, reason=postgres_server.NOT_THERE)
# What the store, the search, the queue and the import promise, whatever database is behind them.
THE_SAME = [
    "test_index.py", "test_hybrid.py", "test_searching.py", "test_vectors.py", "test_openings.py", "test_remarks.py",
]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server.running() as address:
        yield address


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small pack; nobody writes into it."""
    base = tmp_path_factory.mktemp("klein")
    with workflow.workspace(settings_for(base / "daten")) as ws:
        workflow.take_in(ws, [pdfs.write(base / "paket.pdf", pdfs.PACK)])
        workflow.brief(ws, workflow.meetings(ws)[0].id)
    return base / "daten"


@pytest.fixture
def settings(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    return settings_for(Path(shutil.copytree(small, tmp_path / "daten")))


@pytest.fixture
def prefix(request: pytest.FixtureRequest, server: str) -> Iterator[str]:
    """The beginning of schemas of this test."""
    made = f"t{abs(hash(request.node.name)) % 10**8}_"
    yield made
    for name in ("oeffentlich", "nichtoeffentlich"):
        postgres.drop(postgres.Place(server, f"{made}{name}"))


def all_of(settings: Settings) -> tuple[object, ...]:
    with workflow.workspace(settings) as ws:
        meetings = workflow.meetings(ws)
        briefs = [workflow.stored_briefing(ws, m.id).model_copy(update={"seconds": 0.0}) for m in meetings]
        return meetings, briefs, [hit.passage.id for hit in workflow.find(ws, "Feuerwache Kosten")]


def sums(settings: Settings) -> dict[str, str]:
    out = {}
    for folder, public in ((settings.public_folder, True), (settings.nonpublic_folder, False)):
        with Store.open(folder, public=public) as store, store.reading() as connection:
            out |= {f"{folder.name}.{t.name}": copying.checksum(connection, t) for t in copying.all_tables()}
    return out


def test_the_same_tests_pass(server: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *THE_SAME]
    environment = {**os.environ, "TEST_POSTGRES": server}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=ROOT / "tests", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_the_archives_move_there_and_back_without_loss(settings: Settings, server: str, prefix: str) -> None:
    before, held = all_of(settings), sums(settings)
    assert relocating.to_postgres(settings, server, prefix) > 50
    assert not (settings.public_folder / database.DATABASE).exists()
    assert all_of(settings) == before
    assert sums(settings) == held
    with workflow.workspace(settings) as ws:  # what is written there comes back, too
        meeting = workflow.meetings(ws)[0]
        workflow.put_mark(ws, meeting.id, meeting.agendaItem[0].id, important=True)
        workflow.remark(ws, meeting.id, meeting.agendaItem[0].id, "note", text="Nachfragen")
    people, bodies = People(settings.data_folder), Bodies(settings.data_folder)
    people.add_without_password("Anna", "mitglied"), people.add_without_password("Ben", "mitglied")
    ours = bodies.add_organization("Rote Liste", "Fraktion")
    for person in people.all():
        bodies.add_membership(person.id, ours)
    seen = {}
    for name in ("Anna", "Ben", "Anna"):
        here = replace(settings, accounts=True, person=people.named(name).id, name=name)
        with workflow.workspace(here) as ws:  # through views, as a member has it
            for audience in AUDIENCES:
                workflow.remark(
                    ws, meeting.id, meeting.agendaItem[0].id, "note", text=f"{name}: {audience}", audience=audience
                )
            workflow.put_mark(ws, meeting.id, meeting.agendaItem[0].id, read=name == "Ben")
            seen[name] = {one.text for one in workflow.remarks(ws, meeting.id)} - {"Nachfragen"}
            assert [m.read for m in workflow.marks(ws, meeting.agendaItem).values()] == [name == "Ben"]
    assert seen["Anna"] == {"Anna: self", "Anna: fraction", "Anna: all", "Ben: fraction", "Ben: all"}
    assert seen["Ben"] == {"Ben: self", "Ben: fraction", "Ben: all", "Anna: fraction", "Anna: all"}
    held = sums(settings)
    relocating.to_sqlite(settings)
    assert sums(settings) == held
    assert "127.0.0.1" not in str(relocating.where(settings))


def test_deleted_is_deleted_and_a_backup_comes_back_to_either(
    settings: Settings, server: str, prefix: str, tmp_path: Path
) -> None:
    before = all_of(settings)
    relocating.to_postgres(settings, server, prefix)
    with workflow.workspace(settings) as ws:
        one = making.make(ws, None, tmp_path / "s.zip")
        workflow.delete(ws, workflow.meetings(ws)[0].id)
        assert workflow.meetings(ws) == []
        for store in ws.stores:
            with store.reading() as connection:
                for table in (
                    copying.tables.page,
                    copying.tables.passage,
                    copying.tables.briefing,
                    copying.tables.vector,
                ):
                    assert connection.execute(copying.select(table)).all() == []
                assert connection.exec_driver_sql("SELECT count(*) FROM passage_text").scalar() == 0
    elsewhere = settings_for(tmp_path / "woanders")
    restoring.restore(elsewhere, one.path, None)
    assert all_of(elsewhere) == before
    assert restoring.restore(settings, one.path, None).deleted_again


def test_readers_and_writers_at_once(settings: Settings, server: str, prefix: str) -> None:
    relocating.to_postgres(settings, server, prefix)
    wrong: list[BaseException] = []
    with workflow.workspace(settings) as ws:
        items = [item.id for item in workflow.meetings(ws)[0].agendaItem]
        meeting = workflow.meetings(ws)[0].id

    def write(number: int) -> None:
        try:
            with workflow.workspace(settings) as ws:
                for item in items:
                    workflow.remark(ws, meeting, item, "note", text=f"Notiz {number}")
                    assert workflow.find(ws, "Feuerwache")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with workflow.workspace(settings) as ws:
        assert len(workflow.remarks(ws, meeting)) == 4 * len(items)


def test_what_cannot_be_moved_is_refused_in_a_sentence(
    settings: Settings, server: str, prefix: str, quick_keys: None, run: Run
) -> None:
    for address in ("mysql://x/y", "postgresql://x:geheim@127.0.0.1/y", "unsinn"):
        with pytest.raises(InputError) as refused:
            relocating.to_postgres(settings, address)
        assert is_one_sentence(str(refused.value))
    with pytest.raises(StorageError) as away:
        relocating.to_postgres(settings, "postgresql://niemand@127.0.0.1:9/nichts")
    assert is_one_sentence(str(away.value))
    assert all_of(settings)[0]
    sealing.seal_up(settings, "Kirchturm Regen Fahrrad")
    with pytest.raises(InputError, match="Kennwort"):
        relocating.to_postgres(settings, server, prefix)
    sealing.unseal(settings, "Kirchturm Regen Fahrrad")
    done = run(
        "--datenordner", settings.data_folder, "archiv", "--nach-postgresql", server, "--vorsatz", prefix, "--json"
    )
    assert done.json["rows"] > 100
    with pytest.raises(InputError, match="PostgreSQL"):
        sealing.seal_up(settings, "Kirchturm Regen Fahrrad")


def test_vectors_are_compared_by_pgvector_where_it_is_there(server: str, prefix: str, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
        if not there:
            pytest.skip("pgvector ist in diesem PostgreSQL nicht dabei; verglichen wird im Arbeitsspeicher")
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    from embedders import HashEmbedder

    from ratsassistent.archive import vectors

    exact = tmp_path / "genau"
    with workflow.workspace(settings_for(exact)) as ws:
        workflow.take_in(ws, [pdfs.write(tmp_path / "p.pdf", pdfs.PACK)])
    folder = tmp_path / "ferne"
    folder.mkdir()
    postgres.note(folder, postgres.Place(server, f"{prefix}oeffentlich"))
    embedder = HashEmbedder()
    question = embedder.passages(["Neubau der Feuerwache"])[0]
    with Store.open(exact / "oeffentlich", public=True) as here, Store.open(folder, public=True) as away:
        vectors.fill(here, embedder, "static")
        copying.copy(here, away)
        with away.reading() as connection:
            assert near.is_there(connection)
        found, wanted = (vectors.nearest(store, embedder, question, 5) for store in (away, here))
        assert [row for row, _ in found] == [row for row, _ in wanted]
        assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in wanted], abs=1e-5)


def test_what_somebody_sees_is_narrowed_there_too(server: str, prefix: str, tmp_path: Path) -> None:
    import rights_archive
    from test_rights import rows_of, words_in

    town = rights_archive.town(rights_archive.take_in(tmp_path))
    relocating.to_postgres(town.settings, server, prefix)
    for person, own, closed in (
        (town.council, rights_archive.FIRST, rights_archive.OTHER),
        (town.builder, rights_archive.OTHER, rights_archive.FIRST),
    ):
        with town.workspace(person) as ws:
            found = rows_of(ws)
            assert words_in(found, own) == set(own)
            assert words_in(found, closed) == set()
            assert words_in(workflow.find(ws, f"Grundstück {closed[0]}"), closed) == set()
