import json
from functools import partial

import numpy as np
import pytest
import torch

import mappers
from benchmark.deployment.colour import cube, matrix
from benchmark.errors import BenchError
from mappers.base import Mapper, register_mapper
from tests.benchmark.deployment.networks import pipeline


def mapper(name):
    return pipeline(name).mapper


def test_a_matrix_is_the_mapper():
    linear = mapper("global3x3")
    found = json.loads(matrix(linear, "b2a", {"mapper_key": "0123"}))
    assert found["mapper_key"] == "0123"
    assert np.allclose(found["matrix_4x4"], linear.get_buffer("b2a"), atol=1e-6)
    raw = 0.2 * torch.rand(1, 4, 40, 40)
    raw[:, 2] = raw[:, 1]
    mapped = linear.map(raw, "b2a")[0].flatten(1).double()
    greens = (mapped[1] + mapped[2]) / 2
    source = raw[0, [0, 1, 3]].flatten(1).double().numpy()
    by_matrix = np.array(found["matrix_3x3"]) @ source
    assert np.allclose(by_matrix, torch.stack([mapped[0], greens, mapped[3]]), atol=1e-6)
    back = np.array(found["inverse_3x3"]) @ by_matrix
    assert np.allclose(back, source, atol=1e-5)


def read_cube(text):
    """The table of a .cube file as its specification has it: red changes fastest."""
    lines = [line for line in text.splitlines() if line and line[0] in "-0123456789"]
    (points,) = (int(line.split()[1]) for line in text.splitlines() if "LUT_3D_SIZE" in line)
    values = np.array([[float(word) for word in line.split()] for line in lines])
    return values.reshape(points, points, points, 3)  # (blue, green, red, RGB)


def test_a_table_holds_the_mapper_at_its_nodes():
    table = cube(mapper("global-poly"), "a2b", {"camera": "Left"}, points=5)
    assert "# camera: Left" in table.text
    values = read_cube(table.text)
    red, green, blue = 0.25, 0.5, 0.75
    raw = torch.tensor([red, green, green, blue])[None, :, None, None].expand(1, 4, 32, 32)
    expected = mapper("global-poly")(raw, "a2b")[0, :, 0, 0].tolist()
    found = values[3, 2, 1]
    assert found == pytest.approx(
        [expected[0], (expected[1] + expected[2]) / 2, expected[3]], abs=1e-5
    )


def test_the_stated_error_falls_with_the_points_and_is_nothing_for_the_identity():
    errors = [cube(mapper("global-poly"), "a2b", {}, points).largest for points in (3, 9, 33)]
    assert errors[0] > errors[1] > errors[2] > 0
    same = cube(mappers.create("identity").eval(), "a2b", {}, points=2)
    assert same.largest < 1e-6
    assert (read_cube(same.text)[1, 0, 0] == (0, 0, 1)).all()


def test_a_polynomial_is_no_matrix():
    with pytest.raises(BenchError, match="not linear"):
        matrix(mapper("global-poly"), "a2b", {})


@register_mapper("test-blur", title="Looks at its neighbour", supervision="none")
class Neighbour(Mapper):
    def map(self, raw, direction):
        return (raw + raw.roll(1, dims=3)) / 2


@pytest.mark.parametrize("write", [matrix, partial(cube, points=3)])
@pytest.mark.parametrize("name", ["fda", "neighbour"])
def test_what_looks_at_more_than_a_pixel_is_refused(write, name):
    local = Neighbour() if name == "neighbour" else mapper(name)
    with pytest.raises(BenchError, match="more than one pixel"):
        write(local, "a2b", {})
