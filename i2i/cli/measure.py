"""What is measured: evaluate, claims, bench."""

from __future__ import annotations

import json
import sys

from ..data.folders import TooFew
from ..files import replacing
from .errors import Failed, Wrong


def evaluate_command(options) -> None:
    from ..measure import counted, evaluate, evaluate_apart, without_training
    from ..measure.own import parted
    from ..recipes import DRAWN, RECIPES
    from ..run.pipeline import load

    if options.direction and not options.data:
        raise Wrong("--direction goes with --data and a folder of your own; the recipe has its own.")
    if options.each and options.data:
        raise Wrong(
            "--each is of Set5, Set14 and BSD100, and --data of a folder of your own: give one of them."
        )
    model, train, apart, drawn = load(options.name), None, None, False
    if options.each:
        return _each(model, options)
    if options.data:
        source, train = parted(model, options.data, options.direction)
    else:
        key = model.card.get("recipe", model.name)
        if key not in RECIPES:
            raise Wrong(f"{options.name} comes from no recipe here: say which pictures with --data.")
        source = RECIPES[key].source("test")
        train = RECIPES[key].source("train") if model.method.layout != "photographs" else None
        drawn = RECIPES[key].data in DRAWN
    try:
        figures = evaluate(model, source, options.limit, progress=not options.json, train=train)
    except TooFew as fault:
        if not options.data:
            raise
        raise Failed(
            f"{fault} Judge by another folder, or put pictures that it was not trained on into {options.data / 'test'}."
        ) from None
    if train is not None and not drawn:
        apart = evaluate_apart(model, source, train, options.limit, progress=not options.json)
    judged = _judged(model, source, options)
    left_out = without_training(model, source) if train is None else ""
    note = f"left out, since {options.data} does not hold the {counted(source)} that it was trained on: {left_out}."
    if options.json:
        print(f"{model.name}, {judged}", file=sys.stderr)
        if left_out:
            print(f"i2i evaluate: {note}", file=sys.stderr)
        found = {k: list(v) for k, v in figures.items()}
        print(
            json.dumps(
                found | ({"without near twins": {k: list(v) for k, v in apart[1].items()}} if apart else {})
            )
        )
        return
    for told, block in ((judged, figures), *([apart] if apart else [])):
        print(f"{model.name}, {told}")
        width = max(16, *map(len, block))
        for name, e in block.items():
            print(
                f"  {name:{width}} {e.value:8.4g}"
                + ("" if e.low is None else f"   ({e.low:.4g} to {e.high:.4g})")
            )
    if left_out:
        print(note)


def _judged(model, source, options) -> str:
    """What the figures are of, in words: how many images, what of the folder was left out, and of how many several samples are."""
    from ..measure import counted, sampled

    count, more = min(options.limit, len(source)), sampled(model, source, options.limit)
    if not options.data:
        return f"{count} held-out {counted(source)}{more}"
    kept = f"the first {count} of {len(source)}" if count < len(source) else f"all {count}"
    known = len({*source.digests} & model.trained_on)
    rest = (
        f", {known} of them seen in training"
        if known
        else " that it was not trained on"
        if model.trained_on
        else ""
    )
    part = (
        "the test part of "
        if any((options.data / name).is_dir() for name in ("test", "testA", "testB"))
        else ""
    )
    return f"{kept} picture(s) of {part}{options.data}{rest}{more}"


def _each(model, options) -> None:
    from ..measure.superres import by_image, figures

    if model.method.enlarges == 1:
        raise Wrong(f"--each is for models that enlarge, and {model.name} does not.")
    found = by_image(model, model.method.enlarges)
    if options.json:
        print(
            json.dumps(
                {name: {image: s._asdict() for image, s in rows.items()} for name, rows in found.items()}
            )
        )
        return
    print(f"{'':30} {'PSNR-Y':>8} {'SSIM-Y':>8} {'energy':>8} {'PD-i2i':>8}")
    for name, rows in found.items():
        for image, s in rows.items():
            print(
                f"{name + ' ' + image:30} {s.psnr:8.2f} {s.ssim:8.4f} {s.made_energy / s.real_energy:8.3f} {s.distance:8.4f}"
            )
        mean = [f"{e.value:8.4g}" for e in figures(list(rows.values())).values()]
        print(f"{name + ', mean of ' + str(len(rows)):30} {' '.join(mean)}")


def claims_command(options) -> None:
    from ..claims import CLAIMS, measure, recorded

    unknown = [i for i in options.ids if i not in CLAIMS]
    if unknown:
        raise Wrong(f"there is no claim {unknown[0]!r}; there are {', '.join(CLAIMS)}.")
    ids = options.ids or list(CLAIMS)
    if options.again:
        print(f"this takes about {sum(CLAIMS[i].minutes for i in ids):.1f} minutes", file=sys.stderr)
    results, faults = {}, []
    for i in ids:
        results[i] = measure(i) if options.again else recorded(i)
        if options.again:
            faults += _kept(i, results[i])
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        _claims_told(results, options.markdown)
    if faults:  # at the end, since what was measured is to be seen all the same
        raise Failed(faults[0])


