"""Bilinear models of style and content: letters in fonts."""

from __future__ import annotations

import pytest
import torch

from i2i.methods.bilinear import Bilinear, Config
from kit.methods import tiny
from kit.runs import trainer
from kit.sources import noise

SIDE, STYLES, CONTENTS, DIM = 8, 4, 6, 3


def product(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """A and b of a grid that is bilinear, with ink between 0 and 1: [S, K, J] and [C, J]."""
    A = 0.5 + 0.5 * noise(STYLES, SIDE**2, DIM, seed=seed)
    return A, (0.5 + 0.5 * noise(CONTENTS, DIM, seed=seed + 1)) / DIM


def grid(A: torch.Tensor, b: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every letter in every style, as a batch."""
    style, content = torch.cartesian_prod(torch.arange(len(A)), torch.arange(len(b))).T
    ink = (A[style] @ b[content][..., None]).view(-1, 1, SIDE, SIDE)
    return {"x": (1 - 2 * ink).expand(-1, 3, -1, -1), "style": style, "content": content}


def without(batch: dict[str, torch.Tensor], kept: torch.Tensor) -> dict[str, torch.Tensor]:
    return {k: v[kept] for k, v in batch.items()}


@pytest.fixture
def fitted() -> tuple[Bilinear, dict[str, torch.Tensor]]:
    m = Bilinear.seeded(Config(styles=STYLES, contents=CONTENTS, dim=DIM, side=SIDE, ridge=0.0, trust=0.0))
    batch = grid(*product())
    m.decompose(lambda n: batch)
    return m.eval(), batch


def close(a: torch.Tensor, b: torch.Tensor, to: float = 1e-3) -> bool:
    return bool((a - b).abs().max() < to)


def test_a_grid_of_rank_j_is_given_back_and_one_number_less_is_not_enough(fitted):
    m, batch = fitted
    made = m.draw(m.matrix(batch["style"]), batch["content"])
    assert close(made, batch["x"]) and m.error(batch)["error"] < 1e-8
    less = Bilinear.seeded(Config(styles=STYLES, contents=CONTENTS, dim=DIM - 1, side=SIDE, trust=0.0))
    less.decompose(lambda n: batch)
    assert less.error(batch)["error"] > 1e-4


def test_the_decomposition_is_the_best_of_its_rank():
    """No steps along the gradient make the error smaller: it is the optimum that a closed form promises."""
    batch = grid(*product())
    m = Bilinear.seeded(Config(styles=STYLES, contents=CONTENTS, dim=DIM - 1, side=SIDE, trust=0.0))
    m.decompose(lambda n: batch)
    m.error(batch)["error"].backward()
    assert max(p.grad.abs().max() for p in m.parameters()) < 1e-6
    left = m.error(batch)["error"].item()
    values = torch.linalg.svdvals(
        torch.cat([((1 - batch["x"][batch["style"] == s].mean(1)) / 2).flatten(1).T for s in range(STYLES)])
    )
    assert left == pytest.approx(
        (values[DIM - 1 :].square().sum() / batch["x"][:, 0].numel()).item(), rel=1e-3
    )


def test_several_images_of_a_cell_count_as_their_mean():
    batch = grid(*product())
    off = 0.05 * noise(*batch["x"].shape, seed=9)
    twice = {k: torch.cat([v, v]) for k, v in batch.items()} | {
        "x": torch.cat([batch["x"] + off, batch["x"] - off])
    }
    m, other = (
        Bilinear.seeded(Config(styles=STYLES, contents=CONTENTS, dim=DIM, side=SIDE, trust=0.0), seed)
        for seed in (0, 1)
    )
    m.decompose(lambda n: batch), other.decompose(lambda n: twice)
    one, same = (n.draw(n.matrix(batch["style"]), batch["content"]) for n in (m, other))
    assert close(one, same, 1e-2)


def test_a_letter_goes_into_another_style(fitted):
    m, batch = fitted
    first = without(batch, batch["style"] == 0)
    for style in range(STYLES):
        wanted = batch["x"][batch["style"] == style]
        assert close(m.translate(first["x"], label=style, source=0), wanted)
        assert close(m.translate(first["x"], label=style), wanted), "its own style is recognised"
    assert torch.equal(m.guess(batch["x"]), batch["style"])
    each = torch.arange(CONTENTS) % STYLES
    mixed = m.translate(first["x"], label=each, source=first["style"])
    assert close(mixed[3], batch["x"][(batch["style"] == 3) & (batch["content"] == 3)][0])


def test_a_letter_that_training_never_showed_is_drawn(fitted):
    """Of content 6, new, only one style is known: its b follows from that, and all other styles from b."""
    m, batch = fitted
    A, _ = product()
    b = torch.tensor([0.1, 0.3, 0.2])
    ink = (A @ b).view(STYLES, 1, SIDE, SIDE)
    images = (1 - 2 * ink).expand(-1, 3, -1, -1)
    made = m.translate(images[:1].expand(STYLES, -1, -1, -1), label=torch.arange(STYLES), source=0)
    assert close(made, images)


def test_a_few_letters_make_a_new_style_and_the_rest_of_its_alphabet(fitted):
    m, _ = fitted
    _, b = product()
    A = 0.5 + 0.5 * noise(1, SIDE**2, DIM, seed=20)
    new = grid(A, b)
    matrix = m.new_style(new["x"][:DIM], new["content"][:DIM], trust=0.0)
    assert close(m.draw(matrix, new["content"]), new["x"], 5e-3), (
        "as many letters as b has numbers say it all"
    )
    few = m.new_style(new["x"][:1], new["content"][:1], trust=1e6)
    mean = m.matrix(torch.arange(STYLES)).mean(0)
    assert close(few, mean), "trusted above all, it is the mean of the known styles"


def test_what_is_drawn_does_not_depend_on_how_a_and_b_share_it(fitted):
    """A^s T with T^-1 b is the same model, whatever T."""
    m, batch = fitted
    x = batch["x"][:CONTENTS]
    before = m.translate(x, label=2, source=0)
    T = torch.eye(DIM) + 0.3 * noise(DIM, DIM, seed=3)
    with torch.no_grad():
        m.A.weight.copy_((m.matrix(torch.arange(STYLES)) @ T).flatten(1))
        m.B.weight.copy_(m.B.weight @ torch.linalg.inv(T).T)
    assert close(m.draw(m.matrix(batch["style"]), batch["content"]), batch["x"])
    assert close(m.translate(x, label=2, source=0), before)


def test_a_cell_that_is_missing_is_what_its_row_and_column_have_in_common():
    """Where a grid is a sum of a style's and a content's ink, the guess is right, and so is the whole model."""
    a, b = (0.5 + 0.5 * noise(n, SIDE**2, seed=n) for n in (STYLES, CONTENTS))
    style, content = torch.cartesian_prod(torch.arange(STYLES), torch.arange(CONTENTS)).T
    x = (1 - (a[style] + b[content]).view(-1, 1, SIDE, SIDE)).expand(-1, 3, -1, -1)
    batch = {"x": x, "style": style, "content": content}
    m = Bilinear.seeded(Config(styles=STYLES, contents=CONTENTS, dim=CONTENTS, side=SIDE, trust=0.0))
    hidden = (style == 1) & (content == 4)
    m.decompose(lambda n: without(batch, ~hidden))
    made = m.draw(m.matrix(style[hidden]), content[hidden])
    assert (made - x[hidden]).abs().mean() < 0.25 * (x[hidden] - x[~hidden].mean(0)).abs().mean()


def test_trust_in_the_mean_of_all_styles_draws_a_hidden_cell_better():
    """Where styles are alike and J is large, a style's own letters say too little of its matrix."""
    A = 0.5 + 0.2 * noise(1, SIDE**2, CONTENTS, seed=1) + 0.05 * noise(STYLES, SIDE**2, CONTENTS, seed=2)
    batch = grid(A, (0.5 + 0.5 * noise(CONTENTS, CONTENTS, seed=3)) / CONTENTS)
    hidden = (batch["style"] == 1) & (batch["content"] == 4)
    missed = []
    for trust in (0.0, 10.0):
        config = Config(styles=STYLES, contents=CONTENTS, dim=CONTENTS, side=SIDE, trust=trust)
        m = Bilinear.seeded(config)
        m.decompose(lambda n: without(batch, ~hidden))
        made = m.draw(m.matrix(batch["style"][hidden]), batch["content"][hidden])
        missed.append((made - batch["x"][hidden]).square().mean().item())
    assert missed[1] < 0.9 * missed[0]


def test_training_begins_with_the_decomposition_and_its_steps_do_not_spoil_it():
    m = tiny("bilinear")
    start = m.A.weight.clone()
    t = trainer(m, batch=6)
    assert not torch.equal(start, t.method.A.weight), "begin has set them"
    assert all(torch.equal(p, q) for p, q in zip(t.average.parameters(), t.method.parameters(), strict=True))
    batch = t.source.batch(torch.arange(len(t.source)))
    before = t.method.error(batch)["error"].item()
    while not t.done:
        t.advance()
    assert t.method.error(batch)["error"].item() <= before * (1 + 1e-3)


@pytest.mark.parametrize("wrong", [2, -1, 0.5, True, [0, 1, 0], "bold"])
@pytest.mark.parametrize("name", ["label", "source"])
def test_what_is_no_style_is_a_sentence(name, wrong):
    m = tiny("bilinear")
    with pytest.raises(
        ValueError, match=f"^{name} is a whole number from 0 to 1, for all images or for each; got "
    ):
        m.translate(noise(2, 3, 16, 16), **{name: wrong})


def test_sizes_that_do_not_fit_are_sentences():
    with pytest.raises(ValueError, match="3 contents are told apart by at most 3 numbers, not 4"):
        tiny("bilinear", dim=4)
    with pytest.raises(ValueError, match="for images of 16 px"):
        tiny("bilinear").translate(noise(1, 3, 32, 32))
