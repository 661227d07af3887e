"""Nets made ready for inference paint what the nets they were made from paint, from the same masks."""

from __future__ import annotations

import os
import stat
import threading
import time
import types
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from i2i.checkpoint import export
from i2i.fast import lay_out
from i2i.nets.chance import Tape
from i2i.nets.layers import Resized, own_statistics, resized3d
from i2i.nets.patchgan import PatchGAN
from i2i.run import compiled as compiling
from i2i.run import prepared as preparing
from i2i.run.compiled import MEAN, MOST, compiled
from i2i.run.pipeline import load
from i2i.run.prepared import Packed, bf16_here, fold, packs, prepared, turn
from kit.methods import tiny
from kit.sources import noise


def lively(**changes):
    """A method with weights of some size, norms that have seen images, and dropout: nothing in it is at rest."""
    method = tiny(**{"depth": 4, "width": 8, "cap": 32, **changes})
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(1)
        for p in method.parameters():
            # Maps keep their size from layer to layer, as in a trained net: louder ones double every rounding.
            torch.nn.init.normal_(p, std=(2 / p[0].numel()) ** 0.5) if p.dim() > 1 else p.normal_()
        for module in method.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2.0)
    return method.eval().requires_grad_(False)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@torch.inference_mode()
def paint(method, x, seed: int = 0):
    return method.translate(x, generator=rng(seed)).float()


X = noise(1, 3, 32, 32)
UPS = pytest.mark.parametrize("up", ["transposed", "resized"])

# ---- Folding ----


@UPS
def test_a_folded_net_has_no_batch_norm_and_paints_the_same(up):
    method = lively(up=up)
    quick = prepared(method, pack=False)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in quick.modules())
    torch.testing.assert_close(paint(quick, X), paint(method, X), rtol=0, atol=1e-4)


def test_a_norm_that_still_takes_the_statistics_of_its_batch_is_not_folded():
    net = lively().train().G
    norms = sum(isinstance(m, nn.BatchNorm2d) for m in net.modules())
    assert sum(isinstance(m, nn.BatchNorm2d) for m in fold(net).modules()) == norms > 0


def test_a_finish_is_folded_and_packed_too():
    method = lively(finish=4)
    for quick in (prepared(method, pack=False), prepared(method)):
        assert not any(isinstance(m, nn.BatchNorm2d) for m in quick.G.finish.modules())
        torch.testing.assert_close(paint(quick, X), paint(method, X), rtol=0, atol=1e-4)


def test_the_original_stays_as_it_was():
    method = lively().requires_grad_(True)
    before = {k: v.clone() for k, v in method.state_dict().items()}
    prepared(method)
    assert all(p.requires_grad for p in method.parameters())
    assert all(torch.equal(v, before[k]) for k, v in method.state_dict().items())
    assert sum(isinstance(m, nn.BatchNorm2d) for m in method.G.modules()) > 0 and method.D is not None


def test_a_copy_for_inference_holds_only_the_nets_of_inference_and_shares_what_it_did_not_change():
    method = lively()
    quick = prepared(method, pack=False)
    assert quick.D is None and isinstance(quick, type(method))
    assert quick.G.down[0].weight.data_ptr() == method.G.down[0].weight.data_ptr(), (
        "no norm behind it: nothing to fold"
    )
    assert quick.G.down[1].weight.data_ptr() != method.G.down[1].weight.data_ptr()


def test_neighbours_in_a_sequence_are_folded():
    net = PatchGAN(width=8).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(generator=rng())
    x = noise(1, 6, 32, 32)
    with torch.no_grad():
        wanted = net(x)
        got = fold(net)(x)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in net.modules())
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-5)


def test_norms_without_running_statistics_are_left_alone():
    own = own_statistics(lively().G)
    norms = sum(isinstance(m, nn.BatchNorm2d) for m in own.modules())
    assert norms and sum(isinstance(m, nn.BatchNorm2d) for m in fold(own).modules()) == norms
    method = lively(norm="instance")
    torch.testing.assert_close(paint(prepared(method), X), paint(method, X), rtol=0, atol=1e-4)


# ---- One convolution for repeated pixels and a convolution ----


@pytest.mark.parametrize("laid", [False, True])
def test_repeated_pixels_and_their_convolution_become_one_convolution(laid):
    """After the norms, so that its kernel is that of the folded weight; of a plain method, which a compiler gets, and of
    a laid-out one."""
    method = lively(up="resized")
    wanted = paint(method, X)
    quick = prepared(lay_out(method, "cpu") if laid else method, pack=False)
    assert [type(m) for m in quick.G.up] == [nn.ConvTranspose2d] * 2 + [nn.Sequential] * 2
    assert not any(isinstance(m, nn.Upsample) for m in quick.modules())
    assert all(isinstance(m, Resized) for m in method.G.up), "the original stays"
    torch.testing.assert_close(paint(quick, X), wanted, rtol=0, atol=1e-4)


