"""Claims: the measures that only they use, their tables, and the record that comes with this copy."""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch

from i2i.claims import (
    CLAIMS,
    CONTRADICTED,
    HOLDS,
    UNDECIDED,
    NotReady,
    as_table,
    attributes,
    gans,
    inpainting,
    kept,
    many,
    markdown,
    mixtures,
    paired,
    partial,
    recorded,
    shown,
    styles,
    styles_nets,
    unpaired,
    unpaired_nets,
)
from i2i.claims import paired_nets as nets
from i2i.data.domains import Domains
from i2i.data.toys import Rectangles, Sides
from i2i.data.unpaired import Unpaired
from i2i.data.worlds.facades import Facades, draw_labels
from i2i.data.worlds.icons import draw
from i2i.images import from_bytes, to_bytes
from i2i.nets.layers import minibatch_deviation
from kit.root import ROOT


def test_a_figure_is_shown_with_the_spread_over_its_seeds():
    assert shown(0.123456) == "0.1235"
    assert shown([1.0, 2.0, 3.0]) == "2 (1 to 3)"


def test_figures_named_row_and_column_make_a_table():
    figures = {"a | x": 1.0, "b | x": [2.0, 4.0], "a | y": 3.0}
    assert as_table(figures) == (["x", "y"], {"a": ["1", "3"], "b": ["3 (2 to 4)", ""]})
    assert as_table({"alone": 1.0}) is None
    assert markdown(figures).splitlines() == [
        "| | x | y |",
        "|---|---|---|",
        "| a | 1 | 3 |",
        "| b | 3 (2 to 4) |  |",
    ]
    assert markdown({"alone": 1.0}).splitlines()[-1] == "| alone | 1 |"


def test_boundaries_agree_within_a_pixel_and_not_beyond():
    labels = draw_labels(torch.arange(8))
    assert paired.boundary_f(labels, labels) == pytest.approx(1)
    assert paired.boundary_f(labels.roll(1, 2)[..., 4:-4], labels[..., 4:-4]) > 0.97
    far = labels.roll((5, 5), (1, 2))[..., 8:-8, 8:-8]
    assert paired.boundary_f(far, labels[..., 8:-8, 8:-8]) < 0.85
    assert paired.boundary_f(torch.zeros_like(labels), labels) == 0


def test_repetition_is_seen_and_its_absence_too():
    noise = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    tiles = noise[..., :8, :8].repeat(1, 1, 8, 8)
    assert paired.tiling(noise) < 0.1
    assert paired.tiling(tiles) > 0.9
    assert paired.tiling(noise[..., :16, :16].repeat(1, 1, 4, 4)) < 0.4, (
        "a longer period is not fine detail repeating"
    )


def test_every_claim_was_measured_and_its_verdict_is_that_of_its_figures():
    for name, claim in CLAIMS.items():
        record = recorded(name)
        assert record, f"{name} was never measured: python -m i2i claims {name} --run"
        assert claim.verdict(record["figures"]) == record["verdict"] and set(record) == {
            "figures",
            "verdict",
            "date",
        }, name


def test_the_record_holds_no_claim_that_is_gone():
    assert set(json.loads((ROOT / "assets" / "claims.json").read_text())) == set(CLAIMS)


@pytest.mark.parametrize("name", ["blur", "conditioning", "skips", "patch-size", "dropout-diversity"])
def test_claims_about_training_have_three_seeds_and_a_marked_second_line(name):
    figures = recorded(name)["figures"]
    assert any(isinstance(v, list) and len(v) == 3 for v in figures.values())
    assert any(k.startswith((paired.CMP, "shipped: ")) for k in figures)


def test_a_claim_that_turned_out_otherwise_is_contradicted():
    figures = dict(recorded("blur")["figures"])
    figures["L1 | energy ratio"], figures["L1 + cGAN | energy ratio"] = [1.0] * 3, [0.2] * 3
    assert CLAIMS["blur"].verdict(figures) == CONTRADICTED
    figures = dict(recorded("dropout-diversity")["figures"])
    assert (
        CLAIMS["dropout-diversity"].verdict(
            figures | {"dropout samples for one map | spread (L1)": [9.0] * 3}
        )
        == CONTRADICTED
    )
    assert (
        CLAIMS["dropout-diversity"].verdict(
            figures | {"dropout samples for one map | spread (L1)": [0.02] * 3}
        )
        == HOLDS
    )
    figures = dict(recorded("fcn-score")["figures"])
    assert CLAIMS["fcn-score"].verdict(figures | {"L1 + cGAN | per-pixel": 0.0}) == CONTRADICTED
    assert CLAIMS["fcn-score"].verdict(figures | {"L1 + cGAN | per-pixel": 0.9}) == HOLDS


