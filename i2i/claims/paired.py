"""Claims about paired translation (pix2pix)."""

from __future__ import annotations

import torch

from ..data.icons import Icons
from ..metrics import diversity
from ..nets.patchgan import PatchGAN
from ..pipeline import load
from .claim import Claim


def best_constant() -> dict[str, float]:
    """y is 1 with probability 0.7, else 0; one free number guesses it, by gradient descent on 10,000 draws."""
    y = (torch.rand(10_000, generator=torch.Generator().manual_seed(0)) < 0.7).float()
    found = {}
    for name, loss in {"L2": torch.square, "L1": torch.abs}.items():
        guess = torch.tensor(0.5, requires_grad=True)
        optimizer = torch.optim.Adam([guess], lr=0.01)
        for _ in range(600):
            optimizer.zero_grad()
            loss(guess - y).mean().backward()
            optimizer.step()
        found[name] = guess.item()
    return {"guess under L2": found["L2"], "guess under L1": found["L1"], "mean of y": y.mean(), "median of y": y.median()}


def any_size() -> dict[str, float]:
    """PatchGANs on 128 and 256 px; and the difference of their logits when the picture moves by one stride of D."""
    chance = torch.Generator().manual_seed(0)
    figures = {}
    worst = 0.0
    for layers in (1, 2, 3):
        D = PatchGAN(3, width=16, layers=layers).eval()
        wide = torch.rand(1, 3, 256, 256, generator=chance) * 2 - 1
        with torch.no_grad():
            figures[f"map side at 128 px, patch {D.receptive_field}"] = D(wide[..., :128, :128]).shape[-1]
            figures[f"map side at 256 px, patch {D.receptive_field}"] = D(wide).shape[-1]
            step = 2**layers
            here, moved = D(wide), D(wide.roll(step, dims=-1))
        inner = slice(8, -8)
        worst = max(worst, (here[..., inner, 8:-9] - moved[..., inner, 9:-8]).abs().max().item())
    return figures | {"largest change of a logit under a shift": worst}


def dropout_diversity() -> dict[str, float]:
    """Mean pairwise L1 over 20 dropout samples for one drawing, against that over 20 real colourings of one class."""
    model = load("pix2pix-icons", device="cpu")
    world = Icons(model.size, split="test")
    within, between = [], []
    for i in range(12):
        sample = world.batch(torch.tensor([i]))
        within.append(diversity(torch.cat([model.translate(sample["x"], seed=s) for s in range(20)])))
    batch = world.batch(torch.arange(256))
    for label in batch["label"].unique():
        real = batch["y"][batch["label"] == label][:20]
        if len(real) > 1:
            between.append(diversity(real))
    made, real = sum(within) / len(within), sum(between) / len(between)
    return {"spread of dropout samples (L1)": made, "spread of real pictures of a class (L1)": real, "ratio": made / real}


PAIRED = {
    "best-constant": Claim(
        "where the answer is uncertain, L2's best guess is the mean and L1's the median: hence the blur",
        "lecture 004; pix2pix, section 3.1",
        "L2's guess is within 0.02 of the mean, L1's within 0.02 of the median",
        best_constant,
        lambda f: abs(f["guess under L2"] - f["mean of y"]) < 0.02 and abs(f["guess under L1"] - f["median of y"]) < 0.02,
        0.1,
    ),
    "any-size": Claim(
        "PatchGAN is a convolution: it runs on a picture of any size and judges each patch alike",
        "lectures 000 and 004; pix2pix, section 3.2.2",
        "the map's side is side / 2**layers - 2, and logits move with the picture to within 1e-4",
        any_size,
        lambda f: f["largest change of a logit under a shift"] < 1e-4
        and all(f[f"map side at {s} px, patch {p}"] == s // 2**n - 2 for s in (128, 256) for n, p in ((1, 16), (2, 34), (3, 70))),
        0.1,
    ),
    "dropout-diversity": Claim(
        "dropout at test gives pix2pix only little diversity",
        "lectures 000 and 004; pix2pix, section 3.1",
        "dropout samples spread at most a tenth as wide as real pictures of the class do",
        dropout_diversity,
        lambda f: f["ratio"] <= 0.1,
        0.3,
    ),
}
