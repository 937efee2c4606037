"""The link for administrators."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from odtui.auth.admin_consent import admin_consent_link
from odtui.config.settings import Profile
from odtui.net.reroute import Routes

PROFILE = Profile(client_id="5f0c6d43-1111-4111-8111-1234567890ab")


def test_it_names_app_permissions_and_where_to_go_afterwards() -> None:
    link = urlsplit(admin_consent_link(PROFILE, ("Files.ReadWrite.All", "User.Read")) or "")
    assert (link.scheme, link.netloc) == ("https", "login.microsoftonline.com")
    assert link.path == "/organizations/v2.0/adminconsent"
    assert parse_qs(link.query) == {
        "client_id": [PROFILE.client_id],
        "scope": ["https://graph.microsoft.com/Files.ReadWrite.All https://graph.microsoft.com/User.Read"],
        "redirect_uri": ["http://localhost"],
    }


@pytest.mark.parametrize(
    ("tenant", "cloud", "start"),
    [
        ("contoso.example", "us-gov", "https://login.microsoftonline.us/contoso.example/v2.0/"),
        ("Common", "china", "https://login.partner.microsoftonline.cn/organizations/v2.0/"),
        ("a/../b", "global", "https://login.microsoftonline.com/a%2F..%2Fb/v2.0/"),
    ],
)
def test_it_leads_to_the_directory_in_its_cloud(tenant: str, cloud: str, start: str) -> None:
    assert (admin_consent_link(replace(PROFILE, tenant=tenant, cloud=cloud), ["Files.Read"]) or "").startswith(start)


def test_personal_accounts_have_no_administrator() -> None:
    assert admin_consent_link(replace(PROFILE, tenant="consumers"), ["Files.Read"]) is None


def test_on_the_demo_drive_it_leads_to_the_demo_drive() -> None:
    routes = Routes(frozenset({"login.microsoftonline.com"}), "http://127.0.0.1:8123")
    link = admin_consent_link(PROFILE, ["Files.Read"], routes) or ""
    assert link.startswith("http://127.0.0.1:8123/organizations/v2.0/adminconsent?")
