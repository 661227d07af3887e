"""What the widgets say, and what all tabs share: each widget's texts under its name, in the order of the alphabet.

A dict that is called SCRIPT is what a widget's script says: the browser puts in the values. So does the template of a widget with
`${...}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup


class Tool(NamedTuple):
    """A button for drawing: its text, and what it does."""

    text: str
    does: str


# -- The address, and what visitors bring ----------------------------------------------------------------------------------

NEAR = "This address asks for {key} {asked}. It goes from {low} to {high}: you see {near}."
FILE = "this file"
NOT_WHOLE = "a whole number is asked for as {name}; got {value!r}."

# -- The brush -------------------------------------------------------------------------------------------------------------

MANY_STROKES = "this hole has more strokes than are read here; press clear and brush it again with fewer."
NO_HOLE = "this hole cannot be read; press clear and brush it again."
HOLE_SENT = 'a hole: {"token": names the picture, "ops": strokes}'
BRUSH = {
    "brush": Tool("✎ brush", "Brush: mark what should be filled"),
    "erase": Tool("⌫ erase", "Eraser: take it out of the hole"),
    "undo": Tool("↶ undo", "Undo the last step"),
    "clear": Tool("clear", "Nothing is hole any more"),
    "invert": Tool("invert", "Hole and picture change places"),
    "strokes": Tool("strokes", "Brush strokes by chance; press again for others"),
    "rectangle": Tool("rectangle", "A rectangle by chance; press again for another"),
    "centre": Tool("centre", "The middle half"),
}
BRUSH_WIDTH = "Brush width"
BRUSH_WIDTH_DOES = "Width of the brush"
READY_MADE = "a ready-made hole"
READY_MADE_READ = "Ready-made holes; press again for another"
BRUSH_KEYS = Markup("""Paint with mouse, pen or finger. By keyboard: arrows move the ring, with Shift further; Space or Enter puts the
  brush down, and lifts it; Esc gives a stroke up; [ and ] set the width, Ctrl Z undoes.""")
BRUSH_SCRIPT = {
    "stage": "{alt}. Mark the hole.",
    "brush": "brush",
    "eraser": "eraser",
    "down": "{tool} down, {across} % across, {low} % down, {width} wide",
    "up": "{tool} up, {across} % across, {low} % down, {width} wide",
}

# -- What is on the page as Python -----------------------------------------------------------------------------------------

AS_CODE = "As Python code"
YOUR_FILE = "the file of your picture"
COPY = "Copy"
COPY_SCRIPT = {"copy": COPY, "copied": "Copied", "selected": "Selected: press Ctrl C"}

# -- The curtain -----------------------------------------------------------------------------------------------------------

CURTAIN_LEFT = "Picture to the left of the line"
CURTAIN_RIGHT = "Picture to the right of the line"
CURTAIN_LINE = "Line between the pictures"

# -- Curves ----------------------------------------------------------------------------------------------------------------

CURVE = "{text}, from {first:.2f} to {last:.2f}"

# -- The discriminator's eye -----------------------------------------------------------------------------------------------

EYE_SCRIPT = {
    "view": "{title}: click, or use the arrow keys, to choose the patch that D judges",
    "patch": "the patch that D judged, {title}",
    "real": "{share} % real",
    "told": ", logit {logit} · {title}, patch at {left}, {top}, {side} × {side} px",
}

# -- The frame -------------------------------------------------------------------------------------------------------------

FRAME_SCRIPT = {"stage": "{alt}: click, or use the arrow keys, to choose the part to enlarge"}

# -- The magnifier ---------------------------------------------------------------------------------------------------------

LENS_HINT = "Point at any of them, draw a finger over it, or use the arrow keys."
LENS_ZOOM = "Magnification"
LENS_SCRIPT = {
    "whole": "{title}: use the arrow keys to move the magnifier over all pictures, + and − to change it",
    "part": "what the magnifier shows of {title}",
}

# -- Small pieces of all tabs ----------------------------------------------------------------------------------------------

DOWNLOAD = "Download"
SAVE = "Save as PNG"
NOTICE = Markup("<b>What to notice.</b> {text}")
PAPER = "{names}: {cited} {year}"
PAPER_APPEARED = "{title}. {appeared}"


def both(names: Iterable[str]) -> str:
    """As a sentence lists them: "a", "a and b", "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def notebooks(stems: list[str]) -> Markup:
    """Where to go on: the notebooks, one or more."""
    head = "Notebook" if len(stems) == 1 else "Notebooks"
    return Markup("{}: <code>make notebook</code>, {}").format(head, both(stems))


