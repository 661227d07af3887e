"""Nets made ready for `translate` alone: norms folded away, kernels formed and weights laid out once.

It takes milliseconds and needs nothing. The images are those of the method that was prepared, to rounding, and the
same generator draws the same masks.
"""

from __future__ import annotations

import copy
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from ..fast import FEW, dealt, doubles, merged, mirrored
from ..method import Method
from ..nets.layers import Resized

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


@cache
def bf16_here(device: torch.device) -> bool:
    """Whether a forward in bfloat16 is a fifth faster than in float32 on this device: a probe of some milliseconds."""
    if device.type == "cuda":  # older GPUs emulate it, slowly
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    conv, x = nn.Conv2d(128, 128, 3, padding=1), torch.zeros(1, 128, 32, 32)
    best = {}
    with torch.inference_mode():
        for dtype in (torch.float32, torch.bfloat16):
            way = partial(
                conv.to(dtype, memory_format=torch.channels_last),
                x.to(dtype, memory_format=torch.channels_last),
            )
            best[dtype] = min(seconds(way, x) for _ in range(5))
    return best[torch.bfloat16] < 0.8 * best[torch.float32]


def seconds(way: Callable[[], Tensor], x: Tensor) -> float:
    start = time.perf_counter()
    way()
    if x.device.type == "cuda":
        torch.cuda.synchronize(x.device)
    return time.perf_counter() - start


def prepared(method: Method, bf16: bool = False, pack: bool = True) -> Method:
    """A copy of a method in eval mode, fit for `translate` under `torch.inference_mode` only.

    What is not changed is shared with the original, which stays as it is. bf16: packed layers compute in bfloat16
    (the caller's autocast covers the others). pack=False leaves layers for a compiler to lay out.
    """
    shared = {id(tensor): tensor for tensor in itertools.chain(method.parameters(), method.buffers())}
    quick = copy.deepcopy(method, shared)
    cpu = next(method.parameters()).device.type == "cpu"
    laid = cpu and (not pack or packs(torch.bfloat16 if bf16 else torch.float32))
    for letter, net in quick.networks().items():
        if letter not in method.inference:
            setattr(quick, letter, None)
            continue
        fold(net)
        if laid:
            turn(net)
        if laid and pack:
            convolutions = [m for m in net.modules() if isinstance(m, CONVOLUTIONS) and _plain(m)]
            _replace(net, {m: Packed(m, torch.bfloat16 if bf16 else torch.float32) for m in convolutions})
    return quick


def fold(net: nn.Module) -> nn.Module:
    """Put every batch norm with running statistics into the convolution right before it, in place.

    Pairs are neighbours in an nn.Sequential and those that a net with a forward of its own names in `normed()`.
    """
    for layer, norm in list(_pairs(net)):
        conv = layer[-1] if isinstance(layer, nn.Sequential) else layer
        if not isinstance(conv, CONVOLUTIONS) or not isinstance(norm, nn.BatchNorm2d):
            continue
        if norm.training or norm.running_mean is None:
            continue
        conv.weight, conv.bias = fuse_conv_bn_weights(
            conv.weight,
            conv.bias,
            norm.running_mean,
            norm.running_var,
            norm.eps,
            norm.weight,
            norm.bias,
            transpose=isinstance(conv, nn.ConvTranspose2d),
        )
        conv.weight.data = conv.weight.data.contiguous(memory_format=torch.channels_last)
        _replace(net, {norm: nn.Identity()})
    return net


def turn(net: nn.Module) -> nn.Module:
    """Put one convolution in place of repeated pixels and a convolution, in place: its kernel stays as it is now.

    On a CPU that is faster on maps of every size, provided that its weights are laid out once. The pair of voxels stays.
    """
    new: dict[nn.Module, nn.Module] = {}
    for pair in net.modules():
        if not isinstance(pair, Resized) or not doubles(pair) or isinstance(pair[1], nn.Conv3d):
            continue
        kernel, bias = merged(pair[1].weight.detach()), pair[1].bias
        if kernel.shape[1] > FEW:
            new[pair] = _layer(nn.ConvTranspose2d, kernel, bias, (4, 2, 1))
        else:
            bias = None if bias is None else bias.repeat_interleave(4)
            conv = _layer(nn.Conv2d, dealt(kernel), bias, (2, 1, 1))
            new[pair] = nn.Sequential(conv, nn.PixelShuffle(2), nn.ZeroPad2d(-1))
    _replace(net, new)
    return net


