import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import needs_migration
from sqlalchemy import text

from ratsassistent.archive import database, deletion, migrations
from ratsassistent.archive.index import Index
from ratsassistent.archive.store import Store
from ratsassistent.briefings import ItemBriefing, Statement
from ratsassistent.errors import NotFound, StorageError
from ratsassistent.oparl import (
    AgendaItem,
    Citation,
    File,
    FileSpan,
    Meeting,
    Page,
    PagedText,
    PageRef,
    PageStart,
    Paper,
    Part,
    Passage,
)


def file(name, sha=None):
    return File(id=f"ra:datei-{name}", name=f"{name}.pdf", sha256=sha or f"sha-{name}")


def pages(*texts, public=True):
    return [
        Page(number=n, text=t, source="text" if t else "none", reason=None if t else "Bild ohne Text", public=public)
        for n, t in enumerate(texts, 1)
    ]


def paper(name, body, file_name="paket", page=1, public=True, **more):
    return Paper(
        id=f"ra:vorlage-{name}",
        reference=more.pop("reference", f"{name}/2031"),
        name=f"Vorlage {name}",
        paperType=more.pop("kind", "Beschlussvorlage"),
        files=(FileSpan(file_id=f"ra:datei-{file_name}", name=f"{file_name}.pdf", first=page, last=page),),
        text=PagedText(
            text=body,
            starts=(PageStart(offset=0, file_id=f"ra:datei-{file_name}", file=f"{file_name}.pdf", page=page),),
        ),
        parts=(Part(kind="reason", heading="Begründung", start=0, end=len(body)),),
        public=public,
        **more,
    )


def item(name, *papers, order=0, public=True):
    return AgendaItem(
        id=f"ra:top-{name}", order=order, number=f"Ö {order + 1}", name=f"Thema {name}", public=public, papers=papers
    )


def meeting(name, *items, start="2031-03-04", **more):
    return Meeting(
        id=f"ra:sitzung-{name}", name=f"Sitzung {name}", organization=more.pop("organization", "Bauausschuss"),
        start=start, agendaItem=items, **more,
    )  # fmt: skip


def passages(paper, item=None, meeting=None):
    where = paper.files[0]
    return [
        Passage(
            id=f"{paper.id}-{meeting.id if meeting else 'lose'}-{n}",
            paper_id=paper.id,
            item_id=item.id if item else None,
            meeting_id=meeting.id if meeting else None,
            kind="reason",
            start=paper.text.text.index(line),
            end=paper.text.text.index(line) + len(line),
            text=line,
            citation=(Citation(file=where.name, file_id=where.file_id, page=where.first),),
        )
        for n, line in enumerate(paper.text.text.split("\n"))
    ]


def all_passages(*meetings, loose=()):
    of_meetings = [x for m in meetings for i in m.agendaItem for p in i.papers for x in passages(p, i, m)]
    return of_meetings + [x for p in loose for x in passages(p)]


def save(store, *meetings, files=(), loose=()):
    store.save_pack(
        meetings=meetings, loose_papers=loose, files=files, passages=all_passages(*meetings, loose=loose)
    )  # fmt: skip


@pytest.fixture(autouse=True)
def migrations_run(monkeypatch):
    monkeypatch.setattr(database, "_needs_migration", needs_migration)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "archiv", public=False) as opened:
        yield opened


@pytest.fixture
def pack():
    """One meeting of two items with one combined file."""
    bridge = paper("bruecke", "Die Bruecke am Muehlbach ist marode.\nSie soll 2032 erneuert werden.", page=2)
    school = paper("schule", "Die Turnhalle braucht ein Dach.", page=3)
    one = meeting(
        "eins", item("bruecke", bridge), item("schule", school, order=1),
        unassigned_pages=(PageRef(file="paket.pdf", file_id="ra:datei-paket", page=4),),
    )  # fmt: skip
    return one, [(file("paket"), pages("Tagesordnung", bridge.text.text, school.text.text, ""))]


def dump(store):
    """Every row of the database, full text included."""
    with sqlite3.connect(store.folder / "archiv.sqlite") as connection:
        return list(connection.iterdump())


