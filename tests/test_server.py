"""A language model on a server: what goes there, what comes back, and what is done where it goes wrong."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import MODEL, Answer, ChatServer, lead_of, serving
from scripted import RECORD, ScriptedModel

from ratsassistent import model_server, own_network
from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import InputError, Interrupted, ModelError, ServerError
from ratsassistent.writing.model.language_model import Message, Reply, Request, Script
from ratsassistent.writing.remote import abilities, forms, talk
from ratsassistent.writing.remote.fallback import WithFallback
from ratsassistent.writing.remote.server_model import ServerModel

ASK = [Message("system", "Du hilfst."), Message("user", "Text: Der Rat beschließt den Bau. Anfang: Der Rat soll")]
Open = Callable[..., ServerModel]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "WAITS", (0.0, 0.0, 0.0, 0.0))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    made: list[ServerModel] = []

    def open_one(
        server: ChatServer | str, *, key: str | None = None, lookup: own_network.Lookup | None = None, **more: Any
    ) -> ServerModel:
        address = server if isinstance(server, str) else server.address
        given = model_server.made(address, more.pop("model", MODEL), **more)
        record = ModelRecord(name=given.model, sha256="", licence="unbekannt", server=given.place)
        made.append(ServerModel(given, record, tmp_path, key=key, lookup=lookup or own_network.look_up))
        return made[-1]

    yield open_one
    for one in made:
        one.close()


def asked_for(model: ServerModel, **more: Any) -> Reply:
    return model.write(ASK, max_tokens=60, **more)


# --- what is set ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://ki.rathaus.local:8000", "http://ki.rathaus.local:8000/v1"),
        ("https://KI.Rathaus.local/v1/", "https://ki.rathaus.local/v1"),
        ("http://10.1.2.3:11434/v1", "http://10.1.2.3:11434/v1"),
        ("http://[fd00::7]:8000", "http://[fd00::7]:8000/v1"),
    ],
)
def test_an_address_is_kept_as_it_is_used(given: str, kept: str) -> None:
    assert model_server.made(given, MODEL).address == kept


@pytest.mark.parametrize(
    "given",
    [
        "ki.rathaus.local",
        "ftp://x/v1",
        "http://",
        "http://a:b@x/v1",
        "http://x/v1?schluessel=1",
        "http://x:99999/v1",
        "http://x y/v1",
    ],
)
def test_what_is_no_address_is_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(InputError, match=r"\.$"):
        model_server.made(given, MODEL)


def test_what_was_set_is_read_again_and_belongs_to_this_user_alone(tmp_path: Path) -> None:
    server = model_server.made(
        "http://10.0.0.9:8000",
        MODEL,
        key_file=tmp_path / "k",
        allowed=["KI.example"],
        fallback="lokal",
        at_once=3,
        patience_s=9,
    )
    model_server.store(tmp_path, server)
    assert model_server.of(tmp_path) == server
    assert (tmp_path / model_server.FILE).stat().st_mode & 0o077 == 0
    model_server.store(tmp_path, None)
    assert model_server.of(tmp_path) is None


def test_the_environment_goes_before_the_file_and_takes_nothing_of_another_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.store(tmp_path, model_server.made("http://10.0.0.9:8000", MODEL, key_file=tmp_path / "k"))
    monkeypatch.setenv("RATSASSISTENT_SERVER", "http://10.0.0.10:8000")
    monkeypatch.setenv("RATSASSISTENT_SERVER_MODELL", "anderes")
    found = model_server.of(tmp_path)
    assert found is not None
    assert (found.address, found.model, found.key_file) == ("http://10.0.0.10:8000/v1", "anderes", None)
    monkeypatch.setenv("RATSASSISTENT_SERVER", "aus")
    assert model_server.of(tmp_path) is None


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "schluessel"
    file.write_text("geheim-123\n")
    server = model_server.made("http://10.0.0.9", MODEL, key_file=file)
    file.chmod(0o644)
    with pytest.raises(InputError, match="auch für andere lesbar") as told:
        server.key()
    assert "geheim" not in str(told.value)
    file.chmod(0o600)
    assert server.key() == "geheim-123"
    assert "geheim" not in repr(server)


# --- where it may go -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "private"),
    [
        ("127.0.0.1", True), ("10.200.3.4", True), ("172.16.0.1", True), ("172.32.0.1", False), ("192.168.7.7", True),
        ("::1", True), ("fd12:3456::1", True), ("fc00::1", True), ("fe80::1%eth0", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("8.8.8.8", False), ("::ffff:10.0.0.1", True), ("::ffff:8.8.8.8", False), ("2001:db8::1", False),
        ("0.0.0.0", False), ("::", False), ("224.0.0.1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_private(number: str, private: bool) -> None:
    assert own_network.is_private(number) is private


@pytest.mark.parametrize("numbers", [["8.8.8.8"], ["127.0.0.1", "8.8.8.8"], ["169.254.169.254"]])
def test_a_name_that_leads_outside_is_not_connected_to(opened: Open, numbers: list[str]) -> None:
    with serving("nie") as server:
        model = opened(f"http://ki.rathaus.example:{server.port}", lookup=lambda *_: numbers)
        with pytest.raises(ServerError, match="privaten Netz"):
            asked_for(model)
        assert not server.asked


def test_each_connection_goes_to_the_number_that_was_judged_for_it(opened: Open) -> None:
    """DNS rebinding: what a name means a moment later is judged anew, and nobody but us asks for it."""
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["8.8.8.8"]

    with serving("Der Rat soll bauen.") as server:  # no such name is known here: only the number can be connected to
        model = opened(f"http://ki.rathaus.example:{server.port}", lookup=lookup)
        assert model.able().model == MODEL
        assert asked == ["ki.rathaus.example"]
        model._talk.cut()
        with pytest.raises(ServerError, match="privaten Netz"):
            asked_for(model)
        assert not server.asked


def test_outside_an_administrator_allows_one_host_and_only_encrypted(opened: Open) -> None:
    server = model_server.made("http://ki.example:80", MODEL, allowed=["ki.example"])
    with pytest.raises(ServerError, match="nur verschlüsselt"):
        own_network.judged(server, ["8.8.8.8"])
    own_network.judged(model_server.made("https://ki.example", MODEL, allowed=["ki.example"]), ["8.8.8.8"])
    with pytest.raises(ServerError):
        own_network.judged(model_server.made("https://ki2.example", MODEL, allowed=["ki.example"]), ["8.8.8.8"])


def test_no_proxy_of_the_environment_is_used(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving("Der Rat soll bauen.") as server:
        assert asked_for(opened(server)).text == "Der Rat soll bauen."


def test_a_redirect_is_not_followed(opened: Open) -> None:
    with serving("nie") as elsewhere, serving(Answer(status=307, headers={"Location": elsewhere.address})) as server:
        with pytest.raises(ServerError, match="dem folgt das Programm nicht"):
            asked_for(opened(server))
        assert not elsewhere.asked


# --- what is asked, and what comes back --------------------------------------------------------------------------------


def test_a_reply_comes_bit_by_bit_and_is_left_once_it_is_enough(opened: Open) -> None:
    seen: list[str] = []
    with serving(
        lambda body: lead_of(body) + " die Halle bauen. Und dann noch sehr viel mehr " + "Wörter " * 5000
    ) as server:
        reply = asked_for(
            opened(server), lead="Der Rat soll", enough=lambda text: text.endswith("."), on_text=seen.append
        )
        (body,) = server.asked
    assert (reply.text, reply.finished) == ("Der Rat soll die Halle bauen.", True)
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert (body["model"], body["temperature"]) == (MODEL, 0)
    assert all(text.startswith("Der Rat") for text in seen)


def test_doubt_is_that_of_what_the_model_chose_itself(opened: Open) -> None:
    with serving(lambda body: Answer(f"{lead_of(body)} bauen.", odds=[-9.0, -9.0, -9.0, -0.5])) as server:
        reply = asked_for(opened(server), lead="Der Rat soll")
    assert (reply.doubt, reply.most_doubt) == (0.5, 0.5)


def test_a_refused_word_is_taken_back_and_does_not_come_again(opened: Open) -> None:
    def reply(body: dict[str, Any]) -> str:
        lead = lead_of(body)
        if lead == "Der Rat soll die":
            assert forms_allow(body["grammar"], "Der Rat soll die Halle bauen.")
            assert not forms_allow(body["grammar"], "Der Rat soll die Turnhalle bauen.")
            return f"{lead} Halle bauen."
        return f"{lead} die Turnhalle bauen."

    with serving(reply) as server:
        reply_ = asked_for(opened(server), lead="Der Rat soll", allows=lambda text: "Turn" not in text)
    assert (reply_.text, reply_.taken_back, reply_.finished) == ("Der Rat soll die Halle bauen.", 1, True)


def test_a_reply_that_nobody_will_want_is_not_asked_for_again(opened: Open) -> None:
    with serving(lambda body: f"{lead_of(body)} Quatsch{len(server.asked)} bauen.") as server:
        reply = asked_for(
            opened(server),
            lead="Der Rat soll",
            allows=lambda text: "Quatsch" not in text,
            gives_up=lambda _, taken_back: taken_back > 2,
        )
        assert len(server.asked) == 3
    assert (reply.taken_back, reply.finished) == (3, False)


def forms_allow(grammar: str, text: str) -> bool:
    """A grammar of ours as a regular expression: what it lets through."""
    rule = grammar.removeprefix("root ::= ").strip()
    found = re.fullmatch(r'("(?:[^"]*)") \((.*)\)', rule)
    assert found
    parts = [re.sub(r'"([^"]*)"', lambda m: re.escape(m[1]), part).replace("] [", "][").replace(" [", "[", 1) if '"' in part else part.replace(" ", "", 1) if part.startswith("[") else part for part in found[2].split(" | ")]  # fmt: skip
    return any(re.fullmatch(re.escape(found[1][1:-1]) + part, text) for part in parts)


@pytest.mark.parametrize("form", abilities.FORMS)
def test_what_the_server_can_is_found_out_once_and_kept(opened: Open, tmp_path: Path, form: str) -> None:
    with serving("Der Rat soll bauen.", form=None if form == "none" else form, odds=form != "none") as server:
        if form == "json_schema":
            server.reply = lambda body: json.dumps({"text": "Der Rat soll bauen."})
            pattern = server._answer

            def answer(to: Any, body: dict[str, Any], given: Answer) -> None:
                schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
                if schema and not body.get("stream"):
                    given = Answer(json.dumps({"text": "Zitronenfalter"}), how="json")
                pattern(to, body, given)

            server._answer = answer  # type: ignore[method-assign]
        model = opened(server)
        assert asked_for(model, lead="Der Rat soll").text == "Der Rat soll bauen."
        found = model.able()
        assert (found.form, found.odds, found.context, found.licence) == (form, form != "none", 4096, "Apache-2.0")
        again = opened(server)
        server.models.clear()  # nobody asks again
        assert again.able() == found
        other = model_server.made(server.address, "anderes")
        assert abilities.known(tmp_path, other) is None


@pytest.mark.parametrize(
    ("said", "text", "finished"),
    [
        ("Der Rat soll die Halle bauen.", "Der Rat soll die Halle bauen.", True),
        ("die Halle bauen.", "Der Rat soll die Halle bauen.", True),
        ("Gern! Hier ist der Satz: Der Rat soll bauen.", "Der Rat soll", False),
    ],
)
def test_without_grammars_a_reply_that_begins_otherwise_is_none(
    opened: Open, said: str, text: str, finished: bool
) -> None:
    with serving(said, form=None, odds=False) as server:
        reply = asked_for(opened(server), lead="Der Rat soll", allows=lambda _: True)
    assert (reply.text, reply.finished) == (text, finished)


def test_without_grammars_refused_words_are_counted(opened: Open) -> None:
    with serving("Der Rat soll Unsinn und Quatsch bauen.", form=None) as server:
        reply = asked_for(
            opened(server),
            lead="Der Rat soll",
            allows=lambda text: text.rsplit(maxsplit=1)[-1] not in {"Unsinn", "Quatsch"},
        )
        assert len(server.asked) == 1
    assert reply.taken_back == 2


def test_a_choice_is_read_off_the_first_word(opened: Open) -> None:
    with serving(Answer("Nein", how="json", first={"Nein": -0.2, "Ja": -1.7, "Na": -5.0})) as server:
        yes, no = opened(server).choose(ASK, ("Ja", "Nein"))
    assert (yes, no) == (-1.7, -0.2)


def test_a_choice_of_a_server_that_tells_no_probabilities(opened: Open) -> None:
    with serving(Answer("Nein, das tut er nicht", how="json"), odds=False, form=None) as server:
        yes, no = opened(server).choose(ASK, ("Ja", "Nein"))
    assert no > yes


def test_several_are_asked_at_once_but_no_more_than_were_allowed(opened: Open) -> None:
    with serving(lambda body: Answer(body["messages"][-1]["content"], how="json")) as server:
        model = opened(server, at_once=4)
        model.able()
        server.barrier = threading.Barrier(4)  # nobody is answered before four are waiting

        def script(n: int) -> Script[str]:
            replies = yield [Request([Message("user", f"{n}.{m}")], 20) for m in range(2)]
            return " ".join(reply.text for reply in replies)

        made = dict(model.write_all(script(n) for n in range(6)))
    assert made == {n: f"{n}.0 {n}.1" for n in range(6)}
    assert server.most_at_once == 4


def test_a_script_that_wants_nothing_and_one_that_fails(opened: Open) -> None:
    closed: list[int] = []

    def nothing() -> Script[int]:
        return 7
        yield []

    def fails(n: int) -> Script[int]:
        try:
            yield [Request(ASK, 20)]
            raise ModelError("Das geht nicht.")
        finally:
            closed.append(n)

    with serving("Ja.") as server:
        model = opened(server)
        assert list(model.write_all([nothing()])) == [(0, 7)]
        with pytest.raises(ModelError, match="geht nicht"):
            list(model.write_all([nothing(), fails(1), fails(2)]))
    assert 1 in closed


def test_what_is_under_way_ends_at_once_where_it_is_to_stop(opened: Open) -> None:
    with serving(Answer("nie", how="silent")) as server:
        model = opened(server)
        model.able()
        with pytest.raises(Interrupted):
            asked_for(model, should_stop=lambda: bool(server.asked))


# --- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "tries"),
    [
        (Answer(status=429, headers={"Retry-After": "0"}), 2),
        (Answer(status=503), 2),
        (Answer("Der Rat soll eine ganz andere Halle bauen.", how="cut"), 2),
        (Answer(how="broken"), 2),
        (Answer(status=500, text="intern"), 2),
    ],
)
def test_what_may_pass_is_tried_again(opened: Open, trouble: Answer, tries: int) -> None:
    answers = [trouble]
    with serving(lambda body: answers.pop() if answers else "Der Rat soll bauen.") as server:
        assert asked_for(opened(server)).text == "Der Rat soll bauen."
        assert len(server.asked) == tries


@pytest.mark.parametrize(
    ("answer", "sentence", "most"),
    [
        (Answer(status=429), "überlastet", 5),
        (Answer(status=503), "überlastet", 5),
        (Answer(status=400, text='{"error": {"message": "maximum context length is 4096 tokens"}}'), "zu lang", 1),
        (Answer(status=404, text='{"error": "model does not exist"}'), "kennt das Modell „rathaus-7b“ nicht", 1),
        (Answer(status=404, text="not found"), "antwortet kein Server für Sprachmodelle", 1),
        (Answer(status=403), "Schlüssel", 1),
        (Answer(status=418, text="ein geheimer Satz der Vorlage"), r"lehnt die Anfrage ab \(418\)", 1),
        (Answer(how="broken"), "antwortet nicht so", 2),
        (Answer(how="html"), "antwortet nicht so", 2),
        (Answer("Der Rat soll.", how="cut"), "abgebrochen", 4),
        (Answer("x", reason="stop", how="json"), "", 1),
    ],
)
def test_what_stays_wrong_ends_in_one_sentence_without_a_word_of_the_papers(
    opened: Open, answer: Answer, sentence: str, most: int
) -> None:
    with serving(answer) as server:
        model = opened(server)
        if not sentence:  # a server that does not stream is no fault
            assert asked_for(model).text == "x"
            return
        with pytest.raises(ModelError, match=sentence) as told:
            asked_for(model)
        assert len(server.asked) == most
    text = str(told.value)
    assert text.endswith(".")
    assert "geheimer" not in text
    assert "beschließt den Bau" not in text


def test_a_reply_without_end_is_left(opened: Open) -> None:
    with serving(Answer("Der Rat soll", how="endless")) as server:
        reply = asked_for(opened(server))
    assert not reply.finished
    assert len(reply.text) < 200_000


def test_nobody_there(opened: Open) -> None:
    with serving("nie") as server:
        address = server.address
    with pytest.raises(ServerError, match="nicht zu erreichen"):
        asked_for(opened(address))


def test_a_slow_server_is_not_waited_for_longer_than_was_set(opened: Open) -> None:
    with serving(Answer("nie", how="silent")) as server:
        model = opened(server, patience_s=1)
        model.able()
        with pytest.raises(ServerError, match="1 Sekunden lang nicht fertig"):
            asked_for(model)


def test_a_wrong_key_and_a_model_that_is_not_there(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    with serving("Der Rat soll bauen.", key="richtig") as server:
        with pytest.raises(ServerError, match="nimmt den Schlüssel nicht an") as told:
            asked_for(opened(server, key="falsch-geheim"))
        assert asked_for(opened(server, key="richtig")).text
        with pytest.raises(ServerError, match="kennt das Modell „anderes“ nicht; er nennt: rathaus-7b"):
            asked_for(opened(server, key="richtig", model="anderes"))
    assert "geheim" not in str(told.value) + caplog.text


def test_special_words_of_a_paper_stay_data_in_a_grammar() -> None:
    lead = 'Der Antrag "x" ] | root ::= "böse" \\ [^a] soll\nnun'
    made = forms.grammar(lead, {" ]x"})
    literal = re.findall(r'"((?:[^"\\]|\\.)*)"', made)[0]
    assert re.sub(r"\\x(..)", lambda m: chr(int(m[1], 16)), literal) == lead.replace("\n", " ")
    pattern = forms.schema("Kosten (netto) 1.5 [€]*", {" abc"})["properties"]["text"]["pattern"]
    assert re.match(pattern, "Kosten (netto) 1.5 [€]* und mehr")
    assert not re.match(pattern, "Kosten (netto) 1x5 [€]* und mehr")
    assert not re.match(pattern, "Kosten (netto) 1.5 [€]* abcd")


@pytest.mark.parametrize(
    "raw",
    [
        '{"text": "Der Rat \\"so',
        '{"text": "Der Rat \\"so\\',
        '{"text":"Der Rat \\"so\\u00e',
        '{"text": "Der Rat \\"so"}',
    ],
)
def test_the_text_of_json_that_is_still_growing(raw: str) -> None:
    assert forms.inside(raw) == 'Der Rat "so'


# --- and where it is away ----------------------------------------------------------------------------------------------


def test_the_model_of_this_computer_writes_where_the_server_is_away(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = ScriptedModel(lambda _: "Von hier.")
    with serving("Vom Server.") as server:
        both = WithFallback(opened(server), lambda: local)
        assert both.write(ASK, max_tokens=20).text == "Vom Server."
        assert both.record.server == f"127.0.0.1:{server.port}"
    assert both.write(ASK, max_tokens=20).text == "Von hier."
    assert both.record == RECORD
    assert both.choose(ASK, ("Ja", "Nein"))[0] > -1  # and does not ask the server each time
    with pytest.raises(ServerError):  # a briefing begins anew instead
        list(both.write_all([_one()]))


def _one() -> Script[str]:
    (reply,) = yield [Request(ASK, 20)]
    return reply.text
