"""How a council voted, and what came of it, in the words of German, Austrian and Swiss minutes.

What enters: text. What leaves: FoundVotes with their place: the phrase as printed, what it means, the numbers as
printed, who voted how. What it does not know: agenda items, pages, what was voted on.

A vote is put together from what stands side by side: numbers ("31 Ja-Stimmen"), a manner ("einstimmig", "mehrheitlich") and
an outcome ("abgelehnt"). Alone each of them may be plain speech, so it counts only behind a label ("Abstimmungsergebnis:"), as
a line of its own, or in a sentence that says that a body decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from ratsassistent.oparl import NamedVote, Outcome, Vote
from ratsassistent.pack.minutes.minutes_counts import Count, find_counts
from ratsassistent.pack.minutes.minutes_named import find_named, table_counts
from ratsassistent.pack.minutes.minutes_phrases import (
    ACTION,
    BODY_ACTS,
    FAINT,
    FILLER,
    LABEL,
    MANNER,
    MOTION,
    NOT_YET,
    OUTCOMES,
    REPORT,
    RESULT_LINE,
    SPEECH,
    SPOKEN_BEFORE,
    SUBJECT_ACTS,
    TOLD_BARE,
    UNANIMOUS,
    outcome_of,
)

__all__ = ["FoundVote", "find_votes", "outcome_of"]

Kind = Literal["count", "manner", "outcome"]
MAX_PLAIN = 340  # characters of a sentence that tells a result without numbers or manner; a longer one is debate
MAX_BETWEEN = 110  # characters between a manner and the verb at the end of its sentence
MAX_VOTES = 2000  # of one text; minutes of a long meeting have a hundred
MAX_PARTS = 8  # of one vote
MAX_LINE = 240  # characters of a line that is nothing but a result
MAX_GAP = 260  # characters between two parts of one vote, brackets included
_RESULT_LINE = re.compile(r"\s*(?P<label>(?:[^:|]{0,60}[:|]){1,2})?\s*(?P<result>[^|:]{4,110}?)[\s.]*$")
_ENDS = {".", "!", "?", ":"}
_HEADS = re.compile(
    r"(?:TOP|Tagesordnungspunkt|Traktandum|§)\s*\d|\d{1,2}\.\)?\s|(?:Beschluss|Abstimmung|Sachverhalt)\w*\s*(?::|\n)"
)
_BORDER = re.compile(r"[.!?:;][\s“”\"]+(?=[A-ZÄÖÜ„•–-])|\n(?=\W*[A-ZÄÖÜ])|•")
_LEADS = re.compile(r"\b(?:wird|wurde|werden|wurden)(?:\s+(?:mit|bei|gegen))?\s*$")
_ABBREVIATED = re.compile(r"(?:\b(?:Nr|Abs|Dr|Mag|St|Art|bzw|Punkt \d{1,3}|TOP \d{1,3}|\d)\.|\b[A-Z]\.)$")
# "Genehmigung" names a thing as often as a result.
_NOUN = re.compile(r"^[A-ZÄÖÜ]\w+(?:ung|nahme|gabe)$")


@dataclass(frozen=True, slots=True)
class FoundVote:
    """A vote or result: characters [start, end) of the text.

    `result` is the phrase as printed, white space folded. `vote` holds numbers only where they are printed. `labelled`: it
    stands behind a label or as a line of its own, not in a sentence. `spoken`: the chair says it in a verbatim record, which
    mostly repeats what is printed elsewhere. `sentence`: where the sentence that it stands in begins.
    """

    start: int
    end: int
    result: str
    outcome: Outcome | None
    vote: Vote | None = None
    unanimous: bool = False
    named: tuple[NamedVote, ...] = ()
    labelled: bool = False
    spoken: bool = False
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class _Atom:
    start: int
    end: int
    kind: Kind
    count: Count | None = None
    outcome: Outcome | None = None


def find_votes(text: str) -> list[FoundVote]:
    """All votes and results in a text, in order of where they stand."""
    masked = _without_empty_boxes(text)
    flat, where = _flat(masked)
    found: list[FoundVote] = []
    for cluster in _clusters(flat, _atoms(flat))[:MAX_VOTES]:
        vote = _vote(flat, cluster)
        if vote:
            end = where[vote.end - 1] + 1
            found.append(replace(vote, start=where[vote.start], end=end, sentence=where[vote.sentence]))
    found.extend(_from_tables(masked, found))
    lines = _result_lines(masked, [vote for vote in found if vote.vote or vote.unanimous])
    found = [vote for vote in found if not any(line.start < vote.end and vote.start < line.end for line in lines)]
    found.extend(lines)
    return _with_named(text, sorted(found, key=lambda vote: vote.start))


def _without_empty_boxes(text: str) -> str:
    """The text with what stands behind an empty check box blanked out, and the ticks; lengths stay the same."""
    text = re.sub(r"\[[xX]\]", " ☒ ", text)
    text = re.sub(r"\[ \]", " ☐ ", text)
    text = re.sub(r"☐[^☐☒\n|]*?(?=[☐☒\n|]|\s{3,}|$)", lambda match: " " * len(match[0]), text)
    return text.replace("☒", " ")


def _flat(text: str) -> tuple[str, list[int]]:
    """The text on one line, words cut at a line's end made whole, and where each character stood.

    An empty line leaves a line break behind, and so does the end of a line where a sentence ends or a heading follows.
    """
    chars: list[str] = []
    where: list[int] = []
    at = 0
    for match in re.finditer(r"(?<=[a-zäöüß])-[ \t]*\n[ \t]*(?=[a-zäöüß])(?!(?:und|oder|bzw)\b)|\s+", text):
        chars.append(text[at : match.start()])
        where.extend(range(at, match.start()))
        if not match[0].startswith("-"):
            ends = "\n" in match[0] and text[max(0, match.start() - 1) : match.start()] in _ENDS
            heads = ends or ("\n" in match[0] and _HEADS.match(text, match.end()) is not None)
            chars.append("\n" if heads or match[0].count("\n") > 1 else " ")
            where.append(match.start())
        at = match.end()
    chars.append(text[at:])
    where.extend(range(at, len(text)))
    return "".join(chars), where


def _atoms(flat: str) -> list[_Atom]:
    """The parts of votes in a text, in order, none over another."""
    atoms = [_Atom(count.start, count.end, "count", count) for count in find_counts(flat)]
    for match in MANNER.finditer(flat):
        atoms.append(_Atom(match.start(), match.end(), "manner"))
    for match in OUTCOMES.finditer(flat):
        atoms.append(_Atom(match.start(), match.end(), "outcome", outcome=outcome_of(match[0])))
    kept: list[_Atom] = []
    for atom in sorted(atoms, key=lambda atom: (atom.start, -atom.end)):
        if not kept or atom.start >= kept[-1].end:
            kept.append(atom)
    return kept


def _clusters(flat: str, atoms: list[_Atom]) -> list[list[_Atom]]:
    """Atoms with nothing but small words between them, as long as no slot is filled twice."""
    clusters: list[list[_Atom]] = []
    for atom in atoms:
        current = clusters[-1] if clusters else None
        if current and _joins(flat, current, atom):
            current.append(atom)
        else:
            clusters.append([atom])
    return clusters


def _joins(flat: str, cluster: list[_Atom], atom: _Atom) -> bool:
    gap = flat[cluster[-1].end : atom.start]
    if len(gap) > MAX_GAP or len(cluster) >= MAX_PARTS:
        return False
    for known in cluster:
        if known.kind == atom.kind == "count" and known.count and atom.count and known.count.role == atom.count.role:
            return False
        if known.kind == atom.kind == "outcome":
            return False
    if atom.kind == "manner" and any(known.kind == "outcome" for known in cluster) and re.search(r"[.:;]\s|\n", gap):
        return False
    if FILLER.fullmatch(gap):
        return True
    # "einstimmig an den Bauausschuss verwiesen": the verb ends the sentence that the manner began.
    verb = (
        len(cluster) == 1 and cluster[0].kind == "outcome" and not _NOUN.match(flat[cluster[0].start : cluster[0].end])
    )
    led = atom.kind == "outcome" or verb
    return led and len(gap) <= MAX_BETWEEN and not re.search(r"[,.;:!?()\n|–]", gap)


def _vote(flat: str, cluster: list[_Atom]) -> FoundVote | None:
    """The vote that a cluster tells of, or None where it is plain speech."""
    counts = [atom.count for atom in cluster if atom.count and atom.count.role != "present"]
    manner = any(atom.kind == "manner" for atom in cluster)
    outcomes = [atom.outcome for atom in cluster if atom.kind == "outcome"]
    start, end = cluster[0].start, cluster[-1].end
    if not counts and not manner and not outcomes:
        return None
    before = flat[max(0, start - 160) : start]
    labelled = LABEL.search(before) is not None
    alone = _alone(flat, start, end)
    first, last = _sentence(flat, start, end)
    led = first if _LEADS.search(flat[first:start]) else start  # "Der Antrag wird mit", and the numbers a line below
    first = start if alone else first
    sentence = flat[first:last]
    chair = not (labelled or alone) and bool(SPOKEN_BEFORE.search(flat[max(0, start - 130) : start]))
    spoken = chair or bool(SPEECH.search(sentence))
    outcome: Outcome | None = outcomes[0] if outcomes else None
    lead, rest = flat[first:start], flat[end:last]
    acted = _acted(sentence, start - first)
    outcome = outcome or acted
    decided = acted is not None or bool(SUBJECT_ACTS.search(lead) or BODY_ACTS.search(sentence))
    sure = len({count.role for count in counts}) >= 2 or any(not count.weak for count in counts)
    words = flat[start:end]
    faint = not manner and not counts and acted is None and bool(_NOUN.match(words) or FAINT.fullmatch(words))
    if not _counts_as_vote(counts, sure, manner, bool(outcomes), labelled, alone, decided and not faint):
        return None
    if not (labelled or alone) and _told(lead, rest.partition(":")[0], sentence, bool(counts)):
        return None
    if spoken and not chair and not counts and not (labelled or alone):
        return None
    bare = not (labelled or alone or manner or counts)
    if bare and (len(sentence) > MAX_PLAIN or TOLD_BARE.match(rest) or _past(lead)):
        return None
    start, end = _whole_phrase(flat, start, end, last)
    vote = _numbers(counts, outcome)
    unanimous = bool(UNANIMOUS.search(flat[start:end]))
    if outcome is None:
        outcome = _by_numbers(vote) if vote else None
    if outcome is None and (manner or unanimous):
        outcome = "accepted"
    result = " ".join(flat[start:end].split()).strip(" ,;")
    return FoundVote(
        start, end, result, outcome, vote, unanimous, (), labelled or alone, spoken, min(first, led, start)
    )


def _past(lead: str) -> bool:
    """True for "wurde beschlossen" of anything but a motion or an item: that may have been another day."""
    verb = re.search(r"\b(?:wurden?|worden)\b", lead)
    return bool(verb and not MOTION.search(lead))


def _counts_as_vote(
    counts: list[Count], sure: bool, manner: bool, outcome: bool, labelled: bool, alone: bool, decided: bool
) -> bool:
    """Whether the parts found are enough to speak of a vote."""
    if counts:
        numbers = len({count.role for count in counts}) >= 2
        return numbers or labelled or ((manner or outcome or decided) and (sure or manner))
    if manner:
        return outcome or labelled or alone or decided
    return labelled or alone or decided


def _alone(flat: str, start: int, end: int) -> bool:
    """True where the phrase is a paragraph of its own, or all that stands in brackets."""
    before = flat[max(0, start - 60) : start]
    after = flat[end : end + 40]
    opened = re.search(r"(?:^|\n)\W*(?:(?:mit|bei|gegen|wird|werden)\s+)*$", before) is not None
    closed = re.match(r"\W{0,4}(?:\n|$)", after) is not None
    return opened and closed and (start - len(before) >= 0)


def _sentence(flat: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around [start, end). An empty line ends it only where the text before it does not go on."""
    first = begin = max(0, start - 420)
    for match in _BORDER.finditer(flat[begin : start + 1]):
        before = flat[begin : begin + match.start() + 1]
        if begin + match.end() <= start and not _ABBREVIATED.search(before):
            first = begin + match.end()
    tail = re.search(r"(?<!\bNr)(?<!\bAbs)(?<!\d)[.!?](?=\s|$)|\n|(?<=\s)–(?=\s[A-Z])", flat[end : end + 300])
    last = end + tail.start() if tail else min(len(flat), end + 300)
    return first, last


