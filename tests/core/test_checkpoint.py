"""Exports: what goes in comes out, and what does not fit is refused in one sentence that names the file."""

from __future__ import annotations

import errno
import json
import os
import pickle
import re
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from i2i import checkpoint
from i2i.cards import command, differs, render_card
from i2i.checkpoint import CheckpointError, export, load_method, load_resume, read_config, save_resume
from i2i.methods import METHODS
from i2i.run.pipeline import cards, load
from i2i.train import Trainer
from kit.methods import tiny
from kit.sources import Made


def trained(**changes):
    """A method whose running statistics have seen data."""
    t = Trainer(tiny(**changes), Made(), batch=2, precision="fp32")
    for _ in range(2):
        t.advance()
    return t.method.eval()


@pytest.fixture
def folder(tmp_path):
    """An export of pix2pix with its discriminator."""
    return export(tmp_path / "model", trained(), size=16, nets=("D",), card={"name": "A model"})


def sentence(folder) -> str:
    """The refusal, checked for being one sentence that names the file."""
    with pytest.raises(CheckpointError) as caught:
        load_method(folder)
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text and str(folder) in text, text
    return text


def weights(folder, change) -> None:
    """Rewrite G.safetensors with `change` made to its tensors."""
    state = load_file(folder / "G.safetensors")
    change(state)
    save_file(state, folder / "G.safetensors")


def config(folder, **changes) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def settings(folder, **changes) -> None:
    config(folder, config={**json.loads((folder / "config.json").read_text())["config"], **changes})


# ---- There and back ----


def test_weights_travel_in_float16_and_norms_in_float32(folder):
    state = load_file(folder / "G.safetensors")
    assert state["down.1.weight"].dtype == torch.float16
    norms = {k: v for k, v in state.items() if "norm" in k}
    assert {"down_norm.1.running_mean", "down_norm.1.running_var", "down_norm.1.weight"} <= set(norms)
    assert {v.dtype for v in norms.values()} == {torch.float32, torch.int64}
    loaded, _ = load_method(folder)
    assert {p.dtype for p in loaded.parameters()} == {torch.float32}


def test_norms_of_every_kind_stay_in_float32(tmp_path):
    net = torch.nn.Sequential(torch.nn.GroupNorm(1, 2), torch.nn.LayerNorm(2), torch.nn.Linear(2, 2))
    checkpoint.save_net(net, tmp_path / "net.safetensors")
    found = {name: value.dtype for name, value in load_file(tmp_path / "net.safetensors").items()}
    assert {found[f"{i}.{part}"] for i in (0, 1) for part in ("weight", "bias")} == {torch.float32}
    assert found["2.weight"] == found["2.bias"] == torch.float16


def test_what_an_export_states_goes_before_what_was_so_when_none_stated_it(tmp_path):
    for padding in ("zeros", "reflect"):
        home = export(tmp_path / padding, tiny("unit", padding=padding).eval(), size=16)
        assert load_method(home)[0].config.padding == padding


@pytest.mark.skipif(os.name != "posix", reason="permissions are a matter of POSIX")
def test_an_export_may_be_read_by_others(folder):
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in folder.iterdir())


def test_what_another_process_is_writing_stays_and_what_a_killed_one_left_goes(tmp_path):
    young, old = (tmp_path / f".model.part-{number}" for number in (1, 2))
    young.mkdir(), old.mkdir()
    os.utime(old, (0, 0))
    export(tmp_path / "model", tiny().eval(), size=16)
    assert young.is_dir() and not old.exists()


def test_only_what_translate_needs_is_shipped_unless_asked(tmp_path, folder):
    assert load_method(folder)[0].D is not None
    bare = export(tmp_path / "bare", trained(), size=16)
    assert not (bare / "D.safetensors").exists()
    loaded, _ = load_method(bare)
    assert loaded.D is None and set(loaded.networks()) == {"G"}


