"""What the tab Train live says, in the order of the page: the training, then the mirror."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

LEAD = Markup(
    "<b>Two nets learn before your eyes.</b> G paints, D judges, and each learns from the other: let D take a step, or G, or both, "
    "and see what it changes. It is pix2pix at 64 px, on one processor core. A training lasts four minutes, and one visitor trains at a time. "
    "In the part Mirror a net that is trained answers your camera."
)

# -- Training: the drawings -----------------------------------------------------------------------------------------------

SOURCE = "What it learns from"
SOURCES = {"drawings": "Six drawings", "icons": "Icons"}
DRAW = "Choose one, clear it, and draw your own: areas of colour. The net gets the outlines of each as x, and learns to paint them."
ON_PAD = "Which drawing is on the pad"
DRAWING = "drawing {number}"
ICON = "an icon"
ALL_EMPTY = "all six drawings are empty: there is nothing to learn from; draw one at least."

# -- Training: the stage --------------------------------------------------------------------------------------------------

TRAINING = "The training"
TRAIN = "Train"
PAUSE = "Pause"
STEPS = {"d": "D step", "g": "G step", "both": "Both"}
START_OVER = "Start over"
COUNT = "Steps a click"


def steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


WEIGHT = "Weight of L1"
WEIGHS = "λ = {weight}"

RECORDED = "A training that was recorded: {made}. Yours begins when you press a button."
FRAME = "{row}, number {number}"

# Rows of pictures: what stands before each, and what each picture shows.
X, Y = Markup("<b>x</b>"), Markup("<b>y</b>")
INPUT = Markup("<b>x</b> <span>the input</span>")
NOW = Markup("<b>G(x)</b> <span>now</span>")
D_ON_MADE = "D on G(x)"
ANSWER = Markup("<b>y</b> <span>the answer</span>")
D_ON_ANSWER = "D on y"
INPUT_SHOWS = "the input x: {name}"
NOW_SHOWS = "G(x) after {steps} steps of G: {name}"
ANSWER_SHOWS = "the answer y: {name}"
OPINION_SHOWS = "D finds {what} real with {percent:.0f} %"

# How far it is.
READYING = "Getting ready: a process of its own starts."
STILL_READYING = (
    "Getting ready, {seconds:.0f} s so far (about {usual} s on two cores, or none if a process is ready)."
)
WAITING = "Somebody else trains now, for {minutes} more; then it is your turn. Stay, or press Start over and come back later."
LEFT = "{minutes}:{seconds:02d} left"
OVER = "The time is over: train again, or try another λ."
STEPS_OF_D = Markup("steps of D <b>{count}</b>")
STEPS_OF_G = Markup("steps of G <b>{count}</b>")
WAS = "was {value:.2f}"
VERDICT = "D finds y real with {real:.2f} and G(x) with {fake:.2f}, after {d} steps of D and {g} of G"

# -- Training: lines of one's own -----------------------------------------------------------------------------------------

LINES = "Lines for it to paint"
NOT_YET = "What the net makes of these lines appears here, once it trains."
NO_LINES = "Nothing is drawn yet: draw lines, and the net paints them as it has learned so far."
PAINTED = "your lines, painted after {steps} steps of G"
AFTER = "after {steps} steps of G"

# -- Training: the losses -------------------------------------------------------------------------------------------------

LOSSES = "The two losses"
EQUATION = "D learns to say real of x with y, and fake of x with G of x; G learns to make D say real, and to come near y in L1"
PATCHES = Markup(
    "D judges patches: each square below a picture is one of its patches, violet where D says <b>real</b>, orange where it says "
    "<b>fake</b>. A D step tends to part the two rows of squares, a G step to pull them together."
)
PREDICT = (
    "Predict first. Train on icons for ten seconds and pause. Now fifty G steps with λ = 0 and no D step: what becomes of "
    "D(x, G(x)), and of the pictures?"
)
PREDICTED = (
    "G finds what this D, which stands still, takes for real: D(x, G(x)) rises steeply. But |y − G(x)| grows: the pictures "
    "leave the answer. Fifty D steps, and D tells them apart again. G is only as good as a D that keeps learning."
)

# -- Mirror ---------------------------------------------------------------------------------------------------------------

MIRROR_LEAD = Markup(
    "<b>A mirror made of a net.</b> Your camera takes a picture, a program draws its edges in black, and a net that learned "
    "from drawings makes a new picture of the lines, up to six times a second."
)
START_CAMERA = "Start the camera"
OR_PICTURE = "or use a picture instead"
STILLS = {
    "astronaut": "the astronaut Eileen Collins",
    "horse": "a horse, in black",
    "coffee": "a cup of coffee",
}
CAMERA_SHOWS = "your camera, mirrored"
LINES_SHOW = "the same as a pen drawing"
ITS_LINES = Markup("<b>Its lines.</b> The net is told nothing else.")


class Net(NamedTuple):
    """title: of its button.  makes: what an answer is."""

    title: str
    makes: str


NET = "Net"
NETS = {
    "pix2pix-emoji": Net("Emoji, by pix2pix", "an emoji"),
    "bicyclegan-emoji": Net("Four styles, by BicycleGAN", "four emoji, each in a style of its own"),
    "pix2pix-icons": Net("Glass, by pix2pix", "a glossy icon"),
}
MADE_SHOWS = "what the net makes of the lines: {makes}"
FEWER, MORE = "fewer lines", "more lines"
HOW_MANY = "How many lines"
KEPT = (
    "Each picture goes to the computer that serves this page, which answers and forgets it: pictures are written to no disk and "
    "kept nowhere. The camera stops when you leave this part."
)
NOTICE = (
    "The nets learned from lines of emoji and of icons. They never saw a face, a room or a photograph. A closed outline is one thing to them: "
    "stand before a plain wall, and you become one. Eyes, mouth and hair are only more lines, so they are painted over. A busy room "
    "falls into scraps. From one picture to the next the colours may jump, because each is answered alone: nothing tells the net that "
    "it is the same face."
)

# What the script says.
SCRIPT = {
    "start": START_CAMERA,
    "stop": "Stop the camera",
    "asks": "Your browser asks whether this page may use the camera.",
    "on": "The camera is on.",
    "off": "The camera is off.",
    "ended": "The camera has ended.",
    "lends none": "This browser lends no camera to pages. Use a picture instead.",
    "insecure": "A browser lends its camera only to pages that come over https, or from this computer itself (localhost). Use a picture instead.",
    "NotAllowedError": "The camera was refused. Use a picture instead.",
    "NotFoundError": "There is no camera here. Use a picture instead.",
    "NotReadableError": "Another program has the camera. Use a picture instead.",
    "failed": "The camera did not start. Use a picture instead.",
    "you": "You.",
    "as in a mirror": "As in a mirror, left and right change places.",
    "picture": "A picture.",
    "it shows": "It shows {title}.",
    "made": "What the net makes of them.",
    "facts": "{ms} ms, {net_ms} of them in the net, {side} px",
    "facts of many": "{ms} ms, {net_ms} of them in the net, {side} px; {rate} a second",
}

NO_FRAME = "this frame cannot be read: the page sends a small JPEG."
THIS_FRAME = "this frame"
A_FRAME = 'a frame: {"frame": data URL of a JPEG, "net", "share", "n"}'

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "What the net learns from: each of these drawings, and the lines of it that a program draws. Choose one, and draw "
    "over it: the net learns yours.",
    "Train, and the rows change while both nets learn: first the shapes come, then the colours. G learns to paint "
    "like the last row; D learns to tell the two apart.",
    "Pause, and go step by step. A D step tends to part what D says of true pictures and of made ones, a G step to "
    "bring them together. Take more steps a click to see it clearly.",
    "Lines that nobody trained it on. Draw while it learns: the picture below is what it would make of them now.",
    "The weight of L1. Without it D alone says what is wanted, and G may leave the answer that belongs to these "
    "lines. Try it, and start over.",
)
