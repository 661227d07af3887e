// Keys in every group of which one is chosen, as WAI-ARIA's patterns say: radio buttons, lists of options, tabs. A group is one stop of the
// Tab key, the chosen member or else the first; arrows, Home and End lead on. With radio buttons the choice follows the focus; a tab or an
// option, which may cost work, waits for Enter or Space. Gradio gives each radio button a name of its own, so a browser sees no group.
const GROUPS = '[role=radiogroup], [role=listbox], [role=tablist], fieldset:has(input[type=radio])';
const MEMBERS = 'input[type=radio], [role=radio], [role=option], [role=tab]';
const members = group => [...group.querySelectorAll(MEMBERS)].filter(one => !one.disabled && one.closest(GROUPS) === group);
const radio = one => one.type === 'radio' || one.getAttribute('role') === 'radio';
const chosen = one => one.checked || one.ariaChecked === 'true' || one.ariaSelected === 'true';

function stops() {
  document.querySelectorAll(GROUPS).forEach(group => {
    const all = members(group), stop = all.find(one => one === document.activeElement) || all.find(chosen) || all[0];
    all.forEach(one => { one.tabIndex = one === stop ? 0 : -1; });
    const name = group.querySelector(':scope > [data-testid=block-info]');  // Gradio shows or hides it, and names nothing by it
    if (name && !group.ariaLabel) { group.setAttribute('role', 'radiogroup'); group.setAttribute('aria-label', name.textContent.trim()); }
  });
}
// What stands in rows and columns is walked in both directions.
function columns(group, all) {
  const n = getComputedStyle(group).display === 'grid' ? all.filter(one => one.offsetTop === all[0].offsetTop).length : 1;
  return n < all.length ? n : 1;
}
document.addEventListener('keydown', e => {
  const one = e.target.closest(MEMBERS), group = one && one.closest(GROUPS);
  if (!group || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
  const all = members(group), n = columns(group, all), last = all.length - 1, at = all.indexOf(one);
  const to = {ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + n, ArrowUp: at - n, Home: 0, End: last}[e.key];
  if (to === undefined) return;
  e.preventDefault();
  const next = all[(to + all.length) % all.length];
  next.focus();
  if (radio(next) && next !== one) next.click();
});

// A group that is drawn anew, since its value changed, keeps the focus.
let held = null, due = 0;
document.addEventListener('focusin', e => {
  const one = e.target.closest(MEMBERS), home = one && one.parentElement.closest('[id]');
  held = home && {one, home: home.id, at: [...home.querySelectorAll(MEMBERS)].indexOf(one)};
  if (one) stops();
});
document.addEventListener('pointerdown', e => { if (!e.target.closest(MEMBERS)) held = null; });
function settle() {
  due = 0;
  if (held && !held.one.isConnected && document.activeElement === document.body) {
    const again = (document.getElementById(held.home) || document).querySelectorAll(MEMBERS)[held.at];
    if (again) again.focus({preventScroll: true});
  }
  stops();
}
new MutationObserver(() => { due = due || requestAnimationFrame(settle); }).observe(document.body,
  {subtree: true, childList: true, attributes: true, attributeFilter: ['aria-checked', 'aria-selected', 'disabled']});
settle();
