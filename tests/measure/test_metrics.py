"""The metrics against closed forms, other implementations, and what a judge must get right."""

import hashlib
import json
import math
from itertools import combinations

import pytest
import scipy.linalg
import torch
import torch.nn.functional as F
from skimage.metrics import structural_similarity
from torch import nn

from i2i import metrics
from i2i.measure.paired import figures
from i2i.metrics import published
from i2i.metrics.distributions import _unbiased_mmd
from kit.formula import numbers


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def images(n=8, channels=3, size=32, seed=0):
    """Smooth random images in [-1, 1]."""
    coarse = noise(n, channels, 5, 5, seed=seed)
    return F.interpolate(coarse, size, mode="bicubic", align_corners=True).tanh()


@pytest.fixture(scope="module")
def features():
    """A random two-layer net: any net is good enough for the formulas."""
    generator = torch.Generator().manual_seed(1)
    kernels = [torch.randn(8, 3, 3, 3, generator=generator), torch.randn(16, 8, 3, 3, generator=generator)]

    def maps(x):
        shallow = F.conv2d(x, kernels[0], padding=1).relu()
        return [shallow, F.conv2d(shallow, kernels[1], stride=2, padding=1).relu()]

    return maps


# ---- Image against image ----


def test_psnr_of_mse_one_hundredth():
    a = torch.zeros(2, 3, 8, 8)
    b = torch.stack([a[0] + 0.1, a[1]])
    assert metrics.psnr(a, b, data_range=1.0)[0].item() == pytest.approx(20.0, abs=1e-4)
    assert metrics.psnr(a, b)[0].item() == pytest.approx(26.0206, abs=1e-4)
    assert metrics.psnr(a, b)[1] == math.inf


@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_agrees_with_scikit_image(channels):
    a = images(3, channels)
    b = (a + 0.2 * noise(*a.shape, seed=1)).clamp(-1, 1)
    a[2] = 0.5 + 0.3 * noise(channels, 32, 32)
    b[2] = 1 - a[2]  # same brightness, opposite structure: a negative figure
    expected = [
        structural_similarity(
            x.double().numpy(),
            y.double().numpy(),
            data_range=2.0,
            channel_axis=0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for x, y in zip(a, b, strict=True)
    ]
    made = metrics.ssim(a, b)
    assert made.tolist() == pytest.approx(expected, abs=1e-5)
    assert metrics.ssim(a.double(), b.double()).tolist() == pytest.approx(expected, rel=1e-12)
    assert made[2] < 0
    assert metrics.ssim(a, a).tolist() == pytest.approx([1.0] * 3, abs=1e-6)


def test_gradient_energy_of_a_ramp_and_of_noise():
    ramp = torch.linspace(-1, 1, 21).expand(1, 3, 16, 21)  # 0.1 from column to column, 0 from row to row
    assert metrics.gradient_energy(ramp).item() == pytest.approx(0.01, rel=1e-4)
    white = 0.1 * noise(1, 3, 256, 256)  # 2 sigma² across and as much down
    assert metrics.gradient_energy(white).item() == pytest.approx(0.04, rel=0.02)


def test_energy_ratio_tells_blurred_from_noised():
    real = images()
    assert metrics.gradient_energy_ratio(real, real) == 1
    assert metrics.gradient_energy_ratio(0.5 * real, real) == pytest.approx(0.25)
    assert metrics.gradient_energy_ratio(F.avg_pool2d(real, 5, stride=1), real) < 0.9
    assert metrics.gradient_energy_ratio(real + 0.1 * noise(*real.shape), real) > 1.1
    # The ratio of means: an almost flat real image must not decide.
    real[0] *= 1e-4
    assert metrics.gradient_energy_ratio(images(), real) < 2


def test_colours_do_not_depend_on_places():
    a = images()
    shuffled = a.flatten(2)[..., torch.randperm(32 * 32)].view_as(a)
    assert torch.equal(metrics.histogram_intersection(a, shuffled), torch.ones(8))
    assert metrics.histogram_intersection(a, -a).max() < 0.9
    assert torch.equal(metrics.histogram_intersection(a[:, :1], a[:, :1]), torch.ones(8))


def test_strong_colours_of_one_brightness_are_told_apart():
    """Blue against yellow, red against green: neither axis ends before the cube of colours does."""
    for strong, less in (((-0.5, -0.5, 1.0), (-0.3, -0.3, 0.6)), ((1.0, -1.0, 0.0), (0.75, -0.75, 0.0))):
        a, b = (torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 8, 8) for colour in (strong, less))
        assert metrics.histogram_intersection(a, b).item() == 0


