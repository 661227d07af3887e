"""How a command says that it was asked wrongly, or could not do its work."""

from __future__ import annotations


class Wrong(Exception):
    """A wrong argument: exit 2."""


class Failed(Exception):
    """Work that could not be done: exit 1."""
