"""Who may see what is not public: nothing of another body anywhere, whatever is asked; and the same for single items.

The words of `rights_archive` stand nowhere but in non-public parts. Everything that the page can be asked is asked, by each
handler that is wired and for each button that is known, and what comes back is opened up to the files in it.
"""

from __future__ import annotations

import ast
import base64
import datetime as dt
import inspect
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import rights_archive
from embedders import HashEmbedder
from hypothesis import given
from hypothesis import strategies as st
from rights_archive import COUNCIL, FIRST, OTHER, SECOND, Town
from scripted import ScriptedModel
from sqlalchemy import insert, select
from wallerfurt import everything_in, plain

from ratsassistent import (
    asking,
    held,
    memory,
    own_jobs,
    pool,
    public_part,
    question_jobs,
    register,
    rights,
    searching,
    workflow,
)
from ratsassistent.archive import fulltext, saving, seen, tables
from ratsassistent.archive.index import Meaning
from ratsassistent.bodies import Membership, Organization
from ratsassistent.briefings import Answer
from ratsassistent.errors import NotFound, RatsassistentError
from ratsassistent.jobs import Job
from ratsassistent.oparl import AgendaItem, Citation, Decision, Meeting, Suspicion
from ratsassistent.output import export, page_allowed
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_guard import PERSON
from ratsassistent.output.page_register import RegisterSearch
from ratsassistent.output.page_search import Search
from ratsassistent.people import Person
from ratsassistent.workflow import Workspace

OUTPUT = Path(page_allowed.__file__).parent
COUNCILS = (*FIRST, *SECOND)


@cache
def prepared(base: Path) -> Path:
    """A data folder with the packs of two bodies, in which somebody who may do everything has left traces everywhere."""
    (base / "rechte").mkdir()
    folder = rights_archive.take_in(base / "rechte")
    town = rights_archive.town(folder)
    with town.workspace(town.clerk) as ws:
        ws.embedding = Meaning(static=HashEmbedder("static"), transformer=HashEmbedder("transformer"))
        for meeting in held.meetings(ws):
            workflow.brief(ws, meeting.id)
            item = next(i for i in meeting.agendaItem if i.public is False)
            workflow.remark(ws, meeting.id, item.id, "note", text=f"Das Gebot für {item.name} ist zu niedrig.")
            ws.jobs.add("briefing", f"Zusammenfassung: {item.title}", {"meeting": meeting.id, "item": item.id})
        for word in (*COUNCILS, *OTHER):
            asks = question_jobs.begin(ws, f"Was kostet das Grundstück {word}?")
            question_jobs.answer(ws, *asks, has_model=False)
            ws.searches.keep(word, {})
        register.bring_up_to_date(ws)
        searching.make_vectors(ws, lambda *_: None)
    return folder


def fill_the_rest(ws: Workspace, meeting: Meeting, item: AgendaItem) -> None:
    """What the two packs leave empty: a resolution, and rows that only corrections, OParl data and text recognition write."""
    decided = item.model_copy(update={"decisions": (Decision(result=f"einstimmig: {item.name}", outcome="accepted"),)})
    (file_id,) = {span.file_id for paper in item.papers for span in paper.files}
    with ws.nonpublic.writing() as connection:
        saving.save_meeting(connection, meeting.model_copy(update={"agendaItem": (decided,)}))
        about = {"meeting_id": meeting.id, "body": item.name}
        for table, values in (
            (tables.correction, {"id": f"c {item.id}", **about}), (tables.found, {"done": True, **about}),
            (tables.register_entry, {"id": f"e {item.id}", "resolution_id": "b", "item_id": item.id, **about}),
            (tables.ocr_page, {"sha256": file_id, "page": 1, "engine": "e", "text": item.name}),
            (tables.oparl_object, {"id": f"o {item.id}", "kind": "AgendaItem", "own_id": item.id, "hash": "h", "name": item.name}),
            (tables.deadline, {"meeting_id": meeting.id, "part": "all", "by_rule": False, "written": "2026"}),
        ):  # fmt: skip
            connection.execute(insert(table).values(**values))


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Town]:
    folder = Path(shutil.copytree(prepared(tmp_path_factory.getbasetemp()), tmp_path / "daten"))
    settings = rights_archive.settings_for(folder)
    persons = {one.name: one for one in rights_archive.People(folder, hasher=rights_archive.CHEAP).all()}
    clerk, council, builder, reader = (persons[n] for n in ("Clara Amt", "Rita Rat", "Bruno Bau", "Lena Lese"))
    people = rights_archive.People(folder, hasher=rights_archive.CHEAP)
    pool.begin(settings)
    yield Town(settings, people, rights_archive.Bodies(folder), clerk, council, builder, reader)
    pool.end(settings)


