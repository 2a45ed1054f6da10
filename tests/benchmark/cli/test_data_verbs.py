"""`isp-bench data`: from a miniature download to a table."""

import shutil

import pytest
from PIL import Image

from tests.benchmark.conftest import records
from tests.benchmark.data.folder.two_cameras import write_folder
from tests.benchmark.data.raw2raw.download import scenes, unpaired_stems, write_dng_download
from tests.conftest import TOY

TOY_RUN = (
    "run", "--plugin", TOY, "--preset", "smoke", "--mapper", "toy-mapper", "--isp", "toy-isp",
)  # fmt: skip


@pytest.fixture
def download(tmp_path, tmp_path_factory):
    return write_dng_download(tmp_path / "download", scenes(tmp_path_factory.getbasetemp() / "s"))


def test_from_a_download_to_tables(bench, download, tmp_path):
    dest = tmp_path / "prepared"
    ran = bench("data", "check", download)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "no faults")
    ran = bench("data", "prepare", "raw2raw", download, dest, "--set", "limit=5")
    assert ran.code == 0, ran.err
    assert "are still to be written" in ran.err
    assert ran.out.strip() == f"isp-bench run --data raw2raw:{dest}"
    ran = bench("data", "check", dest)
    assert ran.code == 0
    assert "complete raw2raw" in ran.out
    assert "2 scene pairs by capture time" in ran.out
    ran = bench(
        "run", "--plugin", TOY, "--preset", "smoke", "--mapper", "global3x3", "--isp", "toy-isp",
        "--data", f"raw2raw:{dest}", "--protocol", "adaptation", "raw-to-raw",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    found = records(tmp_path / "results" / "raw2raw-prepared-smoke")
    assert found["adaptation", "global3x3", "a2b"]["cameras"] == ["iphone-x", "samsung-s9"]
    assert len(found["adaptation", "global3x3", "a2b"]["ids"]) == 2
    assert len(found["raw-to-raw", "global3x3", "b2a"]["ids"]) == 7


def test_faults_are_listed_and_end_in_1(bench, download):
    file = download / "unpaired" / "samsung-s9" / "dng" / f"{unpaired_stems('b')[0]}.dng"
    file.write_bytes(b"II")
    ran = bench("data", "check", download)
    assert ran.code == 1
    assert [line for line in ran.out.splitlines() if line.startswith("FAULT")]
    assert file.name in ran.out


def test_a_folder_of_ones_own(bench, tmp_path):
    ran = bench("data", "check", write_folder(tmp_path / "phones"))
    assert ran.code == 0
    assert "samsung: 5 pictures\n2 pairs" in ran.out


def test_every_fault_of_a_folder_has_a_line_of_its_own(bench, tmp_path):
    folder = write_folder(tmp_path / "phones")
    broken = sorted((folder / "iphone").glob("*.dng"))
    for file in broken:
        file.write_bytes(file.read_bytes()[:3000])
    (folder / "samsung" / "g0.dng").unlink()
    (folder / "samsung" / "g0.dng").symlink_to("/nowhere")
    (folder / "pairs.csv").write_text("a,b\nx,s0\ns0,s0\n")
    ran = bench("data", "check", folder)
    assert ran.code == 1
    lines = [line for line in ran.out.splitlines() if line.startswith("FAULT ")]
    assert ran.out.splitlines()[-1] == f"{len(lines)} faults" == "16 faults"
    for file in broken:
        assert sum(f"iphone/{file.name} is cut short" in line for line in lines) == 1
    assert "FAULT samsung/g0.dng is a link to /nowhere" in ran.out
    assert "FAULT pairs.csv, line 2: camera A has no raw file 'x'" in ran.out
    ran = bench("run", "--preset", "smoke", "--data", f"folder:{folder}")
    assert ran.code == 2
    assert f"And 6 more: `isp-bench data check {folder}` lists all of them." in ran.err


def test_a_folder_can_be_named_in_either_way_everywhere(bench, tmp_path):
    folder = write_folder(tmp_path / "phones")
    reports = {bench("data", "check", text).out for text in (folder, f"folder:{folder}", "phones")}
    assert len(reports) == 1
    sheets = []
    for i, text in enumerate((folder, f"folder:{folder}", f"{folder},camera_a=samsung")):
        ran = bench("data", "show", text, "-o", f"{i}.png")
        assert ran.code == 0, ran.err
        sheets.append((tmp_path / f"{i}.png").read_bytes())
    assert sheets[0] == sheets[1] != sheets[2]
    ran = bench("data", "check", f"folder:{folder},camera_a=samsung")
    assert ran.out.startswith("samsung: 5 pictures\niphone")
    assert bench("data", "check", "simulated").out.splitlines()[-1] == "no faults"


def test_pairs_by_names_are_not_reported_as_aligned(bench, tmp_path):
    folder = write_folder(tmp_path / "phones")
    run = (*TOY_RUN, "--data", folder)
    hint = "PATH/pairs.csv (columns a, b, role)"
    assert bench("data", "check", folder).out.count(hint) == 1
    ran = bench(*run, "--protocol", "adaptation", "--workers", "1")
    assert (ran.code, ran.err.count(hint)) == (0, 1)
    ran = bench(*run, "--protocol", "raw-to-raw")
    assert ran.code == 2
    assert hint in ran.err
    assert "aligned" in ran.err


def test_a_folder_without_srgb_compares_raw_with_raw(bench, tmp_path):
    folder = write_folder(tmp_path / "phones")
    for camera in ("iphone", "samsung"):
        shutil.rmtree(folder / camera / "srgb")
    (folder / "pairs.csv").write_text("a,b,role\ns0,s0,aligned\ns1,s1,scene\n")
    ran = bench("data", "check", folder)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "no faults")
    assert "iphone: neither sRGB pictures nor large previews, so only for raw-to-raw" in ran.out
    run = (*TOY_RUN, "--workers", "1", "--data", folder)
    ran = bench(*run, "--protocol", "raw-to-raw")
    assert ran.code == 0, ran.err
    ran = bench(*run, "--protocol", "adaptation")
    assert ran.code == 2
    assert "have no sRGB" in ran.err


def test_a_contact_sheet(bench, tmp_path):
    sheet = tmp_path / "sheet.png"
    ran = bench("data", "show", "simulated", "-o", sheet, "--preset", "smoke", "-n", "2")
    assert ran.code == 0, ran.err
    with Image.open(sheet) as picture:
        assert picture.width > 900


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("prepare", "raw2row", ".", "out"), "Did you mean 'raw2raw'"),
        (("prepare", "simulated", ".", "out"), "needs no preparing"),
        (("prepare", "raw2raw", "nowhere", "out"), "nowhere: there is no such folder"),
        (("prepare", "raw2raw", ".", "out"), "not a download of raw2raw"),
        (("prepare", "raw2raw", ".", "out", "--set", "limit"), "write KEY=VALUE"),
        (("check", "nowhere"), "no such folder"),
        (("check", "."), "two are needed"),
        (("show", "raw2raw:nowhere"), "nowhere is not a prepared folder"),
        (("show", "simulated", "-o", "sheet.jpg"), "PNG"),
        (("show", "simulated", "-n", "0"), "at least 1"),
    ],
)
def test_mistakes_are_reported(bench, arguments, message):
    ran = bench("data", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err
