"""A real server with the real default model: llama-cpp-python's own, on a free port of this machine."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ratsassistent import language_models, model_server, models
from ratsassistent.errors import Interrupted, ServerError
from ratsassistent.settings import DEFAULT_MODEL, read_settings
from ratsassistent.writing.model.language_model import Message
from ratsassistent.writing.remote.server_model import ServerModel

ENTRY = models.load_catalogue().get(DEFAULT_MODEL)
PATH = models.find(ENTRY, read_settings().model_folders)
pytestmark = [
    pytest.mark.skipif(PATH is None, reason="das Standardmodell fehlt: python3 start.py --nur-einrichten"),
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("sse_starlette", "starlette_context", "pydantic_settings")),
        reason="der Server von llama-cpp-python fehlt: pip install 'llama-cpp-python[server]'",
    ),
]  # fmt: skip
KEY, NAME = "nur-fuer-den-test", "rathaus"
TEXT = "Die Stadt saniert die Turnhalle der Grundschule am Ried. Die Kosten betragen 1,35 Mio. Euro."
ASK = [Message("system", "Du antwortest kurz auf Deutsch, nur aus dem Text."), Message("user", f"{TEXT}\n\nFrage: Wie hoch sind die Kosten?")]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [
        sys.executable, "-m", "llama_cpp.server", "--model", str(PATH), "--model_alias", NAME, "--host", "127.0.0.1", "--port", str(port),
        "--api_key", KEY, "--n_ctx", "2048", "--n_threads", "1", "--n_threads_batch", "2", "--interrupt_requests", "False", "--logits_all", "True",
    ]  # fmt: skip
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            for _ in range(1200):  # until it answers or has ended, two minutes at most
                assert process.poll() is None, log.read_text(errors="replace")[-2000:]
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def opened(address: str, folder: Path, key: str = KEY, name: str = NAME) -> ServerModel:
    file = folder / "schluessel"
    file.write_text(key)
    file.chmod(0o600)
    server = model_server.made(address, name, key_file=file, at_once=1)
    model_server.store(folder, server)
    settings = read_settings(folder)
    return language_models.remote_of(settings, server)


def test_a_real_server_writes_what_it_is_told_to_begin_with(address: str, tmp_path: Path) -> None:
    model = opened(address, tmp_path)
    try:
        able = model.able()
        assert (able.model, able.form != "none") == (NAME, True)
        grown: list[str] = []
        reply = model.write(ASK, max_tokens=30, lead="Die Kosten", on_text=grown.append)
        assert reply.text.startswith("Die Kosten")
        assert "1,35" in reply.text
        assert reply.finished
        assert reply.tokens_written > 3
        assert all(reply.text.startswith(piece.strip()) for piece in grown)
        refusing = model.write(ASK, max_tokens=30, allows=lambda text: "Kosten" not in text)
        assert "Kosten" not in refusing.text or not refusing.finished
        yes, no = model.choose(
            [Message("user", f"{TEXT} Geht es um eine Turnhalle? Antworte mit Ja oder Nein.")], ("Ja", "Nein")
        )
        assert yes > no
        with pytest.raises(Interrupted):
            model.write(ASK, max_tokens=200, should_stop=lambda: True)
        assert "1,35" in model.write(ASK, max_tokens=30).text  # and goes on after that
    finally:
        model.close()


@pytest.mark.parametrize(
    ("key", "name", "sentence"), [("falsch", NAME, "Schlüssel"), (KEY, "gibt-es-nicht", "kennt das Modell")]
)
def test_a_real_server_that_refuses_is_told_in_a_sentence(
    address: str, tmp_path: Path, key: str, name: str, sentence: str
) -> None:
    model = opened(address, tmp_path, key, name)
    try:
        with pytest.raises(ServerError, match=sentence):
            model.able()
    finally:
        model.close()
