"""Which way a reworded text goes, by a ladder of modal words, hedges, numbers and negations.

For: `weigh.py`. Does not know: where a text stands, grammar, what words mean beyond the lists below.

The ladder is that of the codebook for silent revisions (Zhu 2026): *will, must, commit* above *intend, aim, expect*
above *may, could, consider* above *recommend*. Only what differs in listed words and in numbers alone is given a
direction; every other rewording is undecidable and counts as weakened, and so are the same listed words in other
places of a sentence. Spelling, spacing and punctuation are not changes.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scalegate.revision.change import Outcome, Weighed, undecided

_LADDER = (
    (4, r"will|must|shall|commits? (?:itself |ourselves )?to|(?:is|are) (?:required|obliged|committed) to"),
    (4, r"undertakes? to|promises? to|guarantees? to|ha(?:s|ve) to"),
    (3, r"(?:is|are) expected to|(?:intend|aim|expect|plan|seek|strive|endeavou?r|hope)s? to|tr(?:y|ies) to"),
    (3, r"(?:intend|aim|expect|plan)s?"),
    (2, r"may(?: choose to| consider)?|could|might|can|considers?|(?:is|are) free to"),
    (1, r"recommends?|(?:is|are) (?:recommended|encouraged|advised) to|should|suggests?|encourages?"),
)
_MODAL = re.compile(r"\b(?:" + "|".join(f"(?P<at{n}>{words})" for n, (_, words) in enumerate(_LADDER)) + r")(?![\w-])")
_RUNG_NAME = {4: "a commitment", 3: "an intention", 2: "a possibility", 1: "a recommendation"}

_HEDGES = re.compile(
    r"\b(?:(?:where|when|if|as|to the extent|insofar as|so far as|as far as|wherever|whenever) (?:it is |they are )?"
    r"(?:\w+ly )?(?:appropriate|possible|feasible|practicable|practical|available|necessary|needed|reasonable|relevant|"
    r"applicable|warranted|required)|reasonabl[ey]|generally|typically|usually|normally|ordinarily|in principle|"
    r"at (?:our|its|their) (?:sole )?discretion|commercially|best efforts?|good faith|substantially|materially|broadly|"
    r"appropriate(?:ly)?|as soon as practicable|in most cases|mostly|largely|significant(?:ly)?)\b"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|without|cannot|except|unless|excluding|other than)\b"
)
_LETTING = re.compile(
    r"\b(?:waiv|deploy|releas|proceed|continu|resum|exempt|exclud|relax|skip|delay|defer|postpon|suspend|train|scal|grant|"
    r"allow|permit|overrid|depart|amend|chang|remov|delet)\w*"
)
_OPENING = re.compile(
    r"\b(?:may|unless|except|excluding|however|but|if|where|when|subject to|does not apply|reserves?)\b"
)
_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve"
_WORDS = {word: str(number) for number, word in enumerate(_COUNTED.split())}
_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_AMOUNT = re.compile(
    r"(\d+(?:\.\d+)?)(?: ?(%)| ((?:business |working |calendar )?)(minute|hour|day|week|month|quarter|year)s?\b)?"
)
_CAPS = re.compile(
    r"\b(?:within|every|at most|no (?:later|more|longer) than|not exceed(?:ing)?)(?: the (?:next|first))?$"
)
_BOUND = re.compile(r"\bno (?:later|more|longer|fewer|less|earlier) than|\bnot exceed(?:ing)?")
_FLOORS = re.compile(r"\b(?:at least|no (?:fewer|less|earlier) than|a minimum of)$")
_SELECTS = re.compile(
    r"\b(?:that|which|who|whose|with|if|when|whenever|where|wherever|once|after|from|for|because|whom|having|of)\b"
)
"""Words after which a number may say of what something is done, and not how well: fewer models, fewer incidents."""
_TELLING = re.compile(
    r"\b(?:disclos|publish|tell|report|inform|notif|shar|test|evaluat|assess|stop|hold|paus|review|audit|answer)\w*"
)
_FURTHER = re.compile(
    r"\b(?:will|must|shall) (?:also |always )?(?:disclose|publish|tell|report|inform|notify|test|evaluate|assess|stop|"
    r"hold|pause|review|write|record|answer|ask)\b"
)
"""What a sentence that came has to promise before it is called a further commitment."""
_NARROWS = re.compile(
    r"\b(?:only|solely|alone|merely|just|instead|rather|confidential\w*|secret\w*|private\w*|internal\w*|until|once|"
    r"after|before|while|by default|decid\w*|deem\w*|consider\w*|limit\w*|some|selected|certain|such)\b"
)
_REFERS = re.compile(r"\b(?:this|these|those|such|former|latter|otherwise|except|but|then)\b")
_TWO_WORDS = (
    "causal/casual", "trial/trail", "trials/trails", "latter/later", "quiet/quite", "united/untied", "martial/marital",
    "dairy/diary", "planning/planing", "hopping/hoping", "dinner/diner", "desert/dessert", "matter/mater",
)  # fmt: skip
_REAL_WORDS = frozenset(frozenset(pair.split("/")) for pair in _TWO_WORDS)
"""Pairs that look like a slip and are two words."""


def weigh_text(old: str, new: str) -> Weighed:
    """Which way a text goes, with the pairs of sentences that differ."""
    if _plain(old) == _plain(new):
        return Weighed(outcome=Outcome.RETAINED, why="only spelling, spacing or punctuation differs")
    found = [_pair(before, after) for before, after in _pairs(_sentences(old), _sentences(new))]
    if _rearranged(_sentences(old), _sentences(new)):
        found.append(undecided("sentences stand in another order, and one speaks of another", ((old, new),)))
    pairs = tuple(p for weighed in found for p in weighed.pairs)
    outcomes = {w.outcome for w in found}
    if Outcome.WEAKENED in outcomes:
        # A stronger sentence beside it does not make up for a weaker one.
        weak = [w for w in found if w.outcome is Outcome.WEAKENED]
        decided = [w for w in weak if not w.undecidable]
        why = "; ".join(dict.fromkeys(w.why for w in decided or weak))
        return Weighed(outcome=Outcome.WEAKENED, why=why, undecidable=not decided, pairs=pairs)
    if Outcome.STRENGTHENED in outcomes:
        why = "; ".join(dict.fromkeys(w.why for w in found if w.outcome is Outcome.STRENGTHENED))
        return Weighed(outcome=Outcome.STRENGTHENED, why=why, pairs=pairs)
    why = "; ".join(dict.fromkeys(w.why for w in found)) or "only spelling, spacing or punctuation differs"
    return Weighed(outcome=Outcome.RETAINED, why=why, pairs=pairs)


# ---------------------------------------------------------------------------------- normal forms


def _plain(text: str) -> str:
    """Lower case, words and numbers only: what is left when spelling, spacing and punctuation do not count."""
    text = text.lower().replace("\u2019", "'").replace("can't", "can not").replace("cannot", "can not")
    text = re.sub(r"n't\b", " not", text.replace("won't", "will not")).replace("\u2212", "-")
    # Signs that change what a number or a sentence says are no punctuation.
    words = re.findall(
        r"[<>=\u2264\u2265\u2260\u2248~\u00b1\u00d7$\u20ac\u00a3\u00a5\u2030?/]|-?\d+(?:[.,]\d+)*|%|[^\W\d_]+", text
    )
    return " ".join(_WORDS.get(w, w) for w in words).replace(" %", "%")


def _sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.!?;])\s+|\n\s*\n", text.strip())
    return [" ".join(p.split()) for p in parts if p.strip()]


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ in spelling, spacing and punctuation at most."""
    return _plain(one) == _plain(other)


