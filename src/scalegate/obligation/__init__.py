"""The obligation room: from a prefix of the record and a time to what is owed. Does not know: clocks, files."""
