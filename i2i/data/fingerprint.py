"""What tells one training set from another: a hash of all that a source holds."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from types import BuiltinMethodType, FunctionType, MethodType, MethodWrapperType

import numpy as np
import torch
from torch import Tensor, nn


def fingerprint(source: object) -> str:
    """16 hexadecimal digits that depend on every image, label and setting that a source holds, and on the kind of source;
    not on where the files lie, nor on the device that makes its batches. Equal for equal sources in any process on any machine."""
    digest = hashlib.sha256()
    _feed(digest, source, ())
    return digest.hexdigest()[:16]


def _feed(digest, thing: object, above: tuple[int, ...]) -> None:
    if id(thing) in above or isinstance(
        thing, Path
    ):  # an object that holds itself; and where files lie is no matter
        return
    above = (*above, id(thing))
    digest.update(f"<{type(thing).__module__}.{type(thing).__qualname__}>".encode())
    if isinstance(thing, Tensor):
        _feed(
            digest,
            thing.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy() if thing.numel() else None,
            above,
        )
        digest.update(f"{thing.dtype}{tuple(thing.shape)}".encode())
    elif isinstance(thing, np.ndarray):
        digest.update(f"{thing.dtype}{thing.shape}".encode())
        digest.update(np.ascontiguousarray(thing).data)
    elif isinstance(thing, bool | int | float | complex | str | bytes | type(None) | torch.dtype):
        digest.update(repr(thing).encode())
    elif isinstance(thing, dict):
        for key in sorted(thing, key=repr):
            if isinstance(thing[key], torch.device):
                continue
            _feed(digest, key, above)
            _feed(digest, thing[key], above)
    elif isinstance(thing, set | frozenset):
        for item in sorted(thing, key=repr):
            _feed(digest, item, above)
    elif isinstance(thing, list | tuple | range):
        for item in thing:
            _feed(digest, item, above)
    elif isinstance(thing, torch.Generator):
        _feed(digest, thing.get_state(), above)
    elif isinstance(thing, nn.Module):
        _feed(digest, thing.state_dict(), above)
    elif isinstance(thing, partial):
        _feed(digest, (thing.func, thing.args, thing.keywords), above)
    elif isinstance(thing, MethodType | BuiltinMethodType | MethodWrapperType):
        digest.update(thing.__name__.encode())
        _feed(digest, thing.__self__, above)
    elif isinstance(thing, FunctionType):
        digest.update(f"{thing.__module__}.{thing.__qualname__}".encode())
        for cell in thing.__closure__ or ():
            _feed(digest, cell.cell_contents, above)
        _feed(digest, thing.__defaults__, above)
    elif isinstance(thing, type):
        digest.update(f"{thing.__module__}.{thing.__qualname__}".encode())
    else:
        _feed(digest, getattr(thing, "__dict__", None), above)
