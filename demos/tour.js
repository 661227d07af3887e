// The tour of a tab: step by step an element stands out, and a card beside it says what to do there. All stays usable meanwhile. The steps
// are those of tour.py. It begins by the button at the top of the page, or by `tour=1` in an address; another tab or lecture mode ends it.
const tours = TOURS, box = element.querySelector('.tour'), find = name => box.querySelector(name), button = element.querySelector('[data-do=tour]');
const card = find('.tour-card'), head = find('.tour-at'), text = find('.tour-text'), done = find('.tour-done'), holes = find('.holes'), ring = find('.ring');
const [show, back, next] = ['show', 'back', 'next'].map(name => find(`[data-tour=${name}]`));
const GAP = 14, EDGE = 12, PAD = 6;  // px: from the card to its element, to the window, and around what stands out
const narrow = window.matchMedia('(max-width: 700px)'), calm = window.matchMedia('(prefers-reduced-motion: reduce)');
let name = '', steps = [], at = -1, drawn = '', frame = 0, goal = null;  // goal: where the page is being scrolled to, and until when at most

// ---- Where things are ----
const seen = e => e.getClientRects().length > 0 && e.checkVisibility({visibilityProperty: true});
const all = selector => selector ? [...document.querySelectorAll(selector)].filter(seen) : [];
const first = selector => all(selector)[0];
const some = ':is([role=tablist], .overflow-dropdown) button';  // where the screen is narrow, some tabs are in a menu
const bar = of => [...document.querySelectorAll(`${of} > .tab-wrapper ${some}`)];
const tab = () => (bar('#tabs').find(b => b.getAttribute('aria-selected') === 'true' || b.classList.contains('selected')) || {textContent: ''}).textContent.trim();
const slug = words => words.trim().toLowerCase().replaceAll(' ', '-');
const walled = () => document.body.classList.contains('lecture') && window.matchMedia('(min-width: 900px)').matches;  // as lecture.css is
const until = (ready, then, tries = 150) => { if (ready()) then(); else if (tries) setTimeout(until, 100, ready, then, tries - 1); };
const around = boxes => ({
  left: Math.min(...boxes.map(b => b.left)), top: Math.min(...boxes.map(b => b.top)),
  right: Math.max(...boxes.map(b => b.right)), bottom: Math.max(...boxes.map(b => b.bottom)),
});
const covered = e => {  // by what stays in sight while the page moves below it
  const r = e.getBoundingClientRect(), over = document.elementsFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2).find(other => !box.contains(other));
  return over && !e.contains(over) && !over.contains(e);
};
const view = () => [document.documentElement.clientWidth, window.innerHeight];

const stands = () => {  // what stands out, the step's own element first
  const one = first(steps[at].at);
  return one ? [one, ...all(steps[at].also).filter(e => !covered(e))].map(e => e.getBoundingClientRect()) : [];
};

