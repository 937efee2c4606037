from odtui.graph.listed_links import MOST, YOUNG, ListedLinks
from odtui.graph.models import DriveItem


def test_a_link_is_given_once_and_only_while_it_is_young() -> None:
    now = 0.0
    links = ListedLinks(lambda: now)
    links.keep("d", [DriveItem(id=name, download_url=f"https://host/{name}") for name in "ab"])
    assert links.take("d", "a") == "https://host/a"
    assert links.take("d", "a") is None
    assert links.take("other", "b") is None
    now = YOUNG + 1
    assert links.take("d", "b") is None


def test_items_without_a_link_are_left_out_and_not_too_many_are_kept() -> None:
    links = ListedLinks(lambda: 0.0)
    links.keep("d", [DriveItem(id="folder")])
    links.keep("d", [DriveItem(id=str(number), download_url="https://host/x?secret") for number in range(MOST + 5)])
    assert links.take("d", "folder") is None
    assert links.take("d", "4") is None
    assert links.take("d", "5") == "https://host/x?secret"
    assert "secret" not in repr(links)
