"""matcha-tui: a working MLOps stack in one sitting."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcha_tui.library import Deployment

__all__ = ["Deployment", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load `Deployment` when it is asked for: no command needs it."""
    if name != "Deployment":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return import_module("matcha_tui.library").Deployment
