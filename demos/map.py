"""The Map: the papers of the five lectures by family, and an index from lecture topics to what is here."""

from __future__ import annotations

import html
from dataclasses import dataclass

import gradio as gr

from i2i.claims import CLAIMS

from . import digits, enlargers, faces, inpainting, oneshot, paired, scene, strip, styles, superres
from .domains import SUBJECTS


@dataclass(frozen=True)
class Paper:
    """name, year, arXiv number ("" if it has none), the idea in a few words; method: its key in METHODS once it is here."""

    name: str
    year: int
    arxiv: str
    idea: str
    method: str = ""


FAMILIES: dict[str, tuple[str, list[Paper]]] = {
    "Conditional": (
        "say what to make",
        [
            Paper("cGAN", 2014, "1411.1784", "give the label to G and to D", "cgan"),
            Paper("BigGAN", 2018, "1809.11096", "classes at scale, by conditional norm", "biggan"),
        ],
    ),
    "Paired": (
        "a pair for every example",
        [
            Paper("pix2pix", 2016, "1611.07004", "L1 for the layout, a patch critic for the texture", "pix2pix"),
            Paper("CRN", 2017, "1707.09405", "no critic: match the features of a frozen net"),
            Paper("pix2pixHD", 2017, "1711.11585", "coarse to fine, critics at three scales"),
            Paper("BicycleGAN", 2017, "1711.11586", "many answers: code to picture and back", "bicyclegan"),
        ],
    ),
    "Unpaired": (
        "two heaps, no pairs",
        [
            Paper("CycleGAN", 2017, "1703.10593", "there and back again", "cyclegan"),
            Paper("DiscoGAN", 2017, "1703.05192", "relations across domains", "discogan"),
            Paper("DualGAN", 2017, "1704.02510", "dual learning with a Wasserstein critic", "dualgan"),
            Paper("DistanceGAN", 2017, "1706.00826", "one side, if distances are kept", "distancegan"),
            Paper("UNIT", 2017, "1703.00848", "one latent space for two domains", "unit"),
            Paper("DTN", 2016, "1611.02200", "keep what a fixed f sees", "dtn"),
            Paper("OST", 2018, "1806.06029", "one picture of the source is enough", "ost"),
        ],
    ),
    "Multimodal": (
        "one input, many answers",
        [
            Paper("MUNIT", 2018, "1804.04732", "content and style apart", "munit"),
            Paper("Augmented CycleGAN", 2018, "1802.10151", "a code for what the other side lacks", "augmented_cyclegan"),
            Paper("MAD-GAN", 2017, "1704.02906", "several generators, told apart by D", "mad_gan"),
            Paper("DRIT", 2018, "1905.01270", "disentangled, with a content critic"),
        ],
    ),
    "Many domains": (
        "one net for all",
        [
            Paper("StarGAN", 2017, "1711.09020", "the target domain is an input", "stargan"),
            Paper("SDIT", 2019, "1908.06881", "scalable and diverse"),
            Paper("DeepI2I", 2020, "2011.05867", "deep hierarchies, by transfer from GANs", "deepi2i"),
        ],
    ),
    "Applications": (
        "the same game elsewhere",
        [
            Paper("SRCNN", 2014, "1501.00092", "three convolutions mend an enlarged picture", "srcnn"),
            Paper("SRResNet", 2016, "1609.04802", "deeper, and the mean of all answers", "srresnet"),
            Paper("SRGAN", 2016, "1609.04802", "sharper than the mean of all answers", "srgan"),
            Paper("PGGAN inpainting", 2018, "1803.07422", "a patch critic and a global one", "pggan"),
            Paper("IcGAN", 2016, "1611.06355", "invert, edit one attribute, draw again", "icgan"),
            Paper("3D-GAN", 2016, "1610.07584", "voxels from noise", "gan3d"),
        ],
    ),
}  # fmt: skip

