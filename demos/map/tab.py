"""The Map: the papers of the five lectures by family, and an index from lecture topics to what is here."""

from __future__ import annotations

import html
from dataclasses import dataclass

import gradio as gr

from i2i.claims import CLAIMS

from ..inpainting import tab as inpainting
from ..paired import tab as paired
from ..superres import enlargers
from ..superres import tab as superres
from ..unpaired import dtn_digits, dtn_faces, ost, scene, stargan
from ..unpaired.subjects import SUBJECTS
from ..widgets import look, strip


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
        (
            "super-resolution: what a squared error cannot bring back",
            "super-resolution",
            "12_super_resolution",
            ("perceptual-against-pixel",),
        ),
        (
            "SRGAN: content loss and a thousandth of an adversary",
            "super-resolution",
            "12_super_resolution",
            ("srgan-against-srresnet", "super-resolution"),
        ),
        (
            "inpainting: a global and a patch discriminator",
            "inpainting",
            "13_inpainting",
            ("global-and-patch",),
        ),
    ],
    "Image to image translation using GANs": [
        ("which patch size", "paired", "02_patchgan", ("patch-size",)),
        (
            "DTN: a translation keeps what f sees",
            "unpaired",
            "07_partial_supervision",
            ("constancy-keeps-content",),
        ),
        ("OST: one picture of the source", "unpaired", "07_partial_supervision", ("one-shot",)),
        (
            "StarGAN: one generator for many domains",
            "unpaired",
            "06_one_model_many_domains",
            ("zero-padding", "one-for-many"),
        ),
    ],
    "Conditional GAN and translation": [
        ("why the mean is blurred: L2 and L1", "paired", "01_pix2pix", ("best-constant", "blur")),
        ("fully convolutional: larger pictures than in training", "paired", "02_patchgan", ("any-size",)),
        ("skips: U-Net against encoder-decoder", "paired", "01_pix2pix", ("skips", "fcn-score")),
        ("the FCN-score: can the picture be read back?", "paired", "01_pix2pix", ("fcn-score",)),
    ],
}


def _tab_of() -> dict[str, str]:
    """method -> the tab that shows it, of those whose models are here."""
    unpaired = {method for key in scene.available() for method in scene.methods(key)}
    if unpaired:  # the cards of that tab
        unpaired |= {
            m
            for m, card in (("stargan", stargan), ("ost", ost), ("dtn", dtn_digits), ("dtn", dtn_faces))
            if card.available()
        }
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
    night = (
        scene.thumbnails("icons", scene.methods("icons")[0], "xy")[:3] if "icons" in scene.available() else ()
    )
    each = 1 if night else 2
    found = [
        ("Paired", paired.SUBJECTS[key].title, e)
        for key in paired.available()
        for e in paired.thumbnails(key)[:each]
    ]
    found += [("Unpaired", SUBJECTS["icons"].title, e) for e in night]
    if superres.available():
        small, large = (strip.thumbnail(p) for p in superres.before_and_after())
        found.append(
            (
                "Super-resolution",
                "four times the sides",
                {"name": "part of a photograph", "before": small, "after": large},
            )
        )
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
            css_template=look.text(__file__, "tab.css"), js_on_load=look.text(__file__, "tab.js"), apply_default_css=False, elem_id="map", elem_classes="bare",
        )  # fmt: skip


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
