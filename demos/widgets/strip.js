let at = -1;  // what was chosen last
const mark = () => element.querySelectorAll('[data-at]').forEach(b => b.setAttribute('aria-selected', String(Number(b.dataset.at) === at)));
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (!button) return;
  at = Number(button.dataset.at); mark();
  trigger('select', {index: at, value: null});
});
