"""Microsoft's clouds and the hosts of each."""

from __future__ import annotations

import pytest

from odtui.config.clouds import CLOUDS


@pytest.mark.parametrize(
    ("name", "login", "graph", "portal"),
    [
        ("global", "login.microsoftonline.com", "graph.microsoft.com", "https://portal.azure.com"),
        ("us-gov", "login.microsoftonline.us", "graph.microsoft.us", "https://portal.azure.us"),
        ("us-dod", "login.microsoftonline.us", "dod-graph.microsoft.us", "https://portal.azure.us"),
        ("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "https://portal.azure.cn"),
    ],
)
def test_each_cloud_has_its_own_hosts(name: str, login: str, graph: str, portal: str) -> None:
    cloud = CLOUDS[name]
    assert (cloud.name, cloud.login_host, cloud.graph_host, cloud.portal) == (name, login, graph, portal)


def test_there_are_no_other_clouds() -> None:
    assert list(CLOUDS) == ["global", "us-gov", "us-dod", "china"]


def test_personal_accounts_exist_in_the_worldwide_cloud_only() -> None:
    assert [cloud.name for cloud in CLOUDS.values() if cloud.personal] == ["global"]


def test_no_two_clouds_share_a_graph_host() -> None:
    assert len({cloud.graph_host for cloud in CLOUDS.values()}) == len(CLOUDS)
