"""The archive in PostgreSQL: moving there and back, backups, several programs at once, a server that goes away, pgvector.

What both databases promise alike is in the modules whose tests run with each of them (`either` in conftest).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import both_stores
import numpy as np
import postgres_server
import pytest
from commands import Run, environment, is_one_sentence
from conftest import settings_for
from embedders import HashEmbedder
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from postgres_server import Server
from sqlalchemy import BLOB, Boolean, Column, Float, Integer, LargeBinary, MetaData, create_engine, insert, select
from test_store import paper, save

from ratsassistent import pool, relocating, sealing, workflow
from ratsassistent.archive import copying, database, deletion, migrations, near, postgres, tables, vectors, whereabouts
from ratsassistent.archive.store import Store
from ratsassistent.archive.watching import Watch
from ratsassistent.archive.whereabouts import Place
from ratsassistent.backup import making, restoring
from ratsassistent.bodies import Bodies
from ratsassistent.errors import InputError, StorageError
from ratsassistent.oparl import Passage
from ratsassistent.people import People
from ratsassistent.remarks import AUDIENCES
from ratsassistent.settings import Settings

psycopg = pytest.importorskip("psycopg", reason=str(postgres_server.missing()))
pytestmark = pytest.mark.skipif(bool(both_stores.ALL), reason="what moves has to lie in SQLite first")
WORD = "kernsanierung"
WORDS = ("Feuerwache", "Schule", "Brücke", "Sanierung", "Kindergarten", "Radweg", "Turnhalle", "Friedhof")


@pytest.fixture
def settings(small_briefed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)
    return settings_for(Path(shutil.copytree(small_briefed, tmp_path / "daten")))


@pytest.fixture
def prefix(request: pytest.FixtureRequest, server: Server) -> Iterator[str]:
    """The beginning of the schemas of this test."""
    made = f"p{sum(request.node.name.encode()) % 10**6}_"
    yield made
    with psycopg.connect(server.address, autocommit=True) as connection:
        for (name,) in connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", (f"{made}%",)
        ).fetchall():
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')


@pytest.fixture
def moved(settings: Settings, server: Server, prefix: str) -> Settings:
    """A data folder whose archives lie in PostgreSQL."""
    assert relocating.to_postgres(settings, server.address, prefix) > 50
    return settings


@pytest.fixture
def place(server: Server, prefix: str) -> Place:
    return whereabouts.made(server.address, f"{prefix}eigen")


def all_of(settings: Settings) -> tuple[object, ...]:
    with workflow.workspace(settings) as ws:
        meetings = workflow.meetings(ws)
        briefs = [workflow.stored_briefing(ws, m.id).model_copy(update={"seconds": 0.0}) for m in meetings]
        return meetings, briefs, [(hit.passage.id, hit.score) for hit in workflow.find(ws, "Feuerwache Kosten")]


def sums(settings: Settings) -> dict[str, str]:
    out = {}
    for folder, public in ((settings.public_folder, True), (settings.nonpublic_folder, False)):
        with Store.open(folder, public=public) as store, store.reading() as connection:
            out |= {f"{folder.name}.{t.name}": copying.checksum(connection, t) for t in copying.all_tables()}
    return out


def a_remark(settings: Settings, words: str = "Nachfragen") -> None:
    with workflow.workspace(settings) as ws:
        meeting = workflow.meetings(ws)[0]
        workflow.remark(ws, meeting.id, meeting.agendaItem[0].id, "note", text=words)


def remarks(settings: Settings) -> list[str | None]:
    with workflow.workspace(settings) as ws:
        return [remark.text for remark in workflow.remarks(ws, workflow.meetings(ws)[0].id)]


# --- there and back


def test_the_archives_move_there_and_back_without_loss(
    settings: Settings, server: Server, prefix: str, run: Run
) -> None:
    before, held = all_of(settings), sums(settings)
    done = run(
        "--datenordner",
        settings.data_folder,
        "archiv",
        "--nach-postgresql",
        server.address,
        "--vorsatz",
        prefix,
        "--json",
    )
    assert done.json["rows"] > 50
    assert server.address.removeprefix("postgresql://ratsassistent@") + f", Schema {prefix}oeffentlich" in str(
        done.json["archives"]
    )
    assert not (settings.public_folder / database.DATABASE).exists()
    assert (settings.public_folder / whereabouts.FILE).stat().st_mode & 0o077 == 0
    assert all_of(settings) == before
    assert sums(settings) == held
    a_remark(settings)  # what is written there comes back, too
    held = sums(settings)
    assert relocating.to_sqlite(settings) > 50
    assert sums(settings) == held
    assert str(settings.public_folder / database.DATABASE) in str(relocating.where(settings))
    with psycopg.connect(server.address) as connection:  # and nothing stays there
        assert connection.execute("SELECT 1 FROM pg_namespace WHERE nspname LIKE %s", (f"{prefix}%",)).fetchall() == []


def test_notes_and_marks_of_persons_are_seen_by_whom_they_are_for_there_too(moved: Settings) -> None:
    with workflow.workspace(moved) as ws:
        meeting = workflow.meetings(ws)[0]
    people, bodies = People(moved.data_folder), Bodies(moved.data_folder)
    people.add_without_password("Anna", "mitglied"), people.add_without_password("Ben", "mitglied")
    ours = bodies.add_organization("Rote Liste", "Fraktion")
    for person in people.all():
        bodies.add_membership(person.id, ours)
    seen = {}
    for name in ("Anna", "Ben", "Anna"):
        here = replace(moved, accounts=True, person=people.named(name).id, name=name)
        with workflow.workspace(here) as ws:  # through views, as a member has it
            for audience in AUDIENCES:
                workflow.remark(
                    ws, meeting.id, meeting.agendaItem[0].id, "note", text=f"{name}: {audience}", audience=audience
                )
            workflow.put_mark(ws, meeting.id, meeting.agendaItem[0].id, read=name == "Ben")
            seen[name] = {one.text for one in workflow.remarks(ws, meeting.id)}
            assert [m.read for m in workflow.marks(ws, meeting.agendaItem).values()] == [name == "Ben"]
    assert seen["Anna"] == {"Anna: self", "Anna: fraction", "Anna: all", "Ben: fraction", "Ben: all"}
    assert seen["Ben"] == {"Ben: self", "Ben: fraction", "Ben: all", "Anna: fraction", "Anna: all"}


def test_a_move_that_was_cut_short_leaves_one_of_the_two(
    moved: Settings, prefix: str, server: Server, tmp_path: Path
) -> None:
    held = all_of(moved)
    shutil.copyfile(
        moved.public_folder / database.LEFT, moved.public_folder / database.DATABASE
    )  # killed before it was removed
    assert all_of(moved) == held
    assert not (moved.public_folder / database.DATABASE).exists()
    with workflow.workspace(moved) as ws:
        workflow.delete(ws, workflow.meetings(ws)[0].id)
    assert list(moved.public_folder.glob("*.sqlite")) == []


def test_what_cannot_be_moved_is_refused_in_a_sentence(
    settings: Settings, server: Server, prefix: str, quick_keys: None
) -> None:
    held = sums(settings)
    away = server.address.replace(str(server.port), "9")
    with pytest.raises(StorageError) as refused:
        relocating.to_postgres(settings, away, prefix)
    assert is_one_sentence(str(refused.value))
    sealing.seal_up(settings, "Kirchturm Regen Fahrrad")
    with pytest.raises(InputError, match="Kennwort"):
        relocating.to_postgres(settings, server.address, prefix)
    sealing.unseal(settings, "Kirchturm Regen Fahrrad")
    assert sums(settings) == held
    relocating.to_postgres(settings, server.address, prefix)
    with pytest.raises(InputError, match="PostgreSQL"):
        sealing.seal_up(settings, "Kirchturm Regen Fahrrad")
    other = settings_for(settings.data_folder.parent / "andere")
    with pytest.raises(InputError, match="liegt schon etwas"):
        relocating.to_postgres(other, server.address, prefix)


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "Straße",
        "STRASSE",
        "\\u0000",
        '{"a": "\\u0000 \\\\u0000"}',
        "%_\\",
        "'; DROP TABLE passage; --",
        "\u202e",
        "🦔",
        "{}",
        "\x1f",
    ]
)


def _value(column: Column[Any], number: int, parents: dict[str, list[Any]]) -> st.SearchStrategy[Any]:
    if column.foreign_keys:
        made = st.sampled_from(parents[next(iter(column.foreign_keys)).target_fullname])
    elif column.table is tables.passage and column.name == "body":
        made = _TEXTS.map(lambda words: Passage(
            id="p", paper_id="x", item_id=None, meeting_id=None, kind="text", start=0, end=len(words), text=words, citation=()
        ).model_dump_json())  # fmt: skip
    elif isinstance(column.type, LargeBinary):
        made = st.binary(min_size=8, max_size=8).map(lambda tail: b"\0\0\x80\x3f" + tail)
    elif isinstance(column.type, Boolean):
        made = st.booleans()
    elif isinstance(column.type, Float):
        made = st.floats(allow_nan=False, allow_infinity=False)
    elif column.primary_key and isinstance(column.type, Integer):
        made = st.just(number + 1)
    elif isinstance(column.type, Integer):
        made = st.integers(0, 2**31 - 1)
    else:
        made = _TEXTS.map(lambda words: f"{words}{number}") if column.primary_key or column.unique else _TEXTS
    return made | st.none() if column.nullable else made


@st.composite
def archives(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows of all tables, of which each points at rows that are there."""
    parents: dict[str, list[Any]] = {}
    out: dict[str, list[dict[str, Any]]] = {}
    for table in copying.all_tables():
        can = all(parents[key.target_fullname] for column in table.c for key in column.foreign_keys)
        rows = [
            {column.name: draw(_value(column, number, parents)) for column in table.c}
            for number in range(draw(st.integers(0, 2)) if can else 0)
        ]
        unique = [[column.name for column in index.columns] for index in table.indexes if index.unique]
        for names in [[column.name for column in table.primary_key], *unique]:
            rows = list({tuple(row[name] for name in names): row for row in rows}.values())
        out[table.name] = rows
        parents |= {f"{table.name}.{column.name}": [row[column.name] for row in rows] for column in table.c}
    return out