def likeness(one: str, other: str) -> float:
    """From 0 to 1: how many words two texts share, in order."""
    return difflib.SequenceMatcher(None, _plain(one).split(), _plain(other).split(), autojunk=False).ratio()


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Sentences that differ, the likeliest partners beside each other; those that only moved are left out."""
    kept_old, kept_new = [_plain(s) for s in old], [_plain(s) for s in new]
    left = [s for s, p in zip(old, kept_old, strict=True) if p not in kept_new]
    come = [s for s, p in zip(new, kept_new, strict=True) if p not in kept_old]
    for before in left:
        best = max(come, key=lambda after: likeness(before, after), default=None)
        if best is not None and likeness(before, best) >= 0.4:
            come.remove(best)
            yield before, best
        else:
            yield before, ""
    for after in come:
        yield "", after
    # A sentence said twice and now once is not gone, one said once and now twice says nothing new.


def _rearranged(old: Sequence[str], new: Sequence[str]) -> bool:
    """Sentences that both have in another order, where a word may point at the sentence beside it."""
    before, after = (list(dict.fromkeys(_plain(s) for s in text)) for text in (old, new))
    both = [s for s in before if s in after]
    return both != [s for s in after if s in before] and any(_REFERS.search(s) for s in both)


# ------------------------------------------------------------------------------------- one pair


def _pair(before: str, after: str) -> Weighed:
    pairs = ((before, after),)
    if not after:
        return Weighed(outcome=Outcome.WEAKENED, why="a sentence is gone", pairs=pairs)
    if not before:
        return _come(after, pairs)
    one, other = _plain(before), _plain(after)
    if _only_misspelt(one, other):
        return Weighed(outcome=Outcome.RETAINED, why="only the spelling of a word differs", pairs=pairs)
    reasons = [*_modals(one, other), *_hedges(one, other), *_numbers(one, other)]
    weaker = [why for worse, why in reasons if worse]
    if _bare(one) != _bare(other):
        if weaker:
            return Weighed(outcome=Outcome.WEAKENED, why="; ".join(weaker), pairs=pairs)
        said = "a negation or condition came or went" if _negations(one) != _negations(other) else "reworded"
        return undecided(said, pairs)
    if any(worse is None for worse, _ in reasons):
        return undecided("; ".join(why for worse, why in reasons if worse is None), pairs)
    if not weaker and not reasons:
        return Weighed(outcome=Outcome.RETAINED, why="the same in other words of the same weight", pairs=pairs)
    if not weaker and (_LETTING.search(one) or _LETTING.search(other)):
        # To promise more firmly what lets something go on is no stronger: *may waive* is not below *will waive*.
        return undecided("firmer words for what may be a relaxation itself", pairs)
    outcome = Outcome.WEAKENED if weaker else Outcome.STRENGTHENED
    return Weighed(outcome=outcome, why="; ".join(weaker or [why for _, why in reasons]), pairs=pairs)


def _come(after: str, pairs: tuple[tuple[str, str], ...]) -> Weighed:
    text = _plain(after)
    binds = _FURTHER.search(text) and min(_rungs(text), default=0) == 4
    if binds and not any(words.search(text) for words in (_HEDGES, _NEGATION, _OPENING, _LETTING, _NARROWS)):
        return Weighed(outcome=Outcome.STRENGTHENED, why="a further commitment without conditions", pairs=pairs)
    return undecided("a sentence came that may be a condition or an exemption", pairs)


def _rungs(text: str) -> list[int]:
    """How high each modal word of the text stands on the ladder; of several in a row (*will aim to*) the lowest."""
    found: list[int] = []
    end = None
    for match in _MODAL.finditer(text):
        rung = _LADDER[int((match.lastgroup or "")[2:])][0]
        if end is not None and not text[end : match.start()].strip():
            found[-1] = min(found[-1], rung)
        else:
            found.append(rung)
        end = match.end()
    return found


def _modals(one: str, other: str) -> Iterator[tuple[bool | None, str]]:
    # A hedge between two modal words, as in *will where appropriate aim to*, is weighed for itself.
    one, other = (" ".join(_HEDGES.sub(" ", text).split()) for text in (one, other))
    before, after = _rungs(one), _rungs(other)
    if not (before or after):
        return
    if not before or not after:
        worse = bool(before) or min(after) < 4  # a plain statement stands as high as a commitment
        yield worse, "a modal word went" if before else f"a plain statement is {_RUNG_NAME[min(after)]} now"
        return
    if _marked(one, modal="@") != _marked(other, modal="@"):
        yield None, "a modal word stands elsewhere"
        return
    differing = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    for was, now in differing:
        # *May not* is a prohibition already; and *will not tell* is no firmer duty than *should not tell*.
        negated = _NEGATION.search(one) and (was == 2 or _TELLING.search(one))
        yield True if now < was else None if negated else False, f"{_RUNG_NAME[was]} is {_RUNG_NAME[now]} now"


def _hedges(one: str, other: str) -> Iterator[tuple[bool | None, str]]:
    before, after = Counter(_HEDGES.findall(one)), Counter(_HEDGES.findall(other))
    more, less = list((after - before).elements()), list((before - after).elements())
    if more:
        yield True, f"hedged with “{', '.join(more)}”"
    elif after and not _within(_marked(other, hedge="@").split(), _marked(one, hedge="@").split()):
        yield None, "a hedge stands elsewhere"
    elif less:
        yield False, f"no longer hedged with “{', '.join(less)}”"


def _within(few: list[str], many: list[str]) -> bool:
    """Whether the words stand among the others in the same order."""
    rest = iter(many)
    return all(word in rest for word in few)


@dataclass(frozen=True, kw_only=True)
class _Amount:
    """A number with what it counts.

    Attributes:
        number: how many; of times in minutes or in months.
        kind: `%`, `minutes`, `months`, `working minutes`, or empty for a bare number.
        words: the text before it.
    """

    number: Decimal
    kind: str
    words: str

    def same(self, other: _Amount) -> bool:
        return (self.number, self.kind) == (other.number, other.kind)

    def less(self, other: _Amount) -> bool | None:
        """None where the two cannot be put in order, like a month and 30 days, or 5 days and 5 working days."""
        if self.kind == other.kind:
            return self.number < other.number
        mine, theirs = self._minutes(), other._minutes()
        if mine is None or theirs is None or (mine[1] >= theirs[0] and mine[0] <= theirs[1]):
            return None
        return mine[1] < theirs[0]

    def _minutes(self) -> tuple[Decimal, Decimal] | None:
        """The shortest and the longest that a time can be."""
        if self.kind == "months":
            return self.number * 28 * 1440, self.number * 31 * 1440
        return (self.number, self.number) if self.kind == "minutes" else None


def _amounts(text: str) -> list[_Amount]:
    return [_amount(match, text[: match.start()].rstrip()) for match in _AMOUNT.finditer(text)]


def _amount(match: re.Match[str], words: str) -> _Amount:
    number, percent, days, unit = Decimal(match[1]), match[2], (match[3] or "").strip(), match[4]
    if unit is None:
        return _Amount(number=number, kind=percent or "", words=words)
    if unit in _MONTHS:
        return _Amount(number=number * _MONTHS[unit], kind="months", words=words)
    kind = "working minutes" if days in ("business", "working") else "minutes"
    return _Amount(number=number * _MINUTES[unit], kind=kind, words=words)


def _numbers(one: str, other: str) -> Iterator[tuple[bool | None, str]]:
    before, after = _amounts(one), _amounts(other)
    if len(before) != len(after):
        yield None, "a number came or went"
        return
    turned = _NEGATION.search(_BOUND.sub(" ", one)) or _NEGATION.search(_BOUND.sub(" ", other))
    for was, now in zip(before, after, strict=True):
        if was.same(now):
            continue
        less = now.less(was)
        if turned or less is None:
            yield None, "a number differs"
        elif _CAPS.search(was.words) and _CAPS.search(now.words):
            yield from _bounded(less, now, "a cap is smaller", "a number that must not be exceeded is larger")
        elif _FLOORS.search(was.words) and _FLOORS.search(now.words):
            yield from _bounded(not less, now, "a floor is higher", "a number that must be reached is smaller")
        else:
            yield None, "a number differs"


def _bounded(harder: bool, now: _Amount, gain: str, loss: str) -> Iterator[tuple[bool | None, str]]:
    """A harder bound is stronger where it bounds what is promised; it may say of how few it is promised instead."""
    opens = (_CAPS.fullmatch(now.words) or _FLOORS.fullmatch(now.words)) is not None
    promised = opens or (4 in _rungs(now.words) and not _SELECTS.search(now.words))
    if not harder:
        yield True, loss
    elif promised:
        yield False, gain
    else:
        yield None, f"{gain}, and may bound what the promise is about"


def _bare(text: str) -> str:
    """The text without what the lists speak for."""
    return _marked(text)


def _marked(text: str, *, modal: str = "", hedge: str = "") -> str:
    """The text with numbers as one sign, and modal words and hedges as theirs or left out."""
    text = _HEDGES.sub(f" {hedge} ", _AMOUNT.sub(" # ", text))
    text = " ".join(_MODAL.sub(f" {modal} ", text).split())
    return re.sub(r"@(?: @)+", "@", text) if modal else text


def _negations(text: str) -> list[str]:
    return _NEGATION.findall(text)


def _only_misspelt(one: str, other: str) -> bool:
    """Two letters swapped or a doubled letter dropped, in words of five letters and more; never another word class.

    A letter replaced is not taken for a slip: *internal* and *interval* are one letter apart.
    """
    before, after = one.split(), other.split()
    if len(before) != len(after):
        return False
    differing = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    return all(min(len(a), len(b)) >= 5 and _slip(a, b) and frozenset((a, b)) not in _REAL_WORDS for a, b in differing)


def _slip(one: str, other: str) -> bool:
    if not (one.isalpha() and other.isalpha()):
        return False
    if len(one) == len(other):
        at = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        return len(at) == 2 and at[1] == at[0] + 1 and (one[at[0]], one[at[1]]) == (other[at[1]], other[at[0]])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    doubled = [i for i in range(1, len(longer)) if longer[i] == longer[i - 1]]
    return len(longer) == len(shorter) + 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in doubled)
