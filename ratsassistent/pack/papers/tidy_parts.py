"""The parts that were read from a document, tidied up: pointers, short wordings, boxes in running text, amounts in forms.

What enters: the parts of one document as its headings cut them. What leaves: the same parts in order, without overlap, in
which what is form is kind "form" and only that. What it does not know: headings, how the parts were found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ratsassistent.oparl import PagedText, Part
from ratsassistent.pack.papers.asked import only_asked, without_edges
from ratsassistent.pack.papers.form_lines import (
    BOX,
    EMPTY,
    box_stretches,
    form_stretches,
    has_box,
    is_lost_pair,
    with_boxes,
)
from ratsassistent.pack.papers.lines import lines_of, trimmed_part

_AMOUNT = re.compile(r"\d[\d.]*(?:,\d{1,2})?\s*(?:€|Euro\b|EUR\b|T€|TEUR|Mio\b|Mrd\b)|(?:€|EUR)\s*\d")
_LABEL_VALUE = re.compile(r"^[^:]{4,70}:\s*\S*\d")
_LABEL_LINE = re.compile(r"^[A-ZÄÖÜ][^.!?:\n]{2,70}:[ \t]*(?:[^.!?\n]|\.(?=\d)){0,40}(?:\n|$)")
_ELSEWHERE = re.compile(
    r"(?i)vollständige[rnms]?\s+(?:\w+\s+)?(?:wortlaut|beschluss\w*)\b.{0,40}\b(?:seite|s\.|siehe|anlage)|\bwortlaut\s+(?:siehe|s\.|auf)\b"
)
_OWN_LABEL = re.compile(r"^\W*[^\W\d][^:]{3,70}:\s*\S")
_POINTER = re.compile(
    r"^\W*\(?(?:siehe|s\.|vgl\.|vergleiche|wie|entsprechend|gemäß|laut)\b.{0,80}(?:Beschluss|Beschluß|Seite|S\.|Anlage|Antrag|oben|unten|Folgeseite|Rückseite|Kurzfassung)",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"^\W*D(?:er|ie|as)\s+(?:[\wÄÖÜäöüß/-]+\s+){0,5}?[\wÄÖÜäöüß/-]*(?:rat|[aA]usschuss|beirat|tag|versammlung|vertretung|kommission|senat|bürgerschaft|magistrat)\w{0,3}\b"
    r".{0,200}?\b(?:nimmt|nehmen|beschließt|stimmt|empfiehlt|beauftragt|ermächtigt)\b",
    re.DOTALL,
)
_CONTINUED = re.compile(r"\W*\(?\s*(?:Forts(?:etzung|\.)|ff\.)\W*$")
_NAMED = re.compile(r"(?i)^\W*(?:\w{1,4}[.)]\s*)?(?:Beschlu(?:ss|ß)|Tenor|Dispositiv|Antrag an)")
_CHAPTER = re.compile(r"^\W*(?:\w{1,4}[.)]\s*)?(?:Vorschlag|Empfehlung|Verwaltungsvorschlag|Entscheidungsvorschlag)\b")
_CLOSING = re.compile(
    r"^\W*(?:\w{1,4}[.)]\s*)?(?:Beschlu(?:ss|ß)\s*:?(?:\s*(?:[IVX]+\.\s*)?Antrag an\b.*)?|Antrag an\b.*)$"
)
_TELLS = {"reason", "text", "statement", "costs"}
_WHOSE = re.compile(
    r"(?i)\b(?:für|an)\s+(?:(?:den|die|das)\s+)?(?P<body>[\w/-]+)|\b(?:variante|alternative|option|nr\.?)\s*(?P<name>\w+)|(?P<number>\d+)\W*$"
)
_SHORT = re.compile(r"^\W*(?:\w{1,4}[.)]\s*)?(?:Kurz|Zusammenfassung|Information|In Kürze|Das Wichtigste)")
MIN_TOLD = 150  # characters of reasons between the wording on the first page and the one at the end
MAX_SUMMARY = 4000  # characters; a longer "Zusammenfassung" is a chapter of the reasoning


def tidied(paged: PagedText, found: Sequence[Part], role: str, end: int) -> list[Part]:
    """Tidy up the parts of one document: pointers, short wordings, forms in running text, headings out of place.

    :param role: of the document: "main", "statement".
    :param end: where the document ends.
    """
    text = paged.text
    parts: list[Part] = []
    for read in found:
        part = without_edges(text, read) if read.kind == "resolution" else read
        words = text[part.start : part.end]
        if part.kind == "resolution" and _POINTER.match(words) and len(words.split()) < 25:
            part = part.model_copy(update={"kind": "text", "complete": True})
        elif part.kind == "summary" and (len(words) > MAX_SUMMARY or _is_body(part, words)):
            part = part.model_copy(update={"kind": "statement" if role == "statement" else "reason"})
        elif part.kind == "summary" and _DECIDES.match(words) and len(words.split()) <= 90 and role == "main":
            part = part.model_copy(update={"kind": "resolution"})
        parts.append(part)
    whole = _one_whole_wording(text, _joined(text, only_asked(paged, parts, end)))
    return [piece for part in whole for piece in without_form(text, part)]


def without_form(text: str, part: Part) -> list[Part]:
    """A part as pieces of its kind, with the check boxes and other form in it as parts of kind "form".

    Of a wording that is to be resolved, what is ticked belongs to it.
    """
    if part.kind == "form":
        return _costs_in_form(text, part)
    stretches = form_stretches(text, part.start, part.end)
    if part.kind == "resolution":
        stretches = [(a, b) for a, b in stretches if not _all_ticked(text[a:b])]
    out: list[Part] = []
    at = part.start
    for start, end in stretches:
        if at > part.start and part.kind == "resolution" and _LABEL_LINE.match(text[at:start].lstrip()):
            break
        out.append(trimmed_part(text, part.kind, part.heading, at, start, part.complete))
        heading = part.heading if start == part.start and part.kind == "costs" else None
        form = trimmed_part(text, "form", heading, start, end)
        out.extend(_costs_in_form(text, form))
        at = end
    rest = trimmed_part(text, part.kind, part.heading, at, part.end, part.complete)
    if at > part.start and part.kind == "resolution" and _LABEL_LINE.match(text[rest.start : rest.end]):
        out.extend(
            _costs_in_form(text, trimmed_part(text, "form", None, at, part.end))
        )  # a form goes on behind its boxes
    else:
        out.append(rest)
    return [piece for piece in out if piece.start < piece.end]


def _all_ticked(words: str) -> bool:
    """True for lines of which each begins with a ticked box, and none has an empty one."""
    marked = [with_boxes(line).strip() for line in words.split("\n") if line.strip()]
    return EMPTY not in "".join(marked) and bool(marked) and bool(BOX.match(marked[0]))


def _is_body(part: Part, words: str) -> bool:
    """True where "Mitteilung" heads the whole of what is told, not a short version of it."""
    return (part.heading or "").startswith("Mitteilung") and len(words.split()) > 120


def _joined(text: str, parts: Sequence[Part]) -> list[Part]:
    """Parts with those made one again that only a page's edge, or its "Begründung (Fortsetzung)", had cut."""
    out: list[Part] = []
    for part in parts:
        last = out[-1] if out else None
        if last and last.kind == part.kind and last.complete == part.complete:
            gap = text[last.end : part.start].strip()
            again = part.heading is not None and _CONTINUED.sub("", part.heading) == last.heading != part.heading
            if (part.heading is None and not gap) or (again and part.kind != "resolution"):
                out[-1] = last.model_copy(update={"end": part.end})
                continue
        out.append(part)
    return out


