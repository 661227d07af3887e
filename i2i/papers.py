"""One record for each system: its paper, its idea, its objective, and where it is met: in lectures, tab and notebook.

The five lectures name these systems. Some have a method in this package, the others are still to come. What the lectures
say of parts that belong to no single system (a discriminator of patches, a measure, a loss) are the TOPICS at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mention:
    """Where a lecture speaks of something.

    lecture: a key of LECTURES.  topic: what it says there, in a few words.  at: the slide's time, "mm:ss", in the lectures
    whose transcripts give times, else "".  place: the order among the topics of a lecture without times, from 1; two
    mentions with one lecture, time, place and topic are one row of the index.  claims: keys of `i2i.claims.CLAIMS` that
    measure it.
    """

    lecture: int
    topic: str
    at: str = ""
    place: int = 0
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic(Mention):
    """What a lecture says of something that is no system of its own.  tab: one of TABS.  notebook: its stem, or ""."""

    tab: str = ""
    notebook: str = ""


@dataclass(frozen=True)
class Paper:
    """A system and its paper.

    key: as in METHODS.  name: of the system.  title: of the paper.  authors: full names.  year: that of the venue, or of
    arXiv where there is no venue.  venue: without the year; "" if there is none.  arxiv: its number there, or "".
    idea: one line, without a full stop.  objective: LaTeX without dollar signs, in the paper's letters.  family: a key of
    FAMILIES.  tab: one of TABS, of the app as it is or will be.  notebook: the stem of its file, "" while there is none.
    lectures: where the lectures name it.  doi: of a paper that is not on arXiv.  also: other papers on the same system.
    """

    key: str
    name: str
    title: str
    authors: tuple[str, ...]
    year: int
    venue: str
    arxiv: str
    idea: str
    objective: str
    family: str
    tab: str
    notebook: str
    lectures: tuple[Mention, ...] = ()
    doi: str = ""
    also: tuple[str, ...] = ()

    @property
    def surnames(self) -> tuple[str, ...]:
        return tuple(_surname(author) for author in self.authors)

    @property
    def cited(self) -> str:
        """The authors as a sentence names them: "Zhu et al.", "Benaim and Wolf"."""
        names = self.surnames
        return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."

    @property
    def appeared(self) -> str:
        """Where and when: "CVPR 2017", or the year alone."""
        return f"{self.venue} {self.year}".strip()

    @property
    def url(self) -> str:
        """The paper at arXiv, else by its DOI; "" if it has neither."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def citation(self) -> str:
        """Authors, title, venue and year, number: one line of a list of references."""
        where = f", arXiv:{self.arxiv}" if self.arxiv else f", doi:{self.doi}" if self.doi else ""
        return f"{', '.join(self.authors)}: {self.title}. {self.appeared}{where}."


_PARTICLES = {"van", "von", "de", "der"}


def _surname(author: str) -> str:
    """The family name: the last word, with the small words before it."""
    words = author.split()
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return " ".join(words[first:])


@dataclass(frozen=True)
class Lecture:
    """title: as the lecture itself gives it.  lecturer: with the place.  timed: its transcript gives the slides' times."""

    key: int
    title: str
    lecturer: str
    timed: bool = False

    @property
    def surname(self) -> str:
        """The lecturer's."""
        return _surname(self.lecturer.partition(",")[0])


LECTURES: dict[int, Lecture] = {
    lecture.key: lecture
    for lecture in (
        Lecture(
            0,
            "Deep Generative Models Across Multiple Domains",
            "Vineeth N Balasubramanian, IIT Hyderabad",
            timed=True,
        ),
        Lecture(
            1,
            "Deep Generative Models: Image Applications",
            "Vineeth N Balasubramanian, IIT Hyderabad",
            timed=True,
        ),
        Lecture(
            2,
            "Image to Image Translation using Generative Adversarial Networks",
            "Sagie Benaim, Tel Aviv University",
        ),
        Lecture(
            3,
            "Enabling Deep Hierarchical Image-to-Image Translation by Transferring from GANs",
            "Jimut Bahan Pal, IIT Bombay",
        ),
        Lecture(4, "Conditional GAN and image translation", "François Fleuret, University of Geneva"),
    )
}

# name -> what its systems have in common
FAMILIES: dict[str, str] = {
    "Paired": "every input comes with its answer",
    "Unpaired": "two sets of images, no pairs",
    "Multimodal": "several outputs for one input",
    "Many domains": "one network for all domains",
    "Style and content": "what an image shows, and how it looks",
    "Generators": "from noise, or from noise and a class",
    "Transfer": "from a generator that is trained already",
    "Applications": "the same losses for other tasks",
}

# The tabs of the app that show systems, those to come included; the Map comes before them.
TABS = (
    "Paired",
    "Unpaired",
    "Multimodal",
    "Inpainting",
    "3D voxels",
    "Super-resolution",
    "Attributes",
    "Classes",
)

# Topics that stand in several records, so that the index shows them as one row.
_DEVIATION = "minibatch standard deviation, for more diverse images"
_TABLE = "methods by two questions: with pairs or without, one output or several"
_CIRCULAR = "circular GANs"
_SEVERAL = "several possible outputs"
_UNI_MULTI = "UNIT gives one output, MUNIT gives several"
_NETS = "architectures: like DCGAN for 64 px, residual for 128 to 256 px"
_PERCEPTUAL = "a perceptual loss in place of L1"
_STABLE = "training: stability (WGAN, gradient penalty) and mode collapse (spectral normalisation, SAGAN)"
_POPULAR = "other popular architectures"
_COMPARED = "results on animal faces and foods"
_CITED = "in the references"
_CGAN_OBJECTIVE = "the conditional objective: D judges x and y together"
_CLASS_NORM = "the class as parameters of the norms"
_RESNET = "the generator comes from Johnson et al."
_SQUARED = "why a squared error makes images too smooth"
_ENLARGED = "results: bicubic, a residual network, SRGAN"


