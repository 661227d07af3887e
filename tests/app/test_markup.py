"""A name that holds a tag is shown as it is written: nothing that the tabs make of it is markup."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from markupsafe import Markup, escape
from PIL import Image

from demos.inpainting import critic, fillers
from demos.inpainting import losses as four
from demos.inpainting import tab as inpainting
from demos.paired import tab as paired
from demos.superres import enlargers, part, spectrum, whole
from demos.superres import tab as superres
from demos.unpaired import dtn_digits as digits
from demos.unpaired import ost as oneshot
from demos.unpaired import partner, scene, subjects, words
from demos.unpaired import stargan as styles
from demos.widgets import look
from i2i.checkpoint import export
from i2i.images import ImageError
from i2i.run import pipeline
from i2i.run.oneshot import Progress
from kit.methods import tiny
from kit.root import ROOT

DEMOS = ROOT / "demos"
PICTURE = "<img src=x onerror=alert(1)>.png"
LABEL = "<script>&\"'"

# ---- What the sources may say ----

SOURCES = sorted(DEMOS.rglob("*.py"))
_TAG = re.compile(r"</?[a-z][a-z0-9]*[\s>/]|&[a-z]+;")


def by_hand(text: str) -> list[int]:
    """The lines of a source that import what escapes without Markup."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] in ("html", "cgi") for a in node.names))
        or (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").split(".")[0] in ("html", "cgi")
        )
        or (isinstance(node, ast.ImportFrom) and (node.module or "") == "xml.sax.saxutils")
    ]


def unescaped(text: str) -> list[int]:
    """The lines of a source that put a value into HTML that is a plain string. Constants, as _STYLE, are no such values."""
    tree = ast.parse(text)

    def tagged(node) -> bool:
        return (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_TAG.search(node.value))
        )

    def ours(value: ast.FormattedValue) -> bool:
        said = ast.unparse(value.value)
        return bool(re.fullmatch(r"_?[A-Z][A-Z_]*", said)) or said.startswith("look.text(")

    links = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "look.links"]
    aside = {id(n) for call in links for n in ast.walk(call)}  # their texts are all ours
    lines = []
    for node in ast.walk(tree):
        if id(node) in aside:
            continue
        if isinstance(node, ast.JoinedStr):
            values = [v for v in node.values if isinstance(v, ast.FormattedValue)]
            literal = "".join(v.value for v in node.values if isinstance(v, ast.Constant))
            bad = bool(_TAG.search(literal)) and not all(map(ours, values))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            bad = node.func.attr in ("format", "join") and tagged(node.func.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mod, ast.Add)):
            bad = tagged(node.left) or tagged(node.right)
        else:
            continue
        if bad:
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(DEMOS)))
def test_html_is_made_of_markup(path):
    assert by_hand(path.read_text()) == [], "Markup escapes: see demos/widgets/look.py"
    assert unescaped(path.read_text()) == [], (
        'take Markup("<b>{}</b>").format(value): see demos/widgets/look.py'
    )


def test_the_reader_of_sources_sees_every_form():
    text = (
        "import html\nfrom html import escape\nfrom .html import page\nf'<b>{name}</b>'\n'<b>{}</b>'.format(name)\n'<b>%s</b>' % name\n"
        "'<p>' + name\n'<br>'.join(names)\nf'{_STYLE}<b>x</b>'\nMarkup('<b>{}</b>').format(name)\nf'{a} < {b}'\nf'<b>{far:.1f}</b>'\n"
    )
    assert by_hand(text) == [1, 2] and unescaped(text) == [4, 5, 6, 7, 8, 12]


# ---- What the helpers and the tabs make of a name ----


