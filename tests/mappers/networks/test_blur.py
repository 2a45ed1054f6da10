import torch
import torch.nn.functional as F

from mappers.networks import blur
from mappers.networks.blur import BlurDown, BlurUp


def test_down_keeps_every_second_pixel_of_the_binomial_blur():
    x = torch.rand(2, 3, 8, 10)
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
    windows = padded.unfold(2, 3, 1).unfold(3, 3, 1)  # (2, 3, 8, 10, 3, 3)
    expected = (windows * kernel).sum(dim=(4, 5))[:, :, ::2, ::2]
    torch.testing.assert_close(BlurDown()(x), expected)


def test_a_few_channels_at_a_time_give_the_same(monkeypatch):
    x = torch.rand(2, 7, 9, 10)
    expected = BlurDown()(x)
    monkeypatch.setattr(blur, "CHANNELS", 3)
    with torch.inference_mode():
        torch.testing.assert_close(BlurDown()(x), expected)


def test_up_is_the_four_tap_filter_with_replicated_edges():
    line = torch.rand(1, 1, 1, 5).expand(1, 1, 4, 5)
    up = BlurUp()(line)[0, 0, 3]
    x = F.pad(line[0, 0, 0][None, None], (1, 1), mode="replicate")[0, 0]
    even, odd = 0.25 * x[:-2] + 0.75 * x[1:-1], 0.75 * x[1:-1] + 0.25 * x[2:]
    torch.testing.assert_close(up, torch.stack([even, odd], dim=1).flatten())


def test_no_parameters_and_nothing_in_the_state():
    assert not list(BlurDown().parameters()) and not BlurDown().state_dict()
