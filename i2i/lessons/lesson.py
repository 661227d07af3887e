"""The two things that a notebook asks: a question to predict, and an exercise to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor


class Wrong(Exception):
    """A solution is wrong; the message says what went wrong, not what the solution is."""


class Untried(Wrong):
    """Nothing was written yet, or a planted fault is as it was: there is nothing to judge. The message says what to do."""


UNWRITTEN = "write the body of the function, run its cell, then check again."


@dataclass(frozen=True)
class Question:
    """asks; options by letter; the right letter; why: what to make of it, shown only after an answer.

    holds: what `why` and the right option say of the figures that the notebook measures, each sentence with its predicate.
    The notebook hands the figures over by name, in `reveal(name, figure=...)`.
    """

    asks: str
    options: Mapping[str, str]
    right: str
    why: str
    holds: Mapping[str, Callable[..., bool]] = field(default_factory=dict)

    def denied(self, figures: Mapping[str, float | list]) -> list[str]:
        """The sentences of `holds` that are not true of these figures. TypeError where one is missing or too many."""
        return [sentence for sentence, true_of in self.holds.items() if not true_of(**figures)]


@dataclass(frozen=True)
class Exercise:
    """examine: a student's function -> the name of each thing that was right, or Wrong.  hints: from vague to plain."""

    examine: Callable[[Callable], Iterator[str]]
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Mend(Exercise):
    """Code with a planted fault, to be mended.

    symptom: a student's function -> figures by name, measured by running it.  healthy: whether the symptom is gone, by these.
    """

    symptom: Callable[[Callable], Mapping[str, float]]
    healthy: Callable[[Mapping[str, float]], bool]


def same(
    got,
    want: float | Tensor,
    mistakes: Mapping[str, float | Tensor] | None = None,
    tolerance: float = 1e-4,
    given: Mapping[str, float | Tensor] | None = None,
) -> None:
    """Wrong unless `got` is `want`; if it is the value of one of the `mistakes`, the message is that mistake's name.

    given: what the code of a "mend it" returns before anybody has touched it, by what to say then; that is Untried.
    """
    got, want = number(got, torch.as_tensor(want).shape), torch.as_tensor(want, dtype=torch.float64)
    if torch.allclose(got, want, rtol=tolerance, atol=tolerance):
        return
    for name, value in (given or {}).items():
        if torch.allclose(got, torch.as_tensor(value, dtype=torch.float64), rtol=tolerance, atol=tolerance):
            raise Untried(name)
    for name, value in (mistakes or {}).items():
        if torch.allclose(got, torch.as_tensor(value, dtype=torch.float64), rtol=tolerance, atol=tolerance):
            raise Wrong(name)
    raise Wrong(f"expected {_brief(want)}, got {_brief(got)}.")


def number(got, shape: Sequence[int] = ()) -> Tensor:
    """What a student's function returned, as float64 of this shape."""
    if got is None or got is Ellipsis:
        raise Untried(UNWRITTEN)
    try:
        value = torch.as_tensor(got).detach().double()
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(f"it should return a number or a tensor, but returned {type(got).__name__}.") from None
    if tuple(value.shape) == (1,) and not shape:
        value = value[0]
    if tuple(value.shape) != tuple(shape):
        wanted = "one number" if not shape else f"the shape {list(shape)}"
        raise Wrong(
            f"expected {wanted}, got the shape {list(value.shape)}: is a mean missing, or one too many?"
        )
    if not torch.isfinite(value).all():
        raise Wrong(
            "the result is not a finite number: was a logit used as a probability, or a log taken of 0?"
        )
    return value


def chosen(got, low: float, high: float, what: str) -> float:
    """The number that a design task was answered with; Wrong where it lies outside of what makes sense."""
    value = number(got).item()
    if not low <= value <= high:
        raise Wrong(f"{what} should lie between {low:g} and {high:g}; {value:g} was returned.")
    return value


def several(got, *what: str) -> tuple:
    """What a student's function returned, if it is one thing for each name in `what`; Wrong otherwise."""
    if got is None or got is Ellipsis:
        number(got)
    if not isinstance(got, tuple | list) or len(got) != len(what):
        count = {2: "two", 3: "three", 4: "four"}[len(what)]
        raise Wrong(f"return {count} things: ({', '.join(what)}).")
    return tuple(got)


def _brief(value: Tensor) -> str:
    return (
        f"{value.item():.4g}"
        if value.numel() == 1
        else str([round(v, 4) for v in value.flatten()[:6].tolist()])
    )
