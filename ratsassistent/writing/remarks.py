"""What persons said of a briefing, laid over what the program wrote.

What enters: an ItemBriefing as it is stored, its Remarks in any order, the texts of the pages cited.
What leaves: the ItemBriefing as it is handed out; the same remarks on the same briefing always give the same.
What it does not know: the archive, who may say what, how the briefing is shown.

A remark is about a wording, not about a place in a list. So it holds again whenever a run of the program writes that
wording again, and where no run does any more, a correction or a note stands by itself, under the label that its
statement had. Of several corrections, removals and confirmations of one wording the last holds; notes add up. The
proposed resolution is the paper's, and nothing said here touches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ratsassistent.briefings import Check, ItemBriefing, Remark, Statement
from ratsassistent.oparl import Citation
from ratsassistent.writing.checks.check import check_statement

NOTE = "Notiz"  # label of notes

Pages = Mapping[tuple[str | None, int | None], str]  # (file id, physical page) -> text
_Target = tuple[str, bool]  # the key of a statement, and whether that is a note: a note may repeat a statement's words


@dataclass(slots=True)
class _Verdict:
    """What holds of a wording after all that persons said of it."""

    correction: Remark | None = None
    removed: bool = False
    confirmed: bool = False


@dataclass(slots=True)
class _Entry:
    """A statement in its place, with the notes about it; `statement` is None where no run writes it any more."""

    target: _Target
    label: str | None
    statement: Statement | None
    notes: list[tuple[Remark, _Entry]] = field(default_factory=list)


def applied(item: ItemBriefing, remarks: Iterable[Remark], pages: Pages | None = None) -> ItemBriefing:
    """The briefing with what persons said of it; `remarks` has all of it, also what does not show.

    :param item: as the program wrote it.
    :param pages: what corrections are looked up in; what cites other pages only is not looked up.
    """
    ordered = in_order(remarks)
    if not ordered:
        return item
    layer = _Layer(ordered, pages or {})
    main = [_entry(statement) for statement in item.statements]
    plain = None if item.plain_language is None else [_entry(statement) for statement in item.plain_language]
    elsewhere = {_target_of(annex.statement) for annex in item.annexes if annex.statement}
    end = layer.place(main, plain or [], elsewhere)
    annexes = tuple(
        annex.model_copy(update={"statement": layer.shown(_entry(annex.statement))}) if annex.statement else annex
        for annex in item.annexes
    )
    return item.model_copy(
        update={
            "statements": tuple(layer.told([*main, *end])),
            "plain_language": None if plain is None else tuple(layer.told(plain)),
            "annexes": annexes,
            "withheld": tuple(layer.withheld(item.withheld)),
            "remarks": ordered,
        }
    )


def in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """As they were written, each once."""
    return tuple(sorted({remark.id: remark for remark in remarks}.values(), key=lambda r: (r.written, r.id)))


def behind(item: ItemBriefing, statement: Statement) -> tuple[Remark, ...]:
    """The remarks that made a statement what it is, the oldest first: what may be withdrawn beside it."""
    target = _target_of(statement)
    return tuple(
        remark
        for remark in item.remarks
        if (
            remark.kind == "note"
            and _target_of(_note(remark)) == target
            and statement.written in (None, remark.written)  # of two with the same words
        )
        or (remark.kind != "note" and _target(remark) == target)
    )


def statements_of(item: ItemBriefing) -> Iterator[Statement]:
    """Everything in a briefing that a remark may be about; notes come last."""
    found = [*item.statements, *(item.plain_language or ()), *(a.statement for a in item.annexes if a.statement)]
    found += item.withheld
    yield from sorted(found, key=is_note)


def is_note(statement: Statement) -> bool:
    """True for what a person added, False for what the program wrote and for corrections of it."""
    return statement.origin == "person" and statement.label == NOTE


class _Layer:
    """All that persons said of one item, ready to be laid over it."""

    def __init__(self, remarks: Sequence[Remark], pages: Pages) -> None:
        self._remarks = remarks
        self._pages = pages
        self._verdicts = _verdicts(remarks)

    def place(self, main: list[_Entry], plain: list[_Entry], elsewhere: set[_Target]) -> list[_Entry]:
        """Put the notes where they belong, and what has lost its statement at its label.

        :param elsewhere: wordings that are shown in other places, where corrections of them show, but no notes.
        :returns: what comes at the end: the notes to the item.
        """
        places: dict[_Target, _Entry] = {}
        for entry in (*main, *plain):
            places.setdefault(entry.target, entry)
        end: list[_Entry] = []

        def home(remark: Remark) -> _Entry:
            target = _target(remark)
            if target not in places:
                places[target] = _Entry(target, remark.label, None)
                _insert(places[target], main, plain, end)
            return places[target]

        for remark in self._remarks:
            if remark.kind == "note":
                entry = _entry(_note(remark))
                if remark.target is None:
                    end.append(entry)
                else:
                    home(remark).notes.append((remark, entry))
                places.setdefault(entry.target, entry)
            elif remark.kind == "correct" and _target(remark) not in elsewhere:
                home(remark)
        self._elsewhere = elsewhere
        return end

    def told(self, entries: Iterable[_Entry], about: str | None = None) -> Iterator[Statement]:
        """What is shown of these entries, each followed by the notes about it.

        :param about: the wording that the entries are notes about.
        """
        for entry in entries:
            shown = None if entry.statement is None and entry.target in self._elsewhere else self.shown(entry)
            if shown is not None:
                yield shown.model_copy(update={"about": about}) if about else shown
            verdict = self._verdicts.get(entry.target)
            for remark, note in entry.notes:
                wording = shown.text if shown else remark.target_text
                yield from self.told([note], None if verdict and verdict.removed else wording)

    def shown(self, entry: _Entry) -> Statement | None:
        """The statement as persons left it; None where it is removed, or no run writes it and nobody corrected it."""
        verdict = self._verdicts.get(entry.target)
        if verdict is None:
            return entry.statement
        if verdict.removed:
            return None
        if verdict.correction is not None:
            return self._corrected(entry.statement, verdict.correction, verdict.confirmed)
        return entry.statement and entry.statement.model_copy(update={"confirmed": verdict.confirmed})

    def withheld(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """What is still withheld: not what a person removed, or put right and so to be seen among the others."""
        for statement in statements:
            verdict = self._verdicts.get(_target_of(statement))
            if verdict is None or not (verdict.removed or verdict.correction):
                yield self.shown(_entry(statement)) or statement

    def _corrected(self, before: Statement | None, said: Remark, confirmed: bool) -> Statement:
        citation = before.citation if before else said.citation
        check, failures = self._looked_up(said.text or "", citation)
        return Statement(
            text=said.text or "",
            origin="person",
            citation=citation,
            check=check,
            failures=failures,
            label=before.label if before else said.label,
            heading=before.heading if before else None,
            author=said.author,
            confirmed=confirmed,
            replaces=(before.replaces or before.text) if before else said.target_text,
        )

    def _looked_up(self, text: str, citation: Sequence[Citation]) -> tuple[Check, tuple[str, ...]]:
        texts = [self._pages.get((c.file_id, c.page), "") for c in citation]
        if not any(page.strip() for page in texts):
            return "none", ()
        found = check_statement(text, texts)
        return ("ok" if found.ok else "unsupported"), found.failures


def _verdicts(remarks: Sequence[Remark]) -> dict[_Target, _Verdict]:
    """What holds of each wording; a confirmation is of the words that stood there when it was given."""
    verdicts: dict[_Target, _Verdict] = {}
    for remark in remarks:
        if remark.kind == "note":
            continue
        verdict = verdicts.setdefault(_target(remark), _Verdict())
        verdict.removed = remark.kind == "remove"
        verdict.confirmed = remark.kind == "confirm"
        if remark.kind == "correct":
            verdict.correction = remark
    return verdicts


def _insert(entry: _Entry, main: list[_Entry], plain: list[_Entry], end: list[_Entry]) -> None:
    """Put what has lost its statement behind the last one of its label."""
    if entry.label == NOTE:
        end.append(entry)
        return
    for entries in (main, plain):
        same = [n for n, other in enumerate(entries) if other.label == entry.label]
        if same:
            entries.insert(same[-1] + 1, entry)
            return
    main.append(entry)


def _entry(statement: Statement) -> _Entry:
    return _Entry(_target_of(statement), statement.label, statement)


def _note(remark: Remark) -> Statement:
    made = Statement(text=remark.text or "", origin="person", citation=(), label=NOTE, author=remark.author)
    if remark.person is None and remark.audience == "all":
        return made
    return made.model_copy(update={"audience": remark.audience, "fraction": remark.fraction, "written": remark.written})


def _target(remark: Remark) -> _Target:
    return remark.target or "", remark.label == NOTE


def _target_of(statement: Statement) -> _Target:
    return statement.key, is_note(statement)
