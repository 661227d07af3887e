"""The tab 3D voxels: shapes as they are sent, the stage, walks, sums, snapping, memory, and what comes of odd wishes."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace

import gradio as gr
import httpx
import numpy as np
import pytest
import torch
import trimesh

from demos.map import tab as map
from demos.voxels import nearest, shapes, snap, view
from demos.voxels import tab as voxels
from demos.voxels.shapes import Code, iou, packed, read_code, said, solid, unpacked
from demos.voxels.view import WALL, cells, settle, wished
from i2i.checkpoint import export
from i2i.data.voxels import read_volume, vox_bytes
from i2i.methods.gan3d import GAN3D
from i2i.recipes import RECIPES
from i2i.run import pipeline
from kit.methods import tiny
from kit.served import SENTENCE, Visit, leaks, serving, tab, visiting

NAME, OTHER = "gan3d-furniture", "gan3d-chairs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two tiny models, the other one of 64 voxels a side. An untrained one fills noise: large weights make shapes that differ and are
    not full."""
    home = tmp_path_factory.mktemp("checkpoints")
    method = tiny("gan3d").eval()
    with torch.no_grad():
        for layer in method.G:
            if isinstance(layer, torch.nn.ConvTranspose3d | torch.nn.Conv3d):
                layer.weight.mul_(12)
    export(home / NAME, method, size=16, card={"summary": "tiny"})
    export(home / OTHER, large(), size=64, card={"summary": "tiny, of 64"})
    return home


def large() -> GAN3D:
    """64 voxels a side: blobs without scraps, as a trained one makes them. Chance decides 4 x 4 x 4 places, and means are what follows."""
    torch.manual_seed(1)
    method = GAN3D(GAN3D.Config(side=64, code=8, width=2, up="resized", d_width=2)).eval()
    with torch.no_grad():
        method.G[0].weight.normal_()
        pairs = [layer for layer in method.G if isinstance(layer, torch.nn.Sequential)]
        for pair in pairs:
            pair[1].weight.fill_(1 / pair[1].weight[0].numel())
            pair[1].bias.zero_()
        pairs[-1][1].weight.mul_(16)
        pairs[-1][1].bias.fill_(-16)
    return method


def forget() -> None:
    for cached in (shapes.loaded, snap._known, snap._generator, nearest._training):
        cached.cache_clear()
    shapes.SHELF.clear()


@pytest.fixture
def gallery(folder, monkeypatch):
    """The tiny models in place of those shipped."""
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    monkeypatch.setattr(snap, "LOOKED", 24)
    forget()
    yield folder
    forget()


def some(*sides: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, sides, np.uint8) * 255


# ---- What is here ----


def test_the_tab_is_there_with_a_model_and_only_then(gallery, tmp_path, monkeypatch):
    assert shapes.models() == [NAME, OTHER] and "3D voxels" in map._there()
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    with gr.Blocks():
        assert voxels.tab() is None
    assert "3D voxels" not in map._there()


# ---- A shape as it is sent ----


@pytest.mark.parametrize(
    "volume",
    [
        some(3, 5, 4),
        np.zeros((16, 16, 16), np.uint8),
        np.full((1, 1, 1), 9, np.uint8),
        some(8, 8, 8).repeat(8, 2),
    ],
    ids=["noise", "long runs", "one voxel", "runs of eight"],
)
def test_runs_say_the_volume_exactly(volume):
    sent = packed(volume)
    assert (unpacked(sent) == volume).all() and unpacked(sent).shape == volume.shape
    json.dumps(sent)


def test_a_run_may_be_of_any_length():
    for length in (254, 255, 256, 510, 511):
        volume = np.repeat(np.array([5, 0], np.uint8), [length, 700 - length]).reshape(7, 10, 10)
        assert (unpacked(packed(volume)) == volume).all()


@pytest.mark.parametrize(
    "shape",
    [
        None, {}, [], "AAAA", {"runs": "AP8=", "sides": [16, 16, 16]}, {"runs": "not base64!", "sides": [1, 1, 1]},
        {"runs": "AP8", "sides": [1, 1, 255]}, {"runs": "AP8=", "sides": [1, 1, 255]}, {"runs": "AAE=", "sides": [1, 1]},
        {"runs": "AAE=", "sides": ["x", 1, 1]}, {"runs": 5, "sides": [1, 1, 1]}, {"runs": "AAA=", "sides": [0, 1, 1]},
    ],
)  # fmt: skip
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(ValueError, match="no shape of voxels"):
        unpacked(shape)


