const canvas = element.querySelector('canvas'), ctx = canvas.getContext('2d'), S = 2;
const inksBox = element.querySelector('.pad-inks'), range = element.querySelector('input');
let ops = [], base = null, tool = 'pen', ink = 0, live = null, sent = null;
let started = false;  // what the page opens with is in the address already, or is the start
let set = {name: '', inks: [['pen', '#000000']], paper: '#ffffff', boxes: false};  // what this pad is for
const inks = () => set.inks;
const colour = i => i < inks().length ? inks()[i][1] : set.paper;

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
const encode = () => ops.map(o => o.tool + o.ink + ',' + o.width + ',' + o.at.map(p => p.join(',')).join(',')).join(';');
function decode(text) {
  return (text || '').split(';').filter(Boolean).map(t => {
    const parts = t.split(','), head = parts[0], n = parts.slice(2).map(Number), at = [];
    for (let i = 0; i < n.length; i += 2) at.push([n[i], n[i + 1]]);
    return {tool: head[0], ink: Number(head.slice(1)), width: Number(parts[1]), at};
  });
}
function send() {
  const value = {...set, ops: encode(), base: (props.value || {}).base || '', example: -1};
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
    keys: value.keys, width: value.width};
  if (JSON.stringify(set) !== before) reset();
  sent = null; live = null; ops = decode(value.ops); base = null;
  if (value.base) { const picture = new Image(); picture.onload = () => { base = picture; redraw(); }; picture.src = value.base; }
  redraw();
  if (started) remember(value);
}
function tools() {
  element.querySelectorAll('[data-do=pen],[data-do=rect],[data-do=erase]').forEach(b =>
    b.setAttribute('aria-pressed', String(b.dataset.do === (ink === inks().length ? 'erase' : tool))));
  element.querySelector('[data-do=rect]').style.display = set.boxes ? '' : 'none';
  element.querySelector('[data-do=erase]').style.display = set.boxes ? 'none' : '';
  inksBox.replaceChildren(...(inks().length < 2 ? [] : inks().map(([name, c], i) => {
    const b = document.createElement('button'), dot = document.createElement('i');
    b.type = 'button'; b.setAttribute('role', 'radio'); b.setAttribute('aria-checked', String(i === ink));
    dot.style.background = c; b.append(dot, name);
    b.onclick = () => { ink = i; tools(); };
    return b;
  })));
}
function reset() { tool = set.boxes ? 'rect' : 'pen'; ink = set.boxes ? 2 : 0; range.value = set.boxes ? 10 : set.width || 5; tools(); }

const at = e => {
  const r = canvas.getBoundingClientRect(), clip = v => Math.max(0, Math.min(256, Math.round(v)));
  return [clip((e.clientX - r.left) / r.width * 256), clip((e.clientY - r.top) / r.height * 256)];
};
canvas.addEventListener('pointerdown', e => {
  if (e.button) return;
  canvas.setPointerCapture(e.pointerId);
  const box = tool === 'rect' && ink < inks().length;
  live = {tool: box ? 'r' : 'p', ink, width: Number(range.value) * (ink === inks().length ? 3 : 1), at: [at(e)]};
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
  if (op.tool === 'p' || (op.at[0][0] !== op.at[1][0] && op.at[0][1] !== op.at[1][1])) { ops.push(op); send(); }
  redraw(); };
canvas.addEventListener('pointerup', finish);
canvas.addEventListener('pointercancel', () => { live = null; redraw(); });
canvas.addEventListener('keydown', e => { if ((e.ctrlKey || e.metaKey) && e.key === 'z') { undo(); e.preventDefault(); } });
function undo() { if (ops.length) { ops.pop(); redraw(); send(); } }
element.querySelector('.pad-tools').addEventListener('click', e => {
  const what = (e.target.closest('button') || {dataset: {}}).dataset.do;
  if (what === 'pen' || what === 'rect') { tool = what; if (ink === inks().length) ink = 0; tools(); }
  if (what === 'erase') { ink = inks().length; tools(); }
  if (what === 'undo') undo();
  if (what === 'clear') { ops = []; base = null; props.value = {...set, ops: '', base: ''}; redraw(); send(); }
});
watch('value', receive);
reset();
receive();
started = true;
