"""Values between processes as plain data: numbers, texts, lists and arrays, which cannot carry code as a pickle can."""

from __future__ import annotations

import io
import json
from dataclasses import fields, is_dataclass


def as_tuple(values) -> tuple:
    """A tuple as it is, a dataclass as the values of its fields."""
    return tuple(getattr(values, field.name) for field in fields(values)) if is_dataclass(values) else values


def packed(values: tuple) -> bytes:
    """A tuple of arrays and of what JSON can say. TypeError for others."""
    import numpy as np  # not before: every process of `queue` reads this file first

    arrays = {str(i): value for i, value in enumerate(values) if isinstance(value, np.ndarray)}
    if faults := [i for i, value in arrays.items() if value.dtype.hasobject]:
        raise TypeError(f"value {faults[0]} is an array of objects")
    rest = json.dumps([None if str(i) in arrays else value for i, value in enumerate(values)])
    np.savez(out := io.BytesIO(), rest=np.frombuffer(rest.encode(), np.uint8), **arrays)
    return out.getvalue()


def unpacked(data: bytes) -> tuple:
    """What `packed` was given; tuples inside come back as lists. ValueError for what cannot be read without unpickling."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as read:
        rest = json.loads(read["rest"].tobytes())
        return tuple(read[str(i)] if str(i) in read.files else value for i, value in enumerate(rest))
