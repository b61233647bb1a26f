"""The decision room: what may be done with a model now.

Holds rules S, L and D as one pure function, the values it reads and answers with, and who counts for a quorum
(over ids and roles). Does not know: scores, estimates, assessment, files, clocks.
"""
