import sqlite3
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.archive import database, migrations, tables
from ratsassistent.archive.index import Index
from ratsassistent.archive.ocr_cache import OcrCache
from ratsassistent.archive.store import Store
from ratsassistent.oparl import (
    AgendaItem,
    Citation,
    Decision,
    File,
    FileSpan,
    Meeting,
    Page,
    PagedText,
    PageStart,
    Paper,
    Part,
    Vote,
    ra_id,
)
from ratsassistent.pack.papers.passages import cut_passages
from ratsassistent.pack.papers.versions import MOST, compare, same_words

OLD = "Der Rat beschließt den Bau der Halle für 100.000 Euro."
NEW = "Der Rat beschließt den Bau der Halle für 120.000 Euro."


def edition(resolution=OLD, reason="Die Halle ist alt. Das Dach ist undicht.", name="mai", page=2):
    text = f"{resolution}\n{reason}"
    cut = len(resolution)
    return Paper(
        id="ra:vorlage-halle",
        reference="12/2031",
        name="Bau der Halle",
        paperType="Beschlussvorlage",
        files=(FileSpan(file_id=f"ra:datei-{name}", name=f"{name}.pdf", first=page, last=page),),
        text=PagedText(text=text, starts=(PageStart(offset=0, file_id=f"ra:datei-{name}", file=f"{name}.pdf", page=page),)),
        parts=(
            Part(kind="resolution", heading="Beschlussvorschlag", start=0, end=cut),
            Part(kind="reason", heading="Begründung", start=cut + 1, end=len(text)),
        ),
        public=True,
    )  # fmt: skip


def meeting(*papers, **item):
    values = {
        "id": "ra:top-halle",
        "order": 1,
        "number": "3",
        "name": "Halle",
        "public": True,
        "papers": papers,
        **item,
    }
    return Meeting(
        id="ra:sitzung-mai", name="Sitzung", organization="Bauausschuss", start="2031-05-06",
        agendaItem=(AgendaItem(**values),),
    )  # fmt: skip


def save(store, *papers, loose=(), **item):
    given = [p for p in (*papers, *loose) if p.files]
    names = {span.file_id: span.name for p in given for span in p.files}
    pages = [Page(number=n, text="x", source="text", public=True) for n in (1, 2)]
    store.save_pack(
        meetings=[meeting(*papers, **item)] if papers or item else [],
        loose_papers=loose,
        files=[(File(id=key, name=name, sha256=f"sha-{name}"), pages) for key, name in names.items()],
        passages=[
            *(x for p in papers for x in cut_passages(p, "ra:top-halle", "ra:sitzung-mai")),
            *(x for p in loose for x in cut_passages(p, None, None)),
        ],
    )


def dump(store):
    with sqlite3.connect(store.folder / "archiv.sqlite") as connection:
        return list(connection.iterdump())


def shown(store):
    return store.meeting("ra:sitzung-mai").agendaItem[0].papers[0]


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "archiv", public=True) as opened:
        yield opened


# --- comparing


def test_a_changed_amount_is_one_change_with_both_places():
    (change,) = compare(edition(), edition(NEW, name="juni", page=5))
    assert (change.part, change.before, change.after) == ("resolution", OLD, NEW)
    assert [(c.file, c.page) for c in change.citation_before] == [("mai.pdf", 2)]
    assert [(c.file, c.page) for c in change.citation_after] == [("juni.pdf", 5)]


def test_what_is_new_and_what_is_gone():
    later = edition(reason="Das Dach ist undicht. Die Heizung wird durch eine Wärmepumpe ersetzt.")
    changes = compare(edition(), later)
    assert {(c.part, c.before, c.after) for c in changes} == {
        ("reason", None, "Die Heizung wird durch eine Wärmepumpe ersetzt."), ("reason", "Die Halle ist alt.", None),
    }  # fmt: skip


@pytest.mark.parametrize(
    "reason",
    [
        "Die  Halle\nist alt. Das Dach ist un-\ndicht.",
        "Das Dach ist undicht. Die Halle ist alt.",
        "Die Halle ist alt.\nSeite 1 von 2\nStand: 04.05.2031\nDas Dach ist undicht.",
        "Die Halle ist alt.\n\n- 2 -\n\nDas Dach ist undicht.\nGedruckt am 4. Mai 2031, 10:15 Uhr",
    ],
)
def test_white_space_furniture_and_moved_sentences_are_no_change(reason):
    assert compare(edition(), edition(reason=reason)) == ()


def test_a_sentence_moved_to_another_part_is_no_change():
    later = edition(f"{OLD} Das Dach ist undicht.", "Die Halle ist alt.")
    assert compare(edition(), later) == ()


def test_decimal_places_count():
    assert compare(edition("Der Rat beschließt 10,5 Prozent."), edition("Der Rat beschließt 105 Prozent."))
    assert not same_words(edition("Es sind 10,5 Prozent."), edition("Es sind 105 Prozent."))


