"""A target that is made of files: two layers, two flavors, a step, a check and a price."""

from collections.abc import Iterator
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.setting import Setting, SettingType
from matcha_tui.targets.base import (
    ComponentHealth,
    ModuleValues,
    Root,
    StackSpec,
    Target,
)
from matcha_tui.targets.findings import Check, run_check
from matcha_tui.targets.parts import Logs, LogWindow

from .pricing import LabPricing

ROOM, BENCH = "room", "bench"


class LabLogs(Logs):
    """A component's file is what it has logged."""

    def read(self, spec: StackSpec, flavor: str, window: LogWindow) -> Iterator[str]:
        """Yield all of it."""
        yield (bench(spec.workspace) / flavor).read_text()


class LabTarget(Target):
    """A room, and on its bench a file for each component."""

    name = "lab"
    title = "The lab"
    description = "A file for each component, in the project's folder."
    layers = (ROOM, BENCH)
    modules = Path(__file__).parent / "modules"
    settings = (
        Setting("colour", SettingType.STRING, "The room's colour.", "white", pattern="[a-z]+"),
        Setting("allowance", SettingType.INTEGER, "Euros a month; 0 for no limit.", 0, minimum=0),
        Setting("lamps", SettingType.INTEGER, "How many lamps burn.", 2, minimum=1, group="light"),
    )
    fixed_settings = ("colour",)
    seconds = 1
    extra_steps = ("light",)
    pricing = LabPricing()
    logs = LabLogs()

    def resolve(self, spec: StackSpec) -> ModuleValues:
        """Take what is set, or the default."""
        settings = spec.config.settings
        return {
            flavor.module_type: {
                item.name: settings.get(f"{flavor.module_type}.{item.name}", item.default)
                for item in flavor.settings
            }
            for flavor in spec.flavors
        }

    def root(self, spec: StackSpec, layer: str) -> Root:
        """Return the room's root, or the bench's, which knows the room."""
        if layer == ROOM:
            return Root(
                context={"colour": spec.config.settings.get("colour", "white")},
                modules={"room": {"source": "./modules/room", "context": "${var.context}"}},
                outputs={"room": {"value": "${module.room.id}"}},
            )
        return Root(
            context={"folder": str(bench(spec.workspace))},
            variables={"room": {"type": "any", "default": None}},
            local_values={"room": '${try(var.room.value, "a room to come")}'},
            flavor_context="${merge(var.context, {room = local.room})}",
            resources={
                "cloud": {
                    "location": "${local.room}",
                    "lamps": str(spec.config.settings.get("lamps", 2)),
                }
            },
        )

    def checks(self, spec: StackSpec) -> tuple[Check, ...]:
        """List the one thing that has to be true."""
        return (
            Check("paint", lambda: run_check("paint", lambda: _find_paint(spec)), is_quick=True),
        )

    def health(self, spec: StackSpec) -> tuple[ComponentHealth, ...]:
        """Look for each component's file."""
        return tuple(_look_at(spec.workspace, flavor.name) for flavor in spec.flavors)

    def leftovers(self, spec: StackSpec) -> tuple[str, ...]:
        """Return that nothing is left."""
        return (f"every file in {bench(spec.workspace)}",)


def bench(workspace: Workspace) -> Path:
    """Return the folder of the components' files."""
    return workspace.directory / "lab"


def _find_paint(spec: StackSpec) -> str:
    colour = spec.config.settings.get("colour", "white")
    if colour == "black":
        raise MatchaError("there is no black paint", hint="Set another colour.")
    return f"there is {colour} paint"


def _look_at(workspace: Workspace, flavor: str) -> ComponentHealth:
    file = bench(workspace) / flavor
    if file.is_file():
        return ComponentHealth(flavor, HealthState.HEALTHY, "", file.as_uri())
    return ComponentHealth(flavor, HealthState.DOWN, f"{file} is gone", "")


LAB = LabTarget()
