"""What a page says about the record that it was made from.

For: whoever publishes, who fills it from the log. Does not know: storage, keys, how a log is checked.
"""

from __future__ import annotations

from dataclasses import dataclass

from scalegate.decision.dossier import Waiver
from scalegate.quantity import Digest


@dataclass(frozen=True, kw_only=True)
class RecordFoot:
    """The state of the record at the moment of publication.

    Attributes:
        origin: the log's name; size, root: of the signed head that the page was made at.
        checkpoint: the signed note, as text of several lines; empty when there is none.
        key_parties: how many distinct parties hold a key that has signed something in the record.
        outside_witnesses: how many of them are independent witnesses of the log.
        times_held, times_granted, times_waived: answers of the gate over the whole record.
        invalid_runs: recorded runs that can clear nothing, over the whole record.
        waivers: every recorded waiver, ended ones too.
    """

    origin: str
    size: int
    root: Digest | str
    policy_digest: Digest
    checkpoint: str = ""
    key_parties: int = 0
    outside_witnesses: int = 0
    demo_keys: bool = False
    times_held: int = 0
    times_granted: int = 0
    times_waived: int = 0
    invalid_runs: int = 0
    waivers: tuple[Waiver, ...] = ()
