"""Damaged and hostile PDFs by the thousand: is each read, or refused with a sentence, within time and memory?

    python benchmarks/fuzz.py FOLDER [N] [--seed 1] [--largest 400000] [--keep FOLDER]

What enters: a folder of PDFs. Each of N mutants is made from one of them (same seed, same mutants), read as the program
reads it, now and then drawn and copied. What leaves: a summary, the mutants that broke the rule in the folder `--keep`,
and exit status 1 if there were any. The rule: no crash, no more than 20 seconds or 1.5 GB, and either pages, where each
without text says why, or one German sentence. A mutant that took too long is measured once more.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ratsassistent.errors import UnreadableFile
from ratsassistent.pack.files.isolated import ChildFailed, Children
from ratsassistent.pack.files.reading import public_copy_safely, read_safely, render_safely

MOST_SECONDS = 20.0
MOST_BYTES = 1_500_000_000
SENTENCE = re.compile(r"[A-ZÄÖÜ][^\n]+\.")
NUMBERS = [
    b"-1",
    b"0",
    b"1",
    b"65536",
    b"2147483647",
    b"4294967296",
    b"9223372036854775807",
    b"1" + b"0" * 40,
    b"1e308",
]
FILTERS = [b"/FlateDecode", b"/LZWDecode", b"/ASCII85Decode", b"/ASCIIHexDecode", b"/RunLengthDecode", b"/DCTDecode"]
FILTERS += [b"/JPXDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/Crypt"]
OPERATORS = b" q Q BT ET Tj TJ Tf Td Tm cm re f S W n Do BI ID EI gs sh Tr ' \" ".split(b" ")

Mutator = Callable[[bytes, random.Random], bytes]


def replace_some(data: bytes, rng: random.Random, pattern: bytes, new: Callable[[re.Match[bytes]], bytes]) -> bytes:
    """Replace one to three of the places that a pattern finds."""
    places = list(re.finditer(pattern, data))
    for place in sorted(rng.sample(places, min(len(places), rng.randint(1, 3))), key=lambda p: -p.start()):
        data = data[: place.start()] + new(place) + data[place.end() :]
    return data


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 64)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))] + rng.choice([b"", b"\n%%EOF\n", b"\nstartxref\n0\n%%EOF\n"])


def _block(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice([1, 16, 256, 4096, 65536]))


def insert_block(data: bytes, rng: random.Random) -> bytes:
    start, end = _block(data, rng)
    return data[:start] + rng.randbytes(end - start) + data[start:]


def delete_block(data: bytes, rng: random.Random) -> bytes:
    start, end = _block(data, rng)
    return data[:start] + data[end:]


def duplicate_block(data: bytes, rng: random.Random) -> bytes:
    start, end = _block(data, rng)
    at = rng.randrange(len(data))
    return data[:at] + data[start:end] * rng.randint(1, 20) + data[at:]


def swap_objects(data: bytes, rng: random.Random) -> bytes:
    numbers = sorted(set(re.findall(rb"(?<!\d)(\d{1,7}) 0 obj", data)))
    if len(numbers) < 2:
        return data
    one, two = rng.sample(numbers, 2)
    swapped = {one: two, two: one}
    return re.sub(rb"(?<!\d)(" + one + rb"|" + two + rb") 0 obj", lambda found: swapped[found[1]] + b" 0 obj", data)


def change_references(data: bytes, rng: random.Random) -> bytes:
    numbers = re.findall(rb"(?<!\d)(\d{1,7}) 0 obj", data) or [b"1"]
    return replace_some(data, rng, rb"(?<!\d)\d{1,7} 0 R", lambda _: rng.choice(numbers) + b" 0 R")


def change_lengths(data: bytes, rng: random.Random) -> bytes:
    new = [*NUMBERS, b"%d" % rng.randrange(100_000), b"7 0 R", b"[]"]
    return replace_some(
        data, rng, rb"/(?:Length\d?|Size|Count|N|First|W) ?\d+", lambda p: p[0].split(b" ")[0] + b" " + rng.choice(new)
    )


def kids_loop(data: bytes, rng: random.Random) -> bytes:
    pages = re.findall(rb"(?<!\d)(\d{1,7}) 0 obj\s*<<(?:(?!endobj).){0,400}?/Pages\b", data, re.DOTALL) or [b"1"]
    return replace_some(
        data,
        rng,
        rb"/Kids\s*\[[^\]]*\]",
        lambda p: b"/Kids [" + b" ".join([rng.choice(pages) + b" 0 R"] * rng.choice([1, 2, 50])) + b"]",
    )


def prev_loop(data: bytes, rng: random.Random) -> bytes:
    start = re.findall(rb"startxref\s+(\d+)", data)
    at = rng.choice(start) if start else b"0"
    if b"/Prev" in data and rng.random() < 0.5:
        return replace_some(data, rng, rb"/Prev\s+\d+", lambda _: b"/Prev " + at)
    return replace_some(data, rng, rb"trailer\s*<<|/Type ?/XRef\b", lambda p: p[0] + b" /Prev " + at + b" ")


def swap_filters(data: bytes, rng: random.Random) -> bytes:
    def other(_: re.Match[bytes]) -> bytes:
        return rng.choice([rng.choice(FILTERS), b"[" + b" ".join(rng.choices(FILTERS, k=rng.randint(2, 30))) + b"]"])

    return replace_some(data, rng, rb"/(?:Flate|LZW|ASCII85|ASCIIHex|RunLength|DCT|JPX|CCITTFax)Decode", other)


def huge_numbers(data: bytes, rng: random.Random) -> bytes:
    return replace_some(data, rng, rb"(?<=[\s\[])-?\d+(?:\.\d+)?(?=[\s\]/>])", lambda _: rng.choice(NUMBERS))


def nested(data: bytes, rng: random.Random) -> bytes:
    opening = rng.choice([b"[", b"<<", b"<</A ", b"(", b"[[/A "]) * rng.choice([10, 500, 20_000])
    return replace_some(data, rng, rb"(?<=\s)(?:\d+ 0 R|\d+|/\w+)(?=\s)", lambda p: opening + p[0])


def damage_xref(data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return replace_some(data, rng, rb"startxref\s+\d+", lambda _: b"startxref\n%d" % rng.randrange(2 * len(data)))
    return replace_some(
        data,
        rng,
        rb"\d{10} \d{5} [nf]",
        lambda _: b"%010d %05d %s" % (rng.randrange(len(data)), 0, rng.choice([b"n", b"f"])),
    )


def swap_names(data: bytes, rng: random.Random) -> bytes:
    names = re.findall(rb"/[A-Za-z]{1,20}", data) or [b"/Type"]
    return replace_some(data, rng, rb"/[A-Za-z]{1,20}", lambda _: rng.choice(names))


def inside_a_stream(data: bytes, rng: random.Random) -> bytes:
    """Change what a packed stream holds: drawing commands, fonts, tables of objects."""
    places = [p for p in re.finditer(rb"stream\r?\n(.*?)\r?\n?endstream", data, re.DOTALL) if p[1][:1] in b"xXhH\x08"]
    if not places:
        return data
    place = rng.choice(places)
    try:
        plain = zlib.decompress(place[1])
    except zlib.error:
        return data
    if plain and rng.random() < 0.3:
        at = rng.randrange(len(plain))
        words = [
            rng.choice(OPERATORS + NUMBERS + [b"[", b"]", b"(", b")", b"<<", b"/F1"])
            for _ in range(rng.choice([5, 500, 50_000]))
        ]
        plain = plain[:at] + b" " + b" ".join(words) + b" " + plain[at:]
    elif plain:
        plain = rng.choice([flip_bits, delete_block, duplicate_block, insert_block, huge_numbers])(plain, rng)
    packed = zlib.compress(plain, 9).ljust(len(place[1]), b" ")
    return data[: place.start(1)] + packed + data[place.end(1) :]


MUTATORS: list[Mutator] = [
    flip_bits, truncate, insert_block, delete_block, duplicate_block, swap_objects, change_references, change_lengths,
    kids_loop, prev_loop, swap_filters, huge_numbers, nested, damage_xref, swap_names, inside_a_stream, inside_a_stream,
]  # fmt: skip


def mutant(bases: list[bytes], seed: int, number: int) -> tuple[bytes, str]:
    """The mutant of this number, and what was done to make it."""
    rng = random.Random(f"{seed}/{number}")
    data = rng.choice(bases)
    done = []
    for mutate in rng.choices(MUTATORS, k=rng.choice([1, 1, 2, 3])):
        data = mutate(data, rng) or b"%PDF-"
        done.append(mutate.__name__)
    return data, "+".join(done)


class Memory(threading.Thread):
    """Watches how much memory this process and its children have, together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = self.most_parent = self.most_child = 0

    def run(self) -> None:
        me = psutil.Process()
        while True:
            own = me.memory_info().rss
            children = []
            for child in me.children():
                try:
                    children.append(child.memory_info().rss)
                except psutil.Error:
                    continue
            self.most = max(self.most, own + sum(children))
            self.most_parent = max(self.most_parent, own)
            self.most_child = max(self.most_child, *children, 0)
            time.sleep(0.02)


