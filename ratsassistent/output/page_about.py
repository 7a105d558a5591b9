"""What stands behind a briefing, as HTML: model, sources, prompts, checks, energy, who is responsible; and the program itself.

What enters: a Briefing or one of its items, what is known of its models and prompts (`Known`).
What leaves: escaped HTML. What it does not know: Gradio, the archive, where a prompt's words lie.

The facts are those that an exported file carries (`document_about`), so that page and file say the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ratsassistent.briefings import Briefing, ItemBriefing, ModelRecord, PromptRecord
from ratsassistent.oparl import Citation
from ratsassistent.output import page_facts, phrases, phrases_server
from ratsassistent.output.document_about import PROGRAM, Checks, Marking, checks, marking
from ratsassistent.output.page_text import action, citations, count, notice, safe, several_files

TITLE = "Über diese Auswertung"
LAW = "Kennzeichnung nach Artikel 50 der KI-Verordnung (Verordnung (EU) 2024/1689): "
_REFUSED = "Diese Fassungen haben die Prüfung nicht bestanden. Sie gelten nicht und stehen nur hier, damit Sie es nachsehen können."
_PROMPTS = {
    "beschluss": "Beschlussvorschlag in einem Satz",
    "antrag": "Antrag in einem Satz",
    "stellungnahme": "Stellungnahme in einem Satz",
    "sachverhalt": "Sachverhalt in einem Satz",
    "einfach": "Einfache Sprache",
    "neufassung": "Zweite Fassung eines Satzes",
    "frage": "Antwort auf eine Frage",
    "antwortpruefung": "Prüfung einer Antwort",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What can be said of models and prompts beside what a briefing records of them.

    `publishers`: who made a model, by its name. `wordings`: the words of a prompt, by the sha256 of its file; a prompt that was
    changed since is not among them.
    """

    publishers: Mapping[str, str] = field(default_factory=dict)
    wordings: Mapping[str, str] = field(default_factory=dict)


def panel(given: Briefing, known: Known) -> str:
    """All that stands behind a meeting's briefing, folded."""
    marked = marking(given)
    parts = [
        f"<p><strong>{safe((LAW if marked.assisted else '') + marked.sentence())}</strong></p>",
        f"<p>{phrases.MAY_BE_WRONG} {phrases.AUTHORITATIVE}</p>" if marked.assisted else "",
        _made(given, marked, known),
    ]
    if marked.models:
        parts.append(_checked(given))
    parts += [_sources(given, marked), _prompts(marked.prompts, known), _responsible()]
    return (
        f'<details class="ra-about" data-fold="über"><summary>{TITLE}</summary>'
        f'<div class="ra-card">{"".join(parts)}</div></details>'
    )


def of_item(given: ItemBriefing) -> str:
    """The same of one item in a line or two, where a model took part in it."""
    if given.model is None:
        return ""
    told = [f"Zusammengefasst von {given.model.name} {phrases_server.where(given.model)}"]
    if given.written:
        told[0] += f" am {moment(given.written)}"
    made = checks([given])
    if made.written:
        told.append(_counted(made))
    took = phrases.took(given.seconds, given.energy_wh, phrases.known_how(given.energy_how))
    if took and made.written == made.withheld:  # else it stands in the box of what the model wrote
        told.append(took.rstrip("."))
    return f'<p class="ra-small ra-about-item">{safe(". ".join(told))}. Mehr steht oben unter „{TITLE}“.</p>'


def moment(given: dt.datetime) -> str:
    """A moment as people here read it: "26.11.2026, 10:12 Uhr"."""
    return f"{given.astimezone():%d.%m.%Y, %H:%M} Uhr"


def _counted(made: Checks) -> str:
    """What the check found, in one sentence without its full stop."""
    parts = [f"bei {made.supported} stehen alle Zahlen und Namen auf der genannten Seite"]
    if made.unsupported:
        parts.append(f"{made.unsupported} {_is(made.unsupported)} als „nicht belegt“ gekennzeichnet")
    if made.unchecked:
        parts.append(f"{made.unchecked} {_is(made.unchecked)} nicht nachgesehen")
    if made.withheld:
        parts.append(f"{made.withheld} {'wird' if made.withheld == 1 else 'werden'} nicht gezeigt")
    return f"{count(made.written, 'Satz', 'Sätze')} der KI: {', '.join(parts)}"


def _is(number: int) -> str:
    return "ist" if number == 1 else "sind"


def _made(given: Briefing, marked: Marking, known: Known) -> str:
    """Model, day, time, energy."""
    rows = [row for model in marked.models for row in model_rows(model, known)]
    if marked.written:
        rows.append(("Zuletzt geschrieben", moment(marked.written)))
    seconds = sum(item.seconds for item in given.agendaItem if item.model)
    used = phrases.energy(given.energy_wh, given.energy_how)
    if took := phrases.took(seconds, given.energy_wh, given.energy_how) or (f"Strom: {used}" if used else ""):
        rows.append(("Zeit und Strom", took))
    rows.append(
        (
            "Programm",
            PROGRAM + (", ohne Verbindung zum Internet" if all(m.server is None for m in marked.models) else ""),
        )
    )
    return facts(rows)


