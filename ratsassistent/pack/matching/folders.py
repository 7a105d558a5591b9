"""Which agenda item the name of a folder or file tells.

What enters: the files of one take-in and the entries of an agenda. What leaves: for each file whose folder or name says so
the entries that it may belong to. What it does not know: what a document is about.

Clerks sort by items: "TOP 05 Kanalbau/Anlage 1.pdf", "Öffentlicher Teil/03/Vorlage.pdf", "05_Vorlage.pdf". A number with its
word is taken at its word. A bare number may just as well only keep files in order, so it counts where what is known about
some of the files bears it out.
"""

from __future__ import annotations

import os.path
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Public
from ratsassistent.pack.agendas.agenda import AgendaEntry
from ratsassistent.pack.files.pages import ReadFile

_DIGITS = r"(?:[IVX]{1,5}[._])?\d{1,3}(?:[._-]\d{1,2}){0,3}[a-z]?"
_END = r"(?=$|[\s._),:;-])"
_WORDED = re.compile(
    rf"(?i)(?<![^\W_])(?:T\.?O\.?P|Tagesordnungspunkt|Traktandum|Punkt|Pkt)[\s._-]*"
    rf"(?P<part>NÖ|NOE|N|Ö|OE|O)?[\s._-]*(?P<digits>{_DIGITS}){_END}"
)
_LETTERED = re.compile(rf"^\W*(?P<part>NÖ|NOE|N|Ö|OE|Oe|ö|n)[\s._-]{{0,2}}(?P<digits>{_DIGITS}){_END}")
_BARE = re.compile(rf"^\W*(?P<digits>{_DIGITS}){_END}")
_DATED = re.compile(r"^\W*(?:\d{1,2}[._-]\d{1,2}[._-](?:\d{4}|\d\d)|(?:19|20)\d\d[._-]?\d\d[._-]?\d\d)(?!\d)")
_CLOSED = re.compile(r"(?i)nicht[\s_-]*(?:ö|oe)ffentlich|vertraulich|geheim|(?:^|[\s_-])n(?:ö|oe)(?:$|[\s_-])")
_OPEN = re.compile(r"(?i)(?:ö|oe)ffentlich")
# A folder that sorts by kind says nothing about items: one known paper in it does not speak for the others.
_BY_KIND = re.compile(
    r"(?i)^\W*(?:\d+\W+)?(?:(?:nicht\W*)?(?:ö|oe)ffentlich\w*(?:\W+teil)?|vorlagen?|anlagen?|unterlagen|sitzungsunterlagen|anträge|anfragen|"
    r"tischvorlagen?|nachgereicht\w*|nachträge?|sonstiges?|verschiedenes|mitteilungen|präsentationen|dokumente|dateien|pdfs?|neu\w*|downloads?)\W*$"
)
_HASH = re.compile(r"^[0-9a-f]{12,}$")


@dataclass(frozen=True, slots=True)
class Place:
    """What the place of a file tells: entries (by index), and the folders of one item (for what shares a folder)."""

    entries: frozenset[int]
    folder: str | None


def number_key(number: str) -> str:
    """An agenda number without what towns print around it: "TOP Ö 5.", "05" and "5" are the same here."""
    text = unicodedata.normalize("NFC", number).casefold().strip()
    text = re.sub(r"(?<=[\dA-Za-z])[_-](?=\d)", ".", text)
    text = re.sub(r"^(?:top)?(?:nö|[önab](?=\d))?", "", re.sub(r"[\s_)]", "", text)).strip(".")
    return re.sub(r"(?<![\d])0+(?=\d)", "", text)


def places(
    files: Sequence[ReadFile], entries: Sequence[AgendaEntry], known: Mapping[str, int], root: Sequence[ReadFile] = ()
) -> dict[str, Place]:
    """What folders and names tell about files.

    :param known: file id to index of the entry that the file belongs to by what it holds, as far as that is sure.
    :param root: other files of the take-in, such as the agenda, whose folder says where the common folder is.
    :return: by file id.
    """
    inner = _inner_folders([*files, *root])
    told = {read.file.id: _worded([*inner[read.file.id], _stem(read)], entries) for read in files}
    for level in (True, False):
        bare = {
            read.file.id: _bare(inner[read.file.id] if level else [_stem(read)], entries, inner[read.file.id])
            for read in files
            if not told[read.file.id]
        }
        if _borne_out(bare, known, folders=level):
            told.update({key: found for key, found in bare.items() if found})
    return {
        read.file.id: Place(frozenset(told[read.file.id]), _item_folder(inner[read.file.id]))
        for read in files
        if told[read.file.id] or _item_folder(inner[read.file.id])
    }