@dataclass
class Tally:
    """What came out."""

    ends: Counter[str] = field(default_factory=Counter)
    sentences: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    pages: int = 0


def check(path: Path, tally: Tally, children: Children, rng: random.Random) -> list[str]:
    """Read one mutant; what is against the rule."""
    wrong = []
    try:
        read = read_safely(path, name="Vorlage.pdf", children=children)
        tally.ends["read"] += 1
        tally.pages += len(read.pages)
        tally.reasons.update(page.reason for page in read.pages if page.reason)
        wrong += [
            f"page {page.number} has no reason" for page in read.pages if page.source == "none" and not page.reason
        ]
        if rng.random() < 0.1:
            render_safely(path, rng.randint(1, len(read.pages)))
            tally.ends["drawn"] += 1
        if rng.random() < 0.1:
            public_copy_safely(path, {1}, path.with_suffix(".copy"), children)
            tally.ends["copied"] += 1
    except UnreadableFile as error:
        tally.ends["refused"] += 1
        tally.sentences[re.sub(r"\d+", "9", str(error))] += 1
        if isinstance(error.__cause__, ChildFailed):
            tally.ends[f"child: {type(error.__cause__).__name__}"] += 1
        if not SENTENCE.fullmatch(str(error)):
            wrong.append(f"no sentence: {error}")
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--largest", type=int, default=400_000, help="bytes; larger files are left out")
    parser.add_argument("--keep", type=Path, help="where mutants that break the rule are put")
    args = parser.parse_args()
    files = sorted(f for f in args.folder.rglob("*.pdf") if f.stat().st_size <= args.largest)
    bases = [file.read_bytes() for file in files]
    if not bases:
        parser.error("there are no PDFs of that size")
    memory, tally, began = Memory(), Tally(), time.monotonic()
    memory.start()
    with tempfile.TemporaryDirectory() as folder, Children() as children:
        path = Path(folder) / "mutant.pdf"
        for number in range(args.first, args.first + args.count):
            data, made = mutant(bases, args.seed, number)
            path.write_bytes(data)
            memory.most, started = 0, time.monotonic()
            wrong = check(path, tally, children, random.Random(number))
            seconds = time.monotonic() - started
            tally.slowest = sorted([*tally.slowest, (round(seconds, 2), f"{number} {made}")], reverse=True)[:8]
            if seconds > MOST_SECONDS:  # was it the mutant, or was the machine busy with something else?
                started = time.monotonic()
                check(path, Tally(), children, random.Random(number))
                seconds = min(seconds, time.monotonic() - started)
            if seconds > MOST_SECONDS:
                wrong.append(f"{seconds:.1f} s")
            if memory.most > MOST_BYTES:
                wrong.append(f"{memory.most / 1e6:.0f} MB")
            if wrong:
                tally.broken.append(f"{number} ({made}): {'; '.join(wrong)}")
                print(tally.broken[-1], file=sys.stderr, flush=True)
                if args.keep:
                    args.keep.mkdir(parents=True, exist_ok=True)
                    (args.keep / f"{args.seed}-{number}.pdf").write_bytes(data)
            if (number + 1) % 100 == 0:
                print(
                    f"{number + 1}: {dict(tally.ends)}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
                )
    print(f"{args.count} mutants of {len(bases)} files, seed {args.seed}, {time.monotonic() - began:.0f} s")
    print("ends:", dict(tally.ends), "pages:", tally.pages)
    print("pages without text:", dict(tally.reasons.most_common()))
    print("refused:", *(f"\n  {count:5} {text}" for text, count in tally.sentences.most_common()))
    print("slowest:", *(f"\n  {seconds:5.1f} s  {what}" for seconds, what in tally.slowest))
    print(f"most memory: child {memory.most_child / 1e6:.0f} MB, parent {memory.most_parent / 1e6:.0f} MB")
    print("against the rule:", len(tally.broken), *(f"\n  {line}" for line in tally.broken))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
