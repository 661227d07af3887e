"""The self-check kit of the notebooks.

    predict("l1-colour")            # shows the question; answer with its buttons, or with predict("l1-colour", "b")
    reveal("l1-colour", far=0.3)    # right or wrong, and why; the figures are held against what the answer says of them
    symptom("mend-the-turn", mine)  # runs code with a planted fault and shows what comes of it
    check("generator-loss", mine)   # tries your function on stub networks, in milliseconds
    hint("generator-loss")          # says a little more at each call
    score()                         # your predictions and exercises so far

In a notebook the answers are tinted cards; elsewhere they are plain text.
"""

from __future__ import annotations

import difflib
import dis
import html
import time
import traceback
from collections.abc import Callable

from IPython import get_ipython

from .lessons import EXERCISES, QUESTIONS, UNWRITTEN, Mend, Question, Untried, Wrong
from .show import GREEN, L1, LILAC, MINT, PEACH, TRACK, fast, note, say, table, widget, widgets_work

predicted: dict[str, str] = {}  # question -> the letter that was chosen
passed: dict[str, bool] = {}  # exercise -> whether its last check passed
_told: dict[str, int] = {}  # exercise -> hints given
_measured: dict[str, dict] = {}  # question -> the figures that its cell handed over last


def _find(name: str, among: dict):
    if name not in among:
        near = difflib.get_close_matches(name, among, 1, 0.4)
        raise KeyError(f"there is no {name!r} here" + (f"; did you mean {near[0]!r}?" if near else ""))
    return among[name]


# -- predictions ----------------------------------------------------------------------------------------------------


def predict(name: str, answer: str | None = None) -> None:
    """Show a question, with a button for each option; or record `answer`, one of its letters."""
    question = _find(name, QUESTIONS)
    if answer is not None:
        return _record(name, question, answer)
    options = "".join(
        f"<br><b>{letter})</b> {html.escape(text)}" for letter, text in question.options.items()
    )
    buttons = _buttons(name, question)
    how = f'<br><small>{"Answer with" if buttons is None else "Choose below, or run"} <code>predict("{name}", "a")</code>.</small>'
    plain = "\n".join([question.asks, *(f"  {k}) {v}" for k, v in question.options.items())])
    say(
        note(f"<b style='color:{L1}'>Predict first.</b> {html.escape(question.asks)}{options}{how}", PEACH),
        plain,
    )
    if buttons is not None:
        widget(buttons, "(In a running notebook there are buttons here.)")


def _buttons(name: str, question: Question):
    """A row of letters and a line that confirms the choice; None where there is no notebook, or its widgets are too old."""
    if get_ipython() is None or not widgets_work():
        return None
    import ipywidgets as w

    row = w.ToggleButtons(options=list(question.options), value=None, style={"button_width": "3em"})
    line = w.HTML()

    def choose(change) -> None:
        predicted[name] = change["new"]
        line.value = f"Noted: {change['new']}. Read on; the answer comes after the measurement."

    row.observe(choose, "value")
    return w.HBox([row, line])


def _record(name: str, question: Question, answer: str) -> None:
    letter = answer.strip().lower()
    if letter not in question.options:
        raise ValueError(f"answer with one of {', '.join(question.options)}, not {answer!r}")
    predicted[name] = letter
    text = f"Noted: {letter}) {question.options[letter]}."
    say(note(html.escape(text), PEACH), text)


def reveal(name: str, **figures: float | list) -> None:
    """Say whether the prediction was right, and why. Without a prediction the answer stays folded.

    figures: what the cell has just measured, numbers or lists of numbers. What the answer says of them is checked, and where this
    run found otherwise a sentence says so. They are kept with the output, so that a test can hold the page to its answer.
    """
    question = _find(name, QUESTIONS)
    given = predicted.get(name)
    figures = _measured[name] = figures or _measured.get(name, {})
    denied = question.denied(figures) if figures and not fast() else []
    doubt = f" But in this run it is not so that {'; nor that '.join(denied)}." if denied else ""
    why = question.why + doubt
    kept = {"i2i": {"question": name, "figures": figures}}
    answer = f"{question.right}) {question.options[question.right]}"
    body = f"<b>{html.escape(answer)}.</b> {html.escape(why)}"
    if given is None:
        page = f"You made no prediction for this one. <details><summary>Unfold the answer</summary>{body}</details>"
        return say(
            note(page, PEACH), f'Predict first: predict("{name}", "a"), then reveal("{name}") again.', kept
        )
    right = given == question.right
    verdict = "Right:" if right else f"You said {given}; it is"
    colour, tint = (GREEN, MINT) if right else (L1, PEACH)
    say(note(f"<b style='color:{colour}'>{verdict}</b> {body}", tint), f"{verdict} {answer}. {why}", kept)


