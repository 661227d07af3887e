"""What the tab Attributes says, in the order of the page. {model} is the name of a method, {face} one of the names of faces below,
{attributes} a list of attributes."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup


class Attribute(NamedTuple):
    """yes, no: of a face that has it, or has it not.  switch: as its switch is called."""

    yes: str
    no: str
    switch: str


# By the names that addresses and the endpoint use.
ATTRIBUTES = {
    "bald": Attribute("bald", "not bald", "bald"),
    "bangs": Attribute("bangs", "no bangs", "bangs"),
    "black hair": Attribute("black hair", "no black hair", "black"),
    "brown hair": Attribute("brown hair", "no brown hair", "brown"),
    "blond hair": Attribute("blond hair", "no blond hair", "blond"),
    "ginger hair": Attribute("ginger hair", "no ginger hair", "ginger"),
    "glasses": Attribute("glasses", "no glasses", "glasses"),
    "makeup": Attribute("makeup", "no makeup", "makeup"),
    "smile": Attribute("smile", "no smile", "smile"),
    "dark skin": Attribute("dark skin", "no dark skin", "dark skin"),
    "beard": Attribute("beard", "no beard", "beard"),
    "male": Attribute("male", "female", "male"),
}
FACE = "face {number}"
YOURS = "your drawing"

LEAD = Markup(
    "<b>Change one thing about a face, and nothing else.</b> These people are drawn by code, with {count} attributes each. So the right "
    "answer to every edit is known: the same person, drawn once more. Switch an attribute and compare."
)

# -- The face and its switches --

SWITCH = "A face, and what it has; a ring marks what is switched"
SHOWN = "{face}: {attributes}"
CAPTION = "Face {number}, at {large} px. The models see it at {small} px."
OWN_CAPTION = "Your drawing, as the models see it. Its attributes were read off it: {attributes}."
SWITCHES = "Attributes to switch"
HAIR = "Hair"
HAIR_COLOUR = "Its colour"
REST = "Face"
ANOTHER = "Another face ⟳"
BACK = "As it was"
UPLOAD = "Upload a drawing"

# -- The edit --

EDIT = "The edit, and what else changed"
BOARD = "The edit: {edit}"
ASKED_FOR = Markup("Asked for: <b>{edit}</b>.")
NOTHING = "nothing"
GLANCE = "{face}, {which}"
AS_IT_WAS = "as it was"
RIGHT_ANSWER = "the right answer"
EDITED = "{face} edited by {model}: {attributes}"
MADE_ANEW = "Reads the face into {count} numbers and makes it anew of them and the attributes."
MADE_OF_IT = "Changes the face itself, with the attributes as planes beside its colours."
OWN_ATTRIBUTES = "with its own attributes"
OWN_ATTRIBUTES_ALT = "{face} by {model}, with its own attributes"
ELSE_CHANGED = "what else changed"
ELSE_CHANGED_ALT = "map of what else changed with {model}"
ALL_CHANGED = "all that changed"
ALL_CHANGED_ALT = "map of all that changed with {model}"
OFF = Markup("Off the right answer by <b>{off}</b>; doing nothing would be off by {nothing}.")
BESIDE = Markup("Where nothing had to change: <b>{beside}</b>.")
CHANGED = Markup("Changed by <b>{beside}</b>, a mean over all of it.")
# By whether the judge reads what was asked for.
JUDGED = {
    True: Markup("The judge reads <b>what was asked for</b>; of the other {count} attributes it reads <b>{wrong}</b> otherwise."),
    False: Markup("The judge reads <b>not</b> what was asked for; of the other {count} attributes it reads <b>{wrong}</b> otherwise."),
}  # fmt: skip
NONE = "none"
RIGHT_TITLE = "The right answer"
RIGHT_ALT = "the right answer: {attributes}"
RIGHT_CAPTION = "Drawn by the code that drew the face: the same person."
WAS_ALT = "{face} as it was"
MUST = "what had to change"
MUST_ALT = "map of what had to change"
MUST_SHARE = Markup("<b>{share}</b> of its pixels had to change.")
LEGEND = Markup(
    '<i class="at-must"></i> had to change: the right answer differs there. <i class="at-else"></i> changed though nothing had to, '
    "the more the stronger; full at a quarter of the range of a pixel."
)
OWN_LEGEND = Markup(
    '<i class="at-else"></i> changed, the more the stronger; full at a quarter of the range of a pixel. Nobody knows the right '
    "answer for a drawing that you bring, so the map cannot say what had to change."
)
SAVE = "Save side by side"

# -- Faces to choose from --

CHOOSE = "Faces to choose from: no model has seen them"
FACES = "Faces to choose from"
OTHERS = "Twelve others"

# -- What to notice --

NOTICE_ANEW = (
    "{model} reads the whole face into a few numbers and makes it anew: what those numbers do not hold is missing from every edit, and from the "
    "picture “with its own attributes”, too."
)
NOTICE_ITSELF = (
    "{model} gets the face itself: it may leave every pixel as it is, and has to learn where it may not."
)
PREDICT = "Predict first. Which pixels have to change when you switch “male”?"
PREDICTED = (
    "Switch it, and look at the violet part of the right answer. In this world it holds the jaw, the shoulders, and the hair beside the neck. "
    "A model is not told so: it has to find out from faces whose attributes it knows."
)

# -- Sweep --

SWEEP = "Sweep one attribute"
ATTRIBUTE = "Attribute"
SWEPT = "{attribute} from 0 to 1"
SWEPT_CELL = "{attribute} {number} of {last}, by {model}"
BETWEEN = (
    "The attribute goes from 0 to 1 in {steps} steps, and what cannot stand beside it goes the other way. Training showed 0 and 1 "
    "alone: what comes between is the models’ own guess. The other attributes are those that you switched."
)

# -- Swap --

SWAP = "Swap the attributes of two faces: choose the second one"
SWAPPED = "Two faces, each with the attributes of the other"
AS_IT_IS = "as it is"
OF_OTHER = "{face} with the attributes of {other}, by {model}"


def swapped(face: str, other: str, attributes: str) -> str:
    """The title of a row: names of faces begin with a small letter."""
    text = f"{face} with the attributes of {other}: {attributes}"
    return text[0].upper() + text[1:]


# -- What a model reads --

READ = "What a model reads of the face"
HAS = "The face has"
TAKEN_AS = "Taken as"
READS = Markup("E<sub>y</sub> reads")
YES, NO = "yes", "no"
READ_RIGHT = Markup(
    "{model} learned to read attributes, too: a number for each, 1 for yes and −1 for no. Of this face it reads <b>{right} of {count}</b> "
    "as they are. The edits above do not need it: they are told the attributes of the face."
)
READ_OWN = "{model} reads a number for each attribute, 1 for yes and −1 for no."

# -- What is refused --

FOREIGN = "this is no drawing of this world: the tab edits faces as they are drawn here, not photographs; save one of them, and bring it back."
NO_READER = "no net of this copy reads the attributes of a drawing."
NO_ATTRIBUTE = "there is no attribute {name!r}; there are {names}."
# “right answer” is what the endpoint takes in place of a model: here and below it stays as it is.
NO_MODEL = "there is no model {model!r} in this tab; there are {models} and right answer."
NO_FACE = "face is a number from 0 to {last}; got {number}."
NO_ANSWER = "nobody knows the right answer for a drawing that is brought along."

# -- The endpoint --

ENDPOINT = "A held-out face, 0 to {last}, or a drawing of this world, with attributes switched; model: {models} or right answer."

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "A net is given a face and the attributes that it is to have. Think first: which pixels have to change? Then "
    "switch an attribute.",
    "The large pictures are the edits. Compare each with the face: what was asked for, and what changed with it? "
    "Below it is the same net’s picture with the face’s own attributes: what is lost there is lost in every edit.",
    "In the maps orange marks what changed, and where the right answer is known, only what need not have changed. No "
    "net was told which pixels an attribute concerns: it had to find that out.",
    "Does it work for everybody? Take another face: what was switched last is switched for this one, too.",
    "The nets learned from faces that have an attribute or do not. What stands between is their own guess: does it "
    "grow slowly, or jump? Choose another attribute.",
)
