"""What the tab Super-resolution says, in the order of the page. Code fills in the {named} places."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

LEAD = Markup(
    "<b>Four times as wide and as high: sixteen pixels for each one.</b> Fifteen of them were never there, and many sharp "
    "pictures would shrink to the same small one. A net that learns by the squared error paints the mean of them all, which is "
    "blurred; SRGAN has a discriminator, D, as well, and paints one of the sharp pictures."
)

# -- The picture, and a part of it ----------------------------------------------------------------------------------------

PICTURE_AND_PART = "The picture, and a part of it"
SIDE = "Side of the part"
PIXELS = "{side} px"
WAY = "How the part is enlarged"
WAYS = {"shrink": "shrink it first", "as-is": "as it is"}

SHRUNK_FIRST = Markup(
    "The part, <b>{w} × {h} px</b>, is shrunk to {small_w} × {small_h} and enlarged again: so the original is known."
)
TOO_SMALL_TO_SHRINK = Markup(
    "A part of {w} × {h} px is too small to be shrunk four times, so it is enlarged as it is, to <b>{large_w} × {large_h} px</b>."
)
AS_IT_IS = Markup(
    "The part, {w} × {h} px, is enlarged to <b>{large_w} × {large_h} px</b>. Nobody knows what it ought to be."
)

EXAMPLES = {
    "glasses": "glasses and cap",
    "ribbons": "ribbons",
    "stars": "stars",
    "bricks": "bricks",
    "cobbles": "cobbles",
    "cloth": "cloth",
    "wood": "rings of wood",
    "stripes": "stripes",
    "day": "lake by day",
    "dawn": "lake at dawn",
    "icon": "icon",
}
YOURS = "your picture"
CREDIT = "Rear Admiral Grace Hopper, a public-domain photograph of the US Navy, as Matplotlib carries it."

# -- Before and after -----------------------------------------------------------------------------------------------------

BEFORE_AND_AFTER = "Before and after, and the loss it was trained with"
COLUMNS = {"bicubic": "bicubic", "original": "the original", "given": "what is given"}
TWICE = "{title}, twice"  # the title of a model that doubles the sides
ORIGINAL_ALT = "the part of {picture}, the original"
ENLARGED_ALT = "the part of {picture}, enlarged by {title}"
GIVEN_ALT = "what the models are given: {w} x {h} px"
CURTAIN_AT_WORK = "At work …"


@dataclass(frozen=True)
class EnlargerText:
    """title, its loss in a word and in a few, the equation (and in words), what to notice."""

    title: str
    short: str
    loss: str
    equation: Markup
    spoken: str
    notice: str


# The factors are those of the recipes: a test holds them together.
_PHI = Markup(
    '<span class="l1">0.2 · mean (φ(y) − φ(G(x)))²</span> <span class="l1">+ 0.25 · mean (y − G(x))²</span>'
)

ENLARGERS = {
    "srcnn": EnlargerText(
        title="SRCNN",
        short="MSE",
        loss="the squared error of the brightness",
        equation=Markup('<i>L</i> = <span class="l1">mean (Y − G(Y<sub>bicubic</sub>))²</span>'),
        spoken="the mean squared difference of the brightness of the original and of the result",
        notice="Three convolutions improve the brightness of the bicubic picture; its colour stays bicubic. Look along a "
        "strong edge: it is narrower, with less of a halo. Where bicubic lost a texture it stays lost, for each pixel is made "
        "from 17 × 17 of them.",
    ),
    "srresnet": EnlargerText(
        title="SRResNet",
        short="MSE",
        loss="the squared error of the pixels",
        equation=Markup('<i>L</i> = <span class="l1">mean (y − G(x))²</span>'),
        spoken="the mean squared difference of the original and the result",
        notice=Markup(
            "Edges are sharp where x leaves no doubt about them. Where many sharp pictures would have shrunk to the same x, the "
            "least expected squared error is their <b>mean</b>: hair, cloth and skin turn smooth. A good PSNR, and the detail is "
            "gone."
        ),
    ),
    "content": EnlargerText(
        title="SRGAN, no D",
        short="content + MSE",
        loss="the content loss (what a fixed net φ sees) and the squared error, without a discriminator",
        equation=Markup("<i>L</i> = {}").format(_PHI),
        spoken="a fifth of the squared difference of what a fixed net phi sees, plus a quarter of that of the pixels",
        notice="The same generator, but now what a fixed net φ sees must agree, too; the pixels count a quarter. The paper does "
        "not need them, since its φ, VGG-19, keeps the colours. Edges get more contrast. What φ does not see is hardly "
        "corrected: look at fine patterns.",
    ),
    "srgan": EnlargerText(
        title="SRGAN",
        short="+ adversarial",
        loss="the content loss, the squared error and a discriminator",
        equation=Markup(
            '<i>L</i> = {} <span>+ 10<sup>−3</sup> · <span class="gan">(−log D(G(x)))</span></span>'
        ).format(_PHI),
        spoken="a fifth of the squared difference of what a fixed net phi sees, plus a quarter of that of the pixels, plus a "
        "thousandth of minus the logarithm of D's belief that the result is an original",
        notice=Markup(
            "The discriminator D now asks: could this be a photograph? A mean of photographs is none, so G must choose "
            "<b>one</b> of the sharp answers. Grain and edges come back and PSNR falls. They are <b>made up</b>: compare them "
            "with the original, and never read a number plate in them."
        ),
    ),
}
TRAINED = Markup("{title} was trained with <b>{loss}</b>")
HEADS = {  # of the table's columns, each with what it means
    "mse": ("squared error", "mean (y − G(x))², colours in [−1, 1]"),
    "content": ("φ distance", "mean (φ(y) − φ(G(x)))²"),
    "psnr": ("PSNR", "dB, of the brightness, without the outermost 4 px"),
    "distance": ("PD-i2i", "distance as the gallery's own net sees it, over all its layers"),
    "detail": ("detail", "mean squared gradients, those of the original = 1"),
}
NO_D = "D was needed for training only and is not shipped, so its term has no number here."
BEST = "The best value of each column is violet. Is each net the best at what it was trained for?"
NO_ORIGINAL = (
    "Nobody knows the original here, so there is no PSNR. What can be measured: shrunk again, by how many grey levels of 255 "
    "each misses what it was given."
)
TOO_SMALL_TO_JUDGE = "Too small to be judged: 40 px of an original are the least."

# -- Other pictures -------------------------------------------------------------------------------------------------------

OTHERS = "Other pictures, or a photograph of your own"
PICTURE = "Picture"
BRING = "Drop, paste or take a photograph"

# -- One magnifier for all ------------------------------------------------------------------------------------------------

MAGNIFIER = "One magnifier for all"
SAVE = "Save the comparison as PNG"
COLUMN_AT_WORK = "at work …"
COLUMN_ORIGINAL = "what it ought to be"
COLUMN_TOO_SMALL = "too small to be judged"
COLUMN_FIGURES = Markup("<strong>{psnr:.2f}</strong> dB &nbsp; detail <strong>{detail:.2f}</strong>")
COLUMN_MISSED = Markup("shrunk again, differs from x by <strong>{levels:.2f}</strong>")

# -- The power spectrum ---------------------------------------------------------------------------------------------------

SPECTRUM = "Where the detail ends: the power spectrum"
SPECTRUM_ACROSS = "cycles across the picture"
SPECTRUM_UP = "power, dB"
SPECTRUM_BEYOND = "not in x"
SPECTRUM_TOO_SMALL = "Too small for a spectrum: 32 px of a result are the least."
SPECTRUM_NOTICE = (
    "Left of the tinted part all agree, since x holds these frequencies. In the tinted part bicubic falls at once, and a net "
    "that was trained with the squared error falls where it is no longer sure. A discriminator asks for as much power as a "
    "photograph has, whether the detail is right or not."
)


def _whose(known: bool) -> str:
    return "the original's" if known else "the strongest one's"


def spectrum_alt(shares: dict[str, float], known: bool) -> str:
    """shares: of the power beyond what the input holds, by title; known: the whole is the original's power."""
    told = ", ".join(f"{title} {100 * share:.0f} %" for title, share in shares.items())
    return f"power over cycles per picture; beyond what the input holds, in per cent of {_whose(known)} power: {told}"


