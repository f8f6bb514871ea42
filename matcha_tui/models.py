"""Serving models with what is deployed: deploy, list and remove."""

from pathlib import Path

from matcha_tui.deployed import deployed_spec, deployed_target, resources
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.foreign_code import require_own_folder
from matcha_tui.selection import Project
from matcha_tui.targets.parts import (
    Models,
    ServedModel,
    choose_model_name,
    resolve_source,
)


def deploy_model(
    project: Project, source: str, name: str | None = None, *, folder: Path | None = None
) -> ServedModel:
    """Serve a model.

    Args:
        project: Whose deployment.
        source: A URI of MLflow (``models:/iris/1``), or a path.
        name: What it is to be called; by default what its source calls it.
        folder: Where a relative path counts from; by default the project's folder.

    Raises:
        MatchaError: If nothing is deployed that serves models, or the model cannot be loaded.
    """
    found = resolve_source(source, folder or project.workspace.project)
    chosen = choose_model_name(found, name)
    models = _models(project)
    require_own_folder(project.workspace)
    return models.deploy(deployed_spec(project), resources(project), found, chosen)


def list_models(project: Project) -> tuple[ServedModel, ...]:
    """Return every model that was deployed, by name."""
    return _models(project).list(deployed_spec(project), resources(project))


def remove_model(project: Project, name: str) -> None:
    """Serve a model no longer."""
    _models(project).remove(deployed_spec(project), resources(project), name)


def _models(project: Project) -> Models:
    resources(project)  # which says first if nothing is deployed
    target = deployed_target(project)
    if target.models is None:
        raise MatchaError(
            f"on {target.title} matcha serves no models",
            hint="`matcha get model-deployer` says where the deployer is.",
            exit_code=ExitCode.REFUSED,
        )
    return target.models
