"""``matcha kubeconfig``: let kubectl find the cluster, only when asked to."""

import os
from pathlib import Path

import click

from matcha_tui import deployed
from matcha_tui.clients.kubeconfig import find_kubeconfig, merge_kubeconfig
from matcha_tui.commands.opening import open_project


@click.command(epilog="Example: matcha kubeconfig --use && kubectl get pods --all-namespaces")
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of your own kubeconfig.",
)
@click.option("--use", is_flag=True, help="Make it the current context, too.")
@click.option("--overwrite", is_flag=True, help="Replace another context of the same name.")
def kubeconfig(path: Path | None, use: bool, overwrite: bool) -> None:
    """Add the stack's cluster, where it has one, to your kubeconfig; print the context's name.

    Nothing else writes there, and your current context stays unless you say --use.
    """
    content = deployed.kubeconfig(open_project(Path.cwd()))
    path = path or find_kubeconfig(os.environ)
    context = merge_kubeconfig(path, content, overwrite=overwrite, use=use)
    click.echo(context)
    click.echo(f"Written to {path}. Try: kubectl --context {context} get pods -A", err=True)
