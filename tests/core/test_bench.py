"""What the bench calls plain takes the very steps that training takes."""

from __future__ import annotations

import pytest
import torch

from i2i import bench, train
from i2i.methods import METHODS
from i2i.methods.gan3d import GAN3D
from i2i.recipes import Recipe
from i2i.step import WARM_UP
from i2i.train import Trainer
from kit.sources import noise

SMALL = {"width": 8, "blocks": 2, "patch_layers": 1, "patch_width": 8, "pool": 0, "steps": 1000}


class Same:
    """The same two images of each domain at every step."""

    def __len__(self):
        return 2

    def batch(self, index, generator=None):
        return {"x": noise(2, 3, 16, 16, seed=1).double(), "y": noise(2, 3, 16, 16, seed=2).double()}


def built(method: str, **changes):
    torch.manual_seed(0)
    return METHODS[method](METHODS[method].Config(**changes)).double()


@pytest.mark.parametrize("up", ["transposed3", "resized"])
def test_the_fast_step_of_cyclegan_is_the_plain_step_in_float64(up):
    """Calls of G in batches, norms image by image, borders by hand, fused Adam and channels-last against none of
    these: twenty steps, to 1e-10."""
    fast, plain = built("cyclegan", up=up, **SMALL), built("cyclegan", up=up, **SMALL)
    source = Same()
    trainer = Trainer(fast, source, batch=2, precision="fp32")
    quick = {type(m).__module__ for m in fast.modules()} - {type(m).__module__ for m in plain.modules()}
    assert quick == {"i2i.fast"}
    step = bench._plain_step(plain.train(), source.batch(None))
    start = [p.clone() for p in plain.parameters()]
    for _ in range(20):
        trainer.advance()
        step()
    for p, q, first in zip(fast.parameters(), plain.parameters(), start, strict=True):
        if p.dim() > 1:
            assert not torch.allclose(q, first, rtol=0, atol=1e-4), "it has moved"
            torch.testing.assert_close(p, q, rtol=0, atol=1e-10)
    # The bias before a norm is idle: its gradient is rounding alone, which Adam makes large. The images do not see it.
    batch = source.batch(None)
    for direction, x in (("xy", batch["x"]), ("yx", batch["y"])):
        torch.testing.assert_close(
            fast.translate(x, direction=direction), plain.translate(x, direction=direction), rtol=0, atol=1e-9
        )


def test_memory_is_that_of_each_kind_of_step_and_on_a_gpu_of_its_graph(monkeypatch):
    small = {"width": 4, "code": 4}
    recipe, runs = Recipe("discogan", "icons", 64, small, batch=2), []
    monkeypatch.setattr(bench, "_peak", lambda way, device, count: runs.append(count))
    assert bench.peak_memory(recipe, torch.device("cpu")) == {}
    assert runs == [9, 9, 3, 3], "of three steps D makes two"
    runs.clear()
    monkeypatch.setattr(
        bench, "_until_recorded", lambda _, known=bench._until_recorded: known(torch.device("cuda"))
    )
    bench.peak_memory(recipe, torch.device("cpu"))
    assert runs == [3 * (WARM_UP + 2), 9, 3, 3]


def test_a_step_is_timed_over_the_whole_rhythm_of_a_method():
    disco = built("discogan", width=4, code=4)
    turns = disco.stages()[0].turns
    assert bench._rhythm(turns.values()) == 3
    assert bench._rhythm(built("cyclegan", **SMALL).stages()[0].turns.values()) == 1
    assert [[name for name, turn in turns.items() if turn.runs(i)] for i in range(4)] == [
        ["D"],
        ["G"],
        ["G"],
        ["D"],
    ]
    step = bench._plain_step(disco.float().train(), {k: noise(2, 3, 64, 64) for k in ("x", "y")})
    d, g = (next(net.parameters()).clone() for net in (disco.D_A, disco.G_AB))
    step()
    assert not torch.equal(d, next(disco.D_A.parameters())) and torch.equal(g, next(disco.G_AB.parameters()))
    step()
    assert not torch.equal(g, next(disco.G_AB.parameters()))


def test_a_gpu_is_warm_once_its_steps_are_captured(monkeypatch):
    for there, warm in ((False, 2), (True, WARM_UP + 2)):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
        taken = []
        bench._interleaved(3, way=lambda taken=taken: taken.append(1))
        assert len(taken) == 3 + warm


