"""Pictures in rows and columns, to choose one from: the wall of answers, and the grid of drawings and styles.

The value is {"label", "columns", "cells": [{"src", "alt", "title", "unseen"}], "tops": [{"src", "text"}] over the columns and "sides":
[...] beside the rows (both may be absent), "corner": a text between these, "chosen": the number of a cell or -1, "still": whether work goes on, "fresh": another
text where all answers are new, "address": {...}}. A cell whose src is null keeps the picture it has; one that is unseen, since
training did not show it, has a dashed frame. The script writes texts as text. A click
raises select with the cell's number. The address is what the page's URL says from the first change on: a key with "" leaves it.
"""

from __future__ import annotations

from ..widgets.component import Component


class Board(Component):
    """See the module's text."""

    HTML = '<div class="board-room"><div class="board" role="radiogroup"></div></div>'
