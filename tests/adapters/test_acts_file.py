"""Files of acts: the examples of the documents are read as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalegate.adapters.acts_file import read_acts
from scalegate.errors import InputError
from shared import ROOT

EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "obligations.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_the_examples_of_the_document_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "acts.yaml"
    path.write_text(text, encoding="utf-8")
    acts = read_acts(path)
    assert len(acts.events) + len(acts.training_progress) + bool(acts.duties_done) == 1


def test_what_is_wrong_in_one_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "acts.yaml"
    path.write_text(EXAMPLES[0].replace("at: 2026", "when: 2026"), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_acts(path)
    assert "acts.yaml:" in str(error.value)
    assert "when" in str(error.value)
