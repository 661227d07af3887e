"""One paper, one file. METHODS is the whole list."""

from .pix2pix import Pix2Pix

METHODS = {"pix2pix": Pix2Pix}