def spectrum_told(known: bool) -> str:
    return (
        "The tinted part lies beyond the pixels of x: whatever stands there was guessed. "
        f"In per cent: how much of {_whose(known)} power each has there."
    )


# -- The whole photograph -------------------------------------------------------------------------------------------------

WHOLE = "The whole photograph, in tiles"
WHOLE_TOO_LARGE = Markup("<b>Too large.</b> {why}")
WHOLE_BEFORE = Markup(
    "All of <b>{picture}</b>, {w} × {h} px, by <b>{title}</b> becomes <b>{large_w} × {large_h}</b>, in {tiles} of at most "
    "{side} px, each computed with as much of its surroundings as one pixel can see: so there is no seam, and memory stays the "
    "same however large the picture is. That takes about {time} on two cores."
)
WHOLE_ALT = "the whole picture by {title}: {done} of {of} tiles are done"
WHOLE_TILE = Markup("{title}: tile <b>{done}</b> of {of}")
WHOLE_SIZE = "{w} × {h} px"
WHOLE_LEFT = Markup("about <b>{time}</b> left")
WHOLE_AT_WORK = "at work …"
STARTING = "Starting a process of its own …"
WAITING = "Somebody else's photograph is being enlarged. That takes {time} more; then it is your turn. Stay, or press Stop."
WRITING = "Writing the PNG …"
DONE = "Done."
STOPPED = "Stopped after {done} of {of} tiles; nothing was kept."

