"""All items of a folder tree in one order, in portions, from wherever the last portion ended."""

from __future__ import annotations

from collections.abc import Iterator

from odtui.demo.nodes import Node
from odtui.demo.tree import Tree

Mark = list[tuple[str, str]]
"""Where a walk stands: the folders that it is in, outermost first, each with the name last given in it."""


def start(folder: Node) -> Mark:
    """The mark before the first item of a folder."""
    return [(folder.guid, "")]


def walk(tree: Tree, mark: Mark) -> Iterator[tuple[Node, Mark]]:
    """Items after a mark, folders before what is in them, each with the mark that goes on after it.

    What is renamed or moved between two portions may be missed or given twice, as on the service.
    """
    stack = list(mark)
    while stack:
        guid, name = stack.pop()
        folder = tree.get(guid)
        if folder is None or not folder.is_container:
            continue
        for node in tree.after(folder, name):
            stack.append((guid, node.name))
            if node.is_container:
                stack.append((node.guid, ""))
                yield node, list(stack)
                break
            yield node, list(stack)
            stack.pop()
