"""One image and what several methods make of it, side by side; a click chooses the method to look into.

The value is {"story": a line for the room that is left, "source": {"src", "alt", "caption"}, "made": [{"key", "title", "idea", "src" ("" where there is nothing),
"alt", "caption", "fault": HTML of how it fails here, or ""}], "chosen": a key, "address": {...}}; the browser takes all of
these texts for HTML: they must be escaped or Markup. The address is what the page's URL says
from the first change on: a key with "" leaves it.
"""

from __future__ import annotations

from markupsafe import Markup

from . import words
from .component import Component

_HTML = (
    Markup("""<div class="sides" role="radiogroup" aria-label="%s"
style="--n:${Math.max(4, ((value || {}).made || []).length + 1)}">
<figure>${(value || {}).source ? `<img src="${value.source.src}" alt="${value.source.alt}"><figcaption>${value.source.caption}</figcaption>` : ''}</figure>
${((value || {}).made || []).map((m, i) => `<div>
<button type="button" role="radio" aria-checked="${m.key === value.chosen}" data-at="${i}" ${m.src ? '' : 'disabled'}>
${m.src ? `<img src="${m.src}" alt="${m.alt}">` : `<span class="void">${m.alt}</span>`}
<span class="told"><b>${m.title}</b> <i>${m.caption}</i><br>${m.idea}</span></button>${m.fault ? `<p class="fault">${m.fault}</p>` : ''}</div>`).join('')}
<p class="story">${(value || {}).story || ''}</p></div>""")
    % words.SIDES
)


class Sides(Component):
    """See the module's text."""

    HTML = _HTML
