"""The browser in terminals smaller and larger than those that every scene is drawn in."""

from collections.abc import Callable

import pytest

from tests.ui.scenes import Scene
from tests.ui.scenes.browser import SCENES

NAMES = ("browser", "browser-filter", "browser-forbidden", "browser-preview", "browser-transfers", "browser-hostile")


@pytest.mark.parametrize("size", [(60, 20), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.name in NAMES], ids=lambda scene: scene.name)
def test_scene(scene: Scene, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(scene.make(), run_before=scene.prepare, terminal_size=size)
