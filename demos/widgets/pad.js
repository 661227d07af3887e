const canvas = element.querySelector('canvas'), ctx = canvas.getContext('2d'), S = 2;
const inksBox = element.querySelector('.pad-inks'), hintsBox = element.querySelector('.pad-hints'), range = element.querySelector('input');
let ops = [], base = null, tool = 'pen', ink = 0, live = null, sent = null;
let past = [], hints = [], widths = {};  // what undo goes back to; colours that suit the drawing; of the black pen and of those of colour
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
const encode = ops => ops.map(o => o.tool + o.ink + ',' + o.width + ',' + o.at.map(p => p.join(',')).join(',')).join(';');
function decode(text) {
  return (text || '').split(';').filter(Boolean).map(t => {
    const parts = t.split(','), head = parts[0], n = parts.slice(2).map(Number), at = [];
    for (let i = 0; i < n.length; i += 2) at.push([n[i], n[i + 1]]);
    return {tool: head[0], ink: Number(head.slice(1)), width: Number(parts[1]), at};
  });
}
function change(next) { past.push(ops); ops = next; redraw(); send(); }
function send() {
  offer();
  const value = {...set, hints: encode(hints), ops: encode(ops), base: (props.value || {}).base || '', example: -1};
  sent = JSON.stringify(value);
  props.value = value;
  trigger('input');
  remember(value);
}
function remember(value) {
  const url = new URL(window.location);
  const keys = set.keys || {name: 'model', ops: 'd', example: 'example'};
  const put = (key, value) => { if (key) url.searchParams.set(key, value); };
  put(keys.name, set.name);
  url.searchParams.delete(keys.ops); if (keys.example) url.searchParams.delete(keys.example);
  if (value.example >= 0) put(keys.example, value.example); else
  if (!value.base && value.ops && value.ops.length < 6000) put(keys.ops, value.ops);
  window.history.replaceState(null, '', url);
}
function receive() {
  const value = props.value || {};
  if (JSON.stringify(value) === sent) return;  // our own stroke coming back
  const before = JSON.stringify(set);
  set = {name: value.name || '', inks: value.inks || set.inks, paper: value.paper || set.paper, boxes: Boolean(value.boxes),
    keys: value.keys, width: value.width, dab: value.dab};
  if (JSON.stringify(set) !== before) reset();
  sent = null; live = null; ops = decode(value.ops); base = null; past = []; hints = decode(value.hints);
  offer();
  if (value.base) { const picture = new Image(); picture.onload = () => { base = picture; redraw(); }; picture.src = value.base; }
  redraw();
  if (started) remember(value);
}
function tools() {
  element.querySelectorAll('[data-do=pen],[data-do=rect],[data-do=erase]').forEach(b =>
    b.setAttribute('aria-pressed', String(b.dataset.do === (erasing() ? 'erase' : tool))));
  const buttons = [...inksBox.children], at = Math.max(0, buttons.findIndex(b => Number(b.dataset.ink) === ink));
  buttons.forEach((b, i) => { b.setAttribute('aria-checked', String(Number(b.dataset.ink) === ink)); b.tabIndex = i === at ? 0 : -1; });
}
const kind = () => coloured({ink}) && set.dab ? 'dab' : 'line';
function take(i) { ink = i; range.value = widths[kind()]; tools(); }
function reset() {
  tool = set.boxes ? 'rect' : 'pen';
  widths = {line: set.boxes ? 10 : set.width || 5, dab: set.dab};
  const show = (what, yes) => { element.querySelector(`[data-do=${what}]`).style.display = yes ? '' : 'none'; };
  show('pen', !set.dab); show('rect', set.boxes); show('erase', !set.boxes);
  inksBox.classList.toggle('pens', Boolean(set.dab));
  inksBox.setAttribute('aria-label', set.dab ? 'Pen' : 'Ink');
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
inksBox.addEventListener('keydown', e => {  // as in any group of radio buttons
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key], all = [...inksBox.children], n = all.length;
  if (!step) return;
  const next = all[(all.indexOf(document.activeElement) + step + n) % n];
  next.focus(); next.click(); e.preventDefault();
});
range.addEventListener('input', () => { widths[kind()] = range.value; });

