"""All targets there are: those of this package, and those that were installed beside it.

A package adds a target by an entry point, looked up only when a name is not one of ours::

    [project.entry-points."matcha_tui.targets"]
    lab = "lab_target:LAB"

The object is a `Target`; its flavors lie where its ``modules`` says. What is wrong with it
is told in one sentence, and only to whoever uses it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from matcha_tui.errors import MatchaError
from matcha_tui.guess import fold_name, name_hint
from matcha_tui.stack.additions import Fault
from matcha_tui.stack.flavor import DEFINITION, MODULE_TYPES, Flavor, FlavorPath, read_flavor
from matcha_tui.stack.setting import Setting
from matcha_tui.targets.base import Target

if TYPE_CHECKING:
    from matcha_tui.terraform.explain import Explanations
    from matcha_tui.terraform.folder import Run

T_co = TypeVar("T_co", covariant=True)

ENTRY_POINTS = "matcha_tui.targets"
# Named and not imported: a command loads the one target that its project has.
OURS = {
    "local": "matcha_tui.targets.local.target:LOCAL",
    "azure": "matcha_tui.targets.azure.target:AZURE",
}
"""The targets of this package: name to where its object is."""

_NEEDED = ("name", "title", "description", "layers")


class Registry(Mapping[str, Target]):
    """Name to target; installed packages are searched only when a name is not one of ours."""

    def __getitem__(self, name: str) -> Target:
        address = OURS.get(name) or _installed().get(name)
        if address is None:
            raise KeyError(name)
        return _load(name, address)

    def __contains__(self, name: object) -> bool:
        return name in OURS or name in _installed()

    def __iter__(self) -> Iterator[str]:
        yield from OURS
        yield from (name for name in _installed() if name not in OURS)

    def __len__(self) -> int:
        return sum(1 for _ in self)


TARGETS: Mapping[str, Target] = Registry()


def explanations_of(run: "Run") -> "Explanations | None":
    """Return the table by which the errors of a run are explained before the general one.

    Returns:
        ``None`` where there is none to be had: the target has no table, it is not
        installed any more, or it is faulty.
    """
    try:
        return _sound_explanations(TARGETS[run.details.get("target", "")])
    except (KeyError, MatchaError):
        return None


def all_explanations() -> tuple["Explanations", ...]:
    """Return the tables of all targets, for what may come from any of them."""
    tables = []
    for target in sound_targets():
        with suppress(MatchaError):
            tables.append(_sound_explanations(target))
    return tuple(table for table in tables if table)


def sound_targets() -> Iterator[Target]:
    """Yield every target that can be used, without those that are faulty."""
    for name in TARGETS:
        with suppress(MatchaError):
            yield TARGETS[name]


class ByTarget(Mapping[str, T_co]):
    """Name of a target to what it says of itself, asked only for the target that is meant."""

    def __init__(self, ask: Callable[[Target], T_co]) -> None:
        self._ask = ask

    def __getitem__(self, name: str) -> T_co:
        return self._ask(TARGETS[name])

    def __contains__(self, name: object) -> bool:
        return name in TARGETS

    def __iter__(self) -> Iterator[str]:
        return iter(TARGETS)

    def __len__(self) -> int:
        return len(TARGETS)


TARGET_SETTINGS: Mapping[str, tuple[Setting, ...]] = ByTarget(lambda target: target.settings)
STATE_KEYS: Mapping[str, tuple[str, ...]] = ByTarget(
    lambda target: target.state.keys if target.state else ()
)


def _sound_explanations(target: Target) -> "Explanations | None":
    """Return a target's table, if it has one, and read it."""
    from matcha_tui.terraform.explain import Explanations  # most commands explain nothing

    explanations = target.explanations
    if not isinstance(explanations, Explanations):
        return None
    explanations.check()
    return explanations


@cache
def _load(name: str, address: str) -> Target:
    module, _, attribute = address.partition(":")
    try:
        target = getattr(import_module(module), attribute)
    except Exception as error:  # a package of others' may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise _faulty(name, address, f"cannot be loaded: {reason}") from error
    if name not in OURS and (reason := _error(name, target)):
        raise _faulty(name, address, reason)
    assert isinstance(target, Target)  # noqa: S101 - for the type checker
    return target


def _error(name: str, target: object) -> str:
    """Return what is wrong with what an installed package names as its target, if anything."""
    if not isinstance(target, Target):
        what = "is a class, and not an object of it" if isinstance(target, type) else "is no Target"
        return f"{what}; name an object of a subclass of matcha_tui.targets.base.Target"
    lacking = [part for part in _NEEDED if not getattr(target, part, None)]
    if lacking:
        return f"does not say its {', '.join(lacking)}"
    if target.name != name:
        return f"calls itself {target.name!r}"
    if target.modules is None or not target.modules.is_dir():
        return f"has its modules in {target.modules}, and there is no such folder"
    return ""


@cache
def _installed() -> dict[str, str]:
    from importlib.metadata import entry_points  # it takes longer than all else here

    return {fold_name(point.name): point.value for point in entry_points(group=ENTRY_POINTS)}


def _faulty(name: str, address: str, reason: str) -> MatchaError:
    if name in OURS:
        return MatchaError(f"the target {name!r} {reason}", hint="Install matcha-tui again.")
    return MatchaError(
        f"the installed target {name!r} ({address}) {reason}",
        hint="Upgrade the package that brings it, or uninstall it.",
    )


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
