"""A witness cosigns one history of each log. Its answers follow the specification, in its order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.errors import RecordError
from scalegate.tlog.add_checkpoint import SIZE_TYPE, Answer, Behind, WitnessRefusalError, format_request, read_answer
from scalegate.tlog.cosignature import CosignerKey, cosigned_by
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.note import Checkpoint, Note, VerifierKey, parse_note, sign_checkpoint, sign_note
from scalegate.tlog.tree import EMPTY_ROOT
from scalegate.tlog.witness import Reply, WatchedLog, WitnessedHead, decide
from tlog.static_files import TinyLog

LOG_KEY = PrivateKey(b"L" * 32)
ENTRIES = [b"%d" % i for i in range(40)]


class Witness:
    """A witness in memory: one head for each log, stored before the answer is given."""

    def __init__(self, name: str, *logs: TinyLog) -> None:
        self.name, self.key = name, PrivateKey(name.encode().ljust(32))
        self.cosigner = CosignerKey(name=name, key=self.key.public)
        self.logs = {log.origin: WatchedLog(keys=(log.verifier,)) for log in logs}
        self.time = 1_000

    def post(self, body: bytes) -> Answer:
        return self.store(self.decide(body))

    def decide(self, body: bytes) -> Reply:
        self.time += 1
        return decide(body, self.logs.get, self.name, self.key, time=self.time)

    def store(self, reply: Reply) -> Answer:
        if reply.head is not None:
            log = self.logs[reply.origin]
            if log.head != reply.before:  # compare and swap
                return Answer(status=409, content_type=SIZE_TYPE, body=b"%d\n" % log.head.size)
            self.logs[reply.origin] = replace(log, head=reply.head)
        return reply.answer

    def ask(self, log: TinyLog, old: int, size: int) -> Answer:
        return self.post(format_request(old, log.consistency(old, size), log.checkpoint(size)))


def honest(origin: str = "log.example/one", key: PrivateKey = LOG_KEY) -> TinyLog:
    return TinyLog(origin, ENTRIES, key)


def forked(at: int) -> TinyLog:
    """The same log, which tells another story from an entry on."""
    return TinyLog("log.example/one", [*ENTRIES[:at], *(b"other" + e for e in ENTRIES[at:])], LOG_KEY)


def cosign(log: TinyLog, witness: Witness, size: int) -> Note:
    """The log's side: ask, and ask again from where the witness stands. Raises WitnessRefusalError."""
    old = 0
    for _ in range(2):
        got = read_answer(witness.ask(log, old, size), old, log.checkpoint(size), log.verifier, [witness.cosigner])
        if isinstance(got, Note):
            return got
        old = got.size
    raise AssertionError("a witness that nobody else asks does not move")


# ------------------------------------------------------------------------ growing, and split views


def test_a_witness_cosigns_a_log_that_grows() -> None:
    log = honest()
    witness = Witness("w", log)
    for size in (0, 0, 1, 7, 7, 8, 40):
        note = cosign(log, witness, size)
        assert [c.cosigner for c in cosigned_by(note, [witness.cosigner])] == [witness.cosigner]
        assert witness.logs[log.origin].head == WitnessedHead(size=size, root=log.root(size))


def test_a_split_view_is_refused_by_every_witness_that_has_seen_the_other_view() -> None:
    one, two = honest(), forked(5)
    witnesses = [Witness(name, one) for name in ("w1", "w2", "w3")]
    for witness in witnesses[:2]:
        cosign(one, witness, 10)
    for size in (6, 9, 10, 11, 40):
        for witness in witnesses[:2]:
            before = dict(witness.logs)
            with pytest.raises(WitnessRefusalError):
                cosign(two, witness, size)
            assert witness.logs == before
    cosign(two, witnesses[2], 10)  # the third has seen nothing else, and then stays with it
    with pytest.raises(WitnessRefusalError):
        cosign(one, witnesses[2], 11)


def test_two_logs_that_share_a_witness_do_not_touch_each_other() -> None:
    one, other = honest(), honest("log.example/two", PrivateKey(b"M" * 32))
    witness = Witness("w", one, other)
    cosign(one, witness, 30)
    cosign(other, witness, 3)
    cosign(one, witness, 31)
    assert [log.head.size for log in witness.logs.values()] == [31, 3]


