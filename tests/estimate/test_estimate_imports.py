"""What loading the estimators costs: scipy only once a number needs it."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_estimators_loads_no_scipy() -> None:
    rooms = ("betting", "binomial", "bootstrap", "bound", "horizon", "logistic", "power", "rate", "success_count")
    code = "import sys; import " + ", ".join(f"scalegate.estimate.{room}" for room in rooms)
    code += "; sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
