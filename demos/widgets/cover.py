"""What the Map shows of a tab on its tile, and how the tab is opened on just that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from PIL import Image


class Cover(NamedTuple):
    """Two pictures, and what an address says, beside the tab, where the tab shows them; a key with "" is left out of it."""

    before: Image.Image
    after: Image.Image
    address: Mapping[str, object]

    @property
    def state(self) -> str:
        return urlencode({key: value for key, value in self.address.items() if value != ""})
