"""Notebook 10: generators that want to be recognised, and how many columns six letters can bear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ...data.letters import font_letters
from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-wish --------------------------------------------------------------------------------------------------


def _who_is_cheap(loss: Callable) -> dict[str, float]:
    """The loss of three generators in two games: one in which D takes their images for real, and one in which D knows each of them."""
    sure = torch.full((3, 16, 4), -3.0)
    real, known = sure.clone(), sure.clone()
    real[..., 3] = 3.0
    for i in range(3):
        known[i, :, i] = 3.0
    return {
        "paid if D takes all that is made for real": float(loss(real)),
        "paid if D knows of each image who made it": float(loss(known)),
    }


def _mend_the_wish(solution: Callable) -> Iterator[str]:
    k, n = 3, 5
    fakes = torch.randn(k, n, k + 1, generator=torch.Generator().manual_seed(0))

    def asked(of: Callable[[int], int], reduction: str = "mean") -> Tensor:
        return torch.stack(
            [F.cross_entropy(fakes[i], torch.full((n,), of(i)), reduction=reduction) for i in range(k)]
        )

    same(solution(fakes), asked(lambda i: k).mean(), {
        "the real ones are answer 0 here; in this D they are the last of the k + 1 answers.": asked(lambda i: 0).mean(),
        "the sign is turned round. Not to be recognised is another wish: an image can look like that of a neighbour and as little real.":
            -asked(lambda i: i).mean(),
        "each asks to be taken for the next generator.": asked(lambda i: (i + 1) % k).mean(),
        "the generators' losses are added up; take their mean.": asked(lambda i: k).sum(),
        "the losses of a batch are added up; take their mean.": asked(lambda i: k, "sum").mean(),
        "only the first generator learns.": asked(lambda i: k)[0],
    }, given={"this is the loss as it was. Who wants to know which generator it was: D or the generators?": asked(lambda i: i).mean()})  # fmt: skip
    yield 'every generator asks for the answer "real"'


# -- choose-columns -------------------------------------------------------------------------------------------------

KNOWN, NEW = 6, 6


@cache
def _grid() -> Tensor:
    """Ink of the fonts that come with matplotlib, [styles, 26 letters, 1024]: 1 where it is black."""
    letters = font_letters(32, "all")
    ink = 1 - letters.images.float().mean(1) / 255
    return ink.view(len(letters.names), len(letters.contents), 32 * 32)


def unseen(columns: int) -> tuple[float, float]:
    """Mean squared error of the letters that are known and of the other twenty, over new fonts of which six letters are known; their
    matrices come of plain least squares, the smallest one that fits."""
    grid, off, rest = _grid(), [], []
    for seed in range(4):
        rng = torch.Generator().manual_seed(seed)
        mixed = torch.randperm(len(grid), generator=rng)
        new, old = grid[mixed[:NEW]], grid[mixed[NEW:]]
        stacked = old.transpose(1, 2).flatten(0, 1)
        b = torch.linalg.eigh(stacked.T @ stacked)[1].flip(1)[
            :, :columns
        ]  # contents: the first right singular vectors
        for font in new:
            mixed = torch.randperm(26, generator=rng)
            known, others = mixed[:KNOWN], mixed[KNOWN:]
            matrix = torch.linalg.pinv(b[known]) @ font[known]
            off.append((b[known] @ matrix - font[known]).square().mean())
            rest.append((b[others] @ matrix - font[others]).square().mean())
    return torch.stack(off).mean().item(), torch.stack(rest).mean().item()


def _choose_columns(solution: Callable) -> Iterator[str]:
    columns = chosen(solution(), 1, 26, "the number of columns")
    if columns != int(columns):
        raise Wrong("a number of columns is a whole one.")
    (off, rest), best = unseen(int(columns)), min(unseen(n)[1] for n in range(1, 27))
    if rest > 1.05 * best:
        told = (
            "it draws what was never shown worse than fewer columns do"
            if off < 0.02
            else "it misses even the letters that it was shown"
        )
        raise Wrong(f"with {columns:g} columns the error of the other letters is {rest:.4f}, of the six known ones {off:.4f}. The least that "
                    f"any number reaches is {best:.4f}: {told}.")  # fmt: skip
    yield f"with {columns:g} columns the error of the other twenty letters is {rest:.4f}, the least or within a twentieth of it"
    yield f"that of the six known letters is {off:.4f}: the fit is not what counts"


EXERCISES = {
    "mend-the-wish": Mend(
        _mend_the_wish,
        (
            "The generators are cheapest if D knows each of them. Whose wish is that?",
            'D has k + 1 answers; the last one is "real".',
            "F.cross_entropy(fake, torch.full((len(fake),), len(fakes))) for each fake",
        ),
        _who_is_cheap,
        lambda found: (
            found["paid if D takes all that is made for real"]
            < found["paid if D knows of each image who made it"]
        ),
    ),
    "choose-columns": Exercise(
        _choose_columns,
        (
            "Try 1, 6 and 26, and compare the two errors.",
            "With six columns six letters are met exactly, and whatever no font shares is blown up in the others. Where does that begin?",
            "Fewer than you would think: 1 or 2.",
        ),
    ),
}
