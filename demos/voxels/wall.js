const wall = element.querySelector('.vx-wall');
let fresh = null, asked = '', seen = false, due = 0, able = null;
const value = () => props.value || {}, all = () => [...wall.querySelectorAll('button')];
const webgl = () => able ??= Boolean(Vox.picture(document.createElement('canvas'), {data: new Uint8Array(8), sides: [2, 2, 2]}, {...Vox.LOOK, solid: .5}));
function build(shapes) {
  if (all().length === shapes.length) return;
  const had = all().indexOf(document.activeElement);
  wall.replaceChildren(...shapes.map((_, i) => {
    const b = document.createElement('button'), c = document.createElement('canvas'), s = document.createElement('span');
    b.type = 'button'; b.setAttribute('role', 'radio'); b.dataset.at = i; b.style.setProperty('--i', i);
    c.width = c.height = 224; c.setAttribute('role', 'img'); b.append(c, s);
    return b;
  }));
  if (all()[had]) all()[had].focus();
}
function paint() {  // one after the other, and a click may come between: the page stays quick
  clearTimeout(due);
  const v = value(), shapes = v.shapes || [], dark = Vox.darkness();
  const wanted = i => [shapes[i].runs, v.solid, dark, (v.pictures || [])[i] || ''];
  const i = all().findIndex((b, i) => shapes[i] && wanted(i).some((w, k) => w !== (b.painted || [])[k]));
  if (i < 0) return;
  const b = all()[i], c = b.querySelector('canvas'), [runs, , , drawn] = b.painted = wanted(i);
  if (drawn) { const image = new Image(); image.onload = () => c.getContext('2d').drawImage(image, 0, 0, c.width, c.height); image.src = drawn; }
  else if (runs) Vox.picture(c, Vox.decode(shapes[i]), {...Vox.LOOK, solid: v.solid || .5, dark});
  else c.getContext('2d').clearRect(0, 0, c.width, c.height);
  due = setTimeout(paint);
}
function mark(at) {
  all().forEach((b, i) => { b.setAttribute('aria-checked', String(i === at)); b.tabIndex = i === Math.max(0, at) ? 0 : -1; });
}
function show() {
  const v = value(), shapes = v.shapes || [];
  build(shapes);
  wall.className = `vx-wall ${v.look || ''}`; wall.setAttribute('aria-label', v.label || '');
  all().forEach((b, i) => {
    const s = shapes[i];
    b.setAttribute('aria-label', `${s.title}: ${s.alt}`); b.title = s.title; b.firstChild.setAttribute('aria-label', s.alt);
    b.lastChild.textContent = s.more || ''; b.lastChild.hidden = !s.more;
  });
  mark(v.chosen === undefined ? -1 : v.chosen);
  if (seen) paint();
  if (fresh !== null && v.fresh && v.fresh !== fresh) { wall.classList.remove('popped'); void wall.offsetWidth; wall.classList.add('popped'); }
  fresh = v.fresh || fresh;
  const now = JSON.stringify(shapes.map(s => s.runs && s.runs.length));
  if (shapes.length && now !== asked && !(v.pictures || []).length && !webgl()) { asked = now; trigger('input'); }
}
// What a click takes is here already: a stage shows it at once, and the server's word comes after.
const choose = i => {
  const to = value().sends;
  mark(i);
  if (to) window.dispatchEvent(new CustomEvent('vx-shape', {detail: {to, shape: value().shapes[i]}}));
  trigger('select', {index: i, value: null});
};
wall.addEventListener('click', e => { const b = e.target.closest('[data-at]'); if (b) choose(Number(b.dataset.at)); });
new IntersectionObserver(some => { seen = seen || some.some(s => s.isIntersecting); if (seen) paint(); }).observe(wall);
new MutationObserver(() => { if (seen) paint(); }).observe(document.body, {attributes: true, attributeFilter: ['class']});
watch('value', () => {
  show();
  Address.put(value().address || {});
});
show();
