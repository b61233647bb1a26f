"""The estimate room: numbers in, bounds out.

Does not know: policies, models, files, verdicts. Every bound used at a gate is deterministic, the same
under any order or naming of tasks, and monotone in every outcome (B5, law 2, law 4).
"""
