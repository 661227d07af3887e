"""Work for the processes of a Line, and an end to the one that waits; it imports nothing heavy, since each of them does."""

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


def dismiss(line) -> None:
    """End the process that waits for work, if there is one."""
    if line._spare:
        line._spare.process.kill()
        line._spare.process.join(5)
        line._spare = None


_READY = []


def ready(pause: float):
    time.sleep(pause)
    _READY.append(True)


def crashing_ready():
    raise RuntimeError("a secret /path/to/something")


def told_ready():
    """The process's own id, then whether it was ready."""
    yield (os.getpid(),)
    yield (bool(_READY),)


def obedient(greeting: str, orders):
    """The greeting, and then each order as it comes, until one says "end"; a float is how long nothing came."""
    yield (greeting,)
    while True:
        start, order = time.monotonic(), orders(30.0)
        yield (time.monotonic() - start if order is None else order[0],)
        if order and order[0] == "end":
            return


def deaf(pause: float, orders):
    """ "deaf", and after a pause all orders that were given, one by one."""
    yield ("deaf",)
    time.sleep(pause)
    while order := orders(0.5):
        yield (order[0],)
