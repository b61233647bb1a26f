"""What a witness decides: whether it cosigns a checkpoint, given what it cosigned last.

For: whoever keeps a witness's state and serves it. Does not know: HTTP servers, storage, clocks.

Of each log a witness cosigns only trees that the tree it cosigned before is a prefix of. That holds only if *reading
the head, deciding, and storing the new head is one transaction, and the head is durable before the answer leaves*; else
two requests at once could roll it back.

Source: C2SP tlog-witness 1.0.0, "add-checkpoint", whose sentences the steps of `decide` cite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scalegate.errors import RecordError
from scalegate.tlog.add_checkpoint import SIZE_TYPE, Answer, Request, parse_request
from scalegate.tlog.cosignature import cosign
from scalegate.tlog.note import Signer, VerifierKey, signed_by
from scalegate.tlog.tree import EMPTY_ROOT, ProofError, check_consistency


@dataclass(frozen=True, kw_only=True)
class WitnessedHead:
    """The tree that was cosigned last of a log; before the first time, the empty one."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, kw_only=True)
class WatchedLog:
    """A log that a witness knows: the keys it trusts for the origin, and the head it cosigned last."""

    keys: tuple[VerifierKey, ...]
    head: WitnessedHead = WitnessedHead()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer, and what has to be durable before it is given.

    Attributes:
        origin: the log; empty when the request does not say.
        before: the head that was decided from: store the new one only if it is still this one.
        head: the new head to store; None when nothing changes.
        suspicious: the log's own key signed this checkpoint and it does not continue the head: keep the request, it may
            prove that the log told two stories.
    """

    answer: Answer
    origin: str = ""
    before: WitnessedHead = WitnessedHead()
    head: WitnessedHead | None = None
    suspicious: bool = False


class _RefusedRequestError(Exception):
    def __init__(self, status: int, why: str, *, suspicious: bool = False) -> None:
        super().__init__(why)
        self.answer = Answer(status=status, body=f"{why}\n".encode())
        self.suspicious = suspicious


class _ConflictError(_RefusedRequestError):
    """409: the body is the size of the latest cosigned checkpoint and a newline, under a content type of its own."""

    def __init__(self, size: int, *, suspicious: bool = False) -> None:
        super().__init__(409, "", suspicious=suspicious)
        self.answer = Answer(status=409, content_type=SIZE_TYPE, body=f"{size}\n".encode())


def decide(body: bytes, watched: Callable[[str], WatchedLog | None], name: str, signer: Signer, *, time: int) -> Reply:
    """Answer one request.

    Args:
        body: the request as it came.
        watched: what the witness knows of an origin; None for a log that it does not watch.
        name: the witness's name.
        signer: its key.
        time: now, in POSIX seconds.
    """
    origin = ""
    try:
        request = _parsed(body)
        checkpoint, origin = request.checkpoint, request.checkpoint.origin
        log = _known(watched(origin))
        _check_signed(request, log)
        _check_old_size(request, log.head)
        _check_continues(request, log.head)
    except _RefusedRequestError as error:
        return Reply(answer=error.answer, origin=origin, suspicious=error.suspicious)
    line = cosign(request.note.text, name, signer, time=time)
    # "The response body MUST be a sequence of one or more note signature lines", of this witness alone
    answer = Answer(status=200, body=f"{line}\n".encode())
    head = WitnessedHead(size=checkpoint.size, root=checkpoint.root)
    return Reply(answer=answer, origin=origin, before=log.head, head=head)


def _parsed(body: bytes) -> Request:
    try:
        return parse_request(body)
    except RecordError as error:
        raise _RefusedRequestError(400, error.findings[0].what) from None


def _known(log: WatchedLog | None) -> WatchedLog:
    if log is None:
        # "If the checkpoint origin is unknown, the witness MUST respond with a 404"
        raise _RefusedRequestError(404, "this log is not watched here")
    return log


def _check_signed(request: Request, log: WatchedLog) -> None:
    try:
        # "MUST verify the checkpoint signature against the public key(s) it trusts for the checkpoint origin, and it
        # MUST ignore signatures from unknown keys"
        signed = signed_by(request.note, log.keys)
    except RecordError:
        signed = ()  # signed-note, "Signatures": one bad signature of a known key refuses the whole note
    if not signed:
        # "If none of the signatures verify against a trusted public key, […] 403"
        raise _RefusedRequestError(403, "no trusted key of this log signed the checkpoint")


def _check_old_size(request: Request, head: WitnessedHead) -> None:
    if request.old > request.checkpoint.size:
        # "The old size MUST be equal to or lower than the checkpoint size. Otherwise […] 400"
        raise _RefusedRequestError(400, "the old size is larger than the checkpoint's")
    if request.old != head.size:
        # "MUST check that the old size matches the size of the latest checkpoint it cosigned […] (or zero […]) 409"
        raise _ConflictError(head.size)


def _check_continues(request: Request, head: WitnessedHead) -> None:
    checkpoint = request.checkpoint
    if request.old == checkpoint.size:
        if request.proof:
            raise _RefusedRequestError(422, "no proof leads from a size to itself")
        if checkpoint.root != head.root:
            # "If the old size matches the checkpoint size, the witness MUST check that the root hashes are also
            # identical. If they don't match […] 409"
            raise _ConflictError(head.size, suspicious=True)
    elif request.old == 0:
        # "The proof MUST be empty if the old size is zero": nothing leads from the empty tree, every tree continues it
        if request.proof:
            raise _RefusedRequestError(422, "a proof from size 0 is empty")
    else:
        try:
            check_consistency(request.old, checkpoint.size, request.proof, head.root, checkpoint.root)
        except ProofError as error:
            # "If the Merkle Consistency Proof doesn't verify, the witness MUST respond with a 422"
            raise _RefusedRequestError(422, error.findings[0].what, suspicious=True) from None
