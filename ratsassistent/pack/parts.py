"""A paper's running text becomes its parts: what is proposed, why, at what cost, and the rest of the form.

What enters: PagedText, and where its documents begin (found here where the caller does not know). What leaves: Parts in
order, without overlap. What it does not know: agendas, files.

The operative wording has to come whole and alone: it begins behind its heading and ends where the next part, a form, a
signature or the next document begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.oparl import PagedText, Part, PartKind
from ratsassistent.pack.agenda_head import DATE
from ratsassistent.pack.headings import INLINE, SIGNATURE, Heading, asks, is_section, read_heading
from ratsassistent.pack.heads import Role, read_page_head

_BOX = re.compile(r"[☐☒✓✗□■]|\[[ xX]\]|\(\s?[xX]?\s?\)\s*(?:ja|nein)", re.IGNORECASE)
_YES_NO = re.compile(r"^\W*(?:ja|nein)\b(?:\W+(?:ja|nein)\b)?\W*[xX]?\W*$", re.IGNORECASE)
_AMOUNT = re.compile(r"\d[\d.]*(?:,\d{1,2})?\s*(?:€|Euro\b|EUR\b|T€|TEUR|Mio\b|Mrd\b)|(?:€|EUR)\s*\d")
_LABEL_VALUE = re.compile(r"^[^:]{4,70}:\s*\S*\d")
_POINTER = re.compile(
    r"^\W*\(?(?:siehe|s\.|vgl\.|vergleiche|wie|entsprechend|gemäß|laut)\b.{0,80}(?:Beschluss|Beschluß|Seite|S\.|Anlage|Antrag|oben|unten|Folgeseite|Rückseite|Kurzfassung)",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"^\W*D(?:er|ie|as)\s+(?:[\wÄÖÜäöüß/-]+\s+){0,5}?[\wÄÖÜäöüß/-]*(?:rat|[aA]usschuss|beirat|tag|versammlung|vertretung|kommission|senat|bürgerschaft|magistrat)\w{0,3}\b"
    r".{0,200}?\b(?:nimmt|nehmen|beschließt|stimmt|empfiehlt|beauftragt|ermächtigt)\b",
    re.DOTALL,
)
_LIST_MARK = re.compile(r"^\s*(?:\d{1,2}[.)]|[a-z][.)]|[-•–▪*])\s+\S")
_TELLING_TICK = re.compile(r"(?i)budget|finanzier|gedeckt|deckung|veranschlagt|haushalt|mittel|etat|plan")
_BY_GROUP = re.compile(
    r"[Ff]raktion\b(?s:.*)\bmöge(?:n)?\s+(?:\w+\s+)?beschließen|\bAntrag (?:zur Sitzung|der \w*[Ff]raktion)"
)
_CONTINUED = re.compile(r"\W*\(?\s*(?:Forts(?:etzung|\.)|ff\.)\W*$")
MAX_SUMMARY = 4000  # characters; a longer "Zusammenfassung" is a chapter of the reasoning


@dataclass(frozen=True, slots=True)
class DocumentStart:
    """From this character on the paper's text is one document: the paper itself, a Stellungnahme, an Anlage."""

    offset: int
    role: Role
    kind: str | None = None
    label: str | None = None  # of an Anlage


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


@dataclass(slots=True)
class _Open:
    """A part that is being read."""

    kind: PartKind
    heading: str | None
    start: int
    short: bool = False


def find_parts(text: PagedText, documents: Sequence[DocumentStart] = ()) -> tuple[Part, ...]:
    """The parts of a paper, in order of the text.

    :param documents: where the documents of the paper begin; without it the heads of the pages tell.
    """
    starts = list(documents) or _documents(text)
    parts: list[Part] = []
    for index, document in enumerate(starts):
        end = starts[index + 1].offset if index + 1 < len(starts) else len(text.text)
        if document.role == "annex":
            parts.append(_part(text.text, "annex", _annex_heading(text.text, document, end), document.offset, end))
        else:
            parts.extend(_settle(text, _read(text, document, end), document))
    return tuple(part for part in parts if part.start < part.end)


