import json
import shutil

import numpy as np
import pytest

from benchmark.data.charts import patch_means
from benchmark.data.images import ImageWriter
from benchmark.data.simulated.camera import SENSOR_A, SENSOR_B
from benchmark.data.simulated.dataset import Simulated
from benchmark.data.simulated.generation import Generation
from benchmark.data.simulated.parts import parts_of
from benchmark.data.simulated.sensitivities import load_sensitivities
from benchmark.data.simulated.spectra import colorchecker, light
from benchmark.errors import BenchError
from benchmark.metrics.pixel import psnr
from benchmark.progress import Progress
from benchmark.registry import DATASETS

SMALL = {"size": 32, "unpaired": 3, "validation": 1, "anchors": 2, "aligned": 3, "scenes": 3}


def source(name="simulated", **changes):
    return DATASETS.create(name, **{**SMALL, **changes})


def prepared(folder, name="simulated", **changes):
    return source(name, **changes).prepare(folder, Progress(quiet=True))


def contents(folder):
    """Name and bytes of every file."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def corners(images):
    """Corners of the charts in each picture, (charts, 4, 2)."""
    return [np.asarray(record.charts) for record in images]


def best_fit(a, b):
    """PSNR, dB, of the best 4x4 matrix for one pair of packed raws."""
    x, y = a.reshape(4, -1), b.reshape(4, -1)
    matrix = np.linalg.lstsq(x.T, y.T, rcond=None)[0].T
    return psnr((matrix @ x).reshape(b.shape), b)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    return folder, prepared(folder)


def test_no_picture_is_kept_for_validation_unless_asked_for(tmp_path, small):
    pair = prepared(tmp_path, validation=0)
    assert not pair.validation
    assert source(validation=0).parts() == source().parts() - {"validation"}
    assert source(validation=0).fingerprint() != source().fingerprint()
    straight = small[1].train["a"]
    assert np.array_equal(pair.train["a"].raw(0), straight.raw(0)), "in addition to `unpaired`"


def test_parts_shapes_and_ranges(small):
    _, pair = small
    assert (pair.camera_a, pair.camera_b) == ("Nikon D200", "ARRI D21")
    for camera, levels in (("a", 3567), ("b", 1023)):
        assert len(pair.train[camera]) == 3
        assert len(pair.validation[camera]) == 1
        raw = pair.train[camera].raw(0)
        assert raw.shape == (4, 32, 32)
        assert raw.dtype == np.float32
        assert 0 <= raw.min() < raw.max() <= 1
        assert 0.05 < raw[1].mean() < 0.4  # exposed
        assert pair.train[camera][0].range == levels
        assert pair.train[camera].srgb(0).shape == (3, 64, 64)
        assert pair.scenes.camera(camera).srgb(0).shape == (3, 64, 64)
        assert "simulated under" in pair.train[camera][0].source
    assert (len(pair.anchors), len(pair.aligned), len(pair.scenes)) == (2, 3, 3)
    assert pair.aligned.a[0].srgb is None


def test_pairs_have_the_same_id(small):
    _, pair = small
    for pairs in (pair.anchors, pair.aligned, pair.scenes):
        assert [record.id for record in pairs.a] == [record.id for record in pairs.b]


def test_no_scene_is_seen_in_two_parts(tmp_path):
    config = source().config
    generation = Generation(config, False, tmp_path)
    made = [part for part in parts_of(config) if not part.swapped]  # of scenes, seen once more
    scenes = [generation.scene(part, n) for part in made for n in range(part.count)]
    different = {scene.leaves.reflectance.tobytes() for scene in scenes}
    assert len(different) == len(scenes) == 2 * 3 + 2 * 1 + 2 + 3 + 3


def test_aligned_pairs_are_aligned_and_scene_pairs_are_not(tmp_path):
    pair = prepared(tmp_path, size=64, noise=False)
    aligned = [best_fit(pair.aligned.a.raw(i), pair.aligned.b.raw(i)) for i in range(3)]
    anchors = [best_fit(pair.anchors.a.raw(i), pair.anchors.b.raw(i)) for i in range(2)]
    moved = [best_fit(pair.scenes.a.raw(i), pair.scenes.b.raw(i)) for i in range(3)]
    assert min(aligned + anchors) > 32
    assert max(moved) < min(aligned + anchors) - 6


def test_same_seed_same_bytes(small, tmp_path):
    folder, _ = small
    prepared(tmp_path)
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_other_pictures(small, tmp_path):
    _, pair = small
    other = prepared(tmp_path, seed=1)
    assert not np.array_equal(pair.train["a"].raw(0), other.train["a"].raw(0))


def test_counts_do_not_change_the_pictures(small, tmp_path):
    _, pair = small
    more = prepared(tmp_path, unpaired=4, anchors=0, aligned=0)
    assert more.anchors is None
    assert more.aligned is None
    np.testing.assert_array_equal(pair.train["b"].raw(2), more.train["b"].raw(2))
    np.testing.assert_array_equal(pair.scenes.b.raw(1), more.scenes.b.raw(1))


@pytest.mark.parametrize("written", [1, 7, 13])
def test_continues_after_an_interruption(small, tmp_path, monkeypatch, written):
    folder, _ = small
    calls, write = [], ImageWriter.write

    def cut_off(self, *picture):
        calls.append(picture)
        if len(calls) > written:
            raise KeyboardInterrupt
        write(self, *picture)

    with monkeypatch.context() as patch:
        patch.setattr(ImageWriter, "write", cut_off)
        with pytest.raises(KeyboardInterrupt):
            prepared(tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.raw.npy")}
    prepared(tmp_path)
    assert len(kept) == written
    assert all(file.stat().st_mtime_ns == time for file, time in kept.items())
    assert contents(tmp_path) == contents(folder)


def test_opens_what_is_complete(small, monkeypatch):
    folder, _ = small
    monkeypatch.setattr(Generation, "run", None)
    assert len(prepared(folder).train["a"]) == 3


def test_any_shape(tmp_path):
    pair = prepared(tmp_path, size=33, width=47, unpaired=1, aligned=0, anchors=0, scenes=0)
    assert pair.scenes is None
    assert pair.train["b"].raw(0).shape == (4, 33, 47)
    assert pair.train["b"].srgb(0).shape == (3, 66, 94)


def test_charts_show_their_patches(tmp_path):
    """Chromaticities of the patches against their spectra, in both cameras' own views."""
    multi = source(
        "simulated-multi", size=128, unpaired=1, validation=0, anchors=0, aligned=0, scenes=2,
        lights=("FL2",), mixed=0.0, noise=False, exposure_sd=0.0,
    )  # fmt: skip
    pair = multi.prepare(tmp_path, Progress(quiet=True))
    for camera, name in (("a", multi.config.camera_a), ("b", multi.config.camera_b)):
        responses = (colorchecker() * light("FL2")) @ load_sensitivities(name).curves
        expected = responses[:23, [0, 2]] / responses[:23, [1]]  # without black: a few counts
        images = pair.scenes.camera(camera)
        for i, charts in enumerate(corners(images)):
            assert charts.shape == (3, 4, 2)
            for chart in charts:
                means = patch_means(images.raw(i), chart)[:23]
                ratios = means[:, [0, 3]] / means[:, [1]]
                np.testing.assert_allclose(ratios, expected, rtol=0.08)


