"""Bilinear models. Tenenbaum, Freeman: Separating Style and Content with Bilinear Models. Neural Computation 2000,
doi:10.1162/089976600300015349.

Letters in fonts make a grid: a row for each style s, a column for each content c. In the asymmetric model each style is
a matrix A^s and each content a vector b^c, and a letter's pixels are their product, y^{sc} = A^s b^c. A singular value
decomposition finds both at once. A letter then goes into another font: least squares under its own style's matrix give
its content, and another matrix draws it. A new font is a matrix that a few of its letters fix.

Differs from the paper:
* the symmetric model, in which a style is a vector, too, is left out.
* letters are compared pixel by pixel; the paper first describes them by how ink has to move, so that a mixture of two is
  a letter between them. Here a mixture shows both, faintly.
* a cell of the grid that training does not show is filled by what its row and its column have in common; then each A^s is
  fitted to the cells that are shown, drawn to the mean of all A; then small steps down their error follow. The paper's grid
  is whole, and needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import mse, wide
from ..method import LABEL, Batch, Control, Fit, Method, Stage, Symbol, Terms, Turn, controls
from ..nets.chance import Rng

SOURCE = Control(
    "source",
    "label",
    "the style that the image is in, by its name or its place; without it, the one that fits",
)
ALL = 2**40  # samples


@dataclass(frozen=True)
class Config:
    """Sizes for this project's letters."""

    styles: int = 22
    contents: int = 26
    dim: int = 25  # J, the length of b^c
    side: int = 32
    trust: float = 10.0  # in the mean of all A, in units of the mean square of B's columns; 0: A as the decomposition has it
    ridge: float = 1e-3  # of least squares for a content, in units of the mean square of A^s's columns
    # training
    steps: int = 200
    rate: float = 1e-4
    decay_from: float = 0.0


