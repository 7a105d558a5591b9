"""Earlier resolutions on the same matter as an agenda item, and why each is linked.

What enters: an opened Workspace, a meeting or a paper with its texts. What leaves: EarlierResolutions, the surest first,
each with German reasons. What it does not know: how resolutions are read and kept (`register`), the page.

A link needs a reason that can be named: the same Vorlage, a Vorlage that the paper names, or a title that shares what is
rare in it (a place, a number, the name of a project) with the title of the other. Words that many titles have, and
items that come up in every meeting, link nothing; of a series only the last resolution is linked. Only what was decided before the day of the meeting counts, and a
public item is never linked with a non-public resolution.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ratsassistent import held, register
from ratsassistent.archive import german
from ratsassistent.archive.index import Index, Meaning
from ratsassistent.archive.register import Register, Titled, Wanted
from ratsassistent.oparl import AgendaItem, Meeting, Outcome
from ratsassistent.pack.papers.references import reference_key
from ratsassistent.resolutions import EarlierResolution, Resolution
from ratsassistent.workspace import Workspace

MOST = 6  # links of an item
STANDING = 4  # times that a title came up: it is an item of every meeting, and says nothing
ALIKE = 0.55  # of what two titles say, weighed by how rare it is, that they share
NAMED_ALIKE = 0.4  # where they share a name in quotes or the number of a plan
MEANT_ALIKE = 0.47  # where the search finds the papers near in meaning, too
SERIES = 4  # matters with nearly this title: it is a series, of which only the last is linked
RARE = 0.72  # of the weight of the rarest word possible: a shared word of at least this much there must be
_HITS = 20
_SAME, _NAMED = 3.0, 2.0  # what links by number count more than any title
_NUMBER = re.compile(r"(?:[A-Za-zÄÖÜ]{1,8}[/ -]?)?(?P<bare>\b\d\w*(?:\s?[/-]\s?\w+)+)")
_QUOTED = re.compile(r"[„“»\"‚]([^„“”»«\"‘’]{4,80})[“”«\"‘’]")
_PLAN = re.compile(
    r"(?i)\b(?:bebauungs|flächennutzungs|flächenwidmungs|vorhabenbezogener? bebauungs)?-?(?:b-?)?plan\w*\s+(?:nr\.?\s*)?(\d[\w./-]*\d|\d+)"
)
_MINUTES = re.compile(r"(?i)protokoll|niederschrift|auszug")
_FORMAL_WORDS = (
    "antrag anfrage änderungsantrag ergänzungsantrag vorlage beschluss beschlussfassung beschlussvorlage bericht sachstand "
    "sachstandsbericht information mitteilung stellungnahme kenntnisnahme zustimmung genehmigung vergabe satzung "
    "satzungsbeschluss aufstellungsbeschluss fortschreibung änderung neufassung stadt gemeinde rat gemeinderat stadtrat "
    "bestellung besetzung umbesetzung nachbesetzung berufung abberufung wahl nachwahl entsendung mitglied mitglieder "
    "stellvertreter vertreter sachkundig einwohner einwohnerinnen sachverständiger gemeinderätlich gremium gremien aufsichtsrat beirat ausscheiden zusammensetzung "
    "ausschuss ausschüsse fraktion interfraktionell gemeinsam sowie gemäß hier bezüglich betreffend öffentlich"
)
_FORMAL = frozenset(german.stem(word) for word in _FORMAL_WORDS.split())
_DONE: dict[Outcome, str] = {
    "accepted": "angenommen",
    "rejected": "abgelehnt",
    "postponed": "vertagt",
    "referred": "verwiesen",
    "noted": "zur Kenntnis genommen",
    "settled": "erledigt",
}


@dataclass
class _Link:
    score: float
    reasons: list[str] = field(default_factory=list)


class _Known:
    """The resolutions of one archive by what names them."""

    def __init__(self, titles: Sequence[Titled]) -> None:
        self.by_id = {one.id: one for one in titles if one.position == 0 or one.references}
        self.words = {key: _words(one.name) for key, one in self.by_id.items()}
        self.frequency = Counter(word for words in self.words.values() for word in words)
        self.with_word: dict[str, list[str]] = {}
        self.by_reference: dict[str, list[str]] = {}
        for key, one in self.by_id.items():
            for word in self.words[key]:
                self.with_word.setdefault(word, []).append(key)
            for reference in one.references:
                self.by_reference.setdefault(reference_key(reference), []).append(key)
        days = {(german.fold_name(one.name), one.date, one.organization) for one in self.by_id.values()}
        self.times = Counter(name for name, _, _ in days)

    def weight(self, word: str) -> float:
        """How much a word of a title says: a rare one more, a word of forms hardly anything."""
        if word in _FORMAL:
            return 0.1
        return math.log(1 + (len(self.by_id) + 1) / (1 + self.frequency[word]))

    @property
    def rarest(self) -> float:
        """The weight of a word that one title has."""
        return math.log(1 + (len(self.by_id) + 1) / 2)


def of_meeting(
    ws: Workspace, meeting: Meeting, items: Sequence[AgendaItem] | None = None
) -> dict[str, tuple[EarlierResolution, ...]]:
    """The links of the items of a meeting, by the ids of the items; the papers have to be with their texts.

    :param items: only these.
    """
    register.bring_up_to_date(ws)
    day = meeting.start[:10] if meeting.start else None
    chosen = meeting.agendaItem if items is None else items
    known = [(Register(store), store is ws.public) for store in ws.stores]
    titles = [(register_, public, _Known(register_.titles())) for register_, public in known]
    out: dict[str, tuple[EarlierResolution, ...]] = {}
    for item in chosen:
        found: list[EarlierResolution] = []
        for register_, public, archive in titles:
            if not public and not held.is_confidential(item):
                continue
            found += _links(ws, register_, archive, item, day, public)
        best = {one.resolution.id: one for one in sorted(found, key=lambda one: one.score)}
        ordered = sorted(best.values(), key=lambda one: (-round(one.score, 1), -_ordinal(one.resolution)))
        out[item.id] = tuple(ordered[:MOST])
    return out


def of_item(ws: Workspace, item: AgendaItem, meeting: Meeting | None = None) -> tuple[EarlierResolution, ...]:
    """The links of one item, or of a paper as `held.wanted_paper` gives it."""
    place = meeting or Meeting(id="", name="", organization=None, start=None, agendaItem=())
    return of_meeting(ws, place, [item])[item.id]


def _links(
    ws: Workspace, kept: Register, known: _Known, item: AgendaItem, day: str | None, public: bool
) -> list[EarlierResolution]:
    links: dict[str, _Link] = {}
    own = {reference_key(paper.reference): paper.reference for paper in item.papers if paper.reference}
    for key, printed in own.items():
        for other in known.by_reference.get(key, ()):
            _add(links, other, _SAME, f"dieselbe Vorlage {printed}")
    for key, printed in (_mentioned(item) if known.by_reference else {}).items():
        if key not in own:
            for other in known.by_reference.get(key, ()):
                _add(links, other, _NAMED, f"in der Vorlage genannt: {printed}")
    for other, score, why in _by_title(ws, known, item, day, public):
        _add(links, other, score, why)
    links = {
        key: link
        for key, link in links.items()
        if known.by_id[key].item_id != item.id and _is_before(known.by_id[key].date, day)
    }
    first: dict[str, str] = {}  # of several resolutions on one item the one on the item itself
    for key in sorted(links, key=lambda key: (-round(links[key].score, 1), known.by_id[key].position)):
        first.setdefault(known.by_id[key].item_id, key)
    chosen = sorted(first.values(), key=lambda key: -links[key].score)[: 2 * MOST]
    if not chosen:
        return []
    resolutions = {one.id: one for _, one in kept.find(Wanted(ids=tuple(chosen)))}
    return [
        EarlierResolution(
            resolution=resolutions[key],
            reasons=(f"{links[key].reasons[0]}, {told(resolutions[key])}", *links[key].reasons[1:]),
            score=round(links[key].score, 2),
        )
        for key in chosen
        if key in resolutions
    ]


def _add(links: dict[str, _Link], key: str, score: float, reason: str) -> None:
    link = links.setdefault(key, _Link(0.0))
    if reason in link.reasons:
        return
    link.reasons.insert(0 if score > link.score else len(link.reasons), reason)
    link.score = max(link.score, score) + 0.01


def _is_before(date: str | None, day: str | None) -> bool:
    return date is not None and (day is None or date < day)


def _mentioned(item: AgendaItem) -> dict[str, str]:
    """The numbers in the item's papers that may be those of other papers; what minutes say came later and is left out."""
    found: dict[str, str] = {}
    for paper in item.papers:
        starts = paper.text.starts
        for place, start in enumerate(starts):
            end = starts[place + 1].offset if place + 1 < len(starts) else len(paper.text.text)
            if paper.paperType == "Niederschrift" or _MINUTES.search(start.file):
                continue
            for match in _NUMBER.finditer(paper.text.text, start.offset, end):
                for printed in (match[0], match["bare"]):  # the word before it may belong to it
                    found.setdefault(reference_key(printed), " ".join(printed.split()))
    return found


