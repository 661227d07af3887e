"""The one loop: reproducible, resumable to the bit, honest when it fails."""

from __future__ import annotations

import csv
import math
import os
import random
import time
from types import SimpleNamespace

import pytest
import torch
import torch.distributed as dist
from torch import nn

from i2i import publish as publishing
from i2i import train
from i2i.checkpoint import CheckpointError, load_method, load_resume, save_resume
from i2i.method import Stage, Turn, adam, linear_decay
from i2i.recipes import Recipe
from i2i.train import AnotherRun, Diverged, indices, translated
from kit import runs
from kit.methods import tiny
from kit.processes import FORKS, one_of, save_for_ever
from kit.runs import assert_identical, clones, equal, everything, run_in_two
from kit.sources import Made, fake_batch, noise
from kit.toy import toy, trainer

# ---- Batches ----


def test_each_epoch_is_a_permutation_and_no_two_are_alike():
    seen = torch.cat([indices(step, 3, 10, seed=0) for step in range(20)]).view(6, 10)
    assert all(sorted(epoch.tolist()) == list(range(10)) for epoch in seen)
    assert len({tuple(epoch.tolist()) for epoch in seen}) == 6


def test_the_next_epoch_of_a_seed_is_not_the_first_of_the_next_seed():
    later = indices(1, 10, 10, seed=0)
    assert not torch.equal(later, indices(0, 10, 10, seed=1))


def test_each_stage_runs_through_the_data_in_an_order_of_its_own():
    t = trainer(toy(first=4, second=4), Made(50))
    first, second = (torch.cat([t._made(stage, step)["index"] for step in range(4)]) for stage in (0, 1))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("held, fit", [(25, True), (26, False)])
def test_images_go_to_a_gpu_of_whose_free_memory_they_take_a_quarter(monkeypatch, held, fit):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (100, 1000))
    source = SimpleNamespace(held=lambda: held)
    assert train.fits(source, torch.device("cuda")) == fit and not train.fits(source, torch.device("cpu"))


def test_a_batch_may_be_larger_than_the_data():
    assert sorted(indices(0, 25, 10, seed=0).tolist()) == sorted(
        [*range(10), *range(10), *indices(4, 5, 10, 0)]
    )


def test_a_batch_is_a_function_of_seed_and_step_alone():
    here, there, other = trainer(seed=1), trainer(toy(9), seed=1), trainer(seed=2)
    for _ in range(3):
        here.advance()
    there.step = 3
    torch.manual_seed(99)
    assert_identical(here._batch(), there._batch())
    other.step = 3
    assert not torch.equal(here._batch()["x"], other._batch()["x"])
    there.step = 4
    assert not torch.equal(here._batch()["x"], there._batch()["x"])


class Damaged(Made):
    """Its fifth batch cannot be made."""

    calls = 0

    def batch(self, index, generator=None):
        self.calls += 1
        if self.calls == 5:
            raise CheckpointError("page 7 is torn.")
        return super().batch(index, generator)


def test_batches_are_made_ahead_where_a_core_is_idle_and_are_the_same(monkeypatch):
    """Of several trainings side by side, each may count on its share of the cores."""
    found = []
    for cores in (1, 2):
        monkeypatch.setenv("I2I_CORES", str(cores * torch.get_num_threads()))
        t = trainer(tiny(), seed=1)
        assert bool(t._thread) is (cores == 2)
        for _ in range(6):
            t.advance()
        found.append(everything(t))
        bad = trainer(source=Damaged())
        with pytest.raises(CheckpointError, match="^page 7 is torn.$"):
            for _ in range(5):
                bad.advance()
        assert bad.step + bad.stages[0].steps * bad.stage == 4, "the steps before it were taken"
    assert_identical(*found)


def test_each_step_draws_its_own_augmentation():
    alone = trainer(source=Made(length=1), batch=1)
    first = alone._batch()["x"]
    alone.step = 1
    assert not torch.equal(first, alone._batch()["x"])


# ---- Averages and rates ----


def test_the_average_follows_its_formula():
    """mean <- k mean + (1 - k) now, where k = min(ema, (1 + t) / (10 + t)): a young mean forgets fast."""
    t = trainer(toy(first=9), ema=0.3)
    mean = [p.double() for p in clones(t.method.G)]
    for step in range(6):
        t.advance()
        k = min(0.3, (1 + step) / (10 + step))
        mean = [k * m + (1 - k) * p.double() for m, p in zip(mean, clones(t.method.G), strict=True)]
        for m, p in zip(mean, clones(t.average.G), strict=True):
            torch.testing.assert_close(m, p.double(), rtol=0, atol=3e-7)
    assert not t.average.training and not any(p.requires_grad for p in t.average.parameters())


