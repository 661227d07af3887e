"""What the Map says, in the order of the page."""

from __future__ import annotations

from markupsafe import Markup

# -- The pad of its own ----------------------------------------------------------------------------------------------------

LIVE_LEAD = Markup(
    "<b>Draw: a net turns your lines into a picture while you draw them.</b> Or choose below what else to try."
)
DRAW = "Draw here"
MADE = "pix2pix makes"
PAIRS = Markup(
    "The net learned from pairs: a line drawing, and the emoji that it was drawn from. <b>Black lines say where</b> things are, "
    "and <b>dabs of a coloured pen</b> say what colour they have."
)
TRY = "Clear the pad, and draw a face, a house, a star. Leave some colours out: what does the net guess?"
ONWARD = "Go on in Paired: its losses, other drawings, why"

# -- The tiles -------------------------------------------------------------------------------------------------------------

CHOOSE = Markup("<b>Turn one image into another: choose what to try.</b>")
TILES = {
    "Paired": "draw, and see it finished",
    "Unpaired": "two sets, no pairs",
    "Multimodal": "one drawing, many right answers",
    "3D voxels": "shapes out of random numbers",
    "Attributes": "change one thing of a face",
    "Inpainting": "fill the hole",
    "Super-resolution": "four times larger",
    "Failures": "what goes wrong, and why",
    "Train live": "two nets learn while you watch",
}
BEFORE = "{tab}: before"
AFTER = "{tab}: after"

# -- The papers ------------------------------------------------------------------------------------------------------------

LEAD = Markup(
    "Which method you need depends on the examples that you have. Of the {systems} systems below, the {here} in violet run here; the others "
    "are to come, and open their paper. Most of them are GANs: the notebook <code>{notebook}</code> explains what that is."
)
CITED = "{paper}: {title}"

# -- From the lectures to what is here -------------------------------------------------------------------------------------

INDEX = "From the lectures to what is here"
TOPICS = "{count} topics"
SLIDE, TOPIC, TAB, NOTEBOOK, CLAIMS = "Slide", "Topic", "Tab", "Notebook", "Claims measured"
NOTEBOOKS = "{count} notebooks"
TO_COME = "to come"
COMMANDS = Markup(
    "<code>make notebook</code> opens the notebooks; <code>python -m i2i claims NAME</code> prints what was measured."
)
