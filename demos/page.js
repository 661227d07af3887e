// The URL holds what is worth sharing: the tab and the part of it, lecture mode, darkness; each tab adds its own.
const put = (url, key, value) => value ? url.searchParams.set(key, value) : url.searchParams.delete(key);
const keep = (key, value) => { const url = new URL(window.location); put(url, key, value); window.history.replaceState(null, '', url); };
const wish = new URLSearchParams(window.location.search);

// Tabs of the page, and parts of a tab. A name in the address has no capitals and no spaces.
const slug = text => text.trim().toLowerCase().replaceAll(' ', '-');
const some = ':is([role=tablist], .overflow-dropdown) button';  // where the screen is narrow, some are in a menu
const buttons = bar => bar ? [...bar.querySelectorAll(`:scope > .tab-wrapper ${some}`)] : [];
const named = (bar, name) => buttons(bar).find(b => slug(b.textContent) === slug(name || ''));
const whole = () => document.querySelector('#tabs');
const parts = tab => document.getElementById(`${tab}-parts`);

// What a tab or a part has added to the address is put away when another comes up, and returns with it.
const shared = ['tab', 'part', 'lecture', '__theme'], kept = {}, open = {};
const own = search => [...new URLSearchParams(search)].filter(([key]) => !shared.includes(key));
let here = slug(wish.get('tab') || ''), led = false, last = window.location.search;  // led: by the address, which says so already
if (here && wish.get('part')) open[here] = slug(wish.get('part'));
const place = () => `${here}/${open[here] || ''}`;
const replace = window.history.replaceState.bind(window.history);
window.history.replaceState = (...all) => { replace(...all); last = window.location.search; };
document.addEventListener('click', e => {
  const button = e.target.closest(`#tabs .tab-wrapper ${some}`); if (!button) return;
  const name = slug(button.textContent), inner = button.closest('.parts');
  if (inner ? (open[here] || slug(buttons(inner)[0].textContent)) === name : here === name) return;
  kept[place()] = own(last);
  if (inner) open[here] = name === slug(buttons(inner)[0].textContent) ? '' : name; else here = name;
  if (!led) {
    const url = new URL(window.location);
    own(last).forEach(([key]) => put(url, key, ''));
    put(url, 'tab', here); put(url, 'part', open[here]);
    (kept[place()] || []).forEach(([key, value]) => put(url, key, value));
    window.history.pushState(null, '', url);
  }
  last = window.location.search;
}, true);

// The tabs are there a moment after this header, and the parts of a tab a moment after it was opened.
const until = (find, then, tries = 50) => { const found = find(); if (found) then(found); else if (tries) setTimeout(until, 100, find, then, tries - 1); };
const press = (button, by) => { led = by; button.click(); led = false; };
const go = (tab, part, by = false) => until(() => named(whole(), tab), button => {
  press(button, by);
  if (part) until(() => named(parts(slug(tab)), part), inner => press(inner, by));
});
if (here) go(here, wish.get('part'), true);
window.addEventListener('popstate', () => {  // back and forth between tabs: the address is again what it was there
  const then = new URLSearchParams(window.location.search), tab = slug(then.get('tab') || 'map'), first = buttons(parts(tab))[0];
  go(tab, then.get('part') || (first && first.textContent), true);
});
// Anything on the page may lead to a tab, "Unpaired", or to a part of one, "Unpaired/Digits", and to what an address shows there.
document.addEventListener('click', e => {
  const link = e.target.closest('[data-go]'); if (!link) return;
  const [tab, part] = link.dataset.go.split('/');
  if (!link.dataset.state) { go(tab, part); window.scrollTo({top: 0}); return; }
  const url = new URL(window.location);
  own(url.search).forEach(([key]) => put(url, key, ''));
  put(url, 'tab', slug(tab)); put(url, 'part', part && slug(part));
  new URLSearchParams(link.dataset.state).forEach((value, key) => put(url, key, value));
  window.location.assign(url);
});

const share = element.querySelector('[data-do=share]'), shareSays = share.textContent;
let shareRests = 0;
element.addEventListener('click', async e => {
  const button = e.target.closest('button'); if (!button) return;
  if (button.dataset.do === 'dark') keep('__theme', document.body.classList.toggle('dark') ? 'dark' : 'light');
  if (button.dataset.do === 'share') {
    const own = [...document.querySelectorAll('[data-unshared]')].some(e => e.getClientRects().length);
    try { await navigator.clipboard.writeText(window.location.href); share.textContent = own ? WORDS.copied_without : WORDS.copied; }
    catch { window.prompt(WORDS.copy, window.location.href); }
    clearTimeout(shareRests); shareRests = setTimeout(() => share.textContent = shareSays, own ? 4000 : 1600);
  }
});