def test_a_fork_at_the_size_that_the_witness_knows_is_409_and_kept_as_suspicious() -> None:
    witness = Witness("w", honest())
    cosign(honest(), witness, 10)
    reply = witness.decide(format_request(10, (), forked(5).checkpoint(10)))
    assert (reply.answer.status, reply.suspicious, reply.head) == (409, True, None)
    with pytest.raises(WitnessRefusalError, match="two stories"):
        read_answer(reply.answer, 10, forked(5).checkpoint(10), honest().verifier, [witness.cosigner])


def test_a_fork_at_a_larger_size_is_422_and_kept_as_suspicious() -> None:
    witness, fork = Witness("w", honest()), forked(5)
    cosign(honest(), witness, 10)
    reply = witness.decide(format_request(10, fork.consistency(10, 20), fork.checkpoint(20)))
    assert (reply.answer.status, reply.suspicious, reply.head) == (422, True, None)


def test_a_log_restored_from_an_old_copy_learns_that_it_was_rolled_back() -> None:
    witness = Witness("w", honest())
    cosign(honest(), witness, 20)
    with pytest.raises(WitnessRefusalError, match="rolled back"):
        cosign(honest(), witness, 15)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 40)), max_size=12), st.integers(0, 20))
@settings(deadline=None, max_examples=60)
def test_whatever_two_views_ask_all_that_was_cosigned_is_one_history(
    asked: list[tuple[bool, int, int]], at: int
) -> None:
    views, cosigned = (honest(), forked(at)), list[tuple[int, bytes]]()
    witness = Witness("w", views[0])
    for second, old, size in asked:
        view = views[second]
        proof = view.consistency(old, size) if 0 < old < size else ()
        if witness.post(format_request(old, proof, view.checkpoint(size))).status == 200:
            cosigned.append((size, view.root(size)))
    assert [size for size, _ in cosigned] == sorted(size for size, _ in cosigned)
    beyond = {root == views[1].root(size) for size, root in cosigned if size > at}
    assert len(beyond) <= 1, "beyond the fork, both stories were cosigned"


# ----------------------------------------------------------------------- the race of the specification


def test_a_decision_from_a_head_that_has_moved_is_not_stored() -> None:
    """tlog-witness, "add-checkpoint", the numbered race: A is decided, B is decided and stored, then A is stored."""
    log = honest()
    witness = Witness("w", log)
    cosign(log, witness, 5)
    a = witness.decide(format_request(5, log.consistency(5, 10), log.checkpoint(10)))
    b = witness.decide(format_request(5, log.consistency(5, 20), log.checkpoint(20)))
    assert a.answer.status == b.answer.status == 200
    assert witness.store(b).status == 200
    answer = witness.store(a)
    assert (answer.status, answer.body) == (409, b"20\n")
    assert witness.logs[log.origin].head.size == 20


# ---------------------------------------------------------------------------------- the answers


def status(body: bytes, head: int = 7) -> int:
    witness = Witness("w", honest())
    if head:
        cosign(honest(), witness, head)
    reply = witness.decide(body)
    assert (reply.head is None) == (reply.answer.status != 200)
    return reply.answer.status


def test_the_whole_table_of_answers() -> None:
    log, proof = honest(), honest().consistency(7, 20)
    good = log.checkpoint(20)
    assert status(format_request(7, proof, good)) == 200
    assert status(b"nonsense") == 400
    assert status(format_request(7, proof, honest("log.example/unknown").checkpoint(20))) == 404
    assert status(format_request(7, proof, honest(key=PrivateKey(b"X" * 32)).checkpoint(20))) == 403
    assert status(format_request(21, (), good)) == 400  # old size beyond the checkpoint
    assert status(format_request(6, log.consistency(6, 20), good)) == 409
    assert status(format_request(0, (), good)) == 409
    assert status(format_request(7, log.consistency(6, 20), good)) == 422
    assert status(format_request(7, (), good)) == 422
    assert status(format_request(7, proof[:-1], good)) == 422
    assert status(format_request(7, (), log.checkpoint(7))) == 200
    assert status(format_request(7, proof, log.checkpoint(7))) == 422
    assert status(format_request(0, (), good), head=0) == 200
    assert status(format_request(0, proof, good), head=0) == 422
    assert status(format_request(3, log.consistency(3, 20), good), head=0) == 409