def test_a_net_is_trained_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    monkeypatch.setattr(
        nets, "_BASE", dataclasses.replace(nets._BASE, steps=2, width=8, cap=8, patch_width=8)
    )
    nets.trained.cache_clear()
    first = nets.trained("GAN", 0)
    assert not first.method.config.condition and first.method.config.l1 == 0
    nets.trained.cache_clear()
    written = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.safetensors")}
    again = nets.trained("GAN", 0)
    assert written == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.safetensors")}
    x = Facades(64, split="test").batch(torch.tensor([0]))["x"]
    assert torch.equal(first.translate(x, 0), again.translate(x, 0))
    assert not torch.equal(first.translate(x, 0), nets.trained("GAN", 1).translate(x, 0)), (
        "another seed, another net"
    )
    monkeypatch.setattr(nets, "_BASE", dataclasses.replace(nets._BASE, steps=3))
    nets.trained.cache_clear()
    with pytest.raises(NotReady, match="other settings"):
        nets.trained("GAN", 0)
    nets.trained.cache_clear()


def test_weights_that_are_not_here_are_asked_for_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotReady, match="python -m i2i train pix2pix-facades-gan"):
        nets.on_cmp("GAN")


def test_hue_error_sees_hue_alone():
    red, green = torch.tensor([1.0, -1, -1]), torch.tensor([-1.0, 1, -1])
    one, other = (c[None, :, None, None].expand(2, 3, 8, 8) for c in (red, green))
    assert unpaired.hue_error(one, one) == pytest.approx(0, abs=0.1)
    assert unpaired.hue_error(one, other) == pytest.approx(120, abs=0.1)
    assert unpaired.hue_error(one, 0.3 * one + 0.2) == pytest.approx(0, abs=0.1), (
        "brightness and saturation do not count"
    )


def test_modes_are_counted_where_points_lie():
    centres = mixtures.modes(mixtures.TARGET, 1.5)

    class Fixed(torch.nn.Module):
        def __init__(self, count):
            super().__init__()
            self.count = count

        def forward(self, x):
            return centres[torch.arange(len(x)) % self.count]

    assert mixtures.coverage(Fixed(10)) == (10, 1.0) and mixtures.coverage(Fixed(3)) == (3, 1.0)
    assert mixtures.coverage(torch.nn.Identity())[1] < 0.2, "the source's modes are not the target's"


def test_games_that_fall_onto_one_mode_are_measured_with_and_without_the_deviation(monkeypatch):
    monkeypatch.setattr(gans, "STEPS", 2)
    told = []
    monkeypatch.setattr(
        gans, "minibatch_deviation", lambda h, group: told.append(len(h)) or minibatch_deviation(h, group)
    )
    figures = gans.deviation_mends()
    assert len(figures) == 8 and all(len(v) == 3 for v in figures.values())
    assert len(told) == 2 * 3 * 2 * 3 and {*told} == {gans.BATCH}, "settings, seeds, steps, calls of a step"
    rows = ("G three times as fast", "Adam with β1 = 0.9")
    mended = {f"{row}, D alone | modes found": [1.0, 0.0, 1.0] for row in rows}
    mended |= {f"{row}, D is told the deviation | modes found": [8.0] * 3 for row in rows}
    verdict = gans.GANS["minibatch-deviation"].verdict
    assert verdict(mended) == HOLDS
    assert (
        verdict(mended | {f"{rows[1]}, D is told the deviation | modes found": [1.0, 1.0, 0.0]}) == UNDECIDED
    )


def test_the_shuffled_solution_is_another_one_with_the_same_cycle_loss():
    figures = unpaired.permuted_cycle()
    assert CLAIMS["permuted-cycle"].verdict(figures) == HOLDS


