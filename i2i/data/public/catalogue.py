"""The public datasets: where each one lives, under which terms, how it is split, who uses it.

Plain facts, no work: `download.fetch` reads an entry and does what it says. `root` and `find` are the one
place that knows where datasets are kept. A sha256 in here was published by people who had fetched the file
(TensorFlow Datasets for the CycleGAN sets and MNIST, for one); where nobody did, the field is None and the
first fetch records what it saw.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...files import dataset_homes
from ..folders import NotInstalled


@dataclass(frozen=True)
class File:
    """One file of a dataset, the same bytes at each of `urls`, which are tried in that order."""

    urls: tuple[str, ...]
    name: str
    sha256: str | None = None  # whole or a prefix, in hex; None: trust the first fetch and compare later ones
    bytes: int | None = None


@dataclass(frozen=True)
class Dataset:
    """What a reader of the gallery, and `download.fetch`, must know about a dataset.

    `layout` names the way from the files to the folder: a key of `download.UNPACK`, or a function
    `layout(files: dict[str, Path], out: Path)`. An entry without files cannot be fetched; its note says why.
    """

    name: str
    title: str
    home: str
    files: tuple[File, ...]
    licence: str
    cite: str
    layout: str | Callable[[dict[str, Path], Path], None] = "archive"
    split: str = ""
    note: str = ""


def root() -> Path:
    """The folder to fetch datasets into: `$I2I_DATA` if it is set and can be written, else `./data`.

    A folder that does not exist yet counts as writable where its nearest existing parent is.
    """
    for home in dataset_homes():
        standing = next((p for p in (home, *home.absolute().parents) if p.exists()), home)
        if standing.is_dir() and os.access(standing, os.W_OK | os.X_OK):
            return home
    return Path("data")


def find(name: str) -> Path | None:
    """The folder of the dataset `name` in `$I2I_DATA` or, failing that, `./data`; None if neither has it.

    Both are searched even when `$I2I_DATA` is set, since a read-only `$I2I_DATA` sends downloads to `./data`.
    """
    return next((home / name for home in dataset_homes() if (home / name).is_dir()), None)


# The pix2pix and CycleGAN sets.

_ISOLA = "Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, CVPR 2017"
_ZHU = (
    "Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks, ICCV 2017"
)
_SHIPPED = "as shipped by the authors; where there is no val, a fixed tenth of train by hash"


def require(name: str) -> Path:
    """The folder of an installed dataset. NotInstalled, with the command that installs it, if there is none."""
    folder = find(name)
    if folder is None:
        raise NotInstalled(
            f"the dataset '{name}' is not installed: run `python -m i2i data {name}`, or point I2I_DATA at it."
        )
    return folder


def _pix2pix(name: str, title: str, licence: str, cite: str, *, bytes: int | None = None, **more) -> Dataset:
    file = f"{name}.tar.gz"
    urls = (
        f"https://efrosgans.eecs.berkeley.edu/pix2pix/datasets/{file}",
        f"https://people.eecs.berkeley.edu/~tinghuiz/projects/pix2pix/datasets/{file}",
    )
    more = {"split": _SHIPPED, **more}
    return Dataset(
        name,
        title,
        "https://phillipi.github.io/pix2pix/",
        (File(urls, file, None, bytes),),
        licence,
        f"{cite}; {_ISOLA}",
        **more,
    )


def _cyclegan(name: str, title: str, sha256: str, bytes: int, **more) -> Dataset:
    file = f"{name}.zip"
    urls = (
        f"https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/{file}",
        f"http://efrosgans.eecs.berkeley.edu/cyclegan/datasets/{file}",
        f"https://people.eecs.berkeley.edu/~taesung_park/CycleGAN/datasets/{file}",
    )
    more = {"licence": "no terms stated; the pictures belong to their owners: research and teaching", **more}
    return Dataset(
        name,
        title,
        "https://junyanz.github.io/CycleGAN/",
        (File(urls, file, sha256, bytes),),
        cite=_ZHU,
        split=_SHIPPED + "; folders trainA, trainB, testA, testB",
        **more,
    )


_PAINTINGS = {"licence": "pictures from WikiArt and Flickr, each its owner's: research and teaching"}

# The emoji styles. Tags and commits are pinned, so that two fetches see the same drawings.

_OPENMOJI = "https://github.com/hfg-gmuend/openmoji/releases/download/15.1.0"
_CODELOAD = "https://codeload.github.com"
_EMOJI = Dataset(
    "emoji",
    "Emoji in five drawing styles (OpenMoji line and colour, Twemoji, Noto, Fluent 3D)",
    "https://openmoji.org, https://github.com/jdecked/twemoji, https://github.com/googlefonts/noto-emoji, "
    "https://github.com/microsoft/fluentui-emoji",
    (
        File(
            ("https://raw.githubusercontent.com/hfg-gmuend/openmoji/15.1.0/data/openmoji.json",),
            "openmoji.json",
        ),
        File((f"{_OPENMOJI}/openmoji-72x72-black.zip",), "openmoji-line.zip"),
        File((f"{_OPENMOJI}/openmoji-618x618-color.zip",), "openmoji.zip"),
        File((f"{_CODELOAD}/jdecked/twemoji/zip/refs/tags/v15.1.0",), "twemoji.zip"),
        File((f"{_CODELOAD}/googlefonts/noto-emoji/zip/refs/tags/v2.042",), "noto.zip"),
        File(
            (f"{_CODELOAD}/microsoft/fluentui-emoji/zip/62ecdc0d7ca5c6df32148c169556bc8d3782fca4",),
            "fluent.zip",
        ),
    ),
    licence="OpenMoji CC BY-SA 4.0; Twemoji graphics CC BY 4.0; Noto Apache 2.0; Fluent Emoji MIT",
    cite="OpenMoji (HfG Schwäbisch Gmünd); Twemoji (Twitter and contributors); Noto Emoji (Google); "
    "Fluent Emoji (Microsoft)",
    layout="emoji",
    split="by sha256(code) mod 100: below 10 left out, 10 to 21 test, the rest train",
    note="five of the eight styles of the recipes: fluent-flat, fluent-color and fluent-line are published "
    "as SVG and need a renderer, and twemoji is its 72-px PNG enlarged where the recipes used rendered SVG; "
    "a concept is kept if all five styles draw it, so the list differs a little from the recipes'; the "
    "archives are whole repositories, large, and their host offers no resume",
)

# Digits: four files, the same at each mirror.


def _mnist(name: str) -> File:
    known = {
        "train-images": ("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422),
        "train-labels": ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881),
        "t10k-images": ("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877),
        "t10k-labels": ("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542),
    }
    file = f"{name}-idx{3 if name.endswith('images') else 1}-ubyte.gz"
    mirrors = (
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        "http://yann.lecun.com/exdb/mnist",
    )
    return File(tuple(f"{m}/{file}" for m in mirrors), file, *known[name])


_LECUN = "LeCun et al., Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998"
_BSDS = "eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz"

_ALL = (
    _pix2pix(
        "facades",
        "CMP facades, the pix2pix version",
        "published for research by CTU Prague without a licence text: research and teaching",
        "Tyleček, Šára, Spatial Pattern Templates for Recognition of Objects with Regular Structure, "
        "GCPR 2013",
        bytes=30_168_306,
        split="400 train, 100 val, 106 test, as shipped: 512x256 files, photograph left, label map right",
    ),
    _pix2pix(
        "maps",
        "Aerial photographs and maps of New York",
        "pictures from Google Maps, under Google's terms: research and teaching",
        "Google Maps",
        split="1,096 train and 1,098 val, as shipped: side by side, photograph left, map right",
    ),
    _pix2pix(
        "edges2shoes",
        "Shoes and their edges (50,000 pairs, about 2 GB)",
        "UT Zappos50K: non-commercial research only",
        "Yu, Grauman, Fine-Grained Visual Comparisons with Local Learning, CVPR 2014; "
        "Xie, Tu, Holistically-Nested Edge Detection, ICCV 2015",
        split="49,825 train and 200 val, as shipped: side by side, edges left, photograph right",
    ),
    _pix2pix(
        "edges2handbags",
        "Handbags and their edges (137,000 pairs, about 8 GB)",
        "photographs from Amazon, no terms stated: research and teaching",
        "Zhu et al., Generative Visual Manipulation on the Natural Image Manifold, ECCV 2016; "
        "Xie, Tu, Holistically-Nested Edge Detection, ICCV 2015",
        split="138,567 train and 200 val, as shipped: side by side, edges left, photograph right",
    ),
    _pix2pix(
        "night2day",
        "The same webcam by night and by day (about 2 GB)",
        "Transient Attributes dataset, no terms stated: research and teaching",
        "Laffont et al., Transient Attributes for High-Level Understanding and Editing of Outdoor "
        "Scenes, SIGGRAPH 2014",
        split="17,823 train, 10 val and 2,287 test, as shipped: side by side",
    ),
    Dataset(
        "cityscapes",
        "Cityscapes: street scenes and their label maps",
        "https://www.cityscapes-dataset.com",
        (),
        "Cityscapes licence: non-commercial, by registration, not to be passed on",
        "Cordts et al., The Cityscapes Dataset for Semantic Urban Scene Understanding, CVPR 2016",
        split="2,975 train and 500 val, as shipped",
        note="its licence asks each user to register: fetch gtFine_trainvaltest.zip and "
        "leftImg8bit_trainvaltest.zip from https://www.cityscapes-dataset.com, and place photographs and "
        "label maps of one size under "
        "cityscapes/A and cityscapes/B by the same file names",
    ),
    _cyclegan(
        "horse2zebra",
        "Horses and zebras, photographs from ImageNet",
        "a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1",
        116_867_962,
        licence="ImageNet: non-commercial research and education",
    ),
    _cyclegan(
        "apple2orange",
        "Apples and oranges, photographs from ImageNet",
        "845a191e9af8926408ea597001cd03a452e3300a1f44a79fe329b3d59f6e3eb8",
        78_456_409,
        licence="ImageNet: non-commercial research and education",
    ),
    _cyclegan(
        "summer2winter_yosemite",
        "Yosemite in summer and in winter, photographs from Flickr",
        "167fe1726807a9d22bd106b4a6c0bd7953b688af924ac1bf967439c4961e49f9",
        132_640_856,
    ),
    _cyclegan(
        "monet2photo",
        "Paintings by Monet, and photographs",
        "88f91b00fc228f97c9411fbf1880ec1d119c98f1722e4cfcfaa2fb35fac05b04",
        305_231_073,
        **_PAINTINGS,
    ),
    _cyclegan(
        "cezanne2photo",
        "Paintings by Cézanne, and photographs",
        "3a6c10ca21f9485862f1cbd707744b9dc258954a04631271d23a3605eeb63cff",
        279_885_071,
        **_PAINTINGS,
    ),
    _cyclegan(
        "ukiyoe2photo",
        "Ukiyo-e prints, and photographs",
        "02a2a2fb5ecf425ca1bf86aca7304377da64a2a1d3b86df54eb65e4068bf3b08",
        292_946_532,
        **_PAINTINGS,
    ),
    _cyclegan(
        "vangogh2photo",
        "Paintings by van Gogh, and photographs",
        "362c3473e70be0944bda08d49d660eafdc2854df55d697835b8186d1d79caaff",
        306_590_349,
        **_PAINTINGS,
    ),
    _cyclegan(
        "iphone2dslr_flower",
        "Flowers, by telephone and by reflex camera, photographs from Flickr",
        "8fcb5e374d631b107e1d961b8c4cd0a186aa2a4ff3e279923f4c426128de7113",
        339_964_458,
    ),
    _EMOJI,
    Dataset(
        "bsds500",
        "Berkeley segmentation data: photographs and the edges that people drew",
        "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/resources.html",
        (
            File(
                (f"https://www2.{_BSDS}", f"http://www.{_BSDS}"),
                "BSR_bsds500.tgz",
                "97e49d31764f3912f0c4122707d53062ac9e783ba0f095e447a4d53c1a41af8e",
                70_763_455,
            ),
        ),
        "non-commercial research and education",
        "Arbeláez, Maire, Fowlkes, Malik, Contour Detection and Hierarchical Image Segmentation, PAMI 2011",
        layout="bsds500",
        split="200 train, 100 val (= BSD100) and 200 test, as shipped; edges in train_edges/ and so on",
    ),
    Dataset(
        "sr_classic",
        "T91, Set5 and Set14: what super-resolution learns from and is measured on",
        "https://github.com/jiny2001/dcscn-super-resolution",
        (),
        "free for research, as commonly stated",
        "Yang, Wright, Huang, Ma, Image Super-Resolution via Sparse Representation, TIP 2010 (T91); Bevilacqua et al., "
        "BMVC 2012 (Set5); Zeyde, Elad, Protter, Curves and Surfaces 2010 (Set14)",
        split="t91 to learn from, set5 and set14 to measure on; val is a tenth of t91 and of the training photographs of BSDS",
        note="its authors' own pages are gone: copy the pictures from where they are kept (the page named here is one such "
        "place) into sr_classic/t91, sr_classic/set5 and sr_classic/set14",
    ),
    Dataset(
        "modelnet10_vox32",
        "ModelNet10: chairs and monitors as 32 x 32 x 32 voxels",
        "https://github.com/SomTambe/ModelNet10-dataset",
        (),
        "academic use",
        "Wu et al., 3D ShapeNets: A Deep Representation for Volumetric Shapes, CVPR 2015",
        split="train, and a tenth each of val and test by a hash of the shape; empty ones and copies are left out",
        note="it is kept there as chair.npy.gz and monitor.npy.gz: save each as modelnet10_vox32/chair.npz (monitor.npz) "
        "with the arrays 'packed' (np.packbits of the flattened volumes, one a row) and 'shape'",
    ),
    Dataset(
        "weather",
        "Photographs of clear skies, clouds, rain and sunrises",
        "https://data.mendeley.com/datasets/4drtyfjtfy/1",
        (),
        "CC BY 4.0",
        "Ajayi, Multi-class Weather Dataset for Image Classification, Mendeley Data 2018",
        split="train and test with a folder for each class; near-duplicates of train are left out of test",
        note="its home hands out no lasting address: fetch the archive there by hand, and sort the pictures into "
        "weather/train/<class> and weather/test/<class> (cloudy, rain, shine, sunrise)",
    ),
    Dataset(
        "mnist",
        "MNIST handwritten digits",
        "http://yann.lecun.com/exdb/mnist/",
        tuple(_mnist(n) for n in ("train-images", "train-labels", "t10k-images", "t10k-labels")),
        "CC BY-SA 3.0, as commonly stated",
        _LECUN,
        layout="mnist",
        split="60,000 train and 10,000 test, as shipped: train.npz, test.npz",
    ),
    Dataset(
        "mnist_t10k",
        "MNIST handwritten digits, the test part alone",
        "http://yann.lecun.com/exdb/mnist/",
        tuple(_mnist(n) for n in ("t10k-images", "t10k-labels")),
        "CC BY-SA 3.0, as commonly stated",
        _LECUN,
        layout="mnist",
        split="10,000 digits in mnist_t10k.npz, divided by the recipe",
    ),
    Dataset(
        "inception",
        "Inception v3 of 2015, the weights that define FID",
        "https://github.com/mseitzer/pytorch-fid",
        (
            File(
                (
                    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
                    "pt_inception-2015-12-05-6726825d.pth",
                ),
                "pt_inception-2015-12-05-6726825d.pth",
                "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
                95_628_359,
            ),
        ),
        "Apache 2.0",
        "Heusel et al., GANs Trained by a Two Time-Scale Update Rule, NeurIPS 2017; "
        "Szegedy et al., Rethinking the Inception Architecture, CVPR 2016",
        layout="plain",
    ),
    Dataset(
        "lpips",
        "LPIPS 0.1: channel weights, and the AlexNet that they weigh",
        "https://github.com/richzhang/PerceptualSimilarity",
        (
            File(
                ("https://github.com/richzhang/PerceptualSimilarity/raw/master/lpips/weights/v0.1/alex.pth",),
                "lpips-v0.1-alex.pth",
            ),
            File(
                ("https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",),
                "alexnet-owt-7be5be79.pth",
                "7be5be79",
            ),
        ),
        "BSD 2-clause (LPIPS), BSD 3-clause (torchvision); trained on ImageNet, whose pictures are for research",
        "Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric, CVPR 2018",
        layout="plain",
    ),
    Dataset(
        "vgg19",
        "VGG-19 trained on ImageNet, torchvision's weights",
        "https://pytorch.org/vision/stable/models.html",
        (
            File(
                ("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",),
                "vgg19-dcbb9e9d.pth",
                "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
                574_673_361,
            ),
        ),
        "BSD 3-clause (torchvision); trained on ImageNet, whose pictures are for non-commercial research",
        "Simonyan, Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015",
        layout="plain",
    ),
)

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in _ALL}
