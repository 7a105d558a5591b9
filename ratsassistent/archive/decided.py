"""What the sources say of an agenda item becomes its resolutions.

What enters: a Meeting, one of its AgendaItems with papers and decisions. What leaves: Resolutions, one for each thing
decided, with all that OParl data, minutes and extracts say of it. What it does not know: SQL, clerks, proposals.

OParl mostly gives a phrase ("einstimmig beschlossen"), minutes the wording and the numbers; both are one resolution. Of
two that contradict each other the phrase of the OParl data stays, and the contradiction is told. The first resolution
of an item keeps its id whatever sources come in later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ratsassistent.oparl import AgendaItem, Decision, File, Meeting, Outcome, Page, Paper, Vote, ra_id
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.minutes.minutes import Minutes, MinutesEntry, entries_of, read_minutes, same_meeting
from ratsassistent.resolutions import Resolution, ResolutionSource

VERSION = 4  # counts up when the same sources would give other resolutions
Sources = list[ResolutionSource]
_VAGUE: frozenset[Outcome | None] = frozenset({None, "other"})
_APART: tuple[frozenset[Outcome], ...] = (
    frozenset({"accepted", "rejected"}),
    frozenset({"accepted", "postponed"}),
    frozenset({"rejected", "postponed"}),
    frozenset({"rejected", "referred"}),
)
_TITLED = re.compile(r"(?i)niederschrift|protokoll|verhandlungsschrift|beschlu(?:ss|ß)auszug|auszug aus|ausfertigung")
_ELSEWHERE = re.compile(r"(?i)^\W*(?:siehe|s\.|vgl\.|laut|gemäß)\s")  # a result that only says where it stands
_UNVOTED = re.compile(r"(?i)\bkeine Abstimmung\b|\bohne Abstimmung\b")
_MOTION = re.compile(
    r"(?i)(?:änderungs|ergänzungs|zusatz|abänderungs|gegen)antr[aä]g|^\W*(?:antrag|ziffer|punkt|nr\.)\b"
)
_HEAD = 4000  # letters of a file in which its title stands
_LEAST = 40  # letters of a wording that is compared


def resolutions_of(meeting: Meeting, item: AgendaItem) -> list[Resolution]:
    """The resolutions of an item, that on the item itself first."""
    groups = _groups(item, *extracts_of(meeting, item))
    if not groups:
        return []
    main = _main(groups)
    ordered = [groups[main], *groups[:main], *groups[main + 1 :]]
    known: set[str] = set()
    out = []
    for place, group in enumerate(ordered):
        key = ra_id("beschluss", item.id) if place == 0 else _further_id(item, group, known)
        known.add(key)
        out.append(_resolution(key, meeting, item, group))
    return out


def extracts_of(meeting: Meeting, item: AgendaItem) -> tuple[list[Decision], list[Decision]]:
    """What minutes and extracts among the files of an item's papers say of it, of this meeting only.

    :returns: what they say of the item, and what they say of several items together, this one among them.
    """
    own: list[Decision] = []
    shared: list[Decision] = []
    for paper in item.papers:
        for minutes in _minutes_in(paper, meeting):
            entries = entries_of(item, minutes)
            told = [decision for entry in entries for decision in _of_item(item, entry)]
            if told:
                own += [made for made in map(_without_pages, told) if made not in own]
                continue
            near = [entry for entry in minutes.entries if not entries or _top(entry.number) == _top(item.number)]
            if entries or len(minutes.entries) == 1:  # the file came with this item's paper
                decisions = [decision for entry in near for decision in entry.decisions]
                named = _named_in(item, decisions)
                own += [made for made in map(_without_pages, named) if made not in own]
                rest = () if named else decisions
                shared += [made for made in map(_without_pages, rest) if made not in shared]
    return own, shared


def _top(number: str | None) -> str:
    """The first figure of an item's number."""
    found = re.search(r"\d+", number or "")
    return found[0] if found else ""


def _of_item(item: AgendaItem, entry: MinutesEntry) -> Sequence[Decision]:
    """What an entry says of an item: of several items together what names this one ("TOP 16.1: …"), all where nothing does."""
    return (entry.joint and _named_in(item, entry.decisions)) or entry.decisions


def _named_in(item: AgendaItem, decisions: Sequence[Decision]) -> Sequence[Decision]:
    """The decisions whose subject names the item by its number."""
    if not item.number:
        return ()
    named = re.compile(rf"(?<![\d.]){re.escape(item.number.strip(' .'))}(?![\d.]*\d)")
    return [decision for decision in decisions if decision.subject and named.search(decision.subject)]


