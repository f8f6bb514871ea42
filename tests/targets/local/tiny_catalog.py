"""A small catalog of this machine's target: flavors whose servers are tiny."""

import shutil
from collections.abc import Mapping
from pathlib import Path

OURS = Path(__file__).parents[3] / "terraform_modules/local"
STACKS = """
[default]
title = "Default"
description = "One."
modules = { experiment_tracker = "one" }
[llm]
title = "LLM"
description = "All."
modules = { experiment_tracker = "one", orchestrator = "two", vector_database = "three" }
"""
HEAD = """
title = "Tiny"
description = "A tiny server."
licence = "MIT"
resource = "{}"
requires = []
seconds = 1
[[property]]
name = "url"
help = "Where it is."
"""
# Ports below those that `tests.ports` promises to other tests.
SETTINGS = """
[[setting]]
name = "port"
type = "port"
default = 0
preferred = 12000
help = "Its port."
[[setting]]
name = "password"
type = "secret"
help = "Its password."
"""
MAIN = """
variable "context" { type = any }
variable "port" { type = number }
variable "password" {
  type      = string
  sensitive = true
}
module "storage" {
  source     = "../../../storage"
  flavor     = "FLAVOR"
  definition = "${path.module}/module.toml"
}
module "service" {
  source     = "../../../service"
  flavor     = module.storage.flavor
  definition = "${path.module}/module.toml"
  settings   = { port = var.port, password = var.password }
}
output "properties" { value = { url = "http://127.0.0.1:${var.port}" } }
output "secrets" {
  value     = {}
  sensitive = true
}
"""


def write_catalog(modules: Path, flavors: Mapping[tuple[str, str], str]) -> None:
    """Write a folder like ``terraform_modules``.

    Args:
        modules: The folder, which is made.
        flavors: Module type and flavor to the text of its definition.
    """
    for name in ("service", "storage", "supervisor"):
        shutil.copytree(OURS / name, modules / "local" / name)
    for (slot, flavor), text in flavors.items():
        folder = modules / "local/services" / slot / flavor
        folder.mkdir(parents=True)
        _, _, service = text.partition("[service]")
        definition = f"{HEAD.format(slot.replace('_', '-'))}{SETTINGS}\n[service]{service}"
        (folder / "module.toml").write_text(definition)
        (folder / "main.tf").write_text(MAIN.replace("FLAVOR", flavor))
    (modules / "stacks.toml").write_text(STACKS)
