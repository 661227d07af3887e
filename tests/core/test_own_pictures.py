"""What the command line tells of a user's own folder, which device it takes, and which folder it takes for a model."""

from __future__ import annotations

import io
import shutil
import sys

import pytest
import torch
from PIL import Image

import i2i
from i2i import train as training
from i2i.checkpoint import CheckpointError, export
from i2i.cli import main
from i2i.cli import train as command
from i2i.cli.errors import device_of
from i2i.run import pipeline
from i2i.train import Trainer, Uneven, default_device
from kit.folders import NAMES, VAL
from kit.images import view
from kit.methods import tiny

QUICK = "--size 32 --batch 2 --steps 1 --threads 1 --quiet --precision fp32".split()
FEW = [n for n in NAMES if n not in VAL][:6] + sorted(VAL)[:2]


def sides(root, names=FEW):
    for side in "AB":
        (root / side).mkdir(parents=True)
        for n in names:
            view(40, 30, int(n)).save(root / side / f"{n}.png")
    return root


@pytest.fixture
def stopped(monkeypatch):
    """Where the training itself would begin, the command is over."""

    class Over(Exception):
        pass

    def stop(*args, **more):
        raise Over(more["device"])

    monkeypatch.setattr(training, "Trainer", stop)
    return Over


def test_what_a_folder_was_read_as_is_said_once(cli, here, stopped, capsys):
    sides(here / "mine")
    for n in range(3):
        (here / "mine" / "A" / f"IMG_{n}.CR3").write_bytes(b"x")
    with pytest.raises(stopped):
        cli("train", "pix2pix", "--data", "mine", *QUICK)
    out = capsys.readouterr().out
    assert out.splitlines() == [
        "8 pairs of 40 × 30, A and B by their folders",
        "16 used, 3 not readable: .CR3",
    ]


def test_damaged_files_of_both_splits_are_named(cli, here):
    sides(here / "mine")
    for name in (FEW[0], FEW[-1]):
        (here / "mine" / "A" / f"{name}.png").write_bytes(b"no picture")
    status, _, err = cli("train", "pix2pix", "--data", "mine", *QUICK)
    assert status == 1 and all(f"{name}.png is not a picture" in err for name in (FEW[0], FEW[-1]))


def test_the_device_of_a_training_may_be_said(cli, here, stopped):
    sides(here / "mine")
    for words, device in (((), None), (("--device", "cpu"), "cpu")):
        with pytest.raises(stopped, match=f"^{device}$"):
            cli("train", "pix2pix", "--data", "mine", *QUICK, *words)
    status, _, err = cli("train", "pix2pix", "--data", "mine", *QUICK, "--device", "abacus")
    assert status == 2 and err.strip().endswith("there is no device 'abacus' here; cpu always is.")
    judge = next(iter(command._judges()))
    status, _, err = cli("train", judge, "--device", "cpu")
    assert status == 2 and "--device is no option of a judge" in err
    assert device_of("auto") is None and device_of("cpu") == "cpu"


