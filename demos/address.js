// What a widget tells of itself in the page's address without asking the server: where a curtain hangs, where a magnifier lies.
const Address = {
  get: key => new URLSearchParams(window.location.search).get(key) || '',
  numbers: (key, count) => { const all = Address.get(key).split('-'); return all.length === count && all.every(n => /^\d{1,4}$/.test(n)) ? all.map(Number) : null; },
  put(values) {
    const url = new URL(window.location);
    for (const [key, value] of Object.entries(values)) value === '' ? url.searchParams.delete(key) : url.searchParams.set(key, value);
    window.history.replaceState(null, '', url);
  },
  // While something is dragged browsers would refuse so many changes: the last one counts, if its tab is still the same.
  later(values) {
    const tab = Address.get('tab') + Address.get('part');
    Object.assign(Address.waiting, values);
    clearTimeout(Address.timer);
    Address.timer = setTimeout(() => { const all = Address.waiting; Address.waiting = {}; if (tab === Address.get('tab') + Address.get('part')) Address.put(all); }, 200);
  },
  waiting: {}, timer: 0,
};
