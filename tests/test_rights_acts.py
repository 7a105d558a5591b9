"""What somebody may do, by role, also below the page; the log of openings; and the commands and the page that give rights."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rights_archive
from commands import Run, refused
from rights_archive import BUILDING, CHEAP, COUNCIL, FIRST, GOOD, Town
from test_rights import meeting_of, page, signed_in, town, words_in

from ratsassistent import access_log, corrections, deadlines, intake, permissions, rights, workflow
from ratsassistent.access_log import AccessLog
from ratsassistent.archive.marks_table import Marks
from ratsassistent.bodies import Bodies
from ratsassistent.corrections import Place
from ratsassistent.errors import InputError, NotAllowed, NotFound
from ratsassistent.output import export, page_allowed
from ratsassistent.output.page_actions import Actions, Chosen
from ratsassistent.output.page_guard import PERSON, Guard
from ratsassistent.output.page_uploads import Uploads
from ratsassistent.people import ROLES, People

__all__ = ["page", "town"]  # fixtures


# --- acts


def test_what_each_role_may_do_is_said_for_every_act() -> None:
    assert set(permissions.PERMISSIONS) == set(ROLES)
    assert permissions.PERMISSIONS["sitzungsdienst"] == set(permissions.ACTS)
    assert (
        permissions.PERMISSIONS["leserecht"]
        < permissions.PERMISSIONS["mitglied"]
        < permissions.PERMISSIONS["sitzungsdienst"]
    )
    nobody = permissions.Rights(None, None, rights.NOTHING)
    assert not any(nobody.may(act) for act in permissions.ACTS)


def test_the_archive_itself_refuses_whoever_may_not(town: Town) -> None:
    """Whatever the page would let through: each of these steps is taken without asking for a right first."""
    with town.workspace(town.council) as ws:
        meeting = meeting_of(ws, COUNCIL)
        item = next(i for i in meeting.agendaItem if i.has_files and i.public)
        before = workflow.meetings(ws)

        def steps() -> Iterator[Any]:
            yield lambda: corrections.correct(ws, meeting.id, Place(top=item.id), public=False)
            yield lambda: workflow.delete(ws, meeting.id)
            yield lambda: deadlines.put(ws, meeting.id, "all", dt.date(2030, 1, 1))
            yield lambda: intake.take_in(ws, rights_archive.write_packs(town.settings.data_folder.parent))
            yield lambda: ws.public.delete_meeting(meeting.id)
            yield lambda: ws.nonpublic.delete_meeting(meeting.id)
            yield lambda: ws.nonpublic.put_file(town.settings.data_folder / "x", "0" * 64)

        for step in steps():
            with pytest.raises(NotAllowed, match="Sitzungsdienst"):
                step()
        assert workflow.meetings(ws) == before
    for person in (town.reader, None):
        with town.workspace(person) as ws:
            with pytest.raises(NotAllowed):
                workflow.remark(ws, meeting.id, item.id, "note", text="Das ist zu teuer.")
            with pytest.raises(NotAllowed):
                workflow.order_briefing(ws, meeting.id)
    with town.workspace(town.reader) as ws:
        workflow.put_mark(ws, meeting.id, item.id, read=True)
        assert Marks(ws.nonpublic, town.reader.id).of([item.id])[item.id].read


def test_jobs_of_others_are_neither_seen_nor_stopped(town: Town) -> None:
    with town.workspace(town.clerk) as ws:
        meeting = meeting_of(ws, COUNCIL)
        secret = next(j for j in ws.jobs.all() if j.payload.get("item") and j.payload["meeting"] == meeting.id)
        whole = workflow.order_briefing(ws, meeting.id)
        question = next(job for job in ws.jobs.all() if job.kind == "frage")
    with workflow.workspace(town.settings) as ws:
        working = ws.jobs
        while (claimed := working.claim("probe", ("briefing",))) and claimed.id != whole.id:
            pass
        working.beat(whole.id, 1, 2, f"TOP N 1: {FIRST[0]}", {"now": [FIRST[0]]})
    with town.workspace(town.builder) as ws:
        shown = {job.id: job for job in ws.jobs.all()}
        assert secret.id not in shown
        assert question.id not in shown
        assert (shown[whole.id].message, shown[whole.id].result) == ("", None)
        with pytest.raises(NotFound):
            ws.jobs.cancel(secret.id)
        with pytest.raises(NotAllowed):
            ws.jobs.cancel(whole.id)
        own = workflow.order_question(ws, "Was kostet der Trinkbrunnen?")
        assert ws.jobs.pause(own.id).state == "pausiert"
    with town.workspace(town.clerk) as ws:
        ws.jobs.pause_all()
        ws.jobs.resume_all()
        assert own.id not in {job.id for job in ws.jobs.all()}  # a question is nobody else's business
        assert ws.jobs.cancel(whole.id).state == "abgebrochen"
    with town.workspace(town.builder) as ws:
        assert ws.jobs.get(own.id).state == "pausiert"
        assert ws.jobs.cancel(own.id).state == "abgebrochen"


def test_the_same_question_of_two_persons_is_two_jobs(town: Town) -> None:
    with town.workspace(town.council) as ws:
        one = workflow.order_question(ws, "Was kostet das?")
        assert workflow.order_question(ws, "Was kostet das?").id == one.id
    with town.workspace(town.builder) as ws:
        assert workflow.order_question(ws, "Was kostet das?").id != one.id


def test_buttons_that_a_role_may_not_use_are_not_to_be_seen() -> None:
    assert page_allowed.hidden_buttons("sitzungsdienst") == ""
    member, reader = page_allowed.hidden_buttons("mitglied"), page_allowed.hidden_buttons("leserecht")
    for do, act in page_allowed.BUTTONS.items():
        for role, style in (("mitglied", member), ("leserecht", reader)):
            assert (f'"{do}"' in style) is (act not in permissions.PERMISSIONS[role])  # type: ignore[index]
    assert "einlesen" in member


def test_nothing_changes_where_nobody_signs_in(town: Town) -> None:
    with workflow.workspace(town.settings) as ws:
        assert ws.rights is None
        assert len(workflow.meetings(ws)) == 2
        assert words_in(workflow.meetings(ws), FIRST) == set(FIRST)
        assert len([job for job in ws.jobs.all() if job.kind == "frage"]) == 6
        item = next(i for i in meeting_of(ws, COUNCIL).agendaItem if i.public is False)
        access_log.opened(ws, meeting_of(ws, COUNCIL).id, [item], item.id)
    assert AccessLog(town.settings.data_folder).openings() == []
    actions = Actions(town.settings)
    assert actions.may("delete")
    page_allowed.check(town.settings, lambda: None, [], with_event=False)
    assert "Personen und Rechte" not in actions.help.view()
    actions.let_go()


def test_files_are_taken_from_nobody_who_may_not_hand_them_in(tmp_path: Path) -> None:
    asked: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(1)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def through(who: str) -> int:
        guard = Guard(app, uploads=Uploads(tmp_path, 10_000), may_hand_in=lambda person: person == "clerk")
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/gradio_api/upload",
            "query_string": b"",
            PERSON: (who, who),
        }
        scope["headers"] = [(b"content-length", b"3")]
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"abc", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await guard._pass(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(through("member")) == 403
    assert asked == []
    assert asyncio.run(through("clerk")) == 200


# --- the log


def test_who_opened_what_is_noted_without_a_word_of_it(page: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "render", lambda *_: b"")
    log = AccessLog(town.settings.data_folder)
    with town.workspace(town.clerk) as ws:
        meeting = meeting_of(ws, COUNCIL)
        open_item, closed = (
            next(i for i in meeting.agendaItem if i.public is p and i.has_files) for p in (True, False)
        )
        span, public_span = closed.papers[0].files[0], open_item.papers[0].files[0]
    actions = Actions(replace(town.settings, accounts=True))
    with signed_in(town.council):
        actions.open(Chosen(meeting=meeting.id, item=open_item.id))
        next(actions.picture(public_span.file_id, public_span.first))
        assert log.openings() == []  # what is public is nobody's business
        actions.open(Chosen(meeting=meeting.id))
        for _ in range(2):
            actions.open(Chosen(meeting=meeting.id, item=closed.id))
        next(actions.picture(span.file_id, span.first))
        actions.downloads(Chosen(meeting=meeting.id), "public")
        actions.downloads(Chosen(meeting=meeting.id))
    actions.let_go()
    noted = [(one.act, one.meeting_id, one.item_id, one.file_id, one.page) for one in reversed(log.openings())]
    assert noted == [
        ("meeting", meeting.id, None, None, None), ("item", meeting.id, closed.id, None, None),
        ("page", None, None, span.file_id, span.first), ("export", meeting.id, None, None, None),
    ]  # fmt: skip
    assert {one.name for one in log.openings()} == {"Rita Rat"}
    raw = b"".join(file.read_bytes() for file in (town.settings.data_folder / "zugang").iterdir())
    assert words_in(raw.decode("utf-8", "ignore"), (*FIRST, "Grundstück")) == set()
    with workflow.workspace(town.settings) as ws:  # what is deleted goes here, too
        workflow.delete(ws, meeting.id)
    assert log.openings() == []


def test_openings_go_after_the_time_that_is_set(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    People(tmp_path, hasher=CHEAP)
    log = AccessLog(tmp_path, lambda: now[0])
    assert log.days == 365
    log.note("p", "item", [{"meeting_id": "m", "item_id": "i"}])
    now[0] += 300 * 86400.0
    log.note("p", "item", [{"meeting_id": "m", "item_id": "i"}])
    assert len(log.openings()) == 2
    now[0] += 100 * 86400.0
    assert len(log.openings()) == 1
    log.keep_for(30)
    assert log.openings() == []
    with pytest.raises(InputError):
        log.keep_for(1)


# --- giving rights: commands


def test_rights_are_given_and_taken_by_command(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import argon2

    monkeypatch.setattr(argon2, "PasswordHasher", lambda: CHEAP)
    People(tmp_path / "daten", hasher=CHEAP).add("Rita Rat", GOOD)
    data = Bodies(tmp_path / "daten")
    assert refused(run("zugang", "aufnehmen", "Rita", "Rat", "--gremium", "Kreistag"))
    assert run("zugang", "gremium", "Kreistag").status == 0
    assert (
        run(
            "zugang", "aufnehmen", "Rita", "Rat", "--gremium", "kreistag", "--ab", "2026-01-01", "--als", "Vorsitz"
        ).status
        == 0
    )
    assert "Rita Rat" in (listed := run("zugang", "liste").out)
    assert "Mitglied; Kreistag (Vorsitz) seit 1.1.2026" in listed
    assert run("zugang", "liste", "--json").json["people"][0]["membership"][0]["startDate"] == "2026-01-01"
    assert run("zugang", "ausscheiden", "Rita", "Rat", "--gremium", "Kreistag", "--bis", "2026-06-30").status == 0
    (held,) = data.memberships()
    assert held.endDate == dt.date(2026, 6, 30)
    assert refused(run("zugang", "ausscheiden", "Rita", "Rat", "--gremium", "Kreistag", "--bis", "2026-07-30"))
    assert run("zugang", "gremien", "--json").json["organizations"][0]["name"] == "Kreistag"
    assert run("zugang", "rolle", "Rita", "Rat", "--rolle", "leserecht").status == 0
    assert run("zugang", "liste", "--json").json["people"][0]["role"] == "leserecht"
    for words in (
        ["rolle", "Rita", "Rat"],
        ["aufnehmen", "Rita", "Rat"],
        ["ausscheiden"],
        ["gremium"],
        ["befangen", "Rita", "Rat"],
    ):
        assert run("zugang", *words).status == 2
    assert run("zugang", "gremium-entfernen", "Kreistag").status == 0
    assert data.memberships() == []
    assert run("zugang", "protokoll", "--tage", "90").status == 0
    assert AccessLog(tmp_path / "daten").days == 90


def test_exclusion_and_log_by_command_name_no_title(town: Town, run: Run, tmp_path: Path) -> None:
    assert run("zugang", "befangen", "Rita", "Rat", "--sitzung", "Rat der Stadt", "--top", "N 1").status == 0
    (one,) = town.bodies.exclusions(town.council.id)
    shown = run("zugang", "befangen")
    assert "Rita Rat" in shown.out
    assert "TOP N 1" in shown.out
    AccessLog(town.settings.data_folder).note(
        town.builder.id, "item", [{"meeting_id": one.meeting_id, "item_id": one.item_id}]
    )
    target = tmp_path / "protokoll.csv"
    assert run("zugang", "protokoll", "--csv", target).status == 0
    table = target.read_text("utf-8-sig")
    assert "Bruno Bau" in table
    assert one.item_id in table
    said = run("zugang", "protokoll", "Bruno", "Bau").out
    assert "Punkt geöffnet" in said
    assert "TOP N 1" in said
    for given in (shown.out, table, said):
        assert words_in(given, FIRST) == set()
    assert (
        run("zugang", "befangen", "Rita", "Rat", "--sitzung", "Rat der Stadt", "--top", "N 1", "--aufheben").status == 0
    )
    assert town.bodies.exclusions() == []


# --- giving rights: the page


def test_only_the_sitzungsdienst_has_the_view_of_persons(page: Any, town: Town) -> None:
    actions = Actions(replace(town.settings, accounts=True))
    with signed_in(town.council):
        assert "Personen und Rechte" not in actions.help.view()
        assert "Clara Amt" not in actions.help.view("rechte")
        with pytest.raises(NotAllowed):
            actions.persons.act({"how": "role", "person": town.council.id, "role": "sitzungsdienst"})
        with pytest.raises(NotAllowed):
            actions.persons.exclude({"do": "exclude", "person": town.builder.id})
    with signed_in(town.clerk):
        assert "Personen und Rechte" in actions.help.view()
        shown = actions.help.view("rechte")
        assert all(name in shown for name in ("Rita Rat", "Bruno Bau", COUNCIL, BUILDING))
        told = actions.persons.act({"how": "role", "person": town.clerk.id, "role": "mitglied"})
        assert "Mindestens eine Person" in told
        actions.persons.act({"how": "role", "person": town.reader.id, "role": "mitglied"})
        assert town.people.role_of(town.reader.id) == "mitglied"
        actions.persons.act({"how": "join", "person": town.reader.id, "body": BUILDING, "first": "2026-01-01"})
        (held,) = town.bodies.memberships(town.reader.id)
        assert held.startDate == dt.date(2026, 1, 1)
        actions.persons.act({"how": "leave", "membership": held.id, "last": "2026-02-01"})
        assert town.bodies.memberships(town.reader.id)[0].endDate == dt.date(2026, 2, 1)
        actions.persons.act({"how": "drop", "membership": held.id})
        assert town.bodies.memberships(town.reader.id) == []
        assert "eingetragen" in actions.persons.act({"how": "body", "body": "Fraktion Mitte", "kind": "Fraktion"})
        assert "Fehler" in actions.persons.act({"how": "leave", "membership": "x"})
        assert "Fehler" in actions.persons.act({"how": "unbekannt"})
        assert "Protokoll" in actions.persons.act({"how": "log"})
        actions.persons.act({"how": "days", "days": "30"})
    assert AccessLog(town.settings.data_folder).days == 30
    actions.let_go()


def test_exclusion_is_entered_at_the_item_and_told_to_whom_it_concerns(page: Any, town: Town) -> None:
    actions = Actions(replace(town.settings, accounts=True))
    with town.workspace(town.clerk) as ws:
        meeting = meeting_of(ws, COUNCIL)
        public, closed = meeting.agendaItem[1], meeting.agendaItem[2]
    with signed_in(town.clerk):
        assert "Befangenheit" in actions.open(Chosen(meeting=meeting.id, item=closed.id)).item
        for item in (public, closed):
            told = actions.persons.exclude(
                {"do": "exclude", "person": town.council.id, "meeting": meeting.id, "item": item.id}
            )
            assert "befangen" in told
    with signed_in(town.council):
        seen = actions.open(Chosen(meeting=meeting.id, item=public.id))
        assert "Als befangen eingetragen: TOP Ö 2, TOP N 1." in seen.head
        assert "Als befangen eingetragen" in seen.item
        assert "Trinkbrunnen" in seen.item
        assert words_in(repr(seen), FIRST) == set()
        assert "Befangenheit" not in seen.item
    with signed_in(town.clerk):
        actions.persons.exclude({"do": "readmit", "person": town.council.id, "meeting": meeting.id, "item": closed.id})
        actions.persons.act({"how": "readmit", "person": town.council.id, "item": public.id})
    assert town.bodies.exclusions() == []
    actions.let_go()


def test_a_meeting_of_no_known_body_is_for_the_sitzungsdienst_alone_and_says_so(page: Any, town: Town) -> None:
    town.bodies.remove_organization(COUNCIL)
    actions = Actions(replace(town.settings, accounts=True))
    with town.workspace(town.clerk) as ws:
        meetings = [(meeting_of(ws, body).id, told) for body, told in ((COUNCIL, True), (BUILDING, False))]
    with signed_in(town.clerk):
        for meeting, told in meetings:
            assert ("kein eingetragenes Gremium" in actions.open(Chosen(meeting=meeting)).head) is told
    with town.workspace(town.council) as ws:
        assert words_in(workflow.meetings(ws), FIRST) == set()
    actions.let_go()


def test_whoever_is_blocked_or_removed_sees_what_is_public(town: Town) -> None:
    town.people.block(town.council.name)
    town.people.remove(town.builder.name)
    for person in (town.council, town.builder):
        with town.workspace(person) as ws:
            assert ws.rights == permissions.Rights(person.id, None, rights.NOTHING)
            assert all(item.public for m in workflow.meetings(ws) for item in m.agendaItem)
            with pytest.raises(NotAllowed):
                workflow.order_question(ws, "Was kostet das?")