def test_what_is_counted_in_a_net_is_counted_in_its_average():
    t = trainer(tiny())
    for _ in range(3):
        t.advance()
    now, mean = t.method.state_dict(), t.average.state_dict()
    counts = [name for name in now if name.endswith("num_batches_tracked")]
    assert counts and all(mean[name] == now[name] > 0 for name in counts)


def test_the_average_is_what_is_shown_and_exported(tmp_path, monkeypatch):
    t, asked = trainer(tiny(rate=0.01), out=tmp_path / "run", showcase=fake_batch(2), ema=0.9), []
    for module in (train, publishing):
        monkeypatch.setattr(module, "translated", lambda *given: asked.append(given[0]) or translated(*given))
    for _ in range(4):
        t.advance()
    t.save_sheet(tmp_path / "sheet.png")
    recipe = Recipe("pix2pix", "own folder", 16)
    folder = publishing.publish(t, recipe, tmp_path / "export", fake_batch(2), None, progress=False)
    assert len(asked) == 2 and all(method is t.average for method in asked)
    kept, mean, now = (m.G.state_dict() for m in (load_method(folder)[0], t.average, t.method))
    for name, value in mean.items():
        torch.testing.assert_close(kept[name], value, rtol=2**-10, atol=1e-6)
    assert any((now[name] - value).abs().max() > 0.001 for name, value in mean.items())


def test_linear_decay_is_flat_then_falls_and_stays_at_zero():
    assert [linear_decay(s, 8) for s in range(10)] == [1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0]
    assert [linear_decay(s, 4, start=1.0) for s in range(4)] == [1, 1, 1, 1]


def test_the_learning_rate_is_the_optimizers_own_times_the_factor_of_the_step():
    t = trainer(tiny(rate=1e-3, steps=8))
    rates = []
    for _ in range(8):
        t.advance()
        rates.append(t.optimizers["G"].param_groups[0]["lr"])
    assert rates == pytest.approx([1e-3 * linear_decay(s, 8) for s in range(8)])


# ---- Stages and turns ----


def test_stages_follow_each_other_and_begin_once():
    t = trainer(toy(first=2, second=3))
    told = []
    while not t.done:
        told.append((t.stages[t.stage].name, sorted(t.advance())))
    assert [stage for stage, _ in told] == ["alone"] * 2 + ["together"] * 3
    assert t.method.begun.tolist() == [1, 1] and t.average.begun.tolist() == [1, 1]
    both = ["fake", "gan", "l1", "real"]
    assert [terms for _, terms in told] == [["l1"]] * 2 + [both, ["fake", "real"], both], (
        "every=2: steps 0, 2, ..."
    )


def test_after_is_called_once_its_step_is_made():
    t = trainer(toy(first=1, second=3))
    while not t.done:
        t.advance()
        if t.stage:
            assert all(p.abs().max() <= 0.1 for p in t.method.D.parameters()) or t.step == 0
    assert t.method.clipped == 3


def test_each_turn_has_the_optimizer_that_it_names():
    t = trainer(toy(first=1))
    assert {k: type(o) for k, o in t.optimizers.items()} == {"G": torch.optim.Adam}
    t.advance()
    assert {k: type(o) for k, o in t.optimizers.items()} == {"D": torch.optim.SGD, "G": torch.optim.Adam}
    assert adam([nn.Parameter(torch.zeros(1))]).defaults["betas"] == (0.5, 0.999)


def test_a_turn_without_terms_sits_the_step_out():
    method = toy()
    idle = Turn(lambda batch: {}, ("D",), after=method.clip)
    busy = method.stages()[0].turns["G"]
    method.stages = lambda: [Stage("s", 3, {"D": idle, "G": busy})]
    t, before = trainer(method), clones(method.D)
    assert set(t.advance()) == {"l1"}
    assert equal(before, clones(method.D)) and not t.optimizers["D"].state and method.clipped == 0


def test_a_turn_that_names_an_unknown_network_is_refused_at_once():
    method = toy()
    method.stages = lambda: [Stage("s", 3, {"G": Turn(method.generator_loss, ("G", "H"))})]
    with pytest.raises(KeyError, match="'G' trains unknown network.*H"):
        trainer(method)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="fp16.*auto, bf16 and fp32"):
        trainer(precision="fp16")


