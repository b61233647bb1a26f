"""The YAML reader: a document or findings, whatever the bytes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalegate.adapters import yaml_scan
from scalegate.adapters.yaml_scan import MAX_BYTES, locate, read_yaml
from scalegate.errors import InputError
from scalegate.shape import Fault


def check(text: str | bytes, data: object) -> None:
    assert read_yaml(text.encode() if isinstance(text, str) else text, "f.yaml").data == data


def refused(text: str | bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_yaml(text.encode() if isinstance(text, str) else text, "f.yaml")
    return [f"{f.where}: {f.what}" for f in caught.value.findings]


def test_every_scalar_stays_text_and_only_plain_nulls_are_none() -> None:
    check("a: no\nb: 1.20\nc: ~\nd: null\ne:\nf: '~'\ng: \"null\"\nh: ''\ni: 0o7\n", {
        "a": "no", "b": "1.20", "c": None, "d": None, "e": None, "f": "~", "g": "null", "h": "", "i": "0o7",
    })  # fmt: skip


def test_lists_mappings_and_block_text_are_read() -> None:
    check("- [a, {b: c}]\n- d: |\n    two\n    lines\n", [["a", {"b": "c"}], {"d": "two\nlines\n"}])


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    check(b"\xef\xbb\xbfa: b", {"a": "b"})


def test_keys_and_values_know_their_places() -> None:
    spans = read_yaml("limits:\n  ä:\n    - x\n    - y: z\n".encode(), "f").spans
    assert spans.keys[("limits",)] == (1, 1)
    assert spans.keys[("limits", "ä")] == (2, 3)
    assert spans.values[("limits", "ä", 0)] == (3, 7)
    assert spans.values[("limits", "ä", 1, "y")] == (4, 10)
    assert spans.at(("limits", "ä", 7, "q")) == (3, 5)


def test_faults_of_the_shape_get_file_line_and_column_in_the_order_of_the_file() -> None:
    spans = read_yaml(b"a: 1\nb:\n  c: 2\n", "f.yaml").spans
    faults = [Fault(path=("b", "c"), what="later", at_key=True), Fault(path=("a",), what="first", mend="m")]
    assert [str(f) for f in locate(faults, spans, "f.yaml")] == ["f.yaml:1:4: a: first -> m", "f.yaml:3:3: b.c: later"]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "f.yaml: the file is empty"),
        ("# only words\n", "f.yaml: the file is empty"),
        ("a: &x b\n", "f.yaml:1:4: an anchor (&x)"),
        ("a: *x\n", "f.yaml:1:4: an alias (*x)"),
        ("a: !!int 3\n", "f.yaml:1:4: a tag (tag:yaml.org,2002:int)"),
        ("a: !x/y 3\n", "f.yaml:1:4: a tag (!x/y)"),
        ("<<: {a: b}\n", "f.yaml:1:1: a merge key (<<)"),
        ("a: b\n---\nc: d\n", "f.yaml:2:1: a second document"),
        ("%YAML 1.1\n---\na: b\n", "f.yaml:1:1: a % directive"),
        ("a: b\na: c\n", "f.yaml:2:1: the key 'a' again, first on line 1"),
        ("? [a]\n: b\n", "f.yaml:1:3: a mapping or list as a key"),
        ("? \n: b\n", "f.yaml:1:2: an empty key"),
        ("a:\n\tb: c\n", "f.yaml:2:1: a tab where spaces indent"),
        ("a:\n  \tb: c\n", "f.yaml:2:3: a tab where spaces indent"),
        ("a: &x [*x]\n", "f.yaml:1:4: an anchor (&x)"),
        ("a: 'b\n", "f.yaml:2:1: no YAML: found unexpected end of stream (while scanning a quoted scalar)"),
        (b"a: b\nc: \xff\n", "f.yaml:2:4: the text is not UTF-8"),
        (b"a: b\n\xc3\xa4: \x00\n", "f.yaml:2:4: a control character (U+0000)"),
        ("a: b".encode("utf-16"), "f.yaml:1:1: the text is not UTF-8"),
        (b"a: " + b"x" * MAX_BYTES, "f.yaml: larger than 2 MiB"),
    ],
)  # fmt: skip
def test_what_is_no_part_of_the_format_is_refused_by_place(text: str | bytes, finding: str) -> None:
    assert refused(text)[0] == finding


def test_all_findings_come_at_once() -> None:
    assert len(refused("a: &x b\nc: *x\nd: !t e\nd: f\n? {g: h}\n: i\n")) == 5


@pytest.mark.parametrize("text", ["[" * 1_000_000, "- " * 100_000, "{a: " * 100_000, "? " * 100_000, "{" * 500_000])
def test_deep_nesting_is_a_finding_and_not_a_dead_process(text: str) -> None:
    started = time.perf_counter()
    assert any("nested more than 64 deep" in line or "mapping or list as a key" in line for line in refused(text))
    assert time.perf_counter() - started < 1


def test_sixty_four_levels_are_read() -> None:
    read_yaml(b"[" * 64 + b"]" * 64, "f")
    refused(b"[" * 65 + b"]" * 65)


def test_too_many_parts_are_refused() -> None:
    assert "more than 200,000 parts" in refused("[" + "a," * 200_001 + "]")[0]


def test_two_thousand_limits_are_read_quickly() -> None:
    entry = "\n".join(f"    key{i}: value {i}" for i in range(9))
    text = "limits:\n" + "".join(f"  limit{i}:\n{entry}\n" for i in range(2000))
    started = time.perf_counter()
    document = read_yaml(text.encode(), "f")
    assert len(document.data["limits"]) == 2000
    assert time.perf_counter() - started < 2, "about 0.2 s on an idle machine"


YAMLISH = st.text(alphabet=st.sampled_from("ab:-?[]{},&*!#|>'\"%@`~<\n \t0\\é"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.one_of(YAMLISH.map(str.encode), st.binary(max_size=80)))
def test_any_bytes_give_a_document_or_findings(text: bytes) -> None:
    try:
        document = read_yaml(text, "f")
    except InputError as error:
        findings = error.findings
    else:
        assert isinstance(document.data, (dict, list, str, type(None)))
        assert () in document.spans.values
        return
    assert findings
    assert all(f.where.startswith("f") and f.what for f in findings)


@settings(max_examples=150, deadline=None)
@given(YAMLISH.map(str.encode))
def test_both_parsers_of_the_library_agree_on_what_is_read(text: bytes) -> None:
    def outcome(parser: object) -> object:
        kept = yaml_scan._new_parser
        yaml_scan._new_parser = parser or kept  # type: ignore[assignment]
        try:
            return read_yaml(text, "f").data
        except InputError:
            return "refused"
        finally:
            yaml_scan._new_parser = kept

    by_python, by_c = outcome(yaml_scan._PureParser), outcome(None)
    assert by_python == by_c or "refused" in (by_python, by_c), "the two differ only in what they refuse"
