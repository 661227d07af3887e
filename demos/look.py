"""The one visual language of all tabs: theme, style sheet, page header, and small pieces of HTML."""

from __future__ import annotations

import base64
import html
import io

import gradio as gr
from PIL import Image

FONT = ["Inter", "ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "DejaVu Sans", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace"]

THEME = gr.themes.Soft(primary_hue="violet", neutral_hue="stone", font=FONT, font_mono=MONO).set(
    body_background_fill="var(--paper)", body_background_fill_dark="var(--paper)",
    block_background_fill="transparent", block_background_fill_dark="transparent",
    block_border_width="0px", block_shadow="none", block_label_background_fill="transparent",
    block_title_background_fill="transparent", block_title_background_fill_dark="transparent",
    block_title_text_color="var(--soft)", block_title_text_color_dark="var(--soft)", block_title_padding="0",
    input_background_fill="var(--card)", input_background_fill_dark="var(--track)",
    input_border_color="var(--line)", input_border_color_dark="var(--line)", button_large_padding="8px 14px",
)  # fmt: skip

CSS = """
:root, .light { --paper: #faf9f7; --card: #ffffff; --ink: #17161c; --soft: #67646f; --line: #e7e3ea; --violet: #6548e0;
  --orange: #b9410b; --lilac: #f1eefe; --peach: #fff3e8; --track: #eeeaf4; --green: #1a7f52; }
.dark { --paper: #131218; --card: #1d1b24; --ink: #f1eff6; --soft: #a7a2b3; --line: #35313f; --violet: #a391ff;
  --orange: #ffa066; --lilac: #2a2545; --peach: #3a2a1f; --track: #2a2733; --green: #67d7a4; }
body, gradio-app { background: var(--paper) !important; color: var(--ink); }
.gradio-container { width: 100% !important; max-width: 1440px !important; min-width: 0 !important; margin: 0 auto !important; padding: 18px clamp(12px, 2.4vw, 32px) 40px !important; background: var(--paper) !important; }
.gradio-container main, .gradio-container .wrap.fillable, .gradio-container > .main { padding: 0 !important; max-width: none !important; width: 100%; }
.gradio-container .contain > .column, #tabs { gap: 0 !important; }
footer { opacity: .75; }

.masthead { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 14px; padding: 4px 0 8px; }
.masthead h1 { font-size: 25px; font-weight: 800; margin: 0; color: var(--ink); letter-spacing: -.01em; }
.masthead h1 b { color: var(--violet); margin-right: 8px; }
.masthead p { margin: 0; color: var(--soft); font-size: 15px; flex: 1 1 240px; }
.masthead nav { display: flex; gap: 8px; align-self: center; }
.masthead button { font: inherit; font-size: 13.5px; padding: 7px 13px; border-radius: 11px; border: 1px solid var(--line);
  background: var(--card); color: var(--ink); cursor: pointer; min-height: 36px; }
.masthead button:hover { border-color: var(--violet); }

.card { background: var(--card) !important; border: 1px solid var(--line) !important; border-radius: 16px !important;
  padding: 16px !important; gap: 12px !important; box-shadow: 0 1px 2px rgba(20, 16, 40, .03); }
.card { justify-content: flex-start !important; align-self: stretch; }
.stacked { gap: 20px !important; }
.stacked > .card { flex-grow: 0 !important; } .stacked > .grow { flex-grow: 1 !important; }
.card > * { flex-grow: 0 !important; }
.card > .styler, .card .form { background: transparent !important; border: 0 !important; box-shadow: none !important; }
.label { font-size: 12px; font-weight: 700; letter-spacing: .09em; text-transform: uppercase; color: var(--soft); margin: 0; }
.lead { font-size: 16px; color: var(--soft); margin: 4px 0 2px; max-width: 118ch; line-height: 1.5; }
.lead b { color: var(--ink); }
.note { border-radius: 12px; padding: 12px 14px; font-size: 14.5px; line-height: 1.5; color: var(--ink); margin: 0; }
.note.notice { background: var(--lilac); } .note.notice b:first-child { color: var(--violet); }
.note.predict { background: var(--peach); } .note.predict b:first-child, .note.predict summary { color: var(--orange); }
.note summary { cursor: pointer; font-weight: 600; }
.stack { display: flex; flex-direction: column; gap: 12px; }
.small { font-size: 13px; color: var(--soft); margin: 0; line-height: 1.5; }
.links a { color: var(--violet); margin-right: 20px; font-size: 14px; text-decoration: none; }
.links a:hover { text-decoration: underline; }

.equation { font-family: "STIX Two Text", "Cambria Math", "DejaVu Serif", Georgia, serif; font-size: 20px; text-align: center;
  margin: 4px 0; color: var(--ink); line-height: 1.6; }
.equation .gan, .terms .gan { color: var(--violet); } .equation .l1, .terms .l1 { color: var(--orange); }
.terms { display: flex; flex-wrap: wrap; justify-content: center; gap: 4px 26px; margin: 0; font-size: 15px; color: var(--soft); }
.terms strong { font-size: 19px; color: var(--ink); font-variant-numeric: tabular-nums; }
.meter { height: 7px; border-radius: 9px; background: var(--track); overflow: hidden; margin-top: 5px; position: relative; }
.meter i { display: block; height: 100%; background: var(--violet); border-radius: 9px; }

.segmented .wrap { display: flex !important; flex-wrap: nowrap; gap: 4px !important; background: var(--track); border-radius: 12px; padding: 4px; }
.segmented label { flex: 1; justify-content: center; border: 0 !important; background: transparent !important; box-shadow: none !important;
  border-radius: 9px !important; padding: 7px 8px !important; color: var(--soft) !important; min-width: 0; cursor: pointer; }
.segmented label.selected { background: var(--card) !important; color: var(--ink) !important; font-weight: 700; box-shadow: 0 1px 3px rgba(20,16,40,.16) !important; }
.segmented label input { position: absolute; opacity: 0; width: 1px; }
.segmented label:has(input:focus-visible) { outline: 2px solid var(--violet); }
.segmented label span { margin: 0 !important; white-space: nowrap; }

.quiet button, button.quiet { background: var(--card) !important; border: 1px solid var(--line) !important; color: var(--ink) !important;
  border-radius: 10px !important; font-weight: 500 !important; font-size: 13.5px !important; min-height: 36px; box-shadow: none !important; min-width: 0 !important; }
button.quiet:hover { border-color: var(--violet) !important; }
.fit { align-self: flex-start; width: auto !important; padding: 0 16px !important; }
.tools { flex-wrap: nowrap !important; gap: 8px !important; align-items: center; }
.tabs > .tab-wrapper button, .tab-container button { font-size: 15px !important; }
.tab-wrapper { margin-bottom: 0 !important; }
.tab-container button.selected { color: var(--ink) !important; font-weight: 700; }
.tabitem { padding: 14px 0 0 !important; gap: 16px !important; border: 0 !important; background: transparent !important; }
.row { gap: 20px !important; }
.bare, .bare .html-container, .bare .prose { padding: 0 !important; margin: 0 !important; background: transparent !important; border: 0 !important; min-width: 0 !important; overflow: visible !important; }
.result { margin: 0; } .result img { width: 100%; aspect-ratio: 1; display: block; object-fit: contain; border: 1px solid var(--line); border-radius: 12px; background: #fff; }
.result .void { aspect-ratio: 1; border: 1px dashed var(--line); border-radius: 12px; display: grid; place-items: center; text-align: center; padding: 24px; color: var(--soft); font-size: 15px; }
.result figcaption { display: flex; justify-content: space-between; align-items: center; gap: 8px; margin-top: 10px; font-size: 13px; color: var(--soft); min-height: 36px; }
.result a { color: var(--ink); border: 1px solid var(--line); border-radius: 10px; padding: 7px 13px; text-decoration: none; background: var(--card); }
.result a:hover { border-color: var(--violet); }
.number { max-width: 170px; } .number input { border-radius: 10px !important; }

@media (max-width: 700px) { .masthead h1 { font-size: 21px; } .equation { font-size: 17px; }
  .row { gap: 14px !important; } .masthead p { flex-basis: 100%; order: 1; } .masthead nav { order: 2; } .card { padding: 12px !important; } .segmented label span { white-space: normal; font-size: 13px; } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
"""

