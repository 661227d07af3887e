"""Small GANs: a D on a line, whose best answer is known, and a game in the plane, eight Gaussians on a ring; and how it fails.

Points are float [B, 2], the ring has radius 1, the nets have a few thousand weights and learn in seconds. Notebook 00 trains
these games; the claim about the minibatch standard deviation measures some of them over three seeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from ..losses import log_loss
from ..nets.layers import minibatch_deviation
from .claim import SEEDS, Claim, Comparison, Figures, Stated
from .mixtures import covered, draw, modes

# -- on a line ------------------------------------------------------------------------------------------------------


def best_d(x: Tensor, p: Normal, q: Normal) -> Tensor:
    """D* = p / (p + q) at x (Goodfellow et al. 2014, proposition 1)."""
    return (p.log_prob(x) - q.log_prob(x)).sigmoid()


def lowest_loss(p: Normal, q: Normal) -> float:
    """What D* pays, -log D(x) and -log(1 - D(G(z))) together, in nats: 2 ln 2 less twice the Jensen-Shannon divergence."""
    reach = 8 * max(p.stddev.item(), q.stddev.item())
    x = torch.linspace(min(p.mean, q.mean) - reach, max(p.mean, q.mean) + reach, 20_001, dtype=torch.double)
    logit = p.log_prob(x) - q.log_prob(x)
    paid = p.log_prob(x).exp() * nn.functional.softplus(-logit) + q.log_prob(
        x
    ).exp() * nn.functional.softplus(logit)
    return torch.trapezoid(paid, x).item()


def trained_d(p: Normal, q: Normal, seed: int = 0, steps: int = 800) -> tuple[nn.Module, list[float]]:
    """(a D [B, 1] -> logits [B, 1] that learned from samples alone, its loss at each step)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        D = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
        optimizer, losses = torch.optim.Adam(D.parameters(), 3e-3, fused=True), []
        for _ in range(steps):
            loss = log_loss(D(p.sample((256, 1))), True) + log_loss(D(q.sample((256, 1))), False)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return D, losses


# -- in the plane ---------------------------------------------------------------------------------------------------

MODES, DEVIATION = 8, 0.05
NOISE, WIDTH, BATCH = 2, 64, 128


@dataclass(frozen=True)
class Setting:
    """How a game is played. The defaults find all eight modes.

    g_rate, d_rate: learning rates.  momentum: Adam's β1, of both.  saturating: G lowers log(1 - D), as equation 1 is written,
    not -log D.  deviation: D is told the standard deviation of its batch.  linear: D is one linear layer.
    swapped: in D's turn the labels of real and made points are exchanged.  ends: what G's last layer is put through.
    """

    g_rate: float = 2e-3
    d_rate: float = 3e-3
    momentum: float = 0.5
    saturating: bool = False
    deviation: bool = False
    linear: bool = False
    swapped: bool = False
    ends: Callable[[Tensor], Tensor] | None = None


def centres() -> Tensor:
    """[8, 2]: the modes."""
    return modes(MODES, 1.0)


def real(count: int, rng: torch.Generator) -> Tensor:
    """Points of the data."""
    return draw(count, centres(), DEVIATION, rng)


class Painter(nn.Module):
    """G: noise [B, 2] -> points."""

    def __init__(self, setting: Setting):
        super().__init__()
        self.ends = setting.ends
        self.net = nn.Sequential(
            nn.Linear(NOISE, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 2)
        )

    def forward(self, z: Tensor) -> Tensor:
        return self.ends(self.net(z)) if self.ends else self.net(z)


