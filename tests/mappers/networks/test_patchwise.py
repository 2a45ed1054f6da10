import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mappers.networks import patchwise, polynomial
from mappers.networks.patchwise import transform_patchwise
from mappers.networks.patchwise import transform_plainly as plain

SIZES = [  # pictures, height, width, rows and columns of the grid, area that it covers
    (2, 64, 64, 4, 4, None),
    (3, 40, 50, 4, 4, (64, 64)),
    (1, 33, 47, 3, 5, None),  # tiles do not divide the width
    (2, 20, 31, 2, 2, None),
    (1, 20, 31, 1, 1, None),
    (1, 20, 31, 1, 3, None),
    (1, 20, 31, 3, 1, None),
    (1, 5, 7, 9, 11, None),  # more patches than pixels
    (1, 1, 1, 2, 2, None),
    (1, 151, 203, 10, 13, (160, 208)),
    (1, 151, 203, 2, 2, (256, 256)),  # shrunk by 8
]
BASES = [polynomial.PAPER, polynomial.AUTHORS_CODE, polynomial.LINEAR]


def case(size, terms=polynomial.PAPER, dtype=torch.float64):
    """Raw and a grid, both with gradients, and the size that the grid covers."""
    pictures, height, width, rows, columns, covered = size
    generator = torch.Generator().manual_seed(0)
    raw = torch.rand(pictures, 4, height, width, generator=generator, dtype=dtype)
    shape = (pictures, 4 * len(terms), rows, columns)
    grid = torch.randn(shape, generator=generator, dtype=dtype)
    return raw.requires_grad_(), grid.requires_grad_(), covered


@pytest.mark.parametrize("band", [1, 100, 2**16])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("terms", BASES, ids=["paper", "authors' code", "linear"])
def test_numbers_and_gradients_of_the_plain_way(monkeypatch, band, size, terms):
    monkeypatch.setattr(patchwise, "BAND", band)
    raw, grid, covered = case(size, terms)
    y, expected = (f(raw, grid, terms, covered) for f in (transform_patchwise, plain))
    assert torch.allclose(y, expected, atol=1e-12)
    upstream = torch.randn(y.shape, dtype=y.dtype)
    gradients, right = (torch.autograd.grad(out, (raw, grid), upstream) for out in (y, expected))
    for gradient, plain_gradient in zip(gradients, right, strict=True):
        assert torch.allclose(gradient, plain_gradient, atol=1e-11)


@pytest.mark.parametrize("size", SIZES[:4])
def test_single_precision_differs_by_rounding_alone(size):
    raw, grid, covered = case(size, dtype=torch.float32)
    with torch.no_grad():
        y = transform_patchwise(raw, grid, polynomial.PAPER, covered)
        exact = plain(raw.double(), grid.double(), polynomial.PAPER, covered)
    assert (y - exact).abs().max() < 1e-5


@pytest.mark.parametrize("size", [(2, 5, 9, 2, 3, None), (1, 6, 7, 2, 2, (8, 8))])
def test_gradients_are_those_of_finite_differences(size):
    raw, grid, covered = case(size)
    terms = polynomial.PAPER
    assert torch.autograd.gradcheck(
        lambda raw, grid: transform_patchwise(raw, grid, terms, covered), (raw, grid)
    )


def test_a_picture_without_gradient_leaves_the_gradient_of_the_grid():
    raw, grid, _ = case(SIZES[0])
    (expected,) = torch.autograd.grad(plain(raw, grid, polynomial.PAPER).sum(), grid)
    y = transform_patchwise(raw.detach(), grid, polynomial.PAPER)
    (gradient,) = torch.autograd.grad(y.sum(), grid)
    assert torch.allclose(gradient, expected)


def test_coefficients_of_half_precision_are_blended_in_single():
    raw, grid, _ = case(SIZES[0], dtype=torch.float32)
    half = grid.detach().bfloat16()
    expected = transform_patchwise(raw.detach(), half.float(), polynomial.PAPER)
    with torch.autocast("cpu", torch.bfloat16):
        y = transform_patchwise(raw.detach(), half, polynomial.PAPER)
    assert y.dtype == torch.float32
    assert torch.equal(y, expected)


class _Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that any operation makes."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        made = [t for t in tree_leaves(result) if isinstance(t, torch.Tensor) and t._base is None]
        self.elements = max([self.elements, *(t.numel() for t in made)])
        return result


def test_no_tensor_is_larger_than_the_picture():
    raw, grid = torch.rand(1, 4, 512, 512), torch.rand(1, 56, 32, 32)
    with torch.inference_mode(), _Largest() as largest:
        transform_patchwise(raw, grid, polynomial.PAPER)
    assert largest.elements <= raw.numel()


def test_it_works_on_the_meta_device():
    with torch.device("meta"):
        raw = torch.rand(2, 4, 64, 64, requires_grad=True)
        grid = torch.rand(2, 56, 4, 4, requires_grad=True)
    y = transform_patchwise(raw, grid, polynomial.PAPER)
    y.sum().backward()
    assert y.device.type == "meta"
    assert y.shape == raw.shape


@torch.no_grad()
def test_a_grid_of_equal_transforms_is_one_transform():
    raw = torch.rand(2, 4, 20, 30)
    coefficients = torch.randn(2, 4, 14)
    grid = coefficients.reshape(2, 56, 1, 1).expand(2, 56, 2, 2)
    y = transform_patchwise(raw, grid, polynomial.PAPER, size=(32, 32))
    torch.testing.assert_close(y, polynomial.transform(raw, coefficients, polynomial.PAPER))


@torch.no_grad()
def test_corners_of_the_grid_lie_on_corners_of_the_covered_area():
    raw = torch.ones(1, 4, 20, 30)
    grid = torch.zeros(1, 16, 2, 2)
    grid[:, 0] = torch.tensor([[0.0, 1.0], [2.0, 3.0]])  # r from r
    red = transform_patchwise(raw, grid, polynomial.LINEAR)[0, 0]
    assert [red[0, 0], red[0, -1], red[-1, 0], red[-1, -1]] == pytest.approx([0, 1, 2, 3])
    wider = transform_patchwise(raw, grid, polynomial.LINEAR, size=(39, 59))[0, 0]
    torch.testing.assert_close(wider[19, 29], torch.tensor(1.5))


def test_an_exported_graph_takes_the_plain_way():
    class Transform(torch.nn.Module):
        def forward(self, raw, grid):
            return transform_patchwise(raw, grid, polynomial.PAPER, (64, 80))

    raw, grid = torch.rand(1, 4, 50, 70), torch.randn(1, 56, 4, 5)
    program = torch.export.export(Transform(), (raw, grid))
    assert not [node for node in program.graph.nodes if "_Blend" in str(node.target)]
    torch.testing.assert_close(program.module()(raw, grid), Transform()(raw, grid))