def words_in(given: object, words: tuple[str, ...]) -> set[str]:
    """Those of the words that stand in anything: HTML, objects, and the files in them."""
    flat = given if isinstance(given, str) else repr(given)
    for kind, body in re.findall(r"data:([\w/.+-]+)[^,\"]*;base64,([A-Za-z0-9+/=]+)", flat):
        raw = base64.b64decode(body)
        if raw[:5] == b"%PDF-":
            flat += everything_in(raw).decode("utf-8", "ignore")
        elif raw[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(raw)) as packed:
                flat += " ".join(packed.read(name).decode("utf-8", "ignore") for name in packed.namelist())
        elif not kind.startswith("image/"):
            flat += raw.decode("utf-8", "ignore")
    folded = plain(flat)
    return {word for word in words if plain(word) in folded or plain(word)[::-1] in folded}


@contextmanager
def signed_in(person: Person) -> Iterator[None]:
    """As Gradio tells of a click by somebody."""
    from gradio.context import LocalContext

    request = SimpleNamespace(request=SimpleNamespace(scope={PERSON: (person.id, person.name)}))
    token = LocalContext.request.set(request)  # type: ignore[arg-type]
    try:
        yield
    finally:
        LocalContext.request.reset(token)


def meeting_of(ws: Workspace, body: str) -> Meeting:
    return next(m for m in held.meetings(ws) if m.organization == body)


# --- the rule


KEYS = st.sampled_from(["rat", "bau"])
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31))
TERMS = st.lists(st.tuples(KEYS, st.none() | DAYS, st.none() | DAYS), max_size=5)


@given(terms=TERMS, body=KEYS, day=DAYS, today=DAYS)
def test_who_belongs_to_a_body_today_sees_what_was_within_any_own_time_there(
    terms: list[tuple[str, dt.date | None, dt.date | None]], body: str, day: dt.date, today: dt.date
) -> None:
    members: dict[str, list[Membership]] = {}
    for key, first, last in terms:
        organization = Organization(id=key, name=key, classification="Gremium")
        made = Membership(id="m", person_id="p", organization=organization, startDate=first, endDate=last)
        members.setdefault(key, []).append(made)
    mine = [(first or dt.date.min, last or dt.date.max) for key, first, last in terms if key == body]
    expected = any(a <= today <= b for a, b in mine) and any(a <= day <= b for a, b in mine)
    assert rights.sees((body,), day, members, frozenset({"rat", "bau"}), today) == expected
    assert not rights.sees((body,), None, members, frozenset({"rat", "bau"}), today)
    assert not rights.sees((), day, members, frozenset({"rat", "bau"}), today)
    assert not rights.sees((body,), day, members, frozenset(), today)


def test_a_joint_meeting_is_of_all_its_bodies_only_if_all_are_known() -> None:
    bodies = rights.bodies_of("Bauausschuss, Umweltausschuss")
    everyone = Organization(id="b", name="Bauausschuss", classification="Gremium")
    mine = {"bauausschuss": [Membership(id="m", person_id="p", organization=everyone)]}
    day = dt.date(2026, 1, 1)
    assert rights.sees(bodies, day, mine, frozenset({"bauausschuss", "umweltausschuss"}), day)
    # „Ausschuss für Bau, Umwelt und Verkehr“ is one body, and not the „Ausschuss für Bau“
    assert not rights.sees(bodies, day, mine, frozenset({"bauausschuss"}), day)


