"""Pen drawings of photographs: their edges, as a steady pen would ink them.

A photograph has no flat colours whose boundaries `lines.ink` could draw. Canny's detector (1986) finds where brightness changes
most, and goes on along a line while the change is at least moderate.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .lines import STEADY, on_paper, stroked

BLUR = 1.6  # px at 128 px: finer texture, hair and noise, is no line
SHORTEST = 9  # px at 128 px: what is shorter is a speck


def traced(photograph: Tensor, share: float = 0.06) -> Tensor:
    """Pen drawings of photographs [B, 3, H, W] in [-1, 1]: the same, black ink on white.

    share: of the pixels, above 0 and below .5, those where brightness changes most; a line begins on one of them. The darkest room has as
    many. Needs scikit-image.
    """
    from scipy import ndimage
    from skimage.feature import canny

    if not 0 < share < 0.5:
        raise ValueError(f"share goes from above 0 to below 0.5; got {share}.")
    scale, found = photograph.shape[-2] / 128, []
    for grey in photograph.mean(1).cpu().double().numpy():
        edges = canny(
            grey, BLUR * scale, low_threshold=1 - 2 * share, high_threshold=1 - share, use_quantiles=True, mode="nearest"
        )  # fmt: skip
        part, _ = ndimage.label(edges, np.ones((3, 3)))
        long = np.bincount(part.ravel()) >= SHORTEST * scale
        long[0] = False
        found.append(torch.from_numpy(long[part]))
    skeleton = torch.stack(found)[:, None].to(photograph.device)
    return on_paper(stroked(skeleton, torch.full((len(found), 1, 1, 1), STEADY * scale)))
