"""What the names of measures mean, in a sentence each: folded away below the numbers, so that nobody has to hover."""

from __future__ import annotations

from markupsafe import Markup

MEANS = {
    "D": "The discriminator: a net that says how real a picture looks to it. D(x, G(x)) is its belief, from 0 (made) to 1 (real).",
    "L1": "The mean absolute difference of two pictures. Colours go from −1 to 1, so 2 is the most. Less is better.",
    "squared error": "The mean squared difference of two pictures, with colours from −1 to 1. Less is better.",
    "PSNR": "The squared error on a logarithmic scale, in decibels. More is better; it likes blurred pictures.",
    "PD-i2i": "Perceptual distance: how differently this gallery's own fixed net sees two pictures. It is not LPIPS. Less is better.",
    "sharpness": "The gradient energy of the made picture, divided by that of the true one. 1 is as sharp as the truth, less is blurred.",
    "energy ratio": "Squared differences of neighbouring pixels in the hole, divided by those of the truth. Below 1 the filling is too smooth.",
    "detail": "Mean squared gradients, divided by those of the original. Below 1 detail is missing, above 1 there is too much.",
    "φ": "A fixed net that turns a picture into features. The φ distance is the squared difference of the features. Less is better.",
    "soap film": "The smoothest filling that fits the rim of the hole (Laplace's equation). It needs no training.",
    "dropout seed": "Dropout, the only noise of pix2pix, switches units off at random. The seed says which: the same seed gives the same picture.",
}  # fmt: skip


def explained(*names: str) -> Markup:
    """HTML: a fold with what these measures mean."""
    parts = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, MEANS[name]) for name in names)
    return Markup(
        '<details class="measures"><summary>What these words and numbers mean</summary><dl>{}</dl></details>'
    ).format(parts)
