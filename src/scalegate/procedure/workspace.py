"""What a use case works on: the project's files as values, the record as a view, and the ports to both.

For: every procedure. Does not know: where files lie, which store keeps the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NoReturn, Protocol

from scalegate.assessment.request import RegisteredSuite
from scalegate.decision.dossier import Approver, Pause
from scalegate.errors import Finding, InputError, RefusedError, ScalegateError, UsageError
from scalegate.evidence.run import Configuration, EvalRun, Model, RunManifest
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Digest, Identifier
from scalegate.record.canonical import digest_of_value
from scalegate.record.entry import FIRST_DOCUMENT, About, Body, EntryKind
from scalegate.record.view import Logged, RecordView, add


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry before it has a head: what it is about and what it says.

    `policy` is the document it is made under, where a transaction has entries under several.
    """

    kind: EntryKind
    about: About
    body: Body
    policy: Digest | None = None


class MovedError(ScalegateError):
    """The log has moved on since it was read: read again and repeat."""

    exit_status = 3


class PauseFoundError(RefusedError):
    """A pause has its flag and no entry yet, so nothing is granted (D9, D10).

    Attributes:
        pauses: those whose flags can be read; whoever meets them records them, so that a pause whose own process
            was killed between flag and entry still comes into the record and can be answered.
    """

    def __init__(self, pending: Mapping[str, Pause | None]) -> None:
        self.pauses = tuple(p for p in pending.values() if p is not None)
        self.unreadable = tuple(name for name, p in pending.items() if p is None)
        what = f"a pause is being recorded ({', '.join(pending)}): nothing is granted until it stands in the record"
        mend = "run the command again"
        if self.unreadable:
            mend = f"record/pause/{self.unreadable[0]} cannot be read: remove it after somebody has paused in its place"
        super().__init__(Finding(rule="D10", what=what, mend=mend))


class Scribe(Protocol):
    """Writes entries. Stands for the log, the operator's key and the system clock."""

    def write(
        self, drafts: Sequence[Draft], *, by: Approver, policy: Digest | None, at: RecordView, now: datetime
    ) -> list[Logged]:
        """Append drafts in one transaction, provided that the log is still at `at.size` and no pause is pending.

        Raises:
            MovedError: when another process has appended in between; read again and repeat.
            PauseFoundError: for a grant while the flag of a pause has no entry yet.
            RecordError: when the record cannot be trusted or reached.
        """
        ...

    def now(self) -> datetime:
        """The system clock in whole seconds, never earlier than the log's head (D16)."""
        ...

    def read(self, view: RecordView) -> RecordView:
        """Bring a view up to the log's head."""
        ...


class WouldSign(Exception):  # noqa: N818 - no fault: the answer of a dry run
    """What an act would have signed, after all its checks."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(f"would sign {draft.kind}")


class DryScribe:
    """Stands for the scribe in a dry run: at the first entry that an act would write, it ends the act instead."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe

    def write(self, drafts: Sequence[Draft], **_: object) -> NoReturn:
        raise WouldSign(drafts[0])

    def read(self, view: RecordView) -> RecordView:
        return self._scribe.read(view)

    def now(self) -> datetime:
        return self._scribe.now()


class RunStore(Protocol):
    """Reads and keeps runs by address."""

    def read_run(self, address: Digest, manifest: RunManifest) -> EvalRun:
        """A run; `attempts` None when recorded bytes are absent or altered (E1)."""
        ...


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """An entry of models.yaml and its digest."""

    model: Model
    digest: Digest


@dataclass(frozen=True, kw_only=True)
class ConfigurationEntry:
    """An entry of configurations.yaml.

    `tested` is the digest of what a run was made with: the entry without its title and without what contains it.
    """

    configuration: Configuration
    digest: Digest
    tested: Digest


@dataclass(frozen=True, kw_only=True)
class PolicyFile:
    """The policy file as it lies in the project: readable or not, adoptable or not."""

    document: PolicyDocument | None
    digest: Digest | None
    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...] = ()


def _no_further_file(name: str) -> PolicyFile:
    raise UsageError(f"there is no document {name!r}")


