"""``matcha.toml``: what the user chose; no secrets, safe to commit and to share."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog
from matcha_tui.stack.setting import Setting, SettingType, SettingValue, writable_names
from matcha_tui.stack.stack import CUSTOM, Stack, make_stack, preset_stack
from matcha_tui.system.toml_file import TomlTable, read_toml

VERSION = 1
DEFAULT_TARGET = "local"


@dataclass(frozen=True, slots=True)
class Choices:
    """What ``matcha.toml`` can say.

    Attributes:
        catalog: The modules and presets, and what can be set for a module.
        target_settings: The targets by name, and what can be set for each.
        state_keys: What each of them says of where its shared state is, by its name.
    """

    catalog: Catalog
    target_settings: Mapping[str, tuple[Setting, ...]]
    state_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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


def open_config(path: Path) -> TomlTable:
    """Read ``matcha.toml``, for whoever makes the catalog by it, and then understands the rest.

    Args:
        path: The file; where there is none, nothing has been chosen yet.

    Raises:
        MatchaError: If it cannot be read, or a newer matcha-tui wrote it.
    """
    top = read_toml(path) if path.exists() else TomlTable(path, "", (), {})
    _refuse_newer(top)
    return top


def find_module_paths(top: TomlTable) -> tuple[Path, ...]:
    """Return where the user's own modules are: the catalog is made with them.

    Args:
        top: All of the file.

    Returns:
        Existing folders.

    Raises:
        MatchaError: If one does not exist, naming the line and the key.
    """
    paths = _paths(top)
    folders = tuple((top.path.parent / text).resolve() for text in paths.texts("modules"))
    for folder in folders:
        if not folder.is_dir():
            raise paths.error(
                "modules",
                f"names {folder}, and there is no such folder",
                hint="Make it, or fix that line; it counts from the folder of matcha.toml.",
            )
    return folders


def find_target(top: TomlTable, known: Collection[str]) -> str:
    """Return where the stack is built: the catalog is made with that target's modules.

    Args:
        top: All of the file.
        known: The targets there are.

    Raises:
        MatchaError: If there is no such target.
    """
    return top.name("target", "target", known, DEFAULT_TARGET, ExitCode.USAGE)


def parse_config(top: TomlTable, choices: Choices) -> Config:
    """Understand what ``matcha.toml`` says.

    Args:
        top: All of the file.
        choices: What it can say.

    Raises:
        MatchaError: If it says something impossible, naming the line and the key.
    """
    _refuse_newer(top)
    top.refuse_unknown(("version", "target", "stack", "paths", "settings", "state"))
    target = find_target(top, choices.target_settings)
    stack = _read_stack(top.table("stack"), choices.catalog, target)
    state = top.table("state")
    state.refuse_unknown(choices.state_keys.get(target, ()))
    return Config(
        target=target,
        stack=stack,
        settings=_read_settings(top, choices, target, stack),
        module_paths=_paths(top).texts("modules"),
        state={name: state.text(name) for name in state.content},
    )


def written_settings(
    top: TomlTable, choices: Choices, target: str, stack: Stack | None
) -> Iterator[tuple[str, Setting | None, TomlTable, str]]:
    """Find each setting that ``matcha.toml`` has, as it is called and as it is written.

    Args:
        top: All of the file.
        choices: What it can say.
        target: Which target it is for.
        stack: Which stack.

    Yields:
        Its dotted name, what declares it, its table and its key there. Nothing declares what
        was set for a module type that has a faulty flavor.

    Raises:
        MatchaError: If something is set that does not exist.
    """
    declared = declared_settings(choices, target, stack)
    unclear = {fault.place.module_type for fault in choices.catalog.faults if fault.place}
    for table, key, word in _words(top.table("settings")):
        name = find_name(word, declared)
        if name is not None:
            yield name, declared[name], table, key
            continue
        slot = find_name(word.partition(".")[0], unclear)
        if slot is None:
            says, allowed = f"sets {word!r}", writable_names(declared)
            raise table.no_name(key, says, "setting", word, allowed, ExitCode.USAGE)
        yield f"{slot}.{key}", None, table, key


def _refuse_newer(top: TomlTable) -> None:
    version = top.integer("version", VERSION)
    if version > VERSION:
        raise top.error(
            "version",
            f"is {version}, and this matcha-tui reads up to {VERSION}",
            hint="A newer matcha-tui wrote it. Upgrade: pip install --upgrade matcha-tui",
        )


def _paths(top: TomlTable) -> TomlTable:
    paths = top.table("paths")
    paths.refuse_unknown(("modules",))
    return paths


def _read_stack(table: TomlTable, catalog: Catalog, target: str) -> Stack | None:
    """Read what is built: the modules say it, or a preset's name alone; ``None`` for neither."""
    table.refuse_unknown(("name", "modules"))
    known = (*catalog.presets, CUSTOM)
    name = None
    if "name" in table.content:
        name = table.name("name", "stack", known, exit_code=ExitCode.USAGE)
    if "modules" not in table.content and name != CUSTOM:
        return preset_stack(catalog, name, target) if name else None
    stack = _read_modules(table.table("modules"), catalog)
    if name is not None and name not in (CUSTOM, stack.name):
        preset = catalog.presets[name]
        raise table.error(
            "name",
            f"is {name!r}, but stack.modules make the {stack.name} stack",
            hint=f"Remove that line, and the modules count. Or remove [stack.modules] for {name}: "
            f"{', '.join(preset.on(target).values())}.",
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
    top: TomlTable, choices: Choices, target: str, stack: Stack | None
) -> dict[str, SettingValue]:
    values: dict[str, SettingValue] = {}
    for name, setting, table, key in written_settings(top, choices, target, stack):
        value = _read_value(table, key, setting) if setting else table.content[key]
        if name in values:
            raise table.error(key, f"sets {name} again", hint="Keep one of the two lines.")
        values[name] = value
    return values


def _words(settings: TomlTable) -> Iterator[tuple[TomlTable, str, str]]:
    """Yield each key of [settings] with its table and its dotted name, as it is written."""
    for key, value in settings.content.items():
        if isinstance(value, dict):
            table = settings.table(key)
            yield from ((table, name, f"{key}.{name}") for name in table.content)
        else:
            yield settings, key, key


def _read_value(table: TomlTable, key: str, setting: Setting) -> SettingValue:
    if setting.type is SettingType.SECRET:
        raise table.error(
            key,
            "is a secret, and matcha.toml is made to be shared",
            hint="Remove that line; the secret is generated and kept in .matcha.",
        )
    try:
        return setting.check(table.content[key])
    except MatchaError as error:
        raise table.error(
            key, f"is refused: {error.message}", hint=error.hint, exit_code=error.exit_code
        ) from error
