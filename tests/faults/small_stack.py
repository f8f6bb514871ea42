"""A small stack on this machine, of an installation whose catalog has tiny, quick flavors.

All else is real: the command, Terraform, supervisors, and servers that answer.
"""

import json
import os
from pathlib import Path

import matcha_tui
from matcha_tui.services.leader import SERVICE_MARKER
from matcha_tui.system.processes import processes_marked_below
from tests.command_line import Matcha, make_environment
from tests.ports import free_port
from tests.services.tiny_project import definition_text
from tests.targets.local.tiny_catalog import write_catalog

PACKAGE = Path(matcha_tui.__file__).parent
MANNERS = ("crashing", "silent", "rubbish", "stubborn", "leaving", "brief", "noisy")
PACKED = "packed"
FLAVORS = {
    ("experiment_tracker", "one"): definition_text(),
    ("orchestrator", "two"): definition_text(),
    ("vector_database", PACKED): definition_text(packages=["tiny-thing==1.0"]),
    **{("vector_database", manner): definition_text(manner, 3) for manner in MANNERS},
}


def install(folder: Path) -> Path:
    """Make an installation with the small catalog; returns what goes onto PYTHONPATH."""
    write_catalog(folder / "terraform_modules", FLAVORS)
    (folder / "matcha_tui").symlink_to(PACKAGE)
    return folder


def make_matcha(site: Path, folder: Path, state: Path, **variables: str) -> Matcha:
    """Return the command of that installation in a folder, with a register of its own."""
    chosen = {"PYTHONPATH": str(site), "XDG_STATE_HOME": str(state)}
    return Matcha(folder, make_environment(**chosen | variables))


def stack_text(**modules: str) -> str:
    """Return a ``matcha.toml``: module type to flavor, each at a port of its own."""
    lines = ["version = 1", "[stack]", 'name = "custom"', "[stack.modules]"]
    lines += [f'{slot} = "{flavor}"' for slot, flavor in modules.items()]
    for slot in modules:
        lines += [f"[settings.{slot}]", f"port = {free_port()}"]
    return "\n".join(lines) + "\n"


ONE = {"experiment_tracker": "one"}


def state_file(matcha: Matcha) -> Path:
    return matcha.folder / ".matcha/infrastructure/services/terraform.tfstate"


def recorded(matcha: Matcha) -> set[str]:
    """Return the addresses of what Terraform has in its state."""
    # Terraform makes an empty one before it writes the first.
    if not state_file(matcha).exists() or not state_file(matcha).stat().st_size:
        return set()
    return {
        f"{resource.get('module', '')}.{resource['type']}.{resource['name']}"
        for resource in json.loads(state_file(matcha).read_bytes())["resources"]
        if resource["instances"]
    }


def listed(matcha: Matcha) -> list[dict[str, object]]:
    """Return what ``matcha ls`` shows, called from another folder."""
    elsewhere = Matcha(Path(matcha.environment["XDG_STATE_HOME"]).parent, matcha.environment)
    answer = elsewhere("ls", "--output", "json")
    assert answer.returncode in (0, 1), answer.stderr  # 1 while one is not well
    return list(json.loads(answer.stdout)["deployments"])


def require_known(matcha: Matcha) -> dict[str, object]:
    """Require that whatever runs is listed, and return the project's line."""
    running = set(matcha.service_pids())
    (row,) = listed(matcha)
    modules, lost = row["modules"], row["running"]
    assert isinstance(modules, dict)
    assert isinstance(lost, list)
    assert running <= {*modules.values(), *lost}
    assert row["folder"] == os.fsdecode(matcha.folder.resolve())
    return row


def leaders(matcha: Matcha) -> list[str]:
    """Return the flavor of each process that a service is; twice, if it runs twice."""
    services = str(matcha.folder.resolve() / ".matcha/services")
    found = processes_marked_below(SERVICE_MARKER, services)
    return [Path(mark).name for mark, process in found if os.getpgid(process.pid) == process.pid]


def require_up(matcha: Matcha) -> None:
    """Require that what is chosen is listed as running well, and nothing else runs."""
    row = require_known(matcha)
    assert row["state"] == "up", row
    assert isinstance(row["modules"], dict)
    assert sorted(leaders(matcha)) == sorted(row["modules"].values())
    assert {"environment", "service", "storage"} <= {
        address.rpartition(".")[2] for address in recorded(matcha)
    }
