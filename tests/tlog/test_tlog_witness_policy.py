"""Trust files: every rule of the specification, and which checkpoints a policy accepts."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalegate.errors import InputError, RecordError
from scalegate.tlog.cosignature import CosignerKey, cosign
from scalegate.tlog.ed25519 import PrivateKey
from scalegate.tlog.encoding import to_base64
from scalegate.tlog.note import Note, VerifierKey, parse_note, sign_note
from scalegate.tlog.witness_policy import Witnessed, WitnessPolicy, open_witnessed
from scalegate.tlog.witness_policy_file import MAX_BYTES, MAX_DEFINED, parse_witness_policy
from tlog.public_checkpoint import COSIGNED_AT, LOG_KEY, NOTE, WITNESS_KEYS
from tlog.static_files import TinyLog

LOG = TinyLog("log.example/one", [b"%d" % i for i in range(20)], PrivateKey(b"L" * 32))
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
KEYS = {name: PrivateKey(name.encode().ljust(32)) for name in NAMES}
COSIGNERS = {name: CosignerKey(name=f"{name.lower()}.example/w", key=key.public) for name, key in KEYS.items()}

# tlog-policy, "Example policy", with keys
EXAMPLE = f"""\
log {LOG.verifier}

witness X1 {COSIGNERS["X1"]}
witness X2 {COSIGNERS["X2"]}
witness X3 {COSIGNERS["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {COSIGNERS["Y1"]}
witness Y2 {COSIGNERS["Y2"]}
witness Y3 {COSIGNERS["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
W1, W2 = f"witness w1 {COSIGNERS['X1']}\n", f"witness w2 {COSIGNERS['X2']}\n"


def policy(text: str = EXAMPLE) -> WitnessPolicy:
    return parse_witness_policy(text.encode())


def checkpoint(times: Mapping[str, int], log: TinyLog = LOG) -> bytes:
    note = parse_note(log.checkpoint())
    lines = [cosign(note.text, COSIGNERS[name].name, KEYS[name], time=at) for name, at in times.items()]
    return str(Note(text=note.text, signatures=(*note.signatures, *lines))).encode()


def witnessed(times: Mapping[str, int], text: str = EXAMPLE) -> Witnessed:
    return open_witnessed(checkpoint(times), policy(text))


# ------------------------------------------------------------------------------------- the file


def test_the_example_of_the_specification_reads() -> None:
    read = policy()
    assert [w.name for w in read.witnesses] == list(NAMES)
    assert [(g.name, g.least, g.members) for g in read.groups] == [
        ("X-witnesses", 2, ("X1", "X2", "X3")),
        ("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        ("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    ]
    assert (read.quorum, [log.key for log in read.logs]) == ("X-and-Y", [LOG.verifier])


def test_only_the_quorum_line_is_mandatory() -> None:
    assert policy("quorum none\n") == WitnessPolicy(logs=(), witnesses=(), groups=(), quorum="none")


def test_white_space_comments_and_urls() -> None:
    text = f"\n# comment\n\t # another\n\twitness \t w1  {COSIGNERS['X1']}   https://w1.example/  \n\n  quorum\tw1\n"
    read = policy(text)
    assert (read.witnesses[0].url, read.quorum) == ("https://w1.example/", "w1")
    assert policy(f"log {LOG.verifier} https://l.example/\nquorum none\n").logs[0].url == "https://l.example/"


def test_every_keyword_but_none_is_a_name() -> None:
    read = policy(W1.replace("w1", "all", 1) + W2.replace("w2", "any", 1) + "group group 2 all any\nquorum group\n")
    assert read.groups[0].members == ("all", "any")


def test_names_are_bytes_not_letters() -> None:
    """ "Character set": K and the Kelvin sign are two names, and bytes that are no UTF-8 are one, too."""
    for one, two in ((b"K", "\u212a".encode()), (b"\xc3\xa9", b"e\xcc\x81"), (b"\xff", b"\xfe")):
        text = b"witness %s %s\nwitness %s %s\ngroup g all %s %s\nquorum g\n"
        keys = [str(COSIGNERS[name]).encode() for name in ("X1", "X2")]
        read = parse_witness_policy(text % (one, keys[0], two, keys[1], one, two))
        assert len(set(read.groups[0].members)) == 2


BAD = {
    "quibble w1\nquorum none\n": (1, "begins no line"),
    "Quorum none\n": (1, "begins no line"),
    "quorum none\r\n": (1, "control character"),
    "quorum none\n\x01": (2, "no newline"),
    "quorum none\n# \x7f\n": (2, "control character"),
    "quorum none": (1, "no newline"),
    "quorum\u00a0none\n": (1, "begins no line"),
    "quorum\u2003none\n": (1, "begins no line"),
    "\ufeffquorum none\n": (1, "begins no line"),
    "quorum none # comment\n": (1, "3 words after `quorum`"),
    "": (0, "no line names the quorum"),
    W1: (1, "no line names the quorum"),
    "quorum\n": (1, "0 words"),
    "quorum unknown\n": (1, "not defined above"),
    f"quorum w1\n{W1}": (1, "not defined above"),
    f"{W1}quorum w1\nquorum w1\n": (3, "second quorum"),
    f"{W1}quorum none\nquorum none\n": (3, "second quorum"),
    "log\nquorum none\n": (1, "0 words"),
    "log garbage\nquorum none\n": (1, "no verifier key"),
    f"log {LOG.verifier} u v\nquorum none\n": (1, "3 words"),
    f"log {LOG.verifier}\nlog {LOG.verifier} https://l/\nquorum none\n": (2, "stands in the file already, as a log's"),
    f"log {LOG.verifier}\nlog {VerifierKey(name='two', key=LOG.key.public)}\nquorum none\n": (2, "already"),
    f"log {COSIGNERS['X1']}\nquorum none\n": (1, "algorithm 4 is not known here"),
    "witness w1\nquorum none\n": (1, "1 words"),
    f"witness w1 {LOG.verifier}\nquorum w1\n": (1, "algorithm 1 is not known here"),
    f"{W1}witness w2 {CosignerKey(name='impostor', key=KEYS['X1'].public)}\nquorum w1\n": (2, "as a witness's"),
    f"log {VerifierKey(name='l', key=KEYS['X1'].public)}\n{W1}quorum w1\n": (2, "as a log's"),
    f"witness none {COSIGNERS['X1']}\nquorum none\n": (1, "`none` is no name"),
    f"{W1}{W2.replace('w2', 'w1', 1)}quorum w1\n": (2, "defined twice"),
    f"{W1}group w1 any w1\nquorum w1\n": (2, "defined twice"),
    f"{W1}group none any w1\nquorum none\n": (2, "`none` is no name"),
    f"{W1}group g 1\nquorum w1\n": (2, "2 words"),
    f"{W1}group g 0 w1\nquorum g\n": (2, "no number from 1 to 1"),
    f"{W1}group g 2 w1\nquorum g\n": (2, "no number from 1 to 1"),
    f"{W1}group g -1 w1\nquorum g\n": (2, "no number"),
    f"{W1}group g +1 w1\nquorum g\n": (2, "no number"),
    f"{W1}group g 01 w1\nquorum g\n": (2, "no number"),
    f"{W1}group g 1.0 w1\nquorum g\n": (2, "no number"),
    f"{W1}group g \u0661 w1\nquorum g\n": (2, "no number"),
    f"{W1}group g ALL w1\nquorum g\n": (2, "no number"),
    f"{W1}group g {'9' * 5000} w1\nquorum g\n": (2, "no number"),
    f"{W1}group g any w2\nquorum g\n": (2, "not defined above"),
    f"group g any w1\n{W1}quorum w1\n": (1, "not defined above"),
    f"{W1}group g any g\nquorum g\n": (2, "not defined above"),
    f"{W1}group g any none w1\nquorum g\n": (2, "'none' is not defined above"),
    f"{W1}group g all w1 w1\nquorum g\n": (2, "member twice"),
    f"{W1}{W2}group g any w1 w2\ngroup h any w1\nquorum g\n": (4, "member twice"),
}


@pytest.mark.parametrize("text", BAD)
def test_a_file_against_the_rules_is_refused_with_its_line(text: str) -> None:
    line, what = BAD[text]
    with pytest.raises(InputError, match=what.replace("(", r"\(")) as found:
        policy(text)
    assert found.value.findings[0].where == f"witness policy:{line}"


def test_a_weak_key_is_refused_with_its_line() -> None:
    weak = "weak.example/w+00000000+" + to_base64(b"\x04\x01" + bytes(31))
    with pytest.raises(InputError, match="weak") as found:
        policy(f"\nwitness w {weak}\nquorum w\n")
    assert found.value.findings[0].where == "witness policy:2"


def test_all_findings_are_listed_at_once() -> None:
    with pytest.raises(InputError) as found:
        policy("nonsense\nlog x\nwitness w y\ngroup g any w\nquorum g\n")
    assert [f.where.rpartition(":")[2] for f in found.value.findings] == ["1", "2", "3", "4", "5"]


def test_32_logs_32_witnesses_and_32_groups_are_read_and_thousands_are_not() -> None:
    logs = "".join(f"log {VerifierKey(name=f'l{i}', key=PrivateKey(b'l%031d' % i).public)}\n" for i in range(32))
    seeds = [PrivateKey(b"w%031d" % i).public for i in range(MAX_DEFINED + 1)]
    lines = [f"witness w{i} {CosignerKey(name=f'w{i}', key=key)}\n" for i, key in enumerate(seeds)]
    groups = "".join(f"group g{i} any w{i}" + (f" g{i - 1}\n" if i else "\n") for i in range(32))
    assert policy(logs + "".join(lines[:32]) + groups + "quorum g31\n").quorum == "g31"
    with pytest.raises(InputError, match=f"more than {MAX_DEFINED}"):
        policy("".join(lines) + "quorum none\n")


def test_a_huge_file_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="at most"):
        parse_witness_policy(b"#" * (MAX_BYTES + 1))
    begun = time.process_time()
    for text in (b"\n" * MAX_BYTES, b"x\n" * (MAX_BYTES // 2), b"group g all" + b" m" * (MAX_BYTES // 3) + b"\n"):
        with pytest.raises(InputError) as found:
            parse_witness_policy(text)
        assert len(found.value.findings) <= 20
    assert time.process_time() - begun < 10


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for text in (data, EXAMPLE.encode()[: len(data) * 4] + data, W1.encode() + data + b"\nquorum w1\n"):
        try:
            parse_witness_policy(text)
        except InputError:
            pass


# ------------------------------------------------------------------------------- the checkpoint


def test_the_quorum_of_the_example_is_met_by_exactly_the_sets_that_it_says() -> None:
    for count in range(7):
        for names in itertools.combinations(NAMES, count):
            xs, ys = sum(n[0] == "X" for n in names), sum(n[0] == "Y" for n in names)
            if xs >= 2 and ys >= 1:
                assert len(witnessed(dict.fromkeys(names, 7)).cosignatures) == count
            else:
                with pytest.raises(RecordError, match="'X-and-Y' has not witnessed"):
                    witnessed(dict.fromkeys(names, 7))


def test_a_public_checkpoint_meets_a_quorum_of_its_public_witnesses() -> None:
    lines = [f"log {LOG_KEY}", *(f"witness w{i} {key}" for i, key in enumerate(WITNESS_KEYS))]
    read = policy("\n".join([*lines, "group g 4 w0 w1 w2 w3", "quorum g", ""]))
    found = open_witnessed(NOTE, read)
    assert (found.checkpoint.size, found.seen_by, found.newest_at) == (1_432_088_532, COSIGNED_AT, COSIGNED_AT)


def test_without_quorum_the_log_alone_will_do_and_says_no_time() -> None:
    found = witnessed({"X1": 7}, EXAMPLE.replace("quorum X-and-Y", "quorum none"))
    assert (found.seen_by, found.newest_at, len(found.cosignatures)) == (None, None, 1)


def test_a_log_that_the_policy_does_not_name_is_not_believed() -> None:
    stranger = TinyLog("log.example/one", LOG.entries, PrivateKey(b"S" * 32))
    renamed = TinyLog("log.example/two", LOG.entries, LOG.key)
    everybody = dict.fromkeys(NAMES, 7)
    for log in (stranger, renamed):
        with pytest.raises(RecordError, match="no known log signed"):
            open_witnessed(checkpoint(everybody, log), policy())
    with pytest.raises(RecordError, match="no known log signed"):
        open_witnessed(checkpoint(everybody), policy(EXAMPLE.partition("\n")[2]))


def test_a_log_that_signs_under_the_name_of_another_log_is_not_believed() -> None:
    """Both logs are known; each may speak for itself alone."""
    other = TinyLog("log.example/two", LOG.entries, PrivateKey(b"M" * 32))
    text = f"log {LOG.verifier}\nlog {other.verifier}\nquorum none\n"
    forged = parse_note(other.checkpoint())
    note = sign_note(forged.text, LOG.origin, LOG.key)  # text of log two, signed and named by log one
    with pytest.raises(RecordError, match="no known log signed"):
        open_witnessed(str(note).encode(), policy(text))


def test_one_witness_that_signs_twice_counts_once() -> None:
    note = parse_note(checkpoint({"X1": 1, "Y1": 1}))
    twice = Note(
        text=note.text, signatures=(*note.signatures, cosign(note.text, COSIGNERS["X1"].name, KEYS["X1"], time=2))
    )
    with pytest.raises(RecordError, match="'X1', 'Y1' signed it"):
        open_witnessed(str(twice).encode(), policy())


def test_cosignatures_from_the_future_do_not_count() -> None:
    data = checkpoint({"X1": 10, "X2": 20, "Y1": 15})
    assert open_witnessed(data, policy(), not_after=20).seen_by == 20
    with pytest.raises(RecordError, match="has not witnessed"):
        open_witnessed(data, policy(), not_after=19)


def test_the_times_of_a_quorum_are_order_statistics() -> None:
    """seen_by: 2nd smallest of X, smallest of Y, the later; newest_at: 2nd largest of X, largest of Y, the earlier."""
    found = witnessed({"X1": 10, "X2": 20, "X3": 30, "Y1": 5, "Y2": 40})
    assert (found.seen_by, found.newest_at) == (20, 20)
    found = witnessed({"X1": 10, "X2": 50, "X3": 60, "Y1": 30, "Y2": 40})
    assert (found.seen_by, found.newest_at) == (50, 40)


@given(st.lists(st.integers(1000, 2000), min_size=3, max_size=3), st.integers(0, 2), st.integers(1, 2**62))
def test_one_false_time_of_three_moves_no_quorum_of_two_beyond_the_true_ones(
    true: list[int], liar: int, lie: int
) -> None:
    names = NAMES[:3]
    text = EXAMPLE.replace("quorum X-and-Y", "quorum X-witnesses")
    told = [lie if i == liar else t for i, t in enumerate(true)]
    honest = [t for i, t in enumerate(true) if i != liar]
    found = witnessed(dict(zip(names, told, strict=True)), text)
    assert found.seen_by is not None
    assert found.newest_at is not None
    assert min(honest) <= found.seen_by <= max(honest)
    assert min(honest) <= found.newest_at <= max(honest)