def _one_whole_wording(text: str, parts: list[Part]) -> list[Part]:
    """Where a paper gives its wording twice, the later, fuller one counts; the first is marked as not complete.

    A chapter "2. Vorschlag der Verwaltung" is a wording only where nothing else in the paper is called one.
    """
    if any(part.kind == "resolution" and _NAMED.match(part.heading or "") for part in parts):
        parts = [
            part.model_copy(update={"kind": "reason", "complete": True})
            if part.kind == "resolution" and _CHAPTER.match(part.heading or "")
            else part
            for part in parts
        ]
        parts = [
            part.model_copy(update={"complete": False})
            if part.kind == "resolution" and _SHORT.match(part.heading or "")
            else part
            for part in parts
        ]
    wordings = [i for i, part in enumerate(parts) if part.kind == "resolution"]
    if len(wordings) == 1 and not parts[wordings[0]].complete:
        parts[wordings[0]] = parts[wordings[0]].model_copy(update={"complete": True})
    for i in wordings[:-1]:
        mine = parts[i].end - parts[i].start
        later = [parts[j] for j in wordings if j > i and not _of_its_own(parts[i], parts[j])]
        fuller = any(part.end - part.start >= 0.7 * mine for part in later)
        short = bool(_ELSEWHERE.search(text[parts[i].start : parts[i].end]))
        ends = bool(later) and _closes(parts, i)
        if parts[i].complete and later and (short or ends or (fuller and _alike(text, parts[i], later))):
            parts[i] = parts[i].model_copy(update={"complete": False})
    return parts


