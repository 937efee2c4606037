"""What a transfer can fail with beside the errors of its places; each brings its own words."""

from __future__ import annotations


class TransferError(Exception):
    """A transfer that odtui itself gave up. Holds words for the screen; names in them are hostile."""

    def __init__(self, title: str, why: str, advice: str, details: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.why = why
        self.advice = advice
        self.details = details


class SourceChanged(TransferError):
    def __init__(self) -> None:
        super().__init__(
            "The file changed while it was being copied",
            "Another program wrote to it meanwhile. Nothing of it was kept at the target.",
            "Try again when it is no longer being written.",
        )


class NoFreeName(TransferError):
    def __init__(self) -> None:
        super().__init__(
            "No free name was found", "Other programs take every name that odtui tries.", "Try again later."
        )


class KindDiffers(TransferError):
    def __init__(self) -> None:
        super().__init__(
            "A file and a folder have the same name",
            "One cannot replace the other. Nothing was overwritten.",
            "Rename one of them, then try again.",
        )


class SizeDiffers(TransferError):
    def __init__(self, sent: int, stored: int) -> None:
        super().__init__(
            "OneDrive stored another size than was sent",
            f"{sent:,} bytes were sent and {stored:,} bytes are there.",
            "Look at the file at the target, then try again. The source was left as it is.",
        )


class HashDiffers(TransferError):
    """What arrived is not what was sent, and not so by the service's own doing (QUIRKS 139, 244)."""

    @classmethod
    def received(cls) -> HashDiffers:
        return cls(
            "The file arrived damaged, twice",
            "Its bytes do not match the checksum that OneDrive keeps of it. Nothing of it was kept.",
            "Try again later; if it stays so, look at the file's versions in the browser.",
        )

    @classmethod
    def stored(cls, *, replaced: bool, removed: bool) -> HashDiffers:
        if replaced:
            what = "What is there now is damaged; the version before it is in the file's version history."
        elif removed:
            what = "What had arrived was put in the recycle bin."
        else:
            what = "The damaged file is still there."
        return cls(
            "OneDrive stored something else than was sent, twice",
            f"The checksum of what arrived is another one. {what}",
            "Try again later. The source was left as it is.",
        )


class NotCarried(TransferError):
    def __init__(self, why: str) -> None:
        super().__init__("This cannot be copied", why, "Copy the other items without it.")


class SomeFailed(TransferError):
    """Some of several files failed."""

    def __init__(self, failed: int, total: int, told: list[str]) -> None:
        """`told`: a line for each of the first ones."""
        files = "1 file" if failed == 1 else f"{failed:,} files"
        lines = told if failed == len(told) else [*told, f"and {failed - len(told):,} more"]
        super().__init__(
            f"{files} of {total:,} could not be copied",
            told[0],
            "Try again to copy just the missing ones.",
            "\n".join(lines),
        )


class SomeKept(TransferError):
    """Some of several entries could not be deleted."""

    def __init__(self, failed: int, total: int, told: list[str], *, changed: bool) -> None:
        """`told`: a line for each of the first ones. `changed`: some were changed meanwhile."""
        lines = told if failed == len(told) else [*told, f"and {failed - len(told):,} more"]
        as_now = " What was changed meanwhile is then deleted as it is now." if changed else ""
        super().__init__(
            f"{failed:,} of {total:,} could not be deleted",
            told[0],
            f"Try again to delete just these.{as_now}",
            "\n".join(lines),
        )


class FolderChanged(TransferError):
    """A folder that is no longer what was carried of it, and so may not be deleted after a move."""

    def __init__(self) -> None:
        super().__init__(
            "The folder changed while it was being moved",
            "Something in it was added or changed meanwhile. What was carried has arrived, and nothing was deleted.",
            "Try again to move the rest.",
        )


class SourceKept(TransferError):
    """The last step of a move failed."""

    def __init__(self, why: str, details: str) -> None:
        super().__init__("It was copied, but the source is still there", why, "Delete the source yourself.", details)


class FolderTurnedAround(TransferError):
    def __init__(self) -> None:
        super().__init__(
            "A folder cannot go into itself",
            "The target lies within the folder that would be copied or moved.",
            "Choose another target.",
        )
