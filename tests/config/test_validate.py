"""What may be entered in Settings, and what is said about the rest."""

from __future__ import annotations

import pytest

from odtui.config import validate

GUID = "6f0f5a3e-7c0b-4b5e-9f6a-0d7f0c1b2a39"


@pytest.mark.parametrize("around", ["{}", " {}\n", "'{}'", '"{}"', "\u200b{}\ufeff", "\u201c{}\u201d", "`{}`\u00a0"])
def test_what_comes_along_when_copying_is_taken_off(around: str) -> None:
    assert validate.clean(around.format(GUID)) == GUID
    assert validate.check_client_id(around.format(GUID)) is None


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("", "Enter"),
        ("   ", "Enter"),
        (GUID[:-1], "32 hexadecimal"),
        (GUID + "0", "32 hexadecimal"),
        (GUID.replace("-", ""), "32 hexadecimal"),
        (GUID.replace("6f", "6g"), "32 hexadecimal"),
        (f"{GUID}\n{GUID}", "32 hexadecimal"),
        ("\u0661" + GUID[1:], "32 hexadecimal"),
        (validate.NO_TENANT, "placeholder"),
    ],
)
def test_a_wrong_client_id_is_explained(value: str, word: str) -> None:
    assert word in (validate.check_client_id(value) or "")


@pytest.mark.parametrize("value", [GUID, GUID.upper()])
def test_a_client_id_may_have_any_case(value: str) -> None:
    assert validate.check_client_id(value) is None


@pytest.mark.parametrize("value", ["", "  ", "h8Q~very-secret.value_of-it", " h8Q~very-secret.value_of-it\n"])
def test_a_client_secret_may_be_left_out_and_may_have_signs(value: str) -> None:
    assert validate.check_client_secret(value) is None


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (GUID, "Secret ID"),
        ("h8Q~very secret value", "blanks"),
        ("h8Q~very\nsecret-value", "blanks"),
        ("h8Q~very\x1bsecret-value", "blanks"),
        ("tiny~one", "too short"),
    ],
)
def test_a_wrong_client_secret_is_explained_without_repeating_it(value: str, word: str) -> None:
    problem = validate.check_client_secret(value) or ""
    assert word in problem
    assert value not in problem


@pytest.mark.parametrize(
    "value",
    [
        "",
        "common",
        "organizations",
        "consumers",
        "Common",
        GUID,
        "contoso.onmicrosoft.com",
        "contoso.co.uk",
        " common ",
    ],
)
def test_a_directory_may_be_a_word_an_id_or_a_domain(value: str) -> None:
    assert validate.check_tenant(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "contoso",
        "con toso.com",
        "https://contoso.com",
        "contoso.com/",
        "-a.com",
        "a..com",
        "contoso.c",
        "../common",
        "x@y.com",
    ],
)
def test_anything_else_is_no_directory(value: str) -> None:
    assert validate.check_tenant(value)


@pytest.mark.parametrize("cloud", ["us-gov", "us-dod", "china"])
def test_there_are_no_personal_accounts_in_other_clouds(cloud: str) -> None:
    assert "worldwide" in (validate.check_tenant("consumers", cloud) or "")
    assert validate.check_tenant("organizations", cloud) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "http://localhost",
        "http://localhost/",
        "http://localhost:8400",
        "http://localhost:8400/callback",
        "http://localhost:1024/a-b_c.d",
        "http://localhost:65535/x",
    ],
)
def test_a_redirect_address_is_on_this_computer(value: str) -> None:
    assert validate.check_redirect_uri(value) is None


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("https://localhost:8400", "http://localhost"),
        ("localhost:8400", "http://localhost"),
        ("ftp://localhost", "http://localhost"),
        ("http://127.0.0.1:8400", "instead of a number"),
        ("http://[::1]:8400", "instead of a number"),
        ("http://example.com/callback", "on this computer"),
        ("http://localhost.example.com", "on this computer"),
        ("http://user@localhost:8400", "on this computer"),
        ("http://localhost:", "on this computer"),
        ("http://LOCALHOST:8400", "on this computer"),
        ("http://localhost:80", "between 1024"),
        ("http://localhost:0", "between 1024"),
        ("http://localhost:65536", "not an address"),
        ("http://localhost:x", "not an address"),
        ("http://[localhost", "not an address"),
        ("http://localhost:8400/?a=b", "? or #"),
        ("http://localhost:8400/#a", "? or #"),
        ("http://localhost:8400/*", "refuses"),
        ("http://localhost:8400/a b", "refuses"),
        ("http://localhost:8400/\u00e9", "refuses"),
        ("http://localhost:8400/\\a", "refuses"),
        ("http://localhost:8400/" + "a" * 250, "longer"),
    ],
)
def test_a_wrong_redirect_address_is_explained(value: str, word: str) -> None:
    assert word in (validate.check_redirect_uri(value) or "nothing")


@pytest.mark.parametrize("value", ["work", "Work-2", "a", "9.x_y", "a" * 40])
def test_a_profile_name_is_short_and_easy_to_type(value: str) -> None:
    assert validate.check_profile_name(value) is None


@pytest.mark.parametrize("value", ["", " ", "my work", "-work", ".work", "a" * 41, "b\u00fcro", "a/b", "work\n"])
def test_another_profile_name_is_refused(value: str) -> None:
    assert validate.check_profile_name(value)


def test_a_profile_name_is_taken_in_any_case() -> None:
    assert validate.check_profile_name("Work", taken=["home", "work"])
    assert validate.check_profile_name("work2", taken=["home", "work"]) is None


@pytest.mark.parametrize(
    ("names", "tenant", "word"),
    [
        ([], "common", "at least one"),
        (["User.Read"], "common", "at least one"),
        (["Sites.Read.All"], "common", "at least one"),
        (["Files.Read", "Mail.Read"], "common", "Mail.Read"),
        (["Files.Read", "Sites.Read.All"], "consumers", "Sites.Read.All"),
        (["Files.Read", "Sites.Read.All"], "Consumers", "Sites.Read.All"),
        (["Files.Read.Selected"], "consumers", "Files.Read.Selected"),
    ],
)
def test_permissions_that_cannot_work_are_named(names: list[str], tenant: str, word: str) -> None:
    assert word in (validate.check_scopes(names, tenant=tenant) or "nothing")


@pytest.mark.parametrize(
    ("names", "tenant"),
    [
        (["Files.Read"], "common"),
        (["files.readwrite", "USER.READ"], "consumers"),
        (["https://graph.microsoft.com/Files.Read"], "common"),
        (["Files.Read", "Sites.Read.All"], "organizations"),
    ],
)
def test_permissions_that_can_work_are_accepted(names: list[str], tenant: str) -> None:
    assert validate.check_scopes(names, tenant=tenant) is None
