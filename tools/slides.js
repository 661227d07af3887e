// Formulas as MathML, which browsers draw without fonts of our own; and keys that lead from slide to slide.
for (const one of document.querySelectorAll(".math")) {
  const source = one.textContent;
  katex.render(source, one, {
    output: "mathml",
    displayMode: one.classList.contains("display"),
    throwOnError: false,
  });
}

const slides = [...document.querySelectorAll(".slide")];
const place = document.querySelector("nav");

function show(number) {
  const at = Math.min(Math.max(number, 1), slides.length);
  slides.forEach((slide, i) => slide.classList.toggle("now", i === at - 1));
  place.textContent = `${at} of ${slides.length}`;
  history.replaceState(null, "", `#${at}`);
  scrollTo(0, 0);
}

const now = () => Number(location.hash.slice(1)) || 1;
const steps = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1, Home: -Infinity, End: Infinity };
addEventListener("keydown", (event) => {
  if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  show(now() + steps[event.key]);
});
addEventListener("hashchange", () => show(now()));
document.body.classList.add("running");
show(now());
