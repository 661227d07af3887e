"""The page's address: what is read of one that somebody has written by hand."""

from __future__ import annotations

import pytest

from demos.widgets import address, pad
from i2i.images import ImageError


@pytest.mark.parametrize(
    "text, found", [("7", 7), ("0", 0), ("12", 12), ("13", 12), ("999999", 12), ("9" * 50, 5), ("-1", 5), ("٣", 5), ("²", 5), ("1e3", 5), ("", 5)]
)  # fmt: skip
def test_a_number_is_brought_into_its_range_and_nonsense_counts_as_absent(text, found, monkeypatch):
    told = []
    monkeypatch.setattr(address.gr, "Info", told.append)
    assert address.number({"seed": text}, "seed", 0, 12, 5) == found
    assert address.number({}, "seed", 0, 12, 5) == 5
    assert bool(told) == (text in ("13", "999999")), "one sentence where it was changed"
    if told:
        assert told == [f"This address asks for seed {text}. It goes from 0 to 12: you see 12."]


def test_a_tab_is_named_as_the_script_of_the_page_writes_it():
    assert address.asks({"tab": "3d-voxels", "shelf": "1"}, "3d voxels", {"shelf"})
    assert address.asks({"shelf": "1"}, "3d voxels", {"shelf"})
    assert not address.asks({"tab": "paired", "shelf": "1"}, "3d voxels", {"shelf"})
    assert not address.asks({"tab": "3d-voxels"}, "3d voxels", {"shelf"})


def test_a_pad_is_as_its_address_says():
    assert pad.wished("empty", "data:,") == {"ops": "", "base": ""}
    assert pad.wished("p0,4,1,1") == {"ops": "p0,4,1,1", "base": ""}
    for ops in ("Empty", "p0", "p0,4,1,1;" * 9000):
        with pytest.raises(ImageError):
            pad.wished(ops)
