"""Every method at a size that trains in milliseconds, and what its tests feed it. A new paper needs an entry in TINY."""

from __future__ import annotations

from i2i.method import Method
from i2i.methods import METHODS

TINY = {
    "pix2pix": {"width": 4, "cap": 8, "depth": 3, "patch_layers": 1, "patch_width": 4, "steps": 8},
    "cyclegan": {"width": 4, "blocks": 1, "patch_layers": 1, "patch_width": 4, "pool": 3, "steps": 8},
    "discogan": {"width": 4, "depth": 2, "code": 8, "early_steps": 4, "steps": 8},
    "dualgan": {
        "width": 4, "cap": 8, "depth": 4, "critic_width": 4, "critic_layers": 2, "critic_side": 4, "steps": 8,
    },
    "distancegan": {"width": 4, "blocks": 1, "patch_layers": 1, "patch_width": 4, "pool": 3, "steps": 8},
    "unit": {"width": 4, "blocks": 2, "critic_width": 4, "critic_layers": 3, "steps": 8},
    "stargan": {
        "domains": 2, "attributes": False, "side": 16, "width": 4, "blocks": 1, "critic_width": 4, "critic_layers": 2,
        "critic_steps": 2, "steps": 8,
    },
    "dtn": {"side": 16, "classes": 2, "width": 4, "code": 8, "g_width": 4, "d_width": 4, "f_steps": 3, "steps": 8},
    "ost": {
        "width": 4, "blocks": 2, "patch_layers": 1, "patch_width": 4, "autoencoder_steps": 3, "steps": 8,
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


def wishes(method: Method) -> dict[str, dict[str, object]]:
    """What `translate` may be asked for, by a name: the default and, where there is a choice, another answer."""
    found: dict[str, dict[str, object]] = {"": {}}
    if "direction" in method.controls:
        found["yx"] = {"direction": "yx"}
    if "label" in method.controls:
        found["label 1"] = {"label": 1}
    return found