def test_a_pair_that_is_set_otherwise_stays_where_it_is():
    pair = Resized(nn.Upsample(scale_factor=2), nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"))
    net = nn.Sequential(pair, resized3d(1, 1, True))
    assert [*turn(net)] == [pair, net[1]] and isinstance(net[1], Resized)


# ---- Laying the weights out once ----

oneDNN = pytest.mark.skipif(not packs(torch.float32), reason="this build of torch does not pack weights")


@UPS
@oneDNN
def test_packed_nets_paint_the_same_in_float32(up):
    method = lively(up=up)
    quick = prepared(method)
    assert sum(isinstance(m, Packed) for m in quick.modules()) == 8
    torch.testing.assert_close(paint(quick, X), paint(method, X), rtol=0, atol=1e-4)


@UPS
@oneDNN
def test_packed_nets_paint_nearly_the_same_in_bfloat16(up):
    method = lively(up=up)
    wanted = paint(method, X)
    with torch.autocast("cpu", torch.bfloat16):
        gap = (paint(prepared(method, bf16=True), X) - wanted).abs()
    assert wanted.std() > 0.1 and 0 < gap.mean() <= MEAN and gap.max() <= MOST


@oneDNN
def test_one_seed_is_one_set_of_masks_on_every_way():
    method = lively(dropout=0.5)
    quick = prepared(method)
    one, other = paint(method, X, 1), paint(method, X, 2)
    assert (one - other).abs().mean() > 0.05
    torch.testing.assert_close(paint(quick, X, 1), one, rtol=0, atol=1e-4)
    torch.testing.assert_close(paint(quick, X, 2), other, rtol=0, atol=1e-4)


@oneDNN
@pytest.mark.parametrize(
    "conv",
    [nn.Conv2d(8, 24, 4, 2, 1), nn.Conv2d(8, 24, 3, 1, 1, bias=False), nn.ConvTranspose2d(8, 24, 4, 2, 1)],
)
def test_a_packed_layer_serves_every_size_and_batch(conv):
    """Its weights lie as the first map wanted them; the next ones may be of any size."""
    conv.requires_grad_(False)
    layer = Packed(conv, torch.float32)
    with torch.inference_mode():
        for shape in ((1, 8, 4, 4), (1, 8, 64, 32), (3, 8, 6, 10), (1, 8, 4, 4)):
            h = noise(*shape, seed=shape[2])
            torch.testing.assert_close(layer(h), conv(h), rtol=1e-4, atol=1e-5)


@oneDNN
def test_the_first_callers_may_come_together():
    method = lively()
    wanted = [paint(method, X, s) for s in range(8)]
    quick = prepared(method)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda s: paint(quick, X, s), range(8)))
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-4)


def test_where_torch_cannot_pack_its_own_layers_serve(monkeypatch):
    monkeypatch.setattr(preparing, "packs", lambda dtype: False)
    method = lively(up="resized")
    quick = prepared(method)
    assert not any(isinstance(m, Packed) for m in quick.modules())
    assert all(isinstance(m, Resized) for m in quick.G.up), (
        "which are slow to turn weights of small maps at each call"
    )
    torch.testing.assert_close(paint(quick, X), paint(method, X), rtol=0, atol=1e-4)


def test_packing_that_computes_something_else_is_not_trusted(monkeypatch):
    monkeypatch.setattr(Packed, "forward", lambda self, h: F.conv2d(h, self.start, None, 2, 1) * 1.1)
    assert not packs.__wrapped__(torch.float32)
    monkeypatch.setattr(Packed, "forward", lambda self, h: torch.ops.mkldnn.no_such_operation(h))
    assert not packs.__wrapped__(torch.float32)


def test_the_probe_says_yes_only_where_bfloat16_is_faster(monkeypatch):
    for slow, fast in ((1.0, 0.5), (0.5, 1.0), (1.0, 0.9)):
        monkeypatch.setattr(
            preparing, "seconds", lambda way, x, s=slow, f=fast: f if way().dtype == torch.bfloat16 else s
        )
        assert bf16_here.__wrapped__(torch.device("cpu")) is (fast < 0.8 * slow)


# ---- Chance as an input ----


def test_a_tape_keeps_what_was_drawn_and_plays_it_again():
    method = lively(dropout=0.5)
    tape = Tape(rng(3))
    with torch.inference_mode():
        first = method.translate(X, generator=tape)
        again = method.translate(X, generator=Tape(tape.numbers))
        other = method.translate(X, generator=Tape([1 - n for n in tape.numbers]))
    assert (
        torch.equal(first, paint(method, X, 3))
        and torch.equal(first, again)
        and not torch.equal(first, other)
    )
    assert len(tape.numbers) == 3, "one mask for each level that has dropout"


