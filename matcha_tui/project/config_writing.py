"""Writes ``matcha.toml``: a new one whole, in one that exists only what changes."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import tomli_w

from matcha_tui.errors import MatchaError
from matcha_tui.guess import find_name
from matcha_tui.project.config import VERSION, Choices, Config, parse_config, written_settings
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.stack.stack import CUSTOM, Stack
from matcha_tui.system.files import write_atomically
from matcha_tui.system.toml_edit import edit_toml
from matcha_tui.system.toml_file import TomlTable, parse_toml, read_source

SHARED_FILE_MODE = 0o644  # it holds nothing private and is meant to be committed


def write_config(path: Path, config: Config, choices: Choices) -> None:
    """Write ``matcha.toml``, whole or not at all.

    In a file that exists the user's comments, order and spellings stay.
    """
    text = None
    if path.exists():
        source = read_source(path)
        edits = (
            edit_toml(source, content)
            for content in _changed_contents(parse_toml(path, source), config, choices)
        )
        text = next((edit for edit in edits if _says(path, edit, config, choices)), None)
    if text is None:
        text = tomli_w.dumps(_new_content(config))
    write_atomically(path, text, SHARED_FILE_MODE)


def _says(path: Path, text: str, config: Config, choices: Choices) -> bool:
    try:
        return parse_config(parse_toml(path, text), choices) == config
    except MatchaError:
        return False


def _new_content(config: Config) -> dict[str, Any]:
    """Return what a new file holds."""
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
    return content


def _changed_contents(top: TomlTable, config: Config, choices: Choices) -> Iterator[dict[str, Any]]:
    """Yield what an existing file may hold afterwards, in the user's words, the best first."""
    before = parse_config(top, choices)
    content = deepcopy(dict(top.content))
    new = _new_content(config)
    if config.target != before.target:
        content["target"] = config.target
    for key, is_same in (
        ("paths", config.module_paths == before.module_paths),
        ("state", config.state == before.state),
    ):
        if not is_same:
            content.pop(key, None)
            content |= {key: new[key]} if key in new else {}
    _change_settings(content, top, before, config, choices)
    if config.stack == before.stack:
        yield content
    elif config.stack is None:
        content.pop("stack")
        yield content
    else:
        for stack in _changed_stacks(content.get("stack", {}), config.stack):
            yield content | {"stack": stack}


def _changed_stacks(written: Mapping[str, Any], stack: Stack) -> Iterator[dict[str, Any]]:
    """Yield how [stack] may say another stack: a preset by its name, or else all by modules.

    A comment may hold the table of the modules, which then cannot be left empty.
    """
    if stack.name != CUSTOM and ("name" in written or "modules" not in written):
        yield {"name": stack.name}
    flavors = dict(stack.modules)
    modules = {}
    for key, flavor in written.get("modules", {}).items():
        chosen = flavors.pop(find_name(key, MODULE_TYPES) or key, None)
        if chosen is not None:
            modules[key] = flavor if find_name(flavor, (chosen,)) else chosen
    by_modules: dict[str, Any] = {"modules": modules | flavors}
    is_named = "name" in written or "modules" not in written
    yield ({"name": stack.name} if is_named else {}) | by_modules


def _change_settings(
    content: dict[str, Any], top: TomlTable, before: Config, config: Config, choices: Choices
) -> None:
    """Change in `content` only the settings that differ, each where it is written."""
    left, emptied = dict(config.settings), set()
    for name, _, table, key in written_settings(top, choices, before.target, before.stack):
        holder = content
        for step in table.keys:
            holder = holder[str(step)]
        if name not in left:
            del holder[key]
            if not holder:
                emptied.add(table.keys)
            continue
        value = left.pop(name)
        if value != before.settings[name]:
            holder[key] = value
    settings = content.setdefault("settings", {})
    for name, value in sorted(left.items()):
        owner, _, key = name.rpartition(".")
        tables = [word for word in settings if isinstance(settings[word], dict)]
        found = next((word for word in tables if find_name(word, (owner,))), owner)
        (settings.setdefault(found, {}) if owner else settings)[key] = value
    for keys in emptied:
        if keys[1:] and not settings[keys[1]]:
            del settings[keys[1]]
    if not settings and top.content.get("settings") != {}:
        del content["settings"]
