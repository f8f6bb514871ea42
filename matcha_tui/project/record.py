"""The deployment record: what is deployed, as the runs that built it wrote it down.

It is one private file, ``.matcha/deployment.json``. A run writes ``applying`` for a layer
before Terraform touches it and the outcome after, so that a killed run leaves word.
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.project.lock import login_name
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.setting import SettingValue
from matcha_tui.system.files import explain_os_errors, write_atomically

VERSION = 1


class LayerState(StrEnum):
    """What the record says of a layer.

    A layer that is partial, or that was being applied by a run that is gone, can be
    provisioned again or destroyed.
    """

    APPLYING = "applying"
    WHOLE = "whole"
    PARTIAL = "partial"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """One layer.

    Attributes:
        state: What became of it.
        lineage: Which Terraform state it has, by the state's own mark; empty for one
            without resources.
    """

    state: LayerState = LayerState.GONE
    lineage: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What is deployed.

    Attributes:
        target: Where: ``local``.
        modules: Module type to flavor.
        settings: What was set when it was built, by dotted name, and the value of
            everything that can only grow; no secrets.
        fixed: The target's settings that cannot change while it exists, with their values.
        backend: Where the shared state is kept, as ``matcha.toml`` says it; empty for the
            project's folder.
        layers: Its layers, in the order in which they are applied.
        digest: The digest of the modules that it was built of.
        matcha: The version of matcha-tui that built it.
        engine: What ran Terraform, with its version.
        run: The run that wrote this last.
        changed: When that was, ISO 8601 in UTC.
        by: Who: ``user@host``.
        version: The version of the record's format.
    """

    target: str
    modules: Mapping[str, str]
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    fixed: Mapping[str, SettingValue] = field(default_factory=dict)
    backend: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, LayerRecord] = field(default_factory=dict)
    digest: str = ""
    matcha: str = ""
    engine: str = ""
    run: str = ""
    changed: str = ""
    by: str = ""
    version: int = VERSION

    @property
    def is_newer(self) -> bool:
        """Whether a newer matcha-tui wrote it, in a format that this one may misread."""
        return self.version > VERSION

    @property
    def is_gone(self) -> bool:
        """Whether everything that it tells of was taken down."""
        return all(layer.state is LayerState.GONE for layer in self.layers.values())

    def with_layer(self, name: str, layer: LayerRecord) -> "Record":
        """Return the record with one layer changed."""
        return replace(self, layers={**self.layers, name: layer})


def stamp(record: Record, run: str) -> Record:
    """Return the record as written now, by this user, for a run."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return replace(record, run=run, changed=now, by=f"{login_name()}@{socket.gethostname()}")


def read_record(workspace: Workspace) -> Record | None:
    """Read a project's record.

    Returns:
        What it says, or ``None`` when there is none. Of a newer one only what identifies
        the deployment is read.
    """
    path = workspace.record_file
    try:
        with explain_os_errors("read", path):
            content = path.read_bytes()
    except MatchaError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise
    try:
        return parse_record(content)
    except ValueError as error:
        raise MatchaError(
            f"{path} is damaged: it is not the record that matcha wrote there",
            hint="Remove it: matcha then finds out from Terraform's state what is deployed.",
        ) from error


def write_record(workspace: Workspace, record: Record) -> None:
    """Write a project's record, whole."""
    write_atomically(workspace.record_file, format_record(record))


def format_record(record: Record) -> str:
    """Return the record as it is kept: JSON."""
    document = {
        "version": record.version,
        "target": record.target,
        "modules": dict(record.modules),
        "settings": dict(record.settings),
        "fixed": dict(record.fixed),
        "backend": dict(record.backend),
        "layers": {
            name: {"state": layer.state.value, "lineage": layer.lineage}
            for name, layer in record.layers.items()
        },
        "digest": record.digest,
        "matcha": record.matcha,
        "engine": record.engine,
        "run": record.run,
        "changed": record.changed,
        "by": record.by,
    }
    return json.dumps(document, indent=2) + "\n"


def parse_record(content: bytes | str) -> Record:
    """Understand a record."""
    try:
        document = json.loads(content)
        version = int(document["version"])
        layers = {
            str(name): LayerRecord(_state(layer["state"], version), str(layer.get("lineage", "")))
            for name, layer in document["layers"].items()
        }
        return Record(
            target=str(document["target"]),
            modules=_texts(document["modules"]),
            settings=_values(document.get("settings", {})),
            fixed=_values(document.get("fixed", {})),
            backend=_texts(document.get("backend", {})),
            layers=layers,
            version=version,
            **{
                name: str(document.get(name, ""))
                for name in ("digest", "matcha", "engine", "run", "changed", "by")
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no record: {error}") from error


def _state(word: Any, version: int) -> LayerState:
    try:
        return LayerState(word)
    except ValueError:
        if version > VERSION:  # a state that is not known here is no reason to call it gone
            return LayerState.PARTIAL
        raise


def _texts(table: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in table.items()}


def _values(table: Any) -> dict[str, SettingValue]:
    return {str(name): value for name, value in table.items() if isinstance(value, SettingValue)}
