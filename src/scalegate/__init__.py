"""scalegate: responsible scaling policies that run.

`open` opens a project folder; `Lease` checks a permission offline. Both load on first use, so that a
training job that imports `scalegate.lease` pays for nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Lease", "__version__", "open"]

if TYPE_CHECKING:
    from scalegate.lease import Lease
    from scalegate.project import open  # noqa: A004


def __getattr__(name: str) -> Any:
    if name == "Lease":
        from scalegate.lease import Lease

        return Lease
    if name == "open":
        from scalegate.project import open as open_project

        return open_project
    raise AttributeError(f"module 'scalegate' has no attribute {name!r}")
