const put = (key, value) => { const url = new URL(window.location);
  value ? url.searchParams.set(key, value) : url.searchParams.delete(key); window.history.replaceState(null, '', url); };
// The URL holds what is worth sharing: the tab, lecture mode, darkness; each tab adds its own.
const wish = new URLSearchParams(window.location.search);
document.body.classList.toggle('lecture', wish.get('lecture') === '1');
const tabs = () => [...document.querySelectorAll('#tabs button[role=tab]')];
const name = tab => tab.textContent.trim().toLowerCase();
// Each tab's part of the address is put away when another tab comes up, and returns with it.
const kept = {}, shared = ['tab', 'lecture', '__theme'];
let here = wish.get('tab');
document.addEventListener('click', e => {
  const tab = e.target.closest('#tabs button[role=tab]'); if (!tab || name(tab) === here) return;
  if (here) {
    kept[here] = [...new URLSearchParams(window.location.search)].filter(([key]) => !shared.includes(key));
    kept[here].forEach(([key]) => put(key, ''));
  }
  here = name(tab);
  put('tab', here);
  (kept[here] || []).forEach(([key, value]) => put(key, value));
});
const open = tries => {  // the tabs are there a moment after this header
  const tab = tabs().find(t => name(t) === wish.get('tab'));
  if (tab) tab.click(); else if (tries && wish.get('tab')) setTimeout(() => open(tries - 1), 100);
};
open(50);
element.addEventListener('click', async e => {
  const button = e.target.closest('button'); if (!button) return;
  if (button.dataset.do === 'lecture') put('lecture', document.body.classList.toggle('lecture') ? '1' : '');
  if (button.dataset.do === 'dark') put('__theme', document.body.classList.toggle('dark') ? 'dark' : 'light');
  if (button.dataset.do === 'share') {
    const say = button.textContent;
    try { await navigator.clipboard.writeText(window.location.href); button.textContent = 'Link copied'; }
    catch { window.prompt('Copy this link', window.location.href); }
    setTimeout(() => button.textContent = say, 1600);
  }
});
