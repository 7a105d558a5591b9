"""The register as a table for spreadsheets: CSV as German Excel reads it, and XLSX.

What enters: Resolutions. What leaves: bytes of a file. What it does not know: where they come from, where they go.

Papers are untrusted text: a cell that a spreadsheet would take for a formula is text in both formats.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence

from ratsassistent.oparl import Citation
from ratsassistent.output.phrases import OUTCOMES, STATUSES
from ratsassistent.resolutions import Resolution

CSV, XLSX = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # media types
Cell = str | int | dt.date | None
HEADS = (
    "Datum", "Gremium", "Sitzung", "TOP", "Gegenstand", "Vorlage", "Ergebnis", "Ausgang", "Ja", "Nein", "Enthaltungen",
    "Worüber abgestimmt wurde", "Wortlaut des Beschlusses", "Vorgeschlagener Wortlaut", "Quelle", "Widersprüche", "Status",
    "Frist", "Überfällig", "Zuständiges Amt", "Notiz", "Öffentlich", "Kennung",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST = 32_000  # letters; a cell of a spreadsheet holds 32,767
_WIDE = {"Gegenstand": 50, "Wortlaut des Beschlusses": 60, "Vorgeschlagener Wortlaut": 60, "Gremium": 24, "Quelle": 30}
_CONTROL = {code: None for code in range(32) if chr(code) not in "\n\t"}


def rows(given: Sequence[Resolution], today: dt.date) -> list[list[Cell]]:
    """One row a resolution, in the order of `HEADS`."""
    return [_row(one, today) for one in given]


def as_csv(given: Sequence[Resolution], today: dt.date) -> bytes:
    """Semicolons, a byte order mark, and German dates: what a double click in a German Excel opens rightly."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(HEADS)
    for row in rows(given, today):
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(given: Sequence[Resolution], today: dt.date) -> bytes:
    """A workbook with one sheet: heads that stay and filter, real dates and numbers, all else as text."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Beschlüsse")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd.mm.yyyy", "valign": "top", "align": "left"})
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, _WIDE.get(head, 14))
    made = rows(given, today)
    for number, row in enumerate(made, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(number, column, dt.datetime.combine(cell, dt.time()), day)
            elif isinstance(cell, int):
                sheet.write_number(number, column, cell, text)
            elif cell:
                sheet.write_string(number, column, cell, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(made), 1), len(HEADS) - 1)
    book.close()
    return out.getvalue()


def source(citations: Sequence[Citation]) -> str:
    """Where it stands: "Niederschrift.pdf, S. 3; Beschluss.pdf"."""
    pages: dict[str, list[int]] = {}
    for citation in citations:
        known = pages.setdefault(citation.file, [])
        if citation.page is not None and citation.page not in known:
            known.append(citation.page)
    return "; ".join(
        f"{file}, S. {', '.join(map(str, numbers))}" if numbers else file for file, numbers in pages.items()
    )


def is_overdue(one: Resolution, today: dt.date) -> bool:
    """True where the deadline has passed and it is not done."""
    return bool(one.deadline and one.deadline < today and one.status not in {"done", "dropped"})


def _row(one: Resolution, today: dt.date) -> list[Cell]:
    vote = one.vote
    return [
        dt.date.fromisoformat(one.date) if one.date else None,
        _text(one.organization),
        _text(one.meeting),
        _text(one.number),
        _text(one.name),
        _text(", ".join(one.references)),
        _text(one.result),
        OUTCOMES[one.outcome] if one.outcome else None,
        vote.yes if vote else None,
        vote.no if vote else None,
        vote.abstain if vote else None,
        _text(one.subject),
        _text(one.text),
        _text(one.proposal),
        _text(source(one.citation) or ("OParl-Daten" if any(s.kind == "oparl" for s in one.sources) else "")),
        _text(" ".join(one.contradictions)),
        STATUSES[one.status] if one.status else None,
        one.deadline,
        "ja" if is_overdue(one, today) else None,
        _text(one.office),
        _text(one.note),
        "ja" if one.public is True else "nein" if one.public is False else "nicht bekannt",
        one.id,
    ]


def _text(text: str | None) -> str | None:
    """A cell's text without signs that no spreadsheet can hold."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL).strip()
    plain = "".join(c for c in plain if not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    return (plain if len(plain) <= _LONGEST else plain[:_LONGEST] + " …") or None


def _harmless(cell: Cell) -> str:
    """A cell of CSV: dates as written here, and an apostrophe before what would be a formula."""
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return f"{cell:%d.%m.%Y}"
    told = str(cell)
    return f"'{told}" if told.startswith(_FORMULA) else told
