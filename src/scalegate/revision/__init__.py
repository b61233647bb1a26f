"""The revision room: two versions of a policy, and what the second changed. Does not know: files, clocks, the record."""
