// Lecture mode: one card at a time, as large as the window, and keys for whoever stands in front of a class.
// A tab says by classes what it has: "scene" for what is seen first, "examples" for what the arrows step through, "step" for what
// S moves, "reveal" for what R presses. All other cards, and what is a "view", come one at a time after the scene.
const body = document.body, find = name => element.querySelector(`.wall-${name}`);
const [bar, keys, code, black] = ['bar', 'list', 'code', 'black'].map(find), title = find('title'), names = find('tabs');
const some = ':is([role=tablist], .overflow-dropdown) button';  // where the screen is narrow, some tabs are in a menu
const on = () => body.classList.contains('lecture');
const put = (key, value) => {
  const url = new URL(window.location);
  value ? url.searchParams.set(key, value) : url.searchParams.delete(key);
  window.history.replaceState(null, '', url);
};

// ---- What is shown ----
const panels = within => [...(within || document).querySelectorAll(within ? '.parts > [role=tabpanel]' : '#tabs > [role=tabpanel]')];
const open = of => of.find(panel => panel.style.display !== 'none');
const order = new Map();  // of the tabs, as the page begins: a tab out of a menu takes the place of another
const tabs = () => {
  const all = [...document.querySelectorAll(`#tabs > .tab-wrapper ${some}`)], name = b => b.textContent.trim();
  document.querySelectorAll('#tabs > .tab-wrapper button').forEach(b => { if (name(b) && !order.has(name(b))) order.set(name(b), order.size); });
  return all.sort((a, b) => order.get(name(a)) - order.get(name(b)));
};
const chosen = () => tabs().findIndex(b => b.getAttribute('aria-selected') === 'true' || b.classList.contains('selected'));
const here = e => !e.closest('.hide, .hidden, [hidden]');
const told = view => { const head = view.querySelector('.label, h2, h3, summary b') || view.querySelector('b'); return head ? head.textContent.trim().replace(/\.$/, '') : ''; };
let views = [], at = 0, was = null, saying = 0;

function look() {  // each view: its title and its elements
  const panel = open(panels());
  if (!panel) return null;
  const part = open(panels(panel)), mine = e => here(e) && (!part || part.contains(e));
  const scene = [...panel.querySelectorAll('.scene')].filter(mine);
  const rest = [...panel.querySelectorAll('.card, .view')].filter(e => mine(e) && !e.closest('.scene') && !e.querySelector('.card, .view, .scene'));
  const name = (part && panel.querySelector('.parts [role=tab][aria-selected=true]')) || tabs()[chosen()];
  const all = [{title: name ? name.textContent.trim() : '', of: scene}, ...rest.map(e => ({title: told(e), of: [e]}))];
  return {panel, place: part || panel, name, views: all.filter(v => v.of.length)};
}
function mark(node, kept, marks) {
  for (const child of node.children) {
    if (kept.includes(child)) marks.set(child, 'on');
    else if (child.matches('.parts > .tab-wrapper')) marks.set(child, 'head');
    else if (kept.some(e => child.contains(e))) { marks.set(child, 'way'); mark(child, kept, marks); } else marks.set(child, 'off');
  }
}
function lay() {
  if (!on()) return;
  const seen = look();
  if (!seen || !seen.name) return;
  if (seen.place !== was) { at = was ? 0 : Number(new URLSearchParams(window.location.search).get('card') || 1) - 1; was = seen.place; }
  views = seen.views;
  at = Math.max(0, Math.min(views.length - 1, at)) || 0;
  const marks = new Map([[seen.panel, at ? 'view' : 'stage']]);
  mark(seen.panel, views.length ? views[at].of : [], marks);
  document.querySelectorAll('[data-wall]').forEach(e => { if (!marks.has(e)) delete e.dataset.wall; });
  marks.forEach((kind, e) => { if (e.dataset.wall !== kind) e.dataset.wall = kind; });
  const all = tabs(), now = chosen(), slug = b => b.textContent.trim().toLowerCase().replaceAll(' ', '-');
  if (all[now]) seen.panel.dataset.tab = slug(all[now]) + (seen.place === seen.panel ? '' : `/${slug(seen.name)}`);
  const text = all.map(b => b.textContent.trim()).join() + now;
  if (names.dataset.text !== text) {
    names.dataset.text = text;
    names.replaceChildren(...all.map((b, i) => {
      const button = document.createElement('button');
      button.type = 'button'; button.title = b.textContent.trim(); button.dataset.tab = i;
      const key = (i + 1) % 10;
      button.setAttribute('aria-label', `${key}, ${button.title}`); button.setAttribute('aria-current', String(i === now));
      button.textContent = i === now ? `${key} ${button.title}` : key;
      return button;
    }));
  }
  if (Date.now() > saying && views.length) write(`${at + 1}/${views.length} ${views[at].title}`);
}
function turn(to) {
  if (to < 0 || to >= views.length) return;
  at = to; put('card', at ? at + 1 : ''); lay(); window.scrollTo({top: 0});
}
function write(text) { if (title.textContent !== text) title.textContent = text; }  // what is written anew is a change, and changes are watched
function say(text) { saying = Date.now() + 2500; write(text); setTimeout(lay, 2600); }
function leave(to = false) {
  if (to === on()) return;
  body.classList.toggle('lecture', to); put('lecture', to ? '1' : '');
  if (!to) put('card', '');
  was = null; lay(); window.dispatchEvent(new Event('resize')); window.scrollTo({top: 0});
}

