"""Decides what the user left open on this machine: free ports and secrets.

What is applied is kept in ``.matcha/services/<flavor>/values.json`` (0600), so that a
service keeps its port and its password for as long as it exists.
"""

import re
import secrets
from collections.abc import Sequence, Set
from contextlib import suppress

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.register import read_register
from matcha_tui.project.workspace import Workspace
from matcha_tui.services.health import check_services
from matcha_tui.services.ports import describe_holder, find_free_port, is_free
from matcha_tui.services.reservations import choosing_ports, reserve, reserved_by_others
from matcha_tui.stack.catalog import Flavor
from matcha_tui.stack.setting import Setting, SettingType, SettingValue
from matcha_tui.targets.base import ModuleValues, StackSpec
from matcha_tui.targets.local.lasting import find_folders
from matcha_tui.targets.stored_values import find_takers, keep, read_stored, values_file

_DOTTED = re.compile(r"\{([a-z_]+\.[a-z0-9_]+)\}")
_SECRET_BYTES = 24  # 192 bits, more than a password can be guessed


def resolve_values(spec: StackSpec) -> dict[str, dict[str, SettingValue]]:
    """Give every setting of the chosen flavors its final value.

    Returns:
        Module type to setting's name to value.
    """
    with choosing_ports():
        values = _choose_values(spec)
        reserve(spec.workspace.project, _chosen_ports(spec.flavors, values))
    return values


def _choose_values(spec: StackSpec) -> dict[str, dict[str, SettingValue]]:
    workspace, flavors, config = spec.workspace, spec.flavors, spec.config
    folders = {dotted: path for _, dotted, path in find_folders(spec)}
    running = {found.flavor for found in check_services(workspace.services) if found.pid}
    taken = set(_ports_set_by_user(flavors, config))
    # A stopped server's port is free, and still its own.
    reserved = _kept_ports(workspace, flavors)
    values: dict[str, dict[str, SettingValue]] = {}
    for flavor in flavors:
        kept = read_stored(values_file(workspace, flavor.name))
        chosen: dict[str, SettingValue] = {}
        for setting in flavor.settings:
            dotted = f"{flavor.module_type}.{setting.name}"
            if dotted in folders:
                chosen[setting.name] = str(folders[dotted])
                continue
            chosen[setting.name] = _resolve(
                setting,
                dotted,
                config.settings.get(dotted, setting.default),
                kept.get(setting.name),
                flavor.name in running,
                taken,
                reserved,
            )
        values[flavor.module_type] = chosen
    for flavor in flavors:
        chosen = values[flavor.module_type]
        for setting in flavor.settings:
            if setting.made_from and not chosen[setting.name]:
                chosen[setting.name] = _make(setting.made_from, values)
    return values


def check_ports(workspace: Workspace, flavors: Sequence[Flavor], config: Config) -> int:
    """Look whether the ports that the user set can be had.

    Returns:
        How many are set.
    """
    ours = {
        value
        for found in check_services(workspace.services)
        if found.pid
        for value in read_stored(values_file(workspace, found.flavor)).values()
    }
    ports = _ports_set_by_user(flavors, config)
    for port, dotted in ports.items():
        if port not in ours:
            _refuse_taken(dotted, port)
    return len(ports)


def _make(text: str, values: ModuleValues) -> str:
    """Fill in the settings of other modules; without one of them there is nothing to say."""
    known = {
        f"{module_type}.{name}": str(value)
        for module_type, settings in values.items()
        for name, value in settings.items()
    }
    if not set(_DOTTED.findall(text)) <= known.keys():
        return ""
    return _DOTTED.sub(lambda match: known[match[1]], text)


def _refuse_taken(dotted: str, port: int) -> None:
    if not is_free(port):
        raise MatchaError(
            f"{dotted} is {port}, and {describe_holder(port)} listens on that port",
            hint=f"End that program, or set {dotted} to another port (0: a free one).",
        )


def _resolve(
    setting: Setting,
    dotted: str,
    wanted: SettingValue,
    kept: SettingValue | None,
    is_running: bool,
    taken: set[int],
    reserved: Set[int],
) -> SettingValue:
    if setting.type is SettingType.SECRET:
        return kept or secrets.token_urlsafe(_SECRET_BYTES)
    if setting.type is not SettingType.PORT:
        return wanted
    is_ours = is_running and kept is not None
    if isinstance(wanted, int) and wanted != 0:
        if not (is_ours and kept == wanted):
            _refuse_taken(dotted, wanted)
        return wanted
    if isinstance(kept, int) and kept not in taken and (is_ours or is_free(kept)):
        taken.add(kept)
        return kept
    port = find_free_port(setting.preferred, taken | reserved)
    taken.add(port)
    return port


def _chosen_ports(flavors: Sequence[Flavor], values: ModuleValues) -> list[int]:
    return [
        port
        for flavor in flavors
        for setting in flavor.settings
        if setting.type is SettingType.PORT
        and isinstance(port := values[flavor.module_type][setting.name], int)
    ]


def _kept_ports(workspace: Workspace, flavors: Sequence[Flavor]) -> set[int]:
    """Return the ports that the flavors have had so far, and those of other deployments."""
    found = _ports_of_others(workspace) | reserved_by_others(workspace.project)
    for flavor in flavors:
        kept = read_stored(values_file(workspace, flavor.name))
        ports = [item.name for item in flavor.settings if item.type is SettingType.PORT]
        found |= {port for name in ports if isinstance(port := kept.get(name), int)}
    return found


def _ports_of_others(workspace: Workspace) -> set[int]:
    """Return what looks like a port among the values of other deployments on this machine."""
    found = set()
    for entry in read_register():
        if entry.folder != workspace.project.resolve():
            for path in entry.workspace.services.glob("*/values.json"):
                with suppress(MatchaError):
                    kept = read_stored(path)
                    named = [value for name, value in kept.items() if name.endswith("port")]
                    found |= {value for value in named if isinstance(value, int)}
    return found


def _ports_set_by_user(flavors: Sequence[Flavor], config: Config) -> dict[int, str]:
    owners: dict[int, str] = {}
    for flavor in flavors:
        for setting in flavor.settings:
            dotted = f"{flavor.module_type}.{setting.name}"
            port = config.settings.get(dotted)
            if setting.type is not SettingType.PORT or not isinstance(port, int) or port == 0:
                continue
            if port in owners:
                raise MatchaError(
                    f"{owners[port]} and {dotted} are both set to port {port}",
                    hint="Give one of them another port, or 0 for a free one.",
                    exit_code=ExitCode.USAGE,
                )
            owners[port] = dotted
    return owners


def set_password(spec: StackSpec, password: str) -> None:
    """Take a password of the user's instead of generating one."""
    for flavor, chosen in find_takers(spec.flavors, password):
        file = values_file(spec.workspace, flavor.name)
        kept = read_stored(file)
        if (file.parent / "data").exists() and kept.get("password", chosen) != chosen:
            raise MatchaError(
                f"{flavor.title} has a password already, which it was given when it first started",
                hint="Run `matcha destroy --yes` without --keep-data first, or leave out "
                "--password-stdin.",
                exit_code=ExitCode.REFUSED,
            )
        keep(file, {**kept, "password": chosen})
