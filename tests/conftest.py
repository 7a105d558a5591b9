"""The demonstration pack, taken in once for all tests of the whole chain; each test works on a copy of its own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import both_stores
import hypothesis
import pdfs
import postgres_server
import pytest
from commands import Result, Run
from filelock import FileLock
from longest_first import (
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_logreport,
    pytest_sessionfinish,
)
from scripted import ScriptedModel
from sqlalchemy import Engine

from ratsassistent import correcting, intake, sealing, worker, workflow
from ratsassistent.__main__ import main
from ratsassistent.archive import database, seal
from ratsassistent.demo import demo_pack, demo_truth
from ratsassistent.errors import InputError
from ratsassistent.fetching import run as fetching_run
from ratsassistent.pack.files.isolated import Children
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace
from ratsassistent.writing.model.prompts import REFUSAL

__all__ = [  # hooks
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_logreport",
    "pytest_sessionfinish",
]

# A deadline would make every property a timed test, which fails on a busy machine for no fault of the program.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def settings_for(folder: Path) -> Settings:
    """Settings of a data folder that has no language model."""
    return Settings(data_folder=folder, model_folders=(folder / "modelle",), threads=2)


def rows(folder: Path) -> dict[str, list[Any]]:
    """Everything that the databases below a data folder hold, table by table; how the full text keeps it aside."""
    if _schemas:
        return _schemas[-1].rows(folder)
    held: dict[str, list[Any]] = {}
    for file in sorted(folder.rglob("*.sqlite")):
        with closing(sqlite3.connect(file)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                if name.startswith(("passage_text_", "passage_word", "sqlite_")):
                    continue
                columns = "rowid, *" if name == "passage_text" else "*"
                found = connection.execute(f'SELECT {columns} FROM "{name}"').fetchall()
                held[f"{file.parent.name}.{name}"] = sorted(found, key=repr)
    return held


def files(folder: Path) -> dict[str, bytes]:
    """The files that were taken in, below a data folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.pdf"))}


_schemas: list[both_stores.Schemas] = []  # where archives lie just now, if in PostgreSQL


class Kept(Children):
    """Children that stay when a take-in is over, for the next one: to start one costs a second."""

    def close(self) -> None:
        """They end with the tests."""


_KEPT = Kept()


needs_migration = database._needs_migration


@pytest.fixture(scope="session", autouse=True)
def new_archives_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new archive is a copy of one that its migrations made: they take a while each time (in `test_store` they run)."""
    made = tmp_path_factory.mktemp("archiv")
    database.open_engine(made).dispose()

    def copied(engine: Engine, folder: Path) -> bool:
        file = folder / database.DATABASE
        if not file.exists():
            with FileLock(folder / database.LOCK):
                if not file.exists():
                    shutil.copyfile(made / database.DATABASE, file)
        return needs_migration(engine, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_needs_migration", copied)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_worker_is_started() -> Iterator[None]:
    """A worker is a process of its own that may load models and outlives the test (`test_jobs` starts one that does not)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "ensure_worker", lambda _: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def children_are_kept() -> Iterator[None]:
    """Files are read in child processes as ever, but the same ones for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (intake, correcting, fetching_run):
            patch.setattr(module, "Children", lambda: _KEPT)
        yield


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    """What is in the demonstration pack."""
    loaded: dict[str, Any] = json.loads(demo_truth().read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demonstration pack; nobody writes into it."""
    folder = tmp_path_factory.mktemp("beispiel") / "daten"
    with workflow.workspace(settings_for(folder)) as ws:
        workflow.take_in(ws, [demo_pack()])
    return folder


