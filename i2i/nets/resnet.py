"""The residual generator of CycleGAN (Zhu et al. 2017, after Johnson, Alahi, Fei-Fei 2016) and its parts."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from .layers import init_normal, instance_norm, transposed3


class Residual(nn.Module):
    """h + conv, norm, ReLU, conv, norm of h; [B, channels, H, W], H and W at least 2, borders reflected."""

    def __init__(self, channels: int, norm: Callable[[int], nn.Module] = instance_norm):
        super().__init__()
        bias = not norm(1).affine

        def conv() -> nn.Conv2d:
            return nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect", bias=bias)

        self.net = nn.Sequential(conv(), norm(channels), nn.ReLU(), conv(), norm(channels))

    def forward(self, h: Tensor) -> Tensor:
        return h + self.net(h)


class ResNetGenerator(nn.Module):
    """x [B, inputs, H, W] in [-1, 1] -> [B, outputs, H, W] in [-1, 1]; H and W multiples of 4, at least 8.

    Two halvings, `blocks` residual blocks at 4 * width channels, two doublings: 6 blocks at the paper's 128 px, 9 at 256.
    up: (inputs, outputs, bias) -> a layer that doubles a map.  norm: channels -> layer.
    """

    def __init__(
        self,
        inputs: int = 3,
        outputs: int = 3,
        width: int = 64,
        blocks: int = 9,
        up: Callable[[int, int, bool], nn.Module] = transposed3,
        norm: Callable[[int], nn.Module] = instance_norm,
    ):
        super().__init__()
        bias, w = not norm(1).affine, width
        self.net = nn.Sequential(
            nn.Conv2d(inputs, w, 7, padding=3, padding_mode="reflect", bias=bias), norm(w), nn.ReLU(),
            nn.Conv2d(w, 2 * w, 3, 2, 1, bias=bias), norm(2 * w), nn.ReLU(),
            nn.Conv2d(2 * w, 4 * w, 3, 2, 1, bias=bias), norm(4 * w), nn.ReLU(),
            *(Residual(4 * w, norm) for _ in range(blocks)),
            up(4 * w, 2 * w, bias), norm(2 * w), nn.ReLU(),
            up(2 * w, w, bias), norm(w), nn.ReLU(),
            nn.Conv2d(w, outputs, 7, padding=3, padding_mode="reflect"), nn.Tanh(),
        )  # fmt: skip
        init_normal(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)