@pytest.mark.parametrize(
    "cuda, mps, device", [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_a_gpu_is_taken_where_there_is_one(monkeypatch, cuda, mps, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert default_device() == torch.device(device)
    assert mps is cuda or training.bf16_pays(torch.device("mps")) is False


def test_a_batch_that_processes_cannot_share_is_a_sentence(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(training.dist, "is_initialized", lambda: True)
    monkeypatch.setattr(training.dist, "get_rank", lambda: 0)
    monkeypatch.setattr(training.dist, "get_world_size", lambda: 2)
    with pytest.raises(Uneven, match=r"^a batch of 3 cannot be shared evenly by 2 processes: give .*\.$"):
        Trainer(tiny("pix2pix"), None, batch=3)
    assert Uneven.__module__.startswith("i2i"), "so the command line prints it alone"


def test_a_name_is_a_shipped_model_and_a_run_leads_to_its_export(tmp_path, monkeypatch):
    shelf = tmp_path / "shipped"
    export(shelf / "painter", tiny("pix2pix").eval(), size=16, card={"summary": "of the shelf"})
    monkeypatch.setattr(pipeline, "SHIPPED", shelf)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "painter").mkdir()
    (tmp_path / "painter" / "log.csv").write_text("step")
    assert i2i.load("painter", device="cpu").card["summary"] == "of the shelf"
    export(tmp_path / "painter" / "export", tiny("pix2pix").eval(), size=16, card={"summary": "of the run"})
    assert i2i.load("painter", device="cpu").card["summary"] == "of the shelf"
    with pytest.raises(
        CheckpointError, match=r"^painter is the folder of a run; its model is painter/export\.$"
    ):
        i2i.load("./painter", device="cpu")
    assert i2i.load("painter/export", device="cpu").card["summary"] == "of the run"
    shutil.rmtree(shelf / "painter")
    with pytest.raises(CheckpointError, match="is the folder of a run"):
        i2i.load("painter", device="cpu")


@pytest.mark.parametrize("method", ["augmented_cyclegan", "infogan", "icgan", "distancegan", "discogan"])
@pytest.mark.parametrize("processes, batch, least", [(1, 1, 2), (2, 2, 4)])
def test_a_batch_that_is_too_small_for_a_method_is_a_sentence(
    cli, here, monkeypatch, method, processes, batch, least
):
    sides(here / "mine")
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    status, _, err = cli("train", method, "--data", "mine", *QUICK, "--batch", batch)
    assert (
        status == 2 and f"{method} learns from several pictures at once: give --batch {least} or more." in err
    )


def test_pictures_that_a_method_cannot_learn_from_are_a_sentence(cli, here):
    sides(here / "mine", FEW[:2])
    for n in FEW[:2]:
        view(40, 30, 100 + int(n)).save(here / "mine/B" / f"{n}.png")
    words = "--width 4 --blocks 1 --patch_layers 1 --patch_width 4".split()
    status, _, err = cli("train", "distancegan", "--data", "mine", *QUICK, *words)
    assert status == 1 and err == (
        "i2i train: the pictures of a domain are all alike, or fewer than three: give at least three in each.\n"
    )
    status, _, err = cli(
        "train", "distancegan", "--data", "mine", *QUICK, *words, "--batch", 1, "--between", "halves"
    )
    assert status == 0, err


@pytest.mark.parametrize("code", ["cp1252", "ascii"])
def test_a_name_that_a_terminal_has_no_sign_for_is_printed_all_the_same(cli, here, monkeypatch, code):
    (here / "in").mkdir()
    Image.new("RGB", (9, 9)).save(here / "in" / "✓ é.png")
    export(here / "painter", tiny("cyclegan").eval(), size=16)
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=code))
    assert main(["translate", "./painter", "in", "--out", "made"]) == 0
    sys.stdout.flush()
    assert raw.getvalue().decode(code).strip().endswith(".png") and (here / "made" / "✓ é.png").is_file()


def test_a_white_logo_on_nothing_is_refused_and_a_folder_tells_what_it_left(cli, here):
    export(here / "painter", tiny("cyclegan").eval(), size=16)
    (here / "in").mkdir()
    Image.new("RGB", (9, 9), "red").save(here / "in" / "a.png")
    logo = Image.new("LA", (9, 9), (255, 0))
    logo.paste((255, 255), (2, 2, 5, 5))
    logo.save(here / "in" / "logo.png"), (here / "in" / "b.CR3").write_bytes(b"x")
    status, _, err = cli("translate", "./painter", "in", "--out", "made")
    assert status == 1 and "logo.png is transparent and shows nothing but white" in err
    assert "2 used, 1 not readable: .CR3" in err and "1 of 2" in err and (here / "made" / "a.png").is_file()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 1), (3, 20)], ids=str)
def test_a_few_pixels_keep_their_colour_when_they_are_enlarged(size):
    model = i2i.load("srresnet-photographs", device="cpu", precision="fp32")
    made = model(Image.new("RGB", size, (200, 40, 60)))
    assert made.size == (4 * size[0], 4 * size[1])
    for channel, wanted in zip(made.getextrema(), (200, 40, 60), strict=True):
        assert all(abs(v - wanted) <= 24 for v in channel)


def test_what_is_enlarged_keeps_its_transparency_and_its_grey():
    model = i2i.load("srcnn-photographs", device="cpu", precision="fp32")
    clear = view(12, 10).convert("RGBA")
    clear.putalpha(90)
    assert model(clear).mode == "RGBA" and model(clear).getchannel("A").getextrema() == (90, 90)
    assert model(view(12, 10).convert("L")).mode == "L"