_RECORDS = (
    # -- Paired --
    Paper(
        key="pix2pix",
        name="pix2pix",
        title="Image-to-Image Translation with Conditional Adversarial Networks",
        authors=("Phillip Isola", "Jun-Yan Zhu", "Tinghui Zhou", "Alexei A. Efros"),
        year=2017,
        venue="CVPR",
        arxiv="1611.07004",
        idea="L1 keeps the layout, a conditional discriminator of patches asks for sharp texture",
        objective=r"\min_G \max_D \mathcal{L}_{cGAN}(G, D) + \lambda \mathcal{L}_{L1}(G)",
        family="Paired",
        tab="Paired",
        notebook="01_pix2pix",
        lectures=(
            Mention(0, "predict pixels from pixels", at="05:27"),
            Mention(0, _CGAN_OBJECTIVE, at="06:23", claims=("conditioning",)),
            Mention(0, "what the noise z does", at="06:23", claims=("dropout-diversity",)),
            Mention(0, "L1 beside the GAN, and what each does alone", at="08:34", claims=("blur", "fcn-score")),
            Mention(0, "the generator: a U-Net with skip connections", at="10:51", claims=("skips",)),
            Mention(2, _TABLE, place=3),
            Mention(2, "fully supervised: a conditional GAN and L1", place=4),
            Mention(3, _POPULAR, place=5),
            Mention(4, "the objective: D sees the input too, and λ times L1", place=4, claims=("conditioning",)),
            Mention(4, "skips: U-Net against encoder-decoder", place=5, claims=("skips",)),
            Mention(4, "noise by dropout alone", place=6, claims=("dropout-diversity",)),
            Mention(4, "L1, GAN and both, compared by the FCN-score", place=8, claims=("fcn-score",)),
        ),
    ),
    Paper(
        key="crn",
        name="CRN",
        title="Photographic Image Synthesis with Cascaded Refinement Networks",
        authors=("Qifeng Chen", "Vladlen Koltun"),
        year=2017,
        venue="ICCV",
        arxiv="1707.09405",
        idea="no discriminator: match the features that a fixed network sees, from coarse to fine",
        objective=r"\sum_l \lambda_l \| \Phi_l(I) - \Phi_l(g(L; \theta)) \|_1",
        family="Paired",
        tab="Paired",
        notebook="",
        lectures=(Mention(2, _TABLE, place=3, claims=("best-of-several",)), Mention(2, _PERCEPTUAL, place=22)),
    ),
    Paper(
        key="pix2pixhd",
        name="pix2pixHD",
        title="High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs",
        authors=("Ting-Chun Wang", "Ming-Yu Liu", "Jun-Yan Zhu", "Andrew Tao", "Jan Kautz", "Bryan Catanzaro"),
        year=2018,
        venue="CVPR",
        arxiv="1711.11585",
        idea="a generator from coarse to fine, and discriminators at several scales",
        objective=r"\min_G \left( \left( \max_{D_1, D_2, D_3} \sum_k \mathcal{L}_{GAN}(G, D_k) \right) + \lambda \sum_k \mathcal{L}_{FM}(G, D_k) \right)",
        family="Paired",
        tab="Paired",
        notebook="",
        lectures=(Mention(2, _TABLE, place=3),),
    ),
    Paper(
        key="diffusion",
        name="Conditional diffusion",
        title="Denoising Diffusion Probabilistic Models",
        authors=("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"),
        year=2020,
        venue="NeurIPS",
        arxiv="2006.11239",
        idea="take noise away in many small steps, each of which sees the input",
        objective=r"\mathbb{E}_{t, y_0, \epsilon} \| \epsilon - \epsilon_\theta(\sqrt{\bar\alpha_t}\, y_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon, x, t) \|^2",
        family="Paired",
        tab="Multimodal",
        notebook="11_diffusion",
        also=(
            "Jiaming Song, Chenlin Meng, Stefano Ermon: Denoising Diffusion Implicit Models. ICLR 2021, arXiv:2010.02502.",
            "Chitwan Saharia et al.: Palette: Image-to-Image Diffusion Models. SIGGRAPH 2022, arXiv:2111.05826.",
        ),
    ),
    Paper(
        key="bridge",
        name="Bridge (flow matching)",
        title="Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow",
        authors=("Xingchao Liu", "Chengyue Gong", "Qiang Liu"),
        year=2023,
        venue="ICLR",
        arxiv="2209.03003",
        idea="learn the velocity of a straight path from the input to its answer, and follow it",
        objective=r"\min_v \int_0^1 \mathbb{E} \| (X_1 - X_0) - v(X_t, t) \|^2 \, dt, \quad X_t = t X_1 + (1 - t) X_0",
        family="Paired",
        tab="Multimodal",
        notebook="11_diffusion",
        also=(
            "Yaron Lipman et al.: Flow Matching for Generative Modeling. ICLR 2023, arXiv:2210.02747.",
            "Guan-Horng Liu et al.: I2SB: Image-to-Image Schrödinger Bridge. ICML 2023, arXiv:2302.05872.",
            "Michael S. Albergo et al.: Stochastic Interpolants with Data-Dependent Couplings. ICML 2024, arXiv:2310.03725.",
        ),
    ),
    # -- Unpaired --
    Paper(
        key="dtn",
        name="DTN",
        title="Unsupervised Cross-Domain Image Generation",
        authors=("Yaniv Taigman", "Adam Polyak", "Lior Wolf"),
        year=2017,
        venue="ICLR",
        arxiv="1611.02200",
        idea="a translation keeps what a given function f sees in the image",
        objective=r"\mathcal{L}_G = \mathcal{L}_{GANG} + \alpha \mathcal{L}_{CONST} + \beta \mathcal{L}_{TID} + \gamma \mathcal{L}_{TV}",
        family="Unpaired",
        tab="Unpaired",
        notebook="07_partial_supervision",
        lectures=(
            Mention(2, _TABLE, place=3),
            Mention(2, "partial supervision: keep what f sees", place=5, claims=("constancy-keeps-content",)),
        ),
    ),
    Paper(
        key="cyclegan",
        name="CycleGAN",
        title="Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
        authors=("Jun-Yan Zhu", "Taesung Park", "Phillip Isola", "Alexei A. Efros"),
        year=2017,
        venue="ICCV",
        arxiv="1703.10593",
        idea="two generators, each of which must undo the other: F(G(x)) = x",
        objective=r"\mathcal{L}_{GAN}(G, D_Y, X, Y) + \mathcal{L}_{GAN}(F, D_X, Y, X) + \lambda \mathcal{L}_{cyc}(G, F)",
        family="Unpaired",
        tab="Unpaired",
        notebook="03_cyclegan",
        lectures=(
            Mention(0, "no pairs: two generators that are inverse to each other", at="13:21"),
            Mention(0, "cycle consistency, as in translating a sentence and translating it back", at="15:32"),
            Mention(0, "the cycle loss: L1 between an image and its reconstruction", at="17:00"),
            Mention(0, "the adversarial losses of both directions", at="18:15"),
            Mention(0, "all four losses together", at="20:56", claims=("cycle-ablation",)),
            Mention(0, "styles of painters, and their colours", at="21:28", claims=("identity-colour",)),
            Mention(0, "one output for each input, which the lecture calls mode collapse", at="21:55", claims=("hidden-signal", "one-answer")),
            Mention(2, _TABLE, place=3),
            Mention(2, _CIRCULAR, place=6),
            Mention(2, "cycle consistency", place=7),
            Mention(2, "the adversarial loss changes the style, the cycle loss keeps the content", place=9, claims=("cycle-ablation",)),
            Mention(2, "collection style transfer: Monet, Cezanne, ukiyo-e", place=10),
            Mention(2, _NETS, place=20),
            Mention(3, _POPULAR, place=5),
            Mention(4, "two mappings for data without pairs", place=11),
            Mention(4, "a squared loss in place of the logarithm", place=12, claims=("least-squares",)),
            Mention(4, _RESNET, place=13),
        ),
    ),
    Paper(
        key="discogan",
        name="DiscoGAN",
        title="Learning to Discover Cross-Domain Relations with Generative Adversarial Networks",
        authors=("Taeksoo Kim", "Moonsu Cha", "Hyunsoo Kim", "Jung Kwon Lee", "Jiwon Kim"),
        year=2017,
        venue="ICML",
        arxiv="1703.05192",
        idea="the same cycle with a small network that sees the whole image: shapes may change",
        objective=r"\mathcal{L}_G = \mathcal{L}_{GAN_B} + \mathcal{L}_{CONST_A} + \mathcal{L}_{GAN_A} + \mathcal{L}_{CONST_B}",
        family="Unpaired",
        tab="Unpaired",
        notebook="04_cycles_and_distances",
        lectures=(
            Mention(2, _TABLE, place=3),
            Mention(2, _CIRCULAR, place=6, claims=("mode-coverage",)),
            Mention(2, _NETS, place=20),
        ),
    ),
    Paper(
        key="dualgan",
        name="DualGAN",
        title="DualGAN: Unsupervised Dual Learning for Image-to-Image Translation",
        authors=("Zili Yi", "Hao Zhang", "Ping Tan", "Minglun Gong"),
        year=2017,
        venue="ICCV",
        arxiv="1704.02510",
        idea="the same cycle with U-Nets and a Wasserstein critic",
        objective=r"\lambda_U \| u - G_B(G_A(u, z), z') \| + \lambda_V \| v - G_A(G_B(v, z'), z) \| - D_B(G_B(v, z')) - D_A(G_A(u, z))",
        family="Unpaired",
        tab="Unpaired",
        notebook="04_cycles_and_distances",
        lectures=(Mention(2, _TABLE, place=3), Mention(2, _CIRCULAR, place=6, claims=("critic-tracks-quality",))),
    ),
    Paper(
        key="distancegan",
        name="DistanceGAN",
        title="One-Sided Unsupervised Domain Mapping",
        authors=("Sagie Benaim", "Lior Wolf"),
        year=2017,
        venue="NIPS",
        arxiv="1706.00826",
        idea="one direction is enough if images that differ much still differ much after translation",
        objective=r"\min_{G_{AB}} \max_{D_B} \alpha_{1A} \mathcal{L}_{GAN}(G_{AB}, D_B) + \alpha_{3A} \mathcal{L}_{distance}(G_{AB})",
        family="Unpaired",
        tab="Unpaired",
        notebook="04_cycles_and_distances",
        lectures=(
            Mention(2, _TABLE, place=3),
            Mention(2, "distances before and after translation are correlated", place=11, claims=("distances-kept", "one-sided")),
            Mention(2, "mode collapse, compared", place=12),
        ),
    ),
    Paper(
        key="unit",
        name="UNIT",
        title="Unsupervised Image-to-Image Translation Networks",
        authors=("Ming-Yu Liu", "Thomas Breuel", "Jan Kautz"),
        year=2017,
        venue="NIPS",
        arxiv="1703.00848",
        idea="one latent space for both domains: encode from one, decode to the other",
        objective=r"\min_{E_1, E_2, G_1, G_2} \max_{D_1, D_2} \mathcal{L}_{VAE_1} + \mathcal{L}_{GAN_1} + \mathcal{L}_{CC_1} + \mathcal{L}_{VAE_2} + \mathcal{L}_{GAN_2} + \mathcal{L}_{CC_2}",
        family="Unpaired",
        tab="Unpaired",
        notebook="05_unit",
        lectures=(
            Mention(0, "a VAE and a GAN together, for more than one output", at="21:55"),
            Mention(0, "two encoders, one latent space, two generators", at="23:55", claims=("shared-latent",)),
            Mention(0, "the VAE, GAN and cycle terms", at="25:56"),
            Mention(2, _TABLE, place=3),
            Mention(2, _UNI_MULTI, place=15, claims=("shared-latent",)),
        ),
    ),
    Paper(
        key="ost",
        name="OST",
        title="One-Shot Unsupervised Cross Domain Translation",
        authors=("Sagie Benaim", "Lior Wolf"),
        year=2018,
        venue="NeurIPS",
        arxiv="1806.06029",
        idea="a single image of the source is enough, if shared layers learn from the target alone",
        objective=r"\mathcal{L}_{REC_B} + \mathcal{L}_{VAE_B} + \mathcal{L}_{GAN_B} + \mathcal{L}_{REC_x} + \mathcal{L}_{cycle} + \mathcal{L}_{GAN_{AB}}",
        family="Unpaired",
        tab="Unpaired",
        notebook="07_partial_supervision",
        lectures=(Mention(2, _TABLE, place=3), Mention(2, "a single image of the source", place=16, claims=("one-shot",))),
    ),
    # -- Multimodal --
    Paper(
        key="bicyclegan",
        name="BicycleGAN",
        title="Toward Multimodal Image-to-Image Translation",
        authors=("Jun-Yan Zhu", "Richard Zhang", "Deepak Pathak", "Trevor Darrell", "Alexei A. Efros", "Oliver Wang", "Eli Shechtman"),
        year=2017,
        venue="NIPS",
        arxiv="1711.11586",
        idea="with pairs: a code must lead to an image, and the image back to its code",
        objective=r"\min_{G, E} \max_D \mathcal{L}^{VAE}_{GAN} + \lambda \mathcal{L}^{VAE}_1 + \mathcal{L}_{GAN} + \lambda_{latent} \mathcal{L}^{latent}_1 + \lambda_{KL} \mathcal{L}_{KL}",
        family="Multimodal",
        tab="Multimodal",
        notebook="08_bicyclegan",
        lectures=(Mention(2, _TABLE, place=3), Mention(2, _SEVERAL, place=14, claims=("code-used", "noise-to-answers", "several-answers"))),
    ),
    Paper(
        key="munit",
        name="MUNIT",
        title="Multimodal Unsupervised Image-to-Image Translation",
        authors=("Xun Huang", "Ming-Yu Liu", "Serge Belongie", "Jan Kautz"),
        year=2018,
        venue="ECCV",
        arxiv="1804.04732",
        idea="a code of content and a code of style: another style, another output",
        objective=r"\mathcal{L}^{x_1}_{GAN} + \mathcal{L}^{x_2}_{GAN} + \lambda_x (\mathcal{L}^{x_1}_{recon} + \mathcal{L}^{x_2}_{recon}) + \lambda_c (\mathcal{L}^{c_1}_{recon} + \mathcal{L}^{c_2}_{recon}) + \lambda_s (\mathcal{L}^{s_1}_{recon} + \mathcal{L}^{s_2}_{recon})",
        family="Multimodal",
        tab="Multimodal",
        notebook="09_munit",
        lectures=(
            Mention(0, "the latent space in two parts: content and style", at="28:49"),
            Mention(0, "image reconstruction", at="32:13"),
            Mention(0, "reconstruction of the two codes", at="32:57"),
            Mention(0, "the adversarial loss", at="34:46"),
            Mention(0, "several outputs for one input: cats to big cats", at="35:40", claims=("style-losses",)),
            Mention(0, "content of one image, style of another", at="36:45", claims=("style-swap",)),
            Mention(2, _TABLE, place=3),
            Mention(2, _UNI_MULTI, place=15),
            Mention(3, _CITED, place=11),
        ),
    ),
    Paper(
        key="augmented_cyclegan",
        name="Augmented CycleGAN",
        title="Augmented CycleGAN: Learning Many-to-Many Mappings from Unpaired Data",
        authors=("Amjad Almahairi", "Sai Rajeswar", "Alessandro Sordoni", "Philip Bachman", "Aaron Courville"),
        year=2018,
        venue="ICML",
        arxiv="1802.10151",
        idea="a latent code for what one domain shows and the other does not",
        objective=r"\mathcal{L}^B_{GAN} + \mathcal{L}^{Z_A}_{GAN} + \gamma_1 \mathcal{L}^A_{CYC} + \gamma_2 \mathcal{L}^{Z_B}_{CYC} + \mathcal{L}^A_{GAN} + \mathcal{L}^{Z_B}_{GAN} + \gamma_1 \mathcal{L}^B_{CYC} + \gamma_2 \mathcal{L}^{Z_A}_{CYC}",
        family="Multimodal",
        tab="Multimodal",
        notebook="10_style_and_content",
        lectures=(Mention(2, _TABLE, place=3, claims=("code-for-the-rest",)),),
    ),
    Paper(
        key="mad_gan",
        name="MAD-GAN",
        title="Multi-Agent Diverse Generative Adversarial Networks",
        authors=("Arnab Ghosh", "Viveka Kulharia", "Vinay Namboodiri", "Philip H. S. Torr", "Puneet K. Dokania"),
        year=2018,
        venue="CVPR",
        arxiv="1704.02906",
        idea="several generators; D also says which of them made an image, so they must differ",
        objective=r"\min_{G_i} \mathbb{E}_{x \sim p_d} \log D_{k+1}(x) + \mathbb{E}_z \log(1 - D_{k+1}(G_i(z)))",
        family="Multimodal",
        tab="Multimodal",
        notebook="10_style_and_content",
        lectures=(Mention(2, _SEVERAL, place=14, claims=("generators-specialise",)),),
    ),
    Paper(
        key="drit",
        name="DRIT++",
        title="DRIT++: Diverse Image-to-Image Translation via Disentangled Representations",
        authors=("Hsin-Ying Lee", "Hung-Yu Tseng", "Qi Mao", "Jia-Bin Huang", "Yu-Ding Lu", "Maneesh Singh", "Ming-Hsuan Yang"),
        year=2020,
        venue="IJCV",
        arxiv="1905.01270",
        idea="a second discriminator removes the domain from the code of content",
        objective=r"\lambda^{content}_{adv} \mathcal{L}^c_{adv} + \lambda^{cc}_1 \mathcal{L}^{cc}_1 + \lambda^{domain}_{adv} \mathcal{L}^{domain}_{adv} + \lambda^{recon}_1 \mathcal{L}^{recon}_1 + \lambda^{latent}_1 \mathcal{L}^{latent}_1 + \lambda_{KL} \mathcal{L}_{KL} + \lambda_{ms} \mathcal{L}_{ms}",
        family="Multimodal",
        tab="Multimodal",
        notebook="",
        lectures=(Mention(3, _CITED, place=11),),
        also=("Hsin-Ying Lee et al.: Diverse Image-to-Image Translation via Disentangled Representations. ECCV 2018.",),
    ),
    # -- Many domains --
    Paper(
        key="stargan",
        name="StarGAN",
        title="StarGAN: Unified Generative Adversarial Networks for Multi-Domain Image-to-Image Translation",
        authors=("Yunjey Choi", "Minje Choi", "Munyoung Kim", "Jung-Woo Ha", "Sunghun Kim", "Jaegul Choo"),
        year=2018,
        venue="CVPR",
        arxiv="1711.09020",
        idea="one generator for all domains: the label of the target is an input",
        objective=r"\mathcal{L}_D = -\mathcal{L}_{adv} + \lambda_{cls} \mathcal{L}^r_{cls}, \quad \mathcal{L}_G = \mathcal{L}_{adv} + \lambda_{cls} \mathcal{L}^f_{cls} + \lambda_{rec} \mathcal{L}_{rec}",
        family="Many domains",
        tab="Unpaired",
        notebook="06_one_model_many_domains",
        lectures=(
            Mention(2, _TABLE, place=3),
            Mention(2, "more than two domains: one generator", place=13, claims=("one-for-many", "one-for-attributes")),
            Mention(3, "one generator: an image and a label go in", place=2, claims=("one-for-many", "zero-padding")),
            Mention(3, _COMPARED, place=10),
        ),
    ),
    Paper(
        key="sdit",
        name="SDIT",
        title="SDIT: Scalable and Diverse Cross-domain Image Translation",
        authors=("Yaxing Wang", "Abel Gonzalez-Garcia", "Joost van de Weijer", "Luis Herranz"),
        year=2019,
        venue="ACM MM",
        arxiv="1908.06881",
        idea="a label for the domain and a code for the style, in one generator",
        objective=r"\mathcal{L}_{adv} + \lambda_{cls} \mathcal{L}_{cls} + \lambda_{rec} \mathcal{L}_{rec} + \lambda_{lat} \mathcal{L}_{lat}",
        family="Many domains",
        tab="Multimodal",
        notebook="",
        lectures=(Mention(3, _POPULAR, place=5), Mention(3, _COMPARED, place=10)),
    ),
    Paper(
        key="dmit",
        name="DMIT",
        title="Multi-mapping Image-to-Image Translation via Learning Disentanglement",
        authors=("Xiaoming Yu", "Yuanqi Chen", "Shan Liu", "Thomas H. Li", "Ge Li"),
        year=2019,
        venue="NeurIPS",
        arxiv="1909.07877",
        idea="content and style encoders that all domains share, and a label for the domain",
        objective=r"\mathcal{L}_{D\text{-}Path} + \mathcal{L}_{T\text{-}Path}",
        family="Many domains",
        tab="Multimodal",
        notebook="",
        lectures=(Mention(3, _POPULAR, place=5), Mention(3, _COMPARED, place=10)),
    ),
    # -- Style and content --
    Paper(
        key="bilinear",
        name="Bilinear models",
        title="Separating Style and Content with Bilinear Models",
        authors=("Joshua B. Tenenbaum", "William T. Freeman"),
        year=2000,
        venue="Neural Computation",
        arxiv="",
        idea="an image is a product of a style vector and a content vector: fill a grid of letters",
        objective=r"y_k^{sc} = \sum_{i, j} w_{ijk} a_i^s b_j^c",
        family="Style and content",
        tab="Multimodal",
        notebook="10_style_and_content",
        lectures=(Mention(2, "style and content of letters, with pairs and without", place=8, claims=("letters-extrapolated",)),),
        doi="10.1162/089976600300015349",
    ),
    Paper(
        key="gatys",
        name="Neural style transfer",
        title="Image Style Transfer Using Convolutional Neural Networks",
        authors=("Leon A. Gatys", "Alexander S. Ecker", "Matthias Bethge"),
        year=2016,
        venue="CVPR",
        arxiv="",
        idea="change the pixels until their features match one image and the statistics of features another",
        objective=r"\mathcal{L}_{total} = \alpha \mathcal{L}_{content} + \beta \mathcal{L}_{style}",
        family="Style and content",
        tab="Paired",
        notebook="",
        lectures=(Mention(2, "early approaches: labels, seasons, edges, artistic style", place=2),),
        doi="10.1109/CVPR.2016.265",
        also=("Leon A. Gatys, Alexander S. Ecker, Matthias Bethge: A Neural Algorithm of Artistic Style. 2015, arXiv:1508.06576.",),
    ),
    Paper(
        key="johnson",
        name="Perceptual losses",
        title="Perceptual Losses for Real-Time Style Transfer and Super-Resolution",
        authors=("Justin Johnson", "Alexandre Alahi", "Li Fei-Fei"),
        year=2016,
        venue="ECCV",
        arxiv="1603.08155",
        idea="compare features of a fixed network, not pixels; one pass of a network then restyles an image",
        objective=r"\lambda_c \ell^{\phi, j}_{feat} + \lambda_s \ell^{\phi, J}_{style} + \lambda_{TV} \ell_{TV}",
        family="Style and content",
        tab="Paired",
        notebook="",
        lectures=(
            Mention(2, _NETS, place=20),
            Mention(2, _PERCEPTUAL, place=22, claims=("perceptual-against-pixel",)),
            Mention(4, _RESNET, place=13),
        ),
    ),
    Paper(
        key="cin",
        name="Conditional instance norm",
        title="A Learned Representation for Artistic Style",
        authors=("Vincent Dumoulin", "Jonathon Shlens", "Manjunath Kudlur"),
        year=2017,
        venue="ICLR",
        arxiv="1610.07629",
        idea="one network for many styles: each style is a scale and a shift after every norm",
        objective=r"\mathcal{L}_s(T(c, s)) + \lambda_c \mathcal{L}_c(T(c, s)), \quad z = \gamma_s \frac{x - \mu}{\sigma} + \beta_s",
        family="Style and content",
        tab="Classes",
        notebook="",
        lectures=(Mention(4, _CLASS_NORM, place=2),),
    ),
    # -- Generators --
    Paper(
        key="cgan",
        name="cGAN",
        title="Conditional Generative Adversarial Nets",
        authors=("Mehdi Mirza", "Simon Osindero"),
        year=2014,
        venue="",
        arxiv="1411.1784",
        idea="give the label to the generator and to the discriminator",
        objective=r"\min_G \max_D \mathbb{E}_x[\log D(x \mid y)] + \mathbb{E}_z[\log(1 - D(G(z \mid y)))]",
        family="Generators",
        tab="Classes",
        notebook="",
        lectures=(
            Mention(0, _CGAN_OBJECTIVE, at="06:23"),
            Mention(4, "conditional GAN: the label goes to G and to D", place=1),
        ),
    ),
    Paper(
        key="infogan",
        name="InfoGAN",
        title="InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial Nets",
        authors=("Xi Chen", "Yan Duan", "Rein Houthooft", "John Schulman", "Ilya Sutskever", "Pieter Abbeel"),
        year=2016,
        venue="NIPS",
        arxiv="1606.03657",
        idea="a code that can be read off the image again finds classes without labels",
        objective=r"\min_{G, Q} \max_D V(D, G) - \lambda L_I(G, Q)",
        family="Generators",
        tab="Attributes",
        notebook="15_icgan",
        lectures=(Mention(2, _SEVERAL, place=14, claims=("classes-found",)),),
    ),
    Paper(
        key="progan",
        name="Progressive GAN",
        title="Progressive Growing of GANs for Improved Quality, Stability, and Variation",
        authors=("Tero Karras", "Timo Aila", "Samuli Laine", "Jaakko Lehtinen"),
        year=2018,
        venue="ICLR",
        arxiv="1710.10196",
        idea="start with small images and add layers for larger ones during training",
        objective=r"\mathcal{L}_D = \mathbb{E}[D(G(z))] - \mathbb{E}[D(x)] + \lambda \mathbb{E}[(\| \nabla D(\hat x) \|_2 - 1)^2] + \epsilon_{drift} \mathbb{E}[D(x)^2]",
        family="Generators",
        tab="Classes",
        notebook="",
        lectures=(
            Mention(0, _DEVIATION, at="00:26", claims=("minibatch-deviation",)),
            Mention(2, "generative modelling: samples like the training images", place=1),
        ),
    ),
    Paper(
        key="sagan",
        name="SAGAN",
        title="Self-Attention Generative Adversarial Networks",
        authors=("Han Zhang", "Ian Goodfellow", "Dimitris Metaxas", "Augustus Odena"),
        year=2019,
        venue="ICML",
        arxiv="1805.08318",
        idea="self-attention lets parts of an image that lie far apart agree",
        objective=r"\mathcal{L}_D = \mathbb{E}[\max(0, 1 - D(x, y))] + \mathbb{E}[\max(0, 1 + D(G(z), y))], \quad \mathcal{L}_G = -\mathbb{E}[D(G(z), y)]",
        family="Generators",
        tab="Classes",
        notebook="",
        lectures=(Mention(2, _STABLE, place=19),),
    ),
    Paper(
        key="biggan",
        name="BigGAN",
        title="Large Scale GAN Training for High Fidelity Natural Image Synthesis",
        authors=("Andrew Brock", "Jeff Donahue", "Karen Simonyan"),
        year=2019,
        venue="ICLR",
        arxiv="1809.11096",
        idea="a thousand classes in one generator: the class sets the scale and shift of every norm",
        objective=r"\mathcal{L}_D = \mathbb{E}[\max(0, 1 - D(x, y))] + \mathbb{E}[\max(0, 1 + D(G(z, y), y))], \quad \mathcal{L}_G = -\mathbb{E}[D(G(z, y), y)]",
        family="Generators",
        tab="Classes",
        notebook="",
        lectures=(
            Mention(0, "orthogonal regularisation of the weights", at="00:26"),
            Mention(3, "class-conditional synthesis at large scale", place=3),
            Mention(4, _CLASS_NORM, place=2),
        ),
    ),
    Paper(
        key="stylegan",
        name="StyleGAN",
        title="A Style-Based Generator Architecture for Generative Adversarial Networks",
        authors=("Tero Karras", "Samuli Laine", "Timo Aila"),
        year=2019,
        venue="CVPR",
        arxiv="1812.04948",
        idea="a style at every resolution: coarse ones set the layout, fine ones the colours",
        objective=r"\mathbb{E}_z[\mathrm{softplus}(D(G(z)))] + \mathbb{E}_x[\mathrm{softplus}(-D(x))] + \frac{\gamma}{2} \mathbb{E}_x[\| \nabla D(x) \|^2]",
        family="Generators",
        tab="Classes",
        notebook="",
        lectures=(Mention(3, "a style-based generator: attributes apart from random detail", place=4),),
    ),
    # -- Transfer --
    Paper(
        key="minegan",
        name="MineGAN",
        title="MineGAN: Effective Knowledge Transfer from GANs to Target Domains with Few Images",
        authors=("Yaxing Wang", "Abel Gonzalez-Garcia", "David Berga", "Luis Herranz", "Fahad Shahbaz Khan", "Joost van de Weijer"),
        year=2020,
        venue="CVPR",
        arxiv="1912.05270",
        idea="a small network finds the inputs for which a trained generator makes the wanted images",
        objective=r"\mathcal{L}_D = \mathbb{E}_u[D(G(M(u)))] - \mathbb{E}_x[D(x)], \quad \mathcal{L}_M = -\mathbb{E}_u[D(G(M(u)))]",
        family="Transfer",
        tab="Classes",
        notebook="",
        lectures=(Mention(3, _CITED, place=11),),
    ),
    Paper(
        key="layer_swapping",
        name="Layer swapping",
        title="Resolution Dependent GAN Interpolation for Controllable Image Synthesis Between Domains",
        authors=("Justin N. M. Pinkney", "Doron Adler"),
        year=2020,
        venue="",
        arxiv="2010.05334",
        idea="coarse layers of one generator, fine layers of another that was trained on from it",
        objective=r"p_{interp} = (1 - \alpha)\, p_{base} + \alpha\, p_{transfer}",
        family="Transfer",
        tab="Classes",
        notebook="",
        lectures=(Mention(3, _CITED, place=11),),
    ),
    Paper(
        key="deepi2i",
        name="DeepI2I",
        title="DeepI2I: Enabling Deep Hierarchical Image-to-Image Translation by Transferring from GANs",
        authors=("Yaxing Wang", "Lu Yu", "Joost van de Weijer"),
        year=2020,
        venue="NeurIPS",
        arxiv="2011.05867",
        idea="encoder and generator come from a trained GAN, an adaptor joins them at every level",
        objective=r"\min_{\Upsilon, \Lambda, \Phi} \max_\Psi \lambda_{adv} \mathcal{L}_{adv} + \lambda_{rec} \mathcal{L}_{rec}",
        family="Transfer",
        tab="Classes",
        notebook="",
        lectures=(
            Mention(3, "the problem: classes whose shapes differ much", place=1),
            Mention(3, "encoder, adaptor, generator, discriminator", place=6),
            Mention(3, "structure in shallow layers, meaning in deep ones", place=7),
            Mention(3, "the losses: conditional adversarial, and reconstruction in the features of D", place=8),
            Mention(3, _COMPARED, place=10),
        ),
    ),
    # -- Applications --
    Paper(
        key="srcnn",
        name="SRCNN",
        title="Image Super-Resolution Using Deep Convolutional Networks",
        authors=("Chao Dong", "Chen Change Loy", "Kaiming He", "Xiaoou Tang"),
        year=2016,
        venue="TPAMI",
        arxiv="1501.00092",
        idea="three convolutions improve an image that was enlarged by bicubic interpolation",
        objective=r"L(\Theta) = \frac{1}{n} \sum_{i=1}^n \| F(Y_i; \Theta) - X_i \|^2",
        family="Applications",
        tab="Super-resolution",
        notebook="12_super_resolution",
        lectures=(Mention(1, _SQUARED, at="09:01"),),
        also=("Chao Dong et al.: Learning a Deep Convolutional Network for Image Super-Resolution. ECCV 2014.",),
    ),
    Paper(
        key="srresnet",
        name="SRResNet",
        title="Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
        authors=(
            "Christian Ledig", "Lucas Theis", "Ferenc Huszár", "Jose Caballero", "Andrew Cunningham", "Alejandro Acosta",
            "Andrew Aitken", "Alykhan Tejani", "Johannes Totz", "Zehan Wang", "Wenzhe Shi",
        ),
        year=2017,
        venue="CVPR",
        arxiv="1609.04802",
        idea="a deep residual network and the squared error: near to the mean of all answers",
        objective=r"l^{SR}_{MSE} = \frac{1}{r^2 W H} \sum_{x, y} (I^{HR}_{x, y} - G_{\theta_G}(I^{LR})_{x, y})^2",
        family="Applications",
        tab="Super-resolution",
        notebook="12_super_resolution",
        lectures=(
            Mention(1, _SQUARED, at="09:01"),
            Mention(1, _ENLARGED, at="12:21", claims=("srgan-against-srresnet", "super-resolution")),
        ),
    ),
    Paper(
        key="srgan",
        name="SRGAN",
        title="Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
        authors=(
            "Christian Ledig", "Lucas Theis", "Ferenc Huszár", "Jose Caballero", "Andrew Cunningham", "Alejandro Acosta",
            "Andrew Aitken", "Alykhan Tejani", "Johannes Totz", "Zehan Wang", "Wenzhe Shi",
        ),
        year=2017,
        venue="CVPR",
        arxiv="1609.04802",
        idea="features and a discriminator in place of the squared error: sharper than the mean of all answers",
        objective=r"l^{SR} = l^{SR}_X + 10^{-3} l^{SR}_{Gen}",
        family="Applications",
        tab="Super-resolution",
        notebook="12_super_resolution",
        lectures=(
            Mention(1, "super-resolution, up to four times", at="08:18"),
            Mention(1, _SQUARED, at="09:01"),
            Mention(1, "content loss on VGG-19, and a thousandth of the adversarial loss", at="10:18", claims=("perceptual-against-pixel",)),
            Mention(1, _ENLARGED, at="12:21", claims=("srgan-against-srresnet", "super-resolution")),
            Mention(2, _TABLE, place=3),
        ),
    ),
    Paper(
        key="icgan",
        name="IcGAN",
        title="Invertible Conditional GANs for Image Editing",
        authors=("Guim Perarnau", "Joost van de Weijer", "Bogdan Raducanu", "Jose M. Álvarez"),
        year=2016,
        venue="NIPS Workshop",
        arxiv="1611.06355",
        idea="find the code and the attributes of an image, change one attribute, generate again",
        objective=r"\min_G \max_D \mathbb{E}_{x, y}[\log D(x, y)] + \mathbb{E}_{z, y'}[\log(1 - D(G(z, y'), y'))], \quad \mathcal{L}_{ez} = \mathbb{E} \| z - E_z(G(z, y')) \|_2^2, \quad \mathcal{L}_{ey} = \mathbb{E} \| y - E_y(x) \|_2^2",
        family="Applications",
        tab="Attributes",
        notebook="15_icgan",
        lectures=(
            Mention(1, "editing what an image shows: hair, bangs, a smile", at="02:27"),
            Mention(1, "a conditional GAN with encoders for the code and the attributes", at="03:38"),
            Mention(1, "training: the GAN first, then each encoder", at="05:22", claims=("encoder-on-real",)),
            Mention(1, "attributes changed on CelebA", at="07:42", claims=("one-attribute",)),
        ),
    ),
    Paper(
        key="gan3d",
        name="3D-GAN",
        title="Learning a Probabilistic Latent Space of Object Shapes via 3D Generative-Adversarial Modeling",
        authors=("Jiajun Wu", "Chengkai Zhang", "Tianfan Xue", "William T. Freeman", "Joshua B. Tenenbaum"),
        year=2016,
        venue="NIPS",
        arxiv="1610.07584",
        idea="objects of voxels from noise: the GAN with convolutions in three dimensions",
        objective=r"\log D(x) + \log(1 - D(G(z)))",
        family="Applications",
        tab="3D voxels",
        notebook="14_3dgan",
        lectures=(
            Mention(1, "objects in 3D: volumes in place of images", at="13:11", claims=("smooth-walk", "shape-arithmetic")),
            Mention(1, "from 200 numbers to 64 × 64 × 64 voxels", at="13:52", claims=("d-rests",)),
        ),
    ),
    Paper(
        key="pggan",
        name="PGGAN",
        title="Patch-Based Image Inpainting with Generative Adversarial Networks",
        authors=("Ugur Demir", "Gözde Ünal"),
        year=2018,
        venue="",
        arxiv="1803.07422",
        idea="fill a hole: one discriminator judges the whole image, another every patch",
        objective=r"\mathcal{L} = \lambda_1 \mathcal{L}_{rec} + \lambda_2 \mathcal{L}_{g\_adv} + \lambda_3 \mathcal{L}_{p\_adv}",
        family="Applications",
        tab="Inpainting",
        notebook="13_inpainting",
        lectures=(
            Mention(1, "image inpainting: fill in what is missing", at="15:06"),
            Mention(1, "a residual generator, a global and a patch discriminator", at="15:31", claims=("global-and-patch",)),
            Mention(1, "the loss: L1 and two adversarial terms", at="16:32"),
            Mention(1, "results on building fronts", at="17:37"),
        ),
    ),
)  # fmt: skip