def raw_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- taking in


def test_what_goes_in_comes_out(store, pack):
    one, files = pack
    save(store, one, files=files)
    assert store.meeting(one.id) == one
    assert store.meetings() == [one]
    assert store.files() == [files[0][0]]
    assert store.pages("ra:datei-paket") == files[0][1]
    assert store.page("ra:datei-paket", 2) == files[0][1][1]
    assert store.page("ra:datei-paket", 9) is None
    assert store.paper("ra:vorlage-schule") == one.agendaItem[1].papers[0]
    assert store.passages(meeting_id=one.id) == all_passages(one)
    assert [p.item_id for p in store.passages(item_id="ra:top-schule")] == ["ra:top-schule"]
    assert store.meeting("ra:sitzung-fehlt") is None
    assert store.paper("ra:vorlage-fehlt") is None


def test_it_is_still_there_when_opened_again(tmp_path, pack):
    with Store.open(tmp_path, public=False) as first:
        save(first, pack[0], files=pack[1])
    with Store.open(tmp_path, public=False) as second:
        assert second.meeting(pack[0].id) == pack[0]


def test_the_same_again_changes_nothing(store, pack):
    save(store, pack[0], files=pack[1])
    before = dump(store)
    save(store, pack[0], files=pack[1])
    assert dump(store) == before


def test_meetings_without_papers_keep_their_items(store, pack):
    save(store, pack[0], files=pack[1])
    (light,) = store.meetings(with_papers=False)
    assert [i.name for i in light.agendaItem] == ["Thema bruecke", "Thema schule"]
    assert all(i.papers == () for i in light.agendaItem)


def test_meetings_come_newest_first(store):
    save(
        store,
        meeting("alt", start="2030-01-01"),
        meeting("neu", start="2031-01-01T18:00"),
        meeting("offen", start=None),
    )
    assert [m.id for m in store.meetings()] == ["ra:sitzung-neu", "ra:sitzung-alt", "ra:sitzung-offen"]


def test_nachtrag_adds_items_and_papers(store, pack):
    save(store, pack[0], files=pack[1])
    extra = paper("bruecke-neu", "Das Gutachten zur Bruecke liegt vor.", file_name="nachtrag")
    late = paper("spielplatz", "Ein Spielplatz am Anger.", file_name="nachtrag", page=2)
    added = meeting("eins", item("bruecke", extra), item("spielplatz", late, order=0))
    for _ in range(2):
        save(store, added, files=[(file("nachtrag"), pages("a", "b"))])
        merged = store.meeting(pack[0].id)
        assert [i.id for i in merged.agendaItem] == ["ra:top-bruecke", "ra:top-schule", "ra:top-spielplatz"]
        assert [p.id for p in merged.agendaItem[0].papers] == ["ra:vorlage-bruecke", "ra:vorlage-bruecke-neu"]
        assert merged.unassigned_pages == pack[0].unassigned_pages
        assert store.page_counts(pack[0].id) == (5, 6)
        assert len(store.passages(item_id="ra:top-bruecke")) == 3


def test_a_paper_that_the_same_file_no_longer_gives_is_gone(store, pack):
    save(store, pack[0], files=pack[1])
    bridge, school = pack[0].agendaItem
    renamed = school.papers[0].model_copy(update={"id": "ra:vorlage-turnhalle"})
    save(store, meeting("eins", bridge, school.model_copy(update={"papers": (renamed,)})), files=pack[1])
    assert store.paper("ra:vorlage-schule") is None
    assert {p.paper_id for p in store.passages()} == {"ra:vorlage-bruecke", "ra:vorlage-turnhalle"}


def test_a_paper_with_other_text_loses_its_old_passages(store):
    save(store, loose=[paper("haushalt", "Alt eins.\nAlt zwei.", public=None)])
    save(store, loose=[paper("haushalt", "Neu eins.", public=None)])
    assert [p.text for p in store.passages(paper_id="ra:vorlage-haushalt")] == ["Neu eins."]
    assert Index(store).search("zwei alt") == []


