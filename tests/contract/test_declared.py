"""What every method declares, so that nothing else needs to know its name."""

from __future__ import annotations

import re

import pytest
import torch

from i2i.method import Control, Fit, Symbol
from i2i.methods import METHODS
from i2i.recipes import facts_of, folder_recipe
from kit.methods import tiny
from kit.sources import fake_batch


@pytest.fixture(params=METHODS)
def key(request):
    return request.param


def turns(method) -> dict:
    return {f"{stage.name}: {name}": turn for stage in method.stages() for name, turn in stage.turns.items()}


def test_every_term_of_every_loss_has_a_symbol_and_a_weight(key):
    method = tiny(key)
    batch = method.complete(fake_batch(enlarges=method.enlarges))
    for name, turn in turns(method).items():
        for term in turn.loss(batch):
            assert term in method.symbols, (
                f"{key}.symbols says nothing of the term {term!r} of the turn {name!r}"
            )
            assert term in method.weights(0), f"{key}.weights gives no factor for {term!r}"


def test_symbols_name_nets_of_the_method_and_say_where_they_stand(key):
    method = tiny(key)
    nets, roles = {*method.networks()}, {"adversarial", "reconstruction", "classification", ""}
    sometimes = {"head", "phi"}  # of a classifier of its own, or of a content loss
    for term, symbol in method.symbols.items():
        assert isinstance(symbol, Symbol) and symbol.latex and symbol.role in roles, (key, term)
        assert {*symbol.nets} - nets <= sometimes, f"{key}: the term {term!r} needs nets that are not there"
        assert symbol.way in ("", "xy", "yx") and (not symbol.way or "direction" in method.controls), (
            key,
            term,
        )


def test_a_discriminator_that_is_not_loaded_leaves_its_terms_out(key):
    method = tiny(key).eval()
    batch = fake_batch(enlarges=method.enlarges)
    name, turn = next(
        (n, t) for n, t in reversed(turns(method).items()) if {*t.trains} <= {*method.inference}
    )
    torch.manual_seed(0)
    whole = {k: v.item() for k, v in turn.loss(batch).items()}
    for net in {*method.networks()} - {*method.inference} - {method.given}:
        setattr(method, net, None)
    torch.manual_seed(0)
    rest = {k: v.item() for k, v in turn.loss(batch).items()}
    assert rest == {k: v for k, v in whole.items() if method.loaded(*method.symbols[k].nets)}, name
    assert rest or all(method.symbols[k].role == "adversarial" for k in whole), "D was all that there was"
    assert not any(method.symbols[k].role == "adversarial" for k in rest)


@pytest.mark.parametrize("size", [32, 64, 96, 128, 256])
def test_it_fits_a_users_folder(key, size):
    cls = METHODS[key]
    fit = cls.fit(size, {"domains": 3, "classes": 5, "styles": 7})
    assert isinstance(fit, Fit) and fit.batch >= 1 and 0 <= fit.ema < 1 and fit.config["steps"] > 0
    assert {*fit.config} <= {*cls.Config.__dataclass_fields__}, "only settings that there are"
    if fit.config.get("side", 64) & (fit.config.get("side", 64) - 1):
        return  # a net that halves down to 4 px says so itself
    method = cls(cls.Config(**fit.config))
    assert size % method.multiple == 0
    fact = {"classes": ("domains", 3), "labelled": ("classes", 5), "letters": ("styles", 7)}.get(cls.layout)
    assert fact is None or getattr(method.config, fact[0]) == fact[1], "what the images say is heard"
    recipe = folder_recipe(key, size)
    assert (recipe.method, recipe.size, recipe.data, recipe.seed) == (key, size, "own folder", 0)
    assert recipe.summary and recipe.config == cls.fit(size, {}).config


def test_controls_are_declared_and_refuse_what_they_cannot_have(key):
    controls = METHODS[key].controls
    for name, control in controls.items():
        assert isinstance(control, Control) and control.name == name and control.says
        wrong = {"choice": "sideways", "number": "many"}.get(control.kind)
        if wrong:
            with pytest.raises(ValueError, match=rf"^{name} is {re.escape(control.says)}; got '{wrong}'\.$"):
                control.check(wrong)
    assert {c.kind for c in controls.values()} <= {"choice", "number", "label", "image", "style"}


def test_the_last_stage_stands_alone(key):
    cls = METHODS[key]
    method = tiny(key, **cls.last_stage())
    assert len(method.stages()) == 1
    assert method.stages()[0].name == tiny(key).stages()[-1].name


def test_fakes_are_what_shared_says_and_are_made_once(key):
    method = tiny(key)
    batch = fake_batch(enlarges=method.enlarges)
    made = method.fakes(batch)
    assert {*method.shared} <= {*made} and (method.shared or not made)
    whole = method.complete(batch)
    assert all(whole[k] is batch[k] for k in batch) and method.complete(whole) is whole


def test_what_a_source_says_of_itself():
    class Source:
        facts = {"domains": 3}

    assert facts_of(Source()) == {"domains": 3} and facts_of(object()) == {}
