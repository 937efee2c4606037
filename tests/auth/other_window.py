"""A second window of odtui in a process of its own, told on its standard input what to do.

    python -m tests.auth.other_window SERVER FOLDER

Commands are `use ID`, which sends a request as that account, and `sign-in NAME`. Each is answered with one line.
"""

import asyncio
import sys
from pathlib import Path

from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError
from odtui.config.paths import Directories
from odtui.demo.links import HOSTS
from odtui.demo.visitor import approve
from odtui.net.engine import async_client
from odtui.net.reroute import Routes
from tests.auth.live import ME, PUBLIC


def say(answer: str) -> None:
    print(answer, flush=True)  # noqa: T201  # standard output is how the first window hears it


async def use(authenticator: Authenticator, routes: Routes, account_id: str) -> str:
    account = next(each for each in authenticator.accounts() if each.id == account_id)
    async with async_client(routes, auth=authenticator.auth(account)) as http:
        return str((await http.get(ME)).status_code)


async def sign_in(authenticator: Authenticator, name: str) -> str:
    visits: list[asyncio.Future[None]] = []

    def visit(url: str) -> bool:
        visits.append(asyncio.ensure_future(asyncio.to_thread(approve, url, account=name)))
        return True

    account = await authenticator.sign_in_browser(open_url=visit, show_url=lambda _: None)
    await asyncio.gather(*visits)
    return account.id


async def main(server: str, folder: str) -> None:
    routes = Routes(HOSTS, server)
    authenticator = Authenticator(PUBLIC, Directories.below(Path(folder)), routes=routes)
    say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        command, argument = line.split()
        try:
            say(await (use(authenticator, routes, argument) if command == "use" else sign_in(authenticator, argument)))
        except AuthError as error:
            say(error.problem)
    await authenticator.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