def _closes(parts: Sequence[Part], first: int) -> bool:
    """True where a paper ends in its "Beschluss:", with its reasons between that and the wording on its first page."""
    last = max(i for i, part in enumerate(parts) if part.kind == "resolution")
    told = [sum(p.end - p.start for p in ps if p.kind in _TELLS) for ps in (parts[first + 1 : last], parts[last + 1 :])]
    return told[0] >= MIN_TOLD > told[1] and bool(_CLOSING.match(parts[last].heading or ""))


def _of_its_own(one: Part, two: Part) -> bool:
    """True for the wordings of two bodies, or two variants, that say by their headings which they are."""
    whose = [match[match.lastgroup or 0] for part in (one, two) if (match := _WHOSE.search(part.heading or ""))]
    return len(whose) == 2 and whose[0].casefold() != whose[1].casefold()


def _alike(text: str, part: Part, later: Sequence[Part]) -> bool:
    """True where most words of a wording come again in a later one."""
    words = set(re.findall(r"\w{4,}", text[part.start : part.end].casefold()))
    return any(
        len(words & set(re.findall(r"\w{4,}", text[other.start : other.end].casefold()))) >= 0.6 * len(words)
        for other in later
    )


def _label_above(line: str) -> bool:
    """True where a form's label goes on in the next line: its value stands there, or the rest of a cut word."""
    return bool(re.search(r"[^\W\d].*[:-]\s*$", line)) and not has_box(line)


def _costs_in_form(text: str, form: Part) -> list[Part]:
    """A form's filled-in amounts are kept as costs; its boxes with their options, and the empty rest, stay a form."""
    out: list[Part] = []
    at = form.start
    lines = lines_of(text, form.start, form.end)
    boxes = box_stretches(text, form.start, form.end)
    money = bool(form.heading and re.search(r"(?i)finanz|kosten|haushalt", form.heading))
    for index, line in enumerate(lines):
        if any(start < line.end and line.start < end for start, end in boxes) and not is_lost_pair(line.text):
            continue
        if _AMOUNT.search(line.text) or (money and _LABEL_VALUE.match(line.text)):
            above = lines[index - 1] if index and lines[index - 1].start >= at else None
            labelled = _OWN_LABEL.match(line.text) and above and not above.text.rstrip().endswith("-")
            first = above if above and not labelled and _label_above(above.text) else line
            if any(start < first.end and first.start < end for start, end in boxes):
                first = line
            out.append(trimmed_part(text, "form", form.heading, at, first.start))
            out.append(trimmed_part(text, "costs", form.heading, first.start, line.end))
            at = line.end
    out.append(trimmed_part(text, "form", form.heading, at, form.end))
    merged: list[Part] = []
    for part in out:
        if part.start == part.end:
            continue
        if merged and part.kind == "costs" == merged[-1].kind:
            merged[-1] = merged[-1].model_copy(update={"end": part.end})
        else:
            merged.append(part)
    return merged
