import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from filelock import FileLock
from sqlalchemy import text

from ratsassistent import liveness
from ratsassistent import worker as worker_module
from ratsassistent.archive.store import Store
from ratsassistent.errors import Interrupted, ModelError, NotFound
from ratsassistent.jobs import MOST_ATTEMPTS, Jobs
from ratsassistent.settings import Settings
from ratsassistent.worker import SoFar, Waker, ensure_worker, run_here, run_worker

posix = pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")

# A worker as the program starts it: takes briefings of `total` steps and writes each step into a file, so that a test
# sees what was done twice. While the file "warte" is there, it stays in its step.
WORKER = """
import sys, time
from pathlib import Path
from ratsassistent.archive.store import Store
from ratsassistent.jobs import Jobs
from ratsassistent.worker import run_worker

folder = Path(sys.argv[1])

def briefing(job, progress):
    for step in range(job.done, job.payload["total"]):
        with (folder / "schritte").open("a") as steps:
            steps.write(f"{step}\\n")
        while (folder / "warte").exists() and step == 2:
            time.sleep(0.01)
        progress(step + 1, job.payload["total"], f"Schritt {step + 1}")
    return {"fertig": job.payload["total"]}

def crash(job, progress):
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)

with Store.open(folder / "archiv", public=False) as store:
    sys.exit(run_worker(Jobs(store), {"briefing": briefing, "frage": crash}, once=True))
"""


@pytest.fixture
def jobs(tmp_path):
    with Store.open(tmp_path / "archiv", public=False) as store:
        yield Jobs(store)


def start(folder):
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder)], stderr=subprocess.PIPE, text=True)


