"""Work that a visitor starts and watches: one piece at a time, each in a process of its own.

The process starts afresh, with nothing of the app in it, and works on one CPU thread at low priority. It ends with its
work, when it is stopped, at its cap, and when the app is gone, however that went. One may be made ready before anybody asks
for work: see `Line.prepare`. This file imports nothing heavy, since every such process reads it first.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType

from . import words
from .plain import as_tuple, packed, unpacked

_SPAWN = get_context("spawn")
_STARTING = threading.Lock()
_LOW = 10  # the niceness of the work: the app's own answers come first
_UNHEARD = 8  # orders that may lie unheard: a pipe that is full would hold up whoever writes into it
_SHORT = 5  # seconds before its time is up from which on a process that waits for work gets none
_GONE = 20  # seconds after which one who asks for nothing more has left

minutes = words.minutes  # for those who tell of their line


class Full(RuntimeError):
    """One works and one waits already; `left`: seconds that the present one will take, None where that is not known yet."""

    def __init__(self, left: float | None):
        super().__init__(words.full(left))
        self.left = left


class Failed(RuntimeError):
    """The process did not come to its end; the message is one sentence, fit for a visitor."""


class Joined(RuntimeError):
    """This owner is at work already, or waits: nothing new has begun, and what is there was given the order."""


@dataclass(frozen=True)
class Waiting:
    """Somebody else is at work, for `left` more seconds by the pace so far; None: that is not known yet."""

    left: float | None


@dataclass
class _Ticket:
    owner: str
    cap: float
    asked: float = field(default_factory=time.monotonic)
    end: float = 0.0  # when its time is up, once it works
    stopped: bool = False
    process: BaseProcess | None = None
    pipe: Connection | None = None
    early: list[tuple] | None = field(default_factory=list)  # ordered before the first frame; None: it came
    unheard: int = 0
    kept: tuple | None = None  # an order that is sent once the last one was heard
    lock: threading.Lock = field(default_factory=threading.Lock)
    told: tuple[tuple[float, float], ...] = ()  # when, and which share was done: at first, and last

    def tell(self, share: float) -> None:
        """Take note of the share of the work that is done, 0 to 1."""
        now = time.monotonic(), share
        self.told = (self.told[0], now) if self.told else (now,)

    @property
    def left(self) -> float | None:
        """Seconds that the work will still take, by its pace so far."""
        if len(self.told) < 2:
            return None
        (began, first), (last, done) = self.told
        if done <= first:
            return None
        return max(0.0, (last - began) * (1 - done) / (done - first) - (time.monotonic() - last))

    def order(self, values: tuple, keep: bool) -> bool:
        """Send the work an order, or keep it; whether it will hear it. Before the first frame nobody reads the pipe: what comes
        by then is kept here."""
        with self.lock:
            if self.stopped:
                return False
            if self.early is None and self.unheard < _UNHEARD:
                return self._send(values)
            if keep:
                self.kept = values
            elif self.early is not None and len(self.early) < _UNHEARD:
                self.early.append(values)
                return True
            return keep

    def begin(self) -> None:
        """Take note of the first frame: the work hears what was ordered before it."""
        with self.lock:
            for values in self.early or ():
                self._send(values)
            self.early = None
            self._send_kept()

    def _send_kept(self) -> None:
        if self.kept is not None and self.unheard < _UNHEARD:
            self._send(self.kept)
            self.kept = None

    def _send(self, values: tuple) -> bool:
        try:
            self.pipe.send_bytes(packed(values))
        except OSError:
            return False  # it has just ended
        self.unheard += 1
        return True

    def heard(self) -> None:
        """Take note that the work has taken an order."""
        with self.lock:
            self.unheard -= 1
            self._send_kept()

    def stop(self) -> None:
        with self.lock:
            self.stopped = True
            if self.process is not None and self.process.is_alive():
                self.process.kill()  # it holds nothing that it would have to put away
                self.process.join(5)


@dataclass
class _Spare:
    """A process that waits for work, and the way to it."""

    process: BaseProcess
    pipe: Connection
    until: float

    @property
    def waits(self) -> bool:
        """Whether it is there and will be for a while: what is sent to one that is about to leave is lost."""
        return self.process.is_alive() and time.monotonic() < self.until - _SHORT


def _stop(tickets: list[_Ticket]) -> None:
    for ticket in tickets:
        ticket.stop()


class Line:
    """Who is at work, and who waits for it: one each."""

    def __init__(self):
        self._lock, self._people = threading.Lock(), []
        self._spare: _Spare | None = None

    @property
    def left(self) -> float | None:
        """Seconds until the work at hand is over, by its pace so far: 0 when there is none, None where that is not known yet."""
        with self._lock:
            return self._left()

    def _left(self) -> float | None:
        return self._people[0].left if self._people else 0.0

    def prepare(self, ready: str, *args, idle: float) -> None:
        """Have a process that has called `ready` ("module:function") with `args`, for the next who comes: imports and the like
        are done before somebody waits for them. It ends after `idle` seconds without work. There is one at most."""
        with self._lock:
            if self._spare and self._spare.waits:
                return
            here, there = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_waiting, args=(there, idle, ready, packed(args)), daemon=True)
            with _bare_main():
                process.start()
            there.close()
            self._spare = _Spare(process, here, time.monotonic() + idle)

    def _begun(self, cap: float, work: str, args: tuple) -> tuple[BaseProcess, Connection]:
        """A process with this work, and what it answers by: the one that waits for it, or a new one."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare and spare.waits:
            try:
                spare.pipe.send_bytes(packed((cap, work, *args)))
                return spare.process, spare.pipe
            except OSError:
                pass  # it has just ended
        here, there = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_child, args=(there, cap, work, packed(args)), daemon=True)
        with _bare_main():
            process.start()
        there.close()
        return process, here

    def _put_out(self) -> list[_Ticket]:
        """Take those who left without a word out of the line. They are to be stopped when its lock is free again, since a ticket
        that begins holds its own and asks for that one."""
        gone = [t for t in self._people if time.monotonic() - t.asked > _GONE]
        self._people = [t for t in self._people if t not in gone]
        return gone

    def stop(self, owner: str) -> None:
        """End what this owner has started, or waits for; returns when the process is gone."""
        with self._lock:
            mine = [t for t in self._people if t.owner == owner]
        _stop(mine)

    def has(self, owner: str) -> bool:
        """Whether this owner is at work, or waits."""
        with self._lock:
            return any(t.owner == owner and not t.stopped for t in self._people)

    def order(self, owner: str, *values, keep: bool = False) -> bool:
        """Tell this owner's work something, in plain data; False where none of his is at work, or where many orders wait for
        it already. keep: of those that are too many the last one is kept for it. See `Orders`."""
        with self._lock:
            mine = [t for t in self._people if t.owner == owner]
        return any(ticket.order(values, keep) for ticket in mine)

    def frames(
        self, owner: str, work: str, *args, cap: float, share: Callable[[tuple], float] | None = None, first: tuple | None = None
    ) -> Generator:  # fmt: skip
        """The tuples that `work` ("module:function", a generator) yields, called with `args` in a process that lives `cap`
        seconds at most; both are plain data (see `plain.packed`). Before that, while another is at work, Waiting once a second.
        None, once a second, where there is no news: only an iterator that yields can be closed. share: how much of the work is
        done at a frame, 0 to 1; what others are told of the time that is left comes from it.

        A work with a parameter `orders` is given what `order` sends, once it has yielded its first frame. first: the order that it
        begins with. Where this owner is at work already, or waits, that work is given the order, and Joined is raised: of two
        presses at once the second begins nothing.

        The owner stands in the line from the call on. Ends early and silently when stopped. Closing the iterator ends the process.
        Raises Full or Joined at once, Failed on the way.
        """
        ticket = _Ticket(owner, cap)
        if first is not None:
            ticket.order(first, keep=False)
        with self._lock:
            gone = self._put_out()
            mine = [t for t in self._people if first is not None and t.owner == owner and not t.stopped]
            full = not mine and len(self._people) > 1
            left = self._left()
            if not mine and not full:
                self._people.append(ticket)
        _stop(gone)
        if full:
            raise Full(left)
        if mine:  # not under the lock of the line either
            mine[0].order(first, keep=False)
            raise Joined
        frames = self._served(ticket, work, args, share)
        next(frames)  # one that has not begun would keep its place when it is closed
        return frames

    def _served(
        self, ticket: _Ticket, work: str, args: tuple, share: Callable[[tuple], float] | None
    ) -> Generator:
        """None at once, then what `frames` tells of."""
        try:
            yield
            while not ticket.stopped and not self._is_first(ticket):
                yield Waiting(self.left)
                time.sleep(1)
            if not ticket.stopped:
                yield from self._work(ticket, work, args, share)
        finally:
            ticket.stop()
            with self._lock:
                if ticket in self._people:
                    self._people.remove(ticket)

    def _is_first(self, ticket: _Ticket) -> bool:
        with self._lock:
            ticket.asked = time.monotonic()
            gone, first = self._put_out(), ticket in self._people[:1]
        _stop(gone)
        return first

    def _work(
        self, ticket: _Ticket, work: str, args: tuple, share: Callable[[tuple], float] | None
    ) -> Iterator:
        with ticket.lock:
            if ticket.stopped:
                return
            process, here = self._begun(ticket.cap, work, args)
            ticket.process, ticket.pipe, ticket.end = process, here, time.monotonic() + ticket.cap
        told = time.monotonic()
        with here:
            while not ticket.stopped:
                ticket.asked = time.monotonic()
                if ticket.asked - told >= 1:
                    told = ticket.asked
                    yield None
                if ticket.asked > ticket.end:
                    raise Failed(words.TOO_LONG.format(seconds=ticket.cap))
                try:
                    kind, *value = unpacked(here.recv_bytes()) if here.poll(0.1) else ("",)
                except (EOFError, OSError):
                    if ticket.stopped:
                        return
                    late = time.monotonic() > ticket.end - 0.5
                    raise Failed(words.TOO_LONG.format(seconds=ticket.cap) if late else words.ENDED) from None
                if kind == "frame":
                    told = time.monotonic()
                    if ticket.early is not None:
                        ticket.begin()
                    if share:
                        ticket.tell(share(tuple(value)))
                    yield tuple(value)
                elif kind == "heard":
                    ticket.heard()
                elif kind == "fault":
                    raise Failed(words.ERROR.format(fault=value[0]))
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


