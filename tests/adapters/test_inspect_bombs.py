"""Logs made to exhaust a reader, read in processes with little memory: each is one finding, the good ones are read."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from adapters.test_inspect_log import DEFLATE, STORED, ZSTANDARD, archive, header, sample
from scalegate.adapters.inspect_log import read_inspect_log
from scalegate.errors import Finding, InputError
from scalegate.evidence.parsed_run import Labels
from scalegate.quantity import Identifier
from shared import ROOT, shared

LABELS = Labels(configuration=Identifier("c"))
MEMORY = 1024 * 1024 * 1024  # of address space, for the interpreter and everything that it loads too
PEAK = 512 * 1024  # KiB that are really used
SECONDS = 60
GOOD = {"header.json": header(), "summaries.json": [sample()]}
GIGABYTE = 1024 * 1024 * 1024


def packed_zeros(method: int, size: int, start: bytes = b"", fill: bytes = b" ") -> tuple[bytes, int, int]:
    """So many bytes, packed without ever being whole in memory; with their checksum and size."""
    out, crc, step = io.BytesIO(), zlib.crc32(start), fill * (1024 * 1024)
    if method == ZSTANDARD:
        packer = zstandard.ZstdCompressor().compressobj()
    else:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)  # type: ignore[assignment]
    out.write(packer.compress(start))
    for _ in range(size // len(step)):
        out.write(packer.compress(step))
        crc = zlib.crc32(step, crc)
    out.write(packer.flush())
    return out.getvalue(), crc, len(start) + size // len(step) * len(step)


def bomb(path: Path, method: int, size: int, start: bytes = b"[", fill: bytes = b" ", noise: int = 0) -> None:
    """An honest archive whose summaries unpack to `size`; noise keeps the ratio below what is refused at once."""
    packed, crc, whole = packed_zeros(method, size, start, fill)
    files = {"header.json": json.dumps(header()).encode()}
    body, directory = b"", b""
    for name, method_, data, check, length in (
        *((n, STORED, d, zlib.crc32(d), len(d)) for n, d in files.items()),
        ("summaries.json", method, packed + b"\0" * noise, crc, whole),
    ):
        spelled = name.encode()
        common = struct.pack("<5H3L2H", 20, 0x800, method_, 0, 0, check, len(data), length, len(spelled), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, len(body))
        directory += spelled
        body += b"PK\x03\x04" + common + spelled + data
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)


def nested(path: Path) -> None:
    """Archives in archives, as in 42.zip: six levels of sixteen."""
    inner = zlib.compress(b"\0" * 10_000_000)
    for _ in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as outer:
            for n in range(16):
                outer.writestr(f"lib {n}.zip", inner)
        inner = buffer.getvalue()
    path.write_bytes(inner)


def overlapping(path: Path) -> None:
    """A thousand samples that all lie on the same bytes: a small file that would unpack to gigabytes."""
    text = b'{"id": 1, "epoch": 1, "messages": "' + b"x" * 4_000_000 + b'"}'
    packed = zlib.compress(text, wbits=-15)
    names = [b"samples/%05d.json" % n for n in range(1000)]
    common = struct.pack(
        "<5H3L2H", 20, 0x800, DEFLATE, 0, 0, zlib.crc32(text), len(packed), len(text), len(names[0]), 0
    )
    start = archive({"_journal/start.json": header()}, STORED)
    body, first = start[: start.index(b"PK\x01\x02")], start[start.index(b"PK\x01\x02") : start.index(b"PK\x05\x06")]
    place = struct.pack("<3H2L", 0, 0, 0, 0, len(body))
    directory = first + b"".join(b"PK\x01\x02" + struct.pack("<H", 20) + common + place + name for name in names)
    body += b"PK\x03\x04" + common + names[0] + packed
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1001, 1001, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)


def sparse(path: Path, start: bytes, size: int, end: bytes = b"") -> None:
    """A file of so many bytes that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)
        file.seek(size)
        file.write(end)


def gigabyte_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"eval": "')
        for _ in range(1024):
            file.write(b"x" * 1024 * 1024)
        file.write(b'"}')


def crowded(path: Path) -> None:
    path.write_bytes(b'{"version": 2, "eval": [' + b"{}," * 20_000_000 + b"{}]}")


def log_with(**more: object) -> str:
    return json.dumps(header(samples=[sample()], **more))


