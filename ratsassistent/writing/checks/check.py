"""Does what a sentence says stand on the pages it cites?

What enters: a sentence, the pages it cites and, where it is known, the passage of them that it was written from.
What leaves: a CheckResult with what was not found or does not fit, in the sentence's words.
What it does not know: who wrote the sentence, whether it is true, or whether it says the whole of it.

`ok` means no more than this: every number, date, amount, share, § and name of the sentence stands on those pages, in the
sentences that speak of the same thing; none of these says the contrary, and those who act in it act so there, too.
White space, hyphenation, case and inflection do not matter. It is all looked up, not understood: a sentence may pass and
be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ratsassistent.oparl import Page
from ratsassistent.writing.checks.check_actors import wrong_actors
from ratsassistent.writing.checks.check_align import align
from ratsassistent.writing.checks.check_names import misplaced_names, missing_names
from ratsassistent.writing.checks.check_sense import added_negation, contrary, dropped_negation
from ratsassistent.writing.checks.check_source import source_of, tight
from ratsassistent.writing.checks.check_values import borne_out, misplaced, unit_missing, values_of
from ratsassistent.writing.text.sentences import clean

NOT_THERE = "steht nicht auf der Seite"
ELSEWHERE = "steht auf der Seite, aber in anderem Zusammenhang"
CONTRARY = "sagt das Gegenteil der Seite"
NOT_DENIED = "wird auf der Seite nicht verneint"
DENIED = "steht auf der Seite, fehlt aber im Satz"
WHOLE = 5  # words of a sentence that stands on the page as it is
NO_PAGE = "keine lesbare Seite"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`ok` if nothing was missed; `failures` names what was, in the words of the sentence.

    `kinds` says for each failure, in German, what is wrong with it; `explained` puts both together.
    """

    ok: bool
    failures: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def explained(self) -> tuple[str, ...]:
        """Each failure with its reason: "„1,4 Mio. Euro“ steht nicht auf der Seite"."""
        return tuple(
            kind if text == kind else f"„{text}“ {kind}" for text, kind in zip(self.failures, self.kinds, strict=True)
        )


def check_statement(text: str, pages: Sequence[Page] | Sequence[str], passage: str | None = None) -> CheckResult:
    """Look up everything checkable in a sentence on the pages it cites.

    :param pages: the cited pages (or their texts); none at all fails every sentence.
    :param passage: the stretch of the pages that the sentence was written from, with the title that was given beside it:
        what stands elsewhere on the pages, but not in it, fails as `ELSEWHERE`. Without one, the sentences of the pages
        that speak of the same thing are looked for.
    """
    texts = tuple(page if isinstance(page, str) else page.text for page in pages)
    if not any(t.strip() for t in texts):
        return CheckResult(False, (NO_PAGE,), (NO_PAGE,))
    source = source_of(texts)
    given = source_of((passage,)) if passage and passage.strip() else None
    wording = clean(text)
    if len(wording.split()) >= WHOLE and tight(wording) in source.facts.tight:
        return CheckResult(True)  # the page's own sentence: there is nothing that it could have mixed up
    failures: dict[str, str] = {}
    values = values_of(wording)
    there = []
    for value in values:
        if not borne_out(value, source.facts):
            failures[value.text] = NOT_THERE
        elif (missing := unit_missing(wording, value, source)) is not None:
            failures[missing] = NOT_THERE
        elif given is not None and not borne_out(value, given.facts):
            failures[value.text] = ELSEWHERE
        else:
            there.append(value)
    failures |= dict.fromkeys(missing_names(wording, source), NOT_THERE)
    alignment = align(wording, given or source)
    strange = [value.text for value in misplaced(there, alignment)]
    strange += misplaced_names(wording, alignment, given, source)
    for kind, words in (
        (ELSEWHERE, strange),
        (CONTRARY, contrary(wording, alignment)),
        (NOT_DENIED, added_negation(wording, alignment)),
        (DENIED, dropped_negation(wording, alignment)),
    ):
        for word in words:
            failures.setdefault(word, kind)
    for word, kind in wrong_actors(wording, given or source, source, alignment):
        failures.setdefault(word, kind)
    return CheckResult(not failures, tuple(failures), tuple(failures.values()))
