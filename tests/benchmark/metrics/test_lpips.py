import shutil

import numpy as np
import pytest
import torch
from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity
from torchvision.models import AlexNet_Weights

from benchmark.errors import BenchError, ContractError
from benchmark.files import sha256_of
from benchmark.hub import cached
from benchmark.metrics import lpips
from benchmark.metrics.lpips import FILE_NAME, LPIPS, find_weights, require_weights


def pictures(size=64, seed=0):
    generator = np.random.default_rng(seed)
    return generator.random((2, 3, size, size + 9)).astype(np.float32)


def place(file):
    """Puts a file where torch hub would keep the weights."""
    cached(FILE_NAME).parent.mkdir(parents=True)
    shutil.copyfile(file, cached(FILE_NAME))


def test_it_equals_torchmetrics_with_the_same_weights(alexnet_file):
    ours = LPIPS(alexnet_file)
    place(alexnet_file)  # from where torchvision takes them by itself
    theirs = LearnedPerceptualImagePatchSimilarity(net_type="alex", normalize=True)
    one, other = pictures()
    for pair in ((one, other), (other, one), (one, one), (one, one**2)):
        wanted = theirs(*(torch.from_numpy(picture)[None] for picture in pair))
        assert ours(*pair) == pytest.approx(wanted.item(), rel=1e-5, abs=1e-7)


def test_equal_pictures_have_no_distance_and_it_grows_with_the_difference(alexnet_file):
    distance = LPIPS(alexnet_file)
    one, other = pictures()
    values = [distance(one, one + s * (other - one)) for s in (0, 0.1, 0.3, 1)]
    assert values[0] == 0
    assert values == sorted(values) and values[1] > 0


def test_pictures_that_cannot_be_compared_are_refused(alexnet_file):
    distance = LPIPS(alexnet_file)
    one, other = pictures(31)
    assert distance(one, other) > 0
    with pytest.raises(BenchError, match=r"at least 31 x 31 pixels, not 30 x 39"):
        distance(*pictures(30))
    with pytest.raises(ContractError, match="one shape"):
        distance(one, other[:, 1:])


def test_the_file_is_torchvisions():
    assert AlexNet_Weights.IMAGENET1K_V1.url == lpips.URL
    assert f"alexnet-owt-{lpips.SHA256_PREFIX}.pth" == lpips.FILE_NAME
    assert cached(FILE_NAME).name == lpips.FILE_NAME


def test_a_named_file_is_taken_before_the_cache(alexnet_file, tmp_path):
    assert find_weights(None) is None
    place(alexnet_file)
    found = find_weights(None)
    assert found is not None
    assert (found.path, found.sha256) == (cached(FILE_NAME), sha256_of(alexnet_file))
    assert require_weights(alexnet_file).path == alexnet_file


def test_only_the_file_that_defines_lpips_is_taken(random_alexnet, tmp_path):
    place(random_alexnet)
    assert find_weights(None) is None
    for search in (find_weights, require_weights):
        with pytest.raises(BenchError, match=r"its SHA-256 begins \w{8}, not 7be5be79") as error:
            search(random_alexnet)
        assert str(random_alexnet) in str(error.value) and lpips.URL in str(error.value)


def test_a_damaged_file_is_refused(alexnet_file, tmp_path):
    cut = tmp_path / "cut.pth"
    cut.write_bytes(alexnet_file.read_bytes()[:-1])
    with pytest.raises(BenchError, match="damaged"):
        find_weights(cut)


def test_without_the_file_the_way_to_get_it_is_shown(tmp_path):
    with pytest.raises(BenchError, match=r"no file .*missing\.pth") as error:
        find_weights(tmp_path / "missing.pth")
    assert lpips.URL in str(error.value) and "--lpips-weights" in str(error.value)
    with pytest.raises(BenchError, match="no file") as error:
        require_weights(None)
    assert str(cached(FILE_NAME)) in str(error.value)


def test_doctor_says_what_is_missing_or_where_it_is(bench, alexnet_file, monkeypatch):
    monkeypatch.setattr("benchmark.cli.doctor._too_large", lambda device: iter(()))
    ran = bench("doctor")
    assert ran.code == 0
    (line,) = [line for line in ran.out.splitlines() if line.startswith("LPIPS")]
    assert "left out" in line and lpips.URL in line
    assert f"LPIPS:     {alexnet_file}\n" in bench("doctor", "--lpips-weights", alexnet_file).out
    assert bench("doctor", "--lpips-weights", "none.pth").code == 2