def model_rows(model: ModelRecord, known: Known) -> list[tuple[str, str]]:
    """What is known of a model: name, publisher, licence, the beginning of its checksum."""
    rows = [("Sprachmodell", model.name)]
    if publisher := phrases_server.publisher(model) or known.publishers.get(model.name):
        rows.append(("Hersteller", publisher))
    here = "Nur auf diesem Rechner. Der Hersteller erfährt nichts von Ihren Unterlagen und Fragen."
    there = f"Geschrieben {phrases_server.where(model)}. Stellen aus den Unterlagen und Fragen gehen dorthin."
    rows.append(("Wo es rechnet", there if model.server else here))
    rows.append(("Lizenz", phrases_server.licence(model)))
    if model.sha256:
        rows.append(("Prüfsumme (SHA-256)", f"{model.sha256[:16]}…"))
    return rows


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values."""
    lines = "".join(f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in rows)
    return f'<dl class="ra-pairs">{lines}</dl>'


def _checked(given: Briefing) -> str:
    """How many sentences passed, how many did not, and those that were refused with what was found."""
    made = checks(given.agendaItem)
    if not made.written:
        return f"<h2>Was geprüft wurde</h2><p>{safe('Die KI hat keinen Satz geschrieben, der gezeigt wird.')}</p>"
    refused = "".join(_refused(item) for item in given.agendaItem)
    if refused:
        title = count(made.withheld, "Satz der KI, der nicht gezeigt wird", "Sätze der KI, die nicht gezeigt werden")
        refused = (
            f'<details class="ra-withheld" data-fold="zurückgehalten"><summary>{title}</summary>'
            f'<p class="ra-small">{safe(_REFUSED)}</p>{refused}</details>'
        )
    return (
        f"<h2>Was geprüft wurde</h2><p>{safe(_counted(made))}.</p>"
        f'<p class="ra-small">„Zahlen und Namen stehen auf S. …“ heißt: {safe(phrases.CHECKED)}</p>{_marked(given)}{refused}'
    )


def _marked(given: Briefing) -> str:
    """The items that show a sentence marked "nicht belegt", each with a button that leads there."""
    items = [item for item in given.agendaItem if checks([item]).unsupported]
    return f"<p>Als „nicht belegt“ gekennzeichnet bei: {' '.join(_to(item) for item in items)}</p>" if items else ""


def _to(item: ItemBriefing) -> str:
    label = f"TOP {item.number}" if item.number else item.name
    return action("item", label, css="ra-link", name=f"Zu {label}: {item.name}", item=item.id)


def _refused(item: ItemBriefing) -> str:
    cited: list[Citation] = [c for s in item.withheld for c in s.citation]
    named = several_files(cited)
    rows = "".join(
        f"<li><p><del>{safe(s.text)}</del> {citations(s.citation, with_file=named)}</p>"
        f'<p class="ra-check ra-check-bad"><strong>⚠ Nicht gezeigt, weil:</strong> {safe(phrases.refused(s.failures))}</p></li>'
        for s in item.withheld
    )
    return f"<p>{_to(item)}</p><ul>{rows}</ul>" if rows else ""


def _sources(given: Briefing, marked: Marking) -> str:
    covered = given.coverage
    names = "".join(f"<li>{safe(name)}</li>" for name in marked.sources)
    return (
        f"<h2>Woraus</h2><p>{safe(phrases.coverage_read(covered))}</p>{page_facts.coverage(covered, linked=False)}"
        f"<ul>{names}</ul>"
    )


def _prompts(given: Sequence[PromptRecord], known: Known) -> str:
    """The prompts that took part, each with its words where they are still the same."""
    if not given:
        return ""
    return (
        "<h2>Aufträge an das Sprachmodell</h2><p>Mit diesen Worten wird die KI beauftragt. Für jeden Satz kommt nur "
        f"eine kurze Stelle der Unterlagen dazu.</p>{''.join(_prompt(prompt, known) for prompt in given)}"
    )


def _prompt(given: PromptRecord, known: Known) -> str:
    title = _PROMPTS.get(given.name, given.name)
    words = known.wordings.get(given.sha256)
    body = (
        f'<div class="ra-prompt">{safe(words)}</div>'
        if words is not None
        else notice("Dieser Auftrag wurde seitdem geändert; sein damaliger Wortlaut liegt nicht mehr vor.")
    )
    return (
        f'<details data-fold="auftrag {safe(given.sha256)}"><summary>{safe(title)}</summary>{body}'
        f'<p class="ra-small">Datei {safe(given.name)}.md, Prüfsumme (SHA-256) {safe(given.sha256[:16])}…</p></details>'
    )


def _responsible() -> str:
    return f"<h2>Wer verantwortlich ist</h2><p>{safe(phrases.RESPONSIBLE)}</p>"
