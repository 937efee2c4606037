"""The first bytes of seeded files, so that programs recognise what they open."""

from __future__ import annotations


def head(key: str) -> bytes:
    """What the content of `seed:KEY` starts with; the key begins with the extension."""
    return _MAGIC.get(key.partition(":")[0], b"")


_MAGIC = {
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "gz": b"\x1f\x8b\x08\x00",
    "zip": b"PK\x03\x04",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "pptx": b"PK\x03\x04",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "dng": b"II*\x00",
}
