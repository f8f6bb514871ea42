"""``matcha.toml``: what the user chose; no secrets, safe to commit and to share."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.files import write_atomically
from matcha_tui.guess import find_name
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog
from matcha_tui.stack.setting import Setting, SettingType, SettingValue, writable_names
from matcha_tui.stack.stack import CUSTOM, Stack, make_stack, preset_stack
from matcha_tui.toml_file import TomlTable, read_toml

VERSION = 1
DEFAULT_TARGET = "local"
SHARED_FILE_MODE = 0o644  # it holds nothing private and is meant to be committed


@dataclass(frozen=True, slots=True)
class Choices:
    """What ``matcha.toml`` can say.

    Attributes:
        catalog: The modules and presets, and what can be set for a module.
        target_settings: The targets by name, and what can be set for each.
        state_keys: What any of them says of where its shared state is.
    """

    catalog: Catalog
    target_settings: Mapping[str, tuple[Setting, ...]]
    state_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """What ``matcha.toml`` says.

    Attributes:
        target: Where the stack is built.
        stack: What is built, or ``None`` when nobody has chosen yet.
        settings: What was set, by dotted name: ``prefix`` for one of the
            target's, ``experiment_tracker.port`` for one of a module's.
        module_paths: The user's own folders of modules, as they are written there.
        state: Where the deployment's shared state is kept, once it is; a target's
            own words, by name.
    """

    target: str = DEFAULT_TARGET
    stack: Stack | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    module_paths: tuple[str, ...] = ()
    state: Mapping[str, str] = field(default_factory=dict)


def declared_settings(
    choices: Choices, target: str, stack: Stack | None = None
) -> dict[str, Setting]:
    """Return every setting that can be set for a target, by its dotted name.

    Args:
        choices: What declares them.
        target: Which target.
        stack: Where two flavors declare the same name, the one in this stack counts.
    """
    declared = {setting.name: setting for setting in choices.target_settings[target]}
    chosen = stack.modules if stack else ()
    for flavor in sorted(
        choices.catalog.flavors, key=lambda flavor: (flavor.module_type, flavor.name) in chosen
    ):
        if flavor.target == target:
            for setting in flavor.settings:
                declared[f"{flavor.module_type}.{setting.name}"] = setting
    return declared


def read_module_paths(path: Path) -> tuple[Path, ...]:
    """Read only where the user's own modules are: the catalog is made with them.

    Args:
        path: The ``matcha.toml``, which need not exist.

    Returns:
        Existing folders.

    Raises:
        MatchaError: If one does not exist, or the file cannot be read, naming the
            line and the key.
    """
    if not path.exists():
        return ()
    paths = _paths(_read_top(path))
    folders = tuple((path.parent / text).resolve() for text in paths.texts("modules"))
    for folder in folders:
        if not folder.is_dir():
            raise paths.complaint(
                "modules",
                f"names {folder}, and there is no such folder",
                hint="Make it, or fix that line; it counts from the folder of matcha.toml.",
            )
    return folders


def read_config(path: Path, choices: Choices) -> Config:
    """Read ``matcha.toml``.

    Args:
        path: The file; when it does not exist, nothing has been chosen yet.
        choices: What it can say.

    Raises:
        MatchaError: If the file cannot be read or says something impossible,
            naming the line and the key.
    """
    if not path.exists():
        return Config()
    top = _read_top(path)
    top.refuse_unknown(("version", "target", "stack", "paths", "settings", "state"))
    target = top.name("target", "target", choices.target_settings, DEFAULT_TARGET, ExitCode.USAGE)
    stack = _read_stack(top.table("stack"), choices.catalog)
    state = top.table("state")
    state.refuse_unknown(choices.state_keys)
    declared = declared_settings(choices, target, stack)
    unclear = {fault.place.module_type for fault in choices.catalog.faults if fault.place}
    return Config(
        target=target,
        stack=stack,
        settings=_read_settings(top.table("settings"), declared, unclear),
        module_paths=_paths(top).texts("modules"),
        state={name: state.text(name) for name in state.content},
    )


def write_config(path: Path, config: Config) -> None:
    """Write ``matcha.toml``, whole or not at all.

    Args:
        path: The file.
        config: What it is to say.

    Raises:
        MatchaError: If it cannot be written; what was there is then untouched.
    """
    content: dict[str, Any] = {"version": VERSION, "target": config.target}
    if config.stack is not None:
        content["stack"] = {"name": config.stack.name}
        if config.stack.name == CUSTOM:
            content["stack"]["modules"] = dict(config.stack.modules)
    if config.module_paths:
        content["paths"] = {"modules": list(config.module_paths)}
    settings: dict[str, Any] = {}
    for name, value in sorted(config.settings.items()):
        owner, _, key = name.rpartition(".")
        (settings.setdefault(owner, {}) if owner else settings)[key] = value
    if settings:
        content["settings"] = settings
    if config.state:
        content["state"] = dict(config.state)
    write_atomically(path, tomli_w.dumps(content), SHARED_FILE_MODE)


def _read_top(path: Path) -> TomlTable:
    top = read_toml(path)
    version = top.integer("version", VERSION)
    if version > VERSION:
        raise top.complaint(
            "version",
            f"is {version}, and this matcha-tui reads up to {VERSION}",
            hint="A newer matcha-tui wrote it. Upgrade: pip install --upgrade matcha-tui",
        )
    return top


def _paths(top: TomlTable) -> TomlTable:
    paths = top.table("paths")
    paths.refuse_unknown(("modules",))
    return paths


def _read_stack(table: TomlTable, catalog: Catalog) -> Stack | None:
    """Read what is built: the modules say it, or a preset's name alone; ``None`` for neither."""
    table.refuse_unknown(("name", "modules"))
    known = (*catalog.presets, CUSTOM)
    name = None
    if "name" in table.content:
        name = table.name("name", "stack", known, exit_code=ExitCode.USAGE)
    if "modules" not in table.content and name != CUSTOM:
        return preset_stack(catalog, name) if name else None
    stack = _read_modules(table.table("modules"), catalog)
    if name is not None and name not in (CUSTOM, stack.name):
        preset = catalog.presets[name]
        raise table.complaint(
            "name",
            f"is {name!r}, but stack.modules make the {stack.name} stack",
            hint=f"Remove that line, and the modules count. Or remove [stack.modules] for {name}: "
            f"{', '.join(preset.modules.values())}.",
        )
    return stack


