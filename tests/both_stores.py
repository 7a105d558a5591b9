"""Archives of tests in PostgreSQL instead of SQLite, so that the same tests run against both.

While `in_postgres` holds, each archive that is opened lies in a schema of its own; `archiv.toml` in its folder says so, also to
programs of their own. A folder that is copied (`shutil.copytree`) takes its rows along. Schemas are emptied and used again,
since to make one takes longer than most tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url

from ratsassistent.archive import copying, database, postgres, tables, whereabouts
from ratsassistent.archive.store import Store
from ratsassistent.archive.whereabouts import Place

_names = [table.name for table in tables.metadata.sorted_tables]
_counted = [
    (t.name, t.autoincrement_column.name) for t in tables.metadata.sorted_tables if t.autoincrement_column is not None
]
_place_of, _copytree = whereabouts.place_of, shutil.copytree


ALL = os.environ.get(
    "TEST_POSTGRES", ""
)  # all archives of all tests: an address, or anything else for a server of the tests'

# Tests that run with each database in the ordinary suite: all of a module, or those whose names begin so. With TEST_POSTGRES=1
# all tests run in PostgreSQL.
BOTH: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "test_editions.py", "test_hybrid.py", "test_index.py", "test_openings.py", "test_remarks.py",
            "test_vectors.py",
        ),
        ("test_",),
    ),
    "test_deadlines.py": ("test_a_date_is_set", "test_a_rule_holds"),
    "test_deleted.py": ("test_a_paper_by_itself",),
    "test_jobs.py": ("test_a_job_from_start", "test_the_same_work", "test_questions_come", "test_threads_never"),
    "test_oparl_import.py": ("test_a_changed", "test_the_same"),
    "test_register.py": ("test_words_find", "test_filters_and_order", "test_the_newest_word", "test_deleting_the_meeting"),
    "test_store.py": ("test_what_goes_in", "test_nachtrag", "test_every_meeting_keeps", "test_a_paper_in_two"),
}  # fmt: skip


def runs_in_both(file: str, name: str) -> bool:
    """Whether a test runs with each database."""
    return not ALL and name.startswith(BOTH.get(file, ("-",)))


# Tests that look into the files of SQLite, or start a program that makes an archive of its own.
OF_SQLITE = {
    "test_corrections.py": {"test_an_entry_of_the_register_goes_with_its_item", "test_corrections_lie_with_what_is_not_public"},
    "test_deleted.py": {
        "test_no_byte_tells_of_a_deleted_meeting", "test_of_the_non_public_part_no_byte_is_left_and_the_public_one_stays",
        "test_of_a_non_public_part_a_crash_does_not_leave_half",
    },
    "test_editions.py": {"test_an_archive_of_the_first_version_keeps_everything"},
    "test_main.py": {"test_a_data_folder_that_cannot_be_used_is_one_sentence", "test_a_damaged_archive_is_one_sentence"},
    "test_oparl_import.py": {"test_a_killed_import_goes_on"},
    "test_pool.py": {"test_another_folder_in_its_place_is_opened_anew", "test_what_is_locked_is_let_go_of_and_not_shown"},
    "test_remarks_kept.py": {
        "test_what_is_withdrawn_is_gone_from_briefing_and_disk", "test_an_archive_of_the_second_version_keeps_everything",
        "test_what_is_said_of_non_public_items_lies_in_the_non_public_store_only",
    },
    "test_store.py": {
        "test_a_deleted_meeting_leaves_no_word_in_the_folder", "test_a_deletion_cut_short_is_finished_at_the_next_start",
        "test_newer_data_are_refused", "test_a_damaged_database_is_one_german_sentence",
        "test_a_file_instead_of_a_folder_is_one_german_sentence", "test_a_database_that_cannot_be_written_is_one_german_sentence",
        "test_a_full_disk_is_one_german_sentence", "test_the_migrations_make_the_tables_that_the_code_uses",
        "test_the_database_is_set_up_as_promised", "test_two_processes_may_start_and_write_at_once",
        "test_a_pack_is_saved_whole_or_not_at_all",
    },
    "test_workflow.py": {"test_no_word_of_a_non_public_page_is_in_the_public_folder"},
}  # fmt: skip


class Schemas:
    """The schemas of one server, by the folders whose rows they hold."""

    def __init__(self, address: str, prefix: str) -> None:
        self.address, self._prefix = address, prefix
        self._of: dict[Path, str] = {}
        self._free: list[str] = []
        self._made = 0
        self._files: set[Path] = set()  # folders that are to lie in a file just now
        self._engine = create_engine(
            make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )

    def place_of(self, folder: Path) -> Place | None:
        """Where the rows of an archive lie: from the first time that it is looked for."""
        if folder in self._files:
            return None
        place = _place_of(folder)
        if place is None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            place = Place(self.address, self._new(folder))
            whereabouts.note(folder, place)
        return place

    def copytree(self, source: Any, target: Any, *args: Any, **options: Any) -> Any:
        """Copy a folder with the rows of the archives below it."""
        copied = _copytree(source, target, *args, **options)
        for name in (whereabouts.FILE, database.DATABASE):
            for file in sorted(Path(target).rglob(name)):
                held = Path(source) / file.parent.relative_to(target)
                file.unlink()
                self._clone(held, file.parent)
        return copied

    def give_back(self, before: set[Path]) -> None:
        """Empty the schemas of folders that came since, for the next ones."""
        for folder in set(self._of) - before:
            schema = self._of.pop(folder)
            self._run(
                f"DROP TABLE IF EXISTS {schema}.near_vector",
                *(f"DELETE FROM {schema}.{name}" for name in ["passage_text", *reversed(_names)]),
                *(f"SELECT setval(pg_get_serial_sequence('{schema}.{t}', '{c}'), 1, false)" for t, c in _counted),
            )
            self._free.append(schema)

    def rows(self, below: Path) -> dict[str, list[Any]]:
        """Everything that the archives below a folder hold, table by table."""
        held: dict[str, list[Any]] = {}
        with self._engine.connect() as connection:
            for folder in sorted(folder for folder in self._of if folder.is_relative_to(below)):
                for name in [*_names, "passage_text"]:
                    found = connection.exec_driver_sql(f"SELECT * FROM {self._of[folder]}.{name}").all()
                    held[f"{folder.name}.{name}"] = sorted(map(tuple, found), key=repr)
        return held

    def known(self) -> set[Path]:
        """The folders that have one."""
        return set(self._of)

    def close(self) -> None:
        """Remove all."""
        for number in range(self._made):
            self._run(f'DROP SCHEMA IF EXISTS "{self._prefix}{number}" CASCADE')
        self._engine.dispose()

    def _new(self, folder: Path) -> str:
        if not self._free:
            self._free.append(f"{self._prefix}{self._made}")
            self._made += 1
        self._of[folder] = self._free.pop()
        return self._of[folder]

    def _clone(self, source: Path, target: Path) -> None:
        place = _place_of(source) or self._taken_over(source)
        made = self.place_of(target)
        assert made is not None
        postgres.open_engine(made).dispose()
        self._run(*(
            f"INSERT INTO {made.schema}.{name} SELECT * FROM {place.schema}.{name}" for name in [*_names, "passage_text"]
        ))  # fmt: skip
        for name, column in _counted:
            highest = f"(SELECT coalesce(max({column}), 0) + 1 FROM {made.schema}.{name})"
            self._run(f"SELECT setval(pg_get_serial_sequence('{made.schema}.{name}', '{column}'), {highest}, false)")

    def _taken_over(self, folder: Path) -> Place:
        """A place with the rows of a folder that was made in SQLite."""
        other = folder / "in-postgres"
        if (place := _place_of(other)) is None:
            self._files.add(folder)
            public = folder.name == "oeffentlich"
            with Store.open(folder, public=public) as source, Store.open(other, public=public) as target:
                copying.copy(source, target)
            self._files.discard(folder)
            place = _place_of(other)
        assert place is not None
        return place

    def _run(self, *statements: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("; ".join(statements))


@contextmanager
def in_postgres(address: str, prefix: str = "t") -> Iterator[Schemas]:
    """All archives lie there."""
    schemas = Schemas(address, prefix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whereabouts, "place_of", schemas.place_of)
        patch.setattr(shutil, "copytree", schemas.copytree)
        try:
            yield schemas
        finally:
            schemas.close()
