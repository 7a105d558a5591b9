"""How a reply has to begin, as servers want to be told: a grammar (GBNF), or a pattern in a JSON schema.

What enters: the words that a reply begins with, words that may not come behind them. What leaves: a grammar, a schema, the text in
a reply of that shape. What it does not know: servers, models.

The words come from papers: they are data here, too, and stand escaped wherever a grammar or a pattern would read them as its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

FIELD = "text"
_REFUSED_SHARE, _LEAST_REFUSED = 0.6, 3  # of a refused word, what no word at its place may begin with
_OPENING = re.compile(rf'\s*\{{\s*"{FIELD}"\s*:\s*"')
_LETTERS = re.compile(r"[^\W_]+")
_HALF = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_Part = tuple[str, str]  # letters that come, and those of which none may come behind them


def beginning(word: str) -> str:
    """What of a refused word must not come again at its place, so that its other forms do not either: letters and digits only."""
    bare = _LETTERS.match(word)
    begun = bare[0] if bare else ""
    return begun[: max(_LEAST_REFUSED, round(_REFUSED_SHARE * len(begun)))]


def _others(refused: Collection[str]) -> Iterator[_Part]:
    """All that does not begin with one of these, as parts: some letters, then one that is none of those."""
    words = {word for word in refused if word}
    shortest = {w for w in words if not any(w != o and w.startswith(o) for o in words)}
    for begun in sorted({word[:n] for word in shortest for n in range(len(word))}):
        yield begun, "".join(sorted({word[len(begun)] for word in shortest if word.startswith(begun)}))


def grammar(lead: str, refused: Collection[str] = ()) -> str:
    """A grammar of one line that begins with `lead`, behind which none of these words begins."""
    rest = "[^\\n\\r]*"
    parts = [f"{_quoted(begun)} [^{''.join(map(_escaped, but))}\\n\\r] {rest}" for begun, but in _others(refused)]
    return f"root ::= {_quoted(lead)} ({' | '.join(parts) if parts else rest})\n"


def one_of(options: Sequence[str]) -> str:
    """A grammar of these words."""
    return f"root ::= {' | '.join(_quoted(option) for option in options)}\n"


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, _line(text))) + '"' if text else ""


def _escaped(letter: str) -> str:
    """A letter as it can stand in a literal and in a class of a grammar."""
    if letter.isalnum() or letter in " ,.;:!?/()§€%&+=„“–":
        return letter
    code = ord(letter)
    return f"\\x{code:02X}" if code < 256 else f"\\u{code:04X}" if code < 65536 else f"\\U{code:08X}"


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text)


def schema(lead: str, refused: Collection[str] = ()) -> dict[str, Any]:
    """A JSON schema of one text that begins so, see `grammar`."""
    rest = r"[^\n\r]*"
    parts = [f"{_plain(begun)}[^{''.join(map(_plain, but))}\\n\\r]{rest}" for begun, but in _others(refused)]
    return _object(f"^{_plain(_line(lead))}(?:{'|'.join(parts) if parts else rest})$")


def schema_of(options: Sequence[str]) -> dict[str, Any]:
    """A JSON schema of these words."""
    return _object(f"^(?:{'|'.join(_plain(option) for option in options)})$")


def _object(pattern: str) -> dict[str, Any]:
    text = {"type": "string", "pattern": pattern}
    return {"type": "object", "properties": {FIELD: text}, "required": [FIELD], "additionalProperties": False}


def _plain(text: str) -> str:
    return re.sub(r"([\\^$.|?*+(){}\[\]])", r"\\\1", text)


def inside(raw: str) -> str:
    """The text of a JSON object that is still growing, as far as it is there."""
    found = _OPENING.match(raw)
    if not found:
        return ""
    part = raw[found.end() :]
    closed = re.search(r'(?<!\\)(?:\\\\)*"', part)
    part = part[: closed.end() - 1] if closed else _HALF.sub("", part)
    try:
        text = json.loads(f'"{part}"')
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