class Orders:
    """What `Line.order` sends to the work: called with seconds to wait, the next order as a tuple, or None.

    Raises ConnectionError when nobody is there any more.
    """

    def __init__(self, pipe: Connection):
        self._pipe = pipe

    def __call__(self, wait: float = 0.0) -> tuple | None:
        try:
            if not self._pipe.poll(wait):
                return None
            order = unpacked(self._pipe.recv_bytes())
        except EOFError:
            raise ConnectionError("nobody gives orders any more") from None
        self._pipe.send_bytes(packed(("heard",)))
        return order


def _settle(cap: float | None) -> None:
    """cap None: it lives as long as the app."""
    threading.Thread(target=_watch, args=(cap,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # at Ctrl-C it goes with the app, without a word
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(_LOW, os.getpriority(os.PRIO_PROCESS, 0)))


def _function(name: str) -> Callable:
    module, _, name = name.partition(":")
    function = getattr(import_module(module), name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    return function


def _waiting(pipe, idle: float, ready: str, args: bytes) -> None:
    """Get ready, and do the work that comes within `idle` seconds; where getting ready fails, the work tells of it."""
    _settle(None)
    end = time.monotonic() + idle
    try:
        _function(ready)(*unpacked(args))
    except Exception:
        traceback.print_exc()
    try:
        if not pipe.poll(max(0.0, end - time.monotonic())):
            return
        cap, work, *given = unpacked(pipe.recv_bytes())
    except (EOFError, OSError):
        return  # nobody will come
    _child(pipe, cap, work, packed(tuple(given)))


def _child(pipe, cap: float, work: str, args: bytes) -> None:
    """Do the work and send what it yields. `args` are unpacked last: they may import what reads the environment."""
    _settle(cap)
    try:
        function = _function(work)
        hears = {"orders": Orders(pipe)} if "orders" in signature(function).parameters else {}
        for frame in function(*unpacked(args), **hears):
            pipe.send_bytes(packed(("frame", *as_tuple(frame))))
        pipe.send_bytes(packed(("done",)))
    except ConnectionError:
        return  # nobody listens any more
    except Exception as fault:
        traceback.print_exc()
        pipe.send_bytes(packed(("fault", type(fault).__name__)))


def _watch(cap: float | None) -> None:
    """End this process when the app is gone, and at the cap, if there is one, whatever it is busy with."""
    parent_process().join(cap)
    os._exit(3)
