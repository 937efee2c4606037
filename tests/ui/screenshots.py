"""Draw the pictures of screenshots/ from the scenes: `python -m tests.ui.screenshots`."""

import asyncio
from pathlib import Path

import tests.conftest  # noqa: F401  the same time zone and environment as the snapshot tests
from tests.ui.scenes import Scene, all_scenes

FOLDER = Path(__file__).parents[2] / "screenshots"


async def draw(scene: Scene) -> None:
    app = scene.make()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        if scene.prepare is not None:
            await scene.prepare(pilot)
        await pilot.pause()
        (FOLDER / f"{scene.name}.svg").write_text(app.export_screenshot(title="odtui"), encoding="utf-8")


def main() -> None:
    for scene in all_scenes():
        if scene.picture:
            asyncio.run(draw(scene))


if __name__ == "__main__":
    main()