# -- Measures --------------------------------------------------------------------------------------------------------------

MEASURES = "What these words and numbers mean"
# In a sentence each, so that nobody has to hover.
MEANS = {
    "D": "The discriminator: a net that says how real a picture looks to it. D(x, G(x)) is its belief, from 0 (made) to 1 (real).",
    "L1": "The mean absolute difference of two pictures. Colours go from −1 to 1, so 2 is the most. Less is better.",
    "squared error": "The mean squared difference of two pictures, with colours from −1 to 1. Less is better.",
    "PSNR": "The squared error on a logarithmic scale, in decibels. More is better; it likes blurred pictures.",
    "PD-i2i": "Perceptual distance: how differently this gallery's own fixed net sees two pictures. It is not LPIPS. Less is better.",
    "sharpness": "The gradient energy of the made picture, divided by that of the true one. 1 is as sharp as the truth, less is blurred.",
    "energy ratio": "Squared differences of neighbouring pixels in the hole, divided by those of the truth. Below 1 the filling is too smooth.",
    "detail": "Mean squared gradients, divided by those of the original. Below 1 detail is missing, above 1 there is too much.",
    "φ": "A fixed net that turns a picture into features. The φ distance is the squared difference of the features. Less is better.",
    "soap film": "The smoothest filling that fits the rim of the hole (Laplace's equation). It needs no training.",
    "dropout seed": "Dropout, the only noise of pix2pix, switches units off at random. The seed says which: the same seed gives the same picture.",
}  # fmt: skip

# -- The pad ---------------------------------------------------------------------------------------------------------------

LONG_DRAWING = "this drawing is too long to be read; clear the pad and draw it again with fewer strokes."
NO_UNDER = "the picture under the drawing cannot be read; upload it again."
UNDER = "the uploaded picture"
NO_DRAWING = "this drawing cannot be read; clear the pad and draw it again."
DRAWING_SENT = 'a drawing: {"ops": strokes, "base": data URL or ""}'
PAD_INKS = "Ink"
PAD_STAGE = "Drawing pad"
PAD = {
    "other": Tool("other colours ⟳", "The same lines and dabs, in other colours"),
    "pen": Tool("✎ pen", "Pen"),
    "rect": Tool("▭ box", "Rectangle"),
    "erase": Tool("⌫ erase", "Eraser"),
    "fit": Tool("⤢ fit", "Make a small drawing as large as the pad; lines keep their width"),
    "undo": Tool("↶ undo", "Undo the last step: a stroke, or a drawing that was cleared or replaced"),
    "clear": Tool("clear", "Clear the pad"),
}
PAD_WIDTH = "Pen width"
PAD_WIDTH_DOES = "Width of the pen"
PAD_KEYS = Markup("""By keyboard: arrows move the ring, with Shift further; Space or Enter puts the pen down, and lifts it; Esc gives
  a stroke up; Ctrl Z undoes.""")
PAD_SCRIPT = {
    "pens": "Pen",
    "inks": PAD_INKS,
    "remove": "remove colours",
    "remove_does": "The lines alone: every colour is the model’s guess",
    "add": "add colours",
    "add_does": "The same lines, with dabs of colour",
    "or_dab": "or take a pen and dab",
    "dab": "Take a coloured pen and dab.",
    "draw": "Draw in black, then dab in colour.",
    "small": "Drawings as large as the pad come out best: press fit.",
    "eraser": "eraser",
    "box": "box",
    "pen": "pen",
    "down": "{tool} down, {across} % across, {low} % down",
    "up": "{tool} up, {across} % across, {low} % down",
    "down_ink": "{tool} down, {across} % across, {low} % down, {ink}",
    "up_ink": "{tool} up, {across} % across, {low} % down, {ink}",
}

# -- Fronts of buildings, and their materials, where what names one in the code will not do -------------------------------

TOWN_HOUSE = "town house"
FRONT = "front {number}"
MATERIALS = {"facade": "wall", "background": "sky, beside", "deco": "ornament", "shop": "shop front"}

# -- Sides, and the strip --------------------------------------------------------------------------------------------------

SIDES = "Method to look into"
EXAMPLES = "Examples"
STRIP_SCRIPT = {"example": "Example: {name}", "input": "input: {name}", "made": "made: {name}"}
