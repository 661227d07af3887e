"""What the tab Inpainting says, in the order of the page. Code fills in the {named} places."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

LEAD = Markup(
    "<b>What was in the hole?</b> Many answers fit what surrounds it. A net that learns by the absolute difference alone paints "
    "something near their middle; PGGAN asks two discriminators as well: one looks at the whole picture, one at every patch."
)

# -- The picture, and a hole in it ----------------------------------------------------------------------------------------

PICTURE_AND_HOLE = "The picture, and a hole in it"
KIND = "Kind of picture"


@dataclass(frozen=True)
class SubjectText:
    """title; learnt: what the net learned from; notice: what to notice in its images."""

    title: str
    learnt: str
    notice: str


SUBJECTS = {
    "facades": SubjectText(
        title="Fronts",
        learnt="It learnt from some four hundred photographs of building fronts, at {side} px.",
        notice="A front repeats itself, so the rim says much about the middle: look whether ledges and rows of windows "
        "continue, and whether windows stand where the rows ask for them. It learnt from photographs; these fronts are drawn. "
        "Make the hole wider: the farther from its rim, the less the net has to go by.",
    ),
    "photographs": SubjectText(
        title="Photographs",
        learnt="It learnt from eleven hundred photographs, three quarters of which are of the weather, at {side} px.",
        notice="Sky, water and walls continue across a small hole. In a large one only the rim is near to something known, and "
        "towards the middle the net invents light and dark shapes that mean nothing. It cannot paint a face: it has seen too "
        "few.",
    ),
    "emoji": SubjectText(
        title="Emoji",
        learnt="It learnt from emoji of one drawing style, at {side} px.",
        notice="Outlines that enter the hole have to meet somewhere, and smooth shading is easy to continue. But a covered "
        "handle or eye is lost: the net can only guess it from the rest of the picture.",
    ),
}
FRONT = "front {number}"
EXAMPLES = {
    "day": "lake by day",
    "ribbons": "without her ribbons",
    "star": "without the star",
    "dawn": "lake at dawn",
    "clouds": "clouds",
    "hills": "hills",
}
YOURS = "your picture"
CREDIT = "Rear Admiral Grace Hopper, a public-domain photograph of the US Navy, as Matplotlib carries it."

BRUSH_ALT = "the picture to mark a hole in: {picture}"
FILLING = "Filling …"
HOLE_SHARE = Markup("The hole is <b>{percent:.1f} %</b> of {w} × {h} px.")
REDUCED = "Pictures are worked on at no more than {longest} px a side."
NOTHING_MARKED = (
    "Nothing is marked yet: brush over what should be filled. Until then the picture stays as it is."
)
ALL_MARKED = "The hole covers the whole picture, so there is nothing left to go by: erase some of it."

# -- Before and after -----------------------------------------------------------------------------------------------------

BEFORE_AND_AFTER = "Before and after"
DOWNLOAD = "Download the PNG"
TITLES = {"pggan": "PGGAN", "membrane": "soap film", "given": "with its hole", "picture": "the picture"}
FILLED_ALT = "{picture}, its hole filled by {title}"
GIVEN_ALT = "{picture}, its hole grey, as the nets are given it"
WHOLE_ALT = "{picture}, before the hole was made"

STARTS = {  # what the generator finds in the hole, by the `start` of its model
    "grey": "Its generator is shown the picture with the hole greyed out, and the mask.",
    "film": "Its generator is shown the picture with a soap film over the hole, to which it adds, and the mask.",
}
FILM = Markup(
    "A <b>soap film</b> is the smoothest surface that a wire frame can hold. Here the rim of the hole is the frame, and "
    "Laplace’s equation gives the film. Nothing is learnt: a net should do better."
)
FILM_NOTICE = (
    "Every pixel of the hole is the mean of its four neighbours. It is hard to beat in PSNR where the hole hides an even "
    "surface, and it never paints an object."
)
HEADS = {  # of the figures, each with what it means
    "l1": ("L1", "hole L1: mean absolute difference to the truth, of a range of 2; less is better"),
    "psnr": ("PSNR", "hole PSNR: the same squared, in dB; more is better"),
    "distance": ("PD-i2i", "hole PD-i2i: distance as the gallery's own net sees it; less is better"),
    "energy": ("energy ratio", "hole energy: squared differences of neighbours, those of the truth = 1"),
}
BEST = "Inside the hole alone, against the original; the better value is violet."
NO_FIGURE = "Nobody knows what your picture ought to hold there, so there is no figure."
OUTSIDE = Markup("Of {count} pixels outside the hole <b>{changed}</b> changed.")

# -- Other pictures -------------------------------------------------------------------------------------------------------

OTHERS = "Other pictures, or a photograph of your own"
PICTURE = "Picture"
BRING = "Drop, paste or take a photograph"
PREDICT = Markup(
    "<b>Predict first.</b> Where will the net miss the truth by more, in a wide hole or in a thin line? Take the centre and "
    "read the figures; then clear it, brush one thin line across, and read them again."
)
NOT_KEPT = "What you bring is deleted within the hour."

# -- Four losses side by side ---------------------------------------------------------------------------------------------

FOUR = "Four losses side by side"
FOUR_OF_YOURS = "The hole above, and what surrounds it."
FOUR_OF_A_FRONT = "The first front (choose fronts above, and this card follows your brush): its hole, and what surrounds it."
FOUR_NETS = Markup(
    "The four nets are narrower than the one above and learnt alike but for the terms that are struck out; {weights}."
)
FOUR_ALT = "the hole filled by {title}"
TRUTH_ALT = "what stood there"
TRUTH = "the truth"
NOTHING_LEARNT = "nothing learnt"


@dataclass(frozen=True)
class LossText:
    """title; short: its name among measured figures."""

    title: str
    short: str


LOSSES = {
    "l1": LossText("reconstruction alone", "reconstruction alone"),
    "global": LossText("with the global D: G‑GAN", "global"),
    "patch": LossText("with the patch D: P‑GAN", "patch"),
    "both": LossText("with both: PGGAN", "both"),
}
_SPOKEN = {
    "rec": "lambda 1 times the reconstruction loss",
    "global": "lambda 2 times the loss by the global discriminator",
    "patch": "lambda 3 times the loss by the patch discriminator",
}


def objective(terms: tuple[str, ...]) -> str:
    """The objective of these terms, as one says it."""
    return "the loss is " + " plus ".join(_SPOKEN[term] for term in terms)


FOUR_PREDICT = (
    "Predict first. Which of the four has the least L1 in the hole, and which looks most like a front?"
)
FOUR_ANSWER = Markup(
    "They need not be the same net. Where several fronts are possible, the least expected absolute difference is their median, "
    "which is soft; nothing in L<sub>rec</sub> asks for more. A discriminator may object to softness, at the price of windows "
    "that stand elsewhere than in the truth. Compare your answer with the figures in violet, over several holes: one hole is "
    "one draw."
)
FOUR_NOTICE = (
    "The patch discriminator asks every patch that touches the hole for the texture of a photograph, and sees too little to "
    "tell whether a window belongs there. The global one sees the whole layout in a single number, and has little to say about "
    "any one place. The soap film has learnt nothing: where a net is no better than it, the net has learnt little for this hole."
)


def measured(figures: dict[str, list[float]]) -> str:
    """figures: PSNR and energy of each of LOSSES."""
    told = "; ".join(
        f"{LOSSES[key].short}: {psnr:.2f} dB and {energy:.2f}" for key, (psnr, energy) in figures.items()
    )
    return (
        "Measured on drawn fronts of 64 px without their middle, over several seeds, PSNR and energy in the hole: "
        f"{told}."
    )


# -- What D sees ----------------------------------------------------------------------------------------------------------

CRITIC = "What D sees"
CRITIC_BEFORE = "before: the soap film"
CRITIC_AFTER = "after: PGGAN"
CRITIC_ALT = "{title}, as the discriminator is shown it"
CRITIC_WHOLE = Markup("the whole: <b>{percent:.0f} %</b> real")
CRITIC_SCALE = "from red, made, to green, real"
CRITIC_TOLD = Markup(
    "from <b>made</b> to <b>real</b>. D is shown {side} × {side} px around the hole. Each of {grid} × {grid} cells is the middle "
    "of a patch of {across} × {across} px, so cells beside the hole see into it."
)
CRITIC_NOTICE = (
    "One trunk, two heads: a single number for the whole picture, and a map with one for each patch. It learnt from the patches "
    "that touch a hole, for all others are real ones: look whether the hole stands out in the map, before and after. D learnt "
    "against this very net and on photographs of its own kind; on other pictures its numbers are to be compared, not believed."
)
_PLACES = {"hole": "in the hole", "beside": "beside it"}


def critic_patches(real: dict[str, float]) -> Markup:
    """real: the belief of the patch head, by place, "hole" and "beside"."""
    shares = (Markup("{} <b>{:.0f} %</b>").format(_PLACES[place], 100 * p) for place, p in real.items())
    return Markup("its patches: {}").format(Markup(" · ").join(shares))


def critic_map_alt(columns: int, rows: int, real: dict[str, float]) -> str:
    shares = ", ".join(f"{_PLACES[place]} {100 * p:.0f} percent" for place, p in real.items())
    return f"a map of {columns} × {rows} patches over it; taken for real: {shares}"


def no_critic(subject: str, others: list[str]) -> str:
    """subject, others: keys of SUBJECTS, without and with a discriminator."""
    choose = " or ".join(SUBJECTS[key].title.lower() for key in others)
    return f"To save space the net for {SUBJECTS[subject].title.lower()} came without its discriminator: choose {choose}."


PAPER_NOTE = "PGGAN here is patch and global, and not Progressive GAN."

# -- The endpoint, and what is refused ------------------------------------------------------------------------------------

API = (
    "A picture with its hole filled, which a mask marks in white on black or in any colour on a transparent layer; model is one "
    "of {models}."
)
MASK = "The mask {fills}"  # fills: the rest of the sentence, as the package says it
NO_MODEL = "there is no model {model!r} in this tab; there are {models}."
NO_PICTURE = "there is no picture: send one."
THIS_FILE = "this file"  # what a refusal calls a picture that was brought
DELETED = "your picture was deleted, as all are within the hour; bring it again."
TOO_LARGE = "{w} x {h} px cannot be filled here: {longest} px a side can."

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "The net is given the picture with a hole, and is told where the hole is. Brush one over something: what was "
    "there has to be invented.",
    "Move the line over the hole. Outside of it nothing may change; inside, many answers would fit, and what stood "
    "there is one of them.",
    "Choose the other way to fill. A soap film is as smooth as can be and has learned nothing. It is hard to beat "
    "where the hole hides an even surface, and it never paints an object.",
    "Here stand nets that differ in their loss alone. The one with reconstruction alone paints the middle of all that "
    "would fit, which is soft. A discriminator asks for what looks real, and may put it in the wrong place.",
    "What a discriminator sees: one number for the whole, and a map of patches, green for real and red for made. Does "
    "the hole stand out, before and after?",
)