# ---- The pipeline ----


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return export(tmp_path_factory.mktemp("models") / "lively", lively(), size=32)


@pytest.mark.parametrize("precision, most", [("fp32", 1e-4), ("bf16", None)])
def test_a_models_pictures_are_those_of_its_method(folder, precision, most):
    model = load(folder, "cpu", precision=precision)
    got, wanted = model.translate(X, seed=5), paint(model.method, X, 5)
    gap = (got - wanted).abs()
    assert got.dtype == torch.float32 and (gap.max() <= most if most else 0 < gap.mean() < 0.05)
    assert any(isinstance(m, nn.BatchNorm2d) for m in model.method.modules()), (
        "the module to look into is whole"
    )


def test_an_unknown_precision_is_refused(folder):
    with pytest.raises(ValueError, match="'int8'; there are auto, bf16 and fp32"):
        load(folder, "cpu", precision="int8")


# ---- Compiling ----


class Stub:
    """Stands for compiled code: what it paints, and how long it takes."""

    def __init__(self, method, off: float = 0.0, seconds: float = 0.0):
        self.method, self.off, self.seconds, self.calls = method, off, seconds, 0

    def __call__(self, x, numbers):
        self.calls += 1
        time.sleep(self.seconds)
        return self.method.translate(x, generator=Tape(numbers)) + self.off


@pytest.fixture
def stub(folder, monkeypatch):
    """A model, and compiled code in place of what a compiler would build."""
    model = load(folder, "cpu", precision="fp32")
    made = Stub(model.method)
    monkeypatch.setattr(compiling, "_built", lambda folder, shape, bf16: folder)
    monkeypatch.setattr(compiling, "_loaded", lambda path: made)
    run = model._translate
    monkeypatch.setattr(model, "_translate", lambda x, rng: (time.sleep(0.05), run(x, rng))[1])
    return model, made


def test_compiled_code_takes_over_in_the_background_for_its_own_size(stub):
    model, made = stub
    wanted = [model.translate(X, s) for s in (1, 2)]
    model.compile().join()
    assert model.compiled
    before = made.calls
    for s, w in zip((1, 2), wanted, strict=True):
        torch.testing.assert_close(model.translate(X, s), w, rtol=0, atol=1e-4)
    assert made.calls == before + 2
    model.translate(noise(1, 3, 64, 64), 1)
    assert made.calls == before + 2, "another size takes the other way"


def test_what_compiled_code_cannot_be_asked_takes_the_other_way(stub, monkeypatch):
    model, made = stub
    model.compile().join()
    asked, before = [], made.calls
    monkeypatch.setattr(model, "_translate", lambda x, rng, **controls: asked.append(controls) or x)
    model.translate(X, 1, label=2)
    assert asked == [{"label": 2}] and made.calls == before


def test_what_a_net_paints_beyond_the_range_is_cut_off(folder, monkeypatch):
    model = load(folder, "cpu", precision="fp32")
    monkeypatch.setattr(model, "_translate", lambda x, rng: 3 * x)
    assert torch.equal(model.translate(X, 1), (3 * X).clamp(-1, 1)) and (3 * X).abs().max() > 1


@pytest.mark.parametrize(
    "fault",
    [{"off": 2 * MEAN}, {"off": float("nan")}, {"seconds": 0.3}],
    ids=["other pictures", "nan", "slow"],
)
def test_compiled_code_that_is_wrong_or_slow_is_not_used(stub, fault):
    model, made = stub
    vars(made).update(fault)
    model.compile().join()
    assert not model.compiled and made.calls > 0


