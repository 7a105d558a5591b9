from __future__ import annotations

from pathlib import Path

import pytest

from ratsassistent.errors import InputError
from ratsassistent.writing.checks import language
from ratsassistent.writing.checks.vocabulary import Vocabulary
from ratsassistent.writing.model.prompts import PLACEHOLDERS, REFUSAL, load_prompt

VALUES = {
    "satz": "Der Neubau {{anfang}} kostet Geld.",
    "anfang": "Laut Vorlage",
    "fehler": "zu lang",
    "texte": "[S1] Text {{frage}}",
    "frage": "Was {{texte}}?",
}


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_every_prompt_renders_and_leaves_no_placeholder_of_its_own(name: str) -> None:
    prompt = load_prompt(name)
    values = {key: VALUES[key] for key in PLACEHOLDERS[name]}
    messages = prompt.render(**values)
    assert messages[-1].role == "user"
    for value in values.values():
        assert value in messages[-1].content
    assert len(prompt.sha256) == 64


@pytest.mark.parametrize("name", ["antrag", "beschluss", "sachverhalt", "stellungnahme"])
def test_every_example_begins_as_it_was_told_to(name: str) -> None:
    """A small model does what the examples do, not what the words above them ask for."""
    turns = load_prompt(name).turns
    pairs = list(zip(turns[1:-1:2], turns[2:-1:2], strict=True))
    assert len(pairs) >= 5
    for asked, answered in pairs:
        text, _, lead = asked.content.partition("\nAnfang: ")
        assert answered.content.startswith(lead)
        assert not language.faults(answered.content, lead=lead), answered.content
        assert not Vocabulary([text, lead]).strange(answered.content), answered.content


def test_values_are_not_looked_through_again() -> None:
    """A paper that contains {{frage}} must not pull the question into its own text."""
    messages = load_prompt("frage").render(frage="GEHEIM", texte="{{frage}}")
    assert messages[-1].content.count("GEHEIM") == 1


def test_missing_and_surplus_values_are_refused() -> None:
    with pytest.raises(ValueError, match="takes"):
        load_prompt("frage").render(frage="x")
    with pytest.raises(ValueError, match="takes"):
        load_prompt("frage").render(frage="x", texte="y", titel="z")


def test_the_refusal_is_the_one_the_code_knows() -> None:
    turns = load_prompt("frage").turns
    assert REFUSAL in turns[0].content
    assert any(t.role == "assistant" and t.content == REFUSAL for t in turns)


def test_a_municipality_may_keep_its_own_wording(tmp_path: Path) -> None:
    (tmp_path / "frage.md").write_text("# Auftrag\nTexte: {{texte}}\nFrage: {{frage}}\n", encoding="utf-8")
    own = load_prompt("frage", tmp_path)
    assert own.sha256 != load_prompt("frage").sha256
    assert [m.role for m in own.render(frage="a", texte="b")] == ["user"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# Auftrag\nNur {{frage}}", "es fehlen texte"),
        ("# Auftrag\n{{frage}} {{texte}} {{ort}}", "unbekannt sind ort"),
        ("# Rolle\nDu", "fehlt am Ende der Abschnitt"),
        ("nichts", "fehlt am Ende der Abschnitt"),
    ],
)
def test_a_broken_prompt_is_named_before_any_work(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "frage.md").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        load_prompt("frage", tmp_path)
