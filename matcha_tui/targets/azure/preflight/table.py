"""The checks before a stack is built on Azure, in the order in which they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from matcha_tui.project.workspace import refuse_unprintable_path
from matcha_tui.targets.azure.preflight.availability import (
    check_addresses,
    check_group,
    check_names,
)
from matcha_tui.targets.azure.preflight.cluster import check_power, check_version
from matcha_tui.targets.azure.preflight.context import CheckContext, load_libraries
from matcha_tui.targets.azure.preflight.machines import check_quota, check_sizes
from matcha_tui.targets.azure.preflight.policies import check_policies
from matcha_tui.targets.azure.preflight.rights import (
    check_identity,
    check_registration,
    check_rights,
)
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.azure.values import check_settings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.findings import Check, Passed, Unverified, check_engine, run_check

if TYPE_CHECKING:
    from matcha_tui.targets.azure.auth.account import Account


@dataclass(frozen=True, slots=True)
class _Row:
    """A check that asks Azure about a subscription."""

    name: str  # what is checked
    # Returns what was found, or raises `MatchaError` or `Unverified`.
    find: Callable[[CheckContext], str | Passed]
    thing: str = ""  # what a stack must have for it to be asked; empty for every stack
    depends_on_region: bool = False  # whether the answer differs by region


_ROWS = (
    _Row("rights", check_rights),
    _Row("registration", check_registration),
    _Row("power", check_power, "cluster"),
    _Row("sizes", check_sizes, "cluster", depends_on_region=True),
    _Row("quota", check_quota, "cluster", depends_on_region=True),
    _Row("Kubernetes", check_version, "cluster"),
    _Row("addresses", check_addresses, "cluster"),
    _Row("names", check_names),
    _Row("resource group", check_group),
    _Row("policies", check_policies),
)


def list_checks(
    spec: StackSpec, settings: AzureSettings, sign_in: "Callable[[], Account] | None" = None
) -> tuple[Check, ...]:
    """List what a provision needs; whoever is to be asked again lists them again."""
    context = CheckContext(spec, settings, sign_in or partial(_sign_in, settings))

    def check(name: str, find: Callable[[], str | Passed], **traits: bool) -> Check:
        return Check(name, partial(run_check, name, find), **traits)

    return (
        check("identity", partial(check_identity, context)),
        check("settings", partial(_check_settings, settings), is_quick=True),
        check("project folder", partial(_check_folder, spec), is_quick=True),
        # Each provision looks for its engine itself.
        check("engine", partial(check_engine, spec.engine), is_required=False),
        *(
            check(row.name, partial(_find, row, context), depends_on_region=row.depends_on_region)
            for row in _ROWS
            if not row.thing or row.thing in context.things
        ),
    )


def _find(row: _Row, context: CheckContext) -> str | Passed:
    for name in ("subscription_id", "location"):
        if not getattr(context.settings, name):
            raise Unverified(f"{name} is not set", "First set what `settings` names.")
    return row.find(context)


def _check_settings(settings: AzureSettings) -> str:
    check_settings(settings)
    return "everything that is needed is set"


def _check_folder(spec: StackSpec) -> str:
    refuse_unprintable_path(spec.workspace)
    return f"{spec.workspace.project} can be written into what Terraform reads"


def _sign_in(settings: AzureSettings) -> "Account":
    load_libraries()
    from matcha_tui.targets.azure.preflight.reader import sign_in_for_checks

    return sign_in_for_checks(settings.tenant_id)
