"""`isp-bench figure` on the pictures, logs and records of whole runs."""

import os
import re
import shutil
import zlib
from pathlib import Path

import pytest
from matplotlib.image import imread


@pytest.fixture
def run(toy_run, tmp_path):
    """A folder of a run with raw-to-raw cells and developed ones."""
    arguments = ("--protocol", "raw-to-raw", "adaptation", "--mapper", "toy-mapper", "global3x3")
    ran = toy_run(*arguments, "--no-references")
    assert ran.code == 0, ran.err
    return tmp_path / "results" / "toy-smoke"


def content_of(file):
    """A PDF with its streams unpacked."""
    data = file.read_bytes()
    found = [data]
    for packed in re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:  # pictures and fonts may be packed otherwise
            found.append(packed)
    return b"\n".join(found)


@pytest.mark.parametrize(("width", "points"), [("single", 239.76), ("double", 504)])
def test_every_kind_is_a_vector_figure_of_the_right_width(width, points, run, bench, tmp_path):
    for kind in ("strips", "errors", "intervals", "curves"):
        file = tmp_path / f"{kind}.pdf"
        ran = bench("figure", kind, run, "--mappers", "toy-mapper", "--width", width, "-o", file)
        assert ran.code == 0, ran.err
        assert ran.out.strip() == str(file)
        content = content_of(file)
        box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", content)
        assert box is not None
        assert float(box[1]) == pytest.approx(points, abs=0.1)
        assert b"/FontFile2" in content, "its fonts are embedded as TrueType"
        assert b"/Type3" not in content
        if kind in ("intervals", "curves"):
            assert b"/Subtype /Image" not in content, "lines, not pixels"


def test_the_same_figure_is_the_same_file(run, bench, tmp_path):
    for name in ("one.pdf", "two.pdf", "one.svg", "two.svg"):
        assert bench("figure", "intervals", run, "-o", tmp_path / name).code == 0
    for suffix in ("pdf", "svg"):
        one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_what_is_chosen_is_drawn(run, bench, tmp_path):
    def drawn(*options):
        file = tmp_path / "chosen.png"
        ran = bench("figure", "strips", run, "-o", file, *map(str, options))
        assert ran.code == 0, ran.err
        return imread(file)

    one, two = drawn("--scenes", 1), drawn("--scenes", 2)
    assert two.shape[0] > 1.7 * one.shape[0], "a row for each"
    assert two.shape[1] == one.shape[1]
    zoomed = drawn("--scenes", 1, "--zoom", 0.2, 0.2, 0.3)
    assert zoomed.shape == one.shape
    assert (zoomed != one).any()
    assert (drawn("--scenes", 1, "--direction", "a2b") != one).any()
    assert (drawn("--scenes", 1, "--protocol", "adaptation") != one[:1]).any()


def test_intervals_show_the_mappers_asked_for(run, bench, tmp_path):
    def height(*options):
        ran = bench("figure", "intervals", run, *options, "-o", tmp_path / "x.png")
        assert ran.code == 0, ran.err
        return imread(tmp_path / "x.png").shape[0]

    assert height("--mappers", "global3x3") < height()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("strips", "--mappers", "toy-maper"), "Did you mean 'toy-mapper'?"),
        (("strips", "--scenes", "nowhere"), "Unknown scene 'nowhere'"),
        (("strips", "--isp", "pynet"), "Unknown isp 'pynet'"),
        (("strips", "--zoom", "0.9", "0", "0.5"), "inside the picture"),
        (("strips", "--scenes", "0"), "at least one scene"),
        (("intervals", "--metric", "beauty"), "Unknown metric 'beauty'"),
        (("curves", "--mappers", "global3x3"), "no log of a training"),
    ],
)
def test_mistakes_are_named(arguments, words, run, bench, tmp_path):
    kind, *options = arguments
    ran = bench("figure", kind, run, *options, "-o", tmp_path / "x.pdf")
    assert ran.code == 2
    assert words in ran.err
    assert not (tmp_path / "x.pdf").exists()


def test_the_file_must_be_of_a_known_kind_and_place(run, bench, tmp_path):
    assert ".pdf, .svg, .png" in bench("figure", "strips", run, "-o", "x.docx").err
    assert bench("figure", "strips", run, "-o", tmp_path / "none" / "x.pdf").code == 2


def test_without_the_store_the_error_says_what_to_do(run, bench, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = bench("figure", "strips", run, "--store", empty, "-o", tmp_path / "x.pdf")
    assert ran.code == 2
    assert "name it with --store, or run again" in ran.err
    assert bench("figure", "intervals", run, "--store", empty, "-o", tmp_path / "x.pdf").code == 0


def test_steps_that_are_gone_from_the_store_are_named(run, bench, tmp_path):
    for folder in Path(os.environ["ISP_BENCH_HOME"]).glob("steps/*/images"):
        shutil.rmtree(folder)
    ran = bench("figure", "strips", run, "-o", tmp_path / "x.pdf")
    assert ran.code == 2
    assert "run again" in ran.err


def test_without_matplotlib_the_error_names_the_extra(run, bench, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    ran = bench("figure", "strips", run, "-o", tmp_path / "x.pdf")
    assert ran.code == 2
    assert "pip install 'isp-bench[figures]'" in ran.err
