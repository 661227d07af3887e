"""What each visitor of a tab looks at, kept by the server: a page would send an old state while work goes on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

View = TypeVar("View")


class Visitors(Generic[View]):
    """first: what a newcomer looks at; most: visitors that are remembered."""

    def __init__(self, first: Callable[[], View], most: int = 1000):
        self._first, self._most, self._lock, self._views = first, most, threading.Lock(), OrderedDict()

    def view(self, visitor: str) -> View:
        with self._lock:
            return self._now(visitor)[1]

    def change(
        self, visitor: str, change: Callable[[View], View], anew: bool = True
    ) -> tuple[View, Callable[[], bool]]:
        """The view after a change, and the question whether what is made of it is still wanted; anew: what was made of
        earlier ones is not."""
        with self._lock:
            count, view = self._now(visitor)
            mine, new = count + anew, change(view)
            self._views[visitor] = mine, new
            self._views.move_to_end(visitor)
            if len(self._views) > self._most:
                self._views.popitem(last=False)
        return new, lambda: self._views.get(visitor, (0,))[0] == mine

    def _now(self, visitor: str) -> tuple[int, View]:
        return self._views.get(visitor) or (0, self._first())
