"""Questions and exercises of notebook 07."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, Wrong, same, several

QUESTIONS = {
    "three-kinds": Question(
        "D sorts pictures into three kinds: made from the source, made from the target, real. Before it has learnt anything it "
        "gives each kind a third. What does each of its three cross-entropies say then?",
        {"a": "ln 2 = 0.693", "b": "ln 3 = 1.099", "c": "1/3"},
        "b",
        "The cross-entropy of the right kind is -ln(1/3) = ln 3. For g the two made kinds have one wish in common: to be taken "
        "for the third. So a D that has only two answers would do for the game; the third answer lets it say where it was "
        "fooled.",
    ),
    "without-constancy": Question(
        "Take the constancy away. What is left is D and the identity on the target: a toy should come out as itself. What "
        "becomes of a written 3?",
        {
            "a": "toys all the same, but seldom a 3",
            "b": "a blot: without constancy nothing is learnt about toys",
            "c": "a 3: the identity has taught g to decode f's codes",
        },
        "a",
        "The identity teaches g to decode the codes of toys. But f was trained on the pen alone, and to it a moulded 3 does"
        " not look like a written one: its codes of toys lie elsewhere. What translation hands to g are codes that g has "
        "never had to decode, and D is content with any toy. Only constancy follows the written 3 all the way. A reader of "
        "toys finds the right digit more often with it, after this short training, and without it in fewer than one toy of "
        "two.",
        {
            "the right digit is found more often with constancy, and without it in fewer than one of two": lambda kept, lost: (
                lost < kept and lost < 0.5
            ),
        },
    ),
    "what-survives": Question(
        "f was trained to tell written digits apart. G(x) = g(f(x)) sees nothing of x but f's code. The same 3, written in red "
        "and in blue: how different are the two toys?",
        {
            "a": "as different as the inks are",
            "b": "much alike: what f does not say, g cannot know",
            "c": "exactly equal",
        },
        "b",
        "Which ink it was does not help to tell a 3 from an 8, so f is free to drop it, and has been trained to. It need not "
        "drop it completely: a code of many numbers still carries traces. But of what is gone, nothing can be brought back; "
        "the toy's colour is whatever g makes of the rest.",
        {
            "six inks spread at most a tenth as wide as six digits do": lambda inks: inks < 0.1,
        },
    ),
    "which-nets-move": Question(
        "Second stage of OST. The loss of the one picture x runs through E_x, the shared layers, G_x; through G_y and E_y on "
        "the way over and back; and through D_y. Gradients reach all of them. Which of them does it move?",
        {"a": "all but D_y", "b": "E_x and G_x", "c": "E_x, G_x and the shared layers"},
        "b",
        "One picture is a poor teacher: what the shared layers have learnt from thousands of target pictures, it would bend to "
        "itself. So its loss is let through them and steps its own outer layers alone. The target's pictures go on "
        "moving theirs and the shared ones beside it.",
    ),
    "at-the-clone": Question(
        "The outer layers for x are clones of those for y. Before the first step of the second stage: what is the translation "
        "of a flat icon to glossy?",
        {
            "a": "noise: nobody has trained E_x yet",
            "b": "what the autoencoder of glossy icons makes of it",
            "c": "a glossy icon already, since G_y paints nothing else",
        },
        "b",
        "With cloned layers x → y is y's autoencoder, bit by bit, and an autoencoder tries to return what it is given, also "
        "what it has never seen: a picture much like x, as well as it can. That is a better start than noise: things stand "
        "where they should, and their surface is what has to change.",
        {
            "both are equal, bit by bit": lambda equal: equal,
        },
    ),
    "one-for-cyclegan": Question(
        "CycleGAN is given what OST is given: one flat icon, and all the glossy ones. Which of its nets has the least to learn "
        "from?",
        {
            "a": "G, which translates the one icon",
            "b": "D_X, which is to tell flat icons from made ones",
            "c": "D_Y, which is to tell glossy icons from made ones",
        },
        "b",
        "D_X has one real picture, learns it by heart, and from then on 'flat' means this icon; F must turn every glossy "
        "icon into "
        "it, and the circle over y cannot close. OST has no discriminator of the source at all.",
    ),
}


# -- constancy ------------------------------------------------------------------------------------------------------


class Coded:
    """f and g whose answers we know: images [B, 4], codes [B, 2]; f notes what it is shown."""

    read = torch.tensor([[1.0, 0.0], [0.5, 1.0], [0.0, -1.0], [2.0, 0.5]])
    paint = torch.tensor([[0.5, -1.0, 0.0, 1.0], [1.0, 0.25, 2.0, 0.0]])

    def f(self, image: Tensor) -> Tensor:
        return image @ self.read + 0.1

    def g(self, code: Tensor) -> Tensor:
        return code @ self.paint - 0.2


def _constancy(solution: Callable) -> Iterator[str]:
    net = Coded()
    x = torch.rand(3, 4, generator=torch.Generator().manual_seed(0))
    code, made = net.f(x), net.g(net.f(x))
    want = (net.f(made) - code).square().mean()
    same(solution(net.f, net.g, x), want, {
        "the pictures are compared; constancy compares what f says of them.": (made - x).square().mean(),
        "the translation is compared with f's code of itself; the other side is f(x).": (net.f(made) - net.f(x.flip(0))).square().mean(),
        "f reads the translation, and that is compared with nothing.": net.f(made).square().mean(),
        "the absolute differences are taken; the paper's d for digits is the squared difference.": (net.f(made) - code).abs().mean(),
        "the squares are added up; take their mean.": (net.f(made) - code).square().sum(),
        "the translation went through g once more.": (net.f(net.g(net.f(made))) - code).square().mean(),
    })  # fmt: skip
    yield "f of what was made against f of what went in"
    y = torch.rand(2, 4, generator=torch.Generator().manual_seed(1))
    scale = torch.tensor(1.0, requires_grad=True)
    value = solution(net.f, lambda c: scale * net.g(c), y)
    if not (torch.is_tensor(value) and value.requires_grad):
        raise Wrong("no gradient reaches g: f is fixed, but the gradient has to run through it.")
    yield "f is fixed, yet the gradient runs through it into g"


# -- three-way ------------------------------------------------------------------------------------------------------


def _three_way(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    source, target, real = (torch.randn(4, 3, generator=rng) for _ in range(3))

    def said(logits: Tensor, kind: int) -> Tensor:
        return -logits.log_softmax(1)[:, kind].mean()

    judge = said(source, 0) + said(target, 1) + said(real, 2)
    maker = said(source, 2) + said(target, 2)
    got = several(solution(source, target, real), "D's loss", "g's loss")
    same(got[0], judge, {
        "D: both made kinds are called by one name; they are two kinds, 0 and 1.": said(source, 0) + said(target, 0) + said(real, 2),
        "D: the made kinds are exchanged: 0 is made from the source, 1 from the target.":
            said(source, 1) + said(target, 0) + said(real, 2),
        "D: real is kind 2.": said(source, 1) + said(target, 2) + said(real, 0),
        "D: the three terms are averaged; eq. 3 adds them.": judge / 3,
        "D: the sign is wrong; you minimise a cross-entropy.": -judge,
        "D: real pictures are missing.": said(source, 0) + said(target, 1),
        "D: each logit is judged by itself; of three kinds exactly one is right, that is a softmax.":
            F.softplus(-source[:, 0]).mean() + F.softplus(-target[:, 1]).mean() + F.softplus(-real[:, 2]).mean(),
    })  # fmt: skip
    yield "D: each picture by its kind"
    same(got[1], maker, {
        "g: that is D's wish; g wants what it made to pass for real.": said(source, 0) + said(target, 1),
        "g: the made kinds pass for one another; g wants both to pass for real.": said(source, 1) + said(target, 0),
        "g: what was made from the target is to pass for real as well.": said(source, 2),
        "g: what was made from the source is to pass for real as well.": said(target, 2),
        "g: real pictures do not depend on g; leave them out.": maker + said(real, 2),
        "g: the sign is wrong.": -maker,
        "g: the two terms are averaged; eq. 4 adds them.": maker / 2,
        "g: this is minus D's loss. The game is not played with one number; see the log loss of a GAN.": -judge,
    })  # fmt: skip
    yield "g: both made kinds to pass for real"


# -- one-shot-ways --------------------------------------------------------------------------------------------------


class Outer:
    """Encoders and decoders of OST whose answers we know; images and codes are [B, 3]. Domains are "x" and "y"."""

    read = {"x": torch.tensor([1.0, 2.0, -1.0]), "y": torch.tensor([0.5, 1.0, 3.0])}
    paint = {"x": torch.tensor([2.0, 0.5, 1.0]), "y": torch.tensor([-1.0, 1.5, 0.25])}

    def encode(self, image: Tensor, domain: str) -> Tensor:
        return image * self.read[domain] + (0.2 if domain == "x" else -0.1)

    def decode(self, code: Tensor, domain: str) -> Tensor:
        return code * self.paint[domain] + (0.05 if domain == "x" else 0.3)


def _one_shot_ways(solution: Callable) -> Iterator[str]:
    net = Outer()
    x = torch.rand(1, 3, generator=torch.Generator().manual_seed(0))

    def ways(first: str = "x", second: str = "y", last: str = "x") -> list[Tensor]:
        """The three images, if x is read by `first`, the translation read by `second`, the return painted by `last`."""
        code = net.encode(x, first)
        over = net.decode(code, "y")
        return [net.decode(code, "x"), over, net.decode(net.encode(over, second), last)]

    names, want = ("x to itself", "x to y", "x to y and back"), ways()
    got = several(solution(net.encode, net.decode, x), *names)
    for i, name in enumerate(names):
        mistakes = {f"where {name} should stand there is {names[j]}.": want[j] for j in range(3) if j != i}
        mistakes[f"{name}: x was read by y's encoder. A picture is read by its own domain."] = ways(
            first="y"
        )[i]
        if i == 2:
            mistakes[f"{name}: on the way back the picture of y was read by x's encoder."] = ways(second="x")[
                i
            ]
            mistakes[f"{name}: the way back ends in y; x is painted by x's decoder."] = ways(last="y")[i]
        same(got[i], want[i], mistakes)
        yield name


# -- selective-step -------------------------------------------------------------------------------------------------


def _selective_step(solution: Callable) -> Iterator[str]:
    def world() -> tuple[Tensor, Tensor, Tensor]:
        own, shared = (
            torch.tensor([1.0, -2.0], requires_grad=True),
            torch.tensor([3.0, 0.5], requires_grad=True),
        )
        return own, shared, (own * shared).square().sum()

    own, shared, loss = world()
    (slope,) = torch.autograd.grad(loss, own, retain_graph=True)
    before_own, before_shared = own.detach().clone(), shared.detach().clone()
    solution(loss, [own], 0.01)
    if not torch.equal(shared, before_shared):
        raise Wrong("the shared weights moved. The loss runs through them, but steps only what it is given.")
    yield "the shared weights stay, bit by bit"
    if torch.equal(own, before_own):
        raise Wrong("its own weights did not move: change them in place, under torch.no_grad().")
    same(
        own.detach(),
        before_own - 0.01 * slope,
        {
            "the step goes uphill: subtract the rate times the gradient.": before_own + 0.01 * slope,
            "the rate is missing.": before_own - slope,
            "the step takes the sign of the gradient only.": before_own - 0.01 * slope.sign(),
        },
    )
    yield "its own weights take a step downhill"
    if shared.grad is not None and shared.grad.abs().sum() > 0:
        raise Wrong(
            "a gradient stays behind in the shared weights: whoever steps them next adds this one in. "
            "torch.autograd.grad(loss, own) leaves nothing behind."
        )
    yield "and no gradient is left lying in the shared ones"
    first, second = torch.tensor([2.0], requires_grad=True), torch.tensor([[1.0, 1.0]], requires_grad=True)
    total = (first * second).sum()
    solution(total, [first, second], 0.1)
    same(first.detach(), torch.tensor([1.8]))
    same(second.detach(), torch.tensor([[0.8, 0.8]]))
    yield "several tensors of its own"


EXERCISES = {
    "constancy": Exercise(
        _constancy,
        (
            "Three nets in a row: read, paint, read again. What should agree?",
            "The second reading with the first: codes, not pictures. Mean of squared differences.",
            "(f(g(f(x))) - f(x)).square().mean()",
        ),
    ),
    "three-way": Exercise(
        _three_way,
        (
            "Cross-entropy with a whole batch of one kind. Which kind is the right one in D's eyes, and which one does g "
            "wish for?",
            "-logits.log_softmax(1)[:, kind].mean() is the term of one kind. D: kinds 0, 1, 2. g: twice kind 2, of made "
            "pictures.",
            "said = lambda s, k: -s.log_softmax(1)[:, k].mean(); (said(source, 0) + said(target, 1) + said(real, 2), "
            "said(source, 2) + said(target, 2))",
        ),
    ),
    "one-shot-ways": Exercise(
        _one_shot_ways,
        (
            "A picture is read by the encoder of its own domain and painted by the decoder of the one where it should go.",
            "The third way has four steps: read x in x, paint in y, read that in y, paint in x.",
            "code = encode(x, 'x'); over = decode(code, 'y'); decode(code, 'x'), over, decode(encode(over, 'y'), 'x')",
        ),
    ),
    "selective-step": Exercise(
        _selective_step,
        (
            "loss.backward() leaves a gradient in every tensor of the graph. What asks for some of them only?",
            "torch.autograd.grad(loss, own) gives the gradients of these and touches nothing else; then change them in place.",
            "with torch.no_grad(): for p, slope in zip(own, torch.autograd.grad(loss, own)): p -= rate * slope",
        ),
    ),
}