def test_colours_of_plain_pictures():
    red, green, grey = torch.full((3, 1, 3, 8, 8), -1.0)
    red[:, 0] = green[:, 1] = 1
    grey[:] = 0
    half = torch.cat([red[..., :4], green[..., :4]], -1)
    assert metrics.histogram_intersection(red, green).item() == 0
    assert metrics.histogram_intersection(red, half).item() == 0.5
    # Grey lies in the middle of a bin: a breath of noise does not change its colour.
    assert metrics.histogram_intersection(grey, grey + 1e-3 * noise(*grey.shape)).item() == 1
    # Each image is compared with its own partner, of whatever size.
    many = metrics.histogram_intersection(torch.cat([red, green]), torch.cat([red, red])[..., :5])
    assert many.tolist() == [1, 0]


# ---- Through a feature net ----


def test_perceptual_distance_is_a_distance(features):
    a, b = images(seed=0), images(seed=1)
    there = metrics.perceptual_distance(a, b, features)
    assert there.shape == (8,) and (there > 0).all() and (there <= 2).all()
    torch.testing.assert_close(there, metrics.perceptual_distance(b, a, features))
    assert torch.equal(metrics.perceptual_distance(a, a, features), torch.zeros(8))


def test_perceptual_distance_of_known_maps():
    def maps(x):  # the first is 90 degrees apart everywhere, the second equal up to length
        return [x, x.abs().sum(1, keepdim=True)]

    a, b = torch.zeros(2, 1, 2, 3, 3)
    a[:, 0], b[:, 1] = 0.3, 0.9
    assert metrics.perceptual_distance(a, b, maps).item() == pytest.approx((2 + 0) / 2)


def test_metrics_get_worse_with_noise(features):
    a, grain = images(), noise(8, 3, 32, 32, seed=2)
    levels = [(a + sigma * grain).clamp(-1, 1) for sigma in (0.02, 0.1, 0.3, 0.8)]
    embedded = [metrics.embed(x, features) for x in levels]
    reference = metrics.embed(a, features)
    falling = (metrics.psnr, metrics.ssim, metrics.histogram_intersection)
    for figure in falling:
        assert all((figure(a, p) > figure(a, q)).all() for p, q in zip(levels, levels[1:], strict=False)), (
            figure
        )
    rising = {
        "PD-i2i": [metrics.perceptual_distance(a, x, features).mean() for x in levels],
        "energy ratio": [metrics.gradient_energy_ratio(x, a) for x in levels],
        "FD-i2i": [metrics.frechet(e, reference) for e in embedded],
        "KD-i2i": [metrics.kernel_distance(e, reference)[0] for e in embedded],
    }
    for name, values in rising.items():
        assert values == sorted(values), name


def test_diversity_is_the_mean_over_pairs(features):
    samples = images(4)
    pairs = [(samples[i : i + 1], samples[j : j + 1]) for i, j in combinations(range(4), 2)]
    seen = sum(metrics.perceptual_distance(a, b, features).item() for a, b in pairs) / len(pairs)
    assert metrics.diversity(samples, features) == pytest.approx(seen, rel=1e-5)
    plain = sum((a - b).abs().mean().item() for a, b in pairs) / len(pairs)
    assert metrics.diversity(samples) == pytest.approx(plain, rel=1e-5)
    assert metrics.diversity(samples[:1].expand(5, -1, -1, -1)) == 0


