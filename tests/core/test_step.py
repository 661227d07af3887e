"""One step: what a turn may ask for, and that a step can be recorded once and replayed."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from i2i import fast
from i2i.checkpoint import load_resume
from i2i.fast import lay_out
from i2i.method import Stage, Turn, frozen, weighted_sum
from i2i.methods import METHODS
from i2i.recipes import RECIPES
from i2i.step import WARM_UP, Unrecorded
from kit import runs
from kit.methods import amplified, example, source, tiny
from kit.runs import clones, equal
from kit.toy import Toy, toy, trainer

# ---- What a turn may ask for ----


class Resting(Toy):
    """Its D sits out while the last accuracy, a buffer, is above a half; D's gradient is clipped; its one stage has a
    learning rate and weights of its own."""

    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("accuracy", torch.zeros(()))
        self.register_buffer("heard", torch.zeros(()))

    def note(self, batch, terms):
        self.heard += terms["real"]
        self.accuracy.copy_(1 - self.accuracy)

    def stages(self):
        critic = Turn(
            self.discriminator_loss,
            ("D",),
            lambda p: torch.optim.SGD(p, lr=1.0),
            when=lambda: self.accuracy < 0.5,
            clip=0.25,
            after=self.note,
        )
        painter = Turn(self.generator_loss, ("G",))
        own = {
            "learning_rate": lambda step: 1 / (1 + step),
            "weights": lambda step: self.weights(0) | {"l1": 7.0},
        }
        return [Stage("together", 6, {"D": critic, "G": painter}, **own)]


def resting(**changes) -> Resting:
    return Resting.seeded(Resting.Config(**changes))


def test_a_turn_sits_out_while_its_condition_is_false():
    t = trainer(resting())
    assert [{"real", "fake"} <= {*t.advance()} for _ in range(2)] == [True, False]
    t.method.accuracy.zero_()
    before = clones(t.method.D)
    assert "real" in t.advance() and not equal(before, clones(t.method.D))
    before = clones(t.method.D)
    assert "real" not in t.advance() and equal(before, clones(t.method.D))


def test_the_condition_is_read_once_a_step():
    read, t = [], trainer(resting())
    stage = t.stages[0]

    def when():
        read.append(t.step)
        return torch.tensor(True)

    t.stepper.stage = replace(stage, turns={"D": replace(stage.turns["D"], when=when), "G": stage.turns["G"]})
    t.advance(), t.advance()
    assert read == [0, 1]


def test_a_gradient_is_clipped_to_the_turns_norm():
    t = trainer(amplified(resting()))
    before = clones(t.method.D)
    t.advance()
    moved = math.sqrt(
        sum((p - q).square().sum().item() for p, q in zip(before, clones(t.method.D), strict=True))
    )
    assert moved == pytest.approx(0.25, rel=1e-4), "plain descent at rate 1 moves by the gradient"


def test_after_is_told_the_terms():
    t = trainer(resting())
    assert t.advance()["real"] == pytest.approx(t.method.heard.item(), rel=1e-6)
    assert not t.method.heard.requires_grad


def test_a_stage_has_a_learning_rate_and_weights_of_its_own():
    t = trainer(resting())
    for step in range(3):
        t.advance()
        assert t.optimizers["D"].param_groups[0]["lr"] == 1 / (1 + step)
        assert t.stepper.weights["l1"] == 7.0


# ---- A step that can be replayed ----


class Recorded(TorchDispatchMode):
    """Every operation with the shapes and the plain numbers that it is given."""

    def __init__(self):
        super().__init__()
        self.calls: list[tuple] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        given, _ = tree_flatten((args, kwargs or {}))
        told = [
            (str(g.dtype), tuple(g.shape)) if isinstance(g, torch.Tensor) else repr(g)
            for g in given
            if not isinstance(g, torch.Generator)
        ]
        if not str(function).startswith("profiler"):
            self.calls.append((str(function), *told))
        return function(*args, **(kwargs or {}))


HOST = ("_local_scalar_dense", "nonzero", "masked_select", "equal.default", "unique")


def asks_the_host(call: tuple) -> bool:
    name, *given = call
    by_mask = name.startswith(("aten.index.", "aten.index_put")) and any(
        g[0] == "torch.bool" for g in given[1:] if isinstance(g, tuple)
    )
    return by_mask or any(word in name for word in HOST)


def recorded(t) -> list[tuple]:
    """What the turns of the next step do, and its average."""
    turns, seen = t.stepper._turns, Recorded()

    def watched(*given):
        with seen:
            return turns(*given)

    t.stepper._turns = watched
    t.advance()
    if t.stepper.__dict__.get("_turns") is watched:
        del t.stepper._turns
    return seen.calls


@pytest.fixture
def own_layers(monkeypatch):
    """Torch's layers. The quick ones are everywhere, but take ways on a CPU that no GPU goes, with numbers from the host."""
    monkeypatch.setattr(fast, "FASTER", {})


