// What was made is told to those who do not see it: the alternative texts of the pictures in whatever is marked `heard`, once it has come to
// rest. While pictures come one after the other, as in training or on a walk, nothing is said. The opening is not told: it is read as the page is.
const heard = document.getElementById('heard'), CALM = 700, changed = new Set(), known = new WeakMap();  // ms
let begun = false, waiting = 0;
const of = box => box.querySelector('[data-heard]') ? '[data-heard]' : 'img, [role=img]';  // where there are many: those that matter
const pictures = box => [...box.querySelectorAll(of(box))].filter(one => one.checkVisibility({visibilityProperty: true}));
const spoken = box => pictures(box).map(one => (one.alt || one.ariaLabel || '').trim()).filter(Boolean).join('. ');
const state = box => spoken(box) + pictures(box).map(one => one.src || '').join();
function tell() {
  const boxes = [...changed].filter(box => box.isConnected && box.checkVisibility() && state(box) !== known.get(box));
  boxes.forEach(box => known.set(box, state(box)));
  changed.clear();
  if (boxes.length) heard.textContent = boxes.map(spoken).join('. ');
}
// Gradio puts a component's classes on two boxes, one in the other.
function outermost(e) { const box = e && e.closest('.heard'); return box && (outermost(box.parentElement) || box); }
for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, () => { begun = true; }, true);
new MutationObserver(all => {
  const boxes = all.map(({target}) => outermost(target)).filter(Boolean);
  if (!boxes.length || !begun) return;
  boxes.forEach(box => changed.add(box));
  clearTimeout(waiting); waiting = setTimeout(tell, CALM);
}).observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: ['src', 'alt', 'aria-label']});