def test_the_card_tells_data_figures_and_failures(tmp_path):
    card = {
        "name": "Toy",
        "summary": "It paints.",
        "licence": "MIT",
        "figures": {"PSNR": [20.0, 19.5, 20.5], "SSIM": 0.5},
        "failures": ("Night scenes.",),
    }
    folder = export(tmp_path / "m", trained(), size=16, card=card, sheet=Image.new("RGB", (8, 8)))
    text = (folder / "README.md").read_text()
    for part in (
        "# Toy",
        "It paints.",
        "| licence | MIT |",
        "| PSNR | 20 | 19.5 to 20.5 |",
        "- Night scenes.",
    ):
        assert part in text
    assert Image.open(folder / "sheet.png").size == (8, 8)
    assert load(folder).card["summary"] == "It paints."


@pytest.mark.parametrize(
    "terms, license",
    [
        ("MIT: trained on icons", {"license": "mit"}),
        ("CC BY-SA 3.0: trained on MNIST", {"license": "cc-by-sa-3.0"}),
        ("Apache 2.0 and MIT: trained on emoji", {"license": "other", "license_name": "apache-2.0-and-mit"}),
        (
            'research and teaching only: a, "b": c',
            {"license": "other", "license_name": "research-and-teaching-only"},
        ),
        ("that of the pictures", {"license": "other", "license_name": "that-of-the-pictures"}),
        (None, {"license": "other", "license_name": "not-stated"}),
    ],
)
def test_a_card_begins_with_what_a_hub_of_models_reads(terms, license):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    page = render_card(
        Path("x"), {"method": "unit", "config": {}, "card": {"licence": terms} if terms else {}}
    )
    empty, front, rest = page.split("---\n", 2)
    assert empty == "" and rest.startswith("\n# x\n")
    facts = yaml.safe_load(front)
    assert facts == license | {
        "library_name": "i2i", "pipeline_tag": "image-to-image", "tags": ["image-to-image", "pytorch", "education", "unit"],
    }  # fmt: skip
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    assert hub.ModelCard(page).data.to_dict() == facts


def test_the_card_tells_how_the_settings_differ_from_the_papers():
    config = asdict(METHODS["pix2pix"].Config()) | {
        "steps": 7_000,
        "up": "resized",
        "skips": False,
        "width": 32,
        "rate": 1e-3,
    }
    line = "width 32 (64), skips no (yes), up resized (transposed), steps 7,000 (80,000), rate 0.001 (0.0002)"
    assert differs("pix2pix", config) == line, (
        "in the order of the Config, and nothing that is as in the paper"
    )
    page = render_card(Path("x"), {"method": "pix2pix", "config": config, "card": {}})
    assert (
        f"\n\nDiffers from the paper (its own settings in brackets): {line}.\n\n" in page
        and "head of `i2i/methods/pix2pix.py`" in page
    )
    assert differs("unit", {}) == "padding reflect (zeros)", "an export from before this was a setting"
    assert (
        differs("pix2pix", {})
        == differs("pix2pix", asdict(METHODS["pix2pix"].Config()))
        == "nothing in its settings"
    )
    assert (
        differs("pggan", {"dilations": [1, 2, 4, 8, 1, 2, 4, 8], "reconstruction": 0.98})
        == "nothing in its settings"
    ), "as JSON has it"
    assert differs("pggan", {"dilations": [1, 2]}) == "dilations 1 2 (1 2 4 8 1 2 4 8)"
    assert differs("cyclegan", {"identity": 0.0, "patch_layers": 2}) == "patch layers 2 (3), identity 0 (0.5)"


def test_every_shipped_models_card_has_that_line():
    for name, config in cards().items():
        told = differs(config["method"], config["config"])
        if config["config"]["steps"] != METHODS[config["method"]].Config().steps:
            assert re.search(rf"\bsteps {config['config']['steps']:,} \(", told), name
        assert f"brackets): {told}.\n" in render_card(Path(name), config)


