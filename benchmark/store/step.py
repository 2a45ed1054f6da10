"""What a step is: one node of the graph, and the key that names its place in the store."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

KEY_LENGTH = 20  # hex digits; 80 bits are ample for one store


@dataclass(frozen=True)
class StepSpec:
    """One node of the graph: everything that is needed to run it, as JSON values.

    Attributes:
        kind: "mapper", "map", "isp" or "score".
        title: for people.
        fields: what decides the result; hashed into the key.
        inputs: keys of the steps whose products it reads, by role; hashed too.
        data: the data set as name, config and fingerprint; of these the fingerprint alone is
            hashed, so that a folder that moved is still the same data.
    """

    kind: str
    title: str
    fields: dict[str, Any]
    inputs: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Hash of kind, fields, input keys and data; the title is only a name."""
        decides = [self.kind, self.fields, self.inputs, self.data.get("fingerprint")]
        text = json.dumps(decides, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def is_key(text: str) -> bool:
    """Whether a text can be the key of a step."""
    return re.fullmatch(f"[0-9a-f]{{{KEY_LENGTH}}}", text) is not None
