"""The smallest real PDF: one page of plain text."""

from __future__ import annotations

from collections.abc import Sequence

MAX_LINES = 62
MAX_COLUMNS = 96


def one_page(lines: Sequence[str]) -> bytes:
    """A page in A4 with the first lines of a text; characters outside Windows' Western set become question marks."""
    shown = [line.expandtabs(4)[:MAX_COLUMNS] for line in lines[:MAX_LINES]]
    drawn = b" ".join(b"(" + _escaped(line) + b") '" for line in shown)
    stream = b"BT /F1 9 Tf 12 TL 50 800 Td " + drawn + b" ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    )
    data = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(data)


def _escaped(line: str) -> bytes:
    text = "".join(each if each.isprintable() else "?" for each in line)
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252", "replace")
