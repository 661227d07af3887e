"""The Python code that a tab gives for what it shows: it runs as it stands, and makes what is on the page."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from demos.widgets import client
from kit.served import SECONDS, Visit, visiting


def test_a_picture_is_part_of_the_code_and_one_too_large_is_named(monkeypatch):
    image = Image.new("RGB", (3, 2), "teal")
    told = client.code("http://h:1", "turn", image, "it's", 7, None)
    compile(told, "code", "exec")
    packed = told.partition('picture1 = file("')[2].partition('"')[0]
    assert Image.open(io.BytesIO(base64.b64decode(packed))).tobytes() == image.tobytes()
    assert 'handle_file(picture1), "it\'s", 7, None, api_name="/turn"' in told and "'http://h:1'" in told
    monkeypatch.setattr(client, "_LONGEST", 10)
    told = client.code("http://h:1", "turn", image)
    compile(told, "code", "exec")
    assert 'picture1 = "picture.png"' in told and len(told) < 600
    assert "base64" not in client.code("http://h:1", "failures", "hues", 3)


@pytest.fixture
def visit(app_server, chromium):
    with visiting(chromium, app_server, Visit, "#tabs [role=tab]") as open_page:
        yield open_page


# endpoint: address, the picture of the answer on the page, how far it may be off (0 to 255; what is shown may be packed with losses)
SHOWN = {
    "paired": ("?tab=paired&model=icons&example=3&seed=11", "#made img", 0),
    "unpaired": ("?tab=unpaired&subject=icons&method=unit&example=2", "#sides [aria-checked=true] img", 1),
    "unpaired_label": ("?tab=unpaired&part=many-domains&target=line&thing=4", "#star-targets [aria-checked=true] img", 1),
    "multimodal": ("?tab=multimodal&sketch=2&roll=5", "#mm-wall [data-at='0'] img", 6),
    "multimodal, back": ("?tab=multimodal&answers=munit-icons&back=1&sketch=2&roll=5", "#mm-wall [data-at='0'] img", 6),
    "attributes": ("?tab=attributes&person=7&along=male", "#at-board section:nth-child(1) img", 6),
    "inpainting": ("?tab=inpainting&subject=facades&picture=2", "#ip-curtain .curtain-after", 1),
    "superres": ("?tab=super-resolution&picture=4&side=128&model=srgan", "#sr-curtain .curtain-after", 1),
    "failures": ("?tab=failures&exhibit=won&of=4", "#fl-shown img", 0),
    "voxels": ("?tab=3d-voxels&shelf=0&piece=5", "", 0),
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(
    "endpoint", [pytest.param(e, marks=[pytest.mark.long] if e != "paired" else []) for e in SHOWN]
)
def test_the_code_makes_what_the_page_shows(visit, app_server, endpoint, tmp_path):
    query, where, most = SHOWN[endpoint]
    endpoint = endpoint.partition(",")[0]
    v = visit(query)
    v.page.wait_for_selector(f"#code-{endpoint}", state="visible")
    v.page.wait_for_timeout(6000)  # what the address asks for comes piece by piece
    v.page.click(f"#code-{endpoint}")
    v.page.wait_for_selector(f"#code-{endpoint}-text pre")
    code = v.page.text_content(f"#code-{endpoint}-text pre")
    assert app_server.url in code
    (tmp_path / "mine.py").write_text(f"{code}\nimport json\nprint(json.dumps(made))\n")
    ran = subprocess.run(
        [sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True, timeout=3 * SECONDS,
        env=os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "GRADIO_TEMP_DIR": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    made = json.loads(ran.stdout.splitlines()[-1])
    if endpoint == "voxels":
        assert Path(made[0]).read_bytes()[:4] == b"VOX " and made[0].endswith("seed-5.vox")
        return
    made = made[0]["image"] if isinstance(made, list) else made
    mine = Image.open(made["path"] if isinstance(made, dict) else made).convert("RGB")
    src = v.page.evaluate("s => document.querySelector(s).src", where)
    data = (
        base64.b64decode(src.partition(",")[2])
        if src.startswith("data:")
        else httpx.get(src, trust_env=False).content
    )
    there = Image.open(io.BytesIO(data)).convert("RGB")
    if endpoint == "failures":  # all of its pictures on a sheet, the input first
        mine = mine.crop((0, 0, mine.height, mine.height)).resize(there.size, Image.NEAREST)
    assert max(there.size) >= 64
    off = np.asarray(mine.resize(there.size, Image.BICUBIC), float) - np.asarray(there, float)
    assert np.abs(off).mean() <= most, np.abs(off).mean()
