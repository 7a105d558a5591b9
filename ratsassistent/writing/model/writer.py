"""One task -> one sentence of the model, or none: written, judged, once written anew, and then shown or withheld.

What enters: a Task, a language model, the text of the pages. What leaves: a Statement that passed everything this
program can look at, and those that did not, each with what is wrong with it.
What it does not know: which tasks an item has, what is shown beside them.

A sentence passes if it is usable German (`language`), uses only words of its source (`vocabulary`), keeps what its source
speaks of, holds no number, date, § or name that does not stand there (`check`), and is no copy. What does not pass goes
back to the model once, with what is wrong; what does not pass then is withheld.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ratsassistent.briefings import Statement
from ratsassistent.oparl import Citation
from ratsassistent.writing.checks import language
from ratsassistent.writing.checks.bindings import loosened, rejoined
from ratsassistent.writing.checks.check import check_statement
from ratsassistent.writing.checks.roles import twisted
from ratsassistent.writing.checks.vocabulary import Vocabulary, copied_share, wrong_articles
from ratsassistent.writing.model.language_model import LanguageModel, Message, Reply, Request, Script, alone
from ratsassistent.writing.model.prompts import Prompt, load_prompt
from ratsassistent.writing.model.tasks import Task
from ratsassistent.writing.text.cited import PageTexts, texts_of
from ratsassistent.writing.text.sentences import sentences

LABEL = "Worum es geht"
PLAIN_LABEL = "In einfacher Sprache"
COPIED = "abgeschrieben"
WRITE_TOKENS = 90
NOTHING: Mapping[str, Reply] = MappingProxyType({})
TAKEN_BACK = 3  # more refused words than this: the model had nothing to say with the words it was given
MOST_COPIED = 0.75  # share of runs of eight words; more is the paper's sentence and no summary of it
# How unsure the model may have been, in nats: mean over the tokens, and the least likely one. Sentences read against their
# sources were mostly right below, mostly wrong above; a second try that still is unsure is a guess.
DOUBT, MOST_DOUBT = 0.16, 2.5
DOUBT_AGAIN = 0.1

_ABBREVIATION = re.compile(r"(?:\b(?:Mio|Mrd|bzw|ca|rd|Nr|Abs|Art|Str|St|inkl|ggf|z\. ?B|d\. ?h|u\. ?a|vgl|Dr|Prof|Tsd|evtl|sog|max|min|einschl|zzgl|abzgl|gem|lt|Ziff|lfd|etc|exkl|bspw|[A-Za-z])|\d)\.$")  # fmt: skip
_NOUN = re.compile(r"(?<=[\w,] )[A-ZÄÖÜ][\wäöüß-]{3,}")
_SUBJECT = re.compile(r"(?:Der|Die|Das)\s+(?:[a-zäöüß]+e[nrsm]?\s+)?([A-ZÄÖÜ][\wäöüß-]+)")
_RELATED = re.compile(
    r"\b([Uu]m|[Aa]uf|[Üü]ber|[Uu]nter|[Aa]b|[Ss]eit|[Bb]is|[Bb]ei)\s+(?:rund |etwa |ca\. |zu |fast |insgesamt |durchschnittlich )?(\d[\d.,]*\d|\d)"
)
_EVERY = frozenset(  # what many sentences begin with and few are about
    ["verwaltung", "stadt", "gemeinde", "rat", "gemeinderat", "stadtrat", "antrag", "vorlage", "rahmen", "hinblick", "bezug",
     "grund", "sicht", "höhe", "auffassung", "ansicht", "meinung", "einschätzung", "voraussicht", "zusammenhang", "jahr", "jahren",
     "geschäftsjahr", "haushaltsjahr", "schuljahr", "januar", "februar", "märz", "april", "juni", "juli", "august", "september",
     "oktober", "november", "dezember", "monat", "verlauf", "zuge", "fall", "ergebnis", "tabelle", "abbildung", "anlage", "kapitel"]
)  # fmt: skip


def _limit(there: str, in_sentence: str | None = None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return tuple(re.compile(rf"\b(?:{p})", re.IGNORECASE) for p in (there, in_sentence or there))  # type: ignore[return-value]


# A word of the source, and what has to stand in the sentence then: without it the sentence claims more, or the contrary.
_LIMITS = (
    _limit(r"nicht\b|kein|ohne\b|weder\b|nie\b", r"nicht\b|kein|ohne\b|weder\b|nie\b|un[a-zäöü]{4}|fehl|verzicht|abgelehnt|ablehn|lehnt|entfäll|erledigt"),
    _limit(r"\w*prüf"),
    _limit(r"(?:stellt|stellen)\b.{0,60}\bdar\b|darstell\w+|darzustellen", r"darstell|darleg|berichte|Auskunft|fragt|wissen|(?:stellt|stellen)\b.*\bdar\b|darzustellen"),
    _limit(r"mindestens|wenigstens"),
    _limit(r"maximal|höchstens|bis zu\b"),
    _limit(r"rund\b|rd\.|ca\.|circa|etwa\b|ungefähr|knapp|geschätzt|Schätzung|schätzungsweise", r"rund\b|rd\.|ca\.|circa|etwa\b|ungefähr|knapp|geschätzt|Schätz|schätz"),
    _limit(r"Voraussetzung|vorausgesetzt|vorauszusetzen|(?:setzt|setzen)\b.{0,80}\bvoraus\b"),
    _limit(r"voraussichtlich|wahrscheinlich|vermutlich|aller Voraussicht"),
    _limit(r"Ziel(?:e|s|setzung)?\b|Absicht\b|Wunsch\b", r"Ziel|Absicht|Wunsch|soll|möcht|will\b|woll|anstreb|angestrebt|um\b|beabsichtigt"),
    _limit(r"vorbehalt\w*|sofern\b|falls\b|soweit\b"),
    _limit(r"(?:würde|könnte|wäre|dürfte|hätte|müsste|sollte)\w*", r"(?:würde|könnte|wäre|dürfte|hätte|müsste|sollte)\w*|möglich"),
    _limit(r"soll(?:en|te|ten)?\b|beabsichtigt|geplant|vorgesehen", r"soll|beabsichtigt|plan|geplant|vorgesehen|möchte|fragt|beantragt|will\b|woll"),
    _limit(r"teil(?:s|weise)\b|zum Teil"),
    _limit(r"nur\b|lediglich|ausschließlich"),
    _limit(r"kann\b|können\b|konnten?\b|darf\b|dürfen\b", r"k[aö]nn\w*|konnt\w*|möglich\w*|d[aü]rf\w*|lässt|lassen|fähig|zulässig|zugelassen|erlaub\w*|\w+bar\b"),
    _limit(r"muss\b|müssen\b|musste\b|mussten\b", r"m[uü]ss\w*|erforderlich|notwendig|nötig|zu\b|\w+zu\w+en\b|soll\w*|verpflicht\w*"),
    _limit(r"(?:hat|haben)\b.*\bkönnen\b", r"(?:hat|haben)\b|konnt\w*"),
    _limit(r"mehr oder (?:minder|weniger)|bedingt\b"),
    _limit(r"in der Regel|grundsätzlich|meistens?\b|überwiegend|weitgehend|vielfach"),
    _limit(r"empf[aei]\w+|vorschl\w+|schlägt\b|vorgeschlagen", r"empf[aei]\w+|vorschl\w+|schlägt\b|vorgeschlagen|rät\b|hält\b|soll"),
    _limit(r"gefordert|fordert|beantragt|kritisiert|befürchtet|beklagt", r"gefordert|fordert|beantragt|kritisiert|befürchtet|beklagt|möchte"),
)  # fmt: skip


# What a sentence may only say if its source does: that something is so for a reason, or is done for a purpose.
_CLAIMS = (
    (
        re.compile(r"\b(?:weil|da(?= )|denn|deshalb|daher|deswegen)\b"),
        re.compile(
            r"\b(?:weil|da|denn|deshalb|daher|deswegen|wegen|aufgrund|auf Grund|durch|infolge|mangels|angesichts|somit|sodass|so dass"
            r"|dadurch|Gr[uü]nd\w*|begründ\w*|dank|anlässlich|wodurch|zu lasten|nach|als)\b",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(
            r"\bum [^,.]*(?:\bzu\b \w+|\w+zu\w+)en\b|\bdamit(?= \w+ [^,.]*\b(?:wird|werden|kann|können|ist|sind)\b)"
        ),
        re.compile(r"\b(?:um|zur|zum|damit|zwecks|Ziel\w*|Zweck\w*|dien\w+|dafür|hierfür|hierzu)\b", re.IGNORECASE),
    ),
)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a task: the sentence to be shown, if any, and what was withheld.

    `near_copy`: a sentence against which nothing speaks but that it is nearly the paper's own.
    """

    shown: Statement | None
    withheld: tuple[Statement, ...] = ()
    near_copy: Statement | None = None
    replies: tuple[Reply, ...] = ()
    keys: tuple[str, ...] = ()  # of these replies: hashes of what was asked


