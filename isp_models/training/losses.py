"""Losses of the deep ISPs: pure functions of (prediction, target), each one number.

Images are (N, C, H, W) float32, sRGB in about [0, 1] unless a function says otherwise. The
perceptual loss needs weights from outside and is in `perceptual.py`.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

SSIM_WINDOW = 11  # pixels; Gaussian of sigma 1.5, as in Wang et al. 2004
SSIM_SIGMA = 1.5  # pixels
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2  # for a range of 1
MS_SSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al. 2003, fine to coarse
MS_SSIM_FLOOR = 1e-4  # terms can be negative; a power of such a term is NaN
MINIMUM_SPREAD = 1e-6  # of the errors in one channel; see `outlier_aware`


def mse(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean squared error."""
    return F.mse_loss(prediction, target)


def l1(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error."""
    return F.l1_loss(prediction, target)


def charbonnier(prediction: Tensor, target: Tensor, epsilon: float = 1e-8) -> Tensor:
    """Mean of sqrt(error² + epsilon²), a smooth absolute error (Charbonnier et al. 1994)."""
    return ((prediction - target).square() + epsilon**2).sqrt().mean()


def outlier_aware(prediction: Tensor, target: Tensor) -> Tensor:
    """Absolute error that weighs outliers up (SYENet, arXiv 2308.08137).

    Per image and channel, with error e, its mean m and the scale b = std(e) / √2 of a Laplacian:
    mean(|e| · (1 - exp(-|e - m| / b))). The weight is a constant for the gradient. As published
    the weight is 0/0 where all errors of a channel are equal; b is kept above 1e-6 here, so the
    loss is 0 there.
    """
    error = prediction - target
    with torch.no_grad():
        scale = (error.std(dim=(2, 3), keepdim=True) / math.sqrt(2)).clamp_min(MINIMUM_SPREAD)
        deviation = (error - error.mean(dim=(2, 3), keepdim=True)).abs()
        weight = 1 - torch.exp(-deviation / scale)
    return (error.abs() * weight).mean()


def cosine(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean over pixels of 1 - cos(angle between the colours); the prediction is clipped to [0, 1].

    Insensitive to brightness. A black pixel on either side counts 1 and has no gradient.
    """
    return (1 - F.cosine_similarity(prediction.clamp(0, 1), target, dim=1)).mean()


def ssim(prediction: Tensor, target: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), at most 1, best 1.

    Windows lie wholly inside the image; the window shrinks to the image where a side is under
    11 pixels. Mean over windows, channels and images.
    """
    similarity, _ = _similarity_and_contrast(prediction, target)
    return similarity.mean()


def ms_ssim(prediction: Tensor, target: Tensor) -> Tensor:
    """Multi-scale structural similarity (Wang et al. 2003), in (0, 1], best 1.

    The product over scales is of the terms' means over all images, as in PyNET's code, so it is
    not the mean of the images' own values. Five scales need 176 pixels. Smaller images use as many
    as leave the coarsest one a full window, with the weights of those scales divided by their sum.
    Terms are kept above 1e-4: the published code takes powers of negative ones and gets NaN.
    """
    side = min(prediction.shape[2:])
    scales = max(1, min(len(MS_SSIM_WEIGHTS), 1 + int(math.log2(max(side / SSIM_WINDOW, 1)))))
    total = sum(MS_SSIM_WEIGHTS[:scales])
    product = torch.ones((), device=prediction.device)
    for scale, weight in enumerate(MS_SSIM_WEIGHTS[:scales]):
        similarity, contrast = _similarity_and_contrast(prediction, target)
        term = similarity if scale == scales - 1 else contrast
        product = product * term.mean().clamp_min(MS_SSIM_FLOOR).pow(weight / total)
        if scale < scales - 1:
            prediction, target = F.avg_pool2d(prediction, 2), F.avg_pool2d(target, 2)
    return product


def _similarity_and_contrast(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Per image, (N,) each: mean SSIM, and the mean of its contrast-structure factor."""
    # Variances as differences need float32. The meta device has no autocast to switch off.
    with torch.autocast("cpu" if x.is_meta else x.device.type, enabled=False):
        x, y = x.float(), y.float()
        planes = torch.cat([x, y, x * x, y * y, x * y])  # (5N, C, H, W)
        mean_x, mean_y, xx, yy, xy = _blur(planes).chunk(5)
        covariance = xy - mean_x * mean_y
        variances = (xx - mean_x * mean_x) + (yy - mean_y * mean_y)
        contrast = (2 * covariance + SSIM_C2) / (variances + SSIM_C2)
        luminance = (2 * mean_x * mean_y + SSIM_C1) / (mean_x**2 + mean_y**2 + SSIM_C1)
        return (luminance * contrast).mean(dim=(1, 2, 3)), contrast.mean(dim=(1, 2, 3))


def _blur(x: Tensor) -> Tensor:
    """Gaussian mean of every window that lies inside the image."""
    channels, height, width = x.shape[1:]
    for side, shape in ((min(SSIM_WINDOW, height), (-1, 1)), (min(SSIM_WINDOW, width), (1, -1))):
        offset = torch.arange(side, device=x.device, dtype=x.dtype) - (side - 1) / 2
        window = torch.exp(-(offset**2) / (2 * SSIM_SIGMA**2))
        kernel = (window / window.sum()).reshape(1, 1, *shape).expand(channels, -1, -1, -1)
        x = F.conv2d(x, kernel, groups=channels)
    return x