def test_a_method_of_voxels_trains_as_well():
    method = toy(first=1, second=1)
    method.E = nn.Conv3d(1, 1, 3)
    assert set(trainer(method).advance()) == {"l1"}


# ---- Resume ----


@pytest.mark.parametrize("at", [1, 4, 5])
def test_a_resumed_run_takes_the_very_same_steps(tmp_path, at):
    """Dropout, augmentation and batch statistics included: every tensor is equal bit for bit."""
    assert_identical(*run_in_two(tiny, tmp_path, at, 8))


@pytest.mark.parametrize("at", [3, 4, 7])
def test_a_resumed_run_crosses_stages_like_an_unbroken_one(tmp_path, at):
    """Before, on and after the border; `begin` has run once for each stage all the same."""
    straight, resumed = run_in_two(toy, tmp_path, at, 9)
    assert_identical(straight, resumed)
    assert resumed["model.begun"].tolist() == [1, 1]


def test_the_chance_of_a_run_is_that_of_its_own_gpu(tmp_path, monkeypatch):
    """Files of before hold that of all of them."""
    own, other, given = torch.ones(2, dtype=torch.uint8), torch.zeros(2, dtype=torch.uint8), []
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: own if device.index == 1 else other)
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda *state_and_device: given.append(state_and_device))
    t = trainer(out=tmp_path)
    t.device = torch.device("cuda", 1)
    with train.own_chance(t.device):
        pass
    assert given.pop() == (own, t.device) and not given
    t.save()
    for before in ([], [other]):
        state = load_resume(tmp_path / "resume.pt")
        save_resume(tmp_path / "resume.pt", state | {"random_cuda": before + state["random_cuda"]})
        assert t.resume()
        (state, device), given = given[-1], []
        assert torch.equal(state, own) and device == t.device


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path):
    assert trainer(out=tmp_path).resume() is False


@pytest.mark.parametrize(
    "other, named",
    [
        ({"method": {"first": 5}}, r"first \(4; here 5\)"),
        ({"seed": 4}, r"seed \(0; here 4\)"),
        ({"batch": 5}, r"batch \(2; here 5\)"),
        ({"ema": 0.5}, r"ema \(0.998; here 0.5\)"),
        ({"length": 11}, r"number of images \(10; here 11\)"),
        ({"jitter": 0.2}, r"data \(other images, or other names\)"),
        ({"facts": {"size": 96, "fit": "crop"}}, r"size \(64; here 96\)"),
        ({"seed": 4, "batch": 5}, r"batch \(2; here 5\), seed \(0; here 4\)"),
    ],
)
def test_a_resume_file_of_another_run_is_refused_and_only_what_differs_is_named(tmp_path, other, named):
    facts = {"size": 64, "fit": "crop"}
    trainer(out=tmp_path, facts=facts).save()
    options = {"facts": facts} | {k: v for k, v in other.items() if k in ("seed", "batch", "ema", "facts")}
    source = Made(other.get("length", 10), jitter=other.get("jitter", 0.1))
    mine = trainer(toy(**other.get("method", {})), source, out=tmp_path, **options)
    before = everything(mine)
    with pytest.raises(
        AnotherRun, match=f"belongs to another run: {named}. Give the same.*another --out.$"
    ) as caught:
        mine.resume()
    assert "\n" not in str(caught.value)
    assert_identical(before, everything(mine))


def test_data_of_another_size_are_not_called_other_images(tmp_path):
    """The same files at another size make other tensors; what differs for the user is the size."""
    trainer(out=tmp_path, facts={"size": 16}).save()
    with pytest.raises(AnotherRun, match=r"another run: size \(16; here 32\). Give"):
        trainer(source=Made(size=32), out=tmp_path, facts={"size": 32}).resume()


@pytest.mark.parametrize("content", [b"", b"not a file of torch", "cut", "other"])
def test_a_damaged_resume_file_is_named(tmp_path, content):
    path = tmp_path / "resume.pt"
    if content == "other":
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        trainer(out=tmp_path).save()
        path.write_bytes(path.read_bytes()[:-500] if content == "cut" else content)
    with pytest.raises(CheckpointError, match="resume.pt is damaged or not a resume file.*afresh.$"):
        trainer(out=tmp_path).resume()


