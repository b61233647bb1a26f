"""The register of promises, of a project or of a file alone.

For: command line, service. Does not know: storage, how it is shown; where a promise stands is said in `obligation/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scalegate.obligation.register import Register, bare_register, register
from scalegate.policy.document import PolicyDocument
from scalegate.procedure.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A policy and its register."""

    policy: PolicyDocument
    register: Register


def promised(workspace: Workspace, now: datetime) -> Promised:
    """The promises of the policy in force against the record; those of policy.yaml alone before the first adoption.

    Raises:
        InputError: no policy is in force, and policy.yaml cannot be read.
    """
    if workspace.view.policy is None:
        return promised_by_file(workspace.drafted_policy()[0], now)
    policy, _ = workspace.policy_in_force()
    return Promised(policy=policy, register=register(policy, workspace.view, now))


def promised_by_file(policy: PolicyDocument, now: datetime) -> Promised:
    """The promises of a file that has no record: each `unverifiable`, or `open` where its own date is to come."""
    return Promised(policy=policy, register=bare_register(policy, now))
