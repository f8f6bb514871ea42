"""What a data scientist does in a project: her own environment first on PATH."""

import os
import subprocess
from pathlib import Path

from tests.command_line import SCRIPTS, Matcha


def at_work(matcha: Matcha, python: str, settings: Path) -> Matcha:
    """Return the same project with the clients of one environment, and ZenML's files apart."""
    path = os.pathsep.join([str(Path(python).parent), str(SCRIPTS), matcha.environment["PATH"]])
    own = {
        "PATH": path,
        "ZENML_CONFIG_PATH": str(settings),
        "ZENML_ANALYTICS_OPT_IN": "false",
        "DVC_NO_ANALYTICS": "1",
        "BROWSER": "true",
    }
    return Matcha(matcha.folder, matcha.environment | own)


def run(matcha: Matcha, *command: str, seconds: float = 300) -> str:
    """Run a program as it is called in a shell; return what it printed."""
    finished = subprocess.run(
        command,
        cwd=matcha.folder,
        env=matcha.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
