"""The proof room: questions about every state of the gate, answered by a solver. Does not know: evidence, files."""