# --- nothing anywhere: the archive


def test_every_table_is_seen_through_a_view_or_said_to_tell_nothing() -> None:
    named = set(seen.VIEWS) | seen.PLAIN
    assert set(tables.metadata.tables) == named
    assert not set(seen.VIEWS) & seen.PLAIN


def rows_of(ws: Workspace) -> str:
    """All that a connection of this person finds, table by table."""
    out = []
    with ws.nonpublic.reading() as connection:
        for name, table in tables.metadata.tables.items():
            if name not in {"job", "kept_search"}:  # whose they are, is looked at where they are read
                out += [repr(tuple(row)) for row in connection.execute(select(table))]
        out += [repr(row) for row in fulltext.rows(connection, range(1000))]
    return "\n".join(out)


def test_whoever_is_of_one_body_finds_nothing_of_another_in_any_table(town: Town) -> None:
    with town.workspace(town.clerk) as ws:
        assert words_in(rows_of(ws), (*COUNCILS, *OTHER)) == {*COUNCILS, *OTHER}
    for person, own, closed in (
        (town.council, COUNCILS, OTHER), (town.builder, OTHER, COUNCILS), (town.reader, (), (*COUNCILS, *OTHER)),
        (None, (), (*COUNCILS, *OTHER)),
    ):  # fmt: skip
        with town.workspace(person) as ws:
            found = rows_of(ws)
            assert words_in(found, closed) == set()
            assert words_in(found, own) == set(own)
            with ws.nonpublic.reading() as connection:
                for word in closed:
                    stem = fulltext.words(word, "").stem.split()[0]
                    lookup = [("stem", stem, False), ("plain", plain(word), False), ("tail", stem[::-1], True)]
                    assert fulltext.candidates(connection, lookup, None, 10) == []
                    assert fulltext.count(connection, lookup) == 0
                    assert fulltext.known(connection, [stem]) == {}


def test_each_view_takes_away_something(town: Town) -> None:
    """Else the test above would not see it if one were missing."""
    with town.workspace(town.clerk) as ws:
        meeting = meeting_of(ws, COUNCIL)
        closed = [item for item in meeting.agendaItem if item.public is False]
        files = {span.file_id for item in closed for paper in item.papers for span in paper.files}
        tokens = (meeting.id, *(i.id for i in closed), *(p.id for i in closed for p in i.papers), *files, *COUNCILS)
        passages = {p.id for p in ws.nonpublic.passages() if words_in(p.text, COUNCILS)}
        fill_the_rest(ws, meeting, closed[0])
        register.bring_up_to_date(ws)
    with town.workspace(town.clerk) as whole, town.workspace(town.builder) as part:
        for name in seen.VIEWS:
            with whole.nonpublic.reading() as one, part.nonpublic.reading() as other:
                table = tables.metadata.tables[name]
                everything, left = ([repr(tuple(row)) for row in c.execute(select(table))] for c in (one, other))
                if name in {"vector", "piece_vector"}:
                    numbers = tables.passage.c.rowid
                    hidden = set(one.execute(select(numbers).where(tables.passage.c.id.in_(passages))).scalars())
                    kept = set(other.execute(select(table.c["row"])).scalars())
                    assert kept
                    assert not kept & hidden
                    assert len(left) < len(everything)
                    continue
            if name == "edition":  # of several bodies only
                continue
            assert any(token in row for row in everything for token in tokens), name
            assert not any(token in row for row in left for token in tokens), name


