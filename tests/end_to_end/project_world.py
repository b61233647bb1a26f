"""Projects on disk for tests of the whole program: the cyber example, and a small one that is quick.

A project is made once for a test session and copied for each test. Commands run in this process, with output
captured and a clock of the test's choosing, or as processes of their own.
"""

from __future__ import annotations

import gc
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scalegate.adapters import scribe
from scalegate.cli.main import _status
from shared import ROOT

EXAMPLE = ROOT / "examples" / "cyber"
THEN = "2026-03-31T00:00:00Z"  # the instant at which the example is replayed
HERE = Path(__file__).parent
Granted = dict[tuple[str, str, str, str], bool]  # subject, configuration, permission, mode


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output; anything before or after it fails the test."""
        return json.loads(self.out)


@dataclass(frozen=True)
class World:
    """A project folder and the folder that holds its key."""

    root: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SCALEGATE_", "XDG_", "COV_"))}
        return {**kept, "XDG_DATA_HOME": str(self.home)}

    @property
    def log(self) -> Path:
        gc.collect()  # a process that ends closes its log; here every command runs in this one
        return self.root / "record" / "log.db"

    def run(self, *arguments: str, clock: str = "", environment: Mapping[str, str] | None = None) -> Answer:
        """Run a command in this process; `clock` sets what the system clock says."""
        argv = ["--project", str(self.root), *arguments]
        with _environment(self.environment | dict(environment or {})), _clock(clock), _streams() as (out, err):
            status = _status(argv)
        return Answer(status, out(), err())

    def spawn(self, *arguments: str, environment: Mapping[str, str] | None = None, code: str = "") -> Answer:
        """Run a command as a process of its own, or Python `code` in the project's folder."""
        done = subprocess.run(
            self.command(*arguments) if not code else [sys.executable, "-c", code, *arguments],
            env=self.environment | dict(environment or {}),
            cwd=self.root,
            capture_output=True,
            timeout=120,
        )
        return Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*arguments), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def command(self, *arguments: str) -> list[str]:
        entry = "from scalegate.cli.main import run; run()"
        return [sys.executable, "-c", entry, "--project", str(self.root), *arguments]

    def assess(self, *, now: str = THEN, **more: Any) -> Any:
        """The JSON of a replay."""
        return self.run("--now", now, "--format", "json", "assess", **more).json

    def size(self) -> int:
        """Number of entries in the record."""
        return len(self.run("--format", "json", "log", "show").json["entries"])

    def entries(self, kind: str = "") -> list[dict[str, Any]]:
        return list(self.run("--format", "json", "log", "show", "--kind", kind).json["entries"])

    def copy(self, folder: Path) -> World:
        shutil.copytree(self.root, folder / "project", symlinks=True)
        return World(folder / "project", self.home)


def done(answer: Answer, *statuses: int) -> Answer:
    """The answer, which ended as it should; and no traceback whatever came."""
    assert answer.status in (statuses or (0,)), (answer.status, answer.err[-2000:], answer.out[-2000:])
    assert "Traceback" not in answer.err, answer.err
    assert "internal error" not in answer.err, answer.err
    return answer


def granted(assessment: Any) -> Granted:
    """Every decision, by subject."""
    return {
        (m["subject"], m["configuration"], d["permission"], d["mode"] or ""): d["granted"]
        for m in assessment["models"]
        for d in m["decisions"]
    }


def loosened(before: Granted, after: Granted) -> list[tuple[str, str, str, str]]:
    """Decisions that were a hold, or were not there, and are a grant now."""
    return [key for key, yes in after.items() if yes and not before.get(key, False)]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


# ------------------------------------------------------------------------------------------ making


def make_example(folder: Path) -> World:
    """The cyber example: adopted, ingested and attested, as its demo does it."""
    world = World(folder / "project", folder / "home")
    shutil.copytree(EXAMPLE, world.root)
    run = prepare(world)
    run("--as", "r.okafor", "policy", "adopt")
    run("ingest", "--configuration", "agent-2m", "--dated", "2026-02-17", str(world.root / "evidence" / "cyber.csv"))
    run("attest", str(world.root / "attestations.yaml"), str(world.root / "risk_statements.yaml"))
    gc.collect()  # closes the log, so that what is copied is one file
    return world


@dataclass(frozen=True)
class ExamModel:
    """A model of the small project: how many of its first tasks it solved, and how many it has results for."""

    name: str
    solved: int
    answered: int
    parent: str = ""
    subject: str = ""


TASKS = 60
STATED = "middling"  # whose risk is stated, so that it may be deployed behind its protections
MODELS = (
    ExamModel("calm", 0, TASKS),
    ExamModel("middling", 24, TASKS),
    ExamModel("wild", TASKS, TASKS),
    ExamModel("partial", 0, 30),
    ExamModel("heir", 0, TASKS, parent="wild"),
    ExamModel("fresh", 0, 0),
)