def test_what_is_filled_stays_filled_when_it_is_sent():
    exact = torch.linspace(0, 1, 10_001).double().numpy()
    sent = shapes.levels(exact)
    assert ((sent > 127.5) == (exact > 0.5)).all() and np.abs(shapes.occupancy(sent) - exact).max() < 0.0101
    assert sent.min() == 0 and sent.max() == 255


def test_what_is_said_of_a_shape_is_counted():
    volume = np.zeros((8, 8, 8), np.uint8)
    volume[1:3, 0:7, 4:5] = 200
    assert said(volume) == "a shape of 14 filled voxels, 1 × 7 × 2"
    assert said(volume, 0.9) == "an empty volume"


# ---- What a shape is made from ----


def test_a_shape_of_the_wall_is_what_a_call_makes(gallery):
    now = settle()
    made = shapes.volumes(NAME, cells(now))
    assert len(made) == WALL and len({one.tobytes() for one in made}) == WALL
    for i in (0, 7):
        alone = shapes.loaded(NAME).sample(1, cells(now)[i].seed)[0]
        assert np.abs(shapes.occupancy(made[i]) - alone).max() < 0.03
    assert shapes.volume(NAME, cells(now)[7]) is made[7], "made once"


def test_a_code_is_written_and_read_back(gallery):
    z = torch.linspace(-3, 9, 8)
    for of in (Code(0), Code(812), shapes.code(z)):
        assert read_code(of.written(), NAME) == of
    assert np.abs(np.array(shapes.code(z).z) - z.numpy()).max() < 0.001
    for text in ("", "z", "zAAAA", "12345", "-1", "<b>", "z" + "A" * 5000, "z!!", "²", "zAAA"):
        assert read_code(text, NAME) is None
    assert shapes.code([float("nan"), 1e9]).z == (0.0, 32.0)


# ---- The address ----


def test_an_address_leads_back_to_the_view(gallery):
    now = replace(view.rolled(settle(OTHER)), taken=shapes.code(torch.ones(8)), solid=0.35, blocks=True)
    now = replace(now, slots=(Code(3), None, now.taken), start=Code(9))
    assert wished({k: v for k, v in view.address(now).items() if v}) == now
    assert wished({}) == settle()
    painted = view.begun(shapes.loaded(NAME).size)
    painted[0, 0, 0] = 255
    now = view.with_paint(settle(), shapes.packed(painted))
    assert (view.painted(wished({k: v for k, v in view.address(now).items() if v})) == painted).all()


