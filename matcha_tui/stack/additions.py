"""The flavors in the user's own folders, which add to ours or replace one of them.

A faulty one takes nothing else down: it becomes a fault, which is told, and which
refuses whoever wants to build that very flavor.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import name_hint
from matcha_tui.stack.flavor import DEFINITION, MODULE_TYPES, Flavor, FlavorPath, read_flavor

CLOUD_RESOURCE = "cloud"
"""The ``matcha get`` resource that every stack has, and no flavor fills."""

CheckFlavor = Callable[[Flavor], None]
"""Raises `MatchaError` for what only the flavor's target can see is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a folder of the user's gives no flavor.

    Attributes:
        place: The flavor that it would have given; ``None`` if it holds none.
        message: One sentence, with path, line and key where there are any.
        hint: What to do about it.
    """

    place: FlavorPath | None
    message: str
    hint: str | None

    def refusal(self) -> MatchaError:
        """Make the error for whoever wants that flavor all the same."""
        return MatchaError(self.message, hint=self.hint, exit_code=ExitCode.FAILED)


def read_additions(
    folders: Sequence[Path], ours: Sequence[Flavor], check: CheckFlavor
) -> tuple[tuple[Flavor, ...], tuple[Fault, ...]]:
    """Put the flavors of the user's folders among ours.

    Returns:
        All flavors, those that replace one in its position, and the faults. A flavor
        that was to be replaced by a faulty one is no longer among them.
    """
    flavors = {_key(flavor.place): flavor for flavor in ours}
    faults: dict[FlavorPath | Path, Fault] = {}
    for folder in folders:
        found = sorted(folder.glob(f"*/*/*/*/{DEFINITION}"))
        if not found:
            faults[folder] = Fault(
                None,
                f"{folder} holds no flavor",
                f"A flavor is a folder <target>/<layer>/<module_type>/<flavor> with {DEFINITION}.",
            )
        for path in found:
            place = FlavorPath.of(path.parent)
            faults.pop(place, None)
            try:
                flavor = read_addition(path.parent, place, ours)
                _check_name(flavor, flavors.values())
                check(flavor)
            except MatchaError as error:
                faults[place] = Fault(place, error.message, error.hint)
                flavors.pop(_key(place), None)
            else:
                flavors[_key(place)] = flavor
    return tuple(flavors.values()), tuple(faults.values())


def read_addition(folder: Path, place: FlavorPath, ours: Sequence[Flavor]) -> Flavor:
    """Read one flavor of the user's, and see that it fits among ours."""
    definition = folder / DEFINITION
    _check_word(definition, "module type", place.module_type, MODULE_TYPES)
    targets = sorted({item.target for item in ours})
    _check_word(definition, "target", place.target, targets)
    layers = sorted({item.layer for item in ours if item.target == place.target})
    _check_word(definition, f"layer of {place.target}", place.layer, layers)
    flavor = read_flavor(folder, place)
    owners = {item.resource: item.module_type for item in ours} | {CLOUD_RESOURCE: "every stack"}
    owner = owners.get(flavor.resource, flavor.module_type)
    if owner != flavor.module_type:
        known = [name for name, item in owners.items() if item == flavor.module_type]
        raise MatchaError(
            f"{definition}: resource is {flavor.resource!r}, which belongs to {owner}",
            hint=f"For {flavor.module_type} it is {' or '.join(known)}.",
        )
    return flavor


def _check_name(flavor: Flavor, others: Collection[Flavor]) -> None:
    """Refuse a name that is taken: what a service keeps is in a folder of its flavor's name."""
    for other in others:
        is_namesake = (other.target, other.name) == (flavor.target, flavor.name)
        if is_namesake and other.module_type != flavor.module_type:
            raise MatchaError(
                f"{flavor.folder}: {flavor.name} is the name of a flavor of"
                f" {other.module_type} already",
                hint="Give the folder another name.",
            )


def _check_word(definition: Path, what: str, word: str, known: Collection[str]) -> None:
    if word not in known:
        raise MatchaError(
            f"{definition}: its path says {word!r}, which is no {what}",
            hint=f"Rename the folder. {name_hint(word, known)}",
        )


def _key(place: FlavorPath) -> FlavorPath:
    """Return what two flavors that replace one another have in common."""
    return replace(place, layer="")