class Writer:
    """Writes sentences with the prompts of one municipality; `loaded`: those that are at hand already.

    Its scripts tell what is to be asked of a model; `write` and `simplify` ask the one it was given.
    """

    def __init__(
        self, model: LanguageModel | None = None, own_prompts: Path | None = None, loaded: Sequence[Prompt] = ()
    ) -> None:
        self._given = model
        self._prompts: dict[str, Prompt] = {prompt.name: prompt for prompt in loaded}
        self._own = own_prompts

    def prompt(self, name: str) -> Prompt:
        """A prompt by name, read once."""
        if name not in self._prompts:
            self._prompts[name] = load_prompt(name, self._own)
        return self._prompts[name]

    def script(
        self, task: Task, pages: PageTexts, *, again: bool = True, known: Mapping[str, Reply] = NOTHING
    ) -> Script[Written]:
        """Let the model say a task's sentence; what it is asked, and what comes of that.

        :param again: what does not pass goes back to it once, with what is wrong.
        :param known: replies to what it was asked before, by their keys.
        """
        messages = self.prompt(task.prompt).render(satz=task.source, anfang=task.lead)
        words = Vocabulary([task.source, task.lead])
        withheld: list[Statement] = []
        replies: list[Reply] = []
        keys: list[str] = []
        for second in (False, True):
            key = _key(messages, task.lead, again)
            reply = known.get(key)
            if reply is None:
                (reply,) = yield [
                    Request(
                        messages,
                        max_tokens=WRITE_TOKENS,
                        lead=task.lead,
                        enough=one_sentence,
                        allows=lambda text: words.knows(text.rsplit(maxsplit=1)[-1]),
                        gives_up=None if again else hopeless,
                        lasting=again and not second,
                    )
                ]
            replies.append(reply)
            keys.append(key)
            text = rejoined(tidy(reply.text), task.source)
            if text.rstrip(".") == task.lead:  # nothing came
                break
            citation, failures = judge(text, task, reply, words, pages, DOUBT_AGAIN if second else DOUBT)
            if not failures:
                made = Statement(text=text, origin="model", citation=citation, check="ok", label=LABEL)
                return Written(made, tuple(withheld), None, tuple(replies), tuple(keys))
            if failures == (COPIED,):
                near = Statement(text=text, origin="model", citation=citation, check="ok", label=LABEL)
                return Written(None, tuple(withheld), near, tuple(replies), tuple(keys))
            withheld.append(
                Statement(
                    text=text, origin="model", citation=citation, check="unsupported", label=LABEL, failures=failures
                )
            )
            if second or not again or COPIED in failures:
                break
            fresh = self.prompt("neufassung").render(fehler="; ".join(failures), anfang=task.lead)
            messages = [*messages, Message("assistant", text), *fresh]
        return Written(None, tuple(withheld), None, tuple(replies), tuple(keys))

    def write(self, task: Task, pages: PageTexts, should_stop: Callable[[], bool] | None = None) -> Written:
        """Let the model say a task's sentence, at most twice.

        :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
        """
        return alone(self._model(), self.script(task, pages), should_stop)

    def simpler(self, source: Statement, pages: PageTexts) -> Script[tuple[Statement, ...]]:
        """A statement in plain language: a few very short sentences, those that stand on its pages."""
        words = Vocabulary([source.text, *texts_of(pages, source.citation)])
        (reply,) = yield [
            Request(
                self.prompt("einfach").render(satz=source.text),
                max_tokens=WRITE_TOKENS,
                enough=lambda text: "\n" in text,
                allows=lambda text: words.knows(text.rsplit(maxsplit=1)[-1]),
                lasting=False,
            )
        ]
        made: list[Statement] = []
        for sentence in sentences(reply.text.strip().split("\n")[0]):
            text = tidy(sentence.text)
            checked = check_statement(text, texts_of(pages, source.citation), passage=source.text)
            if checked.ok and not language.faults(text) and not words.strange(text):
                made.append(
                    Statement(text=text, origin="model", citation=source.citation, check="ok", label=PLAIN_LABEL)
                )
        return tuple(made)

    def simplify(
        self, source: Statement, pages: PageTexts, should_stop: Callable[[], bool] | None = None
    ) -> tuple[Statement, ...]:
        """As `simpler`, at once.

        :raises Interrupted: `should_stop` said so. :raises ModelError: the model cannot be run.
        """
        return alone(self._model(), self.simpler(source, pages), should_stop)

    def _model(self) -> LanguageModel:
        if self._given is None:
            raise ValueError("this writer was given no model: use its scripts")
        return self._given