def texts(value, key: str = "") -> Iterator[str]:
    """Every string of what a tab shows that a browser may take for HTML."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield from texts(v, k)
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from texts(v, key)
    elif isinstance(value, str):
        yield value


def safe(*shown, plain: tuple[str, ...] = ()) -> str:
    """All texts of what is shown, once they hold no tag out of a name. plain: keys of what the browser's script sets as
    text, where an escaped name would be shown with its entities."""

    def without(value):
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if k not in plain}
        return [without(v) for v in value] if isinstance(value, (list, tuple)) else value

    found = " ".join(texts([without(s) for s in shown]))
    assert "<img src=x" not in found and "<script>" not in found and "&\"'" not in found
    assert "&amp;lt;" not in found and "&amp;amp;" not in found, "escaped twice"
    return found


def test_the_helpers_escape_plain_strings_and_pass_markup():
    dot, b = Image.new("RGB", (2, 2)), Markup("<b>7</b>")
    for made in (
        look.figure(dot, LABEL, LABEL), look.result(dot, LABEL, LABEL, LABEL), look.result(None, "", LABEL, ""), look.note("notice", LABEL),
        look.notice(LABEL), look.stack(LABEL, LABEL), look.terms([LABEL]), look.table([(LABEL, LABEL)], [(LABEL, True, [(LABEL, True)])]),
    ):  # fmt: skip
        assert isinstance(made, Markup) and escape(LABEL) in safe(made)
    for made in (
        look.figure(dot, "", b),
        look.note("notice", b),
        look.notice(b),
        look.stack(b),
        look.terms([b]),
    ):
        assert b in made
    assert escape(LABEL) in look.label(LABEL).value


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery of tiny models for every tab."""
    home = tmp_path_factory.mktemp("checkpoints")
    small = {"size": 16, "card": {"summary": "tiny"}}
    for seed, key in enumerate(("cyclegan", "distancegan")):
        export(home / f"{key}-icons", tiny(key, seed).eval(), **small)
    export(
        home / styles.MODELS["icons"],
        tiny("stargan").eval(),
        size=16,
        card={"labels": ["flat", LABEL]},
        nets=("D",),
    )
    export(home / digits.MODEL, tiny("dtn").eval(), **small)
    export(home / oneshot.MODEL, tiny("ost").eval(), nets=("D_y",), **small)
    for told in fillers.SUBJECTS.values():
        export(home / told.model, tiny("pggan").eval(), nets=("D",), **small)
    for told in four.LOSS_VARIANTS.values():
        export(home / told.model, tiny("pggan").eval(), **small)
    export(home / enlargers.ENLARGERS["srcnn"].model, tiny("srcnn", scale=4).eval(), **small)
    for told in paired.SUBJECTS.values():
        export(home / told.model, tiny().eval(), nets=("D",), **small)
    return home


CACHES = (
    scene.loaded, scene._translated, scene.thumbnails, styles.things, styles._examples, digits._known, digits._choices,
    oneshot._choices, fillers.loaded, fillers.filled, fillers.drawn, four._filled, critic.discriminator,
    enlargers.loaded, part.drawn, paired.why.loaded, paired._examples, paired.thumbnails,
)  # fmt: skip


def forget() -> None:
    for cached in CACHES:
        cached.cache_clear()
    superres._MADE = part.Shelf()


