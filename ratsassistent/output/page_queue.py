"""The work in the background as HTML: how far a summary is, what can be done with it, and the queue of all packs.

What enters: jobs, how the computer works now, plain values. What leaves: escaped HTML with buttons.
What it does not know: Gradio, the archive, what a click does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ratsassistent.briefing_jobs import NIGHT_BEGINS, Standing, one_item
from ratsassistent.jobs import Job
from ratsassistent.machine.estimate import duration, time_left
from ratsassistent.output.page_text import action, count, notice, progress_bar, safe

BUSY = ("wartet", "läuft")
STAY_ON = (
    "Dafür muss der Rechner anbleiben und das Programm geöffnet sein; das Browserfenster dürfen Sie schließen. "
    "Geht der Rechner in den Ruhezustand, geht es nach dem Aufwachen weiter."
)
_GENTLY = (
    "Leise heißt: mit halber Kraft. Der Rechner bleibt ruhig und für anderes frei, es dauert etwa doppelt so lange."
)
_KEPT = "Was fertig ist, bleibt erhalten."
_WRITE_NOW = action("write", "Zusammenfassung schreiben lassen", css="ra-button ra-primary")


@dataclass(frozen=True, slots=True)
class Working:
    """How the computer works now. `why_gentle`, `waits`: German sentences; `waits` is why everything rests."""

    gentle: bool = False
    why_gentle: str | None = None
    waits: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be ordered of a meeting: so many items, in so many seconds; None: not known."""

    items: int
    seconds: float | None = None
    thorough_items: int = 0
    thorough_seconds: float | None = None
    known: bool = True  # the computer has been measured
    night: dt.datetime | None = None  # when the night begins; None: it is night
    elsewhere: str = ""  # a German sentence: on which server it is written


def progress(
    job: Job | None,
    working: Working,
    now: dt.datetime,
    ahead: int = 0,
    *,
    before: Sequence[str] = (),
    titled: bool = False,
) -> str:
    """One summary: how far, how long still, what is being written; or why not. Empty where there is nothing to say.

    :param ahead: jobs that come before it. :param before: what they are for. :param titled: name the item that it is for.
    """
    if job is None or job.state in {"fertig", "abgebrochen"}:
        return ""
    if job.state == "fehler":
        return notice(job.error or "Die Zusammenfassung wurde nicht fertig.", "error")
    what = ("Punkt", "Punkten") if job.kind == "briefing" else ("Textstelle", "Textstellen")
    done = f"{job.done} von {count(job.total, *what)} fertig" if job.total > 1 else ""
    share = job.done / job.total if job.total > 1 else None
    if job.state == "pausiert":
        return notice(f"Angehalten{f', {done}' if done else ''}. {_KEPT}")
    if job.state == "wartet":
        told = _why_it_waits(job, working, now, ahead, before)
        told = f"{job.title}. {told}" if titled and one_item(job) else told
        return progress_bar(share, f"{told} {done}.".strip()) if job.done else notice(told)
    standing = Standing.of(job)
    if standing.at is None:
        return progress_bar(None, job.message or "Die KI wird gestartet …")
    left = time_left(standing.seconds_left) if standing.seconds_left is not None else ""
    if job.total > 1 and not job.done:  # until then it is a guess that other work on the computer makes wrong
        left = "wie lange noch, zeigt sich nach dem ersten"
    label = ", ".join(part for part in (done or "Ein Punkt wird geschrieben", left) if part)
    return f"{progress_bar(share, f'Die KI schreibt: {label}.')}{_titles('In Arbeit', standing.now)}{_titles('Danach', standing.next)}"


def _titles(label: str, titles: Sequence[str]) -> str:
    if not titles:
        return ""
    short = "; ".join(title if len(title) <= 56 else title[:55].rstrip(" –-,;:") + "…" for title in titles)
    return f'<p class="ra-small ra-standing"><strong>{label}:</strong> {safe(short)}</p>'


def called(job: Job, meetings: Mapping[str, str]) -> str:
    """What a job is for: the summary of a meeting, or an item and its meeting.

    :param meetings: their names by their ids.
    """
    if job.kind == "frage":
        return "eine Frage"
    name = meetings.get(str(job.payload.get("meeting"))) if one_item(job) else None
    return f"„{job.title}“ ({name})" if name else f"„{job.title}“"


