"""Decoding the mosaic of a floating-point DNG, as programs that merge exposures write it.

LibRaw scales such pictures by their brightest pixel and misreads some of them, so they are decoded
here: numbers of 16, 24 or 32 bits, uncompressed or with Deflate, with or without the floating-point
predictors of TIFF and DNG.
"""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmark.errors import BenchError

UNCOMPRESSED, DEFLATE = 1, 8  # Compression
STRIDES = {3: 1, 34894: 2, 34895: 4}  # samples between neighbours that a predictor subtracts
BITS = (16, 24, 32)
FLOAT_WHITE = 65535  # counts


def float_counts(path: Path, height: int, width: int, white: float) -> NDArray[np.uint16]:
    """The floating-point mosaic of a DNG, (height, width), in counts from 0 to FLOAT_WHITE.

    Args:
        path: the file.
        height: rows as stored.
        width: columns as stored.
        white: the value that becomes FLOAT_WHITE; higher ones do, too.

    Raises:
        BenchError: it is damaged, or stored in another way.
    """
    try:
        with tifffile.TiffFile(path) as tiff:
            pages = [page for top in tiff.pages for page in (top, *(top.pages or ()))]
            (page,) = [
                page
                for page in pages
                if (page.imagelength, page.imagewidth) == (height, width)
                and page.sampleformat == tifffile.SAMPLEFORMAT.IEEEFP
            ]
            mosaic = _decoded(page, tiff)
    except Exception as error:  # the decoders fail in many ways, always because of the file
        raise BenchError(
            f"{path} holds floating-point numbers that cannot be decoded: {error}. Write it again "
            f"uncompressed, or as a 16-bit TIFF of the mosaic with a levels.yaml."
        ) from error

    mosaic *= FLOAT_WHITE / white
    return np.rint(np.clip(mosaic, 0, FLOAT_WHITE, out=mosaic), out=mosaic).astype(np.uint16)


def _decoded(page: Any, tiff: Any) -> NDArray[np.float32]:
    if page.bitspersample not in BITS or page.samplesperpixel != 1:
        raise ValueError(f"{page.samplesperpixel} samples of {page.bitspersample} bits in a pixel")
    if page.compression not in (UNCOMPRESSED, DEFLATE):
        raise ValueError(f"they are compressed with {page.compression!r}")
    if page.predictor not in (1, *STRIDES):
        raise ValueError(f"their predictor is {page.predictor!r}")
    rows, columns = (
        (page.tilelength, page.tilewidth)
        if page.is_tiled
        else (min(page.rowsperstrip, page.imagelength), page.imagewidth)
    )
    across = -(-page.imagewidth // columns)
    mosaic = np.zeros((page.imagelength, page.imagewidth), np.float32)
    places = zip(page.dataoffsets, page.databytecounts, strict=True)
    for number, (offset, length) in enumerate(places):
        top, left = number // across * rows, number % across * columns
        out = mosaic[top : top + rows, left : left + columns]
        tiff.filehandle.seek(offset)
        part = _part(
            tiff.filehandle.read(length),
            page,
            rows if page.is_tiled else len(out),
            columns,
            tiff.byteorder,
        )
        out[:] = part[: len(out), : out.shape[1]]
    if not np.isfinite(mosaic).all():
        raise ValueError("some are infinite or not numbers")
    return mosaic


def _part(data: bytes, page: Any, rows: int, columns: int, order: str) -> NDArray[np.float32]:
    """A strip or tile, (rows, columns)."""
    size = page.bitspersample // 8
    wanted = rows * columns * size
    if page.compression != UNCOMPRESSED:
        data = zlib.decompressobj().decompress(data, wanted)
    lines = np.frombuffer(data, np.uint8, wanted).reshape(rows, columns * size)
    if page.predictor == 1:
        samples = lines.reshape(rows, columns, size)
        return _floats(samples if order == ">" else samples[..., ::-1])
    stride = STRIDES[page.predictor]
    lines = lines.reshape(rows, -1, stride).cumsum(axis=1, dtype=np.uint8)
    planes = lines.reshape(rows, size, columns)  # the first bytes of a line's samples, then ...
    return _floats(planes.transpose(0, 2, 1))


def _floats(samples: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Numbers (...) of their bytes (..., size), highest byte first."""
    samples = np.ascontiguousarray(samples)
    if samples.shape[-1] != 3:
        return samples.view(f">f{samples.shape[-1]}")[..., 0].astype(np.float32)
    high, middle, low = np.moveaxis(samples.astype(np.int32), -1, 0)
    exponent, mantissa = high & 0x7F, middle << 8 | low
    # 1 sign bit, 7 of the exponent (bias 63), 16 of the mantissa; exponent 0: no leading 1
    value = np.where(exponent > 0, 1 + mantissa / 65536, mantissa / 32768)
    value = np.where(exponent == 0x7F, np.inf, np.ldexp(value, exponent - 63))
    return np.where(high & 0x80, -value, value).astype(np.float32)
