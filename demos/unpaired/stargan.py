"""The card of StarGAN in the tab Unpaired: one image in every style at once, and what the label does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import gradio as gr
import torch
from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.data import emoji
from i2i.data.domains import domains, emoji_domains
from i2i.data.folders import DataError
from i2i.data.public import catalogue
from i2i.data.worlds import icons, landscapes
from i2i.images import ImageError, from_bytes, to_image
from i2i.losses import l1
from i2i.run.pipeline import Model, cards

from ..decoding import open_image
from ..widgets import address, client, look
from ..widgets.asking import sentence, uploaded
from ..widgets.choices import Choices
from ..widgets.photograph import PICTURES
from ..widgets.strip import thumbnail
from ..work.openings import opening
from . import words
from .objective import equation
from .scene import loaded
from .subjects import EMOJI

_STYLE = look.style(__file__, "stargan")

MODELS = {"icons": "stargan-icons", "emoji": "stargan-emoji", "photographs": "stargan-weather"}
_PHOTOGRAPHS = 3  # of each kind of weather

_FORMULA = Markup(
    '<span class="gan"><i>L</i><sub>adv</sub></span> + '
    'λ<sub>cls</sub> <span class="gan"><i>L</i><sub>cls</sub></span> + λ<sub>rec</sub> <span class="l1">|x − G(G(x, c), c′)|</span>'
)


@dataclass(frozen=True)
class Thing:
    """A thing to be drawn, and its images by domain: all of them, where the truth is known, or one."""

    name: str
    images: dict[str, Image.Image]

    def drawn(self, label: str) -> Image.Image:
        return self.images.get(label) or next(iter(self.images.values()))


def _icons(index: Tensor, names: dict[str, str]) -> tuple[Thing, ...]:
    """Test icons; names: what the model calls each of the world's styles."""
    index = index + icons.SPLITS["test"][0]
    label = index % len(icons.CLASSES)
    drawn = {name: icons.draw(index, style, 64, label=label) for style, name in names.items()}
    return tuple(
        Thing(icons.CLASSES[k], {name: to_image(images[i]) for name, images in drawn.items()})
        for i, k in enumerate(label.tolist())
    )


@lru_cache(maxsize=4)
def things(key: str) -> tuple[Thing, ...]:
    """The examples of a subject: emoji where they are installed, else icons drawn flat; photographs where those are, else
    landscapes drawn by day. Of what stands in, and of photographs, only one image is known."""
    if key == "photographs":
        return _photographs(loaded(MODELS[key]).labels)
    if key == "icons":
        return _icons(
            torch.tensor([8, 5, 1, 10, 3, 0, 14, 7, 12, 2, 4, 11]), {style: style for style in icons.STYLES}
        )
    root, labels = catalogue.find("emoji"), loaded(MODELS[key]).labels
    with contextlib.suppress(DataError, ImageError, ValueError):
        if root is not None:
            names = [e["name"] for e in emoji.concepts(root, "test", by="code")]
            chosen = [names.index(n) for n in EMOJI if n in names] or list(range(min(12, len(names))))
            images = emoji_domains(root, labels, 64, "test", by="code").images
            shown = [
                [Image.fromarray(p[i].permute(1, 2, 0).contiguous().numpy()) for p in images] for i in chosen
            ]
            return tuple(
                Thing(names[i], dict(zip(labels, row, strict=True)))
                for i, row in zip(chosen, shown, strict=True)
            )
    flat = next((name for name in labels if "flat" in name), labels[0])
    return _icons(torch.arange(16, 28), {"flat": flat})


