"""What a page says about the record that it was made from.

For: the composition root. Does not know: how pages look.
"""

from __future__ import annotations

from dataclasses import replace

from scalegate.evidence.defects import defects_of
from scalegate.procedure.versions import marked, open_versions
from scalegate.procedure.workspace import Workspace
from scalegate.publication.foot import RecordFoot
from scalegate.quantity import Digest
from scalegate.record.chain import LogHead


def foot_of(workspace: Workspace, head: LogHead, checkpoint: str, policy: Digest | None = None) -> RecordFoot:
    """The foot of a page: state of the log, who holds keys, how often the gate said no.

    Waivers, answers and misses are those of the document that `policy` is a version of, of the first if not given. How
    often the gate said no is of all: each answer is recorded under every document, and counted once.
    """
    view = workspace.view
    decided = [decision for _, _, decision in view.decisions]
    in_force = view.under(policy).policy
    return RecordFoot(
        origin=workspace.origin,
        size=head.size,
        root=Digest(f"sha256:{head.root.hex()}"),
        policy_digest=in_force.digest if in_force else Digest("sha256:" + "0" * 64),
        checkpoint=checkpoint,
        key_parties=1,  # the operator's key alone signs, until people's keys come with the record
        outside_witnesses=0,
        demo_keys=workspace.demo,
        times_held=sum(not d.granted and not d.waived_until for d in decided),
        times_granted=sum(d.granted for d in decided),
        times_waived=sum(d.waived_until is not None for d in decided),
        invalid_runs=_invalid_runs(workspace),
        waivers=tuple(view.under(policy).waivers),
        proposals=tuple(view.proposals.values()),
        answered=frozenset(view.under(policy).answers),
        misses=len(view.under(policy).misses),
    )


def _invalid_runs(workspace: Workspace) -> int:
    """Recorded runs whose failures count for nothing, over the whole record."""
    view, invalid = workspace.view, 0
    policies = [part.policy.document for part in view.in_force if part.policy]
    suites = {name: e.suite for policy in policies for name, e in policy.evaluation.evaluations.items()}
    if not policies:
        return 0
    versions = open_versions(view.runs, view.dispositions.keys())
    for ingested in view.runs:
        run = marked(workspace.runs.read_run(ingested.address, ingested.manifest), versions)
        run = replace(run, recorded_at=view.run_times[ingested.address])
        registered = workspace.suites.get(suites.get(ingested.manifest.evaluation, ""))
        invalid += registered is None or any(d.voids_run for d in defects_of(run, registered.suite))
    return invalid
