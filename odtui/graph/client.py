"""The async Graph client: one method per operation, typed values out, GraphError when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Literal

import httpx

from odtui.graph.models import Drive, DriveItem, User

OnConflict = Literal["fail", "replace", "rename"]


class GraphClient:
    """Calls Graph for one account. `http` signs its requests; `content` never does and serves pre-authenticated links."""

    def __init__(self, http: httpx.AsyncClient, content: httpx.AsyncClient, *, base_url: str = "https://graph.microsoft.com/v1.0") -> None:
        raise NotImplementedError

    async def me(self) -> User: ...
    async def my_drive(self) -> Drive: ...
    async def drive(self, drive_id: str) -> Drive: ...
    async def drives(self) -> list[Drive]: ...
    async def root(self, drive_id: str) -> DriveItem: ...
    async def app_folder(self) -> DriveItem: ...
    async def item(self, drive_id: str, item_id: str) -> DriveItem: ...
    async def item_at(self, drive_id: str, path: str, *, below: str = "root") -> DriveItem:
        """The item at a path such as `Documents/a b.txt`, below the root or another item."""
    async def shared_item(self, link: str) -> DriveItem:
        """The item behind a sharing link (/shares/u!...)."""
    def children(self, drive_id: str, item_id: str, *, first_page: int = 200) -> AsyncIterator[list[DriveItem]]:
        """Pages in server order, by nextLink verbatim, doubles removed. Raises ItemNotFound if the folder is gone."""
    async def create_folder(self, drive_id: str, parent_id: str, name: str) -> DriveItem: ...
    async def rename(self, drive_id: str, item_id: str, name: str, *, e_tag: str | None = None) -> DriveItem: ...
    async def move(self, drive_id: str, item_id: str, parent_id: str, *, name: str | None = None, e_tag: str | None = None) -> DriveItem: ...
    async def delete(self, drive_id: str, item_id: str, *, e_tag: str | None = None) -> None: ...
    async def copy(self, drive_id: str, item_id: str, to_drive_id: str, to_parent_id: str, *, name: str | None = None, on_progress: Callable[[float], None] | None = None) -> DriveItem | None:
        """Server-side copy, polled to its end. Progress is 0 to 1. None if the service did not say which item came out."""
    async def upload_small(self, drive_id: str, parent_id: str, name: str, data: bytes, *, on_conflict: OnConflict = "fail") -> DriveItem:
        """One PUT, up to 4 MiB; the only way for empty files."""
    async def create_upload_session(self, drive_id: str, parent_id: str, name: str, size: int, *, modified: int | None = None, on_conflict: OnConflict = "fail") -> UploadSession: ...
    async def set_modified(self, drive_id: str, item_id: str, modified: int) -> DriveItem | None: ...
    def download(self, drive_id: str, item_id: str, *, start: int = 0, end: int | None = None) -> AbstractAsyncContextManager[Download]:
        """The content from byte `start` up to but not including `end`, through the 302; an expired link is fetched anew once."""
    async def read(self, drive_id: str, item_id: str, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start` by Range; empty at or beyond the end."""
    async def aclose(self) -> None: ...


class UploadSession:
    """One upload session; its URL is a secret and stays out of reprs and logs. Lives in uploads.py."""

    url: str
    """Kept so that a later run can resume."""
    size: int
    next_offset: int
    """First byte that the server still wants."""

    async def send(self, data: bytes) -> DriveItem | None:
        """Send one fragment from next_offset: a multiple of 320 KiB unless it is the last. The item after the last one."""
    async def refresh(self) -> int:
        """Ask the server for next_offset (after a cut connection or 416)."""
    async def cancel(self) -> None:
        """Tell the server to forget it; 404 is fine."""


class Download:
    """An open download. Lives in downloads.py."""

    size: int | None
    """Whole size of the content in bytes if the server said so."""
    start: int
    """Offset of the first byte that will come; 0 if the server ignored the range."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they come. Raises Cut if they end early."""