def _photographs(labels: list[str]) -> tuple[Thing, ...]:
    root = catalogue.find("weather")
    with contextlib.suppress(DataError, ImageError):
        if root is not None:
            held_out = domains(root, 128, "test")
            kinds = {
                kind: images
                for kind, images in zip(held_out.names, held_out.images, strict=True)
                if kind in labels
            }
            chosen = [
                (kind, images[n * len(images) // _PHOTOGRAPHS])
                for n in range(_PHOTOGRAPHS)
                for kind, images in kinds.items()
            ]
            return tuple(
                Thing(words.PHOTOGRAPH.format(number=i + 1), {kind: to_image(from_bytes(p))})
                for i, (kind, p) in enumerate(chosen)
            )
    scenes = landscapes.draw(torch.arange(12), "day")
    return tuple(
        Thing(words.LANDSCAPE.format(number=i + 1), {"shine": to_image(p)}) for i, p in enumerate(scenes)
    )


def available() -> list[str]:
    """Subjects whose model is here and says what its domains are called."""
    return [
        key
        for key, name in MODELS.items()
        if len(cards().get(name, {}).get("card", {}).get("labels", ())) > 1
    ]


@dataclass(frozen=True)
class View:
    """What one visitor looks at. own: the label that the image comes with, c′; at: the example, -1 for `upload`."""

    key: str
    own: str
    target: str
    at: int = 0
    upload: Image.Image | None = None

    @property
    def model(self) -> Model:
        return loaded(MODELS[self.key])

    @property
    def thing(self) -> Thing | None:
        return things(self.key)[self.at] if self.at >= 0 else None

    @property
    def image(self) -> Image.Image:
        return self.thing.drawn(self.own) if self.thing else self.upload

    @property
    def truth(self) -> Image.Image | None:
        """The same thing in the target style, if anybody knows it."""
        known = self.thing.images if self.thing else {}
        return known.get(self.target) if len(known) > 1 else None


def settle(key: str, own: str, target: str, at: int = 0, upload: Image.Image | None = None) -> View:
    """The view that comes nearest to what was asked for."""
    key = key if key in available() else available()[0]
    labels = loaded(MODELS[key]).labels
    at = -1 if upload is not None else max(at, 0) % len(things(key))
    known = things(key)[at].images if at >= 0 else {}
    if len(known) == 1:  # there is nothing else that this image could be
        own = next(iter(known))
    elif own not in labels:
        own = labels[1]
    target = target if target in labels else labels[-1]
    return View(key, own, target, at, upload)


def everywhere(model: Model, x: Tensor) -> Tensor:
    """x [1, 3, H, W] with each of the model's labels -> [domains, 3, H, W]."""
    count = len(model.labels)
    return model.translate(x.expand(count, -1, -1, -1), label=torch.arange(count))


def nearest(model: Model, image: Image.Image) -> str:
    """The label under which G changes an image least: a guess at the style that it comes in."""
    x = model.place(image).x
    return model.labels[int((everywhere(model, x) - x).abs().mean((1, 2, 3)).argmin())]


def _called(label: str) -> str:
    return words.LABELS.get(label, label)


def show(view: View, revealed: bool) -> tuple[dict, Markup, Markup, Markup]:
    """The tiles of all targets; HTML of what G is given, of the trip there and back, and of the objective."""
    model, placed = view.model, view.model.place(view.image)
    x, (left, top, right, bottom) = placed.x, placed.box

    def cut(canvas: Tensor) -> Tensor:
        return canvas[..., top:bottom, left:right]

    made = everywhere(model, x)
    own, target = (model.labels.index(label) for label in (view.own, view.target))
    over = made[target : target + 1]
    back = model.translate(over, label=own)
    name = view.thing.name if view.thing else words.YOURS
    tiles = {
        "label": words.MANY_TARGET, "chosen": view.target, "look": "large",
        "tiles": [
            {
                "key": label, "title": escape(_called(label)), "src": look.data_url(to_image(cut(made[i : i + 1]))),
                "alt": escape(words.MANY_MADE_ALT.format(name=name, label=_called(label))),
                "more": words.MANY_OWN if label == view.own else words.MANY_CHANGES.format(far=l1(cut(made[i : i + 1]), cut(x)).item()),
            }
            for i, label in enumerate(model.labels)
        ],
        "address": {"styles": view.key, "from": view.own, "target": view.target, "thing": view.at if view.at >= 0 else "", "truth": "1" if revealed and view.truth else ""},
    }  # fmt: skip
    miss, same = l1(cut(back), cut(x)).item(), l1(cut(made[own : own + 1]), cut(x)).item()
    c, c_own = _called(view.target), _called(view.own)
    trip = Markup("").join(
        (
            look.figure(
                to_image(cut(x)),
                words.MANY_PICTURE_ALT.format(name=name, label=c_own),
                Markup("<b>x</b>, {}<br>c′ = {}").format(name, c_own),
            ),
            look.figure(
                to_image(cut(over)),
                words.MANY_OVER_ALT.format(label=c),
                Markup("<b>G(x, c)</b><br>c = {}").format(c),
            ),
            look.figure(to_image(cut(back)), words.ITS_RETURN, words.MANY_RETURN.format(miss=miss)),
            _truth(view, cut(over), revealed),
        )
    )
    trip = Markup('<div class="trip">{}</div>').format(trip)
    return tiles, _given(view, cut(x)), trip, _terms(view, x, over, miss, same)


def _truth(view: View, over: Tensor, revealed: bool) -> Markup:
    if view.truth is None:
        return _unseen(words.MANY_UNKNOWN, words.MANY_TRUTH_UNKNOWN)
    if not revealed:
        return _unseen(words.MANY_PREDICT, words.MANY_TRUTH_HIDDEN)
    true = view.model.place(view.truth)
    left, top, right, bottom = true.box
    far = l1(true.x[..., top:bottom, left:right], over).item()
    return look.figure(
        view.truth, words.MANY_TRUTH_ALT.format(label=_called(view.target)), words.MANY_TRUTH.format(far=far)
    )


def _unseen(why: str, caption: Markup) -> Markup:
    return Markup('<figure><div class="void">{}</div><figcaption>{}</figcaption></figure>').format(
        why, caption
    )


@torch.inference_mode()
def _terms(view: View, x: Tensor, over: Tensor, miss: float, same: float) -> Markup:
    model, method = view.model, view.model.method
    weights, cells = method.weights(0), []

    def cell(kind: str, text: str, value: float) -> None:
        cells.append(
            Markup('<div><span class="{}">{}</span> <strong>{:.2f}</strong></div>').format(kind, text, value)
        )

    if method.D is not None:
        scores, logits = method.D(over.to(model.device))
        wanted = torch.full((1,), model.labels.index(view.target), device=model.device)
        cell("gan", Markup("−D<sub>src</sub>(G(x, c))"), -scores.mean().item())
        cell(
            "gan",
            Markup("{:g} · −log D<sub>cls</sub>(c | G(x, c))").format(weights["class_fake"]),
            weights["class_fake"] * method.classify(logits, wanted).item(),
        )
    cell("l1", f"{weights['recon']:g} · |x − G(G(x, c), c′)|", weights["recon"] * miss)
    cell("", words.MANY_SAME, same)
    count = len(model.labels)
    size = sum(p.numel() for p in method.G.parameters()) / 1e6
    one = words.MANY_ONE_NET.format(size=size, ways=count * (count - 1))
    if view.target == view.own:
        seen = words.MANY_AT_HOME
    else:
        seen = words.MANY_LOSES if same < miss else words.MANY_GUESSES
    return look.stack(
        equation(_FORMULA, words.MANY_SPOKEN),
        Markup('<div class="terms">{}</div>').format(Markup("").join(cells)),
        Markup('<p class="small">{}</p>').format(words.MANY_NO_CRITIC) if method.D is None else "",
        look.notice(f"{one} {seen.format(same=same, miss=miss)}"),
    )


def _given(view: View, x: Tensor) -> Markup:
    """HTML of G's input, plane by plane."""
    planes = Markup("").join(
        look.captioned(
            thumbnail(to_image(x[:, i : i + 1].expand(-1, 3, -1, -1)), 64),
            words.MANY_COLOUR_ALT.format(colour=name),
            name,
        )
        for i, name in enumerate(words.MANY_COLOURS)
    )
    for label in view.model.labels:
        on, name = label == view.target, _called(label)
        said = words.MANY_ONES_ALT if on else words.MANY_ZEROS_ALT
        planes += Markup(
            '<figure><i class="{}" role="img" aria-label="{}"></i><figcaption>{}</figcaption></figure>'
        ).format("on" if on else "", said.format(label=name), name)
    return Markup('<h3 class="label">{}</h3><div class="planes">{}</div>').format(
        words.MANY_GIVEN.format(planes=3 + len(view.model.labels)), planes
    )


def translate(image: str, model: str = "stargan-icons", label: str = "night") -> Image.Image:
    """The API: an image file, a model with labels and one of its labels -> the translation."""
    names = [MODELS[key] for key in available()]
    if model not in names:
        raise sentence(words.MANY_NO_MODEL.format(model=model, names=", ".join(names)))
    labels = loaded(model).labels
    if label not in labels:
        raise sentence(words.MANY_NO_LABEL.format(model=model, label=label, labels=", ".join(labels)))
    try:
        return loaded(model)(open_image(image, words.THIS_FILE), label=label)
    except ImageError as fault:
        raise sentence(str(fault)) from None


@lru_cache(maxsize=64)
def _examples(key: str, own: str) -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i),
            "title": escape(t.name),
            "src": thumbnail(t.drawn(own)),
            "alt": escape(t.name),
            "more": "",
        }
        for i, t in enumerate(things(key))
    )


