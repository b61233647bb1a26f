"""Every command, registered on the application. Does not know: the rules.

For: `main`, which imports this module to register the commands. Each command opens the project, calls one
procedure, and prints: JSON to standard output, or a screen. Heavy modules are imported inside the commands.
"""

from __future__ import annotations

from scalegate.cli import acts, answers, checks, comparing, evidence, flags, power, running

__all__ = ["acts", "answers", "checks", "comparing", "evidence", "flags", "power", "running"]