// Beside the element, or beside all that stands out, so that none of it is covered; if that is not possible, the element is not, and little else.
function spot(own, lit) {
  const [wide, high] = view(), w = card.offsetWidth, h = card.offsetHeight, inside = (n, size, most) => Math.max(EDGE, Math.min(most - size - EDGE, n));
  const beside = r => {
    const x = inside(r.left, w, wide), y = inside(r.top, h, high);
    return [[r.right + GAP, y], [r.left - GAP - w, y], [x, r.bottom + GAP], [x, r.top - GAP - h]];
  };
  const fits = ([x, y]) => x >= EDGE && y >= EDGE && x + w <= wide - EDGE && y + h <= high - EDGE;
  const both = (from, to, low, top) => Math.max(0, Math.min(to, top) - Math.max(from, low));
  const over = ([x, y], r) => both(x, x + w, r.left, r.right) * both(y, y + h, r.top, r.bottom);  // px², of what the card would cover
  const spots = [...beside(around(lit)), ...beside(own)].filter(fits).map(s => [lit.reduce((sum, r, i) => sum + (i ? 1 : 1000) * over(s, r), 0), s]);
  return spots.length ? spots.reduce((best, one) => one[0] < best[0] ? one : best)[1] : [wide - w - EDGE, high - h - EDGE];
}
function place() {
  const lit = stands(), one = lit.length > 0;
  if (goal && (Math.abs(window.scrollY - goal.y) < 1 || Date.now() > goal.end)) goal = null;
  const left = goal ? window.scrollY - goal.y : 0, then = lit.map(r => new DOMRect(r.x, r.y + left, r.width, r.height));  // when it has been scrolled
  const [x, y] = one && !narrow.matches ? spot(then[0], then) : ['', ''];
  const now = JSON.stringify([lit.map(r => [r.x, r.y, r.width, r.height]), x, y, view(), narrow.matches, card.offsetHeight]);
  if (now === drawn) return;
  drawn = now;
  const put = (rect, r) => Object.entries({x: r.x - PAD, y: r.y - PAD, width: r.width + 2 * PAD, height: r.height + 2 * PAD, rx: 12}).forEach(pair => rect.setAttribute(...pair));
  while (holes.children.length > lit.length) holes.lastChild.remove();
  while (holes.children.length < lit.length) holes.append(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
  lit.forEach((r, i) => put(holes.children[i], r));
  ring.style.display = one ? '' : 'none';
  if (one) put(ring, lit[0]);
  if (x !== '' || narrow.matches || !card.style.left) Object.assign(card.style, {left: x === '' ? '' : `${x}px`, top: y === '' ? '' : `${y}px`});
  document.body.style.paddingBottom = narrow.matches ? `${card.offsetHeight + 2 * EDGE}px` : '';  // the last element, too, can be scrolled above the sheet
}
function bring() {  // into sight, all that stands out if it can be, with room for the card beside, below or above it
  const [wide, high] = view(), lit = stands(), own = lit[0], whole = around(lit), w = card.offsetWidth + GAP + EDGE, h = card.offsetHeight + GAP;
  const tall = r => r.bottom - r.top, aside = r => r.left >= w || wide - r.right >= w, middle = (r, room) => (room - tall(r)) / 2;
  let by;  // px to scroll
  if (narrow.matches) by = own.top - Math.max(EDGE, high - h - EDGE - tall(own));
  else {
    const alone = own.top - Math.max(EDGE, middle(own, aside(own) ? high : high - h)), from = own.bottom - high + EDGE, to = own.top - EDGE;
    if (aside(whole)) by = tall(whole) <= high - 2 * EDGE ? whole.top - middle(whole, high) : alone;
    else by = whole.top - (tall(whole) + h <= high - 2 * EDGE ? middle(whole, high - h) : EDGE + h);
    if (by < from || by > to) by = alone;  // the element itself must be seen
    if (aside(whole) && whole.top >= EDGE && whole.bottom <= high - EDGE) by = 0;
  }
  const y = Math.max(0, Math.min(document.documentElement.scrollHeight - high, window.scrollY + by));
  goal = {y, end: Date.now() + 1500};
  window.scrollTo({top: y, behavior: calm.matches ? 'auto' : 'smooth'});
}
function follow() {  // what stands out moves with the page, and is drawn anew when what it shows changes
  if (at < 0) return;
  if (tab() !== name || walled()) { close(false); return; }
  offer(); place();
  frame = requestAnimationFrame(follow);
}

// ---- The steps ----
const members = group => [...group.querySelectorAll('[data-at], [role=radio], input[type=radio]')].filter(e => !e.disabled && seen(e));
const chosen = e => e.checked || e.ariaChecked === 'true' || e.ariaSelected === 'true';
const does = {
  click: e => e.click(),
  next: e => { const group = members(e); group[(group.findIndex(chosen) + 1) % group.length].click(); },
  slide: e => {
    const least = Number(e.min), most = Number(e.max), to = Number(e.value) + (most - least) / 4;
    e.value = to > most ? least : to;
    for (const kind of ['input', 'change', 'pointerup']) e.dispatchEvent(new Event(kind, {bubbles: true}));
  },
  keys: (e, keys) => {
    for (const key of keys) e.dispatchEvent(new KeyboardEvent('keydown', {key: key.replace('Shift+', ''), shiftKey: key.startsWith('Shift+'), bubbles: true, cancelable: true}));
    e.dispatchEvent(new FocusEvent('blur'));  // who is led by keys is shown how; the visitor is not
  },
};
const can = what => { const e = what && first(what.at); return e && !e.disabled && (what.how !== 'next' || members(e).length > 1) ? e : null; };
function offer() {
  const yes = Boolean(can(steps[at].show));
  if (show.hidden === yes) show.hidden = !yes;
}
function tell(words) { if (done.textContent !== words) done.textContent = words; }
function go(to, by) {
  while (steps[to] && !first(steps[to].at)) to += by;
  if (!steps[to]) { if (by > 0) close(); return; }
  at = to; drawn = ''; goal = null;
  head.textContent = phrase(WORDS.at, {tab: name, step: at + 1, steps: steps.length}); text.textContent = steps[at].text; tell('');
  back.disabled = !steps.slice(0, at).some(s => first(s.at)); next.textContent = steps.slice(at + 1).some(s => first(s.at)) ? WORDS.next : WORDS.finish;
  offer(); place(); bring(); place();
  const held = document.activeElement;
  if (!card.contains(held) || held.disabled || held.hidden) card.focus({preventScroll: true});
}
function start() {
  const now = tab(), tour = tours[now];
  if (!tour || walled()) return;
  const part = tour.part && bar('.parts').find(b => b.textContent.trim() === tour.part && seen(b));
  if (part && part.getAttribute('aria-selected') !== 'true') part.click();
  until(() => tab() !== now || first(tour.steps[0].at), () => {
    if (tab() !== now || walled()) return;
    name = now; steps = tour.steps; at = 0; box.hidden = false;
    card.setAttribute('aria-label', phrase(WORDS.card, {tab: name}));
    go(0, 1);
    cancelAnimationFrame(frame); follow();
  });
}
function close(home = true) {
  at = -1; box.hidden = true; document.body.style.paddingBottom = '';
  if (home) button.focus({preventScroll: true});
}

button.addEventListener('click', start);
card.addEventListener('click', e => {
  const pressed = e.target.closest('button'); if (!pressed) return;
  const what = steps[at].show;
  ({close: () => close(), back: () => go(at - 1, -1), next: () => go(at + 1, 1), show: () => { const on = can(what); if (on) does[what.how](on, what.keys); }})[pressed.dataset.tour]();
});
document.addEventListener('keydown', e => {
  if (at < 0 || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
  const on = e.target === card && e.key === 'Enter', to = {Escape: () => close(), ArrowRight: () => go(at + 1, 1), ArrowLeft: () => go(at - 1, -1)}[e.key];
  if (on) go(at + 1, 1); else if (to && (e.key === 'Escape' || card.contains(e.target))) to(); else return;
  e.preventDefault();
});
// Whoever does what the card asks for is told so, whether by a click of their own or by "Show me".
const acts = {click: ['click'], next: ['click'], slide: ['input'], keys: ['pointerup', 'keydown']};
for (const kind of new Set(Object.values(acts).flat())) document.addEventListener(kind, e => {
  const step = steps[at], what = at >= 0 && step.show;
  if (what && acts[what.how].includes(kind) && e.target.closest && e.target.closest(`${what.at}, ${step.at}`) && e.key !== 'Escape' && e.key !== 'Tab') tell(WORDS.done);
}, true);

const wish = new URLSearchParams(window.location.search);
if (wish.get('tour')) {
  const url = new URL(window.location);
  url.searchParams.delete('tour');
  window.history.replaceState(null, '', url);
  until(() => slug(tab()) === slug(wish.get('tab') || 'map'), start);
}
