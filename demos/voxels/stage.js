const room = element.querySelector('.vx-room'), canvas = room.querySelector('canvas'), fallback = room.querySelector('img');
const way = element.querySelector('.vx-way'), slider = way.querySelector('input'), tools = element.querySelector('.vx-tools');
const level = tools.querySelector('input'), output = tools.querySelector('output'), says = element.querySelector('.vx-said');
const cam = {...Vox.LOOK}, calm = window.matchMedia('(prefers-reduced-motion: reduce)');
const draws = Vox.painter(canvas);
let frames = [], solid = .5, blocks = false, turning = !calm.matches, seen = false, due = 0, last = 0, shown = null, blend = null, drawn = '', started = false, frame = null, aim = null, phase = 0;
const value = () => props.value || {};

// Which volume: a frame, or what lies between two.
function volume() {
  if (!frames.length) return null;
  const along = value().slider ? Number(slider.value) / 100 * (frames.length - 1) : value().at || 0, i = Math.min(frames.length - 1, Math.floor(along));
  return along > i + .01 && frames[i + 1] ? Vox.between(frames[i], frames[i + 1], along - i) : frames[i];
}
const looks = () => `${solid} ${blocks}`;
function model() {
  const v = volume();
  if (!v) return;
  if (draws) {
    shown = v; drawn = looks();
    const made = Vox.surface(v, solid, blocks);
    draws.set(made);
    aim = value().slider ? {high: 0, near: 1} : Vox.framing(made); frame = frame || {...aim};
    says.textContent = Vox.said(made);
    canvas.setAttribute('aria-label', phrase(WORDS.stage, {label: value().label || WORDS.shape, said: Vox.said(made)}));
  }
  draw();
}
function draw() { if (!due && seen) due = requestAnimationFrame(paint); }
function paint(now) {
  due = 0;
  if (!draws || !shown) return;
  if (blend) {  // the old shape becomes the new one
    const part = Math.min(1, (now - blend.start) / 320), soft = part * part * (3 - 2 * part);
    draws.set(Vox.surface(part < 1 ? Vox.between(blend.from, shown, soft) : shown, solid, blocks));
    if (part === 1) blend = null;
  }
  if (turning) {  // to and fro: the back lies in shadow
    phase += Math.min(250, now - (last || now)) * .00042; cam.yaw = Vox.LOOK.yaw - .95 * Math.sin(phase);
  }
  const ease = calm.matches ? 1 : 1 - Math.exp(-Math.min(100, now - (last || now)) / 110), far = k => Math.abs(aim[k] - frame[k]) > .004;
  for (const k of ['high', 'near']) frame[k] += ease * (aim[k] - frame[k]);
  last = now;
  Vox.fitted(canvas);
  draws.draw({...cam, far: cam.far * frame.near, high: frame.high, blocks, dark: Vox.darkness()});
  if (turning || blend || far('high') || far('near')) setTimeout(draw, turning && !blend ? (draws.slow ? 160 : 24) : 0); else last = 0;
}
if (draws) {
  const touched = () => { turning = false; room.classList.add('touched'); };
  const {turn, zoom} = Vox.orbit(canvas, cam, draw, touched);
  canvas.addEventListener('keydown', e => {
    const to = {ArrowLeft: [.12, 0], ArrowRight: [-.12, 0], ArrowUp: [0, .1], ArrowDown: [0, -.1]}[e.key];
    if (to) turn(...to); else if (e.key === '+' || e.key === '=') zoom(.92); else if (e.key === '-') zoom(1.08);
    else if (e.key === 'Home') { Object.assign(cam, Vox.LOOK); touched(); draw(); }
    else return;
    e.preventDefault();
  });
  new IntersectionObserver(all => { seen = all[all.length - 1].isIntersecting; last = 0; draw(); }).observe(canvas);
  new ResizeObserver(draw).observe(room);
  new MutationObserver(draw).observe(document.body, {attributes: true, attributeFilter: ['class']});
} else {
  canvas.hidden = true; fallback.hidden = false; element.querySelector('.vx-hint').hidden = true;
}
function choices() {
  tools.querySelectorAll('[data-look]').forEach(b => { const on = (b.dataset.look === 'blocks') === blocks; b.setAttribute('aria-checked', String(on)); b.tabIndex = on ? 0 : -1; });
  level.value = Math.round(100 * solid); output.textContent = `${Math.round(100 * solid)} %`;
}
const told = () => trigger('select', {index: Math.round(100 * solid) + (blocks ? 1000 : 0), value: null});
tools.addEventListener('click', e => { const b = e.target.closest('[data-look]'); if (!b) return; blocks = b.dataset.look === 'blocks'; choices(); model(); told(); });
level.addEventListener('input', () => { solid = Number(level.value) / 100; choices(); model(); });
level.addEventListener('change', told);
slider.addEventListener('input', () => { blend = null; model(); slider.setAttribute('aria-valuetext', says.textContent); Address.later({stop: String(Math.round(10 * slider.value))}); });
way.querySelector('button').addEventListener('click', () => trigger('select', {index: -1 - Math.round(Number(slider.value)), value: null}));
function receive() {
  const v = value(), old = shown;
  frames = (v.frames || []).map(Vox.decode);
  solid = v.solid || .5; blocks = Boolean(v.blocks);
  way.hidden = !v.slider; tools.hidden = !v.tools; slider.setAttribute('aria-label', v.slider || '');
  choices();
  if (v.pictures && v.pictures.length) { fallback.src = v.pictures[0]; says.textContent = v.alt || ''; }
  fallback.alt = v.alt || '';
  if (!draws) { if (started || frames.length) asks(); return; }
  show(old);
}
function show(old) {
  const next = volume(), same = next && old && old.sides.join() === next.sides.join();
  if (same && old.data.every((v, i) => v === next.data[i])) {  // the server's word on what a click has shown already
    frames = value().slider ? frames : [old];
    if (drawn !== looks()) model();
    return;
  }
  model();
  if (same && !value().slider && next.data.length < 4e4 && !calm.matches && seen) blend = {from: old, start: performance.now()};
}
let asked = '';
function asks() {  // once for each shape
  const now = JSON.stringify((value().frames || [])[0] || '');
  if (now !== asked && !(value().pictures || []).length) { asked = now; trigger('input'); }
}
// A wall on the same page has what was clicked there already.
window.addEventListener('vx-shape', e => {
  if (!draws || !element.isConnected || value().hears !== e.detail.to) return;
  const old = shown;
  frames = [Vox.decode(e.detail.shape)];
  show(old);
});
watch('value', () => {
  receive(); started = true;
  Address.put(value().address || {});
});
slider.value = Address.numbers('stop', 1) ? Address.numbers('stop', 1)[0] / 10 : 50;
receive();
