"""What the tab 3D voxels says, in the order of the page."""

from __future__ import annotations

from markupsafe import Markup

LEAD = Markup(
    "<b>Shapes out of nothing but chance.</b> 3D-GAN turns {numbers} random numbers, called <b>z</b>, into {side} × {side} × {side} voxels. "
    "Each voxel holds how surely it is filled. Turn a shape, take another one, walk between two of them."
)

# -- The stage ------------------------------------------------------------------------------------------------------------

STAGE = "The stage"
ON_STAGE = "The shape on the stage"
HINT = "drag to turn · wheel or pinch to zoom"
SURFACE = "Surface"
SMOOTH, BLOCKS = "smooth", "blocks"
FILLED_ABOVE, FILLED_ABOVE_HEARD = "filled above", "Filled above"
SAVE_VOX, SAVE_GLB = "Save as .vox", "Save as .glb"
NOTHING_TO_SAVE = "at this threshold no voxel is filled: there is nothing to save."
NO_SEED = "this shape has no seed, which the endpoint asks for: take one of the twelve first."

# What can be known of a shape without eyes.
SHAPE = "a shape of {filled:,} filled voxels, {width} × {height} × {depth}"
EMPTY = "an empty volume"

# -- The wall -------------------------------------------------------------------------------------------------------------

WALL = "Twelve shapes by chance: take one"
MODEL = "Model"
MODELS = {"gan3d-furniture": "Furniture", "gan3d-chairs": "Chairs"}
NEW_SHAPES = "New shapes ⟳"
TO_CHOOSE = "Shapes to choose from"
ON_WALL = "shape {number}"

# -- The walk -------------------------------------------------------------------------------------------------------------

WALK = "A walk between two shapes"
ON_THE_WAY = "A shape on the way"
FROM_TO = "From one shape to the other"
TAKE = "Take this shape"
START = "Start at your shape"
END = "End at it"

# -- The sum --------------------------------------------------------------------------------------------------------------

SUM = "A sum: one shape less another plus a third"
SUMMED = "A sum of shapes"
SUM_TELLS = Markup(
    "Numbers of z can be added and taken away, and the generator makes a shape of the sum. Click <b>A</b>, <b>B</b> or <b>C</b> "
    "to put the shape of the stage there, and the last one to take it to the stage."
)

# -- The painter ----------------------------------------------------------------------------------------------------------

PAINT = "Paint blocks and snap them to the nearest shape that the generator knows"
PAINTING = "A painting"
NO_WEBGL = "Painting needs WebGL, which this browser lacks. A file of voxels can still be uploaded."
BRUSH = "Brush"
ADD, REMOVE, TURN = "add", "remove", "turn"
SIZE = "Size of a block"
LARGE, MIDDLE, FINE = "large", "middle", "fine"
MIRROR = "mirror"
MIRROR_TELLS = "What is done on the left is done on the right, too"
UNDO = "↶ undo"
CLEAR = "clear"
KEYS = (
    "By keyboard: arrows move a block, Page Up and Page Down lift and lower it; Space or Enter puts it there, or takes it away; "
    "A and D turn the view, Ctrl Z undoes."
)
COPY = "Paint over the stage's shape"
UPLOAD = "Upload .vox, .binvox or .npy"
NO_SHAPE = "this is no shape of voxels."
OTHER_SIZE = "this painting has another size."

# A visitor's file.
THIS_FILE = "this file"
NO_FILE_OF_VOXELS = "this is no file of voxels; those end in {endings}."
TOO_LARGE = "a file that ends in {ending} may have {most} MB here: save the shape with fewer voxels."
NEARLY_EMPTY = "no voxel of this file is more than half full."

# -- The snap -------------------------------------------------------------------------------------------------------------

SNAP = "Snap ✦"
SNAP_TELLS = Markup(
    "Press <b>Snap</b>. The tab looks for the z whose shape is likest to yours. It begins with a guess: the likest of {looked} shapes of "
    "the generator, or what a linear map that was fitted to them reads from your painting. Then it takes {steps} steps of gradient. What comes is "
    "always a shape of the generator, however far your painting is from one."
)
NOTHING_PAINTED = "nothing is painted yet: click on the floor to put a block there."
SNAP_WAITS = "It looks through {looked} shapes of its own first, once for all visitors. That takes about 8 s on two cores."
YOURS = "Your painting"
CAME = "What the generator makes of it"
GUESSED = Markup(
    "A guess: IoU with your painting <b>{likeness:.2f}</b>: that share of the voxels that either fills is filled in both."
)
SNAPPED = Markup(
    "After {step} of {steps} steps: IoU with your painting <b>{likeness:.2f}</b>: that share of the voxels that either fills is filled in both."
)
KEEP = "Put it on the stage"

# -- Is it memory? --------------------------------------------------------------------------------------------------------

MEMORY = "Is it memory? The nearest training shapes"
MEMORY_TELLS = (
    "A generator could learn its training shapes by heart. Ask for those that are nearest to the shape on the stage. "
    "The first time takes about 4 s on two cores."
)
FIND = "Find the nearest training shapes"
LOOKING = "Looking through {looked} training shapes."
NO_TRAINING = "The training shapes of this model are not on this machine."
NEAREST = "The nearest training shapes"
TRAINING_SHAPE = "training shape {number}"
LIKENESS = "IoU {likeness:.2f}"
FOUND = Markup(
    "The likest of {looked} training shapes has an IoU of <b>{likeness:.2f}</b> with the one on the stage. A copy would have 1. "
    "Shapes that training never saw reach {usual:.2f} on average. Take one to the painter by a click."
)
GONE = "this shape is not there any more: ask again."

# -- What the scripts say -------------------------------------------------------------------------------------------------

SCRIPTS = {
    "filled": "{filled} filled voxels, {width} × {height} × {depth}",
    "empty": "no voxel is filled at this threshold",
    "stage": "{label}: {said}. Arrow keys turn it, plus and minus zoom.",
    "shape": "A shape",
    "painter": "A painter of blocks: {said}.",
    "unpainted": "Nothing is painted yet: click on the floor.",
    "empty painter": "A painter of blocks: nothing is painted yet; click on the floor.",
    "full block": "block {x}, {y}, {z}: filled",
    "empty block": "block {x}, {y}, {z}: empty",
}

# -- The API --------------------------------------------------------------------------------------------------------------

DESCRIPTION = (
    "n shapes, 1 to 64, of the seeds from seed on, as .vox files, with form glb as surfaces, or with form npy as one array; "
    "model: {models}."
)
A_PAINTING = 'a painting: {"runs", "sides"}'
NO_MODEL = "there is no model {model!r} in this tab; there are {models}."
NO_FORM = "form is vox, glb or npy; got {form!r}."

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "This net is given no picture: it turns random numbers, z, into a block of voxels. Turn the shape. The "
    "discriminator judged whole blocks, so the back counts as much as the front.",
    "Each of these shapes comes from another z. Take one, and look where it fails: loose pieces, holes, thin parts "
    "that break.",
    "Each voxel holds how surely it is filled. Move the limit: what the net is unsure about is the first to come or "
    "go.",
    "A walk from one z to another. Move the slider to the middle: is that a shape of its own, or a mixture of the two "
    "ends?",
    "Could the net know its training shapes by heart? Ask for those that are nearest to the shape on the stage: a "
    "copy would fill the very same voxels.",
)
