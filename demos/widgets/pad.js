const canvas = element.querySelector('canvas'), ring = element.querySelector('.pad-stage i'), ctx = canvas.getContext('2d'), S = 2;
const inksBox = element.querySelector('.pad-inks'), hintsBox = element.querySelector('.pad-hints'), range = element.querySelector('input');
let ops = [], base = null, tool = 'pen', ink = 0, live = null, sent = null;
let hints = [], widths = {};  // colours that suit the drawing; of the black pen and of those of colour
let past = [];  // what undo goes back to
const pasts = {};  // the same of each kind of drawing, so that whoever comes back to one finds what was on the pad
let lies = '', beneath = -1;  // the picture under the strokes, and the example that it is of
const PACE = 125, LIGHT = 60000;  // ms between two answers to a stroke that grows; characters of a picture that may travel with each of them
let due = 0, told = 0, prior = null;  // when the stroke so far is sent next and was last; the value of before the stroke, once some of it was sent
let started = false;  // what the page opens with is in the address already, or is the start
let set = {name: '', inks: [['pen', '#000000']], paper: '#ffffff', boxes: false};  // what this pad is for
const inks = () => set.inks;
const colour = i => i < inks().length ? inks()[i][1] : set.paper;
const eraser = () => { const i = inks().findIndex(([name]) => name === 'eraser'); return i < 0 ? inks().length : i; };
const erasing = () => ink === eraser();
const coloured = op => op.ink > eraser() && op.ink < inks().length;

