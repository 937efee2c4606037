"""The README says what the program does: its keys and its pictures."""

import re

from tests.ui.readme_keys import README, with_table
from tests.ui.scenes import all_scenes
from tests.ui.screenshots import FOLDER

TEXT = README.read_text(encoding="utf-8")


def test_the_key_table_is_that_of_the_command_table() -> None:
    assert with_table(TEXT) == TEXT, "run python -m tests.ui.readme_keys"


def test_every_picture_shown_is_drawn_from_a_scene() -> None:
    shown = set(re.findall(r"\(screenshots/([\w-]+)\.svg\)", TEXT))
    assert shown
    assert shown <= {scene.name for scene in all_scenes() if scene.picture}


def test_the_pictures_in_the_repository_are_those_of_the_scenes() -> None:
    assert {file.stem for file in FOLDER.glob("*.svg")} == {scene.name for scene in all_scenes() if scene.picture}
