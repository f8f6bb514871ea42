"""The flavors that installed targets bring, each from the folder in its own package."""

from collections.abc import Collection, Iterable
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.stack.additions import Fault
from matcha_tui.stack.flavor import DEFINITION, MODULE_TYPES, Flavor, Place, read_flavor
from matcha_tui.targets.registry import OURS, TARGETS


def read_installed(
    used: Collection[str], offered: Iterable[str] = ()
) -> tuple[tuple[Flavor, ...], tuple[Fault, ...]]:
    """Read the flavors of targets that lie outside matcha's own modules.

    Args:
        used: Targets that have to be sound, by name.
        offered: Others, of which a faulty one is left out.

    Returns:
        Their flavors, and why each that was left out was.

    Raises:
        MatchaError: If one that is used is faulty, or one of its flavors is.
    """
    flavors: list[Flavor] = []
    faults = []
    for name in dict.fromkeys((*used, *offered)):
        if name in OURS:
            continue
        try:
            folder = TARGETS[name].modules
            flavors += _read_flavors(name, folder) if folder else []
        except MatchaError as error:
            if name in used:
                raise
            faults.append(Fault(None, f"{error.message}; it is left out", error.hint))
    return tuple(flavors), tuple(faults)


def _read_flavors(name: str, modules: Path) -> list[Flavor]:
    found = sorted(modules.glob(f"*/*/*/{DEFINITION}"))
    places = [Place(name, *path.parts[-4:-1]) for path in found]
    return [
        read_flavor(path.parent, place)
        for path, place in zip(found, places, strict=True)
        if place.module_type in MODULE_TYPES
    ]
