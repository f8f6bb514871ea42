"""Backing up what is deployed, and restoring it into this or another project."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matcha_tui
from matcha_tui.choosing import save_config
from matcha_tui.deployed import (
    deployed_spec,
    deployed_target,
    is_deployed,
    require_deployment,
    settings_of,
)
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.foreign_code import require_own_folder
from matcha_tui.project.config import declared_settings
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.selection import Project
from matcha_tui.stack.setting import SettingType
from matcha_tui.stack.stack import make_stack
from matcha_tui.targets.base import Target
from matcha_tui.targets.parts import Backup

_Tell = Callable[[str], None]


def default_file(workspace: Workspace, now: datetime) -> Path:
    """Return the name of a backup that nobody has named."""
    return workspace.project / f"{workspace.name}-{now.astimezone():%Y%m%d-%H%M%S}.matcha.tar.gz"


def back_up(project: Project, file: Path, *, with_secrets: bool, tell: _Tell) -> None:
    """Write what the deployed components hold to one file.

    Args:
        project: Whose deployment.
        file: Where to; nothing may be there.
        with_secrets: Whether passwords and keys are among it.
        tell: Called with what is done, a line at a time.

    Raises:
        MatchaError: If nothing is deployed, the file is there, or the project is locked.
    """
    record = require_deployment(project)
    backup = _backup_of(deployed_target(project))
    if file.exists():
        raise MatchaError(
            f"{file} is there already",
            hint="Name another file: matcha backup FILE",
            exit_code=ExitCode.REFUSED,
        )
    facts = {
        "matcha": matcha_tui.__version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "target": record.target,
        "modules": dict(record.modules),
        "settings": settings_of(project, record),
        "has_secrets": with_secrets,
    }
    with hold_lock(project.workspace, "backup"):
        backup.save(deployed_spec(project), file, facts, with_secrets=with_secrets, tell=tell)


def restore(project: Project, file: Path, *, replace_data: bool, tell: _Tell) -> Project:
    """Put back what a backup holds, and choose its stack where nothing is chosen yet.

    Args:
        project: This or another project, deployed or not.
        file: What `back_up` has written.
        replace_data: Whether data that is there is replaced.
        tell: Called with what is done, a line at a time.

    Returns:
        The project with what is chosen now.

    Raises:
        MatchaError: If the file is no sound backup, or data is there that is not replaced.
    """
    backup = _backup_of(project.target)
    facts = backup.check(file)
    require_own_folder(project.workspace)
    deployed = is_deployed(project)
    if not deployed and not project.workspace.config_file.exists():
        project = _choose(project, facts)
    prepare_workspace(project.workspace)
    spec = deployed_spec(project) if deployed else project.spec
    with hold_lock(project.workspace, "restore"):
        backup.restore(spec, file, facts, replace=replace_data, tell=tell)
    return project


def _choose(project: Project, facts: Mapping[str, Any]) -> Project:
    """Write the stack of a backup to ``matcha.toml``; folders get names of this project."""
    stack = make_stack(project.catalog, facts["modules"])
    declared = declared_settings(project.choices, project.config.target, stack)
    settings = {
        name: declared[name].check(value)
        for name, value in facts["settings"].items()
        if name in declared and declared[name].type not in (SettingType.FOLDER, SettingType.PORT)
    }
    return save_config(project, replace(project.config, stack=stack, settings=settings))


def _backup_of(target: Target) -> Backup:
    if target.backup is None:
        raise MatchaError(
            f"on {target.title} matcha makes no backups",
            hint="What the cloud keeps of disks, databases and buckets is said in the guide.",
            exit_code=ExitCode.REFUSED,
        )
    return target.backup
