"""Data sets through the command line: own folders from end to end, and what is wrong with them."""

import pytest

from tests.benchmark.conftest import records
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.folder.two_cameras import mosaic, write_folder
from tests.conftest import TOY


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "phones")


def test_a_folder_of_ones_own_camera_files_is_benchmarked(bench, folder, tmp_path):
    ran = bench(
        "run", "--plugin", TOY, "--preset", "smoke", "--mapper", "toy-mapper", "--isp", "toy-isp",
        "--data", f"folder:{folder}",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "'global3x3' needs pixel-aligned anchor pairs" in ran.err, "left out, and said so"
    found = records(tmp_path / "results" / "folder-phones-smoke")
    assert {(p, m) for p, m, _ in found} == {
        ("adaptation", "toy-mapper"), ("floor", "none"), ("ceiling", "none"),
    }  # fmt: skip
    assert all(record["cameras"] == ["iphone", "samsung"] for record in found.values())
    assert all(record["ids"] == ["s0", "s1"] for record in found.values())


def test_a_simulated_pair_from_sensitivity_files(bench, shared, tmp_path):
    phones = shared / "spectral" / "chosen"
    ran = bench(
        "run", "--plugin", TOY, "--preset", "smoke", "--mapper", "global3x3", "--isp", "toy-isp",
        "--data",
        f"simulated:camera_a={phones / 'primary_A_iphone_x.csv'},"
        f"camera_b={phones / 'primary_B_samsung_s9.csv'}",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "iphone" in ran.out.lower()
    assert "samsung" in ran.out.lower()


def _truncated(folder):
    file = folder / "samsung" / "g1.dng"
    file.write_bytes(file.read_bytes()[:-2000])
    return "g1.dng"


def _without_raw(folder):
    for file in (folder / "samsung").glob("*.dng"):
        file.unlink()
    return "samsung"


def _too_small(folder):
    add_small = mosaic("samsung", "tiny", 40, 40)
    write_dng(folder / "samsung" / "tiny.dng", add_small, "GRBG", 0, 1023)
    return "tiny.dng"


def _x_trans(folder):
    six = "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"
    write_dng(folder / "samsung" / "x.dng", mosaic("samsung", "x"), six, 0, 1023)
    return "x.dng"


@pytest.mark.parametrize("spoil", [_truncated, _without_raw, _too_small, _x_trans])
def test_broken_folders_are_named_before_anything_runs(bench, folder, tmp_path, spoil):
    name = spoil(folder)
    ran = bench(
        "run", "--plugin", TOY, "--preset", "smoke", "--mapper", "toy-mapper", "--isp", "toy-isp",
        "--data", f"folder:{folder}",
    )  # fmt: skip
    assert ran.code == 2, ran.err
    assert name in ran.err
    assert "Traceback" not in ran.err
    assert not list((tmp_path / "home").glob("*/*"))
    assert not (tmp_path / "results").exists()


def test_a_sensitivity_file_with_a_missing_column(bench, tmp_path):
    (tmp_path / "eye.csv").write_text("wavelength,red,green\n400,1,1\n700,1,1\n")
    ran = bench("run", "--preset", "smoke", "--data", "simulated:camera_a=eye.csv")
    assert ran.code == 2
    assert "eye.csv" in ran.err
    assert "blue" in ran.err


def test_pictures_smaller_than_a_network_takes(bench):
    ran = bench("run", "--preset", "smoke", "--data", "simulated:size=16")
    assert ran.code == 2
    assert "size" in ran.err
    assert "32" in ran.err


def test_crops_larger_than_the_pictures(bench, tmp_path):
    ran = bench(
        "run", "--plugin", TOY, "--preset", "smoke", "--data", "toy", "--mapper", "toy-mapper",
        "--isp", "toy-isp", "--set", "mapper.crop_size=64",
    )  # fmt: skip
    assert ran.code == 2
    assert not list((tmp_path / "home" / "steps").glob("*/log.jsonl"))
    assert "side of only 32" in ran.err


def test_the_simulated_set_is_made_once_and_kept(bench, tmp_path):
    arguments = (
        "run", "--plugin", TOY, "--preset", "smoke", "--isp", "toy-isp", "--data", "simulated",
        "--protocol", "raw-to-raw",
    )  # fmt: skip
    assert bench(*arguments, "--mapper", "identity").code == 0
    files = {f: f.stat().st_mtime_ns for f in (tmp_path / "home" / "data").rglob("*.npy")}
    assert bench(*arguments, "--mapper", "global-gain").code == 0
    assert {f: f.stat().st_mtime_ns for f in files} == files
    assert len(files) > 20
