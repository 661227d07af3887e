"""The tour of each tab, in five steps: where to look, what to do there, and what it teaches.

tour.js shows them. The texts are true of whatever a visitor has on the screen, and name no figure that another training could change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from .attributes import words as attributes_words
from .failures import words as failures_words
from .inpainting import words as inpainting_words
from .live import words as live_words
from .map import words as map_words
from .multimodal import words as multimodal_words
from .paired import words as paired_words
from .superres import words as superres_words
from .unpaired import words as unpaired_words
from .voxels import words as voxels_words

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
    A step whose element is not there, since the tab shows something else, is left out.  text: what the card says."""

    at: str
    also: str = ""
    show: Show | None = None
    text: str = ""


@dataclass(frozen=True)
class Tour:
    """part: the part of the tab that it is about, "" where there are none."""

    steps: tuple[Step, ...]
    part: str = ""


def _tour(texts: tuple[str, ...], *steps: Step, part: str = "") -> Tour:
    """texts: what the card says at each step."""
    return Tour(tuple(replace(step, text=text) for step, text in zip(steps, texts, strict=True)), part)


# Name of a tab, as it stands on the page -> its tour.
TOURS: dict[str, Tour] = {
    "Map": _tour(
        map_words.TOUR,
        Step("#live-pad .pad-stage", "#live-made .result", Show("keys", "#live-pad canvas", _STROKE)),
        Step(
            "#live-pad .pad-inks",
            "#live-pad .pad-hints, #live-made .result",
            Show("click", "#live-pad [data-do=hint]"),
        ),
        Step("#map .hero button", "#map .hero"),
        Step("#map .map h2", "#map .map section:first-of-type"),
        Step(
            "#map .index details summary",
            "#map .index",
            Show("click", "#map .index details:not([open]) summary"),
        ),
    ),
    "Paired": _tour(
        paired_words.TOUR,
        Step("#pad .pad-stage", "#made .result", Show("keys", "#pad canvas", _STROKE)),
        Step("#made .result", "#pad .pad-stage", Show("click", "#roll")),
        Step("#live .equation", "#live .terms"),
        Step("#samples", show=Show("click", "#sample")),
        Step(
            "#eye .eye-views",
            "#eye .eye-crops",
            Show("keys", "#eye canvas", ("ArrowRight", "ArrowRight", "ArrowDown")),
        ),
    ),
    "Unpaired": _tour(
        unpaired_words.TOUR,
        Step("#sides figure", "#sides", Show("next", "#heap")),
        Step("#methods", "#sides", Show("click", "#methods input:not(:checked)")),
        Step("#terms .equation", "#terms .terms", Show("next", "#sides")),
        Step("#noise", "#trip, #noisy", Show("slide", "#noise input[type=range]")),
        Step("#unpaired-parts > .tab-wrapper"),
        part="Compare",
    ),
    "Multimodal": _tour(
        multimodal_words.TOUR,
        Step("#mm-pad .pad-stage", "#mm-wall .board", Show("keys", "#mm-pad canvas", _STROKE)),
        Step("#mm-roll", "#mm-wall .board, #mm-doing", Show("click", "#mm-roll")),
        Step("#mm-wall .board", "#mm-taken .result", Show("next", "#mm-wall")),
        Step("#mm-way .way-line", "#mm-way .way-now", Show("slide", "#mm-way input[type=range]")),
        Step("#mm-ask", "#mm-beside", Show("click", "#mm-ask")),
    ),
    "3D voxels": _tour(
        voxels_words.TOUR,
        Step("#vx-stage .vx-room", show=Show("keys", "#vx-stage canvas", ("ArrowLeft",) * 4)),
        Step(
            "#vx-wall .vx-wall:not(:has([aria-checked=true])) button, #vx-wall [aria-checked=true]",
            "#vx-wall, #vx-stage .vx-room",
            Show("next", "#vx-wall"),
        ),
        Step("#vx-stage .vx-tools", "#vx-stage .vx-room", Show("slide", "#vx-stage .vx-tools input")),
        Step("#vx-way .vx-way", "#vx-way .vx-room", Show("slide", "#vx-way .vx-way input")),
        Step("#vx-ask", "#vx-memory:has(button), #vx-memory-told", Show("click", "#vx-ask")),
    ),
    "Attributes": _tour(
        attributes_words.TOUR,
        Step(
            "#at-switches",
            "#at-face, #at-board .at-cells figure:first-of-type",
            Show("click", "#at-switches [role=switch]:not([aria-checked=true])"),
        ),
        Step("#at-board section figure", "#at-board section"),
        Step("#at-legend", "#at-board .at-cells figure:last-of-type"),
        Step("#at-other", "#at-face, #at-board .at-cells figure:first-of-type", Show("click", "#at-other")),
        Step("#at-along", "#at-sweep"),
    ),
    "Inpainting": _tour(
        inpainting_words.TOUR,
        Step(
            "#ip-brush .brush-stage",
            "#ip-curtain .curtain-stage",
            Show("keys", "#ip-brush .brush-stage", _STROKE),
        ),
        Step("#ip-curtain .curtain-stage", show=Show("slide", "#ip-curtain .curtain-stage input")),
        Step(
            "#ip-curtain .curtain-choice[data-side=right]",
            "#ip-curtain .curtain-stage",
            Show("next", "#ip-curtain .curtain-choice[data-side=right]"),
        ),
        Step("#ip-four .four-losses figure", "#ip-four .four-losses"),
        Step("#ip-critic .critic-map", "#ip-critic .critic"),
    ),
    "Super-resolution": _tour(
        superres_words.TOUR,
        Step(
            "#sr-frame .framed-on",
            "#sr-curtain .curtain-stage",
            Show("keys", "#sr-frame .framed-on", ("ArrowLeft", "ArrowUp")),
        ),
        Step("#sr-curtain .curtain-stage", show=Show("slide", "#sr-curtain .curtain-stage input")),
        Step(
            "#sr-curtain .curtain-choice[data-side=right]",
            "#sr-curtain .curtain-stage",
            Show("next", "#sr-curtain .curtain-choice[data-side=right]"),
        ),
        Step(
            "#sr-lens .lens-whole",
            "#sr-lens .lens-columns",
            Show("keys", "#sr-lens .lens-whole", ("ArrowRight",) * 4),
        ),
        Step("#sr-spectrum svg"),
    ),
    "Failures": _tour(
        failures_words.TOUR,
        Step("#fl-wall [aria-checked=true]", "#fl-wall", Show("next", "#fl-wall")),
        Step("#fl-shown .fl-row", "#fl-shown .fl-symptom"),
        Step("#fl-heap .tiles", "#fl-shown .fl-row", Show("next", "#fl-heap")),
        Step("#fl-answer", "#fl-verdict .note", Show("next", "#fl-answer")),
        Step("#fl-told .fl-words section:nth-of-type(2), #fl-later", "#fl-told .fl-words"),
    ),
    "Train live": _tour(
        live_words.TOUR,
        Step("#tl-tiles .tiles", "#tl-pad .pad-stage", Show("next", "#tl-tiles")),
        Step("#tl-go", "#tl-stage .tl-rows", Show("click", "#tl-go")),
        Step("#tl-count", "#tl-d, #tl-g, #tl-both", Show("click", "#tl-d")),
        Step("#tl-try .pad-stage", "#tl-made .result", Show("keys", "#tl-try canvas", _STROKE)),
        Step("#tl-weight", "#tl-stage .tl-rows", Show("next", "#tl-weight")),
        part="Training",
    ),
}


def tours() -> dict[str, dict]:
    """TOURS as tour.js reads them."""
    return {tab: asdict(tour) for tab, tour in TOURS.items()}
