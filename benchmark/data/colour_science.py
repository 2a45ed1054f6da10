"""The package colour-science, loaded when it is needed."""

import warnings
from functools import cache
from types import ModuleType

import numpy as np


@cache
def colour() -> ModuleType:
    """The colour-science package, imported when first needed, as that takes a second.

    Its warnings about optional packages are hidden, and numpy's print options, which it changes for
    the whole process, are restored.
    """
    with warnings.catch_warnings(), np.printoptions():
        warnings.simplefilter("ignore")
        import colour as package
        import colour.characterisation
    return package