def switched(key: str) -> dict[str, object]:
    """All at once that recipes switch on and the tiny config leaves off, and what no recipe does so far. Made-up sources have
    no attributes."""
    usual, on = asdict(tiny(key).config), {"pix2pix": {"augment": True}, "dualgan": {"lipschitz": "penalty"}}
    found = dict(on.get(key, {}))
    for recipe in RECIPES.values():
        if recipe.method == key:
            found |= {
                k: v
                for k, v in recipe.config.items()
                if v != usual[k] and k != "attributes" and (isinstance(v, bool | str) or not usual[k])
            }
    return found | ({"side": 32} if found.get("features") == "judge" else {})  # judges see no less


CASES = [(key, changes) for key in METHODS for changes in filter(None, [switched(key)])]
CASES = [*((key, {}) for key in METHODS), *CASES]
cases = pytest.mark.parametrize("key, changes", CASES, ids=[" ".join([k, *c]) for k, c in CASES])


def rhythm_of(stage: Stage) -> int:
    """Steps after which its turns repeat themselves."""
    return math.lcm(*(n for turn in stage.turns.values() for n in (turn.every, turn.rests) if n))


@cases
def test_two_steps_of_a_kind_are_the_same_operations_on_the_same_numbers(key, changes, own_layers):
    """So a graph of one of them may stand for all: each number of a schedule comes from a tensor, and no data decide."""
    long = METHODS[key].scaled(tiny(key, **changes).config, 8)

    def method():
        return METHODS[key].seeded(long)

    data = source(method())
    data.source.jitter = 0.0  # which leaves [-1, 1], outside of which a residual StarGAN knows no images
    for at, stage in enumerate(method().stages()):
        t = runs.trainer(method(), data, static=True)
        while t.stage < at or t.step < 2:
            t.advance()  # optimizers make their state, pools their place
        one = recorded(t)
        for _ in range(rhythm_of(stage) - 1):
            t.advance()
        other = recorded(t)
        asked = [call for call in one if asks_the_host(call)]
        assert not asked, f"{key}, stage '{stage.name}': a step asks the host: {asked[0]}"
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        assert not pairs, f"{key}, stage '{stage.name}': {pairs[0][0]}, and in another step {pairs[0][1]}"


def test_plain_descent_reads_its_rate_where_it_lies(own_layers):
    """As torch has it, SGD asks the host for a rate on the device."""
    method = toy(first=1, second=9)
    method.learning_rate = lambda step: 1 / (1 + step)
    t = trainer(method, static=True)
    for _ in range(4):
        t.advance()
    one, _, other = recorded(t), t.advance(), recorded(t)
    assert one == other and not any(map(asks_the_host, one))
    assert t.optimizers["D"].param_groups[0]["lr"].item() == pytest.approx(0.01 / 6)


