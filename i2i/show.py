"""What the notebooks show with: images that carry alt text, tables, sources, a live plot. The app's colours."""

from __future__ import annotations

import base64
import copy
import html
import inspect
import io
import os
import secrets
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from IPython import get_ipython
from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image
from torch import Tensor, nn

from .claims import CLAIMS, CONTRADICTED, HOLDS, UNDECIDED, as_table, in_table, markdown, recorded
from .claims.claim import Figures
from .images import to_image
from .method import Batch, Method, Terms
from .nets.layers import Resized
from .nets.patchgan import PatchGAN
from .voxels import pictures

if TYPE_CHECKING:  # ipywidgets and the trainer are imported where they are used: a plain figure needs neither
    from ipywidgets import Widget

    from .train import Trainer

# As in demos/page.css: the adversarial term is violet and L1 orange wherever they appear.
INK, SOFT, LINE, TRACK, GAN, L1, GREEN = (
    "#17161c",
    "#67646f",
    "#e7e3ea",
    "#eeeaf4",
    "#6548e0",
    "#b9410b",
    "#1a7f52",
)
LILAC, PEACH, MINT = "#f1eefe", "#fff3e8", "#e9f6ef"

WIDE = 6  # columns of a table that can be read on a slide of 1280 px

T = TypeVar("T")


def fast() -> bool:
    """Whether FAST=1 asks for the notebook in half a minute."""
    return os.environ.get("FAST", "") not in ("", "0")


def quick(full: T, brief: T) -> T:
    """`full`, or `brief` under FAST=1: steps, sample counts and the like."""
    return brief if fast() else full


def style() -> None:
    """Set matplotlib to the look of the app. Figures that a reader makes come out as small JPEGs.

    A page shows an inch as 92 CSS pixels (`figure_html`), so 11 pt are 14 px: no text of a figure is smaller than that.
    """
    matplotlib.rcParams.update({
        "figure.dpi": 100, "savefig.dpi": 144, "figure.facecolor": "white", "font.family": "DejaVu Sans", "font.size": 11,
        "axes.edgecolor": SOFT, "axes.labelcolor": INK, "axes.titlecolor": INK, "axes.titlesize": 11.5, "text.color": INK,
        "xtick.labelsize": 11, "ytick.labelsize": 11, "legend.fontsize": 11,
        "xtick.color": SOFT, "ytick.color": SOFT, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
        "grid.color": LINE, "lines.linewidth": 2, "legend.frameon": False, "figure.constrained_layout.use": True,
        "axes.prop_cycle": matplotlib.cycler(color=[GAN, L1, GREEN, "#c98a2b", "#2f6f9f", SOFT]),
    })  # fmt: skip
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("jpeg")
    except (ImportError, AttributeError):  # no notebook: nothing to set
        pass


# -- images -------------------------------------------------------------------------------------------------------


def figure_html(what: Figure | Image.Image, alt: str, caption: str = "", width: int | None = None) -> str:
    """An image as HTML with alt text and a caption; a notebook's image outputs have no place for either.

    A Figure is drawn and closed. width: on the page, in CSS pixels.
    """
    if isinstance(what, Figure):
        width = width or round(what.get_figwidth() * 92)
        buffer = io.BytesIO()
        what.savefig(buffer, format="png")
        plt.close(what)
        what = Image.open(buffer)
    return _framed(_img(what, alt, width or what.width), caption)


