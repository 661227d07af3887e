"""What one visitor of the tab Unpaired looks at, of what is here, and all that the tab shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.images import to_image
from i2i.measure.unpaired import directions
from i2i.methods import METHODS
from i2i.papers import PAPERS
from i2i.run.pipeline import Model, cards, load, shipped

from ..widgets import look
from ..widgets.asking import sentence
from ..widgets.cover import Cover
from ..widgets.strip import thumbnail
from ..work.once import once
from . import partner, roundtrip, words
from .identity_pool import already_there, history
from .objective import FORMULAS, Screen, objective
from .subjects import SUBJECTS, Example, examples

MOST = 4  # methods side by side
# A model is poor whose answers find their true partner among 100 less often, or look like the target less often, than so.
_FEW, _ALIKE = 0.1, 0.5
_EXHIBITS = {"discogan": ("bottleneck", words.BOTTLENECK)}  # of the tab Failures, about a method of this one


def name_of(key: str, method: str) -> str:
    return f"{method}-{SUBJECTS[key].data}"


def methods(key: str) -> list[str]:
    """The methods with a shipped model for this subject, in the order of FORMULAS."""
    return [m for m in FORMULAS if name_of(key, m) in shipped()]


def _figure(key: str, method: str, figure: str, otherwise: float) -> float:
    """A figure of a model's card."""
    found = cards()[name_of(key, method)].get("card", {}).get("figures", {}).get(figure)
    return found[0] if found else otherwise


def fault(key: str, method: str) -> str:
    """How a model that is poor by the figures of its card fails, in the card's words; "" for any other."""
    poor = _figure(key, method, "top-1", 1.0) < _FEW or _figure(key, method, "likeness", 1.0) < _ALIKE
    told = cards()[name_of(key, method)].get("card", {}).get("failures")
    return (told[0] if told else words.LOW) if poor else ""


def first(key: str) -> list[str]:
    """The methods that are compared at first: those nearest to the true partners, and none that is poor while another is left."""
    here = methods(key)
    good = [m for m in here if not fault(key, m)] or here
    nearest = sorted(good, key=lambda m: _figure(key, m, "PD-i2i", 0.0))[:MOST]
    return [m for m in here if m in nearest]


def available() -> list[str]:
    """Subjects for which a model is shipped."""
    return [key for key in SUBJECTS if methods(key)]


@once(16)
def loaded(name: str) -> Model:
    # Rounding to bfloat16 is noise too: it would drown the faint signal that the tab looks for.
    return load(name, precision="fp32")


@dataclass(frozen=True)
class Scene:
    """What one visitor looks at. at: the example, -1 for `own`, an image of the visitor's."""

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
    def image(self) -> Image.Image:
        return self.example.side(self.direction[0]) if self.example else self.own

    @property
    def asked(self) -> str:
        """What is translated, in words."""
        if not self.example:
            return words.YOURS
        return words.the(self.example.name)

    @property
    def target(self) -> Image.Image:
        """An image of the target domain, of another thing than the one on the screen."""
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
        """What each method on the screen that can go this way makes of the image."""
        able = [m for m in self.methods if self.direction in directions(METHODS[m])]
        return {m: roundtrip.travel(loaded(name_of(self.key, m)), self.image, self.direction) for m in able}


def settle(
    key: str, direction: str, wanted: list[str], chosen: str, at: int = 0, own: Image.Image | None = None
) -> Scene:
    """The scene that comes nearest to what was asked for, of what is here. Raises gr.Error on an unknown subject."""
    if key not in available():
        raise sentence(words.NO_SUBJECT.format(subject=key, names=", ".join(available())))
    here = methods(key)
    able = [m for m in here if direction in directions(METHODS[m])]
    if not able:
        direction, able = "xy", here
    shown = [m for m in wanted if m in here] or first(key)  # as they were ticked: the latest stay
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
            "before": thumbnail(to_image(x)),
            "after": thumbnail(to_image(made)),
        }
        for e, x, made in zip(examples(key), *_translated(key, method, direction), strict=True)
    )


