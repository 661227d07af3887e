"""Every method at a size that trains in milliseconds, and what its tests feed it. A new paper needs an entry in TINY."""

from __future__ import annotations

import torch
from torch import nn

from i2i.method import Batch, Method
from i2i.methods import METHODS
from i2i.nets.chance import Rng
from kit.sources import KEYS, Made, Only, fake_batch

TINY = {
    "pix2pix": {"width": 4, "cap": 8, "depth": 3, "patch_layers": 1, "patch_width": 4, "steps": 8},
    "bridge": {"width": 4, "cap": 8, "depth": 3, "steps": 8},
    "diffusion": {
        "widths": (8, 8), "layers": 1, "attention": (1,), "head": 4, "groups": 4, "dropout": 0.0, "steps": 8,
    },
    "cyclegan": {"width": 4, "blocks": 1, "patch_layers": 1, "patch_width": 4, "pool": 3, "steps": 8},
    "discogan": {"width": 4, "depth": 2, "code": 8, "early_steps": 4, "steps": 8},
    "dualgan": {
        "width": 4, "cap": 8, "depth": 4, "critic_width": 4, "critic_layers": 2, "critic_side": 4, "steps": 8,
    },
    "distancegan": {"width": 4, "blocks": 1, "patch_layers": 1, "patch_width": 4, "pool": 3, "steps": 8},
    "unit": {"width": 4, "blocks": 2, "critic_width": 4, "critic_layers": 3, "steps": 8},
    "augmented_cyclegan": {
        "code": 8, "side": 16, "width": 4, "blocks": 1, "e_width": 4, "d_width": 4, "steps": 8,
    },
    "mad_gan": {
        "heads": 3, "width": 4, "cap": 8, "depth": 3, "head_width": 4, "patch_layers": 1, "patch_width": 4, "steps": 8,
    },
    "bilinear": {"styles": 2, "contents": 3, "dim": 2, "side": 16, "steps": 8},
    "stargan": {
        "domains": 2, "attributes": False, "side": 16, "width": 4, "blocks": 1, "critic_width": 4, "critic_layers": 2,
        "critic_steps": 2, "steps": 8,
    },
    "dtn": {"side": 16, "classes": 2, "width": 4, "code": 8, "g_width": 4, "d_width": 4, "f_steps": 3, "steps": 8},
    "ost": {
        "width": 4, "blocks": 2, "patch_layers": 1, "patch_width": 4, "autoencoder_steps": 3, "steps": 8,
    },
    "bicyclegan": {
        "width": 4, "cap": 8, "depth": 3, "e_width": 4, "e_blocks": 2, "patch_layers": 1, "patch_width": 4, "steps": 8,
    },
    "munit": {
        "width": 4, "blocks": 1, "style_halvings": 2, "mlp_width": 8, "critic_width": 4, "critic_layers": 2, "scales": 2,
        "steps": 8, "halve_every": 4,
    },
    "gan3d": {"side": 16, "code": 8, "width": 4, "d_width": 4, "rest_above": 0.6, "steps": 8},
    "icgan": {
        "domains": 2, "attributes": False, "side": 16, "code": 8, "width": 4, "d_width": 4, "e_width": 4, "z_dense": 8,
        "y_dense": 8, "steps": 4, "code_steps": 3, "label_steps": 3,
    },
    "infogan": {
        "side": 16, "channels": 3, "noise": 6, "domains": 6, "width": 4, "dense": 8, "d_width": 4, "d_dense": 8, "q_dense": 8,
        "steps": 8,
    },
    "pggan": {"side": 16, "width": 4, "dilations": (1, 2), "d_width": 4, "shared": 2, "steps": 8},
    "srcnn": {"scale": 2, "width": 4, "middle": 4, "steps": 8},
    "srresnet": {"width": 4, "blocks": 1, "steps": 8},
    "srgan": {"width": 4, "blocks": 1, "side": 16, "d_width": 2, "d_dense": 8, "content": "phi22", "steps": 8},
}  # fmt: skip


def tiny(key: str = "pix2pix", seed: int = 0, **changes) -> Method:
    """A method small enough for a test; one seed, one set of weights, no trace on the global stream."""
    if key not in TINY:
        raise LookupError(f"tests/kit/methods.py has no entry for {key!r}: add its tiny config to TINY")
    cls = METHODS[key]
    return cls.seeded(cls.Config(**{**TINY[key], **changes}), seed)


def amplified(method: Method) -> Method:
    """With weights so large that no output is near grey, and every term far from its value at zero."""
    rng = torch.Generator().manual_seed(1)
    for p in method.parameters():
        if p.dim() > 1:
            nn.init.normal_(p, std=0.3, generator=rng)
    return method


def loud(key: str, **changes) -> Method:
    """A tiny method in float64, amplified."""
    return amplified(tiny(key, **changes).double())


def count(net: nn.Module, name: str = "") -> int:
    """How many parameters; of those whose name ends so."""
    return sum(p.numel() for key, p in net.named_parameters() if key.endswith(name))


def side_of(method: Method) -> int:
    """Of y, in pixels; some nets see all of an image, and their config says how large it is."""
    return getattr(method.config, "side", 16)


def example(method: Method, count: int = 2, dtype: torch.dtype = torch.float32) -> Batch:
    """A batch with what the method's layout promises, and nothing else."""
    whole = method.example(count, side_of(method))
    some = {k: whole[k] for k in (*KEYS[method.layout], "index")}
    return {k: v.to(dtype) if v.is_floating_point() else v for k, v in some.items()}


def source(method: Method, length: int = 10, dtype: torch.dtype = torch.float32) -> Only:
    """Made-up samples in the method's layout."""
    return Only(Made(length, side_of(method), dtype=dtype, enlarges=method.enlarges), method.layout)


def answer(method: Method, batch: Batch, generator: Rng = None, **controls) -> torch.Tensor:
    """What a method makes of a batch: a translation of x, or, where there is none, as many samples."""
    if method.alone:
        return method.sample(len(batch["index"]), generator, **controls)
    return method.translate(batch["x"], generator=generator, **controls)


OTHERWISE = {"direction": "yx", "label": 1, "steps": 2, "head": 1}


def wishes(method: Method) -> dict[str, dict[str, object]]:
    """What `translate` may be asked for, by a name: all by default, then each other answer that a control gives."""
    whole = fake_batch(2, side_of(method), enlarges=method.enlarges)
    always = {"mask": whole["mask"]} if "mask" in method.controls else {}
    return {"default": always} | {
        f"{k} {v}": always | {k: v} for k, v in OTHERWISE.items() if k in method.controls
    }
