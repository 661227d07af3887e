"""The tab Failures: nets in which one thing went wrong, how that is detected, and the same nets with it mended."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import gradio as gr
from markupsafe import Markup, escape
from PIL import Image

from i2i.run.pipeline import shipped

from ..widgets import address, client, look
from ..widgets.asking import sentence, whole
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.strip import thumbnail
from ..work.openings import opening
from . import bottleneck, checkered, collapsed, faces, hidden, hues, overpowered, words
from .exhibit import Exhibit, Number, Picture, Seen

_STYLE = look.style(__file__, "tab")

EXHIBITS: dict[str, Exhibit] = {
    e.key: e
    for e in (
        hues.EXHIBIT, hidden.EXHIBIT, overpowered.EXHIBIT, collapsed.EXHIBIT, bottleneck.EXHIBIT, checkered.EXHIBIT, faces.EXHIBIT,
    )
}  # fmt: skip


def available() -> list[str]:
    """Exhibits whose models are all here."""
    return [key for key, e in EXHIBITS.items() if all(name in shipped() for name in e.models)]


@lru_cache(maxsize=64)
def seen(key: str, at: int) -> Seen:
    """What an exhibit shows of an example."""
    return EXHIBITS[key].look(at)


# -- HTML -----------------------------------------------------------------------------------------------------------


def _figure(picture: Picture) -> Markup:
    return look.figure(picture.image, picture.alt, picture.caption)


def shown_of(key: str, at: int) -> Markup:
    """HTML of the pictures and of what one sees in them."""
    said = EXHIBITS[key].words
    rows = Markup("").join(
        Markup('<div class="fl-row" style="--n: {}">{}</div>').format(
            len(row), Markup("").join(map(_figure, row))
        )
        for row in seen(key, at).rows
    )
    return look.stack(
        Markup('<h2 class="fl-title">{}</h2><p class="fl-symptom">{}</p>').format(said.title, said.symptom),
        rows,
    )


def _value(number: Number, value: float | None) -> str:
    return "" if value is None else f"{value:.{number.digits}f}{number.unit}"


def told_of(key: str, at: int) -> Markup:
    """HTML of the cause, of how it is detected, with the numbers of this example, and of the mend."""
    said, numbers = EXHIBITS[key].words, seen(key, at).numbers
    columns = [
        (name, values)
        for name, values in (
            (said.columns[0], [n.broken for n in numbers]),
            (said.columns[1], [n.mended for n in numbers]),
            (words.RIGHT_ANSWER, [n.right for n in numbers]),
        )
        if any(v is not None for v in values)
    ]
    rows = [
        (n.name, False, [(_value(n, values[i]), False) for _, values in columns])
        for i, n in enumerate(numbers)
    ]
    table = look.table([(name, name) for name, _ in columns], rows)
    return Markup(
        '<div class="fl-words"><section><h3 class="label">{}</h3><p>{}</p></section>'
        '<section><h3 class="label">{}</h3><p>{}</p>{}</section>'
        '<section><h3 class="label">{}</h3><p>{}</p></section></div>'
    ).format(words.CAUSE, said.cause, words.DETECT, said.detect, table, words.MEND, said.mend)


def verdict_of(key: str, answer: str | None) -> Markup:
    """HTML of what an answer deserves; nothing before one was given."""
    question = EXHIBITS[key].words.question
    if answer not in question.answers:
        return Markup("")
    right = question.answers.index(answer) == question.right
    return look.note(
        "notice" if right else "predict",
        Markup("<b>{}</b> {}").format(words.RIGHT if right else words.WRONG, question.because),
    )


def right_of(key: str) -> tuple[str, Markup]:
    """The right answer, and what it deserves."""
    question = EXHIBITS[key].words.question
    answer = question.answers[question.right]
    return answer, verdict_of(key, answer)


def _wall(key: str, given: str | None = None) -> dict:
    """given: the answer that the visitor has chosen."""
    answers = EXHIBITS[key].words.question.answers
    return {
        "label": words.EXHIBIT, "look": "large", "chosen": key,
        "address": {"exhibit": key, "answer": answers.index(given) + 1 if given in answers else ""},
        "tiles": [
            {"key": k, "title": escape(EXHIBITS[k].words.title), "alt": "", "more": " ", "src": _cover(k)} for k in available()
        ],
    }  # fmt: skip


@lru_cache(maxsize=len(EXHIBITS))
@opening
def _cover(key: str) -> str:
    """The broken picture of the example that the exhibit opens with."""
    return thumbnail(seen(key, EXHIBITS[key].opens).rows[0][1].image)


def _heap(key: str, at: int) -> dict:
    return {
        "label": words.INPUT, "look": "", "chosen": str(at), "address": {"of": at}, "tiles": list(_inputs(key)),
    }  # fmt: skip


@lru_cache(maxsize=len(EXHIBITS))
def _inputs(key: str) -> tuple[dict, ...]:
    return tuple(
        {"key": str(i), "title": escape(name), "alt": escape(name), "more": "", "src": thumbnail(image, 66)}
        for i, (name, image) in enumerate(EXHIBITS[key].inputs())
    )


def count(key: str) -> int:
    """How many examples an exhibit has."""
    return len(EXHIBITS[key].inputs())


@opening
def _first(key: str) -> dict:
    """What the tab opens with, on an exhibit."""
    at = EXHIBITS[key].opens
    return {"shown": shown_of(key, at), "heap": _heap(key, at), "told": told_of(key, at)}


def before_and_after() -> Cover:
    """For the Map: the input of the first exhibit and what its net makes of it."""
    key = available()[0]
    at = EXHIBITS[key].opens
    row = seen(key, at).rows[0]
    return Cover(row[0].image, row[1].image, {"exhibit": key, "of": at})


# -- The API --------------------------------------------------------------------------------------------------------


def sheet(exhibit: str, of: int) -> Image.Image:
    """The pictures of an exhibit on one sheet, as they stand on the page."""
    rows = seen(exhibit, of).rows
    side = max(p.image.height for row in rows for p in row)
    made = Image.new("RGB", (side * max(map(len, rows)), side * len(rows)), "white")
    for y, row in enumerate(rows):
        for x, p in enumerate(row):
            made.paste(p.image.resize((side, side), Image.NEAREST), (x * side, y * side))
    return made


def endpoint(exhibit: str = "", of: float = 0) -> Image.Image:
    """The API: the pictures of an exhibit for the example number `of`, on one sheet. exhibit "": the first."""
    key = exhibit or available()[0]
    if key not in available():
        raise sentence(words.NO_EXHIBIT.format(key=key[:40], keys=", ".join(available())))
    try:
        at = whole("of", 0 if of is None else of)
    except ValueError as fault:
        raise sentence(str(fault)) from None
    if not 0 <= at < count(key):
        raise sentence(words.NO_EXAMPLE.format(last=count(key) - 1, given=at))
    return sheet(key, at)


# -- The tab --------------------------------------------------------------------------------------------------------


def _asked(key: str, given: str | None) -> dict:
    question = EXHIBITS[key].words.question
    return gr.update(choices=list(question.answers), value=given, label=question.asks)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = available()
    if not keys:
        return None
    first = keys[0]
    opens = _first(first)
    with gr.Tab("Failures", id="failures"):
        gr.HTML(
            Markup('<p class="lead">{}</p>').format(words.LEAD) + _STYLE,
            apply_default_css=False,
            elem_classes="bare",
        )
        key, at = gr.State(first), gr.State(EXHIBITS[first].opens)
        wall = Choices(_wall(first), elem_id="fl-wall", elem_classes="bare examples scene on-rail")
        with gr.Row(elem_classes="row", equal_height=True):
            with gr.Column(scale=15, min_width=320, elem_classes="card scene on-in"):
                shown = look.html(opens["shown"], "fl-shown", "bare heard")
                look.saving("#fl-shown", "failure")
                heap = Choices(opens["heap"], elem_id="fl-heap", elem_classes="bare step")
            with gr.Column(scale=9, min_width=320, elem_classes="card scene on-out"):
                look.label(words.QUESTION)
                question = EXHIBITS[first].words.question
                answer = gr.Radio(
                    list(question.answers), label=question.asks, elem_id="fl-answer", elem_classes="fl-ask"
                )
                verdict = look.html("", "fl-verdict")
                tell = gr.Button(
                    words.SHOW_ANSWER,
                    size="sm",
                    elem_classes="quiet fit reveal lecture-only",
                    elem_id="fl-tell",
                )
        with gr.Column(elem_classes="card"):
            told = look.html(opens["told"], "fl-told")
            look.html(Markup('<p class="small">{}</p>').format(words.ANSWER_FIRST), "fl-later")
        client.card("failures", lambda _, key, at: (key, at), [key, at])
        outputs = [key, at, wall, shown, heap, told, answer, verdict]

        def everything(key: str, at: int, given: str | None = None) -> list:
            return [
                key, at, _wall(key, given), shown_of(key, at), _heap(key, at), told_of(key, at), _asked(key, given), verdict_of(key, given),
            ]  # fmt: skip

        def switch(index: int) -> list:
            new = keys[index % len(keys)]
            return everything(new, EXHIBITS[new].opens)

        def pick(index: int, key: str) -> list:
            at = index % count(key)
            return [at, shown_of(key, at), _heap(key, at), told_of(key, at)]

        def judge(key: str, given: str | None) -> tuple:
            return verdict_of(key, given), _wall(key, given)

        wall.on_choice(switch, [], outputs)
        heap.on_choice(pick, [key], [at, shown, heap, told])
        answer.input(
            judge, [key, answer], [verdict, wall],
            trigger_mode="always_last", show_progress="hidden", api_visibility="private",
        )  # fmt: skip
        tell.click(right_of, key, [answer, verdict], show_progress="hidden", api_visibility="private")
        gr.Button(visible=False).click(
            endpoint, [gr.Textbox(first, visible=False), gr.Number(0, visible=False)], gr.Image(visible=False, format="png"),
            api_name="failures", api_description=words.DESCRIPTION.format(keys=", ".join(keys)),
        )  # fmt: skip

        def restore(request: gr.Request):
            """?tab=failures&exhibit=…&of=n&answer=k: what the link's sender saw; else it stays."""
            wish = dict(request.query_params)
            wanted = wish.get("exhibit")
            if wanted not in keys or not address.asks(wish, "failures", {"exhibit"}):
                return [gr.skip()] * len(outputs)
            answers = EXHIBITS[wanted].words.question.answers
            given = address.number(wish, "answer", 1, len(answers), 0)
            at = address.number(wish, "of", 0, count(wanted) - 1, EXHIBITS[wanted].opens)
            return everything(wanted, at, answers[given - 1] if given else None)

    return restore, outputs


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
