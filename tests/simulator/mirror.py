"""Installing the simulator for a test, and reaching into the simulated account."""

import json
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator.certificate import write_certificate
from tests.simulator.cloud import remove
from tests.simulator.objects import Objects, changing, read
from tests.simulator.schema import ProviderSchema

PROVIDERS = ("azurerm", "helm", "kubernetes", "random")
_CHECKOUT = Path(__file__).parents[2]
_REGISTRY = "registry.terraform.io/hashicorp"
_MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_PROGRAM = """\
#!/bin/sh
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX={bytecode}
exec {python} -P -c {start} {name} "$SIMULATOR_CERTIFICATE"
"""
_CONFIGURATION = """\
provider_installation {{
  filesystem_mirror {{
    path = "{mirror}"
  }}
}}
"""
_START = (
    "import sys; sys.path.insert(0, {checkout!r}); "
    "from tests.simulator.program import main; main(*sys.argv[1:])"
)


@dataclass(frozen=True, slots=True)
class Simulator:
    """An installed simulator with an account of its own.

    Attributes:
        directory: Where it is installed.
        environment: What Terraform's environment needs to use it.
    """

    directory: Path
    environment: Mapping[str, str]

    def with_speed(self, seconds: float) -> dict[str, str]:
        """The environment in which a minute of Azure's takes some seconds."""
        return {**self.environment, "SIMULATOR_SPEED": str(seconds)}

    def objects(self) -> Objects:
        """All that exists, by Azure id, or by ``type/namespace/name`` for what is in a cluster.

        Each is ``{"type": ..., "values": {...}}``, where the values are its attributes.
        """
        return read(self._objects_path)

    def of_type(self, type_name: str) -> list[dict[str, Any]]:
        """The attributes of all objects of one resource type."""
        return [one["values"] for one in self.objects().values() if one["type"] == type_name]

    def forget(self, key: str) -> None:
        """Remove an object behind Terraform's back, with what is in it.

        Args:
            key: Its key in `objects`, or the end of one, e.g. ``managedClusters/matcha-cluster``.

        Raises:
            KeyError: If there is none, or several end so.
        """
        with changing(self._objects_path) as objects:
            remove(objects, _only(key, objects))

    def change(self, key: str, **values: object) -> None:
        """Change attributes of an object behind Terraform's back.

        Args:
            key: As for `forget`.
            values: The attributes' new values.
        """
        with changing(self._objects_path) as objects:
            objects[_only(key, objects)]["values"].update(values)

    def plant(self, type_name: str, key: str, **values: object) -> None:
        """Put an object there that Terraform does not know.

        Args:
            type_name: Its resource type; one that no provider here has will do, e.g.
                ``azurerm_virtual_machine``.
            key: Its Azure id, or ``type/namespace/name`` in a cluster.
            values: Its attributes, as far as they matter.
        """
        with changing(self._objects_path) as objects:
            objects[key] = {"type": type_name, "values": {"id": key, **values}}

    def set_faults(self, *faults: Mapping[str, Any]) -> None:
        """Set the rules of what goes wrong, and forget how often the earlier ones met.

        Args:
            faults: Rules as in ``tables/faults.toml`` (see `tests.simulator.faults.named_fault`);
                none to let everything succeed.
        """
        self._faults_path.with_name(f"{self._faults_path.name}.calls").unlink(missing_ok=True)
        self._faults_path.write_text(json.dumps(faults, default=dict))

    @property
    def _objects_path(self) -> Path:
        return Path(self.environment["SIMULATOR_OBJECTS"])

    @property
    def _faults_path(self) -> Path:
        return Path(self.environment["SIMULATOR_FAULTS"])


def install(directory: Path) -> Simulator:
    """Install the stand-ins for all providers, and open an empty account.

    Args:
        directory: An existing directory of the test's own; with what it can be removed again.
    """
    directory = directory.resolve()
    certificate = directory / "certificate.pem"
    write_certificate(certificate)
    for name in PROVIDERS:
        _install_provider(directory / "mirror", name)
    (directory / "plugin-cache").mkdir()
    configuration = directory / "terraform.rc"
    configuration.write_text(_CONFIGURATION.format(mirror=directory / "mirror"))
    (directory / "objects.json").write_text("{}")
    (directory / "faults.json").write_text("[]")
    return Simulator(
        directory,
        {
            "TF_CLI_CONFIG_FILE": str(configuration),
            "TF_PLUGIN_CACHE_DIR": str(directory / "plugin-cache"),
            "SIMULATOR_CERTIFICATE": str(certificate),
            "SIMULATOR_OBJECTS": str(directory / "objects.json"),
            "SIMULATOR_FAULTS": str(directory / "faults.json"),
        },
    )


def _install_provider(mirror: Path, name: str) -> None:
    """Write a program that is the same in each mirror, as lock files know it by its hash."""
    version = ProviderSchema(name).version
    machine = f"{platform.system().lower()}_{_MACHINES[platform.machine()]}"
    folder = mirror / _REGISTRY / name / version / machine
    folder.mkdir(parents=True)
    program = folder / f"terraform-provider-{name}_v{version}"
    program.write_text(
        _PROGRAM.format(
            python=shlex.quote(sys.executable),
            bytecode=shlex.quote(str(_CHECKOUT / ".cache" / "simulator")),
            start=shlex.quote(_START.format(checkout=str(_CHECKOUT))),
            name=name,
        )
    )
    program.chmod(0o755)


def _only(key: str, objects: Iterable[str]) -> str:
    found = [one for one in objects if one == key or one.endswith(f"/{key}")]
    if len(found) != 1:
        raise KeyError(f"{key} is the end of {len(found)} of {sorted(objects)}")
    return found[0]
