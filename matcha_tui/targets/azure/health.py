"""Asks every component that was built on Azure how it is, side by side."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from matcha_tui.health_state import HealthState
from matcha_tui.project.state import read_resources
from matcha_tui.stack.flavor import Flavor
from matcha_tui.system.probe import Question, find_problem
from matcha_tui.targets.azure.definition import parse_azure_definition
from matcha_tui.targets.base import ComponentHealth, StackSpec

_SECONDS = 5.0
_NOT_BUILT = "it was never built"
_STOPPED = "The cluster was stopped; `matcha start` starts it."
_NO_SERVER = "it was built; there is no server to ask"


def find_health(spec: StackSpec) -> tuple[ComponentHealth, ...]:
    """Ask every component of a deployed stack, in its order."""
    given = read_resources(spec.workspace.state_file) or {}
    if not spec.flavors:
        return ()
    with ThreadPoolExecutor(max_workers=len(spec.flavors)) as executor:
        is_stopped = spec.workspace.stopped_file.exists()
        asked = executor.map(lambda flavor: _health(flavor, given, is_stopped), spec.flavors)
        return tuple(asked)


def _health(
    flavor: Flavor, given: Mapping[str, Mapping[str, str]], is_stopped: bool
) -> ComponentHealth:
    properties = dict(given.get(flavor.resource, {}))
    if not properties:
        return ComponentHealth(flavor.name, HealthState.DOWN, _NOT_BUILT, "")
    check = parse_azure_definition(flavor.definition).health
    url = check.filled(properties) if check else None
    if check is None or url is None:
        return ComponentHealth(flavor.name, HealthState.HEALTHY, _NO_SERVER, "")
    credentials = None
    if check.username and check.password:
        credentials = properties[check.username], properties[check.password]
    question = Question(url, check.expect, _SECONDS, credentials, through_proxy=True)
    problem = find_problem(question)
    if problem and is_stopped:
        return ComponentHealth(flavor.name, HealthState.STOPPED, _STOPPED, check.page(properties))
    state = HealthState.UNHEALTHY if problem else HealthState.HEALTHY
    return ComponentHealth(flavor.name, state, problem or "", check.page(properties))