def _read_modules(table: TomlTable, catalog: Catalog) -> Stack:
    modules = {}
    for slot, key in table.known_keys("module type", MODULE_TYPES, ExitCode.USAGE).items():
        known = catalog.names(slot)
        flavor = table.name(key, f"flavor of {slot}", known, exit_code=ExitCode.USAGE)
        modules[slot] = flavor
    return make_stack(catalog, modules)


def _read_settings(
    top: TomlTable, declared: Mapping[str, Setting], unclear: Collection[str]
) -> dict[str, SettingValue]:
    """Read what was set; for the `unclear` module types, which have a faulty flavor, unchecked."""
    values: dict[str, SettingValue] = {}
    for table, key, word in _written_settings(top):
        name = find_name(word, declared)
        if name is None:
            slot = find_name(word.partition(".")[0], unclear)
            if slot is None:
                says, allowed = f"sets {word!r}", writable_names(declared)
                raise table.no_name(key, says, "setting", word, allowed, ExitCode.USAGE)
            name, value = f"{slot}.{key}", table.content[key]
        else:
            value = _read_value(table, key, declared[name])
        if name in values:
            raise table.complaint(key, f"sets {name} again", hint="Keep one of the two lines.")
        values[name] = value
    return values


def _written_settings(top: TomlTable) -> Iterator[tuple[TomlTable, str, str]]:
    """Yield each key of [settings] with its table and its dotted name, as it is written."""
    for key, value in top.content.items():
        if isinstance(value, dict):
            table = top.table(key)
            yield from ((table, name, f"{key}.{name}") for name in table.content)
        else:
            yield top, key, key


def _read_value(table: TomlTable, key: str, setting: Setting) -> SettingValue:
    if setting.type is SettingType.SECRET:
        raise table.complaint(
            key,
            "is a secret, and matcha.toml is made to be shared",
            hint="Remove that line; the secret is generated and kept in .matcha.",
        )
    try:
        return setting.check(table.content[key])
    except MatchaError as error:
        raise table.complaint(
            key, f"is refused: {error.message}", hint=error.hint, exit_code=error.exit_code
        ) from error
