"""Which words a sentence about a text may use: those of the text in any form, and a list of neutral ones.

What enters: the texts a language model was given. What leaves: `Vocabulary`, which says of a word whether it may come.
What it does not know: models, pages, whether a sentence is true (`check` looks at that).

A small model that is to say something "in its own words" invents: a verb that was not there ("aufgebaut" for
"aufgehoben"), a purpose, an actor, another number. A word is allowed if it is a form of a word of the text (endings,
prefixes and the ge- and zu- inside a verb do not matter), a compound of such words or a part of one, or neutral: words
of grammar, and everyday words that say nothing about the matter by themselves. Actors (Rat, Verwaltung, Fraktion) and
negations are never neutral; numbers have to stand in the text as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ratsassistent.writing.checks.check_source import stem
from ratsassistent.writing.text.amounts import word_value
from ratsassistent.writing.text.terms import word_set

_NEUTRAL = word_set(
    """aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes auch auf aus außerdem bei beide beiden
    beim bereits bis bisher da dabei dadurch dafür daher damit danach dann daran darauf daraus darf darin darüber darum das dass davon
    dazu dem den denen denn der deren derzeit des deshalb dessen die dies diese diesem diesen dieser dieses dort drin durch dürfen ein
    eine einem einen einer eines einige einigen er es etwa etwas für gab gegen geben gemäß gibt gilt habe haben hat hatte hatten hier
    hierfür hierzu ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem innerhalb ins insgesamt ist ja je jede jedem jeden jeder
    jedes jedoch jetzt kann können könnte könnten künftig lang laut man mehrere mehreren mit möglich möglichst muss müssen müsste nach
    neben neu neue neuem neuen neuer neues noch nun nur ob obwohl oder pro rund sei seien sein seine seinem seinen seiner seines seit
    sich sie sind so sobald sodass sofern solche solchen soll sollen sollte sollten somit sondern sonst soweit sowie sowohl statt
    stattdessen über überhaupt um und unter viel viele vielen vom von vor vorher während wann war waren warum was weil weiter
    weitere weiteren weiterer weiterhin welche welchem welchen welcher welches wenn wer werde werden weshalb wie wieder wird wo
    wobei wohl wollen wollte worden wurde wurden würde würden zu zudem zum zur zusammen zusätzlich zwar zwischen
    will möchte möchten geht gehen bekommt bekommen erhält erhalten steht stehen liegt liegen bleibt bleiben macht machen gemacht
    braucht brauchen gebraucht kostet kosten zahlt zahlen bezahlt bezahlen gehört gehören betrifft betreffen beträgt betragen dient dienen
    hält halten nimmt nehmen genommen nötig notwendig erforderlich
    schlägt vorschlägt vorschlagen vorgeschlagen empfiehlt empfehlen empfohlen
    nennt nennen sagt sagen meint zeigt zeigen dauert dauern beginnt beginnen endet enden läuft laufen führt führen
    erfolgt erfolgen erfolgte durchgeführt durchführen vorgenommen stattfindet stattfinden geschieht ermöglicht ermöglichen
    hinweist hingewiesen weist darauf
    geld betrag summe höhe grund ziel zweck frage fragen thema punkt teil jahr jahre jahren jahres monat monate monaten tag tage tagen
    zeit ende anfang beginn mitte euro prozent million millionen mio mrd milliarden uhr ort orte orten stelle stellen plan
    fall fällen möglichkeit möglichkeiten art weise sache angaben angabe rahmen bezug hinblick sicht
    dafür dagegen ca etc bzw z b d h u a inkl ggf sog nr abs art"""
)
_NEGATIONS = word_set(
    "nicht kein keine keinem keinen keiner keines nie niemals niemand nichts ohne weder nirgends kaum außer verzichtet"
)
_NEGATING = re.compile(r"\b(?:nicht|kein\w*|nie(?:mals|mand)?|nichts|ohne|weder|kaum|un[a-zäöü]{4,}|\w*los\w{0,2}|entf[aä]ll\w*|verzicht\w*)\b", re.IGNORECASE)  # fmt: skip
_PREFIXES = (
    "zurück", "zusammen", "weiter", "wieder", "bereit", "durch", "entgegen", "gegen", "hinter", "nieder", "statt", "teil", "unter",
    "über", "dar", "voran", "voraus", "vorbei", "zwischen", "fest", "fort", "frei", "nach", "her", "hin", "los", "mit", "vor", "weg", "auf",
    "aus", "bei", "ein", "ab", "an", "um", "zu",
)  # fmt: skip
_TOKEN = re.compile(r"[^\W_]+(?:[.,:/][\d]+)*(?:[-’'*:][^\W_]+)*")
_SHORTEST = 4  # letters that two forms of a word must share


class Vocabulary:
    """The words that a sentence about some texts may use."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Fold the words of the texts once.

        :param texts: what the model was given: passages, a title, the words it has to begin with.
        """
        whole = "\n".join(texts)
        self._roots: set[str] = set()
        self._short: set[str] = set()
        for token in _TOKEN.findall(whole):
            self._short.add(token.casefold())
            for piece in re.split(r"[-’'*:/.,]", token):
                root = _root(piece)
                (self._roots if len(root) >= _SHORTEST else self._short).add(root)
        self._whole = re.sub(r"[\s\u00ad]", "", whole).casefold()
        self._negated = _NEGATING.search(whole) is not None

    def knows(self, word: str) -> bool:
        """May this word come? Punctuation around it does not matter."""
        bare = word.strip(".,;:!?()[]„“”\"'»«–-… ")
        folded = bare.casefold()
        if not any(c.isalnum() for c in folded) or folded in self._short:
            return True
        if folded in _NEGATIONS:
            return self._negated
        if any(c.isdigit() for c in folded):
            return bool(re.search(rf"(?<!\d)(?<!\d[.,]){re.escape(folded)}(?![.,]?\d)", self._whole))
        return folded in _NEUTRAL or (word_value(folded) is None and self._form_known(folded))

    def _form_known(self, folded: str) -> bool:
        pieces = [p for p in re.split(r"[-’'*:/]", folded) if p]
        if len(pieces) > 1:
            return all(self.knows(p) for p in pieces)
        return self._root_known(_root(folded)) or self._compound_known(folded)

    def strange(self, text: str) -> tuple[str, ...]:
        """The words of a sentence that may not come."""
        return tuple(token for token in _TOKEN.findall(text) if not self.knows(token))

    def _root_known(self, root: str) -> bool:
        if root in self._roots or root in self._short:
            return True
        if len(root) < _SHORTEST:
            return False
        return any(_same_root(root, other) for other in self._roots) or self._separated(root)

    def _separated(self, root: str) -> bool:
        """ "zustimmen" is known where "stimmt … zu" stands, and "stimmt" where "zuzustimmen" does."""
        for prefix in _PREFIXES:
            rest = root.removeprefix(prefix)
            if rest != root and prefix in self._short and len(rest) >= 3:
                known = self._roots | self._short
                return any(_same_root(rest, o) or (o.startswith(rest) and len(o) - len(rest) <= 2) for o in known)
        joined = (prefix + root for prefix in _PREFIXES if len(root) >= _SHORTEST)
        return any(one in self._roots for one in joined)

    def _compound_known(self, word: str) -> bool:
        """ "Kapitalzuführung" is known where "Kapital" and "Zuführung" are; "Turnhalle" where "Schulturnhalle" is."""
        root = _root(word)
        if len(root) >= 5 and any(root in other for other in self._roots):
            return True
        if len(root) == _SHORTEST and any(other.startswith(root) and len(other) > 7 for other in self._roots):
            return True
        for cut in range(_SHORTEST, len(word) - 3):
            head, tail = word[:cut], word[cut:]
            for join in ("", "s", "es", "n", "en", "er", "e"):
                bare = head.removesuffix(join) if join and head.endswith(join) else (head if not join else "")
                if len(bare) >= _SHORTEST and self._part_known(bare) and self._part_known(tail):
                    return True
        return False

    def _part_known(self, part: str) -> bool:
        root = _root(part)
        return len(root) >= _SHORTEST and (root in self._roots or any(_same_root(root, r) for r in self._roots))


def _same_root(one: str, other: str) -> bool:
    """Two roots of one word: the shorter begins the longer but for its last letters ("einzaun", "einzaunung")."""
    if (
        one[0] == other[0]
        and abs(len(one) - len(other)) <= 3
        and len(bones := _bones(one)) >= 3
        and bones == _bones(other)
    ):
        return True  # strong verbs: "aufheben", "aufgehoben"; "beschließt", "beschlossen"
    short, long = sorted((one, other), key=len)
    need = max(_SHORTEST, round(0.8 * len(short)))
    return long[:need] == short[:need] and len(long) - len(short) <= 5


@lru_cache(maxsize=100_000)
def _bones(root: str) -> str:
    """The consonants of a root, without those of its endings."""
    return re.sub(r"[aeiouy]", "", re.sub(r"(?:e[nt]?|ung|t)$", "", root))


@lru_cache(maxsize=100_000)
def _root(word: str) -> str:
    """A word without endings, umlauts and the ge- or zu- of its verb: "eingezäunt", "einzuzäunen", "Einzäunung": einzaun."""
    folded = word.casefold().replace("ß", "ss").translate(str.maketrans("äöü", "aou"))
    folded = stem(folded)
    for prefix in _PREFIXES:
        if folded.startswith(prefix):
            rest = folded[len(prefix) :]
            for inner in ("ge", "zu"):
                if rest.startswith(inner) and len(rest) >= len(inner) + 3:
                    return prefix + rest[len(inner) :].removesuffix("t")
            break
    if folded.startswith("ge") and len(folded) >= 7 and folded.endswith("t"):
        return folded[2:].removesuffix("t")
    return folded


def plain(text: str) -> str:
    """A text without what only makes it long: brackets, insertions between dashes, list marks.

    Offsets are lost: for reading by a model, never for quoting.
    """
    text = re.sub(r"\s*\((?![^)]*\d[^)]*(?:€|Euro|Prozent|%))[^()]{0,200}\)", "", text)
    text = re.sub(r"\s+–\s+(?=\S)([^–]{3,80}?)\s+–\s+", " ", text)
    text = re.sub(r"^\s*(?:[-–•▪]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+|(?<=\s)[•▪]\s+", "", text)
    return " ".join(text.split())


def copied_share(text: str, sources: Sequence[str], size: int = 8) -> float:
    """Share of the runs of `size` words of a text that stand in the sources, 0 to 1; a shorter text is one run."""

    def words(of: str) -> list[str]:
        return re.findall(r"\w+", of.casefold())

    mine = words(text)
    there = " " + " ".join(" ".join(words(source)) for source in sources) + " "
    runs = [" ".join(mine[n : n + size]) for n in range(max(len(mine) - size + 1, 1))] if mine else []
    return sum(f" {run} " in there for run in runs) / len(runs) if runs else 0.0


# Which genders (m, f, n, and p for the plural) an article can stand before.
_GENDERS = {
    "der": "mfp", "die": "fp", "das": "n", "den": "mp", "dem": "mn", "des": "mn", "ein": "mn", "eine": "f", "einen": "m",
    "einem": "mn", "einer": "f", "eines": "mn", "zum": "mn", "zur": "f", "im": "mn", "am": "mn", "vom": "mn", "beim": "mn",
    "ins": "n", "ans": "n",
}  # fmt: skip
_ARTICLE_AND_NOUN = re.compile(
    rf"(?:\b(?P<before>[a-zäöüß]+)\s+)?\b(?P<article>{'|'.join(sorted(_GENDERS, key=len, reverse=True))})\s+"
    r"(?:(?P<adjective>[a-zäöüß]+e[nrsm]?)\s+)?(?P<noun>(?-i:[A-ZÄÖÜ])[\wäöüß-]+)",
    re.IGNORECASE,
)
_WITH_DATIVE = frozenset(
    ["bei", "von", "mit", "zu", "nach", "aus", "seit", "in", "an", "auf", "unter", "vor", "zwischen", "neben", "hinter"]
)
_BEFORE_SUBJECT = frozenset(["da", "weil", "dass", "wenn", "ob", "falls", "sofern", "obwohl"])


def _genders(found: re.Match[str]) -> set[str]:
    """Which genders the words before a noun leave open."""
    article, noun, before = found["article"].lower(), found["noun"], (found["before"] or "").lower()
    ending = (found["adjective"] or "")[-2:]
    if article == "der" and (before in _WITH_DATIVE or ending == "en"):
        return {"f"} if before in _WITH_DATIVE else {"f", "p"}
    if article == "der" and (before in _BEFORE_SUBJECT or ending.endswith("e")):
        return {"m"}
    if article == "den" and not noun.endswith(("n", "s")):
        return {"m"}  # nearly all nouns end so in the dative plural
    return set(_GENDERS[article])


def wrong_articles(text: str, source: str) -> tuple[str, ...]:
    """Nouns of a text whose article tells another gender than that of its source ("das Förderverein")."""
    genders: dict[str, set[str]] = {}
    for found in _ARTICLE_AND_NOUN.finditer(source):
        known = genders.setdefault(found["noun"], set("mfnp"))
        known &= _genders(found)
    return tuple(
        f"{found['article']} {found['noun']}"
        for found in _ARTICLE_AND_NOUN.finditer(text)
        if genders.get(found["noun"]) and not genders[found["noun"]] & _genders(found)
    )
