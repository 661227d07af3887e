"""What the tab Unpaired says, in the order of its page: a part after the other, and what they share before them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

LEAD = Markup(
    "<b>Two sets of pictures and no pairs.</b> A discriminator for each set says what belongs there; but many pictures "
    "belong there, so each paper adds a tie to the input: the way back must lead to where one began (CycleGAN, DiscoGAN, DualGAN), both sets "
    "share a code (UNIT), or distances between pictures are kept (DistanceGAN)."
)

# -- What several parts say -----------------------------------------------------------------------------------------------

KIND = "Kind of picture"
UPLOAD = "Upload a picture"
YOURS = "your picture"
THIS_FILE = "this file"  # as a refusal calls what was sent
PHOTOGRAPH = "photograph {number}"
LANDSCAPE = "landscape {number}"
ITS_RETURN = "its return"


@dataclass(frozen=True)
class Subject:
    """x, y: what the domains are called.  story: where the two sets come from."""

    title: str
    x: str
    y: str
    story: str


SUBJECTS = {
    "icons": Subject(
        "Icons", "glossy", "night",
        "A program draws these things, so each exists in both styles. The nets saw two thousand things in one style and two "
        "thousand others in the other: never one thing twice.",
    ),
    "emoji": Subject(
        "Emoji", "flat", "3-D",
        "Two foundries drew the same list of emoji. The nets saw one half of the list as Noto draws it, the other half in "
        "Fluent's 3-D style: never one emoji twice.",
    ),
    "photographs": Subject(
        "Photographs", "sunshine", "sunrise",
        "Two sets of photographs off the web, some of sunshine and some of sunrise: other places, other cameras, no pairs to "
        "be had. Skies are alike enough to be swapped; what lies below them is another matter.",
    ),
}  # fmt: skip

# == Compare ==============================================================================================================

# -- Controls -------------------------------------------------------------------------------------------------------------

DIRECTION = "Direction of the translation"
WAY = "{source} → {target}"
SAVE_COMPARISON = "Save the comparison as PNG"
TO_COMPARE = "Methods to compare"
UP_TO = "up to four at once"

# -- Side by side ---------------------------------------------------------------------------------------------------------

SOURCE = Markup("<b>{name}</b><br>{source} → {target}, at the {size} px that the nets see")
SOURCE_CUT = Markup(
    "<b>{name}</b><br>{source} → {target}, at the {size} px that the nets see; of a picture that is not square, its middle"
)
SOURCE_ALT = "the picture to translate: {name}"
ANSWER_ALT = "{method}’s answer to {asked}, {source} to {target}"
TOOK = "{took:.0f} ms"
NO_WAY_BACK = "One-sided: there is no way back."
POOR = Markup("<b>Poor here:</b> {fault}.")
LOW = "its figures are low"  # as such a fault, where a model's card tells of none
BOTTLENECK = "Lost in the middle"  # as the tab Failures calls that exhibit
WHY = "{exhibit}: why?"
WHY_LABEL = "Why {method} is poor here: {exhibit}"


def the(name: str) -> str:
    """An example within a sentence: "the owl", but "photograph 3"."""
    return name if name[-1].isdigit() else f"the {name}"


# -- The cycle ------------------------------------------------------------------------------------------------------------

CYCLE = "The cycle: translation and return"
THE_PICTURE = "the picture"
ITS_TRANSLATION = "its translation"
DIFFERENCE = Markup("<b>|{x} − {back}|</b> × {gain}<br>mean <strong>{miss:.3f}</strong>")
DIFFERENCE_ALT = "the difference of picture and return, {miss:.3f} on average"

NOISE = "noise on the translation, in grey levels of 255"
CURVE = Markup("<b>error of the return</b><br>over the noise")
NOISY = Markup("<b>{made} + noise</b><br>of mean size {size:.3f}")
NOISY_ALT = "the translation with noise of {level:g} grey levels"
BACK = Markup("<b>comes back as</b>")
BACK_ALT = "what comes back"
MISSED = Markup("<b>difference</b> × {gain}<br>mean <strong>{miss:.3f}</strong>, was {clean:.3f}")
MISSED_ALT = "the difference, {miss:.3f} on average"
NO_NOISE = Markup(
    "<b>Predict first.</b> Noise of 8 levels can hardly be seen. What will it do to the return? Move the slider."
)
HIDDEN = Markup(
    "With noise of mean size {size:.3f} the return is off by {lost:.3f} more: more than the noise itself. Part of {x} travelled in details of {made} "
    "too faint for the eye and for the discriminator, and noise wipes them out: "
    'the <a href="{paper}" target="_blank" rel="noopener">hidden signal</a> of cycles.'
)
NOT_HIDDEN = Markup(
    "With noise of mean size {size:.3f} the return is off by {lost:.3f} more, which is no more than the noise itself: this return depends on what can be seen in {made}. "
    "A net that trains longer may learn to write what {made} cannot show into details that are too faint to see. Then a little noise ruins the return: "
    'the <a href="{paper}" target="_blank" rel="noopener">hidden signal</a> of cycles.'
)


def curve_label(errors: Iterable[tuple[float, float]]) -> str:
    """errors: levels of noise, each with the error of the return."""
    return "error of the return by noise level: " + ", ".join(f"{miss:.2f} at {a:g}" for a, miss in errors)


# -- In its place, where there is no way back -----------------------------------------------------------------------------

DISTANCES = "In place of a way back: distances"
DISTANCES_ALT = "distances of {pairs} pairs before and after translation; correlation {r:.2f}"
CORRELATION = "correlation r"
ONE_SIDED = Markup(
    "<b>One-sided: there is no way back.</b> {method} has G and D and nothing else, so there is no F(G(x)) to show. "
    "Instead, each dot is a pair of the {count} examples: how far apart they were, and how far apart their translations are. "
    "If G painted the same picture for all, every dot would lie on the lower axis."
)
FARTHEST = Markup("<b>the farthest pair</b><br>apart by <strong>{far:.3f}</strong>")
FARTHEST_ALT = "one of the farthest pair"
NEAREST = Markup("<b>the nearest pair</b><br>apart by <strong>{far:.3f}</strong>")
NEAREST_ALT = "one of the nearest pair"
OTHER_ALT = "the other"
PAIR_MADE = Markup("<b>translated</b><br>apart by <strong>{far:.3f}</strong>")
PAIR_MADE_ALT = "the one translated"
OTHER_MADE_ALT = "the other translated"

# -- The objective --------------------------------------------------------------------------------------------------------

OBJECTIVE = "The objective, for what you see"


@dataclass(frozen=True)
class Method:
    """spoken: its objective, for a screen reader.  notice: what to notice.  aside: said below the terms."""

    spoken: str
    notice: str
    aside: str = ""


METHODS = {
    "cyclegan": Method(
        "the GAN loss of G and D Y, plus that of F and D X, plus lambda times the cycle loss of G and F",
        "A good return shows that nothing was lost, not that the translation is right: if G exchanges two colours and F exchanges them "
        "back, the cycle term is small. Compare that term with what you think of the translation.",
    ),
    "discogan": Method(
        "the GAN loss in B, plus the reconstruction of A, plus the GAN loss in A, plus the reconstruction of B",
        "Without skips or residual blocks every picture passes through a narrow code. Fine details are "
        "drawn anew: shapes may turn into others of the same kind, and little can be hidden for the way back.",
    ),
    "dualgan": Method(
        "lambda U times the distance of x from its return, plus lambda V times that of y, minus the discriminators' scores of both translations",
        "The skips of the U-Net copy the outline. The way back counts 500 times as much as the score of a discriminator (the paper's "
        "critic), so the return is close to the input; the discriminators decide only what that leaves open.",
    ),
    "unit": Method(
        "for each of the two domains the loss of its autoencoder, its GAN loss and its cycle loss",
        "The layers nearest the code are the same for both domains, so a thing should have one code in both. In training, "
        "noise of size 1 is added to the code. So what it carries must be strong: a faint hidden signal would be lost in the noise.",
    ),
    "distancegan": Method(
        "alpha times the GAN loss of G and D, plus beta times the distance loss of G",
        "No second generator and no cycle. Two pictures that differ much must still differ much afterwards: that alone keeps G "
        "from painting the same picture for all.",
        "The distance term compares pairs of pictures: all pairs of the examples are in the card beside this one.",
    ),
}  # fmt: skip
AND_IDENTITY = "{spoken}, plus half lambda times the identity loss"
NO_CRITIC = "The discriminator did not come with this model, so its term is left out."

# -- Identity -------------------------------------------------------------------------------------------------------------

IDENTITY = "Identity: what is there already should stay"
THERE = "there already"
THERE_ALT = "a picture of the target domain"
KEPT = "translated"
KEPT_ALT = "the same, translated nevertheless; changed by {kept:.3f}"
CHANGED = Markup(
    "changed by <strong>{kept:.3f}</strong>,<br>the picture above by <strong>{moved:.3f}</strong>, of a range of 2"
)
ASKED = (
    "The identity term asks for this in training: what is there already should stay. It keeps G from turning colours for "
    "no reason. The paper has it for paintings only, the authors' code for every task."
)
HAS_NONE = "{method} has no identity term: in training G never got a picture of the target domain. So nobody has told it what to do with one."
LEFT_OUT = (
    "This {method} was trained without its identity term, which would ask that what is there already stays. Nothing else "
    "keeps G from changing colours: where it changes hues here, it changes them above, too."
)

# -- The image pool -------------------------------------------------------------------------------------------------------

POOL = "The image pool: what D is shown"
MAKES = "G makes"
MAKES_ALT = "step {step}: G makes this"
SHOWN = "D is shown"
SHOWN_NEW_ALT = "step {step}: D is shown the same"
SHOWN_OLD_ALT = "step {step}: D is shown the picture of step {old}"


def pool(method: str, size: int, slots: int) -> str:
    """size: of the pool that the method has, 0 for none.  slots: of the one on the screen."""
    has = f"{method} keeps {size}" if size else f"{method} has none; CycleGAN and DistanceGAN keep 50"
    return (
        "A discriminator that sees only the newest pictures forgets the older ones, and G may return to old mistakes. So "
        f"made pictures go into a pool ({has}; here {slots}), and every other time D is shown an old one out of it: those in orange. "
        "Only D is taught that way, and only in training: translating never touches the pool."
    )


# -- The true partner -----------------------------------------------------------------------------------------------------

PARTNER = "The true partner"
GUESS = "Your guess"
TELL = "Show the partner"
TURNS = {0: "the true partner", 64: "hue + 90°", 128: "hue + 180°", 192: "hue + 270°"}
CANDIDATE_ALT = "candidate {letter}"
CANDIDATE_TOLD = "{letter}: {turn}"
CANDIDATE_TOLD_ALT = "candidate {letter}, {turn}"
APART = Markup("{far:.3f} from {method}'s")
NO_COLOUR = Markup(
    "<b>Predict first.</b> This one has hardly any colour to be wrong about: choose another example."
)
WHICH = Markup(
    "<b>Predict first.</b> One of the four is the true partner of the picture above; no model ever saw the two together. "
    "In the others the hue is turned. Do the translations above help you? Which one is the true partner?"
)
RIGHT = Markup("<b>Right: {letter} is the true partner.</b>")
WRONG = Markup("<b>Not quite: {letter} is the true partner.</b>")
AS_NEAR = "{method}'s picture is about as near to another: it has the style, but not the colour, for which nothing in the objective asked."
NEARER_CYCLE = (
    "{method}'s picture is nearer to the one with {turn}. An unpaired model can be right in style and wrong in colour, and its "
    "losses are small all the same: D has seen such colours in the target domain, and "
    "the way back can undo any exchange of colours that is always the same."
)
NEARER_DISTANCES = (
    "{method}'s picture is nearer to the one with {turn}. An unpaired model can be right in style and wrong in colour, and its "
    "losses are small all the same: D has seen such colours in the target domain, and "
    "pictures that were far apart are still far apart."
)
FOUND = (
    "Of the four, {method}'s picture is nearest to it. Nothing in the objective asked for that: a model with the right style and the wrong "
    "colours could have had the same losses. But a net tends to change no more than it must, and keeping a hue is easier than exchanging it."
)
MISSES = "Mean absolute difference to the true partner, of a range of 2:"

PLACE_ONCE = (
    "Nobody stood here twice: a photograph has no partner, so such sets can only be learnt without pairs."
)
YOURS_ALONE = "A picture of yours has no partner here: nobody knows what it ought to become."
HALVES = "Predict first. Which half will the translation change more, the upper or the lower?"
HALVES_TOLD = (
    "Here {method} changes the upper half by {upper:.3f} and the lower by {lower:.3f}, of a range of 2. Whatever looks alike in "
    "both domains can stay as it is; D rejects only what shows that the picture comes from the source."
)

# -- The endpoint, and refusals -------------------------------------------------------------------------------------------

API = "Unpaired translation of a picture: model is METHOD-SUBJECT as in the tab, dtn-digits for Digits; direction is xy, or yx for the way back."
NO_SUBJECT = "there is no subject {subject!r} in this tab; there are {names}."
NO_MODEL = "there is no model {model!r} in this tab; there are {names}."
NO_DIRECTION = "the direction is xy or yx, not {direction!r}."
ONE_DIRECTION = "{model} is one-sided: there is no way back, so the direction can only be xy."

# == Many domains =========================================================================================================

MANY = "StarGAN: one generator, every domain"
MANY_LEAD = (
    "CycleGAN needs two generators for every two domains. Here the "
    "target is one more input: four domains, one net, and a discriminator that also says which of them it sees."
)
# What the labels of the models are called, where that is not their own name.
LABELS = {
    "openmoji": "OpenMoji", "noto": "Noto", "fluent-flat": "Fluent flat", "fluent-3d": "Fluent 3-D", "cloudy": "clouds", "shine": "sunshine",
}  # fmt: skip
MANY_FROM = "the picture comes as"
MANY_FROM_LABEL = "The picture comes as"
MANY_EXAMPLE = "Example"
MANY_REVEAL = "reveal the truth"

# -- All targets at once --------------------------------------------------------------------------------------------------

MANY_TARGETS = "All targets at once: choose one"
MANY_TARGET = "Target"
MANY_MADE_ALT = "{name}, made {label}"
MANY_OWN = "its own label"
MANY_CHANGES = "changes {far:.2f}"

MANY_PICTURE_ALT = "the picture: {name}, {label}"
MANY_OVER_ALT = "translated to {label}"
MANY_RETURN = Markup("<b>G(G(x, c), c′)</b><br>differs from x by <strong>{miss:.3f}</strong>")
MANY_UNKNOWN = "Nobody knows what this one ought to become."
MANY_PREDICT = "Predict it first: which colours and details will the true picture have?"
MANY_TRUTH_UNKNOWN = Markup("<b>the truth</b>")
MANY_TRUTH_HIDDEN = Markup("<b>the truth</b>, hidden")
MANY_TRUTH = Markup("<b>the truth</b>, as drawn<br>G differs from it by <strong>{far:.3f}</strong>")
MANY_TRUTH_ALT = "the true picture, {label}"

# -- What G is given, and the objective -----------------------------------------------------------------------------------

MANY_GIVEN = "What G is given: {planes} planes"
MANY_COLOURS = ("red", "green", "blue")
MANY_COLOUR_ALT = "the {colour} plane of the picture"
MANY_ONES_ALT = "the label plane {label}: ones everywhere"
MANY_ZEROS_ALT = "the label plane {label}: zeros everywhere"

MANY_SPOKEN = (
    "the loss of G: the adversarial loss, plus lambda cls times the loss of the wanted class, "
    "plus lambda rec times the distance of x from G of G of x and c, and c prime"
)
MANY_SAME = "|x − G(x, c′)|, not in the objective"
MANY_NO_CRITIC = "The discriminator did not come with this model, so its two terms are left out."
MANY_ONE_NET = (
    "One G of {size:.1f} million numbers goes all {ways} ways; a net for each way would be {ways} nets. "
    "Only the label planes tell it which domain to make: the one that is white."
)
MANY_AT_HOME = (
    "You chose the picture's own label: a good G leaves it alone, and this one moves it by {same:.3f}. No term says so directly; but labels are drawn "
    "at random, so now and then a picture gets its own label, and then the reconstruction asks for it."
)
MANY_LOSES = (
    "Under its own label the picture moves by {same:.3f}, on the way there and back it loses {miss:.3f}: "
    "what the target domain cannot show must be guessed again."
)
MANY_GUESSES = (
    "The return needs no more than the label c′ and what is left in G(x, c). Go to a domain that drops something (lines and rain drop colour) "
    "and see what the way back invents."
)

# -- The endpoint, and refusals -------------------------------------------------------------------------------------------

MANY_API = "Translation of a picture to the domain of a label; a model's labels are those on its tiles."
MANY_NO_MODEL = "there is no model {model!r} with labels in this tab; there are {names}."
MANY_NO_LABEL = "{model} has no label {label!r}; it has {labels}."

# == One picture ==========================================================================================================

ONE = "OST: give it one picture"
ONE_LEAD = (
    "All others here had thousands of pictures of both sides. This one knows {target} icons well, and "
    "of the other side nothing but what you give it: one picture. It learns while you watch, on one processor core, for as long as you choose below."
)
ONE_STYLE = "What the one picture is"
ONE_STYLES = {"line": "a line drawing", "flat": "a flat icon"}
ONE_PICTURE = "The one picture"
ONE_TIME = "Time to learn"
ONE_SECONDS = "{seconds} s"
ONE_BEND = "let the one picture train the shared layers, too"
ONE_LEARN = "Learn it"
ONE_STOP = "Stop"

# -- A run, as it stands --------------------------------------------------------------------------------------------------

ONE_X = Markup("<b>x</b>, the one picture<br>{name}")
ONE_X_ALT = "the one picture: {name}"
ONE_BEFORE = Markup("<b>before the first step</b><br>by the layers of the target")
ONE_BEFORE_ALT = "its translation before the first step"
ONE_OVER_TO_COME = "Here you will see its translation change."
ONE_BACK_TO_COME = "Here you will see what comes back from it."
ONE_NOW = Markup("<b>now, after {step} steps</b><br>made {target}")
ONE_AFTER = Markup("<b>after {step} steps</b><br>made {target}")
ONE_NOW_ALT = "its translation after {step} steps"
ONE_BACK = Markup("<b>its return</b><br>differs from x by <strong>{miss:.3f}</strong>")

ONE_WAITING = "Somebody else's picture is being learned. That takes {left} more; then it is your turn. Stay, or press Stop and come back later."
ONE_STARTS = (
    "Getting ready: a process of its own reads the model, {waited:.0f} s so far "
    "(about {cold} s on two cores, or none if one is ready)."
)
ONE_TRAINS = (
    "Getting ready to train, {waited:.0f} s so far (about {cold} s on two cores, or none if one is ready)."
)
ONE_STEP = Markup("step <b>{step}</b>")
ONE_LEFT = Markup("<b>{left:.0f} s</b> left")
ONE_DONE = "Done."
ONE_STOPPED = "Stopped."
ONE_TERMS = {"cycle": "|x − its return|", "recon_x": "|x − its copy|", "gan_x": "(D(translation) − 1)²"}

# -- At its end: what it did to the shared layers -------------------------------------------------------------------------

ONE_Y = Markup("<b>y</b>, a {target} icon")
ONE_Y_ALT = "a {target} icon that no training saw"
ONE_COPY_BEFORE = Markup("<b>its copy before</b><br>{far:.3f}")
ONE_COPY_BEFORE_ALT = "its copy before"
ONE_COPY_AFTER = Markup("<b>after</b><br><strong>{far:.3f}</strong>")
ONE_COPY_AFTER_ALT = "its copy after"
ONE_SELECTIVE = Markup(
    "The one picture trained only its own outer layers, E<sub>x</sub> and G<sub>x</sub>; the shared layers between them went on learning from the target alone. "
    "That is <b>selective backpropagation</b>, the paper's rule: a single picture must not spoil what thousands have taught."
)
ONE_BENT = (
    "This time the one picture trained the shared layers, too. The paper rules that out, since they may come to suit x alone. In a run as short as this one you "
    "will hardly see any damage: the target goes on training the same layers."
)
ONE_MEASURED = (
    "Measured at 32 px, over five pictures: icons that nobody showed come out {kept:.3f} from their true partners (PD-i2i) with the rule, "
    "and {bent:.3f} without it."
)
ONE_NUMBERS = "The numbers: mean error of the copies of four such icons."

# -- At its end: the right answer -----------------------------------------------------------------------------------------

ONE_PREDICT = "Predict first. What does this thing look like as a {target} icon?"
ONE_TRUTH = Markup(
    "<b>the right answer</b><br>L1 from it: {before:.3f} before, <strong>{after:.3f}</strong> after"
)
ONE_TRUTH_ALT = "the true {target} picture"
ONE_HELPED = Markup(
    "<b>Learning helped:</b> the translation is nearer to the right answer than before the first step."
)
ONE_NO_NEARER = Markup(
    "<b>Learning did not help here:</b> the translation is no nearer to the right answer than before the first step."
)
ONE_FARTHER = Markup(
    "<b>Learning did not help here:</b> the translation is farther from the right answer than before the first step."
)
ONE_TOO_LITTLE = (
    "Where x is drawn much like the target, the layers of the target do well at once. "
    "And one picture is too little to train a discriminator for the style of x."
)
ONE_FAILURES = "More nets that went wrong"
ONE_L1 = "L1 is the mean absolute difference, of a range of 2."

# -- Below it -------------------------------------------------------------------------------------------------------------

ONE_SPOKEN = (
    "for the one picture x: the GAN loss of its translation, plus ten times the distance of x from its return, plus "
    "the distance of x from its copy"
)
ONE_NOTICE = Markup(
    "There is no discriminator for the source: from one picture nobody can tell its style from its content. "
    "The way back ties the translation to x. While x trains only E<sub>x</sub> and G<sub>x</sub>, {drawn} "
    "target icons go on training the shared layers."
)
ONE_FLAT = (
    "this picture is one flat colour: there is nothing in it to learn; choose one that shows something."
)

# == Digits ===============================================================================================================

DIGITS = "DTN: what must be kept"
DIGITS_LEAD = (
    "Nobody gives pairs here either, but somebody says what a translation must keep: all that f "
    "sees, a digit reader that was trained beforehand and is fixed. Draw a digit."
)
DIGITS_INK = "pen"
DIGITS_EXAMPLES = "A written digit"
DIGITS_EXAMPLE_ALT = "written {name}"
DIGITS_NONE = "no digit: {name}"
DIGITS_LETTER = "a letter"
DIGITS_HOUSE = "a house"
DIGITS_EMPTY = "the pad is empty: draw a digit, or choose one of the examples."

# -- What f makes of it ---------------------------------------------------------------------------------------------------

DIGITS_YOURS = "your digit"
DIGITS_WRITTEN = "a written {name}"
DIGITS_X = Markup("<b>x</b>, {name}<br>as f sees it, {size} px")
DIGITS_X_ALT = "the picture: {name}"
DIGITS_MADE = Markup("<b>G(x) = g(f(x))</b><br>moulded")
DIGITS_MADE_ALT = "the moulded digit made of it"
DIGITS_AGAIN = Markup("<b>G(G(x))</b><br>once more")
DIGITS_AGAIN_ALT = "that one translated once more"
DIGITS_FAR = "How far from x, by the codes of f"
DIGITS_OTHERS = "written {digit}s"
DIGITS_SPOKEN = (
    "G of x is g of f of x; the GAN loss, plus alpha times the distance of f of x from f of g of f of x, plus beta times "
    "the distance of y from g of f of y"
)
DIGITS_TERM = "{weight:g} · mean of (f(x) − f(g(f(x))))²"
DIGITS_NOTICE = (
    "g sees {count} numbers and nothing else. f was taught to tell digits apart whatever their ink, paper, slant and stroke, so it drops "
    "those, and what f drops cannot come back: g itself chooses the colour and the pose of the moulded digit."
)
DIGITS_NO_DIGIT = Markup(
    "<b>This picture shows no digit, and a digit is made all the same:</b> g knows nothing else. To f it looks most like the {digit}s."
)
DIGITS_TRY = "Give it something that is no digit: it makes one all the same."

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "No net here ever saw a pair: there were two sets of pictures, and nobody said which belong together. First "
    "stands the input, then what each method makes of it. Choose another input.",
    "Each paper ties the answer to the input in a way of its own. Tick another method and compare: does the shape "
    "stay, and which colours come?",
    "What the method that is chosen above learned by. A discriminator asks that the answer belong to the other set; "
    "the tie asks that it belong to this input. Choose another method and compare the ties.",
    "A way back that finds the input does not prove the translation right: the answer may hide what the return needs. "
    "Add noise to it. Where the return suffers more than that explains, it read a faint signal.",
    "This tab has more parts. Many domains: one net for all directions. One picture: a net learns while you wait, "
    "from a single one. Digits: a net that reads digits says what must be kept.",
)