def test_the_wording_comes_first_and_the_list_has_an_end():
    many = " ".join(f"Satz Nummer {n} handelt von einem anderen Gegenstand, der {n * 7} heißt." for n in range(200))
    changes = compare(edition(), edition(NEW, many))
    assert changes[0].part == "resolution"
    assert len(changes) == MOST


@given(st.text(max_size=200), st.text(max_size=200))
def test_comparing_never_fails_and_the_same_is_no_change(one, two):
    before, after = edition("A. " + one, "B. " + two), edition("A. " + two, "B. " + one)
    assert compare(before, before) == ()
    for change in compare(before, after):
        assert change.before != change.after


# --- keeping


def test_a_new_edition_says_what_it_changed(store):
    save(store, edition())
    assert shown(store).changes == ()
    save(store, edition(NEW, name="juni"))
    assert [(c.before, c.after) for c in shown(store).changes] == [(OLD, NEW)]
    assert store.paper("ra:vorlage-halle") == shown(store)
    assert [h.passage.text for h in Index(store).search("120.000")] == [NEW]
    assert not [h for h in Index(store).search("Bau der Halle") if "100.000" in h.passage.text]


def test_the_old_file_again_does_not_become_the_newest(store):
    save(store, edition())
    save(store, edition(NEW, name="juni"))
    before = dump(store)
    for order in permutations(["mai", "juni", "mai"]):
        for name in order:
            save(store, edition(NEW, name="juni") if name == "juni" else edition())
            assert dump(store) == before


def test_three_editions_and_one_without_new_words(store):
    save(store, edition())
    save(store, edition(NEW, name="juni"))
    save(store, edition(NEW, name="juli"))
    assert [(c.before, c.after) for c in shown(store).changes] == [(OLD, NEW)]
    assert shown(store).files[0].name == "juli.pdf"
    save(store, edition("Der Rat lehnt den Bau der Halle ab.", name="august"))
    (change, *_) = shown(store).changes
    assert change.after == "Der Rat lehnt den Bau der Halle ab."
    assert all(OLD not in (c.before or "") for c in shown(store).changes)


def test_a_loose_paper_has_editions_too(store):
    save(store, loose=[edition()])
    save(store, loose=[edition(NEW, name="juni")])
    save(store, loose=[edition()])
    (paper,) = store.loose_papers()
    assert [(c.before, c.after) for c in paper.changes] == [(OLD, NEW)]
    assert [p.text for p in store.passages(paper_id=paper.id) if p.kind == "resolution"] == [NEW]


def test_a_former_edition_goes_with_its_meeting(store):
    save(store, edition(reason="Das Geheimwort lautet Mirabelle."))
    save(store, edition(NEW, name="juni"))
    store.delete_meeting("ra:sitzung-mai")
    assert b"Mirabelle" not in b"".join(p.read_bytes() for p in store.folder.rglob("*") if p.is_file())
    assert store.files() == []


def test_a_deleted_paper_takes_all_its_editions(store):
    save(store, loose=[edition(reason="Das Geheimwort lautet Mirabelle.")])
    save(store, loose=[edition(NEW, name="juni")])
    assert set(store.delete_paper("ra:vorlage-halle")) == {"ra:vorlage-halle", "ra:datei-mai", "ra:datei-juni"}
    assert b"Mirabelle" not in b"".join(p.read_bytes() for p in store.folder.rglob("*") if p.is_file())


# --- items


def test_an_agenda_without_minutes_loses_no_decision(store):
    decision = Decision(
        result="mehrheitlich beschlossen", outcome="accepted", vote=Vote(yes=12, no=3),
        citation=(Citation(file="niederschrift.pdf", page=4),),
    )  # fmt: skip
    save(store, edition(), decisions=(decision,), withdrawn=True, formerly="7")
    save(store, edition())
    item = store.meeting("ra:sitzung-mai").agendaItem[0]
    assert (item.decisions, item.withdrawn, item.formerly) == ((decision,), True, "7")


def test_the_wording_of_oparl_joins_the_votes_of_the_minutes(store):
    minutes = Decision(
        result="12:3", outcome="accepted", vote=Vote(yes=12, no=3), citation=(Citation(file="n", page=4),)
    )
    oparl = Decision(result="zugestimmt", outcome="accepted", text="Die Halle wird gebaut.")
    for order in ((minutes, oparl), (oparl, minutes)):
        for decision in order:
            save(store, edition(), decisions=(decision,))
        (joined,) = store.meeting("ra:sitzung-mai").agendaItem[0].decisions
        assert (joined.result, joined.vote, joined.text) == ("12:3", Vote(yes=12, no=3), "Die Halle wird gebaut.")
        store.delete_meeting("ra:sitzung-mai")


