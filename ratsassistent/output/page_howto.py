"""„So geht es“: half a page on what is done with the program, and where to click for it, as HTML.

What enters: nothing. What leaves: HTML; a button leads to the view that a step is about.
What it does not know: Gradio, what is held.
"""

from __future__ import annotations

TITLE = "So geht es"
# name, view it is done in (None: none to lead to), what to click
_STEPS: tuple[tuple[str, tuple[str, str] | None, str], ...] = (
    (
        "Einlesen",
        ("einlesen", "Zu „Einlesen“"),
        "Ziehen Sie die Unterlagen einer Sitzung in das Feld: eine PDF-Datei, mehrere, eine ZIP-Datei oder einen ganzen Ordner. Was später "
        "nachkommt, ziehen Sie einfach dazu; das Programm ordnet es ein. Dann auf „Diese Sitzung lesen“.",
    ),
    (
        "Lesen",
        ("sitzungen", "Zu „Sitzungen“"),
        "Eine Sitzung anklicken, dann in der Tagesordnung einen Punkt. Ein Klick auf eine Seitenzahl wie „S. 12“ zeigt die Seite und markiert die "
        "Stelle. „Zusammenfassung schreiben lassen“ lässt die KI schreiben; Sie können währenddessen weiterlesen. „Gelesen“ und „Wichtig“ "
        "kennzeichnen einen Punkt.",
    ),
    (
        "Fragen und suchen",
        ("fragen", "Zu „Fragen und suchen“"),
        "Eine ganze Frage eintippen, zum Beispiel „Was kostet die Turnhalle?“, oder ein paar Wörter. Sie bekommen Zitate mit Seitenzahl. In einer "
        "Sitzung fragt „Frage stellen“ nur diese Sitzung.",
    ),
    (
        "Berichtigen",
        None,
        "Ein Satz stimmt nicht: auf den Stift ✎ dahinter. Eine Vorlage steht beim falschen Punkt oder ist nichtöffentlich: beim Punkt, unter „Unterlagen "
        "zu diesem Punkt“, auf „Stimmt etwas nicht?“. Gleich daneben steht danach „Rückgängig machen“.",
    ),
    (
        "Weitergeben",
        None,
        "In der Sitzung oben auf „Word oder PDF“. Sie wählen: nur den öffentlichen Teil, oder alles. „Drucken“ am Punkt druckt diesen einen Punkt.",
    ),
    (
        "Löschen",
        None,
        "In der Sitzung oben auf „Sitzung löschen“. Das Programm zeigt vorher, was gelöscht wird. Unter „Löschdatum“ sagen Sie, "
        "wann es danach fragen soll, und löschen den nichtöffentlichen Teil allein. Einzelne Fragen löschen Sie unter „Fragen und "
        "suchen“, Notizen beim Punkt.",
    ),
)  # fmt: skip


def howto() -> str:
    """All steps, each with what to click."""
    rows = "".join(f"<li><h3>{name}</h3><p>{told}</p>{_lead(where)}</li>" for name, where, told in _STEPS)
    return (
        f'<h2 class="ra-title" tabindex="-1">{TITLE}</h2><p>Sechs Dinge, mehr braucht es nicht. Nichts davon kann etwas kaputt machen: Die '
        f'Dateien, die Sie einlesen, bleiben unverändert.</p><ol class="ra-howto">{rows}</ol>'
    )


def _lead(where: tuple[str, str] | None) -> str:
    if where is None:
        return ""
    view, label = where
    return f'<p class="ra-buttons"><button type="button" class="ra-button" data-local="tab" data-tab="{view}">{label}</button></p>'