def sheet_html(
    rows: Mapping[str, Tensor], alt: str, caption: str = "", titles: Sequence[str] = (), side: int = 96
) -> str:
    """A contact sheet as HTML: name of the row -> float [N, 3, H, W] in [-1, 1]; titles stand over the columns.

    Images travel at their own size and are scaled by the browser to `side` CSS pixels.
    """
    cells, label = [], f"font-size:14px;color:{SOFT};text-align:right;white-space:pre-line"
    named = any(name.strip() for name in rows)
    for i, (name, row) in enumerate(rows.items()):
        pixels = min(row.shape[-1], 5 * side // 4)
        if pixels < row.shape[-1]:
            row = F.interpolate(row, size=(pixels, pixels), mode="area")
        gap = max(1, round(5 * pixels / side))
        row = F.pad(row.clamp(-1, 1).cpu(), (0, gap, 0, 0), value=1.0)
        strip = to_image(torch.cat(list(row), dim=2)[..., :-gap])
        if i == 0 and titles:
            step = side * (pixels + gap) / pixels
            words = "".join(
                f'<span style="display:inline-block;width:{step:.0f}px;text-align:center;white-space:normal;vertical-align:bottom">{t}</span>'
                for t in titles
            )
            cells += ["<span></span>"] * named + [
                f'<span style="font-size:14px;line-height:1.2;color:{SOFT};white-space:nowrap">{words}</span>'
            ]
        if named:
            cells.append(f'<span style="{label}">{html.escape(name.strip())}</span>')
        said = f"{alt} Row: {name.strip()}." if name.strip() else alt
        cells.append(_img(strip, said, round(strip.width * side / pixels)))
    columns = "max-content 1fr" if named else "1fr"
    grid = f'<div style="display:grid;grid-template-columns:{columns};gap:5px 10px;align-items:center">{"".join(cells)}</div>'
    return _framed(grid, caption)


def _img(image: Image.Image, alt: str, width: int) -> str:
    """An image as an <img> of PNG or JPEG, whichever is smaller: label maps are flat, images are not."""
    if not alt.strip():
        raise ValueError(
            "a picture needs an alt text: say in a sentence what a reader who cannot see it should know."
        )
    files = {}
    for kind, options in {
        "png": {"optimize": True},
        "jpeg": {"quality": 82, "subsampling": 0, "optimize": True},
    }.items():
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, kind, **options)
        files[kind] = buffer.getvalue()
    kind = min(files, key=lambda k: len(files[k]))
    code = base64.b64encode(files[kind]).decode()
    return (
        f'<img src="data:image/{kind};base64,{code}" alt="{html.escape(alt)}" width="{width}" '
        'style="max-width:100%;height:auto;margin:0;background:#fff">'
    )


def _framed(page: str, caption: str) -> str:
    note = (
        f'<figcaption style="opacity:.75;max-width:48em;margin-top:4px">{caption}</figcaption>'
        if caption
        else ""
    )
    return f'<figure style="margin:6px 0">{page}{note}</figure>'


def image(what: Figure | Image.Image, alt: str, caption: str = "", width: int | None = None) -> None:
    """Show a figure or a PIL image with its alt text, and a caption below it."""
    _show(figure_html(what, alt, caption, width), alt)


def sheet(
    rows: Mapping[str, Tensor], alt: str, caption: str = "", titles: Sequence[str] = (), side: int = 96
) -> None:
    """Show a labelled contact sheet; see `sheet_html`."""
    _show(sheet_html(rows, alt, caption, titles, side), alt)


