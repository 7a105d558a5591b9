"""German text becomes the words that the full text holds and looks for.

What enters: text of a paper, or what a user types. What leaves: lists of tokens made of letters, digits and ``_``.
What it does not know: SQL, passages, ranking.

A *plain* token is folded: case, ß = ss, and ä = ae = a, so that "Gebühr", "GEBUEHR" and "gebuhr" are one. A *stem* has
lost its ending (snowball), so that "Bäume" and "Baum" are one. Numbers are kept whole and in one form: "1.200.000" and
"1200000,00" are one token, "2022/2024", "28.06.2022" and "§ 35" are tokens of their own beside their parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad][ \t]*\r?\n\s*(?=[a-zäöüß])")
_TOKEN = re.compile(
    r"(?P<law>§{1,2}\s*(?P<section>\d+[a-zA-Z]?)\b)"
    r"|(?P<number>\d+(?:[./,:\u2013-]\d+)*)(?P<unit>[^\W\d_]*)"
    r"|(?P<word>[^\W_]+(?:[-\u2010\u2011][^\W_]+)*)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL = re.compile(r"\d+,\d+")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

# Folded as `fold` folds.
_STOP_WORDS = """
ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beide beiden beim
bereits besonders bevor bin bis bisher bist bitte bzw ca da dabei dadurch dafur dagegen daher damit danach daran
darauf daraus darf darfen darin daruber darum das dass davon dazu dein dem den denn der deren derzeit des deshalb
dessen desto die dies diese diesem diesen dieser dieses doch dort du durch durfen eigentlich ein eine einem einen
einer eines einige einigen einiger einiges einmal er erst es etc etwa etwas euch euer fur ganz ganze ganzen gegen
gegenuber genau gerade gern gibt gross grosse hab habe haben hat hatte hatten her hier hin hinter hoch hohe hoher ich
ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins insgesamt ist ja je jede jedem jeden jeder jedes
jedoch jene jenem jenen jener jenes jetzt kann kein keine keinem keinen keiner keines konnen konnte konnten kunftig
lange lassen lasst man manche mehr mein meine meist meiste meisten mich mir mit moglich muss mussen musste mussten
nach nachdem nein nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seines seit selbst
sich sie sind so sobald solche solchem solchen solcher soll sollen sollte sollten sondern sonst sowie teuer uber
uberhaupt um und uns unser unsere unter viel viele vielen vieler vieles vom von vor wahrend wann war waren warum was
weder wegen weil welche welchem welchen welcher welches wem wen wenn wer werde werden werdet weshalb wessen wie wieder
wieso wieviel will willst wir wird wo wobei wodurch wofur wogegen woher wohin wollen wollte wollten womit woran worin
woruber worum wozu wurde wurden wurdet zu zuletzt zum zur zwar zwischen
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - snowballstemmer's name


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text. `parts` are the pieces that are findable by themselves; a word also has a stem.

    `surface` is what stands in the text.
    """

    plain: str
    stem: str
    parts: tuple[str, ...] = ()
    is_number: bool = False
    is_law: bool = False  # a §
    surface: str = ""


def fold(text: str) -> str:
    """Lower case, ß as ss, no accents, ae/oe/ue as a/o/u (not after a vowel or q: "neue", "quelle" stay)."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"(?<![aeiouq])([aou])e", r"\1", text)
    return text.replace("\u017f", "s")


def fold_name(text: str | None) -> str:
    """A name or number without case, accents and white space, to compare it."""
    return "".join(fold(text or "").split())


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of one word, folded.

    Snowball keeps -ung in short words only ("pflanzung", but "baumpflanz"), which would part a compound from its word.
    """
    stemmed = fold(_stemmer().stemWord(word.casefold()))
    return stemmed[:-3] if stemmed.endswith("ung") and len(stemmed) >= 8 else stemmed


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text in its order; words cut at a line's end are made whole."""
    text = _HYPHENATED.sub("", unicodedata.normalize("NFKC", text).replace("\u00ad", ""))
    for match in _TOKEN.finditer(text):
        if match["law"]:
            section = match["section"].casefold()
            yield Token(f"par_{section}", f"par_{section}", (section,), is_law=True, surface=match["law"])
        elif match["number"]:
            yield from _number(match["number"], match["unit"])
        else:
            yield _word(match["word"])


def pieces(text: str) -> Iterator[Token]:
    """The tokens of a text, each followed by its parts as tokens of their own: what an index holds."""
    for token in tokens(text):
        yield token
        yield from parts(token)


def parts(token: Token) -> Iterator[Token]:
    """The parts of a token as tokens of their own."""
    return map(_part, token.parts)


@lru_cache(maxsize=100_000)
def _part(part: str) -> Token:
    return Token(fold(part), stem(part), (), part.isdigit(), surface=part)


def is_stop_word(token: Token) -> bool:
    """True for a word that says nothing about what is looked for."""
    return token.plain in STOP_WORDS


def normalised(text: str) -> str:
    """The words of a text and nothing else: equal for texts that differ in white space, case or punctuation only."""
    return " ".join(token.plain for token in tokens(text))


@lru_cache(maxsize=100_000)
def _word(word: str) -> Token:
    pieces = re.split(r"[-\u2010\u2011]", word)
    if len(pieces) == 1:
        return Token(fold(word), stem(word), surface=word)
    return Token("".join(map(fold, pieces)), stem("".join(pieces)), tuple(pieces), surface=word)


def _number(number: str, unit: str) -> Iterator[Token]:
    if date := _DATE.fullmatch(number):
        whole = "_".join(str(int(part)) for part in date.groups())
        yield Token(whole, whole, (date[3],), is_number=True, surface=number)
    elif _THOUSANDS.fullmatch(number) or _DECIMAL.fullmatch(number):
        whole, _, cents = number.replace(".", "").partition(",")
        cents = cents.rstrip("0")
        plain = f"{whole}_{cents}" if cents else whole
        yield Token(plain, plain, (whole,) if cents else (), is_number=True, surface=number)
    elif number.isdigit():
        plain = number + fold(unit)
        yield Token(plain, plain, (number,) if unit else (), is_number=True, surface=number + unit)
        return
    else:
        parts = tuple(re.split(r"\D", number))
        yield Token("_".join(parts), "_".join(parts), parts, is_number=True, surface=number)
    if unit:
        yield _word(unit)


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    import snowballstemmer  # type: ignore[import-untyped]

    stemmer: _Stemmer = snowballstemmer.stemmer("german")
    return stemmer
