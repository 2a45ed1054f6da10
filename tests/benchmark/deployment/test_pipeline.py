from pathlib import Path

import numpy as np
import torch

import isp_models
import mappers
from benchmark.data.files.packing import pack
from benchmark.deployment.pipeline import Packing, Pipeline, example


def test_packing_is_that_of_the_reader_of_raw_files():
    mosaic = np.random.default_rng(0).integers(0, 1024, (80, 70)).astype(np.uint16)
    black, white = (60, 64, 65, 70), 1000
    read = pack(Path("x.dng"), mosaic, "RGGB", black, white)
    counts = torch.from_numpy(mosaic.astype(np.float32))[None, None]
    packed = Packing()(counts, torch.tensor(black).float(), torch.tensor(float(white)))
    torch.testing.assert_close(packed[0], torch.from_numpy(read.counts / np.float32(read.range)))


@torch.no_grad()
def test_the_mapper_comes_before_the_isp():
    torch.manual_seed(0)
    mapper, isp = mappers.create("global-gain").eval(), isp_models.create("syenet").eval()
    mapper.get_buffer("b2a").mul_(torch.tensor([0.5, 0.9, 0.9, 0.7]))
    raw = example(40, 50)
    chain = Pipeline(mapper, "b2a", isp).eval()
    torch.testing.assert_close(chain(raw), isp(mapper(raw, "b2a")))
    torch.testing.assert_close(Pipeline(mapper, "a2b")(raw), raw)
    assert sum(w.numel() for w in chain.parameters()) < sum(w.numel() for w in isp.parameters())