def _strip(view: View) -> dict:
    return {"label": words.MANY_EXAMPLE, "tiles": list(_examples(view.key, view.own)), "chosen": str(view.at)}


def _sent(_: gr.Request, key, own, targets, at, upload) -> tuple:
    """What the endpoint gets for what is on the page."""
    view = settle(key, own, (targets or {}).get("chosen", ""), at, upload)
    return view.image, MODELS[view.key], view.target


def _labels(view: View) -> list[tuple[str, str]]:
    known = view.thing.images if view.thing else {}
    return [(_called(label), label) for label in (known if len(known) == 1 else view.model.labels)]


@opening
def _first(key: str) -> dict:
    """What the card opens with, on a subject."""
    view = settle(key, "", "")
    return {
        "at": view.at, "own": view.own, "target": view.target, "labels": _labels(view), "strip": _strip(view),
        "known": view.truth is not None, "shown": show(view, False),
    }  # fmt: skip


def card() -> tuple[Callable, list] | None:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    keys = available()
    if not keys:
        return None
    opens = _first(keys[0])
    tiles, given, trip, told = opens["shown"]
    with gr.Column(elem_classes="card", elem_id="star"):
        gr.HTML(
            Markup('{}<h2 class="label">{}</h2><p class="tell">{}</p>').format(_STYLE, words.MANY, words.MANY_LEAD),
            apply_default_css=False, elem_classes="bare",
        )  # fmt: skip
        at, upload = gr.State(opens["at"]), gr.State(None, time_to_live=3600)
        with gr.Row(elem_classes="row controls"):
            subject = gr.Radio(
                [(words.SUBJECTS[k].title, k) for k in keys], value=keys[0], label=words.KIND, show_label=False, container=False, min_width=330, visible=len(keys) > 1,
                elem_id="star-subject", elem_classes="segmented scene on-head",
            )  # fmt: skip
            with gr.Column(scale=0, min_width=150):
                gr.HTML(
                    Markup('<span class="small">{}</span>').format(words.MANY_FROM),
                    apply_default_css=False,
                    elem_classes="bare",
                )
            own = gr.Radio(
                opens["labels"], value=opens["own"], label=words.MANY_FROM_LABEL, show_label=False, container=False, min_width=300, elem_id="star-own", elem_classes="segmented scene on-foot",
            )  # fmt: skip
        with gr.Row(elem_classes="row controls"):
            with gr.Column(scale=1, min_width=300):
                heap = Choices(
                    opens["strip"], elem_id="star-heap", elem_classes="bare examples scene on-rail"
                )
            with gr.Column(scale=0, min_width=170):
                bring = gr.UploadButton(
                    words.UPLOAD,
                    file_types=PICTURES,
                    size="sm",
                    elem_classes="quiet",
                    elem_id="star-bring",
                )
                revealed = gr.Checkbox(
                    False, label=words.MANY_REVEAL, container=False, visible=opens["known"], elem_id="star-truth", elem_classes="tick reveal scene on-foot",
                )  # fmt: skip
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=9, min_width=320):
                look.label(words.MANY_TARGETS)
                targets = Choices(tiles, elem_id="star-targets", elem_classes="bare scene on-in step")
                look.saving("#star-targets", "stargan-targets")
                there = gr.HTML(
                    trip, apply_default_css=False, elem_id="star-trip", elem_classes="bare heard scene on-out"
                )
            with gr.Column(scale=6, min_width=320, elem_classes="view"):
                planes = gr.HTML(given, apply_default_css=False, elem_id="star-given", elem_classes="bare")
                objective = gr.HTML(told, apply_default_css=False, elem_id="star-terms", elem_classes="bare")
        client.card("unpaired_label", _sent, [subject, own, targets, at, upload])
        look.paper_links("stargan")

    asked = [subject, own, targets, at, upload, revealed]
    whole = [subject, own, at, upload, revealed, heap, targets, planes, there, objective]

    def now(key, own, targets, at, upload) -> View:
        return settle(key, own, (targets or {}).get("chosen", ""), at, upload)

    def everything(view: View, revealed: bool = False) -> tuple:
        return (
            view.key, gr.update(choices=_labels(view), value=view.own), view.at, view.upload, gr.update(value=revealed, visible=view.truth is not None), _strip(view), *show(view, revealed),
        )  # fmt: skip

    def switch(key, own, targets, at, upload, revealed):
        return everything(settle(key, "", ""))

    def again(key, own, targets, at, upload, revealed):
        return everything(now(key, own, targets, at, upload), revealed)

    def aim(index, key, own, targets, at, upload, revealed):
        view = now(key, own, targets, at, upload)
        labels = view.model.labels
        return everything(replace(view, target=labels[index % len(labels)]), revealed)

    def pick(index, key, own, targets, at, upload, revealed):
        return everything(now(key, own, targets, index, None))

    def receive(file, key, own, targets, at, upload, revealed):
        image = uploaded(file)
        view = now(key, own, targets, at, image)
        return everything(replace(view, own=nearest(view.model, image)))

    quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
    subject.input(switch, asked, whole, **quiet)
    own.input(again, asked, whole, **quiet)
    revealed.input(again, asked, whole, **quiet)
    targets.on_choice(aim, asked, whole)
    heap.on_choice(pick, asked, whole)
    bring.upload(receive, [bring, *asked], whole, **quiet)
    gr.Button(visible=False).click(
        translate, [gr.File(visible=False), gr.Textbox(MODELS[keys[0]], visible=False), gr.Textbox(opens["target"], visible=False)],
        gr.Image(visible=False, format="png"), api_name="unpaired_label",
        api_description=words.MANY_API,
    )  # fmt: skip

    def restore(wish: dict[str, str]) -> list:
        """?styles=…&from=…&target=…&thing=n&truth=1"""
        if not {"styles", "target", "from", "thing", "truth"} & set(wish):
            return [gr.skip()] * len(whole)
        key = wish.get("styles", "")
        at = address.number(wish, "thing", 0, len(things(key if key in keys else keys[0])) - 1, 0)
        view = settle(key, wish.get("from", ""), wish.get("target", ""), at)
        return list(everything(view, wish.get("truth") == "1" and view.truth is not None))

    return restore, whole
