"""Reading the pictures of raw2raw: DNG and .mat, the mapping to the other camera, and sRGB."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from PIL import Image

from benchmark.cameras import Camera
from benchmark.data.files.dng import dng_tags
from benchmark.data.files.filters import first_cell
from benchmark.data.files.opening import opened
from benchmark.data.files.packing import RawPicture, pack
from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.raw import in_place, read_size
from benchmark.data.files.srgb import SrgbPicture, match_srgb, read_preview
from benchmark.data.images import ImageRecord, Picture, content_of
from benchmark.data.raw2raw.layout import Shot
from benchmark.errors import BenchError

SYNTHETIC_RANGE = 65535  # a mapped picture has no counts of its own; steps of 1.5e-5
WHOLE = 0.02  # farthest of a count that was stored as float32 from the whole number it is
SRGB_GAMMA = (2.4, 12.92)  # power and slope at black, as LibRaw wants them
RAW_KEY, MATRIX_KEY = "raw_rggb", "mapping_matrix"


def read_side(shot: Shot, camera: Camera) -> RawPicture:
    """A picture as one of the cameras has it: its own raw, or the raw mapped from it.

    Raises:
        BenchError: a file is broken, or not of the published form.
    """
    if camera == shot.camera:
        return read_own(shot)
    assert shot.mapped is not None
    if shot.raw.suffix.lower() == ".mat":
        return _quantised(_packed(shot.mapped), SYNTHETIC_RANGE)
    own = read_own(shot)
    raw = own.counts.astype(np.float64) / own.range
    mapped = _quantised(map_raw(raw, _matrix(shot.mapped)), SYNTHETIC_RANGE)
    return replace(mapped, content=own.content)  # it shows what the picture it was made from shows


def read_own(shot: Shot) -> RawPicture:
    """The packed raw of the camera that took it, counts above black.

    Levels and filters are those of the authors' script; a DNG that says otherwise gets a note.
    """
    phone = shot.phone
    if shot.raw.suffix.lower() == ".mat":
        picture = _from_floats(_packed(shot.raw), phone.range)
        if shot.dng is None:
            return picture
        with opened(shot.dng) as raw:
            return in_place(picture, raw, dng_tags(shot.dng))
    with opened(shot.raw) as raw:
        mosaic, black = raw.raw_image_visible, [phone.black] * 4
        picture = pack(shot.raw, mosaic, phone.cfa, black, phone.white)
        cfa = "".join(chr(raw.color_desc[colour]) for colour in first_cell(raw, shot.raw))
        levels = (max(raw.black_level_per_channel), raw.white_level)
        notes = list(picture.notes)
        if (cfa, *levels) != (phone.cfa, phone.black, phone.white):
            notes.append(
                f"the file says {cfa} and levels {levels[0]} to {levels[1]}; read as the authors' "
                f"script does, {phone.cfa} and {phone.black} to {phone.white}"
            )
        return in_place(replace(picture, notes=tuple(notes)), raw, dng_tags(shot.raw))


def read_shot(name: str, shot: Shot, camera: Camera, srgb: bool, root: Path) -> Picture:
    """A picture for a set.

    Args:
        name: its id there.
        shot: the picture.
        camera: whose raw is wanted; for the one that did not take it, the mapped raw.
        srgb: whether its sRGB picture is wanted.
        root: the download; sources are named from there.
    """
    raw = read_side(shot, camera)
    pixels, origin, notes = None, None, raw.notes
    if srgb:
        raw, rendered, origin = _with_srgb(shot, raw)
        pixels = rendered.pixels
        notes = (*raw.notes, *(f"sRGB {origin} {note}" for note in rendered.notes))
    if camera != shot.camera:
        notes = ("mapped by its matrix to the other camera", *notes)
    record = ImageRecord(
        id=name,
        height=raw.height,
        width=raw.width,
        range=raw.range,
        srgb=origin,
        source=shot.raw.relative_to(root).as_posix(),
        taken_by=None if srgb or shot.mapped is None else shot.camera,
        notes=tuple(notes),
        content=raw.content,
    )
    return Picture(record, raw.counts, pixels)


def packed_size(shot: Shot) -> tuple[int, int]:
    """H and W of the packed raw, from the headers of its files.

    Raises:
        BenchError: a file cannot be opened, or both sides of a pair differ.
    """
    if shot.raw.suffix.lower() != ".mat":
        if shot.mapped is not None:
            _matrix(shot.mapped)
        return read_size(shot.raw)
    size = _mat_size(shot.raw)
    if shot.mapped is not None and _mat_size(shot.mapped) != size:
        raise BenchError(f"{shot.raw} and {shot.mapped} belong together but differ in size.")
    return size


def map_raw(raw: NDArray[np.floating], matrix: NDArray[np.floating]) -> NDArray[np.float64]:
    """Maps a raw to the other camera by the published polynomial, clipped to [0, 1].

    Args:
        raw: (4, H, W) in [0, 1], planes R, Gr, Gb, B.
        matrix: (16, 4), a row per term: the planes, their squares, the products of two, the
            product of all, 1.

    Returns:
        (4, H, W) in [0, 1].
    """
    mapped = np.zeros(raw.shape)
    for term, weights in zip(_terms(raw), matrix, strict=True):
        mapped += weights[:, None, None] * term
    return np.clip(mapped, 0, 1)


def _terms(raw: NDArray[np.floating]) -> Iterator[Any]:
    yield from raw
    yield from raw**2
    for i in range(4):
        for j in range(i + 1, 4):
            yield raw[i] * raw[j]
    yield raw.prod(axis=0)
    yield 1.0


def _quantised(raw: NDArray[np.floating], span: int) -> RawPicture:
    counts = np.round(raw * span).astype(np.uint16)
    return RawPicture(counts, span, content=content_of(counts))


def _from_floats(raw: NDArray[np.floating], span: int) -> RawPicture:
    """The counts that were divided by `span`; finer ones if the values are not such fractions."""
    counts = raw.astype(np.float64) * span
    if np.abs(counts - np.round(counts)).max() <= WHOLE:
        return _quantised(raw.astype(np.float64), span)
    note = f"values that are no multiples of 1/{span}, kept in steps of 1/{SYNTHETIC_RANGE}"
    return replace(_quantised(raw, SYNTHETIC_RANGE), notes=(note,))


def _load(path: Path, key: str) -> NDArray[Any]:
    try:
        values = scipy.io.loadmat(path, variable_names=[key])
    except Exception as error:  # scipy's reader fails in many ways, always because of the file
        raise BenchError(f"{path} is missing, damaged or not a MATLAB 5 file: {error}.") from error
    if key not in values:
        raise BenchError(f"{path} holds no '{key}'.")
    return values[key]


def _packed(path: Path) -> NDArray[np.floating]:
    """(4, H, W) in [0, 1] of an extracted picture."""
    values = _load(path, RAW_KEY)
    if values.ndim != 3 or values.shape[2] != 4 or values.dtype.kind != "f":
        raise BenchError(
            f"{path}: '{RAW_KEY}' is {values.shape} of {values.dtype}; (H, W, 4) floats are needed."
        )
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
        raise BenchError(f"{path}: '{RAW_KEY}' has values outside [0, 1] or that are not numbers.")
    return np.moveaxis(values, 2, 0)


def _mat_size(path: Path) -> tuple[int, int]:
    try:
        shapes = {name: shape for name, shape, _ in scipy.io.whosmat(path)}
    except Exception as error:  # as in _load
        raise BenchError(f"{path} is damaged or not a MATLAB 5 file: {error}.") from error
    shape = shapes.get(RAW_KEY, ())
    if len(shape) != 3:
        raise BenchError(f"{path} holds no '{RAW_KEY}' (H, W, 4), but {shapes}.")
    return shape[0], shape[1]


def _matrix(path: Path) -> NDArray[np.floating]:
    matrix = _load(path, MATRIX_KEY)
    if matrix.shape != (16, 4) or not np.isfinite(matrix).all():
        raise BenchError(f"{path}: '{MATRIX_KEY}' is {matrix.shape}; 16 x 4 numbers are needed.")
    return matrix


def _with_srgb(shot: Shot, raw: RawPicture) -> tuple[RawPicture, SrgbPicture, str]:
    """The raw and its sRGB picture over the same part of the scene, and where that came from."""
    if shot.srgb is not None:
        return *match_srgb(raw, open_picture(shot.srgb), str(shot.srgb)), "file"
    assert shot.dng is not None
    try:
        return *match_srgb(raw, read_preview(shot.dng), f"the preview in {shot.dng}"), "preview"
    except BenchError:  # there is none, or a thumbnail, or one of another shape
        name = f"the development of {shot.dng}"
        return *match_srgb(raw, _develop(shot.dng), name), "developed"


def _develop(dng: Path) -> Image.Image:
    """LibRaw's own picture, upright: the camera's white balance, sRGB, automatic brightness."""
    with opened(dng) as raw:
        return Image.fromarray(raw.postprocess(use_camera_wb=True, gamma=SRGB_GAMMA))
