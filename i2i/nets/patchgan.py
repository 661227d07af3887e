"""The PatchGAN discriminator: a classifier of overlapping patches, run as one convolution (Isola et al. 2017, 6.1)."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from .layers import batch_norm, init_normal


class PatchGAN(nn.Module):
    """[B, inputs, H, W] in [-1, 1] -> logits [B, outputs, h, w] of each patch; of one, positive means "real".

    layers: strided convolutions, which fix the side of a patch: 0 1 2 3 4 5 -> 1 16 34 70 142 286 px.
    outputs: logits of a patch; with more than one they are those of a choice between so many.
    With layers >= 1 the map's side is side / 2**layers - 2; with 0 (PixelGAN) every pixel has its logit.
    """

    def __init__(
        self,
        inputs: int = 6,
        width: int = 64,
        layers: int = 3,
        cap: int = 512,
        norm: Callable[[int], nn.Module] = batch_norm,
        outputs: int = 1,
    ):
        super().__init__()
        if layers == 0:
            plan = [(1, 1, 0, width), (1, 1, 0, 2 * width), (1, 1, 0, outputs)]
        else:
            plan = [(4, 2, 1, min(width * 2**i, cap)) for i in range(layers)]
            plan += [(4, 1, 1, min(width * 2**layers, cap)), (4, 1, 1, outputs)]
        self.plan = tuple((kernel, stride, padding) for kernel, stride, padding, _ in plan)
        modules, before = [], inputs
        for i, (kernel, stride, padding, c) in enumerate(plan):
            first, last = i == 0, i == len(plan) - 1
            normed = not first and not last
            layer = norm(c) if normed else None
            # A norm with its own shift makes the bias before it idle. PixelGAN's logit has none beside such norms.
            bias = not norm(1).affine if normed or (last and layers == 0) else True
            modules.append(nn.Conv2d(before, c, kernel, stride, padding, bias=bias))
            modules += [layer] if normed else []
            modules += [] if last else [nn.LeakyReLU(0.2)]
            before = c
        self.net = init_normal(nn.Sequential(*modules))

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)

    @property
    def receptive_field(self) -> int:
        """Side of the patch behind one logit, in pixels."""
        side = 1
        for kernel, stride, _ in reversed(self.plan):
            side = (side - 1) * stride + kernel
        return side

    def patch(self, row: int, column: int) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) of the pixels behind logit [row, column]; parts outside the image are padding."""
        step, offset = 1, 0
        for _, stride, padding in self.plan:
            offset += padding * step
            step *= stride
        left, top = column * step - offset, row * step - offset
        return left, top, left + self.receptive_field, top + self.receptive_field


def patch_layers(size: int) -> int:
    """Strided layers of a PatchGAN at a side in pixels: patches of 70 px, of 34 px for images below 128 px."""
    return 3 if size >= 128 else 2
