"""What every command starts from: the options before the command, and the open project.

For: the commands. Does not know: the rules.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

from scalegate.errors import UsageError
from scalegate.quantity import Identifier, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from scalegate.decision.dossier import Approver
    from scalegate.procedure.workspace import Workspace
    from scalegate.project import Project


class OutputFormat(StrEnum):
    """Forms of standard output."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


@dataclass(frozen=True, kw_only=True)
class Context:
    """The options that stand before the command."""

    project: str
    replay: str
    principal: str
    format: OutputFormat
    debug: bool

    @property
    def as_json(self) -> bool:
        return self.format is OutputFormat.JSON

    @property
    def replaying(self) -> bool:
        return bool(self.replay)

    def refuse_exports(self) -> None:
        """Raises UsageError for forms that only policy check, policy diff, assess and gate have."""
        if self.format in (OutputFormat.MARKDOWN, OutputFormat.SARIF):
            raise UsageError(
                f"--format {self.format} is for policy diff, policy check, assess and gate: use text or json"
            )

    def open(self, *, writing: bool) -> Project:
        """Open the project; a replay never opens it for writing (D16).

        Raises:
            UsageError: a command that records was called with --now.
        """
        from scalegate.project import open_project

        if writing and self.replaying:
            raise UsageError("--now is a read-only replay: this command records, so call it without --now")
        return open_project(self.project or None, writing=writing)

    def now(self, project: Project) -> datetime:
        """The replay's instant, or the system clock, never earlier than the log's head (D16)."""
        return parse_instant(self.replay) if self.replaying else project.now()

    def instant(self) -> datetime:
        """The replay's instant, or the system clock, where no project is open."""
        from scalegate.project import system_clock

        return parse_instant(self.replay) if self.replaying else system_clock()

    def person(self, project: Project, role: str = "", document: str = "") -> Approver:
        """Who acts, and in which role of a document. Raises UsageError when it does not know them."""
        if not self.principal:
            raise UsageError("say who acts: scalegate --as PRINCIPAL …")
        return project.person(Identifier.parse(self.principal), role, document)


def print_json(form: dict[str, Any]) -> None:
    """JSON is UTF-8 (RFC 8259), whatever the terminal's encoding; a stray byte of a file name becomes an escape."""
    text = json.dumps(form, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def dry(workspace: Workspace, act: Callable[[], object]) -> int:
    """Do an act up to the entry that it would write, and print that."""
    from scalegate.procedure.workspace import DryScribe, WouldSign
    from scalegate.shape import encode

    workspace.scribe = DryScribe(workspace.scribe)
    try:
        act()
    except WouldSign as found:
        print_json({"schema": "scalegate.dry-run/1", "would_sign": encode(found.draft.body)})
        return 0
    raise AssertionError("an act signs something, or is refused")


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def say(text: str) -> None:
    """A message for a person: standard error."""
    sys.stderr.write(in_words(text, sys.stderr) + "\n")


@contextmanager
def progress(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal while something long is done; nothing where messages go to a file or a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("scalegate: {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Without a thread of its own: the work is spread over copies of this process.
    with Progress(*columns, console=console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done, refresh=True)


def answer(text: str) -> None:
    """A line of an answer: standard output."""
    sys.stdout.write(in_words(text, sys.stdout) + "\n")


def in_words(text: str, stream: TextIO) -> str:
    """On a terminal, broken between words; elsewhere as it is, because there one finding is one line."""
    if not stream.isatty():
        return text
    width = max(shutil.get_terminal_size().columns, 40)
    return textwrap.fill(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
