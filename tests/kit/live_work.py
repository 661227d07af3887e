"""Work for the processes of tests/app/test_many_tab.py; it imports nothing heavy, since each of them does."""

import os
import time


def counting(count: int, pause: float):
    """The process's own id first, then numbers, each in a tuple."""
    yield (os.getpid(),)
    for i in range(count):
        time.sleep(pause)
        yield (i,)


def crashing(how: str):
    yield (0,)
    if how == "error":
        raise RuntimeError("a secret /path/to/something")
    os._exit(9)


def silent():
    time.sleep(600)
    yield (0,)
