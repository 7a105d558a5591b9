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
from ratsassistent.pack.agendas.agenda_head import DATE
from ratsassistent.pack.papers.form_lines import BOX, has_box, offers_choice, with_boxes
from ratsassistent.pack.papers.headings import INLINE, SIGNATURE, TO_COUNCIL, Heading, asks, is_section, read_heading
from ratsassistent.pack.papers.heads import Role, read_page_head
from ratsassistent.pack.papers.lines import Line, lines_of, trimmed_part
from ratsassistent.pack.papers.tidy_parts import tidied, without_form

_ALONE = re.compile(r"\s*(?:Unser |Wir stellen folgenden )?Antrag(?:stext)?\s*")
_PROPOSES = re.compile(r"\W*(?:(?:\d{1,2}|[IVX]{1,4}|[A-H])[.)]\s*)?(?:Antrag|Es wird|Der Antrag)")
_ANSWERS = re.compile(
    r"\W*(?:(?:\d{1,2}|[IVX]{1,4}|[A-H])[.)]\s*)?(?:Stellungnahme|Antwort|Beantwortung)\b.*\b(?:Verwaltung|[Bb]ürgermeister\w*|Anfrage|Magistrats?)\W*$"
)
_ANSWER_BEFORE_BOX = re.compile(r"(?i)\b(?:ja|nein)\s*:?\s*$")  # "Finanzielle Auswirkungen Ja ☐"
_POINT = re.compile(r"^\W*(?P<number>\d{1,2})[.)]\s")
_NOT_A_POINT = re.compile(
    r"(?i)begründung|sachverhalt|sachdarstellung|erläuterung"
)  # heads a part, whatever its number
_NAME_ALONE = re.compile(
    r"^\s*(?:(?:Dr|Prof|Dipl|Mag|DI|Ing)\.?(?:-\w+\.)?\s+)*(?:[A-ZÄÖÜ][\w’'-]+\s+){1,3}[A-ZÄÖÜ][\w’'-]+\s*$"
)
_LABEL = re.compile(r"^\W*[A-ZÄÖÜ][\w .()/-]{1,30}:(?:\s|$)(?!.*beschlie|.*beantrag)")  # "Eingang: 3. Mai"
_SAYS = re.compile(r"\b(?:beantrag|beschlie|möge|beauftragt|aufgefordert|gebeten|fordern|bitten)")
MAX_QUOTED = 40  # lines in which a quotation that is open has to end
_YES_NO = re.compile(r"^\W*(?:ja|nein)\b(?:\W+(?:ja|nein)\b)?\W*[xX]?\W*$", re.IGNORECASE)
_MINUTES = re.compile(
    r"(?:.{0,60}\n+)?\W*(?:Niederschrift|\w*[Pp]rotokoll|Verhandlungsschrift|Beschlussauszug|Auszug aus de[rm])\b[^\n]{0,60}\n?[^\n]{0,60}"
    r"\b(?:\w*[Ss]itzung|[Tt]agung|Gemeinderat\w*|Ausschuss\w*)\b"
)
_BY_MEMBERS = re.compile(
    r"^\W*(?:(?:Hiermit|Daher|Deshalb|Somit)\s+beantrag|[Ww]ir\b|[Ii]ch\b|[Dd]ie\s+[\wÄÖÜ/-]*[Ff]raktion)"
)
_BY_GROUP = re.compile(
    r"[Ff]raktion\b(?s:.*)\bmöge(?:n)?\s+(?:\w+\s+)?beschließen|\bAntrag (?:zur Sitzung|der \w*[Ff]raktion)"
)


@dataclass(frozen=True, slots=True)
class DocumentStart:
    """From this character on the paper's text is one document: the paper itself, a Stellungnahme, an Anlage."""

    offset: int
    role: Role
    kind: str | None = None
    label: str | None = None  # of an Anlage


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
        if document.role == "annex" or _MINUTES.match(text.text[document.offset : end].lstrip()):
            annex = trimmed_part(text.text, "annex", _annex_heading(text.text, document, end), document.offset, end)
            parts.extend(without_form(text.text, annex))
        else:
            parts.extend(tidied(text, _read(text, document, end), document.role, end))
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


def _read(text: PagedText, document: DocumentStart, end: int) -> list[Part]:
    """Walk over the lines of one document and cut it at its headings."""
    lines = lines_of(text.text, document.offset, end)
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
        prose = now.kind not in {"consultation", "form"}  # a long row of a table is no sentence
        if heading and not heading.kept and prose and _mid_sentence(lines, index):
            heading = None
        if heading and now.kind == "resolution" and _within_wording(lines, index, heading, now):
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
            at = _name_above(lines, index) if name == SIGNATURE and now.kind in {"resolution", "motion"} else line.start
            begin(kind, name, at, min(at, start) if at < line.start else start, heading.short)
        elif now.kind == "consultation" and not _in_table(lines, index):
            begin(base, None, line.start, line.start)
        elif now.kind == "form" and _is_prose(lines, index, line.start in page_starts):
            begin("reason" if base != "statement" else "statement", None, line.start, line.start)
        elif (
            now.kind == "title"
            and index > 1
            and ((index > 3 and _is_prose(lines, index, False)) or (base == "motion" and _opens_motion(lines, index)))
        ):
            begin(base, None, line.start, line.start)
        elif now.heading == SIGNATURE and _is_prose(lines, index, False):
            begin("text", None, line.start, line.start)
        elif now.kind in {"summary", "costs"} and is_section(line.text):
            begin("reason" if base != "statement" else "statement", line.text.strip(), line.start, line.end)
    done.append((now, end))
    parts = (trimmed_part(text.text, p.kind, p.heading, p.start, stop, not p.short) for p, stop in done)
    return [part for part in parts if part.start < part.end]


