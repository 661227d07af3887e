"""How many cores a process counts on."""

from __future__ import annotations

import math
import os

import pytest

from i2i import cores as module
from i2i.cores import allowed, cores


@pytest.fixture(autouse=True)
def eight(monkeypatch):
    """A machine of 64 cores of which this process may run on eight, and no word of a container."""
    monkeypatch.delenv("I2I_CORES", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(module, "allowed", lambda: math.inf)


def test_they_are_those_that_the_process_may_run_on(monkeypatch):
    assert cores() == 8
    monkeypatch.delattr(os, "sched_getaffinity")  # on a Mac
    assert cores() == 64


def test_whoever_shares_them_out_has_the_last_word(monkeypatch):
    monkeypatch.setenv("I2I_CORES", "3")
    assert cores() == 3


@pytest.mark.parametrize("limit, counted", [(2.0, 2), (1.5, 2), (0.25, 1), (100.0, 8)])
def test_a_container_may_allow_fewer_than_it_shows(monkeypatch, limit, counted):
    monkeypatch.setattr(module, "allowed", lambda: limit)
    assert cores() == counted


@pytest.mark.parametrize(
    "files, limit",
    [
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, math.inf),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, math.inf),
        ({"cpu/cpu.cfs_quota_us": "50000\n"}, math.inf),
        ({"cpu.max": "\n"}, math.inf),
        ({"cpu.max": "200000 0\n"}, math.inf),
        ({}, math.inf),
    ],
)
def test_the_limit_of_a_container_is_read_from_its_control_group(tmp_path, files, limit):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert allowed(tmp_path) == limit
