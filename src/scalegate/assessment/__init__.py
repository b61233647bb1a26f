"""The assessment room: evidence and estimates become verdicts.

Does not know: decisions, the record, files, clocks (time is an argument).
"""