def test_embedding_is_the_mean_of_the_last_map(features):
    a = images(7)
    expected = features(a)[-1].mean((2, 3)).double()
    torch.testing.assert_close(metrics.embed(a, features, batch=3), expected, rtol=1e-5, atol=1e-6)


# ---- Set against set ----


def covariance(d, rank=None, seed=0):
    factor = noise(rank or d, d, seed=seed).double()
    return factor.T @ factor / d


def test_frechet_distance_of_isotropic_gaussians():
    mean, eye = torch.arange(5.0), torch.eye(5)
    assert metrics.frechet_distance(torch.zeros(5), eye, mean, 9 * eye) == pytest.approx(50, abs=1e-9)


def test_frechet_distance_agrees_with_the_matrix_square_root():
    m1, m2, s1, s2 = noise(2, 6).double()[0], noise(6, seed=3).double(), covariance(6), covariance(6, seed=1)
    root = torch.tensor(scipy.linalg.sqrtm((s1 @ s2).numpy()).real)
    expected = ((m1 - m2).square().sum() + (s1 + s2 - 2 * root).trace()).item()
    assert metrics.frechet_distance(m1, s1, m2, s2) == pytest.approx(expected, rel=1e-9)
    assert metrics.frechet_distance(m2, s2, m1, s1) == pytest.approx(expected, rel=1e-9)
    q = torch.linalg.qr(noise(6, 6, seed=4).double()).Q  # the same rotation for both changes nothing
    rotated = metrics.frechet_distance(q @ m1, q @ s1 @ q.T, q @ m2, q @ s2 @ q.T)
    assert rotated == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_of_singular_covariances():
    zero, s = torch.zeros(40), covariance(40, rank=3)
    assert metrics.frechet_distance(zero, s, zero, s) == pytest.approx(0, abs=1e-12)
    assert metrics.frechet_distance(zero, s, zero, torch.zeros(40, 40)) == pytest.approx(s.trace().item())
    first, last = torch.diag(torch.eye(40)[0]), torch.diag(torch.eye(40)[-1])
    assert metrics.frechet_distance(zero, first, zero, last) == pytest.approx(2)  # nothing in common


@pytest.mark.parametrize("n", [12, 300])  # fewer and more images than dimensions
def test_frechet_of_embeddings_is_that_of_their_moments(n):
    ea, eb = noise(n, 20), 0.5 * noise(n + 5, 20, seed=1) + 1
    expected = metrics.frechet_distance(ea.mean(0), ea.double().T.cov(), eb.mean(0), eb.double().T.cov())
    assert metrics.frechet(ea, eb) == pytest.approx(expected, rel=1e-6)
    assert metrics.frechet(ea, ea) == pytest.approx(0, abs=1e-10)
    assert metrics.frechet(ea, ea + 2) == pytest.approx(20 * 4, rel=1e-6)


def test_frechet_is_biased_and_kernel_distance_is_not():
    e = noise(600, 16)
    few, many = metrics.frechet(e[:30], e[30:60]), metrics.frechet(e[:300], e[300:])
    assert few > 3 * many > 0
    draws = noise(200, 2, 24, 8, seed=5)  # many small experiments on equal distributions
    values = torch.tensor([metrics.kernel_distance(a, b, subsets=20)[0] for a, b in draws])
    assert abs(values.mean()) < 3 * values.std() / math.sqrt(len(values))
    assert (values < 0).any()


