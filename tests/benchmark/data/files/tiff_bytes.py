"""TIFF and DNG files byte by byte, for what no writer at hand produces."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

FORMATS = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 7: "B", 9: "i", 10: "i", 11: "f", 12: "d"}
Tags = Mapping[int, tuple[int, Sequence[float] | bytes]]

# A mosaic of RGGB and 16 bits, without its size.
DNG: Tags = {
    258: (3, [16]),
    259: (3, [1]),
    262: (3, [32803]),
    271: (2, b"Maker\0"),
    272: (2, b"Model\0"),
    277: (3, [1]),
    33421: (3, [2, 2]),
    33422: (1, b"\0\1\1\2"),
    50706: (1, b"\1\4\0\0"),
    50708: (2, b"Maker Model\0"),
    50721: (10, [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]),
    50728: (5, [1, 2, 1, 1, 1, 2]),
    50778: (3, [21]),
}


def write_tiff(path: Path, tags: Tags, parts: Sequence[bytes], order: str = "<") -> Path:
    """Writes a TIFF of one picture.

    Args:
        path: the file.
        tags: type and values by number; the places of the parts are added.
        parts: the strips, or the tiles if there is a TileWidth, as stored.
        order: "<" or ">".
    """
    data = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    places = []
    for part in parts:
        places.append(len(data))
        data += part + bytes(-len(part) % 4)
    offsets, counts = (324, 325) if 322 in tags else (273, 279)
    entries = {**tags, offsets: (4, places), counts: (4, [len(part) for part in parts])}
    directory = struct.pack(order + "H", len(entries))
    for code, (kind, values) in sorted(entries.items()):
        value = (
            bytes(values)
            if isinstance(values, bytes)
            else np.array(values).astype(order + FORMATS[kind]).tobytes()
        )
        number = len(values) // (2 if kind in (5, 10) else 1)
        directory += struct.pack(order + "HHI", code, kind, number)
        if len(value) <= 4:
            directory += value.ljust(4, b"\0")
        else:
            directory += struct.pack(order + "I", len(data))
            data += value + bytes(-len(value) % 4)
    data[4:8] = struct.pack(order + "I", len(data))
    path.write_bytes(bytes(data) + directory + bytes(4))
    return path


def size_tags(height: int, width: int) -> Tags:
    """One strip of all rows."""
    return {256: (4, [width]), 257: (4, [height]), 278: (4, [height])}