def _within_wording(lines: Sequence[Line], index: int, heading: Heading, now: _Open) -> bool:
    """True where a heading's word stands inside the wording: in a text that is quoted, or as one of its points."""
    before = "\n".join(line.text for line in lines[:index] if line.start >= now.start)
    quoted = before.count("„") > len(re.findall("[“”]", before))
    if quoted:
        marks = (found[0] for line in lines[index : index + MAX_QUOTED] for found in re.finditer("[„“”]", line.text))
        return next(marks, "„") != "„"
    point = _POINT.match(lines[index].text)
    if not point or _POINT.match(now.heading or "") or _NOT_A_POINT.search(lines[index].text):
        return False
    points = [int(match["number"]) for line in before.split("\n") if (match := _POINT.match(line))]
    return bool(points) and int(point["number"]) == points[-1] + 1 and heading.kind != "resolution"


def _name_above(lines: Sequence[Line], index: int) -> int:
    """Where the signature begins whose office ("Bürgermeisterin") is on a line: with the name alone above it."""
    above = lines[index - 1] if index else None
    if above and _NAME_ALONE.match(above.text) and (index < 2 or not lines[index - 2].text.strip()):
        return above.start
    return lines[index].start


def _page_headers(lines: Sequence[Line], page_starts: set[int]) -> set[str]:
    """Lines that stand on top of three pages or more: the running title of a long document heads no part."""
    tops: Counter[str] = Counter()
    for index, line in enumerate(lines):
        if line.start in page_starts:
            tops.update({later.text.strip() for later in lines[index : index + 3] if later.text.strip()})
    return {text for text, count in tops.items() if count >= 3}


def _mid_sentence(lines: Sequence[Line], index: int) -> bool:
    """True where the line goes on with the sentence above it, however much it looks like a heading."""
    text = lines[index].text.strip()
    above = lines[index - 1].text.rstrip() if index else ""
    if has_box(above) or " | " in above:
        return False  # a row of a form or table, however long
    if len(text) <= 25 and text.endswith(":") and text[:1].isupper() and " " not in text:
        return False
    return len(above) >= 60 and above[-1] not in '.:;!?)“"☐☒' and not re.search(r"\d$", above)


def _heading(lines: Sequence[Line], index: int, base: PartKind) -> Heading | None:
    """The heading on a line; phrases that run over two lines and headings with their text behind a colon included."""
    line = lines[index].text
    found = read_heading(line)
    if found:
        return found
    marked = with_boxes(line) if has_box(line) else ""
    box = BOX.search(marked)
    label = read_heading(_ANSWER_BEFORE_BOX.sub("", marked[: box.start()])) if box else None
    if label and label.kind in {"costs", "form"}:
        return Heading("form", label.name, kept=True)
    if base == "motion" and _ALONE.fullmatch(line):
        above = next((one.text.rstrip() for one in reversed(lines[:index]) if one.text.strip()), "")
        if above.endswith((".", "!", "?", ")")):  # behind the reasons that some put first
            return Heading("motion", "Antrag")
    inline = INLINE.match(line)
    if inline:
        return _inline_heading(inline["name"], lines, index, base)
    if index + 1 < len(lines) and re.match(r"\W*D(?:er|ie|as)\s", line):
        found = read_heading(f"{line.strip()} {lines[index + 1].text.strip()}"[:140])
        if found and found.kept and found.kind == "resolution":
            return found
    return None


def _inline_heading(name: str, lines: Sequence[Line], index: int, base: PartKind) -> Heading | None:
    """The heading before a colon with its text behind it, unless that is the subject of a letter."""
    near = (*[line for line in lines[:index] if line.text.strip()][-4:], *lines[index + 1 : index + 4])
    if any(re.match(r"\W*(?:Sehr|Liebe)", other.text) for other in near):
        return None
    if name == "Antrag" and (
        not re.search(r"[.!?:;][\"“”»)]*$", _paragraph(lines, index)) or _only_a_name(lines, index)
    ):
        return None  # its subject, or who asks: "Antrag: Fraktion Mitte"
    head = read_heading(name + ":")
    return head or (Heading("motion", name) if name == "Antrag" and base == "motion" else None)