def test_fid_and_kid_are_those_of_the_usual_packages():
    """Numbers that torch-fidelity 0.4.0 and torchmetrics 1.9.0 agree on, of the same embeddings in float64."""
    ea, eb = numbers(120, 16, seed=1), 0.8 * numbers(120, 16, seed=2) + 0.1
    assert metrics.frechet(ea, eb) == pytest.approx(0.82868652886076, rel=1e-11)
    assert _unbiased_mmd(ea, eb).item() == pytest.approx(0.038440326760790455, rel=1e-11)
    # torch-fidelity, 400 subsets of 60: 0.037089 with a deviation of 0.013317. Other subsets, as many, are drawn here.
    value, _ = metrics.kernel_distance(ea, eb, subsets=400, subset_size=60)
    assert abs(value - 0.037089) < 4 * math.sqrt(2 / 400) * 0.013317


def test_kernel_distance_of_two_by_two_by_hand():
    ea, eb = torch.tensor([[1.0, 1.0]] * 3), torch.tensor([[1.0, -1.0]] * 3)
    # d = 2: k(x, x) = (2/2 + 1)³ = 8 within both sets, k(x, y) = (0 + 1)³ = 1.
    value, error = metrics.kernel_distance(ea, eb, subset_size=2)
    assert value == pytest.approx(8 + 8 - 2 * 1) and error == pytest.approx(0)


def test_kernel_distance_of_a_set_against_itself_is_negative():
    e = noise(60, 8)
    assert metrics.kernel_distance(e, e)[0] < 0
    assert metrics.kernel_distance(e, e, seed=3) == metrics.kernel_distance(e, e, seed=3)
    assert metrics.kernel_distance(e, e, seed=3) != metrics.kernel_distance(e, e, seed=4)


def test_standard_error_is_the_spread_of_repetitions():
    a, b = noise(60, 80, 4, seed=6), 0.7 * noise(60, 80, 4, seed=7) + 0.7
    results = torch.tensor([metrics.kernel_distance(x, y, subsets=60) for x, y in zip(a, b, strict=True)])
    assert results[:, 1].mean().item() == pytest.approx(results[:, 0].std().item(), rel=0.3)


# ---- Intervals and the report ----


def test_bootstrap_interval():
    values = noise(100) + 3
    estimate = metrics.bootstrap(values)
    assert estimate == metrics.bootstrap(values, seed=0) != metrics.bootstrap(values, seed=1)
    assert estimate.value == pytest.approx(values.mean().item())
    half = 1.96 * values.std().item() / 10
    assert estimate.low == pytest.approx(estimate.value - half, abs=0.25 * half)
    assert estimate.high == pytest.approx(estimate.value + half, abs=0.25 * half)
    paired = metrics.bootstrap(lambda i: values[i].mean(), 100)
    assert (paired.low, paired.high) == pytest.approx((estimate.low, estimate.high))
    assert str(metrics.Estimate(1.23456, 1, 2)) == "1.235 [1, 2]" and str(metrics.Estimate(2.0)) == "2"


def test_bootstrap_covers_the_truth():
    hits = [e.low <= 0 <= e.high for e in (metrics.bootstrap(v, resamples=200) for v in noise(200, 60))]
    assert 0.89 <= sum(hits) / len(hits) <= 0.99


def test_bootstrap_draws_independent_sets_on_their_own():
    a, b = noise(50) + 5, noise(80, seed=1) + 5
    apart = metrics.bootstrap(lambda i, j: a[i].mean() - b[j].mean(), len(a), len(b))
    assert apart.value == pytest.approx((a.mean() - b.mean()).item())
    spread = (apart.high - apart.low) / 2 / 1.96
    assert spread == pytest.approx(math.sqrt((a.var() / 50 + b.var() / 80).item()), rel=0.2)
    assert metrics.bootstrap(torch.tensor([30.0, math.inf])).high == math.inf


