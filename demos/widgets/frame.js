const on = element.querySelector('.framed-on'), img = on.querySelector('img'), mark = on.querySelector('i'), says = element.querySelector('.framed-says');
let box = [0, 0, 1, 1], before = null, waiting = 0, started = false;
const clip = (n, top) => Math.max(0, Math.min(top, n));
function draw() {
  const {width, height} = props.value;
  [['left', box[0] / width], ['top', box[1] / height], ['width', box[2] / width], ['height', box[3] / height]]
    .forEach(([side, share]) => mark.style[side] = 100 * share + '%');
}
function move(x, y) {
  const {width, height} = props.value;
  box = [clip(x - box[2] / 2, width - box[2]), clip(y - box[3] / 2, height - box[3]), box[2], box[3]];
  draw();
}
const send = () => trigger('select', {index: [Math.round(box[0] + box[2] / 2), Math.round(box[1] + box[3] / 2)], value: null});
const to = e => { const r = on.getBoundingClientRect(), v = props.value; move((e.clientX - r.left) / r.width * v.width, (e.clientY - r.top) / r.height * v.height); };
on.addEventListener('pointerdown', e => { if (e.button) return; before = box; on.setPointerCapture(e.pointerId); to(e); });
on.addEventListener('pointermove', e => { if (before) to(e); });
on.addEventListener('pointerup', () => { if (!before) return; before = null; send(); });
on.addEventListener('pointercancel', () => { if (before) { box = before; before = null; draw(); } });  // the finger scrolls the page
on.addEventListener('keydown', e => {
  const step = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]}[e.key];
  if (!step) return;
  const far = e.shiftKey ? 4 : Math.max(4, box[2] / 4);
  move(box[0] + box[2] / 2 + far * step[0], box[1] + box[3] / 2 + far * step[1]);
  clearTimeout(waiting); waiting = setTimeout(send, 350);
  e.preventDefault();
});
function receive() {
  const v = props.value; if (!v || !v.src) return;
  if (img.src !== v.src) img.src = v.src;
  img.alt = v.alt;
  on.setAttribute('aria-label', phrase(WORDS.stage, v));
  on.style.aspectRatio = v.width + ' / ' + v.height;
  on.style.maxWidth = 'min(100%, ' + Math.round(430 * v.width / v.height) + 'px)';
  if (!before) box = v.box.slice();
  says.innerHTML = v.says;
  draw();
  if (started) Address.put(v.address || {});
}
watch('value', receive);
receive();
started = true;
