"""What makes nets fast, on a CPU above all: layers that compute what torch's do in another way, and the memory's layout.

Nets and methods say torch's own layers; `lay_out` puts the quick ones in their place before a method trains or
translates. Parameters, the names in a state_dict and the mathematics stay torch's, and so is what happens wherever the
other way would not be faster.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .method import Method
from .nets import layers, srresnet

MEMORY_FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}
"""The memory layout in which convolutions run fastest, by a tensor's dimensions (images, voxels)."""


def lay_out(method: Method, device: torch.device | str) -> Method:
    """Move a method to a device, its convolution weights channels-last (`nn.Module.to` refuses where some are 3-D), and
    turn its layers into the quick ones, in place.

    A layer is turned only if its type is just one that `FASTER` names: a subclass has a forward of its own.
    """
    method.to(device)
    for p in method.parameters():
        p.data = p.data.contiguous(memory_format=MEMORY_FORMATS.get(p.dim(), torch.contiguous_format))
    for module in method.modules():
        if type(module) in FASTER and _fits(module):
            module.__class__ = FASTER[type(module)]
    return method


def _fits(module: nn.Module) -> bool:
    """Whether the quick class can do what this very layer does."""
    if isinstance(module, nn.PReLU):
        return module.num_parameters == 1
    if isinstance(
        module, srresnet.ShuffledConv2d
    ):  # the kernel's half must be even for its places to pair up
        return module.weight.shape[-1] % 4 == 1
    if isinstance(module, layers.Resized):
        return doubles(module)
    return True


# -- convolutions ---------------------------------------------------------------------------------------------------
#
# Deep in a U-Net a map has a handful of pixels and a layer megabytes of weights. A convolution library re-lays all of
# them in memory at every call, in both directions; a matrix product reads them once.


