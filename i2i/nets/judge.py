"""The net behind the feature judge: it measures images, and DTN may take what it says of them as an image's content."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Judge(nn.Module):
    """Images float [B, 3, H, W] in [-1, 1], sides of at least 32 -> five maps, shallow to deep.

    The first has the sides of the image; each stage halves them by averaging, which keeps a shift of one
    pixel small, then convolves twice. All maps but the last are taken at native resolution, so that PD-i2i
    sees every pixel. The last, whose mean over places is the embedding (FD-i2i, KD-i2i), is that of the
    image itself up to a shorter side of 128 px, and of the image reduced to 128 px beyond: the net was
    trained on objects 64 to 128 px large. Grey images [B, 1, H, W] are taken as RGB. Raises ValueError for
    anything else. Gradients pass through to the images.
    """

    reach = 128

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 128, 192)):
        super().__init__()
        self.widths, self.settled = widths, False
        self.stem = _conv(3, widths[0])
        self.down = nn.ModuleList(_conv(c, d) for c, d in zip(widths, widths[1:], strict=False))
        self.more = nn.ModuleList(_conv(d, d) for d in widths[1:])

    def forward(self, x: Tensor) -> list[Tensor]:
        if x.dim() != 4 or x.shape[1] not in (1, 3) or not x.is_floating_point() or min(x.shape[-2:]) < 32:
            raise ValueError(
                f"a judge looks at float [B, 3, H, W] of at least 32 x 32 px, got {x.dtype} {list(x.shape)}"
            )
        x = x.expand(-1, 3, -1, -1)
        depth, shorter = len(self.down), min(x.shape[-2:])
        if shorter <= self.reach:
            return self._maps(x, depth)
        sides = [round(s * self.reach / shorter) for s in x.shape[-2:]]
        reduced = F.interpolate(x, sides, mode="bilinear", antialias=True, align_corners=False)
        return [*self._maps(x, depth - 1), self._maps(reduced, depth)[-1]]

    def _maps(self, x: Tensor, depth: int) -> list[Tensor]:
        maps = [F.relu(self.stem(x))]
        for down, more in zip(self.down[:depth], self.more, strict=False):
            x = F.relu(down(F.avg_pool2d(maps[-1], 2)))
            maps.append(F.relu(x + more(x)))
        return maps

    def settle(self) -> Judge:
        """Freeze for good: no gradients into the weights, and an owner's `train()` moves no norm layer."""
        self.settled = True
        return self.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> Judge:
        return super().train(mode and not self.settled)


def _conv(c: int, d: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(c, d, 3, padding=1, bias=False), nn.BatchNorm2d(d))


class Embedding(nn.Module):
    """What the judge says of an image as a whole: the mean over places of its deepest maps, [B, 192]; weights as given."""

    size = 192
    units_x: Tensor  # [2, size], mean and spread of a domain's codes; with `own_units`
    units_y: Tensor

    def __init__(self):
        super().__init__()
        self.net = Judge().settle()

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)[-1].mean((2, 3))
