"""PNG files of 16 bits in colour, which Pillow cannot write."""

import struct
import zlib
from pathlib import Path

import numpy as np


def write_png16(path: Path, picture: np.ndarray) -> None:
    """Writes (h, w, 3) uint16."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows, columns = picture.shape[:2]
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in picture)
    head = struct.pack(">IIBBBBB", columns, rows, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