def _documents(text: PagedText) -> list[DocumentStart]:
    found = []
    for index, start in enumerate(text.starts):
        end = text.starts[index + 1].offset if index + 1 < len(text.starts) else len(text.text)
        head = read_page_head(text.text[start.offset : end])
        if index == 0 or head.strong or (head.role == "annex" and not (head.sure and (head.running or 0) > 1)):
            role = head.role or "main"
            found.append(DocumentStart(start.offset, role, head.kind, head.label))
    return found


def _annex_heading(text: str, document: DocumentStart, end: int) -> str | None:
    """An annex's first line, with its label where only the running line of its pages had that."""
    line = next((line for line in text[document.offset : end].split("\n") if line.strip()), None)
    first = " ".join(line.split())[:120] if line else None
    if document.label and not re.match(r"\W*(?:Anlage|Anhang|Beilage)(?:\b|\d)", first or ""):
        return f"Anlage {document.label} – {first}" if first else f"Anlage {document.label}"
    return first


def _lines(text: str, start: int, end: int) -> list[_Line]:
    out = []
    at = start
    for line in text[start:end].split("\n"):
        out.append(_Line(at, at + len(line), line))
        at += len(line) + 1
    return out


def _part(text: str, kind: PartKind, heading: str | None, start: int, end: int, complete: bool = True) -> Part:
    """A part without the white space at its edges."""
    inside = text[start:end]
    left = len(inside) - len(inside.lstrip())
    right = len(inside.rstrip())
    if left >= right:
        return Part(kind=kind, heading=heading, start=start, end=start, complete=complete)
    return Part(kind=kind, heading=heading, start=start + left, end=start + right, complete=complete)


def _read(text: PagedText, document: DocumentStart, end: int) -> list[tuple[_Open, int]]:
    """Walk over the lines of one document. Returns each part with its end."""
    lines = _lines(text.text, document.offset, end)
    first_page = text.text[document.offset : min(end, document.offset + 4000)]
    motion = asks(document.kind) or (document.kind is None and bool(_BY_GROUP.search(first_page)))
    base: PartKind = "statement" if document.role == "statement" else "motion" if motion else "text"
    page_starts = {start.offset for start in text.starts}
    repeated = _page_headers(lines, page_starts)
    done: list[tuple[_Open, int]] = []
    now = _Open("title", None, document.offset)

    def begin(kind: PartKind, heading: str | None, at: int, start: int, short: bool = False) -> None:
        nonlocal now
        done.append((now, at))
        now = _Open(kind, heading, start, short)

    skip = -1
    for index, line in enumerate(lines):
        if index <= skip or not line.text.strip():
            continue
        heading = None if line.text.strip() in repeated else _heading(lines, index, base)
        if heading and not heading.kept and _mid_sentence(lines, index):
            heading = None
        if heading and _begins(heading, now, line, base):
            kind, name = _kind_here(heading, lines, index, base, document), heading.name
            start = line.start if heading.kept else line.end
            inline = None if heading.kept else INLINE.match(line.text)
            if inline:
                start, name = line.start + inline.end(), inline["name"]
            elif heading.kind == "resolution" and not heading.kept:
                last = _heading_goes_on(lines, index)
                start, skip = lines[last].end, last
                name = " ".join(" ".join(part.text for part in lines[index : last + 1]).split())
            begin(kind, name, line.start, start, heading.short)
        elif now.kind == "consultation" and not _in_table(lines, index):
            begin(base, None, line.start, line.start)
        elif now.kind == "form" and _is_prose(lines, index, line.start in page_starts):
            begin("reason" if base != "statement" else "statement", None, line.start, line.start)
        elif now.kind == "title" and index > 3 and _is_prose(lines, index, False):
            begin(base, None, line.start, line.start)
        elif now.heading == SIGNATURE and _is_prose(lines, index, False):
            begin("text", None, line.start, line.start)
        elif now.kind in {"summary", "costs"} and is_section(line.text):
            begin("reason" if base != "statement" else "statement", line.text.strip(), line.start, line.end)
    done.append((now, end))
    return done


