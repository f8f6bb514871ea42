"""Refuses to run modules of others that have changed since the user agreed to them.

``python -m matcha_tui.targets.module_guard DIGEST`` is a step of a run, in a layer's folder,
before Terraform plans there or applies what it has planned.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.composition import modules_digest
from matcha_tui.terraform.validation import module_folders
from matcha_tui.terraform.worker_events import error_line

CHECK_MODULES = "check modules"
"""The name of the step."""

_PROGRAM = (sys.executable, "-P", "-m", "matcha_tui.targets.module_guard")


def module_guard_command(digest: str) -> tuple[str, ...]:
    """Return the command of the step, given what `modules_digest` was when it was agreed to."""
    return (*_PROGRAM, digest)


def main(arguments: Sequence[str], root: Path | None = None) -> int:
    """Compare the modules of one layer.

    Returns:
        0, or the exit code of a refusal.
    """
    root = (root or Path.cwd()).resolve()
    try:
        refuse_changed(root, arguments[0])
    except MatchaError as error:
        sys.stdout.buffer.write(error_line(error.message, error.hint or ""))
        sys.stdout.buffer.flush()
        return error.exit_code
    return 0


def refuse_changed(root: Path, digest: str) -> None:
    """Refuse modules that are other ones than what was agreed to, or that lie elsewhere.

    Raises:
        MatchaError: Saying which.
    """
    if modules_digest(root) != digest:
        raise MatchaError(
            "the modules have changed since you agreed to them, and nothing of them was run",
            hint="Run the command again: it asks about what is there now.",
            exit_code=ExitCode.REFUSED,
        )
    places = (root / "modules", root / ".terraform/modules")
    for name, folder in module_folders(root).items():
        if folder != root and not any(folder.is_relative_to(place) for place in places):
            raise MatchaError(
                f"the module {name} is taken from {folder}, outside of what you agreed to",
                hint="Put it into the flavor's own folder.",
                exit_code=ExitCode.REFUSED,
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