def test_figures(features):
    real = images(40)
    made = (real + 0.1 * noise(*real.shape)).clamp(-1, 1)
    report = figures(made, real, features)
    assert list(report) == ["PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i"]
    assert report["PD-i2i"].value == pytest.approx(
        metrics.perceptual_distance(made, real, features).mean().item(), rel=1e-5
    )
    assert report["energy ratio"].value == pytest.approx(metrics.gradient_energy_ratio(made, real))
    assert report["FD-i2i"].low is None
    assert all(e.low <= e.value <= e.high for e in report.values() if e.low is not None)
    assert report == figures(made, real, features)
    json.dumps(report)

    unpaired = figures(made.flip(0), real[:30], features, paired=False)
    assert list(unpaired) == ["energy ratio", "colour", "FD-i2i", "KD-i2i"]
    shuffled = figures(real[torch.randperm(40)], real, features, paired=False)
    assert shuffled["colour"].value == 1 and shuffled["FD-i2i"].value == pytest.approx(0, abs=1e-8)


# ---- Errors ----


def test_errors_are_sentences(features):
    a, b = images(2), images(2, size=16)
    for compare in (metrics.psnr, metrics.ssim, lambda x, y: metrics.perceptual_distance(x, y, features)):
        with pytest.raises(ValueError, match=r"one to one.*\[2, 3, 32, 32\] and \[2, 3, 16, 16\]"):
            compare(a, b)
    with pytest.raises(ValueError, match="one to one"):
        metrics.histogram_intersection(a, a[:1])
    with pytest.raises(ValueError, match="must be float .* got torch.uint8"):
        metrics.psnr(a.byte(), a.byte())
    with pytest.raises(ValueError, match="must be float"):
        metrics.gradient_energy(a[0])
    with pytest.raises(ValueError, match="at least 11 x 11"):
        metrics.ssim(a[..., :10], a[..., :10])
    with pytest.raises(ValueError, match="at least 2 x 2"):
        metrics.gradient_energy(a[..., :1])
    with pytest.raises(ValueError, match="flat"):
        metrics.gradient_energy_ratio(a, torch.zeros_like(a))
    with pytest.raises(ValueError, match="1 or 3 channels"):
        metrics.histogram_intersection(a[:, :2], a[:, :2])
    with pytest.raises(ValueError, match="at least two samples"):
        metrics.diversity(a[:1])
    with pytest.raises(ValueError, match="two means"):
        metrics.frechet_distance(torch.zeros(2), torch.eye(2), torch.zeros(3), torch.eye(3))
    with pytest.raises(ValueError, match="no negative eigenvalue"):
        metrics.frechet_distance(torch.zeros(2), -torch.eye(2), torch.zeros(2), torch.eye(2))
    with pytest.raises(ValueError, match="at least two embeddings"):
        metrics.frechet(noise(1, 3), noise(5, 3))
    for distance in (metrics.frechet, metrics.kernel_distance):
        with pytest.raises(ValueError, match=r"\[5, 3\] and \[5, 4\]"):
            distance(noise(5, 3), noise(5, 4))
    with pytest.raises(ValueError, match="subsets of 5 out of 5"):
        metrics.kernel_distance(noise(5, 3), noise(9, 3), subset_size=5)
    with pytest.raises(ValueError, match="at least two pictures"):
        metrics.bootstrap(torch.ones(1))


# ---- The standard metrics, with random weights in the published formats ----


def save(state, folder, stem):
    """Saved as the publishers do: the name ends in the first digits of the file's hash."""
    path = folder / "draft.pth"
    torch.save(state, path)
    return path.rename(folder / f"{stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth").name


@pytest.fixture(scope="module")
def inception_file(tmp_path_factory):
    from torchvision.models import Inception3

    with torch.device("meta"):
        net = Inception3(1008, aux_logits=False, init_weights=False)
    generator, state = torch.Generator().manual_seed(0), {}
    for key, value in net.state_dict().items():
        if value.ndim == 4:  # this deviation keeps the activations' size through 48 layers
            state[key] = torch.randn(value.shape, generator=generator) * math.sqrt(2 / value[0].numel())
        elif not key.endswith("num_batches_tracked"):  # the published file predates these counters
            state[key] = torch.full(value.shape, float(key.endswith(("bn.weight", "running_var"))))
    folder = tmp_path_factory.mktemp("inception")
    return folder, save(state, folder, "inception"), state


