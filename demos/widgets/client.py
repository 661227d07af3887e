"""What is on the page as Python: code that asks the same of this server by `gradio_client`, ready to be copied and run."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable

import gradio as gr
from markupsafe import Markup
from PIL import Image

from . import words

_LONGEST = 1_500_000  # characters of a picture in the code; a larger one is left to the reader

_COPY = """const WORDS = SAID;
element.addEventListener('click', async e => {
  const button = e.target.closest('[data-copy]'), code = element.querySelector('pre'); if (!button || !code) return;
  try { await navigator.clipboard.writeText(code.textContent); button.textContent = WORDS.copied; }
  catch { getSelection().selectAllChildren(code); button.textContent = WORDS.selected; }
  setTimeout(() => button.textContent = WORDS.copy, 1600);
});""".replace("SAID", json.dumps(words.COPY_SCRIPT))


def code(server: str, endpoint: str, *given: Image.Image | str | float | None) -> str:
    """A program that calls an endpoint of the server at an address. Pictures are part of it."""
    before, values = [], []
    for value in given:
        if not isinstance(value, Image.Image):
            values.append(repr(value))
            continue
        name = f"picture{len(before) + 1}"
        before.append((name, _packed(value)))
        values.append(f"handle_file({name})")
    lines = ["# pip install gradio_client", "from gradio_client import Client, handle_file", ""]
    if before:
        lines[1:1] = ["import base64, tempfile", ""]
        lines += [
            "def file(text):",
            '    with tempfile.NamedTemporaryFile(suffix=".png", delete=False) as made:',
            "        made.write(base64.b64decode(text))",
            "    return made.name",
            "",
        ]
    lines += [
        f'{name} = file("{text}")' if text else f'{name} = "picture.png"  # {words.YOUR_FILE}'
        for name, text in before
    ]
    lines += [
        f"client = Client({server!r}, verbose=False)",
        f'made = client.predict({", ".join(values)}, api_name="/{endpoint}")',
        "print(made)",
    ]
    return "\n".join(lines)


def _packed(image: Image.Image) -> str:
    """A PNG in base64; "" for one that is too large to be copied around."""
    image.save(buffer := io.BytesIO(), "PNG", optimize=True)
    text = base64.b64encode(buffer.getvalue()).decode()
    return text if len(text) <= _LONGEST else ""


def card(endpoint: str, given: Callable[..., tuple], inputs: list | None = None) -> None:
    """Build a button and, once it is pressed, the code for what is on the page. given(request, *inputs): what the endpoint gets."""
    with gr.Row(elem_classes="tools"):
        press = gr.Button(
            words.AS_CODE, size="sm", scale=0, min_width=130, elem_classes="quiet fit", elem_id=f"code-{endpoint}"
        )  # fmt: skip
    shown = gr.HTML(
        "", js_on_load=_COPY, apply_default_css=False, elem_id=f"code-{endpoint}-text", elem_classes="bare"
    )

    def write(request: gr.Request, *values) -> Markup:
        return Markup(
            '<div class="code"><button type="button" data-copy>{}</button><pre tabindex="0">{}</pre></div>'
        ).format(words.COPY, code(_server(request), endpoint, *given(request, *values)))

    press.click(write, inputs, shown, show_progress="hidden", api_visibility="private")


def _server(request: gr.Request) -> str:
    """The address under which a visitor has found this server."""
    headers = request.headers
    kind = headers.get("x-forwarded-proto", "http").partition(",")[0].strip()
    host = headers.get("x-forwarded-host") or headers.get("host", "127.0.0.1:7860")
    return f"{kind if kind in ('http', 'https') else 'http'}://{host}"
