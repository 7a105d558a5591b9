"""What the view „Hilfe“ shows, and what stands behind a briefing, as HTML ready to be shown.

What enters: settings, names of parts and lessons, briefings. What leaves: HTML (escaped).
What it does not know: Gradio, SQL, how a document becomes a file.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, cast, get_args

from ratsassistent import __version__, language_models, models
from ratsassistent.briefings import Briefing, ModelRecord
from ratsassistent.course import TITLE as COURSE
from ratsassistent.course import lessons
from ratsassistent.demo import demo_pack, demo_truth
from ratsassistent.errors import NotFound
from ratsassistent.glossary import entries
from ratsassistent.output import (
    data_sheet,
    export,
    page_about,
    page_blocks,
    page_course,
    page_glossary,
    page_howto,
    page_lock,
    page_proof,
    page_rights,
    page_views,
    phrases,
    phrases_database,
)
from ratsassistent.output.page_about import Known
from ratsassistent.output.page_locking import Locking
from ratsassistent.output.page_person import Acting
from ratsassistent.output.page_persons import Persons
from ratsassistent.output.page_proof import Proving
from ratsassistent.output.page_text import action, count, safe, size
from ratsassistent.output.page_views import PagePicture
from ratsassistent.pack.files.reading import render_safely
from ratsassistent.settings import Settings
from ratsassistent.workspace import Workspace
from ratsassistent.writing.model.prompts import PLACEHOLDERS, prompt_text

Part = Literal["anleitung", "kurs", "glossar", "datenschutz", "kennwort", "rechte", "nachweis", "programm"]
PROOF: Part = "nachweis"
PICTURE_WIDTH = 1300  # pixels, as other pages
_LABELS: dict[Part, str] = {
    "anleitung": page_howto.TITLE,
    "kurs": "Kurs",
    "glossar": "Glossar",
    "datenschutz": "Datenschutz",
    "kennwort": page_lock.TITLE,
    "rechte": page_rights.TITLE,
    "nachweis": page_proof.TITLE,
    "programm": "Über das Programm",
}
_FORMATS: tuple[tuple[str, export.Format], ...] = (("PDF", "pdf"), ("Word (DOCX)", "docx"))


class Help(Acting):
    """The course, the glossary, the data sheet and what the program says of itself; one object for all tabs."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.proving = Proving(settings)
        self.locking: Locking | None = None
        self.persons: Persons | None = None

    def view(
        self,
        part: str | None = None,
        lesson: str | int | None = None,
        files: str = "",
        told: Mapping[str, Any] | None = None,
    ) -> str:
        """A part of the view with the buttons that lead to the others; without one, what there is.

        :param files: HTML in place of the button that makes files of the data sheet. :param told: what was clicked in the part
            about persons.
        """
        chosen = cast(Part, part) if part in get_args(Part) else None
        match chosen:
            case "anleitung":
                body = page_howto.howto()
            case "kurs":
                body = page_course.course(lessons(), _number(lesson))
            case "glossar":
                body = page_glossary.glossary(entries())
            case "datenschutz":
                body = self._privacy(files)
            case "kennwort":
                body = self.locking.setup() if self.locking else ""
            case "rechte" if self.persons and self._has_rights():
                body = self.persons.act(told) if told else self.persons.view()
            case "nachweis":
                body = page_proof.about()
            case "programm":
                body = self._program()
            case _:
                body = _beginning(with_rights=self._has_rights())
        return f'<div class="ra-help">{_buttons(chosen, with_rights=self._has_rights())}{body}</div>'

    def _has_rights(self) -> bool:
        return self.persons is not None and self.persons.there

    def changing(self, wanted: dict[str, Any]) -> Iterator[str]:
        """The part about the passphrase while it is set up, changed or taken away."""
        if self.locking:
            for body in self.locking.change(wanted):
                yield f'<div class="ra-help">{_buttons("kennwort", with_rights=self._has_rights())}{body}</div>'

    def files(self) -> str:
        """The data sheet and the drafts as links that hold files: no file lies anywhere for it."""
        facts = data_sheet.facts(self.settings)
        parts = []
        for kind in data_sheet.KINDS:
            document, imprint = data_sheet.document(kind, facts), data_sheet.imprint(kind, facts)
            links = page_views.download_links(
                [
                    (
                        label,
                        data_sheet.file_name(kind, form),
                        export.MEDIA_TYPES[form],
                        export.render_document(document, imprint, form),
                    )
                    for label, form in _FORMATS
                ]
            )
            parts.append(
                f'<div class="ra-card"><h3>{safe(data_sheet.TITLES[kind])}</h3><p>{safe(data_sheet.ABOUT[kind])}</p>'
                f'<p class="ra-buttons">{links}</p></div>'
            )
        return "".join(parts)

    def demo_page(self, number: int) -> str:
        """A page of the demonstration pack as a picture, whether it has been taken in or not.

        :raises NotFound: it has no such page.
        """
        pages, closed = _demo()
        if not 1 <= number <= pages:
            raise NotFound("Diese Seite ist nicht vorhanden.")
        png = render_safely(demo_pack(), number, PICTURE_WIDTH)
        shown = PagePicture(
            page_course.DEMO, page_course.DEMO_NAME, number, pages, png, number not in closed, closable=True
        )
        return page_views.picture(shown)

    def about(self, ws: Workspace, given: Briefing) -> str:
        """What stands behind a meeting's briefing."""
        publishers = {entry.name: entry.publisher for entry in models.load_catalogue().entries}
        wordings = {}
        for name in PLACEHOLDERS:
            with contextlib.suppress(OSError, ValueError):  # one that cannot be read is not shown
                words, digest = prompt_text(name, ws.own_prompts)
                wordings[digest] = words
        return page_about.panel(given, Known(publishers, wordings))

    def _privacy(self, files: str) -> str:
        facts = data_sheet.facts(self.settings)
        sheet = data_sheet.document("datenblatt", facts)
        rows = "".join(
            f"<li><strong>{safe(data_sheet.TITLES[kind])}.</strong> {safe(data_sheet.ABOUT[kind])}</li>"
            for kind in data_sheet.KINDS
        )
        save = action("files", "Als PDF und Word vorbereiten", css="ra-button ra-primary")
        below = files or f'<ul>{rows}</ul><p class="ra-buttons">{save}</p>'
        return (
            f'<h2 class="ra-title" tabindex="-1">Datenschutz</h2><p>{safe(_leaving(facts))} '
            f"{action('help', 'Das lässt sich nachprüfen.', css='ra-link', part=PROOF)} Für Ihre Datenschutzbeauftragte gibt es drei Dokumente:</p>"
            f'{below}<section class="ra-data-sheet"><h3>{safe(data_sheet.TITLES["datenblatt"])}</h3>'
            f'<p class="ra-small">{safe(" ".join(sheet.subtitle))}</p>{page_blocks.html(sheet.blocks)}</section>'
        )

    def _program(self) -> str:
        entry = models.load_catalogue().get(self.settings.model)
        record = ModelRecord(name=entry.name, sha256=entry.sha256 or "", licence=entry.licence)
        known = Known({entry.name: entry.publisher})
        here = models.find(entry, self.settings.model_folders) is not None
        there = [("Größe", f"{size(entry.size_bytes)}; {'liegt auf diesem Rechner' if here else 'noch nicht geladen'}")]
        if (server := language_models.server(self.settings)) is not None:
            record, there = language_models.server_record(self.settings, server), []
            if server.fallback == "lokal":
                there = [("Wenn er nicht antwortet", f"schreibt {entry.name} auf diesem Rechner")]
        rows = [
            ("Programm", f"Ratsassistent {__version__}, Lizenz EUPL-1.2 (Quelltext offen)"),
            *page_about.model_rows(record, known),
            *there,
            ("Ihre Daten", str(self.settings.data_folder)),
            ("Fragen, Antworten, Suchwörter", data_sheet.facts(self.settings).questions),
        ]
        return (
            '<h2 class="ra-title" tabindex="-1">Über das Programm</h2><p>Ratsassistent liest Sitzungsunterlagen auf diesem Rechner, zeigt den '
            "Wortlaut mit der Seite, auf der er steht, und lässt ein Sprachmodell kurze Zusammenfassungen schreiben. Was das Sprachmodell "
            f"schreibt, ist mit „KI“ gekennzeichnet und kann falsch sein.</p>{page_about.facts(rows)}"
            f"<h3>Wer verantwortlich ist</h3><p>{safe(phrases.RESPONSIBLE_USER)}</p>"
            f"<p>Was hinter einer einzelnen Zusammenfassung steht, lesen Sie bei jeder Sitzung unter „{page_about.TITLE}“.</p>"
        )