def test_a_paper_in_two_meetings_is_stored_once(store):
    shared = paper("radweg", "Ein Radweg am Fluss.")
    save(store, meeting("a", item("a", shared)), meeting("b", item("b", shared)), files=[(file("paket"), pages("x"))])
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM paper")).scalar() == 1
    assert store.meeting("ra:sitzung-b").agendaItem[0].papers == (shared,)


def test_papers_are_found_by_reference_however_it_is_written(store):
    save(store, loose=[paper("a", "x", reference="BV/0815 / 31", public=None), paper("b", "y", reference=None)])
    assert [p.id for p in store.papers_by_reference(" bv/0815/31")] == ["ra:vorlage-a"]
    assert store.papers_by_reference("BV/0815") == []
    assert store.papers_by_reference("  ") == []


def test_a_loose_paper_is_loose_until_a_meeting_has_it(store):
    letter = paper("brief", "Ein Brief.")
    save(store, loose=[letter])
    assert store.loose_papers() == [letter]
    save(store, meeting("a", item("a", letter)))
    assert store.loose_papers() == []
    store.delete_meeting("ra:sitzung-a")
    assert store.loose_papers() == [letter]
    assert [p.meeting_id for p in store.passages(paper_id=letter.id)] == [None]


def test_a_pack_is_saved_whole_or_not_at_all(store, pack):
    stray = passages(paper("unbekannt", "Gehört zu nichts."))
    before = dump(store)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.save_pack(meetings=[pack[0]], files=pack[1], passages=stray)
    assert dump(store) == before


def test_page_counts_and_unreadable_pages(store, pack):
    save(store, pack[0], files=pack[1])
    save(store, loose=[paper("brief", "x", file_name="brief")], files=[(file("brief"), pages("x"))])
    assert store.page_counts(pack[0].id) == (3, 4)
    assert store.page_counts(None) == (4, 5)
    (bad,) = store.unreadable(pack[0].id)
    assert (bad.file, bad.page, bad.reason) == ("paket.pdf", 4, "Bild ohne Text")


def test_an_agenda_in_a_file_of_its_own_belongs_to_the_meeting(store):
    only = paper("weg", "Ein Weg.", file_name="vorlage")
    save(store, meeting("a", item("a", only)), files=[(file("vorlage"), pages("x")), (file("einladung"), pages("y"))])
    assert store.page_counts("ra:sitzung-a") == (2, 2)
    store.delete_meeting("ra:sitzung-a")
    assert store.files() == []


# --- public and non-public


def test_a_public_archive_refuses_what_is_not_public(tmp_path, pack):
    secret = paper("grundstueck", "Kaufpreis 1.200.000 Euro.", public=None)
    refused = [
        {"meetings": [meeting("a", item("a", public=None))]},
        {"meetings": [meeting("a", item("a", public=False))]},
        {"meetings": [meeting("a", item("a", secret.model_copy(update={"public": False})))]},
        {"loose_papers": [secret]},
        {"files": [(file("paket"), pages("Geheim", public=None))]},
        # its words stand on a page that is left empty here because it is not public
        {"meetings": [meeting("a", item("a", secret))], "files": [(file("paket"), pages("", public=False))]},
    ]
    with Store.open(tmp_path, public=True) as store:
        for given in refused:
            with pytest.raises(ValueError, match="not public"):
                store.save_pack(**given)
        with pytest.raises(ValueError, match="not public"):
            store.save_briefing(None, ItemBriefing(id="x", number=None, name="x", public=None, level="auszug"))
        assert (store.meetings(), store.files(), store.passages()) == ([], [], [])
        save(store, pack[0], files=pack[1])
        assert store.meeting(pack[0].id) == pack[0]


def test_a_public_archive_counts_public_pages_only(tmp_path, pack):
    held_back = Page(number=5, text="", source="none", public=False)
    with Store.open(tmp_path, public=True) as store:
        save(store, pack[0], files=[(file("paket"), [*pack[1][0][1], held_back])])
        assert store.page_counts(None) == (3, 4)
        assert [p.page for p in store.unreadable(None)] == [4]


