"""Exhibit: DTN keeps what a given net sees of a face, and that is not who it is."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from markupsafe import Markup
from PIL import Image
from torch import Tensor

from i2i.data.faces import faces_to_people, head, hopper, portraits
from i2i.data.folders import DataError
from i2i.data.public import catalogue
from i2i.images import ImageError, from_bytes, to_image

from .exhibit import Exhibit, Number, Question, Seen, loaded, picture

MODEL = "dtn-faces"
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
        Face("Grace Hopper", hopper()),
        *(Face(f"photograph {i + 1}", p) for i, p in enumerate(held_out)),
    ]
    return (*photographs, *(Face(f"drawn person {i + 1}", p) for i, p in enumerate(portraits())))


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
            picture(x[at], Markup("<b>x</b>: {}").format(faces()[at].name), f"the input: {faces()[at].name}", 2),
            picture(made[at], Markup("<b>G(x) = g(f(x))</b>"), "the drawn person made of it", 2),
        ),
        tuple(
            picture(
                x[i], Markup("to f the {} nearest to G(x)").format(("", "second ", "third ", "fourth ")[n]), f"{faces()[i].name}, one of the nearest"
            )
            for n, i in enumerate(order[:_NEAREST])
        ),
    )  # fmt: skip
    numbers = (Number(f"faces nearer to G(x) than x is, of {len(faces()) - 1}", place - 1, digits=0),)
    return Seen(rows, numbers)


EXHIBIT = Exhibit(
    "faces",
    "A face that melts",
    (MODEL,),
    symptom="DTN turns a photograph of a face into a drawn person. A person comes out, and nobody could say who it was.",
    cause="G = g ∘ f keeps what f sees. This f learned to name emoji and to tell how they are drawn: it never had to tell two faces apart, so what makes a "
    "face is not in its code, and what is not in the code cannot come back. The f of the paper had learned from millions of named faces.",
    detect="Ask f itself: among all the faces here, whose code is nearest to that of G(x)? Where others come before x, identity was lost. Nobody named "
    "these faces, so this number is as blind as f: a face that f takes for x may still be nobody’s.",
    mend="An f that was trained to tell people apart. None is here, so no mended net hangs beside it. Where f does know what has to be kept, "
    "as of digits, the same method works: see Unpaired, Digits.",
    question=Question(
        "Which part of DTN would you train anew to mend this?",
        ("g, for longer", "f, on named faces", "D, with larger patches"),
        1,
        "g sees only the code. Trained for longer it paints a finer person from the same poor code; what tells two people apart has to be in "
        "the code first.",
    ),
    look=look,
    holds=lambda seen: sum(s.numbers[0].broken > 0 for s in seen) >= len(seen) / 2,
    inputs=lambda: tuple((face.name, face.framed) for face in faces()),
)
