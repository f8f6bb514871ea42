"""What can be set for a stack on Azure, besides what its modules have."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from matcha_tui.stack.setting import Setting, SettingType, SettingValue
from matcha_tui.targets.azure.names import AzureNames, derive_names
from matcha_tui.targets.base import StackSpec

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_RANGE = r"\d{1,3}(\.\d{1,3}){3}/\d{1,2}"
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_TAG = r"[\w.-]+=[\w .@-]*"

SHARED, LOCAL = "shared", "local"

_text = partial(Setting, type=SettingType.STRING, default="")
_number = partial(Setting, type=SettingType.INTEGER, maximum=10_000_000)

AZURE_SETTINGS = (
    _text(
        "prefix",
        help="3 to 10 small letters and digits, beginning with a letter;"
        " every name begins with it.",
        default="matcha",
        pattern=r"[a-z][a-z0-9]{2,9}",
        group="Basics",
    ),
    _text(
        "location",
        help="The region that it runs in, such as westeurope.",
        pattern=r"[a-z]*[0-9]?",
        label="region",
        group="region",
    ),
    _text(
        "subscription_id",
        help="The subscription that pays for it; `az account show` says yours.",
        pattern=f"({_UUID})?",
        label="subscription",
        group="account",
    ),
    _text(
        "tenant_id",
        help="The directory that the subscription belongs to, if you have several.",
        pattern=f"({_UUID})?",
        label="tenant",
        group="account",
    ),
    _text(
        "node_size",
        help="The machines of the cluster: 4 vCPU and 4 GB at least, and no B-series.",
        default="Standard_D4s_v5",
        pattern=r"Standard_[A-Za-z0-9_-]+",
        label="machine size",
        group="Cluster",
    ),
    _number(
        "node_minimum",
        help="How many machines always run.",
        default=1,
        minimum=1,
        maximum=100,
        label="machines at least",
        group="Cluster",
    ),
    _number(
        "node_maximum",
        help="How many machines may run when there is much to do.",
        default=3,
        minimum=1,
        maximum=100,
        label="machines at most",
        group="Cluster",
    ),
    _text(
        "gpu_node_size",
        help="Machines with a GPU for work that asks for one, from 0 up; empty for none.",
        pattern=r"(Standard_N[A-Za-z0-9_-]+)?",
        label="GPU machine size",
        group="Cluster",
    ),
    _number(
        "gpu_node_maximum",
        help="How many machines with a GPU may run.",
        default=1,
        minimum=1,
        maximum=20,
        label="GPU machines most",
        group="Cluster",
    ),
    Setting(
        "sku_tier",
        SettingType.CHOICE,
        "The cluster's control plane: Free, or Standard with a promise of uptime.",
        default="Free",
        choices=("Free", "Standard"),
        label="control plane",
        group="Cluster",
    ),
    _text(
        "kubernetes_version",
        help="A version that the region offers, such as 1.35; empty for the region's default.",
        pattern=r"(\d+\.\d+(\.\d+)?)?",
        label="Kubernetes",
        group="Cluster",
    ),
    _text(
        "database_sku",
        help="The MySQL server of ZenML and MLflow.",
        default="B_Standard_B1ms",
        pattern=r"(B|GP|MO)_Standard_[A-Za-z0-9_]+",
        label="MySQL size",
        group="Database",
    ),
    _number(
        "database_storage_gb",
        help="The MySQL server's disk, in GB; it grows by itself.",
        default=20,
        minimum=20,
        maximum=16384,
        label="MySQL disk (GB)",
        group="Database",
    ),
    _text(
        "allowed_ranges",
        help="The addresses that may reach the cluster's API, such as 203.0.113.0/24;"
        " empty for any.",
        pattern=f"({_RANGE}(, ?{_RANGE})*)?",
        label="allowed addresses",
        group="Access",
    ),
    _text(
        "certificate_email",
        help="Where the certificate authority may write to about your certificate; may be empty.",
        pattern=f"({_EMAIL})?",
        group="Access",
    ),
    _number(
        "monthly_limit",
        help="A stack that would cost more a month is not built without your word; 0 for no limit.",
        default=0,
        minimum=0,
        label="limit a month",
        group="Budget and cost",
    ),
    _number(
        "budget",
        help="Azure writes to budget_email when a month's cost nears this much; 0 for no budget.",
        default=0,
        minimum=0,
        label="budget a month",
        group="Budget and cost",
    ),
    _text(
        "budget_email",
        help="Where to write to about the budget.",
        pattern=f"({_EMAIL})?",
        group="Budget and cost",
    ),
    _text(
        "currency",
        help="The currency that costs are shown in, such as USD or EUR.",
        default="USD",
        pattern=r"[A-Z]{3}",
        group="Budget and cost",
    ),
    Setting(
        "state",
        SettingType.CHOICE,
        "Where Terraform's state is kept: shared with colleagues in a storage account, or local.",
        default=SHARED,
        choices=(SHARED, LOCAL),
        label="Terraform's state",
        group="State and tags",
    ),
    _text(
        "tags",
        help="Tags for everything, such as team=research, owner=ada; may be empty.",
        pattern=f"({_TAG}(, ?{_TAG})*)?",
        group="State and tags",
    ),
)

FIXED_SETTINGS = ("prefix", "location", "subscription_id", "tenant_id", "state")
"""Those that name things which exist: to change one would build everything anew."""


@dataclass(frozen=True, slots=True)
class AzureSettings:
    """The value of every setting of `AZURE_SETTINGS`, where the help of each says what it is.

    The target makes it of an `StackSpec` at its door, and hands it on: nothing below reads
    what was set by name.

    Most are a text or a number as it was set; of these two more is known:

    Attributes:
        allowed_ranges: One range of addresses each; empty for any address.
        tags: What the user wants everything tagged with, by name.
    """

    prefix: str
    location: str
    subscription_id: str
    tenant_id: str
    node_size: str
    node_minimum: int
    node_maximum: int
    gpu_node_size: str
    gpu_node_maximum: int
    sku_tier: str
    kubernetes_version: str
    database_sku: str
    database_storage_gb: int
    allowed_ranges: tuple[str, ...]
    certificate_email: str
    monthly_limit: int
    budget: int
    budget_email: str
    currency: str
    state: str
    tags: Mapping[str, str]

    @classmethod
    def of(cls, spec: StackSpec) -> "AzureSettings":
        """Return what an intent is to be built with."""
        return cls.read(spec.config.settings)

    @classmethod
    def read(cls, settings: Mapping[str, SettingValue]) -> "AzureSettings":
        """Return the value of each setting, which is its default where nobody set it."""
        values: dict[str, Any] = {
            item.name: settings.get(item.name, item.default) for item in AZURE_SETTINGS
        }
        ranges, tags = _parts(values.pop("allowed_ranges")), _read_tags(values.pop("tags"))
        return cls(**values, allowed_ranges=ranges, tags=tags)

    @property
    def shares_state(self) -> bool:
        """Whether Terraform's state is kept where colleagues find it."""
        return self.state != LOCAL

    @property
    def names(self) -> AzureNames:
        """What everything is called."""
        return derive_names(self.prefix, self.subscription_id)

    @property
    def group_path(self) -> str:
        """The ID of the resource group that holds everything but the shared state."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.names.resource_group}"

    @property
    def state_group_path(self) -> str:
        """The ID of the shared state's resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.names.state_group}"

    @property
    def all_tags(self) -> Mapping[str, str]:
        """The tags of everything that is made: those that say whose it is, and the user's."""
        return {"created-by": "matcha-tui", "matcha-prefix": self.prefix, **self.tags}


def _read_tags(text: str) -> Mapping[str, str]:
    pairs = (item.partition("=") for item in _parts(text))
    return {name: value for name, _, value in pairs}


def _parts(text: str) -> tuple[str, ...]:
    """Return what commas separate, without the white space around it."""
    return tuple(item.strip() for item in text.split(",") if item.strip())