def one_item_folders(told: Mapping[str, Place], known: Mapping[str, int]) -> dict[str, int]:
    """The folders whose known files all belong to one entry, where folders are sorted by items: folder to entry."""
    held: dict[str, set[int]] = {}
    for key, place in told.items():
        if place.folder and key in known:
            held.setdefault(place.folder, set()).add(known[key])
    single = {folder: next(iter(found)) for folder, found in held.items() if len(found) == 1}
    mixed = len(held) - len(single)
    return single if len(set(single.values())) >= 2 and mixed * 3 <= len(single) else {}


def day_in_name(name: str) -> str | None:
    """The ISO day that a file's name gives ("2027-03-11_Anhang.pdf", "20270311 Folien.pdf", "11.03.2027.pdf")."""
    match = re.search(r"(?<!\d)((?:19|20)\d\d)[._-]?(0[1-9]|1[0-2])[._-]?(0[1-9]|[12]\d|3[01])(?!\d)", name)
    if match:
        return "-".join(match.groups())
    match = re.search(r"(?<!\d)(0?[1-9]|[12]\d|3[01])[._-](0?[1-9]|1[0-2])[._-]((?:19|20)\d\d)(?!\d)", name)
    compact = re.search(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])((?:19|20)\d\d)(?!\d)", name)
    match = match or compact
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else None


def _stem(read: ReadFile) -> str:
    return unicodedata.normalize("NFC", read.file.name).rpartition("/")[2].rpartition(".")[0]


def _inner_folders(files: Sequence[ReadFile]) -> dict[str, list[str]]:
    """For each file the names of its folders below the common one, outermost first; also those of its display name."""
    parents = [str(read.path.parent) for read in files]
    try:
        common = os.path.commonpath(parents) if parents else ""
    except ValueError:  # several drives
        common = ""
    out = {}
    for read, parent in zip(files, parents, strict=True):
        below = parent[len(common) :].replace("\\", "/").split("/")
        shown = read.file.name.replace("\\", "/").split("/")[:-1]
        names = [unicodedata.normalize("NFC", part) for part in below if part and not _HASH.match(part)]
        out[read.file.id] = [part for part in shown if part not in names] + names
    return out


def _item_folder(folders: Sequence[str]) -> str | None:
    """The folder that a file shares with others of its item, if its name does not sort by kind."""
    kept = list(folders)
    while kept and _BY_KIND.match(kept[-1]):
        kept.pop()
    return "/".join(kept) or None


def _worded(names: Sequence[str], entries: Sequence[AgendaEntry]) -> set[int]:
    """The entries that a number with its word, or with the letter of its part, names; the innermost name decides."""
    for name in reversed(names):
        match = _WORDED.search(name) or (None if _DATED.match(name) else _LETTERED.match(name))
        if match:
            letter = (match["part"] or "").casefold()
            public: Public = False if letter.startswith("n") else True if letter else _part_of(names)
            return _named(match["digits"], public, entries)
    return set()


def _bare(names: Sequence[str], entries: Sequence[AgendaEntry], folders: Sequence[str]) -> set[int]:
    for name in reversed(names):
        match = None if _DATED.match(name) else _BARE.match(name)
        if match:
            return _named(match["digits"], _part_of(folders), entries)
    return set()


def _part_of(names: Sequence[str]) -> Public:
    """Whether names of folders speak of the public or the non-public part."""
    for name in reversed(names):
        if _CLOSED.search(name):
            return False
        if _OPEN.search(name) or name.strip().casefold() in {"ö", "oe"}:
            return True
        if name.strip().casefold() == "n":
            return False
    return None


def _named(digits: str, public: Public, entries: Sequence[AgendaEntry]) -> set[int]:
    """The entries of a number; where it goes on ("05_2 Anlage") the longest stretch of it that is one."""
    groups = re.split(r"[._-]", digits)
    for length in range(len(groups), 0, -1):
        key = number_key(".".join(groups[:length]))
        found = {i for i, entry in enumerate(entries) if entry.number and number_key(entry.number) == key}
        if public is not None:
            found = {i for i in found if entries[i].public is public or entries[i].public is None}
        if found:
            return found
    return set()


def _borne_out(bare: Mapping[str, set[int]], known: Mapping[str, int], folders: bool) -> bool:
    """True where bare numbers are those of items: most of the files that are known otherwise say so."""
    pairs: Iterator[bool] = (known[key] in found for key, found in bare.items() if key in known)
    judged = list(pairs)
    agree = sum(judged)
    least = 1 if folders else 2
    return agree >= least and agree >= 3 * (len(judged) - agree)
