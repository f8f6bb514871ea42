"""The parts that the azure target has: sign-in, prices, shared state, models, logs, stop and start.

Azure's libraries take a second to import, HTTP and prices a tenth of one: what needs them
is imported when it is called.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import find_modules_directory
from matcha_tui.targets.azure.auth.environment import SignInMethod
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.remote_state.location import STATE_KEYS, choose_location
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import SharedState, StackSpec, StateLock
from matcha_tui.targets.identity_part import Identity, Prompt, SignedIn, Survey, Tenant
from matcha_tui.targets.parts import Control, Given, Logs, LogWindow, Models, ServedModel
from matcha_tui.targets.pricing_part import Pricing

if TYPE_CHECKING:
    from matcha_tui.pricing.estimate import CostItem
    from matcha_tui.pricing.price import Prices
    from matcha_tui.pricing.ranking import Region
    from matcha_tui.pricing.report import Limit
    from matcha_tui.targets.azure.auth.account import Account

PROGRAM = (sys.executable, "-P", "-m")
"""Begins a command that runs a module of this package."""

_STATE_STEPS = (*PROGRAM, "matcha_tui.targets.azure.remote_state.steps")
_FOUNDATION_COSTS = "azure/foundation/costs.toml"


class AzureIdentity(Identity):
    """A service principal in the environment, the Azure CLI, or a code."""

    subscription_setting = "subscription_id"
    tenant_setting = "tenant_id"
    help_url = "https://learn.microsoft.com/cli/azure/install-azure-cli"
    subscriptions_url = "https://portal.azure.com/#view/Microsoft_Azure_Billing/SubscriptionsBlade"
    read_only_hint = (
        "Terraform cannot use this sign-in: it is good for choosing and for prices only.",
        "Before you build: install the Azure CLI and run `az login`, then press r.",
    )

    def sign_in(self, tenant_id: str = "") -> SignedIn:
        """Sign in with what is there, and look around."""
        from matcha_tui.targets.azure.auth.account import sign_in

        return _read_account(sign_in(tenant_id=tenant_id))

    def sign_in_with_code(
        self, prompt: Prompt, *, tenant_id: str = "", is_cancelled: Callable[[], bool]
    ) -> SignedIn:
        """Sign in on another device, and look around."""
        from matcha_tui.targets.azure.auth.device_code import sign_in_with_device_code
        from matcha_tui.targets.azure.cloud.endpoints import find_cloud

        account = sign_in_with_device_code(
            find_cloud(), prompt, tenant_id=tenant_id, is_cancelled=is_cancelled
        )
        return _read_account(account)


class AzurePricing(Pricing):
    """Azure's list prices, live or as they came with matcha."""

    region_setting = "location"

    def items(self, spec: StackSpec) -> "tuple[CostItem, ...]":
        """List what the foundation and the modules are billed for."""
        from matcha_tui.targets.azure.pricing.items import collect_items, read_foundation_costs

        foundation = read_foundation_costs(find_modules_directory() / _FOUNDATION_COSTS)
        settings, needs = AzureSettings.of(spec), collect_needs(spec.flavors)
        return collect_items(spec.flavors, foundation, settings, needs)

    def load(self, spec: StackSpec, *, offline: bool = False) -> "Prices":
        """Ask the price list for what was not asked this week."""
        from matcha_tui.targets.azure.pricing.loading import load_prices

        skus = {item.sku for item in self.items(spec)}
        return load_prices(skus, AzureSettings.of(spec).currency, os.environ, offline=offline)

    def regions(self) -> "tuple[Region, ...]":
        """Return Azure's public regions."""
        from matcha_tui.targets.azure.pricing.loading import read_regions

        return read_regions()

    def machines(self, spec: StackSpec) -> tuple[int, int]:
        """Return the bounds of the cluster's autoscaler."""
        settings = AzureSettings.of(spec)
        return settings.node_minimum, settings.node_maximum

    def limit(self, spec: StackSpec) -> "Limit | None":
        """Return the monthly limit; 0 is none."""
        from matcha_tui.pricing.report import Limit

        settings = AzureSettings.of(spec)
        amount = settings.monthly_limit
        return Limit(amount, settings.currency, "monthly_limit") if amount else None


