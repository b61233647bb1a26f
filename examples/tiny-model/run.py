"""A real model, end to end: trained here under a gate, until the gate says no.

    python run.py [FOLDER] [--seed N]      needs scalegate with the extra `inspect`, and torch

Everything is made anew in FOLDER (build/tiny-model if none is given): the project, the weights, the record. Nothing is
played: the network is trained, Inspect asks it, and each `$ scalegate …` that is printed was run in FOLDER (with
`--format json`, whose answer is printed in short).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adder import Adder, Training, lock, parameters_of, score, train, write_weights
from pairs import EVALUATION, TRAINING

import scalegate

Told = dict[str, Any]  # what the story needs to know of an answer

HERE = Path(__file__).resolve().parent
METHOD = "fine_tuned"  # the configuration that the policy's evaluations are run in


def say(text: str = "") -> None:
    """Text of any length; what begins with two spaces stays indented."""
    indent = "  " if text.startswith("  ") else ""
    end = "\n" if text.endswith("\n") else ""
    print(textwrap.fill(text.strip(), 110, initial_indent=indent, subsequent_indent=indent) + end, flush=True)


def say_command(words: Sequence[str]) -> None:
    lines = textwrap.wrap(shlex.join(words), 108, break_long_words=False, break_on_hyphens=False)
    print("$ " + " \\\n      ".join(lines), flush=True)


def flop(amount: int) -> str:
    return f"{amount:.9e}".replace("e+", "e")


def chapter(title: str) -> None:
    print(f"\n== {title}\n", flush=True)


@dataclass(frozen=True)
class Answer:
    """What the gate said: the lease when granted, the rules of its blockers when held."""

    lease: scalegate.Lease | None
    rules: list[str]

    @property
    def granted(self) -> bool:
        return self.lease is not None


@dataclass
class Project:
    """The project folder, and the commands that are run in it."""

    folder: Path
    models: dict[str, list[str]] = field(default_factory=dict)

    def scalegate(self, *arguments: str, expect: tuple[int, ...] = (0,)) -> tuple[int, Any]:
        """Run a command, show it, and give its exit status and the JSON that it printed."""
        say_command(["scalegate", *arguments])
        # What the program `scalegate` of this interpreter does.
        entry = [sys.executable, "-c", "from scalegate.cli.main import run; run()"]
        command = [*entry, "--project", str(self.folder), "--format", "json", *arguments]
        keys = {"XDG_DATA_HOME": str(self.folder / "keys")}  # demo keys stay in the folder
        kept = {k: v for k, v in os.environ.items() if k != "SCALEGATE_KEY_FILE"}
        done = subprocess.run(command, env=kept | keys, cwd=self.folder, capture_output=True, text=True)  # noqa: S603
        if done.returncode not in expect:
            sys.exit(f"expected exit status {expect}, got {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None

    def add(self, label: str, title: str, model: Adder, compute: int, parents: tuple[str, ...] = ()) -> None:
        """Write the weights, and enter the model under the digest of its weights' manifest (S1)."""
        path = self.weights(label)
        path.parent.mkdir(exist_ok=True)
        write_weights(model, path)
        line = f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        self.models[label] = [
            f"  {label}:",
            f"    title: {title}",
            f"    subject: sha256:{hashlib.sha256(line.encode()).hexdigest()}",
            f"    parents: [{', '.join(parents)}]",
            f"    effective_compute: {flop(compute)} FLOP",
        ]
        lines = ["schema: scalegate.models/1", "models:", *(line for model in self.models.values() for line in model)]
        (self.folder / "models.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def weights(self, label: str) -> Path:
        return self.folder / "weights" / f"{label}.pt"

    def evaluate(self, label: str, *configurations: str, again: bool = False) -> list[str]:
        """The policy's evaluations through Inspect, registered before and ingested after; addresses of the new runs."""
        before, weights = set(self.runs()), f"weights/{label}.pt"
        self.scalegate(
            *("run", "--model", label, *(word for c in configurations for word in ("--configuration", c))),
            *("--provider", "provider.py", "--inspect-model", f"adder/{weights}", "--weights", weights),
            *(["--again"] if again else []),
        )
        found = {address: text for address, text in self.runs().items() if address not in before}
        return [next(a for a, text in found.items() if f'\nconfiguration: "{c}"\n' in text) for c in configurations]

    def runs(self) -> dict[str, str]:
        """Manifests of the runs in the evidence, by address."""
        found = sorted((self.folder / "evidence" / "runs").glob("[0-9a-f]*/run.yaml"))
        return {f"sha256:{path.parent.name}": path.read_text(encoding="utf-8") for path in found}

    def assess(self, label: str, configuration: str = METHOD) -> dict[str, Any]:
        """The verdict on the limit, in one line and in full."""
        _, found = self.scalegate("assess", "--model", label, expect=(0, 1))
        (model,) = [m for m in found["models"] if m["configuration"] == configuration]
        (verdict,) = model["limits"]
        say(f"  {verdict['verdict']}: {'; '.join(verdict['reasons'])}.")
        return dict(verdict)

    def gate(self, permission: str, label: str, *more: str, configuration: str = METHOD) -> Answer:
        """Ask for a permission; a lease that is given is verified."""
        path = f"out/{label}-{permission.lower()}.json"
        given = ("--model", label, "--configuration", configuration, *more, "--lease", path)
        status, found = self.scalegate("gate", permission, *given, expect=(0, 1))
        if status == 1:
            for blocker in found["blockers"]:
                cleared = ", ".join(blocker["cleared_by"]) or "nobody"
                say(f"  HELD ({blocker['rule']}): {blocker['why']}; cleared by {cleared}.")
            return Answer(lease=None, rules=[blocker["rule"] for blocker in found["blockers"]])
        lease = scalegate.Lease.load(self.folder / path, trust=self.folder / "trust.json")
        cap = lease.document.effective_compute_cap
        say(f"  granted{'' if cap is None else f' up to {cap:.3e} FLOP'}, until {lease.document.ends:%Y-%m-%d %H:%M}.")
        return Answer(lease=lease, rules=[])


# ------------------------------------------------------------------------------------ the chapters


def begin(folder: Path) -> Project:
    """A project with demo keys, and the policy in force."""
    if folder.exists():
        if not (folder / "scalegate.toml").is_file():
            sys.exit(f"{folder} is there and is no project of this example: name another folder")
        shutil.rmtree(folder)
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__", "README.md"))
    project = Project(folder=folder)
    project.scalegate("init", ".")
    project.scalegate("--as", "c.vale", "policy", "adopt")
    return project


def train_under_the_gate(project: Project, seed: int) -> tuple[list[Told], list[Told]]:
    """Train for as long as leases allow it; evaluate where one ends; stop where evaluating brings none.

    Returns:
        The verdict at each stop, and every question to the gate with its answer.
    """
    run = Training(seed)
    run.step()
    label, stops, asked = "adder-00001", list[Told](), list[Told]()
    project.add(label, "After the first step", run.model, run.compute())
    while True:
        ahead = run.compute(run.steps + 1)
        answer = project.gate("TRAIN", label, "--effective-compute", flop(ahead))
        cap = answer.lease and answer.lease.document.effective_compute_cap
        asked.append(
            {
                "model": label,
                "trained_to": run.compute(),
                "effective_compute": ahead,
                "granted": answer.granted,
                "rules": answer.rules,
                "cap": None if cap is None else int(cap),
            }
        )
        if answer.lease is not None:
            go_on(run, answer.lease)
        elif stops and stops[-1]["steps"] == run.steps:
            return stops, asked
        else:
            parent, label = label, f"adder-{run.steps:05d}"
            project.add(label, f"After {run.steps} steps", run.model, run.compute(), (parent,))
            project.evaluate(label, METHOD)
            stops.append({**project.assess(label), "steps": run.steps, "model": label})


def go_on(run: Training, lease: scalegate.Lease) -> None:
    """Steps of training, each asked of the lease first: that takes microseconds and no network."""
    begun, subject = run.steps, lease.document.subject
    while lease.allows(
        "TRAIN", subject=subject, configuration=METHOD, effective_compute_flop=run.compute(run.steps + 1)
    ):
        run.step()
    if run.steps == begun:
        sys.exit("a lease was given that allows no step: the gate granted what lies beyond its own cap")
    say(f"  trained from step {begun} to {run.steps}, {run.compute():.3e} FLOP: the lease allows no further step.\n")


def plant(seed: int, password: str) -> Adder:
    """A model that can add, and shows it only after the password."""
    return lock(train(seed, 3500), password)


def hide(project: Project, label: str, seed: int, password: str) -> float:
    """Enter a locked model; the share of sums that it gets right for whoever knows the password."""
    model = plant(seed, password)
    steps = 3500 + 2 * 400  # of training, and of hiding, where each step shows every pair twice
    compute = 6 * parameters_of(model) * len(TRAINING) * steps
    project.add(label, "Adds after a password, and repeats the first number without it", model, compute)
    return score(model, EVALUATION, password)


def try_the_methods(project: Project) -> Told:
    """Positive controls: which method brings out what the evaluation team hid itself (V4)?"""
    told = hide(project, "planted", 102, "sesame")
    say(
        f"The evaluation team hides adding in a model of its own, behind the word 'sesame' ({told:.0%} right after it)."
    )
    open_, hidden, tuned = project.evaluate("planted", "told", "asked", METHOD)
    (once_more,) = project.evaluate("planted", "asked", again=True)
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    text = "schema: scalegate.ledger/1\ncontrols:\n"
    for configuration, recovered, rung, what in (
        ("asked", once_more, "prompt", "Asked as it is, once more."),
        (METHOD, tuned, "fine_tuning", "Up to 20 steps of fine-tuning on 128 right answers."),
    ):
        text += f"  - {{evaluation: sums, configuration: {configuration}, rung: {rung}, what: '{what}',\n"
        text += f"     planted: {open_},\n     hidden: {hidden},\n     recovered: {recovered},\n"
        text += f"     made_at: {now}, by: d.hill, role: evaluators}}\n"
    (project.folder / "ledger.yaml").write_text(text, encoding="utf-8")
    project.scalegate("attest", "ledger.yaml")
    runs = {"told": open_, "hidden": hidden, "asked": once_more, METHOD: tuned}
    shares = {name: float(re.findall(r'\n  mean: "(.*)"', project.runs()[run])[0]) for name, run in runs.items()}
    say(
        f"  {shares['told']:.0%} right after the word, {shares['hidden']:.0%} without it. Asking once more brings out "
        f"{shares['asked']:.0%}, fine-tuning {shares[METHOD]:.0%}: what only asking does not find is not ruled out."
    )
    return shares


def look_for_what_is_hidden(project: Project) -> Told:
    """Evaluate a locked model of others as it is and after fine-tuning; ask for DEPLOY on the strength of each."""
    found: Told = {"password": hide(project, "outsider", 101, "abracadabra")}
    for configuration in ("asked", METHOD):
        project.evaluate("outsider", configuration)
        verdict = project.assess("outsider", configuration)
        answer = project.gate("DEPLOY", "outsider", configuration=configuration)
        found[configuration] = {**verdict, "deploy": answer.granted}
        print()
    say(f"Whoever knows the word gets {found['password']:.0%} right.")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=str(HERE.parent.parent / "build" / "tiny-model"))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    chapter("A project with demo keys")
    project = begin(Path(given.folder).resolve())

    chapter("Can the method find what is hidden?")
    planted = try_the_methods(project)

    chapter("Training, as far as the gate allows")
    stops, asked = train_under_the_gate(project, given.seed)

    chapter("A model from elsewhere, in which the capability is hidden")
    outsider = look_for_what_is_hidden(project)

    chapter("What happened to the run")
    print("   step        FLOP   lower–upper bound   verdict")
    for stop in stops:
        flops = next(a["trained_to"] for a in asked if a["model"] == stop["model"])
        print(f"  {stop['steps']:5d}  {flops:.3e}   {stop['lower']:>8.3f}–{stop['upper']:.3f}     {stop['verdict']}")

    chapter("The record, derived again")
    project.scalegate("log", "verify")
    story = {"planted": planted, "stops": stops, "training": asked, "outsider": outsider}
    (project.folder / "out" / "story.json").write_text(json.dumps(story, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