def test_fid_with_inception(inception_file, monkeypatch):
    folder, name, _ = inception_file
    monkeypatch.setattr(published, "INCEPTION", name)
    real = images(2, size=40)
    (embedding,) = metrics.inception(folder)(real[:1])
    assert embedding.shape == (1, 2048, 1, 1) and embedding.std() > 0
    assert metrics.fid(real, real.flip(0), folder) == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="3 channels"):
        metrics.fid(real[:, :1], real[:, :1], folder)


def test_fid_and_kid_are_the_distances_on_inception(features, monkeypatch):
    monkeypatch.setattr(published, "inception", lambda folder: features)
    made, real = noise(9, 3, 32, 32), images(10)
    ea, eb = metrics.embed(made, features), metrics.embed(real, features)
    assert metrics.fid(made, real) == metrics.frechet(ea, eb) > 0
    assert metrics.kid(made, real, None, 7, 4, seed=2) == metrics.kernel_distance(ea, eb, 7, 4, seed=2)


def test_inception_pools_as_the_port_does(inception_file, monkeypatch):
    folder, name, _ = inception_file
    monkeypatch.setattr(published, "INCEPTION", name)
    features = metrics.inception(folder)
    net = next(c.cell_contents for c in features.__closure__ if isinstance(c.cell_contents, nn.Module))
    assert not any(m.training for m in net.modules())
    channels = {
        "5b": 192,
        "5c": 256,
        "5d": 288,
        "6b": 768,
        "6c": 768,
        "6d": 768,
        "6e": 768,
        "7b": 1280,
        "7c": 2048,
    }
    for block, width in channels.items():
        block = getattr(net, f"Mixed_{block}")
        x = noise(1, width, 9, 9)
        outside = F.pad(x, (1, 1, 1, 1), value=math.nan).unfold(2, 3, 1).unfold(3, 3, 1).flatten(-2)
        pooled = outside.nanmean(-1) if block is not net.Mixed_7c else outside.nan_to_num(-math.inf).amax(-1)
        expected = block.branch_pool(pooled)
        torch.testing.assert_close(block(x)[:, -expected.shape[1] :], expected, rtol=1e-4, atol=1e-4)


def test_inception_takes_only_the_published_file(inception_file, tmp_path, monkeypatch):
    folder, name, state = inception_file
    monkeypatch.setattr(published, "INCEPTION", "inception-00000000.pth")
    (tmp_path / published.INCEPTION).symlink_to(folder / name)
    with pytest.raises(ValueError, match="does not hold the published weights"):
        metrics.inception(tmp_path)
    cut = {k: v for k, v in state.items() if k != "Mixed_7c.branch_pool.conv.weight"}
    monkeypatch.setattr(published, "INCEPTION", save(cut, tmp_path, "inception"))
    with pytest.raises(RuntimeError, match="Missing key.*Mixed_7c.branch_pool.conv.weight"):
        metrics.inception(tmp_path)


@pytest.fixture(params=["alex", "vgg"])
def lpips_folder(request, tmp_path, monkeypatch):
    from torchvision import models

    architecture, _, taps = published.LPIPS_NETS[request.param]
    with torch.device("meta"):
        net = getattr(models, architecture)()
    torch.manual_seed(0)
    state = {}
    for key, value in net.state_dict().items():  # the classifier is large and unused: one number, repeated
        fan_in = max(value[0].numel(), 1)
        small = torch.zeros(1).expand(value.shape) if key.startswith("classifier") else None
        state[key] = torch.randn(value.shape) * math.sqrt(2 / fan_in) if small is None else small
    widths = {"alex": (64, 192, 384, 256, 256), "vgg": (64, 128, 256, 512, 512)}[request.param]
    learned = {f"lin{i}.model.1.weight": torch.rand(1, c, 1, 1) for i, c in enumerate(widths)}
    torch.save(learned, tmp_path / f"lpips-v0.1-{request.param}.pth")
    named = save(state, tmp_path, architecture)
    monkeypatch.setitem(published.LPIPS_NETS, request.param, (architecture, named, taps))
    return request.param, tmp_path, state, learned


