"""Every method's first steps, as they always were: each term of each step, and what the trained nets then translate.

In float64 a change that keeps the mathematics keeps these numbers, whatever the order of its sums: a faster layer, another
memory layout, a moved module, another processor. One that alters results says so here, where it begins.
"""

from __future__ import annotations

import pytest
import torch

from i2i.methods import METHODS
from kit.golden import apart
from kit.methods import answer, example, source, tiny, wishes
from kit.runs import trainer

CHANGES = {
    "dtn": {"f_steps": 10, "steps": 10},  # of several stages: ten each
    "ost": {"autoencoder_steps": 10, "steps": 10},
    "dualgan": {"depth": 3, "steps": 20},  # torch's own instance norm refuses a map of one pixel
    # Where a gradient is nearly zero, Adam's first steps have the sign of its rounding: errors grow tenfold in two steps.
    "infogan": {"steps": 8},
}


@pytest.fixture
def double():
    """Weights and chance are drawn in float64, too: in float32 a normal draw depends on the processor."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def curve(key: str) -> dict:
    """A run through the trainer. The rate falls within it, pools overflow, and the average follows."""
    method = tiny(key, **CHANGES.get(key, {"steps": 20}))
    t = trainer(method, source(method, dtype=torch.float64))
    steps = []
    while not t.done:
        name = t.stages[t.stage].name
        steps.append({"stage": name, "step": t.step, "terms": t.advance()})
    batch, translations = example(method, dtype=torch.float64), {}
    for wish, controls in wishes(method).items():
        with torch.no_grad():
            made = answer(t.average, batch, torch.Generator().manual_seed(0), **controls)
        translations[wish] = made.flatten()[:: made.numel() // 8][:8].tolist()
    return {"steps": steps, "translations": translations}


def differences(key: str):
    def differ(kept: dict, found: dict) -> list[str]:
        found_at = {(s["stage"], s["step"]): s["terms"] for s in found["steps"]}
        kept_at = {(s["stage"], s["step"]): s["terms"] for s in kept["steps"]}
        if found_at.keys() != kept_at.keys():
            return [
                f"{key} took {len(found_at)} steps of the stages {stages(found)}; before, {len(kept_at)} of {stages(kept)}"
            ]
        told = []
        for (stage, step), before in kept_at.items():
            at, now = f"{key}, stage '{stage}', step {step}", found_at[stage, step]
            if before.keys() != now.keys():
                told.append(
                    f"{at}: the terms are {', '.join(now) or 'none'}; before, {', '.join(before) or 'none'}"
                )
                continue
            told += [
                f"{at}, term '{term}': {now[term]:.10g}; before, {before[term]:.10g}"
                for term in before
                if apart(before[term], now[term], 1e-6, 1e-9)
            ]
        if found["translations"].keys() != kept["translations"].keys():
            return [
                *told,
                f"{key} translates {', '.join(found['translations'])}; before, {', '.join(kept['translations'])}",
            ]
        for wish, before in kept["translations"].items():
            told += [
                f"{key}, translation ({wish}), value {i} of 8: {now:.10g}; before, {was:.10g}"
                for i, (was, now) in enumerate(zip(before, found["translations"][wish], strict=True), 1)
                if apart(was, now, 1e-6, 1e-6)  # diffusion's schedule is in float32, as diffusers has it
            ]
        return told

    return differ


def stages(made: dict) -> str:
    return ", ".join(dict.fromkeys(step["stage"] for step in made["steps"]))


@pytest.mark.parametrize("key", METHODS)
def test_the_first_steps_are_what_they_were(key, golden, double):
    golden.check(f"curves/{key}", key, curve(key), differences(key))