def _layer(
    kind: type[nn.Module], weight: Tensor, bias: Tensor | None, given: tuple[int, int, int]
) -> nn.Module:
    """given: side of the kernel, stride and padding."""
    channels = weight.shape[:2] if kind is nn.ConvTranspose2d else weight.shape[1::-1]
    layer = nn.utils.skip_init(kind, *channels, *given, bias=bias is not None)
    for name, value in (("weight", weight), ("bias", bias)):
        setattr(layer, name, None if value is None else nn.Parameter(value.detach(), requires_grad=False))
    return layer


def _pairs(net: nn.Module) -> Iterator[tuple[nn.Module, nn.Module]]:
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            yield from itertools.pairwise(module)
        elif hasattr(module, "normed"):
            yield from module.normed()


def _replace(net: nn.Module, new: dict[nn.Module, nn.Module]) -> None:
    for module in list(net.modules()):
        for name, child in module.named_children():
            if child in new:
                setattr(module, name, new[child])


def _plain(conv: nn.Module) -> bool:
    return conv.padding_mode in ("zeros", "reflect") and not isinstance(conv.padding, str)


class Packed(nn.Module):
    """A convolution whose weights lie as oneDNN wants them for the first map that comes by; others are served too.

    torch's own layers lay them out anew at every call, which is most of the time of a U-Net's deep half. The
    operations are those that torch.compile puts in their place.
    """

    def __init__(self, conv: nn.Module, dtype: torch.dtype):
        super().__init__()
        self.dtype, self.weight, self.lock = dtype, None, threading.Lock()
        self.turned = isinstance(conv, nn.ConvTranspose2d)
        self.mirror = partial(mirrored, layer=conv) if conv.padding_mode == "reflect" else None
        padding = (0, 0) if self.mirror else conv.padding
        self.shape = [
            padding,
            *([conv.output_padding] if self.turned else []),
            conv.stride,
            conv.dilation,
            conv.groups,
        ]
        self.start: Tensor | None = conv.weight.detach()
        self.bias = None if conv.bias is None else conv.bias.detach().to(dtype)

    def forward(self, h: Tensor) -> Tensor:
        h = h.to(self.dtype).contiguous(memory_format=torch.channels_last)
        if self.mirror:
            h = self.mirror(h).contiguous(memory_format=torch.channels_last)
        if self.weight is None:
            self._pack(list(h.shape))
        ops = torch.ops.mkldnn
        convolve = ops._convolution_transpose_pointwise if self.turned else ops._convolution_pointwise
        return convolve(h, self.weight, self.bias, *self.shape, "none", [], "")

    def _pack(self, size: list[int]) -> None:
        with self.lock:
            if self.weight is None:
                ops = torch.ops.mkldnn
                lay = (
                    ops._reorder_convolution_transpose_weight
                    if self.turned
                    else ops._reorder_convolution_weight
                )
                self.weight, self.start = lay(self.start.to(self.dtype), *self.shape, size), None


@cache
def packs(dtype: torch.dtype) -> bool:
    """Whether this build of torch has what `Packed` calls, and it computes what torch's own layers do."""
    rng = torch.Generator().manual_seed(0)
    h = torch.rand(1, 16, 8, 8, generator=rng)
    try:
        with torch.inference_mode():
            for conv, plain in (
                (nn.Conv2d(16, 16, 4, 2, 1), F.conv2d),
                (nn.ConvTranspose2d(16, 16, 4, 2, 1), F.conv_transpose2d),
            ):
                weight = torch.rand(16, 16, 4, 4, generator=rng) - 0.5
                conv.weight, conv.bias = nn.Parameter(weight), None
                wanted, layer = plain(h, weight, None, 2, 1), Packed(conv, dtype)
                for _ in range(2):
                    if (layer(h).float() - wanted).abs().max() > 0.02 * wanted.abs().max():
                        return False
    except (RuntimeError, AttributeError):
        return False
    return True
