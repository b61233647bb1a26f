"""Finding sources: patterns, folders, files that are read together, and remote ones through fsspec's own memory."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.harness_files import (
    EEE_NAME,
    EVALUATION,
    STAMP,
    TABLE,
    read,
    refusal,
    write_every_eval_ever,
    write_helm,
    write_inspect,
    write_lm_eval,
    write_metr,
    write_parquet,
    write_table,
)
from scalegate.adapters import source_files
from scalegate.adapters.source_files import find_sources, is_url
from scalegate.adapters.source_reader import source_digest
from scalegate.errors import InputError
from scalegate.quantity import Identifier

MINE = Identifier(EVALUATION)
WRITERS = [write_table, write_parquet, write_inspect, write_lm_eval, write_helm, write_every_eval_ever, write_metr]


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A folder with a source of each kind, in folders of their own, and things that are none."""
    folder = tmp_path / "all"
    for write in WRITERS:
        write(folder / write.__name__.removeprefix("write_"), TABLE)
    (folder / "notes.txt").write_text("…")
    (folder / ".hidden.json").write_text("{}")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.json").write_text("{}")
    return folder


@pytest.fixture
def memory() -> Iterator[str]:
    """An empty file system in memory, by its URL."""
    import fsspec

    system = fsspec.filesystem("memory")
    yield "memory:///bucket"
    system.rm("/bucket", recursive=True) if system.exists("/bucket") else None


def upload(folder: Path, url: str) -> str:
    import fsspec

    fsspec.filesystem("memory").put(f"{folder}/", f"{url.removeprefix('memory://')}/", recursive=True)
    return url


EXPECTED = {
    "table/table.jsonl",
    "parquet/table.parquet",
    "inspect/log.json",
    f"lm_eval/results_{STAMP}.json",
    "helm",
    f"every_eval_ever/{EEE_NAME}.json",
    "metr/runs.jsonl",
}


def test_a_folder_gives_every_source_in_it_once(everything: Path) -> None:
    assert {os.path.relpath(one, everything) for one in find_sources([str(everything)])} == EXPECTED
    for one in find_sources([str(everything)]):
        assert len(read(one, evaluation=MINE).runs[0].attempts) == len(TABLE)


@pytest.mark.parametrize("pattern", ["**", "**/*", "*/*"])
def test_a_pattern_gives_every_source_it_matches_once(pattern: str, everything: Path) -> None:
    found = {os.path.relpath(one, everything) for one in find_sources([f"{everything}/{pattern}"])}
    assert found - {"notes.txt"} == EXPECTED


def test_a_pattern_for_some_files_gives_those_alone(everything: Path) -> None:
    assert find_sources([f"{everything}/**/samples_*.jsonl"]) == [
        f"{everything}/lm_eval/samples_{EVALUATION}_{STAMP}.jsonl"
    ]
    assert find_sources([f"{everything}/**/*.parquet"]) == [f"{everything}/parquet/table.parquet"]
    assert find_sources([f"{everything}/h*"]) == [f"{everything}/helm"]
    assert find_sources([f"{everything}/**/stats.json"]) == [f"{everything}/helm"]


def test_files_that_a_shell_has_expanded_are_found_once(everything: Path) -> None:
    names = [str(path) for path in sorted(everything.rglob("*.json*")) if ".git" not in path.parts]
    found = {os.path.relpath(one, everything) for one in find_sources(names)}
    assert found == EXPECTED - {"parquet/table.parquet"} | {".hidden.json"}


