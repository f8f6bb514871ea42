"""Which modules of a stack take a password of the user's."""

from collections.abc import Sequence

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import Setting, SettingType

PASSWORD_SETTING = "password"
"""The name of the secret setting that a given password is for."""


def takes_password(setting: Setting) -> bool:
    """Return whether a given password is for this setting."""
    return setting.type is SettingType.SECRET and setting.name == PASSWORD_SETTING


def find_takers(flavors: Sequence[Flavor], password: str) -> list[tuple[Flavor, str]]:
    """Return the flavors that take a password, each with what it makes of it."""
    takers = [
        (flavor, str(setting.parse(password)))
        for flavor in flavors
        for setting in flavor.settings
        if takes_password(setting)
    ]
    if not takers:
        raise MatchaError(
            "no module of this stack takes a password",
            hint="Leave out --password-stdin.",
            exit_code=ExitCode.USAGE,
        )
    return takers
