"""Everything that signing in can fail with, by AADSTS number: for faults made on purpose. Source: REFERENCE §13.6."""

from __future__ import annotations

from typing import Literal, NamedTuple

Place = Literal["tenant", "page", "authorize", "consent", "device", "code", "refresh", "poll", "token"]
"""Where a refusal comes: with the tenant's addresses; on a page in the browser alone; sent back in place of the sign-in
page; sent back after Accept; when a device code is asked for, redeemed (poll) or any grant is (token)."""


class Refusal(NamedTuple):
    """One refusal as the service words it."""

    error: str
    at: Place
    """Where the service gives it most often."""
    text: str
    suberror: str = ""
    claims: bool = False
    """Whether it comes with the claims that a sign-in must bring."""
    status: int = 0
    """HTTP status at the token endpoint; 0: 401 for invalid_client, else 400."""


_BASIC, _TOLD = "basic_action", "message_only"
_AGAIN = "Please sign in again."
_MFA = "you must {} multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
_BUSY = "temporarily_unavailable"

REFUSALS: dict[int, Refusal] = {
    16000: Refusal("interaction_required", "authorize", "User account does not exist in tenant and cannot access it."),
    28002: Refusal("invalid_scope", "token", "Provided value for the input parameter scope is not valid."),
    28003: Refusal("invalid_scope", "token", "Provided value for the input parameter scope cannot be empty."),
    50011: Refusal(
        "invalid_request", "page", "The redirect URI specified in the request does not match those configured."
    ),
    50020: Refusal(
        "invalid_request", "page", "User account from identity provider 'live.com' does not exist in tenant."
    ),
    50034: Refusal("invalid_request", "page", "The user account does not exist in the directory."),
    50053: Refusal("invalid_grant", "page", "The account is locked: too many tries with a wrong user ID or password."),
    50055: Refusal("invalid_grant", "page", "The password is expired."),
    50056: Refusal("invalid_grant", "page", "Invalid or null password: the password does not exist in the directory."),
    50057: Refusal("invalid_grant", "refresh", "The user account is disabled.", _BASIC),
    50058: Refusal("login_required", "authorize", "A silent sign-in request was sent but no user is signed in."),
    50059: Refusal(
        "invalid_request", "page", "No tenant-identifying information found in either the request or the user."
    ),
    50072: Refusal(
        "invalid_grant", "token", "Due to a change by your administrator " + _MFA.format("enroll in"), _BASIC
    ),
    50074: Refusal("invalid_grant", "refresh", "Strong authentication is required: " + _MFA.format("use"), _BASIC),
    50076: Refusal(
        "invalid_grant", "refresh", "Due to a change by your administrator " + _MFA.format("use"), _BASIC, True
    ),
    50078: Refusal("invalid_grant", "refresh", "Presented multi-factor authentication has expired. " + _AGAIN, _BASIC),
    50079: Refusal(
        "invalid_grant", "refresh", "Due to a change by your administrator " + _MFA.format("enroll in"), _BASIC, True
    ),
    50097: Refusal("invalid_grant", "token", "Device authentication is required.", _TOLD, True),
    50105: Refusal("invalid_grant", "page", "Your administrator has not assigned you to a role for the application."),
    50126: Refusal("invalid_grant", "page", "Error validating credentials due to invalid username or password."),
    50128: Refusal("invalid_request", "tenant", "Invalid domain name - no tenant-identifying information found."),
    50132: Refusal(
        "invalid_grant", "refresh", "The session is not valid due to a password change. " + _AGAIN, "bad_token"
    ),
    50133: Refusal(
        "invalid_grant", "refresh", "The session is not valid due to a password change. " + _AGAIN, "bad_token"
    ),
    50147: Refusal("invalid_request", "code", "Invalid size of Code_Challenge parameter."),
    50155: Refusal("invalid_grant", "token", "Device authentication failed for this user.", _TOLD, True),
    50158: Refusal("invalid_grant", "refresh", "External security challenge was not satisfied.", _BASIC, True),
    50173: Refusal("invalid_grant", "refresh", "The provided grant has expired due to it being revoked.", "bad_token"),
    50194: Refusal("invalid_request", "page", "The application is not configured as a multi-tenant application."),
    50196: Refusal(
        "invalid_grant", "token", "The server terminated an operation: it encountered a client request loop."
    ),
    51004: Refusal("invalid_request", "page", "The user account does not exist in the directory."),
    53000: Refusal("invalid_grant", "token", "Device is not in required device state: not compliant.", _TOLD, True),
    53001: Refusal("invalid_grant", "token", "Device is not in required device state: not domain joined.", _TOLD, True),
    53002: Refusal("invalid_grant", "token", "The app is not an approved app for Conditional Access.", _TOLD, True),
    53003: Refusal("invalid_grant", "token", "Access has been blocked by Conditional Access policies.", _TOLD, True),
    54005: Refusal(
        "invalid_grant", "code", "OAuth2 Authorization code was already redeemed, please retry with a new one."
    ),
    65001: Refusal("invalid_grant", "refresh", "The user or administrator has not consented.", "consent_required"),
    65004: Refusal("access_denied", "consent", "User declined to consent to access the app."),
    65005: Refusal(
        "invalid_client", "page", "Misconfigured application: a resource is missing in the required accesses."
    ),
    70000: Refusal("invalid_grant", "refresh", "The provided grant is invalid or malformed.", "bad_token"),
    70001: Refusal("unauthorized_client", "page", "The application is disabled."),
    70002: Refusal(
        "invalid_client", "token", "Error validating credentials: the request body must contain 'client_secret'."
    ),
    70008: Refusal("invalid_grant", "refresh", "The refresh token has expired due to inactivity.", "token_expired"),
    70011: Refusal("invalid_scope", "authorize", "The provided value for the input parameter 'scope' is not valid."),
    70016: Refusal("authorization_pending", "poll", "OAuth 2.0 device flow error. Authorization is pending."),
    70017: Refusal("authorization_declined", "poll", "User declined to grant access."),
    70018: Refusal("bad_verification_code", "poll", "Invalid verification code."),
    70019: Refusal("expired_token", "poll", "Verification code expired. Have the user retry the sign-in."),
    70020: Refusal("expired_token", "poll", "The provided value for 'device_code' is not valid. It has expired."),
    70043: Refusal(
        "invalid_grant", "refresh", "The refresh token is expired due to sign-in frequency checks.", "bad_token"
    ),
    90006: Refusal("server_error", "token", "The external server has a retryable error.", status=503),
    90012: Refusal(_BUSY, "token", "The request has timed out.", status=503),
    90019: Refusal("invalid_request", "page", "No tenant-identifying information found in the request."),
    90024: Refusal(_BUSY, "token", "The request budget is exceeded. A transient error has occurred.", status=503),
    90033: Refusal(_BUSY, "token", "A transient error has occurred. Please try again.", status=503),
    90002: Refusal("invalid_tenant", "tenant", "Tenant not found. Check to make sure you have the correct tenant ID."),
    90093: Refusal("access_denied", "consent", "This operation can only be performed by an administrator."),
    90094: Refusal("access_denied", "consent", "The grant requires administrator permission."),
    90095: Refusal("access_denied", "consent", "Administrator consent is required; a request for it can be sent."),
    90130: Refusal(
        "invalid_request", "page", "The application is not supported over the /common or /consumers endpoints."
    ),
    500011: Refusal("invalid_resource", "page", "The resource principal was not found in the tenant."),
    500113: Refusal("invalid_request", "page", "No reply address is registered for the application."),
    500200: Refusal(
        "invalid_request", "page", "The user account is a personal Microsoft account, which is not supported."
    ),
    500208: Refusal("invalid_request", "page", "The domain is not a valid login domain for the account type."),
    501481: Refusal("invalid_grant", "code", "The Code_Verifier does not match the code_challenge of the request."),
    501491: Refusal("invalid_request", "authorize", "The code_challenge_method is not supported."),
    530032: Refusal("invalid_grant", "token", "Access has been blocked by Security Policy.", _TOLD),
    530035: Refusal("invalid_grant", "token", "Access has been blocked by security defaults.", _TOLD),
    650052: Refusal(
        "invalid_resource", "page", "The app needs access to a service that your organization has not subscribed to."
    ),
    650056: Refusal("invalid_request", "page", "Misconfigured application: no permission for the directory is listed."),
    650057: Refusal("invalid_resource", "page", "Invalid resource: it is not listed in the requested permissions."),
    700011: Refusal(
        "unauthorized_client", "page", "Application with identifier was not found in any of the directories."
    ),
    700016: Refusal(
        "unauthorized_client", "page", "Application with identifier was not found in the directory 'Demo'."
    ),
    700022: Refusal(
        "invalid_scope", "token", "The 'scope' has scopes for more than one resource, which is not allowed."
    ),
    700025: Refusal("invalid_client", "token", "Client is public so neither assertion nor secret should be presented."),
    700026: Refusal("invalid_client", "token", "Client application has no configured keys."),
    700027: Refusal("invalid_client", "token", "Client assertion failed signature validation."),
    700082: Refusal("invalid_grant", "refresh", "The refresh token has expired due to inactivity.", "token_expired"),
    700084: Refusal(
        "invalid_grant", "refresh", "The refresh token was issued to a single page app and is past 24 hours."
    ),
    900023: Refusal(
        "invalid_tenant", "tenant", "Specified tenant identifier is neither a valid DNS name nor a tenant ID."
    ),
    900971: Refusal("invalid_request", "page", "No reply address provided."),
    1002012: Refusal("invalid_scope", "token", "The provided value for scope is not valid for this flow."),
    7000112: Refusal("unauthorized_client", "page", "The application is disabled."),
    7000215: Refusal(
        "invalid_client", "token", "Invalid client secret provided. Ensure that it is the value, not the ID."
    ),
    7000218: Refusal("invalid_client", "token", "The request body must contain 'client_assertion' or 'client_secret'."),
    7000222: Refusal("invalid_client", "token", "The provided client secret keys are expired."),
    9002327: Refusal("invalid_request", "code", "Tokens for a 'Single-Page Application' need a cross-origin request."),
    9002331: Refusal("invalid_request", "page", "The application is for Microsoft Account users only: use /consumers."),
    9002332: Refusal("invalid_request", "page", "The application is for organizations only: do not use /consumers."),
    9002346: Refusal("invalid_request", "page", "The application is for Microsoft Account users only: use /consumers."),
}
"""All that REFERENCE §13.6 lists, and a few more that programs meet."""

_TOKEN_PLACES = frozenset({"code", "refresh", "poll"})


def refusal_of(number: int) -> Refusal:
    """The refusal of a number; of an unknown one something that a client has to take as it comes."""
    return REFUSALS.get(number, Refusal("invalid_grant", "token", "A fault that was asked for."))


def is_at(wanted: Place, here: Place) -> bool:
    """Whether a refusal that was asked for at one place comes at another."""
    return wanted == here or (wanted == "token" and here in _TOKEN_PLACES)
