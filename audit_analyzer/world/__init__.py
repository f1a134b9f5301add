"""A labelled world: constructed agencies in their ordinary months, misuse planted among them, and the truth about it. The answer to "how often is it wrong?".

    world = build(seed=1, size="small"); world.write(folder)

Plants are functions dNN_level or dNN_level_variant (level: easy, medium, hard, trap) of the modules plants_*.py here; adding one is adding a function.
They keep to detections.md and the domain's figures and know nothing of the rules.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from audit_analyzer.world.frame import SIZES, World
from audit_analyzer.world.truths import LEVELS, Truth

__all__ = ["LEVELS", "SIZES", "Truth", "World", "build", "plants"]
NAME = re.compile(r"d(\d\d)_(easy|medium|hard|trap)(_\w+)?")


def plants() -> Iterator[tuple[str, str, str, Callable[[World], None]]]:
    """Every plant by name: its name, detection, level and function."""
    found = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("plants_"):
            room = importlib.import_module(f"{__name__}.{module.name}")
            found += [(name, thing) for name, thing in vars(room).items() if NAME.fullmatch(name) and callable(thing)]
    for name, thing in sorted(found, key=lambda pair: pair[0]):
        match = NAME.fullmatch(name)
        if match:
            yield name, f"D{match[1]}", match[2], thing


def build(seed: int, size: str = "small", only: Collection[str] | None = None) -> World:
    """A whole world. `only`: detections ("D01") whose plants are wanted; all without. Raises RuntimeError where a plant declares no truth."""
    from audit_analyzer.world import background

    world = World(seed, size)
    background.build(world)
    for name, detection, level, plant in plants():
        if only is None or detection in only:
            before = len(world.truths)
            with world.planting(name, detection, level):
                plant(world)
            if len(world.truths) == before:
                raise RuntimeError(f"the plant {name} declares no truth")
    return world
