"""The demo server alone, asked by a client that does next to nothing, beside odtui's own client for the same requests.

What the server takes is no cost of the client: the ratio says how much of a figure measured against it is odtui's.
"""

import asyncio
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from odtui.config.settings import Settings
from odtui.demo.visitor import open_url as approve
from odtui.graph import addresses
from odtui.net.engine import async_client
from odtui.services.entry import Entry
from odtui.services.session import Session
from odtui.ui.demo_drive import DemoDrive, DemoOptions

ITEMS = 20_000
PAGE = 200
SMALL, LARGE = 320 << 10, 10 << 20
"""Bytes of a fragment: the smallest there is, and what odtui sends."""
COUNTS = {SMALL: 300, LARGE: 20}
ROUNDS = 3
HOST = "graph.microsoft.com"

_NEXT = re.compile(rb'"@odata.nextLink":"([^"]+)"')
_UPLOAD = re.compile(rb'"uploadUrl":"([^"]+)"')


@dataclass
class Raw:
    """One connection to the server, and no more of HTTP than it needs."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    token: str
    """The Authorization header."""

    @classmethod
    async def open(cls, base: str, token: str) -> "Raw":
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(base).port, limit=1 << 20)
        return cls(reader, writer, token)

    async def ask(self, method: str, url: str, body: bytes = b"", **headers: str) -> bytes:
        """The body of a successful answer. Raises RuntimeError for any other."""
        parts = urlsplit(url)
        lines = [f"{method} {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        self.writer.write("\r\n".join(lines).encode())
        self.writer.write(body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        answer = await self.reader.readexactly(int(length[1])) if length else b""
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{method} {parts.path}: {head.splitlines()[0].decode()}")
        return answer

    async def list(self, drive_id: str, item_id: str) -> int:
        """Fetches all pages of a folder; how many there were."""
        url = f"https://{HOST}/v1.0{addresses.children(drive_id, item_id, PAGE)}"
        pages = 0
        while url:
            body = await self.ask("GET", url, Authorization=self.token)
            pages += 1
            following = _NEXT.search(body)
            url = following[1].decode() if following else ""
        return pages

    async def upload(self, drive_id: str, parent_id: str, fragment: bytes, count: int) -> None:
        """Sends a file of `count` fragments."""
        url = f"https://{HOST}/v1.0{addresses.named(drive_id, parent_id, 'raw.bin', 'createUploadSession')}"
        found = _UPLOAD.search(await self.ask("POST", url, Authorization=self.token))
        if found is None:
            raise RuntimeError("there is no upload session")
        size, total = len(fragment), len(fragment) * count
        for start in range(0, total, size):
            spanned = f"bytes {start}-{start + size - 1}/{total}"
            await self.ask("PUT", found[1].decode(), fragment, Content_Range=spanned)


async def _list(session: Session, folder: Entry) -> int:
    pages = 0
    async for _ in session.client.children(folder.drive_id, folder.id, first_page=PAGE):
        pages += 1
    return pages


async def _upload(session: Session, drive_id: str, parent_id: str, fragment: bytes, count: int) -> None:
    total = len(fragment) * count
    upload = await session.client.create_upload_session(drive_id, parent_id, "odtui.bin", total, on_conflict="replace")
    while upload.next_offset < total:
        await upload.send(fragment)


async def _seconds(job: Callable[[], Awaitable[object]]) -> float:
    """The middle of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await job()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


async def run() -> None:
    drive = await DemoDrive.start(DemoOptions(items=ITEMS))
    try:
        workspace = drive.workspace(Settings())
        authenticator = workspace.authenticator(workspace.draft)
        account = await authenticator.sign_in_browser(open_url=approve, show_url=lambda _url: None)
        session = await workspace.connect(workspace.draft, account)
        async with async_client(workspace.routes, auth=authenticator.auth(account)) as http:
            answer = await http.get(f"https://{HOST}/v1.0/me/drive")
        raw = await Raw.open(workspace.routes.target, answer.request.headers["Authorization"])
        folder = await session.place.locate("/Many files")
        await _pages(session, raw, folder)
        root = await session.client.root(folder.drive_id)
        for size, count in COUNTS.items():
            await _fragments(session, raw, folder.drive_id, root.id, size, count)
        raw.writer.close()
        await session.aclose()
        await workspace.aclose()
    finally:
        await drive.stop()


async def _pages(session: Session, raw: Raw, folder: Entry) -> None:
    pages = await raw.list(folder.drive_id, folder.id)
    if pages != await _list(session, folder):
        raise RuntimeError("the clients saw different pages")
    alone = await _seconds(lambda: raw.list(folder.drive_id, folder.id))
    ours = await _seconds(lambda: _list(session, folder))
    print(
        f"  children, {PAGE} a page: the server alone {pages / alone:.0f} requests/s;"
        f" odtui's client {pages / ours:.0f}; ratio {ours / alone:.2f}"
    )


async def _fragments(session: Session, raw: Raw, drive_id: str, root_id: str, size: int, count: int) -> None:
    fragment = bytes(size)
    alone = await _seconds(lambda: raw.upload(drive_id, root_id, fragment, count))
    ours = await _seconds(lambda: _upload(session, drive_id, root_id, fragment, count))
    rate = size * count / alone / (1 << 20)
    print(
        f"  fragments of {size >> 10:,} KiB: the server alone {count / alone:.0f} requests/s ({rate:.0f} MiB/s);"
        f" odtui's client {count / ours:.0f}; ratio {ours / alone:.2f}"
    )


def main() -> None:
    asyncio.run(run())


if __name__ == "__main__":
    main()
