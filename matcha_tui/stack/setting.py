"""A setting, declared once for wizard, command line, matcha.toml and Terraform."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name
from matcha_tui.system.toml_file import TomlTable

SettingValue = str | int | bool

HIGHEST_PORT = 32767  # those above are the kernel's to hand out (ip_local_port_range)
LOWEST_PORT = 1024  # those below need root

_KEYS = (
    "name",
    "type",
    "help",
    "default",
    "preferred",
    "pattern",
    "minimum",
    "maximum",
    "only_grows",
    "choices",
    "label",
    "group",
    "made_from",
)
_HOST = re.compile(
    r"(?:(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}|\[(?P<v6>[0-9a-f:.]{2,45})\])"
    r"(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PORTS = range(1, 65536)
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class SettingType(StrEnum):
    """What a setting's value is.

    Hosts are separated by commas; ``matcha.toml`` may also have them as a list. A folder is an
    absolute path, or the name of one that its target has a place for.
    """

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    PORT = "port"
    HOSTS = "hosts"
    FOLDER = "folder"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        name: Its name within its owner, also Terraform's variable: ``port``.
        type: What its value is.
        help: One sentence for whoever sets it.
        default: Its value when nobody sets it; ``0`` for a port means a free one,
            ``""`` for a secret means a generated one, for a folder one named by the project.
        preferred: For a port, the first one to try.
        pattern: For a string, what all of it must match.
        minimum: For a whole number, the least allowed.
        maximum: For a whole number, the most allowed.
        choices: For a choice, the values that exist.
        only_grows: For a whole number, whether it cannot be lowered once it is deployed,
            as the size of a disk.
        label: What a form calls it; empty for its name.
        made_from: For a string, what it is when nobody sets it: a text with settings of
            other modules of the stack in it, ``{experiment_tracker.port}``.
        group: What it is shown with; a target's own may be those of a step of the wizard.
    """

    name: str
    type: SettingType
    help: str
    default: SettingValue
    preferred: int = 0
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    only_grows: bool = False
    label: str = ""
    group: str = ""
    made_from: str = ""

    def check(self, value: object) -> SettingValue:
        """Return a value read from a file, if it is one that this setting can have.

        Args:
            value: What the file holds.

        Raises:
            MatchaError: If it has the wrong type or is out of bounds.
        """
        if self.type is SettingType.BOOLEAN:
            if isinstance(value, bool):
                return value
            raise self._refusal(value, "true or false")
        if self.type in (SettingType.INTEGER, SettingType.PORT):
            if isinstance(value, int) and not isinstance(value, bool):
                return self._check_number(value)
            raise self._refusal(value, "a whole number")
        if self.type is SettingType.HOSTS and isinstance(value, list):
            value = ",".join(str(name) for name in value)
        if isinstance(value, str):
            return self._check_text(value)
        raise self._refusal(value, "a text")

    def parse(self, text: str) -> SettingValue:
        """Return the value that a user typed.

        Args:
            text: What was typed; surrounding white space does not count.

        Raises:
            MatchaError: If it is no value of this setting.
        """
        text = text.strip()
        if self.type is SettingType.BOOLEAN:
            if text.lower() in _TRUTHS:
                return _TRUTHS[text.lower()]
            raise self._refusal(text, f"one of {', '.join(_TRUTHS)}")
        if self.type in (SettingType.INTEGER, SettingType.PORT):
            if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
                return self._check_number(int(text))
            raise self._refusal(text, "a whole number")
        return self._check_text(text)

    def _check_number(self, value: int) -> int:
        low, high = self.minimum, self.maximum
        if self.type is SettingType.PORT:
            if value == 0:
                return value
            low, high = LOWEST_PORT, HIGHEST_PORT
        if (low is not None and value < low) or (high is not None and value > high):
            zero = ", or 0 for a free one" if self.type is SettingType.PORT else ""
            raise self._refusal(value, f"from {low} to {high}{zero}")
        return value

    def _check_text(self, value: str) -> str:
        if self.type is SettingType.HOSTS:
            return self._check_hosts(value)
        if self.type is SettingType.FOLDER:
            return self._check_folder(value)
        if self.type is SettingType.CHOICE:
            choice = find_name(value, self.choices)
            if choice is None:
                raise self._refusal(value, f"one of {', '.join(self.choices)}")
            return choice
        if self.pattern and not re.fullmatch(self.pattern, value):
            shown = "the value given" if self.type is SettingType.SECRET else repr(value)
            raise MatchaError(
                f"{self.name} cannot be {shown}", hint=self.help, exit_code=ExitCode.USAGE
            )
        if not value.isprintable():
            raise self._refusal(value, "printable")
        return value

    def _check_hosts(self, value: str) -> str:
        names = [name.strip().lower() for name in value.split(",")]
        for name in filter(None, names):
            if not _is_host(name):
                raise self._refusal(name, "names of hosts such as models.example or 10.0.0.5:8080")
        return ",".join(dict.fromkeys(filter(None, names)))

    def _check_folder(self, value: str) -> str:
        if not value.isprintable():
            raise self._refusal(value, "printable")
        if value and not value.startswith(("/", "~/")) and not _FOLDER_NAME.fullmatch(value):
            raise self._refusal(value, "an absolute path, or a name without a /")
        return value

    def _refusal(self, value: object, wanted: str) -> MatchaError:
        shown = "the value given" if self.type is SettingType.SECRET else repr(value)
        return MatchaError(
            f"{self.name} must be {wanted}, and {shown} is not",
            hint=self.help,
            exit_code=ExitCode.USAGE,
        )


