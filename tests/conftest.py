"""What several test files share: one thread, tiny configs, a source of made-up pictures."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
import torch

from i2i.cli import main
from i2i.methods import METHODS

# Many small tensors: threads would only wait for one another, the more so on a busy machine.
torch.set_num_threads(1)

# Every method at a size that trains in milliseconds. A method without an entry fails its tests.
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


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: more than twenty seconds on one core")


# What a skip may plead, and whether the plea is true here. Under I2I_CI a false one fails the run.
PLEAS = {
    "I2I_DATA": not Path(os.environ.get("I2I_DATA", "")).joinpath("emoji").is_dir(),
    "not installed": not Path(os.environ.get("I2I_DATA", "")).joinpath("emoji").is_dir(),
    "chromium": not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    "playwright": importlib.util.find_spec("playwright") is None,
}
false_pleas: list[str] = []


def pytest_runtest_logreport(report):
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if any(plea in reason and not true for plea, true in PLEAS.items()):
            false_pleas.append(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session, exitstatus):
    if false_pleas and os.environ.get("I2I_CI"):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    if false_pleas and os.environ.get("I2I_CI"):
        terminalreporter.section("skipped where they could have run")
        for line in false_pleas:
            terminalreporter.line(line)


def tiny(key: str = "pix2pix", seed: int = 0, **changes):
    """A method small enough for a test; one seed, one set of weights, no trace on the global stream."""
    cls = METHODS[key]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return cls(cls.Config(**{**TINY[key], **changes}))


def noise(*shape: int, seed: int = 0, dtype=torch.float32) -> torch.Tensor:
    """Uniform in [-1, 1]."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype) * 2 - 1


def hole(size: int = 16) -> torch.Tensor:
    """[1, 1, size, size]: 1 in the middle half."""
    middle = torch.zeros(1, 1, size, size)
    middle[..., size // 4 : 3 * size // 4, size // 4 : 3 * size // 4] = 1
    return middle


def fake_batch(b: int = 2, size: int = 16, dtype=torch.float32, enlarges: int = 1) -> dict[str, torch.Tensor]:
    """Everything that any method may ask for. enlarges: the sides of y, in those of x."""
    return {
        "x": noise(b, 3, size // enlarges, size // enlarges, seed=1, dtype=dtype),
        "y": noise(b, 3, size, size, seed=2, dtype=dtype),
        "mask": hole(size).expand(b, -1, -1, -1).to(dtype),
        "label": torch.arange(b) % 2,
        "index": torch.arange(b),
    }


class Made:
    """A source of made-up pairs in two classes that, like the real ones, draws its augmentation from the generator."""

    def __init__(self, length: int = 10, size: int = 16, jitter: float = 0.1, dtype=torch.float32, enlarges: int = 1):
        self.x, self.y = (noise(length, 3, s, s, seed=i, dtype=dtype) for i, s in enumerate((size // enlarges, size), 1))
        self.jitter = jitter

    def __len__(self) -> int:
        return len(self.x)

    def batch(self, index, generator=None):
        move = self.jitter * torch.rand(len(index), 1, 1, 1, generator=generator, dtype=self.x.dtype)
        mask = hole(self.y.shape[-1]).expand(len(index), -1, -1, -1).to(self.y.dtype)
        return {"x": self.x[index] + move, "y": self.y[index] - move, "mask": mask, "label": index % 2, "index": index}


@pytest.fixture
def unfilled(monkeypatch):
    """Networks without storage: their size is all that is asked for. A normal draw there costs imports."""
    monkeypatch.setattr(torch.nn.init, "normal_", lambda tensor, *_: tensor)
    with torch.device("meta"):
        yield


@pytest.fixture(params=sorted(METHODS))
def method(request):
    """Each method of the gallery in turn, tiny."""
    return tiny(request.param)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, on a machine without any dataset."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    return tmp_path


@pytest.fixture
def cli(capsys):
    """Run a command: (exit status, stdout, stderr)."""

    def run(*words) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = main([str(w) for w in words])
        except SystemExit as end:
            status = end.code
        return (status, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def chromium():
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not path:
        pytest.skip("needs chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("needs playwright")
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags.split())
        yield browser
        browser.close()