@pytest.fixture
def gallery(folder, monkeypatch, tmp_path):
    """The tiny models in place of those shipped, on a machine without any dataset."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    forget()
    yield folder
    forget()


@pytest.mark.parametrize("method, guess", [("cyclegan", None), ("cyclegan", "A"), ("distancegan", "B")])
def test_unpaired(gallery, monkeypatch, method, guess):
    known = tuple(replace(e, name=PICTURE) for e in subjects.examples("icons"))
    for module in (scene, partner):
        monkeypatch.setattr(module, "examples", lambda key: known)
    icons = replace(words.SUBJECTS["icons"], x=LABEL, y=LABEL, story=LABEL)
    monkeypatch.setitem(words.SUBJECTS, "icons", icons)
    monkeypatch.setitem(
        words.METHODS, method, replace(words.METHODS[method], notice=LABEL, spoken=LABEL, aside=LABEL)
    )
    monkeypatch.setitem(scene.PAPERS, method, replace(scene.PAPERS[method], name=LABEL, idea=LABEL))
    now = scene.settle("icons", "xy", [], method)
    assert escape(PICTURE) in safe(scene.show(now, 8, guess)) and escape(PICTURE) in safe(
        scene.thumbnails("icons", method, "xy")
    )
    alone = replace(now, at=-1, own=Image.new("RGB", (9, 9), "red"))
    assert escape(LABEL) in safe(scene.question(alone, alone.trips(), None))


def test_the_cards_of_unpaired(gallery, monkeypatch):
    named = tuple(replace(t, name=PICTURE) for t in styles.things("icons"))
    monkeypatch.setattr(styles, "things", lambda key: named)
    monkeypatch.setattr(oneshot, "things", lambda key: named)
    for revealed in (False, True):
        view = styles.settle("icons", "flat", LABEL)
        shown = safe(styles.show(view, revealed), plain=("key", "chosen", "address"))
        assert (
            escape(PICTURE) in shown
            and escape(LABEL) in shown
            and escape(PICTURE) in safe(styles._strip(view))
        )
    run = oneshot._fresh(0, None)
    run.says = LABEL
    assert escape(PICTURE) in safe(oneshot.shown(run), oneshot._heap(0)) and escape(LABEL) in oneshot.shown(
        run
    )
    pixels = np.zeros((1, 3, *run.image.size), np.uint8)
    run.frames = [Progress(n, n, pixels, pixels, pixels, {"cycle": 1.0}, 0.1) for n in (0, 1)]
    run.over = True
    assert escape(LABEL) in safe(oneshot.shown(run))
    red = Image.new("RGB", (64, 64), "red")
    monkeypatch.setattr(
        digits, "examples", lambda: (digits.Written(PICTURE, red), digits.Written(LABEL, red, False))
    )
    assert escape(PICTURE) in safe(digits._example(0), digits._heap(0)) and escape(LABEL) in safe(
        digits._example(1)
    )


def test_inpainting(gallery, monkeypatch):
    subject = fillers.SUBJECTS["facades"]
    odd = replace(subject.examples[0], name=PICTURE, credit=LABEL)
    odd = replace(subject, examples=(odd, *subject.examples[1:]))
    monkeypatch.setitem(fillers.SUBJECTS, "facades", odd)
    words = inpainting.words
    monkeypatch.setitem(words.SUBJECTS, "facades", words.SubjectText(LABEL, LABEL, LABEL))
    for key in words.TITLES:
        monkeypatch.setitem(words.TITLES, key, LABEL)
    view = fillers.settle("facades", 0)
    made = fillers.filled(view)
    curtain = inpainting.curtain_of(view, made)
    assert curtain["pictures"]["pggan"]["alt"].startswith(PICTURE), "set as text by curtain.js"
    safe(
        inpainting.brush_of(view, made.hole.image), curtain, inpainting._heap(view), plain=("alt", "pictures")
    )
    assert escape(LABEL) in safe(inpainting.says_of(view, made), inpainting.told(view, made, "pggan"))
    monkeypatch.setattr(fillers.Hole, "fault", LABEL)
    assert escape(LABEL) in safe(inpainting.says_of(view, made), inpainting.told(view, made, "pggan"))
    assert escape(LABEL) in inpainting._SAYS.format(LABEL)
    monkeypatch.setattr(words, "LOSSES", dict.fromkeys(words.LOSSES, words.LossText(LABEL, LABEL)))
    assert escape(LABEL) in safe(four.shown(view)), "the sentence in place of the four"
    monkeypatch.setattr(fillers.Hole, "fault", "")
    assert escape(LABEL) in safe(four.shown(view))
    D = critic.discriminator(odd.model)
    assert escape(LABEL) in safe(critic._cell(LABEL, Image.new("RGB", (16, 16)), D, np.zeros((16, 16), bool)))
    monkeypatch.setattr(critic, "discriminator", lambda model: None)
    assert escape(LABEL.lower()) in safe(critic.shown(view))


def test_superres(gallery, monkeypatch):
    odd = replace(part.EXAMPLES[3], name=PICTURE, credit=LABEL)
    for module in (part, superres):
        monkeypatch.setattr(module, "EXAMPLES", (odd,))
    monkeypatch.setattr(superres, "thumbnails", lambda: (Image.new("RGB", (9, 9)),))
    told = superres.words.ENLARGERS
    said = replace(told["srcnn"], title=LABEL, loss=LABEL, spoken=LABEL, notice=LABEL, short=LABEL)
    monkeypatch.setitem(told, "srcnn", said)
    for shrink in (True, False):
        view = part.settle(0, side=128, shrink=shrink, keys=["srcnn"])
        *_, shown = superres.compare(view)
        frame, lens, curtain, plot, idle = superres.everything(shown, view.image())
        assert frame["alt"] == PICTURE and PICTURE in lens["columns"][1]["alt"], (
            "set as text by frame.js and lens.js"
        )
        # The curtain's script sets titles, alts and losses as text, too.
        made = safe(
            frame, lens, curtain["told"], curtain["says"], plot, idle, superres._heap(0), plain=("alt",)
        )
        assert escape(PICTURE) in made and escape(LABEL) in made and escape(LABEL) in safe(plot)
        assert escape(LABEL) in safe(spectrum.plot({"srcnn": shown.columns["srcnn"].image}))
    job = replace(whole.begin("srcnn", Image.new("RGB", (9, 9))), title=LABEL, says=LABEL)
    assert escape(LABEL) in safe(whole.shown(job))

    def refuse(*_):
        raise ImageError(LABEL)

    monkeypatch.setattr(whole, "allowed", refuse)
    assert escape(LABEL) in safe(whole.idle(view, (9, 9)))


def test_paired(gallery, monkeypatch):
    subject = paired.SUBJECTS["icons"]
    named = [replace(e, name=PICTURE) for e in subject.examples()[:1]]
    says = replace(subject.says, notice=LABEL, predict=LABEL, answer=LABEL, empty=LABEL)
    odd = replace(subject, examples=lambda: named, says=says)
    monkeypatch.setitem(paired.SUBJECTS, "icons", odd)
    assert escape(PICTURE) in safe(paired.thumbnails("icons"))
    value = paired._examples("icons")[0].value
    assert escape(LABEL) in safe(paired.paint(value, "icons", 7, 0), paired.samples(value, "icons", 7))
    assert escape(LABEL) in safe(paired.paint(None, "icons", 7, None)) and escape(LABEL) in safe(
        paired.samples(None, "icons", 7)
    )


@pytest.mark.parametrize("name", ["curtain", "frame", "lens", "brush"])
def test_scripts_set_alternative_texts_as_text(name):
    """So these come without entities, and a script that took one for HTML would open a way in."""
    script = (DEMOS / "widgets" / f"{name}.js").read_text()
    assert ".alt = " in script and not re.search(r"innerHTML[^;\n]*\.alt", script)