def _page_headers(lines: Sequence[_Line], page_starts: set[int]) -> set[str]:
    """Lines that stand on top of three pages or more: the running title of a long document heads no part."""
    tops: Counter[str] = Counter()
    for index, line in enumerate(lines):
        if line.start in page_starts:
            tops.update({later.text.strip() for later in lines[index : index + 3] if later.text.strip()})
    return {text for text, count in tops.items() if count >= 3}


def _mid_sentence(lines: Sequence[_Line], index: int) -> bool:
    """True where the line goes on with the sentence above it, however much it looks like a heading."""
    text = lines[index].text.strip()
    above = lines[index - 1].text.rstrip() if index else ""
    if _BOX.search(above):
        return False  # a row of a form, however long
    if len(text) <= 25 and text.endswith(":") and text[:1].isupper() and " " not in text:
        return False
    return len(above) >= 60 and above[-1] not in '.:;!?)“"☐☒' and not re.search(r"\d$", above)


def _heading(lines: Sequence[_Line], index: int, base: PartKind) -> Heading | None:
    """The heading on a line; phrases that run over two lines and headings with their text behind a colon included."""
    line = lines[index].text
    found = read_heading(line)
    if found:
        return found
    box = _BOX.search(line)
    label = read_heading(line[: box.start()]) if box else None
    if label and label.kind in {"costs", "form"}:
        return Heading("form", label.name)
    inline = INLINE.match(line)
    if inline:
        return _inline_heading(inline["name"], lines, index, base)
    if index + 1 < len(lines) and re.match(r"\W*D(?:er|ie|as)\s", line):
        found = read_heading(f"{line.strip()} {lines[index + 1].text.strip()}"[:140])
        if found and found.kept and found.kind == "resolution":
            return found
    return None


def _inline_heading(name: str, lines: Sequence[_Line], index: int, base: PartKind) -> Heading | None:
    """The heading before a colon with its text behind it, unless that is the subject of a letter."""
    if any(re.match(r"\W*(?:Sehr|Liebe)", later.text) for later in lines[index + 1 : index + 4]):
        return None
    head = read_heading(name + ":")
    return head or (Heading("motion", name) if name == "Antrag" and base == "motion" else None)


def _begins(heading: Heading, now: _Open, line: _Line, base: PartKind) -> bool:
    """True where a heading opens a new part in the place where it stands."""
    if heading.kept and heading.kind == "resolution":
        # "Der Rat möge beschließen" opens a part of its own only where no other wording is being read.
        return now.kind in {"title", "consultation", "text", "form"} or (
            now.kind == "motion" and line.start == now.start
        )
    # one heading on two lines; the mayor's name in the letterhead
    if (heading.name, now.heading) == ("Auswirkungen", "Finanzielle") or (
        now.kind == "title" and heading.name == SIGNATURE
    ):
        return False
    if now.kind == "form" and heading.name and heading.kind == "reason" and "|" in heading.name:
        return False
    if heading.kind == "summary" and heading.name == "Mitteilung" and now.kind == "title":
        return False
    if (
        heading.kind == "reason"
        and now.kind == "title"
        and base == "text"
        and heading.name in {"Bericht", "Beratungsgegenstand"}
    ):
        return False
    return not (
        heading.kind == "form" and now.kind in {"reason", "statement", "motion"} and not _form_line(line.text, heading)
    )


def _form_line(text: str, heading: Heading) -> bool:
    """True where a form's label stands in running text as a heading of its own, not as the start of a sentence."""
    return len(text.strip()) <= 60 and not text.strip().endswith(".") and heading.name != "CO"


