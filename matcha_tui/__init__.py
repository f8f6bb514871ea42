"""matcha-tui: a working MLOps stack in one sitting.

What is listed here is the public face; everything else is internal. Each name is loaded when
it is asked for, because no command needs them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcha_tui.data_choice import DataChoice
    from matcha_tui.deployed import Leftovers
    from matcha_tui.deployment import Consent
    from matcha_tui.errors import ExitCode, MatchaError
    from matcha_tui.foreign_code import UnknownCode
    from matcha_tui.health_state import HealthState
    from matcha_tui.library import Deployment
    from matcha_tui.overview import Overview, Resource
    from matcha_tui.pricing.estimate import CostItem
    from matcha_tui.pricing.price import Price, Prices, PriceSource, PriceTable, Tier
    from matcha_tui.project.config import Config
    from matcha_tui.project.history import RunRecord
    from matcha_tui.selection import Project
    from matcha_tui.stack.flavor import Flavor
    from matcha_tui.stack.foreign import ForeignModule
    from matcha_tui.stack.setting import Setting, SettingType
    from matcha_tui.stack.stack import Stack
    from matcha_tui.targets.base import ComponentHealth, Root, SharedState, StackSpec, Target
    from matcha_tui.targets.drift import Deviation
    from matcha_tui.targets.findings import Check, Finding, Fix, Unverified, Verdict
    from matcha_tui.targets.identity_part import Identity
    from matcha_tui.targets.parts import (
        Backup,
        Control,
        Logs,
        LogWindow,
        ModelInput,
        Models,
        ServedModel,
    )
    from matcha_tui.targets.pricing_part import Pricing
    from matcha_tui.terraform.engine import Engine
    from matcha_tui.terraform.events import Event, RunState
    from matcha_tui.terraform.folder import Run
    from matcha_tui.terraform.planned import AttributeChange, PlannedResource
    from matcha_tui.terraform.progress import ResourceProgress, RunProgress, StepProgress

__all__ = [
    "AttributeChange",
    "Backup",
    "Check",
    "ComponentHealth",
    "Config",
    "Consent",
    "Control",
    "CostItem",
    "DataChoice",
    "Deployment",
    "Deviation",
    "Engine",
    "Event",
    "ExitCode",
    "Finding",
    "Fix",
    "Flavor",
    "ForeignModule",
    "HealthState",
    "Identity",
    "Leftovers",
    "LogWindow",
    "Logs",
    "MatchaError",
    "ModelInput",
    "Models",
    "Overview",
    "PlannedResource",
    "Price",
    "PriceSource",
    "PriceTable",
    "Prices",
    "Pricing",
    "Project",
    "Resource",
    "ResourceProgress",
    "Root",
    "Run",
    "RunProgress",
    "RunRecord",
    "RunState",
    "ServedModel",
    "Setting",
    "SettingType",
    "SharedState",
    "Stack",
    "StackSpec",
    "StepProgress",
    "Target",
    "Tier",
    "UnknownCode",
    "Unverified",
    "Verdict",
    "__version__",
]

__version__ = "0.1.0"

_MODULES = {
    "data_choice": ("DataChoice",),
    "deployed": ("Leftovers",),
    "deployment": ("Consent",),
    "errors": ("ExitCode", "MatchaError"),
    "foreign_code": ("UnknownCode",),
    "health_state": ("HealthState",),
    "library": ("Deployment",),
    "overview": ("Overview", "Resource"),
    "pricing.estimate": ("CostItem",),
    "pricing.price": ("Price", "PriceSource", "PriceTable", "Prices", "Tier"),
    "project.config": ("Config",),
    "project.history": ("RunRecord",),
    "selection": ("Project",),
    "stack.flavor": ("Flavor",),
    "stack.foreign": ("ForeignModule",),
    "stack.setting": ("Setting", "SettingType"),
    "stack.stack": ("Stack",),
    "targets.base": ("ComponentHealth", "StackSpec", "Root", "SharedState", "Target"),
    "targets.drift": ("Deviation",),
    "targets.findings": ("Check", "Finding", "Fix", "Unverified", "Verdict"),
    "targets.identity_part": ("Identity",),
    "targets.parts": (
        "Backup",
        "Control",
        "LogWindow",
        "Logs",
        "ModelInput",
        "Models",
        "ServedModel",
    ),
    "targets.pricing_part": ("Pricing",),
    "terraform.engine": ("Engine",),
    "terraform.events": ("Event", "RunState"),
    "terraform.folder": ("Run",),
    "terraform.planned": ("AttributeChange", "PlannedResource"),
    "terraform.progress": ("ResourceProgress", "RunProgress", "StepProgress"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a name of the public face."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    return found
