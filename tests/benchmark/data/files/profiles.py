"""Colour profiles of RGB, written number by number."""

import struct
from collections.abc import Sequence

import numpy as np

# Colours of red, green and blue in XYZ under D50, as profiles hold them.
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
ADOBE_RGB = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # as a parametric curve


def profile(name: str, colours: Sequence[Sequence[float]], curve: float | Sequence[float]) -> bytes:
    """An ICC profile.

    Args:
        name: its description.
        colours: XYZ of red, green and blue.
        curve: a gamma, or the five numbers of a parametric curve of type 3.
    """

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + _fixed(values)

    described = name.encode() + b"\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", len(described)) + described + bytes(78)
    if isinstance(curve, float):
        tone = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(curve * 256))
    else:
        tone = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(curve)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz(0.9642, 1, 0.8249)}
    tags |= {c + b"XYZ": xyz(*value) for c, value in zip((b"r", b"g", b"b"), colours, strict=True)}
    tags |= {c + b"TRC": tone for c in (b"r", b"g", b"b")}
    table, body = struct.pack(">I", len(tags)), b""
    for code, value in tags.items():
        value += bytes(-len(value) % 4)
        table += code + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(value))
        body += value
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4sI", size, b"none", 0x04200000) + b"mntrRGB XYZ "
    head += (
        struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed((0.9642, 1, 0.8249))
    )
    return head.ljust(128, b"\0") + table + body


def _fixed(values: Sequence[float]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def in_srgb(pixels: np.ndarray, colours: Sequence[Sequence[float]], gamma: float) -> np.ndarray:
    """Pixels (..., 3) of 8 bits in another space, converted by the formulas; (..., 3) of 8 bits."""
    linear = (pixels / 255) ** gamma @ np.array(colours) @ np.linalg.inv(SRGB)
    linear = linear.clip(0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * coded)
