"""Every scene looks as it did when somebody last looked at it."""

from collections.abc import Callable

import pytest

from tests.ui.scenes import SIZES, Scene, all_scenes


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", all_scenes(), ids=lambda scene: scene.name)
def test_scene(scene: Scene, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(scene.make(), run_before=scene.prepare, terminal_size=size)