def test_an_optimizer_that_takes_its_rate_from_the_host_is_not_recorded():
    method = toy()
    idle = replace(method.stages()[0].turns["G"], optimizer=torch.optim.Adagrad)
    method.stages = lambda: [Stage("s", 3, {"G": idle})]
    with pytest.warns(
        RuntimeWarning, match="stage 's' cannot.*: the optimizer Adagrad takes its rate from the host"
    ):
        t = trainer(method, static=True)
    assert not t.stepper.captures
    t.advance(), t.advance()
    assert "capturable" not in t.stepper.state()["G"]["param_groups"][0]


class Deciding(Toy):
    """Its loss takes a number to the host, as none may."""

    def generator_loss(self, batch):
        terms = super().generator_loss(batch)
        return terms if terms["l1"].item() > 0 else {}


def test_a_loss_that_decides_by_data_is_found(own_layers):
    t = trainer(Deciding.seeded(Deciding.Config(first=1)), static=True)
    t.advance(), t.advance()
    assert any(asks_the_host(call) for _ in range(2) for call in recorded(t))


class Brought(TorchDispatchMode):
    """Operations that bring something from the host to the device "meta": on a GPU these wait, and no graph holds them."""

    def __init__(self):
        super().__init__()
        self.calls: list[str] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        tensors = [t for t in tree_flatten((args, kwargs, made))[0] if isinstance(t, torch.Tensor)]
        # A number may stand among tensors of a device: it is part of the launch.
        here = [t for t in tensors if not t.is_meta and (t.dim() or "copy" in str(function))]
        if here and any(t.is_meta for t in tensors):
            self.calls.append(str(function))
        return made


class Written(TorchFunctionMode):
    """Tensors that are made on "meta" of Python's numbers, which no operation shows."""

    def __init__(self, calls: list[str]):
        super().__init__()
        self.calls = calls

    def __torch_function__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        if getattr(function, "__name__", "") in ("tensor", "as_tensor", "new_tensor") and made.is_meta:
            if not any(isinstance(given, torch.Tensor) for given in args[-1:]):
                self.calls.append(f"{function.__name__}({args[-1]})")
        return made


def brought(method, batch) -> list[str]:
    """What the losses, gradients and `after` of all turns bring to the device."""
    lay_out(method.train(), "meta")
    batch = {k: v.to("meta") for k, v in batch.items()}
    with Brought() as seen, Written(seen.calls):
        for stage in method.stages():
            whole = method.complete(batch) if len(stage.turns) > 1 else batch
            for turn in stage.turns.values():
                others = (net for letter, net in method.networks().items() if letter not in turn.trains)
                with frozen(*others):
                    terms = turn.loss(whole)
                    if terms:
                        weighted_sum(terms, stage.schedule(method)(0)[1]).backward()
                if terms and turn.after:
                    turn.after(whole, {name: value.detach() for name, value in terms.items()})
    return seen.calls


