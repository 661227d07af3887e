"""Which emoji are drawn alike, and a split that keeps them on one side.

A man, a woman and a person of one profession, the hours of a clock, one apple in two colours: whoever has learned from
one of them has all but seen the others. They make a family, and `sides` puts a family wholly into train, val or test.
Concepts are known by their names, which are OpenMoji's; one that no rule below names is a family of its own.

The rules were found by measuring which images are near twins (see `twins`) in several styles, and by reading the list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from .folders import DataError, is_validation

# Families by name: a pattern for the whole of it. These come first.
_NAMES = {
    "clock faces": r".* o’clock|.*-thirty",
    "discs": r".* moon( face)?|sun( with face)?|coin|basketball|volleyball|cookie|flatbread",
    "pale shapes": r"(sun behind|cloud).*|fog|.* balloon|.*speech bubble|comet|candle|wind chime|glass of milk|cocktail glass|clinking glasses",
    "signs": r"(check|cross) mark.*|check box with check|eight-.*|sparkle|high voltage|radioactive|biohazard",
    "prohibitions": r"no .*|prohibited|hollow red circle",
    "globes": r"globe .*",
    "skylines": r"cityscape.*|sun(set|rise)|night with stars|bridge at night|foggy",
    "people as such": r".* in steamy room",
    "people in suits": r".*(pilot|office worker|scientist|health worker|police officer|in tuxedo)|(office|health) worker|scientist",
    "people: claus": r".* claus",
    "people: of the sea": r"mer(person|maid|man)",
    "hearts": r"heart suit",
    "cat faces": r"cat face",
    "monkey faces": r"monkey face",
    "cats": r"(black )?cat",
    "dogs": r"dog|(service|guide) dog",
    "chicks": r".* chick",
    "nests": r".*\bnest\b.*",
    "ears": r"ear( with hearing aid)?",
    "apples": r"(red|green) apple",
    "drops": r"droplet|drop of blood",
    "bulbs": r"onion|potato",
    "fireworks": r"fireworks|sparkler",
    "medals": r".* medal",
    "banknotes": r".* banknote",
    "books": r".* book",
    "folders": r".*file folder|card index dividers",
    "keys": r"(old )?key",
    "locks": r"(un)?locked.*",
    "pens": r"crayon|pencil|fountain pen",
    "pins": r"link|safety pin",
    "magnifying glasses": r"magnifying glass.*",
    "hourglasses": r"hourglass.*",
}  # fmt: skip

# Families that are whole subgroups of the index.
_SUBGROUPS = {
    "signs": ("alphanum", "arrow", "av-symbol", "geometric", "keycap", "religion", "transport-sign", "zodiac"),
    "marks": ("math", "punctuation", "gender"),
    "hearts": ("heart",),
    "yellow faces": (
        "face-smiling", "face-tongue", "face-sleepy", "face-affection", "face-glasses", "face-neutral-skeptical",
        "face-concerned", "face-unwell", "face-hand", "face-hat", "face-negative",
    ),
    "cat faces": ("cat-face",),
    "monkey faces": ("monkey-face",),
    "people as such": ("person", "person-gesture"),
    "hands": (
        "hand-single-finger", "hand-fingers-closed", "hand-fingers-open", "hand-fingers-partial", "hands", "hand-prop",
    ),
    "mail": ("mail",),
}  # fmt: skip
_BY_SUBGROUP = {subgroup: family for family, subgroups in _SUBGROUPS.items() for subgroup in subgroups}

# Subgroups in which a man, a woman and a person do the same.
_PEOPLE = ("person-activity", "person-fantasy", "person-resting", "person-role", "person-sport")
_WHO = re.compile(r"\b(person|people|woman|women|man|men)\b ?")

# Families that are tested on besides those that `sides` finds, so that professions are among the tested.
HELD_OUT = (
    "people: astronaut", "people: detective", "people: genie", "people: guard", "people: mechanic", "people: student",
    "people: vampire",
)  # fmt: skip
LARGE = 8  # a larger family goes to train: the few of val and test are to be of many kinds


def family(entry: dict) -> str:
    """The name of the family of an index entry, which has at least "name" and "subgroup"."""
    name, subgroup = entry["name"], entry["subgroup"]
    for key, pattern in _NAMES.items():
        if re.fullmatch(pattern, name, re.IGNORECASE):
            return key
    if subgroup in _BY_SUBGROUP:
        return _BY_SUBGROUP[subgroup]
    if subgroup in _PEOPLE:
        return f"people: {_WHO.sub('', name).strip()}"
    return name


def _together(entries: list[dict]) -> dict[str, list[dict]]:
    members = defaultdict(list)
    for entry in entries:
        members[family(entry)].append(entry)
    return members


def sides(entries: list[dict]) -> dict[str, str]:
    """code -> train, val or test, of all entries of an index ("code", "name", "subgroup", "split").

    Test takes the families of which at least half is in the index's own test split, and HELD_OUT; of these it has
    only the concepts of that split, which no judge of the gallery has seen, and the others are left out of everything.
    Of the other families, the test concepts too are trained on; a tenth of them, by a hash of the name, is val.
    """
    found = {}
    for key, members in _together(entries).items():
        unseen = [e for e in members if e["split"] == "test"]
        if key in HELD_OUT or 2 * len(unseen) >= len(members):
            found |= {e["code"]: "test" for e in unseen}
        else:
            val = len(members) <= LARGE and is_validation(f"family {key}")
            found |= {e["code"]: "val" if val else "train" for e in members}
    return found


def parts(entries: list[dict], count: int) -> list[list[dict]]:
    """The entries in `count` parts of about equal size, each family wholly in one, each group of the index spread over all.

    The largest families are dealt first, each to the part that has the fewest of its group.
    """
    if count < 1:
        raise DataError(f"{count} part(s): give at least one.")
    dealt, filled = [[] for _ in range(count)], Counter()
    for _, members in sorted(_together(entries).items(), key=lambda item: (-len(item[1]), item[0])):
        group = members[0]["group"]
        part = min(range(count), key=lambda i: (filled[group, i], len(dealt[i]), i))
        filled[group, part] += len(members)
        dealt[part] += members
    return dealt