def _acted(sentence: str, at: int) -> Outcome | None:
    """What a sentence says a body does: "Der Rat stimmt dem Antrag … zu"."""
    for pattern, outcome in ACTION:
        for match in pattern.finditer(sentence):
            if match.start() - 140 <= at <= match.end() + 140:
                return outcome
    return None


def _told(lead: str, rest: str, sentence: str, counts: bool) -> bool:
    """True for what is wished, supposed, or told of another day or body."""
    if REPORT.search(sentence):
        return True
    return not counts and bool(NOT_YET.search(lead[-160:]) or NOT_YET.search(rest[:60]))


def _whole_phrase(flat: str, start: int, end: int, last: int) -> tuple[int, int]:
    """The phrase with the small words that lead it ("keiner, nur", "Dringlichkeit" that is granted), and who voted against or abstained behind it."""
    lead = re.search(
        r"\b(?:Dringlichkeit\s+(?:(?:wird|wurde|mit|damit|somit)\s+)*)?(?:keine[rn]?,?\s+(?=nur\s))?(?:(?:mit|bei|gegen)\s+)?(?:nur\s+)?$",
        flat[max(0, start - 50) : start],
        re.IGNORECASE,
    )
    if lead and lead[0].strip() and ("ringlichkeit" not in lead[0] or re.search(r"zuerkannt\W*$", flat[start:end])):
        start -= len(lead[0])
    behind = re.match(
        r"\s*(?:\((?=[^)]*(?:dafür|dagegen|Stimm|Enth|Ja|Nein|Fraktion))[^)]{2,200}\)|"
        r",?\s*(?:gegen die Stimmen?|bei (?:Stimm)?[Ee]nthaltung(?:en)?)\s+(?:de[rs]|von)\s[^.;\n]{2,120}?(?=[.;\n]|$|\s+(?:angenommen|abgelehnt|beschlossen|zugestimmt)))",
        flat[end : max(end, last) + 1],
    )
    if behind:
        end += len(behind[0])
    if flat[end : end + 1] == ")" and flat[start:end].count("(") > flat[start:end].count(")"):
        end += 1
    return start, end


