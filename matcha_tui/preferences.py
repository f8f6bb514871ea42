"""What a user wants of the wizard everywhere: a theme, other keys, a bell, a notification.

It is a file of the user's own, ``config.toml`` in the configuration folder; matcha writes only
the theme that was chosen, and leaves the rest as it stands.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically
from matcha_tui.system.toml_edit import edit_toml
from matcha_tui.system.toml_file import read_toml


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was wished for.

    Attributes:
        theme: The name of a theme; empty for our own.
        bell: Whether the terminal rings when a run has ended.
        notify: Whether the terminal shows a notification then, where it can.
        keys: The id of a key's action, as ``?`` lists it, to the keys for it: ``"L,ctrl+l"``.
        problem: What is wrong with the file; it is then as if there were none.
    """

    theme: str = ""
    bell: bool = False
    notify: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    problem: MatchaError | None = None


def read_preferences(path: Path) -> Preferences:
    """Return what a file says; a faulty one is no reason not to open the wizard."""
    if not path.exists():
        return Preferences()
    try:
        table = read_toml(path)
        table.refuse_unknown(("theme", "bell", "notify", "keys"))
        keys = table.table("keys")
        return Preferences(
            theme=table.text("theme", ""),
            bell=table.boolean("bell", False),
            notify=table.boolean("notify", False),
            keys={name: keys.text(name) for name in keys.content},
        )
    except MatchaError as error:
        return Preferences(problem=error)


def save_theme(path: Path, theme: str) -> None:
    """Write down which theme was chosen.

    Raises:
        MatchaError: If the file is faulty, or cannot be written.
    """
    source = ""
    if path.exists():
        with explain_os_errors("read", path):
            source = path.read_text(encoding="utf-8")
    try:
        wanted = {**tomllib.loads(source), "theme": theme}
    except tomllib.TOMLDecodeError as error:
        raise MatchaError(
            f"{path} is no TOML: {error}", hint="Correct it, or delete it."
        ) from error
    make_private_directory(path.parent)
    write_atomically(path, edit_toml(source, wanted))
