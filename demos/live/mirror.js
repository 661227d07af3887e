const find = what => element.querySelector(what), video = find('video'), seen = find('.mirror-seen img'), button = find('[data-do=camera]');
const stillsBox = find('.mirror-stills'), netsBox = find('.mirror-nets'), range = find('input'), told = find('[role=status]');
const [under, , below] = element.querySelectorAll('figcaption');
const GAP = 167, LOST = 5000, SIDE = 128;  // ms between two frames at least; ms after which an answer is not waited for any more; px of a frame
let given = {stills: [], nets: []}, still = 0, net = '', stream = null;
let number = 0, waiting = 0, again = false, at = 0, due = 0, guard = 0, times = [];  // of frames: the last one, the one that is not answered yet
const page = Object.assign(document.createElement('canvas'), {width: SIDE, height: SIDE}), pen = page.getContext('2d');
const here = () => !document.hidden && element.isConnected && find('.mirror').getClientRects().length > 0;
const say = text => { told.textContent = text; };
const caption = (box, name, text) => {
  const b = document.createElement('b');
  b.textContent = name; box.replaceChildren(b, ` ${text}`);
};

// The middle square of what is seen, as a mirror shows it; "" where nothing is seen yet.
function frame() {
  const from = stream ? video : seen, w = from.videoWidth || from.naturalWidth, h = from.videoHeight || from.naturalHeight, side = Math.min(w, h);
  if (!side) return '';
  pen.setTransform(stream ? -1 : 1, 0, 0, 1, stream ? SIDE : 0, 0);
  pen.drawImage(from, (w - side) / 2, (h - side) / 2, side, side, 0, 0, SIDE, SIDE);
  return page.toDataURL('image/jpeg', .85);
}
function send() {
  clearTimeout(due);
  if (stream && !here()) return stop();
  if (waiting && performance.now() - at < LOST) { again = true; return; }
  const picture = frame();
  if (!picture) { due = setTimeout(send, 60); return; }
  waiting = ++number; again = false; at = performance.now();
  props.value = {frame: picture, net, share: Number(range.value), n: waiting};
  trigger('input');
}
function show(v) {
  if (v.fault) { say(v.fault); return; }
  const made = find('.mirror-made');
  find('.mirror-lines').src = v.lines; made.src = v.made; made.alt = v.alt;
  caption(below, WORDS.made, stream && times.length > 2 ? phrase(WORDS['facts of many'], {...v, rate: rate()}) : phrase(WORDS.facts, v));
}
const rate = () => (1000 * (times.length - 1) / (times[times.length - 1] - times[0])).toFixed(1);
function receive() {
  const v = props.value || {};
  if (v.frame) return;  // our own, on its way
  if (v.stills) { open(v); return; }
  if (v.n !== waiting) return;
  waiting = 0;
  times = [...times.slice(-11), performance.now()];
  show(v);
  if (stream) due = setTimeout(send, Math.max(0, at + GAP - performance.now())); else if (again) send();
}

function choices(box, all, chosen, choose, fill) {
  box.replaceChildren(...all.map((one, i) => {
    const b = document.createElement('button');
    b.type = 'button'; b.setAttribute('role', 'radio'); b.setAttribute('aria-checked', String(i === chosen));
    b.tabIndex = i === Math.max(0, chosen) ? 0 : -1;
    fill(b, one); b.onclick = () => choose(i);
    return b;
  }));
}
function draw() {  // all that says what is chosen
  choices(stillsBox, given.stills, stream ? -1 : still, i => { if (stream) stop(false); still = i; Address.put({still: i || ''}); look(); }, (b, one) => {
    const image = document.createElement('img');
    image.src = one.src; image.alt = ''; b.append(image); b.setAttribute('aria-label', one.title);
  });
  choices(netsBox, given.nets, given.nets.findIndex(one => one.key === net), i => {
    net = given.nets[i].key; Address.put({mirror: i ? net : ''}); draw(); send();
  }, (b, one) => b.append(one.title));
  video.hidden = !stream; seen.hidden = Boolean(stream);
  button.textContent = stream ? WORDS.stop : WORDS.start;
  if (stream) caption(under, WORDS.you, WORDS['as in a mirror']);
  else caption(under, WORDS.picture, phrase(WORDS['it shows'], given.stills[still] || {title: ''}));
}
function look() {  // at the still, and ask what is made of it
  draw();
  const {src, title} = given.stills[still];
  seen.alt = title; seen.src = src;
  seen.decode().then(send, () => {});
}
function open(v) {
  if (stream) stop(false);
  given = v; still = v.still; net = v.net; waiting = 0;
  [range.min, range.max, range.value] = [...v.shares, v.share];
  seen.alt = v.stills[still].title; seen.src = v.stills[still].src;
  draw(); show(v);
}

async function start() {
  const devices = navigator.mediaDevices;
  if (!devices || !devices.getUserMedia) {
    say(WORDS[window.isSecureContext ? 'lends none' : 'insecure']);
    return;
  }
  button.disabled = true; say(WORDS.asks);
  try {
    const got = await devices.getUserMedia({audio: false, video: {facingMode: 'user', width: {ideal: 320}, height: {ideal: 240}}});
    if (!here()) { got.getTracks().forEach(track => track.stop()); say(''); return; }
    stream = got; times = [];
    stream.getVideoTracks()[0].onended = () => { say(WORDS.ended); stop(); };
    video.srcObject = stream;
    guard = setInterval(watchful, 400);
    draw(); say(WORDS.on);
    await video.play();
    send();
  } catch (fault) {
    if (stream) stop();
    say(WORDS[fault.name] || WORDS.failed);
  } finally { button.disabled = false; }
}
function stop(ask = true) {
  if (!stream) return;
  stream.getTracks().forEach(track => track.stop());
  stream = null; video.srcObject = null; clearInterval(guard); clearTimeout(due);
  say(WORDS.off);
  if (ask) look(); else draw();
}
function watchful() {  // who leaves this part or this page turns the camera off; an answer that got lost is not waited for
  if (!here()) stop();
  else if (waiting && performance.now() - at > LOST) { waiting = 0; send(); }
}
document.addEventListener('visibilitychange', () => { if (document.hidden) stop(); });
button.addEventListener('click', () => { if (stream) stop(); else start(); });
range.addEventListener('input', () => { Address.later({edges: range.value}); if (!stream) send(); });
watch('value', receive);
receive();
