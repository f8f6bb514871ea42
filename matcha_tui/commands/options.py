"""Options that several commands have, and what is said where one leaves no room for a question."""

import sys
from collections.abc import Callable
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name, fold_name
from matcha_tui.system.plain_text import escape_line
from matcha_tui.targets.registry import TARGETS

Command = TypeVar("Command", bound=Callable[..., object])


class TargetName(click.types.StringParamType):
    """The name of a target; installed ones are looked up only where that matters."""

    name = "target"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as it is known; an unknown one is answered with the nearest."""
        return choose_name("target", value, TARGETS)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the names, for the help; no target is loaded for them."""
        return f"[{'|'.join(TARGETS)}]"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin so."""
        begun = fold_name(incomplete)
        return [CompletionItem(name) for name in TARGETS if name.startswith(begun)]


def target_option(words: str) -> Callable[[Command], Command]:
    """Make the option."""
    return click.option("--target", type=TargetName(), help=words)


def output_option(words: str | None = None) -> Callable[[Command], Command]:
    """Make the option ``--output``: text or json."""
    return click.option(
        "--output",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help=words,
    )


def check_answers(command: str, yes: bool, form: str, detach: bool) -> None:
    """Refuse options that leave no room for a question, unless it is answered already."""
    if not yes and (detach or form == "json"):
        option = "--detach" if detach else "--output json"
        raise usage_error(
            f"`matcha {command} {option}` leaves no room for a question",
            f"Run `matcha {command} {option} --yes`.",
        )


def need_terminal(command: str) -> None:
    """Refuse to ask where nobody can answer."""
    if not sys.stdin.isatty():
        raise usage_error(
            f"`matcha {command}` asks before it begins, and there is no terminal to ask on",
            f"Run `matcha {command} --yes`.",
        )


def narrate(line: str) -> None:
    """Print what is being done, on stderr, without what a terminal would obey."""
    click.echo(escape_line(line), err=True)


def usage_error(message: str, hint: str) -> MatchaError:
    """Make the refusal of a command line."""
    return MatchaError(message, hint=hint, exit_code=ExitCode.USAGE)
