"""What the tests of all lessons share: a right solution passes, a wrong one is told what is wrong."""

from __future__ import annotations

import pytest

from i2i import check as kit


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """What the kit remembers is of one session."""
    for memory in ("predicted", "passed", "_told", "_measured"):
        monkeypatch.setattr(kit, memory, {})


def assert_passes(name, solution, capsys):
    kit.check(name, solution)
    text = capsys.readouterr().out
    assert "All" in text and "✗" not in text, text
    assert kit.passed == {name: True}


def assert_told(name, solution, word, capsys):
    kit.check(name, solution)
    text = capsys.readouterr().out
    assert "✗ Not yet" in text and word in text, text
    assert kit.passed == {name: False}


def assert_complete(right, wrong, exercises, questions):
    """Each exercise has a right solution, wrong ones and hints; each question an answer among its options; the kit knows them."""
    assert {name for name, *_ in wrong} == set(exercises) == set(right)
    assert all(len(e.hints) >= 2 for e in exercises.values())
    for question in questions.values():
        assert question.right in question.options and len(question.options) >= 3 and len(question.why) > 80
    assert exercises.items() <= kit.EXERCISES.items() and questions.items() <= kit.QUESTIONS.items()


def figures_kept(cells: list[dict]) -> dict[str, dict]:
    """Question -> the figures that the notebook kept with its answer."""
    kept = [o.get("metadata", {}).get("i2i", {}) for c in cells for o in c.get("outputs", [])]
    return {one["question"]: one["figures"] for one in kept if "question" in one}
