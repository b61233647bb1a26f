"""Prints how long the command line takes to start, and what importing a lease costs a training job.

Medians of ten warm runs in processes of their own, wall clock. Targets (docs of the command line): `--version` under
0.3 s, `--help` under 0.5 s; importing `scalegate.lease` under 0.1 s beyond starting Python.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 10
SCALEGATE = Path(sys.executable).with_name("scalegate")
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "scalegate --version": [str(SCALEGATE), "--version"],
    "scalegate --help": [str(SCALEGATE), "--help"],
    "import scalegate.lease": [sys.executable, "-c", "import scalegate.lease"],
}
TARGETS = {"scalegate --version": 0.3, "scalegate --help": 0.5, "import scalegate.lease": 0.1}


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of one run that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    empty = 0.0
    for name, command in COMMANDS.items():
        seconds(command)  # warms the file cache and writes byte code
        took = statistics.median(seconds(command) for _ in range(RUNS))
        if name == "python -c pass":
            empty = took
        net = took - empty if name.startswith("import") else took
        target = f"  target {TARGETS[name]:.1f} s" if name in TARGETS else ""
        beyond = " beyond starting Python" if name.startswith("import") else ""
        print(f"{name:<24} {net:6.3f} s{beyond}{target}")


if __name__ == "__main__":
    main()
