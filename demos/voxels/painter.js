const canvas = element.querySelector('canvas'), says = element.querySelector('.vx-said'), mirror = element.querySelector('[data-do=mirror]');
const cam = {yaw: .55, pitch: .5, far: 6.7, high: -.14}, draws = Vox.painter(canvas);
let volume = {data: new Uint8Array(4096), sides: [16, 16, 16]}, past = [], mode = 'add', size = 2, ghost = null, stroke = null, cursor = null;
let sent = '', seen = false, due = 0, look = null;
const value = () => props.value || {}, scale = () => 2 / Math.max(...volume.sides);
const at = (x, y, z) => x + volume.sides[2] * (y + volume.sides[1] * z);
const limits = () => [volume.sides[2], volume.sides[1], volume.sides[0]];
const unit = () => Math.max(1, Math.max(...volume.sides) / 32);  // voxels of a fine block: a chair of 64 takes as many clicks as one of 32
const filled = c => volume.data[at(...c)] > 127;
const snapped = c => c.map(v => Math.floor(v / size) * size);
const mirrored = b => [volume.sides[2] - size - b[0], b[1], b[2]];

function model() {
  if (!draws) return;
  const made = Vox.surface(volume, .5, true);
  made.floor = -volume.sides[1] / 2 * scale();
  draws.set(made);
  says.textContent = made.filled ? Vox.said(made) : WORDS.unpainted;
  canvas.setAttribute('aria-label', made.filled ? phrase(WORDS.painter, {said: Vox.said(made)}) : WORDS['empty painter']);
  draw();
}
function draw() { if (!due && seen) due = requestAnimationFrame(() => { due = 0; Vox.fitted(canvas);
  look = draws.draw({...cam, blocks: true, dark: Vox.darkness(), grid: size * scale(), wide: [volume.sides[2] / 2 * scale(), volume.sides[0] / 2 * scale()], ghost: ghost && boxes(ghost)}); }); }

