"""Trains the static embedding model from council papers. Seeded: the same papers give the same model.

    python models/statisch/train.py PAPERS.jsonl.gz --lehrer FOLDER [--arbeit FOLDER] [-o FOLDER]

What enters: OParl papers with the text of their files, one JSON object a line; the folder of multilingual-e5-small.
What leaves: tokenizer.json, model.safetensors (8-bit vectors of word pieces with a scale each), training.json.
Questions, queries or judgements are never read.

1. Papers are split by their ids: 500 are kept apart and only measure.
2. Word pieces are learnt from words that stand in at least `MIN_PAPERS` papers and that are no names of persons as far
   as that can be seen: what mostly follows an address (Frau, Herr, Stadtrat, Dr. …) is left out.
3. Each piece begins with the word vectors of multilingual-e5-small, reduced to `DIMENSIONS` by principal
   components, weighed down by how frequent it is.
4. Pairs that belong together (title and text, Kurzfassung and Erläuterungen, a sentence and what is around it, two halves
   of a passage) are drawn together, all others of the same batch pushed apart (in-batch negatives, both directions).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

SEED = 20261126
PIECES = 32_000
DIMENSIONS = 256
MIN_PAPERS = 8
UNKNOWN = "[UNK]"
KEPT_APART = 500
MAX_CHARACTERS = 24_000  # of one file: statistics and budgets would else be most of the text
PASSAGE_WORDS = 100
MAX_TOKENS = 160
BATCH, EPOCHS, RATE, TEMPERATURE = 1024, 4, 0.01, 0.05
ADDRESS = r"(?:Frau|Herrn?|Stadtr[aä]t(?:in|e|innen)?|Ortschaftsr[aä]t(?:in|e)?|Dr\.|Prof\.|(?:Ober)?[Bb]ürgermeister(?:in)?|gez\.)"
NAMES = re.compile(rf"\b{ADDRESS}(?:\s+(?:Dr\.|Prof\.))*\s+((?:[A-ZÄÖÜ][\w.-]+\s+){{0,2}}[A-ZÄÖÜ][\wäöüß-]+)")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
SENTENCE = re.compile(r"(?<=[a-zäöüß][.!?])\s+(?=[A-ZÄÖÜ])")
PARTS = re.compile(r"(?:Ergänzende )?Erläuterungen|Begründung")


def main() -> None:
    """Read, train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path)
    parser.add_argument("--lehrer", type=Path, required=True, metavar="ORDNER", help="multilingual-e5-small")
    parser.add_argument("--arbeit", type=Path, default=Path("/tmp/statisch"), metavar="ORDNER")  # noqa: S108
    parser.add_argument("-o", "--ausgabe", type=Path, default=Path(__file__).parent, metavar="ORDNER")
    given = parser.parse_args()
    given.arbeit.mkdir(parents=True, exist_ok=True)
    started = time.time()
    learnt, apart = split(given.papers)
    say(started, f"{len(learnt)} papers to learn from, {len(apart)} kept apart")
    tokenizer = word_pieces(learnt, given.arbeit / "tokenizer.json")
    say(started, f"{tokenizer.get_vocab_size()} word pieces")
    pairs = list(pairs_of(learnt, random.Random(SEED)))
    left, right = tokens(tokenizer, [a for a, _ in pairs]), tokens(tokenizer, [b for _, b in pairs])
    say(started, f"{len(pairs)} pairs")
    first = beginning(tokenizer, given.lehrer, [*left, *right])
    say(started, f"begins with {first.shape}; kept apart: {measure(first, tokenizer, apart)}")
    weights = train(first, left, right, lambda epoch, w: say(started, f"{epoch}: {measure(w, tokenizer, apart)}"))
    figures = measure(*write(given.ausgabe, weights, tokenizer), apart)
    figures |= {
        "pairs": len(pairs),
        "papers": len(learnt),
        "seed": SEED,
        "minutes": round((time.time() - started) / 60),
    }
    (given.ausgabe / "training.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    say(started, str(figures))


def say(started: float, what: str) -> None:
    """A line on standard error with the seconds that have passed."""
    print(f"{time.time() - started:6.0f} s  {what}", file=sys.stderr, flush=True)


def split(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Papers to learn from, and those kept apart: title, and the passages and parts of each file."""
    papers = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            files = ([raw["mainFile"]] if raw.get("mainFile") else []) + (raw.get("auxiliaryFile") or [])
            texts = [clean(file.get("text") or "", raw.get("name") or "") for file in files]
            papers.append({"id": raw["id"], "title": " ".join((raw.get("name") or "").split()), "texts": texts})
    papers.sort(key=lambda paper: str(paper["id"]))
    random.Random(SEED).shuffle(papers)
    return papers[KEPT_APART:], papers[:KEPT_APART]


def clean(text: str, title: str) -> str:
    """One line, words cut at a line's end made whole, without the title (finding it again would be no art)."""
    text = re.sub(r"(\w)[-\u00ad]\s*\n\s*(?=[a-zäöüß])", r"\1", text[:MAX_CHARACTERS])
    text, title = " ".join(text.split()), " ".join(title.split())
    return text.replace(title, " ") if len(title) > 8 else text


def passages(text: str, words: int = PASSAGE_WORDS) -> list[str]:
    """Windows of so many words; tables and forms, which are mostly digits and single letters, are left out."""
    cut = text.split()
    windows = [cut[n : n + words] for n in range(0, len(cut), words)]
    return [
        " ".join(w)
        for w in windows
        if len(w) > words // 3 and sum(len(x) > 2 and x[0].isalpha() for x in w) > len(w) * 0.5
    ]


def word_pieces(papers: list[dict[str, Any]], path: Path) -> Any:
    """The tokenizer, learnt from words that many papers have and that are no persons' names."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    if path.exists():
        return Tokenizer.from_file(str(path))
    in_papers: Counter[str] = Counter()
    count: Counter[str] = Counter()
    addressed: Counter[str] = Counter()
    for paper in papers:
        words: Counter[str] = Counter()
        for text in [paper["title"], *paper["texts"]]:
            words.update(WORD.findall(text))
            for found in NAMES.findall(text):
                addressed.update(WORD.findall(found))
        in_papers.update(words.keys())
        count.update(words)
    names = {word for word, n in addressed.items() if n >= 0.4 * count[word] and n > 1}
    wanted = {w: n for w, n in count.items() if in_papers[w] >= MIN_PAPERS and w not in names}
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=60))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex("\\p{N}+"), "0")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=PIECES, min_frequency=2, special_tokens=[UNKNOWN])
    # The root of the frequency: what matters is how many different words a piece serves, not how often one is repeated.
    lines = (f"{word} " * max(1, round(n**0.5)) for word, n in sorted(wanted.items()))
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.save(str(path))
    print(f"{len(count)} words, {len(wanted)} used, {len(names)} left out as names", file=sys.stderr)
    return tokenizer


def pairs_of(papers: list[dict[str, Any]], chance: random.Random) -> Iterator[tuple[str, str]]:
    """What belongs together."""
    for paper in papers:
        for text in paper["texts"]:
            found = passages(text)
            if not found:
                continue
            if len(paper["title"]) > 15:
                for passage in chance.sample(found, min(3, len(found))):
                    yield paper["title"], passage
            short = re.search(r"Kurzfassung", text)
            long = PARTS.search(text, short.end()) if short else None
            if short and long:
                for passage in passages(text[long.end() :])[:3]:
                    yield " ".join(text[short.end() : long.start()].split()[:PASSAGE_WORDS]), passage
            for passage in chance.sample(found, min(6, len(found))):
                sentences = [s for s in SENTENCE.split(passage) if 5 <= len(s.split()) <= 30]
                if sentences and chance.random() < 0.7:
                    one = chance.choice(sentences)
                    yield one, passage.replace(one, " ")
                else:
                    words = passage.split()
                    yield " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


def tokens(tokenizer: Any, texts: list[str]) -> list[Any]:
    """The word pieces of each text as small arrays."""
    return [
        np.asarray(one.ids[:MAX_TOKENS] or [0], np.int32)
        for n in range(0, len(texts), 4096)
        for one in tokenizer.encode_batch_fast(texts[n : n + 4096], add_special_tokens=False)
    ]


def beginning(tokenizer: Any, teacher: Path, seen: list[Any]) -> Any:
    """A vector for each piece: the mean of the teacher's word vectors, fewer dimensions, frequent pieces weighed down."""
    from safetensors import safe_open
    from tokenizers import Tokenizer

    with safe_open(teacher / "model.safetensors", framework="numpy") as stored:
        theirs = stored.get_tensor("embeddings.word_embeddings.weight").astype(np.float32)
    size = tokenizer.get_vocab_size()
    words = [(tokenizer.id_to_token(n) or "").removeprefix("##") or "?" for n in range(size)]
    cut = Tokenizer.from_file(str(teacher / "tokenizer.json")).encode_batch_fast(words, add_special_tokens=False)
    vectors = np.stack([theirs[one.ids or [3]].mean(0) for one in cut]).astype(np.float64)
    centred = vectors - vectors.mean(0)
    values, axes = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ axes[:, np.argsort(values)[::-1][:DIMENSIONS]]
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True) + 1e-9
    share = np.bincount(np.concatenate(seen), minlength=size) + 1.0
    share /= share.sum()
    return (reduced * (1e-3 / (1e-3 + share))[:, None]).astype(np.float32)


def train(first: Any, left: list[Any], right: list[Any], tell: Any) -> Any:
    """Draw pairs together, push the rest of the batch apart (Adam, a rate that falls to nothing)."""
    weights, mean, square = first.copy(), np.zeros_like(first), np.zeros_like(first)
    batches, step = len(left) // BATCH, 0
    for epoch in range(EPOCHS):
        order, loss = np.random.default_rng(SEED + epoch).permutation(len(left)), 0.0
        for n in range(batches):
            step += 1
            chosen = order[n * BATCH : (n + 1) * BATCH]
            counts = [_counts([texts[i] for i in chosen], len(first)) for texts in (left, right)]
            part, slope = _contrast(weights, *counts)
            loss += part / batches
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            rate = RATE * (1 - step / (EPOCHS * batches + 1)) * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            weights -= rate * mean / (np.sqrt(square) + 1e-8)
        tell(f"epoch {epoch + 1}, loss {loss:.2f}", weights)
    return weights


def _counts(texts: list[Any], size: int) -> Any:
    """Texts as rows that say which pieces they hold and in which share."""
    from scipy.sparse import csr_matrix

    lengths = np.array([len(t) for t in texts])
    values = np.repeat(1 / lengths, lengths).astype(np.float32)
    matrix = csr_matrix((values, np.concatenate(texts), np.cumsum([0, *lengths])), shape=(len(texts), size))
    matrix.sum_duplicates()
    return matrix


def _contrast(weights: Any, left: Any, right: Any) -> tuple[float, Any]:
    """The loss of one batch, in both directions, and its slope for every weight."""
    means = [left @ weights, right @ weights]
    lengths = [np.linalg.norm(m, axis=1, keepdims=True) + 1e-9 for m in means]
    a, b = (m / n for m, n in zip(means, lengths, strict=True))
    scores = a @ b.T / TEMPERATURE
    forth, back = (np.exp(scores - scores.max(axis, keepdims=True)) for axis in (1, 0))
    forth /= forth.sum(1, keepdims=True)
    back /= back.sum(0, keepdims=True)
    loss = -float(np.log(np.diag(forth) + 1e-12).mean() + np.log(np.diag(back) + 1e-12).mean())
    slope = (forth + back - 2 * np.eye(len(scores), dtype=np.float32)) / (len(scores) * TEMPERATURE)
    slopes = [slope @ b, slope.T @ a]
    inner = [(s - u * (s * u).sum(1, keepdims=True)) / n for s, u, n in zip(slopes, (a, b), lengths, strict=True)]
    return loss, left.T @ inner[0] + right.T @ inner[1]


def measure(weights: Any, tokenizer: Any, apart: list[dict[str, Any]]) -> dict[str, Any]:
    """Of papers kept apart: does the title find a passage of its own paper among the passages of all of them?"""
    texts, owner = [], []
    for n, paper in enumerate(apart):
        own = [p for text in paper["texts"] for p in passages(text)][:8]
        texts += own
        owner += [n] * len(own)
    asked = sorted(set(owner))
    found = _mean(weights, tokens(tokenizer, texts))
    scores = _mean(weights, tokens(tokenizer, [apart[n]["title"] for n in asked])) @ found.T
    ranked = np.asarray(owner)[np.argsort(-scores, axis=1)]
    first = (ranked == np.asarray(asked)[:, None]).argmax(1)
    share = {f"first_{k}": round(float((first < k).mean()), 3) for k in (1, 3, 8)}
    return {**share, "mrr": round(float((1 / (first + 1)).mean()), 3), "titles": len(asked), "passages": len(texts)}


def _mean(weights: Any, texts: list[Any]) -> Any:
    vectors = np.stack([weights[t].mean(0) for t in texts])
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)


def write(folder: Path, weights: Any, tokenizer: Any) -> tuple[Any, Any]:
    """8-bit numbers with a scale for each piece; returns what a reader gets back."""
    from safetensors.numpy import save_file

    scale = (np.abs(weights).max(1, keepdims=True) / 127 + 1e-12).astype(np.float16)
    small = np.clip(np.round(weights / scale.astype(np.float32)), -127, 127).astype(np.int8)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"embedding.weight": small, "embedding.scale": scale}, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return small.astype(np.float32) * scale.astype(np.float32), tokenizer


if __name__ == "__main__":
    main()
