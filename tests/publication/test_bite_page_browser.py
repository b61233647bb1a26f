"""The page of a simulation in a real browser: no sideways scrolling on a phone, nothing loaded, legible letters."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from adapters.test_html_report_browser import FLAGS, browser
from cli.test_simulate_command import POLICY, SMALL
from scalegate.cli.main import _status

pytestmark = pytest.mark.browser

PROBE = """<!doctype html><meta charset="utf-8"><body>
<iframe id="f" src="bite.html" width="%d" height="3000"></iframe>
<script>
document.getElementById("f").onload = () => {
  const frame = document.getElementById("f"), doc = frame.contentDocument, view = frame.contentWindow;
  const over = (e) => !e.closest(".wide,.behind,svg") && e.getBoundingClientRect().right > view.innerWidth + 1;
  const result = {
    width: view.innerWidth,
    scroll: doc.documentElement.scrollWidth,
    over: [...doc.querySelectorAll("body *")].filter(over).length,
    loaded: view.performance.getEntriesByType("resource").map(e => e.name),
    headless: [...doc.querySelectorAll("table")].filter(t => !t.querySelector("th[scope=col]") || !t.caption).length,
    tables: doc.querySelectorAll("table").length,
    letters: [...doc.querySelectorAll("svg.bite")].map(s => 15 * s.getBoundingClientRect().width / 520),
  };
  const out = document.createElement("pre");
  out.id = "result";
  out.textContent = JSON.stringify(result);
  document.body.replaceChildren(out);
};
</script>
"""


@pytest.mark.parametrize("width", [360, 400, 1280])
def test_the_page_fits_and_loads_nothing(tmp_path: Path, width: int) -> None:
    assert (
        _status(["policy", "simulate", POLICY, *SMALL, "--replay", "cyber", "--plot", str(tmp_path / "bite.html")]) == 0
    )
    (tmp_path / "probe.html").write_text(PROBE % width, encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [browser(), *FLAGS, profile, "--window-size=1400,3200", "--dump-dom", (tmp_path / "probe.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[:500] + done.stderr[-2000:]
    seen = json.loads(found[1].replace("&amp;", "&"))
    assert seen["width"] == width
    assert seen["scroll"] <= width
    assert seen["over"] == 0
    assert seen["loaded"] == []
    assert seen["tables"] > 8
    assert seen["headless"] == 0
    assert min(seen["letters"]) >= 9
