"""``matcha completion``: what makes a shell complete matcha's words."""

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_MATCHA_COMPLETE"


@click.command(epilog='Example: eval "$(matcha completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what completes matcha in SHELL.

    Put the example into ~/.bashrc or ~/.zshrc; in fish, write the output to
    ~/.config/fish/completions/matcha.fish.
    """
    script = get_completion_class(shell)
    assert script is not None  # noqa: S101 - click has these three
    click.echo(script(context.find_root().command, {}, "matcha", _VARIABLE).source())
