"""The local target: real servers on this machine."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcha_tui.data_choice import DataChoice
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.base import ComponentHealth, ModuleValues, Root, StackSpec, Target
from matcha_tui.targets.parts import Backup, Control, Given, Logs, LogWindow, Models, ServedModel
from matcha_tui.terraform.explain import Explanations

if TYPE_CHECKING:
    from matcha_tui.services.layout import FlavorFolder
    from matcha_tui.targets.drift import Deviation
    from matcha_tui.targets.findings import Check

# psutil, sockets and HTTP cost a command that only chooses a stack half of its time:
# what needs them is imported when it is called.


class LocalModels(Models):
    """MLServer's repository of models."""

    def deploy(self, spec: StackSpec, given: Given, source: str, name: str) -> ServedModel:
        """Copy a model into the repository and load it."""
        from matcha_tui.targets.local.repository import deploy_model

        return deploy_model(spec, given, source, name)

    def list(self, spec: StackSpec, given: Given) -> tuple[ServedModel, ...]:
        """Return what is in the repository."""
        from matcha_tui.targets.local.repository import list_models

        return list_models(given)

    def remove(self, spec: StackSpec, given: Given, name: str) -> None:
        """Unload a model and delete its folder."""
        from matcha_tui.targets.local.repository import remove_model

        remove_model(given, name)


class LocalControl(Control):
    """Processes end and begin; their folders stay."""

    gives_back = "memory and ports"
    ends_with_login = True

    def stop(self, spec: StackSpec, flavors: Sequence[str], tell: Callable[[str], None]) -> None:
        """Stop services with their supervisors."""
        from matcha_tui.services.pause import stop_services

        stop_services(_servers(spec, flavors), tell)

    def start(
        self,
        spec: StackSpec,
        flavors: Sequence[str],
        tell: Callable[[str], None],
        *,
        unless_stopped: bool = False,
    ) -> None:
        """Start services, each with a supervisor."""
        from matcha_tui.services.pause import start_services

        servers = _servers(spec, flavors)
        wanted = [one for one in servers if not (unless_stopped and one.stopped.exists())]
        start_services(wanted, tell)


class LocalLogs(Logs):
    """The files that servers write to."""

    def read(self, spec: StackSpec, flavor: str, window: LogWindow) -> Iterator[str]:
        """Read the log of a server with its rotated part."""
        from matcha_tui.services.layout import flavor_folder
        from matcha_tui.services.logs import read_log

        log = flavor_folder(spec.workspace.services, flavor).log
        if not log.exists():
            raise MatchaError(
                f"{flavor} has no log: it was not started, or is no server",
                hint="`matcha status` says how each component is.",
                exit_code=ExitCode.REFUSED,
            )
        since = window.since.timestamp() if window.since else None
        return read_log(log, since, window.lines, follow=window.follow)


