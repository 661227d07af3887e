element.addEventListener('click', e => {
  const go = e.target.closest('[data-go]'); if (!go) return;
  const name = go.dataset.go;
  const tab = [...document.querySelectorAll('#tabs button[role=tab]')].find(b => b.textContent.trim() === name);
  if (tab) { tab.click(); window.scrollTo({top: 0}); }
});
