"""A flavor: what one folder with a module.toml and its Terraform adds to the catalog."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matcha_tui.guess import name_hint
from matcha_tui.stack.setting import Setting, read_setting
from matcha_tui.system.toml_file import TomlTable, read_toml

_OPEN = frozenset(
    {
        "0BSD",
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "EPL-2.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.1-or-later",
        "LGPL-3.0-or-later",
        "MIT",
        "MPL-2.0",
        "PostgreSQL",
        "Python-2.0",
        "Unlicense",
        "Zlib",
    }
)
"""SPDX identifiers that the Open Source Initiative approves, of those that servers have."""


def is_open_source(licence: str) -> bool:
    """Return whether a licence is an ordinary open-source one."""
    return licence in _OPEN


MODULE_TYPES: Mapping[str, str] = {
    "orchestrator": "Orchestrator",
    "experiment_tracker": "Experiment tracker",
    "data_version_control": "Data version control",
    "deployer": "Deployer",
    "vector_database": "Vector database",
}
"""Every slot of a stack, in the order in which it is shown, with its title."""

DEFINITION = "module.toml"
"""The file that describes a flavor, in its folder."""

PROPERTY_PART = re.compile(r"\{([a-z0-9-]+)(?::(host|port))?\}")
"""In a client's variable: a property, or a part of one that is a URL."""

_PACKAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SETTING_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OUR_NAMES = ("context", "environment", "data")  # the variable and the placeholders
_TERRAFORM_NAMES = (
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "providers",
    "source",
    "version",
)
_RESERVED_NAMES = (*_OUR_NAMES, *_TERRAFORM_NAMES)
_KEYS = (
    "title",
    "description",
    "licence",
    "resource",
    "requires",
    "seconds",
    "page",
    "property",
    "client_variables",
    "client",
    "verify",
    "setting",
    "cost",
)
_KEYS_OF_TARGETS = ("needs", "storage", "chart", "service", "health", "folder")


@dataclass(frozen=True, slots=True)
class FlavorPath:
    """Where a flavor stands among the modules, which is also the path of its folder.

    Attributes:
        target: The target that it is for: ``local``.
        layer: The Terraform root that it belongs to: ``services``.
        module_type: The slot that it fills: ``experiment_tracker``.
        flavor: Its name: ``mlflow``.
    """

    target: str
    layer: str
    module_type: str
    flavor: str

    def __str__(self) -> str:
        return f"{self.target}/{self.layer}/{self.module_type}/{self.flavor}"

    @classmethod
    def of(cls, path: Path) -> "FlavorPath":
        """Return the place that the last four parts of a folder's path name."""
        return cls(*path.parts[-4:])


@dataclass(frozen=True, slots=True)
class Property:
    """One value that a flavor gives once it runs.

    Attributes:
        name: As in ``matcha get``: ``tracking-url``.
        help: One sentence.
        secret: Whether it is masked until somebody asks for it.
        variable: The environment variable in which clients look for it, if any:
            ``MLFLOW_TRACKING_URI``.
        setting: The setting that says the same, if any: so it is known without a deployment.
    """

    name: str
    help: str
    secret: bool
    variable: str | None
    setting: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """The package by which a user's code talks to a flavor's server.

    Attributes:
        package: As pip takes it, with the version that was tried: ``zenml==0.98.0``.
        needs: Other packages that it needs here, beside what it brings.
        fits: The versions of the package that get on with the server: ``>=0.98,<0.99``.
        otherwise: What another version meets, as the end of a sentence: "the server refuses it".
    """

    package: str
    needs: tuple[str, ...] = ()
    fits: str = ""
    otherwise: str = ""

    @property
    def name(self) -> str:
        """The package's name alone: ``zenml``, also of ``zenml[local]==0.98.0``."""
        return _PACKAGE_NAME.match(self.package)[0]  # type: ignore[index] # it was checked

    @property
    def packages(self) -> tuple[str, ...]:
        """All that is to be installed."""
        return (self.package, *self.needs)


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
    """What can fill one slot of a stack on one target: one folder with a module.toml.

        >>> from matcha_tui.stack.catalog import load_catalog
        >>> mlflow = load_catalog().find("local", "experiment_tracker", "mlflow")
        >>> mlflow.title, mlflow.resource, [item.name for item in mlflow.properties]
        ('MLflow', 'experiment-tracker', ['tracking-url'])

    Attributes:
        name: ``mlflow``.
        module_type: The slot: ``experiment_tracker``.
        target: The target that it is for: ``local``.
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
        client_variables: What clients need in their environment beside properties, with
            properties in it: ``{url}``, ``{url:host}``, ``{url:port}``.
        client: What talks to it, if that is a Python package.
        verify: The script in its folder that uses it as its users do; empty without one.
        settings: What can be set.
        costs: What is paid for, if anything is.
        definition: The module.toml as it was read, of which its target parses the part that
            it alone knows, when it needs it.
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
    client: Client | None
    verify: str
    settings: tuple[Setting, ...]
    costs: tuple[Cost, ...]
    definition: TomlTable = field(repr=False, compare=False)

    @property
    def place(self) -> FlavorPath:
        """Where it stands: only one flavor of a catalog can stand there."""
        return FlavorPath(self.target, self.layer, self.module_type, self.name)

    @property
    def disk_megabytes(self) -> int:
        """What its server's environment takes on this machine; 0 where that is none, or unknown."""
        return self.definition.table("service").integer("disk_megabytes", 0)