def test_a_probed_precision_is_kept_on_resume(tmp_path, monkeypatch):
    """On another day the probe may say otherwise, and the run would take other steps."""
    monkeypatch.setattr(train, "bf16_pays", lambda device: True)
    trainer(out=tmp_path, precision="auto").save()
    monkeypatch.setattr(train, "bf16_pays", lambda device: False)
    later = trainer(out=tmp_path, precision="auto")
    later.resume()
    assert later.bf16
    asked = trainer(out=tmp_path, precision="fp32")
    asked.resume()
    assert not asked.bf16


def test_a_resume_file_of_another_version_is_refused_in_one_sentence(tmp_path):
    t = trainer(out=tmp_path)
    t.save()
    state = load_resume(tmp_path / "resume.pt")
    state.pop("data")
    save_resume(tmp_path / "resume.pt", state)
    with pytest.raises(CheckpointError, match="resume.pt was written by another version of i2i; delete it"):
        trainer(out=tmp_path).resume()


# ---- A whole run ----


class Poisoned(Made):
    """Its sample 7 is no image."""

    def batch(self, index, generator=None):
        batch = super().batch(index, generator)
        batch["y"][index == 7] = float("nan")
        return batch


def test_a_loss_that_is_no_number_stops_the_run_and_spares_the_saved_state(tmp_path):
    saved = {}

    def watch(t, terms):
        path = tmp_path / "resume.pt"
        saved["bytes"] = path.read_bytes() if path.exists() else b""

    bad = next(step for step in range(10) if 7 in indices(step, 1, 10, seed=0))
    t = trainer(toy(first=20), Poisoned(), batch=1, out=tmp_path)
    with pytest.raises(Diverged, match=f"'l1' became nan at step {bad} of stage 'alone'.*untouched"):
        t.fit(save_every=0, progress=False, watch=watch)
    assert saved["bytes"] == (tmp_path / "resume.pt").read_bytes()
    assert load_resume(tmp_path / "resume.pt")["step"] == bad


def test_weights_that_are_no_numbers_are_never_saved(tmp_path):
    """A gradient can overflow under a finite loss: the loss would show it only after the save."""
    t = trainer(out=tmp_path)
    t.save()
    before = (tmp_path / "resume.pt").read_bytes()
    t.method.G[0].weight.data[0, 0, 0, 0] = float("inf")
    with pytest.raises(Diverged, match="G.0.weight holds values that are not finite"):
        t.save()
    assert (tmp_path / "resume.pt").read_bytes() == before