def test_lpips(lpips_folder):
    net, folder, state, learned = lpips_folder
    a, b = images(2, size=64), images(2, size=64, seed=1)
    made = metrics.lpips(a, b, net, folder)
    assert made.shape == (2,) and (made > 0).all()
    torch.testing.assert_close(made, metrics.lpips(b, a, net, folder))
    assert torch.equal(metrics.lpips(a, a, net, folder), torch.zeros(2))

    # The first layer by hand: all other weights set to 0.
    only = {k: v if k.startswith("lin0") else torch.zeros_like(v) for k, v in learned.items()}
    torch.save(only, folder / f"lpips-v0.1-{net}.pth")

    place = {"stride": 4, "padding": 2} if net == "alex" else {"padding": 1}

    def first(x):
        x = x - torch.tensor([-0.030, -0.088, -0.188])[:, None, None]
        x = x / torch.tensor([0.458, 0.448, 0.450])[:, None, None]
        x = F.conv2d(x, state["features.0.weight"], state["features.0.bias"], **place).relu()
        if net == "vgg":
            x = F.conv2d(x, state["features.2.weight"], state["features.2.bias"], padding=1).relu()
        return x / x.norm(dim=1, keepdim=True).clamp(min=1e-10)

    expected = ((first(a) - first(b)) ** 2 * only["lin0.model.1.weight"]).sum(1).mean((1, 2))
    torch.testing.assert_close(metrics.lpips(a, b, net, folder), expected, rtol=1e-4, atol=1e-6)

    negative = {k: -v for k, v in learned.items()}
    narrow = {k: v[:, :1] for k, v in learned.items()}
    for wrong in (negative, narrow, {"lin0.model.1.weight": learned["lin0.model.1.weight"]}):
        torch.save(wrong, folder / f"lpips-v0.1-{net}.pth")
        with pytest.raises(ValueError, match="non-negative weights of the shapes"):
            metrics.lpips(a, b, net, folder)


def test_missing_weights_say_how_to_fetch_them(tmp_path, monkeypatch):
    a = images(2)
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    for call in (lambda: metrics.fid(a, a), lambda: metrics.kid(a, a), lambda: metrics.fid(a, a, tmp_path)):
        with pytest.raises(
            metrics.MissingWeights, match=r"not there; fetch it with `python -m i2i data inception`"
        ):
            call()
    with pytest.raises(metrics.MissingWeights, match="python -m i2i data lpips"):
        metrics.lpips(a, a)
    (tmp_path / "lpips").mkdir()
    torch.save({}, tmp_path / "lpips" / "lpips-v0.1-vgg.pth")  # the learned weights alone are not enough
    with pytest.raises(metrics.MissingWeights, match="vgg16-397923af.pth"):
        metrics.lpips(a, a, net="vgg")


def test_the_spectrum_of_a_wave_is_a_peak_and_blur_lowers_the_high_end():
    x = torch.arange(64) / 64
    wave = torch.cos(2 * math.pi * 5 * x).expand(1, 1, 64, 64)
    power = metrics.power_spectrum(wave + 0.3)  # the mean brightness is left out
    assert power.shape == (31,) and power.argmax() == 4 and power[4] > 0 and power[6:].max() < 1e-6 * power[4]
    white = noise(2, 3, 64, 64)
    soft = F.avg_pool2d(F.pad(white, (1, 1, 1, 1), mode="circular"), 3, 1)
    kept = metrics.power_spectrum(soft) / metrics.power_spectrum(white)
    assert kept[0] > 0.9 and kept[-5:].mean() < 0.2
    with pytest.raises(ValueError, match="square"):
        metrics.power_spectrum(torch.zeros(1, 3, 8, 16))