@dataclass(kw_only=True)
class Workspace:
    """An open project, under one of its documents. `view` is brought forward by procedures that write."""

    origin: str
    policy_file: PolicyFile
    models: Mapping[str, ModelEntry]
    configurations: Mapping[str, ConfigurationEntry]
    suites: Mapping[str, RegisteredSuite]
    findings: tuple[Finding, ...]
    view: RecordView
    scribe: Scribe
    runs: RunStore
    further_file: Callable[[str], PolicyFile] = _no_further_file

    @property
    def demo(self) -> bool:
        """Made with demo keys: every screen, lease and bundle says so."""
        return self.origin.endswith(".demo")

    def policy_in_force(self) -> tuple[PolicyDocument, Digest]:
        """The adopted version of this document. Raises UsageError before its first adoption."""
        adopted = self.view.policy
        if adopted is None:
            raise UsageError("no policy is in force: run `scalegate policy adopt`")
        return adopted.document, adopted.digest

    def under(self, document: str) -> Workspace:
        """The same project under one of its documents; under the first for an empty name.

        Raises:
            UsageError: no such document is in force.
        """
        name = document or FIRST_DOCUMENT
        if name == self.view.document:
            return self
        if name != FIRST_DOCUMENT and name not in self.view.whole.further:
            known = ", ".join(part.document for part in self.view.in_force) or "none"
            raise UsageError(f"no document {name!r} is in force: in force are {known}")
        return replace(self, view=self.view.of(name))

    def each(self) -> tuple[Workspace, ...]:
        """The project under each of its documents in force. Raises UsageError before the first adoption."""
        self.policy_in_force()
        return tuple(self.under(part.document) for part in self.view.in_force)

    def file_of(self, document: str) -> PolicyFile:
        """The file of a document: policy.yaml, or one of the further ones, which are read only when asked for.

        Raises:
            UsageError: there is no such file.
        """
        return self.policy_file if document == FIRST_DOCUMENT else self.further_file(document)

    def drafted_policy(self, document: str = FIRST_DOCUMENT) -> tuple[PolicyDocument, Digest]:
        """The file of a document as it stands, in force or not. Raises InputError when it cannot be read."""
        file = self.file_of(document)
        if file.document is None or file.digest is None:
            raise InputError(*file.findings)
        return file.document, file.digest

    def model(self, name: str) -> ModelEntry:
        """Raises UsageError for a label that models.yaml does not have."""
        if name not in self.models:
            raise UsageError(f"models.yaml has no model {name!r}: it has {', '.join(self.models) or 'none'}")
        return self.models[name]

    def configuration(self, name: str) -> ConfigurationEntry:
        """Raises UsageError for a label that configurations.yaml does not have."""
        if name not in self.configurations:
            known = ", ".join(self.configurations) or "none"
            raise UsageError(f"configurations.yaml has no configuration {name!r}: it has {known}")
        return self.configurations[name]


OPERATOR = Approver(principal=Identifier("operator"), role=Identifier("operator"))


def write(
    workspace: Workspace,
    drafts: Callable[[], Sequence[Draft]],
    *,
    policy: Digest | None,
    now: datetime,
    by: Approver = OPERATOR,
    tries: int = 20,
) -> list[Logged]:
    """Record what `drafts()` makes of the current view; again when the log has moved on in between.

    Raises:
        MovedError: when the log kept moving on.
        PauseFoundError: for a grant while the flag of a pause stands that cannot be read.
    """
    for _ in range(tries):
        whole = workspace.view.whole
        try:
            logged = workspace.scribe.write(drafts(), by=by, policy=policy, at=whole, now=now)
        except MovedError:
            workspace.view = workspace.scribe.read(whole).of(workspace.view.document)
            continue
        except PauseFoundError as found:
            if found.unreadable:
                raise
            _record_pauses(workspace, found.pauses, now=now)
            continue
        for entry in logged:
            add(whole, entry)
        return logged
    raise MovedError("the log kept moving on while this was being decided: run the command again")


def _record_pauses(workspace: Workspace, pauses: Sequence[Pause], *, now: datetime) -> None:
    for pause in pauses:
        policy = workspace.under(pause.document).policy_in_force()[1]
        about = About(name=pause.id, digest=digest_of_value(pause))
        draft = Draft(kind=EntryKind.PAUSE, about=about, body=pause)
        write(workspace, partial(_unless_paused, workspace, draft, pause), policy=policy, now=now, by=pause.by)


def _unless_paused(workspace: Workspace, draft: Draft, pause: Pause) -> list[Draft]:
    return [] if workspace.view.paused(pause.id) else [draft]
