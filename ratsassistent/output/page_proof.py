"""The self-test on the page: run in a process of its own, shown step by step, and then the sheet to be saved.

What enters: settings, whether the language model is to take part. What leaves: HTML (escaped) of how far it is, of what came of it.
What it does not know: what the self-test does (`proof`, which this layer must not know: it is asked as a command), Gradio.

One run at a time for the whole program; every tab sees the same. A run goes on when the tab is closed, and ends by itself
when the program is. It is for whoever sits at this machine; from elsewhere nobody can start it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ratsassistent import models, temporary
from ratsassistent.errors import InputError
from ratsassistent.output import export, page_views
from ratsassistent.output.page_person import acting
from ratsassistent.output.page_text import action, notice, progress_bar, safe
from ratsassistent.settings import Settings

TITLE = "Offline-Nachweis"
FILE = "ratsassistent-offline-nachweis.pdf"
STEPS, STEPS_WITH_MODEL = 8, 10  # of a self-test
_MORE = " …"  # at the end of each line that names a step
_SHEET = "nachweis.pdf"
_ABOUT = (
    "Das Programm nimmt ein Stück der Beispielunterlagen von Anfang bis Ende durch: einlesen, auswerten, suchen, fragen, ausgeben, löschen. "
    "Dabei wird ihm jede Verbindung nach außen verweigert, und es wird aufgeschrieben, was es geöffnet, angesprochen und geschrieben hat. "
    "Daraus entsteht ein Blatt zum Abheften."
)
_APART = "Ihre eigenen Unterlagen werden dafür nicht angefasst."
_NOT_HERE = (
    "Den Nachweis erstellt, wer an dem Rechner sitzt, auf dem das Programm läuft: auf dessen Oberfläche, oder mit dem Befehl "
    "„ratsassistent selbsttest -o nachweis.pdf“."
)
_PASSED = (
    "Bestanden. Kein Teil des Programms wollte dabei eine Adresse außerhalb dieses Rechners erreichen, und außerhalb des Testordners wurde "
    "nichts geschrieben."
)
_BY_SYSTEM = "Zugesehen hat das Betriebssystem selbst, auch bei mitgelieferten Programmteilen anderer Hersteller."
_BY_PYTHON = (
    "Zugesehen hat nur die Programmiersprache Python: Was Programmteile anderer Hersteller von sich aus tun, sieht der Test auf diesem "
    "System nicht."
)
_BROKEN_OFF = "Der Selbsttest kam nicht zu seinem Ende."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: sentences, the sheet (none where it did not come to its end)."""

    passed: bool
    told: str
    when: dt.datetime
    sheet: bytes | None = None


