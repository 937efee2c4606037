"""Who is signed in, and which drives there are."""

from __future__ import annotations

from odtui.graph import addresses
from odtui.graph.children import follow
from odtui.graph.errors import Forbidden, InvalidRequest, ItemNotFound
from odtui.graph.models import Drive, DrivePage, User
from odtui.graph.wire import Wire


class DriveCalls:
    """Operations on the account and its drives."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def me(self) -> User:
        return await self._wire.get(addresses.ME, User)

    async def my_drive(self) -> Drive:
        return await self._wire.get(addresses.MY_DRIVE, Drive)

    async def drive(self, drive_id: str) -> Drive:
        return await self._wire.get(addresses.drive(drive_id), Drive)

    async def drives(self) -> list[Drive]:
        """The account's own drive first, then the others that are named to it.

        The own drive may be missing from the list (QUIRKS 34); other personal drives in it are phantoms (33); right
        after sign-in the list may be refused although all is well (17).
        """
        mine = await self.my_drive()
        found: dict[str, Drive] = {mine.id: mine}
        try:
            page = await self._wire.get(addresses.MY_DRIVES, DrivePage)
            pages = [page, *[page async for page in follow(self._wire, page)]]
        except (Forbidden, ItemNotFound, InvalidRequest):
            return [mine]
        for page in pages:
            for drive in page.value:
                if drive.drive_type != "personal":
                    found.setdefault(drive.id, drive)
        return list(found.values())
