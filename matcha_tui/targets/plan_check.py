"""Refuses to apply a plan that destroys or replaces what nobody has approved.

A layer after the first can only be planned for good when those before it are built, so
nobody has seen that plan. ``python -m matcha_tui.targets.plan_check RUN_DIR LAYER PLAN
ENGINE ...`` is a step between such a plan and its apply.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from matcha_tui.errors import ExitCode
from matcha_tui.system.files import write_atomically
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.events import Action
from matcha_tui.terraform.planned import show_plan
from matcha_tui.terraform.progress import RunProgress, StepState
from matcha_tui.terraform.worker_events import error_line

CHECK_PLAN = "check plan"
"""The name of the step."""

_REFUSED = "nobody has approved what the plan would destroy"
_APPROVED = "approved.json"
_PROGRAM = (sys.executable, "-P", "-m", "matcha_tui.targets.plan_check")
_LISTED = 8
_REPAIRING = ("replace_because_tainted", "replace_by_request")
"""Why Terraform replaces what is broken; what matcha requests is `Target.repairs`."""

Approved = Mapping[str, Sequence[str]]
"""Layer to the addresses of resources that may be destroyed or replaced."""


def approved_by(reviewed: RunProgress) -> Approved:
    """Return what was seen to be destroyed or replaced by a plan that a user agreed to."""
    approved: dict[str, list[str]] = {}
    for (layer, address), resource in reviewed.resources.items():
        if resource.action in (Action.DELETE, Action.REPLACE):
            approved.setdefault(layer, []).append(address)
    return approved


def leave_approved(run: Path, approved: Approved) -> None:
    """Leave with a run what it may destroy or replace."""
    write_atomically(run / _APPROVED, json.dumps({name: list(it) for name, it in approved.items()}))


def was_refused(progress: RunProgress) -> bool:
    """Return whether a run has ended because a plan would destroy what nobody has approved."""
    return progress.exit_code == ExitCode.REFUSED and any(
        step.name == CHECK_PLAN and step.state is StepState.FAILED for step in progress.steps
    )


def plan_check_command(engine: Engine, run: Path, layer: str, plan: Path) -> tuple[str, ...]:
    """Return the command of the step that checks a plan."""
    return (*_PROGRAM, str(run), layer, str(plan), *engine.command)


def main(arguments: Sequence[str]) -> int:
    """Check one plan.

    Returns:
        0; the engine's exit code if it cannot read the plan; or that of a refusal.
    """
    run, layer, plan, *engine = arguments
    shown = show_plan(engine, plan)
    if shown.returncode != 0:
        _say("the plan cannot be read", shown.stderr.decode(errors="replace"))
        return shown.returncode
    approved = json.loads((Path(run) / _APPROVED).read_bytes()).get(layer, ())
    unseen = [address for address in find_destroyed(shown.stdout) if address not in approved]
    if not unseen:
        return 0
    listed = "\n".join([*unseen[:_LISTED], *(["…"] if len(unseen) > _LISTED else [])])
    counted = f"{len(unseen)} resource{'s' if len(unseen) > 1 else ''}"
    _say(
        f"The plan of {layer} would destroy or replace {counted}, and {_REFUSED}",
        f"Nothing of {layer} was changed.\n{listed}",
    )
    return ExitCode.REFUSED


def find_destroyed(shown: bytes) -> list[str]:
    """Return the addresses of what a plan destroys or replaces, though it is not broken.

    What a failed run left half made, and what a target found down, is only made again.
    """
    changes = json.loads(shown).get("resource_changes", ())
    return [
        item["address"]
        for item in changes
        if "delete" in item["change"]["actions"] and item.get("action_reason") not in _REPAIRING
    ]


def _say(summary: str, detail: str) -> None:
    sys.stdout.buffer.write(error_line(summary, detail))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