@given(archives())
@examples(max_examples=5, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
def test_any_archive_comes_back_as_it_went(
    place: Place, tmp_path_factory: pytest.TempPathFactory, rows: dict[str, Any]
) -> None:
    base = tmp_path_factory.mktemp("beliebig")
    (base / "fern").mkdir()
    whereabouts.note(base / "fern", place)
    with (
        Store.open(base / "hier", public=False) as here,
        Store.open(base / "fern", public=False) as there,
        Store.open(base / "zurück", public=False) as back,
    ):
        with here.writing() as connection:
            for table in copying.all_tables():
                if rows[table.name]:
                    connection.execute(insert(table), rows[table.name])
        copying.copy(here, there, replace=True)
        copying.copy(there, back)
        with here.reading() as before, there.reading() as between, back.reading() as after:
            for table in copying.all_tables():
                held = [sorted(map(repr, c.execute(select(table)).all())) for c in (before, between, after)]
                assert held[0] == held[1] == held[2]


# --- deleting, backups


def test_deleted_words_leave_the_tables_of_the_server(moved: Settings, server: Server) -> None:
    a_remark(moved, f"Was kostet die {WORD}?")
    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        assert server.holds(WORD)
        with workflow.workspace(moved) as ws:
            workflow.delete(ws, workflow.meetings(ws)[0].id)
            assert workflow.meetings(ws) == []
            for store in ws.stores:
                with store.reading() as reading:
                    assert reading.exec_driver_sql("SELECT count(*) FROM passage_text").scalar() == 0
                    for table in (tables.page, tables.passage, tables.briefing, tables.vector, tables.pending):
                        assert reading.execute(select(table)).all() == []
        connection.execute("CHECKPOINT")
    assert not server.holds(WORD)


def test_a_deletion_that_readers_are_in_the_way_of_is_ended_later(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "REWRITE_SECONDS", 0.05)
    whereabouts.note(tmp_path, place)

    def left(store: Store) -> int:
        with store.reading() as connection:
            return len(connection.execute(select(tables.pending)).all())

    with Store.open(tmp_path, public=True) as store:
        with store.writing() as connection:
            deletion.note_cleaning(connection)
        with store.reading() as connection:
            connection.execute(select(tables.meeting)).all()
            store.clean()
            assert left(store) == 1
        store.clean()
        assert left(store) == 0


def test_a_backup_comes_back_to_either(moved: Settings, tmp_path: Path) -> None:
    before = all_of(moved)
    with workflow.workspace(moved) as ws:
        one = making.make(ws, None, tmp_path / "s.zip")
        a_remark(moved, "danach geschrieben")
    elsewhere = settings_for(tmp_path / "woanders")
    restoring.restore(elsewhere, one.path, None)
    assert all_of(elsewhere) == before
    assert restoring.restore(moved, one.path, None).meetings == 1
    assert whereabouts.place_of(moved.public_folder) is not None
    assert all_of(moved)[0] == before[0]
    assert remarks(moved) == []


# --- several programs at once

_OTHER = """
import sys
from pathlib import Path
from ratsassistent.archive.store import Store
from ratsassistent.jobs import Jobs
with Store.open(Path(sys.argv[1]), public=False) as store:
    print("da", flush=True)
    sys.stdin.readline()
    if sys.argv[2] == "halb":
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE job SET title = 'halb'")
            print("mitten drin", flush=True)
            sys.stdin.readline()
    for number in range(10):
        Jobs(store).add("frage", f"{sys.argv[2]} {number}", {"frage": f"{sys.argv[2]} {number}"})
"""


def _program(settings: Settings, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _OTHER, str(settings.nonpublic_folder), name]
    made = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert made.stdout is not None
    assert made.stdout.readline() == "da\n"
    return made


def _go_on(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    program.stdin.write("\n")
    program.stdin.flush()


def test_the_page_a_worker_and_a_command_write_at_once_and_one_of_them_is_killed(moved: Settings) -> None:
    def titles() -> list[str]:
        with workflow.workspace(moved) as ws:
            assert workflow.meetings(ws)
            return sorted(job.title for job in ws.jobs.all())

    def add(number: int) -> list[str]:
        with workflow.workspace(moved) as ws:
            ws.jobs.add("frage", f"seite {number}", {"frage": f"seite {number}"})
        return titles()

    pool.begin(moved)
    try:
        add(0)
        killed, worker = _program(moved, "halb"), _program(moved, "arbeiter")
        _go_on(killed)
        assert killed.stdout is not None
        assert killed.stdout.readline() == "mitten drin\n"
        assert titles() == ["seite 0"]  # nobody waits to read
        _go_on(worker)
        with ThreadPoolExecutor(4) as people:
            written = [people.submit(add, number) for number in range(1, 10)]
            killed.kill()
            killed.wait()
            assert all("seite 0" in each.result() for each in written)
        assert worker.wait(60) == 0
        assert titles() == sorted(f"{who} {number}" for who in ("arbeiter", "seite") for number in range(10))
    finally:
        pool.end(moved)


def test_whoever_watches_sees_what_others_write_and_nothing_else(place: Place, tmp_path: Path) -> None:
    whereabouts.note(tmp_path, place)
    with Store.open(tmp_path, public=True) as one, Store.open(tmp_path, public=True) as other:
        watch = Watch(one)
        before = watch.version()
        other.meetings()
        with other.writing() as connection:  # a worker looks for work every second
            connection.execute(select(tables.job)).all()
        assert watch.version() == before
        with other.writing() as connection:
            connection.execute(insert(tables.about).values(key="x", value="y"))
            assert watch.version() == before
        assert watch.version() != before
        watch.close()


def test_nobody_who_reads_waits_for_a_connection_of_others_who_read(place: Place, tmp_path: Path) -> None:
    whereabouts.note(tmp_path, place)
    with Store.open(tmp_path, public=True) as store, ThreadPoolExecutor(30) as people:
        all_hold_one = Barrier(30)

        def read(_: int) -> int:
            with store.reading():  # as a search does, which asks for vectors meanwhile
                all_hold_one.wait(60)
                return len(store.meetings())

        assert sum(people.map(read, range(30))) == 0


def test_a_server_that_goes_away_is_one_sentence_and_back_when_it_is(moved: Settings, server: Server) -> None:
    pool.begin(moved)
    try:
        held = all_of(moved)
        server.stop()
        try:
            for _ in range(2):
                with pytest.raises(StorageError) as away:
                    all_of(moved)
                assert is_one_sentence(str(away.value))
        finally:
            server.start()
        assert all_of(moved) == held
        a_remark(moved)
        assert remarks(moved) == ["Nachfragen"]
    finally:
        pool.end(moved)


def test_a_writer_that_waits_too_long_gets_a_sentence(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_SECONDS", 0.05)
    whereabouts.note(tmp_path, place)
    with Store.open(tmp_path, public=True) as one, Store.open(tmp_path, public=True) as other, one.writing():
        with pytest.raises(StorageError, match="hält die Daten") as busy, other.writing():
            pass
        assert is_one_sentence(str(busy.value))


# --- shape, vectors


FIRST = "0013"  # the newest migration when PostgreSQL was added: those before are for SQLite alone


def _older_shape(folder: Path) -> MetaData:
    """The tables as they were then, read from a SQLite file."""
    from alembic import command
    from alembic.config import Config

    engine, config, found = create_engine(f"sqlite:///{folder / 'alt.sqlite'}"), Config(), MetaData()
    config.set_main_option("script_location", str(migrations.FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        found.reflect(connection, only=lambda name, _: not name.startswith(("passage_text", "passage_word", "alembic")))
    engine.dispose()
    for table in found.tables.values():
        for column in table.columns:
            column.type = LargeBinary() if isinstance(column.type, BLOB) else column.type
            if isinstance(column.type, Boolean) and column.server_default is not None:
                column.server_default = None
    return found


def _shape(place: Place) -> dict[str, Any]:
    engine = postgres.open_engine(place)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() ORDER BY 1, 2"
        ).all()
    engine.dispose()
    return {f"{row[0]}.{row[1]}": tuple(row[2:]) for row in rows}


def test_later_migrations_bring_an_older_archive_into_the_same_shape(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(tables, "metadata", _older_shape(tmp_path))
        then.setattr(migrations, "newest", lambda: FIRST)
        postgres.open_engine(place).dispose()
    new = _shape(whereabouts.made(place.url, f"{place.schema}_neu"))
    old = _shape(place)
    large = {f"{t.name}.{c.name}" for t in tables.metadata.sorted_tables for c in t.c if c.type is tables.LARGE}
    assert old.keys() == new.keys()
    assert {name: of for name, of in old.items() if name not in large} == {
        n: of for n, of in new.items() if n not in large
    }
    assert {of[2] for of in new.values() if of[0] in ("character varying", "text")} <= {"C", None}
    assert new["meeting.start"][2] == "C"  # ordered by bytes, whatever language the database is set to


@pytest.fixture
def compared(server: Server, place: Place, tmp_path: Path) -> Iterator[tuple[Store, Store, HashEmbedder]]:
    """The same passages with their vectors in SQLite and, with pgvector, in PostgreSQL."""
    with psycopg.connect(server.address, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone():
            pytest.skip("pgvector ist in diesem PostgreSQL nicht dabei; verglichen wird im Arbeitsspeicher")
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    whereabouts.note(tmp_path, place)
    embedder = HashEmbedder()
    with Store.open(tmp_path / "hier", public=True) as here, Store.open(tmp_path, public=True) as away:
        save(
            here,
            loose=[
                paper(f"p{n}", f"{word} Nummer {n} im Ort {n % 7}", public=True) for n, word in enumerate(WORDS * 2)
            ],
        )
        vectors.fill(here, embedder, "static")
        copying.copy(here, away)
        yield here, away, embedder


def test_pgvector_finds_what_is_found_in_memory(
    compared: tuple[Store, Store, HashEmbedder], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away, embedder = compared
    read = vectors._matrix
    monkeypatch.setattr(
        vectors, "_matrix", lambda store, of: read(here, of) if store is here else pytest.fail("held in memory")
    )
    rows = np.array([row for row, _ in vectors.nearest(here, embedder, embedder.questions(["Ort 3"])[0], 100)])
    for question in ("Sanierung der Feuerwache", "Ort 3", "Schule"):
        asked = embedder.questions([question])[0]
        for among in (None, np.sort(rows[::3])):
            wanted, exact = (vectors.nearest(store, embedder, asked, 10, among) for store in (here, away))
            assert [round(cosine, 5) for _, cosine in exact] == [round(cosine, 5) for _, cosine in wanted]
        near_rows = [row for row, _ in wanted]
        assert vectors.cosines(away, embedder, asked, near_rows) == pytest.approx(
            vectors.cosines(here, embedder, asked, near_rows)
        )
    monkeypatch.setattr(near, "EXACT", 0)  # from here on by the graph, which finds nearly all
    wanted, found = (vectors.nearest(store, embedder, asked, 5) for store in (here, away))
    assert round(found[0][1], 5) == round(wanted[0][1], 5)
    assert vectors.lacking(away, embedder) == 0


def test_vectors_go_and_come_in_both_places(compared: tuple[Store, Store, HashEmbedder]) -> None:
    _, away, embedder = compared
    save(away, loose=[paper("danach", "Ein Zaun", public=True)])
    assert vectors.fill(away, embedder, "static") == 1  # numbers go on after those that were copied
    other = HashEmbedder("anderes", dimensions=32)
    assert vectors.fill(away, other, "static") > 10  # takes the place of the one before
    asked = other.questions(["Feuerwache"])[0]

    def found(limit: int) -> list[str]:
        rows = [row for row, _ in vectors.nearest(away, other, asked, limit)]
        with away.reading() as connection:
            query = select(tables.passage.c.rowid, tables.passage.c.body).where(tables.passage.c.rowid.in_(rows))
            bodies = {row: body for row, body in connection.execute(query)}  # noqa: C416
        return [bodies[row] for row in rows]

    before = found(2)
    assert WORDS[0] in before[0]
    for number in range(0, len(WORDS) * 2, len(WORDS)):
        away.delete_paper(f"ra:vorlage-p{number}")
    assert not set(found(3)) & set(before)
    with away.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM near_vector").scalar() == len(WORDS) * 2 + 1 - 2


def test_what_somebody_sees_is_narrowed_there_too(server: Server, prefix: str, tmp_path: Path) -> None:
    import rights_archive
    from test_rights import rows_of, words_in

    town = rights_archive.town(rights_archive.take_in(tmp_path))
    relocating.to_postgres(town.settings, server.address, prefix)
    for person, own, closed in (
        (town.council, rights_archive.FIRST, rights_archive.OTHER),
        (town.builder, rights_archive.OTHER, rights_archive.FIRST),
    ):
        with town.workspace(person) as ws:
            found = rows_of(ws)
            assert words_in(found, own) == set(own)
            assert words_in(found, closed) == set()
            assert words_in(workflow.find(ws, f"Grundstück {closed[0]}"), closed) == set()
