"""Training batches: every crop once per epoch, independent of history, aligned where promised."""

import numpy as np
import pytest
import torch

from benchmark.data.base import PairSet
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter
from benchmark.errors import BenchError
from benchmark.stage import Stage
from benchmark.training.batches import PairedBatches, UnpairedBatches, crop_grid

SIZE = (33, 50)


@pytest.fixture
def images(tmp_path) -> ImageSet:
    """Pictures in which every pixel's value says where it is."""
    writer = ImageWriter(tmp_path / "images")
    for i in range(3):
        where = np.arange(SIZE[0] * SIZE[1], dtype=np.uint16).reshape(SIZE) + 5000 * i
        raw = np.stack([where] * 4)
        srgb = np.stack([(where % 256).astype(np.uint8)] * 3).repeat(2, 1).repeat(2, 2)
        writer.write(i, ImageRecord(f"p{i}", *SIZE, 65535, "rendered"), raw, srgb)
    return writer.close()


def corners(raw: torch.Tensor) -> list[int]:
    """The smallest value in each crop: its top left pixel."""
    return [round(float(crop.min()) * 65535) for crop in raw]


def test_the_grid_is_whole_and_drops_the_remainder(images):
    grid = crop_grid(images, 16)
    assert len(grid) == 3 * 2 * 3
    assert all(crop.top + 16 <= SIZE[0] and crop.left + 16 <= SIZE[1] for _, crop in grid)


def test_every_epoch_takes_every_crop_once_in_another_order(images):
    batches = UnpairedBatches(images, images, None, Stage("s", 3, 16), seed=0)
    assert batches.crops == 18
    epochs = [
        [corner for k in range(6) for corner in corners(batches.batch(e * 6 + k).a)]
        for e in range(2)
    ]
    assert len(set(epochs[0])) == 18
    assert sorted(epochs[0]) == sorted(epochs[1])
    assert epochs[0] != epochs[1]


def test_a_and_b_are_drawn_independently(images):
    batch = UnpairedBatches(images, images, None, Stage("s", 6, 16), seed=0).batch(0)
    assert corners(batch.a) != corners(batch.b)


def test_a_batch_depends_on_its_step_alone(images):
    stage = Stage("s", 4, 16, augment=True)
    one, two = (UnpairedBatches(images, images, None, stage, seed=5) for _ in range(2))
    for step in range(6):
        one.batch(step)
    assert torch.equal(one.batch(7).a, two.batch(7).a)
    other = UnpairedBatches(images, images, None, stage, seed=6)
    assert not torch.equal(one.batch(7).a, other.batch(7).a)


def test_augmentation_turns_and_flips_all_ways(images):
    stage = Stage("s", 9, 16, augment=True)
    batches = UnpairedBatches(images, images, None, stage, seed=0)
    seen = set()
    for step in range(20):
        for crop in batches.batch(step).a:
            along, down = crop[0, 0, 1] - crop[0, 0, 0], crop[0, 1, 0] - crop[0, 0, 0]
            seen.add((int(crop[0].argmin()), bool(along.abs() < down.abs())))
    assert len(seen) == 8


def test_anchors_stay_aligned_under_augmentation(images):
    stage = Stage("s", 4, 16, augment=True)
    batch = UnpairedBatches(images, images, PairSet(images, images), stage, seed=0).batch(3)
    assert batch.anchor_a is not None and batch.anchor_b is not None
    assert torch.equal(batch.anchor_a, batch.anchor_b)


def test_srgb_covers_its_raw(images):
    batch = PairedBatches(images, images, Stage("s", 4, 16, augment=True), seed=0).batch(1)
    assert batch.srgb.shape == (4, 3, 32, 32)
    expected = (batch.raw[:, :3] * 65535).round() % 256 / 255
    expected = expected.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.allclose(batch.srgb, expected, atol=1e-6)


def test_for_validation_every_crop_comes_once_and_as_it_is(images):
    batches = list(PairedBatches(images, images, Stage("s", 4, 16, augment=True), seed=0).once())
    assert [len(batch.raw) for batch in batches] == [4, 4, 4, 4, 2]
    places = [5000 * i + 50 * top + left
              for i in range(3) for top in (0, 16) for left in (0, 16, 32)]  # fmt: skip
    assert [round(float(r[0, 0, 0]) * 65535) for b in batches for r in b.raw] == places
    assert all(torch.equal(r[0], r[0].cummax(0).values) for b in batches for r in b.raw)


def test_crops_larger_than_the_pictures_are_refused(images):
    with pytest.raises(BenchError, match="side of only 33"):
        crop_grid(images, 64)
