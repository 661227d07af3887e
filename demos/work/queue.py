"""Work that a visitor starts and watches: one piece at a time, each in a process of its own.

The process starts afresh, with nothing of the app in it, and works on one CPU thread at low priority. It ends with its
work, when it is stopped, at its cap, and when the app is gone, however that went. This file imports nothing heavy,
since every such process reads it first.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from types import ModuleType

from .plain import as_tuple, packed, unpacked

_SPAWN = get_context("spawn")
_STARTING = threading.Lock()
_LOW = 10  # the niceness of the work: the app's own answers come first
_GONE = 20  # seconds after which one who asks for nothing more has left


class Full(RuntimeError):
    """One works and one waits already; `left`: seconds that the present one may take."""

    def __init__(self, left: float):
        super().__init__(
            f"one is at work and one waits already; come back in about {max(1, round(left))} seconds."
        )
        self.left = left


class Failed(RuntimeError):
    """The process did not come to its end; the message is one sentence, fit for a visitor."""


@dataclass(frozen=True)
class Waiting:
    """Somebody else is at work, for `left` more seconds at most."""

    left: float


@dataclass
class _Ticket:
    owner: str
    cap: float
    asked: float = field(default_factory=time.monotonic)
    end: float = 0.0  # when its time is up, once it works
    stopped: bool = False
    process: BaseProcess | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        with self.lock:
            self.stopped = True
            if self.process is not None and self.process.is_alive():
                self.process.kill()  # it holds nothing that it would have to put away
                self.process.join(5)


class Line:
    """Who is at work, and who waits for it: one each."""

    def __init__(self):
        self._lock, self._people = threading.Lock(), []

    @property
    def left(self) -> float:
        """Seconds until the work at hand is over at the latest; 0 when there is none."""
        with self._lock:
            return self._left()

    def _left(self) -> float:
        first = self._people[0] if self._people else None
        return max(0.0, first.end - time.monotonic() if first.end else first.cap) if first else 0.0

    def _sweep(self) -> None:
        """Put out those who left without a word."""
        for ticket in [t for t in self._people if time.monotonic() - t.asked > _GONE]:
            ticket.stop()
            self._people.remove(ticket)

    def stop(self, owner: str) -> None:
        """End what this owner has started, or waits for; returns when the process is gone."""
        with self._lock:
            mine = [t for t in self._people if t.owner == owner]
        for ticket in mine:
            ticket.stop()

    def frames(self, owner: str, work: str, *args, cap: float) -> Iterator:
        """The tuples that `work` ("module:function", a generator) yields, called with `args` in a process that lives `cap`
        seconds at most; both are plain data (see `plain.packed`). Before that, while another is at work, Waiting once a
        second. None, once a second, where there is no news: only an iterator that yields can be closed.

        Ends early and silently when stopped. Closing the iterator ends the process. Raises Full or Failed.
        """
        ticket = _Ticket(owner, cap)
        with self._lock:
            self._sweep()
            if len(self._people) > 1:
                raise Full(self._left())
            self._people.append(ticket)
        try:
            while not ticket.stopped and (left := self._ahead(ticket)) is not None:
                yield Waiting(left)
                time.sleep(1)
            if not ticket.stopped:
                yield from self._work(ticket, work, args)
        finally:
            ticket.stop()
            with self._lock:
                if ticket in self._people:
                    self._people.remove(ticket)

    def _ahead(self, ticket: _Ticket) -> float | None:
        """Seconds of the one before this ticket; None when it is its turn."""
        with self._lock:
            ticket.asked = time.monotonic()
            self._sweep()
            return None if self._people[0] is ticket else self._left()

    def _work(self, ticket: _Ticket, work: str, args: tuple) -> Iterator:
        here, there = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_child, args=(there, ticket.cap, work, packed(args)), daemon=True)
        with ticket.lock:
            if ticket.stopped:
                return
            with _bare_main():
                process.start()
            ticket.process, ticket.end = process, time.monotonic() + ticket.cap
        there.close()
        told = time.monotonic()
        with here:
            while not ticket.stopped:
                ticket.asked = time.monotonic()
                if ticket.asked - told >= 1:
                    told = ticket.asked
                    yield None
                if ticket.asked > ticket.end:
                    raise Failed(
                        f"this took longer than the {ticket.cap:.0f} seconds that it may take, and was ended."
                    )
                try:
                    kind, *value = unpacked(here.recv_bytes()) if here.poll(0.1) else ("",)
                except (EOFError, OSError):
                    if ticket.stopped:
                        return
                    late = time.monotonic() > ticket.end - 0.5
                    raise Failed(
                        f"this took longer than the {ticket.cap:.0f} seconds that it may take, and was ended." if late
                        else "the process that did the work ended before its time; the machine may be short of memory. Try again."
                    ) from None  # fmt: skip
                if kind == "frame":
                    told = time.monotonic()
                    yield tuple(value)
                elif kind == "fault":
                    raise Failed(
                        f"the work broke off with an error ({value[0]}); try again, or with another picture."
                    )
                elif kind == "done":
                    return


@contextmanager
def _bare_main():
    """A spawned process imports the program's main file again: without this it would build a second app."""
    with _STARTING:
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


# -- in the process -----------------------------------------------------------------------------------------------------


def _child(pipe, cap: float, work: str, args: bytes) -> None:
    """Do the work and send what it yields. `args` are unpacked last: they may import what reads the environment."""
    threading.Thread(target=_watch, args=(cap,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # at Ctrl-C it goes with the app, without a word
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(_LOW, os.getpriority(os.PRIO_PROCESS, 0)))
    try:
        module, name = work.split(":")
        function = getattr(import_module(module), name)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        for frame in function(*unpacked(args)):
            pipe.send_bytes(packed(("frame", *as_tuple(frame))))
        pipe.send_bytes(packed(("done",)))
    except ConnectionError:
        return  # nobody listens any more
    except Exception as fault:
        traceback.print_exc()
        pipe.send_bytes(packed(("fault", type(fault).__name__)))


def _watch(cap: float) -> None:
    """End this process when the app is gone, and at the cap, whatever it is busy with."""
    parent_process().join(cap)
    os._exit(3)
