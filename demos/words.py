"""What the page itself says: its head, the card of a tour, lecture mode, and what is said of a picture that is brought.

A dict that is called SCRIPT is what a script says: the browser puts in the values.
"""

from __future__ import annotations

from markupsafe import Markup

# -- The head --------------------------------------------------------------------------------------------------------------

TITLE = "i2i: image-to-image translation"
DESCRIPTION = "Image-to-image translation, one paper at a time: draw, break it, see why."
NAME = Markup("<b>i2i</b>image-to-image translation")
MOTTO = "one paper at a time: draw, break it, see why"
TOUR = "Tour"
TOUR_DOES = "What to do in this tab, and what to look at, in five steps"
LECTURE = "Lecture mode"
LECTURE_DOES = (
    "For a projector: one card at a time. Keys: 1 to 9 and 0 tabs, ← → examples, R reveal, S step, B black, F full screen, Q code, "
    "? all of them, Esc leaves"
)
SHARE = "Share this state"
SHARE_DOES = "Copy a link to what you see"
DARK = "Dark or light"
PAGE_SCRIPT = {
    "copied": "Link copied",
    "copied_without": "Link copied, without your picture",
    "copy": "Copy this link",
}

# -- The card of a tour ----------------------------------------------------------------------------------------------------

TOUR_CLOSE = "Close the tour"
TOUR_CLOSE_DOES = "Close the tour: Esc"
TOUR_SHOW = "Show me"
TOUR_BACK = "Back"
TOUR_NEXT = "Next"
TOUR_SCRIPT = {
    "card": "Tour of the tab {tab}",
    "at": "{tab}: {step} of {steps}",
    "next": TOUR_NEXT,
    "finish": "Finish",
    "done": "Done ✓",
}

# -- Lecture mode ----------------------------------------------------------------------------------------------------------

BAR = "Lecture mode"
TABS = "Tabs"
CARD_BEFORE = "The card before"
CARD_NEXT = "The next card"
# What a key of the keyboard does, on its button.
KEY_BUTTONS = {
    "r": "reveal",
    "s": "step",
    "b": "black",
    "f": "full",
    "q": "code",
    "?": "keys",
    "Escape": "leave",
}
KEY_BUTTON = "{does}: {key}"
KEYS_READ = "Keys of lecture mode"
KEYS_TITLE = "Keys"
# As the list of them has it.
KEYS = {
    "1 … 9, 0": "a tab",
    "← →": "the example before, the next one; on the Map, a card",
    "Page ↑ Page ↓": "the card before, the next one",
    "R": "reveal what is hidden or folded on this card; once more folds it",
    "S": "one step of what steps on this card",
    "B": "black; any key returns",
    "F": "full screen",
    "Q": "a code of the address, for the class",
    "?": "these keys",
    "Esc": "leave lecture mode",
}
KEYS_ELSEWHERE = (
    "While a text field, a slider or a pad has the focus, the keys are its own; Esc gives them back."
)
CLOSE = "Close"
CODE_READ = "Code of the address"
CODE = "Code of the address below"
CODE_NEAR = Markup(
    "<b>This address works on this computer only.</b> For the class, serve the app at one that they can reach."
)
CODE_LONG = "This address has {characters} characters, for it holds a drawing. A code takes {most}: send it as a link."
BLACK = "Black; any key returns"
LECTURE_SCRIPT = {
    "no_fold": "Nothing is hidden on this card.",
    "no_step": "Nothing steps on this card.",
    "no_full": "This browser does not give the full screen here.",
}

# -- A picture that is brought ---------------------------------------------------------------------------------------------

PICTURE = "the picture"
MANY_PICTURES = "many pictures are being read at the moment; try again in a minute."
MUCH_WORK = "{name} takes too much work to be read; open it in an image editor and export it again."
