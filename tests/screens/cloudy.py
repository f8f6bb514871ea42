"""A frozen session on Azure: an account, prices and checks that never change."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from matcha_tui.errors import MatchaError
from matcha_tui.overview import Overview
from matcha_tui.pricing.price import Price, Prices, PriceSource, PriceTable, Tier
from matcha_tui.selection import Project
from matcha_tui.targets.azure.auth.environment import SignInMethod
from matcha_tui.targets.azure.parts import AzurePricing
from matcha_tui.targets.azure.pricing.loading import make_table, read_regions
from matcha_tui.targets.azure.pricing.sku import find_sku
from matcha_tui.targets.findings import Check, Finding, Fix, Verdict
from matcha_tui.targets.identity_part import SignedIn, Subscription, Tenant
from matcha_tui.terraform.events import Event
from tests.screens.frozen import NOTHING, FrozenSession

TENANT, OTHER = (f"{digit * 8}-1111-2222-3333-444444444444" for digit in "18")
RESEARCH, TRIAL = (f"00000000-aaaa-bbbb-cccc-00000000000{digit}" for digit in "12")
SUBSCRIPTIONS = (
    Subscription(RESEARCH, "Research", "Enabled", TENANT),
    Subscription(TRIAL, "An old trial", "Disabled", TENANT, is_usable=False),
)
TENANTS = (Tenant(TENANT, "Contoso", "contoso.com"), Tenant(OTHER, "Fabrikam", "fabrikam.com"))
NO_NETWORK = MatchaError("Azure's price list at prices.azure.com cannot be reached")
CHOSEN = {"subscription_id": RESEARCH, "tenant_id": TENANT, "location": "westeurope"}

_UNITS = {"hour": "0.096", "day": "0.17", "month": "9.6", "GB-month": "0.02", "GB": "0.08"}


def signed_in(
    source: SignInMethod = SignInMethod.AZURE_CLI, tenants: Sequence[Tenant] = TENANTS
) -> SignedIn:
    return SignedIn(
        "ada@example.com",
        source.value,
        TENANT,
        tuple(tenants),
        SUBSCRIPTIONS,
        builds=source is not SignInMethod.DEVICE_CODE,
    )


def price_table(project: Project, source: PriceSource = PriceSource.SNAPSHOT) -> PriceTable:
    """Prices of all that a stack needs in every other region, dearer from one to the next."""
    day = date(2026, 4, 1) if source is PriceSource.SNAPSHOT else date(2026, 5, 4)
    prices: dict[str, dict[str, Price]] = {}
    for item in AzurePricing().items(project.spec):
        sku = find_sku(item.sku)
        unit = sku.unit if sku else item.unit
        prices[item.sku] = {
            region.name: Price(
                item.sku,
                unit,
                (Tier(Decimal(0), Decimal(_UNITS[unit]) * (100 + number) / 100),),
                source,
                day,
            )
            for number, region in enumerate(read_regions())
            if number % 4
        }
    return make_table("USD", prices)


def check(name: str, verdict: Verdict, text: str, hint: str = "", fix: str = "") -> Check:
    fix_finding = Fix(fix, lambda: f"{fix}: done") if fix else None
    return Check(name, lambda: Finding(name, verdict, text, hint, fix_finding))


GOOD = (
    check("settings", Verdict.PASSED, "everything that is needed is set"),
    check("identity", Verdict.PASSED, "ada@example.com, in the tenant Contoso"),
    check("quota", Verdict.PASSED, "24 of 100 virtual CPUs in use, 16 more are needed"),
)
MIXED = (
    *GOOD,
    check(
        "resource providers",
        Verdict.FAILED,
        "Microsoft.ContainerService is not registered",
        "Run: az provider register --namespace Microsoft.ContainerService",
        "Register Microsoft.ContainerService",
    ),
    check("names", Verdict.UNVERIFIED, "Azure did not answer in time", "Press r to ask again."),
)


class CloudySession(FrozenSession):
    """Answers as an Azure that never changes.

    Attributes:
        sign_ins: What sign-ins come to, one after another; the last one for ever.
        codes: What sign-ins by device code come to.
        online: Whether the price list answers.
        fits: Where the machines can be had, as far as Azure tells.
    """

    fits: Mapping[str, bool | None] = MappingProxyType({})

    def __init__(
        self,
        events: Sequence[Event] = (),
        overview: Overview = NOTHING,
        *,
        settings: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(events, overview, target="azure", settings=dict(settings or {}))
        self.deployment.checked = GOOD
        self.sign_ins: list[SignedIn | MatchaError] = [signed_in()]
        self.codes: asyncio.Queue[SignedIn | MatchaError] = asyncio.Queue()
        self.online = True
        self.asked_tenants: list[str] = []

    async def sign_in(self, tenant_id: str) -> SignedIn:
        self.asked_tenants.append(tenant_id)
        found = self.sign_ins.pop(0) if len(self.sign_ins) > 1 else self.sign_ins[0]
        if isinstance(found, MatchaError):
            self.signed_in = None
            raise found
        self.signed_in = found
        return found

    async def sign_in_with_code(
        self,
        prompt: Callable[[str, str, datetime], None],
        tenant_id: str,
        is_cancelled: Callable[[], bool],
    ) -> SignedIn:
        prompt("https://microsoft.com/devicelogin", "WXYZ9876", self.now().replace(minute=14))
        found = await self.codes.get()
        if isinstance(found, MatchaError):
            raise found
        self.signed_in = found
        return found

    async def find_prices(self, *, offline: bool) -> Prices:
        project = self.drafted
        if offline or not self.online:
            self.prices = Prices(price_table(project), None if offline else NO_NETWORK)
        else:
            self.prices = Prices(price_table(project, PriceSource.LIVE), None)
        return self.prices

    async def rest(self, seconds: float) -> None:
        return None

    async def check_region(self, location: str) -> tuple[Finding, ...]:
        if self.signed_in is None:
            return ()
        fits = Verdict.FAILED if location.startswith("eastus") else Verdict.PASSED
        return (Finding("quota", fits, "96 of 100 virtual CPUs are in use, 16 more are needed"),)

    async def survey(self, names: Sequence[str]) -> AsyncGenerator[Mapping[str, bool | None], None]:
        if self.signed_in is not None:
            yield {name: self.fits[name] for name in names if name in self.fits}
