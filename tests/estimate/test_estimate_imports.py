"""What loading the estimators costs: scipy only once a number needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scalegate import estimate


def test_importing_the_estimators_loads_no_scipy() -> None:
    modules = sorted(path.stem for path in Path(str(estimate.__file__)).parent.glob("[a-z]*.py"))
    assert "overdispersed" in modules
    code = "import sys; import " + ", ".join(f"scalegate.estimate.{module}" for module in modules)
    code += "; sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
