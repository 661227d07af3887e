const grid = element.querySelector('.lens-columns'), zooms = element.querySelector('.lens-zoom');
let at = [.5, .5], zoom = 4, columns = [], subject = null;
const clip = n => Math.max(0, Math.min(1, n));
function make(tag, name, parent) { const e = document.createElement(tag); if (name) e.className = name; parent.append(e); return e; }
function build(v) {
  grid.replaceChildren(); columns = [];
  v.columns.forEach((c, i) => {
    const figure = make('figure', '', grid), one = {figure, caption: make('figcaption', '', figure), whole: make('div', 'lens-whole', figure)};
    one.img = make('img', '', one.whole); one.mark = make('i', '', one.whole); one.inset = make('canvas', '', figure);
    one.whole.tabIndex = i ? -1 : 0; one.whole.setAttribute('role', 'application'); one.inset.setAttribute('role', 'img');
    one.whole.addEventListener('pointermove', e => { if (e.pointerType === 'mouse' || e.buttons) point(one, e); });
    one.whole.addEventListener('pointerdown', e => { point(one, e); keep(); });
    one.whole.addEventListener('pointerup', keep);
    one.whole.addEventListener('keydown', keys);
    one.img.addEventListener('load', () => draw(one));
    columns.push(one);
  });
}
function point(one, e) { const r = one.whole.getBoundingClientRect(); move((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height); }
function keys(e) {
  const step = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]}[e.key];
  if (step) { const far = e.shiftKey ? .005 : .03; move(at[0] + far * step[0], at[1] + far * step[1]); keep(); e.preventDefault(); }
  else if (e.key === '+' || e.key === '-') { enlarge({'+': 2, '-': .5}[e.key] * zoom); e.preventDefault(); }
}
// In the address once it was put somewhere by a press or a key; a mouse that passes over says nothing.
const keep = () => Address.later({lens: [Math.round(1000 * at[0]), Math.round(1000 * at[1]), zoom].join('-')});
function move(x, y) { at = [clip(x), clip(y)]; requestAnimationFrame(() => columns.forEach(draw)); }
function enlarge(z) { zoom = Math.max(2, Math.min(8, z)); tools(); columns.forEach(draw); keep(); }
function tools() {
  zooms.replaceChildren(...[2, 4, 8].map(z => {
    const b = document.createElement('button'); b.type = 'button'; b.textContent = '× ' + z; b.setAttribute('aria-pressed', String(z === zoom));
    b.onclick = () => { enlarge(z); zooms.children[[2, 4, 8].indexOf(z)].focus(); };
    return b;
  }));
}
// The part that is enlarged: a share 1 / zoom of the shorter side, square, inside the picture.
function part() {
  const {width: w, height: h} = props.value, side = Math.min(w, h) / zoom, inside = (n, top) => Math.max(0, Math.min(top - side, n - side / 2));
  return [inside(at[0] * w, w), inside(at[1] * h, h), side];
}
function draw(one) {
  const v = props.value, [left, top, side] = part(), g = one.inset.getContext('2d');
  [['left', left / v.width], ['top', top / v.height], ['width', side / v.width], ['height', side / v.height]].forEach(([k, n]) => one.mark.style[k] = 100 * n + '%');
  const room = one.inset.clientWidth || 200, size = Math.round(room * Math.min(2, window.devicePixelRatio || 1));
  if (one.inset.width !== size || one.inset.height !== size) one.inset.width = one.inset.height = size;
  one.inset.style.aspectRatio = '1';
  g.clearRect(0, 0, size, size);
  if (!one.img.getAttribute('src') || !one.img.complete || !one.img.naturalWidth) return;
  const k = one.img.naturalWidth / v.width;
  g.imageSmoothingEnabled = side * k > size;
  g.drawImage(one.img, left * k, top * k, side * k, side * k, 0, 0, size, size);
}
function receive() {
  const v = props.value; if (!v || !v.columns) return;
  if (columns.map(c => c.key).join() !== v.columns.map(c => c.key).join()) build(v);
  grid.style.setProperty('--n', v.columns.length);
  if (v.subject !== subject) {
    const asked = Address.numbers('lens', 3);  // it stays where a visitor put it
    at = asked ? [clip(asked[0] / 1000), clip(asked[1] / 1000)] : (v.at || [.5, .5]).slice();
    if (asked && [2, 4, 8].includes(asked[2])) { zoom = asked[2]; tools(); }
    subject = v.subject;
  }
  v.columns.forEach((c, i) => {
    const one = columns[i];
    one.key = c.key; one.whole.style.aspectRatio = v.width + ' / ' + v.height;
    one.caption.innerHTML = '<b>' + c.title + '</b>' + c.caption;
    one.whole.setAttribute('aria-label', phrase(WORDS.whole, c));
    one.inset.setAttribute('aria-label', phrase(WORDS.part, c));
    one.img.alt = c.alt;
    if (!c.src) one.img.removeAttribute('src'); else if (one.img.getAttribute('src') !== c.src) one.img.src = c.src;
    one.mark.style.display = c.src ? '' : 'none';
    draw(one);
  });
}
watch('value', receive);
new ResizeObserver(() => columns.forEach(draw)).observe(grid);
tools();
receive();
