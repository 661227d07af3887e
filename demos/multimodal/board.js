// The cells stay while their pictures change: none flickers, and none moves.
const board = element.querySelector('.board');
let shape = '', fresh = null, focused = -1;
const part = (name, inside) => { const e = document.createElement(name); e.append(...inside); return e; };
function head(h, where) {
  const box = document.createElement('div'), image = new Image();
  box.className = `head ${where}`; image.alt = '';
  if (h.src) box.append(image);
  if (h.text || !h.src) box.append(part('span', [h.text || '']));
  return box;
}
function build(v) {
  const tops = v.tops || [], sides = v.sides || [], n = v.columns, inside = [];
  board.style.setProperty('--n', n);
  board.classList.toggle('sided', sides.length > 0);
  if (tops.length) { if (sides.length) inside.push(head({text: v.corner}, 'corner')); inside.push(...tops.map(h => head(h, 'top'))); }
  v.cells.forEach((c, i) => {
    if (sides.length && i % n === 0) inside.push(head(sides[i / n], 'side'));
    const b = document.createElement('button');
    b.type = 'button'; b.setAttribute('role', 'radio'); b.dataset.at = i; b.append(new Image()); b.style.setProperty('--i', i % n + Math.floor(i / n));
    inside.push(b);
  });
  board.replaceChildren(...inside);
}
function mark(at) {
  const all = [...board.querySelectorAll('button')], stop = at >= 0 ? at : 0;
  all.forEach((b, i) => { b.setAttribute('aria-checked', String(i === at)); b.tabIndex = i === stop ? 0 : -1; });
}
function show() {
  const v = props.value || {cells: []};
  const now = JSON.stringify([v.columns, v.cells.length, (v.tops || []).map(h => [Boolean(h.src), h.text]), (v.sides || []).map(h => [Boolean(h.src), h.text])]);
  const had = focused >= 0 ? focused : [...board.querySelectorAll('button')].indexOf(document.activeElement);
  if (now !== shape) { build(v); shape = now; if (had >= 0 && board.querySelectorAll('button')[had]) board.querySelectorAll('button')[had].focus(); }
  board.setAttribute('aria-label', v.label || '');
  board.classList.toggle('working', Boolean(v.still));
  const put = (images, of) => [...images].forEach((image, i) => { if (of[i] && of[i].src && image.src !== of[i].src) image.src = of[i].src; });
  put(board.querySelectorAll('.top img'), (v.tops || []).filter(h => h.src));
  put(board.querySelectorAll('.side img'), (v.sides || []).filter(h => h.src));
  put(board.querySelectorAll('button img'), v.cells);
  [...board.querySelectorAll('button')].forEach((b, i) => {
    const c = v.cells[i];
    b.disabled = Boolean(v.bare);
    b.classList.toggle('unseen', Boolean(c.unseen));
    if (v.bare) { b.firstChild.removeAttribute('src'); b.firstChild.alt = ''; }
    if (c.alt) b.firstChild.alt = c.alt;
    const alt = b.firstChild.alt;  // it stays while the value leaves the picture as it is
    if (c.title) { b.title = c.title; b.setAttribute('aria-label', alt ? `${c.title}: ${alt}` : c.title); }
    b.firstChild.style.visibility = b.firstChild.src ? '' : 'hidden';
  });
  mark(v.chosen === undefined ? -1 : v.chosen);
  if (fresh !== null && v.fresh && v.fresh !== fresh) { board.classList.remove('popped'); void board.offsetWidth; board.classList.add('popped'); }
  fresh = v.fresh || fresh;
}
const choose = i => { mark(i); trigger('select', {index: i, value: null}); };
board.addEventListener('click', e => { const b = e.target.closest('[data-at]'); if (b) choose(Number(b.dataset.at)); });
watch('value', () => {
  show();
  Address.put((props.value || {}).address || {});
});
show();
