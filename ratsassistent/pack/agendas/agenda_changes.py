"""What a Nachtrag says about items that were already on the agenda: withdrawn, moved, added.

What enters: lines and heads of agendas. What leaves: Changes, and yes or no for a line. What it does not know: which item
a number meant in the agenda before; `nachtrag` looks that up.

An item of which a Nachtrag says nothing but its number has a title of its own, "(TOP 7)" or "(bisher TOP 8)", that is
shown only as long as the agenda itself was not handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ratsassistent.pack.agendas.agenda_numbers import number_path

_ITEM = r"(?:TOPs?|T\.O\.P\.|Tagesordnungspunkte?[ns]?|Punkte?[ns]?|Traktand(?:um|en|ums)|Ziffern?)"
_NUM = r"(?:(?:NÖ|N|Ö|ö)\s?)?\d{1,3}(?:\.\d{1,3}){0,3}\s?(?:[a-z](?![\wäöü]))?"
_MORE = rf"(?:\s*(?:,|und|sowie|bis|[–-])\s*(?:{_ITEM}\s*)?{_NUM}){{0,12}}"
_NUMBERS = rf"(?P<numbers>{_NUM}{_MORE})"
_GONE = (
    r"(?:abgesetzt|zurückgezogen|abgesagt|abtraktandiert"
    r"|(?<=Tagesordnung )(?:gestrichen|genommen|entfernt|herausgenommen)|(?<=TO )(?:gestrichen|genommen|entfernt))"
)
_WITHDRAWN = (
    re.compile(
        rf"^\W{{0,4}}(?:De[rn]|Die|Das)?\s*{_ITEM}\s*{_NUMBERS}(?P<title>(?:[^.\n]|\.(?=\S)|(?<=Nr)\.){{0,200}}?)\s*"
        rf"(?:(?:wird|werden|wurden?|ist|sind)\s+(?:\w+\s+){{0,3}}?(?:von\s+der\s+(?:Tagesordnung|TO)\s+)?(?:wieder\s+)?{_GONE}\b|entf[aä]ll(?:en|t)\b)"
    ),
    re.compile(
        rf"^\W{{0,4}}Von\s+der\s+(?:Tagesordnung|TO)\s+(?:wird|werden)\s+(?:(?:der|die)\s+)?{_ITEM}\s*{_NUMBERS}"
        rf"(?P<title>(?:[^.\n]|\.(?=\S)|(?<=Nr)\.){{0,200}}?)\s*(?:{_GONE}|genommen|gestrichen)\b"
    ),
    re.compile(
        rf"^\W{{0,4}}(?:(?:Von\s+der\s+(?:Tagesordnung|TO)\s+)?(?:[Aa]bgesetzt|[Gg]enommen|[Zz]urückgezogen)(?:\s+(?:wird|werden))?|Es\s+entf[aä]ll(?:en|t))"
        rf"\s*:?\s*(?:(?:der|die)\s+)?{_ITEM}\s*{_NUMBERS}(?P<title>.{{0,200}})$"
    ),
    re.compile(rf"^\W{{0,4}}{_ITEM}\s*{_NUMBERS}(?P<title>)\s*[:–—-]?\s*\(?(?:(?:ist|wird)\s+)?{_GONE}\)?\W*$"),
)
_MOVED = (
    re.compile(
        rf"^\W{{0,4}}(?:De[rn]|Die|Das)?\s*(?:(?:bisherige|alte|ursprüngliche|frühere)[rns]?\s+)?{_ITEM}\s*(?P<from>{_NUM})(?:\s*(?:bis|[–-])\s*(?P<from2>{_NUM}))?"
        r"(?:\s*\(?alt\)?|\s*\([^()]{2,80}\))?\s+(?:(?:wird|werden)\s+(?:(?:vorgezogen|verschoben|zurückgestellt)\s+und\s+)?(?:nunmehr\s+|nun\s+|jetzt\s+|somit\s+|zu[mr]?\s+|als\s+|auf\s+)*"
        r"|(?:rück(?:t|en)|verschieb(?:t|en)\s+sich|änder(?:t|n)\s+sich)\s+(?:entsprechend\s+)?(?:auf|zu|an|in)\s+|erh[aä]lt(?:en)?\s+die\s+Nummern?\s+)"
        rf"(?:die\s+|den\s+|neuen?\s+|neuer\s+)*(?:{_ITEM}\s*)?(?P<to>{_NUM})(?:\s*(?:bis|[–-])\s*(?P<to2>{_NUM}))?"
    ),
    re.compile(
        rf"^\W{{0,4}}{_ITEM}\s*(?P<from>{_NUM})(?P<from2>)\s*(?:\(?alt\)?\s*)?(?:=|->|→|⇒)\s*(?:{_ITEM}\s*)?(?P<to>{_NUM})(?P<to2>)(?:\s*\(?neu\)?)?\s*$"
    ),
)
_NEW = re.compile(
    rf"^(?P<lead>\W{{0,4}}(?:Neuer?s?|Zusätzlicher?s?|Weiterer?s?|NEU)\s*:?\s+)(?={_ITEM}\s*{_NUM})", re.IGNORECASE
)
_TAKEN_IN = re.compile(
    rf"^\W{{0,4}}(?:(?:Als|Unter)\s+(?:neue[rmn]?\s+)?|Nach\s+{_ITEM}\s*{_NUM}\s+wird\s+(?:als\s+)?(?:folgender\s+|ein\s+|der\s+)?(?:neuer\s+)?)(?P<item>{_ITEM}\s*{_NUM})\s+"
    r"(?:wird\s+)?(?:(?:neu|zusätzlich|folgendes?|der\s+Punkt)\s+)*(?:in\s+die\s+Tagesordnung\s+)?(?:aufgenommen|eingefügt|ergänzt|behandelt|eingeschoben)\s*:?\s*(?P<title>.*)$"
)
_NEW_MARK = re.compile(r"^\s*[(\[]?(?:NEU|neu)[)\]:]?\s*[:–-]?\s+(?=\S)|\s*[(\[](?:NEU|neu)[)\]]\s*$")
_FORMERLY = re.compile(
    rf"\s*[(\[–-]?\s*(?:bisher(?:iger)?|vormals|ehemals|ehem\.|früher(?:er)?|alt(?:er)?|zuvor|ursprünglich)\s*:?\s*(?:{_ITEM}\s*)?(?P<number>{_NUM})\s*[)\]–-]?\s*$",
    re.IGNORECASE,
)
_END_GONE = re.compile(
    r"\s*[(\[–—*-]+\s*(?:(?:wird|wurde|ist)\s+)?(?:von\s+der\s+Tagesordnung\s+)?"
    r"(?:abgesetzt|zurückgezogen|entfällt|abgesagt|gestrichen|genommen)\s*[)\]–—*!-]*\s*$",
    re.IGNORECASE,
)
_START_GONE = re.compile(
    r"^\s*[(\[*–-]*\s*(?:abgesetzt|zurückgezogen|entfällt|ABGESETZT)\s*[)\]*]*\s*[:–)\]-]\s*", re.IGNORECASE
)
_LINE_GONE = re.compile(
    r"^\W{0,4}(?:(?:(?:Der|Dieser)\s+)?(?:Tagesordnungspunkt|Punkt|TOP|Antrag|Die\s+(?:Vorlage|Beschlussvorlage))\s+)?"
    r"(?:(?:wird|wurde|ist)\s+)?(?:\w+\s+){0,3}?(?:von\s+der\s+(?:Tagesordnung|TO)\s+)?(?:abgesetzt|zurückgezogen|entfällt|gestrichen|genommen)\W*$",
    re.IGNORECASE,
)
_GONE_SECTION = re.compile(
    r"(?i)^\W{0,4}(?:(?:Folgende[rn]?|Nachstehende[rn]?)\s+(?:Tagesordnungs)?(?:punkte?|TOPs?|Angelegenheite?n?)\s+(?:wird|werden|entf[aä]ll(?:en|t))\b.{0,60}?(?:abgesetzt|genommen|gestrichen|zurückgezogen|entf[aä]ll(?:en|t))?"
    r"|Abgesetzte?\s+(?:Tagesordnungs)?(?:punkte?|werden|wird)|Von\s+der\s+Tagesordnung\s+(?:wird|werden)\s*(?:folgende\s+\w+\s+)?(?:abgesetzt|genommen|gestrichen)|Absetzung(?:en)?(?:\s+von\s+der\s+Tagesordnung)?)\s*:?\s*$"
)
_NEW_SECTION = re.compile(
    r"(?i)^\W{0,4}.{0,90}\b(?:erweiter[tn]|ergänz(?:en|t|ung(?:en)?|ungspunkte)|aufgenommen|neu(?:e\s+(?:tagesordnungs)?punkte)?|hinzugefügt|zusätzlich\w*(?:\s+\w+)?)\W*$"
)
_SUPPLEMENT = re.compile(
    r"(?im)^\W*(?:(?P<count>\d{1,2})\.\s*)?(?P<what>Nachtrag|Nachtrags(?:tagesordnung|einladung)|(?:Tages)?ordnungsnachtrag|Ergänzung(?:sblatt)?|"
    r"Ergänzungs(?:tagesordnung|einladung)|Erweiterung|Änderung|(?:Nach|Zusatz)traktand(?:en|um)|Nachtragstraktanden(?:liste)?|Neufassung|"
    r"(?:ge|abge)änderte\s+Tagesordnung|aktualisierte\s+Tagesordnung|erweiterte\s+Tagesordnung|ergänzte\s+Tagesordnung)"
    r"(?=\W*$|\W+(?:zur|zum|der|des|Nr|für|vom|Tagesordnung|\d)\b)(?:\W{0,3}Nr\.?\s*(?P<count2>\d{1,2}))?"
)
_SAYS_SO = re.compile(
    r"(?i)\bTagesordnung\b[^.]{0,140}?\b(?:um\s+(?:den\s+|die\s+)?(?:folgende[nrs]?|nachstehende[nrs]?|nachfolgende[nrs]?)\b[^.:]{0,80}?(?:ergänz|erweiter)|wird\s+wie\s+folgt\s+(?:ergänzt|erweitert|geändert))"
    r"|\bnachtr[aä]g\w*\s+(?:auf|in)\s+die\s+Tagesordnung"
)
_NAME = re.compile(r"^(?:(?P<count>\d{1,2})\. )?Nachtrag: ")
_ONLY_GONE = re.compile(r"^\W*(?:abgesetzt|zurückgezogen|entfällt)\W*$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"^\((?:bisher )?TOP [^()]{1,12}\)$")
MAX_SENTENCE = 500  # characters of a sentence that withdraws or moves items


@dataclass(frozen=True, slots=True)
class Change:
    """One item that a Nachtrag speaks of. `formerly`: its number before; None for one that is withdrawn."""

    number: str
    title: str
    formerly: str | None = None
    withdrawn: bool = False


def changes(sentence: str) -> list[Change]:
    """The items that a sentence withdraws or moves; empty for a sentence that does neither."""
    text = " ".join(sentence.split())
    if len(text) > MAX_SENTENCE:
        return []
    for pattern in _MOVED:
        match = pattern.match(text)
        if match:
            return _moved(match["from"], match["from2"], match["to"], match["to2"])
    for pattern in _WITHDRAWN:
        match = pattern.match(text)
        if match:
            numbers = _listed(match["numbers"])
            title = match["title"].strip(" :,–—-\"'„“”»«()")
            title = re.sub(r"^(?:betreffend|betr\.)\s+", "", title)
            usable = len(numbers) == 1 and len(title) >= 6
            return [Change(n, title if usable else f"(TOP {n})", withdrawn=True) for n in numbers]
    return []


def _moved(first: str, last: str | None, to: str, to_last: str | None) -> list[Change]:
    numbers, places = _span(first, last), _span(to, to_last)
    if len(numbers) > 1 and len(places) == 1:  # "die bisherigen TOP 5 bis 9 werden TOP 6 ff."
        start = places[0]
        places = _span(start, _plus(start, len(numbers) - 1))
    if len(numbers) != len(places):
        return []
    return [Change(new, f"(bisher TOP {old})", formerly=old) for old, new in zip(numbers, places, strict=True)]


def _plus(number: str, by: int) -> str:
    return re.sub(r"\d+(?=\D*$)", lambda found: str(int(found[0]) + by), number)


def _span(first: str, last: str | None) -> list[str]:
    """ "5" to "9" as five numbers; at most 60."""
    first = " ".join(first.split())
    if not last:
        return [first]
    one, two = number_path(first), number_path(last)
    if not one or len(one) != len(two) or one[:-1] != two[:-1] or not 0 < two[-1] - one[-1] < 60:
        return [first]
    return [_plus(first, step) for step in range(two[-1] - one[-1] + 1)]


def _listed(text: str) -> list[str]:
    """ "5, 7 und 9 bis 11" as numbers."""
    out: list[str] = []
    parts = re.split(rf"\s*(,|und|sowie|bis|[–-])\s*(?:{_ITEM}\s*)?", text)
    for index, part in enumerate(parts):
        if index % 2:
            continue
        number = " ".join(part.split())
        joint = parts[index - 1] if index else ","
        if joint in {"bis", "-", "–"} and out:
            out.extend(_span(out[-1], number)[1:] or [number])
        elif number:
            out.append(number)
    return list(dict.fromkeys(out))


def without_new(line: str) -> str:
    """A line that begins a new item ("Neuer TOP 5: …", "Als TOP 5 wird aufgenommen: …") as any other item's line."""
    taken = _TAKEN_IN.match(line.strip())
    if taken:
        return f"{taken['item']}: {taken['title']}".rstrip(": ") if taken["title"] else f"{taken['item']}"
    return _NEW.sub("", line, count=1)


