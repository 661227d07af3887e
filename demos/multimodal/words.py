"""What the tab Multimodal says, in the order of the page. {model} is the name of a method, {drawing} one of the names of drawings
below, {colour} one of the colours at the end."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

LEAD = Markup(
    "<b>One drawing, many right answers.</b> The lines do not say which colour a cat has, a map does not say in which light its "
    "front was seen, one letter can be set in many fonts, and a clear day does not say which sunrise will follow. Beside the drawing these nets "
    "are told a <b>style</b>, a <b>noise</b> or which <b>generator</b> is asked, and for each they paint another answer. Draw, and take the "
    "one that you like."
)

# -- The drawing --

DRAW = "Draw"
KIND = "Kind of drawing"
KINDS = {
    "flat": "Flat",
    "emoji": "Emoji",
    "icons": "Icons",
    "facades": "Fronts",
    "weather": "Skies",
    "letters": "Letters",
}
DIRECTION = "Direction of the translation"
DIRECTIONS = {
    "flat": {"xy": "lines → colours", "yx": "colours → lines"},
    "icons": {"xy": "lines → glossy", "yx": "glossy → lines"},
    "weather": {"xy": "day → sunrise", "yx": "sunrise → day"},
}
DRAWING = "Drawing"
YOURS = "your drawing"
BRING = "Upload a picture"
LANDSCAPE = "landscape {number}"
LETTER = "letter {letter}"
PAINTS = ("sky", "cloud", "sun", "hill", "meadow", "water", "red sky", "red cloud", "dusk", "dark earth")


def example(name: str) -> str:
    """The cat; but front 5, which has a number."""
    return name if name[-1].isdigit() else f"the {name}"


# -- The wall --

WALL = "Answers to it: take one"
MODEL = "Model"
ROLL = "New answers ⟳"
STOP = "Stop"
SAVE_WALL = "Save the wall as PNG"
ANSWERS = "Answers to {drawing}"
ANSWER = "answer {number}"
GENERATOR = "generator {number}"
GENERATOR_AND_NOISE = "generator {generator}, noise {noise}"
PAINTED_UNSEEN = "{drawing} as {model} paints it, mostly {colour}, not shown in training"
PAINTED = "{drawing} as {model} paints it, mostly {colour}"
NOTHING_YET = "Nothing is drawn yet."
STOPPED = "Stopped: these are the estimates as they were."
TOOK = Markup("<b>{count}</b> answers in <b>{ms:.0f} ms</b> on the {device}.")
DASHED = "dashed: not shown in training"
UNSEEN = Markup("Training did not show <b>{count}</b> of them: their frames are dashed.")
DIFFER = Markup("Two of them differ by <b>{spread:.2f}</b> on average, of a range of 2.")


def on_the_way(gradual: bool, done: float | None) -> str:
    """gradual: whether answers are seen as they form.  done: the part of the work, None before the first news."""
    what = "What you see are its estimates after each step" if gradual else "On the way"
    return f"{what}." if done is None else f"{what}, {100 * done:.0f} % done."


# -- The answer that is taken --

TAKEN = "The answer you took"
_EMPTY = "The pad is empty: {do}, and sixteen answers come."
_OUTLINE = _EMPTY.format(do="draw a closed outline, a mug or a face")
PAD_EMPTY = {
    "emoji": _OUTLINE,
    "flat": _OUTLINE,
    "icons": _OUTLINE,
    "facades": _EMPTY.format(do="choose wall, drag a box, and set windows and a door into it"),
    "weather": _EMPTY.format(do="paint a sky with a sun and a hill below it, or upload a photograph"),
    "letters": "The pad is empty: draw a capital letter as large as the pad, and it comes in every font.",
}
PAD_EMPTY_BACK = _EMPTY.format(do="choose a picture, or upload one")
ANSWERED = "{drawing}, answered by {model}: mostly {colour}"
MADE_AT = "made at {px} px"
STYLE = "the style: {numbers}"
STYLE_STAYS = Markup(
    "<b>Its style stays.</b> These {count} numbers ({origin}) are all that {model} is told beside the drawing. "
    "Draw on, or choose another drawing: the style is kept."
)
OF_SEED = "seed {seed}"
OF_PICTURE = "read from a picture"
OF_WALK = "on a walk, or from a link"
GENERATOR_STAYS = Markup(
    "<b>Its generator stays:</b> number {number} of {count}, each a column of the wall. Within a column only the noise of "
    "dropout differs. Draw on, or choose another drawing: the generator is kept."
)
FONT_STAYS = Markup(
    "<b>Its font stays:</b> {font}, one of {count}. {model} has a matrix for each. It finds the few numbers that make your letter "
    "in the font that fits best, and this font's matrix draws them. Choose another letter: the font is kept."
)
RIGHT = "The font's own letter, which training did not show"
RIGHT_ALT = "{drawing} as it is in that font"
NOISE_STAYS = Markup(
    "<b>Its noise stays:</b> seed {seed}. {model} has no style to keep: each answer begins with a noise of its own, and the "
    "same noise need not mean the same thing on another drawing."
)
PREDICT = "Predict first. Take an answer whose colours you like, then choose another drawing. Will it have them, too?"
PREDICTED = (
    "The net is told the style beside the drawing, and paints what it has learned to paint with that style. Try it, and then "
    "look along a column of the grid below: there a style stays, and the drawing changes."
)

# -- The style of another picture --

REFERENCE = "The style of another picture"
FRONT = "front"
SUNRISE = "sunrise"
DAY = "clear sky"
UPLOAD = "Upload a picture of your own"
PICTURES = "Picture whose style is read"
DRAWN = "a drawn {name}"
MADE_BY = "{name}, by {model}"
PICTURE = "{picture}, mostly {colour}"
READ = "a picture"
READ_ALT = "the picture whose style is read"
ITS_STYLE = "its style, {count} numbers"
IN_IT = "{drawing} in it"
IN_IT_ALT = "{drawing} in that style, mostly {colour}"
READ_AGAIN = Markup(
    "Read again from this answer, each number of the style is <strong>{off:.2f}</strong> "
    "off on average. {apart}"
)
READ_APART = "Those of two held-out images are {apart:.2f} apart."
DRAWN_APART = "Those of two styles that are drawn at random are {apart:.2f} apart."

# -- The walk --

WALK = "A walk from one style to another"
PLAY = "▶ Play"
PAUSE = "❚❚ Pause"
TAKE = "Take this style"
START = "Start at your answer"
END = "End at it"
SAVE_WALK = "Save as a GIF"
WAY = "The way from one style to the other, {count} pictures by {model}"
FRAME = "{drawing}, mostly {colour}"

# -- Drawings by styles --

GRID = "Rows keep the drawing, columns keep the style or the generator"
GRID_LABEL = "Drawings by styles"
CELL = "mostly {colour}"
CELL_UNSEEN = "mostly {colour}, not shown in training"
BY_STYLE = "{drawing} by {model}, style {number}"
BY_FONT = "{drawing} by {model}, {font}"
BY_GENERATOR = "{drawing} by {model}, generator {number}"

_FAMILIES = {
    "DejaVuSansMono": "Mono", "DejaVuSans": "Sans", "DejaVuSerif": "Serif", "STIXGeneral": "STIX", "cmb10": "Modern bold", "cmmi10": "Modern math",
    "cmr10": "Modern", "cmss10": "Modern sans", "cmti10": "Modern italic", "cmtt10": "Modern typewriter",
}  # fmt: skip
_CUTS = {"": "", "Bold": " bold", "Bol": " bold", "Oblique": " oblique", "Italic": " italic", "BoldOblique": " bold oblique", "BoldItalic": " bold italic", "BolIta": " bold italic"}  # fmt: skip


def font(label: str) -> str:
    """DejaVuSans-BoldOblique is Sans bold oblique; another label is left as it is."""
    family = next((f for f in _FAMILIES if label.startswith(f)), "")
    cut = label.removeprefix(family).lstrip("-")
    return _FAMILIES[family] + _CUTS[cut] if family and cut in _CUTS else label


# -- A bridge's steps --

BRIDGE = "A bridge in one step, and in more: four noises"
STEPS = "Steps of the bridge"
NOISE = "noise {number}"
FROM_NOISE = "{drawing} from noise {number} in {steps}, mostly {colour}"
APART = "How far two of the four are apart, by the number of steps"
# Both are true of whatever net: at t = 0 it is shown nothing of the noise.
ONE_STEP = Markup(
    "In one step the noise has no influence: at the start the net is not shown it, so all four pictures are the same. Trained by a squared error, "
    "it can do no better there than the <b>mean</b> of all right answers. L1 alone leads to their median: blurred for the same reason."
)
MORE_STEPS = (
    "From its second step on the net is shown where the noise has led, so its answers can differ. More steps follow the path more "
    "closely: the bars show how far the four pictures come apart."
)


def steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


# -- What it learned by --

OBJECTIVE = "What it learned by"


@dataclass(frozen=True)
class Objective:
    """spoken: its equation, for a screen reader.  live: what the terms below it are computed from.  none: why there are none.
    notice: what to notice."""

    spoken: str
    live: str
    none: str
    notice: str


_TAKEN = (
    "The answer that you took stands in for y, the right one. Four styles are drawn, and the numbers are means over them. "
    "No discriminator comes with this model, so its terms are left out."
)
_OWN = (
    "Each term is of your drawing. Four styles are drawn, and the numbers are means over them. No discriminator comes with this model, so its "
    "terms are left out."
)
_NOISES = "The answer that you took stands in for y, the right one. Four times t and four noises e are drawn, and the number is a mean over them."
_NO_TERMS = "No term can be computed here: no discriminator comes with this model."
OBJECTIVES = {
    "bicyclegan": Objective(
        "GAN loss of answers whose style was read, plus lambda times their L1 distance from the right answer, plus lambda KL times the "
        "distance of read styles from the normal distribution, plus GAN loss of answers whose style was drawn, plus lambda latent times "
        "the error of reading that style again",
        _TAKEN,
        _NO_TERMS,
        "E reads a style from an answer, and G is told it beside the drawing. The last term asks that a style that was drawn can be read "
        "again from what G painted. A net that paints the same with every style would fail at it.",
    ),
    "munit": Objective(
        "GAN loss, plus lambda x times the error of an image that is put together again from its content and its style, plus lambda c times "
        "that of a content that is read again, plus lambda s times that of a style that is read again, both ways",
        _OWN,
        _NO_TERMS,
        "No term compares an answer with a right one: there were no pairs. An image, its content and its style must be found again, and "
        "only the discriminator asks that answers look like the other set.",
    ),
    "augmented_cyclegan": Objective(
        "GAN loss of images, plus GAN loss of codes that were read, plus gamma one times the error of the image that came back, plus gamma two "
        "times the error of the code that is read again, both ways",
        _OWN,
        _NO_TERMS,
        "What an answer shows and the drawing does not is read into a code, so that nothing of it has to be hidden in the picture.",
    ),
    "mad_gan": Objective(
        "the negative logarithm of the share that D gives to the answer being real, plus lambda times the L1 distance of the nearest generator's "
        "answer from the right one",
        "The answer that you took stands in for y, the right one: so the generator that made it is the nearest, and only its dropout "
        "is left of the distance. No discriminator comes with this model, so its term is left out.",
        _NO_TERMS,
        "D does not only tell real from made: it must name the generator that made an answer, which it can do once they paint differently. "
        "And of a right answer the nearest generator alone learns: the others are free to keep to other colours.",
    ),
    "bridge": Objective(
        "squared error of the direction v, where z zero is the drawing with noise, and z t lies on the straight way from it to the right answer",
        _NOISES,
        _NO_TERMS,
        "No discriminator: a squared error, and answers differ all the same. What the net is shown, z at the time t, holds a part of the "
        "answer already, so the mean that it learns is that of the answers which fit to this part.",
    ),
    "diffusion": Objective(
        "squared error of the velocity, where y t is the right answer with noise, more of it the greater t is",
        _NOISES,
        _NO_TERMS,
        "No discriminator: a squared error, and answers differ all the same. The net is shown a noisy answer, and learns the mean of "
        "those answers alone that could have become it.",
    ),
    "bilinear": Objective(
        "the sum over fonts and letters of the squared error of the letter drawn as the matrix of the font times the numbers of the letter",
        "The mean over pixels, for this letter in the font that you took, where the font itself says what is right.",
        "To a letter of your own no font says what is right: choose one of the alphabet.",
        "Where training did not show a letter in a font, the term was never made small for it. Take one with a dashed frame, and compare.",
    ),
}

# -- Side by side --

COMPARE = "Side by side: four answers of each to your drawing"
ASK = "Let all of them answer"
NOT_ASKED = "not asked yet"
JUST_NOW = Markup("a sample, just now <b>{ms:.0f} ms</b>")
ONE_OF_FOUR = "{drawing} by {model}, mostly {colour}"
FIGURES = {
    "diversity": "diversity of samples",
    "diversity of answers": "diversity of right answers",
    "sample to answer": "sample to answer",
    "answer to sample": "answer to sample",
}
FIGURES_MEAN = (
    "Diversity is how far samples of one drawing are from each other; it should be near that of right answers. The other two are distances "
    "from a sample to the nearest right answer, and from a right answer to the nearest sample: less is better. All are PD-i2i, and stand on the models' cards."
)

# -- What is refused --

DRAW_FIRST = "the pad is empty: draw something first."
NOTHING_TO_SAVE = "there is nothing to save yet: draw something first."
SEVERAL_GENERATORS = "the endpoint lets each seed choose its generator, and the wall has one in each column: take another model."
NO_MODEL = "there is no model {model!r} in this tab; there are {models}."
NO_PICTURE = "there is no picture: send one."
THIS_FILE = "this file"
NO_WAY = "{model} goes the ways {ways}; got {direction!r}."

MANY = "n is the number of answers, 1 to 64; got {n}."

# -- The endpoint --

ENDPOINT = "n answers to one picture, 1 to 64; model is one of {models}; style: the seed of one style for all, or -1; of fonts, seed and style count from 0; direction: xy, or yx for the way back."

# -- Colours --

RED, ORANGE, YELLOW, GREEN = "red", "orange", "yellow", "green"
TURQUOISE, BLUE, VIOLET, PINK = "turquoise", "blue", "violet", "pink"
WHITE, GREY, BLACK = "nearly white", "grey", "black"

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "What is on this pad does not settle the answer. So these nets are told random numbers beside it, a style or a "
    "noise, and paint another picture for each. Draw a stroke: all of them follow.",
    "Ask for new answers: the drawing stays, and the random numbers are others. What stays in all pictures comes from "
    "the drawing, and what changes comes from the numbers.",
    "Take the answer that you like. What the net was told beside the drawing is then kept: draw on, or choose another "
    "drawing.",
    "Between two styles lie others, and each of them is an answer, too. Move the slider: is every picture on the way "
    "as good as those at its ends?",
    "Let all methods answer your drawing. Whose answers differ most? With each stand the diversity of its samples, that "
    "of right answers, which it should be near, and the time that a sample takes.",
)