# Gradio puts a prefix before every rule of CSS, which a rule that begins at the body does not survive: lecture mode is here.
HEAD = """<meta name="description" content="Image-to-image translation, one paper at a time: draw, break it, see why.">
<style>
body.lecture .gradio-container { max-width: none !important; }
body.lecture .masthead p, body.lecture footer, body.lecture .small { display: none !important; }
body.lecture .note, body.lecture .lead, body.lecture .three figcaption, body.lecture .eye figcaption,
body.lecture .tell, body.lecture .sides .told, body.lecture .sides figcaption, body.lecture .sides .story, body.lecture .trip figcaption, body.lecture .four figcaption, body.lecture .two figcaption { font-size: 19px !important; }
body.lecture .equation { font-size: 27px !important; } body.lecture .terms { font-size: 19px !important; }
body.lecture .terms strong { font-size: 25px !important; } body.lecture .label { font-size: 14px !important; }
body.lecture .pad button, body.lecture .segmented label span, body.lecture button.quiet { font-size: 16px !important; }
</style>"""

_HEADER = """
<header class="masthead"><h1><b>i2i</b>image-to-image translation</h1><p>one paper at a time: draw, break it, see why</p>
<nav><button type="button" data-do="lecture" title="Larger type, less around it">Lecture mode</button>
<button type="button" data-do="share" title="Copy a link to what you see">Share this state</button>
<button type="button" data-do="dark" aria-label="Dark or light" title="Dark or light">☾</button></nav></header>
"""

