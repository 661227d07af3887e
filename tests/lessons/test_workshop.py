"""The exercises to mend and to design: each planted fault has its symptom and a name, each mended one has neither; each design is tried."""

from __future__ import annotations

import ast
import json
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from i2i import check as kit
from i2i.claims.gans import Game, Setting
from i2i.lessons import EXERCISES, Mend
from i2i.lessons.workshop import EXERCISES as WORKSHOP
from kit.lessons import assert_told, clean  # noqa: F401 (a fixture)
from kit.root import ROOT

BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MENDS = [name for name, one in WORKSHOP.items() if isinstance(one, Mend)]
DESIGNS = [name for name in WORKSHOP if name not in MENDS]

pytestmark = pytest.mark.skipif(not BOOKS, reason="this copy has no notebooks")


def cells(path) -> list[dict]:
    return json.loads(path.read_text())["cells"]


def text(cell: dict) -> str:
    return "".join(cell["source"])


def place_of(name: str):
    """(the notebook's cells, which of them has the check of this exercise)."""
    for path in BOOKS:
        book = cells(path)
        for i, cell in enumerate(book):
            if cell["cell_type"] == "code" and f'check("{name}"' in text(cell):
                return book, i
    raise AssertionError(f"no notebook asks for {name}")


def defined(code: str, name: str):
    """The function of an exercise as a cell or a solution defines it."""
    space: dict = {"torch": torch, "F": F, "nnf": F, "nn": nn}
    tree = ast.parse(code)
    kept = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(kept, []), "cell", "exec"), space)
    return space[name.replace("-", "_")]


def given(name: str):
    """The function as the notebook hands it out."""
    book, i = place_of(name)
    return defined(text(book[i]), name)


def solved(name: str):
    """The function of the solution that is folded below."""
    book, i = place_of(name)
    return defined(
        re.search(r"<summary>Solution</summary>\s*```python\n(.*?)```", text(book[i + 1]), re.S)[1], name
    )


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_every_notebook_has_one_to_mend_and_one_to_design(path):
    code = "\n".join(text(c) for c in cells(path) if c["cell_type"] == "code")
    asked = re.findall(r'^check\("([\w-]+)"', code, re.M)
    assert len([n for n in asked if n in MENDS]) == len([n for n in asked if n in DESIGNS]) == 1
    (mend,) = [n for n in asked if n in MENDS]
    assert f'symptom("{mend}", {mend.replace("-", "_")})' in code
    prose = "\n".join(text(c) for c in cells(path) if c["cell_type"] == "markdown")
    assert "· Mend it.**" in prose and "· Design one.**" in prose and "*Expected outcome:*" in prose


def test_all_of_them_stand_in_a_notebook_and_have_hints():
    assert len(MENDS) == len(DESIGNS) == len(BOOKS) and WORKSHOP.items() <= EXERCISES.items()
    assert all(len(one.hints) >= 3 for one in WORKSHOP.values())


# ---- To mend ----


@pytest.mark.patient
@pytest.mark.parametrize("name", MENDS)
def test_the_fault_has_its_symptom_and_without_it_there_is_none(name, capsys):
    mend = WORKSHOP[name]
    assert not mend.healthy(mend.symptom(given(name))) and mend.healthy(mend.symptom(solved(name)))
    kit.check(name, given(name))
    assert capsys.readouterr().out.startswith("Not tried yet: ") and kit.passed == {}
    kit.check(name, solved(name))
    assert kit.passed == {name: True}, capsys.readouterr().out


