"""Azure's libraries, which take a second to import, wait until the account screen is open."""

import subprocess
import sys

CODE = """
import asyncio, sys, tempfile
from dataclasses import replace
from pathlib import Path
from matcha_tui.app import MatchaApp
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui import Deployment
from matcha_tui.screens.session import Session
from matcha_tui.screens.stack import StackScreen
from matcha_tui.selection import open_project

async def main():
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Deployment(Path(folder)))
        app = MatchaApp(session)
        async with app.run_test() as pilot:
            session.draft = replace(session.draft, target="azure")
            await app.push_screen(StackScreen(session))
            await app.push_screen(ModulesScreen(session))
            await app.workers.wait_for_complete()

asyncio.run(main())
import matcha_tui.screens.account, matcha_tui.screens.region, matcha_tui.screens.review
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_nothing_of_azure_is_imported_before_the_account_screen_is_open():
    finished = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    )
    assert not {"azure", "msal", "requests", "httpx"} & set(finished.stdout.split())
