"""The tour of each tab, in five steps: where to look, what to do there, and what it teaches.

tour.js shows them. The texts are true of whatever a visitor has on the screen, and name no figure that another training could change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

_STROKE = (" ", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", " ")  # pen down, an angle, pen up


@dataclass(frozen=True)
class Show:
    """What "Show me" does with the first element in sight that the CSS selector `at` finds.

    how: "click"; "next" (chooses the member after the chosen one, of a group); "slide" (moves a slider by a quarter of its way);
    "keys" (sends `keys`, each a name of a key with "Shift+" before it where that is held).
    """

    how: str
    at: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """at: CSS selector of the element that the card stands beside.  also: of those that stand out with it; they need not be in sight.
    A step whose element is not there, since the tab shows something else, is left out."""

    at: str
    text: str
    also: str = ""
    show: Show | None = None


@dataclass(frozen=True)
class Tour:
    """part: the part of the tab that it is about, "" where there are none."""

    steps: tuple[Step, ...]
    part: str = ""


# Name of a tab, as it stands on the page -> its tour.
TOURS: dict[str, Tour] = {
    "Map": Tour((
        Step(
            "#live-pad .pad-stage",
            "A net has learned from pairs: drawings, and the emoji that they were made from. Draw something: after each stroke it paints "
            "anew, from what is on the pad and nothing else.",
            "#live-made .result", Show("keys", "#live-pad canvas", _STROKE),
        ),
        Step(
            "#live-pad .pad-inks",
            "Black lines say where things are, and dabs of a coloured pen say what colour they have. Take the colours away or add "
            "them: where there are none, the net guesses.",
            "#live-pad .pad-hints, #live-made .result", Show("click", "#live-pad [data-do=hint]"),
        ),
        Step(
            "#map .hero button",
            "Each tile leads to a tab. Its two pictures show the task: what a net is given, and what it makes of it.",
            "#map .hero",
        ),
        Step(
            "#map .map h2",
            "Which method you need depends on the examples that you have: pairs, two sets without pairs, or none at all. The papers in "
            "violet run here; the others open on a page of their own.",
            "#map .map section:first-of-type",
        ),
        Step(
            "#map .index details summary",
            "Do you come from a lecture? Unfold it: each topic leads to its tab, its notebook and what was measured about it.",
            "#map .index", Show("click", "#map .index details:not([open]) summary"),
        ),
    )),
    "Paired": Tour((
        Step(
            "#pad .pad-stage",
            "The generator, G, is given what is on this pad, and has to finish it. Draw something: it answers after each stroke. It fails "
            "where a drawing is unlike all that it learned from.",
            "#made .result", Show("keys", "#pad canvas", _STROKE),
        ),
        Step(
            "#made .result",
            "The drawing says where things are, and G makes up what it leaves open. Another seed changes little: for one drawing G has "
            "learned to give one answer.",
            "#pad .pad-stage", Show("click", "#roll"),
        ),
        Step(
            "#live .equation",
            "What G learned by. A discriminator, D, looks at drawing and picture together, and says whether they look real. L1 asks that each "
            "pixel be near the true one, so it can be given only where the true picture is known.",
            "#live .terms",
        ),
        Step(
            "#samples",
            "Dropout is the only noise here. Roll again: four answers to what is on the pad, and a map of where they differ. No term of the "
            "objective asks G to use its noise.",
            show=Show("click", "#sample"),
        ),
        Step(
            "#eye .eye-views",
            "Through the eye of D: each of its numbers is about one patch, green where it takes it for real and red where it doubts. Click on "
            "another place: the frame holds all that the number there depends on.",
            "#eye .eye-crops", Show("keys", "#eye canvas", ("ArrowRight", "ArrowRight", "ArrowDown")),
        ),
    )),
    "Unpaired": Tour((
        Step(
            "#sides figure",
            "No net here ever saw a pair: there were two sets of pictures, and nobody said which belong together. First stands the input, then "
            "what each method makes of it. Choose another input.",
            "#sides", Show("next", "#heap"),
        ),
        Step(
            "#methods",
            "Each paper ties the answer to the input in a way of its own. Tick another method and compare: does the shape stay, and which "
            "colours come?",
            "#sides", Show("click", "#methods input:not(:checked)"),
        ),
        Step(
            "#terms .equation",
            "What the method that is chosen above learned by. A discriminator asks that the answer belong to the other set; the tie asks "
            "that it belong to this input. Choose another method and compare the ties.",
            "#terms .terms", Show("next", "#sides"),
        ),
        Step(
            "#noise",
            "A way back that finds the input does not prove the translation right: the answer may hide what the return needs. Add noise to "
            "it. Where the return suffers more than that explains, it read a faint signal.",
            "#trip, #noisy", Show("slide", "#noise input[type=range]"),
        ),
        Step(
            "#unpaired-parts > .tab-wrapper",
            "This tab has more parts. Many domains: one net for all directions. One picture: a net learns while you wait, from a single one. "
            "Digits: a net that reads digits says what must be kept.",
        ),
    ), part="Compare"),
    "Multimodal": Tour((
        Step(
            "#mm-pad .pad-stage",
            "What is on this pad does not settle the answer. So these nets are told random numbers beside it, a style or a noise, and paint "
            "another picture for each. Draw a stroke: all of them follow.",
            "#mm-wall .board", Show("keys", "#mm-pad canvas", _STROKE),
        ),
        Step(
            "#mm-roll",
            "Ask for new answers: the drawing stays, and the random numbers are others. What stays in all pictures comes from the drawing, "
            "and what changes comes from the numbers.",
            "#mm-wall .board, #mm-doing", Show("click", "#mm-roll"),
        ),
        Step(
            "#mm-wall .board",
            "Take the answer that you like. What the net was told beside the drawing is then kept: draw on, or choose another drawing.",
            "#mm-taken .result", Show("next", "#mm-wall"),
        ),
        Step(
            "#mm-way .way-line",
            "Between two styles lie others, and each of them is an answer, too. Move the slider: is every picture on the way as good as those at "
            "its ends?",
            "#mm-way .way-now", Show("slide", "#mm-way input[type=range]"),
        ),
        Step(
            "#mm-ask",
            "A net that nobody asks for variety learns to ignore its random numbers. Let all methods answer your drawing, and look for one "
            "whose answers are all alike.",
            "#mm-beside", Show("click", "#mm-ask"),
        ),
    )),
    "3D voxels": Tour((
        Step(
            "#vx-stage .vx-room",
            "This net is given no picture: it turns random numbers, z, into a block of voxels. Turn the shape. The discriminator judged whole "
            "blocks, so the back counts as much as the front.",
            show=Show("keys", "#vx-stage canvas", ("ArrowLeft",) * 4),
        ),
        Step(
            "#vx-wall .vx-wall:not(:has([aria-checked=true])) button, #vx-wall [aria-checked=true]",
            "Each of these shapes comes from another z. Take one, and look where it fails: loose pieces, holes, thin parts that break.",
            "#vx-wall, #vx-stage .vx-room", Show("next", "#vx-wall"),
        ),
        Step(
            "#vx-stage .vx-tools",
            "Each voxel holds how surely it is filled. Move the limit: what the net is unsure about is the first to come or go.",
            "#vx-stage .vx-room", Show("slide", "#vx-stage .vx-tools input"),
        ),
        Step(
            "#vx-way .vx-way",
            "A walk from one z to another. Move the slider to the middle: is that a shape of its own, or a mixture of the two ends?",
            "#vx-way .vx-room", Show("slide", "#vx-way .vx-way input"),
        ),
        Step(
            "#vx-ask",
            "Could the net know its training shapes by heart? Ask for those that are nearest to the shape on the stage: a copy would fill the "
            "very same voxels.",
            "#vx-memory:has(button), #vx-memory-told", Show("click", "#vx-ask"),
        ),
    )),
    "Attributes": Tour((
        Step(
            "#at-switches",
            "A net is given a face and the attributes that it is to have. Think first: which pixels have to change? Then switch an attribute.",
            "#at-face, #at-board .at-cells figure:first-of-type", Show("click", "#at-switches [role=switch]:not([aria-checked=true])"),
        ),
        Step(
            "#at-board section figure",
            "The large pictures are the edits. Compare each with the face: what was asked for, and what changed with it? Below it is the "
            "same net’s picture with the face’s own attributes: what is lost there is lost in every edit.",
            "#at-board section",
        ),
        Step(
            "#at-legend",
            "In the maps orange marks what changed, and where the right answer is known, only what need not have changed. No net was told which "
            "pixels an attribute concerns: it had to find that out.",
            "#at-board .at-cells figure:last-of-type",
        ),
        Step(
            "#at-other",
            "Does it work for everybody? Take another face: what was switched last is switched for this one, too.",
            "#at-face, #at-board .at-cells figure:first-of-type", Show("click", "#at-other"),
        ),
        Step(
            "#at-along",
            "The nets learned from faces that have an attribute or do not. What stands between is their own guess: does it grow slowly, or "
            "jump? Choose another attribute.",
            "#at-sweep",
        ),
    )),
    "Inpainting": Tour((
        Step(
            "#ip-brush .brush-stage",
            "The net is given the picture with a hole, and is told where the hole is. Brush one over something: what was there has to "
            "be invented.",
            "#ip-curtain .curtain-stage", Show("keys", "#ip-brush .brush-stage", _STROKE),
        ),
        Step(
            "#ip-curtain .curtain-stage",
            "Move the line over the hole. Outside of it nothing may change; inside, many answers would fit, and what stood there is one of them.",
            show=Show("slide", "#ip-curtain .curtain-stage input"),
        ),
        Step(
            "#ip-curtain .curtain-choice[data-side=right]",
            "Choose the other way to fill. A soap film is as smooth as can be and has learned nothing. It is hard to beat where the hole "
            "hides an even surface, and it never paints an object.",
            "#ip-curtain .curtain-stage", Show("next", "#ip-curtain .curtain-choice[data-side=right]"),
        ),
        Step(
            "#ip-four .four-losses figure",
            "Here stand nets that differ in their loss alone. The one with reconstruction alone paints the middle of all that would fit, which "
            "is soft. A discriminator asks for what looks real, and may put it in the wrong place.",
            "#ip-four .four-losses",
        ),
        Step(
            "#ip-critic .critic-map",
            "What a discriminator sees: one number for the whole, and a map of patches, green for real and red for made. Does the hole stand "
            "out, before and after?",
            "#ip-critic .critic",
        ),
    )),
    "Super-resolution": Tour((
        Step(
            "#sr-frame .framed-on",
            "The nets are given a small part of this picture, and make it four times as wide and as high. Choose another part: letters, hair and "
            "leaves are hard.",
            "#sr-curtain .curtain-stage", Show("keys", "#sr-frame .framed-on", ("ArrowLeft", "ArrowUp")),
        ),
        Step(
            "#sr-curtain .curtain-stage",
            "To the left and to the right of the line is the same part, shown in two ways. Move the line: which edges are sharp, and which of them "
            "do you believe?",
            show=Show("slide", "#sr-curtain .curtain-stage input"),
        ),
        Step(
            "#sr-curtain .curtain-choice[data-side=right]",
            "Choose another net; below its name stands its loss. The squared error asks for the mean of all sharp pictures that fit, which is "
            "soft. With a discriminator a net paints one of them, and it may be the wrong one.",
            "#sr-curtain .curtain-stage", Show("next", "#sr-curtain .curtain-choice[data-side=right]"),
        ),
        Step(
            "#sr-lens .lens-whole",
            "One magnifier lies over all of them. Move it, and look for detail that is sharp and wrong: where the original is known, it stands "
            "at the end of the row.",
            "#sr-lens .lens-columns", Show("keys", "#sr-lens .lens-whole", ("ArrowRight",) * 4),
        ),
        Step(
            "#sr-spectrum svg",
            "The small picture holds none of the frequencies in the tinted part. A net that learned by the squared error falls there where it "
            "is no longer sure; a discriminator asks for the power of a photograph, be the detail right or wrong.",
        ),
    )),
    "Failures": Tour((
        Step(
            "#fl-wall [aria-checked=true]",
            "Each exhibit shows a net that was really trained, and in which one thing is broken. Choose another.",
            "#fl-wall", Show("next", "#fl-wall"),
        ),
        Step(
            "#fl-shown .fl-row",
            "First stands what the net is given, and next to it the broken answer. Look for what the sentence above the pictures says.",
            "#fl-shown .fl-symptom",
        ),
        Step(
            "#fl-heap .tiles",
            "One picture may be bad luck. Choose another input: does it fail in the same way?",
            "#fl-shown .fl-row", Show("next", "#fl-heap"),
        ),
        Step(
            "#fl-answer",
            "Say why, before you read on. One of the answers is right, and each is told what speaks for it or against it.",
            "#fl-verdict .note", Show("next", "#fl-answer"),
        ),
        Step(
            "#fl-told .fl-words section:nth-of-type(2)",
            "In your own training nobody puts a sign on the failure. So learn the number that detects it, and compare it with that of the "
            "mended net, where there is one.",
            "#fl-told .fl-words",
        ),
    )),
    "Train live": Tour((
        Step(
            "#tl-tiles .tiles",
            "What the net learns from: each of these drawings, and the lines of it that a program draws. Choose one, and draw over it: the net "
            "learns yours.",
            "#tl-pad .pad-stage", Show("next", "#tl-tiles"),
        ),
        Step(
            "#tl-go",
            "Train, and the rows change while both nets learn: first the shapes come, then the colours. G learns to paint like the last row; D learns "
            "to tell the two apart.",
            "#tl-stage .tl-rows", Show("click", "#tl-go"),
        ),
        Step(
            "#tl-count",
            "Pause, and go step by step. A D step tends to part what D says of true pictures and of made ones, a G step to bring them together. Take more "
            "steps a click to see it clearly.",
            "#tl-d, #tl-g, #tl-both", Show("click", "#tl-d"),
        ),
        Step(
            "#tl-try .pad-stage",
            "Lines that nobody trained it on. Draw while it learns: the picture below is what it would make of them now.",
            "#tl-made .result", Show("keys", "#tl-try canvas", _STROKE),
        ),
        Step(
            "#tl-weight",
            "The weight of L1. Without it D alone says what is wanted, and G may leave the answer that belongs to these lines. Try it, and start over.",
            "#tl-stage .tl-rows", Show("next", "#tl-weight"),
        ),
    ), part="Training"),
}  # fmt: skip


def tours() -> dict[str, dict]:
    """TOURS as tour.js reads them."""
    return {tab: asdict(tour) for tab, tour in TOURS.items()}