ENLARGE_ALL = "Enlarge all of it"
ONLY_TWICE = "Only twice"
STOP = "Stop"
DOWNLOAD = "Download the PNG"
WHOLE_NOTE = (
    "It runs in a process of its own, which Stop ends at once. One large photograph is enlarged at a time, and one small one "
    "beside it: a second visitor waits, a third is asked to come back. What you bring and what is made of it are deleted within "
    "the hour."
)


def tiles(count: int) -> str:
    return "1 tile" if count == 1 else f"{count} tiles"


def duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


# -- The endpoints, and what is refused -----------------------------------------------------------------------------------

API_ENLARGE = "A picture at four times its sides; model is one of {models}."
API_SCORES = "Figures of a model, and of bicubic, on a picture that is shrunk four times and enlarged again."
NO_MODEL = "there is no model {model!r} in this tab; there are {models}."
NO_PICTURE = "there is no picture: send one."
THIS_FILE = "this file"  # what a refusal calls a picture that was brought
DELETED = "your picture was deleted, as all are within the hour; bring it again."
ENDED_EARLY = "the work ended early; try again."
NOT_SCORED = "{w} x {h} px cannot be scored here: 48 to 512 px a side can."
NO_PLACE = "a place is two numbers, x and y."

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "The nets are given a small part of this picture, and make it four times as wide and as high. Choose another "
    "part: letters, hair and leaves are hard.",
    "To the left and to the right of the line is the same part, shown in two ways. Move the line: which edges are "
    "sharp, and which of them do you believe?",
    "Choose another net; below its name stands its loss. The squared error asks for the mean of all sharp pictures "
    "that fit, which is soft. With a discriminator a net paints one of them, and it may be the wrong one.",
    "One magnifier lies over all of them. Move it, and look for detail that is sharp and wrong: where the original is "
    "known, it stands at the end of the row.",
    "The small picture holds none of the frequencies in the tinted part. A net that learned by the squared error "
    "falls there where it is no longer sure; a discriminator asks for the power of a photograph, be the detail right "
    "or wrong.",
)
