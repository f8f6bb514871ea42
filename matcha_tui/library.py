"""The asynchronous face: the same engine for screens, programs and notebooks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from matcha_tui import choosing, deployment, preflight, reviewed_plan
from matcha_tui.background import in_background, on_this_loop
from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed_stack import DeployedStack
from matcha_tui.deployment import Consent
from matcha_tui.foreign_code import UnknownCode, agree, find_unknown
from matcha_tui.project.config import Config
from matcha_tui.selection import Project
from matcha_tui.targets.findings import Check, Finding, Fix
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.cancel import force_cancel, request_cancel
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.events import Event
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import follow, follow_progress, initial_progress
from matcha_tui.terraform.outcome import check_outcome
from matcha_tui.terraform.planned import PlannedResource
from matcha_tui.terraform.progress import RunProgress


class Deployment(DeployedStack):
    """The stack of one project folder, as ``matcha`` finds it when called there.

    `plan`, `provision` and `destroy` are asynchronous iterators: each yields where its
    run stands after every batch of events, and at last how it ended. A run is a process
    of its own: whoever stops iterating stops watching, and not the run. All that takes
    time is a coroutine, done off the event loop; each reads the project anew.

        deployment = Deployment("my-project")
        async for progress in deployment.provision():
            print(progress.finished_resources, "of", len(progress.resources))
        print((await deployment.resources())["experiment-tracker"]["tracking-url"])

    Attributes:
        overview: What was true when somebody last looked.
    """

    def plan(self) -> AsyncIterator[RunProgress]:
        """Find out what a provision would do, and change nothing.

        Yields:
            Where the plan stands; the last one's ``resources`` and ``planned`` say what
            would be done.

        Raises:
            MatchaError: If it cannot be started, or fails.
        """
        return _watch("The plan", self.start_plan)

    def provision(self) -> AsyncIterator[RunProgress]:
        """Build the stack, or repair it; may be repeated at any time.

        Yields:
            Where it stands.

        Raises:
            MatchaError: If something that it needs is missing, if it cannot be
                started, fails or is cancelled.
        """
        return _watch("The provision", self._start_after_preflight)

    def destroy(self, data: DataChoice = DataChoice.KEEP_LASTING) -> AsyncIterator[RunProgress]:
        """Take everything down again.

        Args:
            data: What becomes of the data.

        Yields:
            Where it stands.

        Raises:
            MatchaError: If nothing is deployed, if it cannot be started, fails or is
                cancelled.
        """
        return _watch("The destroy", lambda: self.start_destroy(data))

    async def start_plan(self) -> Run:
        """Start a plan, and do not wait for it.

        Raises:
            MatchaError: If the stack cannot be built, or the project is locked.
        """
        return await self._start(deployment.plan)

    async def describe_previews(self, planned: RunProgress) -> str:
        """Return which layers a plan only previews; empty when it is done just as planned.

        Args:
            planned: Where the finished plan run stands.

        Raises:
            MatchaError: If the record or a state cannot be read.
        """
        return await self.ask(lambda project: reviewed_plan.describe_previews(project, planned))

    async def planned(self, run: Run) -> tuple[PlannedResource, ...]:
        """Return what a finished plan would do, attribute by attribute; no secret is among it.

        Args:
            run: The plan run.

        Raises:
            MatchaError: If the plan cannot be read any more.
        """
        engine = await self.engine()
        return await in_background(lambda: reviewed_plan.read_planned(run, engine))

    async def start_provision(self, consent: Consent | None = None) -> Run:
        """Start a provision without its preflight checks, and do not wait for it.

        Args:
            consent: What the user has agreed to; by default, to what destroys nothing unseen.

        Raises:
            MatchaError: If the stack cannot be built, what was reviewed is out of date,
                or the project is locked.
        """
        return await self._start(
            lambda project, engine: deployment.provision(project, engine, consent or Consent())
        )

    async def start_destroy(self, data: DataChoice = DataChoice.KEEP_LASTING) -> Run:
        """Start a destroy, and do not wait for it.

        Args:
            data: What becomes of the data.

        Raises:
            MatchaError: If nothing is deployed, or the project is locked.
        """
        return await self._start(lambda project, engine: deployment.destroy(project, engine, data))

    async def unknown_code(self, config: Config | None = None) -> UnknownCode:
        """Return what a run would execute that the user has not agreed to on this machine.

        Args:
            config: What would be built; by default what ``matcha.toml`` says.

        Raises:
            MatchaError: If a module cannot be agreed to.
        """

        def find(project: Project) -> UnknownCode:
            return find_unknown(replace(project, config=config) if config else project)

        return await self.ask(find)

    async def agree(self, unknown: UnknownCode) -> None:
        """Agree to what `unknown_code` has returned; remembered on this machine.

        Args:
            unknown: What was shown to the user.

        Raises:
            MatchaError: If that cannot be written down.
        """
        await self.ask(lambda project: agree(project, unknown))

    def follow(self, run: Run) -> AsyncIterator[tuple[Event, ...]]:
        """Every event of a run, in batches, from its first to its last.

        Args:
            run: Any run of the project, whoever started it.
        """
        return follow(run)

    async def cancel(self, run: Run) -> bool:
        """Ask a run to stop where it can.

        Returns:
            Whether nobody had asked before.

        Raises:
            MatchaError: If the request cannot be left in the run's folder.
        """
        return await in_background(lambda: request_cancel(run))

    async def force(self, run: Run) -> bool:
        """Make a run that is being cancelled stop at once.

        Returns:
            Whether it is forced by this; a run that nobody has cancelled is only cancelled.

        Raises:
            MatchaError: If the request cannot be left in the run's folder.
        """
        return await in_background(lambda: force_cancel(run))

    async def checks(self, config: Config | None = None) -> tuple[Check, ...]:
        """List what has to be true before a provision; nothing is asked yet.

        Args:
            config: What would be built; by default what ``matcha.toml`` says.

        Raises:
            MatchaError: If the stack has a module that there is not.
        """

        def listed(project: Project) -> tuple[Check, ...]:
            wanted = replace(project, config=config) if config else project
            return preflight.list_checks(wanted, self.engine_name)

        return await self.ask(listed)

    async def run_checks(
        self,
        checks: Sequence[Check],
        report: preflight.OnFinding = lambda _position, _finding: None,
    ) -> tuple[Finding, ...]:
        """Run checks, side by side.

        Args:
            checks: From `checks`.
            report: Called with what each found as soon as it has ended: its position, its finding.
        """
        tell = on_this_loop(report)
        return await in_background(lambda: preflight.run_checks(checks, tell))

    async def fix_finding(self, fix: Fix) -> str:
        """Do what can be done about a check that failed; returns what was done.

        Args:
            fix: Of the check's finding.

        Raises:
            MatchaError: If it cannot be done.
        """
        return await in_background(fix.act)

    async def save(self, config: Config, *, live: bool = False) -> None:
        """Write ``matcha.toml``.

        Args:
            config: What it is to say.
            live: Whether what is deployed is to be changed to other modules.

        Raises:
            MatchaError: If what is deployed contradicts it, a module is faulty or the
                project is locked.
        """

        def write(project: Project) -> None:
            self._project = choosing.save_config(project, config, live=live)

        await self.ask(write)

    async def set_password(self, password: str) -> None:
        """Use a password of the user's for what will be built, instead of a generated one.

        Args:
            password: For every module that takes one.

        Raises:
            MatchaError: If no module takes one, what is deployed has another one already, or
                the project is locked.
        """
        await self.ask(lambda project: choosing.set_password(project, password))

    async def reset(self) -> None:
        """Choose again what is deployed, and drop the change that was not applied yet.

        Raises:
            MatchaError: If nothing is deployed, or the project is locked.
        """

        def drop(project: Project) -> None:
            self._project = choosing.reset_stack(project)

        await self.ask(drop)

    async def _start(self, start: Callable[[Project, Engine], Run]) -> Run:
        engine = await self.engine()
        return await self.ask(lambda project: start(project, engine))

    async def _start_after_preflight(self) -> Run:
        await self.ask(_require_preflight)
        return await self.start_provision()


async def _watch(what: str, start: Callable[[], Awaitable[Run]]) -> AsyncIterator[RunProgress]:
    run = await start()
    progress = initial_progress(run)
    yield progress
    async for _events, progress in follow_progress(run):
        yield progress
    check_outcome(progress, what, explanations_of(run))


def _require_preflight(project: Project) -> None:
    deployment.check_buildable(project)
    preflight.require_preflight(project)