def test_a_run_leaves_log_sheets_and_a_resume_file(tmp_path):
    t = trainer(toy(first=4, second=6), out=tmp_path / "run", showcase=fake_batch(3))
    average = t.fit(log_every=5, sheet_every=4, progress=False)
    assert average is t.average and t.done
    with (tmp_path / "run" / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {(int(r["step"]), r["stage"], r["term"]) for r in rows} == {
        (step, "together", term) for step in (5, 10) for term in ("l1", "gan", "real", "fake")
    }, "a turn that rests shows its last terms"
    assert all(float(r["value"]) >= 0 and float(r["seconds"]) >= 0 for r in rows)
    names = sorted(p.name for p in (tmp_path / "run" / "sheets").iterdir())
    assert names == ["000004.png", "000008.png", "000010.png"]
    assert load_resume(tmp_path / "run" / "resume.pt")["stage"] == 1
    assert not list((tmp_path / "run").glob("*.part"))


def test_the_seconds_of_a_run_that_was_stopped_count(tmp_path):
    t = trainer(toy(), out=tmp_path)
    t.advance()
    t.seconds = 12.5
    t.save()
    again = trainer(toy(), out=tmp_path)
    assert again.resume() and again.seconds == 12.5


def test_on_resume_sheets_of_steps_to_come_go_and_that_of_the_step_that_was_saved_stays(tmp_path):
    t = trainer(toy(), out=tmp_path)
    for _ in range(4):
        t.advance()
    t.save()
    (tmp_path / "sheets").mkdir()
    for step in (2, 4, 6):
        (tmp_path / "sheets" / f"{step:06d}.png").touch()
    assert trainer(toy(), out=tmp_path).resume()
    assert sorted(p.stem for p in (tmp_path / "sheets").iterdir()) == ["000002", "000004"]


def test_a_turn_that_rests_whenever_terms_are_read_is_logged_and_stops_the_run_all_the_same(tmp_path):
    """A GPU's terms are read on few steps, of which a turn may share none."""

    def run(method, name):
        t = trainer(method, out=tmp_path / name)
        t.reads_all = False
        t.fit(log_every=2, progress=False)

    run(toy(first=2, second=8), "fine")
    with (tmp_path / "fine" / "log.csv").open() as file:
        logged = {(int(r["step"]), r["term"]) for r in csv.DictReader(file) if r["stage"] == "together"}
    assert logged == {(step, term) for step in (4, 6, 8, 10) for term in ("l1", "gan", "real", "fake")}
    bad = toy(first=2, second=8)
    loss = bad.generator_loss
    bad.generator_loss = lambda batch: loss(batch) | {"gan": torch.tensor(math.nan)}  # no weight sees it
    with pytest.raises(Diverged, match="'gan' became nan at step 1 of stage 'together'"):
        run(bad, "bad")


def test_sheets_do_not_move_the_run(tmp_path):
    """Showcase translations draw dropout masks, yet not from the stream of training."""
    runs = []
    for every in (1, 100):
        t = trainer(tiny(steps=4), out=tmp_path / str(every), showcase=fake_batch())
        t.fit(sheet_every=every, progress=False)
        runs.append(everything(t))
    assert_identical(*runs)


def test_a_killed_run_is_picked_up_and_its_log_has_every_step_once(tmp_path):
    def fall(t, terms):
        if t._count() == 4:
            t.save()
        if t._count() == 7:
            raise RuntimeError("killed")

    options = {"log_every": 1, "progress": False}
    with pytest.raises(RuntimeError):
        trainer(tiny(), out=tmp_path).fit(watch=fall, **options)
    (tmp_path / "log.csv").write_text((tmp_path / "log.csv").read_text()[:-9])  # cut in the middle of a row
    t = trainer(tiny(seed=5), out=tmp_path)
    t.fit(**options)
    straight = trainer(tiny())
    while not straight.done:
        straight.advance()
    assert_identical({k: v for k, v in everything(t).items()}, everything(straight))
    with (tmp_path / "log.csv").open() as file:
        steps = [int(r["step"]) for r in csv.DictReader(file) if r["term"] == "l1"]
    assert steps == list(range(1, 9))


# ---- Several processes ----


@pytest.mark.skipif(not dist.is_available(), reason="this torch has no torch.distributed")
def test_two_processes_equal_one_at_twice_the_batch(tmp_path):
    """Gradients are averaged over shares of one batch, from the first process's weights."""
    two = [FORKS.Process(target=one_of, args=(rank, 2, str(tmp_path), 7)) for rank in range(2)]
    for process in two:
        process.start()
    alone = runs.trainer(toy(seed=0), batch=4)
    for _ in range(7):
        alone.advance()
    expected = everything(alone)
    for process in two:
        process.join(600)  # a busy machine takes its time
        assert process.exitcode == 0
    for rank in range(2):
        got = torch.load(tmp_path / f"{rank}.pt")
        for name, value in expected.items():
            # Weights to 1e-6; the optimizers' sums of gradients are larger numbers, to rounding.
            rtol = 0 if name.startswith(("model", "average")) else 1e-5
            torch.testing.assert_close(
                got[name], value, rtol=rtol, atol=1e-6, msg=lambda m, at=f"rank {rank}: {name}": f"{at}\n{m}"
            )


def test_a_batch_that_cannot_be_shared_evenly_is_refused(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(dist, "is_initialized", lambda: True)
    monkeypatch.setattr(dist, "get_rank", lambda: 0)
    monkeypatch.setattr(dist, "get_world_size", lambda: 2)
    with pytest.raises(ValueError, match="batch of 3 cannot be shared evenly by 2"):
        trainer(batch=3)


# ---- kill -9 ----


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a matter of POSIX")
def test_a_kill_at_any_moment_leaves_files_that_load(tmp_path):
    rng = random.Random(0)
    for _ in range(6):
        process = FORKS.Process(target=save_for_ever, args=(str(tmp_path),))
        process.start()
        start, model = time.monotonic(), tmp_path / "model"
        # From the second round on the files of the killed predecessor are there to be overwritten.
        while not (model / "config.json").exists() and process.is_alive() and time.monotonic() - start < 120:
            time.sleep(0.01)
        time.sleep(0.5 * rng.random() + 0.1)
        process.kill()
        process.join()
        assert load_resume(tmp_path / "resume.pt")["model"]["w"].shape == (2_000_000,)
        method, config = load_method(model)
        assert method.translate(noise(1, 3, 16, 16)).isfinite().all() and config["networks"] == ["G", "D"]
