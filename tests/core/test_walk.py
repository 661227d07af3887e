"""Walks between styles."""

import pytest
import torch

from i2i.run.walk import walk

PARTS = torch.linspace(0, 1, 5)


def test_a_walk_turns_evenly_and_stays_as_long():
    a, b = torch.tensor([[2.0, 0.0, 0.0]]), torch.tensor([[0.0, 4.0, 0.0]])
    way = walk(a, b, PARTS)
    angles = torch.atan2(way[:, 1], way[:, 0])
    torch.testing.assert_close(angles, PARTS * torch.pi / 2, rtol=0, atol=1e-6)
    torch.testing.assert_close(way.norm(dim=1), torch.tensor([2.0, 2.5, 3.0, 3.5, 4.0]))


def test_it_begins_and_ends_where_it_is_told():
    a, b = torch.randn(2, 1, 8, generator=torch.Generator().manual_seed(0))
    way = walk(a, b, PARTS)
    torch.testing.assert_close(way[[0, -1]], torch.cat([a, b]), rtol=0, atol=1e-5)


def test_between_a_style_and_itself_its_opposite_or_nothing_there_is_a_straight_line():
    a = torch.randn(1, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(walk(a, a, PARTS), a.expand(5, -1))
    torch.testing.assert_close(walk(a, -a, PARTS)[2], torch.zeros(8), rtol=0, atol=1e-6)
    torch.testing.assert_close(walk(torch.zeros(1, 8), a, PARTS)[2], a[0] / 2)


def test_other_shapes_are_told():
    with pytest.raises(ValueError, match=r"got \[2, 8\], \[1, 8\] and \[5\]"):
        walk(torch.zeros(2, 8), torch.zeros(1, 8), PARTS)
