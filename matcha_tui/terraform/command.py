"""The argument lists of the Terraform commands that runs are made of."""

from collections.abc import Sequence
from pathlib import Path

from matcha_tui.terraform.engine import EMBEDDED, Engine
from matcha_tui.terraform.environment import ignored_variables, run_environment

__all__ = [
    "apply_command",
    "ignored_variables",
    "init_command",
    "output_command",
    "plan_command",
    "run_environment",
    "state_pull_command",
    "state_remove_command",
    "validate_command",
]

# Long enough for another run's last moments, short enough to be told about a forgotten lock.
_LOCK_TIMEOUT = "30s"
_FIRST_WITH_JSON_INIT = {"terraform": (1, 9), "tofu": (1, 8), EMBEDDED: (1, 9)}
# It reads the state file it is given, so it is given none.
_NO_STATE = ".there-is-no-such-state"
_FLAG = object()


def init_command(
    engine: Engine, *, upgrade: bool = False, backend: bool = True, reconfigure: bool = False
) -> tuple[str, ...]:
    """``init``, fetching modules and providers; may be repeated at any time."""
    speaks_json = engine.release >= _FIRST_WITH_JSON_INIT[engine.name]
    return _command(
        engine,
        "init",
        input=False,
        no_color=_FLAG,
        json=_FLAG if speaks_json else None,
        upgrade=_FLAG if upgrade else None,
        backend=None if backend else False,
        reconfigure=_FLAG if reconfigure else None,
        lock_timeout=_LOCK_TIMEOUT,
    )


def plan_command(
    engine: Engine,
    out: Path,
    *,
    destroy: bool = False,
    replace: Sequence[str] = (),
    target: Sequence[str] = (),
    variable_files: Sequence[Path] = (),
) -> tuple[str, ...]:
    """``plan`` into a file, for `apply_command`."""
    return _command(
        engine,
        "plan",
        input=False,
        no_color=_FLAG,
        json=_FLAG,
        lock_timeout=_LOCK_TIMEOUT,
        destroy=_FLAG if destroy else None,
        replace=list(replace),
        target=list(target),
        var_file=[str(path) for path in variable_files],
        out=out,
    )


def apply_command(engine: Engine, plan: Path) -> tuple[str, ...]:
    """``apply`` of a plan file, which needs no approval."""
    return _command(
        engine,
        "apply",
        str(plan),
        input=False,
        no_color=_FLAG,
        json=_FLAG,
        lock_timeout=_LOCK_TIMEOUT,
    )


def validate_command(engine: Engine) -> tuple[str, ...]:
    """``validate``: one JSON document that says what is wrong, without asking any provider."""
    return _command(engine, "validate", no_color=_FLAG, json=_FLAG)


def output_command(engine: Engine, name: str | None = None) -> tuple[str, ...]:
    """``output -json NAME``: one JSON document, with secret values in clear."""
    return _command(engine, "output", *([name] if name else []), no_color=_FLAG, json=_FLAG)


def state_pull_command(engine: Engine) -> tuple[str, ...]:
    """``state pull``: the state as one JSON document, or nothing where there is none."""
    return (*engine.command, "state", "pull")


def state_remove_command(engine: Engine, addresses: Sequence[str]) -> tuple[str, ...]:
    """``state rm``: remove resources from the state without touching them."""
    return (*engine.command, "state", "rm", f"-lock-timeout={_LOCK_TIMEOUT}", *addresses)


def _command(engine: Engine, command: str, *arguments: str, **options: object) -> tuple[str, ...]:
    # Its import takes 25 ms, which commands that run no Terraform shouldn't pay.
    from python_terraform import IsFlagged, Terraform

    flagged = {name: IsFlagged if value is _FLAG else value for name, value in options.items()}
    terraform = Terraform(state=_NO_STATE, terraform_bin_path=engine.command[-1])
    generated: list[str] = terraform.generate_cmd_string(command, *arguments, **flagged)
    return (*engine.command[:-1], *generated)