def test_no_step_that_is_timed_reads_its_terms(monkeypatch):
    """Reading waits for a GPU, and a run reads on few steps."""
    read, advance = [], Trainer.advance
    monkeypatch.setattr(
        Trainer, "advance", lambda self, **given: read.append(given) or advance(self, **given)
    )
    monkeypatch.setattr(bench, "_ceiling", lambda device, bf16: (lambda: None, 1.0))
    small = Recipe("gan3d", "none of DATA", 16, {"side": 16, "code": 8, "width": 4, "d_width": 4}, batch=2)
    bench.bench_step(small, 1, torch.device("cpu"))
    assert read and all(given == {"read": False} for given in read)


def test_real_images_are_timed_with_a_core_to_spare_too(monkeypatch):
    monkeypatch.setattr(bench, "_ceiling", lambda device, bf16: (lambda: None, 1.0))
    monkeypatch.setattr(train, "cores", lambda: 2)
    threads, built, make = (
        [2],
        [],
        Trainer.__init__,
    )  # said, and not so: two would wait for each other on a busy machine
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads[-1])
    monkeypatch.setattr(torch, "set_num_threads", threads.append)

    def noted(self, *given, **options):
        make(self, *given, **options)
        built.append((threads[-1], self._thread is not None))

    monkeypatch.setattr(Trainer, "__init__", noted)
    small = Recipe("pix2pix", "icons", 16, {"width": 4, "depth": 2, "patch_width": 4, "patch_layers": 1})
    found = bench.bench_step(small, 1, torch.device("cpu"))
    assert threads == [2, 1, 2]
    assert built == [(2, False), (2, False), (1, True)]  # on noise, on real images, with a core to spare
    assert found["real step ratio, a core to spare"] > 0 < found["real step ratio"]


@pytest.mark.parametrize("precision, half", [("fp32", 0.0), ("bf16", 1.0)])
def test_ours_is_timed_in_the_precision_that_is_asked_for(monkeypatch, precision, half):
    taken = []
    monkeypatch.setattr(bench, "_ceiling", lambda device, bf16: taken.append(bf16) or (lambda: None, 1.0))
    small = Recipe(
        "pix2pix", "none of DATA", 16, {"width": 4, "depth": 2, "patch_width": 4, "patch_layers": 1}
    )
    cpu = torch.device("cpu")
    found = bench.bench_step(small, 1, cpu, precision) | bench.bench_image(small, 1, cpu, precision=precision)
    assert found["bf16"] == half and taken == [bool(half)] * 2


def test_a_turn_that_rests_by_the_data_does_not_rest_while_it_is_timed(monkeypatch):
    """D of 3D-GAN sits out while it is too good, which on noise it soon is: plain computes it at every step."""
    monkeypatch.setattr(bench, "_ceiling", lambda device, bf16: (lambda: None, 1.0))
    monkeypatch.setattr(GAN3D, "learns", lambda self: torch.tensor(False))
    taken, loss = [], GAN3D.discriminator_loss
    monkeypatch.setattr(GAN3D, "discriminator_loss", lambda self, b: taken.append(self) or loss(self, b))
    small = Recipe("gan3d", "none of DATA", 16, {"side": 16, "code": 8, "width": 4, "d_width": 4}, batch=2)
    bench.bench_step(small, 3, torch.device("cpu"))
    plain, ours = sorted(taken.count(method) for method in set(taken))
    assert ours == plain + 1  # the one more is that whose work is counted


@pytest.mark.patient
def test_several_answers_are_timed_where_a_method_has_them():
    cpu = torch.device("cpu")
    one = Recipe("cyclegan", "", 32, {k: v for k, v in SMALL.items() if k != "steps"})
    several = Recipe("bridge", "", 32, {"width": 4, "depth": 2, "up": "resized"})
    assert "16 answers ms" not in bench.bench_image(one, 1, cpu)
    found = bench.bench_image(several, 1, cpu)
    assert found["16 answers ms"] > found["picture ms"]


def test_a_method_without_an_input_is_timed_by_its_samples(monkeypatch):
    monkeypatch.setattr(bench, "_ceiling", lambda device, bf16: (lambda: None, 1.0))
    small = Recipe("gan3d", "none of DATA", 16, {"side": 16, "code": 8, "width": 4, "d_width": 4}, batch=2)
    found = bench.bench_recipe(small, 1)
    assert {"step ms", "training ratio", "picture ms", "inference ratio", "first call s"} <= found.keys()
    assert min(found["step ms"], found["picture ms"]) > 0