def _minutes_in(paper: Paper, meeting: Meeting) -> Iterable[Minutes]:
    """The minutes of a meeting among the files of a paper that came with their text (OParl), and without pages."""
    starts = paper.text.starts
    for place, start in enumerate(starts):
        end = starts[place + 1].offset if place + 1 < len(starts) else len(paper.text.text)
        if start.page is not None or not _TITLED.search(
            f"{start.file}\n{paper.text.text[start.offset : start.offset + _HEAD]}"
        ):
            continue
        words = paper.text.text[start.offset : end]
        file = File(id=start.file_id, name=start.file, sha256="")
        minutes = read_minutes(
            ReadFile(file=file, pages=(Page(number=1, text=words, source="text"),), path=Path(start.file))
        )
        if minutes is None or not minutes.start or not meeting.start:
            continue
        bodies = (meeting.organization, re.sub(r"\([^()]*\)", "", meeting.name).strip())
        same = minutes.organization is None or any(same_meeting(minutes, body, meeting.start) for body in bodies)
        if same and minutes.start[:10] == meeting.start[:10]:
            yield minutes


def _without_pages(decision: Decision) -> Decision:
    cited = tuple(dict.fromkeys(citation.model_copy(update={"page": None}) for citation in decision.citation))
    return decision.model_copy(update={"citation": cited})


def _groups(item: AgendaItem, own: Sequence[Decision], shared: Sequence[Decision]) -> list[Sources]:
    """The sources of each thing decided; of what was decided on several items together only what fits this one."""
    groups = [[_source(raw, item) for raw in decision.also or (decision,)] for decision in item.decisions]
    spare = [ResolutionSource(kind="minutes", decision=decision) for decision in own]
    joint = [ResolutionSource(kind="minutes", decision=decision) for decision in shared]
    for group in groups:
        fitting = _fitting(group, spare) or _fitting(group, joint)
        if fitting is not None:
            (spare if fitting in spare else joint).remove(fitting)
            group.append(fitting)
    if not groups and not spare and len(joint) == 1:
        spare = joint
    return [*groups, *([source] for source in spare)]


def _source(decision: Decision, item: AgendaItem) -> ResolutionSource:
    from_minutes = any(citation.page is not None for citation in decision.citation)
    if from_minutes:
        return ResolutionSource(kind="minutes", decision=decision)
    return ResolutionSource(kind="oparl", decision=decision, ref=item.oparl_id)


def _fitting(group: Sources, spare: Sequence[ResolutionSource]) -> ResolutionSource | None:
    """The decision of minutes that tells of the same as the sources known: the only one, or one with this outcome."""
    if any(_UNVOTED.search(source.decision.result) for source in group):
        spare = [s for s in spare if s.decision.vote is None]
    if not spare:
        return None
    mine = {source.decision.outcome for source in group} - _VAGUE
    votes = [source.decision.vote for source in group if source.decision.vote]
    alike = [
        s for s in spare if s.decision.outcome in mine and all(v == s.decision.vote for v in votes if s.decision.vote)
    ]
    if len(spare) == 1 and not any(source.kind == "minutes" for source in group):
        told = spare[0].decision
        apart = any({outcome, told.outcome} in _APART for outcome in mine)
        return None if apart and _MOTION.search(told.subject or "") else spare[0]
    if not mine:
        return next((s for s in spare if s.decision.text), None)
    return next((s for s in alike if s.decision.text), None) or next(iter(alike), None)


def _main(groups: Sequence[Sources]) -> int:
    """Which of the things decided is the item itself: what OParl tells of, else the last that has its wording."""
    signs = (
        [any(source.kind == "oparl" for source in group) for group in groups],
        [any(source.decision.text for source in group) for group in groups],
        [not any(source.decision.subject for source in group) for group in groups],
    )
    for sign in signs:
        if any(sign):
            return max(place for place, holds in enumerate(sign) if holds)
    return len(groups) - 1


def _further_id(item: AgendaItem, group: Sources, known: set[str]) -> str:
    first = group[0].decision
    told = (first.subject or "", first.result, (first.text or "")[:300])
    count = 0
    while (key := ra_id("beschluss", item.id, *told, count)) in known:
        count += 1
    return key


