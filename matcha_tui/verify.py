"""Uses what is deployed as its users will, and says of each component whether that works.

Each flavor brings a script, which runs with the client packages of the stack in an environment of
its own, finds the stack by the same variables as any client, and removes every trace of itself.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from matcha_tui.clients.packages import required_packages
from matcha_tui.deployed import deployed_spec, require_deployment, resources
from matcha_tui.errors import MatchaError
from matcha_tui.foreign_code import require_known
from matcha_tui.project.state import Resources
from matcha_tui.selection import Project
from matcha_tui.services.layout import CLIENTS, flavor_folder
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.usage import client_variables
from matcha_tui.system.plain_text import clean_text
from matcha_tui.targets.findings import Check, Finding, Verdict

_SECONDS = 300
_KEPT = ("HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME")
_QUIET = {
    "ANONYMIZED_TELEMETRY": "false",
    "DO_NOT_TRACK": "true",
    "DVC_NO_ANALYTICS": "1",
    "ZENML_ANALYTICS_OPT_IN": "false",
    "ZENML_LOGGING_VERBOSITY": "ERROR",
}


def prepare_clients(project: Project, tell: Callable[[str], None]) -> Path:
    """Make the environment with the stack's client packages, unless it is there.

    Args:
        project: Whose deployment.
        tell: Called with what is done, a line at a time.

    Returns:
        Its Python.

    Raises:
        MatchaError: If nothing is deployed, or the packages cannot be installed.
    """
    require_deployment(project)
    flavors = deployed_spec(project).flavors
    require_known(project, flavors)
    packages = [*required_packages(flavors), "requests"]
    services = project.workspace.services
    command = [sys.executable, "-P", "-m", "matcha_tui.services", "clients", *packages]
    with subprocess.Popen(
        command,
        env=os.environ | {"MATCHA_SERVICES": str(services)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - both are pipes
        assert process.stderr is not None  # noqa: S101
        for line in process.stdout:
            tell(clean_text(line.rstrip()))
        said = process.stderr.read().strip()
    if process.returncode != 0:
        message = clean_text(said.splitlines()[-1]) if said else "the packages are not installed"
        raise MatchaError(message.removeprefix("matcha: "))
    return flavor_folder(services, CLIENTS).environment / "bin" / "python"


def list_proofs(project: Project, python: Path) -> tuple[Check, ...]:
    """List what can be tried of what is deployed; nothing is done yet.

    Args:
        project: Whose deployment.
        python: Has the client packages.
    """
    given = resources(project)
    return tuple(
        Check(flavor.name, partial(_prove, project, flavor, given, python), False, False)
        for flavor in deployed_spec(project).flavors
        if flavor.verify
    )


def _prove(project: Project, flavor: Flavor, given: Resources, python: Path) -> Finding:
    script, began = flavor.folder / flavor.verify, time.monotonic()
    # Not resolved: Python knows its environment by the path that it is called by.
    with tempfile.TemporaryDirectory(prefix="matcha-verify-") as place:
        try:
            finished = subprocess.run(
                [str(python), "-P", str(script)],
                cwd=place,
                env=_environment(project, flavor, given, Path(place)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _failed(flavor, f"it did not end within {_SECONDS} s")
        except OSError as error:
            return _failed(flavor, f"{python} cannot be run: {error.strerror}")
    seconds = time.monotonic() - began
    if finished.returncode != 0:
        lines = finished.stderr.strip().splitlines() or ["it left no message"]
        return _failed(flavor, f"{clean_text(lines[-1])} ({seconds:.1f} s)")
    lines = finished.stdout.strip().splitlines() or ["done"]
    return Finding(flavor.name, Verdict.PASSED, f"{clean_text(lines[-1])} ({seconds:.1f} s)")


def _failed(flavor: Flavor, text: str) -> Finding:
    hint = f"`matcha status` and `matcha logs {flavor.name}` say more."
    return Finding(flavor.name, Verdict.FAILED, text, hint)


def _environment(project: Project, flavor: Flavor, given: Resources, place: Path) -> dict[str, str]:
    """Return what a client finds, and under ``MATCHA_`` each property of the flavor."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {
        f"MATCHA_{name}".upper().replace("-", "_"): value
        for name, value in given.get(flavor.resource, {}).items()
    }
    variables = client_variables(deployed_spec(project).flavors, given)
    programs = Path(sys.executable).parent
    return {
        **kept,
        **_QUIET,
        **own,
        **{variable.name: variable.value for variable in variables},
        "DVC_ACCOUNT_NAME": given.get(flavor.resource, {}).get("account-name", ""),
        "MATCHA": str(programs / "matcha"),
        "MATCHA_PROJECT": str(project.workspace.project),
        "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "ZENML_CONFIG_PATH": str(place / "zenml"),
    }
