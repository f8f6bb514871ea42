"""Whether a stack can be in the project's folder, by its path alone."""

import os
import re
from collections.abc import Iterator

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.workspace import refuse_unprintable_path
from matcha_tui.services.definition import Definition, HttpCheck, parse_definition
from matcha_tui.services.layout import flavor_folder
from matcha_tui.stack.flavor import DEFINITION
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.local.lasting import find_folders

_BELOW_BYTES = 255
"""What the deepest path below the project takes, with the names that Terraform and DVC add."""

_IN_URL = re.compile(r"\w://.*\{(?:data|environment)\}")
_URL_SYNTAX = re.compile(r"[%?#]")
_MOVE = "Move the project to a folder with another path, or take that module out."


def check_path(spec: StackSpec) -> None:
    """Refuse a path that not everything can work in which is to be built."""
    refuse_unprintable_path(spec.workspace)
    project = spec.workspace.project
    system_bytes = os.pathconf("/", "PC_PATH_MAX") - 1
    excess = len(os.fsencode(project)) + _BELOW_BYTES - system_bytes
    if excess > 0:
        raise MatchaError(
            f"the project's path is {excess} bytes too long for the files below it,"
            f" as this system allows {system_bytes}: {_abridge(str(project))}",
            hint="Move the project to a folder with a shorter path.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
    lasting = {flavor.name: path for flavor, _, path in find_folders(spec)}
    for flavor in spec.flavors:
        inside = flavor_folder(spec.workspace.services, flavor.name).data
        data = lasting.get(flavor.name, inside)
        _check_data_folder(parse_definition(flavor.definition), str(data))


def _check_data_folder(definition: Definition, data: str) -> None:
    limits = definition.limits
    excess = len(os.fsencode(data)) - limits.path_bytes if limits.path_bytes else 0
    if excess > 0:
        raise _unfit(
            f"the project's path is {excess} bytes too long for {definition.title}, whose"
            f" database SQLite could not open: {_abridge(data)}"
        )
    if limits.refuse and (found := re.search(limits.refuse, data)):
        raise _unfit(
            f"{definition.title} cannot work in a folder whose path has {found[0]!r}:"
            f" {limits.because}"
        )
    if (found := _URL_SYNTAX.search(data)) and any(map(_IN_URL.search, _texts(definition))):
        raise MatchaError(
            f"{definition.title} gets the project's path in a URL, where its {found[0]!r} would be"
            " taken for syntax",
            hint=f"{_MOVE}\nIn its {DEFINITION}, write {{data:url}}, or a path relative to the data"
            " folder, in which the server runs.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )


def _texts(definition: Definition) -> Iterator[str]:
    """Return what is filled in and read by a program: arguments, variables, the address."""
    if definition.server:
        yield from definition.server.command
        yield from definition.server.variables.values()
    if isinstance(definition.check, HttpCheck):
        yield definition.check.url


def _unfit(message: str) -> MatchaError:
    return MatchaError(message, hint=_MOVE, exit_code=ExitCode.PREFLIGHT_FAILED)


def _abridge(path: str) -> str:
    return path if len(path) <= 80 else f"{path[:40]}…{path[-39:]}"
