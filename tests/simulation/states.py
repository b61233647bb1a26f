"""Random abstract states over a policy: every combination that a state can hold, also those that nobody meets."""

from __future__ import annotations

from random import Random

from scalegate.decision.abstract import AbstractLimit, AbstractState, Claim
from scalegate.decision.state import Training
from scalegate.policy.document import Permission, PolicyDocument

_NEAR = (Claim.NOT_SHOWN, Claim.ALERT, Claim.NOT_RULED_OUT)


def random_state(policy: PolicyDocument, random: Random) -> AbstractState:
    """Any state; grants are rare among all, so that half of them are drawn near to one."""
    near = random.random() < 0.5
    permission = random.choice(list(Permission))

    def rare() -> bool:
        return random.random() < (0.05 if near else 0.5)

    limits = {
        name: AbstractLimit(
            claim=random.choices(_NEAR, weights=[8, 4, 1])[0] if near else random.choice(list(Claim)),
            duty_late=rare(),
            stale=random.random() < (0.01 if near else 0.5),
            risk_stated=random.random() < (0.95 if near else 0.5),
            waived=random.random() < (0.95 if near else 0.5),
        )
        for model in policy.threat_models.values()
        for name in model.ladder
    }
    trainings = list(Training) if permission is Permission.TRAIN else [Training.NOT_ASKED]
    within = near and permission is Permission.TRAIN
    return AbstractState(
        permission=permission,
        limits=limits,
        in_force=frozenset(name for name in policy.protections.measures if not rare()),
        lapsed=frozenset(n for n, model in policy.threat_models.items() if model.accepted_blind_spot and rare()),
        training=Training.WITHIN_INTERVAL if within and not rare() else random.choice(trainings),
        opaque=rare(),
        widening=random.random() < 0.5,
        paused=rare(),
        out_of_scope=rare(),
    )