function paintOp(op) {
  const c = colour(op.ink);
  ctx.fillStyle = ctx.strokeStyle = c;
  if (op.tool === 'r') {
    const [x0, y0] = op.at[0], [x1, y1] = op.at[op.at.length - 1];
    ctx.fillRect(S * Math.min(x0, x1), S * Math.min(y0, y1), S * Math.abs(x1 - x0), S * Math.abs(y1 - y0));
    return;
  }
  ctx.lineWidth = S * op.width; ctx.lineCap = ctx.lineJoin = 'round';
  ctx.beginPath();
  op.at.forEach(([x, y], i) => i ? ctx.lineTo(S * x, S * y) : ctx.moveTo(S * x, S * y));
  if (op.at.length === 1) ctx.lineTo(S * op.at[0][0] + .01, S * op.at[0][1]);
  ctx.stroke();
}
function redraw() {
  ctx.fillStyle = set.paper; ctx.fillRect(0, 0, canvas.width, canvas.height);
  if (base) ctx.drawImage(base, 0, 0, canvas.width, canvas.height);
  ops.forEach(paintOp);
  if (live) paintOp(live);
}
function recoloured(picture) {  // what has an ink's own colour is shown as the ink is
  if (!set.base_inks) return picture;
  const page = document.createElement('canvas'), g = page.getContext('2d');
  page.width = picture.naturalWidth; page.height = picture.naturalHeight; g.drawImage(picture, 0, 0);
  const seen = g.getImageData(0, 0, page.width, page.height), d = seen.data, rgb = c => parseInt(c.slice(1), 16);
  const to = new Map(set.base_inks.map((c, i) => [rgb(c), rgb(colour(i))]));
  for (let i = 0; i < d.length; i += 4) {
    const now = to.get(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
    if (now !== undefined) { d[i] = now >> 16; d[i + 1] = now >> 8 & 255; d[i + 2] = now & 255; }
  }
  g.putImageData(seen, 0, 0);
  return page;
}
const encode = ops => ops.map(o => o.tool + o.ink + ',' + o.width + ',' + o.at.map(p => p.join(',')).join(',')).join(';');
function decode(text) {
  return (text || '').split(';').filter(Boolean).map(t => {
    const parts = t.split(','), head = parts[0], n = parts.slice(2).map(Number), at = [];
    for (let i = 0; i < n.length; i += 2) at.push([n[i], n[i + 1]]);
    return {tool: head[0], ink: Number(head.slice(1)), width: Number(parts[1]), at};
  });
}
const now = () => ({ops, hints, lies, beneath});
function lay(picture) {
  if (picture === lies) return;
  lies = picture; base = null;
  const image = new Image();
  image.onload = () => { if (picture === lies) { base = recoloured(image); redraw(); } };
  if (picture) image.src = picture;
}
function change(next) { past.push(now()); ops = next; redraw(); send(); }
const valued = ops => ({...set, hints: encode(hints), ops: encode(ops), base: (props.value || {}).base || '', example: -1});
function hand(value, event) { sent = JSON.stringify(value); props.value = value; trigger(event); }
function send() {
  offer(); rest();
  const value = valued(ops);
  hand(value, 'input');
  remember(value);
}
// While a stroke grows, what there is of it is answered, too. Neither the address nor undo know of it before it ends.
function grow() { if (!due) due = setTimeout(answer, Math.max(0, told + PACE - performance.now())); }
function answer() {
  due = 0; told = performance.now();
  if (!live || isFlat(live) || ((props.value || {}).base || '').length > LIGHT) return;
  const value = {...valued([...ops, live]), growing: true};
  if (JSON.stringify(value) === sent) return;
  prior = prior || props.value;
  hand(value, 'edit');
}
function rest() { clearTimeout(due); due = 0; prior = null; }
function giveUp() { const value = prior; rest(); redraw(); if (value) hand(value, 'input'); }
const isFlat = op => op.tool === 'r' && (op.at[0][0] === op.at[1][0] || op.at[0][1] === op.at[1][1]);
function remember(value) {
  const url = new URL(window.location);
  const keys = set.keys || {name: 'model', ops: 'd', example: 'example'};
  const put = (key, value) => { if (key) url.searchParams.set(key, value); };
  put(keys.name, set.name);
  url.searchParams.delete(keys.ops); if (keys.example) url.searchParams.delete(keys.example);
  const under = value.base ? beneath : -1, fits = value.ops.length < 6000 && (!value.base || under >= 0);
  if (value.example >= 0) put(keys.example, value.example);
  else if (fits) {  // strokes, on an example's picture if one lies beneath; with an example, "empty" says that the pad was cleared
    if (under >= 0) put(keys.example, under);
    if (value.ops) put(keys.ops, value.ops); else if (under < 0 && keys.example) put(keys.ops, 'empty');
  }
  element.toggleAttribute('data-unshared', value.example < 0 && !fits);
  window.history.replaceState(null, '', url);
}
function receive() {
  const value = props.value || {};
  if (JSON.stringify(value) === sent) return;  // our own stroke coming back
  const before = JSON.stringify(set);
  if (started && (ops.length || lies)) past.push(now());
  set = {name: value.name || '', inks: value.inks || set.inks, paper: value.paper || set.paper, boxes: Boolean(value.boxes),
    keys: value.keys, width: value.width, dab: value.dab, base_inks: value.base_inks};
  beneath = value.base ? value.under ?? -1 : -1;
  if (JSON.stringify(set) !== before) { reset(); past = pasts[[set.name, set.paper, ...set.inks]] ??= []; }
  sent = null; live = null; keyed = false; finger = null; rest(); point(); ops = decode(value.ops); hints = decode(value.hints);
  lies = null; lay(value.base || '');  // anew, as inks may have changed
  redraw(); offer();
  if (started) remember(value);
}
function tools() {
  element.querySelectorAll('[data-do=pen],[data-do=rect],[data-do=erase]').forEach(b =>
    b.setAttribute('aria-pressed', String(b.dataset.do === (erasing() ? 'erase' : tool))));
  const buttons = [...inksBox.children], at = Math.max(0, buttons.findIndex(b => Number(b.dataset.ink) === ink));
  buttons.forEach((b, i) => { b.setAttribute('aria-checked', String(Number(b.dataset.ink) === ink)); b.tabIndex = i === at ? 0 : -1; });
}
const kind = () => coloured({ink}) && set.dab ? 'dab' : 'line';
function take(i) { ink = i; range.value = widths[kind()]; tools(); point(); }
function reset() {
  tool = set.boxes ? 'rect' : 'pen';
  widths = {line: set.boxes ? 10 : set.width || 5, dab: set.dab};
  const show = (what, yes) => { element.querySelector(`[data-do=${what}]`).style.display = yes ? '' : 'none'; };
  show('pen', !set.dab); show('rect', set.boxes); show('erase', !set.boxes); show('fit', ofLines());
  inksBox.classList.toggle('pens', Boolean(set.dab));
  inksBox.setAttribute('aria-label', set.dab ? WORDS.pens : WORDS.inks);
  inksBox.replaceChildren(...(inks().length < 2 ? [] : inks().map(([name, c], i) => {
    const b = document.createElement('button'), dot = document.createElement('i');
    b.type = 'button'; b.dataset.ink = i; b.setAttribute('role', 'radio');
    dot.style.background = c; b.append(dot);
    if (set.dab) { b.title = name; b.setAttribute('aria-label', name); } else b.append(name);
    b.onclick = () => take(i);
    return b;
  }).filter((b, i) => i !== eraser())));
  take(set.boxes ? 2 : 0);
}
range.addEventListener('input', () => { widths[kind()] = range.value; point(); });

// A small drawing of lines in the middle of the pad, and larger: lines keep their width, dabs and the eraser grow with it.
const FILLS = .8, WIDEST = 99, FURTHEST = 9999;  // the part of the pad that it takes then; what an op can say
const ofLines = () => !set.boxes && (set.dab || inks().length < 2);
function seen() {  // what is on the pad, erased or not, in 256ths: [[left, right], [top, bottom]]; null where nothing is
  const side = canvas.width, d = ctx.getImageData(0, 0, side, side).data, ends = [[side, -1], [side, -1]];
  const paper = [1, 3, 5].map(i => parseInt(set.paper.slice(i, i + 2), 16));
  for (let y = 0, i = 0; y < side; y++) for (let x = 0; x < side; x++, i += 4) {
    if (paper.every((c, k) => Math.abs(c - d[i + k]) < 64)) continue;
    [x, y].forEach((v, k) => { ends[k] = [Math.min(ends[k][0], v), Math.max(ends[k][1], v)]; });
  }
  return ends[0][1] < 0 ? null : ends.map(([low, high]) => [low / S, (high + 1) / S]);
}
const longer = ends => Math.max(...ends.map(([low, high]) => high - low));
function isSmall() {
  const ends = ofLines() && !lies && ops.length ? seen() : null;
  return Boolean(ends) && ops.some(op => op.at.length > 1) && longer(ends) < (FILLS - .1) * 256;
}
function fit() {
  const ends = seen(), by = FILLS * 256 / longer(ends), within = (v, most) => Math.max(-most, Math.min(most, Math.round(v)));
  const moved = p => p.map((v, i) => within(128 + by * (v - (ends[i][0] + ends[i][1]) / 2), FURTHEST));
  const larger = op => ({...op, width: op.ink < eraser() ? op.width : within(by * op.width, WIDEST), at: op.at.map(moved)});
  past.push(now());
  ops = ops.map(larger); hints = hints.map(larger); redraw(); send();
  canvas.focus({preventScroll: true});  // the button has nothing left to do
}

// Colours for the drawing, or none: the lines stay what they are.
function offer() {
  const small = isSmall();
  element.querySelector('[data-do=fit]').disabled = !small;
  const some = ops.some(coloured), drawn = ops.some(op => !coloured(op)), add = !some && drawn && hints.length;
  const [button, other] = hintsBox.querySelectorAll('button'), says = hintsBox.querySelector('p');
  hintsBox.style.display = set.dab ? '' : 'none';
  button.style.display = some || add ? '' : 'none';
  button.querySelector('b').textContent = some ? WORDS.remove : WORDS.add;
  button.title = some ? WORDS.remove_does : WORDS.add_does;
  button.querySelector('span').replaceChildren(...(some ? [] : [...new Set(hints.map(op => colour(op.ink)))].map(c => {
    const dot = document.createElement('i'); dot.style.background = c; return dot;
  })));
  other.style.display = some ? '' : 'none';
  says.textContent = some ? '' : add ? WORDS.or_dab : small ? WORDS.small : drawn ? WORDS.dab : WORDS.draw;
}
function others(i) {  // five pens on: blue after yellow, green after red
  const first = eraser() + 1, count = inks().length - first;
  return first + (i - first + 5) % count;
}

const at = e => {
  const r = canvas.getBoundingClientRect(), clip = v => Math.max(0, Math.min(256, Math.round(v)));
  return [clip((e.clientX - r.left) / r.width * 256), clip((e.clientY - r.top) / r.height * 256)];
};
let spot = [128, 128], keyed = false, finger = null;  // where the ring is; whether a key put the pen down; the pointer that did
const wide = () => Math.min(WIDEST, Number(range.value) * (erasing() ? 3 : 1));
function begin() {
  const box = tool === 'rect' && !erasing();
  live = {tool: box ? 'r' : 'p', ink, width: wide(), at: [spot]};
  if (box) live.at.push(spot);
  told = performance.now();  // a tap has one answer, its last
  redraw();
}
function go(p) {
  spot = p; point();
  if (!live) return;
  const last = live.at[live.at.length - 1];
  if (live.tool === 'r') live.at[1] = p;
  else if (Math.hypot(p[0] - last[0], p[1] - last[1]) >= 2) live.at.push(p);
  redraw(); grow();
}
function point() {
  const box = tool === 'rect' && !erasing(), side = box ? 5 : Math.max(5, wide() / 2.56);
  ring.style.left = spot[0] / 2.56 + '%'; ring.style.top = spot[1] / 2.56 + '%'; ring.style.width = side + '%';
  ring.classList.toggle('down', keyed);
}
canvas.addEventListener('pointerdown', e => {
  if (e.button || finger !== null) return;  // a second finger, or a palm
  lift();
  finger = e.pointerId; canvas.setPointerCapture(finger); canvas.focus({preventScroll: true});
  spot = at(e); point(); begin(); e.preventDefault();
});
canvas.addEventListener('pointermove', e => { if (live && e.pointerId === finger) go(at(e)); });
const finish = () => { if (!live) return; const op = live; live = null; keyed = false; point();
  if (isFlat(op)) giveUp(); else change([...ops, op]); };
const ends = then => e => { if (e.pointerId !== finger) return; finger = null; if (!keyed) then(); };
canvas.addEventListener('pointerup', ends(finish));
const drop = () => { live = null; keyed = false; point(); giveUp(); };
canvas.addEventListener('pointercancel', ends(drop));
const lift = () => { if (keyed) finish(); }, inside = n => Math.max(0, Math.min(256, n));
drawnByKeys(canvas, element.querySelector('.heard-only'), {
  move([x, y], far) { const by = far ? 32 : 6; go([inside(spot[0] + by * x), inside(spot[1] + by * y)]); },
  press() { if (keyed) finish(); else if (!live) { keyed = true; begin(); point(); } },
  undo() { if (keyed) drop(); else undo(); },
  drop() { const had = keyed; if (had) drop(); return had; },
  where() {
    const what = WORDS[erasing() ? 'eraser' : tool === 'rect' ? 'box' : 'pen'], inked = erasing() || inks().length < 2 ? '' : '_ink';
    const [across, low] = spot.map(n => Math.round(n / 2.56)), name = inked && inks()[ink][0];
    return phrase(WORDS[(keyed ? 'down' : 'up') + inked], {tool: what, across, low, ink: name});
  },
  leave: lift,
});
const how = element.querySelector('.pad-keys');
how.id = 'keys-' + Math.random().toString(36).slice(2); canvas.setAttribute('aria-describedby', how.id);
element.querySelector('.pad').addEventListener('keydown', e => { if (e.target !== canvas && (e.ctrlKey || e.metaKey) && e.key === 'z') { undo(); e.preventDefault(); } });
function undo() {
  const was = past.pop();
  if (was) { ({ops, hints, beneath} = was); lay(was.lies); props.value = {...props.value, base: lies}; }
  else if (ops.length) ops = ops.slice(0, -1);
  else return;
  redraw(); send();
}
element.querySelector('.pad').addEventListener('click', e => {
  const what = (e.target.closest('button') || {dataset: {}}).dataset.do;
  if (what === 'pen' || what === 'rect') { tool = what; if (erasing()) take(0); tools(); }
  if (what === 'erase') take(eraser());
  if (what === 'hint') change(ops.some(coloured) ? ops.filter(op => !coloured(op)) : [...ops, ...hints]);
  if (what === 'other') change(ops.map(op => coloured(op) ? {...op, ink: others(op.ink)} : op));
  if (what === 'fit') fit();
  if (what === 'undo') undo();
  if (what === 'clear') { if (ops.length || lies) past.push(now()); ops = []; hints = []; lay(''); beneath = -1; rest(); props.value = {...set, ops: '', base: ''}; redraw(); send(); }
});
watch('value', receive);
reset();
receive();
started = true;
