"""Questions and exercises of notebook 11."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from .lesson import Exercise, Question, Wrong, same, several

QUESTIONS = {
    "one-step": Question(
        "v has learned, by a squared error, the velocity from a noisy x to an answer y. An x has three right answers. We take "
        "one single step along v, from the start to the end. Where do we land?",
        {
            "a": "on one of the three answers, which one depends on the noise",
            "b": "on the mean of the three, whatever the noise was",
            "c": "anywhere between them, at random",
        },
        "b",
        "At the start the point is x and noise, and neither tells which answer was meant. The best guess under a squared error "
        "is the mean over all three, so v points to their mean. Only further on does the point itself say where it is going.",
        {
            "one step ends at one place, whatever the noise": lambda spread, **_: spread < 1e-3,
            "it is near the mean: five times nearer than twenty steps end": lambda mean, apart, **_: (
                mean < apart / 5
            ),
        },
    ),
    "no-noise": Question(
        "sigma = 0: every path begins exactly at x, and there is no noise. How many different answers does an x get in 20 "
        "steps?",
        {"a": "three, one for each right answer", "b": "one", "c": "twenty"},
        "b",
        "The sampler computes with no chance at all: from the same start it walks the same way. What differs between answers "
        "can come only from what differs at the start.",
        {
            "without noise all answers are one": lambda spread: spread < 1e-3,
        },
    ),
    "loss-floor": Question(
        "Training goes well and the loss no longer falls, at 0.25 and not at 0. The samples look right. What is wrong?",
        {
            "a": "nothing: part of the error cannot be foreseen by any net",
            "b": "the net is too small",
            "c": "the learning rate is too high",
        },
        "a",
        "The target depends on a noise and on an answer that the net is not told. What it cannot know it cannot predict, and "
        "that part of the squared error stays for the best of all nets. So the loss alone does not say how good samples are.",
        {
            "at t = 0 the error of v is the variance of the answers, to a tenth": lambda floor, error: (
                abs(error - floor) < 0.1 * floor
            ),
        },
    ),
    "steps-cost": Question(
        "A diffusion model takes 20 steps, a GAN of the same size one pass. Twenty answers to one drawing: how do the costs"
        " compare, counted in passes of a net?",
        {
            "a": "the same: the GAN needs a pass for each answer, too",
            "b": "twenty times as many for diffusion",
            "c": "four hundred times as many",
        },
        "b",
        "Each answer costs 20 passes instead of one, for both the number of answers is the same factor. What a pass costs "
        "is another question: it does not go by the number of weights alone, as the table above shows. It is the price of "
        "training without an adversary; fewer steps are cheaper, and end nearer to the mean.",
    ),
}


def _images(count: int) -> tuple[Tensor, ...]:
    rng = torch.Generator().manual_seed(0)
    return tuple(torch.randn(3, 2, 2, 2, generator=rng) for _ in range(count))


# -- bridge-pair ----------------------------------------------------------------------------------------------------


def _bridge_pair(solution: Callable) -> Iterator[str]:
    x, y, noise = _images(3)
    t, sigma = torch.tensor([0.0, 0.3, 1.0]), 0.5
    got = several(solution(x, y, noise, t, sigma), "the point z_t", "the velocity that v should say")
    start, part = x + sigma * noise, t[:, None, None, None]
    same(got[0], (1 - part) * start + part * y, {
        "t runs the other way: at t = 0 the point is the start, at t = 1 it is y.": part * start + (1 - part) * y,
        "the path begins at x itself; it begins at x + sigma noise.": (1 - part) * x + part * y,
        "sigma is missing: the noise is too large.": (1 - part) * (x + noise) + part * y,
        "the path begins at noise alone; here it begins at x with noise.": (1 - part) * sigma * noise + part * y,
        "noise is added to the point all the way; it belongs to the start.": (1 - part) * x + part * y + sigma * noise,
    })  # fmt: skip
    yield "the point lies on the straight line from x + sigma noise to y"
    same(got[1], y - start, {
        "the velocity points back to the start: it should lead from the start to y.": start - y,
        "this leads from x to y; the path begins at x + sigma noise.": y - x,
        "this is what is left of the way from z_t; the velocity is the whole way, in a time of 1.":
            y - ((1 - part) * start + part * y),
        "this is y itself; the velocity is how far and in which direction y is from the start.": y,
    })  # fmt: skip
    yield "the velocity is the whole way, the same at every t"


# -- euler ----------------------------------------------------------------------------------------------------------


def _euler(solution: Callable) -> Iterator[str]:
    z, x = _images(2)
    asked: list[Tensor] = []

    def v(point: Tensor, given: Tensor, t: Tensor) -> Tensor:
        if not torch.is_tensor(t) or t.shape != (len(point),):
            raise Wrong("v takes a tensor t of shape [B]: one time for each image of the batch.")
        if given.shape != x.shape or not torch.equal(given, x):
            raise Wrong("v's second argument is x, unchanged, at every step.")
        asked.append(t.clone())
        return point * t[:, None, None, None] + given

    def by_hand(steps: int, times: Callable[[int], float], size: float) -> Tensor:
        at = z
        for i in range(steps):
            at = at + size * (at * times(i) + x)
        return at

    same(solution(v, z, x, 1), z + x, {"with one step the step is 1 long.": z})
    if len(asked) != 1:
        raise Wrong(f"with steps = 1 v should be asked once, it was asked {len(asked)} times.")
    yield "one step from t = 0 to t = 1"
    asked.clear()
    same(solution(v, z, x, 4), by_hand(4, lambda i: i / 4, 0.25), {
        "the times run from 1/n to 1: v is asked where the step begins, at i / n.": by_hand(4, lambda i: (i + 1) / 4, 0.25),
        "the steps are 1 long each; n steps share the time 1.": by_hand(4, lambda i: i / 4, 1.0),
        "t stays 0 at every step.": by_hand(4, lambda i: 0.0, 0.25),
        "the times are not divided by n.": by_hand(4, lambda i: float(i), 0.25),
        "the times run from 0 to 1 with both ends; the last step begins at 1 - 1/n.": by_hand(4, lambda i: i / 3, 0.25),
        "the times run backwards.": by_hand(4, lambda i: 1 - i / 4, 0.25),
    })  # fmt: skip
    yield "four steps, v asked at 0, ¼, ½ and ¾"


# -- add-noise ------------------------------------------------------------------------------------------------------


def _add_noise(solution: Callable) -> Iterator[str]:
    y, e = _images(2)
    abar, t = torch.tensor([0.99, 0.64, 0.25, 0.01]), torch.tensor([1, 3, 0])
    kept = abar[t][:, None, None, None]
    same(solution(y, e, abar, t), kept.sqrt() * y + (1 - kept).sqrt() * e, {
        "the roots are missing: then the variance would shrink in the middle.": kept * y + (1 - kept) * e,
        "the root of the first factor is missing.": kept * y + (1 - kept).sqrt() * e,
        "the root of the second factor is missing.": kept.sqrt() * y + (1 - kept) * e,
        "y and the noise are exchanged: abar says how much of y is kept.": kept.sqrt() * e + (1 - kept).sqrt() * y,
        "the second factor is 1 - root of abar; it is the root of 1 - abar.": kept.sqrt() * y + (1 - kept.sqrt()) * e,
        "the noise is added to the whole of y; y fades, too.": y + (1 - kept).sqrt() * e,
    })  # fmt: skip
    yield "each image at its own t, and the variance of noise stays that of N(0, 1)"


# -- ddim-step ------------------------------------------------------------------------------------------------------


def _ddim_step(solution: Callable) -> Iterator[str]:
    z, e = _images(2)
    now, then = 0.36, 0.81
    clean = (z - (1 - now) ** 0.5 * e) / now**0.5
    same(solution(z, e, now, 1.0), clean, {
        "y is not divided by the root of abar: the guess is too faint.": z - (1 - now) ** 0.5 * e,
        "the noise is taken away whole; it has the factor root of 1 - abar.": (z - e) / now**0.5,
        "the roots are missing.": (z - (1 - now) * e) / now,
        "the two abar are exchanged.": 0.6 * z + 0.8 * e,
    })  # fmt: skip
    yield "to abar = 1: the guess at y, without any noise"
    same(solution(z, e, now, then), then**0.5 * clean + (1 - then) ** 0.5 * e, {
        "the guess at y is returned; it has to be noised again, to the next level.": clean,
        "the noise is not added again: the next point would be too clean for its t.": then**0.5 * clean,
        "the guess does not fade to the next level.": clean + (1 - then) ** 0.5 * e,
        "it is noised to the level where it was; that is z itself.": z,
        "the two levels are exchanged.":
            now**0.5 * (z - (1 - then) ** 0.5 * e) / then**0.5 + (1 - now) ** 0.5 * e,
    })  # fmt: skip
    yield "to a level in between: the same guess with the same noise, less of it"


EXERCISES = {
    "bridge-pair": Exercise(
        _bridge_pair,
        (
            "First the start, z_0. Then the point at time t of a straight line from it to y. t has to stand at each image.",
            "t[:, None, None, None] stretches t over an image. How fast must one go to be there after a time of 1?",
            "z_0 = x + sigma * noise; (1 - t) * z_0 + t * y, and y - z_0.",
        ),
    ),
    "euler": Exercise(
        _euler,
        (
            "n steps, each 1/n long. Each begins where the last one ended.",
            "At step i the time is i / n; v wants it as a tensor with one entry for each image.",
            "for i in range(steps): z = z + v(z, x, torch.full((len(z),), i / steps)) / steps",
        ),
    ),
    "add-noise": Exercise(
        _add_noise,
        (
            "Variances add up: which two factors have squares that add up to 1?",
            "abar[t] is one number for each image; stretch it over the image.",
            "kept.sqrt() * y + (1 - kept).sqrt() * e with kept = abar[t][:, None, None, None]",
        ),
    ),
    "ddim-step": Exercise(
        _ddim_step,
        (
            "Solve z = root(abar) y + root(1 - abar) e for y. That is the guess.",
            "Then add noise again, the same e, for the level where the step ends.",
            "y = (z - (1 - now)**0.5 * e) / now**0.5; then**0.5 * y + (1 - then)**0.5 * e",
        ),
    ),
}