_HEADER_JS = """
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
"""


def header() -> gr.HTML:
    return gr.HTML(_HEADER, js_on_load=_HEADER_JS, apply_default_css=False, elem_classes="bare")


def label(text: str) -> gr.HTML:
    return gr.HTML(f'<h2 class="label">{html.escape(text)}</h2>', apply_default_css=False, elem_classes="bare")


def data_url(picture: Image.Image) -> str:
    """The picture as a PNG data URL: shown at once, and nothing is kept on the server."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def result(picture: Image.Image | None, alt: str, caption: str, name: str) -> str:
    """HTML of a made picture with its caption and a download; without a picture, of the caption in its place."""
    if picture is None:
        return f'<figure class="result"><div class="void">{html.escape(caption)}</div></figure>'
    url = data_url(picture)
    return (
        f'<figure class="result"><img src="{url}" alt="{html.escape(alt)}"><figcaption><span>{html.escape(caption)}</span>'
        f'<a href="{url}" download="{html.escape(name)}">Download</a></figcaption></figure>'
    )


def figure(picture: Image.Image, alt: str, caption: str) -> str:
    """HTML of a picture with a caption below it, which is trusted HTML."""
    return f'<figure><img src="{data_url(picture)}" alt="{html.escape(alt)}"><figcaption>{caption}</figcaption></figure>'


def note(kind: str, text: str) -> str:
    """HTML of a tinted note; kind "notice" or "predict"; text is trusted HTML."""
    return f'<p class="note {kind}">{text}</p>'


def stack(*parts: str) -> str:
    """HTML of parts one below the other; empty ones take no room."""
    return f'<div class="stack">{"".join(parts)}</div>'


def links(also: str = "", **pairs: str) -> gr.HTML:
    """A line of links by their texts, and HTML to stand after them."""
    anchors = "".join(
        f'<a href="{html.escape(url)}" target="_blank" rel="noopener">{html.escape(text.replace("_", " "))}</a>'
        for text, url in pairs.items()
    )
    return gr.HTML(f'<p class="links">{anchors}<span class="small">{also}</span></p>', apply_default_css=False, elem_classes="bare")


# Without show_error only what is raised as gr.Error is told; the text of a defect may hold the server's folders.
LAUNCH = {
    "theme": THEME, "css": CSS, "head": HEAD, "footer_links": ["api"], "max_file_size": "30mb",
}  # fmt: skip


def page(*tabs) -> gr.Blocks:
    """A whole app of the given tab functions; one that returns (fn, outputs) restores its state from the page's URL.

    Files that visitors upload are deleted within the hour.
    """
    with gr.Blocks(title="i2i: image-to-image translation", delete_cache=(300, 2700), analytics_enabled=False, fill_width=True) as app:
        header()
        with gr.Tabs(elem_id="tabs"):
            restorers = [tab() for tab in tabs]
        for restore, outputs in filter(None, restorers):
            app.load(restore, None, outputs, show_progress="hidden", api_visibility="private")
    return app.queue(default_concurrency_limit=2, max_size=64)