def _why_it_waits(job: Job, working: Working, now: dt.datetime, ahead: int, before: Sequence[str] = ()) -> str:
    if not job.is_due(now) and job.not_before:
        return f"Geplant: {when(job.not_before, now)}. {STAY_ON}"
    if working.waits:
        return working.waits
    if ahead and before:
        more = count(ahead - 1, "weiterer Auftrag", "weitere Aufträge")
        return f"Wartet. Vorher dran: {before[0]}{f' und {more}' if ahead > 1 else ''}."
    if ahead:
        return f"Wartet: {count(ahead, 'anderer Auftrag ist', 'andere Aufträge sind')} vorher dran."
    return "Gleich geht es weiter …"


def when(moment: dt.datetime, now: dt.datetime) -> str:
    """A time to come in words: "heute ab 22:00 Uhr"."""
    local, today = moment.astimezone(), now.astimezone().date()
    days = (local.date() - today).days
    day = {0: "heute", 1: "morgen"}.get(days, f"am {local:%d.%m.}")
    return f"{day} ab {local:%H:%M} Uhr"


def controls(job: Job | None, offer: Offer | None, working: Working, now: dt.datetime, ahead: int = 0) -> str:
    """What can be done about the summary of the open meeting: order it, pause it, go on, cancel, hurry, go gently."""
    alive = job is not None and job.state in {*BUSY, "pausiert"}
    if job is not None and alive:
        return f'<div class="ra-controls">{_steering(job, now, ahead, more=gentle_switch(working))}{_why_gentle(working)}</div>'
    if offer is None:
        return ""
    told = _why_gentle(working) if offer.items else ""
    told += f'<p class="ra-small ra-elsewhere">{safe(offer.elsewhere)}</p>' if offer.elsewhere else ""
    return f'<div class="ra-controls">{_ordering(offer, gentle_switch(working))}{told}</div>'


def _steering(job: Job, now: dt.datetime, ahead: int = 0, *, named: bool = False, more: str = "") -> str:
    """The buttons of a job.

    :param named: say to a screen reader what they are about, where several stand in a list. :param more: HTML after them.
    """

    def button(how: str, label: str) -> str:
        return action("steer", label, name=f"{label}: {job.title}" if named else None, job=job.id, how=how)

    buttons = []
    if job.state in BUSY and not job.is_due(now):
        buttons.append(button("now", "Jetzt gleich schreiben"))
    elif ahead and job.state == "wartet":
        buttons.append(button("up", "Zuerst erledigen"))
    if job.state == "pausiert":
        buttons.append(button("resume", "Fortsetzen"))
    elif job.is_due(now):
        buttons.append(button("pause", "Anhalten"))
    if job.state == "fehler":
        buttons = [button("resume", "Noch einmal versuchen"), button("remove", "Aus der Liste nehmen")]
    else:
        buttons.append(button("cancel", "Abbrechen"))
    return f'<p class="ra-buttons">{"".join(buttons)}{more}</p>'


def _ordering(offer: Offer, switch: str) -> str:
    if not offer.items:
        if not offer.thorough_items:
            return ""
        how_long = _how_long(offer.thorough_seconds, offer.known)
        return (
            '<details data-fold="gründlicher"><summary>Gründlicher schreiben lassen</summary><p>Die KI liest dann mehr Stellen und '
            f"versucht es länger: {count(offer.thorough_items, 'Punkt', 'Punkte')}, {how_long}. Bis dahin bleibt die jetzige "
            f'Zusammenfassung stehen.</p><form class="ra-write"><p class="ra-buttons">{_hidden_thorough()}{_WRITE_NOW}{_write_tonight(offer)}</p></form></details>'
        )
    what = count(offer.items, "Tagesordnungspunkt mit Unterlagen", "Tagesordnungspunkte mit Unterlagen")
    more = f" ({duration(offer.thorough_seconds)})" if offer.thorough_seconds is not None else " (dauert länger)"
    return (
        f'<form class="ra-write"><p>Noch ohne Zusammenfassung: {what}. Die KI braucht dafür '
        f"{_how_long(offer.seconds, offer.known)}; Sie können währenddessen weiterlesen.</p>"
        f'{_WRITE_NOW}<details data-fold="schreiben"><summary>Gründlicher, später, leise …</summary>'
        f'<label class="ra-tick"><input type="checkbox" name="thorough" value="1"> gründlicher: die KI liest mehr Stellen{safe(more)}</label>'
        f'<p class="ra-buttons">{_write_tonight(offer)}{switch}</p></details></form>'
    )


