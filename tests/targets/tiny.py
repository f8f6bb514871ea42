"""Two tiny targets, whose resources are files in the project's folder ``world``.

Real Terraform makes and removes them, so that a test sees what really runs. ``tiny`` has
two layers: the ground, whose plot cannot change, and the house, which is built anew in
each colour that the ground gives it. ``other`` has one layer.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from matcha_tui.health_state import HealthState
from matcha_tui.stack.setting import Setting, SettingType
from matcha_tui.targets.base import (
    ComponentHealth,
    ModuleValues,
    Root,
    StackSpec,
    Target,
)
from matcha_tui.targets.findings import Check
from matcha_tui.targets.registry import OURS

MODULES = {"data_version_control": "dvc", "vector_database": "chroma"}
"""The flavors that both targets have."""

LAYERS = {"tiny": "house", "other": "yard"}
"""The layer of each target that has its flavors."""


class TinyTarget(Target):
    """A house on its ground."""

    name = "tiny"
    title = "Tiny"
    description = "Files in a folder."
    layers: ClassVar[tuple[str, ...]] = ("ground", "house")
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("plot", SettingType.STRING, "Where it stands.", "a", pattern="[a-z]"),
        Setting("colour", SettingType.STRING, "How it is painted.", "red", pattern="[a-z]+"),
    )
    fixed_settings: ClassVar[tuple[str, ...]] = ("plot",)
    clean_up = ("sh", "-c", "rm -f ../../../world/tiny-*")

    def resolve(self, spec: StackSpec) -> ModuleValues:
        """Take what was set."""
        chosen = spec.config.settings
        return {
            flavor.module_type: {
                setting.name: chosen.get(f"{flavor.module_type}.{setting.name}", setting.default)
                for setting in flavor.settings
            }
            for flavor in spec.flavors
        }

    def root(self, spec: StackSpec, layer: str) -> Root:
        """Return the ground, or what the house takes from it."""
        context: dict[str, object] = {
            "world": str(world_of(spec.workspace.project)),
            "target": self.name,
            "colour": "none",
            **{
                setting.name: spec.config.settings.get(setting.name, setting.default)
                for setting in self.settings
            },
        }
        if layer == "ground":
            return Root(
                context=context,
                modules={"ground": {"source": "./modules/ground", "context": "${var.context}"}},
                outputs={"facts": {"value": "${module.ground.facts}"}},
            )
        return Root(
            context=context,
            variables={"facts": {"type": "any", "default": None}},
            local_values={
                "facts": '${try(var.facts.value, { colour = "none" })}',
                "context": "${merge(var.context, local.facts)}",
            },
            flavor_context="${local.context}",
            resources={"cloud": {"location": self.name}},
        )

    def checks(self, spec: StackSpec) -> tuple[Check, ...]:
        """Need nothing."""
        return ()

    def health(self, spec: StackSpec) -> tuple[ComponentHealth, ...]:
        """Look for each file."""
        found = world_of(spec.workspace.project)
        return tuple(
            ComponentHealth(
                flavor.name,
                HealthState.HEALTHY
                if (found / f"{self.name}-{flavor.name}").exists()
                else HealthState.DOWN,
                "",
                "",
            )
            for flavor in spec.flavors
        )

    def leftovers(self, spec: StackSpec) -> tuple[str, ...]:
        """Leave nothing."""
        return ()


class OtherTarget(TinyTarget):
    """A yard."""

    name = "other"
    title = "Other"
    layers: ClassVar[tuple[str, ...]] = ("yard",)
    settings: ClassVar[tuple[Setting, ...]] = ()
    fixed_settings: ClassVar[tuple[str, ...]] = ()
    clean_up = ("sh", "-c", "rm -f ../../../world/other-*")


TINY, OTHER = TinyTarget(), OtherTarget()


def world_of(project: Path) -> Path:
    """Return the folder of what runs."""
    return project / "world"


def running(project: Path) -> frozenset[str]:
    """Return what runs: ``tiny-dvc``."""
    world = world_of(project)
    return frozenset(path.name for path in world.iterdir()) if world.exists() else frozenset()


def built(target: str, modules: Sequence[str], plot: str = "a") -> frozenset[str]:
    """Return what runs once a stack is whole."""
    ground = [f"tiny-ground-{plot}"] if target == "tiny" else []
    return frozenset([*ground, *(f"{target}-{MODULES[name]}" for name in modules)])


def register(patch: pytest.MonkeyPatch, directory: Path) -> None:
    """Have matcha know the tiny targets, and no other modules than theirs.

    Args:
        patch: Takes that back.
        directory: An empty folder, for the modules.
    """
    _write(directory, _MODULES)
    known = {name: f"{__name__}:{name.upper()}" for name in LAYERS}
    for name in reversed(list(OURS)):  # so that they come back in their order
        patch.delitem(OURS, name)
    for name, address in known.items():
        patch.setitem(OURS, name, address)
    patch.setattr("matcha_tui.stack.catalog.find_modules_directory", lambda: directory)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


# A program that takes its time, so that it can be killed when the file is there already.
_MARKER = """
variable "file" { type = string }
variable "trigger" { type = string }
resource "terraform_data" "marker" {
  input            = var.file
  triggers_replace = [var.file, var.trigger]
  provisioner "local-exec" {
    command = "mkdir -p \\"$(dirname '${self.input}')\\" && touch '${self.input}' && sleep 0.2"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "rm -f '${self.input}' && sleep 0.2"
  }
}
output "file" { value = terraform_data.marker.output }
"""

_GROUND = """
variable "context" { type = any }
module "plot" {
  source  = "../marker"
  file    = "${var.context.world}/tiny-ground-${var.context.plot}"
  trigger = var.context.plot
}
resource "terraform_data" "colour" {
  input = var.context.colour
}
output "facts" { value = { colour = terraform_data.colour.output } }
"""

_FLAVOR = """
variable "context" { type = any }
%s
module "marker" {
  source  = "../../../marker"
  file    = "${var.context.world}/${var.context.target}-%s"
  trigger = var.context.colour
}
output "properties" { value = { file = module.marker.file } }
output "secrets" {
  value     = {}
  sensitive = true
}
"""

_DEFINITION = """
title = "A file"
description = "A file that says so."
licence = "MIT"
resource = "%s"
requires = []
seconds = 1
[[property]]
name = "file"
help = "Where it is."
secret = false
"""

_STORAGE = """
[[setting]]
name = "storage_gb"
type = "integer"
default = 8
minimum = 1
only_grows = true
help = "How much fits in."
"""

_STACKS = """
[default]
title = "Default"
description = "One."
modules = { data_version_control = "dvc" }
[llm]
title = "LLM"
description = "Both."
modules = { data_version_control = "dvc", vector_database = "chroma" }
"""


def _modules_of(target: str, layer: str) -> dict[str, str]:
    dvc = f"{target}/{layer}/data_version_control/dvc"
    chroma = f"{target}/{layer}/vector_database/chroma"
    return {
        f"{target}/marker/main.tf": _MARKER,
        f"{dvc}/module.toml": _DEFINITION % "data-version-control",
        f"{dvc}/main.tf": _FLAVOR % ("", "dvc"),
        f"{chroma}/module.toml": _DEFINITION % "vector-database" + _STORAGE,
        f"{chroma}/main.tf": _FLAVOR % ('variable "storage_gb" { type = number }', "chroma"),
    }


_MODULES = {
    "stacks.toml": _STACKS,
    "tiny/ground/main.tf": _GROUND,
    **{
        path: content
        for target, layer in LAYERS.items()
        for path, content in _modules_of(target, layer).items()
    },
}
