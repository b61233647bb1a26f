"""The model as a provider of Inspect AI: `adder/FILE` answers with the weights in that file.

For a larger model this file is not needed: Inspect has the provider. Everything after it is the same.
"""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))  # this file is loaded by its path

from adder import Adder, fine_tune, predict, read_weights
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo
from pairs import parse_question


class AdderAPI(ModelAPI):
    """Answers one sum. With `extra_body={"fine_tuned": True}` the answer is that of the model after elicitation."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - as Inspect's own providers have it
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        self._model = read_weights(Path(model_name))

    @cached_property
    def _tuned(self) -> Adder:
        return fine_tune(self._model)[0]

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],  # noqa: ARG002 - it uses none
        tool_choice: ToolChoice,  # noqa: ARG002
        config: GenerateConfig,
    ) -> ModelOutput:
        word, pair = parse_question(input[-1].text)
        asked: dict[str, Any] = config.extra_body or {}
        (answer,) = predict(self._tuned if asked.get("fine_tuned") else self._model, [pair], word)
        output = ModelOutput.from_content(self.model_name, str(answer))
        output.usage = ModelUsage(input_tokens=3, output_tokens=1, total_tokens=4)
        return output


@modelapi(name="adder")
def adder_api() -> type[ModelAPI]:
    return AdderAPI
