"""VGG-19 (Simonyan and Zisserman 2015) as a fixed measure of content: the maps phi_ij of Ledig et al. 2017."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LAYERS = {"phi22": 9, "phi54": 36}
"""How many of torchvision's layers lead to phi_ij: the j-th convolution before the i-th pooling, and its ReLU."""


class VGG19(nn.Module):
    """Images [B, 3, H, W] in [-1, 1] -> the map phi_ij, divided by 12.75 as in the paper.

    Its weights come from `checkpoint.load_vgg`.
    """

    def __init__(self, layer: str = "phi54"):
        super().__init__()
        from torchvision.models.vgg import cfgs, make_layers  # slow to import, and seldom needed

        self.net = make_layers(cfgs["E"])[: LAYERS[layer]].eval().requires_grad_(False)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None], persistent=False)
        self.register_buffer(
            "deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None], persistent=False
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.net(((image + 1) / 2 - self.mean) / self.deviation) / 12.75
