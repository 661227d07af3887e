"""A cache of models and the like: whoever asks for one that is being made waits for it, and none is made twice."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache, wraps


def once(most: int) -> Callable[[Callable], Callable]:
    """As `functools.lru_cache(most)`, for a function of a few names that several threads call at once."""

    def cached(make: Callable) -> Callable:
        made, guard, locks = lru_cache(most)(make), threading.Lock(), defaultdict(threading.Lock)

        @wraps(make)
        def get(*names: str):
            with guard:
                mine = locks[names]
            with mine:  # one who asks for another name does not wait
                return made(*names)

        get.cache_clear = made.cache_clear
        return get

    return cached
