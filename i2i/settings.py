"""What the settings of a method may be: values of the types that its Config states."""

from __future__ import annotations

import math
from dataclasses import fields
from functools import cache
from numbers import Integral, Real
from typing import Any, Literal, get_args, get_origin, get_type_hints

_KINDS = {int: Integral, float: Real, str: str, bool: bool}
_SAYS = {int: "a whole number", float: "a number", str: "a word", bool: "true or false"}


def check(config: Any) -> None:
    """config: a dataclass whose fields are int, float, str, bool, tuples of one of them, or Literal.

    ValueError, in one sentence, where a value has another type, is none of its choices, is negative or not finite: a method
    would take the first branch that it meets, or train to no end.
    """
    hints = _hints(type(config))
    for field in fields(config):
        fault = _fault(getattr(config, field.name), hints[field.name])
        if fault:
            raise ValueError(f"{field.name} is {fault}; got {getattr(config, field.name)!r}.")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _fault(value: object, hint: Any) -> str:
    """What the value should be, or "" where it is."""
    if get_origin(hint) is Literal:
        return "" if value in get_args(hint) else f"one of {', '.join(map(str, get_args(hint)))}"
    if get_origin(hint) is tuple:
        part = get_args(hint)[0]
        fine = isinstance(value, tuple) and not any(_fault(one, part) for one in value)
        return "" if fine else f"a row of which each is {_fault(None, part)}"
    least = ", at least 0" if hint in (int, float) else ""
    if hint not in _KINDS:  # a type that only the method itself knows
        return ""
    if not isinstance(value, _KINDS[hint]) or (isinstance(value, bool) and hint is not bool):
        return _SAYS[hint] + least
    return _SAYS[hint] + least if least and not (0 <= value < math.inf) else ""
