const stage = element.querySelector('.curtain-stage'), after = element.querySelector('.curtain-after'), before = element.querySelector('.curtain-before');
const line = stage.querySelector('i'), range = stage.querySelector('input'), told = element.querySelector('.curtain-told');
const tag = {left: stage.querySelector('b.l'), right: stage.querySelector('b.r')}, now = {}, given = {};
let of;  // of what the line was last put to its place
function draw() {
  const at = range.value / 10;
  before.style.clipPath = `inset(0 ${100 - at}% 0 0)`; line.style.left = at + '%';
  tag.left.style.visibility = at > 12 ? '' : 'hidden'; tag.right.style.visibility = at < 88 ? '' : 'hidden';
}
const put = (img, one) => {
  const src = one.src || '';
  if (!src) img.removeAttribute('src'); else if (img.getAttribute('src') !== src) img.src = src;
  img.alt = one.alt; img.style.imageRendering = one.crisp ? 'pixelated' : '';
};
function choose(side, key, tell) {
  now[side] = key; show();
  if (!tell) return;
  if (side === 'left') { Address.put({left: key === props.value.left ? '' : key}); return; }
  Address.put({model: key});
  trigger('select', {index: key, value: null});
}
function show() {
  const v = props.value, of = side => v.pictures[now[side]];
  put(before, of('left')); put(after, of('right'));
  tag.left.textContent = of('left').title; tag.right.textContent = of('right').src ? of('right').title : of('right').title + ' …';
  if (v.told[now.right] === undefined) told.innerHTML = v.says; else if (told.dataset.is !== v.told[now.right]) { told.innerHTML = v.told[now.right]; told.dataset.is = v.told[now.right]; }
  if (v.told[now.right] === undefined) delete told.dataset.is;
  element.querySelectorAll('.curtain-choice').forEach(group => {
    const side = group.dataset.side, keys = v[side + 's'];
    if (group.dataset.keys !== keys.join()) {
      group.dataset.keys = keys.join();
      group.replaceChildren(...keys.map(key => {
        const b = document.createElement('button');
        b.type = 'button'; b.setAttribute('role', 'radio'); b.dataset.key = key; b.textContent = v.pictures[key].title;
        if (v.pictures[key].loss) { const s = document.createElement('small'); s.textContent = v.pictures[key].loss; b.append(s); }
        return b;
      }));
    }
    group.querySelectorAll('button').forEach(b => { const on = b.dataset.key === now[side]; b.setAttribute('aria-checked', String(on)); b.tabIndex = on ? 0 : -1; });
  });
  draw();
}
element.addEventListener('click', e => { const b = e.target.closest('.curtain-choice button'); if (b) choose(b.parentNode.dataset.side, b.dataset.key, true); });
range.addEventListener('input', () => { draw(); Address.later({line: range.value === '500' ? '' : range.value}); });
function receive() {
  const v = props.value; if (!v || !v.pictures) return;
  for (const side of ['left', 'right']) {
    const asked = side === 'left' ? Address.get('left') : '';  // the server does not know what hangs to the left
    if (given[side] !== v[side] || !v[side + 's'].includes(now[side])) now[side] = v[side + 's'].includes(asked) ? asked : v[side];
    given[side] = v[side];
  }
  stage.style.aspectRatio = v.width + ' / ' + v.height; stage.style.setProperty('--ratio', v.width / v.height);
  if (v.of !== of) { of = v.of; range.value = 1000 * (v.at ?? .5); }
  show();
}
watch('value', receive);
if (Address.numbers('line', 1)) range.value = Math.min(1000, Address.numbers('line', 1)[0]);
receive();
