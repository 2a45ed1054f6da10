"""One optimiser step over a batch that is too large for the device's memory."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer

Losses = dict[str, Tensor]


def descend_in_parts(
    optimizer: Optimizer,
    develop: Callable[[Tensor], Tensor],
    loss: Callable[[Tensor], Losses],
    raw: Tensor,
    micro_batch: int | None,
) -> Losses:
    """One step down `loss(develop(raw))["loss"]`, in parts that give the gradient of the whole.

    The batch is developed part by part without gradient; the loss of all predictions together gives
    the gradient of each; then every part is developed again and that gradient passed on through it.
    So a loss may depend on the batch as a whole, as MS-SSIM does, at the price of a second forward
    pass. The network must treat the pictures of a batch one by one: no batch norm, no dropout.

    Where `micro_batch` is None and the device's memory is too small, parts are halved until they
    fit.

    Args:
        optimizer: of the weights behind `develop`.
        develop: (N, 4, S, S) to the predictions, N first.
        loss: the predictions of the whole batch to losses by name, "loss" the one to descend.
        raw: (N, 4, S, S) float32.
        micro_batch: pictures at a time; None for as many as fit.

    Returns:
        The losses, detached.

    Raises:
        torch.OutOfMemoryError: a single picture does not fit.
    """
    size = min(micro_batch or len(raw), len(raw))
    while True:
        optimizer.zero_grad(set_to_none=True)
        try:
            losses = _backward(develop, loss, raw, size)
            break
        except torch.OutOfMemoryError:
            if micro_batch is not None or size == 1:
                raise
            size = -(-size // 2)
        # Outside of the handler, which holds on to the tensors of the attempt.
        torch.cuda.empty_cache()
    optimizer.step()
    return {name: value.detach() for name, value in losses.items()}


def _backward(
    develop: Callable[[Tensor], Tensor],
    loss: Callable[[Tensor], Losses],
    raw: Tensor,
    size: int,
) -> Losses:
    """Leaves the gradients in the weights."""
    if size == len(raw):
        losses = loss(develop(raw))
        losses["loss"].backward()
        return losses
    parts = raw.split(size)
    with torch.no_grad():
        predictions = torch.cat([develop(part) for part in parts])
    predictions.requires_grad_()
    losses = loss(predictions)
    losses["loss"].backward()
    assert predictions.grad is not None
    for part, gradient in zip(parts, predictions.grad.split(size), strict=True):
        develop(part).backward(gradient)
    return losses
