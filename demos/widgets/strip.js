element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button) trigger('select', {index: Number(button.dataset.at), value: null});
});