def test_search_by_words_and_by_meaning_is_narrowed_before_it_is_cut_off(town: Town) -> None:
    with town.workspace(town.builder) as ws:
        ws.embedding = Meaning(static=HashEmbedder("static"), transformer=HashEmbedder("transformer"))
        for word in COUNCILS:
            hits = workflow.find(ws, f"Grundstück {word}", limit=1)
            assert len(hits) == 1  # the best of what is seen, not nothing because the best of all is not
            assert words_in(hits, COUNCILS) == set()
            asked = asking.ask(
                ws, f"Was kostet das Grundstück {word}?", model=lambda: ScriptedModel(lambda given: given)
            )
            assert words_in(asked.model_copy(update={"question": ""}), tuple(w for w in COUNCILS if w != word)) == set()
            assert words_in([s.text for s in asked.statements], COUNCILS) == set()
        assert any(OTHER[0] in hit.passage.text for hit in workflow.find(ws, OTHER[0]))


def test_what_is_remembered_for_one_is_not_shown_to_another(town: Town) -> None:
    with town.workspace(town.council) as ws:
        meeting = meeting_of(ws, COUNCIL).id
        mine = workflow.stored_briefing(ws, meeting)
        assert workflow.stored_briefing(ws, meeting) is mine  # it is remembered
        assert words_in(mine, COUNCILS) == set(COUNCILS)
        assert ws.public in memory._memories
    with town.workspace(town.builder) as ws:
        assert words_in(workflow.stored_briefing(ws, meeting), COUNCILS) == set()
        with public_part.alone(ws) as part:
            assert words_in(workflow.stored_briefing(part, meeting), COUNCILS) == set()
    with town.workspace(town.clerk) as ws:
        assert words_in(workflow.stored_briefing(ws, meeting), COUNCILS) == set(COUNCILS)


def test_a_membership_that_ends_takes_everything_away_at_once(town: Town) -> None:
    (mine,) = town.bodies.memberships(town.council.id)
    with town.workspace(town.council) as ws:
        assert words_in(held.meetings(ws), COUNCILS)
        at, job = question_jobs.begin(ws, f"Was kostet das Grundstück {FIRST[0]}?")
        question_jobs.answer(ws, at, job, has_model=False)
        assert FIRST[1] in repr(ws.jobs.get(job.id).result)
    town.bodies.end_membership(mine.id, dt.date.today() - dt.timedelta(days=1))
    with town.workspace(town.council) as ws:
        assert words_in(held.meetings(ws), COUNCILS) == set()
        assert words_in(rows_of(ws), COUNCILS) == set()
        kept = ws.jobs.get(job.id)  # the question is still there, its answer is not
        assert (kept.result, kept.error) == (None, own_jobs.GONE)
    town.bodies.end_membership(mine.id, dt.date.today())
    with town.workspace(town.council) as ws:
        assert FIRST[1] in repr(ws.jobs.get(job.id).result)


def test_a_worker_answers_with_the_rights_that_hold_when_it_begins(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "wants_model", lambda *_: True)
    given: list[str] = []

    def complete(ws: Workspace, job: Job, *_: object) -> Answer:
        given.append("".join(paper.text.text for m in held.meetings(ws) for i in m.agendaItem for paper in i.papers))
        return real(ws, job, lambda: ScriptedModel(lambda content: content), lambda: False, lambda _: None)

    real = question_jobs.complete
    monkeypatch.setattr(question_jobs, "complete", complete)
    (mine,) = town.bodies.memberships(town.council.id)
    for ends in (False, True):
        with town.workspace(town.council) as ws:
            at, job = question_jobs.begin(ws, f"Was kostet das Grundstück {FIRST[0]}{'?' * (1 + ends)}")
            question_jobs.answer(ws, at, job, has_model=True)
            assert FIRST[1] in repr(ws.jobs.get(job.id).result)
        if ends:
            town.bodies.end_membership(mine.id, dt.date.today() - dt.timedelta(days=1))
        with workflow.workspace(town.settings) as ws:
            workflow.work(ws, idle_exit_s=0.0)
            made = next(one for one in ws.jobs.all() if one.id == job.id)
            assert made.state == "fertig", made.error
            assert words_in(given[-1], COUNCILS) == (set() if ends else set(COUNCILS))
            assert (FIRST[1] in repr(made.result)) is not ends