def _kind_here(
    heading: Heading, lines: Sequence[_Line], index: int, base: PartKind, document: DocumentStart
) -> PartKind:
    """The kind that a heading means in this document."""
    kind = heading.kind
    if kind == "costs" and _is_form(lines, index):
        return "form"
    if kind == "resolution" and base == "motion" and (heading.kept or (heading.name or "").startswith("Antrag")):
        return "motion"
    if kind == "reason" and document.role == "statement":
        return "statement"
    if (
        kind == "form"
        and not _is_form(lines, index)
        and any(len(later.text) > 60 for later in lines[index + 1 : index + 3])
    ):
        return "text"
    return kind


def _is_form(lines: Sequence[_Line], index: int) -> bool:
    """True where check boxes follow within the next lines."""
    seen = 0
    for line in lines[index : index + 14]:
        if not line.text.strip():
            continue
        if _BOX.search(line.text) or _YES_NO.match(line.text):
            return True
        if len(line.text.strip()) > 75 and line.text.strip()[-1] in ".,":
            return False
        seen += 1
        if seen > 10:
            break
    return False


def _heading_goes_on(lines: Sequence[_Line], index: int) -> int:
    """The last line of a heading of the wording: "Beschluss:", "Antrag an den Rat – nach Vorberatung im", "Ausschuss –"."""
    last = index
    for later in range(index + 1, min(index + 6, len(lines))):
        text = " ".join(lines[later].text.split())
        if not text:
            continue
        open_dash = len(re.findall(r"(?<!\w)[–-](?!\w)", lines[last].text)) % 2 == 1 and lines[
            last
        ].text.strip().startswith("Antrag an")
        again = read_heading(text)
        if open_dash and text.endswith(("–", "-")):
            return later
        if (
            again
            and again.kind == "resolution"
            and not again.kept
            and (text.startswith("Antrag an") or text.endswith(":"))
        ):
            last = later
            continue
        break
    return last


def _in_table(lines: Sequence[_Line], index: int) -> bool:
    """True where a line still belongs to the Beratungsfolge: it has a day, boxes, or a day follows soon."""
    text = lines[index].text.strip()
    if (
        DATE.search(text)
        or _BOX.search(text)
        or re.match(r"^(?:TOP|Ö|N|X|x|abgelehnt|verwiesen|Gremium|Termin)\b", text)
    ):
        return True
    if len(text) <= 45 and not text.endswith((".", ":")) and not re.match(r"\d{1,2}\.\s", text):
        following = [line.text for line in lines[index + 1 : index + 3] if line.text.strip()]
        return any(DATE.search(line) and not re.search(r"[.:]$", line) for line in following[:2])
    return False


def _is_prose(lines: Sequence[_Line], index: int, page_top: bool) -> bool:
    """True where running text begins again behind a form: long lines without boxes, fewer needed on top of a page."""
    block = [line.text.strip() for line in lines[index : index + 3]]
    long = [len(text) >= 65 and not _BOX.search(text) and not text.startswith("(") for text in block]
    return all(long[:2]) if page_top else len(long) == 3 and all(long)


def _settle(paged: PagedText, found: Sequence[tuple[_Open, int]], document: DocumentStart) -> list[Part]:
    """Tidy up the parts of one document: pointers, short wordings, amounts in forms, headings out of place."""
    text = paged.text
    parts: list[Part] = []
    for piece, end in found:
        part = _part(text, piece.kind, piece.heading, piece.start, end, not piece.short)
        if part.start == part.end:
            continue
        words = text[part.start : part.end]
        if part.kind == "resolution" and _POINTER.match(words) and len(words.split()) < 25:
            part = part.model_copy(update={"kind": "text", "complete": True})
        elif part.kind == "summary" and (len(words) > MAX_SUMMARY or _is_body(part, words)):
            part = part.model_copy(update={"kind": "statement" if document.role == "statement" else "reason"})
        elif part.kind == "summary" and _DECIDES.match(words) and len(words.split()) <= 90 and document.role == "main":
            part = part.model_copy(update={"kind": "resolution"})
        if part.kind == "form":
            parts.extend(_costs_in_form(text, part))
        else:
            parts.append(part)
    _end_before_late_heading(paged, parts)
    return _one_whole_wording(text, _joined(text, parts))


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
    """Where a paper gives its wording twice, the later, fuller one counts; the first is marked as not complete."""
    wordings = [i for i, part in enumerate(parts) if part.kind == "resolution"]
    if len(wordings) == 1 and not parts[wordings[0]].complete:
        parts[wordings[0]] = parts[wordings[0]].model_copy(update={"complete": True})
    for i in wordings[:-1]:
        mine = parts[i].end - parts[i].start
        fuller = any(parts[j].end - parts[j].start >= 0.7 * mine for j in wordings if j > i)
        if parts[i].complete and fuller and _alike(text, parts[i], [parts[j] for j in wordings if j > i]):
            parts[i] = parts[i].model_copy(update={"complete": False})
    return parts


