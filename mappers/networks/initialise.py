"""Initial weights, as functions for `module.apply(...)`; normalisation layers keep 1 and 0."""

from collections.abc import Callable

from torch import nn

from mappers.networks.vit import SelfAttention

LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def normal(std: float = 0.02, zero_bias: bool = True) -> Callable[[nn.Module], None]:
    """Weights N(0, std²), biases 0 (CycleGAN) or as torch draws them (CSTPP's discriminators)."""

    def initialise(module: nn.Module) -> None:
        if isinstance(module, LAYERS):
            nn.init.normal_(module.weight, 0.0, std)
            if zero_bias:
                _zero_bias(module)

    return initialise


def xavier(gain: float = 0.02) -> Callable[[nn.Module], None]:
    """Glorot-normal weights times `gain`, biases 0 (CUT, Swin-UNIT)."""

    def initialise(module: nn.Module) -> None:
        if isinstance(module, LAYERS):
            nn.init.xavier_normal_(module.weight, gain)
            _zero_bias(module)

    return initialise


def packed_attention(module: nn.Module) -> None:
    """Glorot-uniform weights where q, k and v are projected, as torch's own attention begins.

    The codes of UVCGAN and Rawformer reach all layers but this one with their N(0, 0.02²).
    """
    if isinstance(module, SelfAttention):
        nn.init.xavier_uniform_(module.qkv.weight)


def conformer(module: nn.Module) -> None:
    """Linear: truncated normal of std 0.02, bias 0. Convolution: Kaiming-normal fan-out."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        _zero_bias(module)
    elif isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def kaiming(module: nn.Module) -> None:
    """Convolutions: Kaiming-normal fan-out weights, biases 0 (cmKAN)."""
    if isinstance(module, (nn.Conv1d, nn.Conv2d)):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        _zero_bias(module)


def _zero_bias(module: nn.Module) -> None:
    if module.bias is not None:
        nn.init.zeros_(module.bias)  # type: ignore[arg-type]
