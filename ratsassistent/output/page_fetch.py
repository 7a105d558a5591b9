"""What was fetched last from a council's own system or from a watched folder, as a calm line in „Einlesen“.

What enters: settings. What leaves: escaped HTML; empty where nothing is set up.
What it does not know: Gradio, how anything is fetched.
"""

from __future__ import annotations

import datetime as dt

from ratsassistent.errors import InputError
from ratsassistent.fetching import addresses, folder, opted, progress
from ratsassistent.output import fetch_command
from ratsassistent.output.page_text import count, safe
from ratsassistent.settings import Settings


def line(settings: Settings) -> str:
    """What came last, of each server and folder."""
    try:
        found = opted.read(settings)
    except InputError as error:
        return f'<p class="ra-small">{safe(str(error))}</p>'
    rows = []
    for source in found.sources:
        last = progress.last(settings, source)
        told = fetch_command.sentence(last) if last else "Noch nie abgerufen."
        rows.append(f"Vom Ratsinformationssystem ({safe(addresses.host_of(source.address))}): {safe(told)}")
    for one in found.folders:
        state = folder.state_of(settings, one)
        when = ""
        if state.last is not None:
            when = f", zuletzt am {dt.datetime.fromtimestamp(state.last).astimezone():%d.%m.%Y, %H:%M} Uhr"
        unread = f" {count(len(state.failed), 'Datei war', 'Dateien waren')} nicht lesbar." if state.failed else ""
        rows.append(
            f"Aus dem Ordner „{safe(one.path.name)}“: {count(state.files, 'Datei', 'Dateien')} eingelesen{when}.{unread}"
            + (f" Zuletzt ging es nicht: {safe(state.error)}" if state.error else "")
            + ("" if one.path.is_dir() else " Der Ordner ist zurzeit nicht da.")
        )
    return "".join(f'<p class="ra-small">{row}</p>' for row in rows)
