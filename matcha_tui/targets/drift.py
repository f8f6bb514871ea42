"""What differs from what was deployed, and the step of a run that learns it from a plan.

``python -m matcha_tui.targets.drift RUN_DIR LAYER PLAN ENGINE ...`` reads a plan that was made in
the root that is deployed, and leaves with the run what was changed since; no value that Terraform
calls sensitive is among it.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matcha_tui.system.files import write_atomically
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.planned import show_plan
from matcha_tui.terraform.worker_events import error_line

_PROGRAM = (sys.executable, "-P", "-m", "matcha_tui.targets.drift")
_NO_OP = ["no-op"]
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is not as it was deployed.

    Attributes:
        where: Of which component, or the address of which resource.
        text: What is so, without a full stop.
        who: Who has changed it and when; empty where that is not known.
        is_put_right: Whether a provision puts it right.
        resource_id: By which the target knows the resource; empty for none.
    """

    where: str
    text: str
    who: str = ""
    is_put_right: bool = True
    resource_id: str = ""


def drift_command(engine: Engine, run: Path, layer: str, plan: Path) -> tuple[str, ...]:
    """Return the command of the step that reads a plan."""
    return (*_PROGRAM, str(run), layer, str(plan), *engine.command)


def read_deviations(run: Path, layer: str) -> tuple[Deviation, ...]:
    """Return what the step has left with a run; nothing if it was not done."""
    path = _file(run, layer)
    if not path.exists():
        return ()
    return tuple(Deviation(**item) for item in json.loads(path.read_bytes()))


def main(arguments: Sequence[str]) -> int:
    """Read one plan.

    Returns:
        0, or the engine's exit code if it cannot read the plan.
    """
    run, layer, plan, *engine = arguments
    shown = show_plan(engine, plan)
    if shown.returncode != 0:
        said = shown.stderr.decode(errors="replace")
        sys.stdout.buffer.write(error_line("the plan cannot be read", said))
        sys.stdout.buffer.flush()
        return shown.returncode
    found = [asdict(item) for item in find_drift(json.loads(shown.stdout))]
    write_atomically(_file(Path(run), layer), json.dumps(found))
    return 0


def find_drift(plan: Mapping[str, Any]) -> Iterator[Deviation]:
    """Yield what a plan has found changed, as ``terraform show -json`` says it.

    What changes by itself and is not part of the configuration is no deviation: nothing is
    planned about it.
    """
    changes = plan.get("resource_changes", ())
    undone = {item["address"] for item in changes if item["change"]["actions"] != _NO_OP}
    for item in plan.get("resource_drift", ()):
        change, address = item["change"], item["address"]
        if change["actions"] == ["delete"]:
            text = "it was deleted"
        elif address in undone:
            text = ", ".join(_changed(change)) or "it was changed"
        else:
            continue
        before = change.get("before") or {}
        known_by = str(before.get("id") or "")
        yield Deviation(address, text, is_put_right=address in undone, resource_id=known_by)


def _changed(change: Mapping[str, Any]) -> Iterator[str]:
    """Yield each attribute that differs, with its values unless they are secret or long."""
    before, after = change.get("before") or {}, change.get("after") or {}
    secret = _secret(change, "before_sensitive") | _secret(change, "after_sensitive")
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        pair = f"{json.dumps(old)} -> {json.dumps(new)}"
        is_told = name not in secret and len(pair) <= _LONGEST
        yield f"{name}: {pair}" if is_told else f"{name} was changed"


def _secret(change: Mapping[str, Any], key: str) -> set[str]:
    marks = change.get(key)
    return {name for name, mark in marks.items() if mark} if isinstance(marks, Mapping) else set()


def _file(run: Path, layer: str) -> Path:
    return run / f"drift.{layer}.json"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