def test_a_folder_stays_public_or_not(tmp_path):
    Store.open(tmp_path, public=False).close()
    with pytest.raises(ValueError, match="non-public"):
        Store.open(tmp_path, public=True)


# --- files and briefings


def test_files_are_copied_and_found(store, tmp_path, pack):
    source = tmp_path / "quelle.pdf"
    source.write_bytes(b"%PDF-1.7 inhalt")
    save(store, pack[0], files=pack[1])
    with pytest.raises(NotFound):
        store.file_path("ra:datei-paket")
    stored = store.put_file(source, "sha-paket")
    assert store.put_file(source, "sha-paket") == stored == store.file_path("ra:datei-paket")
    assert stored.read_bytes() == source.read_bytes()
    source.write_bytes(b"%PDF-1.7 anders")
    store.put_file(source, "sha-paket")
    assert stored.read_bytes() == source.read_bytes()
    assert [p.name for p in stored.parent.iterdir()] == ["sha-paket.pdf"]
    with pytest.raises(NotFound, match=r"nicht im Archiv\.$"):
        store.file_path("ra:datei-fehlt")


def test_a_copy_that_fails_leaves_nothing(store, tmp_path):
    with pytest.raises(StorageError):
        store.put_file(tmp_path, "sha")  # a folder, not a file
    assert list((store.folder / "dateien").iterdir()) == []


def test_briefings_are_kept_by_item_and_level(store, pack):
    save(store, pack[0], files=pack[1])
    for name, level in [("schule", "auszug"), ("bruecke", "auszug"), ("bruecke", "voll")]:
        for basis in ("alt", "neu"):
            store.save_briefing(
                pack[0].id,
                ItemBriefing(id=f"ra:top-{name}", number="1", name=name, public=True, level=level, basis=basis),
            )
    assert [b.id for b in store.briefings(pack[0].id, "auszug")] == ["ra:top-bruecke", "ra:top-schule"]
    assert store.briefing("ra:top-bruecke", "voll").basis == "neu"
    assert store.briefing("ra:top-schule", "voll") is None


# --- deleting


def test_a_deleted_meeting_leaves_no_word_in_the_folder(store, tmp_path):
    words = ["Ziegenmelker", "Quittenhain", "Uferschwalbe", "Drosselgasse", "Sumpfdotter", "Kleinkram"]
    secret = paper("wald", f"Der {words[0]} brütet am {words[1]}.", file_name="wald")
    gone = meeting("wald", item("wald", secret).model_copy(update={"name": words[2]}))
    other = paper("stadt", "Die Laterne am Markt leuchtet.", file_name="stadt")
    pdf = tmp_path / "wald.pdf"
    pdf.write_bytes(f"%PDF {words[3]}".encode())
    store.put_file(pdf, "sha-wald")
    save(store, gone, files=[(file("wald"), pages(secret.text.text))])
    save(store, meeting("stadt", item("stadt", other)), files=[(file("stadt"), pages(other.text.text))])
    statement = Statement(text=f"Es geht um die {words[4]}.", origin="model", citation=())
    store.save_briefing(
        gone.id,
        ItemBriefing(id="ra:top-wald", number="1", name="x", public=True, level="voll", statements=(statement,)),
    )
    from ratsassistent.jobs import Jobs

    jobs = Jobs(store)
    job = jobs.add("frage", f"Was ist mit {words[5]}?", {"meeting": gone.id})
    before = raw_bytes(store.folder).lower()
    assert all(word.lower().encode() in before for word in words)

    assert set(store.delete_meeting(gone.id)) == {gone.id, "ra:top-wald", secret.id, "ra:datei-wald"}

    after = raw_bytes(store.folder).lower()
    assert [word for word in words if word.lower().encode() in after] == []
    assert b"reklemnegeiz"[:8] not in after  # the full text spells stems backwards too
    assert [m.id for m in store.meetings()] == ["ra:sitzung-stadt"]
    assert [h.paper.id for h in Index(store).search("Laternen")] == [other.id]
    with pytest.raises(NotFound):
        jobs.get(job.id)
    assert store.delete_meeting(gone.id) == ()


