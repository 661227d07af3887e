"""What one visitor of the tab Unpaired looks at, of what is here, and all that the tab shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.measure.unpaired import directions
from i2i.methods import METHODS
from i2i.papers import PAPERS
from i2i.pictures import to_picture
from i2i.run.pipeline import Model, load, shipped

from ..widgets import look
from ..widgets.asking import sentence
from ..widgets.strip import thumbnail
from . import partner, roundtrip
from .identity_pool import already_there, history
from .objective import METHOD_TEXTS, Screen, objective
from .subjects import SUBJECTS, Example, examples

MOST = 4  # methods side by side


def name_of(key: str, method: str) -> str:
    return f"{method}-{SUBJECTS[key].data}"


def methods(key: str) -> list[str]:
    """The methods with a shipped model for this subject, in the order of METHOD_TEXTS."""
    return [m for m in METHOD_TEXTS if name_of(key, m) in shipped()]


def available() -> list[str]:
    """Subjects for which a model is shipped."""
    return [key for key in SUBJECTS if methods(key)]


@lru_cache(maxsize=16)
def loaded(name: str) -> Model:
    # Rounding to bfloat16 is noise too: it would drown the faint signal that the tab looks for.
    return load(name, precision="fp32")


@dataclass(frozen=True)
class Scene:
    """What one visitor looks at. at: the example, -1 for `own`, a picture of the visitor's."""

    key: str
    direction: str
    methods: tuple[str, ...]
    chosen: str
    at: int = 0
    own: Image.Image | None = None

    @property
    def model(self) -> Model:
        return loaded(name_of(self.key, self.chosen))

    @property
    def example(self) -> Example | None:
        return examples(self.key)[self.at] if self.at >= 0 else None

    @property
    def picture(self) -> Image.Image:
        return self.example.side(self.direction[0]) if self.example else self.own

    @property
    def target(self) -> Image.Image:
        """A picture of the target domain, of another thing than the one on the screen."""
        return examples(self.key)[(self.at + 1) % len(examples(self.key))].side(self.direction[1])

    @property
    def partner(self) -> bool:
        """Whether the true partner is known."""
        return self.example is not None and self.example.partners

    @property
    def askable(self) -> bool:
        """Whether it could be told from copies in other hues."""
        return self.partner and partner.tellable(self.key, self.at, self.direction[1])

    @property
    def returns(self) -> bool:
        """Whether the chosen method has a way back."""
        return len(directions(self.model)) == 2

    def trips(self) -> dict[str, roundtrip.Trip]:
        """What each method on the screen that can go this way makes of the picture."""
        able = [m for m in self.methods if self.direction in directions(METHODS[m])]
        return {m: roundtrip.travel(loaded(name_of(self.key, m)), self.picture, self.direction) for m in able}


def settle(
    key: str, direction: str, wanted: list[str], chosen: str, at: int = 0, own: Image.Image | None = None
) -> Scene:
    """The scene that comes nearest to what was asked for, of what is here. Raises gr.Error on an unknown subject."""
    if key not in available():
        raise sentence(f"there is no subject {key!r} in this tab; there are {', '.join(available())}.")
    here = methods(key)
    able = [m for m in here if direction in directions(METHODS[m])]
    if not able:
        direction, able = "xy", here
    shown = [m for m in wanted if m in here] or here[
        :MOST
    ]  # in the order in which they were ticked: the latest stay
    chosen = chosen if chosen in able else next((m for m in shown if m in able), able[0])
    others = [m for m in shown if m != chosen][1 - MOST :]
    at = -1 if own is not None else max(at, 0) % len(examples(key))
    return Scene(key, direction, tuple(m for m in here if m in (chosen, *others)), chosen, at, own)


@lru_cache(maxsize=32)
def _translated(key: str, method: str, direction: str) -> tuple[Tensor, Tensor]:
    """All examples of a subject on the net's canvas, and what the method makes of them."""
    model = loaded(name_of(key, method))
    before = torch.cat([model.place(e.side(direction[0])).x for e in examples(key)])
    return before, roundtrip.over(model, before, direction)


@lru_cache(maxsize=32)
def thumbnails(key: str, method: str, direction: str) -> tuple[dict, ...]:
    return tuple(
        {
            "name": escape(e.name),
            "before": thumbnail(to_picture(x)),
            "after": thumbnail(to_picture(made)),
        }
        for e, x, made in zip(examples(key), *_translated(key, method, direction), strict=True)
    )


def show(scene: Scene, noise: float, guess: str | None) -> tuple:
    """All that is shown of a scene: sides, objective, trip, noisy trip, partner, question about it, identity, pool."""
    source, target = (getattr(SUBJECTS[scene.key], side) for side in scene.direction)
    model, trips, cells = scene.model, scene.trips(), []
    for method in scene.methods:
        paper, trip = PAPERS[method], trips.get(method)
        cell = {
            "key": method,
            "title": escape(paper.name),
            "idea": escape(paper.idea),
            "src": "",
            "caption": "",
        }
        if trip:
            src = look.data_url(trip.picture(trip.made))
            cells.append(
                {
                    **cell,
                    "src": src,
                    "alt": escape(f"made by {paper.name}, {target}"),
                    "caption": f"{trip.took:.0f} ms",
                }
            )
        else:
            cells.append({**cell, "alt": "One-sided: there is no way back."})
    trip = trips[scene.chosen]
    name = scene.example.name if scene.example else "your picture"
    cut = "" if scene.example or model.fit == "letterbox" else "; of a picture that is not square, its middle"
    sides = {
        "story": escape(SUBJECTS[scene.key].story),
        "source": {
            "src": look.data_url(trip.picture(trip.source)), "alt": escape(f"the picture to translate: {name}"),
            "caption": Markup("<b>{}</b><br>{} → {}, at the {} px that the nets see{}").format(name, source, target, model.size, cut),
        },
        "made": cells, "chosen": scene.chosen,
        "address": {
            "subject": scene.key, "method": scene.chosen, "direction": scene.direction,
            "example": scene.at if scene.at >= 0 else "",
        },
    }  # fmt: skip
    canvas = model.place(scene.target).x
    seen = Screen(
        scene.direction, trip.source, trip.made, trip.back(trip.made) if trip.returns else None, canvas,
        roundtrip.over(model, canvas, scene.direction),
    )  # fmt: skip
    before, after = _translated(scene.key, scene.chosen, scene.direction)
    row = roundtrip.shown(trip, seen.back) if trip.returns else roundtrip.distances(model, before, after)
    return (
        sides, objective(model, seen), row, noisy(trip, noise), *question(scene, trips, guess), already_there(model, seen),
        history(model, after),
    )  # fmt: skip


def noisy(trip: roundtrip.Trip, noise: float) -> Markup:
    return roundtrip.noisy(trip, noise) if trip.returns else Markup("")


def question(scene: Scene, trips: dict[str, roundtrip.Trip], guess: str | None) -> tuple[Markup, Markup]:
    """HTML of the true partner among others, and of what is asked or told about it."""
    title, trip = PAPERS[scene.chosen].name, trips[scene.chosen]
    if scene.partner:
        made = {PAPERS[m].name: t.picture(t.made) for m, t in trips.items()}
        return partner.ask(scene.key, scene.at, scene.direction[1], made, title, trip.returns, guess)
    why = (
        "Nobody stood here twice: a photograph has no partner, so such sets can only be learnt without pairs."
    )
    if not scene.example:
        why = "A picture of yours has no partner here: nobody knows what it ought to become."
    return Markup('<p class="tell">{}</p>').format(why), partner.changed(
        trip.picture(trip.source), trip.picture(trip.made), title
    )
