"""Every secret of a project that is written down on this machine, so that it can be taken out."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from matcha_tui.deployed import secret_properties
from matcha_tui.errors import MatchaError
from matcha_tui.project.state import read_resources
from matcha_tui.project.workspace import Workspace
from matcha_tui.selection import Project
from matcha_tui.stack.setting import SettingType

_SECRET_NAME = re.compile(
    r"passw|passphrase|pwd|secret|token|credential|(?:^|[_-])key$|[_-]key(?:[_-]|$)|apikey|jwt"
    r"|connection[_-]?string|(?:^|_)sas(?:$|_)|kubeconfig|kube_config|certificate_data",
    re.IGNORECASE,
)
_ADDRESS_WITH_PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_HARMLESS = re.compile(
    r"true|false|none|null|\d{1,5}|\{\w+\}"
    r"|string|number|bool|dynamic|object|list|map|set|tuple",  # which Terraform writes as types
    re.IGNORECASE,
)
_PAIR = re.compile(r'"(?P<name>[\w-]+)"\s*:\s*(?P<value>"(?:[^"\\\n]|\\.)*")')
_ADDRESS = re.compile(r"[\w+.-]+://[^\s?]*")
_PLACE_NAME = re.compile(r"(?:path|file|dir|directory|home|sock|socket)$", re.IGNORECASE)
_LONG = 8  # what is that long in .env may be a secret whatever its name is
_STATES = "*/*.tfstate*"
_JSON_FILES = (
    _STATES,
    "*/terraform.tfvars.json",
    "*/*.auto.tfvars.json",
)
_SERVICE_FILES = ("*/values.json", "*/service.json", "*/last_healthy.json")


def known_secrets(
    workspace: Workspace, project: Project | None, environment: Mapping[str, str]
) -> frozenset[str]:
    """Collect what must not leave this machine.

    Args:
        workspace: Whose files are searched.
        project: The same as it was read; ``None`` where it cannot be.
        environment: The user's variables.

    Returns:
        Passwords, keys and tokens: of the deployed stack, Terraform's states, the services, the
        client tools' files, and the variables.
    """
    resources = _resources(workspace)
    named = _secret_settings(project)
    properties = _secret_properties(project)
    named |= {name for _, name in properties}
    secret, shown = _split(resources, properties)
    found = set(secret)
    for directory, patterns in (
        (workspace.infrastructure, _JSON_FILES),
        (workspace.services, _SERVICE_FILES),
    ):
        for path in (path for pattern in patterns for path in directory.glob(pattern)):
            found.update(_in_json(path, named))
    for name, value in environment.items():
        found.update(_in_variable(name, value))
    for line in _lines(workspace.project / ".env"):
        found.update(_in_env_line(line))
    for line in _lines(workspace.project / ".dvc" / "config.local"):
        found.update(_in_variable(*_pair(line)))
    return frozenset(one for one in found if not _is_harmless(one)) - shown


def _is_harmless(value: str) -> bool:
    """Return whether a value that is marked secret is none: a number, a placeholder, a folder."""
    is_here = value.startswith("/") and os.path.exists(value)  # noqa: PTH110 - of any text
    return is_here or _HARMLESS.fullmatch(value) is not None


def _resources(workspace: Workspace) -> Mapping[str, Mapping[str, str]]:
    try:
        return read_resources(workspace.state_file) or {}
    except (TypeError, AttributeError):  # damaged
        return {}


def _secret_settings(project: Project | None) -> frozenset[str]:
    if project is None:
        return frozenset()
    declared = [*project.target.settings]
    declared += [setting for flavor in project.catalog.flavors for setting in flavor.settings]
    return frozenset(one.name for one in declared if one.type is SettingType.SECRET)


def _secret_properties(project: Project | None) -> frozenset[tuple[str, str]]:
    try:
        return secret_properties(project) if project else frozenset()
    except MatchaError:  # what is deployed cannot be read; names decide alone
        return frozenset()


def _split(
    resources: Mapping[str, Mapping[str, str]], secret: frozenset[tuple[str, str]]
) -> tuple[set[str], set[str]]:
    """Return the values that are secret, and those that `matcha get` shows to anybody."""
    hidden, shown = set[str](), set[str]()
    for resource, properties in resources.items():
        for name, value in properties.items():
            is_secret = (resource, name) in secret or _SECRET_NAME.search(name)
            (hidden if is_secret else shown).add(value)
    return hidden, shown - hidden


def _in_json(path: Path, named: frozenset[str]) -> Iterator[str]:
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    try:
        document = json.loads(content)
        is_state = isinstance(document, dict) and "lineage" in document
        read = _in_state if is_state else _in_document
        yield from list(read(document, named))
    except (ValueError, TypeError, AttributeError, RecursionError):  # damaged, as by a full disk
        pairs = [(found["name"], _text(found["value"])) for found in _PAIR.finditer(content)]
        yield from (value for name, value in pairs if name in named or _SECRET_NAME.search(name))


def _text(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted[1:-1]


def _in_document(document: Any, named: frozenset[str]) -> Iterator[str]:
    yield from _leaves(document, named, is_secret=False)


def _in_state(state: Mapping[str, Any], named: frozenset[str]) -> Iterator[str]:
    """Yield the secrets in a state of Terraform: by name, and those that it has marked."""
    for name, output in state.get("outputs", {}).items():
        yield from _leaves({name: output.get("value")}, named, is_secret=False)
    for resource in state.get("resources", ()):
        for instance in resource.get("instances", ()):
            yield from _leaves(instance.get("attributes"), named, is_secret=False)
            yield from _sensitive_attributes(instance)


def _leaves(value: Any, named: frozenset[str], *, is_secret: bool) -> Iterator[str]:
    """Yield the texts below names that say that they are secret."""
    if isinstance(value, dict):
        for name, inner in value.items():
            is_named = name in named or _SECRET_NAME.search(name) is not None
            is_place = isinstance(inner, str) and _is_place(name, inner)
            yield from _leaves(inner, named, is_secret=is_secret or (is_named and not is_place))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, named, is_secret=is_secret)
    elif isinstance(value, str) and (is_secret or _ADDRESS_WITH_PASSWORD.search(value)):
        yield value


def _sensitive_attributes(instance: Mapping[str, Any]) -> Iterator[str]:
    """Yield what Terraform itself has marked."""
    for path in instance.get("sensitive_attributes") or ():
        value: Any = instance.get("attributes")
        for step in path:
            key = step.get("value")
            key = key.get("value") if isinstance(key, dict) else key
            try:
                value = value[key]
            except (KeyError, TypeError, IndexError):
                value = None
        yield from _leaves(value, frozenset(), is_secret=True)


def _in_variable(name: str, value: str) -> Iterator[str]:
    is_named = _SECRET_NAME.search(name) and not _is_place(name, value)
    if is_named or _ADDRESS_WITH_PASSWORD.search(value):
        yield value


def _is_place(name: str, value: str) -> bool:
    """Return whether a value says only where something is."""
    if _ADDRESS_WITH_PASSWORD.search(value):
        return False
    return bool(_ADDRESS.fullmatch(value) or _PLACE_NAME.search(name))


def _in_env_line(line: str) -> Iterator[str]:
    name, value = _pair(line)
    yield from _in_variable(name, value)
    if len(value) >= _LONG and not _is_place(name, value):
        yield value


def _pair(line: str) -> tuple[str, str]:
    """Return name and value of an assignment; the value without its quotes."""
    name, _, value = line.strip().removeprefix("export ").partition("=")
    value = value.strip()
    quote = value[:1]
    if len(value) > 1 and quote in ("'", '"') and value.endswith(quote):
        value = value[1:-1]
        if quote == '"':
            value = value.replace('\\"', '"').replace("\\\\", "\\")
    return name.strip(), value


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
