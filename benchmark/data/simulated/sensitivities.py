"""Spectral sensitivities of cameras: built in, or from a file.

Files are CSV with the header ``wavelength,red,green,blue`` (nm, relative sensitivity), or the
camera JSON of rawtoaces (github.com/AcademySoftwareFoundation/rawtoaces-data).
"""

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.data.colour_science import colour
from benchmark.data.simulated.spectra import FIRST, LAST, Curves, resample
from benchmark.errors import BenchError, unknown_name

# Our name to colour-science's. Both were measured by the National Physical Laboratory (NPL).
# The SD Merrill has three stacked layers under every pixel, so broad, overlapping curves: as
# different from the dyes of the D5100 as cameras get.
IN_COLOUR = {"Nikon D5100": "Nikon 5100 (NPL)", "Sigma SD Merrill": "Sigma SDMerill (NPL)"}
CURVES = Path(__file__).with_name("curves")  # its NOTICE gives source and licence of each file
IN_CURVES = {
    "ARRI D21": "ARRI_D21_380_780_5.json",
    "Canon EOS 5D Mark IV": "Canon_EOS_5D_Mark_IV_380_780_5.json",
    "Canon PowerShot S90": "Canon_PowerShot_S90_380_780_5.json",
    "Galaxy S9": "galaxy-s9.csv",
    "Insta360 X5": "Arashi_Vision_Insta360_X5_380_780_5.json",
    "iPhone X": "iphone-x.csv",
    "Nikon D200": "Nikon_D200_380_780_5.json",
    "Nikon D700": "Nikon_D700_380_780_5.json",
}
BUILT_IN = (*IN_COLOUR, *IN_CURVES)

PAIRS = {  # camera A and camera B
    "phones": ("iPhone X", "Galaxy S9"),  # those of raw2raw
    "compact": ("Canon PowerShot S90", "Insta360 X5"),
    "dslr": ("Nikon D700", "Canon EOS 5D Mark IV"),
    "cinema": ("Nikon D200", "ARRI D21"),
    "foveon": ("Nikon D5100", "Sigma SD Merrill"),
}
CHANNELS = ("red", "green", "blue")
COLUMNS = ("wavelength", *CHANNELS)
RIGHT_CSV = f"A sensitivity CSV has the header {','.join(COLUMNS)}"
RIGHT_JSON = (
    'A rawtoaces camera file holds spectral_data.index.main = ["R", "G", "B"] and '
    'spectral_data.data.main = {"380": [r, g, b], ...}'
)


@dataclass(frozen=True)
class Sensitivities:
    """A camera's spectral sensitivities.

    Attributes:
        name: name of the camera, for tables.
        curves: (61, 3) float64, R, G, B at 400..700 nm, one common scale.
    """

    name: str
    curves: Curves


def load_sensitivities(camera: str) -> Sensitivities:
    """Sensitivities of a camera.

    Args:
        camera: a built-in name (:data:`BUILT_IN`), or a path to a CSV or rawtoaces JSON file.

    Raises:
        BenchError: there is no such camera or file, or the file is not valid.
    """
    if camera in IN_COLOUR:
        measured = colour().MSDS_CAMERA_SENSITIVITIES[IN_COLOUR[camera]]
        return Sensitivities(camera, _on_grid(measured.wavelengths, measured.values, camera))
    file = CURVES / IN_CURVES[camera] if camera in IN_CURVES else _file(camera)
    read = _from_csv(file) if file.suffix.lower() == ".csv" else _from_json(file)
    return Sensitivities(camera, read.curves) if camera in IN_CURVES else read


def camera_name(camera: str) -> str:
    """The name of a camera; only a file is read.

    Raises:
        BenchError: as `load_sensitivities`.
    """
    return camera if camera in BUILT_IN else load_sensitivities(camera).name


def sensitivities_hash(camera: str) -> str:
    """SHA-256 of the bytes of a camera file, whatever its path; of the name if built in."""
    content = camera.encode() if camera in BUILT_IN else _file(camera).read_bytes()
    return hashlib.sha256(content).hexdigest()


def _file(camera: str) -> Path:
    file = Path(camera).expanduser()
    if file.suffix.lower() not in (".csv", ".json"):
        if not any(mark in camera for mark in "/\\."):  # probably a name
            raise unknown_name("camera", camera, [*BUILT_IN, "a .csv or .json file"])
        raise BenchError(f"Sensitivities must be a .csv or a .json file, not {camera}.")
    if not file.is_file():
        raise BenchError(
            f"There is no sensitivity file {camera}. Built-in cameras: {', '.join(BUILT_IN)}."
        )
    return file


def _from_csv(file: Path) -> Sensitivities:
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        reader = csv.DictReader(stream)
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
        for column in COLUMNS:
            if column not in reader.fieldnames:
                raise BenchError(
                    f"{file}: there is no column '{column}' (found: "
                    f"{', '.join(reader.fieldnames) or 'nothing'}). {RIGHT_CSV}."
                )
        rows = [[_number(row, c, file, reader.line_num) for c in COLUMNS] for row in reader]
    return Sensitivities(file.stem, _table(np.array(rows, dtype=float).reshape(-1, 4), file))


def _number(row: Mapping[str, str | None], column: str, file: Path, line: int) -> float:
    text = row[column] or ""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise BenchError(f"{file}, line {line}: {column} is '{text}', not a number.")
    return value


def _from_json(file: Path) -> Sensitivities:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BenchError(f"{file} is not JSON: {error}.") from error
    try:
        order = content["spectral_data"]["index"]["main"]
        columns = [order.index(channel) for channel in "RGB"]
        main = content["spectral_data"]["data"]["main"]
        rows = [[float(nm), *(float(values[c]) for c in columns)] for nm, values in main.items()]
        if not np.isfinite(rows).all():
            raise ValueError("a value is not finite")
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise BenchError(
            f"{file} does not have the structure of a rawtoaces camera file "
            f"({type(error).__name__}: {error}). {RIGHT_JSON}."
        ) from error
    header = content.get("header") or {}
    name = f"{header.get('manufacturer', '')} {header.get('model', '')}".strip()
    return Sensitivities(name or file.stem, _table(np.array(rows).reshape(-1, 4), file))


def _table(rows: NDArray[np.float64], file: Path) -> Curves:
    """Curves on the grid, from (n, 4) rows of wavelength, red, green, blue, in any order."""
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return _on_grid(rows[:, 0], rows[:, 1:], str(file))


def _on_grid(wavelengths: NDArray[np.float64], values: NDArray[np.float64], where: str) -> Curves:
    inside = (wavelengths >= FIRST) & (wavelengths <= LAST)
    if inside.sum() < 2:
        found = f"{wavelengths[0]:g} to {wavelengths[-1]:g}" if len(wavelengths) else "none"
        raise BenchError(
            f"{where}: the wavelengths ({found}) do not overlap {FIRST:g} to {LAST:g}. They must "
            f"be in nm and cover the visible range."
        )
    columns = [resample(wavelengths, column) for column in values.T]
    curves = np.clip(np.stack(columns, axis=1), 0.0, None)  # (61, 3)
    for channel, curve in zip(CHANNELS, curves.T, strict=True):
        if not curve.any():
            raise BenchError(f"{where}: {channel} is zero from {FIRST:g} to {LAST:g} nm.")
    return curves
