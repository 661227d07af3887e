"""What every method keeps, whatever its paper: each of METHODS is tested by existing.

A new one needs an entry in TINY (tests/kit/methods.py) and golden values (`pytest tests/contract --regold -k NAME`). What is
special to a paper stands in tests/methods.
"""

from __future__ import annotations

import sys
from dataclasses import asdict

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

from i2i.checkpoint import CheckpointError, export, load_method
from i2i.fast import lay_out
from i2i.images import to_image, to_tensor
from i2i.method import Method, Turn, frozen, weighted_sum
from i2i.methods import METHODS
from i2i.run.pipeline import load
from kit.golden import FOLDER
from kit.methods import OTHERWISE, TINY, amplified, answer, example, side_of, tiny, wishes
from kit.runs import assert_identical, everything, trainer, turns_taken
from kit.sources import hole as middle
from kit.sources import noise, rng

EACH = pytest.mark.parametrize("key", METHODS)


def turns(method: Method) -> list[tuple[str, str, Turn]]:
    """(stage, name, turn) of all stages."""
    return [(stage.name, name, turn) for stage in method.stages() for name, turn in stage.turns.items()]


def state(module: nn.Module) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in module.state_dict().items()}


def changed(before: dict[str, torch.Tensor], module: nn.Module) -> list[str]:
    now = module.state_dict()
    return sorted(before.keys() ^ now.keys()) + [
        k for k in before.keys() & now.keys() if not torch.equal(before[k], now[k])
    ]


def require(holds: bool, sentence: str) -> None:
    if not holds:
        pytest.fail(sentence, pytrace=False)


# ---- Words ----

HEADING = "\nDiffers from the paper:\n"


@EACH
def test_the_file_says_how_it_differs_from_its_paper(key):
    said = sys.modules[METHODS[key].__module__].__doc__ or ""
    require(
        said.count(HEADING) == 1,
        f'the docstring of the file of {key} needs one section "Differs from the paper:", with a line "* ..." for each difference',
    )
    lines = said.split(HEADING)[1].strip().splitlines()
    assert lines[0].startswith("* ") and all(line.startswith(("* ", "  ")) for line in lines)
    assert all(len(line) > 20 for line in lines if line.startswith("* "))


# ---- Weights ----


@EACH
def test_a_seed_draws_the_weights_whatever_was_drawn_before(key):
    torch.manual_seed(5)
    one = tiny(key, seed=1)
    torch.rand(7)
    before = torch.get_rng_state()
    again, other = tiny(key, seed=1), tiny(key, seed=2)
    require(
        torch.equal(before, torch.get_rng_state()),
        f"{key}: seeded() moves the global stream of random numbers",
    )
    require(changed(state(one), again) == [], f"{key}: two builds of one seed differ")
    require(changed(state(one), other) != [], f"{key}: another seed draws the same weights")


@EACH
def test_the_papers_networks_are_as_large_as_they_were(key, golden, unfilled):
    """Whose numbers they are is written into the file by hand, and kept."""
    kept = golden.read(f"parameters/{key}") or {
        "source": "not compared with the paper yet: say here whose numbers they are"
    }
    nets = METHODS[key](METHODS[key].Config()).networks()
    found = {
        "source": kept["source"],
        "parameters": {name: sum(p.numel() for p in net.parameters()) for name, net in nets.items()},
    }

    def differ(kept: dict, found: dict) -> list[str]:
        one, other = kept["parameters"], found["parameters"]
        return [
            f"{key}, network {name}: {other.get(name, 0):,} parameters; before, {one.get(name, 0):,} ({kept['source']})"
            for name in sorted({*one, *other})
            if one.get(name) != other.get(name)
        ]

    golden.check(f"parameters/{key}", key, found, differ)


# ---- Turns ----