class Bilinear(Method):
    """min over A and b of the sum of |y^{sc} - A^s b^c|^2 over the cells of the grid."""

    Config = Config
    inference = ("A", "B")
    controls = controls(LABEL, SOURCE)
    layout = "letters"
    formerly = {"trust": 0.0}
    symbols = {"error": Symbol("(y^{sc} - A^s b^c)^2", "", ("A", "B"), "reconstruction")}

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if c.dim > c.contents:
            raise ValueError(
                f"{c.contents} contents are told apart by at most {c.contents} numbers, not {c.dim}."
            )
        self.multiple = c.side
        self.A = nn.Embedding(c.styles, c.side**2 * c.dim)
        self.B = nn.Embedding(c.contents, c.dim)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """As many styles and contents as the folder has."""
        styles, contents = facts.get("styles", 4), facts.get("contents", 26)
        return Fit(
            {"styles": styles, "contents": contents, "dim": min(25, contents), "side": size, "steps": 200},
            batch=16,
        )

    def ink(self, image: Tensor) -> Tensor:
        """Images [B, C, side, side] in [-1, 1] -> y [B, K], K = side^2: 1 where they are black, 0 where they are white."""
        if image.shape[2:] != (self.config.side,) * 2:
            raise ValueError(
                f"the matrices are for images of {self.config.side} px, not {tuple(image.shape[2:])}."
            )
        return (1 - wide(image).mean(1).flatten(1)) / 2

    def image(self, ink: Tensor) -> Tensor:
        """The way back: [B, K] -> [B, 3, side, side] in [-1, 1]."""
        side = self.config.side
        return (1 - 2 * ink).clamp(-1, 1).view(-1, 1, side, side).expand(-1, 3, -1, -1)

    def matrix(self, style: Tensor) -> Tensor:
        """A^s of styles int64 [n]: [n, K, J]."""
        return self.A(style).view(len(style), -1, self.config.dim)

    @torch.no_grad()
    def decompose(self, sample: Callable[[int], Batch]) -> None:
        """A and B from the mean image of each cell: stacked, [S K, C], they are U S V^T, cut after J values."""
        c, batch = self.config, sample(ALL)
        y, cell = self.ink(batch["x"]).double(), batch["style"] * c.contents + batch["content"]
        count = y.new_zeros(c.styles * c.contents).index_add(0, cell, y.new_ones(len(y)))
        total = y.new_zeros(len(count), y.shape[1]).index_add(0, cell, y)
        grid = (total / count.clamp(min=1)[:, None]).view(c.styles, c.contents, -1)
        seen = (count > 0).view(c.styles, c.contents, 1)
        of_style, of_content = (grid.sum(d) / seen.sum(d).clamp(min=1) for d in (1, 0))
        missing = of_style[:, None] + of_content - grid.sum((0, 1)) / seen.sum()
        whole = torch.where(seen, grid, missing).transpose(1, 2).flatten(0, 1)
        U, S, Vh = torch.linalg.svd(whole, full_matrices=False)
        U, S, V = U[:, : c.dim], S[: c.dim], Vh[: c.dim].T
        self.A.weight.copy_((U * S.sqrt()).reshape(c.styles, -1))
        self.B.weight.copy_(V * S.sqrt())
        if c.trust:
            mean = self._mean()
            fonts = [
                self._fitted(self.B.weight[k], y[k], mean, c.trust)
                for y, k in zip(grid, seen[..., 0], strict=True)
            ]
            self.A.weight.copy_(torch.stack(fonts).flatten(1))

    def _mean(self) -> Tensor:
        """[K, J], of all A."""
        return wide(self.A.weight).mean(0).view(-1, self.config.dim)

    def _fitted(self, B: Tensor, y: Tensor, mean: Tensor, trust: float) -> Tensor:
        """A [K, J] by least squares of letters y [n, K] with contents B [n, J], drawn to `mean` as far as it is trusted."""
        weight = trust * wide(self.B.weight).square().mean()
        gram = B.T @ B + weight * torch.eye(B.shape[1], dtype=B.dtype, device=B.device)
        return torch.linalg.solve(gram, B.T @ y.to(B.dtype) + weight * mean.T).T

    def error(self, batch: Batch) -> Terms:
        """The squared error of the batch's cells, a mean over pixels."""
        made = self.matrix(batch["style"]) @ self.B(batch["content"])[..., None]
        return {"error": mse(made[..., 0], self.ink(batch["x"]))}

    def weights(self, step: int) -> dict[str, float]:
        return {"error": 1.0}

    def stages(self) -> list[Stage]:
        turn = Turn(self.error, ("A", "B"), self.optimizer)
        return [Stage("fit", self.config.steps, {"AB": turn}, begin=self.decompose)]

    def content(self, image: Tensor, style: Tensor) -> Tensor:
        """b of images [B, 3, side, side] in known styles int64 [B], by least squares: [B, J]."""
        return self._solved(self.ink(image), wide(self.matrix(style)))[0]

    def _solved(self, y: Tensor, A: Tensor) -> tuple[Tensor, Tensor]:
        """b [..., J] of y [..., K] under A [..., K, J], and the squared error that it leaves."""
        with torch.autocast(y.device.type, enabled=False):
            gram = A.mT @ A
            scale = gram.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
            gram = gram + self.config.ridge * scale * torch.eye(A.shape[-1], dtype=A.dtype, device=A.device)
            b = torch.linalg.solve(gram, A.mT @ y.to(A.dtype)[..., None])
            return b[..., 0], ((A @ b)[..., 0] - y).square().sum(-1)

    def guess(self, image: Tensor) -> Tensor:
        """The style, int64 [B], under which least squares leave the smallest error."""
        every = wide(self.matrix(torch.arange(self.config.styles, device=image.device)))
        return self._solved(self.ink(image)[:, None], every[None])[1].argmin(1)

    def new_style(self, image: Tensor, content: Tensor, trust: float | None = None) -> Tensor:
        """A [K, J] of a font of which letters [n, 3, side, side] are known: least squares, drawn to the mean of all A^s.

        trust: weight of that mean, as in the config, whose own it is by default.
        """
        trust = self.config.trust if trust is None else trust
        return self._fitted(wide(self.B.weight[content]), self.ink(image), self._mean(), trust)

    def draw(self, matrix: Tensor, content: Tensor) -> Tensor:
        """Images [n, 3, side, side] of contents int64 [n] in the style of A, [K, J] or [n, K, J]."""
        return self.image((wide(matrix) @ wide(self.B(content))[..., None])[..., 0])

    def translate(self, x: Tensor, generator: Rng = None, label=None, source=None) -> Tensor:
        """x [B, 3, side, side] in [-1, 1] -> the same letters in the style `label`. Nothing is left to chance.

        label, source: a style's number, or one for each image.  label None: the first style.  source: of x; None: `guess`.
        ValueError for what is no style.
        """
        to = self._styles("label", label, x)
        own = self.guess(x) if source is None else self._styles("source", source, x)
        b = self.content(x, own)
        with torch.autocast(x.device.type, enabled=False):
            return self.image((wide(self.matrix(to)) @ b[..., None])[..., 0]).to(x.dtype)

    def _styles(self, name: str, wanted, x: Tensor) -> Tensor:
        k = self.config.styles
        if wanted is None:  # made where it is needed: a GPU's graph cannot hold a copy from the host
            return torch.zeros(len(x), dtype=torch.int64, device=x.device)
        try:
            told = torch.as_tensor(wanted)
        except (TypeError, ValueError, RuntimeError):  # words, lists of unequal lengths
            told = torch.tensor(torch.nan)
        whole = not (told.is_floating_point() or told.dtype == torch.bool) and told.shape in ((), (len(x),))
        if not whole or not ((told >= 0) & (told < k)).all():
            raise ValueError(
                f"{name} is a whole number from 0 to {k - 1}, for all images or for each; got {wanted!r}."
            )
        return told.to(x.device).expand(len(x))

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """A row for each of the first six styles."""
        x = showcase["x"]
        return [[x, *(self.translate(x, label=k) for k in range(min(6, self.config.styles)))]]
