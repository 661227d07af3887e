const now = element.querySelector('.way-now'), range = element.querySelector('input'), play = element.querySelector('[data-do=play]');
const words = {play: play.textContent, pause: play.dataset.pause};
const ends = element.querySelectorAll('.way-end');
let timer = null, step = 1, hold = 0;
const frames = () => (props.value || {}).frames || [];
function show() {
  const f = frames()[Number(range.value)];
  element.querySelector('.way').classList.toggle('none', !f);
  if (!f) return;
  now.src = f.src; now.alt = f.alt; range.setAttribute('aria-valuetext', f.alt);
}
function halt() { clearInterval(timer); timer = null; play.textContent = words.play; play.setAttribute('aria-pressed', 'false'); }
function move() {
  if (!frames().length || !range.getClientRects().length) { halt(); return; }  // no walk any more, or nobody who sees it
  if (hold) { hold -= 1; return; }
  const last = frames().length - 1, at = Number(range.value);
  if (at + step > last || at + step < 0) { step = -step; hold = 6; return; }
  range.value = at + step; show();
}
play.addEventListener('click', () => {
  if (timer) { halt(); return; }
  if (Number(range.value) >= frames().length - 1) step = -1;
  timer = setInterval(move, 70); play.textContent = words.pause; play.setAttribute('aria-pressed', 'true');
});
range.addEventListener('input', () => { halt(); show(); Address.later({frame: range.value}); });
element.querySelector('[data-do=take]').addEventListener('click', () => trigger('select', {index: Number(range.value), value: null}));
function receive() {
  const all = frames();
  range.max = Math.max(1, all.length - 1);
  range.setAttribute('aria-label', (props.value || {}).label || '');
  if (all.length) { ends[0].src = all[0].src; ends[1].src = all[all.length - 1].src; }
  show();
}
watch('value', receive);
range.max = Math.max(1, frames().length - 1); range.value = Address.numbers('frame', 1) ? Address.numbers('frame', 1)[0] : Math.floor(frames().length / 2);
receive();
