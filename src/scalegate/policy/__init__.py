"""The policy room: what was promised.

`document` holds frozen values that every room may import; `file` reads YAML and is for `procedure` alone.
Does not know: evidence, estimates, verdicts.
"""