def _leaving(facts: data_sheet.Facts) -> str:
    if facts.server is not None or any(not phrases_database.is_here(place) for place in facts.databases):
        return facts.leaving
    return "Nichts von Ihren Unterlagen, Fragen und Antworten verlässt diesen Rechner."


def _beginning(*, with_rights: bool = False) -> str:
    cards = (
        ("anleitung", page_howto.TITLE, "Eine halbe Seite: einlesen, lesen, fragen, berichtigen, weitergeben, löschen. Mit dem, was Sie "
         "dafür anklicken."),
        ("kurs", f"Kurs: {COURSE}", f"Zehn Minuten, {count(len(lessons()), 'Teil', 'Teile')}: was ein Sprachmodell ist, warum es sich irrt, "
         "wie Sie prüfen, was nie in einen Cloud-Dienst darf, was das Recht sagt."),
        ("glossar", "Glossar", f"{count(len(entries()), 'Begriff', 'Begriffe')} aus der Ratsarbeit, kurz erklärt."),
        ("datenschutz", "Datenschutz", "Wo Ihre Daten liegen, wie lange, wer verantwortlich ist. Mit einem Datenblatt für Ihre "
         "Datenschutzbeauftragte."),
        ("kennwort", page_lock.TITLE, "Den nichtöffentlichen Teil auf diesem Rechner verschlüsseln: einrichten, ändern, aufheben."),
        ("rechte", page_rights.TITLE, "Wer welche Rolle hat, welchem Gremium jemand angehört, wer befangen ist, wer was geöffnet hat."),
        ("nachweis", page_proof.TITLE, "Ein Probelauf, bei dem jede Verbindung nach außen gesperrt ist. Auf einem Blatt steht danach, was das Programm "
         "geöffnet, angesprochen und geschrieben hat."),
        ("programm", "Über das Programm", "Version, Sprachmodell, Lizenz, und wofür Sie selbst verantwortlich sind."),
    )  # fmt: skip
    rows = "".join(
        f'<li><button type="button" class="ra-row ra-help-card" data-do="help" data-part="{part}"><strong>{safe(title)}</strong>'
        f"<span>{safe(text)}</span></button></li>"
        for part, title, text in cards
        if part != "rechte" or with_rights
    )
    return f'<ul class="ra-list">{rows}</ul>'


def _buttons(chosen: Part | None, *, with_rights: bool = False) -> str:
    """The parts side by side; the one that is open is marked."""
    if chosen is None:
        return ""
    here = {chosen: ' aria-current="page"'}
    buttons = "".join(
        f'<button type="button" class="ra-button" data-do="help" data-part="{part}"{here.get(part, "")}>{safe(label)}</button>'
        for part, label in _LABELS.items()
        if part != "rechte" or with_rights
    )
    return f'<nav class="ra-buttons ra-parts" aria-label="Teile der Hilfe">{buttons}</nav>'


def _number(lesson: str | int | None) -> int | None:
    text = str(lesson or "")
    return int(text) if text.isdecimal() else None


@cache
def _demo() -> tuple[int, frozenset[int]]:
    """How many pages the demonstration pack has, and which of them are not public."""
    truth = json.loads(demo_truth().read_text(encoding="utf-8"))
    closed = {
        page
        for item in truth["agenda"]
        if not item["public"] and item["first_page"]
        for page in range(item["first_page"], item["last_page"] + 1)
    }
    return truth["total_pages"], frozenset(closed)