# --- single items


def test_who_is_excluded_from_an_item_has_nothing_of_it_and_the_rest_as_before(town: Town) -> None:
    with town.workspace(town.council) as ws:
        meeting = meeting_of(ws, COUNCIL)
        item = next(i for i in meeting.agendaItem if FIRST[0] in i.name)
        (page,) = [span.first for paper in item.papers for span in paper.files]
        (file,) = {span.file_id for paper in item.papers for span in paper.files}
    with (
        town.workspace(town.clerk) as ws,
        ws.nonpublic.writing() as connection,
    ):  # a file quotes what is suspicious in it
        said = Suspicion(kind="order", citation=Citation(file="rat.pdf", file_id=file, page=page, quote=FIRST[1]))
        quoting = [one.model_copy(update={"suspicions": (said,)}) for one in ws.nonpublic.files() if one.id == file]
        saving.put(connection, tables.file, {"id": file}, {"body": quoting[0].model_dump_json()})
    town.bodies.exclude(town.council.id, meeting.id, item.id)
    with town.workspace(town.council) as ws:
        assert words_in(rows_of(ws), FIRST) == set()
        left = workflow.stored_briefing(ws, meeting.id)
        assert [i.number for i in left.agendaItem] == ["Ö 1", "Ö 2", "N 2"]
        assert words_in(left, SECOND) == set(SECOND)
        assert words_in(workflow.find(ws, FIRST[0]), FIRST) == set()
        for number in (1, page):  # the agenda's page names the item
            with pytest.raises(NotFound):
                workflow.page_picture(ws, file, number)
        assert workflow.page_picture(ws, file, page + 1)
        with pytest.raises(NotFound):
            workflow.item_of(workflow.meeting(ws, meeting.id), item.id)
    town.bodies.readmit(town.council.id, item.id)
    with town.workspace(town.council) as ws:
        assert words_in(workflow.stored_briefing(ws, meeting.id), FIRST) == set(FIRST)


# --- nothing anywhere: the page


def known_buttons() -> set[str]:
    """All that a button of the page may ask for, as the sources say it."""
    found: set[str] = set()
    for path in [*OUTPUT.glob("page*.py"), *OUTPUT.glob("page*.js")]:
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"data-do=\\?[\"']([a-z][a-z-]*)", source))
        found |= set(re.findall(r"\baction\(\s*f?[\"']([a-z][a-z-]*)[\"']", source))
        found |= set(re.findall(r"\bdo: \"([a-z-]+)\"", source))
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.match_case) and "wanted" in source:
                    found |= {
                        n.value
                        for n in ast.walk(node.pattern)
                        if isinstance(n, ast.Constant) and isinstance(n.value, str)
                    }
                if isinstance(node, ast.Compare) and re.search(r"\bdo\b", ast.unparse(node.left)):
                    found |= {
                        n.value
                        for n in ast.walk(node)
                        if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value != "do"
                    }
    return found - {  # parts of „Hilfe“, states of the passphrase, marks in a document
        "anleitung", "kurs", "glossar", "datenschutz", "kennwort", "rechte", "nachweis", "programm", "locked", "none", "strong", "note",
    }  # fmt: skip


