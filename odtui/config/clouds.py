"""Microsoft's clouds: where one signs in and where Graph answers. Source: REFERENCE §1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One national cloud. A token of one is worthless in another."""

    name: str
    """The value in the settings file."""
    title: str
    login_host: str
    graph_host: str
    portal: str
    """Address of the Azure portal in which its applications are registered."""
    personal: bool = False
    """Whether personal Microsoft accounts exist there."""


CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "global",
            "Microsoft 365 and OneDrive (worldwide)",
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "https://portal.azure.com",
            personal=True,
        ),
        Cloud(
            "us-gov",
            "US Government (GCC High)",
            "login.microsoftonline.us",
            "graph.microsoft.us",
            "https://portal.azure.us",
        ),
        Cloud(
            "us-dod",
            "US Government (DoD)",
            "login.microsoftonline.us",
            "dod-graph.microsoft.us",
            "https://portal.azure.us",
        ),
        Cloud(
            "china",
            "China (21Vianet)",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
            "https://portal.azure.cn",
        ),
    )
}
