"""What a comparison of two policy versions consists of: one value for each difference.

For: every module of this room, and whoever shows a comparison. Does not know: how a difference is found or weighed.

Categories, outcomes and dimensions are those of the codebook for silent revisions of safety frameworks
(Zhu 2026, codebook v0.2), with `actor` as a category of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scalegate.shape import Path, dotted


class Category(StrEnum):
    """What a difference is about."""

    SCOPE = "scope"
    TRIGGER = "trigger"
    ACTOR = "actor"
    METHOD = "method"
    THIRD_PARTY = "third_party"
    DISCLOSURE = "disclosure"
    CONSEQUENCE = "consequence"
    GOVERNANCE = "governance"
    SECURITY = "security"
    MITIGATION = "mitigation"


class Outcome(StrEnum):
    """Which way it goes. What cannot be told counts as weakened."""

    WEAKENED = "weakened"
    REMOVED = "removed"
    STRENGTHENED = "strengthened"
    ADDED = "added"
    RELOCATED = "relocated"
    RETAINED = "retained"

    @property
    def relaxes(self) -> bool:
        """Whether it asks for what relaxing a policy takes (D11)."""
        return self in (Outcome.WEAKENED, Outcome.REMOVED)


class Dimension(StrEnum):
    """What of an obligation a material difference touches."""

    SCOPE = "scope"
    TRIGGER = "threshold_or_trigger"
    ACTOR = "actor"
    OBLIGATION = "obligation_strength"
    DISCLOSURE = "disclosure_scope"
    CONSEQUENCE = "consequence"


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Which way one difference goes, and why.

    Attributes:
        outcome: which way.
        why: the reason, a clause without a full stop.
        undecidable: the direction cannot be told, and it is counted as weakened for that.
        pairs: for texts, the sentences before and after; one of the two is empty where a sentence came or went.
    """

    outcome: Outcome
    why: str
    undecidable: bool = False
    pairs: tuple[tuple[str, str], ...] = ()


def undecided(why: str, pairs: tuple[tuple[str, str], ...] = ()) -> Weighed:
    """A difference whose direction nobody can tell from the documents: counted as weakened."""
    return Weighed(outcome=Outcome.WEAKENED, why=f"{why}; the direction is undecidable", undecidable=True, pairs=pairs)


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One difference between two versions of a policy.

    Attributes:
        before: where it stood in the old document, under its old names; None where it was not there.
        after: where it stands in the new document; None where it is no more.
        category: what it is about.
        touches: the dimensions that it touches; empty for what binds nobody.
        old: the old words or number; empty where there were none.
        new: the new ones.
        weighed: which way it goes, and why.
        rule: the rule of the semantics that gives it that meaning, or empty.
        named: whether the new document's changelog names it.
    """

    before: Path | None
    after: Path | None
    category: Category
    touches: tuple[Dimension, ...]
    old: str
    new: str
    weighed: Weighed
    rule: str = ""
    named: bool = False

    @property
    def outcome(self) -> Outcome:
        return self.weighed.outcome

    @property
    def material(self) -> bool:
        """Whether it changes what anybody has to do: a renaming and a mended spelling do not."""
        return bool(self.touches) and self.outcome not in (Outcome.RETAINED, Outcome.RELOCATED)

    @property
    def silent(self) -> bool:
        """Material, and not named by the changelog."""
        return self.material and not self.named

    @property
    def place(self) -> str:
        """The dotted path by which a reader finds it: in the new document where it is still there."""
        path = self.after if self.after is not None else self.before
        assert path is not None, "a difference stands somewhere"
        return dotted(path)