@EACH
def test_each_turn_moves_exactly_the_networks_that_it_names(key, golden):
    """Bit by bit, over a whole run; which ones they are, and in which order, is golden."""
    method = tiny(key)
    trains = {(stage, name): {*turn.trains} for stage, name, turn in turns(method)}
    t, lines, met = trainer(method), [], set()
    while not t.done:
        stage, step = t.stages[t.stage].name, t.step
        (taken,) = turns_taken(t, 1)
        for name, moved in taken:
            wanted = trains[stage, name]
            require(
                moved == wanted,
                f"{key}, stage '{stage}', step {step}: turn '{name}' names {told(wanted)} and moves {told(moved)}",
            )
            met.add((stage, name))
        if step < 6:
            lines.append(
                f"{stage} {step}: " + "; ".join(f"{name} moves {told(moved)}" for name, moved in taken)
            )
    require(met == trains.keys(), f"{key}: (stage, turn) {told({*map(str, trains.keys() - met)})} never ran")

    def differ(kept: list[str], found: list[str]) -> list[str]:
        pairs = zip(kept + ["nothing"] * len(found), found + ["nothing"] * len(kept), strict=False)
        return [f"{key}, {now!r}; before, {was!r}" for was, now in pairs if was != now]

    golden.check(f"turns/{key}", key, lines, differ)


