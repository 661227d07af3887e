element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button && !button.disabled) trigger('select', {index: Number(button.dataset.at), value: null});
});
watch('value', () => {
  Address.put((props.value || {}).address || {});
});
