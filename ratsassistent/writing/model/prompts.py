"""The tasks that are put to a language model: Markdown files, editable by the municipality.

What enters: the name of a prompt, values for its placeholders.
What leaves: chat messages, and the prompt's checksum for the record of a text.
What it does not know: models, papers, pages.

A prompt file has level-one headings: `# Rolle` (system message, optional), any number of pairs `# Beispiel` and
`# Antwort`, and `# Auftrag` last. Placeholders are written ``{{name}}``. A municipality's own version in
``<data folder>/prompts/<name>.md`` goes before the one that comes with the program.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ratsassistent.errors import InputError
from ratsassistent.resources import resource
from ratsassistent.writing.model.language_model import Message

# What each prompt must and may use; a prompt that leaves one out, or invents one, is refused before any work starts.
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "beschluss": frozenset({"satz", "anfang"}),
    "antrag": frozenset({"satz", "anfang"}),
    "stellungnahme": frozenset({"satz", "anfang"}),
    "sachverhalt": frozenset({"satz", "anfang"}),
    "einfach": frozenset({"satz"}),
    "neufassung": frozenset({"fehler", "anfang"}),
    "frage": frozenset({"frage", "texte"}),
    "antwortpruefung": frozenset({"frage", "texte"}),
}
# The model says this, and nothing else, where the texts do not answer; shared by prompt, code and tests.
REFUSAL = "NICHT GEFUNDEN"

_HEADING = re.compile(r"^# +(Rolle|Beispiel|Antwort|Auftrag) *$", re.MULTILINE)
_CHAT = re.compile(r"<\|[^|>\n]{0,40}\|?>?|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>", re.IGNORECASE)
_OWN_LINE = re.compile(r"(?m)(?<=\n)(\s*)(Texte?|Anfang|Frage|#+ *(?:Rolle|Beispiel|Antwort|Auftrag))\s*:?(?=\s)")
_PLACE = re.compile(r"\{\{ *(\w+) *\}\}")
_ROLES = {"Rolle": "system", "Beispiel": "user", "Antwort": "assistant", "Auftrag": "user"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A task: chat turns with placeholders. `sha256` is that of the file's text."""

    name: str
    sha256: str
    turns: tuple[Message, ...]

    def render(self, **values: str) -> list[Message]:
        """Fill in the placeholders; values are inserted as data (`as_data`) and never looked through again.

        :raises ValueError: a placeholder has no value, or a value no placeholder.
        """
        wanted = PLACEHOLDERS[self.name]
        if set(values) != wanted:
            raise ValueError(f"prompt {self.name} takes {sorted(wanted)}, not {sorted(values)}")
        held = {name: as_data(value) for name, value in values.items()}
        return [Message(t.role, _PLACE.sub(lambda m: held[m[1]], t.content)) for t in self.turns]


def as_data(text: str) -> str:
    """Words of papers as they may stand in a message: without the marks that chats and prompts are divided by.

    The marks are no special tokens wherever they come from (`llama`); a model that knows their look might still take them for
    what they say. A line keeps its words but not the beginning that one of the prompt's own lines has.
    """
    return _OWN_LINE.sub(r"\1– \2", _CHAT.sub(" ", text))


def load_prompt(name: str, own_folder: Path | None = None) -> Prompt:
    """Read a prompt, the municipality's own version first.

    :param own_folder: `<data folder>/prompts`, where a municipality may keep its own wording.
    :raises InputError: the file lacks `# Auftrag`, or a placeholder is missing or unknown.
    """
    where, text = _found(name, own_folder)
    pieces = _HEADING.split(text)
    turns = tuple(
        Message(_ROLES[heading], body.strip())  # type: ignore[arg-type]
        for heading, body in zip(pieces[1::2], pieces[2::2], strict=True)
    )
    if not turns or turns[-1].role != "user" or pieces[-2] != "Auftrag":
        raise InputError(f"In {where} fehlt am Ende der Abschnitt „# Auftrag“.")
    used = set(_PLACE.findall(turns[-1].content))
    if used != PLACEHOLDERS[name]:
        missing = ", ".join(sorted(PLACEHOLDERS[name] - used)) or "keine"
        unknown = ", ".join(sorted(used - PLACEHOLDERS[name])) or "keine"
        raise InputError(f"In {where} stimmen die Platzhalter nicht: es fehlen {missing}; unbekannt sind {unknown}.")
    return Prompt(name, _digest(text), turns)


def prompt_text(name: str, own_folder: Path | None = None) -> tuple[str, str]:
    """The whole text of a prompt's file, and the checksum that texts record of it; the municipality's own version first."""
    _, text = _found(name, own_folder)
    return text, _digest(text)


def _found(name: str, own_folder: Path | None) -> tuple[str, str]:
    """Where a prompt lies, and its text."""
    own = own_folder / f"{name}.md" if own_folder else None
    if own and own.is_file():
        return str(own), own.read_text(encoding="utf-8")
    return f"prompts/{name}.md", resource("prompts", f"{name}.md").read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