@pytest.fixture
def without_autocast(monkeypatch):
    """Which the device "meta" does not know."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())


@cases
def test_a_step_brings_nothing_from_the_host(key, changes, without_autocast):
    """What has no values cannot be read back either: on "meta" that raises."""
    method = tiny(key, **changes)
    assert brought(method, example(method)) == []


@pytest.mark.parametrize(
    "constant",
    [lambda x: torch.tensor([2.0], device=x.device), lambda x: torch.full((1,), 2.0).to(x.device)],
    ids=["made there", "sent"],
)
def test_a_constant_of_the_host_is_found(constant, without_autocast):
    method = toy()
    loss = method.generator_loss
    method.generator_loss = lambda batch: {k: v * constant(v).mean() for k, v in loss(batch).items()}
    assert brought(method, example(method)) and not brought(toy(), example(method))


@pytest.mark.parametrize("key", METHODS)
def test_a_replayable_step_learns_what_a_plain_one_learns(key):
    """In float64, so that rounding cannot hide a difference; a rate on the device is in float32."""
    found = []
    for static in (False, True):
        method = tiny(key).double()
        t = runs.trainer(method, source(method, dtype=torch.float64), static=static, seed=1)
        found.append(([t.advance() for _ in range(5)], clones(t.average)))
    (plain, average), (replayable, other) = found
    for one, same in zip(plain, replayable, strict=True):
        assert same == pytest.approx(one, rel=1e-4, abs=1e-8)
    for a, b in zip(average, other, strict=True):
        # Adam turns a gradient of nearly 0 into a whole step of either sign: a few weights may differ by a part of one.
        torch.testing.assert_close(a, b, rtol=1e-4, atol=3e-6)


def test_a_schedule_is_followed_by_a_replayable_step_too():
    """Weights and rates are read anew from where they lie."""
    plain, static = (trainer(resting(), static=way) for way in (False, True))
    for _ in range(5):
        assert static.advance() == pytest.approx(plain.advance(), rel=1e-4)


def test_a_resume_file_does_not_show_how_its_steps_were_taken(tmp_path):
    files = []
    for name, way in (("plain", False), ("static", True)):
        t = trainer(toy(), static=way, out=tmp_path / name)
        (tmp_path / name).mkdir()
        for _ in range(6):
            t.advance()
        t.save()
        state = torch.load(tmp_path / name / "resume.pt", weights_only=True)
        files.append({k: o["param_groups"] for k, o in state["optimizers"].items()})
        other = trainer(toy(seed=5), static=not way, out=tmp_path / name)
        assert other.resume()
        assert other.advance() == pytest.approx(t.advance(), rel=1e-4)
    assert files[0] == files[1]


class Stream:
    def wait_stream(self, other): ...


class Pretended:
    """Torch's streams and captures where no GPU is. A capture that fails ends as torch's does: with a fault of its own, and
    its stream is not left."""

    def __init__(self, monkeypatch):
        self.usual = self.now = Stream()
        self.mode, self.records = "default", False
        for name in ("stream", "graph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "current_stream", lambda device: self.now)
        monkeypatch.setattr(torch.cuda, "Stream", lambda device: Stream())
        monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
        monkeypatch.setattr(torch.cuda, "set_sync_debug_mode", lambda mode: setattr(self, "mode", mode))

    @contextmanager
    def stream(self, other):
        before, self.now = self.now, other
        try:
            yield
        finally:
            self.now = before

    @contextmanager
    def graph(self, graph, stream, capture_error_mode):
        before, self.now, self.records = self.now, stream, True
        try:
            yield
        except Exception:
            raise RuntimeError("operation failed due to a previous error during capture")  # noqa: B904
        finally:
            self.records = False
        self.now = before


@pytest.fixture
def pretended(monkeypatch) -> Pretended:
    return Pretended(monkeypatch)


def test_a_step_in_which_the_host_waits_is_never_recorded_and_the_run_says_why(pretended):
    t = trainer(toy(first=20), static=True)
    t.stepper.captures, loss = True, t.method.G.forward

    def waiting(x):
        if pretended.mode == "warn":
            warnings.warn("called a synchronizing CUDA operation", stacklevel=1)
        return loss(x)

    t.method.G.forward = waiting
    for _ in range(WARM_UP - 1):
        t.advance()
    said = r"stage 'alone' cannot be recorded.*: the host waits for the GPU in test_step.py, line \d+"
    with pytest.warns(RuntimeWarning, match=said):
        t.advance()
    assert math.isfinite(t.advance()["l1"]) and not t.stepper.captures and not t.stepper.graphs
    assert pretended.mode == "default" and pretended.now is pretended.usual


def test_a_recording_that_fails_saves_the_run_and_says_why_and_how_to_go_on(pretended, tmp_path):
    """The reason is that of what failed first, and this thread is on its own stream again."""
    t = trainer(toy(first=20), static=True, out=tmp_path)
    t.stepper.captures, loss = True, t.method.G.forward

    def failing(x):
        if pretended.records:
            raise RuntimeError("there is no such kernel\nCUDA says more")
        return loss(x)

    t.method.G.forward = failing
    said = r"A step of stage 'alone' cannot be recorded.*\(RuntimeError: there is no such kernel\): set I2I_EAGER=1"
    with pytest.raises(Unrecorded, match=said):
        t.fit(progress=False)
    assert pretended.now is pretended.usual
    assert load_resume(tmp_path / "resume.pt")["step"] == WARM_UP


def changed(stage: Stage, method, at: int) -> Stage:
    """With rates that fall to a tenth at a step, and weights that become three times as large."""
    own = stage.schedule(method)
    return replace(
        stage,
        learning_rate=lambda step: 1.0 if step < at else 0.1,
        weights=lambda step: {k: w * (1 if step < at else 3) for k, w in own(step)[1].items()},
    )


def course(method, at: int, rhythm: int, out, **options) -> tuple[list[dict[str, float]], dict[str, list]]:
    """The terms of steps of one stage, over a change of its rates and weights, a save and a resume; and what came of it."""
    change, terms, found = (WARM_UP + 2) * rhythm, [], {}
    out.mkdir()
    for leg in range(2):
        t = runs.trainer(method(), seed=1, out=out, **options)
        t.stages = [changed(stage, t.method, change) for stage in t.stages]
        t.enter(at)
        if leg:
            assert t.resume()
        else:
            found["start"] = clones(t.average)
        terms += [t.advance() for _ in range((WARM_UP + 3) * rhythm)]
        often = {kind for kind, count in t.stepper.seen.items() if count > WARM_UP}
        assert {*t.stepper.graphs} == often, t.stepper.why_eager
        assert often or not t.stepper.captures
        t.save()
    found["average"] = clones(t.average)
    kept = [of for o in t.optimizers.values() for of in o.state_dict()["state"].values()]
    found["states"] = [v.float() for of in kept for v in of.values() if isinstance(v, torch.Tensor)]
    return terms, found


def apart(a: list[torch.Tensor], b: list[torch.Tensor], start: list[torch.Tensor] | None = None) -> float:
    """How far two lists differ, over how far the second is from its start, or from 0."""
    way = sum((q - (start[i] if start else 0)).abs().sum().item() for i, q in enumerate(b))
    return sum((p - q).abs().sum().item() for p, q in zip(a, b, strict=True)) / max(way, 1e-12)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.gpu
@pytest.mark.parametrize("precision, slack", [("fp32", 0.05), ("bf16", 0.08)])
@pytest.mark.parametrize("key", METHODS)
def test_captured_steps_learn_what_eager_ones_learn(key, precision, slack, tmp_path, monkeypatch):
    """One run after the other, so that both draw the same chance. Slack: in parts of a term, and of the way that weights go.
    Some kernels add up in any order, and Adam turns what rounding leaves of an idle bias's gradient into steps. A rate that stood
    still would make a tenth."""
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    long = METHODS[key].scaled(tiny(key).config, 16)
    for at, stage in enumerate(METHODS[key].seeded(long).stages()):
        found = {}
        for way in ("captured", "eager"):
            monkeypatch.setenv("I2I_EAGER", "1" if way == "eager" else "")
            found[way] = course(
                lambda: METHODS[key].seeded(long), at, rhythm_of(stage), tmp_path / f"{at} {way}",
                device="cuda", precision=precision,
            )  # fmt: skip
        (terms, here), (others, there) = found["captured"], found["eager"]
        for step, (one, other) in enumerate(zip(terms, others, strict=True)):
            assert one == pytest.approx(other, rel=slack, abs=slack / 10), (
                f"stage '{stage.name}', step {step}"
            )
        assert apart(here["average"], there["average"], there["start"]) < slack, f"stage '{stage.name}'"
        assert apart(here["states"], there["states"]) < slack, f"stage '{stage.name}'"
