// A volume of cubes in a notebook, to turn with the mouse, a finger or the arrow keys. ROOT is the id of the element around.
(() => {
  const root = document.getElementById('ROOT'), canvas = root.querySelector('canvas'), slider = root.querySelector('input');
  const ctx = canvas.getContext('2d'), sides = JSON.parse(root.dataset.sides), [D, H, W] = sides, most = Math.max(...sides);
  const unit = v => { const l = Math.hypot(...v); return v.map(a => a / l); }, dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const sun = unit([-.5, .75, .62]), tint = [237, 143, 92];  // x to the right, y up, z to the front
  const directions = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]];

  // The outer faces of a volume: a middle, four corners and the number of a direction.
  function faces(text) {
    const bits = atob(text), filled = (x, y, z) => {
      if (x < 0 || y < 0 || z < 0 || x >= W || y >= H || z >= D) return false;
      const i = x + W * (y + H * (D - 1 - z));  // the first layer is in front
      return (bits.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1;
    };
    const found = [];
    for (let z = 0; z < D; z++) for (let y = 0; y < H; y++) for (let x = 0; x < W; x++) if (filled(x, y, z))
      directions.forEach((n, k) => {
        if (filled(x + n[0], y + n[1], z + n[2])) return;
        const c = [x + .5 - W / 2, y + .5 - H / 2, z + .5 - D / 2].map((v, a) => (v + n[a] / 2) / most), axis = n.findIndex(Boolean);
        const u = [0, 0, 0], v = [0, 0, 0];
        u[(axis + 1) % 3] = v[(axis + 2) % 3] = .5 / most;
        found.push({k, c, corners: [[1, 1], [1, -1], [-1, -1], [-1, 1]].map(([s, t]) => c.map((a, i) => a + s * u[i] + t * v[i]))});
      });
    return found;
  }

  const made = root.dataset.frames.split(' ').map(() => null), texts = root.dataset.frames.split(' ');
  let yaw = .62, pitch = .38, due = 0, held = null;
  function draw() {
    due = 0;
    const at = slider ? Number(slider.value) : 0, size = canvas.width;
    made[at] = made[at] || faces(texts[at]);
    const back = [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)];
    const right = [Math.cos(yaw), 0, -Math.sin(yaw)], up = [-Math.sin(yaw) * Math.sin(pitch), Math.cos(pitch), -Math.cos(yaw) * Math.sin(pitch)];
    const seen = p => { const k = 3 / (3 - dot(p, back)); return [size / 2 + .8 * size * k * dot(p, right), size / 2 - .8 * size * k * dot(p, up)]; };
    ctx.clearRect(0, 0, size, size);
    const shades = directions.map(n => { const l = .56 + .1 * n[1] + .36 * Math.max(0, dot(n, sun)); return [1, .9].map(edge => `rgb(${tint.map(t => Math.round(t * l * edge)).join()})`); });
    const near = made[at].filter(f => dot(directions[f.k], back) > (dot(f.c, directions[f.k])) / 3).sort((a, b) => dot(a.c, back) - dot(b.c, back));
    for (const f of near) {
      ctx.beginPath();
      f.corners.forEach((p, i) => { const [x, y] = seen(p); i ? ctx.lineTo(x, y) : ctx.moveTo(x, y); });
      ctx.closePath(); ctx.fillStyle = shades[f.k][0]; ctx.strokeStyle = shades[f.k][1]; ctx.fill(); ctx.stroke();
    }
  }
  const later = () => { due = due || requestAnimationFrame(draw); };
  const turn = (dx, dy) => { yaw -= dx; pitch = Math.max(-1.4, Math.min(1.4, pitch + dy)); later(); };
  canvas.addEventListener('pointerdown', e => { canvas.setPointerCapture(e.pointerId); held = [e.clientX, e.clientY]; });
  canvas.addEventListener('pointermove', e => { if (held) { turn((e.clientX - held[0]) * .01, (e.clientY - held[1]) * .01); held = [e.clientX, e.clientY]; } });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { held = null; });
  canvas.addEventListener('keydown', e => {
    const by = {ArrowLeft: [.12, 0], ArrowRight: [-.12, 0], ArrowUp: [0, .1], ArrowDown: [0, -.1]}[e.key];
    if (by) { turn(...by); e.preventDefault(); e.stopPropagation(); }
  });
  if (slider) slider.addEventListener('input', later);
  root.querySelector('.still').hidden = true; root.querySelector('.live').hidden = false;
  draw();
})();
