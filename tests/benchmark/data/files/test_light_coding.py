import struct

import numpy as np
import pytest

from benchmark.data.colour_science import colour
from benchmark.data.files.light_coding import linear_coding, profile_coding, srgb_coding
from tests.benchmark.data.files.profiles import SRGB, SRGB_CURVE, profile

X = np.linspace(0, 1, 256)


def greys(coding):
    return coding.linear(np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1))


def with_curve(curve):
    """An sRGB profile whose red has another curve."""
    plain = profile("sRGB", SRGB, 2.2)
    number = plain.index(b"rTRC")
    head, table = plain[: number + 4], plain[number + 12 :]
    return head + struct.pack(">II", len(plain), len(curve)) + table + curve


def parametric(kind, *numbers):
    return struct.pack(
        f">4sIHH{len(numbers)}i", b"para", 0, kind, 0, *(round(n * 65536) for n in numbers)
    )


def test_srgb_is_the_formula():
    expected = np.where(X <= 0.04045, X / 12.92, ((X + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(greys(srgb_coding()), expected[:, None].repeat(3, 1), atol=1e-6)


def test_an_srgb_profile_changes_nothing():
    read = greys(profile_coding(profile("sRGB", SRGB, SRGB_CURVE)))
    np.testing.assert_allclose(read, greys(srgb_coding()), atol=1e-3)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (struct.pack(">4sII", b"curv", 0, 0), X),
        (struct.pack(">4sIIH", b"curv", 0, 1, 461), X ** (461 / 256)),
        (
            struct.pack(">4sII3H", b"curv", 0, 3, 0, 6554, 65535),
            np.interp(X, [0, 0.5, 1], [0, 0.1, 1]),
        ),
        (parametric(0, 1.8), X**1.8),
        (parametric(1, 2, 1.25, -0.25), np.where(X >= 0.2, (1.25 * X - 0.25) ** 2, 0)),
        (parametric(2, 2, 1, -0.2, 0.1), np.where(X >= 0.2, (X - 0.2) ** 2, 0) + 0.1),
        (parametric(3, 2, 0.8, 0.2, 0.3, 0.1), np.where(X >= 0.1, (0.8 * X + 0.2) ** 2, 0.3 * X)),
        (
            parametric(4, 2, 0.8, 0.2, 0.3, 0.1, 0.05, 0.01),
            np.where(X >= 0.1, (0.8 * X + 0.2) ** 2 + 0.05, 0.3 * X + 0.01),
        ),
    ],
)
def test_curves_of_profiles(curve, expected):
    coding = profile_coding(with_curve(curve))
    assert coding is not None
    assert coding.tones is not None
    tone = np.interp(X, np.linspace(0, 1, coding.tones.shape[1]), coding.tones[0])
    np.testing.assert_allclose(tone, expected, atol=1e-4)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        profile("sRGB", SRGB, 2.2)[:200],
        profile("sRGB", SRGB, 2.2).replace(b"RGB XYZ ", b"CMYKXYZ "),
        profile("sRGB", SRGB, 2.2).replace(b"rTRC", b"xTRC"),
        with_curve(struct.pack(">4sI", b"mft2", 0)),
        with_curve(struct.pack(">4sIHH", b"para", 0, 7, 0)),
    ],
)
def test_profiles_that_are_not_a_matrix_and_curves(broken):
    assert profile_coding(broken) is None


@pytest.mark.parametrize(
    "name", ["ITU-R BT.709", "ITU-R BT.2020", "ACES2065-1", "ACEScg", "P3-D65"]
)
def test_primaries(name):
    space, srgb = (colour().RGB_COLOURSPACES[n] for n in (name, "sRGB"))
    coding = linear_coding((*space.primaries.ravel(), *space.whitepoint))
    expected = colour().matrix_RGB_to_RGB(space, srgb, "Bradford")
    np.testing.assert_allclose(coding.matrix, expected, atol=2e-3)
    np.testing.assert_allclose(coding.matrix.sum(axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(
    "wrong", [(0.3, 0.3) * 4, (0.0,) * 8, (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3, 0)]
)
def test_primaries_that_span_nothing(wrong):
    with pytest.raises(ValueError, match="span no colours"):
        linear_coding(wrong)
