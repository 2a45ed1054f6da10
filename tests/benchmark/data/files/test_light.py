import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image

from benchmark.data.colour_science import colour
from benchmark.data.files.light import light_size, read_light
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.files.png16 import write_png16
from tests.benchmark.data.files.profiles import ADOBE_RGB, DISPLAY_P3, SRGB_CURVE, profile

ALL = 1 << 20  # more rows and columns than any picture has: nothing is reduced


def pixels(dtype=np.uint8, rows=12, columns=20, seed=0):
    top = np.iinfo(dtype).max
    return np.random.default_rng(seed).integers(0, top + 1, (rows, columns, 3)).astype(dtype)


def from_srgb(encoded):
    """Linear (3, H, W) of whole numbers (H, W, 3), by the formula."""
    x = encoded / np.iinfo(encoded.dtype).max
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).transpose(2, 0, 1)


def write_exr(path, picture, **header):
    openexr = pytest.importorskip("OpenEXR")
    channels = {"RGB": picture} if picture.ndim == 3 else {"Y": picture}
    openexr.File({"type": openexr.scanlineimage, **header}, channels).write(str(path))


def test_a_png_is_srgb(tmp_path):
    Image.fromarray(pixels()).save(tmp_path / "a.png")
    assert light_size(tmp_path / "a.png") == (12, 20)
    np.testing.assert_allclose(
        read_light(tmp_path / "a.png", ALL, ALL), from_srgb(pixels()), atol=1e-6
    )


def test_transparency_is_ignored(tmp_path):
    see_through = np.dstack([pixels(), pixels(seed=1)[..., 0]])
    Image.fromarray(see_through).save(tmp_path / "a.png")
    np.testing.assert_allclose(
        read_light(tmp_path / "a.png", ALL, ALL), from_srgb(pixels()), atol=1e-6
    )


def test_16_bits_are_read_in_full(tmp_path):
    deep = pixels(np.uint16)
    write_png16(tmp_path / "a.png", deep)
    tifffile.imwrite(tmp_path / "a.tif", deep, photometric="rgb")
    planes = deep.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "b.tiff", planes, photometric="rgb", planarconfig="separate")
    for name in ("a.png", "a.tif", "b.tiff"):
        assert light_size(tmp_path / name) == (12, 20)
        np.testing.assert_allclose(
            read_light(tmp_path / name, ALL, ALL), from_srgb(deep), atol=2e-6
        )


def test_a_floating_point_tiff_is_linear(tmp_path):
    light = np.random.default_rng(0).random((6, 8, 3), np.float32) * 9
    tifffile.imwrite(tmp_path / "a.tif", light, photometric="rgb")
    read = read_light(tmp_path / "a.tif", ALL, ALL)
    np.testing.assert_allclose(read, light.transpose(2, 0, 1), rtol=2e-3)


@pytest.mark.parametrize("deep", [False, True])
def test_other_colour_spaces_keep_colours_outside_srgb(tmp_path, deep):
    green = np.zeros((4, 4, 3), np.uint16 if deep else np.uint8)
    green[..., 1] = np.iinfo(green.dtype).max
    icc = profile("P3", DISPLAY_P3, SRGB_CURVE)
    if deep:
        tag = (34675, "B", len(icc), icc, True)
        tifffile.imwrite(tmp_path / "a.tif", green, photometric="rgb", extratags=[tag])
    else:
        Image.fromarray(green).save(tmp_path / "a.tif", icc_profile=icc)
    read = read_light(tmp_path / "a.tif", ALL, ALL)[:, 0, 0]
    spaces = colour().RGB_COLOURSPACES
    expected = colour().RGB_to_RGB([0, 1, 0], spaces["Display P3"], spaces["sRGB"])
    np.testing.assert_allclose(read, expected, atol=2e-3)
    assert read[0] < -0.1


def test_a_gamma_in_a_profile(tmp_path):
    Image.fromarray(pixels()).save(tmp_path / "a.png", icc_profile=profile("A", ADOBE_RGB, 2.2))
    spaces = colour().RGB_COLOURSPACES
    linear = (pixels() / 255) ** 2.2
    expected = colour().RGB_to_RGB(linear, spaces["Adobe RGB (1998)"], spaces["sRGB"])
    read = read_light(tmp_path / "a.png", ALL, ALL).transpose(1, 2, 0)
    np.testing.assert_allclose(read, expected, atol=2e-3)


def test_pictures_are_turned_upright(tmp_path):
    turned = np.rot90(pixels())  # 6: to be turned by 90 degrees to the right
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.fromarray(turned).save(tmp_path / "a.png", exif=exif)
    Image.fromarray(turned).save(tmp_path / "b.tif", tiffinfo={274: 6})
    deep = np.rot90(pixels(np.uint16))
    tifffile.imwrite(
        tmp_path / "c.tif", deep, photometric="rgb", extratags=[(274, "H", 1, 6, True)]
    )
    for name, upright in (("a.png", pixels()), ("b.tif", pixels()), ("c.tif", pixels(np.uint16))):
        assert light_size(tmp_path / name) == (12, 20), name
        read = read_light(tmp_path / name, ALL, ALL)
        np.testing.assert_allclose(read, from_srgb(upright), atol=2e-6, err_msg=name)


def test_a_large_picture_is_reduced_in_linear_light(tmp_path):
    stripes = np.zeros((64, 96, 3), np.uint8)
    stripes[::2] = 255
    Image.fromarray(stripes).save(tmp_path / "a.png")
    reduced = read_light(tmp_path / "a.png", 20, 20)  # by 3: the wanted size times 3 still fits
    assert reduced.shape == (3, 21, 32)
    mean = reduced.mean(axis=(0, 2))
    np.testing.assert_allclose(mean[::2], 2 / 3, atol=1e-6)
    np.testing.assert_allclose(mean[1::2], 1 / 3, atol=1e-6)


