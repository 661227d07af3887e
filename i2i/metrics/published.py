"""FID, KID and LPIPS by the published weights."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.public import catalogue
from .distributions import frechet, kernel_distance
from .features import Features, _layer_distances, embed
from .pixels import _check

# Eight hexadecimal digits at the end of a name are the start of the file's SHA-256.
INCEPTION = "pt_inception-2015-12-05-6726825d.pth"
# torchvision's net, its weights, and the layers that LPIPS reads: the last ReLU of each of five stages.
LPIPS_NETS = {
    "alex": ("alexnet", "alexnet-owt-7be5be79.pth", (1, 4, 7, 9, 11)),
    "vgg": ("vgg16", "vgg16-397923af.pth", (3, 8, 15, 22, 29)),
}


class MissingWeights(FileNotFoundError):
    """A standard metric was asked for, and its published weights are not there."""


# ---- Under their own names, with the published weights ----


def _load(name: str, folder: Path | str | None, fetch: str) -> dict[str, Tensor]:
    folder = catalogue.find(fetch) or catalogue.root() / fetch if folder is None else Path(folder)
    path = folder / name
    if not path.is_file():
        raise MissingWeights(f"{path} is not there; fetch it with `python -m i2i data {fetch}`")
    tag = path.stem.rpartition("-")[2]
    if len(tag) == 8 and hashlib.sha256(path.read_bytes()).hexdigest()[:8] != tag:
        raise ValueError(f"{path} does not hold the published weights: its SHA-256 does not start with {tag}")
    return torch.load(path, map_location="cpu", weights_only=True)


def _rgb(x: Tensor) -> Tensor:
    _check(x)
    if x.shape[1] != 3:
        raise ValueError(f"nets trained on ImageNet need 3 channels, got {x.shape[1]}")
    return x


def inception(folder: Path | str | None = None) -> Features:
    """The feature net of FID and KID: images [B, 3, H, W] in [-1, 1] -> [pooled map [B, 2048, 1, 1]].

    torchvision's Inception v3 with the weights of 2015-12-05 as ported for pytorch-fid, which were trained
    with 1008 classes and with other pooling in the last branch of most blocks. Images are resized to
    299 x 299, bilinear without antialiasing. `folder` is where `i2i data inception` puts
    them unless given. Raises
    MissingWeights if the file is not there, ValueError if it is another one.
    """
    state = _load(INCEPTION, folder, "inception")
    from torchvision.models import inception as tv  # slow to import

    def repooled(block: type[nn.Module], pool: Callable[[Tensor], Tensor]) -> type[nn.Module]:
        class Repooled(block):
            def _forward(self, x: Tensor) -> list[Tensor]:
                return [*super()._forward(x)[:-1], self.branch_pool(pool(x))]

        return Repooled

    def average(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)

    def maximum(x: Tensor) -> Tensor:
        return F.max_pool2d(x, 3, stride=1, padding=1)

    a, c, e = (repooled(block, average) for block in (tv.InceptionA, tv.InceptionC, tv.InceptionE))
    blocks = [tv.BasicConv2d, a, tv.InceptionB, c, tv.InceptionD, e, tv.InceptionAux]
    with torch.device("meta"):  # the weights come from the file, so none are drawn
        net = tv.Inception3(1008, aux_logits=False, inception_blocks=blocks, init_weights=False)
        net.Mixed_7c = repooled(tv.InceptionE, maximum)(2048)
    net.load_state_dict(state, assign=True)
    net.fc = nn.Identity()
    net.eval().requires_grad_(False)

    def features(x: Tensor) -> list[Tensor]:
        x = F.interpolate(_rgb(x), (299, 299), mode="bilinear", align_corners=False)
        return [net.to(x.device)(x)[..., None, None]]

    return features


def fid(made: Tensor, real: Tensor, folder: Path | str | None = None) -> float:
    """Fréchet Inception distance of two sets [N, 3, H, W], in the convention of pytorch-fid.

    See `frechet` for its bias: published values use 10,000 to 50,000 images; and `inception` for `folder`
    and errors. Images saved as 8 bits and read back give a slightly different figure. Heusel et al.,
    NIPS 2017.
    """
    features = inception(folder)
    return frechet(embed(made, features), embed(real, features))


def kid(
    made: Tensor,
    real: Tensor,
    folder: Path | str | None = None,
    subsets: int = 100,
    subset_size: int | None = None,
    seed: int = 0,
) -> tuple[float, float]:
    """Kernel Inception distance of two sets [N, 3, H, W]: (value, standard error), often reported times 100.

    See `kernel_distance` for the estimate, `inception` for `folder` and errors. Bińkowski et al., ICLR 2018.
    """
    features = inception(folder)
    return kernel_distance(embed(made, features), embed(real, features), subsets, subset_size, seed)


def lpips(a: Tensor, b: Tensor, net: str = "alex", folder: Path | str | None = None) -> Tensor:
    """Learned perceptual distance, version 0.1, of images [B, 3, H, W]: [B], at least 0.

    `net` is "alex" or "vgg" (KeyError otherwise). Needs torchvision's ImageNet weights of that net and the
    learned channel weights `lpips-v0.1-{net}.pth` in `folder` (where `i2i data lpips` puts them unless given); raises
    MissingWeights if one is not there, ValueError if it is another one. Sums over layers, where PD-i2i takes
    the mean. Zhang et al., CVPR 2018.
    """
    architecture, file, taps = LPIPS_NETS[net]
    learned = _load(f"lpips-v0.1-{net}.pth", folder, "lpips")
    state = _load(file, folder, "lpips")
    from torchvision import models  # slow to import

    with torch.device("meta"):
        whole = getattr(models, architecture)()
    whole.load_state_dict(state, assign=True)
    layers = whole.features.eval().requires_grad_(False).to(a.device)
    stages = [layers[start:stop] for start, stop in pairwise((0, *(tap + 1 for tap in taps)))]
    # Broadcasting would accept a weight of another shape in silence; the convolution before a tap knows it.
    expected = {
        f"lin{i}.model.1.weight": (1, layers[tap - 1].out_channels, 1, 1) for i, tap in enumerate(taps)
    }
    shapes = {name: tuple(weight.shape) for name, weight in learned.items()}
    if shapes != expected or any((weight < 0).any() for weight in learned.values()):
        raise ValueError(f"lpips-v0.1-{net}.pth must hold non-negative weights of the shapes {expected}")
    weights = [learned[name].to(a.device) for name in expected]
    # ImageNet's mean and deviation, for images in [-1, 1], as LPIPS rounds them.
    shift = torch.tensor([-0.030, -0.088, -0.188], device=a.device).view(3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450], device=a.device).view(3, 1, 1)

    def features(x: Tensor) -> list[Tensor]:
        x = (_rgb(x) - shift) / scale
        maps = []
        for stage in stages:
            x = stage(x)
            maps.append(x)
        return maps

    return _layer_distances(a, b, features, weights).sum(0)
