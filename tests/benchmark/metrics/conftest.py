from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn


@pytest.fixture(scope="session")
def inception_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of pytorch-fid's structure with random weights whose features carry information.

    He initialisation, and batch-norm statistics measured on noise of several scales; with
    torchvision's defaults the signal dies out in the first ten layers and features are constant.
    """
    generator = torch.Generator().manual_seed(20240607)
    network = torchvision.models.inception_v3(
        num_classes=1008, aux_logits=False, init_weights=False, weights=None
    )
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_in = module.weight[0].numel()
            module.weight.data.normal_(0, (2 / fan_in) ** 0.5, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # plain average over the passes
    pictures = [
        nn.functional.interpolate(
            torch.rand(2, 3, cells, cells, generator=generator), size=(160, 160), mode="bilinear"
        )
        for cells in (2, 6, 20, 60)
    ]
    with torch.no_grad():
        network.train()(2 * torch.cat(pictures) - 1)
    file = tmp_path_factory.mktemp("weights") / "generated.pth"
    torch.save(network.state_dict(), file)
    return file