// ---- What the keys do ----
const inside = what => (views[at] ? views[at].of : []).flatMap(e => [...(e.matches(what) ? [e] : []), ...e.querySelectorAll(what)]).filter(here);
const lately = new WeakMap();  // what was chosen last, while the server has not answered
function choose(group, by) {
  const all = [...group.querySelectorAll('[data-at]')], memory = lately.get(group), n = all.length;
  if (!n) return;
  const given = all.findIndex(b => ['aria-checked', 'aria-selected'].some(chosen => b.getAttribute(chosen) === 'true'));
  const example = new URLSearchParams(window.location.search).get('example');
  const start = memory && Date.now() - memory.when < 2000 ? memory.to : given >= 0 ? given : example ? Number(example) : by > 0 ? -1 : n;
  const to = (start + by + n) % n;
  lately.set(group, {to, when: Date.now()});
  all[to].click(); all[to].scrollIntoView({block: 'nearest', inline: 'nearest'});
}
function example(by) {
  const panel = open(panels()), part = panel && open(panels(panel));
  const group = panel && [...(part || panel).querySelectorAll('.examples')].find(here);
  if (group) choose(group, by); else turn(at + by);
}
function reveal() {
  const folds = inside('details'), shut = folds.some(d => !d.open), rest = [...inside('button.reveal'), ...inside('.reveal input[type=checkbox]')];
  folds.forEach(d => { d.open = shut; });
  rest.forEach(b => b.click());
  if (!folds.length && !rest.length) say(WORDS.no_fold);
}
function step() {
  for (const one of inside('.step')) {
    const button = one.matches('button') ? one : null, range = one.querySelector('input[type=range]'), radios = [...one.querySelectorAll('input[type=radio]')];
    if (button && !button.disabled) button.click();
    else if (range) {
      const by = range.step === 'any' ? (range.max - range.min) / 20 : Number(range.step) * Math.max(1, Math.round((range.max - range.min) / range.step / 20));
      range.value = Number(range.value) >= Number(range.max) ? range.min : Number(range.value) + by;
      for (const kind of ['input', 'change', 'pointerup']) range.dispatchEvent(new Event(kind, {bubbles: true}));
    } else if (radios.length) radios[(radios.findIndex(r => r.checked) + 1) % radios.length].click();
    else if (one.querySelector('[data-at]')) choose(one, 1);
    else continue;
    return;
  }
  say(WORDS.no_step);
}
function page(by) {  // to the end of a card that is higher than the window, then to the next one
  const end = document.documentElement, more = by > 0 ? end.scrollHeight - end.clientHeight - window.scrollY : window.scrollY;
  if (more > 4) window.scrollBy({top: by * (end.clientHeight - 120)}); else turn(at + by);
}
function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => say(WORDS.no_full));
}
function cover(to) { black.hidden = !to; if (to) { black.focus(); } }
const near = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'];  // names by which a computer calls itself
function link() {
  const url = new URL(window.location);
  ['lecture', 'card'].forEach(key => url.searchParams.delete(key));  // whoever scans it has a page of their own, and no wall
  find('address').textContent = url.href;
  find('near').hidden = !near.includes(url.hostname);
  show({});
  code.showModal();
  trigger('select', {index: url.href, value: null});
}
function show(value) {
  const image = find('image'), known = value.address === find('address').textContent;
  image.hidden = !known || !value.src;
  if (!image.hidden) image.src = value.src; else image.removeAttribute('src');
  find('fault').textContent = known ? value.fault || '' : '';
}
watch('value', () => show(props.value || {}));

const does = {
  ArrowLeft: () => example(-1), ArrowRight: () => example(1), PageUp: () => page(-1), PageDown: () => page(1), Escape: () => leave(),
  f: full, b: () => cover(true), r: reveal, s: step, q: link, '?': () => keys.showModal(),
};
// Whoever has the focus and takes keys keeps them: a text field, a slider, a pad; what is not a button and can be focused at all.
const writes = 'textarea, select, [contenteditable]:not([contenteditable=false]), input:not([type=radio], [type=checkbox], [type=button], [type=submit])';
const takes = e => e.matches && (e.matches(writes) || e.matches('[tabindex]:not(button, a, summary, input, [role=tab], [role=radio], [role=listitem])'));
document.addEventListener('keydown', e => {
  if (black.hidden) return;
  cover(false); e.preventDefault(); e.stopImmediatePropagation();
}, true);
document.addEventListener('keydown', e => {
  if (!on() || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || element.querySelector('dialog[open]')) return;
  if (takes(e.target)) { if (e.key === 'Escape') e.target.blur(); return; }
  if (e.key.startsWith('Arrow') && e.target.matches('input[type=radio], [role=tab]')) return;
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key, number = /^[0-9]$/.test(key) ? Number(key) || 10 : 0;  // 0 is the tenth
  if (number) { const tab = tabs()[number - 1]; if (tab) tab.click(); } else if (Object.hasOwn(does, key)) does[key](); else return;
  e.preventDefault();
});
black.addEventListener('click', () => cover(false));
element.addEventListener('click', e => {
  const button = e.target.closest('button'); if (!button) return;
  if (button.dataset.tab) tabs()[Number(button.dataset.tab)].click();
  if (button.dataset.turn) turn(at + Number(button.dataset.turn));
  if (button.dataset.key) does[button.dataset.key]();
  if (button.dataset.do === 'close') button.closest('dialog').close();
  if (!button.closest('dialog')) button.blur();
});
document.addEventListener('click', e => { if (e.target.closest('[data-do=lecture]')) leave(true); });

body.classList.toggle('lecture', new URLSearchParams(window.location.search).get('lecture') === '1');
new MutationObserver(lay).observe(document.body, {childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'style', 'hidden', 'aria-selected']});
lay();