def test_a_card_says_what_trains_the_model_again():
    """By commands that the trainer takes, and every count of steps that a recipe may state otherwise."""
    for name, config in cards().items():
        told = command(config)
        assert f"\nTrain it again: `{told}`\n" in render_card(Path(name), config)
        given = options(told.removeprefix("python -m i2i train ").split())
        assert given.pop("") == name
        steps = {k: v for k, v in given.items() if k != "seed"}
        assert {k: int(v) for k, v in steps.items()} == {
            k: config["config"][k] for k in steps
        } and "steps" in steps
    own = {"method": "dtn", "size": 32, "config": {"steps": 70}, "card": {"recipe": "own folder", "seed": 3}}
    assert (
        command(own) == "python -m i2i train dtn --data FOLDER --size 32 --f_steps 2000 --steps 70 --seed 3"
    )


def options(words: list[str]) -> dict[str, str]:
    """A command's name under "", and its options."""
    return {"": words[0]} | {k.removeprefix("--"): v for k, v in zip(words[1::2], words[2::2], strict=True)}


def test_an_export_replaces_the_one_before_whole(folder):
    (folder / "D_2.safetensors").write_text("of an older version")
    (folder / ".config.part-9.json").write_text("of a killed export")
    export(folder, trained(), size=16)
    assert sorted(p.name for p in folder.iterdir()) == ["G.safetensors", "README.md", "config.json"]
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("mine", ["thesis.txt", "weights.safetensors", "README.md"])
def test_an_export_replaces_nothing_but_an_export(tmp_path, mine):
    """Nor a download of another library, which has safetensors and a config.json, too."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / mine).write_text("mine")
    (tmp_path / "own/config.json").write_text('{"architectures": ["Other"]}')
    (tmp_path / "image.png").write_text("mine")
    before = bytes_in(tmp_path)
    for name in ("own", "image.png"):
        with pytest.raises(CheckpointError, match=rf"{name} (holds|is a file).*export to"):
            export(tmp_path / name, trained(), size=16)
    assert bytes_in(tmp_path) == before


def test_an_export_with_a_file_of_the_users_is_kept(folder):
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(CheckpointError, match="holds 'notes.txt', which is no part of an exported model"):
        export(folder, trained(), size=16)
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", [".", "..", "../here"])
def test_the_folder_that_one_works_in_is_not_replaced(here, name):
    (here / "here").mkdir()
    os.chdir(here / "here")
    with pytest.raises(CheckpointError, match="is the folder that you work in"):
        export(Path(name), trained(), size=16)


def test_an_export_to_a_link_goes_where_it_leads(folder):
    link = folder.with_name("link")
    link.symlink_to(folder)
    for seed in (1, 2):
        assert export(link, trained(seed=seed), size=16) == link
    assert link.is_symlink() and sorted(p.name for p in folder.parent.iterdir()) == ["link", "model"]


# ---- Refusals: weights ----


def test_a_missing_tensor_is_refused(folder):
    weights(folder, lambda state: state.pop("down.1.weight"))
    assert "G.safetensors does not fit pix2pix" in (text := sentence(folder)) and "lacks 1 tensor" in text
    assert "down.1.weight" in text


def test_an_extra_tensor_is_refused(folder):
    weights(folder, lambda state: state.update(spare=torch.zeros(1)))
    assert "1 unknown such as spare" in sentence(folder)


def test_a_tensor_of_another_shape_is_refused(folder):
    weights(folder, lambda state: state.update({"down.1.weight": torch.zeros(2, 2)}))
    assert "down.1.weight has shape (2, 2), expected (8, 4, 4, 4)" in sentence(folder)


def test_weights_that_are_whole_numbers_are_refused(folder):
    weights(folder, lambda state: state.update({"down.1.weight": state["down.1.weight"].int()}))
    assert "down.1.weight is torch.int32" in sentence(folder)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(folder, bad):
    weights(folder, lambda state: state["down.1.weight"].view(-1)[3].fill_(bad))
    assert "not finite in down.1.weight" in sentence(folder)


def test_the_weights_of_another_config_are_refused(folder):
    settings(folder, width=8)
    assert "does not fit pix2pix as config.json describes it" in sentence(folder)


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_truncated_file_is_refused(folder, keep):
    path = folder / "G.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    assert "G.safetensors is not a complete safetensors file" in sentence(folder)


def test_a_pickle_is_refused_and_never_run(folder, tmp_path):
    class Mine:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "run"),)

    for write in (lambda p: p.write_bytes(pickle.dumps(Mine())), lambda p: torch.save(Mine(), p)):
        write(folder / "G.safetensors")
        assert "pickled or truncated weights are refused" in sentence(folder)
    assert not (tmp_path / "run").exists()


def test_a_pickled_resume_file_is_refused_and_never_run(tmp_path):
    class Mine:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "run"),)

    torch.save({"method": Mine()}, tmp_path / "resume.pt")
    with pytest.raises(CheckpointError, match="resume.pt is damaged or not a resume file"):
        load_resume(tmp_path / "resume.pt")
    assert not (tmp_path / "run").exists()


def test_a_missing_network_file_is_refused(folder):
    (folder / "G.safetensors").unlink()
    assert "G.safetensors is missing" in sentence(folder)


# ---- Refusals: config.json ----


def test_a_folder_without_config_is_no_export(tmp_path):
    assert "no config.json" in sentence(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "\x00", '{"format": 1', "[1, 2]", "3", "null", '"format"', "{}"])
def test_a_broken_config_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    assert "config.json" in sentence(folder)


def test_bytes_that_are_no_text_are_refused(folder):
    (folder / "config.json").write_bytes(b"\xff\xfe\x00\x80")
    assert "not valid JSON" in sentence(folder)


@pytest.mark.parametrize("key", ["method", "size", "networks", "config", "card"])
def test_a_config_without_a_key_is_refused(folder, key):
    path = folder / "config.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != key}))
    assert f"has no {key}" in sentence(folder)


@pytest.mark.parametrize(
    "key, value", [("method", ["pix2pix"]), ("size", "64"), ("networks", "G"), ("config", [])]
)
def test_a_value_of_the_wrong_kind_is_refused(folder, key, value):
    config(folder, **{key: value})
    assert f"has an unusable {key}" in sentence(folder)


@pytest.mark.parametrize("size", [0, -64, 10**9, True, 65])
def test_a_size_that_no_image_has_is_refused(folder, size):
    config(folder, size=size)
    assert f"size ({size})" in sentence(folder) or f"is of {size} px" in sentence(folder)


@pytest.mark.parametrize("labels", [5, "ab", [1, 2], {"a": 1}])
def test_labels_that_are_no_names_are_refused(folder, labels):
    config(folder, card={"labels": labels})
    assert "unusable labels" in sentence(folder)


def test_a_size_that_the_matrices_are_not_for_is_refused(tmp_path):
    one = export(tmp_path / "letters", tiny("bilinear").eval(), size=tiny("bilinear").config.side, card={})
    config(one, size=2 * tiny("bilinear").config.side)
    assert "does not take" in sentence(one)


def test_a_newer_format_is_told_before_anything_else(folder):
    (folder / "config.json").write_text(json.dumps({"format": 2, "models": {}}))
    assert "format 2, this version reads 1" in sentence(folder)


def test_an_unknown_method_is_refused_with_the_known_ones(folder):
    config(folder, method="pix3pix")
    assert "unknown method 'pix3pix'" in (text := sentence(folder)) and "pix2pix" in text


def test_an_unknown_setting_is_refused(folder):
    settings(folder, depht=3)
    assert "settings that pix2pix does not know: depht" in sentence(folder)


@pytest.mark.parametrize("bad", [{"up": "sideways"}, {"width": "wide"}, {"width": None}])
def test_a_setting_of_which_nothing_can_be_built_is_refused(folder, bad):
    settings(folder, **bad)
    assert "settings of which no pix2pix can be built" in sentence(folder)


def test_a_network_that_is_needed_and_not_shipped_is_refused(folder):
    config(folder, networks=["D"])
    assert "does not hold the network G, which pix2pix needs" in sentence(folder)


def test_a_network_that_the_method_does_not_have_is_refused(folder):
    config(folder, networks=["G", "Z"])
    assert "networks that pix2pix does not have: Z" in sentence(folder)


def test_the_config_of_another_method_is_refused(folder, monkeypatch):
    @dataclass(frozen=True)
    class Config:
        layers: int = 3

    class Other(METHODS["pix2pix"]):
        pass

    Other.Config = Config
    monkeypatch.setitem(METHODS, "other", Other)
    config(folder, method="other")
    assert "settings that other does not know" in sentence(folder)


# ---- Disks and kills ----


@contextmanager
def little_room(bytes_: int):
    """No file may grow past this, as on a disk that fills up while it is written."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def bytes_in(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_full_disk_at_an_export_costs_nothing_but_the_export(folder):
    before = bytes_in(folder.parent)
    with (
        little_room(3000),
        pytest.raises(CheckpointError, match="could not export to .*untouched.$") as caught,
    ):
        export(folder, tiny(seed=1), size=16, nets=("D",))
    assert "\n" not in str(caught.value)
    assert bytes_in(folder.parent) == before
    load_method(folder)


