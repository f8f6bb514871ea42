"""Masks the secrets among what a stack gives."""

from collections.abc import Mapping

from matcha_tui.deployed import secret_properties
from matcha_tui.selection import Project

MASK = "********"


def mask_secrets(
    project: Project, found: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the same resources, with a mask in the place of each secret.

    Args:
        project: Its catalog knows which properties are secret.
        found: Resource to property to value.
    """
    secret = secret_properties(project)
    return {
        resource: {
            name: MASK if (resource, name) in secret else value
            for name, value in properties.items()
        }
        for resource, properties in found.items()
    }
