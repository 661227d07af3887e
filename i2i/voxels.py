"""Pictures of voxels, and their surface as triangles.

A volume is float [1, D, H, W] in [0, 1], its axes from front to back, from bottom to top and from left to right. For a picture a
ray for each pixel walks through it until it meets the surface: one light, one floor, no library of three dimensions. Triangles
are for files that other programs read.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

CLAY = (0.93, 0.56, 0.36)
_LIGHT = (-0.5, 0.75, -0.62)  # towards the light: from the left, above and in front
_SKY = (0.62, 0.66, 0.78)  # what comes from everywhere, a little blue
_SUN = (0.74, 0.7, 0.62)
_FRAME = 1.24  # half of what a picture shows, in halves of the volume's side


@torch.no_grad()
def pictures(
    volumes: Tensor, side: int = 128, yaw: float = 0.62, pitch: float = 0.42, threshold: float = 0.5,
    blocks: bool = False, tint: tuple[float, float, float] = CLAY,
) -> Tensor:  # fmt: skip
    """Volumes float [B, 1, D, H, W] in [0, 1] -> RGB images float [B, 3, side, side] in [-1, 1] on white, with a shadow on
    the floor.

    yaw, pitch: radians to the right of the front, and above the floor.  threshold: what is more occupied is solid.  blocks:
    draw each voxel as a cube; else the surface is smooth.  tint: RGB in [0, 1]. ValueError for another shape.
    """
    if volumes.dim() != 5 or volumes.shape[1] != 1:
        raise ValueError(f"pictures are made of volumes [B, 1, D, H, W], got {list(volumes.shape)}")
    volumes = volumes.float()
    return (
        torch.stack([_picture(v[None], side, yaw, pitch, threshold, blocks, tint) for v in volumes]) * 2 - 1
    )


def _picture(
    volume: Tensor, side: int, yaw: float, pitch: float, threshold: float, blocks: bool, tint
) -> Tensor:
    """One volume [1, 1, D, H, W] -> [3, side, side] in [0, 1]. Twice as large first, for clean edges."""
    device, fine = volume.device, 2 * side
    # A rim of nothing: what touches the border of a volume has a surface there, too.
    sides = torch.tensor(volume.shape[2:], device=device, dtype=torch.float32)
    rim = F.pad(volume, (1,) * 6)
    half = (sides + 2).flip(0) / sides.max()  # of the padded volume, in x, y, z
    voxel = 2.0 / float(sides.max())
    right, up, into = _camera(yaw, pitch, device)
    at = (torch.arange(fine, device=device) + 0.5) * (2 * _FRAME / fine) - _FRAME
    start = at[None, :, None] * right - at[:, None, None] * up
    start = start.reshape(-1, 3)
    solid = rim[0, 0] > threshold
    image = _floor(rim, solid, half, start, into, fine)
    rays = _covered(solid, half, right, up, fine, voxel).nonzero()[:, 0]
    if blocks:
        kept, p, normal, edge = _cubes(solid, half, start[rays], into, voxel)
        edge = 1 - edge * min(
            1.0, max(0.0, (voxel / (2 * _FRAME / side) - 4) / 6)
        )  # lines closer than that would blur
    else:
        kept, p, normal, edge = _surface(rim, half, start[rays], into, threshold, voxel)
    if len(p):
        image[rays[kept]] = _lit(rim, half, p, normal, voxel, tint) * edge[:, None]
    image = image.clamp(0, 1).T.reshape(1, 3, fine, fine)
    return F.avg_pool2d(image, 2)[0]


def _camera(yaw: float, pitch: float, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Unit vectors (x, y, z) to the right of the picture, up in it, and into it; z goes to the back."""
    c, s = math.cos(yaw), math.sin(yaw)
    into = (-s * math.cos(pitch), -math.sin(pitch), c * math.cos(pitch))
    right = (c, 0.0, s)
    up = (
        into[1] * right[2] - into[2] * right[1],
        into[2] * right[0] - into[0] * right[2],
        into[0] * right[1] - into[1] * right[0],
    )
    right, up, into = (torch.tensor(v, device=device) for v in (right, up, into))
    return right, up, into


def _read(volume: Tensor, half: Tensor, p: Tensor, nearest: bool = False) -> Tensor:
    """A volume [1, C, D, H, W] at points [..., 3] (x, y, z) -> [C, ...]: between its voxels, or the nearest one; 0 outside."""
    grid = (p / half).reshape(1, 1, 1, -1, 3)
    way = {"mode": "nearest"} if nearest else {}
    seen = F.grid_sample(volume, grid, align_corners=False, **way)
    return seen.view(volume.shape[1], *p.shape[:-1])


