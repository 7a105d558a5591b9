"""What the page shows of the passphrase of the non-public part: the lasting line on top, and where it is set up, as HTML.

What enters: whether it is sealed and open. What leaves: escaped HTML; what is typed travels with the button that is pressed.
What it does not know: Gradio, how it is sealed, what a click does.

Each state has a word of its own in the HTML, by which a tab sees that it changed and draws everything anew (`page_lock.js`):
what was on the screen must go when it is locked, in every tab.
"""

from __future__ import annotations

from typing import Literal

from ratsassistent.archive.seal import LEAST
from ratsassistent.output.page_text import action, notice, safe

State = Literal["none", "locked", "open"]

TITLE = "Kennwort für Nichtöffentliches"
_LOCKED = "Der nichtöffentliche Teil ist verschlossen. Gezeigt wird nur, was öffentlich ist; eingelesen und geschrieben wird erst wieder, wenn er offen ist."
_LOSS = "Wer das Kennwort vergisst, kommt nicht mehr an diesen Teil. Niemand kann es zurücksetzen. Bitte bewahren Sie es sicher auf."


def line(state: State, told: str = "", done: str = "") -> str:
    """The lasting line on top of every view; nothing to be seen where no passphrase was set up.

    :param told: why it could not be opened. :param done: what was done just now.
    """
    mark = f'<span hidden data-seal="{state}"></span>'
    said = notice(done, "good") if done else ""
    match state:
        case "locked":
            warning = f'<p class="ra-check ra-check-bad" role="alert">{safe(told)}</p>' if told else ""
            return (
                f'{mark}{said}<form class="ra-lock ra-lock-shut" aria-label="{TITLE}"><p><strong>{_LOCKED}</strong></p>'
                f'{warning}<p class="ra-buttons"><label>Kennwort <input type="password" name="passphrase" autocomplete="off" required></label>'
                f"{action('unlock', 'Aufschließen', css='ra-button ra-primary', submits=True)}</p></form>"
            )
        case "open":
            return (
                f'{mark}{said}<div class="ra-lock" role="group" aria-label="{TITLE}"><p>Der nichtöffentliche Teil ist '
                f"aufgeschlossen. {action('lock', 'Jetzt verschließen')}</p></div>"
            )
        case _:
            return mark + said


def setup(state: State, told: str = "", *, here: bool = True, busy: bool = False) -> str:
    """The part of the help where a passphrase is set up, changed or taken away.

    :param here: whether who looks sits at this machine; from elsewhere it cannot be changed.
    """
    about = (
        f'<h2 class="ra-title" tabindex="-1">{TITLE}</h2><p>Was nicht öffentlich ist, liegt auf diesem Rechner in einem eigenen Ordner. Mit einem '
        "Kennwort wird er verschlüsselt: Wer den Rechner oder die Festplatte in die Hand bekommt, kann dann nichts davon lesen. Nach jedem Start "
        "des Programms ist er verschlossen, bis Sie das Kennwort eingeben. Der öffentliche Teil ist immer zu lesen.</p>"
    )
    warning = notice(told, "error") if told else ""
    if busy:
        return f'{about}<p role="status">Der nichtöffentliche Teil wird umgeschrieben. Das kann einige Minuten dauern; bitte lassen Sie das Programm offen …</p>'
    if not here:
        return f"{about}<p>Einrichten und ändern kann es, wer an dem Rechner sitzt, auf dem das Programm läuft.</p>"
    hint = f'<p class="ra-small">Mindestens {LEAST} Zeichen, am besten vier oder fünf Wörter, die nur Sie so aneinanderreihen. {_LOSS}</p>'
    match state:
        case "none":
            return (
                f'{about}{warning}<form class="ra-lock-form">{_field("new", "Kennwort")}{_field("again", "Noch einmal dasselbe Kennwort")}{hint}'
                f'<p class="ra-buttons">{action("seal", "Mit diesem Kennwort verschlüsseln", css="ra-button ra-primary", submits=True)}</p></form>'
                '<p class="ra-small">Sicherungen, die Sie vorher gemacht haben, und Dateien, die Sie ausgegeben oder heruntergeladen haben, werden davon '
                "nicht verschlüsselt.</p>"
            )
        case "locked":
            return f"{about}{warning}<p>Es ist ein Kennwort eingerichtet. Zum Ändern schließen Sie bitte zuerst oben auf.</p>"
        case _:
            return (
                f'{about}{warning}<p>Es ist ein Kennwort eingerichtet.</p><form class="ra-lock-form"><h3>Kennwort ändern</h3>'
                f"{_field('old', 'Bisheriges Kennwort')}{_field('new', 'Neues Kennwort')}{_field('again', 'Noch einmal das neue Kennwort')}{hint}"
                f'<p class="ra-buttons">{action("reseal", "Kennwort ändern", submits=True)}</p></form>'
                f'<form class="ra-lock-form"><h3>Verschlüsselung aufheben</h3><p>Der nichtöffentliche Teil liegt danach wieder lesbar auf der Festplatte.</p>'
                f'{_field("old", "Kennwort")}<p class="ra-buttons">{action("unseal", "Verschlüsselung aufheben", submits=True)}</p></form>'
            )


def _field(name: str, label: str) -> str:
    kind = "current-password" if name == "old" else "new-password"
    return f'<p><label>{label}<br><input type="password" name="{name}" autocomplete="{kind}" required></label></p>'