@pytest.mark.parametrize(
    "wish",
    [
        {"volume": "pix2pix-emoji"}, {"shelf": "-1"}, {"shelf": "9e9"}, {"shelf": "²"}, {"piece": "zz"}, {"piece": "<b>"}, {"solid": "5"},
        {"solid": "nan"}, {"cubes": "2"}, {"sum": "1.2"}, {"sum": "x.y.z"}, {"way3d": "1"}, {"way3d": "a.b.c"}, {"painted": "<b>"}, {"painted": "A" * 5000},
        {"painted": "eJwDAAAAAAE"},
    ],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_passed_over(gallery, wish):
    assert wished(wish) == settle()


def test_its_words_in_the_address_are_no_other_tabs():
    from demos.multimodal.view import KEYS

    others = "model d example seed subject method direction noise styles from target thing one way digit face written picture hole place side"
    assert not view.KEYS & {*KEYS, *others.split(), "tab", "lecture"}


# ---- Walk and sum ----


def test_a_walk_begins_and_ends_where_it_says_and_a_shape_of_it_can_be_taken(gallery):
    now = replace(settle(), start=Code(40), end=Code(41))
    way = voxels.way_of(now)
    frames = [unpacked(f) for f in way["frames"]]
    assert len(frames) == view.FRAMES and way["slider"]
    assert (frames[0] == shapes.volume(NAME, Code(40))).all() and (
        frames[-1] == shapes.volume(NAME, Code(41))
    ).all()
    off = [np.abs(frames[1].astype(int) - frames[k]).mean() for k in (0, -1)]
    assert off[0] < 0.5 * off[1], "the second frame is near the start"
    middle = view.on_the_way(now, [0.5])[0]
    there = shapes.volume(NAME, middle).astype(int)
    assert np.abs(there - frames[view.FRAMES // 2]).max() <= 5
    assert np.abs(there - frames[0]).max() > 50


def test_a_sum_is_a_less_b_plus_c(gallery):
    now = replace(settle(), slots=(Code(1), Code(2), Code(3)))
    a, b, c = (shapes.z_of(NAME, Code(i))[0] for i in (1, 2, 3))
    assert np.abs(np.array(view.total(now).z) - (a - b + c).numpy()).max() < 0.001
    same = replace(now, slots=(Code(1), Code(2), Code(2)))
    tiles = [unpacked(t).astype(int) for t in voxels.sum_of(same)["shapes"]]
    assert len(tiles) == 4 and np.abs(tiles[3] - tiles[0]).max() <= 5, "A - B + B is A"
    assert view.filled(replace(now, taken=Code(77)), 1).slots == (Code(1), Code(77), Code(3))


# ---- The stage ----


def test_the_stage_tells_what_it_holds(gallery):
    now = settle()
    value = voxels.stage_of(now)
    assert (unpacked(value["frames"][0]) == now.volume).all() and value["alt"] == said(now.volume)
    for index, wanted in (
        (35, (0.35, False)),
        (1095, (0.95, True)),
        (-4, (0.05, False)),
        (99_999_999, (0.95, True)),
    ):
        new = view.looked(now, index)
        assert (new.solid, new.blocks) == wanted
    assert len(voxels.rendered([now.volume], now)) == 1


# ---- Snap ----


def test_it_snaps_to_a_shape_of_its_own_and_never_gets_worse(gallery):
    painting = solid(shapes.volume(NAME, Code(300)))
    found = list(snap.snap(NAME, painting, 12))
    likeness = [f.likeness for f in found]
    assert likeness == sorted(likeness) and likeness[-1] > likeness[0], "steps of gradient help"
    assert found[0].step == 0 and found[-1].step == 12
    last = found[-1]
    assert iou(solid(last.volume), painting) == pytest.approx(last.likeness)
    assert np.abs(shapes.volume(NAME, last.code).astype(int) - last.volume).max() <= 10, (
        "z of the shape that is shown"
    )


def test_the_guess_is_the_likest_that_it_looked_at(gallery):
    there = snap.known(NAME)
    z, read = snap.guesses(NAME, there.filled[5].reshape(16, 16, 16))
    assert torch.equal(z, there.z[5:6]) and read.shape == z.shape
    assert (read - z).norm() < 0.8 * z.norm(), "and its linear map remembers it, too"


def test_a_painting_is_kept_and_one_of_another_size_is_not(gallery):
    now = settle()
    assert solid(view.painted(now)).sum() > 20
    mine = some(16, 16, 16)
    assert (view.painted(view.with_paint(now, packed(mine))) == mine).all()
    with pytest.raises(ValueError, match="another size"):
        view.with_paint(now, packed(some(8, 8, 8)))
    assert view.begun(32).shape == (32,) * 3 and view.begun(8).shape == (8,) * 3


# ---- Files of visitors ----


def test_a_file_of_voxels_is_a_painting(gallery, tmp_path):
    volume = np.zeros((6, 9, 4), np.float32)
    volume[1:5, :, 1:3] = 1
    (tmp_path / "a.vox").write_bytes(vox_bytes(volume))
    np.save(tmp_path / "b.npy", volume)
    first, second = (voxels.received(str(tmp_path / name), 16) for name in ("a.vox", "b.npy"))
    assert first.shape == (16,) * 3 and (first == second).all() and solid(first).any()


def odd_files():
    cut = vox_bytes(np.ones((4, 4, 4)))[:-900]
    array = io.BytesIO()
    np.save(array, np.full((300, 2, 2), 1.0))
    many = io.BytesIO()
    np.save(many, np.ones((2, 2)))
    empty = io.BytesIO()
    np.save(empty, np.zeros((4, 4, 4)))
    return {
        "cut.vox": (cut, "cut off"), "a.binvox": (b"#binvox 1\ndim 4 4 4\n", "cut off"), "b.binvox": (b"what", "no binvox file"),
        "huge.binvox": (b"#binvox 1\ndim 999 999 999\ndata\n" + b"\1\xff" * 9, "may have 1 to 256"), "long.npy": (array.getvalue(), "1 to 256"),
        "flat.npy": (many.getvalue(), "three"), "empty.npy": (empty.getvalue(), "empty"), "notes.txt": (b"hello", "no file of voxels"),
        "bomb.npz": (b"PK", "no file of voxels"), "none.npy": (b"", "cut off"), "large.binvox": (bytes(1_000_001), "may have 1 MB"),
    }  # fmt: skip


@pytest.mark.parametrize("name", odd_files())
def test_an_odd_file_gets_one_sentence(gallery, tmp_path, name):
    content, told = odd_files()[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(gr.Error) as caught:
        voxels.received(str(tmp_path / name), 16)
    assert told in caught.value.message and not leaks(caught.value.message), caught.value.message
    assert SENTENCE.fullmatch(caught.value.message)


# ---- Memory ----


def test_a_training_shape_is_found_again(gallery, monkeypatch):
    monkeypatch.setattr(nearest, "LOOKED", 30)
    monkeypatch.setattr(nearest, "HELD_OUT", 4)
    there = nearest.training(NAME)
    assert there.filled.shape == (30, 16**3 // 8) and 0 < there.usual < 1
    found = nearest.nearest(there.volume(17), there)
    assert (
        found[0] == (17, 1.0)
        and len(found) == nearest.SHOWN
        and [s for _, s in found] == sorted((s for _, s in found), reverse=True)
    )
    tiles, text = voxels.memory_of(settle())
    assert len(tiles["shapes"]) == 4 and "30 training shapes" in text


def test_without_the_training_shapes_it_says_so(gallery, monkeypatch):
    monkeypatch.delenv("I2I_DATA", raising=False)
    tiles, text = voxels.memory_of(settle(OTHER))
    assert tiles is None and "not on this machine" in text


# ---- 64 voxels a side ----


def test_all_of_the_tab_works_at_64(gallery, tmp_path, monkeypatch):
    now, cube = settle(OTHER), (64, 64, 64)
    assert "64 × 64 × 64" in voxels._lead(OTHER)
    for value, count in ((voxels.wall_of(now), WALL), (voxels.sum_of(now), 4)):
        assert [unpacked(tile).shape for tile in value["shapes"]] == [cube] * count
    assert [unpacked(frame).shape for frame in voxels.way_of(now)["frames"]] == [cube] * view.FRAMES
    filled = solid(now.volume)
    assert (
        10_000 < filled.sum() < 200_000 and f"{filled.sum():,} filled voxels" in voxels.stage_of(now)["alt"]
    )

    chair = view.begun(64)
    assert (chair[::2, ::2, ::2] == view.begun(32)).all() and (view.painted(now) == chair).all()
    copied = view.with_paint(now, packed(chair))
    assert view.switched(copied, NAME).paint == "", "16 voxels a side have no place for it"
    assert wished({k: v for k, v in view.address(copied).items() if v}) == copied, "an address holds it"
    found = list(snap.snap(OTHER, filled, 4))
    assert found[-1].volume.shape == cube and found[-1].likeness >= found[0].likeness > 0.3
    assert read_code(found[-1].code.written(), OTHER) == found[-1].code
    np.save(tmp_path / "mine.npy", np.ones((80, 9, 9)))
    assert voxels.received(str(tmp_path / "mine.npy"), 64).shape == cube

    monkeypatch.setattr(nearest, "RECIPES", {OTHER: RECIPES[NAME]})
    monkeypatch.setattr(nearest, "LOOKED", 6)
    monkeypatch.setattr(nearest, "HELD_OUT", 2)
    there = nearest.training(OTHER)
    assert there.filled.nbytes == 6 * 64**3 // 8 and nearest.nearest(there.volume(3), there)[0] == (3, 1.0)
    assert [unpacked(tile).shape for tile in voxels.memory_of(now)[0]["shapes"]] == [cube] * nearest.SHOWN

    assert read_volume(voxels.save(now, tmp_path)).sum() == filled.sum()
    assert trimesh.load(voxels.save(now, tmp_path, "glb"), force="mesh").is_watertight
    assert np.load(voxels.endpoint(5, 1, OTHER, "npy")[0]).shape == (1, *cube)
    assert len(voxels.rendered([now.volume], now, 24)) == 1


def test_a_shape_of_64_is_made_and_sent_in_far_less_than_a_second(gallery):
    """Processor time, with room for a busy machine, and bytes, of a piece of furniture: its runs are few."""
    chair = RECIPES[NAME].source("test")
    chair.size = 64
    volume = shapes.levels(chair.batch(torch.tensor([0]))["voxels"][0, 0].numpy())
    assert len(json.dumps(packed(volume))) < 40_000
    now = settle(OTHER)
    voxels.stage_of(now)
    shapes.SHELF.clear()
    start = time.process_time()
    voxels.stage_of(now)
    assert time.process_time() - start < 1


def test_the_shelf_holds_so_many_bytes(monkeypatch):
    monkeypatch.setattr(shapes, "_KEPT", 3 * 8**3)
    shelf = shapes._Shelf()
    for i in range(5):
        shelf.put(("model", i), some(8, 8, 8))
    assert [shelf.get(("model", i)) is not None for i in range(5)] == [False, False, True, True, True]


# ---- The API ----


def test_the_api_gives_the_shapes_of_the_seeds(gallery, tmp_path):
    made = voxels.endpoint(5, 2, NAME)
    assert [p.rpartition("/")[2] for p in made] == [f"{NAME}-seed-5.vox", f"{NAME}-seed-6.vox"]
    wanted = shapes.loaded(NAME).sample(2, 5)
    assert ((read_volume(made[1]) > 0.5) == (wanted[1] > 0.5)).all()
    whole = np.load(voxels.endpoint(5, 2, NAME, "npy")[0])
    surfaces = [trimesh.load(path, force="mesh") for path in voxels.endpoint(5, 2, NAME, "glb")]
    assert len(surfaces) == 2 and all(one.is_watertight for one in surfaces)
    assert whole.shape == (2, 16, 16, 16) and np.abs(whole - np.stack(wanted)).max() < 1e-6
    path = voxels.save(replace(settle(), taken=Code(5), solid=0.3), tmp_path)
    filled = solid(shapes.volume(NAME, Code(5)), 0.3)
    assert path.name == f"{NAME}-seed-5.vox" and read_volume(path).sum() == filled.sum()
    surface = {}
    for blocks in (False, True):
        now = replace(settle(), taken=Code(5), solid=0.3, blocks=blocks)
        path = voxels.save(now, tmp_path, "glb")
        surface[blocks] = trimesh.load(path, force="mesh")
        assert path.name == f"{NAME}-seed-5.glb" and surface[blocks].is_watertight
    of_a_voxel = filled.shape[0] ** -3
    assert surface[True].volume == pytest.approx(filled.sum() * of_a_voxel, rel=0.02)
    assert surface[False].volume != pytest.approx(surface[True].volume, rel=1e-3), (
        "smooth, as the stage shows it"
    )


@pytest.mark.parametrize(
    "given, told",
    [
        ((0, 0), "1 to 64; got 0"), ((0, 65), "1 to 64; got 65"), ((0, 1.5), "as n; got"), ((float("nan"), 1), "as seed; got"),
        ((None, 1), "as seed; got"), ((0, 1, "pix2pix-emoji"), f"there are {NAME}"), ((0, 1, NAME, "obj"), "vox, glb or npy"),
    ],
)  # fmt: skip
def test_the_api_refuses_in_a_sentence(gallery, given, told):
    with pytest.raises(gr.Error) as caught:
        voxels.endpoint(*given)
    assert told in caught.value.message and not leaks(caught.value.message)


# ---- The browser ----


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    quick = "from demos.voxels import nearest, snap; nearest.LOOKED, nearest.HELD_OUT, snap.LOOKED, snap.STEPS = 30, 4, 24, 8; from demos.voxels import tab as t; t._SMALL = 24; "
    with serving(tmp_path_factory.mktemp("app"), quick + tab("voxels"), folder) as running:
        yield running


class Guest(Visit):
    """A visitor of the tab 3D voxels."""

    def said(self, where: str = "#vx-stage") -> str:
        return self.page.inner_text(f"{where} .vx-said")

    def other(self, before: str, where: str = "#vx-stage") -> None:
        self.until(
            "([b, w]) => { const p = document.querySelector(w + ' .vx-said'); return p.textContent && p.textContent !== b; }",
            before,
            where,
        )

    def webgl(self) -> bool:
        return self.page.evaluate("Boolean(document.createElement('canvas').getContext('webgl2'))")


@pytest.fixture
def visit(server, chromium):
    with visiting(chromium, server, Guest, "#vx-wall button canvas") as open_page:
        yield lambda query="", **how: open_page(f"?tab=3d-voxels{query}", reduced_motion="reduce", **how)


@pytest.mark.browser
def test_a_click_brings_a_shape_and_the_address_says_what_is_seen(visit, folder):
    v = visit("&shelf=0")
    assert v.webgl() and v.page.locator("#vx-wall button").count() == WALL
    before = v.said()
    v.page.locator("#vx-wall button").nth(5).click()
    v.other(before)
    v.until("() => new URL(location).searchParams.get('piece') === '5'")
    v.page.locator("#vx-wall button").nth(5).press("ArrowRight")
    v.until("() => new URL(location).searchParams.get('piece') === '6'")
    labels = "() => [...document.querySelectorAll('#vx-wall button')].map(b => b.ariaLabel).join()"
    old = v.page.evaluate(labels)
    v.page.click("#vx-roll")
    v.until(f"([b]) => ({labels})() !== b", old)
    v.page.click("#vx-stage [data-look=blocks]")
    v.until(
        "() => new URL(location).searchParams.get('cubes') === '1' && new URL(location).searchParams.get('shelf') === '12'"
    )
    pixels = "() => { const c = document.querySelector('#vx-stage canvas'); return c.width > 100 && c.getAttribute('aria-label').includes('filled voxels'); }"
    assert v.page.evaluate(pixels)
    now, address = (
        v.said(),
        v.address.partition("?")[2].replace("tab=3d-voxels&", ""),
    )
    other = visit("&" + address)
    other.until("([b]) => document.querySelector('#vx-stage .vx-said').textContent === b", now)


COUNTED = """
window.built = []; window.tiles = 0;
const fill = WebGL2RenderingContext.prototype.bufferData, copy = CanvasRenderingContext2D.prototype.drawImage;
WebGL2RenderingContext.prototype.bufferData = function (kind, ...more) {
  if (kind === this.ELEMENT_ARRAY_BUFFER && this.canvas.closest('#vx-stage') && more[0].length > 6) window.built.push(more[0].length);
  return fill.call(this, kind, ...more);
};
let task = 0;
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  if (this.canvas.closest('#vx-wall')) { window.tiles = Math.max(window.tiles, ++task); setTimeout(() => task = 0); }
  return copy.call(this, ...all);
};"""


@pytest.mark.browser
def test_a_click_builds_one_surface_and_the_wall_lets_clicks_between(visit):
    """At 64 voxels a side: the server's word comes after, and must not build the same again."""
    v = visit(f"&volume={OTHER}&shelf=0")
    v.page.add_init_script(COUNTED)
    v.page.reload()
    v.until("() => new URL(location).searchParams.get('shelf') === '0'")
    v.page.wait_for_function(
        "() => document.querySelectorAll('#vx-wall button').length === 12 && window.tiles > 0"
    )
    assert v.page.evaluate("window.tiles") <= 2, "one tile a task, and a timer may be late"
    v.page.wait_for_timeout(500)
    before = v.said()
    assert "64" in v.page.inner_text(".lead")
    v.page.evaluate("window.built.length = 0")
    v.page.locator("#vx-wall button").nth(5).click()
    v.other(before)
    v.until("() => new URL(location).searchParams.get('piece') === '5'")
    v.page.wait_for_timeout(200)
    assert v.page.evaluate("window.built.length") == 1
    v.page.locator("#vx-paint").scroll_into_view_if_needed()
    v.page.click("#vx-paint [data-do=clear]")
    v.page.locator("#vx-paint canvas").focus()
    v.page.keyboard.press(" ")
    v.until("() => document.querySelector('#vx-paint .vx-said').textContent.includes('filled')")
    v.page.click("#vx-paint [data-mode=turn]")
    v.until("() => new URL(location).searchParams.get('painted')")


@pytest.mark.browser
def test_a_walk_slides_and_its_shape_can_be_taken(visit):
    v = visit()
    v.page.locator("#vx-way").scroll_into_view_if_needed()
    before, stage = v.said("#vx-way"), v.said()
    v.page.locator("#vx-way .vx-way input").press("Home")
    v.other(before, "#vx-way")
    v.page.click("#vx-way [data-do=take]")
    v.other(stage)
    assert v.said() == v.said("#vx-way")


@pytest.mark.browser
def test_one_paints_by_mouse_and_keys_and_snaps(visit, tmp_path):
    (tmp_path / "mine.vox").write_bytes(vox_bytes(np.ones((3, 3, 3))))
    (tmp_path / "notes.npy").write_text("no array")
    v = visit()
    canvas = v.page.locator("#vx-paint canvas")
    canvas.scroll_into_view_if_needed()
    v.page.click("#vx-paint [data-do=clear]")
    v.until("() => document.querySelector('#vx-paint .vx-said').textContent.includes('Nothing is painted')")
    canvas.focus()
    v.page.keyboard.press(" ")
    v.until("() => document.querySelector('#vx-paint .vx-said').textContent.includes('filled')")
    v.page.wait_for_timeout(300)
    box = canvas.bounding_box()
    v.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.62 * box["height"])
    v.until("() => /^[0-9]+ filled voxels/.test(document.querySelector('#vx-paint .vx-said').textContent)")
    assert int(v.said("#vx-paint").split()[0]) in (24, 32), (
        "two pairs of blocks of 8, or one that is its own mirror"
    )
    v.page.click("#vx-snap")
    v.until("() => document.querySelector('#vx-told').textContent.includes('After 8 of 8 steps')")
    v.page.wait_for_selector("#vx-keep:not([disabled])")
    v.page.click("#vx-keep")
    v.until("() => (new URL(location).searchParams.get('piece') || '').startsWith('z')")
    v.page.set_input_files("#vx-bring input[type=file], input[type=file]", tmp_path / "mine.vox")
    v.until("() => document.querySelector('#vx-paint .vx-said').textContent.startsWith('4,096')")
    v.page.set_input_files("#vx-bring input[type=file], input[type=file]", tmp_path / "notes.npy")
    text = v.toast()
    assert SENTENCE.fullmatch(text.strip()) and not leaks(text)
    v.page.click("#vx-ask")
    v.page.wait_for_selector("#vx-memory button")
    with v.page.expect_download() as fetched:
        v.page.click("#vx-fetch")
    assert (
        fetched.value.suggested_filename.endswith(".vox")
        and read_volume(fetched.value.path().rename(tmp_path / "got.vox")).any()
    )
    with v.page.expect_download() as fetched:
        v.page.click("#vx-fetch-glb")
    assert fetched.value.suggested_filename.endswith(".glb")
    assert trimesh.load(fetched.value.path().rename(tmp_path / "got.glb"), force="mesh").is_watertight


BLIND = "const had = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind.startsWith('webgl') ? null : had.call(this, kind, ...more); };"


@pytest.mark.browser
def test_without_webgl_it_shows_pictures(visit):
    v = visit("&shelf=0&piece=7")
    v.page.add_init_script(BLIND)
    v.page.reload()
    v.page.wait_for_selector("#vx-wall button canvas")
    assert not v.webgl()
    picture = "document.querySelector('#vx-stage img')"
    v.until(f"() => {picture}.src.startsWith('data:image/') && {picture}.alt.includes('filled voxels')")
    before = v.page.evaluate(f"{picture}.src")
    v.page.locator("#vx-wall button").nth(2).click()
    v.until(f"([b]) => {picture}.src !== b && new URL(location).searchParams.get('piece') === '2'", before)
    painted = "[...document.querySelectorAll('#vx-wall canvas')].every(c => c.getContext('2d').getImageData(112, 112, 1, 1).data[3] === 255)"
    v.until(f"() => {painted}")
    assert "needs WebGL" in v.page.inner_text("#vx-paint .vx-none")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_no_width_scrolls_sideways(visit, width):
    v = visit(size=(width, 844))
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert v.page.evaluate("document.querySelector('#vx-wall button').getBoundingClientRect().width") >= 70


def test_the_endpoint_answers_with_files(server):
    with server.client() as http:
        posted = http.post("/call/voxels", json={"data": [3, 2, NAME, "vox"]}).json()
        assert "event_id" in posted, posted
        event = posted["event_id"]
        lines = http.get(f"/call/voxels/{event}").text
    made = json.loads(lines.partition("data: ")[2].splitlines()[0])[0]
    assert len(made) == 2 and httpx.get(made[0]["url"], trust_env=False).content[:4] == b"VOX "
    told = server.ask("voxels", 0, 99, NAME, "vox")
    assert isinstance(told, str) and "1 to 64" in told and not leaks(told)


def test_visits_leave_no_traceback_in_the_log(server):
    """Kept last, for the visits above."""
    assert "Traceback" not in server.log.read_text()