PAPERS: dict[str, Paper] = {paper.key: paper for paper in _RECORDS}

TOPICS: tuple[Topic, ...] = (
    Topic(0, _DEVIATION, at="00:26", claims=("minibatch-deviation",), tab="Classes", notebook="00_gans_in_ten_minutes"),
    Topic(0, "domain translation: an image of the source in, one of the target out", at="02:22", tab="Paired", notebook="01_pix2pix"),
    Topic(0, "three settings: with pairs, without, and with several outputs", at="04:01", tab="Paired"),
    Topic(0, "PatchGAN: a discriminator of patches", at="11:34", claims=("any-size",), tab="Paired", notebook="02_patchgan"),
    Topic(1, "mutual information gap: a measure of disentanglement", at="00:39", tab="Attributes"),
    Topic(2, "what is semantic? infinitely many maps keep the distances", place=17, claims=("permuted-cycle",), tab="Unpaired", notebook="03_cyclegan"),
    Topic(2, "minimal complexity: why small networks find the right map (Galanti et al.)", place=18, tab="Unpaired", notebook="03_cyclegan"),
    Topic(2, _STABLE, place=19, tab="Unpaired", notebook="04_cycles_and_distances"),
    Topic(2, "PatchGAN: 16 px, 70 px or the full image", place=21, claims=("patch-size", "fcn-score"), tab="Paired", notebook="02_patchgan"),
    Topic(2, _PERCEPTUAL, place=22, tab="Super-resolution", notebook="12_super_resolution"),
    Topic(
        2, "the error of an unsupervised translation, estimated with two GANs (Benaim et al.)", place=23,
        claims=("unpaired-error-drawn", "unpaired-error", "unpaired-error-apart"), tab="Unpaired", notebook="04_cycles_and_distances",
    ),
    Topic(3, "metrics: FID, KID, classifiers of real and of generated images", place=9, tab="Classes"),
    Topic(4, "why the prediction is blurred: the mean and the median", place=3, claims=("best-constant", "blur"), tab="Paired", notebook="01_pix2pix"),
    Topic(4, "D scores overlapping patches and averages", place=7, tab="Paired", notebook="02_patchgan"),
    Topic(4, "patch sizes from 1 to 256 px", place=9, claims=("patch-size",), tab="Paired", notebook="02_patchgan"),
    Topic(4, "images larger than in training", place=10, claims=("any-size",), tab="Paired", notebook="02_patchgan"),
    Topic(4, "a history of generated images (Shrivastava et al.)", place=14, claims=("image-pool",), tab="Unpaired", notebook="03_cyclegan"),
    Topic(4, "the discriminator as a perceptual loss; mode collapse matters little here", place=15, tab="Unpaired", notebook="03_cyclegan"),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of the index: a topic of a lecture, the systems that it names (keys), their notebooks and claims.

    tabs: those that show it beside the tabs of its systems.
    """

    at: str
    topic: str
    systems: tuple[str, ...]
    tabs: tuple[str, ...]
    notebooks: tuple[str, ...]
    claims: tuple[str, ...]


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """Each value that is not empty, where it comes first."""
    return tuple(dict.fromkeys(value for value in values if value))


def index(lecture: int) -> tuple[Row, ...]:
    """The topics of a lecture in its order, those of records and those of TOPICS together."""
    found = [(m, paper.key, "", paper.notebook) for paper in _RECORDS for m in paper.lectures]
    found += [(topic, "", topic.tab, topic.notebook) for topic in TOPICS]
    rows: dict[tuple, list] = {}
    for mention in found:
        where = mention[0]
        if where.lecture == lecture:
            rows.setdefault((where.at, where.place, where.topic), []).append(mention)
    return tuple(
        Row(
            at,
            topic,
            _once(key for _, key, _, _ in rows[at, place, topic]),
            _once(tab for _, _, tab, _ in rows[at, place, topic]),
            _once(notebook for _, _, _, notebook in rows[at, place, topic]),
            _once(claim for where, *_ in rows[at, place, topic] for claim in where.claims),
        )
        for at, place, topic in sorted(rows, key=lambda row: row[:2])
    )
