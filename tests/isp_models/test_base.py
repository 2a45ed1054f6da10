import pytest
import torch
from torch import Tensor

import isp_models
from benchmark.errors import BenchError
from benchmark.stage import Published
from isp_models.base import DeepISP
from isp_models.training.staged import StagedConfig, staged


class Doubling(DeepISP):
    """Every plane but one, each pixel four times; keeps what it was given."""

    minimum_size = 20
    size_multiple = 8

    def develop(self, raw: Tensor) -> Tensor:
        self.seen = raw.shape[2:]
        return 2 * raw[:, :3].repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


@pytest.mark.parametrize("size", [(24, 32), (20, 20), (1, 1), (33, 47), (3, 90)])
def test_padding_gives_what_the_network_takes_and_is_cropped_off(size: tuple[int, int]) -> None:
    isp, raw = Doubling(), torch.rand(1, 4, *size)
    srgb = isp(raw)
    assert all(side >= 20 and side % 8 == 0 for side in isp.seen)
    assert torch.equal(srgb[..., ::2, ::2], (2 * raw[:, :3]).clamp(0, 1))
    assert isp.unclamped(raw).max() == 2 * raw[:, :3].max()


@pytest.mark.parametrize("shape", [(4, 8, 8), (1, 3, 8, 8)])
def test_wrong_shapes_are_reported(shape: tuple[int, ...]) -> None:
    with pytest.raises(BenchError, match="shape"):
        Doubling()(torch.rand(*shape))


def test_stages_keep_the_published_crops_in_other_batches() -> None:
    published = {"first": Published(100, 10, 64, ""), "second": Published(40, 5, 64, "")}
    config = StagedConfig(budget=0.5, batch_size=20)
    first, second = staged(published, config, 32, {"second": 0.5})
    assert (first.steps, first.batch_size, first.crop_size) == (25, 20, 32)
    assert second.steps == 2, "a quarter of 200 crops, in batches of 20, rounded"
    assert second.published == published["second"]


@pytest.mark.parametrize("name", isp_models.names())
def test_facts_are_complete(name: str) -> None:
    info = isp_models.info(name)
    assert info.title and info.authors and info.year and info.deviations
    assert info.link.startswith("https://")


def test_listing_finds_the_four() -> None:
    assert {"microisp", "pynet", "pynet-v2", "syenet"} <= set(isp_models.names())
