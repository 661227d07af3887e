"""Exhibit: the checkerboard of transposed convolutions."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from markupsafe import Markup
from torch import Tensor

from .exhibit import Exhibit, Number, Question, Seen, drawn, loaded, picture

BROKEN, MENDED = "pix2pix-icons-checkered", "pix2pix-icons-resized"
CROP, ZOOM = slice(16, 48), 8


def grid(images: Tensor) -> float:
    """How far pixels of images [N, 3, H, W] in [-1, 1] go up and down in turn: 1 for a full checkerboard or stripes of one pixel.

    The median over all places of 4 x 4 pixels: lines and edges, which are few, do not count, whatever they look like.
    """
    turn, flat = torch.tensor([1.0, -1.0, 1.0, -1.0]) / 4, torch.full((4,), 0.25)
    kernels = torch.stack([a[:, None] * b for a, b in ((turn, flat), (flat, turn), (turn, turn))])[:, None]
    return F.conv2d(images.flatten(0, 1)[:, None], kernels).abs().amax(1).median().item()


@lru_cache(maxsize=1)
def _made() -> dict[str, Tensor]:
    with torch.inference_mode():
        return {
            name: loaded(name).method.eval().translate(drawn("line"), noise=False)
            for name in (BROKEN, MENDED)
        }


def look(at: int) -> Seen:
    x, y = (drawn(style)[at : at + 1] for style in ("line", "glossy"))
    broken, mended = (_made()[name][at : at + 1] for name in (BROKEN, MENDED))

    def near(image: Tensor) -> Tensor:
        return image[..., CROP, CROP]

    rows = (
        (
            picture(x, Markup("<b>x</b>"), "the input"),
            picture(broken, Markup("<b>transposed</b>, kernel 3, stride 2"), "made with transposed convolutions"),
            picture(mended, Markup("<b>resized</b>: repeat, then convolve"), "made with resizing"),
            picture(y, Markup("<b>y</b>, the right answer"), "the right answer"),
        ),
        (
            picture(near(x), "its middle", "the middle of the input", ZOOM),
            picture(near(broken), "the middle, enlarged", "the middle of it, enlarged", ZOOM),
            picture(near(mended), "the same pixels", "the middle of it, enlarged", ZOOM),
            picture(near(y), "the same pixels", "the middle of it, enlarged", ZOOM),
        ),
    )  # fmt: skip
    numbers = (
        Number("grid in most places, × 1000", *(1000 * grid(i) for i in (broken, mended, y)), digits=1),
    )
    return Seen(rows, numbers)


EXHIBIT = Exhibit(
    "checkerboard",
    "A checkerboard",
    (BROKEN, MENDED),
    symptom="A fine grid lies over everything, over the plain paper, too. Enlarged, it is a pattern of two pixels that repeats.",
    cause="G doubles its maps by transposed convolutions with kernel 3 and stride 2. Laid out, some pixels are covered by one weight of the kernel, some by two and "
    "some by four. The weights would have to balance that exactly, at every doubling, and training has no reason to do so for long (Odena et al. 2016).",
    detect="Enlarge a plain part until single pixels can be seen. Or measure how far pixels go up and down in turn, in most places: "
    "lines and edges are in few.",
    mend="Repeat the pixels and convolve (“resized”), as all shipped nets of this gallery do, or take kernel 4 with stride 2, which covers all pixels equally often. "
    "The mended net has the same steps, seed and sizes, but for that layer.",
    question=Question(
        "Stride 2: which kernel covers every pixel equally often?",
        ("3", "4", "5"),
        1,
        "A pixel is covered equally often if the kernel is a multiple of the stride. Equal cover does not force equal weights: a net with kernel 4 may still "
        "learn a grid, but nothing pushes it there.",
    ),
    look=look,
    holds=lambda seen: all(n.broken > 1.5 * max(n.mended, n.right) for s in seen for n in s.numbers),
    columns=("transposed", "resized"),
    opens=5,
)
