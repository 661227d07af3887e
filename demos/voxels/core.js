// What all three components of this tab draw with: volumes from text, their surfaces, light, a camera, WebGL. Made once a page.
//
// A volume is {data: Uint8Array of 0 to 255, sides: [D, H, W]}, its axes from front to back, from bottom to top and from left to
// right. In the world x goes right, y up and z to the front; the longest side of a volume is 2.
const Vox = window.i2iVoxels || (window.i2iVoxels = (() => {
  const TINT = [.93, .56, .36], SUN = unit([-.5, .75, .62]);
  function unit(v) { const l = Math.hypot(...v) || 1; return v.map(a => a / l); }
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

  // Pairs of a value and how often it follows, as text.
  function decode(shape) {
    const [D, H, W] = shape.sides, data = new Uint8Array(D * H * W), runs = atob(shape.runs);
    for (let i = 0, at = 0; i + 1 < runs.length; i += 2) {
      const n = runs.charCodeAt(i + 1);
      data.fill(runs.charCodeAt(i), at, at + n); at += n;
    }
    return {data, sides: shape.sides};
  }
  function encode(volume) {
    const out = [], d = volume.data;
    for (let i = 0; i < d.length;) { let n = 1; while (n < 255 && d[i + n] === d[i] && i + n < d.length) n++; out.push(String.fromCharCode(d[i], n)); i += n; }
    return {runs: btoa(out.join('')), sides: volume.sides};
  }
  const between = (a, b, part) => ({sides: a.sides, data: a.data.map((v, i) => v + part * (b.data[i] - v))});

  // What is filled of a volume and a rim around it, in floats; first: where the first voxel of it lies in the volume. Most of a volume is
  // empty, and what is far from every surface changes no picture. The rim is as wide as blurs reach.
  const RIM = 5;
  function part({data, sides}, threshold) {
    const [D, H, W] = sides, low = [W, H, D], high = [-1, -1, -1];
    let filled = 0;
    for (let z = 0, i = 0; z < D; z++) for (let y = 0; y < H; y++) for (let x = 0; x < W; x++, i++) if (Math.fround(data[i] / 255) > threshold) {
      filled++;
      if (x < low[0]) low[0] = x; if (y < low[1]) low[1] = y; if (z < low[2]) low[2] = z;
      if (x > high[0]) high[0] = x; if (y > high[1]) high[1] = y; if (z > high[2]) high[2] = z;
    }
    const first = low.map(v => v - RIM), n = high.map((v, i) => filled ? v - low[i] + 1 + 2 * RIM : 2 * RIM), f = new Float32Array(n[0] * n[1] * n[2]);
    const [from, to] = [first.map(v => Math.max(0, v)), [W, H, D].map((v, i) => Math.min(v, first[i] + n[i]))];
    for (let z = from[2]; z < to[2]; z++) for (let y = from[1]; y < to[1]; y++)
      for (let x = from[0], at = W * (y + H * z), here = n[0] * (y - first[1] + n[1] * (z - first[2])) - first[0]; x < to[0]; x++) f[here + x] = data[at + x] / 255;
    return {f, n, first, filled};
  }
  function blurred({f, n}, r) {
    let now = f;
    const steps = [1, n[0], n[0] * n[1]], scale = 1 / (2 * r + 1);
    for (let axis = 0; axis < 3; axis++) {
      const out = new Float32Array(now.length), s = steps[axis], len = n[axis], [p, q] = [0, 1, 2].filter(a => a !== axis);
      for (let i = 0; i < n[p]; i++) for (let j = 0; j < n[q]; j++) {
        const first = i * steps[p] + j * steps[q];
        let sum = 0;
        for (let k = 0; k < Math.min(r, len); k++) sum += now[first + k * s];
        for (let k = 0; k < len; k++) {
          if (k + r < len) sum += now[first + (k + r) * s];
          if (k - r - 1 >= 0) sum -= now[first + (k - r - 1) * s];
          out[first + k * s] = sum * scale;
        }
      }
      now = out;
    }
    return {f: now, n};
  }
  function read({f, n}, x, y, z) {  // between its voxels; 0 outside
    const i = Math.floor(x), j = Math.floor(y), k = Math.floor(z);
    if (i < 0 || j < 0 || k < 0 || i > n[0] - 2 || j > n[1] - 2 || k > n[2] - 2) return 0;
    const u = x - i, v = y - j, w = z - k, sy = n[0], sz = n[0] * n[1], at = i + sy * j + sz * k;
    const a = f[at] + u * (f[at + 1] - f[at]), b = f[at + sy] + u * (f[at + sy + 1] - f[at + sy]);
    const c = f[at + sz] + u * (f[at + sz + 1] - f[at + sz]), d = f[at + sz + sy] + u * (f[at + sz + sy + 1] - f[at + sz + sy]);
    const e = a + v * (b - a), g = c + v * (d - c);
    return e + w * (g - e);
  }

  // Surfaces: {at, normal: positions and directions in cells of the part, index: triangles}.
  const FACES = [[0, 1], [0, -1], [1, 1], [1, -1], [2, 1], [2, -1]];
  function blocks({f, n}, t) {
    const at = [], normal = [], corner = [], index = [], step = [1, n[0], n[0] * n[1]];
    for (let z = RIM; z < n[2] - RIM; z++) for (let y = RIM; y < n[1] - RIM; y++) for (let x = RIM; x < n[0] - RIM; x++) {
      const here = x + n[0] * (y + n[1] * z);
      if (!(f[here] > t)) continue;
      for (const [axis, sign] of FACES) {
        const out = here + sign * step[axis];
        if (f[out] > t) continue;
        const p = (axis + 1) % 3, q = (axis + 2) % 3, first = at.length / 3, dark = [];
        for (const [a, b] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
          const c = [x, y, z]; c[axis] += sign * .5; c[p] += a * .5; c[q] += b * .5; at.push(...c);
          const m = [0, 0, 0]; m[axis] = sign; normal.push(...m);
          const one = f[out + a * step[p]] > t, other = f[out + b * step[q]] > t, both = f[out + a * step[p] + b * step[q]] > t;
          dark.push(one && other ? 3 : one + other + both);
          corner.push(1 - .13 * dark[dark.length - 1]);
        }
        const quad = dark[0] + dark[2] > dark[1] + dark[3] ? [1, 2, 3, 1, 3, 0] : [0, 1, 2, 0, 2, 3];
        for (const k of sign > 0 ? quad : quad.reverse()) index.push(first + k);
      }
    }
    return {at, normal, corner, index};
  }
  function smooth({f, n}, t, soft) {  // naive surface nets (Gibson 1998): a vertex in each cell that the surface passes
    const at = [], normal = [], index = [], sy = n[0], sz = n[0] * n[1], vertex = new Int32Array(f.length).fill(-1);
    for (let z = RIM - 1; z < n[2] - RIM; z++) for (let y = RIM - 1; y < n[1] - RIM; y++) for (let x = RIM - 1; x < n[0] - RIM; x++) {
      const here = x + sy * y + sz * z;
      let mask = 0;
      for (let c = 0; c < 8; c++) if (f[here + (c & 1) + (c >> 1 & 1) * sy + (c >> 2) * sz] > t) mask |= 1 << c;
      if (mask === 0 || mask === 255) continue;
      let px = 0, py = 0, pz = 0, count = 0;
      for (let c = 0; c < 8; c++) for (let axis = 0; axis < 3; axis++) {
        if (c >> axis & 1) continue;
        const d = c | 1 << axis;
        if ((mask >> c & 1) === (mask >> d & 1)) continue;
        const a = f[here + (c & 1) + (c >> 1 & 1) * sy + (c >> 2) * sz], b = f[here + (d & 1) + (d >> 1 & 1) * sy + (d >> 2) * sz];
        const part = (t - a) / (b - a);
        px += (c & 1) + (axis === 0 ? part : 0); py += (c >> 1 & 1) + (axis === 1 ? part : 0); pz += (c >> 2) + (axis === 2 ? part : 0);
        count++;
      }
      vertex[here] = at.length / 3;
      at.push(x + px / count, y + py / count, z + pz / count);
    }
    const steps = [1, sy, sz];
    for (let z = RIM - 1; z < n[2] - RIM; z++) for (let y = RIM - 1; y < n[1] - RIM; y++) for (let x = RIM - 1; x < n[0] - RIM; x++) {
      const here = x + sy * y + sz * z, filled = f[here] > t;
      for (let axis = 0; axis < 3; axis++) {
        if (f[here + steps[axis]] > t === filled) continue;
        const u = steps[(axis + 1) % 3], v = steps[(axis + 2) % 3];
        const q = [vertex[here - u - v], vertex[here - v], vertex[here], vertex[here - u]];
        if (q.some(i => i < 0)) continue;
        index.push(...(filled ? [q[0], q[1], q[2], q[0], q[2], q[3]] : [q[2], q[1], q[0], q[3], q[2], q[0]]));
      }
    }
    for (let i = 0; i < at.length; i += 3) {
      const [x, y, z] = [at[i], at[i + 1], at[i + 2]], s = .7;
      normal.push(...unit([read(soft, x - s, y, z) - read(soft, x + s, y, z), read(soft, x, y - s, z) - read(soft, x, y + s, z), read(soft, x, y, z - s) - read(soft, x, y, z + s)]));
    }
    return {at, normal, corner: null, index};
  }

  // Everything that a picture of a volume needs: vertices of 8 floats (place, normal, light of the sky, light of the sun), the floor.
  function surface(volume, threshold, asBlocks) {
    const p = part(volume, threshold), {n, filled} = p, [D, H, W] = volume.sides, scale = 2 / Math.max(D, H, W);
    const mid = [W, H, D].map((v, i) => (v - 1) / 2 - p.first[i]), low = RIM, high = n.map(v => v - RIM - 1);  // the middle of the volume; what is filled
    const around = blurred(blurred(p, 2), 2), mesh = asBlocks ? blocks(p, threshold) : smooth(p, threshold, blurred(p, 1));
    const size = 64, cast = new Float32Array(size * size);
    const count = mesh.at.length / 3, vertices = new Float32Array(8 * count), sun = [SUN[0], SUN[1], -SUN[2]];
    for (let i = 0, to = 0; i < count; i++, to += 8) {
      const x = mesh.at[3 * i], y = mesh.at[3 * i + 1], z = mesh.at[3 * i + 2], a = mesh.normal[3 * i], b = mesh.normal[3 * i + 1], c = mesh.normal[3 * i + 2];
      const near = read(around, x + 1.5 * a, y + 1.5 * b, z + 1.5 * c), far = read(around, x + 4 * a, y + 4 * b, z + 4 * c);
      let shade = 0;
      if (a * sun[0] + b * sun[1] + c * sun[2] > 0)
        for (let s = 1.6; shade < .8; s += 1.4) {  // towards the sun, until nothing lies there any more
          const p0 = x + 1.1 * a + s * sun[0], p1 = y + 1.1 * b + s * sun[1], p2 = z + 1.1 * c + s * sun[2];
          if (p1 > high[1] + 1 || p0 < low - 1 || p2 < low - 1) break;
          shade = Math.max(shade, read(p, p0, p1, p2));
        }
      vertices[to] = (x - mid[0]) * scale; vertices[to + 1] = (y - mid[1]) * scale; vertices[to + 2] = (mid[2] - z) * scale;
      vertices[to + 3] = a; vertices[to + 4] = b; vertices[to + 5] = -c;
      vertices[to + 6] = Math.max(.3, 1 - .7 * near - .7 * far) * (mesh.corner ? mesh.corner[i] : 1); vertices[to + 7] = 1 - Math.min(1, 1.2 * shade);
    }
    const world = 3.6;  // of the floor's side
    for (let j = 0; filled && j < size; j++) for (let i = 0; i < size; i++) {  // straight down, the darker the nearer things are
      const x = ((i + .5) / size - .5) * world / scale + mid[0], z = mid[2] - ((j + .5) / size - .5) * world / scale;
      const xi = Math.round(x), zi = Math.round(z);
      if (xi < 0 || zi < 0 || xi >= n[0] || zi >= n[2]) continue;
      for (let y = low; y <= high[1]; y++) if (p.f[xi + n[0] * (y + n[1] * zi)] > threshold) { cast[j * size + i] = Math.exp(-(y - low) / (.3 * H)); break; }
    }
    let dark = {f: cast, n: [size, size, 1]};
    dark = blurred2(blurred2(dark, 2), 2);
    return {
      vertices, index: new Uint32Array(mesh.index), filled, extent: high.map(v => v - low + 1),
      middle: filled ? ((low + high[1]) / 2 - mid[1]) * scale : 0,
      reach: filled ? Math.hypot(...high.map(v => (v - low + 1) * scale)) / 2 : 1.2,
      floor: filled ? (low - .5 - mid[1]) * scale : -1, dark: Uint8Array.from(dark.f, v => Math.min(255, 255 * v)), cell: scale, parity: [W % 2, H % 2, D % 2],
    };
  }
  function blurred2({f, n}, r) {  // of a picture
    let now = f;
    for (const s of [1, n[0]]) {
      const out = new Float32Array(now.length);
      for (let j = 0; j < n[0]; j++) for (let i = 0; i < n[0]; i++) {
        let sum = 0;
        for (let k = -r; k <= r; k++) { const u = s === 1 ? i + k : i, v = s === 1 ? j : j + k; if (u >= 0 && v >= 0 && u < n[0] && v < n[0]) sum += now[u + n[0] * v]; }
        out[i + n[0] * j] = sum / (2 * r + 1);
      }
      now = out;
    }
    return {f: now, n};
  }

  const VERTEX = `#version 300 es
    layout(location=0) in vec3 place; layout(location=1) in vec3 normal; layout(location=2) in vec2 light;
    uniform mat4 view; out vec3 at, n; out vec2 l;
    void main() { at = place; n = normal; l = light; gl_Position = view * vec4(place, 1.); }`;
  const BODY = `#version 300 es
    precision highp float; in vec3 at, n; in vec2 l; out vec4 colour;
    uniform vec3 tint, sun, eye; uniform float cell, edges, alpha; uniform vec3 odd;
    void main() {
      vec3 m = normalize(n), to = normalize(eye - at);
      float up = .74 + .26 * m.y, lit = max(dot(m, sun), 0.) * l.y, fill = max(dot(m, normalize(vec3(.6, .25, -.55))), 0.);
      vec3 c = tint * (l.x * up * vec3(.66, .69, .79) + lit * vec3(.72, .68, .60) + .12 * fill * l.x * vec3(.8, .9, 1.));
      c += .07 * pow(1. - max(dot(m, to), 0.), 3.) * l.x;
      if (edges > 0.) {
        vec3 g = at / cell + .5 * odd, d = abs(fract(g + .5) - .5), w = fwidth(g);
        vec3 line = (1. - smoothstep(w * .6, w * 1.6, d)) * step(abs(m), vec3(.5)) * clamp(.5 / max(w, 1e-4) * .12, 0., 1.);
        c *= 1. - edges * max(line.x, max(line.y, line.z));
      }
      colour = vec4(c * alpha, alpha);
    }`;
  const FLOOR = `#version 300 es
    precision highp float; in vec3 at, n; in vec2 l; out vec4 colour;
    uniform sampler2D dark; uniform vec3 ground; uniform float grid, disc; uniform vec2 wide;
    void main() {
      float r = length(at.xz) / disc, a = 1. - smoothstep(.52, 1., r), d = texture(dark, l).r;
      vec3 c = ground * (1. - .62 * d); float o = max(a * .96, min(1., 1.6 * d));
      if (grid > 0.) { vec2 g = at.xz / grid, w = fwidth(g), q = (1. - smoothstep(w * .3, w * 1.1, abs(fract(g + .5) - .5))) * step(abs(at.xz), wide);
        float in_ = step(abs(at.x), wide.x) * step(abs(at.z), wide.y); c *= 1. - .17 * max(q.x, q.y) * in_; o = max(o, .9 * in_); }
      colour = vec4(c * o, o);
    }`;

  function program(gl, fragment) {
    const p = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]]) {
      const s = gl.createShader(kind); gl.shaderSource(s, text); gl.compileShader(s);
      if (!gl.getShaderParameter(s, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(s));
      gl.attachShader(p, s);
    }
    gl.linkProgram(p);
    return {p, at: name => gl.getUniformLocation(p, name)};
  }
  function camera({yaw, pitch, far, high = 0}, aspect) {
    const back = [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)], eye = back.map((v, i) => v * far + (i === 1 ? high : 0));
    const right = unit(cross([0, 1, 0], back)), up = cross(back, right), k = 1 / Math.tan(.26), fit = Math.min(1, aspect);
    const [near, deep] = [.2, 30], a = (near + deep) / (near - deep), b = 2 * near * deep / (near - deep), sx = k * fit / aspect, s = k * fit;
    const rows = [[...right.map(v => v * sx), -dot(right, eye) * sx], [...up.map(v => v * s), -dot(up, eye) * s], [...back.map(v => v * a), -dot(back, eye) * a + b], [...back.map(v => -v), dot(back, eye)]];
    return {eye, right, up, back, k: s, sx, matrix: new Float32Array([0, 1, 2, 3].flatMap(c => rows.map(r => r[c])))};
  }

  // What draws on one canvas; null where WebGL is missing.
  function painter(canvas) {
    let gl = null;
    try { gl = canvas.getContext('webgl2', {antialias: true, alpha: true, premultipliedAlpha: true, powerPreference: 'low-power'}); } catch { /* none */ }
    if (!gl) return null;
    let body, floor, made;
    function begin() {
      body = program(gl, BODY); floor = program(gl, FLOOR); made = {};
      for (const name of ['body', 'ground', 'ghost']) made[name] = {array: gl.createVertexArray(), vertices: gl.createBuffer(), index: gl.createBuffer(), count: 0};
      made.dark = gl.createTexture();
    }
    function fill(name, vertices, index) {
      const m = made[name];
      gl.bindVertexArray(m.array);
      gl.bindBuffer(gl.ARRAY_BUFFER, m.vertices); gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.DYNAMIC_DRAW);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, m.index); gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, index, gl.DYNAMIC_DRAW);
      [[0, 3, 0], [1, 3, 12], [2, 2, 24]].forEach(([at, n, from]) => { gl.enableVertexAttribArray(at); gl.vertexAttribPointer(at, n, gl.FLOAT, false, 32, from); });
      m.count = index.length;
    }
    begin();
    let shape = null;
    canvas.addEventListener('webglcontextlost', e => e.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => { begin(); if (shape) set(shape); });
    function set(next) {
      shape = next;
      fill('body', next.vertices, next.index);
      const y = next.floor - .004, s = 1.8;
      fill('ground', new Float32Array([[-s, -s], [s, -s], [s, s], [-s, s]].flatMap(([x, z]) => [x, y, z, 0, 1, 0, x / (2 * s) + .5, .5 + z / (2 * s)])), new Uint32Array([0, 1, 2, 0, 2, 3]));
      gl.bindTexture(gl.TEXTURE_2D, made.dark);
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 64, 64, 0, gl.RED, gl.UNSIGNED_BYTE, next.dark);
      for (const [what, how] of [[gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]])
        gl.texParameteri(gl.TEXTURE_2D, what, how);
    }
    // look: {yaw, pitch, far, blocks, tint, dark (the page), grid (a cell of the floor's lines), wide (half of its sides), ghost}
    function draw(look) {
      if (!shape || gl.isContextLost()) return null;
      const {width, height} = canvas, cam = camera(look, width / height);
      gl.viewport(0, 0, width, height); gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.enable(gl.DEPTH_TEST); gl.enable(gl.BLEND); gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      const dress = (tint, alpha, edges) => {
        gl.useProgram(body.p); gl.uniformMatrix4fv(body.at('view'), false, cam.matrix);
        gl.uniform3fv(body.at('tint'), tint); gl.uniform3fv(body.at('sun'), SUN); gl.uniform3fv(body.at('eye'), cam.eye); gl.uniform3fv(body.at('odd'), shape.parity);
        gl.uniform1f(body.at('cell'), shape.cell); gl.uniform1f(body.at('edges'), edges); gl.uniform1f(body.at('alpha'), alpha);
      };
      if (look.pitch > -.02) {
        gl.useProgram(floor.p); gl.uniformMatrix4fv(floor.at('view'), false, cam.matrix); gl.depthMask(false);
        gl.uniform3fv(floor.at('ground'), look.dark ? [.235, .22, .30] : [.945, .932, .975]);
        gl.uniform1f(floor.at('grid'), look.grid || 0); gl.uniform1f(floor.at('disc'), look.disc || 1.75); gl.uniform2fv(floor.at('wide'), look.wide || [0, 0]);
        gl.bindVertexArray(made.ground.array); gl.drawElements(gl.TRIANGLES, made.ground.count, gl.UNSIGNED_INT, 0); gl.depthMask(true);
      }
      gl.enable(gl.CULL_FACE); gl.frontFace(gl.CW);
      dress(look.tint || TINT, 1, look.blocks ? .24 : 0);
      gl.bindVertexArray(made.body.array); gl.drawElements(gl.TRIANGLES, made.body.count, gl.UNSIGNED_INT, 0);
      gl.disable(gl.CULL_FACE);
      if (look.ghost) {
        fill('ghost', look.ghost.vertices, look.ghost.index); dress(look.ghost.tint, .55, 0);
        gl.drawElements(gl.TRIANGLES, made.ghost.count, gl.UNSIGNED_INT, 0);
      }
      return cam;
    }
    // Where the processor draws in the place of a graphics card, each frame costs it much.
    const info = gl.getExtension('WEBGL_debug_renderer_info'), slow = /swiftshader|llvmpipe|softpipe|basic render/i.test(info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '');
    return {set, draw, slow, shape: () => shape};
  }

  // Pictures that do not move come out of one canvas for all.
  let still = null, stillDraws;
  function picture(to, volume, look) {
    if (!still) { still = document.createElement('canvas'); stillDraws = painter(still); }
    if (!stillDraws) return null;
    if (still.width !== to.width || still.height !== to.height) { still.width = to.width; still.height = to.height; }
    const made = surface(volume, look.solid, look.blocks);
    const {high, near} = framing(made);
    stillDraws.set(made); stillDraws.draw({...look, high, far: look.far * near, disc: 1.3 * near});
    const ctx = to.getContext('2d'); ctx.clearRect(0, 0, to.width, to.height); ctx.drawImage(still, 0, 0);
    return made;
  }

  // Where to look, and from how far, so that a shape fills its picture; little ones are not made as large as large ones.
  const framing = made => ({high: made.middle, near: Math.max(.72, Math.min(1.25, made.reach / 1.28))});
  const darkness = () => document.body.classList.contains('dark');
  const LOOK = {yaw: .62, pitch: .38, far: 6.1};
  function fitted(canvas) {  // as many pixels as the screen has for it, up to what a laptop draws quickly
    const box = canvas.getBoundingClientRect(), ratio = Math.min(2, window.devicePixelRatio || 1);
    const [w, h] = [box.width, box.height].map(v => Math.max(1, Math.round(v * ratio)));
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  }

  // Mouse, fingers, wheel and keys turn and zoom; free(e): whether a press is for something else.
  function orbit(canvas, cam, changed, touched, taken = () => false) {
    const fingers = new Map();
    let spread = 0;
    const zoom = by => { cam.far = Math.max(3.2, Math.min(11, cam.far * by)); touched(); changed(); };
    const turn = (dx, dy) => { cam.yaw -= dx; cam.pitch = Math.max(-.5, Math.min(1.5, cam.pitch + dy)); touched(); changed(); };
    canvas.addEventListener('contextmenu', e => e.preventDefault());
    canvas.addEventListener('pointerdown', e => {
      if (!fingers.size && taken(e)) return;
      canvas.setPointerCapture(e.pointerId); fingers.set(e.pointerId, [e.clientX, e.clientY]); canvas.classList.add('held'); touched();
    });
    canvas.addEventListener('pointermove', e => {
      const before = fingers.get(e.pointerId);
      if (!before) return;
      fingers.set(e.pointerId, [e.clientX, e.clientY]);
      const [a, b] = [...fingers.values()];
      if (b) { const now = Math.hypot(a[0] - b[0], a[1] - b[1]); if (spread) zoom(spread / Math.max(8, now)); spread = now; return; }
      turn((e.clientX - before[0]) * .009, (e.clientY - before[1]) * .008);
    });
    const end = e => { fingers.delete(e.pointerId); spread = 0; if (!fingers.size) canvas.classList.remove('held'); };
    canvas.addEventListener('pointerup', end); canvas.addEventListener('pointercancel', end);
    canvas.addEventListener('wheel', e => { if (document.activeElement !== canvas && !e.ctrlKey) return; e.preventDefault(); zoom(Math.exp(e.deltaY * .0012)); }, {passive: false});
    return {turn, zoom};
  }
  const many = n => n.toLocaleString('en');
  const said = made => {
    const [width, height, depth] = made.extent;
    return made.filled ? phrase(WORDS.filled, {filled: many(made.filled), width, height, depth}) : WORDS.empty;
  };
  return {TINT, LOOK, SUN, decode, encode, between, surface, painter, picture, orbit, fitted, framing, darkness, said, many};
})());
