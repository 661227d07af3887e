const choose = i => trigger('select', {index: i, value: null});
let focus = -1, left = 0;
element.addEventListener('scroll', e => { left = e.target.scrollLeft; }, true);  // a row that scrolls stays where it is
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button) choose(Number(button.dataset.at));
});
element.addEventListener('keydown', e => {
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key], button = e.target.closest('[data-at]');
  if (!step || !button) return;
  const all = [...element.querySelectorAll('[data-at]')];
  focus = (Number(button.dataset.at) + step + all.length) % all.length;
  all[focus].focus(); choose(focus); e.preventDefault();
});
watch('value', () => {
  const kept = left;
  setTimeout(() => { const row = element.querySelector('.tiles'); if (row) row.scrollLeft = kept; });
  if (focus >= 0) setTimeout(() => { const b = element.querySelectorAll('[data-at]')[focus]; if (b) b.focus(); focus = -1; });
  const url = new URL(window.location);
  for (const [key, value] of Object.entries((props.value || {}).address || {}))
    value === '' ? url.searchParams.delete(key) : url.searchParams.set(key, value);
  window.history.replaceState(null, '', url);
});
