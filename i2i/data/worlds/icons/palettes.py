"""The colours of the icons: schemes for each class."""

from __future__ import annotations

# Colours by class and role. A sample picks one column; a role with fewer columns repeats them. So the
# columns are harmonies, and a line drawing leaves a class-typical choice of colour open.
COMMON = {"ink": "2a2433", "white": "ffffff", "blush": "f792a0", "metal": "d9dde6", "glass": "9bdcf5"}
SCHEMES: dict[str, dict[str, str]] = {
    "mug": {
        "body": "e8503a 2f7fd1 f4b52e 31a58b f7f0e6 8e62c9",
        "rim": "f58d75 6cb0ee fbd675 6fd0b8 ffffff b795e4",
        "motif": "ffe3c2 fff3d6 ffffff f9e27d e8503a ffd1e8",
        "drink": "5a3524 5a3524 6b3f26 7b4a2b",
        "steam": "a9b6c9",
    },
    "fish": {
        "body": "ff8a3c 3ba7e0 f7c531 ef5d78 40c2a4 8f7be8",
        "fin": "f25c2c 2a6fc4 f08a24 c23a6b 1f8f8c 5d4ec2",
        "stripe": "fff1dc bfe9fb 2f6fb5 ffd0d6 d9f7d2 d9d0ff",
        "bubble": "8fd3f2",
    },
    "house": {
        "wall": "fbe5c0 f6f1ea f8cf8d cfe6ee f6c9bd",
        "roof": "d9483b 3b6ea8 b5523a 43608f 7a4fa0",
        "door": "8a5a3a e0703d 3f8f7f d9553f 4a7fb5",
        "chimney": "a8614c 98a0ad",
        "knob": "f6cf4d",
        "glass": "a7e0f7 ffe58a a7e0f7 ffe58a",
        "bush": "5cb85a 43a571",
    },
    "cat": {
        "fur": "f3a24a 8d93a3 e9d3b3 4b4657 c98a5e f7f1ea",
        "mark": "c96f22 5f6577 b98a5c 2f2b3a 8f5a36 e2a35c",
        "muzzle": "fff1de eef1f6 fffaf0 cfcad9 f8e6d3 ffffff",
        "pink": "f9b4ae f7b9c4",
        "nose": "e8697a",
        "ink": "2a2433 2a2433 2a2433 15131c",
    },
    "mushroom": {
        "cap": "e23b34 d9652b 8c52c4 c9883f 2f8fc0 e85a8c",
        "spot": "fff7ea fff0d2 f3d9ff fff3d9 d9f6ff fff0f5",
        "stem": "fdf0d9 f7e7cf",
        "gill": "ecd2ab e0c39b",
    },
    "rocket": {
        "hull": "f4f6fa f7f2e8 ffd25a 7fd0f0 f4f6fa",
        "nose": "e8443d 2f6fd0 e8633a f4f6fa 8a4fd0",
        "fin": "e8443d 2f6fd0 d9453c 3560b8 8a4fd0",
        "metal": "9aa5b8 8793aa",
        "flame": "ff8a24",
        "spark": "ffe25a",
    },
    "flower": {
        "petal": "f2547d ffffff ffb52e a86be0 5b8ff0 ff7a45",
        "back": "c9305f ffd9ea f08a1e 7a45c0 3560c8 d94f24",
        "core": "ffd23f f9b52a a8572a ffe06a",
        "leaf": "4fae55 3f9f6b 6cb844",
    },
    "car": {
        "body": "e6413c 2f86dc f6bd2c 42b883 f08ab0 8f6fdc",
        "trim": "b02a2e 1f5fa8 d9922a 2b8a63 c95f8a 6a4cb5",
        "tyre": "2f2f3a",
        "lamp": "fff2a8",
        "tail": "ff6b4a",
        "luggage": "b5793f 8a5a3a c9924f",
    },
    "tree": {
        "crown": "57b04f 3f9a5f 8bbf3f f0a03a ef7fa0",
        "shade": "3d8a3c 2b7547 6a9c2b d07f22 d45f86",
        "trunk": "8a5a36 7a4a2e",
        "fruit": "e8413a f6c531 e8413a c93a3a fff0a8",
        "star": "ffd54a",
    },
    "sailboat": {
        "hull": "d9483b 2f5fa8 8a5a3a 2f9f8f f2a93b",
        "sail": "ffffff fff4dc ffffff fdf0d0",
        "jib": "ffd9a8 d9ecff f7c46a c9f2e4 ffe3da",
        "trim": "2f6fd0 f25f4c e8503a f2b134 d9483b",
        "mast": "8a5f3f",
        "sea": "5cb8ea 4aa5e0 5ccfd8",
        "sun": "ffcf4a",
    },
    "cupcake": {
        "cream": "ff9fc0 fff0dc 8fdcc9 b59af0 8a5a3f ffd977",
        "paper": "5cc3d9 e8506a f2a93b f47fb0 f6cf6a 7a8fe8",
        "pleat": "3f9fb8 b8324f cc7f24 cc5589 d9a63c 5566c4",
        "bit0": "ffd23f ff7a5c f2547d",
        "bit1": "5b8ff0 42b883",
        "bit2": "ffffff e8413a ffffff 42b883",
        "cherry": "e02f3f",
        "stalk": "4f9a4a",
        "flame": "ffb52e",
    },
    "umbrella": {
        "canopy": "e8413a 3b7fe0 f6bd2c 8f5fd0 2fae9b f2679c",
        "panel": "fff3df ffd65a e8633a f3b7ec fdf3d0 ffd3e3",
        "shade": "c9302c 2a66c2 df9f18 7347b5 228f80 d94d86",
        "handle": "8a5a3a 4a4a5c",
        "rain": "6cb8f0",
    },
    "balloon": {
        "bag": "e8453c 2f86dc f28a2e 7a55cc 2fa59a",
        "panel": "ffd23f fff3df ffe7a8 ff9fc4 fff0c9",
        "third": "f28a2e e8503a c9353f ffd86a ee6a4a",
        "basket": "b5793f 9a6433",
        "rope": "7a5230",
        "cloud": "cfe2f5",
    },
    "owl": {
        "body": "a8703f 7f8aa3 8a5fb0 4f86b0 c98a45",
        "belly": "f6dfb8 e6ebf2 ead6f7 d3ebf5 fbe9c6",
        "wing": "7a4a2a 58627a 62408a 35648c 9a632c",
        "beak": "f6a52e",
        "branch": "7a5236",
        "leaf": "5cb05a",
    },
    "cactus": {
        "green": "4fae62 3f9f7f 7dbb4a 5fb58f",
        "spine": "2f7a42 25705a 54892b 3a8068",
        "bloom": "ff6fa3 ffb52e f25f5c",
        "pot": "d9703f 4f7fc9 f2b134 e86a8a f3ece0",
    },
    "icecream": {
        "cone": "eeb565 e3a24f",
        "weave": "c08036 b5722f",
        "first": "ff9fc0 8fdcc0 fff0cf 7a4a33 c9a0f0",
        "second": "fff0cf 7a4a33 ff9fc0 a8e0a8 ffcf6a",
        "third": "8a5238 ff9fb0 8fd8e8 fff0cf f58aa0",
        "cherry": "e02f3f",
        "stalk": "4f9a4a",
        "wafer": "c98a45",
        "bit": "5b8ff0 e8413a 42b883 ffd23f f2547d",
    },
}


def _rgb(colours: str) -> list[tuple[float, ...]]:
    return [tuple(int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)) for c in colours.split()]


PALETTES = {
    name: {role: _rgb(c) for role, c in (COMMON | scheme).items()} for name, scheme in SCHEMES.items()
}
N_SCHEMES = {name: max(len(c) for c in roles.values()) for name, roles in PALETTES.items()}
