"""The start files and the leaflet of a portable folder.

What enters: a Target, what is included. What leaves: texts, by file name. What it does not know: how they get there.

Start files do as little as can be: they find Python beside them, whatever the path looks like, and hand over to `launcher`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ratsassistent.portable.targets import Target

FLAGS = "-I -B -X utf8"  # nothing of the computer's own Python; nothing written beside the modules; umlauts everywhere
WINDOWS_START = "Ratsassistent starten.cmd"
LINUX_START = "ratsassistent-starten.sh"
LINUX_DESKTOP = "Ratsassistent.desktop"
LEAFLET = "LIESMICH.txt"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the leaflet tells. `engine`: what the processor must have; `system`: the oldest system; `size`: "3,1 GB"."""

    version: str
    model: str | None
    embedding: str | None
    size: str
    made: str
    engine: str
    system: str


def start_files(of: Target) -> dict[str, str]:
    """The files that are clicked on, with the line ends of the system."""
    if of.windows:
        return {WINDOWS_START: _cmd(of).replace("\n", "\r\n")}
    return {LINUX_START: _shell(of), LINUX_DESKTOP: _desktop()}


def _cmd(of: Target) -> str:
    program = rf"%~dp0programm\python\{of.executable}".replace("/", "\\")
    return f"""@echo off
setlocal DisableDelayedExpansion
chcp 65001 >nul
title Ratsassistent
if not exist "{program}" goto missing
"{program}" {FLAGS} -m ratsassistent.portable.launcher %*
if errorlevel 1 goto failed
exit /b 0

:missing
echo.
echo   Der Ordner "programm" fehlt neben dieser Datei.
echo   Bitte den ganzen Ordner "Ratsassistent" kopieren, nicht nur diese Datei.
echo.
pause
exit /b 1

:failed
echo.
echo   Ratsassistent wurde beendet. Steht oben eine Meldung, bitte lesen oder weitergeben.
echo.
if "%~1"=="" pause
exit /b 1
"""


def _shell(of: Target) -> str:
    return f"""#!/bin/sh
# Startet Ratsassistent aus diesem Ordner.
ordner=$(cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
python="$ordner/programm/python/{of.executable}"
if [ ! -f "$python" ]; then
  echo "Der Ordner „programm“ fehlt neben dieser Datei: bitte den ganzen Ordner „Ratsassistent“ kopieren." >&2
  status=1
elif [ ! -x "$python" ] && ! chmod u+x "$python" 2>/dev/null; then
  echo "Das System lässt von diesem Datenträger keine Programme starten." >&2
  echo "Bitte den Ordner „Ratsassistent“ auf den Rechner kopieren und dort starten." >&2
  status=1
else
  "$python" {FLAGS} -m ratsassistent.portable.launcher "$@"
  status=$?
fi
if [ "$status" -ne 0 ] && [ "$#" -eq 0 ] && [ -t 0 ]; then
  printf 'Zum Schließen die Eingabetaste drücken … '
  read -r _
fi
exit "$status"
"""


def _desktop() -> str:
    script = f"""exec /bin/sh "$(dirname -- "${{1#file://}}")/{LINUX_START}\""""
    # A value in quotes, and then a text of a key file: each has its own backslashes.
    quoted = re.sub(r'(["`$\\])', r"\\\1", script).replace("\\", "\\\\")
    return f"""[Desktop Entry]
Type=Application
Name=Ratsassistent
Comment=Liest Sitzungsunterlagen auf diesem Rechner, ohne Internet
Exec=/bin/sh -c "{quoted}" sh %k
Terminal=true
Categories=Office;
"""


def leaflet(of: Target, facts: Facts) -> str:
    """The leaflet, with the line ends of the system and, for Windows' own editor, a byte order mark."""
    text = "\n\n".join([_intro(facts), _how(of), _data(of), _if_not(of, facts), _for_experts(of, facts)]) + "\n"
    return "\ufeff" + text.replace("\n", "\r\n") if of.windows else text


def _intro(facts: Facts) -> str:
    return f"""RATSASSISTENT {facts.version}

Liest die Unterlagen einer Sitzung und fasst sie zusammen, Punkt für Punkt, mit Seitenzahl.
Alles geschieht auf dem Rechner, an dem Sie sitzen. Es wird nichts installiert, nichts ins
Internet geschickt und kein Internet gebraucht."""


def _how(of: Target) -> str:
    if of.windows:
        start = f"""2. Öffnen Sie den Stick und darin den Ordner „Ratsassistent“.
3. Klicken Sie doppelt auf „{WINDOWS_START.removesuffix(".cmd")}“.
   Fragt Windows, ob Sie das Programm ausführen wollen: auf „Weitere Informationen“ und dann
   auf „Trotzdem ausführen“ klicken. Ein schwarzes Fenster erscheint; lassen Sie es offen."""
    else:
        start = f"""2. Öffnen Sie den Stick und darin den Ordner „Ratsassistent“.
3. Klicken Sie mit der rechten Maustaste auf „{LINUX_START}“ und wählen Sie „Als Programm
   ausführen“ (je nach System „Im Terminal ausführen“, oder doppelt klicken). Ein Fenster mit
   Text erscheint; lassen Sie es offen.
   Geht das nicht: mit der rechten Maustaste in den Ordner klicken, „Im Terminal öffnen“, dann
       sh {LINUX_START}
   eintippen und die Eingabetaste drücken."""
    return f"""SO STARTEN SIE

1. Stecken Sie den Stick ein.
{start}
4. Nach etwa einer Minute öffnet sich Ihr Browser mit der Seite von Ratsassistent.
   Öffnet er sich nicht: die Adresse steht im Fenster (http://127.0.0.1:7860).
5. Ziehen Sie Ihre Unterlagen auf die Seite, oder klicken Sie zum Ausprobieren auf
   „Beispiel laden“.

Zum Beenden: Schreibt die KI gerade, klicken Sie auf der Seite zuerst auf „Alles anhalten“. Schließen
Sie dann das Fenster mit dem Text, warten Sie zwei Minuten und werfen Sie den Stick aus („Auswerfen“),
bevor Sie ihn abziehen.

Schneller geht es, wenn Sie den ganzen Ordner „Ratsassistent“ auf den Rechner kopieren und dort
starten. Auch dann wird nichts installiert."""