def test_without_a_compiler_all_stays_as_it_was(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("I2I_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CXX", "no-such-compiler")
    monkeypatch.setattr(compiling.subprocess, "Popen", lambda *_, **__: pytest.fail("nothing is to be built"))
    model = load(folder, "cpu", compile=True)
    for thread in threading.enumerate():
        if thread.name == "compile lively":
            thread.join()
    assert not model.compiled and model.translate(X, 0).shape == X.shape


def test_a_compiler_that_fails_is_no_fault_of_the_visitor(folder, monkeypatch, tmp_path):
    """The process of its own dies: no package, no half-written file, no exception."""
    monkeypatch.setenv("I2I_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compiling, "compiler", lambda: "/bin/false")
    monkeypatch.setattr(compiling.sys, "executable", "/bin/false")
    assert compiled(lambda x, rng: lively().translate(x, generator=rng), folder, X, False) is None
    assert list((tmp_path / "cache").iterdir()) == []
    assert stat.S_IMODE(os.stat(tmp_path / "cache").st_mode) & 0o077 == 0, "it holds code that will be run"


def test_a_package_in_the_cache_is_taken_and_any_change_asks_for_another(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("I2I_CACHE", str(tmp_path))
    keys = [compiling._key(folder, X.shape, bf16) for bf16 in (True, False)]
    keys += [compiling._key(folder, torch.Size((1, 3, 64, 64)), True)]
    other = export(tmp_path / "other", lively(dropout=0.25), size=32)
    keys += [compiling._key(other, X.shape, True)]
    monkeypatch.setattr(torch, "__version__", "9.9")
    keys += [compiling._key(folder, X.shape, True)]
    assert len(set(keys)) == 5
    (tmp_path / f"{keys[4]}.pt2").write_bytes(b"not a package")
    monkeypatch.setattr(compiling, "compiler", lambda: pytest.fail("it is there already"))
    assert compiling._built(folder, X.shape, True) == tmp_path / f"{keys[4]}.pt2"


def test_a_package_that_cannot_be_loaded_is_as_good_as_none(monkeypatch, tmp_path):
    def broken(path):
        raise RuntimeError("not a package")

    # In place of the module: to import the real one takes seconds.
    monkeypatch.setitem(
        compiling.sys.modules, "torch._inductor", types.SimpleNamespace(aoti_load_package=broken)
    )
    assert compiling._loaded(tmp_path / "x.pt2") is None
    monkeypatch.setitem(
        compiling.sys.modules, "torch._inductor", types.SimpleNamespace(aoti_load_package=str)
    )
    assert compiling._loaded(tmp_path / "x.pt2") == str(tmp_path / "x.pt2")


class Recorder:
    """Stands for CUDA where an image is recorded: a graph that replays nothing."""

    def __init__(self, monkeypatch):
        self.mode, self.recordings = "default", 0
        stream = types.SimpleNamespace(wait_stream=lambda other: None)
        monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
        monkeypatch.setattr(torch.cuda, "Stream", lambda: stream)
        monkeypatch.setattr(torch.cuda, "current_stream", lambda: stream)
        monkeypatch.setattr(torch.cuda, "stream", nullcontext)
        monkeypatch.setattr(torch.cuda, "graph", self.graph)
        monkeypatch.setattr(torch.cuda, "set_sync_debug_mode", lambda mode: setattr(self, "mode", mode))

    def graph(self, *given, **options):
        self.recordings += 1
        return nullcontext()

    def paint(self, waits: bool):
        """A way to translate, in which the host waits for the GPU or does not."""

        def translate(x, rng):
            if waits and self.mode == "warn":
                warnings.warn("called a synchronizing CUDA operation", stacklevel=1)
            return x

        return translate


def test_an_image_in_which_the_host_waits_is_never_recorded(monkeypatch):
    """Torch can record nothing more in a process in which one recording failed."""
    cuda = Recorder(monkeypatch)
    assert compiling._recorded(cuda.paint(waits=True), X, []) is None and cuda.recordings == 0
    assert compiling._recorded(cuda.paint(waits=False), X, []) is not None and cuda.recordings == 1
    once = iter([True])

    def first_waits(x, rng):
        return cuda.paint(waits=next(once, False))(x, rng)

    assert compiling._recorded(first_waits, X, []) is not None and cuda.mode == "default"


@pytest.mark.parametrize("key", ["stargan", "bilinear"])
def test_the_label_that_nobody_asked_for_is_made_where_the_image_is(monkeypatch, key):
    """One that is copied from the host cannot be recorded."""
    method = tiny(key).eval()
    x = torch.zeros(2, 3, 16, 16)
    with torch.no_grad():
        wanted = method.translate(x, label=0)
        monkeypatch.setattr(torch, "as_tensor", None)
        assert torch.equal(method.translate(x), wanted)


@pytest.mark.long
@pytest.mark.skipif(compiling.compiler() is None, reason="there is no C++ compiler here")
def test_a_net_is_compiled_in_a_process_of_its_own_and_taken_from_the_cache(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("I2I_CACHE", str(tmp_path))
    path = compiling._built(folder, X.shape, False)
    assert path is not None and path.exists()
    with (
        monkeypatch.context() as sealed
    ):  # not for longer: to load the package torch itself may ask a compiler
        sealed.setattr(compiling.subprocess, "Popen", lambda *_, **__: pytest.fail("it is built already"))
        assert compiling._built(folder, X.shape, False) == path
    method, tape = load(folder, "cpu").method, Tape(rng(4))
    wanted = paint(method, X, 4)
    method.translate(X, generator=tape)
    torch.testing.assert_close(compiling._loaded(path)(X, tape.numbers), wanted, rtol=0, atol=1e-3)