class Judge(nn.Module):
    """D: points -> logits [B, 1]."""

    def __init__(self, setting: Setting):
        super().__init__()
        self.deviation = setting.deviation
        hidden = [nn.Linear(2, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, WIDTH), nn.LeakyReLU(0.2)]
        self.trunk = nn.Sequential(*([] if setting.linear else hidden))
        self.last = nn.Linear((2 if setting.linear else WIDTH) + self.deviation, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.trunk(x)
        return self.last(minibatch_deviation(h, len(h)) if self.deviation else h)


class Game:
    """G, D, their optimizers, and `log`: term -> what was lowered or, for `gan`, -log D(G(z)); a value for each step.

    All chance comes from the seed: the same seed plays the same game.
    """

    def __init__(self, setting: Setting | None = None, seed: int = 0):
        self.setting = setting or Setting()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.G, self.D = Painter(self.setting), Judge(self.setting)
        self.rng = torch.Generator().manual_seed(seed)
        self.log: dict[str, list[float]] = {"real": [], "fake": [], "gan": []}
        betas = (self.setting.momentum, 0.999)
        self._g = torch.optim.Adam(self.G.parameters(), self.setting.g_rate, betas, fused=True)
        self._d = torch.optim.Adam(self.D.parameters(), self.setting.d_rate, betas, fused=True)

    def made(self) -> Tensor:
        """A batch that G makes, with its gradient."""
        return self.G(torch.randn(BATCH, NOISE, generator=self.rng))

    def d_terms(self) -> dict[str, Tensor]:
        """What D lowers: -log D(x) and -log(1 - D(G(z))), unless the labels are swapped."""
        swapped = self.setting.swapped
        on_real, on_made = self.D(real(BATCH, self.rng)), self.D(self.made().detach())
        return {"real": log_loss(on_real, not swapped), "fake": log_loss(on_made, swapped)}

    def step(self) -> None:
        """D's turn, then G's."""
        terms = self.d_terms()
        _lower(terms["real"] + terms["fake"], self._d)
        on_made = self.D(self.made())
        terms["gan"] = log_loss(on_made, True)
        _lower(-log_loss(on_made, False) if self.setting.saturating else terms["gan"], self._g)
        for name, value in terms.items():
            self.log[name].append(value.item())

    def run(self, steps: int, watch: Callable[[Game], None] | None = None) -> Game:
        """Play on, and return this game; `watch` is called after each step."""
        for _ in range(steps):
            self.step()
            if watch:
                watch(self)
        return self

    def late(self, name: str, last: int = 100) -> float:
        """A term's mean over the last steps."""
        return sum(self.log[name][-last:]) / len(self.log[name][-last:])

    @torch.no_grad()
    def sample(self, count: int = 2000) -> Tensor:
        """Points that G makes now, of the same noise at each call. The game's own dice are left alone."""
        return self.G(torch.randn(count, NOISE, generator=torch.Generator().manual_seed(9)))


def _lower(loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def coverage(points: Tensor) -> tuple[int, float]:
    """(modes of the ring that a hundredth or more of the points lie in, share within three deviations of some mode)."""
    return covered(points, centres(), DEVIATION)


def push(D: nn.Module, x: Tensor, saturating: bool = False) -> Tensor:
    """[N, 2]: which way G's loss pushes a made point at x [N, 2], and how hard: minus the gradient of -log D(x), or of
    log(1 - D(x)), at x."""
    x = x.clone().requires_grad_()
    logits = D(x)
    loss = -nn.functional.softplus(logits) if saturating else nn.functional.softplus(-logits)
    return -torch.autograd.grad(loss.sum(), x)[0]


# -- six trainings to diagnose ----------------------------------------------------------------------------------------

_FAST = Setting(g_rate=3e-3, d_rate=1e-3)  # G learns three times as fast as D
SIX: dict[str, Setting] = {
    "healthy": Setting(),
    "hops": _FAST,
    "cannot reach": Setting(ends=lambda h: 0.6 * h.tanh()),
    "half the range": Setting(ends=torch.sigmoid),
    "linear D": Setting(linear=True, d_rate=3e-2, momentum=0.0),
    "swapped": Setting(swapped=True),
}
SIX_STEPS = 600


def _restless(game: Game) -> float:
    """The standard deviation of G's term over the last 300 steps."""
    return torch.tensor(game.log["gan"][-300:]).std().item()


# What each of them shows after SIX_STEPS, in the log and in its samples: what the notebook's reasons rest on.
SIGNS: dict[str, Callable[[Game], bool]] = {
    "healthy": lambda g: (
        coverage(g.sample())[0] >= 6
        and 0.6 < g.late("real") < math.log(2) < g.late("gan") < 0.85
        and 0.6 < g.late("fake") < math.log(2)
    ),
    "hops": lambda g: (
        coverage(g.sample())[0] <= 2
        and _restless(g) > 0.02
        and all(abs(g.late(name) - math.log(2)) < 0.1 for name in g.log)
    ),
    "cannot reach": lambda g: (
        coverage(g.sample())[0] == 0
        and g.sample().abs().max().item() < 0.601
        and g.late("real") < 0.1 > g.late("fake")
        and g.late("gan") > 3 > 1 > g.log["gan"][0]
    ),
    "half the range": lambda g: (
        g.sample().min().item() >= 0
        and coverage(g.sample())[0] <= 3
        and 0.2 < g.late("real") < 0.6 > g.late("fake") > 0.1
        and 1.1 < g.late("gan") < 2.6
    ),
    "linear D": lambda g: (
        coverage(g.sample())[0] == 0
        and g.sample().norm(dim=1).mean().item() < 0.4
        and _restless(g) < 0.02
        and all(abs(g.late(name) - math.log(2)) < 0.01 for name in g.log)
    ),
    "swapped": lambda g: (
        coverage(g.sample())[0] == 0
        and g.sample().norm(dim=1).mean().item() > 4
        and all(g.late(name) < 0.01 for name in g.log)
    ),
}


# -- claim ------------------------------------------------------------------------------------------------------------

# Two settings in which G finds one mode at a time, and the same with D told the deviation.
COLLAPSING = {
    "G three times as fast": _FAST,
    "Adam with β1 = 0.9": Setting(g_rate=1e-3, d_rate=1e-3, momentum=0.9),
}
STEPS = 1500


def deviation_mends() -> Figures:
    figures: dict[str, float | list[float]] = {}
    for name, setting in COLLAPSING.items():
        for told in (False, True):
            row = f"{name}, D {'is told the deviation' if told else 'alone'}"
            changed = Setting(**{**setting.__dict__, "deviation": told})
            found = [coverage(Game(changed, seed).run(STEPS).sample()) for seed in SEEDS]
            figures[f"{row} | modes found"] = [float(count) for count, _ in found]
            figures[f"{row} | share near a mode"] = [share for _, share in found]
    return figures


def _more_modes(name: str) -> Comparison:
    return Comparison(f"{name}, D is told the deviation | modes found", f"{name}, D alone | modes found")


GANS = {
    "minibatch-deviation": Claim(
        "a D that is told the standard deviation of its minibatch keeps G from collapsing onto one mode",
        Stated("Karras et al. 2018, section 3", {0: "the generator would learn to generate diverse images"}),
        "in both settings G finds more of the eight modes if D is told the deviation",
        deviation_mends,
        tuple(map(_more_modes, COLLAPSING)),
        4,
        also=f"a ring of eight Gaussians, {STEPS} steps; the deviation of the whole batch enters before D's last layer",
    ),
}
