"""A session whose answers are frozen values: for what is about looks, not about Terraform."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed import Leftovers
from matcha_tui.deployment import Consent
from matcha_tui.errors import MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.library import Deployment
from matcha_tui.overview import Overview, Resource
from matcha_tui.project.config import Config
from matcha_tui.project.history import LastRun, RunRecord
from matcha_tui.project.workspace import Workspace
from matcha_tui.screens.session import Session
from matcha_tui.selection import Project
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.stack import preset_stack
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.drift import Deviation
from matcha_tui.targets.findings import Check
from matcha_tui.targets.parts import ModelInput, ServedModel
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.events import Event, RunState
from matcha_tui.terraform.expected_times import ExpectedTimes, read_table
from matcha_tui.terraform.folder import Run, Step
from matcha_tui.terraform.following import EventBatch
from matcha_tui.terraform.planned import PlannedResource

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FOLDER = Path("/home/ada/iris-demo")
NOTHING = Overview()

RESOURCES = (
    Resource("cloud", "location", "local"),
    Resource("experiment-tracker", "tracking-url", "http://127.0.0.1:5000"),
    Resource("pipeline", "server-password", "correct-horse", secret=True, help="The password."),
    Resource("pipeline", "server-url", "http://127.0.0.1:8237", help="Where to log in."),
    Resource("pipeline", "server-username", "admin", secret=True, help="The name."),
    Resource("model-deployer", "base-url", "127.0.0.1:8080"),
)


def healthy(flavor: str, port: int | None = None) -> ComponentHealth:
    url = f"http://127.0.0.1:{port}" if port else ""
    return ComponentHealth(flavor, HealthState.HEALTHY, "", url)


HEALTH = {
    "orchestrator": healthy("zenml", 8237),
    "experiment_tracker": healthy("mlflow", 5000),
    "data_version_control": healthy("dvc"),
    "deployer": ComponentHealth(
        "seldon", HealthState.DOWN, "it stopped with exit code 1", "http://127.0.0.1:8080"
    ),
}


def make_run(kind: str, steps: Sequence[str] = ("apply", "record")) -> Run:
    return Run(
        directory=FOLDER / ".matcha/runs" / kind,
        id=kind,
        kind=kind,
        engine="terraform 1.11.4 (/usr/bin/terraform)",
        steps=tuple(Step(name, "services", (name,), FOLDER) for name in steps),
        created=NOON,
        expected_seconds=25.0,
        details={"stack": "default", "target": "local"},
    )


IRIS = ServedModel(
    "iris",
    "models:/iris/1",
    "http://127.0.0.1:8080/v2/models/iris/infer",
    "READY",
    inputs=(ModelInput("petal length (cm)", "FP64", (-1, 1)),),
)


class FrozenDeployment(Deployment):
    """Answers without files and without Terraform.

    Attributes:
        events: Those of every run.
        answer: What is true of the project.
        asked: What was ordered.
        checked: What is checked before a provision.
        attributes: What its plans say of each resource.
        proven: What can be tried of what is deployed.
        started_by: What starts it at login.
        deviating: What is not as it was deployed.
    """

    def __init__(self, project: Project, events: Sequence[Event], answer: Overview) -> None:
        super().__init__(project.workspace.project)
        self.frozen = project
        self.events = tuple(events)
        self.answer = answer
        self.asked: list[str] = []
        self.checked: tuple[Check, ...] = ()
        self.served: tuple[ServedModel, ...] = ()
        self.well = HEALTH
        self.started_by: Path | None = None
        self.deviating: tuple[Deviation, ...] = ()
        self.proven: tuple[Check, ...] = ()
        self.attributes: tuple[PlannedResource, ...] = ()

    def open(self) -> Project:
        return self.frozen

    async def engine(self) -> Engine:
        return Engine("terraform", "1.11.4", ("/usr/bin/terraform",))

    async def refresh(self) -> Overview:
        self.overview = self.answer
        return self.answer

    async def health(self) -> dict[str, ComponentHealth]:
        return self.well

    async def follow_log(self, flavor: str, lines: int) -> AsyncIterator[list[str]]:
        if flavor == "dvc":
            raise MatchaError("dvc has no log: it was not started, or is no server")
        yield [f"{flavor} is listening", f"{flavor}: GET / 200"]

    async def runs(self) -> tuple[RunRecord, ...]:
        return self.answer.runs

    async def deviations(self) -> tuple[Deviation, ...]:
        return self.deviating

    async def compare(self) -> tuple[Deviation, ...]:
        self.asked.append("compare")
        return self.deviating

    async def stop(self, flavors: Sequence[str] = ()) -> None:
        self.asked.append("stop")
        self.well = {
            name: replace(one, state=HealthState.STOPPED) if one.url else one
            for name, one in self.well.items()
        }

    async def start(self, flavors: Sequence[str] = ()) -> None:
        self.asked.append("start")
        self.well = HEALTH

    async def list_resources(self) -> tuple[Resource, ...]:
        return RESOURCES

    async def leftovers(self) -> Leftovers:
        return Leftovers(
            (".matcha/services/mlflow: 12 MB of data",),
            ("/home/ada/.local/share/matcha-tui/dvc/iris-demo-3f2a9c1b: 1 MB of data",),
        )

    async def snippets(self) -> dict[str, dict[str, str]]:
        return {"experiment-tracker": {"python": "import mlflow\n", "shell": "curl tea\n"}}

    async def save(self, config: Config, *, live: bool = False) -> None:
        self.asked.append("save, live" if live else "save")

    async def reset(self) -> None:
        self.asked.append("reset")
        self.answer = replace(self.answer, pending=(), going={})

    async def autostart(self) -> Path | None:
        return self.started_by

    async def set_autostart(self, enabled: bool) -> None:
        self.asked.append(f"autostart {enabled}")
        self.started_by = FOLDER / "unit" if enabled else None

    async def proofs(self, tell: Callable[[str], None] = print) -> tuple[Check, ...]:
        if not self.proven:
            raise MatchaError("the packages cannot be installed", hint="Try it again.")
        return self.proven

    async def models(self) -> tuple[ServedModel, ...]:
        return self.served

    async def deploy_model(self, source: str, name: str | None = None) -> ServedModel:
        self.asked.append(f"deploy {source} as {name}")
        if "broken" in source:
            raise MatchaError(f"MLServer cannot load {source}: no such model")
        model = replace(IRIS, source=source, name=name or "iris")
        self.served = (*self.served, model)
        return model

    async def remove_model(self, name: str) -> None:
        self.asked.append(f"remove {name}")
        self.served = ()

    async def planned(self, run: Run) -> tuple[PlannedResource, ...]:
        return self.attributes

    async def checks(self, config: Config | None = None) -> tuple[Check, ...]:
        return self.checked

    async def start_provision(self, consent: Consent | None = None) -> Run:
        imports = consent is not None and consent.import_existing
        self.asked.append("provision, importing" if imports else "provision")
        return make_run("provision")

    async def start_destroy(self, data: DataChoice = DataChoice.KEEP_LASTING) -> Run:
        self.asked.append(f"destroy, data: {data}")
        return make_run("destroy", ("init", "plan", "destroy", "forget"))

    async def cancel(self, run: Run) -> bool:
        self.asked.append("cancel")
        return True

    async def force(self, run: Run) -> bool:
        self.asked.append("force")
        return True

    async def follow(self, run: Run) -> AsyncIterator[tuple[Event, ...]]:
        yield self.events


class FrozenSession(Session):
    """A session without a clock, over a frozen deployment.

    Attributes:
        answers: What makes its deployment.
    """

    deployment: FrozenDeployment
    answers = FrozenDeployment

    def __init__(
        self,
        events: Sequence[Event] = (),
        overview: Overview = NOTHING,
        *,
        seconds_later: float = 12,
        **config: Any,
    ) -> None:
        catalog = load_catalog()
        wanted = Config(stack=preset_stack(catalog, "default"), **config)
        project = Project(Workspace(FOLDER), catalog, wanted)
        super().__init__(self.answers(project, events, overview))
        self.later = NOON + timedelta(seconds=seconds_later)

    def now(self) -> datetime:
        return self.later

    async def follow(self, run: Run, most: int, poll_seconds: float) -> AsyncIterator[EventBatch]:
        async for events in self.deployment.follow(run):
            yield EventBatch(events)

    async def expected_times(self, run: Run) -> ExpectedTimes:
        return ExpectedTimes(table=read_table("matcha_tui.targets.local"))

    async def plan(self) -> Run:
        return make_run("plan", ("init", "plan"))

    async def drop_plan(self) -> None:
        return None


def deployed(last: LastRun | None = None, live: Run | None = None) -> Overview:
    stack = preset_stack(load_catalog(), "default")
    done = LastRun("provision", RunState.DONE, NOON - timedelta(minutes=3), 24.0)
    return Overview(deployed=stack, live=live, last=last or done)
