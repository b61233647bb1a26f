"""Every rule that a page can cite, in one plain sentence each.

For: page values, so that a reader who meets `V4` or `D2` can look it up on the same page. Does not know:
what the rules do; the rooms that apply them do.
"""

from __future__ import annotations

RULES: dict[str, str] = {
    "S1": "A model is its weights, its configuration and its mode; a name is only a label, and an identity that "
    "cannot be verified is never allowed storage or release.",
    "S2": "What was not shown for one configuration is not thereby not shown for a more capable one; "
    "danger shown carries over to every more capable one.",
    "S3": "Several models working together are a configuration of their own, and untested combinations are listed.",
    "S4": "A model is out of scope only by a recorded finding on measured facts, and the finding expires.",
    "E1": "Evidence is what the record says was taken in; lost or altered files make a run invalid.",
    "E2": "An attempt that has no valid outcome counts as dangerous in the upper bound and as harmless in the lower.",
    "E3": "A defect in a run takes away what the run could clear, never what it showed.",
    "E4": "An invalid run keeps blocking until a valid run replaces it and another role than the evaluator has signed.",
    "E5": "Scores are turned once so that higher always means more dangerous.",
    "E6": "A result whose plan was not registered beforehand can raise a verdict but clears nothing, "
    "unless the policy relaxes this openly.",
    "E7": "Headline numbers are recomputed from single attempts; a log that disagrees with itself is invalid.",
    "B1": "The upper bound covers what a capable, patient adversary would get, not only what was observed.",
    "B2": "Where nobody can say how much better elicitation could get, nothing is ruled out.",
    "B3": "Limited data never give certainty: no bound is of zero width.",
    "B4": "Independent observations are tasks or families of tasks, never repeated attempts.",
    "B5": "A bound used for a decision can only grow when a model does better.",
    "V1": "A demonstration can show danger and its failure clears nothing; a proxy can clear only with a written "
    "argument and can never show danger.",
    "V2": "All evaluations that a limit relies on are needed, and the gravest of them decides.",
    "V3": "Of several ways in which a model was tested, the gravest result decides.",
    "V4": "Failures prove nothing when the test could not have noticed success: too little effort, "
    "a failed control or a broken grader.",
    "V5": "A warning flag raises a verdict until a named role has dealt with it in writing.",
    "V6": "An alert starts duties with dates, allows nothing to widen, and counts as crossed when a duty is late.",
    "V7": "A verdict expires: with time, with growth in compute or elicitation, and with whatever it rests on.",
    "V8": "Danger shown ends only by a signed rebuttal with a re-run on fresh tasks; more failures are no rebuttal.",
    "V9": "A signed judgement or a measured difference can be an observation; it counts as crossed until it exists.",
    "V10": "No verdict means safe, and none means passed.",
    "L1": "Limits of one threat model form a ladder; protections of one rung permit only while the next rung holds.",
    "L2": "A hard stop that counts as crossed holds whatever protections, waivers or clauses there are.",
    "L3": "A threat model without limits blocks unless somebody has accepted the blind spot by name, with an end date.",
    "L4": "The gap between alert and limit must be wider than what can grow until the next evaluation.",
    "D1": "Nothing is permitted unless it was asked for and granted; with several documents in force, "
    "a hold in any is a hold.",
    "D2": "Standing protections are asked for always; others when their limit counts as crossed.",
    "D3": "A protection counts only while its efficacy has been measured against the target, approved and not lapsed.",
    "D4": "A first training run may go only as far as the first point at which an assessment is due.",
    "D5": "Training holds where an assessment is overdue, by compute, by date or by event.",
    "D6": "Held means quarantined: sealed, not deleted; it may still be opened for assessment.",
    "D7": "Released weights cannot be taken back; only the board's quorum decides, and no waiver reaches it.",
    "D8": "A decision names every blocker, who can clear each, and what it rests on.",
    "D9": "A grant is a short lease that ends with the first thing it rests on.",
    "D10": "Anybody in a named role can pause alone and at once; only a quorum resumes.",
    "D11": "Relaxing the policy takes a quorum and public notice; tightening it takes effect at once.",
    "D12": "A waiver is a recorded, expiring departure from the policy; what is waived still reads as held.",
    "D13": "An emergency clause exists only if the policy adopted it, and never reaches a hard stop.",
    "D14": "Before a grant on a limit that counts as crossed, named authors state what they believe may happen.",
    "D15": "Where a role is vacant, relaxing is blocked and pausing falls to the board.",
    "D16": "A replay with another clock writes nothing and issues nothing.",
}


def sentence(rule: str) -> str:
    """The rule in words; an unknown rule says so, it is never dropped."""
    return RULES.get(rule, "a rule that this version has no sentence for")


def rule_order(rule: str) -> tuple[int, int, str]:
    """Subjects, evidence, bounds, verdicts, limits, decisions; then by number."""
    number = rule[1:]
    return ("SEBVLD".find(rule[:1]) % 7, int(number) if number.isdigit() else 99, rule)