def _kept(name: str, result: dict) -> list[str]:
    """Record a result and say so; a sentence where it cannot be written."""
    from ..claims import claim, record

    try:
        record(name, result)
    except OSError as fault:
        at = fault.filename or claim.RECORD
        return [f"what was measured is not recorded, since {at} cannot be written: {fault.strerror}."]
    print(f"i2i claims: recorded {name} in {claim.RECORD}", file=sys.stderr)
    return []


def _claims_told(results: dict[str, dict | None], as_markdown: bool) -> None:
    from ..claims import CLAIMS, as_table, markdown, shown

    for i, result in results.items():
        claim = CLAIMS[i]
        print(f"{i}: {claim.says} ({claim.where})")
        if result is None:
            print("  not measured yet: run with --run")
            continue
        figures = result["figures"]
        if as_markdown:
            print(f"\n{markdown(figures)}\n")
        elif table := as_table(figures):
            columns, rows = table
            first = max(map(len, rows))
            widths = [
                max(len(text), *(len(cells[k]) for cells in rows.values())) for k, text in enumerate(columns)
            ]
            for row, cells in {"": columns, **rows}.items():
                print(
                    "  " + row.ljust(first),
                    *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)),
                    sep="   ",
                )
        else:
            for name, value in figures.items():
                print(f"  {name:44} {shown(value)}")
        print(f"  {result['verdict'].upper()}: {claim.test}; measured {result['date']}")
        parts = claim.decided(figures)
        for comparison, verdict in parts if len(parts) > 1 else ():
            print(f"    {verdict}: {comparison}")
        if claim.also:
            print(f"  {claim.also}")


def bench_command(options) -> None:
    import torch

    from .. import bench
    from ..methods import METHODS
    from ..recipes import PAPER, RECIPES

    unknown = [n for n in options.names if n not in RECIPES and n not in METHODS and n not in PAPER]
    if unknown:
        raise Wrong(f"there is no recipe or method {unknown[0]!r}; recipes: {', '.join(RECIPES)}.")
    if options.out and not options.curves:
        raise Wrong("--out goes with --curves; --json prints the figures.")
    if options.threads:
        torch.set_num_threads(options.threads)
    machine = {"threads": torch.get_num_threads(), "convolution GFLOP/s": bench.convolution_ceiling()}
    found = {
        "machine": machine,
        "recipes": bench.bench(options.names, options.rounds, options.compile, options.precision),
    }
    if options.curves:
        out = options.out or bench.ASSETS
        found["curves"] = bench.curves(options.rounds)
        bench.plot(found["curves"], out / "figures" / "cost.png")
        with replacing(out / "bench.json") as part:
            part.write_text(json.dumps(bench.rounded(found), indent=1) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{machine['threads']} thread(s), convolution ceiling {machine['convolution GFLOP/s']:.0f} GFLOP/s")
    for name, f in found["recipes"].items():
        print(f"{name}{', bf16' if f['bf16'] else ''}")
        for what, rate in (("step", "images/s"), ("picture", "pictures/s")):
            memory = (
                f", {f[f'{what} MB']:.0f} MB ({f[f'plain {what} MB']:.0f})" if f"plain {what} MB" in f else ""
            )
            ratio = f["training ratio" if what == "step" else "inference ratio"]
            print(
                f"  {what:18} {f[f'{what} ms']:7.1f} ms   {ratio:5.2f} x plain ({f[f'plain {what} ms']:.1f} ms)   "
                f"{f[rate]:6.1f} {rate}   {f[f'{what} share of ceiling']:4.0%} of the ceiling{memory}"
            )
            if f"compiled {what} ms" in f:
                ratio = f["compiled training ratio" if what == "step" else "compiled inference ratio"]
                print(f"  {f'{what}, compiled':18} {f[f'compiled {what} ms']:7.1f} ms   {ratio:5.2f} x plain")
        print(f"  first picture after loading: {f['first call s']:.2f} s")
        if "real step ms" in f:
            print(
                f"  step on real batches {f['real step ms']:5.1f} ms   {f['real step ratio']:5.2f} x a step on noise"
            )
        if (spare := f.get("real step ratio, a core to spare")) is not None:
            print(f"  {'with a core to spare':18} {spare:15.2f} x a step on noise")
    if options.curves:
        print(f"wrote {out / 'figures' / 'cost.png'} and {out / 'bench.json'}")
