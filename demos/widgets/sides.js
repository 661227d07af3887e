element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button && !button.disabled) trigger('select', {index: Number(button.dataset.at), value: null});
});
watch('value', () => {
  const url = new URL(window.location);
  for (const [key, value] of Object.entries((props.value || {}).address || {}))
    value === '' ? url.searchParams.delete(key) : url.searchParams.set(key, value);
  window.history.replaceState(null, '', url);
});