// Colours for the drawing, or none: the lines stay what they are.
function offer() {
  const some = ops.some(coloured), drawn = ops.some(op => !coloured(op)), add = !some && drawn && hints.length;
  const [button, other] = hintsBox.querySelectorAll('button'), says = hintsBox.querySelector('p');
  hintsBox.style.display = set.dab ? '' : 'none';
  button.style.display = some || add ? '' : 'none';
  button.querySelector('b').textContent = some ? 'remove colours' : 'add colours';
  button.title = some ? 'The lines alone: every colour is the model’s guess' : 'The same lines, with dabs of colour';
  button.querySelector('span').replaceChildren(...(some ? [] : [...new Set(hints.map(op => colour(op.ink)))].map(c => {
    const dot = document.createElement('i'); dot.style.background = c; return dot;
  })));
  other.style.display = some ? '' : 'none';
  says.textContent = some ? '' : add ? 'or take a pen and dab' : drawn ? 'Take a coloured pen and dab.' : 'Draw in black, then dab in colour.';
}
function others(i) {  // five pens on: blue after yellow, green after red
  const first = eraser() + 1, count = inks().length - first;
  return first + (i - first + 5) % count;
}

const at = e => {
  const r = canvas.getBoundingClientRect(), clip = v => Math.max(0, Math.min(256, Math.round(v)));
  return [clip((e.clientX - r.left) / r.width * 256), clip((e.clientY - r.top) / r.height * 256)];
};
canvas.addEventListener('pointerdown', e => {
  if (e.button) return;
  canvas.setPointerCapture(e.pointerId); canvas.focus({preventScroll: true});
  const box = tool === 'rect' && !erasing();
  live = {tool: box ? 'r' : 'p', ink, width: Number(range.value) * (erasing() ? 3 : 1), at: [at(e)]};
  if (box) live.at.push(at(e));
  redraw(); e.preventDefault();
});
canvas.addEventListener('pointermove', e => {
  if (!live) return;
  const p = at(e), last = live.at[live.at.length - 1];
  if (live.tool === 'r') live.at[1] = p;
  else if (Math.hypot(p[0] - last[0], p[1] - last[1]) >= 2) live.at.push(p);
  redraw();
});
const finish = () => { if (!live) return; const op = live; live = null;
  if (op.tool === 'p' || (op.at[0][0] !== op.at[1][0] && op.at[0][1] !== op.at[1][1])) change([...ops, op]);
  else redraw(); };
canvas.addEventListener('pointerup', finish);
canvas.addEventListener('pointercancel', () => { live = null; redraw(); });
element.querySelector('.pad').addEventListener('keydown', e => { if ((e.ctrlKey || e.metaKey) && e.key === 'z') { undo(); e.preventDefault(); } });
function undo() { if (past.length || ops.length) { ops = past.pop() || ops.slice(0, -1); redraw(); send(); } }
element.querySelector('.pad').addEventListener('click', e => {
  const what = (e.target.closest('button') || {dataset: {}}).dataset.do;
  if (what === 'pen' || what === 'rect') { tool = what; if (erasing()) take(0); tools(); }
  if (what === 'erase') take(eraser());
  if (what === 'hint') change(ops.some(coloured) ? ops.filter(op => !coloured(op)) : [...ops, ...hints]);
  if (what === 'other') change(ops.map(op => coloured(op) ? {...op, ink: others(op.ink)} : op));
  if (what === 'undo') undo();
  if (what === 'clear') { ops = []; past = []; hints = []; base = null; props.value = {...set, ops: '', base: ''}; redraw(); send(); }
});
watch('value', receive);
reset();
receive();
started = true;
