const choose = i => trigger('select', {index: i, value: null});
let left = 0;
element.addEventListener('scroll', e => { left = e.target.scrollLeft; }, true);  // a row that scrolls stays where it is
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button) choose(Number(button.dataset.at));
});
watch('value', () => {
  const kept = left;
  setTimeout(() => { const row = element.querySelector('.tiles'); if (row) row.scrollLeft = kept; });
  Address.put((props.value || {}).address || {});
});
