import pytest
import torch

import mappers
from benchmark.errors import BenchError
from tests.mappers.pairs import Pictures


def _pictures(size=(120, 160)) -> Pictures:
    a = [torch.rand(4, *size) * 0.5 for _ in range(3)]
    return Pictures(a, [0.5 * p + 0.2 for p in torch.rand(3, 4, *size)])


def _fitted(pictures, **config):
    mapper = mappers.create("fda", **config)
    mapper.fit(pictures)
    return mapper


def _published(source, target, beta):
    """The released numpy code's steps for pictures of equal size: shift, cut, swap, shift back."""
    height, width = source.shape[1:]
    b = int(min(height, width) * beta)
    row, column = height // 2, width // 2
    shifted = [torch.fft.fftshift(torch.fft.fft2(x), dim=(1, 2)) for x in (source, target)]
    amplitude, phase = shifted[0].abs(), shifted[0].angle()
    window = (slice(None), slice(row - b, row + b + 1), slice(column - b, column + b + 1))
    amplitude[window] = shifted[1].abs()[window]
    mixed = torch.fft.ifftshift(torch.polar(amplitude, phase), dim=(1, 2))
    return torch.fft.ifft2(mixed).real


@pytest.mark.parametrize("beta", [0.01, 0.05])
@pytest.mark.parametrize("size", [(120, 160), (121, 101)])
def test_equal_sizes_give_the_published_result(beta, size):
    pictures = _pictures(size)
    mapper = _fitted(Pictures(pictures.unpaired_a, pictures.unpaired_b[:1]), beta=beta)
    source = pictures.unpaired_a[0]
    expected = _published(source, pictures.unpaired_b[0], beta)
    found = mapper.map(source[None], "a2b")[0]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (300, 500)])
def test_at_any_size_the_channel_means_become_those_of_the_target(size):
    pictures = _pictures()
    mapper = _fitted(Pictures(pictures.unpaired_a, pictures.unpaired_b[:1]))
    y = mapper.map(torch.rand(1, 4, *size), "a2b")
    assert y.shape == (1, 4, *size)
    target = pictures.unpaired_b[0].mean(dim=(1, 2))
    torch.testing.assert_close(y[0].mean(dim=(1, 2)), target, atol=1e-5, rtol=1e-5)


def test_a_mean_amplitude_equals_the_mean_of_the_outputs():
    pictures = _pictures()
    raw = torch.rand(1, 4, 120, 160)
    outputs = [
        _fitted(Pictures(pictures.unpaired_a, [b])).map(raw, "a2b") for b in pictures.unpaired_b
    ]
    together = _fitted(pictures, targets=3).map(raw, "a2b")
    torch.testing.assert_close(together, torch.stack(outputs).mean(dim=0), atol=1e-5, rtol=1e-5)


def test_the_choice_of_targets_is_a_setting():
    pictures = _pictures()
    means = {_fitted(pictures, choice=c).amplitude_b[0, 1, 1].item() for c in range(8)}
    assert len(means) == 3


def test_weights_load_into_a_mapper_that_was_not_fitted():
    mapper, other = _fitted(_pictures()), mappers.create("fda")
    other.load_state_dict(mapper.state_dict())
    raw = torch.rand(1, 4, 64, 64)
    assert torch.equal(mapper(raw, "b2a"), other(raw, "b2a"))


def test_before_the_fit_it_says_so():
    with pytest.raises(BenchError, match="fit"):
        mappers.create("fda")(torch.rand(1, 4, 32, 32), "a2b")
