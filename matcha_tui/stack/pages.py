"""Where each resource of a deployed stack can be looked at in a browser; pure."""

import re
from collections.abc import Iterable, Mapping

from matcha_tui.stack.catalog import Flavor

_PROPERTY = re.compile(r"\{([a-z0-9-]+)\}")


def find_pages(
    flavors: Iterable[Flavor], resources: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the address of each page, by resource, as the flavors' ``module.toml`` files say."""
    pages = {}
    for flavor in flavors:
        given = resources.get(flavor.resource, {})
        if flavor.page and given.keys() >= set(_PROPERTY.findall(flavor.page)):
            pages[flavor.resource] = _fill(flavor.page, given)
    return pages


def _fill(page: str, given: Mapping[str, str]) -> str:
    return _PROPERTY.sub(lambda found: given[found[1]], page)
