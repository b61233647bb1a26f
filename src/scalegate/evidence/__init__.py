"""The evidence room: what was observed, on which configuration, with what effort.

Does not know: policies, bounds, verdicts, files.
"""
