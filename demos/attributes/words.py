"""What the tab Attributes says, in the order of the page. {model} is the name of a method, {face} one of the names of people below,
{attributes} a list of attributes."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup


class Attribute(NamedTuple):
    """yes, no: of somebody who has it, or has it not.  switch: as its switch is called."""

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
    "red hair": Attribute("red hair", "no red hair", "red"),
    "glasses": Attribute("glasses", "no glasses", "glasses"),
    "makeup": Attribute("makeup", "no makeup", "makeup"),
    "smile": Attribute("smile", "no smile", "smile"),
    "dark skin": Attribute("dark skin", "no dark skin", "dark skin"),
    "beard": Attribute("beard", "no beard", "beard"),
    "male": Attribute("male", "female", "male"),
}


class World(NamedTuple):
    """What is said of one world alone."""

    name: str  # as its choice is called
    one: str  # one of its people
    none: str  # of somebody who has none of the attributes that exclude each other; "" where one of them says so itself
    lead: Markup
    # The person and the switches
    switch: str
    caption: str
    another: str
    # The edit
    answer: str  # among other pictures: what the world itself answers
    answer_title: str
    answer_alt: str
    answer_caption: str
    made_anew: str
    made_of_it: str
    off: Markup
    beside: Markup
    must: str
    must_alt: str
    must_share: Markup
    legend: Markup
    own_legend: Markup
    # People to choose from
    choose: str
    choices: str
    # What to notice
    notice_anew: str
    notice_itself: str
    predict: str
    predicted: str
    # Swap
    swap: str
    swapped: str
    # What a model reads
    read: str
    has: str
    read_right: Markup


FACES = World(
    name="Drawn faces",
    one="face {number}",
    none="",
    lead=Markup(
        "<b>Change one thing about a face, and nothing else.</b> These people are drawn by code, with {count} attributes each. So the right "
        "answer to every edit is known: the same person, drawn once more. Switch an attribute and compare."
    ),
    switch="A face, and what it has; a ring marks what is switched",
    caption="Face {number}, at {large} px. The models see it at {small} px.",
    another="Another face ⟳",
    answer="the right answer",
    answer_title="The right answer",
    answer_alt="the right answer: {attributes}",
    answer_caption="Drawn by the code that drew the face: the same person.",
    made_anew="Reads the face into {count} numbers and makes it anew of them and the attributes.",
    made_of_it="Changes the face itself, with the attributes as planes beside its colours.",
    off=Markup("Off the right answer by <b>{off}</b>; doing nothing would be off by {nothing}."),
    beside=Markup("Where nothing had to change: <b>{beside}</b>."),
    must="what had to change",
    must_alt="map of what had to change",
    must_share=Markup("<b>{share}</b> of its pixels had to change."),
    legend=Markup(
        '<i class="at-must"></i> had to change: the right answer differs there. <i class="at-else"></i> changed though nothing had to, '
        "the more the stronger; full at a quarter of the range of a pixel."
    ),
    own_legend=Markup(
        '<i class="at-else"></i> changed, the more the stronger; full at a quarter of the range of a pixel. Nobody knows the right '
        "answer for a drawing that you bring, so the map cannot say what had to change."
    ),
    choose="Faces to choose from: no model has seen them",
    choices="Faces to choose from",
    notice_anew=(
        "{model} reads the whole face into a few numbers and makes it anew: what those numbers do not hold is missing from every edit, and from the "
        "picture “with its own attributes”, too."
    ),
    notice_itself=(
        "{model} gets the face itself: it may leave every pixel as it is, and has to learn where it may not."
    ),
    predict="Predict first. Which pixels have to change when you switch “male”?",
    predicted=(
        "Switch it, and look at the violet part of the right answer. In this world it holds the jaw, the shoulders, and the hair beside the neck. "
        "A model is not told so: it has to find out from faces whose attributes it knows."
    ),
    swap="Swap the attributes of two faces: choose the second one",
    swapped="Two faces, each with the attributes of the other",
    read="What a model reads of the face",
    has="The face has",
    read_right=Markup(
        "{model} learned to read attributes, too: a number for each, 1 for yes and −1 for no. Of this face it reads <b>{right} of {count}</b> "
        "as they are. The edits above do not need it: they are told the attributes of the face."
    ),
)

# Nobody draws the people of this world: a net makes them, and there is no right answer, and no judge.
PEOPLE = World(
    name="Pixel people",
    one="person {number}",
    none="other hair",
    lead=Markup(
        "<b>Change one thing about a person, and nothing else.</b> No code draws these people: IcGAN’s generator G made each of them, of a "
        "code z and {count} attributes. So no right answer is known. But G can take the same z with the attributes that you ask for. Switch an "
        "attribute and compare."
    ),
    switch="A person, and what G was told; a ring marks what is switched",
    caption=(
        "Person {number}, made by G at {small} px: z is drawn with the seed {number}. Other hair is blue, white, purple, pink, green or gray, or "
        "there is none."
    ),
    another="Another person ⟳",
    answer="the same z",
    answer_title="The same z, by G",
    answer_alt="the same z with other attributes, by G: {attributes}",
    answer_caption="Made by the net that made the person, of the same z: no right answer, but what G takes for one.",
    made_anew=(
        "Reads the person into {count} numbers and gives them to the same G. Its reader E_z has to find z: what differs from the last picture "
        "is the error of E_z alone."
    ),
    made_of_it="Changes the picture itself. In training it saw people of the dataset, and none that G made.",
    off=Markup("Off the picture of the same z by <b>{off}</b>; doing nothing would be off by {nothing}."),
    beside=Markup("Where G changes next to nothing: <b>{beside}</b>."),
    must="what G changes",
    must_alt="map of what G changes",
    must_share=Markup("G changes <b>{share}</b> of its pixels."),
    legend=Markup(
        '<i class="at-must"></i> G changes this, too, when it gets the same z, by at least 15 % of the range of a pixel: less is its noise. '
        '<i class="at-else"></i> changed elsewhere, the more the stronger; full at a quarter of the range.'
    ),
    own_legend=Markup(
        '<i class="at-else"></i> changed, the more the stronger; full at a quarter of the range of a pixel. Of a drawing that you bring nobody '
        "knows z, so the map cannot say what G would change."
    ),
    choose="People to choose from: G made them",
    choices="People to choose from",
    notice_anew=(
        "{model} edits people that its own G made, so a z that makes them exactly is sure to exist. Compare the picture “with its own "
        "attributes” with the person: what is lost there, its reader E_z lost."
    ),
    notice_itself=(
        "{model} gets the picture itself. It learned from the people of the dataset, and those here only look like them: it may make more "
        "mistakes here than there."
    ),
    predict="Predict first. In the dataset no woman has a beard. What comes out when you ask for one?",
    predicted=(
        "Choose somebody who is male and has a beard, and switch “male” off. G was told of bearded men and of women without a beard, and "
        "never of both at once. So neither model knows what such a person looks like: does the beard go, or does the body stay male?"
    ),
    swap="Swap the attributes of two people: choose the second one",
    swapped="Two people, each with the attributes of the other",
    read="What a model reads of the person",
    has="G was told",
    read_right=Markup(
        "{model} learned to read attributes, too, of people of the dataset: a number for each, 1 for yes and −1 for no. Of this person it "
        "reads <b>{right} of {count}</b> as G was told them. Where it reads another one, either of the two may be wrong. The edits above do "
        "not need it: they are told what G was told."
    ),
)  # fmt: skip
WORLD = "Whom to edit"
YOURS = "your drawing"

# -- The person and the switches --

SHOWN = "{face}: {attributes}"
OWN_CAPTION = "Your drawing, as the models see it. Its attributes were read off it: {attributes}."
SWITCHES = "Attributes to switch"
HAIR = "Hair"
HAIR_COLOUR = "Its colour"
REST = "Face"
BODY = "Body"
BACK = "As it was"
UPLOAD = "Bring a saved one"

# -- The edit --

EDIT = "The edit, and what else changed"
BOARD = "The edit: {edit}"
ASKED_FOR = Markup("Asked for: <b>{edit}</b>.")
NOTHING = "nothing"
GLANCE = "{face}, {which}"
AS_IT_WAS = "as it was"
EDITED = "{face} edited by {model}: {attributes}"
OWN_ATTRIBUTES = "with its own attributes"
OWN_ATTRIBUTES_ALT = "{face} by {model}, with its own attributes"
ELSE_CHANGED = "what else changed"
ELSE_CHANGED_ALT = "map of what else changed with {model}"
ALL_CHANGED = "all that changed"
ALL_CHANGED_ALT = "map of all that changed with {model}"
CHANGED = Markup("Changed by <b>{beside}</b>, a mean over all of it.")
# By whether the judge reads what was asked for.
JUDGED = {
    True: Markup("The judge reads <b>what was asked for</b>; of the other {count} attributes it reads <b>{wrong}</b> wrongly."),
    False: Markup("The judge reads <b>not</b> what was asked for; of the other {count} attributes it reads <b>{wrong}</b> wrongly."),
}  # fmt: skip
NONE = "none"
WAS_ALT = "{face} as it was"
SAVE = "Save side by side"

# -- People to choose from --

OTHERS = "Twelve others"

# -- Sweep --

SWEEP = "Sweep one attribute"
ATTRIBUTE = "Attribute"
SWEPT = "{attribute} from 0 to 1"
SWEPT_CELL = "{attribute} {number} of {last}, by {model}"
BETWEEN = (
    "The attribute goes from 0 to 1 in {steps} steps, and those that exclude it go the other way: one hair colour goes as another comes. Training showed 0 and 1 "
    "alone: what comes between is the models’ own guess. The other attributes are those that you switched."
)

# -- Swap --

AS_IT_IS = "as it is"
OF_OTHER = "{face} with the attributes of {other}, by {model}"


def swapped(face: str, other: str, attributes: str) -> str:
    """The title of a row: names of people begin with a small letter."""
    text = f"{face} with the attributes of {other}: {attributes}"
    return text[0].upper() + text[1:]


# -- What a model reads --

TAKEN_AS = "Taken as"
READS = Markup("E<sub>y</sub> reads")
YES, NO = "yes", "no"
READ_OWN = "{model} reads a number for each attribute, 1 for yes and −1 for no."

# -- Found without attributes --

FOUND = "What a net finds that is told nothing"
FOUND_LEAD = Markup(
    "{model} learned from the same pictures, and no attribute. Beside noise it was given {count} categories, to use them as it likes: a net Q "
    "has to read the category off the picture again. Each row has one category, each column one noise. Predict first: what will a row have "
    "in common?"
)
FOUND_TITLE = "Category {number}"
FOUND_CELL = "Category {number} with noise {noise}, by {model}"
FOUND_READ = Markup("In {count} samples of it a judge finds {some}.")
FOUND_SHARE = Markup("{attribute} in <b>{share}</b> (in all rows: {all})")
FOUND_BOUND = Markup(
    "Q reads <b>{bound:.2f}</b> nats of the category off a sample, and {most:.2f} would be all. From row to row a pixel of these pictures changes by "
    "<b>{category:.3f}</b> on average, and from column to column by <b>{noise:.3f}</b>, of a range of 2. "
)
FOUND_SEEN = Markup("So Q is not the only one that can read it: you see the category, too.")
FOUND_HIDDEN = Markup("What a net can read is not always what you can see.")
OTHER_NOISE = "Other noise ⟳"

# -- What is refused --

FOREIGN = "this is none of the faces that this tab draws: it edits those, and not photographs. Save one of them, and bring it back."
FOREIGN_TO_BOTH = "this is none of the faces and pixel people that this tab draws: it edits those, and not photographs. Save one of them, and bring it back."
NO_READER = "no net of this copy reads the attributes of a drawing."
NO_ATTRIBUTE = "there is no attribute {name!r}; there are {names}."
# “right answer” is what the endpoint takes in place of a model: here and below it stays as it is.
NO_MODEL = "there is no model {model!r} in this tab; there are {models} and right answer."
NO_FACE = "face is a number from 0 to {last}; got {number}."
NO_ANSWER = "nobody knows the right answer for a drawing that is brought along."
NO_WORLD = "there is no world {world!r} in this tab; there are {worlds}."

# -- The endpoint --

ENDPOINT = "A held-out face, 0 to {last}, or a drawing of this world, with attributes switched; model: {models} or right answer."
ENDPOINT_WORLD = (
    "In the world {world} face is the number of a person, 0 to {last}, and model one of {models}, or right answer for what G makes of the "
    "same z."
)

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "A net is given somebody’s picture and the attributes that it is to have. Think first: which pixels have to change? Then "
    "switch an attribute.",
    "The large pictures are the edits. Compare each with the person: what was asked for, and what changed with it? "
    "Below it is the same net’s picture with the person’s own attributes: what is lost there is lost in every edit.",
    "In the maps orange marks what changed, and where there is an answer to compare with, only what that leaves as it was. No "
    "net was told which pixels an attribute concerns: it had to find that out.",
    "Does it work for everybody? Take somebody else: what was switched last is switched for this one, too.",
    "The nets learned from people who have an attribute or do not. What stands between is their own guess: does it "
    "grow slowly, or jump? Choose another attribute.",
)