def _resolution(key: str, meeting: Meeting, item: AgendaItem, group: Sources) -> Resolution:
    official = next((source.decision for source in group if source.kind == "oparl" and source.decision.result), None)
    first = official or group[0].decision
    decisions = [source.decision for source in group]
    outcome = first.outcome
    if outcome is None or (outcome == "other" and _ELSEWHERE.search(first.result)):
        outcome = next((d.outcome for d in decisions if d.outcome not in _VAGUE), outcome)
    papers = [paper for paper in item.papers if paper.reference or paper.paperType]
    cited = dict.fromkeys(c for source in sorted(group, key=lambda s: s.kind) for c in source.decision.citation)
    return Resolution(
        id=key,
        item_id=item.id,
        meeting_id=meeting.id,
        meeting=meeting.name,
        organization=meeting.organization,
        date=meeting.start[:10] if meeting.start else None,
        number=item.number,
        name=item.name,
        public=item.public,
        references=tuple(dict.fromkeys(paper.reference for paper in papers if paper.reference)),
        paper_types=tuple(dict.fromkeys(paper.paperType for paper in papers if paper.paperType)),
        role=_role(meeting, item),
        result=first.result,
        outcome=outcome,
        vote=max((d.vote for d in decisions if d.vote), key=_numbers, default=None),
        unanimous=any(d.unanimous for d in decisions),
        subject=next((d.subject for d in decisions if d.subject), None),
        text=_text(group),
        citation=tuple(cited),
        sources=tuple(group),
        contradictions=tuple(_contradictions(group)),
        item_oparl_id=item.oparl_id,
        meeting_oparl_id=meeting.oparl_id,
    )


def _numbers(vote: Vote) -> int:
    return sum(value is not None for value in (vote.yes, vote.no, vote.abstain))


def _text(group: Sources) -> str | None:
    """The adopted wording: that of the OParl data, unless another source has all of it and more."""
    texts = [s.decision.text for s in sorted(group, key=lambda s: s.kind != "oparl") if s.decision.text]
    best = texts[0] if texts else None
    for text in texts[1:]:
        if best and _tight(best) in _tight(text):
            best = text
    return best


def _role(meeting: Meeting, item: AgendaItem) -> str | None:
    """What the body is to do, by the Beratungsfolge of the item's papers."""
    day = meeting.start[:10] if meeting.start else None
    for paper in item.papers:
        for consultation in paper.consultations:
            same = consultation.date and day and consultation.date.isoformat() == day
            if same and consultation.role and _same_body(consultation.organization, meeting.organization):
                return consultation.role
    return None


def _same_body(one: str | None, two: str | None) -> bool:
    a, b = _tight(one or ""), _tight(two or "")
    return bool(a and b) and (a in b or b in a)


def _contradictions(group: Sources) -> Iterable[str]:
    """What the sources say differently, in German sentences."""
    for place, one in enumerate(group):
        for two in group[place + 1 :]:
            told, other = one.decision, two.decision
            if {told.outcome, other.outcome} in _APART:
                yield f"Die Quellen widersprechen sich im Ergebnis: {_named(one)} „{told.result}“, {_named(two)} „{other.result}“."
            if told.vote and other.vote and _differ(told.vote, other.vote):
                yield (
                    f"Die Quellen nennen verschiedene Stimmenzahlen: {_named(one)} {_counted(told.vote)}, "
                    f"{_named(two)} {_counted(other.vote)}."
                )
            if told.text and other.text and _other_words(told.text, other.text):
                yield f"Der Wortlaut ist verschieden: {_named(one)} und {_named(two)} geben ihn nicht gleich wieder."


def _named(source: ResolutionSource) -> str:
    if source.kind == "oparl":
        return "laut OParl-Daten"
    file = next((citation.file for citation in source.decision.citation), None)
    return f"laut Niederschrift ({file})" if file else "laut Niederschrift"


def _counted(vote: Vote) -> str:
    parts = ((vote.yes, "Ja"), (vote.no, "Nein"), (vote.abstain, "Enthaltungen"))
    return ", ".join(f"{count} {name}" for count, name in parts if count is not None)


def _differ(one: Vote, two: Vote) -> bool:
    pairs = ((one.yes, two.yes), (one.no, two.no), (one.abstain, two.abstain))
    return any(a is not None and b is not None and a != b for a, b in pairs)


def _other_words(one: str, two: str) -> bool:
    a, b = _tight(one), _tight(two)
    return min(len(a), len(b)) >= _LEAST and a not in b and b not in a


def _tight(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
