"""Change what is chosen for a project, unless that would contradict what is deployed."""

from dataclasses import replace

from matcha_tui.deployed import read_decision, require_deployment, settings_of
from matcha_tui.project.config import Config
from matcha_tui.project.config_writing import write_config
from matcha_tui.project.live_change import drop_agreed, write_agreed
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.workspace import refuse_unprintable_path
from matcha_tui.selection import Project
from matcha_tui.stack.stack import Stack, name_stack


def save_config(project: Project, config: Config, *, live: bool = False) -> Project:
    """Write what the user chose.

    Args:
        project: As it is.
        config: As it is to be.
        live: Whether what is deployed is to be changed to other modules by the next provision.

    Returns:
        The project with the new choice.
    """
    is_written = config == project.config and project.workspace.config_file.exists()
    if is_written and not live:
        return project
    if not read_decision(project).is_deployed:
        refuse_unprintable_path(project.workspace)
    changed = replace(project, config=config)
    for module in changed.stack.modules:
        if module not in project.stack.modules:
            project.catalog.refuse_faulty(config.target, *module)
    with hold_lock(project.workspace, "change"):
        decision = read_decision(project, changed, live=live)
        if decision.build is not None:
            raise decision.build.error()
        if live and decision.record is not None:
            write_agreed(project.workspace, dict(changed.stack.modules))
        write_config(project.workspace.config_file, config, project.choices)
    return changed


def change_stack(project: Project, stack: Stack, *, live: bool = False) -> Project:
    """Choose another stack; a live one is changed by the next provision."""
    return save_config(project, replace(project.config, stack=stack), live=live)


def reset_stack(project: Project) -> Project:
    """Choose again what is deployed, and drop the change that was not applied yet."""
    record = require_deployment(project)
    with hold_lock(project.workspace, "change"):
        drop_agreed(project.workspace)
        config = replace(
            project.config,
            stack=name_stack(project.catalog, record.modules),
            settings=settings_of(project, record),
        )
        write_config(project.workspace.config_file, config, project.choices)
    return replace(project, config=config)


def set_password(project: Project, password: str) -> None:
    """Use a password of the user's for what will be built, instead of a generated one."""
    with hold_lock(project.workspace, "change"):
        spec = replace(project.spec, is_deployed=read_decision(project).is_deployed)
        project.target.set_password(spec, password)
