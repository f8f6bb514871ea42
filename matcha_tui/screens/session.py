"""What the wizard's user has chosen and been told so far, over one deployment."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from matcha_tui.background import in_background, on_this_loop
from matcha_tui.errors import MatchaError
from matcha_tui.foreign_code import UnknownCode
from matcha_tui.library import Deployment
from matcha_tui.pricing.estimate import Estimate
from matcha_tui.pricing.price import Prices
from matcha_tui.pricing.ranking import Region, RegionRow
from matcha_tui.screens.draft import Draft, make_config, start_draft
from matcha_tui.selection import Project
from matcha_tui.targets.base import Target
from matcha_tui.targets.findings import Finding
from matcha_tui.targets.identity_part import Identity, Prompt, SignedIn
from matcha_tui.targets.pricing_part import Pricing
from matcha_tui.targets.registry import TARGETS, explanations_of
from matcha_tui.terraform.expected_times import ExpectedTimes, read_times
from matcha_tui.terraform.folder import Run, is_live
from matcha_tui.terraform.following import EventBatch, follow_batches

_BATCH = 10  # regions that the target is asked about before the table shows them


class Session:
    """One deployment while its screens are open.

    Attributes:
        deployment: What is asked and ordered of the engine.
        draft: What the wizard's user has chosen so far.
        region_filter: What was typed to find a region.
        password: What was typed for the stack's password; empty for a generated one.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.draft = start_draft(deployment.project)
        self._signed_in: dict[str, SignedIn | None] = {}
        self._prices: dict[str, Prices | None] = {}
        self.region_filter = ""
        self.password = ""
        self._planning: asyncio.Task[Run] | None = None

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def follow(self, run: Run, most: int, poll_seconds: float) -> AsyncIterator[EventBatch]:
        """Every event of a run, at most so many at a time, with what is left behind each batch."""
        return follow_batches(run, most=most, poll_seconds=poll_seconds)

    async def expected_times(self, run: Run) -> ExpectedTimes:
        """Return how long the resources of a run should take, by what this machine has seen."""
        target, explanations = run.details.get("target", ""), explanations_of(run)
        package = explanations.package if explanations else ""
        return await in_background(lambda: read_times(os.environ, target, package))

    async def plan(self) -> Run:
        """Save the draft and start finding out what a provision would do."""
        await self.drop_plan()
        # A screen that is closed meanwhile must not leave a run that nobody knows of.
        self._planning = asyncio.create_task(self._start_plan())
        return await asyncio.shield(self._planning)

    async def unknown_code(self) -> UnknownCode:
        """Return what a plan of the draft would run that the user has not agreed to."""
        return await self.deployment.unknown_code(self.drafted.config)

    async def drop_plan(self) -> None:
        """End the plan that is still being made, and wait until it has let go of the project."""
        planning = self._planning
        if planning is None:
            return
        with contextlib.suppress(MatchaError):  # whoever asked for the plan was told
            run = await asyncio.shield(planning)
            if is_live(run):
                await self.deployment.cancel(run)
                async for _batch in self.deployment.follow(run):
                    pass
        if self._planning is planning:
            self._planning = None

    @property
    def deployed_on(self) -> Target:
        """Where the stack is deployed, whatever ``matcha.toml`` says by now."""
        return self.deployment.overview.target or self.deployment.project.target

    @property
    def is_live_change(self) -> bool:
        """Whether other modules are chosen than what is deployed where it is to be built."""
        overview = self.deployment.overview
        return (
            overview.deployed is not None
            and self.deployed_on is self.target
            and overview.deployed.modules != self.draft.stack.modules
        )

    def start_over(self) -> None:
        """Forget the draft; begin from what is on disk."""
        self.draft = start_draft(self.deployment.project)
        self.region_filter = self.password = ""

    @property
    def drafted(self) -> Project:
        """The project as it would be with what is chosen so far."""
        return self.drafted_with(self.draft)

    @property
    def target(self) -> Target:
        """Where it is to be built, as chosen so far."""
        return TARGETS[self.draft.target]

    @property
    def pricing(self) -> Pricing:
        """What the target costs; only where it costs anything."""
        pricing = self.target.pricing
        if pricing is None:
            raise MatchaError(f"on {self.target.title} there is nothing to pay")
        return pricing

    @property
    def identity(self) -> Identity:
        """Who builds on the target; only where somebody has to be signed in."""
        identity = self.target.identity
        if identity is None:
            raise MatchaError(f"on {self.target.title} nobody has to sign in")
        return identity

    @property
    def signed_in(self) -> SignedIn | None:
        """Who is signed in to the target, once somebody was."""
        return self._signed_in.get(self.draft.target)

    @signed_in.setter
    def signed_in(self, found: SignedIn | None) -> None:
        self._signed_in[self.draft.target] = found

    @property
    def prices(self) -> Prices | None:
        """What things cost on the target, once that was asked for."""
        return self._prices.get(self.draft.target)

    @prices.setter
    def prices(self, found: Prices | None) -> None:
        self._prices[self.draft.target] = found

    @property
    def region(self) -> str:
        """The region that is chosen; empty until one is, and where there are none."""
        pricing = self.target.pricing
        return self.draft.typed.get(pricing.region_setting, "") if pricing else ""

    @property
    def subscription(self) -> str:
        """The chosen subscription, by its name where that is known; empty until one is."""
        identity = self.target.identity
        if identity is None:
            return ""
        chosen = self.draft.typed.get(identity.subscription_setting, "")
        found = self.signed_in.subscriptions if self.signed_in else ()
        name = next((item.name for item in found if item.subscription_id == chosen), "")
        return f"{name}  {chosen}".strip()

    async def sign_in(self, tenant_id: str) -> SignedIn:
        """Sign in to the target with what is there, and look around."""
        identity = self.identity
        self.signed_in = await in_background(lambda: identity.sign_in(tenant_id))
        return self.signed_in

    async def sign_in_with_code(
        self,
        prompt: Prompt,
        tenant_id: str,
        is_cancelled: Callable[[], bool],
    ) -> SignedIn:
        """Sign in to the target on another device."""
        identity, show = self.identity, on_this_loop(prompt)
        self.signed_in = await in_background(
            lambda: identity.sign_in_with_code(show, tenant_id=tenant_id, is_cancelled=is_cancelled)
        )
        return self.signed_in

    async def find_prices(self, *, offline: bool) -> Prices:
        """Get the prices of what is chosen."""
        pricing, spec = self.pricing, self.drafted.spec
        self.prices = await in_background(lambda: pricing.load(spec, offline=offline))
        return self.prices

    def cost(self, project: Project, location: str = "") -> Estimate | None:
        """Return what a project costs; ``None`` if nothing has a price, or none is known yet."""
        pricing = self.target.pricing
        if self.prices is None or pricing is None or project.target is not self.target:
            return None
        return pricing.estimate(project.spec, self.prices, location)

    def regions(self) -> tuple[RegionRow, ...]:
        """Return every region with what the chosen stack costs there."""
        if self.prices is None:
            return ()
        return self.pricing.rank(self.drafted.spec, self.prices)

    @property
    def priced_region(self) -> Region | None:
        """The region that is chosen; until one is, the one that is recommended."""
        rows, region = self.regions(), self.region
        chosen = [row for row in rows if row.region.name == region]
        return next((row.region for row in chosen or rows if chosen or row.recommended), None)

    async def rest(self, seconds: float) -> None:
        """Wait until the user has made up their mind."""
        await asyncio.sleep(seconds)

    async def check_region(self, location: str) -> tuple[Finding, ...]:
        """Make the target's checks of a region, such as whether it has the machines.

        Returns:
            What was found; nothing when nobody is signed in.
        """
        if self.target.identity is not None and self.signed_in is None:
            return ()
        draft = self.draft.with_typed(self.pricing.region_setting, location)
        checks = await self.deployment.checks(self.drafted_with(draft).config)
        return await self.deployment.run_checks(
            [check for check in checks if check.depends_on_region]
        )

    async def survey(self, names: Sequence[str]) -> AsyncGenerator[Mapping[str, bool | None], None]:
        """Ask the target in which regions the machines can be had."""
        if self.signed_in is None or self.signed_in.survey is None:
            return
        ask = self.signed_in.survey(self.drafted.spec)
        for batch in (names[at : at + _BATCH] for at in range(0, len(names), _BATCH)):
            yield await in_background(partial(ask, batch))

    @property
    def is_unsaved(self) -> bool:
        """Whether something is chosen that ``matcha.toml`` does not say yet."""
        project = self.deployment.project
        begun = self.drafted_with(start_draft(project))
        return bool(self.draft.stack.modules) and self.drafted.config != begun.config

    async def keep_draft(self) -> None:
        """Write to ``matcha.toml`` what is chosen so far.

        Raises:
            MatchaError: If it cannot be written, or what is deployed contradicts it.
        """
        await self.deployment.save(self.drafted.config, live=self.is_live_change)

    async def _start_plan(self) -> Run:
        await in_background(self.deployment.open)  # a provision has written to it, or the user
        await self.keep_draft()
        if self.password:
            await self.deployment.set_password(self.password)
        return await self.deployment.start_plan()

    def drafted_with(self, draft: Draft) -> Project:
        """Return the project as it would be with another draft."""
        project = self.deployment.project
        return replace(project, config=make_config(project, draft))
