"""The project in front of the user: all that the screens ask and order, off the event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from matcha_tui import deployment, selection
from matcha_tui.errors import MatchaError
from matcha_tui.project.history import LastRun, last_change
from matcha_tui.screens.draft import make_config, start_draft
from matcha_tui.selection import Project
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.terraform.cancelling import force_cancel, request_cancel
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.event_kinds import Event
from matcha_tui.terraform.folder import Run, is_live
from matcha_tui.terraform.following import follow


@dataclass(frozen=True, slots=True)
class Overview:
    """What is true of the project right now.

    Attributes:
        deployed: The stack that was built, or ``None``.
        live: The run that is under way, or ``None``.
        last: The last run that changed anything, or ``None``.
    """

    deployed: Stack | None = None
    live: Run | None = None
    last: LastRun | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One value that the deployed stack gives.

    Attributes:
        name: ``experiment-tracker``.
        property: ``tracking-url``.
        value: What it is, in clear.
        secret: Whether it is masked until somebody asks for it.
        help: What it is for.
    """

    name: str
    property: str
    value: str
    secret: bool = False
    help: str = ""


class Session:
    """One project while its screens are open.

    Attributes:
        project: As it is on disk.
        draft: What the wizard's user has chosen so far.
        overview: What was true when it was last looked at.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.draft = start_draft(project)
        self.overview = Overview()
        self._engine: Engine | None = None
        self._planning: asyncio.Task[Run] | None = None

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    async def engine(self) -> Engine:
        """Return what runs Terraform; looked for once."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(find_engine)
        return self._engine

    async def look(self) -> Overview:
        """Look at what is deployed, what is running and what happened last."""
        self.overview = await asyncio.to_thread(_overview, self.project)
        return self.overview

    async def health(self) -> dict[str, ComponentHealth]:
        """Ask every deployed component how it is."""
        return await asyncio.to_thread(deployment.health, self.project)

    async def resources(self) -> tuple[Resource, ...]:
        """Return all that the deployed stack gives."""
        return await asyncio.to_thread(_resources, self.project)

    async def leftovers(self) -> tuple[str, ...]:
        """Return what a destroy deletes or keeps besides Terraform's resources."""
        return await asyncio.to_thread(
            self.project.target.leftovers, selection.built_intent(self.project)
        )

    async def plan(self) -> Run:
        """Save the draft and start finding out what a provision would do."""
        await self.drop_plan()
        # A screen that is closed meanwhile must not leave a run that nobody knows of.
        self._planning = asyncio.create_task(self._start_plan())
        return await asyncio.shield(self._planning)

    async def drop_plan(self) -> None:
        """End the plan that is still being made, and wait until it has let go of the project."""
        planning = self._planning
        if planning is None:
            return
        with contextlib.suppress(MatchaError):  # whoever asked for the plan was told
            run = await asyncio.shield(planning)
            if is_live(run):
                await asyncio.to_thread(request_cancel, run)
                async for _batch in follow(run):
                    pass
        if self._planning is planning:
            self._planning = None

    async def provision(self, reviewed: Run | None = None) -> Run:
        """Start building the stack.

        Args:
            reviewed: The plan that was shown to the user.
        """
        engine = await self.engine()
        return await asyncio.to_thread(deployment.provision, self.project, engine, reviewed)

    async def destroy(self, keep_data: bool) -> Run:
        """Start taking everything down."""
        engine = await self.engine()
        return await asyncio.to_thread(
            deployment.destroy, self.project, engine, keep_data=keep_data
        )

    def follow(self, run: Run) -> AsyncIterator[tuple[Event, ...]]:
        """Every event of a run, in batches, from its first to its last."""
        return follow(run)

    async def cancel(self, run: Run) -> None:
        """Ask a run to stop where it can."""
        await asyncio.to_thread(request_cancel, run)

    async def force(self, run: Run) -> None:
        """Make a run stop at once."""
        await asyncio.to_thread(force_cancel, run)

    def start_over(self) -> None:
        """Forget the draft; begin from what is on disk."""
        self.draft = start_draft(self.project)

    async def _start_plan(self) -> Run:
        config = make_config(self.project, self.draft)
        self.project = await asyncio.to_thread(selection.save_config, self.project, config)
        engine = await self.engine()
        return await asyncio.to_thread(deployment.plan, self.project, engine)


def _overview(project: Project) -> Overview:
    live = deployment.live_run(project)
    last = last_change(project.workspace, ended_before=live)
    return Overview(deployed=selection.deployed_stack(project), live=live, last=last)


def _resources(project: Project) -> tuple[Resource, ...]:
    secrets = deployment.secret_properties(project)
    helps = {
        (flavor.resource, item.name): item.help
        for flavor in project.catalog.flavors
        for item in flavor.properties
    }
    return tuple(
        Resource(name, key, value, (name, key) in secrets, helps.get((name, key), ""))
        for name, properties in deployment.resources(project).items()
        for key, value in properties.items()
    )
