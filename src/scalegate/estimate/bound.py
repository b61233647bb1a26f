"""The value that every estimator answers with.

For: assessment. Does not know: how a bound is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """One-sided bounds on one quantity, before any elicitation shift.

    Attributes:
        lower: level `1 - alpha_lower` bound from below; at least the least possible value.
        upper: level `1 - alpha_upper` bound from above; `inf` when the data bound nothing.
        point: the plain estimate, for display; None when there is none.
        estimator: name and version, for example `exact_binomial/1`; goes into the record.
        units: number of independent units that the bound rests on.
        notes: what a reader must know to judge the number, as short clauses.
        standard_error: of `point`, for display beside other tools' figures; None where there is none. No bound rests
            on it: it is 0 where every outcome was the same (B3).
    """

    lower: float
    upper: float
    point: float | None
    estimator: str
    units: int
    notes: tuple[str, ...] = ()
    standard_error: float | None = None
