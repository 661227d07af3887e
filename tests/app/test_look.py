"""What is the same on every tab."""

from __future__ import annotations

import re

from markupsafe import Markup

from demos.widgets import look
from demos.widgets.curves import curves
from i2i.papers import PAPERS


def test_links_name_each_paper_once_and_its_notebooks():
    shown = look.paper_links("srcnn", "srresnet", "srgan").value
    links = re.findall(r'<a href="(.*?)" title="(.*?)".*?>(.*?)</a>', shown)
    assert [text for *_, text in links] == [
        "SRCNN: Dong et al. 2016",
        "SRResNet and SRGAN: Ledig et al. 2017",
    ]
    assert links[1][:2] == (PAPERS["srgan"].url, f"{PAPERS['srgan'].title}. CVPR 2017")
    assert "Notebook: <code>make notebook</code>, 12_super_resolution</span>" in shown
    shown = look.paper_links("pix2pix", also=Markup("<b>Note.</b>"), notebooks=("02_patchgan",)).value
    assert "<b>Note.</b> Notebooks: <code>make notebook</code>, 01_pix2pix and 02_patchgan</span>" in shown
    assert "Notebook" not in look.paper_links("crn").value


def test_a_term_that_falls_is_a_line_that_goes_down():
    shown = curves([("gan", "D", [4.0, 1.0, 0.0])])
    assert 'points="0.0,4.0 50.0,28.0 100.0,36.0"' in shown and "<strong>0.00</strong>" in shown
