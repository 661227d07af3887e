const strip = element.querySelector('.strip');
let drawn = '';
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (!button) return;
  const at = Number(button.dataset.at);
  props.value = {...props.value, chosen: at}; receive();
  trigger('select', {index: at, value: null});
});
function receive() {
  const v = props.value || {}, now = JSON.stringify(v.shown || null);
  if (v.shown && now !== drawn) {  // else the buttons stay: one of them may have the focus
    drawn = now;
    strip.innerHTML = v.shown.map((e, i) => `<button type="button" role="option" data-at="${i}" title="${e.name}" aria-label="${phrase(WORDS.example, e)}">
<img src="${e.before}" alt="${phrase(WORDS.input, e)}"><img src="${e.after}" alt="${phrase(WORDS.made, e)}"></button>`).join('');
  }
  strip.querySelectorAll('[data-at]').forEach((b, i) => b.setAttribute('aria-selected', String(i === (v.chosen ?? -1))));
}
watch('value', receive);
receive();