def test_a_relative_pattern_is_taken_from_the_working_folder(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(everything / "helm")
    assert find_sources(["../metr/*.jsonl"]) == ["../metr/runs.jsonl"]
    assert find_sources(["*.json"]) == ["."]
    assert len(read(".").runs[0].attempts) == len(TABLE)


def test_law_4_the_order_of_files_in_a_folder_does_not_matter_and_that_of_the_call_is_kept(everything: Path) -> None:
    a, b = f"{everything}/metr/runs.jsonl", f"{everything}/helm"
    assert find_sources([a, b, a]) == [a, b]
    assert find_sources([b, a]) == [b, a]


def test_what_finds_nothing_stays_and_is_refused_by_its_name(tmp_path: Path) -> None:
    for path in (f"{tmp_path}/*.eval", f"{tmp_path}/none.json", f"{tmp_path}/[", f"{tmp_path}/**/a"):
        assert find_sources([path]) == [path]
        assert "cannot be read" in refusal(path)
    assert find_sources([str(tmp_path)]) == [str(tmp_path)]
    assert "a folder without a source" in refusal(tmp_path)


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    place = write_table(tmp_path).rename(tmp_path / "run[1]*.jsonl")
    assert find_sources([str(place)]) == [str(place)]
    assert read(place).runs


def test_a_table_that_is_only_called_samples_is_not_lost(tmp_path: Path) -> None:
    log = write_inspect(tmp_path).rename(tmp_path / "run.json")
    table = write_table(tmp_path).rename(tmp_path / "run_samples.jsonl")
    assert find_sources([str(tmp_path)]) == [str(log), str(table)]
    assert find_sources([str(log), str(table)]) == [str(log), str(table)]


def test_a_folder_of_many_samples_takes_time_by_their_number_and_not_by_its_square(tmp_path: Path) -> None:
    names = [f"samples_t{at}_{STAMP}.jsonl" for at in range(40_000)]
    started = time.process_time()
    assert source_files.grouped(names) == sorted(names)
    assert time.process_time() - started < 5


def test_links_to_folders_are_not_followed(everything: Path) -> None:
    (everything / "loop").symlink_to(everything)
    assert len(find_sources([str(everything)])) == len(EXPECTED)
    assert len(find_sources([f"{everything}/**/*.jsonl"])) == 4


def test_too_many_files_are_refused(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_files, "MAX_SOURCES", 3)
    for path in (str(everything), f"{everything}/**/*"):
        with pytest.raises(InputError, match="more than 3 files"):
            find_sources([path])


@pytest.mark.parametrize("write", WRITERS)
def test_the_digest_of_a_source_is_told_without_reading_it(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    place = write(tmp_path)
    assert source_digest(str(place)) == read(place, evaluation=MINE).source.digest
    for file in sorted(tmp_path.iterdir()):
        assert source_digest(str(file)) == source_digest(str(place))


@pytest.mark.parametrize("write", [write_lm_eval, write_helm, write_every_eval_ever])
def test_the_digest_of_several_files_is_that_of_their_sorted_roles_and_digests(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import hashlib

    write(tmp_path)
    roles = {
        f"results_{STAMP}.json": "results",
        f"samples_{EVALUATION}_{STAMP}.jsonl": f"samples {EVALUATION}",
        f"{EEE_NAME}.json": "aggregate",
        f"{EEE_NAME}_samples.jsonl": "instances",
    }
    files = [file for file in tmp_path.iterdir() if file.name != "scenario.json"]
    lines = sorted(
        f"{roles.get(file.name, file.name)} sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in files
    )
    expected = f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"
    assert read(files[0], evaluation=MINE).source.digest == expected


@pytest.mark.parametrize("write", [write_lm_eval, write_helm, write_every_eval_ever])
def test_one_changed_byte_in_any_file_is_another_source(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    place = write(tmp_path)
    before = source_digest(str(place))
    for file in sorted(tmp_path.iterdir()):
        if file.name != "scenario.json":
            whole = file.read_bytes()
            file.write_bytes(whole + b"\n")
            assert source_digest(str(place)) != before
            file.write_bytes(whole)
    assert source_digest(str(place)) == before


# ---------------------------------------------------------------------------------------------- remote


def test_remote_sources_are_found_and_read_like_local_ones(everything: Path, memory: str) -> None:
    upload(everything, memory)
    local = {os.path.relpath(one, everything): one for one in find_sources([str(everything)])}
    for asked in (memory, f"{memory}/**"):
        found = {one.removeprefix(f"{memory}/"): one for one in find_sources([asked])}
        assert set(found) - {"notes.txt"} == set(local)
    for name, one in local.items():
        here, there = read(one, evaluation=MINE), read(f"{memory}/{name}", evaluation=MINE)
        assert (there.source, there.runs) == (here.source, here.runs)
        assert source_digest(f"{memory}/{name}") == here.source.digest


def test_a_remote_pattern_gives_what_it_matches(everything: Path, memory: str) -> None:
    upload(everything, memory)
    assert find_sources([f"{memory}/*/*.parquet"]) == [f"{memory}/parquet/table.parquet"]
    assert find_sources([f"{memory}/helm/stats.json"]) == [f"{memory}/helm"]
    samples = f"{memory}/lm_eval/samples_{EVALUATION}_{STAMP}.jsonl"
    assert find_sources([samples]) == [samples]


def test_a_remote_file_brings_those_it_is_read_with(tmp_path: Path, memory: str) -> None:
    write_every_eval_ever(tmp_path)
    upload(tmp_path, memory)
    (run,) = read(f"{memory}/{EEE_NAME}_samples.jsonl").runs
    assert run.defects == ()
    assert run.reported is not None


def test_nothing_of_a_remote_file_is_left_here(tmp_path: Path, memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(write_helm(tmp_path / "run"), memory)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert read(memory).runs
    assert "cannot be read" in refusal(f"{memory}/none.json")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("memory://bucket/none.eval", "cannot be read: there is no such file"),
        ("memory://bucket/*.eval", "cannot be read: there is no such file"),
        ("nosuch://bucket/a.eval", "cannot be read: Protocol not known: nosuch"),
        ("simplecache::memory://bucket/a.eval", "a chain of URLs"),
        ("zip://a.eval::memory://bucket/a.zip", "a chain of URLs"),
        ("s3://bucket/a.eval", "pip install s3fs"),
        ("gs://bucket/*.eval", "pip install gcsfs"),
    ],
)
def test_what_cannot_be_fetched_is_one_finding_with_the_url(
    url: str, what: str, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    assert find_sources([url]) == [url]
    said = refusal(url)
    assert what in said
    assert said.startswith(url)


def test_a_file_that_never_ends_is_given_up(memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path)
    upload(tmp_path, memory)
    monkeypatch.setattr(source_files, "MAX_REMOTE", 100)
    assert "larger than 0 GiB" in refusal(f"{memory}/table.jsonl")


def test_a_missing_extra_says_what_to_type_and_local_files_do_not_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert find_sources(["s3://bucket/*.eval"]) == ["s3://bucket/*.eval"]
    assert "pip install 'scalegate[remote]'" in refusal("s3://bucket/*.eval")
    assert read(find_sources([str(write_table(tmp_path))])[0]).runs


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("s3://b/k", True),
        ("memory://x", True),
        ("git+ssh://x", True),
        ("C:\\logs\\a", False),
        ("/a/b", False),
        ("a:b", False),
    ],
)
def test_only_a_path_with_a_scheme_is_remote(path: str, remote: bool) -> None:
    assert is_url(path) is remote