def _covered(solid: Tensor, half: Tensor, right: Tensor, up: Tensor, fine: int, voxel: float) -> Tensor:
    """bool [fine * fine]: pixels that some solid voxel may cover, in the order of the rays."""
    z, y, x = solid.nonzero().float().unbind(1)
    sides = torch.tensor(solid.shape, device=solid.device).flip(0)
    p = (torch.stack([x, y, z], 1) + 0.5) / sides * 2 * half - half
    pixel = 2 * _FRAME / fine
    column, row = ((p @ right + _FRAME) / pixel).long(), ((_FRAME - p @ up) / pixel).long()
    inside = (column >= 0) & (column < fine) & (row >= 0) & (row < fine)
    mask = torch.zeros(fine * fine, device=solid.device)
    mask[row[inside] * fine + column[inside]] = 1
    reach = math.ceil(1.1 * voxel / pixel) + 1
    return F.max_pool2d(mask.view(1, 1, fine, fine), 2 * reach + 1, 1, reach).view(-1) > 0


def _walk(near: Tensor, into: Tensor, half: Tensor, step: float) -> tuple[Tensor, Tensor]:
    """Points [rays, steps, 3] along rays through a ball around the volume, and how far along they are [steps]."""
    reach = float(half.norm())
    t = torch.arange(-reach, reach, step, device=near.device)
    return near[:, None] + t[:, None] * into, t


def _first(inside: Tensor) -> tuple[Tensor, Tensor]:
    """bool [rays, steps] -> (rays that come inside, their first step there)."""
    kept = inside.any(1).nonzero()[:, 0]
    return kept, inside[kept].float().argmax(1)