def wait_for(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def set_row(jobs, job_id, **values):
    with jobs._store.writing() as connection:
        for name, value in values.items():
            connection.execute(text(f"UPDATE job SET {name} = :value WHERE id = :id"), {"value": value, "id": job_id})


def test_a_job_from_start_to_end(jobs):
    job = jobs.add("briefing", "Bauausschuss", {"meeting": "m", "stufe": "voll"})
    assert (job.state, job.done, job.started) == ("wartet", 0, None)
    claimed = jobs.claim("ich")
    assert (claimed.id, claimed.state) == (job.id, "läuft")
    jobs.beat(job.id, 1, 8, "TOP 1 fertig")
    running = jobs.get(job.id)
    assert (running.done, running.total, running.message) == (1, 8, "TOP 1 fertig")
    assert jobs.finish(job.id, {"ok": ["ä", 1]})
    done = jobs.get(job.id)
    assert (done.state, done.result, done.error) == ("fertig", {"ok": ["ä", 1]}, None)
    assert done.created <= done.started <= done.finished
    assert jobs.claim("ich") is None
    assert jobs.all() == [done]


def test_jobs_need_the_non_public_archive(tmp_path):
    with Store.open(tmp_path / "offen", public=True) as store, pytest.raises(ValueError, match="non-public"):
        Jobs(store)


def test_the_same_work_is_queued_once_while_it_is_alive(jobs):
    first = jobs.add("briefing", "a", {"meeting": "m", "stufe": "voll"})
    assert jobs.add("briefing", "b", {"stufe": "voll", "meeting": "m"}).id == first.id
    assert jobs.add("briefing", "a", {"meeting": "n", "stufe": "voll"}).id != first.id
    jobs.claim("ich")
    assert jobs.add("briefing", "a", {"meeting": "m", "stufe": "voll"}).state == "läuft"
    jobs.pause(first.id)
    again = jobs.add("briefing", "a", {"meeting": "m", "stufe": "voll"})
    assert (again.id, again.state) == (first.id, "wartet")
    jobs.cancel(first.id)
    assert jobs.add("briefing", "a", {"meeting": "m", "stufe": "voll"}).id != first.id


def test_questions_come_before_briefings_and_older_before_newer(jobs):
    order = [
        jobs.add("briefing", "1", {"n": 1}),
        jobs.add("briefing", "2", {"n": 2}),
        jobs.add("frage", "3", {"n": 3}),
        jobs.add("frage", "4", {"n": 4}),
    ]
    assert [jobs.claim("ich").title for _ in order] == ["3", "4", "1", "2"]


def test_cancel_pause_resume_remove(jobs):
    job = jobs.add("briefing", "a", {})
    assert jobs.pause(job.id).state == "pausiert"
    assert jobs.claim("ich") is None
    assert jobs.resume(job.id).state == "wartet"
    assert jobs.cancel(job.id).state == "abgebrochen"
    assert jobs.pause(job.id).state == "abgebrochen"
    assert jobs.resume(job.id).state == "wartet"
    jobs.claim("ich")
    jobs.fail(job.id, "Das Modell fehlt.")
    assert (jobs.get(job.id).state, jobs.get(job.id).error) == ("fehler", "Das Modell fehlt.")
    assert jobs.cancel(job.id).state == "fehler"
    assert jobs.resume(job.id).error is None
    jobs.remove(job.id)
    for call in (jobs.get, jobs.cancel, jobs.pause, jobs.resume, jobs.remove):
        with pytest.raises(NotFound, match="keinen Auftrag"):
            call(job.id)


@pytest.mark.parametrize("how", ["cancel", "pause", "remove"])
def test_a_running_job_is_stopped_at_its_next_step(jobs, how):
    job = jobs.add("briefing", "a", {})
    jobs.claim("ich")
    getattr(jobs, how)(job.id)
    with pytest.raises(Interrupted):
        jobs.beat(job.id, 1, 2, "")
    assert not jobs.finish(job.id, "zu spät")
    if how != "remove":
        assert jobs.get(job.id).result is None


def test_only_a_job_that_gives_way_stops_for_a_more_urgent_one(jobs):
    job = jobs.add("briefing", "a", {})
    jobs.claim("ich")
    jobs.add("briefing", "b", {"b": 1})
    jobs.beat(job.id, 1, 2, "", gives_way=True)
    jobs.add("frage", "?", {})
    jobs.beat(job.id, 1, 2, "")
    with pytest.raises(Interrupted, match="Frage"):
        jobs.beat(job.id, 1, 2, "", gives_way=True)


class Clock:
    """Time as a test wants it."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now

    def passes(self, seconds, step=1.0):
        """Yields after each step, as often as somebody would look."""
        for _ in range(round(seconds / step)):
            self.now += step
            yield


def others(jobs, clock):
    """Who waits to take over."""
    return Jobs(jobs._store, clock)


def test_a_claim_is_taken_over_when_no_sign_of_life_comes(jobs):
    clock = Clock()
    job = jobs.add("briefing", "a", {})
    jobs.claim("ich")
    other = others(jobs, clock)
    assert other.claim("du") is None
    for _ in clock.passes(liveness.LEASE_SECONDS - 1):
        assert other.claim("du") is None
    jobs.keep_alive(job.id)
    for _ in clock.passes(liveness.LEASE_SECONDS):
        assert other.claim("du") is None
    next(clock.passes(1))
    assert other.claim("du").id == job.id
    with pytest.raises(Interrupted):
        jobs.beat(job.id, 1, 2, "")
    assert not jobs.finish(job.id, 1)
    other.beat(job.id, 1, 2, "")


@pytest.mark.parametrize("jump", [9 * 3600.0, -9 * 3600.0, 365 * 86400.0])
def test_a_machine_that_slept_or_whose_clock_was_set_has_one_worker_still(jobs, jump):
    clock = Clock()
    job = jobs.add("briefing", "a", {})
    jobs.claim("ich")
    jobs.beat(job.id, 1, 4, "Schritt 1")
    other = others(jobs, clock)
    for _ in clock.passes(20):
        assert other.claim("du") is None
    clock.now += jump  # all of it stood still meanwhile
    for _ in clock.passes(20):
        assert other.claim("du") is None
    jobs.beat(job.id, 2, 4, "Schritt 2")
    assert attempts(jobs) == 0
    for _ in clock.passes(20):
        assert other.claim("du") is None
    assert jobs.finish(job.id, "fertig")


def test_no_attempt_is_counted_when_the_machine_was_switched_off(jobs):
    job = jobs.add("briefing", "a", {})
    for _ in range(2 * MOST_ATTEMPTS):
        assert jobs.claim("ich").id == job.id
        set_row(jobs, job.id, lease=psutil.boot_time() - 60, pid_started=-100.0)
    assert attempts(jobs) == 1


def attempts(jobs):
    with jobs._store.reading() as connection:
        return connection.execute(text("SELECT attempts FROM job")).scalar()


def test_a_claim_is_taken_over_when_its_process_is_gone(jobs):
    job = jobs.add("briefing", "a", {})
    jobs.claim("ich")
    set_row(jobs, job.id, pid_started=liveness.started(os.getpid()) - 100)  # the pid is another process's by now
    assert jobs.claim("du").id == job.id
    set_row(jobs, job.id, pid_started=1.0, host="anderer-rechner")  # not ours to judge: the lease decides
    assert jobs.claim("du") is None


def test_a_job_without_progress_is_given_up(jobs):
    job = jobs.add("briefing", "a", {})
    for _ in range(MOST_ATTEMPTS):
        assert jobs.claim("ich").id == job.id
        set_row(jobs, job.id, pid_started=-100.0)
    assert jobs.claim("ich") is None
    assert jobs.get(job.id).state == "fehler"
    assert jobs.get(job.id).error.endswith("abgebrochen.")


def test_jobs_about_what_was_deleted_are_forgotten(jobs):
    jobs.add("frage", "Wo nistet der Ziegenmelker?", {"meeting": "ra:sitzung-1"})
    answered = jobs.add("frage", "b", {"n": 1})
    jobs.claim("ich"), jobs.claim("ich")
    jobs.finish(answered.id, {"citation": [{"file_id": "ra:datei-100%"}]})
    kept = jobs.add("frage", "c", {"meeting": "ra:sitzung-2"})
    assert jobs.forget(("ra:sitzung-1", "ra:datei-100%")) == 2
    assert [j.id for j in jobs.all()] == [kept.id]
    files = [p for p in jobs.folder.rglob("*") if p.is_file()]
    assert not any(b"Ziegenmelker" in p.read_bytes() for p in files)


def test_the_worker_reports_what_went_wrong_as_one_sentence(jobs):
    def briefing(job, progress):
        raise ModelError("Das Sprachmodell fehlt.") if job.payload["n"] == 1 else KeyError("x")

    jobs.add("briefing", "a", {"n": 1}), jobs.add("briefing", "b", {"n": 2}), jobs.add("frage", "c", {})
    assert run_worker(jobs, {"briefing": briefing}, once=True) == 3
    errors = {job.title: job.error for job in jobs.all() if job.state == "fehler"}
    assert errors["a"] == "Das Sprachmodell fehlt."
    assert "KeyError" in errors["b"]
    assert "„frage“" in errors["c"]


def test_whoever_adds_a_job_may_do_it_at_once_and_hand_the_rest_on(jobs, tmp_path):
    job = jobs.add("frage", "a", {}, worker="hier")
    assert (job.state, jobs.has_claimed(job.id)) == ("läuft", True)
    with Store.open(tmp_path / "archiv", public=False) as store:
        other = Jobs(store)
        assert other.claim("anderer") is None
        assert other.add("frage", "a", {}, worker="dort").id == job.id
        assert not other.has_claimed(job.id)
    run_here(jobs, job, lambda _, progress: progress(0, 1, "") or SoFar({"bisher": 1}))
    waiting = jobs.get(job.id)
    assert (waiting.state, waiting.result, waiting.finished) == ("wartet", {"bisher": 1}, None)
    seen = []
    assert run_worker(jobs, {"frage": lambda job, _: seen.append(job.result) or "ganz"}, once=True) == 1
    assert seen == [{"bisher": 1}]
    assert (jobs.get(job.id).state, jobs.get(job.id).result) == ("fertig", "ganz")


def test_a_briefing_gives_way_to_a_question_and_goes_on_afterwards(jobs):
    log = []

    def briefing(job, progress):
        for step in range(job.done, 4):
            log.append(step)
            if step == 1:
                jobs.add("frage", "Was kostet das?", {})
            progress(step + 1, 4, "")
        return "Briefing"

    def question(job, progress):
        log.append("Frage")
        progress(1, 1, "")
        return "Antwort"

    job = jobs.add("briefing", "a", {})
    assert run_worker(jobs, {"briefing": briefing, "frage": question}, once=True) == 3
    assert log == [0, 1, "Frage", 2, 3]
    assert (jobs.get(job.id).state, jobs.get(job.id).result) == ("fertig", "Briefing")
    assert {j.result for j in jobs.all()} == {"Briefing", "Antwort"}


@pytest.mark.parametrize(("how", "state"), [("cancel", "abgebrochen"), ("pause", "pausiert")])
def test_a_stopped_job_stays_stopped(jobs, how, state):
    def briefing(job, progress):
        getattr(jobs, how)(job.id)
        progress(1, 2, "")

    job = jobs.add("briefing", "a", {})
    assert run_worker(jobs, {"briefing": briefing}, once=True) == 1
    assert jobs.get(job.id).state == state


def test_a_long_step_keeps_its_claim(jobs, monkeypatch):
    monkeypatch.setattr(worker_module, "HEARTBEAT_SECONDS", 0.01)

    def briefing(job, progress):
        set_row(jobs, job.id, lease=0)

        def lease():
            with jobs._store.reading() as connection:
                return connection.execute(text("SELECT lease FROM job")).scalar()

        wait_for(lambda: lease() > 0)
        progress(1, 1, "")

    job = jobs.add("briefing", "a", {})
    run_worker(jobs, {"briefing": briefing}, once=True)
    assert jobs.get(job.id).state == "fertig"


def test_there_is_one_worker_for_a_folder(jobs):
    jobs.add("briefing", "a", {})
    with FileLock(jobs.folder / worker_module.LOCK):
        assert run_worker(jobs, {"briefing": lambda job, progress: None}, once=True) == 0
    assert run_worker(jobs, {"briefing": lambda job, progress: None}, once=True) == 1


def test_an_idle_worker_ends(jobs):
    assert run_worker(jobs, {}, idle_exit_s=0.0) == 0


def test_threads_never_get_the_same_job(jobs):
    for n in range(20):
        jobs.add("briefing", str(n), {"n": n})
    claimed = []

    def work():
        mine = Jobs(jobs._store)
        while job := mine.claim("ich"):
            claimed.append(job.id)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 20


def test_a_job_for_the_night_waits_for_it_also_when_the_machine_slept_through_its_beginning(tmp_path):
    clock = Clock()
    with Store.open(tmp_path / "nacht", public=False) as store:
        jobs = Jobs(store, clock)
        evening = dt.datetime.fromtimestamp(clock.now + 3600, dt.UTC)
        job = jobs.add("briefing", "a", {"n": 1}, not_before=evening)
        now = jobs.add("briefing", "b", {"n": 2})
        assert (job.not_before, now.not_before) == (evening, None)
        assert [j.id for j in jobs.due()] == [now.id]
        assert [j.id for j in jobs.queue()] == [now.id, job.id]
        assert jobs.claim("ich").id == now.id
        jobs.finish(now.id, None)
        for _ in clock.passes(3500, step=100):
            assert jobs.claim("ich") is None
        clock.now += 5 * 3600
        assert jobs.claim("ich").id == job.id


def test_what_was_planned_for_the_night_can_begin_at_once(jobs):
    night = dt.datetime.now(dt.UTC) + dt.timedelta(hours=5)
    job = jobs.add("briefing", "a", {}, not_before=night)
    assert jobs.claim("ich") is None
    assert jobs.schedule(job.id, None).not_before is None
    assert jobs.schedule(job.id, night).not_before == night
    jobs.pause(job.id)
    assert jobs.add("briefing", "a", {}).not_before is None
    assert jobs.claim("ich").id == job.id


def test_a_job_put_before_others_is_the_next_one_and_what_runs_gives_way(jobs):
    running, second, third = (jobs.add("briefing", str(n), {"n": n}) for n in range(3))
    assert jobs.claim("ich").id == running.id
    jobs.beat(running.id, 1, 4, "", gives_way=True)
    assert jobs.move_up(third.id).state == "wartet"
    assert [j.id for j in jobs.queue()] == [running.id, third.id, second.id]
    with pytest.raises(Interrupted):
        jobs.beat(running.id, 2, 4, "", gives_way=True)
    jobs.release(running.id)
    jobs.move_up(second.id)
    assert [jobs.claim("ich").id for _ in range(3)] == [second.id, third.id, running.id]
    question = jobs.add("frage", "?", {})
    newest = jobs.add("briefing", "neu", {"n": 9})
    jobs.move_up(newest.id)
    assert jobs.claim("ich").id == question.id  # whoever asks waits for an answer


def test_a_paused_job_or_one_for_the_night_that_is_put_first_begins_at_once(jobs):
    night = dt.datetime.now(dt.UTC) + dt.timedelta(hours=5)
    planned, paused = jobs.add("briefing", "a", {"n": 1}, not_before=night), jobs.add("briefing", "b", {"n": 2})
    jobs.pause(paused.id)
    jobs.move_up(paused.id), jobs.move_up(planned.id)
    assert [jobs.claim("ich").id for _ in range(2)] == [planned.id, paused.id]
    jobs.finish(planned.id, None)
    assert jobs.move_up(planned.id).state == "fertig"


def test_a_job_that_goes_on_after_a_pause_does_not_push_out_the_one_that_runs(jobs):
    first, second = jobs.add("briefing", "a", {"n": 1}), jobs.add("briefing", "b", {"n": 2})
    jobs.pause(first.id)
    assert jobs.claim("ich").id == second.id
    jobs.resume(first.id)
    jobs.beat(second.id, 1, 2, "", gives_way=True)


def test_everything_can_rest_but_questions(jobs):
    running, waiting = jobs.add("briefing", "a", {"n": 1}), jobs.add("briefing", "b", {"n": 2})
    jobs.claim("ich")
    question, done = jobs.add("frage", "?", {}), jobs.add("vektoren", "v", {})
    jobs.cancel(done.id)
    assert jobs.pause_all() == 2
    assert {j.id: j.state for j in jobs.all()} == {
        running.id: "pausiert", waiting.id: "pausiert", question.id: "wartet", done.id: "abgebrochen"
    }  # fmt: skip
    assert jobs.resume_all() == 2
    assert {j.id for j in jobs.due()} == {running.id, waiting.id, question.id}


def test_only_questions_are_answered_while_work_has_to_wait(jobs, monkeypatch):
    log = []
    low = [None]
    job = jobs.add("briefing", "a", {})
    jobs.add("frage", "?", {})

    def briefing(job, progress):
        log.append("Briefing")
        low[0] = "Der Akku ist fast leer."
        progress(1, 2, "")
        log.append("weiter")

    def question(job, progress):
        log.append("Frage")

    handlers = {"briefing": briefing, "frage": question}
    low[0] = "Der Akku ist fast leer."
    assert run_worker(jobs, handlers, once=True, may_work=lambda: low[0]) == 1
    assert (log, jobs.get(job.id).state) == (["Frage"], "wartet")
    low[0] = None
    monkeypatch.setattr(worker_module, "LOOK_SECONDS", 0.0)
    assert run_worker(jobs, handlers, once=True, may_work=lambda: low[0]) == 1
    assert (log, jobs.get(job.id).state) == (["Frage", "Briefing"], "wartet")


def test_a_waker_looks_again_and_again_whatever_goes_wrong():
    looks, seen_twice = [], threading.Event()

    def wake():
        looks.append(1)
        if len(looks) == 1:
            raise NotFound("weg")
        if len(looks) == 2:
            raise KeyError("x")
        seen_twice.set()

    waker = Waker(wake, every_s=0.001)
    waker.begin()
    assert seen_twice.wait(30)
    waker.stop()


# --- processes of their own


@posix
def test_a_killed_worker_costs_one_step(jobs, tmp_path):
    job = jobs.add("briefing", "a", {"total": 5})
    (tmp_path / "warte").touch()
    worker = start(tmp_path)
    wait_for(lambda: jobs.get(job.id).done == 2 and (tmp_path / "schritte").read_text().endswith("2\n"))
    worker.send_signal(signal.SIGKILL)
    # Not reaped yet, it is a zombie: it still has its pid, and its work has to be claimed all the same.
    wait_for(lambda: psutil.Process(worker.pid).status() == psutil.STATUS_ZOMBIE)
    (tmp_path / "warte").unlink()
    second = start(tmp_path)
    assert second.communicate(timeout=60)[1] == ""
    worker.communicate()
    assert jobs.get(job.id).state == "fertig"
    assert (tmp_path / "schritte").read_text().split() == ["0", "1", "2", "2", "3", "4"]


@posix
def test_two_workers_race_and_do_each_job_once(jobs, tmp_path):
    for n in range(4):
        jobs.add("briefing", str(n), {"total": 3, "n": n})
    workers = [start(tmp_path) for _ in range(2)]
    assert [worker.communicate(timeout=60)[1] for worker in workers] == ["", ""]
    assert sum(worker.returncode for worker in workers) == 4
    assert {job.state for job in jobs.all()} == {"fertig"}
    assert len((tmp_path / "schritte").read_text().split()) == 12


@posix
def test_a_job_that_kills_its_worker_does_not_stop_the_others_for_good(jobs, tmp_path):
    bad = jobs.add("frage", "stürzt ab", {})
    good = jobs.add("briefing", "a", {"total": 1})
    for _ in range(MOST_ATTEMPTS + 1):
        start(tmp_path).communicate(timeout=60)
    assert (jobs.get(bad.id).state, jobs.get(good.id).state) == ("fehler", "fertig")


def test_ensure_worker_starts_one_that_outlives_the_page(tmp_path, monkeypatch):
    settings = Settings(data_folder=tmp_path / "daten", model_folders=(), model="klein", threads=1)
    started = tmp_path / "gestartet"
    program = f"""
import os, sys
from pathlib import Path
Path({str(started)!r}).write_text(repr([sys.argv[1:], os.environ["RATSASSISTENT_MODELL"], os.getpid() == os.getpgid(0)]))
"""
    package = tmp_path / "falsch" / "ratsassistent"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(program)
    monkeypatch.chdir(package.parent)
    monkeypatch.setenv("PYTHONPATH", str(package.parent) + os.pathsep + os.environ.get("PYTHONPATH", ""))
    assert ensure_worker(settings)
    wait_for(lambda: started.is_file() and started.read_text().endswith("]"))
    assert started.read_text() == repr([["--datenordner", str(settings.data_folder), "arbeiten"], "klein", True])
    with FileLock(settings.nonpublic_folder / worker_module.LOCK):
        assert not ensure_worker(settings)
    for child in worker_module._children:
        child.wait(timeout=60)


def test_jobs_do_not_load_what_is_heavy(tmp_path):
    code = "import sys, ratsassistent.worker; assert not {'llama_cpp', 'gradio', 'torch', 'alembic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, cwd=Path(__file__).parent.parent)
