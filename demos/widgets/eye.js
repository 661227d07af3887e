const views = element.querySelector('.eye-views'), crops = element.querySelector('.eye-crops'), Z = 3;
let at = [0, 0], drawn = [];
const numbers = text => new Int16Array(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);
const sure = logit => 1 / (1 + Math.exp(-logit));
function make(tag, parent, text) { const e = document.createElement(tag); if (text) e.textContent = text; parent.append(e); return e; }

function build() {
  const v = props.value || {views: []};
  at = v.at || [0, 0];
  views.replaceChildren(); crops.replaceChildren(); drawn = [];
  v.views.forEach(view => {
    const figure = make('figure', views), canvas = make('canvas', figure), crop = make('figure', crops);
    make('figcaption', figure, view.title);
    canvas.width = canvas.height = v.side * Z; canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', phrase(WORDS.view, view));
    const one = {view, canvas, logits: numbers(view.logits), picture: new Image(), zoom: make('canvas', crop), says: make('figcaption', crop)};
    one.zoom.setAttribute('role', 'img'); one.zoom.setAttribute('aria-label', phrase(WORDS.patch, view));
    canvas.addEventListener('pointerdown', e => { choose(one, e); canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener('pointermove', e => { if (e.buttons) choose(one, e); });
    canvas.addEventListener('keydown', e => {
      const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[e.key];
      if (step) { move(at[0] + step[0], at[1] + step[1]); e.preventDefault(); }
    });
    one.picture.onload = () => draw(one);
    one.picture.src = view.src;
    drawn.push(one);
  });
  const asked = Address.numbers('eye', 2);  // in thousandths of the picture: the place stays when another picture or another D comes
  if (asked && drawn.length) place(...asked.map(n => index(n / 1000)).reverse());
}
const index = t => { const v = props.value; return Math.round((t * v.side - v.patch / 2 - v.offset) / v.step); };
const share = n => { const v = props.value; return Math.max(0, Math.min(999, Math.round(1000 * (n * v.step + v.offset + v.patch / 2) / v.side))); };
function choose(one, e) {
  const r = one.canvas.getBoundingClientRect();
  move(index((e.clientY - r.top) / r.height), index((e.clientX - r.left) / r.width));
}
function move(row, column) { place(row, column); drawn.forEach(draw); Address.later({eye: `${share(at[1])}-${share(at[0])}`}); }
function place(row, column) {
  const {rows, columns} = drawn[0].view, clip = (n, top) => Math.max(0, Math.min(top - 1, n));
  at = [clip(row, rows), clip(column, columns)];
}
function draw(one) {
  if (!one.picture.complete) return;
  const v = props.value, {rows, columns} = one.view, g = one.canvas.getContext('2d'), middle = (v.patch - v.step) / 2;
  g.imageSmoothingEnabled = false;
  g.drawImage(one.picture, 0, 0, one.canvas.width, one.canvas.height);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const p = sure(one.logits[r * columns + c] / 256);
    g.fillStyle = p > .5 ? `rgba(64, 190, 150, ${1.1 * (p - .5)})` : `rgba(235, 70, 30, ${1.1 * (.5 - p)})`;
    g.fillRect(Z * (c * v.step + v.offset + middle), Z * (r * v.step + v.offset + middle), Z * v.step, Z * v.step);
  }
  const left = at[1] * v.step + v.offset, top = at[0] * v.step + v.offset, box = [Z * left, Z * top, Z * v.patch, Z * v.patch];
  g.lineWidth = 5; g.strokeStyle = '#17161c'; g.strokeRect(...box);
  g.lineWidth = 2; g.strokeStyle = '#fff'; g.strokeRect(...box);
  const k = one.zoom.getContext('2d'), side = Math.max(v.patch, 1);
  one.zoom.width = one.zoom.height = 192;
  k.imageSmoothingEnabled = false;
  k.fillStyle = '#8b8794'; k.fillRect(0, 0, 192, 192);  // outside the picture D sees zeros, which are grey
  k.drawImage(one.picture, left, top, side, side, 0, 0, 192, 192);
  const logit = one.logits[at[0] * columns + at[1]] / 256;
  one.says.replaceChildren();
  make('b', one.says, phrase(WORDS.real, {share: Math.round(100 * sure(logit))}));
  one.says.append(phrase(WORDS.told, {logit: logit.toFixed(2), title: one.view.title, left, top, side: v.patch}));
}
watch('value', build);
build();
