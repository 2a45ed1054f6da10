"""A start for short trainings of PyNET; the published one is torch's own."""

import torch
from torch import nn

from isp_models.networks.pynet import PyNETNetwork

RGB_OF_PLANES = ((0, 0, 1, 0), (0, 0.5, 0, 0.5), (1, 0, 0, 0))  # planes B, Gr, R, Gb


def show_raw(network: PyNETNetwork) -> None:
    """Makes level 0 start with the raw as its picture: faint, and with random features added.

    Absolute colour reaches level 0 only on the way around the instance norms, and torch's
    initialisation makes each convolution on it weaken what it is given. Here four features of this
    way start as the raw planes, and the head as a picture of them.

    Args:
        network: with `upsample="bilinear"` and more than 4 features at level 1.
    """
    encoder, leave = _convolutions(network.encoder[0]), _convolutions(network.level1.exit)
    encoded = leave[0].in_channels - encoder[-1].out_channels  # comes last in what level 1 joins
    for conv in (*encoder, *leave, *_convolutions(network.level0)):
        first = encoded if conv is leave[0] else 0
        with torch.no_grad():
            conv.weight[:4] = 0
            nn.init.dirac_(conv.weight[:4, first:])
            assert conv.bias is not None
            conv.bias[:4] = 0
    (head,) = _convolutions(network.heads[0])
    centre = head.kernel_size[0] // 2
    with torch.no_grad():
        head.weight[:, :4] = 0
        head.weight[:, :4, centre, centre] = torch.tensor(RGB_OF_PLANES)
        assert head.bias is not None
        head.bias.zero_()


def _convolutions(part: nn.Module) -> list[nn.Conv2d]:
    return [module for module in part.modules() if isinstance(module, nn.Conv2d)]