def _only_a_name(lines: Sequence[Line], index: int) -> bool:
    """True for "Antrag: Fraktion Mitte" with other lines of a form's head below it."""
    said = lines[index].text.partition(":")[2].split()
    below = next((line.text.strip() for line in lines[index + 1 :] if line.text.strip()), "")
    return 0 < len(said) <= 6 and said[-1][-1] not in ".!?;" and not below[:1].islower()


def _begins(heading: Heading, now: _Open, line: Line, base: PartKind) -> bool:
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
    heading: Heading, lines: Sequence[Line], index: int, base: PartKind, document: DocumentStart
) -> PartKind:
    """The kind that a heading means in this document."""
    kind = heading.kind
    if kind == "costs" and _is_form(lines, index):
        return "form"
    if kind == "resolution" and (
        (base == "motion" and (heading.kept or (heading.name or "").startswith("Antrag")))
        or (heading.kept and _BY_MEMBERS.match(lines[index].text))
    ):
        return "motion"
    if kind == "motion" and base == "text" and document.kind and _PROPOSES.match(heading.name or ""):
        return "resolution"  # a paper of the administration that calls its proposal "Antrag"
    if kind == "reason" and (document.role == "statement" or (base == "motion" and _ANSWERS.match(heading.name or ""))):
        return "statement"
    if (
        kind == "form"
        and not _is_form(lines, index)
        and any(len(later.text) > 60 for later in lines[index + 1 : index + 3])
    ):
        return "text"
    return kind


def _is_form(lines: Sequence[Line], index: int) -> bool:
    """True where check boxes follow within the next lines."""
    seen = 0
    for line in lines[index : index + 14]:
        if not line.text.strip():
            continue
        if offers_choice([line], 0) or _YES_NO.match(line.text):
            return True
        if len(line.text.strip()) > 75 and line.text.strip()[-1] in ".,":
            return False
        seen += 1
        if seen > 10:
            break
    return False


def _heading_goes_on(lines: Sequence[Line], index: int) -> int:
    """The last line of a heading of the wording: "Beschluss:", "Antrag an den Rat – nach Vorberatung im", "Ausschuss –"."""
    last = index
    for later in range(index + 1, min(index + 6, len(lines))):
        text = " ".join(lines[later].text.split())
        if not text:
            continue
        above = " ".join(lines[last].text.split())
        to_council = bool(TO_COUNCIL.match(above))
        open_dash = to_council and len(re.findall(r"(?<!\w)[–-](?!\w)", above)) % 2 == 1
        open_name = to_council and above.count("„") > len(re.findall("[“”]", above))
        if (open_dash and text.endswith(("–", "-"))) or (open_name and re.fullmatch("[^„“”]*[“”][^„]{0,20}", text)):
            return later
        again = read_heading(text)
        if again and again.kind == "resolution" and not again.kept and (TO_COUNCIL.match(text) or text.endswith(":")):
            last = later
            continue
        break
    return last


def _in_table(lines: Sequence[Line], index: int) -> bool:
    """True where a line still belongs to the Beratungsfolge: it has a day, boxes, or a day follows soon."""
    text = lines[index].text.strip()
    if DATE.search(text) or has_box(text) or re.match(r"^(?:TOP|Ö|N|X|x|abgelehnt|verwiesen|Gremium|Termin)\b", text):
        return True
    if len(text) <= 45 and not text.endswith((".", ":")) and not re.match(r"\d{1,2}\.\s", text):
        following = [line.text for line in lines[index + 1 : index + 3] if line.text.strip()]
        return any(DATE.search(line) and not re.search(r"[.:]$", line) for line in following[:2])
    return False


def _paragraph(lines: Sequence[Line], index: int) -> str:
    """The words from a line to the next blank one."""
    words = []
    for line in lines[index : index + 12]:
        if not line.text.strip():
            break
        words.append(line.text.strip())
    return " ".join(words)


def _opens_motion(lines: Sequence[Line], index: int) -> bool:
    """True where a paragraph behind the head of a motion says something: a point of a list, or a whole sentence."""
    if lines[index - 1].text.strip() or read_heading(lines[index].text):
        return False
    words = _paragraph(lines, index)
    if _LABEL.match(words) or DATE.match(words) or re.match(r"\W*(?:Sehr|Liebe)", words) or has_box(words):
        return False
    says = _POINT.match(words) or re.search(r"[.!?][\"“”»)]*$", words) or (words.endswith(":") and _SAYS.search(words))
    headed = any((found := read_heading(line.text)) and found.kind == "consultation" for line in lines[index:][:12])
    return len(words.split()) >= 4 and bool(says) and not headed


def _is_prose(lines: Sequence[Line], index: int, page_top: bool) -> bool:
    """True where running text begins again behind a form: long lines without boxes, fewer needed on top of a page."""
    block = [line.text.strip() for line in lines[index : index + 3]]
    long = [len(text) >= 65 and not has_box(text) and not text.startswith("(") for text in block]
    return all(long[:2]) if page_top else len(long) == 3 and all(long)