def _key(messages: Sequence[Message], lead: str, again: bool) -> str:
    """A hash of all that a reply depends on, but for the model."""
    asked = json.dumps([[m.role, m.content] for m in messages], ensure_ascii=False)
    return hashlib.sha256(f"{asked}|{lead}|{again}|{WRITE_TOKENS}".encode()).hexdigest()[:24]


def hopeless(doubt: float, taken_back: int) -> bool:
    """Whether a sentence that is still being written is refused however it goes on: the model is guessing."""
    return doubt > MOST_DOUBT or taken_back > TAKEN_BACK


def judge(
    text: str, task: Task, reply: Reply, words: Vocabulary, pages: PageTexts, doubt: float = DOUBT
) -> tuple[tuple[Citation, ...], tuple[str, ...]]:
    """Where a sentence stands, and what is wrong with it; nothing wrong means that it may be shown."""
    citation = task.chunk.citation
    failures = list(language.faults(text, lead=task.lead))
    failures += [f"nicht im Text: {word}" for word in words.strange(text)]
    said = text.removeprefix(task.lead) if task.lead.startswith("Laut ") else text  # our own words are not looked up
    checked = check_statement(said, texts_of(pages, citation), passage=f"{task.source} {task.lead}")
    failures += checked.explained
    failures += [f"es fehlt: {noun}" for noun in left_out(text, task)]
    rest = said.removeprefix(task.lead)
    if any(claim.search(rest) and not there.search(task.source) for claim, there in _CLAIMS):
        failures.append("Begründung nicht im Text")
    failures += [f"anders: {words}" for words in turned(rest, task.source)]
    failures += twisted(text, task.source, task.lead)
    failures += loosened(rest, task.source, task.lead)
    failures += [f"Geschlecht: {words}" for words in wrong_articles(said, task.source)]
    if reply.taken_back > TAKEN_BACK or reply.most_doubt > MOST_DOUBT or reply.doubt > doubt:
        failures.append("unsicher")
    if copied_share(text.removeprefix(task.lead), [task.source]) > MOST_COPIED:
        failures.append(COPIED)
    return citation, tuple(dict.fromkeys(failures))


