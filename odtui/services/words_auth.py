"""Words for what goes wrong while signing in. Source: AUTH.md, "Errors"."""

from __future__ import annotations

from odtui.auth.errors import AuthError, AuthProblem
from odtui.services.words import Step

WORDS: dict[AuthProblem, tuple[str, str, str, tuple[Step, ...]]] = {
    AuthProblem.OFFLINE: (
        "Microsoft cannot be reached",
        "The sign-in service did not answer: the network may be down, or a firewall may be in the way.",
        "Check the network connection, then try again.",
        ("retry",),
    ),
    AuthProblem.CAPTIVE_PORTAL: (
        "The network asks for its own sign-in",
        "Something between here and Microsoft answered instead, as public networks do before one accepts their terms.",
        "Open a web page in your browser, sign in to the network there, then try again.",
        ("retry",),
    ),
    AuthProblem.REDIRECT_URI: (
        "The redirect URI is not registered",
        "Microsoft only answers to addresses that are entered in the app registration.",
        "In the Azure portal, under Authentication, add exactly the redirect URI that the settings show: as "
        "“Mobile and desktop applications” without a client secret, as “Web” with one.",
        ("settings", "retry"),
    ),
    AuthProblem.CLIENT_ID: (
        "Microsoft does not know this client ID",
        "No app with this client ID exists in this directory and cloud, or it is disabled there.",
        "Compare client ID, directory ID and cloud in the settings with the overview page of the app registration.",
        ("settings",),
    ),
    AuthProblem.TENANT: (
        "The directory is not known",
        "Microsoft finds no directory (tenant) of this name in this cloud, or one has to be named.",
        "Enter the directory ID from the overview page of the app registration, or “common”; check the cloud, too.",
        ("settings",),
    ),
    AuthProblem.ACCOUNT_KIND: (
        "The app is not open to this kind of account",
        "The registration takes only accounts of one directory, only work accounts, or only personal ones.",
        "In the settings, choose under “Who may sign in” what the registration says under “Supported account types”.",
        ("settings",),
    ),
    AuthProblem.SECRET_NEEDED: (
        "The app registration needs a client secret",
        "It is registered as a web app, or public client flows are switched off.",
        "Enter the client secret in the settings. Or, in the Azure portal under Authentication, set “Allow public "
        "client flows” to Yes and use the platform “Mobile and desktop applications”.",
        ("settings",),
    ),
    AuthProblem.SECRET_WRONG: (
        "The client secret is wrong",
        "Microsoft did not accept it. Often the Secret ID was copied instead of the secret's Value.",
        "Enter the Value of a client secret in the settings; make a new one if it is no longer shown.",
        ("settings",),
    ),
    AuthProblem.SECRET_EXPIRED: (
        "The client secret has expired",
        "Secrets of app registrations end on a date that was chosen when they were made.",
        "Make a new one in the Azure portal under “Certificates & secrets” and enter its Value in the settings.",
        ("settings",),
    ),
    AuthProblem.SECRET_UNWANTED: (
        "The app registration takes no client secret",
        "It is registered for desktop use (public client), and Microsoft refuses a secret there.",
        "Remove the client secret in the settings, then sign in again.",
        ("settings",),
    ),
    AuthProblem.CONSENT: (
        "A permission was not granted",
        "You, or your organisation, have not agreed to what odtui asks for.",
        "Sign in again and accept, choose fewer permissions in the settings, or send your administrator the link.",
        ("sign_in", "settings", "admin_link", "admin_open"),
    ),
    AuthProblem.DECLINED: (
        "You declined the permissions",
        "Without them odtui cannot open your files.",
        "Sign in again and accept, or choose fewer permissions in the settings.",
        ("sign_in", "settings"),
    ),
    AuthProblem.ADMIN: (
        "An administrator must approve odtui",
        "Your organisation lets only administrators agree to these permissions.",
        "Send your administrator the link to approve it, or choose fewer permissions in the settings, such as "
        "Files.ReadWrite alone.",
        ("admin_link", "admin_open", "settings", "sign_in"),
    ),
    AuthProblem.SCOPE: (
        "A permission does not exist here",
        "One of the chosen permissions is not valid for this kind of account or this cloud.",
        "Choose other permissions in the settings; personal accounts have no Sites permissions.",
        ("settings",),
    ),
    AuthProblem.WRONG_ACCOUNT: (
        "This account does not belong here",
        "The account is not a member of the directory in the settings.",
        "Sign in with another account, or enter another directory ID in the settings.",
        ("sign_in", "settings"),
    ),
    AuthProblem.VERIFICATION: (
        "Microsoft wants one more proof that it is you",
        "Your organisation asks for another step, such as a code from your phone.",
        "Sign in again in the browser and follow its steps.",
        ("sign_in",),
    ),
    AuthProblem.BLOCKED: (
        "Your organisation blocks this sign-in",
        "Its rules do not allow this device, place or way of signing in. Device codes are often blocked.",
        "Instead of a device code use the browser; if that is blocked too, ask your administrator.",
        ("other_method",),
    ),
    AuthProblem.STALE_ANSWER: (
        "The sign-in page was too old",
        "The answer belongs to an earlier attempt, or it was used already.",
        "Start the sign-in again and use the page that opens then.",
        ("retry",),
    ),
    AuthProblem.CODE_EXPIRED: (
        "The code has expired",
        "A code for a device works for some minutes only.",
        "Get a new code, or sign in with the browser.",
        ("retry", "other_method"),
    ),
    AuthProblem.SESSION_ENDED: (
        "You need to sign in again",
        "Microsoft ended the session: it was unused for long, or the password or the rules have changed.",
        "Sign in again; nothing on this computer is lost.",
        ("sign_in",),
    ),
    AuthProblem.TEMPORARY: (
        "Microsoft's sign-in has a problem",
        "The service says that it cannot answer at the moment.",
        "Try again in some minutes.",
        ("retry",),
    ),
    AuthProblem.PORT_IN_USE: (
        "The port of the redirect URI is in use",
        "Another program on this computer listens there, maybe another odtui that is signing in.",
        "Close it and try again, or register and enter a redirect URI with another port.",
        ("retry", "settings"),
    ),
    AuthProblem.TIMED_OUT: (
        "No answer came from the browser",
        "The sign-in was not finished in time. If the browser shows an error, that page says what to correct.",
        "Try again, or use a code for a device instead.",
        ("retry", "other_method"),
    ),
    AuthProblem.BUSY: (
        "Another odtui is renewing the sign-in",
        "Only one program at a time may use the stored sign-in, and the other one takes long.",
        "Wait a moment, then try again.",
        ("retry",),
    ),
    AuthProblem.STORE: (
        "The stored sign-in cannot be read or written",
        "The file with it is damaged or not accessible, or the key ring of this computer is locked.",
        "Unlock the key ring, check free space and permissions, then sign in again.",
        ("sign_in", "retry"),
    ),
    AuthProblem.OTHER: (
        "Signing in did not work",
        "Microsoft refused it for a reason that odtui does not know.",
        "Try again, or another way of signing in. The details hold Microsoft's own words.",
        ("retry", "other_method"),
    ),
}