def _numbers(counts: list[Count], outcome: Outcome | None) -> Vote | None:
    """The numbers as printed. "Mit 20 gegen 3 Stimmen abgelehnt": the first number is those who had their way."""
    if not counts:
        return None
    by_role = {count.role: count.value for count in counts}
    plain = [count for count in counts if count.plain and count.role in {"yes", "no"}]
    if outcome == "rejected" and plain and by_role.get("yes", 0) > by_role.get("no", -1) and len(plain) in {1, 2}:
        only = [count for count in counts if count.role in {"yes", "no"}]
        if len(only) == len(plain):
            by_role["yes"], by_role["no"] = by_role.get("no", -1), by_role.get("yes", -1)
            by_role = {role: value for role, value in by_role.items() if value >= 0}
    return Vote(yes=by_role.get("yes"), no=by_role.get("no"), abstain=by_role.get("abstain"))


def _by_numbers(vote: Vote) -> Outcome | None:
    """What numbers alone say: more for than against. A tie, or one number alone, says nothing."""
    if vote.yes is None or vote.no is None or vote.yes == vote.no:
        return None
    return "accepted" if vote.yes > vote.no else "rejected"


def _from_tables(text: str, found: list[FoundVote]) -> list[FoundVote]:
    """Votes in a table with the roles in its head and the numbers below."""
    out = []
    for start, end, vote in table_counts(text):
        if not any(known.vote and known.start < end and start < known.end for known in found):
            result = " ".join(text[start:end].split())
            out.append(FoundVote(start, end, result, _by_numbers(vote), vote, labelled=True, sentence=start))
    return out


