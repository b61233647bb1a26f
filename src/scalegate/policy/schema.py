"""The JSON Schema of the policy file, for editors and other tools.

For: whoever edits a policy, and the test that holds `schemas/policy.schema.json` equal to the code. Does not
know: which policies may be adopted; a schema describes what can be read.

    python -m scalegate.policy.schema > src/scalegate/schemas/policy.schema.json
"""

from __future__ import annotations

import json

from scalegate.policy.document import PolicyDocument
from scalegate.shape import json_schema


def format_schema() -> str:
    """The schema as it stands in the package, byte for byte."""
    schema = json_schema(PolicyDocument, title="Responsible scaling policy", schema_id="scalegate.policy/1")
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(format_schema(), end="")
