"""Client programs, each run by the Python of the service that it talks to."""

import subprocess
from pathlib import Path

from matcha_tui.services.store import Environment
from tests.command_line import make_environment


def python_of(folder: Path, flavor: str) -> str:
    """Return the interpreter of a service's own environment."""
    return str(folder / ".matcha/services" / flavor / "environment/bin/python")


def run_client(python: str, script: str, *arguments: str, **variables: str) -> str:
    """Run one of the client scripts, and return what it printed."""
    path = Path(__file__).parent / script
    environment = make_environment(DO_NOT_TRACK="true", ANONYMIZED_TELEMETRY="false", **variables)
    used = Path(python).parents[1].resolve()
    # As the services do: nothing is written into an environment.
    environment["PYTHONPYCACHEPREFIX"] = str(Environment(used.parent, used.name).bytecode)
    finished = subprocess.run(
        [python, str(path), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
