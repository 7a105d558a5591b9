"""The command `auftraege`: long work listed in the order in which it is done, paused, put first, planned.

What enters: parsed arguments, settings. What leaves: text or one JSON object on standard output, the exit status.
What it does not know: how anything is written, when a worker runs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json

from ratsassistent import pace, workflow
from ratsassistent import worker as background
from ratsassistent.briefing_jobs import Standing
from ratsassistent.errors import UsageError
from ratsassistent.jobs import Job
from ratsassistent.machine import power
from ratsassistent.machine.estimate import time_left
from ratsassistent.output import contract, page_queue
from ratsassistent.output.jobs_options import ALL
from ratsassistent.settings import Settings
from ratsassistent.workflow import Workspace

_STATES = {"fehler": "gescheitert"}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """List the jobs, after what was asked to be done with one."""
    if args.leise:
        pace.choose(settings, args.leise == "an")
    with workflow.workspace(settings) as ws:
        if args.what != "liste":
            _act(ws, args)
        waiting, everything = ws.jobs.queue(), ws.jobs.all()
    listed = waiting + [job for job in everything if job.id not in {one.id for one in waiting}]
    if args.json:
        print(json.dumps({"jobs": [contract.job(job) for job in listed]}, ensure_ascii=False, indent=1))
        return 0
    reason = power.may_work(power.power())
    if reason and waiting:
        print(reason)
    for job in listed:
        print(f"{job.id}  {_STATES.get(job.state, job.state):11} {job.done}/{job.total}  {job.title}{_more(job)}")
    if not listed:
        print("Es gibt keine Aufträge.")
    return 0


def _act(ws: Workspace, args: argparse.Namespace) -> None:
    if not args.job:
        what = "die Sitzung" if args.what == "schreiben" else "die Kennung des Auftrags"
        raise UsageError(f"Bitte {what} angeben (siehe „ratsassistent auftraege --hilfe“).")
    if args.job == ALL and args.what in {"anhalten", "fortsetzen"}:
        ws.jobs.pause_all() if args.what == "anhalten" else ws.jobs.resume_all()
    elif args.what == "schreiben":
        begin = _next(args.ab, dt.datetime.now().astimezone()) if args.ab else None
        workflow.order_briefing(ws, args.job, thorough=args.gruendlich, not_before=begin)
    else:
        jobs = ws.jobs
        acts = {
            "anhalten": jobs.pause,
            "fortsetzen": jobs.resume,
            "abbrechen": jobs.cancel,
            "vorziehen": jobs.move_up,
        }
        acts[args.what](args.job)
    if args.what in {"fortsetzen", "vorziehen"}:
        background.ensure_worker(ws.settings)


def _more(job: Job) -> str:
    """What else there is to say of a job, in brackets."""
    now = dt.datetime.now(dt.UTC)
    if job.state == "wartet" and job.not_before and not job.is_due(now):
        told = f"{page_queue.when(job.not_before, now)}, wenn dann die Oberfläche offen ist oder „ratsassistent arbeiten“ läuft"
        return f" ({told})"
    if job.state == "läuft" and job.kind == "briefing":
        standing = Standing.of(job)
        left = [time_left(standing.seconds_left)] if standing.seconds_left is not None else []
        parts = [*left, *(f"in Arbeit: {title}" for title in standing.now[:1])]
        return f" ({'; '.join(parts)})" if parts else ""
    return f" ({job.error})" if job.state == "fehler" and job.error else ""


def _next(at: dt.time, now: dt.datetime) -> dt.datetime:
    """The next time that the clock on the wall shows this."""
    today = dt.datetime.combine(now.date(), at).astimezone()
    return today if today > now else dt.datetime.combine(now.date() + dt.timedelta(days=1), at).astimezone()
