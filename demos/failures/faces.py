"""Exhibit: DTN keeps what a given net sees of a face, and that is not who it is."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from PIL import Image
from torch import Tensor

from i2i.data.faces import faces_to_people, head, hopper, portraits
from i2i.data.folders import DataError
from i2i.data.public import catalogue
from i2i.images import ImageError, from_bytes, to_image

from . import words
from .exhibit import Exhibit, Number, Seen, loaded, picture

MODEL = "dtn-faces"
WORDS = words.FACES
_HELD_OUT = 8  # photographs shown where the set is installed
_NEAREST = 4  # faces in the second row


@dataclass(frozen=True)
class Face:
    name: str
    image: Image.Image

    @cached_property
    def framed(self) -> Image.Image:
        """As photographs were shown to the nets, at the size that it has."""
        return head(self.image, min(self.image.size))


@lru_cache(maxsize=1)
def faces() -> tuple[Face, ...]:
    """A photograph that may be shown anywhere, held-out ones where the set is installed, then people drawn in code."""
    held_out, roots = [], [catalogue.find(name) for name in ("faces_easy", "emoji")]
    with contextlib.suppress(DataError, ImageError):
        if all(roots):
            images = from_bytes(faces_to_people(*roots, 64, "test", by="code").x)
            every = max(1, len(images) // _HELD_OUT)
            held_out = [to_image(p) for p in images[::every][:_HELD_OUT]]
    photographs = [
        Face(words.HOPPER, hopper()),
        *(Face(words.PHOTOGRAPH.format(number=i), p) for i, p in enumerate(held_out, 1)),
    ]
    people = (Face(words.PERSON.format(number=i), p) for i, p in enumerate(portraits(), 1))
    return (*photographs, *people)


@lru_cache(maxsize=1)
@torch.inference_mode()
def _translated() -> tuple[Tensor, Tensor, Tensor]:
    """All faces, what is made of them, and how far in the eyes of f each of these is from each face, [N, N]."""
    model = loaded(MODEL)
    x = torch.cat([model.place(face.framed).x for face in faces()])
    made = model.translate(x)
    return x, made, torch.cdist(model.method.encode(made, "y"), model.method.encode(x))


def look(at: int) -> Seen:
    x, made, far = _translated()
    order = far[at].argsort().tolist()
    place = order.index(at) + 1
    rows = (
        (
            picture(x[at], WORDS.pictures["x"].format(name=faces()[at].name), 2),
            picture(made[at], WORDS.pictures["made"], 2),
        ),
        tuple(
            picture(x[i], WORDS.pictures[f"nearest {n}"].format(name=faces()[i].name))
            for n, i in enumerate(order[:_NEAREST], 1)
        ),
    )
    numbers = (Number(WORDS.numbers["nearer"].format(others=len(faces()) - 1), place - 1, digits=0),)
    return Seen(rows, numbers)


EXHIBIT = Exhibit(
    "faces",
    (MODEL,),
    WORDS,
    look=look,
    holds=lambda seen: sum(s.numbers[0].broken > 0 for s in seen) >= len(seen) / 2,
    inputs=lambda: tuple((face.name, face.framed) for face in faces()),
)
