"""Reading what is to be sent, and hashing it on the way."""

from __future__ import annotations

from odtui.services.disk import on_disk_to_end
from odtui.services.quickxor import QuickXor
from odtui.services.transfers.content import Content
from odtui.services.transfers.verify import INLINE

AGAIN = 4 * 1024 * 1024
"""Bytes read at once of what was sent by an earlier run and is only to be hashed."""


class HashedSource:
    """A content and the quickXorHash of what was read of it. Each byte counts once, however often it is sent
    (QUIRKS 141)."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._hasher = QuickXor()

    @property
    def state(self) -> bytes:
        """To be gone on with by another run, with `resume`; of more than was sent if some was read ahead."""
        return self._hasher.state

    def resume(self, state: bytes) -> None:
        """Take over the hash of an earlier run; begin anew if it is of no use."""
        try:
            self._hasher = QuickXor.resumed(state)
        except ValueError:
            self._hasher = QuickXor()

    async def read(self, start: int, length: int) -> bytes:
        """Exactly these bytes. Raises SourceChanged if there are fewer."""
        await self._hash_up_to(start)
        data = await self._content.read_at(start, length)
        await self._hash(start, data)
        return data

    async def _hash_up_to(self, end: int) -> None:
        """What was sent by others, but not hashed by them."""
        while (start := self._hasher.length) < end:
            await self._hash(start, await self._content.read_at(start, min(AGAIN, end - start)))

    async def _hash(self, start: int, data: bytes) -> None:
        fresh = memoryview(data)[max(0, self._hasher.length - start) :]
        if len(fresh) > INLINE:
            await on_disk_to_end(self._hasher.update, fresh)  # nobody may use it meanwhile
        elif fresh:
            self._hasher.update(fresh)

    async def _whole(self, digest: str) -> str:
        """The hash of all of it, of the kind of another one; empty if that cannot be told."""
        if not digest or not self._content.size:
            return ""
        if len(digest) != len(self._hasher.text()):
            return await self._content.digest_like(digest)
        await self._hash_up_to(self._content.size)
        return self._hasher.text()

    async def differs(self, digest: str) -> bool:
        """Whether the service's hash is another one. None is no proof (QUIRKS 242)."""
        own = await self._whole(digest)
        return own != "" and own != digest

    async def equals(self, digest: str) -> bool:
        """Whether it is certain."""
        return digest != "" and await self._whole(digest) == digest