class Conv2d(nn.Conv2d):
    """`nn.Conv2d` of any arguments: a matrix product where maps are small, reflected borders without a detour."""

    def forward(self, h: Tensor) -> Tensor:
        if self.padding_mode == "reflect" and not isinstance(self.padding, str):
            return F.conv2d(
                mirrored(h, self), self.weight, self.bias, self.stride, 0, self.dilation, self.groups
            )
        if not _plain(self):
            return super().forward(h)
        kernel, stride, padding = self.kernel_size[0], self.stride[0], self.padding[0]
        rows, columns = ((side + 2 * padding - kernel) // stride + 1 for side in h.shape[2:])
        if not _product_pays(self, len(h) * rows * columns):
            return super().forward(h)
        h = F.pad(h.permute(0, 2, 3, 1), (0, 0, padding, padding, padding, padding))
        # [B, rows, columns, C, kernel, kernel] -> one line for each output pixel, in the order of the weight's memory
        seen = h.unfold(1, kernel, stride).unfold(2, kernel, stride).permute(0, 1, 2, 4, 5, 3)
        weight = self.weight.permute(0, 2, 3, 1).reshape(self.out_channels, -1)
        made = F.linear(seen.reshape(-1, weight.shape[1]), weight, self.bias)
        return made.view(-1, rows, columns, self.out_channels).permute(0, 3, 1, 2)


def mirrored(h: Tensor, layer: nn.Conv2d) -> Tensor:
    """h with a convolution's border of reflected pixels, in h's own precision: autocast would make it float32 and back."""
    with torch.autocast(h.device.type, enabled=False):
        return F.pad(h, layer._reversed_padding_repeated_twice, mode="reflect")


class ConvTranspose2d(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d`, any arguments; only the one that doubles a map (kernel 4, stride 2, padding 1) becomes a product."""

    def forward(self, h: Tensor, output_size: list[int] | None = None) -> Tensor:
        doubles = _plain(self) and (self.kernel_size[0], self.stride[0], self.padding[0]) == (4, 2, 1)
        if not doubles or not _product_pays(self, h[:, 0].numel()):
            return super().forward(h, output_size)
        b, c, rows, columns = h.shape
        weight = self.weight.permute(0, 2, 3, 1).reshape(c, -1)
        spread = (h.permute(0, 2, 3, 1).reshape(-1, c) @ weight).view(
            b, rows, columns, 4, 4, self.out_channels
        )
        spread = _overlap(*spread.unbind(4), along=2)  # over columns, then over rows
        made = _overlap(*spread.unbind(4), along=1).reshape(b, 2 * rows, 2 * columns, -1)
        return (made if self.bias is None else made + self.bias.to(made.dtype)).permute(0, 3, 1, 2)


def _overlap(first: Tensor, second: Tensor, third: Tensor, fourth: Tensor, along: int) -> Tensor:
    """Add up what the four taps of neighbouring pixels put on the same place; [.., n, ..] each -> [.., n, 2, ..].

    Pixel i reaches places 2i - 1 to 2i + 2: so place 2i gets tap 1 of i and 3 of i - 1, place 2i + 1 gets 2 of i and 0 of i + 1.
    """
    n = first.shape[along]
    ends = [0, 0] * (first.dim() - 1 - along)
    before = F.pad(fourth, (*ends, 1, 0)).narrow(along, 0, n)
    after = F.pad(first, (*ends, 0, 1)).narrow(along, 1, n)
    return torch.stack([second + before, third + after], along + 1)


def _plain(layer: nn.Module) -> bool:
    """Square, undilated, ungrouped, padded with zeros: what the products here are written for."""
    if isinstance(layer.padding, str) or layer.padding_mode != "zeros" or layer.groups != 1:
        return False
    alike = all(len(set(pair)) == 1 for pair in (layer.kernel_size, layer.stride, layer.padding))
    return alike and {*layer.dilation, *(n + 1 for n in layer.output_padding)} == {1}


def _product_pays(layer: nn.Module, pixels: int) -> bool:
    """Measured on a CPU with oneDNN, forward and backward: at 512 channels up to some 256 pixels, at 160 up to some 25.

    pixels: of the smaller of the two maps, over the whole batch. A GPU's library keeps the weights as they lie.
    """
    weight = layer.weight
    return weight.device.type == "cpu" and 1024 * pixels <= weight.shape[0] * weight.shape[1]


# -- a convolution behind repeated pixels ---------------------------------------------------------------------------
#
# With every pixel repeated, neighbouring taps of the kernel often meet the same pixel, and zero borders stay zero. Along one
# axis, with taps a, b, c, place 2i of the result is a x[i-1] + (b + c) x[i], and place 2i + 1 is (a + b) x[i] + c x[i+1]. That
# is a transposed convolution with the taps c, b + c, a + b, a: 4 products a place of an image instead of 9, 8 of voxels
# instead of 27. Or each of the three taps is multiplied with each pixel once, and the products are added: 9 a pixel, which
# are 9/4 a place (27/8 of voxels). Borders that are reflected are another matter: there the two are not the same.
#
# A library computes 16 channels of a transposed convolution where an image has 3. So a layer of few outputs becomes a convolution
# of windows of 2x2 pixels, which makes the four places between them as so many channels, and these are dealt out. Voxels have
# windows of 2x2x2, and eight places.

_AXIS = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
_MERGED = {4: torch.kron(_AXIS, _AXIS), 5: torch.kron(torch.kron(_AXIS, _AXIS), _AXIS)}
"""[4 or 4*4 ..., 3*3 ...]: the taps of the transposed kernel from those of the convolution, by a weight's dimensions."""


FEW, FEW_VOXELS = 8, 1
"""Up to so many outputs, places of images and of voxels are dealt out; measured with 1 to 24, and of voxels with 1."""


class Resized(layers.Resized):
    """`nn.Upsample` by 2 and a 3x3 (or 3x3x3) convolution with zero borders, which never makes the large map in between."""

    def forward(self, h: Tensor) -> Tensor:
        conv, pixels = self[1], h[:, 0].numel()
        if h.device.type != "cpu" or h.dim() != conv.weight.dim():
            return super().forward(h)
        # To add products costs the same for few inputs as for many; to form the other kernel, for few pixels as for many.
        # Measured forward and backward, in float32 and bfloat16, with 1 to 4,096 pixels and 24 to 320 inputs.
        if conv.in_channels >= 128 or pixels <= 4 * conv.in_channels:
            return _added(h, conv)
        kernel, voxels = merged(conv.weight), h.dim() == 5
        if conv.out_channels > (FEW_VOXELS if voxels else FEW):
            return (F.conv_transpose3d if voxels else F.conv_transpose2d)(h, kernel, conv.bias, 2, 1)
        bias = None if conv.bias is None else conv.bias.repeat_interleave(8 if voxels else 4)
        if voxels:
            return _shuffled(F.conv3d(h, dealt(kernel), bias, padding=1))[..., 1:-1, 1:-1, 1:-1]
        return F.pixel_shuffle(F.conv2d(h, dealt(kernel), bias, padding=1), 2)[..., 1:-1, 1:-1]


def doubles(pair: layers.Resized) -> bool:
    """Whether it is a pair for which the other ways compute the same."""
    if len(pair) != 2 or type(pair[0]) is not nn.Upsample or not isinstance(pair[1], nn.Conv2d | nn.Conv3d):
        return False
    up, conv = pair
    given = (conv.kernel_size[0], conv.stride[0], conv.padding[0])
    repeats = up.size is None and up.mode == "nearest" and up.scale_factor == 2
    return repeats and _plain(conv) and given == (3, 1, 1)


def merged(weight: Tensor) -> Tensor:
    """A convolution's kernel [outputs, inputs, 3, 3] -> that of the transposed one [inputs, outputs, 4, 4]; or with a third
    axis. In the weight's own precision under autocast, too, so that a tap is rounded once, after the sum."""
    outputs, axes = weight.shape[0], weight.dim() - 2
    with torch.autocast(weight.device.type, enabled=False):
        taps = weight.movedim(1, -1).reshape(outputs, 3**axes, -1)
        kernel = torch.matmul(_MERGED[weight.dim()].to(taps), taps).view(outputs, *(4,) * axes, -1)
    return kernel.movedim(-1, 0).contiguous(memory_format=MEMORY_FORMATS[weight.dim()])


def dealt(kernel: Tensor) -> Tensor:
    """A transposed kernel [inputs, outputs, 4, 4] -> that of a convolution, [4 outputs, inputs, 2, 2], with a border of 1; or
    with a third axis, [8 outputs, inputs, 2, 2, 2].

    Shuffled, its result has one row and one column too many on each side: window j, of the pixels j - 1 and j, makes the
    places 2j - 1 (by taps 2 and 0) and 2j (by taps 3 and 1).
    """
    inputs, outputs = kernel.shape[:2]
    axes = kernel.dim() - 2
    pixels, places = range(2, 2 + 2 * axes, 2), range(3, 3 + 2 * axes, 2)
    taps = kernel.reshape(inputs, outputs, *(2,) * (2 * axes)).flip(*pixels).permute(1, *places, 0, *pixels)
    taps = taps.reshape(2**axes * outputs, inputs, *(2,) * axes)
    return taps.contiguous(memory_format=MEMORY_FORMATS[kernel.dim()])


def _shuffled(h: Tensor) -> Tensor:
    """`F.pixel_shuffle` by 2 of voxels: [B, 8 C, D, H, W] -> [B, C, 2D, 2H, 2W]."""
    b, c, *sides = h.shape
    parts = h.view(b, c // 8, 2, 2, 2, *sides).permute(0, 1, 5, 2, 6, 3, 7, 4)
    return parts.reshape(b, c // 8, *(2 * side for side in sides))


def _added(h: Tensor, conv: nn.Module) -> Tensor:
    """Each pixel times each tap in one matrix product, and the sums of what falls on the same place, axis by axis."""
    weight, sides = conv.weight, h.shape[2:]
    axes = len(sides)
    taps = weight.permute(*range(2, 2 + axes), 0, 1).reshape(-1, conv.in_channels)
    spread = F.linear(h.movedim(1, -1).reshape(-1, conv.in_channels), taps)
    spread = spread.view(-1, *sides, *(3,) * axes, conv.out_channels)
    for axis in range(axes, 0, -1):
        a, b, c = spread.unbind(-2)
        spread = _overlap(c, b + c, a + b, a, along=axis)
    made = spread.reshape(len(h), *(2 * side for side in sides), conv.out_channels)
    return (made if conv.bias is None else made + conv.bias.to(made.dtype)).movedim(-1, 1)


# -- a convolution behind a shuffle ---------------------------------------------------------------------------------


class ShuffledConv2d(srresnet.ShuffledConv2d):
    """The same sums in another order: as a convolution of h itself with 4 outputs and half the kernel, shuffled afterwards.

    A few channels at full size become several at half of it, and the wide map is never moved in memory. Kernels of 1, 5, 9.
    """

    def forward(self, h: Tensor) -> Tensor:
        outputs, inputs, k, _ = self.weight.shape
        # Output pixel 2i + p sees pixel 2i + p + t - k//2 for taps t: pixel q of place i + s - k//4, with 2s + q = t + p.
        taps = [F.pad(self.weight, (q, 1 - q, p, 1 - p)) for p in (0, 1) for q in (0, 1)]
        half = (k + 1) // 2
        weight = torch.stack(taps, 1).view(outputs, 4, inputs, half, 2, half, 2).permute(0, 1, 2, 4, 6, 3, 5)
        weight = weight.reshape(4 * outputs, 4 * inputs, half, half).contiguous(
            memory_format=torch.channels_last
        )
        return F.pixel_shuffle(F.conv2d(h, weight, self.bias.repeat_interleave(4), padding=k // 4), 2)


# -- norms ----------------------------------------------------------------------------------------------------------


class InstanceNorm2d(nn.InstanceNorm2d):
    """By way of a batch norm of each image alone: on a CPU that is up to four times as fast, and keeps the layout."""

    def forward(self, h: Tensor) -> Tensor:
        if h.device.type != "cpu" or self.track_running_stats or h.dim() != 4:
            return super().forward(h)
        norm = [
            F.batch_norm(one, None, None, self.weight, self.bias, True, 0.0, self.eps) for one in h.split(1)
        ]
        return torch.cat(norm) if len(norm) > 1 else norm[0]


class AffineInstanceNorm2d(layers.AffineInstanceNorm2d, InstanceNorm2d):
    """What the first does on a map of one pixel, and the second on others."""


# -- slopes ---------------------------------------------------------------------------------------------------------


class _OneSlope(torch.autograd.Function):
    """max(h, 0) + slope min(h, 0) in whole passes over memory; torch's kernel takes half precision value by value."""

    @staticmethod
    def forward(ctx, h: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(h)
        ctx.slope = weight.item()
        return F.leaky_relu(h, ctx.slope)

    @staticmethod
    def backward(ctx, g: Tensor) -> tuple[Tensor, Tensor]:
        (h,) = ctx.saved_tensors
        below = (g * h.clamp(max=0)).sum(dtype=torch.promote_types(h.dtype, torch.float32))
        return torch.ops.aten.leaky_relu_backward(g, h, ctx.slope, False), below.view(1)


class PReLU(nn.PReLU):
    """With one slope: several times as fast on a CPU in bfloat16."""

    def forward(self, h: Tensor) -> Tensor:
        return _OneSlope.apply(h, self.weight) if h.device.type == "cpu" else super().forward(h)


FASTER: dict[type[nn.Module], type[nn.Module]] = {
    nn.Conv2d: Conv2d,
    nn.ConvTranspose2d: ConvTranspose2d,
    nn.InstanceNorm2d: InstanceNorm2d,
    layers.AffineInstanceNorm2d: AffineInstanceNorm2d,
    nn.PReLU: PReLU,
    srresnet.ShuffledConv2d: ShuffledConv2d,
    layers.Resized: Resized,
}
"""Each layer, and the quick class with the same parameters."""
