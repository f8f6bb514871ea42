"""Stopping and starting what is deployed, without changing it."""

from collections.abc import Callable, Sequence

from matcha_tui.deployed import deployed_spec, deployed_target, require_deployment
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.foreign_code import require_own_folder
from matcha_tui.project.lock import hold_lock
from matcha_tui.selection import Project
from matcha_tui.targets.parts import Control

_Tell = Callable[[str], None]


def stop_components(project: Project, flavors: Sequence[str], tell: _Tell) -> None:
    """Stop components; they stay stopped until somebody starts them.

    Args:
        project: Whose deployment.
        flavors: Which; empty for all.
        tell: Called with what is done, a line at a time.

    Raises:
        MatchaError: If nothing is deployed, the project is locked, or one cannot be stopped.
    """
    control = _control(project)
    with hold_lock(project.workspace, "stop"):
        control.stop(deployed_spec(project), flavors, tell)


def start_components(
    project: Project, flavors: Sequence[str], tell: _Tell, *, unless_stopped: bool = False
) -> None:
    """Start components, and wait until they are healthy; what runs is left alone.

    Args:
        project: Whose deployment.
        flavors: Which; empty for all.
        tell: Called with what is done, a line at a time.
        unless_stopped: Whether to leave alone what `stop_components` has stopped.

    Raises:
        MatchaError: If nothing is deployed, the project is locked, or one does not start.
    """
    control = _control(project)
    require_own_folder(project.workspace)
    with hold_lock(project.workspace, "start"):
        control.start(deployed_spec(project), flavors, tell, unless_stopped=unless_stopped)


def restart_components(project: Project, flavors: Sequence[str], tell: _Tell) -> None:
    """Stop components and start them again."""
    control = _control(project)
    require_own_folder(project.workspace)
    with hold_lock(project.workspace, "restart"):
        control.stop(deployed_spec(project), flavors, tell)
        control.start(deployed_spec(project), flavors, tell)


def _control(project: Project) -> Control:
    require_deployment(project)
    target = deployed_target(project)
    if target.control is None:
        raise MatchaError(
            f"on {target.title} a stack cannot be stopped for a while",
            hint="`matcha destroy` takes it down.",
            exit_code=ExitCode.REFUSED,
        )
    return target.control
