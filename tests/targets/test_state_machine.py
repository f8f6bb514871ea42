"""Whatever is done to a project, what runs is known, and a destroy reaches it.

Real Terraform builds on tiny targets, whose resources are files (see `tiny`). Whole runs are
killed in the middle.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from matcha_tui import deployment
from matcha_tui.choosing import change_stack, reset_stack, save_config
from matcha_tui.deployed import read_decision
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.record import LayerState
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.stack import preset_stack
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.folder import Run, is_live, read_result
from matcha_tui.terraform.following import read_progress
from tests.command_line import make_environment
from tests.killing import kill_run
from tests.targets.tiny import built, register, running
from tests.waiting import wait_for

targets = st.sampled_from(["tiny", "other"])
stacks = st.sampled_from(["default", "llm"])
plots = st.sampled_from(["a", "b"])
sizes = st.sampled_from([8, 9])


class Projects(RuleBasedStateMachine):
    """One project, in whose world it is seen what really runs.

    A rule that has nothing to do returns at once. As a precondition, what a killed run has
    changed by chance would decide which rules Hypothesis may choose, and it reports that as flaky.
    """

    engine: ClassVar[Engine]

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.folder = Path(self._folder.name).resolve()
        self.was_planned = False  # a second one would show nothing new
        # Terraform takes a file for there that a killed destroy has removed.
        self.is_half_destroyed = False

    @initialize(place=targets, stack=stacks, killed_after=st.sampled_from([1, 0, 2, 3]))
    def begin(self, place: str, stack: str, killed_after: int) -> None:
        """Build something, whole or not."""
        self.edit(place, stack, "a", 8)
        if killed_after:
            self.provision_killed(killed_after)
        else:
            self.provision()

    @rule(place=targets, stack=stacks, plot=plots, size=sizes)
    def edit(self, place: str, stack: str, plot: str, size: int) -> None:
        """Edit ``matcha.toml`` by hand, where matcha can refuse nothing."""
        plot = f'plot = "{plot}"\n' if place == "tiny" else ""
        growing = f"[settings.vector_database]\nstorage_gb = {size}\n" if stack == "llm" else ""
        content = f'version = 1\ntarget = "{place}"\n[stack]\nname = "{stack}"\n[settings]\n'
        (self.folder / "matcha.toml").write_text(content + plot + growing)

    @rule(stack=stacks)
    def choose_stack(self, stack: str) -> None:
        before = self.project
        wanted = preset_stack(before.catalog, stack)
        self.unless_refused(lambda: change_stack(before, wanted))

    @rule(stack=stacks)
    def change_live(self, stack: str) -> None:
        """Agree to another stack, which the next provision is to make of what is there."""
        before = self.project
        wanted = preset_stack(before.catalog, stack)
        self.unless_refused(lambda: change_stack(before, wanted, live=True))

    @rule()
    def reset(self) -> None:
        """Drop what was not applied."""
        record = read_decision(self.project).record
        if record is not None and record.target == self.project.target.name:
            reset_stack(self.project)
            assert dict(self.project.stack.modules) == record.modules

    @rule(place=targets)
    def choose_target(self, place: str) -> None:
        before = self.project
        config = replace(before.config, target=place, stack=before.stack, settings={})
        self.unless_refused(lambda: save_config(before, config))

    @rule()
    def plan(self) -> None:
        if self.was_planned:
            return
        before, self.was_planned = running(self.folder), True
        run = self.start(lambda: deployment.plan(self.project, self.engine))
        if run is not None:
            self.finish(run)
        assert running(self.folder) == before

    @rule()
    def provision(self) -> None:
        run = self.start(lambda: deployment.provision(self.project, self.engine))
        if run is not None:
            self.finish(run)
            if self.is_half_destroyed:
                assert running(self.folder) <= self.wanted()
            else:
                assert running(self.folder) == self.wanted()
            assert read_decision(self.project).state is LayerState.WHOLE

    @rule(changes=st.integers(1, 3))
    def provision_killed(self, changes: int) -> None:
        self.kill(lambda: deployment.provision(self.project, self.engine), changes)

    @rule()
    def destroy(self) -> None:
        if not running(self.folder):
            return
        run = self.start(lambda: deployment.destroy(self.project, self.engine))
        assert run is not None, "what runs cannot be destroyed"
        self.finish(run)
        self.is_half_destroyed = False
        assert running(self.folder) == frozenset()
        assert not read_decision(self.project).is_deployed

    @rule(changes=st.integers(1, 3))
    def destroy_killed(self, changes: int) -> None:
        if not running(self.folder):
            return
        self.is_half_destroyed = True
        self.kill(lambda: deployment.destroy(self.project, self.engine), changes)

    @invariant()
    def what_runs_is_known(self) -> None:
        if running(self.folder):
            assert read_decision(self.project).is_deployed

    def teardown(self) -> None:
        """Destroy what runs at the end; what is left would stay for ever."""
        try:
            self.destroy()
        finally:
            self._folder.cleanup()

    @property
    def project(self) -> Project:
        return open_project(self.folder)

    def wanted(self) -> frozenset[str]:
        config = self.project.config
        modules = [name for name, _ in self.project.stack.modules]
        return built(config.target, modules, str(config.settings.get("plot", "a")))

    def unless_refused(self, act: Callable[[], object]) -> None:
        """Do what may be refused because something is deployed, and because of that alone."""
        before = (self.folder / "matcha.toml").read_text()
        try:
            act()
        except MatchaError as error:
            assert error.exit_code is ExitCode.REFUSED
            assert read_decision(self.project).is_deployed
            assert (self.folder / "matcha.toml").read_text() == before

    def start(self, act: Callable[[], Run]) -> Run | None:
        """Start a run; nothing changes if it is refused."""
        before = running(self.folder)
        try:
            return act()
        except MatchaError as error:
            assert error.exit_code is ExitCode.REFUSED
            assert read_decision(self.project).is_deployed
            assert running(self.folder) == before
            return None

    def finish(self, run: Run) -> None:
        """Wait until a run has ended, which has to end well."""
        wait_for(lambda: not is_live(run))
        result = read_result(run)
        assert result is not None
        assert result.exit_code == 0, read_progress(run).errors

    def kill(self, act: Callable[[], Run], changes: int) -> None:
        """Kill a run whole once it has changed so much of the world, if it lives so long."""
        seen = [running(self.folder)]
        run = self.start(act)
        if run is None:
            return

        def has_changed() -> bool:
            now = running(self.folder)
            if now != seen[-1]:
                seen.append(now)
            return len(seen) > changes or not is_live(run)

        wait_for(has_changed)
        kill_run(self.folder)
        wait_for(lambda: not is_live(run))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Projects]:
    """The machine, with targets and an engine to drive."""
    register(monkeypatch, tmp_path / "modules")
    for name, value in make_environment().items():
        monkeypatch.setenv(name, value)
    Projects.engine = find_engine()
    return Projects


def holds(machine: type[Projects], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_what_runs_is_always_known_and_reached(machine: type[Projects]):
    holds(machine, examples=2, steps=3)


@pytest.mark.slow
def test_what_runs_is_always_known_and_reached_in_many_ways(machine: type[Projects]):
    holds(machine, examples=25, steps=10)
