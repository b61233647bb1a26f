"""Checks a record from its bytes alone, offline.

For: auditors and whoever else was handed a record. Does not know: how the record was stored, policy files, numbers'
makers. It loads no storage engine, no YAML, no numerics and no network.
"""
