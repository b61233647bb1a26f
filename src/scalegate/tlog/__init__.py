"""A tamper-evident log as arithmetic over hashes: tree, proofs, notes, signatures, canonical bytes, envelopes.

For: lease, record, verifier, adapters. Does not know: what the entries say, files, clocks, any word of the field.
"""