def plain_title(title: str) -> tuple[str, str | None, bool]:
    """A title without its marks: the title, the number that the item had before, whether it is withdrawn."""
    withdrawn = bool(_ONLY_GONE.match(title))
    for pattern in (_END_GONE, _START_GONE):
        shorter = pattern.sub("", title)
        if shorter != title and shorter.strip():
            title, withdrawn = shorter.strip(), True
    former = _FORMERLY.search(title)
    number = None
    if (
        former
        and (former[0].lstrip()[:1] in "([–-" or re.search(rf"{_ITEM}", former[0]))
        and title[: former.start()].strip()
    ):
        title, number = title[: former.start()].rstrip(" –-"), " ".join(former["number"].split())
    shorter = _NEW_MARK.sub("", title)
    return shorter if shorter.strip() else title, number, withdrawn


def is_former_line(line: str) -> str | None:
    """The number that a line of its own gives as the item's old one ("bisher TOP 5"), or None."""
    match = _FORMERLY.match(line.strip())
    return " ".join(match["number"].split()) if match else None


def says_withdrawn(line: str) -> bool:
    """True for a line below an item that takes it off the agenda."""
    return len(line) <= 120 and bool(_LINE_GONE.match(line.strip()))


def withdrawn_section(line: str) -> bool | None:
    """True where a line heads the items that are withdrawn, False where it heads new ones, None otherwise."""
    text = line.strip()
    if len(text) > 140:
        return None
    if _GONE_SECTION.match(text) and re.search(
        r"(?i)abgesetzt|absetzung|genommen|gestrichen|zurückgezogen|entf[aä]ll", text
    ):
        return True
    return False if text.endswith(":") and _NEW_SECTION.match(text) else None


def is_placeholder(title: str, number: str | None) -> bool:
    """True where an item's title says no more than a number."""
    return bool(_PLACEHOLDER.match(title) or _ONLY_GONE.match(title)) or (number is not None and not title.strip())


def supplement(head: str) -> int:
    """Which Nachtrag a head announces: 0 for an agenda that is none, 1 where it is not counted."""
    match = _SUPPLEMENT.search(head)
    if match:
        return max(1, int(match["count"] or match["count2"] or 1))
    return 1 if _SAYS_SO.search(" ".join(head.split())) else 0


def supplement_name(name: str, rank: int) -> str:
    """What the meeting is called while only its Nachtrag is there."""
    if rank > 1:
        return f"{rank}. Nachtrag: {name}"
    return f"Nachtrag: {name}" if rank else name


def is_supplement_name(name: str) -> bool:
    """True for a name that `supplement_name` made."""
    return bool(_NAME.match(name))


def supplement_rank(name: str) -> int:
    """0 for an agenda, 1, 2 … for its Nachträge."""
    match = _NAME.match(name)
    return int(match["count"] or 1) if match else 0
