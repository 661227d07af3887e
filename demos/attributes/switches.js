let focus = -1;
const switches = () => [...element.querySelectorAll('[data-at]')];
const choose = b => {
  const group = b.closest('.at-group'), {kind} = group.dataset, on = kind === 'one' || b.getAttribute('aria-checked') !== 'true';
  // Shown at once; the server's word, with what goes along, comes after.
  if (kind !== 'any') group.querySelectorAll('button').forEach(other => other.setAttribute('aria-checked', 'false'));
  b.setAttribute('aria-checked', String(on));
  focus = Number(b.dataset.at);
  trigger('select', {index: focus, value: null});
};
element.addEventListener('click', e => { const b = e.target.closest('[data-at]'); if (b) choose(b); });
watch('value', () => {
  if (focus >= 0 && (element.contains(document.activeElement) || document.activeElement === document.body)) {
    setTimeout(() => { const b = switches().find(s => Number(s.dataset.at) === focus); if (b) b.focus({preventScroll: true}); });
  }
  Address.put((props.value || {}).address || {});
});
