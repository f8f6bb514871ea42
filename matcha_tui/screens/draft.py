"""What the wizard's user has chosen and typed so far: one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config, declared_settings
from matcha_tui.screens.field_groups import group_settings
from matcha_tui.selection import Project
from matcha_tui.stack.setting import Setting, SettingType, SettingValue
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.azure.names import Names, derive_names


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
        """Return the draft with one more thing typed.

        Args:
            name: The setting's dotted name.
            text: All that its field holds.
        """
        return replace(self, typed={**self.typed, name: text})


def start_draft(project: Project) -> Draft:
    """Return what is chosen already, to begin from."""
    config = project.config
    typed = {name: as_typed(value) for name, value in config.settings.items()}
    return Draft(config.target, project.stack, typed)


def as_typed(value: SettingValue) -> str:
    """Write a setting's value as a user would type it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def complaint_about(setting: Setting, text: str) -> str:
    """Say what is wrong with a typed text; an empty one stands for the default.

    Args:
        setting: What it was typed for.
        text: What was typed.

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


def settings_by_owner(project: Project, draft: Draft) -> tuple[tuple[str, dict[str, Setting]], ...]:
    """Return what can be set for the chosen stack.

    Args:
        project: Has the catalog.
        draft: Has the choice.

    Returns:
        Pairs of the owner's title and its settings by dotted name, the target's
        groups first; only owners that have settings, and nothing that an earlier
        step asks.
    """
    declared = declared_settings(project.choices, draft.target, draft.stack)
    owners = list(group_settings({name: one for name, one in declared.items() if "." not in name}))
    for module_type, flavor in draft.stack.modules:
        title = project.catalog.title(draft.target, module_type, flavor)
        prefix = f"{module_type}."
        own = {name: item for name, item in declared.items() if name.startswith(prefix)}
        owners.append((title, own))
    return tuple((title, own) for title, own in owners if own)


def names_of(project: Project, draft: Draft) -> Names | None:
    """Return the names that would be made of what is typed; ``None`` while it will not do.

    Args:
        project: Has the catalog.
        draft: Has the prefix and the subscription.
    """
    declared = declared_settings(project.choices, draft.target, draft.stack)
    prefix = declared["prefix"]
    typed = draft.typed.get(prefix.name, "")
    if complaint_about(prefix, typed):
        return None
    subscription_id = draft.typed.get("subscription_id", "")
    return derive_names(typed.strip() or str(prefix.default), subscription_id)


def make_config(project: Project, draft: Draft) -> Config:
    """Return what ``matcha.toml`` is to say; what equals its default is left out."""
    declared = declared_settings(project.choices, draft.target, draft.stack)
    values: dict[str, SettingValue] = {}
    for name, text in draft.typed.items():
        setting = declared.get(name)
        if setting is None or setting.type is SettingType.SECRET or not text.strip():
            continue
        if not complaint_about(setting, text):
            value = setting.parse(text)
            if value != setting.default:
                values[name] = value
    return replace(project.config, target=draft.target, stack=draft.stack, settings=values)