def test_the_symptom_is_shown_and_its_end_too(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(kit, "table", lambda header, rows: shown.append(rows))
    kit.symptom("mend-the-identity", given("mend-the-identity"))
    assert "This is the symptom" in capsys.readouterr().out
    kit.symptom("mend-the-identity", solved("mend-the-identity"))
    assert "The symptom is gone" in capsys.readouterr().out
    (good, lazy), (good_then, lazy_then) = ([value for _, value in rows] for rows in shown)
    assert good > 1 and lazy == 0 and good_then == 0 and lazy_then == 0
    kit.symptom("mend-the-identity", lambda *_: 1 / 0)
    assert "It raised ZeroDivisionError" in capsys.readouterr().out
    with pytest.raises(KeyError, match="did you mean 'mend-the-identity'"):
        kit.symptom("mend-identity", print)


def turn(value):
    """Of what D says of real and of made points, the latter detached."""
    return lambda D, x, made: value(D(x), D(made.detach()))


def yes(s):
    return F.softplus(-s).mean()


def no(s):
    return F.softplus(s).mean()


def off(a, b):
    return (a - b).abs().mean()


def units(a, b, x, y):
    return ((a - x[0]) / x[1] - (b - y[0]) / y[1]).abs().mean()


def own(v):
    return v.mean(), v.std()


def framed(change):
    return lambda plan, r, c: change(solved("mend-the-frame"), given("mend-the-frame"), plan, r, c)


def two(first, last):
    """Two encoders of these first and last layers, each a pair."""
    return tuple(nn.Sequential(a, nn.ReLU(), b) for a, b in zip(first, last, strict=True))


def layer(i=6, o=8):
    return nn.Linear(i, o)


def same_weights():
    one = layer(8, 6)
    other = layer(8, 6)
    other.weight = one.weight
    return two([layer(), layer()], [one, other])


def all_shared():
    one, last = layer(), layer(8, 6)
    return two([one, one], [last, last])


def labelled(of, loss=F.cross_entropy):
    return lambda G, D, x, c, w: of(G, D, x, c, w, loss)


def told(h):
    return [t[..., None, None] for t in h.unbind(1)]


def path(change):
    def pair(x, y, t, sigma, draw):
        return change(x, y, t[:, None, None, None], x + sigma * draw(x.shape))

    return pair


def filled(fed, pasted=lambda y, m, made: y * (1 - m) + m * made):
    return lambda G, y, m: pasted(y, m, G(torch.cat(fed(y, m), 1)))


def known(y, m):
    return y * (1 - m)


def one_column(y, place, values):
    y = y.clone()
    y[:, place] = values(y)[:, place]
    return y


def in_place(y, place):
    y[:, place] = -y[:, place]
    return y


def wish(answer, mean=torch.mean):
    return lambda fakes: mean(
        torch.stack(
            [F.cross_entropy(f, torch.full((len(f),), answer(i, len(fakes)))) for i, f in enumerate(fakes)]
        )
    )


def halved(change):
    return lambda h, t: change(F.instance_norm(h), h, *told(t))


def fixed(change):
    def constancy(f, g, x):
        code = f(x)
        return change(f, g, x, code, f(g(code)))

    return constancy


def freed(f, g, x):
    f.requires_grad_(True)
    return (f(g(f(x))) - f(x)).square().mean()


def second_cut_off(f, g, x):
    code = f(x).requires_grad_()
    with torch.no_grad():
        again = f(g(code))
    return (again - code).square().mean()


# (exercise, a wrong way to mend it, a word of what the check must say)
WRONG = [
    ("mend-the-turn", turn(lambda r, m: yes(r) + no(m.sigmoid())), "first term is mended"),
    ("mend-the-turn", turn(lambda r, m: yes(r.sigmoid()) + no(m)), "second term is mended"),
    ("mend-the-turn", turn(lambda r, m: -r.sigmoid().mean() + m.sigmoid().mean()), "went with it"),
    ("mend-the-turn", turn(lambda r, m: no(r) + yes(m)), "labels are exchanged"),
    ("mend-the-turn", turn(lambda r, m: yes(r) + yes(m)), "G's wish"),
    ("mend-the-turn", turn(lambda r, m: (yes(r.sigmoid()) + no(m.sigmoid())) / 2), "halved"),
    ("mend-the-turn", turn(lambda r, m: -yes(r) - no(m)), "turned round"),
    ("mend-the-turn", lambda D, x, made: yes(D(x)) + no(D(made)), "flows back into G"),
    ("mend-the-turn", lambda D, x, made: yes(D(x)).detach() + no(D(made)).detach(), "no gradient reaches D"),
    ("mend-the-pairs", lambda D, x, y, f: (yes(D(y, x)) + no(D(f.detach(), x))) / 2, "both pairs are turned round"),
    ("mend-the-pairs", lambda D, x, y, f: (yes(D(x, y)) + no(D(f, f))) / 2, "lacks its x"),
    ("mend-the-pairs", lambda D, x, y, f: (no(D(x, y)) + yes(D(x, f))) / 2, "labels are exchanged"),
    ("mend-the-pairs", lambda D, x, y, f: (yes(D(x, y)) + no(D(x, y))) / 2, "never sees what G made"),
    ("mend-the-pairs", lambda D, x, y, f: yes(D(x, y)) + no(D(x, f)), "half is gone"),
    ("mend-the-pairs", lambda D, x, y, f: (yes(D(x, y)) + no(D(x, f))) / 2, "detach was right"),
    ("mend-the-frame", framed(lambda right, bad, plan, r, c: [v - 1 for v in bad(plan, r, c)]), "one layer only"),
    ("mend-the-frame", framed(lambda right, bad, plan, r, c: [v - len(plan) for v in bad(plan, r, c)]), "as it stands"),
    ("mend-the-frame", framed(lambda right, bad, *at: [2 * a - b for a, b in zip(bad(*at), right(*at), strict=True)]),
     "other side"),
    ("mend-the-frame", framed(lambda right, bad, plan, r, c: right(plan, c, r)), "left comes from the column"),
    ("mend-the-frame", framed(lambda right, bad, plan, r, c: [0, 0, 9, 9]), "is [25, 13, 59, 47], not"),
    ("mend-the-identity", lambda G, H, x, y: off(G(y), y) + off(H(y), y), "F's still asks"),
    ("mend-the-identity", lambda G, H, x, y: off(G(x), x) + off(H(x), x), "G's still asks"),
    ("mend-the-identity", lambda G, H, x, y: off(H(G(x)), x) + off(G(H(y)), y), "cycle loss"),
    ("mend-the-identity", lambda G, H, x, y: off(G(x), y) + off(H(y), x), "no partners"),
    ("mend-the-identity", lambda G, H, x, y: off(G(y), x) + off(H(x), y), "exchanged on one side"),
    ("mend-the-identity", lambda G, H, x, y: off(G(y), y), "only G's"),
    ("mend-the-identity", lambda G, H, x, y: off(H(x), x), "only F's"),
    ("mend-the-units", lambda b, a, x, y: units(b, a, x, x), "measured in x's units"),
    ("mend-the-units", lambda b, a, x, y: units(b, a, own(b), y), "x's are still those of the batch"),
    ("mend-the-units", lambda b, a, x, y: units(b, a, x, own(a)), "these are the ones that shrink"),
    ("mend-the-units", lambda b, a, x, y: units(b, a, y, x), "exchanged"),
    ("mend-the-units", lambda b, a, x, y: off(b, a), "bare distances"),
    ("mend-the-sharing", lambda: two([layer(), layer()], [layer(8, 6), layer(8, 6)]), "two blocks with weights of their own"),
    ("mend-the-sharing", same_weights, "the biases are not"),
    ("mend-the-sharing", all_shared, "first layers are shared"),
    ("mend-the-sharing", lambda: (layer(), layer()), "three parts each"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(x), c)), "real images are classified"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(G(x, c)), c)), "has already"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(G(x, c)), w)), "marked by the new one"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(x), w)), "held against the wanted"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(G(x, w)), w, reduction="sum")), "added up"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(G(G(x, w), c)), w)), "way of the reconstruction"),
    ("mend-the-label", labelled(lambda G, D, x, c, w, loss: loss(D(G(x, w)), w).detach()), "no gradient reaches G"),
    ("mend-the-fixed-f", fixed(lambda f, g, x, code, again: (g(code) - x).square().mean()), "images are compared"),
    ("mend-the-fixed-f", fixed(lambda f, g, x, code, again: (again - code).square().sum()), "added up"),
    ("mend-the-fixed-f", fixed(lambda f, g, x, code, again: off(again, code)), "this is L1"),
    ("mend-the-fixed-f", second_cut_off, "still cut off"),
    ("mend-the-fixed-f", freed, "f gets gradients now"),
    ("mend-the-cycle", lambda G, E, x, y, z: off(y, G(x, E(x))), "read from x"),
    ("mend-the-cycle", lambda G, E, x, y, z: off(z, E(G(x, z))), "other cycle"),
    ("mend-the-cycle", lambda G, E, x, y, z: off(G(x, z), G(x, E(y))), "neither is an answer"),
    ("mend-the-cycle", lambda G, E, x, y, z: (y - G(x, E(y))).square().mean(), "squared"),
    ("mend-the-cycle", lambda G, E, x, y, z: off(y, G(x, y)), "y itself"),
    ("mend-the-halves", halved(lambda n, h, shift, scale: h * scale + shift), "nothing is normalised"),
    ("mend-the-halves", halved(lambda n, h, shift, scale: (n + shift) * scale), "shift is scaled"),
    ("mend-the-halves", halved(lambda n, h, shift, scale: n * (1 + scale) + shift), "1 was added"),
    ("mend-the-halves", halved(lambda n, h, shift, scale: n + shift), "scale is missing"),
    ("mend-the-halves", halved(lambda n, h, shift, scale: n * scale), "shift is missing"),
    ("mend-the-wish", wish(lambda i, k: 0), "are answer 0 here"),
    ("mend-the-wish", lambda fakes: -given("mend-the-wish")(fakes), "turned round"),
    ("mend-the-wish", wish(lambda i, k: (i + 1) % k), "next generator"),
    ("mend-the-wish", wish(lambda i, k: k, torch.sum), "generators' losses are added up"),
    ("mend-the-wish", lambda fakes: 5 * solved("mend-the-wish")(fakes), "losses of a batch are added up"),
    ("mend-the-wish", wish(lambda i, k: k, lambda losses: losses[0]), "only the first"),
    ("mend-the-noise", path(lambda x, y, t, z: (t * z + (1 - t) * y, y - z)), "wrong way round"),
    ("mend-the-noise", path(lambda x, y, t, z: ((1 - t) * x + t * y, y - x)), "without noise"),
    ("mend-the-noise", lambda x, y, t, s, draw: path(lambda x, y, t, z: ((1 - t) * z + t * y, y - z))(x, y, t, 1, draw),
     "not scaled"),
    ("mend-the-noise", path(lambda x, y, t, z: ((1 - t) * z + t * y, y - x)), "that from x to y"),
    ("mend-the-noise", path(lambda x, y, t, z: ((1 - t) * z + t * y, z - y)), "turned round"),
    ("mend-the-noise", path(lambda x, y, t, z: ((1 - t) * z + t * y, y)), "y itself is asked for"),
    ("mend-the-noise", path(lambda x, y, t, z: ((1 - t) * z + t * y, (1 - t) * (y - z))), "rest of the way"),
    ("mend-the-noise", lambda x, y, t, s, draw: (solved("mend-the-noise")(x, y, t, s, draw), draw(x.shape))[0],
     "drawn 2 times"),
    ("mend-the-reduction", lambda y: y[..., 1::4, 1::4], "another pixel of each block"),
    ("mend-the-reduction", lambda y: y[..., 2::4, 2::4], "another pixel of each block"),
    ("mend-the-reduction", lambda y: F.interpolate(y, scale_factor=0.25, mode="bilinear"), "two middle pixels"),
    ("mend-the-reduction", lambda y: F.avg_pool2d(y, 4, 1)[..., :4, :6], "should not overlap"),
    ("mend-the-reduction", lambda y: F.max_pool2d(y, 4), "largest of each block"),
    ("mend-the-reduction", lambda y: 16 * F.avg_pool2d(y, 4), "divide by sixteen"),
    ("mend-the-reduction", lambda y: F.avg_pool2d(y, 2)[..., ::2, ::2], "blocks of two"),
    ("mend-the-reduction", lambda y: F.avg_pool2d(y, 2), "expected the shape"),
    ("mend-the-leak", filled(lambda y, m: [y * m, m]), "sees the hole alone"),
    ("mend-the-leak", filled(lambda y, m: [known(y, m), m], lambda y, m, made: made), "stands everywhere"),
    ("mend-the-leak", filled(lambda y, m: [known(y, m), m], lambda y, m, made: y * m + (1 - m) * made), "hole is kept"),
    ("mend-the-leak", filled(lambda y, m: [known(y, m), 0 * m]), "mask is missing"),
    ("mend-the-leak", filled(lambda y, m: [known(y, m), 1 - m]), "wrong way round; it is 1"),
    ("mend-the-codes", lambda n, k, rng: 2 * torch.rand(n, k, generator=rng) - 1, "still a uniform"),
    ("mend-the-codes", lambda n, k, rng: torch.randn(n, k, generator=rng) + 0.5, "have the mean"),
    ("mend-the-codes", lambda n, k, rng: 2 * torch.randn(n, k, generator=rng), "have the deviation"),
    ("mend-the-codes", lambda n, k, rng: 12**0.5 * (torch.rand(n, k, generator=rng) - 0.5), "its tails"),
    ("mend-the-codes", lambda n, k, rng: torch.randn(n, k), "hand it on"),
    ("mend-the-codes", lambda n, k, rng: torch.randn(k, n, generator=rng), "expected the shape"),
    ("mend-the-flip", lambda y, p: -y, "all attributes"),
    ("mend-the-flip", lambda y, p: one_column(y, p, torch.ones_like), "set to 1 in every"),
    ("mend-the-flip", lambda y, p: one_column(y, p, lambda v: -torch.ones_like(v)), "set to -1 in every"),
    ("mend-the-flip", lambda y, p: one_column(y, p, torch.zeros_like), "set to 0"),
    ("mend-the-flip", lambda y, p: one_column((y + 1) / 2, p, lambda v: 1 - v), "labels became 0 and 1"),
    ("mend-the-flip", lambda y, p: one_column(y, p, lambda v: (1 - v) / 2), "alone became 0 or 1"),
    ("mend-the-flip", lambda y, p: torch.where((torch.arange(len(y)) == p)[:, None], -y, y), "each row is a face"),
    ("mend-the-flip", in_place, "copy them first"),
]  # fmt: skip


