"""Files to hand round, on the page: first what is to stand in them, then the files as links; and what a click does.

What enters: the choices of one browser tab, what was pressed. What leaves: HTML (escaped), dictionaries component -> new value.
What it does not know: how a file is written, how the public part is told from the rest (`public_part`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ratsassistent import briefing_jobs, public_part, workflow
from ratsassistent.output import phrases
from ratsassistent.output.page_person import Acting
from ratsassistent.output.page_queue import BUSY
from ratsassistent.output.page_text import action, count, notice, progress_bar, safe
from ratsassistent.public_part import Shares
from ratsassistent.settings import Settings

if TYPE_CHECKING:
    from ratsassistent.output.page_actions import Chosen
    from ratsassistent.output.page_layout import Page

Changes = Iterator[dict[Any, Any]]
WRITING = "Die Dateien werden geschrieben …"


def choice(shares: Shares, missing: int, with_papers: int, *, writing: bool = False) -> str:
    """What a file can hold, to choose from, and what is still missing.

    :param missing: items without a summary, of those `with_papers`. :param writing: it is being written, or ordered.
    """
    if shares.mixed and shares.public:
        left_out = ""
        if shares.partly:
            left_out = (
                " In einem Punkt ist eine Unterlage nichtöffentlich; sie bleibt weg."
                if shares.partly == 1
                else f" In {shares.partly} Punkten sind einzelne Unterlagen nichtöffentlich; sie bleiben weg."
            )
        rows = (
            _row(
                "Nur den öffentlichen Teil", "public",
                f"{count(shares.public, 'Punkt', 'Punkte')}, zum Weitergeben. Von nichtöffentlichen Punkten steht nichts darin, "
                f"auch kein Titel. Ihre Notizen zu den öffentlichen Punkten sind dabei.{left_out}",
            )
            + _row(
                "Alles, auch Nichtöffentliches", "whole",
                f"{count(shares.public + shares.nonpublic, 'Punkt', 'Punkte')}. Nur für Mitglieder des Gremiums; bitte nicht weitergeben.",
            )
        )  # fmt: skip
    elif shares.public:
        rows = _row("Alle Punkte", "whole", f"{count(shares.public, 'Punkt', 'Punkte')}, alle öffentlich.")
    else:
        what = f"{count(shares.nonpublic, 'Punkt', 'Punkte')}, alle nichtöffentlich oder nicht als öffentlich bekannt."
        rows = _row("Alle Punkte", "whole", f"{what} Bitte nicht weitergeben.")
    return (
        '<section class="ra-card ra-export" aria-live="polite" aria-label="Word oder PDF"><h2 class="ra-title" tabindex="-1">Was soll in '
        f'die Datei?</h2><p>Klicken Sie an, was Sie haben möchten; es entsteht als Word und als PDF.</p>{_lack(missing, with_papers, writing)}<ul class="ra-list">{rows}</ul>'
        f'<p class="ra-buttons">{action("export-close", "Doch keine Datei")}</p></section>'
    )


def _row(label: str, part: str, told: str) -> str:
    return (
        f'<li><button type="button" class="ra-row" data-do="files" data-part="{part}"><strong>{safe(label)}</strong>'
        f"<span>{safe(told)}</span></button></li>"
    )


def _lack(missing: int, with_papers: int, writing: bool) -> str:
    """That summaries are still missing; nothing where all are there."""
    if not missing:
        return ""
    if missing == with_papers:
        told = "Die Zusammenfassung der KI fehlt noch."
        there = "In der Datei stehen bis dahin Auszüge aus den Unterlagen."
    else:
        told = f"Zu {missing} von {with_papers} Punkten fehlt noch die Zusammenfassung der KI."
        there = "Dort steht in der Datei der Auszug aus den Unterlagen."
    then = " Sie wird gerade geschrieben; warten Sie, wenn Sie sie mit in der Datei haben wollen." if writing else ""
    return notice(f"{told} {there}{then}", "warning")


def made(part: str, links: str, *, closed: bool) -> str:
    """The files as links, with what they hold.

    :param links: HTML. :param closed: something in them is not public.
    """
    held = {
        "public": "Nur der öffentliche Teil.",
        "whole": "Alle Punkte, auch die nichtöffentlichen." if closed else "Alle Punkte.",
    }[part]
    banner = f'<p class="ra-nonpublic-banner" role="note">{phrases.CONFIDENTIAL_SHORT}</p>' if closed else ""
    return (
        f'<div class="ra-notice" role="status"><p><strong>{held}</strong> Mit Seitenangaben und der Kennzeichnung, was von der '
        f'KI stammt:</p>{banner}<p class="ra-buttons">{links}</p>'
        f'<p class="ra-buttons">{action("export-ask", "Etwas anderes wählen")}{action("export-close", "Schließen")}</p></div>'
    )


class Exporting(Acting):
    """The handlers of the view."""

    def __init__(self, page: Page, settings: Settings, files: Callable[[Chosen, str], str]) -> None:
        """:param files: makes the files of a part, as HTML."""
        super().__init__(settings)
        self.p, self._files = page, files

    def ask(self, chosen: Chosen) -> Changes:
        """The button that leads here: what is to stand in the file."""
        if chosen.meeting:
            yield {self.p.files_made: self.choice(chosen)}

    def choice(self, chosen: Chosen) -> str:
        """What can be chosen for the open meeting."""
        with workflow.workspace(self.settings) as ws:
            held = workflow.meeting(ws, chosen.meeting or "")
            missing = workflow.unwritten(ws, held)
            jobs = briefing_jobs.of_meeting(ws.jobs.all(), held.id)
        with_papers = sum(item.has_files for item in held.agendaItem)
        busy = any(job.state in BUSY for job in jobs)
        return choice(public_part.shares(held), len(missing), with_papers, writing=busy)

    def act(self, chosen: Chosen, event: Any) -> Changes:
        """A button among these."""
        wanted = event._data
        match wanted["do"]:
            case "files" if chosen.meeting:
                part = "public" if wanted.get("part") == "public" else "whole"
                yield {self.p.files_made: progress_bar(None, WRITING)}
                yield {self.p.files_made: self._files(chosen, part)}
            case "export-ask":
                yield from self.ask(chosen)
            case "export-close":
                yield {self.p.files_made: ""}
