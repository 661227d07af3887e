"""Notebook 00: a turn of D with two sigmoids, and a game that is lost by speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..lesson import Exercise, Mend, Wrong, number, same

# -- mend-the-turn --------------------------------------------------------------------------------------------------


def _floor(turn: Callable) -> dict[str, float]:
    """What a small D pays after 300 steps against points that anybody can tell from real ones: they lie far away."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        D = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
        optimizer = torch.optim.Adam(D.parameters(), 0.02, fused=True)
        for _ in range(300):
            loss = turn(D, torch.randn(64, 2) + 5, torch.randn(64, 2) - 5)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {"D's loss after 300 steps": loss.item()}


def _mend_the_turn(solution: Callable) -> Iterator[str]:
    x, made = torch.randn(2, 16, 2, generator=torch.Generator().manual_seed(0))
    weight = torch.tensor([[1.5], [-0.7]])

    def D(points: Tensor) -> Tensor:
        return points @ weight

    on_real, on_made = D(x), D(made)
    yes, no = F.softplus(-on_real).mean(), F.softplus(on_made).mean()
    squashed = F.softplus(-on_real.sigmoid()).mean(), F.softplus(on_made.sigmoid()).mean()
    same(solution(D, x, made), yes + no, {
        "the first term is mended; the second still squashes a logit before softplus.": yes + squashed[1],
        "the second term is mended; the first still squashes a logit before softplus.": squashed[0] + no,
        "the sigmoid is gone, but the logarithm went with it.": -on_real.sigmoid().mean() + on_made.sigmoid().mean(),
        "the labels are exchanged now: D would learn to call made points real.":
            F.softplus(on_real).mean() + F.softplus(-on_made).mean(),
        "both are asked to look real; that is G's wish.": yes + F.softplus(-on_made).mean(),
        "the sum was halved. That only slows D down; the fault lies elsewhere.": (sum(squashed)) / 2,
        "the sign is turned round.": -(yes + no),
    }, given={
        "this is the loss as it was. What is the least that softplus(-s) can be if s lies between 0 and 1?": sum(squashed),
    })  # fmt: skip
    yield "-log D(x) - log(1 - D(G(z))), with one sigmoid and not two"
    far = torch.tensor([[20.0, 0.0]])
    if not solution(D, far, -far) < 1e-6:
        raise Wrong("a D that is right and certain still pays; then something caps its loss.")
    yield "a D that is right and certain pays 0"
    leaf = made.clone().requires_grad_()
    knob = torch.ones((), requires_grad=True)
    loss = solution(lambda points: knob * D(points), x, leaf)
    if not getattr(loss, "requires_grad", False):
        raise Wrong("no gradient reaches D: detach the made points, not D's answer.")
    loss.backward()
    if leaf.grad is not None and leaf.grad.abs().sum() > 0:
        raise Wrong("the gradient flows back into G: D's turn must not move it. Detach the made points.")
    yield "G is left alone in D's turn"


# -- all-eight ------------------------------------------------------------------------------------------------------


MODES, DEVIATION, STEPS = 8, 0.05, 600  # of the ring, as the notebook plays it


def _found(points: Tensor) -> tuple[int, float]:
    """(modes of the ring that a hundredth or more of the points lie in, share of the points near some mode)."""
    angles = torch.arange(MODES) * (2 * torch.pi / MODES)
    far = torch.cdist(points, torch.stack([angles.cos(), angles.sin()], 1))
    inside = far.amin(1) < 3 * DEVIATION
    hits = torch.bincount(far.argmin(1)[inside], minlength=MODES)
    return int((hits >= len(points) / 100).sum()), inside.float().mean().item()


def _all_eight(solution: Callable) -> Iterator[str]:
    for seed in range(2):
        game = solution(seed)
        if game is None or game is Ellipsis:
            number(None)
        if not hasattr(game, "setting") or not hasattr(game, "sample"):
            raise Wrong("return a Game that was played: Game(Setting(g_rate=3e-3, ...), seed).run(600).")
        if game.setting.g_rate != 3e-3:
            raise Wrong("G's rate has to stay at 0.003: the task is to live with it.")
        if game.setting.deviation:
            raise Wrong("the deviation is the way out that is known already. Find another one.")
        if len(game.log["gan"]) != STEPS:
            raise Wrong(f"play {STEPS} steps; this game had {len(game.log['gan'])}.")
        modes, share = _found(game.sample(600))
        if modes < MODES:
            raise Wrong(
                f"with seed {seed} the game finds {modes} of 8 modes in 600 steps. Who is faster, G or D?"
            )
        yield f"seed {seed}: all 8 modes in 600 steps; {share:.0%} of the samples lie near one"


EXERCISES = {
    "mend-the-turn": Mend(
        _mend_the_turn,
        (
            "softplus(-s) is -log of a sigmoid of s. What does D return here, a logit or a probability?",
            "There are two sigmoids, one written and one within softplus. A number between 0 and 1 costs at least softplus(-1) = 0.313.",
            "F.softplus(-D(x)).mean() + F.softplus(D(made.detach())).mean()",
        ),
        _floor,
        lambda found: found["D's loss after 300 steps"] < 0.1,
    ),
    "all-eight": Exercise(
        _all_eight,
        (
            "G hops because it gets away from D. What would let D keep up?",
            "D's learning rate may be changed: it is 0.003 where you leave it out.",
            "Game(Setting(g_rate=3e-3, d_rate=5e-3), seed).run(600)",
        ),
    ),
}
