"""The command line: a face over procedures. Does not know: the rules."""