@pytest.mark.parametrize("name, solution, word", WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_way_to_mend_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_each_of_them_has_wrong_ways():
    assert {name for name, *_ in WRONG} == set(MENDS)


# ---- To design ----

# (exercise, choices that reach what is asked for, as the text of the notebook says; choices that do not, and a word for each)
DESIGNED = [
    ("all-eight", [Setting(3e-3)], {
        "Who is faster": Setting(3e-3, d_rate=1e-3), "has to stay": Setting(2e-3), "known already": Setting(3e-3, deviation=True),
        "return a Game": 5,
    }),
    ("choose-lambda", [2, 10, 20], {"wiped it out": 100, "only L1 can tell": 0, "should lie between": -1}),
    ("choose-a-critic", [(2, 32), (2, 8)], {
        "never holds a whole period": (1, 32), "so few patches": (3, 16), "too many": (2, 64), "between 0 and 5": (9, 4),
    }),
    ("choose-identity", [0.3, 0.5], {"turned wheel": 0.1, "changes nothing": 1}),
    ("choose-the-clip", [0.1], {"hardly move": 0.01, "hardly move ": 0.03, "no longer held": 0.15}),
    ("choose-kl", [0.005, 0.012], {"drown in the noise": 1, "among a few": 0}),
    ("choose-the-penalty", [25.5, 50, 99], {"balance": 10, "run away": 120}),
    ("choose-alpha", [1, 1.5], {"any order": 0, "no longer like the target": 3}),
    ("choose-latent", [2.5, 3], {"nearest": 2, "real or not": 4}),
    ("choose-norms", [("image", "image", "image"), ("none", "none", "image")], {
        "makes them larger": ("none", "none", "none"), "larger": ("image", "image", "none"),
        "what the style told": ("image", "instance", "image"), "return three names": ("image", "layer", "image"),
    }),
    ("choose-columns", [1, 2], {"worse than fewer": 6, "worse": 26, "whole one": 1.5}),
    ("choose-steps", [5], {"stop between": 1, "stop between the": 4, "would do, too": 6, "whole one": 4.5}),
    ("choose-the-share", [0.65, 0.7], {"below SRResNet's": 1, "third of the way": 0.5}),
    ("choose-dilations", [[1, 3, 9, 27], [1, 2, 4, 9, 18]], {
        "each layer adds": [1, 2, 4, 8, 16], "leaves gaps": [8, 8, 8, 9], "too many": [1] * 6, "whole numbers": [0, 3],
    }),
    ("choose-the-mark", [0.35, 0.4, 0.42], {"thinner": 0.5, "thicker": 0.3}),
    ("choose-the-strength", [0.4], {"Ask for more": 0.3, "would do, too": 1}),
]  # fmt: skip


def answering(choice):
    """A reader's function that gives this choice; of a setting, the game that was played with it."""
    return lambda *seed: Game(choice, *seed).run(600) if isinstance(choice, Setting) else choice


def test_every_design_is_tried_here():
    assert {name for name, *_ in DESIGNED} == set(DESIGNS)


@pytest.mark.patient
@pytest.mark.parametrize("name, good, bad", DESIGNED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_design_is_judged_by_what_comes_of_it(name, good, bad, capsys):
    for choice in good:
        kit.check(name, answering(choice))
        assert kit.passed == {name: True}, capsys.readouterr().out
    capsys.readouterr()
    for word, choice in bad.items():
        assert_told(name, answering(choice), word.strip(), capsys)
    kit.passed.clear()
    kit.check(name, given(name))
    assert capsys.readouterr().out.startswith("Not tried yet: ") and kit.passed == {}
