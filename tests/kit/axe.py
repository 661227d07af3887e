"""axe-core on a page that a test has open: what it finds of the impacts that count."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

_COUNT = ("serious", "critical")

# Contrast takes axe seconds for a page of a thousand texts, and says the same of all that look alike. So it is asked once in the life of a
# page about one of each kind: of one colour, size and weight on one ground. All else is asked about the whole document.
_KINDS = """() => {
  const known = window.axeKinds = window.axeKinds || new Set();
  document.querySelectorAll('[data-kind]').forEach(e => e.removeAttribute('data-kind'));
  for (const e of document.querySelectorAll('body *')) {
    const text = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!text && !e.matches('input, select, textarea') || !e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const s = getComputedStyle(e), kind = [s.color, s.fontSize, s.fontWeight, e.disabled];
    for (let ground = e; ground; ground = ground.parentElement) {
      const {opacity, backgroundImage: image, backgroundColor: colour} = getComputedStyle(ground);
      kind.push(opacity, image, colour);
      if (colour.startsWith('rgb(')) break;
    }
    if (!known.has(kind.join())) { known.add(kind.join()); e.setAttribute('data-kind', ''); }
  }
  return document.querySelectorAll('[data-kind]').length;
}"""
_RUN = """([contrast]) => axe.run(contrast ? '[data-kind]' : document, {resultTypes: ['violations'], preload: false,
  ...(contrast ? {runOnly: ['color-contrast']} : {rules: {'color-contrast': {enabled: false}}})})"""


def findings(page, contrast: bool) -> set[str]:
    """What axe holds against the page as it is now, a line each: its contrasts, or all else."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    if contrast and not page.evaluate(_KINDS):
        return set()
    told = page.evaluate(_RUN, [contrast])["violations"]
    return {
        f"{found['id']}: {' '.join(node['html'].split())[:160]} | {' '.join(node['failureSummary'].split())[:240]}"
        for found in told
        if found["impact"] in _COUNT
        for node in found["nodes"]
    }
