"""The first start as HTML: three steps on one page. The language model, where the papers lie, something to try.

What enters: the model's entry in the catalogue, how far its loading is, the data folder. What leaves: escaped HTML with
buttons. What it does not know: Gradio, how a model is loaded, what a click does.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ratsassistent.catalogue import ModelEntry
from ratsassistent.output.page_loading import usual_time
from ratsassistent.output.page_text import action, safe, size

_INTRO = (
    "Ratsassistent liest Sitzungsunterlagen, zeigt das Wichtige mit der Seite, auf der es steht, und beantwortet Fragen dazu. "
    "{where} Drei Schritte, dann können Sie anfangen."
)
_HERE = "Alles bleibt auf diesem Rechner."
_MODEL = (
    "Ein Sprachmodell ist der Teil der KI, der Texte zusammenfasst. Es wird einmal aus dem Internet geholt, liegt dann auf "
    "diesem Rechner und arbeitet ohne Internet."
)
_WITHOUT = (
    "Ohne das Sprachmodell geht alles außer den Zusammenfassungen: einlesen, Auszüge lesen, suchen, Antworten als Zitate, "
    "Beschlüsse."
)
_POSTPONED = "Sie laden es später. Der Knopf dafür steht oben auf jeder Seite, solange das Sprachmodell fehlt."
_WHO = (
    "Lesen können den Ordner Sie, wer sich mit Ihrem Benutzernamen anmeldet, und wer diesen Rechner verwaltet. "
    "Nichtöffentliches liegt darin getrennt vom Öffentlichen."
)
_OTHERS = "Achtung: Auch andere Benutzer dieses Rechners können diesen Ordner lesen."
_MOVE = (
    "Auf dieser Seite lässt sich der Ordner nicht ändern. Wer das Programm eingerichtet hat, startet es mit "
    "„--datenordner“ und dem gewünschten Ordner dahinter, oder setzt die Umgebungsvariable RATSASSISTENT_DATENORDNER."
)
_TRY = (
    "Eine ganze Sitzung der Stadt Wallerfurt, die es nicht gibt: mit Tagesordnung, Vorlagen und einem nichtöffentlichen Teil. "
    "Das Einlesen dauert ein paar Sekunden. Löschen können Sie sie jederzeit."
)
COURSE = "hilfe"  # the view with the course


def welcome(
    entry: ModelEntry | None,
    folder: Path,
    *,
    missing: bool,
    state: str = "",
    loading: bool = False,
    postponed: bool = False,
    elsewhere: str = "",
) -> str:
    """The three steps.

    :param elsewhere: a German sentence: which server writes, and what goes there; empty where none does.

    :param entry: the language model that is set. :param folder: the data folder. :param missing: it is not here yet.
    :param state: HTML: how far its loading is, or why it failed. :param postponed: it is to be loaded later.
    """
    steps = (
        (
            "Sprachmodell",
            f"<p>{safe(elsewhere)}</p>" if elsewhere else _model(entry, missing, state, loading, postponed),
        ),
        ("Wo Ihre Unterlagen liegen", _where(folder)),
        ("Ausprobieren", _first_pack()),
    )
    rows = "".join(
        f'<li><h2><span class="ra-step" aria-hidden="true">{number}</span>{title}</h2>{body}</li>'
        for number, (title, body) in enumerate(steps, 1)
    )
    return (
        f'<section class="ra-welcome" aria-label="Erste Schritte"><h1>Willkommen</h1><p>{_INTRO.format(where="Gespeichert wird alles auf diesem Rechner." if elsewhere else _HERE)}</p>'
        f'<ol class="ra-steps">{rows}</ol></section>'
    )


def link() -> str:
    """How to get there again."""
    return f'<p class="ra-again">{action("welcome", "Erste Schritte zeigen", css="ra-link")}</p>'


def meanwhile(*, on_first_page: bool = False) -> str:
    """What can be done and read while the model is on its way.

    :param on_first_page: the demonstration pack can be taken in below.
    """
    tries = "Die Beispielsitzung laden (Schritt 3) und darin lesen" if on_first_page else "In Ihren Sitzungen lesen"
    course = (
        '<button type="button" class="ra-link" data-local="tab" data-tab="'
        + COURSE
        + '">Den Kurs „KI im Ehrenamt“ lesen</button> '
        "(zehn Minuten: was ein Sprachmodell ist, warum es sich irrt, wie Sie nachprüfen)"
    )
    rows = "".join(
        f"<li>{row}</li>"
        for row in (
            tries,
            "Eigene Unterlagen einlesen; Auszüge mit Seitenangabe gibt es sofort",
            "Suchen und fragen; die Antworten sind Zitate aus den Unterlagen",
            course,
        )
    )
    return f"<p><strong>Sie brauchen nicht zu warten. Was Sie schon tun können:</strong></p><ul>{rows}</ul>"


def _model(entry: ModelEntry | None, missing: bool, state: str, loading: bool, postponed: bool) -> str:
    if entry is None or not missing:
        name = f" ({safe(entry.name)})" if entry else ""
        return f"<p>✓ Das Sprachmodell{name} ist auf diesem Rechner. Hier ist nichts zu tun.</p>"
    if loading:
        return f"{state}{meanwhile(on_first_page=True)}"
    facts = (
        ("Name", f"{entry.name} von {entry.publisher} (Lizenz {entry.licence})"),
        ("Größe", f"{size(entry.size_bytes)} auf der Festplatte"),
        ("Dauer", f"je nach Internetanschluss {usual_time(entry.size_bytes)}"),
    )
    rows = "".join(f"<dt>{name}</dt><dd>{safe(value)}</dd>" for name, value in facts)
    if postponed and not state:
        buttons = f"<p>{_POSTPONED}</p>{action('load-model', 'Doch jetzt laden')}"
    else:
        label = "Noch einmal versuchen" if state else "Jetzt laden"
        buttons = action("load-model", label, css="ra-button ra-primary") + action("later", "Später")
    return f'<p>{_MODEL}</p><dl class="ra-facts">{rows}</dl><p>{_WITHOUT}</p>{state}<div class="ra-buttons">{buttons}</div>'


def _where(folder: Path) -> str:
    others = f"<p><strong>{_OTHERS}</strong></p>" if others_can_read(folder) else ""
    return (
        f'<p>Alles, was Sie einlesen, liegt in diesem Ordner:</p><p class="ra-path">{safe(folder)}</p><p>{_WHO}</p>{others}'
        f'<details data-fold="anderer ordner"><summary>Einen anderen Ordner nehmen</summary><p>{_MOVE}</p></details>'
    )


def _first_pack() -> str:
    return (
        f"<p>{_TRY}</p>"
        f'<p class="ra-buttons">{action("demo", "Beispiel laden", css="ra-button ra-primary")}'
        f"{action('own', 'Eigene Unterlagen einlesen')}</p>"
    )


def others_can_read(folder: Path) -> bool:
    """Whether other users of this machine can read a folder, as far as it can be told; on Windows it cannot."""
    if os.name == "nt":
        return False
    try:
        way = [parent.stat().st_mode for parent in folder.absolute().parents]
        open_to_all = folder.stat().st_mode
    except OSError:
        return False
    return all(mode & stat.S_IXOTH for mode in way) and bool(open_to_all & stat.S_IROTH and open_to_all & stat.S_IXOTH)