@pytest.mark.parametrize("room", [0, 600, 20_000])
def test_a_full_disk_at_a_save_costs_nothing_but_the_save(tmp_path, room):
    t = Trainer(tiny(), Made(), batch=2, precision="fp32", out=tmp_path)
    t.save()
    before = bytes_in(tmp_path)
    assert len(before["resume.pt"]) > 25_000
    t.advance()
    with (
        little_room(room),
        pytest.raises(CheckpointError, match="could not save .*resume.pt.*untouched.$") as caught,
    ):
        t.save()
    assert "\n" not in str(caught.value)
    assert bytes_in(tmp_path) == before and t.resume()


def test_the_systems_own_words_are_passed_on(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        save_resume(tmp_path / "resume.pt", {})
    assert not list(tmp_path.iterdir())


def test_weights_that_do_not_fit_float16_are_not_exported(folder):
    before, big = bytes_in(folder.parent), tiny()
    big.G.down[1].weight.data[0, 0, 0, 0] = 1e5
    with pytest.raises(
        CheckpointError, match="down.1.weight holds values that are not finite in torch.float16"
    ):
        export(folder, big, size=16)
    assert bytes_in(folder.parent) == before


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", [1, 2])
def test_a_kill_around_the_swap_leaves_a_model_that_loads_and_the_next_export_heals(folder, monkeypatch, at):
    """Between the two renames there is no folder of that name; the one before stands beside it."""
    rename, calls = Path.rename, []

    def fatal(self, target):
        calls.append(target)
        if len(calls) == at:
            raise Killed
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fatal)
    with pytest.raises(Killed):
        export(folder, trained(seed=1), size=16)
    monkeypatch.setattr(Path, "rename", rename)
    assert folder.exists() is (at == 1)
    assert load(folder).size == 16
    # The next export is made an hour and more later, by another process.
    monkeypatch.setattr(checkpoint.os, "getpid", lambda: -1)
    for left in folder.parent.glob(".model.part-*"):
        os.utime(left, (0, 0))
    export(folder, trained(seed=1), size=16)
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


def test_a_swap_that_the_disk_refuses_is_undone(folder, monkeypatch):
    before, rename = bytes_in(folder), Path.rename

    def refuse(self, target):
        if ".part-" in self.name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(CheckpointError, match="Permission denied.*untouched"):
        export(folder, trained(seed=1), size=16)
    assert bytes_in(folder) == before and [p.name for p in folder.parent.iterdir()] == ["model"]


def test_read_config_tells_where_the_export_really_lies(folder):
    assert read_config(folder)[0] == folder
    aside = folder.with_name(".model.old")
    folder.rename(aside)
    assert read_config(folder)[0] == aside


def test_an_export_of_before_a_setting_existed_means_what_it_meant_then(tmp_path):
    export(tmp_path / "m", tiny("unit", padding="reflect"), size=16)
    path = tmp_path / "m" / "config.json"
    config = json.loads(path.read_text())
    del config["config"]["padding"]
    path.write_text(json.dumps(config))
    assert load_method(tmp_path / "m")[0].config.padding == "reflect" != tiny("unit").config.padding
