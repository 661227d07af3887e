"""What is installed: within bounds, locked with hashes, with licences that are listed."""

from __future__ import annotations

import re
import sys

import pytest
from packaging.requirements import Requirement

from kit.root import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import licences  # noqa: E402

LOCK = (ROOT / "requirements.lock").read_text()
WANTED = [
    Requirement(line)
    for line in (ROOT / "requirements.txt").read_text().splitlines()
    if line and line[0] != "#"
]


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: wanted.name)
def test_each_requirement_is_bounded_above_and_its_locked_versions_are_allowed(wanted):
    assert any(part.operator in ("<", "==") for part in wanted.specifier)
    versions = re.findall(rf"^{re.escape(wanted.name)}==(\S+)", LOCK, re.M)
    assert versions and all(wanted.specifier.contains(version) for version in versions)


def test_every_locked_package_has_a_hash_and_comes_by_its_name_alone():
    parts = re.split(r"^(?=\S)", LOCK, flags=re.M)[1:]
    assert len(parts) > 100
    for part in parts:
        assert re.match(r"[\w.-]+==[\w.+!]+ ", part) and "--hash=sha256:" in part, part[:80]
    assert "://" not in LOCK and "--index" not in LOCK


@pytest.mark.skipif(sys.platform != "linux", reason="the page is made on Linux")
def test_the_licences_of_what_is_installed_are_listed():
    page, rows = licences.PAGE.read_text(), licences.rows()
    assert {wanted.name for wanted in WANTED} <= rows.keys()
    missing = [name for name in rows if f"\n| {name} | " not in page]
    assert missing == [], "run make lock"
