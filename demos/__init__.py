"""The tabs of the app, one file each; every one exports tab() and runs alone with `python -m demos.NAME`."""

import os

from .work import sweeper

# Gradio reads both when it is imported, so this stands before any import of it.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
sweeper.settle()
