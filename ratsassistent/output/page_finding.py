"""What a click does in the view „Fragen und suchen“: hits at once, above them the answer to a question as it grows.

What enters: the choices of one browser tab, what was asked for last, what was clicked. What leaves: dictionaries component ->
new value, as in `page_events`.
What it does not know: how HTML is made, SQL, how anything is found or answered.

A question is searched for first: its hits are there in a second or two. Then it is put as a question (a job), and `tick`
draws what there is of its answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from ratsassistent.jobs import Job
from ratsassistent.output import page_recent, page_views
from ratsassistent.output.page_actions import OVERVIEW, Actions, Chosen, sentence
from ratsassistent.output.page_lookup import LookUp
from ratsassistent.output.page_queue import BUSY
from ratsassistent.output.page_search import STEP, Search, asked_of
from ratsassistent.output.page_text import action, notice, progress_bar, safe
from ratsassistent.output.page_thumbs import Thumbs
from ratsassistent.writing.answers.question import is_question

if TYPE_CHECKING:
    from ratsassistent.output.page_events import Turns
    from ratsassistent.output.page_layout import Page

SOON_S = 0.4  # seconds between two looks at a question that has no quotes yet
AT_HAND = dt.timedelta(hours=1)  # a question asked since is shown again where the page is loaded anew
Changes = Iterator[dict[Any, Any]]
_DRAWING = f'<aside class="ra-paper" aria-label="Seite aus den Unterlagen" data-looking>{progress_bar(None, "Die Seite wird geholt …")}</aside>'


class Finding:
    """The handlers of the view. Each is a generator, so that a slow step can say first that it has begun."""

    def __init__(
        self,
        page: Page,
        actions: Actions,
        lookup: LookUp,
        turns: Turns,
        show_page: Callable[[Any, str, dict[str, Any]], Changes],
        open_item: Callable[[Chosen, Any], Changes],
    ) -> None:
        """:param show_page: shows a cited page in a part of the page. :param open_item: goes to an agenda item."""
        self.p, self.do, self.lookup, self._turns = page, actions, lookup, turns
        self._show_page, self._open_item = show_page, open_item
        self.thumbs = Thumbs()

    # --- the view as a whole

    def at_start(self, chosen: Chosen, jobs: Sequence[Job]) -> dict[Any, Any]:
        """A tab was opened or loaded anew: the question that it shows, if any, and what was asked before."""
        job = _of(jobs, chosen.question)
        again = action("again", "Stellen zu dieser Frage zeigen", job=job.id) if job else ""
        return {
            self.p.search_form: self._form(chosen, asked_of(job.payload) if job else None),
            self.p.answer: self.answer(job),
            self.p.hits: again,
            self.p.earlier: self._recent(chosen, jobs, folded=job is not None),
            self.p.found_page: page_views.picture(None),
        }

    def question_at_start(self, jobs: Sequence[Job]) -> str | None:
        """The newest question, where it was asked a short while ago or still has no answer."""
        newest = next(iter(jobs), None)
        if newest and (newest.state in BUSY or dt.datetime.now(dt.UTC) - newest.updated < AT_HAND):
            return newest.id
        return None

    def open(self, chosen: Chosen, asked: Search | None) -> Changes:
        """The view was opened: what there is to choose from may have changed, and what is open in „Sitzungen“."""
        yield {self.p.search_form: self._form(chosen, asked)}

    def narrow_to_meeting(self, chosen: Chosen, asked: Search | None) -> Changes:
        """From an opened meeting to the box, which then asks this meeting."""
        now = replace(asked or Search(), meeting=chosen.meeting or "", item="")
        yield {self.p.search_form: self._form(chosen, now), self.p.searched: now}

    def answer(self, job: Job | None) -> str:
        """A question with what there is of its answer, and what it was narrowed to."""
        return page_views.question(job, self.lookup.narrowed(asked_of(job.payload)) if job else "")

    def deleted(self, chosen: Chosen) -> dict[Any, Any]:
        """A meeting was deleted, with the questions about it: nothing of it is shown any more."""
        self.thumbs.clear()
        jobs = self.do.questions()
        return {
            **self.at_start(replace(chosen, question=None), jobs),
            self.p.searched: None,
            self.p.thumbs: "",
        }

    # --- clicks

    def act(self, chosen: Chosen, asked: Search | None, event: Any) -> Changes:
        """A button in one of the HTML parts of the view."""
        wanted = event._data
        match wanted["do"]:
            case "search":
                now = Search.of(wanted)
                if asked and now.meeting != asked.meeting and now.item == asked.item:
                    now = replace(now, item="")  # it is of another meeting
                yield from self._go(chosen, now, wanted, answers=is_question(now.text))
            case "answer" if asked:
                yield from self._go(chosen, asked, wanted, answers=True)
            case "narrow":
                yield from self._narrow(chosen, asked, wanted)
            case "more" if asked:
                self._turns.begin(wanted, "hits")
                more = replace(asked, shown=asked.shown + STEP)
                yield from self._hits(more, wanted, answered=chosen.question is not None)
            case "thumbs":
                only_public = asked is not None and asked.public == "ja"
                keys = str(wanted.get("keys", "")).split("\n")
                yield {self.p.thumbs: self.lookup.pictures(self.thumbs, keys, only_public=only_public)}
            case "again":
                yield from self._again(chosen, wanted)
            case "stop":
                self.do.stop(wanted["job"])
                yield self._seen(chosen)
            case "forget" | "forget-all":
                yield self._forget(chosen, asked, wanted)
            case "cite":
                yield from self._cite(wanted)
            case "close":
                self._turns.begin(wanted, "found page")
                yield {self.p.found_page: page_views.picture(None)}
            case "open":
                yield from self._open_item(chosen, event)

    def _cite(self, wanted: dict[str, Any]) -> Changes:
        yield {self.p.found_page: _DRAWING}
        try:
            yield from self._show_page(self.p.found_page, "found page", wanted)
        except Exception:
            yield {self.p.found_page: page_views.picture(None)}
            raise

    def _narrow(self, chosen: Chosen, asked: Search | None, wanted: dict[str, Any]) -> Changes:
        """Narrow to something else; what is shown is looked for anew."""
        dropped = str(wanted.get("drop", "")).split()
        now = Search.of({**wanted, **dict.fromkeys(dropped, "")}, needs_text=False).without(dropped)
        if asked and now.meeting != asked.meeting and now.item == asked.item:
            now = replace(now, item="")
        if only := wanted.get("only"):
            now = replace(now, meeting=str(only), item=str(wanted.get("top", "")))
        if asked is None or not asked.text:
            now = replace(now, text="")
            yield {self.p.search_form: self._form(chosen, now), self.p.searched: now}
            return
        now = replace(now, text=asked.text)
        job = _of(self.do.questions(), chosen.question)
        if job and job.state in BUSY:  # its answer would not be the one that is wanted now
            self.do.stop(job.id)
        yield from self._go(chosen, now, wanted, answers=chosen.question is not None)

    def _go(self, chosen: Chosen, asked: Search, wanted: dict[str, Any], *, answers: bool) -> Changes:
        """Show the hits, and above them the answer."""
        self._turns.begin(wanted, "hits", "found page")
        before, chosen = chosen.question, replace(chosen, question=None)
        if not answers:
            self.lookup.keep(asked)
        waiting = ""
        if answers:
            waiting = f'<section class="ra-qa" aria-label="Antwort"><h2 class="ra-question">{safe(asked.text)}</h2>{progress_bar(None, page_views.SEARCHED)}</section>'
        yield {
            self.p.search_form: self._form(chosen, asked),
            self.p.answer: waiting,
            self.p.hits: "" if answers else progress_bar(None, "Es wird gesucht …"),  # one bar is enough
            self.p.earlier: self._recent(chosen, self.do.questions(), folded=True),
            self.p.found_page: page_views.picture(None),
            self.p.chosen: chosen,
            self.p.searched: asked,
        }
        yield from self._hits(asked, wanted, answered=answers)
        if answers and self._turns.holds(wanted, "hits"):
            try:
                asking = self.do.ask(asked.text, asked.meeting, before, top=asked.item or None, narrowed=asked.filters)
            except Exception as error:
                yield {self.p.answer: notice(sentence(error), "error")}
                return
            chosen = replace(chosen, question=asking)
            yield {**self._seen(chosen), self.p.chosen: chosen, self.p.timer: gr.Timer(SOON_S)}

    def _hits(self, asked: Search, wanted: dict[str, Any], *, answered: bool) -> Changes:
        try:
            made = self.lookup.search(asked, answered=answered)
        except Exception as error:
            made = notice(sentence(error), "error")  # where the bar stands now
        if self._turns.holds(wanted, "hits"):
            yield {self.p.hits: made, self.p.searched: asked}

    def _again(self, chosen: Chosen, wanted: dict[str, Any]) -> Changes:
        """Something from the list: the answer that there is, and what is found today."""
        if kept := wanted.get("search"):
            found = next((s for s in self.lookup.searches() if s.id == kept), None)
            if found:
                yield from self._go(chosen, page_recent.search_of(found), wanted, answers=False)
            return
        job = _of(self.do.questions(), wanted.get("job"))
        if job is None:
            yield self._seen(replace(chosen, question=None))
            return
        self._turns.begin(wanted, "hits", "found page")
        chosen, asked = replace(chosen, question=job.id), asked_of(job.payload)
        yield {
            **self._seen(chosen),
            self.p.search_form: self._form(chosen, asked),
            self.p.hits: progress_bar(None, "Es wird gesucht …"),
            self.p.found_page: page_views.picture(None),
            self.p.chosen: chosen,
            self.p.searched: asked,
        }
        yield from self._hits(asked, wanted, answered=True)

    def _forget(self, chosen: Chosen, asked: Search | None, wanted: dict[str, Any]) -> dict[Any, Any]:
        """Delete a question or a search, or all of them."""
        everything = wanted["do"] == "forget-all"
        gone = [j.id for j in self.do.questions()] if everything else [wanted["job"]] if "job" in wanted else []
        for job in gone:
            self.do.forget(job)
        if everything or wanted.get("search"):
            self.lookup.forget(None if everything else str(wanted["search"]))
        was_shown = chosen.question in gone
        chosen = replace(chosen, question=None) if was_shown else chosen
        jobs = self.do.questions()
        folded = not was_shown and (chosen.question is not None or bool(asked and asked.text))
        changes: dict[Any, Any] = {self.p.earlier: self._recent(chosen, jobs, folded=folded)}
        if everything:
            changes[self.p.earlier] = page_recent.all_gone()
        if was_shown or everything:
            changes |= {self.p.answer: "", self.p.hits: "", self.p.chosen: chosen, self.p.searched: None}
            changes |= {self.p.search_form: self._form(chosen, None), self.p.found_page: page_views.picture(None)}
        return changes

    # --- what changes together

    def _seen(self, chosen: Chosen) -> dict[Any, Any]:
        jobs = self.do.questions()
        job = _of(jobs, chosen.question)
        return {self.p.answer: self.answer(job), self.p.earlier: self._recent(chosen, jobs, folded=True)}

    def _form(self, chosen: Chosen, asked: Search | None) -> str:
        item = chosen.item if chosen.item != OVERVIEW else None
        return self.lookup.search_form(asked, chosen.meeting, item)

    def _recent(self, chosen: Chosen, jobs: Sequence[Job], *, folded: bool) -> str:
        return self.lookup.recent(jobs, chosen.question, folded=folded)


def _of(jobs: Sequence[Job], job_id: str | None) -> Job | None:
    return next((job for job in jobs if job.id == job_id), None)
