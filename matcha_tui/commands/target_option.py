"""The option ``--target``: any target that there is, ours or installed."""

from collections.abc import Callable
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from matcha_tui.guess import choose_name, fold_name
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
