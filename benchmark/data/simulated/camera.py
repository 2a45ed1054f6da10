"""A camera: from the light on its sensor to packed raw counts and to its own sRGB.

In physical order: exposure with the error of the camera's metering, vignetting, blur of the lens,
colour filters (RGGB), shot and read noise, saturation, rounding to counts. Exposure error,
vignetting, blur and noise can each be switched off.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose parts load when first used
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.data.simulated.rendering import Look, render
from benchmark.data.simulated.scenes import Scene
from benchmark.data.simulated.sensitivities import Sensitivities

Signal = NDArray[np.float32]  # (3, 2H, 2W)

LARGEST_ERROR = 1.0  # EV


@dataclass(frozen=True)
class Sensor:
    """Sensor and lens of a camera.

    Attributes:
        black: black level, counts.
        white: white level, counts.
        well: electrons at saturation at the lowest gain.
        read_noise: electrons, standard deviation.
        blur: standard deviation of the lens's Gaussian spot, mosaic pixels.
        corner: fraction of the light that reaches the corners, 0 to 1.
        target: mean green value that automatic exposure aims at, as a fraction of saturation.
        look: how it renders to sRGB.
    """

    black: int
    white: int
    well: float
    read_noise: float
    blur: float
    corner: float
    target: float
    look: Look

    @property
    def range(self) -> int:
        """Counts between black and white."""
        return self.white - self.black


# Levels of the two phones of raw2raw: 12-bit with black 528, 10-bit with black 0. Wells and noise
# of a 1.2 um and a 1.4 um pixel.
# B keeps more headroom for highlights, as phones do: it exposes 0.36 EV less and brightens by the
# same amount when it renders. Real pairs differ more in exposure than in hue.
SENSOR_A = Sensor(528, 4095, 5000, 3.0, 0.6, 0.75, 0.18, Look(1.6, 0.25, 0.9, 1.06))
SENSOR_B = Sensor(0, 1023, 7000, 2.5, 0.8, 0.6, 0.14, Look(3.1, 0.6, 1.15, 0.95))


@dataclass(frozen=True)
class Effects:
    """Which imperfections a camera has.

    Attributes:
        exposure_sd: standard deviation of the exposure error in EV, limited to 1 EV; 0 for none.
        vignetting: whether corners are darker.
        blur: whether the lens blurs.
        noise: whether there is shot and read noise.
    """

    exposure_sd: float = 1 / 3
    vignetting: bool = True
    blur: bool = True
    noise: bool = True


@dataclass(frozen=True)
class Camera:
    """One camera, ready to take pictures."""

    sensitivities: Sensitivities
    sensor: Sensor
    effects: Effects = Effects()

    def expose(self, radiance: Signal, rng: Generator) -> Signal:
        """The signal of the full sensor; `radiance` is changed in place.

        Args:
            radiance: (3, 2H, 2W) linear responses of this camera, in any unit.
            rng: draws the exposure error.

        Returns:
            (3, 2H, 2W) linear camera RGB; 1 is saturation, and anything above it will be clipped.
        """
        error = np.clip(rng.normal() * self.effects.exposure_sd, -LARGEST_ERROR, LARGEST_ERROR)
        radiance *= np.float32(self.sensor.target * 2**error / radiance[1].mean(dtype=np.float64))
        if self.effects.vignetting:
            radiance *= vignetting(radiance.shape[1], radiance.shape[2], self.sensor.corner)
        if self.effects.blur:
            for plane in radiance:
                scipy.ndimage.gaussian_filter(
                    plane, self.sensor.blur, output=plane, mode="nearest", truncate=3
                )
        return radiance

    def raw(self, signal: Signal, gain: float, rng: Generator) -> NDArray[np.uint16]:
        """Packed raw, (4, H, W) counts above black, planes R, Gr, Gb, B, in [0, white - black].

        Args:
            signal: what :meth:`expose` returns.
            gain: analog gain; the higher, the fewer electrons give a full signal.
            rng: draws the noise.
        """
        packed = mosaic(signal)
        if self.effects.noise:
            well = self.sensor.well / gain
            variance = packed.clip(0) / np.float32(well)  # Poisson, many electrons
            variance += np.float32((self.sensor.read_noise / well) ** 2)
            packed += rng.standard_normal(packed.shape, dtype=np.float32) * np.sqrt(variance)
        # The converter adds the black level and keeps values below it; packing clips those to 0.
        packed *= np.float32(self.sensor.range)
        return np.rint(packed).clip(0, self.sensor.range).astype(np.uint16)

    def srgb(self, signal: Signal, scene: Scene) -> NDArray[np.uint8]:
        """The camera's own sRGB, (3, 2H, 2W) uint8, gamma-encoded.

        Args:
            signal: what :meth:`expose` returns.
            scene: its light is known to the white balance.
        """
        return render(signal, self.sensitivities.curves, scene.spectrum(), self.sensor.look)


def vignetting(rows: int, columns: int, corner: float) -> NDArray[np.float32]:
    """Share of the light, (rows, columns): the cos^4 law, from 1 in the middle to `corner`."""
    slope = corner**-0.5 - 1  # tan^2 of the angle at the corner
    x = np.square(np.linspace(-1, 1, columns, dtype=np.float32))
    y = np.square(np.linspace(-1, 1, rows, dtype=np.float32))[:, None]
    return np.square(np.reciprocal(1 + np.float32(slope / 2) * (x + y)))


def mosaic(signal: Signal) -> NDArray[np.float32]:
    """Each pixel through its colour filter, packed: (3, 2H, 2W) to (4, H, W), RGGB."""
    red, green, blue = signal
    return np.stack([red[::2, ::2], green[::2, 1::2], green[1::2, ::2], blue[1::2, 1::2]])
