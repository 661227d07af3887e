// Pictures as they stand on the page, with their names, as one PNG. The file is called after what the address says.
document.addEventListener('click', e => {
  const button = e.target.closest('[data-save]'), from = button && document.querySelector(button.dataset.save);
  if (!from) return;
  const shown = [...from.querySelectorAll('img')].filter(i => i.naturalWidth && i.getClientRects().length).map(image => {
    const box = image.getBoundingClientRect(), name = image.closest('figure, button, [role=radio]');
    return {image, box, name: name && (name.querySelector('b') || name.querySelector('figcaption') || {}).textContent || ''};
  });
  if (!shown.length) return;
  const [left, top] = ['left', 'top'].map(side => Math.min(...shown.map(s => s.box[side])));
  const [right, bottom] = ['right', 'bottom'].map(side => Math.max(...shown.map(s => s.box[side])));
  const finest = Math.max(...shown.map(s => s.image.naturalWidth / s.box.width)), gap = 8, text = 20;
  const k = Math.min(Math.max(1, finest), 8192 / Math.max(right - left, bottom - top));
  const page = document.createElement('canvas'), g = page.getContext('2d');
  page.width = Math.round(k * (right - left + 2 * gap)); page.height = Math.round(k * (bottom - top + 2 * gap + text));
  g.fillStyle = '#fff'; g.fillRect(0, 0, page.width, page.height);
  g.fillStyle = '#17161c'; g.font = `${13 * k}px sans-serif`; g.textBaseline = 'top';
  for (const {image, box, name} of shown) {
    const fit = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight), w = fit * image.naturalWidth, h = fit * image.naturalHeight;
    const x = box.left - left + gap + (box.width - w) / 2, y = box.top - top + gap + (box.height - h) / 2;
    g.imageSmoothingEnabled = getComputedStyle(image).imageRendering !== 'pixelated';
    g.drawImage(image, k * x, k * y, k * w, k * h);
    g.fillText(name.trim(), k * x, k * (y + h + 3), k * w);
  }
  const told = [...new URLSearchParams(window.location.search)].filter(([key, value]) => !['tab', 'part', 'lecture', '__theme', 'line', 'lens', 'eye'].includes(key) && value.length <= 24);
  const called = [button.dataset.name, ...told.flat()].join('-').replace(/[^\w.-]+/g, '-').slice(0, 140);
  page.toBlob(made => {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(made); a.download = `${called}.png`; a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10000);
  }, 'image/png');
});
