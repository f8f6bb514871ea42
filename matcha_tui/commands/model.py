"""``matcha model``: serve trained models with the deployed stack."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from matcha_tui.commands.options import output_option
from matcha_tui.commands.project import open_project
from matcha_tui.models import deploy_model, list_models, remove_model
from matcha_tui.system.plain_text import escape_line
from matcha_tui.targets.inference import curl_call, example_request, python_call
from matcha_tui.targets.parts import ServedModel


@click.group(epilog="Example: matcha model deploy models:/iris/1")
def model() -> None:
    """Serve trained models: deploy, list, remove."""


@model.command(epilog="Example: matcha model deploy models:/iris/1 --name iris")
@click.argument("source")
@click.option("--name", help="What it is called in its address; by default as its source is.")
@output_option()
def deploy(source: str, name: str | None, form: str) -> None:
    """Serve a model, also in the place of one with the same name.

    SOURCE is a model of MLflow (models:/NAME/VERSION, models:/NAME@ALIAS, runs:/RUN/PATH), or a
    folder: one that MLflow saved, one with a model.joblib, or one with a model-settings.json.
    """
    served = deploy_model(open_project(Path.cwd()), source, name, folder=Path.cwd())
    if form == "json":
        click.echo(json.dumps(_as_json(served), indent=2))
        return
    click.echo(f"{served.name} is served at {served.url}\n", err=True)
    click.echo(f"{curl_call(served)}\n\n{python_call(served)}")


@model.command("list", epilog="Example: matcha model list --output json")
@output_option()
def list_(form: str) -> None:
    """List the models that are served, with their addresses."""
    found = list_models(open_project(Path.cwd()))
    if form == "json":
        click.echo(json.dumps([_as_json(one) for one in found], indent=2))
        return
    for one in found:
        words = (f"{one.name:<20}", f"{one.state.lower():<12}", one.url, one.source, one.reason)
        click.echo(escape_line("  ".join(filter(None, words))))
    if not found:
        click.echo("No model is served. Deploy one: matcha model deploy models:/NAME/1", err=True)


@model.command(epilog="Example: matcha model remove iris")
@click.argument("name")
def remove(name: str) -> None:
    """Serve the model NAME no longer; where it came from it stays."""
    remove_model(open_project(Path.cwd()), name)
    click.echo(f"{name} is served no longer.", err=True)


def _as_json(served: ServedModel) -> dict[str, object]:
    return {**asdict(served), "example": example_request(served.inputs)}
