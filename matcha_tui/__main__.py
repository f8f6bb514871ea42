"""``python -m matcha_tui`` and the ``matcha-tui`` command: open the wizard."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcha_tui.errors import MatchaError

_USAGE = """\
Usage: matcha-tui [serve [--port PORT]]

Opens the wizard for the folder that you are in: choose a stack, see the plan,
build it, watch it. Everything it does can be done without a screen, too:
see `matcha --help`.

Commands:
  serve  Show the wizard in a browser, on this machine only.

Options:
  --version  Show the version and exit.
  --help     Show this message and exit.
"""
_NO_TERMINAL = (
    "matcha-tui needs a terminal; without one use `matcha provision --yes`, or see `matcha --help`."
)
_USAGE_ERROR = 2


def main() -> None:
    """Open the wizard, or say why not."""
    if sys.version_info < (3, 11):  # noqa: UP036 - pip is not the only way to get here
        sys.exit(f"matcha-tui needs Python 3.11 or newer, and this is {sys.version.split()[0]}.")
    from matcha_tui.system.streams import run_program

    sys.exit(run_program(_main))


def _main() -> int:
    arguments = sys.argv[1:]
    if arguments in (["--help"], ["-h"]):
        sys.stdout.write(_USAGE)
        return 0
    if arguments == ["--version"]:
        from matcha_tui import __version__

        sys.stdout.write(f"matcha-tui {__version__}\n")
        return 0
    if arguments[:1] == ["serve"]:
        from matcha_tui.web import serve

        return _run(lambda: serve(arguments[1:]))
    if arguments:
        sys.stderr.write(f"matcha-tui takes no {arguments[0]!r}; see `matcha-tui --help`.\n")
        return _USAGE_ERROR
    if not (sys.stdin.isatty() and sys.stderr.isatty()) and not _is_in_browser():
        sys.stderr.write(f"{_NO_TERMINAL}\n")
        return _USAGE_ERROR
    return _run(_open_wizard)


def _is_in_browser() -> bool:
    """Return whether `serve` has started this."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def _open_wizard() -> int:
    from matcha_tui.app import run_app
    from matcha_tui.system.files import current_folder

    return run_app(current_folder())


def _run(program: Callable[[], int]) -> int:
    from matcha_tui.errors import MatchaError

    try:
        return program()
    except MatchaError as error:
        return _refuse(error)
    except (OSError, RuntimeError) as error:
        from matcha_tui.crash import explain_surroundings

        if explained := explain_surroundings(error):
            return _refuse(explained)
        raise


def _refuse(error: "MatchaError") -> int:
    from matcha_tui.system.plain_text import escape_line, escape_lines

    text = f"{escape_line(error.message)}\n{escape_lines(error.hint or '')}"
    sys.stderr.write(text.rstrip() + "\n")
    return int(error.exit_code)


if __name__ == "__main__":
    main()