class LocalBackup(Backup):
    """The data folders of the services."""

    def save(
        self,
        spec: StackSpec,
        file: Path,
        facts: Mapping[str, Any],
        *,
        with_secrets: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Write them while the services run."""
        from matcha_tui.services.archive import writing_archive
        from matcha_tui.services.backup import back_up_services

        with writing_archive(file) as archive:
            services = back_up_services(
                spec.workspace.services, archive, with_secrets=with_secrets, tell=tell
            )
            archive.finish({**facts, "services": services})

    def check(self, file: Path) -> Mapping[str, Any]:
        """Check every byte of an archive."""
        from matcha_tui.services.archive import read_manifest

        return read_manifest(file).facts

    def restore(
        self,
        spec: StackSpec,
        file: Path,
        facts: Mapping[str, Any],
        *,
        replace: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Put them back, and let run again what ran."""
        from matcha_tui.services.backup import require_room, restore_services
        from matcha_tui.targets.local.lasting import find_folders

        services = spec.workspace.services
        flavors = {name: tuple(known["packages"]) for name, known in facts["services"].items()}
        require_room(services, tuple(flavors), replace=replace)
        lasting = {flavor.name: path for flavor, _, path in find_folders(spec)}
        restore_services(services, file, flavors, lasting, tell)


class LocalTarget(Target):
    """Servers of the flavors as processes of their own, on 127.0.0.1."""

    name = "local"
    title = "This machine"
    description = "Real servers on 127.0.0.1: no account, no Docker, nothing to pay."
    layers = ("services",)
    definition_keys = ("service", "health", "folder")
    keeps_data = True
    refreshes = False  # Terraform knows only that it has run a command
    replaces_freely = True  # a service that is started anew has its data
    models = LocalModels()
    control = LocalControl()
    logs = LocalLogs()
    backup = LocalBackup()
    explanations = Explanations(__package__)
    clean_up = (sys.executable, "-P", "-m", "matcha_tui.services", "clean")
    discard = (sys.executable, "-P", "-m", "matcha_tui.services", "discard")

    def resolve(self, spec: StackSpec) -> ModuleValues:
        """Decide ports and passwords; they stay what they were while the port can be had."""
        from matcha_tui.targets.local.values import resolve_values

        return resolve_values(spec)

    def decisions(
        self, spec: StackSpec, values: ModuleValues
    ) -> Mapping[Path, Mapping[str, SettingValue]]:
        """Return the ports and passwords that each service keeps."""
        from matcha_tui.targets.stored_values import values_file

        return {
            values_file(spec.workspace, flavor.name): values[flavor.module_type]
            for flavor in spec.flavors
        }

    def set_password(self, spec: StackSpec, password: str) -> None:
        """Take a password of the user's instead of generating one."""
        from matcha_tui.targets.local.values import set_password

        set_password(spec, password)

    def root(self, spec: StackSpec, layer: str) -> Root:
        """Return the one root: what watches over the services beside the flavors."""
        return Root(
            context={"services_directory": str(spec.workspace.services)},
            modules={"supervisor": {"source": "./modules/supervisor"}},
            resources={"cloud": {"location": "local"}},
        )

    def environment(self, spec: StackSpec, data: DataChoice) -> Mapping[str, str]:
        """Return what the modules' local-exec commands read."""
        return {
            "MATCHA_PYTHON": sys.executable,
            "MATCHA_SERVICES": str(spec.workspace.services),
            "MATCHA_DATA": data,
        }

    def initial_settings(self, spec: StackSpec) -> Mapping[str, SettingValue]:
        """Return the name of each folder outside of the project, for its other clones."""
        from matcha_tui.targets.local.lasting import initial_folders

        return initial_folders(spec)

    def lasting_data(self, spec: StackSpec) -> tuple[str, ...]:
        """Return those folders that hold anything, with sizes."""
        from matcha_tui.targets.local.inspection import describe_lasting

        return describe_lasting(spec.workspace)

    def lasting_resources(self, spec: StackSpec) -> Mapping[str, Mapping[str, str]]:
        """Return what is in those folders that are there."""
        from matcha_tui.targets.local.lasting import lasting_resources

        return lasting_resources(spec)

    def checks(self, spec: StackSpec) -> "tuple[Check, ...]":
        """List what this machine must have."""
        from matcha_tui.targets.local.preflight import list_checks

        return list_checks(spec)

    def health(self, spec: StackSpec) -> tuple[ComponentHealth, ...]:
        """Ask every server."""
        from matcha_tui.targets.local.inspection import find_health

        return find_health(spec.workspace)

    def find_lost(self, workspace: Workspace) -> tuple[str, ...]:
        """Return the flavors whose processes name this folder."""
        from matcha_tui.services.orphans import find_processes

        return tuple(sorted(find_processes(workspace.services)))

    def end_lost(self, workspace: Workspace) -> tuple[str, ...]:
        """End those processes."""
        from matcha_tui.services.orphans import end_all

        return tuple(end_all(workspace.services))

    def deviations(self, spec: StackSpec) -> "tuple[Deviation, ...]":
        """Compare every server's files and processes with what was deployed."""
        from matcha_tui.targets.local.inspection import list_deviations

        return list_deviations(spec)

    def leftovers(self, spec: StackSpec) -> tuple[str, ...]:
        """Return the data of each flavor, with its size."""
        from matcha_tui.targets.local.inspection import find_leftovers

        return find_leftovers(spec.workspace)

    def repairs(self, workspace: Workspace, modules: Mapping[str, str]) -> tuple[str, ...]:
        """Return the resources of servers that are down."""
        from matcha_tui.targets.local.inspection import find_repairs

        return find_repairs(workspace, modules)

    def check(self, flavor: Flavor) -> None:
        """Raise for a server's definition or lock that is faulty."""
        super().check(flavor)
        from matcha_tui.services.definition import LOCK, parse_definition
        from matcha_tui.services.layout import flavor_folder

        flavor_folder(flavor.folder, flavor.name)
        definition = parse_definition(flavor.definition)
        if definition.server is not None and definition.lock:
            from matcha_tui.services.package_lock import check_lock  # it takes longer than the rest

            check_lock(flavor.folder / LOCK, definition.server.packages)

    def version(self, flavor: Flavor) -> str:
        """Return what the first of the packages is pinned to."""
        from matcha_tui.services.definition import pinned_version

        service = flavor.definition.table("service")
        return pinned_version(service.texts("packages"))

    def deployed_version(self, workspace: Workspace, flavor: Flavor) -> str:
        """Return what the server is pinned to that was started last."""
        from matcha_tui.services.definition import pinned_version
        from matcha_tui.services.layout import flavor_folder
        from matcha_tui.services.upgrade import read_earlier

        earlier = read_earlier(flavor_folder(workspace.services, flavor.name))
        return pinned_version(earlier.packages) if earlier else self.version(flavor)

    def parts(self, flavor: Flavor) -> Mapping[str, str]:
        """Return the shared modules by which a flavor is watched and repaired."""
        from matcha_tui.services.definition import parse_definition

        is_server = parse_definition(flavor.definition).server is not None
        return {"storage": "storage"} | ({"service": "service"} if is_server else {})

    def advise(self, flavor: Flavor) -> tuple[str, ...]:
        """Advise a lock where packages float."""
        from matcha_tui.services.definition import LOCK, parse_definition

        definition = parse_definition(flavor.definition)
        if definition.server is None or definition.lock or not definition.server.packages:
            return ()
        return (
            f"there is no {LOCK}: what its packages need may be another version tomorrow."
            f" Make it: matcha module lock {flavor.folder}",
        )


def _servers(spec: StackSpec, flavors: Sequence[str]) -> "list[FlavorFolder]":
    from matcha_tui.services.layout import flavor_folders
    from matcha_tui.services.pause import is_server

    found = [folder for folder in flavor_folders(spec.workspace.services) if is_server(folder)]
    return [folder for folder in found if not flavors or folder.flavor in flavors]


LOCAL = LocalTarget()
