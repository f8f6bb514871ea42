"""The flavors that installed targets bring, each from the folder in its own package."""

from collections.abc import Collection, Iterable, Iterator

from matcha_tui.errors import MatchaError
from matcha_tui.guess import name_hint
from matcha_tui.stack.additions import Fault
from matcha_tui.stack.flavor import DEFINITION, MODULE_TYPES, Flavor, FlavorPath, read_flavor
from matcha_tui.targets.base import Target
from matcha_tui.targets.registry import OURS, TARGETS


def read_installed(
    used: Collection[str], offered: Iterable[str] = ()
) -> tuple[tuple[Flavor, ...], tuple[Fault, ...]]:
    """Read the flavors of targets that lie outside matcha's own modules.

    Returns:
        Their flavors, and why each that was left out was.
    """
    flavors: list[Flavor] = []
    faults = []
    for name in dict.fromkeys((*used, *offered)):
        if name in OURS:
            continue
        try:
            flavors += _read_flavors(TARGETS[name])
        except MatchaError as error:
            if name in used:
                raise
            faults.append(Fault(None, f"{error.message}; it is left out", error.hint))
    return tuple(flavors), tuple(faults)


def _read_flavors(target: Target) -> Iterator[Flavor]:
    found = target.modules.glob(f"*/*/*/{DEFINITION}") if target.modules else ()
    for path in sorted(found):
        place = FlavorPath(target.name, *path.parts[-4:-1])
        if place.module_type not in MODULE_TYPES:
            continue
        if place.layer not in target.layers:
            raise MatchaError(
                f"{path}: its path says {place.layer!r}, which is no layer of {target.name}",
                hint=f"Rename the folder. {name_hint(place.layer, target.layers)}",
            )
        flavor = read_flavor(path.parent, place, target.definition_keys)
        target.check(flavor)
        yield flavor
