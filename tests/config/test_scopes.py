"""What each permission lets odtui do, and how its name may be spelled."""

from __future__ import annotations

import pytest

from odtui.config.scopes import DEFAULT_SCOPES, SCOPES, Capability, capabilities, find_scope

C = Capability


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("Files.Read", {C.READ}),
        ("Files.ReadWrite", {C.READ, C.WRITE}),
        ("Files.Read.All", {C.READ, C.READ_SHARED}),
        ("Files.ReadWrite.All", {C.READ, C.WRITE, C.READ_SHARED, C.WRITE_SHARED}),
        ("Files.Read.Selected", set()),
        ("Files.ReadWrite.Selected", set()),
        ("Files.ReadWrite.AppFolder", {C.APP_FOLDER}),
        ("User.Read", {C.PROFILE}),
        ("Sites.Read.All", {C.READ_SITES}),
        ("Sites.ReadWrite.All", {C.READ_SITES, C.WRITE_SITES}),
    ],
)
def test_a_scope_alone_grants_exactly_this(scope: str, expected: set[Capability]) -> None:
    assert capabilities([scope]) == expected


def test_every_scope_of_the_panel_is_in_the_table_above() -> None:
    tested = {mark.args[1][row][0] for mark in _marks() for row in range(len(mark.args[1]))}
    assert tested == {scope.name for scope in SCOPES}


def _marks() -> list[pytest.Mark]:
    return list(test_a_scope_alone_grants_exactly_this.pytestmark)  # type: ignore[attr-defined]


def test_scopes_together_grant_what_each_one_does() -> None:
    assert capabilities(["Files.Read", "Sites.Read.All", "User.Read"]) == {C.READ, C.READ_SITES, C.PROFILE}


@pytest.mark.parametrize("names", [[], ["Mail.Read"], ["openid", "profile", "offline_access"], [""], ["/"]])
def test_unknown_scopes_grant_nothing(names: list[str]) -> None:
    assert capabilities(names) == frozenset()


def test_a_scope_that_covers_another_grants_at_least_as_much() -> None:
    for scope in SCOPES:
        for name in scope.covers:
            weaker = find_scope(name)
            assert weaker is not None, name
            assert weaker.name == name
            assert weaker.grants <= scope.grants, (scope.name, name)
            assert weaker.covers <= scope.covers, (scope.name, name)


def test_no_scope_covers_itself() -> None:
    assert [scope.name for scope in SCOPES if scope.name in scope.covers] == []


def test_writing_every_file_covers_the_three_weaker_files_scopes() -> None:
    scope = find_scope("Files.ReadWrite.All")
    assert scope is not None
    assert scope.covers == {"Files.Read", "Files.ReadWrite", "Files.Read.All"}


@pytest.mark.parametrize(
    "spelling",
    [
        "Files.ReadWrite",
        "files.readwrite",
        "FILES.READWRITE",
        "https://graph.microsoft.com/Files.ReadWrite",
        "https://graph.microsoft.com/files.readwrite",
        "https://microsoftgraph.chinacloudapi.cn/Files.ReadWrite",
    ],
)
def test_case_and_prefix_of_a_scope_do_not_matter(spelling: str) -> None:
    scope = find_scope(spelling)
    assert scope is not None
    assert scope.name == "Files.ReadWrite"
    assert capabilities([spelling]) == {C.READ, C.WRITE}


@pytest.mark.parametrize("name", ["Files.ReadWrite ", "Files", "Files.ReadWrite.AllX", "Mail.Read"])
def test_a_name_that_only_looks_alike_is_unknown(name: str) -> None:
    assert find_scope(name) is None


def test_the_default_scopes_read_write_and_name_the_user_without_an_administrator() -> None:
    assert capabilities(DEFAULT_SCOPES) == {C.READ, C.WRITE, C.PROFILE}
    assert [name for name in DEFAULT_SCOPES if (scope := find_scope(name)) is None or scope.admin] == []


def test_sharepoint_scopes_are_not_for_personal_accounts_and_need_an_administrator() -> None:
    sites = [scope for scope in SCOPES if scope.name.startswith("Sites.")]
    assert len(sites) == 2
    assert all(scope.admin and not scope.personal for scope in sites)
