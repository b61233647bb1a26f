"""Which way a reworded text goes, by a ladder of modal words, hedges, numbers and negations.

For: `weigh.py`. Does not know: where a text stands, grammar, what words mean beyond the lists below.

The ladder is that of the codebook for silent revisions (Zhu 2026): *will, must, commit* above *intend, aim, expect*
above *may, could, consider* above *recommend*. Only what differs in listed words and in numbers alone is given a
direction; every other rewording is undecidable and counts as weakened. Spelling, spacing and punctuation are not
changes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
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
_UNITS = {
    "minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200, "quarter": 131400, "year": 525600,
}  # fmt: skip
_AMOUNT = re.compile(
    r"(\d+(?:\.\d+)?)(?: ?(%)| (?:business |working |calendar )?(minute|hour|day|week|month|quarter|year)s?\b)?"
)
_CAPS = re.compile(
    r"\b(?:within|every|at most|no (?:later|more|longer) than|up to|below|under|less than|not exceed(?:ing)?)"
    r"(?: the (?:next|first))?$"
)
_BOUND = re.compile(r"\bno (?:later|more|longer|fewer|less|earlier) than|\bnot exceed(?:ing)?")
_FLOORS = re.compile(r"\b(?:at least|no (?:fewer|less|earlier) than|above|over|more than|a minimum of)$")


def weigh_text(old: str, new: str) -> Weighed:
    """Which way a text goes, with the pairs of sentences that differ."""
    if _plain(old) == _plain(new):
        return Weighed(outcome=Outcome.RETAINED, why="only spelling, spacing or punctuation differs")
    found = [_pair(before, after) for before, after in _pairs(_sentences(old), _sentences(new))]
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
    return Weighed(outcome=Outcome.RETAINED, why="only spelling, spacing or punctuation differs")


# ---------------------------------------------------------------------------------- normal forms


def _plain(text: str) -> str:
    """Lower case, words and numbers only: what is left when spelling, spacing and punctuation do not count."""
    text = text.lower().replace("\u2019", "'").replace("can't", "can not").replace("cannot", "can not")
    text = re.sub(r"n't\b", " not", text)
    words = re.findall(r"[<>=\u2264\u2265]+|-?\d+(?:[.,]\d+)*|%|[^\W\d_]+", text)
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
    if not weaker and (_LETTING.search(one) or _LETTING.search(other)):
        # To promise more firmly what lets something go on is no stronger: *may waive* is not below *will waive*.
        return undecided("firmer words for what may be a relaxation itself", pairs)
    outcome = Outcome.WEAKENED if weaker else Outcome.STRENGTHENED
    return Weighed(outcome=outcome, why="; ".join(weaker or [why for _, why in reasons]), pairs=pairs)


def _come(after: str, pairs: tuple[tuple[str, str], ...]) -> Weighed:
    text = _plain(after)
    binds = max(_rungs(text), default=0) == 4 and min(_rungs(text)) == 4
    if binds and not any(words.search(text) for words in (_HEDGES, _NEGATION, _OPENING, _LETTING)):
        return Weighed(outcome=Outcome.STRENGTHENED, why="a further commitment without conditions", pairs=pairs)
    return undecided("a sentence came that may be a condition or an exemption", pairs)


def _rungs(text: str) -> list[int]:
    """How high each modal word of the text stands on the ladder."""
    return [_LADDER[int((found.lastgroup or "")[2:])][0] for found in _MODAL.finditer(text)]


def _modals(one: str, other: str) -> Iterator[tuple[bool | None, str]]:
    before, after = _rungs(one), _rungs(other)
    if sorted(before) == sorted(after) or not (before or after):
        return
    if not before or not after:
        worse = bool(before) or min(after) < 4  # a plain statement stands as high as a commitment
        yield worse, "a modal word went" if before else f"a plain statement is {_RUNG_NAME[min(after)]} now"
        return
    low, now = min(before), min(after)
    if now != low:
        yield now < low, f"{_RUNG_NAME[low]} is {_RUNG_NAME[now]} now"
    else:
        yield sum(after) / len(after) < sum(before) / len(before), "modal words differ"


def _hedges(one: str, other: str) -> Iterator[tuple[bool | None, str]]:
    before, after = _HEDGES.findall(one), _HEDGES.findall(other)
    more = [h for h in after if h not in before]
    less = [h for h in before if h not in after]
    if more:
        yield True, f"hedged with “{', '.join(more)}”"
    elif less:
        yield False, f"no longer hedged with “{', '.join(less)}”"


def _amounts(text: str) -> list[tuple[Decimal, str, str]]:
    """Numbers with what they count, periods in minutes, and the words that stand before each."""
    found = []
    for match in _AMOUNT.finditer(text):
        number, percent, unit = Decimal(match[1]), match[2], match[3]
        kind = "%" if percent else "time" if unit else ""
        found.append((number * _UNITS.get(unit, 1) if unit else number, kind, text[: match.start()].rstrip()))
    return found


def _numbers(one: str, other: str) -> Iterator[tuple[bool | None, str]]:
    before, after = _amounts(one), _amounts(other)
    if [a[:2] for a in before] == [a[:2] for a in after]:
        return
    if len(before) != len(after):
        yield None, "a number came or went"
        return
    turned = _NEGATION.search(_BOUND.sub(" ", one)) or _NEGATION.search(_BOUND.sub(" ", other))
    for (was, kind, words), (now, new_kind, new_words) in zip(before, after, strict=True):
        if (was, kind) == (now, new_kind):
            continue
        if turned or kind != new_kind:
            yield None, "a number differs"
        elif _CAPS.search(words) and _CAPS.search(new_words):
            yield now > was, "a number that must not be exceeded is larger" if now > was else "a cap is smaller"
        elif _FLOORS.search(words) and _FLOORS.search(new_words):
            yield now < was, "a number that must be reached is smaller" if now < was else "a floor is higher"
        else:
            yield None, "a number differs"


def _bare(text: str) -> str:
    """The text without what the lists speak for."""
    text = _AMOUNT.sub(" # ", _HEDGES.sub(" ", _MODAL.sub(" ", text)))
    return " ".join(text.split())


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
    return all(min(len(a), len(b)) >= 5 and _slip(a, b) for a, b in differing)


def _slip(one: str, other: str) -> bool:
    if not (one.isalpha() and other.isalpha()):
        return False
    if len(one) == len(other):
        at = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        return len(at) == 2 and at[1] == at[0] + 1 and (one[at[0]], one[at[1]]) == (other[at[1]], other[at[0]])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    doubled = [i for i in range(1, len(longer)) if longer[i] == longer[i - 1]]
    return len(longer) == len(shorter) + 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in doubled)
