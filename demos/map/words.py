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

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "A net has learned from pairs: drawings, and the emoji that they were made from. Draw something: after each "
    "stroke it paints anew, from what is on the pad and nothing else.",
    "Black lines say where things are, and dabs of a coloured pen say what colour they have. Take the colours away or "
    "add them: where there are none, the net guesses.",
    "Each tile leads to a tab. Its two pictures show the task: what a net is given, and what it makes of it.",
    "Which method you need depends on the examples that you have: pairs, two sets without pairs, or none at all. The "
    "papers in violet run here; the others open on a page of their own.",
    "Do you come from a lecture? Unfold it: each topic leads to its tab, its notebook and what was measured about it.",
)
