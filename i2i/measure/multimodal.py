"""One input, many right answers: how far apart a model's samples are, how right, and how many of the answers they cover.

For sources that know the right answers (see `data.answers`), in addition to the protocol of their layout; where a model
reads styles, for pairs and for two domains, too, as far as that goes. Of up to 100 inputs, 20 samples each are compared
with all answers that the source gives.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from tqdm.auto import tqdm

from ..data.folders import TooFew
from ..data.worlds.lines import colour_steps, thin, widened
from ..judges import load_judge
from ..metrics import (
    Estimate,
    Features,
    bootstrap,
    kernel_distance_by_input,
    matched,
    mean_distance,
    perceptual_vectors,
    squared_distances,
)
from ..run.pipeline import answers

INPUTS, SAMPLES = 100, 20
_FOUND = 4  # samples of an input whose content is looked for

FIGURES = {
    "diversity": "perceptual distance of consecutive samples of one input, mean of 19 pairs (best as large as the next)",
    "diversity of answers": "the same of right answers drawn at random",
    "sample to answer": "perceptual distance of a sample from the nearest right answer (fidelity; less is better)",
    "answer to sample": "perceptual distance of a right answer from the nearest sample (coverage; less is better)",
    "answers met": "share of the right answers that are the nearest one to some sample (more is better)",
    "samples KD-i2i": "kernel distance of samples to right answers (less is better)",
    "lines kept": "agreement of x with the colour boundaries of a sample, F measure (more is better)",
    "lines of answers": "the same of the right answers: as much as can be expected",
    "content found": "share of samples whose own input (of pairs: its right answer) is the nearest of all, by features without their "
    "means and deviations (more is better; by chance one of as many as are judged)",
    "style error": "mean absolute difference of a style read from an image of the target and the same read again from what it made",
    "style spread": "the same of the styles of two such images: what the error of no style at all would be",
    "ms a sample": "milliseconds that a sample takes on the machine that measured, many made together",
}
"""Names of the figures of samples, and which way is better. The distances are PD-i2i, of a net of our own: they are not
LPIPS, and their size compares with no published diversity."""


class Scores(NamedTuple):
    """Of one input: numbers by their name in FIGURES, and embeddings [n, c] of the samples and [K, c] of the answers."""

    numbers: dict[str, float]
    made: Tensor
    right: Tensor


@torch.no_grad()
def scores(x: Tensor, made: Tensor, right: Tensor, features: Features, every: bool, lines: bool) -> Scores:
    """Samples [n, 3, H, W], n >= 2, and right answers [K, 3, H, W] to one input x [1, 3, H, W].

    every, lines: as in `data.answers`: whether the answers are all that there are, and whether x is a line drawing.
    Diversity as Zhu et al. (NIPS 2017) measure it, between consecutive samples. Raises ValueError for a single sample.
    """
    if len(made) < 2:
        raise ValueError("diversity needs at least two samples")
    maps = features(torch.cat([made, right]))
    vectors, embeddings = perceptual_vectors(maps), maps[-1].flatten(2).mean(2)
    samples, rights = vectors.split([len(made), len(right)])
    match = matched(squared_distances(samples, rights))
    numbers = {
        "diversity": samples.diff(dim=0).square().sum(1).mean().item(),
        "diversity of answers": mean_distance(squared_distances(rights, rights), every),
        "sample to answer": match.to_answer,
        "answer to sample": match.to_sample,
        "answers met": match.met,
    }
    if lines:
        numbers["lines kept"], numbers["lines of answers"] = (
            lines_kept(x, images).mean().item() for images in (made, right)
        )
    return Scores(numbers, *embeddings.cpu().double().split([len(made), len(right)]))


def lines_kept(x: Tensor, images: Tensor) -> Tensor:
    """How well the colour boundaries of images [B, 3, H, W] agree with the ink of a line drawing [1 or B, 3, H, W]: [B]
    in [0, 1].

    The harmonic mean of two shares: of ink that has a boundary near it, and of boundaries that have ink near them, near
    being 1 pixel in 64 (Martin, Fowlkes & Malik, IEEE PAMI 2004, match them one to one). Blank paper scores 0; so does an
    image without any boundary. Lines that shading or a cast shadow adds cost something, so compare with the true answers.
    """
    reach = max(1, round(x.shape[-1] / 64))
    inked = (x[:, :1] < 0).expand(len(images), -1, -1, -1)
    edges = thin(colour_steps(images)) > 0.13  # the step that steady pens ink
    found = _share(inked, widened(edges, reach))
    founded = _share(edges, widened(inked, reach))
    return 2 * found * founded / (found + founded).clamp(min=1e-9)


def _share(of: Tensor, near: Tensor) -> Tensor:
    """[B]: of the pixels that are true in `of`, those that are so in `near`; 0 where there are none."""
    return (of & near).flatten(1).sum(1) / of.flatten(1).sum(1).clamp(min=1)


def figures(found: Iterable[Scores]) -> dict[str, Estimate]:
    """Means over inputs, at least 4, with 95 % intervals: inputs are what is drawn anew, with all of their samples."""
    found = list(found)
    report = {
        name: bootstrap(torch.tensor([s.numbers[name] for s in found], dtype=torch.float64))
        for name in found[0].numbers
    }
    value, error = kernel_distance_by_input([s.made for s in found], [s.right for s in found])
    report["samples KD-i2i"] = Estimate(value, value - 1.96 * error, value + 1.96 * error)
    return report


def content(images: Tensor, features: Features) -> Tensor:
    """Vectors [B, n] of what images [B, 3, H, W] show, whatever their light and colours: the two coarsest maps of features, each
    channel with its mean and deviation over the image taken away (the "domain-invariant" distance of Huang et al., ECCV 2018)."""
    found = []
    for m in features(images)[-2:]:
        m = m.flatten(2)
        plain = (m - m.mean(2, keepdim=True)) / (m.std(2, correction=0, keepdim=True) + 1e-4)
        found.append(plain.flatten(1) / plain[0].numel() ** 0.5)
    return torch.cat(found, 1)


def content_found(made: list[Tensor], own: Tensor) -> Tensor:
    """[N]: of content vectors made[i] [k, n] of samples of input i, the share that has own[i], of own [N, n], for its nearest."""
    nearest = [squared_distances(m, own).argmin(1) for m in made]
    return torch.stack([(near == i).double().mean() for i, near in enumerate(nearest)])


# ---- Of a model ----


class OneAnswer:
    """A source as one that knows its answers: y is the only one to its x. Where no pairs are known, y is another image of
    the target; then `paired` is False."""

    every_answer, lines = True, False

    def __init__(self, source):
        self.batch, self._length, self.paired = source.batch, len(source), getattr(source, "partners", True)

    def __len__(self) -> int:
        return self._length

    def answers(self, index: int) -> Tensor:
        return self.batch(torch.tensor([index]))["y"]


# What they say of one answer follows from there being one; and what they need a right one for.
_OF_SEVERAL = "diversity of answers", "answers met", "samples KD-i2i"
_OF_A_RIGHT_ONE = "sample to answer", "answer to sample"


def answering(model, source):
    """The source whose answers samples are compared with: `source` where it knows them, `OneAnswer` of pairs and of two
    domains where the model reads styles, else None."""
    if hasattr(source, "answers"):
        return source
    two = getattr(source, "layout", "paired") in ("paired", "unpaired")
    return OneAnswer(source) if two and reads_styles(model) else None


def inputs(source, limit: int = 500) -> list[int]:
    """Which images are judged: at most 100, spread evenly over the first `limit` of the source, by which the other figures go."""
    many = min(limit, len(source))
    count = min(INPUTS, many)
    return [i * many // count for i in range(count)]


def report(model, source, limit: int = 500, progress: bool = True, **controls) -> dict[str, Estimate]:
    """FIGURES of a model, or of what has its `translate` and `controls`, on a source that knows its answers, see `answering`.

    Input i is sampled with the seeds 20 i to 20 i + 19, and with `controls`. A style is read, and its figures are given, where the method reads
    styles from images.  TooFew below 4.
    """
    chosen = inputs(source, limit)
    if len(chosen) < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {len(chosen)}.")
    judge, reads, found = load_judge(), reads_styles(model), []
    styles, errors, seconds = [], [], []
    contents, owns = [], []
    for i in tqdm(chosen, disable=not progress, unit="input", leave=False):
        x, right = source.batch(torch.tensor([i]))["x"], source.answers(i)
        if not seconds:
            answers(model, x, SAMPLES, **controls)  # what a first call prepares is not the time of a sample
        start = time.perf_counter()
        made = answers(model, x, SAMPLES, SAMPLES * i, **controls)
        seconds.append(time.perf_counter() - start)
        found.append(scores(x, made, right, judge, source.every_answer, source.lines))
        if isinstance(source, OneAnswer):
            contents.append(content(made[:_FOUND], judge))
            owns.append(content(right if source.paired else x, judge))
        if reads:
            read, again = restyled(model, x, right)
            styles.append(read)
            errors.append((again - read).abs().mean())
    known = figures(found)
    if contents:
        known["content found"] = bootstrap(content_found(contents, torch.cat(owns)))
    if reads:
        known["style error"] = bootstrap(torch.stack(errors))
        known["style spread"] = bootstrap(_spread(styles))
    took = 1e3 * torch.tensor(seconds) / SAMPLES
    known["ms a sample"] = bootstrap(lambda drawn: took[drawn].median(), len(took))
    left_out = _OF_SEVERAL if isinstance(source, OneAnswer) else ()
    left_out += _OF_A_RIGHT_ONE if not getattr(source, "paired", True) else ()
    return {name: known[name] for name in FIGURES if name in known and name not in left_out}


def reads_styles(model) -> bool:
    """Whether a model reads a style from an image and takes one for a translation."""
    return "style" in getattr(model, "controls", {}) and model.method.reads_styles


@torch.inference_mode()
def restyled(model, x: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """The styles [K, style_size] of answers [K, 3, H, W] to x [1, 3, H, W], and those of the translations of x that have
    them. Huang et al. (ECCV 2018, eq. 4) train the two to be equal, with drawn styles in place of those of answers."""
    read = model.method.style(right.to(model.device)).float().cpu()
    made = model.translate(x.expand(len(right), -1, -1, -1), style=read)
    return read, model.method.style(made.to(model.device)).float().cpu()


def _spread(styles: list[Tensor]) -> Tensor:
    """[N]: mean absolute difference of each input's styles and those of the next input's answers, one to one."""
    count = min(map(len, styles))
    return torch.stack(
        [(a[:count] - b[:count]).abs().mean() for a, b in zip(styles, styles[1:] + styles[:1], strict=True)]
    )