@pytest.fixture
def data(taken_in: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the demonstration pack."""
    return Path(shutil.copytree(taken_in, tmp_path / "daten"))


@pytest.fixture
def ws(data: Path) -> Iterator[Workspace]:
    """That folder, opened."""
    with workflow.workspace(settings_for(data)) as opened:
        yield opened


@pytest.fixture
def nobody_elses_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no model of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("RATSASSISTENT_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "benutzer")
    (tmp_path / "modelle").mkdir()
    monkeypatch.setenv("RATSASSISTENT_MODELLORDNER", str(tmp_path / "modelle"))
    monkeypatch.setattr(workflow.background, "ensure_worker", lambda _: False)


@pytest.fixture
def run(nobody_elses_folders: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command on the data folder of this test."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        try:
            status = main(["--datenordner", str(tmp_path / "daten"), *map(str, arguments)])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Result(status, out, err)

    return call


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """A model that knows what the hall costs and nothing else."""

    def reply(content: str) -> str:
        if "kostet die Sanierung der Turnhalle" in content:
            return "Die Generalsanierung der Turnhalle kostet 2.402.400 Euro. [S1]"
        return REFUSAL

    scripted = ScriptedModel(reply)
    monkeypatch.setattr(workflow, "load_model", lambda _: scripted)
    return scripted


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files of sealed archives without the second that a passphrase takes; nothing is open yet."""

    def wrap(keys: seal.Seal, words: str) -> bytes:
        seal.check(words)
        return f"{words}|{keys.dump()}".encode()

    def unwrap(file: Path, words: str) -> seal.Seal:
        kept, _, dumped = file.read_text("utf-8").partition("|")
        if kept != words:
            raise InputError(seal.WRONG)
        return seal.Seal.load(dumped)

    monkeypatch.setattr(seal, "wrap", wrap)
    monkeypatch.setattr(seal, "unwrap", unwrap)
    monkeypatch.setattr(seal, "_opened", {})
    monkeypatch.setattr(seal, "_stamps", {})
    sealing._brakes.clear()


@pytest.fixture(scope="module")
def small_briefed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small pack and its extract; nobody writes into it."""
    base = tmp_path_factory.mktemp("klein")
    with workflow.workspace(settings_for(base / "daten")) as ws:
        workflow.take_in(ws, [pdfs.write(base / "paket.pdf", pdfs.PACK)])
        workflow.brief(ws, workflow.meetings(ws)[0].id)
    return base / "daten"


@pytest.fixture(scope="session")
def server() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server, started when the first test needs it."""
    if reason := postgres_server.missing():
        pytest.skip(reason)
    with postgres_server.running() as made:
        yield made


@pytest.fixture(scope="session", autouse=bool(both_stores.ALL))
def all_in_postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    """All archives of all tests lie in PostgreSQL: ``TEST_POSTGRES=1 python3 start.py --test``."""
    given = both_stores.ALL if "://" in both_stores.ALL else request.getfixturevalue("server").address
    with both_stores.in_postgres(given, f"alle{os.getpid()}_") as schemas:
        _schemas.append(schemas)
        yield
        _schemas.pop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of some modules run twice: with archives in SQLite, and with archives in PostgreSQL."""
    if both_stores.runs_in_both(Path(str(metafunc.module.__file__)).name, metafunc.function.__name__):
        metafunc.parametrize("either", ["sqlite", "postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where archives lie in the tests of a module."""
    where: str = getattr(request, "param", "sqlite")
    if where == "sqlite":
        yield where
        return
    with both_stores.in_postgres(request.getfixturevalue("server").address, f"m{os.getpid()}_") as schemas:
        _schemas.append(schemas)
        yield where
        _schemas.pop()


@pytest.fixture(autouse=True)
def schemas_are_used_again(request: pytest.FixtureRequest, either: str) -> Iterator[None]:
    """What lies in PostgreSQL goes with the test that made it."""
    if _schemas and request.node.originalname in both_stores.OF_SQLITE.get(request.path.name, ()):
        pytest.skip("looks into the files of SQLite")
    before = _schemas[-1].known() if _schemas else set()
    yield
    if _schemas:
        _schemas[-1].give_back(before)
