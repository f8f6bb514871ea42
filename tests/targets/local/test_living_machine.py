"""Whatever is done to a stack on this machine: what is wanted, deployed and running is known.

Real Terraform starts real processes: flavors of a small catalog, whose servers are tiny.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from matcha_tui import control, deployment
from matcha_tui.choosing import change_stack, reset_stack, save_config
from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed import find_difference, health, read_decision
from matcha_tui.deployment import Consent
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.selection import Project, open_project
from matcha_tui.stack.stack import Stack, make_stack
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.folder import Run, is_live, read_result
from matcha_tui.terraform.following import read_progress
from tests.command_line import Matcha, make_environment
from tests.ports import free_port
from tests.services.tiny_project import definition_text
from tests.targets.local.tiny_catalog import write_catalog
from tests.waiting import wait_for

CATALOG = {"experiment_tracker": "one", "orchestrator": "two", "vector_database": "three"}

slots = st.sampled_from(sorted(CATALOG))


class LivingStack(RuleBasedStateMachine):
    """One project, and what ought to be so."""

    engine: ClassVar[Engine]

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(prefix="matcha-")
        self.folder = Path(self._folder.name).resolve()
        self.wanted: set[str] = {"experiment_tracker"}
        self.ports: dict[str, int] = {}
        self.deployed: set[str] = set()
        self.deployed_ports: dict[str, int] = {}
        self.stopped: set[str] = set()
        self.filled: set[str] = set()

    @property
    def project(self) -> Project:
        return open_project(self.folder)

    @initialize()
    def begin(self) -> None:
        """Build the smallest stack."""
        self.provision()

    @rule(slot=slots)
    def toggle(self, slot: str) -> None:
        """Add or remove a module, live where something is deployed."""
        wanted = self.wanted ^ {slot}
        if wanted:
            self.choose(wanted)

    @rule()
    def choose_all(self) -> None:
        self.choose(set(CATALOG))

    @rule()
    def reset(self) -> None:
        if self.deployed:
            reset_stack(self.project)
            self.wanted, self.ports = set(self.deployed), dict(self.deployed_ports)

    @rule(slot=slots)
    def change_port(self, slot: str) -> None:
        """Set a port of a wanted module."""
        if slot not in self.wanted:
            return
        before, port = self.project, free_port()
        chosen = {**before.config.settings, f"{slot}.port": port}
        save_config(before, replace(before.config, stack=before.stack, settings=chosen))
        self.ports[slot] = port

    @rule(deletes=st.booleans())
    def provision(self, deletes: bool = False) -> None:
        consent = Consent(delete_data=deletes)
        self.finish(lambda: deployment.provision(self.project, self.engine, consent))
        if deletes:
            self.filled -= self.deployed - self.wanted
        restarted = {slot for slot in self.wanted if self.ports.get(slot) != self.was_port(slot)}
        self.stopped &= self.wanted & self.deployed
        self.stopped -= restarted
        self.deployed, self.deployed_ports = set(self.wanted), dict(self.ports)
        for slot in self.deployed:
            self.precious(slot).write_text("precious")
            self.filled.add(slot)

    @rule(choice=st.sampled_from([DataChoice.KEEP, DataChoice.KEEP_LASTING]))
    def destroy(self, choice: DataChoice) -> None:
        if not self.deployed:
            return
        self.finish(lambda: deployment.destroy(self.project, self.engine, choice))
        if choice is not DataChoice.KEEP:
            self.filled.clear()
        self.deployed, self.deployed_ports, self.stopped = set(), {}, set()

    @rule(slot=slots)
    def stop(self, slot: str) -> None:
        if slot not in self.deployed:
            return
        control.stop_components(self.project, [CATALOG[slot]], lambda _line: None)
        self.stopped.add(slot)

    @rule()
    def start(self) -> None:
        if not self.deployed:
            return
        control.start_components(self.project, [], lambda _line: None)
        self.stopped.clear()

    @rule()
    def change_unasked(self) -> None:
        """Without a word about it, nothing that is deployed becomes something else."""
        if not self.deployed:
            return
        choices = (set(CATALOG), {"orchestrator"}, {"vector_database"})
        other = self.stack_of(
            next(one for one in choices if one not in (self.deployed, self.wanted))
        )
        with pytest.raises(MatchaError) as refused:
            change_stack(self.project, other)
        assert refused.value.exit_code is ExitCode.REFUSED

    @invariant()
    def everything_agrees(self) -> None:
        record = read_decision(self.project).record
        assert set(record.modules if record else ()) == self.deployed
        difference = find_difference(self.project)
        if self.deployed:
            assert set(difference.added) == self.wanted - self.deployed
            assert set(difference.going) == self.deployed - self.wanted
            both = self.wanted & self.deployed
            changed = {slot for slot in both if self.ports.get(slot) != self.was_port(slot)}
            assert set(difference.settings) == {f"{slot}.port" for slot in changed}
            states = {slot: str(found.state) for slot, found in health(self.project).items()}
            expected = {
                slot: "stopped" if slot in self.stopped else "healthy" for slot in self.deployed
            }
            assert states == expected
        running = Matcha(self.folder, {}).service_pids()
        assert set(running) == {CATALOG[slot] for slot in self.deployed - self.stopped}
        kept = {slot for slot in CATALOG if self.precious(slot).exists()}
        assert kept == self.filled

    def teardown(self) -> None:
        """Leave nothing behind."""
        Matcha(self.folder, {}).clean_up()
        self._folder.cleanup()

    def choose(self, wanted: set[str]) -> None:
        before = self.project
        changed = change_stack(before, self.stack_of(wanted), live=bool(self.deployed))
        known = {name.partition(".")[0] for name in changed.config.settings}
        self.ports = {slot: port for slot, port in self.ports.items() if slot in known}
        self.wanted = wanted

    def stack_of(self, wanted: set[str]) -> Stack:
        return make_stack(self.project.catalog, {slot: CATALOG[slot] for slot in sorted(wanted)})

    def was_port(self, slot: str) -> int | None:
        return self.deployed_ports.get(slot)

    def precious(self, slot: str) -> Path:
        return self.folder / ".matcha/services" / CATALOG[slot] / "data/precious"

    def finish(self, act: Callable[[], Run]) -> None:
        run = act()
        wait_for(lambda: not is_live(run))
        result = read_result(run)
        assert result is not None
        assert result.exit_code == 0, read_progress(run).errors


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[LivingStack]:
    """The machine, with a small catalog and an engine."""
    modules = tmp_path / "modules"
    write_catalog(modules, {pair: definition_text() for pair in CATALOG.items()})
    monkeypatch.setattr("matcha_tui.stack.catalog.find_modules_directory", lambda: modules)
    for name, value in make_environment().items():
        monkeypatch.setenv(name, value)
    LivingStack.engine = find_engine()
    return LivingStack


def holds(machine: type[LivingStack], examples: int, steps: int) -> None:
    run_machine(
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


def test_what_is_wanted_deployed_and_running_is_known(machine: type[LivingStack]):
    holds(machine, examples=1, steps=5)


@pytest.mark.slow
def test_what_is_wanted_deployed_and_running_is_known_in_many_ways(machine: type[LivingStack]):
    holds(machine, examples=12, steps=10)
