"""The rule that turns a claim's figures into one of three verdicts."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from i2i.claims import (
    CLAIMS,
    CONTRADICTED,
    HOLDS,
    UNDECIDED,
    VERDICTS,
    Claim,
    Comparison,
    Saturates,
    nearer,
    recorded,
)
from i2i.claims.claim import LORD, equal
from i2i.claims.unpaired import _LIKENESS


def verdict(greater, less, **how) -> str:
    return Comparison("a", "b", **how).verdict({"a": greater, "b": less})


@pytest.mark.parametrize(
    ("greater", "less", "wanted"),
    [
        ([2.0, 2.1, 2.2], [1.0, 1.1, 1.0], HOLDS),
        ([1.0, 1.1, 1.0], [2.0, 2.1, 2.2], CONTRADICTED),
        ([1.0, 2.0, 3.0], [1.5, 1.5, 1.5], UNDECIDED),  # the difference is a third of the spread
        ([1.3, 2.0, 2.7], [0.0, 0.0, 0.0], HOLDS),  # mean 2, range 1.4: 1.43 times
        (
            [1.2, 2.0, 2.8],
            [0.0, 0.0, 0.0],
            UNDECIDED,
        ),  # mean 2, range 1.6: 1.25 times, though every seed agrees
        (
            [1.0, 2.0, 3.0],
            [0.8, 1.8, 2.8],
            HOLDS,
        ),  # ranges overlap, yet seed by seed the difference is the same
        ([1.0, 2.0, 3.0], [3.0, 1.0, 2.0], UNDECIDED),
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], UNDECIDED),  # a tie says neither
        ([1.0, 1.0, 1.0], 0.5, HOLDS),
        (0.5, [1.0, 1.1, 1.2], CONTRADICTED),
    ],
)
def test_seeds_decide_where_the_difference_outweighs_its_spread(greater, less, wanted):
    assert verdict(greater, less) == wanted


def test_more_seeds_need_less():
    assert verdict([1.0, 2.0, 3.0], 0.7) == UNDECIDED
    assert verdict([1.0, 1.5, 2.0, 2.5, 3.0], 0.7) == HOLDS


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_chance_decides_once_in_twenty_times(n):
    draws = torch.randn(200_000, n, generator=torch.Generator().manual_seed(0))
    told = draws.mean(1).abs() > LORD[n] * (draws.amax(1) - draws.amin(1))
    assert told.double().mean().item() == pytest.approx(0.05, abs=0.003)


def test_a_margin_a_factor_and_a_threshold():
    assert verdict([1.2, 1.2, 1.2], [1.0, 1.0, 1.0], by=0.1) == HOLDS
    assert verdict([1.05, 1.05, 1.05], [1.0, 1.0, 1.0], by=0.1) == CONTRADICTED, (
        "above, and not by as much as is claimed"
    )
    assert verdict([0.95, 0.95, 0.95], [1.0, 1.0, 1.0], by=-0.1) == HOLDS
    assert verdict([1.9, 1.9, 1.9], [1.0, 1.0, 1.0], times=2) == CONTRADICTED
    assert verdict([2.1, 2.1, 2.1], [1.0, 1.0, 1.0], times=2) == HOLDS
    assert verdict([1.1, 1.12, 1.1], [1.0, 1.0, 1.0], margin=0.2) == UNDECIDED, (
        "the least that counts, over seeds too"
    )
    assert verdict([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], margin=0.2) == UNDECIDED, (
        "the spread counts where it is wider"
    )


def test_single_numbers_want_a_margin():
    with pytest.raises(ValueError, match="margin"):
        verdict(2.0, 1.0)
    assert [verdict(a, 1.0, margin=0.5) for a in (2.0, 1.4, 0.6, 0.2)] == [
        HOLDS,
        UNDECIDED,
        UNDECIDED,
        CONTRADICTED,
    ]


def test_what_is_not_a_number_is_no_verdict():
    """A division of nothing by nothing was told as not decided."""
    with pytest.raises(ValueError, match="not a number"):
        Comparison("a", 0.5).verdict({"a": [0.6, float("nan"), 0.7]})


def test_what_is_exact_knows_two_verdicts():
    assert [verdict(a, 1.0, exact=True) for a in (2.0, 1.0, 0.9)] == [HOLDS, HOLDS, CONTRADICTED]
    same = equal("a", "b", 1e-9)
    assert same.verdict({"a": [1.0, 1.0], "b": 1.0}) == HOLDS
    assert (
        same.verdict({"a": [1.0, 1.0 + 1e-6], "b": 1.0})
        == same.verdict({"a": [1.0, 1.0 - 1e-6], "b": 1.0})
        == CONTRADICTED
    )
    assert (
        equal("a", 62, 0).verdict({"a": 62.0}) == HOLDS
        and equal("a", 62, 0).verdict({"a": 61.0}) == CONTRADICTED
    )


def test_nearer_is_by_ratio():
    figures = {"half": [0.5] * 3, "double": [2.0] * 3, "one": [1.1] * 3, "far": [0.4] * 3}
    assert (
        nearer("one", "half", to=1).verdict(figures)
        == nearer("double", "far", to=1).verdict(figures)
        == HOLDS
    )
    assert nearer("far", "double", to=1).verdict(figures) == CONTRADICTED
    assert nearer("half", "double", to=1).verdict(figures) == UNDECIDED, "as far below as above"


def test_a_gap_may_be_compared():
    figures = {"a": [3.0] * 3, "b": [1.0] * 3, "c": [1.5] * 3}
    assert Comparison(("a", "b"), "c").verdict(figures) == HOLDS
    assert Comparison(("a", "b"), ("c", "b"), times=2, by=2).verdict(figures) == CONTRADICTED


def test_seeds_that_are_not_shared_are_refused():
    with pytest.raises(ValueError, match="share"):
        verdict([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(KeyError):
        Comparison("a", "b").verdict({"a": 1.0})


def test_a_measure_that_goes_no_further_decides_nothing():
    figures = {"a": [1.0] * 3, "b": [0.0] * 3, "unlit": [1.0] * 3}
    blind = Saturates(1.0, "unlit", "an unlit page has it too")
    assert Comparison("a", "b").verdict(figures) == HOLDS
    assert (
        Comparison("a", "b", saturates=blind).verdict(figures)
        == Comparison("b", "a", saturates=blind).verdict(figures)
        == UNDECIDED
    )
    assert Comparison("a", "b", saturates=blind).verdict(figures | {"unlit": [1.0, 1.0, 0.9]}) == HOLDS, (
        "it can see"
    )
    assert Comparison("a", "b", saturates=Saturates(1.0, 1.0, "")).verdict(figures) == UNDECIDED
    assert Comparison("a", "b", saturates=Saturates(1.0, 0.2, "")).verdict(figures) == HOLDS


def test_the_control_of_likeness_is_as_recorded():
    assert recorded("cycle-ablation")["figures"]["cycle alone | likeness"] == [_LIKENESS.control] * 3


def test_a_claim_is_as_good_as_its_worst_comparison():
    yes, no, open_ = Comparison("a", 0, exact=True), Comparison("a", 2, exact=True), Comparison("s", 0)
    figures = {"a": 1.0, "s": [-1.0, 0.0, 1.0]}

    def of(*comparisons) -> str:
        return Claim("", "", "", dict, comparisons, 0.0).verdict(figures)

    assert (of(yes), of(yes, open_), of(open_, no), of(yes, no)) == (
        HOLDS,
        UNDECIDED,
        CONTRADICTED,
        CONTRADICTED,
    )
    absent = Comparison("gone", 0, exact=True)
    assert of(yes, dataclasses.replace(absent, if_measured=True)) == HOLDS
    with pytest.raises(KeyError):
        of(yes, absent)


def test_comparisons_are_told_in_a_line():
    a, b = "a | score", "b | score"
    lines = {
        Comparison(a, b): "score: a > b",
        Comparison(a, b, by=0.1, times=2): "score: a > 2 × b + 0.1",
        Comparison(a, b, by=-0.1): "score: a > b − 0.1",
        Comparison(0.5, a): "score: a < 0.5",
        Comparison(a, "b | error"): "a, score > b, error",
        Comparison((a, b), 1): "score: (a less b) > 1",
        nearer(a, b, to=1): "score: a nearer to 1 than b",
        equal(a, 3, 0): "score: a = 3",
        equal("x", "y", 0.1): "x = y to within 0.1",
        Comparison(a, b, margin=0.04): "score: a > b (one run; margin 0.04)",
        Comparison(a, b, saturates=Saturates(1.0, b, "a page has it")): "score: a > b (a page has it)",
    }
    assert {str(c): line for c, line in lines.items()} == {line: line for line in lines.values()}


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_states_comparisons_of_its_own_figures(name):
    claim, figures = CLAIMS[name], recorded(name)["figures"]
    assert claim.comparisons and {n for c in claim.comparisons for n in c.names} <= set(figures)
    assert claim.verdict(figures) in VERDICTS
