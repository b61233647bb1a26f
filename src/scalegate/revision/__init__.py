"""The revision room: what a second version of a policy changed. Does not know: files, clocks, the record."""