_BY_CODE: dict[str, tuple[str, str, str]] = {
    "9002327": (
        "The redirect URI is registered as a single-page app",
        "Such addresses are for programs that run inside a web page, and Microsoft answers only those.",
        "In the Azure portal, under Authentication, remove it there and add it to “Mobile and desktop applications”, "
        "or to “Web” with a client secret.",
    ),
    "50194": (
        "The app is for one directory only",
        "It cannot be used without naming that directory.",
        "In the settings, choose “One directory only” and enter the Directory (tenant) ID of the registration.",
    ),
    "9002332": (
        "The app is for work and school accounts only",
        "The registration does not take personal accounts, but the settings ask for them.",
        "In the settings, choose “Work and school accounts only” under “Who may sign in”.",
    ),
    "9002331": (
        "The app is for personal accounts only",
        "The registration does not take work or school accounts, but the settings ask for them.",
        "In the settings, choose “Personal accounts only” under “Who may sign in”.",
    ),
    "700026": (
        "The app registration has no client secret",
        "One is entered in the settings, but none exists in the registration any more.",
        "Make a new one in the Azure portal and enter its Value, or remove the secret in the settings.",
    ),
    "50053": (
        "The account is locked",
        "Microsoft locked it, often after too many tries with a wrong password.",
        "Wait some minutes, then sign in again; if it stays locked, ask your administrator.",
    ),
    "50057": (
        "The account is disabled",
        "An administrator switched it off, so nobody can sign in with it.",
        "Sign in with another account, or ask your administrator.",
    ),
    "50105": (
        "The account is not assigned to the app",
        "Your organisation lets only chosen people use this app registration.",
        "Ask your administrator to assign the app to you, or sign in with another account.",
    ),
}
"""Title, why and advice where a number says more than its problem; the steps are those of the problem."""
_SAME = {"90130": "9002332", "9002346": "9002331"}


def words(error: AuthError) -> tuple[str, str, str, tuple[Step, ...]]:
    """Title, why, advice and steps of a failed sign-in."""
    title, why, advice, steps = WORDS[error.problem]
    number = error.code.removeprefix("AADSTS")
    if told := _BY_CODE.get(_SAME.get(number, number)):
        title, why, advice = told
    if error.problem is AuthProblem.PORT_IN_USE and error.details:
        why = f"{error.details} It may be another odtui that is signing in."
    return title, why, advice, steps


SETTINGS: dict[AuthProblem, str] = {
    AuthProblem.REDIRECT_URI: "redirect_uri",
    AuthProblem.PORT_IN_USE: "redirect_uri",
    AuthProblem.CLIENT_ID: "client_id",
    AuthProblem.TENANT: "tenant",
    AuthProblem.ACCOUNT_KIND: "accounts",
    AuthProblem.WRONG_ACCOUNT: "tenant",
    AuthProblem.SECRET_NEEDED: "client_secret",
    AuthProblem.SECRET_WRONG: "client_secret",
    AuthProblem.SECRET_EXPIRED: "client_secret",
    AuthProblem.SECRET_UNWANTED: "client_secret",
    AuthProblem.CONSENT: "scopes",
    AuthProblem.ADMIN: "scopes",
    AuthProblem.SCOPE: "scopes",
}
"""The field of the settings that cures a problem, where one does."""