@pytest.fixture
def page(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The page as it is offered to others, not served."""
    from ratsassistent.output import page as pages

    pages._prepare(town.settings)
    from ratsassistent.output.page_layout import Page

    actions = Actions(replace(town.settings, accounts=True))
    monkeypatch.setattr(actions.ready, "begin", lambda: None)
    yield Page(actions)
    actions.let_go()


def test_every_button_and_handler_of_the_page_needs_a_right(page: Any) -> None:
    assert known_buttons() - set(page_allowed.BUTTONS) == set()
    without = {handler.__qualname__ for handler, with_event in page.wired if not with_event}
    assert without - set(page_allowed.HANDLERS) == set()
    assert len(page.wired) > 30


def test_whoever_is_of_one_body_gets_nothing_of_another_from_any_handler(
    page: Any, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.workspace(town.clerk) as ws:
        meeting = meeting_of(ws, COUNCIL)
        item = next(i for i in meeting.agendaItem if FIRST[0] in i.name)
        span = item.papers[0].files[0]
        jobs = [job.id for job in ws.jobs.all()]
        (first, *_) = ws.searches.all()
        paper, remark = item.papers[0].id, workflow.remarks(ws, meeting.id)[0].id
        about = {
            "meeting": meeting.id, "item": item.id, "top": item.id, "paper": paper, "file": span.file_id, "page": span.first,
            "keys": f"{span.first} {span.file_id}\n1 {span.file_id}", "kind": "read", "to": "1", "part": "whole",
            "remark": remark, "search": first.id, "only": meeting.id, "resolution": f"ra:beschluss-{item.id}", "also": "1",
            "window": "w", "turn": 10**9, "day": "2030-01-01", "how": "now", "text": "Grundstück",
        }  # fmt: skip
    tab = Chosen(meeting=meeting.id, item=item.id, question=jobs[0])
    values = {
        "chosen": tab, "asked": Search("Grundstück", meeting=meeting.id), "seen": {}, "files": None, "drawn": "x",
        "address": f"#sitzung={meeting.id}&top={item.id}",
    }  # fmt: skip
    answered = 0
    monkeypatch.setattr(export, "render_document", lambda document, *_: repr(document).encode())
    for person in (town.builder, town.reader):
        if person == town.reader:  # once as real files is enough
            monkeypatch.setattr(export, "render", lambda made, _: made.model_dump_json().encode())
        with signed_in(person):
            for handler, with_event in dict.fromkeys(page.wired):
                if person == town.reader and "Help" in handler.__qualname__:  # the same for all
                    continue
                names = [name for name in inspect.signature(handler).parameters if name != "event"]
                given = [values[name] for name in names]
                if handler.__qualname__ in {"Events.act_register", "Events.open_register"}:
                    given[-1] = RegisterSearch(text="Grundstück")
                for do in buttons_of(handler) if with_event else [""]:
                    for job in jobs[:2] if do in {"again", "stop", "forget", "steer"} else jobs[:1]:
                        event = [SimpleNamespace(_data={**about, "do": do, "job": job})] if with_event else []
                        shown = list(outputs(page, town, handler, [*given, *event], with_event=with_event))
                        assert words_in(shown, COUNCILS) == set(), (person.name, handler.__qualname__, do)
                        assert f'data-file="{span.file_id}" data-page="{span.first}"' not in repr(shown)
                        answered += bool(shown)
    assert answered > 100
    with town.workspace(town.clerk) as ws:  # and nothing of others was changed by all that
        assert meeting_of(ws, COUNCIL) == meeting
        assert [job.id for job in ws.jobs.all() if job.id in jobs] == jobs
        assert ws.searches.all()[-1].text


def buttons_of(handler: Callable[..., Any]) -> list[str]:
    """The buttons that a handler knows: those that its source names, or its class."""
    for source in (inspect.getsource(handler), inspect.getsource(type(handler.__self__))):  # type: ignore[attr-defined]
        if found := [do for do in page_allowed.BUTTONS if f'"{do}"' in source]:
            return found
    return list(page_allowed.BUTTONS)


def outputs(
    page: Any, town: Town, handler: Callable[..., Any], args: list[Any], *, with_event: bool
) -> Iterator[object]:
    """What a tab gets: changes of its parts, or the sentence of an error."""
    try:
        page_allowed.check(page_settings(town), handler, args, with_event=with_event)
        for changes in handler(*args):
            yield from (changes or {}).values()
    except RatsassistentError as error:
        yield str(error)


def page_settings(town: Town) -> Any:
    from ratsassistent.output.page_person import acting

    return acting(replace(town.settings, accounts=True))
