"""What a download link can stand for besides a file as it is: an earlier version, a conversion, a thumbnail."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from odtui.demo import measuring, pictures, scaling
from odtui.demo.bodies import Bodies, Body, Memory
from odtui.demo.errors import GraphFault, bad_request, not_found
from odtui.demo.nodes import Node
from odtui.demo.pdf import MAX_COLUMNS, MAX_LINES, one_page
from odtui.demo.render import mime_of

_OFFICE = (
    "doc",
    "docx",
    "dot",
    "dotm",
    "dotx",
    "odp",
    "ods",
    "odt",
    "pps",
    "ppsx",
    "ppt",
    "pptx",
    "xls",
    "xlsm",
    "xlsx",
)
_OTHERS = ("csv", "dsn", "dwg", "eml", "epub", "htm", "html", "markdown", "md", "msg", "rtf", "tif", "tiff", "txt")
PDF_FROM = frozenset((*_OFFICE, *_OTHERS))
"""Extensions that can be converted to PDF (REFERENCE §5.10)."""

_TEXT = ("text/", "application/json", "application/x-sh")
_PICTURE = re.compile(r"(thumb|asis|jpg)\.(\d+)x(\d+)(?:\.[0-9a-z]+)?")
"""`thumb` and `jpg` stand upright, `asis` does not."""
_SOURCE = re.compile(r"source\.[0-9a-z]+")
MAX_EDGE = 4096
"""Pixels of a picture on request."""
_VERSION = re.compile(r"version\.(\d+)")


def open_form(bodies: Bodies, node: Node, form: str) -> tuple[Body, str]:
    """The bytes that a link with this form stands for, and their media type. Raises GraphFault 404."""
    if not form:
        return bodies.open(node), _mime(node)
    if (found := _VERSION.fullmatch(form)) is not None:
        for version in node.versions:
            if version.number == int(found[1]):
                return bodies.open_content(version.content, version.size), _mime(node)
    elif (found := _PICTURE.fullmatch(form)) is not None:
        number, width, height = pictures.number_of(node.content), int(found[2]), int(found[3])
        if number is not None and found[1] == "jpg":
            return Memory(pictures.jpeg(number, width, height)), "image/jpeg"
        if number is not None and not node.thumbnail:
            return Memory(pictures.png(number, width, height)), "image/png"
        source = (node.content, node.size) if found[1] == "jpg" else measuring.source_of(node)
        if (made := scaling.jpeg(bodies, *source, width, height, found[1] != "asis")) is not None:
            return Memory(made), "image/jpeg"
    elif _SOURCE.fullmatch(form) and node.thumbnail:
        return bodies.open_content(*measuring.source_of(node)), measuring.mime_type(bodies, node)
    elif form == "pdf":
        return Memory(one_page(_lines(bodies, node))), "application/pdf"
    raise not_found()


def converted(bodies: Bodies, node: Node, wanted: str, width: str, height: str) -> str:
    """The form for content?format=. Raises GraphFault 400 or 406."""
    extension = node.name.rpartition(".")[2].lower()
    if wanted == "pdf" and extension in PDF_FROM:
        return "pdf"
    drawn = pictures.number_of(node.content) is not None
    own = measuring.size_of(bodies, node, own=True) if wanted == "jpg" and not drawn else None
    whole = scaling.upright_size(bodies, node.content, node.size, own) if own is not None else None
    if wanted == "jpg" and (drawn or whole is not None):
        if not (_pixels(width) and _pixels(height)):
            raise bad_request("Width and height are needed.")
        edges = int(width), int(height)
        inside = pictures.fit(*edges) if whole is None else scaling.fitted(whole, *edges, crop=False)
        return f"jpg.{inside[0]}x{inside[1]}"
    raise GraphFault(406, "notSupported", f"A file of the type '{extension[:20]}' cannot be converted to that.")


def _pixels(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= MAX_EDGE


def _mime(node: Node) -> str:
    return mime_of(node.name.rpartition(".")[2].lower())


def _lines(bodies: Bodies, node: Node) -> list[str]:
    """The text of a file, or a few words about it if it holds none."""
    if _mime(node).startswith(_TEXT):
        body = bodies.open(node)
        try:
            return body.read(0, MAX_LINES * MAX_COLUMNS).decode(errors="replace").splitlines()
        finally:
            body.close()
    day = datetime.fromtimestamp(node.fs_modified, UTC)
    return [node.name, "", f"{node.size:,} bytes, last changed on {day:%Y-%m-%d}", "", "A page made by the demo drive."]
