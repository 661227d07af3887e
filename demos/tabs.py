"""The tabs of the app, in the order of the page. Whoever imports this takes torch and its memory along."""

from __future__ import annotations

import torch

from i2i.cores import cores

from .attributes import tab as attributes
from .failures import tab as failures
from .inpainting import tab as inpainting
from .live import tab as live
from .map import tab as map
from .multimodal import tab as multimodal
from .paired import tab as paired
from .superres import tab as superres
from .unpaired import tab as unpaired
from .voxels import tab as voxels

# Two visitors are served at once; more threads than cores would only spin against each other.
torch.set_num_threads(max(1, min(4, cores() // 2)))

TABS = (
    map.tab,
    paired.tab,
    unpaired.tab,
    multimodal.tab,
    voxels.tab,
    attributes.tab,
    inpainting.tab,
    superres.tab,
    failures.tab,
    live.tab,
)
