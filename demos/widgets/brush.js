const stage = element.querySelector('.brush-stage'), img = stage.querySelector('img'), canvas = stage.querySelector('canvas');
const ring = stage.querySelector('i'), range = element.querySelector('input'), UNITS = 512, FINE = 768, K = FINE / UNITS;
const ctx = canvas.getContext('2d'), kept = document.createElement('canvas'), now = document.createElement('canvas');
let set = null, ops = [], tool = 'b', live = null, at = [256, 256], drawn = {}, next = {s: 0, r: 0, c: 0}, started = false, keyed = false;  // keyed: a key put the brush down
const extent = () => { const {width, height} = set, most = Math.max(width, height); return [UNITS * width / most, UNITS * height / most]; };
const clip = (n, top) => Math.max(0, Math.min(top, Math.round(n)));
const inside = ([x, y]) => { const [w, h] = extent(); return [clip(x, w), clip(y, h)]; };

function paint(g, op) {
  const w = g.canvas.width, h = g.canvas.height;
  g.globalCompositeOperation = {e: 'destination-out', i: 'source-out'}[op.tool] || 'source-over';
  if (op.tool === 'i') g.fillRect(0, 0, w, h);
  else if (op.tool === 'b' || op.tool === 'e') {
    g.lineWidth = K * op.width; g.lineCap = g.lineJoin = 'round';
    g.beginPath();
    op.at.forEach(([x, y], i) => i ? g.lineTo(K * x, K * y) : g.moveTo(K * x, K * y));
    if (op.at.length === 1) g.lineTo(K * op.at[0][0] + .01, K * op.at[0][1]);
    g.stroke();
  } else {
    g.clearRect(0, 0, w, h);
    const picture = (drawn[op.tool] || [])[op.number];
    if (picture && picture.complete && picture.naturalWidth) g.drawImage(picture, 0, 0, w, h);
  }
}
function keep() { const g = kept.getContext('2d'); g.clearRect(0, 0, kept.width, kept.height); ops.forEach(op => paint(g, op)); draw(); }
function draw() {  // the hole in violet, with stripes, so that it is seen on violet too
  const g = now.getContext('2d'), w = canvas.width, h = canvas.height;
  g.globalCompositeOperation = 'copy'; g.drawImage(kept, 0, 0);
  if (live) paint(g, live);
  ctx.globalCompositeOperation = 'copy'; ctx.drawImage(now, 0, 0);
  ctx.globalCompositeOperation = 'source-in'; ctx.fillStyle = '#6548e0'; ctx.fillRect(0, 0, w, h);
  ctx.globalCompositeOperation = 'source-atop'; ctx.strokeStyle = 'rgba(255, 255, 255, .5)'; ctx.lineWidth = 2;
  ctx.beginPath();
  for (let t = -h; t < w; t += 16) { ctx.moveTo(t, h); ctx.lineTo(t + h, 0); }
  ctx.stroke();
  point();
}
function point() {
  const [w, h] = extent(), r = stage.getBoundingClientRect(), side = Math.max(6, Number(range.value) / w * r.width);
  ring.style.left = 100 * at[0] / w + '%'; ring.style.top = 100 * at[1] / h + '%'; ring.style.width = ring.style.height = side + 'px';
  ring.classList.toggle('erase', tool === 'e'); ring.classList.toggle('down', keyed);
}
const wipes = op => 'xsrc'.includes(op.tool);
function encode() {  // what lies before the last that wiped all away is kept for undo alone
  const from = Math.max(0, ops.findLastIndex(wipes)), rest = ops.slice(from);
  if (rest.length > 1 && rest[0].tool === 'x') rest.shift();
  return rest.map(o => o.at ? o.tool + o.width + ',' + o.at.map(p => p.join(',')).join(',') : o.tool + (o.number ?? '')).join(';') || 'x';
}
function decode(text) {
  return (text || '').split(';').filter(t => t && t !== 'x').map(t => {
    const tool = t[0];
    if (tool === 'i') return {tool};
    if (tool !== 'b' && tool !== 'e') return {tool, number: Number(t.slice(1))};
    const n = t.slice(1).split(',').map(Number), points = [];
    for (let k = 1; k < n.length; k += 2) points.push([n[k], n[k + 1]]);
    return {tool, width: n[0], at: points};
  });
}
function remember() {
  const hole = encode(), fits = set.address.picture !== '' && hole.length < 6000;
  element.toggleAttribute('data-unshared', !fits);
  Address.put({...set.address, hole: fits ? hole : ''});
}
function send() { keep(); remember(); props.value = {token: set.token, ops: encode()}; trigger('input'); }
function add(op) { ops.push(op); send(); }
function undo() { if (live) { live = null; draw(); } else if (ops.length) { ops.pop(); send(); } }