def read_flavor(folder: Path, place: FlavorPath | None = None, more: Sequence[str] = ()) -> Flavor:
    """Read a flavor's module.toml; nobody else reads it in this process.

    Args:
        folder: The flavor's folder.
        place: Where it stands among the modules; by default its path says so.
        more: The keys that a target reads which does not come with matcha.

    Raises:
        MatchaError: If the file is faulty, naming file, line and key.
    """
    place = place or FlavorPath.of(folder)
    table = read_toml(folder / DEFINITION)
    # First of all: a key that is misspelt is not missing.
    table.refuse_unknown((*_KEYS, *_KEYS_OF_TARGETS, *more))
    constants = table.table("client_variables")
    properties = tuple(_read_property(item) for item in table.tables("property"))
    return Flavor(
        name=place.flavor,
        module_type=place.module_type,
        target=place.target,
        layer=place.layer,
        folder=folder,
        title=table.text("title"),
        description=table.text("description"),
        licence=table.text("licence"),
        resource=table.text("resource"),
        requires=table.names("requires", "module type", MODULE_TYPES),
        seconds=table.integer("seconds"),
        page=table.text("page", "") or None,
        properties=properties,
        client_variables=_read_variables(constants, properties),
        client=_read_client(table.table("client")) if "client" in table.content else None,
        verify=_read_verify(table),
        settings=_read_settings(table),
        costs=tuple(_read_cost(item) for item in table.tables("cost")),
        definition=table,
    )


def check_keys(flavor: Flavor, more: Sequence[str]) -> None:
    """Refuse what nobody reads of a flavor's module.toml.

    Args:
        flavor: As it was read.
        more: The keys that its target reads.

    Raises:
        MatchaError: If there is another key, naming file, line and key.
    """
    flavor.definition.refuse_unknown((*_KEYS, *more))


def _read_property(table: TomlTable) -> Property:
    table.refuse_unknown(("name", "help", "secret", "variable", "setting"))
    return Property(
        table.text("name"),
        table.text("help"),
        table.boolean("secret", False),
        table.text("variable", "") or None,
        table.text("setting", "") or None,
    )


def _read_variables(table: TomlTable, properties: Sequence[Property]) -> dict[str, str]:
    open_names = [item.name for item in properties if not item.secret]
    texts = {name: table.text(name) for name in table.content}
    for name, text in texts.items():
        for match in PROPERTY_PART.finditer(text):
            if match[1] not in open_names:
                raise table.error(
                    name,
                    f"has {match[0]}, and no property of that name can be shown",
                    hint=name_hint(match[1], open_names),
                )
    return texts


def _read_verify(table: TomlTable) -> str:
    name = table.text("verify", "")
    if "/" in name:
        raise table.error("verify", f"is {name!r}, and not the name of a file beside it")
    return name


def _read_client(table: TomlTable) -> Client:
    table.refuse_unknown(("package", "needs", "fits", "otherwise"))
    package = table.text("package")
    if not _PACKAGE_NAME.match(package):
        raise table.error("package", "names no package", hint='Write it as in "zenml==0.98.0".')
    return Client(
        package, table.texts("needs"), table.text("fits", ""), table.text("otherwise", "")
    )


def _read_settings(top: TomlTable) -> tuple[Setting, ...]:
    settings: dict[str, Setting] = {}
    for table in top.tables("setting"):
        setting = read_setting(table)
        if setting.name in _RESERVED_NAMES or not _SETTING_NAME.fullmatch(setting.name):
            raise table.error(
                "name",
                f"is {setting.name!r}, which cannot be the name of a setting",
                hint=f"Use small letters, digits and _, but not {', '.join(_RESERVED_NAMES)}.",
            )
        if setting.name in settings:
            raise table.error("name", f"is {setting.name!r}, as another setting's is")
        settings[setting.name] = setting
    return tuple(settings.values())


def _read_cost(table: TomlTable) -> Cost:
    table.refuse_unknown(("item", "sku", "unit", "quantity"))
    return Cost(
        table.text("item"), table.text("sku"), table.text("unit"), table.integer("quantity")
    )
