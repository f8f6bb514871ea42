"""The ``matcha`` command: the same engine as the wizard, without a screen.

Commands are loaded when they are called, so that ``matcha --help`` stays quick.
"""

import sys
from importlib import import_module
from pathlib import Path
from textwrap import indent

import click

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name, fold_name, name_hint
from matcha_tui.system.streams import OutputError, run_program

COMMANDS = {
    "stack": ("matcha_tui.commands.stack", "Choose what is built: show, set, add, remove, list."),
    "module": ("matcha_tui.commands.module", "Check a module of your own; lock its packages."),
    "plan": ("matcha_tui.commands.build", "Show what a provision would do, and change nothing."),
    "cost": ("matcha_tui.commands.cost", "Say what the stack costs an hour and a month."),
    "provision": ("matcha_tui.commands.build", "Build the stack, or repair it."),
    "status": ("matcha_tui.commands.status", "Say whether each component is healthy."),
    "ls": ("matcha_tui.commands.ls", "List every stack of yours on this machine."),
    "stop": ("matcha_tui.commands.upkeep", "Stop what is deployed for a while; data stays."),
    "start": ("matcha_tui.commands.upkeep", "Start it again, as after a reboot."),
    "restart": ("matcha_tui.commands.upkeep", "Stop and start it, or one component."),
    "autostart": ("matcha_tui.commands.upkeep", "Start it at each login, or no longer."),
    "backup": ("matcha_tui.commands.upkeep", "Write what the components hold to one file."),
    "restore": ("matcha_tui.commands.upkeep", "Put back what such a file holds."),
    "verify": (
        "matcha_tui.commands.upkeep",
        "Use every component as its users do, and say how it went.",
    ),
    "get": ("matcha_tui.commands.inspect", "Print what the deployed stack gives: URLs and more."),
    "env": ("matcha_tui.commands.clients", "Print environment variables for clients, to eval."),
    "clients": (
        "matcha_tui.commands.clients",
        "Print the packages by which your code talks to the stack.",
    ),
    "connect": ("matcha_tui.commands.clients", "Tell .env, DVC and ZenML where the stack is."),
    "disconnect": (
        "matcha_tui.commands.clients",
        "Take back what connect has written; a destroy does it, too.",
    ),
    "example": ("matcha_tui.commands.clients", "Write a small project that uses the stack."),
    "model": ("matcha_tui.commands.model", "Serve trained models: deploy, list, remove."),
    "kubeconfig": (
        "matcha_tui.commands.clients",
        "Let kubectl find the stack's cluster, where it has one.",
    ),
    "open": ("matcha_tui.commands.inspect", "Open a component's page in the browser."),
    "runs": ("matcha_tui.commands.runs", "List what was run here, newest first."),
    "logs": ("matcha_tui.commands.runs", "Print what a run said; attach to one with --follow."),
    "cancel": ("matcha_tui.commands.unblock", "Ask the run that is under way to stop."),
    "explain": (
        "matcha_tui.commands.explain",
        "Say what the errors in a log mean, and what to do.",
    ),
    "report": (
        "matcha_tui.commands.report",
        "Write one archive about a run for a bug report, without secrets.",
    ),
    "destroy": ("matcha_tui.commands.build", "Take everything down again."),
    "state": ("matcha_tui.commands.state", "List kept states of Terraform, and put one back."),
    "force-unlock": ("matcha_tui.commands.unblock", "Free a lock that a dead run has left."),
    "doctor": ("matcha_tui.commands.doctor", "Check what a provision needs."),
    "cache": ("matcha_tui.commands.user", "List and remove shared environments of services."),
    "config": ("matcha_tui.commands.user", "Say where your preferences for the wizard are."),
    "completion": ("matcha_tui.commands.user", "Print what completes matcha in a shell."),
    "version": ("matcha_tui.commands.inspect", "Print the versions of matcha-tui and its engine."),
}
"""Each command's module, and the line that the help shows of it."""


class LateGroup(click.Group):
    """A group that imports a command's module when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command, or return ``None`` when there is no such command."""
        name = find_name(cmd_name, COMMANDS)
        if name is None:
            return None
        module, _ = COMMANDS[name]
        command = getattr(import_module(module), name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; a mistyped one is answered with the nearest."""
        if args and find_name(args[0], COMMANDS) is None and not args[0].startswith("-"):
            hint = name_hint(args[0], COMMANDS)
            raise click.UsageError(f"No such command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LateGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "token_normalize_func": fold_name,  # of options, choices and subcommands
    },
    epilog="Example: matcha stack set llm && matcha provision --yes && matcha get",
)
@click.version_option(package_name="matcha-tui", prog_name="matcha", message="%(prog)s %(version)s")
def matcha() -> None:
    """Build a working MLOps stack in one sitting; `matcha-tui` opens the wizard."""
    from matcha_tui.system.files import current_folder

    current_folder()  # which each command takes for there


def main() -> None:
    """Run the command line, and end with one clear sentence if it fails."""
    sys.exit(run_program(_run))


def _run() -> int:
    try:
        returned = matcha.main(standalone_mode=False)
        return returned if isinstance(returned, int) else ExitCode.DONE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except MatchaError as error:
        show_error(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("matcha: cancelled", err=True)
        return ExitCode.CANCELLED
    except OutputError:
        raise
    except Exception as error:  # noqa: BLE001 - the one place that reports a crash
        from matcha_tui.crash import explain_surroundings, report_crash

        if explained := explain_surroundings(error):
            show_error(explained)
        else:
            show_error(MatchaError(report_crash(error, Path(".matcha"))))
        return ExitCode.FAILED


def show_error(error: MatchaError) -> None:
    """Print an error and what to do about it."""
    from matcha_tui.system.plain_text import escape_line, escape_lines

    click.echo(f"matcha: {escape_line(error.message)}", err=True)
    if error.hint:
        click.echo(indent(escape_lines(error.hint), "  "), err=True)


if __name__ == "__main__":
    main()