def _surface(rim: Tensor, half: Tensor, near: Tensor, into: Tensor, threshold: float, voxel: float):
    """(rays that hit, points [n, 3], normals [n, 3], 1) where the rays first pass the threshold."""
    kept, points = [], []
    for some, at in zip(
        near.split(4096), torch.arange(len(near), device=near.device).split(4096), strict=True
    ):
        p, t = _walk(some, into, half, 0.6 * voxel)
        filled = _read(rim, half, p)[0]
        hit, k = _first(filled > threshold)
        row, before = filled[hit], (k - 1).clamp(min=0)[:, None]
        low, high = row.gather(1, before)[:, 0], row.gather(1, k[:, None])[:, 0]
        share = ((threshold - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)
        depth = t[before[:, 0]] + share * 0.6 * voxel
        kept.append(at[hit])
        points.append(some[hit] + depth[:, None] * into)
    kept, p = torch.cat(kept), torch.cat(points)
    soft = F.avg_pool3d(rim, 3, 1, 1)
    soft = 0.5 * soft + 0.5 * F.avg_pool3d(soft, 3, 1, 1)
    steps = torch.eye(3, device=p.device) * voxel
    slope = torch.stack([_read(soft, half, p - s)[0] - _read(soft, half, p + s)[0] for s in steps], 1)
    normal = F.normalize(slope - 1e-4 * into, dim=1)
    return kept, p, normal, torch.ones(len(p), device=p.device)


def _cubes(solid: Tensor, half: Tensor, near: Tensor, into: Tensor, voxel: float):
    """(rays that hit, points [n, 3], normals [n, 3], darkness of the cubes' edges [n]) on the faces of solid voxels."""
    kept, cells = [], []
    volume = solid.float()[None, None]
    sides = torch.tensor(solid.shape, device=near.device).flip(0)
    for some, at in zip(
        near.split(4096), torch.arange(len(near), device=near.device).split(4096), strict=True
    ):
        p, _ = _walk(some, into, half, 0.3 * voxel)
        hit, k = _first(_read(volume, half, p, nearest=True)[0] > 0.5)
        kept.append(at[hit])
        cells.append(((p[hit, k] / half + 1) / 2 * sides).floor())
    kept, cell = torch.cat(kept), torch.cat(cells)
    middle = (cell + 0.5) / sides * 2 * half - half
    # The face by which a ray enters a cube is the last of the three that it passes.
    into_safe = torch.where(into.abs() < 1e-6, torch.full_like(into, 1e-6), into)
    depth, face = ((middle - into.sign() * voxel / 2 - near[kept]) / into_safe).max(1)
    p = near[kept] + depth[:, None] * into
    normal = -F.one_hot(face, 3) * into.sign()
    inside = ((p - middle).abs() / (voxel / 2)).scatter(1, face[:, None], 0.0).amax(1)  # 1 on an edge
    return kept, p, normal, 0.18 * ((inside - 0.84) / 0.12).clamp(0, 1)


def _lit(rim: Tensor, half: Tensor, p: Tensor, normal: Tensor, voxel: float, tint) -> Tensor:
    """Colours [n, 3] of points of the surface."""
    device = p.device
    light = F.normalize(torch.tensor(_LIGHT, device=device), dim=0)
    around = F.avg_pool3d(rim, 5, 1, 2)
    around = F.avg_pool3d(around, 5, 1, 2)
    near, far = (_read(around, half, p + d * voxel * normal)[0] for d in (1.5, 4.0))
    open_ = (1 - 0.75 * near - 0.75 * far).clamp(0.25, 1)  # to the sky
    reach = torch.arange(2, 22, 1.4, device=device) * voxel
    between = _read(rim, half, p[:, None] + 0.8 * voxel * normal[:, None] + reach[:, None] * light)[0].amax(1)
    sun = (normal @ light).clamp(min=0) * (1 - between.clamp(0, 1))
    up = 0.72 + 0.28 * normal[:, 1]
    sky, glow, own = (torch.tensor(c, device=device) for c in (_SKY, _SUN, tint))
    return own * ((open_ * up)[:, None] * sky + sun[:, None] * glow)


def _floor(rim: Tensor, solid: Tensor, half: Tensor, near: Tensor, into: Tensor, fine: int) -> Tensor:
    """White [rays, 3], and on the floor under the lowest solid voxel a soft shadow, the darker the nearer things are."""
    image = torch.ones(len(near), 3, device=near.device)
    levels = solid.flatten(0).view(solid.shape).any(2).any(0)  # by height
    if not levels.any() or float(into[1]) > -0.05:
        return image
    lowest = int(levels.float().argmax())
    height = torch.arange(solid.shape[1], device=near.device) - lowest
    fall = torch.exp(-height.clamp(min=0) / (0.28 * solid.shape[1]))
    cast = (rim[0, 0] * (solid * fall[None, :, None])).amax(1)[None, None]  # [1, 1, D, W]
    wide = max(3, 2 * (solid.shape[0] // 10) + 1)
    cast = F.pad(cast, (wide,) * 4)
    for _ in range(2):
        cast = F.avg_pool2d(cast, wide, 1, wide // 2)
    y = lowest / solid.shape[1] * 2 * float(half[1]) - float(half[1])
    p = near + ((y - near[:, 1]) / into[1])[:, None] * into
    grow = torch.tensor(
        [cast.shape[3] / solid.shape[2] * half[0], cast.shape[2] / solid.shape[0] * half[2]], device=p.device
    )
    grid = (p[:, [0, 2]] / grow).view(1, 1, -1, 2)
    dark = F.grid_sample(cast, grid, align_corners=False).view(-1, 1)
    return image - dark * torch.tensor([0.52, 0.5, 0.42], device=p.device)


# -- triangles ------------------------------------------------------------------------------------------------------

_APART = 0.01  # of a voxel: how far cubes that meet along an edge or at a corner are drawn back from it
# The corners of a face in its plane, counter-clockwise.
_ROUND = ((0, 0), (1, 0), (1, 1), (0, 1))


def mesh(
    volume: Tensor | np.ndarray, threshold: float = 0.5, blocks: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The surface of a volume [D, H, W] as (vertices float64 [V, 3], triangles int64 [T, 3]): closed, outer sides counter-clockwise.

    x goes right, y up and z to the front; the longest side of the volume is 1, its floor y = 0, the middle of its floor the
    origin.  threshold: what is more occupied is solid.  blocks: the outer faces of cubes, two triangles each; else marching
    cubes (Lorensen and Cline 1987), for which scikit-image has to be installed.  Where blocks meet only along an edge or at a corner
    they are drawn back from it by a hundredth of a voxel: a surface that touches itself is not closed for most programs.
    ValueError for another shape, or if nothing is solid.
    """
    filled = np.asarray(volume, np.float64)
    if filled.ndim != 3 or not min(filled.shape):
        raise ValueError(f"a mesh is made of a volume [D, H, W], got {list(filled.shape)}")
    if not (filled > threshold).any():
        raise ValueError(f"nothing of this volume is more occupied than {threshold:g}")
    at, triangles = _block_mesh(filled > threshold) if blocks else _smooth_mesh(filled, threshold)
    depth, _, width = filled.shape
    d, h, w = at.T
    return np.stack([w - width / 2, h, depth / 2 - d], 1) / max(filled.shape), triangles


def _smooth_mesh(filled: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices in voxels (d, h, w), from the outer corner of the first one; triangles."""
    from skimage.measure import marching_cubes

    # A voxel that lies on the threshold would put several vertices into one place.
    over = np.pad(filled, 1) - threshold
    over = np.where(over > 0, np.maximum(over, 4e-3), np.minimum(over, -4e-3))
    at, triangles, _, _ = marching_cubes(over, 0.0, gradient_direction="ascent")
    return at.astype(np.float64) - 0.5, triangles.astype(np.int64)


def _block_mesh(solid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As `_smooth_mesh`. Faces that share an edge share its vertices, but not those of two blocks that only meet there."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rim = np.pad(solid, 1)
    cells, corners = [], []  # of each face: its block, and its four corners, whole numbers
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (0, 1):
            free = rim & ~np.roll(rim, 1 - 2 * side, axis)
            cell = np.argwhere(free) - 1
            face = np.repeat(cell[:, None], 4, 1)
            face[:, :, axis] += side
            for k, (a, b) in enumerate(_ROUND if side else _ROUND[::-1]):
                face[:, k, u] += a
                face[:, k, v] += b
            cells.append(cell)
            corners.append(face)
    cells, corners = np.concatenate(cells), np.concatenate(corners)
    count = len(cells)
    face, k = np.divmod(np.arange(4 * count), 4)
    ends = np.stack([4 * face + k, 4 * face + (k + 1) % 4], 1)  # corners of faces, numbered through
    places = corners.reshape(-1, 3)
    names = np.sort(np.ravel_multi_index(places.T, np.array(solid.shape) + 1)[ends], 1)
    # Two faces meet at an edge. Of four, those of one block belong together.
    own = np.ravel_multi_index(cells[face].T, solid.shape)
    _, which, times = np.unique(names, axis=0, return_inverse=True, return_counts=True)
    which = which.ravel()
    order = np.lexsort((own, which))
    one, other = ends[order[::2]], ends[order[1::2]]
    turned = np.any(places[one[:, 0]] != places[other[:, 0]], 1)
    other[turned] = other[turned, ::-1]
    links = one.ravel(), other.ravel()
    total, vertex = connected_components(
        coo_array((np.ones(len(links[0])), links), shape=(4 * count,) * 2), False
    )
    at = np.zeros((total, 3))
    at[vertex] = places
    # A place with several vertices: each goes a little towards the blocks that it belongs to.
    inner, share = np.zeros((total, 3)), np.bincount(vertex, minlength=total)[:, None]
    np.add.at(inner, vertex, cells[face] + 0.5 - places)
    _, place, many = np.unique(
        np.ravel_multi_index(at.astype(int).T, np.array(solid.shape) + 1),
        return_inverse=True,
        return_counts=True,
    )
    at += np.where(many[place.ravel()][:, None] > 1, _APART * 2 * inner / share, 0)
    quads = vertex.reshape(count, 4)
    # Blocks that meet along an edge may share both of its ends all the same, by other blocks around: then each pair of faces gets
    # a vertex of its own in the middle.
    known = np.sort(vertex[ends], 1)
    _, edge, uses = np.unique(known, axis=0, return_inverse=True, return_counts=True)
    middle = np.full(4 * count, -1)
    twice = np.flatnonzero(uses[edge.ravel()] > 2)
    added = []
    for pair in order.reshape(-1, 2)[np.isin(order[::2], twice)]:
        middle[pair] = total + len(added)
        inward = (cells[face[pair]] + 0.5).mean(0) - places[ends[pair[0]]].mean(0)
        added.append(places[ends[pair[0]]].mean(0) + 2 * _APART * inward)
    plain = (middle.reshape(count, 4) < 0).all(1)
    triangles = [quads[plain][:, [0, 1, 2]], quads[plain][:, [0, 2, 3]]]
    for n in np.flatnonzero(~plain):
        centre = total + len(added)
        added.append(corners[n].mean(0))
        ring = [v for k in range(4) for v in (quads[n, k], middle[4 * n + k]) if v >= 0]
        triangles.append(np.array([(centre, a, b) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]))
    return np.concatenate([at, *([np.array(added)] if added else [])]), np.concatenate(triangles).astype(
        np.int64
    )


def glb_bytes(
    volume: Tensor | np.ndarray, threshold: float = 0.5, blocks: bool = False, tint: tuple[float, float, float] = CLAY,
) -> bytes:  # fmt: skip
    """The content of a `.glb` file (glTF 2.0, binary) with the `mesh` of a volume [D, H, W], y up. tint: RGB in [0, 1]. trimesh has to
    be installed. ValueError as of `mesh`."""
    import trimesh

    at, triangles = mesh(volume, threshold, blocks)
    matt = trimesh.visual.material.PBRMaterial(
        baseColorFactor=[*tint, 1.0], metallicFactor=0.0, roughnessFactor=0.85
    )
    made = trimesh.Trimesh(at, triangles, process=False, visual=trimesh.visual.TextureVisuals(material=matt))
    # A file without normals is drawn with flat faces: right for cubes.
    return made.export(file_type="glb", include_normals=not blocks)