def left_out(text: str, task: Task) -> tuple[str, ...]:
    """What a source says and its sentence must not lose: who or what it speaks of first, and the words that limit a claim."""
    lost = [word for word, there in _LIMITS if word.search(task.source) and not there.search(text)]
    words = [match[0] for word in lost if (match := word.search(task.source))]
    there = Vocabulary([text])
    subject = _SUBJECT.match(task.source)
    if subject:
        nouns = [subject[1]]
    else:
        nouns = [n for n in _NOUN.findall(task.source) if n.casefold() not in _EVERY and n not in task.lead][:1]
    if task.prompt == "beschluss" or task.lead.endswith("dass"):
        nouns = [n for n in nouns if n.casefold() not in _EVERY and n not in task.lead]
    return (*words, *(noun for noun in nouns if not there.knows(noun)))


def turned(text: str, source: str) -> tuple[str, ...]:
    """Numbers that a text puts in another relation than its source: "um 25 %" where it says "bei 25 %"."""
    there = {(word.lower(), number) for word, number in _RELATED.findall(source)}
    return tuple(f"{w} {n}" for w, n in _RELATED.findall(text) if (w.lower(), n) not in there)


def one_sentence(text: str) -> bool:
    """True once a text is a whole sentence: writing on would only cost time."""
    if "\n" in text:
        return True
    end = text.rstrip()
    return len(end.split()) > 5 and end.endswith((".", "!", "?", ".“")) and not _ABBREVIATION.search(end)


def tidy(text: str) -> str:
    """The first line of a reply, white space folded, with a full stop where it only lacks that."""
    line = " ".join(text.strip().split("\n")[0].split())
    return f"{line}." if line and line[-1].isalnum() and len(line.split()) > 5 else line
