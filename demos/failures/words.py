"""What the tab Failures says: of the page first, then of each exhibit, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

# -- The page -------------------------------------------------------------------------------------------------------

LEAD = Markup(
    "<b>Nets that went wrong, really trained.</b> In each exhibit one thing is broken. See it, say why, detect it by a "
    "number, and compare with a net in which it is mended."
)
EXHIBIT = "An exhibit"
INPUT = "The input"
QUESTION = "A question first"
ANSWER_FIRST = "The cause, how to detect it, and how to mend it: here, once you have answered."
SHOW_ANSWER = "Show the answer"
RIGHT, WRONG = "Yes.", "No."
CAUSE = "The cause"
DETECT = "How to detect it"
MEND = "The mend"
RIGHT_ANSWER = "right answer"

# -- The API --------------------------------------------------------------------------------------------------------

DESCRIPTION = "The pictures of an exhibit on one sheet; exhibit is one of {keys}."
NO_EXHIBIT = "there is no exhibit {key!r}; there are {keys}."
NO_EXAMPLE = "of is a number from 0 to {last}; got {given}."

# -- An exhibit -----------------------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """Of a picture.  caption: HTML if it is Markup.  alt: what it shows."""

    caption: str
    alt: str

    def format(self, **values: object) -> Shown:
        return Shown(self.caption.format(**values), self.alt.format(**values))


@dataclass(frozen=True)
class Question:
    """asks; answers: what to choose from; right: which of them is; because: why."""

    asks: str
    answers: tuple[str, ...]
    right: int
    because: str


@dataclass(frozen=True)
class Words:
    """Of an exhibit.  symptom, cause, detect, mend: a sentence or two each.  columns: what the two nets are called.

    pictures, numbers: by what the exhibit's module calls them, beside X and Y.
    """

    title: str
    symptom: str
    cause: str
    detect: str
    mend: str
    question: Question
    pictures: Mapping[str, Shown]
    numbers: Mapping[str, str]
    columns: tuple[str, str] = ("this net", "mended")


X = Shown(Markup("<b>x</b>"), "the input")
Y = Shown(Markup("<b>y</b>, the right answer"), "the right answer")

HUES = Words(
    title="Exchanged colours",
    symptom="CycleGAN draws glossy icons as neon lights at night. An orange cat glows blue, a purple mushroom orange, and the way back sets every colour "
    "right again.",
    cause="Nobody says which colour belongs to which: there are no pairs. D only asks for neon, in whatever colours neon has, and the cycle only asks that F "
    "undo what G did. A swap that F knows how to undo costs nothing, and training starts with one swap or another by chance.",
    detect="Do not trust the cycle loss: it is low. Compare hues with the right answers where some are known; otherwise lay inputs and translations side by "
    "side and look whether one colour always becomes the same other one.",
    mend="Tie the colours: a few pairs, a feature distance between x and G(x), or an identity term, |G(y) − y|, where both sides share colours (Zhu et al. "
    "use it for paintings). Here the ground turns from white to black, and an identity term helps little: in a training of a third as many steps hues "
    "were off by 71° on 64 validation icons with it, and by 82° without. More steps help little, too: the net shown is off by 77°. UNIT, whose two sides share a code, "
    "has the hues right in this gallery, off by 15°; after fewer steps it had exchanged them as well.",
    question=Question(
        asks="The cat turns blue and comes back orange. What is the cycle loss?",
        answers=(
            "High: blue is far from orange",
            "Low: the return is orange",
            "It cannot be told from these pictures",
        ),
        right=1,
        because="The loss compares x with its return, and that is orange again. G(x) itself is compared with nothing: D judges it, and blue neon is good neon.",
    ),
    columns=("one way", "there and back"),
    pictures={
        "made": Shown(Markup("<b>G(x)</b>: other colours"), "the translation"),
        "back": Shown(Markup("<b>F(G(x))</b>: the old colours"), "the return"),
    },
    numbers={
        "all": "hue off by, mean of the icons above",
        "one": "hue of this one off by",
        "cycle": "cycle loss of this one, L1 of 2",
    },
)

HIDDEN = Words(
    title="A hidden signal",
    symptom="CycleGAN turns glossy icons into black lines on white paper. Lines have no colour, and yet the way back knows which things were blue.",
    cause="The cycle asks that F(G(x)) be x. Black lines cannot say whether a balloon was blue, so G writes it into the lines, as a tint that the "
    "discriminator lets pass, and F reads it there. Chu et al. (2017) found this in street maps made from aerial photographs.",
    detect="Change the translation a little where nobody looks, and see what comes back. Here the lines are made grey. If the return loses more than the "
    "lines did, it was reading a hidden signal.",
    mend="Let the way back have what the lines cannot hold: a style code of its own, as in MUNIT and Augmented CycleGAN, whose F is told the colours or "
    "draws them. No mended net hangs here: the right column is the same net, fed with grey lines.",
    question=Question(
        asks="The cycle loss of this net is low. What follows from that?",
        answers=(
            "One can see in G(x) what x was",
            "G(x) holds what x was, perhaps where nobody sees it",
            "G translates well",
        ),
        right=1,
        because="The loss compares x with its return and never looks at what lies between. What F finds must be in G(x), but nothing says that it must be "
        "visible.",
    ),
    columns=("return of G(x)", "return of grey lines"),
    pictures={
        "made": Shown(Markup("<b>G(x)</b>: lines"), "the translation"),
        "back": Shown(Markup("<b>F(G(x))</b>: the colours are back"), "the return"),
        "hidden": Shown(Markup("the colours of G(x), × {gain}"), "the hidden colours, amplified"),
        "grey": Shown(Markup("<b>G(x) in grey</b>"), "the translation without its colours"),
        "from grey": Shown(
            Markup("<b>F of the grey lines</b>: it has to guess"), "the return of the grey lines"
        ),
    },
    numbers={
        "return": "L1 between x and its return (of 2)",
        "hue": "hue of the return off by",
        "lines": "lines changed by (L1, of 2)",
    },
)

OVERPOWERED = Words(
    title="A discriminator that has won",
    symptom="Shreds in loud colours. D calls every right answer real and everything that G makes fake, and is nearly sure of both.",
    cause="D is far larger here than G and learns faster than G can follow; no L1 term tells G what else to do. Each step G paints something else that D has "
    "not seen yet, and a step later D has seen it. Other ways to the same end: few training images, which D knows by heart, or too high a learning "
    "rate of D.",
    detect="Read D, not the pictures: near 1 for real and near 0 for fake, and it stays so. G’s loss, −log D, climbs far above ln 2 = .69. In the minimax "
    "form, log(1 − D), G would learn nothing from this: its slope is D itself.",
    mend="Weaken D (smaller, slower, noise or augmentation on what it sees, a gradient penalty), or strengthen G; give G a loss that does not depend on D. "
    "In the mended net G is larger, D smaller, and L1 leads the way.",
    question=Question(
        asks="D(x, G(x)) is .02. In which form does G still get a strong gradient?",
        answers=("log(1 − D), the minimax form", "−log D, the non-saturating form", "In neither: D has won"),
        right=1,
        because="With D = σ(logit), the slope of log(1 − D) is D, here .02, and that of −log D is 1 − D, here .98. Strong is not the same as helpful: this net "
        "was trained with −log D.",
    ),
    columns=("D has won", "in balance"),
    pictures={
        "broken": Shown(Markup("<b>D has won</b>"), "made where D has won"),
        "mended": Shown(Markup("<b>in balance</b>"), "made where D and G are in balance"),
    },
    numbers={
        "real": "D(x, y), real",
        "fake": "D(x, G(x)), fake",
        "loss": "G's loss, −log D(x, G(x))",
        "slope": "slope of log(1 − D) for G",
    },
)

COLLAPSED = Words(
    title="Collapse",
    symptom="Whatever is drawn, the same heap of colours comes out: cat, balloon or boat, and nearly the same in every pixel.",
    cause="This D sees the answer alone, never the input, so it can only ask for something that looks like an icon. One image that it finds hard to tell "
    "from icons is enough, and a G that makes this one image for all inputs loses nothing. There is no other term, and no skip leads past the middle "
    "of G.",
    detect="Do not look at one answer: look at several. How far apart are two answers, on average, beside two right answers? D’s loss does not warn: it "
    "stands near 2 ln 2 = 1.39, as in perfect balance.",
    mend="Show D the input, too, so that an answer has to fit (a conditional GAN), and add L1 to the right answer. Skips let the lines of the input "
    "through. Where there is no input, statistics of the whole batch show D that all images are alike (see notebook 00).",
    question=Question(
        asks="All answers of this net are one image. What does D’s loss show?",
        answers=("It is near zero: D wins", "It grows without end", "It can look like perfect balance"),
        right=2,
        because="D has to tell icons from this one heap, which looks a little like many of them. Its loss is near that of a D that only guesses, 2 ln 2, and "
        "nothing in it says that there is one image only.",
    ),
    columns=("GAN alone", "cGAN + L1"),
    pictures={
        "broken": Shown(Markup("<b>GAN alone</b>"), "made by the GAN alone"),
        "mended": Shown(Markup("<b>with the input shown to D, and L1</b>"), "made by pix2pix"),
        "y": Shown(Markup("<b>y</b>"), "the right answer"),
    },
    numbers={
        "loss": "D’s loss on these icons",
        "apart": "two answers differ by (L1, of 2)",
    },
)

BOTTLENECK = Words(
    title="Lost in the middle",
    symptom="DiscoGAN gives several icons one answer. A mushroom and a balloon become the same balloon, a cat and a car the same heap, a cake and a rocket the "
    "same cone. One can still tell a tall thing from a wide one, and not much more.",
    cause="Its generator shrinks the image to a map of 4 × 4 and grows it again, without skip connections. Sixteen places cannot say where an eye or a "
    "stripe was. D asks for sharp lines nevertheless, so G paints a few things that it knows by heart. The sets of its authors hold one "
    "kind of thing each, shoes or bags, and there it does well; these icons are of many kinds.",
    detect="Compare the outlines of G(x) with those of the right answer, or those of x where there is none. An image that looks wrong and keeps its outlines "
    "has another fault than one that loses them. And look for inputs that differ, and whose answers do not.",
    mend="Keep the image large inside: CycleGAN halves it once here and has the same cycle. Or lead the input past the middle, as a U-Net does. Its colours "
    "are another matter: see the exhibit of exchanged colours.",
    question=Question(
        asks="Both nets were trained with the same cycle loss. Why does it not save DiscoGAN’s outlines?",
        answers=(
            "The cycle loss does not look at outlines",
            "What the middle drops, the way back cannot find again",
            "Its discriminator is too strong",
        ),
        right=1,
        because="The cycle loss asks for every pixel of x. The net would obey if it could: through 4 × 4 places it cannot, whatever the loss asks for.",
    ),
    columns=("DiscoGAN", "CycleGAN"),
    pictures={
        "broken": Shown(Markup("<b>DiscoGAN</b>: through a map of 4 × 4"), "made by DiscoGAN"),
        "mended": Shown(Markup("<b>CycleGAN</b>: through one of 32 × 32"), "made by CycleGAN"),
    },
    numbers={
        "outlines": "outlines agree with the right answer’s (1 is all)",
    },
)

CHECKERED = Words(
    title="A checkerboard",
    symptom="A fine grid lies over everything, over the plain paper, too. Enlarged, it is a pattern of two pixels that repeats.",
    cause="G doubles its maps by transposed convolutions with kernel 3 and stride 2. Laid out, some pixels are covered by one weight of the kernel, some by "
    "two and some by four. The weights would have to balance that exactly, at every doubling, and training has no reason to do so for long (Odena et "
    "al. 2016).",
    detect="Enlarge a plain part until single pixels can be seen. Or measure how far pixels go up and down in turn, in most places: lines and edges are in "
    "few.",
    mend="Repeat the pixels and convolve (“resized”), as all shipped nets of this gallery do, or take kernel 4 with stride 2, which covers all pixels "
    "equally often. The mended net has the same steps, seed and sizes, but for that layer.",
    question=Question(
        asks="Stride 2: which kernel covers every pixel equally often?",
        answers=("3", "4", "5"),
        right=1,
        because="A pixel is covered equally often if the kernel is a multiple of the stride. Equal cover does not force equal weights: a net with kernel 4 may "
        "still learn a grid, but nothing pushes it there.",
    ),
    columns=("transposed", "resized"),
    pictures={
        "broken": Shown(Markup("<b>transposed</b>, kernel 3, stride 2"), "made with transposed convolutions"),
        "mended": Shown(Markup("<b>resized</b>: repeat, then convolve"), "made with resizing"),
        "near x": Shown("its middle", "the middle of the input"),
        "near broken": Shown("the middle, enlarged", "the middle of it, enlarged"),
        "near": Shown("the same pixels", "the middle of it, enlarged"),
    },
    numbers={
        "grid": "grid in most places, × 1000",
    },
)

FACES = Words(
    title="A face that melts",
    symptom="DTN turns a photograph of a face into a drawn person. A person comes out, and nobody could say who it was.",
    cause="G = g ∘ f keeps what f sees. This f learned to name emoji and to tell how they are drawn: it never had to tell two faces apart, so what makes a "
    "face is not in its code, and what is not in the code cannot come back. The f of the paper had learned from millions of named faces.",
    detect="Ask f itself: among all the faces here, whose code is nearest to that of G(x)? Where others come before x, identity was lost. Nobody named these "
    "faces, so this number is as blind as f: a face that f takes for x may still be nobody’s.",
    mend="An f that was trained to tell people apart. None is here, so no mended net hangs beside it. Where f does know what has to be kept, as of digits, "
    "the same method works: see Unpaired, Digits.",
    question=Question(
        asks="Which part of DTN would you train anew to mend this?",
        answers=("g, for longer", "f, on named faces", "D, with larger patches"),
        right=1,
        because="g sees only the code. Trained for longer it paints a finer person from the same poor code; what tells two people apart has to be in the code "
        "first.",
    ),
    pictures={
        "x": Shown(Markup("<b>x</b>: {name}"), "the input: {name}"),
        "made": Shown(Markup("<b>G(x) = g(f(x))</b>"), "the drawn person made of it"),
        "nearest 1": Shown("to f the nearest to G(x)", "{name}, one of the nearest"),
        "nearest 2": Shown("to f the second nearest to G(x)", "{name}, one of the nearest"),
        "nearest 3": Shown("to f the third nearest to G(x)", "{name}, one of the nearest"),
        "nearest 4": Shown("to f the fourth nearest to G(x)", "{name}, one of the nearest"),
    },
    numbers={
        "nearer": "faces nearer to G(x) than x is, of {others}",
    },
)
# Whose face it is.
HOPPER = "Grace Hopper"
PHOTOGRAPH = "photograph {number}"
PERSON = "drawn person {number}"

# -- The tour, a text a step ---------------------------------------------------------------------------------------------

TOUR = (
    "Each exhibit shows a net that was really trained, and in which one thing is broken. Choose another.",
    "First stands what the net is given, and next to it the broken answer. Look for what the sentence above the "
    "pictures says.",
    "One picture may be bad luck. Choose another input: does it fail in the same way?",
    "Say why, before you read on. One of the answers is right, and each is told what speaks for it or against it.",
    "In your own training nobody puts a sign on the failure. So learn the number that detects it, and compare it with "
    "that of the mended net, where there is one.",
)
