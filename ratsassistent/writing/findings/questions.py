"""Questions that the papers of an item leave open: up to three, by rules that can be named.

What enters: an AgendaItem and its ItemBriefing (for the contradictions found). What leaves: OpenQuestions, best first.
What it does not know: language models; what the papers of other items say.

A rule asks only after having looked for the answer in all papers of the item: annexes and filled-in forms, too, with
patterns that rather find one answer too many. Nothing is asked of who moved something and nothing that takes sides: the
same words get the same questions, whoever wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ratsassistent.briefings import ItemBriefing, OpenQuestion
from ratsassistent.oparl import AgendaItem
from ratsassistent.writing.findings import question_course as course
from ratsassistent.writing.findings import question_money as money
from ratsassistent.writing.findings.asking import Asked
from ratsassistent.writing.findings.item_words import ItemWords
from ratsassistent.writing.text.terms import overlap, terms

MOST = 3
MOST_WHERE_TOLD = 2  # of an item that is only taken note of
_LEAST = 0.5  # a question that weighs less is not asked
_SAME = 0.6  # share of words that two questions about the same thing have in common

Rule = Callable[[ItemWords, ItemBriefing], Iterator[Asked]]

# What any item can leave open, and what only one in which something is decided can.
ALWAYS: tuple[Rule, ...] = (course.missing_annex, course.contradiction, course.unread_pages, course.called_open)
WHERE_DECIDED: tuple[Rule, ...] = (
    money.form_without_figure,
    money.yes_without_amount,
    money.not_in_the_budget,
    money.no_source_named,
    money.follow_up_costs,
    money.counted_on,
    money.vague_cost,
    money.single_bid,
    money.number_of_bids,
    money.gross_or_net,
    money.how_many_pay,
    money.for_how_long,
    money.motion_without_costs,
    course.hearing,
    course.earlier_consultation,
    course.changed_without_reason,
    course.other_sites,
    course.trial_without_evaluation,
    course.when_due,
)


def open_questions(item: AgendaItem, brief: ItemBriefing) -> tuple[OpenQuestion, ...]:
    """The questions that an item's papers leave open, at most three, best first; none for an item without papers."""
    words = ItemWords(item)
    if not words.papers:
        return ()
    chosen = ALWAYS if words.only_told else (*ALWAYS, *WHERE_DECIDED)
    asked = [question for rule in chosen for question in rule(words, brief) if question.weight >= _LEAST]
    asked.sort(key=lambda a: -a.weight)
    return tuple(a.question for a in _distinct(asked, MOST_WHERE_TOLD if words.only_told else MOST))


def _distinct(asked: Sequence[Asked], most: int) -> Iterator[Asked]:
    """The best of them that ask for different things: one for each topic first, no two in nearly the same words."""
    kept: list[Asked] = []
    for again in (False, True):
        for question in asked:
            if len(kept) == most:
                break
            known = any(question is other for other in kept)
            alike = any(
                (question.topic == other.topic and not again)
                or _alike(question.question.text, other.question.text)
                or (question.topic == other.topic and not question.may_repeat)
                for other in kept
            )
            if not known and not alike:
                kept.append(question)
    yield from sorted(kept, key=lambda a: -a.weight)


def _alike(one: str, other: str) -> bool:
    first, second = terms(one), terms(other)
    return max(overlap(first, second), overlap(second, first)) > _SAME
