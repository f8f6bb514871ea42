"""The verbs that Terraform's local-exec calls: ``python -m matcha_tui.services VERB ...``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.services.layout import (
    CLIENTS,
    flavor_folder,
    services_directory_from_environment,
)

if TYPE_CHECKING:
    from matcha_tui.services.service import Service


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except MatchaError as error:
        hint = f". {error.hint}" if error.hint else ""
        sys.stderr.write(f"matcha: {error.message}{hint}\n")
        return error.exit_code
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        sys.stderr.write(f"matcha: {error.strerror or error}{place}\n")
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.CANCELLED
    return ExitCode.DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m matcha_tui.services", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, run, text in (
        ("prepare", _prepare, "make a flavor's folders"),
        ("install", _install, "make its Python environment"),
        ("start", _start, "start it and wait until it is healthy"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("flavor")
        verb.add_argument("--definition", type=Path, required=True, metavar="MODULE_TOML")
        verb.set_defaults(run=run)
    for name, run, text in (
        ("stop", _stop, "stop it"),
        ("remove", _remove, "delete what it keeps, as MATCHA_DATA says"),
        ("supervise", _supervise, "keep it running until told to end"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("flavor")
        verb.set_defaults(run=run)
    launch = verbs.add_parser("launch", help="supervise what runs without a supervisor")
    launch.set_defaults(run=_launch)
    clients = verbs.add_parser("clients", help="make an environment with packages of clients")
    clients.add_argument("packages", nargs="+")
    clients.set_defaults(run=_clients)
    discard = verbs.add_parser("discard", help="delete what removed flavors have kept")
    discard.add_argument("flavors", nargs="+")
    discard.set_defaults(run=_discard)
    clean = verbs.add_parser("clean", help="remove and stop what an interrupted run left")
    clean.set_defaults(run=_clean_up)
    return parser


# Each verb imports what it needs: Terraform calls three for every service.


def _prepare(options: argparse.Namespace) -> None:
    from matcha_tui.services.storage import prepare

    prepare(_render(options))


def _install(options: argparse.Namespace) -> None:
    from matcha_tui.services.environment import install
    from matcha_tui.services.upgrade import remember_linked

    remember_linked(flavor_folder(services_directory_from_environment(), options.flavor))
    install(_render(options), options.definition)


def _start(options: argparse.Namespace) -> None:
    from matcha_tui.services.environment import install
    from matcha_tui.services.start import start
    from matcha_tui.services.upgrade import find_earlier

    service = _render(options)
    if find_earlier(service):  # a failed upgrade has put the earlier environment back
        install(service, options.definition)
    start(service)


def _render(options: argparse.Namespace) -> "Service":
    from matcha_tui.services.service import render_service

    folder = flavor_folder(services_directory_from_environment(), options.flavor)
    return render_service(folder, options.definition)


def _stop(options: argparse.Namespace) -> None:
    from matcha_tui.services.start import stop

    stop(flavor_folder(services_directory_from_environment(), options.flavor))


def _remove(options: argparse.Namespace) -> None:
    from matcha_tui.services.storage import remove

    folder = flavor_folder(services_directory_from_environment(), options.flavor)
    remove(folder, **_fate_of_data())


def _supervise(options: argparse.Namespace) -> None:
    from matcha_tui.services.supervisor import supervise

    supervise(flavor_folder(services_directory_from_environment(), options.flavor))


def _launch(_options: argparse.Namespace) -> None:
    from matcha_tui.services.narration import report_line
    from matcha_tui.services.supervisor import launch_all

    for flavor in launch_all(services_directory_from_environment()):
        report_line(f"{flavor}: is supervised again")


def _clean_up(_options: argparse.Namespace) -> None:
    from matcha_tui.services.layout import data_folders
    from matcha_tui.services.narration import report_line
    from matcha_tui.services.orphans import end_all
    from matcha_tui.services.storage import remove

    directory = services_directory_from_environment()
    for folder in data_folders(directory):
        remove(folder, **_fate_of_data())
    for flavor in end_all(directory):  # whose folder is gone
        report_line(f"{flavor}: ended what still ran of it")


def _clients(options: argparse.Namespace) -> None:
    from matcha_tui.services.environment import install_clients

    directory = services_directory_from_environment()
    install_clients(flavor_folder(directory, CLIENTS), tuple(options.packages))


def _discard(options: argparse.Namespace) -> None:
    from matcha_tui.services.storage import remove

    directory = services_directory_from_environment()
    for flavor in options.flavors:
        remove(flavor_folder(directory, flavor), keep_data=False)


def _fate_of_data() -> dict[str, bool]:
    choice = os.environ.get("MATCHA_DATA")
    return {"keep_data": choice == "keep", "delete_lasting": choice == "delete"}


if __name__ == "__main__":
    sys.exit(main())