def test_openexr_is_linear_rec709_unless_it_says_otherwise(tmp_path):
    light = np.random.default_rng(0).random((6, 8, 3), np.float32) * 20
    write_exr(tmp_path / "a.exr", light)
    assert light_size(tmp_path / "a.exr") == (6, 8)
    read = read_light(tmp_path / "a.exr", ALL, ALL)
    np.testing.assert_allclose(read, light.transpose(2, 0, 1), atol=0.02)
    aces = colour().RGB_COLOURSPACES["ACES2065-1"]
    named = tuple(map(float, (*aces.primaries.ravel(), *aces.whitepoint)))
    write_exr(tmp_path / "b.exr", light, chromaticities=named)
    expected = colour().RGB_to_RGB(
        light, aces, colour().RGB_COLOURSPACES["sRGB"], chromatic_adaptation_transform="Bradford"
    )
    read = read_light(tmp_path / "b.exr", ALL, ALL).transpose(1, 2, 0)
    np.testing.assert_allclose(read, expected, atol=0.05)


def test_what_is_no_number_is_dark_and_what_is_infinite_is_bright(tmp_path):
    light = np.ones((4, 4, 3), np.float32)
    light[0, 0], light[1, 1] = np.nan, np.inf
    write_exr(tmp_path / "a.exr", light)
    read = read_light(tmp_path / "a.exr", ALL, ALL)
    assert not read[:, 0, 0].any()
    assert np.isfinite(read).all()
    assert read[:, 1, 1].min() > 1000


def test_a_camera_file_is_developed_to_linear_light(tmp_path):
    """Twice the neutral of the file in half of the picture: twice the light, and no colour."""
    mosaic = np.zeros((64, 96), np.uint16)
    for y, x, value in ((0, 0, 500), (0, 1, 1000), (1, 0, 1000), (1, 1, 500)):  # neutral: 1/2 1 1/2
        mosaic[y::2, x::2] = value
    mosaic[:, 48:] *= 2
    write_dng(tmp_path / "a.dng", mosaic, orientation=6)
    assert light_size(tmp_path / "a.dng") == (48, 32)
    read = read_light(tmp_path / "a.dng", ALL, ALL)
    assert read.shape == (3, 48, 32)
    dark, bright = read[:, 4:20].mean(axis=(1, 2)), read[:, 28:44].mean(axis=(1, 2))
    np.testing.assert_allclose(bright / dark, 2, rtol=1e-3)
    np.testing.assert_allclose(dark / dark[1], 1, rtol=1e-2)


def grey(path):
    Image.fromarray(pixels()[..., 0]).save(path)


def deep_grey(path):
    tifffile.imwrite(path, pixels(np.uint16)[..., 0])


def ink(path):
    Image.fromarray(pixels()).convert("CMYK").save(path)


def deep_ink(path):
    four = np.dstack([pixels(np.uint16), pixels(np.uint16)[..., 0]])
    tifffile.imwrite(path, four, photometric="separated")


def luminance_alone(path):
    write_exr(path, pixels()[..., 0].astype(np.float32))


def no_filters(path):
    write_dng(path, np.full((64, 64), 99, np.uint16), cfa="")


def text(path):
    path.write_text("not a picture")


@pytest.mark.parametrize(
    ("write", "name", "message"),
    [
        (grey, "a.png", "a.png is a grey picture"),
        (deep_grey, "a.tif", "a.tif is a grey picture"),
        (ink, "a.jpg", "a.jpg has the channels CMYK"),
        (deep_ink, "a.tif", "a.tif has the channels SEPARATED"),
        (luminance_alone, "a.exr", "a.exr has the channels Y, not R, G and B"),
        (text, "a.jpg", "a.jpg cannot be opened as a picture"),
        (text, "a.tif", "a.tif cannot be opened as a picture"),
        (text, "a.dng", "a.dng is cut short or damaged, or cannot be opened"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_header(tmp_path, write, name, message):
    write(tmp_path / name)
    with pytest.raises(BenchError, match=message):
        light_size(tmp_path / name)
    with pytest.raises(BenchError, match=message):
        read_light(tmp_path / name, ALL, ALL)


def test_a_sensor_without_colours(tmp_path):
    no_filters(tmp_path / "a.dng")
    with pytest.raises(BenchError, match=r"a\.dng is grey"):
        read_light(tmp_path / "a.dng", ALL, ALL)


def test_no_openexr_file(tmp_path):
    pytest.importorskip("OpenEXR")
    text(tmp_path / "a.exr")
    with pytest.raises(BenchError, match=r"a\.exr cannot be opened as an OpenEXR picture"):
        light_size(tmp_path / "a.exr")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "deep.tif", "deep.png", "a.exr"])
def test_files_that_are_cut_short(tmp_path, name):
    path, large = tmp_path / name, pixels(np.uint16 if "deep" in name else np.uint8, 99, 99)
    if name == "deep.png":
        write_png16(path, large)
    elif name == "deep.tif":
        tifffile.imwrite(path, large, photometric="rgb")
    elif name == "a.exr":
        write_exr(path, large.astype(np.float32))
    else:
        Image.fromarray(large).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BenchError, match="cannot be"):
        read_light(path, ALL, ALL)


def test_without_the_package_the_error_names_it(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "OpenEXR", None)
    (tmp_path / "a.exr").write_bytes(b"")
    with pytest.raises(BenchError, match=r"pip install 'isp-bench\[exr\]'"):
        light_size(tmp_path / "a.exr")
