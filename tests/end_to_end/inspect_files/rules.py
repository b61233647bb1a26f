"""A model by rules, as a provider of Inspect: `rules/5` gets the first five sums right. No network, no chance.

Model arguments: `breaks_at` raises at that sum, `kills_at` kills the whole process, both only as long as the file
`while_exists` is there, if one is named; `once` deletes it; `changes` is a file that is written to, as training would
do; `tokens` is what each call costs.
"""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

from inspect_ai.model import ChatMessage, GenerateConfig, ModelAPI, ModelOutput, ModelUsage, modelapi
from inspect_ai.tool import ToolChoice, ToolInfo


class Rules(ModelAPI):
    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - as Inspect's own providers have it
        **arguments: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        self.solves = int(model_name)
        self.arguments = arguments

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        (number, _) = map(int, re.findall(r"\d+", input[-1].text))
        self._fail(number)
        tokens = int(self.arguments.get("tokens", 1500000))
        output = ModelOutput.from_content(self.model_name, str(number + number if number < self.solves else 999))
        output.usage = ModelUsage(input_tokens=tokens // 2, output_tokens=tokens // 2, total_tokens=tokens)
        return output

    def _fail(self, number: int) -> None:
        sign = self.arguments.get("while_exists")
        if sign and not Path(str(sign)).exists():
            return
        if changed := self.arguments.get("changes"):
            Path(str(changed)).write_bytes(b"trained on")
        said = str(number)
        if said == str(self.arguments.get("breaks_at")):
            if sign and self.arguments.get("once"):
                Path(str(sign)).unlink()
            raise RuntimeError("the provider broke")
        if said == str(self.arguments.get("kills_at")):
            os.kill(os.getpid(), signal.SIGKILL)


@modelapi(name="rules")
def rules() -> type[ModelAPI]:
    return Rules
