"""Briefing -> Markdown, for reading, mailing, printing.

What enters: a Briefing. What leaves: a Markdown text that says of each sentence who wrote it and where it stands.
What it does not know: files, the archive.

Words of papers and of the model are untrusted: what would be Markdown or HTML in them is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ratsassistent.briefings import Amount, Briefing, DateMention, ItemBriefing, PaperChanges, Statement
from ratsassistent.oparl import Citation
from ratsassistent.output import phrases
from ratsassistent.output.page_text import is_table, several_files, short_name

# What means something anywhere in a line; the last two keep addresses from becoming links
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&]|(?<=\w):(?=//)|(?<=www)\.)", re.IGNORECASE)


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no link, no HTML, no heading comes out of it."""
    escaped = _SPECIAL.sub(r"\\\1", text)
    escaped = re.sub(r"^(\s*)([-+=])", r"\1\\\2", escaped)
    return re.sub(r"^(\s*\d+)([.)])(?=\s|$)", r"\1\\\2", escaped)


def pages(given: Iterable[Citation], named: bool = False) -> str:
    """ "(S. 12)", or "(S. 3, 4)"; the file is named where a citation has no page.

    :param named: name the files, because several are cited side by side.
    """
    found = list(given)
    numbers = [str(c.page) for c in found if c.page]
    if numbers and named:
        files: dict[str, list[str]] = {}
        for c in found:
            if c.page:
                files.setdefault(c.file, []).append(str(c.page))
        places = [f"{escape(short_name(f))}, S. {', '.join(dict.fromkeys(n))}" for f, n in files.items()]
        return f"({'; '.join(places)})"
    if numbers:
        return f"(S. {', '.join(dict.fromkeys(numbers))})"
    return f"({escape(found[0].file)})" if found else ""


def render(given: Briefing) -> str:
    """The whole briefing."""
    covered = given.coverage
    lines = [
        f"# {escape(given.name)}",
        "",
        f"{covered.read} von {covered.pages} Seiten gelesen.",
    ]
    if covered.unreadable:
        lines.append("")
        lines += [
            f"- Nicht lesbar: {escape(r.file)}, S. {r.page} – {escape(r.reason or '')}" for r in covered.unreadable
        ]
    for sentence, details in phrases.coverage(covered):
        lines += ["", escape(sentence), *(f"- {escape(detail)}" for detail in details)]
    if given.model:
        lines += [
            "",
            f"Die mit „KI“ bezeichneten Sätze hat ein Sprachmodell geschrieben ({escape(given.model.name)}, "
            "auf diesem Rechner). Maßgeblich sind die Unterlagen.",
        ]
    for item in given.agendaItem:
        lines += ["", *_item(item)]
    return "\n".join(lines) + "\n"


def _item(item: ItemBriefing) -> list[str]:
    lines = [f"## {escape(f'TOP {item.number}: {item.name}' if item.number else item.name)}"]
    if item.public is not True:
        lines += ["", "**Nichtöffentlich – vertraulich behandeln.**"]
    if item.public is None:
        lines += [phrases.UNKNOWN_PUBLIC]
    named = several_files(_cited(item))
    lines += _decisions(item, named)
    if not (item.statements or item.resolution or item.decisions or item.form or item.drawings):
        return [*lines, "", "Zu diesem Punkt liegen keine lesbaren Unterlagen bei."]
    if item.resolution:
        lines += ["", f"**Beschlussvorschlag im Wortlaut** {pages(item.resolution.citation, named)}", ""]
        # two spaces at the end keep the line break: numbered points stay apart
        lines += [f"> {escape(line.strip())}  " if line.strip() else ">" for line in item.resolution.text.splitlines()]
    label: str | None = None
    for statement in item.statements:
        if statement.label != label:
            label = statement.label
            if label:
                lines += ["", f"**{escape(label)}**", ""]
        lines.append(_statement(statement, named))
    lines += _figures(item, named)
    for changed in item.changes:
        lines += _changes(changed)
    if item.drawings:
        lines += ["", "**Pläne und Zeichnungen** (nicht zusammengefasst)", ""]
        lines += [
            f"- {escape(r.file)}, S. {r.page}: {escape(r.reason or 'Plan oder Zeichnung')}" for r in item.drawings
        ]
    if item.missing_attachments:
        lines += ["", "**Fehlt in den Unterlagen**", ""]
        lines += [f"- {escape(phrases.missing(m))}" for m in item.missing_attachments]
    return lines


def _figures(item: ItemBriefing, named: bool) -> list[str]:
    """Amounts, dates and form values, each with what it stands in and its page."""
    figures: list[tuple[str, Sequence[Amount] | Sequence[DateMention]]]
    figures = [("Beträge", item.amounts), ("Termine und Fristen", item.dates)]
    lines: list[str] = []
    for title, found in figures:
        if found:
            lines += ["", f"**{title}**", ""]
            lines += [
                f"- {escape(f.text)}: {escape(' '.join((f.context or '').split()))} {pages(f.citation, named)}"
                for f in found
            ]
    if item.form:
        lines += ["", "**Angaben im Formular**", ""]
        lines += [f"- {escape(f'{f.name}: {f.value}')} {pages(f.citation, named)}" for f in item.form]
    return lines


def _cited(item: ItemBriefing) -> list[Citation]:
    """The pages that an item's text cites."""
    found = [*(item.resolution.citation if item.resolution else ())]
    for statement in item.statements:
        found += statement.citation
    for given in item.decisions:
        found += given.citation
    return [c for c in found if c.page]


def _decisions(item: ItemBriefing, named: bool) -> list[str]:
    lines: list[str] = []
    for given in item.decisions:
        if given.subject:
            lines += ["", f"Abgestimmt wurde über: „{escape(' '.join(given.subject.split()))}“"]
        lines += ["", f"**Ergebnis:** {escape(phrases.decision(given))} {pages(given.citation, named)}"]
        if given.text:
            lines += ["", "**Beschluss im Wortlaut**", ""]
            lines += [f"> {escape(line.strip())}  " if line.strip() else ">" for line in given.text.splitlines()]
        if given.named:
            lines += ["", *(f"- {how}: {escape(names)}" for how, names in phrases.named_votes(given))]
    return lines


def _changes(given: PaperChanges) -> list[str]:
    lines = ["", f"**Geändert gegenüber der früheren Fassung: {escape(given.paper)}**", ""]
    for each in given.changes:
        part, kind = phrases.change(each)
        before = (
            f"bisher: „{escape(' '.join(each.before.split()))}“ {pages(each.citation_before)}" if each.before else ""
        )
        after = f"jetzt: „{escape(' '.join(each.after.split()))}“ {pages(each.citation_after)}" if each.after else ""
        lines.append(f"- {part}, {kind}: {' → '.join(half for half in (before, after) if half)}")
    return lines


def _statement(given: Statement, named: bool) -> str:
    who = {"model": "KI: ", "person": "Anmerkung: ", "verbatim": "", "extract": ""}[given.origin]
    warning = ""
    if given.check == "unsupported":
        missing = f": {escape(', '.join(given.failures))}" if given.failures else ""
        warning = f" **[nicht belegt{missing}]**"
    text = given.text
    if is_table(text):  # "Ansatz | 2025 | 2026" and a row: the names of the columns go to their values
        names, *rows = ([cell.strip() for cell in line.split("|")] for line in text.split("\n"))
        text = "; ".join(
            f"{row[0]} – {', '.join(f'{name}: {value}' for name, value in zip(names[1:], row[1:], strict=False))}"
            for row in rows
        )
    return f"- {who}{escape(' '.join(text.split()))} {pages(given.citation, named)}{warning}"