function boxes(blocks) {  // what is about to change
  const vertices = [], index = [], s = scale(), [W, H, D] = limits(), grow = mode === 'remove' ? .06 : -.04;
  for (const b of blocks) {
    const low = b.map(v => v - grow), high = b.map(v => v + size + grow);
    const place = (x, y, z) => [(x - W / 2) * s, (y - H / 2) * s, (D / 2 - z) * s];
    for (let axis = 0; axis < 3; axis++) for (const sign of [-1, 1]) {
      const first = vertices.length / 8, p = (axis + 1) % 3, q = (axis + 2) % 3, n = [0, 0, 0]; n[axis] = axis === 2 ? -sign : sign;
      for (const [i, j] of [[0, 0], [1, 0], [1, 1], [0, 1]]) {
        const c = [0, 0, 0]; c[axis] = sign > 0 ? high[axis] : low[axis]; c[p] = i ? high[p] : low[p]; c[q] = j ? high[q] : low[q];
        vertices.push(...place(...c), ...n, 1, 1);
      }
      index.push(first, first + 1, first + 2, first, first + 2, first + 3);
    }
  }
  return {vertices: new Float32Array(vertices), index: new Uint32Array(index), tint: mode === 'remove' ? [.9, .25, .2] : [.5, .38, .95]};
}
// Where a ray through the canvas meets a filled voxel, or the floor: {cell, out: the free cell before it, axis}.
function pick(e) {
  if (!look) return null;
  const r = canvas.getBoundingClientRect(), nx = (e.clientX - r.left) / r.width * 2 - 1, ny = 1 - (e.clientY - r.top) / r.height * 2, s = scale(), n = limits();
  const d = [0, 1, 2].map(i => -look.back[i] + look.right[i] * nx / look.sx + look.up[i] * ny / look.k), o = look.eye;
  const from = [o[0] / s + n[0] / 2, o[1] / s + n[1] / 2, n[2] / 2 - o[2] / s], to = [d[0] / s, d[1] / s, -d[2] / s];
  let enter = 0, leave = Infinity, axis = -1;
  for (let i = 0; i < 3; i++) {
    const a = (0 - from[i]) / to[i], b = (n[i] - from[i]) / to[i], [near, far] = a < b ? [a, b] : [b, a];
    if (near > enter) { enter = near; axis = i; }
    leave = Math.min(leave, far);
  }
  if (enter < leave) {
    const p = from.map((v, i) => v + to[i] * (enter + 1e-5)), c = p.map((v, i) => Math.max(0, Math.min(n[i] - 1, Math.floor(v)))), step = to.map(Math.sign);
    const next = c.map((v, i) => (v + (step[i] > 0 ? 1 : 0) - from[i]) / to[i]), by = to.map(v => Math.abs(1 / v));
    for (;;) {
      if (filled(c)) { const out = [...c]; if (axis >= 0) out[axis] -= step[axis]; return {cell: c, out, axis}; }
      axis = next[0] < next[1] ? (next[0] < next[2] ? 0 : 2) : next[1] < next[2] ? 1 : 2;
      c[axis] += step[axis]; next[axis] += by[axis];
      if (c[axis] < 0 || c[axis] >= n[axis]) break;
    }
  }
  const t = -from[1] / to[1], x = Math.floor(from[0] + t * to[0]), z = Math.floor(from[2] + t * to[2]);
  return t > 0 && to[1] < 0 && x >= 0 && z >= 0 && x < n[0] && z < n[2] ? {cell: null, out: [x, 0, z], axis: 1} : null;
}
const inside = c => c.every((v, i) => v >= 0 && v < limits()[i]);
const target = hit => { const c = hit && (mode === 'remove' ? hit.cell : hit.out); return c && inside(c) ? snapped(c) : null; };
const with_mirror = b => { const m = mirrored(b); return mirror.getAttribute('aria-pressed') === 'true' && m[0] !== b[0] ? [b, m] : [b]; };
function put(block, to) {
  for (const [x, y, z] of with_mirror(block)) for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) for (let k = 0; k < size; k++)
    if (inside([x + i, y + j, z + k])) volume.data[at(x + i, y + j, z + k)] = to;
}
const begin = () => { past.push(volume.data.slice()); if (past.length > 60) past.shift(); };
function send() {
  const text = Vox.encode(volume);
  sent = text.runs;
  props.value = {...value(), ...text};
  trigger('input');
}
function stain(hit) {  // a stroke stays in the layer that it began in
  const block = target(hit);
  if (!block || (stroke.axis >= 0 && (hit.axis !== stroke.axis || block[stroke.axis] !== stroke.layer))) return;
  if (stroke.axis < 0) { stroke.axis = hit.axis; stroke.layer = block[hit.axis]; }
  const key = block.join();
  if (stroke.last === key) return;
  stroke.last = key; put(block, mode === 'add' ? 255 : 0); model();
}
if (draws) {
  const {turn, zoom} = Vox.orbit(canvas, cam, draw, () => {}, e => {
    if (stroke) return true;  // a second finger, or a palm, neither paints nor turns
    if (e.button || e.shiftKey || mode === 'turn') return false;
    const hit = pick(e);
    if (!target(hit)) return false;
    canvas.setPointerCapture(e.pointerId); canvas.focus({preventScroll: true});
    begin(); stroke = {axis: -1, layer: 0, last: '', finger: e.pointerId}; ghost = cursor = null; stain(hit); e.preventDefault();
    return true;
  });
  canvas.addEventListener('pointermove', e => {
    if (stroke) { if (e.pointerId === stroke.finger) stain(pick(e)); return; }
    const block = mode === 'turn' || e.pointerType === 'touch' ? null : target(pick(e)), now = block && with_mirror(block);
    canvas.style.cursor = block ? 'cell' : '';
    if (JSON.stringify(now) !== JSON.stringify(ghost)) { ghost = now; cursor = null; draw(); }
  });
  const end = e => { if (stroke && e.pointerId === stroke.finger) { stroke = null; send(); } };
  canvas.addEventListener('pointerup', end); canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('pointerleave', () => { if (!stroke && ghost && !cursor) { ghost = null; draw(); } });
  const start = () => snapped(limits().map((n, i) => i === 1 ? 0 : n / 2));
  const place = block => { cursor = snapped(block); ghost = with_mirror(cursor); model(); };
  drawnByKeys(canvas, says, {
    move([x, near, up]) {  // up and down lead away and back, page up and page down through the layers
      const to = [x, up, -near];
      place((cursor || start()).map((v, i) => Math.max(0, Math.min(limits()[i] - size, v + size * to[i]))));
    },
    press() { begin(); place(cursor || start()); put(cursor, filled(cursor) ? 0 : 255); send(); model(); },
    undo,
    also(key) {
      const by = {'+': [zoom, .92], '-': [zoom, 1.08], a: [turn, .12, 0], d: [turn, -.12, 0]}[key];
      if (by) by[0](...by.slice(1));
      return by;
    },
    where() {
      if (!cursor) return says.textContent;
      const [x, y, z] = cursor.map(v => v / size + 1);
      return phrase(WORDS[filled(cursor) ? 'full block' : 'empty block'], {x, y, z});
    },
  });
  new IntersectionObserver(all => { seen = all[all.length - 1].isIntersecting; draw(); }).observe(canvas);
  new ResizeObserver(draw).observe(canvas);
  new MutationObserver(draw).observe(document.body, {attributes: true, attributeFilter: ['class']});
} else { canvas.hidden = true; element.querySelector('.vx-none').hidden = false; element.querySelector('.vx-bar').hidden = true; }
function undo() { if (past.length) { volume = {...volume, data: past.pop()}; model(); send(); } }
function buttons() {
  for (const [key, now] of [['mode', mode], ['size', String(size / unit())]])
    element.querySelectorAll(`[data-${key}]`).forEach(b => { const on = b.dataset[key] === now; b.setAttribute('aria-checked', String(on)); b.tabIndex = on ? 0 : -1; });
}
const bar = element.querySelector('.vx-bar');
bar.addEventListener('click', e => {
  const b = e.target.closest('button');
  if (!b) return;
  if (b.dataset.mode) mode = b.dataset.mode;
  if (b.dataset.size) size = Number(b.dataset.size) * unit();
  if (b === mirror) mirror.setAttribute('aria-pressed', String(mirror.getAttribute('aria-pressed') !== 'true'));
  if (b.dataset.do === 'undo') undo();
  if (b.dataset.do === 'clear') { begin(); volume.data.fill(0); model(); send(); }
  ghost = cursor = null; buttons(); if (draws) draw();
});
function receive() {
  const v = value();
  if (!v.runs || v.runs === sent) return;  // our own stroke coming back
  const before = unit();
  volume = Vox.decode(v); size *= unit() / before; past = []; sent = v.runs; ghost = cursor = null; model();
}
watch('value', receive);
buttons(); receive();
