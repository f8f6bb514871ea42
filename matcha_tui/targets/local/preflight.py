"""What has to be true before a stack is built on this machine."""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import Definition, Server, parse_definition
from matcha_tui.services.environment import free_megabytes
from matcha_tui.services.health import check_services
from matcha_tui.services.index import ASK_SECONDS, ask_index, describe_index, uv_environment
from matcha_tui.services.orphans import end_all, find_former_directory, find_processes
from matcha_tui.services.store import find_environment, store_folder
from matcha_tui.services.supervisor import require_open_files
from matcha_tui.stack.flavor import Flavor
from matcha_tui.system.files import explain_os_errors
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.findings import (
    Check,
    Fix,
    FixableError,
    Unverified,
    check_engine,
    run_check,
)
from matcha_tui.targets.local.folder import check_path
from matcha_tui.targets.local.lasting import check_folders
from matcha_tui.targets.local.values import check_ports

_OLDEST_PYTHON = (3, 11)
_NEWEST_PYTHON = (3, 13)  # what the services have been run with


def list_checks(spec: StackSpec) -> tuple[Check, ...]:
    """List what a provision needs."""
    # The engine is asked by each provision itself, and a service without a supervisor
    # is what one repairs: a provision asks only what is quick.
    return tuple(
        Check(name, partial(run_check, name, partial(find, spec)), is_quick, is_required=is_quick)
        for name, find, is_quick in _CHECKS
    )


def _python(spec: StackSpec) -> str:
    version = platform.python_version()
    if sys.version_info[:2] < _OLDEST_PYTHON:
        raise MatchaError(
            f"this is Python {version}, and 3.11 or newer is needed",
            hint="Install matcha-tui with a newer Python.",
        )
    if sys.version_info[:2] > _NEWEST_PYTHON:
        raise Unverified(f"this is Python {version}; the services have been run on 3.11 to 3.13")
    return f"Python {version}"


def _folder(spec: StackSpec) -> str:
    check_path(spec)
    check_folders(spec)
    project = spec.workspace.project
    with explain_os_errors("write to", project), tempfile.TemporaryFile(dir=project):
        return f"{project} can be written to"


def _disk(spec: StackSpec) -> str:
    place = store_folder()
    free = free_megabytes(place)
    needed = sum(server.disk_megabytes for server in _to_install(spec).values())
    if free < needed:
        raise MatchaError(
            f"the stack needs {needed} MB of disk, and {free} MB are free at {place}",
            hint="Free some space, perhaps with `matcha cache prune`, or take a module out:"
            " matcha stack remove MODULE_TYPE.",
        )
    return f"{free} MB are free, and {needed} MB are needed"


def _ports(spec: StackSpec) -> str:
    count = check_ports(spec.workspace, spec.flavors, spec.config)
    return "those that are set can be had" if count else "none is set: free ones are taken"


def _lost(spec: StackSpec) -> str:
    """See that nothing runs of a deployment that this folder has forgotten."""
    services = spec.workspace.services
    former = find_former_directory(services)
    known_here = former or services
    if former is None and spec.is_deployed:
        return "nothing runs here that the project does not know"
    running = tuple(sorted(find_processes(known_here)))
    if not running:
        return "nothing runs here that the project does not know"

    def end() -> str:
        return f"Ended: {', '.join(end_all(known_here))}."

    runs = f"{', '.join(running)} still {'runs' if len(running) == 1 else 'run'}"
    if former:
        raise FixableError(
            f"{runs} in {former.parent.parent}, where this project was before it was moved",
            hint="Move it back; or end them: matcha doctor --fix. Their data has moved along, and"
            " `matcha provision` starts them here.",
            fix=Fix("End them", end),
        )
    raise FixableError(
        f"{runs} here from an earlier deployment, of which .matcha knows nothing any more",
        hint="Put .matcha back if you have it; or end them: matcha doctor --fix",
        fix=Fix("End them", end),
    )


def _open_files(spec: StackSpec) -> str:
    return f"a service may have {require_open_files()} files open"


def _package_index(spec: StackSpec) -> str:
    environment = uv_environment(os.environ)
    to_install = _to_install(spec)
    every = {flavor.name: definition.server for flavor, definition in _definitions(spec)}
    asked = _first_package(to_install) or _first_package(every)
    if asked is None:
        return f"nothing has to be fetched from {describe_index(environment)}"
    try:
        return f"{ask_index(*asked, environment)} answers, and has {asked[1]}"
    except subprocess.TimeoutExpired as error:
        raise Unverified(
            f"{describe_index(environment)} did not answer within {ASK_SECONDS} seconds"
        ) from error
    except MatchaError as error:
        index = describe_index(environment)
        if to_install:
            raise MatchaError(f"{error.message} ({index})", hint=error.hint) from error
        # Nothing is to be fetched now: what is there can be built without it.
        raise Unverified(f"{error.message} ({index})", error.hint or "") from error


def _first_package(servers: Mapping[str, Server | None]) -> tuple[str, str] | None:
    found = (
        (name, server.packages[0])
        for name, server in servers.items()
        if server is not None and server.packages
    )
    return next(found, None)


def _supervisor(spec: StackSpec) -> str:
    running = [found for found in check_services(spec.workspace.services) if found.pid]
    lonely = [found.flavor for found in running if not found.supervised]
    if lonely:
        raise MatchaError(
            f"nothing would start {' or '.join(lonely)} again after a crash",
            hint="Run `matcha provision --yes`: it sees to it, and leaves what runs alone.",
        )
    return f"{len(running)} services run, each with a supervisor"


def _engine(spec: StackSpec) -> str:
    return check_engine(spec.engine)


def _to_install(spec: StackSpec) -> dict[str, Server]:
    """Return the servers whose environments are still to be made, by flavor."""
    return {
        flavor.name: server
        for flavor, definition in _definitions(spec)
        if (server := definition.server) is not None
        and not find_environment(flavor.name, server.packages, definition.lock).is_whole
    }


def _definitions(spec: StackSpec) -> list[tuple[Flavor, Definition]]:
    return [(flavor, parse_definition(flavor.definition)) for flavor in spec.flavors]


_CHECKS: tuple[tuple[str, Callable[[StackSpec], str], bool], ...] = (
    # name, what returns what was found, whether it is quick
    ("Python", _python, True),
    ("engine", _engine, False),
    ("project folder", _folder, True),
    ("disk", _disk, True),
    ("lost services", _lost, True),
    ("ports", _ports, True),
    ("open files", _open_files, True),
    ("package index", _package_index, False),
    ("supervisor", _supervisor, False),
)
