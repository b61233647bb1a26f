"""Several documents over one base of evidence: which one may come into force beside the others (D1, D11).

For: procedure, verifier. Does not know: files, who may adopt, what a document says.

A document is known by its name; its limits, protections, duties, roles and definitions are its own, whatever their ids.
Evaluations are what the evidence is filed under: one id means one suite, in all documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scalegate.lease.document import MAX_DOCUMENTS
from scalegate.policy.document import PolicyDocument
from scalegate.quantity import Digest
from scalegate.record.entry import FIRST_DOCUMENT
from scalegate.record.view import RecordView

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")  # fit for a file, and for a text that lists several

Fault = tuple[str, str]  # rule, what


def document_faults(view: RecordView, name: str, document: PolicyDocument, digest: Digest) -> Iterator[Fault]:
    """Why a document cannot come into force under a name beside those that are; nothing when it can."""
    if not NAME.match(name):
        yield "D1", f"{name[:100]!r} is no name of a document: write letters, digits, _ and -"
    if name != FIRST_DOCUMENT and view.whole.policy is None:
        yield "D1", "a further document before policy.yaml is in force"
    known = view.names.get(digest)
    if known is not None and known != name:
        yield "D1", f"the same document is, or was, in force under the name {known}"
    others = [part for part in view.in_force if part.document != name]
    if len(others) >= MAX_DOCUMENTS:
        yield "D1", f"more than {MAX_DOCUMENTS} documents in force"
    for part in others:
        assert part.policy is not None, "a document in force"
        theirs = part.policy.document.evaluation.evaluations
        for evaluation, mine in document.evaluation.evaluations.items():
            if evaluation in theirs and theirs[evaluation].suite != mine.suite:
                suites = f"{mine.suite} here, {theirs[evaluation].suite} in {part.document}"
                yield "E1", f"evaluation {evaluation} is another one in two documents: suite {suites}"
