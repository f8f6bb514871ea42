"""The errors that a provider answers with."""

from dataclasses import dataclass


@dataclass
class RefusedError(Exception):
    """The cloud, or the provider itself, refuses.

    Attributes:
        summary: What Terraform shows after "Error:".
        detail: What it shows below.
        left: What stays of an object whose creation it ends: ``nothing``, the ``object`` without
            Terraform knowing it, or the object also in Terraform's ``state`` (as tainted).
        path: The attribute that is meant.
    """

    summary: str
    detail: str = ""
    left: str = "nothing"
    path: tuple[str | int, ...] = ()
