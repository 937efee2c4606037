"""Words for what Microsoft Graph refuses. Sources: REFERENCE §6, QUIRKS 228-237."""

from __future__ import annotations

from odtui.graph import errors
from odtui.graph.errors import GraphError
from odtui.services.format import duration_text
from odtui.services.words import Step

Words = tuple[str, str, str, tuple[Step, ...]]

WORDS: dict[type[GraphError], Words] = {
    GraphError: (
        "OneDrive refused this",
        "The service answered with an error that odtui does not know.",
        "Try again. If it stays, copy the details: Microsoft's support can use the request id.",
        ("retry",),
    ),
    errors.SignInRequired: (
        "You need to sign in again",
        "Microsoft no longer accepts this session. It may have expired, or the password may have changed.",
        "Sign in again; nothing on this computer is lost.",
        ("sign_in",),
    ),
    errors.Forbidden: (
        "You are not allowed to do this",
        "This account has no right to it here, or the app was not given the permission.",
        "Ask the owner for access, or sign in with an account or permission that has it.",
        ("refresh", "sign_in"),
    ),
    errors.PermissionMissing: (
        "The permission for this was not given",
        "None of the permissions that this account granted covers it.",
        "Ask for another permission, or choose another in the settings and sign in again.",
        ("settings", "sign_in"),
    ),
    errors.ReadOnlyMode: (
        "Read-only mode is on",
        "In it odtui changes nothing on OneDrive; nothing was sent.",
        "Leave read-only mode, then try again.",
        ("retry",),
    ),
    errors.Held: (
        "The transfer is paused",
        "It was stopped at your wish before this request was sent.",
        "Let the transfer go on.",
        (),
    ),
    errors.MalwareBlocked: (
        "This file is blocked as malware",
        "Microsoft found something harmful in it and does not hand it out.",
        "Delete it, or look at it in the browser if you are sure of it.",
        ("open_browser",),
    ),
    errors.ItemNotFound: (
        "It is not there any more",
        "Somebody deleted, moved or renamed it, or this account may not see it.",
        "Refresh the folder to see what is there now.",
        ("refresh", "parent"),
    ),
    errors.NameConflict: (
        "The name is taken",
        "There is an item of this name already; OneDrive takes upper and lower case for the same.",
        "Choose another name.",
        ("rename", "refresh"),
    ),
    errors.StaleETag: (
        "It was changed meanwhile",
        "Somebody, or another program, changed this item after odtui read it. Nothing was overwritten.",
        "Refresh the folder, look at the change, then try again.",
        ("refresh",),
    ),
    errors.Locked: (
        "It is open or locked elsewhere",
        "Office keeps a file locked while somebody edits it, and sometimes for a while after that.",
        "Close it there, or wait some minutes, then try again.",
        ("retry", "open_browser"),
    ),
    errors.QuotaExceeded: (
        "The drive is full",
        "There is not enough space left in this OneDrive. What was sent of this file was taken back.",
        "Delete something and empty the recycle bin in the browser, or get more space; then try again.",
        ("retry",),
    ),
    errors.InvalidRequest: (
        "OneDrive did not accept this",
        "The service says that what was asked is not possible for this item.",
        "Refresh and try again. The details say what it objected to.",
        ("refresh", "retry"),
    ),
    errors.LinkExpired: (
        "The download link expired",
        "Links to contents work for a short time only, and a new one did not work either.",
        "Try again.",
        ("retry", "refresh"),
    ),
    errors.SessionGone: (
        "The upload was dropped by the service",
        "OneDrive forgot the unfinished upload. No half file is left there.",
        "Try again; it starts from the beginning.",
        ("retry",),
    ),
    errors.Throttled: (
        "OneDrive is busy",
        "It asks for fewer requests and still did so after several waits.",
        "Wait a little, then try again.",
        ("retry",),
    ),
    errors.ServiceFailure: (
        "OneDrive has a problem",
        "The service failed to answer properly, also when asked again.",
        "Try again in some minutes. If it stays, look at Microsoft's service status page.",
        ("retry",),
    ),
    errors.Unreachable: (
        "OneDrive cannot be reached",
        "No connection came about: the network may be down, or a firewall or proxy may be in the way.",
        "Check the network connection, then try again.",
        ("retry",),
    ),
    errors.NotGraph: (
        "The answer did not come from OneDrive",
        "Something between here and Microsoft answered instead, such as the sign-in page of a public network.",
        "Open a web page in your browser, sign in to the network there if it asks, then try again.",
        ("retry", "open_browser"),
    ),
    errors.Cut: (
        "The connection broke off",
        "The content ended before its announced length. No unfinished file got the name.",
        "Try again.",
        ("retry",),
    ),
}

_BY_CODE: dict[str, Words] = {
    "pathIsTooLong": (
        "The path is too long",
        "OneDrive takes 400 characters for a path, all folder names included.",
        "Choose a shorter name, or a folder further up.",
        ("rename",),
    ),
    "similarRelationshipNameAlreadyExists": (
        "A name that is too similar is taken",
        "OneDrive takes the two names for the same, although they are spelled differently.",
        "Choose another name.",
        ("rename", "refresh"),
    ),
    "notSupported": (
        "OneDrive cannot do this here",
        "The service does not offer it for this kind of account, drive or item.",
        "Use OneDrive in the browser for it.",
        ("open_browser",),
    ),
}


def words(error: GraphError) -> Words:
    """The narrowest words: by code, then by class."""
    for code, found in _BY_CODE.items():
        if error.has(code):
            return found
    title, why, advice, steps = next(WORDS[kind] for kind in type(error).__mro__ if kind in WORDS)
    if error.retry_after:
        advice = f"Try again in {duration_text(error.retry_after)}; the service asked for that."
    return title, why, advice, steps
