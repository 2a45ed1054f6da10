"""The two cameras of a pair, and the two directions between them."""

from typing import Literal

Camera = Literal["a", "b"]
Direction = Literal["a2b", "b2a"]
CAMERAS: tuple[Camera, Camera] = ("a", "b")
DIRECTIONS: tuple[Direction, Direction] = ("a2b", "b2a")


def source_of(direction: Direction) -> Camera:
    """The camera whose raw goes in.

    >>> source_of("a2b")
    'a'
    """
    return "a" if direction == "a2b" else "b"


def target_of(direction: Direction) -> Camera:
    """The camera whose colour space comes out.

    >>> target_of("a2b")
    'b'
    """
    return "b" if direction == "a2b" else "a"
