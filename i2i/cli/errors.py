"""How a command says that it was asked wrongly, or could not do its work."""

from __future__ import annotations

SHARE = "I2I_SHARE"  # in the environment of one of several trainings that share a time


class Wrong(Exception):
    """A wrong argument: exit 2."""


class Failed(Exception):
    """Work that could not be done: exit 1."""


def no_recipe(name: str, rest: list[str]) -> Wrong:
    """What to say of an unknown name. rest: settings of a method; the value of one before the name is read as a name."""
    from ..recipes import RECIPES

    place = f" (settings such as {rest[0]} go after the name)" if rest and rest[0].startswith("--") else ""
    return Wrong(f"there is no recipe {name!r}{place}; recipes: {', '.join(RECIPES)}.")


def device_of(name: str) -> str | None:
    """The device of an option --device, None for "auto". Wrong if it is not here."""
    import torch

    if name == "auto":
        return None
    try:
        torch.zeros(1, device=name).item()  # torch's "meta" holds no numbers
    except (RuntimeError, AssertionError):
        raise Wrong(f"there is no device {name!r} here; cpu always is.") from None
    return name
