"""The history of made images from which a discriminator is shown (Shrivastava et al. 2017, section 2.3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..losses import wide


class ImagePool(nn.Module):
    """The last `size` or so made images; size 0 keeps none, and every mix is the new images.

    A loss may not store anything, so one step takes three calls: `draw` decides, `mix` shows, `put` stores. Nothing in
    them is decided on the host, and the buffers stay as large as they are, so that a step can be recorded and replayed.
    """

    store: Tensor  # [size + 1, C, H, W], empty before the first `put`; the last place takes what is not kept
    count: Tensor  # int64, how many are stored

    def __init__(self, size: int):
        super().__init__()
        if size < 0:
            raise ValueError(f"a pool keeps 0 images or more; got {size}")
        self.size = size
        self.register_buffer("store", torch.empty(0, 3, 1, 1))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @property
    def pictures(self) -> Tensor:
        """What is stored, [n, C, H, W], for whoever wants to look at it."""
        return self.store[: int(self.count)]

    def draw(self, count: int) -> Tensor:
        """int64 [count], a place for each new image. Below `size`: the stored image there is shown, and replaced. From
        `size` on: the new one is shown, and stored at place - size. -1: the new one is shown, and not stored.

        While the pool fills every image shows itself; afterwards, half of them.
        """
        at = self.count.device
        places = (torch.rand(count, device=at) * self.count).long()
        old = (torch.rand(count, device=at) >= 0.5) & (self.count > 0)
        free = self.count + torch.arange(count, device=at)
        return torch.where(free < self.size, self.size + free, torch.where(old, places, -1))

    def mix(self, made: Tensor, places: Tensor) -> Tensor:
        """What D is shown: `made` [B, C, H, W], some of it replaced by what is stored at `places`."""
        made = made.detach()
        if not len(self.store):
            return made
        old = (places >= 0) & (places < self.size)
        stored = self.store[places.clamp(0, self.size - 1)].to(made)
        return torch.where(old.view(-1, 1, 1, 1).to(made.device), stored, made)

    @torch.no_grad()
    def put(self, made: Tensor, places: Tensor) -> None:
        """Store: at the end while there is room, then in place of what was shown."""
        if not self.size:
            return
        made = wide(made.detach())
        if not len(self.store):
            self.store = made.new_zeros(self.size + 1, *made.shape[1:])
        kept = torch.where(places < 0, self.size, places.remainder(self.size))
        self.store.index_copy_(0, kept, made)
        self.count += (places >= self.size).sum()

    def _load_from_state_dict(self, state, prefix, *rest):
        self.store = state[prefix + "store"].to(self.store.device).clone()  # it has grown since the start
        super()._load_from_state_dict(state, prefix, *rest)