def day(days: int) -> str:
    """A date so many days from today."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def make_exam(folder: Path, models: Sequence[ExamModel] = MODELS) -> World:
    """A small project whose evidence and protections are a day old today: there are grants now."""
    world = World(folder / "project", folder / "home")
    world.root.mkdir(parents=True)
    write_exam(world.root, models)
    run = prepare(world)
    run("--as", "dan", "policy", "adopt")
    run("ingest", "--configuration", "agent", "--dated", day(-1), str(world.root / "exam.csv"))
    stated = [world.root / "risk.yaml"] if any(m.name == STATED for m in models) else []
    run("attest", *map(str, [world.root / "attestations.yaml", *stated]))
    gc.collect()
    return world


def write_exam(root: Path, models: Sequence[ExamModel]) -> None:
    template = (HERE / "exam_policy.yaml").read_text(encoding="utf-8")
    files = {
        "scalegate.toml": 'format = 1\norigin = "exam.demo"\n',
        "policy.yaml": template.replace("DAY+100", day(100)),
        "models.yaml": models_file(models),
        "configurations.yaml": CONFIGURATIONS,
        "suites/exam.yaml": suite_file(TASKS),
        "exam.csv": table(models),
        "attestations.yaml": attestations(("locks", "0.99"), ("guards", "0.97")),
        "risk.yaml": risk_statements(STATED),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


CONFIGURATIONS = """\
schema: scalegate.configurations/1
configurations:
  agent: {title: An agent, tools: [bash], tokens_per_attempt: 2000000, contained_in: [more]}
  chat: {title: A conversation, tokens_per_attempt: 2000000, contained_in: [agent]}
  more: {title: An agent that may search, tools: [bash, web], tokens_per_attempt: 2000000}
"""


def subject(name: str) -> str:
    import hashlib

    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def models_file(models: Sequence[ExamModel], renamed: Mapping[str, str] | None = None) -> str:
    label = dict(renamed or {})
    text = "schema: scalegate.models/1\nmodels:\n"
    for m in models:
        text += f"  {label.get(m.name, m.name)}:\n    title: {m.name}\n    subject: {m.subject or subject(m.name)}\n"
        text += f"    parents: [{label.get(m.parent, m.parent)}]\n    effective_compute: 1e23 FLOP\n"
    return text


def suite_file(tasks: int) -> str:
    rows = "".join(f"  t{n}: {{family: f{n}}}\n" for n in range(tasks))
    return f"schema: scalegate.suite/1\ntitle: The exam\nscorer: exact\ntasks:\n{rows}"


def table(models: Sequence[ExamModel], run: str = "first") -> str:
    head = "model,evaluation,task,score,attempt,tokens,status,run\n"
    return head + "".join(
        f"{m.name},exam,t{n},{int(n < m.solved)},1,1000000,completed,{run}\n" for m in models for n in range(m.answered)
    )


def attestations(*measured: tuple[str, str]) -> str:
    text = "schema: scalegate.attestations/1\nattestations:\n"
    for name, value in measured:
        text += (
            f"  - {{protection: {name}, measured: {value}, tested_at: {day(-1)}, evidence: {subject(name)}, "
            "approved: {principal: dan, role: officer}}\n"
        )
    return text


def risk_statements(*names: str) -> str:
    text = "schema: scalegate.risk-statements/1\nrisk_statements:\n"
    for name in names:
        text += (
            f"  - {{subject: '{subject(name)}', limit: first, event: somebody is hurt, made_at: {day(-1)}, "
            f"horizon: {day(90)}, credences: [{{author: dan, credence: 0.01}}]}}\n"
        )
    return text


def prepare(world: World) -> Any:
    def run(*arguments: str) -> Answer:
        return done(world.run(*arguments))

    with _environment(world.environment), _streams():
        assert _status(["init", str(world.root)]) == 0
    return run


# ------------------------------------------------------------------------------- process-wide state


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _clock(text: str) -> Iterator[None]:
    if not text:
        yield
        return

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromisoformat(text.replace("Z", "+00:00"))

    scribe.datetime = Stopped  # type: ignore[attr-defined]
    try:
        yield
    finally:
        scribe.datetime = datetime  # type: ignore[attr-defined]


@contextmanager
def _streams() -> Iterator[tuple[Any, Any]]:
    """Standard output and error as bytes that are read as UTF-8 afterwards."""
    before = sys.stdout, sys.stderr
    buffers = io.BytesIO(), io.BytesIO()
    sys.stdout, sys.stderr = (io.TextIOWrapper(b, "utf-8", write_through=True) for b in buffers)
    try:
        yield tuple((lambda b=b: b.getvalue().decode("utf-8")) for b in buffers)
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        sys.stdout.detach(), sys.stderr.detach()
        sys.stdout, sys.stderr = before
