"""How a flavor is used from Python and from the shell: the files of its folder's ``snippets``.

A property in them, as ``${url}`` or a part of one as ``${url:port}``, is filled with its real
value; secrets are never written into a snippet, which would be copied to anywhere.
"""

import re
from collections.abc import Mapping

from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.variables import property_value
from matcha_tui.system.files import explain_os_errors

SNIPPETS: Mapping[str, str] = {"python": "use.py", "shell": "use.sh"}
"""Language to the file's name."""

_PLACE = re.compile(r"\$\{([a-z0-9-]+)(?::(host|port))?\}")


def find_snippets(flavor: Flavor, given: Mapping[str, str]) -> dict[str, str]:
    """Return each snippet of a flavor, filled: language to text.

    Args:
        flavor: Whose.
        given: Its properties' values; what is not there, or is secret, stays a placeholder.

    Raises:
        MatchaError: If a file cannot be read.
    """
    secret = {item.name for item in flavor.properties if item.secret}
    shown = {name: value for name, value in given.items() if name not in secret}
    found = {}
    for language, name in SNIPPETS.items():
        path = flavor.folder / "snippets" / name
        if path.is_file():
            with explain_os_errors("read", path):
                found[language] = _fill(path.read_text("utf-8"), shown)
    return found


def _fill(text: str, given: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return property_value(given[match[1]], match[2]) if match[1] in given else match[0]

    return _PLACE.sub(value, text)
