"""i2i: the app. `python app.py` serves it at http://127.0.0.1:7860; on a Space the same file runs."""

import contextlib
import os

import demos  # noqa: F401  before all that imports Gradio: it says where visitors' files lie

with contextlib.suppress(ImportError):
    import spaces  # noqa: F401  on ZeroGPU it must be imported before torch starts CUDA

import torch

from demos.attributes import tab as attributes
from demos.inpainting import tab as inpainting
from demos.map import tab as map
from demos.multimodal import tab as multimodal
from demos.page import LAUNCH, page
from demos.paired import tab as paired
from demos.superres import tab as superres
from demos.unpaired import tab as unpaired
from demos.voxels import tab as voxels

# Two visitors are served at once; more threads than cores would only spin against each other.
torch.set_num_threads(max(1, min(4, (os.cpu_count() or 2) // 2)))

app = page(
    map.tab,
    paired.tab,
    unpaired.tab,
    multimodal.tab,
    voxels.tab,
    attributes.tab,
    inpainting.tab,
    superres.tab,
)

if __name__ == "__main__":
    app.launch(**LAUNCH)