class Proving:
    """The self-test of one program."""

    def __init__(self, settings: Settings, words: Sequence[str] | None = None) -> None:
        """:param words: what to run instead of this program, for tests."""
        self._settings = settings
        self._words = words or [sys.executable, "-m", "ratsassistent", "--datenordner", str(settings.data_folder)]
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._with_model = False
        self._step: tuple[int, str] = (0, "")
        self._outcome: Outcome | None = None

    @property
    def allowed(self) -> bool:
        """Whether who is at the other end may start it: whoever did not have to sign in, for he sits at this machine."""
        return acting(self._settings).person is None

    @property
    def running(self) -> bool:
        """Whether it goes on now."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, *, with_model: bool) -> None:
        """Begin, unless it runs already.

        :raises InputError: who asks may not.
        """
        if not self.allowed:
            raise InputError(_NOT_HERE)
        with self._lock:
            if self.running:
                return
            self._with_model, self._step, self._outcome = with_model, (0, ""), None
            self._thread = threading.Thread(target=self._run, daemon=True, name="selbsttest")
            self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait until it has ended, but not longer than that."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def html(self) -> str:
        """How things stand, with what can be done now."""
        if not self.allowed:
            return _box(TITLE, f"<p>{safe(_NOT_HERE)}</p>")
        if self.running:
            return _box(f"{TITLE} wird erstellt", self._progress())
        if self._outcome is None:
            return _box(f"{TITLE} erstellen", f"<p>{safe(_APART)} {safe(self._takes())}</p>{self._buttons()}")
        return _box(f"{TITLE} vom {self._outcome.when:%d.%m.%Y, %H:%M} Uhr", _shown(self._outcome) + self._buttons())

    # ---

    def _progress(self) -> str:
        number, name = self._step
        every = STEPS_WITH_MODEL if self._with_model else STEPS
        label = f"Schritt {min(number, every)} von {every}: {name} …" if number else "Der Selbsttest beginnt …"
        return (
            progress_bar(max(number - 1, 0) / every, label)
            + "<p>Sie können inzwischen weiterarbeiten. Bitte lassen Sie das Programm geöffnet.</p>"
        )

    def _takes(self) -> str:
        more = " Mit dem Sprachmodell dauert es einige Minuten." if self._has_model() else ""
        return f"Es dauert etwa eine Minute.{more}"

    def _buttons(self) -> str:
        label = f"{TITLE} erstellen" if self._outcome is None else "Noch einmal erstellen"
        buttons = action("prove", label, css="ra-button ra-primary" if self._outcome is None else "ra-button")
        if self._has_model():
            buttons += action("prove", "Mit dem Sprachmodell erstellen", model="1")
        return f'<p class="ra-buttons">{buttons}</p>'

    def _has_model(self) -> bool:
        entry = models.load_catalogue().get(self._settings.model)
        return models.find(entry, self._settings.model_folders) is not None

    def _run(self) -> None:
        try:
            with temporary.folder() as folder:
                self._outcome = self._of(Path(folder))
        except Exception:  # no place for temporary files, say
            self._outcome = Outcome(False, _BROKEN_OFF, _now())

    def _of(self, folder: Path) -> Outcome:
        """One run; its own process, so that the page goes on answering."""
        words = [*self._words, "selbsttest", "--json", "--fortschritt", "-o", str(folder / _SHEET)]
        answer = folder / "antwort.json"
        last, flags, gentle = "", 0, 10
        if sys.platform == "win32":
            flags, gentle = subprocess.CREATE_NO_WINDOW, psutil.BELOW_NORMAL_PRIORITY_CLASS
        with answer.open("wb") as into:
            child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                words if self._with_model else [*words, "--ohne-modell"],
                stdin=subprocess.DEVNULL,
                stdout=into,
                stderr=subprocess.PIPE,
                env=_environment(self._settings),
                text=True,
                encoding="utf-8",
                errors="replace",
                creationflags=flags,
            )
            with suppress(psutil.Error):  # reading goes first
                psutil.Process(child.pid).nice(gentle)
            with child:
                for line in child.stderr or ():
                    last = line.strip() or last
                    if last.endswith(_MORE):
                        self._step = (self._step[0] + 1, last.removesuffix(_MORE))
        try:
            told = json.loads(answer.read_text(encoding="utf-8"))
            sheet = (folder / _SHEET).read_bytes()
        except (OSError, ValueError):
            ours = last and not last.endswith(_MORE) and child.returncode == 1  # its one sentence
            return Outcome(False, last if ours else _BROKEN_OFF, _now())
        return Outcome(bool(told["passed"]), sentences(told), _now(), sheet)


def about() -> str:
    """What it is, as the beginning of its part of the view „Hilfe“."""
    return f'<h2 class="ra-title" tabindex="-1">{TITLE}</h2><p>{safe(_ABOUT)}</p>'


def sentences(told: dict[str, Any]) -> str:
    """What a self-test has found, in a few sentences.

    :param told: what the command prints as JSON.
    """
    if told["passed"]:
        by_system = any(m["active"] and m["name"] != "hook" for m in told["means"])
        found = [_PASSED, _BY_SYSTEM if by_system else _BY_PYTHON]
    else:
        more = len(told["faults"]) - 1
        also = f" Dazu {more} weitere Beanstandungen; sie stehen auf dem Blatt." if more > 1 else ""
        also = " Dazu eine weitere Beanstandung; sie steht auf dem Blatt." if more == 1 else also
        found = [f"Nicht bestanden. {told['faults'][0]}{also}"]
    if not any(m["for"] == "Sprachmodell" for m in told["loaded"]["models"]):
        found.append("Das Sprachmodell war nicht dabei.")
    return " ".join(found)


def _environment(settings: Settings) -> dict[str, str]:
    """This program's, without what only its page is told."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRADIO_")}
    kept["RATSASSISTENT_MODELL"] = settings.model
    if settings.model_folders:
        kept["RATSASSISTENT_MODELLORDNER"] = str(settings.model_folders[0])
    if settings.threads is not None:
        kept["RATSASSISTENT_THREADS"] = str(settings.threads)
    return kept


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


def _box(title: str, body: str) -> str:
    return f'<section class="ra-card ra-proof"><h3 tabindex="-1">{safe(title)}</h3>{body}</section>'


def _shown(given: Outcome) -> str:
    made = notice(given.told, "good" if given.passed else "error")
    if given.sheet is None:
        return made
    links = page_views.download_links([("Nachweis als PDF", FILE, export.MEDIA_TYPES["pdf"], given.sheet)])
    return f'{made}<p class="ra-buttons">{links}</p>'