def _hidden_thorough() -> str:
    return '<input type="hidden" name="thorough" value="1">'


def _write_tonight(offer: Offer) -> str:
    if offer.night is None:
        return ""
    return action("write", f"Erst heute Nacht (ab {NIGHT_BEGINS} Uhr)", when="night")


def _how_long(seconds: float | None, known: bool) -> str:
    if seconds is None:
        return "einige Minuten"
    where = "auf diesem Rechner" if known else "(grob geschätzt, dieser Rechner ist noch nicht vermessen)"
    return f"{duration(seconds)} {where}"


def gentle_switch(working: Working) -> str:
    """The switch for gentle work."""
    on = working.gentle
    return (
        f'<button type="button" class="ra-button ra-switch" role="switch" aria-checked="{str(on).lower()}" title="{_GENTLY}" '
        f'data-do="gentle" data-to="{0 if on else 1}">{"☑" if on else "☐"} Leise arbeiten</button>'
    )


def _why_gentle(working: Working) -> str:
    """What gentle work means, or why it is on where nobody has switched it on; nothing where it is off."""
    if not working.gentle:
        return ""
    told = " ".join(part for part in (working.why_gentle, "Es dauert etwa doppelt so lange.") if part)
    return f'<p class="ra-small ra-standing">{safe(told)}</p>'


def queue(
    jobs: Sequence[Job],
    working: Working,
    now: dt.datetime,
    unplanned: int = 0,
    meetings: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """All that is still to be written, in the order in which it is, each with its buttons.

    :param jobs: in that order; those that failed at the end.
    :param unplanned: meetings to come that nobody has ordered a summary of. :param meetings: their names by their ids.
    """
    night = _night_for_all(unplanned, now)
    if not jobs:
        return night
    rows = "".join(
        _row(job, place, working, now, jobs[0] if place else None, meetings) for place, job in enumerate(jobs)
    )
    buttons = []
    if any(job.state in BUSY for job in jobs):
        buttons.append(action("all", "Alles anhalten", how="pause"))
    if any(job.state == "pausiert" for job in jobs):
        buttons.append(action("all", "Alles fortsetzen", how="resume"))
    waits = notice(working.waits, "warning") if working.waits and any(j.state in BUSY for j in jobs) else ""
    return (
        f'<section class="ra-queue" aria-label="Das Programm arbeitet"><h2>Das Programm arbeitet</h2>{waits}'
        f'<ol class="ra-list">{rows}</ol><p class="ra-buttons">{"".join(buttons)}{gentle_switch(working)}</p>{_why_gentle(working)}{night}</section>'
    )


def _row(
    job: Job, place: int, working: Working, now: dt.datetime, first: Job | None, meetings: Mapping[str, str]
) -> str:
    # why everything rests is said once, above
    before = (called(first, meetings),) if first else ()
    line = progress(job, Working(working.gentle) if working.waits else working, now, place, before=before)
    opens = ""
    if job.payload.get("meeting"):
        item = one_item(job)
        opens = action("open", "Ansehen", name=f"{job.title} ansehen", meeting=job.payload["meeting"], item=item)
    buttons = _steering(job, now, place, named=True).replace(
        '<p class="ra-buttons">', f'<p class="ra-buttons">{opens}', 1
    )
    meeting = meetings.get(str(job.payload.get("meeting"))) if one_item(job) else None
    of = f'<p class="ra-small ra-standing">{safe(meeting)}</p>' if meeting else ""
    return f'<li class="ra-card" data-about="{safe(job.id)}"><strong>{safe(job.title)}</strong>{of}{line}{buttons}</li>'


def _night_for_all(unplanned: int, now: dt.datetime) -> str:
    if unplanned < 2:
        return ""
    label = f"Alle {unplanned} heute Nacht schreiben lassen (ab {NIGHT_BEGINS} Uhr)"
    return (
        f'<div class="ra-night"><p>{unplanned} kommende Sitzungen haben noch keine Zusammenfassung der KI.</p>'
        f'<p class="ra-buttons">{action("night", label)}</p><p class="ra-small">{STAY_ON}</p></div>'
    )
