"""Change what is chosen for a project, unless that would contradict what is deployed."""

from dataclasses import replace

from matcha_tui.deployed import read_decision
from matcha_tui.project.config import Config
from matcha_tui.project.config_writing import write_config
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.workspace import refuse_unprintable_path
from matcha_tui.selection import Project
from matcha_tui.stack.stack import Stack


def save_config(project: Project, config: Config) -> Project:
    """Write what the user chose.

    Returns:
        The project with the new choice.
    """
    if config == project.config and project.workspace.config_file.exists():
        return project
    if not read_decision(project).is_deployed:
        refuse_unprintable_path(project.workspace)
    changed = replace(project, config=config)
    for module in changed.stack.modules:
        if module not in project.stack.modules:
            project.catalog.refuse_faulty(config.target, *module)
    with hold_lock(project.workspace, "change"):
        refusal = read_decision(project, changed).build
        if refusal is not None:
            raise refusal.error()
        write_config(project.workspace.config_file, config, project.choices)
    return changed


def change_stack(project: Project, stack: Stack) -> Project:
    """Choose another stack."""
    return save_config(project, replace(project.config, stack=stack))


def set_password(project: Project, password: str) -> None:
    """Use a password of the user's for what will be built, instead of a generated one."""
    with hold_lock(project.workspace, "change"):
        spec = replace(project.spec, is_deployed=read_decision(project).is_deployed)
        project.target.set_password(spec, password)