def told(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


@EACH
def test_every_term_is_a_number_of_its_own_with_a_weight_at_every_step(key):
    method = tiny(key)
    for stage in method.stages():
        met: dict[str, str] = {}
        for name, turn in stage.turns.items():
            at, terms = f"{key}, stage '{stage.name}', turn '{name}'", turn.loss(example(method))
            require(bool(terms), f"{at}: there are no terms")
            for term, value in terms.items():
                require(
                    value.dim() == 0 and bool(value.isfinite()),
                    f"{at}: the term '{term}' is no finite scalar, but {value!r}",
                )
                require(
                    value.requires_grad, f"{at}: the term '{term}' teaches nothing: no gradient flows from it"
                )
                require(
                    term not in met,
                    f"{at}: turn '{met.get(term)}' has a term '{term}', too, and the log would lose one",
                )
                for step in range(stage.steps):
                    require(
                        term in method.weights(step),
                        f"{at}: weights({step}) has no weight for the term '{term}'",
                    )
                met[term] = name


@EACH
def test_losses_are_pure(key):
    """No gradient, no attribute, no network, no batch is touched; two calls on one stream give the same numbers."""
    method = tiny(key).eval()  # batch statistics are a forward's business, not a loss's
    for stage, name, turn in turns(method):
        at = f"{key}, stage '{stage}', turn '{name}': its loss"
        batch, before, names = example(method), state(method), set(vars(method))
        learning = [p.requires_grad for p in method.parameters()]
        numbers = []
        for _ in range(2):
            torch.manual_seed(0)
            numbers.append({k: v.item() for k, v in turn.loss(batch).items()})
        require(
            numbers[0] == numbers[1],
            f"{at} differs between two calls on one stream of random numbers: {numbers}",
        )
        require(
            changed(before, method) == [],
            f"{at} changes {told({*changed(before, method)})}; `after` is the place for that",
        )
        require(set(vars(method)) == names, f"{at} stores {told(set(vars(method)) - names)} on the method")
        left = {k for k, p in method.named_parameters() if p.grad is not None}
        require(not left, f"{at} leaves gradients in {told(left)}")
        require([p.requires_grad for p in method.parameters()] == learning, f"{at} freezes or thaws weights")
        assert_identical(batch, example(method))


@EACH
def test_a_turn_sends_gradients_into_the_networks_that_it_trains_and_no_others(key):
    """Also where turns share what was made before any of them: what another turn's networks made has to be cut off."""
    method = tiny(key)
    nets = method.networks()
    owners = [letter for letter, net in nets.items() for p in net.parameters() if p.requires_grad]
    for stage, name, turn in turns(method):
        batch = example(method)
        batch |= method.fakes(batch)
        with frozen(*(net for letter, net in nets.items() if letter not in turn.trains)):
            total = weighted_sum(turn.loss(batch), method.weights(0))
        learning = [p for p in method.parameters() if p.requires_grad]
        slopes = torch.autograd.grad(total, learning, allow_unused=True)
        reached = {
            letter for letter, slope in zip(owners, slopes, strict=True) if slope is not None and slope.any()
        }
        require(
            reached == {*turn.trains},
            f"{key}, stage '{stage}', turn '{name}' trains {told({*turn.trains})}, and its gradients reach {told(reached)}",
        )


@EACH
def test_the_least_batch_of_a_method_is_enough_for_each_of_its_stages_and_no_less_is(key):
    def train(batch: int) -> None:
        t = trainer(tiny(key), batch=batch)
        while not t.done:
            t.advance()

    least = tiny(key).least_batch
    train(least)
    if least > 1:
        with pytest.raises(ValueError, match="batch|more than 1 value"):
            train(least - 1)


@EACH
def test_what_turns_share_changes_no_number(key):
    """Each turn may make its own fakes, as the equations read, and finds the same; in float64 and in training mode."""
    method = amplified(tiny(key)).double().train()
    batch = example(method, 3, torch.float64)
    for stage, name, turn in turns(method):
        before = state(method)  # fakes move the norms' statistics, on which what is made as at test depends
        torch.manual_seed(0)
        apart = {k: v.item() for k, v in turn.loss(batch).items()}
        torch.manual_seed(0)
        given = batch | method.fakes(batch)
        method.load_state_dict(before)
        shared = {k: v.item() for k, v in turn.loss(given).items()}
        require(
            shared == pytest.approx(apart, rel=1e-9),
            f"{key}, stage '{stage}', turn '{name}': {shared} of what is shared; {apart} of its own",
        )


# ---- Resume ----


@EACH
def test_a_resumed_run_takes_the_very_same_steps(key, tmp_path):
    """Bit for bit, from the middle of a stage, before, on and after the border of two."""
    lengths = [stage.steps for stage in tiny(key).stages()]
    cuts, total = (
        ([lengths[0] - 1, lengths[0], lengths[0] + 2], lengths[0] + 4) if len(lengths) > 1 else ([3], 6)
    )
    whole = trainer(tiny(key), seed=3)
    for _ in range(total):
        whole.advance()
    straight = everything(whole)
    for at in cuts:
        first = trainer(tiny(key), seed=3, out=tmp_path)
        for _ in range(at):
            first.advance()
        first.save()
        torch.manual_seed(12345)  # another process begins with another stream and other weights
        rest = trainer(tiny(key, seed=7), seed=3, out=tmp_path)
        assert rest.resume()
        for _ in range(total - at):
            rest.advance()
        resumed = everything(rest)
        assert straight.keys() == resumed.keys()
        other = {k for k in straight if not torch.equal(straight[k], resumed[k])}
        require(
            not other,
            f"{key}, stopped at step {at} of {total} and resumed: {len(other)} tensors differ, such as {told({min(other, default='')})}",
        )


# ---- Export ----


@EACH
def test_an_export_is_loaded_strictly_and_translates_as_its_method_does(key, tmp_path):
    """After a few steps, so that statistics and buffers are not those of the start."""
    t = trainer(tiny(key))
    while not t.done:
        t.advance()
    method = amplified(t.method).eval()
    folder = export(tmp_path / "model", method, size=side_of(method))
    loaded, config = load_method(folder)
    lay_out(loaded, "cpu")  # as a trained one lies in memory
    assert (
        type(loaded) is type(method)
        and asdict(loaded.config) == asdict(method.config)
        and config["size"] == side_of(method)
    )
    assert {*loaded.networks()} == {*method.inference} == {p.stem for p in folder.glob("*.safetensors")}
    assert not any(m.training for m in loaded.modules()) and not any(
        p.requires_grad for p in loaded.parameters()
    )

    for name in method.inference:  # float16 for weights
        theirs = getattr(loaded, name).state_dict()
        for part, value in getattr(method, name).state_dict().items():
            torch.testing.assert_close(
                theirs[part], value, rtol=2**-10, atol=1e-6, msg=lambda m, at=f"{name}.{part}": f"{at}\n{m}"
            )
        getattr(method, name).load_state_dict(theirs)
    for wish, controls in wishes(method).items():
        one, other = (answer(m, example(method), rng(0), **controls) for m in (method, loaded))
        require(  # the two lie differently in memory, for which some processors have another order of sums
            torch.allclose(one, other, atol=1e-3),
            f"{key} ({wish}): an export translates otherwise than its method, so what translate() needs lies outside the networks "
            f"that are exported ({', '.join(method.inference)})",
        )

    for name in method.inference:
        path = folder / f"{name}.safetensors"
        whole = load_file(path)
        for lacking in (list(whole)[:-1], [*whole, "spare"]):
            save_file({k: whole.get(k, torch.zeros(1)) for k in lacking}, path)
            with pytest.raises(CheckpointError, match=f"{name}.safetensors does not fit {key}"):
                load_method(folder)
        path.unlink()
        with pytest.raises(CheckpointError, match=f"{name}.safetensors is missing"):
            load_method(folder)
        save_file(whole, path)
    load_method(folder)


# ---- Translation ----


@EACH
def test_translate_keeps_size_range_input_and_modes(key):
    method = tiny(key)
    for training in (True, False):
        method.train(training)
        next(iter(method.networks().values())).train(not training)
        modes, batch = [m.training for m in method.modules()], example(method)
        x = batch["voxels" if method.layout == "none" else "x"]
        for wish, controls in wishes(method).items():
            y = answer(method, batch, **controls)
            wanted = (*x.shape[:2], *(method.enlarges * s for s in x.shape[2:]))
            require(
                y.shape == wanted,
                f"{key} ({wish}): translate() of {tuple(x.shape)} gives {tuple(y.shape)}, not {wanted}",
            )
            # What the squared error asks for lies barely beyond, and is cut where it becomes bytes.
            require(method.enlarges > 1 or y.abs().max() <= 1, f"{key} ({wish}): translate() leaves [-1, 1]")
            require(y.dim() < 5 or y.min() >= 0, f"{key} ({wish}): sample() leaves [0, 1]")
            require(
                [m.training for m in method.modules()] == modes,
                f"{key} ({wish}): translate() flips the mode of a module",
            )
            assert_identical(batch, example(method))


@EACH
def test_a_translation_is_a_matter_of_its_input_and_its_seed(key):
    """Visitors run side by side, so nothing may come from the global stream; and without the control "seed", nothing from any."""
    method = amplified(tiny(key)).eval()
    batch, random, seeded = example(method), torch.get_rng_state(), "seed" in method.controls
    for wish, controls in wishes(method).items():
        one, again, other = (answer(method, batch, rng(s), **controls) for s in (1, 1, 2))
        require(torch.equal(one, again), f"{key} ({wish}): two translations of one seed differ")
        if seeded:
            require(
                not torch.equal(one, other), f'{key} ({wish}): "seed" is among its controls and does nothing'
            )
        else:
            plain = answer(method, batch, **controls)
            alike = torch.equal(one, other) and torch.equal(one, plain)
            require(
                alike,
                f'{key} ({wish}): a translation depends on chance, but "seed" is not among its controls',
            )
        require(
            torch.equal(torch.get_rng_state(), random),
            f"{key} ({wish}): translate() draws from the global stream of random numbers",
        )


@EACH
def test_float32_gives_what_float64_gives_to_rounding(key):
    """The golden curves are of float64; visitors meet float32, and layers that are written for it."""
    narrow, wide = amplified(tiny(key)).eval(), amplified(tiny(key)).double().eval()
    wide.load_state_dict(narrow.state_dict())
    batch = example(narrow)
    both = [
        (narrow, batch),
        (wide, {k: v.double() if v.is_floating_point() else v for k, v in batch.items()}),
    ]
    for wish, controls in wishes(narrow).items():
        one, other = (answer(m, b, rng(0), **controls).double() for m, b in both)
        torch.testing.assert_close(
            one, other, rtol=1e-4, atol=1e-4, msg=lambda m, wish=wish: f"{key} ({wish})\n{m}"
        )
    for (stage, name, turn), (*_, same) in zip(turns(narrow), turns(wide), strict=True):
        found = []
        for loss, (_, given) in zip((turn.loss, same.loss), both, strict=True):
            torch.manual_seed(0)
            found.append({k: v.item() for k, v in loss(given).items()})
        require(
            found[0] == pytest.approx(found[1], rel=1e-3, abs=1e-4),
            f"{key}, stage '{stage}', turn '{name}': {found}",
        )


# ---- Controls ----

ASKED = {**OTHERWISE, "mask": torch.ones(2, 1, 16, 16), "style": torch.zeros(2, 8)}


@EACH
def test_translate_takes_the_controls_that_it_declares_and_no_others(key):
    method = amplified(tiny(key)).eval()
    batch = example(method)
    plain = answer(method, batch, rng(0))
    for control, value in ASKED.items():
        try:
            made = answer(method, batch, rng(0), **{control: value})
        except TypeError as fault:
            require(
                control not in method.controls,
                f"{key}: translate() refuses its own control '{control}': {fault}",
            )
            continue
        require(
            control in method.controls,
            f"{key}: translate() takes '{control}', which is not among its controls",
        )
        require(not torch.equal(made, plain), f"{key}: the control '{control}' does nothing")


@EACH
def test_a_model_paints_what_its_method_paints_and_takes_its_controls(key, tmp_path):
    """Image in, image out; weights are in half precision, norms may be folded, and shades are whole."""
    method = amplified(tiny(key)).eval()
    side = 32 if "mask" in method.controls else side_of(method)  # a net that fills is shown no less
    model = load(export(tmp_path / "model", method, size=side), device="cpu", precision="fp32")
    assert model.controls == tuple(method.controls)
    if method.alone:
        (made,), wanted = model.sample(1, seed=0), model.method.sample(1, rng(0))[0]
        volume = method.layout == "none"
        made, wanted = (torch.from_numpy(made), wanted[0]) if volume else (to_tensor(made)[0], wanted)
        torch.testing.assert_close(made, wanted, rtol=0, atol=1e-4 if volume else 1.01 / 255)
        with pytest.raises(ValueError, match=r"call sample\(n, seed\)"):
            model(Image.new("RGB", (side, side)))
        return
    image, hole, mask = to_image(0.5 * noise(3, side, side)), Image.new("L", (side, side)), middle(side)
    hole.paste(255, (side // 4, side // 4, 3 * side // 4, 3 * side // 4))
    always = {"mask": hole} if "mask" in method.controls else {}
    for wish, controls in wishes(method).items():
        made = to_tensor(model(image, seed=0, **controls | always))
        wanted = model.method.translate(
            to_tensor(image), generator=rng(0), **controls | ({"mask": mask} if always else {})
        ).clamp(-1, 1)
        require(
            made.shape == wanted.shape,
            f"{key} ({wish}): a model makes {tuple(made.shape)} where its method makes {tuple(wanted.shape)}",
        )
        gap = (made - wanted).abs().mean()
        require(
            gap < 1 / 255,
            f"{key} ({wish}): what a model makes differs by {gap:.2g} from what its method makes",
        )
    for control, value in {**OTHERWISE, "mask": hole, "style": image, "scale": 2.0}.items():
        if control in method.controls:
            assert model(image, seed=0, **always | {control: value}).tobytes() != image.tobytes()
        else:
            with pytest.raises(
                ValueError,
                match=f"has no control '{control}'; it has: {', '.join(method.controls) or 'none'}\\.$",
            ):
                model(image, seed=0, **always | {control: value})


# ---- The tables themselves ----


def test_what_is_kept_belongs_to_a_method():
    for folder in ("curves", "parameters", "turns"):
        strange = {path.stem for path in (FOLDER / folder).glob("*.json")} - METHODS.keys()
        assert not strange, (
            f"delete {', '.join(f'tests/golden/{folder}/{name}.json' for name in sorted(strange))}"
        )
    assert not TINY.keys() - METHODS.keys()
