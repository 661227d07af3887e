// Drawing by keys, for all that is drawn on with a pointer: arrows move, with Shift further; Space or Enter puts the pen down, and lifts it.
// hand: move(step, far), step being [across, down, in]; press(); undo(); drop() for Escape, false where there is nothing to give up; also(key)
// for keys of its own, true if it knows one; where(): a sentence for `says`, which is a live region; leave() when the focus goes elsewhere.
const STEPS = {ArrowLeft: [-1, 0, 0], ArrowRight: [1, 0, 0], ArrowUp: [0, -1, 0], ArrowDown: [0, 1, 0], PageUp: [0, 0, 1], PageDown: [0, 0, -1]};
function drawnByKeys(stage, says, hand) {
  const led = yes => stage.classList.toggle('by-keys', yes);  // while it is, the cursor is seen
  stage.addEventListener('keydown', e => {
    const step = STEPS[e.key], other = e.ctrlKey || e.metaKey || e.altKey;
    if (other) { if (e.key !== 'z' || e.altKey) return; hand.undo(); }
    else if (step) hand.move(step, e.shiftKey);
    else if (e.key === ' ' || e.key === 'Enter') { if (!e.repeat) hand.press(); }
    else if (!(e.key === 'Escape' ? hand.drop && hand.drop() : hand.also && hand.also(e.key))) return;
    e.preventDefault(); led(true); says.textContent = hand.where();
  });
  stage.addEventListener('focus', () => { if (stage.matches(':focus-visible')) { led(true); says.textContent = hand.where(); } });
  stage.addEventListener('pointerdown', () => led(false));
  const unled = () => { if (document.activeElement !== stage) led(false); };
  stage.addEventListener('blur', () => {  // a button that is being pressed must not move away: the note on keys goes once it is let go
    if (document.querySelector('button:active')) addEventListener('pointerup', () => setTimeout(unled), {once: true}); else unled();
    if (hand.leave) hand.leave();
  });
}