def writable_names(declared: Mapping[str, Setting]) -> list[str]:
    """Return which settings can be written down, in matcha.toml or on a command line: no secrets.

    Args:
        declared: Settings by name.
    """
    return [name for name, setting in declared.items() if setting.type is not SettingType.SECRET]


def read_setting(table: TomlTable) -> Setting:
    """Read one ``[[setting]]``.

    Args:
        table: The table of that setting.

    Raises:
        MatchaError: If the table is faulty, naming file, line and key.
    """
    table.refuse_unknown(_KEYS)
    name = table.text("name")
    kind = SettingType(table.name("type", "type", tuple(SettingType)))
    setting = Setting(
        name=name,
        type=kind,
        help=table.text("help"),
        default=_default(table, kind),
        preferred=table.integer("preferred", 0),
        pattern=table.text("pattern", "") or None,
        minimum=table.integer("minimum") if "minimum" in table.content else None,
        maximum=table.integer("maximum") if "maximum" in table.content else None,
        choices=table.texts("choices"),
        only_grows=table.boolean("only_grows", False),
        label=table.text("label", ""),
        group=table.text("group", ""),
        made_from=table.text("made_from", ""),
    )
    if setting.only_grows and kind is not SettingType.INTEGER:
        raise table.error("only_grows", "is for a setting of the type integer")
    if kind is not SettingType.SECRET:
        try:
            setting.check(setting.default)
        except MatchaError as error:
            raise table.error("default", f"is refused by its own rule: {error}") from error
    return setting


def _default(table: TomlTable, kind: SettingType) -> SettingValue:
    if kind is SettingType.BOOLEAN:
        return table.boolean("default")
    if kind is SettingType.INTEGER:
        return table.integer("default")
    if kind is SettingType.PORT:
        return table.integer("default", 0)
    optional = (SettingType.SECRET, SettingType.HOSTS, SettingType.FOLDER)
    return table.text("default", "" if kind in optional else None)


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    if match is None or int(match["port"] or 1) not in _PORTS:
        return False
    import ipaddress  # late: few settings need it

    try:
        ipaddress.IPv6Address(match["v6"] or "::1")
    except ipaddress.AddressValueError:
        return False
    return True
