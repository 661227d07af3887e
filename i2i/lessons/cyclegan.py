"""Questions and exercises of notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "gan-alone": Question(
        "G is trained to take glossy things to night, with D_Y alone: no pairs, no way back. Say it succeeds, and D_Y can no "
        "longer tell G(x) from real night pictures. What do we know of G(x) for one particular x?",
        {
            "a": "it shows the thing that x shows, at night",
            "b": "it is some night picture; which one is left open",
            "c": "it shows the same thing, though perhaps in another colour",
        },
        "b",
        "D_Y never sees x. It compares a set of made pictures with a set of real ones, and a set has no order: G may "
        "answer every teapot with a fish, as long as teapots and fish come out as often as they should.",
        {
            "the adversarial loss is the same for all three maps": lambda losses: (
                max(losses) - min(losses) < 1e-4
            ),
        },
    ),
    "opposite-sign": Question(
        "Take the slide's one V for both players, so that G raises E[D(G(x))²] where D lowers it. D is sure that a patch is "
        "made and gives it the score 0. How hard does V pull at G there?",
        {"a": "as hard as G's own loss (D - 1)² does", "b": "twice as hard", "c": "not at all"},
        "c",
        "The slope of s² at s = 0 is 0: where D has won, G learns nothing; and where D goes below 0, V pushes G further down. "
        "The loss that G has in fact, (s - 1)², has the slope -2 there and leads to 1 from both sides.",
    ),
    "cycle-alone": Question(
        "Now the other way round: no discriminator at all, only F(G(x)) = x and G(F(y)) = y. What will G paint?",
        {
            "a": "real night pictures: they are what G(F(y)) = y is about",
            "b": "anything that can be undone; nothing asks that it look like a real night picture",
            "c": "an even grey: that is the mean of all answers",
        },
        "b",
        "The loss asks that nothing be lost, and says nothing of how it should look in between. The identity would do, a "
        "negative would do, any code that the other net can read would do. An even grey would not: it can't be undone. If "
        "the page in between is dark all the same, that is a habit of the net: the same G has to return y from F(y).",
    ),
    "pool-age": Question(
        "A pool of 50, a batch of one, and the pool is full. When D is shown an old picture, how many steps ago was it made, "
        "on average?",
        {"a": "25", "b": "50", "c": "about 100"},
        "c",
        "A stored picture leaves when the coin asks for an old one (one half) and the choice falls on it (one in 50): once in "
        "100 steps. So D is shown what G painted a hundred steps ago, and cannot forget it at once.",
        {
            "old pictures are about 100 steps old": lambda age: 90 < age < 110,
        },
    ),
    "mirrored": Question(
        "Let G and F be trained to perfection. G' paints what G paints and then mirrors it, left to right; F' mirrors first "
        "and then does what F does. Real night pictures are as often mirrored as not. Which loss notices?",
        {"a": "the cycle loss", "b": "the adversarial loss", "c": "neither of the two"},
        "c",
        "The way back undoes the mirror exactly, so every cycle loss is the same number; and the set of made pictures is as "
        "good as before, so D has nothing to say. Yet no G'(x) lies where x lies. Losses alone do not choose the partner.",
    ),
    "where-from": Question(
        "A night picture does not show from which side the lamp stood in the glossy one. Suppose F(G(x)) has every "
        "highlight in its place. Where did F get it from?",
        {
            "a": "from what it learnt about all glossy pictures",
            "b": "from G(x): it stands there in some form, seen or unseen",
            "c": "from D_X, which knows real highlights",
        },
        "b",
        "F is a function of G(x) and of nothing else. What it learnt is the same for every x, so it can supply a likely "
        "highlight and not this one's. If this one's comes back, then G has put it into G(x).",
    ),
}


# -- cycle-loss -----------------------------------------------------------------------------------------------------


class Net:
    """A generator whose answers we know; remembers what it was given."""

    def __init__(self, paint: Callable[[Tensor], Tensor]):
        self.paint, self.given = paint, []

    def __call__(self, image: Tensor) -> Tensor:
        self.given.append(image)
        return self.paint(image)


def _images() -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    return tuple(torch.rand(2, 3, 8, 8, generator=rng) * 2 - 1 for _ in range(2))


def _saw(net: Net, image: Tensor) -> bool:
    return any(g.shape == image.shape and torch.equal(g.detach(), image.detach()) for g in net.given)


def _over(p: Tensor) -> Tensor:
    return 0.5 * p + 0.1


def _back(p: Tensor) -> Tensor:
    return p.flip(-1) - 0.3


def _cycle_loss(solution: Callable) -> Iterator[str]:
    x, y = _images()
    G, F = Net(_over), Net(_back)
    got = number(solution(G, F, x, y, 10.0))
    if _saw(G, y) and not _saw(G, x):
        raise Wrong("G was given y, and x went to F. G leads from x to y, F from y to x.")
    if not (_saw(G, x) and _saw(F, y)):
        raise Wrong("both ways begin with a real picture: G is asked about x, F about y.")
    if not (_saw(F, _over(x)) and _saw(G, _back(y))):
        raise Wrong("and both must come back: F is asked about G(x), G about F(y).")
    yield "x goes over and comes back, and so does y"

    there, here = (_back(_over(x)) - x), (_over(_back(y)) - y)
    forward, backward = there.abs().mean(), here.abs().mean()
    mistakes = {
        "λ is missing.": forward + backward,
        "λ multiplies only one of the two.": 10 * forward + backward,
        "λ multiplies only one of the two. ": forward + 10 * backward,
        "only x comes back; the loss of y is missing.": 10 * forward,
        "only y comes back; the loss of x is missing.": 10 * backward,
        "the two are averaged; eq. 2 adds them up.": 5 * (forward + backward),
        "the differences are squared: eq. 2 has the L1 norm.": 10 * (there.square().mean() + here.square().mean()),
        "the absolute differences are added up; take their mean.": 10 * (there.abs().sum() + here.abs().sum()),
        "G(x) is compared with y. They are no pair: each comes home to where it started.":
            10 * ((_over(x) - y).abs().mean() + (_back(y) - x).abs().mean()),
        "the returns are exchanged: F(G(x)) is compared with y.":
            10 * ((_back(_over(x)) - y).abs().mean() + (_over(_back(y)) - x).abs().mean()),
    }  # fmt: skip
    same(got, 10 * (forward + backward), mistakes)
    same(solution(Net(_over), Net(_back), x, y, 2.5), 2.5 * (forward + backward))
    yield "the value is λ times the sum of both mean absolute differences"

    same(solution(Net(lambda p: 2 * p), Net(lambda p: p / 2), x, y, 10.0), 0.0)
    yield "it is 0 when F undoes G, whatever G paints"

    weights = [torch.ones((), requires_grad=True) for _ in "GF"]
    loss = solution(Net(lambda p: weights[0] * p), Net(lambda p: 0.5 * weights[1] * p), x, y, 1.0)
    if getattr(loss, "requires_grad", False):
        loss.backward()
    if any(w.grad is None for w in weights):
        raise Wrong(
            "no gradient reaches one of the nets: something is detached, or turned into a plain number."
        )
    yield "the gradient reaches both nets"


# -- least-squares-game ---------------------------------------------------------------------------------------------


def _least_squares_game(solution: Callable) -> Iterator[str]:
    real = torch.tensor([1.2, 0.4, -0.3, 0.9, 2.0, 0.1]).view(1, 1, 2, 3)
    made = torch.tensor([-0.5, 0.7, 0.2, -1.1, 0.3, 1.6]).view(1, 1, 2, 3)
    got = several(solution(real, made), "D's loss", "G's loss")
    found, fooled = (real - 1).square().mean() + made.square().mean(), (made - 1).square().mean()
    if all(abs(float(g) - w) < 1e-4 for g, w in zip(got, (fooled, found / 2), strict=True)):
        raise Wrong("the two are exchanged.")
    same(got[0], found / 2, {
        "D: the half is missing. The paper halves D's objective to slow it down.": found,
        "D: real and made are exchanged: real patches should get 1, made ones 0.": (real.square().mean() + fooled) / 2,
        "D: the made ones should get 0; you ask for 1.": ((real - 1).square().mean() + fooled) / 2,
        "D: this is the loss of the mean score. Every patch is a verdict: first the square, then the mean.":
            ((real.mean() - 1).square() + made.mean().square()) / 2,
        "D: the squares are added up; take their mean.": ((real - 1).square().sum() + made.square().sum()) / 2,
        "D: only the real half counts.": (real - 1).square().mean() / 2,
    })  # fmt: skip
    yield "D: real towards 1, made towards 0, halved"
    same(got[1], fooled, {
        "G: this is D's term with the sign turned. It does not lead to 1; it leads away from 0.": -made.square().mean(),
        "G: this is D's own term: G would want to be found out.": made.square().mean(),
        "G: only D's loss is halved.": fooled / 2,
        "G: this is minus the whole of V; but the real half does not depend on G, and the other leads away from 0.": -found,
        "G: the squares are added up; take their mean.": (made - 1).square().sum(),
        "G: this is the loss of the mean score: first the square, then the mean.": (made.mean() - 1).square(),
    })  # fmt: skip
    yield "G: made towards 1"


# -- image-pool -----------------------------------------------------------------------------------------------------


def _image_pool(solution: Callable) -> Iterator[str]:
    def ask(stored: list[int], size: int, new: int, coin: bool, place: int) -> tuple[int, list[int]]:
        got = several(
            solution(list(stored), size, new, coin, place), "the picture shown", "the list of stored ones"
        )
        if not isinstance(got[1], list | tuple):
            raise Wrong("the second thing to return is the list of stored pictures, as it is afterwards.")
        return got[0], list(got[1])

    for coin in (True, False):
        shown, after = ask([10, 11], 4, 12, coin, 1)
        if shown != 12:
            raise Wrong("as long as there is room every picture shows itself, whatever the coin says.")
        if after != [10, 11, 12]:
            raise Wrong(
                f"as long as there is room the new picture is stored at the end; afterwards there are {after}."
            )
    yield "while the pool fills, each picture shows itself and is stored"
    shown, after = ask([10, 11, 12, 13], 4, 14, True, 2)
    if shown == 14 and after == [10, 11, 14, 13]:
        raise Wrong(
            "the stored picture was replaced before it was shown: keep it in hand while the new one takes its place."
        )
    if shown == 14:
        raise Wrong("the pool is full and the coin asks for an old picture: show the stored one at `place`.")
    if shown != 12:
        raise Wrong(f"the stored picture at place 2 is 12, you show {shown}.")
    if after != [10, 11, 14, 13]:
        raise Wrong(
            f"the new picture takes the place of the one that was shown; afterwards there are {after}."
        )
    yield "full, and the coin asks for an old one: it is shown, and the new one takes its place"
    shown, after = ask([10, 11, 12, 13], 4, 14, False, 2)
    if shown != 14:
        raise Wrong("full, and the coin asks for the new one: show that.")
    if after != [10, 11, 12, 13]:
        raise Wrong(f"full, and the new one was shown: nothing is stored; afterwards there are {after}.")
    yield "full, and the coin asks for the new one: nothing is stored"
    for coin in (True, False):
        try:
            shown, after = ask([], 0, 7, coin, 0)
        except (IndexError, ValueError):
            raise Wrong(
                "a pool of size 0 has nothing to show: every picture shows itself, nothing is stored."
            ) from None
        if shown != 7 or after:
            raise Wrong(
                "a pool of size 0 has nothing to show: every picture shows itself, nothing is stored."
            )
    yield "a pool of size 0 is no pool"


# -- permuted -------------------------------------------------------------------------------------------------------


def _permuted(solution: Callable) -> Iterator[str]:
    x = torch.arange(7)
    over, shuffle = torch.tensor([3, 5, 0, 6, 1, 4, 2]), torch.tensor([1, 2, 3, 4, 5, 6, 0])
    back = over.argsort()
    back[4] = 0  # even where the way back is not perfect, the losses must not change

    def look(table: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda i: table[i]

    G, F, P, P_back = look(over), look(back), look(shuffle), look(shuffle.argsort())
    got = several(solution(G, F, P, P_back), "another G", "another F")
    if not all(map(callable, got)):
        raise Wrong("return two functions, not what they return: lambda x: ...")
    other, home = got
    if torch.equal(other(x), G(x)):
        raise Wrong("the first function is still G: every x has its old partner.")
    if torch.equal(other(x), P_back(G(x))):
        raise Wrong("G' goes through Π: Π(G(x)). You went through its inverse.")
    if torch.equal(other(x), G(P(x))):
        raise Wrong("Π shuffles pictures of y; it comes after G, not before.")
    if not torch.equal(other(x), P(G(x))):
        raise Wrong("the first function should be x → Π(G(x)).")
    yield "G' is Π after G: every x has another partner"
    if torch.equal(home(x), F(x)):
        raise Wrong("F is unchanged, so x does not come back: what has Π done to G(x) before F sees it?")
    if torch.equal(home(x), F(P(x))):
        raise Wrong("F' applies Π a second time; it should undo it.")
    if torch.equal(home(x), P_back(F(x))):
        raise Wrong("Π is undone too late: it shuffles pictures of y, and after F we are among those of x.")
    if not torch.equal(home(other(x)), F(G(x))):
        raise Wrong("F'(G'(x)) should be F(G(x)) for each x.")
    yield "each x comes back exactly as before"
    if (other(home(x)) != x).sum() != (G(F(x)) != x).sum():
        raise Wrong("as many y as before should come back.")
    yield "as many y come back as before"


EXERCISES = {
    "cycle-loss": Exercise(
        _cycle_loss,
        (
            "Two round trips, one from each side. Each ends where it began, and is compared with its own start.",
            "F(G(x)) against x, G(F(y)) against y; the mean of absolute differences; their sum.",
            "lam * ((F(G(x)) - x).abs().mean() + (G(F(y)) - y).abs().mean())",
        ),
    ),
    "least-squares-game": Exercise(
        _least_squares_game,
        (
            "D wants 1 on real patches and 0 on made ones. What does G want on the made ones?",
            "Squares first, then the mean over the map. Only D's loss has the half.",
            "(((real - 1)**2).mean() + (made**2).mean()) / 2 for D, and ((made - 1)**2).mean() for G.",
        ),
    ),
    "image-pool": Exercise(
        _image_pool,
        (
            "Three cases: there is room; there is none and the coin asks for an old picture; there is none and it does not.",
            "With room: show the new one, store it. Old one: remember it, put the new one in its place, show the remembered"
            " one.",
            "if len(stored) < size: return new, stored + [new]. And mind size 0: ask whether anything is stored.",
        ),
    ),
    "permuted": Exercise(
        _permuted,
        (
            "Let G do its work, then shuffle. Whoever comes back must first undo the shuffle.",
            "(Π ∘ G) and (F ∘ Π⁻¹): put them together and see what cancels.",
            "lambda x: p(G(x)) and lambda y: F(p_back(y))",
        ),
    ),
}
