"""The choice of weights on validation pictures, as some ISPs are published."""

from dataclasses import dataclass
from typing import Literal

from isp_models.base import ISPConfig


@dataclass(frozen=True)
class BestWeightsConfig(ISPConfig):
    """A field of the ISPs that were published with the weights best in validation.

    Attributes:
        weights: those that a stage ends with. "last": all pictures are trained on. "best": those
            with the lowest loss on validation pictures, as published; the data set must have set
            some aside.
    """

    weights: Literal["last", "best"] = "last"
