"""i2i: the app. `python app.py` serves it at http://127.0.0.1:7860; on a Space the same file runs."""

import contextlib

import demos  # noqa: F401  before all that imports Gradio: it says where visitors' files lie

with contextlib.suppress(ImportError):
    import spaces  # noqa: F401  on ZeroGPU it must be imported before torch starts CUDA

from demos.page import LAUNCH
from demos.standing import whole

app = whole("demos.tabs")

if __name__ == "__main__":
    app.launch(**LAUNCH)