def test_a_net_without_pairs_keeps_its_trace(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    monkeypatch.setattr(unpaired_nets, "_EVERY", 2)
    small = {"width": 4, "blocks": 1, "patch_width": 4, "steps": 5}
    monkeypatch.setitem(unpaired_nets._NETS, "cyclegan", (unpaired_nets._NETS["cyclegan"][0] | small, 2))
    unpaired_nets.trained.cache_clear()
    card = unpaired_nets.trained("GAN alone", 0).card
    assert len(card["D loss"]) == 5 and [step for step, _, _ in card["trace"]] == [2, 4]
    assert unpaired_nets.trained("GAN alone", 0).method.config.forward_cycle == 0
    unpaired_nets.trained.cache_clear()


def test_a_label_behind_reflected_borders_is_lost():
    assert CLAIMS["zero-padding"].verdict(many.zero_padding()) == HOLDS


@pytest.fixture
def few_icons(monkeypatch):
    """The worlds of the claims about many domains and about one image, with a hundred objects in place of thousands."""
    flat, glossy, night = (to_bytes(draw(torch.arange(104), style, 32)) for style in many.STYLES)
    monkeypatch.setattr(
        many, "world", lambda split: Domains([flat, glossy, night], many.STYLES, partners=True)
    )
    monkeypatch.setattr(partial, "icons", lambda split: Unpaired(flat, glossy, 32, partners=True))
    cached = (many._codes, many._which, partial._truth, partial._other_codes, partial._probe)
    for each in cached:
        each.cache_clear()
    yield
    for each in cached:
        each.cache_clear()


def test_true_partners_are_judged_best_of_all_among_many_domains(few_icons):
    found = many._figures_of(lambda i, j, x: from_bytes(many.world("test").images[j][: len(x)]))
    assert found["partner L1"] == 0 and found["PD-i2i"] == pytest.approx(0, abs=1e-4)
    assert found["top-1"] == 1 and found["domain"] > 0.99
    assert many._figures_of(lambda i, j, x: x)["domain"] < 0.01, (
        "what is left as it is stays in its own domain"
    )


def test_the_one_picture_is_judged_by_its_own_partner(few_icons, monkeypatch):
    """What would return the partner is judged best, and doing nothing is judged, too."""
    glossy = draw(torch.tensor([partial.SOURCES[0]]), "glossy", partial.SIZE)
    monkeypatch.setattr(partial, "through", lambda model, x: glossy.expand(len(x), -1, -1, -1))
    right = partial._judged(object(), partial.SOURCES[0])
    assert (
        right["partner L1"] < 0.01 and right["place of the partner among 100"] <= 2 and right["likeness"] == 1
    )
    still = partial._judged(None, partial.SOURCES[0])
    assert (
        still["partner L1"] > 0.05
        and still["likeness"] == 0
        and right["PD-i2i, unseen pictures"] > still["PD-i2i, unseen pictures"]
    )


def test_one_shot_needs_ost_to_be_nearest():
    rows = ("no translation", "OST, one picture", "OST, moving the shared layers", "CycleGAN, one picture")
    figures = {f"{row} | PD-i2i": [0.5] * 3 for row in rows} | {"OST, one picture | PD-i2i": [0.4] * 3}
    assert CLAIMS["one-shot"].verdict(figures) == HOLDS
    for row in rows:
        other = figures | {f"{row} | PD-i2i": [0.3 if row != rows[1] else 0.6] * 3}
        assert CLAIMS["one-shot"].verdict(other) == CONTRADICTED


def test_both_heads_hold_only_where_neither_alone_is_better():
    rows = {"reconstruction alone": 21.0, "global": 20.0, "patch": 20.5, "both": 20.6}
    figures = {f"{row} | hole PSNR": [v] * 3 for row, v in rows.items()}
    figures |= {f"{row} | hole SSIM": [v / 40] * 3 for row, v in rows.items()}
    figures |= {f"{row} | border jump": [j] * 3 for row, j in zip(rows, (0.5, 0.8, 1.3, 0.9), strict=True)}
    verdict = CLAIMS["global-and-patch"].verdict
    assert verdict(figures) == HOLDS, "whatever reconstruction alone reaches"
    for name, value in (
        ("both | hole PSNR", 20.4),
        ("both | hole SSIM", 0.4),
        ("both | border jump", 0.75),
        ("both | border jump", 1.31),
    ):
        assert verdict(figures | {name: [value] * 3}) == CONTRADICTED, name


def test_a_perfect_fill_has_perfect_figures(monkeypatch):
    source = inpainting.facade_holes(64, "test", 8, kinds=("centre",))

    class Perfect:
        def translate(self, x, seed=0, mask=None):
            return source.batch(torch.arange(8))["y"]

    found = inpainting._measured(Perfect(), source)
    assert (
        found["hole L1"] == 0
        and found["hole SSIM"] == pytest.approx(1)
        and found["hole energy"] == found["border jump"] == 1
    )
    film = inpainting._measured(inpainting.Membrane(), source)
    assert film["hole PSNR"] < 25 and film["hole energy"] < 0.2


# ---- Several answers ----


def test_samples_are_judged_by_all_answers():
    """What gives every answer is judged best; the mean of all, and one answer again and again, are found out."""
    answers = styles.places()[1]

    def judged(of):
        nearest = lambda x: answers[(styles.places()[0].flatten(1) - x[:1].flatten(1)).norm(dim=1).argmin()]  # noqa: E731
        return styles.sampled(lambda x, rng: of(nearest(x))[torch.arange(len(x)) % 3][..., None, None])

    right = judged(lambda a: a)
    assert right["answers met"] == 1 and right["sample to answer"] == right["answer to sample"] == 0
    assert right["spread"] == pytest.approx(1, abs=0.02)
    for stuck in (lambda a: a.mean(0).expand(3, -1), lambda a: a[:1].expand(3, -1)):
        found = judged(stuck)
        assert found["answers met"] == pytest.approx(1 / 3) and found["spread"] == 0
        assert found["answer to sample"] > 0.05


def test_points_and_rectangles_go_through_every_method_of_the_claims():
    """Two steps of each, with its own turns: every net moves, and what comes out has the shape of what went in."""
    builds = {
        **{row: styles_nets.bicyclegan(**changes, steps=2) for row, changes in styles._CYCLES.items()},
        **{row: styles_nets._BUILD[name](**changes, steps=2) for row, (name, changes) in styles._UNPAIRED.items()},
        "MUNIT": styles_nets.munit(steps=2), "MAD-GAN": styles_nets.mad_gan(4, steps=2),
        "bridge": styles_nets.bridge(steps=2), "diffusion": styles_nets.diffusion(steps=2),
    }  # fmt: skip
    for row, method in builds.items():
        flat = row != "MUNIT"
        source = (
            styles_nets.FromNoise(4) if row == "MAD-GAN"
            else Rectangles(apart=True) if not flat
            else styles_nets.Apart(4, 3) if method.layout == "unpaired" else styles_nets.pairs()
        )  # fmt: skip
        before = {name: net.state_dict() for name, net in method.networks().items()}
        before = {name: {k: v.clone() for k, v in state.items()} for name, state in before.items()}
        after = styles_nets.fitted(method, source, 0, batch=4)
        for name, net in after.networks().items():
            assert any(not torch.equal(v, before[name][k]) for k, v in net.state_dict().items()), (row, name)
        x = source.batch(torch.arange(4))["x"]
        with torch.no_grad():
            assert after.translate(x, torch.Generator().manual_seed(0)).shape == x.shape, row


def test_points_without_pairs_tell_nothing_of_each_other():
    batch = styles_nets.Apart(4, 3).batch(torch.arange(4000))
    together = (batch["label"] == batch["label of y"]).double().mean().item()
    assert together == pytest.approx(0.25, abs=0.03)
    angle = torch.atan2(*batch["y"].flatten(1).flip(1).T)
    near = (angle / (torch.pi / 2)).round().long() % 4
    assert (near == batch["label of y"]).all(), "the label is that of the y that is shown"


def test_four_places_are_far_apart_and_noise_tells_none():
    source = styles_nets.FromNoise(4)
    centres = source.centres(torch.zeros(1, dtype=torch.long))[0]
    assert torch.pdist(centres).min() > 1.1
    batch = source.batch(torch.arange(2000), torch.Generator().manual_seed(0))
    which = torch.cdist(batch["y"].flatten(1), centres).argmin(1)
    assert torch.bincount(which, minlength=4).min() > 400
    assert abs(torch.corrcoef(torch.stack([batch["x"][:, 0, 0, 0], which.float()]))[0, 1]) < 0.1


def test_content_and_colour_of_rectangles_are_read():
    source = Rectangles()
    batch, other = source.batch(torch.arange(64)), source.batch(torch.arange(100, 164))
    x, y = batch["x"], batch["y"]
    assert styles.overlap(y, x) == 1 and torch.equal(styles.colour(y, x), batch["label"])
    assert styles.overlap(other["y"], x) < 0.5 and styles.overlap(-torch.ones_like(x), x) == 0
    assert all(torch.equal(source.answers(i)[k], y[i]) for i, k in enumerate(batch["label"].tolist()))
    apart = Rectangles(apart=True).batch(torch.arange(64))
    assert torch.equal(apart["x"], x) and styles.overlap(apart["y"], x) < 0.5
    covered = (x[:, 0] > 0).flatten(1).sum(1)
    assert covered.min() >= 4 and covered.max() <= 16 and (x[..., 0, :] < 0).all() and (x[..., -1] < 0).all()


# ---- Attributes ----


def test_a_token_is_read_as_it_was_drawn():
    source, index = attributes.held_out(), torch.arange(200)
    shown, at = attributes.read(source.batch(index)["x"])
    assert torch.equal(shown, source.label(index))
    true = 0.35 * attributes.SIZE / 2 * source.identity(index)[:, :2]
    assert (at - true).norm(dim=1).max() < 0.35, "to a third of a pixel, the grid's own distance"
    blurred = torch.nn.functional.avg_pool2d(source.batch(index)["x"], 3, 1, 1)
    assert (attributes.read(blurred)[0] == source.label(index))[:, 0].all(), "the colour survives a blur"


def test_tokens_differ_in_what_their_label_says_and_in_nothing_else():
    source, index = attributes.held_out(), torch.arange(4000)
    label, identity = source.label(index), source.identity(index)
    assert (torch.cov(label.T) - torch.eye(4) / 4).abs().max() < 0.02, "even odds, independent of each other"
    together = torch.corrcoef(torch.cat([label, identity], 1).T)[:4, 4:]
    assert together.abs().max() < 0.06, "and of place and ground"
    turned = label[:8].clone()
    turned[:, 0] = 1 - turned[:, 0]
    one, other = (source.drawn(own, identity[:8]) for own in (label[:8], turned))
    torch.testing.assert_close(one[:, 0], other[:, 2])
    torch.testing.assert_close(one[:, 1], other[:, 1])
    assert source.drawn(label, identity).abs().max() <= 1
    pair = Sides(2, fixed={3: 0}).batch(torch.arange(50))
    assert attributes.read(pair["x"])[0][:, 2].sum() == 0 and attributes.read(pair["y"])[0][:, 2].sum() == 50
    assert attributes.read(pair["y"])[0][:, 3].sum() == 0


def test_the_right_edit_is_judged_best_and_no_edit_is_found_out():
    source = attributes.held_out()
    identity = source.identity(torch.arange(attributes.HELD_OUT))
    right = attributes.edits(lambda x, place, wanted: source.drawn(wanted, identity), (0, 1, 2, 3), source)
    assert right["asked"] == right["others kept"] == 1 and right["L1 to the truth"] == 0
    assert right["moved by (px)"] < 0.1
    still = attributes.edits(lambda x, place, wanted: x, (0, 1, 2, 3), source)
    assert still["asked"] == 0 and still["others kept"] == 1 and still["moved by (px)"] == 0
    assert still["L1 to the truth"] > 0.02
    away = attributes.edits(lambda x, place, wanted: source.drawn(wanted, -identity), (0,), source)
    assert away["asked"] == 1 and away["moved by (px)"] > 2


def test_categories_are_named_as_fits_them_best():
    class Found:
        def __init__(self, order):
            self.order = torch.tensor(order)

        def classes(self, x):
            shown = attributes.read(x)[0]
            return self.order[(2 * shown[:, 0] + shown[:, 2]).long()]

        def code(self, n, rng):
            return torch.zeros(n, 4)

        def sample(self, n, rng, style):
            return style

        def bound(self, image, code):
            return torch.tensor(0.5)

    for order, share in (([0, 1, 2, 3], 1.0), ([2, 0, 3, 1], 1.0), ([0, 0, 1, 1], 0.5), ([2, 2, 2, 2], 0.25)):
        assert attributes._found(Found(order), 0)["classes"] == pytest.approx(share, abs=0.05), order


def test_each_claim_about_attributes_holds_only_where_all_its_comparisons_do():
    good = {
        "one-attribute": {"IcGAN | asked": 0.9, "IcGAN | others kept": 0.95, "another z | moved by (px)": 3, "IcGAN | moved by (px)": 1},
        "encoder-on-real": {"real | L1": 0.2, "made by G | L1": 0.1, "real | moved by (px)": 1, "made by G | moved by (px)": 0.5},
        "classes-found": {"InfoGAN | bound (nats)": 1.3, "InfoGAN | classes": 0.9, "without the information | classes": 0.4},
        "one-for-attributes": {
            "StarGAN | asked": 0.9, "three CycleGANs | asked": 0.8, "StarGAN | others kept": 0.9, "three CycleGANs | others kept": 0.8,
            "three CycleGANs | L1 to the truth": 0.2, "StarGAN | L1 to the truth": 0.1, "three CycleGANs | thousand parameters": 3,
            "StarGAN | thousand parameters": 1,
        },
    }  # fmt: skip
    for name, rows in good.items():
        figures = {k: [v] * 3 for k, v in rows.items()} | {"ln 4 | bound (nats)": 1.386}
        assert attributes.ATTRIBUTES[name].verdict(figures) == HOLDS, name
        for comparison in attributes.ATTRIBUTES[name].comparisons:
            asked = comparison.names[0]
            worse = 0.01 if comparison.greater == asked else 100.0
            assert attributes.ATTRIBUTES[name].verdict(figures | {asked: [worse] * 3}) == CONTRADICTED, asked
