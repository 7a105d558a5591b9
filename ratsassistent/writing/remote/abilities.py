"""What a server can do and what it says of itself: found out by trying once, and kept.

What enters: a Talk with the server. What leaves: Abilities, also in a small file of the data folder.
What it does not know: what is written with them.

Servers take no notice of what they do not know, so a setting that was accepted says nothing: each way to tell how a reply must
begin is tried with a word that no model would begin with by itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from ratsassistent import model_server, private_files
from ratsassistent.errors import ServerError
from ratsassistent.model_server import Server
from ratsassistent.writing.remote import forms
from ratsassistent.writing.remote.growing import Bit
from ratsassistent.writing.remote.talk import Rejected, Talk

Form = Literal["grammar", "structured_outputs", "guided_grammar", "json_schema", "none"]
FORMS: tuple[Form, ...] = get_args(Form)
CONTEXT = 6144  # tokens, where the server does not say
UNKNOWN = "unbekannt"
_WORD = "Zitronenfalter"
_QUESTION = "Antworte nur mit dem Wort Nein."
_LONGEST = 120  # letters of what a server says of itself


@dataclass(frozen=True, slots=True)
class Abilities:
    """`form`: how the server is told what a reply begins with; `odds`: it tells how likely its tokens were.

    `model`, `publisher`, `licence`, `engine`: what it says of itself, or "unbekannt".
    """

    form: Form = "none"
    odds: bool = False
    model: str = ""
    publisher: str = UNKNOWN
    licence: str = UNKNOWN
    engine: str = UNKNOWN
    context: int = CONTEXT


def wanted(form: Form, lead: str, refused: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The settings of a request whose reply is to begin with `lead`, behind which none of some words begins."""
    if form == "none":
        return {}
    if form == "json_schema":
        return _schema(forms.schema(lead, refused))
    return _grammar(form, forms.grammar(lead, refused))


def wanted_of(form: Form, options: tuple[str, ...]) -> dict[str, Any]:
    """The settings of a request whose reply is one of these words."""
    if form == "none":
        return {}
    return _schema(forms.schema_of(options)) if form == "json_schema" else _grammar(form, forms.one_of(options))


def _grammar(form: Form, text: str) -> dict[str, Any]:
    return {"structured_outputs": {"grammar": text}} if form == "structured_outputs" else {form: text}


def _schema(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "antwort", "strict": True, "schema": given}}
    }


def known(data_folder: Path, server: Server) -> Abilities | None:
    """What was found out earlier of this server with this model."""
    try:
        found = json.loads((data_folder / model_server.ABILITIES).read_text(encoding="utf-8"))
        if found.pop("of") != _of(server) or found["form"] not in FORMS:
            return None
        return Abilities(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def forget(data_folder: Path) -> None:
    """Find out anew next time."""
    (data_folder / model_server.ABILITIES).unlink(missing_ok=True)


def keep(data_folder: Path, server: Server, found: Abilities) -> None:
    """Keep what was found out; a folder that cannot be written to does no harm."""
    content = json.dumps({"of": _of(server), **asdict(found)}, ensure_ascii=False, indent=1)
    try:
        private_files.write(data_folder / model_server.ABILITIES, content)
    except OSError:
        return


def _of(server: Server) -> str:
    return f"{server.address}|{server.model}"


def find_out(server: Server, talk: Talk, stop: threading.Event) -> Abilities:
    """Ask the server for its models, and try what it can do.

    :raises ServerError: it is away, refuses, or does not have the model.
    """
    told = _listed(server, talk, stop)
    name = _word(told.get("id")) or server.model
    odds = _tells_odds(server, talk, stop)
    form = next((form for form in FORMS if form != "none" and _obeys(server, talk, form, stop)), "none")
    owner, licence = _word(told.get("owned_by")), _word(told.get("license") or told.get("licence"))
    context = told.get("max_model_len") or (told.get("meta") or {}).get("n_ctx") or 0
    return Abilities(
        form=form,  # type: ignore[arg-type]
        odds=odds,
        model=name,
        publisher=_word(told.get("publisher")) or UNKNOWN,
        licence=licence or UNKNOWN,
        engine=owner or UNKNOWN,
        context=context if isinstance(context, int) and context > 0 else CONTEXT,
    )


def _listed(server: Server, talk: Talk, stop: threading.Event) -> Mapping[str, Any]:
    """What the server's list says of the model; nothing where it has no list."""
    try:
        told: Any = talk.get("/models", stop).get("data")
    except Rejected:
        return {}
    rows: list[dict[str, Any]] = (
        [row for row in told if isinstance(row, dict) and isinstance(row.get("id"), str)]
        if isinstance(told, list)
        else []
    )
    if not rows:
        return {}
    wanted_name = server.model.casefold()
    for row in rows:
        if wanted_name in {row["id"].casefold(), row["id"].casefold().removesuffix(":latest")}:
            return row
    names = ", ".join(_word(row["id"]) for row in rows[:8])
    raise ServerError(f"Der Server {server.place} kennt das Modell „{server.model}“ nicht; er nennt: {names}.")


def _word(given: object) -> str:
    """What a server says of itself, in one line that is not too long."""
    text = " ".join("".join(c if c.isprintable() else " " for c in given).split()) if isinstance(given, str) else ""
    return text[:_LONGEST]


def request(server: Server, messages: list[dict[str, str]], max_tokens: int) -> dict[str, Any]:
    """What every request has."""
    return {"model": server.model, "messages": messages, "max_tokens": max_tokens, "temperature": 0, "top_p": 1}


ODDS = {"logprobs": True, "top_logprobs": 1}


def _asked(server: Server, talk: Talk, more: dict[str, Any], stop: threading.Event) -> Bit | None:
    """The reply to a small question with these settings; None where the server does not take them."""
    content = {**request(server, [{"role": "user", "content": _QUESTION}], 24), **more}
    try:
        return Bit.of(talk.post("/chat/completions", content, stop))
    except ValueError as error:
        raise ServerError(
            f"Der Server {server.place} antwortet nicht so, wie ein Server für Sprachmodelle antwortet."
        ) from error


def _obeys(server: Server, talk: Talk, form: Form, stop: threading.Event) -> bool:
    try:
        bit = _asked(server, talk, wanted(form, _WORD), stop)
    except Rejected:
        return False
    text = bit.text if bit else ""
    return (forms.inside(text) if form == "json_schema" else text).startswith(_WORD)


def _tells_odds(server: Server, talk: Talk, stop: threading.Event) -> bool:
    """Whether it tells how likely tokens were; that it answers at all is found out, too."""
    bit = _asked(server, talk, {}, stop)
    if bit is None or not bit.text.strip():
        raise ServerError(f"Das Modell „{server.model}“ auf dem Server {server.place} schreibt keinen Text.")
    try:
        bit = _asked(server, talk, ODDS, stop)
    except Rejected:
        return False
    return bool(bit and bit.odds)