def test_multi_has_two_lights_that_differ_between_charts(tmp_path):
    pair = prepared(
        tmp_path, "simulated-multi", size=64, unpaired=1, anchors=0, aligned=2, scenes=0,
        lights=("A", "D75"),
    )  # fmt: skip
    spread = []
    for i, charts in enumerate(corners(pair.aligned.a)):
        greys = np.stack([patch_means(pair.aligned.a.raw(i), chart)[18:21] for chart in charts])
        ratio = (greys[..., 0] / greys[..., 3]).mean(axis=1)  # red over blue, per chart
        spread.append(ratio.max() / ratio.min())
    assert max(spread) > 1.1
    assert " and " in pair.aligned.a[0].source


def test_plain_set_has_no_charts(small):
    _, pair = small
    assert corners(pair.scenes.a)[0].size == 0


def test_fingerprint(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("wavelength,red,green,blue\n400,1,1,1\n700,1,1,1\n")
    prints = [
        source().fingerprint(),
        source(seed=1).fingerprint(),
        source(noise=False).fingerprint(),
        source(camera_a=str(file)).fingerprint(),
        source("simulated-multi", size=64, mixed=0.25).fingerprint(),
        source(size=64).fingerprint(),
    ]
    assert len(set(prints)) == len(prints)
    assert source().fingerprint() == prints[0]
    moved = file.rename(tmp_path / "two.csv")
    assert source(camera_a=str(moved)).fingerprint() == prints[3]
    moved.write_text("wavelength,red,green,blue\n400,1,1,1\n700,1,1,2\n")
    assert source(camera_a=str(moved)).fingerprint() != prints[3]


PLAIN = {"noise": False, "blur": False, "vignetting": False}


def test_renderings_are_what_each_camera_takes_from_the_others_place(tmp_path):
    """Two cameras with one set of curves: from one place, they see the same."""
    (tmp_path / "same.csv").write_text("wavelength,red,green,blue\n400,1,2,4\n700,4,2,1\n")
    (tmp_path / "again.csv").write_text((tmp_path / "same.csv").read_text())
    pair = prepared(
        tmp_path, **PLAIN, exposure_sd=0.2, scenes=4,
        camera_a=str(tmp_path / "same.csv"), camera_b=str(tmp_path / "again.csv"),
    )  # fmt: skip
    sensor = {"a": SENSOR_A, "b": SENSOR_B}
    for camera, other in (("a", "b"), ("b", "a")):
        rendered, taken = pair.renderings[camera], pair.scenes.camera(other)
        assert [r.id for r in rendered] == [t.id for t in taken]
        for i in range(4):
            ours = rendered.raw(i) / sensor[camera].target
            theirs = taken.raw(i) / sensor[other].target
            unclipped = np.maximum(rendered.raw(i), taken.raw(i)) < 0.99
            assert abs(ours - theirs)[unclipped].max() < 0.02 * theirs.mean()
            assert rendered.srgb(i).shape == taken.srgb(i).shape


def test_renderings_are_added_to_data_made_without_them(tmp_path):
    first = prepared(tmp_path)
    before = [first.scenes.a.raw(i) for i in range(len(first.scenes))]
    kept = first.renderings["a"].srgb(0)
    shutil.rmtree(first.renderings["a"].folder.parent)
    again = prepared(tmp_path)
    np.testing.assert_array_equal(again.renderings["a"].srgb(0), kept)
    for i, raw in enumerate(before):
        np.testing.assert_array_equal(again.scenes.a.raw(i), raw)


def test_argument(tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text("")
    monkeypatch.chdir(tmp_path)
    values = Simulated.parse_argument("size=64,lights=A+LED-B1,camera_a=mine.csv")
    assert values == {
        "size": 64,
        "lights": ("A", "LED-B1"),
        "camera_a": str(tmp_path / "mine.csv"),
    }


def test_a_pair_by_name():
    values = Simulated.parse_argument("pair=phones,size=64")
    assert values == {"size": 64, "camera_a": "iPhone X", "camera_b": "Galaxy S9"}
    assert source(**values).cameras() == ("iPhone X", "Galaxy S9")
    assert Simulated.label("pair=phones,size=64") == "phones"
    assert Simulated.label("size=64") == Simulated.label("") == ""


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("pair=phone", "Unknown pair of cameras 'phone'. Did you mean 'phones'"),
        ("pair=dslr,camera_b=mine.csv", "pair=dslr and camera_b=mine.csv both choose a camera"),
    ],
)
def test_a_pair_that_cannot_be_had(argument, message):
    with pytest.raises(BenchError, match=message):
        Simulated.parse_argument(argument)


def test_config_survives_json():
    """A step finds the config again in the store."""
    from benchmark.planning.planner import identity_of

    identity = json.loads(json.dumps(vars(identity_of(source()))))
    again = DATASETS.create(identity["name"], **identity["config"])
    assert again.fingerprint() == identity["fingerprint"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lights": ("A", "D66")}, "Unknown light 'D66'"),
        ({"camera_b": "gone.csv"}, "no sensitivity file gone.csv"),
        ({"camera_b": "Nikon D200"}, "Both cameras are called 'Nikon D200'"),
    ],
)
def test_check_finds_what_is_missing(changes, message):
    with pytest.raises(BenchError, match=message):
        source(**changes).check()


def test_phones_by_file(shared, tmp_path):
    folder = shared / "spectral" / "chosen"
    pair = prepared(
        tmp_path, unpaired=1, anchors=0, scenes=0,
        camera_a=str(folder / "primary_A_iphone_x.csv"),
        camera_b=str(folder / "primary_B_samsung_s9.csv"),
    )  # fmt: skip
    assert pair.camera_a == "primary_A_iphone_x"
    assert len(pair.aligned) == 3
