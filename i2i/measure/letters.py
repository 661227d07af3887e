"""The protocol of grids: cells that training did not show, drawn from another cell of their column."""

from __future__ import annotations

import torch

from ..data.folders import DataError, TooFew
from ..data.letters import Letters
from ..metrics import Estimate, bootstrap, psnr, ssim


def report(model, train: Letters | None, held_out: Letters, limit: int = 500) -> dict[str, Estimate]:
    """`unseen PSNR` (dB) and `unseen SSIM`: of held-out letters as the model draws them, from the same letter in the next style
    of which training shows it. DataError without the training's letters, TooFew below 4 letters."""
    if train is None:
        raise DataError(
            "a letter is drawn from the same letter in another style, as training has shown it, and training has shown none "
            "of these pictures: there are no figures."
        )
    batch = held_out.batch(torch.arange(min(limit, len(held_out))))
    at = train.elsewhere(batch["style"], batch["content"])
    known = (at >= 0).nonzero()[:, 0]
    if len(known) < 4:
        raise TooFew(
            f"{len(known)} held-out letter(s) that training shows in another style: figures need four."
        )
    given = train.batch(at[known])
    made = model.translate(given["x"], label=batch["style"][known], source=given["style"])
    real = batch["x"][known]
    return {"unseen PSNR": bootstrap(psnr(made, real)), "unseen SSIM": bootstrap(ssim(made, real))}