BOMBS: dict[str, tuple[Callable[[Path], object], str]] = {
    "deflate.eval": (lambda path: bomb(path, DEFLATE, GIGABYTE // 2), "no whole JSON"),
    "zstandard.eval": (lambda path: bomb(path, ZSTANDARD, GIGABYTE // 2), "times its size"),
    "zstandard_slow.eval": (lambda path: bomb(path, ZSTANDARD, GIGABYTE // 2, noise=300_000), "damaged or cut"),
    "strings.eval": (lambda path: bomb(path, DEFLATE, GIGABYTE // 4, b'[{"id": "', b"x"), "longer than 32 MiB"),
    "objects.eval": (lambda path: bomb(path, DEFLATE, GIGABYTE // 4, b"[[", b"{},"), "more than 4,000,000 values"),
    "total.eval": (lambda path: bomb(path, DEFLATE, 2 * GIGABYTE), "unpack to more than 1024 MiB"),
    "nested.eval": (nested, "neither header.json nor _journal/start.json"),
    "overlapping.eval": (overlapping, "entry 'samples/00001.json' is damaged or cut"),
    "line.json": (gigabyte_line, "longer than 32 MiB"),
    "sparse.json": (lambda path: sparse(path, b'{"eval": ', 3 * GIGABYTE), "no whole JSON"),
    "sparse.eval": (lambda path: sparse(path, b"PK", 3 * GIGABYTE), "no whole zip archive"),
    "crowded.json": (crowded, "more than 4,000,000 values"),
    "deep.json": (lambda path: path.write_bytes(b'{"eval": ' + b"[" * 50_000_000), "nested too deeply"),
    "integer.json": (
        lambda path: path.write_text(log_with(results={"total_samples": 10**6}).replace("1000000", "9" * 9_000_000)),
        "",
    ),
}
HEAVY = ("sparse.json", "sparse.eval", "total.eval", "line.json", "crowded.json", "zstandard_slow.eval")

READ = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
from pathlib import Path
from scalegate.adapters.inspect_log import read_inspect_log
from scalegate.errors import InputError
from scalegate.evidence.parsed_run import Labels
from scalegate.quantity import Identifier
found = []
for path in sys.argv[1:]:
    try:
        found.append(len(read_inspect_log(Path(path), Labels(configuration=Identifier("c"))).runs))
    except InputError as error:
        found.append([str(finding) for finding in error.findings])
status = Path("/proc/self/status")
peak = [int(l.split()[1]) for l in status.read_text().splitlines() if l.startswith("VmHWM")] if status.exists() else [0]
print(json.dumps([found, peak[0]]))
"""


def read_in_little_memory(*paths: Path) -> tuple[list[object], int]:
    code = READ.format(memory=MEMORY, seconds=SECONDS)
    command = [sys.executable, "-c", code, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    found, peak = json.loads(done.stdout)
    return found, peak


def check(folder: Path, name: str) -> None:
    make, what = BOMBS[name]
    make(folder / name)
    for good in ("a.eval", "z.eval"):
        (folder / good).write_bytes(archive(GOOD))
    (first, found, last), peak = read_in_little_memory(folder / "a.eval", folder / name, folder / "z.eval")
    assert (first, last) == (1, 1)
    if what:
        assert isinstance(found, list)
        assert len(found) == 1
        assert found[0].startswith(f"{name}: ")
        assert what in found[0]
        assert len(found[0]) < 400
    assert peak < PEAK


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in HEAVY])
def test_a_bomb_is_one_finding_in_bounded_memory_and_time(tmp_path: Path, name: str) -> None:
    check(tmp_path, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_bomb_is_one_finding_in_bounded_memory_and_time(tmp_path: Path, name: str) -> None:
    check(tmp_path, name)


# -------------------------------------------------------------------------------------------- mutations


def mutated(data: bytes, draw: random.Random, other: bytes) -> bytes:
    """A copy with a few faults: changed, cut, doubled, swapped or foreign bytes."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        at, length = draw.randrange(len(out) + 1), draw.choice((1, 1, 4, 30, 300))
        match draw.randrange(6):
            case 0:
                out[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case 3:
                start = draw.randrange(len(other) + 1)
                out[at : at + length] = other[start : start + length]
            case 4:
                out[at : at + 4] = draw.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"PK\x01\x02", b"\x80\0\0\0"))
            case _:
                out = out[:at] if draw.random() < 0.2 else out
    return bytes(out)


def fuzz(path: Path, sources: list[bytes], seed: int, number: int) -> tuple[int, int]:
    """How many mutated logs were read and how many refused; each by a finding that names it."""
    draw, read, found = random.Random(seed), 0, list[tuple[Finding, ...]]()
    for _ in range(number):
        path.write_bytes(mutated(draw.choice(sources), draw, draw.choice(sources)))
        try:
            read += len(read_inspect_log(path, LABELS).runs)
        except InputError as error:
            found.append(error.findings)
    for findings in found:
        assert findings
        assert all(finding.where == path.name for finding in findings)
        assert all(len(str(finding).encode("utf-8", "backslashreplace")) < 2000 for finding in findings)
    assert [item.name for item in path.parent.iterdir()] == [path.name]
    return read, len(found)


def own(ending: str) -> list[bytes]:
    samples = [
        sample(n, "CI"[n % 2], limit="token", error="an error", started_at="2026-01-01T00:00:00Z") for n in (1, 2)
    ]
    if ending == ".json":
        return [json.dumps(header(samples=samples)).encode()]
    entries = {f"samples/{s['id']}_epoch_1.json": s for s in samples}
    entries |= {"summaries.json": samples, "reductions.json": [], "header.json": header()}  # type: ignore[dict-item]
    return [archive(entries, method) for method in (STORED, DEFLATE, ZSTANDARD)]


@pytest.mark.parametrize("ending", [".eval", ".json"])
def test_any_faults_in_a_log_give_a_run_or_findings_that_name_it(tmp_path: Path, ending: str) -> None:
    read, refused = fuzz(tmp_path / f"log{ending}", own(ending), seed=4, number=400)
    assert read > 10
    assert refused > 10


def real(ending: str) -> list[bytes]:
    folder = shared("data/inspect_logs/custom.eval").parent
    return [path.read_bytes() for path in sorted(folder.glob(f"*{ending}")) if path.stat().st_size < 300_000]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ending", [".eval", ".json"])
def test_any_faults_in_real_logs_give_a_run_or_findings_that_name_them(tmp_path: Path, ending: str, seed: int) -> None:
    read, refused = fuzz(tmp_path / f"log{ending}", real(ending), seed, number=2500)
    assert read
    assert refused