function begin() { live = {tool, width: Number(range.value), at: [at]}; draw(); }
function go(to) {
  at = inside(to);
  const last = live && live.at[live.at.length - 1];
  if (live && Math.hypot(at[0] - last[0], at[1] - last[1]) >= Math.max(3, live.width / 8)) { live.at.push(at); draw(); } else point();
}
function finish() {
  if (!live) return;
  const op = live, last = op.at[op.at.length - 1];
  if (last[0] !== at[0] || last[1] !== at[1]) op.at.push(at);
  live = null; add(op);
}
const place = e => { const r = stage.getBoundingClientRect(), [w, h] = extent(); return [(e.clientX - r.left) / r.width * w, (e.clientY - r.top) / r.height * h]; };
let finger = null;
stage.addEventListener('pointerdown', e => {
  if (e.button || finger !== null || !set) return;
  lift();
  finger = e.pointerId; stage.setPointerCapture(finger); at = inside(place(e)); begin(); e.preventDefault(); stage.focus({preventScroll: true});
});
stage.addEventListener('pointermove', e => { if (!keyed && (finger === null || e.pointerId === finger)) go(place(e)); });
stage.addEventListener('pointerup', e => { if (e.pointerId === finger) { finger = null; finish(); } });
stage.addEventListener('pointercancel', e => { if (e.pointerId === finger) { finger = null; live = null; draw(); } });
function lift() { if (keyed) { keyed = false; finish(); } }
drawnByKeys(stage, element.querySelector('.heard-only'), {
  move([x, y], far) { const by = far ? 40 : 8; go([at[0] + by * x, at[1] + by * y]); },
  press() { if (keyed) lift(); else if (finger === null && set) { keyed = true; begin(); } },
  undo() { keyed = false; undo(); },
  drop() { if (keyed) { keyed = false; live = null; draw(); return true; } return false; },
  also(key) { const wider = {'[': -8, ']': 8}[key]; if (wider) { range.value = Number(range.value) + wider; point(); } return wider; },
  where() {
    const [w, h] = extent(), share = (n, top) => Math.round(100 * n / top);
    return phrase(keyed ? WORDS.down : WORDS.up, {tool: tool === 'e' ? WORDS.eraser : WORDS.brush, across: share(at[0], w), low: share(at[1], h), width: range.value});
  },
  leave: lift,
});
range.addEventListener('input', point);
element.addEventListener('click', e => {
  const button = e.target.closest('button[data-do]'); if (!button) return;
  const what = button.dataset.do;
  if (what === 'b' || what === 'e') {
    tool = what; point();
    element.querySelectorAll('[aria-pressed]').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.do === tool)));
  } else if (what === 'undo') undo();
  else if (what === 'x' || what === 'i') add({tool: what});
  else { add({tool: what, number: next[what]}); next[what] = (next[what] + 1) % drawn[what].length; }
});
function receive() {
  const v = props.value; if (!v || !v.src) return;  // nothing, or a change of our own
  set = v;
  if (img.getAttribute('src') !== v.src) img.src = v.src;
  img.alt = v.alt;
  stage.setAttribute('aria-label', phrase(WORDS.stage, v));
  stage.style.aspectRatio = v.width + ' / ' + v.height;
  stage.style.maxWidth = 'min(100%, ' + Math.max(40, Math.round(430 * v.width / v.height)) + 'px)';
  if (!drawn.s) for (const [kind, sources] of Object.entries(v.presets)) drawn[kind] = sources.map(src => { const p = new Image(); p.onload = keep; p.src = src; return p; });
  const most = Math.max(v.width, v.height);
  for (const c of [canvas, kept, now]) { c.width = Math.max(1, Math.round(FINE * v.width / most)); c.height = Math.max(1, Math.round(FINE * v.height / most)); }
  live = null; finger = null; keyed = false;
  ops = decode(v.ops);
  for (const op of ops) if (op.number !== undefined) next[op.tool] = (op.number + 1) % v.presets[op.tool].length;
  at = inside(extent().map(n => n / 2));
  keep();
  if (started) remember();
}
watch('value', receive);
new ResizeObserver(() => { if (set) point(); }).observe(stage);
receive();
started = true;