# lecture -> topics, each with the tab, the notebook, and the claims that measure it
LECTURES: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = {
    "Generation across domains": [
        ("the objective of pix2pix: cGAN + λ L1", "paired", "01_pix2pix", ("fcn-score", "blur")),
        ("PatchGAN: a critic of patches", "paired", "02_patchgan", ("patch-size", "any-size")),
        ("noise only as dropout", "paired", "01_pix2pix", ("dropout-diversity",)),
        ("D is shown the input too", "paired", "01_pix2pix", ("conditioning",)),
        ("super-resolution: what a squared error cannot bring back", "super-resolution", "12_super_resolution", ("perceptual-against-pixel",)),
        ("SRGAN: content loss and a thousandth of an adversary", "super-resolution", "12_super_resolution", ("srgan-against-srresnet", "super-resolution")),
        ("inpainting: a global and a patch discriminator", "inpainting", "13_inpainting", ("global-and-patch",)),
    ],
    "Image to image translation using GANs": [
        ("which patch size", "paired", "02_patchgan", ("patch-size",)),
        ("DTN: a translation keeps what f sees", "unpaired", "07_partial_supervision", ("constancy-keeps-content",)),
        ("OST: one picture of the source", "unpaired", "07_partial_supervision", ("one-shot",)),
        ("StarGAN: one generator for many domains", "unpaired", "06_one_model_many_domains", ("zero-padding", "one-for-many")),
    ],
    "Conditional GAN and translation": [
        ("why the mean is blurred: L2 and L1", "paired", "01_pix2pix", ("best-constant", "blur")),
        ("fully convolutional: larger pictures than in training", "paired", "02_patchgan", ("any-size",)),
        ("skips: U-Net against encoder-decoder", "paired", "01_pix2pix", ("skips", "fcn-score")),
        ("the FCN-score: can the picture be read back?", "paired", "01_pix2pix", ("fcn-score",)),
    ],
}

_CSS = """
.map { columns: 330px 3; column-gap: 18px; }
.map section { break-inside: avoid; margin: 0 0 18px; }
.map { margin-bottom: 0; } .map section:last-child { margin-bottom: 18px; }
.map section, .index { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 16px; }
.map h2 { font-size: 17px; margin: 0; color: var(--ink); font-weight: 750; } .map h2 small { font-weight: 400; font-size: 13.5px; color: var(--soft); margin-left: 6px; }
.map ul { list-style: none; margin: 10px 0 0; padding: 0; display: flex; flex-direction: column; gap: 6px; }
.map li { margin: 0; }
.paper { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; width: 100%; text-align: left; text-decoration: none; font: inherit; color: var(--soft);
  border: 1px solid transparent; border-radius: 10px; padding: 6px 10px; background: transparent; }
.paper b { color: var(--ink); font-weight: 600; font-size: 14.5px; } .paper i { font-style: normal; font-size: 12.5px; } .paper span { grid-column: 1 / 3; font-size: 13px; line-height: 1.35; }
a.paper:hover { border-color: var(--line); }
.paper.here { background: var(--lilac); border-color: var(--violet); cursor: pointer; } .paper.here b { color: var(--violet); }
.paper.here:hover { box-shadow: 0 0 0 1px var(--violet); }
.index { margin-top: 18px; overflow-x: auto; } .index table { border-collapse: collapse; width: 100%; min-width: 520px; margin: 8px 0 10px; font-size: 14px; }
.index th, .index td { text-align: left; padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; color: var(--ink); }
.index th { color: var(--soft); font-weight: 600; font-size: 12.5px; } .index code { font-size: 12.5px; background: var(--track); padding: 1px 6px; border-radius: 6px; }
.index button { font: inherit; color: var(--violet); background: none; border: 0; padding: 0; cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
.hero { display: grid; grid-template-columns: repeat(auto-fit, minmax(206px, 1fr)); gap: 14px; margin: 14px 0 18px; }
.hero button { display: flex; flex-direction: column; gap: 6px; padding: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; cursor: pointer; font: inherit; color: var(--soft); font-size: 13px; }
.hero button:hover { border-color: var(--violet); } .hero span { display: flex; gap: 6px; align-items: center; justify-content: space-evenly; }
.hero img { width: 42%; aspect-ratio: 1; border-radius: 10px; object-fit: cover; } .hero em { font-style: normal; color: var(--violet); font-size: 18px; }
"""

_JS = """
element.addEventListener('click', e => {
  const go = e.target.closest('[data-go]'); if (!go) return;
  const name = go.dataset.go;
  const tab = [...document.querySelectorAll('#tabs button[role=tab]')].find(b => b.textContent.trim() === name);
  if (tab) { tab.click(); window.scrollTo({top: 0}); }
});
"""