def test_a_paper_of_another_meeting_survives_with_its_passages(store):
    shared = paper("radweg", "Ein Radweg am Fluss.", file_name="rad")
    save(store, meeting("a", item("a", shared)), files=[(file("rad"), pages("x"))])
    save(store, meeting("b", item("b", shared)), files=[(file("rad"), pages("x"))])
    store.delete_meeting("ra:sitzung-b")
    assert store.meeting("ra:sitzung-a").agendaItem[0].papers == (shared,)
    assert [(p.item_id, p.meeting_id) for p in store.passages()] == [("ra:top-a", "ra:sitzung-a")]
    assert [f.id for f in store.files()] == ["ra:datei-rad"]
    store.delete_meeting("ra:sitzung-a")
    assert (store.paper(shared.id), store.passages(), store.files()) == (None, [], [])


def test_every_meeting_keeps_the_edition_of_a_paper_that_was_in_its_pack(store):
    early = paper("radweg", "Ein Radweg am Fluss kostet vier Muenzen.", file_name="mai", page=7)
    late = paper("radweg", "Der Radweg kostet neun Taler.", file_name="juni", page=2)
    files = {name: [(file(name), pages(p.text.text))] for name, p in (("mai", early), ("juni", late))}
    save(store, meeting("mai", item("mai", early)), files=files["mai"])
    save(store, meeting("juni", item("juni", late)), files=files["juni"])
    assert store.meeting("ra:sitzung-mai").agendaItem[0].papers == (early,)
    assert store.paper(early.id) == late
    assert [p.text for p in store.passages(meeting_id="ra:sitzung-mai")] == [early.text.text]
    store.delete_meeting("ra:sitzung-juni")
    assert store.paper(early.id) == early
    assert b"Taler" not in raw_bytes(store.folder)
    assert store.meeting("ra:sitzung-mai").agendaItem[0].papers == (early,)


def test_an_agenda_that_only_names_a_paper_takes_nothing_away(store, pack):
    save(store, pack[0], files=pack[1])
    bridge = pack[0].agendaItem[0].papers[0]
    named = bridge.model_copy(update={"files": (), "text": PagedText(text="", starts=()), "parts": ()})
    store.save_pack(meetings=[meeting("eins", item("bruecke", named))], files=[(file("nachtrag"), pages("TOP"))])
    assert store.meeting("ra:sitzung-eins").agendaItem[0].papers == (bridge,)
    assert store.paper(bridge.id) == bridge
    assert store.passages(paper_id=bridge.id)


def test_a_deleted_paper_leaves_the_others_of_its_pack(store, pack):
    save(store, pack[0], files=pack[1])
    briefing = ItemBriefing(id="ra:top-schule", number="1", name="x", public=True, level="auszug")
    store.save_briefing(pack[0].id, briefing)
    assert store.delete_paper("ra:vorlage-schule") == ("ra:vorlage-schule",)
    assert [p.number for p in store.pages("ra:datei-paket")] == [1, 2, 4]
    assert store.meeting(pack[0].id).agendaItem[1].papers == ()
    assert store.briefing("ra:top-schule", "auszug") is None
    assert b"turnhalle" not in raw_bytes(store.folder).lower()
    assert store.delete_paper("ra:vorlage-schule") == ()


def test_a_deleted_loose_paper_takes_its_file_along(store, tmp_path):
    pdf = tmp_path / "b.pdf"
    pdf.write_bytes(b"%PDF")
    stored = store.put_file(pdf, "sha-brief")
    save(store, loose=[paper("brief", "x", file_name="brief")], files=[(file("brief"), pages("x"))])
    store.delete_paper("ra:vorlage-brief")
    assert (store.files(), stored.exists()) == ([], False)


def test_a_deletion_cut_short_is_finished_at_the_next_start(tmp_path, pack, monkeypatch):
    with Store.open(tmp_path, public=False) as store:
        save(store, pack[0], files=pack[1])
        monkeypatch.setattr("ratsassistent.archive.deletion.clean", lambda *_: False)  # killed before cleaning
        store.delete_meeting(pack[0].id)
        assert b"turnhalle" in raw_bytes(tmp_path).lower()
    monkeypatch.undo()
    Store.open(tmp_path, public=False).close()
    assert b"turnhalle" not in raw_bytes(tmp_path).lower()


