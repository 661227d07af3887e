"""What all tests share: one thread, how they are shared out among processes, what a skip may plead, a few fixtures."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

# Many small tensors: threads would only wait for one another, the more so on a busy machine. Processes that tests start, too.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch

from i2i.cli import main
from kit.golden import Golden

torch.set_num_threads(1)


def pytest_addoption(parser):
    parser.addoption(
        "--regold", action="store_true", help="write tests/golden anew, from what the tests find now"
    )


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config, items):
    """Of several processes each takes whole files, with their servers and other fixtures; what is slow goes where there is room."""
    for item in items:
        alone = item.name if item.get_closest_marker("slow") else item.path.stem
        item.add_marker(pytest.mark.xdist_group(alone))


def pytest_configure(config):
    config.addinivalue_line("markers", "xdist_group: tests that one process takes together")
    config.addinivalue_line("markers", "slow: more than twenty seconds on one core")
    config.addinivalue_line("markers", "patient: seconds, which `make test-fast` does not wait for")


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
    written = {
        value
        for r in terminalreporter.stats.get("passed", ())
        for name, value in r.user_properties
        if name == "golden"
    }
    if written:
        terminalreporter.section("golden values written: commit these files")
        for path in sorted(written):
            terminalreporter.line(path)
    if false_pleas and os.environ.get("I2I_CI"):
        terminalreporter.section("skipped where they could have run")
        for line in false_pleas:
            terminalreporter.line(line)


@pytest.fixture
def golden(request) -> Golden:
    return Golden(request)


@pytest.fixture
def unfilled(monkeypatch):
    """Networks without storage: their size is all that is asked for. A normal draw there costs imports."""
    monkeypatch.setattr(torch.nn.init, "normal_", lambda tensor, *_: tensor)
    with torch.device("meta"):
        yield


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
