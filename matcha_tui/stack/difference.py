"""What is wanted beside what is deployed: modules and settings that differ; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from matcha_tui.stack.setting import SettingValue


@dataclass(frozen=True, slots=True)
class StackDifference:
    """What would change.

    Attributes:
        added: Module type to flavor.
        removed: Module type to flavor.
        replaced: Module type to the flavor that goes and the one that comes.
        settings: Dotted name to the value before and after; ``None`` where nobody has set it.
        upgraded: Module type to flavor and its server's version before and after: nobody has
            chosen that, a newer matcha brings it.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    settings: Mapping[str, tuple[SettingValue | None, SettingValue | None]] = field(
        default_factory=dict
    )

    upgraded: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def is_chosen(self) -> bool:
        """Whether any of it is the user's own change, which can be dropped."""
        return self.changes_modules or bool(self.settings)

    @property
    def changes_modules(self) -> bool:
        """Whether the stack itself differs."""
        return bool(self.added or self.removed or self.replaced)

    @property
    def going(self) -> dict[str, str]:
        """Every module that goes: module type to flavor."""
        return {**self.removed, **{slot: pair[0] for slot, pair in self.replaced.items()}}

    @property
    def lines(self) -> list[str]:
        """Each change in people's terms, a line each."""
        return [
            *(f"+ {slot:<21} {flavor}" for slot, flavor in self.added.items()),
            *(f"- {slot:<21} {flavor}" for slot, flavor in self.removed.items()),
            *(f"~ {slot:<21} {old} -> {new}" for slot, (old, new) in self.replaced.items()),
            *(
                f"~ {name}: {_shown(before)} -> {_shown(after)}"
                for name, (before, after) in self.settings.items()
            ),
            *(
                f"^ {slot:<21} {flavor} {before} -> {after}"
                for slot, (flavor, before, after) in self.upgraded.items()
            ),
        ]


def compare(
    deployed: Mapping[str, str],
    wanted: Mapping[str, str],
    deployed_settings: Mapping[str, SettingValue],
    wanted_settings: Mapping[str, SettingValue],
    deployed_versions: Mapping[str, str] | None = None,
    wanted_versions: Mapping[str, str] | None = None,
) -> StackDifference:
    """Compare two stacks, and what is set for the modules that both have.

    Args:
        deployed: Module type to flavor.
        wanted: The same, as it is to be.
        deployed_settings: What was set, by dotted name.
        wanted_settings: The same, as it is to be.
        deployed_versions: Module type to the version of its server, where that is known.
        wanted_versions: The same, as it is to be.
    """
    versions, newer = deployed_versions or {}, wanted_versions or {}
    both = deployed.keys() & wanted.keys()
    names = sorted(deployed_settings.keys() | wanted_settings.keys())
    pairs = {
        name: (deployed_settings.get(name), wanted_settings.get(name))
        for name in names
        if "." not in name or name.partition(".")[0] in both
    }
    return StackDifference(
        added={slot: wanted[slot] for slot in wanted if slot not in deployed},
        removed={slot: deployed[slot] for slot in deployed if slot not in wanted},
        replaced={
            slot: (deployed[slot], wanted[slot])
            for slot in deployed
            if slot in both and deployed[slot] != wanted[slot]
        },
        settings={name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
        upgraded={
            slot: (wanted[slot], versions[slot], newer[slot])
            for slot in deployed
            if slot in both
            and deployed[slot] == wanted[slot]
            and versions.get(slot)
            and newer.get(slot)
            and versions[slot] != newer[slot]
        },
    )


def _shown(value: SettingValue | None) -> str:
    return "not set" if value is None or value == "" else str(value)
