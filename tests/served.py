"""A single tab, served on stand-in models."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
from test_app import ROOT, SECONDS, Server, free_port


@contextmanager
def serving(tab: str, folder: Path, home: Path):
    """A tab of `demos` by its module's name, on the models in `folder`, in a process of its own; `home` takes log and uploads."""
    port, log = free_port(), home / "log.txt"
    code = (
        f"from pathlib import Path; from i2i import pipeline; pipeline.SHIPPED = Path({str(folder)!r}); "
        f"import torch; torch.set_num_threads(1); from demos import look, {tab}; "
        f"look.page({tab}.tab).launch(server_name='127.0.0.1', server_port={port}, quiet=True, **look.LAUNCH)"
    )
    away = {"GRADIO_TEMP_DIR": str(home / "uploads"), "GRADIO_ANALYTICS_ENABLED": "False", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | away, stdout=out, stderr=subprocess.STDOUT)
    end = time.monotonic() + 300
    try:
        while True:
            assert process.poll() is None, f"the app did not start:\n{log.read_text()}"
            assert time.monotonic() < end, "the app took more than five minutes to start"
            try:
                if httpx.get(f"http://127.0.0.1:{port}", timeout=SECONDS, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield Server(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(20)