class AzureState(SharedState):
    """Terraform's state in a blob container of the subscription."""

    keys = STATE_KEYS
    prepare = (*_STATE_STEPS, "create")
    share = (*_STATE_STEPS, "share")

    def location(self, spec: StackSpec) -> Mapping[str, str]:
        """Return the storage account that has the container or will have it."""
        return choose_location(AzureSettings.of(spec))

    def fetch(self, spec: StackSpec) -> None:
        """Copy the state and the resources into the project's folder."""
        from matcha_tui.targets.azure.remote_state.shared import fetch_state

        fetch_state(spec)

    def find_lock(self, spec: StackSpec, layer: str) -> StateLock | None:
        """Return who holds the blob's lease."""
        from matcha_tui.targets.azure.remote_state.shared import find_lock

        return find_lock(spec, layer)

    def free_lock(self, spec: StackSpec, layer: str, lock_id: str) -> None:
        """Break the blob's lease."""
        from matcha_tui.targets.azure.remote_state.shared import free_lock

        free_lock(spec, layer, lock_id)


class AzureModels(Models):
    """SeldonDeployments on the cluster."""

    def deploy(self, spec: StackSpec, given: Given, source: str, name: str) -> ServedModel:
        """Make a SeldonDeployment and wait until it answers."""
        from matcha_tui.targets.azure.cluster.models import deploy_model

        return deploy_model(spec, given, source, name)

    def list(self, spec: StackSpec, given: Given) -> tuple[ServedModel, ...]:
        """Return those of the workloads' namespace."""
        from matcha_tui.targets.azure.cluster.models import list_models

        return list_models(spec, given)

    def remove(self, spec: StackSpec, given: Given, name: str) -> None:
        """Delete one."""
        from matcha_tui.targets.azure.cluster.models import remove_model

        remove_model(spec, given, name)


class AzureLogs(Logs):
    """The logs of the pods."""

    def read(self, spec: StackSpec, flavor: str, window: LogWindow) -> Iterator[str]:
        """Ask the cluster's API for them."""
        from matcha_tui.targets.azure.cluster.pods import read_pod_logs

        return read_pod_logs(spec, flavor, window)


class AzureControl(Control):
    """The cluster and the database are stopped and started as a whole."""

    gives_back = "what its machines and its database cost by the hour"

    def stop(self, spec: StackSpec, flavors: Sequence[str], tell: Callable[[str], None]) -> None:
        """Stop both, and say what that saves."""
        from matcha_tui.targets.azure.power import stop_stack

        stop_stack(spec, flavors, AzurePricing(), tell)

    def start(
        self,
        spec: StackSpec,
        flavors: Sequence[str],
        tell: Callable[[str], None],
        *,
        unless_stopped: bool = False,
    ) -> None:
        """Start the database, then the cluster."""
        from matcha_tui.targets.azure.power import start_stack

        if not (unless_stopped and spec.workspace.stopped_file.exists()):
            start_stack(spec, flavors, tell)


def _read_account(account: "Account") -> SignedIn:
    from matcha_tui.targets.azure.arm.subscriptions import list_subscriptions, list_tenants

    found = partial(
        SignedIn,
        account.name,
        account.source.value,
        account.tenant_id,
        builds=account.source is not SignInMethod.DEVICE_CODE,  # which signs in this process alone
        survey=partial(_survey_regions, account),
    )
    tenants: tuple[Tenant, ...] = ()
    try:
        tenants = list_tenants(account)
        return found(tenants=tenants, subscriptions=list_subscriptions(account))
    except MatchaError as error:
        return found(tenants=tenants, problem=error)


def _survey_regions(account: "Account", spec: StackSpec) -> Survey:
    """Make the question where machines can be had; the setting ``subscription_id`` counts."""
    from matcha_tui.targets.azure.preflight.capacity import fits_by_region
    from matcha_tui.targets.azure.preflight.context import CheckContext

    return partial(fits_by_region, CheckContext(spec, AzureSettings.of(spec), lambda: account))