def _by_title(
    ws: Workspace, known: _Known, item: AgendaItem, day: str | None, public: bool
) -> Iterable[tuple[str, float, str]]:
    """The resolutions whose titles share what is rare in the item's title."""
    if known.times[german.fold_name(item.name)] >= STANDING:
        return
    mine = _words(item.name)
    weights = {word: known.weight(word) for word in mine}
    total = sum(weights.values())
    if total < known.rarest:
        return
    shared: dict[str, float] = {}
    rare: set[str] = set()
    for word, weight in weights.items():
        for other in known.with_word.get(word, ()):
            shared[other] = shared.get(other, 0.0) + weight
            if weight >= RARE * known.rarest:
                rare.add(other)
    names = _names(item.name)
    alike: dict[str, float] = {}
    for other in rare:
        theirs = sum(known.weight(word) for word in known.words[other])
        one = known.by_id[other]
        standing = known.times[german.fold_name(one.name)] >= STANDING or not (one.references or item.papers)
        apart = names and _names(one.name) and names.isdisjoint(_names(one.name))
        if theirs and not standing and not apart and _is_before(one.date, day):
            alike[other] = shared[other] / math.sqrt(total * theirs)
    unsure = any(MEANT_ALIKE <= value < ALIKE for value in alike.values())
    near = _near(ws, item, public) if unsure else frozenset()
    found: list[tuple[str, float, str]] = []
    for other, value in alike.items():
        same_name = names & _names(known.by_id[other].name)
        if same_name and value >= NAMED_ALIKE:
            yield other, 1.0 + value, f"gleicher Name: {next(iter(sorted(same_name)))}"
        elif value >= ALIKE:
            found.append((other, value, "gleicher Gegenstand laut Titel"))
        elif value >= MEANT_ALIKE and known.by_id[other].item_id in near:
            found.append((other, value, "ähnlicher Gegenstand laut Titel und Inhalt"))
    matters = {known.by_id[other].references or (other,) for other, _, _ in found}
    if len(matters) >= SERIES:
        last = max(known.by_id[other].date or "" for other, _, _ in found)
        found = [entry for entry in found if known.by_id[entry[0]].date == last]
    yield from found


