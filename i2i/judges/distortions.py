"""What can be wrong with an image, as far as a judge should notice it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.worlds.lines import smooth_noise

# --- what can be wrong with an image -----------------------------------------------------------------------
# Each takes x [B, 3, H, W] in [-1, 1], strength s [B, 1, 1, 1] in [0, 1] and a generator; the weakest is
# barely seen.


def _blur(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    b, c, h, w = x.shape
    taps = torch.exp(-0.5 * (torch.arange(-7, 8) / (0.4 + 2.6 * s.flatten(1))) ** 2)  # [B, 15]
    taps = (taps / taps.sum(1, keepdim=True)).repeat_interleave(c, 0)[:, None]
    x = F.pad(x, (7, 7, 7, 7), mode="replicate").reshape(1, b * c, h + 14, w + 14)
    x = F.conv2d(F.conv2d(x, taps[:, :, :, None], groups=b * c), taps[:, :, None], groups=b * c)
    return x.view(b, c, h, w)


def _noise(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    return x + (0.04 + 0.5 * s) * torch.randn(x.shape, generator=rng)


def _warp(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    b, _, h, w = x.shape
    offset = smooth_noise(b, 2, 5, max(h, w), rng)[..., :h, :w] * (0.5 + 4 * s)  # pixels
    still = F.affine_grid(torch.eye(2, 3).expand(b, 2, 3), [b, 1, h, w], align_corners=False)
    moved = still + offset.permute(0, 2, 3, 1) * torch.tensor([2 / w, 2 / h])
    return F.grid_sample(x, moved, mode="bicubic", padding_mode="border", align_corners=False)


def _blocks(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    """What JPEG does: the cosine coefficients of 8 x 8 blocks, rounded, the higher ones more coarsely."""
    b, c, h, w = x.shape
    k = torch.arange(8.0)
    norm = torch.where(k > 0, 0.5, math.sqrt(1 / 8))[:, None]
    cosine = torch.cos(math.pi / 8 * (k + 0.5) * k[:, None]) * norm
    tiles = F.pad(x, (0, -w % 8, 0, -h % 8), mode="replicate").unfold(2, 8, 8).unfold(3, 8, 8)
    step = (0.04 + 0.4 * s[..., None, None]) * (1 + 0.5 * (k + k[:, None]))
    tiles = cosine.T @ (((cosine @ tiles @ cosine.T) / step).round() * step) @ cosine
    return tiles.transpose(3, 4).reshape(b, c, h + -h % 8, w + -w % 8)[..., :h, :w]


def _colour(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    mix = torch.eye(3) + (0.05 + 0.4 * s[..., 0]) * torch.randn(len(x), 3, 3, generator=rng)
    cast = (0.03 + 0.3 * s) * torch.randn(len(x), 3, 1, 1, generator=rng)
    return torch.einsum("bij,bjhw->bihw", mix, x) + cast


def _patch(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    """A square of another image of the batch (or, if there is none, of another place) is pasted in."""
    b, _, h, w = x.shape
    half = (0.06 + 0.24 * s) * min(h, w)
    middle = torch.rand(b, 2, generator=rng) * torch.tensor([h, w])
    far_y = (torch.arange(h) - middle[:, :1]).abs()[:, None, :, None]
    far_x = (torch.arange(w) - middle[:, 1:]).abs()[:, None, None, :]
    other = x.roll(1, 0).roll((h // 3, w // 2), (2, 3))
    return torch.where((far_y < half) & (far_x < half), other, x)


def _checker(x: Tensor, s: Tensor, rng: torch.Generator | None) -> Tensor:
    """The lattice that strided upsampling leaves: cells of 1, 2 or 4 pixels, too light and too dark."""
    b, _, h, w = x.shape
    cell = 2 ** torch.randint(3, (b, 1, 1, 1), generator=rng)
    odd = (torch.arange(h)[:, None] // cell + torch.arange(w) // cell) % 2
    return x + (0.04 + 0.3 * s) * (2 * odd - 1) * (1 + 0.5 * torch.randn(b, 3, 1, 1, generator=rng))


_DISTORT = {
    "blur": _blur, "noise": _noise, "warp": _warp, "blocks": _blocks, "colour": _colour, "patch": _patch,
    "checker": _checker,
}  # fmt: skip
KINDS = ("none", *_DISTORT)


def distort(x: Tensor, kind: Tensor, strength: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Spoil images [B, 3, H, W] in [-1, 1]: `kind` int64 [B] into KINDS, `strength` float [B] in [0, 1].

    What `KINDS[0]` names is returned as it came. All chance is drawn from the generator.
    """
    out = x.clone()
    for k, name in enumerate(KINDS):
        rows = (kind == k).nonzero()[:, 0]
        if k and len(rows):
            out[rows] = _DISTORT[name](x[rows], strength[rows].view(-1, 1, 1, 1), generator).clamp(-1, 1)
    return out
