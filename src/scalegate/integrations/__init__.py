"""Faces inside other programs: what they call while they work. Each is an extra and none is a gate.

For: Inspect. Does not know: the core.
"""
