"""The history of made images from which a discriminator is shown (Shrivastava et al. 2017, section 2.3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..losses import wide


class ImagePool(nn.Module):
    """The last `size` or so made images [n, C, H, W]; size 0 keeps none, and every mix is the new images.

    A loss may not store anything, so one step takes three calls: `draw` decides, `mix` shows, `put` stores.
    """

    def __init__(self, size: int):
        super().__init__()
        self.size = size
        self.register_buffer("pictures", torch.empty(0, 3, 1, 1))

    def draw(self, count: int) -> Tensor:
        """int64 [count]: for each new image the place of the stored one to show for it, or -1 for itself.

        While the pool fills every image shows itself; afterwards, half of them.
        """
        stored = len(self.pictures)
        places = torch.randint(max(1, stored), (count,))
        new = torch.rand(count) < 0.5
        new |= torch.arange(count) < self.size - stored
        return torch.where(new | torch.tensor(stored == 0), -1, places)

    def mix(self, made: Tensor, places: Tensor) -> Tensor:
        """What D is shown: `made` [B, C, H, W], some of it replaced by what is stored at `places`."""
        made = made.detach()
        old = places >= 0
        if not old.any():
            return made
        made = made.clone()
        made[old.to(made.device)] = self.pictures[places[old]].to(made)
        return made

    @torch.no_grad()
    def put(self, made: Tensor, places: Tensor) -> None:
        """Store: at the end while there is room, then in place of what was shown."""
        if not self.size:
            return
        made = wide(made.detach())
        room = self.size - len(self.pictures)
        if room > 0:
            first = made[:room].contiguous()
            self.pictures = torch.cat([self.pictures, first]) if len(self.pictures) else first.clone()
        for image, place in zip(made, places.tolist(), strict=True):
            if place >= 0:
                self.pictures[place] = image

    def _load_from_state_dict(self, state, prefix, *rest):
        self.pictures = (
            state[prefix + "pictures"].to(self.pictures.device).clone()
        )  # it has grown since the start
        super()._load_from_state_dict(state, prefix, *rest)
