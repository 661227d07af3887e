"""What the tab Paired says, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

LEAD = Markup(
    "<b>pix2pix</b> learns from pairs: a drawing and its picture, a map and its photograph. A generator paints, "
    "a discriminator, <b>D</b>, says patch by patch whether the pair looks real. Draw below; it answers while you draw, and in an emoji it follows dabs of colour."
)

# -- The pad ---------------------------------------------------------------------------------------------------------------

DRAW = "Draw"
KIND = "Kind of drawing"
UPLOAD = "Upload a picture"
FILE = "this file"


@dataclass(frozen=True)
class Subject:
    """makes: what the answers are; predict: a question, and its answer; empty: in place of an answer to an empty pad; unlike: of an
    uploaded picture that is no drawing of this kind."""

    title: str
    makes: str
    notice: str
    predict: str
    answer: str
    empty: str
    unlike: str


_NO_LINES = "This picture is not lines on white paper, and the model has seen nothing else: take what it paints for a guess."

EMOJI = Subject(
    "Emoji",
    "an emoji",
    "Black lines say where, and colour is a guess until you give one. Dab a coloured pen into a part, here and there: it "
    "turns to that colour, and the lines stay where they are. The model adds light and shade itself, since a dab is flat.",
    "Draw a circle, with two eyes and a mouth. Which colour will the face be? Then put a blue dab into a circle without a face. "
    "How far will the blue spread?",
    "The face turns yellow or orange, since most round faces in this set are. A bare circle is a fainter guess, between skin and "
    "orange. The dab turns it blue, and the paper outside stays white. A small dab may stay a spot: give a large part two or three.",
    "The pad is empty: draw a closed outline, a mug or a face, nearly as large as the pad, and the model fills it in; a dab of colour says with what.",
    _NO_LINES,
)
ICONS = Subject(
    "Icon",
    "a glossy icon",
    "These pairs are made by a program, so the true answer is known and the terms of the objective can be shown in "
    "full. The outline is copied through the skips of the U-Net, pixel for pixel; the colour is a guess.",
    "Which term is larger here after the factor 100: the adversarial or the L1 term?",
    "Nearly always λ L1: with λ = 100 a mean difference of 0.1, of a range of 2, already counts 10, while the "
    "adversarial term rarely passes 3. The GAN decides only what L1 leaves open.",
    "The pad is empty: draw a closed outline, a mug or a face, and the model fills it in.",
    _NO_LINES,
)
FACADES = Subject(
    "Façade",
    "a building front",
    "A label map says window, not which window. Panes, shutters, shadows under the sills are invented from some "
    "four hundred photographs of fronts, and repeat wherever the map repeats. Where a map is unusual (a door in the "
    "sky) the model paints what the discriminator D would accept at such a place. The pad shows materials in colours that are easy to tell apart; "
    "the net is given those of its dataset.",
    "Paint a window on the sky. Will it look like a window?",
    "It will look only half like one: D judges patches of 70 px, and a window without wall around it was never in a real patch, so the "
    "model lets it fade, or paints wall around it.",
    "Nothing is painted yet: choose wall, drag a box, then set windows and a door into it.",
    "This picture is not a map in the colours of the dataset, and the model has seen nothing else: take what it paints for a guess.",
)

# -- The answer ------------------------------------------------------------------------------------------------------------

MADE = "pix2pix makes"
ANSWER = "pix2pix’s answer to {drawing}: {makes}, by dropout seed {seed}"
ANSWER_PASSING = "pix2pix’s answer to your drawing"
OWN = "your drawing"
EXAMPLE = "the example {name}"
EXAMPLE_CHANGED = "the example {name}, drawn further"
TOOK = "{milliseconds:.0f} ms on {device}, {width} px"
SEED = "dropout seed"
SEED_MEANS = "The number that the noise of dropout is drawn from: the same seed gives the same picture"
ANOTHER = "another ⟳"
NO_MODEL = "there is no model {asked!r} in this tab; there are {here}."

# -- The objective ---------------------------------------------------------------------------------------------------------

OBJECTIVE = "The objective, for what you see"
EQUATION_READ = "G star is the G that minimises, over the D that maximises, the conditional GAN loss plus lambda times the L1 loss"
SHARPNESS = Markup("Sharpness against the true picture: {sharp:.2f} &nbsp;·&nbsp; PSNR {psnr:.1f} dB")
REVEAL = "Guess its true colours, then reveal"
TRUTH = "the true answer"
NO_TRUTH = "A drawing of yours has no true answer, so there is no L1 to show: only D judges it."
PREDICT = "Predict first. {question}"

# -- Four samples ----------------------------------------------------------------------------------------------------------

DICE = "Roll the dice: four dropout samples"
SAMPLE = "seed {seed}"
DIFFER = "where they differ, × {factor}"
SPREAD = Markup(
    "Mean difference between two samples: <b>{spread:.3f}</b> of a range "
    "of 2. Dropout is pix2pix's only noise: it moves edges and shades, and leads to no other thing."
)
NO_SAMPLES = "No samples of this drawing yet: roll, and four answers to it come."
OLD_SAMPLES = "These are of an earlier drawing: roll for the one on the pad."
ROLL = "Roll for what is on the pad"

# -- Why it works ----------------------------------------------------------------------------------------------------------

WHY = "Why it works"
WHY_LEAD = (
    "What each term of the objective is for, shown by nets that were trained alike except for one thing, at 128 px, on photographs of façades. "
    "They follow the pad when it holds a map of materials, and otherwise show the town house. The eye of D follows every drawing."
)

APART = "The objective taken apart"
# What a net was trained with, and what comes of it.
TRAINED = {
    "cgan": ("cGAN alone", "sharp, but free to invent: nothing ties it to the brightness of this building"),
    "l1": ("L1 alone", "the mean of all answers: right on average, and therefore blurred"),
    "both": ("L1 + cGAN", "L1 fixes the layout and the light, the discriminator asks for detail"),
}
NET = "the façade made by net {letter}"
NET_NAMED = "the façade made by the net trained with {name}"
FACTS = Markup(
    "gradient energy <b>{sharp:.2f}</b> of the net with both · <b>{read:.0f} %</b> of the map can be read back"
)
WHICH = Markup("<b>Predict first.</b> One of the three never met a discriminator. Which one?")
GUESS = "Your guess"
SHOW_WHICH = "Show which"
_B_IS_L1 = Markup(
    "<b>{verdict}: B is L1 alone.</b> Where several answers are possible, L1 is expected to be least in the "
    "middle of them, and the middle of many sharp windows is a soft one. A discriminator has never seen a soft window in a "
    "photograph, so it rejects one. But without L1 it accepts any sharp building, even a quite different one."
)
RIGHT = _B_IS_L1.format(verdict="Right")
WRONG = _B_IS_L1.format(verdict="Not quite")

EYE = "Through the discriminator's eye"
PATCH = "Width of the patch"
PATCHES = {1: "pixel", 16: "16 px", 70: "70 px", 142: "all of it"}
VIEW_MADE = "made"
VIEW_TRUE = "real"
EYE_NOTICE = (
    "Green is what D takes for real, red what it doubts. Click anywhere: the frame shows the part of the picture and of the "
    "input that one logit depends on. (Norm layers also use the mean of the whole picture.) For icons and façades there are Ds with other patches, too: "
    "one pixel shows D little but a colour; 16 px show a texture; 70 px show a window with its wall. A D that sees the whole picture has few logits, "
    "so it can teach G fewer different things."
)

LARGER = "Larger than trained"
MAPS = "the label maps, side by side"
STREET = "a street of {count} fronts, made in one pass"
STREET_CAPTION = (
    "{street}: {width} × {height} px in {milliseconds:.0f} ms; in training every picture was {side} × {side}"
)
WIDE = "Put the front on the pad into the street"

# -- The endpoint ----------------------------------------------------------------------------------------------------------

ENDPOINT = "pix2pix on a picture: model is emoji, icons or facades."

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "The generator, G, is given what is on this pad, and has to finish it. Draw something: it answers after each "
    "stroke. It fails where a drawing is unlike all that it learned from.",
    "The drawing says where things are, and G makes up what it leaves open. Another seed changes little: for one "
    "drawing G has learned to give one answer.",
    "What G learned by. A discriminator, D, looks at drawing and picture together, and says whether they look real. "
    "L1 asks that each pixel be near the true one, so it can be given only where the true picture is known.",
    "Dropout is the only noise here. Roll again: four answers to what is on the pad, and a map of where they differ. "
    "No term of the objective asks G to use its noise.",
    "Through the eye of D: each of its numbers is about one patch, green where it takes it for real and red where it "
    "doubts. Click on another place: the frame holds all that the number there depends on.",
)