def test_the_agenda_from_before_a_nachtrag_does_not_take_the_number_back(store):
    save(store, edition())
    save(store, edition(), number="5", formerly="3")
    save(store, edition())
    item = store.meeting("ra:sitzung-mai").agendaItem[0]
    assert (item.number, item.formerly) == ("5", "3")


def wanted(organization, day):
    return Meeting(id="", name=organization, organization=organization, start=day, agendaItem=())


def test_small_questions_to_the_store(store):
    save(store, edition())
    assert store.page_count("ra:datei-mai") == 2
    assert store.page_count("ra:datei-fehlt") == 0
    assert store.file("ra:datei-mai").name == "mai.pdf"
    assert store.file("ra:datei-fehlt") is None
    assert store.same_meeting(wanted("Bauausschusses", "2031-05-06")).agendaItem[0].papers == (edition(),)
    assert store.same_meeting(wanted("Bauausschuss", "2031-05-07")) is None
    assert store.same_meeting(wanted("Bauausschuss", None)) is None
    (light,) = store.meetings(with_text=False)
    assert light.agendaItem[0].papers[0].text.text == ""
    assert light.agendaItem[0].papers[0].files == edition().files


# --- OCR


def test_ocr_results_are_kept_until_their_file_goes(tmp_path):
    sha = "f" * 64
    own = ra_id("datei", sha)
    with Store.open(tmp_path, public=False) as store:
        cache = OcrCache(store)
        assert cache.get(sha, 1, "tesseract 5") is None
        cache.put(sha, 1, "tesseract 5", "Mirabelle")
        cache.put(sha, 2, "tesseract 5", "")
        cache.put(sha, 1, "tesseract 5", "Mirabellen")
        assert cache.get(sha, 1, "tesseract 5") == "Mirabellen"
        assert cache.get(sha, 2, "tesseract 5") == ""
        assert cache.get(sha, 1, "anderes") is None
        cache.put("e" * 64, 1, "tesseract 5", "bleibt")
        assert cache.forget(["ra:sitzung-x", own]) == 2
        assert cache.get(sha, 1, "tesseract 5") is None
        assert cache.get("e" * 64, 1, "tesseract 5") == "bleibt"
        assert b"Mirabellen" not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_deleted_file_takes_its_ocr_results_along(store):
    save(store, edition())
    OcrCache(store).put("sha-mai.pdf", 1, "x", "gelesen")
    store.delete_meeting("ra:sitzung-mai")
    assert OcrCache(store).get("sha-mai.pdf", 1, "x") is None


# --- migration


def test_an_archive_of_the_first_version_keeps_everything(tmp_path, monkeypatch):
    """An archive as migration 0001 left it, with rows as the program wrote them then."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    folder = tmp_path / "archiv"
    folder.mkdir()
    engine = create_engine(f"sqlite:///{folder / database.DATABASE}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        paper, held = edition(), meeting(edition())
        body = paper.model_dump_json(exclude={"form", "changes", "date"})
        for statement, values in (
            ("INSERT INTO about VALUES ('kind', 'public')", ()),
            ("INSERT INTO meeting VALUES (?, ?, ?, ?)", (
                held.id, held.start, "bauausschuss", held.model_copy(update={"agendaItem": ()}).model_dump_json())),
            ("INSERT INTO agenda_item VALUES (?, ?, ?, ?)", ("ra:top-halle", held.id, 1, held.agendaItem[0].model_copy(
                update={"papers": ()}).model_dump_json(exclude={"decisions", "formerly", "withdrawn"}))),
            ("INSERT INTO paper VALUES (?, ?, ?, ?, ?)", (paper.id, "12/2031", "beschlussvorlage", False, body)),
            ("INSERT INTO item_paper VALUES (?, ?, ?, ?)", ("ra:top-halle", paper.id, 0, body)),
            ("INSERT INTO file VALUES (?, ?, ?)", ("ra:datei-mai", "s", File(
                id="ra:datei-mai", name="mai.pdf", sha256="s").model_dump_json())),
            ("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?)", ("ra:datei-mai", 1, "Text", "text", None, True)),
        ):  # fmt: skip
            connection.exec_driver_sql(statement, values)
    engine.dispose()
    with Store.open(folder, public=True) as store:
        assert store.meeting("ra:sitzung-mai").agendaItem[0].papers == (edition(),)
        assert store.pages("ra:datei-mai") == [Page(number=1, text="Text", source="text", public=True)]
        save(store, edition(NEW, name="juni"))
        assert [(c.before, c.after) for c in shown(store).changes] == [(OLD, NEW)]
        save(store, edition())
        assert [(c.before, c.after) for c in shown(store).changes] == [(OLD, NEW)]
        with store.reading() as connection:
            assert connection.execute(tables.edition.select()).all()
