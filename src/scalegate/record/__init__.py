"""The record room: what was said, when and by whom; the entry types and their one codec.

Does not know: storage engines, how verdicts or decisions come about.
"""