def _data(of: Target) -> str:
    name = WINDOWS_START if of.windows else LINUX_START
    folder = r"D:\Ratsdaten" if of.windows else "/home/name/ratsdaten"
    quoted = f'"{name}"' if of.windows else f"sh {name}"
    return f"""WO IHRE DATEN LIEGEN

Alles, was Sie einlesen, liegt im Ordner „daten“ neben dieser Datei – also auf dem Stick, auch die
nichtöffentlichen Unterlagen. Auf dem Rechner bleibt davon nichts, außer was Sie selbst speichern
(und was der Browser sich wie bei jeder Seite merkt).

ACHTUNG: Wer den Stick findet, kann alles lesen. Ein verlorener Stick mit nichtöffentlichen
Unterlagen ist ein Datenschutzvorfall: bitte sofort der Verwaltung melden. Nehmen Sie einen
verschlüsselten Stick ({"BitLocker To Go" if of.windows else "LUKS"} oder VeraCrypt, oder einen Stick mit eigener Verschlüsselung);
Ihre IT hilft dabei. Wenigstens den nichtöffentlichen Teil können Sie mit einem Kennwort
verschlüsseln: im Programm unter „Hilfe“, „Kennwort für Nichtöffentliches“.

Die Daten können auch auf dem Rechner liegen:
    {quoted} --datenordner {folder} starten

Zum Löschen aller Daten: das Programm beenden und den Ordner „daten“ löschen. Auf einem Stick kann
Gelöschtes oft wiederhergestellt werden; sicher ist nur ein verschlüsselter Stick."""


def _if_not(of: Target, facts: Facts) -> str:
    blocked = (
        """„Diese App wurde vom Systemadministrator blockiert“: Auf Dienstrechnern dürfen Programme oft nicht
von einem Stick starten. Das kann nur Ihre IT erlauben."""
        if of.windows
        else """Das System meldet „Keine Berechtigung“: Der Stick ist so eingebunden, dass von ihm keine Programme
starten. Kopieren Sie den Ordner „Ratsassistent“ auf den Rechner und starten Sie ihn dort."""
    )
    model = (
        ""
        if facts.model
        else "\n\nOhne Sprachmodell: In diesem Ordner liegt keines. Auszüge, Suche und Zitate gehen auch so."
    )
    return f"""WENN ETWAS NICHT GEHT

{blocked}

„In … kann nicht geschrieben werden“: Der Stick ist schreibgeschützt oder voll.

Zusammenfassungen kommen sehr langsam: Das Schreiben braucht viel Rechenleistung. Auszüge sind nach
Sekunden da; die Zusammenfassungen können über Nacht entstehen, wenn der Rechner anbleibt.

Der Rechner braucht: {facts.system}; {facts.engine};
möglichst 8 GB Arbeitsspeicher (reicht er nicht, sagt das Programm es).{model}"""


def _for_experts(of: Target, facts: Facts) -> str:
    start = f'"{WINDOWS_START}"' if of.windows else f"sh {LINUX_START}"
    models = "; ".join(filter(None, (facts.model, facts.embedding))) or "keine"
    return f"""FÜR DIE IT

Zusammengestellt am {facts.made} für {of.name}, {facts.size}.
Modelle: {models}.
Prüfen, ob alle Dateien unverändert sind: {start} --pruefen
(Liste mit SHA-256: programm/inhalt.sha256). Alle Befehle: {start} --hilfe

Das Programm öffnet einen Anschluss nur auf 127.0.0.1. Es schreibt nur in den Datenordner. Den Ordner
„programm“ können Sie schreibgeschützt ablegen, auch auf einem Netzlaufwerk; der Datenordner gehört
dann mit --datenordner an eine andere Stelle. Dateisystem des Sticks: {"exFAT oder NTFS" if of.windows else "ext4 oder exFAT"}; keine Datei
ist größer als 4 GB, auch FAT32 nimmt sie. Lizenzen aller Teile: programm/LIZENZEN.txt und der Ordner
programm/lizenzen. Eine neue Fassung: den Ordner „programm“ und die Dateien daneben ersetzen, „daten“
stehen lassen."""


def licence_head() -> str:
    """What stands above the list of licences."""
    return """Alle Teile dieses Ordners mit ihrer Lizenz. Die Lizenztexte liegen im Ordner „lizenzen“.
Ratsassistent steht unter der EUPL-1.2; sein Quelltext liegt in diesem Ordner, unter „python“ im
Ordner „ratsassistent“ der Pakete (site-packages).

"""
