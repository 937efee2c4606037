"""Words for this computer's errors and for the settings file."""

from __future__ import annotations

import errno

from odtui.config.settings import SettingsError
from odtui.services.disk import IntoItself, TrashFailed
from odtui.services.words import Step

Words = tuple[str, str, str, tuple[Step, ...]]

_FULL: Words = (
    "This computer's disk is full",
    "There is not enough space left to write. No unfinished file got the name.",
    "Free some space, then try again.",
    ("retry",),
)
_FORBIDDEN: Words = (
    "This computer does not allow it",
    "Your user has no right to read or change this file or folder.",
    "Change its permissions, or choose another folder.",
    ("retry", "parent"),
)
_GONE: Words = (
    "It is not there any more",
    "The file or folder was deleted, moved or renamed.",
    "Refresh to see what is there now.",
    ("refresh", "parent"),
)
_TAKEN: Words = (
    "The name is taken",
    "There is a file or folder of this name already. Nothing was overwritten.",
    "Choose another name.",
    ("rename", "refresh"),
)

BY_ERRNO: dict[int, Words] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.ENOENT: _GONE,
    errno.ESTALE: _GONE,
    errno.EEXIST: _TAKEN,
    errno.ENOTEMPTY: _TAKEN,
    errno.ENAMETOOLONG: (
        "The name or path is too long",
        "This computer takes 255 bytes for a name, and letters beyond English take several.",
        "Choose a shorter name, or a folder further up.",
        ("rename",),
    ),
    errno.EROFS: (
        "The disk is read-only",
        "It is mounted so that nothing can be written to it.",
        "Choose a folder on another disk.",
        ("parent",),
    ),
    errno.ENOTDIR: (
        "A part of the path is not a folder",
        "There is a file where a folder was expected.",
        "Refresh to see what is there now.",
        ("refresh", "parent"),
    ),
    errno.EISDIR: (
        "It is a folder now",
        "There is a folder where a file was expected.",
        "Refresh to see what is there now.",
        ("refresh",),
    ),
    errno.EINVAL: (
        "This computer did not accept it",
        "The name, or the kind of file, is not allowed here.",
        "Choose another name. The details say more.",
        ("rename",),
    ),
    errno.ELOOP: (
        "The link leads in a circle",
        "Following this symbolic link never ends at a file or folder.",
        "Correct the link, or open its target directly.",
        ("parent",),
    ),
    errno.EXDEV: (
        "It cannot be moved to another disk in one step",
        "The target is on another disk or file system.",
        "Move it to the other pane instead, which copies it first.",
        ("none",),
    ),
    errno.EBUSY: (
        "It is in use",
        "Another program, or the system, holds this file or folder.",
        "Close it there, then try again.",
        ("retry",),
    ),
    errno.ETXTBSY: (
        "It is a program that is running",
        "A program cannot be overwritten while it runs.",
        "End it, then try again.",
        ("retry",),
    ),
    errno.EFBIG: (
        "The file is too large for this disk",
        "Some disks, such as USB sticks with FAT32, take files of up to 4 GB only.",
        "Choose a folder on another disk.",
        ("parent",),
    ),
    errno.EMFILE: (
        "Too many files are open",
        "This computer lets a program open only so many files at once.",
        "Wait for some transfers to end, then try again.",
        ("retry",),
    ),
    errno.EIO: (
        "The disk failed",
        "This computer could not read or write; the disk or its connection may be damaged.",
        "Check the disk, then try again.",
        ("retry",),
    ),
}

_OTHER: Words = (
    "This computer refused it",
    "The system answered with an error that odtui has no own words for.",
    "Try again. The details hold the system's own words.",
    ("retry",),
)


def words(error: OSError) -> Words:
    match error:
        case TrashFailed():
            return (
                "It could not be put in the trash",
                "The trash of this computer did not take it. It is still where it was; odtui never deletes for good.",
                "Delete it with another program if you are sure.",
                ("none",),
            )
        case IntoItself():
            return (
                "A folder cannot go into itself",
                "The target lies within the folder that would be copied or moved.",
                "Choose another target.",
                ("none",),
            )
    return BY_ERRNO.get(error.errno or 0, _OTHER)


def settings_words(error: SettingsError) -> Words:
    where = f"line {error.line}" if error.line else "the file"
    return (
        "The settings file cannot be used",
        f"{error.path}, {where}: {error.problem}",
        f"{error.allowed} Correct the file in an editor, then try again; odtui left it as it is.".strip(),
        ("retry",),
    )