def turning_html(
    volumes: Tensor, alt: str, caption: str = "", slider: str = "", threshold: float = 0.5, side: int = 300
) -> str:
    """Volumes float [N, 1, D, H, W] in [0, 1] as HTML: blocks to turn by dragging or with the arrow keys, and where there are several, a
    slider called `slider` that leads from one to the next. It needs no network. Where scripts do not run a picture of the middle
    one stands in its place. side: in CSS pixels."""
    name = f"turn-{secrets.token_hex(6)}"
    solid = (volumes[:, 0] > threshold).cpu().numpy()
    frames = " ".join(base64.b64encode(np.packbits(one)).decode() for one in solid)
    still = _img(
        to_image(pictures(volumes[len(volumes) // 2][None], side, threshold=threshold, blocks=True)),
        alt,
        side,
    )
    lever = (
        f'<label style="display:block;width:{side}px">{html.escape(slider)}<br><input type="range" style="width:100%" min="0" '
        f'max="{len(volumes) - 1}" value="{len(volumes) // 2}"></label>'
    )
    script = Path(__file__).with_name("turn.js").read_text(encoding="utf-8").replace("ROOT", name)
    page = (
        f'<div id="{name}" data-sides="{list(solid.shape[1:])}" data-frames="{frames}"><div class="still">{still}</div>'
        f'<div class="live" hidden><canvas width="{2 * side}" height="{2 * side}" tabindex="0" role="img" aria-label="{html.escape(alt)}" '
        f'style="width:{side}px;height:{side}px;background:#fff;cursor:grab;touch-action:none"></canvas>'
        f"{lever if len(volumes) > 1 else ''}</div><script>{script}</script></div>"
    )
    return _framed(page, caption)


def turning(volumes: Tensor, alt: str, caption: str = "", slider: str = "", threshold: float = 0.5) -> None:
    """Show volumes that can be turned; see `turning_html`."""
    _show(turning_html(volumes, alt, caption, slider, threshold), alt)


def flow(
    boxes: Mapping[str, tuple[float, float, str | Tensor, str]],
    arrows: Sequence[tuple],
    size: tuple[float, float] = (9, 3),
) -> Figure:
    """A diagram. boxes: name -> (x, y, text or image [3, H, W], colour), images about one unit wide;
    arrows: (from, to), or (from, to, bend) for one that takes a bow around something."""
    figure, axes = plt.subplots(figsize=size, layout="none")
    figure.subplots_adjust(0, 0, 1, 1)
    axes.set_axis_off()
    axes.set_aspect("equal")
    half = {}
    for name, (x, y, content, colour) in boxes.items():
        if isinstance(content, str):
            w, h = 0.16 + 0.052 * max(map(len, content.split("\n"))), 0.14 + 0.12 * (1 + content.count("\n"))
            axes.add_patch(FancyBboxPatch(
                (x - w, y - h), 2 * w, 2 * h, boxstyle="round,pad=0,rounding_size=.1", fc=colour + "1c", ec=colour, lw=1.6, zorder=3,
            ))  # fmt: skip
            axes.text(x, y, content, ha="center", va="center", color=colour, fontsize=11, zorder=4)
        else:
            w = h = 0.36
            axes.imshow(to_image(content), extent=(x - w, x + w, y - h, y + h), zorder=3)
            axes.text(x, y - h - 0.05, name, ha="center", va="top", color=colour, fontsize=11)
        half[name] = (w, h)
    for start, end, *bend in arrows:
        (x0, y0), (x1, y1) = boxes[start][:2], boxes[end][:2]
        # From edge to edge along the line between the centres.
        reach = [
            min(half[n][0] / max(abs(x1 - x0), 1e-6), half[n][1] / max(abs(y1 - y0), 1e-6))
            for n in (start, end)
        ]
        ends = [(x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in (reach[0] + 0.03, 1 - reach[1] - 0.03)]
        if bend:  # a bow leaves and arrives at the top
            ends = [(x0, y0 + half[start][1] + 0.03), (x1, y1 + half[end][1] + 0.03)]
        axes.add_patch(FancyArrowPatch(
            *ends, arrowstyle="-|>", mutation_scale=13, color=SOFT, lw=1.4, zorder=2,
            connectionstyle=f"arc3,rad={bend[0] if bend else 0}",
        ))  # fmt: skip
    xs, ys = [b[0] for b in boxes.values()], [b[1] for b in boxes.values()]
    axes.set_xlim(min(xs) - 0.6, max(xs) + 0.9)
    axes.set_ylim(min(ys) - 0.62, max(ys) + (0.85 if any(len(a) > 2 for a in arrows) else 0.5))
    return figure


def overlay(axes, image: Tensor, logits: Tensor, D: PatchGAN, limit: float = 3.0):
    """Lay a map of logits [1, h, w] over its image [3, H, W], each cell on the middle of the patch it judges.

    Green: looks real, purple: looks made, pale: undecided; the colours end at +-limit. The image, for a colour bar.
    """
    axes.imshow(to_image(image).convert("L").convert("RGB"), alpha=0.9)
    rows, columns = logits.shape[-2:]
    (left, top, right, bottom), step = D.patch(0, 0), D.patch(0, 1)[0] - D.patch(0, 0)[0]
    x, y = (left + right) / 2 - step / 2, (top + bottom) / 2 - step / 2
    shown = axes.imshow(
        logits.reshape(rows, columns).cpu(), extent=(x - 0.5, x + columns * step - 0.5, y + rows * step - 0.5, y - 0.5),
        cmap="PRGn", vmin=-limit, vmax=limit, alpha=0.6, interpolation="nearest",
    )  # fmt: skip
    axes.set(xlim=(-0.5, image.shape[-1] - 0.5), ylim=(image.shape[-2] - 0.5, -0.5))
    axes.set_axis_off()
    return shown


def frame(
    axes, image: Tensor, D: PatchGAN | None = None, row: int = 0, column: int = 0, title: str = ""
) -> None:
    """An image [3, H, W]; with D also the frame of the patch behind its logit [row, column]."""
    axes.imshow(to_image(image))
    if D is not None:
        left, top, right, bottom = D.patch(row, column)
        box = plt.Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, ec=L1, lw=2)
        axes.add_patch(box)
    axes.set(xlim=(-0.5, image.shape[-1] - 0.5), ylim=(image.shape[-2] - 0.5, -0.5), title=title)
    axes.set_axis_off()


def crop(image: Tensor, D: PatchGAN, row: int, column: int) -> Tensor:
    """The patch of an image [3, H, W] behind D's logit [row, column]; grey where it reaches over the border."""
    left, top, right, bottom = D.patch(row, column)
    over = D.receptive_field
    wide = F.pad(image, (over, over, over, over))
    return wide[..., top + over : bottom + over, left + over : right + over]


def scores(
    values: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    low: float,
    high: float,
) -> str:
    """A table of numbers as HTML, the darker the higher between low and high; nan is a cell still to come."""
    figure, axes = plt.subplots(figsize=(2.4 + 0.95 * len(columns), 0.9 + 0.5 * len(rows)))
    axes.imshow(
        torch.tensor(values),
        cmap="Purples",
        vmin=low - 0.2 * (high - low),
        vmax=high + 0.2 * (high - low),
        aspect="auto",
    )
    for i, line in enumerate(values):
        for j, value in enumerate(line):
            colour = "white" if value > (low + 2 * high) / 3 else INK
            axes.text(j, i, "…" if value != value else f"{value:.2f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(False)
    axes.set_title(title)
    told = "; ".join(
        f"{row}: {', '.join(f'{v:.2f}' for v in line)}" for row, line in zip(rows, values, strict=True)
    )
    return figure_html(figure, f"{title}, for {', '.join(columns)}. {told}.")


def plane(
    axes,
    real: Tensor,
    made: Tensor | None = None,
    D: Callable[[Tensor], Tensor] | None = None,
    push: Callable[[Tensor], Tensor] | None = None,
    reach: float = 1.6,
    title: str = "",
) -> float:
    """Points [N, 2] of the plane from -reach to reach; behind them what D says, and arrows where a loss pushes made points.

    D: points -> logits; green: looks real, purple: looks made.  push: points -> arrows, drawn to scale: the longest spans a cell
    of the grid and a half. Returns the length of the longest, 0 without arrows.
    """
    line, longest = torch.linspace(-reach, reach, 81), 0.0
    if D is not None:
        grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1).reshape(-1, 2)
        with torch.no_grad():
            says = D(grid).sigmoid().reshape(81, 81)
        axes.imshow(says, extent=(-reach, reach) * 2, origin="lower", cmap="PRGn", vmin=0, vmax=1, alpha=0.55)
    axes.plot(*real.T, ".", ms=3, color=SOFT, alpha=0.5)
    if made is not None:
        axes.plot(*made.T, ".", ms=3, color=L1, alpha=0.6)
    if push is not None:
        at = torch.stack(torch.meshgrid(line[4::8], line[4::8], indexing="xy"), -1).reshape(-1, 2)
        arrows = push(at)
        longest = arrows.norm(dim=1).max().item()
        scale = longest / (1.5 * (line[8] - line[0]).item()) or 1.0
        axes.quiver(*at.T, *arrows.T, angles="xy", scale_units="xy", scale=scale, color=GAN, width=0.006)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", title=title)
    axes.grid(False)
    return longest


# -- words and numbers ----------------------------------------------------------------------------------------------


def table(header: Sequence[str], rows: Sequence[Sequence], folded: str = "") -> None:
    """Show a table; floats are shortened to four digits, cells may hold Markdown and LaTeX.

    folded: what to call it where it is shown folded away, for what only some readers want.
    """

    def cell(value) -> str:
        return f"{value:.4g}" if isinstance(value, float) else in_table(str(value))

    lines = [header, ["---"] * len(header), *rows]
    page = "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)
    if folded:
        page = f"<details><summary>{html.escape(folded)}</summary>\n\n{page}\n\n</details>"
    display(Markdown(page))


def count(*parts: nn.Module) -> str:
    """How many weights (and biases) these networks have together, as 1,234,567."""
    return f"{sum(p.numel() for part in parts for p in part.parameters()):,}"


def layers(name: str, net: nn.Module, *inputs: Tensor, **named: Tensor) -> None:
    """Show the layers of a network that have weights, in the order in which these inputs go through them.

    Columns: layer, kernel / stride / padding, the shape of what comes out for one image, weights. A norm stands with the layer
    before it; layers that follow one another three times or more with the same figures stand there once. The network is
    copied: its statistics and the dice stay as they are.
    """
    rows = _repeats([[*row[:3], f"{row[3]:,}"] for row in _traced(net, inputs, named)])
    table(
        [f"{name}: layer", "k / s / p", "out", "weights"], [*rows, ["**sum**", "", "", f"**{count(net)}**"]]
    )


def _traced(net: nn.Module, inputs: Sequence[Tensor], named: Mapping[str, Tensor]) -> list[list]:
    """Rows of `layers`, one for each call of a module that has weights of its own; doubling and the convolution behind it are one."""
    rows, net = [], copy.deepcopy(net).eval()
    within = {inner for module in net.modules() if isinstance(module, Resized) for inner in module.modules()}

    def note_row(module: nn.Module, _, out) -> None:
        weighted = module[-1] if isinstance(module, Resized) else module
        own, name = sum(p.numel() for p in weighted.parameters()), type(weighted).__name__
        if not own:
            return
        if "Norm" in name and rows:
            rows[-1][0] += f", {name}"
            rows[-1][3] += own
            return
        plan = ""
        if isinstance(weighted, nn.modules.conv._ConvNd):
            plan = f"{weighted.kernel_size[0]} / {weighted.stride[0]} / {weighted.padding[0]}"
            plan += f", dilated {weighted.dilation[0]}" if weighted.dilation[0] > 1 else ""
        shape = " × ".join(map(str, out.shape[1:])) if torch.is_tensor(out) else ""
        rows.append([f"doubling, {name}" if weighted is not module else name, plan, shape, own])

    for module in net.modules():
        if isinstance(module, Resized) or (module not in within and not any(True for _ in module.children())):
            module.register_forward_hook(note_row)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        net(*inputs, **named)
    return rows


def _repeats(rows: list[list]) -> list[list]:
    """The rows, with a group of up to eight that stands there three times or more in a row named once and multiplied."""
    kept, at = [], 0
    while at < len(rows):
        for period in range(1, 9):
            group, times = rows[at : at + period], 1
            while rows[at + times * period : at + (times + 1) * period] == group:
                times += 1
            if times > 2:
                place = [f" ({i + 1} of {period})" if period > 1 else "" for i in range(period)]
                kept += [
                    [f"{times} × {row[0]}{where}", *row[1:3], f"{times} × {row[3]}"]
                    for row, where in zip(group, place, strict=True)
                ]
                at += times * period
                break
        else:
            kept.append(rows[at])
            at += 1
    return kept


def source(*things) -> None:
    """Show the source of functions, methods or classes of the package, as it is being run."""
    code = "\n\n".join(textwrap.dedent(inspect.getsource(thing)).rstrip() for thing in things)
    display(Markdown(f"```python\n{code}\n```"))


def terms(method: Method, parts: Terms, symbols: Mapping[str, str], step: int = 0) -> None:
    """Show what a loss method returned: name in the code, symbol, value, factor, and what is added up."""
    weights = method.weights(step)
    rows = [[f"`{k}`", symbols[k], v.item(), weights[k], weights[k] * v.item()] for k, v in parts.items()]
    table(["in the code", "in the paper", "value", "factor", "factor × value"],
          [*rows, ["**sum**", "", "", "", f"**{sum(row[-1] for row in rows):.4g}**"]])  # fmt: skip


def coloured(text: str, colour: str) -> str:
    """Markdown of text in a colour."""
    return f'<span style="color:{colour}">{text}</span>'


def game(text: str) -> str:
    """Markdown of text in the colour of the adversarial terms."""
    return coloured(text, GAN)


def ruler(text: str) -> str:
    """Markdown of text in the colour of L1 and of other distances."""
    return coloured(text, L1)


_MARKS = {HOLDS: "✓", UNDECIDED: "?", CONTRADICTED: "✗"}
_TINTS = {HOLDS: GREEN, UNDECIDED: SOFT, CONTRADICTED: L1}


def claim(name: str) -> None:
    """Show what a claim says, what was measured, and what follows. KeyError if nothing was, except under FAST=1."""
    result, what = recorded(name), CLAIMS.get(name)
    if result is None or what is None:
        if not fast():
            raise KeyError(
                f"no figures are recorded for the claim {name!r}: run `python -m i2i claims {name} --run`"
            )
        display(Markdown(f"*The claim `{name}` has no recorded figures in this copy.*"))
        return
    parts = what.decided(result["figures"])
    listed = [f"- {_MARKS[verdict]} {comparison}" for comparison, verdict in parts if len(parts) > 1]
    verdict = result["verdict"]
    display(
        Markdown(
            f"**Claim `{name}`.** {what.says[0].upper()}{what.says[1:]} ({what.where}).  \n"
            f"**Counts as holding when** {what.test}.  \n"
            f"**Measured {result['date']}: {coloured(f'{_MARKS[verdict]} {verdict}', _TINTS[verdict])}**"
            + "\n\n" * bool(listed)
            + "\n".join(listed)
        )
    )
    page = _claims_table(result["figures"], [name for part, _ in parts for name in part.names])
    display(Markdown(page + (f"\n\n*{what.also[0].upper()}{what.also[1:]}.*" if what.also else "")))


def _claims_table(figures: Figures, compared: Sequence[str]) -> str:
    """The figures as a table. Where it has more than six columns, those that are compared (and the first ones, up to four); the
    whole of it is folded away below."""
    table = as_table(figures)
    if table is None or len(table[0]) <= WIDE:
        return markdown(figures)
    decide = {name.partition(" | ")[2] for name in compared}
    others = [column for column in table[0] if column not in decide]
    kept = decide | set(others[: max(0, 4 - len(decide))])
    few = _in_parts(figures, [column for column in table[0] if column in kept])
    whole = _in_parts(figures, table[0])
    return f"{few}\n\n<details><summary>All {len(table[0])} columns</summary>\n\n{whole}\n\n</details>"


def _in_parts(figures: Figures, columns: Sequence[str]) -> str:
    """These columns of the figures as tables below one another, none wider than a slide: those that begin with the same word
    together, where each such word has several; else six at a time."""
    if len(columns) <= WIDE:
        parts = [list(columns)]
    else:
        first: dict[str, list[str]] = {}
        for column in columns:
            first.setdefault(column.partition(" ")[0], []).append(column)
        parts = [*first.values()]
        if not all(1 < len(part) <= WIDE for part in parts):
            parts = [list(columns[i : i + WIDE]) for i in range(0, len(columns), WIDE)]
    return "\n\n".join(
        markdown({name: value for name, value in figures.items() if name.partition(" | ")[2] in part})
        for part in parts
    )


# -- things that move -----------------------------------------------------------------------------------------------


class _NoWidgets:
    """In the place of ipywidgets where it is missing: whatever is asked of it is nothing, and nothing is shown."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def widgets():
    """The module ipywidgets, or a stand-in where it is missing: a notebook's controls then give way to their sentences."""
    try:
        import ipywidgets
    except ImportError:
        return _NoWidgets()
    return ipywidgets


def widgets_work() -> bool:
    """Whether ipywidgets is here in a version that can be shown beside a sentence: 8 or later."""
    try:
        import ipywidgets
    except ImportError:
        return False
    return int(ipywidgets.__version__.partition(".")[0]) >= 8


def widget(what: Widget, instead: str) -> None:
    """Show a widget; where no notebook runs (a web page, a printout) the sentence `instead` stands in its place. It is printed where
    ipywidgets is missing or older than version 8, as on some hosts of notebooks."""
    if not widgets_work():
        print(instead)
        return
    bundle = what._repr_mimebundle_()
    bundle["text/plain"] = instead
    display(bundle, raw=True)


def control(draw: Callable[..., str], instead: str, **controls: Widget) -> None:
    """Show controls above what `draw(**values)` returns: HTML, as `figure_html` and `sheet_html` make it."""
    if not widgets_work():
        print(instead)
        return
    import ipywidgets as w

    page = w.HTML()

    def redraw(_=None) -> None:
        page.value = draw(**{name: c.value for name, c in controls.items()})

    for one in controls.values():
        one.observe(redraw, "value")
    redraw()
    widget(w.VBox([w.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), page]), instead)


class Board:
    """A place on the page that can be written again and again; the last state is what the notebook keeps."""

    def __init__(self):
        self.handle = None

    def show(self, page: str) -> None:
        """page: HTML, as `figure_html` and `sheet_html` make it."""
        if self.handle is None:
            self.handle = display(HTML(page), display_id=True)
        else:
            self.handle.update(HTML(page))


class Live:
    """Watches a training: `trainer.fit(watch=Live(batch, colours))` redraws curves and samples in one place.

    batch: x, and y where known, to translate meanwhile.  names: term -> (legend, colour); other terms are not drawn.
    """

    def __init__(
        self, batch: Batch, names: Mapping[str, tuple[str, str]], seconds: float = 5, title: str = ""
    ):
        self.batch, self.names, self.seconds, self.title = batch, names, seconds, title
        self.curves: dict[str, list[float]] = {}
        self.board, self.drawn = Board(), 0.0

    def __call__(self, trainer: Trainer, terms: dict[str, float]) -> None:
        for name in self.names.keys() & terms.keys():
            self.curves.setdefault(name, []).append(terms[name])
        if trainer.done or time.monotonic() - self.drawn > self.seconds:
            self.draw(trainer)
            self.drawn = time.monotonic()

    def draw(self, trainer: Trainer) -> None:
        x = self.batch["x"]
        with (
            torch.no_grad(),
            torch.random.fork_rng(devices=[]),
        ):  # looking must not change the training's dice
            controls = (
                {"mask": self.batch["mask"].to(trainer.device)} if "mask" in trainer.average.controls else {}
            )
            made = trainer.average.translate(x.to(trainer.device), **controls).float().cpu()
        rows = {"x": x, "G(x)": made} | ({"y": self.batch["y"]} if "y" in self.batch else {})
        figure, axes = plt.subplots(figsize=(4.6, 3.4))
        drawn = {name: _smooth(self.curves[name]) for name in self.names if name in self.curves}
        for name, values in drawn.items():
            legend, colour = self.names[name]
            axes.plot(values, color=colour, label=legend)
        sizes = [abs(v) for values in drawn.values() for v in values]
        wide = min(sizes) > 0 and max(sizes) > 10 * min(sizes)
        axes.set(
            xlabel="step",
            ylabel="loss, log scale" if wide else "loss",
            yscale="log" if wide else "linear",
            title=self.title,
        )
        axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.2))
        count = max(map(len, self.curves.values()))
        ends = ", ".join(f"{self.names[k][0]} {v[-1]:.2g}" for k, v in drawn.items())
        curves = figure_html(figure, f"Loss curves after {count} steps, now at {ends}.")
        samples = sheet_html(
            rows, f"Inputs x, outputs G(x) and true answers y after {count} steps.", f"{count} steps", side=80
        )
        self.board.show(
            f'<div style="display:flex;flex-wrap:wrap;gap:24px;align-items:center">{curves}{samples}</div>'
        )


def _smooth(values: Sequence[float], keep: float = 0.93) -> list[float]:
    """Running mean, without the pull to the first value."""
    mean, weight, out = 0.0, 0.0, []
    for value in values:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + 1 - keep
        out.append(mean / weight)
    return out


def note(text: str, tint: str = LILAC) -> str:
    """HTML of a tinted note; text is trusted HTML."""
    return (
        f'<div style="background:{tint};color:{INK};border-radius:10px;padding:10px 14px;margin:6px 0;max-width:52em;'
        f'line-height:1.5">{text}</div>'
    )


def _show(page: str, plain: str, kept: dict | None = None) -> None:
    display({"text/html": page, "text/plain": plain}, metadata=kept or {}, raw=True)


def say(page: str, plain: str, kept: dict | None = None) -> None:
    """Show HTML in a notebook, and the plain text elsewhere. kept: what the notebook's file keeps with it, unseen."""
    if get_ipython() is None:
        print(plain)
    else:
        _show(page, plain, kept)