def _alike(text: str, part: Part, later: Sequence[Part]) -> bool:
    """True where most words of a wording come again in a later one."""
    words = set(re.findall(r"\w{4,}", text[part.start : part.end].casefold()))
    return any(
        len(words & set(re.findall(r"\w{4,}", text[other.start : other.end].casefold()))) >= 0.6 * len(words)
        for other in later
    )


def _end_before_late_heading(paged: PagedText, parts: list[Part]) -> None:
    """A text frame can make "Begründung" come last on its page: then the motion ends with its list or first paragraph."""
    text = paged.text
    for i in range(len(parts) - 1):
        motion, reason = parts[i], parts[i + 1]
        late = paged.at(reason.start) != paged.at(motion.end)
        if motion.kind != "motion" or reason.heading is None or not late:
            continue
        lines = _lines(text, motion.start, motion.end)
        marks = [n for n, line in enumerate(lines) if _LIST_MARK.match(line.text)]
        longest = max(len(line.text) for line in lines)
        for line in lines[marks[-1] if marks else 0 :]:
            if line.text.rstrip().endswith((".", "?")) and (marks or len(line.text) < 0.85 * longest):
                if motion.end - line.end > 200:
                    parts[i] = motion.model_copy(update={"end": line.end})
                    parts.insert(i + 1, _part(text, "reason", reason.heading, line.end, motion.end))
                return


def _label_above(line: str) -> bool:
    """True where a form's label goes on in the next line: its value stands there, or the rest of a cut word."""
    return bool(re.search(r"[^\W\d].*[:-]\s*$", line)) and not _BOX.search(line)


def _costs_in_form(text: str, form: Part) -> list[Part]:
    """A form's filled-in amounts and ticked boxes are kept as costs; the empty rest stays a form."""
    out: list[Part] = []
    at = form.start
    lines = _lines(text, form.start, form.end)
    money = bool(form.heading and re.search(r"(?i)finanz|kosten|haushalt", form.heading))
    index = 0
    while index < len(lines):
        line = lines[index]
        last = index
        keep = bool(_AMOUNT.search(line.text)) or (
            money and bool(_LABEL_VALUE.match(line.text)) and not _BOX.search(line.text)
        )
        if not keep and money and line.text.strip() in {"☒", "✓"} and index + 1 < len(lines):
            label = lines[index + 1].text
            keep = bool(_TELLING_TICK.search(label)) and not _BOX.search(label)
            last = index + 1
        if keep:
            first = (
                index - 1 if index and lines[index - 1].start >= at and _label_above(lines[index - 1].text) else index
            )
            out.append(_part(text, "form", form.heading, at, lines[first].start))
            out.append(_part(text, "costs", form.heading, lines[first].start, lines[last].end))
            at = lines[last].end
            index = last
        index += 1
    out.append(_part(text, "form", form.heading, at, form.end))
    merged: list[Part] = []
    for part in out:
        if part.start == part.end:
            continue
        if merged and part.kind == "costs" == merged[-1].kind:
            merged[-1] = merged[-1].model_copy(update={"end": part.end})
        else:
            merged.append(part)
    return merged
