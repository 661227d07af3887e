"""The shipped judge: the very weights it was frozen with, and rankings that a sensible eye would make."""

import hashlib
import json
import shutil
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from i2i.checkpoint import CheckpointError
from i2i.data import emoji
from i2i.data.public import catalogue
from i2i.data.worlds import facades, icons
from i2i.images import from_bytes
from i2i.judges import (
    JUDGES,
    KINDS,
    SHIPPED,
    TASKS,
    WORLDS,
    Judge,
    Mixture,
    distort,
    features,
    load_judge,
    orders,
    shelves,
    train_judge,
)
from i2i.measure.paired import figures
from i2i.metrics import embed, frechet, perceptual_distance

NAME = "i2i-feat-v1"
# Frozen for good: figures in cards were measured with these bytes. Another judge gets another name.
SHA256 = "8563503a3c5306e595e78e6dc060d8b578c6f4803df10eb0096d5a04210b64ef"
# Mean of every map over the four images of `fixed`.
GOLDEN = [0.26711, 0.4324, 0.52015, 0.45237, 0.73435]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge()


def toys(first: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Glossy icons of the test split and their classes."""
    index = torch.arange(first, first + count) + icons.SPLITS["test"][0]
    return icons.draw(index, "glossy"), icons.label_of(index)


def houses(count: int) -> torch.Tensor:
    index = torch.arange(count) + facades.SPLITS["test"][0]
    return facades.render(facades.draw_labels(index), index)


def fixed() -> torch.Tensor:
    return torch.cat([toys(0, 2)[0], houses(2)])


# --- the file -----------------------------------------------------------------------------------------------


def test_the_weights_are_those_that_were_frozen():
    assert hashlib.sha256((SHIPPED / NAME / "F.safetensors").read_bytes()).hexdigest() == SHA256


def test_the_card_says_what_it_is_and_what_it_is_not():
    card = json.loads((SHIPPED / NAME / "config.json").read_text())["card"]
    text = (SHIPPED / NAME / "README.md").read_text()
    assert card["licence"] in text and card["sources"] in text and "Not LPIPS, not FID" in text
    assert all(f"{value:.4g}" in text for value in card["figures"].values())


def test_it_is_small_cached_and_frozen(judge):
    assert sum(p.numel() for p in judge.parameters()) <= 2_000_000
    assert load_judge() is judge
    assert not any(p.requires_grad for p in judge.parameters())
    owner = torch.nn.ModuleDict({"judge": judge}).train()  # as a method would own it
    assert not any(m.training for m in owner["judge"].modules())


def test_it_gives_the_numbers_it_gave_when_it_was_frozen(judge):
    assert [m.mean().item() for m in judge(fixed())] == pytest.approx(GOLDEN, abs=1e-3)


# --- the maps -----------------------------------------------------------------------------------------------


def test_maps_halve_and_do_not_depend_on_the_batch(judge):
    x = fixed()
    maps = judge(x)
    assert [m.shape[-1] for m in maps] == [64, 32, 16, 8, 4]
    assert all(torch.equal(m, n) for m, n in zip(maps, judge(x), strict=True))
    assert all(torch.allclose(m[:1], n, atol=1e-4) for m, n in zip(maps, judge(x[:1]), strict=True))


def test_large_pictures_are_seen_pixel_by_pixel_but_embedded_at_128(judge):
    x = F.interpolate(fixed()[:1], (256, 320), mode="bilinear")
    maps = judge(x)
    assert [m.shape[-2:] for m in maps[:2]] == [(256, 320), (128, 160)]
    reduced = F.interpolate(x, (128, 160), mode="bilinear", antialias=True, align_corners=False)
    assert torch.equal(maps[-1], judge(reduced)[-1])


def test_grey_counts_as_rgb_and_gradients_reach_the_picture(judge):
    x = fixed()[:1, :1].clone().requires_grad_()
    assert torch.equal(judge(x)[-1], judge(x.expand(-1, 3, -1, -1))[-1])
    perceptual_distance(x, -x.detach(), judge).sum().backward()
    assert x.grad.abs().sum() > 0


def test_gradients_pass_whoever_asked_for_it_first():
    """The judge is one object for all, and the first to ask may be a translation."""
    with torch.inference_mode():
        judge = load_judge.__wrapped__()
    x = fixed()[:1].clone().requires_grad_()
    judge(x)[-1].sum().backward()
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize("shape", [(1, 3, 31, 64), (1, 2, 64, 64), (3, 64, 64)])
def test_what_is_no_batch_of_pictures_is_refused(judge, shape):
    with pytest.raises(ValueError, match="at least 32 x 32"):
        judge(torch.zeros(shape))


# --- what it ranks ------------------------------------------------------------------------------------------


def probe(name: str) -> tuple[torch.Tensor, torch.Tensor | None]:
    if name == "icons":
        return toys(0, 24)
    if name == "facades":
        return houses(16), None
    root = catalogue.find("emoji")
    if root is None:
        pytest.skip("the dataset 'emoji' is not installed")
    entries = emoji.concepts(root, "test", by="code")[::12]
    return from_bytes(emoji.style(root, "fluent-3d", entries, 64)), None


@pytest.mark.parametrize("name", ["icons", "facades", "emoji"])
def test_what_is_worse_is_further(judge, name):
    shares = orders(judge, *probe(name))
    ratio = shares.pop("distance of another class over that of the same", 2.0)
    assert ratio > 1.2
    assert all(share >= 0.85 for share in shares.values()), shares


def test_a_picture_is_no_distance_from_itself(judge):
    x = fixed()
    assert perceptual_distance(x, x.clone(), judge).tolist() == [0, 0, 0, 0]


def test_sets_are_ranked_too(judge):
    some, others, other_world = toys(0, 64)[0], toys(64, 64)[0], houses(64)
    blurred = distort(others, torch.full((64,), KINDS.index("blur")), torch.full((64,), 0.5))
    seen = embed(some, judge)
    same, worse, other = (frechet(seen, embed(x, judge)) for x in (others, blurred, other_world))
    assert same < worse < other


def test_it_serves_the_report(judge):
    x = toys(0, 8)[0]
    report = figures(distort(x, torch.ones(8, dtype=torch.long), torch.full((8,), 0.5)), x, judge)
    assert report["PD-i2i"].value > 0 and report["FD-i2i"].value > 0


# --- how it was made ----------------------------------------------------------------------------------------


def test_distortions_follow_the_generator_and_grow():
    x = fixed()[2:].repeat_interleave(4, 0)
    for kind in range(len(KINDS)):
        weak, strong = (
            distort(x, torch.full((8,), kind), torch.full((8,), s), torch.Generator().manual_seed(1))
            for s in (0.1, 0.9)
        )
        again = distort(x, torch.full((8,), kind), torch.full((8,), 0.9), torch.Generator().manual_seed(1))
        assert torch.equal(strong, again) and strong.abs().max() <= 1
        if kind:
            assert 0 < (weak - x).square().mean() < (strong - x).square().mean(), KINDS[kind]
        else:
            assert torch.equal(strong, x)


def test_a_batch_follows_the_generator():
    source = Mixture(shelves(WORLDS, "train", size=32, drawn=8), size=32)
    one, two, three = (source.batch(torch.arange(16), torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert all(torch.equal(one[key], two[key]) for key in one) and not torch.equal(one["x"], three["x"])
    assert one["x"].shape == (16, 3, 32, 32) and one["x"].abs().max() <= 1
    assert (one["answers"][:, 0] >= 0).all() and (one["answers"] < torch.tensor(list(TASKS.values()))).all()


def test_training_ends_in_an_export_that_loads_and_is_never_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(
        features, "shelves", lambda sets, split, size=32, drawn=4: shelves(sets, split, size, drawn)
    )
    config = replace(JUDGES[NAME].config, widths=(4, 4, 8, 8, 8))
    recipe = replace(JUDGES[NAME], config=config, sets=("icons",), size=32, drawn=4, probes=6, batch=4)
    folder = train_judge(recipe, "tiny", tmp_path, steps=2, precision="fp32", progress=False)
    tiny = load_judge("tiny", folder)
    assert [m.shape[1] for m in tiny(fixed())] == [4, 4, 8, 8, 8]
    card = json.loads((folder / "config.json").read_text())["card"]
    assert "accuracy: icon (of 16)" in card["figures"] and card["precision"] == "fp32"
    with pytest.raises(CheckpointError, match="made once"):
        train_judge(recipe, "tiny", tmp_path, steps=2)

    damaged = shutil.copytree(folder, tmp_path / "damaged")
    (damaged / "F.safetensors").write_bytes((folder / "F.safetensors").read_bytes()[:-10])
    with pytest.raises(CheckpointError, match="F.safetensors"):
        load_judge("tiny", damaged)


def test_an_unknown_judge_is_refused_in_a_sentence():
    with pytest.raises(CheckpointError, match="not an exported judge"):
        load_judge("no-such-judge")
