"""What each visitor of a tab looks at, kept by the server: a page would send an old state while work goes on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

View = TypeVar("View")


@dataclass
class _Place(Generic[View]):
    """Of one visitor. view: None before the first change that succeeds; count: of the changes that made earlier work stale."""

    view: View | None = None
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Visitors(Generic[View]):
    """first: what a newcomer looks at; most: visitors that are remembered.

    The changes of one visitor come one after the other, and who looks waits for them: some run a net. No visitor waits for
    those of another.
    """

    def __init__(self, first: Callable[[], View], most: int = 1000):
        self._first, self._most, self._lock = first, most, threading.Lock()
        self._views: OrderedDict[str, _Place[View]] = OrderedDict()

    def view(self, visitor: str) -> View:
        with self._lock:
            place = self._views.get(visitor)
        if place is None:
            return self._first()
        with place.lock:
            return self._now(place)

    def change(
        self, visitor: str, change: Callable[[View], View], anew: bool = True
    ) -> tuple[View, Callable[[], bool]]:
        """The view after a change, and the question whether what is made of it is still wanted; anew: what was made of
        earlier ones is not."""
        with self._lock:
            place = self._views.setdefault(visitor, _Place())
            self._views.move_to_end(visitor)
            if len(self._views) > self._most:
                self._views.popitem(last=False)
        with place.lock:
            new = change(self._now(place))
            place.view, place.count = new, place.count + anew
            mine = place.count
        return new, lambda: self._views.get(visitor) is place and place.count == mine

    def _now(self, place: _Place[View]) -> View:
        return self._first() if place.view is None else place.view
