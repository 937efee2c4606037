"""Scenes: states of the screens, used by the snapshot tests and for the pictures in screenshots/.

A module of this package has a list SCENES. Every scene is drawn at each of SIZES.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.pilot import Pilot

SIZES = ((80, 24), (120, 36))


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of one screen, reached the same way every time."""

    name: str
    make: Callable[[], App[Any]]
    """A new app; fixed theme, clock and content."""
    prepare: Callable[[Pilot[Any]], Awaitable[None]] | None = None
    """Leads the app into the state: presses keys, awaits workers, never sleeps."""
    picture: bool = False
    """Also one of the pictures in screenshots/."""


def all_scenes() -> list[Scene]:
    """The scenes of every module here, by name."""
    scenes: list[Scene] = []
    for module in pkgutil.iter_modules(__path__):
        scenes += importlib.import_module(f"{__name__}.{module.name}").SCENES
    return sorted(scenes, key=lambda scene: scene.name)
