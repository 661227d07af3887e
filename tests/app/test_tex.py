"""The papers' letters on a page."""

import pytest

from demos.widgets.tex import tex
from i2i.methods import METHODS


def test_letters_signs_and_places():
    assert tex(r"-\log D_Y(G(x))") == "−log D<sub>Y</sub>(G(x))"
    assert tex(r"\log(1 - D)") == "log(1 − D)"
    assert tex(r"(\phi(y) - c')^2") == "(φ(y) − c′)<sup>2</sup>"
    assert tex(r"\mathrm{KL}(q \| p)") == "KL(q ‖ p)"
    assert tex(r"L_{TV}(\hat{x}) < 1") == "L<sub>TV</sub>(x̂) &lt; 1"
    with pytest.raises(ValueError, match=r"\\frac"):
        tex(r"\frac{1}{2}")


@pytest.mark.parametrize("key", METHODS)
def test_every_symbol_can_be_shown(key):
    for name, symbol in METHODS[key].symbols.items():
        shown = tex(symbol.latex)
        assert shown and not {"\\", "{", "}"} & set(shown), (key, name)
