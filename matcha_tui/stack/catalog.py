"""The catalog: every flavor that can be chosen, and the presets, read from data."""

import sysconfig
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import nearest_guess
from matcha_tui.stack.setting import Setting, read_setting
from matcha_tui.toml_file import TomlTable, read_toml

MODULE_TYPES: Mapping[str, str] = {
    "orchestrator": "Orchestrator",
    "experiment_tracker": "Experiment tracker",
    "data_version_control": "Data version control",
    "deployer": "Deployer",
    "vector_database": "Vector database",
}
"""Every slot of a stack, in the order in which it is shown, with its title."""

_FLAVOR_KEYS = (
    "title",
    "description",
    "licence",
    "resource",
    "requires",
    "seconds",
    "page",
    "property",
    "client_variables",
    "setting",
    "cost",
    "service",
    "health",
)


@dataclass(frozen=True, slots=True)
class Property:
    """One value that a flavor gives once it runs.

    Attributes:
        name: As in ``matcha get``: ``tracking-url``.
        help: One sentence.
        secret: Whether it is masked until somebody asks for it.
        variable: The environment variable in which clients look for it, if any:
            ``MLFLOW_TRACKING_URI``.
    """

    name: str
    help: str
    secret: bool
    variable: str | None


@dataclass(frozen=True, slots=True)
class Cost:
    """One thing that is paid for.

    Attributes:
        item: What it is, in the user's words.
        sku: What the price list calls it.
        unit: What one of it is: ``hour``, ``GB-month``.
        quantity: How many of it.
    """

    item: str
    sku: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Flavor:
    """What can fill one slot of a stack on one target.

    Attributes:
        name: ``mlflow``.
        module_type: The slot: ``experiment_tracker``.
        target: ``local`` or ``azure``.
        layer: The Terraform root that it belongs to: ``services``.
        folder: Its Terraform module.
        title: Its name as its makers write it.
        description: One sentence of what it is for.
        licence: What its users agree to.
        resource: The ``matcha get`` resource that it fills.
        requires: Other module types that must be in the stack.
        seconds: About how long it takes to come up the first time.
        page: The address to show in a browser, if any; ``{tracking-url}`` in it
            stands for that property.
        properties: What it gives once it runs.
        client_variables: What clients need in their environment beside properties.
        settings: What can be set.
        costs: What is paid for; nothing on the local target.
    """

    name: str
    module_type: str
    target: str
    layer: str
    folder: Path
    title: str
    description: str
    licence: str
    resource: str
    requires: tuple[str, ...]
    seconds: int
    page: str | None
    properties: tuple[Property, ...]
    client_variables: Mapping[str, str]
    settings: tuple[Setting, ...]
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """A stack that comes with the product.

    Attributes:
        name: ``default`` or ``llm``.
        title: Its name on screen.
        description: One sentence.
        modules: Module type to flavor.
    """

    name: str
    title: str
    description: str
    modules: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that can be chosen.

    Attributes:
        directory: The folder that it was read from.
        flavors: Every flavor of every target, in the order of `MODULE_TYPES`.
        presets: The stacks that come with the product, by name.
    """

    directory: Path
    flavors: tuple[Flavor, ...]
    presets: Mapping[str, Preset]

    def names(self, module_type: str) -> tuple[str, ...]:
        """Return the flavors of a module type on any target.

        Args:
            module_type: A slot of a stack.

        Raises:
            MatchaError: If there is no such module type.
        """
        if module_type not in MODULE_TYPES:
            raise unknown("module type", module_type, MODULE_TYPES)
        return tuple(
            dict.fromkeys(item.name for item in self.flavors if item.module_type == module_type)
        )

    def check(self, module_type: str, flavor: str) -> None:
        """Refuse a module type or a flavor that does not exist.

        Raises:
            MatchaError: Naming those that do, and the nearest guess.
        """
        names = self.names(module_type)
        if flavor not in names:
            raise unknown(f"flavor of {module_type}", flavor, names)

    def find(self, target: str, module_type: str, flavor: str) -> Flavor:
        """Return a flavor as it is built on one target.

        Raises:
            MatchaError: If that target does not have it.
        """
        for item in self.flavors:
            if (item.target, item.module_type, item.name) == (target, module_type, flavor):
                return item
        self.check(module_type, flavor)
        raise MatchaError(
            f"{flavor} is not available on the target {target}",
            hint="Run `matcha stack list` to see what each target has.",
            exit_code=ExitCode.USAGE,
        )


def unknown(what: str, word: str, known: Collection[str]) -> MatchaError:
    """Make the refusal of a word that names nothing.

    Args:
        what: What it should have named: ``"stack"``.
        word: What was given.
        known: What exists.

    Returns:
        The error, to be raised by the caller.
    """
    guess = nearest_guess(word, known)
    question = f" Did you mean {guess!r}?" if guess else ""
    return MatchaError(
        f"{word!r} is no {what}",
        hint=f"Known: {', '.join(known)}.{question}",
        exit_code=ExitCode.USAGE,
    )


def find_modules_directory() -> Path:
    """Return the ``terraform_modules`` folder of this installation.

    It lies beside the package in a checkout, and inside it in an installed wheel.

    Raises:
        MatchaError: If the installation has none.
    """
    package = Path(__file__).parents[1]
    for candidate in (package / "terraform_modules", package.parent / "terraform_modules"):
        if (candidate / "stacks.toml").is_file():
            return candidate
    raise MatchaError(
        f"this installation in {sysconfig.get_path('purelib')} has no terraform_modules",
        hint="Install matcha-tui again.",
    )


def load_catalog(directory: Path | None = None) -> Catalog:
    """Read every flavor and preset.

    Args:
        directory: Holds ``stacks.toml`` and
            ``<target>/<layer>/<module_type>/<flavor>/module.toml``; by default
            the one that comes with the product.

    Raises:
        MatchaError: If one of the files is faulty, naming file, line and key.
    """
    directory = directory or find_modules_directory()
    order = list(MODULE_TYPES)
    paths = [
        path for path in directory.glob("*/*/*/*/module.toml") if path.parts[-3] in MODULE_TYPES
    ]
    paths.sort(key=lambda path: (order.index(path.parts[-3]), path))
    return Catalog(
        directory=directory,
        flavors=tuple(_read_flavor(path) for path in paths),
        presets=_read_presets(directory / "stacks.toml"),
    )


def _read_flavor(path: Path) -> Flavor:
    table = read_toml(path)
    table.refuse_unknown(_FLAVOR_KEYS)
    target, layer, module_type, name = path.parts[-5:-1]
    constants = table.table("client_variables")
    return Flavor(
        name=name,
        module_type=module_type,
        target=target,
        layer=layer,
        folder=path.parent,
        title=table.text("title"),
        description=table.text("description"),
        licence=table.text("licence"),
        resource=table.text("resource"),
        requires=table.texts("requires"),
        seconds=table.integer("seconds"),
        page=table.text("page", "") or None,
        properties=tuple(_read_property(item) for item in table.tables("property")),
        client_variables={name: constants.text(name) for name in constants.content},
        settings=tuple(read_setting(item) for item in table.tables("setting")),
        costs=tuple(_read_cost(item) for item in table.tables("cost")),
    )


def _read_property(table: TomlTable) -> Property:
    return Property(
        table.text("name"),
        table.text("help"),
        table.boolean("secret", False),
        table.text("variable", "") or None,
    )


def _read_cost(table: TomlTable) -> Cost:
    return Cost(
        table.text("item"), table.text("sku"), table.text("unit"), table.integer("quantity")
    )


def _read_presets(path: Path) -> dict[str, Preset]:
    top = read_toml(path)
    presets = {}
    for name in top.content:
        table = top.table(name)
        table.refuse_unknown(("title", "description", "modules"))
        modules = table.table("modules")
        presets[name] = Preset(
            name=name,
            title=table.text("title"),
            description=table.text("description"),
            modules={module_type: modules.text(module_type) for module_type in modules.content},
        )
    return presets
