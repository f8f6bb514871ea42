"""What the wizard's user has chosen and typed so far: one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config, declared_settings
from matcha_tui.selection import Project
from matcha_tui.stack.setting import Setting, SettingType, SettingValue
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.registry import TARGETS


@dataclass(frozen=True, slots=True)
class Draft:
    """A choice in the making; nothing of it is on disk yet.

    Attributes:
        target: Where the stack is to be built.
        stack: What is to be built.
        typed: What was typed, by the setting's dotted name; also what is no
            valid value, so that going back and forth loses nothing.
    """

    target: str
    stack: Stack
    typed: Mapping[str, str] = field(default_factory=dict)

    def with_typed(self, name: str, text: str) -> "Draft":
        """Return the draft with one more thing typed."""
        return replace(self, typed={**self.typed, name: text})


def start_draft(project: Project) -> Draft:
    """Return what is chosen already, to begin from."""
    config = project.config
    typed = {name: as_typed(value) for name, value in config.settings.items()}
    return Draft(config.target, project.stack, typed)


def as_typed(value: SettingValue) -> str:
    """Write a setting's value as a user would type it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def validation_error(setting: Setting, text: str) -> str:
    """Return what is wrong with a typed text; an empty one stands for the default.

    Returns:
        One sentence, or nothing when it will do.
    """
    if not text.strip():
        return ""
    try:
        setting.parse(text)
    except MatchaError as error:
        return error.message
    return ""


def settings_by_owner(
    project: Project, draft: Draft, step: str = ""
) -> tuple[tuple[str, dict[str, Setting]], ...]:
    """Return what can be set for the chosen stack.

    Returns:
        Pairs of a title and settings by dotted name, the target's groups first.
    """
    declared = declared_settings(project.choices, draft.target, draft.stack)
    target = TARGETS[draft.target]
    own = _by_group({name: one for name, one in declared.items() if "." not in name}, target.title)
    if step:
        return tuple((title, group) for title, group in own.items() if title == step)
    owners = [(title, group) for title, group in own.items() if title not in target.extra_steps]
    for module_type, flavor in draft.stack.modules:
        title = project.catalog.title(draft.target, module_type, flavor)
        prefix = f"{module_type}."
        of_module = {name: item for name, item in declared.items() if name.startswith(prefix)}
        groups = _by_group(of_module, "")
        owners += [(f"{title} {name}".strip(), group) for name, group in groups.items()]
    return tuple(owners)


def _by_group(settings: Mapping[str, Setting], rest: str) -> dict[str, dict[str, Setting]]:
    """Gather settings by their group, in the order in which each first comes."""
    groups: dict[str, dict[str, Setting]] = {}
    for name, setting in settings.items():
        groups.setdefault(setting.group or rest, {})[name] = setting
    return groups


def make_config(project: Project, draft: Draft) -> Config:
    """Return what ``matcha.toml`` is to say; what equals its default is left out."""
    declared = declared_settings(project.choices, draft.target, draft.stack)
    values: dict[str, SettingValue] = {}
    for name, text in draft.typed.items():
        setting = declared.get(name)
        if setting is None or setting.type is SettingType.SECRET or not text.strip():
            continue
        if not validation_error(setting, text):
            value = setting.parse(text)
            if value != setting.default:
                values[name] = value
    return replace(project.config, target=draft.target, stack=draft.stack, settings=values)
