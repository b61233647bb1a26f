"""The verdict room: what may be claimed about a limit.

Holds the value `Verdict`, its order, and rules V1-V10 over bounds given as numbers.
Does not know: how a bound is computed, what may be done with a model.
"""