def _result_lines(text: str, found: list[FoundVote]) -> list[FoundVote]:
    """Lines that are a result and nothing else: "Kenntnisnahme", "vertagt", "ungeändert beschlossen"."""
    out = []
    at = 0
    for line in text.split("\n"):
        begin, at = at, at + len(line) + 1
        match = _RESULT_LINE.match(line) if 4 <= len(line.strip()) <= MAX_LINE else None
        if not match or not RESULT_LINE.fullmatch(match["result"]):
            continue
        start, end = begin + match.start("result"), begin + match.end("result")
        if any(known.start < end and start < known.end for known in found):
            continue
        if LABEL.search((match["label"] or "") + " ") or _below_label(text, begin):
            result = " ".join(match["result"].split())
            out.append(FoundVote(start, end, result, outcome_of(result), labelled=True, sentence=start))
    return out


def _below_label(text: str, at: int) -> bool:
    """True where a label heads the lines that the line at `at` ends ("Abstimmungsergebnis:" and one result a line)."""
    for line in reversed(text[max(0, at - 700) : at].rstrip().split("\n")[-8:]):
        if not line.strip():
            return False
        if len(line) < 90 and LABEL.search(line.rstrip() + " "):
            return True
    return False


def _with_named(text: str, found: list[FoundVote]) -> list[FoundVote]:
    """Each list of names put to the vote that it stands nearest to; one without a vote becomes one."""
    out = list(found)
    for start, end, named in find_named(text):
        near = [i for i, vote in enumerate(out) if -900 <= vote.start - end <= 600 and vote.start - start >= -900]
        inside = [i for i in near if start <= out[i].start < end]
        choice = min(inside or near, key=lambda i: min(abs(out[i].start - end), abs(start - out[i].end)), default=None)
        if choice is None:
            result = "namentliche Abstimmung"
            out.append(FoundVote(start, end, result, None, None, named=named, labelled=True, sentence=start))
        else:
            out[choice] = replace(out[choice], named=named)
            out = [vote for i, vote in enumerate(out) if i == choice or i not in inside]
    return sorted(out, key=lambda vote: vote.start)
