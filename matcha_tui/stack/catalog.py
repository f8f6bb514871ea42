"""The catalog: every flavor that can be chosen, and the presets, read from data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name, unknown
from matcha_tui.stack.additions import CheckFlavor, Fault, read_additions
from matcha_tui.stack.flavor import DEFINITION, MODULE_TYPES, Flavor, read_flavor
from matcha_tui.system.toml_file import read_toml

__all__ = [
    "MODULE_TYPES",
    "Catalog",
    "Flavor",
    "Preset",
    "find_modules_directory",
    "load_catalog",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Preset:
    """A stack that comes with the product.

    Attributes:
        name: ``default`` or ``llm``.
        title: Its name on screen.
        description: One sentence.
        modules: Module type to flavor.
        elsewhere: The same for each target that lacks any of these, made of what it has:
            of a type whose flavor it lacks the first of its own, and no type that it lacks.
    """

    name: str
    title: str
    description: str
    modules: Mapping[str, str]
    elsewhere: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def on(self, target: str | None) -> Mapping[str, str]:
        """Return its modules on a target; ``None`` for those that it is written with."""
        return self.elsewhere.get(target, self.modules) if target else self.modules


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that can be chosen.

    Attributes:
        directory: The folder with the modules that come with the product.
        flavors: Every flavor of our targets and of the installed ones that are asked for,
            in the order of `MODULE_TYPES`.
        presets: The stacks that come with the product, by name.
        faults: What is left out: what is wrong in the user's own folders of modules, and
            in installed targets.
    """

    directory: Path
    flavors: tuple[Flavor, ...]
    presets: Mapping[str, Preset]
    faults: tuple[Fault, ...] = ()

    @property
    def targets(self) -> frozenset[str]:
        """The targets that it has flavors of."""
        return frozenset(flavor.target for flavor in self.flavors)

    def names(self, module_type: str) -> tuple[str, ...]:
        """Return the flavors of a module type on any target, faulty ones last."""
        module_type = choose_name("module type", module_type, MODULE_TYPES)
        places = [item.place for item in self.flavors]
        places += [item.place for item in self.faults if item.place]
        return tuple(
            dict.fromkeys(place.flavor for place in places if place.module_type == module_type)
        )

    def choose(self, module_type: str, flavor: str) -> tuple[str, str]:
        """Return a module type and a flavor as they are called, given them in any case."""
        module_type = choose_name("module type", module_type, MODULE_TYPES)
        names = self.names(module_type)
        return module_type, choose_name(f"flavor of {module_type}", flavor, names)

    def find(self, target: str, module_type: str, flavor: str) -> Flavor:
        """Return a flavor as it is built on one target."""
        found = self._look_up(target, module_type, flavor)
        if found:
            return found
        self.choose(module_type, flavor)
        self.refuse_faulty(target, module_type, flavor)
        raise MatchaError(
            f"{flavor} is not available on the target {target}",
            hint="Run `matcha stack list` to see what each target has.",
            exit_code=ExitCode.USAGE,
        )

    def refuse_faulty(self, target: str, module_type: str, flavor: str) -> None:
        """Refuse a flavor that exists and is faulty."""
        wanted = (target, module_type, flavor)
        for fault in self.faults:
            place = fault.place
            if place and (place.target, place.module_type, place.flavor) == wanted:
                raise fault.refusal()

    def title(self, target: str, module_type: str, flavor: str) -> str:
        """Return how a flavor is called on screen, or its name where that is all there is.

        What is deployed may be faulty by now, or no longer in the catalog.
        """
        found = self._look_up(target, module_type, flavor)
        return found.title if found else flavor

    def _look_up(self, target: str, module_type: str, flavor: str) -> Flavor | None:
        wanted = (target, module_type, flavor)
        return next(
            (item for item in self.flavors if (item.target, item.module_type, item.name) == wanted),
            None,
        )


def find_modules_directory() -> Path:
    """Return the ``terraform_modules`` folder of this installation.

    It lies beside the package in a checkout, and inside it in an installed wheel.
    """
    package = Path(__file__).parents[1]
    for candidate in (package / "terraform_modules", package.parent / "terraform_modules"):
        if (candidate / "stacks.toml").is_file():
            return candidate
    import sysconfig  # late: only a broken installation needs it

    raise MatchaError(
        f"this installation in {sysconfig.get_path('purelib')} has no terraform_modules",
        hint="Install matcha-tui again.",
    )


def load_catalog(
    directory: Path | None = None,
    additions: Sequence[Path] = (),
    check: CheckFlavor = lambda _flavor: None,
    installed: Sequence[Flavor] = (),
    faults: Sequence[Fault] = (),
) -> Catalog:
    """Read every flavor and preset."""
    directory = directory or find_modules_directory()
    paths = sorted(directory.glob(f"*/*/*/*/{DEFINITION}"))
    ours = [read_flavor(path.parent) for path in paths if path.parts[-3] in MODULE_TYPES]
    ours += installed
    flavors, own_faults = read_additions(additions, ours, check)
    order = list(MODULE_TYPES)
    return Catalog(
        directory=directory,
        flavors=tuple(sorted(flavors, key=lambda flavor: order.index(flavor.module_type))),
        presets=_read_presets(directory / "stacks.toml", ours),
        faults=(*faults, *own_faults),
    )


def _read_presets(path: Path, flavors: Sequence[Flavor]) -> dict[str, Preset]:
    top = read_toml(path)
    presets = {}
    for name in top.content:
        table = top.table(name)
        table.refuse_unknown(("title", "description", "modules"))
        modules = table.table("modules")
        written = {module_type: modules.text(module_type) for module_type in modules.content}
        presets[name] = Preset(
            name=name,
            title=table.text("title"),
            description=table.text("description"),
            modules=written,
            elsewhere=_adapt(written, flavors),
        )
    return presets


def _adapt(written: Mapping[str, str], flavors: Sequence[Flavor]) -> dict[str, dict[str, str]]:
    """Return what a preset is on each target that lacks any of its flavors."""
    offered: dict[str, dict[str, list[str]]] = {}
    for flavor in flavors:
        types = offered.setdefault(flavor.target, {})
        types.setdefault(flavor.module_type, []).append(flavor.name)
    found = {
        target: {
            module_type: name if name in types[module_type] else types[module_type][0]
            for module_type, name in written.items()
            if module_type in types
        }
        for target, types in offered.items()
    }
    return {target: modules for target, modules in found.items() if modules != written}