def before_and_after() -> Cover:
    """For the Map: the first example and its translation."""
    now = settle(available()[0], "xy", [], "")
    trip = now.trips()[now.chosen]
    return Cover(trip.image(trip.source), trip.image(trip.made), _address(now))


def _written(scene: Scene) -> str:
    """The methods beside each other, for an address; "" for those that nobody chose."""
    usual = settle(scene.key, scene.direction, [], scene.chosen).methods
    return "" if scene.methods == usual else ".".join(scene.methods)


def _address(scene: Scene) -> dict[str, str | int]:
    """What the page's URL says."""
    return {
        "subject": scene.key, "method": scene.chosen, "direction": scene.direction,
        "example": scene.at if scene.at >= 0 else "", "methods": _written(scene),
    }  # fmt: skip


def show(scene: Scene, noise: float, guess: str | None) -> tuple:
    """All that is shown of a scene: sides, objective, trip, noisy trip, partner, question about it, identity, pool."""
    subject = words.SUBJECTS[scene.key]
    source, target = (getattr(subject, side) for side in scene.direction)
    model, trips, cells = scene.model, scene.trips(), []
    for method in scene.methods:
        paper, trip = PAPERS[method], trips.get(method)
        cell = {
            "key": method,
            "title": escape(paper.name),
            "idea": escape(paper.idea),
            "src": "",
            "caption": "",
            "fault": _told_fault(scene.key, method),
        }
        if trip:
            answer = words.ANSWER_ALT.format(
                method=paper.name, asked=scene.asked, source=source, target=target
            )
            src, took = look.data_url(trip.image(trip.made)), words.TOOK.format(took=trip.took)
            cells.append({**cell, "src": src, "alt": escape(answer), "caption": took})
        else:
            cells.append({**cell, "alt": words.NO_WAY_BACK})
    trip = trips[scene.chosen]
    name = scene.example.name if scene.example else words.YOURS
    caption = words.SOURCE if scene.example or model.fit == "letterbox" else words.SOURCE_CUT
    sides = {
        "story": escape(subject.story),
        "source": {
            "src": look.data_url(trip.image(trip.source)), "alt": escape(words.SOURCE_ALT.format(name=name)),
            "caption": caption.format(name=name, source=source, target=target, size=model.size),
        },
        "made": cells, "chosen": scene.chosen,
        "address": _address(scene),
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


def _told_fault(key: str, method: str) -> Markup:
    """HTML below a method that is poor here, with a way to the exhibit that explains it."""
    told = fault(key, method)
    if not told:
        return Markup("")
    why = Markup("")
    if method in _EXHIBITS:
        exhibit, title = _EXHIBITS[method]
        label = words.WHY_LABEL.format(method=PAPERS[method].name, exhibit=title)
        why = Markup(
            ' <button type="button" data-go="Failures" data-state="exhibit={}" aria-label="{}">{}</button>'
        ).format(exhibit, label, words.WHY.format(exhibit=title))
    return words.POOR.format(fault=told) + why


def noisy(trip: roundtrip.Trip, noise: float) -> Markup:
    return roundtrip.noisy(trip, noise) if trip.returns else Markup("")


def question(scene: Scene, trips: dict[str, roundtrip.Trip], guess: str | None) -> tuple[Markup, Markup]:
    """HTML of the true partner among others, and of what is asked or told about it."""
    title, trip = PAPERS[scene.chosen].name, trips[scene.chosen]
    if scene.partner:
        made = {PAPERS[m].name: t.image(t.made) for m, t in trips.items()}
        return partner.ask(scene.key, scene.at, scene.direction[1], made, title, trip.returns, guess)
    why = words.PLACE_ONCE if scene.example else words.YOURS_ALONE
    return Markup('<p class="tell">{}</p>').format(why), partner.changed(
        trip.image(trip.source), trip.image(trip.made), title
    )