def _near(ws: Workspace, item: AgendaItem, public: bool) -> frozenset[str]:
    """The items whose papers the search finds for this item's title."""
    store = ws.public if public else ws.nonpublic
    hits = Index(store, Meaning(static=ws.meaning.static)).search(item.name, limit=_HITS)
    return frozenset(hit.passage.item_id for hit in hits if hit.passage.item_id)


def _words(title: str) -> frozenset[str]:
    """The stems of a title that say something, the parts of compounds with hyphens too."""
    tokens = [token for token in german.tokens(title) if not german.is_stop_word(token)]
    parts = [part for token in tokens if not token.is_number for part in german.parts(token)]
    return frozenset(one.stem for one in (*tokens, *parts) if len(one.stem) > 2 or one.is_number)


def _names(title: str) -> frozenset[str]:
    """Names in quotes and numbers of plans, folded."""
    quoted = [" ".join(match[1].split()) for match in _QUOTED.finditer(title)]
    plans = [f"Plan {match[1]}" for match in _PLAN.finditer(title)]
    return frozenset(name for name in (*quoted, *plans) if len(name) > 3)


def told(one: Resolution) -> str:
    """When and where and how it was decided: "am 12.03.2021 im Bauausschuss vertagt"."""
    year, month, day = (one.date or "").split("-") if one.date else ("", "", "")
    when = f"am {day}.{month}.{year} " if one.date else ""
    what = _DONE.get(one.outcome, "behandelt") if one.outcome else "behandelt"
    return f"{when}{_in(one.organization)}{what}"


def _in(body: str | None) -> str:
    if not body:
        return ""
    if len(body) > 60 or "," in body:
        return f"({body}) "
    first = body.split(" ")[0].casefold()
    if first.endswith(("versammlung", "vertretung", "kommission", "bürgerschaft", "konferenz")):
        return f"in der {body} "
    if first.endswith(("rat", "ausschuss", "beirat", "tag", "senat", "vorstand", "plenum")):
        return f"im {body} "
    return f"({body}) "


def _ordinal(one: Resolution) -> int:
    return int((one.date or "0").replace("-", ""))