def test_a_conflict_carries_the_size_in_its_own_content_type() -> None:
    witness = Witness("w", honest())
    cosign(honest(), witness, 7)
    answer = witness.ask(honest(), 0, 20)
    assert answer == Answer(status=409, content_type="text/x.tlog.size", body=b"7\n")


def test_the_empty_log_has_one_root() -> None:
    wrong = sign_checkpoint(Checkpoint(origin="log.example/one", size=0, root=b"\1" * 32), LOG_KEY)
    assert status(format_request(0, (), honest().checkpoint(0)), head=0) == 200
    assert status(format_request(0, (), wrong), head=0) == 409


def test_signatures_of_unknown_keys_are_ignored_and_a_bad_one_of_a_known_key_is_not() -> None:
    log, stranger = honest(), PrivateKey(b"S" * 32)
    text = parse_note(log.checkpoint(20)).text
    known, other = sign_note(text, log.origin, LOG_KEY), sign_note(text, log.origin, stranger)
    proof = log.consistency(7, 20)
    both = Note(text=text, signatures=(*other.signatures, *known.signatures))
    assert status(format_request(7, proof, str(both).encode())) == 200
    assert status(format_request(7, proof, str(other).encode())) == 403
    bad = replace(known.signatures[0], signature=bytes(64))
    spoiled = Note(text=text, signatures=(*known.signatures, bad))
    assert status(format_request(7, proof, str(spoiled).encode())) == 403


def test_any_of_several_trusted_keys_of_a_log_will_do() -> None:
    old, new = PrivateKey(b"1" * 32), PrivateKey(b"2" * 32)
    keys = tuple(VerifierKey(name="log.example/one", key=key.public) for key in (old, new))
    watched = {"log.example/one": WatchedLog(keys=keys)}
    for key in (old, new):
        body = format_request(0, (), honest(key=key).checkpoint(3))
        assert decide(body, watched.get, "w", old, time=1).answer.status == 200


def test_a_checkpoint_with_extension_lines_is_not_cosigned() -> None:
    """They are not auditable, so that nobody's signature here covers one (tlog-checkpoint: not recommended)."""
    note = sign_note(parse_note(honest().checkpoint(20)).text + "extension\n", "log.example/one", LOG_KEY)
    assert status(format_request(7, honest().consistency(7, 20), str(note).encode())) == 400


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(deadline=None)
def test_no_body_makes_a_witness_do_more_than_refuse(data: bytes, cut: int) -> None:
    body = format_request(7, honest().consistency(7, 20), honest().checkpoint(20))
    for changed in (data, body[:cut] + data + body[cut:], body[:cut] + data):
        if changed != body:
            assert status(changed) in {400, 403, 404, 409, 422}


def test_every_single_bit_flip_of_a_request_is_refused() -> None:
    body = format_request(7, honest().consistency(7, 20), honest().checkpoint(20))
    for bit in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        witness = Witness("w", honest())
        witness.logs["log.example/one"] = replace(
            witness.logs["log.example/one"], head=WitnessedHead(size=7, root=honest().root(7))
        )
        assert witness.post(bytes(flipped)).status != 200


def test_before_the_first_time_a_witness_stands_at_the_empty_tree() -> None:
    assert WitnessedHead() == WitnessedHead(size=0, root=EMPTY_ROOT)
    witness = Witness("w", honest())
    assert read_answer(
        witness.ask(honest(), 5, 9), 5, honest().checkpoint(9), honest().verifier, [witness.cosigner]
    ) == Behind(size=0)
    with pytest.raises(RecordError):
        read_answer(Answer(status=200, body=b""), 0, honest().checkpoint(9), honest().verifier, [witness.cosigner])
