"""``matcha example``: write a small project that uses the stack."""

from pathlib import Path

import click

from matcha_tui.example_projects import EXAMPLES, write_example


@click.command(epilog="Example: matcha example iris && python iris/run.py")
@click.argument("name", type=click.Choice(list(EXAMPLES)))
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def example(name: str, folder: Path | None) -> None:
    """Write a small project that uses the stack, as a script and as a notebook.

    iris: data in DVC, a ZenML pipeline tracked by MLflow, a model that is served and asked.
    documents: texts become vectors, Chroma keeps them, and a question finds the nearest.

    FOLDER is one of the example's name by default; no file in it is overwritten.
    """
    place = folder or Path(name)
    for path in write_example(name, Path.cwd() / place):
        click.echo(str(path))
    click.echo(
        f"Next, in an environment of your own:\n"
        f"  matcha clients > clients.txt\n"
        f"  pip install -r clients.txt -r {place / 'requirements.txt'}\n"
        f"  git init && dvc init    # once, for DVC\n"
        f"  matcha connect && python {place / 'run.py'}",
        err=True,
    )