# -- exercises ------------------------------------------------------------------------------------------------------


def check(name: str, solution: Callable) -> None:
    """Try a solution on stub networks and say what is right, or the first thing that is not and why.

    Where nothing was written yet a neutral card says so: that is no failure, and the score does not count it.
    """
    exercise = _find(name, EXERCISES)
    start, right = time.perf_counter(), []
    try:
        if not callable(solution):
            raise Wrong(f"pass the function itself, not what it returned: check({name!r}, my_function).")
        if _unwritten(solution):
            raise Untried(UNWRITTEN)
        for what in exercise.examine(solution):
            right.append(what)
        fault = None
    except Untried as untried:
        text = f'Not tried yet: {untried} hint("{name}") says a little more at each call.'
        return say(note(html.escape(text), TRACK), text)
    except Wrong as wrong:
        fault = str(wrong)
    except Exception as error:  # whatever a student's code raises is feedback, not a failure of the notebook
        fault = f"it raised {type(error).__name__}: {error}{_where(error, solution)}"
    passed[name] = fault is None
    done = "".join(f"✓ {what}\n" for what in right)
    if fault is None:
        seconds = time.perf_counter() - start
        took = f"{seconds:.0f} s" if seconds >= 1 else f"{1e3 * seconds:.0f} ms"
        text = f"{done}All {len(right)} checks passed, in {took}."
        tint, colour = MINT, GREEN
    else:
        text = f'{done}✗ Not yet: {fault}\nStuck? hint("{name}") says a little more at each call.'
        tint, colour = PEACH, L1
    page = html.escape(text).replace("\n", "<br>").replace("✓", f"<b style='color:{GREEN}'>✓</b>")
    say(note(page.replace("✗", f"<b style='color:{colour}'>✗</b>"), tint), text)


def _unwritten(solution: Callable) -> bool:
    """Whether the body of a function does nothing but return None or an ellipsis, as the notebooks hand it out."""
    code = getattr(solution, "__code__", None)
    if code is None:
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP", "POP_TOP")]
    kinds = {step.opname for step in steps}
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return kinds <= {"LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"} and all(
        value is None or value is Ellipsis for value in constants
    )


def _where(error: Exception, solution: Callable) -> str:
    """The line of the student's own function at which it went wrong."""
    code = getattr(solution, "__code__", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if code is not None and frame.filename == code.co_filename and frame.line:
            return f", at `{frame.line.strip()}`"
    return ""


def symptom(name: str, solution: Callable) -> None:
    """Run the code of a "mend it", as it is or mended, and show what was measured, and whether the symptom is there."""
    mend = _find(name, {key: one for key, one in EXERCISES.items() if isinstance(one, Mend)})
    try:
        found = mend.symptom(solution)
    except Exception as error:  # a mended function may have a new fault
        text = f"It raised {type(error).__name__}: {error}{_where(error, solution)}"
        return say(note(html.escape(text), PEACH), text)
    gone = mend.healthy(found)
    table(["measured by running this code", "value"], [[key, float(value)] for key, value in found.items()])
    text = (
        "The symptom is gone."
        if gone
        else "This is the symptom. Mend the function above, then run its cell again."
    )
    say(note(html.escape(text), MINT if gone else TRACK), text)


def hint(name: str) -> None:
    """The next hint for an exercise; after the last one they start again."""
    hints = _find(name, EXERCISES).hints
    at = _told.get(name, 0) % len(hints)
    _told[name] = at + 1
    text = f"Hint {at + 1} of {len(hints)}: {hints[at]}"
    if at + 1 == len(hints):
        text += " (That was the last one; the solution is folded below the exercise.)"
    say(note(html.escape(text), LILAC), text)


def score() -> None:
    """Predictions and exercises of this session, in one line."""
    right = sum(QUESTIONS[name].right == letter for name, letter in predicted.items())
    text = (
        f"Predictions: {right} of {len(predicted)} right. Exercises: {sum(passed.values())} of {len(passed)} solved."
        if predicted or any(passed.values())
        else "Nothing to count yet: answer a prediction or solve an exercise, then run this again."
    )
    say(note(html.escape(text), LILAC), text)