def _tab_of() -> dict[str, str]:
    """method -> the tab that shows it, of those whose models are here."""
    unpaired = {method for key in scene.available() for method in scene.methods(key)}
    if unpaired:  # the cards of that tab
        unpaired |= {m for m, card in (("stargan", styles), ("ost", oneshot), ("dtn", digits), ("dtn", faces)) if card.available()}
    large = {"srgan" if key == "content" else key for key in enlargers.models()}
    return (
        dict.fromkeys(["pix2pix"] if paired.available() else [], "Paired") | dict.fromkeys(unpaired, "Unpaired")
        | dict.fromkeys(["pggan"] if inpainting.available() else [], "Inpainting") | dict.fromkeys(large, "Super-resolution")
    )  # fmt: skip


def _paper(paper: Paper, tab_of: dict[str, str]) -> str:
    text = f"<b>{html.escape(paper.name)}</b><i>{paper.year}</i><span>{html.escape(paper.idea)}</span>"
    if paper.method in tab_of:
        return f'<li><button type="button" class="paper here" data-go="{tab_of[paper.method]}">{text}</button></li>'
    return f'<li><a class="paper" href="https://arxiv.org/abs/{paper.arxiv}" target="_blank" rel="noopener">{text}</a></li>'


def _index() -> str:
    rows = []
    for lecture, topics in LECTURES.items():
        for i, (topic, tab, notebook, claims) in enumerate(topics):
            name = f'<td rowspan="{len(topics)}">{html.escape(lecture)}</td>' if i == 0 else ""
            measured = " ".join(f'<code title="{html.escape(CLAIMS[c].says)}">{c}</code>' for c in claims)
            rows.append(
                f'<tr>{name}<td>{html.escape(topic)}</td><td><button type="button" data-go="{tab.capitalize()}">{tab.capitalize()}</button></td>'
                f"<td><code>{notebook}</code></td><td>{measured}</td></tr>"
            )
    return (
        '<div class="index"><h2 class="label">From the lectures to what is here</h2><table><thead><tr><th>Lecture</th><th>Topic</th><th>Tab</th><th>Notebook</th>'
        f"<th>Claims</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        '<p class="small"><code>make notebook</code> opens the notebooks; <code>python -m i2i claims NAME</code> prints what was measured.</p></div>'
    )


def _hero() -> str:
    """A few examples of each tab; nothing that would have to be read from disk first."""
    night = scene.thumbnails("icons", scene.methods("icons")[0], "xy")[:3] if "icons" in scene.available() else ()
    each = 1 if night else 2
    found = [("Paired", paired.SUBJECTS[key].title, e) for key in paired.available() for e in paired.thumbnails(key)[:each]]
    found += [("Unpaired", SUBJECTS["icons"].title, e) for e in night]
    if superres.available():
        small, large = (strip.thumbnail(p) for p in superres.before_and_after())
        found.append(("Super-resolution", "four times the sides", {"name": "part of a photograph", "before": small, "after": large}))
    shown = "".join(
        f'<button type="button" data-go="{tab}"><span><img src="{e["before"]}" alt="input: {e["name"]}"><em>→</em>'
        f'<img src="{e["after"]}" alt="made: {e["name"]}"></span>{tab}: {title}</button>'
        for tab, title, e in found
    )
    return f'<div class="hero">{shown}</div>'


def tab() -> None:
    """Build the Map."""
    here = _tab_of()
    families = "".join(
        f"<section><h2>{html.escape(name)}<small>{html.escape(motto)}</small></h2><ul>{''.join(_paper(p, here) for p in papers)}</ul></section>"
        for name, (motto, papers) in FAMILIES.items()
    )
    with gr.Tab("Map", id="map"):
        gr.HTML(
            '<p class="lead"><b>Turn one picture into another.</b> What kind of examples you have decides what kind of game you '
            "can play. Papers in violet run here; the others open at arXiv.</p>"
            f'{_hero()}<div class="map">{families}</div>{_index()}',
            css_template=_CSS, js_on_load=_JS, apply_default_css=False, elem_id="map", elem_classes="bare",
        )  # fmt: skip


if __name__ == "__main__":
    from . import look

    look.page(tab).launch(**look.LAUNCH)