def test_a_reader_in_the_way_delays_the_cleaning_only(store, pack, monkeypatch):
    save(store, pack[0], files=pack[1])
    monkeypatch.setattr(deletion.empty_log, "__defaults__", (0.0,))
    with store.reading() as reader:
        reader.execute(text("SELECT count(*) FROM page")).scalar()
        store.delete_meeting(pack[0].id)
    assert store.meetings() == []
    with Store.open(store.folder, public=False) as again:
        assert again.meetings() == []
    assert b"turnhalle" not in raw_bytes(store.folder).lower()


# --- the disk and the database


def test_newer_data_are_refused(tmp_path):
    Store.open(tmp_path, public=False).close()
    with sqlite3.connect(tmp_path / "archiv.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="neueren Version"):
        Store.open(tmp_path, public=False)


def test_a_damaged_database_is_one_german_sentence(tmp_path):
    (tmp_path / "archiv.sqlite").write_bytes(b"das ist keine Datenbank" * 500)
    with pytest.raises(StorageError, match="beschädigt"):
        Store.open(tmp_path, public=False)


def test_a_file_instead_of_a_folder_is_one_german_sentence(tmp_path):
    (tmp_path / "belegt").write_text("x")
    for path in (tmp_path / "belegt", tmp_path / "belegt" / "archiv"):
        with pytest.raises(StorageError, match="kein Ordner"):
            Store.open(path, public=False)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_german_sentence(tmp_path):
    folder = tmp_path / "nur-lesen"
    folder.mkdir(mode=0o500)
    with pytest.raises(StorageError, match="Zugriffsrechte"):
        Store.open(folder, public=False)


def test_a_database_that_cannot_be_written_is_one_german_sentence(store, pack):
    def write():
        with store.writing() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
            connection.execute(text("INSERT INTO about VALUES ('a', 'b')"))

    with pytest.raises(StorageError, match="Zugriffsrechte"):
        write()


def test_a_full_disk_is_one_german_sentence(store):
    def write():
        with store.writing() as connection:
            size = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {size}"))
            connection.execute(text("INSERT INTO about VALUES ('a', :long)"), {"long": "x" * 1_000_000})

    with pytest.raises(StorageError, match="voll"):
        write()


def test_the_migrations_make_the_tables_that_the_code_uses(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from ratsassistent.archive.tables import metadata

    def ours(_object, name, kind, _reflected, _compare_to):
        return kind != "table" or not name.startswith(("passage_text", "passage_word"))

    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_last_file():
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(migrations.FOLDER)).get_current_head() == migrations.newest()


def test_the_database_is_set_up_as_promised(store):
    with store.reading() as connection:
        settings = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        ]
    assert settings == ["wal", 1, 1, database.BUSY_SECONDS * 1000]


def run_both(code: str, *arguments: str) -> None:
    """Run the code in two processes at once."""
    command = [sys.executable, "-c", code, *arguments]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        assert (process.communicate(timeout=120)[1], process.returncode) == ("", 0)


def test_two_processes_may_start_and_write_at_once(tmp_path):
    code = """
import os, sys
from pathlib import Path
from ratsassistent.archive.store import Store
from ratsassistent.briefings import ItemBriefing
with Store.open(Path(sys.argv[1]), public=False) as store:
    for n in range(30):
        store.save_briefing("m", ItemBriefing(id=f"{os.getpid()}-{n}", number=None, name="x", public=None, level="voll"))
"""
    run_both(code, str(tmp_path / "neu"))
    with Store.open(tmp_path / "neu", public=False) as store:
        assert len(store.briefings("m", "voll")) == 60


def test_opening_an_archive_that_is_up_to_date_does_not_load_alembic(tmp_path):
    Store.open(tmp_path, public=False).close()
    code = """
import sys
from pathlib import Path
from ratsassistent.archive.store import Store
Store.open(Path(sys.argv[1]), public=False).close()
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
