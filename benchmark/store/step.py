"""What a step is: one node of the graph, and the key that names its place in the store.

A step is everything that is needed to run it. Its JSON form is written to `spec.json`; the part of
it that decides the result is hashed into the key.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, get_args

from benchmark.cameras import Camera, Direction
from benchmark.config import build
from benchmark.errors import BenchError

Kind = Literal["mapper", "map", "isp", "score"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KEY_LENGTH = 20  # hex digits; 80 bits are ample for one store
WEIGHTS = "weights.safetensors"  # what a training leaves in its folder
MEASURES = "measures.json"  # what a score leaves
DISTANCES = 2  # raised when a distance between sets of developed pictures is added or changed


@dataclass(frozen=True)
class DataIdentity:
    """What decides the pixels of a data set.

    Attributes:
        name: of the data set.
        config: its settings, as JSON values.
        fingerprint: hash of all that decides the pixels. Keys depend on it alone, so that a folder
            that was moved is still the same data.
    """

    name: str
    config: dict[str, Any]
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class StepSpec:
    """One node of the graph; the derived classes are the kinds of step.

    A field with a default is left out of the JSON, and so of the key, while it has that default:
    a field can be added without changing the keys of steps that do not use it.

    Attributes:
        kind: the kind's name.
        is_training: whether the step's product is weights.
        roles: fields that hold the keys of other steps, whose products this one reads.
        title: shown in place of the key; not hashed.
        data: the data set.
    """

    kind: ClassVar[Kind]
    is_training: ClassVar[bool] = False
    roles: ClassVar[tuple[str, ...]] = ()

    title: str
    data: DataIdentity

    @property
    def inputs(self) -> dict[str, str]:
        """Keys of the steps whose products it reads, by role."""
        keys = {role: getattr(self, role) for role in self.roles}
        return {role: key for role, key in keys.items() if key is not None}

    @property
    def fields(self) -> dict[str, Any]:
        """What decides the result besides inputs and data, as JSON values."""
        return {
            f.name: value
            for f in dataclasses.fields(self)
            if f.name not in ("title", "data", *self.roles)
            and (value := getattr(self, f.name)) != _default(f)
        }

    @cached_property
    def key(self) -> str:
        """Hash of all that decides the result."""
        return self._hash(self.fields)

    def _hash(self, fields: dict[str, Any]) -> str:
        decides = [self.kind, fields, self.inputs, self.data.fingerprint]
        text = json.dumps(decides, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]

    def as_json(self) -> dict[str, Any]:
        """The content of `spec.json`."""
        return {
            "kind": self.kind,
            "title": self.title,
            "fields": self.fields,
            "inputs": self.inputs,
            "data": dataclasses.asdict(self.data),
        }


@dataclass(frozen=True, kw_only=True)
class Training(StepSpec):
    """A step whose product is weights.

    Attributes:
        method: name of the mapper or ISP.
        version: of the method, see :class:`benchmark.registry.MethodInfo`.
        config: all settings of the method, as JSON values.
        seed: of the training.
        precision: of the forward passes, "float32" or "bfloat16".
        source: SHA-256 of a plug-in's file; None for built-in methods.
    """

    is_training: ClassVar[bool] = True

    method: str
    version: int
    config: dict[str, Any]
    seed: int
    precision: Literal["float32", "bfloat16"] = "float32"
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class FitMapper(Training):
    """Fits or trains a mapper."""

    kind: ClassVar[Kind] = "mapper"


@dataclass(frozen=True, kw_only=True)
class TrainISP(Training):
    """Trains an ISP.

    Attributes:
        look: the camera whose sRGB it learns.
        raw: step that maps the raw it is trained on; None for the raw of camera `look`.
        validation: step that maps the raw of the validation pictures; None where the ISP looks at
            none, or at the raw of camera `look`.
    """

    kind: ClassVar[Kind] = "isp"
    roles: ClassVar[tuple[str, ...]] = ("raw", "validation")

    look: Camera
    raw: str | None = None
    validation: str | None = None


@dataclass(frozen=True, kw_only=True)
class MapRaw(StepSpec):
    """Maps pictures of one camera.

    Attributes:
        mapper: step that fits the mapper.
        part: which pictures, e.g. "train" or "scenes".
        camera: the camera that took them.
        direction: of the mapper.
        setting: values of the mapper's test-time settings that are not their defaults.
    """

    kind: ClassVar[Kind] = "map"
    roles: ClassVar[tuple[str, ...]] = ("mapper",)

    mapper: str
    part: str
    camera: Camera
    direction: Direction
    setting: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Score(StepSpec):
    """Develops test raws, or takes them as they are, and measures them.

    Attributes:
        isp: step that trains the ISP; None to compare raw with raw.
        raw: step that maps the test raws; None for raws as captured.
        protocol: name of the protocol.
        version: of the protocol.
        part: the test pairs.
        camera: the camera that took the test raws.
        reference: the camera whose pictures are the truth.
        oracle: transform fitted on each test pair in place of a mapper; None for none.
        extractor: SHA-256 of the weights behind FID and KID; None without.
        lpips: SHA-256 of the weights behind LPIPS; None without.
        images: whether all developed pictures are kept.
        pixels: whether developed pictures are also compared pixel by pixel with what the reference
            camera renders from the same place.
        distances: version of the distances between sets of developed pictures, `DISTANCES`; 1 in
            steps of earlier versions, and where raw is compared with raw.
    """

    kind: ClassVar[Kind] = "score"
    roles: ClassVar[tuple[str, ...]] = ("isp", "raw")

    isp: str | None = None
    raw: str | None = None
    protocol: str
    version: int
    part: str
    camera: Camera
    reference: Camera
    oracle: str | None = None
    extractor: str | None
    lpips: str | None = None
    images: bool
    pixels: bool = False
    distances: int = 1

    @property
    def configuration(self) -> str:
        """Hash of all that decides the pictures, whatever is measured on them or kept."""
        measuring = ("extractor", "lpips", "images", "pixels", "distances")
        return self._hash({k: v for k, v in self.fields.items() if k not in measuring})


CLASSES: dict[Kind, type[StepSpec]] = {
    cls.kind: cls for cls in (FitMapper, MapRaw, TrainISP, Score)
}
TRAININGS: tuple[Kind, ...] = tuple(k for k in KINDS if CLASSES[k].is_training)


def step_from_json(content: Any) -> StepSpec:
    """The step that a `spec.json` describes.

    Raises:
        BenchError: it describes none; the sentence says what is wrong.
    """
    if not isinstance(content, Mapping):
        raise BenchError("it must hold a JSON object")
    kind = content.get("kind")
    if kind not in KINDS:
        raise BenchError(f"'{kind}' is not a kind of step ({', '.join(KINDS)})")
    try:
        values = {**content["fields"], **content["inputs"]}
        values |= {"title": content["title"], "data": content["data"]}
    except (KeyError, TypeError) as error:
        raise BenchError(f"it lacks a part of a step: {error}") from error
    return build(CLASSES[kind], values, f"step of kind '{kind}'")


def is_key(text: str) -> bool:
    """Whether a text can be the key of a step.

    >>> is_key("0123456789abcdef0123"), is_key("pynet")
    (True, False)
    """
    return re.fullmatch(f"[0-9a-f]{{{KEY_LENGTH}}}", text) is not None


def _default(field: "dataclasses.Field[Any]") -> Any:
    """A field's default; MISSING, which equals no value, where it has none."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
