"""The HTML report in a real browser: no sideways scrolling on a phone, nothing loaded, nothing complained about."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from publication import fixture_page as fixture
from scalegate.adapters.html_report import write_report

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    "--enable-logging=stderr",
    "--virtual-time-budget=4000",
)

# A browser window cannot be 360 px wide without a screen, so the report stands in a frame of that width.
PROBE = """<!doctype html><meta charset="utf-8"><body>
<iframe id="f" src="report.html" width="%d" height="3000"></iframe>
<script>
document.getElementById("f").onload = () => {
  const frame = document.getElementById("f"), doc = frame.contentDocument, view = frame.contentWindow;
  const seen = (e) => e.getClientRects().length > 0;
  const kept = ".scroll:not(:has(.matrix))";
  const sideways = (e) => e.closest(kept) === null && e.getBoundingClientRect().right > view.innerWidth + 1;
  const result = {
    width: view.innerWidth,
    scroll: doc.documentElement.scrollWidth,
    over: [...doc.querySelectorAll("body *")].filter(e => seen(e) && sideways(e) && !e.closest("svg")).length,
    loaded: view.performance.getEntriesByType("resource").map(e => e.name),
    headless: [...doc.querySelectorAll("table")].filter(t => !t.querySelector("th[scope]")).length,
    tables: doc.querySelectorAll("table").length,
    time: [...doc.querySelectorAll("svg.time")].filter(seen).length,
    rows: [...doc.querySelectorAll("svg.rows")].filter(seen).length,
    small: [...doc.querySelectorAll("svg.plot")].filter(seen)
      .map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width),
  };
  document.title = "done";
  const out = document.createElement("pre");
  out.id = "result";
  out.textContent = JSON.stringify(result);
  document.body.replaceChildren(out);
};
</script>
"""


def browser() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


def probe(folder: Path, width: int) -> tuple[dict[str, object], str]:
    """What the page measures at a width, and what the browser wrote to its console."""
    write_report(fixture.page(), folder / "report.html")
    (folder / "probe.html").write_text(PROBE % width, encoding="utf-8")
    place = (folder / "probe.html").as_uri()
    command = [
        browser(),
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        "--window-size=1400,3200",
        "--dump-dom",
        place,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[:500] + done.stderr[-2000:]
    return json.loads(found[1].replace("&amp;", "&")), done.stderr


@pytest.mark.parametrize("width", [360, 768, 1024, 1280])
def test_the_report_fits_its_window_and_loads_nothing(tmp_path: Path, width: int) -> None:
    result, log = probe(tmp_path, width)
    assert result["width"] == width
    assert result["scroll"] == width, "the page scrolls sideways"
    assert result["over"] == 0
    assert result["loaded"] == []
    assert result["tables"]
    assert result["headless"] == 0
    assert "CONSOLE" not in log, log
    assert (result["time"], result["rows"]) == ((0, 3) if width <= 820 else (3, 0))
    assert all(isinstance(s, float | int) and s >= 0.9 for s in result["small"]), "the labels of a plot shrink"  # type: ignore[union-attr]
